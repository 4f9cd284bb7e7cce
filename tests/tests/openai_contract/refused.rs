//! Servers that say no, and what is tried after that.

use GenerationErrorKind as Kind;
use inkstone_tests::loopback::Answer;
use serde_json::{Value, json};

use super::*;

#[tokio::test]
async fn the_status_is_kept_whatever_the_body_is() {
    let bodies = |status| {
        [
            Answer::error(status, "no"),
            Answer::json(status, &json!({ "error": { "message": "no", "code": 17 } })),
            Answer::json(status, &json!({ "message": "no", "code": 17 })),
            Answer::json(status, &json!({ "error": "no" })),
            Answer::html(status),
            Answer::full(status, "text/plain", ""),
        ]
    };
    for (status, kind, requests) in [
        (400, Kind::Refused, 1),
        (401, Kind::Unauthorized, 1),
        (403, Kind::Forbidden, 1),
        (404, Kind::RemoteNotFound, 1),
        (408, Kind::ServerTrouble, 3),
        (409, Kind::ServerTrouble, 3),
        (422, Kind::Refused, 1),
        (429, Kind::RateLimited, 3),
        (500, Kind::ServerTrouble, 3),
        (402, Kind::QuotaUsedUp, 1),
        (503, Kind::ServerTrouble, 3),
    ] {
        for answer in bodies(status) {
            let (outcome, server) = ask(Script::always(answer.clone())).await;
            assert_eq!(
                (outcome.kind(), outcome.started),
                (kind, false),
                "{answer:?}"
            );
            assert_eq!(server.requests().len(), requests, "{answer:?}");
        }
    }
}

#[tokio::test]
async fn an_empty_purse_is_not_asked_again() {
    let body = json!({ "error": { "message": "pay", "code": "insufficient_quota" } });
    let (outcome, server) = ask(Script::always(Answer::json(429, &body))).await;
    assert_eq!(
        (outcome.kind(), server.requests().len()),
        (Kind::QuotaUsedUp, 1)
    );
}

#[tokio::test]
async fn trouble_that_passes_is_waited_out() {
    let loading = Answer::error(503, "loading");
    let script = Script::sequence([loading.clone(), Answer::html(502), Answer::text("whole")]);
    let (outcome, server) = ask(script).await;
    assert_eq!(
        (outcome.text.as_str(), outcome.reason()),
        ("whole", FinishReason::Stop)
    );
    let requests = server.requests();
    assert_eq!(requests.len(), 3);
    assert!(
        requests
            .iter()
            .all(|request| request.body == requests[0].body)
    );
}

#[tokio::test]
async fn a_pause_that_the_server_asks_for_is_granted_and_told_of_unless_it_is_long() {
    let limited = |name: &str, value: &str| {
        Answer::error(429, "slow down")
            .with_header("Date", "Sun, 06 Nov 1994 08:49:37 GMT")
            .with_header(name, value)
    };
    for (name, value) in [
        ("Retry-After", "0.004"),
        ("Retry-After", "Sun, 06 Nov 1994 08:49:37 GMT"),
        ("Retry-After-Ms", "4"),
    ] {
        let script = Script::sequence([limited(name, value), Answer::text("whole")]);
        let (outcome, server) = ask(script).await;
        assert_eq!(
            (outcome.text.as_str(), server.requests().len()),
            ("whole", 2),
            "{value}"
        );
        let told = if value.ends_with("GMT") { 0 } else { 1 };
        assert_eq!(outcome.waits, [(Wait::Asked, 2)][..told], "{value}");
    }
    for (name, value, seconds) in [
        ("Retry-After", "86400", 86_400),
        ("Retry-After", "Sun, 06 Nov 1994 09:49:37 GMT", 3_600),
        ("Retry-After-Ms", "3600000", 3_600),
    ] {
        let (outcome, server) = ask(Script::always(limited(name, value))).await;
        assert_eq!(
            (outcome.kind(), server.requests().len()),
            (Kind::LongWait, 1),
            "{value}"
        );
        let wait = outcome.end.unwrap_err().wait;
        assert_eq!(wait, Some(Duration::from_secs(seconds)));
    }
}

#[tokio::test]
async fn a_server_that_loads_its_model_is_given_more_time() {
    let loading = Answer::error(503, "Loading model");
    let answers = [vec![loading; 5], vec![Answer::text("whole")]].concat();
    let (outcome, server) = ask(Script::sequence(answers)).await;
    assert_eq!(
        (outcome.text.as_str(), server.requests().len()),
        ("whole", 6)
    );
    let told: Vec<_> = (2..=6).map(|attempt| (Wait::Loading, attempt)).collect();
    assert_eq!(outcome.waits, told);
}

const NOT_THIS_CAP: &str = "Unsupported parameter: 'max_tokens' is not supported with this model. \
                            Use 'max_completion_tokens' instead.";

#[tokio::test]
async fn the_cap_changes_its_name_once_and_for_good() {
    for status in [400, 422] {
        let server = server(Script::new(move |request| {
            match request.json().get("max_tokens") {
                Some(_) => Answer::error(status, NOT_THIS_CAP),
                None => Answer::text("whole"),
            }
        }));
        let model = model(&server);
        for _ in 0..2 {
            let outcome = read(model.generate(chat(), CancellationToken::new())).await;
            assert_eq!(outcome.text, "whole");
        }
        let caps: Vec<(Value, Value)> = server
            .requests()
            .iter()
            .map(|request| request.json())
            .map(|body| {
                (
                    body["max_tokens"].clone(),
                    body["max_completion_tokens"].clone(),
                )
            })
            .collect();
        // What was learned the first time is not asked again the second time.
        assert_eq!(
            caps,
            [
                (json!(200), json!(null)),
                (json!(null), json!(200)),
                (json!(null), json!(200))
            ]
        );
    }
}

#[tokio::test]
async fn a_cap_refused_by_either_name_is_an_error() {
    let script = Script::new(|request| {
        let names = ["max_tokens", "max_completion_tokens"];
        let name = names
            .iter()
            .find(|name| request.json().get(**name).is_some());
        Answer::error(400, &format!("'{}' is not known", name.unwrap()))
    });
    let (outcome, server) = ask(script).await;
    assert_eq!(
        (outcome.kind(), server.requests().len()),
        (Kind::Refused, 2)
    );
}

#[tokio::test]
async fn a_refusal_that_names_nothing_is_final() {
    let (outcome, server) = ask(Script::always(Answer::error(400, "the model has no stop"))).await;
    assert_eq!(
        (outcome.kind(), server.requests().len()),
        (Kind::Refused, 1)
    );
}

#[tokio::test]
async fn fields_that_a_server_does_not_take_are_left_out() {
    // Mistral's way to say it, and OpenAI's.
    let server = server(Script::new(|request| {
        let body = request.json();
        if body.get("seed").is_some() {
            let detail = json!([{ "type": "extra_forbidden", "loc": ["body", "seed"], "msg": "Extra inputs are not permitted", "input": 4242 }]);
            return Answer::json(422, &json!({ "detail": detail }));
        }
        if body.get("temperature").is_some() {
            return Answer::json(
                400,
                &json!({ "error": { "message": "Unsupported value", "param": "temperature" } }),
            );
        }
        Answer::text("whole")
    }));
    let model = model(&server);
    for requests in [3, 4] {
        let outcome = read(model.generate(chat(), CancellationToken::new())).await;
        assert_eq!(
            (outcome.text.as_str(), server.requests().len()),
            ("whole", requests)
        );
    }
    let last = server.requests().pop().unwrap().json();
    assert_eq!(last["top_p"], 0.95);
}

#[tokio::test]
async fn neither_key_nor_draft_nor_page_comes_back_in_an_error() {
    let said = format!("Incorrect API key provided: {KEY}.");
    let quoting = format!("cannot parse \"{}\"", &DRAFT[4..40]);
    for message in [said.as_str(), quoting.as_str()] {
        let (outcome, _server) = ask(Script::always(Answer::error(400, message))).await;
        let error = outcome.end.unwrap_err().to_string();
        assert!(!error.contains(KEY) && !error.contains("island"), "{error}");
        assert!(error.contains("400"), "{error}");
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let other = server(Script::always(Answer::text("stolen")));
    let to = format!("{}/chat/completions?secret=1", other.base_url());
    for status in [301, 302, 303, 307, 308] {
        let redirect = Answer::full(status, "text/plain", "").with_header("Location", &to);
        let (outcome, here) = ask(Script::always(redirect.clone()).with_model_list(redirect)).await;
        assert_eq!(
            (outcome.kind(), here.requests().len()),
            (Kind::Redirected, 1)
        );
        let detail = outcome.end.unwrap_err().detail;
        assert!(
            detail.contains(&other.host()) && !detail.contains("secret"),
            "{detail}"
        );
        let list = OpenAi::with_timeouts(patient())
            .list(endpoint(&here.base_url()), Witness::open())
            .await;
        assert_eq!(list.unwrap_err().kind, Kind::Redirected);
    }
    assert!(
        other.requests().is_empty(),
        "the draft went to another address"
    );
}

#[tokio::test]
async fn a_list_of_models_fails_as_clearly() {
    let door = OpenAi::with_timeouts(patient());
    for (answer, kind, requests) in [
        (Answer::html(200), Kind::NotAnApi, 1),
        (Answer::html(404), Kind::RemoteNotFound, 1),
        (Answer::json(200, &json!({ "ok": true })), Kind::NotAnApi, 1),
        (
            Answer::json(200, &json!({ "error": "no" })),
            Kind::Refused,
            1,
        ),
        (Answer::error(503, "busy"), Kind::ServerTrouble, 3),
        (Answer::error(503, "loading"), Kind::Loading, 9),
        (Answer::Close, Kind::Unreachable, 3),
    ] {
        let server = server(Script::always(Answer::Close).with_model_list(answer.clone()));
        let list = door
            .list(endpoint(&server.base_url()), Witness::open())
            .await;
        assert_eq!(list.unwrap_err().kind, kind, "{answer:?}");
        assert_eq!(server.requests().len(), requests, "{answer:?}");
    }
    let server = server(Script::always(Answer::Close).with_key("another"));
    let list = door
        .list(endpoint(&server.base_url()), Witness::open())
        .await;
    assert_eq!(list.unwrap_err().kind, Kind::Unauthorized);
}

#[tokio::test]
async fn what_is_no_address_never_connects() {
    let door = OpenAi::new();
    for base_url in [
        "",
        "example.com/v1",
        "localhost:8080",
        "ftp://example.com",
        "http://",
        "https://me:pass@example.com",
    ] {
        let error = door
            .connect(endpoint(base_url), Witness::open())
            .map(|_| ())
            .unwrap_err();
        assert_eq!(error.kind, Kind::BadAddress, "{base_url}");
        let error = door
            .list(endpoint(base_url), Witness::open())
            .await
            .unwrap_err();
        assert_eq!(error.kind, Kind::BadAddress, "{base_url}");
        assert!(!error.to_string().contains("pass@"), "{error}");
    }
}

#[tokio::test]
async fn what_makes_no_sense_is_not_sent() {
    let server = server(Script::always(Answer::text("x")));
    let model = model(&server);
    let empty = TextRequest {
        prompt: Prompt::Chat(Vec::new()),
        ..chat()
    };
    let none = TextRequest {
        max_tokens: Some(0),
        ..chat()
    };
    for request in [empty, none] {
        let outcome = read(model.generate(request, CancellationToken::new())).await;
        assert_eq!(outcome.kind(), Kind::InvalidRequest);
    }
    let door = OpenAi::with_timeouts(patient());
    let api_key = Some(Secret::new("sk-\n17"));
    let model = door
        .connect(
            Endpoint {
                api_key,
                ..endpoint(&server.base_url())
            },
            Witness::open(),
        )
        .unwrap();
    let outcome = read(model.generate(chat(), CancellationToken::new())).await;
    assert_eq!(outcome.kind(), Kind::Unauthorized);
    assert!(server.requests().is_empty());
}
