//! What crosses between the studio and a user interface: plain JSON. Ids are strings, positions in
//! text are UTF-16 code units (as editors count), times are milliseconds since 1970.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::KeyPlace;

/// A language of text and UI.
pub use inkstone_manuscript::Language;

/// How the window is coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// As the system has it.
    #[default]
    System,
    /// Dark ink on paper.
    Light,
    /// Light ink on slate.
    Dark,
    /// Brown ink on old paper.
    Sepia,
}

/// Whether a project's text may leave the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Privacy {
    /// Nothing of it may be sent.
    LocalOnly,
    /// Remote models may be used.
    RemoteAllowed,
}

/// Everything a window needs when it opens.
#[derive(Debug, Clone, Serialize, TS)]
pub struct AppState {
    /// Version of the program.
    pub version: String,
    /// UI language; `null` until a person chose one (the UI then follows the system).
    #[ts(type = "Language | null")]
    pub language: Option<Language>,
    /// Colours.
    pub theme: Theme,
    /// Where the library file lies.
    pub library_path: String,
    /// All projects that are not in the bin.
    pub projects: Vec<ProjectDto>,
    /// The model shelf.
    pub models: Vec<ModelDto>,
    /// What was open last.
    pub last_open: Option<LastOpen>,
}

/// What was open last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LastOpen {
    /// The project.
    pub project_id: String,
    /// The draft in it, if one was open.
    pub draft_id: Option<String>,
}

/// A project.
#[derive(Debug, Clone, Serialize, TS)]
pub struct ProjectDto {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// Language of its texts.
    #[ts(type = "Language")]
    pub language: Language,
    /// Whether remote models may be used.
    pub privacy: Privacy,
    /// The model chosen for it.
    pub model_id: String,
    /// Words and phrases never to use, one a line.
    pub house_rules: String,
    /// Time of the last change.
    pub updated_at: f64,
}

/// A document in the list.
#[derive(Debug, Clone, Serialize, TS)]
pub struct DocumentDto {
    /// Id.
    pub id: String,
    /// Its project.
    pub project_id: String,
    /// Kind.
    #[ts(type = "DocumentKind")]
    pub kind: inkstone_manuscript::DocumentKind,
    /// Language of its text.
    #[ts(type = "Language")]
    pub language: Language,
    /// Title of the draft opened last; may be empty.
    pub title: String,
    /// Its drafts, oldest first.
    pub drafts: Vec<DraftSummaryDto>,
    /// Time of the last change.
    pub updated_at: f64,
}

/// A draft in the list.
#[derive(Debug, Clone, Serialize, TS)]
pub struct DraftSummaryDto {
    /// Id.
    pub id: String,
    /// Its document.
    pub document_id: String,
    /// Name; the first draft of a document is called `main`, and the UI shows its own word for it.
    pub name: String,
    /// Time of the last change.
    pub updated_at: f64,
}

/// An opened draft with all that stands around it.
#[derive(Debug, Clone, Serialize, TS)]
pub struct DraftView {
    /// The document it belongs to.
    pub document: DocumentDto,
    /// The draft's brief.
    #[ts(type = "Brief")]
    pub brief: serde_json::Value,
    /// Id of the draft.
    pub draft_id: String,
    /// Its title; may be empty.
    pub title: String,
    /// Its text.
    pub body: String,
    /// Counts up with each saved change; sent back with the next edits.
    pub revision: u32,
    /// What stands in it, counted.
    pub counts: CountsDto,
    /// Takes of this draft, newest first.
    pub takes: Vec<TakeDto>,
}

/// Counts of a text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, TS)]
pub struct CountsDto {
    /// English words plus Chinese characters.
    pub words: u32,
    /// Characters as a reader counts them, without line breaks.
    pub characters: u32,
}

/// One replacement in a text.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, TS)]
pub struct EditDto {
    /// Start, in UTF-16 units of the text before the batch.
    pub from: u32,
    /// End, likewise.
    pub to: u32,
    /// What stands there instead.
    pub insert: String,
}

/// Where an edit came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum EditCause {
    /// Typed.
    Typing,
    /// Pasted or dropped.
    Paste,
    /// Taken back.
    Undo,
    /// Done again.
    Redo,
}

/// Answer to saved edits.
#[derive(Debug, Clone, Copy, Serialize, TS)]
pub struct Saved {
    /// The draft's new revision.
    pub revision: u32,
    /// What stands in it now.
    pub counts: CountsDto,
}

/// A point in a draft's history.
#[derive(Debug, Clone, Serialize, TS)]
pub struct HistoryNodeDto {
    /// Id.
    pub id: String,
    /// The node it grew from.
    pub parent_id: Option<String>,
    /// True for a version (kept, named or accepted), false for an automatic snapshot.
    pub version: bool,
    /// Name that a person gave.
    pub name: Option<String>,
    /// Why it was made: `autosave`, `named`, `accepted`, `before_restore`, `restored`, `branch`.
    pub label: String,
    /// Length in characters.
    pub characters: u32,
    /// When.
    pub created_at: f64,
}

/// A piece of a comparison.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct DiffPieceDto {
    /// `equal`, `insert` or `delete`.
    #[ts(type = "\"equal\" | \"insert\" | \"delete\"")]
    pub change: String,
    /// The text.
    pub text: String,
}

/// Where a model stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum ModelState {
    /// Known, not loaded.
    Idle,
    /// Being read.
    Loading,
    /// Ready to write.
    Ready,
    /// Could not be loaded.
    Failed {
        /// Why.
        error: ErrorDto,
    },
}

/// A model on the shelf.
#[derive(Debug, Clone, Serialize, TS)]
pub struct ModelDto {
    /// Id; the starter model's is `starter`.
    pub id: String,
    /// Name to show.
    pub name: String,
    /// What it is.
    pub source: ModelSourceDto,
    /// Where it stands.
    pub state: ModelState,
    /// Tasks that want a larger model than this: asked for, they are refused.
    pub beyond: Vec<String>,
    /// What a million tokens cost, where the person said it.
    pub price: Option<crate::switch::dto::PriceDto>,
    /// How its file stands on the disk; none for a server's.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub disk: Option<crate::depot::DiskDto>,
}

/// Where a model comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ModelSourceDto {
    /// The small model that ships with Inkstone.
    Starter {
        /// Facts read from the file.
        file: ModelFileDto,
    },
    /// A model file on this machine.
    File {
        /// Its path.
        path: String,
        /// Facts read from the file.
        file: ModelFileDto,
    },
    /// A model on a server.
    Server {
        /// Base URL.
        base_url: String,
        /// Host, to show.
        host: String,
        /// Model name there.
        model: String,
        /// Where its key is kept, if it has one.
        key: Option<KeyPlace>,
        /// How it is asked: `chat`, `completions` or `responses`.
        api: String,
        /// Whether its provider answers nobody without a key.
        needs_key: bool,
    },
    /// An embedding model in a folder: for search, never for writing.
    Search {
        /// Its folder.
        path: String,
        /// Facts read from its files; `context_length` is the tokens of a passage.
        file: ModelFileDto,
    },
}

/// Facts read from a model file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct ModelFileDto {
    /// Architecture.
    pub architecture: String,
    /// Most frequent tensor type.
    pub quantization: String,
    /// Number of weights in millions.
    pub parameters_millions: u32,
    /// Context length in tokens.
    pub context_length: u32,
    /// Size in MiB, rounded up.
    pub mebibytes: u32,
    /// Licence.
    pub license: Option<String>,
    /// What the file says of itself.
    pub description: Option<String>,
}

/// How far a take is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum TakeStatus {
    /// Waiting for its turn or for the model to load.
    Waiting,
    /// Being written.
    Writing,
    /// Finished.
    Done,
    /// Stopped by the person.
    Stopped,
    /// Ended at the token limit, or without a reason given: the text may be cut off.
    Incomplete,
    /// Ended with an error; what had come is kept.
    Failed,
    /// The program ended while it was being written; what had come is kept.
    Interrupted,
}

/// What the person did with a take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum TakeDecision {
    /// Nothing yet.
    Pending,
    /// Taken into the text.
    Accepted,
    /// Thrown away.
    Discarded,
}

/// One generation, as a suggestion.
#[derive(Debug, Clone, Serialize, TS)]
pub struct TakeDto {
    /// Id of the generation.
    pub id: String,
    /// Takes asked for together share a batch.
    pub batch_id: String,
    /// Place among its siblings, from 0.
    pub variant: u32,
    /// The draft it is for.
    pub draft_id: String,
    /// Name of the task, as [`inkstone_desks::Task::name`] has it.
    pub task: String,
    /// How far it is.
    pub status: TakeStatus,
    /// What the person did with it.
    pub decision: TakeDecision,
    /// A title found in it (news headline).
    pub title: Option<String>,
    /// The text in the document's notation.
    pub text: String,
    /// Start of what it would replace, in UTF-16 units of the text when it was asked for.
    pub from: u32,
    /// End, likewise; equal to `from` for an insertion.
    pub to: u32,
    /// The model's name.
    pub model_name: String,
    /// Host it was sent to; `null` for a local model.
    pub host: Option<String>,
    /// Seed (an integer below 2^53).
    pub seed: f64,
    /// Prompt template and language, as `news/draft.en`.
    pub template: String,
    /// Tokens written so far.
    pub tokens: u32,
    /// Speed, once known.
    pub tokens_per_second: Option<f64>,
    /// What a server is waited for; `null` once text comes.
    pub waiting: Option<crate::waiting::WaitingDto>,
    /// Why it ended, in the adapter's words.
    pub finish_reason: Option<String>,
    /// What failed.
    pub error: Option<ErrorDto>,
    /// When it was asked for.
    pub created_at: f64,
    /// Who was passed over, what was made up for, and what it cost.
    pub facts: crate::switch::dto::TakeFacts,
}

/// Answer to a request for takes.
#[derive(Debug, Clone, Serialize, TS)]
pub struct Batch {
    /// Id of the batch; stops them all.
    pub batch_id: String,
    /// The takes, in order, still waiting.
    pub takes: Vec<TakeDto>,
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum FindingSeverity {
    /// Breaks a hard rule.
    Error,
    /// Should be looked at.
    Warning,
    /// Good to know.
    Info,
}

/// What a check found.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct FindingDto {
    /// Rule; its sentence is in the locale file `checks`.
    pub rule: String,
    /// How bad.
    pub severity: FindingSeverity,
    /// Start in the text (UTF-16), if it has a place.
    pub from: Option<u32>,
    /// End in the text.
    pub to: Option<u32>,
    /// Values for the sentence's holes.
    pub values: BTreeMap<String, String>,
}

/// Ads of a text as a grid.
#[derive(Debug, Clone, Serialize, TS)]
pub struct AdGrid {
    /// Channel whose limits apply.
    pub channel: String,
    /// The ads, in order.
    pub ads: Vec<AdDto>,
}

/// One ad.
#[derive(Debug, Clone, Serialize, TS)]
pub struct AdDto {
    /// Its fields, in order.
    pub fields: Vec<AdFieldDto>,
    /// Start of the ad in the text (UTF-16).
    pub from: u32,
    /// End.
    pub to: u32,
}

/// One field of an ad.
#[derive(Debug, Clone, Serialize, TS)]
pub struct AdFieldDto {
    /// `headline`, `description`, `primary_text`, `call_to_action`.
    pub field: String,
    /// The text.
    pub text: String,
    /// Its size as the channel counts it.
    pub size: u32,
    /// The channel's limit, if it has one for this field.
    pub limit: Option<u32>,
    /// Whether the limit is hard (else recommended).
    pub hard: bool,
}

/// How a request that left the machine ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum LedgerState {
    /// It left, and nothing is known to have come back.
    Sent,
    /// It was stopped before the answer had ended.
    Stopped,
    /// It was answered in full.
    Done,
    /// The server did not want it.
    Refused,
    /// Nobody answered, or not to the end.
    Failed,
}

/// One thing that left the machine.
#[derive(Debug, Clone, Serialize, TS)]
pub struct LedgerEntryDto {
    /// Id.
    pub id: String,
    /// When.
    pub at: f64,
    /// Host.
    pub host: String,
    /// The HTTP method; empty where it was not written down.
    pub method: String,
    /// The path on the host.
    pub path: String,
    /// What for: a task's name, `list_models`.
    pub purpose: String,
    /// The project it was of.
    pub project_id: Option<String>,
    /// That project's name, if it is still there.
    pub project: Option<String>,
    /// Bytes sent.
    pub bytes_out: u32,
    /// Bytes received.
    #[ts(type = "number")]
    pub bytes_in: u64,
    /// The generation it belongs to.
    pub generation_id: Option<String>,
    /// How it ended.
    pub state: LedgerState,
    /// HTTP status of the answer.
    pub status: Option<u16>,
    /// The kind of failure, if it failed.
    pub failure: Option<String>,
    /// Whether names and numbers in it gave way to placeholders.
    pub masked: bool,
    /// SHA-256 of what was sent.
    pub sha256: Option<String>,
    /// Whether the text that was sent is still kept.
    pub kept: bool,
}

/// The whole record of one generation, for the curious and for proof.
#[derive(Debug, Clone, Serialize, TS)]
pub struct GenerationRecordDto {
    /// The take.
    pub take: TakeDto,
    /// Model id on the shelf.
    pub model_id: String,
    /// SHA-256 of the model file.
    pub model_sha256: Option<String>,
    /// Adapter and version.
    pub engine: String,
    /// SHA-256 of the prompt template.
    pub template_sha256: String,
    /// The request as it was sent: messages, sampling, limits (JSON).
    pub request: String,
    /// The model's output as it came.
    pub output: String,
    /// Tokens of the prompt.
    pub prompt_tokens: Option<u32>,
    /// Tokens of the answer.
    pub completion_tokens: Option<u32>,
    /// Time to the first token in ms.
    pub first_token_ms: Option<u32>,
    /// Whole time in ms.
    pub total_ms: Option<u32>,
}

/// An error at the edge: a code whose sentence and hint stand in the locale file `errors`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ErrorDto {
    /// Code, in snake case.
    pub code: String,
    /// Values for the sentence's holes.
    pub values: BTreeMap<String, String>,
    /// Technical detail in English, without secrets or draft text.
    pub detail: Option<String>,
}

/// What the studio tells the window unasked.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum StudioEvent {
    /// A take has new text or a new status (the whole take; a later one replaces it).
    Take {
        /// The take.
        take: Box<TakeDto>,
    },
    /// A model loads, is ready, or failed.
    Model {
        /// Id on the shelf.
        model_id: String,
        /// Where it stands.
        state: ModelState,
    },
    /// An export of everything, or its return, is so far.
    Archive {
        /// Steps that are done.
        done: u32,
        /// Steps in all.
        total: u32,
    },
    /// A download is so far.
    Download {
        /// The whole of it; a later one replaces it.
        download: crate::depot::DownloadDto,
    },
    /// A draft's text was edited: in some window, if there are several.
    Text {
        /// The draft.
        draft_id: String,
        /// The revision that it has now.
        revision: u32,
    },
    /// Data that a view may show has changed.
    Changed {
        /// Kinds of data: `projects`, `documents`, `models`, `downloads`, `history`, `takes`, `settings`, `ledger`,
        /// `reports`, `interviews`, `conversations`, `evaluations`.
        kinds: Vec<String>,
    },
}
