//! The network: BERT's blocks (Devlin et al. 2018), norms after each half.

use candle_core::{D, Device, Tensor};

use super::{files::Config, weights::Weights};
use crate::failure::{Result, broken, internal, tensor};

const DEVICE: Device = Device::Cpu;

struct Linear {
    weight: Tensor,
    bias: Tensor,
}

struct Norm {
    weight: Tensor,
    bias: Tensor,
}

struct Block {
    query: Linear,
    key: Linear,
    value: Linear,
    out: Linear,
    after_attention: Norm,
    up: Linear,
    down: Linear,
    after_feed: Norm,
}

/// A network with its weights.
pub(super) struct Encoder {
    config: Config,
    words: Tensor,
    positions: Tensor,
    /// Of the first sort of text, where the network has sorts.
    sort: Option<Tensor>,
    norm: Norm,
    blocks: Vec<Block>,
}

type Computed<T> = candle_core::Result<T>;

/// The names of the tensors and what each has to be.
fn wanted(config: &Config, prefix: &str) -> Vec<(String, Vec<usize>)> {
    let (width, inner) = (config.hidden_size, config.intermediate_size);
    let mut all = vec![
        (
            "embeddings.word_embeddings.weight".to_owned(),
            vec![config.vocab_size, width],
        ),
        (
            "embeddings.position_embeddings.weight".to_owned(),
            vec![config.max_position_embeddings, width],
        ),
    ];
    for i in 0..config.num_hidden_layers {
        for (part, to, from) in [
            ("attention.self.query", width, width),
            ("attention.self.key", width, width),
            ("attention.self.value", width, width),
            ("attention.output.dense", width, width),
            ("intermediate.dense", inner, width),
            ("output.dense", width, inner),
        ] {
            all.push((format!("encoder.layer.{i}.{part}.weight"), vec![to, from]));
            all.push((format!("encoder.layer.{i}.{part}.bias"), vec![to]));
        }
    }
    for (name, _) in &mut all {
        name.insert_str(0, prefix);
    }
    all
}

const FIRST: &str = "embeddings.word_embeddings.weight";

fn prefix(weights: &Weights) -> Result<String> {
    weights
        .prefix(FIRST)
        .ok_or_else(|| broken(format!("{FIRST} is missing")))
}

/// Whether the tensors are those of the network that the config describes.
pub(super) fn check(config: &Config, weights: &Weights) -> Result<()> {
    let prefix = prefix(weights)?;
    let mut wanted = wanted(config, &prefix).into_iter();
    wanted.try_for_each(|(name, shape)| weights.expect(&name, &shape))
}

/// Reads tensors below a prefix.
struct Reader<'a> {
    weights: &'a mut Weights,
    prefix: String,
}

impl Reader<'_> {
    fn tensor(&mut self, name: &str, shape: &[usize]) -> Result<Tensor> {
        let numbers = self
            .weights
            .read(&format!("{}{name}", self.prefix), shape)?;
        Tensor::from_vec(numbers, shape, &DEVICE).map_err(tensor)
    }

    fn linear(&mut self, name: &str, to: usize, from: usize) -> Result<Linear> {
        let weight = self.tensor(&format!("{name}.weight"), &[to, from])?;
        Ok(Linear {
            weight: weight.t().map_err(tensor)?,
            bias: self.tensor(&format!("{name}.bias"), &[to])?,
        })
    }

    fn norm(&mut self, name: &str, width: usize) -> Result<Norm> {
        // Files from TensorFlow have the older names.
        let old = self.weights.has(&format!("{}{name}.gamma", self.prefix));
        let (weight, bias) = if old {
            ("gamma", "beta")
        } else {
            ("weight", "bias")
        };
        Ok(Norm {
            weight: self.tensor(&format!("{name}.{weight}"), &[width])?,
            bias: self.tensor(&format!("{name}.{bias}"), &[width])?,
        })
    }
}

impl Encoder {
    pub(super) fn load(config: &Config, weights: &mut Weights) -> Result<Self> {
        check(config, weights)?;
        let prefix = prefix(weights)?;
        let mut r = Reader { weights, prefix };
        let (width, inner) = (config.hidden_size, config.intermediate_size);
        let words = r.tensor(FIRST, &[config.vocab_size, width])?;
        let positions = r.tensor(
            "embeddings.position_embeddings.weight",
            &[config.max_position_embeddings, width],
        )?;
        let sort = if config.type_vocab_size > 0 {
            let name = "embeddings.token_type_embeddings.weight";
            let all = r.tensor(name, &[config.type_vocab_size, width])?;
            Some(all.get(0).map_err(tensor)?)
        } else {
            None
        };
        let norm = r.norm("embeddings.LayerNorm", width)?;
        let blocks = (0..config.num_hidden_layers).map(|i| {
            let mut linear =
                |part: &str, to, from| r.linear(&format!("encoder.layer.{i}.{part}"), to, from);
            let (query, key, value) = (
                linear("attention.self.query", width, width)?,
                linear("attention.self.key", width, width)?,
                linear("attention.self.value", width, width)?,
            );
            let out = linear("attention.output.dense", width, width)?;
            let up = linear("intermediate.dense", inner, width)?;
            let down = linear("output.dense", width, inner)?;
            Ok(Block {
                query,
                key,
                value,
                out,
                up,
                down,
                after_attention: r.norm(
                    &format!("encoder.layer.{i}.attention.output.LayerNorm"),
                    width,
                )?,
                after_feed: r.norm(&format!("encoder.layer.{i}.output.LayerNorm"), width)?,
            })
        });
        Ok(Self {
            blocks: blocks.collect::<Result<_>>()?,
            config: config.clone(),
            words,
            positions,
            sort,
            norm,
        })
    }

    /// The last row of numbers for each token, one after another.
    pub(super) fn forward(&self, tokens: &[u32]) -> Result<Vec<f32>> {
        let first = self.config.first_position();
        if tokens.is_empty() || tokens.len() + first > self.config.max_position_embeddings {
            return Err(internal("more tokens than the network has positions"));
        }
        self.compute(tokens, first).map_err(tensor)
    }

    fn compute(&self, tokens: &[u32], first: usize) -> Computed<Vec<f32>> {
        let ids = Tensor::new(tokens, &DEVICE)?;
        let mut x = self.words.index_select(&ids, 0)?;
        x = (x + self.positions.narrow(0, first, tokens.len())?)?;
        if let Some(sort) = &self.sort {
            x = x.broadcast_add(sort)?;
        }
        x = self.norm.apply(&x, self.config.layer_norm_eps)?;
        for block in &self.blocks {
            x = self.block(block, &x)?;
        }
        x.flatten_all()?.to_vec1()
    }

    fn block(&self, block: &Block, x: &Tensor) -> Computed<Tensor> {
        let eps = self.config.layer_norm_eps;
        let (count, width) = x.dims2()?;
        let heads = self.config.num_attention_heads;
        let apart = |linear: &Linear| -> Computed<Tensor> {
            let rows = linear.apply(x)?;
            rows.reshape((count, heads, width / heads))?
                .transpose(0, 1)?
                .contiguous()
        };
        let (query, key, value) = (
            apart(&block.query)?,
            apart(&block.key)?,
            apart(&block.value)?,
        );
        let scale = 1.0 / ((width / heads) as f64).sqrt();
        let scores = (query.matmul(&key.t()?.contiguous()?)? * scale)?;
        let seen = softmax(&scores)?.matmul(&value)?;
        let seen = seen
            .transpose(0, 1)?
            .contiguous()?
            .reshape((count, width))?;
        let x = block
            .after_attention
            .apply(&(x + block.out.apply(&seen)?)?, eps)?;
        let fed = block.up.apply(&x)?;
        let fed = match self.config.hidden_act.as_str() {
            "gelu" => fed.gelu_erf()?,
            "relu" => fed.relu()?,
            _ => fed.gelu()?,
        };
        block
            .after_feed
            .apply(&(&x + block.down.apply(&fed)?)?, eps)
    }
}

impl Linear {
    fn apply(&self, x: &Tensor) -> Computed<Tensor> {
        x.matmul(&self.weight)?.broadcast_add(&self.bias)
    }
}

impl Norm {
    fn apply(&self, x: &Tensor, eps: f64) -> Computed<Tensor> {
        let x = x.broadcast_sub(&x.mean_keepdim(D::Minus1)?)?;
        let spread = (x.sqr()?.mean_keepdim(D::Minus1)? + eps)?.sqrt()?;
        x.broadcast_div(&spread)?
            .broadcast_mul(&self.weight)?
            .broadcast_add(&self.bias)
    }
}

fn softmax(x: &Tensor) -> Computed<Tensor> {
    let x = x.broadcast_sub(&x.max_keepdim(D::Minus1)?)?.exp()?;
    x.broadcast_div(&x.sum_keepdim(D::Minus1)?)
}
