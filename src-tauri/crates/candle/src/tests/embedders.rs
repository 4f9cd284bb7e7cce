//! Embedding models: small ones made here, held against candle's own networks.

use std::{collections::HashMap, path::Path};

use candle_core::{DType, Device, Tensor};
use candle_nn::VarBuilder;
use candle_transformers::models::{bert, xlm_roberta};
use inkstone_generation::{EmbedAs, GenerationErrorKind as Kind, LocalModels};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{Candle, testing::Noise};

const WIDTH: usize = 32;
const INNER: usize = 48;
const LAYERS: usize = 2;
const POSITIONS: usize = 40;
const PIECES: [&str; 16] = [
    "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "night", "fer", "##ry", "runs", "again",
    "夜", "班", "公", "交", ".",
];

fn config(kind: &str) -> Value {
    json!({
        "model_type": kind,
        "vocab_size": PIECES.len(),
        "hidden_size": WIDTH,
        "num_hidden_layers": LAYERS,
        "num_attention_heads": 4,
        "intermediate_size": INNER,
        "hidden_act": "gelu",
        "hidden_dropout_prob": 0.1,
        "attention_probs_dropout_prob": 0.1,
        "max_position_embeddings": POSITIONS,
        "type_vocab_size": if kind == "bert" { 2 } else { 1 },
        "initializer_range": 0.02,
        "layer_norm_eps": 1e-12,
        "pad_token_id": 0,
        "position_embedding_type": "absolute",
        "use_cache": true,
    })
}

/// A folder with a network of random numbers.
fn folder(kind: &str, prefix: &str) -> TempDir {
    let dir = TempDir::new().unwrap();
    let write = |name: &str, text: &str| std::fs::write(dir.path().join(name), text).unwrap();
    write("config.json", &config(kind).to_string());
    write("vocab.txt", &PIECES.join("\n"));
    let mut noise = Noise::new(3);
    let mut tensors: HashMap<String, Tensor> = HashMap::new();
    let mut add = |name: String, shape: &[usize]| {
        let count: usize = shape.iter().product();
        let near = if name.contains("LayerNorm.weight") {
            1.0
        } else {
            0.0
        };
        let numbers: Vec<f32> = (0..count)
            .map(|_| near + (noise.below(2001) as f32 - 1000.0) / 4000.0)
            .collect();
        let tensor = Tensor::from_vec(numbers, shape, &Device::Cpu).unwrap();
        tensors.insert(format!("{prefix}{name}"), tensor);
    };
    let sorts = if kind == "bert" { 2 } else { 1 };
    add(
        "embeddings.word_embeddings.weight".into(),
        &[PIECES.len(), WIDTH],
    );
    add(
        "embeddings.position_embeddings.weight".into(),
        &[POSITIONS, WIDTH],
    );
    add(
        "embeddings.token_type_embeddings.weight".into(),
        &[sorts, WIDTH],
    );
    add("embeddings.LayerNorm.weight".into(), &[WIDTH]);
    add("embeddings.LayerNorm.bias".into(), &[WIDTH]);
    for i in 0..LAYERS {
        for (part, to, from) in [
            ("attention.self.query", WIDTH, WIDTH),
            ("attention.self.key", WIDTH, WIDTH),
            ("attention.self.value", WIDTH, WIDTH),
            ("attention.output.dense", WIDTH, WIDTH),
            ("intermediate.dense", INNER, WIDTH),
            ("output.dense", WIDTH, INNER),
        ] {
            add(format!("encoder.layer.{i}.{part}.weight"), &[to, from]);
            add(format!("encoder.layer.{i}.{part}.bias"), &[to]);
        }
        for norm in ["attention.output.LayerNorm", "output.LayerNorm"] {
            add(format!("encoder.layer.{i}.{norm}.weight"), &[WIDTH]);
            add(format!("encoder.layer.{i}.{norm}.bias"), &[WIDTH]);
        }
    }
    candle_core::safetensors::save(&tensors, dir.path().join("model.safetensors")).unwrap();
    dir
}

fn ids(text: &[&str]) -> Vec<u32> {
    let at = |piece: &&str| PIECES.iter().position(|p| p == piece).unwrap() as u32;
    text.iter().map(at).collect()
}

/// The rows that candle's own network gives.
fn reference(dir: &Path, kind: &str, prefix: &str, tokens: &[u32]) -> Vec<Vec<f32>> {
    let tensors =
        candle_core::safetensors::load(dir.join("model.safetensors"), &Device::Cpu).unwrap();
    let vb = VarBuilder::from_tensors(tensors, DType::F32, &Device::Cpu);
    let vb = if prefix.is_empty() {
        vb
    } else {
        vb.pp(prefix.trim_end_matches('.'))
    };
    let x = Tensor::new(tokens, &Device::Cpu)
        .unwrap()
        .unsqueeze(0)
        .unwrap();
    let sorts = x.zeros_like().unwrap();
    let mask = x.ones_like().unwrap();
    let rows = if kind == "bert" {
        let config: bert::Config = serde_json::from_value(config(kind)).unwrap();
        let model = bert::BertModel::load(vb, &config).unwrap();
        model.forward(&x, &sorts, Some(&mask)).unwrap()
    } else {
        let config: xlm_roberta::Config = serde_json::from_value(config(kind)).unwrap();
        let model = xlm_roberta::XLMRobertaModel::new(&config, vb).unwrap();
        model.forward(&x, &mask, &sorts, None, None, None).unwrap()
    };
    rows.squeeze(0).unwrap().to_vec2().unwrap()
}

fn one_long(vector: &[f32]) -> Vec<f32> {
    let length = vector.iter().map(|n| n * n).sum::<f32>().sqrt();
    vector.iter().map(|n| n / length).collect()
}

fn near(a: &[f32], b: &[f32]) {
    assert_eq!(a.len(), b.len());
    for (a, b) in a.iter().zip(b) {
        assert!((a - b).abs() < 1e-5, "{a} {b}");
    }
}

#[test]
fn vectors_agree_with_candles_own_networks() {
    let tokens = ids(&[
        "[CLS]", "the", "night", "fer", "##ry", "夜", "班", "[UNK]", ".", "[SEP]",
    ]);
    for (kind, prefix) in [("bert", ""), ("bert", "bert."), ("xlm-roberta", "roberta.")] {
        let dir = folder(kind, prefix);
        let expected = reference(dir.path(), kind, prefix, &tokens);
        let embed = || {
            let model = Candle::new().load_embedder(dir.path()).unwrap();
            let mut all = model
                .embed(&["The night FERRY 夜班 zebra."], EmbedAs::Passage)
                .unwrap();
            all.remove(0)
        };
        let mean: Vec<f32> = (0..WIDTH)
            .map(|i| expected.iter().map(|row| row[i]).sum::<f32>() / expected.len() as f32)
            .collect();
        near(&embed(), &one_long(&mean));
        std::fs::create_dir(dir.path().join("1_Pooling")).unwrap();
        let pooling = json!({"word_embedding_dimension": WIDTH, "pooling_mode_cls_token": true, "pooling_mode_mean_tokens": false});
        std::fs::write(
            dir.path().join("1_Pooling/config.json"),
            pooling.to_string(),
        )
        .unwrap();
        near(&embed(), &one_long(&expected[0]));
    }
}

#[test]
fn a_text_has_one_vector_whatever_stands_beside_it() {
    let dir = folder("bert", "");
    let model = Candle::new().load_embedder(dir.path()).unwrap();
    let long = "night ferry ".repeat(5000);
    let texts = ["", "the night", &long, "夜班公交", "[CLS] [SEP]"];
    let all = model.embed(&texts, EmbedAs::Query).unwrap();
    for (text, vector) in texts.iter().zip(&all) {
        assert_eq!(vector.len(), WIDTH);
        let length: f32 = vector.iter().map(|n| n * n).sum();
        assert!((length - 1.0).abs() < 1e-4);
        assert_eq!(&model.embed(&[text], EmbedAs::Query).unwrap()[0], vector);
    }
    // A mark that a person writes is letters.
    assert_ne!(all[4], model.embed(&[""], EmbedAs::Query).unwrap()[0]);
    let about = model.describe();
    assert_eq!(
        (about.dimensions, about.max_tokens),
        (WIDTH as u32, POSITIONS as u32)
    );
    assert_eq!(about.sha256.len(), 64);
}

#[test]
fn words_that_go_before_a_text_are_put_there() {
    let dir = folder("bert", "");
    let plain = Candle::new().load_embedder(dir.path()).unwrap();
    let prompts = json!({"prompts": {"query": "night ", "document": "夜 "}});
    let path = dir.path().join("config_sentence_transformers.json");
    std::fs::write(path, prompts.to_string()).unwrap();
    let model = Candle::new().load_embedder(dir.path()).unwrap();
    let of = |as_, text: &str| model.embed(&[text], as_).unwrap();
    let bare = |text: &str| plain.embed(&[text], EmbedAs::Query).unwrap();
    assert_eq!(of(EmbedAs::Query, "ferry"), bare("night ferry"));
    assert_eq!(of(EmbedAs::Passage, "ferry"), bare("夜 ferry"));
    assert_ne!(model.describe().sha256, plain.describe().sha256);
}

#[test]
fn a_folder_says_what_it_is() {
    let dir = folder("bert", "");
    std::fs::write(
        dir.path().join("README.md"),
        "---\nlicense: apache-2.0\n---\n",
    )
    .unwrap();
    let about = Candle::new()
        .inspect_embedder(&dir.path().join("model.safetensors"))
        .unwrap();
    assert_eq!(
        (about.architecture.as_str(), about.quantization.as_str()),
        ("bert", "F32")
    );
    assert_eq!(about.license.as_deref(), Some("apache-2.0"));
    assert!(about.parameters > 10_000 && about.bytes > 40_000);
}

#[test]
fn what_is_not_understood_is_refused_by_name() {
    let with = |change: &dyn Fn(&Path)| {
        let dir = folder("bert", "");
        change(dir.path());
        let inspected = Candle::new().inspect_embedder(dir.path()).err();
        let error = Candle::new().load_embedder(dir.path()).err().unwrap();
        (error.kind, error.detail, inspected)
    };
    let write = |dir: &Path, name: &str, text: &str| std::fs::write(dir.join(name), text).unwrap();
    let remove = |dir: &Path, name: &str| std::fs::remove_file(dir.join(name)).unwrap();
    let changed = |key: &str, value: Value| {
        let mut config = config("bert");
        config[key] = value;
        config.to_string()
    };
    type Change<'a> = Box<dyn Fn(&Path) + 'a>;
    let cases: Vec<(Change, Kind, &str)> = vec![
        (
            Box::new(|d| remove(d, "config.json")),
            Kind::ModelNotAFile,
            "config.json",
        ),
        (
            Box::new(|d| write(d, "config.json", "{")),
            Kind::ModelBroken,
            "config.json",
        ),
        (
            Box::new(|d| write(d, "config.json", &changed("model_type", json!("gpt2")))),
            Kind::ModelUnsupported,
            "gpt2",
        ),
        (
            Box::new(|d| {
                write(
                    d,
                    "config.json",
                    &changed("position_embedding_type", json!("relative_key")),
                )
            }),
            Kind::ModelUnsupported,
            "relative_key",
        ),
        (
            Box::new(|d| write(d, "config.json", &changed("num_attention_heads", json!(0)))),
            Kind::ModelBroken,
            "sizes",
        ),
        (
            Box::new(|d| write(d, "config.json", &changed("hidden_size", json!(64)))),
            Kind::ModelBroken,
            "word_embeddings",
        ),
        (
            Box::new(|d| write(d, "config.json", &changed("num_hidden_layers", json!(3)))),
            Kind::ModelBroken,
            "layer.2",
        ),
        (
            Box::new(|d| {
                remove(d, "model.safetensors");
                write(d, "pytorch_model.bin", "x")
            }),
            Kind::ModelUnsupported,
            "can run code",
        ),
        (
            Box::new(|d| write(d, "model.safetensors", "PK\u{3}\u{4}0000000000")),
            Kind::ModelUnsupported,
            "pickle",
        ),
        (
            Box::new(|d| write(d, "model.safetensors", "x")),
            Kind::ModelBroken,
            "weights",
        ),
        (
            Box::new(|d| remove(d, "vocab.txt")),
            Kind::ModelUnsupported,
            "vocab.txt",
        ),
        (
            Box::new(|d| write(d, "vocab.txt", "a\nb")),
            Kind::ModelBroken,
            "[SEP]",
        ),
        (
            Box::new(|d| write(d, "vocab.txt", &format!("{}\nmore", PIECES.join("\n")))),
            Kind::ModelBroken,
            "17 tokens",
        ),
        (
            Box::new(|d| write(d, "tokenizer.json", "{}")),
            Kind::ModelBroken,
            "tokenizer.json",
        ),
        (
            Box::new(|d| {
                write(
                    d,
                    "modules.json",
                    r#"[{"type": "sentence_transformers.models.Dense"}]"#,
                )
            }),
            Kind::ModelUnsupported,
            "Dense",
        ),
    ];
    for (change, kind, word) in cases {
        let (found, detail, inspected) = with(&*change);
        assert_eq!(found, kind, "{detail}");
        assert!(detail.contains(word), "{detail}");
        // What the head shows is said before anything is loaded.
        if !word.contains("vocab") && !matches!(word, "[SEP]" | "17 tokens" | "tokenizer.json") {
            assert!(inspected.is_some(), "{detail}");
        }
    }
    let error = Candle::new()
        .load_embedder(Path::new("/nowhere/at/all"))
        .err()
        .unwrap();
    assert_eq!(error.kind, Kind::ModelNotFound);
}

#[test]
fn no_change_of_the_files_brings_the_program_down() {
    let mut noise = Noise::new(11);
    for name in ["model.safetensors", "config.json", "vocab.txt"] {
        let dir = folder("bert", "");
        let path = dir.path().join(name);
        let bytes = std::fs::read(&path).unwrap();
        // The numbers themselves may be anything.
        let head = bytes.len().min(3000);
        for _ in 0..150 {
            let mut changed = bytes.clone();
            for _ in 0..=noise.below(3) {
                let at = noise.below(head);
                changed[at] = noise.below(256) as u8;
            }
            if noise.below(4) == 0 {
                changed.truncate(noise.below(changed.len()));
            }
            std::fs::write(&path, &changed).unwrap();
            if let Ok(model) = Candle::new().load_embedder(dir.path()) {
                let _ = model.embed(&["the night ferry"], EmbedAs::Query);
            }
        }
    }
}
