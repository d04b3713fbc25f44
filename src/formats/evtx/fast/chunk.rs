//! Goes from record to record of a chunk, as long as each begins where the one before says.
//!
//! A record that is not found where it should be is looked for by the `evtx` crate, and so are all behind it.

use super::RECORDS;
use super::bytes::{self, RECORD_HEADER, array, u32_at, u64_at};
use crate::model::{Stamp, Time};

/// Where the header of a chunk says which record is its last one,
const LAST_ID: usize = 32;
/// and up to where it has records.
const FREE: usize = 48;
/// Where chains of names begin, so that each is found by its hash.
const NAMES: usize = 128;
/// How many chains there are.
const CHAINS: usize = 64;

/// The records of one chunk.
#[derive(Clone, Copy, Debug)]
pub(super) struct Records<'c> {
    chunk: &'c [u8],
    last_id: u64,
    end: usize,
    /// Where the next one begins, unless the last one was read.
    at: Option<usize>,
}

/// One record: when it was taken in, and where its binary XML stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct RecordAt {
    pub(super) start: usize,
    pub(super) stamp: Stamp,
    pub(super) from: usize,
    pub(super) to: usize,
}

/// What comes next in a chunk.
#[derive(Clone, Copy, Debug)]
pub(super) enum Next {
    Record(RecordAt),
    /// All were read.
    End,
    /// A record is not where it should be.
    Lost,
}

impl<'c> Records<'c> {
    /// The records of a chunk whose header and names are as they should be.
    pub(super) fn new(chunk: &'c [u8]) -> Option<Records<'c>> {
        if chunk.len() < RECORDS || !chunk.starts_with(b"ElfChnk\0") {
            return None;
        }
        are_names_whole(chunk)?;
        let end = usize::try_from(u32_at(chunk, FREE)?).ok()?.min(chunk.len());
        Some(Records { chunk, last_id: u64_at(chunk, LAST_ID)?, end, at: Some(RECORDS) })
    }

    /// What comes next.
    pub(super) fn next(&mut self) -> Next {
        match self.at.filter(|at| *at < self.end) {
            Some(start) => self.record(start).map_or(Next::Lost, Next::Record),
            None => Next::End,
        }
    }

    fn record(&mut self, start: usize) -> Option<RecordAt> {
        if array(self.chunk, start)? != *b"\x2a\x2a\0\0" {
            return None;
        }
        let size = usize::try_from(u32_at(self.chunk, start + 4)?).ok()?;
        let id = u64_at(self.chunk, start + 8)?;
        let stamp = stamp(u64_at(self.chunk, start + 16)?)?;
        let (from, to) = (start + RECORD_HEADER, start.checked_add(size)?.checked_sub(4)?);
        if to < from || to > self.chunk.len() {
            return None;
        }
        self.at = Some(start + size).filter(|_| id != self.last_id);
        Some(RecordAt { start, stamp, from, to })
    }
}

/// Seconds from 1601 to 1970.
const EPOCH: i64 = 11_644_473_600;
/// Digits of a second that 100 ns have, as far as stamps tell.
const DECIMALS: u8 = 7;

/// Intervals of 100 ns up to a moment of the year 9987: not far behind it the crate takes none for a time.
const LATEST: i64 = (253_000_000_000 + EPOCH) * 10_000_000;

/// When the log took the record in. What 64 bits of nanoseconds cannot tell (some logs have zeros there) is no time.
fn stamp(filetime: u64) -> Option<Stamp> {
    let ticks = i64::try_from(filetime).ok().filter(|ticks| *ticks <= LATEST)?;
    let time = ticks.checked_sub(EPOCH * 10_000_000).and_then(|ticks| ticks.checked_mul(100));
    Some(time.map_or(Stamp::default(), |time| Stamp::exact(Time(time), DECIMALS)))
}

/// What all names of a chunk may take; those of real ones have some 10 KiB and do not overlap.
const MOST_NAMES: usize = 256 << 10;

/// Whether every name of the chains can be read, as the crate does before it reads any record.
fn are_names_whole(chunk: &[u8]) -> Option<()> {
    // A bit for each offset: a chain that comes back to a name that was read ends.
    let mut seen = vec![0_u64; chunk.len() / 64 + 1];
    let mut room = MOST_NAMES;
    for chain in 0..CHAINS {
        let mut offset = u32_at(chunk, NAMES + chain * 4)?;
        let mut is_first = true;
        while offset != 0 {
            let (name, next) = bytes::name(chunk, offset)?;
            room = room.checked_sub(name.len())?;
            if !is_utf16(name) {
                return None;
            }
            let at = offset as usize;
            let (word, bit) = (seen.get_mut(at / 64)?, 1 << (at % 64));
            if *word & bit != 0 && !is_first {
                break;
            }
            *word |= bit;
            (offset, is_first) = (next, false);
        }
    }
    Some(())
}

/// Whether a name is in UTF-16 up to its first zero. Nearly all are plain letters.
fn is_utf16(name: &[u8]) -> bool {
    let units = || name.as_chunks::<2>().0.iter().map(|unit| u16::from_le_bytes(*unit));
    units().all(|unit| !(0xd800..0xe000).contains(&unit))
        || char::decode_utf16(units().take_while(|unit| *unit != 0)).all(|c| c.is_ok())
}
