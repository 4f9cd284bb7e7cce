//! Lanes in the vector instructions of x86-64.
//!
//! A value of these types exists only where the processor was asked for the instructions, so that
//! the calls below are sound; pointers come from references to arrays of the right length.
#![expect(
    unsafe_code,
    reason = "vector instructions: three times the speed of plain loops and more"
)]

use std::arch::x86_64::*;

use crate::network::products::lanes::{LANES, Lanes};

/// AVX2 with F16C: processors since 2013.
#[derive(Debug, Clone, Copy)]
pub(super) struct Avx2(());

impl Avx2 {
    pub(super) fn get() -> Option<Self> {
        (is_x86_feature_detected!("avx2") && is_x86_feature_detected!("f16c")).then_some(Self(()))
    }
}

/// AVX-512 with products of bytes (VNNI).
#[derive(Debug, Clone, Copy)]
pub(super) struct Vnni(());

impl Vnni {
    pub(super) fn get() -> Option<Self> {
        (is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512vl")
            && is_x86_feature_detected!("avx512vnni"))
        .then_some(Self(()))
    }
}

impl Lanes for Vnni {
    type Bytes = __m512i;
    type Ints = __m512i;
    type Floats = __m512;

    #[inline(always)]
    fn bytes(self, from: &[u8; 64]) -> __m512i {
        unsafe { _mm512_loadu_si512(from.as_ptr().cast()) }
    }
    #[inline(always)]
    fn low(self, b: __m512i) -> __m512i {
        unsafe { _mm512_and_si512(b, _mm512_set1_epi8(15)) }
    }
    #[inline(always)]
    fn high(self, b: __m512i) -> __m512i {
        unsafe { _mm512_and_si512(_mm512_srli_epi16(b, 4), _mm512_set1_epi8(15)) }
    }
    #[inline(always)]
    fn sixteen_more(self, b: __m512i, bits: u64) -> __m512i {
        unsafe { _mm512_mask_add_epi8(b, bits, b, _mm512_set1_epi8(16)) }
    }
    #[inline(always)]
    fn pair<const N: u32>(self, b: __m512i) -> __m512i {
        unsafe {
            let moved = match N {
                0 => _mm512_slli_epi16(b, 4),
                1 => _mm512_slli_epi16(b, 2),
                2 => b,
                _ => _mm512_srli_epi16(b, 2),
            };
            _mm512_and_si512(moved, _mm512_set1_epi8(0x30))
        }
    }
    #[inline(always)]
    fn or(self, a: __m512i, b: __m512i) -> __m512i {
        unsafe { _mm512_or_si512(a, b) }
    }
    #[inline(always)]
    fn ints(self, all: i32) -> __m512i {
        unsafe { _mm512_set1_epi32(all) }
    }
    #[inline(always)]
    fn dot(self, sums: __m512i, w: __m512i, x: i32) -> __m512i {
        unsafe { _mm512_dpbusd_epi32(sums, w, _mm512_set1_epi32(x)) }
    }
    #[inline(always)]
    fn dot_any(self, sums: __m512i, w: __m512i, x: i32) -> __m512i {
        self.dot(sums, w, x)
    }
    #[inline(always)]
    fn floats(self, n: __m512i) -> __m512 {
        unsafe { _mm512_cvtepi32_ps(n) }
    }
    #[inline(always)]
    fn all(self, n: f32) -> __m512 {
        unsafe { _mm512_set1_ps(n) }
    }
    #[inline(always)]
    fn numbers(self, from: &[f32; LANES]) -> __m512 {
        unsafe { _mm512_loadu_ps(from.as_ptr()) }
    }
    #[inline(always)]
    fn halves(self, from: &[u16; LANES]) -> __m512 {
        unsafe { _mm512_cvtph_ps(_mm256_loadu_si256(from.as_ptr().cast())) }
    }
    #[inline(always)]
    fn brains(self, from: &[u16; LANES]) -> __m512 {
        unsafe {
            let wide = _mm512_cvtepu16_epi32(_mm256_loadu_si256(from.as_ptr().cast()));
            _mm512_castsi512_ps(_mm512_slli_epi32(wide, 16))
        }
    }
    #[inline(always)]
    fn unsigned(self, from: &[u8; LANES]) -> __m512 {
        unsafe { _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(_mm_loadu_si128(from.as_ptr().cast()))) }
    }
    #[inline(always)]
    fn signed(self, from: &[i8; LANES]) -> __m512 {
        unsafe { _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(_mm_loadu_si128(from.as_ptr().cast()))) }
    }
    #[inline(always)]
    fn mul(self, a: __m512, b: __m512) -> __m512 {
        unsafe { _mm512_mul_ps(a, b) }
    }
    #[inline(always)]
    fn add(self, a: __m512, b: __m512) -> __m512 {
        unsafe { _mm512_add_ps(a, b) }
    }
    #[inline(always)]
    fn write(self, n: __m512, to: &mut [f32; LANES]) {
        unsafe { _mm512_storeu_ps(to.as_mut_ptr(), n) }
    }
}

/// Does the same with both halves. No closures: what they hold is not always inlined, and calls
/// between functions with other instructions are slow.
macro_rules! both {
    ($a:expr, |$x:ident| $do:expr $(,)?) => {{
        let [first, second] = $a;
        [
            {
                let $x = first;
                $do
            },
            {
                let $x = second;
                $do
            },
        ]
    }};
}

/// Does the same with both halves of two.
macro_rules! two {
    ($a:expr, $b:expr, |$x:ident, $y:ident| $do:expr $(,)?) => {{
        let ([a0, a1], [b0, b1]) = ($a, $b);
        [
            {
                let ($x, $y) = (a0, b0);
                $do
            },
            {
                let ($x, $y) = (a1, b1);
                $do
            },
        ]
    }};
}

impl Avx2 {
    /// Sums of four products each; `w` is up to 128 and `x` no further than 127 from zero, so that
    /// two products fit in 16 bits.
    #[inline(always)]
    fn fours(self, w: __m256i, x: __m256i) -> __m256i {
        unsafe { _mm256_madd_epi16(_mm256_maddubs_epi16(w, x), _mm256_set1_epi16(1)) }
    }
}

impl Lanes for Avx2 {
    type Bytes = [__m256i; 2];
    type Ints = [__m256i; 2];
    type Floats = [__m256; 2];

    #[inline(always)]
    fn bytes(self, from: &[u8; 64]) -> [__m256i; 2] {
        let (halves, _) = from.as_chunks::<32>();
        unsafe {
            [
                _mm256_loadu_si256(halves[0].as_ptr().cast()),
                _mm256_loadu_si256(halves[1].as_ptr().cast()),
            ]
        }
    }
    #[inline(always)]
    fn low(self, b: [__m256i; 2]) -> [__m256i; 2] {
        both!(b, |b| unsafe { _mm256_and_si256(b, _mm256_set1_epi8(15)) })
    }
    #[inline(always)]
    fn high(self, b: [__m256i; 2]) -> [__m256i; 2] {
        both!(b, |b| unsafe {
            _mm256_and_si256(_mm256_srli_epi16(b, 4), _mm256_set1_epi8(15))
        })
    }
    #[inline(always)]
    fn sixteen_more(self, b: [__m256i; 2], bits: u64) -> [__m256i; 2] {
        two!(
            b,
            unsafe {
                [
                    _mm256_set1_epi32(bits as i32),
                    _mm256_set1_epi32((bits >> 32) as i32),
                ]
            },
            |b, bits| unsafe {
                // Each byte gets the byte of bits that holds its own, then looks at its own.
                let place = _mm256_setr_epi64x(
                    0,
                    0x0101_0101_0101_0101,
                    0x0202_0202_0202_0202,
                    0x0303_0303_0303_0303,
                );
                let own = _mm256_set1_epi64x(0x8040_2010_0804_0201_u64 as i64);
                let spread = _mm256_and_si256(_mm256_shuffle_epi8(bits, place), own);
                let set = _mm256_cmpeq_epi8(spread, own);
                _mm256_add_epi8(b, _mm256_and_si256(set, _mm256_set1_epi8(16)))
            },
        )
    }
    #[inline(always)]
    fn pair<const N: u32>(self, b: [__m256i; 2]) -> [__m256i; 2] {
        both!(b, |b| unsafe {
            let moved = match N {
                0 => _mm256_slli_epi16(b, 4),
                1 => _mm256_slli_epi16(b, 2),
                2 => b,
                _ => _mm256_srli_epi16(b, 2),
            };
            _mm256_and_si256(moved, _mm256_set1_epi8(0x30))
        })
    }
    #[inline(always)]
    fn or(self, a: [__m256i; 2], b: [__m256i; 2]) -> [__m256i; 2] {
        two!(a, b, |a, b| unsafe { _mm256_or_si256(a, b) })
    }
    #[inline(always)]
    fn ints(self, all: i32) -> [__m256i; 2] {
        [unsafe { _mm256_set1_epi32(all) }; 2]
    }
    #[inline(always)]
    fn dot(self, sums: [__m256i; 2], w: [__m256i; 2], x: i32) -> [__m256i; 2] {
        two!(sums, w, |sum, w| unsafe {
            _mm256_add_epi32(sum, self.fours(w, _mm256_set1_epi32(x)))
        })
    }
    #[inline(always)]
    fn dot_any(self, sums: [__m256i; 2], w: [__m256i; 2], x: i32) -> [__m256i; 2] {
        // The top bit by itself: 128 times it still fits.
        two!(sums, w, |sum, w| unsafe {
            let (x, top) = (_mm256_set1_epi32(x), _mm256_set1_epi8(-128));
            let rest = self.fours(_mm256_andnot_si256(top, w), x);
            let tops = self.fours(_mm256_and_si256(w, top), x);
            _mm256_add_epi32(sum, _mm256_add_epi32(rest, tops))
        })
    }
    #[inline(always)]
    fn floats(self, n: [__m256i; 2]) -> [__m256; 2] {
        both!(n, |n| unsafe { _mm256_cvtepi32_ps(n) })
    }
    #[inline(always)]
    fn all(self, n: f32) -> [__m256; 2] {
        [unsafe { _mm256_set1_ps(n) }; 2]
    }
    #[inline(always)]
    fn numbers(self, from: &[f32; LANES]) -> [__m256; 2] {
        let (halves, _) = from.as_chunks::<8>();
        unsafe {
            [
                _mm256_loadu_ps(halves[0].as_ptr()),
                _mm256_loadu_ps(halves[1].as_ptr()),
            ]
        }
    }
    #[inline(always)]
    fn halves(self, from: &[u16; LANES]) -> [__m256; 2] {
        let (halves, _) = from.as_chunks::<8>();
        unsafe {
            [
                _mm256_cvtph_ps(_mm_loadu_si128(halves[0].as_ptr().cast())),
                _mm256_cvtph_ps(_mm_loadu_si128(halves[1].as_ptr().cast())),
            ]
        }
    }
    #[inline(always)]
    fn brains(self, from: &[u16; LANES]) -> [__m256; 2] {
        let (halves, _) = from.as_chunks::<8>();
        both!([&halves[0], &halves[1]], |half| unsafe {
            let wide = _mm256_cvtepu16_epi32(_mm_loadu_si128(half.as_ptr().cast()));
            _mm256_castsi256_ps(_mm256_slli_epi32(wide, 16))
        })
    }
    #[inline(always)]
    fn unsigned(self, from: &[u8; LANES]) -> [__m256; 2] {
        let (halves, _) = from.as_chunks::<8>();
        both!([&halves[0], &halves[1]], |half| unsafe {
            _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(_mm_loadl_epi64(half.as_ptr().cast())))
        })
    }
    #[inline(always)]
    fn signed(self, from: &[i8; LANES]) -> [__m256; 2] {
        let (halves, _) = from.as_chunks::<8>();
        both!([&halves[0], &halves[1]], |half| unsafe {
            _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(_mm_loadl_epi64(half.as_ptr().cast())))
        })
    }
    #[inline(always)]
    fn mul(self, a: [__m256; 2], b: [__m256; 2]) -> [__m256; 2] {
        two!(a, b, |a, b| unsafe { _mm256_mul_ps(a, b) })
    }
    #[inline(always)]
    fn add(self, a: [__m256; 2], b: [__m256; 2]) -> [__m256; 2] {
        two!(a, b, |a, b| unsafe { _mm256_add_ps(a, b) })
    }
    #[inline(always)]
    fn write(self, n: [__m256; 2], to: &mut [f32; LANES]) {
        let (halves, _) = to.as_chunks_mut::<8>();
        unsafe {
            _mm256_storeu_ps(halves[0].as_mut_ptr(), n[0]);
            _mm256_storeu_ps(halves[1].as_mut_ptr(), n[1]);
        }
    }
}
