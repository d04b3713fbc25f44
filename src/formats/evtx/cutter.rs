//! Cuts an event log into its chunks.

use super::{CHUNK, HEADER};
use crate::formats::Cutter;
use crate::model::{Block, Carry};

/// What travels with a chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Chunk {
    /// Counted from 1.
    pub(super) number: u64,
    /// The file header counts it.
    pub(super) is_counted: bool,
    /// The input ends behind it, although its header counts more chunks, or before it is whole.
    pub(super) is_cut: bool,
}

/// Hands out one chunk as one block, whatever the size that is wished.
#[derive(Debug, Default)]
pub(super) struct ChunkCutter {
    /// How many chunks the file header counts; `None` before it was read.
    counted: Option<u64>,
    cut: u64,
}

/// Where the file header says how many chunks there are.
const COUNT: usize = 42;

impl Cutter for ChunkCutter {
    fn cut(&mut self, pending: &mut Vec<u8>, _: usize, end: bool) -> Option<Block> {
        let header = if self.counted.is_none() { HEADER } else { 0 };
        // One byte more: whether this chunk is the last one must be known.
        if pending.is_empty() || (pending.len() <= header + CHUNK && !end) {
            return None;
        }
        let counted = *self.counted.get_or_insert_with(|| count(pending));
        let is_headless = pending.len() < header;
        let rest = pending.split_off(pending.len().min(header + CHUNK));
        let mut bytes = std::mem::replace(pending, rest);
        let input_bytes = bytes.len() as u64;
        bytes.drain(..header.min(bytes.len()));
        self.cut += 1;
        let is_last = pending.is_empty() && end;
        let is_short = bytes.len() < CHUNK && bytes.iter().any(|b| *b != 0);
        let is_whole = bytes.len() == CHUNK;
        let is_missed = self.cut < counted || (self.cut == counted && !is_whole);
        let chunk = Chunk {
            number: self.cut,
            is_counted: self.cut <= counted,
            is_cut: is_last && (is_headless || is_short || is_missed),
        };
        Some(Block { bytes, input_bytes, carry: Carry::new(chunk), ..Block::default() })
    }
}

fn count(header: &[u8]) -> u64 {
    let field = header.get(COUNT..COUNT + 2).and_then(|field| field.try_into().ok());
    field.map_or(0, |field| u64::from(u16::from_le_bytes(field)))
}
