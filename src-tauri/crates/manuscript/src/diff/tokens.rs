//! Texts in the units that are compared: paragraphs, and words (Latin) or characters (Han).

use std::{collections::HashMap, ops::Range};

use unicode_segmentation::UnicodeSegmentation;

use crate::lines::{is_blank, lines};

/// A number for each different text, so that comparing is cheap.
#[derive(Default)]
pub(crate) struct Names<'a>(HashMap<&'a str, u32>);

impl<'a> Names<'a> {
    pub fn of(&mut self, text: &'a str) -> u32 {
        let next = u32::try_from(self.0.len()).unwrap_or(u32::MAX);
        *self.0.entry(text).or_insert(next)
    }
}

/// Paragraphs: each line with the blank lines behind it. They tile the text.
pub(crate) fn blocks(text: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    for line in lines(text) {
        match found.last_mut() {
            Some(last) if is_blank(line.text(text)) => last.end = line.end,
            _ => found.push(line.range()),
        }
    }
    found
}

/// The words of `text[range]`: words, single Han characters, runs of spaces, signs. They tile it.
pub(crate) fn tokens(text: &str, range: Range<usize>, found: &mut Vec<Range<usize>>) {
    let bytes = text.as_bytes();
    let mut at = range.start;
    while at < range.end {
        let end = match bytes[at] {
            b'\r' if at + 1 < range.end && bytes[at + 1] == b'\n' => at + 2,
            b'\n' | b'\r' => at + 1,
            b' ' | b'\t' => run(bytes, at, range.end, |b| b == b' ' || b == b'\t'),
            _ => {
                let end = run(bytes, at, range.end, |b| {
                    !matches!(b, b' ' | b'\t' | b'\n' | b'\r')
                });
                chunk(text, at..end, found);
                at = end;
                continue;
            }
        };
        found.push(at..end);
        at = end;
    }
}

fn run(bytes: &[u8], from: usize, end: usize, holds: impl Fn(u8) -> bool) -> usize {
    let found = bytes[from..end].iter().position(|b| !holds(*b));
    found.map_or(end, |length| from + length)
}

/// What stands between two spaces.
fn chunk(text: &str, range: Range<usize>, found: &mut Vec<Range<usize>>) {
    let whole = &text[range.clone()];
    if !whole.is_ascii() {
        let words = whole.split_word_bound_indices();
        found.extend(words.map(|(at, word)| range.start + at..range.start + at + word.len()));
        return;
    }
    // The rules of Unicode (UAX 29) as far as ASCII needs them.
    let bytes = whole.as_bytes();
    let is = |at: usize, holds: fn(&u8) -> bool| bytes.get(at).is_some_and(holds);
    let letter = |at| is(at, u8::is_ascii_alphabetic);
    let digit = |at| is(at, u8::is_ascii_digit);
    let word = |at: usize| is(at, |b| b.is_ascii_alphanumeric() || *b == b'_');
    let mut at = 0;
    while at < bytes.len() {
        let start = at;
        at += 1;
        if word(start) {
            loop {
                if word(at) {
                    at += 1;
                } else if (is(at, |b| matches!(b, b'\'' | b'.' | b':'))
                    && letter(at - 1)
                    && letter(at + 1))
                    || (is(at, |b| matches!(b, b'\'' | b'.' | b',' | b';'))
                        && digit(at - 1)
                        && digit(at + 1))
                {
                    at += 2;
                } else {
                    break;
                }
            }
        }
        found.push(range.start + start..range.start + at);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn words(text: &str) -> Vec<&str> {
        let mut found = Vec::new();
        tokens(text, 0..text.len(), &mut found);
        found.into_iter().map(|range| &text[range]).collect()
    }

    #[test]
    fn words_are_those_of_unicode() {
        assert_eq!(
            words("Don't pay 1,000.50, e.g. today…  好。\r\n"),
            [
                "Don't", " ", "pay", " ", "1,000.50", ",", " ", "e.g", ".", " ", "today", "…",
                "  ", "好", "。", "\r\n"
            ]
        );
        assert_eq!(
            words("well-known a_b x"),
            ["well", "-", "known", " ", "a_b", " ", "x"]
        );
    }

    #[test]
    fn a_paragraph_takes_the_blank_lines_behind_it() {
        let text = "\n\na\nb\n\n \nc";
        let found: Vec<_> = blocks(text).into_iter().map(|r| &text[r]).collect();
        assert_eq!(found, ["\n\n", "a\n", "b\n\n \n", "c"]);
        assert!(blocks("").is_empty());
    }

    proptest! {
        #[test]
        fn both_tile_any_text(text in any::<String>()) {
            prop_assert_eq!(words(&text).concat(), text.clone());
            prop_assert!(words(&text).iter().all(|word| !word.is_empty()));
            let found = blocks(&text);
            prop_assert_eq!(found.iter().map(|r| &text[r.clone()]).collect::<String>(), text);
        }

        #[test]
        fn ascii_words_are_as_unicode_says(text in "[a-c1-3'.,:;_ !-]{0,30}") {
            prop_assert_eq!(words(&text), text.split_word_bounds().collect::<Vec<_>>());
        }
    }
}
