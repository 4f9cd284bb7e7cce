//! Search over titles and current texts, in any script.

use inkstone_manuscript::DocumentKind;
use serde::Serialize;

/// A draft that has what was looked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hit {
    /// The document.
    pub document_id: String,
    /// The draft.
    pub draft_id: String,
    /// The project.
    pub project_id: String,
    /// The document's title.
    pub title: String,
    /// The document's kind.
    pub kind: DocumentKind,
    /// The text around the place, on one line.
    pub snippet: String,
    /// The place, in bytes of the body; 0 if only the title has it.
    pub at: usize,
}
