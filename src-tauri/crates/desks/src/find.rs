//! Words and phrases in a text, however they are cased and wherever lines break.

use std::ops::Range;

use inkstone_manuscript::count::is_han;

/// A text with its case, white space and apostrophes made alike.
pub(crate) struct Folded<'a> {
    text: &'a str,
    folded: String,
    /// For each byte of `folded`, where the character it comes from begins in `text`.
    origin: Vec<usize>,
}

impl<'a> Folded<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        let mut folded = String::with_capacity(text.len());
        let mut origin = Vec::with_capacity(text.len());
        for (at, c) in text.char_indices() {
            let before = folded.len();
            match c {
                c if c.is_whitespace() => {
                    if !folded.ends_with(' ') {
                        folded.push(' ');
                    }
                }
                '’' | '‘' => folded.push('\''),
                c => folded.extend(c.to_lowercase()),
            }
            origin.resize(origin.len() + folded.len() - before, at);
        }
        Self {
            text,
            folded,
            origin,
        }
    }

    /// The places of a phrase. Where it begins or ends with a letter or a digit of a script that
    /// has spaces between words, it is found as a word and not inside of one.
    pub(crate) fn find(&self, phrase: &str) -> impl Iterator<Item = Range<usize>> {
        let phrase = Folded::new(phrase.trim()).folded;
        let mut from = 0;
        std::iter::from_fn(move || {
            while !phrase.is_empty() {
                let start = from + self.folded[from..].find(&phrase)?;
                let end = start + phrase.len();
                if self.is_word(start, end) {
                    from = end;
                    return Some(self.range(start, end));
                }
                from = start + phrase.chars().next().map_or(1, char::len_utf8);
            }
            None
        })
    }

    fn is_word(&self, start: usize, end: usize) -> bool {
        let joins = |a: Option<char>, b: Option<char>| {
            a.is_some_and(is_spaced_letter) && b.is_some_and(is_spaced_letter)
        };
        let (before, inside) = (&self.folded[..start], &self.folded[start..end]);
        !joins(before.chars().next_back(), inside.chars().next())
            && !joins(
                inside.chars().next_back(),
                self.folded[end..].chars().next(),
            )
    }

    fn range(&self, start: usize, end: usize) -> Range<usize> {
        let last = self.origin[end - 1];
        let length = self.text[last..].chars().next().map_or(0, char::len_utf8);
        self.origin[start]..last + length
    }
}

/// A letter or a digit of a script with spaces between its words.
pub(crate) fn is_spaced_letter(c: char) -> bool {
    c.is_alphanumeric() && !is_han(c) && !matches!(c, '\u{3040}'..='\u{30ff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found<'a>(text: &'a str, phrase: &str) -> Vec<&'a str> {
        Folded::new(text)
            .find(phrase)
            .map(|range| &text[range])
            .collect()
    }

    #[test]
    fn case_line_breaks_and_apostrophes_do_not_matter() {
        assert_eq!(
            found("A GAME\n  changer, a game changer.", "Game changer").len(),
            2
        );
        assert_eq!(found("Today’s news", "today's"), ["Today’s"]);
        assert_eq!(found("ÇA VA, İİ!", "ça va"), ["ÇA VA"]);
    }

    #[test]
    fn english_is_found_by_words_and_chinese_anywhere() {
        assert_eq!(
            found("Utilize it; utilized, re-utilize.", "utilize").len(),
            2
        );
        assert_eq!(found("这是最好的茶，最好！", "最好").len(), 2);
        assert_eq!(found("用App下载", "app"), ["App"]);
        assert!(found("anything", "").is_empty() && found("", "a").is_empty());
        assert_eq!(found("100%!", "100%"), ["100%"]);
        assert_eq!(found("xaa aa aa", "aa aa"), ["aa aa"]);
    }
}
