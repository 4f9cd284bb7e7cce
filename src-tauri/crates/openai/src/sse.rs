//! Server-sent events, read as forgivingly as servers write them.

use inkstone_generation::{GenerationError, GenerationErrorKind::NotAnApi};
use serde::de::IgnoredAny;

/// An event is a few hundred bytes; whatever passes this is no event.
pub const LARGEST_EVENT: usize = 8 << 20;

/// The `data` of one event.
#[derive(Debug, PartialEq, Eq)]
pub struct Event {
    /// The event calls itself an error, by its name or by its field.
    pub is_error: bool,
    /// Its data, lines joined by `\n`.
    pub data: String,
}

/// Takes bytes as they come and gives events as soon as they are whole.
///
/// An event ends at an empty line, as the standard has it, and also where its data is a whole
/// JSON text or `[DONE]`: some servers write no empty lines.
#[derive(Debug, Default)]
pub struct Reader {
    line: Vec<u8>,
    after_return: bool,
    data: String,
    has_data: bool,
    named_error: bool,
    is_error: bool,
}

impl Reader {
    /// Reads on.
    pub fn push(&mut self, bytes: &[u8], events: &mut Vec<Event>) -> Result<(), GenerationError> {
        for &byte in bytes {
            let after_return = std::mem::take(&mut self.after_return);
            match byte {
                b'\n' if after_return => {}
                b'\n' | b'\r' => {
                    self.after_return = byte == b'\r';
                    self.end_line(events);
                }
                _ => self.line.push(byte),
            }
            if self.line.len() + self.data.len() > LARGEST_EVENT {
                let detail = format!("an event of more than {LARGEST_EVENT} bytes");
                return Err(GenerationError::new(NotAnApi, detail));
            }
        }
        Ok(())
    }

    /// The stream is over: a last event may lack its line end. What is cut off in it is dropped.
    pub fn finish(&mut self, events: &mut Vec<Event>) {
        self.end_line(events);
        if is_whole(&self.data) {
            self.end_event(events);
        }
    }

    fn end_line(&mut self, events: &mut Vec<Event>) {
        let line = std::mem::take(&mut self.line);
        let line = String::from_utf8_lossy(&line);
        let line = line.strip_prefix('\u{feff}').unwrap_or(&line);
        if line.is_empty() {
            self.end_event(events);
            return;
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => self.named_error = value == "error",
            // llama.cpp names the field itself `error`.
            "data" | "error" => {
                let is_first = !std::mem::replace(&mut self.has_data, true);
                if !is_first {
                    self.data.push('\n');
                }
                self.is_error |= field == "error";
                self.data.push_str(value);
                // Only the first line is tried, or a hostile stream would have it all read again
                // at each of its lines.
                if is_first && is_whole(&self.data) {
                    self.end_event(events);
                }
            }
            // Comments, ids, retry times.
            _ => {}
        }
    }

    fn end_event(&mut self, events: &mut Vec<Event>) {
        let data = std::mem::take(&mut self.data);
        let is_error = std::mem::take(&mut self.is_error) | std::mem::take(&mut self.named_error);
        self.has_data = false;
        if !data.trim().is_empty() {
            events.push(Event { is_error, data });
        }
    }
}

/// Whether more lines cannot belong to this data.
fn is_whole(data: &str) -> bool {
    let data = data.trim();
    data == "[DONE]" || data.ends_with('}') && serde_json::from_str::<IgnoredAny>(data).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pieces: &[&[u8]]) -> Vec<(bool, String)> {
        let mut reader = Reader::default();
        let mut events = Vec::new();
        for piece in pieces {
            reader.push(piece, &mut events).unwrap();
        }
        reader.finish(&mut events);
        events
            .into_iter()
            .map(|event| (event.is_error, event.data))
            .collect()
    }

    fn data(text: &str) -> Vec<String> {
        read(&[text.as_bytes()])
            .into_iter()
            .map(|(_, data)| data)
            .collect()
    }

    #[test]
    fn every_way_to_end_a_line_and_to_write_data() {
        let want = [r#"{"a":1}"#, r#"{"b":"雨"}"#, "[DONE]"];
        for text in [
            "data: {\"a\":1}\n\ndata: {\"b\":\"雨\"}\n\ndata: [DONE]\n\n",
            "data: {\"a\":1}\r\n\r\ndata: {\"b\":\"雨\"}\r\n\r\ndata: [DONE]\r\n\r\n",
            "data: {\"a\":1}\r\rdata: {\"b\":\"雨\"}\r\rdata: [DONE]\r\r",
            "\u{feff}data:{\"a\":1}\n\ndata:{\"b\":\"雨\"}\n\ndata:[DONE]\n\n",
            ": waiting\n\nid: 7\nevent: chunk\ndata: {\"a\":1}\nretry: 3\n\n:\n\ndata: {\"b\":\"雨\"}\n\ndata: [DONE]",
            "data: {\"a\":1}\ndata: {\"b\":\"雨\"}\ndata: [DONE]\n",
            "data\ndata:\n\ndata: {\"a\":1}\n\ndata: {\"b\":\"雨\"}\n\ndata: [DONE]\n",
        ] {
            assert_eq!(data(text), want, "{text:?}");
        }
    }

    #[test]
    fn data_over_several_lines_is_one_event() {
        assert_eq!(
            data("data: {\ndata: \"a\": 1\ndata: }\n\n"),
            ["{\n\"a\": 1\n}"]
        );
        assert_eq!(data("data: no\ndata: json\n\n"), ["no\njson"]);
    }

    #[test]
    fn bytes_split_anywhere_give_the_same() {
        let text = "data: {\"b\":\"雨量 😀\"}\r\n\r\n: x\r\ndata: [DONE]\r\n\r\n".as_bytes();
        let whole = read(&[text]);
        assert_eq!(whole[0].1, "{\"b\":\"雨量 😀\"}");
        for at in 0..text.len() {
            assert_eq!(read(&[&text[..at], &text[at..]]), whole, "split at {at}");
        }
        let bytes: Vec<&[u8]> = text.chunks(1).collect();
        assert_eq!(read(&bytes), whole);
    }

    #[test]
    fn errors_say_that_they_are() {
        let read =
            read(&[b"event: error\ndata: {\"x\":1}\n\nerror: {\"y\":2}\n\ndata: {\"z\":3}\n\n"]);
        let errors: Vec<bool> = read.iter().map(|(is_error, _)| *is_error).collect();
        assert_eq!(errors, [true, true, false]);
    }

    #[test]
    fn what_is_cut_off_is_no_event() {
        assert_eq!(data("data: {\"a\":1}\n\ndata: {\"b\":\"ha"), [r#"{"a":1}"#]);
    }

    #[test]
    fn an_endless_line_is_refused() {
        let mut reader = Reader::default();
        let mut events = Vec::new();
        let block = vec![b'x'; 1 << 20];
        reader.push(b"data: ", &mut events).unwrap();
        for _ in 0..7 {
            reader.push(&block, &mut events).unwrap();
        }
        assert_eq!(reader.push(&block, &mut events).unwrap_err().kind, NotAnApi);
        // Endless lines of data are no better than an endless line.
        let mut reader = Reader::default();
        let line = [b"data: ".as_slice(), &block[..1000], b"\n"].concat();
        let lines = line.repeat(LARGEST_EVENT / 1000 + 1);
        assert_eq!(reader.push(&lines, &mut events).unwrap_err().kind, NotAnApi);
        assert!(events.is_empty());
    }
}
