//! Lines as Fountain sees them: without notes and boneyard, joined where those span line ends.

use std::{borrow::Cow, iter, ops::Range};

use crate::lines::lines;

/// One or more lines of the text that are read as one.
#[derive(Debug)]
pub(super) struct SourceLine<'a> {
    pub range: Range<usize>,
    /// What is left without line end, notes, boneyard and byte order mark.
    pub visible: Cow<'a, str>,
    pub hidden: Hidden,
    /// Whether it spans several lines of the text.
    pub joined: bool,
    /// Notes and boneyard, with their marks.
    pub cuts: Vec<(Range<usize>, Hidden)>,
    /// Where what is visible stands in the text.
    pub shown: Shown,
}

/// What was taken out of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hidden {
    Nothing,
    Boneyard,
    /// A note, perhaps with boneyard.
    Note,
}

/// Where the visible text of a line stands.
#[derive(Debug)]
pub(super) enum Shown {
    /// In one run that begins here.
    From(usize),
    /// In several.
    Runs(Vec<Range<usize>>),
}

impl Shown {
    /// The runs of the text under a range of the visible line.
    pub fn runs(&self, visible: Range<usize>) -> Vec<Range<usize>> {
        match self {
            Self::From(from) => iter::once(from + visible.start..from + visible.end).collect(),
            Self::Runs(runs) => {
                let mut at = 0;
                let mut found = Vec::new();
                for run in runs {
                    let from = visible.start.max(at);
                    let to = visible.end.min(at + run.len());
                    if from < to {
                        found.push(run.start + from - at..run.start + to - at);
                    }
                    at += run.len();
                }
                found
            }
        }
    }
}

impl SourceLine<'_> {
    /// Nothing stands here but white space.
    pub fn is_blank(&self) -> bool {
        self.hidden == Hidden::Nothing && self.is_empty()
    }

    /// Nothing but white space is left once notes and boneyard are taken out.
    pub fn is_empty(&self) -> bool {
        self.visible.chars().all(char::is_whitespace)
    }

    /// A line of its own that does not print: notes or boneyard.
    pub fn is_hidden(&self) -> bool {
        self.hidden != Hidden::Nothing && self.is_empty()
    }
}

/// Reads the lines of a part of a text, which begins at the start of a line and outside of notes
/// and boneyard. Their ranges tile it.
pub(super) struct SourceLines<'a> {
    text: &'a str,
    at: usize,
    marks: Marks<'a>,
}

impl<'a> SourceLines<'a> {
    pub fn new(text: &'a str, range: Range<usize>) -> Self {
        let text = &text[..range.end];
        Self {
            text,
            at: range.start,
            marks: Marks::new(text),
        }
    }

    /// The first `/*` read so far that nothing closes.
    pub fn unclosed(&self) -> Option<usize> {
        self.marks.unclosed
    }
}

impl<'a> Iterator for SourceLines<'a> {
    type Item = SourceLine<'a>;

    fn next(&mut self) -> Option<SourceLine<'a>> {
        let (text, start) = (self.text, self.at);
        let bytes = text.as_bytes();
        if start >= bytes.len() {
            return None;
        }
        let mut from = start;
        if start == 0 {
            from = bytes.len() - text.trim_start_matches('\u{feff}').len();
        }
        // Most lines hide nothing: they are borrowed as they stand.
        let mut at = from;
        let cut = loop {
            at = next_sign(bytes, at);
            match bytes.get(at) {
                Some(b'/' | b'[') => match self.marks.span(at) {
                    Some(span) => break span,
                    None => at += 1,
                },
                _ => {
                    self.at = end_behind(bytes, at);
                    return Some(SourceLine {
                        range: start..self.at,
                        visible: Cow::Borrowed(&text[from..at]),
                        hidden: Hidden::Nothing,
                        joined: false,
                        cuts: Vec::new(),
                        shown: Shown::From(from),
                    });
                }
            }
        };
        Some(self.with_cuts(start, from, at, cut))
    }
}

impl<'a> SourceLines<'a> {
    /// The line that begins at `start`, in which a note or boneyard opens at `at`.
    fn with_cuts(
        &mut self,
        start: usize,
        mut from: usize,
        mut at: usize,
        cut: (usize, Hidden),
    ) -> SourceLine<'a> {
        let text = self.text;
        let bytes = text.as_bytes();
        let mut runs = Vec::new();
        let mut cuts = Vec::new();
        let mut hidden = Hidden::Nothing;
        let mut joined = false;
        let mut next = Some(cut);
        let text_end = loop {
            if let Some((end, kind)) = next.take() {
                // `/* cut */ keep`: the space belongs to what was cut.
                let before = &text[from..at];
                if !(hidden == Hidden::Nothing && before.trim().is_empty()) {
                    runs.push(from..at);
                }
                if hidden != Hidden::Note {
                    hidden = kind;
                }
                joined |= bytes[at..end].iter().any(|b| matches!(b, b'\n' | b'\r'));
                cuts.push((at..end, kind));
                (from, at) = (end, end);
            }
            at = next_sign(bytes, at);
            match bytes.get(at) {
                Some(b'/' | b'[') => {
                    next = self.marks.span(at);
                    at += usize::from(next.is_none());
                }
                _ => break at,
            }
        };
        self.at = end_behind(bytes, text_end);
        let opens = runs.iter().all(|run| text[run.clone()].trim().is_empty());
        if opens {
            from = text_end - text[from..text_end].trim_start().len();
        }
        runs.push(from..text_end);
        runs.retain(|run| !run.is_empty());
        let visible = runs.iter().map(|run| &text[run.clone()]).collect();
        SourceLine {
            range: start..self.at,
            visible: Cow::Owned(visible),
            hidden,
            joined,
            cuts,
            shown: Shown::Runs(runs),
        }
    }
}

/// The first place from `at` on where a line may end or something hidden may open, or the end.
fn next_sign(bytes: &[u8], mut at: usize) -> usize {
    /// The highest bit of every byte of eight that is `sign`, and perhaps of some behind it.
    const fn where_is(eight: u64, sign: u8) -> u64 {
        const ONES: u64 = u64::from_ne_bytes([1; 8]);
        let apart = eight ^ (ONES * sign as u64);
        apart.wrapping_sub(ONES) & !apart & (ONES << 7)
    }
    while let Some(eight) = bytes.get(at..).and_then(<[u8]>::first_chunk) {
        let eight = u64::from_le_bytes(*eight);
        let found = where_is(eight, b'\n')
            | where_is(eight, b'\r')
            | where_is(eight, b'/')
            | where_is(eight, b'[');
        if found != 0 {
            return at + found.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    let rest = bytes.get(at..).unwrap_or_default();
    rest.iter()
        .position(|b| matches!(b, b'\n' | b'\r' | b'/' | b'['))
        .map_or(bytes.len(), |place| at + place)
}

/// Where the line end at `at` ends.
fn end_behind(bytes: &[u8], at: usize) -> usize {
    match bytes.get(at..) {
        Some([b'\r', b'\n', ..]) => at + 2,
        Some([_, ..]) => at + 1,
        _ => at,
    }
}

/// Finds where notes and boneyard end. Each search is remembered, so that thousands of unclosed
/// marks take no longer than one.
struct Marks<'a> {
    text: &'a str,
    unclosed: Option<usize>,
    boneyard_end: Found,
    empty_line: Found,
    note_end: Found,
    /// Up to where `note_end` was looked for.
    note_limit: usize,
}

/// A remembered search: the first place at or after `from`, or none.
#[derive(Clone, Copy, Default)]
struct Found {
    from: usize,
    place: Option<usize>,
    known: bool,
}

impl Found {
    fn get(&mut self, from: usize, search: impl Fn(usize) -> Option<usize>) -> Option<usize> {
        let still_ahead = self.place.is_none_or(|place| place >= from);
        if !(self.known && self.from <= from && still_ahead) {
            *self = Self {
                from,
                place: search(from),
                known: true,
            };
        }
        self.place
    }
}

impl<'a> Marks<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            text,
            unclosed: None,
            boneyard_end: Found::default(),
            empty_line: Found::default(),
            note_end: Found::default(),
            note_limit: 0,
        }
    }

    /// What opens here, and where it ends.
    fn span(&mut self, open: usize) -> Option<(usize, Hidden)> {
        match &self.text.as_bytes()[open..] {
            [b'/', b'*', ..] => {
                let end = self.boneyard(open);
                if end.is_none() {
                    self.unclosed.get_or_insert(open);
                }
                end.map(|end| (end, Hidden::Boneyard))
            }
            [b'[', b'[', ..] => self.note(open).map(|end| (end, Hidden::Note)),
            _ => None,
        }
    }

    fn boneyard(&mut self, open: usize) -> Option<usize> {
        let text = self.text;
        let close = self.boneyard_end.get(open + 2, |from| {
            let bytes = text.as_bytes();
            let mut at = from;
            loop {
                at += text.get(at..)?.find('/')?;
                if at > from && bytes[at - 1] == b'*' {
                    return Some(at - 1);
                }
                at += 1;
            }
        });
        close.map(|close| close + 2)
    }

    fn note(&mut self, open: usize) -> Option<usize> {
        let text = self.text;
        // Two spaces keep a note going over a line that looks empty.
        let empty = self
            .empty_line
            .get(open, |from| next_empty_line(text, from))
            .unwrap_or(text.len());
        if empty != self.note_limit {
            self.note_limit = empty;
            self.note_end = Found::default();
        }
        let close = self.note_end.get(open + 2, |from| {
            text.get(from..empty)?.find("]]").map(|at| from + at)
        });
        close.map(|close| close + 2)
    }
}

/// The first line after the one `from` stands in with nothing but at most one space in it.
fn next_empty_line(text: &str, from: usize) -> Option<usize> {
    lines(&text[from..])
        .skip(1)
        .find(|line| is_empty_line(line.text(&text[from..])))
        .map(|line| from + line.start)
}

/// Whether a line ends notes.
pub(super) fn is_empty_line(line: &str) -> bool {
    line.trim().is_empty() && !holds_on(line)
}

/// Whether a line of white space has the two spaces that keep a note or a speech going.
pub(super) fn holds_on(line: &str) -> bool {
    line.bytes().filter(|&b| b == b' ').nth(1).is_some()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::next_sign;

    proptest! {
        #[test]
        fn signs_are_found_where_they_are(bytes in "[ -\\[\n\r./0Z\\\\é字]{0,40}", from in 0_usize..44) {
            let bytes = bytes.as_bytes();
            let sign = |b: &u8| matches!(b, b'\n' | b'\r' | b'/' | b'[');
            let slow = (from..bytes.len()).find(|&at| sign(&bytes[at]));
            prop_assert_eq!(next_sign(bytes, from), slow.unwrap_or(bytes.len()));
        }
    }
}
