//! Lines of one day, one after the other: the year-less stamp they begin with says nothing new.
//!
//! Following a stamp whose month and day are those of the stamp followed last changes nothing, in a track as in a scan
//! (years.rs). Sound because a line is passed over only if it begins with the very seven bytes of that
//! stamp's month and day, a time of day as nearly all logs write it, and the beginning of a word that is neither a zone nor
//! a year: then it has a stamp, that of the day before it, and no weekday.

use super::yearless;
use crate::model::stamp::Yearless;

/// The day followed last, if its stamp was of the usual form: `Nov  2 `.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::formats) struct Day(Option<[u8; 7]>);

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
    /// Looks at the beginning of a line; the stamp is to be followed.
    pub(in crate::formats) fn start(&mut self, line: &[u8]) -> Start {
        let day = usual_day(line);
        if day.is_some() && day == self.0 {
            return Start::Same;
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

/// The month and the day of `Nov  2 15:40:14 host`, if the time is one and a name follows.
fn usual_day(line: &[u8]) -> Option<[u8; 7]> {
    let start: &[u8; 18] = line.first_chunk()?;
    let (day, clock, name) = (start.first_chunk()?, start.get(7..15)?, start.last_chunk()?);
    let is_pair = |at: usize, most: u8| match clock.get(at..at + 2) {
        Some([tens, ones]) => {
            tens.is_ascii_digit() && ones.is_ascii_digit() && (tens - b'0') * 10 + (ones - b'0') <= most
        }
        _ => false,
    };
    let is_clock = is_pair(0, 23) && is_pair(3, 59) && is_pair(6, 59) && matches!(clock, [_, _, b':', _, _, b':', ..]);
    let is_name = matches!(name, [b' ', b'a'..=b'z', _] | [b' ', b'A'..=b'Z', b'a'..=b'z']);
    (is_clock && is_name && matches!(day, [_, _, _, b' ', _, _, b' '])).then_some(*day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

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
