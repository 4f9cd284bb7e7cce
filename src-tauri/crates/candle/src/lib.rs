//! # The local adapter
//!
//! Opens model files on this machine and runs them on its processor, behind the ports of
//! `inkstone-generation`. [`Candle`] is all that the rest of the house sees.
//!
//! Rules
//! - A file comes from a stranger. `preflight` reads its head without trust and holds every length
//!   against the file before a byte is reserved; loading runs where a panic becomes an error; no
//!   panic leaves this room.
//! - What is not computed exactly is refused by name: an architecture, a tensor type, a tokenizer,
//!   a tensor that the decoder would leave out.
//! - The same file, build and request give the same bytes. So nothing that depends on time, on the
//!   number of threads or on what runs beside it may change a number.
//! - A person's text is never read as control tokens.
//! - No type of candle leaves this room.
//!
//! Models come as one GGUF file, or as the hub gives them (`hub`): a folder with safetensors, whose
//! parts become the same head under the same names.
//!
//! Embedding models (`embed`) are a second kind: BERT and its kin from a folder of safetensors.
//!
//! The decoder is the house's own, its products too (`network::products`); candle brings the forms of
//! tensors and the pool of threads, and its model files are a second opinion in tests. What a text
//! becomes depends on no text beside it: variants are written in one batch, and what was read is
//! remembered (`remembered`), without a changed byte.
//!
//! Beside the port there are `bench`, which measures a file and shows its vocabulary, and `synthetic`,
//! which makes files with random weights; how we stand to other programs is told in `README.md`.
//!
//! What a text repeats of what is before it is guessed and read at once (`lookup`); tokens are chosen as
//! without that.
//!
//! A request's constraint is kept while the answer is decoded (see `constraint`): its form by
//! llguidance's masks over our own vocabulary, limits and phrases by going back a word where one does
//! not fit. What may still be taken back is not streamed.
//!
//! Glossary
//! - *Head* (of a file): its metadata and table of tensors. *Head* (of attention): a slice of the
//!   width that attends by itself.
//! - *Session*: one generation's way through the network, with its own cache.
//! - *Piece*: a token of a SentencePiece vocabulary.

pub mod bench;
mod constraint;
mod decode;
mod embed;
mod engine;
mod failure;
mod folder;
mod guided;
mod hub;
mod lookup;
mod memory;
mod model;
mod network;
mod odds;
mod preflight;
mod remembered;
mod safetensors;
mod sampler;
pub mod synthetic;
mod template;
#[cfg(test)]
mod testing;
mod text;
mod tokenizer;
mod work;

use std::{path::Path, sync::Arc};

use inkstone_generation::{
    Embedder, EmbedderFile, GenerationError, GenerationErrorKind as Kind, LocalModels, ModelFile,
    TextModel,
};

use crate::failure::guarded;

/// Opens models on this machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct Candle;

impl Candle {
    /// The adapter. It holds nothing; models live as long as their handles.
    pub fn new() -> Self {
        Self
    }

    /// Somebody is busy in the window: for the next second and a half whatever computes here leaves
    /// two of the processors to what answers him. It says the same, only later.
    pub fn make_way() {
        network::threads::make_way();
    }

    /// Somebody presses a key: as [`Self::make_way`], and where two processors cannot be left,
    /// nothing is computed until the key can be seen.
    pub fn make_way_for_a_key() {
        network::threads::make_way_for_a_key();
    }
}

impl LocalModels for Candle {
    fn inspect(&self, path: &Path) -> Result<ModelFile, GenerationError> {
        guarded(Kind::ModelBroken, || model::inspect(path))
    }

    fn load(&self, path: &Path) -> Result<Arc<dyn TextModel>, GenerationError> {
        let handle = guarded(Kind::ModelBroken, || model::load(path, memory::available()))?;
        Ok(Arc::new(handle))
    }

    fn writes(&self, path: &Path) -> bool {
        hub::writes(path)
    }

    fn inspect_embedder(&self, path: &Path) -> Result<EmbedderFile, GenerationError> {
        guarded(Kind::ModelBroken, || embed::inspect(path))
    }

    fn load_embedder(&self, path: &Path) -> Result<Arc<dyn Embedder>, GenerationError> {
        let model = guarded(Kind::ModelBroken, || embed::load(path, memory::available()))?;
        Ok(Arc::new(model))
    }
}

#[cfg(test)]
mod tests;
