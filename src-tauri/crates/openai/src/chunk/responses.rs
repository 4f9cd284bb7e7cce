//! The events and the whole answers of the Responses API.

use inkstone_generation::Reasoning;
use serde_json::Value;

use super::{Chunk, Reading, full, tokens};

/// Reads one; `None` if it is of another API.
pub fn read(value: &Value) -> Option<Reading> {
    if value["object"] == "response" {
        return Some(whole(value));
    }
    let kind = value["type"].as_str()?;
    Some(match kind {
        "error" => Reading::Error,
        "response.output_text.delta" => piece(value, |chunk, text| chunk.text = text),
        "response.refusal.delta" | "response.refusal.done" => {
            piece(value, |chunk, _| chunk.refuses = true)
        }
        // Reasoning has several names, and all are no text.
        _ if kind.starts_with("response.reasoning") => {
            piece(value, |chunk, _| chunk.reasons = Some(Reasoning::Parts))
        }
        "response.failed" => Reading::Error,
        "response.completed" | "response.incomplete" => end(&value["response"]),
        _ if kind.starts_with("response.") => Reading::Chunk(Chunk::default()),
        _ => return None,
    })
}

fn piece(value: &Value, put: impl FnOnce(&mut Chunk, String)) -> Reading {
    let mut chunk = Chunk {
        has_choice: true,
        ..Chunk::default()
    };
    let text = value["delta"].as_str().unwrap_or_default();
    put(&mut chunk, text.to_owned());
    Reading::Chunk(chunk)
}

/// The end of a stream: its text has come before.
fn end(response: &Value) -> Reading {
    if full(&response["error"]) || response["error"].is_object() {
        return Reading::Error;
    }
    let reason = response["incomplete_details"]["reason"].as_str();
    let status = response["status"].as_str();
    Reading::Chunk(Chunk {
        finish: Some(reason.or(status).unwrap_or("completed").to_owned()),
        usage: usage(response),
        has_choice: true,
        ..Chunk::default()
    })
}

fn whole(response: &Value) -> Reading {
    let Reading::Chunk(mut chunk) = end(response) else {
        return Reading::Error;
    };
    for item in response["output"].as_array().into_iter().flatten() {
        if item["type"] == "reasoning" {
            chunk.reasons = Some(Reasoning::Parts);
        }
        for part in item["content"].as_array().into_iter().flatten() {
            match part["type"].as_str() {
                Some("output_text") => {
                    chunk
                        .text
                        .push_str(part["text"].as_str().unwrap_or_default());
                }
                Some("refusal") => chunk.refuses = true,
                _ => {}
            }
        }
    }
    Reading::Chunk(chunk)
}

fn usage(response: &Value) -> inkstone_generation::Usage {
    let usage = Some(&response["usage"]).filter(|usage| usage.is_object());
    usage.map(tokens).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use inkstone_generation::Usage;
    use serde_json::json;

    fn chunk(value: Value) -> Chunk {
        match read(&value) {
            Some(Reading::Chunk(chunk)) => chunk,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn text_comes_in_deltas_and_reasoning_is_none() {
        let said = chunk(json!({"type": "response.output_text.delta", "delta": "雨"}));
        assert_eq!(said.text, "雨");
        for kind in [
            "response.reasoning_text.delta",
            "response.reasoning_summary_text.delta",
        ] {
            let thought = chunk(json!({"type": kind, "delta": "hm"}));
            assert_eq!(
                (thought.text.as_str(), thought.reasons),
                ("", Some(Reasoning::Parts))
            );
        }
        // What is said again at the end is not text once more.
        for kind in [
            "response.created",
            "response.output_text.done",
            "response.output_item.done",
        ] {
            let other = chunk(json!({"type": kind, "text": "雨", "response": {"status": "x"}}));
            assert_eq!(other, Chunk::default());
        }
        assert!(chunk(json!({"type": "response.refusal.delta", "delta": "no"})).refuses);
    }

    #[test]
    fn ends() {
        let usage = json!({"input_tokens": 3, "output_tokens": 4});
        let done = chunk(
            json!({"type": "response.completed", "response": {"status": "completed", "usage": usage, "error": null}}),
        );
        let want = Usage {
            prompt_tokens: Some(3),
            completion_tokens: Some(4),
        };
        assert_eq!(
            (done.finish.as_deref(), done.usage),
            (Some("completed"), want)
        );
        let cut = chunk(
            json!({"type": "response.incomplete", "response": {"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}}}),
        );
        assert_eq!(cut.finish.as_deref(), Some("max_output_tokens"));
        for error in [
            json!({"type": "error", "code": "x", "message": "no"}),
            json!({"type": "response.failed", "response": {"error": {"code": "server_error"}}}),
        ] {
            assert_eq!(read(&error), Some(Reading::Error));
        }
        assert_eq!(read(&json!({"type": "ping"})), None);
        assert_eq!(read(&json!({"choices": []})), None);
    }

    #[test]
    fn a_whole_answer() {
        let answer = chunk(json!({
            "object": "response", "status": "completed", "error": null,
            "output": [
                {"type": "reasoning", "summary": [{"type": "summary_text", "text": "hm"}]},
                {"type": "message", "content": [{"type": "output_text", "text": "It rains."}]},
            ],
        }));
        assert_eq!(
            (answer.text.as_str(), answer.reasons),
            ("It rains.", Some(Reasoning::Parts))
        );
        let failed = json!({"object": "response", "status": "failed", "error": {"code": "x"}});
        assert_eq!(read(&failed), Some(Reading::Error));
    }
}
