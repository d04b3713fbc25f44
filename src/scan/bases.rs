//! Where blocks stand, so that places within them become absolute ones: line and record numbers of an input.
//!
//! Only blocks that gave correlations something are noted: nobody asks for the others afterwards.

use crate::correlate::At;
use crate::detect::Before;
use crate::model::{Columns, Place, SourceId, limits};

/// Where a block stands.
#[derive(Clone, Copy)]
struct Base {
    block: u32,
    source: SourceId,
    lines: u64,
    records: u64,
}

/// The blocks of a run that are asked for later, by their numbers.
pub(super) struct Bases {
    rows: Vec<Base>,
    most: usize,
}

impl Bases {
    /// Room for what the limit says.
    pub(super) fn new() -> Bases {
        Bases { rows: Vec::new(), most: limits::CORRELATED_BLOCKS }
    }

    /// Notes a block; blocks come in the order of their numbers. Without room it says so.
    pub(super) fn note(&mut self, source: SourceId, before: Before) -> Result<(), Full> {
        if self.rows.len() >= self.most {
            return Err(Full);
        }
        self.rows.push(Base { block: before.block, source, lines: before.lines, records: before.records });
        Ok(())
    }

    /// The input a block belongs to.
    pub(super) fn source(&self, block: u32) -> Option<SourceId> {
        self.row(block).map(|base| base.source)
    }

    /// The absolute place of an event behind a burst.
    pub(super) fn place(&self, event: &At) -> Place {
        let Some(base) = self.row(event.block) else { return Place::default() };
        Place {
            source: base.source,
            line: base.lines + u64::from(event.line) + 1,
            record: base.records + u64::from(event.index) + 1,
            lines: u32::from(event.lines),
            columns: Columns::default(),
        }
    }

    fn row(&self, block: u32) -> Option<&Base> {
        let at = self.rows.binary_search_by_key(&block, |base| base.block).ok()?;
        self.rows.get(at)
    }
}

/// No further block can be noted.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Full;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_found_by_their_numbers_and_refused_when_there_are_too_many() {
        let mut bases = Bases { rows: Vec::new(), most: 2 };
        let before = |block, lines| Before { block, lines, records: lines / 2, ..Before::default() };
        assert_eq!(bases.note(SourceId(7), before(3, 10)), Ok(()));
        assert_eq!(bases.note(SourceId(8), before(9, 20)), Ok(()));
        assert_eq!(bases.note(SourceId(8), before(11, 30)), Err(Full));
        let place = bases.place(&At { block: 9, index: 1, line: 4, lines: 2 });
        assert_eq!((place.source, place.line, place.record, place.lines), (SourceId(8), 25, 12, 2));
        assert_eq!([3, 4, 9, 11].map(|block| bases.source(block)), [Some(SourceId(7)), None, Some(SourceId(8)), None]);
    }
}
