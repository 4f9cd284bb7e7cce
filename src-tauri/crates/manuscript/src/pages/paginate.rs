//! Rows to pages.
//!
//! A page takes as many rows as it has. Where more follow, the end is moved up to the last place
//! that the trade allows:
//! - not behind a heading, a printed section or a synopsis under its heading, unless another
//!   heading follows;
//! - not before a transition;
//! - a paragraph of up to three lines stays whole, one of four or more keeps two lines together at
//!   either end;
//! - a speech is divided where a sentence ends, or before a parenthetical, with `(MORE)` beneath
//!   and the name with `(CONT'D)` on the next page; two lines of dialogue stay on either side;
//! - two speeches at once stay whole.
//!
//! What finds no such place (a speech of one sentence over more than a page) is cut where the page
//! is full.

use super::{
    LineKind,
    block::{Block, Body, Row, RowKind},
    styled::{Face, Styled},
};
use crate::segment;

/// The rows of a page.
#[derive(Debug, Default)]
pub(super) struct Leaf {
    pub rows: Vec<Row>,
    /// The locked page that this is, from 1; 0 for none.
    pub lock: u32,
}

pub(super) fn paginate(body: &mut Body) -> Vec<Leaf> {
    let mut pages = Vec::new();
    let mut flow = Flow {
        pending: Vec::new(),
        next: 0,
    };
    while let Some(leaf) = flow.page(body) {
        pages.push(leaf);
    }
    pages
}

/// What is still to be set: rows that were handed back, the last one first, and the rest.
struct Flow {
    pending: Vec<Row>,
    next: usize,
}

/// How a speech is divided.
struct Split {
    /// Rows of the page that stay, from its top.
    kept: usize,
    /// Where the block behind them is divided.
    inside: Option<(u32, usize)>,
}

impl Flow {
    fn take(&mut self, body: &Body) -> Option<Row> {
        self.pending.pop().or_else(|| {
            let row = body.rows.get(self.next).copied()?;
            self.next += 1;
            Some(row)
        })
    }

    fn give_back(&mut self, rows: impl DoubleEndedIterator<Item = Row>) {
        self.pending.extend(rows.rev());
    }

    /// The next row that is no blank one; those before it are dropped.
    fn peek(&mut self, body: &Body) -> Option<Row> {
        loop {
            let row = self.take(body)?;
            if row.what != RowKind::Blank {
                self.pending.push(row);
                return Some(row);
            }
        }
    }

    fn page(&mut self, body: &mut Body) -> Option<Leaf> {
        let most = body.sheet.rows;
        let mut first = self.peek(body)?;
        // Page breaks at the head of a page add nothing.
        while first.what == RowKind::Break {
            self.take(body);
            first = self.peek(body)?;
        }
        let mut rows: Vec<Row> = Vec::with_capacity(most + 1);
        let mut forced = false;
        while rows.len() < most {
            let Some(row) = self.take(body) else { break };
            if row.what == RowKind::Break {
                forced = true;
                break;
            }
            if row.lock > 0 && !rows.is_empty() {
                self.pending.push(row);
                forced = true;
                break;
            }
            rows.push(row);
        }
        if !forced && rows.len() == most {
            match self.peek(body) {
                Some(row) if row.what == RowKind::Break || row.lock > 0 => forced = true,
                Some(_) => self.end(body, &mut rows),
                None => {}
            }
        }
        while rows.last().is_some_and(|row| row.what == RowKind::Blank) {
            rows.pop();
        }
        if forced {
            self.carry_on(body, &mut rows, most);
        }
        Some(Leaf {
            lock: first.lock,
            rows,
        })
    }

    /// Moves the end of a full page up to where it may be.
    fn end(&mut self, body: &mut Body, rows: &mut Vec<Row>) {
        let mut after = self.peek(body);
        let mut tried = None;
        for end in (0..rows.len()).rev() {
            let row = rows[end];
            if row.what == RowKind::Blank {
                continue;
            }
            let speech = shared_speech(body, row, after);
            if let Some(speech) = speech {
                if tried != Some(speech) {
                    tried = Some(speech);
                    if let Some(split) = self.divide(body, rows, end, speech) {
                        self.apply(body, rows, speech, &split);
                        return;
                    }
                }
            } else if may_end(body, row, after) {
                self.give_back(rows.drain(end + 1..));
                return;
            }
            after = Some(row);
        }
        self.carry_on(body, rows, body.sheet.rows);
    }

    /// Where a page ends inside a speech by force, it is said that it goes on.
    fn carry_on(&mut self, body: &mut Body, rows: &mut Vec<Row>, most: usize) {
        let Some(&last) = rows.last() else { return };
        let after = self.peek(body);
        let Some(speech) = shared_speech(body, last, after) else {
            return;
        };
        let is_cue = |row: Row| body.of(row).is_some_and(|b| b.kind == LineKind::Cue);
        if is_cue(last) || after.is_some_and(is_cue) {
            return;
        }
        if rows.len() == most && rows.len() > 2 {
            self.give_back(rows.drain(most - 1..));
        }
        let kept = rows.len();
        self.apply(body, rows, speech, &Split { kept, inside: None });
    }

    /// The best place to divide a speech whose row `end` is the last that could stay.
    fn divide(&mut self, body: &Body, rows: &[Row], end: usize, speech: u32) -> Option<Split> {
        let rules = &body.options.breaks;
        let (least_before, least_after) = (
            usize::from(rules.least_before),
            usize::from(rules.least_after),
        );
        let start = rows[..=end]
            .iter()
            .rposition(|row| body.of(*row).is_none_or(|b| b.speech != Some(speech)))
            .map_or(0, |before| before + 1);
        // The last row of the page is for `(MORE)`.
        let limit = body.sheet.rows - 1;
        let belongs = |row: &&Row| body.of(**row).is_some_and(|b| b.speech == Some(speech));
        let until = start + rows[start..].iter().take_while(belongs).count();
        let behind = if until < rows.len() {
            0
        } else {
            self.rest_of(body, speech)
        };
        let mut best: Option<Split> = None;
        let mut spoken = 0;
        let mut aside = false;
        let mut at = start;
        while at < until {
            let row = rows[at];
            let Some(block) = body.of(row).filter(|b| b.speech == Some(speech)) else {
                break;
            };
            let shown = block.lines.len() - usize::from(row.index);
            let on_page = shown.min(until - at);
            let after_block = behind + until - at - on_page;
            let follows_speech = at > start && spoken >= least_before && !aside;
            aside = block.kind == LineKind::Parenthetical;
            if follows_speech && at <= limit {
                let allowed = match block.kind {
                    LineKind::Parenthetical => rules.parentheticals,
                    _ => rules.sentences || rules.parentheticals,
                };
                if allowed && until - at + behind >= least_after {
                    best = Some(Split {
                        kept: at,
                        inside: None,
                    });
                }
            }
            if matches!(block.kind, LineKind::Dialogue | LineKind::Lyric) {
                let places = ends(block, rules.sentences, usize::from(row.index));
                for (text_at, lines) in places {
                    let kept = at + lines - usize::from(row.index);
                    if kept > limit || lines + spoken < least_before + usize::from(row.index) {
                        continue;
                    }
                    let tail = body.part(block, text_at..block.text.text.len());
                    let beyond = if on_page < shown {
                        // The rest of the block is among what is behind.
                        behind.saturating_sub(shown - on_page)
                    } else {
                        after_block
                    };
                    let beyond = if rules.parentheticals { beyond } else { 0 };
                    if tail.lines.len() + beyond >= least_after {
                        best = Some(Split {
                            kept,
                            inside: Some((row.block, text_at)),
                        });
                    }
                }
                spoken += on_page;
            }
            at += on_page;
        }
        best.filter(|split| split.kept > start)
    }

    /// How many rows of a speech are behind the page.
    fn rest_of(&self, body: &Body, speech: u32) -> usize {
        let belongs = |row: &&Row| body.of(**row).is_some_and(|b| b.speech == Some(speech));
        let pending = self.pending.iter().rev().take_while(belongs).count();
        if pending < self.pending.len() {
            return pending;
        }
        pending + body.rows[self.next..].iter().take_while(belongs).count()
    }

    fn apply(&mut self, body: &mut Body, rows: &mut Vec<Row>, speech: u32, split: &Split) {
        match split.inside {
            None => self.give_back(rows.drain(split.kept..)),
            Some((id, at)) => {
                let is_it = |row: &Row| row.what == RowKind::Text && row.block == id;
                // All rows of the block go; its two parts come.
                while self.pending.last().is_some_and(is_it) {
                    self.pending.pop();
                }
                while body.rows.get(self.next).is_some_and(is_it) {
                    self.next += 1;
                }
                let first = rows.iter().position(is_it).unwrap_or(split.kept);
                let last = rows.iter().rposition(is_it).map_or(first, |last| last + 1);
                self.give_back(rows.drain(last..));
                let from = usize::from(rows.get(first).map_or(0, |row| row.index));
                let lock = rows.get(first).map_or(0, |row| row.lock);
                rows.truncate(first);
                let block = &body.blocks[id as usize];
                let begins = block.lines.get(from).map_or(0, |line| line.start);
                let end = block.text.text[..at].trim_end().len();
                let head = body.part(block, begins..end);
                let tail = body.part(block, at..block.text.text.len());
                let (head, tail) = (body.keep(head), body.keep(tail));
                rows.extend(body.rows_of(head));
                if let Some(row) = rows.get_mut(first) {
                    row.lock = lock;
                }
                let tail_rows: Vec<Row> = body.rows_of(tail).collect();
                self.give_back(tail_rows.into_iter());
            }
        }
        let words = body.options.words();
        let place = self.peek(body).and_then(|row| body.place(row)).unwrap_or(0);
        let more = body.block(
            LineKind::More,
            Styled::plain(words.more, place),
            place,
            super::sheet::Side::Whole,
        );
        let more = body.keep(Block { ours: true, ..more });
        rows.extend(body.rows_of(more));

        // A page that was locked here begins with the name.
        let lock = self
            .pending
            .last_mut()
            .map_or(0, |row| std::mem::take(&mut row.lock));
        let cue = continued(&body.speeches[speech as usize].cue, words.continued_cue);
        let cue = body.block(LineKind::Cue, cue, place, super::sheet::Side::Whole);
        let cue = body.keep(Block {
            ours: true,
            opens: false,
            speech: Some(speech),
            ..cue
        });
        let mut cue_rows: Vec<Row> = body.rows_of(cue).collect();
        if let Some(row) = cue_rows.first_mut() {
            row.lock = lock;
        }
        self.give_back(cue_rows.into_iter());
    }
}

/// A name with `(CONT'D)` behind it, once.
pub(super) fn continued(cue: &Styled, mark: &str) -> Styled {
    let mut cue = cue.clone();
    if !is_continued(&cue.text) {
        let place = cue.place(cue.text.len());
        let space = if mark.starts_with('(') { " " } else { "" };
        cue.push(&format!("{space}{mark}"), Face::default(), place);
    }
    cue
}

/// Whether a cue says already that it goes on.
pub(super) fn is_continued(cue: &str) -> bool {
    let upper = cue.to_uppercase();
    upper.contains("(CONT") || upper.contains("（续") || upper.contains("(续")
}

/// The speech that two rows share.
fn shared_speech(body: &Body, row: Row, after: Option<Row>) -> Option<u32> {
    if row.what != RowKind::Text {
        return None;
    }
    let speech = body.of(row)?.speech?;
    let next = body.of(after?)?.speech?;
    (speech == next).then_some(speech)
}

/// Whether a page may end between a row and the next that is not blank.
fn may_end(body: &Body, row: Row, after: Option<Row>) -> bool {
    let Some(after) = after else { return true };
    let (Some(block), Some(next)) = (body.of(row), body.of(after)) else {
        return true;
    };
    if row.block == after.block && row.what == after.what {
        if row.what == RowKind::Dual {
            return false;
        }
        let (lines, index) = (block.lines.len(), usize::from(row.index));
        return block.kind != LineKind::Heading && lines >= 4 && index != 0 && index != lines - 2;
    }
    let kind = match row.what {
        RowKind::Dual => LineKind::Dialogue,
        _ => block.kind,
    };
    match (kind, next.kind) {
        (LineKind::Heading, next) => next == LineKind::Heading,
        (LineKind::Section | LineKind::Synopsis, _) => false,
        (kind, LineKind::Transition) => kind == LineKind::Transition,
        (LineKind::Cue, _) => false,
        _ => true,
    }
}

/// Where a block may be divided, as places in its text, with the lines before.
fn ends(block: &Block, sentences: bool, from: usize) -> Vec<(usize, usize)> {
    let lines_until = |at: usize| block.lines.partition_point(|line| line.start < at);
    if sentences {
        let text = &block.text.text;
        let places = segment::sentences(text).into_iter().map(|s| s.start);
        places
            .filter(|&at| at > 0)
            .map(|at| (at, lines_until(text[..at].trim_end().len())))
            .filter(|(_, lines)| *lines > from)
            .collect()
    } else {
        let starts = block.lines.iter().enumerate().skip(from + 1);
        starts.map(|(lines, line)| (line.start, lines)).collect()
    }
}
