//! Drafts: a document's lines of work.

use rusqlite::{Connection, Row, params};
use serde::Serialize;

use crate::history::{self, sha256};
use crate::library::{Result, many, new_id, one};
use crate::row::Json;
use crate::span::Runs;
use crate::{Library, LibraryError, NodeKind, document};

/// A line of work with its text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Draft {
    /// Its id.
    pub id: String,
    /// The document it belongs to.
    pub document_id: String,
    /// Its name; `main` for the first.
    pub name: String,
    /// The text, in the native notation of the document's kind.
    pub body: String,
    /// How many batches of edits made the text.
    pub revision: u32,
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
}

const COLUMNS: &str = "id, document_id, name, revision, created_at, updated_at";

fn read_summary(row: &Row<'_>) -> rusqlite::Result<DraftSummary> {
    Ok(DraftSummary {
        id: row.get(0)?,
        document_id: row.get(1)?,
        name: row.get(2)?,
        revision: row.get(3)?,
        created_at: row.get(4)?,
        updated_at: row.get(5)?,
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

/// What an edit needs to know of a draft.
pub(crate) struct Line {
    pub(crate) id: String,
    pub(crate) key: i64,
    pub(crate) document_id: String,
    pub(crate) revision: u32,
    pub(crate) head_id: Option<String>,
    pub(crate) body: String,
    pub(crate) runs: Runs,
}

impl Line {
    pub(crate) fn load(connection: &Connection, id: &str) -> Result<Line> {
        let sql = "SELECT id, key, document_id, revision, head_id, body, spans FROM drafts
                   WHERE id = ?1";
        one(connection, "draft", id, sql, |row| {
            let Json(runs) = row.get(6)?;
            Ok(Line {
                id: row.get(0)?,
                key: row.get(1)?,
                document_id: row.get(2)?,
                revision: row.get(3)?,
                head_id: row.get(4)?,
                body: row.get(5)?,
                runs,
            })
        })
    }

    /// Writes text, spans and revision.
    pub(crate) fn store(&self, connection: &Connection, now: i64) -> Result<()> {
        connection.execute(
            "UPDATE drafts SET revision = ?1, sha256 = ?2, body = ?3, spans = ?4, updated_at = ?5
             WHERE key = ?6",
            params![
                self.revision,
                sha256(&self.body),
                self.body,
                Json(&self.runs),
                now,
                self.key
            ],
        )?;
        document::touch(connection, &self.document_id, now)?;
        connection.execute(
            "INSERT OR IGNORE INTO search_pending (draft_key) VALUES (?1)",
            [self.key],
        )?;
        Ok(())
    }
}

/// Makes an empty draft.
pub(crate) fn create(
    connection: &Connection,
    document_id: &str,
    name: &str,
    now: i64,
) -> Result<Line> {
    let id = new_id()?;
    connection.execute(
        "INSERT INTO drafts
            (id, document_id, name, revision, created_at, updated_at, sha256, spans, body)
         VALUES (?1, ?2, ?3, 0, ?4, ?4, ?5, ?6, '')",
        params![
            id,
            document_id,
            name,
            now,
            sha256(""),
            Json(Runs::default())
        ],
    )?;
    connection.execute(
        "INSERT INTO search_pending (draft_key) VALUES (?1)",
        [connection.last_insert_rowid()],
    )?;
    Line::load(connection, &id)
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
            let sql = format!("SELECT {COLUMNS}, body FROM drafts WHERE id = ?1");
            one(c, "draft", id, &sql, |row| {
                let DraftSummary {
                    id,
                    document_id,
                    name,
                    revision,
                    created_at,
                    updated_at,
                } = read_summary(row)?;
                let body = row.get(6)?;
                Ok(Draft {
                    id,
                    document_id,
                    name,
                    body,
                    revision,
                    created_at,
                    updated_at,
                })
            })
        })
    }

    /// Starts another draft of the same document from a draft's present text, origins included.
    pub fn branch(&self, draft_id: &str, name: &str) -> Result<DraftSummary> {
        let now = self.now();
        self.write(|tx| {
            let mut from = Line::load(tx, draft_id)?;
            history::keep_if_new(tx, &mut from, "autosave", now)?;
            let mut to = create(tx, &from.document_id, name, now)?;
            to.body = from.body;
            to.runs = from.runs;
            to.store(tx, now)?;
            to.head_id = from.head_id;
            history::keep(tx, &mut to, NodeKind::Snapshot, None, "branch", now)?;
            find_summary(tx, &to.id)
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
            Ok(())
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
