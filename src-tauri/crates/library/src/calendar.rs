//! Dates, for names of files and for people.

use std::fmt;

/// A second of the calendar, in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment {
    /// The year.
    pub year: i64,
    /// 1 to 12.
    pub month: i64,
    /// 1 to 31.
    pub day: i64,
    /// 0 to 23.
    pub hour: i64,
    /// 0 to 59.
    pub minute: i64,
    /// 0 to 59.
    pub second: i64,
}

const SECONDS_A_DAY: i64 = 86_400;

impl Moment {
    /// The moment that is `ms` after 1970 began (Howard Hinnant, "chrono-compatible low-level date
    /// algorithms": years begin in March, so that the leap day is the last).
    pub fn of(ms: i64) -> Moment {
        let seconds = ms.div_euclid(1_000);
        let (days, second) = (
            seconds.div_euclid(SECONDS_A_DAY) + 719_468,
            seconds.rem_euclid(SECONDS_A_DAY),
        );
        let era = days.div_euclid(146_097);
        let day_of_era = days.rem_euclid(146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let march_month = (5 * day_of_year + 2) / 153;
        let month = if march_month < 10 {
            march_month + 3
        } else {
            march_month - 9
        };
        Moment {
            year: year_of_era + era * 400 + i64::from(month <= 2),
            month,
            day: day_of_year - (153 * march_month + 2) / 5 + 1,
            hour: second / 3_600,
            minute: second / 60 % 60,
            second: second % 60,
        }
    }

    /// Ms since 1970, by the same algorithms.
    pub fn ms(self) -> i64 {
        let year = self.year - i64::from(self.month <= 2);
        let era = year.div_euclid(400);
        let year_of_era = year.rem_euclid(400);
        let march_month = (self.month + 9) % 12;
        let day_of_year = (153 * march_month + 2) / 5 + self.day - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        let days = era * 146_097 + day_of_era - 719_468;
        (days * SECONDS_A_DAY + self.hour * 3_600 + self.minute * 60 + self.second) * 1_000
    }
}

/// As `2026-11-25 12:49 UTC`.
impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Moment {
            year,
            month,
            day,
            hour,
            minute,
            ..
        } = self;
        write!(f, "{year:04}-{month:02}-{day:02} {hour:02}:{minute:02} UTC")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_the_calendar() {
        for (ms, shown) in [
            (0, "1970-01-01 00:00 UTC"),
            (951_827_640_000, "2000-02-29 12:34 UTC"),
            (1_795_610_340_999, "2026-11-25 12:39 UTC"),
            (-60_000, "1969-12-31 23:59 UTC"),
            (4_107_542_399_000, "2100-02-28 23:59 UTC"),
            (4_107_542_400_000, "2100-03-01 00:00 UTC"),
        ] {
            let moment = Moment::of(ms);
            assert_eq!(moment.to_string(), shown);
            assert_eq!(moment.ms(), ms.div_euclid(1_000) * 1_000, "{shown}");
        }
    }
}
