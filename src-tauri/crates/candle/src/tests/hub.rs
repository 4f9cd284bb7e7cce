//! Models as the hub gives them: against transformers (`hub.json`, which `hub.py` has written), and what
//! is refused of what a stranger may have put into such a folder.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use inkstone_generation::{GenerationErrorKind as Kind, LocalModels};
use proptest::prelude::*;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    Candle,
    bench::{Words, logits},
};

const STORED: &str = include_str!("hub.json");
/// Made with numpy by `lfm2.py`.
const LFM2: &str = include_str!("lfm2.json");
/// As `hub.py` has it.
const PROMPT: usize = 20;

#[derive(Deserialize, Clone)]
pub(super) struct Reference {
    config: Value,
    shapes: BTreeMap<String, Vec<usize>>,
    /// The likeliest token behind each position.
    top: Vec<u32>,
    /// Behind each tenth position, the logits of each twentieth token.
    logits: Vec<Vec<f32>>,
    /// What goes on behind the first tokens, always the likeliest.
    written: Vec<u32>,
}

fn references() -> BTreeMap<String, Reference> {
    let mut all: BTreeMap<String, Reference> = serde_json::from_str(STORED).unwrap();
    all.extend(serde_json::from_str::<BTreeMap<_, _>>(LFM2).unwrap());
    all
}

fn tokens() -> Vec<u32> {
    (0..220u32)
        .map(|i| (i * 7919 + 13 + i * i * 31) % 300)
        .collect()
}

/// As `hub.py` makes them.
fn numbers(name: &str, shape: &[usize], gemma: bool) -> Vec<f32> {
    let mut seed = 0xcbf2_9ce4_8422_2325u64;
    for byte in name.bytes() {
        seed = (seed ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
    }
    let gain = f32::from(u8::from(!name.contains("bias") && !gemma));
    let count: usize = shape.iter().product();
    (1..=count as u64)
        .map(|i| {
            let mut z = i.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(seed);
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            z ^= z >> 31;
            let even = (z >> 40) as f32 / 16_777_216.0 - 0.5;
            even * 0.5 + if shape.len() == 2 { 0.0 } else { gain }
        })
        .collect()
}

fn safetensors(tensors: &[(&str, &[usize], Vec<f32>)]) -> Vec<u8> {
    let mut head = serde_json::Map::new();
    let mut data = Vec::new();
    for (name, shape, numbers) in tensors {
        let from = data.len();
        data.extend(numbers.iter().flat_map(|n| n.to_le_bytes()));
        let entry = json!({"dtype": "F32", "shape": shape, "data_offsets": [from, data.len()]});
        head.insert((*name).to_owned(), entry);
    }
    let head = Value::Object(head).to_string();
    let mut out = (head.len() as u64).to_le_bytes().to_vec();
    out.extend(head.as_bytes());
    out.extend(data);
    out
}

/// GPT-2's letters for bytes, a merge, and a token that ends a text.
fn vocabulary() -> (Value, String) {
    let back = crate::tokenizer::letters();
    let mut all = serde_json::Map::new();
    for (i, letter) in back.iter().enumerate() {
        all.insert(letter.to_string(), json!(i));
    }
    all.insert("th".to_owned(), json!(256));
    all.insert("<|endoftext|>".to_owned(), json!(257));
    (Value::Object(all), "#version: 0.2\nt h\n".to_owned())
}

fn tokenizer_json() -> Value {
    json!({
        "version": "1.0",
        "added_tokens": [{"id": 257, "content": "<|endoftext|>", "special": true, "single_word": false, "lstrip": false, "rstrip": false, "normalized": false}],
        "normalizer": null,
        "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true},
        "post_processor": {"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": false, "use_regex": true},
        "decoder": {"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true},
        "model": {"type": "BPE", "vocab": vocabulary().0, "merges": [["t", "h"]]},
    })
}

pub(super) fn folder(reference: &Reference) -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    let put = |name: &str, bytes: &[u8]| fs::write(home.path().join(name), bytes).unwrap();
    put("config.json", reference.config.to_string().as_bytes());
    put("tokenizer.json", tokenizer_json().to_string().as_bytes());
    let gemma = reference.config["model_type"]
        .as_str()
        .unwrap()
        .contains("gemma");
    let tensors: Vec<_> = reference
        .shapes
        .iter()
        .map(|(name, shape)| (name.as_str(), &shape[..], numbers(name, shape, gemma)))
        .collect();
    put("model.safetensors", &safetensors(&tensors));
    home
}

pub(super) fn of(name: &str) -> Reference {
    references().remove(name).unwrap()
}

fn best(row: &[f32]) -> u32 {
    (0..row.len())
        .max_by(|a, b| row[*a].total_cmp(&row[*b]))
        .unwrap() as u32
}

#[test]
fn networks_of_the_hub_agree_with_transformers() {
    let all = references();
    assert!(all.len() >= 16, "{}", all.len());
    let mut report = String::new();
    let mut good = true;
    for (name, reference) in &all {
        let home = folder(reference);
        let ours = match logits(home.path(), &tokens()) {
            Ok(ours) => ours,
            Err(error) => {
                report += &format!("{name}: {error}\n");
                good = false;
                continue;
            }
        };
        let count = reference.top.len();
        let same = ours
            .iter()
            .zip(&reference.top)
            .filter(|(row, top)| best(row) == **top)
            .count();
        let off = ours
            .iter()
            .step_by(10)
            .zip(&reference.logits)
            .flat_map(|(row, theirs)| row.iter().step_by(20).zip(theirs))
            .map(|(a, b)| (a - b).abs())
            .fold(0.0f32, f32::max);
        let text: Vec<u32> = tokens()[..PROMPT]
            .iter()
            .chain(&reference.written)
            .copied()
            .collect();
        let behind = logits(home.path(), &text[..text.len() - 1]).unwrap();
        let greedy = behind[PROMPT - 1..]
            .iter()
            .zip(&reference.written)
            .filter(|(row, token)| best(row) == **token)
            .count();
        report += &format!(
            "{name}: {same} of {count}, {greedy} of {} written, off by {off}\n",
            reference.written.len()
        );
        // Keys and values are kept in half precision, which shows where attention isn't scaled; the
        // logits' spread is about one.
        good &= same * 100 >= count * 99 && greedy == reference.written.len() && off < 0.02;
    }
    assert!(good, "{report}");
    println!("{report}");
}

#[test]
fn a_folder_says_what_it_is_and_writes() {
    let home = folder(&of("gpt-j"));
    let about = Candle::new().inspect(home.path()).unwrap();
    assert_eq!(about.architecture, "gptj");
    assert_eq!(about.quantization, "F32");
    assert_eq!(about.context_length, 512);
    assert!(Candle::new().writes(home.path()));
    // One of its files stands for the folder.
    let file = home.path().join("model.safetensors");
    assert_eq!(Candle::new().inspect(&file).unwrap().bytes, about.bytes);
    let model = Candle::new().load(home.path()).unwrap().describe();
    let hash = model.sha256.unwrap();
    assert_eq!(hash.len(), 64);
    // Another vocabulary makes it another model.
    fs::write(home.path().join("generation_config.json"), "{}").unwrap();
    let other = Candle::new().load(home.path()).unwrap().describe();
    assert_ne!(other.sha256.unwrap(), hash);
}

#[test]
fn both_forms_of_a_vocabulary_give_the_same_tokens() {
    let home = folder(&of("gpt2"));
    let whole = Words::open(home.path()).unwrap();
    fs::remove_file(home.path().join("tokenizer.json")).unwrap();
    let (vocabulary, merges) = vocabulary();
    fs::write(home.path().join("vocab.json"), vocabulary.to_string()).unwrap();
    fs::write(home.path().join("merges.txt"), merges).unwrap();
    let named = json!({"eos_token": "<|endoftext|>", "bos_token": "<|endoftext|>"});
    fs::write(home.path().join("tokenizer_config.json"), named.to_string()).unwrap();
    let parts = Words::open(home.path()).unwrap();
    for text in [
        "the thing",
        "汉字，with 🦀",
        "a<|endoftext|>b",
        "  spaces\r\n\tand don't",
        "",
    ] {
        let ids = whole.ids(text, false).unwrap();
        assert_eq!(ids, parts.ids(text, false).unwrap(), "{text}");
        assert_eq!(whole.bytes(&ids).unwrap(), text.as_bytes());
        // A person's words are never a token that steers.
        assert!(!ids.contains(&257));
    }
    for words in [&whole, &parts] {
        assert!(words.ids("a<|endoftext|>b", true).unwrap().contains(&257));
        // A row of the network without a token stands for nothing.
        assert_eq!(whole.bytes(&[300]).unwrap(), b"");
    }
}

#[test]
fn weights_in_several_files_are_one_model() {
    let reference = of("gpt-neo");
    let home = folder(&reference);
    let before = logits(home.path(), &tokens()[..8]).unwrap();
    fs::remove_file(home.path().join("model.safetensors")).unwrap();
    let mut parts: [Vec<_>; 2] = Default::default();
    let mut map = serde_json::Map::new();
    for (i, (name, shape)) in reference.shapes.iter().enumerate() {
        parts[i % 2].push((name.as_str(), &shape[..], numbers(name, shape, false)));
        map.insert(name.clone(), json!(format!("part-{}.safetensors", i % 2)));
    }
    for (i, part) in parts.iter().enumerate() {
        let path = home.path().join(format!("part-{i}.safetensors"));
        fs::write(path, safetensors(part)).unwrap();
    }
    let list = home.path().join("model.safetensors.index.json");
    fs::write(&list, json!({"weight_map": map}).to_string()).unwrap();
    assert_eq!(logits(home.path(), &tokens()[..8]).unwrap(), before);
    // A list may not lead out of its folder.
    for outside in [
        "../secret.safetensors",
        "/etc/x.safetensors",
        "a\\b.safetensors",
        "x.bin",
    ] {
        fs::write(&list, json!({"weight_map": {"a": outside}}).to_string()).unwrap();
        let error = Candle::new().inspect(home.path()).unwrap_err();
        assert_eq!(error.kind, Kind::ModelBroken, "{outside}");
    }
}

fn refused(change: impl FnOnce(&Path), kind: Kind, word: &str) {
    let home = folder(&of("gpt2"));
    change(home.path());
    let error = Candle::new().load(home.path()).map(|_| ()).unwrap_err();
    assert_eq!(error.kind, kind, "{error}");
    assert!(error.detail.contains(word), "{error} lacks {word}");
}

fn edit(home: &Path, name: &str, change: impl FnOnce(&mut Value)) {
    let path: PathBuf = home.join(name);
    let mut all: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    change(&mut all);
    fs::write(path, all.to_string()).unwrap();
}

#[test]
fn what_is_not_known_or_not_sound_is_refused_by_name() {
    let config = |key: &'static str, value: Value| {
        move |home: &Path| edit(home, "config.json", |c| c[key] = value)
    };
    let (no, bad) = (Kind::ModelUnsupported, Kind::ModelBroken);
    refused(config("model_type", json!("bloom")), no, "bloom");
    refused(config("activation_function", json!("relu")), no, "relu");
    refused(config("n_layer", json!(0)), bad, "n_layer");
    refused(config("n_layer", json!(4)), bad, "blk.3");
    refused(config("n_layer", json!(2)), no, "blk.2");
    refused(config("n_embd", json!(1u64 << 40)), no, "embedding_length");
    refused(config("n_embd", json!(72)), bad, "shape");
    refused(config("n_head", json!(0)), bad, "n_head");
    refused(config("n_head", json!(200)), bad, "impossible");
    let quantized = json!({"quant_method": "gptq"});
    refused(config("quantization_config", quantized), no, "gptq");
    let pickle = |home: &Path| {
        fs::remove_file(home.join("model.safetensors")).unwrap();
        fs::write(home.join("pytorch_model.bin"), b"PK\x03\x04").unwrap();
    };
    refused(pickle, no, "pytorch_model.bin");
    let disguised =
        |home: &Path| fs::write(home.join("model.safetensors"), b"\x80\x04cos\nsystem\n").unwrap();
    refused(disguised, no, "pickle");
    let cut = |home: &Path| {
        let path = home.join("model.safetensors");
        let all = fs::read(&path).unwrap();
        fs::write(path, &all[..all.len() - 1]).unwrap();
    };
    refused(cut, bad, "outside");
    let without = |home: &Path| fs::remove_file(home.join("tokenizer.json")).unwrap();
    refused(without, no, "vocab.json");
    let words = |change: fn(&mut Value)| move |home: &Path| edit(home, "tokenizer.json", change);
    refused(
        words(|t| t["model"]["type"] = json!("WordPiece")),
        no,
        "WordPiece",
    );
    let grows = |t: &mut Value| {
        let step = json!({"type": "Replace", "pattern": {"String": "a"}, "content": "aaaaaaaa"});
        t["normalizer"] = json!({"type": "Sequence", "normalizers": [step, step, step]});
    };
    refused(words(grows), no, "anew");
    refused(
        words(|t| t["added_tokens"][0]["id"] = json!(1u64 << 40)),
        bad,
        "number",
    );
    refused(
        words(|t| t["added_tokens"][0]["id"] = json!(900)),
        bad,
        "901 tokens",
    );
}

fn shaken() -> impl Strategy<Value = (usize, Vec<(prop::sample::Index, u8)>)> {
    let changes = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6);
    (0..3usize, changes)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// Whatever is changed in such a folder, there is an answer and no panic.
    #[test]
    fn changed_folders_are_answered((which, changes) in shaken()) {
        let home = folder(&of("gpt-j"));
        let name = ["config.json", "tokenizer.json", "model.safetensors"][which];
        let path = home.path().join(name);
        let mut bytes = fs::read(&path).unwrap();
        // The head and what describes things, where most is decided.
        let within = bytes.len().min(4096);
        for (at, byte) in changes {
            bytes[at.index(within)] = byte;
        }
        fs::write(path, bytes).unwrap();
        if let Err(error) = Candle::new().load(home.path()).map(|_| ()) {
            prop_assert!(!error.detail.contains("panic"), "{}", error);
        }
    }
}
