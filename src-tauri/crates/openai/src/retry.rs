//! When a request is sent again.

use std::time::Duration;

use inkstone_generation::{GenerationError, GenerationErrorKind as Kind};
use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};

use crate::{LOADING_RETRIES, RETRIES, Timeouts, failure::Failure, watch::Watch};

/// A server that loads a model is asked so much more slowly.
const LOADING_PACE: u32 = 4;

/// The attempts of one question.
#[derive(Debug)]
pub struct Attempts<'a> {
    timeouts: &'a Timeouts,
    /// Differs from question to question.
    seed: u64,
    /// How many have failed.
    failed: u32,
}

impl<'a> Attempts<'a> {
    /// None has failed yet.
    pub fn new(timeouts: &'a Timeouts, seed: u64) -> Self {
        Self {
            timeouts,
            seed,
            failed: 0,
        }
    }

    /// Waits for as long as is right after this failure, and returns when it is time for the next
    /// attempt.
    ///
    /// # Errors
    /// The failure, if there is to be no further attempt.
    pub async fn wait(&mut self, failure: Failure, watch: &Watch) -> Result<(), GenerationError> {
        let loading = failure.error.kind == Kind::Loading;
        let most = if loading { LOADING_RETRIES } else { RETRIES };
        if !failure.again || self.failed >= most {
            return Err(failure.error);
        }
        let pause = match failure.retry_after {
            Some(asked) if asked > self.timeouts.longest_retry_after => {
                let mut error = failure.error.with_wait(asked);
                error.kind = Kind::LongWait;
                return Err(error);
            }
            Some(asked) => asked,
            None => {
                let pace = if loading { LOADING_PACE } else { 1 };
                backoff(self.failed, pace, self.seed, self.timeouts)
            }
        };
        tracing::debug!(kind = ?failure.error.kind, ?pause, "again");
        watch.pause(failure.wait(), pause).await;
        self.failed += 1;
        Ok(())
    }
}

/// How long to wait before the next attempt, after `failed` failures and this one.
fn backoff(failed: u32, pace: u32, seed: u64, timeouts: &Timeouts) -> Duration {
    let doubled = timeouts
        .backoff
        .saturating_mul(pace)
        .saturating_mul(2_u32.saturating_pow(failed));
    doubled
        .min(timeouts.longest_backoff)
        .mul_f64(1.0 - 0.25 * share(seed, failed))
}

/// A number between 0 and 1 that differs from request to request. Siblings of a batch have seeds
/// of their own, so they do not all come back at once.
fn share(seed: u64, failed: u32) -> f64 {
    let mixed = (seed ^ u64::from(failed).rotate_left(32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed >> 40) as f64 / (1_u64 << 24) as f64
}

/// How long the server asks to wait: in seconds, or until a date. The date is compared with the
/// server's own clock (`Date`), so ours may be wrong.
pub fn asked(headers: &HeaderMap) -> Option<Duration> {
    let text = |name: &str| headers.get(name)?.to_str().ok().map(str::trim);
    let number = |text: &str| {
        text.parse::<f64>()
            .ok()
            .filter(|n| n.is_finite() && *n >= 0.0)
    };
    if let Some(milliseconds) = text("retry-after-ms").and_then(number) {
        return Duration::try_from_secs_f64(milliseconds / 1000.0).ok();
    }
    let after = text(RETRY_AFTER.as_str())?;
    if let Some(seconds) = number(after) {
        return Some(Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX));
    }
    let (then, now) = (seconds(after)?, seconds(text(DATE.as_str())?)?);
    Some(Duration::from_secs(u64::try_from(then - now).unwrap_or(0)))
}

/// Seconds since 1970 of a date as HTTP writes it: `Sun, 06 Nov 1994 08:49:37 GMT`.
fn seconds(date: &str) -> Option<i64> {
    const MONTHS: &str = "JanFebMarAprMayJunJulAugSepOctNovDec";
    let fields: Vec<&str> = date.split_whitespace().collect();
    let [_, day, month, year, time, "GMT"] = fields[..] else {
        return None;
    };
    let at = MONTHS
        .find(month)
        .filter(|at| month.len() == 3 && at % 3 == 0)?;
    let month = i64::try_from(at / 3 + 1).ok()?;
    let number = |text: &str, most: i64| text.parse().ok().filter(|n| (0..=most).contains(n));
    let (day, year) = (number(day, 31)?, number(year, 9999)?);
    let mut clock = time.split(':').map(|part| number(part, 60));
    let (hour, minute, second) = (clock.next()??, clock.next()??, clock.next()??);
    // Days from civil, after Howard Hinnant: years begin in March, so leap days come last.
    let year = if month <= 2 { year - 1 } else { year };
    let (era, in_era) = (year.div_euclid(400), year.rem_euclid(400));
    let in_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let days = era * 146_097 + in_era * 365 + in_era / 4 - in_era / 100 + in_year - 719_468;
    Some(days * 86_400 + hour * 3_600 + minute * 60 + second)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
            .collect()
    }

    #[test]
    fn dates() {
        assert_eq!(seconds("Thu, 01 Jan 1970 00:00:00 GMT"), Some(0));
        assert_eq!(seconds("Sun, 06 Nov 1994 08:49:37 GMT"), Some(784_111_777));
        assert_eq!(
            seconds("Thu, 29 Feb 2024 23:59:59 GMT"),
            Some(1_709_251_199)
        );
        for bad in [
            "",
            "soon",
            "Sun, 06 Nov 1994 08:49:37",
            "Sun, 06 anF 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 08:49 GMT",
            "Sun, 99 Nov 1994 08:49:37 GMT",
        ] {
            assert_eq!(seconds(bad), None, "{bad}");
        }
    }

    #[test]
    fn what_the_server_asks_for() {
        let after = |pairs: &[(&'static str, &str)]| asked(&headers(pairs));
        assert_eq!(after(&[]), None);
        assert_eq!(after(&[("retry-after", "7")]), Some(Duration::from_secs(7)));
        assert_eq!(
            after(&[("retry-after", "0.5")]),
            Some(Duration::from_millis(500))
        );
        assert_eq!(
            after(&[("retry-after-ms", "250"), ("retry-after", "7")]),
            Some(Duration::from_millis(250))
        );
        let date = ("date", "Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(
            after(&[date, ("retry-after", "Sun, 06 Nov 1994 08:50:07 GMT")]),
            Some(Duration::from_secs(30))
        );
        assert_eq!(
            after(&[date, ("retry-after", "Sun, 06 Nov 1994 08:00:00 GMT")]),
            Some(Duration::ZERO)
        );
        assert_eq!(
            after(&[("retry-after", "Sun, 06 Nov 1994 08:50:07 GMT")]),
            None
        );
        for bad in ["-1", "NaN", "inf", "soon"] {
            assert_eq!(after(&[("retry-after", bad)]), None, "{bad}");
        }
        assert_eq!(after(&[("retry-after", "1e300")]), Some(Duration::MAX));
    }

    #[test]
    fn pauses_double_within_bounds_and_differ_by_seed() {
        let timeouts = Timeouts::default();
        let of = |failed, seed| backoff(failed, 1, seed, &timeouts).as_secs_f64();
        for seed in [0, 1, 7, u64::MAX] {
            for (failed, most) in [(0, 0.5), (1, 1.0), (2, 2.0), (10, 8.0), (u32::MAX, 8.0)] {
                let seconds = of(failed, seed);
                assert!(
                    (most * 0.75..=most).contains(&seconds),
                    "{failed} {seed}: {seconds}"
                );
            }
        }
        assert_ne!(of(0, 1), of(0, 2));
        assert_ne!(of(0, 1) * 2.0, of(1, 1));
        let slow = backoff(0, LOADING_PACE, 0, &timeouts);
        assert!(slow > backoff(0, 1, 0, &timeouts) * 3);
    }

    fn quick() -> Timeouts {
        Timeouts {
            backoff: Duration::from_micros(1),
            longest_backoff: Duration::from_micros(2),
            ..Timeouts::default()
        }
    }

    #[tokio::test]
    async fn what_passes_is_tried_again_so_often() {
        let timeouts = quick();
        for (kind, most) in [
            (Kind::ServerTrouble, RETRIES),
            (Kind::Unreachable, RETRIES),
            (Kind::Loading, LOADING_RETRIES),
        ] {
            let mut attempts = Attempts::new(&timeouts, 7);
            let mut again = 0;
            let watch = Watch::default();
            while attempts
                .wait(Failure::passing(kind, "x"), &watch)
                .await
                .is_ok()
            {
                again += 1;
            }
            assert_eq!(again, most, "{kind:?}");
        }
        let mut attempts = Attempts::new(&timeouts, 7);
        let refused = Failure::new(Kind::Refused, "x");
        let end = attempts.wait(refused, &Watch::default()).await;
        assert_eq!(end.unwrap_err().kind, Kind::Refused);
    }

    #[tokio::test]
    async fn a_long_wait_is_said_and_not_waited_for() {
        let timeouts = quick();
        let mut attempts = Attempts::new(&timeouts, 7);
        let day = Duration::from_secs(86_400);
        let limited = || Failure::passing(Kind::RateLimited, "x");
        let watch = Watch::default();
        let error = attempts.wait(limited().asked(Some(day)), &watch).await;
        let error = error.unwrap_err();
        assert_eq!((error.kind, error.wait), (Kind::LongWait, Some(day)));
        let moment = Some(Duration::from_micros(1));
        assert!(attempts.wait(limited().asked(moment), &watch).await.is_ok());
    }
}
