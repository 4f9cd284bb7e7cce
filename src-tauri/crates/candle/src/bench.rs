//! How fast a model file runs here, and what it takes.

use std::{path::Path, time::Instant};

use serde::Serialize;

use crate::{
    failure::{Result, internal, invalid},
    lookup, memory,
    model::{self, Handle},
    network::{Network, Run, Want, cache::Cache, threads},
    preflight::Depth,
    tokenizer::{Tokenizer, Writer},
};

/// What to measure.
#[derive(Debug, Clone, Copy)]
pub struct Bench {
    /// Tokens of the prompt.
    pub prompt_tokens: usize,
    /// Tokens that are written.
    pub generate_tokens: usize,
    /// Tokens that lie before what is written.
    pub depth: usize,
    /// Texts that are written at the same time over a shared beginning of `depth`.
    pub sequences: usize,
    /// Threads that compute; `None` for all.
    pub threads: Option<usize>,
}

/// What was measured. Times in seconds, rates in tokens a second.
#[derive(Debug, Clone, Serialize)]
pub struct Measured {
    /// The model's name.
    pub model: String,
    /// The most frequent type of its weights.
    pub quantization: String,
    /// Its weights.
    pub parameters: u64,
    /// Bytes of the file.
    pub file_bytes: u64,
    /// Threads that computed.
    pub threads: usize,
    /// Adapter, build and instructions.
    pub engine: String,
    /// From opening the file until it could be asked, its hash included.
    pub load_seconds: f64,
    /// From a prompt of `prompt_tokens` to the first token's numbers.
    pub first_token_seconds: f64,
    /// Reading a prompt of `prompt_tokens`.
    pub prefill: f64,
    /// Writing one text behind `depth` tokens.
    pub decode: f64,
    /// Writing `sequences` texts behind the same `depth` tokens, all together.
    pub batched_decode: f64,
    /// Writing one text that is copied from the prompt, so that what comes next is guessed right and
    /// read at once: the most that guesses can bring.
    pub copied: f64,
    /// Memory that the process held after loading, and at most, in bytes; where the system tells.
    pub resident_bytes: Option<u64>,
    /// The most until the end of the measurement.
    pub peak_bytes: Option<u64>,
}

impl Bench {
    /// Measures a model file.
    ///
    /// # Errors
    /// As loading it; `InvalidRequest` where it has no room for so many tokens.
    pub fn run(&self, path: &Path) -> Result<Measured> {
        crate::failure::guarded(inkstone_generation::GenerationErrorKind::Internal, || {
            threads::limit(self.threads.unwrap_or(0));
            let measured = self.measure(path);
            threads::limit(0);
            measured
        })
    }

    fn measure(&self, path: &Path) -> Result<Measured> {
        let about = model::inspect(path)?;
        let begin = Instant::now();
        let handle = model::load(path, memory::available())?;
        let load_seconds = begin.elapsed().as_secs_f64();
        let resident_bytes = memory::of_this_process("VmRSS:");
        let network = handle.network();
        let longest = self.prompt_tokens.max(self.depth + self.generate_tokens);
        if longest > network.config.context || self.prompt_tokens == 0 || self.sequences == 0 {
            return Err(invalid(format!(
                "{longest} tokens for a context of {}",
                network.config.context
            )));
        }
        // Once unmeasured: the threads wake, the pages come in.
        read(network, &mut network.cache(), &tokens(network, 8, 0))?;
        let begin = Instant::now();
        let mut cache = network.cache();
        read(network, &mut cache, &tokens(network, self.prompt_tokens, 0))?;
        let first_token_seconds = begin.elapsed().as_secs_f64();
        drop(cache);
        let mut beginning = network.cache();
        if self.depth > 0 {
            read(network, &mut beginning, &tokens(network, self.depth, 1))?;
        }
        let decode = self.write(&handle, &beginning, 1)?;
        let batched_decode = self.write(&handle, &beginning, self.sequences)?;
        let copied = self.copy(network, &beginning)?;
        Ok(Measured {
            model: about.name,
            quantization: about.quantization,
            parameters: about.parameters,
            file_bytes: about.bytes,
            threads: threads::count(),
            engine: crate::engine::name().to_owned(),
            load_seconds,
            first_token_seconds,
            prefill: self.prompt_tokens as f64 / first_token_seconds,
            decode,
            batched_decode,
            copied,
            resident_bytes,
            peak_bytes: memory::of_this_process("VmHWM:"),
        })
    }

    /// Tokens a second of some texts together.
    fn write(&self, handle: &Handle, beginning: &Cache, texts: usize) -> Result<f64> {
        let network = handle.network();
        let mut caches: Vec<Cache> = (0..texts)
            .map(|_| beginning.beginning(beginning.len))
            .collect();
        let begin = Instant::now();
        for step in 0..self.generate_tokens {
            let next: Vec<Vec<u32>> = (0..texts).map(|i| tokens(network, 1, step + i)).collect();
            let mut runs: Vec<Run<'_>> = caches
                .iter_mut()
                .zip(&next)
                .map(|(cache, tokens)| Run {
                    cache,
                    tokens,
                    want: Want::Last,
                    long: false,
                })
                .collect();
            network.forward(&mut runs, &|| false)?;
        }
        let seconds = begin.elapsed().as_secs_f64();
        Ok((self.generate_tokens * texts) as f64 / seconds)
    }
}

impl Bench {
    /// Tokens a second where all guesses come true.
    fn copy(&self, network: &Network, beginning: &Cache) -> Result<f64> {
        let mut cache = beginning.beginning(beginning.len);
        let all = tokens(network, self.generate_tokens, 2);
        let begin = Instant::now();
        for tokens in all.chunks(lookup::MOST + 1) {
            let run = Run {
                cache: &mut cache,
                tokens,
                want: Want::All,
                long: false,
            };
            network.forward(&mut [run], &|| false)?;
        }
        Ok(self.generate_tokens as f64 / begin.elapsed().as_secs_f64())
    }
}

fn read(network: &Network, cache: &mut Cache, tokens: &[u32]) -> Result<()> {
    let parts = tokens.chunks(256);
    let last = parts.len().saturating_sub(1);
    for (i, tokens) in parts.enumerate() {
        let run = Run {
            cache,
            tokens,
            want: if i == last { Want::Last } else { Want::Nothing },
            long: false,
        };
        network.forward(&mut [run], &|| false)?;
    }
    Ok(())
}

/// Tokens that look random and are the same in each run.
fn tokens(network: &Network, count: usize, from: usize) -> Vec<u32> {
    let vocabulary = network.config.vocabulary as u64;
    (0..count as u64)
        .map(|i| ((i + 31 * from as u64).wrapping_mul(7919) + 13) % vocabulary)
        .map(|token| token as u32)
        .collect()
}

/// A file's vocabulary, without its weights.
pub struct Words(Tokenizer);

impl Words {
    /// Reads it.
    ///
    /// # Errors
    /// `ModelNotFound`, `ModelNotAFile`, `ModelBroken`, `ModelUnsupported`.
    pub fn open(path: &Path) -> Result<Self> {
        crate::failure::guarded(
            inkstone_generation::GenerationErrorKind::ModelBroken,
            || {
                let opened = model::open(path, Depth::Everything)?;
                Ok(Self(Tokenizer::read(&opened.header)?))
            },
        )
    }

    /// Text to ids, as a person's text becomes them; with `controls` the texts of control tokens
    /// count as these.
    ///
    /// # Errors
    /// `InvalidRequest` for a text that cannot be cut.
    pub fn ids(&self, text: &str, controls: bool) -> Result<Vec<u32>> {
        let writer = if controls {
            Writer::Template(None)
        } else {
            Writer::Person
        };
        self.0.encode(text, writer)
    }

    /// Ids to the bytes that they stand for; control tokens stand for nothing.
    ///
    /// # Errors
    /// `InvalidRequest` for an id that is none.
    pub fn bytes(&self, ids: &[u32]) -> Result<Vec<u8>> {
        let mut out = Vec::new();
        for id in ids {
            if *id as usize >= self.0.len() {
                return Err(invalid(format!("token {id} of {}", self.0.len())));
            }
            out.extend_from_slice(self.0.spell(*id));
        }
        Ok(out)
    }
}

/// The logits behind each of some tokens, read at once: for comparisons with other programs.
///
/// # Errors
/// As loading the file; `Internal` for tokens that it does not have.
pub fn logits(path: &Path, tokens: &[u32]) -> Result<Vec<Vec<f32>>> {
    let handle = model::load(path, memory::available())?;
    let network = handle.network();
    let mut cache = network.cache();
    let run = Run {
        cache: &mut cache,
        tokens,
        want: Want::All,
        long: network.is_long(tokens.len()),
    };
    let all = network
        .forward(&mut [run], &|| false)?
        .and_then(|mut all| all.pop())
        .ok_or_else(|| internal("no logits"))?;
    Ok(all
        .chunks_exact(network.config.vocabulary)
        .map(<[f32]>::to_vec)
        .collect())
}
