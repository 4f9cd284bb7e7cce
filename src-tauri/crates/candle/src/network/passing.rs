//! What has gone through a text's convolutions: all positions of its last pages, and of those before
//! them the last few, with which a text can go on from where a page ends.

use std::sync::Arc;

use crate::{
    failure::Result,
    network::{cache::PAGE, weights::too_large},
};

/// Pages that are whole, beside the one that is written: so far a text can be taken back to any
/// position.
const WHOLE: usize = 1;

/// Positions of a page, in all convolutions.
#[derive(Clone)]
struct Rows {
    /// The first position of the page that is there.
    first: usize,
    numbers: Vec<f32>,
}

/// The memory of one text's convolutions.
#[derive(Clone)]
pub(super) struct Passing {
    layers: usize,
    width: usize,
    /// Positions before its own that a position needs.
    back: usize,
    pages: Vec<Arc<Rows>>,
}

impl Passing {
    pub(super) fn new(layers: usize, width: usize, back: usize) -> Self {
        Self {
            layers,
            width,
            back,
            pages: Vec::new(),
        }
    }

    fn room(&self, positions: usize) -> Result<Vec<f32>> {
        let numbers = positions * self.layers * self.width;
        let mut room = Vec::new();
        room.try_reserve_exact(numbers)
            .map_err(|_| too_large((numbers * size_of::<f32>()) as u64))?;
        Ok(room)
    }

    /// The last position up to `wanted` from which a text can go on.
    pub(super) fn resumes(&self, wanted: usize) -> usize {
        let whole = |rows: &Arc<Rows>| rows.first == 0;
        if self.layers == 0 || self.pages.get(wanted / PAGE).is_none_or(whole) {
            wanted
        } else {
            wanted / PAGE * PAGE
        }
    }

    /// Forgets what came after so many positions.
    pub(super) fn rewind(&mut self, positions: usize) {
        self.pages.truncate(positions.div_ceil(PAGE));
    }

    /// Makes room behind `len` positions, and a page that is shared its own.
    pub(super) fn reserve(&mut self, len: usize, more: usize) -> Result<()> {
        if self.layers == 0 {
            return Ok(());
        }
        if let Some(rows) = self.pages.get(len / PAGE)
            && Arc::strong_count(rows) > 1
        {
            let mut numbers = self.room(PAGE)?;
            numbers.extend_from_slice(&rows.numbers);
            let first = rows.first;
            self.pages[len / PAGE] = Arc::new(Rows { first, numbers });
        }
        while self.pages.len() * PAGE < len + more {
            let mut numbers = self.room(PAGE)?;
            numbers.resize(PAGE * self.layers * self.width, 0.0);
            self.pages.push(Arc::new(Rows { first: 0, numbers }));
        }
        self.thin(len)
    }

    /// Keeps of the pages before the last ones what is needed behind them.
    pub(super) fn thin(&mut self, len: usize) -> Result<()> {
        let kept = (len / PAGE).saturating_sub(WHOLE).min(self.pages.len());
        for page in (0..kept).rev() {
            if self.pages[page].first > 0 {
                break;
            }
            let mut numbers = self.room(self.back)?;
            let first = PAGE - self.back;
            for layer in self.pages[page].numbers.chunks_exact(PAGE * self.width) {
                numbers.extend_from_slice(&layer[first * self.width..]);
            }
            self.pages[page] = Arc::new(Rows { first, numbers });
        }
        Ok(())
    }

    fn at(&self, layer: usize, first: usize, position: usize) -> Option<std::ops::Range<usize>> {
        let within = (position % PAGE).checked_sub(first)?;
        let from = (layer * (PAGE - first) + within) * self.width;
        Some(from..from + self.width)
    }

    /// Keeps what goes through at a position; there is room for it.
    pub(super) fn put(&mut self, layer: usize, position: usize, numbers: &[f32]) {
        let at = self.at(layer, 0, position);
        let rows = self.pages.get_mut(position / PAGE).and_then(Arc::get_mut);
        let (Some(at), Some(rows)) = (at, rows) else {
            // `reserve` has made it this memory's own.
            debug_assert!(false, "a page that is shared is written to");
            return;
        };
        rows.numbers[at].copy_from_slice(numbers);
    }

    /// What went through at a position, one of the last ones.
    pub(super) fn get(&self, layer: usize, position: usize) -> Option<&[f32]> {
        let rows = self.pages.get(position / PAGE)?;
        self.at(layer, rows.first, position)
            .map(|at| &rows.numbers[at])
    }

    pub(super) fn bytes(&self) -> usize {
        let numbers: usize = self.pages.iter().map(|rows| rows.numbers.len()).sum();
        numbers * size_of::<f32>()
    }

    /// Bytes of a page that is whole, and of one before those.
    pub(super) fn page_bytes(&self) -> (usize, usize) {
        let position = self.layers * self.width * size_of::<f32>();
        (PAGE * position, self.back * position)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(len: usize) -> Passing {
        let mut passing = Passing::new(2, 3, 2);
        for position in 0..len {
            passing.reserve(position, 1).unwrap();
            for layer in 0..2 {
                let n = (position * 2 + layer) as f32;
                passing.put(layer, position, &[n; 3]);
            }
        }
        passing
    }

    #[test]
    fn the_last_pages_are_whole_and_of_others_the_end_is_there() {
        let passing = filled(4 * PAGE + 10);
        let bytes = passing.bytes();
        let (whole, end) = passing.page_bytes();
        assert_eq!(bytes, 2 * whole + 3 * end);
        for position in 3 * PAGE - 2..4 * PAGE + 10 {
            assert_eq!(
                passing.get(1, position),
                Some(&[(position * 2 + 1) as f32; 3][..])
            );
        }
        assert_eq!(passing.get(0, 3 * PAGE - 3), None);
        assert_eq!(
            passing.get(1, PAGE - 1),
            Some(&[(PAGE * 2 - 1) as f32; 3][..])
        );
    }

    #[test]
    fn a_text_goes_on_where_what_is_needed_is_there() {
        let passing = filled(4 * PAGE + 10);
        for wanted in 0..4 * PAGE + 10 {
            let from = passing.resumes(wanted);
            assert!(from <= wanted && wanted - from < PAGE);
            assert!(from == wanted || wanted < 3 * PAGE);
            for back in 1..=2.min(from) {
                assert!(passing.get(0, from - back).is_some(), "{wanted}: {from}");
            }
        }
        // What has nothing to convolve can be taken back anywhere.
        assert_eq!(Passing::new(0, 3, 2).resumes(77), 77);
    }

    #[test]
    fn what_is_shared_is_written_by_one_alone() {
        let mut one = filled(PAGE + 5);
        let mut two = one.clone();
        two.reserve(PAGE + 5, 1).unwrap();
        two.put(0, PAGE + 5, &[7.0; 3]);
        one.reserve(PAGE + 5, 1).unwrap();
        one.put(0, PAGE + 5, &[8.0; 3]);
        assert_eq!(two.get(0, PAGE + 5), Some(&[7.0; 3][..]));
        assert_eq!(one.get(0, PAGE + 5), Some(&[8.0; 3][..]));
        assert_eq!(one.get(0, PAGE + 4), two.get(0, PAGE + 4));
    }
}
