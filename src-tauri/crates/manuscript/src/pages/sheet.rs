//! Where things stand on a page. Lengths are tenths of a point from the left and top edge.
//!
//! The Hollywood page is that of afterwriting 1.17, which follows the trade: text from one inch
//! down and an inch and a half in, 55 lines on Letter and 57 on A4, action 61 or 58 characters
//! wide, dialogue 36 from 2.5 inches, parentheticals 26 from 3, cues 33 from 3.5. The Chinese page
//! is A4 with 34 lines of 34 characters, twenty points apart.

use super::{
    LineKind, PageOptions, PageStyle, Paper,
    measure::{CELL, EM},
};

/// An inch.
pub(super) const INCH: i32 = 720;

/// Where a line stands between its margins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Align {
    Left,
    Right,
    Center,
}

/// The room of an element.
#[derive(Debug, Clone, Copy)]
pub(super) struct Column {
    pub x: i32,
    pub width: i32,
    /// How far the first line stands in.
    pub first: i32,
    /// How far the others stand in.
    pub rest: i32,
    pub align: Align,
}

/// A sheet and the body of text on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sheet {
    /// The width of the paper.
    pub width: i32,
    /// The height of the paper.
    pub height: i32,
    /// Where action begins.
    pub left: i32,
    /// How wide action is.
    pub measure: i32,
    /// Where the first line's room begins.
    pub top: i32,
    /// From line to line.
    pub pitch: i32,
    /// Lines of a page.
    pub rows: usize,
    chinese: bool,
}

/// Which side of two speeches at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Whole,
    Left,
    Right,
}

impl Sheet {
    /// The sheet for these choices.
    pub fn of(options: &PageOptions) -> Self {
        let (width, height) = match options.paper {
            Paper::Letter => (6120, 7920),
            Paper::A4 => (5953, 8419),
        };
        if options.style == PageStyle::Chinese {
            let measure = 34 * EM;
            let rows = match options.paper {
                Paper::Letter => 32,
                Paper::A4 => 34,
            };
            let pitch = 200;
            return Self {
                width,
                height,
                left: (width - measure) / 2,
                measure,
                top: (height - 34 * pitch) / 2 - 20,
                pitch,
                rows,
                chinese: true,
            };
        }
        let (cells, rows) = match options.paper {
            Paper::Letter => (61, 55),
            Paper::A4 => (58, 57),
        };
        Self {
            width,
            height,
            left: INCH + INCH / 2,
            measure: cells * CELL,
            top: INCH,
            pitch: EM,
            rows,
            chinese: false,
        }
    }

    /// How large full-width letters are beside letters of a size. Six lines an inch leave them no
    /// room of their own: they are a tenth smaller there, in the middle of their square.
    pub fn han_size(&self, size: i32) -> i32 {
        if self.pitch > EM { size } else { size * 9 / 10 }
    }

    /// Where the feet of a row's letters stand.
    pub fn baseline(&self, row: i32) -> i32 {
        // Courier's letters stand 9.4 points below the top of their line.
        self.top + row * self.pitch + (self.pitch - EM) / 2 + 94
    }

    pub(super) fn column(&self, kind: LineKind, side: Side) -> Column {
        let whole = Column {
            x: self.left,
            width: self.measure,
            first: 0,
            rest: 0,
            align: Align::Left,
        };
        if self.chinese {
            return match kind {
                LineKind::Action | LineKind::Lyric => Column {
                    first: 2 * EM,
                    ..whole
                },
                LineKind::Transition => Column {
                    align: Align::Right,
                    ..whole
                },
                LineKind::Centered => Column {
                    align: Align::Center,
                    ..whole
                },
                _ => whole,
            };
        }
        let indented = |inches: i32, cells: i32| Column {
            x: inches,
            width: cells * CELL,
            ..whole
        };
        let column = match kind {
            LineKind::Cue => indented(3 * INCH + INCH / 2, 33),
            LineKind::Parenthetical => Column {
                rest: CELL,
                ..indented(3 * INCH, 26)
            },
            LineKind::More => indented(3 * INCH, 26),
            LineKind::Dialogue => indented(2 * INCH + INCH / 2, 36),
            LineKind::Transition => Column {
                align: Align::Right,
                ..whole
            },
            LineKind::Centered => Column {
                x: 0,
                width: self.width,
                align: Align::Center,
                ..whole
            },
            _ => whole,
        };
        match side {
            Side::Whole => column,
            Side::Left | Side::Right => {
                // Half of the way back to the margin, three quarters as wide, whole characters.
                let shift = match side {
                    Side::Right => (self.width - self.left - INCH) / 2,
                    _ => 0,
                };
                Column {
                    x: column.x - (column.x - self.left) / 2 + shift,
                    width: column.width * 3 / 4 / CELL * CELL,
                    ..column
                }
            }
        }
    }

    /// How wide a line of the middle may be for a kind.
    pub(super) fn centered_measure(&self) -> i32 {
        self.measure
    }
}
