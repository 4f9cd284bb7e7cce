//! Small GGUF files with random weights, for tests.

use std::{collections::BTreeMap, fs::File, io::BufReader, path::Path};

use candle_core::{
    Device, Tensor,
    quantized::{
        GgmlDType, QTensor,
        gguf_file::{self, Value},
    },
};
use tempfile::NamedTempFile;

use crate::preflight::{Depth, Header};

/// Numbers that look random and are the same in each run.
pub(crate) struct Noise(u64);

impl Noise {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    pub(crate) fn below(&mut self, n: usize) -> usize {
        (self.next() >> 11) as usize % n
    }

    /// Roughly normal.
    pub(crate) fn normal(&mut self) -> f32 {
        let sum: f32 = (0..6)
            .map(|_| (self.next() >> 40) as f32 / (1 << 24) as f32)
            .sum();
        (sum - 3.0) * 1.414
    }
}

pub(crate) const WIDTH: usize = 64;
pub(crate) const HEADS: usize = 4;
pub(crate) const KV_HEADS: usize = 2;
pub(crate) const HIDDEN: usize = 128;
pub(crate) const LAYERS: usize = 3;
pub(crate) const EXPERTS: usize = 5;
pub(crate) const CONTEXT: usize = 128;
pub(crate) const CONTROLS: [&str; 3] = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"];

/// Positions that a convolution sums.
const TAPS: usize = 3;

/// Whether a layer of LFM2 has no attention here.
fn convolves(layer: usize) -> bool {
    layer != 1
}

/// A model to be written to a file.
#[derive(Clone)]
pub(crate) struct Shape {
    architecture: &'static str,
    dtype: GgmlDType,
    tied: bool,
    head_dim: usize,
    seed: u64,
    width: usize,
    metadata: BTreeMap<String, Value>,
    left_out: Vec<String>,
    more: Vec<(String, Vec<usize>, Option<Vec<f32>>)>,
}

impl Shape {
    pub(crate) fn new(architecture: &'static str) -> Self {
        let head_dim = match architecture {
            "qwen3" | "qwen3moe" | "gemma3" => 32,
            _ => WIDTH / HEADS,
        };
        let mut shape = Self {
            architecture,
            dtype: GgmlDType::F32,
            tied: !matches!(architecture, "qwen2" | "phi3" | "glm4"),
            head_dim,
            seed: 1,
            width: WIDTH,
            metadata: BTreeMap::new(),
            left_out: Vec::new(),
            more: Vec::new(),
        };
        let u = |n: usize| Value::U32(n as u32);
        // Only half of a head turns, and each head has its own keys.
        let turned = if matches!(architecture, "glm4" | "gptj") {
            head_dim / 2
        } else {
            head_dim
        };
        let kv_heads = if architecture.starts_with("gpt") {
            HEADS
        } else {
            KV_HEADS
        };
        for (key, value) in [
            ("block_count", u(LAYERS)),
            ("context_length", u(CONTEXT)),
            ("embedding_length", u(WIDTH)),
            ("feed_forward_length", u(HIDDEN)),
            ("attention.head_count", u(HEADS)),
            ("attention.head_count_kv", u(kv_heads)),
            ("attention.key_length", u(head_dim)),
            ("attention.value_length", u(head_dim)),
            ("attention.layer_norm_rms_epsilon", Value::F32(1e-5)),
            ("attention.sliding_window", u(16)),
            ("rope.freq_base", Value::F32(1e4)),
            ("rope.dimension_count", u(turned)),
            (
                "expert_count",
                u(if architecture.ends_with("moe") {
                    EXPERTS
                } else {
                    0
                }),
            ),
            ("expert_used_count", u(2)),
        ] {
            shape
                .metadata
                .insert(format!("{architecture}.{key}"), value);
        }
        if architecture == "lfm2" {
            let heads = (0..LAYERS).map(|i| if convolves(i) { 0 } else { KV_HEADS as u32 });
            let heads = heads.map(Value::U32).collect();
            shape = shape
                .with("lfm2.attention.head_count_kv", Value::Array(heads))
                .with("lfm2.shortconv.l_cache", TAPS as u32);
        }
        shape
            .with("general.architecture", architecture)
            .with("general.name", "Tiny")
            .with("general.license", "MIT")
            .byte_vocabulary()
    }

    pub(crate) fn llama() -> Self {
        Self::new("llama")
    }

    /// With a SentencePiece vocabulary.
    pub(crate) fn pieces() -> Self {
        Self::llama().piece_vocabulary()
    }

    pub(crate) fn dtype(mut self, dtype: GgmlDType) -> Self {
        self.dtype = dtype;
        self
    }

    /// Wide enough for weights that come in blocks of 256.
    pub(crate) fn wide(mut self) -> Self {
        (self.width, self.head_dim) = (256, 64);
        let name = self.architecture;
        for (key, n) in [
            ("embedding_length", 256),
            ("feed_forward_length", 512),
            ("attention.key_length", 64),
            ("attention.value_length", 64),
            ("rope.dimension_count", 64),
        ] {
            self = self.with(&format!("{name}.{key}"), n);
        }
        self
    }

    fn hidden(&self) -> usize {
        self.width * HIDDEN / WIDTH
    }

    pub(crate) fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    pub(crate) fn with(mut self, key: &str, value: impl Into<Meta>) -> Self {
        self.metadata.insert(key.to_owned(), value.into().0);
        self
    }

    pub(crate) fn without(mut self, key: &str) -> Self {
        self.metadata.remove(key);
        self
    }

    pub(crate) fn without_tensor(mut self, name: &str) -> Self {
        self.left_out.push(name.to_owned());
        self
    }

    /// One more tensor; of random numbers where none are given.
    pub(crate) fn with_tensor(
        mut self,
        name: &str,
        dims: &[usize],
        numbers: Option<Vec<f32>>,
    ) -> Self {
        self.more.push((name.to_owned(), dims.to_vec(), numbers));
        self
    }

    fn vocabulary(self, kind: &str, tokens: Vec<(String, i32)>) -> Self {
        let at = |text: &str| tokens.iter().position(|(t, _)| t == text).unwrap() as u32;
        let (begin, end) = match kind {
            "llama" => (at("<s>"), at("</s>")),
            _ => (at(CONTROLS[0]), at(CONTROLS[2])),
        };
        let types = tokens.iter().map(|(_, t)| Value::I32(*t)).collect();
        let texts = tokens.into_iter().map(|(t, _)| Value::String(t)).collect();
        self.with("tokenizer.ggml.model", kind)
            .with("tokenizer.ggml.tokens", Value::Array(texts))
            .with("tokenizer.ggml.token_type", Value::Array(types))
            .with("tokenizer.ggml.bos_token_id", begin)
            .with("tokenizer.ggml.eos_token_id", end)
    }

    fn byte_vocabulary(self) -> Self {
        let merges = ["h e", "l l", "he ll", "hell o", "Ġ w", "å ¢", "å¢ ¨"];
        let mut tokens: Vec<(String, i32)> =
            letters().into_iter().map(|c| (c.to_string(), 1)).collect();
        tokens.extend(merges.map(|m| (m.replace(' ', ""), 1)));
        tokens.extend(CONTROLS.map(|t| (t.to_owned(), 3)));
        tokens.push(("⟦name⟧".to_owned(), 4));
        let merges = merges.map(|m| Value::String(m.to_owned())).to_vec();
        self.vocabulary("gpt2", tokens)
            .with("tokenizer.ggml.pre", "qwen2")
            .with("tokenizer.ggml.merges", Value::Array(merges))
    }

    fn piece_vocabulary(self) -> Self {
        let mut tokens = vec![
            ("<unk>".to_owned(), 2),
            ("<s>".to_owned(), 3),
            ("</s>".to_owned(), 3),
        ];
        tokens.extend((0..256).map(|b| (format!("<0x{b:02X}>"), 6)));
        tokens.extend(["▁", "e", "l", "o", "he", "ll", "▁w", "墨"].map(|t| (t.to_owned(), 1)));
        tokens.extend(CONTROLS.map(|t| (t.to_owned(), 3)));
        let scores = (0..tokens.len()).map(|i| Value::F32(-(i as f32))).collect();
        self.vocabulary("llama", tokens)
            .without("tokenizer.ggml.pre")
            .without("tokenizer.ggml.merges")
            .with("tokenizer.ggml.scores", Value::Array(scores))
    }

    fn tensors(&self) -> Vec<(String, Vec<usize>, Option<Vec<f32>>)> {
        let Some(Value::Array(tokens)) = self.metadata.get("tokenizer.ggml.tokens") else {
            return Vec::new();
        };
        let gpt = self.architecture.starts_with("gpt");
        let turns = self.architecture == "gptj";
        let kv_heads = if gpt { HEADS } else { KV_HEADS };
        let (q, kv) = (HEADS * self.head_dim, kv_heads * self.head_dim);
        let mut all = vec![
            (
                "token_embd.weight".to_owned(),
                vec![tokens.len(), self.width],
                None,
            ),
            ("output_norm.weight".to_owned(), vec![self.width], None),
        ];
        if !self.tied {
            all.push((
                "output.weight".to_owned(),
                vec![tokens.len(), self.width],
                None,
            ));
        }
        if gpt && !turns {
            all.push((
                "position_embd.weight".to_owned(),
                vec![CONTEXT, self.width],
                None,
            ));
        }
        if gpt {
            all.push(("output_norm.bias".to_owned(), vec![self.width], None));
        }
        for i in 0..LAYERS {
            let mut add = |part: &str, dims: &[usize]| {
                all.push((format!("blk.{i}.{part}"), dims.to_vec(), None));
            };
            add("attn_norm.weight", &[self.width]);
            if !turns {
                add("ffn_norm.weight", &[self.width]);
            }
            let lfm2 = self.architecture == "lfm2";
            if lfm2 && convolves(i) {
                add("shortconv.in_proj.weight", &[3 * self.width, self.width]);
                add("shortconv.conv.weight", &[self.width, TAPS]);
                add("shortconv.out_proj.weight", &[self.width, self.width]);
                add("ffn_gate.weight", &[self.hidden(), self.width]);
                add("ffn_up.weight", &[self.hidden(), self.width]);
                add("ffn_down.weight", &[self.width, self.hidden()]);
                continue;
            }
            add("attn_output.weight", &[self.width, q]);
            if gpt {
                add("attn_norm.bias", &[self.width]);
                if !turns {
                    add("ffn_norm.bias", &[self.width]);
                }
                add("attn_qkv.weight", &[3 * q, self.width]);
                add("attn_qkv.bias", &[3 * q]);
                add("attn_output.bias", &[self.width]);
                add("ffn_up.weight", &[self.hidden(), self.width]);
                add("ffn_up.bias", &[self.hidden()]);
                add("ffn_down.weight", &[self.width, self.hidden()]);
                add("ffn_down.bias", &[self.width]);
                continue;
            }
            let moe = self.architecture.ends_with("moe");
            if moe {
                add("ffn_gate_inp.weight", &[EXPERTS, self.width]);
                add(
                    "ffn_gate_exps.weight",
                    &[EXPERTS, self.hidden(), self.width],
                );
                add("ffn_up_exps.weight", &[EXPERTS, self.hidden(), self.width]);
                add(
                    "ffn_down_exps.weight",
                    &[EXPERTS, self.width, self.hidden()],
                );
            } else {
                add("ffn_down.weight", &[self.width, self.hidden()]);
            }
            if self.architecture == "qwen2moe" {
                add("ffn_gate_inp_shexp.weight", &[self.width]);
                add("ffn_gate_shexp.weight", &[2 * self.hidden(), self.width]);
                add("ffn_up_shexp.weight", &[2 * self.hidden(), self.width]);
                add("ffn_down_shexp.weight", &[self.width, 2 * self.hidden()]);
            }
            if self.architecture == "phi3" {
                add("attn_qkv.weight", &[q + 2 * kv, self.width]);
                add("ffn_up.weight", &[2 * self.hidden(), self.width]);
                continue;
            }
            for (part, rows) in [("q", q), ("k", kv), ("v", kv)] {
                add(&format!("attn_{part}.weight"), &[rows, self.width]);
                if self.architecture.starts_with("qwen2") {
                    add(&format!("attn_{part}.bias"), &[rows]);
                }
            }
            if self.architecture == "glm4" {
                add("ffn_up.weight", &[2 * self.hidden(), self.width]);
            } else if !moe {
                add("ffn_gate.weight", &[self.hidden(), self.width]);
                add("ffn_up.weight", &[self.hidden(), self.width]);
            }
            if matches!(self.architecture, "qwen3" | "qwen3moe" | "gemma3" | "lfm2") {
                add("attn_q_norm.weight", &[self.head_dim]);
                add("attn_k_norm.weight", &[self.head_dim]);
            }
            if self.architecture.starts_with("gemma") || self.architecture == "glm4" {
                add("post_attention_norm.weight", &[self.width]);
                add("post_ffw_norm.weight", &[self.width]);
            }
        }
        all.retain(|(name, ..)| !self.left_out.contains(name));
        all.extend(self.more.iter().cloned());
        all
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut noise = Noise::new(self.seed);
        let tensors: Vec<(String, QTensor)> = self
            .tensors()
            .into_iter()
            .map(|(name, dims, numbers)| {
                let len = dims.iter().product();
                let gain = name.contains("norm");
                let by = if name.starts_with("token_embd") || dims.len() == 1 {
                    0.5
                } else {
                    1.2 / (dims[dims.len() - 1] as f32).sqrt()
                };
                let numbers = numbers.unwrap_or_else(|| {
                    (0..len)
                        .map(|_| {
                            noise.normal() * by * if gain { 0.2 } else { 1.0 }
                                + f32::from(u8::from(gain))
                        })
                        .collect()
                });
                let dtype = if dims.len() == 1 || name.contains("shortconv.conv.") {
                    GgmlDType::F32
                } else {
                    self.dtype
                };
                let tensor = Tensor::from_vec(numbers, dims, &Device::Cpu).unwrap();
                (name, QTensor::quantize(&tensor, dtype).unwrap())
            })
            .collect();
        let metadata: Vec<(&str, &Value)> =
            self.metadata.iter().map(|(k, v)| (k.as_str(), v)).collect();
        let tensors: Vec<(&str, &QTensor)> = tensors.iter().map(|(n, t)| (n.as_str(), t)).collect();
        let mut out = std::io::Cursor::new(Vec::new());
        gguf_file::write(&mut out, &metadata, &tensors).unwrap();
        out.into_inner()
    }

    pub(crate) fn file(&self) -> NamedTempFile {
        written(&self.bytes())
    }
}

/// A value of the metadata.
pub(crate) struct Meta(Value);

impl From<&str> for Meta {
    fn from(v: &str) -> Self {
        Self(Value::String(v.to_owned()))
    }
}
impl From<u32> for Meta {
    fn from(v: u32) -> Self {
        Self(Value::U32(v))
    }
}
impl From<f32> for Meta {
    fn from(v: f32) -> Self {
        Self(Value::F32(v))
    }
}
impl From<bool> for Meta {
    fn from(v: bool) -> Self {
        Self(Value::Bool(v))
    }
}
impl From<Value> for Meta {
    fn from(v: Value) -> Self {
        Self(v)
    }
}

fn letters() -> Vec<char> {
    let mut next = 255;
    (0..=255u32)
        .map(|b| {
            let own = matches!(b, 33..=126 | 161..=172 | 174..=255);
            next += u32::from(!own);
            char::from_u32(if own { b } else { next }).unwrap()
        })
        .collect()
}

/// A file with these bytes.
pub(crate) fn written(bytes: &[u8]) -> NamedTempFile {
    let file = tempfile::Builder::new().suffix(".gguf").tempfile().unwrap();
    std::fs::write(file.path(), bytes).unwrap();
    file
}

/// The whole head of a file.
pub(crate) fn header(path: &Path) -> Header {
    Header::read(BufReader::new(File::open(path).unwrap()), Depth::Everything).unwrap()
}
