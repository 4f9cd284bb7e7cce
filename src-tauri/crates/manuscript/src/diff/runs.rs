//! Runs of equal and replaced tokens, and those that are equal by chance only.

use std::ops::Range;

use crate::count::is_han;

/// Tokens that are equal, or that were replaced: their numbers.
#[derive(Debug, Clone)]
pub(super) struct Run {
    pub(super) equal: bool,
    pub(super) old: Range<usize>,
    pub(super) new: Range<usize>,
}

/// What lies between pairs of equal tokens of two texts of `old` and `new` tokens.
pub(super) fn runs(pairs: &[(usize, usize)], old: usize, new: usize) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let (mut o, mut n) = (0, 0);
    for (a, b) in pairs.iter().copied().chain([(old, new)]) {
        if o < a || n < b {
            runs.push(Run {
                equal: false,
                old: o..a,
                new: n..b,
            });
        }
        if a < old && b < new {
            match runs.last_mut() {
                Some(last) if last.equal => (last.old.end, last.new.end) = (a + 1, b + 1),
                _ => runs.push(Run {
                    equal: true,
                    old: a..a + 1,
                    new: b..b + 1,
                }),
            }
        }
        (o, n) = (a + 1, b + 1);
    }
    runs
}

/// What is equal by chance joins what was replaced around it: spaces, a sign, a lone short word.
pub(super) fn tidied(
    runs: Vec<Run>,
    old: &str,
    old_tokens: &[Range<usize>],
    new: &str,
    new_tokens: &[Range<usize>],
) -> Vec<Run> {
    let length = |text: &str, tokens: &[Range<usize>], run: &Range<usize>| {
        let (Some(first), Some(last)) = (tokens.get(run.start), run.end.checked_sub(1)) else {
            return 0;
        };
        if run.is_empty() {
            0
        } else {
            text[first.start..tokens[last].end]
                .chars()
                .take(200)
                .count()
        }
    };
    let replaced = |run: &Run| !run.equal && !run.old.is_empty() && !run.new.is_empty();
    let size = |run: &Run| length(old, old_tokens, &run.old).max(length(new, new_tokens, &run.new));
    let mut found: Vec<Run> = Vec::with_capacity(runs.len());
    let mut rest = runs.into_iter().peekable();
    while let Some(run) = rest.next() {
        let lone = run.equal
            && match (found.last(), rest.peek()) {
                (Some(before), Some(after)) if replaced(before) && replaced(after) => {
                    let texts = run.old.clone().map(|at| &old[old_tokens[at].clone()]);
                    is_lone(texts, size(before).min(size(after)))
                }
                _ => false,
            };
        if lone && let (Some(before), Some(after)) = (found.last_mut(), rest.next()) {
            before.old.end = after.old.end;
            before.new.end = after.new.end;
        } else {
            found.push(run);
        }
    }
    found
}

/// Whether equal tokens between two replacements (the smaller of `around` characters) tell nothing.
fn is_lone<'t>(tokens: impl Iterator<Item = &'t str>, around: usize) -> bool {
    /// The longest word that stays in two places by chance.
    const SHORT: usize = 4;
    let (mut words, mut length, mut blank) = (0, 0, true);
    for token in tokens {
        blank &= token.trim().is_empty();
        if token.contains(['\n', '\r']) {
            return false;
        }
        let spoken = token.chars().any(char::is_alphanumeric);
        let size = token.chars().count();
        if spoken && (size > SHORT || token.chars().any(is_han) && around < 4) {
            return false;
        }
        words += usize::from(spoken);
        length += size;
        if words > 1 || length > SHORT + 2 {
            return false;
        }
    }
    match words {
        0 => blank || length * 2 <= around,
        _ => length <= around,
    }
}
