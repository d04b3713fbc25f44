//! Parts of a timestamp as a rule compares them: as written, without any zone conversion (sigma-semantics.md 6.2).
//!
//! Text is `YYYY-MM-DD`, `T` or a blank, `hh:mm:ss` and whatever follows; a number is seconds since 1970 in UTC, or
//! milliseconds above 10¹². Other spellings have no parts.

use crate::model::Datum;
use crate::sigma::TimePart;
use jiff::civil::{Date, DateTime};

/// Numbers above this are milliseconds.
const MILLISECONDS_ABOVE: i64 = 1_000_000_000_000;

/// The part of the stamp a value holds.
pub(super) fn part(value: &Datum<'_>, part: TimePart) -> Option<i64> {
    let text = value.text()?;
    let civil = written(text).or_else(|| epoch(text))?;
    Some(match part {
        TimePart::Minute => i64::from(civil.minute()),
        TimePart::Hour => i64::from(civil.hour()),
        TimePart::Day => i64::from(civil.day()),
        TimePart::Week => i64::from(civil.date().iso_week_date().week()),
        TimePart::Month => i64::from(civil.month()),
        TimePart::Year => i64::from(civil.year()),
    })
}

fn written(text: &str) -> Option<DateTime> {
    let bytes = text.as_bytes().get(..19)?;
    let shape = bytes.iter().zip(b"dddd-dd-ddtdd:dd:dd").all(|(have, want)| match want {
        b'd' => have.is_ascii_digit(),
        b't' => matches!(have, b'T' | b't' | b' '),
        _ => have == want,
    });
    if !shape {
        return None;
    }
    let number = |from: usize, to: usize| text.get(from..to)?.parse::<i16>().ok();
    let small = |from: usize, to: usize| number(from, to).and_then(|n| i8::try_from(n).ok());
    let date = Date::new(number(0, 4)?, small(5, 7)?, small(8, 10)?).ok()?;
    // A leap second is shown as the second before it: the parts rules can ask for are the same.
    let time = jiff::civil::Time::new(small(11, 13)?, small(14, 16)?, small(17, 19)?.min(59), 0).ok()?;
    Some(date.to_datetime(time))
}

fn epoch(text: &str) -> Option<DateTime> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    if fraction.is_empty() || !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let number: i64 = whole.parse().ok()?;
    let seconds = if number > MILLISECONDS_ABOVE { number.div_euclid(1_000) } else { number };
    let instant = jiff::Timestamp::from_second(seconds).ok()?;
    Some(jiff::tz::Offset::UTC.to_datetime(instant))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, which: TimePart, want: Option<i64>) {
        assert_eq!(part(&Datum::borrowed(text), which), want, "{text} {which:?}");
    }

    #[test]
    fn parts_are_read_as_written() {
        let parts = [
            (TimePart::Minute, 59),
            (TimePart::Hour, 23),
            (TimePart::Day, 30),
            (TimePart::Week, 1),
            (TimePart::Month, 12),
            (TimePart::Year, 2024),
        ];
        for (which, want) in parts {
            check("2024-12-30T23:59:58.1+05:00", which, Some(want));
            check("2024-12-30 23:59:58", which, Some(want));
        }
    }

    #[test]
    fn numbers_are_seconds_or_milliseconds_in_utc() {
        for text in ["1709287200", "1709287200000", "1709287200.75"] {
            check(text, TimePart::Hour, Some(10));
        }
        check("-1", TimePart::Year, Some(1969));
    }

    #[test]
    fn other_spellings_have_no_parts() {
        for text in
            ["", "2024-02-29", "2024-02-30T03:00:00Z", "29/Feb/2024:03:00:00", "0x10", "1e9", "é024-01-01T00:00:00"]
        {
            check(text, TimePart::Day, None);
        }
    }
}
