use std::time::{SystemTime, UNIX_EPOCH};

use inkstone_studio::Clock;

/// The machine's own clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[allow(
        clippy::disallowed_methods,
        reason = "the one place where time is read; everywhere else it is passed in"
    )]
    fn now_ms(&self) -> i64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        // A clock that is set before 1970 reads as 1970.
        since.map_or(0, |time| {
            i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_is_of_this_century_and_goes_on() {
        let first = SystemClock.now_ms();
        assert!((946_684_800_000..4_102_444_800_000).contains(&first));
        assert!(SystemClock.now_ms() >= first);
    }
}
