//! Passages of two takes, put together.

use serde_json::{Value, json};

use super::world::*;
use crate::dto::*;

/// Two takes of a continuation, each in words of its own.
async fn two(world: &World) -> (Open, Vec<TakeDto>) {
    let open = world.news().await;
    world.choose_server(&open).await;
    let input = json!({
        "draft_id": open.draft, "task": { "task": "continue" }, "from": 0, "to": 0,
        "note": "", "variants": 2, "seed": 1,
    });
    let batch = world.call("generate", input).await.unwrap();
    (open, world.finished(&batch).await)
}

fn world() -> World {
    World::new(|request| {
        let text = [
            "Rain fell. The ferry left at nine.\n\nNobody saw it.",
            "Rain fell. The ferry left at ten.\n\nTwo men saw it.",
        ];
        all_of(text[usize::try_from(request.sampling.seed % 2).unwrap()])
    })
}

async fn sides(world: &World, takes: &[TakeDto]) -> Value {
    let input = json!({ "left": takes[0].id, "right": takes[1].id, "by": "sentence" });
    world.call("mix_sides", input).await.unwrap()
}

fn piece(take: &TakeDto, side: &Value, nth: usize, gap: &str) -> Value {
    json!({
        "take_id": take.id, "from": side[nth]["from"], "to": side[nth]["to"], "gap": gap,
    })
}

#[tokio::test]
async fn each_passage_of_a_mix_keeps_the_call_that_wrote_it() {
    let world = world();
    let (open, takes) = two(&world).await;
    let sides = sides(&world, &takes).await;
    let said = |take: &TakeDto, nth: usize| {
        let side = if take.id == takes[0].id {
            "left"
        } else {
            "right"
        };
        let one = &sides[side][nth];
        let words = one["words"].as_array().unwrap().iter();
        words
            .map(|w| w["text"].as_str().unwrap())
            .collect::<String>()
    };
    // The second sentence of the one, the third of the other, and a word of the person's.
    let (a, b) = (said(&takes[0], 1), said(&takes[1], 2));
    let (left, right) = (&sides["left"], &sides["right"]);
    let input = json!({
        "draft_id": open.draft, "base_revision": 0, "from": 0, "to": 0,
        "text": format!("{a} Quietly, {b}"),
        "pieces": [piece(&takes[0], left, 1, ""), piece(&takes[1], right, 2, " ")],
    });
    let view = world.call("accept_mix", input).await.unwrap();
    let body = view["body"].as_str().unwrap().to_owned();
    assert_eq!(body.trim_end(), format!("{a} Quietly, {b}"));
    let decided: Vec<&Value> = (0..2).map(|n| &view["takes"][n]["decision"]).collect();
    assert_eq!(decided, ["accepted", "accepted"]);

    let origins = world
        .call("provenance", json!({ "id": open.draft }))
        .await
        .unwrap();
    let wrote = |take: &TakeDto| -> String {
        let spans = origins["spans"].as_array().unwrap().iter();
        spans
            .filter(|span| span["generation_id"] == json!(take.id) && span["kind"] == "generated")
            .map(|span| {
                let at = |name: &str| usize::try_from(span[name].as_u64().unwrap()).unwrap();
                body.chars()
                    .skip(at("from"))
                    .take(at("to") - at("from"))
                    .collect::<String>()
            })
            .collect()
    };
    assert_eq!(wrote(&takes[0]).trim(), a);
    assert_eq!(wrote(&takes[1]).trim(), b);

    // One step takes all of it back.
    let at = json!({ "draft_id": open.draft, "base_revision": view["revision"] });
    world.call("undo", at).await.unwrap();
    assert_eq!(world.view(&open.draft).await.body, "");
}

#[tokio::test]
async fn a_mix_is_made_of_what_the_takes_say_and_of_nothing_else() {
    let world = world();
    let (open, takes) = two(&world).await;
    let sides = sides(&world, &takes).await;
    let input = |pieces: Value, text: &str| {
        json!({
            "draft_id": open.draft, "base_revision": 0, "from": 0, "to": 0, "text": text,
            "pieces": pieces,
        })
    };
    let refused = async |input: Value| world.call("accept_mix", input).await.unwrap_err().code;
    assert_eq!(refused(input(json!([]), "Mine.")).await, "nothing_written");
    let whole = piece(&takes[0], &sides["left"], 0, "");
    assert_eq!(refused(input(json!([whole]), " ")).await, "nothing_written");
    let words = piece(&takes[0], &sides["left"], 0, "smuggled ");
    assert_eq!(refused(input(json!([words]), "x")).await, "bad_request");
    let beyond = json!([{ "take_id": takes[0].id, "from": 0, "to": 9_999, "gap": "" }]);
    assert_eq!(refused(input(beyond, "x")).await, "bad_request");
    let nobody = json!([{ "take_id": "?", "from": 0, "to": 1, "gap": "" }]);
    assert_eq!(refused(input(nobody, "x")).await, "not_found");
    let mut late = input(json!([whole]), "Rain fell.");
    late["base_revision"] = json!(7);
    assert_eq!(refused(late).await, "conflict");
    // Another document's takes stay there.
    let other = world.news().await;
    let mut there = input(json!([whole]), "Rain fell.");
    there["draft_id"] = json!(other.draft);
    assert_eq!(refused(there).await, "other_document");
    assert_eq!(world.view(&open.draft).await.body, "");
}
