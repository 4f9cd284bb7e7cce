//! The shape of the file, and how an older file gets it.
//!
//! `PRAGMA user_version` counts the migrations a file has seen. A migration that shipped is never
//! edited: a change of shape is a new file at the end.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use rusqlite::{Connection, TransactionBehavior};

use crate::lock::beside;
use crate::{LibraryError, carry};

/// "INKS", so that a stranger's SQLite file is not taken for a library.
const APPLICATION_ID: i32 = 0x494e_4b53;

/// One change of shape.
#[derive(Clone, Copy)]
struct Migration {
    sql: &'static str,
    /// What SQL alone can't do, and the SQL after it.
    then: Option<(Carry, &'static str)>,
}

type Carry = fn(&Connection) -> Result<(), LibraryError>;

const fn sql(sql: &'static str) -> Migration {
    Migration { sql, then: None }
}

const MIGRATIONS: &[Migration] = &[
    sql(include_str!("../migrations/0001_projects.sql")),
    sql(include_str!("../migrations/0002_history.sql")),
    sql(include_str!("../migrations/0003_generations.sql")),
    sql(include_str!("../migrations/0004_ledger.sql")),
    sql(include_str!("../migrations/0005_search.sql")),
    Migration {
        sql: include_str!("../migrations/0006_texts.sql"),
        then: Some((
            carry::carry,
            include_str!("../migrations/0006_texts_after.sql"),
        )),
    },
    sql(include_str!("../migrations/0007_story.sql")),
    sql(include_str!("../migrations/0008_search.sql")),
    sql(include_str!("../migrations/0009_meaning.sql")),
    sql(include_str!("../migrations/0010_found.sql")),
    sql(include_str!("../migrations/0011_switch.sql")),
    sql(include_str!("../migrations/0012_conversations.sql")),
    sql(include_str!("../migrations/0013_sent.sql")),
    sql(include_str!("../migrations/0014_comments.sql")),
];

/// What a file is, found without writing to it.
///
/// # Errors
/// `Newer` if a newer program wrote it.
pub(crate) fn version(connection: &Connection) -> Result<u32, LibraryError> {
    let (found, known) = (found(connection)?, known());
    if found > known {
        return Err(LibraryError::Newer { found, known });
    }
    Ok(found)
}

/// How many migrations a library has seen, also one of a newer program.
pub(crate) fn found(connection: &Connection) -> Result<u32, LibraryError> {
    let pragma = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i32>(0));
    let found = pragma("user_version")?;
    let application = pragma("application_id")?;
    let objects: u32 =
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    // A program that was killed while it made the library leaves a file without content.
    let fresh = found == 0 && application == 0 && objects == 0;
    if !fresh && application != APPLICATION_ID {
        return Err(LibraryError::Damaged(
            "another program's database".to_owned(),
        ));
    }
    u32::try_from(found).map_err(|_| LibraryError::Damaged(format!("format {found}")))
}

/// How many migrations there are.
pub(crate) fn known() -> u32 {
    u32::try_from(MIGRATIONS.len()).unwrap_or(u32::MAX)
}

/// Runs what is missing since `found`, in one transaction, after a copy of the file was made.
pub(crate) fn migrate(
    connection: &mut Connection,
    found: u32,
    path: &Path,
    now: i64,
) -> Result<(), LibraryError> {
    if found == known() {
        return Ok(());
    }
    if found > 0 {
        back_up(connection, found, path, now)?;
    }
    run(connection, found, MIGRATIONS)?;
    shrinkable(connection)
}

/// Makes the tables that a library of format `wanted` has, and nothing in them.
pub(crate) fn make(connection: &mut Connection, wanted: u32) -> Result<(), LibraryError> {
    let all = MIGRATIONS.get(..wanted as usize).unwrap_or(MIGRATIONS);
    run(connection, 0, all)
}

/// Runs what is missing since `found`, on a copy that nobody else sees.
pub(crate) fn migrate_copy(connection: &mut Connection, found: u32) -> Result<(), LibraryError> {
    run(connection, found, MIGRATIONS)
}

fn run(connection: &mut Connection, found: u32, all: &[Migration]) -> Result<(), LibraryError> {
    // Tables take the place of others, so references are checked when all is done.
    let checked: bool = connection.pragma_query_value(None, "foreign_keys", |row| row.get(0))?;
    connection.pragma_update(None, "foreign_keys", false)?;
    let done = run_all(connection, found, all);
    connection.pragma_update(None, "foreign_keys", checked)?;
    done
}

fn run_all(connection: &mut Connection, found: u32, all: &[Migration]) -> Result<(), LibraryError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let astray = dangling(&transaction)?;
    for migration in all.iter().skip(found as usize) {
        transaction.execute_batch(migration.sql)?;
        if let Some((carry, after)) = migration.then {
            carry(&transaction)?;
            transaction.execute_batch(after)?;
        }
    }
    // What pointed nowhere before is no fault of a migration.
    if dangling(&transaction)? > astray {
        return Err(LibraryError::Sql(
            "a migration left a row behind".to_owned(),
        ));
    }
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", all.len() as u32)?;
    transaction.commit()?;
    Ok(())
}

/// How many rows name one that is not there.
fn dangling(connection: &Connection) -> Result<usize, LibraryError> {
    let mut statement = connection.prepare("PRAGMA foreign_key_check")?;
    let rows = statement.query_map([], |_| Ok(()))?;
    Ok(rows.count())
}

/// `PRAGMA auto_vacuum`: pages that are free are given back when that is asked for.
pub(crate) const INCREMENTAL: i64 = 2;

/// Lets the file give pages back a few at a time. A file that can't yet is written anew once.
fn shrinkable(connection: &Connection) -> Result<(), LibraryError> {
    let mode: i64 = connection.pragma_query_value(None, "auto_vacuum", |row| row.get(0))?;
    if mode != INCREMENTAL {
        connection.pragma_update(None, "auto_vacuum", INCREMENTAL)?;
        connection.execute_batch("VACUUM")?;
    }
    Ok(())
}

/// Copies the library to `<name>.v<format>.<time>.backup`. A copy that is there is whole.
fn back_up(
    connection: &Connection,
    found: u32,
    path: &Path,
    now: i64,
) -> Result<PathBuf, LibraryError> {
    let mut stamp = now;
    let mut copy = beside(path, &format!(".v{found}.{stamp}.backup"));
    while copy.try_exists()? {
        stamp += 1;
        copy = beside(path, &format!(".v{found}.{stamp}.backup"));
    }
    // One name for all, so that what a killed program left is cleared away, its journal above all:
    // SQLite would roll it back into the new file.
    let part = beside(path, ".backup.part");
    for left in [beside(&part, "-journal"), part.clone()] {
        match fs::remove_file(&left) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
    }
    let name = part
        .to_str()
        .ok_or_else(|| LibraryError::Io("the library's path is not UTF-8".to_owned()))?;
    connection.execute("VACUUM INTO ?1", [name])?;
    File::options().write(true).open(&part)?.sync_all()?;
    fs::rename(&part, &copy)?;
    if cfg!(unix)
        && let Some(folder) = copy.parent()
    {
        File::open(folder)?.sync_all()?;
    }
    Ok(copy)
}

#[cfg(test)]
pub(crate) mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::Library;
    use crate::testing::Ticks;

    /// The last format whose rows [`older`] writes by hand.
    pub(crate) const LAST_BY_HAND: usize = 5;

    /// A library as a program that knew `version` migrations left it, with rows in it.
    pub(crate) fn older(path: &Path, version: usize) {
        let mut connection = Connection::open(path).unwrap();
        connection
            .pragma_update(None, "journal_mode", "wal")
            .unwrap();
        connection
            .pragma_update(None, "foreign_keys", true)
            .unwrap();
        run(&mut connection, 0, &MIGRATIONS[..version]).unwrap();
        let sha = crate::history::sha256("潮水很高。Tide.");
        let rows = [
            format!(
                "INSERT INTO projects VALUES
                    (1, 'p', 'Coast', 'en', 'remote_allowed', 'm', 'very', 5, 6, NULL);
                 INSERT INTO documents VALUES
                    (1, 'd', 'p', 'news', 'zh-CN', 'Tide', '{{\"brief\":{{}}}}', 5, 6, NULL);
                 INSERT INTO drafts
                    (key, id, document_id, name, revision, created_at, updated_at, sha256, spans, body)
                    VALUES (7, 'r', 'd', 'main', 1, 5, 6, '{sha}', '[[20,\"typed\",false]]',
                    '潮水很高。Tide.');
                 INSERT INTO operations VALUES
                    (1, 'o', 'r', 1, 6, '{{\"kind\":{{\"kind\":\"typing\"}},\"origin\":{{\"origin\":\"typed\"}}}}',
                    '[{{\"from\":0,\"to\":0,\"insert\":\"潮水很高。Tide.\",\"runs\":[[20,\"typed\",false]]}}]',
                    '[{{\"from\":0,\"to\":20,\"insert\":\"\",\"runs\":[]}}]');"
            ),
            format!(
                "INSERT INTO nodes VALUES (1, 'n', 'r', NULL, 'version', 'first', 'named', '{sha}',
                    10, 7, '[[20,\"typed\",false]]', '潮水很高。Tide.');
                 UPDATE drafts SET head_id = 'n';"
            ),
            "INSERT INTO generations VALUES (1, 'g', 'r', 'draft', 'b', 0, 'm', 'm', 'local', NULL,
                'e', 't', 's', '{}', '[]', -1, NULL, NULL, 'pending', 8, 2, 'stop', 1, 2, 3, 4, NULL,
                'out');"
                .to_owned(),
            "INSERT INTO departures VALUES (1, 'l', 9, 'host', 'draft', 10, 11, 'g');
             INSERT INTO settings VALUES ('language', '\"en\"');"
                .to_owned(),
            "INSERT INTO search_pending VALUES (7);".to_owned(),
        ];
        for batch in rows.iter().take(version) {
            connection.execute_batch(batch).unwrap();
        }
    }

    pub(crate) fn backups(folder: &Path) -> Vec<PathBuf> {
        let entries = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path());
        entries
            .filter(|path| path.to_string_lossy().contains("backup"))
            .collect()
    }

    #[test]
    fn a_library_of_every_age_opens_with_all_that_was_in_it() {
        for age in 1..=LAST_BY_HAND {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("library.ink");
            older(&path, age);
            let library = Library::open(&path, Arc::new(Ticks::default())).unwrap();
            assert_eq!(library.project("p").unwrap().house_rules, "very");
            let draft = library.draft("r").unwrap();
            assert_eq!(
                (draft.body.as_str(), draft.revision),
                ("潮水很高。Tide.", 1)
            );
            assert_eq!(library.operations("r", 9).unwrap().len(), 1);
            let nodes = library.history("r").unwrap();
            assert_eq!(nodes.len(), usize::from(age >= 2), "age {age}");
            if age >= 2 {
                assert_eq!(library.node_text("n").unwrap(), draft.body);
                assert_eq!(library.snapshot("r").unwrap(), None, "the head came along");
            }
            let generations = library.generations("r").unwrap();
            assert_eq!(generations.len(), usize::from(age >= 3), "age {age}");
            assert_eq!(
                library.ledger(9).unwrap().len(),
                usize::from(age >= 4),
                "age {age}"
            );
            // The text of an older library can be found too.
            assert_eq!(
                library.search_texts("潮水很高", 9).unwrap().len(),
                1,
                "age {age}"
            );
            let report = library.verify().unwrap();
            assert_eq!(report.problems, Vec::<String>::new(), "age {age}");
            drop(library);

            let connection = Connection::open(&path).unwrap();
            assert_eq!(version(&connection).unwrap(), known());
            let copies = backups(folder.path());
            assert_eq!(copies.len(), 1, "age {age}");
            for copy in copies {
                let connection = Connection::open(&copy).unwrap();
                assert_eq!(version(&connection).unwrap() as usize, age);
                let body: String = connection
                    .query_row("SELECT body FROM drafts", [], |row| row.get(0))
                    .unwrap();
                assert_eq!(body, "潮水很高。Tide.");
            }
        }
    }

    #[test]
    fn a_migration_that_fails_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("library.ink");
        older(&path, 1);
        let mut connection = Connection::open(&path).unwrap();
        let broken = [
            MIGRATIONS[0],
            MIGRATIONS[1],
            sql("CREATE TABLE projects (twice)"),
        ];
        assert!(run(&mut connection, 1, &broken).is_err());
        assert_eq!(version(&connection).unwrap(), 1);
        assert!(connection.prepare("SELECT * FROM nodes").is_err());
    }

    #[test]
    fn interviews_become_conversations_whose_turns_follow_each_other() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("library.ink");
        older(&path, LAST_BY_HAND);
        let mut connection = Connection::open(&path).unwrap();
        run(&mut connection, 5, &MIGRATIONS[..10]).unwrap();
        let rows = "INSERT INTO interviews VALUES (1, 'i', 'r', 'Mara', 7, 8, NULL), (2, 'j', 'r', 'Tom', 7, 8, NULL);
            INSERT INTO interview_turns VALUES (3, 'one', 'i', 'a', 'g', '{}', 0, 7),
                (4, 'other', 'j', 'x', 'g', '{}', 0, 7), (5, 'two', 'i', 'b', 'g', '{}', 1, 8);";
        connection.execute_batch(rows).unwrap();
        drop(connection);
        let library = Library::open(&path, Arc::new(Ticks::default())).unwrap();
        let mara = library.conversation("i").unwrap();
        let way: Vec<&str> = mara
            .path(None)
            .iter()
            .map(|turn| turn.id.as_str())
            .collect();
        assert_eq!((way, mara.turns[1].kept), (vec!["one", "two"], true));
        assert_eq!(
            library.conversation("j").unwrap().head_id.as_deref(),
            Some("other")
        );
        assert_eq!(library.interviews("r").unwrap().len(), 2);
        assert_eq!(library.verify().unwrap().problems, Vec::<String>::new());
    }

    #[test]
    fn a_second_copy_does_not_replace_the_first() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("library.ink");
        older(&path, 1);
        let connection = Connection::open(&path).unwrap();
        // A killed program left half a copy and its journal.
        for left in [".backup.part", ".backup.part-journal"] {
            fs::write(beside(&path, left), [0x55; 4_096]).unwrap();
        }
        let first = back_up(&connection, 1, &path, 40).unwrap();
        assert_ne!(first, back_up(&connection, 1, &path, 40).unwrap());
        assert_eq!(backups(folder.path()).len(), 2);
    }

    #[test]
    fn a_newer_library_is_refused_and_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("library.ink");
        drop(Library::open(&path, Arc::new(Ticks::default())).unwrap());
        let connection = Connection::open(&path).unwrap();
        connection.pragma_update(None, "user_version", 99).unwrap();
        connection.close().unwrap();
        let before = fs::read(&path).unwrap();
        let error = Library::open(&path, Arc::new(Ticks::default())).unwrap_err();
        assert_eq!(
            error,
            LibraryError::Newer {
                found: 99,
                known: known()
            }
        );
        assert_eq!(fs::read(&path).unwrap(), before);
        assert!(backups(folder.path()).is_empty());
    }

    #[test]
    fn a_strangers_database_is_refused_and_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("library.ink");
        let connection = Connection::open(&path).unwrap();
        connection
            .execute_batch("CREATE TABLE contacts (name)")
            .unwrap();
        connection.close().unwrap();
        let before = fs::read(&path).unwrap();
        let error = Library::open(&path, Arc::new(Ticks::default())).unwrap_err();
        assert!(matches!(error, LibraryError::Damaged(_)), "{error}");
        assert_eq!(fs::read(&path).unwrap(), before);
    }
}
