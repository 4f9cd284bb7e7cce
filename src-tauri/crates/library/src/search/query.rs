//! What a query says, and what is looked for.

use inkstone_manuscript::DocumentKind;
use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use crate::Origin;
use crate::library::{Result, many};
use crate::span::Run;
use crate::stem::stem;
use crate::words::Row;

/// What is read of a query: more is no query but a text.
const MOST_TERMS: usize = 16;
const LONGEST_TERM: usize = 200;

/// Other forms of a word that are looked for.
const MOST_FORMS: usize = 200;

/// Words that have a word inside of them and are looked for.
const MOST_INSIDE: usize = 200;

/// What to look for, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchQuery {
    /// What was typed.
    ///
    /// All words have to be there, English ones in any form and in any case; the last one may be
    /// the beginning of a word. "Words in quotes" have to be there in a row and as they are. A
    /// `-word` must not be there. Where no text has all of the words, and none was quoted or
    /// unwanted, those are found that have them inside of others.
    pub text: String,
    /// Only this project.
    pub project_id: Option<String>,
    /// Only this document.
    pub document_id: Option<String>,
    /// Only this kind of document.
    pub kind: Option<DocumentKind>,
    /// Only what was changed, or kept, at this moment or later, in ms since 1970.
    pub since: Option<i64>,
    /// Only what was changed, or kept, before this moment, in ms since 1970.
    pub until: Option<i64>,
    /// Where to look.
    pub places: Places,
    /// Only where the words themselves came from there. Fields and notes have no origin.
    pub origin: Option<FoundOrigin>,
    /// Documents passed over: those of the pages before.
    pub skip: usize,
    /// Documents of a page.
    pub most: usize,
    /// Passages shown of each place in a document.
    pub each: usize,
}

impl SearchQuery {
    /// Everywhere.
    pub fn of(text: &str) -> SearchQuery {
        SearchQuery {
            text: text.to_owned(),
            project_id: None,
            document_id: None,
            kind: None,
            since: None,
            until: None,
            places: Places::default(),
            origin: None,
            skip: 0,
            most: 20,
            each: 3,
        }
    }
}

/// Where to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Places {
    /// Titles and texts as they stand.
    pub texts: bool,
    /// Fields of a brief, reports and conversations.
    pub fields: bool,
    /// Kept texts of all drafts.
    pub history: bool,
}

impl Default for Places {
    fn default() -> Places {
        Places {
            texts: true,
            fields: true,
            history: true,
        }
    }
}

/// An origin without what it names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FoundOrigin {
    /// By a person, also where a model put it as it stood in the brief.
    Typed,
    /// Pasted or dropped.
    Pasted,
    /// Out of a file.
    Imported,
    /// By a model, also where a person changed it before it was accepted.
    Generated,
}

impl FoundOrigin {
    pub(crate) fn of(run: &Run) -> FoundOrigin {
        match run.origin {
            Origin::Typed | Origin::Filled { .. } => FoundOrigin::Typed,
            Origin::Pasted => FoundOrigin::Pasted,
            Origin::Imported { .. } => FoundOrigin::Imported,
            Origin::Generated { .. } => FoundOrigin::Generated,
        }
    }
}

/// A part of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Term {
    /// As it was typed, without quotes.
    pub(super) text: String,
    pub(super) row: Row,
    /// It has to be there as it is.
    pub(super) quoted: bool,
    /// What is found must not have it.
    pub(super) without: bool,
}

/// Words have to be there, in any order; "words in quotes" in a row and in that form; -words not.
/// The last word may still be typed.
pub(super) fn terms(query: &str) -> Vec<Term> {
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

/// Whether the index can be asked for it.
pub(super) fn has_words(terms: &[Term]) -> bool {
    terms
        .iter()
        .any(|term| !term.without && !term.row.words.is_empty())
}

/// The same looked for inside of words, if that could find more. Who says what must not be there,
/// or how it must be there, means whole words.
pub(super) fn inside(terms: &[Term]) -> Option<Vec<Term>> {
    if terms.iter().any(|term| term.quoted || term.without)
        || !terms.iter().any(|term| term.row.has_inside())
    {
        return None;
    }
    let mut terms = terms.to_vec();
    for term in &mut terms {
        term.row.inside = term.row.has_inside();
    }
    Some(terms)
}

/// The words that there are with the stem of `word`, and itself.
fn forms(connection: &Connection, word: &str) -> Result<Vec<String>> {
    let mut forms = vec![word.to_owned()];
    let sql = "SELECT word FROM search_forms WHERE stem = ?1 AND word <> ?2 LIMIT ?3";
    let most = MOST_FORMS as i64 - 1;
    let others = many(connection, sql, (stem(word), word, most), |row| row.get(0))?;
    forms.extend(others);
    Ok(forms)
}

fn containing(connection: &Connection, word: &str) -> Result<Vec<String>> {
    let sql = "SELECT word FROM search_forms WHERE instr(word, ?1) > 0 LIMIT ?2";
    many(connection, sql, (word, MOST_INSIDE as i64), |row| {
        row.get(0)
    })
}

fn phrase(words: &[String]) -> String {
    format!("\"{}\"", words.join(" "))
}

/// What an index is asked for.
pub(super) struct Asked {
    /// A query of FTS5; none if a letter alone is wanted.
    pub(super) expression: Option<String>,
    /// A word has to begin with each of these letters (see [`crate::words::initial`]); with those
    /// that have no bit, nothing is asked.
    pub(super) initials: i64,
}

/// What the index is asked for a row. A single letter that a word begins with is in nearly all
/// texts: `letters` says that it is known of each text without the index.
fn expression(connection: &Connection, row: &Row, letters: bool) -> Result<(Option<String>, i64)> {
    let Some((last, before)) = row.words.split_last() else {
        return Ok((None, 0));
    };
    let bit = match (last.chars().next(), last.chars().nth(1)) {
        (Some(first), None) => crate::words::initial(first),
        _ => 0,
    };
    if letters && row.open && bit != 0 && before.is_empty() {
        return Ok((None, bit));
    }
    let mut any: Vec<String> = match row.stemmed {
        true => forms(connection, last)?,
        false => Vec::new(),
    };
    if row.inside {
        any.extend(containing(connection, last)?);
    }
    let mut any: Vec<String> = any
        .iter()
        .map(|form| phrase(std::slice::from_ref(form)))
        .collect();
    if !row.stemmed {
        any.push(phrase(&row.words));
    }
    if row.open {
        any.push(format!("{} *", phrase(&row.words)));
    }
    Ok((Some(format!("({})", any.join(" OR "))), 0))
}

/// What an index is asked for all terms. With `letters` a single letter is left to the texts' own
/// record of it.
pub(super) fn asked(connection: &Connection, terms: &[Term], letters: bool) -> Result<Asked> {
    let (mut wanted, mut unwanted, mut initials) = (Vec::new(), String::new(), 0);
    for term in terms {
        let (expression, bit) = expression(connection, &term.row, letters)?;
        initials |= bit;
        match expression {
            Some(expression) if term.without => unwanted.push_str(&format!(" NOT {expression}")),
            Some(expression) => wanted.push(expression),
            None => {}
        }
    }
    if wanted.is_empty() && !unwanted.is_empty() {
        // A letter alone, and what must not be there: the index is asked for the letter as well.
        return asked(connection, terms, false);
    }
    Ok(Asked {
        expression: (!wanted.is_empty()).then(|| format!("({}){unwanted}", wanted.join(" AND "))),
        initials,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn only_words_of_an_alphabet_are_looked_for_inside_of_words() {
        for (query, there) in [("arbo", true), ("0", true), ("潮水", false), ("a", false)] {
            assert_eq!(inside(&terms(query)).is_some(), there, "{query}");
        }
        for query in ["\"arbo\"", "arbo -tide", "潮水 \"arbo\""] {
            assert!(inside(&terms(query)).is_none(), "{query}");
        }
    }
}
