//! Calls that are written down and made outside of a plain batch: an answer that must be JSON is
//! asked for once more when it is none, and a report is kept when it has come.

use std::sync::Arc;

use futures::future::join_all;
use inkstone_desks::{Composed, Coverage, Task, validate};
use inkstone_generation::{Message, Role, TextRequest};
use inkstone_library as lib;
use inkstone_manuscript::Language;
use serde_json::json;

use super::dto::KeptReport;
use crate::{
    Studio, StudioError,
    call::{Call, Departure, Reading},
    dto::{TakeDto, TakeStatus},
    order::{Record, seed_for},
    shelf::Chosen,
    switch::{
        beside::{Facts, made_up},
        budget,
        chain::Plan,
        relay::{Again, Asked, Lined, Recipe, Relay},
        resume,
    },
    takes::{resolved, take_dto},
};

/// Of a bad answer, as much as shows what was wrong with it.
const SHOWN: usize = 1500;

impl Studio {
    /// Writes a call down and lists it among the takes that are being written. Blocks.
    pub(crate) fn enlist(
        &self,
        asked: &Asked,
        chosen: &Chosen,
        variant: u32,
        composed: &Composed,
        request: TextRequest,
    ) -> Result<(Call, TakeDto), StudioError> {
        let mut facts = asked.facts.clone();
        facts.made_up = made_up(chosen, &request, asked.number);
        let id = self.begin(Record {
            draft_id: asked.draft.as_ref().map(|draft| draft.id.as_str()),
            task: &asked.task,
            batch_id: &asked.batch_id,
            variant,
            chosen,
            template: &composed.template,
            template_sha256: &composed.template_sha256,
            request: &request,
            references: &composed.references,
            target: asked.draft.as_ref().map(|_| composed.target.clone()),
            prompt_estimate: Some(budget::prompt_tokens(composed)),
            facts: &facts,
        })?;
        let kind = match &asked.draft {
            Some(draft) => Some(self.library.document(&draft.document_id)?.kind),
            None => None,
        };
        let body = asked.draft.as_ref().map_or("", |draft| &draft.body);
        let mut take = take_dto(self.library.generation(&id)?, kind, body);
        take.status = TakeStatus::Waiting;
        let call = Call {
            id,
            variant,
            reading: Reading::of(&composed.template, kind),
            request,
            references: composed.references.clone(),
            before: resume::before(&facts.resumes),
            departure: chosen.host.is_some().then(|| Departure {
                purpose: asked.task.clone(),
                project_id: asked.project_id.clone(),
            }),
            cancel: inkstone_generation::CancellationToken::new(),
        };
        let project_id = asked.project_id.as_deref().unwrap_or_default();
        self.list_live(&take, project_id, &call.cancel);
        Ok((call, take))
    }

    /// Writes the call down that asks once more for an answer in the right form; it is asked of who
    /// answered, and then of those who would have come next. `further`: how far its number in the batch
    /// is from that of the first. Blocks.
    pub(crate) fn line_up_again(
        &self,
        relay: Relay,
        chosen: Chosen,
        answer: String,
        why: String,
        further: u32,
    ) -> Result<(Lined, TakeDto), StudioError> {
        let Relay {
            mut asked,
            of,
            nth,
            rest,
            skipped,
        } = relay;
        // One of several takes alone.
        asked.first += nth + further;
        asked.seed = seed_for(asked.seed, nth);
        asked.number = 1;
        asked.facts = Facts::default();
        let language = asked.language;
        let of: Arc<dyn Recipe> = Arc::new(Again {
            of: Arc::new(Nth { of, nth }),
            answer,
            why,
            language,
        });
        let mut members = rest;
        members.push_front(chosen);
        self.line_up_one(&asked, of, Plan { members, skipped })
    }

    /// Makes calls whose answers must be in a form, each once more if it is not; keeps reports.
    pub(crate) async fn write_checked(self: Arc<Self>, lined: Vec<Lined>) {
        let most = u32::try_from(lined.len()).unwrap_or(1);
        let all = lined.into_iter().map(|one| {
            let studio = &self;
            async move {
                if let Err(e) = checked(studio, one, most).await {
                    tracing::error!(error = %e, "an answer could not be looked at");
                }
            }
        });
        join_all(all).await;
        self.changed(&["takes", "reports"]);
    }

    /// The answer of a take, if it has come to its end. Blocks.
    fn answer(&self, id: &str) -> Result<Option<String>, StudioError> {
        let generation = self.library.generation(id)?;
        let over = generation
            .end
            .as_ref()
            .is_some_and(|end| matches!(end.finish_reason.as_str(), "stop" | "length"));
        Ok(over.then(|| resolved(&generation)))
    }

    /// Keeps what a reader wrote. Blocks.
    fn keep_coverage(&self, asked: &Asked, id: &str, answer: &str) -> Result<(), StudioError> {
        let Some(draft) = &asked.draft else {
            return Ok(());
        };
        let generation = self.library.generation(id)?;
        let kept = KeptReport {
            model_name: generation.model_name,
            share: asked.share,
            coverage: Coverage::read(answer, &draft.body),
        };
        let body = serde_json::to_value(kept).map_err(|e| StudioError::Internal(e.to_string()))?;
        self.library
            .keep_report(&draft.id, Some(id), &asked.task, &body)?;
        self.library
            .decide_suggestion(id, lib::Decision::Accepted)?;
        Ok(())
    }
}

async fn checked(studio: &Arc<Studio>, lined: Lined, most: u32) -> Result<(), StudioError> {
    let Some(task) = Task::named(&lined.relay.asked.task) else {
        return Ok(());
    };
    let mut last = studio.write_chain(lined).await;
    studio.settle(&last.id).await?;
    let key = last.id.clone();
    let Some(mut answer) = studio.blocking(move |s| s.answer(&key)).await? else {
        return Ok(());
    };
    if let Err(why) = validate(&task, &answer) {
        // The first answer stays in the record; the second stands beside it.
        let first = last.id.clone();
        let said = answer.clone();
        let (lined, take) = studio
            .blocking(move |s| {
                let made = s.line_up_again(last.relay, last.chosen, said, why, most)?;
                s.library
                    .decide_suggestion(&first, lib::Decision::Discarded)?;
                Ok(made)
            })
            .await?;
        studio.tell_take(&last.id).await;
        studio.tell(crate::dto::StudioEvent::Take {
            take: Box::new(take),
        });
        last = studio.write_chain(lined).await;
        studio.settle(&last.id).await?;
        let key = last.id.clone();
        match studio.blocking(move |s| s.answer(&key)).await? {
            Some(second) if validate(&task, &second).is_ok() => answer = second,
            _ => return Ok(()),
        }
    }
    let (id, asked) = (last.id.clone(), last.relay.asked);
    if task == Task::Coverage {
        studio
            .blocking(move |s| s.keep_coverage(&asked, &id, &answer))
            .await?;
    }
    studio.tell_take(&last.id).await;
    Ok(())
}

/// One of the prompts of a recipe.
struct Nth {
    of: Arc<dyn Recipe>,
    nth: u32,
}

impl Recipe for Nth {
    fn compose(&self, chosen: &Chosen) -> Result<Vec<Composed>, StudioError> {
        let all = self.of.compose(chosen)?;
        Ok(all.into_iter().skip(self.nth as usize).take(1).collect())
    }

    fn request(&self, composed: &Composed, seed: u64) -> TextRequest {
        self.of.request(composed, seed)
    }
}

/// Shows a model its answer and what is wrong with it.
pub(crate) fn put_again(messages: &mut Vec<Message>, answer: &str, why: &str, language: Language) {
    let shown: String = answer.chars().take(SHOWN).collect();
    let content = match language {
        Language::English => format!(
            "That is not in the form asked for: {why}. Answer again with the one JSON object and nothing else."
        ),
        Language::Chinese => {
            format!("格式不对：{why}。请重新回答，只给那一个 JSON 对象，别的一概不写。")
        }
    };
    messages.push(Message {
        role: Role::Assistant,
        content: shown,
    });
    messages.push(Message {
        role: Role::User,
        content,
    });
}

/// What is known of an interview's question, for the record.
pub(super) fn facts(left_out: usize, scenes: usize, scenes_told: usize) -> serde_json::Value {
    json!({ "left_out": left_out, "scenes": scenes, "scenes_told": scenes_told })
}
