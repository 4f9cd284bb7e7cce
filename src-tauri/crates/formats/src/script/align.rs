//! Which block of a text is which block of an older one.

use std::collections::HashMap;

use super::{Block, Kind, plain_text};

/// The longest stretch that is compared block by block, as a product of both lengths.
const MOST_PAIRS: usize = 1_000_000;
/// The same where blocks are compared by their words.
const MOST_LIKENESSES: usize = 4_000;

/// What a new block has to do with an old one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Match {
    /// It is the same block, perhaps in another place.
    Same(usize),
    /// It took the place of that block and is of the same kind.
    Changed(usize),
    /// There was none.
    New,
}

/// For each new block the old one that it comes from. No old block is taken twice.
pub fn align(old: &[Block], new: &[Block]) -> Vec<Match> {
    let old_keys: Vec<String> = old.iter().map(Block::key).collect();
    let new_keys: Vec<String> = new.iter().map(Block::key).collect();
    let pairs = in_order(&old_keys, &new_keys);
    let mut found = vec![Match::New; new.len()];
    let mut taken = vec![false; old.len()];
    for &(o, n) in &pairs {
        found[n] = Match::Same(o);
        taken[o] = true;
    }
    moved(&old_keys, &new_keys, new, &mut found, &mut taken);
    let (mut o, mut n) = (0, 0);
    for (next_o, next_n) in pairs.into_iter().chain([(old.len(), new.len())]) {
        let olds: Vec<usize> = (o..next_o).filter(|&at| !taken[at]).collect();
        let news: Vec<usize> = (n..next_n).filter(|&at| found[at] == Match::New).collect();
        for (o, n) in alike(old, new, &olds, &news) {
            found[n] = Match::Changed(o);
            taken[o] = true;
        }
        (o, n) = (next_o + 1, next_n + 1);
    }
    found
}

/// Blocks that went elsewhere as they are.
fn moved(
    old_keys: &[String],
    new_keys: &[String],
    new: &[Block],
    found: &mut [Match],
    taken: &mut [bool],
) {
    let mut left: HashMap<&str, Vec<usize>> = HashMap::new();
    for (at, key) in old_keys.iter().enumerate().rev() {
        if !taken[at] {
            left.entry(key).or_default().push(at);
        }
    }
    for (at, key) in new_keys.iter().enumerate() {
        // A cue or a short answer is no sign that something was moved.
        let telling = new[at].kind == Kind::Heading || new[at].range.len() >= 16;
        if found[at] == Match::New
            && telling
            && let Some(o) = left.get_mut(key.as_str()).and_then(Vec::pop)
        {
            found[at] = Match::Same(o);
            taken[o] = true;
        }
    }
}

/// Equal keys, rising in both rows: ends that are the same, keys that stand once in both, and the
/// longest common row between those.
pub(crate) fn in_order(old: &[String], new: &[String]) -> Vec<(usize, usize)> {
    let head = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let tail = old[head..]
        .iter()
        .rev()
        .zip(new[head..].iter().rev())
        .take_while(|(a, b)| a == b)
        .count();
    let (old_end, new_end) = (old.len() - tail, new.len() - tail);
    let mut pairs: Vec<(usize, usize)> = (0..head).map(|at| (at, at)).collect();
    let (mut o, mut n) = (head, head);
    let anchors = anchors(&old[head..old_end], &new[head..new_end]);
    for (next_o, next_n) in anchors
        .into_iter()
        .map(|(a, b)| (a + head, b + head))
        .chain([(old_end, new_end)])
    {
        common(&old[o..next_o], &new[n..next_n], o, n, &mut pairs);
        if next_o < old_end && next_n < new_end {
            pairs.push((next_o, next_n));
        }
        (o, n) = (next_o + 1, next_n + 1);
        if o > old_end || n > new_end {
            break;
        }
    }
    pairs.extend((0..tail).map(|at| (old_end + at, new_end + at)));
    pairs
}

/// The longest row of keys, rising in both, each of which stands exactly once in both.
fn anchors(old: &[String], new: &[String]) -> Vec<(usize, usize)> {
    let once = |keys: &[String]| {
        let mut places: HashMap<String, Option<usize>> = HashMap::new();
        for (at, key) in keys.iter().enumerate() {
            places
                .entry(key.clone())
                .and_modify(|place| *place = None)
                .or_insert(Some(at));
        }
        places
    };
    let in_new = once(new);
    let mut shared: Vec<(usize, usize)> = once(old)
        .into_iter()
        .filter_map(|(key, at)| Some((at?, (*in_new.get(&key)?)?)))
        .collect();
    shared.sort_unstable();
    let mut tops: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(shared.len());
    for (index, &(_, at)) in shared.iter().enumerate() {
        let place = tops.partition_point(|&top| shared[top].1 < at);
        before.push(place.checked_sub(1).map(|below| tops[below]));
        if place == tops.len() {
            tops.push(index);
        } else {
            tops[place] = index;
        }
    }
    let mut row = Vec::with_capacity(tops.len());
    let mut next = tops.last().copied();
    while let Some(index) = next {
        row.push(shared[index]);
        next = before[index];
    }
    row.reverse();
    row
}

/// The longest common row, by dynamic programming; nothing where that would take too long.
fn common(
    old: &[String],
    new: &[String],
    old_start: usize,
    new_start: usize,
    pairs: &mut Vec<(usize, usize)>,
) {
    if old.is_empty() || new.is_empty() || old.len() * new.len() > MOST_PAIRS {
        return;
    }
    let width = new.len() + 1;
    let mut best = vec![0_u32; (old.len() + 1) * width];
    for o in (0..old.len()).rev() {
        for n in (0..new.len()).rev() {
            best[o * width + n] = if old[o] == new[n] {
                best[(o + 1) * width + n + 1] + 1
            } else {
                best[(o + 1) * width + n].max(best[o * width + n + 1])
            };
        }
    }
    let (mut o, mut n) = (0, 0);
    while o < old.len() && n < new.len() {
        if old[o] == new[n] {
            pairs.push((old_start + o, new_start + n));
            (o, n) = (o + 1, n + 1);
        } else if best[(o + 1) * width + n] >= best[o * width + n + 1] {
            o += 1;
        } else {
            n += 1;
        }
    }
}

/// Pairs of one kind in the same order, the most alike.
fn alike(old: &[Block], new: &[Block], olds: &[usize], news: &[usize]) -> Vec<(usize, usize)> {
    let same_kind = |o: usize, n: usize| {
        old[o].kind == new[n].kind && (old[o].kind != Kind::Title || old[o].label == new[n].label)
    };
    if olds.len() * news.len() > MOST_LIKENESSES {
        let mut pairs = Vec::new();
        let mut rest = olds.iter();
        for &n in news {
            if let Some(&o) = rest.clone().find(|&&o| same_kind(o, n)) {
                pairs.push((o, n));
                rest.by_ref().find(|&&at| at == o);
            }
        }
        return pairs;
    }
    let words = |block: &Block| -> HashMap<String, usize> {
        let mut words = HashMap::new();
        for word in plain_text(&block.content)
            .split(|c: char| !c.is_alphanumeric())
            .flat_map(parts)
        {
            *words.entry(word).or_default() += 1;
        }
        words
    };
    let old_words: Vec<_> = olds.iter().map(|&o| words(&old[o])).collect();
    let new_words: Vec<_> = news.iter().map(|&n| words(&new[n])).collect();
    let likeness = |o: usize, n: usize| -> u32 {
        if !same_kind(olds[o], news[n]) {
            return 0;
        }
        let size = |words: &HashMap<String, usize>| words.values().sum::<usize>();
        let shared: usize = old_words[o]
            .iter()
            .map(|(word, count)| (*count).min(new_words[n].get(word).copied().unwrap_or(0)))
            .sum();
        let all = (size(&old_words[o]) + size(&new_words[n])).max(1);
        20 + u32::try_from(160 * shared / all).unwrap_or(0)
    };
    let width = news.len() + 1;
    let mut best = vec![0_u32; (olds.len() + 1) * width];
    for o in (0..olds.len()).rev() {
        for n in (0..news.len()).rev() {
            let like = likeness(o, n);
            let both = if like > 0 {
                best[(o + 1) * width + n + 1] + like
            } else {
                0
            };
            best[o * width + n] = both
                .max(best[(o + 1) * width + n])
                .max(best[o * width + n + 1]);
        }
    }
    let mut pairs = Vec::new();
    let (mut o, mut n) = (0, 0);
    while o < olds.len() && n < news.len() {
        let here = best[o * width + n];
        if here == best[(o + 1) * width + n] {
            o += 1;
        } else if here == best[o * width + n + 1] {
            n += 1;
        } else {
            pairs.push((olds[o], news[n]));
            (o, n) = (o + 1, n + 1);
        }
    }
    pairs
}

/// Han is compared by character.
fn parts(word: &str) -> Vec<String> {
    if word.is_ascii() {
        return vec![word.to_lowercase()];
    }
    word.chars().map(String::from).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::script::{read, tests::scripts};

    fn matched(old: &str, new: &str) -> Vec<Match> {
        align(&read(old), &read(new))
    }

    #[test]
    fn a_changed_line_is_the_same_place() {
        let old = "MARA\nYou are late.\n\nShe turns away from the quay.\n";
        let new = "MARA\nYou are very late.\n\nA gull.\n\nShe turns from the quay.\n";
        assert_eq!(
            matched(old, new),
            [
                Match::Same(0),
                Match::Changed(1),
                Match::New,
                Match::Changed(2)
            ]
        );
    }

    #[test]
    fn a_moved_scene_is_known_again() {
        let first = "INT. HOUSE - DAY\n\nShe packs a heavy suitcase.\n\n";
        let second = "EXT. YARD - DAY\n\nThe dog waits beside the gate.\n\n";
        let found = matched(&format!("{first}{second}"), &format!("{second}{first}"));
        assert_eq!(
            found,
            [
                Match::Same(2),
                Match::Same(3),
                Match::Same(0),
                Match::Same(1)
            ]
        );
    }

    #[test]
    fn two_scripts_with_nothing_in_common_are_compared_in_time() {
        let script = |name: &str| format!("{name}\nSome words here.\n\n").repeat(4_000);
        let found = matched(&script("ANNA"), &script("BELA"));
        assert_eq!(found.len(), 8_000);
    }

    proptest! {
        #[test]
        fn every_block_is_taken_once_and_the_same_is_found(old in scripts(), new in scripts()) {
            let (old, new) = (read(&old), read(&new));
            let mut taken = vec![0; old.len()];
            for (at, found) in align(&old, &new).into_iter().enumerate() {
                match found {
                    Match::Same(o) => {
                        taken[o] += 1;
                        prop_assert_eq!(old[o].key(), new[at].key());
                    }
                    Match::Changed(o) => {
                        taken[o] += 1;
                        prop_assert_eq!(old[o].kind, new[at].kind);
                    }
                    Match::New => {}
                }
            }
            prop_assert!(taken.iter().all(|&times| times <= 1));
            let same: Vec<Match> = (0..old.len()).map(Match::Same).collect();
            prop_assert_eq!(align(&old, &old), same);
        }
    }
}
