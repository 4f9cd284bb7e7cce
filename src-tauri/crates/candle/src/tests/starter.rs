//! The model that ships, where it is there.

use std::path::PathBuf;

use futures::{StreamExt, executor::block_on};
use inkstone_generation::{
    CancellationToken, LocalModels, Message, Prompt, PromptForm, Role, Sampling, TextEvent,
    TextRequest,
};

use crate::Candle;

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
    assert!(!text.contains(char::REPLACEMENT_CHARACTER), "{text}");
    assert_eq!(text, run());
}
