//! Windows event logs as Windows keeps them (EVTX, since Vista): a header of 4 KiB, then chunks of 64 KiB.
//!
//! A chunk holds everything its records need, so a chunk is a block and chunks are read side by side. What the file
//! header says of itself (how many chunks, whether it was closed) is not relied upon: every chunk that is there is read.
//! Only chunks it counts and that are not there are missed; so are records that a chunk counts and that are not found.
//!
//! A record gives what the XML Windows would show gives when it is read as such ([`event_xml`](super::event_xml)): numbers,
//! dates (with their 100 ns), GUIDs (lower case, in braces) and booleans are texts as Windows writes them. Nearly all are
//! read from their binary form for that ([`fast`]); the others are rendered, and so is what somebody wants to see ([`raw`]).
//! Records in the free space of chunks, left there from before the log was cleared, are not read.

mod cutter;
mod decoder;
mod fast;
mod raw;

#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod both;
#[cfg(test)]
mod both_tests;
#[cfg(test)]
mod build;
#[cfg(test)]
mod tests;

use super::{Format, Learned, Shape, Sniffed, sniff};
use crate::model::Counting;

/// The row of [`FORMATS`](super::FORMATS).
pub(crate) const FORMAT: Format = Format {
    name: "evtx",
    summary: "Windows event logs (EVTX)",
    spec: "https://github.com/libyal/libevtx/blob/main/documentation/Windows%20XML%20Event%20Log%20(EVTX).asciidoc",
    samples: &[],
    raw_text: false,
    counting: Counting::Records,
    // Told by its first bytes, before there is text: see `by_magic`.
    claims: 0,
    sniff: |_| None,
    shape: Shape::Own { cutter: |_, _| Box::new(cutter::ChunkCutter::default()), decoder: decoder::new },
};

/// What a file starts with.
const MAGIC: &[u8] = b"ElfFile\0";
/// The size of the file header.
const HEADER: usize = 4 << 10;
/// The size of a chunk.
const CHUNK: usize = 64 << 10;

/// How much of an input shows its first records.
pub(crate) const BEGINNING: usize = HEADER + CHUNK;

/// An input is this when it starts like one.
pub(crate) fn by_magic(head: &[u8]) -> Option<Sniffed> {
    head.starts_with(MAGIC).then(|| sniff::claim(11, 1000, "starts with `ElfFile`", Learned::Nothing))
}
