//! A Llama-style decoder with its own way back: RMS norm, rotary positions (interleaved), SwiGLU,
//! tied embeddings.
//!
//! Documents of any length lie one after another in one matrix; only attention looks at each by
//! itself, so nothing is padded and no document sees another.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::math::{Random, Rope, View, exp, matmul, rms_norm, rms_norm_back, softmax};

/// The sizes of a network.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Config {
    /// Entries of the vocabulary.
    pub vocabulary: usize,
    /// Numbers per position.
    pub width: usize,
    /// Blocks.
    pub layers: usize,
    /// Heads per block.
    pub heads: usize,
    /// Numbers inside a block's feed-forward part.
    pub hidden: usize,
    /// Most positions.
    pub context: usize,
    /// Base of the rotary frequencies.
    pub rope_base: f32,
    /// What keeps a norm from dividing by nothing.
    pub eps: f32,
}

/// Where a block's weights lie.
#[derive(Debug, Clone)]
pub struct Block {
    /// Gain of the norm before attention.
    pub attn_norm: Range<usize>,
    /// Query, key and value rows, one after another.
    pub qkv: Range<usize>,
    /// Attention's output.
    pub out: Range<usize>,
    /// Gain of the norm before the feed-forward part.
    pub ffn_norm: Range<usize>,
    /// Gate and up rows, one after another.
    pub gate_up: Range<usize>,
    /// Down.
    pub down: Range<usize>,
}

/// A network: its sizes and all weights in one slice.
#[derive(Debug, Clone)]
pub struct Network {
    /// Sizes.
    pub config: Config,
    /// All weights.
    pub weights: Vec<f32>,
    /// Where each block's weights lie.
    pub blocks: Vec<Block>,
    /// Where the last norm's gain lies.
    pub norm: Range<usize>,
}

/// A document: its tokens, and from which position on they are answer.
#[derive(Debug, Clone)]
pub struct Document {
    /// Tokens, the end token included.
    pub tokens: Vec<u32>,
    /// Length of the prompt; only what follows is learned.
    pub prompt: usize,
    /// Marks: tokens from this number on, and how much more than words they weigh.
    pub marks: (u32, f32),
}

/// Marks weigh as words do.
pub const EVEN: (u32, f32) = (u32::MAX, 1.0);

impl Document {
    /// The weights of its answer's tokens, summed.
    pub fn weight(&self) -> f32 {
        let (from, heavy) = self.marks;
        let answer = self.tokens[self.prompt..].iter();
        answer.map(|t| if *t < from { 1.0 } else { heavy }).sum()
    }
}

impl Config {
    fn embedding(&self) -> Range<usize> {
        0..self.vocabulary * self.width
    }

    fn layout(&self) -> (Vec<Block>, Range<usize>) {
        let mut at = self.embedding().end;
        let mut take = |n: usize| {
            at += n;
            at - n..at
        };
        let (d, h) = (self.width, self.hidden);
        let blocks = (0..self.layers)
            .map(|_| Block {
                attn_norm: take(d),
                qkv: take(3 * d * d),
                out: take(d * d),
                ffn_norm: take(d),
                gate_up: take(2 * h * d),
                down: take(d * h),
            })
            .collect();
        let norm = take(d);
        (blocks, norm)
    }
}

impl Network {
    /// A network before its first lesson.
    pub fn new(config: Config, seed: u64) -> Self {
        let (blocks, norm) = config.layout();
        let mut random = Random::new(seed, 1);
        let mut weights: Vec<f32> = (0..norm.end).map(|_| random.normal() * 0.02).collect();
        let calm = 1.0 / (2.0 * config.layers as f32).sqrt();
        for b in &blocks {
            weights[b.attn_norm.clone()].fill(1.0);
            weights[b.ffn_norm.clone()].fill(1.0);
            // Usual deviation 1/sqrt(inputs), smaller where a block adds to the stream.
            let fan = |n: usize| (1.0 / n as f32).sqrt() / 0.02;
            for (range, by) in [
                (&b.qkv, fan(config.width)),
                (&b.gate_up, fan(config.width)),
                (&b.out, fan(config.width) * calm),
                (&b.down, fan(config.hidden) * calm),
            ] {
                weights[range.clone()].iter_mut().for_each(|w| *w *= by);
            }
        }
        weights[norm.clone()].fill(1.0);
        Self {
            config,
            weights,
            blocks,
            norm,
        }
    }

    /// A network from its weights.
    pub fn from_weights(config: Config, weights: Vec<f32>) -> Option<Self> {
        let (blocks, norm) = config.layout();
        (weights.len() == norm.end).then_some(Self {
            config,
            weights,
            blocks,
            norm,
        })
    }

    /// A network for a larger vocabulary: each new token's row is the mean of the rows that `parts`
    /// names (of one alone: that row).
    pub fn grown(&self, parts: &[Vec<usize>]) -> Self {
        let c = self.config;
        let mut net = Self::new(
            Config {
                vocabulary: parts.len(),
                ..c
            },
            0,
        );
        let (old, new) = (self.embedding().end, net.embedding().end);
        net.weights[new..].copy_from_slice(&self.weights[old..]);
        for (row, from) in net.weights[..new].chunks_exact_mut(c.width).zip(parts) {
            row.fill(0.0);
            for part in from {
                let part = &self.weights[part * c.width..][..c.width];
                let by = 1.0 / from.len() as f32;
                row.iter_mut().zip(part).for_each(|(a, b)| *a += b * by);
            }
        }
        net
    }

    /// Where the embedding lies.
    pub fn embedding(&self) -> Range<usize> {
        self.config.embedding()
    }

    /// Whether a weight at this place is pulled towards nothing (matrices are, gains are not).
    pub fn decays(&self, at: usize) -> bool {
        !(self.norm.contains(&at)
            || self
                .blocks
                .iter()
                .any(|b| b.attn_norm.contains(&at) || b.ffn_norm.contains(&at)))
    }

    /// Loss over the answers, summed (not averaged), and the weights it is summed over. With `gradient`, adds the gradient of `scale` times that sum.
    pub fn loss(
        &self,
        rope: &Rope,
        documents: &[&Document],
        gradient: Option<&mut [f32]>,
        scale: f32,
    ) -> (f64, f64) {
        let pass = Pass::forward(self, rope, documents);
        pass.finish(self, rope, gradient, scale)
    }
}

struct Kept {
    input: Vec<f32>,
    inv1: Vec<f32>,
    h1: Vec<f32>,
    qkv: Vec<f32>,
    probs: Vec<Vec<f32>>,
    att: Vec<f32>,
    middle: Vec<f32>,
    inv2: Vec<f32>,
    h2: Vec<f32>,
    gate_up: Vec<f32>,
    act: Vec<f32>,
}

struct Pass {
    tokens: Vec<u32>,
    /// Each document's rows.
    rows: Vec<Range<usize>>,
    /// Row, the token that follows it, and its weight, for every answer token.
    targets: Vec<(usize, u32, f32)>,
    kept: Vec<Kept>,
    last: Vec<f32>,
}

impl Pass {
    fn forward(net: &Network, rope: &Rope, documents: &[&Document]) -> Self {
        let c = &net.config;
        let (d, h) = (c.width, c.hidden);
        let (mut tokens, mut rows, mut targets) = (Vec::new(), Vec::new(), Vec::new());
        for doc in documents {
            let start = tokens.len();
            // The last token is only a target.
            tokens.extend_from_slice(&doc.tokens[..doc.tokens.len() - 1]);
            rows.push(start..tokens.len());
            let (from, heavy) = doc.marks;
            targets.extend((doc.prompt..doc.tokens.len()).map(|i| {
                let token = doc.tokens[i];
                (start + i - 1, token, if token < from { 1.0 } else { heavy })
            }));
        }
        let n = tokens.len();
        let w = &net.weights;
        let mut x = vec![0.0; n * d];
        for (row, t) in x.chunks_exact_mut(d).zip(&tokens) {
            row.copy_from_slice(&w[*t as usize * d..][..d]);
        }
        let mut kept = Vec::with_capacity(c.layers);
        for b in &net.blocks {
            let (mut h1, mut inv1) = (vec![0.0; n * d], vec![0.0; n]);
            rms_norm(&mut h1, &mut inv1, &x, &w[b.attn_norm.clone()], c.eps);
            let mut qkv = vec![0.0; n * 3 * d];
            linear(&mut qkv, &h1, &w[b.qkv.clone()], n, d, 3 * d, false);
            for range in &rows {
                for (p, r) in range.clone().enumerate() {
                    rope.turn(&mut qkv[r * 3 * d..][..2 * d], p, false);
                }
            }
            let mut att = vec![0.0; n * d];
            let mut probs = Vec::with_capacity(rows.len() * c.heads);
            let hd = d / c.heads;
            for range in &rows {
                let t = range.len();
                for head in 0..c.heads {
                    let part = |which: usize| {
                        View::block(range.start * 3 * d + which * d + head * hd, t, hd, 3 * d)
                    };
                    let mut s = vec![0.0; t * t];
                    matmul(
                        (&mut s, View::of(t, t)),
                        (&qkv, part(0)),
                        (&qkv, part(1).t()),
                        (hd as f32).powf(-0.5),
                        false,
                    );
                    for (i, row) in s.chunks_exact_mut(t).enumerate() {
                        softmax(&mut row[..=i]);
                        row[i + 1..].fill(0.0);
                    }
                    let out = View::block(range.start * d + head * hd, t, hd, d);
                    matmul(
                        (&mut att, out),
                        (&s, View::of(t, t)),
                        (&qkv, part(2)),
                        1.0,
                        false,
                    );
                    probs.push(s);
                }
            }
            let mut middle = x.clone();
            linear(&mut middle, &att, &w[b.out.clone()], n, d, d, true);
            let (mut h2, mut inv2) = (vec![0.0; n * d], vec![0.0; n]);
            rms_norm(&mut h2, &mut inv2, &middle, &w[b.ffn_norm.clone()], c.eps);
            let mut gate_up = vec![0.0; n * 2 * h];
            linear(&mut gate_up, &h2, &w[b.gate_up.clone()], n, d, 2 * h, false);
            let mut act = vec![0.0; n * h];
            for (a, gu) in act.chunks_exact_mut(h).zip(gate_up.chunks_exact(2 * h)) {
                let (gate, up) = gu.split_at(h);
                for ((a, g), u) in a.iter_mut().zip(gate).zip(up) {
                    *a = g / (1.0 + exp(-g)) * u;
                }
            }
            let mut next = middle.clone();
            linear(&mut next, &act, &w[b.down.clone()], n, h, d, true);
            let input = std::mem::replace(&mut x, next);
            kept.push(Kept {
                input,
                inv1,
                h1,
                qkv,
                probs,
                att,
                middle,
                inv2,
                h2,
                gate_up,
                act,
            });
        }
        Self {
            tokens,
            rows,
            targets,
            kept,
            last: x,
        }
    }

    fn finish(
        self,
        net: &Network,
        rope: &Rope,
        gradient: Option<&mut [f32]>,
        scale: f32,
    ) -> (f64, f64) {
        let c = &net.config;
        let (d, v, n, m) = (c.width, c.vocabulary, self.tokens.len(), self.targets.len());
        let w = &net.weights;
        // Only rows with a target meet the vocabulary.
        let mut seen = vec![0.0; m * d];
        for (row, (at, ..)) in seen.chunks_exact_mut(d).zip(&self.targets) {
            row.copy_from_slice(&self.last[at * d..][..d]);
        }
        let (mut hf, mut inv) = (vec![0.0; m * d], vec![0.0; m]);
        rms_norm(&mut hf, &mut inv, &seen, &w[net.norm.clone()], c.eps);
        let mut logits = vec![0.0; m * v];
        linear(&mut logits, &hf, &w[..v * d], m, d, v, false);
        let weights = self.targets.iter().map(|t| f64::from(t.2)).sum();
        let mut loss = 0.0;
        for (row, (_, token, weight)) in logits.chunks_exact_mut(v).zip(&self.targets) {
            let at = *token as usize;
            let logit = row[at];
            loss += f64::from((softmax(row) - logit) * weight);
            row[at] -= 1.0;
            row.iter_mut().for_each(|p| *p *= scale * weight);
        }
        if let Some(g) = gradient {
            linear_back_weights(&mut g[..v * d], &logits, &hf, m, d, v);
            let mut dhf = vec![0.0; m * d];
            linear_back_input(&mut dhf, &logits, &w[..v * d], m, d, v);
            let mut dseen = vec![0.0; m * d];
            rms_norm_back(
                &mut dseen,
                &mut g[net.norm.clone()],
                &dhf,
                &seen,
                &inv,
                &w[net.norm.clone()],
            );
            let mut dx = vec![0.0; n * d];
            for (row, (at, ..)) in dseen.chunks_exact(d).zip(&self.targets) {
                dx[at * d..][..d]
                    .iter_mut()
                    .zip(row)
                    .for_each(|(a, b)| *a += b);
            }
            self.backward(net, rope, g, dx);
        }
        (loss, weights)
    }

    fn backward(self, net: &Network, rope: &Rope, g: &mut [f32], mut dx: Vec<f32>) {
        let c = &net.config;
        let (d, h, n, hd) = (c.width, c.hidden, self.tokens.len(), c.width / c.heads);
        let w = &net.weights;
        for (b, k) in net.blocks.iter().zip(&self.kept).rev() {
            let mut dact = vec![0.0; n * h];
            linear_back_input(&mut dact, &dx, &w[b.down.clone()], n, h, d);
            linear_back_weights(&mut g[b.down.clone()], &dx, &k.act, n, h, d);
            let mut dgu = vec![0.0; n * 2 * h];
            for ((dgu, gu), da) in dgu
                .chunks_exact_mut(2 * h)
                .zip(k.gate_up.chunks_exact(2 * h))
                .zip(dact.chunks_exact(h))
            {
                let (dgate, dup) = dgu.split_at_mut(h);
                let (gate, up) = gu.split_at(h);
                for i in 0..h {
                    let s = 1.0 / (1.0 + exp(-gate[i]));
                    dup[i] = da[i] * gate[i] * s;
                    dgate[i] = da[i] * up[i] * s * (1.0 + gate[i] * (1.0 - s));
                }
            }
            let mut dh = vec![0.0; n * d];
            linear_back_input(&mut dh, &dgu, &w[b.gate_up.clone()], n, d, 2 * h);
            linear_back_weights(&mut g[b.gate_up.clone()], &dgu, &k.h2, n, d, 2 * h);
            rms_norm_back(
                &mut dx,
                &mut g[b.ffn_norm.clone()],
                &dh,
                &k.middle,
                &k.inv2,
                &w[b.ffn_norm.clone()],
            );

            let mut datt = vec![0.0; n * d];
            linear_back_input(&mut datt, &dx, &w[b.out.clone()], n, d, d);
            linear_back_weights(&mut g[b.out.clone()], &dx, &k.att, n, d, d);
            let mut dqkv = vec![0.0; n * 3 * d];
            for (di, range) in self.rows.iter().enumerate() {
                let t = range.len();
                for head in 0..c.heads {
                    let part = |which: usize| {
                        View::block(range.start * 3 * d + which * d + head * hd, t, hd, 3 * d)
                    };
                    let out = View::block(range.start * d + head * hd, t, hd, d);
                    let p = &k.probs[di * c.heads + head];
                    let square = View::of(t, t);
                    let mut ds = vec![0.0; t * t];
                    matmul(
                        (&mut ds, square),
                        (&datt, out),
                        (&k.qkv, part(2).t()),
                        1.0,
                        false,
                    );
                    matmul(
                        (&mut dqkv, part(2)),
                        (p, square.t()),
                        (&datt, out),
                        1.0,
                        false,
                    );
                    for (ds, p) in ds.chunks_exact_mut(t).zip(p.chunks_exact(t)) {
                        let dot: f32 = ds.iter().zip(p).map(|(a, b)| a * b).sum();
                        ds.iter_mut().zip(p).for_each(|(a, b)| *a = b * (*a - dot));
                    }
                    let by = (hd as f32).powf(-0.5);
                    matmul(
                        (&mut dqkv, part(0)),
                        (&ds, square),
                        (&k.qkv, part(1)),
                        by,
                        false,
                    );
                    matmul(
                        (&mut dqkv, part(1)),
                        (&ds, square.t()),
                        (&k.qkv, part(0)),
                        by,
                        false,
                    );
                }
                for (pos, r) in range.clone().enumerate() {
                    rope.turn(&mut dqkv[r * 3 * d..][..2 * d], pos, true);
                }
            }
            dh.fill(0.0);
            linear_back_input(&mut dh, &dqkv, &w[b.qkv.clone()], n, d, 3 * d);
            linear_back_weights(&mut g[b.qkv.clone()], &dqkv, &k.h1, n, d, 3 * d);
            rms_norm_back(
                &mut dx,
                &mut g[b.attn_norm.clone()],
                &dh,
                &k.input,
                &k.inv1,
                &w[b.attn_norm.clone()],
            );
        }
        for (row, t) in dx.chunks_exact(d).zip(&self.tokens) {
            g[*t as usize * d..][..d]
                .iter_mut()
                .zip(row)
                .for_each(|(a, b)| *a += b);
        }
    }
}

/// `y (+)= x W^T`: `n` rows of `i` numbers become rows of `o`.
pub fn linear(y: &mut [f32], x: &[f32], w: &[f32], n: usize, i: usize, o: usize, add: bool) {
    matmul(
        (y, View::of(n, o)),
        (x, View::of(n, i)),
        (w, View::of(o, i).t()),
        1.0,
        add,
    );
}

fn linear_back_input(dx: &mut [f32], dy: &[f32], w: &[f32], n: usize, i: usize, o: usize) {
    matmul(
        (dx, View::of(n, i)),
        (dy, View::of(n, o)),
        (w, View::of(o, i)),
        1.0,
        true,
    );
}

fn linear_back_weights(dw: &mut [f32], dy: &[f32], x: &[f32], n: usize, i: usize, o: usize) {
    matmul(
        (dw, View::of(o, i)),
        (dy, View::of(n, o).t()),
        (x, View::of(n, i)),
        1.0,
        true,
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The slope along a random direction in each group of weights, by the way back and by two small steps.
    #[test]
    fn the_gradient_agrees_with_finite_differences() {
        let config = Config {
            vocabulary: 11,
            width: 8,
            layers: 2,
            heads: 2,
            hidden: 12,
            context: 16,
            rope_base: 1e4,
            eps: 1e-5,
        };
        let mut net = Network::new(config, 7);
        net.weights.iter_mut().for_each(|w| *w *= 1.5);
        // Inputs not next to nothing, where a norm is too bent for two steps to measure.
        let embedding = net.embedding();
        net.weights[embedding].iter_mut().for_each(|w| *w *= 6.0);
        let rope = Rope::new(16, 4, 1e4);
        let docs = [
            Document {
                tokens: vec![1, 5, 3, 9, 2, 0],
                prompt: 2,
                marks: (9, 3.0),
            },
            Document {
                tokens: vec![4, 4, 10, 0],
                prompt: 1,
                marks: EVEN,
            },
        ];
        let docs: Vec<&Document> = docs.iter().collect();
        let mut gradient = vec![0.0; net.weights.len()];
        let (_, weights) = net.loss(&rope, &docs, Some(&mut gradient), 1.0);
        assert_eq!(weights, 9.0);
        let groups: Vec<Range<usize>> = net
            .blocks
            .iter()
            .flat_map(|b| {
                [
                    &b.attn_norm,
                    &b.qkv,
                    &b.out,
                    &b.ffn_norm,
                    &b.gate_up,
                    &b.down,
                ]
            })
            .cloned()
            .chain([net.norm.clone(), net.embedding()])
            .collect();
        for (i, group) in groups.into_iter().enumerate() {
            let mut random = Random::new(3, i as u64);
            let direction: Vec<f32> = group.clone().map(|_| random.normal()).collect();
            let at = |step: f32| {
                let mut moved = net.clone();
                for (j, v) in group.clone().zip(&direction) {
                    moved.weights[j] += step * v;
                }
                moved.loss(&rope, &docs, None, 1.0).0
            };
            let step = 5e-4;
            let measured = (at(step) - at(-step)) / f64::from(2.0 * step);
            let slope: f64 = group
                .clone()
                .zip(&direction)
                .map(|(j, v)| f64::from(gradient[j] * v))
                .sum();
            assert!(
                (measured - slope).abs() < 5e-3 * (1.0 + slope.abs()),
                "group {i}: {measured} against {slope}"
            );
        }
    }

    #[test]
    fn documents_do_not_see_one_another() {
        let config = Config {
            vocabulary: 11,
            width: 8,
            layers: 1,
            heads: 2,
            hidden: 12,
            context: 16,
            rope_base: 1e4,
            eps: 1e-5,
        };
        let (net, rope) = (Network::new(config, 1), Rope::new(16, 4, 1e4));
        let (a, b) = (
            Document {
                tokens: vec![1, 2, 3, 4],
                prompt: 1,
                marks: EVEN,
            },
            Document {
                tokens: vec![7, 8, 9],
                prompt: 1,
                marks: EVEN,
            },
        );
        let both = net.loss(&rope, &[&a, &b], None, 1.0).0;
        let apart = net.loss(&rope, &[&a], None, 1.0).0 + net.loss(&rope, &[&b], None, 1.0).0;
        assert!((both - apart).abs() < 1e-5);
    }
}
