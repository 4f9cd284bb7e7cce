//! Looking for damage.

use serde::Serialize;

/// What a check of the whole library found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct VerifyReport {
    /// How many kept texts were compared with their hashes.
    pub nodes_checked: u32,
    /// A sentence for each thing that is wrong.
    pub problems: Vec<String>,
}
