//! Conversations with the assistant, and judging, with scripted models.

use inkstone_generation::{GenerationErrorKind, Prompt, Role, TextRequest};
use serde_json::{Value, json};

use super::world::*;
use crate::dto::*;

fn prompt(request: &TextRequest) -> String {
    match &request.prompt {
        Prompt::Chat(messages) => {
            let all = messages.iter().map(|m| m.content.as_str());
            all.collect::<Vec<_>>().join("\n----\n")
        }
        Prompt::Raw(text) => text.clone(),
    }
}

fn last(request: &TextRequest) -> String {
    match &request.prompt {
        Prompt::Chat(messages) => messages.last().unwrap().content.clone(),
        Prompt::Raw(text) => text.clone(),
    }
}

const TEXT: &str = "The ferry runs at night. It costs little.";

async fn talk(world: &World) -> (Open, String) {
    let open = world.news().await;
    world.choose_server(&open).await;
    world.type_in(&open, TEXT).await;
    let begun = world.call("start_conversation", json!({ "id": open.draft }));
    let id = begun.await.unwrap()["id"].as_str().unwrap().to_owned();
    (open, id)
}

fn question(open: &Open, id: &str, after: Option<&str>, question: &str) -> Value {
    json!({
        "conversation_id": id, "draft_id": open.draft, "after": after, "question": question,
        "from": 4, "to": 9,
    })
}

/// Asks, waits for the answer, and gives the conversation and the new turn.
async fn ask(world: &World, input: Value) -> (Value, Value) {
    let asked = world.call("ask_assistant", input.clone()).await.unwrap();
    let turn = asked["turns"].as_array().unwrap().last().unwrap().clone();
    let take = turn["take_id"].as_str().unwrap().to_owned();
    world
        .until(|t| t.id == take && !matches!(t.status, TakeStatus::Waiting | TakeStatus::Writing))
        .await;
    let id = json!({ "id": input["draft_id"] });
    let all = world.call("conversations", id).await.unwrap();
    let mut own = all.as_array().unwrap().iter();
    let own = own
        .find(|c| c["id"] == input["conversation_id"])
        .unwrap()
        .clone();
    let turns = own["turns"].as_array().unwrap().clone();
    let turn = turns.into_iter().find(|t| t["id"] == turn["id"]).unwrap();
    (own, turn)
}

#[tokio::test]
async fn what_is_said_to_be_sent_is_sent_and_the_answer_is_handed_over() {
    let world = World::writing("Try this:\n```\nThe night ferry runs.\n```\nIt is shorter.");
    let (open, id) = talk(&world).await;
    let input = question(&open, &id, None, "Shorter?");
    let planned = world.call("plan_question", input.clone()).await.unwrap();
    let (_, turn) = ask(&world, input).await;
    let Prompt::Chat(messages) = world.requests()[0].prompt.clone() else {
        panic!("no chat");
    };
    let mut said = vec![String::new(); messages.len()];
    for one in planned["segments"].as_array().unwrap() {
        let at = usize::try_from(one["message"].as_u64().unwrap()).unwrap();
        said[at].push_str(one["text"].as_str().unwrap());
    }
    let sent: Vec<String> = messages.iter().map(|m| m.content.clone()).collect();
    assert_eq!(said, sent);
    assert_eq!(messages[0].role, Role::System);
    assert!(
        sent[0].contains(TEXT) && sent[1].contains("<selection>\nferry"),
        "{sent:?}"
    );
    assert_eq!(turn["sent"]["parts"], planned["sent"]["parts"]);
    assert!(
        turn["answer"].as_str().unwrap().contains("```"),
        "as it was said"
    );
    // Answers stand in their conversation and enter no text by themselves.
    assert!(world.view(&open.draft).await.takes.is_empty());
    let hand = json!({
        "take_id": turn["take_id"], "draft_id": open.draft, "from": 0, "to": 24,
        "text": "The night ferry runs.",
    });
    let take = world.call("hand_over", hand).await.unwrap();
    assert_eq!(
        (&take["task"], &take["decision"]),
        (&json!("handed"), &json!("pending"))
    );
    let world = world.after_a_crash();
    let view = world.view(&open.draft).await;
    assert_eq!(view.takes.len(), 1, "a suggestion outlives the program");
    let accept = json!({
        "take_id": take["id"], "draft_id": open.draft, "base_revision": view.revision,
        "from": 0, "to": 24, "text": "The night ferry runs.",
    });
    let view = world.call("accept_take", accept).await.unwrap();
    assert_eq!(view["body"], "The night ferry runs. It costs little.");
    assert_eq!(view["takes"][0]["decision"], "accepted");
    let origins = world
        .call("provenance", json!({ "id": open.draft }))
        .await
        .unwrap();
    let generation = turn["take_id"].as_str().unwrap();
    assert!(origins.to_string().contains(generation), "{origins}");
    let at = json!({ "draft_id": open.draft, "base_revision": view["revision"] });
    let undone = world.call("undo", at).await.unwrap();
    // One step takes all of it back.
    let back = json!([{ "from": 0, "to": 21, "insert": "The ferry runs at night." }]);
    assert_eq!(undone["edits"], back);
    assert_eq!(world.view(&open.draft).await.body, TEXT);
}

#[tokio::test]
async fn a_question_that_is_edited_is_a_branch() {
    let world = World::new(|request| all_of(&format!("On: {}", last(request))));
    let (open, id) = talk(&world).await;
    let plain = |after: Option<&str>, text: &str| {
        let mut input = question(&open, &id, after, text);
        input["to"] = json!(4);
        input
    };
    let (_, a) = ask(&world, plain(None, "a")).await;
    let first = a["id"].as_str().unwrap().to_owned();
    let (_, b) = ask(&world, plain(Some(&first), "b")).await;
    let (own, other) = ask(&world, plain(Some(&first), "b, otherwise")).await;
    assert_eq!(own["turns"].as_array().unwrap().len(), 3);
    assert_eq!((&b["parent_id"], &other["parent_id"]), (&a["id"], &a["id"]));
    assert_eq!(own["head_id"], other["id"]);
    let third = prompt(&world.requests()[2]);
    assert!(
        third.contains("On: a") && !third.contains("On: b"),
        "{third}"
    );
    let show = json!({ "conversation_id": id, "turn_id": b["id"] });
    let shown = world.call("show_turn", show).await.unwrap();
    assert_eq!(shown["head_id"], b["id"]);
    // Named, put away, brought back.
    let named = json!({ "id": id, "name": " Lede " });
    let named = world.call("rename_conversation", named).await.unwrap();
    assert_eq!(named["name"], "Lede");
    let one = json!({ "id": id });
    world
        .call("delete_conversation", one.clone())
        .await
        .unwrap();
    let all = world
        .call("conversations", json!({ "id": open.draft }))
        .await;
    assert_eq!(all.unwrap(), json!([]));
    world.call("restore_conversation", one).await.unwrap();
    let nobody = world.call("ask_assistant", plain(Some("?"), "x")).await;
    assert_eq!(nobody.unwrap_err().code, "bad_request");
}

#[tokio::test]
async fn turns_without_room_are_summed_up_visibly_or_the_question_waits() {
    let world = World::new(|request| {
        all_of(&match prompt(request) {
            text if text.contains("keep the minutes") => "- The writer wants it short.".to_owned(),
            _ => "A long answer. ".repeat(400),
        })
    });
    let (open, id) = talk(&world).await;
    let mut after: Option<String> = None;
    let mut summed = None;
    for n in 0..8 {
        let input = question(&open, &id, after.as_deref(), &format!("Question {n}?"));
        let planned = world.call("plan_question", input.clone()).await.unwrap();
        let (own, turn) = ask(&world, input).await;
        assert_eq!(
            turn["sent"]["left_out"], 0,
            "nothing is left out in silence"
        );
        after = Some(turn["id"].as_str().unwrap().to_owned());
        if planned["summarises"] == true {
            summed = Some((own, turn));
            break;
        }
    }
    let (own, turn) = summed.unwrap();
    assert!(turn["sent"]["covered"].as_u64().unwrap() > 0);
    let asked = world.requests().pop().unwrap();
    assert!(prompt(&asked).contains("- The writer wants it short."));
    assert!(!prompt(&asked).contains("Question 0?"));
    let holder = own["turns"]
        .as_array()
        .unwrap()
        .iter()
        .find(|t| !t["summary"].is_null());
    let holder = holder.unwrap();
    assert_eq!(holder["summary"]["edited"], false);
    // It can be changed, and put away; nothing empty takes its place.
    let edit = |text: &str, deleted: bool| {
        json!({
            "conversation_id": id, "turn_id": holder["id"], "text": text, "deleted": deleted,
        })
    };
    let edited = world
        .call("edit_summary", edit("- Under 100 words.", false))
        .await
        .unwrap();
    assert!(edited.to_string().contains("- Under 100 words."));
    let kept = world.call("edit_summary", edit(" ", true)).await.unwrap();
    assert!(kept.to_string().contains("- Under 100 words."));
    // Where no summary can be written, the question is not sent.
    world.answers(|_| vec![Step::Fail(GenerationErrorKind::InvalidRequest)]);
    let number = world.requests().len();
    let input = question(&open, &id, after.as_deref(), "And now?");
    let error = world
        .call("ask_assistant", input.clone())
        .await
        .unwrap_err();
    assert_eq!(error.code, "summary_failed");
    assert_eq!(world.requests().len(), number + 1);
    // Left out by the person's own rule, it is said.
    let rules = json!({
        "document": "around", "brief": true, "selection": true, "turns": true, "summarise": false,
    });
    let rules = json!({ "id": id, "rules": rules });
    world.call("rule_conversation", rules).await.unwrap();
    let planned = world.call("plan_question", input).await.unwrap();
    assert_eq!(planned["summarises"], false);
    assert!(planned["sent"]["left_out"].as_u64().unwrap() > 0);
}

#[tokio::test]
async fn what_was_said_survives_a_stop_and_a_crash() {
    let world = World::new(|_| vec![say("Half an ans"), say("wer"), Step::Wait]);
    let (open, id) = talk(&world).await;
    let asked = world
        .call("ask_assistant", question(&open, &id, None, "Why?"))
        .await
        .unwrap();
    let take = asked["turns"][0]["take_id"].as_str().unwrap().to_owned();
    world
        .until(|t| t.id == take && t.text == "Half an answer")
        .await;
    let again = world.call(
        "ask_assistant",
        question(&open, &id, asked["turns"][0]["id"].as_str(), "And?"),
    );
    assert_eq!(again.await.unwrap_err().code, "still_writing");
    world.call("stop", json!({ "id": take })).await.unwrap();
    world
        .until(|t| t.id == take && t.status == TakeStatus::Stopped)
        .await;
    // What is shown is kept a moment later, never before it is shown.
    let mut all = serde_json::Value::Null;
    for _ in 0..100 {
        let after = world.after_a_crash();
        all = after
            .call("conversations", json!({ "id": open.draft }))
            .await
            .unwrap();
        if all[0]["turns"][0]["answer"] != "" {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert_eq!(all[0]["turns"][0]["answer"], "Half an answer");
    assert_eq!(all[0]["turns"][0]["question"], "Why?");
}

#[tokio::test]
async fn a_small_model_says_that_it_cannot_talk() {
    let world = World::writing("x");
    let open = world.news().await;
    let begun = world
        .call("start_conversation", json!({ "id": open.draft }))
        .await
        .unwrap();
    let id = begun["id"].as_str().unwrap();
    let error = world
        .call("ask_assistant", question(&open, id, None, "Why?"))
        .await;
    assert!(error.is_err());
    world.type_in(&open, TEXT).await;
    for command in ["plan_question", "ask_assistant"] {
        let error = world
            .call(command, question(&open, id, None, "Why?"))
            .await
            .unwrap_err();
        assert_eq!(error.code, "needs_larger_model", "{command}");
    }
    assert!(world.requests().is_empty());
}

fn grades(grade: u8) -> String {
    let names = [
        "fits_brief",
        "facts_kept",
        "length",
        "voice",
        "language",
        "freshness",
    ];
    let all = names.map(|name| format!("\"{name}\": {{\"reason\": \"seen\", \"grade\": {grade}}}"));
    format!("{{{}}}", all.join(", "))
}

/// Writes `good`, `fair` and `poor` texts and is its own judge.
async fn best(world: &World, judge: bool) -> (Open, Vec<Value>) {
    let open = world.news().await;
    let model = world.choose_server(&open).await;
    let input = json!({
        "of": {
            "draft_id": open.draft, "task": { "task": "continue" }, "from": 0, "to": 0,
            "note": "", "variants": 3, "seed": 1,
        },
        "judge": judge.then_some(model),
    });
    world.call("generate_best", input).await.unwrap();
    let found = async || {
        let all = world
            .call("evaluations", json!({ "id": open.draft }))
            .await
            .unwrap();
        let mut all = all.as_array().unwrap().clone();
        all.sort_by_key(|one| one["place"].as_u64());
        all
    };
    eventually_async(async || found().await.len() == 3).await;
    let all = found().await;
    (open, all)
}

fn written(seed: u64) -> &'static str {
    ["A fair text.", "A good text.", "A poor text."][usize::try_from(seed % 3).unwrap()]
}

#[tokio::test]
async fn the_best_of_three_is_chosen_with_reasons() {
    let world = World::new(|request| {
        let text = prompt(request);
        let judged = text.split("<text>").nth(1);
        all_of(&match judged {
            Some(judged) if judged.contains("good") => format!("Here:\n{}", grades(5)),
            Some(judged) if judged.contains("poor") => grades(1),
            Some(_) => grades(3),
            None => written(request.sampling.seed).to_owned(),
        })
    });
    let (open, all) = best(&world, true).await;
    let view = world.view(&open.draft).await;
    assert_eq!(view.takes.len(), 3, "readings of a judge are no takes");
    let text = |one: &Value| {
        let take = view
            .takes
            .iter()
            .find(|take| take.id == one["take_id"])
            .unwrap();
        take.text.clone()
    };
    let order: Vec<String> = all.iter().map(text).collect();
    assert_eq!(order, ["A good text.", "A fair text.", "A poor text."]);
    for one in &all {
        assert_eq!((&one["judged"], &one["of"]), (&json!(true), &json!(3)));
        assert_eq!(one["judge"]["given"]["points"].as_array().unwrap().len(), 6);
        assert_eq!(one["judge"]["given"]["points"][0]["reason"], "seen");
        assert_eq!(one["judge"]["readings"].as_array().unwrap().len(), 2);
    }
    assert!(all[0]["score"].as_u64() > all[2]["score"].as_u64());
    assert_eq!(world.requests().len(), 9, "three texts, each read twice");
}

#[tokio::test]
async fn a_judge_that_fails_or_contradicts_itself_is_said_and_does_not_count() {
    // No judgement, twice.
    let world = World::new(|request| {
        let judging = prompt(request).contains("<text>");
        all_of(if judging {
            "I like it."
        } else {
            written(request.sampling.seed)
        })
    });
    let (_, all) = best(&world, true).await;
    for one in &all {
        assert_eq!(one["judge_error"]["code"], "judge_unreadable");
        assert_eq!(
            (&one["judged"], &one["judge"]),
            (&json!(false), &Value::Null)
        );
        assert_eq!(one["score"], one["checks"]);
    }
    // One thing in the first reading, the contrary in the second.
    let world = World::new(|request| {
        let text = prompt(request);
        let first = text.find("- fits_brief") < text.find("- freshness");
        all_of(&match text.contains("<text>") {
            true => grades(if first { 5 } else { 1 }),
            false => written(request.sampling.seed).to_owned(),
        })
    });
    let (_, all) = best(&world, true).await;
    for one in &all {
        assert_eq!(one["judge"]["given"]["contradicts"], true);
        assert_eq!(
            (&one["judged"], &one["score"]),
            (&json!(false), &one["checks"])
        );
    }
    // Nobody is asked: the checks alone, and that is said.
    let world = World::new(|request| all_of(written(request.sampling.seed)));
    let (_, all) = best(&world, false).await;
    assert!(
        all.iter()
            .all(|one| one["judge"].is_null() && one["judge_error"].is_null())
    );
    assert_eq!(world.requests().len(), 3);
}
