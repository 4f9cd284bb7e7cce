//! Logits to a token.

use inkstone_generation::Sampling;

use crate::failure::{Result, internal, invalid};

mod apart;
mod penalties;

use apart::Spread;
pub(crate) use penalties::Before;

/// Chooses tokens. The same seed and logits give the same tokens.
pub(crate) struct Sampler {
    sampling: Sampling,
    random: Random,
    spread: Option<Spread>,
}

impl Sampler {
    pub(crate) fn new(sampling: Sampling) -> Result<Self> {
        let temperature = sampling.temperature;
        if !(temperature.is_finite() && temperature >= 0.0) {
            return Err(invalid(format!("temperature {temperature}")));
        }
        for (what, p) in [("typical_p", sampling.typical_p), ("top_p", sampling.top_p)] {
            if let Some(p) = p.filter(|p| !(*p > 0.0 && *p <= 1.0)) {
                return Err(invalid(format!("{what} {p}")));
            }
        }
        if let Some(p) = sampling.min_p.filter(|p| !(0.0..1.0).contains(p)) {
            return Err(invalid(format!("min_p {p}")));
        }
        penalties::check(&sampling)?;
        let random = Random::new(sampling.seed);
        let spread = sampling.apart.map(Spread::new).transpose()?;
        Ok(Self {
            sampling,
            random,
            spread,
        })
    }

    /// The next token begins a sentence.
    pub(crate) fn sentence(&mut self) {
        if let Some(spread) = &mut self.spread {
            spread.sentence();
        }
    }

    /// The next token.
    #[cfg(test)]
    fn choose(&mut self, logits: &mut [f32], before: Before<'_>) -> Result<u32> {
        self.weigh(logits, before)?;
        self.pick(logits)
    }

    /// Weighs logits by what was written; once before [`Self::pick`].
    pub(crate) fn weigh(&self, logits: &mut [f32], before: Before<'_>) -> Result<()> {
        if logits.iter().any(|l| l.is_nan()) {
            return Err(internal("the network gives no numbers"));
        }
        penalties::apply(&self.sampling, logits, before);
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
        if let Some(p) = self.sampling.typical_p.filter(|p| *p < 1.0) {
            typical(&mut all, p);
            all.sort_unstable_by(order);
        }
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
        let sum = weights.iter().sum::<f64>();
        let point = self.spread.as_ref().and_then(Spread::point);
        let mut left = point.unwrap_or_else(|| self.random.share()) * sum;
        let chosen = weights.iter().position(|w| {
            left -= w;
            left < 0.0
        });
        let chosen = chosen.unwrap_or(all.len() - 1);
        if let Some(spread) = self.spread.as_mut().filter(|_| point.is_some()) {
            spread.narrow(
                (left / weights[chosen] + 1.0).clamp(0.0, 1.0),
                weights[chosen] / sum,
            );
        }
        Ok(all[chosen].0)
    }
}

/// Leaves the tokens whose information is nearest to what is to be expected of one; `all` are sorted,
/// the likeliest first.
fn typical(all: &mut Vec<(u32, f32)>, p: f32) {
    let Some((_, most)) = all.first().copied().filter(|(_, most)| most.is_finite()) else {
        return;
    };
    let share = |l: f32| f64::from(l - most).exp();
    let sum: f64 = all.iter().map(|(_, l)| share(*l)).sum();
    // What a token says: -ln of its probability. What is impossible says nothing.
    let says = |l: f32| sum.ln() - f64::from(l - most);
    let expected: f64 = all
        .iter()
        .filter(|(_, l)| l.is_finite())
        .map(|(_, l)| share(*l) / sum * says(*l))
        .sum();
    let off = |l: f32| (says(l) - expected).abs();
    // Stable: of those that are equally far off the likelier one comes first.
    all.sort_by(|a, b| off(a.1).total_cmp(&off(b.1)));
    let mut so_far = 0.0;
    let keep = all.iter().position(|(_, l)| {
        so_far += share(*l) / sum;
        so_far > f64::from(p)
    });
    all.truncate(keep.map_or(all.len(), |i| i + 1));
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
            seed: 7,
            ..Sampling::default()
        }
    }

    fn after(tokens: &[u32]) -> Before<'_> {
        Before {
            tokens,
            prompt: 0,
            spell: &|_| b"x",
        }
    }

    fn counts(sampling: Sampling, logits: &[f32]) -> Vec<usize> {
        let mut sampler = Sampler::new(sampling).unwrap();
        let mut counts = vec![0; logits.len()];
        for _ in 0..4000 {
            counts[sampler.choose(&mut logits.to_vec(), after(&[])).unwrap() as usize] += 1;
        }
        counts
    }

    #[test]
    fn greedy_takes_the_first_of_the_likeliest() {
        let mut sampler = Sampler::new(sampling(0.0)).unwrap();
        assert_eq!(sampler.choose(&mut [0.0, 2.0, 2.0], after(&[])).unwrap(), 1);
        assert!(sampler.choose(&mut [0.0, f32::NAN], after(&[])).is_err());
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
    fn the_typical_says_about_what_is_to_be_expected() {
        // -ln p: 0.51, 1.39, 2.30, 3.00; the entropy of 0.6, 0.25, 0.1, 0.05 is 1.03. How far off: 0.52,
        // 0.35, 1.27, 1.96.
        let logits: Vec<f32> = [0.6f32, 0.25, 0.1, 0.05].iter().map(|p| p.ln()).collect();
        let kept = |p: f32| -> Vec<bool> {
            let s = Sampling {
                typical_p: Some(p),
                ..sampling(1.0)
            };
            counts(s, &logits).iter().map(|n| *n > 0).collect()
        };
        assert_eq!(kept(0.2), [false, true, false, false]);
        assert_eq!(kept(0.5), [true, true, false, false]);
        assert_eq!(kept(0.9), [true, true, true, false]);
        assert_eq!(kept(1.0), [true, true, true, true]);
        // Then the others look at what is left.
        let both = Sampling {
            typical_p: Some(0.2),
            top_p: Some(0.9),
            min_p: Some(0.5),
            ..sampling(1.0)
        };
        assert_eq!(counts(both, &logits), [0, 4000, 0, 0]);
        // What is impossible stays so.
        let masked = [f32::NEG_INFINITY, 0.0, f32::NEG_INFINITY];
        let s = Sampling {
            typical_p: Some(0.5),
            ..sampling(1.0)
        };
        assert_eq!(counts(s, &masked), [0, 4000, 0]);
    }

    #[test]
    fn repetition_is_made_less_likely_within_sight_only() {
        let penalized = Sampling {
            repeat_penalty: 2.0,
            ..sampling(0.0)
        };
        let mut sampler = Sampler::new(penalized).unwrap();
        let logits = [3.0, 2.0, -1.0];
        assert_eq!(
            sampler
                .choose(&mut logits.to_vec(), after(&[0, 0]))
                .unwrap(),
            1
        );
        let mut old = vec![0];
        old.extend([2; penalties::LOOK_BACK]);
        assert_eq!(
            sampler.choose(&mut logits.to_vec(), after(&old)).unwrap(),
            0
        );
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
                .map(|_| sampler.choose(&mut logits.to_vec(), after(&[])).unwrap())
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
                ..base.clone()
            },
            Sampling {
                typical_p: Some(0.0),
                ..base.clone()
            },
            Sampling {
                presence_penalty: f32::INFINITY,
                ..base.clone()
            },
            Sampling {
                logit_bias: [(1, f32::NAN)].into(),
                ..base.clone()
            },
            Sampling {
                dry: Some(inkstone_generation::Dry {
                    base: 0.5,
                    ..Default::default()
                }),
                ..base.clone()
            },
            Sampling {
                dry: Some(inkstone_generation::Dry {
                    breakers: vec!["x".repeat(100)],
                    ..Default::default()
                }),
                ..base
            },
        ] {
            assert!(Sampler::new(wrong).is_err());
        }
    }
}
