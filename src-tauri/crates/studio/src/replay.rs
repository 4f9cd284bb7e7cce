//! Running a recorded generation again, and comparing what comes with what came.
//!
//! The record holds the request as it was sent. The same model file, the same build and the same
//! request give the same bytes; where one of them has changed, that is named before anything runs.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use futures::StreamExt as _;
use inkstone_desks::template_sha256;
use inkstone_generation::{
    CancellationToken, FinishReason, TextEvent, TextModel, TextRequest, TextStream,
};
use inkstone_library as lib;
use inkstone_manuscript::DocumentKind;
use serde::Serialize;
use tokio::time::Instant;
use ts_rs::TS;

use crate::{Studio, StudioError, inputs::*, order::LOCAL};

/// What has changed since a generation was recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ReplaySubject {
    /// The model's file: its hash.
    ModelFile,
    /// What computes: adapter, build, instructions of the processor.
    Engine,
    /// The prompt template. The recorded messages are used all the same.
    Template,
}

/// One change since a generation was recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct ReplayChange {
    /// What has changed.
    pub subject: ReplaySubject,
    /// What the record says.
    pub was: String,
    /// What is there now; empty if it is gone.
    pub now: String,
}

/// What a replay has shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ReplayOutcome {
    /// The same bytes from beginning to end.
    Identical,
    /// The generation was cut short; the same bytes came up to there.
    IdenticalSoFar,
    /// Other bytes came.
    Different,
    /// Stopped before there was a difference.
    Stopped,
}

/// The first place where a replay differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct ReplayDifference {
    /// Where, in characters from the beginning of the output.
    pub at: u32,
    /// Some text before it, the same in both.
    pub before: String,
    /// How the record goes on; empty at its end.
    pub was: String,
    /// How the replay goes on; empty at its end.
    pub now: String,
}

/// A generation that was run again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct ReplayDto {
    /// What it has shown.
    pub outcome: ReplayOutcome,
    /// What had changed before it was run.
    pub changes: Vec<ReplayChange>,
    /// How many characters came as recorded.
    pub characters: u32,
    /// Where it first differs.
    pub difference: Option<ReplayDifference>,
    /// Why the recorded one ended.
    pub finish_then: String,
    /// Why this one ended; empty if it was not run to its end.
    pub finish_now: String,
    /// Time taken, in ms.
    pub total_ms: u32,
}

/// Replays under way, by generation.
pub(crate) type Replays = Mutex<HashMap<String, CancellationToken>>;

/// A record that can be run.
pub(crate) struct Recorded {
    pub(crate) generation: lib::Generation,
    pub(crate) request: TextRequest,
    kind: DocumentKind,
}

impl Recorded {
    fn finish(&self) -> &str {
        let end = self.generation.end.as_ref();
        end.map_or("", |end| end.finish_reason.as_str())
    }

    /// Whether the model was not allowed to write to its own end.
    fn was_cut_short(&self) -> bool {
        !matches!(self.finish(), "stop" | "length")
    }
}

impl Studio {
    /// What is on record of a call. Blocks.
    pub(crate) fn recorded(&self, id: &str) -> Result<Recorded, StudioError> {
        let generation = self.library.generation(id)?;
        if generation.locality != LOCAL {
            return Err(StudioError::ReplayRemote {
                host: generation.locality,
            });
        }
        if generation.end.is_none() {
            return Err(StudioError::StillWriting);
        }
        if generation.output.is_empty() && generation.model_sha256.is_none() {
            return Err(StudioError::ReplayUnreadable(
                "the model was not called".into(),
            ));
        }
        let request = serde_json::from_str(&generation.request_json)
            .map_err(|e| StudioError::ReplayUnreadable(e.to_string()))?;
        let kind = match &generation.draft_id {
            Some(draft) => {
                let draft = self.library.draft(draft)?;
                self.library.document(&draft.document_id)?.kind
            }
            None => DocumentKind::News,
        };
        Ok(Recorded {
            generation,
            request,
            kind,
        })
    }

    /// See [`crate::commands`].
    pub async fn replay_changes(self: &Arc<Self>, i: Id) -> Result<Vec<ReplayChange>, StudioError> {
        let recorded = self.blocking(move |s| s.recorded(&i.id)).await?;
        let model = self.model(&recorded.generation.model_id).await?;
        Ok(changes(&recorded, &*model))
    }

    /// See [`crate::commands`].
    pub async fn replay(self: &Arc<Self>, i: Id) -> Result<ReplayDto, StudioError> {
        self.replay_until(i, CancellationToken::new()).await
    }

    /// Runs a recorded generation again, until the token fires.
    ///
    /// # Errors
    /// `not_found`, `still_writing`, `replay_remote`, `replay_unreadable`; what the shelf says of
    /// the model; `replay` of the same generation that is under way already is stopped.
    pub async fn replay_until(
        self: &Arc<Self>,
        i: Id,
        cancel: CancellationToken,
    ) -> Result<ReplayDto, StudioError> {
        let id = i.id.clone();
        let recorded = self.blocking(move |s| s.recorded(&i.id)).await?;
        if let Some(before) = self.replays().insert(id.clone(), cancel.clone()) {
            before.cancel();
        }
        let replayed = self.run_again(recorded, cancel).await;
        self.replays().remove(&id);
        replayed
    }

    /// See [`crate::commands`].
    pub async fn stop_replay(self: &Arc<Self>, i: Id) -> Result<(), StudioError> {
        match self.replays().get(&i.id) {
            Some(running) => running.cancel(),
            None => return Err(StudioError::JobNotFound(i.id)),
        }
        Ok(())
    }

    pub(crate) fn replays(&self) -> std::sync::MutexGuard<'_, HashMap<String, CancellationToken>> {
        self.replays.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn run_again(
        self: &Arc<Self>,
        recorded: Recorded,
        cancel: CancellationToken,
    ) -> Result<ReplayDto, StudioError> {
        let chosen = self.shelf.choose(&recorded.generation.model_id)?;
        let turn = tokio::select! {
            biased;
            () = cancel.cancelled() => return Ok(stopped(&recorded, Vec::new())),
            turn = self.turns(&chosen).acquire_owned() => turn,
        };
        let _turn = turn.map_err(|e| StudioError::Internal(e.to_string()))?;
        let model = self.model(&recorded.generation.model_id).await?;
        let changes = changes(&recorded, &*model);
        let begun = Instant::now();
        let stream = model.generate(recorded.request.clone(), cancel.clone());
        let came = read(stream, &recorded, &cancel).await?;
        let mut replayed = compared(&recorded, came, changes);
        replayed.total_ms = u32::try_from(begun.elapsed().as_millis()).unwrap_or(u32::MAX);
        Ok(replayed)
    }
}

/// What is no longer as the record says.
fn changes(recorded: &Recorded, model: &dyn TextModel) -> Vec<ReplayChange> {
    let (then, now) = (&recorded.generation, model.describe());
    let template = if then.template_sha256.is_empty() {
        None
    } else {
        Some(template_sha256(&then.template, recorded.kind).unwrap_or_default())
    };
    let pairs = [
        (
            ReplaySubject::ModelFile,
            then.model_sha256.clone().unwrap_or_default(),
            Some(now.sha256.unwrap_or_default()),
        ),
        (ReplaySubject::Engine, then.engine.clone(), Some(now.engine)),
        (
            ReplaySubject::Template,
            then.template_sha256.clone(),
            template,
        ),
    ];
    let change = |(subject, then, now): (_, String, Option<String>)| {
        let now = now.filter(|now| *now != then)?;
        Some(ReplayChange {
            subject,
            was: then,
            now,
        })
    };
    pairs.into_iter().filter_map(change).collect()
}

/// What came, as far as it was needed.
struct Came {
    output: String,
    /// Why it ended; none if it was left.
    finish: Option<FinishReason>,
    stopped: bool,
}

/// Reads until it is clear how the replay compares.
async fn read(
    mut stream: TextStream,
    recorded: &Recorded,
    cancel: &CancellationToken,
) -> Result<Came, StudioError> {
    let then = &recorded.generation.output;
    let mut came = Came {
        output: String::new(),
        finish: None,
        stopped: false,
    };
    // A generation that was stopped before its first word is compared with nothing.
    while !(recorded.was_cut_short() && came.output.len() >= then.len()) {
        let event = tokio::select! {
            biased;
            () = cancel.cancelled() => {
                came.stopped = true;
                break;
            }
            event = stream.next() => event,
        };
        match event {
            None => break,
            Some(event) => match event? {
                TextEvent::Waiting { .. } | TextEvent::Started { .. } | TextEvent::Odds(_) => {}
                TextEvent::Delta { text, .. } => {
                    came.output.push_str(&text);
                    let so_far = came.output.len().min(then.len());
                    if came.output.as_bytes()[..so_far] != then.as_bytes()[..so_far] {
                        break;
                    }
                    if came.output.len() > then.len() && !recorded.was_cut_short() {
                        break;
                    }
                }
                TextEvent::Finished { reason, .. } => {
                    came.stopped = reason == FinishReason::Cancelled;
                    came.finish = Some(reason);
                    break;
                }
            },
        }
    }
    Ok(came)
}

fn stopped(recorded: &Recorded, changes: Vec<ReplayChange>) -> ReplayDto {
    let came = Came {
        output: String::new(),
        finish: None,
        stopped: true,
    };
    compared(recorded, came, changes)
}

fn compared(recorded: &Recorded, came: Came, changes: Vec<ReplayChange>) -> ReplayDto {
    let then = &recorded.generation.output;
    let now = &came.output;
    let same = then
        .bytes()
        .zip(now.bytes())
        .take_while(|(a, b)| a == b)
        .count();
    let same = then
        .floor_char_boundary(same)
        .min(now.floor_char_boundary(same));
    let finish_now = came
        .finish
        .as_ref()
        .map(FinishReason::as_str)
        .unwrap_or_default();
    let outcome = if recorded.was_cut_short() && now.starts_with(then.as_str()) {
        ReplayOutcome::IdenticalSoFar
    } else if now == then && came.finish.is_some() && finish_now == recorded.finish() {
        ReplayOutcome::Identical
    } else if came.stopped && same == now.len() {
        ReplayOutcome::Stopped
    } else {
        ReplayOutcome::Different
    };
    let difference = (outcome == ReplayOutcome::Different).then(|| ReplayDifference {
        at: characters(&then[..same]),
        before: last_of(&then[..same]),
        was: first_of(&then[same..]),
        now: first_of(&now[same..]),
    });
    ReplayDto {
        outcome,
        changes,
        characters: characters(&now[..same]),
        difference,
        finish_then: recorded.finish().to_owned(),
        finish_now: finish_now.to_owned(),
        total_ms: 0,
    }
}

/// Characters shown on each side of a difference.
const SHOWN: usize = 60;

fn characters(text: &str) -> u32 {
    u32::try_from(text.chars().count()).unwrap_or(u32::MAX)
}

fn first_of(text: &str) -> String {
    text.chars().take(SHOWN).collect()
}

fn last_of(text: &str) -> String {
    let skip = text.chars().count().saturating_sub(SHOWN);
    text.chars().skip(skip).collect()
}
