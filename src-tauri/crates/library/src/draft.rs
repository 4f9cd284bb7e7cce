//! Drafts: a document's lines of work.

use rusqlite::{Connection, Row, params};
use serde::Serialize;
use serde_json::Value;

use crate::bytes::Bytes;
use crate::edit::{self, Change};
use crate::history::{self, Keep, sha256};
use crate::library::{Result, many, new_id, one};
use crate::span::Runs;
use crate::state::{Sheet, State};
use crate::{Library, LibraryError, Operation, OperationKind, Origin, comment, document};

/// A line of work: a whole document, with title, fields and text.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Draft {
    /// Its id.
    pub id: String,
    /// The document it belongs to.
    pub document_id: String,
    /// Its name; `main` for the first.
    pub name: String,
    /// The title.
    pub title: String,
    /// What the desk keeps with it, `{"brief": {...}}`.
    pub fields: Value,
    /// The text, in the native notation of the document's kind.
    pub body: String,
    /// How many batches of edits made the text.
    pub revision: u32,
    /// The revision that changed the text last; since then only title and fields did.
    pub body_revision: u32,
    /// When it was made, in ms since 1970.
    pub created_at: i64,
    /// When its text or name was changed last, in ms since 1970.
    pub updated_at: i64,
}

/// A line of work as lists show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DraftSummary {
    /// Its id.
    pub id: String,
    /// The document it belongs to.
    pub document_id: String,
    /// Its name; `main` for the first.
    pub name: String,
    /// How many batches of edits made the text.
    pub revision: u32,
    /// When it was made, in ms since 1970.
    pub created_at: i64,
    /// When its text or name was changed last, in ms since 1970.
    pub updated_at: i64,
    /// The title.
    pub title: String,
}

const COLUMNS: &str = "id, document_id, name, revision, created_at, updated_at, sheet";

fn read_summary(row: &Row<'_>) -> rusqlite::Result<DraftSummary> {
    Ok(DraftSummary {
        id: row.get(0)?,
        document_id: row.get(1)?,
        name: row.get(2)?,
        revision: row.get(3)?,
        created_at: row.get(4)?,
        updated_at: row.get(5)?,
        title: sheet_title(&row.get::<_, String>(6)?)?,
    })
}

/// The title in a sheet, without reading the fields.
fn sheet_title(sheet: &str) -> rusqlite::Result<String> {
    let read = || {
        let mut values =
            serde_json::Deserializer::from_str(sheet.strip_prefix('[')?).into_iter::<String>();
        values.next()?.ok()
    };
    read().ok_or_else(|| {
        let why = "title and fields can't be read".into();
        rusqlite::Error::FromSqlConversionFailure(6, rusqlite::types::Type::Text, why)
    })
}

fn find_summary(connection: &Connection, id: &str) -> Result<DraftSummary> {
    one(
        connection,
        "draft",
        id,
        &format!("SELECT {COLUMNS} FROM drafts WHERE id = ?1"),
        read_summary,
    )
}

/// What the journal and the history need to know of a draft, without its text.
pub(crate) struct Place {
    pub(crate) key: i64,
    pub(crate) revision: u32,
}

pub(crate) fn summary(connection: &Connection, id: &str) -> Result<Place> {
    let sql = "SELECT key, revision FROM drafts WHERE id = ?1";
    one(connection, "draft", id, sql, |row| {
        Ok(Place {
            key: row.get(0)?,
            revision: row.get(1)?,
        })
    })
}

/// What an edit needs to know of a draft.
pub(crate) struct Line {
    pub(crate) id: String,
    pub(crate) key: i64,
    pub(crate) document_id: String,
    pub(crate) revision: u32,
    /// The revision that changed the body last.
    pub(crate) body_revision: u32,
    pub(crate) head_key: Option<i64>,
    pub(crate) sheet: Sheet,
    pub(crate) body: String,
    pub(crate) runs: Runs,
    /// The sheet is not what the row has.
    pub(crate) retitled: bool,
}

impl Line {
    pub(crate) fn load(connection: &Connection, id: &str) -> Result<Line> {
        let sql = "SELECT id, key, document_id, revision, head_key, body, spans, body_revision,
                    sheet
                   FROM drafts WHERE id = ?1";
        let (mut line, spans) = one(connection, "draft", id, sql, |row| {
            let line = Line {
                id: row.get(0)?,
                key: row.get(1)?,
                document_id: row.get(2)?,
                revision: row.get(3)?,
                head_key: row.get(4)?,
                body: row.get(5)?,
                runs: Runs::default(),
                body_revision: row.get(7)?,
                sheet: Sheet(row.get(8)?),
                retitled: false,
            };
            Ok((line, row.get::<_, Vec<u8>>(6)?))
        })?;
        line.runs = Runs::read(&mut Bytes(&spans))?;
        Ok(line)
    }

    /// All of it.
    pub(crate) fn state(&self) -> State {
        State {
            sheet: self.sheet.clone(),
            body: self.body.clone(),
            runs: self.runs.clone(),
        }
    }

    /// Writes text, spans, title, fields and revision.
    pub(crate) fn store(&self, connection: &Connection, now: i64) -> Result<()> {
        connection
            .prepare_cached(
                "UPDATE drafts SET revision = ?1, sha256 = ?2, body = ?3, spans = ?4,
                    updated_at = ?5, body_revision = ?6, sheet = ?7
                 WHERE key = ?8",
            )?
            .execute(params![
                self.revision,
                sha256(&self.body),
                self.body,
                self.runs.bytes_kept(),
                now,
                self.body_revision,
                self.sheet.0,
                self.key
            ])?;
        document::touch(connection, &self.document_id, now)?;
        if self.retitled {
            document::show_title(connection, self.key)?;
        }
        document::to_search(connection, self.key)
    }
}

/// Makes a draft with a title and fields, and no text.
pub(crate) fn create(
    connection: &Connection,
    document_id: &str,
    name: &str,
    sheet: Sheet,
    now: i64,
) -> Result<Line> {
    let id = new_id()?;
    connection.execute(
        "INSERT INTO drafts (id, document_id, name, revision, body_revision, created_at,
            updated_at, sha256, sheet, spans, body)
         VALUES (?1, ?2, ?3, 0, 0, ?4, ?4, ?5, ?6, ?7, '')",
        params![
            id,
            document_id,
            name,
            now,
            sha256(""),
            sheet.0,
            Runs::default().bytes_kept()
        ],
    )?;
    document::to_search(connection, connection.last_insert_rowid())?;
    Line::load(connection, &id)
}

/// Makes a draft that begins with a state: that of the draft `from`, or of one of its nodes.
pub(crate) fn begin(
    connection: &Connection,
    document_id: &str,
    name: &str,
    state: State,
    head_key: Option<i64>,
    now: i64,
) -> Result<DraftSummary> {
    let mut to = create(connection, document_id, name, state.sheet, now)?;
    to.body = state.body;
    to.runs = state.runs;
    to.store(connection, now)?;
    to.head_key = head_key;
    history::keep(connection, &mut to, Keep::snapshot("branch"), now)?;
    find_summary(connection, &to.id)
}

impl Library {
    /// A document's drafts, oldest first.
    pub fn drafts(&self, document_id: &str) -> Result<Vec<DraftSummary>> {
        self.read(|c| {
            let sql = format!(
                "SELECT {COLUMNS} FROM drafts WHERE document_id = ?1 AND deleted_at IS NULL
                 ORDER BY key"
            );
            many(c, &sql, [document_id], read_summary)
        })
    }

    /// The drafts of all documents of a project, oldest first.
    pub fn drafts_of(&self, project_id: &str) -> Result<Vec<DraftSummary>> {
        self.read(|c| {
            let sql = "SELECT drafts.id, document_id, name, revision, drafts.created_at,
                    drafts.updated_at, sheet
                 FROM documents JOIN drafts ON drafts.document_id = documents.id
                 WHERE project_id = ?1 AND documents.deleted_at IS NULL
                    AND drafts.deleted_at IS NULL
                 ORDER BY drafts.key";
            many(c, sql, [project_id], read_summary)
        })
    }

    /// A document's deleted drafts, last deleted first.
    pub fn deleted_drafts(&self, document_id: &str) -> Result<Vec<DraftSummary>> {
        self.read(|c| {
            let sql = format!(
                "SELECT {COLUMNS} FROM drafts WHERE document_id = ?1 AND deleted_at IS NOT NULL
                 ORDER BY deleted_at DESC, key DESC"
            );
            many(c, &sql, [document_id], read_summary)
        })
    }

    /// One draft with its text, deleted or not.
    pub fn draft(&self, id: &str) -> Result<Draft> {
        self.read(|c| {
            let found = find_summary(c, id)?;
            let sql = "SELECT sheet, body, body_revision FROM drafts WHERE id = ?1";
            let (sheet, body, body_revision) = one(c, "draft", id, sql, |row| {
                Ok((Sheet(row.get(0)?), row.get(1)?, row.get(2)?))
            })?;
            let (title, fields) = sheet.read()?;
            Ok(Draft {
                id: found.id,
                document_id: found.document_id,
                name: found.name,
                title,
                fields,
                body,
                revision: found.revision,
                body_revision,
                created_at: found.created_at,
                updated_at: found.updated_at,
            })
        })
    }

    /// Starts another draft of the same document from a draft as it is: title, fields, text and
    /// origins.
    pub fn branch(&self, draft_id: &str, name: &str) -> Result<DraftSummary> {
        let now = self.now();
        self.write(|tx| {
            let mut from = Line::load(tx, draft_id)?;
            history::keep_if_new(tx, &mut from, "autosave", now)?;
            let (document, head) = (from.document_id.clone(), from.head_key);
            let body = from.body.clone();
            let branch = begin(tx, &document, name, from.state(), head, now)?;
            comment::branch(tx, draft_id, &branch.id, &body)?;
            Ok(branch)
        })
    }

    /// Starts another draft of the same document from what a node keeps.
    pub fn branch_from(&self, node_id: &str, name: &str) -> Result<DraftSummary> {
        let now = self.now();
        self.write(|tx| {
            let (document, key) = history::of_document(tx, node_id)?;
            let state = history::state(tx, node_id)?;
            let body = state.body.clone();
            let of = "SELECT drafts.id FROM nodes JOIN drafts ON drafts.key = draft_key
                      WHERE nodes.key = ?1";
            let of: String = tx.query_row(of, [key], |row| row.get(0))?;
            let branch = begin(tx, &document, name, state, Some(key), now)?;
            comment::branch(tx, &of, &branch.id, &body)?;
            Ok(branch)
        })
    }

    /// Gives a draft another title, in one operation that can be undone. An empty one changes
    /// nothing. Returns the draft's revision.
    pub fn set_title(&self, draft_id: &str, title: &str) -> Result<u32> {
        self.describe(draft_id, |old, fields| {
            let title = if title.trim().is_empty() { old } else { title };
            Sheet::of(title, fields)
        })
    }

    /// Sets what the desk keeps with a draft, in one operation that can be undone. Returns the
    /// draft's revision.
    pub fn set_fields(&self, draft_id: &str, fields: &Value) -> Result<u32> {
        self.describe(draft_id, |title, _| Sheet::of(title, fields))
    }

    fn describe(
        &self,
        draft_id: &str,
        new: impl FnOnce(&str, &Value) -> Result<Sheet>,
    ) -> Result<u32> {
        let now = self.now();
        self.write(|tx| {
            let mut line = Line::load(tx, draft_id)?;
            let (title, fields) = line.sheet.read()?;
            let change = Change {
                sheet: Some(new(&title, &fields)?),
                ..Change::default()
            };
            let operation = Operation {
                kind: OperationKind::Describe,
                origin: Origin::Typed,
            };
            edit::perform(tx, &mut line, change, &operation, now)
        })
    }

    /// Says that a draft was opened: it stands for its document in lists from now on.
    pub fn show_draft(&self, draft_id: &str) -> Result<()> {
        self.write(|tx| {
            let line = summary(tx, draft_id)?;
            document::show(tx, line.key)
        })
    }

    /// Gives a draft another name. An empty one changes nothing.
    pub fn rename_draft(&self, id: &str, name: &str) -> Result<()> {
        let sql = "UPDATE drafts SET name = iif(trim(?1) = '', name, ?1), updated_at = ?2
                   WHERE id = ?3";
        self.write_one("draft", id, sql, params![name, self.now(), id])
    }

    /// Puts a draft into the bin.
    ///
    /// # Errors
    /// `LastDraft` if the document would be left without one.
    pub fn delete_draft(&self, id: &str) -> Result<()> {
        let now = self.now();
        self.write(|tx| {
            let others: u32 = tx.query_row(
                "SELECT count(*) FROM drafts WHERE deleted_at IS NULL AND id <> ?1
                    AND document_id = (SELECT document_id FROM drafts WHERE id = ?1)",
                [id],
                |row| row.get(0),
            )?;
            find_summary(tx, id)?;
            if others == 0 {
                return Err(LibraryError::LastDraft);
            }
            let sql = "UPDATE drafts SET deleted_at = ifnull(deleted_at, ?1) WHERE id = ?2";
            tx.execute(sql, params![now, id])?;
            document::show_another(tx, id)
        })
    }

    /// Takes a draft out of the bin.
    pub fn restore_draft(&self, id: &str) -> Result<()> {
        self.write_one(
            "draft",
            id,
            "UPDATE drafts SET deleted_at = NULL WHERE id = ?1",
            [id],
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Desk, typing};
    use crate::{Edit, Operation, OperationKind, Origin};

    #[test]
    fn a_branch_starts_with_the_text_and_its_origins_and_goes_its_own_way() {
        let desk = Desk::new();
        desk.write("Low tide. ");
        let paste = Operation {
            kind: OperationKind::Paste,
            origin: Origin::Pasted,
        };
        let edit = Edit {
            from: 10,
            to: 10,
            insert: "潮".to_owned(),
        };
        desk.library
            .apply(&desk.draft, desk.revision(), &[edit], &paste)
            .unwrap();

        let branch = desk.library.branch(&desk.draft, "darker").unwrap();
        assert_eq!(
            (branch.name.as_str(), &branch.document_id),
            ("darker", &desk.document)
        );
        let spans = desk.library.spans(&branch.id).unwrap();
        assert_eq!(spans, desk.library.spans(&desk.draft).unwrap());
        assert_eq!(spans[1].origin, Origin::Pasted);
        let source = &desk.library.history(&desk.draft).unwrap()[0];
        let node = &desk.library.history(&branch.id).unwrap()[0];
        assert_eq!(
            (node.label.as_str(), &node.parent_id),
            ("branch", &Some(source.id.clone()))
        );

        let edit = Edit {
            from: 0,
            to: 3,
            insert: "Dead".to_owned(),
        };
        desk.library
            .apply(&branch.id, branch.revision, &[edit], &typing())
            .unwrap();
        assert_eq!(
            desk.library.draft(&branch.id).unwrap().body,
            "Dead tide. 潮"
        );
        assert_eq!(desk.body(), "Low tide. 潮");
        let names: Vec<_> = desk
            .library
            .drafts(&desk.document)
            .unwrap()
            .into_iter()
            .map(|d| d.name)
            .collect();
        assert_eq!(names, ["main", "darker"]);
        assert_eq!(
            desk.library.documents(&desk.project).unwrap()[0].draft_count,
            2
        );
    }

    #[test]
    fn the_last_draft_stays_and_a_deleted_one_comes_back() {
        let desk = Desk::new();
        let last = desk.library.delete_draft(&desk.draft).unwrap_err();
        assert_eq!(last, LibraryError::LastDraft);
        let branch = desk.library.branch(&desk.draft, "b").unwrap();
        desk.library.delete_draft(&desk.draft).unwrap();
        assert_eq!(
            desk.library.delete_draft(&branch.id).unwrap_err(),
            LibraryError::LastDraft
        );
        assert_eq!(desk.library.drafts(&desk.document).unwrap().len(), 1);
        assert_eq!(
            desk.library.deleted_drafts(&desk.document).unwrap()[0].id,
            desk.draft
        );
        desk.library.restore_draft(&desk.draft).unwrap();
        assert_eq!(desk.library.drafts(&desk.document).unwrap().len(), 2);
        let missing = LibraryError::NotFound {
            what: "draft",
            id: "x".to_owned(),
        };
        assert_eq!(desk.library.delete_draft("x").unwrap_err(), missing);
        assert_eq!(desk.library.draft("x").unwrap_err(), missing);
        assert_eq!(desk.library.branch("x", "y").unwrap_err(), missing);
    }

    #[test]
    fn a_draft_can_be_renamed_but_not_to_nothing() {
        let desk = Desk::new();
        desk.library.rename_draft(&desk.draft, "初稿").unwrap();
        desk.library.rename_draft(&desk.draft, "").unwrap();
        assert_eq!(desk.library.draft(&desk.draft).unwrap().name, "初稿");
    }
}
