//! From the bytes of a file to tiles.
//!
//! The layouts are those of ggml (`ggml-common.h`, `ggml-quants.c`), version 2 of its quantization.

use crate::network::products::{
    lanes::LANES,
    tiles::{Brain, Eight, Fifth, Full, Half, Nibbles, Scaled, Six, Two},
};

/// The bytes of sixteen rows; what lies below the matrix is empty.
pub(super) type Rows<'a> = [&'a [u8]; LANES];

/// A form of tiles that is made of a form in the file.
pub(super) trait Packed: Sized {
    /// Bytes of a row in the file that go into one of it.
    const BYTES: usize;
    /// Makes one of `BYTES` of each row.
    fn pack(rows: &Rows<'_>) -> Self;
}

/// Packs sixteen rows from their beginning to their end.
pub(super) fn tile<T: Packed>(rows: &Rows<'_>, to: &mut Vec<T>) {
    let count = rows[0].len() / T::BYTES;
    let blank = vec![0u8; T::BYTES];
    for i in 0..count {
        let part = rows.map(|row| row.get(i * T::BYTES..(i + 1) * T::BYTES).unwrap_or(&blank));
        to.push(T::pack(&part));
    }
}

fn two_bytes(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

/// Two bytes of each row.
fn shorts(rows: &Rows<'_>, at: usize) -> [u16; LANES] {
    rows.map(|row| two_bytes(row, at))
}

/// Puts a row's values into groups of four columns.
fn bytes(groups: &mut [[u8; 64]], row: usize, values: &[u8]) {
    for (group, four) in groups.iter_mut().zip(values.as_chunks::<4>().0) {
        group[row * 4..][..4].copy_from_slice(four);
    }
}

/// Puts the lower four bits of a row's values into vectors of two groups.
fn nibbles(vectors: &mut [[u8; 64]], row: usize, values: &[u8]) {
    for (vector, eight) in vectors.iter_mut().zip(values.as_chunks::<8>().0) {
        for j in 0..4 {
            vector[row * 4 + j] = eight[j] & 15 | (eight[4 + j] & 15) << 4;
        }
    }
}

/// Puts the lower two bits of a row's values into vectors of four groups.
fn pairs(vectors: &mut [[u8; 64]], row: usize, values: &[u8]) {
    for (vector, sixteen) in vectors.iter_mut().zip(values.as_chunks::<16>().0) {
        for j in 0..4 {
            vector[row * 4 + j] =
                (0..4).fold(0, |all, g| all | (sixteen[g * 4 + j] & 3) << (2 * g));
        }
    }
}

/// The fifth bits of a row's values.
pub(super) trait FifthOf: Fifth {
    fn of(values: &[[u8; 32]; LANES]) -> Self;
}

impl FifthOf for () {
    fn of(_: &[[u8; 32]; LANES]) {}
}

impl FifthOf for [u64; 8] {
    fn of(values: &[[u8; 32]; LANES]) -> Self {
        let mut bits = [0; 8];
        for (row, values) in values.iter().enumerate() {
            for (i, v) in values.iter().enumerate() {
                bits[i / 4] |= u64::from(v >> 4 & 1) << (row * 4 + i % 4);
            }
        }
        bits
    }
}

impl Packed for Eight {
    const BYTES: usize = 34;

    fn pack(rows: &Rows<'_>) -> Self {
        let mut q = [[0; 64]; 8];
        for (r, row) in rows.iter().enumerate() {
            let mut values = [0; 32];
            for (v, b) in values.iter_mut().zip(&row[2..]) {
                *v = b ^ 0x80;
            }
            bytes(&mut q, r, &values);
        }
        Self {
            q,
            scale: shorts(rows, 0),
        }
    }
}

/// Where the parts of a block of four or five bits lie.
struct Places {
    high: Option<usize>,
    low: usize,
}

fn small<F: FifthOf>(rows: &Rows<'_>, places: &Places) -> ([[u8; 64]; 4], F) {
    let mut q = [[0; 64]; 4];
    let mut all = [[0u8; 32]; LANES];
    for (r, row) in rows.iter().enumerate() {
        let high = places.high.map_or(0, |at| {
            u32::from(two_bytes(row, at)) | u32::from(two_bytes(row, at + 2)) << 16
        });
        for j in 0..16 {
            let both = row[places.low + j];
            all[r][j] = (both & 15) | ((high >> j & 1) as u8 * 16);
            all[r][j + 16] = (both >> 4) | ((high >> (j + 16) & 1) as u8 * 16);
        }
        nibbles(&mut q, r, &all[r]);
    }
    (q, F::of(&all))
}

impl Packed for Nibbles<(), ()> {
    const BYTES: usize = 18;

    fn pack(rows: &Rows<'_>) -> Self {
        let (q, fifth) = small(rows, &Places { high: None, low: 2 });
        Self {
            q,
            fifth,
            scale: shorts(rows, 0),
            least: (),
        }
    }
}

impl Packed for Nibbles<(), [u16; LANES]> {
    const BYTES: usize = 20;

    fn pack(rows: &Rows<'_>) -> Self {
        let (q, fifth) = small(rows, &Places { high: None, low: 4 });
        Self {
            q,
            fifth,
            scale: shorts(rows, 0),
            least: shorts(rows, 2),
        }
    }
}

impl Packed for Nibbles<[u64; 8], ()> {
    const BYTES: usize = 22;

    fn pack(rows: &Rows<'_>) -> Self {
        let places = Places {
            high: Some(2),
            low: 6,
        };
        let (q, fifth) = small(rows, &places);
        Self {
            q,
            fifth,
            scale: shorts(rows, 0),
            least: (),
        }
    }
}

impl Packed for Nibbles<[u64; 8], [u16; LANES]> {
    const BYTES: usize = 24;

    fn pack(rows: &Rows<'_>) -> Self {
        let places = Places {
            high: Some(4),
            low: 8,
        };
        let (q, fifth) = small(rows, &places);
        Self {
            q,
            fifth,
            scale: shorts(rows, 0),
            least: shorts(rows, 2),
        }
    }
}

/// The eight scales and least values that Q4_K and Q5_K keep in twelve bytes.
fn six_bits(packed: &[u8], i: usize) -> (u8, u8) {
    if i < 4 {
        (packed[i] & 63, packed[i + 4] & 63)
    } else {
        (
            packed[i + 4] & 15 | packed[i - 4] >> 6 << 4,
            packed[i + 4] >> 4 | packed[i] >> 6 << 4,
        )
    }
}

fn scaled<F: FifthOf>(rows: &Rows<'_>, high: Option<usize>, low: usize) -> Scaled<F> {
    let mut q = [[[0; 64]; 4]; 8];
    let (mut scales, mut leasts) = ([[0; LANES]; 8], [[0; LANES]; 8]);
    let fifth = std::array::from_fn(|s| {
        let mut all = [[0u8; 32]; LANES];
        for (r, row) in rows.iter().enumerate() {
            (scales[s][r], leasts[s][r]) = six_bits(&row[4..16], s);
            for (l, v) in all[r].iter_mut().enumerate() {
                let both = row[low + s / 2 * 32 + l];
                let bit = high.map_or(0, |at| row[at + l] >> s & 1);
                *v = (both >> (4 * (s % 2)) & 15) | bit << 4;
            }
            nibbles(&mut q[s], r, &all[r]);
        }
        F::of(&all)
    });
    Scaled {
        q,
        fifth,
        scales,
        leasts,
        scale: shorts(rows, 0),
        least: shorts(rows, 2),
    }
}

impl Packed for Scaled<()> {
    const BYTES: usize = 144;

    fn pack(rows: &Rows<'_>) -> Self {
        scaled(rows, None, 16)
    }
}

impl Packed for Scaled<[u64; 8]> {
    const BYTES: usize = 176;

    fn pack(rows: &Rows<'_>) -> Self {
        scaled(rows, Some(16), 48)
    }
}

fn six(rows: &Rows<'_>, scale: usize, values: impl Fn(&[u8]) -> ([u8; 256], [i8; 16])) -> Six {
    let mut tile = Six {
        low: [[[0; 64]; 4]; 8],
        high: [[[0; 64]; 2]; 8],
        scales: [[0; LANES]; 16],
        scale: shorts(rows, scale),
    };
    for (r, row) in rows.iter().enumerate() {
        let (values, scales) = values(row);
        nibbles(tile.low.as_flattened_mut(), r, &values);
        pairs(tile.high.as_flattened_mut(), r, &values.map(|v| v >> 4));
        for (all, scale) in tile.scales.iter_mut().zip(scales) {
            all[r] = scale;
        }
    }
    tile
}

/// Q6_K.
impl Packed for Six {
    const BYTES: usize = 210;

    fn pack(rows: &Rows<'_>) -> Self {
        six(rows, 208, |row| {
            let mut values = [0; 256];
            for half in 0..2 {
                for j in 0..32 {
                    let (a, b) = (row[half * 64 + j], row[half * 64 + j + 32]);
                    let high = row[128 + half * 32 + j];
                    let low = [a & 15, b & 15, a >> 4, b >> 4];
                    for (part, low) in low.into_iter().enumerate() {
                        values[half * 128 + part * 32 + j] = low | (high >> (2 * part) & 3) << 4;
                    }
                }
            }
            (values, std::array::from_fn(|i| row[192 + i] as i8))
        })
    }
}

/// Q3_K as Q6_K: the same values and scales, in more bits.
pub(super) struct Three(pub(super) Six);

impl Packed for Three {
    const BYTES: usize = 110;

    fn pack(rows: &Rows<'_>) -> Self {
        Self(six(rows, 108, |row| {
            let mut values = [0; 256];
            for (i, v) in values.iter_mut().enumerate() {
                let (half, part, l) = (i / 128, i / 32 % 4, i % 32);
                let low = row[32 + half * 32 + l] >> (2 * part) & 3;
                let high = row[l] >> (half * 4 + part) & 1;
                *v = 28 + low + 4 * high;
            }
            let scales = &row[96..108];
            let scales = std::array::from_fn(|i| {
                let low = scales[i % 8] >> (4 * (i / 8)) & 15;
                let high = scales[8 + i % 4] >> (2 * (i / 4)) & 3;
                (low | high << 4) as i8 - 32
            });
            (values, scales)
        }))
    }
}

/// Q2_K.
impl Packed for Two {
    const BYTES: usize = 84;

    fn pack(rows: &Rows<'_>) -> Self {
        let mut tile = Self {
            q: [[[0; 64]; 2]; 8],
            scales: [[0; LANES]; 16],
            leasts: [[0; LANES]; 16],
            scale: shorts(rows, 80),
            least: shorts(rows, 82),
        };
        for (r, row) in rows.iter().enumerate() {
            let values: [u8; 256] =
                std::array::from_fn(|i| row[16 + i / 128 * 32 + i % 32] >> (2 * (i / 32 % 4)) & 3);
            pairs(tile.q.as_flattened_mut(), r, &values);
            for (i, both) in row[..16].iter().enumerate() {
                tile.scales[i][r] = both & 15;
                tile.leasts[i][r] = both >> 4;
            }
        }
        tile
    }
}

impl Packed for Full {
    const BYTES: usize = 4;

    fn pack(rows: &Rows<'_>) -> Self {
        Self(rows.map(|row| f32::from_le_bytes([row[0], row[1], row[2], row[3]])))
    }
}

impl Packed for Half {
    const BYTES: usize = 2;

    fn pack(rows: &Rows<'_>) -> Self {
        Self(shorts(rows, 0))
    }
}

impl Packed for Brain {
    const BYTES: usize = 2;

    fn pack(rows: &Rows<'_>) -> Self {
        Self(shorts(rows, 0))
    }
}
