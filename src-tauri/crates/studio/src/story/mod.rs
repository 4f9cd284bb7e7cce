//! The story of a script: its stages and what is stale, the pages that go into a prompt, reports of
//! a reader, interviews with its people.

pub(crate) mod answers;
pub mod dto;
mod interviews;
mod reports;

use std::{collections::BTreeMap, sync::Arc};

use inkstone_desks::{
    Because, Brief, Hashes, Input, Part, ScreenplayBrief, Sources, Stage, Story, Task, compose,
    put_people,
};
use inkstone_library as lib;
use inkstone_manuscript::count;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    Studio, StudioError,
    actions::resolved_task,
    drafts::{Units, bytes, to_u32},
    dto::DraftView,
    inputs::Id,
    order::checked_note,
    projects::bounded,
    shelf::STARTER,
    takes::resolved,
};
use dto::*;

/// Batches whose beginnings are remembered; older ones are taken to be made from what stands there.
const MOST_ASKED: usize = 40;
const LONGEST_PREMISE: usize = 20_000;

/// What the library keeps of a story.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct Kept {
    sources: Sources,
    /// What stood there when a batch was asked for, by its id.
    asked: BTreeMap<String, Hashes>,
    /// The ids of `asked`, oldest first.
    order: Vec<String>,
}

/// A script with its brief and what is kept beside it.
struct Desk {
    draft: lib::Draft,
    brief: ScreenplayBrief,
    kept: Kept,
}

impl Desk {
    fn story(&self) -> Story {
        Story::read(&self.brief, &self.draft.body)
    }
}

impl Studio {
    /// Loads what a story is made of. Blocks.
    fn story_desk(&self, draft_id: &str) -> Result<Desk, StudioError> {
        let draft = self.library.draft(draft_id)?;
        let document = self.library.document(&draft.document_id)?;
        let brief = Self::brief(document.kind, document.language, &draft.fields)
            .unwrap_or_else(|_| Brief::empty(document.kind, document.language));
        let Brief::Screenplay(brief) = brief else {
            return Err(StudioError::BadRequest("not a screenplay".into()));
        };
        // What an older or newer program wrote differently counts as nothing known.
        let kept = self.library.story(draft_id)?;
        let kept = kept.and_then(|v| serde_json::from_value(v).ok());
        Ok(Desk {
            draft,
            brief,
            kept: kept.unwrap_or_default(),
        })
    }

    /// What is stale in a story. Blocks.
    pub(crate) fn stale_parts(&self, draft_id: &str) -> Result<Vec<StaleDto>, StudioError> {
        let mut desk = self.story_desk(draft_id)?;
        let story = desk.story();
        story.settle(&mut desk.kept.sources);
        Ok(stale(&story, &desk))
    }

    /// Notes what is known of a story. Blocks.
    fn keep_story(&self, desk: &Desk) -> Result<(), StudioError> {
        let json = |e: serde_json::Error| StudioError::Internal(e.to_string());
        let kept = serde_json::to_value(&desk.kept).map_err(json)?;
        Ok(self.library.note_story(&desk.draft.id, &kept)?)
    }

    /// See [`crate::commands`].
    pub async fn story(self: &Arc<Self>, i: Id) -> Result<StoryDto, StudioError> {
        self.blocking(move |s| {
            let mut desk = s.story_desk(&i.id)?;
            let story = desk.story();
            if story.settle(&mut desk.kept.sources) {
                s.keep_story(&desk)?;
            }
            Ok(story_dto(&story, &desk))
        })
        .await
    }

    /// See [`crate::commands`].
    pub async fn keep_part(self: &Arc<Self>, i: KeepPart) -> Result<StoryDto, StudioError> {
        self.blocking(move |s| {
            let mut desk = s.story_desk(&i.draft_id)?;
            let story = desk.story();
            story.settle(&mut desk.kept.sources);
            story.keep(&mut desk.kept.sources, Part::of(i.stage, i.number));
            s.keep_story(&desk)?;
            Ok(story_dto(&story, &desk))
        })
        .await
    }

    /// Remembers what stood in each part when a batch was asked for. Blocks.
    pub(crate) fn note_asked(
        &self,
        draft_id: &str,
        task: &Task,
        batch_id: &str,
    ) -> Result<(), StudioError> {
        if !is_stage(task) {
            return Ok(());
        }
        let mut desk = self.story_desk(draft_id)?;
        let story = desk.story();
        story.settle(&mut desk.kept.sources);
        desk.kept.asked.insert(batch_id.to_owned(), story.hashes());
        desk.kept.order.push(batch_id.to_owned());
        while desk.kept.order.len() > MOST_ASKED {
            let oldest = desk.kept.order.remove(0);
            desk.kept.asked.remove(&oldest);
        }
        self.keep_story(&desk)
    }

    /// A take went into the text at this place: the part it made is made from what stood there when
    /// it was asked for. Blocks.
    pub(crate) fn note_made(
        &self,
        draft_id: &str,
        generation: &lib::Generation,
        at: usize,
    ) -> Result<(), StudioError> {
        let Some(task) = Task::named(&generation.task).filter(is_stage) else {
            return Ok(());
        };
        let mut desk = self.story_desk(draft_id)?;
        let story = desk.story();
        let task = numbered(task, &story, at);
        let then = desk
            .kept
            .asked
            .get(&generation.batch_id)
            .cloned()
            .unwrap_or_else(|| story.hashes());
        story.made(&mut desk.kept.sources, &task, &then);
        self.keep_story(&desk)
    }

    /// See [`crate::commands`].
    pub async fn accept_part(self: &Arc<Self>, i: AcceptPart) -> Result<DraftView, StudioError> {
        self.settle(&i.take_id).await?;
        let premise = bounded("premise", &i.text, LONGEST_PREMISE)?;
        let view = self
            .blocking(move |s| {
                let generation = s.library.generation(&i.take_id)?;
                let mut desk = s.story_desk(&i.draft_id)?;
                let from = generation.draft_id.as_deref().unwrap_or_default();
                if s.library.draft(from)?.document_id != desk.draft.document_id {
                    return Err(StudioError::OtherDocument);
                }
                match Task::named(&generation.task) {
                    Some(Task::Premise) if premise.is_empty() => {
                        return Err(StudioError::NothingWritten);
                    }
                    Some(Task::Premise) => desk.brief.premise = premise,
                    Some(Task::Characters) => {
                        put_people(&mut desk.brief, &resolved(&generation));
                    }
                    _ => return Err(StudioError::BadRequest("not a part of the brief".into())),
                }
                let brief = Brief::Screenplay(desk.brief.clone());
                let mut fields = desk.draft.fields.clone();
                if !fields.is_object() {
                    fields = Value::Object(serde_json::Map::new());
                }
                fields["brief"] = brief.to_value();
                s.library.set_fields(&desk.draft.id, &fields)?;
                let story = desk.story();
                let task = Task::named(&generation.task).unwrap_or(Task::Premise);
                let then = desk.kept.asked.get(&generation.batch_id).cloned();
                let then = then.unwrap_or_else(|| story.hashes());
                story.made(&mut desk.kept.sources, &task, &then);
                s.keep_story(&desk)?;
                s.library
                    .decide_suggestion(&i.take_id, lib::Decision::Accepted)?;
                s.draft_view(&i.draft_id)
            })
            .await?;
        self.changed(&["documents", "takes"]);
        Ok(view)
    }

    /// See [`crate::commands`].
    pub async fn prompt_pages(
        self: &Arc<Self>,
        i: PromptPages,
    ) -> Result<Vec<PromptPageDto>, StudioError> {
        self.blocking(move |s| {
            let desk = s.story_desk(&i.draft_id)?;
            let document = s.library.document(&desk.draft.document_id)?;
            let project = s.library.project(&document.project_id)?;
            let wanted = project.model_id.as_deref().unwrap_or(STARTER);
            let chosen = s
                .shelf
                .choose(wanted)
                .or_else(|_| s.shelf.choose(STARTER))?;
            let brief = Brief::Screenplay(desk.brief.clone());
            let note = checked_note(&i.note)?;
            let input = Input {
                brief: &brief,
                task: &resolved_task(s.library.path(), &i.task)?,
                document: &desk.draft.body,
                selection: bytes(&desk.draft.body, i.from, i.to)?,
                note: Some(note.as_str()).filter(|n| !n.is_empty()),
                house_rules: &project.house_rules,
                voice: &s.voice_of(&project.id)?,
                variant: 0,
                variants: 1,
                context_tokens: chosen.context_tokens,
            };
            // What can't be asked for now brings nothing along.
            let composed = compose(&input, chosen.prompt_form).unwrap_or_default();
            Ok(composed
                .pages
                .into_iter()
                .map(|p| PromptPageDto {
                    of: p.of,
                    name: p.name,
                    tokens: p.tokens,
                    pinned: p.pinned,
                    fits: p.fits,
                })
                .collect())
        })
        .await
    }
}

/// Tasks that make a part of a story from others.
fn is_stage(task: &Task) -> bool {
    matches!(
        task,
        Task::Premise
            | Task::Characters
            | Task::Beats
            | Task::Outline
            | Task::Scene { .. }
            | Task::ReviseBeats
            | Task::ReviseEntry { .. }
            | Task::ReviseScene { .. }
            | Task::PunchUp { .. }
    )
}

/// The task with the number of the scene that stands at a place.
fn numbered(task: Task, story: &Story, at: usize) -> Task {
    let before = story
        .entries
        .iter()
        .rev()
        .find(|e| e.heading_range.start < at);
    let number = before.map_or(1, |e| e.number);
    match task {
        Task::Scene { .. } => Task::Scene { number },
        Task::ReviseEntry { .. } => Task::ReviseEntry { number },
        Task::ReviseScene { .. } => Task::ReviseScene { number },
        Task::PunchUp { .. } => Task::PunchUp { number },
        other => other,
    }
}

fn story_dto(story: &Story, desk: &Desk) -> StoryDto {
    let text = &desk.draft.body;
    let mut at = Units::of(text);
    let beats = story
        .beats
        .iter()
        .map(|b| BeatDto {
            text: b.text.clone(),
            act: b.act.clone(),
            from: at.at(b.range.start),
            to: at.at(b.range.end),
        })
        .collect();
    let scenes = story
        .entries
        .iter()
        .map(|e| SceneDto {
            number: e.number,
            heading: e.heading.clone(),
            heading_from: at.at(e.heading_range.start),
            heading_to: at.at(e.heading_range.end),
            synopsis: e.synopsis.clone(),
            from: at.at(e.synopsis_range.start),
            to: at.at(e.synopsis_range.end),
            words: to_u32(count::count(&text[e.text_range.clone()]).words),
            beats: e.carries.iter().map(|b| to_u32(b + 1)).collect(),
        })
        .collect();
    StoryDto {
        revision: desk.draft.revision,
        beats,
        scenes,
        stale: stale(story, desk),
    }
}

/// What was made from something that reads otherwise now.
fn stale(story: &Story, desk: &Desk) -> Vec<StaleDto> {
    story
        .stale(&desk.kept.sources)
        .into_iter()
        .map(|s| {
            let (stage, number) = match s.part {
                Part::Premise => (Stage::Premise, 0),
                Part::Characters => (Stage::Characters, 0),
                Part::Beats => (Stage::Beats, 0),
                Part::Entry(number) => (Stage::Entry, number),
                Part::Scene(number) => (Stage::Scene, number),
            };
            let because = s.because.into_iter().map(because).collect();
            StaleDto {
                stage,
                number,
                because,
            }
        })
        .collect()
}

fn because(because: Because) -> BecauseDto {
    let (what, number) = match because {
        Because::Logline => ("logline", None),
        Because::Premise => ("premise", None),
        Because::Characters => ("characters", None),
        Because::Beat(number) => ("beat", number),
        Because::Synopsis => ("synopsis", None),
    };
    BecauseDto {
        what: what.to_owned(),
        number,
    }
}
