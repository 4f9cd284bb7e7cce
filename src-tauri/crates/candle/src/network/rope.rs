//! Rotary positions: angles for any position, so that no table caps the context.

use std::f64::consts::PI;

use crate::{
    failure::{Result, broken, unsupported},
    network::config::scaling,
    preflight::{Header, Value},
};

/// Which two numbers of a head turn together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pairs {
    /// `2j` and `2j + 1`: how files of the `llama` kind lay out queries and keys.
    Neighbours,
    /// `j` and `j + half`.
    Halves,
}

/// The turning of queries and keys.
#[derive(Debug, Clone)]
pub(crate) struct Rope {
    pairs: Pairs,
    /// Angle per position of each pair.
    frequencies: Vec<f64>,
    /// What sine and cosine are multiplied by.
    magnitude: f64,
}

impl Rope {
    pub(crate) fn new(pairs: Pairs, dims: usize, base: f64) -> Self {
        let frequencies = (0..dims / 2)
            .map(|j| base.powf(-2.0 * j as f64 / dims as f64))
            .collect();
        Self {
            pairs,
            frequencies,
            magnitude: 1.0,
        }
    }

    /// Stretched as the metadata asks: linearly or by YaRN.
    pub(crate) fn scaled(mut self, header: &Header, name: &str) -> Result<Self> {
        let number = |key: &str| match scaling(header, name, key) {
            Some(Value::Real(n)) => Some(*n).filter(|n| n.is_finite()),
            Some(Value::Whole(n)) => Some(*n as f64),
            _ => None,
        };
        let kind = match scaling(header, name, "type") {
            Some(Value::Text(kind)) => kind.as_str(),
            _ => "none",
        };
        let factor = number("factor").unwrap_or(1.0);
        if factor <= 0.0 {
            return Err(broken("the scaling of the rotary positions is impossible"));
        }
        match kind {
            // `longrope` comes with a factor for each pair, in tensors of its own.
            "none" | "longrope" => (),
            "linear" => self.frequencies.iter_mut().for_each(|f| *f /= factor),
            "llama3" => {
                let need = |key: &str| {
                    number(key)
                        .filter(|n| *n > 0.0)
                        .ok_or_else(|| broken(format!("rotary scaling llama3 without {key}")))
                };
                let (low, high) = (need("low_freq_factor")?, need("high_freq_factor")?);
                self.llama3(factor, need("original_context_length")?, low, high);
            }
            "yarn" => {
                let original = number("original_context_length")
                    .filter(|n| *n >= 1.0)
                    .ok_or_else(|| broken("YaRN without its original context length"))?;
                let fast = number("yarn_beta_fast").unwrap_or(32.0);
                let slow = number("yarn_beta_slow").unwrap_or(1.0);
                self.yarn(factor, original, fast, slow);
            }
            other => return Err(unsupported(format!("rotary scaling {other}"))),
        }
        if let Some(by) = number("attn_factor").filter(|n| *n > 0.0) {
            self.magnitude *= by;
        }
        Ok(self)
    }

    /// Peng et al. 2023: fast pairs stay, slow ones are stretched, with a ramp between.
    fn yarn(&mut self, factor: f64, original: f64, fast: f64, slow: f64) {
        let half = self.frequencies.len();
        let dims = 2.0 * half as f64;
        let Some(second) = self.frequencies.get(1) else {
            return;
        };
        let log_base = -second.ln() * dims / 2.0;
        let pair = |turns: f64| dims * (original / (turns * 2.0 * PI)).ln() / (2.0 * log_base);
        let low = pair(fast).floor().max(0.0);
        let high = pair(slow).ceil().min(dims - 1.0);
        for (j, f) in self.frequencies.iter_mut().enumerate() {
            let keep = 1.0 - ((j as f64 - low) / (high - low).max(1e-3)).clamp(0.0, 1.0);
            *f = *f / factor * (1.0 - keep) + *f * keep;
        }
        self.magnitude *= 1.0 + 0.1 * factor.ln();
    }

    /// As Llama 3.1 stretches: pairs that turn seldom within the original length are slowed, those that
    /// turn often stay, with a ramp between. GGUF files bring the outcome, as `rope_freqs`.
    fn llama3(&mut self, factor: f64, original: f64, low: f64, high: f64) {
        for f in &mut self.frequencies {
            let turns = original * *f / (2.0 * PI);
            let keep = ((turns - low) / (high - low).max(1e-9)).clamp(0.0, 1.0);
            *f = *f / factor * (1.0 - keep) + *f * keep;
        }
    }

    /// With a divisor for each pair, as Llama 3 and Phi 3 files bring.
    pub(crate) fn divided(mut self, by: &[f32]) -> Result<Self> {
        if by.len() != self.frequencies.len() || by.iter().any(|d| !(*d > 0.0 && d.is_finite())) {
            return Err(broken("the factors of the rotary positions do not fit"));
        }
        for (f, d) in self.frequencies.iter_mut().zip(by) {
            *f /= f64::from(*d);
        }
        Ok(self)
    }

    pub(crate) fn magnified(mut self, by: f64) -> Self {
        self.magnitude *= by;
        self
    }

    /// Cosine and sine of each pair at `count` positions from `from` on.
    pub(crate) fn angles(&self, from: usize, count: usize) -> Angles {
        let mut turns = Vec::with_capacity(count * self.frequencies.len());
        for position in from..from + count {
            for f in &self.frequencies {
                let (sin, cos) = (position as f64 * f).sin_cos();
                turns.push(((cos * self.magnitude) as f32, (sin * self.magnitude) as f32));
            }
        }
        Angles {
            pairs: self.pairs,
            half: self.frequencies.len(),
            turns,
        }
    }
}

/// The turns of a run of positions.
pub(crate) struct Angles {
    pairs: Pairs,
    half: usize,
    turns: Vec<(f32, f32)>,
}

impl Angles {
    /// Turns one head at the run's `row`-th position.
    pub(crate) fn turn(&self, head: &mut [f32], row: usize) {
        let turns = &self.turns[row * self.half..][..self.half];
        match self.pairs {
            Pairs::Neighbours => {
                for (pair, (cos, sin)) in head.chunks_exact_mut(2).zip(turns) {
                    let (a, b) = (pair[0], pair[1]);
                    pair[0] = a * cos - b * sin;
                    pair[1] = a * sin + b * cos;
                }
            }
            Pairs::Halves => {
                let (left, right) = head.split_at_mut(self.half);
                for ((a, b), (cos, sin)) in left.iter_mut().zip(right).zip(turns) {
                    (*a, *b) = (*a * cos - *b * sin, *a * sin + *b * cos);
                }
            }
        }
    }
}
