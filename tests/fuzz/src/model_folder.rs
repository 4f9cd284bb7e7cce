//! A model as the hub gives it: whatever stands in its files, there is a refusal or a model that writes.

use std::{fs, path::Path};

use serde_json::Value;

use crate::model;

/// The most bytes of weights.
const MOST: u64 = 256 << 10;

/// Parted by zeros: `config.json`, `tokenizer.json`, `tokenizer_config.json`, `generation_config.json`,
/// and the head of the weights, behind which there are as many numbers as it asks for.
pub fn check(data: &[u8]) {
    let home = tempfile::tempdir().expect("a temporary folder");
    let mut parts = data.splitn(5, |&b| b == 0);
    let mut put = |name: &str| write(home.path(), name, parts.next().unwrap_or_default());
    for name in NAMES {
        put(name);
    }
    let head = parts.next().unwrap_or_default();
    let mut weights = (head.len() as u64).to_le_bytes().to_vec();
    weights.extend_from_slice(head);
    let numbers = asked(head).min(MOST) as usize / 4;
    weights.extend((0..numbers).flat_map(|n| ((n * 37 % 101) as f32 / 101.0 - 0.5).to_le_bytes()));
    write(home.path(), "model.safetensors", &weights);
    model::open(home.path());
}

const NAMES: [&str; 4] = [
    "config.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "generation_config.json",
];

fn write(home: &Path, name: &str, bytes: &[u8]) {
    if !bytes.is_empty() {
        fs::write(home.join(name), bytes).expect("room for a file");
    }
}

/// Where the last tensor ends.
fn asked(head: &[u8]) -> u64 {
    let head: Value = serde_json::from_slice(head).unwrap_or_default();
    let tensors = head.as_object().into_iter().flatten();
    let ends = tensors.filter_map(|(_, tensor)| tensor["data_offsets"][1].as_u64());
    ends.max().unwrap_or(0)
}

/// What gives the files their meaning.
pub const TYPED: &[&str] = &[
    "\0",
    "\"model_type\":\"llama\"",
    "\"model_type\":\"lfm2\"",
    "\"model_type\":\"gpt2\"",
    "\"model_type\":\"gpt_neo\"",
    "\"model_type\":\"gemma3_text\"",
    "\"num_hidden_layers\":1",
    "\"hidden_size\":16",
    "\"num_attention_heads\":2",
    "\"num_key_value_heads\":1",
    "\"head_dim\":8",
    "\"rope_scaling\":{\"rope_type\":\"yarn\",\"factor\":4.0}",
    "\"rope_scaling\":{\"rope_type\":\"longrope\",\"short_factor\":[1],\"long_factor\":[1]}",
    "\"layer_types\":[\"conv\",\"full_attention\"]",
    "\"sliding_window\":8",
    "\"eos_token_id\":[0,1]",
    "\"chat_template\":\"{{messages}}\"",
    "\"added_tokens\":[",
    "\"content\":\"\",\"id\":0",
    "\"lstrip\":true,\"rstrip\":true,\"single_word\":true,\"normalized\":true",
    "\"normalizer\":{\"type\":\"Prepend\",\"prepend\":\"▁\"}",
    "\"normalizer\":{\"type\":\"Replace\",\"pattern\":{\"Regex\":\"a*\"},\"content\":\"b\"}",
    "\"normalizer\":{\"type\":\"Strip\",\"strip_left\":true,\"strip_right\":true}",
    "\"pre_tokenizer\":{\"type\":\"Metaspace\",\"replacement\":\"▁\",\"prepend_scheme\":\"first\"}",
    "\"pre_tokenizer\":{\"type\":\"Split\",\"pattern\":{\"Regex\":\"(a|b)*c\"},\"behavior\":\"Isolated\",\"invert\":false}",
    "\"type\":\"Unigram\",\"unk_id\":0,\"vocab\":[[\"a\",-1.0]]",
    "\"byte_fallback\":true",
    "\"merges\":[[\"a\",\"b\"]]",
    "\"dtype\":\"F32\"",
    "\"dtype\":\"BF16\"",
    "\"shape\":[16,16]",
    "\"data_offsets\":[0,1024]",
    "4294967296",
    "18446744073709551615",
    "-1",
    "1e308",
    "null",
    "[[[[",
    "{",
    "}",
];

/// Folders to begin with.
pub const SEEDS: &[&str] = &[concat!(
    r#"{"model_type":"llama","num_hidden_layers":1,"hidden_size":8,"num_attention_heads":2,"num_key_value_heads":1,"intermediate_size":8,"max_position_embeddings":64,"tie_word_embeddings":true,"vocab_size":8}"#,
    "\0",
    r#"{"version":"1.0","added_tokens":[{"id":6,"content":"<s>","special":true,"single_word":false,"lstrip":false,"rstrip":true,"normalized":false}],"normalizer":null,"pre_tokenizer":{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":true},"post_processor":null,"decoder":{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true,"use_regex":true},"model":{"type":"BPE","vocab":{"h":0,"e":1,"he":2,"s":3,"a":4,"d":5,"<s>":6},"merges":[["h","e"]]}}"#,
    "\0",
    r#"{"chat_template":"{% for m in messages %}<s>{{ m.role }} {{ m.content }}{% endfor %}","eos_token":"<s>"}"#,
    "\0",
    r#"{"eos_token_id":6}"#,
    "\0",
    r#"{"model.embed_tokens.weight":{"dtype":"F32","shape":[8,8],"data_offsets":[0,256]},"model.norm.weight":{"dtype":"F32","shape":[8],"data_offsets":[256,288]},"model.layers.0.input_layernorm.weight":{"dtype":"F32","shape":[8],"data_offsets":[256,288]},"model.layers.0.post_attention_layernorm.weight":{"dtype":"F32","shape":[8],"data_offsets":[256,288]},"model.layers.0.self_attn.q_proj.weight":{"dtype":"F32","shape":[8,8],"data_offsets":[0,256]},"model.layers.0.self_attn.k_proj.weight":{"dtype":"F32","shape":[4,8],"data_offsets":[0,128]},"model.layers.0.self_attn.v_proj.weight":{"dtype":"F32","shape":[4,8],"data_offsets":[0,128]},"model.layers.0.self_attn.o_proj.weight":{"dtype":"F32","shape":[8,8],"data_offsets":[0,256]},"model.layers.0.mlp.gate_proj.weight":{"dtype":"F32","shape":[8,8],"data_offsets":[0,256]},"model.layers.0.mlp.up_proj.weight":{"dtype":"F32","shape":[8,8],"data_offsets":[0,256]},"model.layers.0.mlp.down_proj.weight":{"dtype":"F32","shape":[8,8],"data_offsets":[0,256]}}"#
)];
