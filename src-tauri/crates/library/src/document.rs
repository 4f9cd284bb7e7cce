//! Documents: articles, ad sets and screenplays.

use inkstone_manuscript::{DocumentKind, Language};
use serde::Serialize;

/// One article, ad set or screenplay. Its text lies in its drafts.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Document {
    /// Its id.
    pub id: String,
    /// The project it belongs to.
    pub project_id: String,
    /// Which desk it lies on.
    pub kind: DocumentKind,
    /// The language it is written in.
    pub language: Language,
    /// Its title in lists.
    pub title: String,
    /// What the desk keeps with it, `{"brief": {...}}`.
    pub fields: serde_json::Value,
    /// When it was made, in ms since 1970.
    pub created_at: i64,
    /// When it or a text of it was changed last, in ms since 1970.
    pub updated_at: i64,
}

/// A document as lists show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DocumentSummary {
    /// Its id.
    pub id: String,
    /// The project it belongs to.
    pub project_id: String,
    /// Which desk it lies on.
    pub kind: DocumentKind,
    /// The language it is written in.
    pub language: Language,
    /// Its title in lists.
    pub title: String,
    /// How many drafts it has, deleted ones not counted.
    pub draft_count: u32,
    /// When it was made, in ms since 1970.
    pub created_at: i64,
    /// When it or a text of it was changed last, in ms since 1970.
    pub updated_at: i64,
}
