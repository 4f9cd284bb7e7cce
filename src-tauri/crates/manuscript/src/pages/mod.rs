//! A screenplay as it is printed: pages of placed lines, and how long its scenes are.
//!
//! [`lay_out`] reads a whole script in a few milliseconds, so that page breaks can be shown while
//! it is written. Lengths are tenths of a point. What a page looks like is in `sheet`, where it may
//! end in `paginate`.
//!
//! A scene's length is counted in eighths of a page, as the trade does: from its heading to the
//! next, white space at the foot of pages included, at least one.

mod block;
mod chinese;
mod compose;
pub mod measure;
mod number;
mod options;
mod paginate;
mod place;
mod sheet;
mod source;
mod styled;
#[cfg(test)]
mod tests;
mod title;
mod wrap;

use std::{fmt, ops::Range};

use serde::Serialize;

pub(crate) use number::{next_label, scene_numbers};
pub use options::{BreakRules, PageOptions, PageStyle, Paper, SceneNumbers};
pub use sheet::Sheet;
pub use styled::Face;
pub use title::TitleFields;

use crate::fountain::{self, Element};

/// What a line of a page is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LineKind {
    /// A scene heading.
    Heading,
    /// What is seen and heard.
    Action,
    /// Who speaks.
    Cue,
    /// `(beat)`.
    Parenthetical,
    /// What is said.
    Dialogue,
    /// `CUT TO:`.
    Transition,
    /// In the middle.
    Centered,
    /// Sung.
    Lyric,
    /// A printed section.
    Section,
    /// A printed synopsis.
    Synopsis,
    /// A printed note.
    Note,
    /// `(MORE)` under a speech that goes on.
    More,
    /// `CONTINUED` at the foot or head of a page inside of a scene.
    Continued,
    /// In the margins beside a heading.
    SceneNumber,
    /// At the head of a page, or at its foot on the Chinese page.
    PageNumber,
    /// The person's words at the head.
    Header,
    /// The person's words at the foot.
    Footer,
    /// The mark of a revised line in the right margin.
    Mark,
    /// A line of the title page.
    Title,
}

/// A run of a line with one face.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Run {
    /// The letters.
    pub text: String,
    /// How they look.
    pub face: Face,
}

/// A line where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    /// What it is.
    pub kind: LineKind,
    /// Its runs, in reading order.
    pub runs: Vec<Run>,
    /// Where its first letter begins, from the left edge.
    pub x: i32,
    /// Where its letters stand, from the top edge.
    pub y: i32,
    /// How large its letters are: 120 for twelve points.
    pub size: i32,
    /// What is spread over the full-width characters to fill the line.
    pub stretch: i32,
    /// The source of its letters; `None` for what is printed by itself.
    pub source: Option<Range<usize>>,
}

impl Line {
    fn of(kind: LineKind, text: &styled::Styled, x: i32, y: i32) -> Self {
        Self::of_part(kind, text, 0..text.text.len(), x, y)
    }

    fn of_part(kind: LineKind, text: &styled::Styled, range: Range<usize>, x: i32, y: i32) -> Self {
        let runs = text
            .faces_in(range.clone())
            .filter(|(part, _)| !part.is_empty())
            .map(|(part, face)| Run {
                text: text.text[part].to_owned(),
                face,
            })
            .collect();
        Self {
            kind,
            runs,
            x,
            y,
            size: measure::EM,
            stretch: 0,
            source: Some(text.source(range)),
        }
    }

    fn sized(mut self, size: i32) -> Self {
        self.size = size;
        self
    }

    /// All its letters.
    pub fn text(&self) -> String {
        self.runs.iter().map(|run| run.text.as_str()).collect()
    }

    /// Its letters where they stand, in a script of this language.
    pub fn letters(&self, language: crate::Language) -> Vec<Letter> {
        let text = self.text();
        let chinese = language == crate::Language::Chinese;
        let mut found: Vec<Letter> = Vec::with_capacity(text.len());
        let mut ends = self.runs.iter().scan(0, |end, run| {
            *end += run.text.len();
            Some((*end, run.face))
        });
        let mut run = ends.next();
        let wide = match self.stretch {
            0 => 0,
            _ => measure::glyphs(&text, chinese)
                .filter(|glyph| glyph.wide)
                .count(),
        };
        // The last one is followed by the margin.
        let gaps = i32::try_from(wide.saturating_sub(1)).unwrap_or(0);
        let mut passed = 0;
        let mut x = 0;
        for glyph in measure::glyphs(&text, chinese) {
            while run.is_some_and(|(end, _)| glyph.at >= end) {
                run = ends.next();
            }
            let stretched = if gaps > 0 {
                self.stretch * passed / gaps
            } else {
                0
            };
            found.push(Letter {
                at: glyph.at,
                character: glyph.character,
                x: self.x + (x + glyph.shift + stretched) * self.size / measure::EM,
                advance: glyph.advance * self.size / measure::EM,
                wide: glyph.wide,
                face: run.map(|(_, face)| face).unwrap_or_default(),
            });
            x += glyph.advance;
            if glyph.wide && passed < gaps {
                passed += 1;
            }
        }
        found
    }
}

/// A letter of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Letter {
    /// Where it stands in the line's text, in bytes.
    pub at: usize,
    /// The letter.
    pub character: char,
    /// Where it begins, from the left edge of the page.
    pub x: i32,
    /// Its room.
    pub advance: i32,
    /// Whether it is full-width: set in the Han font.
    pub wide: bool,
    /// How it looks.
    pub face: Face,
}

/// A page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Page {
    /// What is printed as its number: `12`, or `12A` behind a locked page. Empty for the title
    /// page.
    pub label: String,
    /// Where its first text begins in the source.
    pub start: usize,
    /// Whether it begins where a lock says.
    pub locked: bool,
    /// How many of its rows are used.
    pub used: usize,
    /// Its lines.
    pub lines: Vec<Line>,
}

/// A length in eighths of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize)]
pub struct Eighths(pub u32);

impl fmt::Display for Eighths {
    /// `3/8`, `1`, `23 4/8`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.0 / 8, self.0 % 8) {
            (whole, 0) => write!(f, "{whole}"),
            (0, part) => write!(f, "{part}/8"),
            (whole, part) => write!(f, "{whole} {part}/8"),
        }
    }
}

/// A scene on its pages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PageScene {
    /// Its number, where one is printed.
    pub number: Option<String>,
    /// Its heading without marks.
    pub heading: String,
    /// Where the heading stands in the source.
    pub at: usize,
    /// The page it begins on, an index.
    pub page: usize,
    /// Its row there.
    pub row: usize,
    /// How long it is.
    pub length: Eighths,
}

/// An entry of the outline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OutlineEntry {
    /// 1 and more: how deep it stands; a scene is one deeper than the section it is in.
    pub depth: u8,
    /// What it says.
    pub title: String,
    /// The page, an index.
    pub page: usize,
    /// How far down the page, in tenths of a point.
    pub y: i32,
}

/// A laid-out script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pages {
    /// The paper and the body of text on it.
    pub sheet: Sheet,
    /// The title page, if there is one.
    pub title: Option<Page>,
    /// The pages of the script.
    pub pages: Vec<Page>,
    /// The scenes, in order.
    pub scenes: Vec<PageScene>,
    /// Sections and scenes.
    pub outline: Vec<OutlineEntry>,
    /// How long the script is: full pages, and what is used of the last.
    pub length: Eighths,
    /// Large and grey across each page; empty for none.
    pub watermark: String,
    /// What the script says about itself.
    pub about: TitleFields,
    /// The language the text is set in.
    pub language: crate::Language,
}

/// A page of an issued script that keeps its beginning and its number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockedStart {
    /// Where it begins in the source, in bytes.
    pub at: usize,
    /// Its number. What grows past it goes on pages with letters behind: `12A`.
    pub label: String,
}

/// What is known about the revision that is printed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RevisionLayer {
    /// What was changed, in bytes of the source, in order and apart. An empty range marks the line
    /// it stands in: something was taken out there.
    pub changed: Vec<Range<usize>>,
    /// The mark beside changed lines; empty for `*`.
    pub mark: String,
    /// What stands at the head of changed pages, or of all where `everywhere`: `Blue Rev. 3/4/26`.
    pub header: String,
    /// Whether the header stands on unchanged pages too.
    pub everywhere: bool,
    /// Pages that are locked, in order.
    pub locked: Vec<LockedStart>,
}

/// Lays a script out.
pub fn lay_out(text: &str, options: &PageOptions) -> Pages {
    lay_out_revised(text, options, &RevisionLayer::default())
}

/// Lays a script out with marks of a revision and locked pages.
pub fn lay_out_revised(text: &str, options: &PageOptions, revision: &RevisionLayer) -> Pages {
    lay_out_elements(text, &fountain::parse(text), options, revision)
}

/// Lays out a script that is parsed already: `elements` are those of `text`.
pub fn lay_out_elements(
    text: &str,
    elements: &[Element],
    options: &PageOptions,
    revision: &RevisionLayer,
) -> Pages {
    let sheet = Sheet::of(options);
    let body = block::Body::new(options, sheet, &revision.locked);
    let mut composer = compose::Composer::new(text, options, body);
    composer.run(elements);
    let compose::Composer {
        mut body,
        scenes,
        sections,
        ..
    } = composer;
    let leaves = paginate::paginate(&mut body);
    let fields = title::fields(text, elements);
    let placed = place::place(text, &body, &leaves, &scenes, &sections, revision);
    Pages {
        sheet,
        title: options
            .title_page
            .then(|| title::page(&fields, options, sheet))
            .flatten(),
        pages: placed.pages,
        scenes: placed.scenes,
        outline: placed.outline,
        length: placed.length,
        watermark: options.watermark.trim().to_owned(),
        about: title::about(&fields),
        language: options.language,
    }
}
