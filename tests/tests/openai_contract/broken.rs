//! Servers that break off, stall, or are no servers of this kind at all.

use GenerationErrorKind as Kind;
use inkstone_tests::loopback::{Answer, Step};
use serde_json::json;

use super::*;

#[tokio::test]
async fn a_stream_that_just_ends_is_incomplete() {
    let (outcome, server) = ask(Script::always(Answer::Stream(vec![
        Step::text("half a sen"),
        Step::bytes("data: {\"choices\":[{\"delta\":{\"content\":\"ten"),
    ])))
    .await;
    assert_eq!(
        (outcome.text.as_str(), outcome.reason()),
        ("half a sen", FinishReason::Incomplete)
    );
    assert_eq!(server.requests().len(), 1);

    // Nor does [DONE] make a success of nothing.
    let role = Step::delta(json!({ "role": "assistant", "content": "" }));
    for steps in [
        vec![Step::done()],
        vec![role.clone(), Step::done()],
        vec![role],
    ] {
        let (outcome, _server) = ask(Script::always(Answer::Stream(steps))).await;
        assert_eq!(
            (outcome.text.as_str(), outcome.reason()),
            ("", FinishReason::Incomplete)
        );
    }
}

#[tokio::test]
async fn a_reason_to_stop_is_an_end_without_done() {
    for last in [
        vec![],
        vec![Step::Cut],
        vec![Step::bytes("data: nonsense"), Step::Cut],
        vec![Step::bytes("data: nonsense\n\n"), Step::Stall],
    ] {
        let steps = [vec![Step::text("whole"), Step::finish("stop")], last].concat();
        let (outcome, _server) = ask(Script::always(Answer::Stream(steps))).await;
        assert_eq!(
            (outcome.text.as_str(), outcome.reason()),
            ("whole", FinishReason::Stop)
        );
    }
}

#[tokio::test]
async fn a_cut_after_the_first_token_keeps_the_text_and_is_not_sent_again() {
    for first in [
        Step::text("half"),
        Step::delta(json!({ "reasoning": "hm" })),
    ] {
        let steps = vec![first, Step::Cut];
        let (outcome, server) = ask(Script::always(Answer::Stream(steps))).await;
        assert_eq!(outcome.kind(), Kind::Interrupted);
        assert!(outcome.started && (outcome.text == "half" || outcome.text.is_empty()));
        assert_eq!(server.requests().len(), 1);
    }
}

#[tokio::test]
async fn a_cut_before_the_first_token_is_sent_again() {
    let role = Step::delta(json!({ "role": "assistant", "content": "" }));
    let cut = Answer::Stream(vec![role, Step::Cut]);
    let script = Script::sequence([cut.clone(), Answer::Close, Answer::text("whole")]);
    let (outcome, server) = ask(script).await;
    assert_eq!(
        (outcome.text.as_str(), outcome.reason()),
        ("whole", FinishReason::Stop)
    );
    assert_eq!(server.requests().len(), 3);

    let (outcome, server) = ask(Script::always(cut)).await;
    assert_eq!(
        (outcome.kind(), server.requests().len()),
        (Kind::Interrupted, 3)
    );
    let (outcome, server) = ask(Script::always(Answer::Close)).await;
    assert_eq!(
        (outcome.kind(), server.requests().len()),
        (Kind::Unreachable, 3)
    );
}

#[tokio::test]
async fn what_is_no_answer_is_never_an_empty_success() {
    for (answer, kind) in [
        (Answer::html(200), Kind::NotAnApi),
        (
            Answer::full(200, "text/event-stream", "\n  <html>..."),
            Kind::NotAnApi,
        ),
        (Answer::full(200, "text/plain", "It works!"), Kind::NotAnApi),
        (Answer::full(200, "text/event-stream", ""), Kind::NotAnApi),
        (
            Answer::full(200, "text/event-stream", ": nothing\n\n"),
            Kind::NotAnApi,
        ),
        (
            Answer::full(200, "application/json", "{\"choices\": ["),
            Kind::NotAnApi,
        ),
        (Answer::json(200, &json!({ "ok": true })), Kind::NotAnApi),
        (Answer::json(200, &json!({ "choices": [] })), Kind::NotAnApi),
        (Answer::json(200, &json!([])), Kind::NotAnApi),
        (
            Answer::json(200, &json!({ "error": { "message": "no" } })),
            Kind::Refused,
        ),
        (Answer::json(200, &json!({ "error": "no" })), Kind::Refused),
        (
            Answer::json(200, &json!({ "message": "no" })),
            Kind::Refused,
        ),
        (
            Answer::json(200, &json!({ "error": { "message": "no", "code": 401 } })),
            Kind::Unauthorized,
        ),
        (Answer::json(204, &json!(null)), Kind::NotAnApi),
        (
            Answer::Stream(vec![Step::bytes("data: {\"choices\": [broken\n\n")]),
            Kind::NotAnApi,
        ),
        (
            Answer::Stream(vec![
                Step::bytes("data: {\"type\":\"ping\"}\n\n"),
                Step::Event(json!({})),
            ]),
            Kind::NotAnApi,
        ),
        (
            Answer::Raw(b"SSH-2.0-OpenSSH_9.2\r\n".to_vec()),
            Kind::NotAnApi,
        ),
    ] {
        let (outcome, server) = ask(Script::always(answer.clone())).await;
        assert_eq!(
            (outcome.kind(), outcome.text.as_str()),
            (kind, ""),
            "{answer:?}"
        );
        assert_eq!(server.requests().len(), 1, "{answer:?}");
    }
}

#[tokio::test]
async fn an_error_in_the_middle_of_a_stream_keeps_the_text() {
    let error = json!({ "error": { "message": "overloaded", "code": 503 } });
    for step in [
        Step::Event(error.clone()),
        Step::bytes("event: error\ndata: {\"message\":\"overloaded\",\"code\":503}\n\n"),
        Step::bytes("error: {\"code\":503,\"message\":\"overloaded\"}\n\n"),
    ] {
        let steps = vec![Step::text("half"), step, Step::Stall];
        let (outcome, server) = ask(Script::always(Answer::Stream(steps))).await;
        assert_eq!(
            (outcome.text.as_str(), outcome.kind()),
            ("half", Kind::ServerTrouble)
        );
        assert_eq!(server.requests().len(), 1);
    }
    // Before the first token it is as good as a status.
    let error = Answer::Stream(vec![Step::Event(error)]);
    let (outcome, server) = ask(Script::sequence([error, Answer::text("whole")])).await;
    assert_eq!(
        (outcome.text.as_str(), server.requests().len()),
        ("whole", 2)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_endless_event_is_given_up() {
    let block = Step::Bytes(vec![b'x'; 1 << 20]);
    let steps = [
        vec![Step::text("text"), Step::bytes("data: ")],
        vec![block; 40],
    ]
    .concat();
    let (outcome, server) = ask(Script::always(Answer::Stream(steps))).await;
    assert_eq!(
        (outcome.text.as_str(), outcome.kind()),
        ("text", Kind::Garbled)
    );
    assert!(server.wait_closed_early(1, PATIENCE), "the rest was read");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn silence_and_stalls_time_out() {
    let quick = Timeouts {
        first_token: Duration::from_millis(200),
        idle: Duration::from_millis(200),
        ..patient()
    };
    let role = Step::delta(json!({ "role": "assistant", "content": "" }));
    let beats = vec![
        Step::bytes(": still here\n\n"),
        Step::Wait(Duration::from_millis(50)),
    ];
    for (answer, text) in [
        (Answer::Silence, ""),
        (Answer::Stream(vec![Step::Stall]), ""),
        (Answer::Stream(vec![role, Step::Stall]), ""),
        (Answer::Stream(vec![beats; 400].concat()), ""),
        (
            Answer::Stream(vec![Step::text("half"), Step::Stall]),
            "half",
        ),
    ] {
        let server = server(Script::always(answer.clone()));
        let outcome = read(with(&server, quick).generate(chat(), CancellationToken::new())).await;
        let kind = if text.is_empty() {
            Kind::Timeout
        } else {
            Kind::Stalled
        };
        assert_eq!(
            (outcome.kind(), outcome.text.as_str()),
            (kind, text),
            "{answer:?}"
        );
        assert!(
            server.wait_closed_early(1, PATIENCE),
            "{answer:?} is still read"
        );
        assert_eq!(server.requests().len(), 1, "{answer:?}");
    }
    let server = server(Script::always(Answer::Close).with_model_list(Answer::Silence));
    let door = OpenAi::with_timeouts(quick);
    let list = door
        .list(endpoint(&server.base_url()), Witness::open())
        .await;
    assert_eq!(list.unwrap_err().kind, Kind::Timeout);
}

#[tokio::test]
async fn text_that_comes_slowly_but_surely_is_no_stall() {
    let quick = Timeouts {
        first_token: Duration::from_secs(20),
        idle: Duration::from_millis(1_500),
        ..patient()
    };
    // Longer than `idle` in all, and never so between two pieces.
    let server = server(Script::always(Answer::slow_text(
        &"a ".repeat(12),
        Duration::from_millis(150),
    )));
    let outcome = read(with(&server, quick).generate(chat(), CancellationToken::new())).await;
    assert_eq!(
        (outcome.text.len(), outcome.reason()),
        (24, FinishReason::Stop)
    );
}

#[tokio::test]
async fn nobody_there() {
    let server = server(Script::always(Answer::Close));
    let base_url = server.base_url();
    drop(server);
    let door = OpenAi::with_timeouts(patient());
    let model = door.connect(endpoint(&base_url), Witness::open()).unwrap();
    let outcome = read(model.generate(chat(), CancellationToken::new())).await;
    assert_eq!(
        (outcome.kind(), outcome.started),
        (Kind::Unreachable, false)
    );
    assert_eq!(
        door.list(endpoint(&base_url), Witness::open())
            .await
            .unwrap_err()
            .kind,
        Kind::Unreachable
    );
    // TLS to a port that waits for something else.
    let server = super::server(Script::always(Answer::Close));
    let quick = Timeouts {
        connect: Duration::from_millis(200),
        ..patient()
    };
    let secure = endpoint(&format!("https://{}/v1", server.host()));
    let model = OpenAi::with_timeouts(quick)
        .connect(secure, Witness::open())
        .unwrap();
    let outcome = read(model.generate(chat(), CancellationToken::new())).await;
    // Internal: a machine without certificates has no way to speak TLS.
    assert!(
        matches!(outcome.kind(), Kind::Unreachable | Kind::Internal),
        "{outcome:?}"
    );
    assert!(server.requests().is_empty());
}
