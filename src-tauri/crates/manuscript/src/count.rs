//! Lengths as people and channels count them.

use std::ops::Range;

use serde::Serialize;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::segment;

/// What the status line says about a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Counts {
    /// Words; each Han character counts as one.
    pub words: usize,
    /// Characters as a person sees them (graphemes), without line breaks.
    pub characters: usize,
    /// Runs of lines that are not blank.
    pub paragraphs: usize,
}

/// Counts a text.
pub fn count(text: &str) -> Counts {
    Counts {
        words: words(text),
        characters: text
            .graphemes(true)
            .filter(|g| !g.starts_with(['\n', '\r']))
            .count(),
        paragraphs: segment::paragraphs(text).len(),
    }
}

/// Words between white space, dashes and full-width punctuation, plus one for each Han character.
/// `well-known` and `don't` are one word, as in word processors; Markdown's marks are none.
pub(crate) fn words(text: &str) -> usize {
    word_ranges(text).count()
}

/// Where the words that [`count`] counts stand, in order.
pub fn word_ranges(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut chars = text.char_indices().peekable();
    let mut open: Option<Range<usize>> = None;
    let mut waiting: Option<Range<usize>> = None;
    std::iter::from_fn(move || {
        if let Some(han) = waiting.take() {
            return Some(han);
        }
        while let Some((at, c)) = chars.next() {
            let end = at + c.len_utf8();
            if is_han(c) {
                let Some(word) = open.take() else {
                    return Some(at..end);
                };
                waiting = Some(at..end);
                return Some(word);
            } else if c.is_alphanumeric() {
                match &mut open {
                    Some(word) => word.end = end,
                    None => open = Some(at..end),
                }
            } else if (c.is_whitespace()
                || is_break(c)
                || (c == '-' && chars.peek().is_some_and(|(_, next)| *next == '-')))
                && let Some(word) = open.take()
            {
                return Some(word);
            }
        }
        open.take()
    })
}

/// Dashes that stand between words, ellipses, and the punctuation of Chinese and Japanese.
fn is_break(c: char) -> bool {
    matches!(c,
        '\u{2013}'..='\u{2015}' | '\u{2026}'
        | '\u{3000}'..='\u{3004}' | '\u{3008}'..='\u{3020}' | '\u{30fb}'
        | '\u{ff01}'..='\u{ff0f}' | '\u{ff1a}'..='\u{ff20}' | '\u{ff3b}'..='\u{ff40}'
        | '\u{ff5b}'..='\u{ff65}')
}

/// Whether a character is a Han ideograph (Chinese character).
pub fn is_han(c: char) -> bool {
    matches!(c,
        '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}'
        | '\u{3005}' | '\u{3007}' | '\u{20000}'..='\u{323af}')
}

/// Google Ads' length: wide and full-width characters are two, all others one. Where an emoji is
/// made of several characters, the larger of its parts' sum and its shown width, so that the
/// channel never counts more than this.
pub fn display_width(text: &str) -> usize {
    text.graphemes(true)
        .map(|grapheme| {
            let parts: usize = grapheme.chars().map(|c| c.width().unwrap_or(0)).sum();
            parts.max(grapheme.width())
        })
        .sum()
}

/// X's length, of which a post may have 280: an address counts 23 and an emoji 2 whatever their
/// length; of other characters Latin and its like count 1, all others (Chinese among them) 2.
///
/// X counts after composing characters (NFC); decomposed text counts a little more here.
pub fn x_weight(text: &str) -> usize {
    let mut total = 0;
    let mut rest = text;
    let mut before = None;
    while let Some(c) = rest.chars().next() {
        if may_open_address(before) && c.is_ascii_alphanumeric() {
            let (length, is_address) = address(rest);
            if is_address {
                total += ADDRESS_WEIGHT;
                before = rest[..length].chars().next_back();
                rest = &rest[length..];
                continue;
            }
        }
        // Whole ASCII words at once: none of their inner characters can open an address.
        let length = match rest.find(|c: char| !c.is_ascii_alphanumeric()) {
            Some(0) => rest.graphemes(true).next().map_or(c.len_utf8(), str::len),
            Some(length) => length,
            None => rest.len(),
        };
        let piece = &rest[..length];
        total += if is_emoji(piece) {
            2
        } else {
            piece.chars().map(x_char_weight).sum()
        };
        before = piece.chars().next_back();
        rest = &rest[length..];
    }
    total
}

/// What X counts for an address, which it always shortens.
const ADDRESS_WEIGHT: usize = 23;

fn x_char_weight(c: char) -> usize {
    match c {
        '\0'..='\u{10ff}'
        | '\u{2000}'..='\u{200d}'
        | '\u{2010}'..='\u{201f}'
        | '\u{2032}'..='\u{2037}' => 1,
        _ => 2,
    }
}

fn is_emoji(grapheme: &str) -> bool {
    let mut chars = grapheme.chars();
    let first = chars.next().unwrap_or(' ');
    // Keycaps (`1️⃣`) and characters that a variation selector makes an emoji are sequences.
    matches!(first, '\u{1f000}'..='\u{1faff}' | '\u{2600}'..='\u{27bf}')
        || chars.any(|c| matches!(c, '\u{fe0f}' | '\u{20e3}'))
}

fn may_open_address(before: Option<char>) -> bool {
    before.is_none_or(|c| {
        !(c.is_ascii_alphanumeric() || matches!(c, '@' | '#' | '$' | '_' | '-' | '.' | '/' | ':'))
    })
}

/// Endings that make a bare `name.ending` an address. X links many more; these are the common ones.
const ENDINGS: [&str; 40] = [
    "com", "org", "net", "edu", "gov", "int", "mil", "info", "biz", "io", "co", "ai", "app", "dev",
    "me", "tv", "news", "blog", "shop", "store", "site", "online", "tech", "xyz", "cn", "hk", "tw",
    "jp", "kr", "sg", "uk", "us", "de", "fr", "es", "it", "nl", "ca", "au", "eu",
];

/// The length of what may be an address at the start of `text`, and whether it is one.
fn address(text: &str) -> (usize, bool) {
    let scheme = ["https://", "http://"]
        .into_iter()
        .find(|s| {
            text.get(..s.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(s))
        })
        .map_or(0, str::len);
    let is_host = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
    let host_end = text[scheme..]
        .find(|c| !is_host(c))
        .map_or(text.len(), |at| scheme + at);
    let host = text[scheme..host_end].trim_end_matches(['.', '-']);
    let known = host.rsplit_once('.').is_some_and(|(name, ending)| {
        let listed = ENDINGS
            .iter()
            .any(|known| ending.eq_ignore_ascii_case(known));
        let plausible = ending.len() >= 2 && ending.chars().all(|c| c.is_ascii_alphabetic());
        !name.is_empty() && !name.starts_with('.') && (listed || (scheme > 0 && plausible))
    });
    let after_host = scheme + host.len();
    if !known || text[host_end..].starts_with('@') {
        return (host_end, false);
    }
    let is_path = |c: char| c.is_ascii_graphic() && !matches!(c, '"' | '<' | '>' | '`');
    let tail = &text[after_host..];
    if !tail.starts_with(['/', '?', '#', ':']) {
        return (after_host, true);
    }
    let path_end = tail.find(|c| !is_path(c)).unwrap_or(tail.len());
    let path =
        tail[..path_end].trim_end_matches(['.', ',', ';', ':', '!', '?', '\'', '"', ')', ']', '*']);
    (after_host + path.len(), true)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn words_as_people_count_them() {
        for (text, expected) in [
            ("", 0),
            ("Don't panic: a well-known 3.14%.", 5),
            ("# A *heading*\n\n- item", 3),
            ("one\u{2014}two -- three--four", 4),
            ("今天下雨。", 4),
            ("用 Rust 写的 GPT-4 工具、OpenAI、Google", 9),
            ("１２３　全角", 3),
            ("\u{1f600} --- …", 0),
        ] {
            assert_eq!(count(text).words, expected, "{text}");
        }
    }

    #[test]
    fn words_stand_where_they_are_counted() {
        let text = "# A *well-known* 雨天day -- it's";
        let found: Vec<_> = word_ranges(text).map(|range| &text[range]).collect();
        assert_eq!(found, ["A", "well-known", "雨", "天", "day", "it's"]);
    }

    #[test]
    fn characters_are_what_is_seen() {
        assert_eq!(count("e\u{301}a\r\nb\n").characters, 3);
        assert_eq!(count("👨‍👩‍👧汉").characters, 2);
        assert_eq!(count("one\ntwo\n\n \nthree").paragraphs, 2);
    }

    #[test]
    fn google_counts_wide_characters_twice() {
        for (text, expected) in [
            ("Fresh bread", 11),
            ("新鲜面包", 8),
            ("ＡＢ！", 6),
            ("e\u{301}", 1),
            ("👍", 2),
            ("❤\u{fe0f}", 2),
            ("한국", 4),
        ] {
            assert_eq!(display_width(text), expected, "{text}");
        }
        // 15 Han characters fill a headline of 30.
        assert_eq!(display_width("一二三四五六七八九十一二三四五"), 30);
    }

    #[test]
    fn x_weighs_addresses_emoji_and_han() {
        for (text, expected) in [
            ("hello", 5),
            ("你好", 4),
            ("café", 4),
            ("“quoted” – dash", 15),
            ("👨‍👩‍👧", 2),
            ("❤\u{fe0f}👍🏽", 4),
            (
                "see https://example.com/a/very/long/path?with=query#part.",
                4 + 23 + 1,
            ),
            ("example.com", 23),
            ("(example.com)", 25),
            ("看example.com吧", 27),
            ("mail me@example.com", 19),
            ("v1.2 and e.g. this", 18),
            ("http://x", 8),
            ("a.com b.cn", 47),
        ] {
            assert_eq!(x_weight(text), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn counting_any_text_never_fails(text in any::<String>(), tail in "[a-z.:/@ 汉]{0,40}") {
            let text = format!("{text}{tail}");
            let counts = count(&text);
            prop_assert!(counts.characters <= text.chars().count());
            prop_assert!(counts.paragraphs <= counts.characters);
            prop_assert!(counts.words <= text.chars().count());
            prop_assert!(display_width(&text) <= 2 * text.len());
            let _ = x_weight(&text);
        }

        #[test]
        fn plain_words_count_alike_everywhere(words in prop::collection::vec("[a-z]{1,9}", 0..30)) {
            let text = words.join(" ");
            prop_assert_eq!(count(&text).words, words.len());
            prop_assert_eq!(count(&text).characters, text.len());
            prop_assert_eq!(display_width(&text), text.len());
            prop_assert_eq!(x_weight(&text), text.len());
        }
    }
}
