use std::{path::Path, sync::Arc};

use serde::{Deserialize, Serialize};

use crate::{
    CancellationToken, Capabilities, Constraint, Embedder, EmbedderFile, Form, GenerationError,
    GenerationErrorKind, TextRequest, TextStream,
};

/// Where a model computes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Locality {
    /// On this machine, in this process.
    Local,
    /// On a server.
    Remote {
        /// Host (and port, where given) of the server.
        host: String,
    },
}

/// Which form of a prompt suits a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PromptForm {
    /// Instructions in prose, for models that follow them.
    Chat,
    /// The brief as `Key: value` lines, for models under about a billion parameters.
    Compact,
}

/// How far a model keeps a [`Constraint`] while it writes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Enforcement {
    /// Not at all.
    #[default]
    Nothing,
    /// A JSON Schema is passed on, and kept if the server can.
    JsonSchema,
    /// All of it.
    Everything,
}

impl Enforcement {
    /// Whether an answer is sure to be as a constraint says, so that it needs no check.
    pub fn covers(self, constraint: &Constraint) -> bool {
        self == Self::Everything || constraint.is_empty()
    }

    /// Whether a form is at least passed on.
    pub fn passes_on(self, form: &Form) -> bool {
        match self {
            Self::Nothing => false,
            Self::JsonSchema => matches!(form, Form::JsonSchema(_)),
            Self::Everything => true,
        }
    }
}

/// What is known of a loaded model; goes into the record of each generation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelDescription {
    /// Name as the file or the provider gives it.
    pub name: String,
    /// Where it computes.
    pub locality: Locality,
    /// SHA-256 of the file in lower-case hex; `None` for remote models.
    pub sha256: Option<String>,
    /// Architecture (`llama`, `qwen2` ...) where known.
    pub architecture: Option<String>,
    /// Number of weights where known.
    pub parameters: Option<u64>,
    /// Context length in tokens where known.
    pub context_length: Option<u32>,
    /// Adapter and version, as `candle 0.11.1`.
    pub engine: String,
    /// The form of prompt that suits it.
    pub prompt_form: PromptForm,
    /// How far it keeps constraints.
    #[serde(default)]
    pub enforces: Enforcement,
}

/// What a model file says of itself, read without loading the weights.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelFile {
    /// Name from the metadata, or the file's stem.
    pub name: String,
    /// Architecture (`llama`, `qwen2` ...).
    pub architecture: String,
    /// The most frequent tensor type, as `Q4_K`.
    pub quantization: String,
    /// Number of weights.
    pub parameters: u64,
    /// Context length in tokens.
    pub context_length: u32,
    /// Size of the file in bytes.
    pub bytes: u64,
    /// Licence from the metadata.
    pub license: Option<String>,
    /// Description from the metadata: what the model is, in its maker's words.
    pub description: Option<String>,
    /// The form of prompt that suits it.
    pub prompt_form: PromptForm,
}

/// A neural model that writes text.
pub trait TextModel: Send + Sync {
    /// What is known of it.
    fn describe(&self) -> ModelDescription;

    /// Starts a generation. Returns at once; the work happens as the stream is read or on a
    /// thread of the adapter's own, and stops when `cancel` fires or the stream is dropped.
    /// A cancelled stream ends with `Finished { reason: Cancelled }`.
    fn generate(&self, request: TextRequest, cancel: CancellationToken) -> TextStream;

    /// What is known of a server's model by now: what it was connected with, and what its answers
    /// have taught since. Ask after a generation, and keep it for the next [`crate::Endpoint`].
    /// `None` for local models.
    fn learned(&self) -> Option<Capabilities> {
        None
    }
}

/// Opens model files on this machine. All calls block; call them off the async threads.
pub trait LocalModels: Send + Sync {
    /// Reads what a file says of itself, without loading its weights.
    ///
    /// # Errors
    /// `ModelNotFound`, `ModelNotAFile`, `ModelBroken`, `ModelUnsupported`.
    fn inspect(&self, path: &Path) -> Result<ModelFile, GenerationError>;

    /// Loads a model.
    ///
    /// # Errors
    /// As [`Self::inspect`], and `ModelTooLarge`.
    fn load(&self, path: &Path) -> Result<Arc<dyn TextModel>, GenerationError>;

    /// Whether what lies there writes text, as far as can be told without opening its weights; the
    /// folders of such models look like those of embedding models.
    fn writes(&self, path: &Path) -> bool {
        !crate::may_be_embedder(path)
    }

    /// Reads what the files of an embedding model say of themselves. `path` is their folder, or one
    /// of them.
    ///
    /// # Errors
    /// As [`Self::inspect`]; `ModelUnsupported` where the adapter has no such models.
    fn inspect_embedder(&self, path: &Path) -> Result<EmbedderFile, GenerationError> {
        Err(no_embedders(path))
    }

    /// Loads an embedding model.
    ///
    /// # Errors
    /// As [`Self::inspect_embedder`], and `ModelTooLarge`.
    fn load_embedder(&self, path: &Path) -> Result<Arc<dyn Embedder>, GenerationError> {
        Err(no_embedders(path))
    }
}

fn no_embedders(_: &Path) -> GenerationError {
    GenerationError::new(
        GenerationErrorKind::ModelUnsupported,
        "this adapter has no embedding models",
    )
}
