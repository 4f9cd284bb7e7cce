//! Takes: asking for them, watching them come, stopping, accepting, discarding.

use std::{
    collections::HashMap,
    sync::{Arc, MutexGuard, PoisonError},
};

use inkstone_desks::{Answer, Goes, Task, join};
use inkstone_generation::{CancellationToken, references::References};
use inkstone_library as lib;
use inkstone_manuscript::{DocumentKind, article::Article};

use crate::{
    Studio, StudioError,
    actions::as_note,
    assistant::handing,
    call::{self, Call, Ended, Reached, Reading, State},
    drafts::{bytes, units},
    dto::*,
    inputs::*,
    order::LOCAL,
    projects::time,
    saving::{NotSaved, Unsaved},
    shelf::Chosen,
    switch::{
        beside::{facts_of, take_facts},
        relay::{Relay, goes_on},
        resume::whole_output,
    },
};

/// The most takes that come along with a draft.
const MOST_TAKES: usize = 200;

/// A take from the moment it was asked for until the library has all of it.
pub(crate) struct Live {
    take: TakeDto,
    project_id: String,
    cancel: CancellationToken,
    /// Fires when the library has all of it, or could not take it.
    settled: CancellationToken,
    /// What the library could not take.
    unsaved: Option<Unsaved>,
}

impl Live {
    fn over(&self) -> bool {
        !matches!(self.take.status, TakeStatus::Waiting | TakeStatus::Writing)
    }
}

impl Studio {
    fn live(&self) -> MutexGuard<'_, HashMap<String, Live>> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether something of a batch is being written, or on its way to the library.
    pub(crate) fn is_live(&self, batch_id: &str) -> bool {
        let live = self.live();
        let mut own = live.values().filter(|live| live.take.batch_id == batch_id);
        own.any(|live| live.unsaved.is_none())
    }

    /// Whether a model still writes, or what it wrote is on its way to the library.
    pub(crate) fn is_writing(&self) -> bool {
        self.live().values().any(|live| !live.over())
    }

    /// The takes of a draft, newest first. Blocks.
    pub(crate) fn takes(&self, draft: &lib::Draft) -> Result<Vec<TakeDto>, StudioError> {
        // The library first: what ends meanwhile is then in both, and never in neither.
        let kept = self.library.generations(&draft.id)?;
        let kind = self.library.document(&draft.document_id)?.kind;
        let live: HashMap<String, TakeDto> = self
            .live()
            .iter()
            .map(|(id, l)| (id.clone(), l.take.clone()))
            .collect();
        Ok(kept
            .into_iter()
            .flat_map(|g| {
                let mut takes = handing::takes(&g, draft);
                if shown_in_list(&g.task) {
                    takes.push(match live.get(&g.id) {
                        Some(take) => take.clone(),
                        None => take_dto(g, Some(kind), &draft.body),
                    });
                }
                takes
            })
            .take(MOST_TAKES)
            .collect())
    }

    /// One take as it stands. Blocks.
    pub(crate) fn take(&self, id: &str) -> Result<TakeDto, StudioError> {
        if let Some((generation, at)) = handing::place_of(id) {
            return self.handed_take(generation, at);
        }
        let kept = self.library.generation(id)?;
        if let Some(live) = self.live().get(id) {
            return Ok(live.take.clone());
        }
        let Some(draft_id) = &kept.draft_id else {
            return Ok(take_dto(kept, None, ""));
        };
        let draft = self.library.draft(draft_id)?;
        let kind = self.library.document(&draft.document_id)?.kind;
        Ok(take_dto(kept, Some(kind), &draft.body))
    }

    /// The draft and its document, unless one of them lies in the bin. Blocks.
    pub(crate) fn not_deleted(
        &self,
        draft_id: &str,
    ) -> Result<(lib::Draft, lib::Document), StudioError> {
        let draft = self.library.draft(draft_id)?;
        let document = self.library.document(&draft.document_id)?;
        let there = self
            .library
            .drafts(&document.id)?
            .iter()
            .any(|d| d.id == draft_id)
            && self
                .library
                .documents(&document.project_id)?
                .iter()
                .any(|d| d.id == document.id)
            && self
                .library
                .projects()?
                .iter()
                .any(|p| p.id == document.project_id);
        if there {
            Ok((draft, document))
        } else {
            Err(StudioError::InTheBin)
        }
    }

    /// Lists a take among those that are being written.
    pub(crate) fn list_live(&self, take: &TakeDto, project_id: &str, cancel: &CancellationToken) {
        self.live().insert(
            take.id.clone(),
            Live {
                take: take.clone(),
                project_id: project_id.to_owned(),
                cancel: cancel.clone(),
                settled: CancellationToken::new(),
                unsaved: None,
            },
        );
    }

    /// Tells of a take as the library has it.
    pub(crate) async fn tell_take(self: &Arc<Self>, id: &str) {
        let id = id.to_owned();
        if let Ok(take) = self.blocking(move |s| s.take(&id)).await {
            self.tell(StudioEvent::Take {
                take: Box::new(take),
            });
        }
    }

    /// Makes a call. If this model can't write and another one follows in the relay, gives the call
    /// of that one.
    pub(crate) async fn write_member(
        self: &Arc<Self>,
        chosen: &Chosen,
        call: Call,
        relay: &mut Relay,
    ) -> Option<(Chosen, Call)> {
        let id = call.id.clone();
        let cancel = call.cancel.clone();
        let made = tokio::select! {
            biased;
            () = cancel.cancelled() => Ok(None),
            turn = self.turns(chosen).acquire_owned() => match turn {
                Err(e) => Err(StudioError::Internal(e.to_string())),
                Ok(turn) => tokio::select! {
                    biased;
                    () = cancel.cancelled() => Ok(None),
                    reached = self.ready(&chosen.id, &call) => {
                        reached.map(|reached| Some((turn, reached)))
                    }
                },
            },
        };
        let mut next = None;
        let (ended, saved) = match made {
            Ok(Some((turn, reached))) => {
                self.change_live(&id, |take| {
                    take.facts.masked = reached.masked;
                    take.status = TakeStatus::Writing;
                });
                let (studio, of) = (self.clone(), chosen.id.clone());
                // A task of its own, so that an adapter that panics takes nobody along.
                let task = tokio::spawn(async move {
                    let _turn = turn;
                    let id = call.id.clone();
                    let ran = call::run(&studio, &reached, call, |state| {
                        studio.grow(&id, TakeStatus::Writing, state);
                    })
                    .await;
                    studio.keep_learned(&of, &*reached.model).await;
                    ran
                });
                match task.await {
                    Ok((mut ended, saving)) => {
                        relay.of.hear_odds(std::mem::take(&mut ended.odds));
                        if goes_on(&ended) {
                            next = self.hand_on(relay, (chosen, &id, &ended)).await;
                        }
                        self.end_take(&id, &ended, next.is_some());
                        let saved = match saving.await {
                            Ok(saved) => saved,
                            Err(e) => {
                                let end = Unsaved::end(ended.end.clone());
                                Err(NotSaved::fell(end, &e))
                            }
                        };
                        (ended, saved)
                    }
                    Err(e) => {
                        self.end_without_text(&id, Ended::failed(&call::fell(&e)))
                            .await
                    }
                }
            }
            Ok(None) => self.end_without_text(&id, Ended::stopped()).await,
            Err(e) => {
                let ended = Ended::failed(&e);
                if goes_on(&ended) {
                    next = self.hand_on(relay, (chosen, &id, &ended)).await;
                }
                if next.is_some() {
                    self.put_away(&id);
                }
                self.end_without_text(&id, ended).await
            }
        };
        if let Err(NotSaved { why: e, .. }) = &saved {
            tracing::error!(take = %id, error = %e, "a take could not be saved");
        }
        if self.settled(&id, saved, &ended) && chosen.price.is_some() {
            // What it cost is known now.
            self.tell_take(&id).await;
        }
        next
    }

    /// A take that has ended is not listed any more, unless its text is nowhere else. Whether the
    /// library has all of it.
    fn settled(&self, id: &str, saved: Result<(), NotSaved>, ended: &Ended) -> bool {
        let mut live = self.live();
        match saved {
            Ok(()) => {
                if let Some(over) = live.remove(id) {
                    over.settled.cancel();
                }
                true
            }
            Err(NotSaved { rest, why }) => {
                // The text stays here, to be saved when the person decides about it.
                if let Some(over) = live.get_mut(id) {
                    over.unsaved = Some(*rest);
                    over.take.error = ended
                        .error
                        .clone()
                        .or_else(|| Some(StudioError::from(why).to_dto()));
                    over.take.status = TakeStatus::Failed;
                    over.settled.cancel();
                    let take = over.take.clone();
                    drop(live);
                    self.tell(StudioEvent::Take {
                        take: Box::new(take),
                    });
                }
                false
            }
        }
    }

    /// The model, and its name in the record.
    async fn ready(self: &Arc<Self>, model_id: &str, call: &Call) -> Result<Reached, StudioError> {
        let reached = self.reach(model_id, call).await?;
        self.name_model(&*reached.model, &call.id).await?;
        Ok(reached)
    }

    /// Writes down what a loaded model says of itself.
    pub(crate) async fn name_model(
        self: &Arc<Self>,
        model: &dyn inkstone_generation::TextModel,
        generation_id: &str,
    ) -> Result<(), StudioError> {
        let (said, id) = (model.describe(), generation_id.to_owned());
        self.blocking(move |s| {
            let sha256 = said.sha256.as_deref();
            Ok(s.library
                .name_model(&id, &said.name, sha256, &said.engine)?)
        })
        .await
    }

    /// Ends a take that wrote nothing, or whose task came down.
    async fn end_without_text(
        self: &Arc<Self>,
        id: &str,
        ended: Ended,
    ) -> (Ended, Result<(), NotSaved>) {
        self.end_take(id, &ended, false);
        let (mut rest, id) = (Unsaved::end(ended.end.clone()), id.to_owned());
        let saved = self
            .blocking(move |s| {
                let saved = rest.save(&s.library, &id);
                Ok(saved.map_err(|why| NotSaved {
                    rest: Box::new(rest),
                    why,
                }))
            })
            .await;
        let saved = saved.unwrap_or_else(|e| {
            let end = Unsaved::end(ended.end.clone());
            Err(NotSaved::fell(end, &e))
        });
        (ended, saved)
    }

    fn change_live(&self, id: &str, change: impl FnOnce(&mut TakeDto)) {
        let mut live = self.live();
        let Some(found) = live.get_mut(id) else {
            return;
        };
        change(&mut found.take);
        let take = found.take.clone();
        drop(live);
        self.tell(StudioEvent::Take {
            take: Box::new(take),
        });
    }

    fn grow(&self, id: &str, status: TakeStatus, state: &State) {
        self.change_live(id, |take| {
            take.status = status;
            put(take, state);
        });
    }

    /// A take that another model writes is not shown any more.
    fn put_away(&self, id: &str) {
        if let Some(live) = self.live().get_mut(id) {
            live.take.decision = TakeDecision::Discarded;
        }
    }

    fn end_take(&self, id: &str, ended: &Ended, handed_on: bool) {
        self.change_live(id, |take| {
            if handed_on {
                take.decision = TakeDecision::Discarded;
            }
            take.status = ended.status();
            take.facts.prompt_tokens = ended.end.prompt_tokens;
            take.facts.completion_tokens = ended.end.completion_tokens;
            // A task that came down takes no text along that was shown already.
            if ended.state.tokens >= take.tokens {
                put(take, &ended.state);
            }
            take.waiting = None;
            take.finish_reason = Some(ended.end.finish_reason.clone());
            take.error = ended.error.clone();
        });
    }

    /// See [`crate::commands`].
    pub async fn stop(self: &Arc<Self>, i: Id) -> Result<(), StudioError> {
        let mut found = false;
        for live in self.live().values().filter(|l| !l.over()) {
            if live.take.id == i.id || live.take.batch_id == i.id {
                live.cancel.cancel();
                found = true;
            }
        }
        if found {
            Ok(())
        } else {
            Err(StudioError::JobNotFound(i.id))
        }
    }

    /// Stops what a project's models on servers are writing: its lock falls at once.
    pub(crate) fn stop_remote(&self, project_id: &str) {
        for live in self.live().values() {
            if live.project_id == project_id && live.take.host.is_some() {
                live.cancel.cancel();
            }
        }
    }

    /// Waits until the library has all of a take, trying once more what it could not take before.
    pub(crate) async fn settle(self: &Arc<Self>, id: &str) -> Result<(), StudioError> {
        let settled = match self.live().get(id) {
            None => return Ok(()),
            Some(live) if !live.over() => return Err(StudioError::StillWriting),
            Some(live) => live.settled.clone(),
        };
        settled.cancelled().await;
        let rest = self.live().get_mut(id).and_then(|live| live.unsaved.take());
        let Some(mut rest) = rest else {
            return Ok(());
        };
        let key = id.to_owned();
        self.blocking(move |s| {
            let saved = rest.save(&s.library, &key);
            let mut live = s.live();
            match saved {
                Ok(()) => {
                    live.remove(&key);
                    Ok(())
                }
                Err(e) => {
                    if let Some(live) = live.get_mut(&key) {
                        live.unsaved = Some(rest);
                    }
                    Err(e.into())
                }
            }
        })
        .await
    }

    /// See [`crate::commands`].
    pub async fn accept_take(self: &Arc<Self>, i: AcceptTake) -> Result<DraftView, StudioError> {
        self.settle(&i.take_id).await?;
        let view = self.blocking(move |s| s.accept(&i)).await?;
        self.changed(&["documents", "history", "takes"]);
        Ok(view)
    }

    /// Whether a call was made for a draft of this document. A branch may take what was written for
    /// the draft that it grew from. Blocks.
    pub(crate) fn belongs(
        &self,
        generation: &lib::Generation,
        document: &lib::Document,
    ) -> Result<(), StudioError> {
        let drafts = self.library.drafts(&document.id)?;
        let deleted = self.library.deleted_drafts(&document.id)?;
        let of = generation.draft_id.as_deref();
        if drafts
            .iter()
            .chain(&deleted)
            .any(|draft| of == Some(draft.id.as_str()))
        {
            Ok(())
        } else {
            Err(StudioError::OtherDocument)
        }
    }

    fn accept(&self, i: &AcceptTake) -> Result<DraftView, StudioError> {
        let generation = self
            .library
            .generation(handing::generation_of(&i.take_id))?;
        let part = handing::place_of(&i.take_id).map(|(_, at)| at);
        let (draft, document) = self.not_deleted(&i.draft_id)?;
        self.belongs(&generation, &document)?;
        if !(draft.body_revision..=draft.revision).contains(&i.base_revision) {
            return Err(lib::LibraryError::Conflict {
                current: draft.revision,
            }
            .into());
        }
        if i.text.trim().is_empty() {
            return Err(StudioError::NothingWritten);
        }
        let target = bytes(&draft.body, i.from, i.to)?;
        let reading = Reading::of(&generation.template, Some(document.kind));
        let mut shown = reading.ended(&whole_output(&generation), generation.end.as_ref());
        if let Some(at) = part {
            shown.text = self.handed_take(&generation.id, at)?.text;
        }
        let noted = facts_of(&generation)
            .own
            .is_some_and(|own| own.answer == Answer::Note.word());
        let insert = if noted {
            join(&draft.body, &target, &as_note(document.kind, &i.text))
        } else if target.is_empty() || i.text == shown.text {
            join(&draft.body, &target, &i.text)
        } else {
            // The person's own wording stands as they left it.
            i.text.clone()
        };
        let (hands, earlier) = self.authorship(&generation, &shown.text, &i.text, &insert)?;
        let title = title_for(&document, &draft, &generation, &i.text, shown.title);
        let edit = lib::Edit {
            from: target.start,
            to: target.end,
            insert,
        };
        self.library.accept_joined(
            &generation.id,
            &draft.id,
            i.base_revision,
            &[edit],
            lib::Authorship {
                hands: &hands,
                earlier: &earlier,
            },
            title.as_deref(),
        )?;
        // The text is in: nothing that is noted beside it may say otherwise.
        if let Some(at) = part
            && let Err(error) =
                self.library
                    .decide_handed(&generation.id, at, lib::Decision::Accepted)
        {
            tracing::warn!(%error, "what became of a suggestion was not noted");
        }
        if let Err(error) = self.note_made(&draft.id, &generation, target.start) {
            tracing::warn!(%error, "what a part was made from was not noted");
        }
        self.draft_view(&draft.id)
    }

    /// See [`crate::commands`].
    pub async fn discard_take(self: &Arc<Self>, i: Id) -> Result<TakeDto, StudioError> {
        // What is thrown away while it is being written need not be written to its end.
        if let Some(live) = self.live().get(&i.id) {
            live.cancel.cancel();
        }
        self.blocking(move |s| {
            if let Some((generation, at)) = handing::place_of(&i.id) {
                s.library
                    .decide_handed(generation, at, lib::Decision::Discarded)?;
                return s.take(&i.id);
            }
            s.library
                .decide_suggestion(&i.id, lib::Decision::Discarded)?;
            if let Some(live) = s.live().get_mut(&i.id) {
                live.take.decision = TakeDecision::Discarded;
            }
            s.take(&i.id)
        })
        .await
    }

    /// See [`crate::commands`].
    pub async fn generation_record(
        self: &Arc<Self>,
        i: Id,
    ) -> Result<GenerationRecordDto, StudioError> {
        self.blocking(move |s| {
            let take = s.take(&i.id)?;
            let g = s.library.generation(handing::generation_of(&i.id))?;
            let end = g.end.unwrap_or_default();
            let over = !end.finish_reason.is_empty();
            Ok(GenerationRecordDto {
                take,
                model_id: g.model_id,
                model_sha256: g.model_sha256,
                engine: g.engine,
                template_sha256: g.template_sha256,
                request: g.request_json,
                output: g.output,
                prompt_tokens: end.prompt_tokens,
                completion_tokens: end.completion_tokens,
                first_token_ms: end.first_token_ms,
                total_ms: over.then_some(end.total_ms),
            })
        })
        .await
    }
}

/// Whether takes of a task stand among the takes: answers stand in their conversation.
fn shown_in_list(task: &str) -> bool {
    let goes = Task::named(task).map(|task| task.goes());
    !matches!(goes, Some(Goes::Conversation | Goes::Studio))
}

fn put(take: &mut TakeDto, state: &State) {
    take.title = state.title.clone();
    take.text = state.text.clone();
    take.tokens = state.tokens;
    take.tokens_per_second = state.tokens_per_second;
    take.waiting = state.waiting;
}

/// An article's headline, for a draft that has no title yet.
pub(crate) fn title_for(
    document: &lib::Document,
    draft: &lib::Draft,
    generation: &lib::Generation,
    text: &str,
    found: Option<String>,
) -> Option<String> {
    /// As long as a title may be that a person gives.
    const LONGEST_TITLE: usize = 300;
    let is_headline = generation.task == Task::Headline.name();
    // A title that is the headline follows it.
    let follows = || {
        let headline = Article::parse(&draft.body).headline;
        headline.is_some_and(|headline| headline == draft.title.trim())
    };
    let wanted = document.kind == DocumentKind::News
        && (is_headline || generation.task == Task::Draft.name())
        && (draft.title.trim().is_empty() || (is_headline && follows()));
    let title = wanted
        .then(|| Article::parse(text).headline.or(found))
        .flatten()?;
    Some(title.chars().take(LONGEST_TITLE).collect())
}

/// The output with what its references stand for.
pub(crate) fn resolved(g: &lib::Generation) -> String {
    let references: References = serde_json::from_str(&g.references_json).unwrap_or_default();
    references.resolve(&g.output)
}

#[allow(clippy::cast_precision_loss, reason = "seeds are below 2^53")]
pub(crate) fn take_dto(g: lib::Generation, kind: Option<DocumentKind>, body: &str) -> TakeDto {
    let output = Reading::of(&g.template, kind).ended(&whole_output(&g), g.end.as_ref());
    let facts = take_facts(&g);
    let (from, to) = g.target.as_ref().map_or((0, 0), |target| {
        let end = target.end.min(body.len());
        units(body, &(target.start.min(end)..end))
    });
    let speed = g.end.as_ref().and_then(|end| {
        let ms = end
            .total_ms
            .checked_sub(end.first_token_ms?)
            .filter(|ms| *ms > 0)?;
        (g.tokens > 1).then(|| f64::from(g.tokens - 1) * 1000.0 / f64::from(ms))
    });
    let error = g
        .end
        .as_ref()
        .and_then(|end| end.error.as_deref())
        .map(|e| serde_json::from_str(e).unwrap_or_else(|_| crate::error::dto("internal", e)));
    TakeDto {
        id: g.id,
        batch_id: g.batch_id,
        variant: g.variant,
        draft_id: g.draft_id.unwrap_or_default(),
        task: g.task,
        status: g.end.as_ref().map_or(TakeStatus::Writing, call::status),
        decision: match g.decision {
            lib::Decision::Pending => TakeDecision::Pending,
            lib::Decision::Accepted => TakeDecision::Accepted,
            lib::Decision::Discarded => TakeDecision::Discarded,
        },
        title: output.title,
        text: output.text,
        from,
        to,
        model_name: g.model_name,
        host: Some(g.locality).filter(|l| l != LOCAL),
        seed: g.seed as f64,
        template: g.template,
        tokens: g.tokens,
        tokens_per_second: speed,
        waiting: None,
        finish_reason: g.end.map(|end| end.finish_reason),
        error,
        created_at: time(g.created_at),
        facts,
    }
}
