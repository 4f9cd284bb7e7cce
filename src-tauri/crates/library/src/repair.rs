//! Mending what [`crate::Library::verify`] finds, as far as it can be known what was there.
//!
//! Nothing is dropped: what can't be verified is kept aside as it was found, with the reason.

use rusqlite::{Connection, params};
use serde::Serialize;
use serde_json::json;

use crate::draft::Line;
use crate::edit::Piece;
use crate::history::{self, NodeId, sha256};
use crate::journal::{self, Entry, Place};
use crate::library::{Result, many};
use crate::span::Runs;
use crate::state::{Sheet, State};
use crate::verify::replayed;
use crate::{Library, Operation, OperationKind, Origin, assets, meaning, search, texts};

/// What a repair did, a sentence each, in technical English.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct RepairReport {
    /// What is as it was again.
    pub mended: Vec<String>,
    /// What could not be verified and was kept aside, with the reason.
    pub aside: Vec<String>,
    /// What is wrong all the same.
    pub left: Vec<String>,
}

/// Something kept aside: when, in ms since 1970, what, why, and the bytes as they were found.
pub type SetAside = (i64, String, String, Vec<u8>);

struct Repair<'a> {
    connection: &'a Connection,
    now: i64,
    report: RepairReport,
}

impl Repair<'_> {
    fn aside(&mut self, what: &str, why: &str, data: &[u8]) -> Result<()> {
        self.connection.execute(
            "INSERT INTO set_aside (at, what, why, data) VALUES (?1, ?2, ?3, ?4)",
            params![self.now, what, why, data],
        )?;
        self.report.aside.push(format!("{what}: {why}"));
        Ok(())
    }

    /// Indexes are made anew from the rows.
    fn indexes(&mut self) -> Result<()> {
        self.connection.execute_batch("REINDEX")?;
        search::rebuild(self.connection)?;
        meaning::rebuild(self.connection)?;
        self.report.mended.push("indexes were made anew".to_owned());
        Ok(())
    }

    /// Links of the history that lead nowhere are cut.
    fn links(&mut self) -> Result<()> {
        for (table, column) in [
            ("nodes", "parent_key"),
            ("nodes", "merged_key"),
            ("drafts", "head_key"),
        ] {
            let sql = format!(
                "UPDATE {table} SET {column} = NULL WHERE {column} IS NOT NULL
                    AND {column} NOT IN (SELECT key FROM nodes)"
            );
            let cut = self.connection.execute(&sql, [])?;
            if cut > 0 {
                let what = format!("{cut} rows of `{table}` named a node that is not there");
                self.report.mended.push(what);
            }
        }
        Ok(())
    }

    /// A node whose content can't be verified goes aside; its children grow out of its parent.
    fn nodes(&mut self) -> Result<()> {
        let sql = "SELECT key, id, text_key, draft_key, name, label, created_at, written
                   FROM nodes ORDER BY key";
        type Row = (i64, String, i64, i64, Option<String>, String, i64, Vec<u8>);
        let rows: Vec<Row> = many(self.connection, sql, [], |row| {
            let NodeId(id) = row.get(1)?;
            Ok((
                row.get(0)?,
                id,
                row.get(2)?,
                row.get(3)?,
                row.get(4)?,
                row.get(5)?,
                row.get(6)?,
                row.get(7)?,
            ))
        })?;
        for (key, id, text_key, draft_key, name, label, created_at, written) in rows {
            if crate::written::Written::read(&written).is_err() {
                let sql = "UPDATE nodes SET written = x'00' WHERE key = ?1";
                self.connection.execute(sql, [key])?;
                let what = format!("node {id}: who wrote it was not readable");
                self.report.mended.push(what);
            }
            let homeless = self
                .connection
                .prepare_cached("SELECT NOT EXISTS (SELECT 1 FROM drafts WHERE key = ?1)")?
                .query_row([draft_key], |row| row.get::<_, bool>(0))?;
            let checked = texts::read(self.connection, text_key)
                .and_then(|content| State::read(&content))
                .and_then(|state| state.sheet.read());
            let why = match checked {
                Ok(_) if !homeless => continue,
                Ok(_) => "its draft is not there".to_owned(),
                Err(error) => error.to_string(),
            };
            let raw = texts::raw(self.connection, text_key)?;
            // The parent may have gone aside before.
            let sql = "SELECT parent_key FROM nodes WHERE key = ?1";
            let parent: Option<i64> = self.connection.query_row(sql, [key], |row| row.get(0))?;
            let record = json!({
                "id": id, "draft_key": draft_key, "name": name, "label": label,
                "created_at": created_at, "chain": raw,
            });
            let what = format!("node {id}");
            self.aside(&what, &why, record.to_string().as_bytes())?;
            for column in ["parent_key", "merged_key"] {
                let sql = format!("UPDATE nodes SET {column} = ?1 WHERE {column} = ?2");
                let other = parent.filter(|_| column == "parent_key");
                self.connection.execute(&sql, params![other, key])?;
            }
            let sql = "UPDATE drafts SET head_key = ?1 WHERE head_key = ?2";
            self.connection.execute(sql, params![parent, key])?;
            let sql = "DELETE FROM nodes WHERE key = ?1";
            self.connection.execute(sql, [key])?;
        }
        Ok(())
    }

    /// Contents that nothing can be read from, and that no node names any more.
    fn contents(&mut self) -> Result<()> {
        let sql = "SELECT key FROM texts WHERE key NOT IN (SELECT text_key FROM nodes)";
        let keys: Vec<i64> = many(self.connection, sql, [], |row| row.get(0))?;
        for key in keys {
            let Err(error) = texts::read(self.connection, key) else {
                continue;
            };
            let raw = json!(texts::raw(self.connection, key)?).to_string();
            self.aside(
                &format!("content {key}"),
                &error.to_string(),
                raw.as_bytes(),
            )?;
            let sql = "DELETE FROM texts WHERE key = ?1";
            self.connection.execute(sql, [key])?;
        }
        Ok(())
    }

    fn assets(&mut self) -> Result<()> {
        for key in many(self.connection, "SELECT key FROM assets", [], |row| {
            row.get::<_, i64>(0)
        })? {
            let Err(error) = assets::read(self.connection, key) else {
                continue;
            };
            let sql = "SELECT data FROM assets WHERE key = ?1";
            let data: Vec<u8> = self.connection.query_row(sql, [key], |row| row.get(0))?;
            self.aside("asset", &error.to_string(), &data)?;
            let sql = "DELETE FROM project_assets WHERE asset_key = ?1";
            self.connection.execute(sql, [key])?;
            let sql = "DELETE FROM assets WHERE key = ?1";
            self.connection.execute(sql, [key])?;
        }
        Ok(())
    }

    fn drafts(&mut self) -> Result<()> {
        let ids: Vec<String> = many(
            self.connection,
            "SELECT id FROM drafts ORDER BY key",
            [],
            |row| row.get(0),
        )?;
        for id in ids {
            let Err(why) = crate::verify::draft(self.connection, &id) else {
                continue;
            };
            self.draft(&id, &why.to_string())?;
        }
        Ok(())
    }

    /// The text that the journal makes, if it is the one that was saved; else the text that is
    /// there, from which a new journal begins.
    fn draft(&mut self, id: &str, why: &str) -> Result<()> {
        let what = format!("draft {id}");
        let sql = "SELECT key, sha256, CAST(body AS BLOB), spans, sheet, revision FROM drafts
                   WHERE id = ?1";
        let (key, sha, body, spans, sheet, revision): (i64, String, Vec<u8>, Vec<u8>, String, u32) =
            self.connection.query_row(sql, [id], |row| {
                Ok((
                    row.get(0)?,
                    row.get(1)?,
                    row.get(2)?,
                    row.get(3)?,
                    row.get(4)?,
                    row.get(5)?,
                ))
            })?;
        let readable = Sheet(sheet.clone()).read().is_ok();
        let mut line = Line {
            id: id.to_owned(),
            key,
            document_id: String::new(),
            revision,
            body_revision: revision,
            head_key: None,
            sheet: match readable {
                true => Sheet(sheet.clone()),
                false => Sheet::of("", &json!({}))?,
            },
            body: String::from_utf8_lossy(&body).into_owned(),
            runs: Runs::default(),
            retitled: false,
        };
        if let Ok(state) = replayed(self.connection, &line)
            && sha256(&state.body) == sha
        {
            // The journal knows better than the row.
            self.aside_text(&what, why, &body, &spans, &sheet)?;
            line.body = state.body;
            line.runs = state.runs;
            self.store(&line)?;
            self.report
                .mended
                .push(format!("{what}: its text was made anew from its journal"));
            return Ok(());
        }
        self.aside_text(&what, why, &body, &spans, &sheet)?;
        let runs = Runs::read(&mut crate::bytes::Bytes(&spans)).unwrap_or_default();
        line.runs = match runs.bytes() == line.body.len() {
            true => runs,
            // Nobody knows any more who wrote it.
            false => Runs::of(
                line.body.len(),
                Origin::Imported {
                    file: String::new(),
                },
            ),
        };
        self.begin_again(&mut line, &what)
    }

    fn aside_text(
        &mut self,
        what: &str,
        why: &str,
        body: &[u8],
        spans: &[u8],
        sheet: &str,
    ) -> Result<()> {
        let text = json!({
            "body": String::from_utf8_lossy(body), "body_bytes": crate::library::hex(body),
            "spans": crate::library::hex(spans), "sheet": sheet,
        });
        self.aside(what, why, text.to_string().as_bytes())
    }

    /// Puts the journal aside and begins another with the text that is there.
    fn begin_again(&mut self, line: &mut Line, what: &str) -> Result<()> {
        let sql = "SELECT first, revision, data FROM journal WHERE draft_key = ?1
                   ORDER BY revision";
        let rows: Vec<(u32, u32, Vec<u8>)> = many(self.connection, sql, [line.key], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })?;
        for (first, last, data) in rows {
            let name = format!("{what}, operations {first} to {last}");
            self.aside(&name, "a journal that does not lead to the text", &data)?;
        }
        let sql = "DELETE FROM journal WHERE draft_key = ?1";
        self.connection.execute(sql, [line.key])?;
        // What it branched from is no longer what it begins with.
        let sql = "UPDATE nodes SET label = 'autosave' WHERE draft_key = ?1 AND label = 'branch'";
        self.connection.execute(sql, [line.key])?;
        line.revision = 0;
        line.body_revision = 0;
        if !line.body.is_empty() {
            let edit = crate::Edit {
                from: 0,
                to: 0,
                insert: line.body.clone(),
            };
            let piece = Piece {
                runs: line.runs.clone(),
                ..Piece::of(
                    &edit,
                    &Origin::Imported {
                        file: String::new(),
                    },
                )
            };
            let entry = Entry {
                revision: 1,
                operation: Operation {
                    kind: OperationKind::Import,
                    origin: Origin::Imported {
                        file: String::new(),
                    },
                },
                created_at: self.now,
                inverse: vec![Piece {
                    from: 0,
                    to: line.body.len(),
                    insert: String::new(),
                    runs: Runs::default(),
                }],
                pieces: vec![piece],
                sheet: None,
                place: Place {
                    body: 1,
                    sheet: 0,
                    tip: 1,
                },
                before: (0, 0),
            };
            journal::append(self.connection, line.key, &entry)?;
            (line.revision, line.body_revision) = (1, 1);
        }
        self.store(line)?;
        self.report.mended.push(format!(
            "{what}: its journal begins anew with the text that was there"
        ));
        Ok(())
    }

    fn store(&mut self, line: &Line) -> Result<()> {
        self.connection.execute(
            "UPDATE drafts SET revision = ?1, body_revision = ?2, sha256 = ?3, body = ?4,
                spans = ?5, sheet = ?6 WHERE key = ?7",
            params![
                line.revision,
                line.body_revision,
                sha256(&line.body),
                line.body,
                line.runs.bytes_kept(),
                line.sheet.0,
                line.key
            ],
        )?;
        let mut kept = Line::load(self.connection, &line.id)?;
        history::keep_if_new(self.connection, &mut kept, "repaired", self.now)?;
        Ok(())
    }
}

impl Library {
    /// Makes indexes anew, mends what is known, and keeps aside what can't be verified. All or
    /// nothing. Make a backup first.
    ///
    /// # Errors
    /// What the file says; nothing was changed then.
    pub fn repair(&self) -> Result<RepairReport> {
        let now = self.now();
        let mut report = self.write(|tx| {
            let mut repair = Repair {
                connection: tx,
                now,
                report: RepairReport::default(),
            };
            repair.indexes()?;
            repair.links()?;
            repair.nodes()?;
            repair.contents()?;
            repair.assets()?;
            repair.drafts()?;
            Ok(repair.report)
        })?;
        report.left = self.verify()?.problems;
        Ok(report)
    }

    /// What repairs kept aside, oldest first.
    ///
    /// # Errors
    /// What the file says.
    pub fn set_aside(&self) -> Result<Vec<SetAside>> {
        self.read(|c| {
            many(
                c,
                "SELECT at, what, why, data FROM set_aside ORDER BY key",
                [],
                |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)),
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Desk;

    /// A library with something of everything, damaged by `sql`, and repaired.
    fn repaired(sql: &str) -> (Desk, RepairReport) {
        let desk = Desk::new();
        desk.write("夜里潮水很高。");
        desk.library.save_version(&desk.draft, "v1").unwrap();
        desk.write("夜里潮水很高。A second sentence.");
        desk.library.save_version(&desk.draft, "v2").unwrap();
        desk.library.branch(&desk.draft, "b").unwrap();
        desk.library
            .add_asset(&desk.project, "a.png", "image/png", b"bytes")
            .unwrap();
        let connection = desk.library.connection();
        connection
            .execute_batch(&format!(
                "PRAGMA foreign_keys = 0; {sql}; PRAGMA foreign_keys = 1"
            ))
            .unwrap();
        drop(connection);
        assert_ne!(
            desk.library.verify().unwrap().problems,
            Vec::<String>::new(),
            "{sql}"
        );
        let report = desk.library.repair().unwrap();
        assert_eq!(report.left, Vec::<String>::new(), "{sql}: {report:?}");
        (desk, report)
    }

    #[test]
    fn a_sound_library_is_left_as_it_is() {
        let desk = Desk::new();
        desk.write("Tide.");
        desk.library.save_version(&desk.draft, "v1").unwrap();
        let before = desk.library.history(&desk.draft).unwrap();
        let report = desk.library.repair().unwrap();
        assert_eq!(
            (report.aside.len(), report.left.len()),
            (0, 0),
            "{report:?}"
        );
        assert_eq!(desk.library.history(&desk.draft).unwrap(), before);
        assert_eq!(desk.library.search_texts("tide", 9).unwrap().len(), 1);
    }

    #[test]
    fn a_text_is_made_anew_from_its_journal() {
        for sql in [
            "UPDATE drafts SET body = 'Gone.' WHERE name = 'main'",
            "UPDATE drafts SET body = CAST(x'ff41' AS TEXT) WHERE name = 'main'",
            "UPDATE drafts SET spans = x'ff' WHERE name = 'main'",
        ] {
            let (desk, report) = repaired(sql);
            assert_eq!(desk.body(), "夜里潮水很高。A second sentence.", "{sql}");
            assert_eq!(report.aside.len(), 1, "{report:?}");
            assert_eq!(desk.library.set_aside().unwrap().len(), 1);
        }
    }

    #[test]
    fn a_text_without_its_journal_stays_the_text() {
        for sql in [
            "DELETE FROM journal WHERE draft_key = 1 AND revision = 1",
            "UPDATE journal SET data = x'0005' WHERE draft_key = 1 AND revision = 2",
            "UPDATE drafts SET revision = 7 WHERE name = 'main'",
            "UPDATE drafts SET sha256 = 'x' WHERE name = 'main'",
        ] {
            let (desk, report) = repaired(sql);
            assert_eq!(desk.body(), "夜里潮水很高。A second sentence.", "{sql}");
            assert!(!report.aside.is_empty(), "{sql}");
            desk.write("It goes on.");
            assert_eq!(
                desk.library.verify().unwrap().problems,
                Vec::<String>::new()
            );
        }
    }

    #[test]
    fn a_kept_text_that_is_not_what_was_kept_goes_aside_and_the_rest_stays() {
        let (desk, report) = repaired("UPDATE texts SET sha256 = zeroblob(32) WHERE key = 2");
        let aside = desk.library.set_aside().unwrap();
        assert!(
            aside.iter().any(|(_, what, ..)| what.starts_with("node ")),
            "{report:?}"
        );
        let nodes = desk.library.history(&desk.draft).unwrap();
        assert!(nodes.iter().any(|node| node.name.as_deref() == Some("v1")));
        for node in nodes {
            desk.library.node_text(&node.id).unwrap();
        }
        let (_, report) = repaired("UPDATE assets SET data = x'00'");
        assert!(report.aside[0].contains("asset"), "{report:?}");
        let (_, report) = repaired("UPDATE nodes SET parent_key = 99 WHERE key = 2");
        assert_eq!(report.aside, Vec::<String>::new());
    }
}
