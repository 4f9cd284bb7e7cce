//! How likely tokens were, for whoever asks.

use inkstone_generation::{Likely, Odds};

use crate::tokenizer::Tokenizer;

/// What the network said of one place, kept until a token is chosen there.
pub(crate) struct Said {
    /// Natural logarithm of the sum of all weights.
    sum: f64,
    logits: Vec<f32>,
}

impl Said {
    pub(crate) fn new(logits: &[f32]) -> Self {
        let most = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let sum: f64 = logits.iter().map(|l| f64::from(l - most).exp()).sum();
        Self {
            sum: f64::from(most) + sum.ln(),
            logits: logits.to_vec(),
        }
    }

    fn likely(&self, token: u32, tokenizer: &Tokenizer) -> Likely {
        let logit = self.logits.get(token as usize).copied();
        let logprob = f64::from(logit.unwrap_or(f32::NEG_INFINITY)) - self.sum;
        // JSON has no number for what is impossible.
        let logprob = (logprob as f32).max(f32::MIN);
        let spelled = tokenizer.spell(token);
        if spelled.is_empty() {
            return Likely::new(tokenizer.text_of(Some(token)).as_bytes(), logprob);
        }
        Likely::new(spelled, logprob)
    }

    /// Of the token that was chosen, and of so many likeliest.
    pub(crate) fn of(&self, token: u32, others: usize, tokenizer: &Tokenizer) -> Odds {
        let mut all: Vec<u32> = (0..self.logits.len() as u32).collect();
        let logit = |token: &u32| self.logits[*token as usize];
        let order = |a: &u32, b: &u32| logit(b).total_cmp(&logit(a)).then(a.cmp(b));
        if others < all.len() {
            all.select_nth_unstable_by(others, order);
            all.truncate(others);
        }
        all.sort_unstable_by(order);
        Odds {
            token: self.likely(token, tokenizer),
            others: all
                .into_iter()
                .map(|token| self.likely(token, tokenizer))
                .collect(),
        }
    }
}
