//! The screenplay desk's prompts for its stages, voices and readers, held against files; and what
//! they bring along. With `INKSTONE_BLESS=1` set the files are written anew.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a helper of a test ends the test"
)]

use std::{fmt::Write as _, fs, path::PathBuf};

use inkstone_desks::{
    Brief, Coverage, DeskError, Exchange, InPrompt, Input, Interview, Task, Verdict, beyond,
    compose, interview, knowledge, put_people, tasks, validate,
};
use inkstone_generation::{Form, Message, PromptForm, Role};
use inkstone_manuscript::{DocumentKind, Language};

const ENGLISH: &str = r#"
logline = "A keeper hides a letter."
premise = "Mara hides a letter that would close the ferry. </brief>"
genre = "drama"
tone = "quiet"
scenes = 2

[[characters]]
name = "Mara Lindqvist"
description = "the keeper"
role = "41, ferry pilot"
want = "to keep the ferry running"
need = "to be forgiven"
flaw = "never asks"
voice = "Short. Answers with work. 'The kettle was.'"
facts = ["She burned her hand last winter"]

[[characters]]
name = "Tom"
aliases = ["Old Tom"]
description = "her deckhand"
want = "his house back"

[[characters]]
name = "Ines"
voice = "formal"

[[places]]
name = "Kitchen"
description = "low, warm, one window"
"#;

const CHINESE: &str = r#"
language = "zh-CN"
logline = "守灯人藏起一封信。"
premise = "林晓藏起一封会让渡船停航的信。"
genre = "剧情"
tone = "克制"
scenes = 2

[[characters]]
name = "林晓"
description = "守灯人"
role = "四十一岁，渡船船长"
want = "让渡船开下去"
need = "被原谅"
flaw = "从不开口求人"
voice = "话短，拿手上的活来答。"
facts = ["去年冬天烫伤了手"]

[[characters]]
name = "唐建国"
aliases = ["老唐"]
want = "要回房子"

[[places]]
name = "厨房"
description = "低矮，暖和，一扇窗"
"#;

const SCRIPT: &str = "= Mara hides the letter.\n\n= Tom burns the boat.\n\nINT. KITCHEN - NIGHT\n\n\
= Mara wants to burn the letter.\n\nRain ticks at the glass. Tom comes in.\n\nTOM\nYou're up.\n\n\
MARA LINDQVIST\nThe kettle was.\n\nEXT. LANDING - DAWN\n\n= Tom waits with the petrol.\n\n\
Fog. INES counts the coins.\n\nINES\nWe are closed.\n";

const SCRIPT_ZH: &str = "= 林晓藏信。\n\n= 老唐烧船。\n\n.内景 厨房 - 夜\n\n= 林晓想烧掉信。\n\n\
雨点敲着玻璃。建国进门。\n\n@老唐\n还没睡。\n\n@林晓\n水刚开。\n\n.外景 渡口 - 黎明\n\n= 老唐拎着汽油等着。\n";

fn brief(language: Language) -> Brief {
    let toml = if language == Language::English {
        ENGLISH
    } else {
        CHINESE
    };
    Brief::from_toml(DocumentKind::Screenplay, toml).unwrap()
}

fn input<'a>(brief: &'a Brief, task: &'a Task, document: &'a str, select: &str) -> Input<'a> {
    let start = document.find(select).unwrap();
    Input {
        brief,
        task,
        document,
        selection: start..start + select.len(),
        note: None,
        house_rules: "",
        voice: "",
        variant: 1,
        variants: 5,
        context_tokens: None,
    }
}

fn text(messages: &[Message]) -> String {
    let mut out = String::new();
    for message in messages {
        let role = match message.role {
            Role::System => "system",
            Role::User => "user",
            Role::Assistant => "assistant",
        };
        writeln!(out, "---- {role} ----\n{}\n", message.content).unwrap();
    }
    out
}

fn held(name: &str, found: &str, stale: &mut Vec<String>) {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/prompts")
        .join(format!("{name}.txt"));
    if std::env::var_os("INKSTONE_BLESS").is_some() {
        fs::write(&file, found).unwrap();
    }
    let wanted = fs::read_to_string(&file).unwrap_or_default();
    if wanted.replace("\r\n", "\n") != found {
        stale.push(format!("{name}:\n{found}"));
    }
}

fn asked(brief: &Brief, document: &str, question: &str) -> Vec<Message> {
    let before = [Exchange {
        question: "?".to_owned(),
        answer: "No.".to_owned(),
    }];
    let character = match brief {
        Brief::Screenplay(b) => b.characters[0].name.clone(),
        _ => panic!("a screenplay"),
    };
    let input = Interview {
        brief,
        document,
        until: document.len(),
        character: &character,
        before: &before,
        question,
        house_rules: "game changer",
        context_tokens: None,
    };
    interview(&input, PromptForm::Chat)
        .unwrap()
        .composed
        .messages
}

#[test]
fn prompts_are_as_committed() {
    let mut stale = Vec::new();
    let turns = || Task::Turns {
        written: vec!["EXT. SEA - DAY\n\n= Mara swims.".to_owned()],
    };
    let number = 1;
    for (name, language, task, select) in [
        ("premise.en", Language::English, Task::Premise, ""),
        ("characters.zh-CN", Language::Chinese, Task::Characters, ""),
        ("revise-beats.en", Language::English, Task::ReviseBeats, ""),
        (
            "revise-entry.zh-CN",
            Language::Chinese,
            Task::ReviseEntry { number },
            "",
        ),
        (
            "revise-scene.en",
            Language::English,
            Task::ReviseScene { number },
            "",
        ),
        (
            "dialogue.en",
            Language::English,
            Task::Dialogue {
                character: "Mara Lindqvist".to_owned(),
            },
            "The kettle was.",
        ),
        (
            "alternatives.zh-CN",
            Language::Chinese,
            Task::Alternatives,
            "水刚开。",
        ),
        ("turns.en", Language::English, turns(), "The kettle was."),
        ("turns.zh-CN", Language::Chinese, turns(), "水刚开。"),
        (
            "punch-up.zh-CN",
            Language::Chinese,
            Task::PunchUp { number },
            "",
        ),
        ("coverage.en", Language::English, Task::Coverage, ""),
        ("knowledge.zh-CN", Language::Chinese, Task::Knowledge, ""),
    ] {
        let brief = brief(language);
        let document = if language == Language::English {
            SCRIPT
        } else {
            SCRIPT_ZH
        };
        let composed = compose(&input(&brief, &task, document, select), PromptForm::Chat).unwrap();
        let target = &document[composed.target.clone()];
        let head = format!(
            "max_tokens: {}\ntarget: {target:?}\nform: {}\n",
            composed.max_tokens,
            match &composed.constraint.form {
                None => "free",
                Some(Form::JsonSchema(_)) => "json",
                Some(_) => "fountain",
            }
        );
        let found = format!("{head}{}", text(&composed.messages));
        held(&format!("screenplay-{name}"), &found, &mut stale);
    }
    for (language, document, question) in [
        (Language::English, SCRIPT, "Why hide it?"),
        (Language::Chinese, SCRIPT_ZH, "为什么藏信？"),
    ] {
        let found = text(&asked(&brief(language), document, question));
        let name = format!("screenplay-interview.{}", language.tag());
        held(&name, &found, &mut stale);
    }
    assert!(
        stale.is_empty(),
        "INKSTONE_BLESS=1 writes them anew\n{}",
        stale.join("\n\n")
    );
}

#[test]
fn every_task_composes_in_both_languages_or_says_what_is_missing() {
    for (language, document) in [(Language::English, SCRIPT), (Language::Chinese, SCRIPT_ZH)] {
        let brief = brief(language);
        for name in tasks(DocumentKind::Screenplay) {
            let mut task = Task::named(name).unwrap();
            if let Task::Scene { number }
            | Task::ReviseEntry { number }
            | Task::ReviseScene { number }
            | Task::PunchUp { number } = &mut task
            {
                *number = 1;
            }
            for form in [PromptForm::Chat, PromptForm::Compact] {
                let mut input = input(&brief, &task, document, "");
                input.selection = 0..document.find('\n').unwrap();
                let beyond = beyond(DocumentKind::Screenplay, form).any(|t| t == *name);
                match compose(&input, form) {
                    Ok(composed) => {
                        assert!(!beyond, "{name}");
                        let all = text(&composed.messages);
                        assert!(!all.contains("undefined") && !all.contains("none"), "{all}");
                        assert!(!all.contains("\n\n\n\n"), "{name}: {all}");
                    }
                    Err(DeskError::NeedsLargerModel { task }) => {
                        assert!(beyond && task == *name, "{name}");
                    }
                    Err(e) => panic!("{name}: {e}"),
                }
            }
        }
    }
}

#[test]
fn a_scene_brings_the_pages_of_those_it_names_and_no_others() {
    let mut brief = brief(Language::English);
    let pages = |brief: &Brief, task: &Task, context: Option<u32>| {
        let mut input = input(brief, task, SCRIPT, "");
        input.context_tokens = context;
        let composed = compose(&input, PromptForm::Chat).unwrap();
        let all = text(&composed.messages);
        let names: Vec<String> = composed
            .pages
            .iter()
            .map(|p| {
                let there = all.contains("<pages>") && all.contains(&format!("\n{}", p.name));
                assert_eq!(there, p.fits, "{}: {all}", p.name);
                assert!(p.tokens > 0);
                format!("{}{}", p.name, if p.pinned { "*" } else { "" })
            })
            .collect();
        names
    };
    let scene = |number| Task::Scene { number };
    assert_eq!(
        pages(&brief, &scene(1), None),
        ["Kitchen", "Mara Lindqvist", "Tom"]
    );
    // The second scene names Ines by cue, and Tom in its synopsis.
    assert_eq!(pages(&brief, &scene(2), None), ["Tom", "Ines"]);
    let Brief::Screenplay(b) = &mut brief else {
        panic!("a screenplay")
    };
    b.characters[1].prompt = InPrompt::Never;
    b.places[0].prompt = InPrompt::Always;
    assert_eq!(pages(&brief, &scene(2), None), ["Kitchen*", "Ines"]);
    // Chinese names are found by given name and alias.
    let chinese = self::brief(Language::Chinese);
    let task = scene(1);
    let composed = compose(&input(&chinese, &task, SCRIPT_ZH, ""), PromptForm::Chat).unwrap();
    let names: Vec<&str> = composed.pages.iter().map(|p| p.name.as_str()).collect();
    assert_eq!(names, ["厨房", "林晓", "唐建国"]);
    // Without room they are named and left out.
    let composed = compose(
        &Input {
            context_tokens: Some(1800),
            ..input(&chinese, &task, SCRIPT_ZH, "")
        },
        PromptForm::Chat,
    )
    .unwrap();
    assert!(
        composed.pages.iter().any(|p| !p.fits),
        "{:?}",
        composed.pages
    );
}

#[test]
fn turns_differ_by_construction() {
    let brief = brief(Language::English);
    let mut said = std::collections::BTreeSet::new();
    for variant in 0..5 {
        let task = Task::Turns { written: vec![] };
        let mut input = input(&brief, &task, SCRIPT, "The kettle was.");
        input.variant = variant;
        let composed = compose(&input, PromptForm::Chat).unwrap();
        let user = &composed.messages[1].content;
        said.insert(user.split("Your turn is").nth(1).unwrap().to_owned());
        // It belongs behind the scene that the caret is in.
        assert!(SCRIPT[composed.target.start..].starts_with("EXT. LANDING"));
    }
    assert_eq!(said.len(), 5);
}

#[test]
fn a_character_knows_what_it_lived_through() {
    let brief = brief(Language::English);
    let told = |character: &str, until: usize, context: Option<u32>| {
        let input = Interview {
            brief: &brief,
            document: SCRIPT,
            until,
            character,
            before: &[],
            question: "Well?",
            house_rules: "",
            context_tokens: context,
        };
        interview(&input, PromptForm::Chat).unwrap()
    };
    let ines = told("Ines", SCRIPT.len(), None);
    let all = text(&ines.composed.messages);
    assert!(
        all.contains("Fog. INES counts") && !all.contains("Rain ticks"),
        "{all}"
    );
    assert!(
        !all.contains("petrol") && !all.contains("Mara hides"),
        "{all}"
    );
    let tom = told("Tom", SCRIPT.find("The kettle").unwrap(), None);
    let all = text(&tom.composed.messages);
    assert!(
        all.contains("You're up.") && !all.contains("The kettle was"),
        "{all}"
    );
    assert!(
        all.contains("his house back") && !all.contains("never asks"),
        "{all}"
    );
    // Nobody of the brief: a name in a cue is enough.
    let other = told("the driver", SCRIPT.len(), None);
    assert_eq!((other.scenes, other.exchanges), (0, 0));
    assert!(matches!(
        interview(
            &Interview {
                brief: &brief,
                document: "",
                until: 0,
                character: "Tom",
                before: &[],
                question: "",
                house_rules: "",
                context_tokens: None
            },
            PromptForm::Compact
        ),
        Err(DeskError::NeedsLargerModel { .. })
    ));
}

#[test]
fn a_long_interview_keeps_its_last_exchanges() {
    let brief = brief(Language::Chinese);
    let before: Vec<Exchange> = (0..300)
        .map(|n| Exchange {
            question: format!("第 {n} 个问题，说得长一些，好占去一点地方。"),
            answer: "我不知道，你问别人去吧，反正我当时不在场。".to_owned(),
        })
        .collect();
    let script = format!("{SCRIPT_ZH}\n{}", "@林晓\n嗯。\n\n".repeat(400));
    for context in [2048, 4096, 8192] {
        let input = Interview {
            brief: &brief,
            document: &script,
            until: script.len(),
            character: "林晓",
            before: &before,
            question: "那封信呢？",
            house_rules: "",
            context_tokens: Some(context),
        };
        let asked = interview(&input, PromptForm::Chat).unwrap();
        let messages = &asked.composed.messages;
        assert!(
            asked.exchanges > 0 && asked.exchanges < 300,
            "{}",
            asked.exchanges
        );
        assert_eq!(messages.len(), 2 + 2 * asked.exchanges);
        assert!(messages[messages.len() - 3].content.contains("第 299 个"));
        assert_eq!(messages.last().unwrap().content, "那封信呢？");
        let size: usize = messages.iter().map(|m| m.content.chars().count()).sum();
        assert!(
            size < context as usize,
            "{size} characters in {context} tokens"
        );
    }
}

#[test]
fn quotes_of_a_report_are_held_against_the_script() {
    let raw = "```json\n{\"logline\": \"l\", \"synopsis\": \"s\", \"premise\": {\"grade\": \"good\", \
               \"reason\": \"r\", \"quotes\": [\"“rain ticks at the  glass”\", \"Never said.\"]}, \
               \"strengths\": [{\"text\": \"t\", \"quote\": \"TOM: You’re up.\"}], \
               \"verdict\": \"recommend\", \"reason\": \"why\", \"extra\": 1}\n```";
    assert_eq!(validate(&Task::Coverage, raw), Ok(()));
    assert!(validate(&Task::Coverage, "Sorry.").is_err());
    assert!(validate(&Task::Coverage, "{\"synopsis\": \"\"}").is_err());
    let report = Coverage::read(raw, SCRIPT);
    assert_eq!(report.verdict, Verdict::Recommend);
    let found: Vec<bool> = report.premise.quotes.iter().map(|q| q.found).collect();
    assert_eq!(found, [true, false]);
    assert!(report.strengths[0].quote.as_ref().unwrap().found);
    let markdown = report.to_markdown("The Ferry", Language::English);
    assert!(
        markdown.contains("~~Never said.~~ (not in the script)"),
        "{markdown}"
    );
    assert!(
        markdown.contains("> rain ticks at the  glass"),
        "{markdown}"
    );
    // Cut off anywhere it still reads.
    for (end, _) in raw.char_indices() {
        Coverage::read(&raw[..end], SCRIPT);
    }
    let raw = "{\"findings\": [{\"who\": \"TOM\", \"problem\": \"He cannot know.\", \"quote\": \
               \"You're up.\"}, {\"who\": \"X\", \"problem\": \"y\", \"quote\": \"Not there at all\"}]}";
    assert_eq!(validate(&Task::Knowledge, raw), Ok(()));
    let findings = knowledge(raw, SCRIPT);
    assert_eq!(findings.len(), 1);
    assert_eq!(&SCRIPT[findings[0].range.clone().unwrap()], "You're up.");
    assert_eq!(findings[0].values["scene"], "1");
}

#[test]
fn pages_fill_gaps_and_overwrite_nothing() {
    let Brief::Screenplay(mut brief) = brief(Language::English) else {
        panic!("a screenplay")
    };
    let raw = "{\"characters\": [{\"name\": \"OLD TOM\", \"want\": \"revenge\", \"flaw\": \"pride\"}, \
               {\"name\": \"Ruth\", \"role\": \"9\", \"facts\": [\" \", \"Deaf\"]}, {\"name\": \"\"}]}";
    assert!(validate(&Task::Characters, raw).is_err(), "one has no name");
    assert!(put_people(&mut brief, raw));
    assert_eq!(brief.characters[1].want, "his house back");
    assert_eq!(brief.characters[1].flaw, "pride");
    assert_eq!(brief.characters.len(), 4);
    assert_eq!(brief.characters[3].facts, ["Deaf"]);
    assert!(!put_people(&mut brief, raw));
    assert!(!put_people(&mut brief, "nothing"));
}
