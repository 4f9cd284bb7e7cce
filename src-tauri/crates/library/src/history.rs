//! History: kept texts with parents.

use serde::{Deserialize, Serialize};

/// Whether a node was wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NodeKind {
    /// Made by itself.
    Snapshot,
    /// Made because a person saved or accepted something.
    Version,
}

/// A kept text, without the text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HistoryNode {
    /// Its id.
    pub id: String,
    /// The draft it was kept for.
    pub draft_id: String,
    /// The node this text came out of.
    pub parent_id: Option<String>,
    /// Whether it was wanted.
    pub kind: NodeKind,
    /// What the person called it.
    pub name: Option<String>,
    /// Why it was kept: `autosave`, `named`, `accepted`, `before_restore`, `restored`, `branch`.
    pub label: String,
    /// The SHA-256 of the text, in hexadecimal.
    pub sha256: String,
    /// The text's length in characters, line breaks not counted.
    pub characters: u32,
    /// When it was kept, in ms since 1970.
    pub created_at: i64,
}
