//! Search by words: in titles and texts, in fields and notes, and in the history.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use inkstone_library::{
    FoundIn, FoundOrigin, NodeKind, Places, SearchGroup, SearchHit, SearchQuery, Still,
};
use inkstone_manuscript::{DocumentKind, utf16};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{Studio, StudioError, drafts::to_u32, projects::time};

/// The longest search, in characters.
const LONGEST: usize = 200;

/// Documents of a page, at most.
const MOST: u32 = 50;

/// Passages shown of each place in a document, at most.
const MOST_EACH: u32 = 200;

/// What to search for, and where.
#[derive(Debug, Clone, Default, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Search {
    /// What was typed: words in any order, "words in a row", -unwanted.
    pub query: String,
    /// Only in this project.
    pub project_id: Option<String>,
    /// Only in this document.
    pub document_id: Option<String>,
    /// Only in documents of this kind.
    #[ts(type = "DocumentKind | null")]
    pub kind: Option<DocumentKind>,
    /// Only what was changed, or kept, then or later, in ms since 1970.
    pub since: Option<f64>,
    /// Only what was changed, or kept, before, in ms since 1970.
    pub until: Option<f64>,
    /// Where to look; everywhere if nothing is named.
    pub places: Vec<SearchPlace>,
    /// Only where the words came from there.
    pub origin: Option<SearchOrigin>,
    /// Documents of the pages before.
    pub skip: u32,
    /// Documents of a page; 0 asks for the usual number.
    pub most: u32,
    /// Passages shown of each place in a document; 0 asks for the usual number.
    pub each: u32,
}

/// Where to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SearchPlace {
    /// Titles and texts as they stand.
    Texts,
    /// Fields of the brief, reports and interviews.
    Fields,
    /// Kept texts of all drafts.
    History,
}

/// Where words came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SearchOrigin {
    /// By a person.
    Typed,
    /// Pasted or dropped.
    Pasted,
    /// Out of a file.
    Imported,
    /// By a model.
    Generated,
}

impl From<SearchOrigin> for FoundOrigin {
    fn from(origin: SearchOrigin) -> FoundOrigin {
        match origin {
            SearchOrigin::Typed => FoundOrigin::Typed,
            SearchOrigin::Pasted => FoundOrigin::Pasted,
            SearchOrigin::Imported => FoundOrigin::Imported,
            SearchOrigin::Generated => FoundOrigin::Generated,
        }
    }
}

impl From<FoundOrigin> for SearchOrigin {
    fn from(origin: FoundOrigin) -> SearchOrigin {
        match origin {
            FoundOrigin::Typed => SearchOrigin::Typed,
            FoundOrigin::Pasted => SearchOrigin::Pasted,
            FoundOrigin::Imported => SearchOrigin::Imported,
            FoundOrigin::Generated => SearchOrigin::Generated,
        }
    }
}

/// What was found, by documents.
#[derive(Debug, Clone, Default, Serialize, TS)]
pub struct SearchPageDto {
    /// Documents, the best first.
    pub groups: Vec<SearchGroupDto>,
    /// Documents on all pages, as far as they were counted.
    pub documents: u32,
    /// There are more than were counted.
    pub more: bool,
    /// Kept texts that were not read for search yet, and may have it too.
    pub unread: u32,
}

/// A document that has it.
#[derive(Debug, Clone, Serialize, TS)]
pub struct SearchGroupDto {
    /// Project.
    pub project_id: String,
    /// Its name.
    pub project: String,
    /// Document.
    pub document_id: String,
    /// The draft that it shows.
    pub draft_id: String,
    /// How many drafts it has.
    pub drafts: u32,
    /// Title of the document.
    pub title: String,
    /// What was looked for in the title.
    pub title_marks: Vec<MarkDto>,
    /// Kind.
    #[ts(type = "DocumentKind")]
    pub kind: DocumentKind,
    /// When it was changed last.
    pub updated_at: f64,
    /// Places in its texts as they stand.
    pub in_texts: u32,
    /// Its fields, reports, questions and answers that have it.
    pub in_fields: u32,
    /// Passages of its kept texts; where texts are searched too, those that stand in none.
    pub in_history: u32,
    /// What is shown of it: texts, then fields, then history.
    pub hits: Vec<SearchHitDto>,
}

/// A run of a line, in UTF-16 units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
pub struct MarkDto {
    /// Where it begins.
    pub from: u32,
    /// Where it ends.
    pub to: u32,
}

/// Some text that has it.
#[derive(Debug, Clone, Serialize, TS)]
pub struct SearchHitDto {
    /// Where it is.
    pub found_in: FoundInDto,
    /// Draft.
    pub draft_id: String,
    /// Its name.
    pub draft: String,
    /// Some text around it, on one line.
    pub line: String,
    /// What was looked for in the line.
    pub marks: Vec<MarkDto>,
    /// The place in the text as it stands, in UTF-16 units; none elsewhere.
    pub place: Option<MarkDto>,
    /// Where the words came from; none outside of texts.
    pub origins: Vec<SearchOrigin>,
}

/// Where something is.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(tag = "in", rename_all = "snake_case")]
pub enum FoundInDto {
    /// The text as it stands.
    Text,
    /// A field of the brief.
    Field {
        /// Its name, without the number of an entry.
        name: String,
    },
    /// A report.
    Report {
        /// Its id.
        id: String,
    },
    /// An interview.
    Interview {
        /// Its id.
        id: String,
        /// Who is asked.
        character: String,
        /// It is an answer, no question.
        answer: bool,
    },
    /// A kept text.
    History {
        /// The node.
        node_id: String,
        /// What the person called it.
        name: Option<String>,
        /// A person wanted it.
        version: bool,
        /// Why it was kept.
        label: String,
        /// When it was kept.
        at: f64,
        /// The field, if it is one; empty for the title.
        field: Option<String>,
        /// What the text as it stands has of it.
        still: StillDto,
    },
}

/// What a text as it stands has of a kept passage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum StillDto {
    /// All of it.
    Passage,
    /// What was looked for, but otherwise.
    Words,
    /// Nothing.
    Gone,
}

fn count(count: usize) -> u32 {
    to_u32(count)
}

fn mark(text: &str, range: &Range<usize>) -> MarkDto {
    MarkDto {
        from: to_u32(utf16::from_byte(text, range.start)),
        to: to_u32(utf16::from_byte(text, range.end)),
    }
}

fn marks(text: &str, ranges: &[Range<usize>]) -> Vec<MarkDto> {
    ranges.iter().map(|range| mark(text, range)).collect()
}

/// The name of a field as a person knows it: `brief.facts.0` is `facts`.
fn field(path: &str) -> String {
    let path = path.strip_prefix("brief.").unwrap_or(path);
    path.split('.').next().unwrap_or(path).to_owned()
}

fn found_in(found: FoundIn) -> FoundInDto {
    match found {
        FoundIn::Text => FoundInDto::Text,
        FoundIn::Field { name } => FoundInDto::Field { name: field(&name) },
        FoundIn::Report { id } => FoundInDto::Report { id },
        FoundIn::Interview {
            id,
            character,
            answer,
        } => FoundInDto::Interview {
            id,
            character,
            answer,
        },
        FoundIn::History {
            node_id,
            name,
            kind,
            label,
            kept_at,
            field: path,
            still,
        } => FoundInDto::History {
            node_id,
            name,
            version: kind == NodeKind::Version,
            label,
            at: time(kept_at),
            field: path.map(|path| field(&path)),
            still: match still {
                Still::Passage => StillDto::Passage,
                Still::Words => StillDto::Words,
                Still::Gone => StillDto::Gone,
            },
        },
    }
}

/// A moment as the library takes it.
fn ms(at: Option<f64>) -> Option<i64> {
    #[allow(clippy::cast_possible_truncation, reason = "clamped by the cast")]
    at.filter(|at| at.is_finite()).map(|at| at as i64)
}

fn asked(i: Search) -> SearchQuery {
    let text: String = i.query.chars().take(LONGEST).collect();
    let usual = SearchQuery::of(&text);
    let all = i.places.is_empty();
    let has = |place| all || i.places.contains(&place);
    SearchQuery {
        project_id: i.project_id,
        document_id: i.document_id,
        kind: i.kind,
        since: ms(i.since),
        until: ms(i.until),
        places: Places {
            texts: has(SearchPlace::Texts),
            fields: has(SearchPlace::Fields),
            history: has(SearchPlace::History),
        },
        origin: i.origin.map(FoundOrigin::from),
        skip: i.skip as usize,
        most: match i.most.min(MOST) {
            0 => usual.most,
            most => most as usize,
        },
        each: match i.each.min(MOST_EACH) {
            0 => usual.each,
            each => each as usize,
        },
        ..usual
    }
}

impl Studio {
    fn hit(
        &self,
        hit: SearchHit,
        bodies: &mut HashMap<String, String>,
    ) -> Result<SearchHitDto, StudioError> {
        let place = match (&hit.found_in, &hit.at) {
            (FoundIn::Text, Some(at)) => {
                let body = match bodies.get(&hit.draft_id) {
                    Some(body) => body,
                    None => {
                        let body = self.library.draft(&hit.draft_id)?.body;
                        bodies.entry(hit.draft_id.clone()).or_insert(body)
                    }
                };
                Some(mark(body, at))
            }
            _ => None,
        };
        Ok(SearchHitDto {
            place,
            marks: marks(&hit.line, &hit.marks),
            found_in: found_in(hit.found_in),
            draft_id: hit.draft_id,
            draft: hit.draft,
            line: hit.line,
            origins: hit.origins.into_iter().map(SearchOrigin::from).collect(),
        })
    }

    fn group(&self, group: SearchGroup) -> Result<SearchGroupDto, StudioError> {
        let mut bodies = HashMap::new();
        let hits = group.hits.into_iter();
        Ok(SearchGroupDto {
            hits: hits
                .map(|hit| self.hit(hit, &mut bodies))
                .collect::<Result<_, StudioError>>()?,
            title_marks: marks(&group.title, &group.title_marks),
            project_id: group.project_id,
            project: group.project,
            document_id: group.document_id,
            draft_id: group.draft_id,
            drafts: count(group.drafts),
            title: group.title,
            kind: group.kind,
            updated_at: time(group.updated_at),
            in_texts: count(group.in_texts.count),
            in_fields: count(group.in_fields.count),
            in_history: count(group.in_history.count),
        })
    }

    /// See [`crate::commands`].
    pub async fn search(self: &Arc<Self>, i: Search) -> Result<SearchPageDto, StudioError> {
        if i.query.trim().is_empty() {
            return Ok(SearchPageDto::default());
        }
        let page = self
            .blocking(move |s| {
                let page = s.library.search(&asked(i))?;
                let groups = page.groups.into_iter();
                Ok(SearchPageDto {
                    groups: groups
                        .map(|group| s.group(group))
                        .collect::<Result<_, StudioError>>()?,
                    documents: count(page.documents.count),
                    more: page.documents.more,
                    unread: page.unread,
                })
            })
            .await?;
        if page.unread > 0 {
            self.keep_indexed();
        }
        Ok(page)
    }

    /// Reads for search in the background what waits for it.
    fn keep_indexed(self: &Arc<Self>) {
        use std::sync::atomic::Ordering;
        /// Bytes of text that one step indexes.
        const INDEXED: usize = 64 << 10;
        /// Between two steps anyone may write.
        const REST: std::time::Duration = std::time::Duration::from_millis(40);
        if self.upkeep.running.swap(true, Ordering::AcqRel) {
            return;
        }
        let studio = self.clone();
        tokio::spawn(async move {
            while let Ok(true) = studio
                .blocking(|s| Ok(!s.library.is_reading() && s.library.index_some(INDEXED)?))
                .await
            {
                tokio::time::sleep(REST).await;
            }
            studio.upkeep.running.store(false, Ordering::Release);
        });
    }
}
