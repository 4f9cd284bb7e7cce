//! What a matrix is multiplied with: rows of numbers, rounded to eight bits in blocks of 32 where
//! the matrix is quantized.

use std::sync::{Mutex, PoisonError};

use crate::network::threads;

/// Numbers that share a scale.
pub(super) const BLOCK: usize = 32;

/// Below this a block counts as nothing: its scale could not be turned around.
const NOTHING: f32 = 1e-30;

/// Thirty-two numbers in eight bits each.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Rounded {
    /// Four signed bytes each, none further than 127 from zero.
    pub(super) q: [i32; BLOCK / 4],
    /// What the bytes are times this.
    pub(super) scale: f32,
    /// Sums of the first and the last sixteen bytes.
    pub(super) sums: [i32; 2],
}

impl Rounded {
    fn of(x: &[f32; BLOCK]) -> Self {
        let mut most = 0.0f32;
        let mut finite = true;
        for x in x {
            most = most.max(x.abs());
            finite &= x.is_finite();
        }
        if !finite {
            // What is no number must not become one.
            return Self {
                scale: f32::NAN,
                ..Self::default()
            };
        }
        if most < NOTHING {
            return Self::default();
        }
        // Adding and taking away 1.5 * 2^23 rounds to the nearest whole number, ties to even.
        const ROUNDER: f32 = 12_582_912.0;
        let by = 127.0 / most;
        let mut bytes = [0i8; BLOCK];
        for (b, x) in bytes.iter_mut().zip(x) {
            *b = (x * by + ROUNDER).to_bits().wrapping_sub(ROUNDER.to_bits()) as i8;
        }
        let sum = |half: &[i8]| half.iter().map(|b| i32::from(*b)).sum();
        let mut q = [0; BLOCK / 4];
        for (q, b) in q.iter_mut().zip(bytes.as_chunks::<4>().0) {
            *q = i32::from_le_bytes(b.map(|b| b as u8));
        }
        Self {
            q,
            scale: most / 127.0,
            sums: [sum(&bytes[..16]), sum(&bytes[16..])],
        }
    }
}

/// Rows side by side, in panels of as many as are computed together. A row's numbers never depend
/// on its neighbours.
pub(super) struct Panels {
    /// Rows of each panel, from above.
    pub(super) sizes: Vec<usize>,
    pub(super) columns: usize,
    /// For each panel, block after block, its rows'.
    pub(super) rounded: Vec<Rounded>,
    /// For each panel, column after column, its rows'.
    pub(super) full: Vec<f32>,
}

/// Which forms of the rows are needed.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Forms {
    pub(super) rounded: bool,
    pub(super) full: bool,
}

impl Panels {
    /// `widest` rows at most are computed together.
    pub(super) fn new(x: &[f32], columns: usize, widest: usize, forms: Forms) -> Self {
        let count = x.len() / columns;
        let mut sizes = Vec::new();
        let mut left = count;
        for size in [8, 4, 2, 1] {
            while size <= widest && left >= size {
                sizes.push(size);
                left -= size;
            }
        }
        let firsts: Vec<usize> = sizes
            .iter()
            .scan(0, |first, size| {
                *first += size;
                Some(*first - size)
            })
            .collect();
        let row = |i: usize| &x[i * columns..][..columns];
        let mut rounded = Vec::new();
        let mut full = Vec::new();
        if forms.rounded {
            let blocks = columns / BLOCK;
            rounded.resize(count * blocks, Rounded::default());
            let parts = in_parts(&mut rounded, &sizes, blocks);
            threads::share(sizes.len(), |i| {
                let mut panel = parts[i].lock().unwrap_or_else(PoisonError::into_inner);
                for r in 0..sizes[i] {
                    let (numbers, _) = row(firsts[i] + r).as_chunks();
                    for (to, block) in panel.iter_mut().skip(r).step_by(sizes[i]).zip(numbers) {
                        *to = Rounded::of(block);
                    }
                }
            });
        }
        if forms.full {
            full.resize(count * columns, 0.0);
            let parts = in_parts(&mut full, &sizes, columns);
            threads::share(sizes.len(), |i| {
                let mut panel = parts[i].lock().unwrap_or_else(PoisonError::into_inner);
                for r in 0..sizes[i] {
                    let numbers = row(firsts[i] + r);
                    for (to, n) in panel.iter_mut().skip(r).step_by(sizes[i]).zip(numbers) {
                        *to = *n;
                    }
                }
            });
        }
        Self {
            sizes,
            columns,
            rounded,
            full,
        }
    }

    pub(super) fn count(&self) -> usize {
        self.sizes.iter().sum()
    }
}

/// Each panel's part.
fn in_parts<'a, T>(all: &'a mut [T], sizes: &[usize], width: usize) -> Vec<Mutex<&'a mut [T]>> {
    let mut left = all;
    let mut parts = Vec::with_capacity(sizes.len());
    for size in sizes {
        let (part, rest) = left.split_at_mut(size * width);
        parts.push(Mutex::new(part));
        left = rest;
    }
    parts
}
