//! A backup takes a library's place.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::Connection;

use super::{BackupReason, Pace, folder_of, free_space, shelf, sync_folder};
use crate::library::Result;
use crate::lock::{Lock, beside};
use crate::{Clock, Library, LibraryError, Program};

/// What happened to the library that a backup took the place of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replaced {
    /// Where it lies now; none if there was none.
    pub aside: Option<PathBuf>,
}

/// Puts `backup` in the place of the library at `path`, which nobody may have open. What lies
/// there is kept in `folder` first: as a backup if it can be read, else byte by byte.
///
/// # Errors
/// `InUse`, `NoRoom`; `Damaged` if the backup can't be read. The library is as it was then.
pub fn put_back(
    path: &Path,
    backup: &Path,
    folder: &Path,
    clock: Arc<dyn Clock>,
    program: Program,
    pace: Pace<'_>,
) -> Result<Replaced> {
    // It opens, and its lists can be read.
    Library::open_reading(backup, clock.clone())?.projects()?;
    let path = match path.canonicalize() {
        Ok(path) => path,
        Err(_) => path.to_owned(),
    };
    fs::create_dir_all(folder_of(&path))?;
    fs::create_dir_all(folder)?;
    let lock = Lock::take(&path, program, clock.now_ms())?;
    let part = beside(&path, ".restored.part");
    super::remove(&part)?;
    let needed = fs::metadata(backup)?.len() + super::ROOM_LEFT;
    if let Some(free) = free_space(folder_of(&path))?
        && free < needed
    {
        return Err(LibraryError::NoRoom { needed, free });
    }
    fs::copy(backup, &part)?;
    // A backup may be write-protected; the library is not.
    let mut rights = fs::metadata(&part)?.permissions();
    #[cfg(unix)]
    std::os::unix::fs::PermissionsExt::set_mode(&mut rights, 0o644);
    #[cfg(not(unix))]
    rights.set_readonly(false);
    fs::set_permissions(&part, rights)?;
    File::options().write(true).open(&part)?.sync_all()?;

    let aside = match path.try_exists()? {
        true => Some(set_aside(&path, folder, clock.clone(), pace)?),
        false => None,
    };
    // What SQLite keeps beside a library belongs to the old one and would ruin the new one.
    for ending in ["-wal", "-journal", "-shm"] {
        match fs::remove_file(beside(&path, ending)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
    }
    fs::rename(&part, &path)?;
    sync_folder(folder_of(&path))?;
    drop(lock);
    Ok(Replaced { aside })
}

/// Keeps what lies at `path`, and folds what SQLite keeps beside it into it where that can be done.
fn set_aside(path: &Path, folder: &Path, clock: Arc<dyn Clock>, pace: Pace<'_>) -> Result<PathBuf> {
    let made = Library::open_reading(path, clock.clone())
        .and_then(|library| library.back_up(folder, BackupReason::BeforeRestore, pace));
    match made {
        Ok(backup) => {
            // Cut short between the next two steps, the library is as it was and not less.
            let folded = Connection::open(path).and_then(|connection| {
                connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
            });
            folded?;
            Ok(backup.path)
        }
        Err(error @ (LibraryError::NoRoom { .. } | LibraryError::DiskFull)) => Err(error),
        Err(_) => {
            let name = path.file_stem().unwrap_or_default().to_string_lossy();
            let stem = format!("{}-as-it-was", name.replace('_', "-"));
            let reason = BackupReason::BeforeRestore;
            let aside = shelf::free_name(folder, &stem, clock.now_ms(), reason, false)?;
            for ending in ["", "-wal", "-journal"] {
                let from = beside(path, ending);
                if from.try_exists()? {
                    let to = beside(&aside, ending);
                    fs::copy(from, &to)?;
                    File::options().write(true).open(&to)?.sync_all()?;
                }
            }
            sync_folder(folder)?;
            Ok(aside)
        }
    }
}
