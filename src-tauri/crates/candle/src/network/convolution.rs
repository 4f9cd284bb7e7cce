//! Short convolutions in the place of attention (LFM2): each channel is a weighted sum of itself at this
//! position and at the few before it, between two gates.

use std::ops::Range;

use crate::{
    failure::Result,
    network::{Run, config::Config, products::Linear, weights::Weights},
};

pub(super) struct Convolution {
    /// The gate before, the gate behind, and what goes through both, one below the other.
    input: Linear,
    /// A row of weights for each position that is summed, the oldest first.
    taps: Vec<Vec<f32>>,
    out: Linear,
}

impl Convolution {
    pub(super) fn read(w: &mut Weights<'_>, c: &Config, layer: usize, taps: usize) -> Result<Self> {
        let name = |part: &str| format!("blk.{layer}.shortconv.{part}.weight");
        let width = c.width;
        // Channel by channel.
        let lying = w.numbers(&name("conv"), &[width, taps])?;
        let tap = |n: usize| lying.iter().skip(n).step_by(taps).copied().collect();
        Ok(Self {
            input: w.linear(&[(name("in_proj"), 3 * width)], width)?,
            taps: (0..taps).map(tap).collect(),
            out: w.linear(&[(name("out_proj"), width)], width)?,
        })
    }

    /// `slot`: which of the convolutions this is. What goes through is read back from the texts'
    /// memories, so that nothing depends on where a run begins.
    pub(super) fn forward(
        &self,
        slot: usize,
        width: usize,
        x: &[f32],
        runs: &mut [Run<'_>],
        rows: &[Range<usize>],
    ) -> Vec<f32> {
        let count = x.len() / width;
        let mut all = self.input.forward(x, count);
        let mut mixed = vec![0.0; count * width];
        for (run, rows) in runs.iter_mut().zip(rows) {
            let own = &mut all[rows.start * 3 * width..rows.end * 3 * width];
            for (position, row) in (run.cache.len..).zip(own.chunks_exact_mut(3 * width)) {
                let (through, rest) = row.split_at_mut(width);
                let through_both = through.iter_mut().zip(&rest[width..]);
                through_both.for_each(|(gate, x)| *gate *= x);
                run.cache.pass(slot, position, through);
            }
            let mixed = &mut mixed[rows.start * width..rows.end * width];
            let places = (run.cache.len..).zip(mixed.chunks_exact_mut(width));
            for ((position, to), row) in places.zip(own.chunks_exact(3 * width)) {
                for (n, tap) in self.taps.iter().enumerate() {
                    let back = self.taps.len() - 1 - n;
                    let passed = position.checked_sub(back);
                    // Before the beginning there is nothing.
                    let Some(passed) = passed.and_then(|at| run.cache.passed(slot, at)) else {
                        continue;
                    };
                    let all = to.iter_mut().zip(tap.iter().zip(passed));
                    all.for_each(|(to, (tap, x))| *to += tap * x);
                }
                let gate = &row[width..2 * width];
                to.iter_mut().zip(gate).for_each(|(to, gate)| *to *= gate);
            }
        }
        self.out.forward(&mixed, count)
    }
}
