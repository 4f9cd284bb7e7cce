//! Search over titles and current texts, in any script.

use std::ops::Range;

use inkstone_manuscript::DocumentKind;
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};
use serde::Serialize;

use crate::Library;
use crate::library::{Result, many};
use crate::row::{Name, limit};

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
}

/// What is read of a query: more is no query but a text.
const MOST_TERMS: usize = 16;
const LONGEST_TERM: usize = 200;

/// The index knows runs of three characters; shorter terms are looked for in the texts.
const INDEXED_TERM: usize = 3;

/// Characters shown on either side of a place.
const CONTEXT: usize = 40;

/// Brings the index up to what was written since the last search.
fn catch_up(connection: &Connection) -> Result<()> {
    connection.execute_batch(
        "DELETE FROM search WHERE rowid IN (SELECT draft_key FROM search_pending);
         INSERT INTO search (rowid, title, body)
            SELECT drafts.key, documents.title, drafts.body
            FROM search_pending
            JOIN drafts ON drafts.key = draft_key
            JOIN documents ON documents.id = document_id;
         DELETE FROM search_pending;",
    )?;
    Ok(())
}

/// Takes a draft out of the index for good.
pub(crate) fn forget(connection: &Connection, draft_key: i64) -> Result<()> {
    connection.execute(
        "DELETE FROM search_pending WHERE draft_key = ?1",
        [draft_key],
    )?;
    connection.execute("DELETE FROM search WHERE rowid = ?1", [draft_key])?;
    Ok(())
}

/// Has everything read again at the next search.
pub(crate) fn rebuild(connection: &Connection) -> Result<()> {
    connection.execute_batch(
        "INSERT INTO search (search) VALUES ('delete-all');
         INSERT OR IGNORE INTO search_pending (draft_key) SELECT key FROM drafts;",
    )?;
    Ok(())
}

fn terms(query: &str) -> Vec<String> {
    query
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|term| !term.is_empty())
        .take(MOST_TERMS)
        .map(|term| term.chars().take(LONGEST_TERM).collect())
        .collect()
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

fn matching(connection: &Connection, terms: &[String], most: usize) -> Result<Vec<Found>> {
    let (indexed, short): (Vec<&String>, Vec<&String>) = terms
        .iter()
        .partition(|term| term.chars().count() >= INDEXED_TERM);
    let mut sql = String::from(
        "SELECT documents.id, drafts.id, project_id, title, kind, drafts.body
         FROM drafts
         JOIN documents ON documents.id = drafts.document_id
         JOIN projects ON projects.id = documents.project_id ",
    );
    let mut values: Vec<Value> = Vec::new();
    let alive = "drafts.deleted_at IS NULL AND documents.deleted_at IS NULL
                 AND projects.deleted_at IS NULL";
    if indexed.is_empty() {
        sql.push_str(&format!("WHERE {alive}"));
    } else {
        // The index has columns of the same names, so it stays behind a subquery.
        sql.push_str(&format!(
            "JOIN (SELECT rowid AS found, bm25(search, 4.0, 1.0) AS rank FROM search
                   WHERE search MATCH ?) ON found = drafts.key
             WHERE {alive}"
        ));
        let phrases: Vec<_> = indexed
            .iter()
            .map(|term| format!("\"{}\"", term.replace('"', "\"\"")))
            .collect();
        values.push(Value::Text(phrases.join(" AND ")));
    }
    for term in short {
        sql.push_str(" AND (title LIKE ? ESCAPE '\\' OR drafts.body LIKE ? ESCAPE '\\')");
        values.extend([Value::Text(pattern(term)), Value::Text(pattern(term))]);
    }
    let order = if indexed.is_empty() { "" } else { "rank, " };
    sql.push_str(&format!(
        " ORDER BY {order}drafts.updated_at DESC, drafts.key DESC LIMIT ?"
    ));
    values.push(Value::Integer(limit(most)));
    many(connection, &sql, params_from_iter(values), |row| {
        let Name(kind) = row.get(4)?;
        let hit = Hit {
            document_id: row.get(0)?,
            draft_id: row.get(1)?,
            project_id: row.get(2)?,
            title: row.get(3)?,
            kind,
            snippet: String::new(),
            at: 0,
        };
        Ok(Found {
            hit,
            body: row.get(5)?,
        })
    })
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
    /// The drafts whose title and present text have all words of `query`, in any case, the best
    /// first. What lies in the bin is left out.
    pub fn search(&self, query: &str, most: usize) -> Result<Vec<Hit>> {
        let terms = terms(query);
        if terms.is_empty() {
            return Ok(Vec::new());
        }
        let found = if self.is_reading() {
            // What waits to be indexed stays unfound: nothing may be written.
            self.read(|c| matching(c, &terms, most))?
        } else {
            self.write(|tx| {
                catch_up(tx)?;
                matching(tx, &terms, most)
            })?
        };
        let hits = found.into_iter().map(|Found { mut hit, body }| {
            let phrase = terms.join(" ");
            let place = place(&body, &phrase)
                .or_else(|| terms.iter().find_map(|term| place(&body, term)))
                .unwrap_or(0..0);
            hit.snippet = snippet(&body, &place);
            hit.at = place.start;
            hit
        });
        Ok(hits.collect())
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
            ("at", Some(31)),
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
        for query in ["__", "%_", "dir**", "NEAR", "title:", "%\\"] {
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
}
