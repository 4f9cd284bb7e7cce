//! The decoder: one network for all architectures that [`config::ARCHITECTURES`] names.
//!
//! It reads runs of tokens of several texts at once. What a text's tokens become depends on this text
//! alone, bit for bit: not on the texts beside it, nor on how its tokens were cut into runs.

mod attention;
pub(crate) mod cache;
pub(crate) mod config;
mod convolution;
mod feed;
mod math;
mod passing;
mod products;
pub(crate) mod rope;
mod session;
pub(crate) mod threads;
pub(crate) mod weights;

pub(crate) use session::{Session, Table};

use std::{
    fs::File,
    ops::Range,
    sync::{Arc, Mutex, PoisonError},
};

use crate::{
    failure::{Result, broken, internal},
    network::{
        attention::{Question, Sight},
        cache::Cache,
        config::{Config, Kind},
        convolution::Convolution,
        feed::Feeding,
        math::{add, layer_norm_in_place, rms_norm_in_place, soft_cap},
        products::{Linear, Matrix},
        rope::{Angles, Rope},
        weights::Weights,
    },
    preflight::{Header, Value},
};

/// Below this many multiplications, waking other threads costs more than it brings.
const WORTH_SHARING: usize = 1 << 18;
/// Rows of queries that look at a page together.
const ROWS: usize = 16;

/// Which logits are wanted of a run of tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Want {
    /// None: more of the prompt follows.
    Nothing,
    /// Those of the last token.
    Last,
    /// Those of every token.
    All,
}

/// How rows are brought to one measure.
enum Norm {
    /// By their root mean square.
    Rms(Vec<f32>),
    /// Around their mean, with a bias.
    Centred(Vec<f32>, Option<Vec<f32>>),
}

impl Norm {
    fn read(w: &mut Weights<'_>, c: &Config, name: &str) -> Result<Self> {
        let gain = w.vector(&format!("{name}.weight"), c.width)?;
        if !c.centred {
            return Ok(Self::Rms(gain));
        }
        let bias = w.vector_if_any(&format!("{name}.bias"), c.width)?;
        Ok(Self::Centred(gain, bias))
    }

    fn in_place(&self, x: &mut [f32], eps: f32) {
        match self {
            Self::Rms(gain) => rms_norm_in_place(x, gain, eps),
            Self::Centred(gain, bias) => layer_norm_in_place(x, gain, bias.as_deref(), eps),
        }
    }

    fn of(&self, x: &[f32], eps: f32) -> Vec<f32> {
        let mut out = x.to_vec();
        self.in_place(&mut out, eps);
        out
    }
}

/// One block of the network.
struct Block {
    mixing_norm: Norm,
    mixing: Mixing,
    /// `None` where both parts of the block read the same.
    feed_norm: Option<Norm>,
    feeding: Feeding,
    after_feed: Option<Vec<f32>>,
}

/// What brings positions together.
enum Mixing {
    Attention(Heads),
    Convolution(Convolution),
}

/// Attention, by heads.
struct Heads {
    /// Query, key and value rows, one below the other.
    qkv: Linear,
    qkv_bias: Option<Vec<f32>>,
    /// Norms of each head's query and key.
    head_norms: Option<(Vec<f32>, Vec<f32>)>,
    out: Linear,
    out_bias: Option<Vec<f32>>,
    after_attention: Option<Vec<f32>>,
}

/// The positions' turning, where the file brings factors for each pair.
enum Turning {
    Same(Rope),
    /// Up to the length that the network was first trained for, and beyond.
    ByLength {
        original: usize,
        short: Rope,
        long: Rope,
    },
}

/// A network with its weights; shared by all generations.
pub(crate) struct Network {
    pub(crate) config: Config,
    embedding: Arc<Matrix>,
    /// A row for each position, where those are learned.
    positions: Option<Arc<Matrix>>,
    blocks: Vec<Block>,
    norm: Norm,
    output: Linear,
    output_bias: Option<Vec<f32>>,
    turning: Turning,
}

impl Network {
    /// Reads the weights.
    pub(crate) fn load(header: &Header, files: Vec<File>) -> Result<Self> {
        let config = Config::read(header)?;
        let mut w = Weights::new(header, files);
        let (width, heads, kv) = (
            config.width,
            config.heads * config.head_dim,
            config.kv_heads * config.head_dim,
        );
        let embedding = w.matrix("token_embd.weight", config.vocabulary, width)?;
        let mut blocks = Vec::with_capacity(config.layers);
        for i in 0..config.layers {
            blocks.push(block(&mut w, &config, i, heads, kv)?);
        }
        let positions = if config.learned_positions {
            Some(w.matrix("position_embd.weight", config.context, width)?)
        } else {
            None
        };
        // LFM2's files have it under another name.
        let last = ["token_embd_norm", "output_norm"];
        let named = |name: &&&str| w.has(&format!("{name}.weight"));
        let last = last.iter().find(named).unwrap_or(&"output_norm");
        let norm = Norm::read(&mut w, &config, last)?;
        let output = if w.has("output.weight") {
            w.linear(&[("output.weight".to_owned(), config.vocabulary)], width)?
        } else {
            Linear::new(vec![Arc::clone(&embedding)], width)
        };
        let output_bias = w.vector_if_any("output.bias", config.vocabulary)?;
        let turning = turning(&mut w, header, &config)?;
        w.finish(&config.architecture)?;
        Ok(Self {
            config,
            embedding,
            positions,
            blocks,
            norm,
            output,
            output_bias,
            turning,
        })
    }

    /// Whether a text of at most so many positions is turned as long ones are.
    pub(crate) fn is_long(&self, positions: usize) -> bool {
        matches!(&self.turning, Turning::ByLength { original, .. } if positions > *original)
    }

    fn rope(&self, long: bool) -> &Rope {
        match &self.turning {
            Turning::Same(rope) => rope,
            Turning::ByLength { long: rope, .. } if long => rope,
            Turning::ByLength { short, .. } => short,
        }
    }

    /// A text of its own, from the beginning, of at most `positions`.
    #[cfg(test)]
    pub(crate) fn session(&self, positions: usize) -> Result<Session<'_>> {
        Ok(Session::alone(self, positions))
    }

    /// An empty memory.
    pub(crate) fn cache(&self) -> Cache {
        Cache::new(&self.config)
    }
}

fn block(w: &mut Weights<'_>, c: &Config, i: usize, heads: usize, kv: usize) -> Result<Block> {
    let name = |part: &str| format!("blk.{i}.{part}");
    Ok(Block {
        mixing_norm: Norm::read(w, c, &name("attn_norm"))?,
        mixing: match c.kind(i) {
            Kind::Attends(_) => Mixing::Attention(read_heads(w, c, i, heads, kv)?),
            Kind::Convolves(_) => Mixing::Convolution(Convolution::read(w, c, i, c.taps)?),
        },
        feed_norm: (!c.parallel)
            .then(|| Norm::read(w, c, &name("ffn_norm")))
            .transpose()?,
        feeding: Feeding::read(w, c, i)?,
        after_feed: w.vector_if_any(&name("post_ffw_norm.weight"), c.width)?,
    })
}

fn read_heads(w: &mut Weights<'_>, c: &Config, i: usize, heads: usize, kv: usize) -> Result<Heads> {
    let name = |part: &str| format!("blk.{i}.{part}");
    let width = c.width;
    let qkv = if w.has(&name("attn_qkv.weight")) {
        w.linear(&[(name("attn_qkv.weight"), heads + 2 * kv)], width)?
    } else {
        let parts = [
            ("attn_q.weight", heads),
            ("attn_k.weight", kv),
            ("attn_v.weight", kv),
        ];
        w.linear(&parts.map(|(part, rows)| (name(part), rows)), width)?
    };
    let mut qkv_bias = w.vector_if_any(&name("attn_qkv.bias"), heads + 2 * kv)?;
    let parts = [
        ("attn_q.bias", heads),
        ("attn_k.bias", kv),
        ("attn_v.bias", kv),
    ];
    if parts.iter().any(|(part, _)| w.has(&name(part))) {
        let mut all = Vec::with_capacity(heads + 2 * kv);
        for (part, rows) in parts {
            all.extend(
                w.vector_if_any(&name(part), rows)?
                    .unwrap_or_else(|| vec![0.0; rows]),
            );
        }
        qkv_bias = Some(all);
    }
    let head_norms = match (
        w.vector_if_any(&name("attn_q_norm.weight"), c.head_dim)?,
        w.vector_if_any(&name("attn_k_norm.weight"), c.head_dim)?,
    ) {
        (Some(q), Some(k)) => Some((q, k)),
        (None, None) => None,
        _ => return Err(broken("a norm of queries without one of keys")),
    };
    Ok(Heads {
        qkv,
        qkv_bias,
        head_norms,
        out: w.linear(&[(name("attn_output.weight"), width)], heads)?,
        out_bias: w.vector_if_any(&name("attn_output.bias"), width)?,
        after_attention: w.vector_if_any(&name("post_attention_norm.weight"), width)?,
    })
}

fn turning(w: &mut Weights<'_>, header: &Header, c: &Config) -> Result<Turning> {
    let pairs = header
        .of_architecture("rope.dimension_count")
        .map_or(c.head_dim, |n| n as usize)
        / 2;
    let rope = c.rope.clone();
    if let Some(by) = w.vector_if_any("rope_freqs.weight", pairs)? {
        return Ok(Turning::Same(rope.divided(&by)?));
    }
    // In tensors, or where there are none for them, in the metadata.
    let listed = |key| match config::scaling(header, &c.architecture, key) {
        Some(Value::Reals(all)) => Some(all.clone()),
        _ => None,
    };
    let short = w.vector_if_any("rope_factors_short.weight", pairs)?;
    let long = w.vector_if_any("rope_factors_long.weight", pairs)?;
    match (
        short.or_else(|| listed("short_factor")),
        long.or_else(|| listed("long_factor")),
    ) {
        (Some(short), Some(long)) => {
            let original = header
                .of_architecture("rope.scaling.original_context_length")
                .filter(|n| *n > 1)
                .ok_or_else(|| broken("rotary factors without the original context length"))?;
            let known = header
                .real(&format!("{}.rope.scaling.attn_factor", c.architecture))
                .is_some();
            let stretch = c.context as f64 / original as f64;
            let magnitude = if known || stretch <= 1.0 {
                1.0
            } else {
                (1.0 + stretch.ln() / (original as f64).ln()).sqrt()
            };
            Ok(Turning::ByLength {
                original: original as usize,
                short: rope.clone().divided(&short)?.magnified(magnitude),
                long: rope.divided(&long)?.magnified(magnitude),
            })
        }
        (None, None) => Ok(Turning::Same(rope)),
        _ => Err(broken("rotary factors for one of two lengths only")),
    }
}

/// More tokens of a text.
pub(crate) struct Run<'a> {
    /// What was read of it before.
    pub(crate) cache: &'a mut Cache,
    pub(crate) tokens: &'a [u32],
    pub(crate) want: Want,
    /// Whether it is turned as long texts are.
    pub(crate) long: bool,
}

/// The turns of a run's positions, and those of layers with a window.
struct Turns {
    all: Angles,
    local: Option<Angles>,
}

impl Network {
    /// Reads more of some texts and returns the logits that are wanted of each, row by row. `None`
    /// when `stopped` said so between two layers; the texts' memories are then as they were.
    pub(crate) fn forward(
        &self,
        runs: &mut [Run<'_>],
        stopped: &dyn Fn() -> bool,
    ) -> Result<Option<Vec<Vec<f32>>>> {
        let c = &self.config;
        let mut rows: Vec<Range<usize>> = Vec::with_capacity(runs.len());
        for run in runs.iter_mut() {
            let (count, position) = (run.tokens.len(), run.cache.len);
            self.check(run.tokens, position)?;
            run.cache.reserve(count)?;
            let from = rows.last().map_or(0, |last| last.end);
            rows.push(from..from + count);
        }
        let count = rows.last().map_or(0, |last| last.end);
        let mut x = vec![0.0; count * c.width];
        for (run, rows) in runs.iter().zip(&rows) {
            let x = &mut x[rows.start * c.width..rows.end * c.width];
            self.embed(run.tokens, run.cache.len, x);
        }
        let turns: Vec<Turns> = runs
            .iter()
            .map(|run| {
                let turn = |rope: &Rope| rope.angles(run.cache.len, run.tokens.len());
                Turns {
                    all: turn(self.rope(run.long)),
                    local: c.local_rope.as_ref().map(turn),
                }
            })
            .collect();
        for (i, block) in self.blocks.iter().enumerate() {
            if stopped() {
                return Ok(None);
            }
            let normed = block.mixing_norm.of(&x, c.eps);
            let taken = match (&block.mixing, c.kind(i)) {
                (Mixing::Attention(heads), Kind::Attends(slot) | Kind::Convolves(slot)) => {
                    self.attention((i, slot), heads, &normed, runs, &rows, &turns)
                }
                (Mixing::Convolution(one), Kind::Attends(slot) | Kind::Convolves(slot)) => {
                    one.forward(slot, c.width, &normed, runs, &rows)
                }
            };
            add(&mut x, &taken);
            let fed = match &block.feed_norm {
                Some(norm) => self.feed(block, &norm.of(&x, c.eps), count),
                None => self.feed(block, &normed, count),
            };
            add(&mut x, &fed);
        }
        for run in runs.iter_mut() {
            run.cache.len += run.tokens.len();
        }
        Ok(Some(self.logits(&x, runs, &rows)))
    }

    fn logits(&self, x: &[f32], runs: &[Run<'_>], rows: &[Range<usize>]) -> Vec<Vec<f32>> {
        let c = &self.config;
        let wanted: Vec<Range<usize>> = runs
            .iter()
            .zip(rows)
            .map(|(run, rows)| match run.want {
                Want::Nothing => rows.end..rows.end,
                Want::Last => rows.end - 1..rows.end,
                Want::All => rows.clone(),
            })
            .collect();
        let mut last = Vec::new();
        for rows in &wanted {
            last.extend_from_slice(&x[rows.start * c.width..rows.end * c.width]);
        }
        if last.is_empty() {
            return vec![Vec::new(); runs.len()];
        }
        self.norm.in_place(&mut last, c.eps);
        let mut logits = self.output.forward(&last, last.len() / c.width);
        if let Some(bias) = &self.output_bias {
            logits
                .chunks_exact_mut(c.vocabulary)
                .for_each(|row| add(row, bias));
        }
        if let Some(cap) = c.logit_cap {
            soft_cap(&mut logits, cap);
        }
        if let [_] = runs {
            return vec![logits];
        }
        let mut left = &logits[..];
        wanted
            .iter()
            .map(|rows| {
                let (own, rest) = left.split_at(rows.len() * c.vocabulary);
                left = rest;
                own.to_vec()
            })
            .collect()
    }

    /// `i`: the layer; `slot`: which of those that attend.
    fn attention(
        &self,
        (i, slot): (usize, usize),
        block: &Heads,
        x: &[f32],
        runs: &mut [Run<'_>],
        rows: &[Range<usize>],
        turns: &[Turns],
    ) -> Vec<f32> {
        let c = &self.config;
        let (dim, group) = (c.head_dim, c.heads / c.kv_heads);
        let (q_width, kv_width) = (c.heads * dim, c.kv_heads * dim);
        let all = q_width + 2 * kv_width;
        let count = x.len() / c.width;
        let mut qkv = block.qkv.forward(x, count);
        // Each cache head's queries together, row after row.
        let mut queries = vec![Vec::with_capacity(count * group * dim); c.kv_heads];
        for ((run, rows), turns) in runs.iter_mut().zip(rows).zip(turns) {
            let turns = match &turns.local {
                Some(local) if c.is_local(i) => local,
                _ => &turns.all,
            };
            let own = &mut qkv[rows.start * all..rows.end * all];
            for (row, all) in own.chunks_exact_mut(all).enumerate() {
                if let Some(bias) = &block.qkv_bias {
                    add(all, bias);
                }
                let (q, kv) = all.split_at_mut(q_width);
                let (k, v) = kv.split_at_mut(kv_width);
                if let Some((q_norm, k_norm)) = &block.head_norms {
                    rms_norm_in_place(q, q_norm, c.eps);
                    rms_norm_in_place(k, k_norm, c.eps);
                }
                if c.turns(i) {
                    for head in q.chunks_exact_mut(dim).chain(k.chunks_exact_mut(dim)) {
                        turns.turn(head, row);
                    }
                }
                let position = run.cache.len + row;
                for (head, (k, v)) in k.chunks_exact(dim).zip(v.chunks_exact(dim)).enumerate() {
                    run.cache.put(slot, head, position, k, v);
                    queries[head].extend_from_slice(&q[head * group * dim..][..group * dim]);
                }
            }
        }
        let sight = Sight {
            layer: slot,
            head_dim: dim,
            group,
            scale: c.attention_scale,
            cap: c.attention_cap,
            window: c.window_of(i),
        };
        let width = group * dim;
        let mut questions = Vec::new();
        let mut work = 0;
        for (run, rows) in runs.iter().zip(rows) {
            for from in rows.clone().step_by(ROWS) {
                let to = (from + ROWS).min(rows.end);
                let position = run.cache.len + from - rows.start;
                work += (to - from) * q_width * position.max(1);
                for (head, queries) in queries.iter().enumerate() {
                    let question = Question {
                        cache: run.cache,
                        head,
                        position,
                        queries: &queries[from * width..to * width],
                    };
                    questions.push((from, question));
                }
            }
        }
        let answers: Vec<Mutex<Vec<f32>>> = questions.iter().map(|_| Mutex::default()).collect();
        let answer = |n: usize| {
            let out = questions[n].1.answer(&sight);
            *answers[n].lock().unwrap_or_else(PoisonError::into_inner) = out;
        };
        if work < WORTH_SHARING {
            (0..questions.len()).for_each(answer);
        } else {
            threads::share(questions.len(), answer);
        }
        let mut taken = vec![0.0; count * q_width];
        for ((first, question), answer) in questions.iter().zip(answers) {
            let answer = answer.into_inner().unwrap_or_else(PoisonError::into_inner);
            for (row, from) in answer.chunks_exact(width).enumerate() {
                let to = (first + row) * q_width + question.head * width;
                taken[to..to + width].copy_from_slice(from);
            }
        }
        let mut out = block.out.forward(&taken, count);
        if let Some(bias) = &block.out_bias {
            out.chunks_exact_mut(c.width).for_each(|row| add(row, bias));
        }
        if let Some(norm) = &block.after_attention {
            rms_norm_in_place(&mut out, norm, c.eps);
        }
        out
    }

    /// Whether the network can read these tokens at this position.
    fn check(&self, tokens: &[u32], position: usize) -> Result<()> {
        if tokens.is_empty() || position + tokens.len() > self.config.context {
            return Err(internal("more positions than the network has"));
        }
        match tokens
            .iter()
            .find(|t| **t as usize >= self.config.vocabulary)
        {
            Some(t) => Err(internal(format!("token {t} is not in the vocabulary"))),
            None => Ok(()),
        }
    }

    fn embed(&self, tokens: &[u32], from: usize, x: &mut [f32]) {
        for (token, to) in tokens.iter().zip(x.chunks_exact_mut(self.config.width)) {
            self.embedding.row(*token as usize, to);
        }
        if let Some(by) = self.config.embedding_scale {
            x.iter_mut().for_each(|v| *v *= by);
        }
        if let Some(positions) = &self.positions {
            let mut own = vec![0.0; self.config.width];
            for (position, to) in (from..).zip(x.chunks_exact_mut(self.config.width)) {
                positions.row(position, &mut own);
                add(to, &own);
            }
        }
    }

    /// `x` is brought to one measure already.
    fn feed(&self, block: &Block, x: &[f32], count: usize) -> Vec<f32> {
        let c = &self.config;
        let mut out = block.feeding.forward(c, x, count);
        if let Some(norm) = &block.after_feed {
            rms_norm_in_place(&mut out, norm, c.eps);
        }
        out
    }
}
