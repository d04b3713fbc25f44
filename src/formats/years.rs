//! The years of year-less stamps (RFC 3164), without the clock.
//!
//! An input with such stamps is looked through before it is scanned, or once the first one is met: [`YearScan`] keeps
//! months, days and weekdays only
//! and, given an anchor (a date the last record does not lie after), says which year the first record is of. From there
//! [`YearTrack`] counts forward, record by record; the cutter carries it from block to block. Which of several anchors
//! counts is decided by whoever opens inputs; those that stand in the input and in its name are found here.

use super::lines::{Day, Start, Usual};
use super::{Learned, Shape, Sniffed, YearTrack, format, lines};
use crate::model::stamp::{self, Yearless, Zone};
use jiff::civil::Date;
use std::sync::{Arc, OnceLock};

/// How far the day of a record may lie behind the day of its successor's before a new year must have begun
/// between them: days, in a year that has a 29 February.
const NEW_YEAR: i16 = 180;

/// Years that are believed, as for every stamp.
const YEARS: std::ops::RangeInclusive<i16> = 1970..=2200;

/// What the years of an input's year-less stamps rest on: worked out before it is scanned, or when the first is met.
#[derive(Clone)]
pub(crate) enum Years {
    Known(Known),
    Later(Arc<Later>),
}

/// What looking through an input gave.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Known {
    /// The year of the first stamp.
    pub(crate) first: Option<i16>,
    /// Where that is not known, the date the first stamp does not lie after.
    pub(crate) anchor: Option<Date>,
}

/// An input that is looked through once somebody asks. What is found does not depend on who does.
pub(crate) struct Later {
    known: OnceLock<Known>,
    find: Box<dyn Fn() -> Known + Send + Sync>,
}

/// Stamps without a year have no time.
pub(crate) static NOTHING: Years = Years::known(None, None);

impl Default for Years {
    fn default() -> Years {
        Years::known(None, None)
    }
}

impl std::fmt::Debug for Years {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Years::Known(known) => known.fmt(f),
            Years::Later(later) => later.known.fmt(f),
        }
    }
}

impl Years {
    /// What was worked out.
    pub(crate) const fn known(first: Option<i16>, anchor: Option<Date>) -> Years {
        Years::Known(Known { first, anchor })
    }

    /// What `find` gives, which is asked when the first stamp is met.
    pub(crate) fn later(find: impl Fn() -> Known + Send + Sync + 'static) -> Years {
        Years::Later(Arc::new(Later { known: OnceLock::new(), find: Box::new(find) }))
    }

    /// The year of the first stamp that is met.
    fn of_first(&self, stamp: Yearless) -> Option<i16> {
        let Known { first, anchor } = match self {
            Years::Known(known) => *known,
            Years::Later(later) => *later.known.get_or_init(|| (later.find)()),
        };
        first.or_else(|| {
            let mut alone = YearScan::new(String::new());
            alone.follow(stamp);
            alone.first_year(anchor?)
        })
    }
}

impl YearTrack {
    /// Moves on to the next year-less stamp and gives its year. The same stamp again changes nothing.
    pub(crate) fn follow(&mut self, stamp: Yearless, years: &Years) -> Option<i16> {
        let day = (stamp.month, stamp.day);
        if self.last.is_some_and(|last| begins_year(last, day)) {
            self.year = self.year.map(|y| y.saturating_add(1));
        }
        if self.year.is_none() {
            self.year = years.of_first(stamp);
        }
        self.last = Some(day);
        self.year
    }
}

/// Whether `next`, standing behind `last` in a log, belongs to the next year: December before January. Smaller
/// steps back are disorder.
fn begins_year(last: (i8, i8), next: (i8, i8)) -> bool {
    day_of_year(last) - day_of_year(next) > NEW_YEAR
}

/// The ordinal of a day in a leap year, from 1.
fn day_of_year((month, day): (i8, i8)) -> i16 {
    const BEFORE: [i16; 12] = [0, 31, 60, 91, 121, 152, 182, 213, 244, 274, 305, 335];
    let before = usize::try_from(month.saturating_sub(1)).ok().and_then(|m| BEFORE.get(m)).copied().unwrap_or(0);
    before + i16::from(day)
}

/// Looks through an input for the years of its stamps. Takes bytes in pieces of any size and keeps a few hundred.
#[derive(Clone)]
pub(crate) struct YearScan {
    /// Stands before every record.
    prefix: String,
    /// The beginning of the line that has not ended yet.
    line: Vec<u8>,
    /// The stamp before, with its weekday.
    last: Option<(i8, i8, Option<i8>)>,
    /// Its day.
    day: Day,
    /// How many years began between the first stamp and the last.
    passed: i64,
    /// First years that every 29 February allows, and those that weekdays allow too.
    leap: Residues,
    weekday: Residues,
    /// The latest full date a line begins with or a comment holds.
    latest: Option<Date>,
}

/// Years modulo 400, after which leap years and weekdays repeat.
type Residues = [bool; CYCLE];
const CYCLE: usize = 400;
const CYCLE_YEARS: i64 = 400;

/// No stamp, with all that may stand before it, ends beyond this.
const LINE_START: usize = 512;

impl YearScan {
    /// For inputs of lines; others have no year-less stamps.
    pub(crate) fn of(sniffed: &Sniffed) -> Option<YearScan> {
        let (Shape::Lines(_) | Shape::Declared(..)) = format(sniffed.format)?.shape else { return None };
        let prefix = match &sniffed.learned {
            Learned::Prefix(prefix) => prefix.clone(),
            _ => String::new(),
        };
        Some(YearScan::new(prefix))
    }

    fn new(prefix: String) -> YearScan {
        YearScan {
            prefix,
            line: Vec::new(),
            last: None,
            day: Day::default(),
            passed: 0,
            leap: [true; CYCLE],
            weekday: [true; CYCLE],
            latest: None,
        }
    }

    /// The next bytes of the unpacked input.
    pub(crate) fn feed(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        loop {
            // Most lines of a log with such stamps say nothing new.
            let is_told = self.line.is_empty() && self.prefix.is_empty() && self.day.is_of(rest);
            let start = if is_told { Usual::LEN } else { 0 };
            let Some(at) = rest.get(start..).and_then(|rest| memchr::memchr(b'\n', rest)) else { break };
            let (line, behind) = rest.split_at(start + at);
            rest = behind.get(1..).unwrap_or_default();
            if is_told {
                continue;
            }
            if self.line.is_empty() {
                self.look(line);
            } else {
                self.keep(line);
                self.finish();
            }
        }
        self.keep(rest);
    }

    /// No more will come: looks at a last line without end.
    pub(crate) fn finish(&mut self) {
        let line = std::mem::take(&mut self.line);
        self.look(&line);
        self.line = line;
        self.line.clear();
    }

    /// Whether any year-less stamp was seen.
    pub(crate) fn has_stamps(&self) -> bool {
        self.last.is_some()
    }

    /// The latest full date in the input, as an anchor.
    pub(crate) fn date_inside(&self) -> Option<Date> {
        self.latest
    }

    /// The year of the first stamp, when the last one may lie a day after `anchor` at most (zones): the last gets
    /// the latest year for which every 29 February and every weekday of the input fits. Where no year does,
    /// weekdays are given up first, then the leap days.
    pub(crate) fn first_year(&self, anchor: Date) -> Option<i16> {
        let (month, day, _) = self.last?;
        let bound = anchor.tomorrow().unwrap_or(anchor);
        let is_after = (month, day) > (bound.month(), bound.day());
        let latest = i64::from(bound.year()) - i64::from(is_after);
        let oldest = i64::from(*YEARS.start());
        let fits = |residues: &Residues, last: i64| {
            let first = (last - self.passed).rem_euclid(CYCLE_YEARS);
            usize::try_from(first).ok().and_then(|r| residues.get(r)).copied().unwrap_or(false)
        };
        let fitting = |residues| (oldest..=latest).rev().find(|last| fits(residues, *last));
        let last = fitting(&self.weekday).or_else(|| fitting(&self.leap)).unwrap_or(latest);
        i16::try_from(last - self.passed).ok()
    }

    /// Keeps the beginning of a line that goes on.
    fn keep(&mut self, piece: &[u8]) {
        // Leading NULs (a crash) may be many.
        let piece = if self.line.is_empty() { lines::visible(piece) } else { piece };
        let room = LINE_START.saturating_sub(self.line.len());
        self.line.extend_from_slice(piece.get(..room).unwrap_or(piece));
    }

    fn look(&mut self, line: &[u8]) {
        let line = lines::visible(line);
        let line = line.strip_prefix(self.prefix.as_bytes()).unwrap_or(line);
        let line = line.get(..LINE_START).unwrap_or(line);
        match self.day.start(line) {
            Start::Same => return,
            Start::Stamp(stamp) => return self.follow(stamp),
            // So does every line of an access log or of JSON, and no date.
            Start::Other if lines::begins_address(line) || line.first() == Some(&b'{') => return,
            Start::Other => {}
        }
        let date = match std::str::from_utf8(line) {
            Ok(line) => full_date(line),
            Err(_) => full_date(&String::from_utf8_lossy(line)),
        };
        self.latest = self.latest.max(date);
    }

    fn follow(&mut self, stamp: Yearless) {
        let seen = (stamp.month, stamp.day, stamp.weekday);
        if self.last == Some(seen) {
            return;
        }
        if self.last.is_some_and(|(month, day, _)| begins_year((month, day), (stamp.month, stamp.day))) {
            self.passed = self.passed.saturating_add(1);
        }
        self.last = Some(seen);
        let is_leap_day = (stamp.month, stamp.day) == (2, 29);
        if !is_leap_day && stamp.weekday.is_none() {
            return;
        }
        for (residue, (leap, weekday)) in (0i64..).zip(self.leap.iter_mut().zip(&mut self.weekday)) {
            // Any year of the cycle stands for its residue.
            let year = 2000 + (residue + self.passed).rem_euclid(CYCLE_YEARS);
            let date = i16::try_from(year).ok().and_then(|y| Date::new(y, stamp.month, stamp.day).ok());
            let is_weekday = |date: Date| stamp.weekday.is_none_or(|w| w == date.weekday().to_monday_one_offset());
            *leap &= date.is_some();
            *weekday &= date.is_some_and(is_weekday);
        }
    }
}

/// The anchor `--year` sets: the last record is of that year.
pub(crate) fn anchor_of_year(year: i16) -> Option<Date> {
    Date::new(year, 12, 31).ok().filter(|_| YEARS.contains(&year))
}

/// The latest full date in the first lines of an input: a line that begins with one, or a comment (`#Date:
/// 2012-06-01`).
pub(crate) fn anchor_in_text(head: &str) -> Option<Date> {
    head.lines().filter_map(full_date).max()
}

fn full_date(line: &str) -> Option<Date> {
    if line.starts_with('#') {
        return dates_in(line).max();
    }
    let line = line.strip_prefix('<').and_then(|l| l.split_once('>')).map_or(line, |(_, l)| l);
    let time = stamp::read_prefix(line, &Zone::default())?.0.time?;
    let time = jiff::Timestamp::from_nanosecond(i128::from(time.0)).ok()?;
    Some(time.to_zoned(jiff::tz::TimeZone::UTC).date())
}

/// The date in the name of an input: `auth.log-20240612`, `messages.2021-03` (then the end of the month). Of
/// several the last. Folders do not count.
pub(crate) fn anchor_in_name(path: &str) -> Option<Date> {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    dates_in(name).last()
}

/// Dates written with the year first: `20240612`, `2024-06-12`, `2024_06_12`, `2024.06.12`, `2024-06`.
fn dates_in(text: &str) -> impl Iterator<Item = Date> {
    let bytes = text.as_bytes();
    let is_digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let starts = (0..bytes.len()).filter(move |at| is_digit(*at) && (*at == 0 || !is_digit(*at - 1)));
    starts.filter_map(move |start| date_at(text.get(start..)?))
}

fn date_at(text: &str) -> Option<Date> {
    let bytes = text.as_bytes();
    let digits = |from: usize, len: usize| {
        let digits = text.get(from..from + len).filter(|d| d.bytes().all(|b| b.is_ascii_digit()))?;
        digits.parse::<i16>().ok()
    };
    let year = digits(0, 4).filter(|y| YEARS.contains(y))?;
    let run = bytes.iter().take_while(|b| b.is_ascii_digit()).count();
    let date = |month: i16, day: i16| Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok();
    match run {
        // With a time behind or not.
        8 | 10 | 12 | 14 => date(digits(4, 2)?, digits(6, 2)?),
        4 => {
            let separator = bytes.get(4).filter(|b| matches!(b, b'-' | b'_' | b'.'))?;
            let month = digits(5, 2)?;
            let is_digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
            match bytes.get(7) {
                Some(b) if b == separator && digits(8, 2).is_some() && !is_digit(10) => date(month, digits(8, 2)?),
                Some(b) if b.is_ascii_digit() => None,
                _ => date(month, 1).map(Date::last_of_month),
            }
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::id_of;
    use jiff::civil::date;
    use proptest::prelude::*;

    fn scan(text: &str, size: usize) -> YearScan {
        let format = id_of("syslog-3164").expect("a row");
        let sniffed = Sniffed { format, rank: (6, 1000), why: "a test says so", learned: Learned::Nothing };
        let mut scan = YearScan::of(&sniffed).expect("a format of lines");
        text.as_bytes().chunks(size).for_each(|piece| scan.feed(piece));
        scan.finish();
        scan
    }

    /// A log whose lines have these stamps.
    fn log(stamps: &[&str]) -> String {
        let lines: Vec<_> = stamps.iter().map(|stamp| format!("{stamp} 09:23:38 host app[1]: x\n")).collect();
        lines.concat()
    }

    #[track_caller]
    fn check(stamps: &[&str], anchor: Date, first_year: i16) {
        for size in [1, 7, 4096] {
            assert_eq!(scan(&log(stamps), size).first_year(anchor), Some(first_year), "{stamps:?}");
        }
    }

    #[test]
    fn the_last_record_gets_the_latest_year_within_the_anchor() {
        check(&["Dec  3", "Jan  3"], date(2012, 6, 1), 2011);
        check(&["Mar  1", "Jun  1"], date(2012, 6, 1), 2012);
        check(&["Mar  1", "Jun  2"], date(2012, 6, 1), 2012);
        check(&["Mar  1", "Jun  3"], date(2012, 6, 1), 2011);
        check(&["Dec  3", "Jan  3", "Nov  1", "Jan  1"], date(2012, 6, 1), 2010);
        // A day of another zone: on the last of December it may be January already.
        check(&["Jan  1"], date(2012, 12, 31), 2013);
    }

    #[test]
    fn small_steps_back_are_disorder() {
        check(&["Jun  3", "May 30", "Jun  4"], date(2012, 7, 1), 2012);
        check(&["Dec 31", "Jan  1", "Jan  2"], date(2012, 7, 1), 2011);
    }

    #[test]
    fn leap_days_and_weekdays_bind_the_whole_input() {
        check(&["Feb 29", "Mar  1"], date(2023, 6, 1), 2020);
        check(&["Feb 29", "Dec 30", "Jan  2"], date(2023, 6, 1), 2020);
        check(&["Thu Nov  2"], date(2021, 6, 1), 2017);
        // No year has both, so the weekday is given up.
        check(&["Mon Feb 29", "Mon Mar  3"], date(2023, 6, 1), 2020);
        // Nor has any year two leap days in a row.
        check(&["Feb 29", "Jan  1", "Jul 30", "Dec 30", "Feb 29"], date(2023, 6, 1), 2022);
    }

    #[test]
    fn only_stamps_count() {
        let empty = scan("no stamp\n\tNov  2 15:40:14 continued\n{}\n", 5);
        assert!(!empty.has_stamps());
        assert_eq!(empty.first_year(date(2012, 6, 1)), None);
    }

    #[test]
    fn full_dates_inside_are_anchors() {
        let text = "#Date: 2012-05-01\nNov  2 15:40:14 h a: 2019-01-01\n<30>2012-06-01T00:00:00Z h a: x\n2011-06-01 10:00:00 y\n";
        assert_eq!(scan(text, 9).date_inside(), Some(date(2012, 6, 1)));
        assert_eq!(anchor_in_text(text), Some(date(2012, 6, 1)));
        assert_eq!(anchor_in_text("Nov  2 15:40:14 h a: 2019-01-01"), None);
    }

    #[test]
    fn names_hold_dates() {
        for (name, want) in [
            ("auth.log-20240612", Some(date(2024, 6, 12))),
            ("logs-20200101/auth.log-20240612.gz", Some(date(2024, 6, 12))),
            ("messages.2021-02", Some(date(2021, 2, 28))),
            ("a_2021_03_04_b", Some(date(2021, 3, 4))),
            ("x.20240612101010.log", Some(date(2024, 6, 12))),
            ("2020-01-01_2020-02-01.log", Some(date(2020, 2, 1))),
            ("20200101/auth.log", None),
            ("auth.log.1", None),
            ("20241301", None),
            ("120240612", None),
            ("2021-033", None),
            ("19690101", None),
        ] {
            assert_eq!(anchor_in_name(name), want, "{name}");
        }
    }

    /// The years of the definition: from the last record backwards.
    fn backwards(days: &[(i8, i8)], last: i16) -> Vec<i16> {
        let mut years = vec![last; days.len()];
        for at in (0..days.len().saturating_sub(1)).rev() {
            let is_later = day_of_year(days[at]) - day_of_year(days[at + 1]) > 180;
            years[at] = years[at + 1] - i16::from(is_later);
        }
        years
    }

    proptest! {
        #[test]
        fn forward_gives_the_years_of_the_definition(
            days in prop::collection::vec((1i8..=12, 1i8..=28), 1..40),
            month in 1i8..=12,
            day in 1i8..=28,
            size in 1usize..200,
        ) {
            const MONTHS: [&str; 12] =
                ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
            let anchor = date(2100, month, day);
            let month_name = |month: i8| MONTHS[usize::from(month.unsigned_abs()) - 1];
            let stamps: Vec<String> = days.iter().map(|(m, d)| format!("{} {d:2}", month_name(*m))).collect();
            let text = log(&stamps.iter().map(String::as_str).collect::<Vec<_>>());
            let last = *days.last().expect("not empty");
            let bound = anchor.tomorrow().expect("a date");
            let fits = date(bound.year(), last.0, last.1) <= bound;
            let want = backwards(&days, if fits { bound.year() } else { bound.year() - 1 });
            let first_year = scan(&text, size).first_year(anchor);
            let (mut track, years) = (YearTrack::default(), Years::known(first_year, None));
            let got: Vec<_> = days.iter().map(|(month, day)| {
                track.follow(Yearless { month: *month, day: *day, nanos: 0, decimals: 0, weekday: None, offset: None }, &years)
            }).collect();
            prop_assert_eq!(got, want.into_iter().map(Some).collect::<Vec<_>>());
        }
    }
}
