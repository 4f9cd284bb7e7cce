//! Differences between two versions of a text, in pieces a person can read.
//!
//! Lines are compared first, and lines that stand once in both texts anchor the rest (patience
//! diff); what lies between anchors is compared by word. No stretch that is compared by dynamic
//! programming is longer than [`MOST_TOKENS`], so the time is bounded for any two texts.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use similar::{Algorithm, DiffOp, capture_diff_slices};
use unicode_segmentation::UnicodeSegmentation;

use crate::lines::lines;

/// The longest stretch (old and new words together) that is compared word for word where no
/// word in it anchors the comparison.
const MOST_TOKENS: usize = 3_000;

/// What became of a piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// In both texts.
    Equal,
    /// Only in the new text.
    Insert,
    /// Only in the old text.
    Delete,
}

/// A run of text with one change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Piece {
    /// What became of it.
    pub change: Change,
    /// The text itself.
    pub text: String,
}

/// The difference by word (Latin) or character (Han). Equal and deleted pieces build the old
/// text, equal and inserted pieces the new one. Neighbours never share a change, and a deletion
/// comes before the insertion that takes its place.
pub fn prose_diff(old: &str, new: &str) -> Vec<Piece> {
    let old_lines: Vec<&str> = lines(old).map(|line| &old[line.range()]).collect();
    let new_lines: Vec<&str> = lines(new).map(|line| &new[line.range()]).collect();
    let mut pieces = Pieces::default();
    anchored(
        &old_lines,
        &new_lines,
        &mut pieces,
        &mut |old_gap, new_gap, pieces| {
            words(&old_gap.concat(), &new_gap.concat(), pieces);
        },
    );
    pieces.finish()
}

/// Compares two stretches by word.
fn words(old: &str, new: &str, pieces: &mut Pieces) {
    if old.is_empty() || new.is_empty() {
        pieces.push(Change::Delete, old);
        pieces.push(Change::Insert, new);
        return;
    }
    let old_words: Vec<&str> = old.split_word_bounds().collect();
    let new_words: Vec<&str> = new.split_word_bounds().collect();
    if old_words.len() + new_words.len() <= MOST_TOKENS {
        exact(&old_words, &new_words, pieces);
        return;
    }
    anchored(
        &old_words,
        &new_words,
        pieces,
        &mut |old_gap, new_gap, pieces| {
            if old_gap.len() + new_gap.len() <= MOST_TOKENS {
                exact(old_gap, new_gap, pieces);
            } else {
                pieces.push(Change::Delete, &old_gap.concat());
                pieces.push(Change::Insert, &new_gap.concat());
            }
        },
    );
}

/// The shortest difference of two short stretches.
fn exact(old: &[&str], new: &[&str], pieces: &mut Pieces) {
    for op in capture_diff_slices(Algorithm::Myers, old, new) {
        let (old_range, new_range) = (op.old_range(), op.new_range());
        if let DiffOp::Equal { .. } = op {
            pieces.push(Change::Equal, &old[old_range].concat());
        } else {
            pieces.push(Change::Delete, &old[old_range].concat());
            pieces.push(Change::Insert, &new[new_range].concat());
        }
    }
}

/// Compares what stands between two anchors.
type Gap<'a> = &'a mut dyn FnMut(&[&str], &[&str], &mut Pieces);

/// Takes off what is the same at both ends, aligns the rest at tokens that stand once in both,
/// and hands what lies between to `gap`.
fn anchored(old: &[&str], new: &[&str], pieces: &mut Pieces, gap: Gap) {
    let head = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    pieces.push(Change::Equal, &old[..head].concat());
    let (old, new) = (&old[head..], &new[head..]);
    let tail = old
        .iter()
        .rev()
        .zip(new.iter().rev())
        .take_while(|(a, b)| a == b)
        .count();
    let (old, old_tail) = old.split_at(old.len() - tail);
    let new = &new[..new.len() - tail];

    let (mut old_at, mut new_at) = (0, 0);
    let mut between = |old: &[&str], new: &[&str], pieces: &mut Pieces| {
        if !old.is_empty() || !new.is_empty() {
            gap(old, new, pieces);
        }
    };
    for (old_anchor, new_anchor) in anchors(old, new) {
        between(&old[old_at..old_anchor], &new[new_at..new_anchor], pieces);
        pieces.push(Change::Equal, old[old_anchor]);
        (old_at, new_at) = (old_anchor + 1, new_anchor + 1);
    }
    between(&old[old_at..], &new[new_at..], pieces);
    pieces.push(Change::Equal, &old_tail.concat());
}

/// The longest row of tokens, rising in both texts, each of which stands exactly once in both.
fn anchors(old: &[&str], new: &[&str]) -> Vec<(usize, usize)> {
    let old_once = once(old);
    let new_once = once(new);
    let mut shared: Vec<(usize, usize)> = old_once
        .iter()
        .filter_map(|(token, at)| Some((((*at)?), (*new_once.get(token)?)?)))
        .collect();
    shared.sort_unstable();

    // Longest increasing subsequence: `tops[k]` ends the best row of length k + 1.
    let mut tops: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(shared.len());
    for (index, &(_, new_at)) in shared.iter().enumerate() {
        let place = tops.partition_point(|&top| shared[top].1 < new_at);
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

/// Where each token stands, `None` where it stands more than once.
fn once<'a>(tokens: &[&'a str]) -> HashMap<&'a str, Option<usize>> {
    let mut found = HashMap::with_capacity(tokens.len());
    for (at, &token) in tokens.iter().enumerate() {
        found
            .entry(token)
            .and_modify(|place| *place = None)
            .or_insert(Some(at));
    }
    found
}

/// Pieces while they are collected: equal text, then what was replaced by what.
#[derive(Default)]
struct Pieces {
    hunks: Vec<Hunk>,
}

#[derive(Default)]
struct Hunk {
    equal: String,
    deleted: String,
    inserted: String,
}

impl Pieces {
    fn push(&mut self, change: Change, text: &str) {
        if text.is_empty() {
            return;
        }
        let changed = self
            .hunks
            .last()
            .is_some_and(|h| !(h.deleted.is_empty() && h.inserted.is_empty()));
        if self.hunks.is_empty() || (change == Change::Equal && changed) {
            self.hunks.push(Hunk::default());
        }
        if let Some(hunk) = self.hunks.last_mut() {
            match change {
                Change::Equal => hunk.equal.push_str(text),
                Change::Delete => hunk.deleted.push_str(text),
                Change::Insert => hunk.inserted.push_str(text),
            }
        }
    }

    fn finish(self) -> Vec<Piece> {
        let mut joined: Vec<Hunk> = Vec::with_capacity(self.hunks.len());
        for hunk in self.hunks {
            match joined.last_mut() {
                // Two replaced words with the same space between them read better as one phrase.
                Some(last)
                    if last.is_replacement() && hunk.is_replacement() && is_gap(&hunk.equal) =>
                {
                    last.deleted.push_str(&hunk.equal);
                    last.inserted.push_str(&hunk.equal);
                    last.deleted.push_str(&hunk.deleted);
                    last.inserted.push_str(&hunk.inserted);
                }
                _ => joined.push(hunk),
            }
        }
        joined
            .into_iter()
            .flat_map(|hunk| {
                [
                    (Change::Equal, hunk.equal),
                    (Change::Delete, hunk.deleted),
                    (Change::Insert, hunk.inserted),
                ]
            })
            .filter(|(_, text)| !text.is_empty())
            .map(|(change, text)| Piece { change, text })
            .collect()
    }
}

impl Hunk {
    fn is_replacement(&self) -> bool {
        !self.deleted.is_empty() && !self.inserted.is_empty()
    }
}

fn is_gap(text: &str) -> bool {
    text.chars().all(|c| c == ' ' || c == '\u{a0}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(old: &str, new: &str) -> String {
        prose_diff(old, new)
            .into_iter()
            .map(|piece| match piece.change {
                Change::Equal => piece.text,
                Change::Insert => format!("[+{}]", piece.text),
                Change::Delete => format!("[-{}]", piece.text),
            })
            .collect()
    }

    #[test]
    fn words_and_characters_change_one_by_one() {
        for (old, new, expected) in [
            ("the red fox", "the brown fox", "the [-red][+brown] fox"),
            ("the red fox", "the red fox", "the red fox"),
            ("a b", "a new b", "a [+new ]b"),
            ("gone soon", "soon", "[-gone ]soon"),
            (
                "today we rest",
                "tonight they rest",
                "[-today we][+tonight they] rest",
            ),
            ("今天下雨了", "今天下雪了", "今天下[-雨][+雪]了"),
            ("don't go", "do go", "[-don't][+do] go"),
            (
                "one\ntwo\nthree\n",
                "one\n2\nthree\n",
                "one\n[-two][+2]\nthree\n",
            ),
            ("", "new", "[+new]"),
            ("old", "", "[-old]"),
            ("", "", ""),
            ("e\u{301}tude", "etude", "[-e\u{301}tude][+etude]"),
        ] {
            assert_eq!(shown(old, new), expected);
        }
    }

    #[test]
    fn a_moved_paragraph_leaves_its_neighbours_alone() {
        let old = "First one.\n\nSecond one here.\n\nThird.\n";
        let new = "Second one here.\n\nThird.\n\nFirst one.\n";
        let pieces = prose_diff(old, new);
        let equal: String = equal_text(&pieces);
        assert!(equal.contains("Second one here.\n\nThird.\n"), "{equal:?}");
    }

    #[test]
    fn long_lines_without_anything_in_common_are_replaced_whole() {
        let old = "a b ".repeat(40_000);
        let new = "c d ".repeat(40_000);
        // All but the last space.
        assert_eq!(prose_diff(&old, &new).len(), 3);
    }

    #[test]
    fn a_word_in_a_long_line_is_found() {
        let words: Vec<String> = (0..20_000).map(|n| format!("w{n}")).collect();
        let old = words.join(" ");
        let mut changed = words;
        changed[9_000] = "other".to_owned();
        changed[15_000] = "another".to_owned();
        let pieces = prose_diff(&old, &changed.join(" "));
        let inserted: Vec<_> = pieces
            .iter()
            .filter(|p| p.change == Change::Insert)
            .map(|p| p.text.as_str())
            .collect();
        assert_eq!(inserted, ["other", "another"]);
    }

    fn equal_text(pieces: &[Piece]) -> String {
        pieces
            .iter()
            .filter(|p| p.change == Change::Equal)
            .map(|p| p.text.as_str())
            .collect()
    }

    fn side(pieces: &[Piece], left_out: Change) -> String {
        pieces
            .iter()
            .filter(|p| p.change != left_out)
            .map(|p| p.text.as_str())
            .collect()
    }

    fn holds(old: &str, new: &str) -> Result<(), TestCaseError> {
        let pieces = prose_diff(old, new);
        prop_assert_eq!(side(&pieces, Change::Insert), old);
        prop_assert_eq!(side(&pieces, Change::Delete), new);
        for pair in pieces.windows(2) {
            prop_assert!(pair[0].change != pair[1].change);
            prop_assert!((pair[0].change, pair[1].change) != (Change::Insert, Change::Delete));
        }
        prop_assert!(pieces.iter().all(|piece| !piece.text.is_empty()));
        Ok(())
    }

    proptest! {
        #[test]
        fn pieces_rebuild_both_texts(old in any::<String>(), new in any::<String>()) {
            holds(&old, &new)?;
        }

        #[test]
        fn pieces_rebuild_texts_that_are_alike(
            old in "([ab] |\\n|汉|字|\\r\\n|e\u{301}){0,60}",
            new in "([ab] |\\n|汉|字|\\r\\n|e\u{301}){0,60}",
        ) {
            holds(&old, &new)?;
        }

        #[test]
        fn an_edit_in_a_text_keeps_its_surroundings(
            words in prop::collection::vec("[a-z]{1,5}", 3..80), at in any::<prop::sample::Index>()
        ) {
            let at = at.index(words.len());
            let mut changed = words.clone();
            changed[at] = "CHANGED".to_owned();
            let (old, new) = (words.join(" "), changed.join(" "));
            holds(&old, &new)?;
            let pieces = prose_diff(&old, &new);
            prop_assert_eq!(equal_text(&pieces).len(), old.len() - words[at].len());
        }
    }
}
