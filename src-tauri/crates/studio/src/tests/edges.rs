//! Wrong calls, enormous inputs, broken models.

use inkstone_manuscript::{DocumentKind, Language};
use serde_json::json;

use super::world::*;
use crate::{STARTER, Studio, commands, dto::*};

#[tokio::test]
async fn an_unknown_command_or_input_is_a_bad_request() {
    let world = World::writing("");
    for (name, input) in [
        ("no_such_command", json!({})),
        ("open_draft", json!({})),
        ("open_draft", json!({ "id": 5 })),
        ("open_draft", json!({ "id": "x", "more": 1 })),
        ("app_state", json!(null)),
    ] {
        assert_eq!(
            world.call(name, input.clone()).await.unwrap_err().code,
            "bad_request",
            "{name} {input}"
        );
    }
    let error = world
        .call("open_draft", json!({ "id": "x" }))
        .await
        .unwrap_err();
    assert_eq!(error.code, "not_found");
    assert!(world.call("app_state", json!({})).await.is_ok());
}

#[test]
fn no_command_stands_in_the_table_twice() {
    let names: std::collections::BTreeSet<_> = commands::NAMES.iter().collect();
    assert_eq!(names.len(), commands::NAMES.len());
}

#[tokio::test]
async fn enormous_inputs_are_refused_with_their_limit_or_kept_whole() {
    let world = World::writing("ok");
    let open = world.news().await;
    let long = "雨 ".repeat(400_000);
    let too_long = [
        ("create_project", json!({ "name": long, "language": "en" })),
        (
            "rename_document",
            json!({ "id": open.document, "name": long }),
        ),
        (
            "set_house_rules",
            json!({ "project_id": open.project, "house_rules": long }),
        ),
        ("save_version", json!({ "id": open.draft, "name": long })),
        ("add_file", json!({ "path": long })),
    ];
    for (name, input) in too_long {
        let error = world.call(name, input).await.unwrap_err();
        assert_eq!(error.code, "brief_too_long", "{name}");
        assert!(error.values["limit"].parse::<u32>().is_ok());
        assert!(error.detail.unwrap().len() < 200, "no echo of the input");
    }
    let brief = json!({ "language": "en", "topic": long });
    let set = json!({ "draft_id": open.draft, "brief": brief });
    world.call("set_brief", set).await.unwrap();
    let error = world
        .generate(&open, json!({ "task": "draft" }))
        .await
        .unwrap_err();
    assert_eq!(
        (error.code.as_str(), error.values["field"].as_str()),
        ("brief_too_long", "topic")
    );
    let brief = super::world::brief(DocumentKind::News, Language::English);
    world
        .call(
            "set_brief",
            json!({ "draft_id": open.draft, "brief": brief }),
        )
        .await
        .unwrap();
    world.type_in(&open, &long).await;
    assert_eq!(world.view(&open.draft).await.body, long);
    let batch = world
        .generate(&open, json!({ "task": "continue" }))
        .await
        .unwrap();
    assert_eq!(world.finished(&batch).await[0].status, TakeStatus::Done);
    let sent = serde_json::to_string(&world.requests()[0]).unwrap();
    assert!(
        sent.len() < 200_000,
        "{} bytes of a {} bytes text",
        sent.len(),
        long.len()
    );
    let note = json!({
        "draft_id": open.draft, "task": { "task": "draft" }, "from": 0, "to": 0, "note": long,
        "variants": 0, "seed": null,
    });
    assert_eq!(
        world.call("generate", note).await.unwrap_err().code,
        "brief_too_long"
    );
    let search = world
        .call(
            "search",
            json!({
                "query": long, "project_id": null, "document_id": null, "kind": null, "since": null,
                "until": null, "places": [], "origin": null, "skip": 0, "most": 0, "each": 0,
            }),
        )
        .await;
    assert!(search.is_ok());
    let enormous =
        json!({ "draft_id": open.draft, "text": "x".repeat(17 << 20), "cause": "paste" });
    assert_eq!(
        world.call("replace_text", enormous).await.unwrap_err().code,
        "brief_too_long"
    );
    assert_eq!(world.view(&open.draft).await.body, long);
}

#[tokio::test]
async fn a_model_that_floods_is_cut_off() {
    let world = World::new(|_| vec![say(&"flood ".repeat(10_000)); 100]);
    let open = world.news().await;
    let batch = world
        .generate(&open, json!({ "task": "draft" }))
        .await
        .unwrap();
    let take = world.finished(&batch).await.remove(0);
    assert_eq!(take.status, TakeStatus::Incomplete);
    assert!(take.text.len() < 3 << 20);
}

#[tokio::test]
async fn a_broken_model_fails_its_takes_and_nothing_else() {
    let world = World::writing("It sails.");
    let open = world.news().await;
    let added = world
        .call("add_file", json!({ "path": "/models/broken.gguf" }))
        .await
        .unwrap_err();
    assert_eq!(added.code, "model_broken");
    // Sound when it was added, and not any more when it is needed.
    let file = json!({ "path": "/models/panics.gguf" });
    let model = world.call("add_file", file).await.unwrap();
    let choose = json!({ "project_id": open.project, "model_id": model["id"] });
    world.call("choose_model", choose).await.unwrap();
    let batch = world
        .generate(&open, json!({ "task": "draft" }))
        .await
        .unwrap();
    let take = world.finished(&batch).await.remove(0);
    assert_eq!(take.error.unwrap().code, "model_broken");
    let shelf = world.call("models", json!({})).await.unwrap();
    assert_eq!(shelf[1]["state"]["state"], "failed");
    world
        .call("remove_model", json!({ "id": model["id"] }))
        .await
        .unwrap();
    let state = world.call("app_state", json!({})).await.unwrap();
    assert_eq!(
        state["projects"][0]["model_id"], STARTER,
        "the starter takes its place"
    );
    let batch = world
        .generate(&open, json!({ "task": "draft" }))
        .await
        .unwrap();
    assert_eq!(world.finished(&batch).await[0].status, TakeStatus::Done);
    let starter = world.call("remove_model", json!({ "id": STARTER })).await;
    assert_eq!(starter.unwrap_err().code, "bad_request");
}

#[tokio::test]
async fn the_shelf_survives_what_it_cannot_read() {
    let world = World::writing("");
    let strange = json!([{ "id": "new", "name": "n", "source": { "kind": "hologram" } }]);
    world.studio.library.set_setting("shelf", &strange).unwrap();
    let after = world.after_a_crash();
    assert_eq!(
        after
            .call("models", json!({}))
            .await
            .unwrap()
            .as_array()
            .unwrap()
            .len(),
        1
    );
    after
        .call("add_file", json!({ "path": "/models/chat.gguf" }))
        .await
        .unwrap();
    let kept = after.studio.library.setting("shelf").unwrap().unwrap();
    assert_eq!(kept[1], strange[0], "what a newer program put there stays");
    let again = after.after_a_crash();
    assert_eq!(
        again.call("models", json!({})).await.unwrap()[1]["name"],
        "chat"
    );
}

#[tokio::test]
async fn a_starter_that_cannot_be_laid_out_keeps_nothing_from_opening() {
    let folder = tempfile::tempdir().unwrap();
    let script = script(|_| vec![]);
    std::fs::write(
        folder.path().join("models"),
        "a file where a folder should be",
    )
    .unwrap();
    let studio = Studio::open(parts(folder.path(), &script)).unwrap();
    let models = studio.models(crate::inputs::Nothing {}).await.unwrap();
    assert_eq!(models[0].id, STARTER);
    assert!(
        matches!(&models[0].state, ModelState::Failed { error } if error.code == "file_unwritable")
    );
    // Mended while the program runs, it works.
    std::fs::remove_file(folder.path().join("models")).unwrap();
    studio
        .load_model(crate::inputs::Id { id: STARTER.into() })
        .await
        .unwrap();
    assert_eq!(
        studio.models(crate::inputs::Nothing {}).await.unwrap()[0].state,
        ModelState::Ready
    );
}

#[tokio::test]
async fn an_export_that_cannot_be_written_says_where() {
    let world = World::writing("");
    let open = world.news().await;
    world.type_in(&open, "It sails.").await;
    let to =
        |path: &std::path::Path| json!({ "draft_id": open.draft, "path": path, "format": "text" });
    let path = world.folder.path().join("ferry.md");
    world.call("export", to(&path)).await.unwrap();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "It sails.");
    let error = world
        .call("export", to(&path.join("inside")))
        .await
        .unwrap_err();
    assert_eq!(error.code, "file_unwritable");
    let error = world
        .call("export", to(world.folder.path()))
        .await
        .unwrap_err();
    assert_eq!(error.code, "file_unwritable");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "It sails.");
    let csv = json!({ "draft_id": open.draft, "path": path, "format": "csv" });
    assert_eq!(
        world.call("export", csv).await.unwrap_err().code,
        "bad_request"
    );
}

#[tokio::test]
async fn findings_have_places_in_the_units_of_the_editor() {
    let world = World::writing("");
    let open = world.news().await;
    world
        .call(
            "set_house_rules",
            json!({ "project_id": open.project, "house_rules": "delve" }),
        )
        .await
        .unwrap();
    world
        .type_in(&open, "# 🌊 Ferry\n\nWe delve into it.")
        .await;
    let found = world
        .call("check", json!({ "id": open.draft }))
        .await
        .unwrap();
    let rule = found
        .as_array()
        .unwrap()
        .iter()
        .find(|f| f["rule"] == "common.house_rule")
        .unwrap();
    assert_eq!((&rule["from"], &rule["to"]), (&json!(15), &json!(20)));
}
