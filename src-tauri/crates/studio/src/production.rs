//! A screenplay in production: locked scenes and pages, coloured revisions.

use std::sync::Arc;

use inkstone_formats::fdx;
use inkstone_library as lib;
use inkstone_manuscript::{
    DocumentKind, Language, pages,
    revision::{
        self, PageLock, RevisionColor, RevisionMark, RevisionSet, locked_numbers, marks, renumber,
    },
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    Studio, StudioError,
    drafts::{Units, to_u32},
    dto::DraftView,
    inputs::Id,
    pages::PageSetup,
    projects::{bounded, time},
};

/// The longest date, in characters.
const LONGEST_DATE: usize = 40;

/// Begins a set of revisions.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct StartRevision {
    /// The draft.
    pub draft_id: String,
    /// The colour of its pages.
    #[ts(type = "RevisionColor")]
    pub color: RevisionColor,
    /// 2 for the second time round.
    pub round: u32,
    /// The day of issue, as it is to be printed.
    pub date: String,
}

/// How far a script is locked and revised.
#[derive(Debug, Clone, Serialize, TS)]
pub struct ProductionDto {
    /// When it was locked, if it is.
    pub locked_at: Option<f64>,
    /// How many pages are locked.
    pub pages: u32,
    /// How many scenes have no number yet, or lost it.
    pub unnumbered: u32,
    /// The pages that the last set changed, by number, as they fall now.
    pub changed_pages: Vec<String>,
    /// The sets of revisions, oldest first.
    pub sets: Vec<RevisionSetDto>,
    /// What came with which set.
    pub marks: Vec<RevisionMarkDto>,
    /// The colour that comes next.
    #[ts(type = "RevisionColor")]
    pub next_color: RevisionColor,
    /// Its round.
    pub next_round: u32,
}

/// A set of revisions.
#[derive(Debug, Clone, Serialize, TS)]
pub struct RevisionSetDto {
    /// Its colour.
    #[ts(type = "RevisionColor")]
    pub color: RevisionColor,
    /// 2 for the second time round.
    pub round: u32,
    /// The day of issue.
    pub date: String,
    /// What stands at the head of its pages.
    pub title: String,
}

/// A stretch that came with a set; empty where something was only taken out.
#[derive(Debug, Clone, Serialize, TS)]
pub struct RevisionMarkDto {
    /// Start, in UTF-16 units.
    pub from: u32,
    /// End.
    pub to: u32,
    /// The set, by its place.
    pub set: u32,
}

/// What stands in a draft's fields.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Production {
    locked: Option<Lock>,
    #[serde(default)]
    sets: Vec<Set>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Lock {
    /// The version that holds the locked text.
    node: String,
    at: i64,
    pages: Vec<PageLock>,
    scenes: Vec<String>,
    /// How the pages were set. Locks of earlier versions don't say: what the document has then.
    #[serde(default)]
    setup: Option<PageSetup>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Set {
    /// The version that holds the text it began with.
    node: String,
    #[serde(flatten)]
    set: RevisionSet,
}

impl Production {
    fn of(draft: &lib::Draft) -> Self {
        // What another version of the program wrote differently counts as not locked.
        draft
            .fields
            .get("production")
            .and_then(|value| serde_json::from_value(value.clone()).ok())
            .unwrap_or_default()
    }

    fn names(&self) -> Vec<RevisionSet> {
        self.sets.iter().map(|set| set.set.clone()).collect()
    }
}

impl Studio {
    fn screenplay(&self, draft_id: &str) -> Result<(lib::Draft, Language), StudioError> {
        let draft = self.library.draft(draft_id)?;
        let document = self.library.document(&draft.document_id)?;
        if document.kind != DocumentKind::Screenplay {
            return Err(StudioError::BadRequest("not a screenplay".into()));
        }
        let language = Self::script_language(&document, &draft);
        Ok((draft, language))
    }

    /// Whether scenes and pages of a draft are locked.
    pub(crate) fn is_locked(draft: &lib::Draft) -> bool {
        Production::of(draft).locked.is_some()
    }

    /// The setup that the pages of a draft were locked with, if they are.
    pub(crate) fn page_lock(draft: &lib::Draft) -> Option<PageSetup> {
        Production::of(draft).locked?.setup
    }

    fn keep_production(
        &self,
        draft: &lib::Draft,
        production: &Production,
    ) -> Result<(), StudioError> {
        let mut fields = draft.fields.clone();
        if !fields.is_object() {
            fields = serde_json::Value::Object(serde_json::Map::new());
        }
        fields["production"] = serde_json::to_value(production)
            .map_err(|error| StudioError::Internal(error.to_string()))?;
        self.library.set_fields(&draft.id, &fields)?;
        Ok(())
    }

    /// What came with which set. Blocks.
    fn revision_marks(
        &self,
        draft: &lib::Draft,
        production: &Production,
    ) -> Result<Vec<RevisionMark>, StudioError> {
        let starts = production
            .sets
            .iter()
            .map(|set| self.library.node_text(&set.node))
            .collect::<Result<Vec<String>, _>>()?;
        let starts: Vec<&str> = starts.iter().map(String::as_str).collect();
        Ok(marks(&starts, &draft.body))
    }

    /// What the layout of pages needs to know of a draft's revisions and locked pages. Blocks.
    pub(crate) fn revision_layer(
        &self,
        draft: &lib::Draft,
        language: Language,
    ) -> Result<pages::RevisionLayer, StudioError> {
        let production = Production::of(draft);
        let marks = self.revision_marks(draft, &production)?;
        let (locked, pages) = match &production.locked {
            Some(lock) => (self.library.node_text(&lock.node)?, lock.pages.clone()),
            None => (String::new(), vec![]),
        };
        let names = production.names();
        Ok(revision::layer(
            &locked,
            &pages,
            &names,
            &marks,
            &draft.body,
            language,
        ))
    }

    /// The sets and marks of a draft for FDX; `file` is the one it goes into. Blocks.
    pub(crate) fn fdx_marks(
        &self,
        draft: &lib::Draft,
        file: Option<&str>,
    ) -> Result<fdx::Marks, StudioError> {
        let production = Production::of(draft);
        if production.sets.is_empty() {
            return Ok(fdx::Marks::default());
        }
        // The file's own sets keep their ids.
        let first = file.map_or(Ok(0), fdx::last_revision)?;
        let id = |set: usize| first + to_u32(set) + 1;
        Ok(fdx::Marks {
            sets: production
                .sets
                .iter()
                .enumerate()
                .map(|(at, set)| fdx::RevisionSet {
                    id: id(at),
                    name: set.set.title(Language::English),
                    color: set.set.color.ink().to_owned(),
                    mark: "*".to_owned(),
                })
                .collect(),
            changed: self
                .revision_marks(draft, &production)?
                .into_iter()
                .filter(|mark| !mark.range.is_empty())
                .map(|mark| (mark.range, id(mark.set)))
                .collect(),
        })
    }

    /// The pages to print again: those with marks of the last set.
    fn changed_pages(
        &self,
        draft: &lib::Draft,
        language: Language,
    ) -> Result<Vec<String>, StudioError> {
        let layer = self.revision_layer(draft, language)?;
        if layer.changed.is_empty() {
            return Ok(vec![]);
        }
        let options = self.draft_page_options(draft, language)?;
        let laid = pages::lay_out_revised(&draft.body, &options, &layer);
        let marked = |page: &&pages::Page| {
            let mut lines = page.lines.iter();
            lines.any(|line| line.kind == pages::LineKind::Mark)
        };
        let changed = laid.pages.iter().filter(marked);
        Ok(changed.map(|page| page.label.clone()).collect())
    }

    fn production_dto(&self, draft_id: &str) -> Result<ProductionDto, StudioError> {
        let (draft, language) = self.screenplay(draft_id)?;
        let production = Production::of(&draft);
        let names = production.names();
        let (next_color, next_round) = RevisionSet::after(&names);
        let mut units = Units::of(&draft.body);
        let marks = self
            .revision_marks(&draft, &production)?
            .into_iter()
            .map(|mark| RevisionMarkDto {
                from: units.at(mark.range.start),
                to: units.at(mark.range.end),
                set: to_u32(mark.set),
            })
            .collect();
        let unnumbered = match &production.locked {
            Some(lock) => renumber(&draft.body, &lock.scenes, language).edits.len(),
            None => 0,
        };
        Ok(ProductionDto {
            locked_at: production.locked.as_ref().map(|lock| time(lock.at)),
            pages: to_u32(
                production
                    .locked
                    .as_ref()
                    .map_or(0, |lock| lock.pages.len()),
            ),
            unnumbered: to_u32(unnumbered),
            sets: names
                .iter()
                .map(|set| RevisionSetDto {
                    color: set.color,
                    round: set.round,
                    date: set.date.clone(),
                    title: set.title(language),
                })
                .collect(),
            changed_pages: self.changed_pages(&draft, language)?,
            marks,
            next_color,
            next_round,
        })
    }

    /// See [`crate::commands`].
    pub async fn production(self: &Arc<Self>, i: Id) -> Result<ProductionDto, StudioError> {
        self.blocking(move |s| s.production_dto(&i.id)).await
    }

    /// Puts the numbers of scenes into the text. True if there was anything to do.
    fn number(
        &self,
        draft: &lib::Draft,
        locked: &[String],
        language: Language,
    ) -> Result<bool, StudioError> {
        let edits: Vec<lib::Edit> = renumber(&draft.body, locked, language)
            .edits
            .into_iter()
            .map(|(range, insert)| lib::Edit {
                from: range.start,
                to: range.end,
                insert,
            })
            .collect();
        if edits.is_empty() {
            return Ok(false);
        }
        let operation = lib::Operation {
            kind: lib::OperationKind::Typing,
            origin: lib::Origin::Typed,
        };
        self.library
            .apply(&draft.id, draft.revision, &edits, &operation)?;
        Ok(true)
    }

    /// See [`crate::commands`].
    pub async fn lock_script(self: &Arc<Self>, i: Id) -> Result<DraftView, StudioError> {
        let view = self
            .blocking(move |s| {
                let (draft, language) = s.screenplay(&i.id)?;
                let mut production = Production::of(&draft);
                if production.locked.is_none() {
                    s.number(&draft, &[], language)?;
                    let name = match language {
                        Language::English => "Locked script",
                        Language::Chinese => "定稿",
                    };
                    let node = s.library.save_version(&draft.id, name)?;
                    let (draft, _) = s.screenplay(&i.id)?;
                    let setup = s.setup_of(&draft.document_id, language)?;
                    let laid = pages::lay_out(&draft.body, &setup.options(language));
                    production.locked = Some(Lock {
                        node: node.id,
                        at: node.created_at,
                        pages: laid
                            .pages
                            .iter()
                            .enumerate()
                            .map(|(at, page)| PageLock {
                                at: page.start,
                                label: if page.label.is_empty() {
                                    (at + 1).to_string()
                                } else {
                                    page.label.clone()
                                },
                            })
                            .collect(),
                        scenes: locked_numbers(&draft.body),
                        setup: Some(setup),
                    });
                    s.keep_production(&draft, &production)?;
                }
                s.draft_view(&i.id)
            })
            .await?;
        self.changed(&["history"]);
        Ok(view)
    }

    /// See [`crate::commands`].
    pub async fn unlock_script(self: &Arc<Self>, i: Id) -> Result<ProductionDto, StudioError> {
        self.blocking(move |s| {
            let (draft, _) = s.screenplay(&i.id)?;
            let mut production = Production::of(&draft);
            production.locked = None;
            s.keep_production(&draft, &production)?;
            s.production_dto(&i.id)
        })
        .await
    }

    /// See [`crate::commands`].
    pub async fn start_revision(
        self: &Arc<Self>,
        i: StartRevision,
    ) -> Result<ProductionDto, StudioError> {
        let date = bounded("date", &i.date, LONGEST_DATE)?;
        let dto = self
            .blocking(move |s| {
                let (draft, language) = s.screenplay(&i.draft_id)?;
                let mut production = Production::of(&draft);
                let set = RevisionSet {
                    color: i.color,
                    round: i.round.clamp(1, 99),
                    date,
                };
                let node = s.library.save_version(&draft.id, &set.title(language))?;
                production.sets.push(Set { node: node.id, set });
                s.keep_production(&s.library.draft(&i.draft_id)?, &production)?;
                s.production_dto(&i.draft_id)
            })
            .await?;
        self.changed(&["history"]);
        Ok(dto)
    }

    /// See [`crate::commands`].
    pub async fn number_scenes(self: &Arc<Self>, i: Id) -> Result<DraftView, StudioError> {
        self.blocking(move |s| {
            let (draft, language) = s.screenplay(&i.id)?;
            let locked = Production::of(&draft)
                .locked
                .map(|lock| lock.scenes)
                .unwrap_or_default();
            s.number(&draft, &locked, language)?;
            s.draft_view(&i.id)
        })
        .await
    }
}
