//! Paragraphs that stand elsewhere in the other text, as they were or changed.

use std::{collections::HashMap, ops::Range};

use super::{
    align::rising,
    comparing::{Comparing, Gap},
    tokens::{Names, tokens},
};

/// What two paragraphs must share to be one, as a share of both their words.
const ALIKE: f64 = 0.6;
/// The fewest letters and digits of a paragraph that moves: `Yes.` stands everywhere.
const FEWEST_LETTERS: usize = 12;
/// The same for Chinese, which says more with a character.
const FEWEST_HAN: usize = 6;
/// A pair of words in more paragraphs than this says little about which of them is meant.
const MOST_PLACES: usize = 12;
/// Paragraphs beyond this are not looked through for changed moves, only for whole ones.
const MOST_BLOCKS: usize = 20_000;

/// Neighbouring paragraphs (by number) that moved together.
pub(super) struct Pair {
    pub old: Range<usize>,
    pub new: Range<usize>,
}

#[derive(Default)]
pub(super) struct Found {
    /// The moves, in the order of the old text.
    pub moves: Vec<Pair>,
    /// For each paragraph of the old text the move that takes it away.
    pub away: Vec<Option<usize>>,
    /// For each paragraph of the new text the move that brought it here.
    pub here: Vec<Option<usize>>,
    /// Changed paragraphs that belong together and stand in order.
    pub kept: Vec<(usize, usize)>,
}

/// Looks through what stands between equal paragraphs.
pub(super) fn find(
    comparing: &Comparing,
    old_blocks: &[Range<usize>],
    new_blocks: &[Range<usize>],
    gaps: &[Gap],
    with_moves: bool,
) -> Found {
    let mut found = Found::default();
    let several = |gap: &Gap| gap.old.len() + gap.new.len() > 2;
    if gaps.len() < 2 && !gaps.iter().any(several) {
        return found;
    }
    let old_text = |at: usize| comparing.old[old_blocks[at].clone()].trim_end();
    let new_text = |at: usize| comparing.new[new_blocks[at].clone()].trim_end();
    let mut pairs = whole(gaps, old_text, new_text);
    let mut taken_old = vec![false; old_blocks.len()];
    let mut taken_new = vec![false; new_blocks.len()];
    for (o, n) in &pairs {
        (taken_old[*o], taken_new[*n]) = (true, true);
    }
    let mut changed = Vec::new();
    let blocks: usize = gaps.iter().map(|gap| gap.old.len() + gap.new.len()).sum();
    if blocks <= MOST_BLOCKS {
        let left = |range: Range<usize>, taken: &[bool]| {
            range.filter(|at| !taken[*at]).collect::<Vec<_>>()
        };
        let olds: Vec<usize> = gaps
            .iter()
            .flat_map(|g| left(g.old.clone(), &taken_old))
            .collect();
        let news: Vec<usize> = gaps
            .iter()
            .flat_map(|g| left(g.new.clone(), &taken_new))
            .collect();
        if !olds.is_empty() && !news.is_empty() {
            let mut names = Names::default();
            let old_bags: Vec<Bag> = olds
                .iter()
                .map(|at| bag(comparing.old, old_blocks[*at].clone(), &mut names))
                .collect();
            let new_bags: Vec<Bag> = news
                .iter()
                .map(|at| bag(comparing.new, new_blocks[*at].clone(), &mut names))
                .collect();
            let alike = alike(&old_bags, &new_bags);
            changed.extend(alike.into_iter().map(|(o, n)| (olds[o], news[n])));
        }
    }
    pairs.extend(changed);
    pairs.sort_unstable();
    // What stands in order within one gap has not moved; the most of it stays.
    let size = |(o, _): &(usize, usize)| old_text(*o).len().max(1);
    let mut moved = Vec::new();
    let mut rest = pairs.as_slice();
    for gap in gaps {
        let until = rest.partition_point(|(o, _)| *o < gap.old.end);
        let (of_gap, later) = rest.split_at(until);
        rest = later;
        let (inside, outside): (Vec<_>, Vec<_>) = of_gap
            .iter()
            .copied()
            .partition(|(_, n)| gap.new.contains(n));
        let kept = rising(&inside, size);
        moved.extend(inside.into_iter().filter(|pair| !kept.contains(pair)));
        moved.extend(outside);
        found.kept.extend(kept);
    }
    if !with_moves {
        return found;
    }
    moved.retain(|(o, _)| can_move(old_text(*o)));
    moved.sort_unstable();
    found.away = vec![None; old_blocks.len()];
    found.here = vec![None; new_blocks.len()];
    for (o, n) in moved {
        match found.moves.last_mut() {
            Some(last) if last.old.end == o && last.new.end == n => {
                (last.old.end, last.new.end) = (o + 1, n + 1);
            }
            _ => found.moves.push(Pair {
                old: o..o + 1,
                new: n..n + 1,
            }),
        }
        let number = Some(found.moves.len() - 1);
        (found.away[o], found.here[n]) = (number, number);
    }
    found
}

/// Whether a paragraph says enough to be known again.
fn can_move(text: &str) -> bool {
    let (mut letters, mut han) = (0, 0);
    for c in text.chars() {
        if crate::count::is_han(c) {
            han += 1;
        } else if c.is_alphanumeric() {
            letters += 1;
        }
        if letters >= FEWEST_LETTERS || han >= FEWEST_HAN {
            return true;
        }
    }
    false
}

/// Paragraphs that stand once in the gaps of both texts, letter for letter.
fn whole<'a>(
    gaps: &[Gap],
    old_text: impl Fn(usize) -> &'a str,
    new_text: impl Fn(usize) -> &'a str,
) -> Vec<(usize, usize)> {
    type Places = (Option<usize>, Option<usize>, bool);
    let mut places: HashMap<&str, Places> = HashMap::new();
    for gap in gaps {
        for at in gap.old.clone() {
            let place = places.entry(old_text(at)).or_default();
            place.2 |= place.0.replace(at).is_some();
        }
        for at in gap.new.clone() {
            let place = places.entry(new_text(at)).or_default();
            place.2 |= place.1.replace(at).is_some();
        }
    }
    let one = |(text, place): (&str, Places)| match place {
        (Some(o), Some(n), false) if !text.is_empty() => Some((o, n)),
        _ => None,
    };
    places.into_iter().filter_map(one).collect()
}

/// What a paragraph is known by, by name, sorted.
struct Bag {
    /// Its words; of Chinese each pair of neighbouring characters.
    words: Vec<u32>,
    /// Each pair of neighbouring words: rarer, and so a better clue to where a paragraph comes from.
    pairs: Vec<u32>,
}

fn bag<'a>(text: &'a str, range: Range<usize>, names: &mut Names<'a>) -> Bag {
    let mut found = Vec::new();
    tokens(text, range, &mut found);
    let (mut words, mut pairs) = (Vec::new(), Vec::new());
    let mut before: Option<(Range<usize>, bool)> = None;
    for range in found {
        let Some(first) = text[range.clone()].chars().next() else {
            continue;
        };
        let han = crate::count::is_han(first);
        if !han && !first.is_alphanumeric() {
            continue;
        }
        if !han {
            words.push(names.of(&text[range.clone()]));
        }
        if let Some((before, was_han)) = before {
            let pair = names.of(&text[before.start..range.end]);
            if han && was_han {
                words.push(pair);
            }
            pairs.push(pair);
        }
        before = Some((range, han));
    }
    words.sort_unstable();
    pairs.sort_unstable();
    Bag { words, pairs }
}

/// Pairs of paragraphs that are more alike than either is to any other.
fn alike(olds: &[Bag], news: &[Bag]) -> Vec<(usize, usize)> {
    let mut places: HashMap<u32, Vec<usize>> = HashMap::new();
    for (at, bag) in olds.iter().enumerate() {
        let mut last = None;
        for word in &bag.pairs {
            if last.replace(*word) != Some(*word) {
                let of_word = places.entry(*word).or_default();
                if of_word.len() <= MOST_PLACES {
                    of_word.push(at);
                }
            }
        }
    }
    let mut best_of_old: Vec<(f64, usize)> = vec![(0.0, usize::MAX); olds.len()];
    let mut best_of_new: Vec<(f64, usize)> = vec![(0.0, usize::MAX); news.len()];
    let mut votes: HashMap<usize, usize> = HashMap::new();
    for (n, bag) in news.iter().enumerate() {
        votes.clear();
        for word in &bag.pairs {
            let of_word = places.get(word).map(Vec::as_slice).unwrap_or_default();
            if of_word.len() <= MOST_PLACES {
                for at in of_word {
                    *votes.entry(*at).or_default() += 1;
                }
            }
        }
        // The few with the most votes are looked at closely.
        let mut most: Vec<(usize, usize)> = votes.iter().map(|(at, votes)| (*votes, *at)).collect();
        most.sort_unstable_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
        for (_, o) in most.into_iter().take(4) {
            let shared = share(&olds[o].words, &bag.words);
            if shared >= ALIKE {
                if shared > best_of_old[o].0 {
                    best_of_old[o] = (shared, n);
                }
                if shared > best_of_new[n].0 {
                    best_of_new[n] = (shared, o);
                }
            }
        }
    }
    (0..news.len())
        .filter_map(|n| {
            let o = best_of_new[n].1;
            (o < olds.len() && best_of_old[o].1 == n).then_some((o, n))
        })
        .collect()
}

/// The share of both bags that is in both (Dice's coefficient).
fn share(a: &[u32], b: &[u32]) -> f64 {
    let (mut x, mut y, mut both) = (0, 0, 0_u32);
    while let (Some(left), Some(right)) = (a.get(x), b.get(y)) {
        match left.cmp(right) {
            std::cmp::Ordering::Less => x += 1,
            std::cmp::Ordering::Greater => y += 1,
            std::cmp::Ordering::Equal => (x, y, both) = (x + 1, y + 1, both + 1),
        }
    }
    let all = a.len() + b.len();
    if all == 0 {
        return 0.0;
    }
    f64::from(2 * both) / all as f64
}
