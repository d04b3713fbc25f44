//! Lines of one day, one after the other: the year-less stamp they begin with says nothing new.
//!
//! Following a stamp whose month and day are those of the stamp followed last changes nothing, in a track as in a scan
//! (years.rs). Sound because a line is passed over only if it begins with the very seven bytes of that
//! stamp's month and day, a time of day as nearly all logs write it, and the beginning of a word that is neither a zone nor
//! a year: then it has a stamp, that of the day before it, and no weekday.

use super::yearless;
use crate::model::stamp::{Yearless, second_of_day};

/// The day followed last, if its stamp was of the usual form: `Nov  2 `.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::formats) struct Day(Option<u64>);

/// The bytes of a month and a day, with the blank behind them.
const DAY: u64 = u64::from_le_bytes([255, 255, 255, 255, 255, 255, 255, 0]);

/// A stamp of the usual form, with the beginning of a name behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::formats) struct Usual {
    /// Month and day as written.
    pub(in crate::formats) day: u64,
    /// Seconds since midnight.
    pub(in crate::formats) second: u32,
}

/// What a line is to the day of the lines before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::formats) enum Start {
    /// It begins with a stamp of that day.
    Same,
    /// It begins with this stamp.
    Stamp(Yearless),
    /// It begins with none.
    Other,
}

impl Day {
    /// Whether a line begins with a stamp of the usual form, of that day: then none of its bytes up to [`Usual::LEN`] ends
    /// a line.
    pub(in crate::formats) fn is_of(&self, line: &[u8]) -> bool {
        // Of the day first: most lines are told by that.
        let begins = line.first_chunk().map(|start| u64::from_le_bytes(*start) & DAY);
        begins.is_some() && begins == self.0 && Usual::of(line).is_some()
    }

    /// Looks at the beginning of a line; the stamp is to be followed.
    pub(in crate::formats) fn start(&mut self, line: &[u8]) -> Start {
        if self.is_of(line) {
            return Start::Same;
        }
        let day = Usual::of(line).map(|usual| usual.day);
        if day.is_none() && begins_address(line) {
            return Start::Other;
        }
        let Some(stamp) = yearless(line) else { return Start::Other };
        self.0 = day;
        Start::Stamp(stamp)
    }

    /// The stamp to follow, if the line begins with one that says something new.
    pub(in crate::formats) fn new_stamp(&mut self, line: &[u8]) -> Option<Yearless> {
        match self.start(line) {
            Start::Stamp(stamp) => Some(stamp),
            Start::Same | Start::Other => None,
        }
    }
}

/// Whether a line begins with up to three digits and a dot, as an address does and no stamp.
pub(in crate::formats) fn begins_address(line: &[u8]) -> bool {
    let dot = match line {
        [b'0'..=b'9', b'0'..=b'9', b'0'..=b'9', dot, ..]
        | [b'0'..=b'9', b'0'..=b'9', dot @ b'.', ..]
        | [b'0'..=b'9', dot @ b'.', ..] => *dot,
        _ => 0,
    };
    dot == b'.'
}

impl Usual {
    /// How many bytes such a stamp has, the blank behind it left out.
    pub(in crate::formats) const LEN: usize = 15;

    /// Reads `Nov  2 15:40:14 host`, if the time is one and a name follows; whether there is such a day is not asked.
    pub(in crate::formats) fn of(line: &[u8]) -> Option<Usual> {
        let start: &[u8; 18] = line.first_chunk()?;
        let [a, b, c, b' ', day, of_day, b' ', clock @ .., b' ', first, second] = start else { return None };
        let is_name = matches!((first, second), (b'a'..=b'z', _) | (b'A'..=b'Z', b'a'..=b'z'));
        let second = second_of_day(*clock).filter(|_| is_name)?;
        Some(Usual { day: u64::from_le_bytes([*a, *b, *c, b' ', *day, *of_day, b' ', 0]), second })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn no_stamp_begins_as_an_address_does() {
        for line in ["1.2 ", "10.0.0.5 - -", "203.0.113.9 - -", "4.Nov 2 "] {
            assert!(begins_address(line.as_bytes()), "{line}");
            assert!(
                yearless(line.as_bytes()).is_none()
                    && crate::model::stamp::read_prefix(line, &crate::model::stamp::Zone::default()).is_none()
            );
        }
        for line in ["", "2024.11.02 ", "1/2", ".1", "a.b", "12", "123"] {
            assert!(!begins_address(line.as_bytes()), "{line}");
        }
    }

    proptest! {
        /// What is passed over has the month and day of the stamp before, and what is not is read.
        #[test]
        fn the_same_day_is_the_same_stamp(
            lines in proptest::collection::vec("(Nov|Feb|nov|Xxx) ( 2|29|30|2 ) (09|25):[05]9:(0|6)1( |  |)(host|UTC|Z|LabSZ|2024|x|é|)( y)?", 1..12)
        ) {
            let mut day = Day::default();
            let mut last = None;
            for line in &lines {
                let stamp = yearless(line.as_bytes());
                let key = stamp.map(|stamp| (stamp.month, stamp.day, stamp.weekday));
                match day.start(line.as_bytes()) {
                    Start::Same => prop_assert_eq!(key, last, "{}", line),
                    Start::Stamp(found) => prop_assert_eq!(Some(found), stamp, "{}", line),
                    Start::Other => prop_assert_eq!(stamp, None, "{}", line),
                }
                last = key.or(last);
            }
        }
    }
}
