//! Instants of events, and how sure we are of them.

use std::fmt::{self, Write as _};

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
        let mut written = Written { bytes: [0; 30], len: 0 };
        if let Ok(time) = jiff::Timestamp::from_nanosecond(i128::from(self.0)) {
            let done = match decimals {
                0 => write!(written, "{time:.0}"),
                1..=3 => write!(written, "{time:.3}"),
                4..=6 => write!(written, "{time:.6}"),
                _ => write!(written, "{time:.9}"),
            };
            done.expect("years of four digits and nine decimals fit");
        }
        written
    }

    /// The same, quicker where another time of that day is written down already: only their clocks differ.
    pub(crate) fn written_after(self, decimals: u8, (other, digits, text): &(Time, u8, Written)) -> Written {
        if (self, decimals) == (*other, *digits) {
            return *text;
        }
        let day = |time: Time| (time.0 >= 0).then_some(time.0 / (86_400 * Time::SECOND));
        if (decimals, *digits) != (0, 0) || day(self).is_none() || day(self) != day(*other) {
            return self.written(decimals);
        }
        let second = u32::try_from(self.0 / Time::SECOND % 86_400).unwrap_or_default();
        let mut written = *text;
        for (at, number) in [(11, second / 3600), (14, second / 60 % 60), (17, second % 60)] {
            written.bytes[at] = b'0' + (number / 10) as u8;
            written.bytes[at + 1] = b'0' + (number % 10) as u8;
        }
        written
    }
}

/// A time, written down: `2262-04-11T23:47:16.854775807Z` at most.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Written {
    bytes: [u8; 30],
    len: usize,
}

impl fmt::Write for Written {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let room = self.bytes.get_mut(self.len..self.len + text.len()).ok_or(fmt::Error)?;
        room.copy_from_slice(text.as_bytes());
        self.len += text.len();
        Ok(())
    }
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

    proptest! {
        #[test]
        fn behind_another_a_time_is_written_as_by_itself(
            (one, after) in (0i64..40_000_000, -90_000i64..90_000), nanos in 0i64..2, digits in 0u8..2, more in 0u8..2
        ) {
            let (one, other) = (Time(one * Time::SECOND + nanos), Time((one + after) * Time::SECOND - nanos));
            let last = (one, digits, one.written(digits));
            let written = other.written_after(digits + more, &last);
            prop_assert_eq!(written.as_str(), other.rfc3339(digits + more));
        }
    }

    #[test]
    fn every_time_there_is_can_be_written() {
        for (nanos, decimals, want) in [
            (0, 0, "1970-01-01T00:00:00Z"),
            (-1, 3, "1969-12-31T23:59:59.999Z"),
            (951_782_400 * Time::SECOND, 2, "2000-02-29T00:00:00.000Z"),
            (i64::MIN, 9, "1677-09-21T00:12:43.145224192Z"),
            (i64::MAX, 9, "2262-04-11T23:47:16.854775807Z"),
            (i64::MAX, 6, "2262-04-11T23:47:16.854775Z"),
        ] {
            assert_eq!(Time(nanos).rfc3339(decimals), want);
        }
    }
}
