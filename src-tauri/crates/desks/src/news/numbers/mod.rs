//! Numbers in a text, in digits and in words of both languages, brought to one value.

mod english;
mod han;

use std::{collections::BTreeSet, ops::Range};

use super::number_words::{MONTHS, ORDINALS};

/// A number's value in ten-thousandths, so that sums and products of decimals compare exactly.
pub(super) type Value = i128;

pub(super) fn value(number: f64) -> Value {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "no number in prose reaches 10^34"
    )]
    let value = (number * 10_000.0).round() as Value;
    value
}

/// A number where it stands.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Number {
    /// Its bytes.
    pub range: Range<usize>,
    /// What it can mean: `5m` is five or five million, `三千五` is 3,500.
    pub values: Vec<Value>,
    /// Whether it claims something: `the two of them` and `十分` do not.
    pub claim: bool,
}

/// What the readers of a script share: the characters and where they are.
pub(super) struct Source<'a> {
    pub text: &'a str,
    pub chars: Vec<(usize, char)>,
}

impl Source<'_> {
    pub fn char(&self, index: usize) -> Option<char> {
        self.chars.get(index).map(|(_, c)| *c)
    }

    /// The byte at which a character begins; the text's end for what is beyond it.
    pub fn byte(&self, index: usize) -> usize {
        self.chars.get(index).map_or(self.text.len(), |(at, _)| *at)
    }

    pub fn before(&self, index: usize) -> Option<char> {
        index.checked_sub(1).and_then(|index| self.char(index))
    }

    /// Whether the text goes on with `word` (in lower case) at a character, and is no longer word.
    pub fn word_at(&self, index: usize, word: &str) -> bool {
        let start = self.byte(index);
        let found = self.text.get(start..start + word.len());
        found.is_some_and(|found| found.eq_ignore_ascii_case(word))
            && !self.text[start + word.len()..].starts_with(|c: char| c.is_ascii_alphanumeric())
    }

    pub fn starts_with(&self, index: usize, text: &str) -> bool {
        self.text[self.byte(index)..].starts_with(text)
    }
}

/// The numbers of a text, in order.
pub(super) fn numbers(text: &str) -> Vec<Number> {
    let source = Source {
        text,
        chars: text.char_indices().collect(),
    };
    let mut found = Vec::new();
    let mut words = english::Words::default();
    let mut i = 0;
    while let Some(c) = source.char(i) {
        let next = if digit(c).is_some() {
            digits(&source, i, &mut found)
        } else if c.is_ascii_alphabetic() {
            words.read(&source, i, &mut found)
        } else if han::begins(c) {
            han::read(&source, i, &mut found)
        } else {
            i + 1
        };
        i = next.max(i + 1);
    }
    found
}

/// The values that a brief's texts hold, names of months and ordinals among them.
pub(super) fn known<'a>(texts: impl Iterator<Item = &'a str>) -> BTreeSet<Value> {
    let mut known = BTreeSet::new();
    for text in texts {
        known.extend(numbers(text).into_iter().flat_map(|n| n.values));
        for word in text.split(|c: char| !c.is_ascii_alphabetic()) {
            let word = word.to_ascii_lowercase();
            for names in [MONTHS, ORDINALS] {
                let place = names.iter().position(|name| *name == word);
                known.extend(place.map(|place| value((place + 1) as f64)));
            }
        }
    }
    known
}

/// A digit, full-width ones too.
pub(super) fn digit(c: char) -> Option<u32> {
    match c {
        '0'..='9' => Some(c as u32 - '0' as u32),
        '０'..='９' => Some(c as u32 - '０' as u32),
        _ => None,
    }
}

/// Reads a number in digits; returns the character after it.
fn digits(source: &Source, start: usize, found: &mut Vec<Number>) -> usize {
    let (mut number, mut i) = decimal(source, start);
    let (from, to) = (source.byte(start), source.byte(i));
    // `A380`, `Covid-19`: names of things.
    let before = source.before(start);
    let hyphened = before == Some('-')
        && start
            .checked_sub(2)
            .and_then(|i| source.char(i))
            .is_some_and(|c| c.is_alphabetic());
    if hyphened || before.is_some_and(|c| c.is_ascii_alphabetic() || c == '_') {
        found.push(Number {
            range: from..to,
            values: vec![value(number)],
            claim: false,
        });
        return i;
    }
    if is_list_mark(source, start, i) {
        return i;
    }
    let mut values = Vec::new();
    if let Some((factor, after)) = multiplier(source, i) {
        // `5 m` is a length as often as a sum.
        if source.char(i).is_some_and(|c| c.is_ascii_alphabetic()) {
            values.push(value(number));
        }
        (number, i) = (number * factor, after);
    } else {
        // `1.2 万`: many set a space between digits and Chinese.
        let spaced = source.char(i) == Some(' ') && han::multiplier(source, i + 1).is_some();
        i += usize::from(spaced);
        while let Some((factor, after)) = han::multiplier(source, i) {
            number *= factor;
            i = after;
            // `3万5千`
            let Some(more) = source.char(i).and_then(digit) else {
                break;
            };
            let (_, next) = decimal(source, i);
            let Some((smaller, after)) = han::multiplier(source, next) else {
                break;
            };
            if smaller >= factor {
                break;
            }
            number += f64::from(more) * smaller;
            i = after;
        }
    }
    values.insert(0, value(number));
    if is_hour(source, i) && number < 24.0 {
        values.extend([value(number + 12.0), value(number - 12.0)]);
    }
    let measure = i + usize::from(source.char(i) == Some(' '));
    if source.char(measure) == Some('成') {
        values.push(value(number * 10.0));
    }
    found.push(Number {
        range: from..source.byte(i),
        values,
        claim: true,
    });
    i
}

/// Digits with thousands separators and a decimal part, as far as they go.
fn decimal(source: &Source, start: usize) -> (f64, usize) {
    let run = |from: usize| {
        let mut i = from;
        while source.char(i).and_then(digit).is_some() {
            i += 1;
        }
        i
    };
    let mut text: String = String::new();
    let mut push = |range: Range<usize>| {
        let digits = range.filter_map(|i| source.char(i).and_then(digit));
        text.extend(digits.filter_map(|d| char::from_digit(d, 10)));
    };
    let mut end = run(start);
    push(start..end);
    if end - start <= 3 {
        while matches!(source.char(end), Some(',' | '，' | '\u{a0}' | '\u{202f}'))
            && run(end + 1) == end + 4
        {
            push(end + 1..end + 4);
            end += 4;
        }
    }
    let fraction = run(end + 1);
    let dotted = |at: usize| source.char(at) == Some('.') && run(at + 1) > at + 1;
    // `3.3.2026` and `1.2.3` are no decimals.
    let chained = dotted(fraction) || (source.before(start) == Some('.') && start >= 2);
    if dotted(end) && !chained {
        text.push('.');
        let digits = (end + 1..fraction).filter_map(|i| source.char(i).and_then(digit));
        text.extend(digits.filter_map(|d| char::from_digit(d, 10)));
        end = fraction;
    }
    (text.parse().unwrap_or(0.0), end)
}

/// `1. ` at the start of a line.
fn is_list_mark(source: &Source, start: usize, end: usize) -> bool {
    let marked = matches!(source.char(end), Some('.' | ')' | '、'));
    let spaced = matches!(source.char(end), Some('、'))
        || source.char(end + 1).is_some_and(char::is_whitespace);
    if !(marked && spaced && end - start <= 2) {
        return false;
    }
    let mut before = (0..start).rev().filter_map(|i| source.char(i));
    before
        .find(|c| !matches!(c, ' ' | '\t'))
        .is_none_or(|c| c == '\n')
}

/// `million` behind a space, `bn` or `k` behind the digits.
fn multiplier(source: &Source, at: usize) -> Option<(f64, usize)> {
    let spaced = matches!(source.char(at), Some(' ' | '-' | '\n' | '\u{a0}'));
    let start = at + usize::from(spaced);
    let words: &[(&str, f64)] = &[
        ("hundred", 1e2),
        ("thousand", 1e3),
        ("million", 1e6),
        ("billion", 1e9),
        ("trillion", 1e12),
        ("bn", 1e9),
        ("mn", 1e6),
        ("tn", 1e12),
    ];
    let letters: &[(&str, f64)] = &[("k", 1e3), ("m", 1e6), ("b", 1e9)];
    let found = words.iter().chain(if spaced { &[] } else { letters });
    found
        .copied()
        .find(|(word, _)| source.word_at(start, word))
        .map(|(word, factor)| (factor, start + word.len()))
}

/// Whether an hour stands before `at`: 10 p.m. is 22:00, 下午3点 is 15:00.
fn is_hour(source: &Source, at: usize) -> bool {
    let after = at + usize::from(matches!(source.char(at), Some(' ' | '\u{a0}')));
    let colon = matches!(source.char(at), Some(':' | '：'))
        && source.char(at + 1).and_then(digit).is_some();
    colon
        || matches!(source.char(after), Some('点' | '时'))
        || ["am", "pm", "a.m", "p.m"]
            .iter()
            .any(|half| source.word_at(after, half))
}

#[cfg(test)]
mod tests;
