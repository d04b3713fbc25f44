//! One input being read: bytes in, blocks of whole records out, in order.

use super::text_stream::TextStream;
use crate::formats::Cutter;
use crate::model::{Block, SourceId};
use std::io;

/// Room that is asked for at once, at most.
const ROOM: usize = 1 << 21;

/// Reads a stream through the cutter of its format.
pub(super) struct Reader {
    pub(super) source: SourceId,
    stream: TextStream,
    cutter: Box<dyn Cutter>,
    pending: Vec<u8>,
    ended: bool,
    /// Why the input ended before its end.
    pub(super) failure: Option<io::Error>,
    /// Unpacked bytes handed out so far, those of inputs it follows included.
    pub(super) position: u64,
}

/// What is read at first behind a block whose last record has not ended.
const STEP: usize = 8 << 10;

impl Reader {
    /// Starts at the beginning of `stream`, at `position` among the text of the inputs it follows.
    pub(super) fn new(source: SourceId, stream: TextStream, cutter: Box<dyn Cutter>, position: u64) -> Reader {
        Reader { source, stream, cutter, pending: Vec::new(), ended: false, failure: None, position }
    }

    /// The next block of at most about `target` bytes, or nothing when the input is at its end or, with
    /// `until`, when the first record at or behind that position was handed out.
    ///
    /// Blocks end where the cutter says; a block larger than `target` holds a single record. So the
    /// position reached before `until` does not depend on `target`. Memory is taken from `spare` where there is some.
    pub(super) fn next(&mut self, target: usize, until: u64, spare: &mut Vec<Vec<u8>>) -> Option<Block> {
        if self.position >= until {
            return None;
        }
        let left = usize::try_from(until - self.position).unwrap_or(usize::MAX);
        let target = target.min(left).max(1);
        let (mut wanted, mut step) = (target, STEP);
        self.make_room(target.saturating_add(STEP).min(ROOM), spare);
        loop {
            self.fill(wanted);
            if let Some(mut block) = self.cutter.cut(&mut self.pending, target, self.ended) {
                block.source = self.source;
                self.position += block.input_bytes;
                return Some(block);
            }
            if self.ended {
                return None;
            }
            // The last record mostly ends soon; what is read behind it is moved to the next block. Of one that is passed over
            // nothing is pending, however long it goes on.
            wanted = self.pending.len().saturating_add(step);
            step = step.saturating_mul(2).min(self.pending.len().max(target));
        }
    }

    /// Whether everything was handed out.
    pub(super) fn is_done(&self) -> bool {
        self.ended && self.pending.is_empty()
    }

    /// Bytes of the input as stored that were read so far.
    pub(super) fn stored_bytes(&self) -> u64 {
        self.stream.stream.stored_bytes()
    }

    /// Ends the reading: size as stored and, if asked for, the hash.
    pub(super) fn finish(self) -> (u64, Option<String>) {
        self.stream.stream.finish()
    }

    /// Makes room for so many bytes, what is pending included.
    fn make_room(&mut self, wanted: usize, spare: &mut Vec<Vec<u8>>) {
        let pending = self.pending.len();
        if self.pending.capacity() >= wanted || pending >= wanted {
            return;
        }
        if let Some(mut memory) = spare.pop() {
            memory.clear();
            memory.append(&mut self.pending);
            self.pending = memory;
        }
        // A first block may be all there is.
        if self.position > 0 {
            self.pending.reserve(wanted - pending);
        }
    }

    fn fill(&mut self, wanted: usize) {
        while !self.ended && self.pending.len() < wanted {
            let missing = wanted - self.pending.len();
            self.pending.reserve(missing);
            match self.stream.read(&mut self.pending, missing) {
                Ok(more) => self.ended = !more,
                Err(error) => {
                    self.ended = true;
                    self.failure = Some(error);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::{self, Head, ReadOptions, sniff};
    use crate::source::{Bounds, Found, Opened, Place, open};
    use std::sync::Arc;

    #[test]
    fn a_line_that_does_not_end_is_not_held() {
        for name in ["plain", "jsonl"] {
            let bytes = [b"{\"a\":\"".as_slice(), &vec![b'x'; 96 << 20]].concat();
            let place = Place::Held(Arc::new(bytes));
            let mut found = Found { place, shown: String::new(), named: true, promised: 0 };
            let Ok(Opened::Log(stream)) = open(&mut found, &Bounds::default()) else { panic!("it is a log") };
            let sniffed = sniff::forced(name, &Head::new("", true)).expect("it is a row");
            let cutter = formats::cutter(&sniffed, &ReadOptions::default());
            let mut reader = Reader::new(SourceId(0), TextStream::new(stream, None), cutter, 0);
            while reader.next(1 << 17, u64::MAX, &mut Vec::new()).is_some() {}
            assert!(reader.pending.capacity() <= 40 << 20, "{name}: {}", reader.pending.capacity());
        }
    }
}
