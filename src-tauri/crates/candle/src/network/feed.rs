//! The feed-forward part of a block: one for all tokens, or experts of which each token asks a few.

use crate::{
    failure::Result,
    network::{
        config::{Activation, Config, Experts},
        math::{add, dot, gelu, sigmoid, silu, softmax},
        products::Linear,
        threads,
        weights::Weights,
    },
};

/// One feed-forward part.
pub(crate) struct Feed {
    /// Gate and up rows, one below the other; only up rows where there is no gate.
    up: Linear,
    up_bias: Option<Vec<f32>>,
    down: Linear,
    down_bias: Option<Vec<f32>>,
    hidden: usize,
    gated: bool,
}

/// What a block feeds its tokens to.
pub(crate) enum Feeding {
    One(Feed),
    Many(Many),
}

/// Experts, and one beside them that all tokens ask.
pub(crate) struct Many {
    sizes: Experts,
    /// How likely a token asks each.
    router: Linear,
    experts: Vec<Feed>,
    /// With what tells how much of it a token takes.
    shared: Option<(Feed, Vec<f32>)>,
}

impl Feeding {
    pub(crate) fn read(w: &mut Weights<'_>, c: &Config, i: usize) -> Result<Self> {
        let name = |part: &str| format!("blk.{i}.{part}");
        let Some(sizes) = c.experts else {
            return Ok(Self::One(Feed::read(w, c, i)?));
        };
        let (width, count, hidden) = (c.width, sizes.count, sizes.hidden);
        let router = w.linear(&[(name("ffn_gate_inp.weight"), count)], width)?;
        // Mixtral's first files have a tensor for each expert.
        let apart = w.has(&name("ffn_gate.0.weight"));
        let mut all = |part: &str, rows, columns| {
            if !apart {
                let together = name(&format!("ffn_{part}_exps.weight"));
                return w.matrices(&together, count, rows, columns);
            }
            let one = |expert| name(&format!("ffn_{part}.{expert}.weight"));
            (0..count)
                .map(|expert| w.matrix(&one(expert), rows, columns))
                .collect()
        };
        let gates = all("gate", hidden, width)?;
        let ups = all("up", hidden, width)?;
        let downs = all("down", width, hidden)?;
        let experts = gates
            .into_iter()
            .zip(ups)
            .zip(downs)
            .map(|((gate, up), down)| Feed {
                up: Linear::new(vec![gate, up], width),
                up_bias: None,
                down: Linear::new(vec![down], hidden),
                down_bias: None,
                hidden,
                gated: true,
            })
            .collect();
        let shared = if w.has(&name("ffn_gate_shexp.weight")) {
            let hidden = w.rows(&name("ffn_gate_shexp.weight"))?;
            let parts = ["ffn_gate_shexp.weight", "ffn_up_shexp.weight"];
            let feed = Feed {
                up: w.linear(&parts.map(|part| (name(part), hidden)), width)?,
                up_bias: None,
                down: w.linear(&[(name("ffn_down_shexp.weight"), width)], hidden)?,
                down_bias: None,
                hidden,
                gated: true,
            };
            Some((feed, w.vector(&name("ffn_gate_inp_shexp.weight"), width)?))
        } else {
            None
        };
        Ok(Self::Many(Many {
            sizes,
            router,
            experts,
            shared,
        }))
    }

    pub(crate) fn forward(&self, c: &Config, x: &[f32], count: usize) -> Vec<f32> {
        match self {
            Self::One(feed) => feed.forward(c, x, count),
            Self::Many(many) => many.forward(c, x, count),
        }
    }
}

impl Feed {
    fn read(w: &mut Weights<'_>, c: &Config, i: usize) -> Result<Self> {
        let name = |part: &str| format!("blk.{i}.{part}");
        let (width, hidden) = (c.width, c.hidden);
        let gated = c.gated;
        let (up, rows) = if w.has(&name("ffn_gate.weight")) {
            let parts = ["ffn_gate.weight", "ffn_up.weight"];
            let up = w.linear(&parts.map(|part| (name(part), hidden)), width)?;
            (up, 2 * hidden)
        } else {
            let rows = if gated { 2 * hidden } else { hidden };
            (w.linear(&[(name("ffn_up.weight"), rows)], width)?, rows)
        };
        Ok(Self {
            up,
            up_bias: w.vector_if_any(&name("ffn_up.bias"), rows)?,
            down: w.linear(&[(name("ffn_down.weight"), width)], hidden)?,
            down_bias: w.vector_if_any(&name("ffn_down.bias"), width)?,
            hidden,
            gated,
        })
    }

    fn forward(&self, c: &Config, x: &[f32], count: usize) -> Vec<f32> {
        let hidden = self.hidden;
        let mut both = self.up.forward(x, count);
        if let Some(bias) = &self.up_bias {
            both.chunks_exact_mut(bias.len())
                .for_each(|row| add(row, bias));
        }
        let inner = if self.gated {
            let mut inner = vec![0.0; count * hidden];
            threads::share_rows(&mut inner, hidden, |row, inner| {
                let (gate, up) = both[row * 2 * hidden..][..2 * hidden].split_at(hidden);
                let all = inner.iter_mut().zip(gate.iter().zip(up));
                match c.activation {
                    Activation::Silu => all.for_each(|(to, (g, u))| *to = silu(*g) * u),
                    Activation::Gelu => all.for_each(|(to, (g, u))| *to = gelu(*g) * u),
                }
            });
            inner
        } else {
            threads::share_rows(&mut both, hidden, |_, row| match c.activation {
                Activation::Silu => row.iter_mut().for_each(|v| *v = silu(*v)),
                Activation::Gelu => row.iter_mut().for_each(|v| *v = gelu(*v)),
            });
            both
        };
        let mut out = self.down.forward(&inner, count);
        if let Some(bias) = &self.down_bias {
            out.chunks_exact_mut(bias.len())
                .for_each(|row| add(row, bias));
        }
        out
    }
}

impl Many {
    /// What a row becomes depends on this row alone: its experts are added in their order, whoever
    /// else asks them.
    fn forward(&self, c: &Config, x: &[f32], count: usize) -> Vec<f32> {
        let width = c.width;
        let mut shares = self.router.forward(x, count);
        // For each expert the rows that ask it, and its share in each.
        let mut asking: Vec<Vec<(usize, f32)>> = vec![Vec::new(); self.sizes.count];
        for (row, shares) in shares.chunks_exact_mut(self.sizes.count).enumerate() {
            softmax(shares);
            let mut order: Vec<usize> = (0..shares.len()).collect();
            order.sort_by(|a, b| shares[*b].total_cmp(&shares[*a]).then(a.cmp(b)));
            order.truncate(self.sizes.asked);
            let whole: f32 = order.iter().map(|expert| shares[*expert]).sum();
            for expert in order {
                let share = if self.sizes.whole {
                    shares[expert] / whole
                } else {
                    shares[expert]
                };
                asking[expert].push((row, share));
            }
        }
        let mut out = vec![0.0; count * width];
        for (expert, rows) in self.experts.iter().zip(&asking) {
            if rows.is_empty() {
                continue;
            }
            let mut own = Vec::with_capacity(rows.len() * width);
            for (row, _) in rows {
                own.extend_from_slice(&x[row * width..][..width]);
            }
            let fed = expert.forward(c, &own, rows.len());
            for ((row, share), fed) in rows.iter().zip(fed.chunks_exact(width)) {
                let to = &mut out[row * width..][..width];
                to.iter_mut().zip(fed).for_each(|(to, v)| *to += share * v);
            }
        }
        if let Some((feed, gate)) = &self.shared {
            let fed = feed.forward(c, x, count);
            let rows = out.chunks_exact_mut(width).zip(fed.chunks_exact(width));
            for ((to, fed), x) in rows.zip(x.chunks_exact(width)) {
                let share = sigmoid(dot(x, gate));
                to.iter_mut().zip(fed).for_each(|(to, v)| *to += share * v);
            }
        }
        out
    }
}
