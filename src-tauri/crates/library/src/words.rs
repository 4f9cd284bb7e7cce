//! What a text is cut into to be searched.
//!
//! A word is a run of letters and digits; each character of a script that is written without spaces
//! is a word of its own, so that a word of Chinese of any length is words in a row. Words are
//! compared in lower case, those of full width as those of half width.

use std::ops::Range;

use crate::stem::stem;

/// A longer run is several words.
const LONGEST: usize = 64;

/// Han, kana, bopomofo and hangul.
pub(crate) fn alone(c: char) -> bool {
    matches!(c,
        '\u{2E80}'..='\u{2FDF}' | '\u{3005}'..='\u{3007}' | '\u{3021}'..='\u{3029}'
        | '\u{3041}'..='\u{31FF}' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}'
        | '\u{AC00}'..='\u{D7AF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}')
        && c.is_alphanumeric()
}

/// Lower case may come with signs of its own, which are no part of a word.
fn fold(c: char) -> impl Iterator<Item = char> {
    let narrow = match c {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
        other => other,
    };
    narrow.to_lowercase().filter(|c| c.is_alphanumeric())
}

/// The words of a text, as places in bytes.
#[derive(Clone)]
pub(crate) struct Words<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Words<'a> {
    pub(crate) fn of(text: &'a str) -> Words<'a> {
        Words { text, at: 0 }
    }
}

impl Iterator for Words<'_> {
    type Item = Range<usize>;

    fn next(&mut self) -> Option<Range<usize>> {
        let rest = self.text.get(self.at..)?;
        let mut chars = rest
            .char_indices()
            .skip_while(|(_, c)| !c.is_alphanumeric());
        let Some((skipped, first)) = chars.next() else {
            self.at = self.text.len();
            return None;
        };
        let start = self.at + skipped;
        let mut end = start + first.len_utf8();
        if !alone(first) {
            for (at, c) in chars.take(LONGEST - 1) {
                if !c.is_alphanumeric() || alone(c) {
                    break;
                }
                end = self.at + at + c.len_utf8();
            }
        }
        self.at = end;
        Some(start..end)
    }
}

/// A word as it is compared.
pub(crate) fn folded(word: &str) -> String {
    word.chars().flat_map(fold).collect()
}

/// A text as the index takes it: its words, with spaces between.
pub(crate) fn cut(text: &str) -> String {
    let mut cut = String::with_capacity(text.len() + text.len() / 3);
    for word in Words::of(text) {
        if !cut.is_empty() {
            cut.push(' ');
        }
        cut.extend(text[word].chars().flat_map(fold));
    }
    cut
}

fn begins(word: &str, with: &str) -> bool {
    let mut folded = word.chars().flat_map(fold);
    with.chars().all(|c| folded.next() == Some(c))
}

fn is(word: &str, wanted: &str) -> bool {
    match word.is_ascii() {
        true => word.eq_ignore_ascii_case(wanted),
        false => word.chars().flat_map(fold).eq(wanted.chars()),
    }
}

/// Words in a row, folded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) words: Vec<String>,
    /// The last word may go on.
    pub(crate) open: bool,
    /// A word alone is found in its other forms too.
    pub(crate) stemmed: bool,
    /// A word alone is found inside of others too.
    pub(crate) inside: bool,
}

impl Row {
    pub(crate) fn of(text: &str, open: bool, stemmed: bool) -> Row {
        let words: Vec<String> = Words::of(text).map(|word| folded(&text[word])).collect();
        let goes_on = |c: char| c.is_alphanumeric() && !alone(c);
        Row {
            open: open && text.chars().next_back().is_some_and(goes_on),
            stemmed: stemmed
                && matches!(&words[..], [word] if word.bytes().all(|b| b.is_ascii_lowercase())),
            inside: false,
            words,
        }
    }

    /// Whether looking inside of words could find more: one word of an alphabet.
    pub(crate) fn has_inside(&self) -> bool {
        let word = |word: &String| {
            word.chars().nth(1).is_some() || word.bytes().all(|b| b.is_ascii_digit())
        };
        matches!(&self.words[..], [one] if word(one) && !one.chars().all(alone))
    }

    /// The first place in `text` where the row is, in bytes.
    pub(crate) fn place(&self, text: &str) -> Option<Range<usize>> {
        self.places(text).next()
    }

    /// All places in `text` where the row is, in bytes; they do not overlap.
    pub(crate) fn places<'a>(&'a self, text: &'a str) -> impl Iterator<Item = Range<usize>> + 'a {
        let there = match self.words.first() {
            Some(first) => self.inside || may_have(text, first),
            None => false,
        };
        let stem_of_first = self.words.first().filter(|_| self.stemmed).map(|w| stem(w));
        let single = self
            .words
            .first()
            .filter(|first| first.chars().all(alone) && !first.is_empty());
        let mut words = Words::of(text);
        if !there {
            words.at = text.len();
        }
        std::iter::from_fn(move || {
            loop {
                // A character that is a word of its own is found without cutting what lies before.
                if let Some(first) = single {
                    match text
                        .get(words.at..)
                        .and_then(|rest| rest.find(first.as_str()))
                    {
                        Some(skipped) => words.at += skipped,
                        None => words.at = text.len(),
                    }
                }
                let range = words.next()?;
                let place = self.begun(text, &range, &words, stem_of_first.as_deref());
                if let Some(place) = place {
                    words.at = words.at.max(place.end);
                    return Some(place);
                }
            }
        })
    }

    /// Where the row is if it begins with the word at `range`; `after` are the words that follow.
    fn begun(
        &self,
        text: &str,
        range: &Range<usize>,
        after: &Words<'_>,
        stem_of_first: Option<&str>,
    ) -> Option<Range<usize>> {
        let (first, more) = self.words.split_first()?;
        let fits = |word: &str, wanted: &str, last: bool| {
            is(word, wanted) || (last && self.open && begins(word, wanted))
        };
        // No word has a stem that begins otherwise.
        let form = |word: &str| {
            stem_of_first.is_some_and(|wanted| {
                word.is_ascii()
                    && word.as_bytes()[0].eq_ignore_ascii_case(&wanted.as_bytes()[0])
                    && stem(&folded(word)) == wanted
            })
        };
        let word = &text[range.clone()];
        if !fits(word, first, more.is_empty()) && !form(word) {
            let folded = self.inside.then(|| folded(word))?;
            let at = folded.find(first.as_str())?;
            // Where letters change their size the word is the place.
            return Some(match folded.len() == word.len() {
                true => range.start + at..range.start + at + first.len(),
                false => range.clone(),
            });
        }
        let (mut end, mut next) = (range.end, after.clone());
        let all = more.iter().enumerate().all(|(at, wanted)| {
            next.next().is_some_and(|range| {
                end = range.end;
                fits(&text[range], wanted, at + 1 == more.len())
            })
        });
        all.then_some(range.start..end)
    }
}

/// The letters and digits that words of a text begin with, a bit each; of the alphabet without
/// accents.
pub(crate) fn initials(text: &str) -> i64 {
    Words::of(text).fold(0, |seen, word| {
        let first = text[word].chars().flat_map(fold).next();
        seen | first.map_or(0, initial)
    })
}

/// The bit of a letter or digit; none for others.
pub(crate) fn initial(first: char) -> i64 {
    match first {
        'a'..='z' => 1 << (u32::from(first) - u32::from('a')),
        '0'..='9' => 1 << (26 + u32::from(first) - u32::from('0')),
        _ => 0,
    }
}

/// Whether a text may have a word that begins as `word` does: a look at the bytes, so that a Latin
/// word is not looked for in Chinese text character by character.
fn may_have(text: &str, word: &str) -> bool {
    let Some(first) = word.bytes().next().filter(u8::is_ascii_alphanumeric) else {
        return true;
    };
    let bytes = text.as_bytes();
    bytes.iter().enumerate().any(|(at, byte)| match byte {
        0..=0x7f => byte.eq_ignore_ascii_case(&first),
        // The ideographs and kana, and what follows a first byte, fold to no Latin letter.
        0x80..=0xbf | 0xe3..=0xe9 => false,
        // Full-width letters and digits do; the punctuation beside them doesn't.
        0xef => !matches!(
            bytes.get(at + 1..at + 3),
            Some([0xbc, 0x80..=0x8f | 0x9a..=0xa0 | 0xbb..=0xbf])
        ),
        // Of signs and quotation marks, the kelvin sign only.
        0xe2 => bytes.get(at + 1..at + 3) == Some(&[0x84, 0xaa]),
        _ => true,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_latin_word_is_not_looked_for_where_no_letter_of_it_can_be() {
        assert!(!may_have("夜里潮水很高，他说：“好。”", "p"));
        assert!(may_have("夜里 iPhone", "p"));
        assert!(may_have("夜里ＰＣ", "pc"));
        assert!(may_have("\u{212a}elvin", "kelvin"));
        assert!(may_have("夜里", "夜"));
    }

    #[test]
    fn a_text_is_cut_into_words_and_characters() {
        for (text, expected) in [
            ("The harbour's gates.", "the harbour s gates"),
            ("夜里iPhone手机，OK", "夜 里 iphone 手 机 ok"),
            ("ＡＢＣ１２", "abc12"),
            ("がㄅ한\u{3007}々", "が ㄅ 한 〇 々"),
            ("", ""),
            ("—*\0\n", ""),
            ("C:\\new_dir", "c new dir"),
        ] {
            assert_eq!(cut(text), expected, "{text}");
        }
        let long = "x".repeat(130);
        let lengths: Vec<_> = Words::of(&long).map(|word| word.len()).collect();
        assert_eq!(lengths, [64, 64, 2]);
    }

    #[test]
    fn a_row_is_found_where_it_is() {
        let place = |row: &str, open, stemmed, text: &str| Row::of(row, open, stemmed).place(text);
        assert_eq!(place("running", false, true, "He runs."), Some(3..7));
        assert_eq!(place("running", false, false, "He runs."), None);
        assert_eq!(
            place("new dir", false, false, "new, new dirs, NEW-DIR"),
            Some(15..22)
        );
        assert_eq!(place("new di", true, false, "new, new dirs"), Some(5..13));
        assert_eq!(place("潮水", true, true, "水潮。潮水"), Some(9..15));
        assert_eq!(place("潮", true, true, "风。潮水"), Some(6..9));
        assert_eq!(place("", true, true, "x"), None);
        assert_eq!(place("éa", false, true, "ÉA"), Some(0..3));
    }
}
