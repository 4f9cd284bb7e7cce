//! Ends that are ours: cancelled, dropped, at a stop string.

use inkstone_tests::loopback::{Answer, Step};
use serde_json::json;

use super::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cancelling_ends_every_stage_and_closes_the_connection() {
    let role = Step::delta(json!({ "role": "assistant", "content": "" }));
    let word = vec![Step::text("a "), Step::Wait(Duration::from_millis(5))];
    let endless = vec![word; 4_000].concat();
    for (answer, has_text) in [
        // Waiting for the head of an answer, for its first byte, for its first token.
        (Answer::Silence, false),
        (Answer::Stream(vec![Step::Stall]), false),
        (Answer::Stream(vec![role, Step::Stall]), false),
        // In the body of an error.
        (
            Answer::Raw(b"HTTP/1.1 500 No\r\nContent-Length: 9\r\n\r\n{".to_vec()),
            false,
        ),
        // Between tokens, and among them.
        (Answer::Stream(vec![Step::text("a "), Step::Stall]), true),
        (Answer::Stream(endless), true),
    ] {
        let server = server(Script::always(answer.clone()));
        let cancel = CancellationToken::new();
        let mut stream = model(&server).generate(chat(), cancel.clone());
        let mut text = String::new();
        let reading = tokio::spawn({
            let cancel = cancel.clone();
            async move {
                let mut end = None;
                while let Some(event) = stream.next().await {
                    match event {
                        Ok(TextEvent::Delta { text: delta, .. }) => {
                            text.push_str(&delta);
                            cancel.cancel();
                        }
                        Ok(TextEvent::Finished { reason, .. }) => end = Some(reason),
                        Ok(
                            TextEvent::Waiting { .. }
                            | TextEvent::Started { .. }
                            | TextEvent::Odds(_),
                        ) => {}
                        Err(error) => panic!("{error}"),
                    }
                }
                (text, end)
            }
        });
        assert!(server.wait_requests(1, PATIENCE));
        if !has_text {
            cancel.cancel();
        }
        let (text, end) = tokio::time::timeout(PATIENCE, reading)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(end, Some(FinishReason::Cancelled), "{answer:?}");
        assert_eq!(!text.is_empty(), has_text, "{answer:?}");
        if !matches!(answer, Answer::Raw(_)) {
            assert!(
                server.wait_closed_early(1, PATIENCE),
                "{answer:?} is still open"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cancelling_ends_the_wait_before_a_retry() {
    let limited = Answer::error(429, "slow down").with_header("Retry-After", "3600");
    let server = server(Script::always(limited));
    let hour = Timeouts {
        longest_retry_after: Duration::from_secs(3_600),
        ..patient()
    };
    let cancel = CancellationToken::new();
    let reading = tokio::spawn(read(with(&server, hour).generate(chat(), cancel.clone())));
    assert!(server.wait_requests(1, PATIENCE));
    cancel.cancel();
    assert_eq!(reading.await.unwrap().reason(), FinishReason::Cancelled);
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn what_is_cancelled_beforehand_is_never_sent() {
    let server = server(Script::always(Answer::text("x")));
    let cancel = CancellationToken::new();
    cancel.cancel();
    let outcome = read(model(&server).generate(chat(), cancel)).await;
    assert_eq!(
        (outcome.reason(), outcome.started),
        (FinishReason::Cancelled, false)
    );
    assert!(server.requests().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dropping_the_stream_closes_the_connection() {
    let steps = vec![Step::text("a "), Step::Stall];
    let server = server(Script::always(Answer::Stream(steps)));
    let mut stream = model(&server).generate(chat(), CancellationToken::new());
    while !matches!(stream.next().await, Some(Ok(TextEvent::Delta { .. }))) {}
    assert_eq!(server.closed_early(), 0);
    drop(stream);
    assert!(server.wait_closed_early(1, PATIENCE));

    let stream = model(&server).generate(chat(), CancellationToken::new());
    drop(stream);
    assert_eq!(server.requests().len(), 1, "an unread stream asked");
}

#[tokio::test]
async fn text_that_waits_for_the_rest_of_a_tag_is_kept_at_an_end() {
    let cancel = CancellationToken::new();
    let steps = vec![Step::text("one"), Step::text(" <thi"), Step::Stall];
    let server = server(Script::always(Answer::Stream(steps)));
    let request = TextRequest {
        stop: vec!["never".to_owned()],
        ..chat()
    };
    let mut stream = model(&server).generate(request, cancel.clone());
    let mut text = String::new();
    while let Some(event) = stream.next().await {
        if let TextEvent::Delta { text: delta, .. } = event.unwrap() {
            text.push_str(&delta);
            if text == "one " {
                cancel.cancel();
            }
        }
    }
    assert_eq!(text, "one <thi");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_string_ends_the_text_even_if_the_server_goes_on() {
    let steps = vec![
        Step::text("one\n\n"),
        Step::text("EN"),
        Step::text("D two"),
        Step::Stall,
    ];
    let server = server(Script::always(Answer::Stream(steps)));
    let stop = ["a", "b", "c", "d", "END"].map(str::to_owned).to_vec();
    let request = TextRequest { stop, ..chat() };
    // A model whose text happens to hold none of the first four.
    let outcome = read(model(&server).generate(request, CancellationToken::new())).await;
    assert_eq!(
        (outcome.text.as_str(), outcome.reason()),
        ("one\n\n", FinishReason::Stop)
    );
    assert!(
        server.wait_closed_early(1, PATIENCE),
        "the server writes on"
    );
    assert_eq!(
        server.requests()[0].json()["stop"],
        json!(["a", "b", "c", "d"])
    );
}
