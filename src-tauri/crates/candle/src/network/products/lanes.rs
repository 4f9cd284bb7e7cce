//! Sixteen numbers at once, in whatever instructions a processor has.
//!
//! Every kind of lanes gives the same bits: products of whole numbers are exact, and numbers with a
//! point are multiplied and added one after the other, never in one rounding.

/// Rows of a matrix that are computed side by side.
pub(crate) const LANES: usize = 16;

/// Instructions for sixteen lanes. A value of such a type is proof that they are there.
pub(super) trait Lanes: Copy {
    /// Four bytes for each lane.
    type Bytes: Copy;
    /// A whole number for each lane.
    type Ints: Copy;
    /// A number for each lane.
    type Floats: Copy;

    fn bytes(self, from: &[u8; 64]) -> Self::Bytes;
    /// The lower four bits of each byte.
    fn low(self, b: Self::Bytes) -> Self::Bytes;
    /// The upper four bits of each byte.
    fn high(self, b: Self::Bytes) -> Self::Bytes;
    /// Adds 16 to the bytes whose bit is set.
    fn sixteen_more(self, b: Self::Bytes, bits: u64) -> Self::Bytes;
    /// Sixteen times the `N`th two bits of each byte.
    fn pair<const N: u32>(self, b: Self::Bytes) -> Self::Bytes;
    fn or(self, a: Self::Bytes, b: Self::Bytes) -> Self::Bytes;

    fn ints(self, all: i32) -> Self::Ints;
    /// Adds to each lane its four bytes times the four signed bytes of `x`. No byte of `w` is above
    /// 127.
    fn dot(self, sums: Self::Ints, w: Self::Bytes, x: i32) -> Self::Ints;
    /// As [`Self::dot`], for any bytes.
    fn dot_any(self, sums: Self::Ints, w: Self::Bytes, x: i32) -> Self::Ints;

    fn floats(self, n: Self::Ints) -> Self::Floats;
    fn all(self, n: f32) -> Self::Floats;
    fn numbers(self, from: &[f32; LANES]) -> Self::Floats;
    /// From half precision.
    fn halves(self, from: &[u16; LANES]) -> Self::Floats;
    /// From the upper halves of numbers (`bfloat16`).
    fn brains(self, from: &[u16; LANES]) -> Self::Floats;
    fn unsigned(self, from: &[u8; LANES]) -> Self::Floats;
    fn signed(self, from: &[i8; LANES]) -> Self::Floats;
    fn mul(self, a: Self::Floats, b: Self::Floats) -> Self::Floats;
    fn add(self, a: Self::Floats, b: Self::Floats) -> Self::Floats;
    fn write(self, n: Self::Floats, to: &mut [f32; LANES]);
}

/// Plain loops, for every processor; what the others are held to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plain;

fn each<T: Copy, U, const N: usize>(a: [T; N], f: impl Fn(T) -> U) -> [U; N] {
    a.map(f)
}

impl Lanes for Plain {
    type Bytes = [u8; 64];
    type Ints = [i32; LANES];
    type Floats = [f32; LANES];

    #[inline(always)]
    fn bytes(self, from: &[u8; 64]) -> [u8; 64] {
        *from
    }
    #[inline(always)]
    fn low(self, b: [u8; 64]) -> [u8; 64] {
        each(b, |b| b & 15)
    }
    #[inline(always)]
    fn high(self, b: [u8; 64]) -> [u8; 64] {
        each(b, |b| b >> 4)
    }
    #[inline(always)]
    fn sixteen_more(self, mut b: [u8; 64], bits: u64) -> [u8; 64] {
        for (i, b) in b.iter_mut().enumerate() {
            *b += ((bits >> i) as u8 & 1) << 4;
        }
        b
    }
    #[inline(always)]
    fn pair<const N: u32>(self, b: [u8; 64]) -> [u8; 64] {
        each(b, |b| ((b >> (2 * N)) & 3) << 4)
    }
    #[inline(always)]
    fn or(self, mut a: [u8; 64], b: [u8; 64]) -> [u8; 64] {
        for (a, b) in a.iter_mut().zip(b) {
            *a |= b;
        }
        a
    }
    #[inline(always)]
    fn ints(self, all: i32) -> [i32; LANES] {
        [all; LANES]
    }
    #[inline(always)]
    fn dot(self, sums: [i32; LANES], w: [u8; 64], x: i32) -> [i32; LANES] {
        self.dot_any(sums, w, x)
    }
    #[inline(always)]
    fn dot_any(self, mut sums: [i32; LANES], w: [u8; 64], x: i32) -> [i32; LANES] {
        let x = x.to_le_bytes().map(|b| i32::from(b as i8));
        for (sum, w) in sums.iter_mut().zip(w.as_chunks::<4>().0) {
            *sum += i32::from(w[0]) * x[0]
                + i32::from(w[1]) * x[1]
                + i32::from(w[2]) * x[2]
                + i32::from(w[3]) * x[3];
        }
        sums
    }
    #[inline(always)]
    fn floats(self, n: [i32; LANES]) -> [f32; LANES] {
        each(n, |n| n as f32)
    }
    #[inline(always)]
    fn all(self, n: f32) -> [f32; LANES] {
        [n; LANES]
    }
    #[inline(always)]
    fn numbers(self, from: &[f32; LANES]) -> [f32; LANES] {
        *from
    }
    #[inline(always)]
    fn halves(self, from: &[u16; LANES]) -> [f32; LANES] {
        each(*from, |n| half::f16::from_bits(n).to_f32_const())
    }
    #[inline(always)]
    fn brains(self, from: &[u16; LANES]) -> [f32; LANES] {
        each(*from, |n| f32::from_bits(u32::from(n) << 16))
    }
    #[inline(always)]
    fn unsigned(self, from: &[u8; LANES]) -> [f32; LANES] {
        each(*from, f32::from)
    }
    #[inline(always)]
    fn signed(self, from: &[i8; LANES]) -> [f32; LANES] {
        each(*from, f32::from)
    }
    #[inline(always)]
    fn mul(self, mut a: [f32; LANES], b: [f32; LANES]) -> [f32; LANES] {
        for (a, b) in a.iter_mut().zip(b) {
            *a *= b;
        }
        a
    }
    #[inline(always)]
    fn add(self, mut a: [f32; LANES], b: [f32; LANES]) -> [f32; LANES] {
        for (a, b) in a.iter_mut().zip(b) {
            *a += b;
        }
        a
    }
    #[inline(always)]
    fn write(self, n: [f32; LANES], to: &mut [f32; LANES]) {
        *to = n;
    }
}
