//! Models that turn a text into a point, so that texts of like meaning lie near one another.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::GenerationError;

/// What a text is to a search. Some models were trained on prefixes (`query: `, `passage: `) and
/// put them in themselves; with others both are the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EmbedAs {
    /// What is looked for.
    Query,
    /// What is looked through.
    Passage,
}

/// What is known of a loaded embedding model. Vectors of models that differ in `sha256` can't be
/// compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmbedderDescription {
    /// Name, as its files or its folder have it.
    pub name: String,
    /// SHA-256 of all files that decide the vectors, in lower-case hex.
    pub sha256: String,
    /// Numbers in a vector.
    pub dimensions: u32,
    /// Tokens of a text that count, the marks at both ends included; the rest is left out. A caller
    /// cuts long texts into passages, of at most about `3 * max_tokens` letters or
    /// `0.6 * max_tokens` Chinese characters.
    pub max_tokens: u32,
    /// Adapter and version, as `candle 0.11.1, decoder 1f2e...`.
    pub engine: String,
}

/// A model that turns texts into vectors.
pub trait Embedder: Send + Sync {
    /// What is known of it.
    fn describe(&self) -> EmbedderDescription;

    /// A vector of length 1 for each text, in order: the product of two is the cosine of their
    /// angle. A text's vector does not depend on the texts beside it. Blocks; a call takes about as
    /// long as its texts together, so whoever wants to be able to stop gives few at once.
    ///
    /// # Errors
    /// `Internal` if the network fails. An empty text is none: it has a vector too.
    fn embed(&self, texts: &[&str], as_: EmbedAs) -> Result<Vec<Vec<f32>>, GenerationError>;
}

/// What the files of an embedding model say of themselves, read without loading its weights.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmbedderFile {
    /// Name, as the files or the folder have it.
    pub name: String,
    /// Architecture (`bert`, `xlm-roberta` ...).
    pub architecture: String,
    /// Numbers in a vector.
    pub dimensions: u32,
    /// Tokens of a text that count.
    pub max_tokens: u32,
    /// Number of weights.
    pub parameters: u64,
    /// Size of the weights' file in bytes.
    pub bytes: u64,
    /// How the weights are stored, as `F32`.
    pub quantization: String,
    /// Licence, where the files say.
    pub license: Option<String>,
}

/// Whether a path may lead to an embedding model: a folder, or one of the files in such a folder.
pub fn may_be_embedder(path: &Path) -> bool {
    let ending = path
        .extension()
        .and_then(|e| e.to_str())
        .unwrap_or_default();
    path.is_dir() || matches!(ending.to_ascii_lowercase().as_str(), "safetensors" | "json")
}
