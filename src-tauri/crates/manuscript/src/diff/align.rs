//! Which tokens of two texts belong together: the longest common rows, within bounds.
//!
//! Tokens that stand once in both texts anchor the rest ("patience diff", Bram Cohen); between
//! anchors the shortest difference is looked for (Eugene W. Myers, "An O(ND) Difference Algorithm
//! and Its Variations", 1986). Both give up where a text is made to be slow: what is left is then
//! replaced whole.

use std::collections::HashMap;

/// The longest stretch (old and new together) that is compared exactly without anchors.
pub(crate) const LONGEST_EXACT: usize = 3_000;
/// The most changes in one stretch that are looked for.
const MOST_CHANGES: usize = 1_000;
/// Stretches between anchors are anchored again this often.
const DEEPEST: usize = 6;

/// Work that may still be done, in compared tokens: some 0.2 s in all.
pub(crate) struct Patience(u64);

impl Default for Patience {
    fn default() -> Self {
        Self(60_000_000)
    }
}

impl Patience {
    fn spend(&mut self, work: usize) -> bool {
        self.0 = self.0.saturating_sub(work as u64);
        self.0 > 0
    }
}

/// Pairs of equal tokens, rising in both texts.
pub(crate) fn align(old: &[u32], new: &[u32], patience: &mut Patience) -> Vec<(usize, usize)> {
    let mut pairs = Vec::new();
    between(old, new, (0, 0), 0, patience, &mut pairs);
    pairs
}

fn between(
    old: &[u32],
    new: &[u32],
    (old_at, new_at): (usize, usize),
    depth: usize,
    patience: &mut Patience,
    pairs: &mut Vec<(usize, usize)>,
) {
    let head = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    pairs.extend((0..head).map(|n| (old_at + n, new_at + n)));
    let (old, new) = (&old[head..], &new[head..]);
    let (old_at, new_at) = (old_at + head, new_at + head);
    let ends = old.iter().rev().zip(new.iter().rev());
    let tail = ends.take_while(|(a, b)| a == b).count();
    let (old, new) = (&old[..old.len() - tail], &new[..new.len() - tail]);
    if !old.is_empty() && !new.is_empty() {
        let exact = if old.len() + new.len() <= LONGEST_EXACT {
            shortest(old, new, patience)
        } else {
            None
        };
        if let Some(found) = exact {
            pairs.extend(found.into_iter().map(|(o, n)| (old_at + o, new_at + n)));
        } else if depth < DEEPEST && patience.spend(old.len() + new.len()) {
            let (mut o, mut n) = (0, 0);
            let anchors = anchors(old, new);
            if !anchors.is_empty() {
                for (old_anchor, new_anchor) in anchors.into_iter().chain([(old.len(), new.len())])
                {
                    let at = (old_at + o, new_at + n);
                    let (a, b) = (&old[o..old_anchor], &new[n..new_anchor]);
                    between(a, b, at, depth + 1, patience, pairs);
                    if old_anchor < old.len() {
                        pairs.push((old_at + old_anchor, new_at + new_anchor));
                    }
                    (o, n) = (old_anchor + 1, new_anchor + 1);
                }
            }
        }
    }
    let (o, n) = (old_at + old.len(), new_at + new.len());
    pairs.extend((0..tail).map(|i| (o + i, n + i)));
}

/// The shortest difference, unless it has too many changes.
fn shortest(old: &[u32], new: &[u32], patience: &mut Patience) -> Option<Vec<(usize, usize)>> {
    let (n, m) = (old.len() as i64, new.len() as i64);
    let most = (n + m).min(MOST_CHANGES as i64);
    // `reach[k + most]`: how far in `old` a path on diagonal k (old - new) has come.
    let mut reach = vec![0_i64; (2 * most + 3) as usize];
    let middle = most + 1;
    let mut trace: Vec<Vec<i64>> = Vec::new();
    for d in 0..=most {
        trace.push(reach[(middle - d) as usize..=(middle + d) as usize].to_vec());
        let mut work = 0;
        // Diagonals outside of both texts lead nowhere.
        let lowest = if d > m { 2 * m - d } else { d };
        let highest = if d > n { 2 * n - d } else { d };
        let mut k = -lowest;
        while k <= highest {
            let at = (middle + k) as usize;
            let down = k == -d || (k != d && reach[at - 1] < reach[at + 1]);
            let mut x = if down {
                reach[at + 1]
            } else {
                reach[at - 1] + 1
            };
            let start = x;
            while x < n && x - k < m && old[x as usize] == new[(x - k) as usize] {
                x += 1;
            }
            work += 1 + (x - start) as usize;
            reach[at] = x;
            if x >= n && x - k >= m {
                return Some(way_back(n, m, &trace));
            }
            k += 2;
        }
        if !patience.spend(work) {
            return None;
        }
    }
    None
}

/// The equal tokens of a path, from its end. `trace[d]` holds the reach before step d, from
/// diagonal -d to d.
fn way_back(n: i64, m: i64, trace: &[Vec<i64>]) -> Vec<(usize, usize)> {
    let mut pairs = Vec::new();
    let (mut x, mut y) = (n, m);
    for (d, reach) in trace.iter().enumerate().rev() {
        let d = d as i64;
        let k = x - y;
        let of = |k: i64| reach[(k + d) as usize];
        let before = if d == 0 {
            0
        } else if k == -d || (k != d && of(k - 1) < of(k + 1)) {
            k + 1
        } else {
            k - 1
        };
        let from = if d == 0 { 0 } else { of(before) };
        let (start, _) = if d == 0 {
            (0, 0)
        } else if before == k + 1 {
            (from, from - k)
        } else {
            (from + 1, from + 1 - k)
        };
        while x > start {
            x -= 1;
            y -= 1;
            pairs.push((x as usize, y as usize));
        }
        (x, y) = (from, from - before);
    }
    pairs.reverse();
    pairs
}

/// The longest row of tokens, rising in both texts, each of which stands exactly once in both.
fn anchors(old: &[u32], new: &[u32]) -> Vec<(usize, usize)> {
    let old_once = once(old);
    let new_once = once(new);
    let mut shared: Vec<(usize, usize)> = old_once
        .iter()
        .filter_map(|(token, at)| Some((((*at)?), (*new_once.get(token)?)?)))
        .collect();
    shared.sort_unstable();
    rising(&shared, |_| 1)
}

/// The heaviest row of pairs (sorted by their first) whose second rises too.
pub(crate) fn rising(
    pairs: &[(usize, usize)],
    weight: impl Fn(&(usize, usize)) -> usize,
) -> Vec<(usize, usize)> {
    // `tops`: by second, the heaviest row that ends there; both second and weight rise in it.
    let mut tops: std::collections::BTreeMap<usize, (usize, usize)> =
        std::collections::BTreeMap::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(pairs.len());
    for (index, pair) in pairs.iter().enumerate() {
        let below = tops.range(..pair.1).next_back().map(|(_, top)| *top);
        before.push(below.map(|(_, top)| top));
        let whole = below.map_or(0, |(whole, _)| whole) + weight(pair);
        if tops
            .range(..=pair.1)
            .next_back()
            .is_some_and(|(_, (there, _))| *there >= whole)
        {
            continue;
        }
        while let Some((&second, &(there, _))) = tops.range(pair.1..).next()
            && there <= whole
        {
            tops.remove(&second);
        }
        tops.insert(pair.1, (whole, index));
    }
    let mut row = Vec::new();
    let mut next = tops.last_key_value().map(|(_, (_, index))| *index);
    while let Some(index) = next {
        row.push(pairs[index]);
        next = before[index];
    }
    row.reverse();
    row
}

/// Where each token stands, `None` where it stands more than once.
fn once(tokens: &[u32]) -> HashMap<u32, Option<usize>> {
    let mut found = HashMap::with_capacity(tokens.len());
    for (at, &token) in tokens.iter().enumerate() {
        found
            .entry(token)
            .and_modify(|place| *place = None)
            .or_insert(Some(at));
    }
    found
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;

    /// The length of the longest common row, in the plainest way.
    fn common(old: &[u32], new: &[u32]) -> usize {
        let mut best = vec![vec![0; new.len() + 1]; old.len() + 1];
        for (o, a) in old.iter().enumerate() {
            for (n, b) in new.iter().enumerate() {
                best[o + 1][n + 1] = if a == b {
                    best[o][n] + 1
                } else {
                    best[o][n + 1].max(best[o + 1][n])
                };
            }
        }
        best[old.len()][new.len()]
    }

    #[test]
    fn the_heaviest_row_wins_over_the_longest() {
        let pairs = [(0, 2), (1, 0), (2, 1)];
        assert_eq!(rising(&pairs, |_| 1), [(1, 0), (2, 1)]);
        assert_eq!(
            rising(&pairs, |(o, _)| if *o == 0 { 9 } else { 1 }),
            [(0, 2)]
        );
        assert!(rising(&[], |_| 1).is_empty());
    }

    #[test]
    fn two_texts_made_to_be_slow_end_soon() {
        let old: Vec<u32> = (0..400_000).map(|n| n % 7).collect();
        let new: Vec<u32> = (0..400_000).map(|n| n % 11).collect();
        align(&old, &new, &mut Patience::default());
        let old: Vec<u32> = (0..1_400).flat_map(|_| [1, 2]).collect();
        let new: Vec<u32> = (0..1_400).flat_map(|_| [2, 2, 3]).collect();
        align(&old, &new, &mut Patience::default());
    }

    proptest! {
        #[test]
        fn short_stretches_keep_all_that_can_be_kept(
            old in vec(0_u32..5, 0..40), new in vec(0_u32..5, 0..40),
        ) {
            let pairs = align(&old, &new, &mut Patience::default());
            prop_assert!(pairs.windows(2).all(|w| w[0].0 < w[1].0 && w[0].1 < w[1].1));
            prop_assert!(pairs.iter().all(|(o, n)| old[*o] == new[*n]));
            prop_assert_eq!(pairs.len(), common(&old, &new));
        }

        #[test]
        fn without_patience_pairs_are_still_equal_and_rising(
            old in vec(0_u32..9, 0..60), new in vec(0_u32..9, 0..60),
        ) {
            let pairs = align(&old, &new, &mut Patience(3));
            prop_assert!(pairs.windows(2).all(|w| w[0].0 < w[1].0 && w[0].1 < w[1].1));
            prop_assert!(pairs.iter().all(|(o, n)| old[*o] == new[*n]));
        }
    }
}
