//! Drafts: a document's lines of work.

use serde::Serialize;

/// A line of work with its text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Draft {
    /// Its id.
    pub id: String,
    /// The document it belongs to.
    pub document_id: String,
    /// Its name; `main` for the first.
    pub name: String,
    /// The text, in the native notation of the document's kind.
    pub body: String,
    /// How many batches of edits made the text.
    pub revision: u32,
    /// When it was made, in ms since 1970.
    pub created_at: i64,
    /// When its text or name was changed last, in ms since 1970.
    pub updated_at: i64,
}

/// A line of work as lists show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DraftSummary {
    /// Its id.
    pub id: String,
    /// The document it belongs to.
    pub document_id: String,
    /// Its name; `main` for the first.
    pub name: String,
    /// How many batches of edits made the text.
    pub revision: u32,
    /// When it was made, in ms since 1970.
    pub created_at: i64,
    /// When its text or name was changed last, in ms since 1970.
    pub updated_at: i64,
}
