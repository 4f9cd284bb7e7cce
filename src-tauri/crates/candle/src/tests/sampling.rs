//! How tokens are chosen, and what is told of how likely they were, through whole generations.

use std::sync::Arc;

use candle_core::quantized::GgmlDType;
use futures::{StreamExt, executor::block_on};
use inkstone_generation::{
    Apart, CancellationToken, Constraint, Dry, GenerationError, GenerationErrorKind as Kind, Limit,
    LocalModels, Measure, Odds, Prompt, Sampling, Scope, TextEvent, TextModel, TextRequest,
};

use crate::{
    Candle,
    network::{Network, Want},
    testing::{self, Shape},
    tokenizer::{Tokenizer, Writer},
};

fn load(shape: &Shape) -> Arc<dyn TextModel> {
    let file = shape.file();
    Candle::new().load(file.path()).unwrap()
}

fn request(sampling: Sampling) -> TextRequest {
    TextRequest {
        prompt: Prompt::Raw("hello w hello 墨".to_owned()),
        sampling,
        max_tokens: Some(60),
        stop: Vec::new(),
        constraint: None,
        odds: None,
    }
}

fn greedy() -> Sampling {
    Sampling {
        temperature: 0.0,
        ..Sampling::default()
    }
}

/// Everything at once.
fn rich(seed: u64) -> Sampling {
    Sampling {
        temperature: 1.8,
        logit_bias: [(40, 2.0), (41, -100.0)].into(),
        repeat_penalty: 1.1,
        frequency_penalty: 0.3,
        presence_penalty: 0.2,
        dry: Some(Dry::default()),
        top_k: Some(100),
        typical_p: Some(0.95),
        top_p: Some(0.98),
        min_p: Some(0.001),
        seed,
        apart: Some(Apart {
            nth: 2,
            of: 5,
            seed,
        }),
    }
}

fn limited() -> Constraint {
    Constraint {
        limits: vec![Limit {
            scope: Scope::Text,
            measure: Measure::Characters,
            most: 30,
        }],
        banned: vec!["a".to_owned()],
        ..Constraint::default()
    }
}

fn read(
    model: &Arc<dyn TextModel>,
    request: TextRequest,
) -> Result<(String, Vec<Odds>), GenerationError> {
    let events: Vec<_> = block_on(model.generate(request, CancellationToken::new()).collect());
    let (mut text, mut odds) = (String::new(), Vec::new());
    for event in events {
        match event? {
            TextEvent::Delta { text: more, .. } => text.push_str(&more),
            TextEvent::Odds(more) => odds.extend(more),
            _ => {}
        }
    }
    Ok((text, odds))
}

#[test]
fn every_way_of_choosing_is_the_same_beside_others() {
    let shape = Shape::llama().dtype(GgmlDType::Q8_0);
    let requests: Vec<TextRequest> = (0..6)
        .map(|seed| TextRequest {
            constraint: (seed % 2 == 1).then(limited),
            odds: (seed % 3 == 1).then_some(2),
            ..request(rich(seed))
        })
        .collect();
    let alone: Vec<_> = requests
        .iter()
        .map(|request| read(&load(&shape), request.clone()).unwrap())
        .collect();
    let model = load(&shape);
    let together: Vec<_> = std::thread::scope(|scope| {
        let runs: Vec<_> = requests
            .iter()
            .map(|request| scope.spawn(|| read(&model, request.clone()).unwrap()))
            .collect();
        runs.into_iter().map(|run| run.join().unwrap()).collect()
    });
    assert!(alone == together);
    for (request, (text, odds)) in requests.iter().zip(&alone) {
        if request.constraint.is_some() {
            assert!(text.chars().count() <= 30 && !text.contains('a'), "{text}");
        }
        assert_eq!(request.odds.is_some(), !odds.is_empty());
    }
}

#[test]
fn what_is_said_again_and_again_is_held_back() {
    // Weights by chance end up in a circle.
    let longest = |sampling: Sampling| {
        let model = load(&Shape::llama().seed(4));
        let (_, odds) = read(
            &model,
            TextRequest {
                odds: Some(0),
                ..request(sampling)
            },
        )
        .unwrap();
        let tokens: Vec<&str> = odds.iter().map(|o| o.token.text.as_str()).collect();
        let mut longest = 0;
        for a in 0..tokens.len() {
            for b in a + 1..tokens.len() {
                let same = tokens[b..].iter().zip(&tokens[a..]);
                longest = longest.max(same.take_while(|(x, y)| x == y).count());
            }
        }
        (tokens.len(), longest)
    };
    let (count, plain) = longest(greedy());
    assert!(count == 60 && plain > 8, "{count} {plain}");
    let dry = longest(Sampling {
        dry: Some(Dry {
            multiplier: 5.0,
            breakers: Vec::new(),
            ..Dry::default()
        }),
        ..greedy()
    });
    assert!(dry.1 < 5, "{dry:?}");
    let often = longest(Sampling {
        frequency_penalty: 2.0,
        ..greedy()
    });
    assert!(often.1 < plain, "{often:?}");
}

#[test]
fn a_token_can_be_forced_and_forbidden() {
    let model = load(&Shape::llama());
    let file = Shape::llama().file();
    let tokenizer = Tokenizer::read(&testing::header(file.path())).unwrap();
    let z = tokenizer.encode("z", Writer::Person).unwrap()[0];
    let with = |token: u32, by: f32| {
        let sampling = Sampling {
            logit_bias: [(token, by)].into(),
            ..greedy()
        };
        let asked = TextRequest {
            odds: Some(0),
            ..request(sampling)
        };
        read(&model, asked).unwrap()
    };
    assert_eq!(with(z, 100.0).0, "z".repeat(60));
    let (_, plain) = with(z, 0.0);
    let first = (0..tokenizer.len() as u32)
        .find(|t| {
            plain[0].token
                == inkstone_generation::Likely::new(tokenizer.spell(*t), plain[0].token.logprob)
        })
        .unwrap();
    let (_, without) = with(first, -100.0);
    let same = |one: &Odds| {
        (&one.token.text, &one.token.bytes) == (&plain[0].token.text, &plain[0].token.bytes)
    };
    assert!(same(&plain[0]) && !without.iter().any(same));
    let unknown = Sampling {
        logit_bias: [(100_000, 1.0)].into(),
        ..greedy()
    };
    let error = read(&model, request(unknown)).unwrap_err();
    assert_eq!(error.kind, Kind::InvalidRequest);
}

#[test]
fn likelihoods_are_the_networks_own() {
    let shape = Shape::llama();
    let wanted = TextRequest {
        odds: Some(5),
        max_tokens: Some(12),
        // What changes the choice does not change what is told.
        ..request(Sampling {
            temperature: 2.0,
            top_k: Some(2),
            seed: 3,
            ..Sampling::default()
        })
    };
    let (text, odds) = read(&load(&shape), wanted.clone()).unwrap();
    assert_eq!(odds.len(), 12);
    let file = shape.file();
    let header = testing::header(file.path());
    let network = Network::load(&header, vec![std::fs::File::open(file.path()).unwrap()]).unwrap();
    let tokenizer = Tokenizer::read(&header).unwrap();
    let mut tokens = tokenizer
        .encode("hello w hello 墨", Writer::Person)
        .unwrap();
    let mut session = network.session(64).unwrap();
    let mut bytes = Vec::new();
    for one in &odds {
        let logits = session
            .forward(&tokens, Want::Last, &|| false)
            .unwrap()
            .unwrap();
        let sum: f64 = logits.iter().map(|l| f64::from(*l).exp()).sum();
        let share = |token: u32| (f64::from(logits[token as usize]).exp() / sum).ln();
        let spelled = |l: &inkstone_generation::Likely| {
            l.bytes
                .clone()
                .unwrap_or_else(|| l.text.clone().into_bytes())
        };
        let own = spelled(&one.token);
        bytes.extend_from_slice(&own);
        let same = |token: &u32| {
            tokenizer.spell(*token) == own
                && (share(*token) - f64::from(one.token.logprob)).abs() < 1e-4
        };
        let token = (0..tokenizer.len() as u32).find(same).expect("the token");
        let mut best: Vec<u32> = (0..logits.len() as u32).collect();
        best.sort_by(|a, b| logits[*b as usize].total_cmp(&logits[*a as usize]));
        assert_eq!(one.others.len(), 5);
        for (other, token) in one.others.iter().zip(&best) {
            assert!((f64::from(other.logprob) - share(*token)).abs() < 1e-4);
        }
        // One of the two likeliest was taken.
        assert!(best[..2].contains(&token));
        tokens = vec![token];
    }
    // A half character at the end is left out of the text.
    assert!(String::from_utf8_lossy(&bytes).starts_with(text.trim_end_matches('\u{fffd}')));
    let many = TextRequest {
        odds: Some(21),
        ..wanted
    };
    assert_eq!(
        read(&load(&shape), many).unwrap_err().kind,
        Kind::InvalidRequest
    );
}

#[test]
fn likelihoods_are_told_of_what_stays() {
    // Words are taken back for the limit; what was told is what was written all the same.
    for seed in 0..12 {
        let asked = TextRequest {
            odds: Some(1),
            constraint: Some(limited()),
            ..request(rich(seed))
        };
        let (text, odds) = read(&load(&Shape::llama().dtype(GgmlDType::Q8_0)), asked).unwrap();
        let all: Vec<u8> = odds
            .iter()
            .flat_map(|o| {
                o.token
                    .bytes
                    .clone()
                    .unwrap_or_else(|| o.token.text.clone().into())
            })
            .collect();
        // A half character at the very end is left out of the text.
        let all = String::from_utf8_lossy(&all);
        let trimmed = |text: &str| text.trim_end_matches('\u{fffd}').to_owned();
        assert_eq!(trimmed(&all), trimmed(&text), "{seed}");
    }
}

#[test]
fn guesses_change_no_byte() {
    for shape in [
        Shape::llama().seed(4).dtype(GgmlDType::Q8_0),
        Shape::new("gemma3").seed(2),
        Shape::pieces().seed(4),
    ] {
        let guessed = same_with_guesses(&shape);
        assert!(guessed > 50, "{guessed}");
    }
}

/// Where a guess was wrong, what went through the convolutions is taken back too.
#[test]
fn guesses_change_no_byte_where_layers_convolve() {
    let shape = |seed| {
        Shape::new("lfm2")
            .seed(seed)
            .with("lfm2.context_length", 512)
    };
    let guessed: usize = (3..7).map(|seed| same_with_guesses(&shape(seed))).sum();
    assert!(guessed > 10, "{guessed}");
}

/// How many guesses came true.
fn same_with_guesses(shape: &Shape) -> usize {
    let text = "hello hello hello w w hello hello 墨墨墨";
    let file = shape.file();
    let with = |guesses| crate::model::load_with(file.path(), None, Some(guesses)).unwrap();
    let (plain, guessing) = (with(false), with(true));
    let say = |model: &crate::model::Handle, request: &TextRequest| {
        let stream = model.generate(request.clone(), CancellationToken::new());
        let events: Vec<_> = block_on(stream.collect());
        events.into_iter().collect::<Result<Vec<_>, _>>()
    };
    for seed in 0..10 {
        let mut sampling = match seed % 3 {
            0 => greedy(),
            1 => rich(seed),
            _ => Sampling {
                temperature: 0.6,
                seed,
                ..Sampling::default()
            },
        };
        if seed == 9 {
            // A full context.
            sampling.repeat_penalty = 1.05;
        }
        let asked = TextRequest {
            prompt: Prompt::Raw(text.to_owned()),
            max_tokens: (seed != 9).then_some(50 + seed as u32),
            constraint: (seed % 4 == 2).then(limited),
            odds: (seed % 4 == 1).then_some(1),
            stop: if seed == 6 { vec!["he".into()] } else { vec![] },
            ..request(sampling)
        };
        assert_eq!(say(&plain, &asked), say(&guessing, &asked), "{seed}");
        // What is remembered of it is right, too.
        assert_eq!(say(&plain, &asked), say(&guessing, &asked), "{seed}");
    }
    assert_eq!(plain.guessed(), 0);
    guessing.guessed()
}
