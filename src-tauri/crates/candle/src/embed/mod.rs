//! Embedding models: BERT and its kin, from a folder as their makers give them away.
//!
//! `config.json`, `model.safetensors`, `tokenizer.json` (or `vocab.txt`), and beside them, where the
//! maker has said so, how a vector is made of the network's rows (`1_Pooling/config.json`), how long a
//! text may be and which words go before it. What decides a vector and is not known is refused by
//! name, for a vector that is nearly right finds nearly the right thing.

mod encoder;
mod files;
mod weights;
mod words;

use std::path::Path;

use inkstone_generation::{
    EmbedAs, Embedder, EmbedderDescription, EmbedderFile, GenerationError,
    GenerationErrorKind as Kind,
};

use crate::{
    failure::{Result, guarded},
    memory,
};
use encoder::Encoder;
use files::{About, Pooling};
use weights::Weights;
use words::Words;

/// A loaded embedding model.
pub(crate) struct Model {
    description: EmbedderDescription,
    encoder: Encoder,
    words: Words,
    about: About,
}

/// What the files say of themselves.
pub(crate) fn inspect(path: &Path) -> Result<EmbedderFile> {
    let about = About::read(path)?;
    let weights = Weights::open(&about.weights)?;
    encoder::check(&about.config, &weights)?;
    Ok(EmbedderFile {
        name: about.name,
        architecture: about.config.model_type,
        dimensions: about.config.hidden_size as u32,
        max_tokens: about.max_tokens as u32,
        parameters: weights.numbers(),
        bytes: weights.bytes(),
        quantization: weights.usual_type(),
        license: about.license,
    })
}

/// Loads a model; `available` is the memory that may be used.
pub(crate) fn load(path: &Path, available: Option<u64>) -> Result<Model> {
    let about = About::read(path)?;
    let mut weights = Weights::open(&about.weights)?;
    memory::fits(weights.numbers().saturating_mul(4), available)?;
    let words = Words::read(&about)?;
    if words.len() > about.config.vocab_size {
        return Err(crate::failure::broken(format!(
            "{} tokens for a network of {}",
            words.len(),
            about.config.vocab_size
        )));
    }
    let encoder = Encoder::load(&about.config, &mut weights)?;
    let description = EmbedderDescription {
        name: about.name.clone(),
        sha256: about.sha256()?,
        dimensions: about.config.hidden_size as u32,
        max_tokens: about.max_tokens as u32,
        engine: crate::engine::name().to_owned(),
    };
    let model = Model {
        description,
        encoder,
        words,
        about,
    };
    // A tokenizer or a shape that is not sound shows itself here and not in the middle of a search.
    model.embed_one("a 墨", EmbedAs::Passage)?;
    Ok(model)
}

impl Model {
    fn embed_one(&self, text: &str, side: EmbedAs) -> Result<Vec<f32>> {
        let prefix = match side {
            EmbedAs::Query => &self.about.query,
            EmbedAs::Passage => &self.about.passage,
        };
        let tokens = self.words.encode(prefix, text, self.about.max_tokens)?;
        let rows = self.encoder.forward(&tokens)?;
        let width = self.about.config.hidden_size;
        let mut vector = match self.about.pooling {
            Pooling::First => rows[..width].to_vec(),
            Pooling::Mean => mean(&rows, width),
        };
        let length = vector.iter().map(|n| n * n).sum::<f32>().sqrt();
        if !length.is_finite() {
            return Err(crate::failure::internal("the network gives no numbers"));
        }
        if length > 0.0 {
            vector.iter_mut().for_each(|n| *n /= length);
        }
        Ok(vector)
    }
}

fn mean(rows: &[f32], width: usize) -> Vec<f32> {
    let count = rows.len() / width;
    let mut sum = vec![0f64; width];
    for row in rows.chunks_exact(width) {
        for (s, n) in sum.iter_mut().zip(row) {
            *s += f64::from(*n);
        }
    }
    sum.into_iter().map(|s| (s / count as f64) as f32).collect()
}

impl Embedder for Model {
    fn describe(&self) -> EmbedderDescription {
        self.description.clone()
    }

    fn embed(
        &self,
        texts: &[&str],
        side: EmbedAs,
    ) -> std::result::Result<Vec<Vec<f32>>, GenerationError> {
        let one = |text: &&str| guarded(Kind::Internal, || self.embed_one(text, side));
        texts.iter().map(one).collect()
    }
}
