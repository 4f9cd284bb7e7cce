//! Model files with random weights, in the shapes and types of real ones: to measure and to compare
//! with other programs what needs no trained model.
//!
//! The same name gives the same bytes, so that a reference made elsewhere can be held against them.
//! Weights are random bytes under fixed scales: about as large as those of a trained network, which
//! no type has to be quantized for.

use std::{
    fs::File,
    io::{self, BufWriter, Write},
    path::Path,
};

use candle_core::quantized::GgmlDType;
use inkstone_generation::{GenerationError, GenerationErrorKind as Kind};

use crate::failure::{Result, invalid};

/// What a network of this kind looks like.
#[derive(Debug, Clone, Copy)]
struct Shape {
    name: &'static str,
    architecture: &'static str,
    layers: usize,
    width: usize,
    heads: usize,
    kv_heads: usize,
    head_dim: usize,
    hidden: usize,
    vocabulary: usize,
    context: usize,
    rope_base: f32,
    tied: bool,
    /// How the positions are stretched, as the metadata names it.
    stretched: &'static str,
    /// How many experts there are, of which two are asked.
    experts: usize,
}

const fn small(name: &'static str, architecture: &'static str, tied: bool) -> Shape {
    Shape {
        name,
        architecture,
        layers: 4,
        width: 256,
        heads: 8,
        kv_heads: 2,
        head_dim: 64,
        hidden: 512,
        vocabulary: 320,
        context: 1024,
        rope_base: 10_000.0,
        tied,
        stretched: "",
        experts: 0,
    }
}

/// Three for measuring, a small one of each architecture, and one that is hardly there.
const SHAPES: [Shape; 20] = [
    Shape {
        layers: 16,
        width: 2048,
        heads: 32,
        kv_heads: 8,
        hidden: 8192,
        vocabulary: 128_256,
        context: 8192,
        rope_base: 500_000.0,
        ..small("llama-3.2-1b", "llama", true)
    },
    Shape {
        layers: 24,
        width: 896,
        heads: 14,
        hidden: 4864,
        vocabulary: 151_936,
        context: 8192,
        rope_base: 1_000_000.0,
        ..small("qwen2.5-0.5b", "qwen2", true)
    },
    Shape {
        layers: 6,
        width: 256,
        heads: 4,
        kv_heads: 2,
        hidden: 1024,
        vocabulary: 32_000,
        context: 2048,
        ..small("14m", "llama", true)
    },
    small("small-llama", "llama", false),
    Shape {
        head_dim: 32,
        ..small("small-qwen2", "qwen2", false)
    },
    small("small-qwen3", "qwen3", true),
    small("small-gemma2", "gemma2", true),
    small("small-gemma3", "gemma3", true),
    Shape {
        head_dim: 32,
        ..small("small-phi", "phi3", false)
    },
    small("small-smollm3", "smollm3", true),
    Shape {
        kv_heads: 8,
        head_dim: 32,
        ..small("small-gpt2", "gpt2", true)
    },
    small("small-glm4", "glm4", false),
    Shape {
        layers: 6,
        head_dim: 32,
        ..small("small-lfm2", "lfm2", true)
    },
    Shape {
        experts: 6,
        ..small("small-mixtral", "llama", false)
    },
    Shape {
        head_dim: 32,
        experts: 6,
        ..small("small-qwen2moe", "qwen2moe", false)
    },
    Shape {
        experts: 6,
        ..small("small-qwen3moe", "qwen3moe", false)
    },
    Shape {
        layers: 1,
        width: 32,
        heads: 2,
        kv_heads: 1,
        head_dim: 16,
        hidden: 32,
        vocabulary: 264,
        context: 64,
        ..small("tiny", "llama", true)
    },
    Shape {
        stretched: "linear",
        ..small("small-linear", "llama", true)
    },
    Shape {
        stretched: "yarn",
        head_dim: 32,
        ..small("small-yarn", "qwen2", false)
    },
    Shape {
        stretched: "longrope",
        head_dim: 32,
        ..small("small-longrope", "phi3", false)
    },
];

/// The length for which a network whose positions are stretched was first trained.
const ORIGINAL: usize = 128;

/// Positions that a convolution of LFM2 sums.
const TAPS: usize = 3;

/// The names of all shapes.
pub fn shapes() -> impl Iterator<Item = &'static str> {
    SHAPES.iter().map(|shape| shape.name)
}

/// The types that weights can have, as files name them.
const TYPES: [(&str, u32, GgmlDType); 13] = [
    ("F32", 0, GgmlDType::F32),
    ("F16", 1, GgmlDType::F16),
    ("Q4_0", 2, GgmlDType::Q4_0),
    ("Q4_1", 3, GgmlDType::Q4_1),
    ("Q5_0", 6, GgmlDType::Q5_0),
    ("Q5_1", 7, GgmlDType::Q5_1),
    ("Q8_0", 8, GgmlDType::Q8_0),
    ("Q2_K", 10, GgmlDType::Q2K),
    ("Q3_K", 11, GgmlDType::Q3K),
    ("Q4_K", 12, GgmlDType::Q4K),
    ("Q5_K", 13, GgmlDType::Q5K),
    ("Q6_K", 14, GgmlDType::Q6K),
    ("BF16", 30, GgmlDType::BF16),
];

/// The names of all types; `Q4_K_M` has some of its matrices in Q6_K, as it is usual.
pub fn types() -> impl Iterator<Item = &'static str> {
    TYPES.iter().map(|(name, ..)| *name).chain(["Q4_K_M"])
}

/// Writes a file with random weights.
///
/// # Errors
/// `InvalidRequest` for a name that is not known, or a shape whose rows are no whole number of a
/// type's blocks; `Internal` where the file cannot be written.
pub fn write(shape: &str, kind: &str, path: &Path) -> Result<()> {
    let shape = SHAPES
        .iter()
        .find(|s| s.name == shape)
        .ok_or_else(|| invalid(format!("no shape {shape}")))?;
    let mixed = kind == "Q4_K_M";
    let find = |name: &str| {
        TYPES
            .iter()
            .find(|(known, ..)| *known == name)
            .copied()
            .ok_or_else(|| invalid(format!("no type {name}")))
    };
    let usual = find(if mixed { "Q4_K" } else { kind })?;
    let better = find("Q6_K")?;
    let tensors = tensors(shape, |name, layer| {
        // As llama.cpp mixes them: some layers' values and downs, and what goes in and out.
        let eighth = shape.layers / 8;
        let chosen = layer < eighth
            || layer >= 7 * shape.layers / 8
            || (layer + 2).is_multiple_of(3)
            || name.ends_with("embd.weight")
            || name == "output.weight";
        let worth = ["attn_v", "ffn_down", "embd", "output.weight"];
        if mixed && chosen && worth.iter().any(|part| name.contains(part)) {
            better
        } else {
            usual
        }
    });
    for tensor in &tensors {
        let block = tensor.kind.2.block_size();
        if tensor.rows > 0 && !tensor.columns.is_multiple_of(block) {
            return Err(invalid(format!(
                "{} columns are no whole number of {} blocks",
                tensor.columns, tensor.kind.0
            )));
        }
    }
    let written = File::create(path).and_then(|file| {
        file_of(
            shape,
            &tensors,
            &mut BufWriter::with_capacity(1 << 20, file),
        )
    });
    written.map_err(|e| GenerationError::new(Kind::Internal, format!("cannot write: {e}")))
}

struct Tensor {
    name: String,
    /// 0 for a row of numbers.
    rows: usize,
    columns: usize,
    /// Matrices in it, one behind the other.
    layers: usize,
    kind: (&'static str, u32, GgmlDType),
}

impl Shape {
    /// Whether a layer has no attention.
    fn convolves(&self, layer: usize) -> bool {
        self.architecture == "lfm2" && layer % 3 < 2
    }
}

impl Tensor {
    fn numbers(&self) -> usize {
        self.layers.max(1) * self.rows.max(1) * self.columns
    }

    fn bytes(&self) -> usize {
        let count = self.numbers();
        count / self.kind.2.block_size() * self.kind.2.type_size()
    }
}

type Named = (&'static str, u32, GgmlDType);

fn tensors(s: &Shape, kind: impl Fn(&str, usize) -> Named) -> Vec<Tensor> {
    let mut all = Vec::new();
    let mut matrix = |name: String, rows: usize, columns: usize, layer: usize| {
        let full = ["ffn_gate_inp.", "shortconv.conv."];
        let full = full.iter().any(|part| name.contains(part));
        let kind = if full { TYPES[0] } else { kind(&name, layer) };
        all.push(Tensor {
            layers: if name.contains("_exps.") {
                s.experts
            } else {
                0
            },
            name,
            rows,
            columns,
            kind,
        });
    };
    let (q, kv) = (s.heads * s.head_dim, s.kv_heads * s.head_dim);
    matrix("token_embd.weight".to_owned(), s.vocabulary, s.width, 0);
    if !s.tied {
        matrix("output.weight".to_owned(), s.vocabulary, s.width, 0);
    }
    let last = match s.architecture {
        "lfm2" => "token_embd_norm.weight",
        _ => "output_norm.weight",
    };
    let mut rows = vec![(last.to_owned(), s.width)];
    for i in 0..s.layers {
        let name = |part: &str| format!("blk.{i}.{part}");
        let norms = [("attn_norm.weight", s.width), ("ffn_norm.weight", s.width)];
        rows.extend(norms.map(|(part, n)| (name(part), n)));
        if s.convolves(i) {
            matrix(name("shortconv.in_proj.weight"), 3 * s.width, s.width, i);
            matrix(name("shortconv.conv.weight"), s.width, TAPS, i);
            matrix(name("shortconv.out_proj.weight"), s.width, s.width, i);
        } else if matches!(s.architecture, "phi3" | "gpt2") {
            matrix(name("attn_qkv.weight"), q + 2 * kv, s.width, i);
        } else {
            matrix(name("attn_q.weight"), q, s.width, i);
            matrix(name("attn_k.weight"), kv, s.width, i);
            matrix(name("attn_v.weight"), kv, s.width, i);
        }
        match s.architecture {
            _ if s.experts > 0 => {
                matrix(name("ffn_gate_exps.weight"), s.hidden, s.width, i);
                matrix(name("ffn_up_exps.weight"), s.hidden, s.width, i);
                matrix(name("ffn_gate_inp.weight"), s.experts, s.width, i);
            }
            "phi3" | "glm4" => matrix(name("ffn_up.weight"), 2 * s.hidden, s.width, i),
            "gpt2" => matrix(name("ffn_up.weight"), s.hidden, s.width, i),
            _ => {
                matrix(name("ffn_gate.weight"), s.hidden, s.width, i);
                matrix(name("ffn_up.weight"), s.hidden, s.width, i);
            }
        }
        if !s.convolves(i) {
            matrix(name("attn_output.weight"), s.width, q, i);
        }
        if s.experts == 0 {
            matrix(name("ffn_down.weight"), s.width, s.hidden, i);
        } else {
            matrix(name("ffn_down_exps.weight"), s.width, s.hidden, i);
        }
        if s.architecture == "qwen2moe" {
            matrix(name("ffn_gate_shexp.weight"), 2 * s.hidden, s.width, i);
            matrix(name("ffn_up_shexp.weight"), 2 * s.hidden, s.width, i);
            matrix(name("ffn_down_shexp.weight"), s.width, 2 * s.hidden, i);
        }
        let more: &[(&str, usize)] = match s.architecture {
            "gpt2" => &[
                ("attn_norm.bias", s.width),
                ("attn_qkv.bias", q + 2 * kv),
                ("attn_output.bias", s.width),
                ("ffn_norm.bias", s.width),
                ("ffn_up.bias", s.hidden),
                ("ffn_down.bias", s.width),
            ],
            "qwen2moe" => &[
                ("attn_q.bias", q),
                ("attn_k.bias", kv),
                ("attn_v.bias", kv),
                ("ffn_gate_inp_shexp.weight", s.width),
            ],
            "qwen2" => &[("attn_q.bias", q), ("attn_k.bias", kv), ("attn_v.bias", kv)],
            "lfm2" if s.convolves(i) => &[],
            "qwen3" | "qwen3moe" | "lfm2" => &[
                ("attn_q_norm.weight", s.head_dim),
                ("attn_k_norm.weight", s.head_dim),
            ],
            "gemma2" | "glm4" => &[
                ("post_attention_norm.weight", s.width),
                ("post_ffw_norm.weight", s.width),
            ],
            "gemma3" => &[
                ("post_attention_norm.weight", s.width),
                ("post_ffw_norm.weight", s.width),
                ("attn_q_norm.weight", s.head_dim),
                ("attn_k_norm.weight", s.head_dim),
            ],
            _ => &[],
        };
        rows.extend(more.iter().map(|(part, n)| (name(part), *n)));
    }
    if s.architecture == "gpt2" {
        matrix("position_embd.weight".to_owned(), s.context, s.width, 0);
        rows.push(("output_norm.bias".to_owned(), s.width));
    }
    if s.stretched == "longrope" {
        rows.push(("rope_factors_short.weight".to_owned(), s.head_dim / 2));
        rows.push(("rope_factors_long.weight".to_owned(), s.head_dim / 2));
    }
    if s.name == "small-llama" {
        rows.push(("rope_freqs.weight".to_owned(), s.head_dim / 2));
    }
    all.extend(rows.into_iter().map(|(name, columns)| Tensor {
        name,
        rows: 0,
        columns,
        layers: 0,
        kind: TYPES[0],
    }));
    all
}

/// splitmix64: small, known, and the same everywhere.
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Between -1 and 1, spread evenly.
    fn even(&mut self) -> f32 {
        (self.next() >> 40) as f32 / (1 << 23) as f32 - 1.0
    }
}

/// Where a type's block keeps its scale and its least value or the scale of those, how large the
/// scale is for weights of one, and how many times the scale what is taken away is (or added).
fn scales(kind: GgmlDType) -> Option<(usize, Option<usize>, f32, f32)> {
    Some(match kind {
        GgmlDType::Q4_0 => (0, None, 1.0 / 4.6, 0.0),
        GgmlDType::Q4_1 => (0, Some(2), 1.0 / 4.6, -7.5),
        GgmlDType::Q5_0 => (0, None, 1.0 / 9.2, 0.0),
        GgmlDType::Q5_1 => (0, Some(2), 1.0 / 9.2, -15.5),
        GgmlDType::Q8_0 => (0, None, 1.0 / 74.0, 0.0),
        GgmlDType::Q2K => (80, Some(82), 1.0 / 17.0, 1.5),
        GgmlDType::Q3K => (108, None, 1.0 / 42.0, 0.0),
        GgmlDType::Q4K => (0, Some(2), 1.0 / 270.0, 7.5),
        GgmlDType::Q5K => (0, Some(2), 1.0 / 520.0, 15.5),
        GgmlDType::Q6K => (208, None, 1.0 / 1370.0, 0.0),
        _ => return None,
    })
}

fn write_weights(tensor: &Tensor, noise: &mut Noise, out: &mut impl Write) -> io::Result<()> {
    let count = tensor.numbers();
    if tensor.rows == 0 {
        // Norms are near one, biases near nothing, factors from one on.
        let (middle, spread) = match tensor.name.as_str() {
            "rope_freqs.weight" | "rope_factors_short.weight" => (2.0, 1.0),
            "rope_factors_long.weight" => (4.0, 2.0),
            name if name.contains("shexp") => (0.0, 0.1),
            name if name.ends_with("bias") => (0.0, 0.3),
            _ => (1.0, 0.3),
        };
        for _ in 0..count {
            out.write_all(&(middle + spread * noise.even()).to_le_bytes())?;
        }
        return Ok(());
    }
    let size = if tensor.name.ends_with("_embd.weight") {
        0.5
    } else {
        1.2 / (tensor.columns as f32).sqrt()
    };
    let Some((at, least, one, times)) = scales(tensor.kind.2) else {
        for _ in 0..count {
            let n = noise.even() * size * 1.7;
            match tensor.kind.2 {
                GgmlDType::F32 => out.write_all(&n.to_le_bytes())?,
                GgmlDType::F16 => out.write_all(&half::f16::from_f32(n).to_le_bytes())?,
                _ => out.write_all(&half::bf16::from_f32(n).to_le_bytes())?,
            }
        }
        return Ok(());
    };
    let mut block = vec![0u8; tensor.kind.2.type_size()];
    for _ in 0..count / tensor.kind.2.block_size() {
        for bytes in block.chunks_mut(8) {
            let random = noise.next().to_le_bytes();
            bytes.copy_from_slice(&random[..bytes.len()]);
        }
        let scale = size * one * (1.0 + 0.3 * noise.even());
        block[at..at + 2].copy_from_slice(&half::f16::from_f32(scale).to_le_bytes());
        if let Some(at) = least {
            let least = half::f16::from_f32(scale * times);
            block[at..at + 2].copy_from_slice(&least.to_le_bytes());
        }
        out.write_all(&block)?;
    }
    Ok(())
}

const ALIGNMENT: usize = 32;

struct Head(Vec<u8>, u64);

impl Head {
    fn text(&mut self, text: &str) {
        self.0.extend((text.len() as u64).to_le_bytes());
        self.0.extend(text.as_bytes());
    }
    fn key(&mut self, key: &str, sort: u32) {
        self.text(key);
        self.0.extend(sort.to_le_bytes());
        self.1 += 1;
    }
    fn whole(&mut self, key: &str, n: usize) {
        self.key(key, 4);
        self.0.extend((n as u32).to_le_bytes());
    }
    fn real(&mut self, key: &str, n: f32) {
        self.key(key, 6);
        self.0.extend(n.to_le_bytes());
    }
    fn words(&mut self, key: &str, text: &str) {
        self.key(key, 8);
        self.text(text);
    }
    fn texts(&mut self, key: &str, all: &[String]) {
        self.key(key, 9);
        self.0.extend(8u32.to_le_bytes());
        self.0.extend((all.len() as u64).to_le_bytes());
        all.iter().for_each(|text| self.text(text));
    }
    fn wholes(&mut self, key: &str, all: &[i32]) {
        self.key(key, 9);
        self.0.extend(5u32.to_le_bytes());
        self.0.extend((all.len() as u64).to_le_bytes());
        all.iter().for_each(|n| self.0.extend(n.to_le_bytes()));
    }
}

fn file_of(s: &Shape, tensors: &[Tensor], out: &mut impl Write) -> io::Result<()> {
    let mut head = Head(Vec::new(), 0);
    let own = |key: &str| format!("{}.{key}", s.architecture);
    head.words("general.architecture", s.architecture);
    head.words("general.name", s.name);
    head.whole(&own("block_count"), s.layers);
    head.whole(&own("context_length"), s.context);
    head.whole(&own("embedding_length"), s.width);
    head.whole(&own("feed_forward_length"), s.hidden);
    head.whole(&own("attention.head_count"), s.heads);
    if s.architecture == "lfm2" {
        let heads = |i| if s.convolves(i) { 0 } else { s.kv_heads as i32 };
        let heads: Vec<i32> = (0..s.layers).map(heads).collect();
        head.wholes(&own("attention.head_count_kv"), &heads);
        head.whole(&own("shortconv.l_cache"), TAPS);
    } else {
        head.whole(&own("attention.head_count_kv"), s.kv_heads);
    }
    head.whole(&own("attention.key_length"), s.head_dim);
    head.whole(&own("attention.value_length"), s.head_dim);
    if s.architecture == "gpt2" {
        head.real(&own("attention.layer_norm_epsilon"), 1e-5);
    } else {
        // Half of a head turns in GLM.
        let part = if s.architecture == "glm4" { 2 } else { 1 };
        head.whole(&own("rope.dimension_count"), s.head_dim / part);
        head.real(&own("rope.freq_base"), s.rope_base);
        head.real(&own("attention.layer_norm_rms_epsilon"), 1e-5);
    }
    if s.experts > 0 {
        head.whole(&own("expert_count"), s.experts);
        head.whole(&own("expert_used_count"), 2);
        if s.architecture != "llama" {
            head.whole(&own("expert_feed_forward_length"), s.hidden);
        }
        if s.architecture == "qwen2moe" {
            head.whole(&own("expert_shared_feed_forward_length"), 2 * s.hidden);
        }
    }
    if !s.stretched.is_empty() {
        let factor = s.context as f32 / ORIGINAL as f32;
        if s.stretched != "longrope" {
            head.words(&own("rope.scaling.type"), s.stretched);
            head.real(&own("rope.scaling.factor"), factor);
        } else {
            head.real(&own("rope.scaling.attn_factor"), 1.19);
        }
        head.whole(&own("rope.scaling.original_context_length"), ORIGINAL);
    }
    if s.architecture.starts_with("gemma") {
        head.whole(&own("attention.sliding_window"), 64);
    }
    if s.architecture == "gemma2" {
        head.real(&own("attn_logit_softcapping"), 50.0);
        head.real(&own("final_logit_softcapping"), 30.0);
    }
    // A letter for each byte, and words that nothing merges into.
    let mut next = 255;
    let mut tokens: Vec<String> = (0..=255u32)
        .map(|byte| {
            let plain = matches!(byte, 33..=126 | 161..=172 | 174..=255);
            next += u32::from(!plain);
            let code = if plain { byte } else { next };
            char::from_u32(code).unwrap_or_default().to_string()
        })
        .collect();
    let ends = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"];
    tokens.push("he".to_owned());
    tokens.extend((tokens.len()..s.vocabulary - ends.len()).map(|i| format!("word{i}")));
    tokens.extend(ends.map(str::to_owned));
    let kinds: Vec<i32> = (0..tokens.len())
        .map(|i| if i + ends.len() < tokens.len() { 1 } else { 3 })
        .collect();
    head.words("tokenizer.ggml.model", "gpt2");
    head.words("tokenizer.ggml.pre", "qwen2");
    head.texts("tokenizer.ggml.tokens", &tokens);
    head.wholes("tokenizer.ggml.token_type", &kinds);
    head.texts("tokenizer.ggml.merges", &["h e".to_owned()]);
    head.whole("tokenizer.ggml.bos_token_id", s.vocabulary - 3);
    head.whole("tokenizer.ggml.eos_token_id", s.vocabulary - 1);
    let mut table = Head(Vec::new(), 0);
    let mut at = 0u64;
    for tensor in tensors {
        table.text(&tensor.name);
        let dims: &[usize] = match (tensor.rows, tensor.layers) {
            (0, _) => &[tensor.columns],
            (rows, 0) => &[tensor.columns, rows],
            (rows, layers) => &[tensor.columns, rows, layers],
        };
        table.0.extend((dims.len() as u32).to_le_bytes());
        for n in dims {
            table.0.extend((*n as u64).to_le_bytes());
        }
        table.0.extend(tensor.kind.1.to_le_bytes());
        table.0.extend(at.to_le_bytes());
        at += tensor.bytes().next_multiple_of(ALIGNMENT) as u64;
    }
    out.write_all(b"GGUF")?;
    out.write_all(&3u32.to_le_bytes())?;
    out.write_all(&(tensors.len() as u64).to_le_bytes())?;
    out.write_all(&head.1.to_le_bytes())?;
    out.write_all(&head.0)?;
    out.write_all(&table.0)?;
    let length = 24 + head.0.len() + table.0.len();
    out.write_all(&vec![0; length.next_multiple_of(ALIGNMENT) - length])?;
    let mut noise = Noise(7);
    for tensor in tensors {
        write_weights(tensor, &mut noise, out)?;
        let bytes = tensor.bytes();
        out.write_all(&vec![0; bytes.next_multiple_of(ALIGNMENT) - bytes])?;
    }
    out.flush()
}
