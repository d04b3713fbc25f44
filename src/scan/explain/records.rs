//! The records of some inputs, one after the other, in the order a scan reads them.

use super::Explain;
use crate::formats::{self, Decoded};
use crate::model::{Block, Event, Explanation, Place, Problem, Scratch, SourceId, View};
use crate::scan::look::{self, Look, Looked, look};
use crate::source::Found;
use crate::taxonomy::TagMemo;

/// What looks at records.
pub(super) trait Visitor {
    /// An event, tagged and timed, and where it stands.
    fn event(&mut self, event: &Event<'_>, view: &dyn View, place: Place);
    /// The block is over.
    fn block(&mut self, _block: &Block) {}
    /// Whether it has seen enough; `place` is where the last record of this input stood.
    fn is_done(&self, place: &Place) -> bool;
}

/// Takes a first look at every input and puts them in order.
pub(super) fn look_at_all(explain: &Explain, found: Vec<Found>, told: &mut Explanation) -> Vec<Looked> {
    let problems = &mut told.problems;
    let context = explain.look_context();
    let mut waiting = Vec::new();
    for (n, one) in (0u32..).zip(found) {
        match look(&context, SourceId(n), one) {
            Look::Ready(looked) => waiting.push(*looked),
            Look::Not(problem) => problems.push(problem),
        }
    }
    waiting.sort_by_key(|looked| (looked.first.is_none(), looked.first, looked.source));
    for looked in &waiting {
        problems.extend(looked.problem.clone());
        let format = formats::format(looked.sniffed.format);
        if let (Some(input), Some(format)) = (told.inputs.get_mut(looked.source.0 as usize), format) {
            input.counting = format.counting;
        }
    }
    waiting
}

/// Shows every record to `visitor`, until it has seen enough. Blocks are numbered over all inputs.
pub(super) fn visit(explain: &Explain, waiting: Vec<Looked>, visitor: &mut dyn Visitor, problems: &mut Vec<Problem>) {
    let mut number = 0;
    for looked in waiting {
        let (source, shown) = (looked.source, looked.found.shown.clone());
        let (mut reader, decoder) = match looked.open(&explain.machine.taxonomy.table, false) {
            Ok(opened) => opened,
            Err(problem) => {
                problems.push(problem);
                continue;
            }
        };
        let (mut lines, mut records) = (0, 0);
        let (mut scratch, mut tags) = (Scratch::default(), TagMemo::default());
        while let Some(mut block) = reader.next(explain.config.block_size, u64::MAX) {
            block.number = number;
            number = number.saturating_add(1);
            let mut seen = 0;
            let mut last = Place { source, ..Place::default() };
            decoder.decode(&block, &mut scratch, &mut |decoded| match decoded {
                Decoded::Event(event) => {
                    seen += 1;
                    let line = lines + u64::from(event.origin.line) + 1;
                    last = Place { source, line, record: records + seen, lines: event.lines };
                    let view = explain.machine.taxonomy.tag(event, &mut tags);
                    event.time = view.time(event);
                    visitor.event(event, view, last);
                }
                Decoded::Refused { .. } => seen += 1,
                Decoded::Blank(_) | Decoded::Header(_) => {}
            });
            visitor.block(&block);
            lines += block.line_count;
            records += seen;
            if visitor.is_done(&last) {
                return;
            }
        }
        problems.extend(reader.failure.take().map(|error| look::broken_off(&shown, lines, &error)));
    }
}

/// Name of an event's format.
pub(super) fn format_name(event: &Event<'_>) -> &'static str {
    formats::format(event.format).map_or("", |row| row.name)
}
