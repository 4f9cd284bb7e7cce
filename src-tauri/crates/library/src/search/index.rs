//! The index of present texts, and of what stands beside them.

use std::collections::BTreeSet;

use rusqlite::{Connection, OptionalExtension, params};
use serde_json::Value;

use crate::library::{Result, many};
use crate::row::Json;
use crate::state::Sheet;
use crate::stem::stem;
use crate::texts::sha256;
use crate::words::{Words, alone, cut, folded, initials};

/// Stands between two pieces in an index; no word has it, so no row of words goes over it.
const BORDER: &str = " \u{E000} ";

/// The beginning of the hash of what is indexed.
fn mark(parts: &[&str]) -> Vec<u8> {
    sha256(parts.join("\0").as_bytes())[..8].to_vec()
}

/// Keeps the words of a text with their stems.
pub(super) fn keep_forms(connection: &Connection, text: &str) -> Result<()> {
    let mut words: BTreeSet<&str> = BTreeSet::new();
    for word in Words::of(text) {
        let word = &text[word];
        if !word.chars().next().is_some_and(alone) {
            words.insert(word);
        }
    }
    let mut insert = connection
        .prepare_cached("INSERT OR IGNORE INTO search_forms (word, stem) VALUES (?1, ?2)")?;
    for word in words {
        let word = folded(word);
        if word.is_empty() {
            continue;
        }
        let stem = match word.bytes().all(|b| b.is_ascii_lowercase()) {
            true => stem(&word).into_owned(),
            false => word.clone(),
        };
        insert.execute(params![word, stem])?;
    }
    Ok(())
}

fn next_of(connection: &Connection, sql: &str) -> Result<Option<i64>> {
    Ok(connection
        .prepare_cached(sql)?
        .query_row([], |row| row.get(0))
        .optional()?)
}

pub(super) fn is_there(connection: &Connection, sql: &str) -> Result<bool> {
    Ok(connection
        .prepare_cached(sql)?
        .query_row([], |row| row.get(0))?)
}

/// Whether a text waits to be indexed.
pub(super) fn waits(connection: &Connection) -> Result<bool> {
    is_there(
        connection,
        "SELECT EXISTS (SELECT 1 FROM search_pending)
            OR EXISTS (SELECT 1 FROM search_beside_pending)",
    )
}

fn run_for(connection: &Connection, draft_key: i64, sqls: &[&str]) -> Result<()> {
    for sql in sqls {
        connection.prepare_cached(sql)?.execute([draft_key])?;
    }
    Ok(())
}

fn forget_text(connection: &Connection, draft_key: i64) -> Result<()> {
    run_for(
        connection,
        draft_key,
        &[
            "DELETE FROM search_pending WHERE draft_key = ?1",
            "DELETE FROM search_seen WHERE draft_key = ?1",
            "DELETE FROM search WHERE rowid = ?1",
        ],
    )
}

fn forget_beside(connection: &Connection, draft_key: i64) -> Result<()> {
    run_for(
        connection,
        draft_key,
        &[
            "DELETE FROM search_beside_pending WHERE draft_key = ?1",
            "DELETE FROM search_beside_seen WHERE draft_key = ?1",
            "DELETE FROM search_beside WHERE rowid = ?1",
        ],
    )
}

/// Takes a draft out of these indexes.
pub(super) fn forget(connection: &Connection, draft_key: i64) -> Result<()> {
    forget_text(connection, draft_key)?;
    forget_beside(connection, draft_key)
}

fn add_text(connection: &Connection, key: i64) -> Result<usize> {
    forget_text(connection, key)?;
    let sql = "SELECT title, body FROM drafts JOIN documents ON documents.id = document_id
               WHERE drafts.key = ?1";
    let text: Option<(String, String)> = connection
        .prepare_cached(sql)?
        .query_row([key], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((title, body)) = text else {
        return Ok(0);
    };
    connection
        .prepare_cached("INSERT INTO search (rowid, title, body) VALUES (?1, ?2, ?3)")?
        .execute(params![key, cut(&title), cut(&body)])?;
    connection
        .prepare_cached(
            "INSERT INTO search_seen (draft_key, sha256, initials) VALUES (?1, ?2, ?3)",
        )?
        .execute(params![
            key,
            mark(&[&title, &body]),
            initials(&title) | initials(&body)
        ])?;
    keep_forms(connection, &title)?;
    keep_forms(connection, &body)?;
    Ok(body.len() + title.len() + 1)
}

/// Something that stands beside a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) what: Beside,
    pub(super) text: String,
}

/// What it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Beside {
    /// A field, by the names that lead to it.
    Field(String),
    /// A report, by its id, and the names that lead to the sentence.
    Report(String, String),
    /// A question of a conversation, by its id, and who is asked.
    Question(String, String),
    /// An answer.
    Answer(String, String),
}

/// The sentences in a JSON value, with the names that lead to them.
pub(super) fn sentences(value: &Value, path: &str, out: &mut Vec<(String, String)>) {
    let below = |name: &str| match path {
        "" => name.to_owned(),
        path => format!("{path}.{name}"),
    };
    match value {
        Value::String(text) if !text.trim().is_empty() => {
            out.push((path.to_owned(), text.clone()));
        }
        Value::Array(values) => {
            for (number, value) in values.iter().enumerate() {
                sentences(value, &below(&number.to_string()), out);
            }
        }
        Value::Object(values) => {
            for (name, value) in values {
                sentences(value, &below(name), out);
            }
        }
        _ => {}
    }
}

/// All that stands beside a draft's text, in an order of its own.
pub(super) fn pieces(connection: &Connection, draft_key: i64) -> Result<Vec<Piece>> {
    let sheet: Option<(String, String)> = connection
        .prepare_cached("SELECT id, sheet FROM drafts WHERE key = ?1")?
        .query_row([draft_key], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((id, sheet)) = sheet else {
        return Ok(Vec::new());
    };
    let mut pieces = Vec::new();
    // A sheet that can't be read is said by `verify`; it stops no search.
    let fields = Sheet(sheet).read().map(|(_, fields)| fields);
    let mut found = Vec::new();
    sentences(&fields.unwrap_or_default(), "", &mut found);
    for (name, text) in found.drain(..) {
        pieces.push(Piece {
            what: Beside::Field(name),
            text,
        });
    }
    let sql =
        "SELECT id, body FROM reports WHERE draft_id = ?1 AND deleted_at IS NULL ORDER BY key";
    let reports: Vec<(String, Value)> = many(connection, sql, [&id], |row| {
        let Json(body) = row.get(1)?;
        Ok((row.get(0)?, body))
    })?;
    for (report, body) in reports {
        sentences(&body, "", &mut found);
        for (name, text) in found.drain(..) {
            pieces.push(Piece {
                what: Beside::Report(report.clone(), name),
                text,
            });
        }
    }
    let sql = "SELECT conversations.id, character, question, output
               FROM conversations JOIN turns ON conversation_id = conversations.id
               JOIN generations ON generations.id = turns.generation_id
               WHERE conversations.draft_id = ?1 AND conversations.deleted_at IS NULL
               ORDER BY turns.key";
    type Turn = (String, String, String, String);
    let turns: Vec<Turn> = many(connection, sql, [&id], |row| {
        Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
    })?;
    for (conversation, character, question, answer) in turns {
        pieces.push(Piece {
            what: Beside::Question(conversation.clone(), character.clone()),
            text: question,
        });
        pieces.push(Piece {
            what: Beside::Answer(conversation, character),
            text: answer,
        });
    }
    Ok(pieces)
}

fn mark_of(pieces: &[Piece]) -> Vec<u8> {
    let texts: Vec<&str> = pieces.iter().map(|piece| piece.text.as_str()).collect();
    mark(&texts)
}

fn add_beside(connection: &Connection, key: i64) -> Result<usize> {
    forget_beside(connection, key)?;
    let pieces = pieces(connection, key)?;
    if pieces.is_empty() {
        return Ok(1);
    }
    let cuts: Vec<String> = pieces.iter().map(|piece| cut(&piece.text)).collect();
    connection
        .prepare_cached("INSERT INTO search_beside (rowid, beside) VALUES (?1, ?2)")?
        .execute(params![key, cuts.join(BORDER)])?;
    connection
        .prepare_cached("INSERT INTO search_beside_seen (draft_key, sha256) VALUES (?1, ?2)")?
        .execute(params![key, mark_of(&pieces)])?;
    let mut bytes = 1;
    for piece in &pieces {
        keep_forms(connection, &piece.text)?;
        bytes += piece.text.len();
    }
    Ok(bytes)
}

/// Indexes of what waits about as many bytes as were asked for; returns how many it were.
pub(super) fn catch_up(connection: &Connection, bytes: usize) -> Result<usize> {
    let mut done = 0;
    let text = "SELECT draft_key FROM search_pending ORDER BY draft_key DESC LIMIT 1";
    let beside = "SELECT draft_key FROM search_beside_pending ORDER BY draft_key DESC LIMIT 1";
    while done < bytes {
        done += match next_of(connection, text)? {
            Some(key) => add_text(connection, key)?,
            None => match next_of(connection, beside)? {
                Some(key) => add_beside(connection, key)?,
                None => break,
            },
        };
    }
    Ok(done)
}

/// Forgets words that no index has any more.
pub(super) fn forget_forms(connection: &Connection) -> Result<()> {
    connection.execute_batch(
        "CREATE VIRTUAL TABLE temp.words_of_texts USING fts5vocab (main, search, row);
         CREATE VIRTUAL TABLE temp.words_beside USING fts5vocab (main, search_beside, row);
         CREATE VIRTUAL TABLE temp.words_of_history USING fts5vocab (main, search_history, row);
         CREATE TEMP TABLE words_there (word TEXT PRIMARY KEY) WITHOUT ROWID;
         INSERT OR IGNORE INTO words_there SELECT term FROM words_of_texts;
         INSERT OR IGNORE INTO words_there SELECT term FROM words_beside;
         INSERT OR IGNORE INTO words_there SELECT term FROM words_of_history;
         DELETE FROM search_forms WHERE word NOT IN (SELECT word FROM words_there);
         DROP TABLE words_there;
         DROP TABLE words_of_texts;
         DROP TABLE words_beside;
         DROP TABLE words_of_history;",
    )?;
    Ok(())
}

/// Has everything read again.
pub(super) fn rebuild(connection: &Connection) -> Result<()> {
    connection.execute_batch(
        "INSERT INTO search (search) VALUES ('delete-all');
         INSERT INTO search_beside (search_beside) VALUES ('delete-all');
         DELETE FROM search_seen;
         DELETE FROM search_beside_seen;
         DELETE FROM search_forms;
         INSERT OR IGNORE INTO search_pending (draft_key) SELECT key FROM drafts;
         INSERT OR IGNORE INTO search_beside_pending (draft_key) SELECT key FROM drafts;",
    )?;
    Ok(())
}

/// A sentence for each draft that is indexed as it is not, and for each that is not there.
pub(super) fn problems(connection: &Connection, problems: &mut Vec<String>) -> Result<()> {
    let sql = "SELECT drafts.id, title, CAST(body AS BLOB), search_seen.sha256,
                  EXISTS (SELECT 1 FROM search_docsize WHERE search_docsize.id = drafts.key)
               FROM drafts JOIN documents ON documents.id = document_id
               LEFT JOIN search_seen ON search_seen.draft_key = drafts.key
               WHERE drafts.key NOT IN (SELECT draft_key FROM search_pending)
               ORDER BY drafts.key";
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (id, title, body): (String, String, Vec<u8>) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let seen: Option<Vec<u8>> = row.get(3)?;
        let there: bool = row.get(4)?;
        let body = String::from_utf8_lossy(&body);
        if !there || seen != Some(mark(&[&title, &body])) {
            problems.push(format!("search: draft {id} is not indexed as it is"));
        }
    }
    let sql = "SELECT drafts.key, drafts.id, sha256 FROM
                  (SELECT drafts.key, drafts.id, search_beside_seen.sha256 FROM drafts
                   LEFT JOIN search_beside_seen ON draft_key = drafts.key) AS drafts
               WHERE drafts.key NOT IN (SELECT draft_key FROM search_beside_pending)
               ORDER BY drafts.key";
    type Seen = (i64, String, Option<Vec<u8>>);
    let seen: Vec<Seen> = many(connection, sql, [], |row| {
        Ok((row.get(0)?, row.get(1)?, row.get(2)?))
    })?;
    for (key, id, seen) in seen {
        let pieces = pieces(connection, key)?;
        let expected = (!pieces.is_empty()).then(|| mark_of(&pieces));
        if seen != expected {
            let sentence = format!("search: what stands beside draft {id} is not indexed as it is");
            problems.push(sentence);
        }
    }
    for table in ["search_docsize", "search_beside_docsize"] {
        let sql = format!("SELECT count(*) FROM {table} WHERE id NOT IN (SELECT key FROM drafts)");
        let astray: u32 = connection.query_row(&sql, [], |row| row.get(0))?;
        if astray > 0 {
            problems.push(format!(
                "search: {astray} drafts are indexed that are not there"
            ));
        }
    }
    Ok(())
}
