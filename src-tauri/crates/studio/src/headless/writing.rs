//! A run of calls from its beginning to its end, and what is told of it meanwhile.

use std::{collections::HashMap, sync::Arc};

use futures::future::join_all;
use inkstone_generation::CancellationToken;
use inkstone_library as lib;

use super::{Progress, Provenance, Told, UsageCount, Variant, Written};
use crate::{
    Studio, StudioError,
    dto::{StudioEvent, TakeDecision, TakeDto, TakeStatus},
    inputs::Id,
    shelf::Chosen,
    switch::relay::{Last, Lined},
    waiting::WaitingDto,
};

/// What was told of one take.
#[derive(Default)]
struct Heard {
    begun: bool,
    over: bool,
    tokens: u32,
    waiting: Option<WaitingDto>,
}

/// Tells of the takes of one run.
struct Teller {
    told: Told,
    /// The bounds on new tokens, by variant.
    most: HashMap<u32, Option<u32>>,
    heard: HashMap<String, Heard>,
}

impl Teller {
    fn hear(&mut self, take: &TakeDto) {
        let variant = take.variant;
        let heard = self.heard.entry(take.id.clone()).or_default();
        if heard.over || take.status == TakeStatus::Waiting {
            return;
        }
        if take.status == TakeStatus::Writing && !std::mem::replace(&mut heard.begun, true) {
            (self.told)(Progress::Started {
                variant,
                max_tokens: self.most.get(&variant).copied().flatten(),
            });
        }
        if let Some(waiting) = take.waiting.filter(|now| heard.waiting != Some(*now)) {
            (self.told)(Progress::Waiting { variant, waiting });
        }
        heard.waiting = take.waiting;
        if take.tokens > heard.tokens {
            heard.tokens = take.tokens;
            (self.told)(Progress::Text {
                variant,
                text: take.text.clone(),
                tokens: take.tokens,
            });
        }
        if take.status == TakeStatus::Writing {
            return;
        }
        heard.over = true;
        (self.told)(if take.decision == TakeDecision::Discarded {
            Progress::HandedOn {
                variant,
                model: take.model_name.clone(),
                error: take.error.clone(),
            }
        } else {
            Progress::Ended {
                variant,
                status: take.status,
                tokens: take.tokens,
            }
        });
    }
}

impl Studio {
    /// Makes the calls of a run, and those of the models that follow.
    pub(super) async fn write_run(
        self: &Arc<Self>,
        lined: Vec<(Lined, TakeDto)>,
        cancel: &CancellationToken,
        told: Told,
    ) -> Result<Written, StudioError> {
        told(Progress::Loading);
        let mut events = self.subscribe();
        let most = lined.iter();
        let most = most.map(|(one, _)| (one.call.variant, one.call.request.max_tokens));
        let mut teller = Teller {
            most: most.collect(),
            told,
            heard: HashMap::new(),
        };
        let batch = lined.first().map(|(_, take)| take.batch_id.clone());
        let batch = batch.unwrap_or_default();
        let all = lined.into_iter().map(|(one, _)| self.write_chain(one));
        let mut writing = std::pin::pin!(join_all(all));
        let mut stopped = false;
        let ended = loop {
            tokio::select! {
                biased;
                () = cancel.cancelled(), if !stopped => {
                    stopped = true;
                    // What is over by now need not be stopped.
                    let _ = self.stop(Id { id: batch.clone() }).await;
                }
                event = events.recv() => match event {
                    Ok(StudioEvent::Take { take }) if take.batch_id == batch => teller.hear(&take),
                    // What was missed of a text comes with the next piece.
                    _ => {}
                },
                ended = &mut writing => break ended,
            }
        };
        while let Ok(event) = events.try_recv() {
            if let StudioEvent::Take { take } = event
                && take.batch_id == batch
            {
                teller.hear(&take);
            }
        }
        let mut variants = Vec::new();
        for last in ended {
            variants.push(self.variant(last).await?);
        }
        let Some(first) = variants.first() else {
            return Err(StudioError::Internal("a run without variants".into()));
        };
        Ok(Written {
            text: first.text.clone(),
            title: first.title.clone(),
            generation: first.generation.clone(),
            variants,
            best: None,
            evaluations: Vec::new(),
        })
    }

    /// What a chain has written in the end.
    async fn variant(self: &Arc<Self>, last: Last) -> Result<Variant, StudioError> {
        let Last { id, chosen, .. } = last;
        // The text is handed out all the same where it is in no record; that is said.
        let unsaved = self.settle(&id).await.err();
        let (record, take) = self
            .blocking(move |s| Ok((s.library.generation(&id)?, s.take(&id)?)))
            .await?;
        let generation = provenance(record, &chosen, &take);
        Ok(Variant {
            text: take.text,
            title: take.title,
            status: take.status,
            error: take.error.or_else(|| unsaved.map(|e| e.to_dto())),
            generation,
            odds: Vec::new(),
        })
    }
}

fn provenance(g: lib::Generation, chosen: &Chosen, take: &TakeDto) -> Provenance {
    let end = g.end.unwrap_or_default();
    Provenance {
        id: g.id,
        model: g.model_name,
        model_id: g.model_id,
        model_sha256: g.model_sha256,
        engine: g.engine,
        host: chosen.host.clone(),
        template: g.template,
        seed: g.seed.unsigned_abs(),
        skipped: take.facts.skipped.clone(),
        cost: take.facts.cost.clone(),
        finish_reason: end.finish_reason,
        usage: UsageCount {
            prompt_tokens: end.prompt_tokens,
            completion_tokens: end.completion_tokens,
        },
        first_token_ms: end.first_token_ms,
        total_ms: end.total_ms,
    }
}
