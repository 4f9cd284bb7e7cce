//! Looking for damage.

use rusqlite::{Connection, OptionalExtension, Row};
use serde::Serialize;

use crate::edit::Piece;
use crate::history::sha256;
use crate::library::Result;
use crate::row::Json;
use crate::span::Runs;
use crate::{Library, LibraryError};

/// What a check of the whole library found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct VerifyReport {
    /// How many kept texts were compared with their hashes.
    pub nodes_checked: u32,
    /// A sentence for each thing that is wrong.
    pub problems: Vec<String>,
}

/// How many sentences SQLite says about a broken file.
const MOST_FAULTS: u32 = 100;

impl VerifyReport {
    /// Takes a part of the check that could not be done as one more problem.
    fn note(&mut self, what: &str, checked: Result<()>) {
        if let Err(error) = checked {
            self.problems.push(format!("{what}: {error}"));
        }
    }

    fn file(&mut self, connection: &Connection) -> Result<()> {
        connection.pragma(None, "integrity_check", MOST_FAULTS, |row| {
            let said: String = row.get(0)?;
            if said != "ok" {
                self.problems.push(format!("file: {said}"));
            }
            Ok(())
        })?;
        connection.pragma_query(None, "foreign_key_check", |row| {
            let (table, to): (String, String) = (row.get(0)?, row.get(2)?);
            self.problems.push(format!(
                "a row of `{table}` names one of `{to}` that is not there"
            ));
            Ok(())
        })?;
        Ok(())
    }

    fn nodes(&mut self, connection: &Connection) -> Result<()> {
        let mut statement =
            connection.prepare("SELECT id, sha256, body, spans FROM nodes ORDER BY key")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let id: String = row.get(0)?;
            let checked = kept(row, &id, "node");
            self.nodes_checked = self.nodes_checked.saturating_add(1);
            self.problems.extend(checked.err());
        }
        Ok(())
    }

    fn drafts(&mut self, connection: &Connection) -> Result<()> {
        let mut statement = connection
            .prepare("SELECT id, sha256, body, spans, revision FROM drafts ORDER BY key")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let id: String = row.get(0)?;
            match kept(row, &id, "draft") {
                Err(problem) => self.problems.push(problem),
                Ok(body) => {
                    let revision: u32 = row.get(4)?;
                    match replay(connection, &id) {
                        Ok((text, last)) if text == body && last == revision => {}
                        Ok(_) => self
                            .problems
                            .push(format!("draft {id}: the journal leads to another text")),
                        Err(why) => self.problems.push(format!("draft {id}: {why}")),
                    }
                }
            }
        }
        Ok(())
    }
}

/// A text that has its hash and its spans, or what is wrong with it.
fn kept(row: &Row<'_>, id: &str, what: &str) -> std::result::Result<String, String> {
    let read = || {
        Ok((
            row.get::<_, String>(1)?,
            row.get::<_, String>(2)?,
            row.get(3)?,
        ))
    };
    let (sha, body, Json(runs)): (String, String, Json<Runs>) =
        read().map_err(|error: rusqlite::Error| format!("{what} {id}: {error}"))?;
    if sha256(&body) != sha {
        return Err(format!(
            "{what} {id}: not the text that was kept (its hash differs)"
        ));
    }
    if runs.bytes() != body.len() {
        return Err(format!("{what} {id}: its spans do not cover its text"));
    }
    Ok(body)
}

/// What the journal makes of the text a draft began with, and the last revision in it.
fn replay(connection: &Connection, draft_id: &str) -> Result<(String, u32)> {
    let sql =
        "SELECT body FROM nodes WHERE draft_id = ?1 AND label = 'branch' ORDER BY key LIMIT 1";
    let began = connection
        .query_row(sql, [draft_id], |row| row.get(0))
        .optional()?;
    let mut text: String = began.unwrap_or_default();
    let mut last = 0;
    let sql = "SELECT revision, edits, inverse FROM operations WHERE draft_id = ?1
               ORDER BY revision";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query([draft_id])?;
    while let Some(row) = rows.next()? {
        let (revision, Json(edits), Json(inverse)): (u32, Json<Vec<Piece>>, Json<Vec<Piece>>) =
            (row.get(0)?, row.get(1)?, row.get(2)?);
        if u64::from(revision) != u64::from(last) + 1 {
            return Err(LibraryError::Damaged(format!(
                "no operation between {last} and {revision}"
            )));
        }
        if !fits(&text, &edits, &inverse) {
            let why = format!("operation {revision} does not fit the text before it");
            return Err(LibraryError::Damaged(why));
        }
        for Piece {
            from, to, insert, ..
        } in edits.iter().rev()
        {
            text.replace_range(*from..*to, insert);
        }
        last = revision;
    }
    Ok((text, last))
}

/// Whether the edits are in order, lie in the text, and take away what the journal says.
fn fits(text: &str, edits: &[Piece], inverse: &[Piece]) -> bool {
    let mut earliest = 0;
    edits.len() == inverse.len()
        && edits.iter().zip(inverse).all(|(edit, old)| {
            let taken = text.get(edit.from..edit.to);
            let in_order = edit.from >= earliest;
            earliest = edit.to;
            in_order && taken == Some(old.insert.as_str())
        })
}

impl Library {
    /// Looks at everything: the file's structure, the hash and spans of every text, and whether
    /// each draft is what its journal makes. It reads beside the writer, so nobody waits.
    ///
    /// # Errors
    /// If the file can't be opened once more. Damage is no error but a problem in the report.
    pub fn verify(&self) -> Result<VerifyReport> {
        let mut connection = self.source.reader()?;
        // One state of the file for the whole check.
        let connection = connection.transaction()?;
        let mut report = VerifyReport::default();
        let checked = report.file(&connection);
        report.note("file", checked);
        let checked = report.nodes(&connection);
        report.note("nodes", checked);
        let checked = report.drafts(&connection);
        report.note("drafts", checked);
        Ok(report)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::testing::{Desk, typing};
    use crate::{Edit, Origin};

    /// A library with something of everything in it.
    fn full() -> Desk {
        let desk = Desk::new();
        desk.write("夜里潮水很高。");
        desk.library.save_version(&desk.draft, "v1").unwrap();
        let generation = desk.generation("The gates closed.");
        let edit = Edit {
            from: 0,
            to: 6,
            insert: "The gates closed.".to_owned(),
        };
        desk.library
            .accept(&generation, &desk.draft, 1, &[edit], Some("Gates"))
            .unwrap();
        let branch = desk.library.branch(&desk.draft, "b").unwrap();
        let edits = [
            Edit {
                from: 0,
                to: 3,
                insert: "Both".to_owned(),
            },
            Edit {
                from: 4,
                to: 4,
                insert: "sea ".to_owned(),
            },
        ];
        desk.library
            .apply(&branch.id, 0, &edits, &typing())
            .unwrap();
        let first = desk.library.history(&desk.draft).unwrap().pop().unwrap();
        desk.library.restore(&desk.draft, &first.id).unwrap();
        desk
    }

    fn problems_after(sql: &str) -> Vec<String> {
        let desk = full();
        let changed = desk.library.connection().execute(sql, []).unwrap();
        assert_eq!(changed, 1, "{sql}");
        desk.library.verify().unwrap().problems
    }

    #[test]
    fn a_sound_library_has_no_problems() {
        let desk = full();
        let report = desk.library.verify().unwrap();
        assert_eq!(
            report,
            VerifyReport {
                nodes_checked: 4,
                problems: Vec::new()
            }
        );
        desk.library.search("gates", 9).unwrap();
        assert_eq!(
            desk.library.verify().unwrap().problems,
            Vec::<String>::new()
        );
    }

    #[test]
    fn every_kind_of_damage_is_named() {
        for (sql, expected) in [
            (
                "UPDATE nodes SET body = body || '.' WHERE label = 'named'",
                "its hash differs",
            ),
            (
                "UPDATE nodes SET sha256 = 'x' WHERE label = 'restored'",
                "its hash differs",
            ),
            (
                "UPDATE nodes SET spans = '[]' WHERE label = 'named'",
                "its spans do not cover",
            ),
            (
                "UPDATE nodes SET spans = '?' WHERE label = 'named'",
                "node ",
            ),
            (
                "UPDATE drafts SET body = CAST(x'ff' AS TEXT) WHERE name = 'main'",
                "draft ",
            ),
            (
                "UPDATE drafts SET body = 'less' WHERE name = 'main'",
                "its hash differs",
            ),
            (
                "UPDATE drafts SET spans = '[[1,\"typed\",false]]' WHERE name = 'b'",
                "its spans",
            ),
            (
                "UPDATE drafts SET revision = 9 WHERE name = 'b'",
                "the journal leads to another",
            ),
            (
                "DELETE FROM operations WHERE key = 2",
                "no operation between 1 and 3",
            ),
            (
                "DELETE FROM operations WHERE key = 4",
                "the journal leads to another",
            ),
            (
                "UPDATE operations SET edits = '[]' WHERE key = 2",
                "operation 2 does not fit",
            ),
            (
                "UPDATE operations SET inverse = '[]' WHERE key = 2",
                "operation 2 does not fit",
            ),
            ("UPDATE operations SET edits = 'x' WHERE key = 1", "damaged"),
            (
                "UPDATE operations SET edits = replace(edits, 'Both', 'Each') WHERE edits LIKE '%Both%'",
                "the journal leads to another",
            ),
        ] {
            let problems = problems_after(sql);
            assert_eq!(problems.len(), 1, "{sql}: {problems:?}");
            assert!(problems[0].contains(expected), "{sql}: {problems:?}");
        }
    }

    #[test]
    fn edits_that_overlap_or_cut_a_character_do_not_fit() {
        let piece = |from, to, insert: &str| {
            Piece::of(
                &Edit {
                    from,
                    to,
                    insert: insert.to_owned(),
                },
                &Origin::Typed,
            )
        };
        let old = |insert| piece(0, 0, insert);
        let two = [piece(0, 3, ""), piece(3, 4, "")];
        assert!(fits("潮x", &two, &[old("潮"), old("x")]));
        let [first, second] = two;
        assert!(!fits(
            "潮x",
            &[second.clone(), first.clone()],
            &[old("x"), old("潮")]
        ));
        assert!(!fits(
            "潮x",
            &[first.clone(), piece(0, 3, "")],
            &[old("潮"), old("潮")]
        ));
        assert!(!fits("潮x", &[piece(1, 3, "")], &[old("")]));
        assert!(!fits(
            "潮x",
            &[second, piece(5, 5, "")],
            &[old("x"), old("")]
        ));
        assert!(!fits("潮x", &[first], &[]));
    }

    #[test]
    fn a_row_that_names_nothing_is_a_problem() {
        let desk = full();
        let connection = desk.library.connection();
        connection
            .pragma_update(None, "foreign_keys", false)
            .unwrap();
        let sql = "UPDATE generations SET draft_id = 'gone'";
        connection.execute(sql, []).unwrap();
        drop(connection);
        let expected = "a row of `generations` names one of `drafts` that is not there";
        assert_eq!(desk.library.verify().unwrap().problems, [expected]);
    }

    #[test]
    fn a_flipped_bit_in_a_kept_text_is_noticed() {
        let desk = full();
        let path = desk.library.path().to_owned();
        let needle = "UNIQUE-NEEDLE-OF-A-TEXT";
        desk.write(needle);
        desk.library.save_version(&desk.draft, "v").unwrap();
        let Desk {
            library,
            folder: _folder,
            ..
        } = desk;
        drop(library);
        let mut bytes = fs::read(&path).unwrap();
        let places: Vec<usize> = bytes
            .windows(needle.len())
            .enumerate()
            .filter(|(_, window)| *window == needle.as_bytes())
            .map(|(at, _)| at)
            .collect();
        assert!(places.len() >= 2, "the draft and the node");
        for at in places {
            bytes[at] ^= 1;
        }
        fs::write(&path, bytes).unwrap();
        let report = crate::testing::open(&path).verify().unwrap();
        let hashes = report
            .problems
            .iter()
            .filter(|p| p.contains("its hash differs"))
            .count();
        assert_eq!(hashes, 2, "{:?}", report.problems);
    }

    #[test]
    fn a_check_does_not_keep_a_writer_waiting() {
        let desk = full();
        let held = desk.library.connection();
        // While one thread holds the writer's connection, another one verifies.
        let report = std::thread::scope(|scope| {
            scope
                .spawn(|| desk.library.verify().unwrap())
                .join()
                .unwrap()
        });
        drop(held);
        assert_eq!(report.problems, Vec::<String>::new());
    }
}
