//! Differences between two versions of a text, in pieces a person can read.
//!
//! Paragraphs are aligned first. Those that stand elsewhere in the other text, changed or not, are
//! *moves*; what is left between equal paragraphs is compared by word (Latin) or character (Han).
//! What is equal by chance only, a lone word between two that were replaced, is not held apart.
//! The time is bounded for any two texts.

pub(crate) mod align;
mod built;
mod comparing;
mod moves;
mod runs;
mod tokens;

#[cfg(test)]
mod tests;

use std::ops::Range;

use serde::{Deserialize, Serialize};

use comparing::Comparing;
use tokens::tokens;

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

/// What a part of a comparison is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PartKind {
    /// In both texts, at the same place.
    Equal,
    /// Only in the new text.
    Insert,
    /// Only in the old text.
    Delete,
    /// In the old text here, in the new one elsewhere: the number of its [`Move`].
    Away(usize),
    /// In the new text here, in the old one elsewhere: the number of its [`Move`].
    Here(usize),
}

/// A run of text in a comparison. Ranges are bytes; the range in a text that the part is not in is
/// empty and says where it would stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// What became of it.
    pub kind: PartKind,
    /// Where it stands in the old text.
    pub old: Range<usize>,
    /// Where it stands in the new text.
    pub new: Range<usize>,
}

/// Paragraphs that stand elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    /// Where they stood.
    pub old: Range<usize>,
    /// Where they stand.
    pub new: Range<usize>,
    /// What was changed in them: `Equal`, `Insert` and `Delete` only, tiling both ranges.
    pub parts: Vec<Part>,
}

/// Two texts side by side. Without `Insert` and `Here` the parts tile the old text, without
/// `Delete` and `Away` the new one. Every move goes away once and comes here once. Between two
/// equal parts what is gone stands before what came.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Comparison {
    /// All of both texts, in reading order.
    pub parts: Vec<Part>,
    /// The moves, by number, in the order of the old text.
    pub moves: Vec<Move>,
}

impl Comparison {
    /// Whether the texts are the same.
    pub fn is_same(&self) -> bool {
        self.parts.iter().all(|part| part.kind == PartKind::Equal)
    }
}

/// Compares two texts, with paragraphs that have moved shown as moved.
pub fn compare(old: &str, new: &str) -> Comparison {
    Comparing::new(old, new).all(true)
}

/// The difference by word (Latin) or character (Han), moves as deletions and insertions. Equal and
/// deleted pieces build the old text, equal and inserted pieces the new one. Neighbours never share
/// a change, and a deletion comes before the insertion that takes its place.
pub fn prose_diff(old: &str, new: &str) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    for Part {
        kind,
        old: a,
        new: b,
    } in Comparing::new(old, new).all(false).parts
    {
        let (change, text) = match kind {
            PartKind::Equal => (Change::Equal, &new[b]),
            PartKind::Insert | PartKind::Here(_) => (Change::Insert, &new[b]),
            PartKind::Delete | PartKind::Away(_) => (Change::Delete, &old[a]),
        };
        match pieces.last_mut() {
            Some(last) if last.change == change => last.text.push_str(text),
            _ => pieces.push(Piece {
                change,
                text: text.to_owned(),
            }),
        }
    }
    pieces
}

/// The runs that both texts have in common, in order, as ranges of the same length: everything
/// that can be kept, down to single words and signs.
pub(crate) fn common(old: &str, new: &str) -> Vec<(Range<usize>, Range<usize>)> {
    let mut comparing = Comparing::new(old, new);
    comparing.tidy = false;
    let parts = comparing.all(false).parts.into_iter();
    parts
        .filter(|part| part.kind == PartKind::Equal)
        .map(|part| (part.old, part.new))
        .collect()
}

/// Where the words of a text begin.
pub(crate) fn token_starts(text: &str) -> Vec<usize> {
    let mut found = Vec::new();
    tokens(text, 0..text.len(), &mut found);
    found.into_iter().map(|range| range.start).collect()
}
