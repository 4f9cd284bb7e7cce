//! Words and phrases in a growing text, however they are cased and wherever tokens end.

/// A phrase with its case, white space and apostrophes made alike.
#[derive(Debug, Clone)]
pub(crate) struct Phrase {
    /// As it was given.
    pub(crate) text: String,
    folded: Vec<char>,
}

/// A place of a phrase in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    /// Where its last word begins, in bytes of the text.
    pub(crate) last_word: usize,
    /// Whether more letters could still make it another word.
    pub(crate) open: bool,
}

impl Phrase {
    /// `None` for one of white space only.
    pub(crate) fn new(text: &str) -> Option<Self> {
        let mut folded = Vec::new();
        for (c, _) in fold(text.trim()) {
            folded.push(c);
        }
        (!folded.is_empty()).then(|| Self {
            text: text.trim().to_owned(),
            folded,
        })
    }

    /// Whether another phrase is in every text that this one is in.
    pub(crate) fn holds(&self, other: &Phrase) -> bool {
        Folded::new(&self.text).find(other).is_some()
    }
}

/// A text made alike in the same way.
pub(crate) struct Folded {
    chars: Vec<(char, usize)>,
    /// Whether something stands before it, so that its first character may be the middle of a word.
    cut: bool,
}

impl Folded {
    pub(crate) fn new(text: &str) -> Self {
        Self {
            chars: fold(text).collect(),
            cut: false,
        }
    }

    /// The end of a text: enough of it to find `phrases` that end after `from` bytes.
    pub(crate) fn tail(text: &str, from: usize, phrases: &[Phrase]) -> Self {
        let longest = phrases.iter().map(|p| p.folded.len()).max().unwrap_or(0);
        // A folded character comes from at least one; runs of white space may be longer than the
        // space they become, and then a phrase over them is found by its other end.
        let mut start = text.floor_char_boundary(from.min(text.len()));
        for (at, _) in text[..start].char_indices().rev().take(4 * longest + 8) {
            start = at;
        }
        let chars = fold(&text[start..]).map(|(c, at)| (c, at + start));
        Self {
            chars: chars.collect(),
            cut: start > 0,
        }
    }

    /// The first place of a phrase.
    pub(crate) fn find(&self, phrase: &Phrase) -> Option<Place> {
        let (text, wanted) = (&self.chars, &phrase.folded);
        let first = *wanted.first()?;
        let last = *wanted.last()?;
        let starts = usize::from(self.cut)..text.len().saturating_sub(wanted.len() - 1);
        starts.into_iter().find_map(|start| {
            let end = start + wanted.len();
            let same =
                text[start].0 == first && text[start..end].iter().map(|(c, _)| c).eq(wanted.iter());
            let joined = |a: Option<&(char, usize)>, b: char| {
                a.is_some_and(|(a, _)| is_spaced_letter(*a)) && is_spaced_letter(b)
            };
            let before = start.checked_sub(1).and_then(|i| text.get(i));
            if !same || joined(before, first) || joined(text.get(end), last) {
                return None;
            }
            let word = text[start..end]
                .iter()
                .rposition(|(c, _)| !is_spaced_letter(*c))
                .map_or(start, |i| (start + i + 1).min(end - 1));
            Some(Place {
                last_word: text[word].1,
                open: end == text.len() && is_spaced_letter(last),
            })
        })
    }
}

/// Characters and where each begins.
fn fold(text: &str) -> impl Iterator<Item = (char, usize)> {
    let mut spaced = false;
    text.char_indices().flat_map(move |(at, c)| {
        let space = c.is_whitespace();
        let again = space && std::mem::replace(&mut spaced, space);
        spaced = space;
        let made = match c {
            _ if again => None,
            _ if space => Some(' '),
            '’' | '‘' | 'ʼ' => Some('\''),
            _ => None,
        };
        let lower = (made.is_none() && !again).then(|| c.to_lowercase());
        made.into_iter()
            .chain(lower.into_iter().flatten())
            .map(move |c| (c, at))
    })
}

/// A letter or a digit of a script with spaces between its words.
pub(crate) fn is_spaced_letter(c: char) -> bool {
    c.is_alphanumeric() && !is_dense(c)
}

/// A letter of a script that runs its words together.
pub(crate) fn is_dense(c: char) -> bool {
    matches!(c,
        '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}'
        | '\u{3005}' | '\u{3007}' | '\u{20000}'..='\u{323af}' | '\u{3040}'..='\u{30ff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(text: &str, phrase: &str) -> Option<Place> {
        Folded::new(text).find(&Phrase::new(phrase).unwrap())
    }

    #[test]
    fn case_space_and_apostrophes_do_not_matter() {
        for text in ["Risk  free", "a RISK\nfree b", "risk\u{a0}free!"] {
            assert!(find(text, "risk free").is_some(), "{text}");
        }
        assert!(find("Don’t", "don't").is_some());
        assert!(find("ÉTÉ", "été").is_some());
        assert!(Phrase::new(" \n").is_none());
    }

    #[test]
    fn words_are_found_whole_and_han_anywhere() {
        assert!(find("add", "ad").is_none() && find("mad", "ad").is_none());
        assert!(find("an ad.", "ad").is_some());
        assert!(find("全国最好的", "最好").is_some());
        assert!(find("用AI写作", "AI").is_some());
        assert!(find("100%", "100%").is_some());
    }

    #[test]
    fn a_place_says_where_its_last_word_begins_and_whether_it_may_go_on() {
        let place = find("so risk free", "risk free").unwrap();
        assert_eq!((place.last_word, place.open), (8, true));
        let place = find("so risk free.", "risk free").unwrap();
        assert_eq!((place.last_word, place.open), (8, false));
        let place = find("这是最好", "最好").unwrap();
        assert!(!place.open);
        let place = find("x 100%", "100%").unwrap();
        assert!(!place.open);
    }

    #[test]
    fn the_tail_is_enough() {
        let phrases = [Phrase::new("risk free").unwrap()];
        let text = format!("{} risk free.", "x ".repeat(500));
        let from = text.len() - 1;
        assert!(
            Folded::tail(&text, from, &phrases)
                .find(&phrases[0])
                .is_some()
        );
    }
}
