//! The model that ships.

use std::{fs::File, path::PathBuf};

use candle_core::{Device, Tensor, quantized::gguf_file::Content};
use candle_transformers::models::quantized_llama::ModelWeights;
use futures::{StreamExt, executor::block_on};
use inkstone_generation::{
    CancellationToken, LocalModels, Message, Prompt, PromptForm, Role, Sampling, TextEvent,
    TextRequest,
};

use tokenizers::{
    AddedToken,
    models::bpe::{BPE, Vocab},
    pre_tokenizers::{
        byte_level::ByteLevel,
        sequence::Sequence,
        split::{Split, SplitPattern},
    },
    tokenizer::SplitDelimiterBehavior,
};

use crate::{
    Candle,
    network::{Network, Want},
    tokenizer::{Tokenizer, Writer},
};

fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../assets/models/inkstone-starter.gguf")
}

#[test]
fn the_starter_loads_and_writes_the_same_twice() {
    let path = path();
    let about = Candle::new().inspect(&path).unwrap();
    assert_eq!(about.prompt_form, PromptForm::Compact);
    assert!(about.license.is_some() && about.description.is_some());
    let model = Candle::new().load(&path).unwrap();
    let run = || {
        let request = TextRequest {
            prompt: Prompt::Chat(vec![Message {
                role: Role::User,
                content: "Task: article\nLanguage: en\n".to_owned(),
            }]),
            sampling: Sampling {
                seed: 3,
                ..Sampling::default()
            },
            max_tokens: Some(80),
            stop: Vec::new(),
            constraint: None,
            odds: None,
        };
        let events: Vec<_> = block_on(model.generate(request, CancellationToken::new()).collect());
        let text: String = events
            .into_iter()
            .filter_map(|event| match event.unwrap() {
                TextEvent::Delta { text, .. } => Some(text),
                _ => None,
            })
            .collect();
        text
    };
    let text = run();
    assert!(!text.trim().is_empty());
    assert_eq!(text, run());
}

#[test]
fn the_starters_logits_agree_with_candles_own_model() {
    let path = path();
    let header = crate::testing::header(&path);
    let network = Network::load(&header, vec![File::open(&path).unwrap()]).unwrap();
    let tokenizer = Tokenizer::read(&header).unwrap();
    let text = "Mara said: ⟦fact1⟧. 夜班公交在河边停下了。 12 buses run at night.";
    let tokens = tokenizer.encode(text, Writer::Person).unwrap();
    let mut session = network.session(tokens.len()).unwrap();
    let ours = session
        .forward(&tokens, Want::Last, &|| false)
        .unwrap()
        .unwrap();
    let mut reader = File::open(&path).unwrap();
    let content = Content::read(&mut reader).unwrap();
    let mut other = ModelWeights::from_gguf(content, &mut reader, &Device::Cpu).unwrap();
    let x = Tensor::new(&tokens[..], &Device::Cpu)
        .unwrap()
        .unsqueeze(0)
        .unwrap();
    let theirs = other.forward(&x, 0).unwrap().flatten_all().unwrap();
    let theirs = theirs.to_vec1::<f32>().unwrap();
    let apart = ours
        .iter()
        .zip(&theirs)
        .map(|(a, b)| (a - b).abs())
        .fold(0.0, f32::max);
    let size = theirs.iter().map(|l| l.abs()).fold(0.0, f32::max);
    assert!(apart < 0.01 * size, "{apart} apart, up to {size}");
}

/// As the trainer makes its tokenizer.
#[test]
fn the_starters_tokens_are_those_it_was_trained_on() {
    let path = path();
    let header = crate::testing::header(&path);
    let ours = Tokenizer::read(&header).unwrap();
    let tokens = header.texts("tokenizer.ggml.tokens").unwrap();
    let merges = header.texts("tokenizer.ggml.merges").unwrap();
    let pairs = merges
        .iter()
        .map(|m| m.split_once(' ').unwrap())
        .map(|(a, b)| (a.to_owned(), b.to_owned()))
        .collect();
    let vocabulary: Vocab = tokens.iter().cloned().zip(0..).collect();
    let bpe = BPE::builder()
        .vocab_and_merges(vocabulary, pairs)
        .build()
        .unwrap();
    let mut theirs = tokenizers::Tokenizer::new(bpe);
    let pattern = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
    let cut = Split::new(
        SplitPattern::Regex(pattern.to_owned()),
        SplitDelimiterBehavior::Isolated,
        false,
    )
    .unwrap();
    let letters = ByteLevel::new(false, false, false);
    theirs.with_pre_tokenizer(Some(Sequence::new(vec![cut.into(), letters.into()])));
    let whole = tokens
        .iter()
        .filter(|t| t.starts_with('⟦') || t.starts_with("<|"));
    theirs
        .add_tokens(whole.map(|t| AddedToken::from(t.clone(), false).normalized(false)))
        .unwrap();
    for text in [
        "<|im_start|>user\nTask: article\nFacts: ⟦fact1⟧ 12 words\n⟦fact2⟧<|im_end|>\n<|im_start|>assistant\n",
        "⟦n1⟧ ⟦CHAR1⟧\n(quietly) It's late.\n\nINT. BUS - NIGHT ⟦n2⟧",
        "夜班公交在河边停下了。「谁？」 12 路，凌晨 3 点。⟦char2⟧说：",
        "  two  spaces\t\ttabs 🦀 ⟦unknown⟧ ⟦ é don't DON'T 3.14",
    ] {
        let expected = theirs.encode(text, false).unwrap();
        let got = ours.encode(text, Writer::Template(None)).unwrap();
        assert_eq!(got, expected.get_ids(), "{text}");
    }
}
