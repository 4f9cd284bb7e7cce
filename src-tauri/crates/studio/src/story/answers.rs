//! Calls that are written down and made outside of a plain batch: an answer that must be JSON is
//! asked for once more when it is none, and a report is kept when it has come.

use std::sync::Arc;

use futures::future::join_all;
use inkstone_desks::{Composed, Coverage, Task, validate};
use inkstone_generation::{Message, Prompt, Role, TextRequest};
use inkstone_library as lib;
use inkstone_manuscript::Language;
use serde_json::json;

use super::dto::KeptReport;
use crate::{
    Studio, StudioError,
    call::{Call, Departure, Reading},
    dto::{TakeDto, TakeStatus},
    order::{Record, request_of},
    shelf::Chosen,
    switch::{
        beside::{Facts, made_up},
        budget,
        relay::Lined,
        resume,
    },
    takes::{resolved, take_dto},
};

/// Of a bad answer, as much as shows what was wrong with it.
const SHOWN: usize = 1500;

/// For whom and on what a call is made.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub draft: lib::Draft,
    pub project_id: String,
    pub task: Task,
    pub batch_id: String,
    pub language: Language,
    /// How much of the script the prompt shows, in percent.
    pub share: u32,
    /// The number of the first take of this model in the batch, and how many it was asked for.
    pub first: u32,
    pub number: u32,
    /// What is written down beside the call.
    pub facts: Facts,
}

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
            draft_id: Some(&asked.draft.id),
            task: asked.task.name(),
            batch_id: &asked.batch_id,
            variant,
            chosen,
            template: &composed.template,
            template_sha256: &composed.template_sha256,
            request: &request,
            references: &composed.references,
            target: Some(composed.target.clone()),
            prompt_estimate: Some(budget::prompt_tokens(composed)),
            facts: &facts,
        })?;
        let kind = self.library.document(&asked.draft.document_id)?.kind;
        let mut take = take_dto(self.library.generation(&id)?, kind, &asked.draft.body);
        take.status = TakeStatus::Waiting;
        let call = Call {
            id,
            variant,
            reading: Reading::of(&composed.template, Some(kind)),
            request,
            references: composed.references.clone(),
            before: resume::before(&facts.resumes),
            departure: chosen.host.is_some().then(|| Departure {
                purpose: asked.task.name().to_owned(),
                project_id: Some(asked.project_id.clone()),
            }),
            cancel: inkstone_generation::CancellationToken::new(),
        };
        self.list_live(&take, &asked.project_id, &call.cancel);
        Ok((call, take))
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
        let generation = self.library.generation(id)?;
        let kept = KeptReport {
            model_name: generation.model_name,
            share: asked.share,
            coverage: Coverage::read(answer, &asked.draft.body),
        };
        let body = serde_json::to_value(kept).map_err(|e| StudioError::Internal(e.to_string()))?;
        self.library
            .keep_report(&asked.draft.id, Some(id), asked.task.name(), &body)?;
        self.library
            .decide_suggestion(id, lib::Decision::Accepted)?;
        Ok(())
    }
}

async fn checked(studio: &Arc<Studio>, lined: Lined, most: u32) -> Result<(), StudioError> {
    let mut asked = lined.relay.asked.clone();
    let variant = lined.call.variant;
    let last = studio.write_chain(lined).await;
    let (mut id, chosen) = (last.id, &last.chosen);
    asked.share = last.share;
    asked.facts = Facts::default();
    studio.settle(&id).await?;
    let template = studio.library.generation(&id)?;
    let mut request = request_of(&template)?;
    let key = id.clone();
    let Some(mut answer) = studio.blocking(move |s| s.answer(&key)).await? else {
        return Ok(());
    };
    if let Err(why) = validate(&asked.task, &answer) {
        // The first answer stays in the record; the second stands beside it.
        if let Prompt::Chat(messages) = &mut request.prompt {
            put_again(messages, &answer, &why, asked.language);
        }
        let composed = Composed {
            template: template.template,
            template_sha256: template.template_sha256,
            messages: match &request.prompt {
                Prompt::Chat(messages) => messages.clone(),
                Prompt::Raw(_) => Vec::new(),
            },
            ..Composed::default()
        };
        let (again, first) = (asked.clone(), id.clone());
        let chosen_again = chosen.clone();
        let (call, take) = studio
            .blocking(move |s| {
                let made = s.enlist(&again, &chosen_again, most + variant, &composed, request)?;
                s.library
                    .decide_suggestion(&first, lib::Decision::Discarded)?;
                Ok(made)
            })
            .await?;
        studio.tell_take(&id).await;
        id = call.id.clone();
        studio.tell(crate::dto::StudioEvent::Take {
            take: Box::new(take),
        });
        studio.write_take(chosen, call).await;
        studio.settle(&id).await?;
        let key = id.clone();
        match studio.blocking(move |s| s.answer(&key)).await? {
            Some(second) if validate(&asked.task, &second).is_ok() => answer = second,
            _ => return Ok(()),
        }
    }
    if asked.task == Task::Coverage {
        let (asked, id) = (asked.clone(), id.clone());
        studio
            .blocking(move |s| s.keep_coverage(&asked, &id, &answer))
            .await?;
    }
    studio.tell_take(&id).await;
    Ok(())
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
