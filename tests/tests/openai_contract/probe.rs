//! What a test of the connection learns, and of whom.

use GenerationErrorKind as Kind;
use inkstone_generation::{Api, CapName, Found, Probed, Reasoning, ServerTrait};
use inkstone_tests::loopback::{Answer, Recorded, Step};
use serde_json::{Value, json};

use super::*;

async fn probe(script: Script) -> (Result<Probed, GenerationError>, Loopback) {
    probe_by(script, Api::Chat).await
}

async fn probe_by(script: Script, api: Api) -> (Result<Probed, GenerationError>, Loopback) {
    let server = server(script);
    let gate = Witness::open();
    let endpoint = Endpoint {
        api,
        ..endpoint(&server.base_url())
    };
    let probed = OpenAi::with_timeouts(patient())
        .probe(endpoint, gate.clone())
        .await;
    assert_eq!(gate.passed().len(), server.requests().len());
    for request in server.requests() {
        assert!(
            !request.text().contains("ferry"),
            "it sends what is the person's"
        );
    }
    (probed, server)
}

fn found(probed: &Probed, of: ServerTrait) -> Option<Found> {
    let found = probed.findings.iter().find(|finding| finding.of == of);
    found.map(|finding| finding.outcome.clone())
}

fn whole(texts: &[&str]) -> Answer {
    let choices: Vec<Value> = (0..)
        .zip(texts)
        .map(|(index, text): (u32, _)| {
            json!({ "index": index, "message": { "content": text }, "finish_reason": "stop" })
        })
        .collect();
    Answer::json(
        200,
        &json!({ "choices": choices, "usage": { "prompt_tokens": 3, "completion_tokens": 1 } }),
    )
}

/// A server that can do everything.
fn able(request: &Recorded) -> Answer {
    let body = request.json();
    if body["stream"] == true {
        return Answer::text("Boat");
    }
    if body["n"] == 2 {
        return whole(&["Boat", "Cork"]);
    }
    if body["stop"].is_array() {
        return whole(&["one two three "]);
    }
    match body["response_format"]["type"].as_str() {
        Some("json_schema") => whole(&["{\"thing\":\"boat\"}"]),
        Some(_) => whole(&["{}"]),
        None => whole(&["QWXRTYPLMNBV"]),
    }
}

#[tokio::test]
async fn an_able_server() {
    let (probed, server) = probe(Script::new(able).with_models(&["b", "loopback-1"])).await;
    let probed = probed.unwrap();
    assert_eq!(probed.models, ["b", "loopback-1"]);
    let known = &probed.capabilities;
    assert_eq!(known.streaming, Some(true));
    assert_eq!(
        (known.n, known.seed, known.stop),
        (Some(true), Some(true), Some(true))
    );
    assert_eq!(
        (known.json_schema, known.stream_usage),
        (Some(true), Some(true))
    );
    assert_eq!(known.cap, Some(CapName::MaxTokens));
    assert_eq!(known.reasoning, Some(Reasoning::Absent));
    assert!(server.requests().len() <= 8, "it is to be cheap");
}

#[tokio::test]
async fn a_server_of_few_gifts() {
    // Takes neither the usual cap nor JSON of any kind, is silently one, thinks aloud, forgets seeds.
    let turn = std::sync::atomic::AtomicU32::new(0);
    let script = Script::new(move |request| {
        let body = request.json();
        if body.get("max_tokens").is_some() {
            return Answer::error(400, "Unsupported parameter: 'max_tokens'");
        }
        if body.get("response_format").is_some() {
            return Answer::error(400, "This response_format type is unavailable now");
        }
        if body["stream"] == true {
            return Answer::Stream(vec![
                Step::text("<think>hm</think>Boat"),
                Step::finish("stop"),
                Step::done(),
            ]);
        }
        if body["stop"].is_array() {
            return whole(&["one two three four five six"]);
        }
        let turn = turn.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        whole(&[&format!("answer {turn}")])
    })
    .with_model_list(Answer::error(404, "no such path"));
    let (probed, _server) = probe(script).await;
    let probed = probed.unwrap();
    let known = &probed.capabilities;
    assert_eq!(known.cap, Some(CapName::MaxCompletionTokens));
    assert_eq!((known.n, known.seed), (Some(false), Some(false)));
    assert_eq!(
        (known.json_schema, known.json_object),
        (Some(false), Some(false))
    );
    assert_eq!(known.reasoning, Some(Reasoning::Inline));
    assert_eq!(found(&probed, ServerTrait::Stop), Some(Found::No));
    assert_eq!(
        found(&probed, ServerTrait::Models),
        Some(Found::Failed(Kind::RemoteNotFound))
    );
    assert_eq!(found(&probed, ServerTrait::Usage), Some(Found::No));
}

#[tokio::test]
async fn a_schema_that_is_kept_in_another_way_is_found_out() {
    let (probed, _server) = probe(Script::new(super::facts::llama_cpp_python)).await;
    let probed = probed.unwrap();
    let known = &probed.capabilities;
    assert_eq!(
        (known.json_schema, known.object_schema, known.json_object),
        (Some(false), Some(true), Some(true))
    );
    assert!(known.keeps_schema());
    assert_eq!(found(&probed, ServerTrait::JsonSchema), Some(Found::Yes));
    assert_eq!(found(&probed, ServerTrait::SeveralAnswers), Some(Found::No));
}

#[tokio::test]
async fn a_schema_that_is_taken_and_not_kept_is_found_out() {
    let script = Script::new(|request| match request.json()["response_format"]["type"] {
        Value::Null => whole(&["Boat"]),
        _ => whole(&["{\"thing\": \"a rather large boat\"}"]),
    });
    let probed = probe(script).await.0.unwrap();
    let known = &probed.capabilities;
    assert!(!known.keeps_schema());
    assert_eq!(known.json_object, Some(true));
    assert_eq!(found(&probed, ServerTrait::JsonSchema), Some(Found::No));
}

#[tokio::test]
async fn the_newer_way_has_no_seed_no_stop_and_one_answer() {
    let script = Script::new(|request| {
        let text = match request.json()["text"]["format"]["type"].as_str() {
            Some("json_schema") => "{\"thing\":\"boat\"}",
            _ => "Boat",
        };
        let message =
            json!({ "type": "message", "content": [{ "type": "output_text", "text": text }] });
        Answer::json(
            200,
            &json!({ "object": "response", "status": "completed", "output": [message] }),
        )
    });
    let (probed, server) = probe_by(script, Api::Responses).await;
    let known = probed.unwrap().capabilities;
    assert_eq!(
        (known.n, known.seed, known.stop),
        (Some(false), Some(false), Some(false))
    );
    assert_eq!(
        (known.streaming, known.json_schema),
        (Some(false), Some(true))
    );
    let asked = |request: &Recorded| request.method == "GET" || request.path == "/v1/responses";
    assert!(server.requests().iter().all(asked));
}

#[tokio::test]
async fn what_keeps_a_server_from_answering_is_an_error_in_plain_words() {
    for (script, kind) in [
        (Script::new(able).with_key("another"), Kind::Unauthorized),
        (
            Script::always(Answer::error(404, "no such model")),
            Kind::RemoteNotFound,
        ),
        (Script::always(Answer::html(200)), Kind::NotAnApi),
        (Script::always(Answer::error(403, "no")), Kind::Forbidden),
    ] {
        let (probed, _server) = probe(script).await;
        assert_eq!(probed.unwrap_err().kind, kind);
    }
}

#[tokio::test]
async fn without_a_models_name_the_first_one_is_tried() {
    let server = server(Script::new(able).with_models(&["first", "second"]));
    let endpoint = Endpoint::new(server.base_url(), "").with_key(KEY);
    let door = OpenAi::with_timeouts(patient());
    assert!(door.probe(endpoint, Witness::open()).await.is_ok());
    assert_eq!(server.requests()[1].model(), "first");
}
