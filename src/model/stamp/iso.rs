//! Stamps that begin with digits: ISO 8601 and RFC 3339, dates with slashes and dots, Snort's.

use super::civil::Civil;
use super::cursor::{Clock, Cursor};
use super::{Yearless, Zone};
use crate::model::time::Stamp;

/// Reads `2021-09-15T21:17:10.220731Z` and its relatives: blank for `T`, basic form, ordinal and week dates,
/// `2021/09/15`, `2021.09.15`; Snort's `21/09/15-` and `09/15/2021-`.
pub(super) fn read(cursor: &mut Cursor<'_>, zone: &Zone) -> Option<Stamp> {
    match cursor.count_digits() {
        8 => {
            let (year, month, day) = (cursor.digits(4)?, cursor.digits(2)?, cursor.digits(2)?);
            cursor.eat_any(b"Tt")?;
            let clock = basic_clock(cursor)?;
            Civil::new(year, month, day, clock.nanos)?.stamp(clock, cursor.zone(), zone)
        }
        4 => {
            let year = cursor.digits(4)?;
            let (civil, clock) = after_year(cursor, year)?;
            civil.stamp(clock, cursor.zone(), zone)
        }
        2 => {
            let first = cursor.digits(2)?;
            let second = cursor.eat(b'/').then(|| cursor.digits(2))??;
            cursor.eat(b'/').then_some(())?;
            let (year, month, day) = match cursor.count_digits() {
                2 => (2000 + first, second, cursor.digits(2)?),
                4 => (cursor.digits(4)?, first, second),
                _ => return None,
            };
            // Only the dash tells Snort's stamps from dates whose day and month could change places.
            let clock = cursor.eat(b'-').then(|| cursor.clock())??;
            Civil::new(year, month, day, clock.nanos)?.stamp(clock, None, zone)
        }
        _ => None,
    }
}

/// Reads the rest of a date behind its year, and the time.
fn after_year(cursor: &mut Cursor<'_>, year: i64) -> Option<(Civil, Clock)> {
    let separator = cursor.eat_any(b"-/.")?;
    if separator == b'-' && cursor.eat(b'W') {
        let week = cursor.digits(2)?;
        let day = cursor.eat(b'-').then(|| cursor.digits(1))??;
        let clock = extended_clock(cursor)?;
        return Some((Civil::week(year, week, day, clock.nanos)?, clock));
    }
    if separator == b'-' && cursor.count_digits() == 3 {
        let day = cursor.digits(3)?;
        let clock = extended_clock(cursor)?;
        return Some((Civil::ordinal(year, day, clock.nanos)?, clock));
    }
    let month = cursor.digits(2)?;
    let day = cursor.eat(separator).then(|| cursor.digits(2))??;
    let clock = extended_clock(cursor)?;
    Some((Civil::new(year, month, day, clock.nanos)?, clock))
}

/// Reads `T` or a blank and `hh:mm[:ss[.f]]`.
fn extended_clock(cursor: &mut Cursor<'_>) -> Option<Clock> {
    if cursor.eat_any(b"Tt").is_none() && !cursor.blanks() {
        return None;
    }
    let hour = cursor.digits(2)?;
    let minute = cursor.eat(b':').then(|| cursor.digits(2))??;
    if cursor.eat(b':') {
        let second = cursor.digits(2)?;
        return cursor.fraction_of(hour, minute, second);
    }
    (hour < 24 && minute < 60)
        .then_some(Clock { nanos: (hour * 60 + minute) * 60 * super::cursor::SECOND, decimals: 0 })
}

/// Reads `hhmmss[.f]`, or the extended form.
fn basic_clock(cursor: &mut Cursor<'_>) -> Option<Clock> {
    if cursor.count_digits() != 6 {
        return cursor.clock();
    }
    let (hour, minute, second) = (cursor.digits(2)?, cursor.digits(2)?, cursor.digits(2)?);
    cursor.fraction_of(hour, minute, second)
}

/// Reads Snort's `12/28-12:55:38.765402`.
pub(super) fn read_month_day(cursor: &mut Cursor<'_>) -> Option<Yearless> {
    let month = cursor.digits(2)?;
    let day = cursor.eat(b'/').then(|| cursor.digits(2))??;
    let clock = cursor.eat(b'-').then(|| cursor.clock())??;
    yearless(month, day, None, clock, None)
}

/// Puts a year-less stamp together, if its day can be.
pub(super) fn yearless(
    month: i64,
    day: i64,
    weekday: Option<i64>,
    clock: Clock,
    offset: Option<i32>,
) -> Option<Yearless> {
    // A leap year holds every day there is.
    Civil::new(2000, month, day, 0)?;
    Some(Yearless {
        month: i8::try_from(month).ok()?,
        day: i8::try_from(day).ok()?,
        nanos: clock.nanos,
        decimals: clock.decimals,
        weekday: weekday.and_then(|d| i8::try_from(d).ok()),
        offset,
    })
}
