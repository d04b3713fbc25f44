//! Reads the records of a block, each with the format that knows it.

use super::framer::{Framer, Turn};
use super::join::{Frame, Joined};
use super::{Day, Readers, header, yearless};
use crate::formats::text::{self, Text};
use crate::formats::years::Years;
use crate::formats::{Decoded, Decoder, Met, ReadOptions, Record, Refused, YearTrack, syslog};
use crate::model::stamp::Zone;
use crate::model::{
    Block, Event, Extent, FieldTable, FormatId, Glance, Layout, Marks, Origin, Scratch, Seen, Sentence, Stamp, TagSet,
};
use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Reads blocks of one input.
pub(super) struct LineDecoder {
    readers: Readers,
    table: Arc<FieldTable>,
    zone: Zone,
    years: Years,
    /// No other decoder's: what one remembers is nothing to another, whose zone and names may differ.
    number: u64,
}

/// A record that is complete once a line does not continue it.
#[derive(Clone, Copy, Debug)]
struct Open {
    /// Where it stands in the block's text.
    start: usize,
    end: usize,
    line: u32,
    lines: u32,
    /// See [`Origin::column`].
    column: Option<u32>,
    is_prose: bool,
    /// The year at its stamp.
    year: YearTrack,
}

/// What came of reading a record.
struct Outcome {
    format: FormatId,
    time: Stamp,
    payload: Option<Sentence>,
    repaired: bool,
}

/// What came of a glance at a record.
enum Glanced {
    /// It must be read.
    Nothing,
    /// It was told, and no more is wanted.
    Told,
    /// Its header was read, and no more is wanted.
    Head(Outcome),
}

/// What a whole block has in common.
struct Reading<'b> {
    text: Text<'b>,
    block: &'b Block,
    /// Records so far.
    index: u32,
    /// Blank lines not told yet.
    blank: u32,
    /// Whether records are told by their outlines first, and what those remember.
    does_skim: bool,
    met: Box<Memory>,
}

/// What outlines of one decoder remember, with its number.
type Memory = (u64, Met);

impl LineDecoder {
    pub(super) fn new(readers: Readers, table: Arc<FieldTable>, options: &ReadOptions) -> LineDecoder {
        static NUMBERS: AtomicU64 = AtomicU64::new(0);
        let number = NUMBERS.fetch_add(1, Ordering::Relaxed);
        LineDecoder { readers, table, zone: options.zone.clone(), years: options.years.clone(), number }
    }

    /// Reads and hands over one record.
    fn finish(
        &self,
        open: &Open,
        reading: &mut Reading<'_>,
        scratch: &mut Scratch,
        sink: &mut dyn FnMut(Decoded<'_, '_>),
    ) {
        tell_blank(reading, sink);
        let source = &*reading.text.text;
        let (skipped, raw) = text::record(source.get(open.start..open.end).unwrap_or_default());
        let start = open.start + skipped;
        // Inside a record of several lines the line ends are part of its text, their carriage returns are not.
        let (block_text, raw, start) = if open.lines > 1 && raw.contains("\r\n") {
            (Cow::Owned(raw.replace("\r\n", "\n")), None, 0)
        } else {
            (Cow::Borrowed(source), Some(raw), start)
        };
        let raw = raw.unwrap_or(&block_text);
        let prefix = self.readers.prefix.as_str();
        let body = if prefix.is_empty() { raw } else { raw.strip_prefix(prefix).unwrap_or(raw) };
        // Blocks are far below 4 GiB: the cutter ends them near the target, records have a longest line.
        let body_start = u32::try_from(start + raw.len() - body.len()).unwrap_or(u32::MAX);
        let index = reading.index;
        reading.index += 1;
        let glanced = if reading.does_skim {
            let of_block = (&reading.text, reading.block);
            self.glance((raw, body, body_start), open, of_block, &mut reading.met.1, scratch, sink)
        } else {
            Glanced::Nothing
        };
        let read = match glanced {
            Glanced::Told => return,
            Glanced::Head(outcome) => Ok(outcome),
            Glanced::Nothing => self.read(body, body_start, open, scratch),
        };
        match read {
            Ok(outcome) => {
                let repaired = outcome.repaired || reading.text.is_repaired(open.start, open.end);
                let mut event = Event {
                    origin: Origin {
                        source: reading.block.source,
                        block: reading.block.number,
                        index,
                        line: open.line,
                        column: open.column,
                    },
                    lines: open.lines,
                    format: outcome.format,
                    payload: outcome.payload,
                    raw: raw.into(),
                    header_time: outcome.time,
                    time: Stamp::default(),
                    marks: Marks { repaired, truncated: reading.block.truncated },
                    entries: &scratch.entries,
                    regions: scratch.regions(&block_text),
                    tags: TagSet::default(),
                    seen: Seen::default(),
                    layout: Layout::UNKNOWN,
                };
                sink(Decoded::Event(&mut event));
            }
            Err(why) => sink(Decoded::Refused { why, line: open.line, lines: open.lines, text: raw }),
        }
    }

    /// Tells a record by its outline, if it has one, and reads its header's fields, if no more is wanted. What was mended
    /// or cut, or goes over several lines, is always read.
    fn glance(
        &self,
        (raw, body, start): (&str, &str, u32),
        open: &Open,
        (text, block): (&Text<'_>, &Block),
        met: &mut Met,
        scratch: &mut Scratch,
        sink: &mut dyn FnMut(Decoded<'_, '_>),
    ) -> Glanced {
        let (format, shape) = self.readers.own;
        let is_plain = open.lines == 1 && !open.is_prose && body.len() == raw.len() && !block.truncated;
        let outline = shape.outline.filter(|_| is_plain && !text.is_repaired(open.start, open.end));
        let mut year = open.year;
        let mut record = Record::new(body, start, scratch, &self.table, &self.zone, &mut year);
        record.years = &self.years;
        let Some(outline) = outline.and_then(|outline| outline(&mut record, met)) else { return Glanced::Nothing };
        let at = matches!(text.text, Cow::Borrowed(_)).then_some(start);
        let mut glance = Glance { outline, format, raw, at, header_time: record.time, extent: Extent::All };
        sink(Decoded::Glance(&mut glance));
        match glance.extent {
            Extent::Nothing => Glanced::Told,
            Extent::Head => {
                record.scratch.reset();
                syslog::push_head(&mut record, &outline);
                Glanced::Head(Outcome { format, time: record.time, payload: None, repaired: false })
            }
            Extent::Fields | Extent::All => Glanced::Nothing,
        }
    }

    /// Reads a record with its own format, or else with the most precise one that takes it. What is told of a
    /// refusal is what its own format expected.
    fn read(&self, body: &str, start: u32, open: &Open, scratch: &mut Scratch) -> Result<Outcome, Refused> {
        let (own, shape) =
            if open.is_prose { self.readers.plain.unwrap_or(self.readers.own) } else { self.readers.own };
        let mut attempt = |format: FormatId, read: &dyn Fn(&mut Record<'_>) -> Result<(), Refused>| {
            scratch.reset();
            // The track moves on once a record, by the cutter's test; what a reader does to its copy is forgotten.
            let mut year = open.year;
            let mut record = Record::new(body, start, scratch, &self.table, &self.zone, &mut year);
            record.years = &self.years;
            read(&mut record)?;
            Ok(Outcome { format, time: record.time, payload: record.payload, repaired: record.repaired })
        };
        let first = match self.readers.declared.filter(|_| !open.is_prose) {
            Some(declared) => attempt(own, &|record| declared.read(record)),
            None => attempt(own, &shape.read),
        };
        first.or_else(|why| {
            let mut others = self.readers.others.iter();
            others.find_map(|(format, shape)| attempt(*format, &shape.read).ok()).ok_or(why)
        })
    }
}

impl LineDecoder {
    /// Reads lines that follow each other.
    fn lines(&self, mut year: YearTrack, reading: &mut Reading<'_>, scratch: &mut Scratch, sink: &mut Sink<'_>) {
        let mut framer = Framer::new(&self.readers);
        let mut open: Option<Open> = None;
        let mut day = Day::default();
        // Blank lines behind the open record, which are part of it if it goes on.
        let mut inside = 0;
        let block = reading.block;
        // Cleaning keeps every line feed, so lines of the bytes and of the text go side by side.
        let (mut in_bytes, mut in_text) = (0, 0);
        for number in 0u32.. {
            let Some(line) = line_at(&block.bytes, in_bytes) else { break };
            let text_len = match &reading.text.text {
                Cow::Borrowed(_) => line.len(),
                Cow::Owned(text) => line_at(text.as_bytes(), in_text).map_or(0, <[u8]>::len),
            };
            let (start, end) = (in_text, in_text + text_len);
            (in_bytes, in_text) = (in_bytes + line.len() + 1, end + 1);
            let turn = framer.turn(&self.readers, line);
            if turn == Turn::BlankInside {
                inside += 1;
                continue;
            }
            if turn == Turn::Continues {
                if let Some(open) = &mut open {
                    (open.end, open.lines) = (end, open.lines + 1 + std::mem::take(&mut inside));
                }
                continue;
            }
            if let Some(open) = open.take() {
                self.finish(&open, reading, scratch, sink);
            }
            reading.blank += std::mem::take(&mut inside);
            if turn == Turn::Blank {
                reading.blank += 1;
                continue;
            }
            if turn == Turn::Header {
                tell_blank(reading, sink);
                self.readers.read_header(self.readers.body(line), &mut scratch.header);
                sink(Decoded::Header(1));
                continue;
            }
            if let Some(stamp) = day.new_stamp(self.readers.body(line)) {
                year.follow(stamp, &self.years);
            }
            open = Some(Open {
                start,
                end,
                line: number,
                lines: 1,
                column: Some(0),
                is_prose: turn == Turn::StartsProse,
                year,
            });
        }
        if let Some(open) = open {
            self.finish(&open, reading, scratch, sink);
        }
        reading.blank += inside;
        tell_blank(reading, sink);
    }

    /// Reads records that the cutter put together.
    fn joined(&self, joined: &Joined, reading: &mut Reading<'_>, scratch: &mut Scratch, sink: &mut Sink<'_>) {
        let (mut year, mut at) = (joined.year, 0);
        for frame in &joined.frames {
            let start = at;
            for _ in 0..frame.lines {
                at += line_at(reading.text.text.as_bytes(), at).map_or(0, <[u8]>::len) + 1;
            }
            let first = line_at(reading.text.text.as_bytes(), start).unwrap_or_default();
            if let Some(stamp) = yearless(self.readers.body(first)) {
                year.follow(stamp, &self.years);
            }
            let Frame { line, lines } = *frame;
            // Other lines may stand between its own.
            let column = (lines == 1).then_some(0);
            let open = Open { start, end: at.saturating_sub(1), line, lines, column, is_prose: false, year };
            self.finish(&open, reading, scratch, sink);
        }
        reading.blank = joined.blank;
        tell_blank(reading, sink);
    }
}

/// Where what was read goes.
type Sink<'s> = dyn FnMut(Decoded<'_, '_>) + 's;

impl Decoder for LineDecoder {
    fn decode(&self, block: &Block, scratch: &mut Scratch, sink: &mut dyn FnMut(Decoded<'_, '_>)) {
        self.block(block, false, scratch, sink);
    }

    fn skim(&self, block: &Block, scratch: &mut Scratch, sink: &mut dyn FnMut(Decoded<'_, '_>)) {
        self.block(block, self.readers.own.1.outline.is_some(), scratch, sink);
    }
}

impl LineDecoder {
    fn block(&self, block: &Block, does_skim: bool, scratch: &mut Scratch, sink: &mut Sink<'_>) {
        let known = scratch.kept.take().and_then(|memory| memory.downcast::<Memory>().ok());
        let met =
            known.filter(|known| known.0 == self.number).unwrap_or_else(|| Box::new((self.number, Met::default())));
        let mut reading = Reading { text: Text::clean(&block.bytes), block, index: 0, blank: 0, does_skim, met };
        self.records(&mut reading, scratch, sink);
        scratch.kept = Some(reading.met);
    }

    fn records(&self, reading: &mut Reading<'_>, scratch: &mut Scratch, sink: &mut Sink<'_>) {
        let block = reading.block;
        if let Some(joined) = block.carry.get::<Joined>() {
            scratch.header = Arc::default();
            return self.joined(joined, reading, scratch, sink);
        }
        let (year, header) = header::carried(&block.carry);
        scratch.header = header;
        self.lines(year.unwrap_or_default(), reading, scratch, sink);
    }
}

/// The line that starts at a byte, without its line feed; `None` behind the last.
fn line_at(bytes: &[u8], at: usize) -> Option<&[u8]> {
    let rest = bytes.get(at..).filter(|rest| !rest.is_empty())?;
    rest.get(..memchr::memchr(b'\n', rest).unwrap_or(rest.len()))
}

fn tell_blank(reading: &mut Reading<'_>, sink: &mut dyn FnMut(Decoded<'_, '_>)) {
    if reading.blank > 0 {
        sink(Decoded::Blank(reading.blank));
        reading.blank = 0;
    }
}
