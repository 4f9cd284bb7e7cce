//! Parts of an answer as suggestions. The id of one is that of the answer's generation with its place:
//! `GENERATION.0`.

use std::sync::Arc;

use inkstone_desks::{Goes, Task, handed};
use inkstone_library as lib;

use super::dto::HandOver;
use crate::{
    Studio, StudioError,
    drafts::{bytes, units},
    dto::{TakeDecision, TakeDto, TakeStatus},
    projects::{bounded, time},
    takes::take_dto,
};

/// The longest text that is handed over, in characters.
const LONGEST: usize = 200_000;
/// The task that such a take shows.
const HANDED: &str = "handed";

/// The generation and the place in an id.
pub(crate) fn place_of(id: &str) -> Option<(&str, usize)> {
    let (generation, at) = id.split_once('.')?;
    Some((generation, at.parse().ok()?))
}

/// The generation in an id of either sort.
pub(crate) fn generation_of(id: &str) -> &str {
    place_of(id).map_or(id, |(generation, _)| generation)
}

/// The parts that were handed over to a draft, as takes.
pub(crate) fn takes(g: &lib::Generation, draft: &lib::Draft) -> Vec<TakeDto> {
    let own = g.handed.iter().enumerate();
    own.filter(|(_, one)| one.draft_id == draft.id)
        .map(|(at, one)| take(g, at, one, &draft.body))
        .collect()
}

fn take(g: &lib::Generation, at: usize, one: &lib::Handed, body: &str) -> TakeDto {
    let id = format!("{}.{at}", g.id);
    let end = one.target.end.min(body.len());
    let (from, to) = units(body, &(one.target.start.min(end)..end));
    TakeDto {
        batch_id: id.clone(),
        id,
        variant: 0,
        draft_id: one.draft_id.clone(),
        task: HANDED.to_owned(),
        status: TakeStatus::Done,
        decision: match one.decision {
            lib::Decision::Pending => TakeDecision::Pending,
            lib::Decision::Accepted => TakeDecision::Accepted,
            lib::Decision::Discarded => TakeDecision::Discarded,
        },
        title: None,
        text: one.text.clone(),
        from,
        to,
        error: None,
        created_at: time(one.created_at),
        ..take_dto(g.clone(), None, "")
    }
}

impl Studio {
    /// A part that was handed over, as a take. Blocks.
    pub(crate) fn handed_take(
        &self,
        generation_id: &str,
        at: usize,
    ) -> Result<TakeDto, StudioError> {
        let generation = self.library.generation(generation_id)?;
        let one = generation
            .handed
            .get(at)
            .ok_or(lib::LibraryError::NotFound {
                what: "suggestion",
                id: generation_id.to_owned(),
            })?;
        let draft = self.library.draft(&one.draft_id)?;
        Ok(take(&generation, at, one, &draft.body))
    }

    /// See [`crate::commands`].
    pub async fn hand_over(self: &Arc<Self>, i: HandOver) -> Result<TakeDto, StudioError> {
        self.settle(&i.take_id).await?;
        bounded("text", &i.text, LONGEST)?;
        let take = self
            .blocking(move |s| {
                let generation = s.library.generation(&i.take_id)?;
                let goes = Task::named(&generation.task).map(|task| task.goes());
                if goes != Some(Goes::Conversation) {
                    return Err(StudioError::BadRequest("not an answer".into()));
                }
                let (draft, document) = s.not_deleted(&i.draft_id)?;
                let from = generation.draft_id.as_deref().unwrap_or_default();
                if s.library.draft(from)?.document_id != document.id {
                    return Err(StudioError::OtherDocument);
                }
                let text = handed(document.kind, document.language, &i.text);
                if text.trim().is_empty() {
                    return Err(StudioError::NothingWritten);
                }
                let target = bytes(&draft.body, i.from, i.to)?;
                let at = s
                    .library
                    .hand_over(&generation.id, &draft.id, &text, target)?;
                s.handed_take(&generation.id, at)
            })
            .await?;
        self.changed(&["takes"]);
        Ok(take)
    }
}
