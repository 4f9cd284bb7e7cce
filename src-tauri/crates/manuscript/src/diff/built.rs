//! The parts of a comparison, put in reading order with moves between them.

use std::ops::Range;

use super::{Comparison, Part, PartKind};

/// Parts while they are collected.
#[derive(Default)]
pub(super) struct Built {
    pub(super) comparison: Comparison,
    /// Where both texts begin.
    start: (usize, usize),
    gone: Vec<Part>,
    come: Vec<Part>,
    /// Moves that belong between the parts of this gap, in the order of their text.
    away: std::collections::VecDeque<usize>,
    here: std::collections::VecDeque<usize>,
}

impl Built {
    /// Nothing yet, of texts that begin at `old` and `new`.
    pub(super) fn at(old: usize, new: usize) -> Self {
        Self {
            start: (old, new),
            ..Self::default()
        }
    }

    pub(super) fn expect_away(&mut self, number: usize) {
        if self.away.back() != Some(&number) {
            self.away.push_back(number);
        }
    }

    pub(super) fn expect_here(&mut self, number: usize) {
        if self.here.back() != Some(&number) {
            self.here.push_back(number);
        }
    }

    pub(super) fn push(&mut self, kind: PartKind, old: Range<usize>, new: Range<usize>) {
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
    pub(super) fn moves_before(&mut self, old: Option<usize>, new: Option<usize>) {
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

    pub(super) fn flush(&mut self) {
        self.comparison.parts.append(&mut self.gone);
        self.comparison.parts.append(&mut self.come);
    }

    /// A gap is over: what has moved out of it or into it stands at its end at the latest.
    pub(super) fn settle(&mut self) {
        self.moves_before(Some(usize::MAX), Some(usize::MAX));
    }

    /// Gives the ranges of what is in one text only their place in the other.
    pub(super) fn finish(mut self) -> Comparison {
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
