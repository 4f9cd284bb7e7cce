//! Matrices as they are kept: sixteen rows to a tile, their bytes interleaved, so that one vector
//! holds four columns of each row. No weight changes its value on the way.
//!
//! The forms of the file (ggml's) and what they become:
//! - Q8_0: [`Eight`]. Q4_0, Q4_1, Q5_0, Q5_1: [`Nibbles`], with or without a fifth bit and a least value.
//! - Q4_K, Q5_K: [`Scaled`]. Q6_K, and Q3_K, whose values and scales are a part of Q6_K's: [`Six`].
//!   Q2_K: [`Two`].
//! - F32, F16, BF16: themselves, a column of sixteen rows after another.

use crate::network::products::{
    activations::Rounded,
    lanes::{LANES, Lanes},
};

/// Sixteen rows of some blocks, quantized.
pub(super) trait Tile: Send + Sync + Clone {
    /// Blocks of 32 columns that it spans.
    const BLOCKS: usize;

    /// Adds the products with `R` rows of as many blocks, block after block.
    fn add<L: Lanes, const R: usize>(&self, l: L, x: &[[Rounded; R]], sums: &mut [L::Floats; R]);

    /// The weight of a row in a column of its own.
    fn value(&self, row: usize, column: usize) -> f32;
}

fn half(bits: u16) -> f32 {
    half::f16::from_bits(bits).to_f32_const()
}

/// Byte `column` of a row in groups of four columns.
fn byte(groups: &[[u8; 64]], row: usize, column: usize) -> u8 {
    groups[column / 4][row * 4 + column % 4]
}

/// As [`byte`], of two groups in a vector: the even one's bits below, the odd one's above.
fn nibble(groups: &[[u8; 64]], row: usize, column: usize) -> u8 {
    let group = column / 4;
    let both = groups[group / 2][row * 4 + column % 4];
    both >> (4 * (group % 2)) & 15
}

/// Two bits of four groups in a vector.
fn pair(groups: &[[u8; 64]], row: usize, column: usize) -> u8 {
    let group = column / 4;
    groups[group / 4][row * 4 + column % 4] >> (2 * (group % 4)) & 3
}

/// Eight bits and a scale.
#[derive(Debug, Clone)]
pub(super) struct Eight {
    /// Values plus 128.
    pub(super) q: [[u8; 64]; 8],
    pub(super) scale: [u16; LANES],
}

impl Tile for Eight {
    const BLOCKS: usize = 1;

    #[inline(always)]
    fn add<L: Lanes, const R: usize>(&self, l: L, x: &[[Rounded; R]], sums: &mut [L::Floats; R]) {
        let scale = l.halves(&self.scale);
        for x in x {
            let mut whole = [l.ints(0); R];
            for r in 0..R {
                whole[r] = l.ints(-128 * (x[r].sums[0] + x[r].sums[1]));
            }
            for g in 0..8 {
                let w = l.bytes(&self.q[g]);
                for r in 0..R {
                    whole[r] = l.dot_any(whole[r], w, x[r].q[g]);
                }
            }
            for r in 0..R {
                let by = l.mul(scale, l.all(x[r].scale));
                sums[r] = l.add(sums[r], l.mul(l.floats(whole[r]), by));
            }
        }
    }

    fn value(&self, row: usize, column: usize) -> f32 {
        half(self.scale[row]) * (f32::from(byte(&self.q, row, column)) - 128.0)
    }
}

/// Fifth bits of a block's groups, where there are any.
pub(super) trait Fifth: Send + Sync + Clone {
    fn bits(&self, group: usize) -> Option<u64>;
}

impl Fifth for () {
    #[inline(always)]
    fn bits(&self, _: usize) -> Option<u64> {
        None
    }
}

impl Fifth for [u64; 8] {
    #[inline(always)]
    fn bits(&self, group: usize) -> Option<u64> {
        Some(self[group])
    }
}

fn fifth(bits: Option<u64>, row: usize, column: usize) -> u8 {
    bits.map_or(0, |bits| ((bits >> (row * 4 + column % 4)) as u8 & 1) << 4)
}

/// Least values of a block's rows, or what is taken from all its bytes.
pub(super) trait Least: Send + Sync + Clone {
    fn least(&self) -> Option<&[u16; LANES]>;
}

impl Least for () {
    #[inline(always)]
    fn least(&self) -> Option<&[u16; LANES]> {
        None
    }
}

impl Least for [u16; LANES] {
    #[inline(always)]
    fn least(&self) -> Option<&[u16; LANES]> {
        Some(self)
    }
}

/// Four or five bits and a scale; around zero, or from a least value on.
#[derive(Debug, Clone)]
pub(super) struct Nibbles<F, M> {
    pub(super) q: [[u8; 64]; 4],
    pub(super) fifth: F,
    pub(super) scale: [u16; LANES],
    pub(super) least: M,
}

impl<F: Fifth, M: Least> Nibbles<F, M> {
    /// What is taken from each value.
    #[inline(always)]
    fn middle(&self) -> i32 {
        match (self.least.least(), self.fifth.bits(0)) {
            (Some(_), _) => 0,
            (None, None) => 8,
            (None, Some(_)) => 16,
        }
    }
}

/// Adds the products of a block's eight groups of four or five bits.
#[inline(always)]
fn groups<L: Lanes, F: Fifth, const R: usize>(
    l: L,
    q: &[[u8; 64]; 4],
    fifth: &F,
    x: &[Rounded; R],
    whole: &mut [L::Ints; R],
) {
    for (g, both) in q.iter().enumerate() {
        let both = l.bytes(both);
        let (mut even, mut odd) = (l.low(both), l.high(both));
        if let (Some(a), Some(b)) = (fifth.bits(2 * g), fifth.bits(2 * g + 1)) {
            (even, odd) = (l.sixteen_more(even, a), l.sixteen_more(odd, b));
        }
        for r in 0..R {
            whole[r] = l.dot(whole[r], even, x[r].q[2 * g]);
        }
        for r in 0..R {
            whole[r] = l.dot(whole[r], odd, x[r].q[2 * g + 1]);
        }
    }
}

impl<F: Fifth, M: Least> Tile for Nibbles<F, M> {
    const BLOCKS: usize = 1;

    #[inline(always)]
    fn add<L: Lanes, const R: usize>(&self, l: L, x: &[[Rounded; R]], sums: &mut [L::Floats; R]) {
        let scale = l.halves(&self.scale);
        for x in x {
            let mut whole = [l.ints(0); R];
            for r in 0..R {
                whole[r] = l.ints(-self.middle() * (x[r].sums[0] + x[r].sums[1]));
            }
            groups(l, &self.q, &self.fifth, x, &mut whole);
            for r in 0..R {
                let by = l.mul(scale, l.all(x[r].scale));
                sums[r] = l.add(sums[r], l.mul(l.floats(whole[r]), by));
            }
            if let Some(least) = self.least.least() {
                let least = l.halves(least);
                for r in 0..R {
                    let sum = x[r].scale * (x[r].sums[0] + x[r].sums[1]) as f32;
                    sums[r] = l.add(sums[r], l.mul(least, l.all(sum)));
                }
            }
        }
    }

    fn value(&self, row: usize, column: usize) -> f32 {
        let q = nibble(&self.q, row, column) + fifth(self.fifth.bits(column / 4), row, column);
        let scale = half(self.scale[row]);
        match self.least.least() {
            Some(least) => f32::from(q) * scale + half(least[row]),
            None => (f32::from(q) - self.middle() as f32) * scale,
        }
    }
}

/// 256 columns of four or five bits; each 32 have a scale and a least value in six bits.
#[derive(Debug, Clone)]
pub(super) struct Scaled<F> {
    pub(super) q: [[[u8; 64]; 4]; 8],
    pub(super) fifth: [F; 8],
    pub(super) scales: [[u8; LANES]; 8],
    pub(super) leasts: [[u8; LANES]; 8],
    pub(super) scale: [u16; LANES],
    pub(super) least: [u16; LANES],
}

impl<F: Fifth> Tile for Scaled<F> {
    const BLOCKS: usize = 8;

    #[inline(always)]
    fn add<L: Lanes, const R: usize>(&self, l: L, x: &[[Rounded; R]], sums: &mut [L::Floats; R]) {
        let (scale, least) = (
            l.halves(&self.scale),
            l.mul(l.halves(&self.least), l.all(-1.0)),
        );
        for (s, x) in x.iter().enumerate().take(8) {
            let mut whole = [l.ints(0); R];
            groups(l, &self.q[s], &self.fifth[s], x, &mut whole);
            let scale = l.mul(scale, l.unsigned(&self.scales[s]));
            let least = l.mul(least, l.unsigned(&self.leasts[s]));
            for r in 0..R {
                let by = l.mul(scale, l.all(x[r].scale));
                sums[r] = l.add(sums[r], l.mul(l.floats(whole[r]), by));
                let sum = x[r].scale * (x[r].sums[0] + x[r].sums[1]) as f32;
                sums[r] = l.add(sums[r], l.mul(least, l.all(sum)));
            }
        }
    }

    fn value(&self, row: usize, column: usize) -> f32 {
        let (s, at) = (column / 32, column % 32);
        let q = nibble(&self.q[s], row, at) + fifth(self.fifth[s].bits(at / 4), row, at);
        let scale = half(self.scale[row]) * f32::from(self.scales[s][row]);
        scale * f32::from(q) - half(self.least[row]) * f32::from(self.leasts[s][row])
    }
}

/// 256 columns of six bits; each 16 have a scale in eight bits.
#[derive(Debug, Clone)]
pub(super) struct Six {
    /// Lower four bits of values plus 32.
    pub(super) low: [[[u8; 64]; 4]; 8],
    /// Upper two bits.
    pub(super) high: [[[u8; 64]; 2]; 8],
    pub(super) scales: [[i8; LANES]; 16],
    pub(super) scale: [u16; LANES],
}

impl Tile for Six {
    const BLOCKS: usize = 8;

    #[inline(always)]
    fn add<L: Lanes, const R: usize>(&self, l: L, x: &[[Rounded; R]], sums: &mut [L::Floats; R]) {
        let scale = l.halves(&self.scale);
        for (s, x) in x.iter().enumerate().take(8) {
            for h in 0..2 {
                let high = l.bytes(&self.high[s][h]);
                let (a, b) = (
                    l.bytes(&self.low[s][2 * h]),
                    l.bytes(&self.low[s][2 * h + 1]),
                );
                let w = [
                    l.or(l.low(a), l.pair::<0>(high)),
                    l.or(l.high(a), l.pair::<1>(high)),
                    l.or(l.low(b), l.pair::<2>(high)),
                    l.or(l.high(b), l.pair::<3>(high)),
                ];
                let scale = l.mul(scale, l.signed(&self.scales[2 * s + h]));
                let mut whole = [l.ints(0); R];
                for r in 0..R {
                    whole[r] = l.ints(-32 * x[r].sums[h]);
                }
                for (g, w) in w.into_iter().enumerate() {
                    for r in 0..R {
                        whole[r] = l.dot(whole[r], w, x[r].q[4 * h + g]);
                    }
                }
                for r in 0..R {
                    let by = l.mul(scale, l.all(x[r].scale));
                    sums[r] = l.add(sums[r], l.mul(l.floats(whole[r]), by));
                }
            }
        }
    }

    fn value(&self, row: usize, column: usize) -> f32 {
        let (s, at) = (column / 32, column % 32);
        let q = nibble(&self.low[s], row, at) | pair(&self.high[s], row, at) << 4;
        let scale = half(self.scale[row]) * f32::from(self.scales[column / 16][row]);
        scale * (f32::from(q) - 32.0)
    }
}

/// 256 columns of two bits; each 16 have a scale and a least value in four bits.
#[derive(Debug, Clone)]
pub(super) struct Two {
    pub(super) q: [[[u8; 64]; 2]; 8],
    pub(super) scales: [[u8; LANES]; 16],
    pub(super) leasts: [[u8; LANES]; 16],
    pub(super) scale: [u16; LANES],
    pub(super) least: [u16; LANES],
}

impl Tile for Two {
    const BLOCKS: usize = 8;

    #[inline(always)]
    fn add<L: Lanes, const R: usize>(&self, l: L, x: &[[Rounded; R]], sums: &mut [L::Floats; R]) {
        // Pairs come sixteen times too large.
        let (scale, least) = (
            l.mul(l.halves(&self.scale), l.all(1.0 / 16.0)),
            l.mul(l.halves(&self.least), l.all(-1.0)),
        );
        for (s, x) in x.iter().enumerate().take(8) {
            for h in 0..2 {
                let all = l.bytes(&self.q[s][h]);
                let w = [
                    l.pair::<0>(all),
                    l.pair::<1>(all),
                    l.pair::<2>(all),
                    l.pair::<3>(all),
                ];
                let scale = l.mul(scale, l.unsigned(&self.scales[2 * s + h]));
                let least = l.mul(least, l.unsigned(&self.leasts[2 * s + h]));
                let mut whole = [l.ints(0); R];
                for (g, w) in w.into_iter().enumerate() {
                    for r in 0..R {
                        whole[r] = l.dot(whole[r], w, x[r].q[4 * h + g]);
                    }
                }
                for r in 0..R {
                    let by = l.mul(scale, l.all(x[r].scale));
                    sums[r] = l.add(sums[r], l.mul(l.floats(whole[r]), by));
                    let sum = x[r].scale * x[r].sums[h] as f32;
                    sums[r] = l.add(sums[r], l.mul(least, l.all(sum)));
                }
            }
        }
    }

    fn value(&self, row: usize, column: usize) -> f32 {
        let (s, at) = (column / 32, column % 32);
        let part = column / 16;
        let scale = half(self.scale[row]) * f32::from(self.scales[part][row]);
        let least = half(self.least[row]) * f32::from(self.leasts[part][row]);
        scale * f32::from(pair(&self.q[s], row, at)) - least
    }
}

/// A column of sixteen rows in full.
pub(super) trait Column: Send + Sync + Copy + Default {
    fn read<L: Lanes>(&self, l: L) -> L::Floats;
    fn value(&self, row: usize) -> f32;
}

/// `f32`.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Full(pub(super) [f32; LANES]);
/// `f16`.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Half(pub(super) [u16; LANES]);
/// `bfloat16`.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Brain(pub(super) [u16; LANES]);

impl Column for Full {
    #[inline(always)]
    fn read<L: Lanes>(&self, l: L) -> L::Floats {
        l.numbers(&self.0)
    }
    fn value(&self, row: usize) -> f32 {
        self.0[row]
    }
}

impl Column for Half {
    #[inline(always)]
    fn read<L: Lanes>(&self, l: L) -> L::Floats {
        l.halves(&self.0)
    }
    fn value(&self, row: usize) -> f32 {
        half(self.0[row])
    }
}

impl Column for Brain {
    #[inline(always)]
    fn read<L: Lanes>(&self, l: L) -> L::Floats {
        l.brains(&self.0)
    }
    fn value(&self, row: usize) -> f32 {
        f32::from_bits(u32::from(self.0[row]) << 16)
    }
}
