//! The decoder: one network for all architectures that [`config::ARCHITECTURES`] names.

pub(crate) mod cache;
pub(crate) mod config;
mod math;
pub(crate) mod rope;
pub(crate) mod weights;

use std::{
    fs::File,
    sync::{Arc, Mutex, PoisonError},
};

use candle_core::{Device, Tensor, quantized::QTensor, utils::barrier_pool};

use crate::{
    failure::{Result, broken, internal, tensor},
    network::{
        cache::{Cache, Sight},
        config::{Activation, Config},
        math::{add, gelu, rms_norm, rms_norm_in_place, silu, soft_cap},
        rope::{Angles, Rope},
        weights::{Linear, Weights},
    },
    preflight::Header,
};

/// Below this many multiplications, waking other threads costs more than it brings.
const WORTH_SHARING: usize = 1 << 18;

/// Which logits are wanted of a run of tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Want {
    /// None: more of the prompt follows.
    Nothing,
    /// Those of the last token.
    Last,
    /// Those of every token.
    #[cfg_attr(not(test), expect(dead_code, reason = "measures agreement in tests"))]
    All,
}

/// One block of the network.
struct Block {
    attention_norm: Vec<f32>,
    /// Query, key and value rows, one below the other.
    qkv: Linear,
    qkv_bias: Option<Vec<f32>>,
    /// Norms of each head's query and key.
    head_norms: Option<(Vec<f32>, Vec<f32>)>,
    out: Linear,
    out_bias: Option<Vec<f32>>,
    after_attention: Option<Vec<f32>>,
    feed_norm: Vec<f32>,
    /// Gate and up rows, one below the other.
    gate_up: Linear,
    down: Linear,
    after_feed: Option<Vec<f32>>,
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
    embedding: Arc<QTensor>,
    blocks: Vec<Block>,
    norm: Vec<f32>,
    output: Linear,
    turning: Turning,
}

impl Network {
    /// Reads the weights.
    pub(crate) fn load(header: &Header, file: File) -> Result<Self> {
        let config = Config::read(header)?;
        let mut w = Weights::new(header, file);
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
        let norm = w.vector("output_norm.weight", width)?;
        let output = if w.has("output.weight") {
            w.linear(&[("output.weight".to_owned(), config.vocabulary)], width)?
        } else {
            w.shared(&embedding, config.vocabulary, width)?
        };
        let turning = turning(&mut w, header, &config)?;
        w.finish(&config.architecture)?;
        Ok(Self {
            config,
            embedding,
            blocks,
            norm,
            output,
            turning,
        })
    }

    /// The turning for a generation of at most `positions`.
    fn rope(&self, positions: usize) -> &Rope {
        match &self.turning {
            Turning::Same(rope) => rope,
            Turning::ByLength {
                original, short, ..
            } if positions <= *original => short,
            Turning::ByLength { long, .. } => long,
        }
    }

    /// An empty memory for a generation of at most `positions`.
    pub(crate) fn session(&self, positions: usize) -> Result<Session<'_>> {
        Ok(Session {
            network: self,
            cache: Cache::new(&self.config, positions)?,
            rope: self.rope(positions),
        })
    }
}

fn block(w: &mut Weights<'_>, c: &Config, i: usize, heads: usize, kv: usize) -> Result<Block> {
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
    let gate_up = if w.has(&name("ffn_gate.weight")) {
        let parts = ["ffn_gate.weight", "ffn_up.weight"];
        w.linear(&parts.map(|part| (name(part), c.hidden)), width)?
    } else {
        w.linear(&[(name("ffn_up.weight"), 2 * c.hidden)], width)?
    };
    Ok(Block {
        attention_norm: w.vector(&name("attn_norm.weight"), width)?,
        qkv,
        qkv_bias,
        head_norms,
        out: w.linear(&[(name("attn_output.weight"), width)], heads)?,
        out_bias: w.vector_if_any(&name("attn_output.bias"), width)?,
        after_attention: w.vector_if_any(&name("post_attention_norm.weight"), width)?,
        feed_norm: w.vector(&name("ffn_norm.weight"), width)?,
        gate_up,
        down: w.linear(&[(name("ffn_down.weight"), width)], c.hidden)?,
        after_feed: w.vector_if_any(&name("post_ffw_norm.weight"), width)?,
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
    match (
        w.vector_if_any("rope_factors_short.weight", pairs)?,
        w.vector_if_any("rope_factors_long.weight", pairs)?,
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

/// One generation's way through the network.
pub(crate) struct Session<'a> {
    network: &'a Network,
    cache: Cache,
    rope: &'a Rope,
}

impl Session<'_> {
    /// Positions read so far.
    pub(crate) fn len(&self) -> usize {
        self.cache.len
    }

    /// Forgets what came after so many positions.
    pub(crate) fn rewind(&mut self, positions: usize) {
        self.cache.len = self.cache.len.min(positions);
    }

    /// Reads tokens and returns the logits that are wanted, row by row. `None` when `stopped` said
    /// so between two layers; the session is then of no further use.
    pub(crate) fn forward(
        &mut self,
        tokens: &[u32],
        want: Want,
        stopped: &dyn Fn() -> bool,
    ) -> Result<Option<Vec<f32>>> {
        let net = self.network;
        let c = &net.config;
        let (count, position) = (tokens.len(), self.cache.len);
        if count == 0 || position + count > c.context {
            return Err(internal("more positions than the network has"));
        }
        let mut x = net.embed(tokens)?;
        let angles = self.rope.angles(position, count);
        let local = c
            .local_rope
            .as_ref()
            .map(|rope| rope.angles(position, count));
        for (i, block) in net.blocks.iter().enumerate() {
            if stopped() {
                return Ok(None);
            }
            let turns = match &local {
                Some(local) if c.is_local(i) => local,
                _ => &angles,
            };
            let taken = self.attention(i, block, &x, count, c.turns(i).then_some(turns))?;
            add(&mut x, &taken);
            let fed = net.feed(block, &x, count)?;
            add(&mut x, &fed);
        }
        self.cache.len += count;
        let rows = match want {
            Want::Nothing => return Ok(Some(Vec::new())),
            Want::Last => 1,
            Want::All => count,
        };
        let last = &x[(count - rows) * c.width..];
        let mut logits = net
            .output
            .forward(&rms_norm(last, &net.norm, c.eps), rows)?;
        if let Some(cap) = c.logit_cap {
            soft_cap(&mut logits, cap);
        }
        Ok(Some(logits))
    }

    fn attention(
        &mut self,
        i: usize,
        block: &Block,
        x: &[f32],
        count: usize,
        turns: Option<&Angles>,
    ) -> Result<Vec<f32>> {
        let c = &self.network.config;
        let (dim, group) = (c.head_dim, c.heads / c.kv_heads);
        let (q_width, kv_width) = (c.heads * dim, c.kv_heads * dim);
        let position = self.cache.len;
        let mut qkv = block
            .qkv
            .forward(&rms_norm(x, &block.attention_norm, c.eps), count)?;
        let layer = self.cache.layer(i);
        // Each cache head's queries together, row after row.
        let mut queries = vec![Vec::with_capacity(count * group * dim); c.kv_heads];
        for (row, all) in qkv.chunks_exact_mut(q_width + 2 * kv_width).enumerate() {
            if let Some(bias) = &block.qkv_bias {
                add(all, bias);
            }
            let (q, kv) = all.split_at_mut(q_width);
            let (k, v) = kv.split_at_mut(kv_width);
            if let Some((q_norm, k_norm)) = &block.head_norms {
                rms_norm_in_place(q, q_norm, c.eps);
                rms_norm_in_place(k, k_norm, c.eps);
            }
            if let Some(turns) = turns {
                for head in q.chunks_exact_mut(dim).chain(k.chunks_exact_mut(dim)) {
                    turns.turn(head, row);
                }
            }
            for (head, (k, v)) in k.chunks_exact(dim).zip(v.chunks_exact(dim)).enumerate() {
                layer.push(head, position + row, k, v);
                queries[head].extend_from_slice(&q[head * group * dim..][..group * dim]);
            }
        }
        let sight = Sight {
            head_dim: dim,
            group,
            scale: c.attention_scale,
            cap: c.attention_cap,
            window: c.window.filter(|_| c.is_local(i)).map(|w| w.size),
        };
        let layer = &*layer;
        let attended: Vec<Mutex<Vec<f32>>> = (0..c.kv_heads).map(|_| Mutex::default()).collect();
        let head = |h: usize| {
            let out = layer.attend(h, &queries[h], position, &sight);
            *attended[h].lock().unwrap_or_else(PoisonError::into_inner) = out;
        };
        if q_width * count * (position + count) < WORTH_SHARING {
            (0..c.kv_heads).for_each(head);
        } else {
            barrier_pool().execute_chunked(c.kv_heads, |heads| heads.for_each(head));
        }
        let mut rows = vec![0.0; count * q_width];
        for (h, part) in attended.into_iter().enumerate() {
            let part = part.into_inner().unwrap_or_else(PoisonError::into_inner);
            let width = group * dim;
            for (to, from) in rows.chunks_exact_mut(q_width).zip(part.chunks_exact(width)) {
                to[h * width..][..width].copy_from_slice(from);
            }
        }
        let mut out = block.out.forward(&rows, count)?;
        if let Some(bias) = &block.out_bias {
            out.chunks_exact_mut(c.width).for_each(|row| add(row, bias));
        }
        if let Some(norm) = &block.after_attention {
            rms_norm_in_place(&mut out, norm, c.eps);
        }
        Ok(out)
    }
}

impl Network {
    fn embed(&self, tokens: &[u32]) -> Result<Vec<f32>> {
        if let Some(t) = tokens
            .iter()
            .find(|t| **t as usize >= self.config.vocabulary)
        {
            return Err(internal(format!("token {t} is not in the vocabulary")));
        }
        let ids = Tensor::from_slice(tokens, tokens.len(), &Device::Cpu).map_err(tensor)?;
        let mut x = self
            .embedding
            .embedding(&ids)
            .and_then(|x| x.flatten_all())
            .and_then(|x| x.to_vec1::<f32>())
            .map_err(tensor)?;
        if let Some(by) = self.config.embedding_scale {
            x.iter_mut().for_each(|v| *v *= by);
        }
        Ok(x)
    }

    fn feed(&self, block: &Block, x: &[f32], count: usize) -> Result<Vec<f32>> {
        let c = &self.config;
        let both = block
            .gate_up
            .forward(&rms_norm(x, &block.feed_norm, c.eps), count)?;
        let mut inner = Vec::with_capacity(count * c.hidden);
        for row in both.chunks_exact(2 * c.hidden) {
            let (gate, up) = row.split_at(c.hidden);
            let pairs = gate.iter().zip(up);
            match c.activation {
                Activation::Silu => inner.extend(pairs.map(|(g, u)| silu(*g) * u)),
                Activation::Gelu => inner.extend(pairs.map(|(g, u)| gelu(*g) * u)),
            }
        }
        let mut out = block.down.forward(&inner, count)?;
        if let Some(norm) = &block.after_feed {
            rms_norm_in_place(&mut out, norm, c.eps);
        }
        Ok(out)
    }
}
