//! The decoder against itself, token by token and all at once, and against candle's own models.

use std::fs::File;

use candle_core::{
    Device, Tensor,
    quantized::{GgmlDType, gguf_file::Content},
};
use candle_transformers::models::{
    quantized_gemma3, quantized_lfm2, quantized_llama, quantized_phi3, quantized_qwen2,
    quantized_qwen3,
};

use crate::{
    network::{Network, Run, Want, cache::Cache, config::Activation},
    testing::{self, Noise, Shape, WIDTH},
};

const ARCHITECTURES: [&str; 14] = crate::network::config::ARCHITECTURES;

fn load(shape: &Shape) -> (Network, tempfile::NamedTempFile) {
    let file = shape.file();
    let header = testing::header(file.path());
    let network = Network::load(&header, vec![File::open(file.path()).unwrap()]).unwrap();
    (network, file)
}

fn tokens(count: usize) -> Vec<u32> {
    let mut noise = Noise::new(5);
    (0..count).map(|_| noise.below(260) as u32).collect()
}

fn all(network: &Network, tokens: &[u32], chunk: usize) -> Vec<f32> {
    let mut session = network.session(tokens.len()).unwrap();
    let mut logits = Vec::new();
    for part in tokens.chunks(chunk) {
        logits.extend(
            session
                .forward(part, Want::All, &|| false)
                .unwrap()
                .unwrap(),
        );
    }
    logits
}

fn spread(logits: &[f32]) -> f32 {
    let mean = logits.iter().sum::<f32>() / logits.len() as f32;
    (logits.iter().map(|l| (l - mean).powi(2)).sum::<f32>() / logits.len() as f32).sqrt()
}

fn close(a: &[f32], b: &[f32], within: f32, what: &str) {
    assert_eq!(a.len(), b.len());
    let spread = spread(a);
    assert!(spread > 0.1, "{what}: logits that say nothing");
    let most = a
        .iter()
        .zip(b)
        .map(|(x, y)| (x - y).abs())
        .fold(0.0, f32::max);
    assert!(
        most <= within * spread,
        "{what}: {most} apart, spread {spread}"
    );
}

fn bits(logits: &[f32]) -> Vec<u32> {
    logits.iter().map(|l| l.to_bits()).collect()
}

const KINDS: [GgmlDType; 13] = [
    GgmlDType::F32,
    GgmlDType::F16,
    GgmlDType::BF16,
    GgmlDType::Q8_0,
    GgmlDType::Q4_0,
    GgmlDType::Q4_1,
    GgmlDType::Q5_0,
    GgmlDType::Q5_1,
    GgmlDType::Q2K,
    GgmlDType::Q3K,
    GgmlDType::Q4K,
    GgmlDType::Q5K,
    GgmlDType::Q6K,
];

#[test]
fn steps_and_a_whole_prompt_agree() {
    let tokens = tokens(70);
    for architecture in ARCHITECTURES {
        for dtype in [GgmlDType::F32, GgmlDType::F16, GgmlDType::Q8_0] {
            let (network, _file) = load(&Shape::new(architecture).dtype(dtype));
            let whole = bits(&all(&network, &tokens, tokens.len()));
            for chunk in [1, 7, 64] {
                let steps = bits(&all(&network, &tokens, chunk));
                assert!(whole == steps, "{architecture} {dtype:?} by {chunk}");
            }
        }
    }
}

/// Files from before experts lay together in one tensor.
#[test]
fn experts_apart_are_the_same_as_together() {
    let hidden = testing::HIDDEN;
    for dtype in [GgmlDType::F32, GgmlDType::Q8_0] {
        let mut noise = Noise::new(9);
        let (mut together, mut apart) = (Shape::new("qwen3moe"), Shape::new("qwen3moe"));
        for layer in 0..testing::LAYERS {
            for (part, dims) in [
                ("gate", [hidden, WIDTH]),
                ("up", [hidden, WIDTH]),
                ("down", [WIDTH, hidden]),
            ] {
                let [rows, columns] = dims;
                let one = rows * columns;
                let numbers: Vec<f32> = (0..one * testing::EXPERTS)
                    .map(|_| noise.normal() / 8.0)
                    .collect();
                let whole = format!("blk.{layer}.ffn_{part}_exps.weight");
                for (expert, own) in numbers.chunks(one).enumerate() {
                    let name = format!("blk.{layer}.ffn_{part}.{expert}.weight");
                    apart = apart.with_tensor(&name, &dims, Some(own.to_vec()));
                }
                apart = apart.without_tensor(&whole);
                let all = [testing::EXPERTS, rows, columns];
                together = together
                    .without_tensor(&whole)
                    .with_tensor(&whole, &all, Some(numbers));
            }
        }
        let (together, _one) = load(&together.dtype(dtype));
        let (apart, _other) = load(&apart.dtype(dtype));
        let tokens = tokens(40);
        assert_eq!(
            bits(&all(&together, &tokens, 40)),
            bits(&all(&apart, &tokens, 40))
        );
    }
    let missing = Shape::new("qwen3moe")
        .without_tensor("blk.0.ffn_gate_exps.weight")
        .with_tensor("blk.0.ffn_gate.0.weight", &[hidden, WIDTH], None)
        .file();
    let header = testing::header(missing.path());
    let file = File::open(missing.path()).unwrap();
    let error = Network::load(&header, vec![file]).map(|_| ()).unwrap_err();
    assert!(error.detail.contains("blk.0.ffn_gate.1.weight"), "{error}");
}

/// Texts of several lengths and beginnings, read in one batch and each alone.
#[test]
fn a_text_is_the_same_whatever_is_read_beside_it() {
    for architecture in ARCHITECTURES {
        let (network, _file) = load(&Shape::new(architecture).dtype(GgmlDType::Q8_0));
        let texts: Vec<Vec<u32>> = (1..=9).map(|i| tokens(90)[i..i + i * 9].to_vec()).collect();
        let alone: Vec<Vec<u32>> = texts
            .iter()
            .map(|text| bits(&all(&network, text, text.len())))
            .collect();
        let mut caches: Vec<Cache> = texts.iter().map(|_| network.cache()).collect();
        let mut together: Vec<Vec<u32>> = texts.iter().map(|_| Vec::new()).collect();
        // Some are done before others, and all take other steps.
        for round in 0.. {
            let mut runs = Vec::new();
            let mut who = Vec::new();
            for (i, (text, cache)) in texts.iter().zip(&mut caches).enumerate() {
                let from = cache.len;
                let to = (from + 1 + (i + round) % 5 * 4).min(text.len());
                if from < to {
                    who.push(i);
                    runs.push(Run {
                        cache,
                        tokens: &text[from..to],
                        want: Want::All,
                        long: false,
                    });
                }
            }
            if runs.is_empty() {
                break;
            }
            let logits = network.forward(&mut runs, &|| false).unwrap().unwrap();
            for (i, logits) in who.into_iter().zip(logits) {
                together[i].extend(bits(&logits));
            }
        }
        assert!(alone == together, "{architecture}");
    }
}

#[test]
fn a_shared_beginning_is_not_written_to() {
    let (network, _file) = load(&Shape::llama());
    let read = |cache: &mut Cache, tokens: &[u32]| {
        let run = Run {
            cache,
            tokens,
            want: Want::Last,
            long: false,
        };
        bits(&network.forward(&mut [run], &|| false).unwrap().unwrap()[0])
    };
    let text = tokens(100);
    let mut first = network.cache();
    read(&mut first, &text[..90]);
    let mut second = first.beginning(70);
    assert_eq!(second.len, 70);
    // Both write on in the page that they share, each its own.
    let other: Vec<u32> = text[70..80].iter().rev().copied().collect();
    let b = read(&mut second, &other);
    let a = read(&mut first, &text[90..]);
    let mut alone = network.cache();
    assert_eq!(read(&mut alone, &text), a);
    let mut alone = network.cache();
    let whole: Vec<u32> = text[..70].iter().chain(&other).copied().collect();
    assert_eq!(read(&mut alone, &whole), b);
}

/// Convolutions keep all of the last pages alone: a text that is taken back further is read again from
/// where a page ends, and whoever shares its pages sees nothing of that.
#[test]
fn a_text_with_convolutions_can_be_taken_back_to_anywhere() {
    let (network, _file) = load(&Shape::new("lfm2").with("lfm2.context_length", 512));
    let text = tokens(330);
    let other = tokens(340)[333..].to_vec();
    let read = |cache: &mut Cache, tokens: &[u32]| {
        let run = Run {
            cache,
            tokens,
            want: Want::All,
            long: false,
        };
        bits(&network.forward(&mut [run], &|| false).unwrap().unwrap()[0])
    };
    // By steps and at once; at once more pages are whole.
    for step in [1, 50, 330] {
        let mut first = network.cache();
        let mut whole = Vec::new();
        for part in text.chunks(step) {
            whole.extend(read(&mut first, part));
        }
        let vocabulary = whole.len() / text.len();
        for wanted in [
            0, 1, 2, 63, 64, 65, 66, 127, 190, 192, 200, 256, 257, 300, 329, 330,
        ] {
            let mut second = first.beginning(wanted);
            let from = second.len;
            assert!(
                from <= wanted && (from == wanted || from == wanted / 64 * 64),
                "{from}"
            );
            // Another text behind the same beginning, and then the same again.
            let mut changed = text[from..wanted].to_vec();
            changed.extend(&other);
            let mut alone = network.cache();
            let expected = read(&mut alone, &[&text[..from], &changed].concat());
            assert!(
                read(&mut second, &changed) == expected[from * vocabulary..],
                "{wanted}"
            );
            second.rewind(wanted.min(text.len() - 1));
            let from = second.len;
            let again = read(&mut second, &text[from..]);
            assert!(again == whole[from * vocabulary..], "{wanted} again");
        }
        // The first has seen nothing of all that.
        let mut behind = first.clone();
        let mut alone = network.cache();
        let expected = read(&mut alone, &[&text[..], &other].concat());
        assert!(read(&mut behind, &other) == expected[text.len() * vocabulary..]);
    }
}

/// A network whose matrices have columns enough for every kind.
#[test]
fn every_kind_of_weights_gives_what_its_weights_say() {
    let tokens = tokens(24);
    for kind in KINDS {
        let shape = Shape::llama().wide().dtype(kind);
        let (network, file) = load(&shape);
        let ours = all(&network, &tokens, 24);
        assert!(bits(&ours) == bits(&all(&network, &tokens, 5)), "{kind:?}");
        let mut reader = File::open(file.path()).unwrap();
        let content = Content::read(&mut reader).unwrap();
        let mut other =
            quantized_llama::ModelWeights::from_gguf(content, &mut reader, &Device::Cpu).unwrap();
        let expected = reference(&tokens, 24, |x, at| other.forward(x, at));
        let last = &ours[ours.len() - expected.len()..];
        // Both round activations to eight bits, candle in blocks of up to 256.
        let within = if matches!(kind, GgmlDType::F32 | GgmlDType::F16 | GgmlDType::BF16) {
            0.02
        } else {
            0.25
        };
        close(&expected, last, within, &format!("{kind:?}"));
    }
}

#[test]
fn wanting_less_gives_the_same_last_logits() {
    let (network, _file) = load(&Shape::llama());
    let tokens = tokens(20);
    let every = all(&network, &tokens, 20);
    let mut session = network.session(20).unwrap();
    let nothing = session
        .forward(&tokens[..15], Want::Nothing, &|| false)
        .unwrap()
        .unwrap();
    assert!(nothing.is_empty());
    let last = session
        .forward(&tokens[15..], Want::Last, &|| false)
        .unwrap()
        .unwrap();
    close(&last, &every[every.len() - last.len()..], 1e-3, "last");
}

/// Logits of the last token of each prefix, by candle's model: read at once, then token by token.
fn reference(
    tokens: &[u32],
    first: usize,
    mut forward: impl FnMut(&Tensor, usize) -> candle_core::Result<Tensor>,
) -> Vec<f32> {
    let mut logits = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let part = if at == 0 {
            &tokens[..first]
        } else {
            &tokens[at..at + 1]
        };
        let x = Tensor::new(part, &Device::Cpu)
            .unwrap()
            .unsqueeze(0)
            .unwrap();
        let y = forward(&x, at).unwrap().flatten_all().unwrap();
        logits.extend(y.to_vec1::<f32>().unwrap());
        at += part.len();
    }
    logits
}

#[test]
fn candles_own_models_give_the_same_logits() {
    let tokens = tokens(40);
    let first = 30;
    for dtype in [GgmlDType::F32, GgmlDType::Q8_0] {
        for architecture in ["llama", "qwen2", "qwen3", "gemma3", "phi3", "lfm2"] {
            let mut shape = Shape::new(architecture).dtype(dtype);
            if architecture == "gemma3" {
                shape = shape.with("gemma3.attention.sliding_window", 1000);
            }
            let (mut network, file) = load(&shape);
            if architecture == "gemma3" {
                // Candle's has SiLU where the model was trained with GELU, and forgets the window
                // when it goes token by token.
                network.config.activation = Activation::Silu;
            }
            let mut reader = File::open(file.path()).unwrap();
            let content = Content::read(&mut reader).unwrap();
            let (r, d) = (&mut reader, &Device::Cpu);
            let expected = match architecture {
                "llama" => {
                    let mut m = quantized_llama::ModelWeights::from_gguf(content, r, d).unwrap();
                    reference(&tokens, first, |x, at| m.forward(x, at))
                }
                "qwen2" => {
                    let mut m = quantized_qwen2::ModelWeights::from_gguf(content, r, d).unwrap();
                    reference(&tokens, first, |x, at| m.forward(x, at))
                }
                "qwen3" => {
                    let mut m = quantized_qwen3::ModelWeights::from_gguf(content, r, d).unwrap();
                    reference(&tokens, first, |x, at| m.forward(x, at))
                }
                "gemma3" => {
                    let mut m = quantized_gemma3::ModelWeights::from_gguf(content, r, d).unwrap();
                    reference(&tokens, first, |x, at| m.forward(x, at))
                }
                "lfm2" => {
                    let mut m = quantized_lfm2::ModelWeights::from_gguf(content, r, d).unwrap();
                    reference(&tokens, first, |x, at| m.forward(x, at))
                }
                _ => {
                    let mut m =
                        quantized_phi3::ModelWeights::from_gguf(false, content, r, d).unwrap();
                    reference(&tokens, first, |x, at| m.forward(x, at))
                }
            };
            let ours = all(&network, &tokens, tokens.len());
            let vocabulary = ours.len() / tokens.len();
            let ours = &ours[(first - 1) * vocabulary..];
            let within = if dtype == GgmlDType::Q8_0 { 0.15 } else { 1e-2 };
            close(
                &expected,
                ours,
                within,
                &format!("{architecture} {dtype:?}"),
            );
        }
    }
}

#[test]
fn positions_turn_as_the_file_asks() {
    let tokens = tokens(60);
    let logits = |shape: Shape| {
        let (network, _file) = load(&shape);
        all(&network, &tokens, 60)
    };
    let plain = logits(Shape::llama());
    let linear = Shape::llama()
        .with("llama.rope.scaling.type", "linear")
        .with("llama.rope.scaling.factor", 4.0);
    let divided = Shape::llama().with_tensor("rope_freqs.weight", &[8], Some(vec![4.0; 8]));
    let same = Shape::llama().with_tensor("rope_freqs.weight", &[8], Some(vec![1.0; 8]));
    let yarn = |factor: f32| {
        Shape::llama()
            .with("llama.rope.scaling.type", "yarn")
            .with("llama.rope.scaling.factor", factor)
            .with("llama.rope.scaling.original_context_length", 32)
    };
    close(
        &logits(linear.clone()),
        &logits(divided),
        1e-4,
        "linear is a divisor for all",
    );
    close(&plain, &logits(same), 1e-4, "divisors of one");
    close(&plain, &logits(yarn(1.0)), 1e-4, "YaRN by one");
    for other in [linear, yarn(4.0)] {
        let other = logits(other);
        let apart = plain
            .iter()
            .zip(&other)
            .map(|(a, b)| (a - b).abs())
            .fold(0.0, f32::max);
        assert!(apart > 0.05 * spread(&plain));
    }
}

#[test]
fn a_long_text_has_its_own_factors_where_the_file_brings_them() {
    let shape = |short: f32, long: f32| {
        Shape::new("phi3")
            .with("phi3.rope.scaling.original_context_length", 64)
            .with_tensor("rope_factors_short.weight", &[8], Some(vec![short; 8]))
            .with_tensor("rope_factors_long.weight", &[8], Some(vec![long; 8]))
    };
    let run = |shape: Shape, positions: usize| {
        let (network, _file) = load(&shape);
        let mut session = network.session(positions).unwrap();
        session
            .forward(&tokens(40), Want::All, &|| false)
            .unwrap()
            .unwrap()
    };
    close(
        &run(shape(1.0, 9.0), 64),
        &run(shape(1.0, 2.0), 64),
        1e-5,
        "short",
    );
    close(
        &run(shape(9.0, 3.0), 65),
        &run(shape(2.0, 3.0), 65),
        1e-5,
        "long",
    );
    let (short, long) = (run(shape(1.0, 9.0), 64), run(shape(1.0, 9.0), 65));
    assert!(
        short
            .iter()
            .zip(&long)
            .any(|(a, b)| (a - b).abs() > 0.05 * spread(&short))
    );
}

#[test]
fn a_window_hides_what_lies_before_it() {
    // Two layers of gemma2's three see 16 positions; a change further back is only seen by the other.
    let (network, _file) = load(&Shape::new("gemma3"));
    let mut a = tokens(60);
    let before = all(&network, &a, 60);
    a[0] = (a[0] + 1) % 200;
    let after = all(&network, &a, 60);
    // All three layers of this gemma3 are local: 3 x 15 positions back nothing is left of token 0.
    let vocabulary = before.len() / 60;
    assert_ne!(before[..vocabulary], after[..vocabulary]);
    assert_eq!(before[50 * vocabulary..], after[50 * vocabulary..]);
}

#[test]
fn reading_stops_between_layers() {
    let (network, _file) = load(&Shape::llama());
    let mut session = network.session(20).unwrap();
    let asked = std::cell::Cell::new(0);
    let stopped = || {
        asked.set(asked.get() + 1);
        asked.get() > 2
    };
    assert!(
        session
            .forward(&tokens(10), Want::Last, &stopped)
            .unwrap()
            .is_none()
    );
    assert_eq!(asked.get(), 3);
}

#[test]
fn tokens_outside_the_vocabulary_are_an_error() {
    let (network, _file) = load(&Shape::llama());
    let mut session = network.session(WIDTH).unwrap();
    assert!(session.forward(&[100_000], Want::Last, &|| false).is_err());
}
