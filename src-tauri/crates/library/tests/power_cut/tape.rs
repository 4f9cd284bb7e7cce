//! A file system for SQLite that writes down what it is asked to do, and can fail on demand. It
//! hands everything on to SQLite's own (see <https://www.sqlite.org/vfs.html>).

#![allow(
    unsafe_code,
    reason = "SQLite asks for its file system as a table of C functions; it exists in tests only"
)]

use std::ffi::{CStr, c_char, c_int, c_void};
use std::mem::size_of;
use std::path::{Path, PathBuf};
use std::ptr;
use std::slice;
use std::sync::{Mutex, MutexGuard, Once, OnceLock, PoisonError};

use rusqlite::ffi;

/// Something that was done to the files in the watched folder, in the order it was done.
#[derive(Debug, Clone)]
pub enum Deed {
    /// Bytes were written.
    Write {
        path: PathBuf,
        at: u64,
        bytes: Vec<u8>,
    },
    /// A file was cut or grown.
    Truncate { path: PathBuf, length: u64 },
    /// All that was done to the file before has reached the disk; with its folder, also which names
    /// there are.
    Sync { path: PathBuf, folder: bool },
    /// A name was taken away.
    Delete { path: PathBuf, synced: bool },
}

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The disk is full.
    Full,
    /// The disk cannot be written.
    Broken,
    /// What was written does not reach the disk.
    Unsynced,
}

#[derive(Default)]
struct Tape {
    folder: Option<PathBuf>,
    deeds: Vec<Deed>,
    /// So many writes or syncs go well, and then none does.
    fault: Option<(usize, Fault)>,
}

fn tape() -> MutexGuard<'static, Tape> {
    static TAPE: OnceLock<Mutex<Tape>> = OnceLock::new();
    let tape = TAPE.get_or_init(Mutex::default);
    tape.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Writes down what SQLite does to files in `folder` from now on.
pub fn watch(folder: &Path) {
    install();
    *tape() = Tape {
        folder: Some(folder.canonicalize().unwrap()),
        ..Tape::default()
    };
}

/// How much was done so far.
pub fn length() -> usize {
    tape().deeds.len()
}

/// Stops watching and gives what was written down.
pub fn taken() -> Vec<Deed> {
    std::mem::take(&mut *tape()).deeds
}

/// The file in `folder` that was written last.
pub fn last_written(folder: &Path) -> PathBuf {
    let folder = folder.canonicalize().unwrap();
    let tape = tape();
    let written = tape.deeds.iter().rev().find_map(|deed| match deed {
        Deed::Write { path, .. } if path.starts_with(&folder) => Some(path.clone()),
        _ => None,
    });
    written.unwrap()
}

/// Lets `after` writes and syncs in the watched folder go well, and all later ones fail.
pub fn fail(after: usize, fault: Fault) {
    tape().fault = Some((after, fault));
}

/// Everything goes well again. Says whether anything failed.
pub fn mend() -> bool {
    tape().fault.take().is_some_and(|(left, _)| left == 0)
}

/// The result that a write (or a sync) is to have instead of its own.
fn refused(path: &Path, sync: bool) -> Option<c_int> {
    let mut tape = tape();
    let watched = tape.folder.as_ref().is_some_and(|f| path.starts_with(f));
    let (left, fault) = tape.fault.as_mut()?;
    if !watched || (*fault == Fault::Unsynced) != sync {
        return None;
    }
    if *left > 0 {
        *left -= 1;
        return None;
    }
    Some(match fault {
        Fault::Full => ffi::SQLITE_FULL,
        Fault::Broken => ffi::SQLITE_IOERR_WRITE,
        Fault::Unsynced => ffi::SQLITE_IOERR_FSYNC,
    })
}

fn note(path: &Path, deed: impl FnOnce(PathBuf) -> Deed) {
    let mut tape = tape();
    if tape.folder.as_ref().is_some_and(|f| path.starts_with(f)) {
        tape.deeds.push(deed(path.to_owned()));
    }
}

/// An open file: SQLite's part, its path, and behind it the file of SQLite's own file system.
#[repr(C)]
struct Open {
    base: ffi::sqlite3_file,
    /// None for a temporary file.
    path: *mut PathBuf,
    real: *mut ffi::sqlite3_file,
    /// A new journal: its first sync is one of its folder too, as SQLite's own file system has it.
    fresh: bool,
}

/// Files whose names SQLite brings to the disk with their first sync.
const JOURNALS: c_int =
    ffi::SQLITE_OPEN_MAIN_JOURNAL | ffi::SQLITE_OPEN_SUPER_JOURNAL | ffi::SQLITE_OPEN_WAL;

fn own() -> *mut ffi::sqlite3_vfs {
    static OWN: OnceLock<usize> = OnceLock::new();
    // SAFETY: a plain look-up; SQLite keeps the table for ever.
    let found = OWN.get_or_init(|| unsafe { ffi::sqlite3_vfs_find(ptr::null()) } as usize);
    *found as *mut ffi::sqlite3_vfs
}

/// Becomes SQLite's file system for this process.
fn install() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // SAFETY: called once, before the test opens a library; the table and its name live for
        // ever, and all that is not replaced is SQLite's own.
        unsafe {
            assert_eq!(ffi::sqlite3_initialize(), ffi::SQLITE_OK);
            let mut table = *own();
            table.zName = c"tape".as_ptr();
            table.pNext = ptr::null_mut();
            table.szOsFile += c_int::try_from(size_of::<Open>()).unwrap();
            table.xOpen = Some(open);
            table.xDelete = Some(delete);
            let table = Box::leak(Box::new(table));
            assert_eq!(ffi::sqlite3_vfs_register(table, 1), ffi::SQLITE_OK);
        }
    });
}

unsafe fn path_of(name: *const c_char) -> PathBuf {
    // SAFETY: SQLite passes a name that ends in 0.
    let name = unsafe { CStr::from_ptr(name) };
    PathBuf::from(name.to_string_lossy().into_owned())
}

unsafe extern "C" fn open(
    _: *mut ffi::sqlite3_vfs,
    name: ffi::sqlite3_filename,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    out: *mut c_int,
) -> c_int {
    // SAFETY: SQLite gives as much memory as the table asks for: ours, and the real file's after.
    unsafe {
        let ours = file.cast::<Open>();
        let real = ours.add(1).cast::<ffi::sqlite3_file>();
        ptr::write_bytes(real.cast::<u8>(), 0, (*own()).szOsFile as usize);
        (*ours).base.pMethods = ptr::null();
        (*ours).path = ptr::null_mut();
        (*ours).real = real;
        (*ours).fresh = flags & ffi::SQLITE_OPEN_CREATE != 0 && flags & JOURNALS != 0;
        let Some(real_open) = (*own()).xOpen else {
            return ffi::SQLITE_ERROR;
        };
        let result = real_open(own(), name, real, flags, out);
        if result == ffi::SQLITE_OK {
            if !name.is_null() {
                (*ours).path = Box::into_raw(Box::new(path_of(name)));
            }
            (*ours).base.pMethods = &raw const METHODS;
        }
        result
    }
}

unsafe extern "C" fn delete(_: *mut ffi::sqlite3_vfs, name: *const c_char, sync: c_int) -> c_int {
    // SAFETY: as SQLite would call it itself.
    unsafe {
        let Some(real) = (*own()).xDelete else {
            return ffi::SQLITE_ERROR;
        };
        let result = real(own(), name, sync);
        if result == ffi::SQLITE_OK {
            note(&path_of(name), |path| Deed::Delete {
                path,
                synced: sync != 0,
            });
        }
        result
    }
}

/// The path of an open file.
unsafe fn path<'a>(file: *mut ffi::sqlite3_file) -> Option<&'a Path> {
    // SAFETY: `open` made the file, and `close` takes the path away last.
    unsafe { (*file.cast::<Open>()).path.as_ref().map(PathBuf::as_path) }
}

unsafe extern "C" fn close(file: *mut ffi::sqlite3_file) -> c_int {
    // SAFETY: SQLite closes a file once.
    unsafe {
        let ours = file.cast::<Open>();
        if !(*ours).path.is_null() {
            drop(Box::from_raw((*ours).path));
        }
        let real = (*ours).real;
        (*(*real).pMethods).xClose.map_or(0, |close| close(real))
    }
}

unsafe extern "C" fn write(
    file: *mut ffi::sqlite3_file,
    bytes: *const c_void,
    length: c_int,
    at: i64,
) -> c_int {
    // SAFETY: SQLite passes so many bytes.
    unsafe {
        if let Some(path) = path(file) {
            if let Some(result) = refused(path, false) {
                return result;
            }
            note(path, |path| Deed::Write {
                path,
                at: u64::try_from(at).unwrap(),
                bytes: slice::from_raw_parts(bytes.cast(), length as usize).to_vec(),
            });
        }
        let real = (*file.cast::<Open>()).real;
        (*(*real).pMethods)
            .xWrite
            .map_or(ffi::SQLITE_IOERR, |write| write(real, bytes, length, at))
    }
}

unsafe extern "C" fn truncate(file: *mut ffi::sqlite3_file, length: i64) -> c_int {
    // SAFETY: handed on.
    unsafe {
        if let Some(path) = path(file) {
            note(path, |path| Deed::Truncate {
                path,
                length: u64::try_from(length).unwrap(),
            });
        }
        let real = (*file.cast::<Open>()).real;
        (*(*real).pMethods)
            .xTruncate
            .map_or(ffi::SQLITE_IOERR, |truncate| truncate(real, length))
    }
}

unsafe extern "C" fn sync(file: *mut ffi::sqlite3_file, flags: c_int) -> c_int {
    // SAFETY: handed on.
    unsafe {
        if let Some(path) = path(file) {
            if let Some(result) = refused(path, true) {
                return result;
            }
            let folder = std::mem::take(&mut (*file.cast::<Open>()).fresh);
            note(path, |path| Deed::Sync { path, folder });
        }
        let real = (*file.cast::<Open>()).real;
        (*(*real).pMethods)
            .xSync
            .map_or(ffi::SQLITE_IOERR, |sync| sync(real, flags))
    }
}

/// Hands a call on as it is.
macro_rules! on {
    ($name:ident, $method:ident ( $($arg:ident : $ty:ty),* ) -> $out:ty, $without:expr) => {
        unsafe extern "C" fn $name(file: *mut ffi::sqlite3_file $(, $arg: $ty)*) -> $out {
            // SAFETY: handed on.
            unsafe {
                let real = (*file.cast::<Open>()).real;
                match (*(*real).pMethods).$method {
                    Some(method) => method(real $(, $arg)*),
                    None => $without,
                }
            }
        }
    };
}

on!(read, xRead(bytes: *mut c_void, length: c_int, at: i64) -> c_int, ffi::SQLITE_IOERR);
on!(size, xFileSize(size: *mut i64) -> c_int, ffi::SQLITE_IOERR);
on!(lock, xLock(level: c_int) -> c_int, ffi::SQLITE_IOERR);
on!(unlock, xUnlock(level: c_int) -> c_int, ffi::SQLITE_IOERR);
on!(reserved, xCheckReservedLock(out: *mut c_int) -> c_int, ffi::SQLITE_IOERR);
on!(control, xFileControl(op: c_int, arg: *mut c_void) -> c_int, ffi::SQLITE_NOTFOUND);
on!(sector, xSectorSize() -> c_int, 0);
on!(device, xDeviceCharacteristics() -> c_int, 0);
on!(
    shm_map,
    xShmMap(page: c_int, size: c_int, extend: c_int, out: *mut *mut c_void) -> c_int,
    ffi::SQLITE_IOERR
);
on!(shm_lock, xShmLock(offset: c_int, n: c_int, flags: c_int) -> c_int, ffi::SQLITE_IOERR);
on!(shm_barrier, xShmBarrier() -> (), ());
on!(shm_unmap, xShmUnmap(delete: c_int) -> c_int, ffi::SQLITE_OK);

static METHODS: ffi::sqlite3_io_methods = ffi::sqlite3_io_methods {
    iVersion: 2,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(size),
    xLock: Some(lock),
    xUnlock: Some(unlock),
    xCheckReservedLock: Some(reserved),
    xFileControl: Some(control),
    xSectorSize: Some(sector),
    xDeviceCharacteristics: Some(device),
    xShmMap: Some(shm_map),
    xShmLock: Some(shm_lock),
    xShmBarrier: Some(shm_barrier),
    xShmUnmap: Some(shm_unmap),
    xFetch: None,
    xUnfetch: None,
};
