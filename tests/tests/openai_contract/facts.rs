//! What was found out the hard way about async-openai and about real servers, where no other test
//! of this program holds it. Elsewhere:
//!
//! - `good`: `stream` is set by ourselves; odd reasons to stop, missing ids, empty `usage`; the use in a
//!   chunk without choices; reasoning in fields, parts and tags; base paths without `/v1`.
//! - `broken`: a stream that just ends, JSON in place of a stream, an event without bound, time-outs.
//! - `refused`: statuses under every kind of body; `Retry-After` in both forms and without bound; 503
//!   while a model is loaded; the cap's two names; a list of models that fails.
//! - `ways`: `enable_thinking`; `probe`: the capability profile; `openai_logs`: bodies in logs.
//! - the test `faults`: the proxy, HTTP/2 and certificates, which reqwest has only by its features.

use inkstone_generation::{Constraint, Form};
use inkstone_tests::loopback::Answer;
use serde_json::{Value, json};

use super::*;

#[tokio::test]
async fn json_is_asked_for_by_schema_then_as_json_then_by_the_prompt_alone() {
    let server = server(Script::new(
        |request| match request.json()["response_format"]["type"].as_str() {
            Some("json_schema") => {
                Answer::error(400, "This response_format type is unavailable now")
            }
            Some(_) => Answer::error(422, "'response_format' is not known"),
            None => Answer::text("{\"a\": 1}"),
        },
    ));
    let request = TextRequest {
        constraint: Some(Constraint::form(Form::JsonSchema(
            json!({ "type": "object" }),
        ))),
        ..chat()
    };
    let model = model(&server);
    for _ in 0..2 {
        let outcome = read(model.generate(request.clone(), CancellationToken::new())).await;
        assert_eq!(outcome.text, "{\"a\": 1}");
    }
    let asked: Vec<Value> = server
        .requests()
        .iter()
        .map(|request| request.json()["response_format"]["type"].clone())
        .collect();
    assert_eq!(
        asked,
        [
            json!("json_schema"),
            // With the schema, and without it.
            json!("json_object"),
            json!("json_object"),
            json!(null),
            json!(null)
        ]
    );
    let schema = |at: usize| server.requests()[at].json()["response_format"]["schema"].clone();
    assert_eq!(
        (schema(1), schema(2)),
        (json!({ "type": "object" }), json!(null))
    );
}

/// llama-cpp-python, word for word: a wish that it does not know is an error of its own to it.
#[tokio::test]
async fn a_refusal_that_calls_itself_a_fault_of_the_server_is_yielded_to_at_once() {
    let server = server(Script::new(llama_cpp_python));
    let schema = json!({ "type": "object", "properties": { "n": { "type": "boolean" } } });
    let request = TextRequest {
        constraint: Some(Constraint::form(Form::JsonSchema(schema.clone()))),
        ..chat()
    };
    let model = model(&server);
    for _ in 0..2 {
        let outcome = read(model.generate(request.clone(), CancellationToken::new())).await;
        assert_eq!(outcome.text, "{\"n\": true}");
        assert!(outcome.waits.is_empty(), "nothing was to be waited for");
    }
    // Refused once, and known from then on.
    let asked = server.requests();
    assert_eq!(asked.len(), 3);
    for request in &asked[1..] {
        let wish = json!({ "type": "json_object", "schema": schema });
        assert_eq!(request.json()["response_format"], wish);
    }
}

/// Knows JSON by schema in its own way alone.
pub(crate) fn llama_cpp_python(request: &inkstone_tests::loopback::Recorded) -> Answer {
    let body = request.json();
    let wish = &body["response_format"];
    if wish["type"] == "json_schema" {
        let message = "1 validation error:\n  {'type': 'literal_error', 'loc': ('body', \
            'response_format', 'type'), 'msg': \"Input should be 'text' or 'json_object'\", \
            'input': 'json_schema', 'ctx': {'expected': \"'text' or 'json_object'\"}}";
        let error = json!({ "message": message, "type": "internal_server_error", "param": null, "code": null });
        return Answer::json(500, &json!({ "error": error }));
    }
    let text = match &wish["schema"]["properties"] {
        Value::Object(named) if named.contains_key("thing") => "{\"thing\": \"cork\"}",
        Value::Object(_) => "{\"n\": true}",
        _ => "Boat",
    };
    if body["stream"] == true {
        return Answer::text(text);
    }
    let choice = json!({ "index": 0, "message": { "content": text }, "finish_reason": "stop" });
    Answer::json(200, &json!({ "choices": [choice] }))
}

#[tokio::test]
async fn siblings_are_asked_for_one_by_one_each_with_its_seed() {
    let server = server(Script::always(Answer::text("x")));
    let model = model(&server);
    for seed in [1, 2] {
        let mut request = chat();
        request.sampling.seed = seed;
        read(model.generate(request, CancellationToken::new())).await;
    }
    for (request, seed) in server.requests().iter().zip([1, 2]) {
        let body = request.json();
        assert_eq!((&body["seed"], body.get("n")), (&json!(seed), None));
    }
}

#[tokio::test]
async fn a_server_that_gives_several_gives_us_the_first() {
    let choices = json!([
        { "index": 1, "delta": { "content": "other" } },
        { "index": 0, "delta": { "content": "first" }, "finish_reason": "stop" },
    ]);
    let steps = vec![
        inkstone_tests::loopback::Step::Event(json!({ "choices": choices })),
        inkstone_tests::loopback::Step::done(),
    ];
    let (outcome, _server) = ask(Script::always(Answer::Stream(steps))).await;
    assert_eq!(outcome.text, "first");
}

/// async-openai reads both from the environment; here they come from the caller alone.
#[test]
fn neither_address_nor_key_come_from_the_environment() {
    let child = std::process::Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "facts::child_with_an_environment",
            "--ignored",
            "--nocapture",
        ])
        .env("OPENAI_BASE_URL", "http://stranger.invalid/v1")
        .env("OPENAI_API_KEY", "sk-of-a-stranger")
        .env("OPENAI_ORG_ID", "a-stranger")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&child.stdout);
    assert!(
        child.status.success() && said.contains("asked here"),
        "{said}"
    );
}

#[tokio::test]
#[ignore = "run by neither_address_nor_key_come_from_the_environment"]
async fn child_with_an_environment() {
    let server = server(Script::always(Answer::text("x")));
    let door = OpenAi::with_timeouts(patient());
    let endpoint = Endpoint::new(server.base_url(), "loopback-1");
    let model = door.connect(endpoint, Witness::open()).unwrap();
    let outcome = read(model.generate(chat(), CancellationToken::new())).await;
    assert_eq!(outcome.text, "x");
    let request = &server.requests()[0];
    assert_eq!(request.header("authorization"), None);
    assert!(
        !request
            .headers
            .iter()
            .any(|(_, value)| value.contains("stranger"))
    );
    println!("asked here");
}
