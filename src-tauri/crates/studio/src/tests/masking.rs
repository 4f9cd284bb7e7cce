//! Masking from end to end: what a server gets, what the text gets, what the ledger says.

use inkstone_generation::Prompt;
use inkstone_manuscript::{DocumentKind, Language};
use serde_json::json;

use super::world::{World, all_of};

#[tokio::test]
async fn a_server_sees_placeholders_and_the_text_has_the_names() {
    let world = World::new(|request| {
        let Prompt::Chat(messages) = &request.prompt else {
            return vec![];
        };
        let all: String = messages.iter().map(|m| m.content.as_str()).collect();
        assert!(all.contains("[Name_"), "{all}");
        for value in ["Ines Vega", "Vega", "ines@harbour.example", "13800138000"] {
            assert!(!all.contains(value), "{value} left: {all}");
        }
        // Pieces of five letters cut every placeholder somewhere.
        all_of("# Ferry\n\n[Name_1] said: write to [email 1] or 【Phone_1】.")
    });
    let open = world.document(DocumentKind::News, Language::English).await;
    world.choose_server(&open).await;
    let brief = json!({
        "topic": "The night ferry", "facts": ["Call 13800138000 or ines@harbour.example"],
        "sources": ["Harbour master Ines Vega"], "words": 120,
    });
    let set = json!({ "draft_id": open.draft, "brief": brief });
    world.call("set_brief", set).await.unwrap();
    let of = json!({ "project_id": open.project, "draft_id": open.draft });
    let before = world.call("masking", of.clone()).await.unwrap();
    assert_eq!(before["rules"]["on"], json!(false));
    let rules = json!({ "on": true, "leave": [], "names": ["Ines Vega"], "keep_names": [] });
    let on = json!({ "project_id": open.project, "rules": rules });
    world.call("set_masking", on).await.unwrap();
    let shown = world.call("masking", of).await.unwrap()["masked"].to_string();
    for value in [
        "Ines Vega",
        "ines@harbour.example",
        "13800138000",
        "[Phone_1]",
    ] {
        assert!(shown.contains(value), "{shown}");
    }
    let batch = world.generate(&open, json!({ "task": "draft" })).await;
    let written = world.finished(&batch.unwrap()).await.remove(0);
    assert!(
        written
            .text
            .contains("Ines Vega said: write to ines@harbour.example or 13800138000."),
        "{}",
        written.text
    );
    let ledger = world.call("ledger_page", json!({})).await.unwrap();
    let entry = &ledger["entries"][0];
    assert_eq!(
        (&entry["masked"], &entry["kept"]),
        (&json!(true), &json!(true))
    );
    assert_eq!(entry["project_id"], json!(open.project));
    let sent = world
        .call("sent_text", json!({ "id": entry["id"] }))
        .await
        .unwrap();
    let raw = sent["raw"].as_str().unwrap();
    assert!(raw.contains("[Name_1]") && !raw.contains("Vega"), "{raw}");
    // Words of what was sent find it; a name that never left does not.
    for (words, found) in [("[name_1]", 1), ("13800138000", 0)] {
        let ask = json!({ "words": words });
        let page = world.call("ledger_page", ask).await.unwrap();
        assert_eq!(page["entries"].as_array().unwrap().len(), found, "{words}");
    }
    // The text can be cleared; that it left stays.
    let cleared = world
        .call("clear_sent", json!({ "ids": null }))
        .await
        .unwrap();
    assert_eq!(cleared, json!(1));
    let sent = world
        .call("sent_text", json!({ "id": entry["id"] }))
        .await
        .unwrap();
    assert_eq!(sent["raw"], json!(null));
}
