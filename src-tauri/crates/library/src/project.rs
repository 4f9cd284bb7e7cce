//! Projects: bodies of work.

use inkstone_manuscript::Language;
use serde::{Deserialize, Serialize};

/// Whether a project's text may leave the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Privacy {
    /// Models on this machine only.
    #[default]
    LocalOnly,
    /// Remote models may be asked too.
    RemoteAllowed,
}

/// A body of work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Project {
    /// Its id.
    pub id: String,
    /// What the person calls it.
    pub name: String,
    /// The language new documents start in.
    pub language: Language,
    /// Whether its text may leave the machine.
    pub privacy: Privacy,
    /// The model chosen for it.
    pub model_id: Option<String>,
    /// Banned words, one a line.
    pub house_rules: String,
    /// When it was made, in ms since 1970.
    pub created_at: i64,
    /// When it was changed last, in ms since 1970.
    pub updated_at: i64,
}
