//! Asking for takes: of the first model of a chain that can write them, or of several side by side.

use std::sync::Arc;

use futures::future::join_all;
use inkstone_desks::Task;
use inkstone_generation::{Form, TextRequest};
use inkstone_library as lib;
use serde::{Deserialize, Serialize};

use super::{
    chain::Plan,
    dto::{CostDto, MadeUp, SkippedDto, TakeFacts},
    relay::{Asked, Ingredients, Lined, Recipe},
    resume::Part,
};
use crate::{
    Studio, StudioError,
    actions::{OwnTakeDto, own_take, resolved_task},
    drafts::bytes,
    dto::Batch,
    inputs::Generate,
    order::{LOCAL, LONGEST_NOTE, MOST_VARIANTS, checked_note, own_number, seed_of},
    projects::bounded,
    shelf::Chosen,
};

/// More models than this are not asked at once.
const MOST_MODELS: usize = 6;

/// What is written down beside a call.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Facts {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub skipped: Vec<SkippedDto>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub made_up: Vec<MadeUp>,
    /// Names and numbers gave way to placeholders; written down when it leaves.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub masked: bool,
    /// The person changed the prompt before it was sent.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub edited: bool,
    /// The person's own action that it was asked by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub own: Option<OwnTakeDto>,
    /// The text that it goes on from, by the calls that wrote it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub resumes: Vec<Part>,
}

/// What was written down beside a call. What a newer program wrote differently counts as nothing.
pub(crate) fn facts_of(g: &lib::Generation) -> Facts {
    serde_json::from_str(&g.facts_json).unwrap_or_default()
}

/// What has to be made up for when a request goes to a model.
pub(crate) fn made_up(chosen: &Chosen, request: &TextRequest, number: u32) -> Vec<MadeUp> {
    if chosen.host.is_none() {
        return Vec::new();
    }
    let mut made_up = vec![MadeUp::Seed];
    if number > 1 {
        made_up.push(MadeUp::Number);
    }
    if let Some(constraint) = &request.constraint {
        let kept = matches!(constraint.form, Some(Form::JsonSchema(_)) if chosen.keeps_schema);
        if constraint.form.is_some() && !kept {
            made_up.push(MadeUp::Form);
        }
        if !constraint.limits.is_empty()
            || !constraint.banned.is_empty()
            || !constraint.required.is_empty()
        {
            made_up.push(MadeUp::Limits);
        }
    }
    made_up
}

/// What a take says of itself besides its text.
pub(crate) fn take_facts(g: &lib::Generation) -> TakeFacts {
    let facts = facts_of(g);
    let remote = g.locality != LOCAL;
    let (mut prompt, mut completion, mut guessed) = (None, None, false);
    if let Some(end) = &g.end {
        (prompt, completion) = (end.prompt_tokens, end.completion_tokens);
        let used = g.tokens > 0 || prompt.is_some();
        if remote && used && (prompt.is_none() || completion.is_none()) {
            guessed = true;
            prompt = prompt.or(g.prompt_estimate);
            completion = completion.or(Some(g.tokens));
        }
    }
    let price: Option<lib::Price> = g
        .price_json
        .as_deref()
        .and_then(|price| serde_json::from_str(price).ok());
    let cost = price.zip(prompt).map(|(price, prompt)| CostDto {
        amount: price.of(prompt.into(), completion.unwrap_or_default().into()),
        currency: price.currency,
    });
    TakeFacts {
        model_id: g.model_id.clone(),
        skipped: facts.skipped,
        made_up: facts.made_up,
        masked: facts.masked,
        edited: facts.edited,
        own: facts.own,
        resumes: facts.resumes.last().map(|part| part.generation.clone()),
        prompt_tokens: prompt,
        completion_tokens: completion,
        guessed,
        cost,
    }
}

/// What is asked for, whom it is asked of, and for what.
pub(crate) struct Ordered {
    pub draft: lib::Draft,
    pub project: lib::Project,
    pub plans: Vec<Plan>,
    pub of: Ingredients,
}

impl Studio {
    /// See [`crate::commands`].
    pub async fn generate(self: &Arc<Self>, i: Generate) -> Result<Batch, StudioError> {
        let seed = match i.seed {
            None => self.seed(),
            Some(given) => seed_of(given)?,
        };
        self.end_guess();
        let studio = self.clone();
        let (task, lined, batch) = self
            .blocking(move |s| s.order_takes(&studio.batch_id(), i, seed))
            .await?;
        match task {
            Task::Characters | Task::Coverage | Task::Knowledge => {
                tokio::spawn(self.clone().write_checked(lined));
            }
            _ => {
                tokio::spawn(self.clone().write_all(lined));
            }
        }
        Ok(batch)
    }

    async fn write_all(self: Arc<Self>, lined: Vec<Lined>) {
        join_all(lined.into_iter().map(|one| self.write_chain(one))).await;
        self.changed(&["takes"]);
    }

    /// What is asked for, and who is asked. Blocks.
    pub(crate) fn ordered(&self, i: &Generate) -> Result<Ordered, StudioError> {
        let (draft, document) = self.not_deleted(&i.draft_id)?;
        let project = self.library.project(&document.project_id)?;
        let brief = Self::brief(document.kind, document.language, &draft.fields)?;
        let task = resolved_task(self.library.path(), &i.task)?;
        let name = task.name();
        let named = i.models.clone().unwrap_or_default();
        if named.len() > MOST_MODELS {
            return Err(StudioError::BadRequest("too many models".into()));
        }
        let plans = if named.is_empty() {
            vec![self.plan(&project, Some(document.kind), name)?]
        } else {
            let one = |id: &String| {
                self.shelf.choose(id)?;
                self.plan_of(
                    Some(&project),
                    Some(document.kind),
                    name,
                    std::slice::from_ref(id),
                )
            };
            named.iter().map(one).collect::<Result<_, _>>()?
        };
        if let Task::Tone { tone } = &task {
            bounded("tone", tone, LONGEST_NOTE)?;
        }
        if let Some(edited) = &i.prompt {
            edited.checked()?;
        }
        let own = own_number(&brief, &task);
        let of = Ingredients {
            selection: bytes(&draft.body, i.from, i.to)?,
            note: checked_note(&i.note)?,
            house_rules: project.house_rules.clone(),
            voice: self.voice_of(&project.id)?,
            variants: if i.variants == 0 {
                own
            } else {
                i.variants.min(MOST_VARIANTS)
            },
            document: draft.body.clone(),
            task,
            brief,
            edited: i.prompt.clone(),
        };
        Ok(Ordered {
            draft,
            project,
            plans,
            of,
        })
    }

    /// Composes and writes down the calls of a batch. Blocks.
    fn order_takes(
        &self,
        batch_id: &str,
        i: Generate,
        seed: u64,
    ) -> Result<(Task, Vec<Lined>, Batch), StudioError> {
        let Ordered {
            draft,
            project,
            plans,
            of,
        } = self.ordered(&i)?;
        let name = i.task.name();
        let asked = Asked {
            project_id: Some(project.id.clone()),
            task: name.to_owned(),
            batch_id: batch_id.to_owned(),
            language: of.brief.language(),
            share: 100,
            draft: Some(draft.clone()),
            first: 0,
            number: of.variants,
            over_budget: i.over_budget.unwrap_or_default(),
            seed,
            facts: Facts {
                edited: of.edited.is_some(),
                own: own_take(&of.task, of.brief.language()),
                ..Facts::default()
            },
        };
        let of: Arc<dyn Recipe> = Arc::new(of);
        let groups = plans
            .into_iter()
            .map(|plan| Self::composed(&*of, plan))
            .collect::<Result<Vec<_>, _>>()?;
        let lined = self.line_up(&asked, &of, groups)?;
        let (lined, takes) = lined.into_iter().unzip();
        // Without the record a part counts as made from what stands there when it is seen.
        if let Err(error) = self.note_asked(&draft.id, &i.task, batch_id) {
            tracing::warn!(%error, "what a story stood like was not noted");
        }
        Ok((
            i.task,
            lined,
            Batch {
                batch_id: batch_id.to_owned(),
                takes,
            },
        ))
    }
}
