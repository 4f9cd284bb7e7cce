//! Differences between two versions of a text, in pieces a person can read.
//!
//! Paragraphs are aligned first. Those that stand elsewhere in the other text, changed or not, are
//! *moves*; what is left between equal paragraphs is compared by word (Latin) or character (Han).
//! What is equal by chance only, a lone word between two that were replaced, is not held apart.
//! The time is bounded for any two texts.

pub(crate) mod align;
mod moves;
mod tokens;

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::count::is_han;
use align::{LONGEST_EXACT, Patience, align};
use moves::Pair;
use tokens::{Names, blocks, tokens};

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

/// What a part of a comparison is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PartKind {
    /// In both texts, at the same place.
    Equal,
    /// Only in the new text.
    Insert,
    /// Only in the old text.
    Delete,
    /// In the old text here, in the new one elsewhere: the number of its [`Move`].
    Away(usize),
    /// In the new text here, in the old one elsewhere: the number of its [`Move`].
    Here(usize),
}

/// A run of text in a comparison. Ranges are bytes; the range in a text that the part is not in is
/// empty and says where it would stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// What became of it.
    pub kind: PartKind,
    /// Where it stands in the old text.
    pub old: Range<usize>,
    /// Where it stands in the new text.
    pub new: Range<usize>,
}

/// Paragraphs that stand elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    /// Where they stood.
    pub old: Range<usize>,
    /// Where they stand.
    pub new: Range<usize>,
    /// What was changed in them: `Equal`, `Insert` and `Delete` only, tiling both ranges.
    pub parts: Vec<Part>,
}

/// Two texts side by side. Without `Insert` and `Here` the parts tile the old text, without
/// `Delete` and `Away` the new one. Every move goes away once and comes here once. Between two
/// equal parts what is gone stands before what came.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Comparison {
    /// All of both texts, in reading order.
    pub parts: Vec<Part>,
    /// The moves, by number, in the order of the old text.
    pub moves: Vec<Move>,
}

impl Comparison {
    /// Whether the texts are the same.
    pub fn is_same(&self) -> bool {
        self.parts.iter().all(|part| part.kind == PartKind::Equal)
    }
}

/// Compares two texts, with paragraphs that have moved shown as moved.
pub fn compare(old: &str, new: &str) -> Comparison {
    Comparing::new(old, new).all(true)
}

/// The difference by word (Latin) or character (Han), moves as deletions and insertions. Equal and
/// deleted pieces build the old text, equal and inserted pieces the new one. Neighbours never share
/// a change, and a deletion comes before the insertion that takes its place.
pub fn prose_diff(old: &str, new: &str) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    for Part {
        kind,
        old: a,
        new: b,
    } in Comparing::new(old, new).all(false).parts
    {
        let (change, text) = match kind {
            PartKind::Equal => (Change::Equal, &new[b]),
            PartKind::Insert | PartKind::Here(_) => (Change::Insert, &new[b]),
            PartKind::Delete | PartKind::Away(_) => (Change::Delete, &old[a]),
        };
        match pieces.last_mut() {
            Some(last) if last.change == change => last.text.push_str(text),
            _ => pieces.push(Piece {
                change,
                text: text.to_owned(),
            }),
        }
    }
    pieces
}

/// The runs that both texts have in common, in order, as ranges of the same length: everything
/// that can be kept, down to single words and signs.
pub(crate) fn common(old: &str, new: &str) -> Vec<(Range<usize>, Range<usize>)> {
    let mut comparing = Comparing::new(old, new);
    comparing.tidy = false;
    let parts = comparing.all(false).parts.into_iter();
    parts
        .filter(|part| part.kind == PartKind::Equal)
        .map(|part| (part.old, part.new))
        .collect()
}

/// Where the words of a text begin.
pub(crate) fn token_starts(text: &str) -> Vec<usize> {
    let mut found = Vec::new();
    tokens(text, 0..text.len(), &mut found);
    found.into_iter().map(|range| range.start).collect()
}

/// Paragraphs between two equal ones: their numbers in the old and the new text.
struct Gap {
    old: Range<usize>,
    new: Range<usize>,
}

struct Comparing<'a> {
    old: &'a str,
    new: &'a str,
    names: Names<'a>,
    patience: Patience,
    tidy: bool,
}

impl<'a> Comparing<'a> {
    fn new(old: &'a str, new: &'a str) -> Self {
        Self {
            old,
            new,
            names: Names::default(),
            patience: Patience::default(),
            tidy: true,
        }
    }

    fn all(mut self, with_moves: bool) -> Comparison {
        let old_blocks = blocks(self.old);
        let new_blocks = blocks(self.new);
        let mut lines = Names::default();
        let old_ids: Vec<u32> = old_blocks
            .iter()
            .map(|r| lines.of(&self.old[r.clone()]))
            .collect();
        let new_ids: Vec<u32> = new_blocks
            .iter()
            .map(|r| lines.of(&self.new[r.clone()]))
            .collect();
        let pairs = align(&old_ids, &new_ids, &mut self.patience);
        let mut gaps = Vec::new();
        let (mut o, mut n) = (0, 0);
        for (a, b) in pairs
            .iter()
            .copied()
            .chain([(old_ids.len(), new_ids.len())])
        {
            if o < a || n < b {
                gaps.push(Gap {
                    old: o..a,
                    new: n..b,
                });
            }
            (o, n) = (a + 1, b + 1);
        }
        let found = moves::find(&self, &old_blocks, &new_blocks, &gaps, with_moves);
        let mut built = Built::default();
        built.comparison.moves = Vec::with_capacity(found.moves.len());
        for Pair { old, new } in &found.moves {
            let old = old_blocks[old.start].start..old_blocks[old.end - 1].end;
            let new = new_blocks[new.start].start..new_blocks[new.end - 1].end;
            let mut inner = Built {
                start: (old.start, new.start),
                ..Built::default()
            };
            self.stretch(vec![old.clone()], vec![new.clone()], &mut inner);
            built.comparison.moves.push(Move {
                old,
                new,
                parts: inner.finish().parts,
            });
        }
        let mut gap = gaps.iter().peekable();
        let (mut o, mut n) = (0, 0);
        while o < old_blocks.len() || n < new_blocks.len() {
            match gap.next_if(|gap| gap.old.start == o && gap.new.start == n) {
                Some(gap) => {
                    self.gap(gap, &old_blocks, &new_blocks, &found, &mut built);
                    (o, n) = (gap.old.end, gap.new.end);
                }
                None => {
                    built.push(
                        PartKind::Equal,
                        old_blocks[o].clone(),
                        new_blocks[n].clone(),
                    );
                    (o, n) = (o + 1, n + 1);
                }
            }
        }
        built.finish()
    }

    /// Compares what stands between two equal paragraphs, without what has moved.
    fn gap(
        &mut self,
        gap: &Gap,
        old_blocks: &[Range<usize>],
        new_blocks: &[Range<usize>],
        found: &moves::Found,
        built: &mut Built,
    ) {
        let moved = |at: usize, of: &[Option<usize>]| of.get(at).copied().flatten();
        for at in gap.old.clone() {
            if let Some(number) = moved(at, &found.away) {
                built.expect_away(number);
            }
        }
        for at in gap.new.clone() {
            if let Some(number) = moved(at, &found.here) {
                built.expect_here(number);
            }
        }
        let left = |range: Range<usize>, blocks: &[Range<usize>], of: &[Option<usize>]| {
            range
                .filter(|at| moved(*at, of).is_none())
                .map(|at| blocks[at].clone())
                .collect::<Vec<_>>()
        };
        let size =
            |blocks: &[Range<usize>]| blocks.iter().map(ExactSizeIterator::len).sum::<usize>();
        let old = left(gap.old.clone(), old_blocks, &found.away);
        let new = left(gap.new.clone(), new_blocks, &found.here);
        // A long stretch is cut where changed paragraphs clearly belong together.
        let inside = |(o, n): &&(usize, usize)| gap.old.contains(o) && gap.new.contains(n);
        if size(&old) + size(&new) > LONGEST_EXACT * 4 {
            let (mut o, mut n) = (gap.old.start, gap.new.start);
            let ends = [(gap.old.end, gap.new.end)];
            for (a, b) in found.kept.iter().filter(inside).copied().chain(ends) {
                let before = left(o..a, old_blocks, &found.away);
                let after = left(n..b, new_blocks, &found.here);
                self.stretch(before, after, built);
                if a < gap.old.end {
                    self.stretch(
                        vec![old_blocks[a].clone()],
                        vec![new_blocks[b].clone()],
                        built,
                    );
                }
                (o, n) = ((a + 1).min(gap.old.end), (b + 1).min(gap.new.end));
            }
        } else {
            self.stretch(old, new, built);
        }
        built.settle();
    }

    /// Compares paragraphs word by word, as if they stood in one row.
    fn stretch(&mut self, old: Vec<Range<usize>>, new: Vec<Range<usize>>, built: &mut Built) {
        if old.is_empty() || new.is_empty() {
            for range in old {
                built.push(PartKind::Delete, range, 0..0);
            }
            for range in new {
                built.push(PartKind::Insert, 0..0, range);
            }
            return;
        }
        let cut = |text: &'a str, blocks: Vec<Range<usize>>, names: &mut Names<'a>| {
            let mut found = Vec::new();
            for block in blocks {
                tokens(text, block, &mut found);
            }
            let ids: Vec<u32> = found.iter().map(|r| names.of(&text[r.clone()])).collect();
            (found, ids)
        };
        let (old_tokens, old_ids) = cut(self.old, old, &mut self.names);
        let (new_tokens, new_ids) = cut(self.new, new, &mut self.names);
        let pairs = align(&old_ids, &new_ids, &mut self.patience);
        let mut runs = runs(&pairs, old_tokens.len(), new_tokens.len());
        if self.tidy {
            runs = tidied(runs, self.old, &old_tokens, self.new, &new_tokens);
        }
        for Run { equal, old, new } in runs {
            if equal {
                for (o, n) in old.zip(new) {
                    built.push(
                        PartKind::Equal,
                        old_tokens[o].clone(),
                        new_tokens[n].clone(),
                    );
                }
            } else {
                for o in old {
                    built.push(PartKind::Delete, old_tokens[o].clone(), 0..0);
                }
                for n in new {
                    built.push(PartKind::Insert, 0..0, new_tokens[n].clone());
                }
            }
        }
    }
}

/// Tokens that are equal, or that were replaced: their numbers.
#[derive(Debug, Clone)]
struct Run {
    equal: bool,
    old: Range<usize>,
    new: Range<usize>,
}

fn runs(pairs: &[(usize, usize)], old: usize, new: usize) -> Vec<Run> {
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
fn tidied(
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

/// Parts while they are collected.
#[derive(Default)]
struct Built {
    comparison: Comparison,
    /// Where both texts begin.
    start: (usize, usize),
    gone: Vec<Part>,
    come: Vec<Part>,
    /// Moves that belong between the parts of this gap, in the order of their text.
    away: std::collections::VecDeque<usize>,
    here: std::collections::VecDeque<usize>,
}

impl Built {
    fn expect_away(&mut self, number: usize) {
        if self.away.back() != Some(&number) {
            self.away.push_back(number);
        }
    }

    fn expect_here(&mut self, number: usize) {
        if self.here.back() != Some(&number) {
            self.here.push_back(number);
        }
    }

    fn push(&mut self, kind: PartKind, old: Range<usize>, new: Range<usize>) {
        if !matches!(kind, PartKind::Insert) {
            self.moves_before(Some(old.start), None);
        }
        if !matches!(kind, PartKind::Delete) {
            self.moves_before(None, Some(new.start));
        }
        let row = match kind {
            PartKind::Equal => {
                self.flush();
                &mut self.comparison.parts
            }
            PartKind::Delete | PartKind::Away(_) => &mut self.gone,
            PartKind::Insert | PartKind::Here(_) => &mut self.come,
        };
        match row.last_mut() {
            Some(last)
                if last.kind == kind
                    && (kind == PartKind::Insert || last.old.end == old.start)
                    && (kind == PartKind::Delete || last.new.end == new.start) =>
            {
                last.old.end = old.end;
                last.new.end = new.end;
            }
            _ => row.push(Part { kind, old, new }),
        }
    }

    /// Puts in the moves that stand before a place.
    fn moves_before(&mut self, old: Option<usize>, new: Option<usize>) {
        if let Some(at) = old {
            while let Some(number) = self.away.front().copied()
                && self
                    .comparison
                    .moves
                    .get(number)
                    .is_some_and(|m| m.old.start < at)
            {
                self.away.pop_front();
                let old = self.comparison.moves[number].old.clone();
                self.gone.push(Part {
                    kind: PartKind::Away(number),
                    old,
                    new: 0..0,
                });
            }
        }
        if let Some(at) = new {
            while let Some(number) = self.here.front().copied()
                && self
                    .comparison
                    .moves
                    .get(number)
                    .is_some_and(|m| m.new.start < at)
            {
                self.here.pop_front();
                let new = self.comparison.moves[number].new.clone();
                self.come.push(Part {
                    kind: PartKind::Here(number),
                    old: 0..0,
                    new,
                });
            }
        }
    }

    fn flush(&mut self) {
        self.comparison.parts.append(&mut self.gone);
        self.comparison.parts.append(&mut self.come);
    }

    /// A gap is over: what has moved out of it or into it stands at its end at the latest.
    fn settle(&mut self) {
        self.moves_before(Some(usize::MAX), Some(usize::MAX));
    }

    /// Gives the ranges of what is in one text only their place in the other.
    fn finish(mut self) -> Comparison {
        self.settle();
        self.flush();
        let (mut old, mut new) = self.start;
        for part in &mut self.comparison.parts {
            match part.kind {
                PartKind::Equal => {}
                PartKind::Delete | PartKind::Away(_) => part.new = new..new,
                PartKind::Insert | PartKind::Here(_) => part.old = old..old,
            }
            (old, new) = (part.old.end, part.new.end);
        }
        self.comparison
    }
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

    /// A comparison as it reads: `[-gone]`, `[+come]`, `[1>]` where a move went from and
    /// `[>1 text]` where it stands.
    fn seen(old: &str, new: &str) -> String {
        let found = compare(old, new);
        let part = |part: &Part| match part.kind {
            PartKind::Equal => new[part.new.clone()].to_owned(),
            PartKind::Insert => format!("[+{}]", &new[part.new.clone()]),
            PartKind::Delete => format!("[-{}]", &old[part.old.clone()]),
            PartKind::Away(n) => format!("[{n}>]"),
            PartKind::Here(n) => format!("[>{n}"),
        };
        let mut text = String::new();
        for one in &found.parts {
            text.push_str(&part(one));
            if let PartKind::Here(n) = one.kind {
                text.push(' ');
                text.extend(found.moves[n].parts.iter().map(part));
                text.push(']');
            }
        }
        text
    }

    #[test]
    fn moved_paragraphs_are_shown_as_moved_with_what_changed_in_them() {
        let (a, b, c) = (
            "The ferry left at nine in the morning.",
            "Nobody on the pier had seen the captain since.",
            "Rain came in from the west that night.",
        );
        assert_eq!(
            seen(
                &format!("{a}\n\n{b}\n\n{c}\n"),
                &format!("{b}\n\n{c}\n\n{a}\n")
            ),
            format!("[0>]{b}\n\n{c}\n[+\n][>0 {a}\n[-\n]]")
        );
        let edited = "The ferry left at ten in the morning.";
        assert_eq!(
            seen(
                &format!("{a}\n\n{b}\n\n{c}\n"),
                &format!("{b}\n\n{c}\n\n{edited}\n")
            ),
            format!(
                "[0>]{b}\n\n{c}\n[+\n][>0 The ferry left at [-nine][+ten] in the morning.[-\n]\n]"
            )
        );
        let (x, y) = ("夜里潮水很高，没有人出海。", "第二天早上，船长不见了。");
        let moved = seen(&format!("{x}\n{y}\n"), &format!("{y}\n{x}\n"));
        assert!(moved.contains("[0>]") || moved.contains("[>0"), "{moved}");
        // Neighbours move as one.
        let old = format!("{a}\n\n{b}\n\n{c}\n\n{x}\n\n{y}\n\n");
        let new = format!("{c}\n\n{x}\n\n{y}\n\n{a}\n\n{b}\n\n");
        assert_eq!(compare(&old, &new).moves.len(), 1);
    }

    #[test]
    fn short_lines_and_edited_neighbours_do_not_move() {
        assert_eq!(
            seen("Yes.\n\nNo.\n\n", "No.\n\nYes.\n\n")
                .matches('>')
                .count(),
            0
        );
        let old = "One boat came in at noon today.\n\nTwo more were seen off the cape.\n";
        let new = "One boat came in at dusk today.\n\nTwo more were heard off the cape.\n";
        assert_eq!(
            seen(old, new),
            "One boat came in at [-noon][+dusk] today.\n\nTwo more were [-seen][+heard] off the cape.\n"
        );
    }

    #[test]
    fn a_paragraph_that_is_split_or_joined_shows_nothing_but_that() {
        let old = "First sentence here. Second sentence there.\n";
        let new = "First sentence here.\n\nSecond sentence there.\n";
        assert_eq!(
            seen(old, new),
            "First sentence here.[- ][+\n\n]Second sentence there.\n"
        );
        assert_eq!(
            seen(new, old),
            "First sentence here.[-\n\n][+ ]Second sentence there.\n"
        );
    }

    #[test]
    fn what_is_equal_by_chance_is_not_held_apart() {
        for (old, new, expected) in [
            (
                "They walked to the harbour slowly",
                "Somebody drove to the airport quickly",
                "[-They walked][+Somebody drove] to the [-harbour slowly][+airport quickly]",
            ),
            (
                "Waves broke on stones loudly",
                "Sunlight fell on gardens softly",
                "[-Waves broke on stones loudly][+Sunlight fell on gardens softly]",
            ),
            (
                "他高兴地走了",
                "她高兴地来了",
                "[-他][+她]高兴地[-走][+来]了",
            ),
        ] {
            assert_eq!(seen(old, new), expected);
        }
    }

    /// Both texts, the moves and the order, from a comparison alone.
    fn consistent(old: &str, new: &str) -> Result<(), TestCaseError> {
        let found = compare(old, new);
        let (mut a, mut b) = (String::new(), String::new());
        let (mut left, mut came) = (vec![0; found.moves.len()], vec![0; found.moves.len()]);
        let (mut at_old, mut at_new) = (0, 0);
        for part in &found.parts {
            prop_assert_eq!((part.old.start, part.new.start), (at_old, at_new));
            (at_old, at_new) = (part.old.end, part.new.end);
            match part.kind {
                PartKind::Equal => {
                    prop_assert_eq!(&old[part.old.clone()], &new[part.new.clone()]);
                }
                PartKind::Insert => prop_assert!(part.old.is_empty() && !part.new.is_empty()),
                PartKind::Delete => prop_assert!(part.new.is_empty() && !part.old.is_empty()),
                PartKind::Away(n) => {
                    left[n] += 1;
                    prop_assert_eq!(&part.old, &found.moves[n].old);
                }
                PartKind::Here(n) => {
                    came[n] += 1;
                    prop_assert_eq!(&part.new, &found.moves[n].new);
                }
            }
            a.push_str(&old[part.old.clone()]);
            b.push_str(&new[part.new.clone()]);
        }
        prop_assert_eq!((a.as_str(), b.as_str()), (old, new));
        prop_assert!(left.iter().chain(&came).all(|times| *times == 1));
        for one in &found.moves {
            let (mut at_old, mut at_new) = (one.old.start, one.new.start);
            for part in &one.parts {
                prop_assert_eq!((part.old.start, part.new.start), (at_old, at_new));
                (at_old, at_new) = (part.old.end, part.new.end);
                if part.kind == PartKind::Equal {
                    prop_assert_eq!(&old[part.old.clone()], &new[part.new.clone()]);
                }
            }
            prop_assert_eq!((at_old, at_new), (one.old.end, one.new.end));
        }
        prop_assert_eq!(found.is_same(), old == new);
        let mut kept = (0, 0);
        for (a, b) in common(old, new) {
            prop_assert!(a.start >= kept.0 && b.start >= kept.1);
            prop_assert_eq!(&old[a.clone()], &new[b.clone()]);
            kept = (a.end, b.end);
        }
        Ok(())
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

    fn paragraphs() -> impl Strategy<Value = Vec<String>> {
        let sentence = "(the|a|ferry|captain|night|rain|left|夜里|潮水|很高|船长){3,9}";
        let sentence = sentence.prop_map(|words| format!("{words} and more words of it. "));
        prop::collection::vec(
            prop::collection::vec(sentence, 1..3).prop_map(|s| s.concat()),
            1..9,
        )
    }

    proptest! {
        #[test]
        fn comparisons_hold_both_texts(old in any::<String>(), new in any::<String>()) {
            consistent(&old, &new)?;
        }

        #[test]
        fn comparisons_of_shuffled_paragraphs_hold_both_texts(
            paragraphs in paragraphs(),
            order in prop::collection::vec(any::<prop::sample::Index>(), 0..9),
            edits in prop::collection::vec((any::<prop::sample::Index>(), "[a-z ]{0,4}"), 0..4),
            end in "\n{0,3}",
        ) {
            let old = paragraphs.join("\n\n") + &end;
            let mut changed = paragraphs.clone();
            for at in &order {
                let one = changed.remove(at.index(changed.len()));
                changed.push(one);
            }
            for (at, text) in edits {
                let one = at.index(changed.len());
                changed[one].insert_str(0, &text);
            }
            let new = changed.join("\n\n");
            consistent(&old, &new)?;
            holds(&old, &new)?;
        }

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
