//! Masking: before a text leaves the machine, names, addresses and numbers in it give way to
//! placeholders, and in what comes back the placeholders give way to them.
//!
//! What is found is what has a form: e-mail addresses, telephone numbers, identity, passport, bank
//! card and account numbers, the last three by their check digits. Names have no form: those are
//! found that someone has given ([`MaskRules::names`] and the people of a project), word for word,
//! and nothing else. A nickname, an initial, a job title with a surname are not found.
//!
//! A placeholder is `[Name_1]`; `[NAME_1]` is the same name in capitals, as a script writes it over
//! a speech. Models change such things a little on their way, so [`Unmasker`] also knows
//! `[name 1]`, `【NAME_1】`, `[Name\_1]`, `[姓名1]` and `Name_1`.

mod find;
mod numbers;
mod people;
mod unmask;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use ts_rs::TS;

pub use find::{Found, find};
pub use people::people;
pub use unmask::Unmasker;

/// The most names that are looked for.
pub const MOST_NAMES: usize = 500;
/// The longest name, in characters.
pub const LONGEST_NAME: usize = 80;

/// Values that cling to each other, one behind the other; more are made for the purpose.
const MOST_ROUNDS: usize = 16;

/// What a masked value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum MaskKind {
    /// Someone's name.
    Name,
    /// An e-mail address.
    Email,
    /// A telephone number.
    Phone,
    /// A number of an identity document: Chinese resident identity card, US social security,
    /// passport.
    Id,
    /// A bank card.
    Card,
    /// A bank account (IBAN).
    Account,
}

impl MaskKind {
    /// All kinds.
    pub const ALL: [Self; 6] = [
        Self::Name,
        Self::Email,
        Self::Phone,
        Self::Id,
        Self::Card,
        Self::Account,
    ];

    fn word(self) -> &'static str {
        match self {
            Self::Name => "Name",
            Self::Email => "Email",
            Self::Phone => "Phone",
            Self::Id => "Id",
            Self::Card => "Card",
            Self::Account => "Account",
        }
    }
}

/// What is masked in a project.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct MaskRules {
    /// Whether anything is.
    pub on: bool,
    /// Kinds that are left as they are.
    pub leave: Vec<MaskKind>,
    /// Names that are masked besides those of the project's people.
    pub names: Vec<String>,
    /// Found names that are left as they are.
    pub keep_names: Vec<String>,
}

impl MaskRules {
    /// The names to look for: the person's own and those of the project's people, longer ones
    /// first, with the parts of names of several words behind them.
    pub fn all_names(&self, people: &[String]) -> Vec<String> {
        if self.leave.contains(&MaskKind::Name) {
            return Vec::new();
        }
        let kept: BTreeSet<&str> = self.keep_names.iter().map(|name| name.trim()).collect();
        let mut seen = BTreeSet::new();
        let mut whole = Vec::new();
        let mut parts = Vec::new();
        for name in self.names.iter().chain(people) {
            let name = name.trim();
            if !is_name(name) || kept.contains(name) {
                continue;
            }
            if seen.insert(name.to_owned()) {
                whole.push(name.to_owned());
            }
            let words: Vec<&str> = name.split_whitespace().collect();
            for word in words.iter().filter(|_| words.len() > 1) {
                let word = word.trim_matches(|c: char| !c.is_alphanumeric());
                let starts = word.chars().next().is_some_and(char::is_uppercase);
                if starts
                    && word.chars().count() > 2
                    && !kept.contains(word)
                    && seen.insert(word.to_owned())
                {
                    parts.push(word.to_owned());
                }
            }
        }
        whole.extend(parts);
        whole.truncate(MOST_NAMES);
        whole
    }
}

fn is_name(name: &str) -> bool {
    let length = name.chars().count();
    (2..=LONGEST_NAME).contains(&length) && name.chars().any(char::is_alphabetic)
}

/// The values of a request, or of several that belong together, and their placeholders.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mask {
    names: Vec<String>,
    leave: Vec<MaskKind>,
    /// Placeholders that the texts had before; these stay what they are.
    taken: BTreeSet<(MaskKind, u32)>,
    values: BTreeMap<(MaskKind, u32), String>,
    numbers: BTreeMap<(MaskKind, String), u32>,
}

/// A value and its placeholder, to show.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct Masked {
    /// What it is.
    pub kind: MaskKind,
    /// The value.
    pub value: String,
    /// What is sent in its place.
    pub placeholder: String,
}

impl Mask {
    /// For texts that are sent together. All of them are looked at, so that no placeholder is one
    /// that they have already.
    pub fn of<'a>(
        rules: &MaskRules,
        people: &[String],
        texts: impl Iterator<Item = &'a str>,
    ) -> Self {
        let mut mask = Self {
            names: rules.all_names(people),
            leave: rules.leave.clone(),
            ..Self::default()
        };
        for text in texts {
            mask.taken.extend(unmask::mentioned(text));
        }
        mask
    }

    /// Whether nothing was masked so far.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The values so far, by kind and number.
    pub fn masked(&self) -> Vec<Masked> {
        let each = self.values.iter();
        each.map(|(&(kind, number), value)| Masked {
            kind,
            value: value.clone(),
            placeholder: placeholder(kind, number, false),
        })
        .collect()
    }

    /// The text with placeholders. `None` where the placeholders could not be undone exactly,
    /// which a text may bring about that is made for it; it must not be sent then.
    pub fn mask(&mut self, text: &str) -> Option<String> {
        let mut out = text.to_owned();
        // A number that clung to a masked one stands free only afterwards.
        for _ in 0..MOST_ROUNDS {
            match self.round(&out) {
                Some(masked) => out = masked,
                None => return (self.unmask(&out) == text).then_some(out),
            }
        }
        None
    }

    /// Masks what can be found, if anything can.
    fn round(&mut self, text: &str) -> Option<String> {
        let mut out = String::with_capacity(text.len());
        let mut from = 0;
        for Found { kind, range, name } in find(text, &self.names) {
            if self.leave.contains(&kind) {
                continue;
            }
            let there = &text[range.clone()];
            let value = name.map_or(there, |at| self.names[at].as_str()).to_owned();
            let capitals = value != there;
            let number = self.number(kind, value);
            out.push_str(&text[from..range.start]);
            out.push_str(&placeholder(kind, number, capitals));
            from = range.end;
        }
        out.push_str(&text[from..]);
        (from > 0).then_some(out)
    }

    fn number(&mut self, kind: MaskKind, value: String) -> u32 {
        if let Some(number) = self.numbers.get(&(kind, value.clone())) {
            return *number;
        }
        let last = self.values.range((kind, 0)..=(kind, u32::MAX)).next_back();
        let mut number = last.map_or(0, |((_, number), _)| *number) + 1;
        while self.taken.contains(&(kind, number)) {
            number += 1;
        }
        self.values.insert((kind, number), value.clone());
        self.numbers.insert((kind, value), number);
        number
    }

    /// The text with its values.
    pub fn unmask(&self, text: &str) -> String {
        let mut unmasker = self.unmasker();
        let mut out = unmasker.push(text);
        out.push_str(&unmasker.finish());
        out
    }

    /// For a text that arrives in pieces.
    pub fn unmasker(&self) -> Unmasker {
        Unmasker::new(self.values.clone())
    }
}

fn placeholder(kind: MaskKind, number: u32, capitals: bool) -> String {
    let word = kind.word();
    match capitals {
        true => format!("[{}_{number}]", word.to_uppercase()),
        false => format!("[{word}_{number}]"),
    }
}

#[cfg(test)]
mod tests;
