//! `--time`: which events count, by their time.
//!
//! `A` is the year, month, day, hour, minute or second it names; `A,B` reaches from the start of one to the end of the
//! other; `A,2h` and `A,-1d` are lengths after and before the start of `A`; `end` is the newest event of all inputs, and a
//! length alone counts back from it. Stamps without a zone are of `--tz`, as those of logs are.

use super::SetupError;
use crate::model::Time;
use crate::model::stamp::{self, Zone};
use jiff::civil::DateTime;
use jiff::{SignedDuration, Span, ToSpan};

/// What was asked for, before the newest event is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Period {
    /// From one instant up to another.
    Fixed(Window),
    /// So long before the newest event, and it.
    Last(SignedDuration),
}

/// From an instant on, and before another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Window {
    from: Time,
    until: Option<Time>,
}

impl Window {
    /// Whether something of that time counts. What has no time does not.
    pub(super) fn holds(&self, time: Option<Time>) -> bool {
        time.is_some_and(|time| time >= self.from && self.until.is_none_or(|until| time < until))
    }
}

/// Reads what was asked for.
pub(super) fn parsed(text: Option<&str>, zone: &Zone) -> Result<Option<Period>, SetupError> {
    let Some(text) = text else { return Ok(None) };
    parse(text, zone).map(Some).map_err(|why| SetupError::Period { value: text.to_owned(), why })
}

impl Period {
    /// The window, when the newest event is known.
    pub(super) fn window(self, newest: Option<Time>) -> Window {
        match self {
            Period::Fixed(window) => window,
            Period::Last(length) => {
                let newest = newest.unwrap_or_default();
                Window { from: moved(newest, -length), until: Some(Time(newest.0.saturating_add(1))) }
            }
        }
    }
}

fn parse(text: &str, zone: &Zone) -> Result<Period, &'static str> {
    const FORM: &str = "use a date or time, two of them, or one and a length: 2026-06-01,2026-06-03 or end,-1d";
    let (first, second) = match text.split_once(',') {
        Some((first, second)) => (first.trim(), Some(second.trim())),
        None => (text.trim(), None),
    };
    match (first, second) {
        ("end", Some(second)) => {
            let length = length(second).ok_or(FORM)?;
            if length.is_negative() { Ok(Period::Last(-length)) } else { Err("nothing comes after the newest event") }
        }
        (first, None) if length(first).is_some() => Ok(Period::Last(length(first).ok_or(FORM)?.abs())),
        (first, second) => {
            let (from, end) = unit(first, zone).ok_or(FORM)?;
            let (from, until) = match second {
                None => (from, Some(end)),
                Some("end") => (from, None),
                Some(second) => match length(second) {
                    Some(length) if length.is_negative() => (moved(from, length), Some(from)),
                    Some(length) => (from, Some(moved(from, length))),
                    None => (from, Some(unit(second, zone).ok_or(FORM)?.1)),
                },
            };
            if until.is_some_and(|until| until <= from) {
                return Err("it ends before it begins");
            }
            Ok(Period::Fixed(Window { from, until }))
        }
    }
}

fn moved(time: Time, by: SignedDuration) -> Time {
    Time(time.0.saturating_add(i64::try_from(by.as_nanos()).unwrap_or(i64::MAX)))
}

/// Start and end of the year, month, day, hour, minute or second a text names.
fn unit(text: &str, zone: &Zone) -> Option<(Time, Time)> {
    // What is left out, from the year on, and how long the unit is then.
    let units: [(usize, &str, Span); 6] = [
        (4, "-01-01T00:00:00", 1.year()),
        (7, "-01T00:00:00", 1.month()),
        (10, "T00:00:00", 1.day()),
        (13, ":00:00", 1.hour()),
        (16, ":00", 1.minute()),
        (19, "", 1.second()),
    ];
    let zone_at = text.get(11..).and_then(|clock| clock.find(['Z', '+', '-'])).map_or(text.len(), |at| at + 11);
    let (civil, offset) = text.split_at_checked(zone_at)?;
    let (_, rest, length) = units.iter().find(|(len, ..)| *len == civil.len())?;
    let start: DateTime = format!("{civil}{rest}").replace(' ', "T").parse().ok()?;
    let end = start.checked_add(*length).ok()?;
    let read = |time: DateTime| stamp::read(&format!("{time}{offset}"), zone)?.time;
    Some((read(start)?, read(end)?))
}

/// `90m`, `1d`, `1d12h`, `-2w`; a sign stands in front of all.
fn length(text: &str) -> Option<SignedDuration> {
    let (sign, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let mut seconds = 0_i64;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.bytes().position(|b| !b.is_ascii_digit())?;
        let (number, behind) = rest.split_at_checked(digits)?;
        let unit = match behind.bytes().next()? {
            b's' => 1,
            b'm' => 60,
            b'h' => 3_600,
            b'd' => 86_400,
            b'w' => 7 * 86_400,
            _ => return None,
        };
        seconds = number.parse::<i64>().ok()?.checked_mul(unit)?.checked_add(seconds)?;
        rest = behind.get(1..)?;
    }
    (seconds > 0).then(|| SignedDuration::from_secs(sign * seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> Time {
        stamp::read(text, &Zone::default()).unwrap().time.unwrap()
    }

    #[track_caller]
    fn check(text: &str, newest: &str, from: &str, until: Option<&str>) {
        let window = parse(text, &Zone::default()).unwrap().window(Some(time(newest)));
        assert_eq!(window, Window { from: time(from), until: until.map(time) }, "{text}");
    }

    #[test]
    fn a_time_is_the_unit_it_names() {
        let newest = "2026-06-30T00:00:00Z";
        check("2026", newest, "2026-01-01T00:00:00Z", Some("2027-01-01T00:00:00Z"));
        check("2026-02", newest, "2026-02-01T00:00:00Z", Some("2026-03-01T00:00:00Z"));
        check("2026-06-12", newest, "2026-06-12T00:00:00Z", Some("2026-06-13T00:00:00Z"));
        check("2026-06-12T10", newest, "2026-06-12T10:00:00Z", Some("2026-06-12T11:00:00Z"));
        check("2026-06-12 10:05", newest, "2026-06-12T10:05:00Z", Some("2026-06-12T10:06:00Z"));
        check("2026-06-12T10:05:09+02:00", newest, "2026-06-12T08:05:09Z", Some("2026-06-12T08:05:10Z"));
    }

    #[test]
    fn two_times_or_a_length_make_a_period() {
        let newest = "2026-06-30T00:00:00Z";
        check("2026-06-01,2026-06-03", newest, "2026-06-01T00:00:00Z", Some("2026-06-04T00:00:00Z"));
        check("2026-06-01,1d12h", newest, "2026-06-01T00:00:00Z", Some("2026-06-02T12:00:00Z"));
        check("2026-06-01,-2h", newest, "2026-05-31T22:00:00Z", Some("2026-06-01T00:00:00Z"));
        check("2026-06-01, end", newest, "2026-06-01T00:00:00Z", None);
        check("end,-1d", newest, "2026-06-29T00:00:00Z", Some("2026-06-30T00:00:00.000000001Z"));
        check("90m", newest, "2026-06-29T22:30:00Z", Some("2026-06-30T00:00:00.000000001Z"));
    }

    #[test]
    fn nonsense_is_refused() {
        for text in [
            "",
            "soon",
            "2026-13",
            "2026-06-03,2026-06-01",
            "end",
            "end,1d",
            "1x",
            "2026-06-01,",
            "d",
            "99999999999999999w",
        ] {
            assert!(parse(text, &Zone::default()).is_err(), "{text}");
        }
    }
}
