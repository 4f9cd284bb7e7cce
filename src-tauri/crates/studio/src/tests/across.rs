//! Replacements across a project, and how a person likes to write.

use inkstone_manuscript::{DocumentKind, Language};
use serde_json::{Value, json};

use super::world::*;

async fn written(world: &World, project: &str, kind: DocumentKind, text: &str) -> Value {
    let made = world
        .call(
            "create_document",
            json!({ "project_id": project, "kind": kind, "title": "", "language": "en" }),
        )
        .await
        .unwrap();
    let input = json!({ "draft_id": made["draft_id"], "text": text, "cause": "paste" });
    world.call("replace_text", input).await.unwrap();
    made["draft_id"].clone()
}

async fn text(world: &World, draft: &Value) -> (String, Value) {
    let there = world
        .call("draft_text", json!({ "id": draft }))
        .await
        .unwrap();
    (
        there["body"].as_str().unwrap().to_owned(),
        there["revision"].clone(),
    )
}

fn edit(from: u32, to: u32, insert: &str) -> Value {
    json!({ "from": from, "to": to, "insert": insert })
}

#[tokio::test]
async fn several_drafts_change_in_one_step_of_undo_each() {
    let world = World::writing("");
    let open = world.document(DocumentKind::News, Language::English).await;
    let one = written(&world, &open.project, DocumentKind::News, "A gull, a gull.").await;
    let two = written(&world, &open.project, DocumentKind::News, "😀雨中的海鸥").await;
    let texts = world
        .call("texts_in_project", json!({ "id": open.project }))
        .await
        .unwrap();
    assert_eq!(texts.as_array().unwrap().len(), 3);
    let (_, first) = text(&world, &one).await;
    let (_, second) = text(&world, &two).await;
    let replaced = world
        .call(
            "replace_across",
            json!({ "drafts": [
                { "draft_id": one, "revision": first,
                  "edits": [edit(2, 6, "tern"), edit(10, 14, "tern")] },
                { "draft_id": two, "revision": second, "edits": [edit(5, 7, "燕鸥")] },
                { "draft_id": "nowhere", "revision": 0, "edits": [edit(0, 0, "x")] },
            ]}),
        )
        .await
        .unwrap();
    assert_eq!(text(&world, &one).await.0, "A tern, a tern.");
    assert_eq!(text(&world, &two).await.0, "😀雨中的燕鸥");
    assert_eq!(replaced[0]["places"], 2);
    assert_eq!(replaced[2]["left"], "gone");
    // What was put in is the person's own; what stands around it came from where it came from.
    let id = one.as_str().unwrap();
    let origins: Vec<String> = world
        .studio
        .library
        .spans(id)
        .unwrap()
        .into_iter()
        .map(|span| format!("{:?}", span.origin))
        .collect();
    assert_eq!(origins, ["Pasted", "Typed", "Pasted", "Typed", "Pasted"]);
    let input = json!({ "draft_id": one, "base_revision": replaced[0]["revision"] });
    assert_eq!(world.call("undo", input).await.unwrap()["done"], true);
    assert_eq!(text(&world, &one).await.0, "A gull, a gull.");
}

#[tokio::test]
async fn what_changed_meanwhile_is_locked_or_lies_in_the_bin_is_left_as_it_is() {
    let world = World::writing("");
    let open = world.document(DocumentKind::News, Language::English).await;
    let script = "INT. HUT - DAY\n\nA gull.\n\nEXT. QUAY - DAY\n\nA gull.";
    let stale = written(&world, &open.project, DocumentKind::News, "A gull.").await;
    let locked = written(&world, &open.project, DocumentKind::Screenplay, script).await;
    let gone = written(&world, &open.project, DocumentKind::News, "A gull.").await;
    world
        .call("lock_script", json!({ "id": locked }))
        .await
        .unwrap();
    let mut drafts = Vec::new();
    for draft in [&stale, &locked, &gone] {
        let (body, revision) = text(&world, draft).await;
        let at = u32::try_from(body.find("gull").unwrap()).unwrap();
        drafts.push(json!({ "draft_id": draft, "revision": revision,
            "edits": [edit(at, at + 4, "tern")] }));
    }
    let view = world
        .call("open_draft", json!({ "id": gone }))
        .await
        .unwrap();
    let bin = json!({ "id": view["document"]["id"] });
    world.call("delete_document", bin).await.unwrap();
    let input = json!({ "draft_id": stale, "text": "A gull!", "cause": "typing" });
    world.call("replace_text", input).await.unwrap();
    let replaced = world
        .call("replace_across", json!({ "drafts": drafts }))
        .await
        .unwrap();
    let left: Vec<&Value> = (0..3).map(|n| &replaced[n]["left"]).collect();
    assert_eq!(left, ["changed", "locked", "gone"]);
    for draft in [&stale, &locked, &gone] {
        assert!(text(&world, draft).await.0.contains("gull"));
    }
    let texts = world
        .call("texts_in_project", json!({ "id": open.project }))
        .await
        .unwrap();
    let texts = texts.as_array().unwrap();
    assert!(texts.iter().all(|text| text["draft_id"] != gone));
    let locks = texts.iter().filter(|text| text["locked"] == true);
    assert_eq!(
        locks.map(|text| &text["draft_id"]).collect::<Vec<_>>(),
        [&locked]
    );
}

#[tokio::test]
async fn edits_that_are_none_change_nothing_anywhere() {
    let world = World::writing("");
    let open = world.document(DocumentKind::News, Language::English).await;
    let one = written(&world, &open.project, DocumentKind::News, "A gull.").await;
    let (_, revision) = text(&world, &one).await;
    for edits in [
        json!([edit(2, 6, "x"), edit(4, 7, "y")]),
        json!([edit(6, 2, "x")]),
        json!([edit(2, 99, "x")]),
    ] {
        let drafts = json!([{ "draft_id": one, "revision": revision, "edits": edits }]);
        let error = world
            .call("replace_across", json!({ "drafts": drafts }))
            .await
            .unwrap_err();
        assert_eq!(error.code, "bad_request");
        assert_eq!(text(&world, &one).await.0, "A gull.");
    }
}

#[tokio::test]
async fn what_a_person_likes_comes_back() {
    let world = World::writing("");
    let usual = world.call("preferences", json!({})).await.unwrap();
    assert_eq!(usual["smart_punctuation"], true);
    let mut mine = usual.clone();
    mine["shortcuts"] = json!({ "search": ["Ctrl+Shift+K"], "stop": [] });
    mine["chinese_quotes"] = json!("corner");
    world.call("set_preferences", mine.clone()).await.unwrap();
    assert_eq!(world.call("preferences", json!({})).await.unwrap(), mine);
    mine["shortcuts"] = json!({ "search": ["x".repeat(201)] });
    let error = world.call("set_preferences", mine).await.unwrap_err();
    assert_eq!(error.code, "bad_request");
}
