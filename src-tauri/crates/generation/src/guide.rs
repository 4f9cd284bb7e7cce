//! Keeps an answer to the references of its prompt.
//!
//! A small network may name `⟦fact7⟧` where a brief has six facts, or forget a paragraph. Whoever
//! decodes token by token asks a [`Guide`] before each one, so that such an answer can't be written.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

/// A reference that an answer has to name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owed {
    /// The reference's key, without brackets.
    pub key: String,
    /// What is written for it where the answer would end without; it names the reference.
    pub text: String,
}

/// How often an answer may name what is told once, in all and on one line; more says the same again.
const OFTEN: &[(&str, usize, usize)] = &[
    ("topic", 3, 2),
    ("angle", 3, 2),
    ("audience", 3, 2),
    ("heading", 1, 1),
    ("logline", 1, 1),
    ("synopsis", 1, 1),
    ("desc", 1, 1),
    ("source", 6, 2),
    // Wide: a call that is forbidden where it is meant leaves nothing sensible to say.
    ("cta", 12, 3),
    ("product", 12, 3),
];
/// Each point once, and when all are told, once more, and again: an ad has several fields.
const ROUNDS: usize = 3;

/// What an answer may name next, and whether it may end. Keys are written without brackets.
#[derive(Debug, Clone, Default)]
pub struct Guide {
    known: BTreeSet<String>,
    /// How often each was named.
    written: BTreeMap<String, usize>,
    /// The same on the line that is being written.
    line: BTreeMap<String, usize>,
    owed: Vec<Owed>,
}

impl Guide {
    /// For a prompt that holds these references.
    pub fn new<'a>(keys: impl IntoIterator<Item = &'a str>) -> Self {
        Self {
            known: keys.into_iter().map(str::to_owned).collect(),
            ..Self::default()
        }
    }

    /// The same, and these have to be named; what the prompt does not hold can't be.
    pub fn owing(mut self, owed: &[Owed]) -> Self {
        let owed = owed.iter().filter(|o| self.known.contains(&o.key));
        self.owed = owed.cloned().collect();
        self
    }

    /// Whether the prompt holds no reference, so that there is nothing to keep to.
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// Whether the answer may name this now: what the prompt holds (in capitals too), a slot or a
    /// fact only after the one before it, none of a list twice, and nothing too often. Sentences that
    /// are all owed come in their order.
    pub fn allows(&self, key: &str) -> bool {
        let lower = key.to_lowercase();
        if !self.known.contains(&lower) {
            return false;
        }
        match sort(&lower) {
            "n" | "fact" => self.next(sort(&lower)) == Some(lower.as_str()),
            "point" => self.count(&lower) <= self.rounds() && self.count(&lower) < ROUNDS,
            // A sentence of a selection, or its head in its stead.
            "s" | "h" => {
                let number = &lower[1..];
                let was = |letter: char| self.has(&format!("{letter}{number}"));
                let mut before = self.owed.iter().take_while(|o| o.key[1..] != *number);
                let turn = before.all(|o| sort(&o.key) != "s" || self.settled(o));
                !was('s') && !was('h') && turn
            }
            kind => {
                let most = OFTEN.iter().find(|(known, ..)| *known == kind);
                let here = self.line.get(&lower).copied().unwrap_or_default();
                most.is_none_or(|(_, all, line)| self.count(&lower) < *all && here < *line)
            }
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
            "point" => {
                let round = self.rounds();
                let mut told = self.all("point").filter(|key| self.count(key) <= round);
                if round < ROUNDS { told.next() } else { None }
            }
            "source" => self.next("source").or_else(|| first("source")),
            "char" => first("char"),
            "s" | "h" => self
                .unsettled()
                .map(|o| o.key.as_str())
                .find(|k| sort(k) == "s"),
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
        *self.written.entry(key.to_lowercase()).or_default() += 1;
        *self.line.entry(key.to_lowercase()).or_default() += 1;
    }

    /// A new line begins.
    pub fn breaks(&mut self) {
        self.line.clear();
    }

    /// How often every point has been told by now.
    fn rounds(&self) -> usize {
        let counts = self.all("point").map(|key| self.count(key));
        counts.min().unwrap_or_default()
    }

    /// Whether the answer may end: not before all slots are written, and all that is owed.
    pub fn may_end(&self) -> bool {
        self.next("n").is_none() && self.unsettled().next().is_none()
    }

    /// What is written where an answer would end that may not: the next slot, or all that is owed
    /// still. Nothing where it may end.
    pub fn instead_of_end(&self) -> String {
        match self.next("n") {
            Some(slot) => format!("\n\n⟦{slot}⟧"),
            None => self.unsettled().map(|o| o.text.as_str()).collect(),
        }
    }

    fn unsettled(&self) -> impl Iterator<Item = &Owed> {
        self.owed.iter().filter(|o| !self.settled(o))
    }

    /// A sentence's head settles the sentence.
    fn settled(&self, owed: &Owed) -> bool {
        let head = owed
            .key
            .strip_prefix('s')
            .map(|number| format!("h{number}"));
        self.has(&owed.key) || head.is_some_and(|head| self.has(&head))
    }

    fn has(&self, key: &str) -> bool {
        self.written.contains_key(key)
    }

    fn count(&self, key: &str) -> usize {
        self.written.get(key).copied().unwrap_or_default()
    }

    fn all<'a>(&'a self, wanted: &'a str) -> impl Iterator<Item = &'a str> {
        let all = self.known.iter().map(String::as_str);
        all.filter(move |key| sort(key) == wanted)
    }

    /// The first of a list that is not written yet.
    fn next<'a>(&'a self, sort: &'a str) -> Option<&'a str> {
        let left = self.all(sort).filter(|key| !self.has(key));
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

    fn owed(key: &str) -> Owed {
        let text = format!(" ⟦{key}⟧.");
        Owed {
            key: key.to_owned(),
            text,
        }
    }

    #[test]
    fn what_is_owed_comes_before_the_end() {
        let keys = ["audience", "fact1", "fact2", "n1", "n2"];
        let mut guide =
            Guide::new(keys).owing(&["fact1", "fact2", "audience", "source1"].map(owed));
        for key in ["n1", "fact1"] {
            guide.wrote(key);
        }
        assert!(!guide.may_end());
        assert_eq!(guide.instead_of_end(), "\n\n⟦n2⟧");
        guide.wrote("n2");
        assert!(!guide.may_end());
        // The prompt holds no source: nobody owes one.
        assert_eq!(guide.instead_of_end(), " ⟦fact2⟧. ⟦audience⟧.");
        guide.wrote("audience");
        assert_eq!(guide.instead_of_end(), " ⟦fact2⟧.");
        guide.wrote("fact2");
        assert!(guide.may_end() && guide.instead_of_end().is_empty());
    }

    #[test]
    fn sentences_that_are_owed_come_in_their_order() {
        let keys = ["s1", "h1", "s2", "s3", "h3"];
        let mut free = Guide::new(keys);
        free.wrote("s2");
        assert!(free.allows("s1") && free.allows("h3") && free.may_end());
        let mut guide = Guide::new(keys).owing(&["s1", "s2", "s3"].map(owed));
        assert!(guide.allows("s1") && guide.allows("h1") && !guide.allows("s2"));
        assert_eq!(guide.instead("s3").as_deref(), Some("s1"));
        guide.wrote("h1");
        assert!(guide.allows("s2") && !guide.allows("s1") && !guide.allows("s3"));
        guide.wrote("s2");
        guide.wrote("s3");
        assert!(guide.may_end());
    }

    #[test]
    fn points_come_in_rounds() {
        let mut guide = Guide::new(["point1", "point2", "product"]);
        guide.wrote("point1");
        assert!(!guide.allows("point1") && guide.allows("point2"));
        assert_eq!(guide.instead("point1").as_deref(), Some("point2"));
        guide.wrote("point2");
        assert!(guide.allows("point1") && guide.allows("point2"));
        for key in ["point2", "point1", "point1", "point2"] {
            assert!(guide.allows(key));
            guide.wrote(key);
        }
        assert!(!guide.allows("point1") && guide.instead("point2").is_none());
    }

    #[test]
    fn nothing_is_named_too_often() {
        let mut guide = guide();
        guide.wrote("topic");
        assert!(guide.allows("topic"));
        guide.wrote("topic");
        // Twice on a line, three times in all.
        assert!(!guide.allows("topic"));
        guide.breaks();
        assert!(guide.allows("topic"));
        guide.wrote("topic");
        guide.breaks();
        assert!(!guide.allows("topic") && guide.allows("char1"));
        let mut guide = Guide::new(["heading", "desc1"]);
        guide.wrote("heading");
        guide.wrote("desc1");
        assert!(!guide.allows("heading") && !guide.allows("desc1"));
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
