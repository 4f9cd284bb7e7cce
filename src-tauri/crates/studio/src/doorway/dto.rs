//! What crosses about the library itself: where it lies, how it is, its backups.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::dto::ErrorDto;

/// How a library is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum LibraryState {
    /// Everything can be done.
    Open,
    /// It can be looked at, and nothing is written.
    Reading,
    /// It could not be opened.
    Shut,
}

/// The library as a file.
#[derive(Debug, Clone, Serialize, TS)]
pub struct LibraryStatus {
    /// Where it lies.
    pub path: String,
    /// How it is open.
    pub state: LibraryState,
    /// Why it is shut, or only read.
    pub error: Option<ErrorDto>,
    /// Its size in bytes; `null` where there is none.
    pub bytes: Option<f64>,
    /// What is free on its disk, in bytes, where the system says so.
    pub free: Option<f64>,
    /// Where its backups are kept.
    pub backup_folder: String,
    /// Whether another folder than the one beside the library was chosen.
    pub backup_folder_chosen: bool,
    /// The newest backup.
    pub last_backup: Option<BackupDto>,
    /// Why the last daily backup could not be made.
    pub backup_error: Option<ErrorDto>,
    /// Other libraries that were open before, the last one first.
    pub recent: Vec<String>,
}

/// Why a backup was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum BackupReason {
    /// By itself, once a day.
    Daily,
    /// A person asked for it.
    ByHand,
    /// A newer program was about to change the library's shape.
    BeforeUpdate,
    /// Another backup was about to take the library's place.
    BeforeRestore,
}

/// A copy of a whole library.
#[derive(Debug, Clone, Serialize, TS)]
pub struct BackupDto {
    /// The file.
    pub path: String,
    /// The file's name.
    pub name: String,
    /// When it was made.
    pub made_at: f64,
    /// Why it was made.
    pub reason: BackupReason,
    /// Whether all in it was as it should be.
    pub sound: bool,
    /// Its size in bytes.
    pub bytes: f64,
}

/// How something in a backup stands to the library of today.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It is there as it was.
    Same,
    /// It was worked on since.
    WorkedOnSince,
    /// The backup has a later state of it.
    NewerInBackup,
    /// It lies in the bin today.
    InBin,
    /// It is not there today.
    Missing,
}

/// A project in a backup.
#[derive(Debug, Clone, Serialize, TS)]
pub struct ProjectThereDto {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// How it stands to the library of today.
    pub standing: Standing,
    /// Its documents, newest first.
    pub documents: Vec<DocumentThereDto>,
}

/// A document in a backup.
#[derive(Debug, Clone, Serialize, TS)]
pub struct DocumentThereDto {
    /// Id.
    pub id: String,
    /// Title; may be empty.
    pub title: String,
    /// Kind.
    #[ts(type = "DocumentKind")]
    pub kind: inkstone_manuscript::DocumentKind,
    /// Time of its last change.
    pub updated_at: f64,
    /// How it stands to the library of today.
    pub standing: Standing,
    /// Its drafts.
    pub drafts: Vec<DraftThereDto>,
}

/// A draft in a backup.
#[derive(Debug, Clone, Serialize, TS)]
pub struct DraftThereDto {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// Time of its last change.
    pub updated_at: f64,
    /// How it stands to the library of today.
    pub standing: Standing,
}

/// What became of the library that a backup took the place of.
#[derive(Debug, Clone, Serialize, TS)]
pub struct RestoredDto {
    /// Where it lies now.
    pub aside: Option<String>,
}

/// What a check of the whole library found.
#[derive(Debug, Clone, Serialize, TS)]
pub struct CheckedDto {
    /// How many kept texts were compared with their hashes.
    pub texts: u32,
    /// What is wrong, in technical English; empty if all is well.
    pub problems: Vec<String>,
}

/// Names a file or a folder.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct PathInput {
    /// The path.
    pub path: String,
}

/// Where the backups are to be kept.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct BackupFolder {
    /// `null` is the folder beside the library.
    pub folder: Option<String>,
}

/// Names a draft in a backup.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct DraftThereInput {
    /// The backup.
    pub path: String,
    /// The draft.
    pub draft_id: String,
}

/// Documents to bring out of a backup.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct BringInput {
    /// The backup.
    pub path: String,
    /// The documents.
    pub document_ids: Vec<String>,
    /// What is there today as well comes as new drafts of it; otherwise as a document of its own.
    pub as_drafts: bool,
}

/// How a document came out of a backup.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Came {
    /// To its old place, where nothing was.
    PutBack,
    /// As a document of its own.
    AsCopy,
    /// As new drafts of the document that is there.
    AsDrafts,
    /// All of it is there as it was.
    WasThere,
    /// It is there, and what was changed of it outside came into it.
    Edited,
}

/// A document that came out of a backup.
#[derive(Debug, Clone, Serialize, TS)]
pub struct BroughtDto {
    /// The document it is now.
    pub document_id: String,
    /// How it came.
    pub came: Came,
    /// How many drafts came.
    pub drafts: u32,
}

/// What was saved of a damaged library.
#[derive(Debug, Clone, Serialize, TS)]
pub struct RescuedDto {
    /// The new library.
    pub path: String,
    /// Projects in it.
    pub projects: u32,
    /// Documents in it.
    pub documents: u32,
    /// Drafts in it.
    pub drafts: u32,
    /// Kept texts in it.
    pub versions: u32,
    /// Kept texts that could not be read any more.
    pub lost_versions: u32,
    /// Titles of documents with a draft that is not sure to be the text that was kept last.
    pub doubtful: Vec<String>,
    /// Titles of documents with a draft whose earlier steps can't be undone any more.
    pub without_journal: Vec<String>,
    /// Pages and rows that could not be read.
    pub broken: u32,
    /// What the check of the new library still finds, in technical English.
    pub problems: Vec<String>,
}
