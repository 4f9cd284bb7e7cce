//! Sentences and paragraphs of English and Chinese prose.

use std::ops::Range;

use crate::{
    count::is_han,
    lines::{is_blank, lines},
};

/// The paragraphs (runs of lines that are not blank), in order, without the line end of their
/// last line.
pub fn paragraphs(text: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut open = false;
    for line in lines(text) {
        let blank = is_blank(line.text(text));
        match found.last_mut() {
            Some(last) if open && !blank => last.end = line.text_end,
            _ if !blank => found.push(line.start..line.text_end),
            _ => {}
        }
        open = !blank;
    }
    found
}

/// The sentences, in order, without the white space around them.
///
/// A sentence ends with its closing quotes. Abbreviations, initials, decimals and numbered list
/// items don't end one; a heading or a list item is never joined with what follows it.
pub fn sentences(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for paragraph in paragraphs(text) {
        for block in blocks(text, paragraph) {
            let whole = &text[block.clone()];
            let mut start = 0;
            while start < whole.len() {
                let end = sentence_end(whole, start);
                push_trimmed(text, block.start + start..block.start + end, &mut found);
                start = end;
            }
        }
    }
    found
}

fn push_trimmed(text: &str, range: Range<usize>, found: &mut Vec<Range<usize>>) {
    let is_space = |c: char| c.is_whitespace() || c == '\u{feff}';
    let piece = &text[range.clone()];
    let end = range.start + piece.trim_end_matches(is_space).len();
    let start = range.end - piece.trim_start_matches(is_space).len();
    if start < end {
        found.push(start..end);
    }
}

/// Parts of a paragraph that Markdown keeps apart without a blank line: headings and list items.
fn blocks(text: &str, paragraph: Range<usize>) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut after_heading = true;
    let inner = &text[paragraph.clone()];
    for line in lines(inner) {
        let shown = line.text(inner).trim_start();
        let heading = shown.starts_with('#');
        let range = paragraph.start + line.start..paragraph.start + line.end;
        match found.last_mut() {
            Some(last) if !after_heading && !heading && !is_list_item(shown) => {
                last.end = range.end;
            }
            _ => found.push(range),
        }
        after_heading = heading;
    }
    found
}

fn is_list_item(line: &str) -> bool {
    if let Some(rest) = line.strip_prefix(['-', '*', '+', '•']) {
        return rest.starts_with([' ', '\t']);
    }
    let rest = line.trim_start_matches(|c: char| c.is_ascii_digit());
    let digits = line.len() - rest.len();
    (1..=3).contains(&digits)
        && (rest.starts_with(". ") || rest.starts_with(") ") || rest.starts_with('、'))
}

/// Where the sentence that starts at `start` ends.
fn sentence_end(text: &str, start: usize) -> usize {
    let mut chars = text[start..].char_indices().peekable();
    while let Some((offset, c)) = chars.next() {
        let at = start + offset;
        if !is_terminator(c) {
            continue;
        }
        // The whole run: `?!`, `...`, `……`.
        let mut run_end = at + c.len_utf8();
        while let Some((_, next)) = chars.next_if(|(_, next)| is_terminator(*next)) {
            run_end += next.len_utf8();
        }
        let mut end = run_end;
        while let Some((_, next)) = chars.next_if(|(_, next)| is_closer(*next)) {
            end += next.len_utf8();
        }
        if ends_here(
            &text[start..at],
            &text[at..run_end],
            end > run_end,
            &text[end..],
        ) {
            return end;
        }
    }
    text.len()
}

fn is_terminator(c: char) -> bool {
    matches!(c, '.' | '!' | '?' | '…' | '。' | '！' | '？' | '｡')
}

fn is_closer(c: char) -> bool {
    matches!(
        c,
        '"' | '\''
            | '”'
            | '’'
            | ')'
            | ']'
            | '}'
            | '）'
            | '］'
            | '」'
            | '』'
            | '】'
            | '》'
            | '*'
            | '_'
    )
}

/// Whether a sentence ends after `run` (terminators) and the closing marks behind it.
fn ends_here(before: &str, run: &str, closed: bool, after: &str) -> bool {
    let Some(next) = after.chars().next() else {
        return true;
    };
    if matches!(next, '，' | '、' | '；' | '：' | ',' | ';' | ':') {
        return false;
    }
    if run.contains(['。', '！', '？', '｡']) {
        return true;
    }
    if run.starts_with('…') && !run.contains(['.', '!', '?']) {
        // A Chinese ellipsis is a pause unless the speech or the line ends with it.
        return (closed && !before.chars().next_back().is_some_and(|c| c.is_ascii()))
            || (next.is_whitespace() && opens_sentence(after));
    }
    if !next.is_whitespace() {
        let latin = before
            .chars()
            .next_back()
            .is_some_and(|c| c.is_alphabetic() && !is_han(c));
        let loud = run.contains(['!', '?']);
        return is_han(next) && (latin || loud);
    }
    if !opens_sentence(after) {
        return false;
    }
    run != "." || closed || !is_abbreviation(before, after)
}

/// Whether what follows could open a sentence: anything but a small letter. Looks past quotes and
/// marks, but not far: a text of nothing but dots must not be read once for each of them.
fn opens_sentence(after: &str) -> bool {
    after
        .chars()
        .take(40)
        .find(|c| c.is_alphanumeric())
        .is_none_or(|c| !c.is_lowercase())
}

/// Titles and Latin shorthand: something always follows.
const NEVER_LAST: &[&str] = &[
    "mr", "mrs", "ms", "mx", "dr", "prof", "st", "sen", "rep", "gov", "gen", "col", "lt", "sgt",
    "capt", "cmdr", "adm", "maj", "rev", "fr", "hon", "pres", "supt", "messrs", "mme", "mlle",
    "vs", "v", "cf", "e.g", "i.e", "viz", "approx", "ca", "mt", "ft", "fig", "figs", "eq", "vol",
    "ch", "sec", "pp", "art",
];

/// Abbreviations that can end a sentence as well; what follows decides.
const SOMETIMES_LAST: &[&str] = &[
    "inc", "ltd", "co", "corp", "llc", "bros", "jr", "sr", "etc", "al", "ave", "blvd", "rd",
    "dept", "univ", "assn", "est", "a.m", "p.m", "am", "pm", "jan", "feb", "mar", "apr", "jun",
    "jul", "aug", "sep", "sept", "oct", "nov", "dec", "mon", "tue", "tues", "wed", "thu", "thurs",
    "fri", "no", "nos", "u.s", "u.k", "u.n", "e.u", "d.c", "ph.d", "m.d", "b.a", "m.a",
];

/// Words that open a sentence far more often than they follow an abbreviation in its middle.
const OPENERS: &[&str] = &[
    "a",
    "after",
    "all",
    "also",
    "although",
    "an",
    "and",
    "another",
    "as",
    "at",
    "because",
    "before",
    "both",
    "but",
    "by",
    "each",
    "even",
    "every",
    "for",
    "from",
    "he",
    "her",
    "here",
    "his",
    "how",
    "however",
    "i",
    "if",
    "in",
    "instead",
    "it",
    "its",
    "last",
    "later",
    "many",
    "meanwhile",
    "more",
    "most",
    "my",
    "no",
    "not",
    "nobody",
    "now",
    "of",
    "on",
    "once",
    "one",
    "or",
    "other",
    "our",
    "she",
    "since",
    "so",
    "some",
    "still",
    "such",
    "that",
    "the",
    "their",
    "then",
    "there",
    "these",
    "they",
    "this",
    "those",
    "though",
    "to",
    "today",
    "under",
    "until",
    "we",
    "what",
    "when",
    "where",
    "while",
    "who",
    "why",
    "with",
    "yet",
    "you",
];

fn is_abbreviation(before: &str, after: &str) -> bool {
    let word = before
        .rsplit(|c: char| !(c.is_alphanumeric() || c == '.'))
        .next()
        .unwrap_or_default();
    if word.is_empty() {
        return false;
    }
    // `1. First` at the start of a line.
    if word.len() <= 3 && word.chars().all(|c| c.is_ascii_digit()) {
        let indent = before[..before.len() - word.len()].trim_end_matches([' ', '\t']);
        return indent.is_empty() || indent.ends_with(['\n', '\r']);
    }
    if word.len() > 8 || !word.is_ascii() {
        return false;
    }
    let word = word.to_ascii_lowercase();
    if NEVER_LAST.contains(&word.as_str()) {
        return true;
    }
    let next = after
        .trim_start()
        .trim_start_matches(['"', '\'', '“', '‘', '(', '['])
        .split(|c: char| !c.is_alphanumeric())
        .next()
        .unwrap_or_default();
    let opener = OPENERS.contains(&next.to_ascii_lowercase().as_str());
    // `No. 5` and `Jan. 5`, but `He said no. 5 came.`
    let counted = next.starts_with(|c: char| c.is_ascii_digit());
    if SOMETIMES_LAST.contains(&word.as_str()) {
        let ambiguous = word == "no" || word == "am" || word == "co" || word == "mar";
        let capital = before[before.len() - word.len()..].starts_with(|c: char| c.is_uppercase());
        return !opener && (!ambiguous || capital || counted);
    }
    // Initials (`J. Smith`, `J.R.R. Tolkien`) and other acronyms (`U.S.S.R.`).
    let initials = word.split('.').all(|part| part.len() == 1);
    initials && word != "i" && !opener && word.chars().all(|c| !c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn split(text: &str) -> Vec<&str> {
        sentences(text)
            .into_iter()
            .map(|range| &text[range])
            .collect()
    }

    #[test]
    fn english_ends_where_a_reader_would_stop() {
        for (text, expected) in [
            (
                "One. Two! Three? Four",
                vec!["One.", "Two!", "Three?", "Four"],
            ),
            (
                "Mr. Smith met Dr. Wu. They spoke.",
                vec!["Mr. Smith met Dr. Wu.", "They spoke."],
            ),
            (
                "It cost 3.14 dollars. Cheap.",
                vec!["It cost 3.14 dollars.", "Cheap."],
            ),
            (
                "“Go!” he said. “Why?” She left.",
                vec!["“Go!” he said.", "“Why?”", "She left."],
            ),
            (
                "He said \"no.\" Then he left.",
                vec!["He said \"no.\"", "Then he left."],
            ),
            (
                "The U.S. Senate voted. He lives in the U.S. The end.",
                vec!["The U.S. Senate voted.", "He lives in the U.S.", "The end."],
            ),
            (
                "J. R. R. Tolkien wrote. So do I. Good.",
                vec!["J. R. R. Tolkien wrote.", "So do I.", "Good."],
            ),
            (
                "Acme Inc. said so at 5 p.m. on Monday.",
                vec!["Acme Inc. said so at 5 p.m. on Monday."],
            ),
            (
                "On Jan. 5 it rained... and rained. Wait... What?",
                vec!["On Jan. 5 it rained... and rained.", "Wait...", "What?"],
            ),
            (
                "He said no. Nobody heard.",
                vec!["He said no.", "Nobody heard."],
            ),
            (
                "See e.g. Figure 2 (p. 4). Done.",
                vec!["See e.g. Figure 2 (p. 4).", "Done."],
            ),
            (
                "A hard-\nwrapped line.\nNext one.",
                vec!["A hard-\nwrapped line.", "Next one."],
            ),
            (
                "Visit example.com today. OK?",
                vec!["Visit example.com today.", "OK?"],
            ),
        ] {
            assert_eq!(split(text), expected);
        }
    }

    #[test]
    fn chinese_ends_with_its_closing_quote() {
        for (text, expected) in [
            (
                "今天下雨。我们走吧！好吗？",
                vec!["今天下雨。", "我们走吧！", "好吗？"],
            ),
            (
                "他说：“走吧。”然后离开。",
                vec!["他说：“走吧。”", "然后离开。"],
            ),
            ("“真的吗？！”“是。”", vec!["“真的吗？！”", "“是。”"]),
            ("他……走了。她也……", vec!["他……走了。", "她也……"]),
            (
                "圆周率是3.14。版本2.0发布",
                vec!["圆周率是3.14。", "版本2.0发布"],
            ),
            (
                "使用OpenAI.然后OK!继续",
                vec!["使用OpenAI.", "然后OK!", "继续"],
            ),
            ("“好！”，他答应了。", vec!["“好！”，他答应了。"]),
            ("共5人(约10%)。完", vec!["共5人(约10%)。", "完"]),
        ] {
            assert_eq!(split(text), expected);
        }
    }

    #[test]
    fn headings_and_list_items_stand_alone() {
        let text = "# A heading\nText here\n- one\n- two. Three.\n1. First\n2. Second";
        assert_eq!(
            split(text),
            [
                "# A heading",
                "Text here",
                "- one",
                "- two.",
                "Three.",
                "1. First",
                "2. Second"
            ]
        );
    }

    #[test]
    fn paragraphs_are_runs_of_lines() {
        let text = "\u{feff}\none\r\ntwo\r\n \t\r\nthree\n\n\n";
        let found: Vec<_> = paragraphs(text)
            .into_iter()
            .map(|range| &text[range])
            .collect();
        assert_eq!(found, ["one\r\ntwo", "three"]);
        assert!(paragraphs(" \n\u{3000}\n").is_empty());
    }

    #[test]
    fn the_same_mark_over_and_over_takes_no_longer() {
        // Quadratic reading of these takes minutes.
        for mark in [". ", "Mr. ", "1. ", "...", "。” ", "a.b.c. "] {
            assert!(!sentences(&mark.repeat(200_000)).is_empty());
        }
    }

    /// Ranges in order, apart, on borders; what lies between them is white space.
    fn holds(text: &str, ranges: &[Range<usize>]) -> Result<(), TestCaseError> {
        let mut at = 0;
        for range in ranges {
            prop_assert!(range.start >= at && range.start < range.end);
            let between = text.get(at..range.start);
            prop_assert!(between.is_some_and(is_blank), "{:?} in {:?}", range, text);
            prop_assert!(
                text.get(range.clone())
                    .is_some_and(|piece| !is_blank(piece))
            );
            at = range.end;
        }
        prop_assert!(is_blank(&text[at..]));
        Ok(())
    }

    proptest! {
        #[test]
        fn nothing_but_white_space_lies_between(
            text in "([A-Za-z0-9 \\n\\r.!?…。！？”\"')#*-]|汉|\u{feff}|Mr\\. |U\\.S\\. |\\PC){0,80}"
        ) {
            holds(&text, &sentences(&text))?;
            holds(&text, &paragraphs(&text))?;
        }

        #[test]
        fn any_bytes_can_be_split(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let text = String::from_utf8_lossy(&bytes);
            holds(&text, &sentences(&text))?;
            holds(&text, &paragraphs(&text))?;
        }
    }
}
