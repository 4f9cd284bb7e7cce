//! What the sixth migration carries over: kept texts into contents, drafts with title and fields of
//! their document, operations into the journal.

use std::collections::HashMap;

use rusqlite::{Connection, params};
use serde_json::Value;

use crate::edit::Piece;
use crate::history::{self, Keep, Node};
use crate::journal::{self, Entry, Place};
use crate::library::Result;
use crate::row::Json;
use crate::span::Runs;
use crate::state::{Sheet, State};
use crate::written::Written;
use crate::{LibraryError, NodeKind, Operation, texts};

/// Fills the tables of format 6 from those of format 5.
pub(crate) fn carry(connection: &Connection) -> Result<()> {
    drafts(connection)?;
    nodes(connection)?;
    operations(connection)?;
    connection.execute_batch(
        "UPDATE new_drafts SET head_key = (
            SELECT new_nodes.key FROM drafts JOIN nodes ON nodes.id = drafts.head_id
            JOIN new_nodes ON new_nodes.key = nodes.key WHERE drafts.key = new_drafts.key);
         UPDATE documents SET shown_key = (
            SELECT key FROM drafts WHERE document_id = documents.id
            ORDER BY deleted_at IS NOT NULL, key LIMIT 1);",
    )?;
    Ok(())
}

fn runs(json: &str) -> Result<Runs> {
    serde_json::from_str(json).map_err(|error| LibraryError::Damaged(error.to_string()))
}

fn drafts(connection: &Connection) -> Result<()> {
    let mut statement = connection.prepare(
        "SELECT drafts.key, drafts.id, document_id, name, revision, drafts.created_at,
            drafts.updated_at, drafts.deleted_at, sha256, spans, body, title, fields
         FROM drafts JOIN documents ON documents.id = document_id ORDER BY drafts.key",
    )?;
    let mut insert = connection.prepare(
        "INSERT INTO new_drafts (key, id, document_id, name, revision, created_at, updated_at,
            deleted_at, sha256, spans, body, sheet, body_revision)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?5)",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let Json(fields): Json<Value> = row.get(12)?;
        let sheet = Sheet::of(&row.get::<_, String>(11)?, &fields)?;
        insert.execute(params![
            row.get::<_, i64>(0)?,
            row.get::<_, String>(1)?,
            row.get::<_, String>(2)?,
            row.get::<_, String>(3)?,
            row.get::<_, u32>(4)?,
            row.get::<_, i64>(5)?,
            row.get::<_, i64>(6)?,
            row.get::<_, Option<i64>>(7)?,
            row.get::<_, String>(8)?,
            runs(&row.get::<_, String>(9)?)?.bytes_kept(),
            row.get::<_, String>(10)?,
            sheet.0
        ])?;
    }
    Ok(())
}

fn nodes(connection: &Connection) -> Result<()> {
    let mut statement = connection.prepare(
        "SELECT nodes.key, nodes.id, drafts.key, parent.key, nodes.kind, nodes.name, nodes.label,
            nodes.characters, nodes.created_at, nodes.spans, nodes.body, nodes.sha256, title,
            fields
         FROM nodes JOIN drafts ON drafts.id = nodes.draft_id
         JOIN documents ON documents.id = drafts.document_id
         LEFT JOIN nodes AS parent ON parent.id = nodes.parent_id
         ORDER BY nodes.key",
    )?;
    let mut text_keys: HashMap<i64, i64> = HashMap::new();
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let key: i64 = row.get(0)?;
        let id: String = row.get(1)?;
        let Json(fields): Json<Value> = row.get(13)?;
        let state = State {
            sheet: Sheet::of(&row.get::<_, String>(12)?, &fields)?,
            body: row.get(10)?,
            runs: runs(&row.get::<_, String>(9)?)?,
        };
        let parent_key: Option<i64> = row.get(3)?;
        let near = parent_key.and_then(|parent| text_keys.get(&parent).copied());
        let sound = history::sha256(&state.body) == row.get::<_, String>(11)?
            && state.runs.bytes() == state.body.len();
        let text_key = if sound {
            texts::put(connection, &state.content(), near)?
        } else {
            // It stays damaged, and is said to be: nobody knows what it was.
            texts::put_damaged(connection, &state.content())?
        };
        let parent = near
            .and_then(|near| texts::read(connection, near).ok())
            .and_then(|content| State::read(&content).ok());
        let new = (state.body.as_str(), &state.runs);
        let written = match (&parent, sound) {
            (_, false) => Written::default(),
            (Some(parent), _) => Written::between((&parent.body, &parent.runs), new),
            (None, _) => Written::between(("", &Runs::default()), new),
        };
        let (name, label): (Option<String>, String) = (row.get(5)?, row.get(6)?);
        let how = Keep {
            kind: if row.get::<_, String>(4)? == "version" {
                NodeKind::Version
            } else {
                NodeKind::Snapshot
            },
            name: name.as_deref(),
            ..Keep::snapshot(&label)
        };
        history::insert(
            connection,
            "new_nodes",
            &Node {
                key: Some(key),
                id: &id,
                draft_key: row.get(2)?,
                parent_key,
                how,
                text_key,
                characters: row.get(7)?,
                revision: 0,
                written: &written,
                created_at: row.get(8)?,
            },
        )?;
        text_keys.insert(key, text_key);
    }
    Ok(())
}

fn operations(connection: &Connection) -> Result<()> {
    let mut statement = connection.prepare(
        "SELECT drafts.key, operations.revision, operations.created_at, operation, edits, inverse
         FROM operations JOIN drafts ON drafts.id = draft_id ORDER BY operations.key",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let revision: u32 = row.get(1)?;
        let Json(operation): Json<Operation> = row.get(3)?;
        let Json(pieces): Json<Vec<Piece>> = row.get(4)?;
        let Json(inverse): Json<Vec<Piece>> = row.get(5)?;
        let entry = Entry {
            revision,
            operation,
            created_at: row.get(2)?,
            pieces,
            inverse,
            sheet: None,
            place: Place {
                body: revision,
                sheet: 0,
                tip: revision,
            },
            before: (revision.saturating_sub(1), 0),
        };
        journal::append(connection, row.get(0)?, &entry)?;
    }
    Ok(())
}
