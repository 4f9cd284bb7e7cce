//! The handle.

use std::path::Path;
use std::sync::Arc;

use inkstone_manuscript::{DocumentKind, Language};
use serde_json::Value;

use crate::*;

/// What time it is.
pub trait Clock: Send + Sync {
    /// Milliseconds since 1970.
    fn now_ms(&self) -> i64;
}

/// An open library.
pub struct Library;

type Result<T> = std::result::Result<T, LibraryError>;

#[allow(missing_docs, unused_variables, clippy::todo)]
impl Library {
    pub fn open(path: &Path, clock: Arc<dyn Clock>) -> Result<Library> { todo!() }
    pub fn path(&self) -> &Path { todo!() }
    pub fn create_project(&self, name: &str, language: Language) -> Result<Project> { todo!() }
    pub fn projects(&self) -> Result<Vec<Project>> { todo!() }
    pub fn deleted_projects(&self) -> Result<Vec<Project>> { todo!() }
    pub fn project(&self, id: &str) -> Result<Project> { todo!() }
    pub fn rename_project(&self, id: &str, name: &str) -> Result<()> { todo!() }
    pub fn set_project_privacy(&self, id: &str, privacy: Privacy) -> Result<()> { todo!() }
    pub fn set_project_model(&self, id: &str, model_id: Option<&str>) -> Result<()> { todo!() }
    pub fn set_house_rules(&self, id: &str, rules: &str) -> Result<()> { todo!() }
    pub fn delete_project(&self, id: &str) -> Result<()> { todo!() }
    pub fn restore_project(&self, id: &str) -> Result<()> { todo!() }
    pub fn create_document(&self, project_id: &str, kind: DocumentKind, title: &str, language: Language) -> Result<Document> { todo!() }
    pub fn documents(&self, project_id: &str) -> Result<Vec<DocumentSummary>> { todo!() }
    pub fn document(&self, id: &str) -> Result<Document> { todo!() }
    pub fn rename_document(&self, id: &str, title: &str) -> Result<()> { todo!() }
    pub fn set_fields(&self, id: &str, fields: &Value) -> Result<()> { todo!() }
    pub fn delete_document(&self, id: &str) -> Result<()> { todo!() }
    pub fn restore_document(&self, id: &str) -> Result<()> { todo!() }
    pub fn deleted_documents(&self) -> Result<Vec<DocumentSummary>> { todo!() }
    pub fn drafts(&self, document_id: &str) -> Result<Vec<DraftSummary>> { todo!() }
    pub fn deleted_drafts(&self, document_id: &str) -> Result<Vec<DraftSummary>> { todo!() }
    pub fn draft(&self, id: &str) -> Result<Draft> { todo!() }
    pub fn branch(&self, draft_id: &str, name: &str) -> Result<DraftSummary> { todo!() }
    pub fn rename_draft(&self, id: &str, name: &str) -> Result<()> { todo!() }
    pub fn delete_draft(&self, id: &str) -> Result<()> { todo!() }
    pub fn restore_draft(&self, id: &str) -> Result<()> { todo!() }
    pub fn apply(&self, draft_id: &str, base_revision: u32, edits: &[Edit], operation: &Operation) -> Result<u32> { todo!() }
    pub fn spans(&self, draft_id: &str) -> Result<Vec<Span>> { todo!() }
    pub fn operations(&self, draft_id: &str, limit: usize) -> Result<Vec<OperationRecord>> { todo!() }
    pub fn snapshot(&self, draft_id: &str) -> Result<Option<HistoryNode>> { todo!() }
    pub fn save_version(&self, draft_id: &str, name: &str) -> Result<HistoryNode> { todo!() }
    pub fn history(&self, draft_id: &str) -> Result<Vec<HistoryNode>> { todo!() }
    pub fn node_text(&self, node_id: &str) -> Result<String> { todo!() }
    pub fn restore(&self, draft_id: &str, node_id: &str) -> Result<u32> { todo!() }
    pub fn begin_generation(&self, start: &GenerationStart) -> Result<String> { todo!() }
    pub fn append_output(&self, generation_id: &str, text: &str, tokens: u32) -> Result<()> { todo!() }
    pub fn finish_generation(&self, generation_id: &str, end: &GenerationEnd) -> Result<()> { todo!() }
    pub fn generation(&self, id: &str) -> Result<Generation> { todo!() }
    pub fn generations(&self, draft_id: &str) -> Result<Vec<Generation>> { todo!() }
    pub fn decide_suggestion(&self, generation_id: &str, decision: Decision) -> Result<()> { todo!() }
    pub fn accept(&self, generation_id: &str, draft_id: &str, base_revision: u32, edits: &[Edit], title: Option<&str>) -> Result<u32> { todo!() }
    pub fn record_departure(&self, host: &str, purpose: &str, bytes_out: u32, generation_id: Option<&str>) -> Result<String> { todo!() }
    pub fn record_arrival(&self, ledger_id: &str, bytes_in: u32) -> Result<()> { todo!() }
    pub fn ledger(&self, limit: usize) -> Result<Vec<LedgerEntry>> { todo!() }
    pub fn setting(&self, key: &str) -> Result<Option<Value>> { todo!() }
    pub fn set_setting(&self, key: &str, value: &Value) -> Result<()> { todo!() }
    pub fn search(&self, query: &str, limit: usize) -> Result<Vec<Hit>> { todo!() }
    pub fn verify(&self) -> Result<VerifyReport> { todo!() }
}
