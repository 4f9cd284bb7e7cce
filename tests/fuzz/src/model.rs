//! A model that may have been opened: what it is asked, and what must hold of an error.

use futures::{StreamExt, executor::block_on};
use inkstone_candle::Candle;
use inkstone_generation::{
    CancellationToken, GenerationError, LocalModels, Message, Prompt, Role, Sampling, TextRequest,
};
use std::path::Path;

/// Describes what lies there, loads it and writes a few tokens.
pub fn open(path: &Path) {
    let candle = Candle::new();
    let about = candle.inspect(path);
    if let Err(error) = &about {
        sound(error);
    }
    let model = match candle.load(path) {
        Ok(model) => model,
        Err(error) => return sound(&error),
    };
    assert!(about.is_ok(), "loaded and not described: {about:?}");
    let said = |role, content: &str| Message {
        role,
        content: content.to_owned(),
    };
    let chat = vec![
        said(Role::System, "Be brief. <|im_end|>"),
        said(Role::User, "汉字 and  words\n"),
    ];
    for prompt in [Prompt::Raw("he said: 汉".to_owned()), Prompt::Chat(chat)] {
        let request = TextRequest {
            prompt,
            sampling: Sampling::default(),
            max_tokens: Some(2),
            stop: Vec::new(),
            constraint: None,
            odds: Some(2),
        };
        let mut stream = model.generate(request, CancellationToken::new());
        while let Some(event) = block_on(stream.next()) {
            if let Err(error) = event {
                sound(&error);
            }
        }
    }
}

/// A refusal, and no panic that was caught on its way.
fn sound(error: &GenerationError) {
    assert!(!error.detail.contains("panic"), "{error}");
    assert!(
        error.detail.len() < 64 << 10,
        "{} bytes",
        error.detail.len()
    );
}
