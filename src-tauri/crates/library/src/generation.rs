//! Generations: the whole record of each call of a model.

use std::ops::Range;

use serde::{Deserialize, Serialize};

/// What became of a suggestion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// Nothing yet.
    #[default]
    Pending,
    /// It went into the text.
    Accepted,
    /// It was thrown away.
    Discarded,
}

/// What is known when a model is called. Together with the model's file it replays the call.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct GenerationStart {
    /// The draft it writes for. With one, the generation is a suggestion.
    pub draft_id: Option<String>,
    /// The task's name: `draft`, `rewrite` and so on.
    pub task: String,
    /// What its siblings share.
    pub batch_id: String,
    /// Which of the siblings it is, from 0.
    pub variant: u32,
    /// The model's name.
    pub model_name: String,
    /// The model's id on the shelf.
    pub model_id: String,
    /// `local`, or the host that was asked.
    pub locality: String,
    /// The hash of the model's file.
    pub model_sha256: Option<String>,
    /// What ran it, with its version.
    pub engine: String,
    /// The prompt template's name.
    pub template: String,
    /// The prompt template's hash.
    pub template_sha256: String,
    /// Messages, sampling, stop strings and length, as JSON.
    pub request_json: String,
    /// What placeholders stand for, as JSON.
    pub references_json: String,
    /// The seed.
    pub seed: i64,
    /// What the suggestion would replace, in bytes of the draft as it was.
    pub target: Option<Range<usize>>,
}

/// What is known when the model has stopped.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct GenerationEnd {
    /// Why it stopped: `stop`, `length`, `cancelled`, `error`, `interrupted` and what servers say.
    pub finish_reason: String,
    /// Tokens read.
    pub prompt_tokens: Option<u32>,
    /// Tokens written.
    pub completion_tokens: Option<u32>,
    /// Until the first token, in ms.
    pub first_token_ms: Option<u32>,
    /// Until the end, in ms.
    pub total_ms: u32,
    /// What went wrong.
    pub error: Option<String>,
}

/// One call of a model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Generation {
    /// Its id.
    pub id: String,
    /// The draft it writes for. With one, the generation is a suggestion.
    pub draft_id: Option<String>,
    /// The task's name.
    pub task: String,
    /// What its siblings share.
    pub batch_id: String,
    /// Which of the siblings it is, from 0.
    pub variant: u32,
    /// The model's name.
    pub model_name: String,
    /// The model's id on the shelf.
    pub model_id: String,
    /// `local`, or the host that was asked.
    pub locality: String,
    /// The hash of the model's file.
    pub model_sha256: Option<String>,
    /// What ran it, with its version.
    pub engine: String,
    /// The prompt template's name.
    pub template: String,
    /// The prompt template's hash.
    pub template_sha256: String,
    /// Messages, sampling, stop strings and length, as JSON.
    pub request_json: String,
    /// What placeholders stand for, as JSON.
    pub references_json: String,
    /// The seed.
    pub seed: i64,
    /// What the suggestion would replace, in bytes of the draft as it was.
    pub target: Option<Range<usize>>,
    /// What was written so far.
    pub output: String,
    /// Tokens written so far.
    pub tokens: u32,
    /// How it ended; none while it runs.
    pub end: Option<GenerationEnd>,
    /// What became of the suggestion.
    pub decision: Decision,
    /// When it began, in ms since 1970.
    pub created_at: i64,
}
