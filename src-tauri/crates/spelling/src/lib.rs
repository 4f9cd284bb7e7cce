//! # English spelling
//!
//! Whether a word is one, and what could be meant instead. The word lists are SCOWL's, in the form of
//! Hunspell (`assets/dictionaries`); [`spellbook`] reads their rules of endings.
//!
//! Rules
//! - Words come in and go out: what is a word in a text, and which of them are looked at, is decided
//!   where the text is shown.
//! - A list is read when it is first asked for, and stays.
//! - Whatever a word is, the answer takes bounded time: what is longer than any word is let be.
//!
//! ```
//! use inkstone_spelling::{English, Speller};
//! let speller = Speller::default();
//! assert!(speller.knows("harbour", English::British));
//! assert!(!speller.knows("harbour", English::American));
//! assert_eq!(speller.suggest("lighthuose", English::Either)[0], "lighthouse");
//! ```

use std::sync::OnceLock;

use spellbook::Dictionary;

/// The longest word that is looked up, in characters; what is longer is no word.
const LONGEST: usize = 40;
/// The most that is offered for a word.
const MOST_OFFERED: usize = 6;

/// Whose spelling is right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum English {
    /// *color*, *traveled*.
    American,
    /// *colour*, *travelled*.
    British,
    /// What is right in either.
    #[default]
    Either,
}

/// The word lists, each read once.
#[derive(Default)]
pub struct Speller {
    american: OnceLock<Option<Dictionary>>,
    british: OnceLock<Option<Dictionary>>,
    either: OnceLock<Option<Dictionary>>,
}

impl std::fmt::Debug for Speller {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Speller").finish_non_exhaustive()
    }
}

/// Words of both spellings, and the rules of their endings, which are the same.
const AMERICAN: &str = include_str!("../../../../assets/dictionaries/en-US.dic");
const BRITISH: &str = include_str!("../../../../assets/dictionaries/en-GB.dic");
const ENDINGS: &str = include_str!("../../../../assets/dictionaries/en-US.aff");

/// Both lists as one, in half the room: of 50,000 lines each they differ in 1,300. Lines are in the
/// order of their bytes; were they not, some would only stand there twice.
fn either() -> String {
    let mut lists = [AMERICAN, BRITISH].map(|list| list.lines().skip(1).peekable());
    let mut all = format!("{}\n", AMERICAN.lines().count());
    loop {
        let line = match lists.each_mut().map(|list| list.peek().copied()) {
            [None, None] => return all,
            [Some(one), None] | [None, Some(one)] => one,
            [Some(one), Some(other)] => one.min(other),
        };
        for list in &mut lists {
            list.next_if_eq(&line);
        }
        all.push_str(line);
        all.push('\n');
    }
}

impl Speller {
    /// The list of a spelling; none is missing in a program that was built whole.
    fn list(&self, english: English) -> Option<&Dictionary> {
        let read = |list: &str| Dictionary::new(ENDINGS, list).ok();
        let list = match english {
            English::American => self.american.get_or_init(|| read(AMERICAN)),
            English::British => self.british.get_or_init(|| read(BRITISH)),
            English::Either => self.either.get_or_init(|| read(&either())),
        };
        list.as_ref()
    }

    /// Whether a word is right. What is no word of Latin letters, or longer than any word, is.
    pub fn knows(&self, word: &str, english: English) -> bool {
        let word = plain(word);
        if word.is_empty() || word.chars().count() > LONGEST || !is_latin(&word) {
            return true;
        }
        let Some(list) = self.list(english) else {
            return true;
        };
        // The lists write *cafe* and *naive*; who writes the accents is no worse.
        let bare: String = word.chars().map(bare).collect();
        let known = |word: &str| list.check(word);
        let known = |word: &str| known(word) || (bare != word && known(&bare));
        // Two words with a hyphen are right if both are: nobody lists them all.
        known(&word)
            || (word.contains('-')
                && word
                    .split('-')
                    .all(|part| part.is_empty() || part.len() == 1 || known(part)))
    }

    /// What could be meant, the likeliest first; nothing for what is no word.
    pub fn suggest(&self, word: &str, english: English) -> Vec<String> {
        let word = plain(word);
        if word.is_empty() || word.chars().count() > LONGEST || !is_latin(&word) {
            return Vec::new();
        }
        let mut found = Vec::new();
        if let Some(list) = self.list(english) {
            list.suggest(&word, &mut found);
        }
        found.truncate(MOST_OFFERED);
        found
    }
}

/// With the apostrophe that the lists have.
fn plain(word: &str) -> String {
    word.trim_matches(['\'', '\u{2019}', '-'])
        .replace('\u{2019}', "'")
}

/// A letter without its accent.
fn bare(letter: char) -> char {
    match letter {
        'à'..='å' => 'a',
        'À'..='Å' => 'A',
        'ç' => 'c',
        'Ç' => 'C',
        'è'..='ë' => 'e',
        'È'..='Ë' => 'E',
        'ì'..='ï' => 'i',
        'Ì'..='Ï' => 'I',
        'ñ' => 'n',
        'ò'..='ö' => 'o',
        'Ò'..='Ö' => 'O',
        'ù'..='ü' => 'u',
        'Ù'..='Ü' => 'U',
        other => other,
    }
}

fn is_latin(word: &str) -> bool {
    word.chars().any(char::is_alphabetic)
        && word
            .chars()
            .all(|c| matches!(c, '\'' | '-') || (c.is_alphabetic() && c < '\u{250}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_with_their_endings_are_known() {
        let speller = Speller::default();
        for word in [
            "keeper",
            "keepers",
            "keeper's",
            "keeper\u{2019}s",
            "didn\u{2019}t",
            "Monday",
            "unhappily",
            "well-known",
            "mid-Atlantic",
            "caf\u{e9}",
            "IT",
            "'twas",
            "e-mail",
            "colour",
            "color",
            "organise",
            "organize",
            "travelled",
            "traveled",
        ] {
            assert!(speller.knows(word, English::Either), "{word}");
        }
        for word in [
            "lighthuose",
            "walkd",
            "seperate",
            "monday",
            "wel-known",
            "recieve",
        ] {
            assert!(!speller.knows(word, English::Either), "{word}");
        }
    }

    #[test]
    fn each_spelling_has_its_own_words() {
        let speller = Speller::default();
        for (american, british) in [("color", "colour"), ("center", "centre"), ("gray", "grey")] {
            assert!(speller.knows(american, English::American), "{american}");
            assert!(speller.knows(british, English::British), "{british}");
        }
        assert!(!speller.knows("centre", English::American));
        assert!(!speller.knows("color", English::British));
    }

    #[test]
    fn both_lists_as_one_have_each_line_once() {
        let endings = include_str!("../../../../assets/dictionaries/en-GB.aff");
        assert_eq!(endings, ENDINGS);
        let all = either();
        let mut lines: Vec<&str> = all.lines().skip(1).collect();
        let of_both = [AMERICAN, BRITISH].map(|list| list.lines().skip(1));
        let wanted: std::collections::BTreeSet<&str> = of_both.into_iter().flatten().collect();
        assert_eq!(lines.len(), wanted.len());
        lines.sort_unstable();
        assert!(lines.into_iter().eq(wanted));
    }

    #[test]
    fn what_is_meant_comes_first_and_in_the_same_case() {
        let speller = Speller::default();
        for (wrong, right) in [
            ("seperate", "separate"),
            ("Lighthuose", "Lighthouse"),
            ("walkd", "walked"),
            ("recieve", "receive"),
            ("didnt", "didn't"),
        ] {
            let offered = speller.suggest(wrong, English::Either);
            assert!(
                offered.iter().take(2).any(|one| one == right),
                "{wrong}: {offered:?}"
            );
            assert!(offered.len() <= MOST_OFFERED);
        }
    }

    #[test]
    fn what_is_no_word_is_let_be() {
        let speller = Speller::default();
        for word in [
            "",
            "'",
            "雨停了",
            "3.5",
            "слово",
            &"x".repeat(5_000),
            "a\0b",
            "-",
        ] {
            assert!(speller.knows(word, English::Either), "{word:?}");
            assert!(
                speller.suggest(word, English::Either).is_empty(),
                "{word:?}"
            );
        }
    }
}
