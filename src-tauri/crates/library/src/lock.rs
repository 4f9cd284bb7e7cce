//! One writer at a time.

use std::ffi::OsString;
use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

use crate::LibraryError;

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
    /// Takes the lock beside `library`, or says that another program has it.
    pub(crate) fn take(library: &Path) -> Result<Lock, LibraryError> {
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(beside(library, ".lock"))?;
        match file.try_lock() {
            Ok(()) => Ok(Lock(file)),
            Err(TryLockError::WouldBlock) => Err(LibraryError::InUse),
            Err(TryLockError::Error(error)) => Err(error.into()),
        }
    }
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
                        Lock::take(&path)
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
            .filter(|lock| matches!(lock, Err(LibraryError::InUse)))
            .count();
        assert_eq!(
            (locks.iter().filter(|lock| lock.is_ok()).count(), refused),
            (1, 49)
        );
        drop(locks);
        assert!(Lock::take(&path).is_ok(), "dropping gives it back");
    }

    #[test]
    fn a_copy_of_the_handle_does_not_hold_the_lock() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("library.ink");
        let lock = Lock::take(&path).unwrap();
        let copy = lock.0.try_clone().unwrap();
        drop(lock);
        assert!(Lock::take(&path).is_ok());
        drop(copy);
    }
}
