//! Hand-written fragments by key, and a writer who never uses one twice in a text.

use std::collections::{BTreeMap, HashSet};

use crate::math::Random;

/// Fragments by key.
#[derive(Debug)]
pub struct Bank(BTreeMap<&'static str, Vec<&'static str>>);

impl Bank {
    /// Reads material files: `[key]` lines, each followed by fragments; `//` opens a remark.
    pub fn read(texts: &[&'static str]) -> Self {
        let mut bank: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        let mut key = "";
        for line in texts
            .iter()
            .flat_map(|text| text.lines())
            .map(str::trim)
            .filter(|l| !l.is_empty() && !l.starts_with("//"))
        {
            match line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
                Some(k) => key = k,
                None => bank.entry(key).or_default().push(line),
            }
        }
        Self(bank)
    }

    /// How many fragments there are.
    pub fn len(&self) -> usize {
        self.0.values().map(Vec::len).sum()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The fragments of a key.
    pub fn get(&self, key: &str) -> &[&'static str] {
        self.0.get(key).map_or(&[], Vec::as_slice)
    }

    /// Keys, in order.
    pub fn keys(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.0.keys().copied()
    }
}

/// Draws fragments for one text.
pub struct Writer<'a> {
    /// The text's own luck.
    pub random: &'a mut Random,
    bank: &'a Bank,
    used: HashSet<*const u8>,
}

impl<'a> Writer<'a> {
    /// A writer before a blank page.
    pub fn new(bank: &'a Bank, random: &'a mut Random) -> Self {
        Self {
            random,
            bank,
            used: HashSet::new(),
        }
    }

    /// A fragment of one of the keys (later keys are preferred: they are the more particular ones)
    /// that `fits`, with its `{choices|made}`; none twice.
    pub fn draw_if(&mut self, keys: &[&str], fits: impl Fn(&str) -> bool) -> Option<String> {
        let left = |w: &Self, key: &str| -> Vec<&'static str> {
            let all = w.bank.get(key).iter();
            all.filter(|f| !w.used.contains(&f.as_ptr()) && fits(&longest(f)))
                .copied()
                .collect()
        };
        // The particular keys together get about half of the draws.
        for key in keys.iter().skip(1).rev() {
            let of = left(self, key);
            if !of.is_empty() && self.random.chance(0.45) {
                return Some(self.make(of));
            }
        }
        let of = keys
            .iter()
            .map(|k| left(self, k))
            .find(|of| !of.is_empty())?;
        Some(self.make(of))
    }

    /// As [`Self::draw_if`], any fragment.
    pub fn draw(&mut self, keys: &[&str]) -> Option<String> {
        self.draw_if(keys, |_| true)
    }

    /// As [`Self::draw`], or nothing written.
    pub fn text(&mut self, keys: &[&str]) -> String {
        self.draw(keys).unwrap_or_default()
    }

    fn make(&mut self, of: Vec<&'static str>) -> String {
        let fragment = of[self.random.below(of.len())];
        self.used.insert(fragment.as_ptr());
        choose(fragment, self.random)
    }
}

/// Replaces each `{one|other}` by one of its choices.
pub fn choose(text: &str, random: &mut Random) -> String {
    let mut out = text.to_owned();
    while let Some(end) = out.find('}') {
        let Some(start) = out[..end].rfind('{') else {
            break;
        };
        let inside = out[start + 1..end].to_owned();
        let options: Vec<&str> = inside.split('|').collect();
        out.replace_range(start..=end, options[random.below(options.len())]);
    }
    out
}

/// The text with each of its choices made.
pub fn every(text: &str) -> Vec<String> {
    let Some(end) = text.find('}') else {
        return vec![text.to_owned()];
    };
    let Some(start) = text[..end].rfind('{') else {
        return vec![text.to_owned()];
    };
    text[start + 1..end]
        .split('|')
        .flat_map(|o| every(&format!("{}{o}{}", &text[..start], &text[end + 1..])))
        .collect()
}

/// The text with its longest choices, to see whether it fits.
fn longest(text: &str) -> String {
    let mut out = text.to_owned();
    while let Some(end) = out.find('}') {
        let Some(start) = out[..end].rfind('{') else {
            break;
        };
        let inside = out[start + 1..end].to_owned();
        let option = inside
            .split('|')
            .max_by_key(|o| o.chars().count())
            .unwrap_or_default();
        out.replace_range(start..=end, option);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_are_made_and_nothing_comes_twice() {
        let bank = Bank::read(&["[a]\none {two|three}\n// no\nfour\n[a.x]\nfive"]);
        assert_eq!(bank.len(), 3);
        let mut random = Random::new(1, 2);
        let mut writer = Writer::new(&bank, &mut random);
        let mut all: Vec<String> = std::iter::from_fn(|| writer.draw(&["a", "a.x"])).collect();
        all.sort();
        assert_eq!(all.len(), 3);
        assert!(all.contains(&"five".to_owned()) && all[2].starts_with("one t"));
    }
}
