//! Aligning paragraphs first, then what is left between equal ones.

use std::ops::Range;

use super::align::{LONGEST_EXACT, Patience, align};
use super::built::Built;
use super::moves::{self, Pair};
use super::runs::{Run, runs, tidied};
use super::tokens::{Names, blocks, tokens};
use super::{Comparison, Move, PartKind};

/// Paragraphs between two equal ones: their numbers in the old and the new text.
pub(super) struct Gap {
    pub(super) old: Range<usize>,
    pub(super) new: Range<usize>,
}

/// Two texts while they are compared.
pub(super) struct Comparing<'a> {
    pub(super) old: &'a str,
    pub(super) new: &'a str,
    names: Names<'a>,
    patience: Patience,
    /// Whether what is equal by chance only joins what was replaced around it.
    pub(super) tidy: bool,
}

impl<'a> Comparing<'a> {
    pub(super) fn new(old: &'a str, new: &'a str) -> Self {
        Self {
            old,
            new,
            names: Names::default(),
            patience: Patience::default(),
            tidy: true,
        }
    }

    pub(super) fn all(mut self, with_moves: bool) -> Comparison {
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
            let mut inner = Built::at(old.start, new.start);
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
