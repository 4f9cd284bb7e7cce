//! A script as blocks: paragraphs with their lines, in reading order, and the rows they make.

use std::ops::Range;

use super::{
    LineKind, LockedStart, PageOptions, Sheet,
    sheet::{Align, Column, Side},
    styled::Styled,
    wrap::{Measure, wrap},
};

/// A paragraph.
#[derive(Debug, Clone)]
pub(super) struct Block {
    pub kind: LineKind,
    pub text: Styled,
    /// Its lines, as parts of the text.
    pub lines: Vec<Range<usize>>,
    pub column: Column,
    /// The speech it belongs to.
    pub speech: Option<u32>,
    /// Where the element begins in the source.
    pub start: usize,
    /// Whether it is the whole of the source at `start`, not the rest of one that was divided.
    pub opens: bool,
    /// The source of all its lines, where their order is not that of the source.
    pub whole_source: Option<Range<usize>>,
    /// The scene it opens.
    pub scene: Option<u32>,
    /// Printed by us, not by the script.
    pub ours: bool,
}

/// One line of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Row {
    pub what: RowKind,
    pub block: u32,
    pub index: u16,
    /// The locked page that begins here, from 1; 0 for none.
    pub lock: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RowKind {
    Blank,
    Text,
    /// Two speeches at once; `block` is their place in `duals`.
    Dual,
    /// `===`: no line, the end of a page.
    Break,
}

impl Row {
    pub const BLANK: Self = Self {
        what: RowKind::Blank,
        block: 0,
        index: 0,
        lock: 0,
    };
}

/// Two speeches side by side.
#[derive(Debug, Clone, Default)]
pub(super) struct Dual {
    pub left: Vec<(u32, u16)>,
    pub right: Vec<(u32, u16)>,
}

/// Who speaks.
#[derive(Debug, Clone)]
pub(super) struct Speech {
    pub cue: Styled,
    /// The blocks of the speech, the cue first.
    pub blocks: Range<u32>,
    /// The rows of the speech.
    pub rows: Range<usize>,
}

/// All that prints.
#[derive(Debug)]
pub(super) struct Body<'a> {
    pub options: &'a PageOptions,
    pub sheet: Sheet,
    pub blocks: Vec<Block>,
    pub rows: Vec<Row>,
    pub duals: Vec<Dual>,
    pub speeches: Vec<Speech>,
    locks: &'a [LockedStart],
    next_lock: usize,
}

impl<'a> Body<'a> {
    pub fn new(options: &'a PageOptions, sheet: Sheet, locks: &'a [LockedStart]) -> Self {
        Self {
            options,
            sheet,
            blocks: Vec::new(),
            rows: Vec::new(),
            duals: Vec::new(),
            speeches: Vec::new(),
            locks,
            next_lock: 0,
        }
    }

    /// A block with its lines, not yet in a row.
    pub fn block(&self, kind: LineKind, text: Styled, start: usize, side: Side) -> Block {
        let column = self.sheet.column(kind, side);
        self.block_in(kind, text, start, column)
    }

    pub fn block_in(&self, kind: LineKind, text: Styled, start: usize, column: Column) -> Block {
        let width = if column.align == Align::Center {
            self.sheet.centered_measure()
        } else {
            column.width
        };
        let measure = Measure {
            first: width - column.first,
            rest: width - column.rest,
            chinese: self.is_chinese(),
            hyphens: self.options.breaks.hyphens,
        };
        let lines = wrap(&text.text, measure);
        Block {
            kind,
            text,
            lines,
            column,
            speech: None,
            start,
            opens: true,
            whole_source: None,
            scene: None,
            ours: false,
        }
    }

    pub fn is_chinese(&self) -> bool {
        self.options.language == crate::Language::Chinese
    }

    /// A part of a block, with lines of its own.
    pub fn part(&self, block: &Block, range: Range<usize>) -> Block {
        let mut column = block.column;
        if range.start > 0 {
            column.first = column.rest;
        }
        let start = if range.start == 0 {
            block.start
        } else {
            block.text.place(range.start)
        };
        Block {
            speech: block.speech,
            opens: block.opens && range.start == 0,
            whole_source: block.whole_source.clone(),
            scene: block.scene.filter(|_| range.start == 0),
            ours: block.ours,
            ..self.block_in(block.kind, block.text.part(range), start, column)
        }
    }

    /// Puts a block into the list.
    pub fn keep(&mut self, block: Block) -> u32 {
        self.blocks.push(block);
        u32::try_from(self.blocks.len() - 1).unwrap_or(u32::MAX)
    }

    /// The rows of a block of the list.
    pub fn rows_of(&self, id: u32) -> impl Iterator<Item = Row> + use<> {
        let lines = self.blocks[id as usize].lines.len().min(u16::MAX.into());
        (0..lines).map(move |index| Row {
            what: RowKind::Text,
            block: id,
            index: u16::try_from(index).unwrap_or(u16::MAX),
            lock: 0,
        })
    }

    /// Blank rows before what comes; none at the very top.
    pub fn gap(&mut self, rows: usize) {
        if !self.rows.is_empty() {
            self.rows.extend(std::iter::repeat_n(Row::BLANK, rows));
        }
    }

    /// Adds a block below what is there. Where a locked page begins inside of it, it is divided.
    pub fn push(&mut self, mut block: Block) {
        while let Some(place) = self.lock_inside(&block) {
            let rest = self.part(&block, place..block.text.text.len());
            let head = self.part(&block, 0..place);
            self.push_whole(head);
            block = rest;
        }
        self.push_whole(block);
    }

    fn push_whole(&mut self, block: Block) {
        let lock = self.lock_until(block.start);
        let id = self.keep(block);
        let first = self.rows.len();
        let rows = self.rows_of(id);
        self.rows.extend(rows);
        if let Some(row) = self.rows.get_mut(first) {
            row.lock = lock;
        }
    }

    /// The locked page that begins at or before a place of the source and was not begun yet.
    pub fn lock_until(&mut self, start: usize) -> u32 {
        let mut found = 0;
        while self
            .locks
            .get(self.next_lock)
            .is_some_and(|l| l.at <= start)
        {
            self.next_lock += 1;
            found = u32::try_from(self.next_lock).unwrap_or(0);
        }
        found
    }

    /// Where in a block's text the next locked page begins, if it begins inside.
    fn lock_inside(&self, block: &Block) -> Option<usize> {
        let lock = self.locks.get(self.next_lock)?;
        let divides = matches!(block.kind, LineKind::Action | LineKind::Dialogue);
        if !divides || block.ours || lock.at <= block.start || block.whole_source.is_some() {
            return None;
        }
        let text = &block.text.text;
        let places = text.char_indices().map(|(at, _)| at);
        let place = places
            .skip_while(|&at| block.text.place(at) < lock.at)
            .find(|&at| !text[at..].starts_with(' '))?;
        (place > 0).then_some(place)
    }

    /// The line on a row, for a row of text.
    pub fn of(&self, row: Row) -> Option<&Block> {
        match row.what {
            RowKind::Text => self.blocks.get(row.block as usize),
            RowKind::Dual => {
                let first = self.duals.get(row.block as usize)?.left.first()?;
                self.blocks.get(first.0 as usize)
            }
            RowKind::Blank | RowKind::Break => None,
        }
    }

    /// Where the text of a row begins in the source.
    pub fn place(&self, row: Row) -> Option<usize> {
        let block = self.of(row)?;
        if row.index == 0 || row.what == RowKind::Dual {
            return Some(block.start);
        }
        let line = block.lines.get(usize::from(row.index))?;
        Some(match &block.whole_source {
            Some(whole) => whole.start,
            None => block.text.place(line.start),
        })
    }
}
