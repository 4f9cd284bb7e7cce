//! What was found out the hard way about async-openai 0.43 and about servers, line by line, and the test
//! that holds each. Tests named without a file stand here.
//!
//! | what is known | held by |
//! |---|---|
//! | `create_stream` does not set `stream` under `byot` | `good::a_chat_streams_and_says_what_it_used` looks at the field |
//! | typed chunks lose text at a reason to stop of `""` or `eos` | `good::reasons_to_stop_in_every_spelling` |
//! | ... without an `id`, or with `usage: {}` | `good::bytes_may_be_cut_and_dressed_in_any_way`, `good::the_use_is_found_wherever_it_is_and_may_be_nowhere` |
//! | `reasoning_content` is dropped by the typed path | `good::reasoning_never_becomes_text` |
//! | a stream without `[DONE]` or a reason ends as if whole | `broken::a_stream_that_just_ends_is_incomplete` |
//! | JSON in place of a stream is an empty stream | `broken::what_is_no_answer_is_never_an_empty_success`, `good::an_answer_in_one_piece_is_an_answer` |
//! | integer codes, flat, string and HTML bodies lose the status | `refused::the_status_is_kept_whatever_the_body_is` |
//! | a 429 with such a body is not sent again | `refused::trouble_that_passes_is_waited_out` |
//! | `Retry-After` is an integer only, without a cap | `refused::a_pause_that_the_server_asks_for_is_granted_and_told_of_unless_it_is_long` |
//! | 503 is retried too fast for a model that is loaded | `refused::a_server_that_loads_its_model_is_given_more_time` |
//! | there is no time-out | `broken::silence_and_stalls_time_out`, `the_times_are_those_of_the_makers_own_clients` |
//! | bodies of failures go to the log | `openai_logs::nothing_of_the_person_is_logged` |
//! | address and key come from the environment | `neither_address_nor_key_come_from_the_environment` |
//! | reqwest's proxies, SOCKS and HTTP/2 are off | the table of faults (proxy, GOAWAY), `a_socks_proxy_is_spoken_to` |
//! | an event has no bound | `broken::an_endless_event_is_given_up` |
//! | the reason to stop is an open string | `good::reasons_to_stop_in_every_spelling` |
//! | the use may be absent, empty or beside no choice | `good::the_use_is_found_wherever_it_is_and_may_be_nowhere` |
//! | `n` is silently one on many | `siblings_are_asked_for_one_by_one_each_with_its_seed`, `probe::a_server_of_few_gifts` |
//! | the cap has two names; swap once | `refused::the_cap_changes_its_name_once_and_for_good`, `refused::a_cap_refused_by_either_name_is_an_error` |
//! | JSON: by schema, then any, then the prompt | `json_is_asked_for_by_schema_then_as_json_then_by_the_prompt_alone` |
//! | ... and a refusal may call itself a fault | `a_refusal_that_calls_itself_a_fault_of_the_server_is_yielded_to_at_once` |
//! | ... and always validate | the desks: `story::answers` asks once more for what is in no form |
//! | reasoning comes in fields, parts or tags | `good::reasoning_never_becomes_text`, `stopped::text_that_waits_for_the_rest_of_a_tag_is_kept_at_an_end` |
//! | Qwen wants `enable_thinking: false` in one piece | `ways::a_server_that_cannot_stream_is_asked_for_the_whole` |
//! | 503 can mean "loading" | `refused::a_server_that_loads_its_model_is_given_more_time` |
//! | a base path is the person's: no `/v1` is forced | `good::the_path_is_the_persons_and_no_key_is_no_header` |
//! | `/models` may fail | `refused::a_list_of_models_fails_as_clearly`, `probe::a_server_of_few_gifts` |
//! | a profile is learnt by a test of the connection | `probe`, all of it; `ways::what_is_known_beforehand_is_followed_and_what_is_learnt_is_told` |
//! | 2 retries, 0.5 to 8 s, jitter, connect in 5 s | `the_times_are_those_of_the_makers_own_clients`; the jitter in `retry.rs` of the adapter |
//! | ... on 408, 409, 429, 5xx and lost connections | `refused::trouble_that_passes_is_waited_out`, `broken::a_cut_before_the_first_token_is_sent_again` |
//! | nothing is sent again after the first token | `broken::a_cut_after_the_first_token_keeps_the_text_and_is_not_sent_again` |

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

#[test]
fn the_times_are_those_of_the_makers_own_clients() {
    let times = Timeouts::default();
    assert_eq!(inkstone_openai::RETRIES, 2);
    assert_eq!(times.connect, Duration::from_secs(5));
    assert_eq!(times.backoff, Duration::from_millis(500));
    assert_eq!(times.longest_backoff, Duration::from_secs(8));
    assert!(times.longest_retry_after >= Duration::from_secs(30));
    for bound in [times.first_token, times.idle, times.longest_retry_after] {
        assert!(bound <= Duration::from_secs(300), "nobody waits for ever");
    }
}

/// What a person has set for all programs holds for this one, in the form that reqwest has only by a
/// feature; a child, because the environment belongs to the whole process.
#[test]
fn a_socks_proxy_is_spoken_to() {
    use std::io::Read as _;
    let proxy = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let at = proxy.local_addr().unwrap();
    let greeted = std::thread::spawn(move || {
        let (mut stream, _) = proxy.accept().unwrap();
        let mut greeting = [0; 1];
        stream.read_exact(&mut greeting).unwrap();
        greeting[0]
    });
    let mut child = std::process::Command::new(std::env::current_exe().unwrap());
    child.args([
        "--exact",
        "facts::child_behind_a_socks_proxy",
        "--ignored",
        "--nocapture",
    ]);
    for name in [
        "http_proxy",
        "HTTP_PROXY",
        "all_proxy",
        "no_proxy",
        "NO_PROXY",
    ] {
        child.env_remove(name);
    }
    let child = child.env("ALL_PROXY", format!("socks5h://{at}"));
    let said = child.output().unwrap();
    let said = String::from_utf8_lossy(&said.stdout).into_owned();
    assert!(said.contains("the proxy was asked"), "{said}");
    // Whoever came first was heard; this one ends the wait where nobody came.
    if let Ok(mut stream) = std::net::TcpStream::connect(at) {
        let _ = std::io::Write::write_all(&mut stream, &[0]);
    }
    assert_eq!(
        greeted.join().unwrap(),
        5,
        "the fifth version greets with 5"
    );
}

#[tokio::test]
#[ignore = "run by a_socks_proxy_is_spoken_to"]
async fn child_behind_a_socks_proxy() {
    let door = OpenAi::with_timeouts(patient());
    let endpoint = Endpoint::new("http://models.example/v1", "loopback-1");
    let model = door.connect(endpoint, Witness::open()).unwrap();
    let outcome = read(model.generate(chat(), CancellationToken::new())).await;
    // This one hangs up after the greeting.
    assert!(outcome.end.is_err());
    println!("the proxy was asked");
}
