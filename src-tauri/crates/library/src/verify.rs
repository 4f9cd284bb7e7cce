//! Looking for damage.

use rusqlite::{Connection, OpenFlags, OptionalExtension, Row};
use serde::Serialize;

use crate::edit::Piece;
use crate::history::sha256;
use crate::library::{PATIENCE, Result};
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
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut connection = Connection::open_with_flags(self.path(), flags)?;
        connection.busy_timeout(PATIENCE)?;
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
