//! Servers that we did not write. Run by hand, with a server that runs already:
//!
//! ```sh
//! INKSTONE_PEER_URL=http://127.0.0.1:8080/v1 \
//!     cargo test -p inkstone-tests --test openai_contract peers -- --ignored --nocapture
//! ```
//!
//! `INKSTONE_PEER_MODEL` names the model where the first one of its list is not meant. What was
//! found is in the README of the adapter.

use inkstone_generation::{Constraint, Form, Found, ServerTrait};
use serde_json::{Value, json};

use super::*;

/// A local server on few cores.
const WAIT: Duration = Duration::from_secs(300);

async fn peer() -> Option<(OpenAi, Endpoint)> {
    let Ok(base_url) = std::env::var("INKSTONE_PEER_URL") else {
        println!("INKSTONE_PEER_URL names no server");
        return None;
    };
    let door = OpenAi::new();
    let mut endpoint = Endpoint::new(base_url, "");
    let listed = door.list(endpoint.clone(), Witness::open()).await;
    println!("models: {listed:?}");
    endpoint.model = std::env::var("INKSTONE_PEER_MODEL")
        .ok()
        .or(listed.ok().and_then(|names| names.into_iter().next()))
        .expect("a model");
    Some((door, endpoint))
}

fn asked(text: &str) -> TextRequest {
    let mut request = chat();
    request.prompt = Prompt::Chat(vec![Message {
        role: Role::User,
        content: text.to_owned(),
    }]);
    request.max_tokens = Some(40);
    request
}

async fn answer(door: &OpenAi, endpoint: &Endpoint, request: TextRequest) -> Outcome {
    let model = door
        .connect(endpoint.clone(), Witness::open())
        .expect("a good address");
    let stream = model.generate(request, CancellationToken::new());
    let outcome = tokio::time::timeout(WAIT, read_on(stream)).await;
    let outcome = outcome.expect("an end");
    println!("{outcome:?}");
    outcome
}

#[tokio::test]
#[ignore = "wants a server of another make: INKSTONE_PEER_URL"]
async fn a_peer_streams_and_stops() {
    let Some((door, endpoint)) = peer().await else {
        return;
    };
    println!("-- streaming");
    let outcome = answer(&door, &endpoint, asked("Topic: a ferry. Write a headline.")).await;
    assert!(outcome.started && outcome.tokens > 1, "no pieces");
    assert!(matches!(
        outcome.reason(),
        FinishReason::Stop | FinishReason::Length
    ));

    println!("-- at most so many tokens");
    let mut short = asked("Topic: a ferry. Write a headline.");
    short.max_tokens = Some(3);
    let outcome = answer(&door, &endpoint, short).await;
    assert!(outcome.tokens <= 4);

    println!("-- a raw prompt");
    let mut raw = asked("");
    raw.prompt = Prompt::Raw("Topic: a ferry\n".to_owned());
    raw.sampling.temperature = 0.0;
    let whole = answer(&door, &endpoint, raw.clone()).await.text;

    println!("-- stop");
    // A string that is sure to come.
    let stop: String = whole.chars().skip(6).take(3).collect();
    if stop.chars().count() == 3 {
        raw.stop = vec![stop.clone()];
        let outcome = answer(&door, &endpoint, raw).await;
        assert!(!outcome.text.contains(&stop) && outcome.text.len() < whole.len());
        assert_eq!(outcome.reason(), FinishReason::Stop);
    }

    println!("-- siblings, each with its seed");
    let mut texts = Vec::new();
    for seed in [1, 2, 1] {
        let mut sibling = asked("Topic: a ferry. Write a headline.");
        sibling.sampling.seed = seed;
        sibling.sampling.temperature = 1.0;
        texts.push(answer(&door, &endpoint, sibling).await.text);
    }
    assert_ne!(texts[0], texts[1], "other seeds give other texts");
    println!("the same seed, the same text: {}", texts[0] == texts[2]);
}

/// The words differ from the schema's on purpose: what keeps to it was held to it.
#[tokio::test]
#[ignore = "wants a server of another make: INKSTONE_PEER_URL"]
async fn a_peer_keeps_to_a_schema() {
    let Some((door, endpoint)) = peer().await else {
        return;
    };
    let schema = json!({
        "type": "object",
        "properties": {
            "afloat": { "type": "boolean" },
            "kind": { "type": "string", "enum": ["ferry", "渡船"] },
            "decks": { "enum": [1, 2, 3] },
        },
        "required": ["afloat", "kind", "decks"],
        "additionalProperties": false,
    });
    for seed in 1..=5 {
        let mut by_schema = asked("Topic: a kettle. Write a headline.");
        by_schema.sampling.seed = seed;
        // A grammar lets white space stand between all parts, and a model that was not taught JSON
        // takes what it is let.
        by_schema.max_tokens = Some(600);
        by_schema.constraint = Some(Constraint::form(Form::JsonSchema(schema.clone())));
        let outcome = answer(&door, &endpoint, by_schema).await;
        let value: Value = serde_json::from_str(&outcome.text).expect("JSON");
        assert!(value["afloat"].is_boolean(), "{value}");
        assert!(["ferry", "渡船"].contains(&value["kind"].as_str().unwrap()));
        let decks = value["decks"].as_u64().expect("a number");
        assert!((1..=3).contains(&decks), "{value}");
        assert_eq!(value.as_object().map(serde_json::Map::len), Some(3));
        assert_eq!(outcome.reason(), FinishReason::Stop);
    }
}

#[tokio::test]
#[ignore = "wants a server of another make: INKSTONE_PEER_URL"]
async fn a_peer_is_probed() {
    let Some((door, endpoint)) = peer().await else {
        return;
    };
    let probed = door
        .probe(endpoint, Witness::open())
        .await
        .expect("an answer");
    for finding in &probed.findings {
        println!("{:?}: {:?}", finding.of, finding.outcome);
    }
    println!("{:?}", probed.capabilities);
    let answers = probed
        .findings
        .iter()
        .find(|one| one.of == ServerTrait::Answer);
    assert_eq!(answers.map(|one| &one.outcome), Some(&Found::Yes));
}

#[tokio::test]
#[ignore = "wants a server of another make: INKSTONE_PEER_URL"]
async fn a_peer_is_cancelled() {
    let Some((door, endpoint)) = peer().await else {
        return;
    };
    let gate = Witness::open();
    let model = door
        .connect(endpoint.clone(), gate.clone())
        .expect("a good address");
    let cancel = CancellationToken::new();
    let mut request = asked("Write on and on about the sea.");
    request.max_tokens = Some(2_000);
    let mut stream = model.generate(request, cancel.clone());
    let mut last = None;
    while let Some(event) = stream.next().await {
        match event.expect("no failure") {
            TextEvent::Delta { .. } => cancel.cancel(),
            TextEvent::Finished { reason, .. } => last = Some(reason),
            _ => {}
        }
    }
    // A short answer may have come in one breath.
    assert!(
        matches!(last, Some(FinishReason::Cancelled | FinishReason::Stop)),
        "{last:?}"
    );
    assert!(gate.passed()[0].is_over);
    println!("cancelled; the server answers others:");
    answer(&door, &endpoint, asked("Topic: a ferry.")).await;
}
