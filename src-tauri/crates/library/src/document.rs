//! Documents: articles, ad sets and screenplays.

use inkstone_manuscript::{DocumentKind, Language};
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::Serialize;
use serde_json::Value;

use crate::library::{Result, many, new_id, one};
use crate::row::Name;
use crate::state::Sheet;
use crate::{Library, draft, meaning};

/// One article, ad set or screenplay. Its text lies in its drafts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Document {
    /// Its id.
    pub id: String,
    /// The project it belongs to.
    pub project_id: String,
    /// Which desk it lies on.
    pub kind: DocumentKind,
    /// The language it is written in.
    pub language: Language,
    /// Its title in lists: that of the draft opened last.
    pub title: String,
    /// When it was made, in ms since 1970.
    pub created_at: i64,
    /// When it or a text of it was changed last, in ms since 1970.
    pub updated_at: i64,
}

/// A document as lists show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DocumentSummary {
    /// Its id.
    pub id: String,
    /// The project it belongs to.
    pub project_id: String,
    /// Which desk it lies on.
    pub kind: DocumentKind,
    /// The language it is written in.
    pub language: Language,
    /// Its title in lists.
    pub title: String,
    /// How many drafts it has, deleted ones not counted.
    pub draft_count: u32,
    /// When it was made, in ms since 1970.
    pub created_at: i64,
    /// When it or a text of it was changed last, in ms since 1970.
    pub updated_at: i64,
}

const COLUMNS: &str = "id, project_id, kind, language, title, created_at, updated_at";

fn read(row: &Row<'_>) -> rusqlite::Result<Document> {
    let Name(kind) = row.get(2)?;
    let Name(language) = row.get(3)?;
    Ok(Document {
        id: row.get(0)?,
        project_id: row.get(1)?,
        kind,
        language,
        title: row.get(4)?,
        created_at: row.get(5)?,
        updated_at: row.get(6)?,
    })
}

fn read_summary(row: &Row<'_>) -> rusqlite::Result<DocumentSummary> {
    let Name(kind) = row.get(2)?;
    let Name(language) = row.get(3)?;
    Ok(DocumentSummary {
        id: row.get(0)?,
        project_id: row.get(1)?,
        kind,
        language,
        title: row.get(4)?,
        draft_count: row.get(7)?,
        created_at: row.get(5)?,
        updated_at: row.get(6)?,
    })
}

pub(crate) fn find(connection: &Connection, id: &str) -> Result<Document> {
    let sql = format!("SELECT {COLUMNS} FROM documents WHERE id = ?1");
    one(connection, "document", id, &sql, read)
}

fn summaries(connection: &Connection, which: &str, of: &[&str]) -> Result<Vec<DocumentSummary>> {
    let sql = format!(
        "SELECT {COLUMNS},
            (SELECT count(*) FROM drafts WHERE document_id = documents.id AND deleted_at IS NULL)
         FROM documents WHERE {which}"
    );
    many(
        connection,
        &sql,
        rusqlite::params_from_iter(of),
        read_summary,
    )
}

/// A text or the title of the document has changed.
pub(crate) fn touch(connection: &Connection, id: &str, now: i64) -> Result<()> {
    connection
        .prepare_cached("UPDATE documents SET updated_at = ?1 WHERE id = ?2")?
        .execute(params![now, id])?;
    Ok(())
}

/// A draft has to be read again before it can be found.
pub(crate) fn to_search(connection: &Connection, draft_key: i64) -> Result<()> {
    connection
        .prepare_cached("INSERT OR IGNORE INTO search_pending (draft_key) VALUES (?1)")?
        .execute([draft_key])?;
    meaning::to_cut(connection, draft_key)
}

/// Gives the document of a draft that it shows the draft's title, and has all of its drafts found
/// by it.
pub(crate) fn show_title(connection: &Connection, draft_key: i64) -> Result<()> {
    let changed = connection.execute(
        "UPDATE documents SET title = (SELECT sheet ->> 0 FROM drafts WHERE key = ?1)
         WHERE shown_key = ?1
            AND title <> (SELECT sheet ->> 0 FROM drafts WHERE key = ?1)",
        [draft_key],
    )?;
    if changed > 0 {
        connection.execute(
            "INSERT OR IGNORE INTO search_pending (draft_key)
             SELECT key FROM drafts WHERE document_id =
                (SELECT document_id FROM drafts WHERE key = ?1)",
            [draft_key],
        )?;
    }
    Ok(())
}

/// Makes a draft the one that its document shows.
pub(crate) fn show(connection: &Connection, draft_key: i64) -> Result<()> {
    connection.execute(
        "UPDATE documents SET shown_key = ?1
         WHERE id = (SELECT document_id FROM drafts WHERE key = ?1)",
        [draft_key],
    )?;
    show_title(connection, draft_key)
}

/// A draft was deleted: if it is the one that its document shows, another takes its place.
pub(crate) fn show_another(connection: &Connection, draft_id: &str) -> Result<()> {
    let sql = "SELECT other.key FROM drafts
         JOIN documents ON documents.id = drafts.document_id AND shown_key = drafts.key
         JOIN drafts AS other ON other.document_id = documents.id AND other.deleted_at IS NULL
         WHERE drafts.id = ?1 ORDER BY other.updated_at DESC, other.key LIMIT 1";
    let other: Option<i64> = connection
        .query_row(sql, [draft_id], |row| row.get(0))
        .optional()?;
    match other {
        Some(key) => show(connection, key),
        None => Ok(()),
    }
}

/// The draft that a document shows.
pub(crate) fn shown(connection: &Connection, id: &str) -> Result<String> {
    let sql = "SELECT drafts.id FROM documents JOIN drafts ON drafts.document_id = documents.id
               WHERE documents.id = ?1
               ORDER BY drafts.key = shown_key DESC, drafts.deleted_at IS NOT NULL, drafts.key
               LIMIT 1";
    one(connection, "document", id, sql, |row| row.get(0))
}

/// What a document is when it is made.
#[derive(Debug, Clone, Copy)]
pub struct NewDocument<'a> {
    /// The project it goes into.
    pub project_id: &'a str,
    /// Which desk it lies on.
    pub kind: DocumentKind,
    /// Its title.
    pub title: &'a str,
    /// The language it is written in.
    pub language: Language,
    /// The fields of its first draft.
    pub fields: &'a Value,
}

/// A document with an empty draft called `main`.
pub(crate) fn create(
    connection: &Connection,
    new: &NewDocument<'_>,
    now: i64,
) -> Result<(String, draft::Line)> {
    one(
        connection,
        "project",
        new.project_id,
        "SELECT 1 FROM projects WHERE id = ?1",
        |_| Ok(()),
    )?;
    let id = new_id()?;
    connection.execute(
        "INSERT INTO documents
            (id, project_id, kind, language, title, created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)",
        params![
            id,
            new.project_id,
            Name(new.kind),
            Name(new.language),
            new.title,
            now
        ],
    )?;
    let sheet = Sheet::of(new.title, new.fields)?;
    let line = draft::create(connection, &id, "main", sheet, now)?;
    show(connection, line.key)?;
    Ok((id, line))
}

impl Library {
    /// Makes a document with an empty draft called `main`.
    pub fn create_document(
        &self,
        project_id: &str,
        kind: DocumentKind,
        title: &str,
        language: Language,
    ) -> Result<Document> {
        let now = self.now();
        self.write(|tx| {
            let new = NewDocument {
                project_id,
                kind,
                title,
                language,
                fields: &Value::Object(serde_json::Map::new()),
            };
            let (id, _) = create(tx, &new, now)?;
            find(tx, &id)
        })
    }

    /// A project's documents, newest first.
    pub fn documents(&self, project_id: &str) -> Result<Vec<DocumentSummary>> {
        let which = "project_id = ?1 AND deleted_at IS NULL ORDER BY key DESC";
        self.read(|c| summaries(c, which, &[project_id]))
    }

    /// One document, deleted or not.
    pub fn document(&self, id: &str) -> Result<Document> {
        self.read(|c| find(c, id))
    }

    /// Gives the draft that a document shows another title. An empty one changes nothing.
    pub fn rename_document(&self, id: &str, title: &str) -> Result<()> {
        let draft = self.shown_draft(id)?;
        self.set_title(&draft, title).map(drop)
    }

    /// The id of the draft that stands for a document in lists: the one opened last.
    pub fn shown_draft(&self, document_id: &str) -> Result<String> {
        self.read(|c| shown(c, document_id))
    }

    /// Puts a document into the bin.
    pub fn delete_document(&self, id: &str) -> Result<()> {
        let sql = "UPDATE documents SET deleted_at = ifnull(deleted_at, ?1) WHERE id = ?2";
        self.write_one("document", id, sql, params![self.now(), id])
    }

    /// Takes a document out of the bin, and its project if that lies there too.
    pub fn restore_document(&self, id: &str) -> Result<()> {
        self.write(|tx| {
            let project = find(tx, id)?.project_id;
            tx.execute("UPDATE documents SET deleted_at = NULL WHERE id = ?1", [id])?;
            tx.execute(
                "UPDATE projects SET deleted_at = NULL WHERE id = ?1",
                [&project],
            )?;
            Ok(())
        })
    }

    /// The documents in the bin, last deleted first. Those of a deleted project come with it.
    pub fn deleted_documents(&self) -> Result<Vec<DocumentSummary>> {
        let which = "deleted_at IS NOT NULL ORDER BY deleted_at DESC, key DESC";
        self.read(|c| summaries(c, which, &[]))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::LibraryError;
    use crate::testing::Desk;

    #[test]
    fn a_document_keeps_its_fields_and_language() {
        let desk = Desk::new();
        let made = desk
            .library
            .create_document(
                &desk.project,
                DocumentKind::Screenplay,
                "雨",
                Language::Chinese,
            )
            .unwrap();
        let draft = desk.library.shown_draft(&made.id).unwrap();
        assert_eq!(desk.library.draft(&draft).unwrap().fields, json!({}));
        let fields = json!({ "brief": { "logline": "他们在雨里等船", "scenes": 3 } });
        desk.library.set_fields(&draft, &fields).unwrap();
        desk.library.rename_document(&made.id, "雨夜").unwrap();
        desk.library.rename_document(&made.id, " \n").unwrap();
        let read = desk.library.document(&made.id).unwrap();
        assert_eq!(desk.library.draft(&draft).unwrap().fields, fields);
        assert_eq!(
            (read.title.as_str(), read.kind),
            ("雨夜", DocumentKind::Screenplay)
        );
        assert_eq!(read.language, Language::Chinese);
        let listed = desk.library.documents(&desk.project).unwrap();
        assert_eq!(listed[0].id, made.id, "newest first");
        assert_eq!((listed.len(), listed[0].draft_count), (2, 1));
        assert_eq!(desk.library.drafts(&made.id).unwrap()[0].name, "main");
    }

    #[test]
    fn a_deleted_document_comes_back_whole() {
        let desk = Desk::new();
        desk.write("High water at noon.");
        desk.library.delete_document(&desk.document).unwrap();
        assert!(desk.library.documents(&desk.project).unwrap().is_empty());
        let deleted = desk.library.deleted_documents().unwrap();
        assert_eq!(deleted[0].id, desk.document);
        assert!(desk.library.search_texts("water", 9).unwrap().is_empty());
        // What was still on its way when it was deleted is kept.
        desk.write("High water at one.");
        desk.library.delete_project(&desk.project).unwrap();
        desk.library.restore_document(&desk.document).unwrap();
        assert!(desk.library.deleted_documents().unwrap().is_empty());
        assert_eq!(
            desk.library.projects().unwrap().len(),
            1,
            "or it could not be seen"
        );
        assert_eq!(desk.body(), "High water at one.");
        assert_eq!(desk.library.search_texts("at one", 9).unwrap().len(), 1);
    }

    #[test]
    fn what_is_not_there_is_named() {
        let desk = Desk::new();
        let missing = |what| LibraryError::NotFound {
            what,
            id: "x".to_owned(),
        };
        let make = desk
            .library
            .create_document("x", DocumentKind::Ads, "t", Language::English);
        assert_eq!(make.unwrap_err(), missing("project"));
        assert_eq!(desk.library.document("x").unwrap_err(), missing("document"));
        assert_eq!(
            desk.library.rename_document("x", "").unwrap_err(),
            missing("document")
        );
        assert_eq!(
            desk.library.rename_document("x", "y").unwrap_err(),
            missing("document")
        );
        assert_eq!(
            desk.library.restore_document("x").unwrap_err(),
            missing("document")
        );
        let fields = desk.library.set_fields("x", &json!({}));
        assert_eq!(fields.unwrap_err(), missing("draft"));
    }
}
