//! A new library made of what was left of another is made whole.

use rusqlite::{Connection, OptionalExtension, params};

use super::Rescued;
use crate::draft::Line;
use crate::history::{self, Keep};
use crate::library::{Result, many, new_id};
use crate::span::Runs;
use crate::state::{Sheet, State};
use crate::{Origin, document, texts, verify};

/// What a project is called that holds what has lost its own.
const LOST: &str = "Rescued 救回";

pub(super) fn mend(connection: &Connection, now: i64, rescued: &mut Rescued) -> Result<()> {
    assets(connection)?;
    kept_texts(connection, rescued)?;
    owners(connection, now)?;
    strays(connection, now, rescued)?;
    beside(connection, now)?;
    names(connection)?;
    let drafts: Vec<(i64, String, String)> = many(
        connection,
        "SELECT key, id, sha256 FROM drafts ORDER BY key",
        [],
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
    )?;
    for (key, id, sha) in drafts {
        draft(connection, key, &id, &sha, now, rescued)?;
        document::to_search(connection, key)?;
    }
    // A document without a draft cannot be opened.
    let bare: Vec<(String, String)> = many(
        connection,
        "SELECT id, title FROM documents
         WHERE NOT EXISTS (SELECT 1 FROM drafts WHERE document_id = documents.id)",
        [],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    for (id, title) in bare {
        let sheet = Sheet::of(&title, &serde_json::json!({}))?;
        crate::draft::create(connection, &id, "main", sheet, now)?;
        rescued.doubtful.push(title);
    }
    connection.execute_batch(
        "UPDATE documents SET shown_key =
            (SELECT key FROM drafts WHERE document_id = documents.id
             ORDER BY deleted_at IS NOT NULL, key LIMIT 1)
         WHERE shown_key IS NULL
            OR shown_key NOT IN (SELECT key FROM drafts WHERE document_id = documents.id);",
    )?;
    rescued.doubtful.sort();
    rescued.doubtful.dedup();
    rescued.without_journal.sort();
    rescued.without_journal.dedup();
    Ok(())
}

fn assets(connection: &Connection) -> Result<()> {
    for key in many::<i64>(connection, "SELECT key FROM assets", [], |row| row.get(0))? {
        if crate::assets::read(connection, key).is_err() {
            connection.execute("DELETE FROM assets WHERE key = ?1", [key])?;
        }
    }
    connection.execute(
        "DELETE FROM project_assets WHERE asset_key NOT IN (SELECT key FROM assets)",
        [],
    )?;
    Ok(())
}

/// Kept texts that are not what was kept go.
fn kept_texts(connection: &Connection, rescued: &mut Rescued) -> Result<()> {
    let all: Vec<i64> = many(connection, "SELECT key FROM texts", [], |row| row.get(0))?;
    let mut gone = Vec::new();
    for key in all {
        let read = texts::read(connection, key).and_then(|content| State::read(&content));
        if read.is_err() {
            gone.push(key);
        }
    }
    for key in gone {
        connection.execute("DELETE FROM texts WHERE key = ?1", [key])?;
    }
    let lost = connection.execute(
        "DELETE FROM nodes WHERE text_key NOT IN (SELECT key FROM texts)",
        [],
    )?;
    rescued.lost_versions = u32::try_from(lost).unwrap_or(u32::MAX);
    Ok(())
}

/// Whatever has lost its project or document gets another.
fn owners(connection: &Connection, now: i64) -> Result<()> {
    connection.execute(
        "INSERT INTO documents (id, project_id, kind, language, title, created_at, updated_at)
         SELECT document_id, '', 'news', 'en', ifnull(max(sheet ->> 0), ''), ?1, ?1
         FROM drafts WHERE document_id NOT IN (SELECT id FROM documents) GROUP BY document_id",
        [now],
    )?;
    connection.execute(
        "INSERT INTO projects (id, name, language, privacy, house_rules, created_at, updated_at)
         SELECT DISTINCT project_id, ?1, 'en', 'local_only', '', ?2, ?2 FROM documents
         WHERE project_id NOT IN (SELECT id FROM projects) AND project_id <> ''",
        params![LOST, now],
    )?;
    let homeless = "SELECT count(*) FROM documents WHERE project_id = ''";
    if connection.query_row(homeless, [], |row| row.get::<_, u32>(0))? > 0 {
        let project = new_project(connection, now)?;
        let sql = "UPDATE documents SET project_id = ?1 WHERE project_id = ''";
        connection.execute(sql, [project])?;
    }
    connection.execute(
        "DELETE FROM project_assets WHERE project_id NOT IN (SELECT id FROM projects)",
        [],
    )?;
    Ok(())
}

fn new_project(connection: &Connection, now: i64) -> Result<String> {
    let id = new_id()?;
    connection.execute(
        "INSERT INTO projects (id, name, language, privacy, house_rules, created_at, updated_at)
         VALUES (?1, ?2, 'en', 'local_only', '', ?3, ?3)",
        params![id, LOST, now],
    )?;
    Ok(id)
}

/// Kept texts whose draft is gone become documents, each as it was kept last.
fn strays(connection: &Connection, now: i64, rescued: &mut Rescued) -> Result<()> {
    let stray: Vec<(i64, i64)> = many(
        connection,
        "SELECT draft_key, max(key) FROM nodes
         WHERE draft_key NOT IN (SELECT key FROM drafts) GROUP BY draft_key",
        [],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    let mut project = None;
    for (draft_key, node) in stray {
        let project = match &project {
            Some(project) => project,
            None => project.insert(new_project(connection, now)?),
        };
        let sql = "SELECT text_key FROM nodes WHERE key = ?1";
        let text: i64 = connection.query_row(sql, [node], |row| row.get(0))?;
        let state = State::read(&texts::read(connection, text)?)?;
        let (title, _) = state.sheet.read()?;
        let document = new_id()?;
        connection.execute(
            "INSERT INTO documents (id, project_id, kind, language, title, created_at, updated_at)
             VALUES (?1, ?2, 'news', 'en', ?3, ?4, ?4)",
            params![document, project, title, now],
        )?;
        connection.execute(
            "INSERT INTO drafts (key, id, document_id, name, revision, body_revision, created_at,
                updated_at, head_key, sha256, sheet, spans, body)
             VALUES (?1, ?2, ?3, 'main', 0, 0, ?4, ?4, ?5, '', ?6, ?7, ?8)",
            params![
                draft_key,
                new_id()?,
                document,
                now,
                node,
                state.sheet.0,
                state.runs.bytes_kept(),
                state.body
            ],
        )?;
        rescued.doubtful.push(title);
    }
    Ok(())
}

/// Reports and conversations whose draft is gone, and questions whose answer is, are kept aside. A
/// story is made anew from the text.
fn beside(connection: &Connection, now: i64) -> Result<()> {
    connection.execute_batch(
        "DELETE FROM stories WHERE draft_id NOT IN (SELECT id FROM drafts);
         UPDATE reports SET generation_id = NULL
            WHERE generation_id NOT IN (SELECT id FROM generations);",
    )?;
    for (table, owners, what, why, data) in [
        (
            "comments",
            "draft_id NOT IN (SELECT id FROM drafts)",
            "comment ",
            "its draft is gone",
            "note",
        ),
        (
            "reports",
            "draft_id NOT IN (SELECT id FROM drafts)",
            "report ",
            "its draft is gone",
            "body",
        ),
        (
            "conversations",
            "draft_id NOT IN (SELECT id FROM drafts)",
            "conversation ",
            "its draft is gone",
            "character",
        ),
        (
            "turns",
            "conversation_id NOT IN (SELECT id FROM conversations)
                OR generation_id NOT IN (SELECT id FROM generations)",
            "question ",
            "its conversation or its answer is gone",
            "question",
        ),
    ] {
        let sql = format!(
            "INSERT INTO set_aside (at, what, why, data)
             SELECT ?1, ?2 || id, ?3, CAST({data} AS BLOB) FROM {table} WHERE {owners}"
        );
        connection.execute(&sql, params![now, what, why])?;
        connection.execute(&format!("DELETE FROM {table} WHERE {owners}"), [])?;
    }
    Ok(())
}

/// Names of what is gone.
fn names(connection: &Connection) -> Result<()> {
    connection.execute_batch(
        "UPDATE nodes SET parent_key = NULL WHERE parent_key NOT IN (SELECT key FROM nodes);
         UPDATE nodes SET merged_key = NULL WHERE merged_key NOT IN (SELECT key FROM nodes);
         UPDATE drafts SET head_key = NULL WHERE head_key NOT IN (SELECT key FROM nodes);
         DELETE FROM journal WHERE draft_key NOT IN (SELECT key FROM drafts);
         UPDATE generations SET draft_id = NULL WHERE draft_id NOT IN (SELECT id FROM drafts);
         UPDATE departures SET generation_id = NULL
            WHERE generation_id NOT IN (SELECT id FROM generations);
         DELETE FROM nodes WHERE written IS NULL;",
    )?;
    Ok(())
}

/// A draft that is not what its hash and its journal say begins anew with the best that is known
/// of it.
fn draft(
    connection: &Connection,
    key: i64,
    id: &str,
    sha: &str,
    now: i64,
    rescued: &mut Rescued,
) -> Result<()> {
    if verify::draft(connection, id).is_ok() {
        return Ok(());
    }
    let title = "SELECT ifnull(sheet ->> 0, '') FROM drafts WHERE key = ?1 AND json_valid(sheet)";
    let title: Option<String> = connection
        .query_row(title, [key], |row| row.get(0))
        .optional()?;
    let title = title.unwrap_or_default();
    // Spans that can't be read are those of a text that came from elsewhere.
    if Line::load(connection, id).is_err() {
        let none = Runs::default().bytes_kept();
        let sql = "UPDATE drafts SET spans = ?1 WHERE key = ?2";
        connection.execute(sql, params![none, key])?;
    }
    let mut line = Line::load(connection, id)?;
    if line.sheet.read().is_err() {
        line.sheet = Sheet::of(&title, &serde_json::json!({}))?;
    }
    if history::sha256(&line.body) == sha {
        rescued.without_journal.push(title.clone());
    } else {
        let replayed = verify::replayed(connection, &line).ok();
        match replayed.filter(|state| history::sha256(&state.body) == sha) {
            Some(state) => (line.body, line.runs) = (state.body, state.runs),
            None => {
                if line.body.trim().is_empty()
                    && let Some(state) = newest(connection, key)
                {
                    (line.body, line.runs, line.sheet) = (state.body, state.runs, state.sheet);
                }
                rescued.doubtful.push(title.clone());
            }
        }
        if !title.is_empty() {
            rescued.without_journal.push(title);
        }
    }
    if line.runs.bytes() != line.body.len() {
        line.runs = Runs::of(
            line.body.len(),
            Origin::Imported {
                file: String::new(),
            },
        );
    }
    connection.execute("DELETE FROM journal WHERE draft_key = ?1", [key])?;
    connection.execute(
        "UPDATE nodes SET label = 'autosave' WHERE draft_key = ?1 AND label = 'branch'",
        [key],
    )?;
    (line.revision, line.body_revision) = (0, 0);
    line.store(connection, now)?;
    history::keep(connection, &mut line, Keep::snapshot("branch"), now)?;
    Ok(())
}

/// The text that was kept last for a draft.
fn newest(connection: &Connection, draft_key: i64) -> Option<State> {
    let sql = "SELECT text_key FROM nodes WHERE draft_key = ?1 ORDER BY key DESC LIMIT 1";
    let key = connection
        .query_row(sql, [draft_key], |row| row.get(0))
        .ok()?;
    State::read(&texts::read(connection, key).ok()?).ok()
}
