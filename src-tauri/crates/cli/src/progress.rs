//! How far a run is: a bar on a terminal, a line for each variant elsewhere.

use std::{
    collections::BTreeMap,
    io::{self, IsTerminal as _},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use indicatif::{ProgressBar, ProgressStyle};
use inkstone_studio::{headless::Progress, sentences::sentences, waiting::WaitDto};

use crate::words::Words;

/// Shows on stderr how far a run is.
#[derive(Clone)]
pub struct Bar {
    words: Words,
    /// `None` where there is no terminal.
    bar: Option<ProgressBar>,
    variants: Arc<Mutex<BTreeMap<u32, Variant>>>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Variant {
    tokens: u32,
    most: Option<u32>,
    /// What it waits for, and which attempt.
    waits: Option<(WaitDto, u32)>,
}

impl Bar {
    /// A bar that shows nothing yet.
    pub fn new(words: Words) -> Self {
        let bar = io::stderr().is_terminal().then(ProgressBar::new_spinner);
        Self {
            words,
            bar,
            variants: Arc::default(),
        }
    }

    /// Takes note of an event.
    pub fn hear(&self, progress: &Progress) {
        let mut variants = self.variants.lock().unwrap_or_else(PoisonError::into_inner);
        match progress {
            Progress::Loading => self.say(self.words.loading()),
            Progress::Started {
                variant,
                max_tokens,
            } => {
                variants.entry(*variant).or_default().most = *max_tokens;
                self.say(self.words.writing());
            }
            Progress::Text {
                variant, tokens, ..
            } => {
                let of = variants.entry(*variant).or_default();
                of.tokens = *tokens;
                if of.waits.take().is_some() {
                    self.say(self.words.writing());
                }
            }
            Progress::Waiting { variant, waiting } => {
                let of = variants.entry(*variant).or_default();
                let said = of.waits.replace((waiting.why, waiting.attempt));
                // A terminal shows the seconds; elsewhere each wait is said once.
                if self.bar.is_some() || said != of.waits {
                    self.say(&self.words.waits(*waiting));
                }
            }
            Progress::HandedOn { model, error, .. } => {
                let why = error
                    .as_ref()
                    .map(|error| sentences(self.words.0).error(error));
                let why = why.map_or_else(String::new, |said| said.message);
                let said = self.words.handed_on(model, &why);
                match &self.bar {
                    Some(bar) => bar.println(said),
                    None => eprintln!("{said}"),
                }
            }
            Progress::Judging => self.say(self.words.judging()),
            Progress::Ended {
                variant, tokens, ..
            } => {
                variants.insert(
                    *variant,
                    Variant {
                        tokens: *tokens,
                        most: Some(*tokens),
                        waits: None,
                    },
                );
                if self.bar.is_none() {
                    eprintln!("{}", self.words.variant_ended(*variant, *tokens));
                }
            }
        }
        if let Some(bar) = &self.bar {
            let (done, most) = sum(variants.values());
            let tokens = self.words.tokens();
            let template = match most {
                Some(most) => {
                    bar.set_length(most);
                    format!("{{msg}} {{wide_bar}} {{pos}}/{{len}} {tokens} {{per_sec}}")
                }
                None => format!("{{spinner}} {{msg}} {{pos}} {tokens} {{per_sec}}"),
            };
            if let Ok(style) = ProgressStyle::with_template(&template) {
                bar.set_style(style.progress_chars("━━╌"));
            }
            bar.set_position(done);
        }
    }

    fn say(&self, text: &str) {
        match &self.bar {
            Some(bar) => {
                bar.set_message(text.to_owned());
                bar.enable_steady_tick(Duration::from_millis(100));
            }
            None => eprintln!("{text}"),
        }
    }

    /// Leaves the terminal as it was.
    pub fn clear(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// Tokens so far, and the most there can be, where every variant has a bound.
fn sum<'a>(variants: impl Iterator<Item = &'a Variant>) -> (u64, Option<u64>) {
    let mut most = Some(0_u64);
    let mut done = 0;
    for variant in variants {
        done += u64::from(variant.tokens);
        most = most
            .zip(variant.most)
            .map(|(sum, most)| sum + u64::from(most));
    }
    (done, most.filter(|&most| most > 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_has_an_end_only_where_every_variant_has_one() {
        let variant = |tokens, most| Variant {
            tokens,
            most,
            waits: None,
        };
        let two = [variant(3, Some(10)), variant(0, Some(20))];
        assert_eq!(sum(two.iter()), (3, Some(30)));
        assert_eq!(
            sum([variant(3, Some(10)), variant(4, None)].iter()),
            (7, None)
        );
        assert_eq!(sum([].iter()), (0, None));
    }
}
