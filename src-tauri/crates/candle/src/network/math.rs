//! Plain loops over rows of numbers, written so that the compiler makes vectors of them.

const LANES: usize = 16;

/// Always sums in the same order, whatever is computed beside it.
#[inline(always)]
pub(crate) fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0.0f32; LANES];
    let (left, right) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    let rest: f32 = left
        .remainder()
        .iter()
        .zip(right.remainder())
        .map(|(x, y)| x * y)
        .sum();
    for (x, y) in left.zip(right) {
        for i in 0..LANES {
            sums[i] += x[i] * y[i];
        }
    }
    sums.iter().sum::<f32>() + rest
}

/// Root mean square norm of each row, times its gain.
pub(crate) fn rms_norm_in_place(x: &mut [f32], gain: &[f32], eps: f32) {
    for row in x.chunks_exact_mut(gain.len()) {
        let by = 1.0 / (dot(row, row) / row.len() as f32 + eps).sqrt();
        for (v, g) in row.iter_mut().zip(gain) {
            *v *= by * g;
        }
    }
}

/// Each row less its mean, over its spread, times its gain, and a bias beside: Ba et al. 2016.
pub(crate) fn layer_norm_in_place(x: &mut [f32], gain: &[f32], bias: Option<&[f32]>, eps: f32) {
    for row in x.chunks_exact_mut(gain.len()) {
        let mean = sum(row) / row.len() as f32;
        row.iter_mut().for_each(|v| *v -= mean);
        let by = 1.0 / (dot(row, row) / row.len() as f32 + eps).sqrt();
        for (v, g) in row.iter_mut().zip(gain) {
            *v *= by * g;
        }
        if let Some(bias) = bias {
            add(row, bias);
        }
    }
}

pub(crate) fn add(x: &mut [f32], y: &[f32]) {
    for (a, b) in x.iter_mut().zip(y) {
        *a += b;
    }
}

pub(crate) fn silu(x: f32) -> f32 {
    x / (1.0 + exp(-x))
}

pub(crate) fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + exp(-x))
}

pub(crate) fn gelu(x: f32) -> f32 {
    const ROOT_2_OVER_PI: f32 = 0.797_884_6;
    // tanh(y) = 1 - 2 / (exp(2y) + 1)
    let y = ROOT_2_OVER_PI * x * (1.0 + 0.044_715 * x * x);
    x * (1.0 - 1.0 / (exp(2.0 * y) + 1.0))
}

/// e to the power of `x`, off by two units of the last place at most, and the same on every
/// processor. Cephes' polynomial (`expf`), in steps that become vectors.
#[inline(always)]
pub(crate) fn exp(x: f32) -> f32 {
    // Adding and taking away 1.5 * 2^23 rounds to the nearest whole number.
    const ROUNDER: f32 = 12_582_912.0;
    // 0.0 for what is no number would hide it.
    let y = if x < -87.0 { -87.0 } else { x };
    let y = if y > 88.0 { 88.0 } else { y };
    let n = (y * std::f32::consts::LOG2_E + ROUNDER) - ROUNDER;
    let r = y - n * 0.693_359_4 - n * -2.121_944_4e-4;
    let mut p = 1.987_569_1e-4;
    for c in [
        1.398_199_9e-3,
        8.333_452e-3,
        4.166_579_6e-2,
        1.666_666_5e-1,
        0.5,
    ] {
        p = p * r + c;
    }
    let e = p * r * r + r + 1.0;
    let power = f32::from_bits(
        (n + ROUNDER)
            .to_bits()
            .wrapping_sub(ROUNDER.to_bits())
            .wrapping_add(127)
            << 23,
    );
    let value = e * power;
    if x < -87.0 { 0.0 } else { value }
}

/// `cap * tanh(x / cap)`: never beyond the cap.
pub(crate) fn soft_cap(x: &mut [f32], cap: f32) {
    for v in x {
        *v = cap * (*v / cap).tanh();
    }
}

/// Shares of one, in place.
#[inline(always)]
pub(crate) fn softmax(x: &mut [f32]) {
    let most = most(x);
    for v in x.iter_mut() {
        *v = exp(*v - most);
    }
    let by = 1.0 / sum(x);
    for v in x {
        *v *= by;
    }
}

/// The largest; lanes side by side, then together.
#[inline(always)]
fn most(x: &[f32]) -> f32 {
    let mut all = [f32::NEG_INFINITY; LANES];
    let parts = x.chunks_exact(LANES);
    let rest = parts
        .remainder()
        .iter()
        .copied()
        .fold(f32::NEG_INFINITY, f32::max);
    for part in parts {
        for i in 0..LANES {
            all[i] = if part[i] > all[i] { part[i] } else { all[i] };
        }
    }
    all.into_iter().fold(rest, f32::max)
}

#[inline(always)]
fn sum(x: &[f32]) -> f32 {
    let mut all = [0.0; LANES];
    let parts = x.chunks_exact(LANES);
    let rest: f32 = parts.remainder().iter().sum();
    for part in parts {
        for i in 0..LANES {
            all[i] += part[i];
        }
    }
    all.iter().sum::<f32>() + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_of_e_are_close() {
        let mut x = -86.9f32;
        while x < 88.0 {
            let exact = f64::from(x).exp();
            let off = (f64::from(exp(x)) - exact).abs() / exact;
            assert!(off < 3e-7, "{x}: {off}");
            x += 0.0137;
        }
        assert_eq!(exp(0.0), 1.0);
        assert_eq!(exp(f32::NEG_INFINITY), 0.0);
        assert!(exp(f32::NAN).is_nan());
        assert!(exp(1000.0).is_finite());
    }

    #[test]
    fn gates_are_what_they_are_called() {
        for x in [-30.0f32, -3.0, -0.5, 0.0, 0.7, 4.0, 30.0] {
            let exact = x / (1.0 + (-x).exp());
            assert!((silu(x) - exact).abs() <= exact.abs() * 1e-6 + 1e-12, "{x}");
            let inner = 0.797_884_6 * (x + 0.044_715 * x * x * x);
            let exact = 0.5 * x * (1.0 + inner.tanh());
            assert!((gelu(x) - exact).abs() < 1e-5, "{x}: {} {exact}", gelu(x));
        }
    }

    #[test]
    fn a_centred_norm_is_what_it_says() {
        let mut x: Vec<f32> = (0..40)
            .map(|i| (i as f32 * 0.7).sin() * 3.0 + 2.0)
            .collect();
        let before = x.clone();
        let (gain, bias) = ([1.5f32; 20], [0.25f32; 20]);
        layer_norm_in_place(&mut x, &gain, Some(&bias), 1e-5);
        for (row, was) in x.chunks(20).zip(before.chunks(20)) {
            let mean = was.iter().map(|v| f64::from(*v)).sum::<f64>() / 20.0;
            let square = |v: &f32| (f64::from(*v) - mean).powi(2);
            let spread = (was.iter().map(square).sum::<f64>() / 20.0 + 1e-5).sqrt();
            for (v, was) in row.iter().zip(was) {
                let want = (f64::from(*was) - mean) / spread * 1.5 + 0.25;
                assert!((f64::from(*v) - want).abs() < 1e-5);
            }
        }
    }

    #[test]
    fn shares_sum_to_one() {
        let mut x: Vec<f32> = (0..45).map(|i| (i as f32 * 0.37).sin() * 9.0).collect();
        softmax(&mut x);
        assert!((x.iter().sum::<f32>() - 1.0).abs() < 1e-6);
        let mut one = [3.0];
        softmax(&mut one);
        assert_eq!(one, [1.0]);
    }
}
