//! What can go wrong, in terms a person can act on.

use crate::Holder;

/// Why the library could not do what was asked. Nothing was changed then.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LibraryError {
    /// Nothing has this id.
    #[error("no {what} has the id `{id}`")]
    NotFound {
        /// What was looked for: `project`, `document`, `draft`, `node`,
        /// `generation`, `departure`, `asset`.
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
    /// Another program has the library open; who, if it is known.
    #[error("the library is open in another program")]
    InUse(Option<Holder>),
    /// The library was opened for reading only.
    #[error("the library is open for reading only")]
    Reading,
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
    /// A copy of the library has no room on its disk.
    #[error("a copy needs {needed} bytes, {free} are free")]
    NoRoom {
        /// What the copy needs, in bytes.
        needed: u64,
        /// What is free, in bytes.
        free: u64,
    },
    /// No space is left.
    #[error("the disk is full")]
    DiskFull,
    /// More than the library takes.
    #[error("larger than {limit} bytes")]
    TooLarge {
        /// What it takes, in bytes.
        limit: usize,
    },
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

impl From<std::io::Error> for LibraryError {
    fn from(error: std::io::Error) -> Self {
        use std::io::ErrorKind;
        match error.kind() {
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => Self::ReadOnly,
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Self::DiskFull,
            _ => Self::Io(error.to_string()),
        }
    }
}

impl From<rusqlite::Error> for LibraryError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::{Error, ErrorCode};
        match &error {
            Error::SqliteFailure(failure, _) => match failure.code {
                ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => {
                    Self::Damaged(error.to_string())
                }
                ErrorCode::ReadOnly | ErrorCode::PermissionDenied => Self::ReadOnly,
                ErrorCode::DiskFull => Self::DiskFull,
                // The shared-memory file of the WAL could not be given its size.
                _ if failure.extended_code == rusqlite::ffi::SQLITE_IOERR_SHMSIZE => Self::DiskFull,
                ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Self::InUse(None),
                ErrorCode::SystemIoFailure | ErrorCode::CannotOpen => Self::Io(error.to_string()),
                _ => Self::Sql(error.to_string()),
            },
            // We wrote every value, so one that can't be read has changed since.
            Error::FromSqlConversionFailure(..)
            | Error::IntegralValueOutOfRange(..)
            | Error::InvalidColumnType(..)
            | Error::Utf8Error(..) => Self::Damaged(error.to_string()),
            _ => Self::Sql(error.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use rusqlite::ffi;

    use super::*;

    fn sqlite(code: i32) -> LibraryError {
        rusqlite::Error::SqliteFailure(ffi::Error::new(code), None).into()
    }

    #[test]
    fn what_sqlite_says_becomes_what_a_person_can_act_on() {
        for code in [
            ffi::SQLITE_CORRUPT,
            ffi::SQLITE_NOTADB,
            ffi::SQLITE_CORRUPT_VTAB,
        ] {
            assert!(matches!(sqlite(code), LibraryError::Damaged(_)), "{code}");
        }
        for code in [
            ffi::SQLITE_READONLY,
            ffi::SQLITE_READONLY_DIRECTORY,
            ffi::SQLITE_PERM,
        ] {
            assert_eq!(sqlite(code), LibraryError::ReadOnly, "{code}");
        }
        for code in [ffi::SQLITE_FULL, ffi::SQLITE_IOERR_SHMSIZE] {
            assert_eq!(sqlite(code), LibraryError::DiskFull, "{code}");
        }
        assert_eq!(sqlite(ffi::SQLITE_BUSY), LibraryError::InUse(None));
        assert!(matches!(
            sqlite(ffi::SQLITE_IOERR_FSYNC),
            LibraryError::Io(_)
        ));
        assert!(matches!(
            sqlite(ffi::SQLITE_CONSTRAINT),
            LibraryError::Sql(_)
        ));
    }

    #[test]
    fn what_the_file_system_says_too() {
        let of = |kind: io::ErrorKind| LibraryError::from(io::Error::from(kind));
        assert_eq!(
            of(io::ErrorKind::ReadOnlyFilesystem),
            LibraryError::ReadOnly
        );
        assert_eq!(of(io::ErrorKind::PermissionDenied), LibraryError::ReadOnly);
        assert_eq!(of(io::ErrorKind::StorageFull), LibraryError::DiskFull);
        assert!(matches!(
            of(io::ErrorKind::NotADirectory),
            LibraryError::Io(_)
        ));
    }
}
