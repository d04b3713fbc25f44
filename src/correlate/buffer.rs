//! Hits that wait for their turn: what puts a log in time order before the windows see it.
//!
//! Hits come in reading order and leave by (time, reading order). Fresh ones are sorted a chunk at a time into runs,
//! and the oldest is taken from the heads of all runs: a log that is nearly in order keeps few runs busy, and one
//! in no order at all still costs a heap's logarithm. README decision 15 fixes the 32 bytes.

use crate::model::Hit;
use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;

/// How many hits are sorted at once: a megabyte.
const CHUNK: usize = 32 << 10;
/// How many stand together in a run. All pieces have one size and are used again: runs that gave their memory back bit
/// by bit left holes, which texts filled, so that a log four times as long took a fifth more memory.
const PIECE: usize = 512;

/// The order in which hits enter windows.
pub(super) fn order(a: &Hit, b: &Hit) -> Ordering {
    (a.time, a.block, a.index, a.feed).cmp(&(b.time, b.block, b.index, b.feed))
}

/// A sorted chunk in pieces, oldest last; never empty, nor is its last piece.
#[derive(Debug)]
struct Run(Vec<Vec<Hit>>);

impl Run {
    fn head(&self) -> Option<&Hit> {
        self.0.last()?.last()
    }
}

impl Ord for Run {
    /// The run with the oldest head is the greatest: it stands at the top of the heap.
    fn cmp(&self, other: &Run) -> Ordering {
        match (self.head(), other.head()) {
            (Some(a), Some(b)) => order(b, a),
            (a, b) => b.is_none().cmp(&a.is_none()),
        }
    }
}

impl PartialOrd for Run {
    fn partial_cmp(&self, other: &Run) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Run {
    fn eq(&self, other: &Run) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Run {}

/// The waiting hits.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    fresh: Vec<Hit>,
    runs: BinaryHeap<Run>,
    /// Pieces that are empty.
    spare: Vec<Vec<Hit>>,
    len: usize,
}

impl Waiting {
    pub(super) fn push(&mut self, hit: Hit) {
        self.fresh.push(hit);
        self.len += 1;
        if self.fresh.len() >= CHUNK {
            self.seal();
        }
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Memory in use, by length.
    pub(super) fn bytes(&self) -> usize {
        self.len * size_of::<Hit>()
    }

    /// Makes the fresh hits a run, so that [`Waiting::oldest`] sees them.
    pub(super) fn seal(&mut self) {
        if self.fresh.is_empty() {
            return;
        }
        self.fresh.sort_unstable_by(|a, b| order(b, a));
        let mut run = Vec::with_capacity(self.fresh.len().div_ceil(PIECE));
        for hits in self.fresh.chunks(PIECE) {
            let mut piece = self.spare.pop().unwrap_or_else(|| Vec::with_capacity(PIECE));
            piece.extend_from_slice(hits);
            run.push(piece);
        }
        self.fresh.clear();
        self.runs.push(Run(run));
    }

    /// Takes the oldest sealed hit.
    pub(super) fn oldest(&mut self) -> Option<Hit> {
        let mut top = self.runs.peek_mut()?;
        let piece = top.0.last_mut()?;
        let hit = piece.pop();
        if piece.is_empty() {
            self.spare.extend(top.0.pop());
            if top.0.is_empty() {
                PeekMut::pop(top);
            }
        }
        self.len -= usize::from(hit.is_some());
        hit
    }

    /// The oldest sealed hit.
    pub(super) fn peek(&self) -> Option<&Hit> {
        self.runs.peek().and_then(Run::head)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{FeedId, KeyId};

    #[test]
    fn gives_hits_back_by_time_and_then_as_read() {
        let hit = |time, index| Hit {
            time,
            block: 0,
            index,
            line: 0,
            feed: FeedId(0),
            key: KeyId(0),
            lines: 1,
            decimals: 0,
            inherited: false,
        };
        let mut waiting = Waiting::default();
        for (index, time) in [(0, 5), (1, 3), (2, 5), (3, 1)] {
            waiting.push(hit(time, index));
        }
        waiting.seal();
        waiting.push(hit(3, 4));
        waiting.push(hit(0, 5));
        waiting.seal();
        let mut order = Vec::new();
        while let Some(hit) = waiting.oldest() {
            order.push(hit.index);
        }
        assert_eq!(order, [5, 3, 1, 4, 0, 2]);
        assert_eq!(waiting.bytes(), 0);
    }
}
