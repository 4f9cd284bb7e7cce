//! The ledger: what left the machine.

use serde::Serialize;

/// One thing that left the machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LedgerEntry {
    /// Its id.
    pub id: String,
    /// When it left, in ms since 1970.
    pub at: i64,
    /// Where to.
    pub host: String,
    /// What for: a task's name, `list_models`.
    pub purpose: String,
    /// Bytes sent.
    pub bytes_out: u32,
    /// Bytes that came back.
    pub bytes_in: u32,
    /// The call of a model it belongs to.
    pub generation_id: Option<String>,
}
