//! The JSON of an answer, of which nothing is taken for granted.

use inkstone_generation::{FinishReason, Odds, Reasoning, Usage};
use serde_json::Value;

mod odds;
mod responses;

/// The most of a provider's own reason that is kept.
const LONGEST_REASON: usize = 64;

/// What one JSON text of an answer turns out to be.
#[derive(Debug, PartialEq)]
pub enum Reading {
    /// A piece of an answer.
    Chunk(Chunk),
    /// It says that something failed.
    Error,
    /// Something else: a ping, a notice.
    Unknown,
}

/// A piece of an answer, or a whole one.
#[derive(Debug, Default, PartialEq)]
pub struct Chunk {
    /// Text for the document.
    pub text: String,
    /// It carries reasoning, and where.
    pub reasons: Option<Reasoning>,
    /// The model declines to answer.
    pub refuses: bool,
    /// Why the model stopped, where it says so.
    pub finish: Option<String>,
    /// What is known of the use.
    pub usage: Usage,
    /// There is a choice in it, not the use alone.
    pub has_choice: bool,
    /// How likely its tokens were, where it says so.
    pub odds: Vec<Odds>,
}

/// Reads a chunk of any endpoint, streamed or whole.
pub fn read(value: &Value) -> Reading {
    if let Some(reading) = responses::read(value) {
        return reading;
    }
    let choices = value["choices"].as_array();
    // One answer was asked for; whatever has another index is none of ours.
    let choice = choices.and_then(|choices| {
        choices
            .iter()
            .find(|choice| choice["index"].as_u64().unwrap_or(0) == 0)
    });
    let choice = choice.unwrap_or(&Value::Null);
    if is_error(&value["error"]) || is_error(&choice["error"]) {
        return Reading::Error;
    }
    let usage = [&value["usage"], &value["x_groq"]["usage"]];
    let usage = usage.into_iter().find(|usage| usage.is_object());
    if choices.is_none() && usage.is_none() {
        return Reading::Unknown;
    }
    let said = if choice["delta"].is_object() {
        &choice["delta"]
    } else {
        &choice["message"]
    };
    let text = [&said["content"], &choice["text"]].into_iter().map(content);
    Reading::Chunk(Chunk {
        text: text.collect(),
        reasons: reasoning(said),
        refuses: full(&said["refusal"]),
        finish: match &choice["finish_reason"] {
            Value::String(word) if !word.trim().is_empty() => Some(word.trim().to_owned()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        },
        usage: usage.map(tokens).unwrap_or_default(),
        has_choice: !choice.is_null(),
        odds: odds::read(choice),
    })
}

fn full(value: &Value) -> bool {
    match value {
        Value::String(text) => !text.is_empty(),
        Value::Array(parts) => !parts.is_empty(),
        _ => false,
    }
}

fn reasoning(said: &Value) -> Option<Reasoning> {
    let fields = [
        ("reasoning_content", Reasoning::ReasoningContent),
        ("reasoning", Reasoning::Reasoning),
        ("reasoning_details", Reasoning::Parts),
    ];
    let field = fields.into_iter().find(|(name, _)| full(&said[*name]));
    let in_parts = full(&said["content"]) && content(&said["content"]).is_empty();
    field
        .map(|(_, place)| place)
        .or(in_parts.then_some(Reasoning::Parts))
}

fn is_error(value: &Value) -> bool {
    value.is_object() || value.as_str().is_some_and(|text| !text.is_empty())
}

/// Text, or the text among typed parts.
fn content(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(parts) => {
            let parts = parts.iter().filter(|part| part["type"] == "text");
            parts.filter_map(|part| part["text"].as_str()).collect()
        }
        _ => String::new(),
    }
}

fn tokens(usage: &Value) -> Usage {
    let number = |value: &Value| {
        let number = value.as_f64().filter(|number| *number >= 0.0)?;
        // Saturates.
        Some(number as u32)
    };
    Usage {
        prompt_tokens: number(&usage["prompt_tokens"]).or(number(&usage["input_tokens"])),
        completion_tokens: number(&usage["completion_tokens"]).or(number(&usage["output_tokens"])),
    }
}

/// What a provider's reason means.
pub fn reason(word: &str) -> FinishReason {
    match word.to_lowercase().as_str() {
        "stop" | "eos" | "eos_token" | "end" | "end_turn" | "stop_sequence" | "complete"
        | "completed" => FinishReason::Stop,
        "length" | "max_tokens" | "model_length" | "max_output_tokens" => FinishReason::Length,
        "content_filter" | "content-filter" | "safety" | "refusal" | "sensitive" => {
            FinishReason::ContentFilter
        }
        _ => {
            let printable = word.chars().filter(|c| !c.is_control());
            FinishReason::Other(printable.take(LONGEST_REASON).collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn chunk(value: Value) -> Chunk {
        match read(&value) {
            Reading::Chunk(chunk) => chunk,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn text_wherever_it_stands() {
        for value in [
            json!({"choices": [{"delta": {"content": "x"}}]}),
            json!({"choices": [{"index": 0, "text": "x"}]}),
            json!({"choices": [{"message": {"content": "x"}}]}),
            json!({"id": 7, "usage": {}, "error": null, "choices": [{"delta": {"content": [{"type": "thinking", "thinking": []}, {"type": "text", "text": "x"}]}}]}),
            json!({"choices": [{"index": 1, "delta": {"content": "other"}}, {"index": 0, "delta": {"content": "x"}}]}),
        ] {
            assert_eq!(chunk(value.clone()).text, "x", "{value}");
        }
        let other = chunk(json!({"choices": [{"index": 1, "delta": {"content": "other"}}]}));
        assert_eq!((other.text.as_str(), other.has_choice), ("", false));
    }

    #[test]
    fn reasoning_is_no_text() {
        for name in ["reasoning", "reasoning_content"] {
            let chunk = chunk(json!({"choices": [{"delta": {name: "hm", "content": null}}]}));
            assert_eq!(chunk.text, "");
            assert!(chunk.reasons.is_some());
        }
        let quiet = chunk(json!({"choices": [{"delta": {"reasoning": "", "content": ""}}]}));
        assert_eq!(quiet.reasons, None);
        let parts = chunk(json!({"choices": [{"delta": {"content": [{"type": "thinking"}]}}]}));
        assert_eq!(
            (parts.text.as_str(), parts.reasons),
            ("", Some(Reasoning::Parts))
        );
    }

    #[test]
    fn the_use_in_any_state() {
        let usage = |usage: Value| chunk(json!({"choices": [], "usage": usage})).usage;
        let of = |prompt, answer| Usage {
            prompt_tokens: prompt,
            completion_tokens: answer,
        };
        assert_eq!(
            usage(json!({"prompt_tokens": 7, "completion_tokens": 2.0})),
            of(Some(7), Some(2))
        );
        assert_eq!(
            usage(json!({"prompt_tokens": -1, "completion_tokens": 1e300})),
            of(None, Some(u32::MAX))
        );
        assert_eq!(usage(json!({"prompt_tokens": "7"})), Usage::default());
        assert_eq!(usage(json!({})), Usage::default());
        assert_eq!(usage(json!(null)), Usage::default());
    }

    #[test]
    fn reasons_to_stop() {
        let finish = |value: Value| chunk(json!({"choices": [{"finish_reason": value}]})).finish;
        assert_eq!(finish(json!(null)), None);
        assert_eq!(finish(json!("")), None);
        assert_eq!(finish(json!("eos")).as_deref(), Some("eos"));
        assert_eq!(reason("eos"), FinishReason::Stop);
        assert_eq!(reason("STOP"), FinishReason::Stop);
        assert_eq!(reason("MAX_TOKENS"), FinishReason::Length);
        assert_eq!(reason("SAFETY"), FinishReason::ContentFilter);
        assert_eq!(reason("abort"), FinishReason::Other("abort".to_owned()));
        assert_eq!(reason(&"x\u{1b}".repeat(900)).as_str(), "x".repeat(64));
    }

    #[test]
    fn what_is_no_chunk() {
        for value in [
            json!({}),
            json!({"type": "ping"}),
            json!([]),
            json!("x"),
            json!(null),
            json!({"choices": 7}),
        ] {
            assert_eq!(read(&value), Reading::Unknown, "{value}");
        }
        for value in [
            json!({"error": {"message": "no"}}),
            json!({"error": "no"}),
            json!({"choices": [{"error": {"code": 502}, "delta": {"content": ""}, "finish_reason": "error"}]}),
        ] {
            assert_eq!(read(&value), Reading::Error, "{value}");
        }
    }
}
