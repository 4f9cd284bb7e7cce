//! Changes of a suggestion, taken and refused one by one.

use inkstone_library::{Decision, Origin};
use serde_json::{Value, json};

use super::world::*;

const OLD: &str = "The gates shut at nine. Nobody saw it.";

/// A rewrite of the whole text, as it waits for a decision.
async fn rewritten(new: &'static str) -> (World, Open, String, Value) {
    let world = World::writing(new);
    let open = world.news().await;
    world.type_in(&open, OLD).await;
    let to = OLD.encode_utf16().count();
    let input = json!({
        "draft_id": open.draft, "task": { "task": "rewrite" }, "from": 0, "to": to, "note": "",
        "variants": 1, "seed": null,
    });
    let batch = world.call("generate", input).await.unwrap();
    let take = world.finished(&batch).await.remove(0);
    let changes = world
        .call(
            "suggested_changes",
            json!({ "draft_id": open.draft, "from": 0, "to": to, "text": take.text, "joined": false }),
        )
        .await
        .unwrap();
    (world, open, take.id, changes)
}

async fn accept(
    world: &World,
    open: &Open,
    take: &str,
    seen: &Value,
    changes: &[u32],
    last: bool,
) -> Result<Value, crate::dto::ErrorDto> {
    let view = world.view(&open.draft).await;
    let of = seen["of"].as_str().unwrap();
    world
        .call(
            "accept_changes",
            json!({
                "take_id": take, "draft_id": open.draft, "base_revision": view.revision,
                "from": 0, "to": of.encode_utf16().count(), "of": of, "wanted": seen["wanted"],
                "changes": changes, "last": last,
            }),
        )
        .await
}

fn origins(world: &World, open: &Open, body: &str) -> Vec<(bool, String)> {
    let spans = world.studio.library.spans(&open.draft).unwrap();
    let own = |origin: &Origin| !matches!(origin, Origin::Generated { .. });
    spans
        .iter()
        .map(|span| (own(&span.origin), body[span.range.clone()].to_owned()))
        .collect()
}

#[tokio::test]
async fn one_word_is_taken_and_the_rest_stays_the_persons() {
    let (world, open, take, seen) = rewritten("The gates closed at nine. Nobody noticed it.").await;
    assert_eq!(seen["of"], OLD);
    let changed: Vec<&Value> = seen["pieces"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|piece| !piece["change"].is_null())
        .collect();
    assert_eq!(changed.len(), 2);
    assert_eq!(
        (&changed[0]["removed"], &changed[0]["added"]),
        (&json!("shut"), &json!("closed"))
    );
    assert_eq!(
        (&changed[0]["sentence"], &changed[1]["sentence"]),
        (&json!(0), &json!(1))
    );

    let view = accept(&world, &open, &take, &seen, &[0], false)
        .await
        .unwrap();
    let body = "The gates closed at nine. Nobody saw it.";
    assert_eq!(view["body"], body);
    let part = |own, text: &str| (own, text.to_owned());
    assert_eq!(
        origins(&world, &open, body),
        [
            part(true, "The gates "),
            part(false, "closed"),
            part(true, " at nine. Nobody saw it.")
        ]
    );
    let kept = world.studio.library.generation(&take).unwrap();
    assert_eq!(kept.decision, Decision::Pending);

    // What is left is refused: the suggestion is done with, and accepted as far as it was.
    let seen = json!({ "of": body, "wanted": body });
    accept(&world, &open, &take, &seen, &[], true)
        .await
        .unwrap();
    assert_eq!(world.view(&open.draft).await.body, body);
    let kept = world.studio.library.generation(&take).unwrap();
    assert_eq!(kept.decision, Decision::Accepted);
    // One step back brings the word back.
    let back =
        json!({ "draft_id": open.draft, "base_revision": world.view(&open.draft).await.revision });
    world.call("undo", back).await.unwrap();
    assert_eq!(world.view(&open.draft).await.body, OLD);
}

#[tokio::test]
async fn changes_are_taken_for_the_text_that_was_seen() {
    let (world, open, take, mut seen) =
        rewritten("The gates closed at nine. Nobody noticed it.").await;
    seen["of"] = json!("The gates shut at nine. Nobody saw IT.");
    let error = accept(&world, &open, &take, &seen, &[0], false)
        .await
        .unwrap_err();
    assert_eq!(error.code, "conflict");
    assert_eq!(world.view(&open.draft).await.body, OLD);
}

#[tokio::test]
async fn words_ahead_are_kept_only_when_they_are_taken() {
    let world = World::writing("Nobody saw it. Then the tide came.");
    let open = world.news().await;
    world.type_in(&open, "The gates shut at nine.").await;
    let at = "The gates shut at nine.".len();
    let input = json!({ "draft_id": open.draft, "at": at });
    let guess = world.call("look_ahead", input.clone()).await.unwrap();
    let text = guess["text"].as_str().unwrap().to_owned();
    assert_eq!(text.trim_start(), "Nobody saw it.");
    assert!(world.view(&open.draft).await.takes.is_empty());

    let first = &text[..text.find("saw").unwrap()];
    let mut place = at;
    for words in [first, &text[first.len()..]] {
        let revision = world.view(&open.draft).await.revision;
        let take = json!({
            "id": guess["id"], "draft_id": open.draft, "base_revision": revision,
            "at": place, "text": words,
        });
        world.call("take_ahead", take).await.unwrap();
        place += words.len();
    }
    let view = world.view(&open.draft).await;
    assert_eq!(view.body, format!("The gates shut at nine.{text}"));
    assert_eq!(view.takes.len(), 1);
    assert_eq!(view.takes[0].decision, crate::dto::TakeDecision::Accepted);
    let seen = origins(&world, &open, &view.body);
    assert_eq!(
        seen,
        [
            (true, "The gates shut at nine.".to_owned()),
            (false, text.clone())
        ]
    );

    // Other words than those that were guessed, and a guess that is gone, are refused.
    let again = world.call("look_ahead", input).await.unwrap();
    let take = |words: &str| {
        json!({
            "id": again["id"], "draft_id": open.draft, "base_revision": view.revision,
            "at": 0, "text": words,
        })
    };
    let error = world.call("take_ahead", take("Else")).await.unwrap_err();
    assert_eq!(error.code, "bad_request");
    world.call("drop_ahead", json!({})).await.unwrap();
    let words = again["text"].as_str().unwrap();
    let error = world.call("take_ahead", take(words)).await.unwrap_err();
    assert_eq!(error.code, "job_not_found");
}

#[tokio::test]
async fn no_server_guesses_ahead() {
    let world = World::writing("Nobody saw it.");
    let open = world.news().await;
    world.choose_server(&open).await;
    world.type_in(&open, "The gates shut.").await;
    let input = json!({ "draft_id": open.draft, "at": 15 });
    let guess = world.call("look_ahead", input).await.unwrap();
    assert_ne!(guess["model_name"], "large");
    let sent = world.call("ledger_page", json!({})).await.unwrap();
    assert!(sent["entries"].as_array().unwrap().is_empty());
}
