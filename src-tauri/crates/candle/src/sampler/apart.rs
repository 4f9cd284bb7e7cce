//! Several texts for one wish, spread over what the model holds for possible.

use inkstone_generation::Apart;

use super::Random;
use crate::failure::{Result, invalid};

/// A share of what is possible that is no longer divided: a point in it has few bits left.
const NARROWEST: f64 = 1e-9;
/// The most texts that are spread.
const MOST: u32 = 1 << 12;

/// Where a text stands among its siblings: a point between 0 and 1 for each sentence, as far from each
/// other as they can be. The first text's does not depend on how many there are. A token is chosen by
/// the point, which then is looked at within that token's share: the sentence is decoded from the point
/// as in arithmetic coding.
pub(super) struct Spread {
    apart: Apart,
    sentence: u64,
    point: f64,
    /// The share of all sentences that have begun like this one.
    share: f64,
}

impl Spread {
    pub(super) fn new(apart: Apart) -> Result<Self> {
        if apart.nth >= apart.of || apart.of > MOST {
            return Err(invalid(format!("text {} of {}", apart.nth, apart.of)));
        }
        let mut spread = Self {
            apart,
            sentence: 0,
            point: 0.0,
            share: 1.0,
        };
        spread.place();
        Ok(spread)
    }

    /// Begins another sentence, with another order of the texts.
    pub(super) fn sentence(&mut self) {
        self.sentence += 1;
        self.place();
    }

    /// The point, while it can still tell tokens apart.
    pub(super) fn point(&self) -> Option<f64> {
        (self.share > NARROWEST).then_some(self.point)
    }

    /// Goes on inside of a token that was chosen: where the point is in it, and its share.
    pub(super) fn narrow(&mut self, point: f64, share: f64) {
        self.point = point;
        self.share *= share;
    }

    /// All texts of a wish draw the same point for the first of them and the same order for the others:
    /// a lattice that is turned (Cranley and Patterson 1976).
    fn place(&mut self) {
        let mut random =
            Random::new(self.apart.seed ^ self.sentence.wrapping_mul(0xA076_1D64_78BD_642F));
        let first = random.share();
        // Fisher and Yates.
        let mut steps: Vec<u32> = (1..self.apart.of).collect();
        for last in (1..steps.len()).rev() {
            steps.swap(last, (random.share() * (last + 1) as f64) as usize);
        }
        let nth = self.apart.nth as usize;
        let step = nth.checked_sub(1).map_or(0, |nth| steps[nth]);
        self.point = (first + f64::from(step) / f64::from(self.apart.of)).fract();
        self.share = 1.0;
    }
}

#[cfg(test)]
mod tests {
    use inkstone_generation::Sampling;

    use super::*;
    use crate::sampler::{Before, Sampler};

    const OF: u32 = 8;

    fn samplers(seed: u64) -> Vec<Sampler> {
        let sampler = |nth| {
            Sampler::new(Sampling {
                temperature: 1.0,
                top_k: None,
                top_p: None,
                seed: seed + u64::from(nth),
                apart: Some(Apart { nth, of: OF, seed }),
                ..Sampling::default()
            })
        };
        (0..OF).map(|nth| sampler(nth).unwrap()).collect()
    }

    fn choose(sampler: &mut Sampler, logits: &[f32]) -> u32 {
        let before = Before {
            tokens: &[],
            prompt: 0,
            spell: &|_| b"x",
        };
        sampler.choose(&mut logits.to_vec(), before).unwrap()
    }

    #[test]
    fn equally_likely_beginnings_come_once_each() {
        let logits = [0.0; OF as usize];
        let mut all = samplers(5);
        for _ in 0..4 {
            let mut first: Vec<u32> = all.iter_mut().map(|s| choose(s, &logits)).collect();
            first.sort_unstable();
            assert_eq!(first, (0..OF).collect::<Vec<_>>());
            all.iter_mut().for_each(Sampler::sentence);
        }
    }

    #[test]
    fn what_begins_alike_goes_on_apart() {
        // Half begin with 0: four of eight, and those take four equally likely ways.
        let first: Vec<f32> = [0.5f32, 0.3, 0.2].iter().map(|p| p.ln()).collect();
        for seed in 0..20 {
            let mut seconds = Vec::new();
            for sampler in &mut samplers(seed) {
                if choose(sampler, &first) == 0 {
                    seconds.push(choose(sampler, &[0.0; 4]));
                }
            }
            seconds.sort_unstable();
            assert_eq!(seconds, [0, 1, 2, 3], "{seed}");
        }
    }

    #[test]
    fn the_first_is_the_same_however_many_there_are() {
        let first = |of| {
            let mut spread = Spread::new(Apart {
                nth: 0,
                of,
                seed: 9,
            })
            .unwrap();
            spread.sentence();
            spread.point()
        };
        assert_eq!(first(1), first(8));
        assert_ne!(
            first(1),
            Spread::new(Apart {
                nth: 1,
                of: 8,
                seed: 9
            })
            .unwrap()
            .point()
        );
    }

    #[test]
    fn each_text_alone_is_drawn_as_likely_as_without() {
        let logits: Vec<f32> = [0.5f32, 0.3, 0.2].iter().map(|p| p.ln()).collect();
        let mut counts = [[0u32; 3]; 3];
        for seed in 0..4000 {
            let mut sampler = samplers(seed).remove(3);
            let first = choose(&mut sampler, &logits);
            counts[first as usize][choose(&mut sampler, &logits) as usize] += 1;
        }
        for (row, p) in counts.iter().zip([0.5, 0.3, 0.2]) {
            for (n, q) in row.iter().zip([0.5, 0.3, 0.2]) {
                assert!((f64::from(*n) / 4000.0 - p * q).abs() < 0.03, "{counts:?}");
            }
        }
    }

    #[test]
    fn a_long_sentence_goes_on_with_numbers_of_its_own() {
        let logits = [0.0; 50];
        let mut all = samplers(1);
        let texts: Vec<Vec<u32>> = all
            .iter_mut()
            .map(|s| (0..40).map(|_| choose(s, &logits)).collect())
            .collect();
        for (a, text) in texts.iter().enumerate() {
            assert!(texts[..a].iter().all(|b| b[10..] != text[10..]));
            assert!(text.iter().any(|token| *token != text[39]));
        }
    }

    #[test]
    fn a_text_that_is_none_of_them_is_refused() {
        for (nth, of) in [(2, 2), (0, 0), (0, MOST + 1)] {
            assert!(Spread::new(Apart { nth, of, seed: 0 }).is_err());
        }
    }
}
