//! What changes logits because of what was written.

use std::collections::BTreeMap;

use inkstone_generation::{Dry, Sampling};

use crate::failure::{Result, invalid};

/// How far back [`Sampling::repeat_penalty`] looks.
pub(super) const LOOK_BACK: usize = 64;
/// The largest exponent of e that a number of 32 bits holds.
const LARGEST_POWER: f64 = 88.72;
const MOST_BREAKERS: usize = 64;
const LONGEST_BREAKER: usize = 40;

/// What was written, for whoever weighs what may come next.
#[derive(Clone, Copy)]
pub(crate) struct Before<'a> {
    /// The prompt, and the answer behind it.
    pub(crate) tokens: &'a [u32],
    /// Tokens of the prompt.
    pub(crate) prompt: usize,
    /// A token's bytes.
    pub(crate) spell: &'a dyn Fn(u32) -> &'a [u8],
}

/// Refuses settings that mean nothing.
pub(super) fn check(sampling: &Sampling) -> Result<()> {
    let wrong = |what: &str, n: f32| Err(invalid(format!("{what} {n}")));
    let by = sampling.repeat_penalty;
    if !(by.is_finite() && by > 0.0) {
        return wrong("repeat_penalty", by);
    }
    for (what, n) in [
        ("frequency_penalty", sampling.frequency_penalty),
        ("presence_penalty", sampling.presence_penalty),
    ] {
        if !n.is_finite() {
            return wrong(what, n);
        }
    }
    if let Some((_, n)) = sampling.logit_bias.iter().find(|(_, n)| !n.is_finite()) {
        return wrong("logit_bias", *n);
    }
    let Some(dry) = &sampling.dry else {
        return Ok(());
    };
    if !(dry.multiplier.is_finite() && dry.multiplier >= 0.0) {
        return wrong("dry multiplier", dry.multiplier);
    }
    if !(dry.base.is_finite() && dry.base >= 1.0) {
        return wrong("dry base", dry.base);
    }
    if dry.breakers.len() > MOST_BREAKERS || dry.breakers.iter().any(|b| b.len() > LONGEST_BREAKER)
    {
        return Err(invalid(format!(
            "{} dry breakers; at most {MOST_BREAKERS} of {LONGEST_BREAKER} bytes",
            dry.breakers.len()
        )));
    }
    Ok(())
}

/// Weighs logits by what is before them.
pub(super) fn apply(sampling: &Sampling, logits: &mut [f32], before: Before<'_>) {
    for (token, by) in &sampling.logit_bias {
        if let Some(logit) = logits.get_mut(*token as usize) {
            *logit += by;
        }
    }
    repeated(sampling.repeat_penalty, logits, before.tokens);
    let (often, once) = (sampling.frequency_penalty, sampling.presence_penalty);
    if often != 0.0 || once != 0.0 {
        let mut counts: BTreeMap<u32, u32> = BTreeMap::new();
        for token in &before.tokens[before.prompt.min(before.tokens.len())..] {
            *counts.entry(*token).or_default() += 1;
        }
        for (token, count) in counts {
            if let Some(logit) = logits.get_mut(token as usize) {
                *logit -= count as f32 * often + once;
            }
        }
    }
    if let Some(dry) = sampling.dry.as_ref().filter(|dry| dry.multiplier > 0.0) {
        for (token, run) in runs(dry, before) {
            if let Some(logit) = logits.get_mut(token as usize) {
                *logit -= penalty(dry, run);
            }
        }
    }
}

fn repeated(by: f32, logits: &mut [f32], so_far: &[u32]) {
    if by == 1.0 {
        return;
    }
    let mut recent = so_far[so_far.len().saturating_sub(LOOK_BACK)..].to_vec();
    recent.sort_unstable();
    recent.dedup();
    for token in recent {
        if let Some(l) = logits.get_mut(token as usize) {
            *l = if *l > 0.0 { *l / by } else { *l * by };
        }
    }
}

/// What a token loses that goes on with a run of this length.
fn penalty(dry: &Dry, run: usize) -> f32 {
    let beyond = run.saturating_sub(dry.allowed_length as usize) as f64;
    let base = f64::from(dry.base);
    // Beyond that the power is no finite number.
    let beyond = if base > 1.0 {
        beyond.min((LARGEST_POWER / base.ln()).floor())
    } else {
        beyond
    };
    ((f64::from(dry.multiplier) * base.powf(beyond)) as f32).min(f32::MAX)
}

/// The tokens that would go on with a run that has come before, and how long the longest such run is
/// so far.
fn runs(dry: &Dry, before: Before<'_>) -> BTreeMap<u32, usize> {
    let all = before.tokens;
    let far = dry.look_back.map_or(all.len(), |n| n as usize);
    let window = &all[all.len() - far.min(all.len())..];
    let allowed = dry.allowed_length as usize;
    let mut longest = BTreeMap::new();
    if window.len() <= allowed {
        return longest;
    }
    let free = since_breaker(dry, window, before.spell);
    if free < allowed {
        return longest;
    }
    let count = window.len();
    let from_end = |i: usize| window[count - 1 - i];
    // How far what ends `i` tokens before the end is what the end is: Gusfield's Z-algorithm on the
    // reversed window, in linear time.
    let mut same = vec![0usize; count];
    let (mut left, mut right) = (0, 0);
    for i in 1..count {
        let mut len = if i < right {
            same[i - left].min(right - i)
        } else {
            0
        };
        while i + len < count && from_end(len) == from_end(i + len) {
            len += 1;
        }
        same[i] = len;
        if i + len > right {
            (left, right) = (i, i + len);
        }
        let run = len.min(free);
        if run >= allowed {
            let next = from_end(i - 1);
            let known = longest.entry(next).or_insert(0);
            *known = run.max(*known);
        }
    }
    longest.retain(|token, _| !breaks(dry, (before.spell)(*token)));
    longest
}

/// Whether a token holds a breaker.
fn breaks(dry: &Dry, spelled: &[u8]) -> bool {
    let mut breakers = dry.breakers.iter().filter(|b| !b.is_empty());
    breakers.any(|b| spelled.windows(b.len()).any(|part| part == b.as_bytes()))
}

/// Tokens behind the last breaker, which may lie over the borders of tokens.
fn since_breaker<'a>(dry: &Dry, window: &[u32], spell: &dyn Fn(u32) -> &'a [u8]) -> usize {
    let longest = dry.breakers.iter().map(String::len).max().unwrap_or(0);
    if longest == 0 {
        return window.len();
    }
    // Backwards: the nearest end of a breaker counts, and it is seldom far.
    let mut behind: Vec<u8> = Vec::new();
    for (after, token) in window.iter().rev().enumerate() {
        let spelled = spell(*token);
        let mut text = spelled.to_vec();
        text.extend_from_slice(&behind[..behind.len().min(longest - 1)]);
        let mut ends = Vec::new();
        for breaker in dry.breakers.iter().filter(|b| !b.is_empty()) {
            let found = text
                .windows(breaker.len())
                .rposition(|part| part == breaker.as_bytes());
            // It has to begin in this token, or a later one would have found it.
            ends.extend(
                found
                    .filter(|at| *at < spelled.len())
                    .map(|at| at + breaker.len()),
            );
        }
        if let Some(end) = ends.into_iter().max() {
            // Tokens that begin behind its end.
            let mut begins = spelled.len();
            let mut left = after;
            for token in &window[window.len() - after..] {
                if begins >= end {
                    break;
                }
                begins += spell(*token).len();
                left -= 1;
            }
            return left;
        }
        behind = text;
    }
    window.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Tokens 0 to 25 are letters, then come `:`, `ab:`, and `-`.
    fn spell(token: u32) -> &'static [u8] {
        const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyz";
        match token {
            26 => b":",
            27 => b"ab:",
            28 => b"-",
            token => &LETTERS[token as usize..][..1],
        }
    }

    fn before<'a>(tokens: &'a [u32], prompt: usize) -> Before<'a> {
        Before {
            tokens,
            prompt,
            spell: &|token| spell(token),
        }
    }

    fn found(dry: &Dry, tokens: &[u32]) -> Vec<(u32, usize)> {
        runs(dry, before(tokens, 0)).into_iter().collect()
    }

    #[test]
    fn counts_are_those_of_the_answer() {
        let sampling = Sampling {
            frequency_penalty: 0.5,
            presence_penalty: 0.25,
            logit_bias: BTreeMap::from([(3, -2.0), (900, 1.0)]),
            ..Sampling::default()
        };
        let mut logits = [1.0; 5];
        apply(&sampling, &mut logits, before(&[0, 0, 1, 2, 2, 2], 3));
        // Of the answer: 2 three times. The prompt's 0 and 1 stay.
        assert_eq!(logits, [1.0, 1.0, 1.0 - 1.5 - 0.25, -1.0, 1.0]);
    }

    #[test]
    fn what_would_go_on_with_a_run_is_found_with_its_longest_run() {
        let dry = Dry::default();
        // a b c d, x, a b c: d would make four of three; nothing else goes on with two.
        assert_eq!(found(&dry, &[0, 1, 2, 3, 23, 0, 1, 2]), [(3, 3)]);
        // b c e came after another beginning: the run before e is two long.
        assert_eq!(
            found(&dry, &[0, 1, 2, 3, 23, 1, 2, 4, 23, 0, 1, 2]),
            [(3, 3), (4, 2)]
        );
        // What lies over itself: a a a a is a run of three before the last.
        assert_eq!(found(&dry, &[0, 0, 0, 0]), [(0, 3)]);
        assert_eq!(found(&dry, &[0, 1, 2]), []);
        assert_eq!(found(&dry, &[0, 1]), []);
        let near = Dry {
            look_back: Some(5),
            ..Dry::default()
        };
        assert_eq!(found(&near, &[0, 1, 2, 3, 23, 0, 1, 2]), []);
    }

    #[test]
    fn no_run_goes_over_a_breaker() {
        let dry = Dry::default();
        // a : c d, x, a : c has a run of one behind the colon.
        assert_eq!(found(&dry, &[0, 26, 2, 3, 23, 0, 26, 2]), []);
        // a : c d e, x, a : c d has one of two.
        assert_eq!(found(&dry, &[0, 26, 2, 3, 4, 23, 0, 26, 2, 3]), [(4, 2)]);
        // A token that holds one is free to come again.
        assert_eq!(found(&dry, &[0, 1, 27, 23, 0, 1]), []);
        // Over the borders of tokens.
        let long = Dry {
            breakers: vec!["c-d".to_owned(), String::new()],
            ..Dry::default()
        };
        let tokens = [2, 28, 3, 5, 6, 7, 23, 2, 28, 3, 5, 6];
        assert_eq!(found(&long, &tokens), [(7, 2)]);
        let none = Dry {
            breakers: vec![],
            ..Dry::default()
        };
        assert_eq!(found(&none, &tokens), [(7, 5)]);
    }

    #[test]
    fn penalties_grow_with_the_run_and_stay_numbers() {
        let dry = Dry {
            multiplier: 0.5,
            base: 2.0,
            allowed_length: 2,
            ..Dry::default()
        };
        assert_eq!([2, 3, 5].map(|run| penalty(&dry, run)), [0.5, 1.0, 4.0]);
        assert!(penalty(&dry, 100_000).is_finite());
        let flat = Dry { base: 1.0, ..dry };
        assert_eq!(penalty(&flat, 100_000), 0.5);
        let mut logits = [2.0, 2.0, 2.0, 2.0];
        let sampling = Sampling {
            dry: Some(flat),
            ..Sampling::default()
        };
        apply(&sampling, &mut logits, before(&[0, 1, 3, 0, 1], 5));
        assert_eq!(logits, [2.0, 2.0, 2.0, 1.5]);
    }

    proptest::proptest! {
        /// Against the definition, written down as it is said.
        #[test]
        fn runs_are_those_of_the_definition(
            tokens in proptest::collection::vec(proptest::sample::select(vec![0u32, 1, 2, 26, 27, 28]), 0..40),
            allowed in 1u32..4,
        ) {
            let dry = Dry { allowed_length: allowed, breakers: vec![":".into(), "a-".into()], ..Dry::default() };
            let text: Vec<u8> = tokens.iter().flat_map(|t| spell(*t).to_vec()).collect();
            let end = (0..=text.len())
                .rev()
                .find(|end| [&b":"[..], b"a-"].iter().any(|b| text[..*end].ends_with(b)))
                .unwrap_or(0);
            let begin = |i: usize| tokens[..i].iter().map(|t| spell(*t).len()).sum::<usize>();
            let free = (0..tokens.len()).filter(|i| begin(*i) >= end).count();
            let mut wanted = BTreeMap::new();
            for at in 1..tokens.len() {
                let same = (0..at)
                    .take_while(|n| tokens[at - 1 - n] == tokens[tokens.len() - 1 - n])
                    .count()
                    .min(free);
                if same >= allowed as usize && !spell(tokens[at]).contains(&b':') {
                    let known = wanted.entry(tokens[at]).or_insert(0);
                    *known = same.max(*known);
                }
            }
            proptest::prop_assert_eq!(runs(&dry, before(&tokens, 0)), wanted);
        }
    }
}
