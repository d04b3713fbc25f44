//! Records that are not a line each and stand in brackets: elements of a JSON array, values one after another, XML
//! elements.
//!
//! The cutter runs over the input once and notes where each record starts and ends; decoders read the
//! records by these notes. Where records stand is for the [`Framing`] of the syntax to say, what is in one for its
//! reader. What is no record is refused, and so is one the input ends in.

use super::{Cutter, Decoded, Decoder, ReadOptions, ReadRecord, Record, Refused, Sniffed, YearTrack, text};
use crate::model::stamp::Zone;
use crate::model::{
    Block, Carry, Event, FieldTable, FormatId, Layout, Marks, Origin, Scratch, Seen, Stamp, TagSet, column_behind,
    limits,
};
use std::iter;
use std::mem;
use std::ops::Range;
use std::sync::Arc;

/// Finds the records of a document, piece by piece. Offsets are those of the buffer that is handed in.
pub(crate) trait Framing: Send {
    /// The next record; `None` when more input is needed.
    fn next(&mut self, bytes: &[u8], end: bool) -> Option<Range<usize>>;
    /// How far it has looked.
    fn at(&self) -> usize;
    /// What stands before this offset is read and may go.
    fn done(&self) -> usize;
    /// `count` bytes from `from` on were taken out of the buffer.
    fn forget(&mut self, from: usize, count: usize);
}

/// Where the records of a block stand in its bytes.
struct Frames(Vec<Range<usize>>);

/// Cuts a document into blocks of whole records.
struct DocumentCutter<F> {
    framer: F,
    frames: Vec<Range<usize>>,
    /// Bytes and line feeds taken out of the front of the input that is still in work: more than the
    /// longest record.
    dropped: (u64, u64),
    /// A block that was cut together with the one before it.
    ready: Option<Block>,
}

/// The cutter of a document whose records are found by `framer`.
pub(crate) fn cutter(framer: impl Framing + 'static) -> Box<dyn Cutter> {
    Box::new(DocumentCutter { framer, frames: Vec::new(), dropped: (0, 0), ready: None })
}

impl<F: Framing> Cutter for DocumentCutter<F> {
    fn cut(&mut self, pending: &mut Vec<u8>, target: usize, end: bool) -> Option<Block> {
        if self.ready.is_some() {
            return self.ready.take();
        }
        loop {
            match self.framer.next(pending, end) {
                Some(frame) if frame.len() > limits::JSON_VALUE || (frame.start == 0 && self.dropped.0 > 0) => {
                    let before = (frame.start > 0).then(|| self.block(pending, frame.start));
                    let long = self.too_long(pending, frame.len());
                    return match before {
                        Some(before) => {
                            self.ready = Some(long);
                            Some(before)
                        }
                        None => Some(long),
                    };
                }
                Some(frame) => {
                    let full = frame.end >= target;
                    self.frames.push(frame);
                    if full {
                        return Some(self.block(pending, self.framer.at()));
                    }
                }
                None if end => {
                    let rest = pending.len();
                    return (rest > 0 || self.dropped.0 > 0).then(|| self.block(pending, rest));
                }
                None => {
                    let done = self.framer.done();
                    if done > 0 && pending.len() >= target {
                        return Some(self.block(pending, done));
                    }
                    self.drop_excess(pending);
                    return None;
                }
            }
        }
    }
}

impl<F: Framing> DocumentCutter<F> {
    /// Takes `len` bytes and the records in them off the front.
    fn block(&mut self, pending: &mut Vec<u8>, len: usize) -> Block {
        let rest = pending.split_off(len);
        let bytes = mem::replace(pending, rest);
        self.framer.forget(0, len);
        let (dropped_bytes, dropped_lines) = mem::take(&mut self.dropped);
        Block {
            line_count: line_feeds(&bytes) + dropped_lines,
            input_bytes: bytes.len() as u64 + dropped_bytes,
            carry: Carry::new(Frames(mem::take(&mut self.frames))),
            bytes,
            ..Block::default()
        }
    }

    /// Takes a record that is longer than the limit off the front.
    fn too_long(&mut self, pending: &mut Vec<u8>, len: usize) -> Block {
        let mut block = self.block(pending, len);
        block.bytes.truncate(limits::JSON_VALUE);
        block.truncated = true;
        block.carry = Carry::new(Frames(iter::once(0..block.bytes.len()).collect()));
        block
    }

    /// Keeps the memory of a record without end within bounds.
    fn drop_excess(&mut self, pending: &mut Vec<u8>) {
        let at = self.framer.at();
        if self.framer.done() > 0 || at <= limits::JSON_VALUE {
            return;
        }
        let excess = pending.drain(limits::JSON_VALUE..at);
        let lines = line_feeds(excess.as_slice());
        drop(excess);
        let count = at - limits::JSON_VALUE;
        self.dropped.0 += count as u64;
        self.dropped.1 += lines;
        self.framer.forget(limits::JSON_VALUE, count);
    }
}

fn line_feeds(bytes: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', bytes).count() as u64
}

/// The same, as a record counts its lines.
fn count(bytes: &[u8]) -> u32 {
    u32::try_from(line_feeds(bytes)).unwrap_or(u32::MAX)
}

/// A record that is a part of a value.
pub(crate) struct Part {
    pub(crate) at: Range<usize>,
    /// Where what it inherits stands; empty: nowhere.
    pub(crate) around: [Range<usize>; 2],
}

/// How a value that holds several records is taken apart: where they are (`None`: the value is a record itself), and how
/// one of them is read.
pub(crate) type Parts = (fn(&str) -> Option<Vec<Part>>, fn(&mut Record<'_>, &Part));

/// Reads the records of a block.
struct DocumentDecoder {
    read: ReadRecord,
    format: FormatId,
    table: Arc<FieldTable>,
    zone: Zone,
    parts: Option<Parts>,
}

/// The decoder of a document whose records `read` reads.
pub(crate) fn decoder(
    read: ReadRecord,
    sniffed: &Sniffed,
    table: &Arc<FieldTable>,
    options: &ReadOptions,
) -> Box<dyn Decoder> {
    Box::new(DocumentDecoder::new(read, sniffed, table, options, None))
}

/// The decoder of documents whose values hold several records each.
pub(crate) fn decoder_of_parts(
    read: ReadRecord,
    sniffed: &Sniffed,
    table: &Arc<FieldTable>,
    options: &ReadOptions,
    parts: Parts,
) -> Box<dyn Decoder> {
    Box::new(DocumentDecoder::new(read, sniffed, table, options, Some(parts)))
}

impl Decoder for DocumentDecoder {
    fn decode(&self, block: &Block, scratch: &mut Scratch, sink: &mut dyn FnMut(Decoded<'_, '_>)) {
        let frames = block.carry.get::<Frames>().map_or(&[][..], |frames| &frames.0);
        let pieces = text::Pieces::new(&block.bytes);
        let (mut line, mut counted, mut index, mut column) = (0, 0, 0, Some(0));
        for frame in frames {
            line += pieces.line_feeds(counted..frame.start);
            column = pieces.column_behind(counted..frame.start, column);
            let breaks = pieces.line_feeds(frame.clone());
            counted = frame.end;
            let origin = Origin { source: block.source, block: block.number, index, line, column };
            column = pieces.column_behind(frame.clone(), column);
            // A record cut off in the middle covers all lines of its block.
            let covered = if block.truncated { u32::try_from(block.line_count).unwrap_or(u32::MAX) } else { breaks };
            let text = pieces.get(frame.clone());
            let parts =
                self.parts.filter(|_| !block.truncated).and_then(|(parts, read)| Some((parts(&text.text)?, read)));
            if let Some((parts, read)) = parts {
                // Each goes on where the one before it began: a value of 16 MiB may hold a hundred thousand.
                let (mut origin, mut behind) = (origin, 0);
                for (index, part) in (index..).zip(&parts) {
                    let between = text.text.get(behind..part.at.start).unwrap_or_default().as_bytes();
                    origin.line = origin.line.saturating_add(count(between));
                    origin.column = column_behind(between, origin.column);
                    behind = part.at.start;
                    self.part(&text, part, read, Origin { index, ..origin }, scratch, sink);
                }
                index += u32::try_from(parts.len()).unwrap_or(u32::MAX);
            } else {
                self.record(&text, block.truncated, origin, covered.saturating_add(1), scratch, sink);
                index += 1;
            }
            line += breaks;
        }
    }
}

impl DocumentDecoder {
    fn new(
        read: ReadRecord,
        sniffed: &Sniffed,
        table: &Arc<FieldTable>,
        options: &ReadOptions,
        parts: Option<Parts>,
    ) -> DocumentDecoder {
        let (format, zone) = (sniffed.format, options.zone.clone());
        DocumentDecoder { read, format, table: Arc::clone(table), zone, parts }
    }

    /// Reads one of the records that a value holds.
    fn part(
        &self,
        cleaned: &text::Text<'_>,
        part: &Part,
        read: fn(&mut Record<'_>, &Part),
        origin: Origin,
        scratch: &mut Scratch,
        sink: &mut dyn FnMut(Decoded<'_, '_>),
    ) {
        let text = &*cleaned.text;
        scratch.reset();
        let mut year = YearTrack::default();
        let mut record = self.start(text, scratch, &mut year);
        record.repaired = cleaned.is_repaired(part.at.start, part.at.end);
        read(&mut record, part);
        let (repaired, header_time, payload) = (record.repaired, record.time, record.payload);
        let mut event = Event {
            origin,
            lines: count(text.get(part.at.clone()).unwrap_or_default().as_bytes()).saturating_add(1),
            format: self.format,
            payload,
            raw: text.get(part.at.clone()).unwrap_or_default().into(),
            header_time,
            time: Stamp::default(),
            marks: Marks { repaired, truncated: false },
            entries: &scratch.entries,
            regions: scratch.regions(text),
            tags: TagSet::default(),
            seen: Seen::default(),
            layout: Layout::UNKNOWN,
        };
        sink(Decoded::Event(&mut event));
    }

    fn start<'a>(&'a self, text: &'a str, scratch: &'a mut Scratch, year: &'a mut YearTrack) -> Record<'a> {
        Record::new(text, 0, scratch, &self.table, &self.zone, year)
    }

    fn record(
        &self,
        cleaned: &text::Text<'_>,
        truncated: bool,
        origin: Origin,
        lines: u32,
        scratch: &mut Scratch,
        sink: &mut dyn FnMut(Decoded<'_, '_>),
    ) {
        let text = &*cleaned.text;
        scratch.reset();
        let mut year = YearTrack::default();
        let mut record = self.start(text, scratch, &mut year);
        record.repaired = cleaned.is_repaired(0, text.len());
        let read = if truncated {
            Err(Refused { expected: "a value of at most 16 MiB", at: u32::try_from(text.len()).unwrap_or(u32::MAX) })
        } else {
            (self.read)(&mut record)
        };
        let (repaired, header_time, payload) = (record.repaired, record.time, record.payload);
        if let Err(why) = read {
            return sink(Decoded::Refused { why, line: origin.line, lines, text });
        }
        let mut event = Event {
            origin,
            lines,
            format: self.format,
            payload,
            raw: text.into(),
            header_time,
            time: Stamp::default(),
            marks: Marks { repaired, truncated },
            entries: &scratch.entries,
            regions: scratch.regions(text),
            tags: TagSet::default(),
            seen: Seen::default(),
            layout: Layout::UNKNOWN,
        };
        sink(Decoded::Event(&mut event));
    }
}

#[cfg(test)]
#[path = "document_tests.rs"]
mod tests;
