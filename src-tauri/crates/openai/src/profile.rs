//! What servers were found to do and to refuse, so that they are asked right the next time.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use inkstone_generation::{Api, CapName, Capabilities, Endpoint};

use crate::failure::Said;

/// The field's name on the wire.
pub fn cap_name(cap: CapName) -> &'static str {
    match cap {
        CapName::MaxTokens => "max_tokens",
        CapName::MaxCompletionTokens => "max_completion_tokens",
    }
}

fn other(cap: CapName) -> CapName {
    match cap {
        CapName::MaxTokens => CapName::MaxCompletionTokens,
        CapName::MaxCompletionTokens => CapName::MaxTokens,
    }
}

/// A field that a request can do without.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// OpenAI's reasoning models take none.
    Temperature,
    /// As temperature.
    TopP,
    /// What makes repetition and single tokens more or less likely.
    Penalties,
    /// How likely each token was.
    Logprobs,
    /// Mistral knows it under another name.
    Seed,
    /// The text is ended here too.
    Stop,
    /// Without it the use stays unknown.
    StreamOptions,
    /// A JSON Schema for the answer; without it JSON of any shape is asked for.
    JsonSchema,
    /// The schema beside the wish for JSON of any shape, where it can't be the whole wish.
    ObjectSchema,
    /// JSON of any shape; without it the prompt alone says that the answer is JSON.
    JsonObject,
    /// Without it the answer comes in one piece.
    Stream,
}

impl Field {
    const ALL: [Self; 11] = [
        Self::Temperature,
        Self::TopP,
        Self::Penalties,
        Self::Logprobs,
        Self::Seed,
        Self::Stop,
        Self::StreamOptions,
        Self::JsonSchema,
        Self::ObjectSchema,
        Self::JsonObject,
        Self::Stream,
    ];

    /// What a server may call it.
    fn names(self) -> &'static [&'static str] {
        match self {
            Self::Temperature => &["temperature"],
            Self::TopP => &["top_p"],
            Self::Penalties => &["frequency_penalty", "presence_penalty", "logit_bias"],
            Self::Logprobs => &["logprobs", "top_logprobs"],
            Self::Seed => &["seed"],
            Self::Stop => &["stop"],
            Self::StreamOptions => &["stream_options"],
            // DeepSeek says "This response_format type is unavailable now".
            Self::JsonSchema => &["json_schema", "response_format"],
            Self::ObjectSchema => &["schema", "json_object", "response_format"],
            Self::JsonObject => &["json_object", "response_format"],
            Self::Stream => &["stream"],
        }
    }

    fn of(self, capabilities: &mut Capabilities) -> &mut Option<bool> {
        match self {
            Self::Temperature => &mut capabilities.temperature,
            Self::TopP => &mut capabilities.top_p,
            Self::Penalties => &mut capabilities.penalties,
            Self::Logprobs => &mut capabilities.logprobs,
            Self::Seed => &mut capabilities.seed,
            Self::Stop => &mut capabilities.stop,
            Self::StreamOptions => &mut capabilities.stream_usage,
            Self::JsonSchema => &mut capabilities.json_schema,
            Self::ObjectSchema => &mut capabilities.object_schema,
            Self::JsonObject => &mut capabilities.json_object,
            Self::Stream => &mut capabilities.streaming,
        }
    }
}

/// How one model on one server wants to be asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Profile {
    known: Capabilities,
    /// Qwen's switch for reasoning, which must be off where an answer comes in one piece.
    pub thinking_off: bool,
}

impl From<Capabilities> for Profile {
    fn from(known: Capabilities) -> Self {
        Self {
            known,
            thinking_off: false,
        }
    }
}

impl Profile {
    /// What is known.
    pub fn capabilities(&self) -> Capabilities {
        self.known.clone()
    }

    /// The cap's name.
    pub fn cap(&self) -> CapName {
        self.known.cap.unwrap_or_default()
    }

    /// Whether a field is sent.
    pub fn sends(&self, field: Field) -> bool {
        let accepted = |field: Field| *field.of(&mut self.known.clone()) != Some(false);
        match field {
            Field::ObjectSchema => accepted(field) && !accepted(Field::JsonSchema),
            field => accepted(field),
        }
    }

    /// A profile that yields to a refusal; `None` if there is nothing (more) to yield. The cap
    /// changes its name only while `may_swap`.
    pub fn yielding(&self, refusal: &Said, may_swap: bool) -> Option<Self> {
        let mut yielding = self.clone();
        if may_swap && refusal.names(cap_name(self.cap())) {
            yielding.known.cap = Some(other(self.cap()));
            return Some(yielding);
        }
        if !self.thinking_off && refusal.names("enable_thinking") {
            yielding.thinking_off = true;
            return Some(yielding);
        }
        let refused = |field: &Field| {
            let named = field.names().iter().any(|name| refusal.names(name));
            named && self.sends(*field)
        };
        let field = Field::ALL.into_iter().find(refused)?;
        *field.of(&mut yielding.known) = Some(false);
        Some(yielding)
    }

    /// The same with what an answer has shown.
    pub fn updated(&self, shown: &Capabilities) -> Self {
        Self {
            known: self.known.updated(shown),
            ..self.clone()
        }
    }
}

/// Profiles by address, model and way of asking.
#[derive(Debug, Default)]
pub struct Profiles {
    known: Mutex<HashMap<(String, String, Api), Profile>>,
}

fn key(endpoint: &Endpoint) -> (String, String, Api) {
    (
        endpoint.base_url.clone(),
        endpoint.model.clone(),
        endpoint.api,
    )
}

impl Profiles {
    /// What is known: from before, and learnt since.
    pub fn get(&self, endpoint: &Endpoint) -> Profile {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        match known.get(&key(endpoint)) {
            Some(learnt) => Profile {
                known: endpoint.capabilities.updated(&learnt.known),
                ..learnt.clone()
            },
            None => endpoint.capabilities.clone().into(),
        }
    }

    /// Remembers a profile that was accepted.
    pub fn learn(&self, endpoint: &Endpoint, profile: &Profile) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(key(endpoint), profile.clone());
    }

    /// Begins anew, before a test of the connection.
    pub fn forget(&self, endpoint: &Endpoint) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.remove(&key(endpoint));
    }
}
