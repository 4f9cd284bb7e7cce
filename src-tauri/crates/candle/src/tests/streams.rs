//! What a generation says, held to the rules of the port.

use std::{sync::Arc, time::Duration};

use candle_core::quantized::GgmlDType;
use futures::{StreamExt, executor::block_on};
use inkstone_generation::{
    CancellationToken, FinishReason, GenerationError, GenerationErrorKind as Kind, LocalModels,
    Message, Prompt, Role, Sampling, TextEvent, TextModel, TextRequest, Usage,
};

use crate::{
    Candle,
    testing::{CONTEXT, Shape},
};

fn load(shape: &Shape) -> Arc<dyn TextModel> {
    let file = shape.file();
    Candle::new().load(file.path()).unwrap()
}

fn greedy() -> Sampling {
    Sampling {
        temperature: 0.0,
        ..Sampling::default()
    }
}

fn request(prompt: &str) -> TextRequest {
    TextRequest {
        prompt: Prompt::Raw(prompt.to_owned()),
        sampling: greedy(),
        max_tokens: Some(24),
        stop: Vec::new(),
        constraint: None,
        odds: None,
    }
}

#[derive(Debug, PartialEq)]
struct Said {
    text: String,
    tokens: u32,
    reason: FinishReason,
    usage: Usage,
}

/// Reads a stream to its end and holds its order to the rules.
fn read(
    model: &Arc<dyn TextModel>,
    request: TextRequest,
    cancel: CancellationToken,
) -> Result<Said, GenerationError> {
    let events: Vec<_> = block_on(model.generate(request, cancel).collect());
    let mut events = events.into_iter();
    let (mut text, mut tokens) = (String::new(), 0);
    let mut started = None;
    for event in events.by_ref() {
        match event? {
            TextEvent::Waiting { .. } => panic!("a local model waits for nobody"),
            TextEvent::Started { prompt_tokens } => {
                assert!(started.is_none() && text.is_empty());
                started = Some(prompt_tokens);
            }
            TextEvent::Delta {
                text: more,
                tokens: n,
            } => {
                assert!(started.is_some() && !more.is_empty());
                text.push_str(&more);
                tokens += n;
            }
            TextEvent::Odds(_) => panic!("nobody has asked"),
            TextEvent::Finished { reason, usage } => {
                assert!(events.next().is_none(), "something follows the end");
                if let Some(prompt_tokens) = started {
                    assert_eq!(usage.prompt_tokens, prompt_tokens);
                }
                return Ok(Said {
                    text,
                    tokens,
                    reason,
                    usage,
                });
            }
        }
    }
    panic!("the stream ends without its end");
}

fn say(model: &Arc<dyn TextModel>, request: TextRequest) -> Said {
    read(model, request, CancellationToken::new()).unwrap()
}

#[test]
fn the_same_request_gives_the_same_text() {
    for architecture in ["llama", "qwen2", "qwen3"] {
        for dtype in [GgmlDType::F32, GgmlDType::Q8_0] {
            let shape = Shape::new(architecture).dtype(dtype);
            let (one, two) = (load(&shape), load(&shape));
            // Hot enough that the seed decides.
            let warm = |seed| TextRequest {
                sampling: Sampling {
                    temperature: 4.0,
                    top_p: None,
                    seed,
                    ..Sampling::default()
                },
                ..request("hello w 墨")
            };
            let first = say(&one, warm(1));
            assert_eq!(first, say(&one, warm(1)));
            assert_eq!(first, say(&two, warm(1)));
            assert!((2..8).any(|seed| say(&one, warm(seed)).text != first.text));
            assert_eq!(say(&one, request("hello")), say(&two, request("hello")));
        }
    }
}

#[test]
fn generations_beside_one_another_change_nothing() {
    let model = load(&Shape::llama().dtype(GgmlDType::Q8_0));
    let alone: Vec<Said> = (0..6)
        .map(|i| say(&model, request(&format!("hello {i}"))))
        .collect();
    let together: Vec<Said> = std::thread::scope(|scope| {
        let runs: Vec<_> = (0..6)
            .map(|i| {
                let model = &model;
                scope.spawn(move || say(model, request(&format!("hello {i}"))))
            })
            .collect();
        runs.into_iter().map(|run| run.join().unwrap()).collect()
    });
    assert_eq!(alone, together);
}

fn warm(prompt: &str, seed: u64) -> TextRequest {
    TextRequest {
        sampling: Sampling {
            temperature: 3.0,
            top_p: None,
            seed,
            ..Sampling::default()
        },
        max_tokens: Some(40),
        ..request(prompt)
    }
}

#[test]
fn variants_of_one_prompt_are_what_they_are_alone() {
    for shape in [Shape::llama().dtype(GgmlDType::Q8_0), Shape::new("gemma3")] {
        let prompt = "hello world, a longer beginning that takes more than one page of 64";
        let alone: Vec<Said> = (0..8)
            .map(|seed| say(&load(&shape), warm(prompt, seed)))
            .collect();
        let model = load(&shape);
        let together: Vec<Said> = std::thread::scope(|scope| {
            let runs: Vec<_> = (0..8)
                .map(|seed| {
                    let model = &model;
                    scope.spawn(move || say(model, warm(prompt, seed)))
                })
                .collect();
            runs.into_iter().map(|run| run.join().unwrap()).collect()
        });
        assert_eq!(alone, together);
    }
}

#[test]
fn one_of_the_variants_can_be_cancelled() {
    let shape = Shape::llama().seed(4);
    let alone = say(&load(&shape), warm("hello", 1));
    let model = load(&shape);
    std::thread::scope(|scope| {
        let other = scope.spawn(|| say(&model, warm("hello", 1)));
        for seed in 2..6 {
            let cancel = CancellationToken::new();
            let mut stream = model.generate(warm("hello", seed), cancel.clone());
            block_on(stream.next()).unwrap().unwrap();
            cancel.cancel();
            let rest: Vec<_> = block_on(stream.collect());
            assert!(rest.into_iter().all(|event| event.is_ok()));
        }
        assert_eq!(other.join().unwrap(), alone);
    });
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(24))]

    /// Whatever was read before, and however much of it: the answer is that of a fresh model.
    #[test]
    fn what_is_remembered_changes_no_byte(
        before in proptest::collection::vec(("[a-c ]{1,90}", 0usize..60, proptest::bool::ANY), 1..5),
        cut in 1usize..60,
        seed in 0u64..9,
    ) {
        let shape = Shape::llama().dtype(GgmlDType::Q8_0);
        let used = load(&shape);
        let mut texts: Vec<String> = Vec::new();
        for (text, reads, goes_on) in before {
            // Some begin as an earlier one, and some are cancelled while they are read or written.
            let text = match texts.last() {
                Some(last) if goes_on => format!("{}{text}", &last[..last.len() * 2 / 3]),
                _ => text,
            };
            let text: String = text.chars().take(80).collect();
            let cancel = CancellationToken::new();
            let mut stream = used.generate(warm(&text, seed + 1), cancel.clone());
            for _ in 0..reads {
                if block_on(stream.next()).is_none() {
                    break;
                }
            }
            cancel.cancel();
            let _: Vec<_> = block_on(stream.collect());
            texts.push(text);
        }
        let last = &texts[texts.len() - 1];
        let prompt = &last[..cut.min(last.len())];
        proptest::prop_assert_eq!(
            say(&used, warm(prompt, seed)),
            say(&load(&shape), warm(prompt, seed))
        );
        proptest::prop_assert_eq!(
            say(&used, warm(last, seed)),
            say(&load(&shape), warm(last, seed))
        );
    }
}

#[test]
fn max_tokens_ends_the_text_and_is_said() {
    let model = load(&Shape::llama());
    let said = say(
        &model,
        TextRequest {
            max_tokens: Some(5),
            ..request("hello")
        },
    );
    assert_eq!(said.reason, FinishReason::Length);
    assert_eq!(
        said.usage,
        Usage {
            prompt_tokens: Some(1),
            completion_tokens: Some(5)
        }
    );
    let none = say(
        &model,
        TextRequest {
            max_tokens: Some(0),
            ..request("hello")
        },
    );
    assert_eq!(
        (none.text.as_str(), none.reason),
        ("", FinishReason::Length)
    );
}

#[test]
fn a_full_context_ends_the_text() {
    // Without an end token among the likely ones the text goes on until there is no room.
    let model = load(&Shape::llama().seed(4));
    let said = say(
        &model,
        TextRequest {
            max_tokens: None,
            ..request("hello")
        },
    );
    assert_eq!(said.reason, FinishReason::Length);
    assert_eq!(said.usage.completion_tokens, Some(CONTEXT as u32 - 1));
    let more = say(
        &model,
        TextRequest {
            max_tokens: Some(100_000),
            ..request("hello")
        },
    );
    assert_eq!(more, said);
}

#[test]
fn a_prompt_that_does_not_fit_is_an_error() {
    let model = load(&Shape::llama());
    for prompt in ["x".repeat(CONTEXT), "hello ".repeat(1_000_000)] {
        let error = read(&model, request(&prompt), CancellationToken::new()).unwrap_err();
        assert_eq!(error.kind, Kind::ContextOverflow);
    }
}

#[test]
fn an_impossible_request_is_an_error() {
    let model = load(&Shape::llama());
    let hot = TextRequest {
        sampling: Sampling {
            temperature: -1.0,
            ..greedy()
        },
        ..request("hello")
    };
    let silent = TextRequest {
        prompt: Prompt::Chat(Vec::new()),
        ..request("")
    };
    for wrong in [request(""), hot, silent] {
        let error = read(&model, wrong, CancellationToken::new()).unwrap_err();
        assert_eq!(error.kind, Kind::InvalidRequest);
    }
}

#[test]
fn a_stop_string_is_found_across_tokens_and_left_out() {
    let model = load(&Shape::llama());
    let whole = say(&model, request("hello"));
    let letters: Vec<char> = whole.text.chars().collect();
    assert!(letters.len() > 6);
    let stop: String = letters[3..6].iter().collect();
    let expected = &whole.text[..whole.text.find(&stop).unwrap()];
    let said = say(
        &model,
        TextRequest {
            stop: vec!["never".into(), stop],
            ..request("hello")
        },
    );
    assert_eq!(
        (said.text.as_str(), said.reason),
        (expected, FinishReason::Stop)
    );
    assert!(said.usage.completion_tokens < whole.usage.completion_tokens);
}

#[test]
fn an_end_token_ends_the_text() {
    let shape = Shape::llama();
    let model = load(&shape);
    let whole = say(&model, request("hello"));
    // The same weights, with the third token that was chosen named as the end.
    let file = shape.file();
    let header = crate::testing::header(file.path());
    let network =
        crate::network::Network::load(&header, vec![std::fs::File::open(file.path()).unwrap()])
            .unwrap();
    let tokenizer = crate::tokenizer::Tokenizer::read(&header).unwrap();
    let mut tokens = tokenizer
        .encode("hello", crate::tokenizer::Writer::Person)
        .unwrap();
    let mut session = network.session(16).unwrap();
    let mut chosen = Vec::new();
    for _ in 0..3 {
        let logits = session
            .forward(&tokens, crate::network::Want::Last, &|| false)
            .unwrap()
            .unwrap();
        let best = (0..logits.len())
            .max_by(|a, b| logits[*a].total_cmp(&logits[*b]))
            .unwrap();
        chosen.push(best as u32);
        tokens = vec![best as u32];
    }
    let ending = load(&shape.with("tokenizer.ggml.eos_token_id", chosen[2]));
    let said = say(&ending, request("hello"));
    assert_eq!(said.reason, FinishReason::Stop);
    assert!(whole.text.starts_with(&said.text));
    assert!(said.usage.completion_tokens.unwrap() <= 3);
}

#[test]
fn cancelling_keeps_what_was_said_and_says_so() {
    let model = load(&Shape::llama().seed(4));
    let whole = say(
        &model,
        TextRequest {
            max_tokens: None,
            ..request("hello")
        },
    );
    let cancel = CancellationToken::new();
    let mut stream = model.generate(
        TextRequest {
            max_tokens: None,
            ..request("hello")
        },
        cancel.clone(),
    );
    let (mut text, mut end) = (String::new(), None);
    block_on(async {
        while let Some(event) = stream.next().await {
            match event.unwrap() {
                TextEvent::Delta { text: more, .. } => {
                    text.push_str(&more);
                    cancel.cancel();
                }
                TextEvent::Finished { reason, .. } => end = Some(reason),
                TextEvent::Waiting { .. } | TextEvent::Started { .. } | TextEvent::Odds(_) => (),
            }
        }
    });
    assert!(whole.text.starts_with(&text));
    // The end may have been on its way already.
    assert!(matches!(
        end,
        Some(FinishReason::Cancelled | FinishReason::Length)
    ));

    let early = CancellationToken::new();
    early.cancel();
    let said = read(&model, request("hello"), early).unwrap();
    assert_eq!(
        (said.text.as_str(), said.reason),
        ("", FinishReason::Cancelled)
    );
}

#[test]
fn dropping_the_stream_lets_go_of_the_model() {
    let shape = Shape::llama().seed(4);
    let file = shape.file();
    let handle = crate::model::load(file.path(), None).unwrap();
    let weak = handle.downgrade();
    let mut stream = handle.generate(
        TextRequest {
            max_tokens: None,
            ..request("hello")
        },
        CancellationToken::new(),
    );
    assert!(block_on(stream.next()).unwrap().is_ok());
    drop(handle);
    drop(stream);
    // The thread notices before its next token; a hanging one fails the test by its own timeout.
    while weak.strong_count() > 0 {
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_conversation_goes_through_the_template() {
    let model = load(&Shape::llama());
    let messages = vec![Message {
        role: Role::User,
        content: "hello".into(),
    }];
    let said = say(
        &model,
        TextRequest {
            prompt: Prompt::Chat(messages),
            ..request("")
        },
    );
    // <|im_start|> user \n hello <|im_end|> \n <|im_start|> assistant \n, letter by letter.
    let letters = "user\n".len() + 1 + "\nassistant\n".len() + 3;
    assert_eq!(said.usage.prompt_tokens, Some(letters as u32));
}

#[test]
fn text_is_whole_characters_with_any_vocabulary() {
    for shape in [Shape::llama(), Shape::pieces()] {
        let mut letters = 0;
        for seed in 0..6 {
            let model = load(&shape.clone().seed(seed + 10));
            let warm = TextRequest {
                sampling: Sampling {
                    temperature: 1.5,
                    seed,
                    top_k: None,
                    top_p: None,
                    ..Sampling::default()
                },
                max_tokens: Some(60),
                ..request("墨")
            };
            // Random bytes are mostly no characters; what comes out is text all the same.
            let said = say(&model, warm);
            letters += said.text.chars().count();
            assert!(said.tokens <= said.usage.completion_tokens.unwrap());
        }
        assert!(letters > 60, "{letters}");
    }
}
