//! What a network looks like, read from the metadata.
//!
//! One decoder serves all architectures named here. What differs and shows in the tensors (biases,
//! norms of queries and keys, norms after a block, fused rows) is not asked here: it is done where
//! the tensor is there.

use crate::{
    failure::{Result, broken, unsupported},
    network::rope::{Pairs, Rope},
    preflight::{Header, Value},
};

/// The architectures that the decoder computes.
pub(crate) const ARCHITECTURES: [&str; 14] = [
    "llama", "qwen2", "qwen3", "gemma2", "gemma3", "phi3", "smollm3", "gpt2", "gptneo", "gptj",
    "glm4", "qwen2moe", "qwen3moe", "lfm2",
];

/// Those that may have experts; Mixtral's files are of the `llama` kind.
const WITH_EXPERTS: [&str; 3] = ["llama", "qwen2moe", "qwen3moe"];

const MOST_LAYERS: usize = 1024;
const MOST_EXPERTS: usize = 1024;
/// The most positions that a convolution sums.
const MOST_TAPS: usize = 16;
/// No width, head count or context of a real model comes near.
const LARGEST_SIZE: u64 = 1 << 24;

/// The function between the two halves of the feed-forward part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Activation {
    Silu,
    /// GELU by its approximation with tanh.
    Gelu,
}

/// Feed-forward parts side by side, of which each token asks a few.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Experts {
    pub(crate) count: usize,
    /// How many a token asks.
    pub(crate) asked: usize,
    /// Width between the two halves of one.
    pub(crate) hidden: usize,
    /// Whether the shares of those that are asked are made to sum to one.
    pub(crate) whole: bool,
}

/// Layers that see only the last positions, among layers that see all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Window {
    size: usize,
    /// For each layer, whether it has the window.
    layers: Vec<bool>,
}

/// The sizes and switches of a network.
#[derive(Debug, Clone)]
pub(crate) struct Config {
    pub(crate) architecture: String,
    pub(crate) width: usize,
    pub(crate) layers: usize,
    pub(crate) heads: usize,
    pub(crate) kv_heads: usize,
    pub(crate) head_dim: usize,
    pub(crate) hidden: usize,
    pub(crate) vocabulary: usize,
    pub(crate) context: usize,
    pub(crate) eps: f32,
    pub(crate) rope: Rope,
    /// For the layers with a window, where they turn otherwise.
    pub(crate) local_rope: Option<Rope>,
    /// For each layer, whether it turns its queries and keys.
    turned: Vec<bool>,
    pub(crate) activation: Activation,
    pub(crate) embedding_scale: Option<f32>,
    pub(crate) attention_scale: f32,
    /// `c * tanh(x / c)` on the scores, and on the logits.
    pub(crate) attention_cap: Option<f32>,
    pub(crate) logit_cap: Option<f32>,
    pub(crate) window: Option<Window>,
    pub(crate) experts: Option<Experts>,
    /// Positions have vectors of their own, beside those of the tokens, and nothing turns.
    pub(crate) learned_positions: bool,
    /// Norms are around the mean.
    pub(crate) centred: bool,
    /// The feed-forward part has a gate.
    pub(crate) gated: bool,
    /// Both parts of a block read the same, and are added to it together.
    pub(crate) parallel: bool,
    /// For each layer, which of its kind it is: of those that attend, or of those that convolve.
    layer_kinds: Vec<Kind>,
    /// Positions that a convolution sums.
    pub(crate) taps: usize,
}

/// What a layer mixes positions by, and which of its kind it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Attends(usize),
    Convolves(usize),
}

impl Config {
    /// The architecture's name, if the decoder computes it.
    pub(crate) fn architecture(header: &Header) -> Result<&str> {
        let name = header
            .text("general.architecture")
            .ok_or_else(|| broken("general.architecture is missing"))?;
        if !ARCHITECTURES.contains(&name) {
            return Err(unsupported(format!("architecture {name}")));
        }
        let experts = header.of_architecture("expert_count").unwrap_or(0);
        if experts > 0 && !WITH_EXPERTS.contains(&name) {
            return Err(unsupported(format!("architecture {name} with experts")));
        }
        Ok(name)
    }

    /// The context length in tokens.
    pub(crate) fn context(header: &Header) -> Result<u32> {
        header
            .of_architecture("context_length")
            .filter(|n| *n > 0 && *n <= LARGEST_SIZE)
            .map(|n| n as u32)
            .ok_or_else(|| broken("the context length is missing or impossible"))
    }

    pub(crate) fn read(header: &Header) -> Result<Self> {
        let name = Self::architecture(header)?;
        let optional = |key: &str| -> Result<Option<usize>> {
            match header.get(&format!("{name}.{key}")) {
                None => Ok(None),
                Some(_) => header
                    .of_architecture(key)
                    .filter(|n| *n > 0 && *n <= LARGEST_SIZE)
                    .map(|n| Some(n as usize))
                    .ok_or_else(|| unsupported(format!("{name}.{key} is no usable size"))),
            }
        };
        let size =
            |key: &str| optional(key)?.ok_or_else(|| broken(format!("{name}.{key} is missing")));
        let real = |key: &str| header.real(&format!("{name}.{key}"));
        let width = size("embedding_length")?;
        let heads = size("attention.head_count")?;
        let layers = size("block_count")?;
        let by_layer = match header.get("lfm2.attention.head_count_kv") {
            Some(Value::Wholes(all)) if name == "lfm2" && all.len() == layers => all.as_slice(),
            _ => &[],
        };
        let layer_kinds = kinds(layers, by_layer);
        let kv_heads = match by_layer.iter().find(|n| **n != 0) {
            // Those of LFM2 that have none convolve.
            Some(one) => by_layer
                .iter()
                .all(|n| n == one || *n == 0)
                .then(|| usize::try_from(*one).ok())
                .flatten()
                .filter(|n| *n <= heads)
                .ok_or_else(|| unsupported("layers with different numbers of heads"))?,
            None => optional("attention.head_count_kv")?.unwrap_or(heads),
        };
        let taps = match name {
            "lfm2" => size("shortconv.l_cache")?,
            _ => 0,
        };
        if taps > MOST_TAPS {
            return Err(unsupported(format!("convolutions of {taps} positions")));
        }
        let head_dim = optional("attention.key_length")?.unwrap_or(width / heads);
        if optional("attention.value_length")?.is_some_and(|n| n != head_dim) {
            return Err(unsupported("heads whose keys and values differ in length"));
        }
        let context = Self::context(header)? as usize;
        let gpt = name.starts_with("gpt");
        let eps = real("attention.layer_norm_rms_epsilon")
            .or_else(|| real("attention.layer_norm_epsilon"))
            .filter(|e| (0.0..1.0).contains(e))
            .ok_or_else(|| broken("the epsilon of the norms is missing or impossible"))?;
        let vocabulary = header
            .tensors
            .get("token_embd.weight")
            .and_then(|t| t.dims.first().copied())
            .ok_or_else(|| broken("tensor token_embd.weight is missing"))?;
        let dims = optional("rope.dimension_count")?.unwrap_or(head_dim);
        if layers > MOST_LAYERS
            || !heads.is_multiple_of(kv_heads)
            || !(head_dim.is_multiple_of(2) && dims.is_multiple_of(2))
            || dims > head_dim
            || !(1..=4096).contains(&head_dim)
        {
            return Err(broken(format!(
                "impossible sizes: {layers} layers, {heads} heads of {head_dim} over {kv_heads}, {dims} turned"
            )));
        }
        let gemma = name.starts_with("gemma");
        let pairs = match (header.text(&format!("{name}.rope.pairs")), name) {
            // As models are trained; GGUF has these laid out anew.
            (Some("halves"), _) => Pairs::Halves,
            (_, "llama" | "smollm3" | "glm4" | "gptj") => Pairs::Neighbours,
            _ => Pairs::Halves,
        };
        let base = real("rope.freq_base").unwrap_or(if matches!(name, "gemma3" | "lfm2") {
            1e6
        } else {
            1e4
        });
        if !(base > 1.0 && base.is_finite()) {
            return Err(broken("the base of the rotary positions is impossible"));
        }
        let rope = Rope::new(pairs, dims, base).scaled(header, name)?;
        let flags = |key: &str| match header.get(&format!("{name}.{key}")) {
            Some(Value::Wholes(all)) if all.len() == layers => {
                Some(all.iter().map(|n| *n != 0).collect::<Vec<bool>>())
            }
            _ => None,
        };
        // Of each so many layers the last sees everything.
        let every = match name {
            "gemma2" => Some(2),
            "gemma3" => Some(6),
            _ => None,
        };
        let local = |every| (0..layers).map(|i| i % every < every - 1).collect();
        let local = flags("attention.sliding_window_pattern").or_else(|| every.map(local));
        let window = match (local, optional("attention.sliding_window")?) {
            (Some(layers), Some(size)) => Some(Window { size, layers }),
            _ => None,
        };
        // Of SmolLM 3 each fourth layer does without positions.
        let turned = flags("rope.pattern").unwrap_or_else(|| {
            let kept = |i: usize| name != "smollm3" || !(i + 1).is_multiple_of(4);
            (0..layers).map(kept).collect()
        });
        let local_rope = (name == "gemma3").then(|| {
            let base = real("rope.freq_base_swa")
                .filter(|b| *b > 1.0 && b.is_finite())
                .unwrap_or(1e4);
            Rope::new(pairs, dims, base)
        });
        // The 27 B models of both families scale by what a head would have if all filled the width.
        let by_width = matches!((name, layers), ("gemma2", 46) | ("gemma3", 62));
        let scaled_by = if by_width { width / heads } else { head_dim };
        let cap = |key: &str| {
            real(key)
                .map(|c| c as f32)
                .filter(|c| *c > 0.0 && c.is_finite())
        };
        // Asked before the file says it: what it sets to nothing is off.
        let caps = |key: &str, usual: f32| match real(key) {
            Some(_) => cap(key),
            None => (name == "gemma2").then_some(usual),
        };
        let scale = match real("attention.scale") {
            None => 1.0 / (scaled_by.max(1) as f32).sqrt(),
            Some(scale) if scale > 0.0 && scale.is_finite() => scale as f32,
            Some(_) => return Err(broken("the scale of attention is impossible")),
        };
        let experts = match header.of_architecture("expert_count") {
            None | Some(0) => None,
            Some(_) => {
                let count = size("expert_count")?;
                let asked = size("expert_used_count")?;
                if asked > count || count > MOST_EXPERTS {
                    return Err(broken(format!("{asked} of {count} experts")));
                }
                Some(Experts {
                    count,
                    asked,
                    hidden: match optional("expert_feed_forward_length")? {
                        Some(hidden) => hidden,
                        None => size("feed_forward_length")?,
                    },
                    whole: name != "qwen2moe",
                })
            }
        };
        Ok(Self {
            architecture: name.to_owned(),
            width,
            layers,
            heads,
            kv_heads,
            head_dim,
            hidden: match experts {
                // They have no other feed-forward part.
                Some(experts) => experts.hidden,
                None => size("feed_forward_length")?,
            },
            vocabulary,
            context,
            eps: eps as f32,
            rope,
            local_rope,
            turned,
            activation: if gemma || gpt {
                Activation::Gelu
            } else {
                Activation::Silu
            },
            embedding_scale: gemma.then(|| (width as f32).sqrt()),
            attention_scale: scale,
            attention_cap: caps("attn_logit_softcapping", 50.0),
            logit_cap: caps("final_logit_softcapping", 30.0),
            window,
            experts,
            learned_positions: matches!(name, "gpt2" | "gptneo"),
            centred: gpt,
            gated: !gpt,
            parallel: name == "gptj",
            layer_kinds,
            taps,
        })
    }

    /// Whether a layer sees only its window.
    pub(crate) fn is_local(&self, layer: usize) -> bool {
        let window = self.window.as_ref();
        window.is_some_and(|w| w.layers.get(layer).copied().unwrap_or(false))
    }

    /// The positions that a layer sees, where it does not see all.
    pub(crate) fn window_of(&self, layer: usize) -> Option<usize> {
        let window = self.window.as_ref().filter(|_| self.is_local(layer));
        window.map(|w| w.size)
    }

    /// Whether a layer turns its queries and keys.
    pub(crate) fn turns(&self, layer: usize) -> bool {
        !self.learned_positions && self.turned.get(layer).copied().unwrap_or(true)
    }

    /// What a layer mixes positions by.
    pub(crate) fn kind(&self, layer: usize) -> Kind {
        let kind = self.layer_kinds.get(layer).copied();
        kind.unwrap_or(Kind::Attends(layer))
    }

    /// Layers that attend.
    pub(crate) fn attending(&self) -> usize {
        let attends = |kind: &&Kind| matches!(kind, Kind::Attends(_));
        self.layer_kinds.iter().filter(attends).count()
    }

    /// Bytes of the cache for each position.
    pub(crate) fn cache_bytes(&self) -> u64 {
        (self.attending() * self.kv_heads * self.head_dim * 2 * 2) as u64
    }
}

/// Of so many layers, those without heads convolve.
fn kinds(layers: usize, heads: &[i64]) -> Vec<Kind> {
    let mut seen = [0; 2];
    let mut next = |kind: usize| {
        seen[kind] += 1;
        seen[kind] - 1
    };
    (0..layers.min(MOST_LAYERS))
        .map(|i| match heads.get(i) {
            Some(0) => Kind::Convolves(next(1)),
            _ => Kind::Attends(next(0)),
        })
        .collect()
}

/// Where the metadata holds a number for the model's scaling, as `ARCHITECTURE.rope.scaling.KEY`.
pub(crate) fn scaling<'a>(header: &'a Header, name: &str, key: &str) -> Option<&'a Value> {
    header.get(&format!("{name}.rope.scaling.{key}"))
}
