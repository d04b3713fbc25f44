//! Stamps with the English name of a month: access logs, ctime, RFC 2822, RFC 3164 with a year, BIND.

use super::civil::Civil;
use super::cursor::Cursor;
use super::iso::yearless;
use super::{Yearless, Zone};
use crate::model::time::Stamp;

const MONTHS: &[u8] = b"JanFebMarAprMayJunJulAugSepOctNovDec";
const WEEKDAYS: &[u8] = b"MonTueWedThuFriSatSun";

/// Reads `10/Oct/2000:13:55:36 -0700`, `19-Oct-2022 05:34:02.425`, `14 Nov 2023 22:13:20 +0000` and
/// `2014 Nov 28 12:59:03`.
pub(super) fn read_digit_first(cursor: &mut Cursor<'_>, zone: &Zone) -> Option<Stamp> {
    if cursor.count_digits() == 4 {
        let year = cursor.digits(4)?;
        let (month, day) = cursor.blanks().then(|| month_day(cursor))??;
        let clock = cursor.blanks().then(|| cursor.clock())??;
        return Civil::new(year, month, day, clock.nanos)?.stamp(clock, cursor.zone(), zone);
    }
    let day = cursor.one_or_two()?;
    let separator = cursor.eat_any(b"/- ")?;
    let month = cursor.name(MONTHS)?;
    let year = cursor.eat(separator).then(|| cursor.digits(4))??;
    let clock = cursor.eat_any(b": T").and_then(|_| cursor.clock())?;
    Civil::new(year, month, day, clock.nanos)?.stamp(clock, cursor.zone(), zone)
}

/// Reads stamps that begin with a name (or Cisco's `*` or `.`) and say their year: `Tue Nov 14 22:13:20[.f][ UTC]
/// 2023`, `Tue, 14 Nov 2023 22:13:20 +0000`, `Nov 28 2014 12:59:03`, `Nov 28 12:59:03 2014`.
pub(super) fn read_name_first(cursor: &mut Cursor<'_>, zone: &Zone) -> Option<Stamp> {
    if weekday(cursor).is_some() && cursor.count_digits() > 0 {
        return read_digit_first(cursor, zone);
    }
    let (month, day) = month_day(cursor)?;
    cursor.blanks();
    if let Some(year) = year(cursor) {
        let clock = cursor.blanks().then(|| cursor.clock())??;
        return Civil::new(year, month, day, clock.nanos)?.stamp(clock, cursor.zone(), zone);
    }
    let clock = cursor.clock()?;
    let mut offset = cursor.zone();
    let year = cursor.blanks().then(|| year(cursor))??;
    offset = offset.or_else(|| cursor.zone());
    Civil::new(year, month, day, clock.nanos)?.stamp(clock, offset, zone)
}

/// Reads `Nov  2 15:40:14[.123][ CET]`, with a weekday or a Cisco mark in front or not, and without a year behind.
pub(super) fn read_yearless(cursor: &mut Cursor<'_>) -> Option<Yearless> {
    let (weekday, month, day, clock) = if let Some((month, day, clock)) = cursor.usual_stamp(MONTHS) {
        if cursor.is_before_name() {
            return yearless(month, day, None, clock, None);
        }
        (None, month, day, clock)
    } else {
        let weekday = weekday(cursor);
        let (month, day) = month_day(cursor)?;
        (weekday, month, day, cursor.blanks().then(|| cursor.clock())??)
    };
    let offset = cursor.zone();
    let mut behind = *cursor;
    let names_year = behind.blanks() && year(&mut behind).is_some();
    if names_year {
        return None;
    }
    yearless(month, day, weekday, clock, offset)
}

/// Reads `Tue ` or `Tue, `, and Cisco's marks for an unsynchronised clock.
fn weekday(cursor: &mut Cursor<'_>) -> Option<i64> {
    cursor.eat_any(b"*.");
    let mark = *cursor;
    let day = cursor.name(WEEKDAYS);
    if day.is_some() {
        cursor.eat(b',');
        if cursor.blanks() {
            return day;
        }
    }
    *cursor = mark;
    None
}

/// Reads `Nov 2` or `Nov  2`.
fn month_day(cursor: &mut Cursor<'_>) -> Option<(i64, i64)> {
    let month = cursor.name(MONTHS)?;
    let day = cursor.blanks().then(|| cursor.one_or_two())??;
    Some((month, day))
}

/// Reads four digits that stand alone and may be a year. An address may begin like one (`2001:db8::1`): behind a
/// colon a year is followed by a blank or nothing.
fn year(cursor: &mut Cursor<'_>) -> Option<i64> {
    let mark = *cursor;
    let is_year = cursor.count_digits() == 4;
    let year = cursor.digits(4).filter(|y| is_year && (1970..=2200).contains(y));
    let mut behind = *cursor;
    let stands_alone = cursor.is_at_edge() && (!behind.eat(b':') || matches!(behind.peek(), None | Some(b' ')));
    if year.is_none() || !stands_alone {
        *cursor = mark;
        return None;
    }
    year
}
