//! Holds the tokens that stand for references to what the prompt holds, and, where no form holds the
//! answer too, lets no sentence come twice.

use std::{collections::HashMap, ops::Range};

use inkstone_generation::{Constraint, guide::Guide};

use crate::{
    failure::Result,
    tokenizer::{Tokenizer, Writer},
};

/// A token at least this likely was no choice: the sentence could hardly have gone on otherwise.
const SURE: f32 = 0.85;
/// Sentences of fewer bytes may come again: "No." and a speaker's name.
const SHORTEST: usize = 18;

/// Forbids tokens before each choice; nothing for a prompt without references.
pub(crate) struct Guided {
    guide: Guide,
    /// As it was before the answer.
    fresh: Guide,
    /// Whether a form is held too. It has its own order, so nothing is put in the place of an end, and
    /// no sentence is left where the form may want it so.
    formed: bool,
    /// Tokens that are a reference each, and its key.
    marks: Vec<(u32, String)>,
    ends: Vec<u32>,
    /// Whether a sentence ends with a token, for all tokens.
    closes: Vec<bool>,
    /// How many bytes each token is.
    sizes: Vec<usize>,
    /// Tokens that end a line.
    breaks: Vec<bool>,
    /// For each token the first one that reads the same without a space before it: a sentence is the
    /// same inside a paragraph as at its beginning.
    bare: Vec<u32>,
    /// The tokens of what may have to be written in the place of an end.
    spelled: HashMap<String, Vec<u32>>,
    /// What is written in the place of an end, the next token last.
    forced: Vec<u32>,
    /// The logits of the last choice, as they were chosen from.
    chosen_from: Vec<f32>,
    /// The answer, and whether each token was no choice.
    written: Vec<(u32, bool)>,
    /// Whole sentences, in tokens.
    sentences: Vec<Range<usize>>,
    /// Where the sentence begins that is not whole yet.
    begun: usize,
}

impl Guided {
    /// For a prompt in tokens, and what is asked of the answer.
    pub(crate) fn new(
        tokenizer: &Tokenizer,
        prompt: &[u32],
        asked: Option<&Constraint>,
    ) -> Result<Self> {
        let owed = asked.map_or(&[][..], |c| &c.owed);
        let key = |token: u32| {
            let text = std::str::from_utf8(tokenizer.spell(token)).ok()?;
            text.strip_prefix('⟦')?.strip_suffix('⟧')
        };
        let guide = Guide::new(prompt.iter().filter_map(|t| key(*t))).owing(owed);
        let (mut marks, mut ends, mut closes) = (Vec::new(), Vec::new(), Vec::new());
        let (mut sizes, mut breaks, mut bare) = (Vec::new(), Vec::new(), Vec::new());
        let mut spelled = HashMap::new();
        if !guide.is_empty() {
            let all = 0..tokenizer.len() as u32;
            ends.extend(all.clone().filter(|t| tokenizer.is_end(*t)));
            marks.extend(all.clone().filter_map(|t| Some((t, key(t)?.to_owned()))));
            sizes.extend(all.clone().map(|t| tokenizer.spell(t).len()));
            breaks.extend(all.clone().map(|t| tokenizer.spell(t).contains(&b'\n')));
            let mut firsts: HashMap<&[u8], u32> = HashMap::new();
            bare.extend(all.clone().map(|t| {
                let text = tokenizer.spell(t);
                *firsts
                    .entry(text.strip_prefix(b" ").unwrap_or(text))
                    .or_insert(t)
            }));
            closes.extend(all.map(|t| {
                let text = String::from_utf8_lossy(tokenizer.spell(t));
                text.contains(['.', '!', '?', '。', '！', '？', '\n']) || text.starts_with("⟦n")
            }));
            let gap = "\n\n".to_owned();
            for text in owed.iter().map(|o| &o.text).chain([&gap]) {
                let tokens = tokenizer.encode(text, Writer::Template(None))?;
                spelled.insert(text.clone(), tokens);
            }
        }
        Ok(Self {
            fresh: guide.clone(),
            guide,
            formed: asked.is_some_and(|c| c.form.is_some()),
            marks,
            ends,
            closes,
            sizes,
            breaks,
            bare,
            spelled,
            forced: Vec::new(),
            chosen_from: Vec::new(),
            written: Vec::new(),
            sentences: Vec::new(),
            begun: 0,
        })
    }

    /// Makes what may not come next impossible; what is meant instead becomes as likely as it was.
    pub(crate) fn mask(&mut self, logits: &mut [f32]) {
        if self.guide.is_empty() {
            return;
        }
        let early = !self.formed && !self.guide.may_end();
        if early && self.forced.is_empty() && self.would_end(logits) {
            self.forced = self.in_place_of_end();
        }
        if let Some(next) = self.forced.last().map(|t| *t as usize)
            && next < logits.len()
        {
            let logit = logits[next].max(0.0);
            logits.fill(f32::NEG_INFINITY);
            logits[next] = logit;
        } else {
            self.forced.clear();
            self.hold(logits);
            // A form may leave no other way.
            if !self.formed {
                self.vary(logits);
            }
        }
        self.chosen_from.clear();
        self.chosen_from.extend_from_slice(logits);
    }

    /// The references, and the end.
    fn hold(&self, logits: &mut [f32]) {
        for token in self.ends.iter().filter(|_| !self.guide.may_end()) {
            if let Some(logit) = logits.get_mut(*token as usize) {
                *logit = f32::NEG_INFINITY;
            }
        }
        for (token, key) in &self.marks {
            if self.guide.allows(key) {
                continue;
            }
            let Some(logit) = logits.get_mut(*token as usize) else {
                continue;
            };
            let was = std::mem::replace(logit, f32::NEG_INFINITY);
            let meant = if self.guide.means_end(key) {
                self.ends.first().copied().filter(|_| self.guide.may_end())
            } else {
                self.guide.instead(key).and_then(|key| self.token(&key))
            };
            if let Some(logit) = meant.and_then(|t| logits.get_mut(t as usize)) {
                *logit = logit.max(was);
            }
        }
    }

    /// A sentence that stands there already is left where it first could have gone on otherwise.
    fn vary(&self, logits: &mut [f32]) {
        let now = &self.written[self.begun..];
        for range in &self.sentences {
            let old = &self.written[range.clone()];
            // Behind its first word, so that what differs in a word or two counts as the same.
            let choices = || (0..old.len()).filter(|i| !old[*i].1);
            let Some(fork) = choices().find(|i| *i > 0).or_else(|| choices().next()) else {
                continue;
            };
            let mut pairs = now.iter().zip(old).enumerate();
            let same = now.len() == fork
                && pairs
                    .all(|(i, (a, b))| a.0 == b.0 || i == 0 && self.bare(a.0) == self.bare(b.0));
            if !same {
                continue;
            }
            let own = old[fork].0;
            for (token, logit) in (0..).zip(logits.iter_mut()) {
                if token == own || fork == 0 && self.bare(token) == self.bare(own) {
                    *logit = f32::NEG_INFINITY;
                }
            }
        }
    }

    fn bare(&self, token: u32) -> u32 {
        self.bare.get(token as usize).copied().unwrap_or(token)
    }

    /// Whether an end is held for likeliest: an end token, or a slot where none is left.
    fn would_end(&self, logits: &[f32]) -> bool {
        let likeliest = logits.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1));
        let Some(token) = likeliest.map(|(token, _)| token as u32) else {
            return false;
        };
        let mut slots = self
            .marks
            .iter()
            .filter(|(_, key)| self.guide.means_end(key));
        self.ends.contains(&token) || slots.any(|(slot, _)| *slot == token)
    }

    fn in_place_of_end(&self) -> Vec<u32> {
        let text = self.guide.instead_of_end();
        let mut tokens: Vec<u32> = Vec::new();
        let mut rest = text.as_str();
        while !rest.is_empty() {
            let known = self
                .spelled
                .iter()
                .find(|(text, _)| rest.starts_with(*text));
            if let Some((text, spelled)) = known {
                tokens.extend(spelled);
                rest = &rest[text.len()..];
                continue;
            }
            let mark = rest.strip_prefix('⟦').and_then(|r| r.split_once('⟧'));
            let Some((token, after)) = mark.and_then(|(key, r)| Some((self.token(key)?, r))) else {
                return Vec::new();
            };
            tokens.push(token);
            rest = after;
        }
        tokens.reverse();
        tokens
    }

    /// Begins anew and takes note of these, which stood at the beginning of the answer before.
    pub(crate) fn rewind(&mut self, tokens: &[u32]) {
        self.guide = self.fresh.clone();
        self.forced.clear();
        self.sentences.clear();
        self.begun = 0;
        let sure: Vec<bool> = self.written.drain(..).map(|(_, sure)| sure).collect();
        for (i, token) in tokens.iter().enumerate() {
            self.note(*token, sure.get(i).copied().unwrap_or(false));
        }
    }

    fn token(&self, key: &str) -> Option<u32> {
        let found = self.marks.iter().find(|(_, k)| k == key);
        found.map(|(token, _)| *token)
    }

    /// Takes note of a chosen token.
    pub(crate) fn wrote(&mut self, token: u32) {
        if self.guide.is_empty() {
            return;
        }
        if self.forced.last() == Some(&token) {
            self.forced.pop();
        } else {
            self.forced.clear();
        }
        let sure = likely(&self.chosen_from, token) >= SURE;
        self.note(token, sure);
    }

    fn note(&mut self, token: u32, sure: bool) {
        if let Some((_, key)) = self.marks.iter().find(|(t, _)| *t == token) {
            self.guide.wrote(key);
        }
        self.written.push((token, sure));
        if self.breaks.get(token as usize).copied().unwrap_or(false) {
            self.guide.breaks();
        }
        if self.closes.get(token as usize).copied().unwrap_or(false) {
            let sentence = self.begun..self.written.len();
            self.begun = sentence.end;
            let sizes = self.written[sentence.clone()].iter();
            let size: usize = sizes.filter_map(|(t, _)| self.sizes.get(*t as usize)).sum();
            if size >= SHORTEST {
                self.sentences.push(sentence);
            }
        }
    }
}

/// How likely a token was among these logits.
fn likely(logits: &[f32], token: u32) -> f32 {
    let Some(own) = logits.get(token as usize) else {
        return 0.0;
    };
    1.0 / logits.iter().map(|l| (l - own).exp()).sum::<f32>()
}

#[cfg(test)]
mod tests {
    use inkstone_generation::guide::Owed;

    use super::*;

    /// Tokens 0 and 1 are words, 2 a full stop, 3 the end, 4 to 6 `⟦fact1⟧`, `⟦n1⟧` and `⟦n2⟧`.
    fn guided(formed: bool) -> Guided {
        let owed = Owed {
            key: "fact1".to_owned(),
            text: " ⟦fact1⟧.".to_owned(),
        };
        let guide = Guide::new(["fact1", "n1", "n2"]).owing(std::slice::from_ref(&owed));
        let marks = [(4, "fact1"), (5, "n1"), (6, "n2")];
        Guided {
            fresh: guide.clone(),
            guide,
            formed,
            marks: marks.map(|(t, key)| (t, key.to_owned())).to_vec(),
            ends: vec![3],
            closes: vec![false, false, true, false, false, true, true],
            sizes: vec![6; 7],
            breaks: vec![false; 7],
            bare: vec![0, 0, 2, 3, 4, 5, 6],
            spelled: HashMap::from([(owed.text, vec![4, 2]), ("\n\n".to_owned(), vec![2])]),
            forced: Vec::new(),
            chosen_from: Vec::new(),
            written: Vec::new(),
            sentences: Vec::new(),
            begun: 0,
        }
    }

    /// Chooses the likeliest of what may come, `wish` held for likeliest before.
    fn next(guided: &mut Guided, wish: u32) -> u32 {
        let mut logits = vec![0.0, 0.5, 0.2, 0.1, 0.0, 0.0, 0.0];
        logits[wish as usize] = 3.0;
        guided.mask(&mut logits);
        let best = (0..)
            .zip(&logits)
            .max_by(|a: &(u32, &f32), b| a.1.total_cmp(b.1));
        let token = best.unwrap().0;
        guided.wrote(token);
        token
    }

    #[test]
    fn an_end_too_early_becomes_what_is_owed() {
        let mut guided = guided(false);
        assert_eq!(next(&mut guided, 5), 5);
        assert_eq!(next(&mut guided, 0), 0);
        // A paragraph is left, then a fact, and only then the end.
        let written: Vec<u32> = (0..5).map(|_| next(&mut guided, 3)).collect();
        assert_eq!(written, [2, 6, 4, 2, 3]);
    }

    #[test]
    fn where_a_form_holds_the_end_is_only_forbidden() {
        let mut guided = guided(true);
        assert_eq!(next(&mut guided, 3), 1);
        assert!(guided.forced.is_empty());
    }

    #[test]
    fn no_sentence_comes_twice() {
        let mut guided = guided(false);
        for token in [0, 1, 1, 2] {
            assert_eq!(next(&mut guided, token), token);
        }
        // The first choice behind the first word is at the third; the second sentence opens with the
        // same word, a space before it.
        guided.written[1].1 = true;
        for token in [1, 1] {
            assert_eq!(next(&mut guided, token), token);
        }
        let mut logits = vec![0.0, 3.0, 0.2, 0.1, 0.0, 0.0, 0.0];
        guided.mask(&mut logits);
        assert_eq!(logits[1], f32::NEG_INFINITY);
        assert!(logits[0] == 0.0 && logits[2] == 0.2);
        // Taken back, it is no sentence any more.
        guided.rewind(&[0, 1]);
        assert!(guided.sentences.is_empty() && guided.written.len() == 2);
        let mut logits = vec![0.0, 3.0, 0.2, 0.1, 0.0, 0.0, 0.0];
        guided.mask(&mut logits);
        assert_eq!(logits[1], 3.0);
    }
}
