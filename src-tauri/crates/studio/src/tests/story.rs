//! Stages of a story, reports and interviews with scripted models.

use inkstone_generation::{Form, Prompt, TextRequest};
use inkstone_manuscript::{DocumentKind, Language};
use serde_json::{Value, json};

use super::world::*;
use crate::dto::*;

const SCRIPT: &str = "# Act One\n\n= Mara hides the letter.\n\n= Tom burns the boat.\n\n\
INT. KITCHEN - NIGHT\n\n= Mara slips the letter under the tin.\n\nRain ticks.\n\nMARA\nThe kettle was.\n\n\
EXT. LANDING - DAWN\n\n= Tom pours petrol over the boat.\n\nFog. Tom waits.\n\nTOM\nWe are closed.\n";

/// A screenplay whose model follows instructions.
async fn script(world: &World, text: &str) -> Open {
    let open = world
        .document(DocumentKind::Screenplay, Language::English)
        .await;
    world.choose_server(&open).await;
    if !text.is_empty() {
        world.type_in(&open, text).await;
    }
    open
}

async fn story(world: &World, open: &Open) -> Value {
    let input = json!({ "id": open.draft });
    world.call("story", input).await.unwrap()
}

/// The stale parts, as `entry 2: beat 1`.
fn stale(story: &Value) -> Vec<String> {
    let all = story["stale"].as_array().unwrap().iter().map(|s| {
        let because = s["because"].as_array().unwrap().iter().map(|b| {
            let number = b["number"]
                .as_u64()
                .map_or(String::new(), |n| format!(" {n}"));
            format!("{}{number}", b["what"].as_str().unwrap())
        });
        let because: Vec<String> = because.collect();
        let stage = s["stage"].as_str().unwrap();
        match s["number"].as_u64().unwrap() {
            0 => format!("{stage}: {}", because.join(", ")),
            n => format!("{stage} {n}: {}", because.join(", ")),
        }
    });
    all.collect()
}

fn prompt(request: &TextRequest) -> String {
    match &request.prompt {
        Prompt::Chat(messages) => messages
            .iter()
            .map(|m| m.content.as_str())
            .collect::<Vec<_>>()
            .join("\n----\n"),
        Prompt::Raw(text) => text.clone(),
    }
}

#[tokio::test]
async fn a_changed_beat_makes_its_scene_stale_until_it_is_updated_or_kept() {
    let world = World::new(|request| {
        let text = prompt(request);
        all_of(if text.contains("rewrite the synopsis") {
            "= Mara burns the letter in the stove."
        } else {
            "The stove roars.\n\nMARA\nColder now."
        })
    });
    let open = script(&world, SCRIPT).await;
    let first = story(&world, &open).await;
    assert!(stale(&first).is_empty());
    assert_eq!(first["beats"][1]["text"], "Tom burns the boat.");
    assert_eq!(first["scenes"][1]["heading"], "EXT. LANDING - DAWN");
    assert_eq!(first["scenes"][0]["beats"], json!([1]));
    let text = SCRIPT.replace("Mara hides the letter.", "Mara burns the letter.");
    world.type_in(&open, &text).await;
    let now = story(&world, &open).await;
    assert_eq!(stale(&now), ["entry 1: beat 1", "scene 1: beat 1"]);
    // Updated: the suggestion stands for the old synopsis, and one operation brings it in.
    let batch = world
        .generate(&open, json!({ "task": "revise_entry", "number": 1 }))
        .await
        .unwrap();
    let take = world.finished(&batch).await.remove(0);
    let replaced = &text[take.from as usize..take.to as usize];
    assert_eq!(replaced, "= Mara slips the letter under the tin.");
    assert!(prompt(&world.requests()[0]).contains("= Mara burns the letter."));
    let view = world.accept(&open, &take).await.unwrap();
    assert!(
        view.body
            .contains("\n= Mara burns the letter in the stove.\n")
    );
    let now = story(&world, &open).await;
    assert_eq!(stale(&now), ["scene 1: synopsis"]);
    let batch = world
        .generate(&open, json!({ "task": "revise_scene", "number": 1 }))
        .await
        .unwrap();
    let take = world.finished(&batch).await.remove(0);
    let view = world.accept(&open, &take).await.unwrap();
    assert!(
        view.body.contains("Colder now.\n\nEXT. LANDING"),
        "{}",
        view.body
    );
    assert!(stale(&story(&world, &open).await).is_empty());
    // Kept as it is.
    let text = view
        .body
        .replace("Tom burns the boat.", "Tom sells the boat.");
    world.type_in(&open, &text).await;
    let kept = json!({ "draft_id": open.draft, "stage": "entry", "number": 2 });
    let kept = world.call("keep_part", kept).await.unwrap();
    assert!(stale(&kept).is_empty());
    assert!(stale(&story(&world.after_a_crash(), &open).await).is_empty());
}

#[tokio::test]
async fn a_premise_goes_into_the_brief_and_waits_for_the_logline() {
    let world = World::writing("**Premise:** Two keepers share one light.");
    let open = script(&world, "").await;
    let batch = world
        .generate(&open, json!({ "task": "premise" }))
        .await
        .unwrap();
    let take = world.finished(&batch).await.remove(0);
    assert_eq!(take.text, "Two keepers share one light.");
    let input =
        json!({ "take_id": take.id, "draft_id": open.draft, "text": " Two keepers, one light. " });
    let view = world.call("accept_part", input).await.unwrap();
    assert_eq!(view["brief"]["premise"], "Two keepers, one light.");
    assert_eq!(view["brief"]["characters"][0]["name"], "Mara");
    assert_eq!(view["body"], "");
    assert_eq!(view["takes"][0]["decision"], "accepted");
    assert!(
        stale(&story(&world, &open).await).is_empty(),
        "people were there before the premise"
    );
    let mut brief = view["brief"].clone();
    brief["logline"] = json!("Two keepers put out a light");
    let set = json!({ "draft_id": open.draft, "brief": brief });
    world.call("set_brief", set).await.unwrap();
    assert!(stale(&story(&world, &open).await).contains(&"premise: logline".to_owned()));
    // An empty premise takes nothing's place.
    let input = json!({ "take_id": take.id, "draft_id": open.draft, "text": " " });
    let error = world.call("accept_part", input).await.unwrap_err();
    assert_eq!(error.code, "nothing_written");
}

#[tokio::test]
async fn pages_that_are_no_json_are_asked_for_once_more() {
    let world = World::new(|request| {
        all_of(if prompt(request).contains("not in the form asked for") {
            r#"{"characters": [{"name": "Mara", "want": "the light"}, {"name": "Tom", "role": "61"}]}"#
        } else {
            "Mara wants the light."
        })
    });
    let open = script(&world, "").await;
    let batch = world
        .generate(&open, json!({ "task": "characters" }))
        .await
        .unwrap();
    let first = batch["takes"][0]["id"].as_str().unwrap().to_owned();
    let second = world.until(|t| t.id != first && is_over(t)).await;
    assert_eq!(second.text, "Mara\nWants: the light\n\nTom (61)");
    eventually_async(async || {
        let view = world.view(&open.draft).await;
        view.takes
            .iter()
            .any(|t| t.id == first && t.decision == TakeDecision::Discarded)
    })
    .await;
    let requests = world.requests();
    assert_eq!(requests.len(), 2);
    assert!(prompt(&requests[1]).contains("Mara wants the light."));
    let form = requests[0].constraint.as_ref().unwrap().form.clone();
    assert!(matches!(form, Some(Form::JsonSchema(_))));
    let input = json!({ "take_id": second.id, "draft_id": open.draft, "text": "" });
    let view = world.call("accept_part", input).await.unwrap();
    assert_eq!(view["brief"]["characters"][0]["want"], "the light");
    assert_eq!(view["brief"]["characters"][1]["role"], "61");
}

#[tokio::test]
async fn coverage_is_kept_with_its_quotes_looked_up_and_written_to_a_file() {
    let world = World::writing(
        r#"{"logline": "l", "synopsis": "s", "premise": {"grade": "good", "reason": "r",
        "quotes": ["The kettle was.", "It was the best of times"]}, "verdict": "recommend", "reason": "why"}"#,
    );
    let open = script(&world, SCRIPT).await;
    world
        .generate(&open, json!({ "task": "coverage" }))
        .await
        .unwrap();
    let id = json!({ "id": open.draft });
    let reports = async || world.call("reports", id.clone()).await.unwrap();
    eventually_async(async || !reports().await.as_array().unwrap().is_empty()).await;
    let report = reports().await[0].clone();
    assert_eq!(report["share"], 100);
    assert_eq!(report["coverage"]["verdict"], "recommend");
    let quotes = &report["coverage"]["premise"]["quotes"];
    assert_eq!(
        (&quotes[0]["found"], &quotes[1]["found"]),
        (&json!(true), &json!(false))
    );
    assert_eq!(
        world.view(&open.draft).await.body,
        SCRIPT,
        "nothing enters the text"
    );
    let path = world.folder.path().join("coverage.md");
    let input = json!({ "id": report["id"], "path": path });
    world.call("export_report", input).await.unwrap();
    let file = std::fs::read_to_string(path).unwrap();
    assert!(
        file.contains("**Recommend**") && file.contains("not in the script"),
        "{file}"
    );
    let gone = json!({ "id": report["id"] });
    world.call("delete_report", gone.clone()).await.unwrap();
    assert!(reports().await.as_array().unwrap().is_empty());
    world.call("restore_report", gone).await.unwrap();
    assert_eq!(reports().await.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_reader_that_never_answers_in_form_leaves_no_report() {
    let world = World::writing("A fine script.");
    let open = script(&world, SCRIPT).await;
    let batch = world
        .generate(&open, json!({ "task": "coverage" }))
        .await
        .unwrap();
    let first = batch["takes"][0]["id"].as_str().unwrap().to_owned();
    world.until(|t| t.id != first && is_over(t)).await;
    assert_eq!(world.requests().len(), 2, "asked once more, and no oftener");
    let reports = world
        .call("reports", json!({ "id": open.draft }))
        .await
        .unwrap();
    assert_eq!(reports, json!([]));
}

#[tokio::test]
async fn what_someone_cannot_know_is_a_finding_while_its_quote_stands() {
    let world = World::writing(
        r#"{"findings": [{"who": "TOM", "problem": "He was not told.", "quote": "We are closed."}]}"#,
    );
    let open = script(&world, SCRIPT).await;
    let batch = world
        .generate(&open, json!({ "task": "knowledge" }))
        .await
        .unwrap();
    world.finished(&batch).await;
    let check = async || {
        let found = world
            .call("check", json!({ "id": open.draft }))
            .await
            .unwrap();
        let all = found.as_array().unwrap().clone();
        all.into_iter()
            .find(|f| f["rule"] == "screenplay.knowledge")
    };
    eventually_async(async || check().await.is_some()).await;
    let finding = check().await.unwrap();
    let at = finding["from"].as_u64().unwrap() as usize;
    assert!(SCRIPT[at..].starts_with("We are closed."));
    assert_eq!(finding["values"]["who"], "TOM");
    world
        .type_in(&open, &SCRIPT.replace("We are closed.", "Go home."))
        .await;
    assert!(check().await.is_none());
}

#[tokio::test]
async fn an_interview_goes_on_is_kept_and_can_be_put_away() {
    let world = World::new(|request| {
        all_of(if prompt(request).contains("Who told you?") {
            "TOM: Nobody."
        } else {
            "\"Ask Mara.\""
        })
    });
    let open = script(&world, SCRIPT).await;
    let start = json!({ "draft_id": open.draft, "character": "Tom" });
    let id = world.call("start_interview", start).await.unwrap()["id"].clone();
    let ask = async |question: &str, again: bool| {
        let input =
            json!({ "id": id, "question": question, "until": SCRIPT.len(), "again": again });
        let asked = world.call("ask_character", input).await.unwrap();
        let turn = asked["turns"].as_array().unwrap().last().unwrap().clone();
        let take = turn["take_id"].as_str().unwrap().to_owned();
        world.until(|t| t.id == take && is_over(t)).await;
        turn
    };
    ask("Where is the letter?", false).await;
    let second = ask("Who told you?", false).await;
    let interviews = async || {
        let all = world.call("interviews", json!({ "id": open.draft })).await;
        all.unwrap()
    };
    let answers = |all: &Value| -> Vec<String> {
        let turns = all[0]["turns"].as_array().unwrap().iter();
        turns
            .map(|t| t["answer"].as_str().unwrap().to_owned())
            .collect()
    };
    eventually_async(async || answers(&interviews().await) == ["Ask Mara.", "Nobody."]).await;
    let last = prompt(&world.requests()[1]);
    assert!(
        last.contains("Where is the letter?\n----\nAsk Mara.\n----\nWho told you?"),
        "{last}"
    );
    assert!(
        last.contains("Fog. Tom waits.") && !last.contains("Rain ticks"),
        "{last}"
    );
    assert!(
        !last.contains("petrol"),
        "a synopsis is nobody's memory: {last}"
    );
    assert_eq!(second["scenes"], 1);
    // The same question once more stands beside the first, and is shown in its place.
    let again = ask("", true).await;
    assert_eq!(interviews().await[0]["turns"].as_array().unwrap().len(), 2);
    let keep = json!({ "interview_id": id, "turn_id": again["id"], "kept": true });
    let kept = world.call("keep_answer", keep).await.unwrap();
    assert_eq!(kept["turns"][1]["kept"], true);
    // It has a place of its own, among the takes it would only be in the way.
    assert!(world.view(&open.draft).await.takes.is_empty());
    let one = json!({ "id": id });
    world.call("delete_interview", one.clone()).await.unwrap();
    assert_eq!(interviews().await, json!([]));
    world.call("restore_interview", one).await.unwrap();
    assert_eq!(answers(&interviews().await), ["Ask Mara.", "Nobody."]);
    let nobody = json!({ "draft_id": open.draft, "character": " " });
    let error = world.call("start_interview", nobody).await.unwrap_err();
    assert_eq!(error.code, "bad_request");
}

#[tokio::test]
async fn a_small_model_says_beforehand_what_is_beyond_it() {
    let world = World::writing("x");
    let open = world
        .document(DocumentKind::Screenplay, Language::English)
        .await;
    world.type_in(&open, SCRIPT).await;
    let models = world.call("models", json!({})).await.unwrap();
    let beyond: Vec<&str> = models[0]["beyond"]
        .as_array()
        .unwrap()
        .iter()
        .map(|t| t.as_str().unwrap())
        .collect();
    assert!(beyond.contains(&"coverage") && beyond.contains(&"interview"));
    assert!(!beyond.contains(&"scene") && !beyond.contains(&"alternatives"));
    for task in ["premise", "characters", "turns", "coverage", "knowledge"] {
        let error = world
            .generate(&open, json!({ "task": task }))
            .await
            .unwrap_err();
        assert_eq!(error.code, "needs_larger_model", "{task}");
    }
    assert!(world.requests().is_empty());
    // What it can do in another's stead it does.
    world
        .generate(&open, json!({ "task": "revise_scene", "number": 1 }))
        .await
        .unwrap();
    let models = world.choose_server(&open).await;
    let all = world.call("models", json!({})).await.unwrap();
    let server = all
        .as_array()
        .unwrap()
        .iter()
        .find(|m| m["id"] == json!(models));
    assert_eq!(server.unwrap()["beyond"], json!([]));
}

#[tokio::test]
async fn pages_are_told_before_they_go_along_and_elements_are_constrained() {
    let world = World::writing("Rain.");
    let open = script(&world, SCRIPT).await;
    let mut brief = brief(DocumentKind::Screenplay, Language::English);
    brief["characters"] = json!([
        { "name": "Mara", "voice": "Short." }, { "name": "Tom", "want": "his house" },
    ]);
    brief["places"] = json!([{ "name": "Kitchen", "description": "warm", "prompt": "never" }]);
    let set = json!({ "draft_id": open.draft, "brief": brief });
    world.call("set_brief", set).await.unwrap();
    let pages = async |task: Value| {
        let input = json!({ "draft_id": open.draft, "task": task, "from": 0, "to": 0, "note": "" });
        let found = world.call("prompt_pages", input).await.unwrap();
        let names = found.as_array().unwrap().clone();
        assert!(
            names
                .iter()
                .all(|p| p["tokens"].as_u64().unwrap() > 0 && p["fits"] == true)
        );
        names
            .iter()
            .map(|p| p["name"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        pages(json!({ "task": "scene", "number": 1 })).await,
        ["Mara"]
    );
    assert_eq!(
        pages(json!({ "task": "scene", "number": 2 })).await,
        ["Tom"]
    );
    assert!(
        pages(json!({ "task": "scene", "number": 9 }))
            .await
            .is_empty()
    );
    let batch = world
        .generate(&open, json!({ "task": "scene", "number": 2 }))
        .await
        .unwrap();
    world.finished(&batch).await;
    let request = world.requests().remove(0);
    assert!(prompt(&request).contains("- Wants: his house"));
    let Some(Form::Grammar(grammar)) = request.constraint.unwrap().form else {
        panic!("a grammar")
    };
    assert!(grammar.contains("MARA"), "{grammar}");
}
