//! From the bytes of tokens to text that may be shown: whole characters, no thoughts, nothing from
//! a stop string on.

const OPEN: &str = "<think>";
const CLOSE: &str = "</think>";

/// The way of a generation's bytes. What may still turn out otherwise is held back.
pub(crate) struct Text {
    bytes: Vec<u8>,
    thoughts: Option<Thoughts>,
    stops: Stops,
}

impl Text {
    /// `thoughts`: leave out what stands in `<think>`; `inside`: the prompt has opened one.
    pub(crate) fn new(stops: Vec<String>, thoughts: bool, inside: bool) -> Self {
        Self {
            bytes: Vec::new(),
            thoughts: thoughts.then(|| Thoughts {
                inside,
                ..Thoughts::default()
            }),
            stops: Stops::new(stops),
        }
    }

    /// Takes a token's bytes; returns what is certain, and whether a stop string has come.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> (String, bool) {
        self.bytes.extend_from_slice(bytes);
        let text = whole_characters(&mut self.bytes);
        let text = match &mut self.thoughts {
            Some(thoughts) => thoughts.push(&text),
            None => text,
        };
        self.stops.push(&text)
    }

    /// Whether what comes next belongs to a thought.
    pub(crate) fn is_thinking(&self) -> bool {
        self.thoughts.as_ref().is_some_and(|t| t.inside)
    }

    /// What was held back, at the end. A half character at the very end is left out.
    pub(crate) fn finish(&mut self) -> String {
        let rest = self
            .thoughts
            .as_mut()
            .map(Thoughts::finish)
            .unwrap_or_default();
        let (mut text, stopped) = self.stops.push(&rest);
        if !stopped {
            text.push_str(&self.stops.finish());
        }
        text
    }
}

/// Takes all that is decided from `bytes`: whole characters as they are, broken ones as U+FFFD.
fn whole_characters(bytes: &mut Vec<u8>) -> String {
    let mut out = String::new();
    let mut used = 0;
    for chunk in bytes.utf8_chunks() {
        out.push_str(chunk.valid());
        used += chunk.valid().len();
        let invalid = chunk.invalid();
        if !invalid.is_empty() {
            if used + invalid.len() == bytes.len() && may_go_on(invalid) {
                break;
            }
            out.push(char::REPLACEMENT_CHARACTER);
            used += invalid.len();
        }
    }
    bytes.drain(..used);
    out
}

/// Whether these bytes are the beginning of a character.
fn may_go_on(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_err_and(|e| e.error_len().is_none())
}

/// The length of the longest end of `text` that begins one of `words` without being all of it.
fn begun<'a>(text: &str, words: impl Iterator<Item = &'a str> + Clone) -> usize {
    let longest = words.clone().map(str::len).max().unwrap_or(0);
    let from = text.len().saturating_sub(longest.saturating_sub(1));
    text.char_indices()
        .map(|(i, _)| i)
        .filter(|i| *i >= from)
        .find(|i| words.clone().any(|w| w.starts_with(&text[*i..])))
        .map_or(0, |i| text.len() - i)
}

/// Leaves thoughts out.
#[derive(Default)]
struct Thoughts {
    inside: bool,
    /// A thought has just ended: the blank lines after it belong to it.
    after: bool,
    held: String,
}

impl Thoughts {
    fn push(&mut self, text: &str) -> String {
        self.held.push_str(text);
        let mut out = String::new();
        loop {
            let mark = if self.inside { CLOSE } else { OPEN };
            let (before, found) = match self.held.find(mark) {
                Some(at) => (at, true),
                None => (
                    self.held.len() - begun(&self.held, std::iter::once(mark)),
                    false,
                ),
            };
            if !self.inside {
                let mut shown = &self.held[..before];
                if self.after {
                    shown = shown.trim_start();
                    self.after = shown.is_empty();
                }
                out.push_str(shown);
            }
            self.held
                .drain(..before + if found { mark.len() } else { 0 });
            if !found {
                return out;
            }
            self.after = self.inside;
            self.inside = !self.inside;
        }
    }

    fn finish(&mut self) -> String {
        let rest = std::mem::take(&mut self.held);
        if self.inside { String::new() } else { rest }
    }
}

/// Ends the text before the first stop string.
struct Stops {
    words: Vec<String>,
    held: String,
}

impl Stops {
    fn new(mut words: Vec<String>) -> Self {
        words.retain(|w| !w.is_empty());
        Self {
            words,
            held: String::new(),
        }
    }

    fn push(&mut self, text: &str) -> (String, bool) {
        self.held.push_str(text);
        if let Some(at) = self
            .words
            .iter()
            .filter_map(|w| self.held.find(w.as_str()))
            .min()
        {
            self.held.truncate(at);
            return (std::mem::take(&mut self.held), true);
        }
        let keep = begun(&self.held, self.words.iter().map(String::as_str));
        let rest = self.held.split_off(self.held.len() - keep);
        (std::mem::replace(&mut self.held, rest), false)
    }

    fn finish(&mut self) -> String {
        std::mem::take(&mut self.held)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Everything that came out, in pieces of `size` bytes, and whether it was stopped.
    fn run(mut text: Text, input: &str, size: usize) -> (String, bool) {
        let mut out = String::new();
        for bytes in input.as_bytes().chunks(size) {
            let (piece, stopped) = text.push(bytes);
            out.push_str(&piece);
            if stopped {
                return (out, true);
            }
        }
        out.push_str(&text.finish());
        (out, false)
    }

    fn stops(words: &[&str]) -> Vec<String> {
        words.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn characters_are_never_halved() {
        for size in 1..9 {
            let (out, _) = run(Text::new(vec![], true, false), "墨🦀é end", size);
            assert_eq!(out, "墨🦀é end");
        }
        let mut text = Text::new(vec![], true, false);
        assert_eq!(text.push(&[0xE5, 0xA2]).0, "");
        assert_eq!(text.push(&[0xA8, b'a', 0xFF, b'b']).0, "墨a\u{fffd}b");
        assert_eq!(text.push(&[0xF0, 0x9F]).0, "");
        assert_eq!(text.finish(), "");
    }

    #[test]
    fn a_stop_string_ends_the_text_wherever_the_pieces_end() {
        for size in 1..12 {
            let text = || Text::new(stops(&["\nSTOP", "完"]), true, false);
            assert_eq!(
                run(text(), "one\nSTO two\nSTOP three", size),
                ("one\nSTO two".into(), true)
            );
            assert_eq!(run(text(), "说完了", size), ("说".into(), true));
            assert_eq!(
                run(text(), "ends in \nSTO", size),
                ("ends in \nSTO".into(), false)
            );
        }
        assert_eq!(
            run(Text::new(stops(&[""]), false, false), "all", 1),
            ("all".into(), false)
        );
    }

    #[test]
    fn what_cannot_become_a_stop_string_is_not_held() {
        let mut text = Text::new(stops(&["abc"]), false, false);
        assert_eq!(text.push(b"xa").0, "x");
        assert_eq!(text.push(b"b").0, "");
        assert_eq!(text.push(b"d").0, "abd");
    }

    #[test]
    fn thoughts_are_left_out() {
        for size in 1..12 {
            let chat = || Text::new(vec![], true, false);
            assert_eq!(
                run(chat(), "<think>so</think>\n\nText < 3 <thin", size).0,
                "Text < 3 <thin"
            );
            assert_eq!(run(chat(), "a <think>never ends", size).0, "a ");
            assert_eq!(
                run(Text::new(vec![], true, true), "so</think>Text", size).0,
                "Text"
            );
            let raw = Text::new(vec![], false, false);
            assert_eq!(run(raw, "<think>kept", size).0, "<think>kept");
        }
    }
}
