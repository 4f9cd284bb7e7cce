//! What leaves the machine, and what does not.

use serde_json::json;

use super::world::*;
use crate::dto::*;

#[tokio::test]
async fn a_local_project_sends_nothing() {
    let world = World::writing("It sails.");
    let open = world.news().await;
    let model = world.add_server().await;
    let choose = json!({ "project_id": open.project, "model_id": model });
    let error = world.call("choose_model", choose).await.unwrap_err();
    assert_eq!(
        (error.code.as_str(), error.values["host"].as_str()),
        ("remote_not_allowed", "models.example")
    );
    // Even if the library says otherwise, the lock holds.
    world
        .studio
        .library
        .set_project_model(&open.project, Some(&model))
        .unwrap();
    let error = world
        .generate(&open, json!({ "task": "draft" }))
        .await
        .unwrap_err();
    assert_eq!(error.code, "remote_not_allowed");
    assert!(world.requests().is_empty());
    assert_eq!(world.ledger().await, json!([]));
    assert!(world.view(&open.draft).await.takes.is_empty());
}

#[tokio::test]
async fn what_is_sent_stands_in_the_ledger() {
    let world = World::writing("# Ferry\n\nIt sails.");
    let open = world.news().await;
    world.choose_server(&open).await;
    let batch = world
        .generate(&open, json!({ "task": "draft" }))
        .await
        .unwrap();
    let take = world.finished(&batch).await.remove(0);
    assert_eq!(take.host.as_deref(), Some("models.example"));
    assert_eq!(
        (take.model_name.as_str(), take.template.as_str()),
        ("large", "news/draft.en")
    );
    world.accept(&open, &take).await.unwrap();
    let ledger = world.ledger().await;
    let entry = &ledger[0];
    assert_eq!(
        (&entry["host"], &entry["purpose"]),
        (&json!("models.example"), &json!("draft"))
    );
    assert_eq!(entry["generation_id"], json!(take.id));
    let sent = body_of(&world.requests()[0]).len();
    assert_eq!(entry["bytes_out"], json!(sent));
    assert_eq!(entry["bytes_in"], json!("# Ferry\n\nIt sails.".len()));
    let keys: Vec<_> = world
        .script
        .endpoints
        .lock()
        .unwrap()
        .iter()
        .filter_map(|e| e.api_key.clone())
        .collect();
    assert_eq!(keys[0].expose(), "sk-1");
    let shown = serde_json::to_string(&world.call("models", json!({})).await.unwrap()).unwrap();
    assert!(!shown.contains("sk-1") && shown.contains("\"key\":\"session\""));
    let stored = std::fs::read(world.folder.path().join("library.ink")).unwrap();
    assert!(
        !stored.windows(4).any(|w| w == b"sk-1"),
        "no key in the library"
    );
}

#[tokio::test]
async fn a_lock_falls_at_once_on_what_is_being_written() {
    let world = World::new(|_| vec![say("# Ferry\n\nIt sails."), Step::Wait]);
    let open = world.news().await;
    world.choose_server(&open).await;
    world
        .generate(&open, json!({ "task": "draft" }))
        .await
        .unwrap();
    world.until(|t| t.text.contains("It sails")).await;
    let lock = json!({ "project_id": open.project, "privacy": "local_only" });
    let project = world.call("set_privacy", lock).await.unwrap();
    assert_eq!(project["model_id"], "starter");
    let take = world.until(is_over).await;
    assert_eq!(
        (take.status, take.text.as_str()),
        (TakeStatus::Stopped, "# Ferry\n\nIt sails.")
    );
}

#[tokio::test]
async fn a_question_to_a_server_stands_in_the_ledger_too() {
    let world = World::writing("");
    let ask = json!({ "base_url": "https://models.example/v1", "api_key": "" });
    let names = world.call("list_server_models", ask).await.unwrap();
    assert_eq!(names, json!(["large", "small"]));
    let ledger = world.ledger().await;
    assert_eq!(
        (&ledger[0]["purpose"], &ledger[0]["bytes_out"]),
        (&json!("list_models"), &json!(0))
    );
    assert_eq!(ledger[0]["bytes_in"], json!(33));
    let bad = json!({ "base_url": "nonsense", "api_key": "" });
    assert_eq!(
        world
            .call("list_server_models", bad)
            .await
            .unwrap_err()
            .code,
        "bad_address"
    );
    assert_eq!(world.ledger().await.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn the_lock_is_asked_again_before_each_call() {
    let world = World::new(|_| vec![Step::Wait]);
    let open = world.news().await;
    world.choose_server(&open).await;
    let input = json!({
        "draft_id": open.draft, "task": { "task": "draft" }, "from": 0, "to": 0, "note": "",
        "variants": 6, "seed": 1,
    });
    let batch = world.call("generate", input).await.unwrap();
    eventually(|| world.requests().len() >= 4).await;
    // Not by the command, which would stop them all.
    let library = &world.studio.library;
    library
        .set_project_privacy(&open.project, inkstone_library::Privacy::LocalOnly)
        .unwrap();
    world
        .call("stop", json!({ "id": batch["takes"][0]["id"] }))
        .await
        .unwrap();
    let refused = world.until(|t| t.status == TakeStatus::Failed).await;
    assert_eq!(refused.error.unwrap().code, "remote_not_allowed");
    world
        .until(|t| t.status == TakeStatus::Failed && t.id != refused.id)
        .await;
    assert_eq!(world.requests().len(), 4);
    world
        .call("stop", json!({ "id": batch["batch_id"] }))
        .await
        .unwrap();
    let ledger = world.ledger().await;
    assert_eq!(ledger.as_array().unwrap().len(), 4);
}

#[tokio::test]
async fn a_server_does_not_wait_for_a_file_that_is_being_loaded() {
    let world = World::writing("It sails.");
    let open = world.news().await;
    world.choose_server(&open).await;
    let (begun, go) = world.hold_loads();
    let studio = world.studio.clone();
    let loading = tokio::spawn(async move {
        studio
            .load_model(crate::inputs::Id {
                id: "starter".into(),
            })
            .await
    });
    begun.notified().await;
    let batch = world
        .generate(&open, json!({ "task": "draft" }))
        .await
        .unwrap();
    assert_eq!(world.finished(&batch).await[0].status, TakeStatus::Done);
    go.send(()).unwrap();
    loading.await.unwrap().unwrap();
}
