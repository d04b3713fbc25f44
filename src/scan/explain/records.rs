//! The records of some inputs, one after the other, in the order a scan reads them.

use super::Explain;
use crate::formats::{self, Decoded};
use crate::model::{Block, Counting, Event, Explanation, Place, Problem, Scratch, View};
use crate::scan::damages::Damages;
use crate::scan::inputs::{Inputs, Series, inputs};
use crate::scan::look::{self, Looked};
use crate::source::Stream;
use crate::taxonomy::TagMemo;
use std::path::PathBuf;

/// What looks at records.
pub(super) trait Visitor {
    /// An event, tagged and timed, and where it stands.
    fn event(&mut self, event: &Event<'_>, view: &dyn View, place: Place);
    /// The block is over; so many lines and records of its input stand before it.
    fn block(&mut self, _block: &Block, _lines: u64, _records: u64) {}
    /// Whether it has seen enough; `place` is where the last record of this input stood.
    fn is_done(&self, place: &Place) -> bool;
}

/// Takes a first look at every input and puts them in order.
pub(super) fn look_at_all(explain: &Explain, path: PathBuf, told: &mut Explanation) -> Vec<Series> {
    let context = explain.look_context();
    let Inputs { rows, waiting, problems, .. } = inputs(&context, &explain.run.directory, &[path]);
    told.inputs = rows;
    told.problems = problems;
    for looked in waiting.iter().flat_map(Series::members) {
        let format = formats::format(looked.sniffed.format);
        if let (Some(input), Some(format)) = (told.inputs.get_mut(looked.source.0 as usize), format) {
            input.counting = format.counting;
        }
    }
    waiting
}

/// Shows every record to `visitor`, until it has seen enough. Blocks are numbered over all inputs.
pub(super) fn visit(explain: &Explain, waiting: Vec<Series>, visitor: &mut dyn Visitor, problems: &mut Vec<Problem>) {
    let context = explain.look_context();
    let mut number = 0;
    for mut series in waiting {
        while let Some(opened) = series.next(&context) {
            match opened {
                Ok((looked, stream)) => {
                    if !log(explain, looked, stream, visitor, &mut number, problems) {
                        return;
                    }
                }
                Err(problem) => problems.push(problem),
            }
        }
    }
}

/// Shows the records of one log; whether more may follow.
fn log(
    explain: &Explain,
    looked: Looked,
    stream: Stream,
    visitor: &mut dyn Visitor,
    number: &mut u32,
    problems: &mut Vec<Problem>,
) -> bool {
    let (source, shown) = (looked.source, looked.shown.clone());
    let is_binary = formats::format(looked.sniffed.format).is_some_and(|row| row.counting == Counting::Records);
    let mut damages = Damages::default();
    let (mut reader, decoder) = looked.reader(stream, 0, &explain.machine.taxonomy.table);
    let (mut lines, mut records) = (0, 0);
    let (mut scratch, mut tags) = (Scratch::default(), TagMemo::default());
    while let Some(mut block) = reader.next(explain.config.block_size, u64::MAX, &mut Vec::new()) {
        block.number = *number;
        *number = number.saturating_add(1);
        let mut seen = 0;
        let mut last = Place { source, ..Place::default() };
        decoder.decode(&block, &mut scratch, &mut |decoded| match decoded {
            Decoded::Event(event) => {
                seen += 1;
                let line = lines + u64::from(event.origin.line) + 1;
                last = Place { source, line, record: records + seen, lines: event.lines, ..Place::default() };
                let view = explain.machine.taxonomy.tag(event, &mut tags);
                event.time = view.time(event);
                visitor.event(event, view, last);
            }
            Decoded::Refused { .. } => seen += 1,
            Decoded::Damaged(damage) => {
                damages.add(source, &[(damage.what, damage.chunk)]);
                seen += u64::from(damage.is_record());
            }
            Decoded::Glance(_) | Decoded::Blank(_) | Decoded::Header(_) => {}
        });
        visitor.block(&block, lines, records);
        lines += if is_binary { seen } else { block.line_count };
        records += seen;
        if visitor.is_done(&last) {
            return false;
        }
    }
    problems.extend(damages.take().into_iter().map(|(_, kind, message, count)| {
        let path = shown.clone();
        Problem { path, kind, count, first: Vec::new(), message, incomplete: true }
    }));
    problems.extend(reader.failure.take().map(|error| look::broken_off(&shown, lines, &error)));
    true
}

/// Name of an event's format.
pub(super) fn format_name(event: &Event<'_>) -> &'static str {
    formats::format(event.format).map_or("", |row| row.name)
}
