//! The ad set: variants of ad copy as readable `Label: value` lines.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::Language;

/// A field of an ad.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AdField {
    /// A headline.
    Headline,
    /// A description.
    Description,
    /// The main text.
    PrimaryText,
    /// What the reader is asked to do.
    CallToAction,
}

impl AdField {
    /// All fields, in the order they are printed.
    pub const ALL: [Self; 4] = [
        Self::Headline,
        Self::Description,
        Self::PrimaryText,
        Self::CallToAction,
    ];

    /// The label in the notation.
    pub fn label(self, language: Language) -> &'static str {
        match (self, language) {
            (Self::Headline, Language::English) => "Headline",
            (Self::Description, Language::English) => "Description",
            (Self::PrimaryText, Language::English) => "Primary text",
            (Self::CallToAction, Language::English) => "Call to action",
            (Self::Headline, Language::Chinese) => "标题",
            (Self::Description, Language::Chinese) => "描述",
            (Self::PrimaryText, Language::Chinese) => "正文",
            (Self::CallToAction, Language::Chinese) => "行动号召",
        }
    }
}

/// One variant.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Ad {
    /// The fields in the order they stand.
    pub fields: Vec<(AdField, String)>,
    /// Where the ad stands in the text it was parsed from.
    pub range: Range<usize>,
}

/// Variants for one channel.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct AdSet {
    /// The channel's name, if the text says it.
    pub channel: Option<String>,
    /// The variants.
    pub ads: Vec<Ad>,
}

impl AdSet {
    /// Reads any text; lines without a meaning are passed over.
    pub fn parse(_text: &str) -> AdSet {
        AdSet::default()
    }

    /// Writes the set in its notation.
    pub fn print(&self, _language: Language) -> String {
        String::new()
    }
}
