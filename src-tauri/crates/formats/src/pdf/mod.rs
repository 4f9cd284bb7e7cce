//! Pages of a screenplay as PDF.
//!
//! The fonts ship with the program and only what is used of them goes into the file: Courier Prime
//! in four faces, and Inkstone Song (a Chinese serif cut to GB 2312) in two. What they lack is
//! taken from the fonts that the caller found for [`missing`]. A character that no font has is
//! drawn as its number, `U+` left out, and named in the [`PdfReport`].
//!
//! The same pages, fonts and date give the same bytes.
//!
//! Lines that run from right to left, or in part, are drawn in the order they are read in; the lines
//! of a paragraph go by its first. The file is tagged: headings, paragraphs and tables are told apart,
//! and what is printed around them is marked as such, for those who hear a page.
//!
//! Left out: colours of fonts (emoji are drawn as outlines, if a font has them, and what is joined of
//! several as its parts), and the right edge: what runs from right to left begins where its column
//! does.

mod bidi;
mod draw;
mod fonts;
mod tags;

use std::collections::BTreeSet;

use inkstone_manuscript::pages::{OutlineEntry, Page, Pages};
use krilla::{
    Document,
    destination::XyzDestination,
    geom::Point,
    metadata::{DateTime, Metadata},
    outline::{Outline, OutlineNode},
    page::{PageLabel, PageSettings},
};

pub use fonts::FontFile;
pub(crate) use tags::Role;

use crate::FormatError;

/// Pages past this are refused: a script of this length is a mistake.
pub const MOST_PAGES: usize = 5_000;

/// When a file is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PdfDate {
    /// 2026.
    pub year: u16,
    /// 1 to 12.
    pub month: u8,
    /// 1 to 31.
    pub day: u8,
}

/// What a file says about itself besides its pages.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PdfInfo {
    /// The title, where the script has none.
    pub title: String,
    /// When it is made; left out where it is not known.
    pub date: Option<PdfDate>,
}

/// A character that the fonts we ship do not have.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fallback {
    /// The character.
    pub character: char,
    /// The font that it is set in; `None` where it is drawn as its number.
    pub font: Option<String>,
}

/// How it went.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PdfReport {
    /// Pages, the title page included.
    pub pages: usize,
    /// The characters that needed another font, in order.
    pub fallbacks: Vec<Fallback>,
}

impl PdfReport {
    /// The characters that no font has.
    pub fn missing(&self) -> impl Iterator<Item = char> {
        let without = self.fallbacks.iter().filter(|f| f.font.is_none());
        without.map(|f| f.character)
    }
}

/// A file and how it went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pdf {
    /// The file.
    pub bytes: Vec<u8>,
    /// How it went.
    pub report: PdfReport,
}

/// The characters of these pages that the fonts we ship do not have, in order.
pub fn missing(pages: &Pages) -> Vec<char> {
    let shipped = fonts::Shipped::new();
    let mut found = BTreeSet::new();
    let lines = all(pages).flat_map(|page| &page.lines);
    for run in lines.flat_map(|line| &line.runs) {
        found.extend(run.text.chars().filter(|c| !shipped.has(*c)));
    }
    found.extend(pages.watermark.chars().filter(|c| !shipped.has(*c)));
    found.into_iter().collect()
}

/// A line across a page. Lengths are tenths of a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rule {
    pub x: i32,
    pub y: i32,
    pub width: i32,
    pub weight: i32,
    /// 0 is black, 255 white.
    pub grey: u8,
}

/// What pages that are no script have besides their lines, page by page.
#[derive(Debug, Clone, Default)]
pub(crate) struct Setting {
    pub rules: Vec<Vec<Rule>>,
    /// What each line is; where there is none, what it would be in a script.
    pub roles: Vec<Vec<Role>>,
}

/// Writes pages. `extra` are fonts for what is [`missing`], the first that has a character wins.
///
/// # Errors
/// [`FormatError::TooLarge`] past [`MOST_PAGES`], [`FormatError::Pdf`] where a font cannot be
/// embedded.
pub fn write(pages: &Pages, info: &PdfInfo, extra: &[FontFile]) -> Result<Pdf, FormatError> {
    write_set(pages, info, extra, &Setting::default())
}

/// Writes pages with rules on them.
///
/// # Errors
/// As [`write`].
pub(crate) fn write_set(
    pages: &Pages,
    info: &PdfInfo,
    extra: &[FontFile],
    setting: &Setting,
) -> Result<Pdf, FormatError> {
    let count = all(pages).count();
    if count > MOST_PAGES {
        return Err(FormatError::TooLarge {
            bytes: count,
            limit: MOST_PAGES,
        });
    }
    let mut document = Document::new();
    let mut painter = draw::Painter::new(pages, extra)?;
    let (width, height) = (points(pages.sheet.width), points(pages.sheet.height));
    let mut tagger = tags::Tagger::default();
    for (index, page) in all(pages).enumerate() {
        let label = (!page.label.is_empty()).then(|| page.label.clone());
        let settings = PageSettings::from_wh(width, height)
            .ok_or_else(|| FormatError::Pdf("no such paper".into()))?
            .with_page_label(PageLabel::new(None, label, None));
        let mut sheet = document.start_page_with(settings);
        let mut surface = sheet.surface();
        let rules = setting.rules.get(index).map_or(&[][..], Vec::as_slice);
        let roles = setting.roles.get(index).map_or(&[][..], Vec::as_slice);
        painter.page(&mut surface, page, rules, roles, &mut tagger);
        surface.finish();
        sheet.finish();
    }
    if count == 0 {
        // A file without pages cannot be opened.
        let settings = PageSettings::from_wh(width, height)
            .ok_or_else(|| FormatError::Pdf("no such paper".into()))?;
        document.start_page_with(settings).finish();
    }
    document.set_tag_tree(tagger.tree(pages.language.tag()));
    document.set_metadata(metadata(pages, info));
    let before = usize::from(pages.title.is_some());
    if !pages.outline.is_empty() {
        document.set_outline(outline(&pages.outline, before));
    }
    let mut bytes = document
        .finish()
        .map_err(|error| FormatError::Pdf(format!("{error:?}")))?;
    without_suspects(&mut bytes);
    Ok(Pdf {
        bytes,
        report: PdfReport {
            pages: count.max(1),
            fallbacks: painter.fallbacks(),
        },
    })
}

/// Blanks the entry of the catalog that says no tags are doubtful, which is so without it: readers
/// built on Poppler take the word `false` there for a mistake and complain.
fn without_suspects(bytes: &mut [u8]) {
    const NAME: &[u8] = b"/MarkInfo";
    const ENTRY: &[u8] = b"/Suspects false";
    let info = bytes.windows(NAME.len()).rposition(|found| found == NAME);
    let Some(info) = info else { return };
    let end = bytes.len().min(info + 100);
    let entry = bytes[info..end]
        .windows(ENTRY.len())
        .position(|found| found == ENTRY);
    if let Some(entry) = entry {
        bytes[info + entry..info + entry + ENTRY.len()].fill(b' ');
    }
}

fn all(pages: &Pages) -> impl Iterator<Item = &Page> {
    pages.title.iter().chain(&pages.pages)
}

/// Tenths of a point as points.
#[expect(clippy::cast_precision_loss, reason = "lengths on a page are small")]
fn points(tenths: i32) -> f32 {
    tenths as f32 / 10.0
}

fn metadata(pages: &Pages, info: &PdfInfo) -> Metadata {
    let own = pages.about.title.trim();
    let title = if own.is_empty() {
        info.title.trim()
    } else {
        own
    };
    let mut metadata = Metadata::new()
        .language(pages.language.tag().to_owned())
        .creator("Inkstone".to_owned())
        .producer("Inkstone".to_owned());
    if !title.is_empty() {
        metadata = metadata.title(title.to_owned());
    }
    if !pages.about.authors.is_empty() {
        metadata = metadata.authors(pages.about.authors.clone());
    }
    if let Some(date) = info.date {
        let date = DateTime::new(date.year).month(date.month).day(date.day);
        metadata = metadata.creation_date(date);
    }
    metadata
}

/// The entries as a tree; an entry belongs to the last one before it that is less deep.
fn outline(entries: &[OutlineEntry], before: usize) -> Outline {
    let mut root = Outline::new();
    let mut open: Vec<(u8, OutlineNode)> = Vec::new();
    let mut close = |open: &mut Vec<(u8, OutlineNode)>, depth: u8| {
        while open.last().is_some_and(|(last, _)| *last >= depth) {
            let Some((_, node)) = open.pop() else { break };
            match open.last_mut() {
                Some((_, parent)) => parent.push_child(node),
                None => root.push_child(node),
            }
        }
    };
    for entry in entries {
        close(&mut open, entry.depth);
        let place = Point::from_xy(0.0, points((entry.y - 120).max(0)));
        let title = if entry.title.is_empty() {
            "…".to_owned()
        } else {
            entry.title.clone()
        };
        let node = OutlineNode::new(title, XyzDestination::new(entry.page + before, place));
        open.push((entry.depth, node.with_open(entry.depth == 1)));
    }
    close(&mut open, 0);
    root
}
