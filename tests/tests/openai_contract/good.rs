//! Servers that do what they should, each in its own manner.

use inkstone_generation::{Locality, PromptForm};
use inkstone_tests::loopback::{Answer, Step};
use serde_json::{Value, json};

use super::*;

fn usage(prompt: u32, completion: u32) -> Usage {
    Usage {
        prompt_tokens: Some(prompt),
        completion_tokens: Some(completion),
    }
}

#[tokio::test]
async fn a_chat_streams_and_says_what_it_used() {
    let (outcome, server) = ask(Script::always(Answer::text("It rains. 下雨了。"))).await;
    assert_eq!(outcome.text, "It rains. 下雨了。");
    assert_eq!(
        outcome.end,
        Ok((FinishReason::Stop, usage(17, outcome.tokens)))
    );
    assert!(outcome.started && outcome.tokens > 3);

    let requests = server.requests();
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].path, "/v1/chat/completions");
    assert_eq!(
        requests[0].header("authorization"),
        Some(format!("Bearer {KEY}").as_str())
    );
    let want = json!({
        "model": "loopback-1",
        "messages": [
            { "role": "system", "content": "You write news." },
            { "role": "user", "content": DRAFT },
        ],
        "temperature": 0.5, "top_p": 0.95, "seed": 4242, "max_tokens": 200,
        "stream": true, "stream_options": { "include_usage": true },
    });
    assert_eq!(requests[0].json(), want);
}

#[tokio::test]
async fn likelihoods_come_beside_the_text() {
    let body = json!({
        "choices": [{
            "index": 0, "finish_reason": "stop",
            "message": { "role": "assistant", "content": "Rain" },
            "logprobs": { "content": [{
                "token": "Rain", "logprob": -0.25, "bytes": null,
                "top_logprobs": [
                    { "token": "Rain", "logprob": -0.25 }, { "token": "Snow", "logprob": -1.5 },
                ],
            }] },
        }],
    });
    let server = server(Script::always(Answer::json(200, &body)));
    let request = TextRequest {
        odds: Some(2),
        ..chat()
    };
    let outcome = read(model(&server).generate(request, CancellationToken::new())).await;
    assert_eq!(outcome.text, "Rain");
    let odds = &outcome.odds[0];
    assert_eq!(
        (odds.token.text.as_str(), odds.token.logprob),
        ("Rain", -0.25)
    );
    assert_eq!(odds.others[1].text, "Snow");
    let sent = server.requests()[0].json();
    assert_eq!(
        (&sent["logprobs"], &sent["top_logprobs"]),
        (&json!(true), &json!(2))
    );
}

#[tokio::test]
async fn a_raw_prompt_goes_to_the_older_path() {
    let server = server(Script::always(Answer::text("there was a ferry.")));
    let request = TextRequest {
        prompt: Prompt::Raw("Once <|im_end|> ".to_owned()),
        ..chat()
    };
    let outcome = read(model(&server).generate(request, CancellationToken::new())).await;
    assert_eq!(
        (outcome.text.as_str(), outcome.reason()),
        ("there was a ferry.", FinishReason::Stop)
    );
    let requests = server.requests();
    assert_eq!(requests[0].path, "/v1/completions");
    assert_eq!(requests[0].json()["prompt"], "Once <|im_end|> ");
    assert_eq!(requests[0].json()["seed"], 4242);
}

#[tokio::test]
async fn the_path_is_the_persons_and_no_key_is_no_header() {
    let server = server(Script::always(Answer::text("x")));
    let door = OpenAi::with_timeouts(patient());
    for (base, path) in [
        ("", "/chat/completions"),
        ("/", "/chat/completions"),
        ("/a/b/", "/a/b/chat/completions"),
    ] {
        let base_url = format!("http://{}{base}", server.host());
        let model = door
            .connect(Endpoint::new(&base_url, "loopback-1"), Witness::open())
            .unwrap();
        assert_eq!(
            read(model.generate(chat(), CancellationToken::new()))
                .await
                .text,
            "x"
        );
        let last = server.requests().pop().unwrap();
        assert_eq!(
            (last.path.as_str(), last.header("authorization")),
            (path, None)
        );
    }
}

#[tokio::test]
async fn a_model_describes_itself() {
    let server = server(Script::always(Answer::text("x")));
    let description = model(&server).describe();
    assert_eq!(description.name, "loopback-1");
    assert_eq!(
        description.locality,
        Locality::Remote {
            host: server.host()
        }
    );
    assert_eq!(description.engine, "openai-compatible");
    assert_eq!(description.prompt_form, PromptForm::Chat);
    assert_eq!(
        (description.sha256, description.context_length),
        (None, None)
    );
    assert!(server.requests().is_empty(), "describing asked the server");
}

#[tokio::test]
async fn reasons_to_stop_in_every_spelling() {
    let steps = |finish: Value| {
        let choice = json!([{ "index": 0, "delta": {}, "finish_reason": finish }]);
        vec![
            Step::text("text"),
            Step::Event(json!({ "choices": choice })),
            Step::done(),
        ]
    };
    for (word, reason) in [
        (json!("stop"), FinishReason::Stop),
        (json!("eos"), FinishReason::Stop),
        (json!(""), FinishReason::Stop),
        (json!(null), FinishReason::Stop),
        (json!("length"), FinishReason::Length),
        (json!("content_filter"), FinishReason::ContentFilter),
        (json!("abort"), FinishReason::Other("abort".to_owned())),
    ] {
        let (outcome, _server) = ask(Script::always(Answer::Stream(steps(word.clone())))).await;
        assert_eq!(
            (outcome.text.as_str(), outcome.reason()),
            ("text", reason),
            "{word}"
        );
    }
}

#[tokio::test]
async fn the_use_is_found_wherever_it_is_and_may_be_nowhere() {
    let bare = |value: Value| Step::Event(value);
    let in_last = json!({
        "choices": [{ "delta": {}, "finish_reason": "stop" }],
        "usage": { "prompt_tokens": 5, "completion_tokens": 6 },
    });
    for (steps, want) in [
        (
            vec![
                Step::text("text"),
                Step::finish("stop"),
                Step::usage(3, 4),
                Step::done(),
            ],
            usage(3, 4),
        ),
        // Without [DONE], and without an end of any kind after the use.
        (
            vec![
                Step::text("text"),
                Step::finish("stop"),
                Step::usage(3, 4),
                Step::Stall,
            ],
            usage(3, 4),
        ),
        (vec![Step::text("text"), bare(in_last)], usage(5, 6)),
        (
            vec![bare(
                json!({ "choices": [{ "delta": { "content": "text" }, "finish_reason": "stop" }], "usage": {} }),
            )],
            Usage::default(),
        ),
        (
            vec![Step::text("text"), Step::finish("stop")],
            Usage::default(),
        ),
    ] {
        let quick = Timeouts {
            idle: Duration::from_millis(300),
            ..patient()
        };
        let server = server(Script::always(Answer::Stream(steps.clone())));
        let outcome = read(with(&server, quick).generate(chat(), CancellationToken::new())).await;
        assert_eq!(
            (outcome.text.as_str(), outcome.end),
            ("text", Ok((FinishReason::Stop, want))),
            "{steps:?}"
        );
    }
}

#[tokio::test]
async fn reasoning_never_becomes_text() {
    for steps in [
        vec![
            Step::delta(json!({ "reasoning_content": "SECRET" })),
            Step::text("text"),
        ],
        vec![
            Step::delta(json!({ "reasoning": "SECRET", "content": "" })),
            Step::text("text"),
        ],
        vec![
            Step::text("<thi"),
            Step::text("nk>SECRET</th"),
            Step::text("ink>\n\n"),
            Step::text("text"),
        ],
        vec![Step::delta(
            json!({ "content": [{ "type": "thinking", "thinking": "SECRET" }, { "type": "text", "text": "text" }] }),
        )],
    ] {
        let all = [steps.clone(), vec![Step::finish("stop"), Step::done()]].concat();
        let (outcome, _server) = ask(Script::always(Answer::Stream(all))).await;
        assert_eq!(
            (outcome.text.as_str(), outcome.reason()),
            ("text", FinishReason::Stop),
            "{steps:?}"
        );
    }
}

#[tokio::test]
async fn bytes_may_be_cut_and_dressed_in_any_way() {
    let body = "\u{feff}: OPENROUTER PROCESSING\r\n\r\nevent: message\r\nid: 1\r\n\
                data:{\"choices\":[{\"delta\":{\"content\":\"渡轮 \"}}]}\r\n\r\n\
                data: {\"choices\":[{\"delta\":{\"content\":\"😀\"}}]}\n\
                data: {\"type\":\"ping\"}\n\n\
                data: {\ndata: \"choices\": [{\"delta\": {\"content\": \"!\"}, \"finish_reason\": \"stop\"}]\ndata: }\n\n\
                data: [DONE]";
    let steps: Vec<Step> = body.bytes().map(|byte| Step::Bytes(vec![byte])).collect();
    for steps in [steps, vec![Step::bytes(body)]] {
        let (outcome, _server) = ask(Script::always(Answer::Stream(steps))).await;
        assert_eq!(
            (outcome.text.as_str(), outcome.reason()),
            ("渡轮 😀!", FinishReason::Stop)
        );
    }
}

#[tokio::test]
async fn an_answer_in_one_piece_is_an_answer() {
    let body = json!({
        "choices": [{ "index": 0, "message": { "role": "assistant", "content": "text" }, "finish_reason": "length" }],
        "usage": { "prompt_tokens": 3, "completion_tokens": 4 },
    });
    let (outcome, server) = ask(Script::always(Answer::json(200, &body))).await;
    assert_eq!(
        (outcome.text.as_str(), outcome.end),
        ("text", Ok((FinishReason::Length, usage(3, 4))))
    );
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn models_are_listed_from_any_shape() {
    let door = OpenAi::with_timeouts(patient());
    for list in [
        Answer::models(&["b", "a"]),
        Answer::json(
            200,
            &json!({ "models": [{ "name": "b" }, { "model": "a" }] }),
        ),
        Answer::full(200, "text/plain", r#"["b", "a"]"#),
    ] {
        let server = server(Script::always(Answer::Close).with_model_list(list));
        let names = door
            .list(endpoint(&server.base_url()), Witness::open())
            .await;
        assert_eq!(names, Ok(vec!["b".to_owned(), "a".to_owned()]));
        let request = &server.requests()[0];
        assert_eq!(
            (request.method.as_str(), request.path.as_str()),
            ("GET", "/v1/models")
        );
        assert_eq!(
            request.header("authorization"),
            Some(format!("Bearer {KEY}").as_str())
        );
    }
}
