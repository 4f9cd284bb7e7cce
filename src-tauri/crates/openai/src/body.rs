//! The body of a success, which may be anything.

use inkstone_generation::GenerationErrorKind as Kind;
use serde_json::Value;

use crate::{
    answer::Answer,
    chunk::{self, Reading},
    failure::{Failure, Sent},
    sse,
};

/// Whether there is more to read.
#[derive(Debug, PartialEq, Eq)]
pub enum Flow {
    /// There may be.
    More,
    /// What follows does not matter.
    Done,
}

/// What the body of a success turns out to be.
enum Shape {
    /// Nothing but white space so far.
    Unknown,
    Events(sse::Reader),
    /// One JSON text: an error in spite of the status, or an answer of a server that cannot stream.
    Document,
}

/// A body as it comes in.
pub struct Body<'a> {
    sent: &'a Sent<'a>,
    shape: Shape,
    /// What came before the shape was known, and a document's bytes.
    bytes: Vec<u8>,
    has_chunks: bool,
}

impl<'a> Body<'a> {
    /// Nothing yet.
    pub fn new(sent: &'a Sent<'a>) -> Self {
        Self {
            sent,
            shape: Shape::Unknown,
            bytes: Vec::new(),
            has_chunks: false,
        }
    }

    /// Reads on.
    pub fn push(&mut self, bytes: &[u8], answer: &mut Answer) -> Result<Flow, Failure> {
        match &mut self.shape {
            Shape::Events(reader) => {
                let mut events = Vec::new();
                let read = reader.push(bytes, &mut events);
                let flow = self.events(events, answer)?;
                read.map_err(|error| Failure::new(error.kind, error.detail))?;
                Ok(flow)
            }
            Shape::Document => {
                self.keep(bytes)?;
                Ok(Flow::More)
            }
            Shape::Unknown => {
                self.keep(bytes)?;
                // The type that the header claims is wrong too often to be asked.
                let text = self
                    .bytes
                    .strip_prefix("\u{feff}".as_bytes())
                    .unwrap_or(&self.bytes);
                match text.trim_ascii_start().first() {
                    None => return Ok(Flow::More),
                    Some(b'<') => {
                        let detail = "an HTML page in place of an answer";
                        return Err(Failure::new(Kind::NotAnApi, detail));
                    }
                    Some(b'{' | b'[' | b'"') => {
                        self.shape = Shape::Document;
                        return Ok(Flow::More);
                    }
                    Some(_) => self.shape = Shape::Events(sse::Reader::default()),
                }
                let bytes = std::mem::take(&mut self.bytes);
                self.push(&bytes, answer)
            }
        }
    }

    fn keep(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.bytes.extend_from_slice(bytes);
        if self.bytes.len() > sse::LARGEST_EVENT {
            return Err(Failure::new(
                Kind::NotAnApi,
                "a document too large for an answer",
            ));
        }
        Ok(())
    }

    /// The connection is at its end.
    pub fn finish(mut self, answer: &mut Answer) -> Result<(), Failure> {
        match &mut self.shape {
            Shape::Document => return self.document(answer),
            Shape::Events(reader) => {
                let mut events = Vec::new();
                reader.finish(&mut events);
                self.events(events, answer)?;
            }
            Shape::Unknown => {}
        }
        if self.has_chunks {
            return Ok(());
        }
        Err(Failure::new(
            Kind::NotAnApi,
            "the body holds nothing of an answer",
        ))
    }

    fn events(&mut self, events: Vec<sse::Event>, answer: &mut Answer) -> Result<Flow, Failure> {
        for event in events {
            if event.data.trim() == "[DONE]" {
                self.has_chunks = true;
                answer.done();
                return Ok(Flow::Done);
            }
            let Ok(value) = serde_json::from_str::<Value>(&event.data) else {
                if event.is_error {
                    return Err(Failure::in_answer(&Value::String(event.data), self.sent));
                }
                return Err(Failure::new(Kind::NotAnApi, "an event that is no JSON"));
            };
            if event.is_error {
                return Err(Failure::in_answer(&value, self.sent));
            }
            match chunk::read(&value) {
                Reading::Error => return Err(self.error(&value)),
                Reading::Unknown => {}
                Reading::Chunk(chunk) => {
                    if !std::mem::replace(&mut self.has_chunks, true) {
                        answer.came(true);
                    }
                    answer.take(&chunk);
                    if answer.is_stopped() {
                        return Ok(Flow::Done);
                    }
                }
            }
        }
        Ok(Flow::More)
    }

    fn document(&self, answer: &mut Answer) -> Result<(), Failure> {
        let not_an_api = |detail| Err(Failure::new(Kind::NotAnApi, detail));
        let Ok(value) = serde_json::from_slice::<Value>(&self.bytes) else {
            return not_an_api("broken JSON in place of an answer");
        };
        match chunk::read(&value) {
            Reading::Chunk(chunk) if chunk.has_choice => {
                answer.came(false);
                answer.take(&chunk);
                // It came whole, so it is whole.
                answer.done();
                Ok(())
            }
            Reading::Error => Err(self.error(&value)),
            _ if ["message", "detail"]
                .iter()
                .any(|name| value[name].is_string()) =>
            {
                Err(Failure::in_answer(&value, self.sent))
            }
            _ if value
                .get(0)
                .is_some_and(|first| chunk::read(first) == Reading::Error) =>
            {
                Err(Failure::in_answer(&value, self.sent))
            }
            _ => not_an_api("JSON that is no answer"),
        }
    }

    fn error(&self, value: &Value) -> Failure {
        let choice = &value["choices"][0];
        let value = if choice["error"].is_null() {
            value
        } else {
            choice
        };
        Failure::in_answer(value, self.sent)
    }
}
