//! Copies of a whole library: made beside the writer, listed, thinned out, put back.

mod bring;
mod contents;
mod place;
mod shelf;

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use rusqlite::backup::{Backup as Copying, StepResult};

use crate::library::{Result, new_id};
use crate::lock::beside;
use crate::{Library, LibraryError};

pub use bring::{Bring, Brought, Came};
pub use contents::{DocumentThere, DraftThere, ProjectThere, Standing};
pub use place::{Replaced, put_back};
pub use shelf::{Backup, BackupReason, backup_folder_of, backups};

/// Pages copied between two looks at the caller: a quarter of a megabyte.
const PAGES_A_STEP: i32 = 64;

/// Room that a copy leaves on its disk.
const ROOM_LEFT: u64 = 16 << 20;

/// How far a copy is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Bytes copied.
    pub done: u64,
    /// Bytes in all.
    pub total: u64,
}

/// Called between two steps of a copy, to pause and to tell. Typing goes on meanwhile.
pub type Pace<'a> = &'a mut dyn FnMut(Progress);

impl Library {
    /// The folder for this library's backups: the chosen one, else one beside the library.
    pub fn backup_folder(&self) -> PathBuf {
        let chosen = self.setting(FOLDER).ok().flatten();
        let chosen = chosen.as_ref().and_then(|value| value.as_str());
        chosen.map_or_else(|| backup_folder_of(self.path()), PathBuf::from)
    }

    /// Chooses the folder for this library's backups; `None` is the one beside the library. What
    /// lies in the old one stays there.
    pub fn set_backup_folder(&self, folder: Option<&Path>) -> Result<()> {
        let name = folder
            .map(|folder| folder.to_str().ok_or_else(not_utf8))
            .transpose()?;
        self.set_setting(FOLDER, &name.into())
    }

    /// Makes a backup in `folder` and thins out the daily ones. The copy is of one moment; it is
    /// made in small steps with `pace` between them, and counts only after each text in it was
    /// compared with its hash. A library with damage in it gets no daily backup, so that its sound
    /// ones stay; other copies of it are marked as unsound.
    ///
    /// # Errors
    /// `NoRoom`, `DiskFull`, `ReadOnly`; `Damaged` if the library is and this is a daily backup.
    pub fn back_up(&self, folder: &Path, reason: BackupReason, pace: Pace<'_>) -> Result<Backup> {
        fs::create_dir_all(folder)?;
        let stem = self.backup_stem()?;
        shelf::clear_parts(folder, &stem)?;
        let part = folder.join(format!("{stem}.part"));
        self.copy_into(&part, pace)?;
        let problems = Library::open_reading(&part, self.clock())?
            .verify()?
            .problems;
        if let Some(problem) = problems.first()
            && reason == BackupReason::Daily
        {
            fs::remove_file(&part)?;
            return Err(LibraryError::Damaged(problem.clone()));
        }
        let now = self.now();
        let path = shelf::free_name(folder, &stem, now, reason, problems.is_empty())?;
        fs::rename(&part, &path)?;
        sync_folder(folder)?;
        shelf::thin_out(folder, &stem)?;
        Backup::at(path).ok_or_else(|| LibraryError::Io("the backup has gone".to_owned()))
    }

    /// Copies the library to `target`, which must not be there yet, and compares each text in the
    /// copy with its hash before it gets its name.
    ///
    /// # Errors
    /// `Io` if the target is there, `NoRoom`, `DiskFull`; `Damaged` if the copy is not sound.
    pub fn copy_to(&self, target: &Path, pace: Pace<'_>) -> Result<()> {
        let taken = || LibraryError::Io("there is a file of this name already".to_owned());
        if target.try_exists()? {
            return Err(taken());
        }
        let part = beside(target, ".part");
        self.copy_into(&part, pace)?;
        let problems = Library::open_reading(&part, self.clock())?
            .verify()?
            .problems;
        if let Some(problem) = problems.first() {
            fs::remove_file(&part)?;
            return Err(LibraryError::Damaged(problem.clone()));
        }
        if target.try_exists()? {
            return Err(taken());
        }
        fs::rename(&part, target)?;
        sync_folder(folder_of(target))
    }

    /// How the names of this library's backups begin: its own name, and a mark that goes with the
    /// file wherever it is carried, so that two libraries can share a folder.
    fn backup_stem(&self) -> Result<String> {
        let name = self.path().file_stem().unwrap_or_default();
        let name = name.to_string_lossy().replace('_', "-");
        let mark = match self.setting(MARK)? {
            Some(serde_json::Value::String(mark)) => mark,
            _ => {
                let mark: String = new_id()?.chars().take(8).collect();
                if !self.is_reading() {
                    self.set_setting(MARK, &mark.as_str().into())?;
                }
                mark
            }
        };
        Ok(format!("{name}-{mark}"))
    }

    /// One moment of the library, in a file of its own that has reached the disk.
    fn copy_into(&self, part: &Path, pace: Pace<'_>) -> Result<()> {
        remove(part)?;
        let copied = self.copy_steps(part, pace);
        if copied.is_err() {
            // The error that led here is the one to tell.
            let _ = remove(part);
        }
        copied
    }

    fn copy_steps(&self, part: &Path, pace: Pace<'_>) -> Result<()> {
        let source = self.source.reader()?;
        let journal: String = source.pragma_query_value(None, "journal_mode", |row| row.get(0))?;
        if journal == "wal" {
            // Reading holds no writer up there. Elsewhere the copy begins anew after each write.
            source.execute_batch("BEGIN")?;
        }
        let number = |name| source.pragma_query_value(None, name, |row| row.get::<_, u32>(0));
        let page = u64::from(number("page_size")?);
        let needed = u64::from(number("page_count")?) * page + ROOM_LEFT;
        if let Some(free) = free_space(folder_of(part))?
            && free < needed
        {
            return Err(LibraryError::NoRoom { needed, free });
        }
        let mut copy = Connection::open(part)?;
        // No journal: a copy that was cut short is thrown away. The file is synced at the end.
        copy.pragma_update_and_check(None, "journal_mode", "off", |_| Ok(()))?;
        copy.pragma_update(None, "synchronous", "full")?;
        let bytes = |pages: i32| u64::try_from(pages).unwrap_or_default() * page;
        let copying = Copying::new(&source, &mut copy)?;
        loop {
            let step = copying.step(PAGES_A_STEP)?;
            let progress = copying.progress();
            pace(Progress {
                done: bytes(progress.pagecount - progress.remaining),
                total: bytes(progress.pagecount),
            });
            match step {
                StepResult::Done => break,
                StepResult::More => {}
                // Another program holds the file for a moment.
                _ => std::thread::sleep(BREATH),
            }
        }
        drop(copying);
        copy.close().map_err(|(_, error)| error)?;
        File::options().write(true).open(part)?.sync_all()?;
        Ok(())
    }
}

/// How long to wait for a file that another program holds.
const BREATH: std::time::Duration = std::time::Duration::from_millis(20);

/// Settings of the library.
const FOLDER: &str = "backup_folder";
const MARK: &str = "backup_mark";

fn not_utf8() -> LibraryError {
    LibraryError::Io("the folder's path is not UTF-8".to_owned())
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// A new or another name in a folder has reached the disk.
fn sync_folder(folder: &Path) -> Result<()> {
    if cfg!(unix) {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

/// Removes a library that is thrown away, if it is there, and what SQLite may have left beside it.
pub fn remove(path: &Path) -> Result<()> {
    for ending in ["-journal", "-wal", "-shm", ""] {
        match fs::remove_file(beside(path, ending)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
    }
    Ok(())
}

/// Bytes that may still be written to a folder's disk, where the system says so.
#[cfg(unix)]
pub fn free_space(folder: &Path) -> Result<Option<u64>> {
    let disk = rustix::fs::statvfs(folder).map_err(std::io::Error::from)?;
    Ok(Some(disk.f_bavail.saturating_mul(disk.f_frsize)))
}

/// As above.
#[cfg(not(unix))]
pub fn free_space(_: &Path) -> Result<Option<u64>> {
    Ok(None)
}

#[cfg(test)]
mod tests;
