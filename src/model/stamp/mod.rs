//! Reading stamps: every form logs write an instant in, without a clock and without the machine's zone.
//!
//! Specified by the design's page on times: ISO 8601 and RFC 3339, the forms with names of months (access logs,
//! ctime, RFC 3164, BIND), slashes and dots with the year first, TAI64N, .NET and plain numbers. Left out: forms in
//! which day and month could change places (`9/27/2013`, `14.11.2023`), dates without a time, and the meaning of
//! zone abbreviations other than UTC's, which are ambiguous. Instants outside 1970 to 2200 are no stamps.

mod civil;
mod clock;
mod cursor;
mod iso;
mod named;
mod number;
#[cfg(test)]
mod tests;
mod zones;

use super::time::{Quality, Stamp, Time};
use civil::Civil;
use cursor::Cursor;
use jiff::tz::{Offset, TimeZone};

pub(crate) use clock::second_of_day;
pub(crate) use zones::Zones;

/// The zone of stamps that name none (`--tz`; UTC unless told).
#[derive(Clone, Debug)]
pub(crate) struct Zone {
    zone: TimeZone,
    /// Seconds east of UTC, where they are always the same.
    fixed: Option<i32>,
}

impl Default for Zone {
    fn default() -> Zone {
        Zone { zone: TimeZone::UTC, fixed: Some(0) }
    }
}

impl Zone {
    /// Reads `+02:00`, `UTC`, or an IANA name such as `Europe/Berlin`.
    pub(crate) fn parse(text: &str) -> Option<Zone> {
        if text.eq_ignore_ascii_case("z") || text.eq_ignore_ascii_case("utc") {
            return Some(Zone::default());
        }
        let mut cursor = Cursor::new(text);
        if let Some(seconds) = cursor.offset().filter(|_| cursor.is_at_end()) {
            let offset = Offset::from_seconds(seconds).ok()?;
            return Some(Zone { zone: TimeZone::fixed(offset), fixed: Some(seconds) });
        }
        TimeZone::get(text).ok().map(|zone| Zone { zone, fixed: None })
    }

    /// Whether its clocks are never put forward or back.
    pub(crate) fn is_fixed(&self) -> bool {
        self.fixed.is_some()
    }

    /// What clocks show in this zone at an instant.
    pub(crate) fn civil(&self, time: Time) -> Option<jiff::civil::DateTime> {
        let instant = jiff::Timestamp::from_nanosecond(i128::from(time.0)).ok()?;
        Some(self.zone.to_datetime(instant))
    }

    /// The instant of a civil time in this zone; of two, the earlier.
    pub(crate) fn instant(&self, civil: jiff::civil::DateTime) -> Option<Time> {
        let zoned = self.zone.to_ambiguous_zoned(civil).earlier().ok()?;
        i64::try_from(zoned.timestamp().as_nanosecond()).ok().map(Time)
    }
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
    /// Seconds east of UTC, when the stamp names a zone that has only one meaning.
    pub(crate) offset: Option<i32>,
}

impl Yearless {
    /// The instant in `year` of `zone`.
    pub(crate) fn in_year(self, year: i16, zone: &Zone) -> Stamp {
        let civil = Civil::new(i64::from(year), i64::from(self.month), i64::from(self.day), self.nanos);
        let time = civil.and_then(|c| self.offset.map_or_else(|| c.in_zone(zone), |offset| c.at_offset(offset)));
        match time {
            Some(time) => {
                let quality = self.offset.map_or(Quality::YearInferred, |_| Quality::OnlyYearInferred);
                Stamp { time: Some(time), decimals: self.decimals, quality }
            }
            None => Stamp::default(),
        }
    }
}

/// Reads a whole text as a stamp with a full date, in any of the forms logs use, or as a number of
/// seconds, milliseconds, microseconds or nanoseconds by its size. `None` when it is none of these.
pub(crate) fn read(text: &str, zone: &Zone) -> Option<Stamp> {
    let text = text.trim_ascii();
    if let Some(stamp) = clock::usual(text.as_bytes(), zone) {
        return Some(stamp);
    }
    if let Some((stamp, len)) = read_prefix(text, zone) {
        return (len == text.len()).then_some(stamp);
    }
    number::read(text)
}

/// Reads a stamp with a full date at the start of `text`; gives it and how many bytes it took. Plain numbers are
/// not taken: at the start of a line they may be anything.
pub(crate) fn read_prefix(text: &str, zone: &Zone) -> Option<(Stamp, usize)> {
    let mut cursor = Cursor::new(text);
    let is_bracketed = cursor.eat(b'[');
    let stamp = full(&mut cursor, zone)?;
    if is_bracketed && !cursor.eat(b']') {
        return None;
    }
    cursor.is_at_edge().then_some((stamp, cursor.at()))
}

/// Reads a stamp with a full date.
fn full(cursor: &mut Cursor<'_>, zone: &Zone) -> Option<Stamp> {
    match cursor.peek()? {
        b'0'..=b'9' => {
            let start = *cursor;
            iso::read(cursor, zone).or_else(|| {
                *cursor = start;
                named::read_digit_first(cursor, zone)
            })
        }
        b'@' => number::tai64(cursor),
        b'/' | b'\\' => number::dot_net(cursor),
        _ => named::read_name_first(cursor, zone),
    }
}

/// Reads `Nov  2 15:40:14[.123]` at the start of `text`, also behind Cisco's `*` or `.` and a weekday, or Snort's
/// `11/02-15:40:14.123`; gives it and how many bytes it took, an abbreviated zone included. A stamp that names
/// its year is refused.
pub(crate) fn read_yearless(text: &str) -> Option<(Yearless, usize)> {
    let mut cursor = Cursor::new(text);
    let yearless = match cursor.peek()? {
        b'0'..=b'9' => iso::read_month_day(&mut cursor),
        _ => named::read_yearless(&mut cursor),
    }?;
    cursor.is_at_edge().then_some((yearless, cursor.at()))
}
