//! # The library
//!
//! One SQLite file that holds everything a person and the models wrote: projects, documents,
//! drafts, their history, every generation, and a ledger of what left the machine. This is the
//! only room that speaks SQL.
//!
//! Rules
//! - A call that returned has reached the disk: WAL with `synchronous=FULL`, one transaction per
//!   call. Killed at any moment, the library opens again with every acknowledged word.
//! - Nothing is overwritten for good. Every edit is a journal row that holds what it took away, a
//!   text that is emptied is snapshot first, deleting only hides. Emptying the bin is the one thing
//!   that deletes. What is hidden can still be read
//!   and written by its id: text that arrives late is kept.
//! - Where a word came from is written in the transaction that brings the word.
//! - One process writes: a lock of the operating system lies beside the file and falls with it.
//! - What may not be written (a newer library, a damaged one, a backup, one that another program
//!   writes) can be opened for reading, and then every write is refused.
//! - Migrations are numbered files that are never edited. Before one runs, the library is copied
//!   beside itself. A library from a newer program is left untouched.
//! - A backup is a copy of one moment, made beside the writer; it counts once its texts were
//!   compared with their hashes. Only daily ones are thinned out.
//! - A search asks an index of words, each Chinese character being one, and looks through what is
//!   not indexed yet, so it finds what was written the moment before. Kept texts are indexed
//!   passage by passage, each passage once; those that wait are counted.
//! - Time is passed in. Offsets are bytes. Ids are random and mean nothing.
//! - No row, connection or error of SQLite leaves this room, and no text enters a log.
//!
//! Glossary
//! - *Comment*: what is said of a place of a text, beside it.
//! - *Draft*: a document's line of work; its *revision* counts the batches of edits.
//! - *Operation*: a journal entry, one batch of edits with what undoes it.
//! - *Span*: a run of text with one [`Origin`].
//! - *Sheet*: a draft's title and fields as one text.
//! - *Content*: sheet, origins and body of a draft at one moment, kept once by its SHA-256, mostly
//!   as a difference to another content; chains are bounded.
//! - *Position*: the operation that made the body, or the sheet, what it is. An undo goes back to
//!   an earlier position, so it works across restarts.
//! - *Node*: a kept text with a parent: a *snapshot* (automatic) or a *version* (wanted).
//! - *Generation*: one call of a model. With a draft it is a *suggestion* until it is decided.

mod archive;
mod assets;
mod backup;
mod bin;
mod bytes;
mod calendar;
mod carry;
mod comment;
mod compact;
mod conversation;
#[cfg(test)]
mod crash;
mod document;
mod draft;
mod edit;
mod error;
#[cfg(test)]
mod fixtures;
mod generation;
mod history;
mod import;
mod journal;
mod ledger;
mod library;
mod lock;
mod meaning;
mod model;
mod project;
#[cfg(test)]
mod properties;
mod reading;
mod repair;
mod report;
mod rescue;
mod row;
mod schema;
mod search;
mod setting;
mod span;
mod state;
mod stem;
mod story;
mod suggestion;
#[cfg(test)]
mod testing;
mod texts;
#[cfg(test)]
mod traced;
mod undo;
mod usage;
mod verify;
mod weave;
mod words;
mod written;

pub use archive::{
    ArchiveError, ArchiveProgress, ArchiveReturn, Archived, ArchivedDocument, ArchivedDraft,
    ArchivedProject, ArchivedText, Files, Filing, Returned, Scope, Views, Watch,
};
pub use assets::Asset;
pub use backup::{
    Backup, BackupReason, Bring, Brought, Came, DocumentThere, DraftThere, Pace, Progress,
    ProjectThere, Replaced, Standing, backup_folder_of, backups, free_space, put_back,
    remove as remove_library,
};
pub use bin::{BinItem, BinKind, Emptied};
pub use calendar::Moment;
pub use comment::Comment;
pub use compact::Compaction;
pub use conversation::{Conversation, Summary, Turn};
pub use document::{Document, DocumentSummary, NewDocument};
pub use draft::{Draft, DraftSummary};
pub use edit::{Edit, Operation, OperationKind, OperationRecord};
pub use error::LibraryError;
pub use generation::{Decision, Generation, GenerationEnd, GenerationStart, Handed};
pub use history::{HistoryFilter, HistoryNode, NodeKind, NodeState};
pub use ledger::{Departure, LedgerEntry, LedgerHost, LedgerPage, LedgerQuery, Outcome};
pub use library::{Clock, Library};
pub use lock::{Holder, Program};
pub use meaning::{MeaningFilter, MeaningHit, MeaningModel, Unmeasured};
pub use project::{Privacy, Project};
pub use repair::{RepairReport, SetAside};
pub use report::Report;
pub use rescue::{Rescued, rescue};
pub use search::{
    Count, FoundIn, FoundOrigin, Places, SearchGroup, SearchHit, SearchPage, SearchQuery, Still,
};
pub use span::{Origin, Span};
pub use suggestion::{Authorship, Hand};
pub use undo::{UndoReach, UndoStep};
pub use usage::{Price, Spent, UsageOf, Used};
pub use verify::VerifyReport;
pub use weave::{Description, Patch, Source, Strand};
pub use written::{Share, Written};
