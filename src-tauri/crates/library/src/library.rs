//! The handle on an open library.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, OptionalExtension, Params, Row, Transaction};
use rusqlite::{MAIN_DB, TransactionBehavior};

use crate::lock::Lock;
use crate::reading::Source;
use crate::{LibraryError, Program, generation, schema};

/// Older ones can lose a write when two connections meet at the end of the WAL.
const OLDEST_SQLITE: i32 = 3_051_003;

/// How long to wait for a reader from outside, a backup program for instance.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);

/// A WAL that grew past this is cut when it starts over.
const WAL_KEPT: i64 = 64 << 20;

pub(crate) type Result<T> = std::result::Result<T, LibraryError>;

/// What time it is.
pub trait Clock: Send + Sync {
    /// Milliseconds since 1970.
    fn now_ms(&self) -> i64;
}

/// An open library. Calls may come from any thread; they take turns.
pub struct Library {
    path: PathBuf,
    clock: Arc<dyn Clock>,
    // Closed before the lock falls: fields are dropped in this order.
    connection: Mutex<Connection>,
    pub(crate) source: Source,
    _lock: Option<Lock>,
    // Goes last: who waits for this waits until the file is really free.
    held: Arc<()>,
}

impl fmt::Debug for Library {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Library")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

impl Library {
    /// Opens the library at `path` or makes a new one, folders included. An older one is copied
    /// beside itself and brought up to date. Calls of models that were running when the last
    /// program died are closed as `interrupted`, with the text they had.
    ///
    /// # Errors
    /// `InUse`, `Newer`, `Damaged`, `ReadOnly`, `DiskFull`; the file is left as it was.
    pub fn open(path: &Path, clock: Arc<dyn Clock>) -> Result<Library> {
        Library::open_as(path, clock, Program::Other)
    }

    /// As [`Library::open`], and whoever comes later hears that `program` has it.
    ///
    /// # Errors
    /// As there.
    pub fn open_as(path: &Path, clock: Arc<dyn Clock>, program: Program) -> Result<Library> {
        trusted_sqlite()?;
        let path = one_name(path)?;
        if path.is_dir() {
            return Err(LibraryError::Damaged("a folder, not a file".to_owned()));
        }
        // SQLite takes a file of one byte for an empty one and would write over it.
        if fs::metadata(&path).is_ok_and(|file| file.len() == 1) {
            return Err(LibraryError::Damaged("too short".to_owned()));
        }
        let lock = Lock::take(&path, program, clock.now_ms())?;
        let mut connection = Connection::open_with_flags(
            &path,
            OpenFlags::SQLITE_OPEN_READ_WRITE
                | OpenFlags::SQLITE_OPEN_CREATE
                | OpenFlags::SQLITE_OPEN_NO_MUTEX,
        )?;
        #[cfg(test)]
        crate::crash::watch(&mut connection);
        connection.busy_timeout(PATIENCE)?;
        // SQLite falls back to reading without a word where it may not write.
        if connection.is_readonly(MAIN_DB)? {
            return Err(LibraryError::ReadOnly);
        }
        let found = schema::version(&connection)?;
        if found == 0 {
            // Before there is anything in the file, or it would have to be written anew.
            connection.pragma_update(None, "auto_vacuum", schema::INCREMENTAL)?;
        }
        // Where there is no WAL (some network folders) SQLite keeps its journal, as safe with FULL.
        connection.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(()))?;
        connection.pragma_update(None, "synchronous", "full")?;
        connection.pragma_update(None, "foreign_keys", true)?;
        connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
        connection.pragma_update(None, "trusted_schema", false)?;
        connection.pragma_update(None, "cell_size_check", true)?;
        connection.pragma_update_and_check(None, "journal_size_limit", WAL_KEPT, |_| Ok(()))?;
        schema::migrate(&mut connection, found, &path, clock.now_ms())?;
        generation::close_interrupted(&connection)?;
        Ok(Library {
            source: Source::writing(path.clone()),
            path,
            clock,
            connection: Mutex::new(connection),
            _lock: Some(lock),
            held: Arc::default(),
        })
    }

    /// A library that a connection for reading was opened on.
    pub(crate) fn of_reader(
        path: PathBuf,
        clock: Arc<dyn Clock>,
        connection: Connection,
        source: Source,
    ) -> Library {
        Library {
            path,
            clock,
            connection: Mutex::new(connection),
            source,
            _lock: None,
            held: Arc::default(),
        }
    }

    /// Folds what SQLite still keeps beside the file into it, so that the file alone is the whole
    /// library. Closing does so too; a program that ends without closing calls this.
    pub fn fold(&self) -> Result<()> {
        if self.source.reading {
            return Ok(());
        }
        self.read(|c| Ok(c.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?))
    }

    /// Where the library lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Has owners as long as the file or its lock is held. A `Weak<Library>` loses its owners before
    /// the last of them has closed the file; this one after.
    pub fn held(&self) -> Weak<()> {
        Arc::downgrade(&self.held)
    }

    pub(crate) fn clock(&self) -> Arc<dyn Clock> {
        self.clock.clone()
    }

    /// The time by the library's clock, in ms since 1970.
    pub fn now_ms(&self) -> i64 {
        self.clock.now_ms()
    }

    pub(crate) fn now(&self) -> i64 {
        self.now_ms()
    }

    pub(crate) fn connection(&self) -> MutexGuard<'_, Connection> {
        // A transaction that a panic cut short was rolled back, so the connection is as good as new.
        self.connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads. Nobody writes meanwhile.
    pub(crate) fn read<T>(&self, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        work(&self.connection())
    }

    /// Writes all or nothing. When it returns, it is on the disk.
    pub(crate) fn write<T>(&self, work: impl FnOnce(&Transaction<'_>) -> Result<T>) -> Result<T> {
        if self.source.reading {
            return Err(LibraryError::Reading);
        }
        let mut connection = self.connection();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let done = work(&transaction)?;
        transaction.commit()?;
        Ok(done)
    }

    /// Writes to the one row that `sql` names by its last parameter.
    pub(crate) fn write_one(
        &self,
        what: &'static str,
        id: &str,
        sql: &str,
        values: impl Params,
    ) -> Result<()> {
        self.write(|tx| match tx.execute(sql, values)? {
            0 => Err(not_found(what, id)),
            _ => Ok(()),
        })
    }
}

/// Of the file what SQLite keeps in memory, in KiB: a search walks over the same pages with every
/// letter that is typed.
const CACHE_KIB: i64 = 16 << 10;

/// Refuses to work on an SQLite with a known hole.
pub(crate) fn trusted_sqlite() -> Result<()> {
    if rusqlite::version_number() < OLDEST_SQLITE {
        let sentence = format!("SQLite {} is too old", rusqlite::version());
        return Err(LibraryError::Sql(sentence));
    }
    Ok(())
}

/// The same name for the same file, so that two programs lock the same lock.
fn one_name(path: &Path) -> Result<PathBuf> {
    if path.try_exists()? {
        return Ok(path.canonicalize()?);
    }
    let no_name = || LibraryError::Io("the library's path has no file name".to_owned());
    let name = path.file_name().ok_or_else(no_name)?;
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    fs::create_dir_all(folder)?;
    Ok(folder.canonicalize()?.join(name))
}

/// 128 random bits in hexadecimal.
pub(crate) fn new_id() -> Result<String> {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes).map_err(|error| LibraryError::Io(error.to_string()))?;
    Ok(hex(&bytes))
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |nibble: u8| char::from(DIGITS[usize::from(nibble)]);
    bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect()
}

pub(crate) fn not_found(what: &'static str, id: &str) -> LibraryError {
    LibraryError::NotFound {
        what,
        id: id.to_owned(),
    }
}

/// The row with this id.
pub(crate) fn one<T>(
    connection: &Connection,
    what: &'static str,
    id: &str,
    sql: &str,
    read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
) -> Result<T> {
    connection
        .query_row(sql, [id], read)
        .optional()?
        .ok_or_else(|| not_found(what, id))
}

/// All rows.
pub(crate) fn many<T>(
    connection: &Connection,
    sql: &str,
    values: impl Params,
    read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> Result<Vec<T>> {
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement
        .query_map(values, read)?
        .collect::<rusqlite::Result<_>>()?;
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Edit;
    use crate::testing::{Desk, Ticks, open, typing};
    use std::sync::Barrier;

    fn refused(path: &Path) -> LibraryError {
        Library::open(path, Arc::new(Ticks::default())).unwrap_err()
    }

    #[test]
    fn a_library_may_be_shared_between_threads() {
        fn shared<T: Send + Sync>() {}
        shared::<Library>();
    }

    #[test]
    fn a_folded_library_is_whole_without_what_lies_beside_it() {
        let desk = Desk::new();
        desk.write("High water at noon.");
        desk.library.fold().unwrap();
        let copy = desk.library.path().with_file_name("copy.inkstone");
        fs::copy(desk.library.path(), &copy).unwrap();
        assert_eq!(
            open(&copy).draft(&desk.draft).unwrap().body,
            "High water at noon."
        );
    }

    #[test]
    fn sqlite_is_one_that_keeps_what_it_wrote() {
        let desk = Desk::new();
        let version: String = desk
            .library
            .connection()
            .query_row("SELECT sqlite_version()", [], |row| row.get(0))
            .unwrap();
        let parts: Vec<u32> = version
            .split('.')
            .map(|part| part.parse().unwrap())
            .collect();
        assert!(parts >= vec![3, 51, 3], "{version}");
        assert_eq!(version, rusqlite::version());
    }

    #[cfg(unix)]
    fn set_mode(path: &Path, mode: u32) {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    /// A folder that takes no file, also from root, to whom permissions mean nothing.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_folder_that_takes_no_file_is_read_only() {
        let folder = tempfile::tempdir().unwrap();
        set_mode(folder.path(), 0o555);
        let closed = match fs::File::create(folder.path().join("probe")) {
            Ok(_) => Path::new("/sys/kernel"),
            Err(_) => folder.path(),
        };
        assert_eq!(refused(&closed.join("library.ink")), LibraryError::ReadOnly);
        set_mode(folder.path(), 0o755);
    }

    #[cfg(unix)]
    #[test]
    fn a_library_that_may_only_be_read_is_refused_and_left_as_it_is() {
        let desk = Desk::new();
        desk.write("kept");
        let path = desk.library.path().to_owned();
        let Desk {
            library, folder, ..
        } = desk;
        drop(library);
        let before = fs::read(&path).unwrap();
        set_mode(&path, 0o444);
        let root = fs::File::options().append(true).open(&path).is_ok();
        if !root {
            assert_eq!(refused(&path), LibraryError::ReadOnly, "the file");
            set_mode(&path, 0o644);
            set_mode(folder.path(), 0o555);
            assert_eq!(refused(&path), LibraryError::ReadOnly, "the folder");
            set_mode(folder.path(), 0o755);
            assert_eq!(fs::read(&path).unwrap(), before);
        }
        set_mode(&path, 0o644);
        assert_eq!(open(&path).projects().unwrap().len(), 1);
    }

    #[test]
    fn a_new_library_is_durable_and_strict() {
        let folder = tempfile::tempdir().unwrap();
        let library = open(&folder.path().join("new").join("library.ink"));
        assert!(library.path().ends_with("new/library.ink"));
        let connection = library.connection();
        let text = |name| {
            connection
                .pragma_query_value(None, name, |row| row.get::<_, String>(0))
                .unwrap()
        };
        let number = |name| {
            connection
                .pragma_query_value(None, name, |row| row.get::<_, i64>(0))
                .unwrap()
        };
        assert_eq!(text("journal_mode"), "wal");
        assert_eq!(number("synchronous"), 2);
        assert_eq!(number("foreign_keys"), 1);
        assert_eq!(number("busy_timeout"), 5_000);
    }

    #[test]
    fn what_is_no_library_is_refused_and_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let garbage = [&b"x"[..], b"not a database at all", &[0x55; 9_000]];
        for (number, content) in garbage.into_iter().enumerate() {
            let path = folder.path().join(format!("{number}.ink"));
            fs::write(&path, content).unwrap();
            let error = refused(&path);
            assert!(
                matches!(error, LibraryError::Damaged(_)),
                "{number}: {error}"
            );
            assert_eq!(fs::read(&path).unwrap(), content);
        }
        let error = refused(folder.path());
        assert!(
            matches!(error, LibraryError::Damaged(_)),
            "a folder: {error}"
        );
        let error = refused(&folder.path().join("0.ink").join("library.ink"));
        assert!(matches!(error, LibraryError::Io(_)), "in a file: {error}");
    }

    #[test]
    fn a_library_with_a_broken_middle_is_damaged() {
        let desk = Desk::new();
        desk.write(&"tide ".repeat(20_000));
        let path = desk.library.path().to_owned();
        let Desk {
            library, folder, ..
        } = desk;
        drop(library);
        let mut bytes = fs::read(&path).unwrap();
        let length = bytes.len();
        bytes[100..length.min(40_000)].fill(0xee);
        fs::write(&path, bytes).unwrap();
        let error = refused(&path);
        assert!(matches!(error, LibraryError::Damaged(_)), "{error}");
        drop(folder);
    }

    #[test]
    fn it_is_held_until_its_file_is_free() {
        /// A clock that takes its time to go, as a file on a slow disk does.
        struct Slow(Arc<Barrier>);
        impl Clock for Slow {
            fn now_ms(&self) -> i64 {
                0
            }
        }
        impl Drop for Slow {
            fn drop(&mut self) {
                self.0.wait();
                self.0.wait();
            }
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("library.ink");
        let steps = Arc::new(Barrier::new(2));
        let library = Arc::new(Library::open(&path, Arc::new(Slow(steps.clone()))).unwrap());
        let (owners, held) = (Arc::downgrade(&library), library.held());
        std::thread::scope(|scope| {
            scope.spawn(move || drop(library));
            steps.wait();
            assert_eq!(owners.strong_count(), 0);
            assert_eq!(held.strong_count(), 1);
            assert!(matches!(refused(&path), LibraryError::InUse(Some(_))));
            steps.wait();
        });
        assert_eq!(held.strong_count(), 0);
        open(&path);
    }

    #[test]
    fn one_file_under_two_names_has_one_writer() {
        let desk = Desk::new();
        let in_use = |path: &Path| matches!(refused(path), LibraryError::InUse(Some(_)));
        assert!(in_use(desk.library.path()));
        let roundabout = desk.folder.path().join(".").join("library.ink");
        assert!(in_use(&roundabout));
        #[cfg(unix)]
        {
            let other = desk.folder.path().join("other.ink");
            std::os::unix::fs::symlink(desk.library.path(), &other).unwrap();
            assert!(in_use(&other));
        }
        let path = desk.library.path().to_owned();
        drop(desk.library);
        open(&path);
    }

    #[test]
    fn a_full_disk_loses_nothing_that_was_acknowledged() {
        let desk = Desk::new();
        let revision = desk.write("kept");
        let pages: i64 = desk
            .library
            .connection()
            .pragma_query_value(None, "page_count", |row| row.get(0))
            .unwrap();
        desk.library
            .connection()
            .pragma_update(None, "max_page_count", pages + 8)
            .unwrap();
        let edit = Edit {
            from: 4,
            to: 4,
            insert: "x".repeat(200_000),
        };
        let error = desk
            .library
            .apply(&desk.draft, revision, &[edit], &typing())
            .unwrap_err();
        assert_eq!(error, LibraryError::DiskFull);
        assert_eq!((desk.body().as_str(), desk.revision()), ("kept", revision));
        let edit = Edit {
            from: 4,
            to: 4,
            insert: "!".to_owned(),
        };
        desk.library
            .apply(&desk.draft, revision, &[edit], &typing())
            .unwrap();
        assert_eq!(desk.body(), "kept!");
    }

    #[test]
    fn a_transaction_that_panicked_leaves_the_library_usable() {
        let desk = Desk::new();
        let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let _ = desk.library.write::<()>(|tx| {
                tx.execute("UPDATE projects SET name = 'gone'", []).unwrap();
                panic!("in the middle");
            });
        }));
        assert!(panicked.is_err());
        assert_eq!(desk.library.project(&desk.project).unwrap().name, "Coast");
    }

    #[test]
    fn ids_are_thirty_two_digits_and_differ() {
        let ids: std::collections::BTreeSet<_> = (0..100).map(|_| new_id().unwrap()).collect();
        assert_eq!(ids.len(), 100);
        assert!(ids.iter().all(|id| id.len() == 32));
        assert_eq!(hex(&[0, 0x1f, 0xa0]), "001fa0");
    }
}
