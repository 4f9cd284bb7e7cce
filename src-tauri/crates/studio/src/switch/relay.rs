//! A take that a model can't write is handed on to the next one in the chain.

use std::{collections::VecDeque, ops::Range, sync::Arc};

use inkstone_desks::{Brief, Composed, DeskError, Task};

use super::{chain::skipped, dto::SkippedDto};
use crate::{
    Studio, StudioError,
    call::{Call, Ended, FAILED},
    dto::{StudioEvent, TakeDto},
    order::{Order, request, seed_for},
    shelf::Chosen,
    story::answers::Asked,
};

/// All that a prompt is made of, as it was when the person asked.
#[derive(Debug)]
pub(crate) struct Ingredients {
    pub brief: Brief,
    pub task: Task,
    pub document: String,
    pub selection: Range<usize>,
    pub note: String,
    pub house_rules: String,
    pub variants: u32,
    pub seed: u64,
    /// The person has said yes to more than the budget.
    pub over_budget: bool,
}

impl Ingredients {
    pub fn order(&self) -> Order<'_> {
        Order {
            brief: &self.brief,
            task: &self.task,
            document: &self.document,
            selection: self.selection.clone(),
            note: &self.note,
            house_rules: &self.house_rules,
            variants: self.variants,
        }
    }
}

/// What is left of a chain for one take.
#[derive(Debug, Clone)]
pub(crate) struct Relay {
    pub asked: Asked,
    pub of: Arc<Ingredients>,
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
    pub share: u32,
}

/// Whether the next model may try: this one has written nothing, and what kept it from it is not
/// what would keep every other from it too.
pub(crate) fn goes_on(ended: &Ended) -> bool {
    let begun = ended.state.tokens > 0 || !ended.state.text.is_empty();
    let Some(error) = ended.error.as_ref().filter(|_| !begun) else {
        return false;
    };
    ended.end.finish_reason == FAILED && is_models_own(&error.code)
}

/// Errors of a model or its server, and not of the request, the library or the person.
fn is_models_own(code: &str) -> bool {
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
        | "context_overflow" | "needs_larger_model" | "constraint_unmet"
        // The project was locked meanwhile.
        | "remote_not_allowed"
        // A file that can't be read.
        | "model_not_found" | "model_not_a_file" | "model_broken" | "model_unsupported"
        | "model_too_large"
    )
}

impl Studio {
    /// Makes a call, and on it the calls of the models that follow, until one of them writes.
    pub(crate) async fn write_chain(self: &Arc<Self>, lined: Lined) -> Last {
        let Lined {
            mut chosen,
            mut call,
            mut relay,
        } = lined;
        loop {
            let id = call.id.clone();
            match self.write_member(&chosen, call, Some(&mut relay)).await {
                None => {
                    return Last {
                        id,
                        chosen,
                        share: relay.asked.share,
                    };
                }
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
                            s.library
                                .decide_suggestion(&id, inkstone_library::Decision::Discarded)?;
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
        // What was allowed when the person asked may not be any more.
        let project = self.library.project(&relay.asked.project_id)?;
        let composed = self.composed_for(&relay.of, next, relay.nth)?;
        let _one = self.spending();
        if !relay.of.over_budget {
            self.within_budget(&project, &[super::budget::most(next, &composed)])?;
        }
        let wanted = request(&composed, seed_for(relay.of.seed, relay.nth));
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

    fn composed_for(
        &self,
        of: &Ingredients,
        chosen: &Chosen,
        nth: u32,
    ) -> Result<Composed, StudioError> {
        let all = of.order().compose(chosen)?;
        let one = all.into_iter().nth(nth as usize);
        one.ok_or_else(|| DeskError::EmptySelection.into())
    }
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
