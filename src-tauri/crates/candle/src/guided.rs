//! Holds the tokens that stand for references to what the prompt holds, and lets no sentence come
//! twice; where a form holds the answer too, it lets none where another could stand.

use std::collections::HashMap;

use inkstone_generation::{Constraint, guide::Guide};

use crate::{
    failure::Result,
    tokenizer::{Tokenizer, Writer},
};

/// How likely, beside the likeliest token, another one has to be for a sentence to be left inside of it,
/// and what is less likely than the second figure is no other way: it goes on with nothing sensible.
const OTHER: (f32, f32) = (0.1, 0.06);
/// The same where a sentence begins. More ways are open there.
const OTHER_BEGINNING: (f32, f32) = (0.02, 0.01);
/// Where no other token was at least this likely a token was no choice.
const CHOICE: f32 = 0.06;
/// Sentences of fewer bytes may come again: "No." and a speaker's name.
const SHORTEST: usize = 18;
/// So many bytes are the beginning of a sentence.
const SOON: usize = 24;
/// Taken from the logits of a sentence that stands there already where a form holds the answer, which
/// may leave no other.
const AGAIN: f32 = 12.0;

/// Forbids tokens before each choice; nothing for a prompt without references.
pub(crate) struct Guided {
    guide: Guide,
    /// As it was before the answer.
    fresh: Guide,
    /// Whether a form is held too. It has its own order, so nothing is put in the place of an end.
    formed: bool,
    /// Tokens that are a reference each, and its key.
    marks: Vec<(u32, String)>,
    ends: Vec<u32>,
    /// What each token is.
    bytes: Vec<Vec<u8>>,
    /// For each token that ends a sentence how many of its bytes belong to it.
    closes: Vec<Option<usize>>,
    /// Tokens that end a line.
    breaks: Vec<bool>,
    /// The tokens of what may have to be written in the place of an end.
    spelled: HashMap<String, Vec<u32>>,
    /// What is written in the place of an end, the next token last.
    forced: Vec<u32>,
    /// The logits of the last choice, as they were chosen from.
    chosen_from: Vec<f32>,
    /// The answer, and whether each token was no choice.
    written: Vec<(u32, bool)>,
    /// Whole sentences.
    sentences: Vec<Sentence>,
    /// The one that is not whole yet.
    now: Sentence,
}

/// A sentence of the answer, or its beginning. It is compared by its bytes: the same words may be other
/// tokens, and a token may hold a stop and the word behind it.
#[derive(Debug, Default)]
struct Sentence {
    /// Without white space before it.
    text: Vec<u8>,
    /// Where in `text` another word could have stood, and whether a reference was chosen.
    choices: Vec<(usize, bool)>,
    /// Whether it stands there more than once.
    again: bool,
}

impl Sentence {
    /// Goes on with a token; where it was a choice, whether it is a reference.
    fn add(&mut self, bytes: &[u8], choice: Option<bool>) {
        let bytes = if self.text.is_empty() {
            bytes.trim_ascii_start()
        } else {
            bytes
        };
        if bytes.is_empty() {
            return;
        }
        self.choices
            .extend(choice.map(|mark| (self.text.len(), mark)));
        self.text.extend_from_slice(bytes);
    }

    /// Where it is left when it comes again and stands at `now`: soon behind its first word, so that what
    /// differs in a word or two counts as the same; else at once. Rather at a word than at a value,
    /// which may have to be named. Where that is past, as soon as another word could stand.
    fn fork(&self, now: usize) -> Option<usize> {
        let choices = || self.choices.iter().copied();
        let word = |from: usize, to: usize| {
            let mut words = choices().filter(|(_, mark)| !mark);
            words.find(|(at, _)| (from..to).contains(at))
        };
        let wanted = if self.again {
            Some((0, false))
        } else {
            word(1, SOON + 1)
                .or_else(|| word(0, 1))
                .or_else(|| word(SOON + 1, usize::MAX))
                .or_else(|| choices().find(|(at, _)| *at > 0))
                .or_else(|| choices().next())
        };
        let (at, _) = wanted?;
        if at >= now {
            return Some(at);
        }
        word(now, usize::MAX).map(|(at, _)| at)
    }
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
        let (mut marks, mut ends) = (Vec::new(), Vec::new());
        let (mut bytes, mut closes, mut breaks) = (Vec::new(), Vec::new(), Vec::new());
        let mut spelled = HashMap::new();
        if !guide.is_empty() {
            let all = 0..tokenizer.len() as u32;
            ends.extend(all.clone().filter(|t| tokenizer.is_end(*t)));
            marks.extend(all.clone().filter_map(|t| Some((t, key(t)?.to_owned()))));
            bytes.extend(all.clone().map(|t| tokenizer.spell(t).to_vec()));
            breaks.extend(all.clone().map(|t| tokenizer.spell(t).contains(&b'\n')));
            closes.extend(all.map(|t| tokenizer.closes(t)));
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
            bytes,
            closes,
            breaks,
            spelled,
            forced: Vec::new(),
            chosen_from: Vec::new(),
            written: Vec::new(),
            sentences: Vec::new(),
            now: Sentence::default(),
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
            self.vary(logits);
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
                let instead = self.guide.instead(key);
                let allowed = instead.filter(|key| self.guide.allows(key));
                allowed.and_then(|key| self.token(&key))
            };
            if let Some(logit) = meant.and_then(|t| logits.get_mut(t as usize)) {
                *logit = logit.max(was);
            }
        }
    }

    /// A sentence that stands there already is left where it first could have gone on otherwise.
    fn vary(&self, logits: &mut [f32]) {
        let now = &self.now.text;
        let begin = now.is_empty();
        let mut barred = vec![false; self.bytes.len()];
        for old in &self.sentences {
            let Some(rest) = old.text.strip_prefix(now.as_slice()) else {
                continue;
            };
            let Some(fork) = old.fork(now.len()) else {
                continue;
            };
            for (barred, token) in barred.iter_mut().zip(&self.bytes) {
                let token = if begin {
                    token.trim_ascii_start()
                } else {
                    token
                };
                let beyond = now.len() + token.len() > fork;
                *barred |= beyond && (rest.starts_with(token) || token.starts_with(rest));
            }
        }
        if !barred.contains(&true) {
            return;
        }
        let likeliest = |wanted: fn(&bool) -> bool| {
            let found = barred.iter().zip(&*logits).filter(|(b, _)| wanted(b));
            found.map(|(_, l)| *l).fold(f32::NEG_INFINITY, f32::max)
        };
        let other = likeliest(|barred| !barred);
        let most = other.max(likeliest(|barred| *barred));
        let (least, floor) = if begin { OTHER_BEGINNING } else { OTHER };
        // Where each of them came first there was another way; here there may be none.
        if (other - most).exp() < least {
            return;
        }
        // What was next to impossible before is no other way either.
        let floor = most + floor.ln();
        for (barred, logit) in barred.iter().zip(logits.iter_mut()) {
            if !barred && *logit >= floor {
                continue;
            }
            *logit = if self.formed {
                *logit - AGAIN
            } else {
                f32::NEG_INFINITY
            };
        }
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
        self.now = Sentence::default();
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
        let sure = another(&self.chosen_from, token) < CHOICE;
        self.note(token, sure);
    }

    fn note(&mut self, token: u32, sure: bool) {
        let mark = self.marks.iter().find(|(t, _)| *t == token);
        if let Some((_, key)) = mark {
            self.guide.wrote(key);
        }
        self.written.push((token, sure));
        let place = token as usize;
        if self.breaks.get(place).copied().unwrap_or(false) {
            self.guide.breaks();
        }
        let bytes = self.bytes.get(place).map_or(&[][..], |b| b);
        let (mark, closes) = (mark.is_some(), self.closes.get(place).copied().flatten());
        let (before, behind) = bytes.split_at(closes.unwrap_or(bytes.len()).min(bytes.len()));
        // A stop is no word: what is left at it goes on with nothing sensible.
        let word = !sure && closes.is_none();
        self.now.add(before, word.then_some(mark));
        if closes.is_some() {
            let sentence = std::mem::take(&mut self.now);
            let mut old = self.sentences.iter_mut();
            if let Some(old) = old.find(|old| old.text == sentence.text) {
                old.again = true;
            } else if sentence.text.len() >= SHORTEST {
                self.sentences.push(sentence);
            }
            self.now.add(behind, (!sure).then_some(mark));
        }
    }
}

/// How likely the likeliest token beside this one was among these logits.
fn another(logits: &[f32], token: u32) -> f32 {
    let most = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    if most == f32::NEG_INFINITY {
        return 0.0;
    }
    let others = (0..).zip(logits).filter(|(t, _)| *t != token);
    let other = others.map(|(_, l)| *l).fold(f32::NEG_INFINITY, f32::max);
    (other - most).exp() / logits.iter().map(|l| (l - most).exp()).sum::<f32>()
}

#[cfg(test)]
mod tests {
    use inkstone_generation::guide::Owed;

    use super::*;

    /// Tokens 0 and 1 are a word without and with a space before it, 2 a full stop, 3 the end, 4 to 6
    /// `⟦fact1⟧`, `⟦n1⟧` and `⟦n2⟧`.
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
            bytes: ["brook", " brook", ".", "", "⟦fact1⟧", "⟦n1⟧", "⟦n2⟧"]
                .map(|text| text.as_bytes().to_vec())
                .to_vec(),
            closes: vec![None, None, Some(1), None, None, Some(8), Some(8)],
            breaks: vec![false; 7],
            spelled: HashMap::from([(owed.text, vec![4, 2]), ("\n\n".to_owned(), vec![2])]),
            forced: Vec::new(),
            chosen_from: Vec::new(),
            written: Vec::new(),
            sentences: Vec::new(),
            now: Sentence::default(),
        }
    }

    /// Chooses the likeliest of what may come, `wish` held for likeliest before.
    fn next(guided: &mut Guided, wish: u32) -> u32 {
        wished(guided, wish, 2.0)
    }

    fn wished(guided: &mut Guided, wish: u32, logit: f32) -> u32 {
        let mut logits = vec![0.0, 0.5, 0.2, 0.1, 0.0, 0.0, 0.0];
        logits[wish as usize] = logit;
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

    /// "brook brook brook." with a first choice behind the first word at the last word.
    fn with_a_sentence(formed: bool) -> Guided {
        let mut guided = guided(formed);
        assert_eq!(next(&mut guided, 0), 0);
        assert_eq!(wished(&mut guided, 1, 9.0), 1);
        assert_eq!(next(&mut guided, 1), 1);
        assert_eq!(next(&mut guided, 2), 2);
        guided
    }

    const WISHED: [f32; 7] = [0.0, 2.0, 0.2, 0.1, 0.0, 0.0, 0.0];

    #[test]
    fn no_sentence_comes_twice() {
        let mut guided = with_a_sentence(false);
        // It opens with the same word, a space before it.
        for token in [1, 1] {
            assert_eq!(next(&mut guided, token), token);
        }
        let mut logits = WISHED;
        guided.mask(&mut logits);
        assert_eq!(logits[1], f32::NEG_INFINITY);
        assert!(logits[0] == 0.0 && logits[2] == 0.2);
        // Taken back, it is no sentence any more.
        guided.rewind(&[0, 1]);
        assert!(guided.sentences.is_empty() && guided.written.len() == 2);
        let mut logits = WISHED;
        guided.mask(&mut logits);
        assert_eq!(logits[1], 2.0);
    }

    #[test]
    fn in_a_form_a_sentence_comes_twice_only_where_no_other_may() {
        let mut guided = with_a_sentence(true);
        for token in [1, 1] {
            assert_eq!(next(&mut guided, token), token);
        }
        let mut logits = WISHED;
        guided.mask(&mut logits);
        assert_eq!(logits[1], 2.0 - AGAIN);
    }

    #[test]
    fn what_is_next_to_impossible_is_no_other_way() {
        let mut guided = with_a_sentence(false);
        for token in [1, 1] {
            assert_eq!(next(&mut guided, token), token);
        }
        let mut logits = WISHED;
        logits[0] = -3.0;
        guided.mask(&mut logits);
        assert_eq!(logits[..3], [f32::NEG_INFINITY, f32::NEG_INFINITY, 0.2]);
    }

    #[test]
    fn sentences_that_together_leave_no_likely_way_may_come_again() {
        let mut guided = with_a_sentence(false);
        guided.sentences.push(Sentence {
            text: b"brook brook.".to_vec(),
            choices: vec![(11, false)],
            again: false,
        });
        for token in [1, 1] {
            guided.note(token, false);
        }
        let mut logits = [-5.0, 2.0, 1.9, -5.0, -5.0, -5.0, -5.0];
        guided.mask(&mut logits);
        assert_eq!(logits[1..3], [2.0, 1.9]);
    }

    #[test]
    fn what_was_not_left_where_it_should_be_is_left_later() {
        let sentence = Sentence {
            text: vec![b'x'; 40],
            choices: vec![(0, false), (3, false), (9, true), (12, false)],
            again: false,
        };
        let forks = [0, 3, 4, 13].map(|now| sentence.fork(now));
        assert_eq!(forks, [Some(3), Some(3), Some(12), None]);
        let twice = Sentence {
            again: true,
            ..sentence
        };
        assert_eq!([0, 1].map(|now| twice.fork(now)), [Some(0), Some(3)]);
    }

    #[test]
    fn what_stands_there_twice_does_not_begin_again() {
        let mut guided = with_a_sentence(true);
        for token in [1, 1, 1, 2] {
            guided.note(token, false);
        }
        let mut logits = WISHED;
        guided.mask(&mut logits);
        assert_eq!(logits[0..3], [0.0 - AGAIN, 2.0 - AGAIN, 0.2]);
    }

    #[test]
    fn a_sentence_is_the_same_in_other_tokens() {
        let mut guided = with_a_sentence(false);
        // The whole of it in one token, and a token that begins behind a stop.
        guided.bytes[0] = b" brook brook brook. Then".to_vec();
        let mut logits = WISHED;
        guided.mask(&mut logits);
        assert_eq!(logits[0], f32::NEG_INFINITY);
        guided.bytes[2] = b". brook".to_vec();
        for token in [1, 1, 2] {
            guided.note(token, false);
        }
        assert_eq!(guided.now.text, b"brook");
    }

    #[test]
    fn a_sentence_is_left_soon_and_rather_at_a_word_than_at_a_value() {
        let sentence = |choices: &[(usize, bool)]| Sentence {
            text: vec![b'x'; 40],
            choices: choices.to_vec(),
            again: false,
        };
        for (choices, fork) in [
            (&[(0, false), (3, true), (9, false)][..], Some(9)),
            (&[(0, false), (3, true), (39, false)], Some(0)),
            (&[(0, true), (3, true), (39, false)], Some(39)),
            (&[(0, true), (3, true)], Some(3)),
            (&[(0, true)], Some(0)),
            (&[], None),
        ] {
            assert_eq!(sentence(choices).fork(0), fork);
        }
    }
}
