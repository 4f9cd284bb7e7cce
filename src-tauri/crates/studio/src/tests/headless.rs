//! Work without a window and without a document.

use std::sync::{Arc, Mutex};

use inkstone_generation::{CancellationToken, GenerationErrorKind, Prompt};
use inkstone_manuscript::{DocumentKind, Language};
use serde_json::json;

use super::world::*;
use crate::{
    Brief, Studio, Task,
    dto::TakeStatus,
    headless::{DraftRun, Progress, RawRun},
    inputs::*,
    sentences::sentences,
};

fn run(kind: DocumentKind) -> DraftRun {
    let brief = Brief::from_value(kind, brief(kind, Language::English)).unwrap();
    DraftRun {
        seed: Some(5),
        ..DraftRun::new(brief)
    }
}

#[tokio::test]
async fn ads_come_out_as_one_set_and_are_recorded_each() {
    let world = World::writing("Channel: google_rsa\n\n## Ad 1\nHeadline: Boils in 90 seconds");
    let told = Arc::new(Mutex::new(Vec::new()));
    let log = told.clone();
    let written = world
        .studio
        .draft_brief(run(DocumentKind::Ads), CancellationToken::new(), move |p| {
            log.lock().unwrap().push(p);
        })
        .await
        .unwrap();
    assert_eq!(written.variants.len(), 2);
    assert_eq!(
        written.text,
        "Channel: google_rsa\n\n## Ad 1\nHeadline: Boils in 90 seconds\n\n## Ad 2\nHeadline: Boils in 90 seconds"
    );
    assert!(written.error().is_none());
    assert_eq!(written.variants[1].generation.seed, 6);
    for variant in &written.variants {
        let record = world
            .studio
            .library
            .generation(&variant.generation.id)
            .unwrap();
        assert_eq!(
            (record.draft_id, record.engine.as_str()),
            (None, "script 1")
        );
        assert_eq!(record.end.unwrap().finish_reason, "stop");
    }
    let shown = serde_json::to_value(&written).unwrap();
    assert_eq!(shown["generation"]["usage"]["prompt_tokens"], 7);
    assert_eq!(shown["generation"]["finish_reason"], "stop");
    assert_eq!(shown["variants"][0]["text"], shown["variants"][1]["text"]);
    let told = told.lock().unwrap();
    assert_eq!(told[0], Progress::Loading);
    assert!(matches!(
        told.last(),
        Some(Progress::Ended {
            variant: 1,
            status: TakeStatus::Done,
            ..
        })
    ));
}

#[tokio::test]
async fn a_cancel_gives_what_had_come() {
    let world = World::new(|_| vec![say("# Ferry\n\nIt sails."), Step::Wait]);
    let cancel = CancellationToken::new();
    let stop = cancel.clone();
    let written = world
        .studio
        .draft_brief(run(DocumentKind::News), cancel, move |p| {
            if matches!(&p, Progress::Text { text, .. } if text.contains("sails")) {
                stop.cancel();
            }
        })
        .await
        .unwrap();
    assert_eq!(written.text, "# Ferry\n\nIt sails.");
    assert_eq!(written.title.as_deref(), Some("Ferry"));
    assert_eq!(written.generation.finish_reason, "cancelled");
}

#[tokio::test]
async fn an_error_stands_beside_the_text() {
    let world = World::new(|_| vec![say("It"), Step::Fail(GenerationErrorKind::ContextOverflow)]);
    let written = world
        .studio
        .draft_brief(run(DocumentKind::News), CancellationToken::new(), |_| {})
        .await
        .unwrap();
    let error = written.error().unwrap();
    assert_eq!(
        (error.code.as_str(), written.text.as_str()),
        ("context_overflow", "It")
    );
    let said = sentences(Language::Chinese).error(error);
    assert!(said.message.ends_with('。') && !said.hint.is_empty());
}

#[tokio::test]
async fn what_cannot_be_drafted_is_refused_before_anything_is_sent() {
    let world = World::writing("x");
    let cases = [
        (
            DraftRun {
                task: Task::Rewrite,
                ..run(DocumentKind::News)
            },
            "empty_selection",
        ),
        (
            DraftRun {
                task: Task::Beats,
                ..run(DocumentKind::News)
            },
            "task_not_for_kind",
        ),
        (
            DraftRun {
                variants: Some(0),
                ..run(DocumentKind::News)
            },
            "bad_request",
        ),
        (
            DraftRun {
                seed: Some(1 << 53),
                ..run(DocumentKind::News)
            },
            "bad_request",
        ),
        (
            DraftRun {
                models: vec!["none".into()],
                ..run(DocumentKind::News)
            },
            "model_not_chosen",
        ),
        (
            DraftRun::new(Brief::empty(DocumentKind::Ads, Language::Chinese)),
            "brief_missing",
        ),
    ];
    for (run, code) in cases {
        let failed = world
            .studio
            .draft_brief(run, CancellationToken::new(), |_| {})
            .await;
        assert_eq!(failed.unwrap_err().to_dto().code, code);
    }
    assert!(world.requests().is_empty());
}

#[tokio::test]
async fn a_raw_completion_goes_as_it_stands() {
    let world = World::writing(" ⟦x⟧ and so\n");
    let raw = RawRun {
        prompt: "Once".into(),
        max_tokens: Some(9),
        temperature: Some(0.0),
        seed: Some(3),
        ..RawRun::default()
    };
    let written = world
        .studio
        .complete_raw(raw.clone(), CancellationToken::new(), |_| {})
        .await
        .unwrap();
    assert_eq!(written.text, " ⟦x⟧ and so\n");
    let request = world.requests().remove(0);
    assert_eq!(request.prompt, Prompt::Raw("Once".into()));
    assert_eq!((request.max_tokens, request.sampling.seed), (Some(9), 3));
    assert_eq!(written.generation.template, "raw");
    for bad in [
        RawRun {
            prompt: String::new(),
            ..raw.clone()
        },
        RawRun {
            temperature: Some(-1.0),
            ..raw.clone()
        },
        RawRun {
            temperature: Some(f32::NAN),
            ..raw.clone()
        },
        RawRun {
            max_tokens: Some(0),
            ..raw
        },
    ] {
        assert!(
            world
                .studio
                .complete_raw(bad, CancellationToken::new(), |_| {})
                .await
                .is_err()
        );
    }
    assert_eq!(world.requests().len(), 1);
}

#[tokio::test]
async fn things_are_found_by_the_start_of_their_ids() {
    let world = World::writing("");
    let open = world.news().await;
    world.type_in(&open, "one").await;
    let first = world
        .studio
        .save_version(IdName {
            id: open.draft.clone(),
            name: "a".into(),
        })
        .await
        .unwrap();
    world.type_in(&open, "two").await;
    let second = world
        .studio
        .save_version(IdName {
            id: open.draft.clone(),
            name: "b".into(),
        })
        .await
        .unwrap();
    for wanted in [
        &open.draft,
        &open.document,
        &open.draft[..31],
        &open.document[..31],
    ] {
        assert_eq!(
            world.studio.find_draft(wanted.to_owned()).await.unwrap(),
            open.draft
        );
    }
    for missing in ["", "zz"] {
        let error = world.studio.find_draft(missing.into()).await.unwrap_err();
        assert_eq!(error.to_dto().code, "not_found");
    }
    let found = world
        .studio
        .find_node(open.draft.clone(), first.id[..31].into())
        .await
        .unwrap();
    assert_eq!(found, first.id);
    let pieces = world
        .studio
        .compare_nodes(first.id, second.id)
        .await
        .unwrap();
    let changes: Vec<&str> = pieces.iter().map(|p| p.change.as_str()).collect();
    assert_eq!(changes, ["delete", "insert"]);
    let listed = world.studio.list_library().await.unwrap();
    assert_eq!(listed[0].documents[0].id, open.document);
    let report = world.studio.verify_library().await.unwrap();
    assert!(report.nodes_checked >= 2 && report.problems.is_empty());
}

#[tokio::test]
async fn models_are_found_by_id_name_or_path() {
    let world = World::writing("");
    let model = world
        .call("add_file", json!({ "path": "/models/Chat.gguf" }))
        .await
        .unwrap();
    let server = world.add_server().await;
    for (wanted, id) in [
        ("starter", "starter"),
        (model["id"].as_str().unwrap(), model["id"].as_str().unwrap()),
        ("chat", model["id"].as_str().unwrap()),
        ("/models/Chat.gguf", model["id"].as_str().unwrap()),
        ("large", server.as_str()),
    ] {
        assert_eq!(world.studio.find_model(wanted.into()).await.unwrap(), id);
    }
    let missing = world.studio.find_model("none".into()).await.unwrap_err();
    assert_eq!(missing.to_dto().code, "model_not_chosen");
    let inspected = world
        .studio
        .inspect_model("/models/other.gguf".into())
        .await
        .unwrap();
    assert_eq!(
        (inspected.name.as_str(), inspected.file.parameters_millions),
        ("other", 6)
    );
}

#[test]
fn a_text_is_checked_without_a_document() {
    let brief = Brief::from_value(
        DocumentKind::News,
        brief(DocumentKind::News, Language::English),
    )
    .unwrap();
    let found = Studio::check_text(&brief, "delve", "We delve.");
    assert!(found.iter().any(|f| f.rule == "common.house_rule"));
    for language in Language::ALL {
        assert!(
            found
                .iter()
                .all(|f| sentences(language).finding(f) != f.rule)
        );
    }
}
