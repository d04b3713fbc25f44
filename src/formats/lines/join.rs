//! Records whose lines do not stand together: the lines of an audit event between those of others, the pieces of a long
//! line that a container wrote.
//!
//! A format says by which key a line belongs with others and whether more may follow. Lines of one key are one record
//! as long as they stand within [`limits::JOIN_LINES`] and [`limits::JOIN_BYTES`] of its first line. Records are handed
//! on in the order of their first lines, each with its lines put together, so a block's bytes are not a piece of the
//! input: it covers the input up to the first line that begins a record of the next block. Nothing is joined across a
//! line that is longer than a record may be.

use super::framer::is_blank;
use super::{Readers, long, yearless};
use crate::formats::years::Years;
use crate::formats::{Cutter, YearTrack, auditd, cri, docker_json};
use crate::model::{Block, Carry, limits};
use std::borrow::Cow;
use std::collections::{HashMap, VecDeque};

/// How a line belongs with others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::formats) struct Link<'l> {
    /// Lines of one record have the same.
    pub(in crate::formats) key: Cow<'l, [u8]>,
    /// Whether further lines may follow.
    pub(in crate::formats) more: bool,
}

/// Tells how a line belongs with others; `None`: it stands alone.
pub(super) type LinkOf = fn(&[u8]) -> Option<Link<'_>>;

/// Formats whose records may be lines apart.
const JOINED: [(&str, LinkOf); 3] = [("auditd", auditd::link), ("docker-json", docker_json::link), ("cri", cri::link)];

/// The links of a format's lines, if its records may be lines apart.
pub(super) fn link_of(name: &str) -> Option<LinkOf> {
    JOINED.iter().find(|(n, _)| *n == name).map(|(_, link)| *link)
}

/// What stands in a block of joined lines.
pub(super) struct Joined {
    pub(super) frames: Vec<Frame>,
    pub(super) blank: u32,
    /// The year before the block.
    pub(super) year: YearTrack,
}

/// A record: so many lines of the block's bytes, the first of which was this line of what the block covers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    pub(super) line: u32,
    pub(super) lines: u32,
}

/// A line that was looked at. Offsets and numbers are those of the input.
struct Line {
    start: u64,
    /// With its line feed.
    len: usize,
    has_feed: bool,
    is_blank: bool,
}

/// A record being gathered.
struct Gathered {
    start: u64,
    lines: Vec<u64>,
    is_closed: bool,
}

/// Cuts one input.
pub(super) struct JoinCutter {
    readers: Readers,
    link: LinkOf,
    years: Years,
    year: YearTrack,
    /// Offset and number of the line at the front of the pending bytes.
    base: (u64, u64),
    /// Everything before this offset was looked at.
    scanned: u64,
    /// The lines between the two.
    lines: VecDeque<Line>,
    records: VecDeque<Gathered>,
    /// How many records were handed on.
    gone: u64,
    /// Key → number of the last record of that key that may go on.
    open: HashMap<Box<[u8]>, u64>,
    /// Where a line starts that is longer than a record may be.
    wall: Option<u64>,
    long: Option<Block>,
}

impl JoinCutter {
    pub(super) fn new(readers: Readers, link: LinkOf, years: Years) -> JoinCutter {
        JoinCutter {
            readers,
            link,
            years,
            year: YearTrack::default(),
            base: (0, 0),
            scanned: 0,
            lines: VecDeque::new(),
            records: VecDeque::new(),
            gone: 0,
            open: HashMap::new(),
            wall: None,
            long: None,
        }
    }

    /// Looks at all lines that are whole.
    fn scan(&mut self, pending: &[u8], end: bool) {
        while self.wall.is_none() {
            let rest = pending.get(self.place(self.scanned)..).unwrap_or_default();
            let feed = memchr::memchr(b'\n', rest);
            let len = feed.unwrap_or(rest.len());
            if len > self.readers.own.1.longest {
                self.wall = Some(self.scanned);
                return;
            }
            if rest.is_empty() || (feed.is_none() && !end) {
                return;
            }
            let line = rest.get(..len).unwrap_or_default();
            let is_blank = is_blank(line);
            if !is_blank {
                self.gather(line);
            }
            let len = len + usize::from(feed.is_some());
            self.lines.push_back(Line { start: self.scanned, len, has_feed: feed.is_some(), is_blank });
            self.scanned += len as u64;
        }
    }

    /// Puts the next line to the record it belongs to, or begins one with it.
    fn gather(&mut self, line: &[u8]) {
        let number = self.base.1 + self.lines.len() as u64;
        let tie = (self.link)(self.readers.body(line));
        if let Some(tie) = &tie
            && let Some(known) = self.open.get(&*tie.key).copied()
            && let Some(record) = known.checked_sub(self.gone).and_then(|n| self.records.get_mut(n as usize))
            && !is_past(record, self.scanned, number)
        {
            record.lines.push(number);
            record.is_closed = !tie.more;
            if record.is_closed {
                self.open.remove(&*tie.key);
            }
            return;
        }
        let tie = tie.filter(|tie| tie.more);
        let is_closed = tie.is_none();
        if let Some(tie) = tie {
            self.open.insert(tie.key.into(), self.gone + self.records.len() as u64);
        }
        self.records.push_back(Gathered { start: self.scanned, lines: vec![number], is_closed });
    }

    /// How many records the next block holds and where what it covers ends; `None` when more input is needed.
    fn front(&self, pending: &[u8], target: usize, end: bool) -> Option<(usize, u64)> {
        let bound = self.base.0.saturating_add(target.max(1) as u64);
        let is_all_seen = self.wall.is_some() || (end && self.place(self.scanned) == pending.len());
        let (count, stop) = match self.records.iter().position(|record| record.start >= bound) {
            Some(count) => (count, self.records.get(count)?.start),
            None if is_all_seen => (self.records.len(), self.scanned),
            None => return None,
        };
        let next = self.base.1 + self.lines.len() as u64;
        let is_whole = |r: &Gathered| r.is_closed || is_all_seen || is_past(r, self.scanned, next);
        self.records.iter().take(count).all(is_whole).then_some((count, stop))
    }

    /// Takes so many records, and what stands before this offset, off the front.
    fn block(&mut self, pending: &mut Vec<u8>, count: usize, stop: u64) -> Block {
        let mut joined = Joined { frames: Vec::with_capacity(count), blank: 0, year: self.year };
        let mut bytes = Vec::with_capacity(self.place(stop));
        let records: Vec<Gathered> = self.records.drain(..count).collect();
        self.gone += count as u64;
        for record in &records {
            let start = bytes.len();
            for line in record.lines.iter().filter_map(|number| self.lines.get((number - self.base.1) as usize)) {
                let place = self.place(line.start);
                bytes.extend_from_slice(pending.get(place..place + line.len).unwrap_or_default());
                if !line.has_feed {
                    bytes.push(b'\n');
                }
            }
            let first = bytes.get(start..).unwrap_or_default();
            let first = first.get(..memchr::memchr(b'\n', first).unwrap_or(first.len())).unwrap_or_default();
            if let Some(stamp) = yearless(self.readers.body(first)) {
                self.year.follow(stamp, &self.years);
            }
            let line = record.lines.first().map_or(0, |number| number - self.base.1);
            // Both are numbers within one block.
            joined.frames.push(Frame { line: line as u32, lines: record.lines.len() as u32 });
        }
        let covered = self.lines.partition_point(|line| line.start < stop);
        let (mut line_count, input_bytes) = (0, stop - self.base.0);
        for line in self.lines.drain(..covered) {
            line_count += u64::from(line.has_feed);
            joined.blank += u32::from(line.is_blank);
        }
        pending.drain(..self.place(stop));
        self.base = (stop, self.base.1 + covered as u64);
        let gone = self.gone;
        self.open.retain(|_, number| *number >= gone);
        Block { bytes, carry: Carry::new(joined), line_count, input_bytes, ..Block::default() }
    }

    /// Takes the line that is too long, once it has ended.
    fn end_long(&mut self, mut block: Block, pending: &mut Vec<u8>, end: bool) -> Option<Block> {
        if !long::has_ended(&mut block, pending, end) {
            self.long = Some(block);
            return None;
        }
        self.base = (self.base.0 + block.input_bytes, self.base.1 + 1);
        self.scanned = self.base.0;
        self.wall = None;
        Some(block)
    }

    /// Where in the pending bytes an offset of the input is.
    fn place(&self, offset: u64) -> usize {
        (offset - self.base.0) as usize
    }
}

/// Whether what stands at this offset, on this line, is too far behind the first line of a record.
fn is_past(record: &Gathered, offset: u64, line: u64) -> bool {
    let first = record.lines.first().copied().unwrap_or(line);
    line - first >= limits::JOIN_LINES || offset - record.start >= limits::JOIN_BYTES
}

impl Cutter for JoinCutter {
    fn cut(&mut self, pending: &mut Vec<u8>, target: usize, end: bool) -> Option<Block> {
        if let Some(block) = self.long.take() {
            return self.end_long(block, pending, end);
        }
        self.scan(pending, end);
        if self.wall == Some(self.base.0) {
            let block = long::begin(pending, self.readers.own.1.longest, Carry::new(self.year));
            if let Some(stamp) = yearless(self.readers.body(&block.bytes)) {
                self.year.follow(stamp, &self.years);
            }
            return self.end_long(block, pending, end);
        }
        let (count, stop) = self.front(pending, target, end).filter(|(_, stop)| *stop > self.base.0)?;
        Some(self.block(pending, count, stop))
    }
}
