//! Conversations with an assistant beside a text.
//!
//! What is sent is planned by the desk ([`inkstone_desks::dialogue`]) and shown before. Where turns
//! have no room, minutes of them are written first, by the same model, and kept with the last turn
//! they hold; the question is asked when that has worked, and not otherwise.

pub mod dto;
pub(crate) mod handing;

use std::sync::Arc;

use inkstone_desks::{
    Brief, Composed, Dialogue, DialogueRules, Exchange, Planned, Summarising, Task, dialogue,
    summary,
};
use inkstone_generation::Role;
use inkstone_library as lib;
use inkstone_manuscript::Language;

use crate::{
    Studio, StudioError,
    call::{self, Call, Reading},
    drafts::{bytes, to_u32},
    dto::{StudioEvent, TakeDto, TakeStatus},
    inputs::{Id, IdName},
    order::request,
    projects::{bounded, time},
    shelf::Chosen,
    story::answers::Asked,
    switch::{
        beside::{Facts, only},
        budget,
        dto::SkippedDto,
    },
    takes::resolved,
};
use dto::*;

/// The longest question, in characters.
const LONGEST_QUESTION: usize = 20_000;
const LONGEST_NAME: usize = 200;
const LONGEST_SUMMARY: usize = 20_000;
/// So many minutes are written before a question at most.
const MOST_SUMMARIES: usize = 8;

/// A call that stands alone: one model, one take.
pub(crate) struct Single<'a> {
    pub draft: &'a lib::Draft,
    pub project: &'a lib::Project,
    pub task: Task,
    pub batch_id: String,
    pub language: Language,
    pub chosen: &'a Chosen,
    pub skipped: Vec<SkippedDto>,
    pub composed: &'a Composed,
    pub seed: u64,
    pub over_budget: bool,
}

/// A question with all that belongs to it.
struct Prepared {
    draft: lib::Draft,
    project: lib::Project,
    brief: Brief,
    chosen: Chosen,
    skipped: Vec<SkippedDto>,
    rules: DialogueRules,
    /// What was said before, with the ids of the turns.
    said: Vec<(String, Exchange)>,
    /// The summary of the first so many of them.
    summary: Option<(String, usize)>,
    planned: Planned,
}

impl Prepared {
    /// Turns have no room, and are to be put into minutes.
    fn summarises(&self) -> bool {
        self.rules.turns && self.rules.summarise && self.planned.left_out > 0
    }

    fn sent(&self) -> Sent {
        Sent {
            parts: self.planned.parts.clone(),
            context: self.planned.context,
            assumed: self.planned.assumed,
            covered: to_u32(self.planned.covered),
            left_out: to_u32(self.planned.left_out),
        }
    }
}

fn rules_of(conversation: &lib::Conversation) -> DialogueRules {
    // What a newer program wrote differently counts as the usual.
    serde_json::from_value(conversation.rules.clone()).unwrap_or_default()
}

impl Studio {
    /// Writes down a call that stands alone. Blocks.
    pub(crate) fn enlist_single(&self, one: Single<'_>) -> Result<(Call, TakeDto), StudioError> {
        let wanted = request(one.composed, one.seed);
        let _one = self.spending();
        if !one.over_budget {
            self.within_budget(one.project, &[budget::most(one.chosen, one.composed)])?;
        }
        self.enlist(
            &Asked {
                draft: one.draft.clone(),
                project_id: one.project.id.clone(),
                task: one.task,
                batch_id: one.batch_id,
                language: one.language,
                share: 100,
                first: 0,
                number: 1,
                facts: Facts {
                    skipped: one.skipped,
                    ..Facts::default()
                },
            },
            one.chosen,
            0,
            one.composed,
            wanted,
        )
    }

    /// What was asked and answered, with the turn it stands in. What was not answered was not said.
    /// Blocks.
    pub(crate) fn said(
        &self,
        turns: &[&lib::Turn],
    ) -> Result<Vec<(String, Exchange)>, StudioError> {
        let mut said = Vec::new();
        for turn in turns {
            let take = self.take(&turn.generation_id)?;
            if matches!(take.status, TakeStatus::Waiting | TakeStatus::Writing) {
                return Err(StudioError::StillWriting);
            }
            if !take.text.trim().is_empty() {
                let exchange = Exchange {
                    question: turn.question.clone(),
                    answer: take.text,
                };
                said.push((turn.id.clone(), exchange));
            }
        }
        Ok(said)
    }

    /// Plans a question. Blocks.
    fn prepare(&self, i: &AskAssistant) -> Result<Prepared, StudioError> {
        let kept = self.library.conversation(&i.conversation_id)?;
        let (draft, document) = self.not_deleted(&i.draft_id)?;
        if !kept.character.is_empty() {
            return Err(StudioError::BadRequest("an interview".into()));
        }
        if self.library.draft(&kept.draft_id)?.document_id != document.id {
            return Err(StudioError::OtherDocument);
        }
        let project = self.library.project(&document.project_id)?;
        let brief = Self::brief(document.kind, document.language, &draft.fields)
            .unwrap_or_else(|_| Brief::empty(document.kind, document.language));
        let (chosen, skipped) =
            only(self.plan(&project, document.kind, Task::Assistant.name())?)?;
        let turns = match &i.after {
            None => Vec::new(),
            Some(after) => kept.path(Some(after)),
        };
        if i.after.is_some() && turns.is_empty() {
            return Err(StudioError::BadRequest("no such turn".into()));
        }
        let said = self.said(&turns)?;
        let summary = turns.iter().rev().find_map(|turn| {
            let kept = turn.summary.as_ref().filter(|one| !one.deleted)?;
            let upto = turns.iter().position(|one| one.id == turn.id)?;
            let held = |id: &String| turns[..=upto].iter().any(|one| one.id == *id);
            let number = said.iter().filter(|(id, _)| held(id)).count();
            Some((kept.text.clone(), number))
        });
        let before: Vec<Exchange> = said.iter().map(|(_, one)| one.clone()).collect();
        let rules = rules_of(&kept);
        let planned = dialogue(
            &Dialogue {
                brief: &brief,
                document: &draft.body,
                selection: bytes(&draft.body, i.from, i.to)?,
                house_rules: &project.house_rules,
                before: &before,
                summary: summary
                    .as_ref()
                    .map(|(text, turns)| (text.as_str(), *turns)),
                question: &i.question,
                rules,
                context_tokens: chosen.context_tokens,
            },
            chosen.prompt_form,
        )?;
        Ok(Prepared {
            draft,
            project,
            brief,
            chosen,
            skipped,
            rules,
            said,
            summary,
            planned,
        })
    }

    /// A conversation with its answers as they stand. Blocks.
    fn conversation_dto(&self, kept: lib::Conversation) -> Result<ConversationDto, StudioError> {
        let rules = rules_of(&kept);
        let turn = |turn: lib::Turn| {
            let take = self.take(&turn.generation_id)?;
            Ok(AssistantTurnDto {
                id: turn.id,
                parent_id: turn.parent_id,
                question: turn.question,
                take_id: take.id,
                answer: take.text,
                status: take.status,
                error: take.error,
                model_name: take.model_name,
                host: take.host,
                sent: serde_json::from_value(turn.facts).unwrap_or_default(),
                summary: turn.summary.map(|one| SummaryDto {
                    text: one.text,
                    edited: one.edited,
                    deleted: one.deleted,
                }),
            })
        };
        Ok(ConversationDto {
            turns: kept
                .turns
                .into_iter()
                .map(turn)
                .collect::<Result<_, StudioError>>()?,
            id: kept.id,
            draft_id: kept.draft_id,
            name: kept.name,
            rules,
            head_id: kept.head_id,
            updated_at: time(kept.updated_at),
        })
    }

    fn conversation_of(&self, id: &str) -> Result<ConversationDto, StudioError> {
        self.conversation_dto(self.library.conversation(id)?)
    }

    /// See [`crate::commands`].
    pub async fn conversations(
        self: &Arc<Self>,
        i: Id,
    ) -> Result<Vec<ConversationDto>, StudioError> {
        self.blocking(move |s| {
            let draft = s.library.draft(&i.id)?;
            let all = s.library.conversations(&draft.document_id)?;
            all.into_iter().map(|one| s.conversation_dto(one)).collect()
        })
        .await
    }

    /// See [`crate::commands`].
    pub async fn start_conversation(
        self: &Arc<Self>,
        i: Id,
    ) -> Result<ConversationDto, StudioError> {
        self.blocking(move |s| {
            let (draft, _) = s.not_deleted(&i.id)?;
            let id = s.library.begin_conversation(&draft.id, "")?;
            s.conversation_of(&id)
        })
        .await
    }

    /// See [`crate::commands`].
    pub async fn plan_question(
        self: &Arc<Self>,
        i: AskAssistant,
    ) -> Result<PlannedDto, StudioError> {
        let question = bounded("question", &i.question, LONGEST_QUESTION)?;
        self.blocking(move |s| {
            let prepared = s.prepare(&AskAssistant { question, ..i })?;
            let segments = prepared.planned.segments.iter().map(|one| SegmentDto {
                kind: one.kind,
                message: to_u32(one.message),
                role: match one.role {
                    Role::System => "system",
                    Role::User => "user",
                    Role::Assistant => "assistant",
                }
                .to_owned(),
                text: one.text.clone(),
            });
            Ok(PlannedDto {
                sent: prepared.sent(),
                segments: segments.collect(),
                used: prepared.planned.used(),
                summarises: prepared.summarises(),
                model_name: prepared.chosen.name.clone(),
                host: prepared.chosen.host.clone(),
            })
        })
        .await
    }

    /// See [`crate::commands`].
    pub async fn ask_assistant(
        self: &Arc<Self>,
        i: AskAssistant,
    ) -> Result<ConversationDto, StudioError> {
        let question = bounded("question", &i.question, LONGEST_QUESTION)?;
        if question.is_empty() {
            return Err(StudioError::BadRequest("nothing is asked".into()));
        }
        let i = Arc::new(AskAssistant { question, ..i });
        let over_budget = i.over_budget.unwrap_or_default();
        for _ in 0..MOST_SUMMARIES {
            let asked = i.clone();
            let prepared = self.blocking(move |s| s.prepare(&asked)).await?;
            if !prepared.summarises() {
                break;
            }
            self.write_summary(prepared, over_budget).await?;
        }
        let (seed, batch_id) = (self.seed(), self.batch_id());
        let (chosen, call, dto) = self
            .blocking(move |s| {
                let prepared = s.prepare(&i)?;
                if prepared.summarises() {
                    return Err(StudioError::SummaryFailed);
                }
                let (call, _) = s.enlist_single(Single {
                    draft: &prepared.draft,
                    project: &prepared.project,
                    task: Task::Assistant,
                    batch_id,
                    language: prepared.brief.language(),
                    chosen: &prepared.chosen,
                    skipped: prepared.skipped.clone(),
                    composed: &prepared.planned.composed,
                    seed,
                    over_budget,
                })?;
                let facts = serde_json::to_value(prepared.sent())
                    .map_err(|e| StudioError::Internal(e.to_string()))?;
                s.library.ask(
                    &i.conversation_id,
                    i.after.as_deref(),
                    &i.question,
                    &call.id,
                    &facts,
                )?;
                Ok((
                    prepared.chosen,
                    call,
                    s.conversation_of(&i.conversation_id)?,
                ))
            })
            .await?;
        let studio = self.clone();
        tokio::spawn(async move {
            studio.write_take(&chosen, call).await;
            studio.changed(&["conversations"]);
        });
        Ok(dto)
    }

    /// Has minutes written of the turns that have no room, and keeps them.
    async fn write_summary(
        self: &Arc<Self>,
        prepared: Prepared,
        over_budget: bool,
    ) -> Result<(), StudioError> {
        let (seed, batch_id) = (self.seed(), self.batch_id());
        let kind = prepared.brief.kind();
        let (chosen, call, take, last) = self
            .blocking(move |s| {
                let covered = prepared.planned.covered;
                let upto = prepared.planned.to_summarise(prepared.said.len());
                let turns: Vec<Exchange> = prepared.said[covered..upto.max(covered + 1)]
                    .iter()
                    .map(|(_, one)| one.clone())
                    .collect();
                let earlier = prepared.summary.as_ref().filter(|_| covered > 0);
                let summed = summary(
                    &Summarising {
                        kind: prepared.brief.kind(),
                        language: prepared.brief.language(),
                        earlier: earlier.map(|(text, _)| text.as_str()),
                        turns: &turns,
                        context_tokens: prepared.chosen.context_tokens,
                    },
                    prepared.chosen.prompt_form,
                )?;
                let last = prepared.said[covered + summed.turns - 1].0.clone();
                let (call, take) = s.enlist_single(Single {
                    draft: &prepared.draft,
                    project: &prepared.project,
                    task: Task::Summary,
                    batch_id,
                    language: prepared.brief.language(),
                    chosen: &prepared.chosen,
                    skipped: prepared.skipped,
                    composed: &summed.composed,
                    seed,
                    over_budget,
                })?;
                Ok((prepared.chosen, call, take, last))
            })
            .await?;
        let id = call.id.clone();
        self.tell(StudioEvent::Take {
            take: Box::new(take),
        });
        self.write_take(&chosen, call).await;
        self.settle(&id).await?;
        self.blocking(move |s| {
            let generation = s.library.generation(&id)?;
            let status = generation.end.as_ref().map(call::status);
            let text = Reading::of(&generation.template, Some(kind))
                .read(&resolved(&generation))
                .text;
            match status {
                Some(TakeStatus::Done) if !text.trim().is_empty() => {}
                Some(TakeStatus::Stopped) => return Err(StudioError::Stopped),
                _ => return Err(StudioError::SummaryFailed),
            }
            Ok(s.library.summarise(
                &last,
                &lib::Summary {
                    text,
                    generation_id: Some(id),
                    edited: false,
                    deleted: false,
                },
            )?)
        })
        .await?;
        self.changed(&["conversations"]);
        Ok(())
    }

    /// See [`crate::commands`].
    pub async fn show_turn(self: &Arc<Self>, i: ShowTurn) -> Result<ConversationDto, StudioError> {
        self.blocking(move |s| {
            let kept = s.library.conversation(&i.conversation_id)?;
            let tip = i.turn_id.as_deref().and_then(|id| kept.tip(id));
            let tip = tip.map(|turn| turn.id.clone()).or(i.turn_id);
            s.library.show_turn(&i.conversation_id, tip.as_deref())?;
            s.conversation_of(&i.conversation_id)
        })
        .await
    }

    /// See [`crate::commands`].
    pub async fn rename_conversation(
        self: &Arc<Self>,
        i: IdName,
    ) -> Result<ConversationDto, StudioError> {
        let name = bounded("name", &i.name, LONGEST_NAME)?;
        self.blocking(move |s| {
            s.library.rename_conversation(&i.id, &name)?;
            s.conversation_of(&i.id)
        })
        .await
    }

    /// See [`crate::commands`].
    pub async fn rule_conversation(
        self: &Arc<Self>,
        i: RuleConversation,
    ) -> Result<ConversationDto, StudioError> {
        self.blocking(move |s| {
            let rules =
                serde_json::to_value(i.rules).map_err(|e| StudioError::Internal(e.to_string()))?;
            s.library.rule_conversation(&i.id, &rules)?;
            s.conversation_of(&i.id)
        })
        .await
    }

    /// See [`crate::commands`].
    pub async fn edit_summary(
        self: &Arc<Self>,
        i: EditSummary,
    ) -> Result<ConversationDto, StudioError> {
        let text = bounded("summary", &i.text, LONGEST_SUMMARY)?;
        self.blocking(move |s| {
            let kept = s.library.conversation(&i.conversation_id)?;
            let turn = kept.turns.iter().find(|turn| turn.id == i.turn_id);
            let Some(was) = turn.and_then(|turn| turn.summary.clone()) else {
                return Err(StudioError::BadRequest("there is no summary".into()));
            };
            // Nothing takes the place of what says something.
            let text = if text.is_empty() {
                was.text.clone()
            } else {
                text
            };
            let summary = lib::Summary {
                edited: was.edited || text != was.text,
                text,
                deleted: i.deleted,
                ..was
            };
            s.library.summarise(&i.turn_id, &summary)?;
            s.conversation_of(&i.conversation_id)
        })
        .await
    }

    /// See [`crate::commands`].
    pub async fn delete_conversation(self: &Arc<Self>, i: Id) -> Result<(), StudioError> {
        self.blocking(move |s| Ok(s.library.delete_conversation(&i.id)?))
            .await?;
        self.changed(&["conversations"]);
        Ok(())
    }

    /// See [`crate::commands`].
    pub async fn restore_conversation(self: &Arc<Self>, i: Id) -> Result<(), StudioError> {
        self.blocking(move |s| Ok(s.library.restore_conversation(&i.id)?))
            .await?;
        self.changed(&["conversations"]);
        Ok(())
    }
}
