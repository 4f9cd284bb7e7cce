//! Keeps an answer to its constraint while it is decoded.
//!
//! The form is a mask over the vocabulary ([`form`]). All else is asked of the one token that was
//! chosen ([`Kept::judge`]), which costs nothing for the 150,000 others: it is taken, or refused so
//! that another is chosen, or it turns out that the answer has to go back a word first. What may
//! still be taken back is not streamed ([`Kept::certain`]).
//!
//! A limit does not bend the words before it: the model writes as it would, and when a word does
//! not fit, the text ends at that border between two words where the model held an end for likeliest.

mod border;
mod form;
mod phrases;

use std::collections::{BTreeMap, BTreeSet};

use inkstone_generation::{Constraint, GenerationError, GenerationErrorKind as Kind, Limit, Scope};

use crate::{failure::Result, tokenizer::Tokenizer};
use border::{is_border, mass};
pub(crate) use form::Vocabulary;
use form::{Allowed, Shape};
use phrases::{Folded, Phrase};

/// How often a generation may go back before its constraint counts as one that can't be kept.
const MOST_RETREATS: u32 = 400;
/// How often another word is tried where one does not fit, before the text ends without it.
const TRIES: u32 = 4;
/// An end this likely is taken at once where the next word does not fit.
const NATURAL: f32 = 0.05;
/// How far before a limit (but no more than half of it) the text may end because of it.
const ZONE: usize = 160;
/// What the whole length is worth beside the likelihood of an end (as a factor of e).
const LENGTH_COUNTS: f32 = 3.0;
/// Tokens that a model may take to say by itself what it has to, after it wanted to end.
const PATIENCE: usize = 24;
/// Tokens left over when what has to be said is put in at the latest.
const SPARE: usize = 4;
/// A line of labelled values longer than this is streamed before it is whole.
const LONGEST_LINE: usize = 400;
const MOST_PHRASES: usize = 2000;
const LONGEST_PHRASE: usize = 1000;

pub(crate) fn unmet(detail: impl Into<String>) -> GenerationError {
    GenerationError::new(Kind::ConstraintUnmet, detail)
}

/// What becomes of a chosen token.
#[derive(Debug, PartialEq)]
pub(crate) enum Verdict {
    /// It is the next one.
    Take,
    /// Not here: another one.
    Refuse,
    /// The answer goes back to so many tokens, and on with another one than stood there.
    Back(usize),
    /// The answer ends with so many tokens.
    End(usize),
    /// It goes back to so many tokens, and on in a new line.
    Break(usize),
}

/// What to do before a choice.
#[derive(Debug, PartialEq)]
pub(crate) enum Next {
    /// Choose a token.
    Choose,
    /// This one, whatever the network holds for likely.
    Forced(u32),
    /// The answer is complete.
    End,
}

/// A place between two words where a limited text could end.
#[derive(Debug, Clone, Copy)]
struct Border {
    /// Tokens before it.
    at: usize,
    /// Which limit, and which of the values that it bounds.
    value: (usize, usize),
    have: usize,
    /// How likely the model held an end; 0 far from the limit.
    end: f32,
    /// Whether the form lets it end here.
    free: bool,
}

/// The vocabulary's tokens that a constraint asks about.
struct Marks {
    /// Those that stand for nothing, and those of thoughts.
    silent: Vec<u32>,
    ends: Vec<u32>,
    /// Those that begin with a line break.
    breaks: Vec<u32>,
    /// Those that begin as what often follows the last word does: a line break or a full stop.
    closing: Vec<u32>,
}

/// The state of one answer.
pub(crate) struct Kept<'a> {
    tokenizer: &'a Tokenizer,
    vocabulary: &'a dyn Fn() -> Result<&'a Vocabulary>,
    constraint: Constraint,
    stops: Vec<String>,
    banned: Vec<Phrase>,
    required: Vec<Phrase>,
    /// With how many tokens each required phrase stood in the text.
    met: Vec<Option<usize>>,
    shape: Option<Shape>,
    allowed: Option<Allowed>,
    marks: Marks,
    tokens: Vec<u32>,
    bytes: Vec<u8>,
    /// Where each token begins in `bytes`.
    starts: Vec<usize>,
    borders: Vec<Border>,
    /// For each limit that is open: its value, the tokens before that, and what it has so far.
    open: BTreeMap<usize, (usize, usize, usize)>,
    tries: BTreeMap<(usize, usize), u32>,
    denied: BTreeMap<usize, BTreeSet<u32>>,
    retreats: u32,
    /// Tokens that may have been streamed.
    fixed: usize,
    /// How likely an end is here; 0 far from the limit.
    end_likely: f32,
    must_break: bool,
    /// Since how many tokens the model would have ended.
    wants_end: Option<usize>,
    forced: Vec<u32>,
    then_end: bool,
    /// Values that are complete: their limit, where they end in tokens, and what they say.
    said: Vec<(usize, usize, String)>,
}

impl<'a> Kept<'a> {
    /// For an answer of which nothing is written. `vocabulary` is made when it is needed first.
    pub(crate) fn new(
        constraint: Constraint,
        stops: &[String],
        tokenizer: &'a Tokenizer,
        vocabulary: &'a dyn Fn() -> Result<&'a Vocabulary>,
    ) -> Result<Self> {
        let banned = phrases("banned", &constraint.banned)?;
        let required = phrases("required", &constraint.required)?;
        for phrase in &required {
            if let Some(other) = banned.iter().find(|b| phrase.holds(b)) {
                return Err(unmet(format!(
                    "`{}` is required, `{}` is banned",
                    phrase.text, other.text
                )));
            }
        }
        for limit in &constraint.limits {
            let needed: usize = required.iter().map(|p| limit.measure.of(&p.text)).sum();
            let needed = needed + required.len().saturating_sub(1);
            if limit.scope == Scope::Text && needed > limit.most as usize {
                return Err(unmet(format!(
                    "the required phrases take {needed} of {}",
                    limit.most
                )));
            }
        }
        let shape = match &constraint.form {
            Some(form) if constraint.begun.is_empty() => Some(Shape::new(form, vocabulary()?)?),
            Some(form) => Shape::new(form, vocabulary()?)?.behind(&constraint.begun, vocabulary()?),
            None => None,
        };
        let mut kept = Self {
            tokenizer,
            vocabulary,
            stops: stops.iter().filter(|s| !s.is_empty()).cloned().collect(),
            met: vec![None; required.len()],
            banned,
            required,
            shape,
            allowed: None,
            marks: Marks::new(tokenizer),
            tokens: Vec::new(),
            bytes: Vec::new(),
            starts: Vec::new(),
            borders: Vec::new(),
            open: BTreeMap::new(),
            tries: BTreeMap::new(),
            denied: BTreeMap::new(),
            retreats: 0,
            fixed: 0,
            end_likely: 0.0,
            must_break: false,
            wants_end: None,
            forced: Vec::new(),
            then_end: false,
            said: Vec::new(),
            constraint,
        };
        kept.see();
        Ok(kept)
    }

    /// What has been written.
    pub(crate) fn tokens(&self) -> &[u32] {
        &self.tokens
    }

    /// Prepares a choice: impossible tokens become so. `room` tokens may still be written.
    pub(crate) fn prepare(&mut self, logits: &mut [f32], room: usize) -> Result<Next> {
        let missing = self.missing();
        if !missing.is_empty() && self.forced.is_empty() {
            if self.wants_end.is_none() && self.would_end(logits) {
                self.wants_end = Some(self.tokens.len());
            }
            self.force(&missing, room)?;
        }
        if let Some(token) = self.forced.pop() {
            return Ok(Next::Forced(token));
        }
        if self.then_end && missing.is_empty() {
            return Ok(Next::End);
        }
        if self.near_a_limit() {
            self.end_likely = mass(logits, &self.marks.ends, &self.marks.closing);
        } else {
            self.end_likely = 0.0;
        }
        let size = self.tokenizer.len().min(logits.len());
        logits[size..].fill(f32::NEG_INFINITY);
        let ends: Vec<(u32, f32)> = self
            .marks
            .ends
            .iter()
            .filter_map(|t| Some((*t, *logits.get(*t as usize)?)))
            .collect();
        let mut may_end = missing.is_empty();
        if let Some(shape) = &mut self.shape {
            let allowed = shape.allowed()?;
            if allowed.only_end() {
                return match missing.first() {
                    None => Ok(Next::End),
                    Some(phrase) => Err(unmet(format!("the form has no place for `{phrase}`"))),
                };
            }
            allowed.mask(logits);
            may_end &= allowed.end;
            self.allowed = Some(allowed);
        }
        for token in &self.marks.silent {
            forbid(logits, *token);
        }
        if self.must_break {
            let open: Vec<(u32, f32)> = self
                .marks
                .breaks
                .iter()
                .filter_map(|t| Some((*t, *logits.get(*t as usize)?)))
                .collect();
            logits.fill(f32::NEG_INFINITY);
            for (token, logit) in open {
                logits[token as usize] = logit;
            }
        }
        for (token, logit) in ends {
            logits[token as usize] = if may_end { logit } else { f32::NEG_INFINITY };
        }
        for token in self.denied.get(&self.tokens.len()).into_iter().flatten() {
            forbid(logits, *token);
        }
        Ok(Next::Choose)
    }

    /// What becomes of a token that was chosen.
    pub(crate) fn judge(&mut self, token: u32) -> Result<Verdict> {
        let at = self.tokens.len();
        if self.tokenizer.is_end(token) {
            return Ok(match self.unfinished() {
                Some(word) => self.back(word),
                None => match self.repeated() {
                    Verdict::Take => Verdict::End(at),
                    other => other,
                },
            });
        }
        let before = self.bytes.len();
        let mut bytes = self.bytes.clone();
        bytes.extend_from_slice(self.tokenizer.spell(token));
        let text = match std::str::from_utf8(&bytes) {
            // What is no text can't be held to anything.
            Err(error) if error.error_len().is_some() => return Ok(Verdict::Refuse),
            _ => whole(&bytes),
        };
        if let Some(word) = self.banned_in(text, before) {
            // The word may have begun some tokens ago.
            let word = self.token_at(word);
            return Ok(self.back(word));
        }
        if self
            .stops
            .iter()
            .any(|stop| ends_with_new(text, before, stop))
            && !self.missing().is_empty()
        {
            return Ok(Verdict::Refuse);
        }
        if let Some(limit) = self.over(text) {
            return self.settle(limit, token);
        }
        if text.as_bytes().get(before) == Some(&b'\n') {
            let verdict = self.repeated();
            if verdict != Verdict::Take {
                return Ok(verdict);
            }
            self.say();
        }
        self.note(token);
        Ok(Verdict::Take)
    }

    /// Takes note of a token that is taken.
    pub(crate) fn take(&mut self, token: u32) -> Result<()> {
        if let Some(shape) = &mut self.shape {
            shape.take(token)?;
        }
        self.starts.push(self.bytes.len());
        self.bytes.extend_from_slice(self.tokenizer.spell(token));
        self.tokens.push(token);
        self.must_break = false;
        self.see();
        Ok(())
    }

    /// Takes a token that was forced; what is forced is held to the rest of the constraint too.
    pub(crate) fn take_forced(&mut self, token: u32) -> Result<()> {
        let before = self.bytes.len();
        let mut bytes = self.bytes.clone();
        bytes.extend_from_slice(self.tokenizer.spell(token));
        let text = whole(&bytes);
        if self.banned_in(text, before).is_some() || self.constraint.over(text).is_some() {
            return Err(unmet(
                "a required phrase does not fit where it has to stand",
            ));
        }
        self.take(token)
    }

    /// Goes back to `at` tokens; `deny`: what stood there is not chosen again.
    pub(crate) fn retreat(&mut self, at: usize, deny: bool) -> Result<()> {
        self.retreats += 1;
        if self.retreats > MOST_RETREATS {
            return Err(unmet(self.reason()));
        }
        if let Some(token) = self.tokens.get(at).copied().filter(|_| deny) {
            self.denied.entry(at).or_default().insert(token);
        }
        // What was denied behind this belongs to a text that is no more.
        self.denied.retain(|place, _| *place <= at);
        self.tokens.truncate(at);
        if let Some(start) = self.starts.get(at) {
            self.bytes.truncate(*start);
        }
        self.starts.truncate(at);
        self.borders.retain(|border| border.at <= at);
        self.open.retain(|_, (_, begun, _)| *begun <= at);
        self.said.retain(|(_, end, _)| *end <= at);
        for met in &mut self.met {
            *met = met.filter(|count| *count <= at);
        }
        self.wants_end = self.wants_end.filter(|count| *count <= at);
        self.allowed = None;
        if let Some(shape) = &mut self.shape {
            shape.rewind(&self.tokens)?;
        }
        self.see();
        Ok(())
    }

    /// The next token has to begin a new line.
    pub(crate) fn break_line(&mut self) {
        self.must_break = true;
    }

    /// The answer has to end as soon as what is required stands in it; whether it does already.
    pub(crate) fn end_soon(&mut self) -> Result<bool> {
        if self.missing().is_empty() {
            return Ok(true);
        }
        self.then_end = true;
        self.wants_end = Some(0);
        Ok(false)
    }

    /// Refuses whatever else would be refused.
    pub(crate) fn refuse_all(&mut self, logits: &mut [f32]) {
        let before = self.bytes.len();
        let mut bytes = self.bytes.clone();
        for (token, logit) in (0..).zip(logits.iter_mut()) {
            if *logit == f32::NEG_INFINITY || self.tokenizer.is_end(token) {
                continue;
            }
            bytes.truncate(before);
            bytes.extend_from_slice(self.tokenizer.spell(token));
            let broken = std::str::from_utf8(&bytes).is_err_and(|e| e.error_len().is_some());
            let text = whole(&bytes);
            if broken || self.over(text).is_some() || self.banned_in(text, before).is_some() {
                *logit = f32::NEG_INFINITY;
            }
        }
    }

    /// No token is left to choose: one word back.
    pub(crate) fn stuck(&mut self) -> Result<Verdict> {
        let at = self.tokens.len();
        let word = self.last_border().unwrap_or(0).min(at.saturating_sub(1));
        if at == 0 || word < self.fixed {
            return Err(unmet(self.reason()));
        }
        Ok(Verdict::Back(word))
    }

    /// How many tokens are sure to stay; they may be streamed.
    pub(crate) fn settled(&mut self) -> usize {
        self.fixed = self.fixed.max(self.certain());
        self.fixed
    }

    fn certain(&self) -> usize {
        let mut certain = self.tokens.len();
        for (limit, (value, begun, _)) in &self.open {
            let here = |b: &&Border| b.value == (*limit, *value);
            let near = self.borders.iter().filter(here).find(|b| self.in_zone(b));
            let last = self.borders.iter().rfind(here);
            certain = certain.min(near.or(last).map_or(*begun, |b| b.at));
        }
        if !self.banned.is_empty() {
            certain = certain.min(self.last_word());
        }
        let of_value = |l: &Limit| matches!(l.scope, Scope::Value { .. });
        if self.constraint.limits.iter().any(of_value) {
            certain = certain.min(self.line().unwrap_or(certain));
        }
        certain
    }

    /// Where the last line begins, in tokens, while it is short enough to be held back whole.
    fn line(&self) -> Option<usize> {
        let start = self
            .bytes
            .iter()
            .rposition(|b| *b == b'\n')
            .map_or(0, |at| at + 1);
        (self.bytes.len() - start <= LONGEST_LINE).then(|| match start {
            0 => 0,
            start => self.starts.partition_point(|s| *s < start),
        })
    }

    /// The open value of a limit, as it stands.
    fn value(&self) -> Option<(usize, (usize, usize), String)> {
        let (limit, (value, begun, _)) = self
            .open
            .iter()
            .find(|(l, _)| matches!(self.constraint.limits[**l].scope, Scope::Value { .. }))?;
        let start = self.starts.get(*begun).copied()?;
        let text = String::from_utf8_lossy(&self.bytes[start..]);
        let text = text.trim().to_lowercase();
        (!text.is_empty()).then_some((*limit, (*value, *begun), text))
    }

    /// What to do where the open value ends here and says what another of its label has said: it is
    /// put in other words, or its line is left out.
    fn repeated(&mut self) -> Verdict {
        let Some((limit, (value, begun), text)) = self.value() else {
            return Verdict::Take;
        };
        if !self.said.iter().any(|(l, _, t)| *l == limit && *t == text) {
            return Verdict::Take;
        }
        let tried = self.tries.entry((limit, value)).or_default();
        *tried += 1;
        let other_words = *tried <= TRIES && self.shape.is_none();
        let line = self.line().filter(|_| self.shape.is_none());
        let to = if other_words { Some(begun) } else { line };
        match to.map(|to| self.back(to)) {
            Some(Verdict::Back(at)) => Verdict::Back(at),
            _ => Verdict::Take,
        }
    }

    /// Notes that the open value is complete.
    fn say(&mut self) {
        if let Some((limit, _, text)) = self.value() {
            self.said.push((limit, self.tokens.len(), text));
        }
    }

    /// How much of it can stand when it is cut off here: a banned word may just be complete.
    pub(crate) fn standing(&self) -> usize {
        self.unfinished().unwrap_or(self.tokens.len())
    }

    /// A stop string stands at the end.
    pub(crate) fn stopped(&self) -> bool {
        let from = self.starts.last().copied().unwrap_or(0);
        let text = whole(&self.bytes);
        self.stops
            .iter()
            .any(|stop| ends_with_new(text, from, stop))
    }

    /// Back to `at`, if that can be; else only this token can be another.
    fn back(&self, at: usize) -> Verdict {
        let tired = self.retreats > MOST_RETREATS / 2;
        if at < self.fixed || at >= self.tokens.len() || tired {
            Verdict::Refuse
        } else {
            Verdict::Back(at)
        }
    }

    /// The token that a byte belongs to.
    fn token_at(&self, byte: usize) -> usize {
        if byte >= self.bytes.len() {
            return self.tokens.len();
        }
        self.starts
            .partition_point(|start| *start <= byte)
            .saturating_sub(1)
    }

    /// Where the last unfinished word begins, in tokens.
    fn last_word(&self) -> usize {
        let text = whole(&self.bytes);
        let word = text
            .char_indices()
            .rev()
            .take_while(|(_, c)| phrases::is_spaced_letter(*c))
            .last();
        let byte = word.map_or(text.len(), |(at, _)| at);
        self.token_at(byte)
    }

    /// A banned phrase that has come with what stands behind `before`; where its last word begins.
    fn banned_in(&self, text: &str, before: usize) -> Option<usize> {
        if self.banned.is_empty() {
            return None;
        }
        let folded = Folded::tail(text, before, &self.banned);
        let places = self.banned.iter().filter_map(|phrase| folded.find(phrase));
        places.filter(|p| !p.open).map(|p| p.last_word).min()
    }

    /// A banned phrase at the very end, which ends with the text; the token of its last word.
    fn unfinished(&self) -> Option<usize> {
        if self.banned.is_empty() {
            return None;
        }
        let text = whole(&self.bytes);
        let folded = Folded::tail(text, text.len(), &self.banned);
        let places = self.banned.iter().filter_map(|phrase| folded.find(phrase));
        places.map(|p| self.token_at(p.last_word)).min()
    }

    /// The required phrases that are not there yet.
    fn missing(&self) -> Vec<String> {
        let missing = self.required.iter().zip(&self.met);
        let text = missing.filter(|(_, met)| met.is_none());
        text.map(|(phrase, _)| phrase.text.clone()).collect()
    }

    /// Notes what the text holds now.
    fn see(&mut self) {
        let text = whole(&self.bytes);
        let count = self.tokens.len();
        if self.met.iter().any(Option::is_none) {
            let from = self.starts.last().copied().unwrap_or(0);
            let folded = Folded::tail(text, from, &self.required);
            for (met, phrase) in self.met.iter_mut().zip(&self.required) {
                if met.is_none() && folded.find(phrase).is_some() {
                    *met = Some(count);
                }
            }
        }
        if self.constraint.limits.is_empty() {
            return;
        }
        let mut open = BTreeMap::new();
        let all = self.constraint.measured(text);
        for (limit, bound) in self.constraint.limits.iter().enumerate() {
            let own: Vec<_> = all
                .iter()
                .filter(|m| std::ptr::eq(m.limit, bound))
                .collect();
            if let Some(last) = own.last().filter(|m| m.open) {
                let value = own.len();
                let begun = match self.open.get(&limit) {
                    Some((same, begun, _)) if *same == value && last.have > 0 => *begun,
                    _ => count,
                };
                open.insert(limit, (value, begun, last.have));
            }
        }
        self.open = open;
        self.borders
            .retain(|b| self.open.get(&b.value.0).is_some_and(|o| o.0 == b.value.1));
    }

    fn most(&self, limit: usize) -> usize {
        self.constraint
            .limits
            .get(limit)
            .map_or(0, |l| l.most as usize)
    }

    fn in_zone(&self, border: &Border) -> bool {
        let most = self.most(border.value.0);
        border.have + ZONE.min(most / 2) >= most
    }

    fn near_a_limit(&self) -> bool {
        self.open.iter().any(|(limit, (_, _, have))| {
            let most = self.most(*limit);
            have + ZONE.min(most / 2) >= most
        })
    }

    /// The limit that a text is over, room for what is required set aside.
    fn over(&self, text: &str) -> Option<usize> {
        if self.constraint.limits.is_empty() {
            return None;
        }
        let missing = self.missing();
        let all = self.constraint.measured(text);
        let over = all.into_iter().find(|m| {
            let aside: usize = match m.limit.scope {
                Scope::Text => missing.iter().map(|p| m.limit.measure.of(p) + 1).sum(),
                Scope::Value { .. } => 0,
            };
            m.have + aside > m.limit.most as usize
        })?;
        let mut limits = self.constraint.limits.iter();
        limits.position(|l| std::ptr::eq(l, over.limit))
    }

    /// Notes the border before a token that is about to be taken, if there is one.
    fn note(&mut self, token: u32) {
        if self.open.is_empty() {
            return;
        }
        let spelled = String::from_utf8_lossy(self.tokenizer.spell(token));
        let Ok(text) = std::str::from_utf8(&self.bytes) else {
            return;
        };
        if !is_border(text, &spelled) {
            return;
        }
        let at = self.tokens.len();
        for (limit, (value, begun, have)) in &self.open {
            if *have == 0 || at <= *begun && *begun > 0 {
                continue;
            }
            let ends_here = self.constraint.limits[*limit].scope == Scope::Text;
            let free = self.allowed.as_ref().is_none_or(|allowed| {
                if ends_here {
                    allowed.end
                } else {
                    allowed.end || self.marks.breaks.iter().any(|t| allowed.has(*t))
                }
            });
            let known = |b: &Border| b.at == at && b.value == (*limit, *value);
            if self.borders.iter().any(known) {
                continue;
            }
            self.borders.push(Border {
                at,
                value: (*limit, *value),
                have: *have,
                end: self.end_likely,
                free,
            });
        }
    }

    fn last_border(&self) -> Option<usize> {
        self.borders.iter().map(|b| b.at).max()
    }

    /// What to do with a token that is over a limit.
    fn settle(&mut self, limit: usize, token: u32) -> Result<Verdict> {
        let at = self.tokens.len();
        let Some((value, begun, have)) = self.open.get(&limit).copied() else {
            // It would begin a value and fill it at once.
            return Ok(Verdict::Refuse);
        };
        if self.most(limit) == 0 {
            return Ok(match self.constraint.limits[limit].scope {
                Scope::Text => Verdict::End(begun),
                Scope::Value { .. } => Verdict::Break(begun),
            });
        }
        // This very place may be the best one.
        self.note(token);
        let fixed = self.fixed;
        let here = |b: &&Border| b.value == (limit, value) && b.free && b.at >= fixed;
        let most = self.most(limit).max(1) as f32;
        let score = |b: &Border| b.end.max(1e-9).ln() + LENGTH_COUNTS * b.have as f32 / most;
        let near = self.borders.iter().filter(here).filter(|b| self.in_zone(b));
        let best = near.max_by(|a, b| score(a).total_cmp(&score(b))).copied();
        let last = self.borders.iter().rfind(here).copied();
        let at_border = self.borders.iter().any(|b| b.at == at);
        let tried = self.tries.entry((limit, value)).or_default();
        *tried += 1;
        let (tried, patient) = (*tried, *tried <= TRIES && self.retreats < MOST_RETREATS / 2);
        let end = |at| match self.constraint.limits[limit].scope {
            Scope::Text => Verdict::End(at),
            Scope::Value { .. } => Verdict::Break(at),
        };
        if let Some(best) = best.filter(|b| b.end >= NATURAL || !patient) {
            return Ok(end(best.at));
        }
        if !patient && let Some(last) = last {
            return Ok(end(last.at));
        }
        // Another word may fit: here, or in the place of the one that is begun.
        let word = self
            .borders
            .iter()
            .filter(|b| b.at < at)
            .map(|b| b.at)
            .max();
        let floor = begun.max(fixed).min(at);
        let word = word.unwrap_or(begun).max(floor);
        if at_border || word >= at || have == 0 {
            if tried > 40 * TRIES {
                return if begun == at || have == 0 {
                    Ok(end(at))
                } else {
                    Ok(end(floor))
                };
            }
            return Ok(Verdict::Refuse);
        }
        if tried > 2 * TRIES {
            // Not even one word fits.
            return Ok(end(floor));
        }
        Ok(Verdict::Back(word))
    }

    /// Whether the network holds an end for likeliest.
    fn would_end(&self, logits: &[f32]) -> bool {
        let most = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let mut ends = self.marks.ends.iter();
        ends.any(|t| logits.get(*t as usize).is_some_and(|l| *l >= most))
    }

    /// Puts what is missing into the text, when the time for it has come.
    fn force(&mut self, missing: &[String], room: usize) -> Result<()> {
        let text = whole(&self.bytes);
        let mut add = String::new();
        for phrase in missing {
            let before = if add.is_empty() { text } else { &add };
            let joined = before
                .chars()
                .next_back()
                .is_some_and(|c| !c.is_whitespace())
                && phrase.chars().next().is_some_and(|c| !phrases::is_dense(c));
            if joined {
                add.push(' ');
            }
            add.push_str(phrase);
        }
        // No token is longer than its text: only near the end is it worth to count them.
        let patient = self
            .wants_end
            .is_none_or(|since| self.tokens.len() < since + PATIENCE && !self.then_end);
        if patient && room > add.len() + SPARE {
            return Ok(());
        }
        let mut tokens = (self.vocabulary)()?.cut(&add);
        if patient && room > tokens.len() + SPARE {
            return Ok(());
        }
        if std::str::from_utf8(&self.bytes).is_err() {
            return Ok(());
        }
        if let Some(shape) = &self.shape
            && !shape.allows(&tokens)
        {
            return if self.then_end {
                Err(unmet(format!("the form has no place for `{}`", missing[0])))
            } else {
                Ok(())
            };
        }
        tokens.reverse();
        self.forced = tokens;
        Ok(())
    }

    /// Why it goes no further.
    fn reason(&self) -> String {
        let c = &self.constraint;
        let mut parts = Vec::new();
        if c.form.is_some() {
            parts.push("the form".to_owned());
        }
        parts.extend(c.limits.iter().map(|limit| match &limit.scope {
            Scope::Text => format!("at most {}", limit.most),
            Scope::Value { label } => format!("`{label}` at most {}", limit.most),
        }));
        if !c.banned.is_empty() {
            parts.push(format!("{} banned phrases", c.banned.len()));
        }
        parts.extend(self.missing().iter().map(|p| format!("`{p}` required")));
        format!("no way on with {}", parts.join(", "))
    }
}

impl Marks {
    fn new(tokenizer: &Tokenizer) -> Self {
        let all = || 0..tokenizer.len() as u32;
        let begins = |token: &u32, with: &[&str]| {
            let bytes = tokenizer.spell(*token);
            with.iter().any(|w| bytes.starts_with(w.as_bytes()))
        };
        let plain = |token: &u32| !tokenizer.is_end(*token) && !tokenizer.is_thought(*token);
        Self {
            silent: all()
                .filter(|t| !tokenizer.is_end(*t))
                .filter(|t| tokenizer.spell(*t).is_empty() || tokenizer.is_thought(*t))
                .collect(),
            ends: all().filter(|t| tokenizer.is_end(*t)).collect(),
            breaks: all().filter(plain).filter(|t| begins(t, &["\n"])).collect(),
            closing: all()
                .filter(plain)
                .filter(|t| begins(t, &["\n", ".", "!", "?", "。", "！", "？", "…"]))
                .collect(),
        }
    }
}

fn phrases(what: &str, texts: &[String]) -> Result<Vec<Phrase>> {
    if texts.len() > MOST_PHRASES {
        return Err(unmet(format!(
            "{} {what} phrases, at most {MOST_PHRASES}",
            texts.len()
        )));
    }
    if let Some(long) = texts.iter().find(|t| t.len() > LONGEST_PHRASE) {
        return Err(unmet(format!(
            "a {what} phrase of {} bytes, at most {LONGEST_PHRASE}",
            long.len()
        )));
    }
    Ok(texts.iter().filter_map(|text| Phrase::new(text)).collect())
}

fn forbid(logits: &mut [f32], token: u32) {
    if let Some(logit) = logits.get_mut(token as usize) {
        *logit = f32::NEG_INFINITY;
    }
}

/// The whole characters at the start; broken ones end it.
fn whole(bytes: &[u8]) -> &str {
    match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => std::str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or_default(),
    }
}

/// Whether `stop` ends behind `before`.
fn ends_with_new(text: &str, before: usize, stop: &str) -> bool {
    let from = text.floor_char_boundary(before.saturating_sub(stop.len()).min(text.len()));
    text[from..].contains(stop)
}
