//! The studio without a window: drafting from a brief, raw completions, checks, and what a command
//! line needs of the library and the shelf. What is not here is in the command table; a command
//! line calls those methods too ([`Studio::models`], [`Studio::add_file`], [`Studio::add_server`],
//! [`Studio::remove_model`], [`Studio::history`], [`Studio::node_text`], [`Studio::compare`],
//! [`Studio::restore_node`], [`Studio::search`], [`Studio::open_draft`]).

mod look;

use std::sync::Arc;

use futures::{StreamExt as _, TryStreamExt as _, stream};
use inkstone_desks::{Brief, Task, join};
use inkstone_generation::{
    CancellationToken, GenerationError, GenerationErrorKind, Prompt, Sampling, TextRequest,
    references::References,
};
use inkstone_library as lib;
use inkstone_manuscript::DocumentKind;
use serde::Serialize;

use crate::{
    Studio, StudioError,
    call::{self, Call, Departure, Ended, Reading, State},
    dto::{ErrorDto, TakeStatus},
    order::{self, MOST_VARIANTS, Order, Record},
    saving::NotSaved,
    shelf::{Chosen, STARTER},
    switch::{
        beside::{Facts, made_up},
        budget,
    },
};

pub use look::{Inspected, ProjectListing, Verified};

/// What to draft, without a document.
#[derive(Debug, Clone)]
pub struct DraftRun {
    /// The brief; its kind is the kind of text.
    pub brief: Brief,
    /// What to write from it: [`Task::Draft`], or for a screenplay also [`Task::Beats`] or
    /// [`Task::Outline`]. Tasks that need a text to work on are refused.
    pub task: Task,
    /// Id of the model on the shelf ([`Studio::find_model`]); the starter if `None`.
    pub model_id: Option<String>,
    /// How many; `None` for the brief's own number (ads) or one.
    pub variants: Option<u32>,
    /// Seed of the first variant, below 2^53; the others count on from it. `None` draws one.
    pub seed: Option<u64>,
    /// Words and phrases never to use, one a line; may be empty.
    pub house_rules: String,
    /// A wish in the person's words; may be empty.
    pub note: String,
}

impl DraftRun {
    /// A draft with the brief's own number of variants by the starter model.
    pub fn new(brief: Brief) -> Self {
        Self {
            brief,
            task: Task::Draft,
            model_id: None,
            variants: None,
            seed: None,
            house_rules: String::new(),
            note: String::new(),
        }
    }
}

/// A raw completion: the prompt goes to the model as it stands.
#[derive(Debug, Clone, Default)]
pub struct RawRun {
    /// The text to go on from.
    pub prompt: String,
    /// Id of the model on the shelf; the starter if `None`.
    pub model_id: Option<String>,
    /// At most this many new tokens; `None` leaves it to the model.
    pub max_tokens: Option<u32>,
    /// Temperature, 0 to 2; `None` is the usual 0.8.
    pub temperature: Option<f32>,
    /// Seed, below 2^53; `None` draws one.
    pub seed: Option<u64>,
    /// The answer ends before the first of these.
    pub stop: Vec<String>,
}

/// How far a run is. Called from the runtime's threads, so it must not block for long.
#[derive(Debug, Clone, PartialEq)]
pub enum Progress {
    /// The model is being loaded.
    Loading,
    /// A variant has begun: the model has read the prompt.
    Started {
        /// Which, from 0.
        variant: u32,
        /// The most tokens it will write, where there is a bound: the length of a progress bar.
        max_tokens: Option<u32>,
    },
    /// A variant has grown (at most every 50 ms).
    Text {
        /// Which, from 0.
        variant: u32,
        /// The whole text so far. It may change at its end as more comes.
        text: String,
        /// Tokens so far.
        tokens: u32,
    },
    /// A variant has ended, well or not.
    Ended {
        /// Which, from 0.
        variant: u32,
        /// How.
        status: TakeStatus,
        /// Tokens it took.
        tokens: u32,
    },
}

/// What a run has written. Serialises to what `--json` prints.
#[derive(Debug, Clone, Serialize)]
pub struct Written {
    /// The text: the first variant's, or all ads as one set.
    pub text: String,
    /// A title found in it (news headline).
    pub title: Option<String>,
    /// Each variant on its own, in order.
    pub variants: Vec<Variant>,
    /// How the first variant came to be.
    pub generation: Provenance,
}

impl Written {
    /// The first error among the variants, if any failed. Their text so far is kept.
    pub fn error(&self) -> Option<&ErrorDto> {
        self.variants.iter().find_map(|v| v.error.as_ref())
    }
}

/// One variant.
#[derive(Debug, Clone, Serialize)]
pub struct Variant {
    /// The text in its kind's notation.
    pub text: String,
    /// A title found in it.
    pub title: Option<String>,
    /// How it ended.
    pub status: TakeStatus,
    /// What failed, if something did.
    pub error: Option<ErrorDto>,
    /// How it came to be.
    pub generation: Provenance,
}

/// How a text came to be; the whole record lies in the library under `id`.
#[derive(Debug, Clone, Serialize)]
pub struct Provenance {
    /// Id of the generation.
    pub id: String,
    /// The model's name.
    pub model: String,
    /// Its id on the shelf.
    pub model_id: String,
    /// SHA-256 of its file.
    pub model_sha256: Option<String>,
    /// Adapter and version.
    pub engine: String,
    /// Host it was sent to; `null` for a local model.
    pub host: Option<String>,
    /// Prompt template, or `raw`.
    pub template: String,
    /// The seed.
    pub seed: u64,
    /// Why it ended: `stop`, `length`, `cancelled`, `error` ...
    pub finish_reason: String,
    /// What it used.
    pub usage: UsageCount,
    /// Time to the first token, in ms.
    pub first_token_ms: Option<u32>,
    /// Whole time, in ms.
    pub total_ms: u32,
}

/// Tokens, where known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct UsageCount {
    /// Of the prompt.
    pub prompt_tokens: Option<u32>,
    /// Of the answer.
    pub completion_tokens: Option<u32>,
}

type Told = Arc<dyn Fn(Progress) + Send + Sync>;

/// A call that waits for its model, and what its text is read as.
struct Waiting {
    call: Call,
    max_tokens: Option<u32>,
}

impl Studio {
    /// Drafts from a brief without a document. Each variant is recorded in the library, as it is
    /// written; on a cancel, what has come so far is the result. Variants that fail have their
    /// error beside their text.
    ///
    /// The person named the model, so a server may be asked; it stands in the ledger.
    ///
    /// # Errors
    /// The brief is not valid, there is no such model, it can't be loaded, or the run was
    /// cancelled before it began.
    pub async fn draft_brief(
        self: &Arc<Self>,
        run: DraftRun,
        cancel: CancellationToken,
        progress: impl Fn(Progress) + Send + Sync + 'static,
    ) -> Result<Written, StudioError> {
        let is_set = run.brief.kind() == DocumentKind::Ads && run.task == Task::Draft;
        let child = cancel.child_token();
        let model_id = run.model_id.clone().unwrap_or_else(|| STARTER.to_owned());
        let chosen = self.shelf.choose(&model_id)?;
        let composed = self.blocking({
            let chosen = chosen.clone();
            move |s| s.compose_run(&run, &chosen, &child)
        });
        let waiting = composed.await?;
        let mut written = self
            .write_run(chosen, waiting, cancel, Arc::new(progress))
            .await?;
        if is_set {
            let texts = written.variants.iter().map(|v| v.text.as_str());
            written.text = texts.fold(String::new(), |set, ad| {
                let end = set.len()..set.len();
                let ad = join(&set, &end, ad);
                set + &ad
            });
        }
        Ok(written)
    }

    /// Composes and writes down the calls of a run. Blocks.
    fn compose_run(
        &self,
        run: &DraftRun,
        chosen: &Chosen,
        cancel: &CancellationToken,
    ) -> Result<Vec<Waiting>, StudioError> {
        let note = order::checked_note(&run.note)?;
        let seed = run
            .seed
            .map_or_else(|| Ok(self.seed()), order::checked_seed)?;
        let own = order::own_number(&run.brief, &run.task);
        let variants = run.variants.unwrap_or(own);
        if variants == 0 || variants > MOST_VARIANTS {
            return Err(StudioError::BadRequest(format!(
                "variants: 1 to {MOST_VARIANTS}"
            )));
        }
        let batch_id = self.batch_id();
        let order = Order {
            brief: &run.brief,
            task: &run.task,
            document: "",
            selection: 0..0,
            note: &note,
            house_rules: &run.house_rules,
            variants,
        };
        (0..)
            .zip(order.compose(chosen)?)
            .map(|(variant, composed)| {
                let request = order::request(&composed, order::seed_for(seed, variant));
                self.wait(
                    Record {
                        draft_id: None,
                        task: run.task.name(),
                        batch_id: &batch_id,
                        variant,
                        chosen,
                        template: &composed.template,
                        template_sha256: &composed.template_sha256,
                        request: &request,
                        references: &composed.references,
                        target: None,
                        prompt_estimate: Some(budget::prompt_tokens(&composed)),
                        facts: &Facts {
                            made_up: made_up(chosen, &request, variants),
                            ..Facts::default()
                        },
                    },
                    cancel,
                )
            })
            .collect()
    }

    /// Writes a call down. Blocks.
    fn wait(&self, record: Record<'_>, cancel: &CancellationToken) -> Result<Waiting, StudioError> {
        let call = Call {
            variant: record.variant,
            request: record.request.clone(),
            references: record.references.clone(),
            before: String::new(),
            reading: Reading::of(record.template, None),
            departure: record.chosen.host.is_some().then(|| Departure {
                purpose: record.task.to_owned(),
                project_id: None,
            }),
            cancel: cancel.child_token(),
            id: self.begin(record)?,
        };
        Ok(Waiting {
            max_tokens: call.request.max_tokens,
            call,
        })
    }

    /// A raw completion: the prompt goes to the model as it stands, what comes back is the text as
    /// it stands. Recorded as a draft is; its template is `raw`.
    ///
    /// # Errors
    /// As [`Self::draft_brief`]; an empty prompt or a number out of range.
    pub async fn complete_raw(
        self: &Arc<Self>,
        run: RawRun,
        cancel: CancellationToken,
        progress: impl Fn(Progress) + Send + Sync + 'static,
    ) -> Result<Written, StudioError> {
        const RAW: &str = "raw";
        if run.prompt.is_empty() {
            let error = GenerationErrorKind::InvalidRequest;
            return Err(GenerationError::new(error, "the prompt is empty").into());
        }
        let usual = Sampling::default();
        let temperature = run.temperature.unwrap_or(usual.temperature);
        if !(0.0..=2.0).contains(&temperature) {
            return Err(StudioError::BadRequest("temperature: 0 to 2".into()));
        }
        if run.max_tokens == Some(0) {
            return Err(StudioError::BadRequest("max tokens: 1 or more".into()));
        }
        let chosen = self
            .shelf
            .choose(run.model_id.as_deref().unwrap_or(STARTER))?;
        let seed = run
            .seed
            .map_or_else(|| Ok(self.seed()), order::checked_seed)?;
        let prompt = u32::try_from(inkstone_desks::tokens(&run.prompt)).unwrap_or(u32::MAX);
        let request = TextRequest {
            prompt: Prompt::Raw(run.prompt),
            sampling: Sampling {
                temperature,
                seed,
                ..usual
            },
            max_tokens: run.max_tokens,
            stop: run.stop,
            constraint: None,
        };
        let child = cancel.child_token();
        let waiting = self.blocking({
            let chosen = chosen.clone();
            move |s| {
                s.wait(
                    Record {
                        draft_id: None,
                        task: RAW,
                        batch_id: &s.batch_id(),
                        variant: 0,
                        chosen: &chosen,
                        template: RAW,
                        template_sha256: "",
                        request: &request,
                        references: &References::new(),
                        target: None,
                        prompt_estimate: Some(prompt),
                        facts: &Facts::default(),
                    },
                    &child,
                )
            }
        });
        let waiting = vec![waiting.await?];
        self.write_run(chosen, waiting, cancel, Arc::new(progress))
            .await
    }

    async fn write_run(
        self: &Arc<Self>,
        chosen: Chosen,
        waiting: Vec<Waiting>,
        cancel: CancellationToken,
        told: Told,
    ) -> Result<Written, StudioError> {
        told(Progress::Loading);
        let loaded = tokio::select! {
            biased;
            () = cancel.cancelled() => Err(StudioError::Stopped),
            model = self.model(&chosen.id) => model.map(drop),
        };
        if let Err(e) = loaded {
            self.close(waiting, &e).await?;
            return Err(e);
        }
        let width = if chosen.host.is_some() {
            waiting.len().max(1)
        } else {
            1
        };
        let variants: Vec<Variant> = stream::iter(waiting)
            .map(|one| self.write_variant(&chosen, one, told.clone()))
            .buffered(width)
            .try_collect()
            .await?;
        let Some(first) = variants.first() else {
            return Err(StudioError::Internal("a run without variants".into()));
        };
        Ok(Written {
            text: first.text.clone(),
            title: first.title.clone(),
            generation: first.generation.clone(),
            variants,
        })
    }

    /// Ends the records of calls that will not be made.
    async fn close(
        self: &Arc<Self>,
        waiting: Vec<Waiting>,
        error: &StudioError,
    ) -> Result<(), StudioError> {
        let ended = match error {
            StudioError::Stopped => Ended::stopped(),
            e => Ended::failed(e),
        };
        self.blocking(move |s| {
            for Waiting { call, .. } in waiting {
                s.library.finish_generation(&call.id, &ended.end)?;
            }
            Ok(())
        })
        .await
    }

    async fn write_variant(
        self: &Arc<Self>,
        chosen: &Chosen,
        waiting: Waiting,
        told: Told,
    ) -> Result<Variant, StudioError> {
        let Waiting { call, max_tokens } = waiting;
        let (id, variant) = (call.id.clone(), call.variant);
        let turn = tokio::select! {
            biased;
            () = call.cancel.cancelled() => None,
            turn = self.turns(chosen).acquire_owned() => turn.ok(),
        };
        let reached = self.reach(&chosen.id, &call).await?;
        self.name_model(&*reached.model, &id).await?;
        let ended = match turn {
            None => {
                let ended = Ended::stopped();
                let (id, end) = (id.clone(), ended.end.clone());
                self.blocking(move |s| Ok(s.library.finish_generation(&id, &end)?))
                    .await?;
                ended
            }
            Some(_turn) => {
                told(Progress::Started {
                    variant,
                    max_tokens,
                });
                let tell = told.clone();
                let (mut ended, saving) = call::run(self, &reached, call, move |state: &State| {
                    let State { text, tokens, .. } = state.clone();
                    tell(Progress::Text {
                        variant,
                        text,
                        tokens,
                    });
                })
                .await;
                let saved = saving
                    .await
                    .map_err(|e| StudioError::Internal(e.to_string()))?;
                if let Err(NotSaved { why, .. }) = saved {
                    // The text is handed out all the same; that it is in no record is said.
                    ended
                        .error
                        .get_or_insert_with(|| StudioError::from(why).to_dto());
                }
                ended
            }
        };
        told(Progress::Ended {
            variant,
            status: ended.status(),
            tokens: ended.state.tokens,
        });
        let record = self
            .blocking(move |s| Ok(s.library.generation(&id)?))
            .await?;
        Ok(Variant {
            status: ended.status(),
            text: ended.state.text,
            title: ended.state.title,
            error: ended.error,
            generation: provenance(record, chosen, &ended.end),
        })
    }
}

fn provenance(g: lib::Generation, chosen: &Chosen, end: &lib::GenerationEnd) -> Provenance {
    Provenance {
        id: g.id,
        model: g.model_name,
        model_id: g.model_id,
        model_sha256: g.model_sha256,
        engine: g.engine,
        host: chosen.host.clone(),
        template: g.template,
        seed: g.seed.unsigned_abs(),
        finish_reason: end.finish_reason.clone(),
        usage: UsageCount {
            prompt_tokens: end.prompt_tokens,
            completion_tokens: end.completion_tokens,
        },
        first_token_ms: end.first_token_ms,
        total_ms: end.total_ms,
    }
}
