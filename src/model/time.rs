//! Instants of events, and how sure we are of them.

use std::fmt;

/// An instant in UTC: nanoseconds since 1970-01-01T00:00:00Z. Reaches from 1677 to 2262.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Time(pub(crate) i64);

impl Time {
    pub(crate) const SECOND: i64 = 1_000_000_000;

    /// The instant as RFC 3339 with `Z`; `decimals` is how many digits of the second the log had
    /// (shown as 0, 3, 6 or 9).
    pub(crate) fn rfc3339(self, decimals: u8) -> String {
        self.written(decimals).as_str().to_owned()
    }

    /// The same without a text of its own: every match of a stream has one.
    pub(crate) fn written(self, decimals: u8) -> Written {
        let (seconds, nanos) = (self.0.div_euclid(Time::SECOND), self.0.rem_euclid(Time::SECOND));
        let (year, month, day) = civil(seconds.div_euclid(DAY));
        let second = seconds.rem_euclid(DAY);
        let mut written = Written { bytes: *b"0000-00-00T00:00:00.000000000Z", len: "0000-00-00T00:00:00".len() };
        let pairs = [(0, year / 100), (2, year % 100), (5, month), (8, day)];
        let clock = [(11, second / 3_600), (14, second / 60 % 60), (17, second % 60)];
        for (at, number) in pairs.into_iter().chain(clock) {
            if let Some([tens, ones]) = written.bytes.get_mut(at..at + 2) {
                (*tens, *ones) = (digit(number / 10), digit(number % 10));
            }
        }
        if decimals > 0 {
            let mut left = nanos;
            for slot in written.bytes.get_mut(20..29).unwrap_or_default().iter_mut().rev() {
                *slot = digit(left % 10);
                left /= 10;
            }
        }
        written.len += match decimals {
            0 => 0,
            1..=3 => 4,
            4..=6 => 7,
            _ => 10,
        };
        if let Some(end) = written.bytes.get_mut(written.len) {
            *end = b'Z';
        }
        written.len += 1;
        written
    }
}

/// Seconds.
const DAY: i64 = 86_400;

fn digit(number: i64) -> u8 {
    b'0' + number.unsigned_abs() as u8
}

/// Year, month and day of a day since 1970-01-01, after Howard Hinnant's `civil_from_days`: years counted from March, so
/// that the leap day is the last.
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let (year, month) = if month < 10 { (year, month + 3) } else { (year + 1, month - 9) };
    (era * 400 + year, month, day)
}

/// A time, written down.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Written {
    bytes: [u8; 30],
    len: usize,
}

impl Written {
    pub(crate) fn as_str(&self) -> &str {
        self.bytes.get(..self.len).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default()
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.rfc3339(0))
    }
}

/// Where a stamp came from and how far to trust it (`@time_quality`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Quality {
    /// Full date and zone in the record.
    Exact,
    /// No zone in the record: `--tz`, or UTC.
    ZoneAssumed,
    /// The same, and the year was worked out from the rest of the input.
    YearInferred,
    /// The year was worked out; the zone stood in the record.
    OnlyYearInferred,
    /// Taken over from the record before it, for windows only.
    Inherited,
    /// No usable stamp.
    #[default]
    None,
}

impl Quality {
    /// The word used in `events` output.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Quality::Exact => "exact",
            Quality::ZoneAssumed => "zone_assumed",
            Quality::YearInferred | Quality::OnlyYearInferred => "year_inferred",
            Quality::Inherited => "inherited",
            Quality::None => "none",
        }
    }
}

/// The time of an event as far as the event says it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Stamp {
    /// `None` when the record has no usable stamp.
    pub(crate) time: Option<Time>,
    /// Digits of the second the source wrote, 0 to 9.
    pub(crate) decimals: u8,
    /// How sure it is.
    pub(crate) quality: Quality,
}

impl Stamp {
    /// A stamp whose date, time and zone all stood in the record.
    pub(crate) fn exact(time: Time, decimals: u8) -> Stamp {
        Stamp { time: Some(time), decimals, quality: Quality::Exact }
    }

    /// RFC 3339 in UTC, or `None` when there is no time.
    pub(crate) fn rfc3339(self) -> Option<String> {
        self.time.map(|t| t.rfc3339(self.decimals))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn by_library(time: Time, decimals: u8) -> String {
        let stamp = jiff::Timestamp::from_nanosecond(i128::from(time.0)).expect("64 bits reach to 2262");
        match decimals {
            0 => format!("{stamp:.0}"),
            1..=3 => format!("{stamp:.3}"),
            4..=6 => format!("{stamp:.6}"),
            _ => format!("{stamp:.9}"),
        }
    }

    proptest! {
        #[test]
        fn times_are_written_as_the_library_writes_them(nanos: i64, decimals in 0..10_u8) {
            prop_assert_eq!(Time(nanos).rfc3339(decimals), by_library(Time(nanos), decimals));
        }
    }

    #[test]
    fn days_around_leap_days_and_ends_are_right() {
        let days = [0, -1, 58, 59, 60, 364, 365, 789, 10_956, 11_015, 11_016, 11_017, 47_540, 47_541, -25_508, 106_751];
        for day in days {
            for nanos in [day * DAY * Time::SECOND, day * DAY * Time::SECOND + Time::SECOND - 1] {
                assert_eq!(Time(nanos).rfc3339(9), by_library(Time(nanos), 9), "{day}");
            }
        }
        for ends in [i64::MIN, i64::MAX] {
            assert_eq!(Time(ends).rfc3339(6), by_library(Time(ends), 6));
        }
    }
}
