//! Lines of a text, with the line ends that editors know.

use std::ops::Range;

/// A line: where it stands and where its line end begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Line {
    pub start: usize,
    /// Where the text of the line ends and its line end begins.
    pub text_end: usize,
    pub end: usize,
}

impl Line {
    /// The line without its line end.
    pub fn text<'a>(&self, whole: &'a str) -> &'a str {
        &whole[self.start..self.text_end]
    }

    /// The whole line.
    pub fn range(&self) -> Range<usize> {
        self.start..self.end
    }
}

/// Splits at `\n`, `\r\n` and `\r`, as editors do. The lines tile the text; an empty text has none.
pub(crate) fn lines(text: &str) -> impl Iterator<Item = Line> {
    let bytes = text.as_bytes();
    let mut start = 0;
    std::iter::from_fn(move || {
        if start == bytes.len() {
            return None;
        }
        let rest = &bytes[start..];
        let text_end = rest
            .iter()
            .position(|&b| b == b'\n' || b == b'\r')
            .map_or(bytes.len(), |at| start + at);
        let end = match &bytes[text_end..] {
            [b'\r', b'\n', ..] => text_end + 2,
            [_, ..] => text_end + 1,
            [] => text_end,
        };
        let line = Line {
            start,
            text_end,
            end,
        };
        start = end;
        Some(line)
    })
}

/// Whether a line holds nothing but white space or a byte order mark.
pub(crate) fn is_blank(line: &str) -> bool {
    line.chars().all(|c| c.is_whitespace() || c == '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_line_end_splits_once() {
        let text = "a\r\nb\rc\n\nd";
        let found: Vec<_> = lines(text).map(|line| line.text(text)).collect();
        assert_eq!(found, ["a", "b", "c", "", "d"]);
        assert_eq!(
            lines(text).map(|l| &text[l.range()]).collect::<String>(),
            text
        );
        assert_eq!(lines("").count(), 0);
    }

    #[test]
    fn a_byte_order_mark_alone_is_blank() {
        assert!(is_blank("\u{feff} \t\u{3000}"));
        assert!(!is_blank("\u{feff}a"));
    }
}
