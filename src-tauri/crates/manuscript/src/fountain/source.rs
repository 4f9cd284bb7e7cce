//! Lines as Fountain sees them: without notes and boneyard, joined where those span line ends.

use std::{borrow::Cow, ops::Range};

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
}

/// What was taken out of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hidden {
    Nothing,
    Boneyard,
    /// A note, perhaps with boneyard.
    Note,
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

/// Reads the lines. Their ranges tile the text.
pub(super) fn source_lines(text: &str) -> Vec<SourceLine<'_>> {
    let mut spans = hidden_spans(text).peekable();
    let mut found = Vec::new();
    let mut pieces = lines(text);
    while let Some(first) = pieces.next() {
        let mut last = first;
        let mut hidden = Hidden::Nothing;
        let mut visible = String::new();
        let mut at = first.start;
        while let Some((span, kind)) = spans.next_if(|(span, _)| span.start < last.text_end) {
            if hidden == Hidden::Nothing && text[at..span.start].trim().is_empty() {
                // `/* cut */ keep`: the space belongs to what was cut.
            } else {
                visible.push_str(&text[at..span.start]);
            }
            if hidden != Hidden::Note {
                hidden = kind;
            }
            at = span.end;
            while last.text_end < at {
                let Some(next) = pieces.next() else { break };
                last = next;
            }
        }
        let rest = &text[at..last.text_end];
        let visible = if hidden == Hidden::Nothing {
            let rest = if first.start == 0 {
                rest.trim_start_matches('\u{feff}')
            } else {
                rest
            };
            Cow::Borrowed(rest)
        } else {
            let opens = visible.trim().is_empty();
            visible.push_str(if opens { rest.trim_start() } else { rest });
            Cow::Owned(visible.trim_start_matches('\u{feff}').to_owned())
        };
        found.push(SourceLine {
            range: first.start..last.end,
            visible,
            hidden,
            joined: last != first,
        });
    }
    found
}

/// Notes and boneyard with their marks, in order and apart.
pub(super) fn hidden_spans(text: &str) -> impl Iterator<Item = (Range<usize>, Hidden)> {
    Spans::new(text)
}

/// Each search is remembered, so that thousands of
/// unclosed marks take no longer than one.
struct Spans<'a> {
    text: &'a str,
    at: usize,
    boneyard_end: Found,
    note_end: Found,
    empty_line: Found,
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

impl<'a> Spans<'a> {
    fn new(text: &'a str) -> Self {
        let unknown = Found::default();
        Self {
            text,
            at: 0,
            boneyard_end: unknown,
            note_end: unknown,
            empty_line: unknown,
        }
    }

    fn boneyard(&mut self, open: usize) -> Option<usize> {
        let text = self.text;
        self.boneyard_end
            .get(open + 2, |from| text[from..].find("*/").map(|at| from + at))
            .map(|close| close + 2)
    }

    fn note(&mut self, open: usize) -> Option<usize> {
        let text = self.text;
        let close = self
            .note_end
            .get(open + 2, |from| text[from..].find("]]").map(|at| from + at))?;
        let empty = self
            .empty_line
            .get(open, |from| next_empty_line(text, from));
        // Two spaces keep a note going over a line that looks empty.
        empty.is_none_or(|empty| close < empty).then_some(close + 2)
    }
}

/// The first line after the one `from` stands in with nothing but at most one space in it.
fn next_empty_line(text: &str, from: usize) -> Option<usize> {
    lines(&text[from..])
        .skip(1)
        .find(|line| {
            let line = line.text(&text[from..]);
            line.trim().is_empty() && !holds_on(line)
        })
        .map(|line| from + line.start)
}

/// Whether a line of white space has the two spaces that keep a note or a speech going.
pub(super) fn holds_on(line: &str) -> bool {
    line.bytes().filter(|&b| b == b' ').nth(1).is_some()
}

impl Iterator for Spans<'_> {
    type Item = (Range<usize>, Hidden);

    fn next(&mut self) -> Option<Self::Item> {
        let bytes = self.text.as_bytes();
        while let Some(offset) = bytes[self.at..]
            .iter()
            .position(|&b| b == b'/' || b == b'[')
        {
            let open = self.at + offset;
            let end = match &bytes[open..] {
                [b'/', b'*', ..] => self.boneyard(open).map(|end| (end, Hidden::Boneyard)),
                [b'[', b'[', ..] => self.note(open).map(|end| (end, Hidden::Note)),
                _ => None,
            };
            if let Some((end, kind)) = end {
                self.at = end;
                return Some((open..end, kind));
            }
            self.at = open + 1;
        }
        self.at = bytes.len();
        None
    }
}
