//! How much of a document goes along with a prompt.

use std::ops::Range;

/// Tokens of a text, guessed on the safe side: tokenizers differ, and a prompt that does not fit
/// is worse than one with a sentence less of context.
pub fn tokens(text: &str) -> usize {
    let (ascii, wide) =
        text.chars()
            .fold((0usize, 0usize), |(ascii, wide), c| match c.is_ascii() {
                true => (ascii + 1, wide),
                false => (ascii, wide + 1),
            });
    ascii * 3 / 10 + wide * 11 / 10 + 1
}

/// The part of the context that stands for what a document says, in tokens.
pub(crate) const UNKNOWN_CONTEXT: usize = 8192;

/// The start of a text that fits into `budget` tokens, ending at a border of a paragraph, a
/// sentence or a word.
pub(crate) fn head(text: &str, budget: usize) -> &str {
    if tokens(text) <= budget {
        return text;
    }
    let end = spend(text.char_indices(), budget).map_or(0, |at| at);
    &text[..border(text, 0..end, false)]
}

/// The end of a text that fits into `budget` tokens, likewise.
pub(crate) fn tail(text: &str, budget: usize) -> &str {
    if tokens(text) <= budget {
        return text;
    }
    let start = spend(text.char_indices().rev(), budget).map_or(text.len(), |at| {
        at + text[at..].chars().next().map_or(0, char::len_utf8)
    });
    &text[border(text, start..text.len(), true)..]
}

/// Where the budget is used up: the position of the first character too many.
fn spend(chars: impl Iterator<Item = (usize, char)>, budget: usize) -> Option<usize> {
    // In tenths of a token, as in `tokens`.
    let mut left = budget.saturating_sub(1) * 10;
    for (at, c) in chars {
        let cost = if c.is_ascii() { 3 } else { 11 };
        if left < cost {
            return Some(at);
        }
        left -= cost;
    }
    None
}

/// The best place to cut inside `kept` without giving up more than a quarter of it.
fn border(text: &str, kept: Range<usize>, front: bool) -> usize {
    let quarter = kept.len() / 4;
    let zone = if front {
        kept.start..kept.start + quarter
    } else {
        kept.end - quarter..kept.end
    };
    let ends: [fn(&str) -> bool; 4] = [
        |s| s.ends_with("\n\n"),
        |s| s.ends_with(['\n', '。', '！', '？']) || s.ends_with(". "),
        |s| s.ends_with(char::is_whitespace),
        |_| true,
    ];
    let places: Vec<usize> = zone
        .clone()
        .filter(|at| text.is_char_boundary(*at))
        .collect();
    for end in ends {
        let mut found = places.iter().copied().filter(|at| end(&text[..*at]));
        if let Some(at) = if front {
            found.next()
        } else {
            found.next_back()
        } {
            return at;
        }
    }
    if front { kept.start } else { kept.end }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_is_whole() {
        assert_eq!(head("One. Two.", 100), "One. Two.");
        assert_eq!(tail("", 0), "");
    }

    #[test]
    fn cuts_fall_on_borders_and_within_the_budget() {
        let english = "This is a sentence of eight words, no more. ".repeat(40);
        let chinese = "这是一个不长不短的句子。".repeat(40);
        for text in [&english, &chinese] {
            for budget in [20, 50, 111, 200] {
                let (h, t) = (head(text, budget), tail(text, budget));
                assert!(
                    tokens(h) <= budget && tokens(t) <= budget,
                    "{budget}: {h} | {t}"
                );
                assert!(
                    tokens(h) * 2 > budget && tokens(t) * 2 > budget,
                    "{budget}: {h} | {t}"
                );
                assert!(text.starts_with(h) && text.ends_with(t));
                assert!(
                    !h.is_empty() && h.trim_end().ends_with(['.', '。']) || budget == 20,
                    "{h}"
                );
            }
        }
    }
}
