//! Lines of which a part runs from right to left, in the order in which they are drawn (Unicode
//! Standard Annex 9).

use unicode_bidi::{BidiClass, Level, ParagraphBidiInfo, bidi_class};

/// The direction that a paragraph's first strong letter gives it, where that is right to left.
pub(super) fn base(text: &str) -> Option<Level> {
    if !runs_back(text) {
        return None;
    }
    let info = ParagraphBidiInfo::new(text, None);
    Some(info.paragraph_level).filter(Level::is_rtl)
}

/// The levels of a line, byte for byte; `None` where all of it runs from left to right.
pub(super) fn levels(text: &str, base: Option<Level>) -> Option<Vec<Level>> {
    if base.is_none() && !runs_back(text) {
        return None;
    }
    let info = ParagraphBidiInfo::new(text, Some(base.unwrap_or(Level::ltr())));
    Some(info.reordered_levels(0..text.len()))
}

/// Whether anything in it runs from right to left or says so.
fn runs_back(text: &str) -> bool {
    !text.is_ascii()
        && text.chars().any(|c| {
            // Nothing below Hebrew does.
            c >= '\u{590}'
                && matches!(
                    bidi_class(c),
                    BidiClass::R
                        | BidiClass::AL
                        | BidiClass::AN
                        | BidiClass::RLE
                        | BidiClass::RLO
                        | BidiClass::RLI
                        | BidiClass::FSI
                )
        })
}

/// The pieces of a line, known by their levels, from left to right.
pub(super) fn visual(levels: &[Level]) -> Vec<usize> {
    ParagraphBidiInfo::reorder_visual(levels)
}

/// What is drawn for a character that runs from right to left.
pub(super) fn mirrored(c: char) -> char {
    const PAIRS: &[(char, char)] = &[
        ('(', ')'),
        ('[', ']'),
        ('{', '}'),
        ('<', '>'),
        ('«', '»'),
        ('‹', '›'),
        ('≤', '≥'),
        ('（', '）'),
        ('《', '》'),
    ];
    PAIRS
        .iter()
        .find_map(|&(open, close)| match c {
            c if c == open => Some(close),
            c if c == close => Some(open),
            _ => None,
        })
        .unwrap_or(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A line as it is seen, letter by letter.
    fn seen(text: &str, base: Option<Level>) -> String {
        let Some(levels) = levels(text, base) else {
            return text.to_owned();
        };
        let letters: Vec<(usize, char)> = text.char_indices().collect();
        let of_letters: Vec<Level> = letters.iter().map(|(at, _)| levels[*at]).collect();
        visual(&of_letters)
            .into_iter()
            .map(|index| match of_letters[index].is_rtl() {
                true => mirrored(letters[index].1),
                false => letters[index].1,
            })
            .collect()
    }

    #[test]
    fn a_line_is_seen_from_the_side_its_paragraph_begins_at() {
        let text = "MARA says שלום (בוקר) twice.";
        assert_eq!(base(text), None);
        assert_eq!(seen(text, base(text)), "MARA says (רקוב) םולש twice.");
        let text = "אמר MARA שלום.";
        assert!(base(text).is_some());
        assert_eq!(seen(text, base(text)), ".םולש MARA רמא");
        // Numbers run on from left to right.
        assert_eq!(seen("عام 2026!", base("عام 2026!")), "!2026 ماع");
        assert_eq!(seen("café 雨 “x”", None), "café 雨 “x”");
    }

    #[test]
    fn a_further_line_goes_by_its_paragraph() {
        let first = base("שלום לך");
        assert_eq!(seen("MARA, waits.", first), ".MARA, waits");
        assert_eq!(seen("MARA, waits.", None), "MARA, waits.");
    }
}
