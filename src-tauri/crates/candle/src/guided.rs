//! Holds the tokens that stand for references to what the prompt holds.

use inkstone_generation::guide::Guide;

use crate::tokenizer::Tokenizer;

/// Forbids tokens before each choice; nothing for a prompt without references.
pub(crate) struct Guided {
    guide: Guide,
    /// As it was before the answer.
    fresh: Guide,
    /// Tokens that are a reference each, and its key.
    marks: Vec<(u32, String)>,
    ends: Vec<u32>,
}

impl Guided {
    /// For a prompt in tokens.
    pub(crate) fn new(tokenizer: &Tokenizer, prompt: &[u32]) -> Self {
        let key = |token: u32| {
            let text = std::str::from_utf8(tokenizer.spell(token)).ok()?;
            text.strip_prefix('⟦')?.strip_suffix('⟧')
        };
        let guide = Guide::new(prompt.iter().filter_map(|t| key(*t)));
        let (mut marks, mut ends) = (Vec::new(), Vec::new());
        if !guide.is_empty() {
            let all = 0..tokenizer.len() as u32;
            ends.extend(all.clone().filter(|t| tokenizer.is_end(*t)));
            marks.extend(all.filter_map(|t| Some((t, key(t)?.to_owned()))));
        }
        let fresh = guide.clone();
        Self {
            guide,
            fresh,
            marks,
            ends,
        }
    }

    /// Makes what may not come next impossible; what is meant instead becomes as likely as it was.
    pub(crate) fn mask(&self, logits: &mut [f32]) {
        for token in self.ends.iter().filter(|_| !self.guide.may_end()) {
            if let Some(logit) = logits.get_mut(*token as usize) {
                *logit = f32::NEG_INFINITY;
            }
        }
        for (token, key) in &self.marks {
            if self.guide.allows(key) {
                continue;
            }
            let Some(logit) = logits.get_mut(*token as usize) else {
                continue;
            };
            let was = std::mem::replace(logit, f32::NEG_INFINITY);
            let meant = if self.guide.means_end(key) {
                self.ends.first().copied()
            } else {
                self.guide.instead(key).and_then(|key| self.token(&key))
            };
            if let Some(logit) = meant.and_then(|t| logits.get_mut(t as usize)) {
                *logit = logit.max(was);
            }
        }
    }

    /// Begins anew and takes note of these.
    pub(crate) fn rewind(&mut self, tokens: &[u32]) {
        self.guide = self.fresh.clone();
        tokens.iter().for_each(|token| self.wrote(*token));
    }

    fn token(&self, key: &str) -> Option<u32> {
        let found = self.marks.iter().find(|(_, k)| k == key);
        found.map(|(token, _)| *token)
    }

    /// Takes note of a chosen token.
    pub(crate) fn wrote(&mut self, token: u32) {
        if let Some((_, key)) = self.marks.iter().find(|(t, _)| *t == token) {
            self.guide.wrote(key);
        }
    }
}
