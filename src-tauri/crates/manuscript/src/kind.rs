use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// A language that Inkstone writes and speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum Language {
    /// English.
    #[default]
    #[serde(rename = "en")]
    English,
    /// Simplified Chinese.
    #[serde(rename = "zh-CN")]
    Chinese,
}

impl Language {
    /// Both, in the order they are offered.
    pub const ALL: [Self; 2] = [Self::English, Self::Chinese];

    /// The tag used in files, briefs and the UI: `en` or `zh-CN`.
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Chinese => "zh-CN",
        }
    }
}

/// The kinds of document, one desk each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DocumentKind {
    /// A news article in Markdown.
    News,
    /// A set of ad variants.
    Ads,
    /// A screenplay in Fountain.
    Screenplay,
}

impl DocumentKind {
    /// All kinds, in the order they are offered.
    pub const ALL: [Self; 3] = [Self::News, Self::Ads, Self::Screenplay];

    /// The name used in files, commands and the database: `news`, `ads`, `screenplay`.
    pub fn name(self) -> &'static str {
        match self {
            Self::News => "news",
            Self::Ads => "ads",
            Self::Screenplay => "screenplay",
        }
    }
}

/// The text names no known language or kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown name `{0}`")]
pub struct UnknownName(pub String);

impl FromStr for Language {
    type Err = UnknownName;
    fn from_str(s: &str) -> Result<Self, UnknownName> {
        Self::ALL
            .into_iter()
            .find(|l| l.tag() == s)
            .ok_or_else(|| UnknownName(s.to_owned()))
    }
}

impl FromStr for DocumentKind {
    type Err = UnknownName;
    fn from_str(s: &str) -> Result<Self, UnknownName> {
        Self::ALL
            .into_iter()
            .find(|k| k.name() == s)
            .ok_or_else(|| UnknownName(s.to_owned()))
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.tag())
    }
}

impl fmt::Display for DocumentKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
