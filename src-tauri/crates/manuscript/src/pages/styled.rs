//! Text with emphasis that remembers where it came from.

use std::ops::Range;

use serde::Serialize;

/// How letters look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize)]
pub struct Face {
    /// Heavy.
    pub bold: bool,
    /// Slanted; Han characters get a dot beneath instead.
    pub italic: bool,
    /// With a line beneath.
    pub underline: bool,
}

/// A text, the faces of its parts and the places of its characters in the source.
#[derive(Debug, Clone, Default)]
pub(super) struct Styled {
    pub text: String,
    /// Where a face begins.
    faces: Vec<(usize, Face)>,
    /// Where a run that stands in the source begins: in the text, in the source.
    places: Vec<(usize, usize)>,
}

impl Styled {
    /// A text that is not in the source, at a place of it.
    pub fn plain(text: impl Into<String>, at: usize) -> Self {
        Self {
            text: text.into(),
            faces: vec![(0, Face::default())],
            places: vec![(0, at)],
        }
    }

    /// Adds text that stands at `at` in the source.
    pub fn push(&mut self, text: &str, face: Face, at: usize) {
        if text.is_empty() {
            return;
        }
        let here = self.text.len();
        if self.faces.last().is_none_or(|(_, last)| *last != face) {
            self.faces.push((here, face));
        }
        let follows = self
            .places
            .last()
            .is_some_and(|(text, source)| source + (here - text) == at);
        if !follows {
            self.places.push((here, at));
        }
        self.text.push_str(text);
    }

    /// Adds all in capitals.
    pub fn push_upper(&mut self, text: &str, face: Face, at: usize) {
        if text.is_ascii() {
            self.push(&text.to_ascii_uppercase(), face, at);
            return;
        }
        let mut buffer = [0; 4];
        for (offset, c) in text.char_indices() {
            for upper in c.to_uppercase() {
                self.push(upper.encode_utf8(&mut buffer), face, at + offset);
            }
        }
    }

    /// The same in capitals.
    pub fn upper(self) -> Self {
        if !self.text.chars().any(char::is_lowercase) {
            return self;
        }
        let mut found = Self::default();
        for (range, face) in self.faces_in(0..self.text.len()) {
            let mut at = range.start;
            while at < range.end {
                let (_, until) = self.run(at);
                let end = until.min(range.end);
                found.push_upper(&self.text[at..end], face, self.place(at));
                at = end;
            }
        }
        found
    }

    /// Changes the face of all.
    pub fn faced(mut self, change: impl Fn(&mut Face)) -> Self {
        for (_, face) in &mut self.faces {
            change(face);
        }
        self
    }

    /// Without the white space around it.
    pub fn trimmed(self) -> Self {
        let start = self.text.len() - self.text.trim_start().len();
        let end = self.text.trim_end().len();
        if start == 0 && end == self.text.len() {
            self
        } else {
            self.part(start..end.max(start))
        }
    }

    /// A part of it.
    pub fn part(&self, range: Range<usize>) -> Self {
        let mut part = Self {
            text: self.text[range.clone()].to_owned(),
            faces: Vec::new(),
            places: Vec::new(),
        };
        for (found, face) in self.faces_in(range.clone()) {
            part.faces.push((found.start - range.start, face));
        }
        let mut at = range.start;
        while at < range.end {
            part.places.push((at - range.start, self.place(at)));
            at = self.run(at).1;
        }
        part
    }

    /// The run of the source that a place is in: where it begins and ends in the text.
    fn run(&self, at: usize) -> (usize, usize) {
        let next = self.places.partition_point(|(start, _)| *start <= at);
        let start = next.checked_sub(1).map_or(0, |last| self.places[last].0);
        let end = self.places.get(next).map_or(self.text.len(), |next| next.0);
        (start, end)
    }

    /// Where a character stands in the source.
    pub fn place(&self, at: usize) -> usize {
        let next = self.places.partition_point(|(start, _)| *start <= at);
        let last = next.checked_sub(1).map(|last| self.places[last]);
        last.map_or(0, |(start, source)| source + (at - start))
    }

    /// Where a part stands in the source, from its first character to behind its last.
    pub fn source(&self, range: Range<usize>) -> Range<usize> {
        let start = self.place(range.start);
        match self.text[range.clone()].chars().next_back() {
            Some(last) => start..self.place(range.end - last.len_utf8()) + last.len_utf8(),
            None => start..start,
        }
    }

    /// The faces of a part.
    pub fn faces_in(&self, range: Range<usize>) -> impl Iterator<Item = (Range<usize>, Face)> {
        let first = self
            .faces
            .partition_point(|(start, _)| *start <= range.start)
            .saturating_sub(1);
        let from = self.faces.get(first..).unwrap_or_default();
        from.iter()
            .enumerate()
            .map_while(move |(index, (start, face))| {
                let end = from.get(index + 1).map_or(range.end, |next| next.0);
                let part = (*start).max(range.start)..end.min(range.end);
                (*start < range.end).then_some((part, *face))
            })
    }
}

impl Styled {
    /// Adds another behind it.
    pub fn join(&mut self, other: &Self) {
        for (range, face) in other.faces_in(0..other.text.len()) {
            let mut at = range.start;
            while at < range.end {
                let end = other.run(at).1.min(range.end);
                self.push(&other.text[at..end], face, other.place(at));
                at = end;
            }
        }
    }
}
