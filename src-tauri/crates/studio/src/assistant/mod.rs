//! Conversations with an assistant beside a text.
//!
//! What is sent is planned by the desk ([`inkstone_desks::dialogue`]) and shown before. Where turns
//! have no room, minutes of them are written first, by the same model, and kept with the last turn
//! they hold; the question is asked when that has worked, and not otherwise.

pub mod dto;
pub(crate) mod handing;

use std::{ops::Range, sync::Arc};

use inkstone_desks::{
    Brief, Composed, Dialogue, DialogueRules, Exchange, Planned, Summarising, Summed, Task,
    dialogue, summary,
};
use inkstone_generation::Role;
use inkstone_library as lib;
use inkstone_manuscript::{DocumentKind, Language};
use serde_json::Value;

use crate::{
    Studio, StudioError,
    call::{self, Reading},
    drafts::{bytes, to_u32},
    dto::{StudioEvent, TakeStatus},
    inputs::{Id, IdName},
    order::request,
    projects::{bounded, time},
    shelf::Chosen,
    switch::{
        beside::Facts,
        chain::Plan,
        relay::{Asked, Group, Recipe},
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

/// What a question is made of.
struct Talk {
    brief: Brief,
    document: String,
    selection: Range<usize>,
    house_rules: String,
    /// What was said before.
    before: Vec<Exchange>,
    /// The summary of the first so many of them.
    summary: Option<(String, usize)>,
    question: String,
    rules: DialogueRules,
}

impl Talk {
    /// The prompt for a model, and what it is made of.
    fn plan(&self, chosen: &Chosen) -> Result<Planned, StudioError> {
        let summary = self.summary.as_ref();
        let input = Dialogue {
            brief: &self.brief,
            document: &self.document,
            selection: self.selection.clone(),
            house_rules: &self.house_rules,
            before: &self.before,
            summary: summary.map(|(text, turns)| (text.as_str(), *turns)),
            question: &self.question,
            rules: self.rules,
            context_tokens: chosen.context_tokens,
        };
        Ok(dialogue(&input, chosen.prompt_form)?)
    }
}

fn sent(planned: &Planned) -> Sent {
    Sent {
        parts: planned.parts.clone(),
        context: planned.context,
        assumed: planned.assumed,
        covered: to_u32(planned.covered),
        left_out: to_u32(planned.left_out),
    }
}

fn json(sent: &Sent) -> Result<Value, StudioError> {
    serde_json::to_value(sent).map_err(|e| StudioError::Internal(e.to_string()))
}

/// A model further down the chain may have room for fewer turns than the first, for whom minutes
/// were written; what it was not sent stands beside its answer.
impl Recipe for Talk {
    fn compose(&self, chosen: &Chosen) -> Result<Vec<Composed>, StudioError> {
        Ok(vec![self.plan(chosen)?.composed])
    }

    fn handed_on(
        &self,
        studio: &Studio,
        failed: &str,
        next: &str,
        chosen: &Chosen,
    ) -> Result<(), StudioError> {
        let facts = json(&sent(&self.plan(chosen)?))?;
        Ok(studio.library.answer_by(failed, next, &facts)?)
    }

    fn changes(&self) -> &'static [&'static str] {
        &["conversations"]
    }
}

/// What minutes are made of.
struct Minutes {
    kind: DocumentKind,
    language: Language,
    earlier: Option<String>,
    turns: Vec<Exchange>,
}

impl Minutes {
    fn sum(&self, chosen: &Chosen) -> Result<Summed, StudioError> {
        let input = Summarising {
            kind: self.kind,
            language: self.language,
            earlier: self.earlier.as_deref(),
            turns: &self.turns,
            context_tokens: chosen.context_tokens,
        };
        Ok(summary(&input, chosen.prompt_form)?)
    }
}

impl Recipe for Minutes {
    fn compose(&self, chosen: &Chosen) -> Result<Vec<Composed>, StudioError> {
        Ok(vec![self.sum(chosen)?.composed])
    }
}

/// A question with all that belongs to it.
struct Prepared {
    draft: lib::Draft,
    project: lib::Project,
    /// Who is asked, in order.
    plan: Plan,
    /// Who is asked first.
    chosen: Chosen,
    talk: Arc<Talk>,
    /// The turns that hold what was said before.
    said: Vec<String>,
    /// What the first is sent.
    planned: Planned,
}

impl Prepared {
    /// Turns have no room, and are to be put into minutes.
    fn summarises(&self) -> bool {
        self.talk.rules.turns && self.talk.rules.summarise && self.planned.left_out > 0
    }

    fn asked(&self, task: Task, batch_id: String, seed: u64, over_budget: bool) -> Asked {
        Asked {
            draft: Some(self.draft.clone()),
            project_id: Some(self.project.id.clone()),
            task: task.name().to_owned(),
            batch_id,
            language: self.talk.brief.language(),
            share: 100,
            first: 0,
            number: 1,
            over_budget,
            seed,
            facts: Facts::default(),
        }
    }
}

fn rules_of(conversation: &lib::Conversation) -> DialogueRules {
    // What a newer program wrote differently counts as the usual.
    serde_json::from_value(conversation.rules.clone()).unwrap_or_default()
}

impl Studio {
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
        let plan = self.plan(&project, Some(document.kind), Task::Assistant.name())?;
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
        let (said, before): (Vec<_>, Vec<_>) = said.into_iter().unzip();
        let talk = Arc::new(Talk {
            selection: bytes(&draft.body, i.from, i.to)?,
            document: draft.body.clone(),
            house_rules: project.house_rules.clone(),
            before,
            summary,
            question: i.question.clone(),
            rules: rules_of(&kept),
            brief,
        });
        let Group {
            chosen, mut plan, ..
        } = Self::composed(&*talk, plan)?;
        let planned = talk.plan(&chosen)?;
        plan.members.push_front(chosen.clone());
        Ok(Prepared {
            draft,
            project,
            plan,
            chosen,
            talk,
            said,
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

    /// The text of each segment as it would leave, and whether it is masked for that. Blocks.
    fn shown_of(&self, prepared: &Prepared) -> Result<(Vec<Option<String>>, bool), StudioError> {
        let segments = &prepared.planned.segments;
        let masking = match prepared.chosen.host {
            Some(_) => self.mask_of(&prepared.project.id)?,
            None => None,
        };
        let Some(masking) = masking else {
            let all = segments.iter().map(|one| Some(one.text.clone()));
            return Ok((all.collect(), false));
        };
        let pieces = segments.iter();
        let pieces: Vec<(usize, &str)> =
            pieces.map(|one| (one.message, one.text.as_str())).collect();
        let request = request(&prepared.planned.composed, 0);
        Ok((masking.shown(request, &pieces)?, true))
    }

    /// See [`crate::commands`].
    pub async fn plan_question(
        self: &Arc<Self>,
        i: AskAssistant,
    ) -> Result<PlannedDto, StudioError> {
        let question = bounded("question", &i.question, LONGEST_QUESTION)?;
        self.blocking(move |s| {
            let prepared = s.prepare(&AskAssistant { question, ..i })?;
            let (shown, masked) = s.shown_of(&prepared)?;
            let segments = prepared.planned.segments.iter().zip(shown);
            let segments = segments.filter_map(|(one, shown)| {
                Some(SegmentDto {
                    kind: one.kind,
                    message: to_u32(one.message),
                    role: match one.role {
                        Role::System => "system",
                        Role::User => "user",
                        Role::Assistant => "assistant",
                    }
                    .to_owned(),
                    text: shown?,
                })
            });
            Ok(PlannedDto {
                sent: sent(&prepared.planned),
                segments: segments.collect(),
                masked,
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
        let (lined, dto) = self
            .blocking(move |s| {
                let prepared = s.prepare(&i)?;
                if prepared.summarises() {
                    return Err(StudioError::SummaryFailed);
                }
                let asked = prepared.asked(Task::Assistant, batch_id, seed, over_budget);
                let talk = prepared.talk.clone();
                let (lined, _) = s.line_up_one(&asked, talk, prepared.plan)?;
                s.library.ask(
                    &i.conversation_id,
                    i.after.as_deref(),
                    &i.question,
                    &lined.call.id,
                    &json(&sent(&prepared.planned))?,
                )?;
                Ok((lined, s.conversation_of(&i.conversation_id)?))
            })
            .await?;
        let studio = self.clone();
        tokio::spawn(async move {
            studio.write_chain(lined).await;
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
        let talk = prepared.talk.clone();
        let covered = prepared.planned.covered;
        let upto = prepared.planned.to_summarise(prepared.said.len());
        let earlier = talk.summary.as_ref().filter(|_| covered > 0);
        let minutes = Arc::new(Minutes {
            kind: talk.brief.kind(),
            language: talk.brief.language(),
            earlier: earlier.map(|(text, _)| text.clone()),
            turns: talk.before[covered..upto.max(covered + 1)].to_vec(),
        });
        let (of, kind) = (minutes.clone(), minutes.kind);
        let asked = prepared.asked(Task::Summary, batch_id, seed, over_budget);
        let plan = prepared.plan;
        let (lined, take) = self
            .blocking(move |s| s.line_up_one(&asked, of, plan))
            .await?;
        self.tell(StudioEvent::Take {
            take: Box::new(take),
        });
        let written = self.write_chain(lined).await;
        let id = written.id;
        self.settle(&id).await?;
        // Who wrote them in the end may have read fewer turns than the first would have.
        let turns = minutes.sum(&written.chosen)?.turns;
        let last = prepared.said[covered + turns - 1].clone();
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
