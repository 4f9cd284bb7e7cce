//! Search over titles and current texts, in any script.
//!
//! The index holds words (see `words.rs`); a word of Chinese is characters in a row. What waits to
//! be indexed is looked through as it stands, so a search finds what was written the moment before,
//! and indexing goes on in small steps. What the index doesn't have is looked for inside of words,
//! text by text.

use std::collections::BTreeSet;
use std::ops::Range;

use inkstone_manuscript::DocumentKind;
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, params, params_from_iter};
use serde::Serialize;

use crate::Library;
use crate::library::{Result, many};
use crate::row::{Name, limit};
use crate::stem::stem;
use crate::texts::sha256;
use crate::words::{Row, cut};

/// A draft that has what was looked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hit {
    /// The document.
    pub document_id: String,
    /// The draft.
    pub draft_id: String,
    /// The project.
    pub project_id: String,
    /// The document's title.
    pub title: String,
    /// The document's kind.
    pub kind: DocumentKind,
    /// The text around the place, on one line.
    pub snippet: String,
    /// The place, in bytes of the body; 0 if only the title has it.
    pub at: usize,
    /// How long what was found there is, in bytes; 0 if only the title has it.
    pub length: usize,
}

/// What is read of a query: more is no query but a text.
const MOST_TERMS: usize = 16;
const LONGEST_TERM: usize = 200;

/// Other forms of a word that are looked for.
const MOST_FORMS: usize = 32;

/// Bytes that are indexed before a search; the rest of what waits is looked through.
const STEP: usize = 256 << 10;

/// Characters shown on either side of a place.
const CONTEXT: usize = 40;

/// How much more a title weighs than a text.
const TITLE: f64 = 8.0;

/// The beginning of the hash of what is indexed.
fn mark(title: &str, body: &str) -> Vec<u8> {
    let content = [title.as_bytes(), body.as_bytes()].join(&0);
    sha256(&content)[..8].to_vec()
}

/// Indexes of what waits about as many bytes as were asked for. True if something still waits.
fn catch_up(connection: &Connection, bytes: usize) -> Result<bool> {
    let mut done = 0;
    while done < bytes {
        let next: Option<i64> = connection
            .prepare_cached("SELECT draft_key FROM search_pending ORDER BY draft_key DESC LIMIT 1")?
            .query_row([], |row| row.get(0))
            .optional()?;
        let Some(key) = next else {
            return Ok(false);
        };
        forget(connection, key)?;
        let sql = "SELECT title, body FROM drafts JOIN documents ON documents.id = document_id
                   WHERE drafts.key = ?1";
        let text: Option<(String, String)> = connection
            .prepare_cached(sql)?
            .query_row([key], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let Some((title, body)) = text else {
            continue;
        };
        connection
            .prepare_cached("INSERT INTO search (rowid, title, body) VALUES (?1, ?2, ?3)")?
            .execute(params![key, cut(&title), cut(&body)])?;
        connection
            .prepare_cached("INSERT INTO search_seen (draft_key, sha256) VALUES (?1, ?2)")?
            .execute(params![key, mark(&title, &body)])?;
        done += body.len() + title.len() + 1;
    }
    waits(connection)
}

fn waits(connection: &Connection) -> Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM search_pending)";
    Ok(connection
        .prepare_cached(sql)?
        .query_row([], |row| row.get(0))?)
}

/// Takes a draft out of the index.
pub(crate) fn forget(connection: &Connection, draft_key: i64) -> Result<()> {
    for sql in [
        "DELETE FROM search_pending WHERE draft_key = ?1",
        "DELETE FROM search_seen WHERE draft_key = ?1",
        "DELETE FROM search WHERE rowid = ?1",
    ] {
        connection.prepare_cached(sql)?.execute([draft_key])?;
    }
    Ok(())
}

/// Has the words of what was forgotten leave the file too.
pub(crate) fn leave_no_trace(connection: &Connection) -> Result<()> {
    connection.execute_batch("INSERT INTO search (search) VALUES ('optimize')")?;
    Ok(())
}

/// Has everything read again.
pub(crate) fn rebuild(connection: &Connection) -> Result<()> {
    connection.execute_batch(
        "INSERT INTO search (search) VALUES ('delete-all');
         DELETE FROM search_seen;
         INSERT OR IGNORE INTO search_pending (draft_key) SELECT key FROM drafts;",
    )?;
    Ok(())
}

/// A sentence for each draft that is indexed as it is not, and for each that is not there.
pub(crate) fn problems(connection: &Connection) -> Result<Vec<String>> {
    let mut problems = Vec::new();
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
        if !there || seen != Some(mark(&title, &String::from_utf8_lossy(&body))) {
            problems.push(format!("search: draft {id} is not indexed as it is"));
        }
    }
    let sql = "SELECT count(*) FROM search_docsize WHERE id NOT IN (SELECT key FROM drafts)";
    let astray: u32 = connection.query_row(sql, [], |row| row.get(0))?;
    if astray > 0 {
        problems.push(format!(
            "search: {astray} drafts are indexed that are not there"
        ));
    }
    Ok(problems)
}

/// A part of a query.
#[derive(Debug, PartialEq, Eq)]
struct Term {
    /// As it was typed, without quotes.
    text: String,
    row: Row,
    /// It has to be there as it is.
    quoted: bool,
    /// What is found must not have it.
    without: bool,
}

/// Words have to be there, in any order; "words in quotes" in a row and in that form; -words not.
/// The last word may still be typed.
fn terms(query: &str) -> Vec<Term> {
    let mut terms = Vec::new();
    let gap = |c: char| c.is_whitespace() || c.is_control();
    let mut rest = query.trim_start_matches(gap);
    while !rest.is_empty() && terms.len() < MOST_TERMS {
        let minus = rest
            .strip_prefix('-')
            .filter(|after| after.starts_with(|c: char| c == '"' || c.is_alphanumeric()));
        let after = minus.unwrap_or(rest);
        let quoted = after.strip_prefix(['"', '“']);
        let (text, left) = match quoted {
            Some(inner) => inner.split_once(['"', '”']).unwrap_or((inner, "")),
            None => after.split_at(after.find(gap).unwrap_or(after.len())),
        };
        let ended = quoted.is_some_and(|inner| inner.len() > text.len()) || !left.is_empty();
        let text: String = text.chars().take(LONGEST_TERM).collect();
        let row = Row::of(&text, !ended && minus.is_none(), quoted.is_none());
        let text = match text.trim_matches(gap).is_empty() {
            // A sign that stands for itself.
            true if quoted.is_some() => "\"".to_owned(),
            _ => text,
        };
        terms.push(Term {
            text,
            row,
            quoted: quoted.is_some(),
            without: minus.is_some(),
        });
        rest = left.trim_start_matches(gap);
    }
    if terms
        .iter()
        .any(|term| !term.without && !term.row.words.is_empty())
    {
        // Beside words signs say nothing.
        terms.retain(|term| !term.row.words.is_empty());
    } else {
        // Nothing but signs, or nothing but what must not be there: taken as text.
        for term in &mut terms {
            if std::mem::take(&mut term.without) {
                term.text.insert(0, '-');
            }
        }
        terms.retain(|term| !term.text.is_empty());
    }
    terms
}

/// The words of the index that have the stem of `word`, and itself.
fn forms(connection: &Connection, word: &str) -> Result<Vec<String>> {
    let stem_of_word = stem(word);
    let mut forms = vec![word.to_owned()];
    if word.len() < 3 {
        return Ok(forms);
    }
    // The last letter of a stem may not be one of the word.
    let from = &stem_of_word[..stem_of_word.len() - 1];
    let sql = "SELECT term FROM search_words WHERE term >= ?1 AND term < ?2";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query([from, &format!("{from}{{")])?;
    while let Some(row) = rows.next()? {
        let other: String = row.get(0)?;
        if other != word && stem(&other) == stem_of_word && forms.len() < MOST_FORMS {
            forms.push(other);
        }
    }
    Ok(forms)
}

fn phrase(words: &[String]) -> String {
    format!("\"{}\"", words.join(" "))
}

/// What the index is asked for a row, and whether the texts have to be asked as well. A single
/// letter that a word begins with is in nearly all texts: it is looked for in them.
fn asked(connection: &Connection, row: &Row) -> Result<(Option<String>, bool)> {
    let Some((last, before)) = row.words.split_last() else {
        return Ok((None, false));
    };
    if row.open && last.chars().count() == 1 {
        let rest = (!before.is_empty()).then(|| phrase(before));
        return Ok((rest, true));
    }
    let mut any = match row.stemmed {
        true => forms(connection, last)?
            .iter()
            .map(|form| phrase(std::slice::from_ref(form)))
            .collect(),
        false => vec![phrase(&row.words)],
    };
    if row.open {
        any.push(format!("{} *", phrase(&row.words)));
    }
    Ok((Some(format!("({})", any.join(" OR "))), false))
}

const ALIVE: &str = "drafts.deleted_at IS NULL AND documents.deleted_at IS NULL
    AND projects.deleted_at IS NULL";
const JOINED: &str = "JOIN documents ON documents.id = drafts.document_id
    JOIN projects ON projects.id = documents.project_id";

/// The drafts that may have the terms, the best first, and whether their texts have to be asked.
fn candidates(connection: &Connection, terms: &[Term]) -> Result<(Vec<i64>, bool)> {
    let mut wanted = Vec::new();
    let mut unwanted = String::new();
    let mut ask = false;
    for term in terms {
        let (expression, in_texts) = asked(connection, &term.row)?;
        ask |= in_texts;
        match expression {
            Some(expression) if term.without => unwanted.push_str(&format!(" NOT {expression}")),
            Some(expression) => wanted.push(expression),
            None => {}
        }
    }
    if wanted.is_empty() {
        let sql = format!(
            "SELECT drafts.key FROM drafts {JOINED}
             WHERE {ALIVE} AND drafts.key NOT IN (SELECT draft_key FROM search_pending)
             ORDER BY drafts.updated_at DESC, drafts.key DESC"
        );
        return Ok((many(connection, &sql, [], |row| row.get(0))?, true));
    }
    let expression = format!("({}){unwanted}", wanted.join(" AND "));
    // The index has columns of the same names, so it stays behind a subquery.
    let sql = format!(
        "SELECT drafts.key
         FROM (SELECT rowid AS found, bm25(search, {TITLE}, 1.0) AS rank FROM search
               WHERE search MATCH ?1)
         JOIN drafts ON drafts.key = found {JOINED}
         WHERE {ALIVE} AND drafts.key NOT IN (SELECT draft_key FROM search_pending)
         ORDER BY rank, drafts.updated_at DESC, drafts.key DESC"
    );
    Ok((many(connection, &sql, [expression], |row| row.get(0))?, ask))
}

/// The drafts that wait to be indexed, what was written last first.
fn waiting(connection: &Connection) -> Result<Vec<i64>> {
    let sql = format!(
        "SELECT drafts.key FROM search_pending JOIN drafts ON drafts.key = draft_key {JOINED}
         WHERE {ALIVE} ORDER BY drafts.updated_at DESC, drafts.key DESC"
    );
    many(connection, &sql, [], |row| row.get(0))
}

/// Whether title and text have what is wanted and nothing that is not.
fn fits(found: &Found, terms: &[Term]) -> bool {
    terms.iter().all(|term| {
        let there =
            term.row.place(&found.hit.title).is_some() || term.row.place(&found.body).is_some();
        there != term.without
    })
}

fn indexed(connection: &Connection, terms: &[Term], most: usize) -> Result<Vec<Found>> {
    let mut found = Vec::new();
    let waiting = waiting(connection)?.into_iter().map(|key| (key, true));
    let (keys, ask) = candidates(connection, terms)?;
    let mut seen = BTreeSet::new();
    for (key, ask) in waiting.chain(keys.into_iter().map(|key| (key, ask))) {
        if found.len() >= most {
            break;
        }
        if !seen.insert(key) {
            continue;
        }
        let sql = format!("{SELECT} {JOINED} WHERE drafts.key = ?1");
        let mut statement = connection.prepare_cached(&sql)?;
        let draft = statement.query_row([key], read)?;
        if !ask || fits(&draft, terms) {
            found.push(draft);
        }
    }
    Ok(found)
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

struct Found {
    hit: Hit,
    body: String,
}

const SELECT: &str = "SELECT documents.id, drafts.id, project_id, title, kind, drafts.body
    FROM drafts";

fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<Found> {
    let Name(kind) = row.get(4)?;
    let hit = Hit {
        document_id: row.get(0)?,
        draft_id: row.get(1)?,
        project_id: row.get(2)?,
        title: row.get(3)?,
        kind,
        snippet: String::new(),
        at: 0,
        length: 0,
    };
    Ok(Found {
        hit,
        body: row.get(5)?,
    })
}

/// Looks for the terms as they were typed, wherever they are, text by text.
fn anywhere(connection: &Connection, terms: &[Term], most: usize) -> Result<Vec<Found>> {
    let mut sql = format!("{SELECT} {JOINED} WHERE {ALIVE}");
    let mut values: Vec<Value> = Vec::new();
    for term in terms {
        let not = if term.without { "NOT" } else { "" };
        sql.push_str(&format!(
            " AND {not} (title LIKE ? ESCAPE '\\' OR drafts.body LIKE ? ESCAPE '\\')"
        ));
        let pattern = pattern(&term.text);
        values.extend([Value::Text(pattern.clone()), Value::Text(pattern)]);
    }
    sql.push_str(" ORDER BY drafts.updated_at DESC, drafts.key DESC LIMIT ?");
    values.push(Value::Integer(limit(most)));
    many(connection, &sql, params_from_iter(values), read)
}

fn matching(connection: &Connection, terms: &[Term], most: usize) -> Result<Vec<Found>> {
    let wanted = |term: &Term| !term.without && !term.row.words.is_empty();
    if terms.iter().any(wanted) {
        let found = indexed(connection, terms, most)?;
        // Who says what must not be there, or how it must be there, means whole words.
        if !found.is_empty() || terms.iter().any(|term| term.quoted || term.without) {
            return Ok(found);
        }
    }
    anywhere(connection, terms, most)
}

/// The place that is shown: of all words in a row, else of the first that is there.
fn best_place(body: &str, terms: &[Term]) -> Option<Range<usize>> {
    let wanted: Vec<&Term> = terms.iter().filter(|term| !term.without).collect();
    let whole = Row {
        words: wanted
            .iter()
            .flat_map(|term| term.row.words.clone())
            .collect(),
        open: wanted.last().is_some_and(|term| term.row.open),
        stemmed: false,
    };
    (wanted.len() > 1)
        .then(|| whole.place(body))
        .flatten()
        .or_else(|| wanted.iter().find_map(|term| term.row.place(body)))
        .or_else(|| wanted.iter().find_map(|term| place(body, &term.text)))
}

/// The first place of `term` in `text`, in any case, in bytes.
fn place(text: &str, term: &str) -> Option<Range<usize>> {
    let wanted: Vec<char> = term.chars().flat_map(char::to_lowercase).collect();
    text.char_indices().find_map(|(start, _)| {
        let mut left = wanted.iter();
        for (at, c) in text[start..].char_indices() {
            for lower in c.to_lowercase() {
                match left.next() {
                    Some(next) if *next == lower => {}
                    // The term ended inside of a character that two stand for.
                    None => break,
                    Some(_) => return None,
                }
            }
            if left.len() == 0 {
                return Some(start..start + at + c.len_utf8());
            }
        }
        None
    })
}

/// The text around a place, on one line.
fn snippet(body: &str, place: &Range<usize>) -> String {
    let from = body[..place.start]
        .char_indices()
        .rev()
        .nth(CONTEXT - 1)
        .map_or(0, |(at, _)| at);
    let after = &body[place.end..];
    let to = after
        .char_indices()
        .nth(CONTEXT)
        .map_or(body.len(), |(at, _)| place.end + at);
    let line = body[from..to]
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    let start = if from > 0 { "…" } else { "" };
    let end = if to < body.len() { "…" } else { "" };
    format!("{start}{line}{end}")
}

impl Library {
    /// The drafts whose title and present text have what `query` says, the best first. What lies in
    /// the bin is left out.
    ///
    /// All words have to be there, English ones in any form and in any case; the last one may be
    /// the beginning of a word. "Words in quotes" have to be there in a row and as they are. A
    /// `-word` must not be there. Where no text has all of the words, and none was quoted or
    /// unwanted, those are found that have them inside of others.
    ///
    /// # Errors
    /// What the file says.
    pub fn search(&self, query: &str, most: usize) -> Result<Vec<Hit>> {
        let terms = terms(query);
        if terms.is_empty() {
            return Ok(Vec::new());
        }
        if !self.is_reading() && self.read(waits)? {
            self.write(|tx| catch_up(tx, STEP))?;
        }
        let found = self.read(|c| matching(c, &terms, most))?;
        let hits = found.into_iter().map(|Found { mut hit, body }| {
            let place = best_place(&body, &terms).unwrap_or(0..0);
            hit.snippet = snippet(&body, &place);
            hit.at = place.start;
            hit.length = place.len();
            hit
        });
        Ok(hits.collect())
    }

    /// Indexes about as many bytes of what was written as were asked for, for the times when nobody
    /// waits. True if there is more.
    ///
    /// # Errors
    /// What the file says.
    pub fn index_some(&self, bytes: usize) -> Result<bool> {
        match self.read(waits)? {
            true => self.write(|tx| catch_up(tx, bytes)),
            false => Ok(false),
        }
    }
}

#[cfg(test)]
mod tests {
    use inkstone_manuscript::Language;

    use super::*;
    use crate::testing::Desk;

    fn at(desk: &Desk, query: &str) -> Option<usize> {
        let hits = desk.library.search(query, 9).unwrap();
        assert!(hits.len() <= 1, "{query}: {hits:?}");
        hits.first().map(|hit| hit.at)
    }

    #[test]
    fn two_characters_of_chinese_are_enough() {
        let desk = Desk::new();
        desk.write("夜里潮水很高，渔船没有出海。");
        for (query, place) in [
            ("潮水", Some(6)),
            ("海", Some(36)),
            ("潮水很高", Some(6)),
            ("渔船 潮水", Some(21)),
            ("潮船", None),
            ("潮水 汽车", None),
        ] {
            assert_eq!(at(&desk, query), place, "{query}");
        }
    }

    #[test]
    fn english_is_found_in_any_case_by_all_words_and_inside_words() {
        let desk = Desk::new();
        desk.write("The Harbour master closed the gates at nine.");
        for (query, place) in [
            ("harbour", Some(4)),
            ("HARBOUR MASTER", Some(4)),
            ("gates harbour", Some(30)),
            ("arbo", Some(4 + 1)),
            ("at", Some(36)),
            ("harbour storm", None),
            ("harbour xq", None),
        ] {
            assert_eq!(at(&desk, query), place, "{query}");
        }
    }

    #[test]
    fn signs_that_mean_something_to_the_index_are_text() {
        let desk = Desk::new();
        desk.write("He said \"100% (AND more)\" to C:\\new_dir* -- twice.");
        for query in [
            "\"100%", "0%", "(and", "c:\\new", "_d", "\\n", "dir*", "--", "AND", "\"", "*",
        ] {
            assert!(at(&desk, query).is_some(), "{query}");
        }
        for query in ["__", "%_", "NEAR", "title:", "%\\"] {
            assert_eq!(at(&desk, query), None, "{query}");
        }
        for query in ["", "  \n", "\0"] {
            assert!(desk.library.search(query, 9).unwrap().is_empty());
        }
        let enormous = "(\" ".repeat(100_000) + &"x".repeat(1_000_000);
        assert!(desk.library.search(&enormous, 9).unwrap().is_empty());
    }

    #[test]
    fn the_present_text_and_title_are_what_is_searched() {
        let desk = Desk::new();
        desk.write("First words.");
        assert!(at(&desk, "first").is_some());
        desk.write("Second words.");
        assert_eq!((at(&desk, "first"), at(&desk, "second")), (None, Some(0)));
        assert!(at(&desk, "tide").is_some(), "the title");
        desk.library
            .rename_document(&desk.document, "海岸来信")
            .unwrap();
        assert_eq!(at(&desk, "tide"), None);
        assert!(at(&desk, "海岸来信").is_some() && at(&desk, "来信").is_some());
        let both = desk.library.search("海岸来 second", 9).unwrap();
        assert_eq!((both.len(), both[0].snippet.as_str()), (1, "Second words."));
    }

    #[test]
    fn a_deleted_draft_is_not_found_and_a_limit_holds() {
        let desk = Desk::new();
        desk.write("Words to find.");
        let branch = desk.library.branch(&desk.draft, "b").unwrap();
        assert_eq!(desk.library.search("find", 9).unwrap().len(), 2);
        assert_eq!(desk.library.search("find", 1).unwrap().len(), 1);
        assert_eq!(desk.library.search("to", 1).unwrap().len(), 1);
        desk.library.delete_draft(&branch.id).unwrap();
        let hits = desk.library.search("find", 9).unwrap();
        assert_eq!((hits.len(), &hits[0].draft_id), (1, &desk.draft));
        assert_eq!(
            (&hits[0].document_id, &hits[0].project_id),
            (&desk.document, &desk.project)
        );
        assert_eq!(
            (hits[0].title.as_str(), hits[0].kind),
            ("Tide", DocumentKind::News)
        );
    }

    #[test]
    fn a_title_weighs_more_than_a_text() {
        let desk = Desk::new();
        desk.write("A storm, and the storm after the storm.");
        let other = desk
            .library
            .create_document(
                &desk.project,
                DocumentKind::News,
                "Storm",
                Language::English,
            )
            .unwrap();
        let hits = desk.library.search("storm", 9).unwrap();
        let order: Vec<_> = hits.into_iter().map(|hit| hit.document_id).collect();
        assert_eq!(order, [other.id, desk.document]);
    }

    #[test]
    fn a_snippet_is_one_line_around_the_place() {
        let body = format!("{}\n\n# 潮水\tHigh\n{}", "雨".repeat(60), "x".repeat(60));
        let place = place(&body, "high").unwrap();
        assert_eq!(&body[place.clone()], "High");
        let expected = format!("…{} # 潮水 High {}…", "雨".repeat(33), "x".repeat(39));
        assert_eq!(snippet(&body, &place), expected);
        assert_eq!(snippet("short", &(0..0)), "short");
        assert_eq!(snippet("", &(0..0)), "");
    }

    #[test]
    fn letters_that_grow_in_lower_case_keep_their_places() {
        assert_eq!(place("xİstanbul", "istan"), None);
        assert_eq!(place("xİstanbul", "İstan"), Some(1..7));
        assert_eq!(place("aİb", "b"), Some(3..4));
        assert_eq!(place("ẞtraße", "SSTR"), None);
        assert_eq!(place("", "x"), None);
    }

    #[test]
    fn english_is_found_in_every_form_and_as_it_is_typed() {
        let desk = Desk::new();
        desk.write("The ferries were running; nobody hoped. A ferryman's children waited.");
        for (query, place) in [
            ("ferry", Some((4, 7))),
            ("runs ", Some((17, 7))),
            ("hoping", Some((33, 5))),
            ("runnin", Some((17, 7))),
            ("ferries r", Some((4, 7))),
            ("\"were running\"", Some((12, 12))),
            ("\"were runn", Some((12, 12))),
            ("\"were run\"", None),
            ("\"ferry\" boats", None),
            ("ferry -children", None),
            ("ferry -waiting", None),
            ("ferry -lorries", Some((4, 7))),
            ("ferry -\"children were\"", Some((4, 7))),
            ("ｆｅｒｒｙ", Some((4, 7))),
        ] {
            let hits = desk.library.search(query, 9).unwrap();
            let found = hits.first().map(|hit| (hit.at, hit.length));
            assert_eq!(found, place, "{query}");
        }
    }

    #[test]
    fn a_query_is_read_as_it_is_typed() {
        let read = |query: &str| -> Vec<(String, bool, bool, bool)> {
            let terms = terms(query).into_iter();
            terms
                .map(|t| (t.text, t.row.open, t.row.stemmed, t.without))
                .collect()
        };
        let term = |text: &str, open, stemmed, without| (text.to_owned(), open, stemmed, without);
        assert_eq!(
            read("tide -\"high water\" gat"),
            [
                term("tide", false, true, false),
                term("high water", false, false, true),
                term("gat", true, true, false)
            ]
        );
        assert_eq!(read("tide "), [term("tide", false, true, false)]);
        assert_eq!(read("tide -"), [term("tide", false, true, false)]);
        assert_eq!(
            read("“潮水” 高"),
            [
                term("潮水", false, false, false),
                term("高", false, false, false)
            ]
        );
        assert_eq!(read("-tide"), [term("-tide", false, true, false)]);
        assert_eq!(read("--"), [term("--", false, false, false)]);
    }

    #[test]
    fn what_waits_is_found_before_it_is_indexed() {
        let desk = Desk::new();
        desk.write(&"夜里潮水很高。".repeat(20_000));
        let mut drafts = vec![desk.draft.clone()];
        for number in 0..3 {
            let draft = desk
                .library
                .branch(&desk.draft, &number.to_string())
                .unwrap();
            drafts.push(draft.id);
        }
        let hits = desk.library.search("潮水", 9).unwrap();
        assert_eq!(hits.len(), 4);
        assert!(desk.library.read(waits).unwrap(), "not all at once");
        while desk.library.index_some(1).unwrap() {}
        assert_eq!(desk.library.search("潮水", 9).unwrap().len(), 4);
        desk.library
            .read(|c| {
                assert_eq!(problems(c)?, Vec::<String>::new());
                Ok(())
            })
            .unwrap();
    }
}
