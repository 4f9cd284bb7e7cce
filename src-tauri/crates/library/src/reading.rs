//! A library opened for reading only: a backup, one of a newer program, a damaged one, or one that
//! another program is writing. The file is never changed.

use std::fs::{self, OpenOptions};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::{Connection, OpenFlags, backup::Backup};

use crate::library::{PATIENCE, Result, new_id, trusted_sqlite};
use crate::lock::{beside, is_held};
use crate::{Clock, Library, LibraryError, schema};

/// What an open library reads from.
pub(crate) struct Source {
    file: PathBuf,
    /// Nobody writes the file, so SQLite needs nothing beside it.
    still: bool,
    pub(crate) reading: bool,
    /// Removed when the library is closed.
    _shadow: Option<Shadow>,
}

impl Source {
    /// The file of a library that is open for writing.
    pub(crate) fn writing(file: PathBuf) -> Source {
        Source {
            file,
            still: false,
            reading: false,
            _shadow: None,
        }
    }

    /// One more connection, for reading beside the others.
    pub(crate) fn reader(&self) -> Result<Connection> {
        connect(&self.file, self.still)
    }
}

/// A copy that is gone with its owner.
struct Shadow(PathBuf);

impl Shadow {
    /// An empty file that only its owner can read, in the folder for passing things.
    fn new() -> Result<Shadow> {
        let name = format!("inkstone-reading-{}", new_id()?);
        let path = std::env::temp_dir().join(name);
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(&path)?;
        Ok(Shadow(path))
    }
}

impl Drop for Shadow {
    fn drop(&mut self) {
        for ending in ["-wal", "-shm", "-journal", ""] {
            // What cannot be removed is in a folder that the system clears.
            let _ = fs::remove_file(beside(&self.0, ending));
        }
    }
}

/// A connection that reads.
fn connect(file: &Path, still: bool) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = if still {
        let flags = flags | OpenFlags::SQLITE_OPEN_URI;
        Connection::open_with_flags(still_uri(file)?, flags)?
    } else {
        Connection::open_with_flags(file, flags)?
    };
    connection.busy_timeout(PATIENCE)?;
    connection.pragma_update(None, "query_only", true)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    Ok(connection)
}

/// SQLite's name for a file that nobody writes (<https://www.sqlite.org/uri.html>).
fn still_uri(file: &Path) -> Result<String> {
    let path = std::path::absolute(file)?;
    let path = path
        .to_str()
        .ok_or_else(|| LibraryError::Io("the library's path is not UTF-8".to_owned()))?;
    let mut uri = String::from("file:");
    if !path.starts_with('/') {
        uri.push('/');
    }
    for c in path.chars() {
        match c {
            '%' | '?' | '#' => uri.push_str(&format!("%{:02x}", u32::from(c))),
            '\\' if cfg!(windows) => uri.push('/'),
            c => uri.push(c),
        }
    }
    uri.push_str("?immutable=1");
    Ok(uri)
}

/// A connection to the file where it lies, or to a copy of it where SQLite cannot read it there.
fn find(path: &Path) -> Result<(Connection, Source)> {
    let lies = |ending| beside(path, ending).try_exists().unwrap_or(true);
    let still = !lies("-wal") && !lies("-journal") && !is_held(path);
    let opened = connect(path, still).and_then(|connection| {
        schema::found(&connection)?;
        Ok(connection)
    });
    match opened {
        Ok(connection) => {
            let source = Source {
                file: path.to_owned(),
                still,
                reading: true,
                _shadow: None,
            };
            Ok((connection, source))
        }
        // What lies beside the file has to be taken in, and this is a folder that takes nothing.
        Err(LibraryError::ReadOnly | LibraryError::Io(_)) if !still => {
            let shadow = Shadow::new()?;
            fs::copy(path, &shadow.0)?;
            for ending in ["-wal", "-journal"] {
                if lies(ending) {
                    fs::copy(beside(path, ending), beside(&shadow.0, ending))?;
                }
            }
            shadowed(shadow)
        }
        Err(error) => Err(error),
    }
}

fn shadowed(shadow: Shadow) -> Result<(Connection, Source)> {
    // Open for writing once, so that what lies beside the copy is taken in.
    let connection = Connection::open(&shadow.0)?;
    schema::found(&connection)?;
    connection.pragma_update_and_check(None, "journal_mode", "delete", |_| Ok(()))?;
    drop(connection);
    let source = Source {
        file: shadow.0.clone(),
        still: true,
        reading: true,
        _shadow: Some(shadow),
    };
    Ok((source.reader()?, source))
}

/// A copy in today's shape of an older library.
fn brought_up(old: &Connection, found: u32) -> Result<(Connection, Source)> {
    let shadow = Shadow::new()?;
    let mut copy = Connection::open(&shadow.0)?;
    Backup::new(old, &mut copy)?.step(-1)?;
    copy.pragma_update(None, "foreign_keys", true)?;
    copy.pragma_update(None, "synchronous", "off")?;
    schema::migrate_copy(&mut copy, found)?;
    drop(copy);
    shadowed(shadow)
}

impl Library {
    /// Opens a library for reading: nothing of it is changed, no lock is taken, and every call
    /// that writes is refused. A library of an older program is read from a copy in today's shape.
    ///
    /// # Errors
    /// `Newer` where this program cannot read what a newer one wrote, `Damaged` where nothing can
    /// be read, `Io` where there is no such file.
    pub fn open_reading(path: &Path, clock: Arc<dyn Clock>) -> Result<Library> {
        trusted_sqlite()?;
        let path = path.canonicalize()?;
        if path.is_dir() {
            return Err(LibraryError::Damaged("a folder, not a file".to_owned()));
        }
        let (mut connection, mut source) = find(&path)?;
        let (found, known) = (schema::found(&connection)?, schema::known());
        if found < known {
            (connection, source) = brought_up(&connection, found)?;
        }
        let library = Library::of_reader(path, clock, connection, source);
        if found > known && !library.is_familiar() {
            return Err(LibraryError::Newer { found, known });
        }
        Ok(library)
    }

    /// Whether nothing can be written, because the library was opened for reading.
    pub fn is_reading(&self) -> bool {
        self.source.reading
    }

    /// Whether this program can read what a newer one wrote: its lists, and the text of a draft.
    fn is_familiar(&self) -> bool {
        let read = || -> Result<()> {
            for project in self.projects()?.iter().chain(&self.deleted_projects()?) {
                for document in self.documents(&project.id)? {
                    if let Some(draft) = self.drafts(&document.id)?.first() {
                        self.draft(&draft.id)?;
                        self.history(&draft.id)?;
                        return Ok(());
                    }
                }
            }
            Ok(())
        };
        read().is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::tests::{LAST_BY_HAND, older};
    use crate::testing::{Desk, Ticks};

    fn reading(path: &Path) -> Result<Library> {
        Library::open_reading(path, Arc::new(Ticks::default()))
    }

    fn body(library: &Library) -> String {
        let project = &library.projects().unwrap()[0].id;
        let document = &library.documents(project).unwrap()[0].id;
        let draft = &library.drafts(document).unwrap()[0].id;
        library.draft(draft).unwrap().body
    }

    fn lying(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
        let mut files: Vec<_> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.is_file())
            .map(|path| (path.clone(), fs::read(path).unwrap()))
            .collect();
        files.sort();
        files
    }

    #[test]
    fn what_another_program_writes_can_be_read_beside_it() {
        let desk = Desk::new();
        desk.write("High water");
        let reader = reading(desk.library.path()).unwrap();
        assert_eq!(body(&reader), "High water");
        desk.write("High water at noon.");
        assert_eq!(body(&reader), "High water at noon.");
        assert_eq!(reader.verify().unwrap().problems, Vec::<String>::new());
        assert!(reader.search_texts("water", 9).is_ok());
        let refused = reader.rename_project(&desk.project, "x").unwrap_err();
        assert_eq!(refused, LibraryError::Reading);
        reader.fold().unwrap();
    }

    #[test]
    fn a_closed_library_is_read_and_nothing_comes_to_lie_beside_it() {
        let desk = Desk::new();
        desk.write("High water");
        let odd = desk.folder.path().join("50% of #1? 库.ink");
        let path = desk.library.path().to_owned();
        let Desk {
            library, folder, ..
        } = desk;
        drop(library);
        fs::rename(path, &odd).unwrap();
        let before = lying(folder.path());
        let reader = reading(&odd).unwrap();
        assert_eq!(body(&reader), "High water");
        reader.verify().unwrap();
        drop(reader);
        assert_eq!(lying(folder.path()), before);
    }

    #[test]
    fn an_older_library_is_read_from_a_copy_that_is_gone_afterwards() {
        for age in 1..=LAST_BY_HAND {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("library.ink");
            older(&path, age);
            let before = lying(folder.path());
            let reader = reading(&path).unwrap();
            assert_eq!(body(&reader), "潮水很高。Tide.", "age {age}");
            let copy = reader.source.file.clone();
            assert!(copy.is_file() && copy != path);
            drop(reader);
            assert!(!copy.exists());
            assert_eq!(lying(folder.path()), before, "age {age}");
        }
    }

    #[test]
    fn a_newer_library_is_read_if_its_shape_is_known() {
        let desk = Desk::new();
        desk.write("High water");
        let path = desk.library.path().to_owned();
        let Desk {
            library, folder, ..
        } = desk;
        drop(library);
        let connection = Connection::open(&path).unwrap();
        let newer = "PRAGMA user_version = 99; CREATE TABLE clouds (key INTEGER PRIMARY KEY);
                     ALTER TABLE documents ADD COLUMN colour TEXT;";
        connection.execute_batch(newer).unwrap();
        connection.close().unwrap();
        let before = lying(folder.path());
        assert_eq!(body(&reading(&path).unwrap()), "High water");
        assert_eq!(lying(folder.path()), before);

        let connection = Connection::open(&path).unwrap();
        let stranger = "ALTER TABLE drafts RENAME COLUMN body TO words;";
        connection.execute_batch(stranger).unwrap();
        connection.close().unwrap();
        let refused = reading(&path).err().unwrap();
        assert!(matches!(refused, LibraryError::Newer { found: 99, .. }));
    }

    #[test]
    fn what_cannot_be_read_says_why() {
        let folder = tempfile::tempdir().unwrap();
        let refused = |path: &Path| reading(path).err().unwrap();
        let nothing = refused(&folder.path().join("nothing.ink"));
        assert!(matches!(nothing, LibraryError::Io(_)), "{nothing}");
        let letter = folder.path().join("letter.ink");
        fs::write(&letter, "Dear library, ".repeat(300)).unwrap();
        for path in [folder.path(), &letter] {
            let error = refused(path);
            assert!(matches!(error, LibraryError::Damaged(_)), "{error}");
        }
    }

    #[test]
    fn a_damaged_library_is_read_as_far_as_it_can_be() {
        let desk = Desk::new();
        desk.write("High water");
        let path = desk.library.path().to_owned();
        // What opening reads, by the table or by its index, and the text of a draft does not.
        let sql = "SELECT rootpage FROM sqlite_schema
                   WHERE name IN ('generations', 'generations_running')";
        let (roots, page): (Vec<usize>, usize) = {
            let c = desk.library.connection();
            let number = |row: &rusqlite::Row<'_>| row.get::<_, u32>(0).map(|n| n as usize);
            let roots = crate::library::many(&c, sql, [], number).unwrap();
            (roots, c.query_row("PRAGMA page_size", [], number).unwrap())
        };
        assert_eq!(roots.len(), 2);
        let Desk {
            library, folder, ..
        } = desk;
        drop(library);
        let mut bytes = fs::read(&path).unwrap();
        for root in roots {
            bytes[(root - 1) * page..root * page].fill(0xee);
        }
        fs::write(&path, &bytes).unwrap();
        let clock = Arc::new(Ticks::default());
        let refused = Library::open(&path, clock).err().unwrap();
        assert!(matches!(refused, LibraryError::Damaged(_)), "{refused}");
        assert_eq!(fs::read(&path).unwrap(), bytes);
        let reader = reading(&path).unwrap();
        assert_eq!(body(&reader), "High water");
        assert_ne!(reader.verify().unwrap().problems, Vec::<String>::new());
        drop(reader);
        assert_eq!(fs::read(&path).unwrap(), bytes);
        drop(folder);
    }
}
