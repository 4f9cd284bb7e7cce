//! Which drafts have it, and which passages of kept texts.

use std::collections::{BTreeMap, HashMap};

use rusqlite::types::Value;
use rusqlite::{Connection, params, params_from_iter};

use super::query::{Asked, FoundOrigin, SearchQuery, Term, asked, has_words};
use super::{history, index, shown};
use crate::bytes::Bytes;
use crate::library::{Result, many};
use crate::span::Runs;

/// How much more a title weighs than a text.
const TITLE: f64 = 8.0;

/// Of more texts than this none is more about a word than the others; the newest is first.
const RANKED: usize = 200;

/// Passages of kept texts that are taken at most, the newest.
const MOST_PASSAGES: usize = 2_000;

/// Texts whose origins are looked at, at most: each has to be read.
const MOST_LOOKED: usize = 400;

/// What is not in the bin, and what the query lets pass; `TIME` stands for the moment. The first
/// parameter is free.
const PASSES: &str = "drafts.deleted_at IS NULL AND documents.deleted_at IS NULL
    AND projects.deleted_at IS NULL
    AND (?2 IS NULL OR projects.id = ?2) AND (?3 IS NULL OR documents.id = ?3)
    AND (?4 IS NULL OR documents.kind = ?4)";
const IN_TIME: &str = "(?5 IS NULL OR TIME >= ?5) AND (?6 IS NULL OR TIME < ?6)";
const JOINED: &str = "CROSS JOIN documents ON documents.id = drafts.document_id
    CROSS JOIN projects ON projects.id = documents.project_id";

fn in_time(column: &str) -> String {
    IN_TIME.replace("TIME", column)
}

fn values(query: &SearchQuery, first: Value) -> Vec<Value> {
    let text = |text: &Option<String>| text.clone().map_or(Value::Null, Value::Text);
    let time = |time: Option<i64>| time.map_or(Value::Null, Value::Integer);
    let kind = query.kind.and_then(|kind| {
        let name = serde_json::to_value(kind).ok()?;
        name.as_str().map(|name| Value::Text(name.to_owned()))
    });
    vec![
        first,
        text(&query.project_id),
        text(&query.document_id),
        kind.unwrap_or(Value::Null),
        time(query.since),
        time(query.until),
    ]
}

/// A passage of kept texts of one document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Passage {
    pub(super) hash: i64,
    /// Draft, first node and last node that have it.
    pub(super) runs: Vec<(i64, i64, i64)>,
}

/// A document and where it has it.
#[derive(Debug, Clone, Default)]
pub(super) struct Group {
    pub(super) document: i64,
    /// The draft that was changed last of those that have it.
    updated_at: i64,
    /// Drafts whose text or title has it, the best first.
    pub(super) texts: Vec<i64>,
    /// Drafts that have it beside the text.
    pub(super) beside: Vec<i64>,
    /// The newest first.
    pub(super) history: Vec<Passage>,
    best: Option<usize>,
}

/// All that was found.
#[derive(Debug, Clone, Default)]
pub(super) struct Found {
    pub(super) groups: Vec<Group>,
    /// Not all was looked at.
    pub(super) more: bool,
}

struct Candidate {
    draft: i64,
    document: i64,
    updated_at: i64,
    titled: bool,
    rank: f64,
}

/// Whether pieces of text have what is wanted and nothing that is not.
pub(super) fn fit(texts: &[&str], terms: &[Term]) -> bool {
    terms.iter().all(|term| {
        let there = texts.iter().any(|text| match term.row.words.is_empty() {
            true => shown::as_typed(text, &term.text).next().is_some(),
            false => term.row.place(text).is_some(),
        });
        there != term.without
    })
}

/// A term with nothing in it that `LIKE` would read as a pattern.
fn pattern(term: &str) -> String {
    let mut pattern = String::from("%");
    for c in term.chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

/// Looks for signs as they were typed, text by text.
fn as_typed(
    connection: &Connection,
    query: &SearchQuery,
    terms: &[Term],
) -> Result<Vec<Candidate>> {
    let mut sql = format!(
        "SELECT drafts.key, documents.key, drafts.updated_at, title FROM drafts {JOINED}
         WHERE {PASSES} AND {} AND ?1 IS NULL",
        in_time("drafts.updated_at")
    );
    let mut values = values(query, Value::Null);
    for term in terms {
        values.push(Value::Text(pattern(&term.text)));
        let n = values.len();
        sql.push_str(&format!(
            " AND (title LIKE ?{n} ESCAPE '\\' OR drafts.body LIKE ?{n} ESCAPE '\\')"
        ));
    }
    many(connection, &sql, params_from_iter(values), |row| {
        candidate(row, terms)
    })
}

fn candidate(row: &rusqlite::Row<'_>, wanted: &[Term]) -> rusqlite::Result<Candidate> {
    let title = row.get_ref(3)?.as_str().unwrap_or_default();
    Ok(Candidate {
        draft: row.get(0)?,
        document: row.get(1)?,
        updated_at: row.get(2)?,
        titled: fit(&[title], wanted),
        rank: 0.0,
    })
}

fn texts(connection: &Connection, query: &SearchQuery, terms: &[Term]) -> Result<Vec<Candidate>> {
    let mut found = Vec::new();
    if !has_words(terms) {
        found = as_typed(connection, query, terms)?;
        order(&mut found);
        return Ok(found);
    }
    let wanted: Vec<Term> = terms.iter().filter(|term| !term.without).cloned().collect();
    let Asked {
        expression,
        initials,
    } = asked(connection, terms, true)?;
    let from = match &expression {
        Some(_) => {
            "(SELECT rowid AS found FROM search WHERE search MATCH ?1)
             CROSS JOIN drafts ON drafts.key = found"
        }
        None => "(SELECT ?1) CROSS JOIN drafts",
    };
    let letters = match initials {
        0 => "",
        _ => {
            "CROSS JOIN search_seen ON search_seen.draft_key = drafts.key
                AND (initials & ?7) = ?7"
        }
    };
    let sql = format!(
        "SELECT drafts.key, documents.key, drafts.updated_at, title
         FROM {from} {letters} {JOINED}
         WHERE {PASSES} AND {}
            AND drafts.key NOT IN (SELECT draft_key FROM search_pending)",
        in_time("drafts.updated_at")
    );
    let mut all = values(query, expression.clone().map_or(Value::Null, Value::Text));
    if initials != 0 {
        all.push(Value::Integer(initials));
    }
    found.extend(many(connection, &sql, params_from_iter(all), |row| {
        candidate(row, &wanted)
    })?);
    if let Some(expression) = &expression
        && (2..=RANKED).contains(&found.len())
    {
        let sql = "SELECT rowid, bm25(search, ?2, 1.0) FROM search WHERE search MATCH ?1";
        let ranks: Vec<(i64, f64)> = many(connection, sql, params![expression, TITLE], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
        let ranks: HashMap<i64, f64> = ranks.into_iter().collect();
        for candidate in &mut found {
            candidate.rank = ranks.get(&candidate.draft).copied().unwrap_or(0.0);
        }
    }
    // What waits is looked through.
    let sql = format!(
        "SELECT drafts.key, documents.key, drafts.updated_at, title, drafts.body
         FROM search_pending CROSS JOIN drafts ON drafts.key = draft_key {JOINED}
         WHERE ?1 IS NULL AND {PASSES} AND {}",
        in_time("drafts.updated_at")
    );
    let waiting = many(
        connection,
        &sql,
        params_from_iter(values(query, Value::Null)),
        |row| {
            let title = row.get_ref(3)?.as_str().unwrap_or_default();
            let body = row.get_ref(4)?.as_str().unwrap_or_default();
            match fit(&[title, body], terms) {
                true => candidate(row, &wanted).map(Some),
                false => Ok(None),
            }
        },
    )?;
    found.extend(waiting.into_iter().flatten());
    order(&mut found);
    Ok(found)
}

fn order(found: &mut [Candidate]) {
    found.sort_by(|a, b| {
        (b.titled.cmp(&a.titled))
            .then(a.rank.total_cmp(&b.rank))
            .then(b.updated_at.cmp(&a.updated_at))
            .then(b.draft.cmp(&a.draft))
    });
}

/// Whether a text has what was looked for where it came from there.
pub(super) fn has_origin(body: &str, runs: &Runs, terms: &[Term], origin: FoundOrigin) -> bool {
    shown::places(body, terms)
        .into_iter()
        .any(|(_, place)| origins(runs, &place).contains(&origin))
}

/// Where the words at a place came from.
pub(super) fn origins(runs: &Runs, place: &std::ops::Range<usize>) -> Vec<FoundOrigin> {
    let part = runs.part(place.clone());
    let mut origins: Vec<FoundOrigin> = Vec::new();
    for run in part.iter() {
        let origin = FoundOrigin::of(run);
        if !origins.contains(&origin) {
            origins.push(origin);
        }
    }
    origins
}

/// A draft's text with its origins.
pub(super) fn text_of(connection: &Connection, draft: i64) -> Result<(String, Runs)> {
    let sql = "SELECT body, spans FROM drafts WHERE key = ?1";
    let (body, spans): (String, Vec<u8>) = connection
        .prepare_cached(sql)?
        .query_row([draft], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok((body, Runs::read(&mut Bytes(&spans))?))
}

fn beside(
    connection: &Connection,
    query: &SearchQuery,
    terms: &[Term],
) -> Result<Vec<(i64, i64, i64)>> {
    let Some(expression) = asked(connection, terms, false)?.expression else {
        return Ok(Vec::new());
    };
    let sql = format!(
        "SELECT drafts.key, documents.key, drafts.updated_at
         FROM (SELECT rowid AS found FROM search_beside WHERE search_beside MATCH ?1)
         CROSS JOIN drafts ON drafts.key = found {JOINED}
         WHERE {PASSES} AND {}
            AND drafts.key NOT IN (SELECT draft_key FROM search_beside_pending)",
        in_time("drafts.updated_at")
    );
    let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
    let all = values(query, Value::Text(expression));
    let mut found: Vec<(i64, i64, i64)> = many(connection, &sql, params_from_iter(all), read)?;
    let sql = format!(
        "SELECT drafts.key, documents.key, drafts.updated_at
         FROM search_beside_pending CROSS JOIN drafts ON drafts.key = draft_key {JOINED}
         WHERE ?1 IS NULL AND {PASSES} AND {}",
        in_time("drafts.updated_at")
    );
    let all = values(query, Value::Null);
    let waiting: Vec<(i64, i64, i64)> = many(connection, &sql, params_from_iter(all), read)?;
    for draft in waiting {
        let pieces = index::pieces(connection, draft.0)?;
        let texts: Vec<&str> = pieces.iter().map(|piece| piece.text.as_str()).collect();
        if fit(&texts, terms) {
            found.push(draft);
        }
    }
    Ok(found)
}

/// A document, when its draft was changed, and a passage of a text that was kept of it.
type Kept = (i64, i64, Passage);

/// Passages of kept texts, the newest first; true if there are more than were taken.
fn kept(connection: &Connection, query: &SearchQuery, terms: &[Term]) -> Result<(Vec<Kept>, bool)> {
    let Some(expression) = asked(connection, terms, false)?.expression else {
        return Ok((Vec::new(), false));
    };
    let sql = format!(
        "SELECT documents.key, hash, runs.draft_key, first_node,
            coalesce(last_node, search_read.node_key), drafts.updated_at
         FROM (SELECT rowid AS found FROM search_history WHERE search_history MATCH ?1
               ORDER BY rowid DESC)
         CROSS JOIN search_passages ON search_passages.key = found
         CROSS JOIN search_runs AS runs ON runs.passage_key = found
         CROSS JOIN search_read ON search_read.draft_key = runs.draft_key
         CROSS JOIN drafts ON drafts.key = runs.draft_key {JOINED}
         WHERE {PASSES} AND EXISTS (SELECT 1 FROM nodes WHERE nodes.draft_key = runs.draft_key
            AND nodes.key BETWEEN first_node AND coalesce(last_node, search_read.node_key)
            AND hidden_at IS NULL AND {})
         LIMIT {}",
        in_time("nodes.created_at"),
        MOST_PASSAGES + 1
    );
    let all = values(query, Value::Text(expression));
    type Row = (i64, i64, (i64, i64, i64), i64);
    let rows: Vec<Row> = many(connection, &sql, params_from_iter(all), |row| {
        let run = (row.get(2)?, row.get(3)?, row.get(4)?);
        Ok((row.get(0)?, row.get(1)?, run, row.get(5)?))
    })?;
    let more = rows.len() > MOST_PASSAGES;
    let mut found: Vec<Kept> = Vec::new();
    let mut known: HashMap<(i64, i64), usize> = HashMap::new();
    for (document, hash, run, updated_at) in rows.into_iter().take(MOST_PASSAGES) {
        let at = *known.entry((document, hash)).or_insert(found.len());
        match found.get_mut(at) {
            Some((_, _, passage)) => passage.runs.push(run),
            None => found.push((
                document,
                updated_at,
                Passage {
                    hash,
                    runs: vec![run],
                },
            )),
        }
    }
    Ok((found, more))
}

/// Everything that has the terms, by document, the best first.
pub(super) fn find(connection: &Connection, query: &SearchQuery, terms: &[Term]) -> Result<Found> {
    let mut groups: BTreeMap<i64, Group> = BTreeMap::new();
    let mut more = false;
    fn of(groups: &mut BTreeMap<i64, Group>, document: i64, updated_at: i64) -> &mut Group {
        let group = groups.entry(document).or_default();
        group.document = document;
        group.updated_at = group.updated_at.max(updated_at);
        group
    }
    let words = has_words(terms);
    if query.places.texts {
        let mut looked = 0;
        for (place, found) in texts(connection, query, terms)?.into_iter().enumerate() {
            if let Some(origin) = query.origin {
                looked += 1;
                if looked > MOST_LOOKED {
                    more = true;
                    break;
                }
                let (body, runs) = text_of(connection, found.draft)?;
                if !has_origin(&body, &runs, terms, origin) {
                    continue;
                }
            }
            let group = of(&mut groups, found.document, found.updated_at);
            group.best = Some(group.best.unwrap_or(place));
            group.texts.push(found.draft);
        }
    }
    if query.places.fields && query.origin.is_none() && words {
        for (draft, document, updated_at) in beside(connection, query, terms)? {
            of(&mut groups, document, updated_at).beside.push(draft);
        }
    }
    if query.places.history && words {
        let (passages, capped) = kept(connection, query, terms)?;
        more |= capped;
        let mut looked = 0;
        for (document, updated_at, passage) in passages {
            if let Some(origin) = query.origin {
                looked += 1;
                if looked > MOST_LOOKED / 4 {
                    more = true;
                    break;
                }
                if !kept_origin(connection, &passage, terms, origin)? {
                    continue;
                }
            }
            of(&mut groups, document, updated_at).history.push(passage);
        }
    }
    let mut groups: Vec<Group> = groups.into_values().collect();
    groups.sort_by_key(|group| {
        (
            group.best.unwrap_or(usize::MAX),
            group.beside.is_empty(),
            std::cmp::Reverse(group.updated_at),
        )
    });
    Ok(Found { groups, more })
}

fn kept_origin(
    connection: &Connection,
    passage: &Passage,
    terms: &[Term],
    origin: FoundOrigin,
) -> Result<bool> {
    let Some((_, first, _)) = passage.runs.first() else {
        return Ok(false);
    };
    let Some(state) = history::kept_by(connection, *first)? else {
        return Ok(false);
    };
    Ok(match history::standing(&state, passage.hash) {
        Some((history::Part::Body(range), text)) => {
            has_origin(&text, &state.runs.part(range), terms, origin)
        }
        _ => false,
    })
}
