//! What stands between a server's text and the document: reasoning goes, stop strings end it.

const OPEN: &str = "<think>";
const CLOSE: &str = "</think>";

/// Takes `<think>...</think>` out of a text that arrives in pieces.
///
/// A closing tag without an opening one stays in the text: what stood before it is gone already,
/// and whoever reads the whole text can still tell.
#[derive(Debug, Default)]
pub struct Reasoning {
    inside: bool,
    seen: bool,
    /// There was text that is not white space.
    past_start: bool,
    /// White space after reasoning at the start, which belongs to neither.
    trimming: bool,
    held: String,
}

impl Reasoning {
    /// Takes the next piece, returns what is certainly text.
    pub fn push(&mut self, piece: &str) -> String {
        self.held.push_str(piece);
        let mut out = String::new();
        loop {
            let tag = if self.inside { CLOSE } else { OPEN };
            match self.held.find(tag) {
                Some(at) => {
                    let rest = self.held.split_off(at + tag.len());
                    let mut before = std::mem::replace(&mut self.held, rest);
                    before.truncate(at);
                    if !self.inside {
                        self.write(&before, &mut out);
                    }
                    self.inside = !self.inside;
                    self.seen |= self.inside;
                    self.trimming = !self.inside && !self.past_start;
                }
                None => {
                    let sure = self.held.len() - overlap(&self.held, tag);
                    let before: String = self.held.drain(..sure).collect();
                    if !self.inside {
                        self.write(&before, &mut out);
                    }
                    return out;
                }
            }
        }
    }

    /// What was held back, at the end. Reasoning that was never closed is no text either.
    pub fn finish(&mut self) -> String {
        let held = std::mem::take(&mut self.held);
        if self.inside { String::new() } else { held }
    }

    /// Whether there is text that may yet turn out to be a tag.
    pub fn holds(&self) -> bool {
        !self.inside && !self.held.is_empty()
    }

    /// Whether there was reasoning in the text.
    pub fn has_seen_any(&self) -> bool {
        self.seen
    }

    fn write(&mut self, text: &str, out: &mut String) {
        let text = if self.trimming {
            text.trim_start()
        } else {
            text
        };
        if !text.is_empty() {
            self.trimming = false;
        }
        self.past_start |= !text.trim().is_empty();
        out.push_str(text);
    }
}

/// Ends a text before the first of some strings. Servers that take fewer strings, or none, are
/// made up for.
#[derive(Debug, Default)]
pub struct Stops {
    strings: Vec<String>,
    held: String,
}

impl Stops {
    /// Ends at any of these; empty ones are ignored.
    pub fn new(strings: &[String]) -> Self {
        let strings = strings
            .iter()
            .filter(|string| !string.is_empty())
            .cloned()
            .collect();
        Self {
            strings,
            held: String::new(),
        }
    }

    /// Takes the next piece; returns what is certainly text, and whether it ends there.
    pub fn push(&mut self, piece: &str) -> (String, bool) {
        self.held.push_str(piece);
        let first = self
            .strings
            .iter()
            .filter_map(|string| self.held.find(string.as_str()))
            .min();
        if let Some(at) = first {
            let mut held = std::mem::take(&mut self.held);
            held.truncate(at);
            return (held, true);
        }
        let unsure = self
            .strings
            .iter()
            .map(|string| overlap(&self.held, string))
            .max();
        let sure = self.held.len() - unsure.unwrap_or(0);
        (self.held.drain(..sure).collect(), false)
    }

    /// What was held back, at the end.
    pub fn finish(&mut self) -> String {
        std::mem::take(&mut self.held)
    }

    /// Whether there is text that may yet turn out to be a stop.
    pub fn holds(&self) -> bool {
        !self.held.is_empty()
    }
}

/// Bytes at the end of `text` with which `string` begins.
fn overlap(text: &str, string: &str) -> usize {
    let ends = string.char_indices().map(|(at, _)| at).filter(|at| *at > 0);
    ends.filter(|at| text.ends_with(&string[..*at]))
        .max()
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn by_pieces(text: &str, size: usize, mut push: impl FnMut(&str)) {
        let chars: Vec<char> = text.chars().collect();
        for piece in chars.chunks(size) {
            push(&piece.iter().collect::<String>());
        }
    }

    #[test]
    fn reasoning_goes_however_it_is_cut() {
        for (text, want) in [
            ("no reasoning at all", "no reasoning at all"),
            ("<think>so, 嗯</think>\n\nThe text", "The text"),
            (
                "\n<think>so</think>\n<think>and</think>\nThe text\n",
                "\nThe text\n",
            ),
            ("<think></think>", ""),
            ("The <think>hm</think> text", "The  text"),
            ("<think>never closed", ""),
            ("a < b <thin <thinking>", "a < b <thin <thinking>"),
            ("a <think", "a <think"),
            (
                "opened by the template</think>text",
                "opened by the template</think>text",
            ),
            ("  indented", "  indented"),
        ] {
            for size in 1..20 {
                let mut reasoning = Reasoning::default();
                let mut out = String::new();
                by_pieces(text, size, |piece| out.push_str(&reasoning.push(piece)));
                out.push_str(&reasoning.finish());
                assert_eq!(out, want, "{text:?} in pieces of {size}");
            }
        }
    }

    #[test]
    fn text_is_not_held_back_longer_than_needed() {
        let mut reasoning = Reasoning::default();
        assert_eq!(reasoning.push("one <"), "one ");
        assert_eq!(reasoning.push("b>"), "<b>");
        let mut stops = Stops::new(&["END".to_owned()]);
        assert_eq!(stops.push("text E"), ("text ".to_owned(), false));
        assert_eq!(stops.push("X"), ("EX".to_owned(), false));
    }

    #[test]
    fn the_first_stop_ends_the_text() {
        let strings = ["\n\n##".to_owned(), String::new(), "结束".to_owned()];
        for (text, want, stops_there) in [
            ("one\n\ntwo\n\n## three 结束", "one\n\ntwo", true),
            ("雨结束 x\n\n##", "雨", true),
            ("one\n\n#", "one\n\n#", false),
            ("结束", "", true),
            ("plain", "plain", false),
        ] {
            for size in 1..9 {
                let mut stops = Stops::new(&strings);
                let mut out = String::new();
                let mut stopped = false;
                by_pieces(text, size, |piece| {
                    if !stopped {
                        let (sure, end) = stops.push(piece);
                        out.push_str(&sure);
                        stopped = end;
                    }
                });
                if !stopped {
                    out.push_str(&stops.finish());
                }
                assert_eq!(
                    (out.as_str(), stopped),
                    (want, stops_there),
                    "{text:?} by {size}"
                );
            }
        }
    }
}
