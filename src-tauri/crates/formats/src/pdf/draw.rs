//! Lines on a page.

use std::{collections::BTreeMap, ops::Range};

use inkstone_manuscript::pages::{
    Letter, Line, LineKind, Page, Pages,
    measure::{EM, is_shaped},
};
use krilla::{
    color::luma,
    geom::{PathBuilder, Point, Rect, Transform},
    num::NormalizedF32,
    paint::{Fill, FillRule},
    surface::Surface,
    tagging::{Artifact, ArtifactType, ContentTag},
    text::{Font, GlyphId, KrillaGlyph},
};
use rustybuzz::{Direction, Face as Shaper, UnicodeBuffer};
use unicode_bidi::Level;

use super::{
    Fallback, FontFile, Role, Rule, bidi,
    fonts::{FIRST_EXTRA, FIRST_SONG, Faces, Shipped, is_silent},
    points,
    tags::Tagger,
};
use crate::FormatError;

/// Draws pages with the fonts of one file.
pub(super) struct Painter<'a> {
    pages: &'a Pages,
    faces: Faces,
    shipped: Shipped,
    /// The fonts of characters that need others than those that ship.
    found: BTreeMap<char, Option<String>>,
}

/// What a piece of a line is drawn with.
#[derive(Clone, Copy, PartialEq, Eq)]
enum With {
    /// A font, one glyph a character.
    Font(usize),
    /// A font, shaped: letters that join, or run from right to left.
    Shaped(usize),
    /// Nothing has it: its number.
    Number,
    /// Nothing is drawn.
    Nothing,
}

/// Letters of a line that are drawn at once.
struct Piece {
    letters: Range<usize>,
    with: With,
    level: Level,
}

impl<'a> Painter<'a> {
    pub fn new(pages: &'a Pages, extra: &[FontFile]) -> Result<Self, FormatError> {
        let mut faces = Faces::new(extra);
        // Broken fonts would show here, before anything is drawn.
        for number in 0..FIRST_EXTRA {
            faces.get(number)?;
        }
        Ok(Self {
            pages,
            faces,
            shipped: Shipped::new(),
            found: BTreeMap::new(),
        })
    }

    pub fn fallbacks(self) -> Vec<Fallback> {
        let found = self.found.into_iter();
        found
            .map(|(character, font)| Fallback { character, font })
            .collect()
    }

    pub fn page(
        &mut self,
        surface: &mut Surface,
        page: &Page,
        rules: &[Rule],
        roles: &[Role],
        tagger: &mut Tagger,
    ) {
        let aside = || ContentTag::Artifact(Artifact::with_kind(ArtifactType::PaginationOther));
        if !self.pages.watermark.is_empty() && !page.label.is_empty() {
            surface.start_tagged(aside());
            self.watermark(surface);
            surface.end_tagged();
        }
        if !rules.is_empty() {
            surface.start_tagged(aside());
            for rule in rules {
                draw_rule(surface, *rule);
            }
            surface.end_tagged();
        }
        surface.set_fill(Some(shade(0)));
        // The paragraph that goes on: what it is, where its last line stands, its direction.
        let mut paragraph: Option<(LineKind, i32, Option<Level>)> = None;
        for (index, line) in page.lines.iter().enumerate() {
            let grey = match line.kind {
                LineKind::Header | LineKind::Footer => 110,
                LineKind::Note | LineKind::Synopsis | LineKind::Section => 100,
                _ => 0,
            };
            if grey > 0 {
                surface.set_fill(Some(shade(grey)));
            }
            let role = roles.get(index).copied().unwrap_or_else(|| Role::of(line));
            let text = line.text();
            // What is drawn in another order or as numbers is said in words.
            let said = (!self.is_plain(&text)).then_some(text.as_str());
            tagger.begin(surface, line, role, said);
            let base = match paragraph {
                Some((kind, y, base)) if kind == line.kind && follows(y, line) => base,
                _ => bidi::base(&text),
            };
            paragraph = Some((line.kind, line.y, base));
            self.line(surface, line, base);
            surface.end_tagged();
            if grey > 0 {
                surface.set_fill(Some(shade(0)));
            }
        }
        tagger.turn();
    }

    /// Whether a line is drawn letter by letter with the fonts that ship.
    fn is_plain(&mut self, text: &str) -> bool {
        text.is_ascii() || text.chars().all(|c| self.shipped.has(c) && !is_silent(c))
    }

    fn line(&mut self, surface: &mut Surface, line: &Line, base: Option<Level>) {
        let letters = line.letters(self.pages.language);
        let text = line.text();
        let levels = bidi::levels(&text, base);
        let level = |letter: &Letter| {
            let levels = levels.as_deref().unwrap_or_default();
            levels.get(letter.at).copied().unwrap_or(Level::ltr())
        };
        let mut pieces: Vec<Piece> = Vec::new();
        let mut at = 0;
        while at < letters.len() {
            let with = self.choose(&letters[at]);
            let first = letters[at];
            let mut end = at + 1;
            while let Some(letter) = letters.get(end) {
                // A space inside of a shaped run belongs to it where the run goes on behind.
                let joins = matches!(with, With::Shaped(_))
                    && letter.character == ' '
                    && letters
                        .get(end + 1)
                        .is_some_and(|next| self.choose(next) == with);
                let same = letter.face == first.face
                    && level(letter) == level(&first)
                    && (joins || self.choose(letter) == with);
                if !same {
                    break;
                }
                end += 1;
            }
            pieces.push(Piece {
                letters: at..end,
                with,
                level: level(&first),
            });
            at = end;
        }
        if levels.is_some() {
            self.reordered(surface, line, &text, &letters, &pieces);
            return;
        }
        for Piece {
            letters: range,
            with,
            ..
        } in pieces
        {
            let next = letters.get(range.end);
            self.dressed(surface, line, &text, &letters[range], next, with, false);
        }
    }

    /// Draws a line whose pieces stand in another order than they are written in.
    fn reordered(
        &mut self,
        surface: &mut Surface,
        line: &Line,
        text: &str,
        letters: &[Letter],
        pieces: &[Piece],
    ) {
        let levels: Vec<Level> = pieces.iter().map(|piece| piece.level).collect();
        let mut x = letters.first().map_or(line.x, |letter| letter.x);
        for index in bidi::visual(&levels) {
            let Piece {
                letters: range,
                with,
                level,
            } = &pieces[index];
            let back = level.is_rtl();
            let mut placed = letters[range.clone()].to_vec();
            // Shaped letters take the room they need; what they leave would be a hole in the line.
            if let With::Shaped(number) = with {
                let room: i32 = placed.iter().map(|letter| letter.advance).sum();
                let natural = self.natural(*number, text, &placed, line.size, back);
                let width = natural.map_or(room, |natural| natural.min(room));
                share(&mut placed, x, width);
                self.dressed(surface, line, text, &placed, None, *with, back);
                x += width;
                continue;
            }
            if back {
                placed.reverse();
            }
            for letter in &mut placed {
                letter.x = x;
                x += letter.advance;
                if back {
                    letter.character = bidi::mirrored(letter.character);
                }
            }
            if back {
                // Each by itself: in the text they stand the other way.
                for letter in placed {
                    self.dressed(surface, line, text, &[letter], None, *with, false);
                }
            } else {
                self.dressed(surface, line, text, &placed, None, *with, false);
            }
        }
    }

    /// How wide letters are when they are shaped, in tenths of a point.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "lengths on a page are small"
    )]
    fn natural(
        &mut self,
        number: usize,
        text: &str,
        letters: &[Letter],
        size: i32,
        back: bool,
    ) -> Option<i32> {
        let (first, last) = (letters.first()?, letters.last()?);
        let said = text.get(first.at..last.at + last.character.len_utf8())?;
        let face = self.faces.get(number).ok()??;
        let (bytes, index) = face.reader.bytes();
        let (_, width) = shaped(bytes, index, said, back)?;
        Some((width * points(size) * 10.0).ceil() as i32)
    }

    /// A piece with its underline and dots.
    #[expect(clippy::too_many_arguments, reason = "what a piece is drawn with")]
    fn dressed(
        &mut self,
        surface: &mut Surface,
        line: &Line,
        text: &str,
        letters: &[Letter],
        next: Option<&Letter>,
        with: With,
        back: bool,
    ) {
        self.piece(surface, line, text, letters, next, with, back);
        let face = letters
            .first()
            .map(|letter| letter.face)
            .unwrap_or_default();
        if face.underline {
            underline(surface, line, letters);
        }
        if face.italic {
            dots(surface, line, letters);
        }
    }

    /// What a letter is drawn with.
    fn choose(&mut self, letter: &Letter) -> With {
        let c = letter.character;
        if c.is_control() || is_silent(c) {
            return With::Nothing;
        }
        let bold = usize::from(letter.face.bold);
        let courier = bold + 2 * usize::from(letter.face.italic);
        let song = FIRST_SONG + bold;
        let order = if letter.wide {
            [song, courier]
        } else {
            [courier, song]
        };
        for number in order {
            // A narrow letter of the Chinese font is better than none, a wide one of Courier is not.
            if let Ok(Some(face)) = self.faces.get(number)
                && face.glyph(c).is_some()
            {
                return With::Font(number);
            }
        }
        for number in FIRST_EXTRA..self.faces.count() {
            if let Ok(Some(face)) = self.faces.get(number)
                && face.glyph(c).is_some()
            {
                let name = face.name.clone();
                self.found.entry(c).or_insert(name);
                return if is_shaped(c) {
                    With::Shaped(number)
                } else {
                    With::Font(number)
                };
            }
        }
        self.found.entry(c).or_insert(None);
        With::Number
    }

    #[expect(clippy::too_many_arguments, reason = "what a piece is drawn with")]
    fn piece(
        &mut self,
        surface: &mut Surface,
        line: &Line,
        text: &str,
        letters: &[Letter],
        next: Option<&Letter>,
        with: With,
        back: bool,
    ) {
        let (Some(first), Some(last)) = (letters.first(), letters.last()) else {
            return;
        };
        let number = match with {
            With::Nothing => return,
            With::Number => {
                // A mark without room of its own would cover the number of its letter.
                for letter in letters.iter().filter(|letter| letter.advance > 0) {
                    self.number(surface, line, letter);
                }
                return;
            }
            With::Font(number) | With::Shaped(number) => number,
        };
        let sheet = self.pages.sheet;
        let Ok(Some(face)) = self.faces.get(number) else {
            return;
        };
        let tenths = if first.wide {
            sheet.han_size(line.size)
        } else {
            line.size
        };
        let size = points(tenths);
        // In the middle of its square.
        let inset = (line.size - tenths) / 2;
        let start = Point::from_xy(points(first.x + inset), points(line.y));
        let end = last.at + last.character.len_utf8();
        if matches!(with, With::Shaped(_)) {
            let said = &text[first.at..end];
            let room = points(last.x + last.advance - first.x);
            let (bytes, index) = face.reader.bytes();
            if let Some((glyphs, width)) = shaped(bytes, index, said, back) {
                let scale = if width * size > room && width > 0.0 {
                    room / (width * size)
                } else {
                    1.0
                };
                let font = face.font.clone();
                surface.draw_glyphs(start, &glyphs, font, said, size * scale, false);
            }
            return;
        }
        let foreign = number >= FIRST_EXTRA || (number >= FIRST_SONG && !first.wide);
        let font = face.font.clone();
        if foreign {
            for letter in letters {
                let Some((glyph, natural)) = face.glyph(letter.character) else {
                    continue;
                };
                draw_in_room(surface, line, letter, glyph, natural, font.clone());
            }
            return;
        }
        let mut glyphs = Vec::with_capacity(letters.len());
        for (index, letter) in letters.iter().enumerate() {
            let beside = |at: Option<usize>| {
                at.and_then(|at| letters.get(at))
                    .is_some_and(|l| l.wide && l.character == '—')
            };
            let in_dash = letter.wide
                && letter.character == '—'
                && (beside(index.checked_sub(1)) || beside(Some(index + 1)));
            // A Chinese dash is two characters long and has no gap.
            let drawn = if in_dash { '─' } else { letter.character };
            let Some((glyph, natural)) = face.glyph(drawn) else {
                continue;
            };
            // Courier's own width is a hair under 0.6 em; it is kept, so that nothing has to be
            // moved inside of a line.
            let following = letters.get(index + 1).or(next.filter(|n| n.wide));
            let advance = match following {
                Some(after) if letter.wide => points(after.x - letter.x) / size,
                _ if letter.advance == 0 => 0.0,
                _ => natural,
            };
            let range = letter.at - first.at..letter.at - first.at + letter.character.len_utf8();
            glyphs.push(KrillaGlyph::new(
                GlyphId::new(glyph),
                advance,
                0.0,
                0.0,
                0.0,
                range,
                None,
            ));
        }
        surface.draw_glyphs(start, &glyphs, font, &text[first.at..end], size, false);
    }

    /// A character as its number, in two rows of small digits.
    fn number(&mut self, surface: &mut Surface, line: &Line, letter: &Letter) {
        let digits = format!("{:04X}", u32::from(letter.character));
        let (upper, lower) = digits.split_at(digits.len() / 2);
        let Ok(Some(face)) = self.faces.get(0) else {
            return;
        };
        let room = points(letter.advance.max(EM / 2));
        let cells = lower.len().max(upper.len());
        #[expect(clippy::cast_precision_loss, reason = "at most three digits")]
        let size = (room / (cells as f32 * 0.62)).min(points(line.size) * 0.45);
        for (row, text) in [(0.42, upper), (0.0, lower)] {
            let start = Point::from_xy(points(letter.x), points(line.y) - row * points(line.size));
            let glyphs: Vec<KrillaGlyph> = text
                .char_indices()
                .filter_map(|(at, c)| {
                    let (glyph, advance) = face.glyph(c)?;
                    let range = at..at + 1;
                    Some(KrillaGlyph::new(
                        GlyphId::new(glyph),
                        advance,
                        0.0,
                        0.0,
                        0.0,
                        range,
                        None,
                    ))
                })
                .collect();
            surface.draw_glyphs(start, &glyphs, face.font.clone(), text, size, false);
        }
    }

    /// Along the diagonal, from the foot on the left to the head on the right.
    fn watermark(&mut self, surface: &mut Surface) {
        let text = &self.pages.watermark;
        let sheet = self.pages.sheet;
        let (width, height) = (points(sheet.width), points(sheet.height));
        let letters = Line {
            kind: LineKind::Header,
            runs: vec![inkstone_manuscript::pages::Run {
                text: text.clone(),
                face: inkstone_manuscript::pages::Face {
                    bold: true,
                    ..Default::default()
                },
            }],
            x: 0,
            y: 0,
            size: EM,
            stretch: 0,
            source: None,
        };
        let at_twelve = inkstone_manuscript::pages::measure::width(
            text,
            self.pages.language == inkstone_manuscript::Language::Chinese,
        );
        let diagonal = width.hypot(height) - 288.0;
        let size = (diagonal / points(at_twelve.max(1)) * 12.0).clamp(12.0, 160.0);
        let scale = size / 12.0;
        let wide = points(at_twelve) * scale;
        let angle = -(height / width).atan().to_degrees();
        surface.set_fill(Some(shade(228)));
        surface.push_transform(&Transform::from_translate(width / 2.0, height / 2.0));
        surface.push_transform(&Transform::from_rotate(angle));
        surface.push_transform(&Transform::from_translate(-wide / 2.0, size * 0.3));
        surface.push_transform(&Transform::from_scale(scale, scale));
        self.line(surface, &letters, None);
        for _ in 0..4 {
            surface.pop();
        }
    }
}

/// A glyph in the middle of its room, smaller where it is too wide.
fn draw_in_room(
    surface: &mut Surface,
    line: &Line,
    letter: &Letter,
    glyph: u32,
    natural: f32,
    font: Font,
) {
    let size = points(line.size);
    let room = points(letter.advance);
    let scale = if room > 0.0 && natural * size > room {
        room / (natural * size)
    } else {
        1.0
    };
    let x = points(letter.x) + ((room - natural * size * scale) / 2.0).max(0.0);
    let mut buffer = [0; 4];
    let text = letter.character.encode_utf8(&mut buffer);
    let glyphs = [KrillaGlyph::new(
        GlyphId::new(glyph),
        natural,
        0.0,
        0.0,
        0.0,
        0..text.len(),
        None,
    )];
    let start = Point::from_xy(x, points(line.y));
    surface.draw_glyphs(start, &glyphs, font, text, size * scale, false);
}

/// The glyphs of a run that is shaped, and its width in ems.
#[expect(clippy::cast_precision_loss, reason = "font units")]
fn shaped(bytes: &[u8], index: u32, text: &str, back: bool) -> Option<(Vec<KrillaGlyph>, f32)> {
    let shaper = Shaper::from_slice(bytes, index)?;
    let units = shaper.units_per_em() as f32;
    let mut buffer = UnicodeBuffer::new();
    buffer.push_str(text);
    if back {
        buffer.set_direction(Direction::RightToLeft);
    }
    buffer.guess_segment_properties();
    let output = rustybuzz::shape(&shaper, &[], buffer);
    let mut starts: Vec<usize> = output
        .glyph_infos()
        .iter()
        .map(|info| info.cluster as usize)
        .collect();
    starts.sort_unstable();
    starts.dedup();
    let mut width = 0.0;
    let mut glyphs = Vec::with_capacity(output.len());
    for (info, place) in output.glyph_infos().iter().zip(output.glyph_positions()) {
        let start = info.cluster as usize;
        let next = starts.partition_point(|found| *found <= start);
        let end = starts.get(next).copied().unwrap_or(text.len());
        let advance = place.x_advance as f32 / units;
        width += advance;
        glyphs.push(KrillaGlyph::new(
            GlyphId::new(info.glyph_id),
            advance,
            place.x_offset as f32 / units,
            place.y_offset as f32 / units,
            place.y_advance as f32 / units,
            start..end,
            None,
        ));
    }
    Some((glyphs, width))
}

/// Grey: 0 is black, 255 white.
fn shade(lightness: u8) -> Fill {
    Fill {
        paint: luma::Color::new(lightness).into(),
        opacity: NormalizedF32::ONE,
        rule: FillRule::NonZero,
    }
}

/// Whether a line stands right beneath one at `y`.
pub(super) fn follows(y: i32, line: &Line) -> bool {
    line.y > y && line.y - y < 2 * line.size
}

/// Gives letters that are drawn together a share of their room each.
fn share(letters: &mut [Letter], x: i32, width: i32) {
    let count = i32::try_from(letters.len()).unwrap_or(i32::MAX).max(1);
    for (nth, letter) in (0..).zip(letters) {
        letter.x = x + width * nth / count;
        letter.advance = width * (nth + 1) / count - width * nth / count;
    }
}

fn draw_rule(surface: &mut Surface, rule: Rule) {
    let (x, y) = (points(rule.x), points(rule.y));
    if let Some(rect) = Rect::from_xywh(x, y, points(rule.width), points(rule.weight)) {
        let mut path = PathBuilder::new();
        path.push_rect(rect);
        if let Some(path) = path.finish() {
            surface.set_fill(Some(shade(rule.grey)));
            surface.draw_path(&path);
        }
    }
}

fn underline(surface: &mut Surface, line: &Line, letters: &[Letter]) {
    let (Some(first), Some(last)) = (letters.first(), letters.last()) else {
        return;
    };
    let size = points(line.size);
    let wide = points(last.x + last.advance - first.x);
    let down = if letters.iter().any(|letter| letter.wide) {
        0.2
    } else {
        0.13
    };
    let top = points(line.y) + size * down;
    if let Some(rect) = Rect::from_xywh(points(first.x), top, wide, size * 0.05) {
        let mut path = PathBuilder::new();
        path.push_rect(rect);
        if let Some(path) = path.finish() {
            surface.draw_path(&path);
        }
    }
}

/// Han characters are never slanted: a dot beneath each says the same (着重号).
fn dots(surface: &mut Surface, line: &Line, letters: &[Letter]) {
    let size = points(line.size);
    let mut path = PathBuilder::new();
    let mut any = false;
    for letter in letters
        .iter()
        .filter(|l| l.wide && l.character.is_alphanumeric())
    {
        let (x, y) = (
            points(letter.x) + points(letter.advance) / 2.0,
            points(line.y) + size * 0.24,
        );
        let r = size * 0.055;
        // A circle of four curves.
        let k = r * 0.552;
        path.move_to(x + r, y);
        path.cubic_to(x + r, y + k, x + k, y + r, x, y + r);
        path.cubic_to(x - k, y + r, x - r, y + k, x - r, y);
        path.cubic_to(x - r, y - k, x - k, y - r, x, y - r);
        path.cubic_to(x + k, y - r, x + r, y - k, x + r, y);
        path.close();
        any = true;
    }
    if let (true, Some(path)) = (any, path.finish()) {
        surface.draw_path(&path);
    }
}
