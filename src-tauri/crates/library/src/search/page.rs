//! What is shown of what was found.

use std::collections::HashSet;
use std::ops::Range;

use inkstone_manuscript::DocumentKind;
use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};

use super::found::{Found, Group, Passage, fit, has_origin, origins, text_of};
use super::history::{self, Part};
use super::index::{self, Beside, Piece};
use super::query::{FoundOrigin, SearchQuery, Term};
use super::shown::{self, Excerpt};
use crate::NodeKind;
use crate::history::NodeId;
use crate::library::{Result, many};
use crate::row::Name;
use crate::span::Runs;
use crate::state::{Sheet, State};

/// A page of what was found.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct SearchPage {
    /// Documents, the best first.
    pub groups: Vec<SearchGroup>,
    /// How many documents there are on all pages.
    pub documents: Count,
    /// Kept texts that were not read yet, and may have it.
    pub unread: u32,
}

/// How many; `more` if not all were counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Count {
    /// As far as it was counted.
    pub count: usize,
    /// There are more.
    pub more: bool,
}

/// A document that has it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SearchGroup {
    /// The document.
    pub document_id: String,
    /// Its project.
    pub project_id: String,
    /// The project's name.
    pub project: String,
    /// The document's title.
    pub title: String,
    /// What was looked for in the title, in bytes.
    pub title_marks: Vec<Range<usize>>,
    /// The document's kind.
    pub kind: DocumentKind,
    /// When it was changed last, in ms since 1970.
    pub updated_at: i64,
    /// The draft that it shows.
    pub draft_id: String,
    /// How many drafts it has.
    pub drafts: usize,
    /// Places in the texts as they stand.
    pub in_texts: Count,
    /// Fields, reports, questions and answers.
    pub in_fields: Count,
    /// Passages of kept texts; where texts are looked through too, those that no longer stand in
    /// any.
    pub in_history: Count,
    /// What is shown of it: texts, then fields, then history.
    pub hits: Vec<SearchHit>,
}

/// Some text that has it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SearchHit {
    /// Where it is.
    pub found_in: FoundIn,
    /// The draft.
    pub draft_id: String,
    /// The draft's name.
    pub draft: String,
    /// The text around the place, on one line.
    pub line: String,
    /// What was looked for, in bytes of the line.
    pub marks: Vec<Range<usize>>,
    /// The place in bytes of the body, as it stands or as it was kept; none outside of bodies.
    pub at: Option<Range<usize>>,
    /// Where the words came from; none outside of bodies.
    pub origins: Vec<FoundOrigin>,
}

/// Where something is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "in", rename_all = "snake_case")]
pub enum FoundIn {
    /// The text as it stands.
    Text,
    /// A field.
    Field {
        /// The names that lead to it, as `brief.angle`.
        name: String,
    },
    /// A report.
    Report {
        /// Its id.
        id: String,
    },
    /// A question, or its answer.
    Interview {
        /// The conversation's id.
        id: String,
        /// Who is asked; empty for the assistant.
        character: String,
        /// It is the answer.
        answer: bool,
    },
    /// A kept text.
    History {
        /// The node; of several that have the passage a named one, else one that was wanted, the
        /// newest.
        node_id: String,
        /// What the person called it.
        name: Option<String>,
        /// Whether it was wanted.
        kind: NodeKind,
        /// Why it was kept; see [`crate::HistoryNode::label`].
        label: String,
        /// When it was kept, in ms since 1970.
        kept_at: i64,
        /// The field, if it is one; empty for the title.
        field: Option<String>,
        /// Whether it is in the text as it stands.
        still: Still,
    },
}

/// What the text as it stands has of a kept passage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Still {
    /// All of it.
    Passage,
    /// What was looked for, but the passage is not as it was.
    Words,
    /// Nothing.
    Gone,
}

/// A draft of a document.
struct Draft {
    key: i64,
    id: String,
    name: String,
    sheet: String,
}

/// What is known of a document while its page is made.
struct Maker<'a> {
    connection: &'a Connection,
    query: &'a SearchQuery,
    terms: &'a [Term],
    drafts: Vec<Draft>,
}

/// The page that was asked for.
pub(super) fn page(
    connection: &Connection,
    query: &SearchQuery,
    terms: &[Term],
    found: Found,
) -> Result<SearchPage> {
    let mut page = SearchPage {
        groups: Vec::new(),
        documents: Count {
            count: found.groups.len(),
            more: found.more,
        },
        unread: match query.places.history {
            true => history::waiting(connection)?,
            false => 0,
        },
    };
    for group in found.groups.into_iter().skip(query.skip).take(query.most) {
        page.groups
            .push(shown_group(connection, query, terms, &group)?);
    }
    Ok(page)
}

fn shown_group(
    connection: &Connection,
    query: &SearchQuery,
    terms: &[Term],
    group: &Group,
) -> Result<SearchGroup> {
    let sql = "SELECT key, id, name, sheet FROM drafts
               WHERE document_id = (SELECT id FROM documents WHERE key = ?1)
                  AND deleted_at IS NULL ORDER BY key";
    let drafts = many(connection, sql, [group.document], |row| {
        Ok(Draft {
            key: row.get(0)?,
            id: row.get(1)?,
            name: row.get(2)?,
            sheet: row.get(3)?,
        })
    })?;
    let sql = "SELECT documents.id, project_id, projects.name, title, kind, documents.updated_at,
                  shown_key
               FROM documents JOIN projects ON projects.id = project_id WHERE documents.key = ?1";
    let (mut shown, shown_key) =
        connection
            .prepare_cached(sql)?
            .query_row([group.document], |row| {
                let Name(kind) = row.get(4)?;
                let shown = SearchGroup {
                    document_id: row.get(0)?,
                    project_id: row.get(1)?,
                    project: row.get(2)?,
                    title: row.get(3)?,
                    title_marks: Vec::new(),
                    kind,
                    updated_at: row.get(5)?,
                    draft_id: String::new(),
                    drafts: drafts.len(),
                    in_texts: Count::default(),
                    in_fields: Count::default(),
                    in_history: Count::default(),
                    hits: Vec::new(),
                };
                Ok((shown, row.get::<_, Option<i64>>(6)?))
            })?;
    let first = drafts
        .iter()
        .find(|draft| Some(draft.key) == shown_key)
        .or(drafts.first());
    shown.draft_id = first.map(|draft| draft.id.clone()).unwrap_or_default();
    let marks = shown::places(&shown.title, terms).into_iter();
    shown.title_marks = marks.map(|(_, place)| place).collect();
    let maker = Maker {
        connection,
        query,
        terms,
        drafts,
    };
    maker.texts(group, shown_key, &mut shown)?;
    maker.beside(group, &mut shown)?;
    maker.history(group, &mut shown)?;
    Ok(shown)
}

fn hit(draft: &Draft, found_in: FoundIn, excerpt: Excerpt) -> SearchHit {
    SearchHit {
        found_in,
        draft_id: draft.id.clone(),
        draft: draft.name.clone(),
        line: excerpt.line,
        marks: excerpt.marks,
        at: None,
        origins: Vec::new(),
    }
}

impl Maker<'_> {
    fn draft(&self, key: i64) -> Option<&Draft> {
        self.drafts.iter().find(|draft| draft.key == key)
    }

    /// The draft that the document shows comes first; what stands in another one just so is not
    /// shown twice.
    fn texts(&self, group: &Group, shown_key: Option<i64>, shown: &mut SearchGroup) -> Result<()> {
        let mut keys = group.texts.clone();
        keys.sort_by_key(|key| Some(*key) != shown_key);
        for key in keys {
            let Some(draft) = self.draft(key) else {
                continue;
            };
            let (body, runs) = text_of(self.connection, key)?;
            let mut places = shown::places(&body, self.terms);
            if let Some(origin) = self.query.origin {
                places.retain(|(_, place)| origins(&runs, place).contains(&origin));
            }
            shown.in_texts.count += places.len();
            let left = self.query.each.saturating_sub(shown.hits.len());
            for excerpt in shown::excerpts(&body, &places, left) {
                if shown.hits.iter().any(|hit| hit.line == excerpt.line) {
                    continue;
                }
                let place = whole(&body, self.terms, &excerpt);
                shown.hits.push(SearchHit {
                    at: Some(place.clone()),
                    origins: origins(&runs, &place),
                    ..hit(draft, FoundIn::Text, excerpt)
                });
            }
        }
        Ok(())
    }

    fn beside(&self, group: &Group, shown: &mut SearchGroup) -> Result<()> {
        let mut left = self.query.each;
        for key in &group.beside {
            let Some(draft) = self.draft(*key) else {
                continue;
            };
            for piece in index::pieces(self.connection, *key)? {
                let places = shown::places(&piece.text, self.terms);
                let Some(excerpt) = shown::excerpts(&piece.text, &places, 1).pop() else {
                    continue;
                };
                shown.in_fields.count += 1;
                let found_in = beside(piece);
                let known = shown
                    .hits
                    .iter()
                    .any(|hit| hit.line == excerpt.line && hit.found_in == found_in);
                if left > 0 && !known {
                    left -= 1;
                    shown.hits.push(hit(draft, found_in, excerpt));
                }
            }
        }
        Ok(())
    }

    fn history(&self, group: &Group, shown: &mut SearchGroup) -> Result<()> {
        if group.history.is_empty() {
            return Ok(());
        }
        let mut present: Vec<State> = Vec::new();
        for draft in &self.drafts {
            let (body, runs) = text_of(self.connection, draft.key)?;
            let sheet = Sheet(draft.sheet.clone());
            present.push(State { sheet, body, runs });
        }
        let standing: HashSet<i64> = present.iter().flat_map(history::hashes).collect();
        let (stands, gone): (Vec<&Passage>, Vec<&Passage>) = group
            .history
            .iter()
            .partition(|passage| standing.contains(&passage.hash));
        // What still stands was found where it stands.
        let repeated = self.query.places.texts && (!shown.hits.is_empty());
        let shown_passages: Vec<(&Passage, bool)> = gone
            .into_iter()
            .map(|passage| (passage, false))
            .chain(stands.into_iter().filter(|_| !repeated).map(|p| (p, true)))
            .collect();
        shown.in_history.count = shown_passages.len();
        let mut left = self.query.each;
        for (passage, stands) in shown_passages {
            if left == 0 {
                break;
            }
            if let Some(hit) = self.kept(passage, stands, &present)? {
                left -= 1;
                shown.hits.push(hit);
            }
        }
        Ok(())
    }

    fn kept(
        &self,
        passage: &Passage,
        stands: bool,
        present: &[State],
    ) -> Result<Option<SearchHit>> {
        type Row = (i64, String, Option<String>, i64, String, i64);
        let sql = "SELECT key, id, name, kind, label, created_at FROM nodes
                   WHERE draft_key = ?1 AND key BETWEEN ?2 AND ?3 AND hidden_at IS NULL
                      AND (?4 IS NULL OR created_at >= ?4) AND (?5 IS NULL OR created_at < ?5)
                   ORDER BY name IS NULL, kind DESC, key DESC LIMIT 1";
        let mut best: Option<(i64, Row)> = None;
        for (draft, first, last) in &passage.runs {
            let values = params![draft, first, last, self.query.since, self.query.until];
            let node: Option<Row> = self
                .connection
                .prepare_cached(sql)?
                .query_row(values, |row| {
                    let NodeId(id) = row.get(1)?;
                    Ok((
                        row.get(0)?,
                        id,
                        row.get(2)?,
                        row.get(3)?,
                        row.get(4)?,
                        row.get(5)?,
                    ))
                })
                .optional()?;
            let Some(node) = node else {
                continue;
            };
            let order = |row: &Row| (row.2.is_some(), row.3, row.0);
            if best.as_ref().is_none_or(|(_, b)| order(&node) > order(b)) {
                best = Some((*draft, node));
            }
        }
        let Some((draft, (key, node_id, name, kind, label, kept_at))) = best else {
            return Ok(None);
        };
        let (Some(draft), Some(state)) =
            (self.draft(draft), history::kept_by(self.connection, key)?)
        else {
            return Ok(None);
        };
        let Some((part, text)) = history::standing(&state, passage.hash) else {
            return Ok(None);
        };
        let mut places = shown::places(&text, self.terms);
        let runs = match (&part, self.query.origin) {
            (Part::Body(range), _) => state.runs.part(range.clone()),
            _ => Runs::default(),
        };
        if let Some(origin) = self.query.origin {
            places.retain(|(_, place)| origins(&runs, place).contains(&origin));
        }
        let Some(excerpt) = shown::excerpts(&text, &places, 1).pop() else {
            return Ok(None);
        };
        let place = whole(&text, self.terms, &excerpt);
        let still = match stands {
            true => Still::Passage,
            false => self.still(&part, present),
        };
        let (at, field) = match part {
            Part::Body(range) => (
                Some(range.start + place.start..range.start + place.end),
                None,
            ),
            Part::Title => (None, Some(String::new())),
            Part::Field(name) => (None, Some(name)),
        };
        let found_in = FoundIn::History {
            node_id,
            name,
            kind: match kind {
                0 => NodeKind::Snapshot,
                _ => NodeKind::Version,
            },
            label,
            kept_at,
            field,
            still,
        };
        Ok(Some(SearchHit {
            origins: origins(&runs, &place),
            at,
            ..hit(draft, found_in, excerpt)
        }))
    }

    fn still(&self, part: &Part, present: &[State]) -> Still {
        let has = |state: &State| match part {
            Part::Body(_) => match self.query.origin {
                Some(origin) => {
                    fit(&[&state.body], self.terms)
                        && has_origin(&state.body, &state.runs, self.terms, origin)
                }
                None => fit(&[&state.body], self.terms),
            },
            _ => fit(&[&state.sheet.0], self.terms),
        };
        match present.iter().any(has) {
            true => Still::Words,
            false => Still::Gone,
        }
    }
}

/// The place to go to: of all words in a row, if they stand so in the excerpt.
fn whole(text: &str, terms: &[Term], excerpt: &Excerpt) -> Range<usize> {
    let wanted: Vec<&Term> = terms.iter().filter(|term| !term.without).collect();
    let row = crate::words::Row {
        words: wanted
            .iter()
            .flat_map(|term| term.row.words.clone())
            .collect(),
        open: wanted.last().is_some_and(|term| term.row.open),
        stemmed: false,
        inside: false,
    };
    if wanted.len() < 2 || row.words.is_empty() {
        return excerpt.place.clone();
    }
    let place = row.place(text.get(excerpt.place.start..).unwrap_or_default());
    match place {
        Some(place) if place.start == 0 => excerpt.place.start..excerpt.place.start + place.end,
        _ => excerpt.place.clone(),
    }
}

fn beside(piece: Piece) -> FoundIn {
    match piece.what {
        Beside::Field(name) => FoundIn::Field { name },
        Beside::Report(id, _) => FoundIn::Report { id },
        Beside::Question(id, character) => FoundIn::Interview {
            id,
            character,
            answer: false,
        },
        Beside::Answer(id, character) => FoundIn::Interview {
            id,
            character,
            answer: true,
        },
    }
}
