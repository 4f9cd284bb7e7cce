//! Keeps an answer to the references of its prompt.
//!
//! A small network may name `⟦fact7⟧` where a brief has six facts, or forget a paragraph. Whoever
//! decodes token by token asks a [`Guide`] before each one, so that such an answer can't be written.

use std::collections::BTreeSet;

/// What an answer may name next, and whether it may end. Keys are written without brackets.
#[derive(Debug, Clone, Default)]
pub struct Guide {
    known: BTreeSet<String>,
    written: BTreeSet<String>,
}

impl Guide {
    /// For a prompt that holds these references.
    pub fn new<'a>(keys: impl IntoIterator<Item = &'a str>) -> Self {
        Self {
            known: keys.into_iter().map(str::to_owned).collect(),
            written: BTreeSet::new(),
        }
    }

    /// Whether the prompt holds no reference, so that there is nothing to keep to.
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// Whether the answer may name this now: what the prompt holds (in capitals too), a slot or a
    /// fact only after the one before it, and none of a list twice.
    pub fn allows(&self, key: &str) -> bool {
        let lower = key.to_lowercase();
        if !self.known.contains(&lower) {
            return false;
        }
        match sort(&lower) {
            "n" | "fact" => self.next(sort(&lower)) == Some(lower.as_str()),
            "point" => !self.written.contains(&lower),
            // A sentence of a selection, or its head in its stead.
            "s" | "h" => {
                let number = &lower[1..];
                let was = |letter: char| self.written.contains(&format!("{letter}{number}"));
                !was('s') && !was('h')
            }
            _ => true,
        }
    }

    /// What may stand for a reference that is not allowed now: the one whose turn it is, another
    /// one of its list, or what says as much. An unfinished "and the sources are" has to end somehow.
    pub fn instead(&self, key: &str) -> Option<String> {
        let kind = sort(key);
        let known = |key: &str| self.known.get(key).map(String::as_str);
        let first = |kind| self.all(kind).next();
        let found = match kind {
            "n" => self.next("n"),
            "fact" => self
                .next("fact")
                .or_else(|| known("angle"))
                .or_else(|| known("topic")),
            "point" => self.next("point").or_else(|| known("product")),
            "source" => self.next("source").or_else(|| first("source")),
            "char" => first("char"),
            "CHAR" => return first("char").map(str::to_uppercase),
            _ => None,
        };
        found.map(str::to_owned)
    }

    /// Whether what is meant is the end: a slot where none is left.
    pub fn means_end(&self, key: &str) -> bool {
        sort(key) == "n" && self.next("n").is_none()
    }

    /// Takes note of what the answer has named.
    pub fn wrote(&mut self, key: &str) {
        self.written.insert(key.to_lowercase());
    }

    /// Whether the answer may end: not before all slots are written.
    pub fn may_end(&self) -> bool {
        self.next("n").is_none()
    }

    fn all<'a>(&'a self, wanted: &'a str) -> impl Iterator<Item = &'a str> {
        let all = self.known.iter().map(String::as_str);
        all.filter(move |key| sort(key) == wanted)
    }

    /// The first of a list that is not written yet.
    fn next<'a>(&'a self, sort: &'a str) -> Option<&'a str> {
        let left = self.all(sort).filter(|key| !self.written.contains(*key));
        left.min_by_key(|key| key[sort.len()..].parse::<usize>().unwrap_or(usize::MAX))
    }
}

/// A key without its number.
fn sort(key: &str) -> &str {
    key.trim_end_matches(|c: char| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guide() -> Guide {
        Guide::new([
            "topic", "fact1", "fact2", "source1", "source2", "char1", "n1", "n2",
        ])
    }

    #[test]
    fn only_what_the_prompt_holds_can_be_named() {
        let guide = guide();
        assert!(guide.allows("topic") && guide.allows("char1") && guide.allows("CHAR1"));
        assert!(!guide.allows("fact3") && !guide.allows("char2") && !guide.allows("angle"));
        assert!(Guide::new([]).is_empty() && !guide.is_empty());
    }

    #[test]
    fn lists_come_in_order_and_once() {
        let mut guide = guide();
        assert!(guide.allows("n1") && !guide.allows("n2") && !guide.allows("fact2"));
        guide.wrote("n1");
        guide.wrote("fact1");
        guide.wrote("source2");
        guide.wrote("topic");
        assert!(!guide.allows("n1") && guide.allows("n2") && guide.allows("fact2"));
        assert!(guide.allows("source1") && guide.allows("topic"));
        let ten: Vec<String> = (1..=10).map(|i| format!("n{i}")).collect();
        let mut guide = Guide::new(ten.iter().map(String::as_str));
        guide.wrote("n1");
        assert!(guide.allows("n2") && !guide.allows("n10"));
    }

    #[test]
    fn a_head_stands_for_its_sentence() {
        let mut guide = Guide::new(["s1", "h1", "s2"]);
        guide.wrote("h1");
        assert!(guide.allows("s2") && !guide.allows("s1") && !guide.allows("h1"));
    }

    #[test]
    fn what_is_out_of_turn_becomes_what_is_meant() {
        let mut guide = guide();
        let is = |guide: &Guide, key: &str| guide.instead(key).unwrap_or_default();
        assert_eq!(is(&guide, "n2"), "n1");
        assert_eq!(is(&guide, "char9"), "char1");
        assert_eq!(is(&guide, "CHAR9"), "CHAR1");
        assert_eq!(is(&guide, "source7"), "source1");
        assert_eq!(is(&guide, "desc1"), "");
        guide.wrote("fact1");
        assert_eq!(is(&guide, "fact7"), "fact2");
        guide.wrote("fact2");
        assert_eq!(is(&guide, "fact2"), "topic");
    }

    #[test]
    fn the_end_comes_after_the_last_slot() {
        let mut guide = guide();
        for key in ["n1", "fact1"] {
            guide.wrote(key);
            assert!(!guide.may_end());
        }
        assert!(!guide.means_end("n7"));
        guide.wrote("n2");
        assert!(guide.may_end() && guide.means_end("n3") && !guide.means_end("fact3"));
        assert!(Guide::new(["fact1", "point1"]).may_end());
    }
}
