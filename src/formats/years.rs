//! The years of year-less stamps (RFC 3164), without the clock.
//!
//! An input with such stamps is looked through before it is scanned: [`YearScan`] keeps month, day and weekday only and,
//! given an anchor (a date no record lies after), says which year the first record is of. From there [`YearTrack`] counts forward,
//! record by record; the cutter carries it from block to block. Where anchors come from beyond the
//! input's name and first lines is not decided here.

use super::YearTrack;
use crate::model::stamp::Yearless;

/// How far the day of a record may lie behind the day of its successor's before a new year must have begun
/// between them: days, in a year that has a 29 February.
const NEW_YEAR: i16 = 180;

impl YearTrack {
    /// The track at the start of an input whose first year-less stamp is of `year`.
    pub(crate) fn starting(year: Option<i16>) -> YearTrack {
        YearTrack { year, last: None }
    }

    /// Moves on to the next year-less stamp and gives its year. The same stamp again changes nothing.
    pub(crate) fn follow(&mut self, stamp: Yearless) -> Option<i16> {
        let day = (stamp.month, stamp.day);
        if self.last.is_some_and(|last| begins_year(last, day)) {
            self.year = self.year.map(|y| y.saturating_add(1));
        }
        self.last = Some(day);
        self.year
    }
}

/// Whether `next`, standing behind `last` in a log, belongs to the next year.
fn begins_year(last: (i8, i8), next: (i8, i8)) -> bool {
    day_of_year(last) - day_of_year(next) > NEW_YEAR
}

/// The ordinal of a day in a leap year, from 1.
fn day_of_year((month, day): (i8, i8)) -> i16 {
    const BEFORE: [i16; 12] = [0, 31, 60, 91, 121, 152, 182, 213, 244, 274, 305, 335];
    let before = usize::try_from(month.saturating_sub(1)).ok().and_then(|m| BEFORE.get(m)).copied().unwrap_or(0);
    before + i16::from(day)
}
