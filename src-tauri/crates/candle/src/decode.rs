//! An answer, token by token: from the logits after the prompt to the last event.

use std::collections::VecDeque;

use inkstone_generation::{FinishReason, Odds, TextEvent, Usage};

use crate::{
    constraint::{Kept, Next, Verdict, unmet},
    failure::{Result, internal},
    guided::Guided,
    lookup::Lookup,
    network::{Session, Want},
    odds::Said,
    sampler::{Before, Sampler},
    text::Text,
    tokenizer::Tokenizer,
};

/// Choices that are refused one by one before what is left is looked through as a whole.
const FEW: usize = 64;

/// What an answer is written with.
pub(crate) struct Decode<'a, 'n> {
    pub(crate) tokenizer: &'a Tokenizer,
    pub(crate) session: Session<'n>,
    pub(crate) sampler: Sampler,
    pub(crate) guided: Guided,
    /// `None` without a constraint; it begins where a thought that the prompt has opened ends.
    pub(crate) kept: Option<Kept<'a>>,
    pub(crate) text: Text,
    /// The prompt, and then the answer behind it.
    pub(crate) so_far: Vec<u32>,
    /// Tokens of the prompt.
    pub(crate) read: usize,
    /// The most tokens that may be written.
    pub(crate) most: usize,
    /// Where the constraint begins in `so_far`.
    pub(crate) from: usize,
    /// Tokens of `so_far` that have gone into the text.
    pub(crate) released: usize,
    /// Tokens that no event has told of.
    pub(crate) unsent: u32,
    /// Whether an end token was chosen.
    pub(crate) ended: bool,
    /// Guesses at what comes next.
    pub(crate) lookup: Lookup,
    /// Tokens that were guessed and read behind those of `so_far`, with the logits behind each.
    pub(crate) ahead: VecDeque<(u32, Vec<f32>)>,
    /// How many other tokens are told of beside each, where likelihoods are asked for.
    pub(crate) others: Option<usize>,
    /// Those of the answer's tokens that are not told yet.
    pub(crate) odds: Vec<Odds>,
}

/// What can be done with what is written.
pub(crate) trait Listener {
    /// Says something; whether anybody still listens.
    fn send(&self, event: TextEvent) -> bool;
    /// Whether the work is to stop.
    fn stopped(&self) -> bool;
}

/// How the loop goes on.
enum Step {
    Token(u32),
    Finish(FinishReason),
    /// Logits of another place have to be computed.
    Again,
}

impl Decode<'_, '_> {
    /// Writes to the end. `logits` are those after the prompt.
    pub(crate) fn run(&mut self, mut logits: Vec<f32>, out: &dyn Listener) -> Result<()> {
        self.session.writes();
        loop {
            if out.stopped() {
                return self.cut_off(FinishReason::Cancelled, out);
            }
            if self.written() >= self.most {
                return self.cut_off(FinishReason::Length, out);
            }
            let said = self.others.map(|_| Said::new(&logits));
            let token = match self.step(&mut logits)? {
                Step::Token(token) => token,
                Step::Finish(reason) => {
                    self.finish(reason, out);
                    return Ok(());
                }
                Step::Again => {
                    let last = self.so_far.len() - 1;
                    self.ahead.clear();
                    self.session.rewind(last);
                    // A memory may go back further than it was asked to.
                    let tokens = &self.so_far[self.session.len()..];
                    match self
                        .session
                        .forward(tokens, Want::Last, &|| out.stopped())?
                    {
                        Some(next) => logits = next,
                        None => return self.cut_off(FinishReason::Cancelled, out),
                    }
                    continue;
                }
            };
            if let (Some(said), Some(others)) = (said, self.others) {
                self.odds.push(said.of(token, others, self.tokenizer));
            }
            if self.tokenizer.closes(token).is_some() {
                self.sampler.sentence();
            }
            self.guided.wrote(token);
            let known = self.meet(token);
            self.so_far.push(token);
            match self.release(out) {
                Released::Unheard => return Ok(()),
                Released::Stopped => {
                    self.text = Text::new(Vec::new(), false, false);
                    self.unsent = 0;
                    self.finish(FinishReason::Stop, out);
                    return Ok(());
                }
                Released::On => {}
            }
            if let Some(known) = known {
                logits = known;
            } else if self.written() < self.most {
                match self.read_on(out)? {
                    Some(next) => logits = next,
                    None => return self.cut_off(FinishReason::Cancelled, out),
                }
            }
        }
    }

    /// The logits behind a token that was just chosen, where it was guessed; else what was guessed is
    /// forgotten.
    fn meet(&mut self, token: u32) -> Option<Vec<f32>> {
        if self.ahead.front().is_some_and(|(guess, _)| *guess == token) {
            self.lookup.came_true();
            return self.ahead.pop_front().map(|(_, logits)| logits);
        }
        if !self.ahead.is_empty() {
            self.ahead.clear();
            self.session.rewind(self.so_far.len());
        }
        None
    }

    /// Reads the last token, and behind it what is guessed to follow; the logits behind the token.
    fn read_on(&mut self, out: &dyn Listener) -> Result<Option<Vec<f32>>> {
        let left = self.most - self.written();
        // Beside others the time is used as well as it can be.
        let guess = if self.session.is_alone() {
            self.lookup.guess(&self.so_far, left.saturating_sub(1))
        } else {
            Vec::new()
        };
        let stopped = || out.stopped();
        let mut tokens = self.so_far[self.session.len()..].to_vec();
        if guess.is_empty() {
            return self.session.forward(&tokens, Want::Last, &stopped);
        }
        let behind = tokens.len() - 1;
        tokens.extend_from_slice(&guess);
        let Some(all) = self.session.forward(&tokens, Want::All, &stopped)? else {
            return Ok(None);
        };
        let mut rows = all
            .chunks_exact(all.len() / tokens.len())
            .map(<[f32]>::to_vec)
            .skip(behind);
        let logits = rows.next();
        self.ahead = guess.into_iter().zip(rows).collect();
        logits.ok_or_else(|| internal("no logits")).map(Some)
    }

    /// Tokens of the answer.
    fn written(&self) -> usize {
        self.so_far.len() - self.read
    }

    /// Whether the constraint counts now: not inside a thought.
    fn is_bound(&self) -> bool {
        self.kept.is_some() && !self.text.is_thinking()
    }

    fn step(&mut self, logits: &mut [f32]) -> Result<Step> {
        self.guided.mask(logits);
        let tokenizer = self.tokenizer;
        let spell = |token| tokenizer.spell(token);
        let before = Before {
            tokens: &self.so_far,
            prompt: self.read,
            spell: &spell,
        };
        if !self.is_bound() {
            self.sampler.weigh(logits, before)?;
            let token = self.sampler.pick(logits)?;
            return Ok(if self.tokenizer.is_end(token) {
                self.ended = true;
                Step::Finish(FinishReason::Stop)
            } else {
                self.from = self.so_far.len() + 1;
                Step::Token(token)
            });
        }
        let room = self.most - self.written();
        let Some(kept) = &mut self.kept else {
            return Ok(Step::Again);
        };
        match kept.prepare(logits, room)? {
            Next::Forced(token) => {
                kept.take_forced(token)?;
                return Ok(Step::Token(token));
            }
            Next::End => return Ok(Step::Finish(FinishReason::Stop)),
            Next::Choose => {}
        }
        self.sampler.weigh(logits, before)?;
        for refused in 0.. {
            if logits.iter().all(|l| *l == f32::NEG_INFINITY) {
                let verdict = kept.stuck()?;
                return self.follow(verdict);
            }
            let token = self.sampler.pick(logits)?;
            match kept.judge(token)? {
                Verdict::Take => {
                    kept.take(token)?;
                    return Ok(Step::Token(token));
                }
                Verdict::End(at) if self.tokenizer.is_end(token) && at == kept.tokens().len() => {
                    self.ended = true;
                    return Ok(Step::Finish(FinishReason::Stop));
                }
                Verdict::Refuse => logits[token as usize] = f32::NEG_INFINITY,
                verdict => return self.follow(verdict),
            }
            if refused == FEW {
                kept.refuse_all(logits);
            }
        }
        Err(unmet("no token is left"))
    }

    /// Goes back as far as a verdict says.
    fn follow(&mut self, verdict: Verdict) -> Result<Step> {
        let Some(kept) = &mut self.kept else {
            return Ok(Step::Again);
        };
        let at = match verdict {
            Verdict::Back(at) | Verdict::Break(at) | Verdict::End(at) => at,
            Verdict::Take | Verdict::Refuse => return Ok(Step::Again),
        };
        if self.from + at < self.released {
            return Err(internal("what was streamed can't be taken back"));
        }
        kept.retreat(at, matches!(verdict, Verdict::Back(_)))?;
        let done = match verdict {
            Verdict::End(_) => kept.end_soon()?,
            Verdict::Break(_) => {
                kept.break_line();
                false
            }
            _ => false,
        };
        self.cut(self.from + at);
        self.guided.rewind(&self.so_far[self.read..]);
        Ok(if done {
            Step::Finish(FinishReason::Stop)
        } else {
            Step::Again
        })
    }

    /// Takes the answer back to so many tokens, the prompt's among them.
    fn cut(&mut self, to: usize) {
        self.so_far.truncate(to);
        self.odds.truncate(to.saturating_sub(self.released));
    }

    /// Gives the text what is sure to stay.
    fn release(&mut self, out: &dyn Listener) -> Released {
        let sure = match &mut self.kept {
            Some(kept) if self.from < self.so_far.len() && !kept.stopped() => {
                self.from + kept.settled()
            }
            _ => self.so_far.len(),
        };
        self.release_to(sure, out)
    }

    fn release_to(&mut self, sure: usize, out: &dyn Listener) -> Released {
        while self.released < sure {
            let token = self.so_far[self.released];
            self.released += 1;
            self.unsent += 1;
            if !self.odds.is_empty() {
                let odds = self.odds.remove(0);
                if !out.send(TextEvent::Odds(vec![odds])) {
                    return Released::Unheard;
                }
            }
            let (text, stop) = self.text.push(self.tokenizer.spell(token));
            if !text.is_empty() {
                let tokens = std::mem::take(&mut self.unsent);
                if !out.send(TextEvent::Delta { text, tokens }) {
                    return Released::Unheard;
                }
            }
            if stop {
                return Released::Stopped;
            }
        }
        Released::On
    }

    /// Ends before the answer does.
    fn cut_off(&mut self, reason: FinishReason, out: &dyn Listener) -> Result<()> {
        if let Some(kept) = &self.kept
            && self.from <= self.so_far.len()
        {
            self.cut(self.from + kept.standing());
        }
        self.finish(reason, out);
        Ok(())
    }

    /// Says the end, with what was held back.
    pub(crate) fn finish(&mut self, reason: FinishReason, out: &dyn Listener) {
        let released = self.release_to(self.so_far.len(), out);
        if matches!(released, Released::Stopped) {
            self.text = Text::new(Vec::new(), false, false);
            self.unsent = 0;
        }
        if self.ended {
            self.unsent += 1;
        }
        let text = self.text.finish();
        if !text.is_empty() {
            out.send(TextEvent::Delta {
                text,
                tokens: self.unsent,
            });
        }
        out.send(TextEvent::Finished {
            reason,
            usage: Usage {
                prompt_tokens: Some(self.read as u32),
                completion_tokens: Some((self.written() + usize::from(self.ended)) as u32),
            },
        });
    }
}

enum Released {
    On,
    /// A stop string has come.
    Stopped,
    /// Nobody listens.
    Unheard,
}
