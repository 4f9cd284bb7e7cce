//! What servers were found not to accept, so that they are asked right the next time.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use crate::failure::Said;

/// The name under which the bound on new tokens is sent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Cap {
    /// The older name, which most servers know.
    #[default]
    MaxTokens,
    /// The newer name, which OpenAI's reasoning models insist on.
    MaxCompletionTokens,
}

impl Cap {
    fn name(self) -> &'static str {
        match self {
            Self::MaxTokens => "max_tokens",
            Self::MaxCompletionTokens => "max_completion_tokens",
        }
    }

    fn other(self) -> Self {
        match self {
            Self::MaxTokens => Self::MaxCompletionTokens,
            Self::MaxCompletionTokens => Self::MaxTokens,
        }
    }
}

/// A field that a request can do without.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// OpenAI's reasoning models take none.
    Temperature,
    /// As temperature.
    TopP,
    /// Mistral knows it under another name.
    Seed,
    /// The text is ended here too.
    Stop,
    /// Without it the use stays unknown.
    StreamOptions,
    /// A JSON Schema for the answer; without it JSON of any shape is asked for.
    JsonSchema,
    /// Without it the prompt alone says that the answer is JSON.
    ResponseFormat,
}

impl Field {
    const ALL: [Self; 7] = [
        Self::Temperature,
        Self::TopP,
        Self::Seed,
        Self::Stop,
        Self::StreamOptions,
        Self::JsonSchema,
        Self::ResponseFormat,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Temperature => "temperature",
            Self::TopP => "top_p",
            Self::Seed => "seed",
            Self::Stop => "stop",
            Self::StreamOptions => "stream_options",
            Self::JsonSchema => "json_schema",
            Self::ResponseFormat => "response_format",
        }
    }
}

/// How one model on one server wants to be asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Profile {
    /// The cap's name.
    pub cap: Cap,
    without: Vec<Field>,
}

impl Profile {
    /// Whether a field is sent.
    pub fn sends(&self, field: Field) -> bool {
        !self.without.contains(&field)
    }

    /// A profile that yields to a refusal; `None` if there is nothing (more) to yield. The cap
    /// changes its name only while `may_swap`.
    pub fn yielding(&self, refusal: &Said, may_swap: bool) -> Option<Self> {
        let mut yielding = self.clone();
        if may_swap && refusal.names(self.cap.name()) {
            yielding.cap = self.cap.other();
            return Some(yielding);
        }
        let refused = |field: &Field| self.sends(*field) && refusal.names(field.name());
        yielding.without.push(Field::ALL.into_iter().find(refused)?);
        Some(yielding)
    }
}

/// Profiles by URL and model.
#[derive(Debug, Default)]
pub struct Profiles {
    known: Mutex<HashMap<(String, String), Profile>>,
}

impl Profiles {
    /// What is known; the usual profile for a stranger.
    pub fn get(&self, url: &str, model: &str) -> Profile {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known
            .get(&(url.to_owned(), model.to_owned()))
            .cloned()
            .unwrap_or_default()
    }

    /// Remembers a profile that was accepted.
    pub fn learn(&self, url: &str, model: &str, profile: &Profile) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert((url.to_owned(), model.to_owned()), profile.clone());
    }
}
