//! Who is named in what is seen and heard.

use std::collections::HashMap;

/// Names past this many are not looked for: those who speak least.
const MOST_NAMES: usize = 200;

/// Names to look for in action.
pub(super) struct Names {
    /// Each name in small letters, with its place in the list of characters.
    names: Vec<(Vec<char>, usize)>,
    /// The names by their first letter, longest first.
    by_first: HashMap<char, Vec<usize>>,
}

impl Names {
    /// Names with the places they have in a list, those who speak most first. Names of a single
    /// letter say nothing.
    pub fn new<'a>(names: impl Iterator<Item = (usize, &'a str)>) -> Self {
        let names: Vec<(Vec<char>, usize)> = names
            .take(MOST_NAMES)
            .map(|(place, name)| (name.chars().flat_map(char::to_lowercase).collect(), place))
            .filter(|(name, _): &(Vec<char>, usize)| name.len() > 1)
            .collect();
        let mut by_first: HashMap<char, Vec<usize>> = HashMap::new();
        for (index, (name, _)) in names.iter().enumerate() {
            by_first.entry(name[0]).or_default().push(index);
        }
        for list in by_first.values_mut() {
            list.sort_by_key(|index| std::cmp::Reverse(names[*index].0.len()));
        }
        Self { names, by_first }
    }

    /// Adds to `found` who is named in a text and not in there yet, by their places in the list.
    ///
    /// A name counts where it is a word of its own (in Chinese, anywhere) and each of its words
    /// begins with a capital: `MARA` and `Mara` are named in "Mara waits", a `MAN` is not in "a
    /// man". A word that begins a sentence can be taken for a name (`WILL`, "Will he come?").
    pub fn find(&self, text: &str, found: &mut Vec<usize>) {
        let mut before = ' ';
        let mut until = 0;
        for (at, c) in text.char_indices() {
            let begins = !before.is_alphanumeric() || is_han(c);
            before = c;
            if at < until || !begins || c.is_lowercase() {
                continue;
            }
            let first = c.to_lowercase().next().unwrap_or(c);
            let Some(list) = self.by_first.get(&first) else {
                continue;
            };
            // The longest wins: "Old Tom" does not name somebody called Old.
            let here = list.iter().find_map(|index| {
                let (name, place) = &self.names[*index];
                Some((ends_at(&text[at..], name)?, *place))
            });
            if let Some((length, place)) = here {
                until = at + length;
                if !found.contains(&place) {
                    found.push(place);
                }
            }
        }
    }
}

/// How long a name is at the head of a text, in bytes, if it stands there.
fn ends_at(text: &str, name: &[char]) -> Option<usize> {
    let mut wanted = name.iter().copied();
    let mut before = ' ';
    let mut letters = text.char_indices().peekable();
    while let Some((at, c)) = letters.peek().copied() {
        if !before.is_alphanumeric() && c.is_lowercase() {
            return None;
        }
        for small in c.to_lowercase() {
            if wanted.next() != Some(small) {
                return None;
            }
        }
        before = c;
        letters.next();
        if wanted.len() == 0 {
            let whole = is_han(c)
                || !letters
                    .peek()
                    .is_some_and(|(_, next)| next.is_alphanumeric());
            return whole.then_some(at + c.len_utf8());
        }
    }
    None
}

/// Written without spaces between words.
fn is_han(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(names: &[&str], text: &str) -> Vec<usize> {
        let mut found = Vec::new();
        Names::new(names.iter().copied().enumerate()).find(text, &mut found);
        found
    }

    #[test]
    fn a_name_is_a_word_with_a_capital() {
        let names = ["MARA", "OLD TOM", "OLD", "MAN", "Élise", "X"];
        assert_eq!(found(&names, "Mara waits for Old Tom."), [0, 1]);
        assert_eq!(found(&names, "MARA'S coat. A man, an old man."), [0]);
        assert_eq!(found(&names, "Marathon. Manhattan. Old tom."), [2]);
        assert_eq!(found(&names, "ÉLISE and élise, X"), [4]);
        assert_eq!(found(&names, "Old Tom, OLD TOM, Old."), [1, 2]);
        assert_eq!(found(&names, "Old To"), [2]);
        assert_eq!(found(&names, ""), []);
    }

    #[test]
    fn a_chinese_name_stands_anywhere() {
        let names = ["老秦", "秦小梅", "秦"];
        assert_eq!(found(&names, "雨里老秦看着秦小梅。"), [0, 1]);
        assert_eq!(found(&names, "秦。"), []);
    }
}
