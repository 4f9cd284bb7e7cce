//! Widths. A Courier character is 0.6 em wide, a full-width one 1 em; lengths are tenths of a point.

use unicode_width::UnicodeWidthChar as _;

/// One Courier character at twelve points: 7.2 points.
pub const CELL: i32 = 72;
/// One full-width character at twelve points.
pub const EM: i32 = 120;

/// A character and the room it has on a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Glyph {
    /// Where it stands in the text, in bytes.
    pub at: usize,
    /// The character.
    pub character: char,
    /// How far the next one is, in tenths of a point.
    pub advance: i32,
    /// How far it is moved itself: an opening mark without its blank half moves left.
    pub shift: i32,
    /// Whether it is full-width: set in the Han font.
    pub wide: bool,
}

/// The characters of a line with their widths. In Chinese text quotation marks, dashes and
/// ellipses beside full-width characters are full-width too; of two punctuation marks side by
/// side one gives up its blank half, and so does an opening mark at the head of the line.
pub fn glyphs(text: &str, chinese: bool) -> Glyphs<'_> {
    Glyphs {
        text,
        at: 0,
        chinese,
        before: None,
    }
}

/// The width of a line as [`glyphs`] sets it.
pub fn width(text: &str, chinese: bool) -> i32 {
    if text.is_ascii() && !text.contains('\t') {
        return CELL * i32::try_from(text.len()).unwrap_or(i32::MAX / CELL);
    }
    glyphs(text, chinese).fold(0, |sum, glyph| sum.saturating_add(glyph.advance))
}

/// See [`glyphs`].
#[derive(Debug, Clone)]
pub struct Glyphs<'a> {
    text: &'a str,
    at: usize,
    chinese: bool,
    before: Option<(char, bool)>,
}

impl Iterator for Glyphs<'_> {
    type Item = Glyph;

    fn next(&mut self) -> Option<Glyph> {
        let rest = self.text.get(self.at..)?;
        let mut following = rest.chars();
        let character = following.next()?;
        let at = self.at;
        self.at += character.len_utf8();
        if character.is_ascii() {
            self.before = Some((character, false));
            let advance = match character {
                '\t' => 4 * CELL,
                c if c.is_ascii_control() => 0,
                _ => CELL,
            };
            return Some(Glyph {
                at,
                character,
                advance,
                shift: 0,
                wide: false,
            });
        }
        let after = following.find(|&c| c != character);
        let wide = is_wide(character)
            || (self.chinese
                && is_either(character)
                && (self.before.is_some_and(|(_, wide)| wide) || after.is_some_and(is_wide)));
        let mut advance = match character.width() {
            _ if wide => EM,
            None | Some(0) => 0,
            Some(_) => CELL,
        };
        let mut shift = 0;
        if wide {
            // The neighbour itself, not the one behind a run.
            let next = rest.chars().nth(1);
            let before = self.before.filter(|(_, wide)| *wide).map(|(c, _)| c);
            if is_closing(character) && next.is_some_and(|c| is_closing(c) || is_opening(c)) {
                advance = EM / 2;
            } else if is_opening(character) && (at == 0 || before.is_some_and(is_opening)) {
                advance = EM / 2;
                shift = -EM / 2;
            }
        }
        if advance > 0 {
            self.before = Some((character, wide));
        }
        Some(Glyph {
            at,
            character,
            advance,
            shift,
            wide,
        })
    }
}

/// Full-width whatever stands beside it.
pub(super) fn is_wide(c: char) -> bool {
    match c {
        '\u{4e00}'..='\u{9fff}' => true,
        '\0'..='\u{10ff}' => false,
        _ => c.width() == Some(2),
    }
}

/// Full-width in Chinese, narrow in English.
fn is_either(c: char) -> bool {
    matches!(c, '“' | '”' | '‘' | '’' | '…' | '—' | '·' | '～' | '⋯')
}

/// Has its blank half behind it.
pub(super) fn is_closing(c: char) -> bool {
    matches!(
        c,
        '。' | '，'
            | '、'
            | '；'
            | '：'
            | '）'
            | '》'
            | '」'
            | '』'
            | '】'
            | '〕'
            | '〗'
            | '〉'
            | '”'
            | '’'
            | '］'
            | '｝'
    )
}

/// Has its blank half before it.
pub(super) fn is_opening(c: char) -> bool {
    matches!(
        c,
        '（' | '《' | '「' | '『' | '【' | '〔' | '〖' | '〈' | '“' | '‘' | '［' | '｛'
    )
}

/// Letters that join their neighbours, stack, or run from right to left: they are drawn together.
pub fn is_shaped(c: char) -> bool {
    matches!(
        c,
        '\u{590}'..='\u{109f}' | '\u{1100}'..='\u{11ff}' | '\u{1780}'..='\u{18af}'
            | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}' | '\u{10800}'..='\u{10fff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_are_those_of_the_fonts() {
        for (text, expected) in [
            ("", 0),
            ("INT. HOUSE", 10 * CELL),
            ("café", 4 * CELL),
            ("雨", EM),
            ("雨 rain", EM + 5 * CELL),
            ("don’t", 5 * CELL),
            ("e\u{301}", CELL),
            ("😀", EM),
        ] {
            assert_eq!(width(text, true), expected, "{text}");
        }
    }

    #[test]
    fn marks_beside_han_are_full_width_in_chinese_alone() {
        assert_eq!(width("他“好”", true), 4 * EM);
        assert_eq!(width("他“好”", false), 2 * EM + 2 * CELL);
        assert_eq!(width("等……", true), 3 * EM);
        assert_eq!(width("wait……", true), 6 * CELL);
    }

    #[test]
    fn punctuation_side_by_side_is_set_tight() {
        // The stop gives its blank half to the closing mark behind it.
        assert_eq!(width("好。”", true), 2 * EM + EM / 2);
        assert_eq!(width("好：“雨", true), 3 * EM + EM / 2);
        let line: Vec<Glyph> = glyphs("（雨）", true).collect();
        assert_eq!((line[0].advance, line[0].shift), (EM / 2, -EM / 2));
        assert_eq!((line[2].advance, line[2].shift), (EM, 0));
    }
}
