//! The index of kept texts, passage by passage.
//!
//! A text of a hundred kilobytes that is kept a thousand times has few passages that are new each
//! time. A passage is indexed once for the whole library, by its hash; for each draft it is known
//! which nodes in a row have it. So the index grows with what was written, not with how often it
//! was kept.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use rusqlite::{Connection, OptionalExtension, params};

use super::index::{is_there, keep_forms, sentences};
use crate::LibraryError;
use crate::library::{Result, many};
use crate::state::State;
use crate::texts::{self, sha256};
use crate::words::cut;

/// Bytes from which a paragraph is parted at its lines, and a line at its sentences.
const LONG: usize = 800;

/// The paragraphs of a text; of long ones the lines, and of long lines the sentences. Where they
/// part depends on what stands there alone, so that an edit makes few new ones.
pub(super) fn passages(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut blank = true;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let end = at + line.len();
        match (line.trim().is_empty(), blank) {
            (true, false) => part(text, start..at, &mut found),
            (false, true) => start = at,
            _ => {}
        }
        blank = line.trim().is_empty();
        at = end;
    }
    if !blank {
        part(text, start..at, &mut found);
    }
    found
}

fn part(text: &str, block: Range<usize>, found: &mut Vec<Range<usize>>) {
    if block.len() <= LONG {
        return add(text, block, found);
    }
    let mut at = block.start;
    for line in text[block].split_inclusive('\n') {
        let range = at..at + line.len();
        at = range.end;
        if range.len() <= LONG {
            add(text, range, found);
            continue;
        }
        let mut start = range.start;
        let mut ended = false;
        for (n, c) in line.char_indices() {
            let ends = matches!(c, '。' | '！' | '？' | '.' | '!' | '?' | '…');
            let goes_on = ends || matches!(c, '”' | '’' | '」' | '』' | '"' | '\'' | ')' | '）');
            // A point inside of a number or a name is followed by no gap.
            let apart = !c.is_ascii() || c.is_whitespace();
            if ended && !goes_on && apart {
                let here = range.start + n;
                add(text, start..here, found);
                (start, ended) = (here, false);
            }
            ended = ends || (ended && goes_on);
        }
        add(text, start..range.end, found);
    }
}

fn add(text: &str, range: Range<usize>, found: &mut Vec<Range<usize>>) {
    let passage = &text[range.clone()];
    let start = range.start + (passage.len() - passage.trim_start().len());
    let passage = passage.trim();
    if passage.chars().any(char::is_alphanumeric) {
        found.push(start..start + passage.len());
    }
}

fn hash(passage: &str) -> i64 {
    let sha = sha256(passage.as_bytes());
    sha.iter()
        .take(8)
        .fold(0, |n, byte| n << 8 | i64::from(*byte))
}

/// Where a passage stands in a kept text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    Title,
    /// A field, by the names that lead to it.
    Field(String),
    /// Bytes of the body.
    Body(Range<usize>),
}

/// The passages of a kept text.
fn parts(state: &State) -> Vec<(i64, Part, String)> {
    let mut parts = Vec::new();
    if let Ok((title, fields)) = state.sheet.read() {
        if title.chars().any(char::is_alphanumeric) {
            parts.push((hash(&title), Part::Title, title));
        }
        let mut found = Vec::new();
        sentences(&fields, "", &mut found);
        for (name, text) in found {
            parts.push((hash(&text), Part::Field(name), text));
        }
    }
    for range in passages(&state.body) {
        let passage = state.body[range.clone()].to_owned();
        parts.push((hash(&passage), Part::Body(range), passage));
    }
    parts
}

/// Where the passage of this hash stands in a kept text: in the body, if it is there too.
pub(super) fn standing(state: &State, wanted: i64) -> Option<(Part, String)> {
    let found = parts(state)
        .into_iter()
        .filter(|(hash, ..)| *hash == wanted);
    found
        .max_by_key(|(_, part, _)| matches!(part, Part::Body(_)))
        .map(|(_, part, text)| (part, text))
}

/// A kept text; none if it is damaged, which is for `verify` to say.
pub(super) fn kept(connection: &Connection, text_key: i64) -> Result<Option<State>> {
    match texts::read(connection, text_key).and_then(|content| State::read(&content)) {
        Ok(state) => Ok(Some(state)),
        Err(LibraryError::Damaged(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// What a node keeps; none if it is damaged or gone.
pub(super) fn kept_by(connection: &Connection, node_key: i64) -> Result<Option<State>> {
    let text_key: Option<i64> = connection
        .prepare_cached("SELECT text_key FROM nodes WHERE key = ?1")?
        .query_row([node_key], |row| row.get(0))
        .optional()?;
    match text_key {
        Some(key) => kept(connection, key),
        None => Ok(None),
    }
}

/// The hashes of the passages of a text as it stands.
pub(super) fn hashes(state: &State) -> impl Iterator<Item = i64> {
    parts(state).into_iter().map(|(hash, ..)| hash)
}

fn reached(connection: &Connection) -> Result<i64> {
    Ok(connection
        .prepare_cached("SELECT max(node_key) FROM search_reached")?
        .query_row([], |row| row.get::<_, Option<i64>>(0))?
        .unwrap_or(0))
}

/// How many kept texts wait.
pub(super) fn waiting(connection: &Connection) -> Result<u32> {
    let sql = "SELECT count(*) FROM nodes WHERE key > ?1";
    let reached = reached(connection)?;
    Ok(connection
        .prepare_cached(sql)?
        .query_row([reached], |row| row.get(0))?)
}

pub(super) fn waits(connection: &Connection) -> Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM nodes
               WHERE key > (SELECT coalesce(max(node_key), 0) FROM search_reached))";
    is_there(connection, sql)
}

/// The key of a passage, indexed if it was not yet.
fn passage(connection: &Connection, hash: i64, text: &str) -> Result<i64> {
    let known: Option<i64> = connection
        .prepare_cached("SELECT key FROM search_passages WHERE hash = ?1")?
        .query_row([hash], |row| row.get(0))
        .optional()?;
    if let Some(key) = known {
        return Ok(key);
    }
    connection
        .prepare_cached("INSERT INTO search_passages (hash) VALUES (?1)")?
        .execute([hash])?;
    let key = connection.last_insert_rowid();
    connection
        .prepare_cached("INSERT INTO search_history (rowid, passage) VALUES (?1, ?2)")?
        .execute(params![key, cut(text)])?;
    keep_forms(connection, text)?;
    Ok(key)
}

/// Reads one kept text; returns its size.
fn read_node(connection: &Connection, key: i64, draft_key: i64, text_key: i64) -> Result<usize> {
    let Some(state) = kept(connection, text_key)? else {
        return Ok(1);
    };
    let before: Option<i64> = connection
        .prepare_cached("SELECT node_key FROM search_read WHERE draft_key = ?1")?
        .query_row([draft_key], |row| row.get(0))
        .optional()?;
    let sql = "SELECT hash, passage_key, first_node FROM search_runs
               JOIN search_passages ON search_passages.key = passage_key
               WHERE draft_key = ?1 AND last_node IS NULL";
    let open: Vec<(i64, i64, i64)> = many(connection, sql, [draft_key], |row| {
        Ok((row.get(0)?, row.get(1)?, row.get(2)?))
    })?;
    let open: BTreeMap<i64, (i64, i64)> = open
        .into_iter()
        .map(|(hash, passage, first)| (hash, (passage, first)))
        .collect();
    let mut seen = BTreeSet::new();
    for (hash, _, text) in parts(&state) {
        if !seen.insert(hash) || open.contains_key(&hash) {
            continue;
        }
        let passage = passage(connection, hash, &text)?;
        connection
            .prepare_cached(
                "INSERT INTO search_runs (draft_key, passage_key, first_node) VALUES (?1, ?2, ?3)",
            )?
            .execute(params![draft_key, passage, key])?;
    }
    for (hash, (passage, first)) in open {
        if seen.contains(&hash) {
            continue;
        }
        connection
            .prepare_cached(
                "UPDATE search_runs SET last_node = ?4
                 WHERE draft_key = ?1 AND passage_key = ?2 AND first_node = ?3",
            )?
            .execute(params![draft_key, passage, first, before])?;
    }
    connection
        .prepare_cached("INSERT OR REPLACE INTO search_read (draft_key, node_key) VALUES (?1, ?2)")?
        .execute([draft_key, key])?;
    Ok(state.body.len() + 1)
}

/// Reads kept texts until about as many bytes were read as were asked for.
pub(super) fn catch_up(connection: &Connection, bytes: usize) -> Result<()> {
    let mut done = 0;
    let mut at = reached(connection)?;
    let before = at;
    while done < bytes {
        let sql = "SELECT key, draft_key, text_key FROM nodes WHERE key > ?1 ORDER BY key LIMIT 1";
        let next: Option<(i64, i64, i64)> = connection
            .prepare_cached(sql)?
            .query_row([at], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .optional()?;
        let Some((key, draft_key, text_key)) = next else {
            break;
        };
        done += read_node(connection, key, draft_key, text_key)?;
        at = key;
    }
    if at != before {
        connection.execute("DELETE FROM search_reached", [])?;
        connection.execute("INSERT INTO search_reached (node_key) VALUES (?1)", [at])?;
    }
    Ok(())
}

/// Takes a draft's kept texts out, and the passages that no other has.
pub(super) fn forget(connection: &Connection, draft_key: i64) -> Result<()> {
    let sql = "SELECT DISTINCT passage_key FROM search_runs WHERE draft_key = ?1";
    let passages: Vec<i64> = many(connection, sql, [draft_key], |row| row.get(0))?;
    for sql in [
        "DELETE FROM search_runs WHERE draft_key = ?1",
        "DELETE FROM search_read WHERE draft_key = ?1",
    ] {
        connection.prepare_cached(sql)?.execute([draft_key])?;
    }
    for passage in passages {
        let sql = "SELECT EXISTS (SELECT 1 FROM search_runs WHERE passage_key = ?1)";
        let kept: bool = connection
            .prepare_cached(sql)?
            .query_row([passage], |row| row.get(0))?;
        if kept {
            continue;
        }
        for sql in [
            "DELETE FROM search_history WHERE rowid = ?1",
            "DELETE FROM search_passages WHERE key = ?1",
        ] {
            connection.prepare_cached(sql)?.execute([passage])?;
        }
    }
    Ok(())
}

/// After nodes were deleted: a new one may have the key of one that was read.
pub(super) fn settle(connection: &Connection) -> Result<()> {
    connection.execute(
        "UPDATE search_reached
         SET node_key = min(node_key, (SELECT coalesce(max(key), 0) FROM nodes))",
        [],
    )?;
    Ok(())
}

pub(super) fn rebuild(connection: &Connection) -> Result<()> {
    connection.execute_batch(
        "INSERT INTO search_history (search_history) VALUES ('delete-all');
         DELETE FROM search_passages;
         DELETE FROM search_runs;
         DELETE FROM search_read;
         DELETE FROM search_reached;
         INSERT INTO search_reached (node_key) VALUES (0);",
    )?;
    Ok(())
}

/// A sentence for each draft whose history is indexed as it is not.
pub(super) fn problems(connection: &Connection, problems: &mut Vec<String>) -> Result<()> {
    type Run = (i64, i64, Option<i64>);
    let sql = "SELECT draft_key, hash, first_node, last_node FROM search_runs
               LEFT JOIN search_passages ON search_passages.key = passage_key";
    let mut there: BTreeMap<i64, BTreeSet<Run>> = BTreeMap::new();
    let rows: Vec<(i64, Option<i64>, i64, Option<i64>)> = many(connection, sql, [], |row| {
        Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
    })?;
    for (draft, hash, first, last) in rows {
        let runs = there.entry(draft).or_default();
        runs.insert((hash.unwrap_or_default(), first, last));
    }
    let sql = "SELECT key, draft_key, text_key FROM nodes WHERE key <= ?1 ORDER BY draft_key, key";
    let nodes: Vec<(i64, i64, i64)> = many(connection, sql, [reached(connection)?], |row| {
        Ok((row.get(0)?, row.get(1)?, row.get(2)?))
    })?;
    let mut expected: BTreeMap<i64, BTreeSet<Run>> = BTreeMap::new();
    let mut unknown = BTreeSet::new();
    for nodes in nodes.chunk_by(|a, b| a.1 == b.1) {
        let mut runs = BTreeSet::new();
        let mut open: BTreeMap<i64, i64> = BTreeMap::new();
        let mut before = None;
        for (key, draft_key, text_key) in nodes {
            let Some(state) = kept(connection, *text_key)? else {
                // It may have been whole when it was read: nothing can be said of this draft.
                unknown.insert(*draft_key);
                continue;
            };
            let seen: BTreeSet<i64> = parts(&state).into_iter().map(|(hash, ..)| hash).collect();
            open.retain(|hash, first| {
                let stays = seen.contains(hash);
                if !stays {
                    runs.insert((*hash, *first, before));
                }
                stays
            });
            for hash in seen {
                open.entry(hash).or_insert(*key);
            }
            before = Some(*key);
        }
        runs.extend(open.into_iter().map(|(hash, first)| (hash, first, None)));
        if let Some((_, draft_key, _)) = nodes.first()
            && !runs.is_empty()
        {
            expected.insert(*draft_key, runs);
        }
    }
    let drafts: BTreeSet<i64> = there.keys().chain(expected.keys()).copied().collect();
    for draft in drafts {
        if !unknown.contains(&draft) && there.get(&draft) != expected.get(&draft) {
            problems.push(format!(
                "search: the history of draft {draft} is not indexed as it is"
            ));
        }
    }
    for (what, sql) in [
        (
            "passages are not indexed",
            "SELECT count(*) FROM search_passages
             WHERE key NOT IN (SELECT id FROM search_history_docsize)",
        ),
        (
            "passages are indexed that are in no kept text",
            "SELECT count(*) FROM search_history_docsize
             WHERE id NOT IN (SELECT passage_key FROM search_runs)",
        ),
    ] {
        let astray: u32 = connection.query_row(sql, [], |row| row.get(0))?;
        if astray > 0 {
            problems.push(format!("search: {astray} {what}"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cut_up(text: &str) -> Vec<&str> {
        passages(text)
            .into_iter()
            .map(|range| &text[range])
            .collect()
    }

    #[test]
    fn paragraphs_are_passages_and_long_ones_are_parted() {
        assert_eq!(
            cut_up("# Tide\n\nANNA\nI found it.\n \n---\n\nEnd"),
            ["# Tide", "ANNA\nI found it.", "End"]
        );
        let line = "夜里潮水很高。".repeat(50);
        assert_eq!(cut_up(&line).len(), 50, "a long line");
        let lines = "潮水很高。\n".repeat(80);
        assert_eq!(cut_up(&lines).len(), 80, "many lines");
        let sentence = "It was 3.5 metres. \"Enough.\" he said. ".repeat(30);
        assert_eq!(
            cut_up(&sentence)[..2],
            ["It was 3.5 metres.", "\"Enough.\""]
        );
        assert_eq!(cut_up("  \n\n—\n"), Vec::<&str>::new());
    }

    proptest! {
        #[test]
        fn no_letter_is_left_out(text in "[a-z潮水。. \"\n]{0,2000}") {
            let letters = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).count();
            let found: usize = cut_up(&text).into_iter().map(letters).sum();
            prop_assert_eq!(found, letters(&text));
        }
    }
}
