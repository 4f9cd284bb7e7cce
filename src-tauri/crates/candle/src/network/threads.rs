//! Work on all of the machine's cores at once.

use std::{
    cell::Cell,
    sync::{
        Mutex, OnceLock, PoisonError,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use candle_core::utils::barrier_pool;

/// Numbers below which rows are not worth another thread.
const WORTH_SHARING: usize = 1 << 16;

/// Threads that may work; 0 is all.
static MOST: AtomicUsize = AtomicUsize::new(0);

/// For how long processors are left to what answers a person: longer than between two keys.
const WAY: Duration = Duration::from_millis(1500);

/// Processors that are left: one for the page, one for the window and whatever shows it.
const LEFT: usize = 2;

/// Where fewer can be left, nothing is computed for as long as a key needs to be seen.
const STILL: Duration = Duration::from_millis(40);

/// Between two such times, so that a key that is held down does not stop all work.
const GOES_ON: Duration = Duration::from_millis(15);

/// Until when way is made and until when all is still, in milliseconds since [`now`] was first asked.
static WAY_UNTIL: AtomicU64 = AtomicU64::new(0);
static STILL_UNTIL: AtomicU64 = AtomicU64::new(0);

/// Whether anything was ever computed here: before that there is no pool, and a key makes none.
static COMPUTES: AtomicBool = AtomicBool::new(false);

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

/// Leaves processors to others for a moment, from now on. What is computed stays the same.
pub(crate) fn make_way() {
    WAY_UNTIL.fetch_max(now() + millis(WAY), Ordering::Relaxed);
}

/// As [`make_way`], for a key that somebody waits to see.
pub(crate) fn make_way_for_a_key() {
    make_way();
    if !COMPUTES.load(Ordering::Relaxed) {
        return;
    }
    let all = barrier_pool().n_workers() + 1;
    if all - beside(all) >= LEFT {
        return;
    }
    let now = now();
    let last = STILL_UNTIL.load(Ordering::Relaxed);
    if last == 0 || now >= last + millis(GOES_ON) {
        STILL_UNTIL.store(now + millis(STILL), Ordering::Relaxed);
    }
}

fn is_before(until: &AtomicU64) -> bool {
    match until.load(Ordering::Relaxed) {
        0 => false,
        until => now() < until,
    }
}

/// Waits while all is to be still.
fn be_still() {
    loop {
        let until = STILL_UNTIL.load(Ordering::Relaxed);
        if until == 0 {
            return;
        }
        match until.saturating_sub(now()) {
            0 => return,
            rest => std::thread::sleep(Duration::from_millis(rest)),
        }
    }
}

/// Threads that compute beside a person, of all that there are.
fn beside(all: usize) -> usize {
    all.saturating_sub(LEFT).max(1)
}

fn now() -> u64 {
    static FIRST: OnceLock<Instant> = OnceLock::new();
    millis(FIRST.get_or_init(Instant::now).elapsed())
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// Threads that compute.
pub(crate) fn count() -> usize {
    let all = barrier_pool().n_workers() + 1;
    let most = match MOST.load(Ordering::Relaxed) {
        0 => all,
        most => most.min(all),
    };
    if is_before(&WAY_UNTIL) {
        most.min(beside(all))
    } else {
        most
    }
}

/// Does `work` for each number below `count`; who is quicker does more.
pub(crate) fn share(count: usize, work: impl Fn(usize) + Sync) {
    COMPUTES.store(true, Ordering::Relaxed);
    be_still();
    let threads = count_of(count);
    if threads < 2 {
        for i in 0..count {
            be_still();
            work(i);
        }
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
            // A key in the middle of this: the others go, and what is left is the caller's.
            if thread == others {
                be_still();
            } else if thread + 1 >= self::count() {
                break;
            }
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
mod way {
    use super::*;

    #[test]
    fn two_processors_are_left_where_there_are_as_many() {
        let left = [1, 2, 3, 4, 8, 64].map(|all| (all, beside(all)));
        assert_eq!(left, [(1, 1), (2, 1), (3, 1), (4, 2), (8, 6), (64, 62)]);
    }

    /// All that way does is one for the whole process, so there is one test of it.
    #[test]
    fn processors_are_left_to_who_types_and_nothing_is_left_out() {
        let all = barrier_pool().n_workers() + 1;
        assert_eq!(count(), all);
        make_way_for_a_key();
        // Nothing computes yet, so there is nothing to stop.
        assert_eq!(STILL_UNTIL.load(Ordering::Relaxed), 0);
        WAY_UNTIL.store(0, Ordering::Relaxed);
        let done: Vec<AtomicUsize> = (0..1000).map(|_| AtomicUsize::new(0)).collect();
        for whole in [1, 2, 3] {
            // In the middle of the work, and before it.
            share(done.len(), |i| {
                if i == 300 {
                    make_way();
                }
                done[i].fetch_add(1, Ordering::Relaxed);
            });
            assert_eq!(count(), beside(all));
            let mut times = done.iter().map(|times| times.load(Ordering::Relaxed));
            assert!(times.all(|times| times == whole));
        }

        let began = Instant::now();
        make_way_for_a_key();
        let still = STILL_UNTIL.load(Ordering::Relaxed);
        assert_eq!(still > 0, all - beside(all) < LEFT);
        // A key that is held down: the work goes on in between.
        make_way_for_a_key();
        assert_eq!(STILL_UNTIL.load(Ordering::Relaxed), still);
        share(1, |_| ());
        assert!(still == 0 || began.elapsed() >= STILL - Duration::from_millis(1));

        WAY_UNTIL.store(0, Ordering::Relaxed);
        assert_eq!(count(), all);
    }
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
