//! What the model that ships writes into a script: elements of Fountain and nothing else, whatever
//! it is asked, because it is decoded under their grammar.
//!
//! `INKSTONE_SEEDS=200 cargo test -p inkstone-tests --test script_form` tries more seeds.

#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a helper of a test ends the test"
)]

use std::{ops::Range, path::PathBuf, sync::Arc};

use futures::{StreamExt as _, executor::block_on};
use inkstone_candle::Candle;
use inkstone_desks::{Brief, Input, Task, compose, join, parse, whole};
use inkstone_generation::{
    CancellationToken, FinishReason, LocalModels as _, Message, Prompt, PromptForm, Role, Sampling,
    TextEvent, TextModel, TextRequest,
};
use inkstone_manuscript::{
    DocumentKind, Language,
    fountain::{self, ElementKind},
};

const SCRIPT: &str = "INT. LAMP ROOM - NIGHT\n\n= Mara finds the letter.\n\nRain ticks. It is late.\n\nMARA\n(low)\nIt sticks.\nAgain.\n\nTOM\nNo.\n\n";
const SCRIPT_ZH: &str = ".渡口 夜\n\n= 林晓找到了信。\n\n雨点敲着玻璃。没有人。\n\n@林晓\n(低声)\n船呢？\n没有。\n\n@老唐\n走了。\n\n";

fn brief(language: Language, people: bool) -> Brief {
    let (tag, logline, pair) = match language {
        Language::English => (
            "en",
            "A ferry pilot hides a letter that would close the harbour",
            ["Mara", "Old Tom"],
        ),
        Language::Chinese => ("zh-CN", "守灯人藏起一封要关掉灯塔的信", ["林晓", "老唐"]),
    };
    let mut toml = format!("language = \"{tag}\"\nlogline = \"{logline}\"\nscenes = 3\n");
    if people {
        for name in pair {
            toml.push_str(&format!("[[characters]]\nname = \"{name}\"\n"));
        }
    }
    Brief::from_toml(DocumentKind::Screenplay, &toml).expect("a brief")
}

/// Every task that this model can do, with what is selected or where the caret is.
fn tasks(script: &str, language: Language) -> Tasks {
    let english = language == Language::English;
    let part = |en: &str, zh: &str| {
        let part = if english { en } else { zh };
        let at = script.find(part).expect("it is there");
        at..at + part.len()
    };
    let after = |range: Range<usize>| range.end..range.end;
    let end = script.len()..script.len();
    let block = part("Rain ticks. It is late.", "雨点敲着玻璃。没有人。");
    let speech = part(
        "MARA\n(low)\nIt sticks.\nAgain.",
        "@林晓\n(低声)\n船呢？\n没有。",
    );
    let line = part("It sticks.", "船呢？");
    let half = part("ticks", "敲着");
    let tone = Task::Tone {
        tone: "urgent".to_owned(),
    };
    vec![
        (Task::Draft, end.clone()),
        (Task::Beats, end.clone()),
        (Task::ReviseBeats, end.clone()),
        (Task::Outline, end.clone()),
        (Task::Scene { number: 1 }, end.clone()),
        (Task::ReviseScene { number: 1 }, end.clone()),
        (Task::Continue, end),
        (Task::Continue, after(part("\n\nMARA", "\n\n@林晓"))),
        (Task::Continue, after(half.clone())),
        (Task::Rewrite, block.clone()),
        (Task::Rewrite, half.clone()),
        (Task::Shorten, block.start..speech.end),
        (Task::Expand, speech.clone()),
        (Task::Expand, half),
        (tone, speech),
        (Task::Alternatives, line),
    ]
}

/// What a model answers, and whether it was cut off.
fn answer(model: &Arc<dyn TextModel>, request: TextRequest) -> (String, bool) {
    let events = model.generate(request, CancellationToken::new());
    let (mut text, mut cut) = (String::new(), false);
    for event in block_on(events.collect::<Vec<_>>()) {
        match event.expect("an answer") {
            TextEvent::Delta { text: piece, .. } => text.push_str(&piece),
            TextEvent::Finished { reason, .. } => cut = reason != FinishReason::Stop,
            _ => {}
        }
    }
    (text, cut)
}

/// What is wrong with a script that was in order before something was put into it at `new`.
fn broken(script: &str, new: Range<usize>) -> Option<String> {
    let elements: Vec<_> = fountain::parse(script)
        .into_iter()
        .filter(|e| e.kind != ElementKind::Blank)
        .collect();
    for (i, element) in elements.iter().enumerate() {
        let text = script[element.range.clone()].trim();
        let next = elements.get(i + 1).map(|e| e.kind);
        if element.range.end <= new.start || element.range.start >= new.end {
            continue;
        }
        let fault = match element.kind {
            ElementKind::Character
                if !matches!(
                    next,
                    Some(ElementKind::Dialogue | ElementKind::Parenthetical)
                ) =>
            {
                "a cue without words"
            }
            ElementKind::Parenthetical if next != Some(ElementKind::Dialogue) => {
                "a parenthetical without words"
            }
            ElementKind::Action
                if text.starts_with(['@', '.', '(', '=', '#', '>', '⟦', '-', '*']) =>
            {
                "a mark that is none"
            }
            // What should have been a cue or a transition.
            ElementKind::Action
                if !text.contains(char::is_lowercase)
                    && text.contains(char::is_uppercase)
                    && text.chars().all(|c| c.is_alphanumeric()) =>
            {
                "a name alone"
            }
            ElementKind::Dialogue if text.starts_with(['@', '.', '=', '#', '⟦']) => {
                "a mark in what is said"
            }
            ElementKind::TitlePage
            | ElementKind::Centered
            | ElementKind::Lyric
            | ElementKind::Note
            | ElementKind::Boneyard
            | ElementKind::PageBreak => "an element that nobody asked for",
            _ => continue,
        };
        return Some(format!("{fault}: {text}"));
    }
    None
}

/// What is asked for, and of which part of the script.
type Tasks = Vec<(Task, Range<usize>)>;

struct Tried {
    written: usize,
    cut_off: usize,
}

/// Has the starter do every task that it is able to in a form, `seeds` times, and reads the script
/// that comes of it. In the chat form, which it was not taught, nothing but the grammar leads it.
fn tried(form: PromptForm, seeds: u64, tasks: fn(&str, Language) -> Tasks) -> Tried {
    let file =
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../assets/models/inkstone-starter.gguf");
    let model = Candle::new().load(&file).expect("the starter");
    let mut tried = Tried {
        written: 0,
        cut_off: 0,
    };
    for (language, script) in [(Language::English, SCRIPT), (Language::Chinese, SCRIPT_ZH)] {
        for seed in 0..seeds {
            let brief = brief(language, seed % 2 == 0);
            for (n, (task, selection)) in tasks(script, language).into_iter().enumerate() {
                let input = Input {
                    brief: &brief,
                    task: &task,
                    document: script,
                    selection,
                    note: None,
                    house_rules: "",
                    voice: "",
                    variant: 0,
                    variants: 1,
                    context_tokens: Some(1024),
                };
                let composed = compose(&input, form).expect("a prompt");
                assert!(composed.constraint.form.is_some(), "{task:?}");
                // Now and then the room ends in the middle of it.
                let short = form == PromptForm::Chat || (seed + n as u64).is_multiple_of(3);
                let most = if short {
                    24 + (seed as u32 * 7 + n as u32 * 5) % 40
                } else {
                    composed.max_tokens
                };
                let messages = match form {
                    PromptForm::Compact => composed.messages,
                    PromptForm::Chat => vec![Message {
                        role: Role::User,
                        content: "Task: scene".to_owned(),
                    }],
                };
                let request = TextRequest {
                    prompt: Prompt::Chat(messages),
                    sampling: Sampling {
                        temperature: composed.temperature,
                        repeat_penalty: composed.repeat_penalty,
                        seed,
                        ..Sampling::default()
                    },
                    max_tokens: Some(most),
                    stop: composed.stop,
                    constraint: Some(composed.constraint),
                    odds: None,
                };
                let (raw, cut) = answer(&model, request);
                let said = composed.references.resolve(&raw);
                let mut read = parse(DocumentKind::Screenplay, &task, language, &said).text;
                if cut {
                    read = whole(DocumentKind::Screenplay, &task, &read).to_owned();
                    tried.cut_off += 1;
                }
                let new = join(script, &composed.target, &read);
                let (start, end) = (composed.target.start, composed.target.end);
                let whole = format!("{}{new}{}", &script[..start], &script[end..]);
                if let Some(fault) = broken(&whole, start..start + new.len()) {
                    panic!("{task:?}, seed {seed}: {fault}\n--\n{raw}\n--\n{whole}");
                }
                tried.written += usize::from(!read.is_empty());
            }
        }
    }
    tried
}

fn seeds(usual: u64) -> u64 {
    let seeds = std::env::var("INKSTONE_SEEDS").ok();
    seeds.and_then(|n| n.parse().ok()).unwrap_or(usual)
}

#[test]
fn the_starter_writes_elements_of_fountain_and_nothing_else() {
    let tried = tried(PromptForm::Compact, seeds(2), tasks);
    assert!(tried.written > 50, "{}", tried.written);
    println!("{} answers, {} cut off", tried.written, tried.cut_off);
}

#[test]
fn any_local_model_is_held_to_the_grammar_of_each_task() {
    let tried = tried(PromptForm::Chat, seeds(1), |script, language| {
        let name = match language {
            Language::English => "Mara",
            Language::Chinese => "林晓",
        };
        let end = script.len()..script.len();
        let mut all = tasks(script, language);
        for task in [
            Task::Dialogue {
                character: name.to_owned(),
            },
            Task::Turns { written: vec![] },
            Task::ReviseEntry { number: 1 },
            Task::PunchUp { number: 1 },
        ] {
            all.push((task, end.clone()));
        }
        all
    });
    println!("{} answers, {} cut off", tried.written, tried.cut_off);
}
