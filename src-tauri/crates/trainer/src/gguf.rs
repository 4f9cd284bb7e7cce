//! Writes the shipped file, and reads it back for samples and measurements.

use std::{collections::BTreeMap, io::Write};

use gemm::f16;

use crate::{
    Failure,
    network::{Config, Network},
    vocabulary::{CHAT_TEMPLATE, CONTROL, Vocabulary},
};

const ALIGNMENT: usize = 32;
const F32: u32 = 0;
const F16: u32 = 1;

/// What the file says of its making.
#[derive(Debug, Clone)]
pub struct Provenance {
    /// Tokens of the corpus that the network was trained on.
    pub trained_tokens: u64,
    /// Seed of the run.
    pub seed: u64,
}

/// What the model is, in plain words.
pub const DESCRIPTION: &str = "A very small model trained by the Inkstone project, only on text that the project wrote. \
It fills the studio's own forms: it arranges stock sentences in English and Chinese around the values of a brief, \
which it sees as placeholders. It knows nothing of the world, follows no free instructions and checks nothing.";

#[derive(Debug, Clone)]
enum Value {
    U32(u32),
    U64(u64),
    F32(f32),
    Bool(bool),
    Text(String),
    Texts(Vec<String>),
    I32s(Vec<i32>),
    F32s(Vec<f32>),
}

/// The whole file.
pub fn write(net: &Network, vocabulary: &Vocabulary, from: &Provenance) -> Vec<u8> {
    let c = &net.config;
    let id = |t: &str| vocabulary.id(t).unwrap_or_default();
    let types = vocabulary
        .tokens
        .iter()
        .map(|t| match t {
            t if CONTROL.contains(&t.as_str()) => 3,
            t if t.starts_with('⟦') => 4,
            _ => 1,
        })
        .collect();
    let u = |n: usize| Value::U32(n as u32);
    let text = |t: &str| Value::Text(t.to_owned());
    let metadata = [
        ("general.architecture", text("llama")),
        ("general.type", text("model")),
        ("general.name", text("Inkstone Starter")),
        ("general.author", text("The Inkstone project")),
        ("general.description", text(DESCRIPTION)),
        ("general.license", text("MIT OR Apache-2.0")),
        (
            "general.languages",
            Value::Texts(vec!["en".into(), "zh".into()]),
        ),
        ("general.file_type", Value::U32(1)),
        ("general.quantization_version", Value::U32(2)),
        ("general.alignment", u(ALIGNMENT)),
        ("llama.block_count", u(c.layers)),
        ("llama.context_length", u(c.context)),
        ("llama.embedding_length", u(c.width)),
        ("llama.feed_forward_length", u(c.hidden)),
        ("llama.attention.head_count", u(c.heads)),
        ("llama.attention.head_count_kv", u(c.heads)),
        ("llama.attention.layer_norm_rms_epsilon", Value::F32(c.eps)),
        ("llama.rope.freq_base", Value::F32(c.rope_base)),
        ("llama.rope.dimension_count", u(c.width / c.heads)),
        ("llama.vocab_size", u(c.vocabulary)),
        ("tokenizer.ggml.model", text("gpt2")),
        ("tokenizer.ggml.pre", text("qwen2")),
        (
            "tokenizer.ggml.tokens",
            Value::Texts(vocabulary.tokens.clone()),
        ),
        ("tokenizer.ggml.token_type", Value::I32s(types)),
        (
            "tokenizer.ggml.merges",
            Value::Texts(vocabulary.merges.clone()),
        ),
        ("tokenizer.ggml.bos_token_id", Value::U32(id(CONTROL[0]))),
        ("tokenizer.ggml.eos_token_id", Value::U32(id(CONTROL[2]))),
        (
            "tokenizer.ggml.padding_token_id",
            Value::U32(id(CONTROL[0])),
        ),
        ("tokenizer.ggml.add_bos_token", Value::Bool(false)),
        ("tokenizer.ggml.add_space_prefix", Value::Bool(false)),
        ("tokenizer.chat_template", text(CHAT_TEMPLATE)),
        ("inkstone.prompt_form", text("compact")),
        ("inkstone.trained_tokens", Value::U64(from.trained_tokens)),
        ("inkstone.seed", Value::U64(from.seed)),
        (
            "inkstone.corpus_version",
            Value::U32(crate::corpus::VERSION),
        ),
        ("inkstone.trainer_version", text(env!("CARGO_PKG_VERSION"))),
    ];
    let tensors = tensors(net);
    let mut out = Vec::new();
    out.extend(b"GGUF");
    out.extend(3u32.to_le_bytes());
    out.extend((tensors.len() as u64).to_le_bytes());
    out.extend((metadata.len() as u64).to_le_bytes());
    for (key, value) in &metadata {
        put_text(&mut out, key);
        put_value(&mut out, value);
    }
    let mut data = Vec::new();
    for (name, dims, weights) in &tensors {
        put_text(&mut out, name);
        out.extend((dims.len() as u32).to_le_bytes());
        dims.iter()
            .for_each(|d| out.extend((*d as u64).to_le_bytes()));
        let full = dims.len() == 1;
        out.extend((if full { F32 } else { F16 }).to_le_bytes());
        out.extend((data.len() as u64).to_le_bytes());
        for w in *weights {
            if full {
                data.extend(w.to_le_bytes());
            } else {
                data.extend(f16::from_f32(*w).to_bits().to_le_bytes());
            }
        }
        data.resize(data.len().next_multiple_of(ALIGNMENT), 0);
    }
    out.resize(out.len().next_multiple_of(ALIGNMENT), 0);
    out.extend(data);
    out
}

/// Names, sizes (innermost first) and weights.
fn tensors(net: &Network) -> Vec<(String, Vec<usize>, &[f32])> {
    let (d, h, v) = (net.config.width, net.config.hidden, net.config.vocabulary);
    let w = &net.weights;
    let mut all = vec![(
        "token_embd.weight".to_owned(),
        vec![d, v],
        &w[net.embedding()],
    )];
    for (i, b) in net.blocks.iter().enumerate() {
        let mut add = |name: &str, dims: &[usize], at: std::ops::Range<usize>| {
            all.push((format!("blk.{i}.{name}.weight"), dims.to_vec(), &w[at]));
        };
        add("attn_norm", &[d], b.attn_norm.clone());
        for (j, name) in ["attn_q", "attn_k", "attn_v"].into_iter().enumerate() {
            let from = b.qkv.start + j * d * d;
            add(name, &[d, d], from..from + d * d);
        }
        add("attn_output", &[d, d], b.out.clone());
        add("ffn_norm", &[d], b.ffn_norm.clone());
        add(
            "ffn_gate",
            &[d, h],
            b.gate_up.start..b.gate_up.start + h * d,
        );
        add("ffn_up", &[d, h], b.gate_up.start + h * d..b.gate_up.end);
        add("ffn_down", &[h, d], b.down.clone());
    }
    all.push((
        "output_norm.weight".to_owned(),
        vec![d],
        &w[net.norm.clone()],
    ));
    all
}

fn put_text(out: &mut Vec<u8>, text: &str) {
    out.extend((text.len() as u64).to_le_bytes());
    out.extend(text.as_bytes());
}

fn put_value(out: &mut Vec<u8>, value: &Value) {
    let head = |out: &mut Vec<u8>, sort: u32, len: usize| {
        out.extend(9u32.to_le_bytes());
        out.extend(sort.to_le_bytes());
        out.extend((len as u64).to_le_bytes());
    };
    match value {
        Value::U32(v) => {
            out.extend(4u32.to_le_bytes());
            out.extend(v.to_le_bytes());
        }
        Value::F32(v) => {
            out.extend(6u32.to_le_bytes());
            out.extend(v.to_le_bytes());
        }
        Value::Bool(v) => {
            out.extend(7u32.to_le_bytes());
            out.push(u8::from(*v));
        }
        Value::Text(v) => {
            out.extend(8u32.to_le_bytes());
            put_text(out, v);
        }
        Value::U64(v) => {
            out.extend(10u32.to_le_bytes());
            out.extend(v.to_le_bytes());
        }
        Value::Texts(v) => {
            head(out, 8, v.len());
            v.iter().for_each(|t| put_text(out, t));
        }
        Value::I32s(v) => {
            head(out, 5, v.len());
            v.iter().for_each(|n| out.extend(n.to_le_bytes()));
        }
        Value::F32s(v) => {
            head(out, 6, v.len());
            v.iter().for_each(|n| out.extend(n.to_le_bytes()));
        }
    }
}

/// Writes bytes beside the place and moves them there, so that a file is whole or absent.
///
/// # Errors
/// The file system refuses.
pub fn save(path: &std::path::Path, bytes: &[u8]) -> Result<(), Failure> {
    let part = path.with_extension("part");
    let mut file = std::fs::File::create(&part)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(part, path)?;
    Ok(())
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], Failure> {
        let end = self.at + N;
        let part = self.bytes.get(self.at..end).ok_or("the file ends early")?;
        self.at = end;
        Ok(part.try_into()?)
    }
    fn u32(&mut self) -> Result<u32, Failure> {
        Ok(u32::from_le_bytes(self.take()?))
    }
    fn u64(&mut self) -> Result<usize, Failure> {
        Ok(u64::from_le_bytes(self.take()?) as usize)
    }
    fn text(&mut self) -> Result<String, Failure> {
        let n = self.u64()?;
        let part = self
            .bytes
            .get(self.at..self.at.saturating_add(n))
            .ok_or("the file ends early")?;
        self.at += n;
        Ok(String::from_utf8(part.to_vec())?)
    }
    fn value(&mut self) -> Result<Value, Failure> {
        Ok(match self.u32()? {
            4 => Value::U32(self.u32()?),
            6 => Value::F32(f32::from_le_bytes(self.take()?)),
            7 => Value::Bool(self.take::<1>()?[0] != 0),
            8 => Value::Text(self.text()?),
            10 => Value::U64(self.u64()? as u64),
            9 => {
                let (sort, n) = (self.u32()?, self.u64()?);
                match sort {
                    8 => Value::Texts((0..n).map(|_| self.text()).collect::<Result<_, _>>()?),
                    5 => Value::I32s(
                        (0..n)
                            .map(|_| self.u32().map(|v| v as i32))
                            .collect::<Result<_, _>>()?,
                    ),
                    6 => Value::F32s(
                        (0..n)
                            .map(|_| self.take().map(f32::from_le_bytes))
                            .collect::<Result<_, Failure>>()?,
                    ),
                    _ => return Err("an array of a sort that this file never holds".into()),
                }
            }
            _ => return Err("a value of a sort that this file never holds".into()),
        })
    }
}

/// Reads a file that [`write`] made. Other files are the business of the candle adapter.
///
/// # Errors
/// The file is not one of ours.
pub fn read(bytes: &[u8]) -> Result<(Network, Vocabulary), Failure> {
    let mut r = Reader { bytes, at: 0 };
    if &r.take::<4>()? != b"GGUF" || r.u32()? != 3 {
        return Err("not a GGUF file of version 3".into());
    }
    let (tensor_count, value_count) = (r.u64()?, r.u64()?);
    let mut values = BTreeMap::new();
    for _ in 0..value_count {
        let key = r.text()?;
        values.insert(key, r.value()?);
    }
    let number = |key: &str| match values.get(key) {
        Some(Value::U32(v)) => Ok(*v as usize),
        _ => Err(Failure::from(format!("{key} is missing"))),
    };
    let real = |key: &str| match values.get(key) {
        Some(Value::F32(v)) => Ok(*v),
        _ => Err(Failure::from(format!("{key} is missing"))),
    };
    let texts = |key: &str| match values.get(key) {
        Some(Value::Texts(v)) => Ok(v.clone()),
        _ => Err(Failure::from(format!("{key} is missing"))),
    };
    let config = Config {
        vocabulary: number("llama.vocab_size")?,
        width: number("llama.embedding_length")?,
        layers: number("llama.block_count")?,
        heads: number("llama.attention.head_count")?,
        hidden: number("llama.feed_forward_length")?,
        context: number("llama.context_length")?,
        rope_base: real("llama.rope.freq_base")?,
        eps: real("llama.attention.layer_norm_rms_epsilon")?,
    };
    let mut places = BTreeMap::new();
    for _ in 0..tensor_count {
        let name = r.text()?;
        let n = r.u32()?;
        let mut count = 1;
        for _ in 0..n {
            count *= r.u64()?;
        }
        let (sort, at) = (r.u32()?, r.u64()?);
        places.insert(name, (sort, at, count));
    }
    let start = r.at.next_multiple_of(ALIGNMENT);
    let mut net = Network::new(config, 0);
    let layout: Vec<(String, usize)> = tensors(&net)
        .into_iter()
        .map(|(n, _, w)| (n, w.len()))
        .collect();
    // `tensors` lists them in the order of the weights.
    let mut to = 0;
    for (name, len) in layout {
        let (sort, at, count) = *places.get(&name).ok_or("a tensor is missing")?;
        let size = if sort == F32 { 4 } else { 2 };
        let data = bytes
            .get(start + at..start + at + count * size)
            .ok_or("the file ends early")?;
        if count != len {
            return Err(format!("{name} has {count} weights instead of {len}").into());
        }
        for (w, b) in net.weights[to..to + len]
            .iter_mut()
            .zip(data.chunks_exact(size))
        {
            *w = match b {
                [a, b] => f16::from_bits(u16::from_le_bytes([*a, *b])).to_f32(),
                _ => f32::from_le_bytes(b.try_into()?),
            };
        }
        to += len;
    }
    let vocabulary = Vocabulary::new(
        texts("tokenizer.ggml.tokens")?,
        texts("tokenizer.ggml.merges")?,
    )?;
    Ok((net, vocabulary))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_reads_back_as_it_was_written() {
        let vocabulary =
            Vocabulary::learn(["one two one two", "一二一二"].into_iter(), 440).unwrap();
        let config = Config {
            vocabulary: vocabulary.tokens.len(),
            width: 32,
            layers: 2,
            heads: 2,
            hidden: 64,
            context: 64,
            rope_base: 1e4,
            eps: 1e-5,
        };
        let net = Network::new(config, 5);
        let from = Provenance {
            trained_tokens: 12,
            seed: 5,
        };
        let bytes = write(&net, &vocabulary, &from);
        assert_eq!(bytes.len() % ALIGNMENT, 0);
        let (again, words) = read(&bytes).unwrap();
        assert_eq!(again.config, config);
        assert_eq!(words.tokens, vocabulary.tokens);
        assert!(
            net.weights
                .iter()
                .zip(&again.weights)
                .all(|(a, b)| (a - b).abs() <= a.abs() * 1e-3 + 1e-6)
        );
        assert_eq!(write(&again, &words, &from), bytes);
        assert!(read(&bytes[..bytes.len() / 2]).is_err());
    }
}
