//! Edits and the journal: every change of a text is one row that knows how to undo itself.

use serde::{Deserialize, Serialize};

use crate::Origin;

/// A replacement of `from..to` (bytes of the text before the whole batch) by `insert`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Edit {
    /// Where the replaced text starts.
    pub from: usize,
    /// Where it ends; the same as `from` to insert.
    pub to: usize,
    /// What stands there afterwards.
    pub insert: String,
}

/// What a batch of edits is, and where the text it inserts comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Operation {
    /// What the person did.
    pub kind: OperationKind,
    /// Where inserted text comes from. Undo and redo bring text back with the origin it had; this
    /// one counts where none is known.
    pub origin: Origin,
}

/// What the person did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum OperationKind {
    /// A run of typing, deleting included.
    Typing,
    /// Text from the clipboard, or dropped.
    Paste,
    /// Took a suggestion into the text.
    AcceptSuggestion {
        /// The generation it came from.
        suggestion_id: String,
    },
    /// Went back to a kept text.
    Restore {
        /// The node that holds it.
        node_id: String,
    },
    /// Text from a file.
    Import,
    /// Took an operation back.
    Undo,
    /// Took an undo back.
    Redo,
}

/// An operation as the journal keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OperationRecord {
    /// Its id.
    pub id: String,
    /// The draft it changed.
    pub draft_id: String,
    /// The draft's revision after it.
    pub revision: u32,
    /// What the person did, and where inserted text came from.
    pub operation: Operation,
    /// The edits, in the text before.
    pub edits: Vec<Edit>,
    /// What undoes them, in the text after.
    pub inverse: Vec<Edit>,
    /// When, in ms since 1970.
    pub created_at: i64,
}
