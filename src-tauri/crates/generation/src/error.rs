use std::time::Duration;

use thiserror::Error;

/// Why a generation or a load failed. The kind decides what the person is told; `detail` is a
/// technical remark in English that holds neither secrets nor draft text.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{kind:?}: {detail}")]
pub struct GenerationError {
    /// What went wrong, as a category that a person can act on.
    pub kind: GenerationErrorKind,
    /// Technical detail, safe to log and to show under "details".
    pub detail: String,
    /// How long a server asks to wait before the next request, where it does.
    pub wait: Option<Duration>,
}

impl GenerationError {
    /// An error of `kind` with a technical `detail`.
    pub fn new(kind: GenerationErrorKind, detail: impl Into<String>) -> Self {
        Self {
            kind,
            detail: detail.into(),
            wait: None,
        }
    }

    /// The same with the time that the server asks to wait.
    #[must_use]
    pub fn with_wait(mut self, wait: Duration) -> Self {
        self.wait = Some(wait);
        self
    }
}

/// Categories of failure, each with its own sentence and hint in the locale files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GenerationErrorKind {
    /// The model file does not exist or may not be read.
    ModelNotFound,
    /// The path is not a file (a directory, a device).
    ModelNotAFile,
    /// The bytes are no GGUF, or a damaged or hostile one.
    ModelBroken,
    /// A sound file whose architecture, tensor type or tokenizer is not supported (named in detail).
    ModelUnsupported,
    /// The model does not fit into memory.
    ModelTooLarge,
    /// Prompt and answer do not fit into the model's context.
    ContextOverflow,
    /// The request itself is out of range (empty prompt, negative temperature ...).
    InvalidRequest,
    /// The constraint of the request is none that can be read, contradicts itself, or could not be
    /// kept to the end (which part, in detail).
    ConstraintUnmet,
    /// No connection to the server: refused, unknown host, no common TLS, offline.
    Unreachable,
    /// The server's certificate is expired, unknown, or another host's.
    Certificate,
    /// The proxy between here and the server refuses, or can't be reached.
    Proxy,
    /// The server did not answer in time.
    Timeout,
    /// The answer had begun, and then nothing more came.
    Stalled,
    /// 401: the key is missing or wrong.
    Unauthorized,
    /// 403: the key may not use this.
    Forbidden,
    /// 404: no such model or path on the server.
    RemoteNotFound,
    /// 429: too many requests for now.
    RateLimited,
    /// The server asks for a longer pause than anybody would sit through; see
    /// [`GenerationError::wait`].
    LongWait,
    /// 402, 429: the money or the quota of the account is used up.
    QuotaUsedUp,
    /// 5xx, 408, 409: the server has trouble; trying again later may help.
    ServerTrouble,
    /// 503: the server is still loading the model.
    Loading,
    /// 400, 422: the server does not accept the request.
    Refused,
    /// The answer is no answer of an OpenAI-compatible server (HTML, broken JSON ...).
    NotAnApi,
    /// The server sends on to another address, which is not followed.
    Redirected,
    /// The answer had begun well, and then came what can't be read.
    Garbled,
    /// The address is no usable http(s) URL.
    BadAddress,
    /// The connection broke in the middle of an answer.
    Interrupted,
    /// The gate did not let the request out: nothing was sent.
    NotAllowed,
    /// A fault of ours (a panic that was caught, a broken invariant).
    Internal,
}
