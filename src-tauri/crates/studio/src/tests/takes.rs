//! From a brief to a text, and what happens to takes on the way.

use inkstone_generation::{FinishReason, GenerationErrorKind, Prompt};
use inkstone_manuscript::{DocumentKind, Language};
use serde_json::json;

use super::world::*;
use crate::{StudioError, dto::*, inputs::*};

const ARTICLE: &str = "# Night ferry returns\n\n*The last boat leaves at two.*\n\nThe night ferry \
                       runs again from 5 May.";
const AD: &str = "Channel: google_rsa\n\n## Ad 1\nHeadline: Boils in 90 seconds\nHeadline: Kettle \
                  One\nHeadline: Order today\nDescription: A small kettle.\nDescription: Folds flat.";
const SCENE: &str = "INT. LIGHTHOUSE - NIGHT\n\nRain on the glass.\n\nMARA\nIt will not light.";
const CHINESE_ARTICLE: &str = "# 夜航轮渡恢复\n\n*末班船两点开出。*\n\n夜航轮渡 5 月 5 日起恢复。";
const CHINESE_AD: &str = "渠道：google_rsa\n\n## 广告 1\n标题：90 秒烧开\n标题：一号水壶\n标题：今天下单\n描述：小巧的水壶。\n描述：折起来只有一本书厚。";
const CHINESE_SCENE: &str = "内景 灯塔 夜\n\n雨打玻璃。\n\n@马拉\n它点不亮。";

#[tokio::test]
async fn from_brief_to_text_on_every_desk_in_both_languages() {
    let cases = [
        (DocumentKind::News, Language::English, ARTICLE),
        (DocumentKind::Ads, Language::English, AD),
        (DocumentKind::Screenplay, Language::English, SCENE),
        (DocumentKind::News, Language::Chinese, CHINESE_ARTICLE),
        (DocumentKind::Ads, Language::Chinese, CHINESE_AD),
        (DocumentKind::Screenplay, Language::Chinese, CHINESE_SCENE),
    ];
    for (kind, language, text) in cases {
        let world = World::writing(text);
        let open = world.document(kind, language).await;
        let batch = world
            .generate(&open, json!({ "task": "draft" }))
            .await
            .unwrap();
        let takes = world.finished(&batch).await;
        assert_eq!(
            takes.len(),
            if kind == DocumentKind::Ads { 2 } else { 1 },
            "{kind}"
        );
        for take in &takes {
            assert_eq!(
                take.status,
                TakeStatus::Done,
                "{kind} {language:?}: {:?}",
                take.error
            );
            assert!(!take.text.trim().is_empty());
            world.accept(&open, take).await.unwrap();
        }
        let view = world.view(&open.draft).await;
        match (kind, language) {
            (DocumentKind::News, Language::English) => {
                assert_eq!(view.body, ARTICLE);
                assert_eq!(view.document.title, "Night ferry returns", "the headline");
            }
            (DocumentKind::Ads, Language::English) => {
                assert!(view.body.contains("## Ad 1\n") && view.body.contains("\n\n## Ad 2\n"));
                assert_eq!(view.body.matches("Channel:").count(), 1, "{}", view.body);
                let grid = world
                    .call("ad_grid", json!({ "id": open.draft }))
                    .await
                    .unwrap();
                assert_eq!(grid["ads"].as_array().unwrap().len(), 2);
            }
            (DocumentKind::Ads, Language::Chinese) => {
                assert!(view.body.contains("\n\n## 广告 2\n"))
            }
            (DocumentKind::News, Language::Chinese) => {
                assert_eq!(view.document.title, "夜航轮渡恢复");
            }
            _ => assert!(view.body.contains("MARA") || view.body.contains("@马拉")),
        }
        assert!(
            view.takes
                .iter()
                .all(|t| t.decision == TakeDecision::Accepted)
        );
        let history = world
            .call("history", json!({ "id": open.draft }))
            .await
            .unwrap();
        assert_eq!(history[0]["label"], "accepted");
    }
}

#[tokio::test]
async fn what_is_kept_of_a_take_replays_it() {
    let world = World::writing(ARTICLE);
    let open = world.news().await;
    let take = world.drafted(&open).await;
    // The event comes before the library has the end; a record is asked for after.
    world.accept(&open, &take).await.unwrap();
    let record = world
        .studio
        .generation_record(Id {
            id: take.id.clone(),
        })
        .await
        .unwrap();
    let sent = world.requests().remove(0);
    assert_eq!(record.request, serde_json::to_string(&sent).unwrap());
    assert_eq!(record.output, ARTICLE);
    assert_eq!(record.engine, "script 1");
    assert_eq!(
        record.model_sha256.as_deref(),
        Some("5c".repeat(32).as_str())
    );
    assert_eq!(record.take.seed, 11.0);
    assert_eq!(record.take.finish_reason.as_deref(), Some("stop"));
    assert_eq!(record.take.template, "news/draft.en.compact");
    assert_eq!((record.prompt_tokens, record.take.host), (Some(7), None));
    assert!(record.total_ms.is_some());
}

#[tokio::test]
async fn seeds_count_on_and_equal_seeds_give_equal_requests() {
    let world = World::writing(AD);
    let open = world.document(DocumentKind::Ads, Language::English).await;
    for _ in 0..2 {
        let batch = world
            .generate(&open, json!({ "task": "draft" }))
            .await
            .unwrap();
        let seeds: Vec<f64> = world
            .finished(&batch)
            .await
            .iter()
            .map(|t| t.seed)
            .collect();
        assert_eq!(seeds, [11.0, 12.0]);
    }
    let requests = world.requests();
    assert_eq!(requests[..2], requests[2..]);
    assert_ne!(requests[0], requests[1]);
    let input = |seed| {
        json!({
            "draft_id": open.draft, "task": { "task": "draft" }, "from": 0, "to": 0, "note": "",
            "variants": 3, "seed": seed,
        })
    };
    let drawn = world.call("generate", input(json!(null))).await.unwrap();
    let seeds: Vec<f64> = world
        .finished(&drawn)
        .await
        .iter()
        .map(|t| t.seed)
        .collect();
    assert_eq!(seeds.len(), 3);
    assert!(
        seeds
            .iter()
            .all(|s| s.fract() == 0.0 && *s < 9_007_199_254_740_992.0)
    );
    for bad in [json!(-1), json!(0.5), json!(1e16)] {
        assert_eq!(
            world.call("generate", input(bad)).await.unwrap_err().code,
            "bad_request"
        );
    }
}

#[tokio::test]
async fn a_stop_keeps_what_had_come() {
    for last in [Step::Wait, Step::Hang] {
        let steps = vec![say("# Night ferry\n\nIt runs"), last];
        let world = World::new(move |_| steps.clone());
        let open = world.news().await;
        let batch = world
            .generate(&open, json!({ "task": "draft" }))
            .await
            .unwrap();
        world.until(|t| t.text.contains("It runs")).await;
        world
            .call("stop", json!({ "id": batch["batch_id"] }))
            .await
            .unwrap();
        let take = world.until(is_over).await;
        assert_eq!((take.status, take.error), (TakeStatus::Stopped, None));
        assert_eq!(take.text, "# Night ferry\n\nIt runs");
        let again = world
            .call("stop", json!({ "id": batch["batch_id"] }))
            .await
            .unwrap_err();
        assert_eq!(again.code, "job_not_found");
        let take = world.view(&open.draft).await.takes.remove(0);
        let view = world.accept(&open, &take).await.unwrap();
        assert_eq!(view.body, "# Night ferry\n\nIt runs");
        assert_eq!(view.takes[0].status, TakeStatus::Stopped);
    }
}

#[tokio::test]
async fn one_take_of_a_batch_can_be_stopped_while_it_waits() {
    let world = World::new(|_| vec![say("Headline: a"), Step::Wait]);
    let open = world.document(DocumentKind::Ads, Language::English).await;
    let batch = world
        .generate(&open, json!({ "task": "draft" }))
        .await
        .unwrap();
    world.until(|t| t.variant == 0 && t.tokens == 1).await;
    world
        .call("stop", json!({ "id": batch["takes"][1]["id"] }))
        .await
        .unwrap();
    let second = world.until(is_over).await;
    assert_eq!((second.variant, second.status), (1, TakeStatus::Stopped));
    let running = world.view(&open.draft).await;
    let of = |n: u32| running.takes.iter().find(|t| t.variant == n).unwrap();
    assert_eq!(of(0).status, TakeStatus::Writing);
    world
        .call("stop", json!({ "id": batch["batch_id"] }))
        .await
        .unwrap();
    assert_eq!(world.until(is_over).await.variant, 0);
    assert_eq!(world.requests().len(), 1, "the second was never sent");
}

#[tokio::test]
async fn an_error_keeps_what_had_come_and_says_why() {
    let fails = |kind| move |_: &_| vec![say("# Night ferry\n\nIt runs"), Step::Fail(kind)];
    let world = World::new(fails(GenerationErrorKind::Interrupted));
    let open = world.news().await;
    let take = world.drafted(&open).await;
    assert_eq!(
        (take.status, take.text.as_str()),
        (TakeStatus::Failed, "# Night ferry\n\nIt runs")
    );
    assert_eq!(take.error.as_ref().unwrap().code, "interrupted");
    world.accept(&open, &take).await.unwrap();
    let kept = world.view(&open.draft).await.takes.remove(0);
    assert_eq!(kept.error, take.error, "as the library has it");
}

#[tokio::test]
async fn how_a_stream_ends_is_what_a_take_is() {
    let cases = [
        (
            vec![say("x"), Step::Finish(FinishReason::Length)],
            TakeStatus::Incomplete,
        ),
        (vec![say("x")], TakeStatus::Incomplete),
        (
            vec![say("x"), Step::Finish(FinishReason::ContentFilter)],
            TakeStatus::Incomplete,
        ),
        (
            vec![say("x"), Step::Finish(FinishReason::Other("eos".into()))],
            TakeStatus::Done,
        ),
        (vec![Step::Finish(FinishReason::Stop)], TakeStatus::Done),
        (vec![say("x"), Step::Panic], TakeStatus::Failed),
    ];
    for (steps, status) in cases {
        let panics = matches!(steps.last(), Some(Step::Panic));
        let world = World::new(move |_| steps.clone());
        let open = world.news().await;
        let batch = world
            .generate(&open, json!({ "task": "draft" }))
            .await
            .unwrap();
        let take = world.finished(&batch).await.remove(0);
        assert_eq!(take.status, status);
        assert_eq!(
            take.error.map(|e| e.code),
            panics.then(|| "internal".to_owned())
        );
        world.answers(|_| all_of("fine"));
        let next = world
            .generate(&open, json!({ "task": "draft" }))
            .await
            .unwrap();
        assert_eq!(
            world.finished(&next).await[0].status,
            TakeStatus::Done,
            "life goes on"
        );
    }
}

#[tokio::test]
async fn two_batches_at_once_do_not_mix() {
    let world = World::new(|request| {
        let Prompt::Chat(messages) = &request.prompt else {
            return vec![];
        };
        let chinese = messages
            .iter()
            .any(|m| m.content.chars().any(|c| c > '\u{3000}'));
        all_of(if chinese {
            "船两点开。"
        } else {
            "It sails at two."
        })
    });
    let one = world.news().await;
    let two = world.document(DocumentKind::News, Language::Chinese).await;
    let task = json!({ "task": "draft" });
    let (a, b) = tokio::join!(
        world.generate(&one, task.clone()),
        world.generate(&two, task)
    );
    let (a, b) = (a.unwrap(), b.unwrap());
    assert_ne!(a["batch_id"], b["batch_id"]);
    let both = json!({ "takes": [a["takes"][0], b["takes"][0]] });
    for take in world.finished(&both).await {
        let own = take.draft_id == one.draft;
        assert_eq!(
            take.text,
            if own {
                "It sails at two."
            } else {
                "船两点开。"
            }
        );
        assert_eq!(
            take.batch_id,
            if own {
                a["batch_id"].clone()
            } else {
                b["batch_id"].clone()
            }
        );
    }
}

#[tokio::test]
async fn what_had_streamed_is_there_after_a_crash() {
    let world = World::new(|_| vec![say("# Night ferry\n\nIt runs"), Step::Wait]);
    let open = world.news().await;
    let batch = world
        .generate(&open, json!({ "task": "draft" }))
        .await
        .unwrap();
    let id = batch["takes"][0]["id"].as_str().unwrap();
    // The studio saves by itself while the model is silent.
    let library = &world.studio.library;
    eventually(|| !library.generation(id).unwrap().output.is_empty()).await;
    let after = world.after_a_crash();
    let take = after.view(&open.draft).await.takes.remove(0);
    assert_eq!(take.status, TakeStatus::Interrupted);
    assert_eq!(take.text, "# Night ferry\n\nIt runs");
    let view = after.accept(&open, &take).await.unwrap();
    assert_eq!(view.body, "# Night ferry\n\nIt runs");
}

#[tokio::test]
async fn a_selection_is_replaced_by_what_the_person_made_of_it() {
    let world = World::writing("\"It leaves late.\"");
    let open = world.news().await;
    world.type_in(&open, "🌊 The boat leaves at two.").await;
    let batch = world.call("generate", json!({
        "draft_id": open.draft, "task": { "task": "rewrite" }, "from": 3, "to": 26, "note": "shorter",
        "variants": 0, "seed": 1,
    }));
    let take = world.finished(&batch.await.unwrap()).await.remove(0);
    assert_eq!((take.from, take.to), (3, 26));
    let view = world.accept(&open, &take).await.unwrap();
    assert_eq!(
        view.body, "🌊 It leaves late.",
        "the model's quotation marks go"
    );
    let edited = TakeDto {
        text: "\"Late,\" they say.".into(),
        from: 3,
        to: 18,
        ..take
    };
    let view = world.accept(&open, &edited).await.unwrap();
    assert_eq!(view.body, "🌊 \"Late,\" they say.", "the person's stay");
    let before = AcceptTake {
        take_id: edited.id.clone(),
        draft_id: open.draft.clone(),
        base_revision: 1,
        from: 0,
        to: 0,
        text: "x".into(),
    };
    let error = world.studio.accept_take(before.clone()).await.unwrap_err();
    assert_eq!(error.to_dto().code, "conflict");
    let empty = AcceptTake {
        base_revision: view.revision,
        text: " \n".into(),
        ..before
    };
    let error = world.studio.accept_take(empty).await.unwrap_err();
    assert!(matches!(error, StudioError::NothingWritten));
    assert_eq!(world.view(&open.draft).await.body, view.body);
}

#[tokio::test]
async fn a_take_is_discarded_and_stays_in_the_record() {
    let world = World::writing(ARTICLE);
    let open = world.news().await;
    let take = world.drafted(&open).await;
    let gone = world
        .call("discard_take", json!({ "id": take.id }))
        .await
        .unwrap();
    assert_eq!(gone["decision"], "discarded");
    let view = world.view(&open.draft).await;
    assert_eq!(
        (view.takes[0].decision, view.body.as_str()),
        (TakeDecision::Discarded, "")
    );
    assert_eq!(view.takes[0].text, ARTICLE);
}

#[tokio::test]
async fn a_take_goes_nowhere_but_into_its_own_document() {
    let world = World::writing(ARTICLE);
    let (open, other) = (world.news().await, world.news().await);
    let take = world.drafted(&open).await;
    let error = world.accept(&other, &take).await.unwrap_err();
    assert!(matches!(error, StudioError::OtherDocument));
    let branch = IdName {
        id: open.draft.clone(),
        name: "two".into(),
    };
    let branch = world.studio.branch_draft(branch).await.unwrap().draft_id;
    let on_branch = Open {
        draft: branch.clone(),
        ..open.clone()
    };
    assert_eq!(world.accept(&on_branch, &take).await.unwrap().body, ARTICLE);
    world
        .call("delete_draft", json!({ "id": branch }))
        .await
        .unwrap();
    let error = world.accept(&on_branch, &take).await.unwrap_err();
    assert!(matches!(error, StudioError::InTheBin));
    world
        .call("delete_document", json!({ "id": open.document }))
        .await
        .unwrap();
    let error = world
        .generate(&open, json!({ "task": "draft" }))
        .await
        .unwrap_err();
    assert_eq!(error.code, "in_the_bin");
    let missing = AcceptTake {
        take_id: "x".into(),
        draft_id: other.draft,
        base_revision: 0,
        from: 0,
        to: 0,
        text: "x".into(),
    };
    assert_eq!(
        world
            .studio
            .accept_take(missing)
            .await
            .unwrap_err()
            .to_dto()
            .code,
        "not_found"
    );
}

#[tokio::test]
async fn house_rules_and_wishes_go_with_the_prompt() {
    let world = World::writing(ARTICLE);
    let open = world.news().await;
    let file = world.folder.path().join("chat.gguf");
    let model = world
        .call("add_file", json!({ "path": file }))
        .await
        .unwrap();
    let choose = json!({ "project_id": open.project, "model_id": model["id"] });
    world.call("choose_model", choose).await.unwrap();
    let rules = json!({ "project_id": open.project, "house_rules": "game-changer" });
    world.call("set_house_rules", rules).await.unwrap();
    let batch = world.call(
        "generate",
        json!({
            "draft_id": open.draft, "task": { "task": "draft" }, "from": 0, "to": 0,
            "note": "no metaphors please", "variants": 0, "seed": null,
        }),
    );
    world.finished(&batch.await.unwrap()).await;
    let request = serde_json::to_string(&world.requests()[0]).unwrap();
    assert!(request.contains("game-changer") && request.contains("no metaphors please"));
}

#[tokio::test]
async fn a_stop_does_not_wait_for_a_model_that_is_being_loaded() {
    let world = World::writing("It sails.");
    let open = world.news().await;
    let (begun, go) = world.hold_loads();
    let batch = world
        .generate(&open, json!({ "task": "draft" }))
        .await
        .unwrap();
    begun.notified().await;
    world
        .call("stop", json!({ "id": batch["batch_id"] }))
        .await
        .unwrap();
    let take = world.until(is_over).await;
    assert_eq!((take.status, take.text.as_str()), (TakeStatus::Stopped, ""));
    go.send(()).unwrap();
    // The load went on, and serves the next.
    let next = world
        .generate(&open, json!({ "task": "draft" }))
        .await
        .unwrap();
    assert_eq!(world.finished(&next).await[0].status, TakeStatus::Done);
    assert_eq!(world.requests().len(), 1);
}

#[tokio::test]
async fn placeholders_never_reach_the_person() {
    let world = World::new(|request| {
        let Prompt::Chat(messages) = &request.prompt else {
            return vec![];
        };
        let prompt: String = messages.iter().map(|m| m.content.as_str()).collect();
        let (_, rest) = prompt.split_once('⟦').expect("a reference in the prompt");
        let (key, _) = rest.split_once('⟧').unwrap();
        all_of(&format!("Headline: Look, ⟦{key}⟧ and ⟦nobody⟧!"))
    });
    let open = world.document(DocumentKind::Ads, Language::English).await;
    let take = world.drafted(&open).await;
    assert!(!take.text.contains(['⟦', '⟧']), "{}", take.text);
    assert!(
        take.text.contains("Kettle One") || take.text.contains("90"),
        "{}",
        take.text
    );
    world.accept(&open, &take).await.unwrap();
    let kept = world.view(&open.draft).await.takes;
    let kept = kept.iter().find(|t| t.id == take.id).unwrap();
    assert_eq!(kept.text, take.text, "read again from the library");
    let record = world
        .studio
        .generation_record(Id { id: take.id })
        .await
        .unwrap();
    assert!(record.output.contains('⟦'), "as it came");
}
