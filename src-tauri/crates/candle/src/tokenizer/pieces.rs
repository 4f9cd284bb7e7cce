//! SentencePiece's BPE, the `llama` kind: of all neighbours the pair with the best score merges
//! first; what no piece covers is written as bytes.

use std::{
    cmp::Ordering,
    collections::{BinaryHeap, HashMap},
};

/// Stands for a space.
const SPACE: char = '▁';

/// A vocabulary of pieces with scores.
pub(super) struct Pieces {
    ids: HashMap<String, (u32, f32)>,
    bytes: HashMap<u8, u32>,
    space_before: bool,
    unknown: Option<u32>,
}

/// A run of text between its neighbours.
struct Run {
    from: usize,
    len: usize,
    before: Option<usize>,
    after: Option<usize>,
}

/// Two neighbours that could merge.
struct Pair {
    score: f32,
    left: usize,
    right: usize,
    len: usize,
}

impl PartialEq for Pair {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}
impl Eq for Pair {}
impl PartialOrd for Pair {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Pair {
    /// The best score first; of equals the one further left.
    fn cmp(&self, other: &Self) -> Ordering {
        self.score
            .total_cmp(&other.score)
            .then(other.left.cmp(&self.left))
    }
}

impl Pieces {
    pub(super) fn new(
        tokens: &[String],
        scores: &[f32],
        plain: impl Fn(usize) -> bool,
        space_before: bool,
        unknown: Option<u32>,
    ) -> Self {
        let mut ids = HashMap::with_capacity(tokens.len());
        let mut bytes = HashMap::new();
        for (i, (token, score)) in tokens.iter().zip(scores).enumerate() {
            if let Some(byte) = byte(token) {
                bytes.insert(byte, i as u32);
            } else if plain(i) {
                ids.entry(token.clone()).or_insert((i as u32, *score));
            }
        }
        Self {
            ids,
            bytes,
            space_before,
            unknown,
        }
    }

    pub(super) fn encode(&self, text: &str, out: &mut Vec<u32>) {
        let mut marked = String::with_capacity(text.len() + SPACE.len_utf8());
        if self.space_before {
            marked.push(SPACE);
        }
        marked.extend(text.chars().map(|c| if c == ' ' { SPACE } else { c }));
        let mut runs: Vec<Run> = marked
            .char_indices()
            .enumerate()
            .map(|(i, (from, c))| Run {
                from,
                len: c.len_utf8(),
                before: i.checked_sub(1),
                after: Some(i + 1),
            })
            .collect();
        if let Some(last) = runs.last_mut() {
            last.after = None;
        }
        let mut queue = BinaryHeap::new();
        for right in 1..runs.len() {
            self.propose(&marked, &runs, Some(right - 1), Some(right), &mut queue);
        }
        while let Some(pair) = queue.pop() {
            let (left, right) = (pair.left, pair.right);
            // One of the two has merged with another since.
            if runs[left].len == 0
                || runs[right].len == 0
                || runs[left].len + runs[right].len != pair.len
            {
                continue;
            }
            runs[left].len = pair.len;
            runs[right].len = 0;
            runs[left].after = runs[right].after;
            if let Some(after) = runs[left].after {
                runs[after].before = Some(left);
            }
            self.propose(&marked, &runs, runs[left].before, Some(left), &mut queue);
            self.propose(&marked, &runs, Some(left), runs[left].after, &mut queue);
        }
        for run in runs.iter().filter(|run| run.len > 0) {
            let piece = &marked[run.from..run.from + run.len];
            match self.ids.get(piece) {
                Some((id, _)) => out.push(*id),
                None => out.extend(
                    piece
                        .bytes()
                        .filter_map(|b| self.bytes.get(&b).copied().or(self.unknown)),
                ),
            }
        }
    }

    fn propose(
        &self,
        text: &str,
        runs: &[Run],
        left: Option<usize>,
        right: Option<usize>,
        queue: &mut BinaryHeap<Pair>,
    ) {
        let (Some(left), Some(right)) = (left, right) else {
            return;
        };
        let len = runs[left].len + runs[right].len;
        let piece = &text[runs[left].from..runs[left].from + len];
        if let Some((_, score)) = self.ids.get(piece) {
            queue.push(Pair {
                score: *score,
                left,
                right,
                len,
            });
        }
    }
}

/// The byte that a piece like `<0x0A>` stands for.
fn byte(token: &str) -> Option<u8> {
    let hex = token.strip_prefix("<0x")?.strip_suffix('>')?;
    (hex.len() == 2).then(|| u8::from_str_radix(hex, 16).ok())?
}

/// What a piece stands for.
pub(super) fn spell(token: &str, is_byte: bool) -> Vec<u8> {
    match byte(token) {
        Some(byte) if is_byte => vec![byte],
        _ => token.replace(SPACE, " ").into_bytes(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_score_merges_first() {
        let tokens = ["a", "b", "c", "ab", "bc", "abc", "<0xC3>", "<0xA9>"].map(str::to_owned);
        let encode = |scores: [f32; 8], text: &str| {
            let mut out = Vec::new();
            Pieces::new(&tokens, &scores, |_| true, false, None).encode(text, &mut out);
            out
        };
        let equal = [0.0; 8];
        assert_eq!(
            encode(
                [0.0, 0.0, 0.0, -2.0, -1.0, f32::NEG_INFINITY, 0.0, 0.0],
                "abc"
            ),
            [5]
        );
        assert_eq!(encode(equal, "abab"), [3, 3]);
        assert_eq!(encode(equal, "aé"), [0, 6, 7]);
        let without_abc = ["a", "b", "c", "ab", "bc"].map(str::to_owned);
        for (scores, expected) in [
            ([0.0, 0.0, 0.0, -2.0, -1.0], [0, 4]),
            ([0.0, 0.0, 0.0, -1.0, -2.0], [3, 2]),
        ] {
            let mut out = Vec::new();
            Pieces::new(&without_abc, &scores, |_| true, false, None).encode("abc", &mut out);
            assert_eq!(out, expected);
        }
    }
}
