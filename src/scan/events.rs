//! `events`: the normalised records, one after the other.

use super::damages::Damages;
use super::inputs::{Inputs, inputs};
use super::period::Window;
use super::{RunInfo, SetupError, Watch, look, setup};
use crate::config::Config;
use crate::formats::{self, Decoded};
use crate::model::{
    AskId, Asks, Columns, Counting, Datum, Event, EventLine, InputSummary, Line, LineSink, LogSource, Place, Problem,
    Quality, Scratch,
};
use crate::source::Stream;
use crate::taxonomy::{Frozen, TagMemo};
use std::io;
use std::path::PathBuf;

/// What there is to say when all records were written.
pub(crate) struct Outcome {
    /// What went wrong.
    pub(crate) problems: Vec<Problem>,
    /// Inputs that `--include` and `--exclude` left out.
    pub(crate) left_out_inputs: u64,
    /// Events that `--time` left out.
    pub(crate) left_out_events: u64,
}

/// Names and options, ready to read inputs.
pub(crate) struct Events {
    config: Config,
    run: RunInfo,
    reading: setup::Reading,
    taxonomy: Frozen,
    /// Every canonical field, and the question for it.
    canonical: Vec<(&'static str, AskId)>,
}

impl Events {
    /// Freezes every canonical name.
    pub(crate) fn new(config: Config, run: RunInfo) -> Result<Events, SetupError> {
        let reading = setup::reading(&config, &run)?;
        let taxonomy = &reading.taxonomy;
        let mut asks = Asks::default();
        let names = taxonomy.fields().iter().map(|row| row.name).filter(|name| *name != "timestamp");
        let canonical = names.map(|name| (name, asks.intern(&format!("norm.{name}"), None))).collect();
        let taxonomy = taxonomy.freeze(&asks, true, &reading.zones, &formats::names());
        Ok(Events { config, run, reading, taxonomy, canonical })
    }

    /// Writes every record below `paths` to `sink`, input by input in reading order.
    pub(crate) fn run(&self, paths: &[PathBuf], sink: &mut dyn LineSink, watch: &mut dyn Watch) -> io::Result<Outcome> {
        let context = look::Context { config: &self.config, taxonomy: &self.taxonomy, reading: &self.reading };
        let window = self.reading.window(&context, &self.run.directory, paths);
        let Inputs { rows, waiting, problems, left_out } = inputs(&context, &self.run.directory, paths);
        let mut outcome = Outcome { problems, left_out_inputs: left_out, left_out_events: 0 };
        for mut series in waiting {
            while let Some(opened) = series.next(&context) {
                match opened {
                    Ok((looked, stream)) => {
                        let format = formats::format(looked.sniffed.format).map_or("", |row| row.name);
                        watch.taken_for(&looked.shown, format, looked.sniffed.why);
                        self.input((looked, stream), window, &rows, sink, &mut outcome)?;
                    }
                    Err(problem) => outcome.problems.push(problem),
                }
            }
        }
        Ok(outcome)
    }

    /// Refuses paths that cannot be read the way that was asked for.
    pub(crate) fn check_paths(&self, paths: &[PathBuf]) -> Result<(), SetupError> {
        self.reading.check_paths(paths)
    }

    fn input(
        &self,
        (looked, stream): (look::Looked, Stream),
        window: Option<Window>,
        inputs: &[InputSummary],
        sink: &mut dyn LineSink,
        outcome: &mut Outcome,
    ) -> io::Result<()> {
        let row = formats::format(looked.sniffed.format);
        let format = row.map_or("", |row| row.name);
        let is_binary = row.is_some_and(|row| row.counting == Counting::Records);
        let mut damages = Damages::default();
        let (mut reader, decoder) = looked.reader(stream, 0, &self.taxonomy.table);
        let (mut lines, mut records) = (0, 0);
        let (mut scratch, mut has_time) = (Scratch::default(), false);
        let mut tags = TagMemo::default();
        while let Some(block) = reader.next(self.config.block_size, u64::MAX, &mut Vec::new()) {
            let mut result = Ok(());
            let mut seen = 0;
            decoder.decode(&block, &mut scratch, &mut |decoded| {
                let place = |line: u32, record: u64, n: u32| Place {
                    source: block.source,
                    line: lines + u64::from(line) + 1,
                    record,
                    lines: n,
                    columns: Columns::default(),
                };
                let written = match decoded {
                    Decoded::Event(event) => {
                        seen += 1;
                        let place = place(event.origin.line, records + seen, event.lines);
                        let memory = (&mut has_time, &mut tags);
                        self.event(event, place, memory, window, sink, inputs).map(|is_written| {
                            outcome.left_out_events += u64::from(!is_written);
                        })
                    }
                    Decoded::Refused { line, lines: n, text, .. } => {
                        seen += 1;
                        sink.line(&Line::Refused(place(line, records + seen, n), format, text), inputs)
                    }
                    Decoded::Damaged(damage) => {
                        damages.add(block.source, &[(damage.what, damage.chunk)]);
                        if damage.is_record() {
                            let line = u32::try_from(seen).unwrap_or(u32::MAX);
                            let place = place(line, records + seen + 1, 1);
                            seen += 1;
                            sink.line(&Line::Refused(place, format, damage.what), inputs)
                        } else {
                            Ok(())
                        }
                    }
                    Decoded::Glance(_) | Decoded::Blank(_) | Decoded::Header(_) => Ok(()),
                };
                if result.is_ok() {
                    result = written;
                }
            });
            result?;
            lines += if is_binary { seen } else { block.line_count };
            records += seen;
        }
        let shown = inputs.get(reader.source.0 as usize).map_or("", |input| &input.path);
        outcome.problems.extend(damages.take().into_iter().map(|(_, kind, message, count)| {
            let path = shown.to_owned();
            Problem { path, kind, count, first: Vec::new(), message, incomplete: true }
        }));
        outcome.problems.extend(reader.failure.take().map(|error| look::broken_off(shown, lines, &error)));
        Ok(())
    }

    /// Writes an event of the time that was asked for, and says whether it is one.
    fn event(
        &self,
        event: &mut Event<'_>,
        place: Place,
        (has_time, tags): (&mut bool, &mut TagMemo),
        window: Option<Window>,
        sink: &mut dyn LineSink,
        inputs: &[InputSummary],
    ) -> io::Result<bool> {
        let view = self.taxonomy.tag(event, tags);
        event.time = view.time(event);
        if window.is_some_and(|window| !window.holds(event.time.time)) {
            return Ok(false);
        }
        if event.time.time.is_some() {
            *has_time = true;
        } else if *has_time {
            // For order and windows it counts as happening with the record before it.
            event.time.quality = Quality::Inherited;
        }
        let mut canonical = Vec::new();
        for (name, ask) in &self.canonical {
            let mut values = Vec::new();
            view.values(event, *ask, &mut values);
            if !values.is_empty() {
                canonical.push((*name, values));
            }
        }
        let mut sources: Vec<LogSource> = Vec::new();
        for source in event.tags.sources().iter().filter_map(|id| self.taxonomy.logsource(*id)) {
            if !sources.contains(source) {
                sources.push(source.clone());
            }
        }
        let primary = self.taxonomy.primary(&event.tags);
        let raw = originals(event);
        let line = EventLine {
            place,
            format: formats::format(event.format).map_or("", |row| row.name),
            payload: event.payload.map(|sentence| sentence.payload),
            logsources: &sources,
            primary: LogSource {
                product: primary.product.map(str::to_owned),
                category: primary.category.map(str::to_owned),
                service: primary.service.map(str::to_owned),
            },
            time: event.time,
            canonical: &canonical,
            raw: &raw,
        };
        sink.line(&Line::Event(&line), inputs).map(|()| true)
    }
}

/// The original fields by name, in the order names first appear. Objects are told by their members.
fn originals<'r>(event: &Event<'r>) -> Vec<(&'r str, Vec<Datum<'r>>)> {
    let mut names: Vec<(&str, Vec<Datum<'_>>)> = Vec::new();
    let mut at = std::collections::HashMap::new();
    for entry in event.entries {
        let value = event.datum(entry);
        if matches!(value, Datum::Object(_)) {
            continue;
        }
        let name = event.name(entry);
        let slot = *at.entry(name).or_insert_with(|| {
            names.push((name, Vec::new()));
            names.len() - 1
        });
        if let Some((_, values)) = names.get_mut(slot) {
            values.push(value);
        }
    }
    names
}
