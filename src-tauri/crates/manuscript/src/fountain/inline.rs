//! What stands in the lines of an element: text with its emphasis, notes, boneyard.
//!
//! Emphasis is `*italic*`, `**bold**`, `***both***` and `_underline_`, never across lines. A mark
//! opens before something that is no space and closes behind something that is no space. It pairs
//! with the nearest one before it. Four or more stars and two or more underscores are text, and so
//! is a mark that finds no partner. `\*` and `\_` are text; `\\` is two characters unless a mark
//! follows.

use std::ops::Range;

use super::{
    Element, ElementKind,
    read::meant,
    source::{Hidden, SourceLine, SourceLines},
};

/// How a run of text is set.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Style {
    /// `**bold**`
    pub bold: bool,
    /// `*italic*`
    pub italic: bool,
    /// `_underline_`
    pub underline: bool,
}

/// What a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RunKind {
    /// Text that prints.
    Text,
    /// `[[a note]]`: its text is what stands inside.
    Note,
    /// `/* cut */`: its text is what stands inside.
    Boneyard,
}

/// A run of text with one look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run<'a> {
    /// What it is.
    pub kind: RunKind,
    /// The text without marks.
    pub text: &'a str,
    /// Where it stands, in bytes; for notes and boneyard with their marks.
    pub range: Range<usize>,
    /// How it is set. Notes and boneyard have none.
    pub style: Style,
}

/// A line of an element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line<'a> {
    /// Where it stands, in bytes, without its line end. Notes and boneyard may hold line ends.
    pub range: Range<usize>,
    /// What stands in it, in order. A mark or an escape may part two runs of the same style.
    pub runs: Vec<Run<'a>>,
}

impl Line<'_> {
    /// What prints, without marks.
    pub fn plain(&self) -> String {
        self.printed().map(|run| run.text).collect()
    }

    /// The runs that print.
    pub fn printed(&self) -> impl Iterator<Item = &Run<'_>> {
        self.runs.iter().filter(|run| run.kind == RunKind::Text)
    }

    /// Whether nothing of it prints.
    pub fn is_empty(&self) -> bool {
        self.printed().all(|run| run.text.trim().is_empty())
    }
}

/// The lines of an element as they are meant: without the marks of the element, scene number and
/// emphasis. Action keeps its indentation. Page breaks and blank lines have none.
pub fn lines<'a>(text: &'a str, element: &Element) -> Vec<Line<'a>> {
    if matches!(element.kind, ElementKind::PageBreak | ElementKind::Blank) {
        return Vec::new();
    }
    SourceLines::new(text, element.range.clone())
        .map(|line| inline(text, &line, meant(&line, element.kind)))
        .collect()
}

/// The lines of a text that is the inside of an element, apart from any: nothing but emphasis,
/// notes and boneyard is read in it.
pub fn lines_inside(text: &str) -> Vec<Line<'_>> {
    SourceLines::new(text, 0..text.len())
        .map(|line| inline(text, &line, 0..line.visible.len()))
        .collect()
}

/// One line, cut down to a range of what is visible of it.
pub(super) fn inline<'a>(text: &'a str, line: &SourceLine, visible: Range<usize>) -> Line<'a> {
    let mut runs = Vec::new();
    for (part, style) in styled(&line.visible[visible.clone()]) {
        let part = visible.start + part.start..visible.start + part.end;
        runs.extend(line.shown.runs(part).into_iter().map(|range| Run {
            kind: RunKind::Text,
            text: &text[range.clone()],
            range,
            style,
        }));
    }
    for (range, kind) in &line.cuts {
        let place = runs.partition_point(|run: &Run| run.range.start < range.start);
        let inside = &text[range.start + 2..range.end - 2];
        let note = Run {
            kind: match kind {
                Hidden::Note => RunKind::Note,
                Hidden::Nothing | Hidden::Boneyard => RunKind::Boneyard,
            },
            text: inside.trim(),
            range: range.clone(),
            style: Style::default(),
        };
        runs.insert(place, note);
    }
    let end = text[line.range.clone()]
        .trim_end_matches(['\n', '\r'])
        .len();
    Line {
        range: line.range.start..line.range.start + end,
        runs,
    }
}

/// The parts of a line that print, each with its style. What is left out are marks.
pub(super) fn styled(line: &str) -> Vec<(Range<usize>, Style)> {
    if !line.contains(['*', '_']) {
        let whole = 0..line.len();
        return if line.is_empty() {
            Vec::new()
        } else {
            vec![(whole, Style::default())]
        };
    }
    let marks = marks(line);
    let mut parts = Vec::new();
    let mut style = Style::default();
    let mut at = 0;
    for mark in marks {
        if at < mark.range.start {
            parts.push((at..mark.range.start, style));
        }
        at = mark.range.end;
        style.bold ^= mark.turns.bold;
        style.italic ^= mark.turns.italic;
        style.underline ^= mark.turns.underline;
    }
    if at < line.len() {
        parts.push((at..line.len(), style));
    }
    parts
}

/// Characters that don't print: a backslash, or marks that turn styles on or off.
#[derive(Debug)]
struct Mark {
    range: Range<usize>,
    turns: Style,
    what: MarkKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum MarkKind {
    Escape,
    Opens,
    Closes,
}

const BOLD: usize = 0;
const ITALIC: usize = 1;
const UNDERLINE: usize = 2;
/// Of their marks.
const LENGTHS: [usize; 3] = [2, 1, 1];

fn marks(line: &str) -> Vec<Mark> {
    let bytes = line.as_bytes();
    let mut found: Vec<Mark> = Vec::new();
    // The nearest mark, as a place in `found`, that could open each style.
    let mut open: [Option<usize>; 3] = [None; 3];
    let mut at = 0;
    while at < bytes.len() {
        let run = |b: u8| bytes[at..].iter().take_while(|&&other| other == b).count();
        match bytes[at] {
            b'\\' => {
                let slashes = run(b'\\');
                let end = at + slashes;
                let marked = matches!(bytes.get(end), Some(b'*' | b'_'));
                // Two stand for one; the last of an odd number makes the mark text.
                for pair in 0..if marked { slashes.div_ceil(2) } else { 0 } {
                    found.push(Mark {
                        range: at + 2 * pair..at + 2 * pair + 1,
                        turns: Style::default(),
                        what: MarkKind::Escape,
                    });
                }
                at = end + usize::from(marked && slashes % 2 == 1);
            }
            b @ (b'*' | b'_') => {
                let range = at..at + run(b);
                at = range.end;
                let styles = styles_of(b, range.len());
                if styles.is_empty() {
                    continue;
                }
                let spaced = |c: Option<char>| c.is_none_or(char::is_whitespace);
                let closes = !spaced(line[..range.start].chars().next_back());
                let opens = !spaced(line[range.end..].chars().next());
                let mut mark = Mark {
                    range,
                    turns: Style::default(),
                    what: MarkKind::Closes,
                };
                for &style in styles.iter().filter(|_| closes) {
                    if let Some(partner) = open[style].take() {
                        found[partner].turns.turn(style);
                        mark.turns.turn(style);
                    }
                }
                let left = mark.range.start + mark.turns.length();
                let end = mark.range.end;
                if left > mark.range.start {
                    mark.range.end = left;
                    found.push(mark);
                }
                // What closes nothing may open: `**a***b*`.
                if left < end && opens {
                    for &style in styles_of(b, end - left) {
                        open[style] = Some(found.len());
                    }
                    found.push(Mark {
                        range: left..end,
                        turns: Style::default(),
                        what: MarkKind::Opens,
                    });
                }
            }
            _ => at += 1,
        }
    }
    found.retain_mut(|mark| mark.what == MarkKind::Escape || mark.shrink());
    found
}

/// What a run of marks can turn.
fn styles_of(mark: u8, length: usize) -> &'static [usize] {
    match (mark, length) {
        (b'*', 1) => &[ITALIC],
        (b'*', 2) => &[BOLD],
        (b'*', 3) => &[BOLD, ITALIC],
        (b'_', 1) => &[UNDERLINE],
        _ => &[],
    }
}

impl Mark {
    /// Leaves characters that turn nothing to the text: those away from what is marked. False
    /// where none turns anything.
    fn shrink(&mut self) -> bool {
        let used = self.turns.length();
        if self.what == MarkKind::Opens {
            self.range.start = self.range.end - used;
        }
        used > 0
    }
}

impl Style {
    /// How long the marks are that turn these.
    fn length(self) -> usize {
        let on = [self.bold, self.italic, self.underline];
        on.iter()
            .zip(LENGTHS)
            .map(|(on, length)| usize::from(*on) * length)
            .sum()
    }

    /// What both have.
    pub(super) fn and(self, other: Self) -> Self {
        Self {
            bold: self.bold && other.bold,
            italic: self.italic && other.italic,
            underline: self.underline && other.underline,
        }
    }

    fn turn(&mut self, style: usize) {
        match style {
            BOLD => self.bold ^= true,
            ITALIC => self.italic ^= true,
            _ => self.underline ^= true,
        }
    }
}
