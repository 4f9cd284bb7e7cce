//! Chains, prices, budgets and what is gone on with, as a person sees them.

use inkstone_generation::{FinishReason, GenerationErrorKind, Prompt, Role};
use inkstone_library::Origin;
use serde_json::{Value, json};

use super::dto::MadeUp;
use crate::{DocumentKind, Language, dto::*, tests::world::*};

impl World {
    /// Puts a model on a server on the shelf.
    pub(crate) async fn server(&self, host: &str, model: &str, key: &str) -> String {
        let input = json!({
            "name": "", "base_url": format!("https://{host}/v1"), "api_key": key, "model": model,
        });
        id_of(&self.call("add_server", input).await.unwrap())
    }

    /// Puts a model file on the shelf.
    pub(crate) async fn file(&self, name: &str) -> String {
        let path = self.folder.path().join(format!("{name}.gguf"));
        std::fs::write(&path, "x").unwrap();
        id_of(
            &self
                .call("add_file", json!({ "path": path }))
                .await
                .unwrap(),
        )
    }

    pub(crate) async fn allow(&self, open: &Open) {
        let input = json!({ "project_id": open.project, "privacy": "remote_allowed" });
        self.call("set_privacy", input).await.unwrap();
    }

    pub(crate) async fn chain(&self, open: &Open, task: Option<&str>, models: &[&str]) {
        let input = json!({ "project_id": open.project, "task": task, "models": models });
        self.call("set_chain", input).await.unwrap();
    }

    pub(crate) async fn price(&self, model: &str, input: f64, output: f64) {
        let price = json!({ "input": input, "output": output, "currency": "USD" });
        self.call("set_price", json!({ "model_id": model, "price": price }))
            .await
            .unwrap();
    }

    pub(crate) async fn budget(&self, open: Option<&Open>, amount: f64) {
        let budget = json!({ "amount": amount, "currency": "USD", "offset_minutes": 480 });
        let project = open.map(|open| open.project.clone());
        self.call(
            "set_budget",
            json!({ "project_id": project, "budget": budget }),
        )
        .await
        .unwrap();
    }

    /// Asks for a draft, and gives the take that was written in the end.
    async fn written(&self, open: &Open) -> TakeDto {
        let task = json!({ "task": "draft" });
        let batch = self.generate(open, task).await.unwrap();
        // An older take may still be told of: what it cost is known late.
        let id = batch["batch_id"].as_str().unwrap().to_owned();
        let pending = TakeDecision::Pending;
        self.until(|t| t.batch_id == id && is_over(t) && t.decision == pending)
            .await
    }

    /// The kept takes of a draft.
    async fn takes(&self, open: &Open) -> Vec<TakeDto> {
        self.view(&open.draft).await.takes
    }
}

fn id_of(value: &Value) -> String {
    value["id"].as_str().unwrap().to_owned()
}

fn codes(take: &TakeDto) -> Vec<&str> {
    take.facts
        .skipped
        .iter()
        .map(|s| s.error.code.as_str())
        .collect()
}

const TEXT: &str = "# Ferry\n\nIt sails.";

#[tokio::test]
async fn whoever_cannot_answer_hands_on_and_the_take_says_so() {
    use GenerationErrorKind::*;
    for (kind, code) in [
        (Unreachable, "unreachable"),
        (Timeout, "timeout"),
        (Unauthorized, "unauthorized"),
        (Forbidden, "forbidden"),
        (RemoteNotFound, "remote_not_found"),
        (RateLimited, "rate_limited"),
        (ServerTrouble, "server_trouble"),
        (Refused, "refused"),
        (NotAnApi, "not_an_api"),
        (Loading, "loading"),
        (Certificate, "certificate"),
        (QuotaUsedUp, "quota_used_up"),
        (LongWait, "long_wait"),
        (ContextOverflow, "context_overflow"),
    ] {
        let world = World::writing(TEXT);
        let open = world.news().await;
        world.allow(&open).await;
        let first = world.server("first.example", "large", "").await;
        let second = world.file("second").await;
        world.chain(&open, None, &[&first, &second]).await;
        world.answers_as("large", move |_| vec![Step::Fail(kind)]);
        let take = world.written(&open).await;
        assert_eq!(take.status, TakeStatus::Done, "{code}");
        assert_eq!(
            (take.model_name.as_str(), take.host.as_deref()),
            ("second", None)
        );
        assert_eq!(codes(&take), [code]);
        let passed = &take.facts.skipped[0];
        assert_eq!(
            (passed.model_name.as_str(), passed.host.as_deref()),
            ("large", Some("first.example"))
        );
        assert_eq!(world.asked(), ["large", "second"]);
        // What failed is in the record, and not in the way.
        eventually_async(async || {
            let all = world.takes(&open).await;
            all.len() == 2
                && all.iter().any(|t| {
                    t.status == TakeStatus::Failed && t.decision == TakeDecision::Discarded
                })
        })
        .await;
        let kept = world.takes(&open).await;
        let kept = kept.iter().find(|t| t.id == take.id).unwrap();
        assert_eq!((codes(kept), kept.variant), (vec![code], 0));
    }
}

#[tokio::test]
async fn a_local_model_that_is_broken_hands_on_to_a_server() {
    let world = World::writing(TEXT);
    let open = world.news().await;
    world.allow(&open).await;
    let local = world.file("panics").await;
    let remote = world.server("models.example", "large", "").await;
    world.chain(&open, None, &[&local, &remote]).await;
    let take = world.written(&open).await;
    assert_eq!(
        (take.model_name.as_str(), codes(&take)),
        ("large", vec!["model_broken"])
    );
    assert_eq!(take.facts.made_up, [MadeUp::Seed]);
}

#[tokio::test]
async fn whoever_has_begun_or_was_stopped_hands_nothing_on() {
    let world = World::writing(TEXT);
    let open = world.news().await;
    world.allow(&open).await;
    let first = world.server("models.example", "large", "").await;
    let second = world.file("second").await;
    world.chain(&open, None, &[&first, &second]).await;
    world.answers_as("large", |_| {
        vec![
            say("# Ferry\n\nIt "),
            Step::Fail(GenerationErrorKind::Interrupted),
        ]
    });
    let take = world.written(&open).await;
    assert_eq!(
        (take.status, take.text.as_str()),
        (TakeStatus::Failed, "# Ferry\n\nIt")
    );
    world.answers_as("large", |_| vec![Step::Wait]);
    let batch = world
        .generate(&open, json!({ "task": "draft" }))
        .await
        .unwrap();
    eventually(|| world.asked().len() == 2).await;
    world
        .call("stop", json!({ "id": batch["batch_id"] }))
        .await
        .unwrap();
    let take = world.finished(&batch).await.remove(0);
    assert_eq!(take.status, TakeStatus::Stopped);
    // A fault of the request is everybody's.
    world.answers_as("large", |_| {
        vec![Step::Fail(GenerationErrorKind::InvalidRequest)]
    });
    let take = world.written(&open).await;
    assert_eq!(take.status, TakeStatus::Failed);
    assert_eq!(world.asked(), ["large"; 3]);
}

#[tokio::test]
async fn a_local_only_project_passes_servers_over_and_says_so() {
    let world = World::writing(TEXT);
    let open = world.news().await;
    world.allow(&open).await;
    let remote = world.server("models.example", "large", "").await;
    let local = world.file("second").await;
    world.chain(&open, None, &[&remote, &local]).await;
    world
        .studio
        .library
        .set_project_privacy(&open.project, inkstone_library::Privacy::LocalOnly)
        .unwrap();
    let take = world.written(&open).await;
    assert_eq!(
        (take.model_name.as_str(), codes(&take)),
        ("second", vec!["remote_not_allowed"])
    );
    assert_eq!(world.asked(), ["second"]);
    assert_eq!(world.ledger().await, json!([]));
    // A chain of servers only is no chain for it.
    let input = json!({ "project_id": open.project, "task": null, "models": [remote] });
    let error = world.call("set_chain", input).await.unwrap_err();
    assert_eq!(error.code, "remote_not_allowed");
}

#[tokio::test]
async fn a_key_that_is_missing_and_a_task_that_is_too_much_are_known_beforehand() {
    let world = World::writing(TEXT);
    let open = world.news().await;
    world.allow(&open).await;
    let remote = world.server("api.openai.com", "gpt", "").await;
    let local = world.file("second").await;
    world.chain(&open, None, &[&remote, &local]).await;
    let take = world.written(&open).await;
    assert_eq!(
        (codes(&take), world.asked()),
        (vec!["no_key"], vec!["second".to_owned()])
    );
    world.chain(&open, None, &[&remote]).await;
    let error = world
        .generate(&open, json!({ "task": "draft" }))
        .await
        .unwrap_err();
    assert_eq!(
        (error.code.as_str(), error.values["name"].as_str()),
        ("no_key", "gpt")
    );
    let keyed = json!({ "model_id": remote, "api_key": "sk-2", "place": "session" });
    world.call("set_key", keyed).await.unwrap();
    assert_eq!(world.written(&open).await.model_name, "gpt");
    // A small model knows no turns.
    let script = world
        .document(DocumentKind::Screenplay, Language::English)
        .await;
    world.chain(&script, None, &["starter", &local]).await;
    let turns = world.generate(&script, json!({ "task": "turns" })).await;
    if let Ok(batch) = turns {
        let take = world.finished(&batch).await.remove(0);
        assert_eq!(
            (take.model_name.as_str(), codes(&take)),
            ("second", vec!["needs_larger_model"])
        );
    } else {
        panic!("{turns:?}");
    }
}

#[tokio::test]
async fn a_task_can_have_models_of_its_own() {
    let world = World::writing(TEXT);
    let open = world.news().await;
    let (usual, own) = (world.file("usual").await, world.file("own").await);
    world.chain(&open, None, &[&usual]).await;
    world.chain(&open, Some("draft"), &[&own, &usual]).await;
    assert_eq!(world.written(&open).await.model_name, "own");
    world.type_in(&open, "Some text. ").await;
    let batch = world
        .generate(&open, json!({ "task": "continue" }))
        .await
        .unwrap();
    assert_eq!(world.finished(&batch).await[0].model_name, "usual");
    let chains = world
        .call("chains", json!({ "id": open.project }))
        .await
        .unwrap();
    assert_eq!(chains["usual"], json!([usual]));
    assert_eq!(
        chains["tasks"],
        json!([{ "task": "draft", "models": [own, usual] }])
    );
    // Off the shelf, it is passed over as if it had never been named.
    world
        .call("remove_model", json!({ "id": own }))
        .await
        .unwrap();
    assert_eq!(world.written(&open).await.model_name, "usual");
    world.chain(&open, Some("draft"), &[]).await;
    let chains = world
        .call("chains", json!({ "id": open.project }))
        .await
        .unwrap();
    assert_eq!(chains["tasks"], json!([]));
}

#[tokio::test]
async fn what_runs_goes_on_with_the_model_it_began_with() {
    let world = World::writing(TEXT);
    let open = world.news().await;
    let (old, new) = (world.file("old").await, world.file("new").await);
    world.chain(&open, None, &[&old]).await;
    world.answers_as("old", |_| vec![say("# Ferry\n\nIt sails."), Step::Wait]);
    let running = world
        .generate(&open, json!({ "task": "draft" }))
        .await
        .unwrap();
    world.until(|t| t.text.contains("It sails")).await;
    let input = json!({ "project_id": open.project, "model_id": new });
    world.call("choose_model", input).await.unwrap();
    world.type_in(&open, "My own words.").await;
    let view = world.view(&open.draft).await;
    assert_eq!(
        (view.takes.len(), view.takes[0].status),
        (1, TakeStatus::Writing)
    );
    world
        .call("stop", json!({ "id": running["batch_id"] }))
        .await
        .unwrap();
    let take = world.finished(&running).await.remove(0);
    assert_eq!(
        (take.model_name.as_str(), take.text.as_str()),
        ("old", TEXT)
    );
    let batch = world
        .generate(&open, json!({ "task": "continue" }))
        .await
        .unwrap();
    assert_eq!(world.finished(&batch).await[0].model_name, "new");
    let Prompt::Chat(messages) = world.requests().pop().unwrap().prompt else {
        panic!("a chat");
    };
    assert!(messages.iter().any(|m| m.content.contains("My own words.")));
}

#[tokio::test]
async fn several_models_are_asked_side_by_side_in_one_batch() {
    let world = World::writing(TEXT);
    let open = world.document(DocumentKind::Ads, Language::English).await;
    world.allow(&open).await;
    let local = world.file("second").await;
    let remote = world.server("models.example", "large", "").await;
    let input = json!({
        "draft_id": open.draft, "task": { "task": "draft" }, "from": 0, "to": 0, "note": "",
        "variants": 2, "seed": 5, "models": [local, remote],
    });
    let batch = world.call("generate", input.clone()).await.unwrap();
    let takes = world.finished(&batch).await;
    let seen: Vec<_> = takes
        .iter()
        .map(|t| (t.variant, t.model_name.as_str(), t.host.is_some()))
        .collect();
    assert_eq!(
        seen,
        [
            (0, "second", false),
            (1, "second", false),
            (2, "large", true),
            (3, "large", true)
        ]
    );
    assert_eq!(takes[0].batch_id, takes[3].batch_id);
    // Both are asked for the same.
    assert_eq!((takes[0].seed, takes[2].seed), (5.0, 5.0));
    assert!(takes[2].facts.made_up.contains(&MadeUp::Number));
    assert!(takes[0].facts.made_up.is_empty());
    let lock = json!({ "project_id": open.project, "privacy": "local_only" });
    world.call("set_privacy", lock).await.unwrap();
    let error = world.call("generate", input).await.unwrap_err();
    assert_eq!(error.code, "remote_not_allowed");
}

#[tokio::test]
async fn a_budget_asks_before_it_is_passed_and_a_yes_counts_once() {
    let world = World::writing(TEXT);
    let open = world.news().await;
    let model = world.choose_server(&open).await;
    // Without a price nothing can be said.
    world.budget(Some(&open), 0.0).await;
    world.written(&open).await;
    world.price(&model, 1000.0, 1000.0).await;
    let before = world.asked().len();
    let error = world
        .generate(&open, json!({ "task": "draft" }))
        .await
        .unwrap_err();
    assert_eq!(
        (error.code.as_str(), error.values["currency"].as_str()),
        ("budget_passed", "USD")
    );
    assert_eq!(error.values["spent"], "0.00");
    assert_eq!(
        world.asked().len(),
        before,
        "nothing is sent before it is answered"
    );
    assert_eq!(world.takes(&open).await.len(), 1);
    let yes = json!({
        "draft_id": open.draft, "task": { "task": "draft" }, "from": 0, "to": 0, "note": "",
        "variants": 1, "seed": 5, "over_budget": true,
    });
    let batch = world.call("generate", yes).await.unwrap();
    let take = world.finished(&batch).await.remove(0);
    assert_eq!(take.status, TakeStatus::Done);
    let error = world
        .generate(&open, json!({ "task": "draft" }))
        .await
        .unwrap_err();
    assert_eq!(error.code, "budget_passed");
    assert_ne!(error.values["spent"], "0.00", "what was allowed counts");
    // The budget of all holds too, and its sentence is another.
    world.budget(Some(&open), 1e6).await;
    world.budget(None, 0.5).await;
    let error = world
        .generate(&open, json!({ "task": "draft" }))
        .await
        .unwrap_err();
    assert_eq!(error.code, "budget_of_all_passed");
    world
        .call("set_budget", json!({ "project_id": null, "budget": null }))
        .await
        .unwrap();
    world.written(&open).await;
    let usage = json!({ "project_id": open.project, "offset_minutes": 0 });
    let usage = world.call("usage", usage).await.unwrap();
    assert_eq!(usage["budget"], Value::Null);
    assert!(usage["project_budget"]["spent"].as_f64().unwrap() > 0.0);
}

#[tokio::test]
async fn a_model_over_the_budget_is_passed_over_within_a_chain() {
    let world = World::writing(TEXT);
    let open = world.news().await;
    world.allow(&open).await;
    let first = world.server("first.example", "large", "").await;
    let dear = world.server("dear.example", "dear", "").await;
    let last = world.file("last").await;
    world.price(&dear, 1000.0, 1000.0).await;
    world.budget(Some(&open), 0.01).await;
    world.chain(&open, None, &[&first, &dear, &last]).await;
    world.answers_as("large", |_| {
        vec![Step::Fail(GenerationErrorKind::Unreachable)]
    });
    let take = world.written(&open).await;
    assert_eq!(
        (take.model_name.as_str(), codes(&take)),
        ("last", vec!["unreachable", "budget_passed"])
    );
    assert_eq!(world.asked(), ["large", "last"]);
}

#[tokio::test]
async fn what_was_used_is_summed_up_and_written_as_a_table() {
    let world = World::writing(TEXT);
    let open = world.news().await;
    let model = world.choose_server(&open).await;
    world.price(&model, 2.0, 4.0).await;
    let take = world.written(&open).await;
    let kept = world
        .until(|t| t.id == take.id && t.facts.cost.is_some())
        .await;
    let cost = kept.facts.cost.clone().unwrap();
    assert!(cost.amount > 0.0 && cost.currency == "USD" && kept.facts.guessed);
    // A price of tomorrow changes nothing of today.
    world.price(&model, 200.0, 400.0).await;
    assert_eq!(world.takes(&open).await[0].facts.cost, Some(cost.clone()));
    let usage = json!({ "project_id": null, "offset_minutes": 0 });
    let usage = world.call("usage", usage).await.unwrap();
    let row = &usage["used"][0];
    assert_eq!(
        (&row["model"], &row["calls"], &row["guessed"]),
        (&json!("large"), &json!(1), &json!(1))
    );
    assert!((row["cost"]["amount"].as_f64().unwrap() - cost.amount).abs() < 1e-12);
    let path = world.folder.path().join("usage.csv");
    let input =
        json!({ "project_id": null, "offset_minutes": 0, "path": path, "language": "zh-CN" });
    world.call("export_usage", input).await.unwrap();
    let csv = std::fs::read_to_string(&path).unwrap();
    assert!(csv.starts_with("\u{feff}月份,"), "{csv}");
    assert!(csv.contains(",Coast,large,models.example,1,1,"), "{csv}");
    let estimate = json!({
        "draft_id": open.draft, "task": { "task": "draft" }, "from": 0, "to": 0, "note": "",
        "variants": 0, "models": [],
    });
    let estimate = world.call("estimate", estimate).await.unwrap();
    assert_eq!(estimate["host"], "models.example");
    assert!(estimate["cost"]["amount"].as_f64().unwrap() > 100.0 * cost.amount);
}

#[tokio::test]
async fn a_take_that_was_cut_off_goes_on_and_each_part_keeps_its_model() {
    let world = World::writing(TEXT);
    let open = world.news().await;
    let (first, second) = (world.file("first").await, world.file("second").await);
    world.chain(&open, None, &[&first]).await;
    world.answers_as("first", |_| {
        vec![
            say("# Ferry\n\nThe night ferry sails ag"),
            Step::Finish(FinishReason::Incomplete),
        ]
    });
    let cut = world.written(&open).await;
    assert_eq!(cut.status, TakeStatus::Incomplete);
    world.chain(&open, None, &[&second]).await;
    world.answers_as("second", |request| {
        let Prompt::Chat(messages) = &request.prompt else {
            panic!("a chat");
        };
        let [.., said, asked] = messages.as_slice() else {
            panic!("an answer and a question");
        };
        assert_eq!((said.role, asked.role), (Role::Assistant, Role::User));
        assert_eq!(said.content, "# Ferry\n\nThe night ferry sails ");
        all_of("The night ferry sails again from May.")
    });
    let input = json!({ "take_id": cut.id, "over_budget": false });
    let more: Value = world.call("resume_take", input.clone()).await.unwrap();
    let id = id_of(&more);
    let whole = "# Ferry\n\nThe night ferry sails again from May.";
    let done = world.until(|t| t.id == id && is_over(t)).await;
    assert_eq!((done.status, done.text.as_str()), (TakeStatus::Done, whole));
    assert_eq!(
        (done.batch_id.as_str(), done.variant),
        (cut.batch_id.as_str(), 1)
    );
    assert_eq!(done.facts.resumes.as_deref(), Some(cut.id.as_str()));
    // The shorter one is put away, and nothing of it is lost.
    let away = world
        .until(|t| t.id == cut.id && t.decision == TakeDecision::Discarded)
        .await;
    assert!(away.text.contains("sails"));
    let view = world.accept(&open, &done).await.unwrap();
    assert_eq!(view.body.trim_end(), whole);
    let by: Vec<_> = world
        .studio
        .library
        .spans(&open.draft)
        .unwrap()
        .into_iter()
        .filter_map(|span| match span.origin {
            Origin::Generated { generation_id } => {
                Some((view.body[span.range].to_owned(), generation_id))
            }
            _ => None,
        })
        .collect();
    assert_eq!(by.len(), 2, "{by:?}");
    assert_eq!(
        by[0],
        (
            "# Ferry\n\nThe night ferry sails ".to_owned(),
            cut.id.clone()
        )
    );
    assert_eq!((by[1].0.trim_end(), &by[1].1), ("again from May.", &id));
    // What is whole is not gone on with.
    let again = json!({ "take_id": id, "over_budget": false });
    let error = world.call("resume_take", again).await.unwrap_err();
    assert_eq!(error.code, "nothing_to_resume");
}

#[tokio::test]
async fn a_continuation_that_brings_nothing_leaves_the_take_as_it_was() {
    let world = World::writing(TEXT);
    let open = world.news().await;
    let model = world.file("first").await;
    world.chain(&open, None, &[&model]).await;
    world.answers_as("first", |_| {
        vec![say(TEXT), Step::Finish(FinishReason::Length)]
    });
    let cut = world.written(&open).await;
    world.answers_as("first", |_| {
        vec![Step::Fail(GenerationErrorKind::ModelTooLarge)]
    });
    let input = json!({ "take_id": cut.id, "over_budget": false });
    let more = id_of(&world.call("resume_take", input).await.unwrap());
    world
        .until(|t| t.id == more && t.decision == TakeDecision::Discarded)
        .await;
    let takes = world.takes(&open).await;
    let kept = takes.iter().find(|t| t.id == cut.id).unwrap();
    assert_eq!(
        (kept.decision, kept.text.as_str()),
        (TakeDecision::Pending, TEXT)
    );
    // A small model can't go on.
    world.chain(&open, None, &["starter"]).await;
    let input = json!({ "take_id": cut.id, "over_budget": false });
    let error = world.call("resume_take", input).await.unwrap_err();
    assert_eq!(error.code, "needs_larger_model");
}

#[tokio::test]
async fn a_server_is_changed_in_its_place_and_its_key_goes_nowhere_else() {
    let world = World::writing(TEXT);
    let open = world.news().await;
    let model = world.choose_server(&open).await;
    world.price(&model, 1.0, 1.0).await;
    let edit = |url: &str, key: Value| json!({ "model_id": model, "name": "", "base_url": url, "model": "small", "api_key": key });
    let changed = world
        .call(
            "edit_server",
            edit("https://models.example/v2/", Value::Null),
        )
        .await
        .unwrap();
    assert_eq!(id_of(&changed), model);
    assert_eq!(changed["source"]["base_url"], "https://models.example/v2");
    assert_eq!(
        (&changed["source"]["key"], &changed["price"]["input"]),
        (&json!("session"), &json!(1.0))
    );
    assert_eq!(world.written(&open).await.model_name, "small");
    let moved = world
        .call("edit_server", edit("https://other.example/v1", Value::Null))
        .await
        .unwrap();
    assert_eq!(moved["source"]["key"], json!(null));
    world.written(&open).await;
    let last = world.script.endpoints.lock().unwrap().pop().unwrap();
    assert_eq!(
        (last.base_url.as_str(), last.api_key),
        ("https://other.example/v1", None)
    );
    let bad = world
        .call("edit_server", edit("nonsense", Value::Null))
        .await;
    assert_eq!(bad.unwrap_err().code, "bad_address");
}

#[tokio::test]
async fn what_a_test_found_is_followed_and_kept() {
    let world = World::writing(TEXT);
    let open = world.news().await;
    let ask = json!({
        "model_id": null, "base_url": "https://models.example/v1/", "model": "large",
        "api": "responses", "api_key": "sk-1",
    });
    let tested = world.call("test_server", ask).await.unwrap();
    assert_eq!(tested["models"], json!(["large", "small"]));
    let ledger = world.ledger().await;
    assert_eq!(ledger[0]["purpose"], "test_connection");
    let add = json!({
        "name": "", "base_url": "https://models.example/v1", "api_key": "sk-1", "model": "large",
        "api": "responses", "capabilities": { "seed": false, "json_schema": true, "new": 1 },
    });
    let model = world.call("add_server", add).await.unwrap();
    assert_eq!(model["source"]["api"], "responses");
    world.allow(&open).await;
    world.chain(&open, None, &[&id_of(&model)]).await;
    world.written(&open).await;
    let asked = world.script.endpoints.lock().unwrap().pop().unwrap();
    assert_eq!(asked.api, inkstone_generation::Api::Responses);
    assert_eq!(
        (asked.capabilities.seed, asked.capabilities.json_schema),
        (Some(false), Some(true))
    );
    // Another server's abilities are not this one's.
    let edit = json!({
        "model_id": id_of(&model), "name": "", "base_url": "https://models.example/v1",
        "model": "small", "api_key": null, "api": "chat",
    });
    world.call("edit_server", edit).await.unwrap();
    world.written(&open).await;
    let asked = world.script.endpoints.lock().unwrap().pop().unwrap();
    assert!(asked.capabilities.is_unknown());
    assert_eq!(asked.api, inkstone_generation::Api::Chat);
    assert_eq!(
        world.call("local_servers", json!({})).await.unwrap(),
        json!([])
    );
}
