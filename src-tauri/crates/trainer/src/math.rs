//! The few operations that a decoder and its gradient are made of.

/// A matrix inside a slice: where it starts, and the steps from row to row and column to column.
#[derive(Clone, Copy)]
pub struct View {
    at: usize,
    rows: usize,
    cols: usize,
    row: usize,
    col: usize,
}

impl View {
    /// `rows` x `cols`, row by row, from the start of the slice.
    pub fn of(rows: usize, cols: usize) -> Self {
        Self {
            at: 0,
            rows,
            cols,
            row: cols,
            col: 1,
        }
    }

    /// A block of columns of a wider matrix, `stride` apart from row to row.
    pub fn block(at: usize, rows: usize, cols: usize, stride: usize) -> Self {
        Self {
            at,
            rows,
            cols,
            row: stride,
            col: 1,
        }
    }

    /// Transposed.
    pub fn t(self) -> Self {
        Self {
            rows: self.cols,
            cols: self.rows,
            row: self.col,
            col: self.row,
            ..self
        }
    }

    fn fits(&self, len: usize) -> bool {
        self.rows == 0
            || self.cols == 0
            || self.at + (self.rows - 1) * self.row + (self.cols - 1) * self.col < len
    }
}

/// `c = scale * a b`, or `c += scale * a b`.
pub fn matmul(c: (&mut [f32], View), a: (&[f32], View), b: (&[f32], View), scale: f32, add: bool) {
    let (m, n, k) = (c.1.rows, c.1.cols, a.1.cols);
    assert!(
        a.1.rows == m && b.1.rows == k && b.1.cols == n,
        "shapes do not multiply"
    );
    assert!(
        c.1.fits(c.0.len()) && a.1.fits(a.0.len()) && b.1.fits(b.0.len()),
        "matrix outside its slice"
    );
    if m == 0 || n == 0 || k == 0 {
        return;
    }
    let step = |s: usize| s as isize;
    // SAFETY: the three views were just shown to lie inside their slices, and `c` is borrowed alone.
    #[allow(unsafe_code)]
    unsafe {
        gemm::gemm(
            m,
            n,
            k,
            c.0.as_mut_ptr().add(c.1.at),
            step(c.1.col),
            step(c.1.row),
            add,
            a.0.as_ptr().add(a.1.at),
            step(a.1.col),
            step(a.1.row),
            b.0.as_ptr().add(b.1.at),
            step(b.1.col),
            step(b.1.row),
            1.0,
            scale,
            false,
            false,
            false,
            gemm::Parallelism::None,
        );
    }
}

/// e^x to about 1e-7, in a form the compiler can vectorise; the same on every machine.
#[inline]
pub fn exp(x: f32) -> f32 {
    let x = x.clamp(-87.0, 88.0);
    let t = x * std::f32::consts::LOG2_E;
    let whole = (t + 12_582_912.0) - 12_582_912.0;
    let r = (x - whole * 0.693_359_4) - whole * -2.121_944_4e-4;
    let p = 1.0
        + r * (1.0
            + r * (0.5
                + r * (0.166_666_66
                    + r * (0.041_665_796 + r * (0.008_333_452 + r * 0.001_390_3)))));
    p * f32::from_bits((((whole as i32) + 127) << 23) as u32)
}

/// Softmax in place; returns the logarithm of the sum, for a loss.
pub fn softmax(row: &mut [f32]) -> f32 {
    let top = row.iter().fold(f32::NEG_INFINITY, |m, x| m.max(*x));
    let mut sum = 0.0;
    for x in row.iter_mut() {
        *x = exp(*x - top);
        sum += *x;
    }
    for x in row.iter_mut() {
        *x /= sum;
    }
    top + sum.ln()
}

/// Root-mean-square norm of each row; `inv` keeps the factors for the way back.
pub fn rms_norm(out: &mut [f32], inv: &mut [f32], x: &[f32], gain: &[f32], eps: f32) {
    let d = gain.len();
    for ((o, x), inv) in out.chunks_exact_mut(d).zip(x.chunks_exact(d)).zip(inv) {
        let mean = x.iter().map(|v| v * v).sum::<f32>() / d as f32;
        *inv = 1.0 / (mean + eps).sqrt();
        for ((o, x), g) in o.iter_mut().zip(x).zip(gain) {
            *o = x * *inv * g;
        }
    }
}

/// Adds the norm's gradient to `dx` and `dgain`.
pub fn rms_norm_back(
    dx: &mut [f32],
    dgain: &mut [f32],
    dout: &[f32],
    x: &[f32],
    inv: &[f32],
    gain: &[f32],
) {
    let d = gain.len();
    for (((dx, dout), x), inv) in dx
        .chunks_exact_mut(d)
        .zip(dout.chunks_exact(d))
        .zip(x.chunks_exact(d))
        .zip(inv)
    {
        let mut dot = 0.0;
        for i in 0..d {
            dgain[i] += dout[i] * x[i] * inv;
            dot += dout[i] * gain[i] * x[i];
        }
        let share = dot * inv * inv * inv / d as f32;
        for i in 0..d {
            dx[i] += dout[i] * gain[i] * inv - x[i] * share;
        }
    }
}

/// Sines and cosines of rotary positions, interleaved pairs: `[position][pair] -> (cos, sin)`.
pub struct Rope {
    table: Vec<(f32, f32)>,
    pairs: usize,
}

impl Rope {
    /// For `context` positions and heads of `head` numbers.
    pub fn new(context: usize, head: usize, base: f32) -> Self {
        let pairs = head / 2;
        let table = (0..context)
            .flat_map(|p| {
                (0..pairs).map(move |i| {
                    let angle = p as f32 / base.powf(2.0 * i as f32 / head as f32);
                    (angle.cos(), angle.sin())
                })
            })
            .collect();
        Self { table, pairs }
    }

    /// Turns every head of one row to its position, or back.
    pub fn turn(&self, row: &mut [f32], position: usize, back: bool) {
        let angles = &self.table[position * self.pairs..][..self.pairs];
        for head in row.chunks_exact_mut(self.pairs * 2) {
            for (pair, &(cos, sin)) in head.chunks_exact_mut(2).zip(angles) {
                let sin = if back { -sin } else { sin };
                let (a, b) = (pair[0], pair[1]);
                pair[0] = a * cos - b * sin;
                pair[1] = a * sin + b * cos;
            }
        }
    }
}

/// A small generator of random numbers (SplitMix64), so that a seed gives the same run everywhere.
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    /// Two numbers make a seed: the run's, and whose turn it is.
    pub fn new(seed: u64, index: u64) -> Self {
        let mut r = Self(seed ^ index.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        r.next();
        Self(r.next() ^ index)
    }

    /// The next 64 bits.
    #[allow(clippy::should_implement_trait)]
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Below `n`; 0 where `n` is 0.
    pub fn below(&mut self, n: usize) -> usize {
        if n == 0 {
            0
        } else {
            (self.next() % n as u64) as usize
        }
    }

    /// From `low` to `high`, both included.
    pub fn between(&mut self, low: usize, high: usize) -> usize {
        low + self.below(high - low + 1)
    }

    /// From 0 to 1.
    pub fn unit(&mut self) -> f32 {
        (self.next() >> 40) as f32 / (1u64 << 24) as f32
    }

    /// True with this probability.
    pub fn chance(&mut self, p: f32) -> bool {
        self.unit() < p
    }

    /// One of these.
    pub fn pick<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> &'a T {
        of[self.below(of.len())]
    }

    /// Bell-shaped around 0 with deviation 1.
    pub fn normal(&mut self) -> f32 {
        let (a, b) = (self.unit().max(1e-7), self.unit());
        (-2.0 * a.ln()).sqrt() * (std::f32::consts::TAU * b).cos()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exp_is_close() {
        for i in -800..=800 {
            let x = i as f32 / 10.0;
            assert!(
                (exp(x) / x.exp() - 1.0).abs() < 2e-6,
                "{x}: {} {}",
                exp(x),
                x.exp()
            );
        }
    }

    #[test]
    fn turning_back_undoes_a_turn() {
        let rope = Rope::new(8, 4, 10_000.0);
        let mut row = [1.0, 2.0, 3.0, 4.0];
        rope.turn(&mut row, 5, false);
        assert!((row[0] - 1.0).abs() > 0.1);
        rope.turn(&mut row, 5, true);
        assert!(
            row.iter()
                .zip([1.0, 2.0, 3.0, 4.0])
                .all(|(a, b)| (a - b).abs() < 1e-5)
        );
    }
}
