//! Plain loops over rows of numbers, written so that the compiler makes vectors of them.

const LANES: usize = 16;

/// Always sums in the same order, whatever is computed beside it.
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
pub(crate) fn rms_norm(x: &[f32], gain: &[f32], eps: f32) -> Vec<f32> {
    let mut out = x.to_vec();
    rms_norm_in_place(&mut out, gain, eps);
    out
}

pub(crate) fn rms_norm_in_place(x: &mut [f32], gain: &[f32], eps: f32) {
    for row in x.chunks_exact_mut(gain.len()) {
        let by = 1.0 / (dot(row, row) / row.len() as f32 + eps).sqrt();
        for (v, g) in row.iter_mut().zip(gain) {
            *v *= by * g;
        }
    }
}

pub(crate) fn add(x: &mut [f32], y: &[f32]) {
    for (a, b) in x.iter_mut().zip(y) {
        *a += b;
    }
}

pub(crate) fn silu(x: f32) -> f32 {
    x / (1.0 + (-x).exp())
}

pub(crate) fn gelu(x: f32) -> f32 {
    const ROOT_2_OVER_PI: f32 = 0.797_884_6;
    0.5 * x * (1.0 + (ROOT_2_OVER_PI * x * (1.0 + 0.044_715 * x * x)).tanh())
}

/// `cap * tanh(x / cap)`: never beyond the cap.
pub(crate) fn soft_cap(x: &mut [f32], cap: f32) {
    for v in x {
        *v = cap * (*v / cap).tanh();
    }
}

/// Shares of one, in place.
pub(crate) fn softmax(x: &mut [f32]) {
    let most = x.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut sum = 0.0;
    for v in x.iter_mut() {
        *v = (*v - most).exp();
        sum += *v;
    }
    let by = 1.0 / sum;
    for v in x {
        *v *= by;
    }
}
