//! Texts that were read lately, so that what begins as one of them need not be read again: another
//! variant, the same prompt once more, a text that goes on.
//!
//! What is remembered are the numbers that reading again would give, bit for bit, so nobody can tell
//! whether something was.

use std::{
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use crate::network::cache::Cache;

/// The most that is kept of one model's texts.
const MOST_BYTES: usize = 512 << 20;
/// More texts than a person goes back and forth between.
const MOST_TEXTS: usize = 16;
/// How often one that waits asks whether it was cancelled.
const ASK: Duration = Duration::from_millis(20);

/// The texts of a model, and whose turn it is to read.
#[derive(Default)]
pub(crate) struct Remembered {
    /// The latest first.
    texts: Mutex<Vec<Text>>,
    reading: Mutex<bool>,
    done: Condvar,
}

struct Text {
    tokens: Vec<u32>,
    cache: Cache,
    long: bool,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn in_common(a: &[u32], b: &[u32]) -> usize {
    a.iter().zip(b).take_while(|(a, b)| a == b).count()
}

impl Remembered {
    /// The longest beginning of a text that is known, short of its last token, whose logits are
    /// always asked for.
    pub(crate) fn find(&self, tokens: &[u32], long: bool) -> Option<Cache> {
        let texts = lock(&self.texts);
        let most = tokens.len().saturating_sub(1);
        let best = texts
            .iter()
            .filter(|text| text.long == long)
            .max_by_key(|text| in_common(&text.tokens, tokens))?;
        let known = in_common(&best.tokens, tokens).min(most);
        (known > 0).then(|| best.cache.beginning(known))
    }

    /// Keeps a text; `cache` holds at least its beginning.
    pub(crate) fn keep(&self, tokens: &[u32], cache: &Cache, long: bool) {
        self.keep_up_to(tokens, cache, long, MOST_BYTES);
    }

    fn keep_up_to(&self, tokens: &[u32], cache: &Cache, long: bool, most: usize) {
        let mut cache = cache.beginning(tokens.len().min(cache.len));
        if cache.bytes() > most {
            cache = cache.beginning(cache.fitting(most));
        }
        let known = cache.len;
        if known == 0 {
            return;
        }
        let tokens = &tokens[..known];
        let mut texts = lock(&self.texts);
        // What is the beginning of this one is known through it.
        texts.retain(|text| text.long != long || !tokens.starts_with(&text.tokens));
        texts.insert(
            0,
            Text {
                tokens: tokens.to_vec(),
                cache,
                long,
            },
        );
        texts.truncate(MOST_TEXTS);
        let mut bytes = 0;
        texts.retain(|text| {
            bytes += text.cache.bytes();
            bytes <= most
        });
    }

    /// Waits until nobody reads a prompt: it may be the beginning of this one. `None` when `stopped`
    /// said so.
    pub(crate) fn turn(&self, stopped: &dyn Fn() -> bool) -> Option<Turn<'_>> {
        let mut reading = lock(&self.reading);
        while *reading {
            if stopped() {
                return None;
            }
            reading = self
                .done
                .wait_timeout(reading, ASK)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
        *reading = true;
        Some(Turn(self))
    }
}

/// The turn to read a prompt; ends when it is dropped.
pub(crate) struct Turn<'a>(&'a Remembered);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        *lock(&self.0.reading) = false;
        self.0.done.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        network::{Network, Run, Want},
        testing::{self, Shape},
    };

    fn network() -> Network {
        let file = Shape::llama().file();
        let header = testing::header(file.path());
        Network::load(&header, vec![std::fs::File::open(file.path()).unwrap()]).unwrap()
    }

    fn read(network: &Network, cache: &mut Cache, tokens: &[u32]) {
        let run = Run {
            cache,
            tokens,
            want: Want::Nothing,
            long: false,
        };
        network.forward(&mut [run], &|| false).unwrap().unwrap();
    }

    #[test]
    fn the_longest_beginning_is_found_and_its_last_token_left() {
        let network = network();
        let all = Remembered::default();
        let (one, two) = ([1, 2, 3, 4, 5], [1, 2, 9]);
        for tokens in [&one[..], &two] {
            let mut cache = network.cache();
            read(&network, &mut cache, tokens);
            all.keep(tokens, &cache, false);
        }
        let known = |tokens: &[u32], long| all.find(tokens, long).map_or(0, |c| c.len);
        assert_eq!(known(&[1, 2, 3, 4, 7, 8], false), 4);
        assert_eq!(known(&[1, 2, 9, 9], false), 3);
        assert_eq!(known(&one, false), 4);
        assert_eq!(known(&one, true), 0);
        assert_eq!(known(&[7], false), 0);
        assert_eq!(known(&[], false), 0);
    }

    #[test]
    fn what_is_kept_is_bounded_and_the_latest_stays() {
        let network = network();
        let all = Remembered::default();
        let mut page = 0;
        for i in 0..40 {
            let tokens: Vec<u32> = (0..100).map(|t| (t + i) % 200).collect();
            let mut cache = network.cache();
            read(&network, &mut cache, &tokens);
            page = cache.bytes() / 2;
            all.keep_up_to(&tokens, &cache, false, page * 7);
            assert!(
                lock(&all.texts)
                    .iter()
                    .map(|t| t.cache.bytes())
                    .sum::<usize>()
                    <= page * 7
            );
            assert_eq!(all.find(&tokens, false).unwrap().len, 99);
        }
        // A text that is longer than what may be kept is known as far as that goes.
        let tokens: Vec<u32> = (0..120).collect();
        let mut cache = network.cache();
        read(&network, &mut cache, &tokens);
        all.keep_up_to(&tokens, &cache, false, page);
        assert_eq!(all.find(&tokens, false).unwrap().len, 64);
    }

    #[test]
    fn one_reads_at_a_time_and_others_can_leave() {
        let all = Remembered::default();
        let turn = all.turn(&|| false).unwrap();
        assert!(all.turn(&|| true).is_none());
        drop(turn);
        assert!(all.turn(&|| true).is_some());
    }
}
