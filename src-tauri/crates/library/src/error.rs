//! What can go wrong, in terms a person can act on.

/// Why the library could not do what was asked. Nothing was changed then.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LibraryError {
    /// Nothing has this id.
    #[error("no {what} has the id `{id}`")]
    NotFound {
        /// What was looked for: `project`, `document`, `draft`, `node`, `generation`, `departure`.
        what: &'static str,
        /// The id that was given.
        id: String,
    },
    /// The edits were made for an older text.
    #[error("the draft is at revision {current} by now")]
    Conflict {
        /// The draft's revision.
        current: u32,
    },
    /// A range lies outside of the text, inside a character, or out of order.
    #[error("the edit does not fit the text: {0}")]
    BadEdit(String),
    /// Another program has the library open.
    #[error("the library is open in another program")]
    InUse,
    /// A newer program wrote the library.
    #[error("the library has format {found}, this program knows {known}")]
    Newer {
        /// The file's format.
        found: u32,
        /// The newest format known here.
        known: u32,
    },
    /// The file is no library, or it is broken.
    #[error("the library is damaged: {0}")]
    Damaged(String),
    /// The file or its folder can't be written.
    #[error("the library can't be written")]
    ReadOnly,
    /// No space is left.
    #[error("the disk is full")]
    DiskFull,
    /// A document keeps at least one draft.
    #[error("a document's only draft can't be deleted")]
    LastDraft,
    /// The file system said no in some other way.
    #[error("file: {0}")]
    Io(String),
    /// SQLite said no in some other way.
    #[error("database: {0}")]
    Sql(String),
}
