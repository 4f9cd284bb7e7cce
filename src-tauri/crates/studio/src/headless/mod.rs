//! The studio without a window: drafting from a brief, raw completions, checks, and what a command
//! line needs of the library and the shelf. What is not here is in the command table; a command
//! line calls those methods too ([`Studio::models`], [`Studio::add_file`], [`Studio::add_server`],
//! [`Studio::remove_model`], [`Studio::history`], [`Studio::node_text`], [`Studio::compare`],
//! [`Studio::restore_node`], [`Studio::search`], [`Studio::open_draft`]).

mod best;
mod look;
mod writing;

use std::sync::{Arc, Mutex, PoisonError};

use inkstone_desks::{Brief, Composed, Task, join};
use inkstone_generation::{
    CancellationToken, GenerationError, GenerationErrorKind, Message, Odds, Prompt, Role, Sampling,
    TextRequest,
};
use inkstone_manuscript::{DocumentKind, Language};
use serde::Serialize;

use crate::{
    Studio, StudioError,
    actions::own_take,
    dto::{ErrorDto, TakeDto, TakeStatus},
    judging::EvaluationDto,
    order::{self, MOST_VARIANTS},
    shelf::{Chosen, STARTER},
    switch::{
        beside::Facts,
        chain::Plan,
        dto::{CostDto, SkippedDto},
        relay::{Asked, Ingredients, Lined, Recipe},
    },
    waiting::WaitingDto,
};

pub use best::Best;

pub use look::{Inspected, ProjectListing, Verified};

/// What to draft, without a document.
#[derive(Debug, Clone)]
pub struct DraftRun {
    /// The brief; its kind is the kind of text.
    pub brief: Brief,
    /// What to write from it: [`Task::Draft`], or for a screenplay also [`Task::Beats`] or
    /// [`Task::Outline`]. Tasks that need a text to work on want `document`.
    pub task: Task,
    /// Ids of models on the shelf ([`Studio::find_model`]), in a row: where one can't write, the next
    /// is asked. The starter if there are none.
    pub models: Vec<String>,
    /// The person has said yes to more than the budget.
    pub over_budget: bool,
    /// Whether and by whom the best of several is chosen.
    pub best: Option<Best>,
    /// How many; `None` for the brief's own number (ads) or one.
    pub variants: Option<u32>,
    /// Seed of the first variant, below 2^53; the others count on from it. `None` draws one.
    pub seed: Option<u64>,
    /// The text that the task works on: all of it is the selection, and its end is where the caret
    /// stands. Empty for a task that writes from the brief alone.
    pub document: String,
    /// A passage to take the voice from; may be empty.
    pub voice: String,
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
            models: Vec::new(),
            over_budget: false,
            best: None,
            variants: None,
            seed: None,
            document: String::new(),
            voice: String::new(),
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
    /// Ids of models on the shelf, in a row; the starter if there are none.
    pub models: Vec<String>,
    /// The person has said yes to more than the budget.
    pub over_budget: bool,
    /// At most this many new tokens; `None` leaves it to the model.
    pub max_tokens: Option<u32>,
    /// Temperature, 0 to 2; `None` is the usual 0.8.
    pub temperature: Option<f32>,
    /// Seed, below 2^53; `None` draws one.
    pub seed: Option<u64>,
    /// The answer ends before the first of these.
    pub stop: Vec<String>,
    /// All else of how tokens are chosen; its temperature and seed do not count.
    pub chances: Sampling,
    /// Tells how likely each token was, and of so many others of its place.
    pub odds: Option<u8>,
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
    /// A server lets a variant wait; told each second.
    Waiting {
        /// Which, from 0.
        variant: u32,
        /// For what, and how long.
        waiting: WaitingDto,
    },
    /// A model could not write a variant, and the next one in the row is asked.
    HandedOn {
        /// Which, from 0.
        variant: u32,
        /// The model that could not.
        model: String,
        /// Why.
        error: Option<ErrorDto>,
    },
    /// What was written is being judged.
    Judging,
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
    /// The text: the first variant's, or all ads as one set; the best one's where one was chosen.
    pub text: String,
    /// A title found in it (news headline).
    pub title: Option<String>,
    /// Each variant on its own, in order.
    pub variants: Vec<Variant>,
    /// How the first variant, or the best, came to be.
    pub generation: Provenance,
    /// Which of the variants is the best, from 0, where one was chosen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub best: Option<usize>,
    /// How the variants were judged, in their order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub evaluations: Vec<EvaluationDto>,
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
    /// How likely its tokens were, where that was asked for and the model tells.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub odds: Vec<Odds>,
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
    /// Models that were asked before it and did not write, in order.
    pub skipped: Vec<SkippedDto>,
    /// What it cost, where there is a price.
    pub cost: Option<CostDto>,
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

/// A prompt that goes to a model as it stands.
struct Bare {
    request: TextRequest,
    composed: Composed,
    /// Of the latest answer.
    odds: Mutex<Vec<Odds>>,
}

impl Recipe for Bare {
    fn compose(&self, _: &Chosen) -> Result<Vec<Composed>, StudioError> {
        Ok(vec![self.composed.clone()])
    }

    fn request(&self, _: &Composed, seed: u64) -> TextRequest {
        let mut request = self.request.clone();
        request.sampling.seed = seed;
        request
    }

    fn hear_odds(&self, odds: Vec<Odds>) {
        *self.odds.lock().unwrap_or_else(PoisonError::into_inner) = odds;
    }
}

/// The name of a raw completion's task and template.
const RAW: &str = "raw";

impl Studio {
    /// Drafts from a brief without a document. Each variant is recorded in the library, as it is
    /// written; on a cancel, what has come so far is the result. Variants that fail have their
    /// error beside their text.
    ///
    /// The person named the models, so a server may be asked; it stands in the ledger. The budget of
    /// all projects is asked before.
    ///
    /// # Errors
    /// The brief is not valid, there is no such model, or the budget would be passed.
    pub async fn draft_brief(
        self: &Arc<Self>,
        run: DraftRun,
        cancel: CancellationToken,
        progress: impl Fn(Progress) + Send + Sync + 'static,
    ) -> Result<Written, StudioError> {
        let is_set = run.brief.kind() == DocumentKind::Ads && run.task == Task::Draft;
        let told: Told = Arc::new(progress);
        let wanted = run.clone();
        let lined = self.blocking(move |s| s.compose_run(&run)).await?;
        let mut written = self.write_run(lined, &cancel, told.clone()).await?;
        if is_set {
            let texts = written.variants.iter().map(|v| v.text.as_str());
            written.text = texts.fold(String::new(), |set, ad| {
                let end = set.len()..set.len();
                let ad = join(&set, &end, ad);
                set + &ad
            });
        }
        if let Some(best) = &wanted.best
            && !cancel.is_cancelled()
        {
            told(Progress::Judging);
            self.choose_best(&wanted, best, &mut written).await?;
        }
        Ok(written)
    }

    /// Composes and writes down the calls of a run. Blocks.
    fn compose_run(&self, run: &DraftRun) -> Result<Vec<(Lined, TakeDto)>, StudioError> {
        let seed = self.seed_or(run.seed)?;
        let own = order::own_number(&run.brief, &run.task);
        let variants = run.variants.unwrap_or(own);
        if variants == 0 || variants > MOST_VARIANTS {
            return Err(StudioError::BadRequest(format!(
                "variants: 1 to {MOST_VARIANTS}"
            )));
        }
        let kind = run.brief.kind();
        let plan = self.row(&run.models, Some(kind), run.task.name())?;
        let of: Arc<dyn Recipe> = Arc::new(Ingredients {
            brief: run.brief.clone(),
            task: run.task.clone(),
            selection: if run.task.needs_selection() {
                0..run.document.len()
            } else {
                run.document.len()..run.document.len()
            },
            document: run.document.clone(),
            note: order::checked_note(&run.note)?,
            house_rules: run.house_rules.clone(),
            voice: run.voice.clone(),
            edited: None,
            variants,
        });
        let asked = self.asked_for_nothing(run.task.name(), run.brief.language(), seed);
        let facts = Facts {
            own: own_take(&run.task, run.brief.language()),
            ..Facts::default()
        };
        let asked = Asked {
            facts,
            number: variants,
            over_budget: run.over_budget,
            ..asked
        };
        let group = Self::composed(&*of, plan)?;
        self.line_up(&asked, &of, vec![group])
    }

    /// The models that were named, in a row. Blocks.
    fn row(
        &self,
        models: &[String],
        kind: Option<DocumentKind>,
        task: &str,
    ) -> Result<Plan, StudioError> {
        for id in models {
            self.shelf.choose(id)?;
        }
        let starter = [STARTER.to_owned()];
        let ids = if models.is_empty() { &starter } else { models };
        self.plan_of(None, kind, task, ids)
    }

    fn seed_or(&self, given: Option<u64>) -> Result<u64, StudioError> {
        given.map_or_else(|| Ok(self.seed()), order::checked_seed)
    }

    /// One call for no document.
    fn asked_for_nothing(&self, task: &str, language: Language, seed: u64) -> Asked {
        Asked {
            draft: None,
            project_id: None,
            task: task.to_owned(),
            batch_id: self.batch_id(),
            language,
            share: 100,
            first: 0,
            number: 1,
            over_budget: false,
            seed,
            facts: Facts::default(),
        }
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
        if run.prompt.is_empty() {
            let error = GenerationErrorKind::InvalidRequest;
            return Err(GenerationError::new(error, "the prompt is empty").into());
        }
        let usual = Sampling::default().temperature;
        let temperature = run.temperature.unwrap_or(usual);
        if !(0.0..=2.0).contains(&temperature) {
            return Err(StudioError::BadRequest("temperature: 0 to 2".into()));
        }
        if run.max_tokens == Some(0) {
            return Err(StudioError::BadRequest("max tokens: 1 or more".into()));
        }
        let seed = self.seed_or(run.seed)?;
        let composed = Composed {
            template: RAW.to_owned(),
            // What the prompt is counted by.
            messages: vec![Message {
                role: Role::User,
                content: run.prompt.clone(),
            }],
            max_tokens: run.max_tokens.unwrap_or_default(),
            ..Composed::default()
        };
        let request = TextRequest {
            prompt: Prompt::Raw(run.prompt),
            sampling: Sampling {
                temperature,
                seed,
                ..run.chances
            },
            max_tokens: run.max_tokens,
            stop: run.stop,
            constraint: None,
            odds: run.odds,
        };
        let bare = Arc::new(Bare {
            request,
            composed,
            odds: Mutex::default(),
        });
        let of = bare.clone();
        let lined = self.blocking(move |s| {
            let plan = s.row(&run.models, None, RAW)?;
            let asked = Asked {
                over_budget: run.over_budget,
                ..s.asked_for_nothing(RAW, Language::English, seed)
            };
            s.line_up_one(&asked, of, plan)
        });
        let lined = vec![lined.await?];
        let mut written = self.write_run(lined, &cancel, Arc::new(progress)).await?;
        let odds = std::mem::take(&mut *bare.odds.lock().unwrap_or_else(PoisonError::into_inner));
        if let Some(variant) = written.variants.first_mut() {
            variant.odds = odds;
        }
        Ok(written)
    }
}
