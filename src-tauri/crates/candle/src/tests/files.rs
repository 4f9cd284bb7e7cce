//! Files that are none, broken ones, hostile ones, and what a sound one says of itself.

use std::{io::Cursor, path::Path};

use candle_core::quantized::{GgmlDType, gguf_file::Value};
use inkstone_generation::{GenerationErrorKind as Kind, LocalModels, Locality, PromptForm};

use crate::{
    Candle, model,
    preflight::{Depth, Header},
    testing::{CONTEXT, LAYERS, Noise, Shape, WIDTH, written},
};

fn kind(path: &Path) -> Kind {
    let inspected = Candle::new().inspect(path).map(|_| ());
    let loaded = Candle::new().load(path).map(|_| ());
    let kind = loaded.unwrap_err().kind;
    if let Err(error) = inspected {
        assert_eq!(error.kind, kind);
    }
    kind
}

fn unsupported(shape: &Shape, word: &str) {
    let file = shape.file();
    let error = Candle::new().load(file.path()).map(|_| ()).unwrap_err();
    assert_eq!(error.kind, Kind::ModelUnsupported, "{error}");
    assert!(error.detail.contains(word), "{error}");
}

#[test]
fn a_file_says_what_it_is_without_its_weights_being_read() {
    let shape = Shape::llama()
        .dtype(GgmlDType::Q8_0)
        .with("general.description", "For tests.");
    let bytes = shape.bytes();
    let file = written(&bytes);
    let about = Candle::new().inspect(file.path()).unwrap();
    assert_eq!(about.name, "Tiny");
    assert_eq!(about.architecture, "llama");
    assert_eq!(about.quantization, "Q8_0");
    assert_eq!(about.context_length as usize, CONTEXT);
    assert_eq!(about.bytes, bytes.len() as u64);
    assert_eq!(about.license.as_deref(), Some("MIT"));
    assert_eq!(about.description.as_deref(), Some("For tests."));
    let block = 64 * 64 * 2 + 2 * 32 * 64 + 3 * 128 * 64 + 2 * 64;
    let vocabulary = 256 + 7 + 3 + 1;
    assert_eq!(
        about.parameters as usize,
        LAYERS * block + vocabulary * WIDTH + WIDTH
    );

    let loaded = Candle::new().load(file.path()).unwrap().describe();
    assert_eq!(loaded.name, "Tiny");
    assert_eq!(loaded.locality, Locality::Local);
    assert_eq!(loaded.parameters, Some(about.parameters));
    assert_eq!(loaded.context_length, Some(about.context_length));
    let hash: String = {
        use sha2::Digest;
        sha2::Sha256::digest(&bytes)
            .iter()
            .map(|b| format!("{b:02x}"))
            .collect()
    };
    assert_eq!(loaded.sha256, Some(hash));
}

#[test]
fn without_a_name_the_files_name_counts() {
    let file = Shape::llama().without("general.name").file();
    let name = Candle::new().inspect(file.path()).unwrap().name;
    assert_eq!(name, file.path().file_stem().unwrap().to_string_lossy());
}

#[test]
fn compact_prompts_are_for_those_who_ask_and_small_ones_that_never_conversed() {
    let form = |shape: Shape| {
        Candle::new()
            .inspect(shape.file().path())
            .unwrap()
            .prompt_form
    };
    let taught = Shape::llama().with("tokenizer.chat_template", "{{ messages }}");
    assert_eq!(form(Shape::llama()), PromptForm::Compact);
    assert_eq!(form(taught.clone()), PromptForm::Chat);
    assert_eq!(
        form(taught.with("inkstone.prompt_form", "compact")),
        PromptForm::Compact
    );
}

#[test]
fn what_is_no_model_is_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(kind(&folder.path().join("none.gguf")), Kind::ModelNotFound);
    assert_eq!(kind(folder.path()), Kind::ModelNotAFile);
    #[cfg(unix)]
    assert_eq!(kind(Path::new("/dev/zero")), Kind::ModelNotAFile);
    for bytes in [
        &b""[..],
        b"GG",
        b"GGUF",
        b"PK\x03\x04 not a model",
        b"GGUF\x03\0\0\0",
    ] {
        assert_eq!(kind(written(bytes).path()), Kind::ModelBroken);
    }
}

#[test]
fn pickles_and_other_forms_are_refused_by_what_they_hold() {
    let said = |bytes: &[u8]| {
        let error = Candle::new().inspect(written(bytes).path()).unwrap_err();
        assert_eq!(error.kind, Kind::ModelUnsupported);
        error.detail
    };
    let mut zip = b"PK\x03\x04\x14\0\0\0\0\0\0\0\0\0".to_vec();
    zip.extend(b"\0\0\0\0\0\0\0\0\0\0\0\0\x10\0\0\0pytorch_model/data.pkl");
    for pickle in [
        &zip[..],
        b"\x80\x02}q\0.",
        b"\x80\x04\x95\0\0\0\0\0\0\0\0}.",
    ] {
        assert!(said(pickle).contains("can run code"));
    }
    assert!(said(b"\x40\0\0\0\0\0\0\0{\"__metadata__\":{}}").contains("safetensors"));
    assert!(said(b"tjgg\x03\0\0\0").contains("GGML"));
}

#[test]
fn a_file_that_ends_early_is_broken_wherever_it_ends() {
    let bytes = Shape::llama().bytes();
    let mut noise = Noise::new(3);
    for _ in 0..40 {
        let len = noise.below(bytes.len() - 64);
        assert_eq!(
            kind(written(&bytes[..len]).path()),
            Kind::ModelBroken,
            "{len} bytes"
        );
    }
}

#[test]
fn what_is_not_supported_is_named() {
    unsupported(
        &Shape::llama().with("general.architecture", "mamba"),
        "mamba",
    );
    unsupported(&Shape::new("phi3").with("phi3.expert_count", 8), "experts");
    unsupported(&Shape::llama().with("general.type", "adapter"), "adapter");
    unsupported(&Shape::llama().with("split.count", 2), "split");
    unsupported(&Shape::llama().with("tokenizer.ggml.model", "t5"), "t5");
    unsupported(
        &Shape::llama().with("tokenizer.ggml.pre", "klingon"),
        "klingon",
    );
    unsupported(
        &Shape::llama().with("llama.rope.scaling.type", "spiral"),
        "spiral",
    );
    unsupported(
        &Shape::llama().with("tokenizer.chat_template", "{% nonsense %}"),
        "template",
    );
    let surplus = Shape::llama().with_tensor("blk.0.attn_sub_norm.weight", &[WIDTH], None);
    unsupported(&surplus, "attn_sub_norm");
    let mut bytes = Shape::llama().bytes();
    let name = b"token_embd.weight";
    let at = bytes.windows(name.len()).position(|w| w == name).unwrap() + name.len() + 4 + 16;
    bytes[at] = 23;
    let error = Candle::new().inspect(written(&bytes).path()).unwrap_err();
    assert_eq!(error.kind, Kind::ModelUnsupported);
    assert!(error.detail.contains("IQ4_XS"), "{error}");
}

#[test]
fn impossible_metadata_is_broken() {
    let base = Shape::llama;
    for shape in [
        base().with("general.alignment", 0),
        base().with("general.alignment", 48),
        base().with("llama.context_length", 0),
        base().with("llama.block_count", 1_000_000),
        base().with("llama.attention.head_count", 3),
        base().with("llama.attention.head_count_kv", 3),
        base().with("llama.embedding_length", 32),
        base().with("llama.rope.dimension_count", 1024),
        base().with("llama.rope.freq_base", f32::NAN),
        base().with("llama.attention.layer_norm_rms_epsilon", -1.0),
        base().with("tokenizer.ggml.tokens", Value::Array(vec![])),
        base().with(
            "tokenizer.ggml.token_type",
            Value::Array(vec![Value::I32(1)]),
        ),
        base().with(
            "tokenizer.ggml.merges",
            Value::Array(vec![Value::String("q zzz".into())]),
        ),
        base().without("llama.block_count"),
        base().without("general.architecture"),
        base().without_tensor("blk.1.ffn_down.weight"),
        base().with_tensor("rope_freqs.weight", &[8], Some(vec![0.0; 8])),
        base().with_tensor("blk.0.attn_q_norm.weight", &[16], None),
    ] {
        let file = shape.file();
        let error = Candle::new().load(file.path()).map(|_| ()).unwrap_err();
        assert!(
            matches!(error.kind, Kind::ModelBroken | Kind::ModelUnsupported),
            "{error}"
        );
    }
}

#[test]
fn dimensions_beyond_the_file_reserve_nothing() {
    let mut bytes = Shape::llama().bytes();
    let name = b"token_embd.weight";
    let at = bytes.windows(name.len()).position(|w| w == name).unwrap() + name.len() + 4;
    for dim in 0..2 {
        bytes[at + dim * 8..][..8].copy_from_slice(&(1u64 << 33).to_le_bytes());
    }
    assert_eq!(kind(written(&bytes).path()), Kind::ModelBroken);
}

#[test]
fn a_long_array_that_nobody_asks_for_is_not_kept() {
    let long = Value::Array(vec![Value::U8(7); 1 << 20]);
    let bytes = Shape::llama().with("general.ballast", long).bytes();
    let header = Header::read(Cursor::new(&bytes), Depth::Everything).unwrap();
    assert_eq!(
        header.get("general.ballast"),
        Some(&crate::preflight::Value::Skipped)
    );
    assert!(Candle::new().load(written(&bytes).path()).is_ok());
}

#[test]
fn a_model_larger_than_the_memory_is_refused_before_it_is_read() {
    let file = Shape::llama().file();
    let error = model::load(file.path(), Some(1 << 20))
        .map(|_| ())
        .unwrap_err();
    assert_eq!(error.kind, Kind::ModelTooLarge);
    assert!(model::load(file.path(), None).is_ok());
}

#[test]
fn no_change_of_a_file_brings_the_program_down() {
    let sound = [
        Shape::llama().bytes(),
        Shape::pieces().dtype(GgmlDType::Q8_0).bytes(),
        Shape::new("qwen3").bytes(),
        Shape::new("gpt2").bytes(),
        Shape::new("qwen2moe").dtype(GgmlDType::Q8_0).bytes(),
    ];
    let head = |bytes: &[u8]| {
        bytes
            .windows(11)
            .rposition(|w| w == b"norm.weight")
            .unwrap()
            + 40
    };
    let mut noise = Noise::new(11);
    let mut sorts = std::collections::BTreeMap::new();
    for round in 0..12_000 {
        let mut bytes = sound[round % sound.len()].clone();
        let head = head(&bytes).min(bytes.len());
        for _ in 0..1 + noise.below(4) {
            let at = noise.below(head);
            match noise.below(6) {
                0 => bytes[at] = noise.next() as u8,
                1 => bytes[at] ^= 1 << noise.below(8),
                2 => bytes[at] = [0, 1, 0x7F, 0x80, 0xFF][noise.below(5)],
                3 => {
                    let end = (at + 8).min(bytes.len());
                    let new = [u64::MAX, 1 << 33, 1 << 63, 0, noise.next()][noise.below(5)];
                    bytes[at..end].copy_from_slice(&new.to_le_bytes()[..end - at]);
                }
                4 => {
                    bytes.remove(at);
                }
                _ => bytes.truncate(at.max(1)),
            }
            if bytes.len() < head {
                break;
            }
        }
        // Most changes are found by the preflight; what passes is loaded in full now and then.
        let read = Header::read(Cursor::new(&bytes), Depth::Everything);
        let outcome = match read {
            Err(error) => format!("{:?}", error.kind),
            Ok(_) if round % 8 == 0 => match Candle::new().load(written(&bytes).path()) {
                Ok(_) => "loaded".to_owned(),
                Err(error) => {
                    assert!(!error.detail.contains("panic"), "{error}");
                    format!("load: {:?}", error.kind)
                }
            },
            Ok(_) => "passed".to_owned(),
        };
        *sorts.entry(outcome).or_insert(0) += 1;
    }
    // The changes reach all depths; otherwise the test shows nothing.
    for outcome in [
        "ModelBroken",
        "ModelUnsupported",
        "passed",
        "loaded",
        "load: ModelBroken",
    ] {
        assert!(sorts.contains_key(outcome), "{sorts:?}");
    }
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[test]
fn a_model_that_is_let_go_gives_its_memory_back() {
    let file = tempfile::NamedTempFile::new().unwrap();
    crate::synthetic::write("14m", "F32", file.path()).unwrap();
    let resident = || crate::memory::of_this_process("RssAnon:").unwrap();
    let before = resident();
    let model = Candle::new().load(file.path()).unwrap();
    let with = resident();
    drop(model);
    let after = resident();
    // Tests beside this one take and give a little; the weights are 57 MB.
    assert!(with > before + (40 << 20), "{before} {with}");
    assert!(after + (40 << 20) < with, "{before} {with} {after}");
}
