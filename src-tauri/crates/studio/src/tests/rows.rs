//! Everything that asks a model follows the row of models and the budget as takes do.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use inkstone_generation::{
    CancellationToken, FinishReason, GenerationErrorKind as Kind, Prompt, TextRequest, Wait,
};
use serde_json::{Value, json};

use super::world::*;
use crate::{
    Brief, DocumentKind, Language,
    dto::*,
    headless::{Best, DraftRun, Progress, RawRun},
    waiting::WaitDto,
};

fn prompt(request: &TextRequest) -> String {
    match &request.prompt {
        Prompt::Chat(messages) => {
            let all = messages.iter().map(|m| m.content.as_str());
            all.collect::<Vec<_>>().join("\n----\n")
        }
        Prompt::Raw(text) => text.clone(),
    }
}

/// A server that cannot be reached, and a file that writes; in a row for all tasks.
async fn row(world: &World, open: &Open) -> (String, String) {
    world.allow(open).await;
    let first = world.server("first.example", "large", "").await;
    let second = world.file("second").await;
    world.chain(open, None, &[&first, &second]).await;
    world.answers_as("large", |_| vec![Step::Fail(Kind::Unreachable)]);
    (first, second)
}

fn skipped(take: &TakeDto) -> Vec<(&str, &str)> {
    let all = take.facts.skipped.iter();
    all.map(|one| (one.model_name.as_str(), one.error.code.as_str()))
        .collect()
}

/// The take that a turn of a conversation has in the end.
async fn answered(world: &World, list: &str, draft: &str) -> (Value, TakeDto) {
    let turn = async || {
        let all = world.call(list, json!({ "id": draft })).await.unwrap();
        all[0]["turns"].as_array().unwrap().last().unwrap().clone()
    };
    eventually_async(async || turn().await["status"] == "done").await;
    let turn = turn().await;
    let id = json!({ "id": turn["take_id"] });
    let record = world.call("generation_record", id).await.unwrap();
    let take = world
        .studio
        .take(record["take"]["id"].as_str().unwrap())
        .unwrap();
    (turn, take)
}

#[tokio::test]
async fn an_assistant_goes_on_with_the_next_model_and_says_so() {
    let world = World::writing("Shorter, then.");
    let open = world.news().await;
    row(&world, &open).await;
    world.type_in(&open, "The ferry runs.").await;
    let begun = world.call("start_conversation", json!({ "id": open.draft }));
    let id = begun.await.unwrap()["id"].clone();
    let input = json!({
        "conversation_id": id, "draft_id": open.draft, "after": null, "question": "Shorter?",
        "from": 0, "to": 0,
    });
    world.call("ask_assistant", input).await.unwrap();
    let (turn, take) = answered(&world, "conversations", &open.draft).await;
    assert_eq!(
        (&turn["answer"], &turn["model_name"], &turn["host"]),
        (&json!("Shorter, then."), &json!("second"), &json!(null))
    );
    assert_eq!(skipped(&take), [("large", "unreachable")]);
    // What it was sent with is told for the one that answered.
    assert!(turn["sent"]["context"].as_u64().unwrap() > 0);
    assert_eq!(turn["sent"]["assumed"], false);
    // The next question has both in mind, and asks the first one first.
    let input = json!({
        "conversation_id": id, "draft_id": open.draft, "after": turn["id"], "question": "And now?",
        "from": 0, "to": 0,
    });
    world.call("ask_assistant", input).await.unwrap();
    eventually(|| world.asked().len() == 4).await;
    assert_eq!(world.asked(), ["large", "second", "large", "second"]);
    let last = prompt(&world.requests()[3]);
    assert!(last.contains("Shorter?\n----\nShorter, then."), "{last}");
}

#[tokio::test]
async fn minutes_go_on_with_the_next_model_too() {
    let world = World::new(|request| {
        all_of(&match prompt(request) {
            text if text.contains("keep the minutes") => "- It is to be short.".to_owned(),
            _ => "A long answer. ".repeat(400),
        })
    });
    let open = world.news().await;
    let (_, second) = row(&world, &open).await;
    world.chain(&open, None, &[&second]).await;
    world.type_in(&open, "The ferry runs.").await;
    let begun = world.call("start_conversation", json!({ "id": open.draft }));
    let id = begun.await.unwrap()["id"].clone();
    let mut after = Value::Null;
    let mut summed = false;
    for n in 0..8 {
        let input = json!({
            "conversation_id": id, "draft_id": open.draft, "after": after,
            "question": format!("Question {n}?"), "from": 0, "to": 0,
        });
        let planned = world.call("plan_question", input.clone()).await.unwrap();
        summed = planned["summarises"] == true;
        if summed {
            // From now on the first of the row has to be passed over.
            let third = world.file("third").await;
            world.chain(&open, None, &[&second, &third]).await;
            world.answers_as("second", |_| vec![Step::Fail(Kind::ModelBroken)]);
        }
        let asked = world.call("ask_assistant", input).await.unwrap();
        let turns = asked["turns"].as_array().unwrap().len();
        let all = async || {
            let all = world.call("conversations", json!({ "id": open.draft }));
            all.await.unwrap()[0].clone()
        };
        eventually_async(async || all().await["turns"][turns - 1]["status"] == "done").await;
        after = all().await["turns"][turns - 1]["id"].clone();
        if summed {
            let minutes = all().await.to_string();
            assert!(minutes.contains("- It is to be short."), "{minutes}");
            let last = &all().await["turns"][turns - 1];
            assert_eq!(last["model_name"], "third");
            break;
        }
    }
    assert!(summed, "the turns never outgrew the model");
}

#[tokio::test]
async fn an_interview_goes_on_with_the_next_model() {
    let world = World::writing("Ask the keeper.");
    let open = world
        .document(DocumentKind::Screenplay, Language::English)
        .await;
    row(&world, &open).await;
    let script = "INT. LIGHT - NIGHT\n\nMara waits.\n\nMARA\nStill here.\n";
    world.type_in(&open, script).await;
    let start = json!({ "draft_id": open.draft, "character": "Mara" });
    let id = world.call("start_interview", start).await.unwrap()["id"].clone();
    let input =
        json!({ "id": id, "question": "Who are you?", "until": script.len(), "again": false });
    world.call("ask_character", input).await.unwrap();
    let (turn, take) = answered(&world, "interviews", &open.draft).await;
    assert_eq!(turn["answer"], "Ask the keeper.");
    assert_eq!(take.model_name, "second");
    assert_eq!(skipped(&take), [("large", "unreachable")]);
    assert_eq!(turn["scenes"], 1);
}

#[tokio::test]
async fn what_was_cut_off_is_gone_on_with_by_the_next_model() {
    let world = World::new(|request| match prompt(request) {
        text if text.contains("was cut off") => all_of("sails at nine."),
        _ => vec![
            say("# Ferry\n\nThe ferry "),
            Step::Finish(FinishReason::Length),
        ],
    });
    let open = world.news().await;
    let (_, second) = row(&world, &open).await;
    let batch = world.generate(&open, json!({ "task": "draft" })).await;
    let id = batch.unwrap()["batch_id"].clone();
    let cut = world
        .until(|t| t.batch_id == id && t.status == TakeStatus::Incomplete)
        .await;
    assert_eq!(cut.model_name, "second");
    let third = world.file("third").await;
    world.chain(&open, None, &[&second, &third]).await;
    world.answers_as("second", |_| vec![Step::Fail(Kind::ModelBroken)]);
    let input = json!({ "take_id": cut.id, "over_budget": false });
    world.call("resume_take", input).await.unwrap();
    let done = world
        .until(|t| t.status == TakeStatus::Done && t.model_name == "third")
        .await;
    assert_eq!(done.text, "# Ferry\n\nThe ferry sails at nine.");
    assert_eq!(done.facts.resumes.as_deref(), Some(cut.id.as_str()));
    assert_eq!(skipped(&done), [("second", "model_broken")]);
    eventually_async(async || {
        let takes = world.view(&open.draft).await.takes;
        let waiting = takes.iter().filter(|t| t.decision == TakeDecision::Pending);
        waiting.count() == 1
    })
    .await;
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

fn judged_or(request: &TextRequest, grade: u8) -> Vec<Step> {
    match prompt(request).split("<text>").nth(1) {
        Some(_) => all_of(&grades(grade)),
        None => all_of("A text."),
    }
}

/// Waits until the library has all of a batch.
async fn over(world: &World, batch: &Value) {
    world.finished(batch).await;
    let id = batch["batch_id"].as_str().unwrap();
    eventually(|| !world.studio.is_live(id)).await;
}

async fn evaluations(world: &World, open: &Open) -> Vec<Value> {
    let all = world.call("evaluations", json!({ "id": open.draft })).await;
    all.unwrap().as_array().unwrap().clone()
}

#[tokio::test]
async fn another_judge_begins_anew_and_all_takes_have_the_same_one() {
    let world = World::new(|request| judged_or(request, 3));
    let open = world.news().await;
    let writer = world.file("writer").await;
    let (first, second) = (world.file("strict").await, world.file("mild").await);
    world.chain(&open, None, &[&writer]).await;
    world.chain(&open, Some("judge"), &[&first, &second]).await;
    // Two readings of the first take, and one of the second; then it can't any more.
    let read = Arc::new(AtomicUsize::new(0));
    let counts = read.clone();
    world.answers_as("strict", move |_| {
        match counts.fetch_add(1, Ordering::SeqCst) {
            0..3 => all_of(&grades(1)),
            _ => vec![Step::Fail(Kind::RateLimited)],
        }
    });
    world.answers_as("mild", |_| all_of(&grades(5)));
    let input = json!({
        "draft_id": open.draft, "task": { "task": "continue" }, "from": 0, "to": 0, "note": "",
        "variants": 2, "seed": 1,
    });
    let batch = world.call("generate", input).await.unwrap();
    over(&world, &batch).await;
    let judge = json!({
        "draft_id": open.draft, "batch_id": batch["batch_id"], "note": "", "judge": null,
        "by_chain": true,
    });
    world.call("judge_takes", judge).await.unwrap();
    let all = evaluations(&world, &open).await;
    assert_eq!(all.len(), 2);
    for one in &all {
        assert_eq!(one["judge"]["model_name"], "mild", "{one}");
        assert_eq!(one["judge"]["skipped"][0]["model_name"], "strict");
        assert_eq!(one["judge"]["skipped"][0]["error"]["code"], "rate_limited");
        assert_eq!(one["judged"], true);
        assert_eq!(one["judge"]["readings"].as_array().unwrap().len(), 2);
    }
    assert_eq!(read.load(Ordering::SeqCst), 4);
    let mild = world.asked().iter().filter(|name| *name == "mild").count();
    assert_eq!(mild, 5, "one that took over, and four that count");
}

#[tokio::test]
async fn a_judge_is_asked_within_the_budget_or_not_at_all() {
    let world = World::new(|request| judged_or(request, 3));
    let open = world.news().await;
    let writer = world.file("writer").await;
    world.allow(&open).await;
    world.chain(&open, None, &[&writer]).await;
    let judge = world.server("judge.example", "judge", "").await;
    world.price(&judge, 1000.0, 1000.0).await;
    world.budget(Some(&open), 0.5).await;
    let generate = json!({
        "draft_id": open.draft, "task": { "task": "continue" }, "from": 0, "to": 0, "note": "",
        "variants": 2, "seed": 1,
    });
    // Known before a word is written.
    let best = json!({ "of": generate, "judge": judge });
    let error = world.call("generate_best", best).await.unwrap_err();
    assert_eq!(error.code, "budget_passed");
    assert!(world.asked().is_empty());
    let batch = world.call("generate", generate).await.unwrap();
    over(&world, &batch).await;
    let input = |over: bool| {
        json!({
            "draft_id": open.draft, "batch_id": batch["batch_id"], "note": "", "judge": judge,
            "over_budget": over,
        })
    };
    let error = world.call("judge_takes", input(false)).await.unwrap_err();
    assert_eq!(error.code, "budget_passed");
    assert_eq!(world.asked(), ["writer", "writer"], "nobody was asked");
    assert_eq!(world.ledger().await, json!([]));
    world.call("judge_takes", input(true)).await.unwrap();
    let all = evaluations(&world, &open).await;
    assert!(all.iter().all(|one| one["judged"] == true));
}

#[tokio::test]
async fn conversations_keep_to_the_budget_along_the_row() {
    let world = World::writing("Yes.");
    let open = world.news().await;
    let (first, second) = row(&world, &open).await;
    world.price(&first, 1000.0, 1000.0).await;
    world.budget(Some(&open), 0.5).await;
    world.type_in(&open, "The ferry runs.").await;
    let begun = world.call("start_conversation", json!({ "id": open.draft }));
    let id = begun.await.unwrap()["id"].clone();
    let input = |over: bool| {
        json!({
            "conversation_id": id, "draft_id": open.draft, "after": null, "question": "Why?",
            "from": 0, "to": 0, "over_budget": over,
        })
    };
    let error = world.call("ask_assistant", input(false)).await.unwrap_err();
    assert_eq!(error.code, "budget_passed");
    assert!(world.asked().is_empty());
    // Who comes second and is too dear is passed over, and the first one's failure stays.
    let dear = world.server("dear.example", "dear", "").await;
    world.price(&dear, 1000.0, 1000.0).await;
    let cheap = world.server("cheap.example", "cheap", "").await;
    world.answers_as("cheap", |_| vec![Step::Fail(Kind::Unreachable)]);
    world.chain(&open, None, &[&cheap, &dear, &second]).await;
    world.call("ask_assistant", input(false)).await.unwrap();
    let (_, take) = answered(&world, "conversations", &open.draft).await;
    assert_eq!(
        skipped(&take),
        [("cheap", "unreachable"), ("dear", "budget_passed")]
    );
    assert_eq!(world.asked(), ["cheap", "second"]);
}

fn run(models: &[&String]) -> DraftRun {
    let value = brief(DocumentKind::News, Language::English);
    DraftRun {
        seed: Some(5),
        models: models.iter().map(|id| (*id).clone()).collect(),
        ..DraftRun::new(Brief::from_value(DocumentKind::News, value).unwrap())
    }
}

#[tokio::test]
async fn without_a_window_the_row_is_followed_and_told() {
    let world = World::writing("# Ferry\n\nIt sails.");
    let first = world.server("first.example", "large", "").await;
    let second = world.file("second").await;
    world.answers_as("large", |_| {
        vec![
            Step::Pause(Wait::Asked, 2),
            Step::Pause(Wait::Asked, 1),
            Step::Fail(Kind::RateLimited),
        ]
    });
    let told = Arc::new(Mutex::new(Vec::new()));
    let log = told.clone();
    let written = world
        .studio
        .draft_brief(
            run(&[&first, &second]),
            CancellationToken::new(),
            move |p| {
                log.lock().unwrap().push(p);
            },
        )
        .await
        .unwrap();
    assert_eq!(written.text, "# Ferry\n\nIt sails.");
    assert!(written.error().is_none());
    let generation = &written.generation;
    assert_eq!(
        (generation.model.as_str(), generation.host.as_deref()),
        ("second", None)
    );
    assert_eq!(generation.skipped[0].error.code, "rate_limited");
    let told = told.lock().unwrap();
    let waits: Vec<(WaitDto, u32)> = told
        .iter()
        .filter_map(|p| match p {
            Progress::Waiting { waiting, .. } => Some((waiting.why, waiting.seconds)),
            _ => None,
        })
        .collect();
    assert_eq!(waits, [(WaitDto::Asked, 2), (WaitDto::Asked, 1)]);
    let handed = told.iter().find_map(|p| match p {
        Progress::HandedOn { model, error, .. } => Some((model.clone(), error.clone())),
        _ => None,
    });
    let (model, error) = handed.unwrap();
    assert_eq!(
        (model.as_str(), error.unwrap().code.as_str()),
        ("large", "rate_limited")
    );
    let ended = told.iter().filter(|p| matches!(p, Progress::Ended { .. }));
    assert_eq!(ended.count(), 1);
}

#[tokio::test]
async fn without_a_window_the_budget_of_all_is_asked() {
    let world = World::writing("# Ferry\n\nIt sails.");
    let model = world.server("first.example", "large", "").await;
    world.price(&model, 1000.0, 1000.0).await;
    world.budget(None, 0.01).await;
    let go = |run| {
        let studio = world.studio.clone();
        async move {
            studio
                .draft_brief(run, CancellationToken::new(), |_| {})
                .await
        }
    };
    let error = go(run(&[&model])).await.unwrap_err();
    assert_eq!(error.to_dto().code, "budget_of_all_passed");
    assert!(world.asked().is_empty());
    let raw = RawRun {
        prompt: "Once upon a time".repeat(20),
        models: vec![model.clone()],
        ..RawRun::default()
    };
    let error = world
        .studio
        .complete_raw(raw, CancellationToken::new(), |_| {})
        .await;
    assert_eq!(error.unwrap_err().to_dto().code, "budget_of_all_passed");
    let over = DraftRun {
        over_budget: true,
        ..run(&[&model])
    };
    assert_eq!(go(over).await.unwrap().text, "# Ferry\n\nIt sails.");
}

#[tokio::test]
async fn the_best_of_several_is_chosen_without_a_window() {
    let world = World::new(|request| {
        let text = prompt(request);
        all_of(&match text.split("<text>").nth(1) {
            Some(judged) if judged.contains("good") => grades(5),
            Some(_) => grades(2),
            None if request.sampling.seed == 6 => "# A good ferry\n\nIt sails.".to_owned(),
            None => "# A ferry\n\nIt sails.".to_owned(),
        })
    });
    let model = world.file("second").await;
    let best = |judges| DraftRun {
        variants: Some(3),
        best: Some(Best { judges }),
        ..run(&[&model])
    };
    let go = async |run| {
        let done = world
            .studio
            .draft_brief(run, CancellationToken::new(), |_| {});
        done.await.unwrap()
    };
    let written = go(best(Some(Vec::new()))).await;
    assert_eq!(written.best, Some(1));
    assert_eq!(written.text, "# A good ferry\n\nIt sails.");
    assert_eq!(written.title.as_deref(), Some("A good ferry"));
    assert_eq!(written.generation.seed, 6);
    let places: Vec<u32> = written.evaluations.iter().map(|one| one.place).collect();
    assert_eq!(places, [2, 1, 3]);
    assert!(written.evaluations.iter().all(|one| one.judged));
    let shown = serde_json::to_value(&written).unwrap();
    let reason = &shown["evaluations"][1]["judge"]["given"]["points"][0]["reason"];
    assert_eq!(reason, "seen");
    // Kept with each generation.
    let library = &world.studio.library;
    for variant in &written.variants {
        let kept = library.generation(&variant.generation.id).unwrap();
        assert!(kept.evaluation.is_some());
    }
    assert_eq!(world.requests().len(), 9);
    // By the checks alone nobody is asked.
    let written = go(best(None)).await;
    assert_eq!(world.requests().len(), 12);
    assert!(written.evaluations.iter().all(|one| one.judge.is_none()));
    // A judge that is too small is said.
    let starter = best(Some(vec!["starter".to_owned()]));
    let written = go(starter).await;
    let why = written.evaluations[0].judge_error.as_ref().unwrap();
    assert_eq!(why.code, "needs_larger_model");
}

#[tokio::test]
async fn a_second_try_at_a_form_keeps_to_row_and_budget() {
    // The first answer is no JSON; then the model is gone, and the next one gives the form.
    let world = World::writing("{}");
    let open = world
        .document(DocumentKind::Screenplay, Language::English)
        .await;
    let (first, second) = (world.file("first").await, world.file("second").await);
    world.chain(&open, None, &[&first, &second]).await;
    let turns = Arc::new(AtomicUsize::new(0));
    world.answers_as("first", move |_| {
        match turns.fetch_add(1, Ordering::SeqCst) {
            0 => all_of("no form at all"),
            _ => vec![Step::Fail(Kind::ModelBroken)],
        }
    });
    world
        .generate(&open, json!({ "task": "characters" }))
        .await
        .unwrap();
    let take = world
        .until(|t| t.model_name == "second" && is_over(t))
        .await;
    assert_eq!(skipped(&take), [("first", "model_broken")]);
    assert_eq!(world.asked(), ["first", "first", "second"]);
    let last = prompt(&world.requests()[2]);
    assert!(last.contains("no form at all"), "{last}");
}

#[tokio::test]
async fn what_is_shown_of_a_question_is_masked_as_it_leaves_and_the_record_says_so() {
    let world = World::writing("Ask [Name_1].");
    let open = world.news().await;
    world.choose_server(&open).await;
    let text = "Ines Vega runs the ferry. Write to ines@harbour.example.";
    world.type_in(&open, text).await;
    let begun = world.call("start_conversation", json!({ "id": open.draft }));
    let id = begun.await.unwrap()["id"].clone();
    let input = json!({
        "conversation_id": id, "draft_id": open.draft, "after": null,
        "question": "Who is Ines Vega?", "from": 0, "to": 9,
    });
    let plan = async || {
        let planned = world.call("plan_question", input.clone());
        planned.await.unwrap()
    };
    let open_plan = plan().await;
    assert_eq!(open_plan["masked"], false);
    assert!(open_plan["segments"].to_string().contains("Ines Vega"));
    let rules = json!({ "on": true, "leave": [], "names": ["Ines Vega"], "keep_names": [] });
    let on = json!({ "project_id": open.project, "rules": rules });
    world.call("set_masking", on).await.unwrap();
    let planned = plan().await;
    assert_eq!(planned["masked"], true);
    world.call("ask_assistant", input.clone()).await.unwrap();
    let (turn, take) = answered(&world, "conversations", &open.draft).await;
    assert_eq!(turn["answer"], "Ask Ines Vega.");
    assert!(take.facts.masked);
    // Word for word what the server got.
    let Prompt::Chat(messages) = world.requests()[0].prompt.clone() else {
        panic!("no chat");
    };
    let mut said = vec![String::new(); messages.len()];
    for one in planned["segments"].as_array().unwrap() {
        let at = usize::try_from(one["message"].as_u64().unwrap()).unwrap();
        said[at].push_str(one["text"].as_str().unwrap());
    }
    let sent: Vec<String> = messages.into_iter().map(|one| one.content).collect();
    assert_eq!(said, sent);
    assert!(!sent.concat().contains("Vega") && sent.concat().contains("[Name_1]"));
    // Who writes here sees the words, and nothing is said to be masked.
    let local = world.file("second").await;
    world.chain(&open, None, &[&local]).await;
    assert_eq!(plan().await["masked"], false);
}

#[tokio::test]
async fn a_search_for_servers_is_one_entry_and_each_entry_says_how_it_ended() {
    let world = World::new(|request| match prompt(request) {
        text if text.contains("Shorter") => vec![Step::Fail(Kind::Interrupted)],
        _ => vec![say("# Ferry"), Step::Wait],
    });
    let open = world.news().await;
    world.choose_server(&open).await;
    world.call("local_servers", json!({})).await.unwrap();
    let ledger = world.ledger().await;
    let all = ledger.as_array().unwrap();
    assert_eq!(all.len(), 1, "{ledger}");
    assert_eq!(
        (&all[0]["host"], &all[0]["purpose"], &all[0]["path"]),
        (
            &json!("127.0.0.1"),
            &json!("find_local"),
            &json!("/v1/models")
        )
    );
    // Two ports were silent, one answered.
    assert_eq!(
        (&all[0]["bytes_in"], &all[0]["status"]),
        (&json!(9), &json!(200))
    );
    // One that is stopped.
    let batch = world.generate(&open, json!({ "task": "draft" })).await;
    let batch = batch.unwrap();
    world.until(|t| t.text.contains("Ferry")).await;
    let stop = json!({ "id": batch["batch_id"] });
    world.call("stop", stop).await.unwrap();
    over(&world, &batch).await;
    // And one that breaks off.
    let input = json!({
        "draft_id": open.draft, "task": { "task": "draft" }, "from": 0, "to": 0,
        "note": "Shorter", "variants": 1, "seed": 1,
    });
    let batch = world.call("generate", input).await.unwrap();
    over(&world, &batch).await;
    let ledger = world.ledger().await;
    let states: Vec<&str> = ledger
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["state"].as_str().unwrap())
        .collect();
    assert_eq!(states, ["failed", "stopped", "done"]);
    let csv = world
        .studio
        .ledger_as(
            crate::ledger::LedgerForm::Csv,
            &crate::ledger::LedgerAsk::default(),
        )
        .unwrap();
    assert!(csv.contains(",stopped,200,"), "{csv}");
}
