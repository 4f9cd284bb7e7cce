//! A text's way through the network, beside others.
//!
//! Reading one more token costs nearly as much for one text as for eight, because the time goes into
//! fetching the weights. So texts that are written at the same time meet at a [`Table`]: whoever finds
//! nobody at work waits a moment for the others, and then reads for all that have come. What a text
//! becomes does not depend on who sat beside it.

use std::{
    collections::HashMap,
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use inkstone_generation::GenerationErrorKind as Kind;

use crate::{
    failure::{Result, guarded, internal},
    network::{Network, Run, Want, cache::Cache},
};

/// How long others are waited for; a small part of what a token takes.
const FOR_OTHERS: Duration = Duration::from_millis(2);
/// How often one that waits asks whether it was cancelled.
const ASK: Duration = Duration::from_millis(20);
/// Tokens that are read at once, of all texts together.
const MOST_TOKENS: usize = 512;

/// Where texts meet that are written at the same time.
#[derive(Default)]
pub(crate) struct Table {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// Texts that are being written.
    writers: usize,
    last_id: u64,
    waiting: Vec<Job>,
    done: HashMap<u64, Outcome>,
    /// Somebody reads for all.
    at_work: bool,
}

struct Job {
    id: u64,
    cache: Cache,
    tokens: Vec<u32>,
    want: Want,
    long: bool,
    gone: Arc<AtomicBool>,
}

impl Table {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'a>(&self, state: MutexGuard<'a, State>, time: Duration) -> MutexGuard<'a, State> {
        self.changed
            .wait_timeout(state, time)
            .unwrap_or_else(PoisonError::into_inner)
            .0
    }

    /// Reads one text's tokens together with what others want read.
    fn read(
        &self,
        network: &Network,
        run: Run<'_>,
        stopped: &dyn Fn() -> bool,
    ) -> Result<Option<Vec<f32>>> {
        // What could go wrong with this text alone must not befall its neighbours.
        run.cache.reserve(run.tokens.len())?;
        network.check(run.tokens, run.cache.len)?;
        let gone = Arc::new(AtomicBool::new(false));
        let mut state = self.state();
        state.last_id += 1;
        let id = state.last_id;
        state.waiting.push(Job {
            id,
            cache: std::mem::replace(run.cache, network.cache()),
            tokens: run.tokens.to_vec(),
            want: run.want,
            long: run.long,
            gone: Arc::clone(&gone),
        });
        self.changed.notify_all();
        loop {
            if let Some((cache, outcome)) = state.done.remove(&id) {
                if let Some(cache) = cache {
                    *run.cache = cache;
                }
                return outcome;
            }
            if state.at_work {
                state = self.wait(state, ASK);
                if stopped() {
                    gone.store(true, Ordering::Relaxed);
                }
                continue;
            }
            state.at_work = true;
            let until = Instant::now() + FOR_OTHERS;
            while state.waiting.len() < state.writers {
                let left = until.saturating_duration_since(Instant::now());
                if left.is_zero() {
                    break;
                }
                state = self.wait(state, left);
            }
            let mut tokens = 0;
            let some = state.waiting.iter().take_while(|job| {
                tokens += job.tokens.len();
                tokens == job.tokens.len() || tokens <= MOST_TOKENS
            });
            let some = some.count();
            let jobs: Vec<Job> = state.waiting.drain(..some).collect();
            drop(state);
            let done = for_all(network, jobs, &gone, stopped);
            state = self.state();
            state.done.extend(done);
            state.at_work = false;
            self.changed.notify_all();
        }
    }
}

/// A text's memory, unless it was lost, and its logits, unless it was stopped.
type Outcome = (Option<Cache>, Result<Option<Vec<f32>>>);

fn for_all(
    network: &Network,
    mut jobs: Vec<Job>,
    own: &AtomicBool,
    stopped: &dyn Fn() -> bool,
) -> Vec<(u64, Outcome)> {
    let gone: Vec<Arc<AtomicBool>> = jobs.iter().map(|job| Arc::clone(&job.gone)).collect();
    let ids: Vec<u64> = jobs.iter().map(|job| job.id).collect();
    let nobody_waits = || {
        if stopped() {
            own.store(true, Ordering::Relaxed);
        }
        gone.iter().all(|gone| gone.load(Ordering::Relaxed))
    };
    let read = guarded(Kind::Internal, || {
        let mut runs: Vec<Run<'_>> = jobs
            .iter_mut()
            .map(|job| Run {
                cache: &mut job.cache,
                tokens: &job.tokens,
                want: job.want,
                long: job.long,
            })
            .collect();
        let logits = network.forward(&mut runs, &nobody_waits)?;
        Ok((logits, jobs))
    });
    match read {
        Ok((Some(logits), jobs)) => jobs
            .into_iter()
            .zip(logits)
            .map(|(job, logits)| (job.id, (Some(job.cache), Ok(Some(logits)))))
            .collect(),
        Ok((None, jobs)) => jobs
            .into_iter()
            .map(|job| (job.id, (Some(job.cache), Ok(None))))
            .collect(),
        Err(error) => ids
            .into_iter()
            .map(|id| (id, (None, Err(error.clone()))))
            .collect(),
    }
}

/// One text's way through the network.
pub(crate) struct Session<'a> {
    network: &'a Network,
    table: Option<&'a Table>,
    cache: Cache,
    long: bool,
    writes: bool,
}

impl<'a> Session<'a> {
    /// Goes on from what `cache` holds. `long`: turned as long texts are.
    pub(crate) fn new(network: &'a Network, table: &'a Table, cache: Cache, long: bool) -> Self {
        Self {
            network,
            table: Some(table),
            cache,
            long,
            writes: false,
        }
    }

    /// Alone, from the beginning.
    #[cfg(test)]
    pub(crate) fn alone(network: &'a Network, positions: usize) -> Self {
        Self {
            network,
            table: None,
            cache: network.cache(),
            long: network.is_long(positions),
            writes: false,
        }
    }

    /// Positions read so far.
    pub(crate) fn len(&self) -> usize {
        self.cache.len
    }

    /// What it has read.
    pub(crate) fn cache(&self) -> &Cache {
        &self.cache
    }

    /// Forgets what came after so many positions, and maybe a few more.
    pub(crate) fn rewind(&mut self, positions: usize) {
        self.cache.rewind(positions);
    }

    /// Whether nobody else writes at the moment.
    pub(crate) fn is_alone(&self) -> bool {
        self.table.is_none_or(|table| table.state().writers < 2)
    }

    /// Says that it reads token by token from now on, so that others wait for it.
    pub(crate) fn writes(&mut self) {
        if let Some(table) = self.table.filter(|_| !self.writes) {
            self.writes = true;
            table.state().writers += 1;
        }
    }

    /// Reads tokens and returns the logits that are wanted, row by row. `None` when `stopped` said
    /// so between two layers.
    pub(crate) fn forward(
        &mut self,
        tokens: &[u32],
        want: Want,
        stopped: &dyn Fn() -> bool,
    ) -> Result<Option<Vec<f32>>> {
        let run = Run {
            cache: &mut self.cache,
            tokens,
            want,
            long: self.long,
        };
        match self.table {
            Some(table) => table.read(self.network, run, stopped),
            None => {
                let logits = self.network.forward(&mut [run], stopped)?;
                logits
                    .map(|mut all| all.pop().ok_or_else(|| internal("no logits")))
                    .transpose()
            }
        }
    }
}

impl Drop for Session<'_> {
    fn drop(&mut self) {
        if let Some(table) = self.table.filter(|_| self.writes) {
            table.state().writers -= 1;
            table.changed.notify_all();
        }
    }
}
