//! Cuts text into blocks of whole records.

use super::framer::{Framer, Turn};
use super::{Day, Readers, header, long, yearless};
use crate::formats::years::Years;
use crate::formats::{Cutter, YearTrack};
use crate::model::{Block, Header};
use std::sync::Arc;

/// Cuts one input. Remembers the year it has reached and a line too long to keep.
pub(super) struct LineCutter {
    readers: Readers,
    years: Years,
    /// At the front of the pending bytes.
    year: YearTrack,
    header: Arc<Header>,
    /// A record whose beginning was kept; the rest of its line is passed over as it comes.
    long: Option<Block>,
    walk: Walk,
}

/// How far the pending bytes were looked at, so that no line is looked at twice when more bytes come.
struct Walk {
    framer: Framer,
    /// Bytes and line feeds passed.
    at: usize,
    lines: u64,
    /// The year and the header there.
    year: YearTrack,
    header: Arc<Header>,
    /// The day of the stamp followed last.
    day: Day,
    /// The target of this walk: every record passed begins before it.
    target: usize,
}

/// What was found at the front of the pending bytes.
enum Front {
    /// Whole records, up to where the walk stands.
    Records,
    /// A line of more bytes than are kept.
    TooLong,
    /// Nothing that is surely whole.
    Unsure,
}

impl LineCutter {
    pub(super) fn new(readers: Readers, years: Years) -> LineCutter {
        let (year, header) = (YearTrack::default(), Arc::default());
        let walk = Walk {
            framer: Framer::new(&readers),
            at: 0,
            lines: 0,
            year,
            header: Arc::clone(&header),
            day: Day::default(),
            target: 0,
        };
        LineCutter { readers, years, year, header, long: None, walk }
    }

    /// Goes back to the front of the pending bytes.
    fn restart(&mut self, target: usize) {
        self.walk.framer.reset();
        (self.walk.at, self.walk.lines, self.walk.year, self.walk.target) = (0, 0, self.year, target);
        self.walk.header = Arc::clone(&self.header);
        self.walk.day = Day::default();
    }

    /// Walks on until a record begins at or behind `target`, or the bytes end.
    fn go(&mut self, pending: &[u8], target: usize, end: bool) -> Front {
        let longest = self.readers.own.1.longest;
        let walk = &mut self.walk;
        while walk.at < pending.len() {
            let rest = pending.get(walk.at..).unwrap_or_default();
            let feed = memchr::memchr(b'\n', rest);
            let len = feed.unwrap_or(rest.len());
            if len > longest {
                // The record above ends here: it cannot take in a line that is longer than a record may be.
                return if walk.at == 0 { Front::TooLong } else { Front::Records };
            }
            if feed.is_none() && !end {
                return Front::Unsure;
            }
            let line = rest.get(..len).unwrap_or_default();
            let turn = walk.framer.turn(&self.readers, line);
            if !matches!(turn, Turn::Continues | Turn::BlankInside) && walk.at >= target {
                return Front::Records;
            }
            if turn == Turn::Header {
                self.readers.read_header(self.readers.body(line), &mut walk.header);
            }
            if matches!(turn, Turn::Starts | Turn::StartsProse)
                && let Some(stamp) = walk.day.new_stamp(self.readers.body(line))
            {
                walk.year.follow(stamp, &self.years);
            }
            walk.at += len + usize::from(feed.is_some());
            walk.lines += u64::from(feed.is_some());
        }
        if end && walk.at > 0 { Front::Records } else { Front::Unsure }
    }

    /// Keeps the beginning of a line that is too long.
    fn begin_long(&mut self, pending: &mut Vec<u8>) -> Block {
        let carry = header::carry(&self.readers, self.year, &self.header);
        let block = long::begin(pending, self.readers.own.1.longest, carry);
        if self.readers.is_header(self.readers.body(&block.bytes)) {
            self.readers.read_header(self.readers.body(&block.bytes), &mut self.header);
        }
        if let Some(stamp) = yearless(self.readers.body(&block.bytes)) {
            self.year.follow(stamp, &self.years);
        }
        block
    }

    /// Passes over the rest of a long line; gives its block when the line has ended.
    fn end_long(&mut self, mut block: Block, pending: &mut Vec<u8>, end: bool) -> Option<Block> {
        if long::has_ended(&mut block, pending, end) {
            return Some(block);
        }
        self.long = Some(block);
        None
    }
}

impl Cutter for LineCutter {
    fn cut(&mut self, pending: &mut Vec<u8>, target: usize, end: bool) -> Option<Block> {
        if let Some(block) = self.long.take() {
            return self.end_long(block, pending, end);
        }
        let target = target.max(1);
        // A record that begins behind a nearer target may have been passed.
        if target < self.walk.target || self.walk.at == 0 {
            self.restart(target);
        }
        self.walk.target = target;
        match self.go(pending, target, end) {
            Front::Records => {
                let rest = pending.split_off(self.walk.at);
                let bytes = std::mem::replace(pending, rest);
                let carry = header::carry(&self.readers, self.year, &self.header);
                self.year = self.walk.year;
                self.header = Arc::clone(&self.walk.header);
                let (line_count, input_bytes) = (self.walk.lines, bytes.len() as u64);
                self.restart(target);
                Some(Block { bytes, carry, line_count, input_bytes, ..Block::default() })
            }
            Front::TooLong => {
                let block = self.begin_long(pending);
                self.restart(target);
                self.end_long(block, pending, end)
            }
            Front::Unsure => None,
        }
    }
}
