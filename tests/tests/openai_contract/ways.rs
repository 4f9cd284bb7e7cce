//! The three ways of asking: chat, the older completions, the newer responses.
#![allow(clippy::unwrap_used, reason = "a helper of a test ends the test")]

use inkstone_generation::{Api, CapName, Capabilities, Constraint, Form};
use inkstone_tests::loopback::{Answer, Step};
use serde_json::{Value, json};

use super::*;

fn by(server: &Loopback, api: Api) -> Arc<dyn TextModel> {
    let endpoint = Endpoint {
        api,
        ..endpoint(&server.base_url())
    };
    let door = OpenAi::with_timeouts(patient());
    door.connect(endpoint, Witness::open()).unwrap()
}

fn event(value: Value) -> Step {
    let name = value["type"].as_str().unwrap_or_default().to_owned();
    Step::bytes(&format!("event: {name}\ndata: {value}\n\n"))
}

fn answered(text: &str, end: Value) -> Vec<Step> {
    vec![
        event(json!({ "type": "response.created", "response": { "status": "in_progress" } })),
        event(json!({ "type": "response.reasoning_summary_text.delta", "delta": "SECRET" })),
        event(json!({ "type": "response.output_item.added", "item": { "type": "message" } })),
        event(json!({ "type": "response.output_text.delta", "delta": text })),
        event(json!({ "type": "response.output_text.done", "text": text })),
        event(end),
    ]
}

#[tokio::test]
async fn the_newer_way_streams_in_its_own_words() {
    let response =
        json!({ "status": "completed", "usage": { "input_tokens": 3, "output_tokens": 4 } });
    let end = json!({ "type": "response.completed", "response": response });
    let server = server(Script::always(Answer::Stream(answered("It rains.", end))));
    let model = by(&server, Api::Responses);
    let outcome = read(model.generate(chat(), CancellationToken::new())).await;
    let usage = Usage {
        prompt_tokens: Some(3),
        completion_tokens: Some(4),
    };
    assert_eq!(outcome.text, "It rains.");
    assert_eq!(outcome.end, Ok((FinishReason::Stop, usage)));
    let request = &server.requests()[0];
    assert_eq!(request.path, "/v1/responses");
    let body = request.json();
    assert_eq!(body["store"], false, "the server is to keep nothing");
    assert_eq!(body["max_output_tokens"], 200);
    assert_eq!(
        body["input"][1],
        json!({ "role": "user", "content": DRAFT })
    );
    assert!(body.get("messages").is_none() && body.get("stop").is_none());
}

#[tokio::test]
async fn the_newer_way_ends_in_every_way() {
    let response = |status: &str, more: Value| {
        let mut response = json!({ "status": status });
        for (key, value) in more.as_object().unwrap() {
            response[key] = value.clone();
        }
        json!({ "type": format!("response.{status}"), "response": response })
    };
    let cut = json!({ "incomplete_details": { "reason": "max_output_tokens" } });
    let filtered = json!({ "incomplete_details": { "reason": "content_filter" } });
    for (end, reason) in [
        (response("incomplete", cut), FinishReason::Length),
        (
            response("incomplete", filtered),
            FinishReason::ContentFilter,
        ),
        // Nothing says that it is over.
        (
            json!({ "type": "response.in_progress" }),
            FinishReason::Incomplete,
        ),
    ] {
        let server = server(Script::always(Answer::Stream(answered("text", end))));
        let model = by(&server, Api::Responses);
        let outcome = read(model.generate(chat(), CancellationToken::new())).await;
        assert_eq!((outcome.text.as_str(), outcome.reason()), ("text", reason));
    }
    let failed = response(
        "failed",
        json!({ "error": { "code": "server_error", "message": "no" } }),
    );
    let server = server(Script::always(Answer::Stream(answered("text", failed))));
    let model = by(&server, Api::Responses);
    let outcome = read(model.generate(chat(), CancellationToken::new())).await;
    assert_eq!(
        (outcome.text.as_str(), outcome.kind()),
        ("text", GenerationErrorKind::ServerTrouble)
    );
}

#[tokio::test]
async fn the_newer_way_is_made_up_for_what_it_lacks() {
    let response = json!({ "status": "completed" });
    let end = json!({ "type": "response.completed", "response": response });
    let server = server(Script::always(Answer::Stream(answered("one END two", end))));
    let request = TextRequest {
        stop: vec![" END".to_owned()],
        constraint: Some(Constraint::form(Form::JsonSchema(
            json!({ "type": "object" }),
        ))),
        ..chat()
    };
    let model = by(&server, Api::Responses);
    let outcome = read(model.generate(request, CancellationToken::new())).await;
    assert_eq!(
        (outcome.text.as_str(), outcome.reason()),
        ("one", FinishReason::Stop)
    );
    let format = server.requests()[0].json()["text"]["format"].clone();
    assert_eq!(
        (&format["type"], &format["name"]),
        (&json!("json_schema"), &json!("answer"))
    );
}

#[tokio::test]
async fn a_base_model_goes_on_with_one_text() {
    let server = server(Script::always(Answer::text("there was a ferry.")));
    let request = TextRequest {
        stop: vec!["\n\n".to_owned()],
        ..chat()
    };
    let model = by(&server, Api::Completions);
    let outcome = read(model.generate(request, CancellationToken::new())).await;
    assert_eq!(outcome.text, "there was a ferry.");
    let request = &server.requests()[0];
    assert_eq!(request.path, "/v1/completions");
    let body = request.json();
    assert_eq!(body["prompt"], format!("You write news.\n\n{DRAFT}\n\n"));
    assert_eq!(
        (&body["max_tokens"], &body["stop"]),
        (&json!(200), &json!(["\n\n"]))
    );
}

#[tokio::test]
async fn what_is_known_beforehand_is_followed_and_what_is_learnt_is_told() {
    let server = server(Script::new(|request| {
        let body = request.json();
        if body.get("top_p").is_some() {
            return Answer::error(400, "'top_p' is not supported with this model");
        }
        Answer::text("whole")
    }));
    let known = Capabilities {
        temperature: Some(false),
        seed: Some(false),
        stream_usage: Some(false),
        cap: Some(CapName::MaxCompletionTokens),
        ..Capabilities::default()
    };
    let endpoint = Endpoint {
        capabilities: known.clone(),
        ..endpoint(&server.base_url())
    };
    let door = OpenAi::with_timeouts(patient());
    let model = door.connect(endpoint, Witness::open()).unwrap();
    assert_eq!(model.learned(), Some(known.clone()));
    let outcome = read(model.generate(chat(), CancellationToken::new())).await;
    assert_eq!(outcome.text, "whole");
    let first = server.requests()[0].json();
    for field in ["temperature", "seed", "stream_options", "max_tokens"] {
        assert!(first.get(field).is_none(), "{field}");
    }
    assert_eq!(first["max_completion_tokens"], 200);
    let learnt = model.learned().unwrap();
    assert_eq!((learnt.top_p, learnt.streaming), (Some(false), Some(true)));
    assert_eq!(learnt.cap, known.cap);
}

#[tokio::test]
async fn a_server_that_cannot_stream_is_asked_for_the_whole() {
    let server = server(Script::new(|request| {
        if request.json()["stream"] == true {
            return Answer::error(400, "'stream' is not supported");
        }
        // As Qwen has it.
        if request.json()["enable_thinking"] != false {
            let said = "parameter.enable_thinking must be set to false for non-streaming calls";
            return Answer::error(400, said);
        }
        Answer::text("whole")
    }));
    let model = model(&server);
    for requests in [3, 4] {
        let outcome = read(model.generate(chat(), CancellationToken::new())).await;
        assert_eq!(
            (outcome.text.as_str(), outcome.reason()),
            ("whole", FinishReason::Stop)
        );
        assert_eq!(server.requests().len(), requests);
    }
    assert_eq!(model.learned().unwrap().streaming, Some(false));
}
