//! Work on all of the machine's cores at once.

use std::{
    cell::Cell,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use candle_core::utils::barrier_pool;

/// Numbers below which rows are not worth another thread.
const WORTH_SHARING: usize = 1 << 16;

/// Threads that may work; 0 is all.
static MOST: AtomicUsize = AtomicUsize::new(0);

/// How far computing threads stand back (`nice`): a key that is pressed meanwhile has the processor
/// at once, and where nobody wants it they have all of it.
#[cfg(target_os = "linux")]
const STANDS_BACK: i32 = 10;

thread_local! {
    static STOOD_BACK: Cell<bool> = const { Cell::new(false) };
}

/// Lets this thread stand back behind those that a person waits for, for as long as it lives. On
/// Linux each thread has its own `nice` value (setpriority(2), "C library/kernel differences"); other
/// systems leave it as it is.
pub(crate) fn stand_back() {
    if STOOD_BACK.replace(true) {
        return;
    }
    #[cfg(target_os = "linux")]
    {
        use rustix::{process::setpriority_process, thread::gettid};
        if let Err(error) = setpriority_process(Some(gettid()), STANDS_BACK) {
            tracing::debug!(%error, "a computing thread does not stand back");
        }
    }
}

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
        if thread != others {
            stand_back();
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

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use rustix::{process::getpriority_process, thread::gettid};

    use super::*;

    fn nice() -> i32 {
        getpriority_process(Some(gettid())).unwrap()
    }

    #[test]
    fn a_thread_stands_back_alone() {
        let own = nice();
        let theirs = std::thread::spawn(|| {
            stand_back();
            stand_back();
            nice()
        });
        assert_eq!(theirs.join().unwrap(), STANDS_BACK.max(own));
        assert_eq!(nice(), own);
    }

    #[test]
    fn who_asks_keeps_its_place() {
        let own = nice();
        let seen = Mutex::new(Vec::new());
        share(64, |_| seen.lock().unwrap().push(nice()));
        assert_eq!(nice(), own);
        let seen = seen.into_inner().unwrap();
        assert_eq!(seen.len(), 64);
        assert!(seen.iter().all(|nice| [own, STANDS_BACK].contains(nice)));
    }
}
