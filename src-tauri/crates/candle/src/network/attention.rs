//! What queries take from the values of the positions they see.

use half::slice::HalfFloatSliceExt;

use crate::network::{
    cache::{Cache, PAGE},
    math::{dot, soft_cap, softmax},
};

/// What attention in one layer looks like.
pub(crate) struct Sight {
    pub(crate) layer: usize,
    pub(crate) head_dim: usize,
    /// Query heads for each head of the cache.
    pub(crate) group: usize,
    pub(crate) scale: f32,
    pub(crate) cap: Option<f32>,
    /// Most positions that a query sees, itself included.
    pub(crate) window: Option<usize>,
}

/// Queries of one head of the cache (rows of `group * head_dim`, the first at `position`) and what
/// they take. Each query's numbers depend on itself and what it sees alone.
pub(crate) struct Question<'a> {
    pub(crate) cache: &'a Cache,
    pub(crate) head: usize,
    pub(crate) position: usize,
    pub(crate) queries: &'a [f32],
}

impl Question<'_> {
    pub(crate) fn answer(&self, sight: &Sight) -> Vec<f32> {
        #[cfg(target_arch = "x86_64")]
        if let Some(answer) = wide::answer(self, sight) {
            return answer;
        }
        attend(self, sight)
    }
}

/// The same loops, made by the compiler for wider vectors; the order of sums stays as it is written.
#[cfg(target_arch = "x86_64")]
#[expect(
    unsafe_code,
    reason = "functions for instructions that the processor was asked for"
)]
mod wide {
    use super::{Question, Sight, attend};

    #[target_feature(enable = "avx512f,avx512bw,avx512vl")]
    fn avx512(question: &Question<'_>, sight: &Sight) -> Vec<f32> {
        attend(question, sight)
    }

    #[target_feature(enable = "avx2,f16c")]
    fn avx2(question: &Question<'_>, sight: &Sight) -> Vec<f32> {
        attend(question, sight)
    }

    pub(super) fn answer(question: &Question<'_>, sight: &Sight) -> Option<Vec<f32>> {
        if is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512vl")
        {
            // SAFETY: the processor has just said that it has them.
            return Some(unsafe { avx512(question, sight) });
        }
        if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("f16c") {
            // SAFETY: as above.
            return Some(unsafe { avx2(question, sight) });
        }
        None
    }
}

#[inline(always)]
fn attend(question: &Question<'_>, sight: &Sight) -> Vec<f32> {
    let Question {
        cache,
        head,
        position,
        queries,
    } = *question;
    let dim = sight.head_dim;
    let count = queries.len() / dim;
    let sees = |q: usize| {
        let end = position + q / sight.group + 1;
        sight.window.map_or(0, |w| end.saturating_sub(w))..end
    };
    let from = sees(0).start / PAGE * PAGE;
    let end = sees(count - 1).end;
    let span = end - from;
    let mut wide = vec![0.0; PAGE * dim];
    let mut scores = vec![0.0; count * span];
    for first in (from..end).step_by(PAGE) {
        let last = (first + PAGE).min(end);
        let keys = &mut wide[..(last - first) * dim];
        cache.page(sight.layer, head, 0, first / PAGE)[..keys.len()].convert_to_f32_slice(keys);
        for (q, query) in queries.chunks_exact(dim).enumerate() {
            let sees = sees(q);
            let row = &mut scores[q * span..][..span];
            for p in first.max(sees.start)..last.min(sees.end) {
                row[p - from] = dot(query, &keys[(p - first) * dim..][..dim]) * sight.scale;
            }
        }
    }
    for (q, row) in scores.chunks_exact_mut(span).enumerate() {
        let sees = sees(q);
        let row = &mut row[sees.start - from..sees.end - from];
        if let Some(cap) = sight.cap {
            soft_cap(row, cap);
        }
        softmax(row);
    }
    let mut out = vec![0.0; queries.len()];
    for first in (from..end).step_by(PAGE) {
        let last = (first + PAGE).min(end);
        let values = &mut wide[..(last - first) * dim];
        cache.page(sight.layer, head, 1, first / PAGE)[..values.len()].convert_to_f32_slice(values);
        for (q, to) in out.chunks_exact_mut(dim).enumerate() {
            let sees = sees(q);
            for p in first.max(sees.start)..last.min(sees.end) {
                let share = scores[q * span + p - from];
                for (o, v) in to.iter_mut().zip(&values[(p - first) * dim..][..dim]) {
                    *o += share * v;
                }
            }
        }
    }
    out
}
