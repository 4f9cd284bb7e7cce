use std::{fmt, sync::Arc};

use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};
use zeroize::{ZeroizeOnDrop, Zeroizing};

use crate::{
    Api, Capabilities, FileAnswer, FileAsk, Gate, GenerationError, GenerationErrorKind, TextModel,
};

/// Reaches models on servers that speak the OpenAI API. Whatever is sent asks the gate first.
pub trait RemoteModels: Send + Sync {
    /// The host that an address means, with its port where one was given. Nothing is contacted.
    ///
    /// # Errors
    /// `BadAddress`.
    fn host(&self, base_url: &str) -> Result<String, GenerationError>;

    /// A model on a server. Does not connect yet, and takes no memory: it can be made anew for each
    /// generation, with the gate of that generation.
    ///
    /// # Errors
    /// `BadAddress`.
    fn connect(
        &self,
        endpoint: Endpoint,
        gate: Arc<dyn Gate>,
    ) -> Result<Arc<dyn TextModel>, GenerationError>;

    /// Asks the server which models it offers; `endpoint.model` is ignored.
    fn list(
        &self,
        endpoint: Endpoint,
        gate: Arc<dyn Gate>,
    ) -> BoxFuture<'static, Result<Vec<String>, GenerationError>>;

    /// Tests a connection: asks for the list of models, then for a few tokens in several ways, and
    /// learns what the server does. What it sends is fixed and says nothing of the person.
    ///
    /// # Errors
    /// What keeps the server from answering at all. What it merely can't do is in the findings.
    fn probe(
        &self,
        endpoint: Endpoint,
        gate: Arc<dyn Gate>,
    ) -> BoxFuture<'static, Result<Probed, GenerationError>>;

    /// Looks for servers on this machine, at the ports that they usually have, and at no other
    /// address. Takes about a second at the most.
    fn find_local(&self, gate: Arc<dyn Gate>) -> BoxFuture<'static, Vec<LocalServer>>;

    /// Asks for a file, once. The answer's head is waited for; its bytes are read by the caller.
    ///
    /// # Errors
    /// What kept the file from coming: `Unauthorized`, `RemoteNotFound`, `Unreachable` and so on;
    /// `BadAddress`; `NotAllowed` where this adapter fetches no files.
    fn fetch(
        &self,
        ask: FileAsk,
        gate: Arc<dyn Gate>,
    ) -> BoxFuture<'static, Result<FileAnswer, GenerationError>> {
        drop((ask, gate));
        let detail = "this adapter fetches no files";
        let refused = GenerationError::new(GenerationErrorKind::NotAllowed, detail);
        Box::pin(std::future::ready(Err(refused)))
    }
}

/// A server and the model asked for on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// Base URL as the person gave it, with its path; nothing is added but the API's own paths.
    pub base_url: String,
    /// Key; `None` for servers that want none.
    pub api_key: Option<Secret>,
    /// Model name on that server.
    pub model: String,
    /// The way in which it is asked.
    pub api: Api,
    /// What is known of it beforehand.
    pub capabilities: Capabilities,
}

impl Endpoint {
    /// A server of which nothing is known, asked in the usual way.
    pub fn new(base_url: impl Into<String>, model: impl Into<String>) -> Self {
        Self {
            base_url: base_url.into(),
            api_key: None,
            model: model.into(),
            api: Api::default(),
            capabilities: Capabilities::default(),
        }
    }

    /// The same with a key; an empty one is none.
    #[must_use]
    pub fn with_key(mut self, key: &str) -> Self {
        self.api_key = Some(key.trim())
            .filter(|key| !key.is_empty())
            .map(Secret::new);
        self
    }
}

/// What a test of a connection found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Probed {
    /// What the requests are to follow.
    pub capabilities: Capabilities,
    /// The models that the server offers, in its order; empty where it does not say.
    pub models: Vec<String>,
    /// What was looked at, in this order, and how it went.
    pub findings: Vec<Finding>,
}

/// How one look at a server went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// What was looked at.
    pub of: ServerTrait,
    /// How it went.
    pub outcome: Found,
}

/// Something that a server may be able to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ServerTrait {
    /// It lists its models.
    Models,
    /// It answers.
    Answer,
    /// It answers in pieces.
    Streaming,
    /// It says what it used.
    Usage,
    /// It bounds new tokens.
    Cap,
    /// It takes a seed.
    Seed,
    /// It ends at a stop string.
    Stop,
    /// It gives several answers at once.
    SeveralAnswers,
    /// It keeps to a JSON Schema.
    JsonSchema,
    /// It keeps to JSON.
    JsonObject,
    /// It reasons, and says where.
    Reasoning,
}

/// How a look at a server went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Found {
    /// It does.
    Yes,
    /// It was asked for, and not given.
    No,
    /// It could not be told.
    Unclear,
    /// The question failed.
    Failed(GenerationErrorKind),
}

/// A server that was found on this machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LocalServer {
    /// The program that usually has this port, as `Ollama`.
    pub product: String,
    /// Its base URL.
    pub base_url: String,
    /// The models that it offers.
    pub models: Vec<String>,
}

/// A text that never shows in `Debug` output, and is wiped from memory when it is dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

impl ZeroizeOnDrop for Secret {}

impl Secret {
    /// Wraps a secret.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// The secret itself, for the one call that needs it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_does_not_show_and_is_wiped() {
        fn is_wiped<T: ZeroizeOnDrop>(_: &T) {}
        let secret = Secret::new("sk-17");
        assert_eq!(format!("{secret:?}"), "Secret(..)");
        is_wiped(&secret);
        is_wiped(&secret.0);
    }
}
