//! Lines longer than a record may be: their beginning is kept, the rest is passed over as it comes.

use crate::model::{Block, Carry};

/// Keeps the beginning of the line at the front of the pending bytes.
pub(super) fn begin(pending: &mut Vec<u8>, longest: usize, carry: Carry) -> Block {
    let rest = pending.split_off(longest.min(pending.len()));
    let mut bytes = std::mem::replace(pending, rest);
    let input_bytes = bytes.len() as u64;
    bytes.truncate(whole_characters(&bytes));
    Block { bytes, truncated: true, carry, input_bytes, ..Block::default() }
}

/// Passes over the rest of the line; gives whether it has ended.
pub(super) fn has_ended(block: &mut Block, pending: &mut Vec<u8>, end: bool) -> bool {
    let feed = memchr::memchr(b'\n', pending);
    // While the line goes on a byte of it stays: nothing pending would mean that everything was handed over.
    let kept = usize::from(feed.is_none() && !end);
    let passed = feed.map_or(pending.len().saturating_sub(kept), |at| at + 1);
    pending.drain(..passed);
    block.input_bytes += passed as u64;
    block.line_count += u64::from(feed.is_some());
    feed.is_some() || end
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
