//! Keys and values of what a generation has read so far, in half precision.

use half::{f16, slice::HalfFloatSliceExt};

use crate::{
    failure::Result,
    network::{
        config::Config,
        math::{dot, soft_cap, softmax},
        weights::too_large,
    },
};

/// Room made at the start; longer generations grow it.
const ROOM: usize = 8192;
/// Positions widened at once; keys and values of one head then stay in the nearest cache.
const TILE: usize = 64;
/// Queries that share a widened tile.
const ROWS: usize = 16;

/// One generation's memory.
pub(crate) struct Cache {
    layers: Vec<Layer>,
    /// Positions that all layers hold.
    pub(crate) len: usize,
}

/// Keys and values of a layer, each head's positions in a row.
#[derive(Default)]
pub(crate) struct Layer {
    keys: Vec<Vec<f16>>,
    values: Vec<Vec<f16>>,
}

impl Cache {
    /// An empty memory with room for about `positions`.
    pub(crate) fn new(config: &Config, positions: usize) -> Result<Self> {
        let numbers = positions.min(ROOM).saturating_mul(config.head_dim);
        let rows = || -> Result<Vec<Vec<f16>>> {
            (0..config.kv_heads)
                .map(|_| {
                    let mut row = Vec::new();
                    row.try_reserve_exact(numbers)
                        .map_err(|_| too_large(config.cache_bytes() * positions as u64))?;
                    Ok(row)
                })
                .collect()
        };
        let layers = (0..config.layers)
            .map(|_| {
                Ok(Layer {
                    keys: rows()?,
                    values: rows()?,
                })
            })
            .collect::<Result<_>>()?;
        Ok(Self { layers, len: 0 })
    }

    pub(crate) fn layer(&mut self, layer: usize) -> &mut Layer {
        &mut self.layers[layer]
    }
}

/// What attention in one layer looks like.
pub(crate) struct Sight {
    pub(crate) head_dim: usize,
    /// Query heads for each head of the cache.
    pub(crate) group: usize,
    pub(crate) scale: f32,
    pub(crate) cap: Option<f32>,
    /// Most positions that a query sees, itself included.
    pub(crate) window: Option<usize>,
}

impl Layer {
    /// Adds a position's key and value of one head; forgets what lay behind `position` before.
    pub(crate) fn push(&mut self, head: usize, position: usize, key: &[f32], value: &[f32]) {
        for (row, new) in [(&mut self.keys[head], key), (&mut self.values[head], value)] {
            row.truncate(position * new.len());
            row.extend(new.iter().map(|n| f16::from_f32(*n)));
        }
    }

    /// What the queries of one group (rows of `group * head_dim`, the first at `position`) take
    /// from the values.
    pub(crate) fn attend(
        &self,
        head: usize,
        queries: &[f32],
        position: usize,
        sight: &Sight,
    ) -> Vec<f32> {
        let width = sight.group * sight.head_dim;
        let mut out = vec![0.0; queries.len()];
        let mut wide = vec![0.0; TILE * sight.head_dim];
        let mut scores = Vec::new();
        for (block, (q, to)) in queries
            .chunks(ROWS * width)
            .zip(out.chunks_mut(ROWS * width))
            .enumerate()
        {
            let first = position + block * ROWS;
            self.block(head, q, to, first, sight, &mut wide, &mut scores);
        }
        out
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "two buffers are kept from block to block"
    )]
    fn block(
        &self,
        head: usize,
        queries: &[f32],
        out: &mut [f32],
        position: usize,
        sight: &Sight,
        wide: &mut [f32],
        scores: &mut Vec<f32>,
    ) {
        let dim = sight.head_dim;
        let count = queries.len() / dim;
        let start = |q: usize| {
            let seen = position + q / sight.group + 1;
            sight.window.map_or(0, |w| seen.saturating_sub(w))..seen
        };
        let from = start(0).start / TILE * TILE;
        let end = start(count - 1).end;
        let span = end - from;
        scores.clear();
        scores.resize(count * span, f32::NEG_INFINITY);
        for tile in (from..end).step_by(TILE) {
            let last = (tile + TILE).min(end);
            let keys = &mut wide[..(last - tile) * dim];
            self.keys[head][tile * dim..last * dim].convert_to_f32_slice(keys);
            for (q, query) in queries.chunks_exact(dim).enumerate() {
                let seen = start(q);
                let row = &mut scores[q * span..][..span];
                for p in tile.max(seen.start)..last.min(seen.end) {
                    row[p - from] = dot(query, &keys[(p - tile) * dim..][..dim]) * sight.scale;
                }
            }
        }
        for (q, row) in scores.chunks_exact_mut(span).enumerate() {
            let seen = start(q);
            let row = &mut row[seen.start - from..seen.end - from];
            if let Some(cap) = sight.cap {
                soft_cap(row, cap);
            }
            softmax(row);
        }
        for tile in (from..end).step_by(TILE) {
            let last = (tile + TILE).min(end);
            let values = &mut wide[..(last - tile) * dim];
            self.values[head][tile * dim..last * dim].convert_to_f32_slice(values);
            for (q, to) in out.chunks_exact_mut(dim).enumerate() {
                let seen = start(q);
                for p in tile.max(seen.start)..last.min(seen.end) {
                    let share = scores[q * span + p - from];
                    for (o, v) in to.iter_mut().zip(&values[(p - tile) * dim..][..dim]) {
                        *o += share * v;
                    }
                }
            }
        }
    }
}
