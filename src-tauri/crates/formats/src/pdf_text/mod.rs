//! The text of a PDF, as it stands on its pages, and the script in it.
//!
//! Letters are taken from their places: what stands on one height is a line, the distance from the
//! left edge becomes an indent of spaces (ten columns an inch, as on a script page), a page ends
//! with a form feed. What a tagged file marks as standing around the text (headers, page numbers) and
//! what is turned (watermarks) is left out. The lines are then read as any plain script is ([`crate::script_text`]). Chinese
//! needs the font's own map to Unicode; a file without one, an encrypted file and a scan are said
//! to be such. PDF 1.7, ISO 32000-1, chapters 7 and 9.

mod fonts;
mod objects;

use std::collections::{HashMap, HashSet};

use fonts::Font;
use objects::{Dictionary, File, Object, Reader};

use crate::{FormatError, import::Imported, script_text};

/// The largest file that is read: 100 MiB.
pub const MOST_BYTES: usize = 100 << 20;
/// How many pages are read.
const MOST_PAGES: usize = 3_000;
/// How many letters are read.
const MOST_LETTERS: usize = 8_000_000;
/// How many bytes of drawing are read, forms counted each time they are drawn.
const MOST_DRAWING: usize = 400 << 20;
/// How deep forms may lie in each other.
const MOST_DEPTH: usize = 8;
/// A column in points: Courier 12.
const COLUMN: f64 = 7.2;

/// Reads the script in a PDF.
///
/// # Errors
/// [`FormatError::TooLarge`]; [`FormatError::NotThis`] for a file that is no PDF, that is encrypted,
/// or that has no text that can be read.
pub fn read(bytes: &[u8]) -> Result<Imported, FormatError> {
    Ok(script_text::read_layout(&text(bytes)?, "pdf"))
}

/// Whether bytes are a PDF.
pub(crate) fn recognises(bytes: &[u8]) -> bool {
    objects::find(&bytes[..bytes.len().min(1_024)], b"%PDF-").is_some()
}

/// The text of all pages.
///
/// # Errors
/// As [`read`].
pub fn text(bytes: &[u8]) -> Result<String, FormatError> {
    let wrong = |detail: &str| FormatError::NotThis {
        format: "PDF",
        detail: detail.to_owned(),
    };
    if bytes.len() > MOST_BYTES {
        return Err(FormatError::TooLarge {
            bytes: bytes.len(),
            limit: MOST_BYTES,
        });
    }
    if !recognises(bytes) {
        return Err(wrong("it does not begin like one"));
    }
    let file = File::of(bytes);
    if file.encrypted {
        return Err(wrong("it is encrypted"));
    }
    let pages = pages(&file);
    let mut out = String::new();
    let mut reading = Reading::default();
    for (index, page) in pages.iter().enumerate() {
        reading.letters.clear();
        reading.marks.clear();
        reading.page(&file, page);
        if index > 0 {
            out.push('\u{c}');
        }
        lines(&mut reading.letters, &mut out);
        if reading.read > MOST_LETTERS {
            break;
        }
    }
    let unreadable = out.matches('\u{fffd}').count();
    let letters = out.chars().filter(|c| c.is_alphanumeric()).count();
    if letters == 0 {
        return Err(wrong("there is no text in it; it may be a scan"));
    }
    if unreadable > letters {
        return Err(wrong("its fonts do not say which letters they show"));
    }
    Ok(out)
}

/// A page with the resources it inherits.
struct Page<'a> {
    contents: Option<&'a Object>,
    resources: Option<&'a Dictionary>,
}

fn pages<'a>(file: &'a File) -> Vec<Page<'a>> {
    let mut found = Vec::new();
    let mut seen = HashSet::new();
    for (_, catalog) in file.of_type("Catalog").into_iter().rev() {
        if let Some(root) = catalog.get("Pages") {
            walk(file, root, None, &mut seen, &mut found, 0);
        }
        if !found.is_empty() {
            break;
        }
    }
    if found.is_empty() {
        // A damaged file: the pages in the order of their numbers.
        for (_, page) in file.of_type("Page") {
            found.push(Page {
                contents: page.get("Contents"),
                resources: file.dictionary(page.get("Resources")),
            });
        }
    }
    found.truncate(MOST_PAGES);
    found
}

fn walk<'a>(
    file: &'a File,
    node: &'a Object,
    inherited: Option<&'a Dictionary>,
    seen: &mut HashSet<u32>,
    found: &mut Vec<Page<'a>>,
    depth: usize,
) {
    if let Object::Reference(id) = node
        && !seen.insert(*id)
    {
        return;
    }
    let Some(dictionary) = file.dictionary(Some(node)) else {
        return;
    };
    if depth > 40 || found.len() >= MOST_PAGES {
        return;
    }
    let resources = file.dictionary(dictionary.get("Resources")).or(inherited);
    let kids = file.array(dictionary.get("Kids"));
    if kids.is_empty() {
        found.push(Page {
            contents: dictionary.get("Contents"),
            resources,
        });
    }
    for kid in kids {
        walk(file, kid, resources, seen, found, depth + 1);
    }
}

/// A letter on a page.
struct Letter {
    x: f64,
    y: f64,
    width: f64,
    text: String,
    /// Whether it is marked as no part of the text.
    aside: bool,
    /// Whether it does not stand upright.
    turned: bool,
}

type Matrix = [f64; 6];

const STILL: Matrix = [1.0, 0.0, 0.0, 1.0, 0.0, 0.0];

fn times(a: Matrix, b: Matrix) -> Matrix {
    [
        a[0] * b[0] + a[1] * b[2],
        a[0] * b[1] + a[1] * b[3],
        a[2] * b[0] + a[3] * b[2],
        a[2] * b[1] + a[3] * b[3],
        a[4] * b[0] + a[5] * b[2] + b[4],
        a[4] * b[1] + a[5] * b[3] + b[5],
    ]
}

#[derive(Clone)]
struct State {
    page: Matrix,
    font: Option<usize>,
    size: f64,
    letter_space: f64,
    word_space: f64,
    leading: f64,
    stretch: f64,
    rise: f64,
}

#[derive(Default)]
struct Reading {
    letters: Vec<Letter>,
    fonts: Vec<Font>,
    known: HashMap<usize, usize>,
    read: usize,
    drawn: usize,
    /// The marked parts that are open, and whether each stands around the text.
    marks: Vec<bool>,
}

impl Reading {
    fn page(&mut self, file: &File, page: &Page) {
        let mut content = Vec::new();
        match page.contents {
            Some(contents @ Object::Reference(_)) => match file.stream_of(contents) {
                Some(bytes) => content = bytes,
                None => {
                    for part in file.array(Some(contents)) {
                        content.extend(file.stream_of(part).unwrap_or_default());
                        content.push(b'\n');
                    }
                }
            },
            Some(Object::Array(parts)) => {
                for part in parts {
                    content.extend(file.stream_of(part).unwrap_or_default());
                    content.push(b'\n');
                }
            }
            _ => {}
        }
        let state = State {
            page: STILL,
            font: None,
            size: 12.0,
            letter_space: 0.0,
            word_space: 0.0,
            leading: 0.0,
            stretch: 1.0,
            rise: 0.0,
        };
        self.content(file, &content, page.resources, state, 0);
    }

    fn font(&mut self, file: &File, resources: Option<&Dictionary>, name: &str) -> Option<usize> {
        let fonts = file.dictionary(resources?.get("Font"))?;
        let dictionary = file.dictionary(fonts.get(name))?;
        let key = std::ptr::from_ref(dictionary) as usize;
        if let Some(known) = self.known.get(&key) {
            return Some(*known);
        }
        self.fonts.push(Font::of(file, dictionary));
        self.known.insert(key, self.fonts.len() - 1);
        Some(self.fonts.len() - 1)
    }

    fn content(
        &mut self,
        file: &File,
        content: &[u8],
        resources: Option<&Dictionary>,
        mut state: State,
        depth: usize,
    ) {
        // A form that draws itself twice at each level would take for ever.
        self.drawn = self.drawn.saturating_add(content.len() + 4_096);
        if self.drawn > MOST_DRAWING {
            return;
        }
        let mut reader = Reader::new(content);
        let mut stack: Vec<State> = Vec::new();
        let mut operands: Vec<Object> = Vec::new();
        let (mut text, mut line) = (STILL, STILL);
        while let Some(object) = reader.next() {
            let Object::Word(word) = object else {
                // No operator takes so many.
                if operands.len() < 64 {
                    operands.push(object);
                }
                continue;
            };
            let number = |at: usize| match operands.get(at) {
                Some(Object::Number(number)) => *number,
                _ => 0.0,
            };
            let matrix = || [0, 1, 2, 3, 4, 5].map(number);
            match word.as_str() {
                "q" if stack.len() < 512 => stack.push(state.clone()),
                "Q" => {
                    if let Some(before) = stack.pop() {
                        state = before;
                    }
                }
                "cm" => state.page = times(matrix(), state.page),
                "BT" => (text, line) = (STILL, STILL),
                "Tf" => {
                    if let Some(Object::Name(name)) = operands.first() {
                        state.font = self.font(file, resources, name);
                    }
                    state.size = number(1);
                }
                "Tc" => state.letter_space = number(0),
                "Tw" => state.word_space = number(0),
                "TL" => state.leading = number(0),
                "Tz" => state.stretch = number(0) / 100.0,
                "Ts" => state.rise = number(0),
                "Td" | "TD" => {
                    if word == "TD" {
                        state.leading = -number(1);
                    }
                    line = times([1.0, 0.0, 0.0, 1.0, number(0), number(1)], line);
                    text = line;
                }
                "Tm" => {
                    line = matrix();
                    text = line;
                }
                "T*" => {
                    line = times([1.0, 0.0, 0.0, 1.0, 0.0, -state.leading], line);
                    text = line;
                }
                "Tj" | "'" | "\"" => {
                    if word != "Tj" {
                        line = times([1.0, 0.0, 0.0, 1.0, 0.0, -state.leading], line);
                        text = line;
                    }
                    if word == "\"" {
                        state.word_space = number(0);
                        state.letter_space = number(1);
                    }
                    if let Some(Object::Text(bytes)) = operands.last() {
                        self.show(bytes, &state, &mut text);
                    }
                }
                "TJ" => {
                    if let Some(Object::Array(items)) = operands.last() {
                        for item in items {
                            match item {
                                Object::Text(bytes) => self.show(bytes, &state, &mut text),
                                Object::Number(back) => {
                                    let step = -back / 1_000.0 * state.size * state.stretch;
                                    text = times([1.0, 0.0, 0.0, 1.0, step, 0.0], text);
                                }
                                _ => {}
                            }
                        }
                    }
                }
                "BMC" | "BDC" if self.marks.len() < 512 => {
                    let name = operands.first();
                    let aside = matches!(name, Some(Object::Name(name)) if name == "Artifact");
                    self.marks.push(aside);
                }
                "EMC" => {
                    self.marks.pop();
                }
                "Do" if depth < MOST_DEPTH => {
                    self.form(file, &operands, resources, &state, depth);
                }
                "BI" => {
                    // A picture in the line: its bytes are no operators.
                    let rest = &content[reader.at.min(content.len())..];
                    reader.at += objects::find(rest, b"EI").map_or(rest.len(), |at| at + 2);
                }
                _ => {}
            }
            operands.clear();
            if self.read > MOST_LETTERS {
                return;
            }
        }
    }

    fn form(
        &mut self,
        file: &File,
        operands: &[Object],
        resources: Option<&Dictionary>,
        state: &State,
        depth: usize,
    ) {
        let Some(Object::Name(name)) = operands.first() else {
            return;
        };
        let Some(object) = resources
            .and_then(|resources| file.dictionary(resources.get("XObject")))
            .and_then(|forms| forms.get(name))
        else {
            return;
        };
        let Some(form) = file.dictionary(Some(object)) else {
            return;
        };
        if file.name(form.get("Subtype")) != Some("Form") {
            return;
        }
        let Some(content) = file.stream_of(object) else {
            return;
        };
        let mut state = state.clone();
        let matrix = file.array(form.get("Matrix"));
        if matrix.len() == 6 {
            let at = |index: usize| file.number(matrix.get(index)).unwrap_or(0.0);
            state.page = times([0, 1, 2, 3, 4, 5].map(at), state.page);
        }
        let own = file.dictionary(form.get("Resources")).or(resources);
        self.content(file, &content, own, state, depth + 1);
    }

    fn show(&mut self, bytes: &[u8], state: &State, text: &mut Matrix) {
        let Some(font) = state.font.and_then(|font| self.fonts.get(font)) else {
            return;
        };
        let aside = self.marks.contains(&true);
        for glyph in font.glyphs(bytes) {
            let place = times(
                [1.0, 0.0, 0.0, 1.0, 0.0, state.rise],
                times(*text, state.page),
            );
            let mut step = glyph.width / 1_000.0 * state.size + state.letter_space;
            if glyph.space {
                step += state.word_space;
            }
            step *= state.stretch;
            let whole = times(*text, state.page);
            let width = step * (whole[0] * whole[0] + whole[1] * whole[1]).sqrt();
            self.read += 1;
            if place[4].is_finite() && place[5].is_finite() && width.is_finite() {
                self.letters.push(Letter {
                    x: place[4],
                    y: place[5],
                    width,
                    text: glyph.text,
                    aside,
                    turned: whole[1].abs() > whole[0].abs() * 0.1,
                });
            }
            *text = times([1.0, 0.0, 0.0, 1.0, step, 0.0], *text);
        }
    }
}

/// Writes letters as lines, from the top down.
fn lines(letters: &mut Vec<Letter>, out: &mut String) {
    // A page on which most is turned, or marked so, is no page with a watermark.
    let most =
        |what: fn(&Letter) -> bool| letters.iter().filter(|l| what(l)).count() * 2 > letters.len();
    let (turned, marked) = (most(|letter| letter.turned), most(|letter| letter.aside));
    letters.retain(|letter| turned || !letter.turned);
    letters.sort_by(|a, b| b.y.total_cmp(&a.y));
    let mut rest = std::mem::take(letters);
    let mut rows: Vec<Vec<Letter>> = Vec::new();
    for letter in rest.drain(..) {
        match rows.last_mut() {
            // Small steps up and down are one line.
            Some(row) if row.first().is_some_and(|first| first.y - letter.y < 4.0) => {
                row.push(letter);
            }
            _ => rows.push(vec![letter]),
        }
    }
    rows.retain(|row| marked || is_text(row));
    let mut before: Option<f64> = None;
    let usual = usual_gap(&rows);
    for mut row in rows {
        let y = row.first().map_or(0.0, |first| first.y);
        if let Some(before) = before {
            let gap = before - y;
            let blank = gap > usual * 1.6;
            out.push('\n');
            if blank {
                out.push('\n');
            }
        }
        row.sort_by(|a, b| a.x.total_cmp(&b.x));
        let mut line = String::new();
        let mut end: Option<f64> = None;
        let mut last: Option<(f64, String)> = None;
        for letter in row {
            // A letter printed twice at one place is bold.
            if last
                .as_ref()
                .is_some_and(|(x, text)| (letter.x - x).abs() < 1.0 && *text == letter.text)
            {
                continue;
            }
            match end {
                None => line.push_str(&" ".repeat(columns(letter.x))),
                Some(end) => {
                    let gap = letter.x - end;
                    if gap > COLUMN * 1.7 {
                        line.push_str(&" ".repeat(columns(gap).max(3)));
                    } else if gap > letter.width.max(2.0) * 0.28 && !line.ends_with(' ') {
                        line.push(' ');
                    }
                }
            }
            end = Some(letter.x + letter.width);
            last = Some((letter.x, letter.text.clone()));
            line.push_str(&letter.text);
        }
        out.push_str(line.trim_end());
        before = Some(y);
    }
    out.push('\n');
}

/// Whether anything of a row is text, or says that a speech goes on. Scene numbers stand beside their
/// heading.
fn is_text(row: &[Letter]) -> bool {
    let blank = |letter: &Letter| letter.text.trim().is_empty();
    if row.iter().any(|letter| !letter.aside && !blank(letter)) {
        return true;
    }
    let mut sorted: Vec<&Letter> = row.iter().filter(|letter| !blank(letter)).collect();
    sorted.sort_by(|a, b| a.x.total_cmp(&b.x));
    let said: String = sorted.iter().map(|letter| letter.text.as_str()).collect();
    script_text::says_more(&said)
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "bounded"
)]
fn columns(points: f64) -> usize {
    (points / COLUMN).round().clamp(0.0, 200.0) as usize
}

/// The distance between lines of one paragraph: the most common small one.
fn usual_gap(rows: &[Vec<Letter>]) -> f64 {
    let mut counts: HashMap<i64, usize> = HashMap::new();
    for pair in rows.windows(2) {
        if let (Some(a), Some(b)) = (pair[0].first(), pair[1].first()) {
            let gap = a.y - b.y;
            if (5.0..40.0).contains(&gap) {
                #[allow(clippy::cast_possible_truncation, reason = "between 5 and 40")]
                let key = (gap * 2.0).round() as i64;
                *counts.entry(key).or_default() += 1;
            }
        }
    }
    // Paragraphs of one line each make the gap between paragraphs the most common.
    let smallest = counts.keys().copied().min().unwrap_or(24);
    #[allow(clippy::cast_precision_loss, reason = "small")]
    let usual = smallest as f64 / 2.0;
    usual.clamp(6.0, 24.0)
}

#[cfg(test)]
mod tests;
