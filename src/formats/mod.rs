//! Knows what logs look like: recognises formats, cuts records, decodes them into original fields.
//!
//! Nothing here knows what a field *means*: decoders push originals, under the names the source or
//! its documentation gives them. To add a format: one file beside this one and one row in [`FORMATS`].

mod access_log;
mod access_outline;
mod apache_error;
mod auditd;
mod aws_elb;
mod aws_s3;
mod aws_vpc_flow;
pub(crate) mod binary;
mod cef;
mod cisco;
mod cri;
mod csv;
pub(crate) mod declared;
mod docker_json;
pub(crate) mod document;
mod event_xml;
pub(crate) mod evtx;
mod fortigate;
mod inside;
mod journald_json;
pub(crate) mod json;
mod json_array;
mod json_envelope;
mod json_values;
mod jsonl;
mod laurel;
mod leef;
pub(crate) mod lines;
mod logfmt;
pub(crate) mod multiline;
mod nginx_error;
mod otlp_json;
mod pairs;
pub(crate) mod payload;
mod plain;
mod quoted_columns;
pub(crate) mod recode;
mod record;
pub(crate) mod sniff;
mod snort_fast;
mod sonicwall;
mod squid;
mod syslog;
mod syslog_3164;
mod syslog_3339;
mod syslog_5424;
mod syslog_heads;
pub(crate) mod text;
mod w3c;
pub(crate) mod years;
mod zeek;

#[cfg(test)]
mod laws;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod testing;

use crate::model::stamp::{Yearless, Zone};
use crate::model::{
    Block, Counting, Event, FieldTable, FormatId, Glance, Header, Outline, Scratch, Sentence, Stamp, limits,
};
use std::cell::OnceCell;
use std::sync::Arc;
use years::Years;

/// One row of [`FORMATS`].
pub(crate) struct Format {
    /// Kebab-case: `--input-format`, reports, `tests/formats/<name>`.
    pub(crate) name: &'static str,
    /// A phrase under 60 characters.
    pub(crate) summary: &'static str,
    /// Where the format is written down.
    pub(crate) spec: &'static str,
    /// Lines (or documents), and the fields they must give.
    pub(crate) samples: &'static [Sample],
    /// May keywords search the record's text itself?
    pub(crate) raw_text: bool,
    /// Which numbers lead people back to one of its records.
    pub(crate) counting: Counting,
    /// The highest specificity `sniff` may claim. Rows that could not win any more are not asked.
    pub(crate) claims: u8,
    /// How sure the format is of an input, and what it learned about it.
    pub(crate) sniff: fn(&Head<'_>) -> Option<Sniffed>,
    /// How records are framed and read.
    pub(crate) shape: Shape,
}

/// How a format's records are framed and read.
pub(crate) enum Shape {
    /// A record is a line (and what continues it): framing is shared, the format reads one record.
    /// Every such format also helps out where another line format refuses a line.
    Lines(LineShape),
    /// The same, and lines that say what the columns of those below them are.
    Headed(LineShape, HeaderShape),
    /// A record is a line that patterns read; how precisely they tell it from others'.
    Declared(LineShape, u8, Box<declared::Declared>),
    /// The format frames and reads by itself.
    Own {
        cutter: fn(&Sniffed, &ReadOptions) -> Box<dyn Cutter>,
        decoder: fn(&Sniffed, &Arc<FieldTable>, &ReadOptions) -> Box<dyn Decoder>,
    },
}

/// What the shared line framing needs to know.
pub(crate) struct LineShape {
    /// Reads one record.
    pub(crate) read: ReadRecord,
    /// Whether a line belongs to the record above (syslog: starts with a blank).
    pub(crate) continues: fn(&[u8]) -> bool,
    /// The year-less stamp a line starts with, if the format has such stamps.
    pub(crate) yearless: Option<ReadYearless>,
    /// Longer lines are cut: [`limits::LINE`] for text.
    pub(crate) longest: usize,
    /// How precisely the format tells its lines from others' (formats of equal rank keep table order);
    /// 0 means it never takes over lines another format refused.
    pub(crate) rank: u8,
    /// Tells what a record is without reading it, where that can be known: [`Outline`].
    pub(crate) outline: Option<ReadOutline>,
}

impl LineShape {
    /// Lines of text, each a record by itself, whose stamps have years.
    pub(crate) const fn of_text(read: ReadRecord, rank: u8) -> LineShape {
        LineShape { read, continues: |_| false, yearless: None, longest: limits::LINE, rank, outline: None }
    }

    /// Lines that are one JSON value each.
    pub(crate) const fn of_json(read: ReadRecord, rank: u8) -> LineShape {
        LineShape { longest: limits::JSON_VALUE, ..LineShape::of_text(read, rank) }
    }
}

/// How the lines of a header are known and read. They may stand anywhere and say something new.
pub(crate) struct HeaderShape {
    /// Whether a line is one: told by its bytes alone.
    pub(crate) is: fn(&[u8]) -> bool,
    /// Takes in what a line says.
    pub(crate) read: fn(&str, &mut Header),
}

/// Reads the year-less stamp a line starts with.
pub(crate) type ReadYearless = fn(&[u8]) -> Option<Yearless>;

/// Reads one record of a line format: pushes originals into `record`, or says what was expected.
pub(crate) type ReadRecord = fn(&mut Record<'_>) -> Result<(), Refused>;

/// Tells what a record is without its fields: pushes nothing, and sets the time that reading it would. `None`: it must
/// be read to know. What the lines of the block above were like makes it cheaper, and nothing else.
pub(crate) type ReadOutline = for<'a> fn(&mut Record<'a>, &mut Met) -> Option<Outline<'a>>;

/// What outlines remember of the lines above.
#[derive(Default)]
pub(crate) struct Met {
    stamp: StampMemo,
    heads: syslog_heads::Heads,
}

/// A stamp of a fixed width at midnight, with a blank behind, and the instant that is in any zone.
type StampMemo = Option<(StampText, i64)>;

/// Such a stamp, as access logs write it.
type StampText = [u8; 29];

/// Why a record was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Refused {
    /// What was expected, in words: "`{`", "a time after the date".
    pub(crate) expected: &'static str,
    /// Byte offset in the record.
    pub(crate) at: u32,
}

/// One record being read: its text, and where its fields go.
pub(crate) struct Record<'a> {
    /// The record, line end off.
    pub(crate) text: &'a str,
    /// Where `text` starts in the block's text.
    pub(crate) start: u32,
    /// Where fields go.
    pub(crate) scratch: &'a mut Scratch,
    /// Which names are wanted.
    pub(crate) table: &'a FieldTable,
    /// Zone of stamps that name none.
    pub(crate) zone: &'a Zone,
    /// The year the input has reached; see [`Record::yearless`].
    pub(crate) year: &'a mut YearTrack,
    /// What that rests on.
    pub(crate) years: &'a Years,
    /// Out: the stamp of the record's own header.
    pub(crate) time: Stamp,
    /// Out: what stood inside the message.
    pub(crate) payload: Option<Sentence>,
    /// Out: escapes were replaced.
    pub(crate) repaired: bool,
}

/// Follows the year of year-less stamps forward through an input.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct YearTrack {
    /// The year of the record before; `None`: there was no stamp yet.
    pub(crate) year: Option<i16>,
    /// Its month and day.
    pub(crate) last: Option<(i8, i8)>,
}

/// What sniffing found out about an input.
#[derive(Clone, Debug)]
pub(crate) struct Sniffed {
    /// The row.
    pub(crate) format: FormatId,
    /// Specificity of the test that succeeded (higher wins), then its share of the sampled lines in
    /// thousandths.
    pub(crate) rank: (u8, u16),
    /// In a few words, for `-v`: why.
    pub(crate) why: &'static str,
    /// What was learned.
    pub(crate) learned: Learned,
}

/// What a format needs to remember from sniffing.
#[derive(Clone, Debug, Default)]
pub(crate) enum Learned {
    #[default]
    Nothing,
    #[allow(dead_code, reason = "container logs come later; cutter and decoder know what it means")]
    /// Lines: a constant prefix before the record.
    Prefix(String),
    /// CSV: the delimiter.
    Delimiter(u8),
    /// JSON document: the member that holds the records.
    Envelope(String),
    /// Plain text: where records have the stamp they begin with.
    Stamp(multiline::StampPlace),
    /// Lines: every record begins with `<PRI>`, so a line without belongs to the record above.
    Priority,
}

/// What the user said about reading, handed to cutters and decoders.
#[derive(Clone, Debug, Default)]
pub(crate) struct ReadOptions {
    /// Zone of stamps that name none.
    pub(crate) zone: Zone,
    /// What the years of year-less stamps rest on.
    pub(crate) years: Years,
    /// The user named the format: no other is tried where it refuses a line.
    pub(crate) forced: bool,
    /// How lines of text make records.
    pub(crate) multiline: multiline::Multiline,
}

/// The beginning of an input, cleaned.
pub(crate) struct Head<'a> {
    /// Up to [`limits::SNIFF_BYTES`] of text, a cut last line left out.
    pub(crate) text: &'a str,
    /// Whether this is the whole input.
    pub(crate) whole: bool,
    /// Its [`Head::lines`] and the shape of JSON it has, once somebody asked: many rows do.
    lines: OnceCell<Vec<&'a str>>,
    json: OnceCell<Option<json::shape::JsonShape>>,
}

/// A line or record and the original fields it must give, as `(name, value)`.
pub(crate) struct Sample {
    pub(crate) text: &'static str,
    #[cfg_attr(not(test), expect(dead_code, reason = "laws and samples are held by tests"))]
    pub(crate) fields: &'static [(&'static str, &'static str)],
}

/// What a decoder hands over, in order of the block's text.
pub(crate) enum Decoded<'e, 'r> {
    /// A record; `origin.line`, `origin.index` and `lines` are set, relative to the block.
    Event(&'e mut Event<'r>),
    /// A record that is read only if nobody says that this is enough. From [`Decoder::skim`] alone.
    Glance(&'e mut Glance<'r>),
    /// A record its format (and every other line format) refused: why, relative first line, number of
    /// lines, text.
    Refused { why: Refused, line: u32, lines: u32, text: &'r str },
    /// Blank lines.
    Blank(u32),
    /// Lines of a header.
    Header(u32),
    /// A part of a binary log that cannot be read. A record counts among the records, at its place.
    Damaged(Damage),
}

/// A part of a binary log that cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Damage {
    /// What it is: one of the words below.
    pub(crate) what: &'static str,
    /// The chunk it lies in, counted from 1.
    pub(crate) chunk: u64,
}

impl Damage {
    /// A whole chunk.
    pub(crate) const CHUNK: &'static str = "a chunk is damaged, none of its records can be read";
    /// One record.
    pub(crate) const RECORD: &'static str = "a record is damaged";
    /// What should follow is missing.
    pub(crate) const CUT: &'static str = "the log breaks off";

    /// Whether it is a record.
    pub(crate) fn is_record(self) -> bool {
        self.what == Damage::RECORD
    }
}

/// Sees one source in order and cuts it into blocks of whole records.
pub(crate) trait Cutter: Send {
    /// Takes whole records off the front of `pending` as one block of about `target` bytes (more when a
    /// record is longer, less when nothing more is complete), or gives nothing when more input is
    /// needed. With `end`, no input follows and everything left must go. What is cut where must not
    /// change any record: block size never changes the result.
    fn cut(&mut self, pending: &mut Vec<u8>, target: usize, end: bool) -> Option<Block>;
}

/// Reads the records of one block, on any core. Stateless but for the block's carry.
pub(crate) trait Decoder: Send + Sync {
    /// Reads every record of the block, in order.
    fn decode(&self, block: &Block, scratch: &mut Scratch, sink: &mut dyn FnMut(Decoded<'_, '_>));

    /// The same, but records may be told by a [`Glance`] first, and are not read where that was enough.
    fn skim(&self, block: &Block, scratch: &mut Scratch, sink: &mut dyn FnMut(Decoded<'_, '_>)) {
        self.decode(block, scratch, sink);
    }
}

/// All formats, in the order `formats` lists them.
pub(crate) static FORMATS: &[Format] = &[
    jsonl::FORMAT,
    docker_json::FORMAT,
    cri::FORMAT,
    journald_json::FORMAT,
    otlp_json::FORMAT,
    json_array::FORMAT,
    json_envelope::FORMAT,
    json_values::FORMAT,
    syslog_3164::FORMAT,
    syslog_3339::FORMAT,
    syslog_5424::FORMAT,
    access_log::FORMAT,
    apache_error::FORMAT,
    nginx_error::FORMAT,
    w3c::FORMAT,
    aws_elb::FORMAT,
    aws_elb::CLASSIC_FORMAT,
    aws_s3::FORMAT,
    aws_vpc_flow::FORMAT,
    squid::FORMAT,
    zeek::FORMAT,
    auditd::FORMAT,
    snort_fast::FORMAT,
    cef::FORMAT,
    leef::FORMAT,
    fortigate::FORMAT,
    sonicwall::FORMAT,
    laurel::FORMAT,
    cisco::FORMAT,
    logfmt::FORMAT,
    logfmt::LOOSE_FORMAT,
    csv::FORMAT,
    event_xml::FORMAT,
    evtx::FORMAT,
    plain::FORMAT,
];

/// The cutter of an input.
pub(crate) fn cutter(sniffed: &Sniffed, options: &ReadOptions) -> Box<dyn Cutter> {
    match format(sniffed.format).map(|row| &row.shape) {
        Some(Shape::Own { cutter, .. }) => cutter(sniffed, options),
        _ => lines::cutter(sniffed, options).expect("every other row reads lines"),
    }
}

/// The decoder of an input.
pub(crate) fn decoder(sniffed: &Sniffed, table: &Arc<FieldTable>, options: &ReadOptions) -> Box<dyn Decoder> {
    match format(sniffed.format).map(|row| &row.shape) {
        Some(Shape::Own { decoder, .. }) => decoder(sniffed, table, options),
        _ => lines::decoder(sniffed, table, options).expect("every other row reads lines"),
    }
}

/// A decoder of JSON lines.
pub(crate) fn json_lines(table: &Arc<FieldTable>) -> Box<dyn Decoder> {
    let head = Head::of("", true);
    let sniffed = sniff::forced(jsonl::FORMAT.name, &head).expect("it is a row of the table");
    decoder(&sniffed, table, &ReadOptions::default())
}

/// The format of text nobody knows.
pub(crate) const PLAIN: &str = plain::FORMAT.name;

/// The names of all formats, in order of their ids.
pub(crate) fn names() -> Vec<&'static str> {
    FORMATS.iter().map(|row| row.name).chain(declared::names()).collect()
}

/// Every format that ships with the program, those declared in YAML last.
pub(crate) fn all() -> impl Iterator<Item = &'static Format> {
    FORMATS.iter().chain(declared::builtin().into_iter().filter_map(format))
}

/// The row of an id.
pub(crate) fn format(id: FormatId) -> Option<&'static Format> {
    FORMATS.get(usize::from(id.0)).or_else(|| declared::format(id))
}

/// The id of a row by its name.
pub(crate) fn id_of(name: &str) -> Option<FormatId> {
    (0u16..).zip(FORMATS).find(|(_, format)| format.name == name).map(|(n, _)| FormatId(n))
}
