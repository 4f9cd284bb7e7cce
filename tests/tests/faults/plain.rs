//! Faults of servers that are spoken to in the clear, and of the way to them.

use std::time::Duration;

use inkstone_generation::Wait;
use inkstone_tests::loopback::{Answer, Loopback, Script, Step};
use serde_json::{Value, json};

use super::table::{Became, ask, row, stalled};

const SENTENCE: &str = "The ferry runs again.";
const HALF: &str = "The ferry runs";

async fn faulty(fault: &str, script: Script) -> (Became, Loopback) {
    let server = Loopback::start(script).expect("a free port");
    let became = row(fault, &server.base_url()).await;
    assert_eq!(became.sent, server.requests().len(), "{fault}");
    (became, server)
}

/// A server that comes to a stop.
async fn stops(fault: &str, answer: Answer) -> Became {
    let server = Loopback::start(Script::always(answer)).expect("a free port");
    let became = stalled(fault, &server.base_url()).await;
    assert_eq!((became.sent, server.requests().len()), (1, 1), "{fault}");
    became
}

async fn always(fault: &str, answer: Answer) -> Became {
    faulty(fault, Script::always(answer)).await.0
}

/// The fault once, then a good answer.
async fn once(fault: &str, answer: Answer) -> Became {
    let script = Script::sequence([answer, Answer::text(SENTENCE)]);
    let became = faulty(fault, script).await.0;
    assert_eq!(
        (became.text.as_str(), became.sent),
        (SENTENCE, 2),
        "{fault}"
    );
    became
}

fn error(status: u16, message: &str, code: Value) -> Answer {
    let error = json!({ "message": message, "type": "invalid_request_error", "code": code });
    Answer::json(status, &json!({ "error": error }))
}

fn half(then: Vec<Step>) -> Answer {
    Answer::Stream([vec![Step::text(HALF)], then].concat())
}

/// All of them.
pub async fn all() {
    statuses().await;
    limits().await;
    bodies().await;
    streams().await;
    breaks().await;
    ways().await;
}

async fn statuses() {
    always(
        "401",
        error(401, "Incorrect API key provided.", json!("invalid_api_key")),
    )
    .await;
    always("403", error(403, "Not for this key.", json!(null))).await;
    always(
        "404: no such model",
        error(
            404,
            "The model `loopback-1` does not exist.",
            json!("model_not_found"),
        ),
    )
    .await;
    always("408", error(408, "Request timeout.", json!(null))).await;
    once("408 once", error(408, "Request timeout.", json!(null))).await;
    always("409", error(409, "Conflict.", json!(null))).await;
    let renamed = Script::new(|request| match request.json().get("max_tokens") {
        Some(_) => Answer::error(
            422,
            "'max_tokens' is not known; use 'max_completion_tokens'",
        ),
        None => Answer::text(SENTENCE),
    });
    let became = faulty("422: another name for the cap", renamed).await.0;
    assert_eq!((became.text.as_str(), became.sent), (SENTENCE, 2));
    always("500", Answer::error(500, "Internal error.")).await;
    once("502 once, as a page", Answer::html(502)).await;
    always("502, as a page", Answer::html(502)).await;
    always("503", Answer::error(503, "Busy.")).await;
    let became = once(
        "503: loading, then ready",
        Answer::error(503, "Loading model"),
    )
    .await;
    assert_eq!(became.waits, [Wait::Loading]);
    always(
        "503: loading, and no end",
        Answer::error(503, "Loading model"),
    )
    .await;
    always(
        "400: the context is too short",
        error(
            400,
            "This model's maximum context length is 4096 tokens.",
            json!("context_length_exceeded"),
        ),
    )
    .await;
    always(
        "400: a field that is not known",
        Answer::error(400, "Bad request."),
    )
    .await;
}

async fn limits() {
    let limited = |value: &str| {
        Answer::error(429, "Slow down.")
            .with_header("Date", "Fri, 27 Nov 2026 08:00:00 GMT")
            .with_header("Retry-After", value)
    };
    let became = once("429, Retry-After: 1", limited("1")).await;
    assert_eq!(became.waits, [Wait::Asked]);
    let date = "Fri, 27 Nov 2026 08:00:01 GMT";
    let became = once("429, Retry-After: a date", limited(date)).await;
    assert_eq!(became.waits, [Wait::Asked]);
    always("429, Retry-After: 86400", limited("86400")).await;
    always("429, no end", Answer::error(429, "Slow down.")).await;
    always(
        "429: the quota is used up",
        error(
            429,
            "You exceeded your current quota.",
            json!("insufficient_quota"),
        ),
    )
    .await;
    always("402", Answer::error(402, "Insufficient Balance")).await;
}

async fn bodies() {
    always("a page with 200", Answer::html(200)).await;
    always(
        "an error with 200",
        Answer::json(200, &json!({ "error": { "message": "no" } })),
    )
    .await;
    always(
        "a flat error with 400",
        Answer::json(400, &json!({ "message": "no", "code": 17 })),
    )
    .await;
    always(
        "an integer code, 429 within 200",
        Answer::json(
            200,
            &json!({ "error": { "message": "slow down", "code": 429 } }),
        ),
    )
    .await;
    always("no choices", Answer::json(200, &json!({ "choices": [] }))).await;
    always("nothing at all", Answer::full(200, "text/event-stream", "")).await;
    let broken = Step::bytes("data: {\"choices\": [broken\n\n");
    always(
        "an event that is no JSON",
        Answer::Stream(vec![broken.clone()]),
    )
    .await;
    always("an event that is no JSON, after text", half(vec![broken])).await;
    let refusal = Step::delta(json!({ "refusal": "I can't." }));
    always("the provider's filter", half(vec![refusal, Step::done()])).await;
    let thought = vec![
        Step::delta(json!({ "reasoning_content": "Boats." })),
        Step::text("<think>Ferries.</think>"),
        Step::text(SENTENCE),
        Step::finish("stop"),
        Step::done(),
    ];
    let became = always("reasoning", Answer::Stream(thought)).await;
    assert_eq!(became.text, SENTENCE);
}

async fn streams() {
    let text = "渡轮 😀 é";
    let choice = json!([{ "index": 0, "delta": { "content": text }, "finish_reason": "stop" }]);
    let event = json!({ "choices": choice }).to_string();
    let dressed = [
        (
            "UTF-8 split at every byte",
            format!("data: {event}\n\ndata: [DONE]\n\n"),
        ),
        (
            "CRLF split at every byte",
            format!("data: {event}\r\n\r\ndata: [DONE]\r\n\r\n"),
        ),
        (
            "`data:` without a space",
            format!("data:{event}\n\ndata:[DONE]\n\n"),
        ),
        (
            "comments and other fields",
            format!(
                ": wait\n\nid: 1\nretry: 5\nevent: chunk\ndata: {event}\n\n:\n\ndata: [DONE]\n\n"
            ),
        ),
    ];
    for (fault, body) in dressed {
        let steps = body.bytes().map(|byte| Step::Bytes(vec![byte])).collect();
        let became = always(fault, Answer::Stream(steps)).await;
        assert_eq!(became.text, text, "{fault}");
        // And at each place alone, where both a character and a line end can be split.
        if !fault.starts_with("CRLF") {
            continue;
        }
        let server = Loopback::start(Script::new(move |request| {
            let at = request
                .path
                .rsplit_once("at=")
                .and_then(|(_, at)| at.parse().ok());
            let (before, after) = body.as_bytes().split_at(at.unwrap_or(0));
            Answer::Stream(vec![
                Step::Bytes(before.to_vec()),
                Step::Bytes(after.to_vec()),
            ])
        }))
        .expect("a free port");
        for at in 1..event.len() + 6 {
            let became = ask(&format!("{}?at={at}", server.base_url())).await;
            assert_eq!(became.text, text, "{fault}, split at {at}");
        }
    }
    let latin = b"data: {\"choices\":[{\"delta\":{\"content\":\"caf\xe9\"},\"finish_reason\":\"stop\"}]}\n\n";
    let became = always(
        "invalid UTF-8",
        Answer::Stream(vec![Step::Bytes(latin.to_vec())]),
    )
    .await;
    assert_eq!(became.text, "caf\u{fffd}");
    let line = Step::Repeat(vec![b'x'; 1 << 20], 100);
    always(
        "a line of 100 MB, after text",
        half(vec![Step::bytes("data: "), line.clone()]),
    )
    .await;
    always(
        "a line of 100 MB",
        Answer::Stream(vec![Step::bytes("data: "), line]),
    )
    .await;
    let words = "rain ".repeat(200);
    let words = format!("data: {{\"choices\":[{{\"delta\":{{\"content\":\"{words}\"}}}}]}}\n\n");
    let endless = Step::Repeat(words.repeat(20).into_bytes(), 2_000);
    always("a stream without an end", Answer::Stream(vec![endless])).await;
    let thought = Step::delta(json!({ "reasoning": "hm ".repeat(5_000) }));
    let Step::Event(thought) = thought else {
        panic!("an event");
    };
    let endless = Step::Repeat(format!("data: {thought}\n\n").into_bytes(), 8_000);
    always("reasoning without an end", Answer::Stream(vec![endless])).await;
    // With pauses: a quick machine reads more than is allowed before the time is up.
    let beat = Step::bytes(&": still here\n\n".repeat(1_000));
    let beats = vec![[beat, Step::Wait(Duration::from_millis(100))]; 600];
    stops("comments without an end", Answer::Stream(beats.concat())).await;
}

async fn breaks() {
    always("cut before the first word", Answer::Stream(vec![Step::Cut])).await;
    once(
        "cut before the first word, once",
        Answer::Stream(vec![Step::Cut]),
    )
    .await;
    always("cut after some text", half(vec![Step::Cut])).await;
    always("a clean close without `[DONE]`", half(vec![])).await;
    always(
        "`[DONE]` without a reason to stop",
        half(vec![Step::done()]),
    )
    .await;
    always(
        "a reason to stop without `[DONE]`",
        half(vec![Step::finish("stop")]),
    )
    .await;
    always("an error after some text", {
        half(vec![Step::Event(
            json!({ "error": { "message": "overloaded", "code": 503 } }),
        )])
    })
    .await;
    always("the connection is closed at once", Answer::Close).await;
    stops("a stall before the answer", Answer::Silence).await;
    stops("a stall after the head", Answer::Stream(vec![Step::Stall])).await;
    let role = Step::delta(json!({ "role": "assistant", "content": "" }));
    stops(
        "a stall before the first word",
        Answer::Stream(vec![role, Step::Stall]),
    )
    .await;
    stops("a stall after some text", half(vec![Step::Stall])).await;
    let stalled = b"HTTP/1.1 400 No\r\nContent-Length: 99\r\n\r\n{\"error\":".to_vec();
    stops("a stall in the body of an error", Answer::Raw(stalled)).await;
}

async fn ways() {
    let other = Loopback::start(Script::always(Answer::text("stolen"))).expect("a free port");
    let there = format!("{}/chat/completions", other.base_url());
    let away = Answer::full(307, "text/plain", "").with_header("Location", &there);
    let server = Loopback::start(Script::always(away)).expect("a free port");
    row("a redirect to another host", &server.base_url()).await;
    assert!(other.requests().is_empty(), "the key followed");

    let gone = Loopback::start(Script::always(Answer::Close)).expect("a free port");
    let nobody = gone.base_url();
    drop(gone);
    row("nobody listens there", &nobody).await;
    let silent = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = silent.local_addr().expect("an address");
    stalled("nobody answers there", &format!("http://{address}/v1")).await;
    row("another protocol", &other_protocol().base_url()).await;
    row(
        "offline: the name is not known",
        "http://offline.invalid/v1",
    )
    .await;
    row("the proxy refuses", "http://models.example/v1").await;
    row("the proxy can't be reached", "https://models.example/v1").await;
    let through = row("through a proxy", "http://through.example/v1").await;
    assert_eq!(through.text, SENTENCE);
}

fn other_protocol() -> Loopback {
    let greeting = Answer::Raw(b"SSH-2.0-OpenSSH_9.2\r\n".to_vec());
    Loopback::start(Script::always(greeting)).expect("a free port")
}
