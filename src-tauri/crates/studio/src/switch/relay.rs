//! Calls that go from model to model: a chain is gone along until somebody writes.
//!
//! There is one way for all calls of models. Who asks says what the prompt is made of (a [`Recipe`]),
//! for whom ([`Asked`]) and who may answer (a plan); [`Studio::line_up`] asks the budgets and writes
//! the calls down, and [`Studio::write_chain`] makes them.

use std::{collections::VecDeque, ops::Range, sync::Arc};

use inkstone_desks::{Brief, Composed, DeskError, Task};
use inkstone_generation::{Apart, Odds, TextRequest};
use inkstone_library as lib;
use inkstone_manuscript::Language;

use super::{
    beside::Facts,
    budget,
    chain::{Plan, skipped},
    dto::SkippedDto,
};
use crate::{
    Studio, StudioError,
    call::{Call, Ended, FAILED},
    dto::{StudioEvent, TakeDto},
    order::{self, Order, seed_for},
    prompting::EditedPrompt,
    shelf::Chosen,
    story::answers::put_again,
};

/// What a prompt is made of, as it was when the person asked, for whichever model is asked.
pub(crate) trait Recipe: Send + Sync {
    /// The prompts for a model, one for each take that is asked of it. Blocks.
    fn compose(&self, chosen: &Chosen) -> Result<Vec<Composed>, StudioError>;

    /// The request that such a prompt becomes.
    fn request(&self, composed: &Composed, seed: u64) -> TextRequest {
        order::request(composed, seed)
    }

    /// The call of another model has taken the place of one that failed. Blocks.
    fn handed_on(
        &self,
        _: &Studio,
        _failed: &str,
        _next: &str,
        _: &Chosen,
    ) -> Result<(), StudioError> {
        Ok(())
    }

    /// How likely the tokens of an answer were, where the request asked.
    fn hear_odds(&self, _: Vec<Odds>) {}

    /// The kinds of data that have changed then.
    fn changes(&self) -> &'static [&'static str] {
        &[]
    }
}

/// What a text is drafted from.
#[derive(Debug)]
pub(crate) struct Ingredients {
    pub brief: Brief,
    pub task: Task,
    pub document: String,
    pub selection: Range<usize>,
    pub note: String,
    pub house_rules: String,
    /// A passage that says how the person writes; may be empty.
    pub voice: String,
    pub variants: u32,
    /// The prompt as the person left it, in the place of what would be composed.
    pub edited: Option<EditedPrompt>,
}

impl Recipe for Ingredients {
    fn compose(&self, chosen: &Chosen) -> Result<Vec<Composed>, StudioError> {
        let order = Order {
            brief: &self.brief,
            task: &self.task,
            document: &self.document,
            selection: self.selection.clone(),
            note: &self.note,
            house_rules: &self.house_rules,
            voice: &self.voice,
            variants: self.variants,
        };
        let mut all = order.compose(chosen)?;
        if let Some(edited) = &self.edited {
            for composed in &mut all {
                edited.put(composed, chosen)?;
            }
        }
        Ok(all)
    }
}

/// A prompt that a model has answered in the wrong form: its answer and what is wrong with it go
/// along.
pub(crate) struct Again {
    pub of: Arc<dyn Recipe>,
    pub answer: String,
    pub why: String,
    pub language: Language,
}

impl Recipe for Again {
    fn compose(&self, chosen: &Chosen) -> Result<Vec<Composed>, StudioError> {
        let mut all = self.of.compose(chosen)?;
        for composed in &mut all {
            put_again(
                &mut composed.messages,
                &self.answer,
                &self.why,
                self.language,
            );
        }
        Ok(all)
    }

    fn request(&self, composed: &Composed, seed: u64) -> TextRequest {
        self.of.request(composed, seed)
    }

    fn handed_on(
        &self,
        studio: &Studio,
        failed: &str,
        next: &str,
        chosen: &Chosen,
    ) -> Result<(), StudioError> {
        self.of.handed_on(studio, failed, next, chosen)
    }

    fn changes(&self) -> &'static [&'static str] {
        self.of.changes()
    }
}

/// For whom and on what calls are made.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    /// None for a text that belongs to no document.
    pub draft: Option<lib::Draft>,
    /// Whose lock and budget are asked; none beside a draft that is none.
    pub project_id: Option<String>,
    /// The task's name.
    pub task: String,
    pub batch_id: String,
    pub language: Language,
    /// How much of the script the prompt shows, in percent.
    pub share: u32,
    /// The number of the first take of this model in the batch, and how many it was asked for.
    pub first: u32,
    pub number: u32,
    /// The person has said yes to more than the budget.
    pub over_budget: bool,
    /// Of the first take; the others count on from it.
    pub seed: u64,
    /// What is written down beside the call.
    pub facts: Facts,
}

/// A model, what it is asked, and who is asked after it.
pub(crate) struct Group {
    pub chosen: Chosen,
    pub composed: Vec<Composed>,
    pub plan: Plan,
}

/// What is left of a chain for one take.
#[derive(Clone)]
pub(crate) struct Relay {
    pub asked: Asked,
    pub of: Arc<dyn Recipe>,
    /// Place among the takes of one model.
    pub nth: u32,
    pub rest: VecDeque<Chosen>,
    pub skipped: Vec<SkippedDto>,
}

/// A call with the model that is asked, and those that are asked after it.
pub(crate) struct Lined {
    pub chosen: Chosen,
    pub call: Call,
    pub relay: Relay,
}

/// The call that a chain ended with.
pub(crate) struct Last {
    pub id: String,
    pub chosen: Chosen,
    /// Who would have come next.
    pub relay: Relay,
}

/// Whether the next model may try: this one has written nothing, and what kept it from it is not
/// what would keep every other from it too.
pub(crate) fn goes_on(ended: &Ended) -> bool {
    let Some(error) = ended.error.as_ref().filter(|_| !ended.state.begun) else {
        return false;
    };
    ended.end.finish_reason == FAILED && is_models_own(&error.code)
}

/// Errors of a model or its server, and not of the request, the library or the person.
pub(crate) fn is_models_own(code: &str) -> bool {
    matches!(
        code,
        // Not reachable.
        "unreachable" | "certificate" | "proxy" | "timeout" | "stalled" | "interrupted"
        | "bad_address" | "redirected" | "not_an_api" | "garbled" | "server_trouble" | "loading"
        // Refused, or no key.
        | "unauthorized" | "forbidden" | "remote_not_found" | "refused" | "no_key"
        | "key_no_keychain" | "key_keychain_refused" | "key_keychain_silent" | "key_gone"
        | "keys_locked" | "keys_no_file" | "keys_damaged" | "keys_newer"
        | "rate_limited" | "long_wait" | "quota_used_up"
        // Does not fit.
        | "context_overflow" | "needs_larger_model" | "constraint_unmet" | "prompt_for_other"
        // The project was locked meanwhile.
        | "remote_not_allowed"
        // A file that can't be read.
        | "model_not_found" | "model_not_a_file" | "model_broken" | "model_unsupported"
        | "model_too_large"
    )
}

impl Studio {
    /// The prompts for the first of a plan that they can be composed for; the plan keeps the rest.
    /// Blocks.
    pub(crate) fn composed(of: &dyn Recipe, mut plan: Plan) -> Result<Group, StudioError> {
        loop {
            let Some(chosen) = plan.members.pop_front() else {
                return Err(StudioError::Internal("nobody is asked".into()));
            };
            match of.compose(&chosen) {
                Ok(composed) => {
                    return Ok(Group {
                        chosen,
                        composed,
                        plan,
                    });
                }
                Err(error) if !plan.members.is_empty() && is_models_own(&error.to_dto().code) => {
                    plan.skipped.push(skipped(&chosen, &error));
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Asks the budgets, and writes the calls of all groups down. Blocks.
    ///
    /// # Errors
    /// `BudgetPassed`: nothing was written down.
    pub(crate) fn line_up(
        &self,
        asked: &Asked,
        of: &Arc<dyn Recipe>,
        groups: Vec<Group>,
    ) -> Result<Vec<(Lined, TakeDto)>, StudioError> {
        let _one = self.spending();
        let requests: Vec<_> = groups
            .iter()
            .flat_map(|group| {
                group
                    .composed
                    .iter()
                    .map(|one| budget::most(&group.chosen, one))
            })
            .collect();
        self.allowed(asked, &requests)?;
        let mut lined = Vec::new();
        let mut first = asked.first;
        for Group {
            chosen,
            composed,
            plan,
        } in groups
        {
            let number = composed.len() as u32;
            for (nth, composed) in (0..).zip(composed) {
                let mut asked = asked.clone();
                asked.first = first;
                asked.share = composed.share;
                asked.facts.skipped.clone_from(&plan.skipped);
                let mut request = of.request(&composed, seed_for(asked.seed, nth));
                request.sampling.apart = apart(&chosen, asked.seed, nth, number);
                let (call, take) = self.enlist(&asked, &chosen, first + nth, &composed, request)?;
                let relay = Relay {
                    asked,
                    of: of.clone(),
                    nth,
                    rest: plan.members.clone(),
                    skipped: plan.skipped.clone(),
                };
                lined.push((
                    Lined {
                        chosen: chosen.clone(),
                        call,
                        relay,
                    },
                    take,
                ));
            }
            first += asked.number;
        }
        Ok(lined)
    }

    /// The same for a plan and one take of it: the first that it can be composed for is asked. Blocks.
    pub(crate) fn line_up_one(
        &self,
        asked: &Asked,
        of: Arc<dyn Recipe>,
        plan: Plan,
    ) -> Result<(Lined, TakeDto), StudioError> {
        let group = Self::composed(&*of, plan)?;
        let lined = self.line_up(asked, &of, vec![group])?;
        let one = lined.into_iter().next();
        one.ok_or_else(|| StudioError::Internal("nothing was composed".into()))
    }

    /// Whether requests that may come to so much stay within the budgets, or the person has said
    /// yes to more. Blocks.
    pub(crate) fn allowed(
        &self,
        asked: &Asked,
        requests: &[Option<super::dto::CostDto>],
    ) -> Result<(), StudioError> {
        if asked.over_budget {
            return Ok(());
        }
        match &asked.project_id {
            // What was allowed when the person asked may not be any more.
            Some(id) => self.within_budget(&self.library.project(id)?, requests),
            None => self.within_all(requests),
        }
    }

    /// Makes a call, and on it the calls of the models that follow, until one of them writes.
    pub(crate) async fn write_chain(self: &Arc<Self>, lined: Lined) -> Last {
        let Lined {
            mut chosen,
            mut call,
            mut relay,
        } = lined;
        loop {
            let id = call.id.clone();
            match self.write_member(&chosen, call, &mut relay).await {
                None => return Last { id, chosen, relay },
                Some(next) => (chosen, call) = next,
            }
        }
    }

    /// Lists the take of the next model that can be asked, and puts the one that failed away.
    /// `None` if nobody is left.
    pub(crate) async fn hand_on(
        self: &Arc<Self>,
        relay: &mut Relay,
        failed: (&Chosen, &str, &Ended),
    ) -> Option<(Chosen, Call)> {
        let (chosen, id, ended) = failed;
        if relay.rest.is_empty() {
            return None;
        }
        relay.skipped.push(SkippedDto {
            model_id: chosen.id.clone(),
            model_name: chosen.name.clone(),
            host: chosen.host.clone(),
            error: ended.error.clone()?,
        });
        let (mut trying, id) = (relay.clone(), id.to_owned());
        let made = self
            .blocking(move |s| {
                while let Some(next) = trying.rest.pop_front() {
                    match s.enlist_next(&mut trying, &next) {
                        Ok((call, take)) => {
                            trying.of.handed_on(s, &id, &call.id, &next)?;
                            s.library.decide_suggestion(&id, lib::Decision::Discarded)?;
                            return Ok((trying, Some((next, call, take))));
                        }
                        Err(error) => trying.skipped.push(skipped(&next, &error)),
                    }
                }
                Ok((trying, None))
            })
            .await;
        match made {
            Ok((tried, made)) => {
                *relay = tried;
                let (next, call, take) = made?;
                // Before the other one ends, so that the batch is never without a take.
                self.tell(StudioEvent::Take {
                    take: Box::new(take),
                });
                let changes = relay.of.changes();
                if !changes.is_empty() {
                    self.changed(changes);
                }
                Some((next, call))
            }
            Err(error) => {
                tracing::error!(%error, "a take could not be handed on");
                None
            }
        }
    }

    /// Composes for the next model and writes its call down. Blocks.
    fn enlist_next(
        &self,
        relay: &mut Relay,
        next: &Chosen,
    ) -> Result<(Call, TakeDto), StudioError> {
        let all = relay.of.compose(next)?;
        let number = all.len() as u32;
        let composed = all.into_iter().nth(relay.nth as usize);
        let composed = composed.ok_or(DeskError::EmptySelection)?;
        let _one = self.spending();
        self.allowed(&relay.asked, &[budget::most(next, &composed)])?;
        let mut wanted = relay
            .of
            .request(&composed, seed_for(relay.asked.seed, relay.nth));
        wanted.sampling.apart = apart(next, relay.asked.seed, relay.nth, number);
        let mut asked = relay.asked.clone();
        asked.share = composed.share;
        asked.facts.skipped = relay.skipped.clone();
        let made = self.enlist(
            &asked,
            next,
            relay.asked.first + relay.nth,
            &composed,
            wanted,
        )?;
        relay.asked.share = composed.share;
        Ok(made)
    }
}

/// What keeps several takes of one wish apart; only our own engine knows of it. One alone has it too, so
/// that it is the first of several.
fn apart(chosen: &Chosen, seed: u64, nth: u32, of: u32) -> Option<Apart> {
    let here = chosen.host.is_none();
    here.then_some(Apart { nth, of, seed })
}

#[cfg(test)]
mod tests {
    use inkstone_generation::GenerationErrorKind::{self, *};

    use super::*;

    /// A new kind has to be put on one of the sides; the compiler says so.
    fn is_everybodys(kind: GenerationErrorKind) -> bool {
        match kind {
            InvalidRequest | NotAllowed | Internal => true,
            ModelNotFound | ModelNotAFile | ModelBroken | ModelUnsupported | ModelTooLarge
            | ContextOverflow | ConstraintUnmet | Unreachable | Certificate | Proxy | Timeout
            | Stalled | Unauthorized | Forbidden | RemoteNotFound | RateLimited | LongWait
            | QuotaUsedUp | ServerTrouble | Loading | Refused | NotAnApi | Redirected | Garbled
            | BadAddress | Interrupted => false,
        }
    }

    #[test]
    fn what_is_a_models_own_fault_is_said_of_every_kind() {
        let mut seen = 0;
        for error in crate::error::samples() {
            let code = error.to_dto().code;
            if let StudioError::Generation(of) = &error {
                seen += 1;
                assert_eq!(is_models_own(&code), !is_everybodys(of.kind), "{code}");
            }
        }
        assert!(seen > 20, "{seen}");
        for code in [
            "disk_full",
            "conflict",
            "bad_request",
            "in_the_bin",
            "internal",
        ] {
            assert!(!is_models_own(code), "{code}");
        }
        assert!(is_models_own("keys_locked") && is_models_own("no_key"));
    }
}
