//! Work on all of the machine's cores at once.

use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicUsize, Ordering},
};

use candle_core::utils::barrier_pool;

/// Numbers below which rows are not worth another thread.
const WORTH_SHARING: usize = 1 << 16;

/// Threads that may work; 0 is all.
static MOST: AtomicUsize = AtomicUsize::new(0);

/// Lets at most so many threads compute from now on, 0 for all. What is computed stays the same.
pub(crate) fn limit(threads: usize) {
    MOST.store(threads, Ordering::Relaxed);
}

/// Threads that compute.
pub(crate) fn count() -> usize {
    let all = barrier_pool().n_workers() + 1;
    match MOST.load(Ordering::Relaxed) {
        0 => all,
        most => most.min(all),
    }
}

/// Does `work` for each number below `count`; who is quicker does more.
pub(crate) fn share(count: usize, work: impl Fn(usize) + Sync) {
    let threads = count_of(count);
    if threads < 2 {
        (0..count).for_each(work);
        return;
    }
    let step = (count / (threads * 8)).max(1);
    let next = AtomicUsize::new(0);
    let pool = barrier_pool();
    let others = pool.n_workers();
    pool.execute(|thread| {
        // The caller's own number is the last.
        if thread != others && thread + 1 >= threads {
            return;
        }
        loop {
            let from = next.fetch_add(step, Ordering::Relaxed);
            if from >= count {
                break;
            }
            (from..count.min(from + step)).for_each(&work);
        }
    });
}

fn count_of(pieces: usize) -> usize {
    count().min(pieces)
}

/// Does `work` for each row of `width` numbers.
pub(crate) fn share_rows(all: &mut [f32], width: usize, work: impl Fn(usize, &mut [f32]) + Sync) {
    if all.len() < WORTH_SHARING {
        all.chunks_mut(width)
            .enumerate()
            .for_each(|(i, row)| work(i, row));
        return;
    }
    let rows: Vec<Mutex<&mut [f32]>> = all.chunks_mut(width).map(Mutex::new).collect();
    share(rows.len(), |i| {
        work(
            i,
            &mut rows[i].lock().unwrap_or_else(PoisonError::into_inner),
        );
    });
}
