//! The article: headline, dek and body in Markdown.

use serde::Serialize;

/// An article. Everything is optional; an empty body is an empty string.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Article {
    /// The first `# ` heading.
    pub headline: Option<String>,
    /// An italic paragraph right under the headline.
    pub dek: Option<String>,
    /// The rest.
    pub body: String,
}

impl Article {
    /// Reads any Markdown.
    pub fn parse(markdown: &str) -> Article {
        Article {
            headline: None,
            dek: None,
            body: markdown.to_owned(),
        }
    }

    /// Writes the article in its notation.
    pub fn to_markdown(&self) -> String {
        self.body.clone()
    }
}
