//! # The door to the network
//!
//! Files that a person asks for, and models on servers that speak the OpenAI API: OpenAI itself, and Ollama, llama.cpp, vLLM,
//! LM Studio, OpenRouter, Mistral, DeepSeek and whoever else says "compatible". No other room of
//! the house opens a connection.
//!
//! What is sent is built from async-openai's request types. What comes back is read here, and
//! leniently, because servers differ from the specification and from each other: async-openai's
//! own client loses the HTTP status of an error whose body it does not know, ends a cut stream as
//! if it were whole, has no bound on an event, and writes bodies to the log.
//!
//! Rules
//! - The address, the key and the model come from the caller, never from the environment.
//! - Neither a key nor a word of a draft is logged or put into an error.
//! - Nothing is followed to another address: a redirect is an error, and where a file is asked for
//!   ([`RemoteModels::fetch`]) it is an answer that says where to; whoever asked decides.
//! - Whatever is sent asks the gate first, each attempt anew; the HTTP clients are private to the
//!   module that asks it.
//! - A request is sent again only before the first token, and at most [`RETRIES`] times (while a
//!   model is loaded [`LOADING_RETRIES`] times). The reader of the stream hears what is waited for.
//! - A stream is whole only if the server says so; anything else is `Incomplete` or an error.
//! - Reasoning is no text: it never becomes a delta.
//!
//! What the API has no name for (`top_k`, `min_p`, `typical_p`, `repeat_penalty`, DRY) is not sent; the
//! newer way (`Responses`) takes no penalties either.
//!
//! Glossary
//! - *Cap*: the bound on new tokens, `max_tokens` or `max_completion_tokens`.
//! - *Profile*: what a server was found to do and to refuse: the endpoint's capabilities, and what
//!   was learnt since, which is kept as long as the [`OpenAi`] lives.
//! - *Event*: one `data:` of a stream of server-sent events; a *chunk* is its JSON.

mod address;
mod answer;
mod body;
mod call;
mod chunk;
mod door;
mod failure;
mod fetch;
mod filter;
mod find;
mod list;
mod model;
mod probe;
mod profile;
mod request;
mod retry;
mod sse;
mod watch;

use std::{sync::Arc, time::Duration};

use futures::future::BoxFuture;
use inkstone_generation::{
    Endpoint, FileAnswer, FileAsk, Gate, GenerationError, LocalServer, Probed, RemoteModels,
    TextModel,
};

use crate::{
    address::Address,
    door::{Door, Times},
    model::RemoteModel,
    profile::Profiles,
};

/// How often a request that failed before its first token is sent again.
pub const RETRIES: u32 = 2;

/// How often, and more slowly, a request is sent again while the server loads its model.
pub const LOADING_RETRIES: u32 = 8;

/// How long the door waits, and for what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// For a connection.
    pub connect: Duration,
    /// From sending to the first token. Servers load models and read long prompts meanwhile.
    pub first_token: Duration,
    /// A wait for the first token that is shorter is not told of.
    pub quiet: Duration,
    /// Between two pieces of an answer that has begun, and for a list of models.
    pub idle: Duration,
    /// Before the first retry; doubled before each further one.
    pub backoff: Duration,
    /// The most that doubling comes to.
    pub longest_backoff: Duration,
    /// The most that a server's `Retry-After` is granted; a longer one is an error that says so.
    pub longest_retry_after: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            first_token: Duration::from_secs(120),
            quiet: Duration::from_secs(4),
            idle: Duration::from_secs(60),
            backoff: Duration::from_millis(500),
            longest_backoff: Duration::from_secs(8),
            longest_retry_after: Duration::from_secs(60),
        }
    }
}

/// Reaches models on OpenAI-compatible servers. Its streams and futures are to be polled within a
/// tokio runtime.
#[derive(Debug, Clone, Default)]
pub struct OpenAi {
    shared: Arc<Shared>,
}

/// What all models of one [`OpenAi`] share.
#[derive(Debug, Default)]
struct Shared {
    timeouts: Timeouts,
    door: Door,
    profiles: Profiles,
}

impl Shared {
    /// How long a question may take that should be answered at once.
    fn quick(&self) -> Times {
        Times {
            connect: self.timeouts.connect,
            answer: self.timeouts.idle,
        }
    }

    /// How long a question may take that a model answers.
    fn patient(&self) -> Times {
        Times {
            connect: self.timeouts.connect,
            answer: self.timeouts.first_token,
        }
    }
}

impl OpenAi {
    /// With the usual times.
    pub fn new() -> Self {
        Self::default()
    }

    /// With other times, for tests and for slow servers.
    pub fn with_timeouts(timeouts: Timeouts) -> Self {
        let shared = Shared {
            timeouts,
            ..Shared::default()
        };
        Self {
            shared: Arc::new(shared),
        }
    }
}

impl RemoteModels for OpenAi {
    fn host(&self, base_url: &str) -> Result<String, GenerationError> {
        Ok(Address::parse(base_url)?.host())
    }

    fn connect(
        &self,
        endpoint: Endpoint,
        gate: Arc<dyn Gate>,
    ) -> Result<Arc<dyn TextModel>, GenerationError> {
        let address = Address::parse(&endpoint.base_url)?;
        Ok(Arc::new(RemoteModel {
            shared: Arc::clone(&self.shared),
            address,
            endpoint,
            gate,
        }))
    }

    fn list(
        &self,
        endpoint: Endpoint,
        gate: Arc<dyn Gate>,
    ) -> BoxFuture<'static, Result<Vec<String>, GenerationError>> {
        let shared = Arc::clone(&self.shared);
        Box::pin(async move { list::models(&shared, &endpoint, &*gate).await })
    }

    fn probe(
        &self,
        endpoint: Endpoint,
        gate: Arc<dyn Gate>,
    ) -> BoxFuture<'static, Result<Probed, GenerationError>> {
        let shared = Arc::clone(&self.shared);
        Box::pin(async move { probe::run(&shared, endpoint, gate).await })
    }

    fn find_local(&self, gate: Arc<dyn Gate>) -> BoxFuture<'static, Vec<LocalServer>> {
        Box::pin(find::local(gate))
    }

    fn fetch(
        &self,
        ask: FileAsk,
        gate: Arc<dyn Gate>,
    ) -> BoxFuture<'static, Result<FileAnswer, GenerationError>> {
        let shared = Arc::clone(&self.shared);
        Box::pin(async move { fetch::file(&shared, ask, &*gate).await })
    }
}
