//! What all line formats share: cutting records, reading them, and helping one another out.
//!
//! A record is a line and the lines that continue it. A line the input's own format refuses is tried with
//! the other line formats, the most precise first. In [formats whose lines stand between prose](is_prose_between)
//! a run of lines nobody takes is one plain record (a panic and its stack); anywhere else each is refused by itself.
//! Cutter and decoder walk lines with the same `Framer`, so what a record is never depends on where blocks end.
//! Formats whose records are lines apart have a cutter that [puts them together](join).

#[cfg(test)]
mod corpora;
mod cutter;
mod day;
mod decoder;
mod framer;
mod header;
mod join;
mod long;
#[cfg(test)]
mod tests;

use super::declared::Declared;
use super::multiline::{Multiline, StampPlace};
use super::{
    Cutter, Decoder, FORMATS, Head, HeaderShape, Learned, LineShape, ReadOptions, Record, Shape, Sniffed, YearTrack,
    id_of, logfmt, syslog,
};
use crate::model::stamp::{Yearless, Zone};
use crate::model::{FieldTable, FormatId, Scratch};
use cutter::LineCutter;
pub(super) use day::{Day, Start, Usual, begins_address};
use decoder::LineDecoder;
pub(super) use join::Link;
use join::{JoinCutter, LinkOf};
use std::sync::{Arc, LazyLock};

/// The cutter of an input whose format is of [`Shape::Lines`]; `None` for others.
pub(crate) fn cutter(sniffed: &Sniffed, options: &ReadOptions) -> Option<Box<dyn Cutter>> {
    let readers = Readers::of(sniffed, options)?;
    Some(match readers.link {
        Some(link) => Box::new(JoinCutter::new(readers, link, options.years.clone())),
        None => Box::new(LineCutter::new(readers, options.years.clone())),
    })
}

/// Its decoder.
pub(crate) fn decoder(sniffed: &Sniffed, table: &Arc<FieldTable>, options: &ReadOptions) -> Option<Box<dyn Decoder>> {
    let readers = Readers::of(sniffed, options)?;
    Some(Box::new(LineDecoder::new(readers, Arc::clone(table), options)))
}

/// How sure a line format is of an input: at least half of the lines must pass its test.
pub(crate) fn sniff(
    head: &Head<'_>,
    name: &str,
    specificity: u8,
    why: &'static str,
    fits: fn(&str) -> bool,
) -> Option<Sniffed> {
    let (mut all, mut fit) = (0u32, 0u32);
    for line in head.lines() {
        let is_fit = fits(super::text::record(line).1);
        fit += u32::from(is_fit);
        // A line that starts with a blank may continue a record of any format.
        all += u32::from(is_fit || !line.starts_with([' ', '\t']));
    }
    if fit == 0 || fit * 2 < all {
        return None;
    }
    // At most a thousand.
    let share = u16::try_from(fit * 1000 / all).unwrap_or(1000);
    Some(Sniffed { format: id_of(name)?, rank: (specificity, share), why, learned: Learned::Nothing })
}

/// The year-less stamp a line of any format starts with. One test for all formats: what the scan looks through
/// beforehand, what the cutter follows and what the decoder counts by are the same stamps.
pub(super) fn yearless(line: &[u8]) -> Option<Yearless> {
    static TESTS: LazyLock<Vec<IsYearless>> =
        LazyLock::new(|| line_shapes().filter_map(|(_, shape)| shape.yearless).collect());
    let line = visible(line);
    TESTS.iter().find_map(|test| test(line))
}

/// A format's test for stamps without a year.
type IsYearless = fn(&[u8]) -> Option<Yearless>;

/// The formats of lines among all.
fn line_shapes() -> impl Iterator<Item = (FormatId, &'static LineShape)> {
    (0u16..).zip(FORMATS).filter_map(|(n, format)| match &format.shape {
        Shape::Lines(shape) | Shape::Headed(shape, _) => Some((FormatId(n), shape)),
        Shape::Declared(..) | Shape::Own { .. } => None,
    })
}

/// Formats of text that may stand inside a text of another, the most precise first, with their names.
pub(super) fn helpful() -> Vec<(&'static str, &'static LineShape)> {
    let mut rows: Vec<_> = line_shapes()
        .filter_map(|(id, shape)| Some((super::format(id)?, shape)))
        .filter(|(row, shape)| row.raw_text && shape.rank > 0)
        .map(|(row, shape)| (row.name, shape))
        .collect();
    rows.sort_by_key(|(_, shape)| std::cmp::Reverse(shape.rank));
    rows
}

/// Tells a format's own lines by their bytes.
type IsOwn = fn(&[u8]) -> bool;

/// Formats in which refused lines that nobody takes form one plain record a run, and the test by which their own
/// lines are known without being read.
const PROSE_BETWEEN: [(&str, IsOwn); 3] =
    [("jsonl", |_| false), ("logfmt", logfmt::starts_pair), ("kv", logfmt::starts_pair)];

/// Whether lines of this format may stand between runs of prose; gives the test for its own lines.
fn is_prose_between(format: FormatId) -> Option<IsOwn> {
    let name = super::format(format)?.name;
    PROSE_BETWEEN.iter().find(|(n, _)| *n == name).map(|(_, test)| *test)
}

/// Who may read a line of an input, in order.
#[derive(Clone)]
struct Readers {
    own: (FormatId, &'static LineShape),
    /// The others, the most precise first.
    others: Vec<(FormatId, &'static LineShape)>,
    /// What reads runs of prose.
    plain: Option<(FormatId, &'static LineShape)>,
    /// Whether runs of prose may stand between records: then how the format's own lines are told.
    prose: Option<IsOwn>,
    /// How the format's header lines are known and read, if it has any.
    header: Option<&'static HeaderShape>,
    /// Stands before every record and is not part of it.
    prefix: String,
    /// Whether every record begins with `<PRI>`.
    has_priorities: bool,
    /// How lines that stand apart are one record.
    link: Option<LinkOf>,
    /// How lines make records, where the format does not know.
    grouping: Option<Grouping>,
    /// What reads the format's records, where that is no function.
    declared: Option<&'static Declared>,
    /// Whether nothing but the format itself says what a line is to those around it, if the line is no prose.
    is_simple: bool,
}

/// How lines make records.
#[derive(Clone)]
enum Grouping {
    /// Records have their stamp there.
    Stamp(StampPlace),
    /// The user's rule.
    Told(Multiline),
}

impl Grouping {
    /// What the user said for text, else what was learned. Formats with headers, and those that put lines together
    /// themselves, know better.
    fn of(readers: &Readers, sniffed: &Sniffed, options: &ReadOptions) -> Option<Grouping> {
        let is_text = readers.header.is_none() && readers.link.is_none() && super::format(readers.own.0)?.raw_text;
        match (&options.multiline, &sniffed.learned) {
            (Multiline::Auto, Learned::Stamp(place)) => Some(Grouping::Stamp(*place)),
            (Multiline::Auto, _) => None,
            (told, _) => is_text.then(|| Grouping::Told(told.clone())),
        }
    }
}

impl Readers {
    fn of(sniffed: &Sniffed, options: &ReadOptions) -> Option<Readers> {
        let declared = match super::format(sniffed.format).map(|row| &row.shape) {
            Some(Shape::Declared(shape, _, declared)) => Some((shape, &**declared)),
            _ => None,
        };
        let own = match declared {
            Some((shape, _)) => (sniffed.format, shape),
            None => line_shapes().find(|(id, _)| *id == sniffed.format)?,
        };
        let may_help = |id: FormatId, shape: &LineShape| !options.forced && id != own.0 && shape.rank > 0;
        let mut others: Vec<_> = line_shapes().filter(|(id, shape)| may_help(*id, shape)).collect();
        others.sort_by_key(|(_, shape)| std::cmp::Reverse(shape.rank));
        let plain = id_of("plain").and_then(|id| line_shapes().find(|(n, _)| *n == id));
        let prefix = match &sniffed.learned {
            Learned::Prefix(prefix) => prefix.clone(),
            _ => String::new(),
        };
        let has_priorities = matches!(sniffed.learned, Learned::Priority);
        let prose = if options.forced { None } else { is_prose_between(own.0) };
        let header = super::format(own.0).and_then(|row| match &row.shape {
            Shape::Headed(_, header) => Some(header),
            _ => None,
        });
        let link = super::format(own.0).and_then(|row| join::link_of(row.name));
        let mut readers = Readers {
            own,
            others,
            plain,
            prose,
            header,
            prefix,
            has_priorities,
            link,
            grouping: None,
            declared: declared.map(|(_, declared)| declared),
            is_simple: false,
        };
        readers.grouping = Grouping::of(&readers, sniffed, options);
        readers.is_simple = readers.grouping.is_none()
            && readers.declared.is_none()
            && readers.header.is_none()
            && readers.prefix.is_empty()
            && !readers.has_priorities;
        Some(readers)
    }

    /// Whether a line goes on with the record above, if there is one.
    fn continues(&self, body: &[u8], lines: usize) -> bool {
        match &self.grouping {
            Some(Grouping::Stamp(place)) => return !place.begins(body),
            Some(Grouping::Told(Multiline::Start(start))) => return !start.is_match(body),
            Some(Grouping::Told(Multiline::Separator(_))) => return true,
            Some(Grouping::Told(Multiline::Lines(most))) => return lines < *most,
            Some(Grouping::Told(Multiline::Off)) => return false,
            Some(Grouping::Told(Multiline::Auto)) | None => {}
        }
        if let Some(continues) = self.declared.and_then(|declared| declared.continues(body)) {
            return continues;
        }
        (self.own.1.continues)(body) || (self.has_priorities && !syslog::begins_record(body))
    }

    /// Whether blank lines may stand inside a record.
    fn spans_blanks(&self) -> bool {
        matches!(
            self.grouping,
            Some(Grouping::Stamp(_) | Grouping::Told(Multiline::Start(_) | Multiline::Separator(_)))
        )
    }

    /// Whether a line stands between records and is part of none.
    fn separates(&self, body: &[u8]) -> bool {
        matches!(&self.grouping, Some(Grouping::Told(Multiline::Separator(separator))) if separator.is_match(body))
    }

    /// A line without its byte order mark, NULs and the constant prefix.
    fn body<'l>(&self, line: &'l [u8]) -> &'l [u8] {
        let line = visible(line);
        if self.prefix.is_empty() { line } else { line.strip_prefix(self.prefix.as_bytes()).unwrap_or(line) }
    }

    /// Whether some format reads this text, be it the input's own (JSON behind a prefix) or another.
    fn is_taken(&self, text: &str, scratch: &mut Scratch) -> bool {
        let (table, zone) = (FieldTable::default(), Zone::default());
        std::iter::once(&self.own).chain(&self.others).any(|(_, shape)| {
            scratch.reset();
            (shape.read)(&mut Record::new(text, 0, scratch, &table, &zone, &mut YearTrack::default())).is_ok()
        })
    }
}

/// A line without what may stand before it invisibly: byte order marks, the NULs of a crash.
pub(super) fn visible(line: &[u8]) -> &[u8] {
    if line.first().is_some_and(|first| !matches!(first, 0 | 0xef)) {
        return line;
    }
    let mut line = line;
    loop {
        let start = line.iter().position(|b| *b != 0).unwrap_or(line.len());
        line = line.get(start..).unwrap_or_default();
        match line.strip_prefix(b"\xef\xbb\xbf") {
            Some(rest) => line = rest,
            None => return line,
        }
    }
}
