//! The library as plain files, and back.
//!
//! ```text
//! manifest.json                       each file with its length and SHA-256
//! projects/NAME/project.json          name, language, privacy, house rules, list of assets
//! projects/NAME/assets/...            pictures and other files
//! projects/NAME/TITLE/DRAFT.md        a draft's text (.fountain for screenplays)
//! projects/NAME/TITLE/DRAFT.json      its title and fields
//! projects/NAME/TITLE/record/         document.json; history.json, the kept texts as a tree;
//!                                     DRAFT.journal.json, every operation; generations.json;
//!                                     beside.json: story, reports, conversations, comments
//! projects/NAME/bin/TITLE/, bin/NAME/ what lies in the bin
//! library/                            the ledger, calls for no document, settings
//! ```
//!
//! The same library gives the same bytes, in the same order, under names that every system takes.
//! Lists have one record a line and are in the order in which things were made, so a comparison of
//! two exports shows what happened in between. An index and tables come from whoever calls
//! ([`Views`]); they are for readers and are never read back.
//!
//! Coming back is all or nothing, in one transaction, after every file was compared with its hash.
//! A draft's text, and its title and fields, may have been worked on outside: then what the library
//! had comes first, and the change after it as one operation, so nothing is lost and it can be
//! undone. Records that were changed are refused. Ids stay where they are free.

mod bring;
mod gather;
mod names;
mod record;
#[cfg(test)]
mod tests;

use std::io;
use std::ops::ControlFlow;

use inkstone_manuscript::{DocumentKind, Language};

use crate::{Came, LibraryError};

/// What an archive says it is.
const FORMAT: &str = "inkstone-archive";

/// The form of archives that this program writes, and the newest that it reads.
const VERSION: u32 = 1;

/// The list of all files.
const MANIFEST: &str = "manifest.json";

/// The largest list, and the largest record, that is read, in bytes.
const LARGEST_RECORD: u64 = 512 << 20;
/// The largest text.
const LARGEST_TEXT: u64 = 64 << 20;
/// The largest asset.
const LARGEST_ASSET: u64 = 64 << 20;
/// The most files.
const MOST_FILES: usize = 2_000_000;

/// Settings of the machine and its person, not of the library: where backups lie, what was open,
/// which models there are.
const OF_THE_MACHINE: [&str; 6] = [
    "backup_folder",
    "backup_mark",
    "language",
    "last_open",
    "shelf",
    "theme",
];

/// Tables whose rows belong to a draft, by the column that names it. `turns` go with
/// their conversation.
const OF_DRAFTS: [(&str, &str); 4] = [
    ("comments", "draft_id"),
    ("stories", "draft_id"),
    ("reports", "draft_id"),
    ("conversations", "draft_id"),
];

/// What tables were called in archives of earlier programs.
const FORMER_TABLES: [(&str, &str); 2] = [
    ("interviews", "conversations"),
    ("interview_turns", "turns"),
];

type Result<T> = std::result::Result<T, ArchiveError>;

/// Why an archive was not written or not brought in. Nothing of it came in then.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ArchiveError {
    /// There is no list of files: this is no archive.
    #[error("no manifest.json of an archive")]
    NoArchive,
    /// A newer program wrote it.
    #[error("the archive has form {found}, this program knows {known}")]
    Newer {
        /// The archive's form.
        found: u32,
        /// The newest form known here.
        known: u32,
    },
    /// A file that the list names is missing.
    #[error("{path} is missing")]
    Missing {
        /// The file.
        path: String,
    },
    /// A file was changed that may not be.
    #[error("{path} is not what was written (its hash differs)")]
    Changed {
        /// The file.
        path: String,
    },
    /// A path that leads out of the archive, or that some system would take for another one.
    #[error("the archive names a file that can't be one of its own: {path}")]
    BadPath {
        /// The path as it stands.
        path: String,
    },
    /// Larger than what is read.
    #[error("{path} has {bytes} bytes, at most {limit} are read")]
    TooLarge {
        /// The file.
        path: String,
        /// Its size by the list.
        bytes: u64,
        /// The most that is read.
        limit: u64,
    },
    /// A file that can't be understood, or that does not fit the others.
    #[error("{path}: {why}")]
    Broken {
        /// The file.
        path: String,
        /// What is wrong, for the curious.
        why: String,
    },
    /// It was stopped.
    #[error("stopped")]
    Stopped,
    /// The files could not be read or written.
    #[error("{path}: {why}")]
    File {
        /// The file.
        path: String,
        /// What the system said.
        why: String,
    },
    /// From the library.
    #[error(transparent)]
    Library(#[from] LibraryError),
}

impl From<rusqlite::Error> for ArchiveError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Library(error.into())
    }
}

/// Where the files of an archive go, one after another. The list of all comes last.
pub trait Filing {
    /// Writes a file. Its path has `/` between plain names.
    ///
    /// # Errors
    /// What the system says.
    fn put(&mut self, path: &str, bytes: &[u8]) -> io::Result<()>;
}

/// Where the files of an archive come from.
pub trait Files {
    /// The paths of all files there, with `/` between names.
    ///
    /// # Errors
    /// What the system says.
    fn names(&mut self) -> io::Result<Vec<String>>;

    /// The bytes of a file, at most `most`: of a longer one the beginning, and one byte more.
    ///
    /// # Errors
    /// `NotFound` if it is not there, else what the system says.
    fn read(&mut self, path: &str, most: u64) -> io::Result<Vec<u8>>;
}

/// What readers and other programs get beside the records.
pub trait Views {
    /// Other forms of a draft's text, by their endings (`csv`).
    fn of_draft(&self, draft: &ArchivedText<'_>) -> Vec<(&'static str, Vec<u8>)>;

    /// Pages about the whole, by their names at its top.
    fn index(&self, projects: &[ArchivedProject]) -> Vec<(&'static str, Vec<u8>)>;
}

/// No views.
impl Views for () {
    fn of_draft(&self, _: &ArchivedText<'_>) -> Vec<(&'static str, Vec<u8>)> {
        Vec::new()
    }

    fn index(&self, _: &[ArchivedProject]) -> Vec<(&'static str, Vec<u8>)> {
        Vec::new()
    }
}

/// A draft's text on its way out.
#[derive(Debug)]
pub struct ArchivedText<'a> {
    /// Which desk the document lies on.
    pub kind: DocumentKind,
    /// The language it is written in.
    pub language: Language,
    /// The draft's title.
    pub title: &'a str,
    /// What the desk keeps with it.
    pub fields: &'a serde_json::Value,
    /// The text.
    pub body: &'a str,
}

/// A project in an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchivedProject {
    /// Its name.
    pub name: String,
    /// The language new documents start in.
    pub language: Language,
    /// When it was put into the bin.
    pub deleted_at: Option<i64>,
    /// Its documents, oldest first.
    pub documents: Vec<ArchivedDocument>,
    /// Paths of its assets, with their names.
    pub assets: Vec<(String, String)>,
}

/// A document in an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchivedDocument {
    /// Its title.
    pub title: String,
    /// Which desk it lies on.
    pub kind: DocumentKind,
    /// The language it is written in.
    pub language: Language,
    /// When it was put into the bin.
    pub deleted_at: Option<i64>,
    /// Its drafts, oldest first.
    pub drafts: Vec<ArchivedDraft>,
    /// How many kept texts there are.
    pub nodes: u32,
    /// How many calls of models there are.
    pub generations: u32,
}

/// A draft in an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchivedDraft {
    /// Its name.
    pub name: String,
    /// Its title.
    pub title: String,
    /// When its text was changed last, in ms since 1970.
    pub updated_at: i64,
    /// When it was put into the bin.
    pub deleted_at: Option<i64>,
    /// The path of its text.
    pub path: String,
    /// Paths of its other forms.
    pub views: Vec<String>,
    /// The text's length in characters, line breaks not counted.
    pub characters: u32,
}

/// What is to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// Everything, the bin included.
    Library,
    /// These projects.
    Projects(Vec<String>),
    /// These documents, each in its project's folder.
    Documents(Vec<String>),
}

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ArchiveProgress {
    /// Steps that are done.
    pub done: u64,
    /// Steps in all.
    pub total: u64,
}

/// Called between steps; breaking stops the work, and nothing came in then.
pub type Watch<'a> = &'a mut dyn FnMut(ArchiveProgress) -> ControlFlow<()>;

/// What was written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Archived {
    /// Projects.
    pub projects: u32,
    /// Documents.
    pub documents: u32,
    /// Drafts.
    pub drafts: u32,
    /// Kept texts.
    pub nodes: u32,
    /// Files, the list of them included.
    pub files: u32,
    /// Their length together.
    pub bytes: u64,
    /// A sentence for each kept text or journal that could not be read any more.
    pub unreadable: Vec<String>,
}

/// A document that came out of an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Returned {
    /// The document it is now.
    pub document_id: String,
    /// Its title.
    pub title: String,
    /// How it came.
    pub came: Came,
}

/// What came out of an archive.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ArchiveReturn {
    /// The documents, in the archive's order.
    pub documents: Vec<Returned>,
    /// Projects that were not there.
    pub projects: u32,
    /// Texts, titles and fields that were worked on outside and came in as an edit.
    pub edited: Vec<String>,
    /// Files that were emptied outside: what the library had stays.
    pub emptied: Vec<String>,
    /// Files for readers that were changed or removed; they are not read back.
    pub views: Vec<String>,
    /// Files that the archive's list does not know; they are not read.
    pub unknown: Vec<String>,
}
