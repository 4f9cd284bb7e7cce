//! Actions that people write, the prompt seen before it is sent, and the voice sample.

use inkstone_generation::{Prompt, TextRequest};
use serde_json::{Value, json};

use super::world::*;
use crate::dto::*;

const LIST: &str = "{#\nname: As a list\nname.zh-CN: 改成清单\nneeds: selection\nanswer: replace\n#}\n{% block system %}Make a list.{% include \"shared/material.\" ~ lang %}{% endblock %}\n{% block user %}{% include \"shared/around.\" ~ lang %}{% endblock %}\n";

fn said(request: &TextRequest) -> String {
    match &request.prompt {
        Prompt::Chat(messages) => {
            let all: Vec<&str> = messages.iter().map(|m| m.content.as_str()).collect();
            all.join("\n----\n")
        }
        Prompt::Raw(text) => text.clone(),
    }
}

impl World {
    /// Chooses a model that follows free instructions.
    async fn choose_chat(&self, open: &Open) {
        let file = self.folder.path().join("chat.gguf");
        let model = self
            .call("add_file", json!({ "path": file }))
            .await
            .unwrap();
        let choose = json!({ "project_id": open.project, "model_id": model["id"] });
        self.call("choose_model", choose).await.unwrap();
    }

    async fn save_action(&self, id: Option<&str>, source: &str) -> Value {
        let input = json!({ "id": id, "source": source });
        self.call("save_action", input).await.unwrap()
    }
}

fn asked(open: &Open, task: &Value, (from, to): (u32, u32)) -> Value {
    json!({
        "draft_id": open.draft, "task": task, "from": from, "to": to,
        "note": "", "variants": 0, "seed": null,
    })
}

#[tokio::test]
async fn an_action_of_ones_own_is_kept_and_used() {
    let world = World::writing("- One\n- Two");
    let open = world.news().await;
    world.choose_chat(&open).await;
    world.type_in(&open, "One and two.").await;
    let saved = world.save_action(None, LIST).await;
    assert_eq!(saved["id"], "as-a-list");
    assert_eq!(saved["problem"], Value::Null);
    assert_eq!(
        saved["name"],
        json!({ "en": "As a list", "zh-CN": "改成清单" })
    );
    let task = json!({ "task": "own", "id": "as-a-list" });
    let batch = world.call("generate", asked(&open, &task, (0, 12))).await;
    let take = world.finished(&batch.unwrap()).await.remove(0);
    assert_eq!(
        (take.template.as_str(), take.text.as_str()),
        ("own/as-a-list.en", "- One\n- Two")
    );
    assert_eq!(take.facts.own.as_ref().unwrap().name, "As a list");
    let view = world.accept(&open, &take).await.unwrap();
    assert_eq!(view.body, "- One\n- Two");
    assert!(said(&world.requests()[0]).contains("Make a list."));
    // Into another library with everything.
    let out = world.folder.path().join("out.zip");
    let everything = json!({ "path": out, "language": "en" });
    world.call("export_everything", everything).await.unwrap();
    let other = World::writing("");
    other
        .call("bring_back", json!({ "path": out }))
        .await
        .unwrap();
    let there = other.call("actions", json!({})).await.unwrap();
    assert_eq!(there["actions"][0]["source"], LIST);
}

#[tokio::test]
async fn what_is_wrong_is_said_and_nothing_is_lost() {
    let world = World::writing("x");
    let open = world.news().await;
    world.choose_chat(&open).await;
    world.type_in(&open, "One and two.").await;
    world.save_action(None, LIST).await;
    let bad = LIST.replace("Make a list.", "{{ lisst }}");
    let saved = world.save_action(Some("as-a-list"), &bad).await;
    assert_eq!(
        (&saved["problem"]["what"], &saved["problem"]["line"]),
        (&json!("unknown"), &json!(7))
    );
    let all = world.call("actions", json!({})).await.unwrap();
    assert_eq!(all["actions"][0]["source"], bad);
    let task = json!({ "task": "own", "id": "as-a-list" });
    let error = world
        .call("generate", asked(&open, &task, (0, 12)))
        .await
        .unwrap_err();
    assert_eq!(
        (error.code.as_str(), error.values["line"].as_str()),
        ("action_broken", "7")
    );
    let blank = json!({ "id": "as-a-list", "source": " \n" });
    let error = world.call("save_action", blank).await.unwrap_err();
    assert_eq!(error.code, "nothing_written");
    for id in ["../out", "no-such"] {
        let gone = json!({ "task": "own", "id": id });
        let error = world
            .call("generate", asked(&open, &gone, (0, 12)))
            .await
            .unwrap_err();
        assert_eq!(error.code, "no_action", "{id}");
    }
    let out = json!({ "id": "../out", "source": LIST });
    assert_eq!(
        world.call("save_action", out).await.unwrap_err().code,
        "no_action"
    );
    // Away, a second of its name, and back.
    let id = json!({ "id": "as-a-list" });
    world.call("remove_action", id.clone()).await.unwrap();
    assert_eq!(
        world.call("actions", json!({})).await.unwrap()["actions"],
        json!([])
    );
    assert_eq!(world.save_action(None, LIST).await["id"], "as-a-list-2");
    world.call("restore_action", id).await.unwrap();
    let all = world.call("actions", json!({})).await.unwrap();
    assert_eq!(all["actions"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn an_answer_can_be_a_note() {
    let world = World::writing("Check this -- twice.");
    let open = world.news().await;
    world.choose_chat(&open).await;
    world.type_in(&open, "One. Two.").await;
    world
        .save_action(None, &LIST.replace("answer: replace", "answer: note"))
        .await;
    let task = json!({ "task": "own", "id": "as-a-list" });
    let batch = world.call("generate", asked(&open, &task, (0, 4))).await;
    let take = world.finished(&batch.unwrap()).await.remove(0);
    assert_eq!((take.from, take.to), (4, 4));
    let revision = world.view(&open.draft).await.revision;
    let accepted = json!({
        "take_id": take.id, "draft_id": open.draft, "base_revision": revision,
        "from": 4, "to": 4, "text": take.text,
    });
    world.call("accept_take", accepted).await.unwrap();
    let view = world.view(&open.draft).await;
    assert_eq!(view.body, "One. <!-- Check this –– twice. --> Two.");
}

#[tokio::test]
async fn a_prompt_is_seen_and_goes_as_it_was_left() {
    let world = World::writing("Shorter.");
    let open = world.news().await;
    world.choose_chat(&open).await;
    world.type_in(&open, "One and two and three.").await;
    let rules = json!({ "project_id": open.project, "house_rules": "game-changer" });
    world.call("set_house_rules", rules).await.unwrap();
    let task = json!({ "task": "shorten" });
    let input = asked(&open, &task, (0, 22));
    let seen = world.call("preview_prompt", input.clone()).await.unwrap();
    assert!(world.requests().is_empty(), "nothing was sent");
    let parts = seen["reading"]["parts"].as_array().unwrap();
    let of: Vec<&str> = parts.iter().map(|p| p["of"].as_str().unwrap()).collect();
    for part in [
        "instructions",
        "house_rules",
        "brief",
        "selection",
        "request",
    ] {
        assert!(of.contains(&part), "{part}: {of:?}");
    }
    let batch = world.call("generate", input.clone()).await.unwrap();
    world.finished(&batch).await;
    let Prompt::Chat(sent) = &world.requests()[0].prompt else {
        panic!("a chat");
    };
    for (at, message) in sent.iter().enumerate() {
        assert_eq!(
            seen["messages"][at]["content"], message.content,
            "what was seen is what is sent"
        );
    }
    // Changed, and with a wish behind it.
    let mut messages = seen["messages"].clone();
    messages[1]["content"] = json!("Say it in three words.");
    let mut changed = input;
    changed["prompt"] = json!({ "messages": messages, "compact": false, "wish": "no verbs" });
    let batch = world.call("generate", changed.clone()).await.unwrap();
    let take = world.finished(&batch).await.remove(0);
    assert!(take.facts.edited);
    let last = said(&world.requests()[1]);
    assert!(
        last.ends_with("Say it in three words.\n\n<wish>\nno verbs\n</wish>"),
        "{last}"
    );
    let record = world
        .call("generation_record", json!({ "id": take.id }))
        .await
        .unwrap();
    assert!(
        record["request"]
            .as_str()
            .unwrap()
            .contains("Say it in three words.")
    );
    // Empty, or for another sort of model.
    changed["prompt"] = json!({ "messages": [], "compact": false, "wish": "" });
    let error = world.call("generate", changed.clone()).await.unwrap_err();
    assert_eq!(error.code, "empty_prompt");
    changed["prompt"] = json!({ "messages": messages, "compact": true, "wish": "" });
    let error = world.call("generate", changed).await.unwrap_err();
    assert_eq!(error.code, "prompt_for_other");
}

#[tokio::test]
async fn the_voice_sample_goes_along_and_stays_away_where_it_is_off() {
    let world = World::writing("It sails.");
    let open = world.news().await;
    world.choose_chat(&open).await;
    let sample = |off: bool| json!({ "project_id": open.project, "sample": { "text": " Rain. Then more rain. ", "from": "Notes", "off": off } });
    let set = world.call("set_voice", sample(false)).await.unwrap();
    assert_eq!(set["sample"]["text"], "Rain. Then more rain.");
    assert!(set["tokens"].as_u64().unwrap() > 3);
    let task = json!({ "task": "draft" });
    let seen = world
        .call("preview_prompt", asked(&open, &task, (0, 0)))
        .await
        .unwrap();
    assert!(
        seen["messages"][0]["content"]
            .as_str()
            .unwrap()
            .contains("<voice>\nRain. Then more rain.\n</voice>")
    );
    world.call("set_voice", sample(true)).await.unwrap();
    let seen = world
        .call("preview_prompt", asked(&open, &task, (0, 0)))
        .await
        .unwrap();
    assert!(!seen.to_string().contains("Then more rain"));
}

#[tokio::test]
async fn a_headline_becomes_heading_and_title() {
    let world = World::writing("Ferry sails all night");
    let open = world.news().await;
    world.choose_chat(&open).await;
    world.type_in(&open, "# Old\n\nThe ferry sails.").await;
    let task = json!({ "task": "headline" });
    let batch = world.call("generate", asked(&open, &task, (0, 0))).await;
    let takes = world.finished(&batch.unwrap()).await;
    assert_eq!(takes.len(), 5);
    let view: DraftView = world.accept(&open, &takes[1]).await.unwrap();
    assert_eq!(view.body, "# Ferry sails all night\n\nThe ferry sails.");
    assert_eq!(view.document.title, "Ferry sails all night");
}
