//! Cuts text into blocks of whole records.

use super::framer::{Framer, Turn};
use super::{Readers, yearless};
use crate::formats::{Cutter, YearTrack};
use crate::model::{Block, Carry};

/// Cuts one input. Remembers the year it has reached and a line too long to keep.
pub(super) struct LineCutter {
    readers: Readers,
    year: YearTrack,
    /// A record whose beginning was kept; the rest of its line is passed over as it comes.
    long: Option<Block>,
}

/// What was found at the front of the pending bytes.
enum Front {
    /// Whole records up to here, ending before a record or at the end of the input.
    Records { end: usize, lines: u64 },
    /// A line of more bytes than are kept.
    TooLong,
    /// Nothing that is surely whole.
    Unsure,
}

impl LineCutter {
    pub(super) fn new(readers: Readers, first_year: Option<i16>) -> LineCutter {
        LineCutter { readers, year: YearTrack::starting(first_year), long: None }
    }

    /// Walks lines until a record begins at or behind `target`, or the bytes end. Moves `year` on over what it takes.
    fn walk(&self, pending: &[u8], target: usize, end: bool, year: &mut YearTrack) -> Front {
        let longest = self.readers.own.1.longest;
        let mut framer = Framer::new(&self.readers);
        // The last place where a record begins, how many lines stand before it, and the year there.
        let mut boundary = (0, 0u64, *year);
        let (mut at, mut lines) = (0, 0u64);
        while at < pending.len() {
            let rest = pending.get(at..).unwrap_or_default();
            let feed = memchr::memchr(b'\n', rest);
            let len = feed.unwrap_or(rest.len());
            if len > longest {
                // The record above ends here: it cannot take in a line that is longer than a record may be.
                return if at == 0 { Front::TooLong } else { Front::Records { end: at, lines } };
            }
            if feed.is_none() && !end {
                break;
            }
            let line = rest.get(..len).unwrap_or_default();
            let turn = framer.turn(line);
            if turn != Turn::Continues && at > 0 {
                boundary = (at, lines, *year);
                if at >= target {
                    break;
                }
            }
            if matches!(turn, Turn::Starts | Turn::StartsProse)
                && let Some(stamp) = yearless(self.readers.body(line))
            {
                year.follow(stamp);
            }
            at += len + usize::from(feed.is_some());
            lines += u64::from(feed.is_some());
        }
        if end && at >= pending.len() {
            return Front::Records { end: pending.len(), lines };
        }
        let (end, lines, at_boundary) = boundary;
        *year = at_boundary;
        if end > 0 && (end >= target) { Front::Records { end, lines } } else { Front::Unsure }
    }

    /// Keeps the beginning of a line that is too long.
    fn begin_long(&mut self, pending: &mut Vec<u8>) {
        let longest = self.readers.own.1.longest;
        let rest = pending.split_off(longest.min(pending.len()));
        let mut bytes = std::mem::replace(pending, rest);
        let input_bytes = bytes.len() as u64;
        bytes.truncate(whole_characters(&bytes));
        let carry = Carry::new(self.year);
        if let Some(stamp) = yearless(self.readers.body(&bytes)) {
            self.year.follow(stamp);
        }
        self.long = Some(Block { bytes, truncated: true, carry, input_bytes, ..Block::default() });
    }

    /// Passes over the rest of a long line; gives its block when the line has ended.
    fn end_long(&mut self, mut block: Block, pending: &mut Vec<u8>, end: bool) -> Option<Block> {
        let feed = memchr::memchr(b'\n', pending);
        let passed = feed.map_or(pending.len(), |at| at + 1);
        pending.drain(..passed);
        block.input_bytes += passed as u64;
        block.line_count += u64::from(feed.is_some());
        if feed.is_none() && !end {
            self.long = Some(block);
            return None;
        }
        Some(block)
    }
}

impl Cutter for LineCutter {
    fn cut(&mut self, pending: &mut Vec<u8>, target: usize, end: bool) -> Option<Block> {
        if let Some(block) = self.long.take() {
            return self.end_long(block, pending, end);
        }
        // No record can begin at or behind the target yet: do not walk the same lines again and again.
        if !end && pending.len() < target {
            return None;
        }
        let mut year = self.year;
        match self.walk(pending, target.max(1), end, &mut year) {
            Front::Records { end, lines } if end > 0 => {
                let rest = pending.split_off(end);
                let bytes = std::mem::replace(pending, rest);
                let carry = Carry::new(std::mem::replace(&mut self.year, year));
                let input_bytes = bytes.len() as u64;
                Some(Block { bytes, carry, line_count: lines, input_bytes, ..Block::default() })
            }
            Front::TooLong => {
                self.begin_long(pending);
                let block = self.long.take()?;
                self.end_long(block, pending, end)
            }
            Front::Records { .. } | Front::Unsure => None,
        }
    }
}

/// How many bytes there are without a character that was cut in two.
fn whole_characters(bytes: &[u8]) -> usize {
    let tail = bytes.len().saturating_sub(3);
    let start = bytes.iter().rposition(|b| *b & 0xc0 != 0x80).unwrap_or(0);
    let width = match bytes.get(start) {
        Some(0xc2..=0xdf) => 2,
        Some(0xe0..=0xef) => 3,
        Some(0xf0..=0xf4) => 4,
        _ => 1,
    };
    if start >= tail && start + width > bytes.len() { start } else { bytes.len() }
}
