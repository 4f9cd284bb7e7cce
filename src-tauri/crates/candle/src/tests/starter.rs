//! The model that ships, where it is there.

use std::{fs::File, path::PathBuf};

use candle_core::{Device, Tensor, quantized::gguf_file::Content};
use candle_transformers::models::quantized_llama::ModelWeights;
use futures::{StreamExt, executor::block_on};
use inkstone_generation::{
    CancellationToken, LocalModels, Message, Prompt, PromptForm, Role, Sampling, TextEvent,
    TextRequest,
};

use crate::{
    Candle,
    network::{Network, Want},
    tokenizer::{Tokenizer, Writer},
};

fn path() -> Option<PathBuf> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../../assets/models/inkstone-starter.gguf");
    path.is_file().then_some(path)
}

#[test]
fn the_starter_loads_and_writes_the_same_twice() {
    let Some(path) = path() else { return };
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
    let Some(path) = path() else { return };
    let header = crate::testing::header(&path);
    let network = Network::load(&header, File::open(&path).unwrap()).unwrap();
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
