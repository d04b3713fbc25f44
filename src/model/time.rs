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
        jiff::Timestamp::from_nanosecond(i128::from(self.0)).map_or_else(
            |_| String::new(),
            |t| match decimals {
                0 => format!("{t:.0}"),
                1..=3 => format!("{t:.3}"),
                4..=6 => format!("{t:.6}"),
                _ => format!("{t:.9}"),
            },
        )
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
