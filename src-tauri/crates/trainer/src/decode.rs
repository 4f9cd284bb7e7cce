//! Writes text with a network, one token at a time; for samples and measurements only.

use crate::{
    math::{Random, Rope, View, exp, matmul, rms_norm, softmax},
    network::{Network, linear},
};

/// How the next token is chosen.
#[derive(Debug, Clone, Copy)]
pub struct Choice {
    /// 0 is greedy.
    pub temperature: f32,
    /// Keep the likeliest tokens whose probabilities sum to this.
    pub top_p: f32,
    /// Keep this many.
    pub top_k: usize,
}

impl Default for Choice {
    fn default() -> Self {
        Self {
            temperature: 0.8,
            top_p: 0.95,
            top_k: 40,
        }
    }
}

/// Writes on from `prompt` until `end` or `most` tokens; returns the tokens without `end`, and whether it
/// ended. `guide` sees the logits before each choice, and the token chosen last.
pub fn write(
    net: &Network,
    prompt: &[u32],
    end: u32,
    most: usize,
    choice: Choice,
    random: &mut Random,
    mut guide: impl FnMut(&mut [f32], Option<u32>),
) -> (Vec<u32>, bool) {
    let c = net.config;
    let rope = Rope::new(c.context, c.width / c.heads, c.rope_base);
    let mut keys = vec![Vec::new(); c.layers];
    let mut values = vec![Vec::new(); c.layers];
    let mut out = Vec::new();
    let mut logits = Vec::new();
    let room = c.context.saturating_sub(prompt.len()).min(most);
    for (p, t) in prompt.iter().enumerate().take(c.context) {
        logits = step(net, &rope, *t, p, &mut keys, &mut values);
    }
    while out.len() < room {
        guide(&mut logits, out.last().copied());
        let token = choose(&mut logits, choice, random);
        if token == end {
            return (out, true);
        }
        out.push(token);
        if out.len() < room {
            logits = step(
                net,
                &rope,
                token,
                prompt.len() + out.len() - 1,
                &mut keys,
                &mut values,
            );
        }
    }
    (out, false)
}

fn step(
    net: &Network,
    rope: &Rope,
    token: u32,
    position: usize,
    keys: &mut [Vec<f32>],
    values: &mut [Vec<f32>],
) -> Vec<f32> {
    let c = &net.config;
    let (d, h, hd) = (c.width, c.hidden, c.width / c.heads);
    let w = &net.weights;
    let mut x = w[token as usize * d..][..d].to_vec();
    let (mut normed, mut inv) = (vec![0.0; d], [0.0]);
    for ((b, keys), values) in net.blocks.iter().zip(keys).zip(values) {
        rms_norm(&mut normed, &mut inv, &x, &w[b.attn_norm.clone()], c.eps);
        let mut qkv = vec![0.0; 3 * d];
        linear(&mut qkv, &normed, &w[b.qkv.clone()], 1, d, 3 * d, false);
        rope.turn(&mut qkv[..2 * d], position, false);
        keys.extend_from_slice(&qkv[d..2 * d]);
        values.extend_from_slice(&qkv[2 * d..]);
        let n = position + 1;
        let mut att = vec![0.0; d];
        for head in 0..c.heads {
            let at = View::block(head * hd, n, hd, d);
            let mut s = vec![0.0; n];
            let q = View::block(head * hd, 1, hd, d);
            matmul(
                (&mut s, View::of(1, n)),
                (&qkv, q),
                (keys, at.t()),
                (hd as f32).powf(-0.5),
                false,
            );
            softmax(&mut s);
            matmul(
                (&mut att, q),
                (&s, View::of(1, n)),
                (values, at),
                1.0,
                false,
            );
        }
        linear(&mut x, &att, &w[b.out.clone()], 1, d, d, true);
        rms_norm(&mut normed, &mut inv, &x, &w[b.ffn_norm.clone()], c.eps);
        let mut gate_up = vec![0.0; 2 * h];
        linear(
            &mut gate_up,
            &normed,
            &w[b.gate_up.clone()],
            1,
            d,
            2 * h,
            false,
        );
        let act: Vec<f32> = (0..h)
            .map(|i| gate_up[i] / (1.0 + exp(-gate_up[i])) * gate_up[h + i])
            .collect();
        linear(&mut x, &act, &w[b.down.clone()], 1, h, d, true);
    }
    rms_norm(&mut normed, &mut inv, &x, &w[net.norm.clone()], c.eps);
    let mut logits = vec![0.0; c.vocabulary];
    linear(
        &mut logits,
        &normed,
        &w[net.embedding()],
        1,
        d,
        c.vocabulary,
        false,
    );
    logits
}

fn choose(logits: &mut [f32], choice: Choice, random: &mut Random) -> u32 {
    let mut order: Vec<usize> = (0..logits.len()).collect();
    order.sort_by(|a, b| logits[*b].total_cmp(&logits[*a]).then(a.cmp(b)));
    if choice.temperature <= 0.0 {
        return order[0] as u32;
    }
    order.truncate(choice.top_k.max(1));
    let mut p: Vec<f32> = order
        .iter()
        .map(|i| logits[*i] / choice.temperature)
        .collect();
    softmax(&mut p);
    let mut sum = 0.0;
    let keep = p.iter().position(|v| {
        sum += v;
        sum >= choice.top_p
    });
    p.truncate(keep.map_or(p.len(), |k| k + 1));
    let mut left = random.unit() * p.iter().sum::<f32>();
    for (i, v) in p.iter().enumerate() {
        left -= v;
        if left <= 0.0 {
            return order[i] as u32;
        }
    }
    order[0] as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::{Config, Document, EVEN};

    /// One step after another must say the same as the whole at once.
    #[test]
    fn steps_agree_with_the_forward_pass() {
        let config = Config {
            vocabulary: 13,
            width: 16,
            layers: 2,
            heads: 2,
            hidden: 24,
            context: 16,
            rope_base: 1e4,
            eps: 1e-5,
        };
        let net = Network::new(config, 3);
        let rope = Rope::new(16, 8, 1e4);
        let tokens = [3u32, 7, 1, 12, 5, 2];
        let (mut k, mut v) = (vec![Vec::new(); 2], vec![Vec::new(); 2]);
        let mut loss = 0.0;
        for (p, t) in tokens[..5].iter().enumerate() {
            let mut logits = step(&net, &rope, *t, p, &mut k, &mut v);
            let at = logits[tokens[p + 1] as usize];
            loss += f64::from(softmax(&mut logits) - at);
        }
        let doc = Document {
            tokens: tokens.to_vec(),
            prompt: 1,
            marks: EVEN,
        };
        let whole = net.loss(&rope, &[&doc], None, 1.0).0;
        assert!((loss - whole).abs() < 1e-4, "{loss} {whole}");
    }

    #[test]
    fn greedy_takes_the_likeliest() {
        let mut random = Random::new(1, 1);
        let choice = Choice {
            temperature: 0.0,
            ..Choice::default()
        };
        assert_eq!(choose(&mut [0.1, 2.0, -1.0], choice, &mut random), 1);
    }
}
