//! Spans: where each word came from.

use std::ops::Range;

use serde::{Deserialize, Serialize};

/// Where text came from.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "origin", rename_all = "snake_case")]
pub enum Origin {
    /// A person typed it.
    Typed,
    /// It was pasted or dropped.
    Pasted,
    /// It came from a file.
    Imported,
    /// A model wrote it.
    Generated {
        /// The call that wrote it.
        generation_id: String,
    },
}

/// A run of a draft's text with one origin. A draft's spans tile its text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Span {
    /// Where, in bytes.
    pub range: Range<usize>,
    /// Where it came from.
    pub origin: Origin,
    /// A person's wording inside of a suggestion, put there before it was accepted.
    pub edited: bool,
}
