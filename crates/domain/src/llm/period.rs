//! Days and months in UTC, as budgets count them.

use std::fmt;
use std::time::Duration;

use crate::Timestamp;

const DAY: i64 = 24 * 60 * 60 * 1000;

/// A day or a month. As text `d2026-11-21` or `m2026-11`: how the database keeps it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Period {
    Day { year: i64, month: u8, day: u8 },
    Month { year: i64, month: u8 },
}

impl Period {
    /// The day in which `at` lies.
    pub fn day(at: Timestamp) -> Self {
        let (year, month, day) = civil(at.millis().div_euclid(DAY));
        Self::Day { year, month, day }
    }

    /// The month in which `at` lies.
    pub fn month(at: Timestamp) -> Self {
        let (year, month, _) = civil(at.millis().div_euclid(DAY));
        Self::Month { year, month }
    }

    pub fn start(self) -> Timestamp {
        match self {
            Self::Day { year, month, day } => Timestamp(days(year, month, day) * DAY),
            Self::Month { year, month } => Timestamp(days(year, month, 1) * DAY),
        }
    }

    /// The first instant that does not belong to it.
    pub fn end(self) -> Timestamp {
        match self {
            Self::Day { .. } => self.start().plus(Duration::from_millis(DAY.unsigned_abs())),
            Self::Month { year, month: 12 } => Timestamp(days(year + 1, 1, 1) * DAY),
            Self::Month { year, month } => Timestamp(days(year, month + 1, 1) * DAY),
        }
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Day { year, month, day } => write!(f, "d{year:04}-{month:02}-{day:02}"),
            Self::Month { year, month } => write!(f, "m{year:04}-{month:02}"),
        }
    }
}

/// `2026-11-21` of the day with this number (1970-01-01 is 0).
pub fn date(day: i64) -> String {
    let (year, month, day) = civil(day);
    format!("{year:04}-{month:02}-{day:02}")
}

/// The number of the day in which `at` lies.
pub fn day_number(at: Timestamp) -> i64 {
    at.millis().div_euclid(DAY)
}

/// Year, month and day of a day's number; Howard Hinnant's `civil_from_days`
/// (<https://howardhinnant.github.io/date_algorithms.html>), with years that begin in March.
fn civil(number: i64) -> (i64, u8, u8) {
    let shifted = number + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, u8::try_from(month).unwrap_or(1), u8::try_from(day).unwrap_or(1))
}

/// The other way round: `days_from_civil`, of the same source.
fn days(year: i64, month: u8, day: u8) -> i64 {
    let (month, day) = (i64::from(month), i64::from(day));
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let from_march = if month > 2 { month - 3 } else { month + 9 };
    let day_of_year = (153 * from_march + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}
