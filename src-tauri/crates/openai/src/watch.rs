//! Waiting that is seen: whoever reads the stream hears each second what is waited for.

use std::{future::Future, pin::pin, time::Duration};

use inkstone_generation::{TextEvent, Wait};
use tokio::time::{Instant, sleep_until};

use crate::answer::Sender;

/// Tells of what is waited for; or tells nobody, for questions that are no stream.
#[derive(Debug)]
pub struct Watch {
    out: Option<Sender>,
    /// A wait that is shorter is not told of.
    quiet: Duration,
    /// A second, and less in tests.
    each: Duration,
    attempt: u32,
    /// When the attempt began.
    began: Option<Instant>,
    /// The first token has come: nothing is told any more.
    over: bool,
}

impl Default for Watch {
    fn default() -> Self {
        Self {
            out: None,
            quiet: Duration::ZERO,
            each: Duration::from_secs(1),
            attempt: 0,
            began: None,
            over: false,
        }
    }
}

impl Watch {
    /// Tells the stream's reader of waits that are longer than `quiet`.
    pub fn new(out: Sender, quiet: Duration) -> Self {
        Self {
            out: Some(out),
            quiet,
            ..Self::default()
        }
    }

    /// The next attempt begins.
    pub fn begin(&mut self) {
        self.attempt += 1;
        self.began = Some(Instant::now());
    }

    /// The first token has come.
    pub fn end(&mut self) {
        self.over = true;
    }

    /// Waits for `work` until the deadline; `None` if it has not come by then.
    pub async fn until<F: Future>(&self, deadline: Instant, work: F) -> Option<F::Output> {
        let mut work = pin!(work);
        loop {
            let now = Instant::now();
            let tick = self.next_tick(now).map_or(deadline, |at| at.min(deadline));
            tokio::select! {
                biased;
                done = &mut work => return Some(done),
                () = sleep_until(tick) => {}
            }
            if tick >= deadline {
                return None;
            }
            if let Some(began) = self.began {
                self.announce(Wait::FirstToken, self.full(tick - began), self.attempt);
            }
        }
    }

    /// When the next second of waiting is full that is told of.
    fn next_tick(&self, now: Instant) -> Option<Instant> {
        let began = self.began.filter(|_| !self.over && self.out.is_some())?;
        let gone = now.saturating_duration_since(began);
        let next = self.each.checked_mul(self.full(gone).checked_add(1)?)?;
        Some(began + self.quiet.max(next))
    }

    /// The seconds that are full.
    fn full(&self, time: Duration) -> u32 {
        u32::try_from(time.as_nanos() / self.each.as_nanos().max(1)).unwrap_or(u32::MAX)
    }

    /// Waits out a pause before the next attempt, and counts it down.
    pub async fn pause(&self, why: Wait, pause: Duration) {
        let end = Instant::now() + pause;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            // What has begun counts as whole.
            let full = self.full(left.saturating_sub(Duration::from_nanos(1)));
            self.announce(why, full.saturating_add(1), self.attempt + 1);
            sleep_until(end - self.each * full).await;
        }
    }

    fn announce(&self, why: Wait, seconds: u32, attempt: u32) {
        if let Some(out) = &self.out {
            // Nobody listens any more: then nobody waits.
            let _ = out.unbounded_send(Ok(TextEvent::Waiting {
                why,
                seconds,
                attempt,
            }));
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::channel::mpsc::{self, UnboundedReceiver};

    use super::*;

    type Events = UnboundedReceiver<Result<TextEvent, inkstone_generation::GenerationError>>;

    const INSTANT: Duration = Duration::from_millis(10);

    fn watch() -> (Watch, Events) {
        let (out, events) = mpsc::unbounded();
        let watch = Watch {
            each: INSTANT,
            ..Watch::new(out, INSTANT * 3)
        };
        (watch, events)
    }

    fn heard(events: &mut Events) -> Vec<(Wait, u32, u32)> {
        let mut all = Vec::new();
        while let Ok(event) = events.try_recv() {
            match event {
                Ok(TextEvent::Waiting {
                    why,
                    seconds,
                    attempt,
                }) => all.push((why, seconds, attempt)),
                other => panic!("{other:?}"),
            }
        }
        all
    }

    #[tokio::test]
    async fn a_slow_answer_is_told_of_from_a_while_on_until_it_begins() {
        let (mut watch, mut events) = watch();
        watch.begin();
        let soon = || Instant::now() + INSTANT * 9;
        assert_eq!(
            watch.until(soon(), std::future::pending::<()>()).await,
            None
        );
        let told = heard(&mut events);
        assert!(told.first().is_some_and(|first| first.1 >= 3), "{told:?}");
        assert!(told.is_sorted_by(|a, b| a.1 < b.1), "{told:?}");
        assert!(told.iter().all(|t| (t.0, t.2) == (Wait::FirstToken, 1)));
        assert_eq!(watch.until(soon(), async { 7 }).await, Some(7));
        watch.end();
        assert_eq!(
            watch.until(soon(), std::future::pending::<()>()).await,
            None
        );
        assert!(heard(&mut events).is_empty());
    }

    #[tokio::test]
    async fn a_pause_is_counted_down() {
        let (mut watch, mut events) = watch();
        watch.begin();
        let before = Instant::now();
        watch.pause(Wait::Asked, INSTANT * 5 / 2).await;
        assert!(before.elapsed() >= INSTANT * 5 / 2);
        let told = heard(&mut events);
        assert_eq!(told[0], (Wait::Asked, 3, 2));
        assert!(told.is_sorted_by(|a, b| a.1 > b.1), "{told:?}");
        watch.pause(Wait::Retry, Duration::ZERO).await;
        Watch::default().pause(Wait::Retry, INSTANT).await;
        assert!(heard(&mut events).is_empty());
    }
}
