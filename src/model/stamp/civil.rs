//! Dates and times of day, and their instants.

use super::Zone;
use super::cursor::{Clock, SECOND};
use crate::model::time::{Quality, Stamp, Time};

/// Days since 1970-01-01, and nanoseconds since their midnight (a second 60 may reach the next day's).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Civil {
    days: i64,
    nanos: i64,
}

/// Stamps outside 1970 to 2200 are mistakes.
const YEARS: std::ops::RangeInclusive<i64> = 1970..=2200;

impl Civil {
    /// A calendar date, if there is such a day.
    pub(super) fn new(year: i64, month: i64, day: i64, nanos: i64) -> Option<Civil> {
        let is_day = YEARS.contains(&year) && (1..=12).contains(&month) && 1 <= day && day <= days_in(year, month);
        is_day.then(|| Civil { days: days_from_civil(year, month, day), nanos })
    }

    /// The `day`th day of a year.
    pub(super) fn ordinal(year: i64, day: i64, nanos: i64) -> Option<Civil> {
        let is_day = YEARS.contains(&year) && 1 <= day && day <= 365 + i64::from(is_leap(year));
        is_day.then(|| Civil { days: days_from_civil(year, 1, 1) + day - 1, nanos })
    }

    /// A day of an ISO week; Monday is 1.
    pub(super) fn week(year: i64, week: i64, day: i64, nanos: i64) -> Option<Civil> {
        let date = jiff::civil::ISOWeekDate::new(
            i16::try_from(year).ok().filter(|_| YEARS.contains(&year))?,
            i8::try_from(week).ok()?,
            jiff::civil::Weekday::from_monday_one_offset(i8::try_from(day).ok()?).ok()?,
        );
        let date = date.ok()?.date();
        Civil::new(i64::from(date.year()), i64::from(date.month()), i64::from(date.day()), nanos)
    }

    /// The instant at a fixed offset.
    pub(super) fn at_offset(self, seconds: i32) -> Option<Time> {
        let second = self.days.checked_mul(86_400)?.checked_sub(i64::from(seconds))?;
        second.checked_mul(SECOND)?.checked_add(self.nanos).and_then(in_range)
    }

    /// The instant in a zone.
    pub(super) fn in_zone(self, zone: &Zone) -> Option<Time> {
        if let Some(seconds) = zone.fixed {
            return self.at_offset(seconds);
        }
        let midnight = jiff::civil::date(1970, 1, 1).checked_add(jiff::Span::new().try_days(self.days).ok()?).ok()?;
        let midnight = midnight.to_datetime(jiff::civil::Time::midnight());
        let civil = midnight.checked_add(jiff::SignedDuration::from_nanos(self.nanos)).ok()?;
        zone.instant(civil).and_then(|time| in_range(time.0))
    }

    /// The stamp: exact with an offset, assumed without.
    pub(super) fn stamp(self, clock: Clock, offset: Option<i32>, zone: &Zone) -> Option<Stamp> {
        let (time, quality) = match offset {
            Some(seconds) => (self.at_offset(seconds)?, Quality::Exact),
            None => (self.in_zone(zone)?, Quality::ZoneAssumed),
        };
        Some(Stamp { time: Some(time), decimals: clock.decimals, quality })
    }
}

/// An instant between 1970 and the end of 2200.
pub(super) fn in_range(nanos: i64) -> Option<Time> {
    (0..days_from_civil(YEARS.end() + 1, 1, 1) * 86_400 * SECOND).contains(&nanos).then_some(Time(nanos))
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 => 28 + i64::from(is_leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970-01-01, after Howard Hinnant's `days_from_civil`: years counted from March, so that the leap day
/// is the last.
const fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * month + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}
