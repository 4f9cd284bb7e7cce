//! Tokens that stand for themselves and not for a run of letters, found in a text as the library that
//! defines them finds them (`added_tokens` of a `tokenizer.json`).

use std::{
    collections::{HashMap, HashSet},
    ops::Range,
};

/// What a token wants around it, as bits.
pub(crate) mod flags {
    /// White space before it is its own.
    pub(crate) const LEFT: i64 = 1;
    /// White space behind it is its own.
    pub(crate) const RIGHT: i64 = 2;
    /// It is none inside a word.
    pub(crate) const WORD: i64 = 4;
    /// It is looked for once a text is brought to its normal form.
    pub(crate) const NORMAL: i64 = 8;
}

/// Whose tokens count in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Count {
    All,
    /// Those that steer are only letters.
    NoControls,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Whole {
    pub(super) id: u32,
    pub(super) control: bool,
    pub(super) flags: i64,
}

/// Such tokens by their text.
#[derive(Default)]
pub(super) struct Added {
    by_text: HashMap<String, Whole>,
    /// Lengths in bytes, longest first.
    lengths: Vec<usize>,
    /// The bytes that they begin with.
    first: HashSet<u8>,
}

impl Added {
    pub(super) fn new(mut by_text: HashMap<String, Whole>) -> Self {
        by_text.remove("");
        let mut lengths: Vec<usize> = by_text.keys().map(String::len).collect();
        lengths.sort_unstable_by(|a, b| b.cmp(a));
        lengths.dedup();
        Self {
            lengths,
            first: by_text.keys().filter_map(|t| t.bytes().next()).collect(),
            by_text,
        }
    }

    /// Cuts a text at them: what lies between has no number.
    pub(super) fn cut(&self, text: &str, count: Count) -> Vec<(Range<usize>, Option<u32>)> {
        let mut out = Vec::new();
        let (mut plain, mut at) = (0, 0);
        while at < text.len() {
            let Some((len, found)) = self.at(&text[at..], count) else {
                at += text[at..].chars().next().map_or(1, char::len_utf8);
                continue;
            };
            let (mut from, mut to) = (at, at + len);
            at = to;
            if found.flags & flags::WORD != 0
                && (text[..from].ends_with(in_a_word) || text[to..].starts_with(in_a_word))
            {
                continue;
            }
            if found.flags & flags::LEFT != 0 {
                from = text[..from].trim_end().len().max(plain);
            }
            if found.flags & flags::RIGHT != 0 {
                to = text.len() - text[to..].trim_start().len();
            }
            // What a token before it took with it is gone.
            from = from.max(plain);
            if plain < from {
                out.push((plain..from, None));
            }
            out.push((from..to.max(from), Some(found.id)));
            plain = to;
        }
        if plain < text.len() {
            out.push((plain..text.len(), None));
        }
        out
    }

    /// The longest at the start of `text`.
    fn at(&self, text: &str, count: Count) -> Option<(usize, Whole)> {
        if !self.first.contains(text.as_bytes().first()?) {
            return None;
        }
        self.lengths.iter().find_map(|len| {
            let found = self.by_text.get(text.get(..*len)?)?;
            (!found.control || count == Count::All).then_some((*len, *found))
        })
    }
}

/// What expressions call `\w`.
fn in_a_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '\u{200c}' | '\u{200d}' | '\u{300}'..='\u{36f}')
}
