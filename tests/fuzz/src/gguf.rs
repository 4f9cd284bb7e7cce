//! GGUF: any bytes end in a refusal or in a model that writes.

use std::{fs, sync::LazyLock};

use inkstone_candle::synthetic;

use crate::model;

/// A whole model of a few kilobytes.
static WHOLE: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let file = tempfile::NamedTempFile::new().expect("a temporary file");
    synthetic::write("tiny", "Q8_0", file.path()).expect("a model");
    fs::read(file.path()).expect("the model's bytes")
});

/// The bytes are a file where they begin as one; else edits of a whole one, four bytes each.
pub fn check(data: &[u8]) {
    let file = tempfile::NamedTempFile::new().expect("a temporary file");
    let edited;
    let bytes = if data.starts_with(b"GGUF") {
        data
    } else {
        edited = edit(data);
        &edited
    };
    fs::write(file.path(), bytes).expect("room for a file");
    model::open(file.path());
}

fn edit(data: &[u8]) -> Vec<u8> {
    let mut bytes = WHOLE.clone();
    for edit in data.chunks_exact(4).take(64) {
        let [high, low, what, n] = [0, 1, 2, 3].map(|at| edit[at]);
        let at = usize::from(u16::from_be_bytes([high, low])) % bytes.len();
        let end = (at + usize::from(n)).min(bytes.len());
        match what % 5 {
            0 => bytes[at] = n,
            1 => bytes[at] ^= n | 1,
            2 => drop(bytes.drain(at..end)),
            3 => drop(bytes.splice(at..at, std::iter::repeat_n(what, usize::from(n)))),
            _ => {
                // A length or a number of eight bytes, small, large or impossible.
                let number = u64::from(n).rotate_left(u32::from(what / 5));
                let end = (at + 8).min(bytes.len());
                bytes.splice(at..end, number.to_le_bytes());
            }
        }
        if bytes.is_empty() {
            break;
        }
    }
    bytes
}

/// What gives a file its meaning.
pub const TYPED: &[&str] = &[
    "GGUF\x03\0\0\0",
    "general.architecture",
    "general.alignment",
    "tokenizer.ggml.model",
    "tokenizer.ggml.pre",
    "tokenizer.ggml.tokens",
    "tokenizer.ggml.merges",
    "tokenizer.ggml.token_type",
    "tokenizer.ggml.scores",
    "tokenizer.chat_template",
    ".block_count",
    ".context_length",
    ".embedding_length",
    ".feed_forward_length",
    ".attention.head_count",
    ".attention.head_count_kv",
    ".attention.key_length",
    ".attention.layer_norm_rms_epsilon",
    ".attention.sliding_window",
    ".rope.dimension_count",
    ".rope.scaling.type",
    ".rope.scaling.factor",
    ".expert_count",
    ".expert_used_count",
    "lfm2",
    "lfm2.shortconv.l_cache",
    "llama",
    "qwen2moe",
    "gemma3",
    "phi3",
    "gpt2",
    "blk.0.attn_q.weight",
    "blk.0.ffn_up.weight",
    "token_embd.weight",
    "output_norm.weight",
    "\x04\0\0\0",
    "\x08\0\0\0\0\0\0\0",
    "\x09\0\0\0\x08\0\0\0",
    "\0\0\0\0\0\0\0\0",
    "\0\0\0\0\0\0\0\x01",
];

/// Edits to begin with; a whole file is written by the room's example (see the README).
pub const SEEDS: &[&str] = &[
    "",
    "\0\x18\x04\x01",
    "\0\x08\0\x02\0\x10\x04\x7f",
    "\x10\0\x02\x08",
];
