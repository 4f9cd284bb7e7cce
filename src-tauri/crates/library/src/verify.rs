//! Looking for damage.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension};
use serde::Serialize;

use crate::draft::Line;
use crate::edit::splice;
use crate::history::{self, NodeId};
use crate::journal::{Journal, Place};
use crate::library::{Result, many};
use crate::span::Runs;
use crate::state::{self, Sheet, State};
use crate::written::Written;
use crate::{Library, LibraryError, assets, ledger, texts};

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
        let mut statement = connection.prepare(
            "SELECT nodes.id, nodes.text_key, nodes.draft_key, nodes.parent_key,
                nodes.merged_key, nodes.written, draft.key, parent.key, merged.key
             FROM nodes
             LEFT JOIN drafts AS draft ON draft.key = nodes.draft_key
             LEFT JOIN nodes AS parent ON parent.key = nodes.parent_key
             LEFT JOIN nodes AS merged ON merged.key = nodes.merged_key
             ORDER BY nodes.key",
        )?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let NodeId(id): NodeId<String> = row.get(0)?;
            self.nodes_checked = self.nodes_checked.saturating_add(1);
            let kept = row
                .get(1)
                .map_err(LibraryError::from)
                .and_then(|key| texts::read(connection, key))
                .and_then(|content| State::read(&content))
                .and_then(|state| state.sheet.read());
            if let Err(error) = kept {
                self.problems.push(format!("node {id}: {error}"));
            }
            for (what, named, there) in [("draft", 2, 6), ("parent", 3, 7), ("merged node", 4, 8)] {
                let (named, there): (Option<i64>, Option<i64>) = (row.get(named)?, row.get(there)?);
                if named != there {
                    self.problems
                        .push(format!("node {id}: its {what} is not there"));
                }
            }
            if let Err(error) = Written::read(&row.get::<_, Vec<u8>>(5)?) {
                self.problems.push(format!("node {id}: {error}"));
            }
        }
        Ok(())
    }

    /// Contents that no node names are looked at too: another may be a difference to them.
    fn texts(&mut self, connection: &Connection) -> Result<()> {
        let sql = "SELECT key FROM texts WHERE key NOT IN (SELECT text_key FROM nodes)";
        let keys: Vec<i64> = many(connection, sql, [], |row| row.get(0))?;
        for key in keys {
            if let Err(error) = texts::read(connection, key) {
                self.problems.push(error.to_string());
            }
        }
        Ok(())
    }

    fn assets(&mut self, connection: &Connection) -> Result<()> {
        for key in many(connection, "SELECT key FROM assets", [], |row| row.get(0))? {
            if let Err(error) = assets::read(connection, key) {
                self.problems.push(error.to_string());
            }
        }
        Ok(())
    }

    fn search(&mut self, connection: &Connection) -> Result<()> {
        self.problems.extend(crate::search::problems(connection)?);
        Ok(())
    }

    fn drafts(&mut self, connection: &Connection) -> Result<()> {
        let sql = "SELECT id, head_key, head_key IS NULL
                        OR EXISTS (SELECT 1 FROM nodes WHERE nodes.key = head_key)
                   FROM drafts ORDER BY key";
        let mut statement = connection.prepare(sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let id: String = row.get(0)?;
            if let Err(error) = draft(connection, &id) {
                self.problems.push(format!("draft {id}: {error}"));
            }
            if !row.get::<_, bool>(2)? {
                self.problems
                    .push(format!("draft {id}: the node it came out of is not there"));
            }
        }
        Ok(())
    }
}

fn wrong(why: impl Into<String>) -> LibraryError {
    LibraryError::Damaged(why.into())
}

/// Whether a draft's text has its hash and its spans, and is what its journal makes.
pub(crate) fn draft(connection: &Connection, id: &str) -> Result<()> {
    let line = Line::load(connection, id)?;
    let sql = "SELECT sha256 FROM drafts WHERE key = ?1";
    let sha: String = connection.query_row(sql, [line.key], |row| row.get(0))?;
    if history::sha256(&line.body) != sha {
        return Err(wrong("not the text that was kept (its hash differs)"));
    }
    if line.runs.bytes() != line.body.len() {
        return Err(wrong("its spans do not cover its text"));
    }
    line.sheet.read()?;
    let state = replayed(connection, &line)?;
    let sql = "SELECT max(revision) FROM journal WHERE draft_key = ?1";
    let last: Option<u32> = connection.query_row(sql, [line.key], |row| row.get(0))?;
    if last.unwrap_or(0) != line.revision {
        return Err(wrong("there are operations after the last"));
    }
    if state.body != line.body {
        return Err(wrong("the journal leads to another text"));
    }
    if state.runs != line.runs {
        return Err(wrong("the journal leads to other origins"));
    }
    if state.sheet != line.sheet {
        return Err(wrong("the journal leads to another title or other fields"));
    }
    Ok(())
}

/// What the journal makes of what a draft began with.
pub(crate) fn replayed(connection: &Connection, line: &Line) -> Result<State> {
    let mut journal = Journal::of(connection, line.key);
    let mut state = begun(connection, line, &mut journal)?;
    // What body and sheet were at each position, so that each undo can be held against it.
    let mut bodies = HashMap::from([(0, mark(&state))]);
    let mut sheets = HashMap::from([(0, state.sheet.clone())]);
    let mut stood = Place::default();
    for revision in 1..=line.revision {
        let entry = journal.entry(revision)?.clone();
        let off = || {
            wrong(format!(
                "operation {revision} does not fit the text before it"
            ))
        };
        let after = splice(&state.body, &state.runs, &entry.pieces).map_err(|_| off())?;
        if after.inverse != entry.inverse || entry.before != (stood.body, stood.sheet) {
            return Err(off());
        }
        (state.body, state.runs) = (after.body, after.runs);
        if let Some(splice) = &entry.sheet {
            state.sheet = splice.applied(&state.sheet).map_err(|_| off())?;
        }
        let body = *bodies
            .entry(entry.place.body)
            .or_insert_with(|| mark(&state));
        let sheet = sheets
            .entry(entry.place.sheet)
            .or_insert_with(|| state.sheet.clone());
        if body != mark(&state) || *sheet != state.sheet {
            let why = format!("operation {revision} does not lead where it says");
            return Err(wrong(why));
        }
        stood = entry.place;
    }
    Ok(state)
}

/// What a draft began with: nothing, or what it branched from. The sheet is found backwards from
/// the present one, since a draft may have had a title from the start.
fn begun(connection: &Connection, line: &Line, journal: &mut Journal<'_>) -> Result<State> {
    let sql = "SELECT text_key FROM nodes WHERE draft_key = ?1 AND label = 'branch'
               ORDER BY key LIMIT 1";
    let branched: Option<i64> = connection
        .query_row(sql, [line.key], |row| row.get(0))
        .optional()?;
    if let Some(key) = branched {
        let mut state = State::read(&texts::read(connection, key)?)?;
        state.sheet = first_sheet(line, journal)?;
        return Ok(state);
    }
    Ok(State {
        sheet: first_sheet(line, journal)?,
        body: String::new(),
        runs: Runs::default(),
    })
}

fn first_sheet(line: &Line, journal: &mut Journal<'_>) -> Result<Sheet> {
    let mut sheet = line.sheet.clone();
    for revision in (1..=line.revision).rev() {
        if let Some(splice) = &journal.entry(revision)?.sheet {
            sheet = splice.taken_back(&sheet)?;
        }
    }
    Ok(sheet)
}

fn mark(state: &State) -> [u8; 32] {
    texts::sha256(&state::content(
        &Sheet(String::new()),
        &state.runs,
        &state.body,
    ))
}

impl Library {
    /// Looks at everything: the file's structure, the hash and spans of every text, the chains
    /// they are kept in, every asset, and whether each draft is what its journal makes. It reads beside the writer, so nobody waits.
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
        let checked = report.texts(&connection);
        report.note("contents", checked);
        let checked = report.assets(&connection);
        report.note("assets", checked);
        match ledger::check(&connection) {
            Ok(problems) => report.problems.extend(problems),
            Err(error) => report.note("ledger", Err(error)),
        }
        let checked = report.search(&connection);
        report.note("search", checked);
        Ok(report)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::Edit;
    use crate::testing::{Desk, typing};

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
            .accept(&generation, &desk.draft, 1, &[edit], &[], Some("Gates"))
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
        desk.library.search_texts("gates", 9).unwrap();
        assert_eq!(
            desk.library.verify().unwrap().problems,
            Vec::<String>::new()
        );
    }

    #[test]
    fn every_kind_of_damage_is_named() {
        for (sql, expected) in [
            (
                "UPDATE texts SET data = CAST(data || x'00' AS BLOB) WHERE key = 1",
                "node ",
            ),
            (
                "UPDATE texts SET sha256 = zeroblob(32) WHERE key = 1",
                "its hash differs",
            ),
            ("UPDATE texts SET bytes = 9 WHERE key = 1", "node "),
            ("UPDATE texts SET bytes = 1 << 40 WHERE key = 1", "node "),
            (
                "UPDATE texts SET base_key = 77 WHERE key = 1",
                "content 77 is not there",
            ),
            (
                "UPDATE texts SET base_key = 1 WHERE key = 1",
                "its chain is too long",
            ),
            (
                "UPDATE nodes SET text_key = 99 WHERE label = 'named'",
                "content 99 is not there",
            ),
            (
                "UPDATE nodes SET parent_key = 99 WHERE label = 'restored'",
                "its parent is not there",
            ),
            (
                "UPDATE nodes SET merged_key = 99 WHERE label = 'restored'",
                "its merged node",
            ),
            (
                "UPDATE nodes SET draft_key = 99 WHERE label = 'restored'",
                "its draft is not there",
            ),
            (
                "UPDATE nodes SET written = x'ff' WHERE label = 'restored'",
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
                "UPDATE drafts SET spans = x'01000100' WHERE name = 'b'",
                "its spans do not cover",
            ),
            (
                "UPDATE drafts SET spans = x'01010500' WHERE name = 'b'",
                "draft ",
            ),
            (
                "UPDATE drafts SET revision = 9 WHERE name = 'b'",
                "is not there",
            ),
            (
                "UPDATE drafts SET revision = 1 WHERE name = 'main'",
                "operations after the last",
            ),
            (
                "UPDATE drafts SET head_key = 99 WHERE name = 'b'",
                "the node it came out of",
            ),
            (
                "UPDATE drafts SET sheet = '[\"Other\",{}]' WHERE name = 'main'",
                "draft ",
            ),
            (
                "DELETE FROM journal WHERE draft_key = 1 AND revision = 2",
                "is not there",
            ),
            (
                "UPDATE journal SET data = x'00' WHERE draft_key = 1 AND revision = 2",
                "bytes that end too early",
            ),
            (
                "UPDATE journal SET data = CAST(replace(data, 'Both', 'Each') AS BLOB)
                 WHERE draft_key = 2",
                "the journal leads to another text",
            ),
        ] {
            let problems = problems_after(sql);
            assert!(!problems.is_empty(), "{sql}");
            assert!(
                problems.iter().any(|problem| problem.contains(expected)),
                "{sql}: {problems:?}"
            );
        }
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
