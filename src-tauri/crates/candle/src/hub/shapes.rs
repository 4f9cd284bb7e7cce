//! Which architectures are known, what their tensors are called and what their config says, in the
//! words of transformers' `modeling_*.py` and `configuration_*.py`.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::lfm2;
use crate::{
    failure::{Result, broken, unsupported},
    preflight::{Stored, Value},
};

/// The most layers that lists are written for.
pub(super) const MOST_LAYERS: u64 = 1024;

/// An architecture of the hub.
pub(super) struct Shape {
    /// As `config.json` names it.
    theirs: &'static str,
    /// As the decoder names it.
    ours: &'static str,
    family: Family,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Family {
    /// GPT-2, GPT-Neo and GPT-J: names of their own for everything.
    Gpt,
    /// Llama and those that follow it.
    Llama,
    /// Norms behind both parts of a block, whose gains are kept less one.
    Gemma,
    /// Liquid's, with convolutions in most layers.
    Lfm2,
}

const SHAPES: [Shape; 12] = [
    shape("gpt2", "gpt2", Family::Gpt),
    shape("gpt_neo", "gptneo", Family::Gpt),
    shape("gptj", "gptj", Family::Gpt),
    shape("llama", "llama", Family::Llama),
    shape("mistral", "llama", Family::Llama),
    shape("qwen2", "qwen2", Family::Llama),
    shape("qwen3", "qwen3", Family::Llama),
    shape("phi3", "phi3", Family::Llama),
    shape("smollm3", "smollm3", Family::Llama),
    shape("gemma2", "gemma2", Family::Gemma),
    shape("gemma3_text", "gemma3", Family::Gemma),
    shape("lfm2", "lfm2", Family::Lfm2),
];

const fn shape(theirs: &'static str, ours: &'static str, family: Family) -> Shape {
    Shape {
        theirs,
        ours,
        family,
    }
}

/// Parts of a layer, theirs and ours, without `.weight` and `.bias`.
const GPT: [(&str, &str); 16] = [
    ("ln_1", "attn_norm"),
    ("ln_2", "ffn_norm"),
    ("attn.c_attn", "attn_qkv"),
    ("attn.c_proj", "attn_output"),
    ("attn.attention.q_proj", "attn_q"),
    ("attn.attention.k_proj", "attn_k"),
    ("attn.attention.v_proj", "attn_v"),
    ("attn.attention.out_proj", "attn_output"),
    ("attn.q_proj", "attn_q"),
    ("attn.k_proj", "attn_k"),
    ("attn.v_proj", "attn_v"),
    ("attn.out_proj", "attn_output"),
    ("mlp.c_fc", "ffn_up"),
    ("mlp.c_proj", "ffn_down"),
    ("mlp.fc_in", "ffn_up"),
    ("mlp.fc_out", "ffn_down"),
];
const LLAMA: [(&str, &str); 13] = [
    ("input_layernorm", "attn_norm"),
    ("post_attention_layernorm", "ffn_norm"),
    ("self_attn.q_proj", "attn_q"),
    ("self_attn.k_proj", "attn_k"),
    ("self_attn.v_proj", "attn_v"),
    ("self_attn.qkv_proj", "attn_qkv"),
    ("self_attn.o_proj", "attn_output"),
    ("self_attn.q_norm", "attn_q_norm"),
    ("self_attn.k_norm", "attn_k_norm"),
    ("mlp.gate_proj", "ffn_gate"),
    ("mlp.up_proj", "ffn_up"),
    ("mlp.gate_up_proj", "ffn_up"),
    ("mlp.down_proj", "ffn_down"),
];
/// Where Gemma differs from [`LLAMA`].
const GEMMA: [(&str, &str); 3] = [
    ("post_attention_layernorm", "post_attention_norm"),
    ("pre_feedforward_layernorm", "ffn_norm"),
    ("post_feedforward_layernorm", "post_ffw_norm"),
];
/// Where LFM2 differs from [`LLAMA`].
const LFM2: [(&str, &str); 11] = [
    ("operator_norm", "attn_norm"),
    ("ffn_norm", "ffn_norm"),
    ("self_attn.out_proj", "attn_output"),
    ("self_attn.q_layernorm", "attn_q_norm"),
    ("self_attn.k_layernorm", "attn_k_norm"),
    ("conv.conv", "shortconv.conv"),
    ("conv.in_proj", "shortconv.in_proj"),
    ("conv.out_proj", "shortconv.out_proj"),
    ("feed_forward.w1", "ffn_gate"),
    ("feed_forward.w3", "ffn_up"),
    ("feed_forward.w2", "ffn_down"),
];
const OUTSIDE: [(&str, &str); 7] = [
    ("wte", "token_embd"),
    ("wpe", "position_embd"),
    ("ln_f", "output_norm"),
    ("embed_tokens", "token_embd"),
    ("norm", "output_norm"),
    ("embedding_norm", "output_norm"),
    ("lm_head", "output"),
];

/// The architecture that a config names.
pub(super) fn of(model_type: &str) -> Option<&'static Shape> {
    SHAPES.iter().find(|shape| shape.theirs == model_type)
}

/// The same, refused by name where it is not known.
pub(super) fn known(config: &Json) -> Result<&'static Shape> {
    let name = config["model_type"]
        .as_str()
        .ok_or_else(|| broken("config.json names no model_type"))?;
    if !config["quantization_config"].is_null() {
        let method = config["quantization_config"]["quant_method"].as_str();
        let method = method.unwrap_or("of a kind that it does not name");
        return Err(unsupported(format!("safetensors quantized by {method}")));
    }
    of(name).ok_or_else(|| unsupported(format!("architecture {name}")))
}

impl Shape {
    /// What we call a tensor, and how it lies there; nothing for one that no network needs. A name
    /// that is not known stays as it is, and the loader refuses it.
    pub(super) fn tensor(&self, theirs: &str, config: &Json) -> Option<(String, Stored)> {
        let kept = || Some((theirs.to_owned(), Stored::AsIs));
        let name = ["transformer.", "model."]
            .iter()
            .find_map(|start| theirs.strip_prefix(start))
            .unwrap_or(theirs);
        if name.ends_with("rotary_emb.inv_freq") {
            return None;
        }
        let layer = ["h.", "layers."].iter().find_map(|s| name.strip_prefix(s));
        let Some((number, part)) = layer.and_then(|rest| rest.split_once('.')) else {
            let Some((part, kind)) = name.rsplit_once('.') else {
                return kept();
            };
            let Some((_, ours)) = OUTSIDE.iter().find(|(known, _)| *known == part) else {
                return kept();
            };
            if part == "lm_head" && self.is_tied(config) {
                return None;
            }
            let stored = self.stored(ours, kind);
            return Some((format!("{ours}.{kind}"), stored));
        };
        // Masks that old files bring along.
        if self.family == Family::Gpt
            && (matches!(part, "attn.bias" | "attn.attention.bias")
                || part.ends_with("masked_bias"))
        {
            return None;
        }
        let parts: &[(&str, &str)] = match self.family {
            Family::Gpt => &GPT,
            _ => &LLAMA,
        };
        let Some((part, kind)) = part.rsplit_once('.') else {
            return kept();
        };
        let own: &[(&str, &str)] = match self.family {
            Family::Gemma => &GEMMA,
            Family::Lfm2 => &LFM2,
            _ => &[],
        };
        let found = own.iter().chain(parts).find(|(known, _)| *known == part);
        match found {
            Some((_, ours)) if number.parse::<u32>().is_ok() => {
                let stored = self.stored(ours, kind);
                Some((format!("blk.{number}.{ours}.{kind}"), stored))
            }
            _ => kept(),
        }
    }

    fn stored(&self, ours: &str, kind: &str) -> Stored {
        // GPT-2's `Conv1D` keeps a matrix the other way round.
        let conv = ["attn_qkv", "attn_output", "ffn_up", "ffn_down"];
        if self.theirs == "gpt2" && kind == "weight" && conv.contains(&ours) {
            return Stored::Turned;
        }
        if self.family == Family::Gemma && ours.ends_with("norm") {
            return Stored::LessOne;
        }
        Stored::AsIs
    }

    fn is_tied(&self, config: &Json) -> bool {
        let usual = !matches!(
            self.theirs,
            "gptj" | "llama" | "mistral" | "qwen2" | "qwen3" | "phi3"
        );
        let said = match self.family {
            Family::Lfm2 => config["tie_embedding"].as_bool(),
            _ => None,
        };
        let said = said.or_else(|| config["tie_word_embeddings"].as_bool());
        said.unwrap_or(usual)
    }

    /// The config's numbers under the keys of GGUF.
    pub(super) fn metadata(&self, config: &Json) -> Result<BTreeMap<String, Value>> {
        let mut out = Keys {
            ours: self.ours,
            all: BTreeMap::new(),
        };
        out.all.insert(
            "general.architecture".to_owned(),
            Value::Text(self.ours.to_owned()),
        );
        match self.family {
            Family::Gpt => self.gpt(config, &mut out)?,
            Family::Llama | Family::Gemma => self.llama(config, &mut out)?,
            Family::Lfm2 => {
                let config = lfm2::usual(config)?;
                self.llama(&config, &mut out)?;
                let layers = whole(&config, "num_hidden_layers")?;
                let usual = json!(8);
                let heads = match &config["num_key_value_heads"] {
                    Json::Null => &usual,
                    heads => heads,
                };
                let heads = lfm2::heads(&config, layers, heads.as_u64().unwrap_or(0))?;
                out.value("attention.head_count_kv", Value::Wholes(heads));
                let taps = config["conv_L_cache"].as_u64().unwrap_or(3);
                out.whole("shortconv.l_cache", taps);
            }
        }
        Ok(out.all)
    }

    fn gpt(&self, config: &Json, out: &mut Keys) -> Result<()> {
        let (layers, heads, width, context, hidden) = if self.theirs == "gpt_neo" {
            let at = ["num_layers", "num_heads", "hidden_size"].map(|key| whole(config, key));
            let [layers, heads, width] = at;
            let context = whole(config, "max_position_embeddings")?;
            (layers?, heads?, width?, context, "intermediate_size")
        } else {
            let at = ["n_layer", "n_head", "n_embd"].map(|key| whole(config, key));
            let [layers, heads, width] = at;
            // GPT-J's first files have the older name.
            let context = whole(config, "n_positions").or_else(|_| whole(config, "n_ctx"))?;
            (layers?, heads?, width?, context, "n_inner")
        };
        let hidden = match config[hidden].is_null() {
            true => width.saturating_mul(4),
            false => whole(config, hidden)?,
        };
        let activation = config["activation_function"].as_str().unwrap_or("gelu_new");
        if !matches!(activation, "gelu_new" | "gelu_pytorch_tanh" | "gelu_fast") {
            return Err(unsupported(format!("activation {activation}")));
        }
        out.whole("block_count", layers);
        out.whole("attention.head_count", heads);
        out.whole("embedding_length", width);
        out.whole("context_length", context);
        out.whole("feed_forward_length", hidden);
        let eps = config["layer_norm_epsilon"].as_f64().unwrap_or(1e-5);
        out.real("attention.layer_norm_epsilon", eps);
        match self.theirs {
            "gpt_neo" => {
                // It never scales.
                out.real("attention.scale", 1.0);
                out.whole("attention.sliding_window", whole(config, "window_size")?);
                out.flags("attention.sliding_window_pattern", local(config, layers)?);
            }
            "gptj" => {
                let dims = config["rotary_dim"].as_u64();
                let dims = dims.or_else(|| width.checked_div(heads)).unwrap_or(0);
                out.whole("rope.dimension_count", dims);
            }
            _ => {
                if config["scale_attn_weights"] == Json::Bool(false) {
                    out.real("attention.scale", 1.0);
                }
                if config["scale_attn_by_inverse_layer_idx"] == Json::Bool(true) {
                    return Err(unsupported("attention scaled by each layer's number"));
                }
            }
        }
        Ok(())
    }

    fn llama(&self, config: &Json, out: &mut Keys) -> Result<()> {
        let gemma = self.family == Family::Gemma;
        let layers = whole(config, "num_hidden_layers")?;
        let (width, heads) = (
            whole(config, "hidden_size")?,
            whole(config, "num_attention_heads")?,
        );
        out.whole("block_count", layers);
        out.whole("embedding_length", width);
        out.whole("attention.head_count", heads);
        out.whole("context_length", whole(config, "max_position_embeddings")?);
        out.whole("feed_forward_length", whole(config, "intermediate_size")?);
        if !config["num_key_value_heads"].is_null() {
            out.whole(
                "attention.head_count_kv",
                whole(config, "num_key_value_heads")?,
            );
        }
        let usual = match self.theirs {
            "gemma2" | "gemma3_text" => Some(256),
            "qwen3" => Some(128),
            _ => width.checked_div(heads),
        };
        let head = config["head_dim"].as_u64().or(usual).unwrap_or(0);
        out.whole("attention.key_length", head);
        let eps = config["rms_norm_eps"].as_f64().unwrap_or(1e-6);
        out.real("attention.layer_norm_rms_epsilon", eps);
        let activation = ["hidden_activation", "hidden_act"]
            .iter()
            .find_map(|key| config[*key].as_str());
        let wanted = activation.unwrap_or(if gemma { "gelu_pytorch_tanh" } else { "silu" });
        let right = match gemma {
            // Gemma's config says `gelu`, its code means the approximation.
            true => matches!(wanted, "gelu_pytorch_tanh" | "gelu_new" | "gelu"),
            false => wanted == "silu",
        };
        if !right {
            return Err(unsupported(format!("activation {wanted}")));
        }
        if gemma {
            let scale = config["query_pre_attn_scalar"].as_f64().unwrap_or(256.0);
            if !(scale > 0.0 && scale.is_finite()) {
                return Err(broken("config.json: query_pre_attn_scalar is impossible"));
            }
            out.real("attention.scale", scale.sqrt().recip());
            // What is `null` is not done.
            for (theirs, ours) in [
                ("attn_logit_softcapping", "attn_logit_softcapping"),
                ("final_logit_softcapping", "final_logit_softcapping"),
            ] {
                out.real(ours, config[theirs].as_f64().unwrap_or(0.0));
            }
        }
        self.windows(config, layers, out)?;
        self.positions(config, head, layers, out)
    }

    /// Which layers see only the last positions.
    fn windows(&self, config: &Json, layers: u64, out: &mut Keys) -> Result<()> {
        let Some(size) = config["sliding_window"].as_u64() else {
            return Ok(());
        };
        let used = match self.theirs {
            "mistral" | "phi3" | "gemma2" | "gemma3_text" => true,
            "qwen2" | "qwen3" | "smollm3" => config["use_sliding_window"] == Json::Bool(true),
            _ => false,
        };
        if !used {
            return Ok(());
        }
        let every = config["sliding_window_pattern"].as_u64();
        let from = config["max_window_layers"].as_u64();
        let listed: Option<Vec<bool>> = config["layer_types"].as_array().map(|types| {
            let local = types
                .iter()
                .map(|kind| kind.as_str() == Some("sliding_attention"));
            local.collect()
        });
        let local = |i: u64| match self.theirs {
            "gemma2" => i.is_multiple_of(2),
            "gemma3_text" => !(i + 1).is_multiple_of(every.unwrap_or(6).max(1)),
            "qwen2" | "qwen3" => i >= from.unwrap_or(28),
            _ => true,
        };
        let listed = listed.unwrap_or_else(|| (0..layers.min(MOST_LAYERS)).map(local).collect());
        out.whole("attention.sliding_window", size);
        out.flags("attention.sliding_window_pattern", listed);
        Ok(())
    }

    fn positions(&self, config: &Json, head: u64, layers: u64, out: &mut Keys) -> Result<()> {
        // Queries and keys lie as they were trained, where GGUF has those of Llama in pairs.
        out.text("rope.pairs", "halves");
        let usual = match self.theirs {
            "gemma3_text" => 1e6,
            "smollm3" => 2e6,
            _ => 1e4,
        };
        let base = config["rope_theta"].as_f64().unwrap_or(usual);
        out.real("rope.freq_base", base);
        if self.theirs == "gemma3_text" {
            let local = config["rope_local_base_freq"].as_f64().unwrap_or(1e4);
            out.real("rope.freq_base_swa", local);
        }
        if self.theirs == "phi3"
            && let Some(part) = config["partial_rotary_factor"].as_f64()
        {
            out.whole("rope.dimension_count", (head as f64 * part) as u64);
        }
        if self.theirs == "smollm3" {
            let turned = match config["no_rope_layers"].as_array() {
                Some(list) => list.iter().map(|n| n.as_u64() != Some(0)).collect(),
                None => {
                    let every = config["no_rope_layer_interval"].as_u64().unwrap_or(4);
                    let turned = |i: u64| !(i + 1).is_multiple_of(every.max(1));
                    (0..layers.min(MOST_LAYERS)).map(turned).collect()
                }
            };
            out.flags("rope.pattern", turned);
        }
        let scaling = &config["rope_scaling"];
        if scaling.is_null() {
            return Ok(());
        }
        let kind = ["rope_type", "type"]
            .iter()
            .find_map(|k| scaling[*k].as_str());
        let kind = kind.unwrap_or("default");
        let number = |key: &str| scaling[key].as_f64();
        let known = [
            ("factor", "factor"),
            ("attention_factor", "attn_factor"),
            ("beta_fast", "yarn_beta_fast"),
            ("beta_slow", "yarn_beta_slow"),
            ("low_freq_factor", "low_freq_factor"),
            ("high_freq_factor", "high_freq_factor"),
        ];
        match kind {
            "default" => return Ok(()),
            "linear" | "llama3" => {}
            "yarn" if number("mscale").is_none() && number("attention_factor").is_none() => {}
            "longrope" | "su" if number("attention_factor").is_none() => {
                let list = |key: &str| -> Result<Value> {
                    let all = scaling[key].as_array().into_iter().flatten();
                    let all: Option<Vec<f32>> = all.map(|n| n.as_f64().map(|n| n as f32)).collect();
                    all.map(Value::Reals)
                        .ok_or_else(|| broken(format!("config.json: {key} is no list of numbers")))
                };
                for key in ["short_factor", "long_factor"] {
                    let value = list(key)?;
                    out.value(&format!("rope.scaling.{key}"), value);
                }
            }
            other => return Err(unsupported(format!("rotary scaling {other}"))),
        }
        out.text(
            "rope.scaling.type",
            if kind == "su" { "longrope" } else { kind },
        );
        for (theirs, ours) in known {
            if let Some(n) = number(theirs) {
                out.real(&format!("rope.scaling.{ours}"), n);
            }
        }
        let original = ["original_max_position_embeddings"]
            .iter()
            .find_map(|key| scaling[*key].as_u64().or_else(|| config[*key].as_u64()));
        let original = original.or_else(|| config["max_position_embeddings"].as_u64());
        out.whole(
            "rope.scaling.original_context_length",
            original.unwrap_or(0),
        );
        Ok(())
    }
}

/// GPT-Neo's layers that see only a window: listed one by one, or as patterns with how often each comes.
fn local(config: &Json, layers: u64) -> Result<Vec<bool>> {
    let mut out = Vec::new();
    let mut add = |kind: &Json| match kind.as_str() {
        Some("global") => {
            out.push(false);
            Ok(())
        }
        Some("local") => {
            out.push(true);
            Ok(())
        }
        _ => Err(unsupported(format!("attention of type {kind}"))),
    };
    if let Some(all) = config["attention_layers"].as_array() {
        all.iter().take(MOST_LAYERS as usize).try_for_each(add)?;
    } else {
        let patterns = config["attention_types"].as_array().into_iter().flatten();
        let mut left = layers.min(MOST_LAYERS);
        for pattern in patterns {
            let kinds = pattern[0].as_array().map_or(&[][..], Vec::as_slice);
            for _ in 0..pattern[1].as_u64().unwrap_or(0).min(left) {
                kinds.iter().try_for_each(&mut add)?;
                left = left.saturating_sub(kinds.len().max(1) as u64);
                if left == 0 {
                    break;
                }
            }
        }
    }
    if out.len() as u64 != layers {
        return Err(broken(
            "config.json: attention_types do not fit the number of layers",
        ));
    }
    Ok(out)
}

fn whole(config: &Json, key: &str) -> Result<u64> {
    config[key]
        .as_u64()
        .filter(|n| *n > 0)
        .ok_or_else(|| broken(format!("config.json: {key} is missing or impossible")))
}

/// Metadata under an architecture's name.
struct Keys {
    ours: &'static str,
    all: BTreeMap<String, Value>,
}

impl Keys {
    fn value(&mut self, key: &str, value: Value) {
        self.all.insert(format!("{}.{key}", self.ours), value);
    }
    fn whole(&mut self, key: &str, n: u64) {
        self.value(key, Value::Whole(i128::from(n)));
    }
    fn real(&mut self, key: &str, n: f64) {
        self.value(key, Value::Real(n));
    }
    fn text(&mut self, key: &str, text: &str) {
        self.value(key, Value::Text(text.to_owned()));
    }
    fn flags(&mut self, key: &str, flags: Vec<bool>) {
        self.value(
            key,
            Value::Wholes(flags.into_iter().map(i64::from).collect()),
        );
    }
}
