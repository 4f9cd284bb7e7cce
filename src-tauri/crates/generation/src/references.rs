//! References: placeholders that stand for values of a brief.
//!
//! A small network mutates names and numbers when it copies them. Data-to-text systems therefore
//! *delexicalise* (Wen et al. 2015, "Semantically Conditioned LSTM-based Natural Language
//! Generation"): the prompt names each value by a placeholder, the network writes the placeholder,
//! and the value is put in afterwards. Names, products and numbers then come out exactly, by
//! construction. A reference is written `⟦key⟧`; `⟦KEY⟧` asks for the value in capitals (a cue in a
//! screenplay).

use std::ops::Range;

use serde::{Deserialize, Serialize};

const OPEN: char = '⟦';
const CLOSE: char = '⟧';
/// A key is short; longer runs are text that happens to hold a bracket.
const LONGEST_KEY: usize = 32;

/// Keys and what they stand for, in the order of the brief.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct References(Vec<(String, String)>);

impl References {
    /// No references: text passes through unchanged.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a value under `key` (lower-case ASCII letters, digits and `_`) and returns the
    /// placeholder to write into the prompt.
    pub fn add(&mut self, key: &str, value: impl Into<String>) -> String {
        self.0.push((key.to_owned(), value.into()));
        format!("{OPEN}{key}{CLOSE}")
    }

    /// Whether there is nothing to resolve.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The pairs, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(k, v)| (k.as_str(), v.as_str()))
    }

    /// The value a placeholder's inside stands for, if it is known.
    fn value(&self, inside: &str) -> Option<String> {
        if let Some((_, v)) = self.0.iter().find(|(k, _)| k == inside) {
            return Some(v.clone());
        }
        let lower = inside.to_lowercase();
        (lower != inside)
            .then(|| {
                self.0
                    .iter()
                    .find(|(k, _)| *k == lower)
                    .map(|(_, v)| v.to_uppercase())
            })
            .flatten()
    }

    /// Resolves a whole text at once.
    pub fn resolve(&self, text: &str) -> String {
        let mut resolver = self.resolver();
        let mut out = resolver.push(text);
        out.push_str(&resolver.finish());
        out
    }

    /// Resolves a whole text and says which bytes of the result are values that were put in.
    pub fn resolve_marked(&self, text: &str) -> (String, Vec<Range<usize>>) {
        let mut resolver = self.resolver();
        let mut out = String::with_capacity(text.len());
        let mut marks = Vec::new();
        for (at, c) in text.char_indices() {
            let given = resolver.push(&text[at..at + c.len_utf8()]);
            // Only a closing sign can bring a value, and what it closes is then the value alone.
            if c == CLOSE && !given.is_empty() && !given.ends_with(CLOSE) {
                marks.push(out.len()..out.len() + given.len());
            }
            out.push_str(&given);
        }
        out.push_str(&resolver.finish());
        (out, marks)
    }

    /// Resolves a whole text and says for each byte of the result which byte of the text it is; none for
    /// the values that were put in.
    pub fn resolve_placed(&self, text: &str) -> (String, Vec<Option<usize>>) {
        let mut resolver = self.resolver();
        let (mut out, mut places) = (String::with_capacity(text.len()), Vec::new());
        let mut add = |given: &str, end: Option<usize>| {
            out.push_str(given);
            match end {
                Some(end) => places.extend((end - given.len()..end).map(Some)),
                None => places.resize(out.len(), None),
            }
        };
        for (at, c) in text.char_indices() {
            let end = at + c.len_utf8();
            let closes = c == CLOSE && !resolver.pending.is_empty() && !self.is_empty();
            let given = resolver.push(&text[at..end]);
            add(&given, (!closes).then_some(end));
        }
        add(&resolver.finish(), Some(text.len()));
        (out, places)
    }

    /// Resolves a text that arrives in pieces.
    pub fn resolver(&self) -> Resolver<'_> {
        Resolver {
            references: self,
            pending: String::new(),
        }
    }
}

/// Resolves a stream of text; holds back at most one unfinished placeholder.
#[derive(Debug)]
pub struct Resolver<'a> {
    references: &'a References,
    pending: String,
}

impl Resolver<'_> {
    /// Takes the next piece, returns what is certain so far.
    pub fn push(&mut self, piece: &str) -> String {
        let mut out = String::with_capacity(piece.len());
        for c in piece.chars() {
            match c {
                OPEN => {
                    out.push_str(&std::mem::take(&mut self.pending));
                    self.pending.push(OPEN);
                }
                CLOSE if !self.pending.is_empty() => {
                    let pending = std::mem::take(&mut self.pending);
                    // An unknown key is a slip of the network: nothing stands for it, so nothing is written.
                    if let Some(v) = self.references.value(&pending[OPEN.len_utf8()..]) {
                        out.push_str(&v);
                    } else if self.references.is_empty() {
                        out.push_str(&pending);
                        out.push(CLOSE);
                    }
                }
                c if self.pending.is_empty() => out.push(c),
                c => {
                    self.pending.push(c);
                    if self.pending.len() > LONGEST_KEY || c.is_whitespace() {
                        out.push_str(&std::mem::take(&mut self.pending));
                    }
                }
            }
        }
        out
    }

    /// Returns what was held back, at the end of the stream.
    pub fn finish(&mut self) -> String {
        std::mem::take(&mut self.pending)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> References {
        let mut r = References::new();
        r.add("name", "Mara Lindqvist");
        r.add("fact1", "雨量 30 毫米");
        r
    }

    #[test]
    fn bytes_are_told_from_values() {
        let mut r = sample();
        r.add("none", "");
        for text in [
            "a ⟦name⟧ b ⟦none⟧雨⟦unknown⟧ d ⟦ e⟦⟦name⟧⟧ ⟦",
            "⟦NAME⟧\n⟦fact1⟧。",
            "⟧⟦",
            "",
        ] {
            for r in [&r, &References::new()] {
                let (out, places) = r.resolve_placed(text);
                assert_eq!(out, r.resolve(text));
                assert_eq!(out.len(), places.len());
                for (byte, place) in out.bytes().zip(&places) {
                    assert!(place.is_none_or(|at| text.as_bytes()[at] == byte), "{text}");
                }
                let own = places.iter().flatten().count();
                assert_eq!(own == out.len(), r.is_empty() || text.len() < 7, "{text}");
            }
        }
        let (out, places) = r.resolve_placed("x⟦none⟧y⟦name⟧z");
        assert_eq!(places[..2], [Some(0), Some(11)]);
        assert_eq!(places[out.len() - 1], Some(22));
        assert!(places[2..out.len() - 1].iter().all(Option::is_none));
    }

    #[test]
    fn resolves_values_and_capitals() {
        assert_eq!(
            sample().resolve("⟦NAME⟧\n⟦fact1⟧。"),
            "MARA LINDQVIST\n雨量 30 毫米。"
        );
    }

    #[test]
    fn pieces_give_the_same_as_the_whole() {
        let text = "a ⟦name⟧ b ⟦fact1⟧ c ⟦unknown⟧ d ⟦ e";
        let r = sample();
        let whole = r.resolve(text);
        assert_eq!(whole, "a Mara Lindqvist b 雨量 30 毫米 c  d ⟦ e");
        for size in 1..8 {
            let chars: Vec<char> = text.chars().collect();
            let mut resolver = r.resolver();
            let mut out = String::new();
            for chunk in chars.chunks(size) {
                out.push_str(&resolver.push(&chunk.iter().collect::<String>()));
            }
            out.push_str(&resolver.finish());
            assert_eq!(out, whole, "pieces of {size}");
        }
    }

    #[test]
    fn what_was_put_in_is_marked() {
        let text = "a ⟦name⟧, ⟦FACT1⟧ ⟧ ⟦unknown⟧⟦ x⟧";
        let (whole, marks) = sample().resolve_marked(text);
        assert_eq!(whole, sample().resolve(text));
        let put: Vec<&str> = marks.into_iter().map(|range| &whole[range]).collect();
        assert_eq!(put, ["Mara Lindqvist", "雨量 30 毫米"]);
        assert!(References::new().resolve_marked("x ⟦y⟧ z").1.is_empty());
    }

    #[test]
    fn without_references_brackets_are_text() {
        assert_eq!(References::new().resolve("x ⟦y⟧ z"), "x ⟦y⟧ z");
    }
}
