//! One writer at a time, and who that is.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{Seek as _, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::LibraryError;

/// What kind of program has a library open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Program {
    /// The studio's window.
    Window,
    /// `ink`.
    CommandLine,
    /// Something else that uses this room.
    #[default]
    Other,
}

/// Who has a library open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// What kind of program.
    pub program: Program,
    /// Its process.
    pub pid: u32,
    /// When it opened the library, in ms since 1970.
    pub since: i64,
}

/// Held while the library is open. The operating system takes it back when the process dies.
/// The file stays: removing it would let two programs lock two files of one name.
pub(crate) struct Lock(File);

impl Drop for Lock {
    fn drop(&mut self) {
        // Closing alone is not enough: a process that is just being started still has a copy of
        // the handle for a moment. If this fails, the process's end gives the lock back.
        let _ = self.0.unlock();
    }
}

impl Lock {
    /// Takes the lock beside `library`, or says who has it.
    pub(crate) fn take(library: &Path, program: Program, now: i64) -> Result<Lock, LibraryError> {
        let path = beside(library, ".lock");
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)?;
        match file.try_lock() {
            Ok(()) => {
                let mut lock = Lock(file);
                // Who it is helps others to a better sentence and is worth no refusal: on a full
                // disk the library can still be read.
                let _ = lock.sign(program, now);
                Ok(lock)
            }
            Err(TryLockError::WouldBlock) => Err(LibraryError::InUse(holder(&path))),
            Err(TryLockError::Error(error)) => Err(error.into()),
        }
    }

    fn sign(&mut self, program: Program, since: i64) -> std::io::Result<()> {
        let pid = std::process::id();
        let line = serde_json::to_string(&Holder {
            program,
            pid,
            since,
        })?;
        self.0.set_len(0)?;
        self.0.rewind()?;
        self.0.write_all(line.as_bytes())
    }
}

/// Whether a program has `library` open for writing.
pub(crate) fn is_held(library: &Path) -> bool {
    File::open(beside(library, ".lock"))
        .is_ok_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)))
}

/// Who wrote himself into a lock's file, where that can be read.
fn holder(path: &Path) -> Option<Holder> {
    let line = fs::read_to_string(path).ok()?;
    serde_json::from_str(&line).ok()
}

/// The path with something added to the file's name.
pub(crate) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(ending);
    PathBuf::from(name)
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;
    use std::thread;

    use super::*;

    fn take(path: &Path) -> Result<Lock, LibraryError> {
        Lock::take(path, Program::Window, 40)
    }

    #[test]
    fn of_fifty_at_once_one_gets_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("library.ink");
        let start = Barrier::new(50);
        let locks: Vec<_> = thread::scope(|scope| {
            let threads: Vec<_> = (0..50)
                .map(|_| {
                    scope.spawn(|| {
                        start.wait();
                        take(&path)
                    })
                })
                .collect();
            threads
                .into_iter()
                .map(|thread| thread.join().unwrap())
                .collect()
        });
        let refused = locks
            .iter()
            .filter(|lock| matches!(lock, Err(LibraryError::InUse(_))))
            .count();
        assert_eq!(
            (locks.iter().filter(|lock| lock.is_ok()).count(), refused),
            (1, 49)
        );
        drop(locks);
        assert!(take(&path).is_ok(), "dropping gives it back");
    }

    #[test]
    fn a_copy_of_the_handle_does_not_hold_the_lock() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("library.ink");
        let lock = take(&path).unwrap();
        let copy = lock.0.try_clone().unwrap();
        drop(lock);
        assert!(take(&path).is_ok());
        drop(copy);
    }

    #[test]
    fn who_comes_second_hears_who_was_first() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("library.ink");
        fs::write(beside(&path, ".lock"), "x".repeat(900)).unwrap();
        let lock = take(&path).unwrap();
        let known = Holder {
            program: Program::Window,
            pid: std::process::id(),
            since: 40,
        };
        let refused = take(&path).err().unwrap();
        assert_eq!(refused, LibraryError::InUse(Some(known)));
        // An older program left nothing, or something else.
        fs::write(beside(&path, ".lock"), "").unwrap();
        assert_eq!(take(&path).err().unwrap(), LibraryError::InUse(None));
        drop(lock);
    }
}
