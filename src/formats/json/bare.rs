//! JSON lines taken as they are: what `rules test --raw` holds against rules.
//!
//! An object a line, nothing opened inside strings, no other format tried. A line that is no object is refused.

use super::super::{Decoded, Decoder, Record, Refused, YearTrack, text};
use super::bare_object_at;
use crate::model::stamp::Zone;
use crate::model::{Block, Event, FieldTable, FormatId, Layout, Marks, Origin, Scratch, Seen, Stamp, TagSet};
use std::sync::Arc;

/// Reads every line of a block as one object.
pub(crate) struct BareLines {
    pub(crate) table: Arc<FieldTable>,
}

impl Decoder for BareLines {
    fn decode(&self, block: &Block, scratch: &mut Scratch, sink: &mut dyn FnMut(Decoded<'_, '_>)) {
        let clean = text::Text::clean(&block.bytes);
        let (mut start, mut line, mut index) = (0_u32, 0_u32, 0_u32);
        for whole in clean.text.split_inclusive('\n') {
            let record = whole.trim_end_matches(['\n', '\r']);
            if text::is_blank(record) {
                sink(Decoded::Blank(1));
            } else {
                let origin = Origin { source: block.source, block: block.number, index, line, column: Some(0) };
                self.record(&clean.text, record, start, origin, scratch, sink);
                index = index.saturating_add(1);
            }
            start = start.saturating_add(u32::try_from(whole.len()).unwrap_or(u32::MAX));
            line = line.saturating_add(1);
        }
    }
}

impl BareLines {
    fn record(
        &self,
        block: &str,
        text: &str,
        start: u32,
        origin: Origin,
        scratch: &mut Scratch,
        sink: &mut dyn FnMut(Decoded<'_, '_>),
    ) {
        scratch.reset();
        let (zone, mut year) = (Zone::default(), YearTrack::default());
        let mut record = Record::new(text, start, scratch, &self.table, &zone, &mut year);
        let first = text.find(|c: char| !c.is_ascii_whitespace()).unwrap_or(0);
        let read = bare_object_at(&mut record, first).and_then(|end| match text.get(end..).map(str::trim) {
            Some("") => Ok(()),
            _ => Err(Refused { expected: "nothing behind the object", at: u32::try_from(end).unwrap_or(u32::MAX) }),
        });
        let repaired = record.repaired;
        match read {
            Err(why) => sink(Decoded::Refused { why, line: origin.line, lines: 1, text }),
            Ok(()) => sink(Decoded::Event(&mut Event {
                origin,
                lines: 1,
                format: FormatId::default(),
                payload: None,
                raw: text.into(),
                header_time: Stamp::default(),
                time: Stamp::default(),
                marks: Marks { repaired, truncated: false },
                entries: &scratch.entries,
                regions: scratch.regions(block),
                tags: TagSet::default(),
                seen: Seen::default(),
                layout: Layout::UNKNOWN,
            })),
        }
    }
}
