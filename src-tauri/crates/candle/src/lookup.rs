//! Guesses at the next tokens, looked up in what was read and written so far.
//!
//! A text that is rewritten or shortened holds long runs of what it came from. Such a run is read at
//! once, and each of its tokens is chosen in turn as it would be anyway: from the very same numbers,
//! by the same sampler, with the same chance. So a guess can only save time; no byte depends on it.
//! (Saxena 2023, *Prompt Lookup Decoding*; Yang et al. 2023, *Inference with Reference*.)

/// Below so many weights a token costs too little for guesses to pay.
const WORTH_IT: u64 = 100_000_000;
/// Tokens that have to be the same before a guess.
const LEAST: usize = 2;
/// More than that say no more.
const LONGEST_MATCH: usize = 12;
/// Tokens that are guessed at once, at first and at most.
const FIRST: usize = 3;
pub(crate) const MOST: usize = 11;
/// Tokens without a guess, at most, after guesses that were wrong.
const LONGEST_PAUSE: usize = 64;

/// Where guesses come from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lookup {
    on: bool,
    /// How many to guess next.
    len: usize,
    /// Tokens to write before the next guess, and how many after that if it is wrong.
    wait: usize,
    pause: usize,
    /// Behind the last place that was found.
    last: usize,
    /// Of the guess that is being tried: its length, and how many came true.
    tried: usize,
    right: usize,
    /// All that came true.
    pub(crate) saved: usize,
}

impl Lookup {
    /// For a model of so many weights.
    pub(crate) fn new(parameters: u64) -> Self {
        Self {
            on: parameters >= WORTH_IT,
            len: FIRST,
            wait: 0,
            pause: 1,
            last: 0,
            tried: 0,
            right: 0,
            saved: 0,
        }
    }

    /// What may come behind `so_far`, `room` tokens at most; often nothing.
    pub(crate) fn guess(&mut self, so_far: &[u32], room: usize) -> Vec<u32> {
        self.learn();
        if !self.on || room == 0 {
            return Vec::new();
        }
        if self.wait > 0 {
            self.wait -= 1;
            return Vec::new();
        }
        let Some(at) = self.find(so_far) else {
            return Vec::new();
        };
        let end = (at + self.len.min(room)).min(so_far.len());
        self.last = end;
        (self.tried, self.right) = (end - at, 0);
        so_far[at..end].to_vec()
    }

    /// A token of the guess has come true.
    pub(crate) fn came_true(&mut self) {
        self.right += 1;
        self.saved += 1;
    }

    /// From how the last guess went.
    fn learn(&mut self) {
        if self.tried == 0 {
            return;
        }
        if self.right == self.tried {
            self.len = (self.len * 2).min(MOST);
        } else {
            self.len = (self.right + 1).clamp(FIRST, MOST);
            // Where it broke off, the text goes on otherwise.
            self.last -= self.tried - self.right;
        }
        if self.right * 2 < self.tried.min(FIRST) {
            self.wait = self.pause;
            self.pause = (self.pause * 2).min(LONGEST_PAUSE);
        } else {
            self.pause = 1;
        }
        self.tried = 0;
    }

    /// Behind the place whose end is longest the same as the end of all; of equals the next one behind
    /// the last place that was found, else the latest.
    fn find(&self, so_far: &[u32]) -> Option<usize> {
        let (end, rest) = so_far.split_last()?;
        let mut best: Option<(usize, usize)> = None;
        for at in (1..so_far.len()).rev() {
            if so_far[at - 1] != *end {
                continue;
            }
            let before = so_far[..at - 1].iter().rev().zip(rest.iter().rev());
            let same = before
                .take(LONGEST_MATCH - 1)
                .take_while(|(a, b)| a == b)
                .count();
            if same + 1 < LEAST {
                continue;
            }
            // The walk goes backwards: what still lies ahead of the last place comes nearer.
            let nearer = self.last > 0 && at >= self.last;
            if best.is_none_or(|(_, known)| same > known || same == known && nearer) {
                best = Some((at, same));
            }
        }
        best.map(|(at, _)| at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on() -> Lookup {
        Lookup::new(WORTH_IT)
    }

    #[test]
    fn what_came_behind_the_same_beginning_is_guessed() {
        let text = [5, 6, 7, 8, 9, 10, 11, 99, 5, 6];
        assert_eq!(on().guess(&text, 9), [7, 8, 9]);
        assert_eq!(on().guess(&text, 1), [7]);
        assert!(on().guess(&text, 0).is_empty());
        assert!(Lookup::new(1_000_000).guess(&text, 9).is_empty());
        // One token alone says too little, and nothing is nothing.
        assert!(on().guess(&[5, 6, 7, 99, 5], 9).is_empty());
        assert!(on().guess(&[], 9).is_empty());
        assert!(on().guess(&[1], 9).is_empty());
        // The longer match counts, whichever comes first.
        assert_eq!(on().guess(&[1, 2, 3, 50, 9, 2, 3, 60, 1, 2, 3], 1), [50]);
    }

    #[test]
    fn guesses_grow_while_they_come_true_and_rest_when_they_do_not() {
        let text: Vec<u32> = (0..40).chain([99]).collect();
        let mut lookup = on();
        let mut written = text.clone();
        written.extend([0, 1]);
        let mut lengths = Vec::new();
        for _ in 0..4 {
            let guess = lookup.guess(&written, 100);
            lengths.push(guess.len());
            for token in guess {
                lookup.came_true();
                written.push(token);
            }
        }
        assert_eq!(lengths, [3, 6, 11, 11]);
        // From now on it is always wrong; the guesses become few.
        let mut guesses = 0;
        for i in 0..200 {
            written.extend([100 + i, 3, 4]);
            guesses += usize::from(!lookup.guess(&written, 100).is_empty());
        }
        assert!((3..10).contains(&guesses), "{guesses}");
    }

    #[test]
    fn a_text_is_followed_where_it_was_left() {
        // The same two tokens stand in it three times.
        let text = [1, 2, 10, 11, 1, 2, 20, 21, 1, 2, 30, 31];
        let mut written = text.to_vec();
        written.extend([98, 99, 1, 2]);
        let mut lookup = on();
        lookup.last = 4;
        assert_eq!(lookup.guess(&written, 2), [20, 21]);
        lookup.came_true();
        lookup.came_true();
        written.extend([20, 21, 77, 1, 2]);
        assert_eq!(lookup.guess(&written, 2), [30, 31]);
    }
}
