use std::time::Duration;

use serde_json::{Value, json};

/// How one request is answered.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// A good answer, streamed: a chunk with the role, these texts, the end, the use, `[DONE]`.
    Text {
        /// The text, in the pieces that become chunks.
        chunks: Vec<String>,
        /// The time before each of them.
        delay: Duration,
    },
    /// A stream of one's own making: status 200, `text/event-stream`.
    Stream(Vec<Step>),
    /// A whole response.
    Full {
        /// The status.
        status: u16,
        /// Headers besides the length.
        headers: Vec<(String, String)>,
        /// The body.
        body: Vec<u8>,
    },
    /// These bytes in place of a response, and then the connection is closed.
    Raw(Vec<u8>),
    /// Nothing, for as long as the other side waits.
    Silence,
    /// The connection is closed without a word.
    Close,
}

/// A part of a stream.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// An event with this JSON.
    Event(Value),
    /// These bytes as they are.
    Bytes(Vec<u8>),
    /// The same bytes so often, for streams that no memory holds.
    Repeat(Vec<u8>, usize),
    /// A time without bytes.
    Wait(Duration),
    /// No more bytes, and the connection stays open.
    Stall,
    /// The connection is closed in the middle of the body.
    Cut,
}

impl Step {
    /// An event with a text.
    pub fn text(text: &str) -> Step {
        Step::Event(super::delta(text))
    }

    /// An event with this `delta`.
    pub fn delta(delta: Value) -> Step {
        Step::Event(super::chunk(
            json!([{ "index": 0, "delta": delta, "finish_reason": null }]),
        ))
    }

    /// An event with a reason to stop.
    pub fn finish(reason: &str) -> Step {
        let choice = json!({ "index": 0, "delta": {}, "finish_reason": reason });
        Step::Event(super::chunk(json!([choice])))
    }

    /// An event with the use, as OpenAI sends it: without a choice.
    pub fn usage(prompt: u32, completion: u32) -> Step {
        let mut chunk = super::chunk(json!([]));
        chunk["usage"] = json!({
            "prompt_tokens": prompt, "completion_tokens": completion,
            "total_tokens": prompt + completion,
        });
        Step::Event(chunk)
    }

    /// `data: [DONE]`.
    pub fn done() -> Step {
        Step::bytes("data: [DONE]\n\n")
    }

    /// Text as bytes.
    pub fn bytes(text: &str) -> Step {
        Step::Bytes(text.as_bytes().to_vec())
    }
}

impl Answer {
    /// A good answer, streamed word by word (character by character in Chinese) without delay.
    pub fn text(text: &str) -> Answer {
        Answer::slow_text(text, Duration::ZERO)
    }

    /// A good answer with a time before each piece.
    pub fn slow_text(text: &str, delay: Duration) -> Answer {
        Answer::Text {
            chunks: pieces(text),
            delay,
        }
    }

    /// An error as OpenAI words it.
    pub fn error(status: u16, message: &str) -> Answer {
        let error = json!({ "message": message, "type": "error", "param": null, "code": null });
        Answer::json(status, &json!({ "error": error }))
    }

    /// A JSON body.
    pub fn json(status: u16, body: &Value) -> Answer {
        Answer::full(status, "application/json", &body.to_string())
    }

    /// An HTML page.
    pub fn html(status: u16) -> Answer {
        let page = "<!doctype html>\n<html><body><h1>Welcome to nginx!</h1></body></html>\n";
        Answer::full(status, "text/html", page)
    }

    /// Any body.
    pub fn full(status: u16, content_type: &str, body: &str) -> Answer {
        Answer::Full {
            status,
            headers: vec![("Content-Type".to_owned(), content_type.to_owned())],
            body: body.as_bytes().to_vec(),
        }
    }

    /// The same with one header more; streams have none of their own.
    pub fn with_header(mut self, name: &str, value: &str) -> Answer {
        if let Answer::Full { headers, .. } = &mut self {
            headers.push((name.to_owned(), value.to_owned()));
        }
        self
    }

    /// A list of models.
    pub fn models(names: &[&str]) -> Answer {
        let models: Vec<Value> = names
            .iter()
            .map(|name| json!({ "id": name, "object": "model", "created": 1, "owned_by": "tests" }))
            .collect();
        Answer::json(200, &json!({ "object": "list", "data": models }))
    }
}

/// The parts that a model would stream: a word with the space before it, or a Han character.
fn pieces(text: &str) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    for c in text.chars() {
        let is_wide = ('\u{2e80}'..='\u{ffef}').contains(&c);
        let begins = is_wide || c == ' ' || c == '\n';
        match pieces.last_mut() {
            Some(last) if !begins && !last.ends_with('\n') => last.push(c),
            _ => pieces.push(c.to_string()),
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::pieces;

    #[test]
    fn pieces_make_the_text() {
        let text = "# The ferry\n\nIt runs, 雨停了。 Good.\n";
        assert_eq!(pieces(text).concat(), text);
        assert_eq!(pieces("one two 雨停"), ["one", " two", " ", "雨", "停"]);
        assert!(pieces("").is_empty());
    }
}
