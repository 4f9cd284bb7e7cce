//! Products of a matrix with rows of numbers.
//!
//! What a row becomes depends on this row and the matrix alone, bit for bit: not on how many rows
//! are multiplied beside it, nor on the number of threads, nor on the processor's instructions. All
//! that is promised of equal bytes stands on this.

mod activations;
mod lanes;
mod pack;
mod tiles;
#[cfg(target_arch = "x86_64")]
mod x86;

use std::sync::{Mutex, OnceLock, PoisonError};

use candle_core::quantized::GgmlDType;

use crate::{
    failure::{Result, broken, internal},
    network::{
        products::{
            activations::{BLOCK, Forms, Panels, Rounded},
            lanes::{LANES, Lanes, Plain},
            pack::{Packed, Rows, Three},
            tiles::{Brain, Column, Eight, Full, Half, Nibbles, Scaled, Six, Tile, Two},
        },
        threads,
        weights::too_large,
    },
};

/// Below this many weights, waking other threads costs more than it brings.
const WORTH_SHARING: usize = 1 << 18;

/// The vector instructions that are used.
#[derive(Debug, Clone, Copy)]
enum Instructions {
    Plain,
    #[cfg(target_arch = "x86_64")]
    Avx2(x86::Avx2),
    #[cfg(target_arch = "x86_64")]
    Vnni(x86::Vnni),
}

impl Instructions {
    fn all() -> Vec<Self> {
        let mut all = vec![Self::Plain];
        #[cfg(target_arch = "x86_64")]
        {
            all.extend(x86::Avx2::get().map(Self::Avx2));
            all.extend(x86::Vnni::get().map(Self::Vnni));
        }
        all
    }

    /// The best that the processor has.
    fn best() -> Self {
        static BEST: OnceLock<Instructions> = OnceLock::new();
        *BEST.get_or_init(|| Self::all().pop().unwrap_or(Self::Plain))
    }

    /// Rows that are best computed together.
    fn widest(self) -> usize {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Vnni(_) => 8,
            _ => 4,
        }
    }
}

#[derive(Debug)]
enum Tiles {
    Q8(Vec<Eight>),
    Q40(Vec<Nibbles<(), ()>>),
    Q41(Vec<Nibbles<(), [u16; LANES]>>),
    Q50(Vec<Nibbles<[u64; 8], ()>>),
    Q51(Vec<Nibbles<[u64; 8], [u16; LANES]>>),
    Q4K(Vec<Scaled<()>>),
    Q5K(Vec<Scaled<[u64; 8]>>),
    Q6K(Vec<Six>),
    Q2K(Vec<Two>),
    F32(Vec<Full>),
    F16(Vec<Half>),
    BF16(Vec<Brain>),
}

/// Does the same with whatever quantized or full tiles there are.
macro_rules! each {
    ($tiles:expr, $all:ident => $quantized:expr, $full:expr) => {
        match $tiles {
            Tiles::Q8($all) => $quantized,
            Tiles::Q40($all) => $quantized,
            Tiles::Q41($all) => $quantized,
            Tiles::Q50($all) => $quantized,
            Tiles::Q51($all) => $quantized,
            Tiles::Q4K($all) => $quantized,
            Tiles::Q5K($all) => $quantized,
            Tiles::Q6K($all) => $quantized,
            Tiles::Q2K($all) => $quantized,
            Tiles::F32($all) => $full,
            Tiles::F16($all) => $full,
            Tiles::BF16($all) => $full,
        }
    };
}

/// Bytes of sixteen rows' part in a tile, and columns that it spans.
fn unit(dtype: GgmlDType) -> Option<(usize, usize)> {
    Some(match dtype {
        GgmlDType::Q8_0 => (size_of::<Eight>(), 32),
        GgmlDType::Q4_0 => (size_of::<Nibbles<(), ()>>(), 32),
        GgmlDType::Q4_1 => (size_of::<Nibbles<(), [u16; LANES]>>(), 32),
        GgmlDType::Q5_0 => (size_of::<Nibbles<[u64; 8], ()>>(), 32),
        GgmlDType::Q5_1 => (size_of::<Nibbles<[u64; 8], [u16; LANES]>>(), 32),
        GgmlDType::Q4K => (size_of::<Scaled<()>>(), 256),
        GgmlDType::Q5K => (size_of::<Scaled<[u64; 8]>>(), 256),
        GgmlDType::Q6K | GgmlDType::Q3K => (size_of::<Six>(), 256),
        GgmlDType::Q2K => (size_of::<Two>(), 256),
        GgmlDType::F32 => (size_of::<Full>(), 1),
        GgmlDType::F16 | GgmlDType::BF16 => (size_of::<Half>(), 1),
        GgmlDType::Q8_1 | GgmlDType::Q8K => return None,
    })
}

/// Bytes in memory of a matrix in one of the file's forms.
pub(crate) fn bytes(dtype: GgmlDType, rows: u64, columns: u64) -> u64 {
    let (bytes, columns_each) = unit(dtype).unwrap_or((64, 1));
    rows.div_ceil(LANES as u64)
        .saturating_mul(columns / columns_each as u64)
        .saturating_mul(bytes as u64)
}

/// A matrix, sixteen rows to a tile.
#[derive(Debug)]
pub(crate) struct Matrix {
    tiles: Tiles,
    pub(crate) rows: usize,
    /// Rows that are there.
    filled: usize,
}

impl Matrix {
    /// With room for all rows, which [`Self::push`] then brings.
    pub(crate) fn new(dtype: GgmlDType, rows: usize, columns: usize) -> Result<Self> {
        fn room<T>(count: usize) -> Result<Vec<T>> {
            let mut all = Vec::new();
            all.try_reserve_exact(count)
                .map_err(|_| too_large((count * size_of::<T>()) as u64))?;
            Ok(all)
        }
        let (_, columns_each) = unit(dtype).ok_or_else(|| internal("a form without tiles"))?;
        if !columns.is_multiple_of(columns_each) {
            return Err(broken("a matrix is no whole number of blocks"));
        }
        let count = rows.div_ceil(LANES) * (columns / columns_each);
        let tiles = match dtype {
            GgmlDType::Q8_0 => Tiles::Q8(room(count)?),
            GgmlDType::Q4_0 => Tiles::Q40(room(count)?),
            GgmlDType::Q4_1 => Tiles::Q41(room(count)?),
            GgmlDType::Q5_0 => Tiles::Q50(room(count)?),
            GgmlDType::Q5_1 => Tiles::Q51(room(count)?),
            GgmlDType::Q4K => Tiles::Q4K(room(count)?),
            GgmlDType::Q5K => Tiles::Q5K(room(count)?),
            GgmlDType::Q6K | GgmlDType::Q3K => Tiles::Q6K(room(count)?),
            GgmlDType::Q2K => Tiles::Q2K(room(count)?),
            GgmlDType::F32 => Tiles::F32(room(count)?),
            GgmlDType::F16 => Tiles::F16(room(count)?),
            GgmlDType::BF16 => Tiles::BF16(room(count)?),
            GgmlDType::Q8_1 | GgmlDType::Q8K => return Err(internal("a form without tiles")),
        };
        Ok(Self {
            tiles,
            rows,
            filled: 0,
        })
    }

    /// Adds rows as the file has them; a whole number of tiles each time but the last.
    pub(crate) fn push(&mut self, dtype: GgmlDType, bytes: &[u8], row_bytes: usize) {
        fn packed<T: Send, P: Packed>(
            bytes: &[u8],
            row_bytes: usize,
            to: &mut Vec<T>,
            out: impl Fn(P) -> T + Sync,
        ) {
            let parts: Vec<&[u8]> = bytes.chunks(LANES * row_bytes).collect();
            let done: Vec<Mutex<Vec<T>>> = parts.iter().map(|_| Mutex::default()).collect();
            threads::share(parts.len(), |i| {
                let blank: &[u8] = &[];
                let mut rows: Rows<'_> = [blank; LANES];
                for (to, row) in rows.iter_mut().zip(parts[i].chunks_exact(row_bytes)) {
                    *to = row;
                }
                let mut all = Vec::with_capacity(row_bytes / P::BYTES);
                pack::tile::<P>(&rows, &mut all);
                *done[i].lock().unwrap_or_else(PoisonError::into_inner) =
                    all.into_iter().map(&out).collect();
            });
            for part in done {
                to.extend(part.into_inner().unwrap_or_else(PoisonError::into_inner));
            }
        }
        self.filled += bytes.len() / row_bytes;
        match (&mut self.tiles, dtype) {
            (Tiles::Q6K(all), GgmlDType::Q3K) => {
                packed(bytes, row_bytes, all, |Three(six): Three| six);
            }
            (tiles, _) => {
                each!(tiles, all => packed(bytes, row_bytes, all, |t| t), packed(bytes, row_bytes, all, |t| t))
            }
        }
    }

    /// Whether all rows are there.
    pub(crate) fn is_whole(&self) -> bool {
        self.filled == self.rows
    }

    fn tile_count(&self) -> usize {
        self.rows.div_ceil(LANES)
    }

    fn forms(&self) -> Forms {
        let quantized = each!(&self.tiles, _all => true, false);
        Forms {
            rounded: quantized,
            full: !quantized,
        }
    }

    /// A row's weights.
    pub(crate) fn row(&self, row: usize, out: &mut [f32]) {
        fn quantized<T: Tile>(all: &[T], tile: usize, lane: usize, out: &mut [f32]) {
            let span = T::BLOCKS * BLOCK;
            let each = out.len() / span;
            for (part, out) in all[tile * each..].iter().zip(out.chunks_exact_mut(span)) {
                for (i, to) in out.iter_mut().enumerate() {
                    *to = part.value(lane, i);
                }
            }
        }
        fn full<C: Column>(all: &[C], tile: usize, lane: usize, out: &mut [f32]) {
            let from = tile * out.len();
            for (to, column) in out.iter_mut().zip(&all[from..]) {
                *to = column.value(lane);
            }
        }
        let (tile, lane) = (row / LANES, row % LANES);
        each!(&self.tiles, all => quantized(all, tile, lane, out), full(all, tile, lane, out));
    }

    /// The products of a tile with all rows of `x`: sixteen numbers for each.
    fn multiply(&self, with: Instructions, tile: usize, x: &Panels, out: &mut [f32]) {
        let from = |len: usize| {
            let each = len / self.tile_count();
            tile * each..(tile + 1) * each
        };
        each!(
            &self.tiles,
            all => quantized(with, &all[from(all.len())], x, out),
            full(with, &all[from(all.len())], x, out)
        );
    }
}

fn quantized<T: Tile>(with: Instructions, tile: &[T], x: &Panels, out: &mut [f32]) {
    match with {
        Instructions::Plain => panels(Plain, tile, x, out),
        #[cfg(target_arch = "x86_64")]
        Instructions::Avx2(l) => wide::avx2(l, tile, x, out),
        #[cfg(target_arch = "x86_64")]
        Instructions::Vnni(l) => wide::vnni(l, tile, x, out),
    }
}

fn full<C: Column>(with: Instructions, tile: &[C], x: &Panels, out: &mut [f32]) {
    match with {
        Instructions::Plain => full_panels(Plain, tile, x, out),
        #[cfg(target_arch = "x86_64")]
        Instructions::Avx2(l) => wide::full_avx2(l, tile, x, out),
        #[cfg(target_arch = "x86_64")]
        Instructions::Vnni(l) => wide::full_vnni(l, tile, x, out),
    }
}

/// The same loops, made by the compiler for other instructions.
#[cfg(target_arch = "x86_64")]
#[expect(
    unsafe_code,
    reason = "functions for instructions that the lanes prove to be there"
)]
mod wide {
    use super::{
        Column, Panels, Tile, full_panels, panels,
        x86::{Avx2, Vnni},
    };

    macro_rules! with {
        ($name:ident, $lanes:ty, $kind:ident, $inner:ident, $features:literal) => {
            pub(super) fn $name<T: $kind>(l: $lanes, tile: &[T], x: &Panels, out: &mut [f32]) {
                #[target_feature(enable = $features)]
                fn inner<T: $kind>(l: $lanes, tile: &[T], x: &Panels, out: &mut [f32]) {
                    $inner(l, tile, x, out);
                }
                // SAFETY: a value of this type is made only where the instructions are there.
                unsafe { inner(l, tile, x, out) }
            }
        };
    }
    with!(avx2, Avx2, Tile, panels, "avx2,f16c");
    with!(full_avx2, Avx2, Column, full_panels, "avx2,f16c");
    with!(
        vnni,
        Vnni,
        Tile,
        panels,
        "avx512f,avx512bw,avx512vl,avx512vnni"
    );
    with!(
        full_vnni,
        Vnni,
        Column,
        full_panels,
        "avx512f,avx512bw,avx512vl,avx512vnni"
    );
}

#[inline(always)]
fn panels<T: Tile, L: Lanes>(l: L, tile: &[T], x: &Panels, out: &mut [f32]) {
    let blocks = x.columns / BLOCK;
    let (mut out, _) = out.as_chunks_mut();
    let mut x_left = &x.rounded[..];
    for &size in &x.sizes {
        let (panel, rest) = x_left.split_at(size * blocks);
        let (to, below) = out.split_at_mut(size);
        match size {
            8 => one_panel::<T, L, 8>(l, tile, panel, to),
            4 => one_panel::<T, L, 4>(l, tile, panel, to),
            2 => one_panel::<T, L, 2>(l, tile, panel, to),
            _ => one_panel::<T, L, 1>(l, tile, panel, to),
        }
        (x_left, out) = (rest, below);
    }
}

#[inline(always)]
fn one_panel<T: Tile, L: Lanes, const R: usize>(
    l: L,
    tile: &[T],
    x: &[Rounded],
    out: &mut [[f32; LANES]],
) {
    let mut sums = [l.all(0.0); R];
    let (x, _) = x.as_chunks::<R>();
    for (part, x) in tile.iter().zip(x.chunks_exact(T::BLOCKS)) {
        part.add(l, x, &mut sums);
    }
    for (sum, to) in sums.into_iter().zip(out) {
        l.write(sum, to);
    }
}

#[inline(always)]
fn full_panels<C: Column, L: Lanes>(l: L, tile: &[C], x: &Panels, out: &mut [f32]) {
    let (mut out, _) = out.as_chunks_mut();
    let mut x_left = &x.full[..];
    for &size in &x.sizes {
        let (panel, rest) = x_left.split_at(size * x.columns);
        let (to, below) = out.split_at_mut(size);
        match size {
            8 => one_full_panel::<C, L, 8>(l, tile, panel, to),
            4 => one_full_panel::<C, L, 4>(l, tile, panel, to),
            2 => one_full_panel::<C, L, 2>(l, tile, panel, to),
            _ => one_full_panel::<C, L, 1>(l, tile, panel, to),
        }
        (x_left, out) = (rest, below);
    }
}

#[inline(always)]
fn one_full_panel<C: Column, L: Lanes, const R: usize>(
    l: L,
    tile: &[C],
    x: &[f32],
    out: &mut [[f32; LANES]],
) {
    let mut sums = [l.all(0.0); R];
    let (x, _) = x.as_chunks::<R>();
    for (column, x) in tile.iter().zip(x) {
        let w = column.read(l);
        for r in 0..R {
            sums[r] = l.add(sums[r], l.mul(w, l.all(x[r])));
        }
    }
    for (sum, to) in sums.into_iter().zip(out) {
        l.write(sum, to);
    }
}

/// Matrices with the same input, one below the other: rows of `columns` numbers become rows of
/// `rows`.
pub(crate) struct Linear {
    matrices: Vec<std::sync::Arc<Matrix>>,
    columns: usize,
    rows: usize,
}

impl Linear {
    pub(crate) fn new(matrices: Vec<std::sync::Arc<Matrix>>, columns: usize) -> Self {
        let rows = matrices.iter().map(|m| m.rows).sum();
        Self {
            matrices,
            columns,
            rows,
        }
    }

    /// The products with `count` rows.
    pub(crate) fn forward(&self, x: &[f32], count: usize) -> Vec<f32> {
        self.forward_with(Instructions::best(), x, count)
    }

    fn forward_with(&self, with: Instructions, x: &[f32], count: usize) -> Vec<f32> {
        let forms = self.matrices.iter().fold(Forms::default(), |all, m| Forms {
            rounded: all.rounded | m.forms().rounded,
            full: all.full | m.forms().full,
        });
        let x = Panels::new(x, self.columns, with.widest(), forms);
        debug_assert_eq!(x.count(), count);
        let tiles: usize = self.matrices.iter().map(|m| m.tile_count()).sum();
        let mut out = vec![0.0; tiles * LANES * count];
        let parts: Vec<Mutex<&mut [f32]>> = out.chunks_mut(LANES * count).map(Mutex::new).collect();
        let work = |i: usize| {
            let mut tile = i;
            for matrix in &self.matrices {
                if tile < matrix.tile_count() {
                    let mut part = parts[i].lock().unwrap_or_else(PoisonError::into_inner);
                    matrix.multiply(with, tile, &x, &mut part);
                    return;
                }
                tile -= matrix.tile_count();
            }
        };
        if self.rows * self.columns * count < WORTH_SHARING {
            (0..tiles).for_each(work);
        } else {
            threads::share(tiles, work);
        }
        drop(parts);
        if count == 1 && self.rows == tiles * LANES {
            return out;
        }
        self.in_rows(&out, count)
    }

    /// From tile after tile to row after row.
    fn in_rows(&self, tiles: &[f32], count: usize) -> Vec<f32> {
        let mut out = vec![0.0; count * self.rows];
        let work = |row: usize, to: &mut [f32]| {
            let (mut tile, mut to) = (0, to);
            for matrix in &self.matrices {
                let (own, rest) = to.split_at_mut(matrix.rows);
                for part in own.chunks_mut(LANES) {
                    let from = (tile * count + row) * LANES;
                    part.copy_from_slice(&tiles[from..from + part.len()]);
                    tile += 1;
                }
                to = rest;
            }
        };
        threads::share_rows(&mut out, self.rows, work);
        out
    }
}

#[cfg(test)]
mod tests;
