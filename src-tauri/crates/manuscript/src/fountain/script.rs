//! A script that is being edited: only what an edit touches is read again.

use std::ops::Range;

use super::{
    Element, ElementKind,
    parse::{Parser, push},
    source::is_empty_line,
};

/// A text with its elements, which are kept right from edit to edit.
///
/// An edit is read again from the blank line before it to the first blank line behind it at which
/// the old elements are right once more; what follows is moved, not read. The rest of a script is
/// read only where an edit really changes it all: when it opens or closes a boneyard.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Script {
    text: String,
    elements: Vec<Element>,
    /// No `/*` before this is without its `*/`.
    unclosed: Option<usize>,
}

/// What an edit changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edited {
    /// The elements read again, by their new places in the list. Those behind kept their kinds.
    pub elements: Range<usize>,
    /// How many elements stood there before.
    pub replaced: usize,
    /// The bytes of the new text that were read again.
    pub read: Range<usize>,
}

impl Script {
    /// Reads a whole text.
    pub fn new(text: impl Into<String>) -> Self {
        let mut script = Self {
            text: text.into(),
            ..Self::default()
        };
        script.read(0, 0, None);
        script
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The elements; they tile the text.
    pub fn elements(&self) -> &[Element] {
        &self.elements
    }

    /// The text of an element, marks and line ends included.
    pub fn source(&self, element: &Element) -> &str {
        self.text.get(element.range.clone()).unwrap_or_default()
    }

    /// The place of the element that a byte stands in; the last one for the end of the text.
    pub fn at(&self, byte: usize) -> Option<usize> {
        let index = self.elements.partition_point(|e| e.range.end <= byte);
        let last = self.elements.len().checked_sub(1)?;
        Some(index.min(last))
    }

    /// Replaces a range of bytes. What lies outside of the text or inside a character is moved
    /// down to the nearest border.
    pub fn edit(&mut self, range: Range<usize>, with: &str) -> Edited {
        let end = self
            .text
            .floor_char_boundary(range.end.min(self.text.len()));
        let start = self.text.floor_char_boundary(range.start.min(end));
        self.text.replace_range(start..end, with);
        let new_end = start + with.len();

        // A `*/` that the edit made may close what stood open above.
        let near = start.saturating_sub(1)..(new_end + 1).min(self.text.len());
        let closes = self.text.as_bytes()[near]
            .windows(2)
            .any(|two| two == b"*/");
        let from = match self.unclosed {
            Some(open) if closes => start.min(open),
            _ => start,
        };
        let keep = self.resting_place(from);
        self.read(keep, new_end, Some((start, end)))
    }

    /// How many elements end with a blank line that an edit from `from` on leaves as it is.
    /// Nothing before such a line depends on what follows it, but for an unclosed boneyard.
    fn resting_place(&self, from: usize) -> usize {
        let before = self.elements.partition_point(|e| e.range.end <= from);
        let rests = |element: &Element| {
            let lines = self.source(element);
            let whole = match lines.as_bytes().last() {
                Some(b'\n') => true,
                // A `\n` may now follow.
                Some(b'\r') => element.range.end < from,
                _ => false,
            };
            element.kind == ElementKind::Blank
                && whole
                && crate::lines::lines(lines).any(|line| is_empty_line(line.text(lines)))
        };
        let index = self.elements[..before].iter().rposition(rests);
        index.map_or(0, |index| index + 1)
    }

    /// Reads on behind the first `keep` elements, until the elements of the text before the edit
    /// (`old`: the bytes that it replaced; `None`: there were none) are right again behind
    /// `edit_end`.
    fn read(&mut self, keep: usize, edit_end: usize, old: Option<(usize, usize)>) -> Edited {
        let start = keep
            .checked_sub(1)
            .map_or(0, |last| self.elements[last].range.end);
        // The blank line is read once more, so that blank lines behind it join it.
        let first = keep.saturating_sub(1);
        let mut found: Vec<Element> = self.elements[first..keep].to_vec();
        let mut parser = Parser::new(&self.text, start);
        let mut right_again = None;
        let mut read = start..start;
        while let Some((kind, range)) = parser.next() {
            read.end = range.end;
            let whole = kind == ElementKind::Blank && range.start >= edit_end;
            push(&mut found, kind, range);
            if let (true, Some((_, old_end))) = (whole, old) {
                // Where this line ended before the edit.
                let before = read.end - edit_end + old_end;
                let index = self.elements.partition_point(|e| e.range.end < before);
                let same = self.elements.get(index).filter(|e| {
                    index >= keep && e.kind == ElementKind::Blank && e.range.start < before
                });
                if let Some(same) = same {
                    if let Some(last) = found.last_mut() {
                        last.range.end = same.range.end - old_end + edit_end;
                    }
                    right_again = Some(index + 1);
                    break;
                }
            }
        }
        let unclosed = parser.unclosed();
        let rest = right_again.unwrap_or(self.elements.len());
        // One that stood in what was read again may have hidden others behind it.
        self.unclosed = match self.unclosed.filter(|_| old.is_some()) {
            Some(open) if open < start => Some(open),
            Some(open) => unclosed.or(right_again.zip(old).map(|(rest, (_, old_end))| {
                let border = self.elements[rest - 1].range.end;
                open.max(border) - old_end + edit_end
            })),
            None => unclosed,
        };
        if let Some((_, old_end)) = old {
            for element in &mut self.elements[rest..] {
                element.range.start = element.range.start - old_end + edit_end;
                element.range.end = element.range.end - old_end + edit_end;
            }
        }
        let edited = Edited {
            elements: first..first + found.len(),
            replaced: rest - first,
            read,
        };
        self.elements.splice(first..rest, found);
        edited
    }
}
