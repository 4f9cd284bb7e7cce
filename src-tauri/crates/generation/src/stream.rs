use std::pin::Pin;

use futures::Stream;
use serde::{Deserialize, Serialize};

use crate::{GenerationError, Odds};

/// Why a model stopped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FinishReason {
    /// It was done (end token or stop string).
    Stop,
    /// `max_tokens` or the context was used up.
    Length,
    /// The person cancelled.
    Cancelled,
    /// The provider filtered the answer.
    ContentFilter,
    /// The stream ended without saying why: the text may be cut off.
    Incomplete,
    /// A reason of the provider's own, as it said it.
    Other(String),
}

impl FinishReason {
    /// The stable name used in records and JSON: `stop`, `length`, `cancelled`,
    /// `content_filter`, `incomplete`, or the provider's own word.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Stop => "stop",
            Self::Length => "length",
            Self::Cancelled => "cancelled",
            Self::ContentFilter => "content_filter",
            Self::Incomplete => "incomplete",
            Self::Other(word) => word,
        }
    }
}

/// What a call used. A server may leave either number out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Tokens of the prompt.
    pub prompt_tokens: Option<u32>,
    /// Tokens of the answer.
    pub completion_tokens: Option<u32>,
}

/// What a request waits for before its first token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wait {
    /// For a first token that takes its time.
    FirstToken,
    /// The server had trouble or broke off; it is asked again after a pause.
    Retry,
    /// The server loads its model; it is asked again after a pause.
    Loading,
    /// The server asked for a pause, and gets it.
    Asked,
}

impl Wait {
    /// Whether the seconds run down to the next attempt, not up.
    pub fn counts_down(self) -> bool {
        matches!(self, Self::Retry | Self::Loading | Self::Asked)
    }
}

/// One event of a stream.
#[derive(Debug, Clone, PartialEq)]
pub enum TextEvent {
    /// Nothing comes for now, and why. Comes again each second, and only before the first `Delta`.
    Waiting {
        /// What is waited for.
        why: Wait,
        /// Whole seconds: those that are left before the next attempt where
        /// [`Wait::counts_down`], else those that have gone by.
        seconds: u32,
        /// The number of the attempt that is waited for, from 1.
        attempt: u32,
    },
    /// The model has read the prompt (or the server has accepted the request).
    Started {
        /// Tokens of the prompt, when known.
        prompt_tokens: Option<u32>,
    },
    /// More text; always whole characters, never reasoning.
    Delta {
        /// The text to append.
        text: String,
        /// How many tokens this delta stands for (1 for most servers' chunks).
        tokens: u32,
    },
    /// How likely the next tokens were, in their order; only where [`crate::TextRequest::odds`] asks.
    /// Tokens of a thought and of a stop string are among them.
    Odds(Vec<Odds>),
    /// The end; nothing follows.
    Finished {
        /// Why it ended.
        reason: FinishReason,
        /// What it used.
        usage: Usage,
    },
}

/// A stream of events; dropping it stops the work.
pub type TextStream = Pin<Box<dyn Stream<Item = Result<TextEvent, GenerationError>> + Send>>;
