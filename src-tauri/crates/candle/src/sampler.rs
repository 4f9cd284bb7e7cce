//! Logits to a token.

use inkstone_generation::Sampling;

use crate::failure::{Result, internal, invalid};

/// How far back repetition is looked for.
const LOOK_BACK: usize = 64;

/// Chooses tokens. The same seed and logits give the same tokens.
pub(crate) struct Sampler {
    sampling: Sampling,
    random: Random,
}

impl Sampler {
    pub(crate) fn new(sampling: Sampling) -> Result<Self> {
        let Sampling {
            temperature,
            top_p,
            min_p,
            repeat_penalty,
            ..
        } = sampling;
        if !(temperature.is_finite() && temperature >= 0.0) {
            return Err(invalid(format!("temperature {temperature}")));
        }
        if let Some(p) = top_p.filter(|p| !(*p > 0.0 && *p <= 1.0)) {
            return Err(invalid(format!("top_p {p}")));
        }
        if let Some(p) = min_p.filter(|p| !(0.0..1.0).contains(p)) {
            return Err(invalid(format!("min_p {p}")));
        }
        if !(repeat_penalty.is_finite() && repeat_penalty > 0.0) {
            return Err(invalid(format!("repeat_penalty {repeat_penalty}")));
        }
        let random = Random::new(sampling.seed);
        Ok(Self { sampling, random })
    }

    /// The next token after `so_far`.
    #[cfg(test)]
    fn choose(&mut self, logits: &mut [f32], so_far: &[u32]) -> Result<u32> {
        self.weigh(logits, so_far)?;
        self.pick(logits)
    }

    /// Weighs logits by what was written; once before [`Self::pick`].
    pub(crate) fn weigh(&self, logits: &mut [f32], so_far: &[u32]) -> Result<()> {
        if logits.iter().any(|l| l.is_nan()) {
            return Err(internal("the network gives no numbers"));
        }
        self.penalize(logits, so_far);
        Ok(())
    }

    /// Chooses a token.
    pub(crate) fn pick(&mut self, logits: &[f32]) -> Result<u32> {
        if self.sampling.temperature == 0.0 {
            return greedy(logits).ok_or_else(|| internal("no logits"));
        }
        // Likeliest first; of equals the lower number, so that the order never depends on the sort.
        let mut all: Vec<(u32, f32)> = (0..).zip(logits.iter().copied()).collect();
        let order = |a: &(u32, f32), b: &(u32, f32)| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0));
        if let Some(k) = self.sampling.top_k.filter(|k| *k > 0).map(|k| k as usize)
            && k < all.len()
        {
            all.select_nth_unstable_by(k, order);
            all.truncate(k);
        }
        all.sort_unstable_by(order);
        let most = all.first().ok_or_else(|| internal("no logits"))?.1;
        if let Some(p) = self.sampling.top_p.filter(|p| *p < 1.0) {
            let sum: f32 = all.iter().map(|(_, l)| (l - most).exp()).sum();
            let mut so_far = 0.0;
            let keep = all.iter().position(|(_, l)| {
                so_far += (l - most).exp() / sum;
                so_far >= p
            });
            all.truncate(keep.map_or(all.len(), |i| i + 1));
        }
        if let Some(p) = self.sampling.min_p.filter(|p| *p > 0.0) {
            let least = most + p.ln();
            all.truncate(all.partition_point(|(_, l)| *l >= least).max(1));
        }
        let weights: Vec<f64> = all
            .iter()
            .map(|(_, l)| f64::from((l - most) / self.sampling.temperature).exp())
            .collect();
        let mut left = self.random.share() * weights.iter().sum::<f64>();
        let chosen = weights.iter().position(|w| {
            left -= w;
            left < 0.0
        });
        Ok(all[chosen.unwrap_or(all.len() - 1)].0)
    }

    fn penalize(&self, logits: &mut [f32], so_far: &[u32]) {
        let by = self.sampling.repeat_penalty;
        if by == 1.0 {
            return;
        }
        let mut recent = so_far[so_far.len().saturating_sub(LOOK_BACK)..].to_vec();
        recent.sort_unstable();
        recent.dedup();
        for token in recent {
            if let Some(l) = logits.get_mut(token as usize) {
                *l = if *l > 0.0 { *l / by } else { *l * by };
            }
        }
    }
}

/// The likeliest token; of equals the first.
fn greedy(logits: &[f32]) -> Option<u32> {
    let mut best: Option<(u32, f32)> = None;
    for (i, l) in (0..).zip(logits.iter().copied()) {
        if best.is_none_or(|(_, most)| l > most) {
            best = Some((i, l));
        }
    }
    best.map(|(i, _)| i)
}

/// xoshiro256**, seeded by splitmix64: small, known, and the same on every machine.
struct Random([u64; 4]);

impl Random {
    fn new(mut seed: u64) -> Self {
        Self(std::array::from_fn(|_| {
            seed = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mut z = seed;
            z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            z ^ (z >> 31)
        }))
    }

    fn next(&mut self) -> u64 {
        let s = &mut self.0;
        let out = s[1].wrapping_mul(5).rotate_left(7).wrapping_mul(9);
        let t = s[1] << 17;
        s[2] ^= s[0];
        s[3] ^= s[1];
        s[1] ^= s[2];
        s[0] ^= s[3];
        s[2] ^= t;
        s[3] = s[3].rotate_left(45);
        out
    }

    /// At least 0, below 1.
    fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sampling(temperature: f32) -> Sampling {
        Sampling {
            temperature,
            top_k: None,
            top_p: None,
            min_p: None,
            repeat_penalty: 1.0,
            seed: 7,
        }
    }

    fn counts(sampling: Sampling, logits: &[f32]) -> Vec<usize> {
        let mut sampler = Sampler::new(sampling).unwrap();
        let mut counts = vec![0; logits.len()];
        for _ in 0..4000 {
            counts[sampler.choose(&mut logits.to_vec(), &[]).unwrap() as usize] += 1;
        }
        counts
    }

    #[test]
    fn greedy_takes_the_first_of_the_likeliest() {
        let mut sampler = Sampler::new(sampling(0.0)).unwrap();
        assert_eq!(sampler.choose(&mut [0.0, 2.0, 2.0], &[]).unwrap(), 1);
        assert!(sampler.choose(&mut [0.0, f32::NAN], &[]).is_err());
    }

    #[test]
    fn tokens_come_as_often_as_they_are_likely() {
        let logits: Vec<f32> = [0.5f32, 0.3, 0.2].iter().map(|p| p.ln()).collect();
        let seen = counts(sampling(1.0), &logits);
        for (n, p) in seen.iter().zip([0.5, 0.3, 0.2]) {
            assert!((*n as f64 / 4000.0 - p).abs() < 0.03, "{seen:?}");
        }
        let cold = counts(sampling(0.5), &logits);
        // Squared and normalized: 25, 9 and 4 of 38.
        assert!(
            (cold[0] as f64 / 4000.0 - 25.0 / 38.0).abs() < 0.03,
            "{cold:?}"
        );
    }

    #[test]
    fn each_filter_keeps_what_it_says() {
        let logits: Vec<f32> = [0.2f32, 0.5, 0.3].iter().map(|p| p.ln()).collect();
        let kept =
            |s: Sampling| -> Vec<bool> { counts(s, &logits).iter().map(|n| *n > 0).collect() };
        let base = sampling(1.0);
        assert_eq!(
            kept(Sampling {
                top_k: Some(2),
                ..base.clone()
            }),
            [false, true, true]
        );
        assert_eq!(
            kept(Sampling {
                top_p: Some(0.5),
                ..base.clone()
            }),
            [false, true, false]
        );
        assert_eq!(
            kept(Sampling {
                top_p: Some(0.6),
                ..base.clone()
            }),
            [false, true, true]
        );
        assert_eq!(
            kept(Sampling {
                min_p: Some(0.5),
                ..base.clone()
            }),
            [false, true, true]
        );
        assert_eq!(
            kept(Sampling {
                min_p: Some(0.7),
                ..base.clone()
            }),
            [false, true, false]
        );
        assert_eq!(
            kept(Sampling {
                top_k: Some(0),
                ..base
            }),
            [true, true, true]
        );
    }

    #[test]
    fn repetition_is_made_less_likely_within_sight_only() {
        let penalized = Sampling {
            repeat_penalty: 2.0,
            ..sampling(0.0)
        };
        let mut sampler = Sampler::new(penalized).unwrap();
        let logits = [3.0, 2.0, -1.0];
        assert_eq!(sampler.choose(&mut logits.to_vec(), &[0, 0]).unwrap(), 1);
        let mut old = vec![0];
        old.extend([2; LOOK_BACK]);
        assert_eq!(sampler.choose(&mut logits.to_vec(), &old).unwrap(), 0);
    }

    #[test]
    fn seeds_repeat_and_differ() {
        let logits = [0.0; 50];
        let run = |seed| {
            let mut sampler = Sampler::new(Sampling {
                seed,
                ..sampling(1.0)
            })
            .unwrap();
            let tokens: Vec<u32> = (0..20)
                .map(|_| sampler.choose(&mut logits.to_vec(), &[]).unwrap())
                .collect();
            tokens
        };
        assert_eq!(run(1), run(1));
        assert_ne!(run(1), run(2));
    }

    #[test]
    fn impossible_settings_are_refused() {
        let base = sampling(1.0);
        for wrong in [
            Sampling {
                temperature: -1.0,
                ..base.clone()
            },
            Sampling {
                temperature: f32::NAN,
                ..base.clone()
            },
            Sampling {
                top_p: Some(0.0),
                ..base.clone()
            },
            Sampling {
                top_p: Some(1.5),
                ..base.clone()
            },
            Sampling {
                min_p: Some(1.0),
                ..base.clone()
            },
            Sampling {
                repeat_penalty: 0.0,
                ..base
            },
        ] {
            assert!(Sampler::new(wrong).is_err());
        }
    }
}
