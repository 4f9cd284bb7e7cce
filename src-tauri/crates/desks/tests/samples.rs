//! The sample briefs that ship are read, fit to write from, and composed for every task.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a helper of a test ends the test"
)]

use std::{fs, path::PathBuf};

use inkstone_desks::{Brief, Input, Task, beyond, compose, tasks};
use inkstone_generation::PromptForm;
use inkstone_manuscript::{DocumentKind, Language};

/// Kind, language, file name and brief of each sample.
fn samples() -> Vec<(DocumentKind, Language, String, Brief)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../assets/samples");
    let mut samples: Vec<_> = fs::read_dir(folder)
        .expect("the samples lie in assets/")
        .map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let parts: Vec<&str> = name.split('.').collect();
            let [kind, language, form] = parts[..] else {
                panic!("{name}: kind.language.form")
            };
            let kind: DocumentKind = kind.parse().unwrap();
            let text = fs::read_to_string(&path).unwrap();
            let brief = match form {
                "toml" => Brief::from_toml(kind, &text),
                "json" => Brief::from_json(kind, &text),
                other => panic!("{name}: {other}"),
            };
            let brief = brief.unwrap_or_else(|e| panic!("{name}: {e}"));
            (kind, language.parse().unwrap(), name, brief)
        })
        .collect();
    samples.sort_by(|a, b| a.2.cmp(&b.2));
    samples
}

#[test]
fn there_is_one_for_each_kind_in_both_languages_and_a_json() {
    let samples = samples();
    for kind in DocumentKind::ALL {
        for language in Language::ALL {
            assert!(
                samples
                    .iter()
                    .any(|(k, l, ..)| *k == kind && *l == language),
                "{kind} {language:?}"
            );
        }
    }
    assert!(
        samples
            .iter()
            .any(|(_, _, name, _)| name.ends_with(".json"))
    );
}

#[test]
fn each_is_fit_to_write_from_and_says_its_language() {
    for (kind, language, name, brief) in samples() {
        brief.validate().unwrap_or_else(|e| panic!("{name}: {e}"));
        assert_eq!((brief.kind(), brief.language()), (kind, language), "{name}");
        let empty = Brief::empty(kind, language).to_value();
        for (field, value) in brief.to_value().as_object().unwrap() {
            let has_default = matches!(
                field.as_str(),
                "language" | "channel" | "variants" | "scenes"
            );
            assert!(
                has_default || *value != empty[field],
                "{name}: {field} is left to its default"
            );
        }
        assert_eq!(
            Brief::from_value(kind, brief.to_value()),
            Ok(brief),
            "{name}"
        );
    }
}

#[test]
fn every_task_of_every_sample_composes_in_both_forms() {
    let document = "INT. KITCHEN - NIGHT\n\n= Mara hides the letter.\n\nRain. She waits.\n";
    for (kind, _, name, brief) in samples() {
        for task in tasks(kind) {
            let task = task_of(task);
            for form in [PromptForm::Chat, PromptForm::Compact] {
                if beyond(kind, form).any(|name| name == task.name()) {
                    continue;
                }
                let input = Input {
                    brief: &brief,
                    task: &task,
                    document,
                    selection: 50..document.len(),
                    note: Some("Mention the rain."),
                    house_rules: "utilize\n- game changer",
                    voice: "",
                    variant: 1,
                    variants: 3,
                    context_tokens: Some(4096),
                };
                let composed =
                    compose(&input, form).unwrap_or_else(|e| panic!("{name} {task:?}: {e}"));
                assert!(
                    composed.messages.iter().all(|m| !m.content.is_empty()),
                    "{name} {task:?}"
                );
                if form == PromptForm::Chat {
                    // The one line by which a reader of prompts tells tasks apart.
                    let marks = ["Your job now: ", "现在的任务："];
                    let jobs = composed.messages[0].content.lines();
                    let jobs = jobs.filter(|l| marks.iter().any(|m| l.starts_with(m)));
                    assert_eq!(jobs.count(), 1, "{name} {task:?}");
                }
                assert_eq!(composed.template_sha256.len(), 64);
                assert_eq!(
                    composed.template.ends_with(".compact"),
                    form == PromptForm::Compact
                );
                assert!(
                    composed.max_tokens >= 48 && composed.max_tokens < 4096,
                    "{name} {task:?}"
                );
                assert_eq!(
                    composed.references.is_empty(),
                    form == PromptForm::Chat,
                    "{name} {task:?}"
                );
            }
        }
    }
}

fn task_of(name: &str) -> Task {
    match Task::named(name).unwrap() {
        Task::Scene { .. } => Task::Scene { number: 1 },
        Task::ReviseEntry { .. } => Task::ReviseEntry { number: 1 },
        Task::ReviseScene { .. } => Task::ReviseScene { number: 1 },
        Task::PunchUp { .. } => Task::PunchUp { number: 1 },
        Task::Tone { .. } => Task::Tone {
            tone: "warmer".to_owned(),
        },
        Task::Dialogue { .. } => Task::Dialogue {
            character: "Mara".to_owned(),
        },
        other => other,
    }
}
