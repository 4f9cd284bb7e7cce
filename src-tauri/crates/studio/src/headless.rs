//! The studio without a window: drafting from a brief, raw completions, checks, and what a command
//! line needs of the library and the shelf. What is not here is in the command table; a command
//! line calls those methods too ([`Studio::models`], [`Studio::add_file`], [`Studio::add_server`],
//! [`Studio::remove_model`], [`Studio::history`], [`Studio::node_text`], [`Studio::compare`],
//! [`Studio::restore_node`], [`Studio::search`], [`Studio::open_draft`]).

use std::{path::PathBuf, sync::Arc};

use futures::{StreamExt as _, TryStreamExt as _, stream};
use inkstone_desks::{Brief, Task, join};
use inkstone_generation::{
    CancellationToken, GenerationError, GenerationErrorKind, Prompt, Sampling, TextModel,
    TextRequest, references::References,
};
use inkstone_library as lib;
use inkstone_manuscript::DocumentKind;
use serde::Serialize;

use crate::{
    Studio, StudioError,
    call::{self, Call, Departure, Ended, NotSaved, Reading, State},
    checks::findings,
    drafts::diff_dtos,
    dto::{DiffPieceDto, DocumentDto, ErrorDto, FindingDto, ModelFileDto, ProjectDto, TakeStatus},
    shelf::{Chosen, STARTER, file_dto},
    takes::{self, MOST_VARIANTS, Order, Record},
};

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

/// A project with its documents, for a listing.
#[derive(Debug, Clone, Serialize)]
pub struct ProjectListing {
    /// The project.
    pub project: ProjectDto,
    /// Its documents, newest first, each with its drafts.
    pub documents: Vec<DocumentDto>,
}

/// What a check of the whole library found.
#[derive(Debug, Clone, Serialize)]
pub struct Verified {
    /// How many kept texts were compared with their hashes.
    pub nodes_checked: u32,
    /// What is wrong, in technical English; empty if all is well.
    pub problems: Vec<String>,
}

type Told = Arc<dyn Fn(Progress) + Send + Sync>;

/// What a model file says of itself.
#[derive(Debug, Clone, Serialize)]
pub struct Inspected {
    /// The model's name.
    pub name: String,
    /// Facts read from the file.
    pub file: ModelFileDto,
}

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
        let note = takes::checked_note(&run.note)?;
        let seed = run
            .seed
            .map_or_else(|| Ok(self.seed()), takes::checked_seed)?;
        let own = takes::own_number(&run.brief, &run.task);
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
                let request = takes::request(&composed, takes::seed_for(seed, variant));
                self.wait(Begun {
                    record: Record {
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
                    },
                    cancel,
                })
            })
            .collect()
    }

    /// Writes a call down. Blocks.
    fn wait(&self, begun: Begun<'_>) -> Result<Waiting, StudioError> {
        let Begun { record, cancel } = begun;
        let call = Call {
            variant: record.variant,
            request: record.request.clone(),
            references: record.references.clone(),
            reading: Reading::of(record.template),
            departure: record.chosen.host.clone().map(|host| Departure {
                host,
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
            .map_or_else(|| Ok(self.seed()), takes::checked_seed)?;
        let request = TextRequest {
            prompt: Prompt::Raw(run.prompt),
            sampling: Sampling {
                temperature,
                seed,
                ..usual
            },
            max_tokens: run.max_tokens,
            stop: run.stop,
        };
        let child = cancel.child_token();
        let waiting = self.blocking({
            let chosen = chosen.clone();
            move |s| {
                s.wait(Begun {
                    record: Record {
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
                    },
                    cancel: &child,
                })
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
        let model = tokio::select! {
            biased;
            () = cancel.cancelled() => Err(StudioError::Stopped),
            model = self.model(&chosen.id) => model,
        };
        let model = match model {
            Ok(model) => model,
            Err(e) => {
                self.close(waiting, &e).await?;
                return Err(e);
            }
        };
        let width = if chosen.host.is_some() {
            waiting.len().max(1)
        } else {
            1
        };
        let variants: Vec<Variant> = stream::iter(waiting)
            .map(|one| self.write_variant(&chosen, model.clone(), one, told.clone()))
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
        model: Arc<dyn TextModel>,
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
        self.name_model(&*model, &id).await?;
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
                let (mut ended, saving) = call::run(self, &model, call, move |state: &State| {
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

    /// Checks a text against its brief and the house rules (one phrase a line; may be empty).
    pub fn check_text(brief: &Brief, house_rules: &str, text: &str) -> Vec<FindingDto> {
        findings(brief, house_rules, text)
    }

    /// Id of the model that a person means by an id, a name, or the path of a file on the shelf.
    ///
    /// # Errors
    /// The shelf has no such model.
    pub async fn find_model(self: &Arc<Self>, wanted: String) -> Result<String, StudioError> {
        self.blocking(move |s| s.shelf.find(&wanted)).await
    }

    /// Reads what a model file says of itself, without putting it on the shelf.
    ///
    /// # Errors
    /// The file is missing, broken, or of a kind that is not supported.
    pub async fn inspect_model(self: &Arc<Self>, path: PathBuf) -> Result<Inspected, StudioError> {
        self.blocking(move |s| {
            let file = s.shelf.local().inspect(&path)?;
            Ok(Inspected {
                name: file.name.clone(),
                file: file_dto(&file),
            })
        })
        .await
    }

    /// All projects that are not in the bin, with their documents.
    ///
    /// # Errors
    /// What the library says.
    pub async fn list_library(self: &Arc<Self>) -> Result<Vec<ProjectListing>, StudioError> {
        self.blocking(|s| {
            s.projects()?
                .into_iter()
                .map(|project| {
                    let documents = s.documents(&project.id)?;
                    Ok(ProjectListing { project, documents })
                })
                .collect()
        })
        .await
    }

    /// Id of the draft that a person means by the id of a draft or of a document (its first draft),
    /// or by the start of one.
    ///
    /// # Errors
    /// `not_found`, or `ambiguous_id` when several drafts or documents start so.
    pub async fn find_draft(self: &Arc<Self>, wanted: String) -> Result<String, StudioError> {
        self.blocking(move |s| {
            let mut found = Vec::new();
            for project in s.projects()? {
                for document in s.documents(&project.id)? {
                    let first = document.drafts.first().map(|d| d.id.clone());
                    found.extend(first.map(|draft| (document.id.clone(), draft)));
                    found.extend(document.drafts.into_iter().map(|d| (d.id.clone(), d.id)));
                }
            }
            one_of(found, &wanted, "draft")
        })
        .await
    }

    /// Id of the node of a draft's history that a person means by its id or the start of it.
    ///
    /// # Errors
    /// `not_found`, or `ambiguous_id`.
    pub async fn find_node(
        self: &Arc<Self>,
        draft_id: String,
        wanted: String,
    ) -> Result<String, StudioError> {
        self.blocking(move |s| {
            let nodes = s.library.history(&draft_id)?;
            let ids = nodes.into_iter().map(|n| (n.id.clone(), n.id)).collect();
            one_of(ids, &wanted, "node")
        })
        .await
    }

    /// Compares the texts of two nodes.
    ///
    /// # Errors
    /// What the library says.
    pub async fn compare_nodes(
        self: &Arc<Self>,
        old: String,
        new: String,
    ) -> Result<Vec<DiffPieceDto>, StudioError> {
        self.blocking(move |s| {
            Ok(diff_dtos(
                &s.library.node_text(&old)?,
                &s.library.node_text(&new)?,
            ))
        })
        .await
    }

    /// Looks for damage in the whole library.
    ///
    /// # Errors
    /// What the library says.
    pub async fn verify_library(self: &Arc<Self>) -> Result<Verified, StudioError> {
        self.blocking(|s| {
            let lib::VerifyReport {
                nodes_checked,
                problems,
            } = s.library.verify()?;
            Ok(Verified {
                nodes_checked,
                problems,
            })
        })
        .await
    }
}

/// A call to write down.
struct Begun<'a> {
    record: Record<'a>,
    cancel: &'a CancellationToken,
}

/// What `wanted` is the id of, or the start of the id of.
fn one_of(
    ids: Vec<(String, String)>,
    wanted: &str,
    what: &'static str,
) -> Result<String, StudioError> {
    let missing = || lib::LibraryError::NotFound {
        what,
        id: wanted.to_owned(),
    };
    if wanted.is_empty() {
        return Err(missing().into());
    }
    if let Some((_, id)) = ids.iter().find(|(key, _)| key == wanted) {
        return Ok(id.clone());
    }
    let mut found: Vec<String> = ids
        .into_iter()
        .filter(|(key, _)| key.starts_with(wanted))
        .map(|(_, id)| id)
        .collect();
    found.sort_unstable();
    found.dedup();
    match found.len() {
        0 => Err(missing().into()),
        1 => Ok(found.remove(0)),
        _ => Err(StudioError::Ambiguous(wanted.to_owned())),
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
