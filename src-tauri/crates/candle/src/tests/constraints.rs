//! Constraints, held to over many seeds by models with random weights, which break whatever can be
//! broken, and by the starter.

use std::{path::PathBuf, sync::Arc};

use futures::{StreamExt, executor::block_on};
use inkstone_generation::{
    CancellationToken, Constraint, FinishReason, Form, GenerationError,
    GenerationErrorKind as Kind, Limit, LocalModels, Measure, Message, Prompt, Role, Sampling,
    Scope, TextEvent, TextModel, TextRequest,
};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::{
    Candle,
    testing::{Noise, Shape},
};

fn load(shape: &Shape) -> Arc<dyn TextModel> {
    let file = shape.file();
    Candle::new().load(file.path()).unwrap()
}

fn starter() -> Arc<dyn TextModel> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../../assets/models/inkstone-starter.gguf");
    Candle::new().load(&path).unwrap()
}

fn hot(constraint: Constraint, seed: u64) -> TextRequest {
    TextRequest {
        prompt: Prompt::Raw("hello w 墨".to_owned()),
        sampling: Sampling {
            temperature: 1.5,
            top_k: None,
            top_p: None,
            seed,
            ..Sampling::default()
        },
        max_tokens: Some(90),
        stop: Vec::new(),
        constraint: Some(constraint),
        odds: None,
    }
}

fn say(
    model: &Arc<dyn TextModel>,
    request: TextRequest,
) -> Result<(String, FinishReason), GenerationError> {
    let events: Vec<_> = block_on(model.generate(request, CancellationToken::new()).collect());
    let (mut text, mut told, mut end) = (String::new(), 0, None);
    for event in events {
        match event? {
            TextEvent::Waiting { .. } | TextEvent::Started { .. } | TextEvent::Odds(_) => {}
            TextEvent::Delta { text: more, tokens } => {
                text.push_str(&more);
                told += tokens;
            }
            TextEvent::Finished { reason, usage } => {
                assert!(told <= usage.completion_tokens.unwrap());
                end = Some(reason);
            }
        }
    }
    Ok((text, end.unwrap()))
}

fn grammar(text: &str) -> Constraint {
    Constraint::form(Form::Grammar(text.to_owned()))
}

fn banned(phrases: &[&str]) -> Constraint {
    Constraint {
        banned: phrases.iter().map(ToString::to_string).collect(),
        ..Constraint::default()
    }
}

fn required(phrases: &[&str]) -> Constraint {
    Constraint {
        required: phrases.iter().map(ToString::to_string).collect(),
        ..Constraint::default()
    }
}

#[test]
fn a_form_is_kept_over_many_seeds() {
    for shape in [Shape::llama(), Shape::pieces()] {
        let model = load(&shape);
        for seed in 0..25 {
            let choice = Form::Choice(vec!["yes".into(), "no, \"never\"".into(), "墨水".into()]);
            let (text, end) = say(&model, hot(Constraint::form(choice), seed)).unwrap();
            assert!(
                ["yes", "no, \"never\"", "墨水"].contains(&text.as_str()),
                "{text}"
            );
            assert_eq!(end, FinishReason::Stop);

            let regex = Form::Regex("[a-c]{2,6}-[0-9]{3}".to_owned());
            let (text, end) = say(&model, hot(Constraint::form(regex), seed)).unwrap();
            let (letters, digits) = text.split_once('-').unwrap();
            assert!(
                (2..=6).contains(&letters.len()) && digits.len() == 3,
                "{text}"
            );
            assert!(letters.chars().all(|c| "abc".contains(c)), "{text}");
            assert_eq!(end, FinishReason::Stop);

            let lines =
                grammar("start: (line \"\\n\"){3}\nline: (\"INT. \" | \"EXT. \") /[A-Z ]{1,8}/");
            let (text, end) = say(&model, hot(lines, seed)).unwrap();
            assert_eq!(end, FinishReason::Stop, "{text}");
            assert_eq!(text.lines().count(), 3);
            assert!(
                text.lines()
                    .all(|l| l.starts_with("INT. ") || l.starts_with("EXT. "))
            );
        }
    }
}

#[test]
fn json_of_a_schema_parses() {
    let model = load(&Shape::llama());
    let schema = json!({
        "type": "object",
        "properties": {
            "kind": {"enum": ["news", "ads"]},
            "count": {"type": "integer", "minimum": 1, "maximum": 99},
            "tags": {"type": "array", "items": {"enum": ["a", "墨"]}, "minItems": 1, "maxItems": 3},
        },
        "required": ["kind", "count", "tags"],
        "additionalProperties": false,
    });
    for seed in 0..25 {
        let constraint = Constraint::form(Form::JsonSchema(schema.clone()));
        let (text, end) = say(&model, hot(constraint, seed)).unwrap();
        assert_eq!(end, FinishReason::Stop, "{text}");
        let value: Value = serde_json::from_str(&text).unwrap();
        assert!(["news", "ads"].contains(&value["kind"].as_str().unwrap()));
        assert!((1..=99).contains(&value["count"].as_u64().unwrap()));
        assert!((1..=3).contains(&value["tags"].as_array().unwrap().len()));
    }
}

#[test]
fn a_form_that_is_cut_off_says_so_and_keeps_its_text() {
    let model = load(&Shape::llama());
    let request = TextRequest {
        max_tokens: Some(4),
        ..hot(Constraint::form(Form::Regex("[a-c]{40}".into())), 1)
    };
    let (text, end) = say(&model, request).unwrap();
    assert_eq!(end, FinishReason::Length);
    assert!(
        !text.is_empty() && text.chars().all(|c| "abc".contains(c)),
        "{text}"
    );
}

#[test]
fn a_limit_is_a_limit_in_every_measure() {
    for shape in [Shape::llama(), Shape::pieces()] {
        let model = load(&shape);
        for measure in [Measure::Characters, Measure::Columns, Measure::XWeight] {
            for most in [0, 1, 5, 30] {
                for seed in 0..12 {
                    let (text, end) =
                        say(&model, hot(Constraint::at_most(most, measure), seed)).unwrap();
                    assert!(measure.of(text.trim()) <= most as usize, "{most}: {text:?}");
                    assert!(matches!(end, FinishReason::Stop | FinishReason::Length));
                }
            }
        }
    }
}

#[test]
fn banned_phrases_do_not_come() {
    let model = load(&Shape::llama());
    // Half of the letters, so that it would be hard not to write them.
    let letters: Vec<String> = ('!'..='P').map(String::from).collect();
    let all: Vec<&str> = letters
        .iter()
        .map(String::as_str)
        .chain(["hello", "墨"])
        .collect();
    let mut alone = String::new();
    for seed in 0..25 {
        let free = TextRequest {
            constraint: None,
            ..hot(Constraint::default(), seed)
        };
        alone.push_str(&say(&model, free).unwrap().0);
        let (text, _) = say(&model, hot(banned(&all), seed)).unwrap();
        for sign in all.iter().filter(|s| !s.chars().all(char::is_alphanumeric)) {
            assert!(!text.contains(sign), "{sign}: {text}");
        }
        assert!(!text.contains('墨'), "{text}");
    }
    assert!(all.iter().any(|sign| alone.contains(sign)));
}

#[test]
fn required_phrases_come_within_their_budget() {
    for shape in [Shape::llama(), Shape::pieces()] {
        let model = load(&shape);
        for seed in 0..25 {
            let (text, _) = say(&model, hot(required(&["order now", "墨水"]), seed)).unwrap();
            assert!(
                text.contains("order now") && text.contains("墨水"),
                "{text}"
            );
            let both = Constraint {
                required: vec!["hello".into()],
                ..Constraint::at_most(20, Measure::Characters)
            };
            let (text, _) = say(&model, hot(both, seed)).unwrap();
            assert!(text.to_lowercase().contains("hello"), "{text}");
            assert!(Measure::Characters.of(text.trim()) <= 20, "{text}");
        }
    }
}

fn headline(most: u32) -> Limit {
    Limit {
        most,
        measure: Measure::Columns,
        scope: Scope::Value {
            label: "Headline".to_owned(),
        },
    }
}

#[test]
fn lines_of_a_form_keep_their_own_limits() {
    let model = load(&Shape::llama());
    for seed in 0..25 {
        let constraint = Constraint {
            limits: vec![headline(9)],
            banned: vec!["!".into()],
            ..grammar("start: (\"Headline: \" /[^\\n]+/ \"\\n\"){2} \"Button: \" /[a-z]{1,4}/")
        };
        let (text, end) = say(&model, hot(constraint.clone(), seed)).unwrap();
        assert!(constraint.over(&text).is_none(), "{text:?}");
        assert!(!text.contains('!'));
        assert_eq!(end, FinishReason::Stop, "{text:?}");
        assert_eq!(text.matches("Headline: ").count(), 2, "{text:?}");
        assert!(text.contains("\nButton: "), "{text:?}");
    }
}

#[test]
fn what_cannot_be_is_refused_by_name() {
    let model = load(&Shape::llama());
    let both = Constraint {
        required: vec!["a risk-free offer".into()],
        ..banned(&["Risk-Free"])
    };
    let long = Constraint {
        required: vec!["order now".into()],
        ..Constraint::at_most(5, Measure::Characters)
    };
    let outside = Constraint {
        required: vec!["墨水".into()],
        ..Constraint::form(Form::Regex("[a-c]{3}".into()))
    };
    let deep = format!("start: {}\"a\"{}", "(".repeat(500), ")".repeat(500));
    for (constraint, word) in [
        (grammar("start: missing"), "missing"),
        (grammar("start \"a\""), "grammar"),
        (grammar(&deep), "brackets"),
        (Constraint::form(Form::Regex("(".into())), "expression"),
        (
            Constraint::form(Form::Choice(vec![String::new()])),
            "choices",
        ),
        (
            Constraint::form(Form::JsonSchema(json!({"type": "nonsense"}))),
            "schema",
        ),
        (both, "Risk-Free"),
        (long, "9 of 5"),
        (outside, "墨水"),
    ] {
        let error = say(&model, hot(constraint, 1)).unwrap_err();
        assert_eq!(error.kind, Kind::ConstraintUnmet, "{error}");
        assert!(error.detail.contains(word), "{error}");
        assert!(error.detail.len() < 500, "{error}");
    }
}

#[test]
fn the_same_seed_gives_the_same_text_whatever_runs_beside_it() {
    let model = load(&Shape::llama());
    let constraint = Constraint {
        limits: vec![headline(12)],
        banned: vec!["e".into(), "!".into()],
        required: vec!["hello".into()],
        ..Constraint::default()
    };
    let free = |seed| TextRequest {
        constraint: None,
        ..hot(Constraint::default(), seed)
    };
    let run = |i: u64| {
        if i.is_multiple_of(2) {
            say(&model, hot(constraint.clone(), i)).unwrap()
        } else {
            say(&model, free(i)).unwrap()
        }
    };
    let alone: Vec<_> = (0..6).map(run).collect();
    let together: Vec<_> = std::thread::scope(|scope| {
        let runs: Vec<_> = (0..6).map(|i| scope.spawn(move || run(i))).collect();
        runs.into_iter().map(|run| run.join().unwrap()).collect()
    });
    assert_eq!(alone, together);
    // A constraint that never bites changes nothing.
    for seed in 0..6 {
        let loose = Constraint {
            banned: vec!["an unheard of phrase".into()],
            ..Constraint::at_most(100_000, Measure::Characters)
        };
        let free = say(&model, free(seed)).unwrap().0;
        // Up to the first broken character, which a constraint does not let pass.
        let same = free.find('\u{fffd}').unwrap_or(free.len());
        let (text, _) = say(&model, hot(loose, seed)).unwrap();
        assert!(text.starts_with(&free[..same]), "{text:?}, {free:?}");
    }
}

#[test]
fn control_tokens_stay_out_of_a_form() {
    let model = load(&Shape::llama());
    for seed in 0..10 {
        // The tokens of these letters exist; the controls themselves must not be chosen.
        let (text, _) = say(
            &model,
            hot(grammar("start: /[^a]{1,20}/ <[258]>? /[^a]{1,20}/"), seed),
        )
        .unwrap_or_default_text();
        assert!(!text.contains('a'), "{text}");
    }
}

trait OrText {
    fn unwrap_or_default_text(self) -> (String, FinishReason);
}

impl OrText for Result<(String, FinishReason), GenerationError> {
    /// A refusal is as good.
    fn unwrap_or_default_text(self) -> (String, FinishReason) {
        self.unwrap_or_else(|error| {
            assert_eq!(error.kind, Kind::ConstraintUnmet);
            (String::new(), FinishReason::Stop)
        })
    }
}

#[test]
fn no_grammar_brings_the_program_down() {
    let model = load(&Shape::llama());
    let good = "start: scene+\nscene: HEADING \"\\n\\n\" (ACTION | dialogue)+\nHEADING: /(INT|EXT)\\. [A-Z ]{1,20} - (DAY|NIGHT)/\nACTION: /[A-Z][a-z ,]{1,40}\\./ \"\\n\\n\"\ndialogue: CUE \"\\n\" /[a-z ]{1,20}/ \"\\n\\n\"\nCUE: /[A-Z]{2,10}/\n%ignore / +/\n";
    let mut noise = Noise::new(7);
    let bytes: Vec<char> = good.chars().collect();
    for seed in 0..150 {
        let mut changed = bytes.clone();
        for _ in 0..=noise.below(6) {
            let at = noise.below(changed.len());
            match noise.below(4) {
                0 => drop(changed.remove(at)),
                1 => changed.insert(
                    at,
                    ['(', '"', '{', '/', '\\', '墨', '%', '0'][noise.below(8)],
                ),
                2 => changed[at] = char::from(noise.below(128) as u8),
                _ => {
                    let end = (at + noise.below(30)).min(changed.len());
                    let piece: Vec<char> = changed[at..end].to_vec();
                    changed.splice(at..at, piece);
                }
            }
        }
        let request = TextRequest {
            max_tokens: Some(6),
            ..hot(grammar(&changed.iter().collect::<String>()), seed)
        };
        if let Err(error) = say(&model, request) {
            assert_eq!(error.kind, Kind::ConstraintUnmet, "{error}");
        }
    }
}

fn article(constraint: Constraint, seed: u64) -> TextRequest {
    TextRequest {
        prompt: Prompt::Chat(vec![Message {
            role: Role::User,
            content: "Task: article\nLanguage: en\nTopic: ⟦topic⟧\n".to_owned(),
        }]),
        max_tokens: Some(60),
        sampling: Sampling {
            temperature: 1.0,
            seed,
            ..Sampling::default()
        },
        ..hot(constraint, seed)
    }
}

#[test]
fn the_starter_keeps_a_limit_and_ends_on_a_word() {
    let model = starter();
    for seed in 0..6 {
        let (whole, _) = say(&model, article(Constraint::default(), seed)).unwrap();
        let constraint = Constraint {
            banned: vec!["the".into()],
            ..Constraint::at_most(40, Measure::Characters)
        };
        let (text, end) = say(&model, article(constraint, seed)).unwrap();
        assert!(Measure::Characters.of(text.trim()) <= 40, "{text}");
        assert!(!text.trim().is_empty(), "{whole}");
        assert_eq!(end, FinishReason::Stop);
        let words = text.split(|c: char| !c.is_alphanumeric());
        assert!(
            words.clone().all(|w| !w.eq_ignore_ascii_case("the")),
            "{text}"
        );
        println!("{seed}: {text:?}   free: {whole:?}");
    }
}

#[test]
fn values_fit_and_do_not_repeat_one_another() {
    let model = starter();
    for seed in 0..8 {
        let mut constraint = Constraint {
            limits: vec![headline(30)],
            ..Constraint::default()
        };
        constraint.values.add("product", "Fernway Folding Kettle");
        constraint
            .values
            .add("point1", "Boils half a litre in four minutes on any socket");
        constraint
            .values
            .add("point2", "Weighs 480 grams, cable included");
        let content = "Task: ad\nChannel: google_rsa\nField: home\nProduct: ⟦product⟧ short\nPoint: ⟦point1⟧ long\nPoint: ⟦point2⟧ long\nTone: friendly\n";
        let request = TextRequest {
            prompt: Prompt::Chat(vec![Message {
                role: Role::User,
                content: content.to_owned(),
            }]),
            ..article(constraint.clone(), seed)
        };
        let (text, _) = say(&model, request).unwrap();
        assert!(constraint.over(&text).is_none(), "{text}");
        let mut lines: Vec<&str> = text
            .lines()
            .filter(|l| l.starts_with("Headline: "))
            .collect();
        let count = lines.len();
        lines.sort_unstable();
        lines.dedup();
        assert_eq!(lines.len(), count, "{text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn limits_and_phrases_hold_together(
        most in 0u32..40,
        words in prop::collection::vec("[a-z0-9]{1,2}|[!-/]|墨", 0..6),
        needed in prop::option::of("[a-z]{3,8}"),
        seed in 0u64..1000,
    ) {
        let model = load(&Shape::llama().seed(seed % 3 + 1));
        let constraint = Constraint {
            banned: words.clone(),
            required: needed.clone().into_iter().collect(),
            ..Constraint::at_most(most, Measure::Columns)
        };
        match say(&model, hot(constraint.clone(), seed)) {
            Ok((text, _)) => {
                prop_assert!(constraint.over(&text).is_none(), "{text:?}");
                for word in words.iter().filter(|w| !w.chars().all(char::is_alphanumeric)) {
                    prop_assert!(!text.contains(word.as_str()), "{text:?}");
                }
                let parts: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).collect();
                for word in words.iter().filter(|w| w.is_ascii()) {
                    prop_assert!(!parts.iter().any(|p| p.eq_ignore_ascii_case(word) && p.is_ascii()), "{word}: {text:?}");
                }
                if let Some(needed) = needed {
                    prop_assert!(text.to_lowercase().contains(&needed), "{needed}: {text:?}");
                }
            }
            Err(error) => prop_assert_eq!(error.kind, Kind::ConstraintUnmet),
        }
    }
}
