//! Lines: where a text may go on to the next.
//!
//! Western text breaks at spaces and behind hyphens and dashes inside of words. Text with other
//! scripts breaks as Unicode Annex 14 has it, with the Chinese rules on top (避头尾): no closing
//! mark begins a line and no opening mark ends one, and quotation marks count as what they are.

use std::ops::Range;

use unicode_linebreak::{BreakOpportunity, linebreaks};

use super::measure::{EM, glyphs, is_closing, is_opening, is_wide};

/// How wide lines may be, in tenths of a point.
#[derive(Debug, Clone, Copy)]
pub(super) struct Measure {
    pub first: i32,
    pub rest: i32,
    pub chinese: bool,
    pub hyphens: bool,
}

/// Cuts a text into lines: ranges of it without the spaces between them. An empty text is one
/// empty line.
pub(super) fn wrap(text: &str, measure: Measure) -> Vec<Range<usize>> {
    let wide = measure.first.min(measure.rest);
    if text.is_ascii()
        && i32::try_from(text.len()).is_ok_and(|len| len * super::measure::CELL <= wide)
        && !text.contains('\t')
    {
        return std::iter::once(0..text.len()).collect();
    }
    let breaks = Breaks::of(text, measure);
    let mut lines = Vec::new();
    let mut start = 0;
    let mut room = measure.first;
    let mut next_break = breaks.places.iter().copied().peekable();
    while start < text.len() {
        let line = &text[start..];
        let mut used = 0_i32;
        // The last place where the line may end: without and with the spaces behind it.
        let mut best: Option<(usize, usize)> = None;
        let mut ended = None;
        // The end of what is not space, so far.
        let mut ink = start;
        for glyph in glyphs(line, measure.chinese) {
            let at = start + glyph.at;
            while next_break.next_if(|&place| place < at).is_some() {}
            if at > start && next_break.peek() == Some(&at) {
                best = Some((ink, at));
            }
            let space = glyph.character == ' ' || glyph.character == '\u{3000}';
            used = used.saturating_add(glyph.advance);
            // A closing mark at the end of a line needs no blank half behind it.
            let needed = if glyph.wide && is_closing(glyph.character) && glyph.advance == EM {
                used - EM / 2
            } else {
                used
            };
            if needed > room && !space && at > start && glyph.advance > 0 {
                ended = Some(best.unwrap_or((ink.max(start), at)));
                break;
            }
            if !space {
                ink = at + glyph.character.len_utf8();
            }
        }
        let (end, next) = ended.unwrap_or((ink.max(start), text.len()));
        lines.push(start..end);
        // The spaces between two lines belong to neither.
        let skipped = text[next..].len() - text[next..].trim_start_matches(' ').len();
        start = next + skipped;
        room = measure.rest;
        next_break = breaks.after(start);
    }
    if lines.is_empty() {
        lines.push(0..0);
    }
    lines
}

struct Breaks {
    places: Vec<usize>,
}

impl Breaks {
    fn of(text: &str, measure: Measure) -> Self {
        let western = text
            .chars()
            .all(|c| matches!(c, '\0'..='\u{58f}' | '\u{1e00}'..='\u{206f}'));
        let places = if western {
            western_breaks(text, measure.hyphens)
        } else {
            other_breaks(text, measure)
        };
        Self { places }
    }

    fn after(
        &self,
        start: usize,
    ) -> std::iter::Peekable<std::iter::Copied<std::slice::Iter<'_, usize>>> {
        let first = self.places.partition_point(|&place| place <= start);
        self.places[first..].iter().copied().peekable()
    }
}

/// Behind spaces, and behind hyphens and dashes inside of words.
fn western_breaks(text: &str, hyphens: bool) -> Vec<usize> {
    let mut places = Vec::new();
    let mut in_word = false;
    let mut characters = text.char_indices().peekable();
    while let Some((at, c)) = characters.next() {
        let end = at + c.len_utf8();
        let Some(&(_, after)) = characters.peek() else {
            break;
        };
        let breaks = match c {
            ' ' | '\t' => after != ' ' && after != '\t',
            _ => hyphens && in_word && hyphen_breaks(c, after),
        };
        if breaks {
            places.push(end);
        }
        in_word = !c.is_whitespace() && (in_word || c.is_alphanumeric());
    }
    places
}

/// A hyphen or dash with a word before it, and more of it behind.
fn hyphen_breaks(c: char, after: char) -> bool {
    match c {
        '-' | '\u{2010}' => after.is_alphabetic(),
        '–' | '—' => after.is_alphanumeric(),
        _ => false,
    }
}

fn other_breaks(text: &str, measure: Measure) -> Vec<usize> {
    let mut places = Vec::new();
    let mut allowed = linebreaks(text)
        .filter(|(_, kind)| *kind == BreakOpportunity::Allowed)
        .map(|(place, _)| place)
        .peekable();
    let mut before = ' ';
    let mut in_word = false;
    let mut characters = text.char_indices().peekable();
    while let Some((at, c)) = characters.next() {
        let end = at + c.len_utf8();
        let Some(&(_, after)) = characters.peek() else {
            break;
        };
        while allowed.next_if(|&place| place < end).is_some() {}
        let by_unicode = allowed.peek() == Some(&end);
        let breaks = if matches!(c, '-' | '\u{2010}' | '–' | '—') && !is_wide(after) {
            by_unicode && measure.hyphens && in_word && hyphen_breaks(c, after)
        } else if matches!(c, '/' | '|') || is_opening(c) || never_begins(after) {
            false
        } else if is_wide(c) && matches!(after, '“' | '‘') {
            true
        } else if matches!(c, '”' | '’') && is_wide(after) && !is_opening(after) {
            // Only a closing quotation mark behind full-width text is one.
            is_wide(before) || is_closing(before)
        } else {
            by_unicode
        };
        if breaks {
            places.push(end);
        }
        before = c;
        in_word = !c.is_whitespace() && (in_word || c.is_alphanumeric());
    }
    places
}

/// Marks that never begin a line.
fn never_begins(c: char) -> bool {
    is_closing(c) && !matches!(c, '”' | '’')
        || matches!(
            c,
            '！' | '？'
                | '…'
                | '·'
                | '‧'
                | '～'
                | '％'
                | '‰'
                | '℃'
                | '!'
                | '?'
                | ','
                | '.'
                | ';'
                | ':'
                | ')'
                | ']'
                | '}'
                | '・'
                | 'ー'
                | '々'
        )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::pages::measure::{CELL, width};

    fn cells(text: &str, first: i32, rest: i32) -> Vec<&str> {
        let measure = Measure {
            first: first * CELL,
            rest: rest * CELL,
            chinese: false,
            hyphens: true,
        };
        wrap(text, measure).into_iter().map(|r| &text[r]).collect()
    }

    fn ems(text: &str, measure: i32) -> Vec<&str> {
        let measure = Measure {
            first: measure * EM,
            rest: measure * EM,
            chinese: true,
            hyphens: true,
        };
        wrap(text, measure).into_iter().map(|r| &text[r]).collect()
    }

    #[test]
    fn words_go_to_the_next_line_whole() {
        assert_eq!(cells("", 10, 10), [""]);
        assert_eq!(cells("exactly te", 10, 10), ["exactly te"]);
        assert_eq!(cells("exactly ten", 10, 10), ["exactly", "ten"]);
        assert_eq!(cells("a  double  space", 9, 9), ["a  double", "space"]);
        assert_eq!(cells("abcdefghijklmno", 10, 4), ["abcdefghij", "klmn", "o"]);
        assert_eq!(cells("one two", 4, 10), ["one", "two"]);
    }

    #[test]
    fn lines_end_behind_hyphens_and_dashes_inside_of_words() {
        assert_eq!(
            cells("a well-known door", 8, 8),
            ["a well-", "known", "door"]
        );
        assert_eq!(cells("wait--what now", 8, 8), ["wait--", "what now"]);
        assert_eq!(cells("wait—what now", 8, 8), ["wait—", "what now"]);
        assert_eq!(cells("they said -- no", 12, 12), ["they said --", "no"]);
        assert_eq!(cells("route 12-3456", 10, 10), ["route", "12-3456"]);
        assert_eq!(cells("aa --help", 5, 6), ["aa", "--help"]);
    }

    #[test]
    fn no_mark_stands_where_it_must_not() {
        assert_eq!(ems("一二三四五，六", 5), ["一二三四", "五，六"]);
        // A closing mark at the end needs half of its room.
        assert_eq!(ems("一二三四，五", 5), ["一二三四，", "五"]);
        assert_eq!(ems("一二三四（五六）", 5), ["一二三四", "（五六）"]);
        assert_eq!(ems("一二三四“五六”七", 5), ["一二三四", "“五六”七"]);
        assert_eq!(ems("一二三四……五", 5), ["一二三", "四……五"]);
        assert_eq!(ems("一二三——四五", 4), ["一二三", "——四五"]);
        assert_eq!(ems("他说：“好。”走了", 6), ["他说：“好。”", "走了"]);
        assert_eq!(ems("看Inkstone墨", 5), ["看", "Inkstone", "墨"]);
    }

    proptest! {
        #[test]
        fn nothing_but_spaces_is_lost_and_no_line_is_too_wide(
            text in "([a-z]{1,9}[ -]{0,2}|[一-十，。（）“”…]{1,5}|\\PC{0,3}| ){0,40}",
            room in 4i32..40,
            chinese in any::<bool>(),
        ) {
            let measure = Measure { first: room * CELL, rest: room * CELL, chinese, hyphens: true };
            let lines = wrap(&text, measure);
            let mut at = 0;
            for line in &lines {
                prop_assert!(line.start >= at && line.end >= line.start);
                let blank = text[at..line.start].trim_matches(' ').trim_matches('\u{3000}');
                prop_assert_eq!(blank, "");
                at = line.end;
                // What takes no room hangs behind a line's end together with the spaces before it.
                let hangs = |c: char| c == ' ' || c == '\u{3000}' || width(&c.to_string(), chinese) == 0;
                let shown = text[line.clone()].trim_end_matches(hangs);
                let used = width(shown, chinese);
                let one = shown.chars().filter(|&c| width(&c.to_string(), chinese) > 0).count() <= 1;
                prop_assert!(one || used <= room * CELL + EM, "{used} {shown:?}");
            }
            prop_assert_eq!(text[at..].trim_matches(' ').trim_matches('\u{3000}'), "");
        }
    }
}
