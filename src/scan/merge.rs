//! Takes block results in reading order and adds them up: line numbers become absolute, times are inherited,
//! folds and books are summed, hits go to the correlator.

use super::reader::Reader;
use super::work::widened;
use crate::correlate::Correlator;
use crate::detect::{Before, Folds};
use crate::model::{
    Findings, Hit, InputSummary, Line, LineSink, Match, Place, Problem, ProblemKind, Problems, SourceId, Stamp, Time,
};
use crate::source;
use std::collections::BTreeMap;

/// What is known of one input while it is read.
struct Input {
    logical: String,
    before: Before,
    last_time: Option<Time>,
    span: Option<(Stamp, Stamp)>,
    /// Whether records other than plain text were wanted from it, so that none at all is a failure.
    structured: bool,
}

/// Where a block stands: turns places within it into absolute ones.
#[derive(Clone, Copy)]
struct Base {
    source: SourceId,
    lines: u64,
    records: u64,
}

/// The sum of all blocks so far.
pub(super) struct Merger<'s> {
    inputs: Vec<Input>,
    pub(super) summaries: Vec<InputSummary>,
    pub(super) folds: Folds,
    pub(super) correlator: Correlator,
    pub(super) matches: u64,
    pub(super) problems: Vec<Problem>,
    counted: BTreeMap<(SourceId, ProblemKind, String), (u64, Vec<u64>)>,
    bases: Vec<Base>,
    sink: Option<&'s mut dyn LineSink>,
    /// Writing a stream failed.
    pub(super) stream_failure: Option<std::io::Error>,
}

impl<'s> Merger<'s> {
    /// Starts with all inputs known, in the order of their ids, and nothing read.
    pub(super) fn new(
        shown: Vec<String>,
        folds: Folds,
        correlator: Correlator,
        sink: Option<&'s mut dyn LineSink>,
    ) -> Merger<'s> {
        let input = |path: &String| Input {
            logical: source::logical(path),
            before: Before::default(),
            last_time: None,
            span: None,
            structured: false,
        };
        Merger {
            inputs: shown.iter().map(input).collect(),
            summaries: shown.into_iter().map(|path| InputSummary { path, ..InputSummary::default() }).collect(),
            folds,
            correlator,
            matches: 0,
            problems: Vec::new(),
            counted: BTreeMap::new(),
            bases: Vec::new(),
            sink,
            stream_failure: None,
        }
    }

    /// Notes what an input was taken for.
    pub(super) fn open(&mut self, source: SourceId, format: &str, container: Option<String>, structured: bool) {
        if let Some(summary) = self.summaries.get_mut(source.0 as usize) {
            summary.format = Some(format.to_owned());
            summary.container = container;
        }
        if let Some(input) = self.inputs.get_mut(source.0 as usize) {
            input.structured = structured;
        }
    }

    /// Adds a block. Blocks come in the order of their numbers.
    pub(super) fn add(&mut self, number: u32, mut found: Findings) {
        let Some(input) = self.inputs.get_mut(found.source.0 as usize) else { return };
        let before = Before { block: number, ..input.before };
        self.bases.push(Base { source: found.source, lines: before.lines, records: before.records });
        input.before.lines += found.books.lines;
        input.before.records += found.books.records();
        if let Some((first, last)) = found.span {
            input.span = Some(widened(Some(widened(input.span, first)), last));
        }
        self.folds.add(&input.logical, before, std::mem::take(&mut found.alerts));
        let inherited = input.last_time;
        input.last_time = found.last_time.or(inherited);
        self.correlate(&mut found, inherited);
        self.matches += found.matches_total;
        self.stream(found.matches.take().unwrap_or_default(), before);
        self.count(found.problems, before);
        if let Some(summary) = self.summaries.get_mut(found.source.0 as usize) {
            summary.books.add(&found.books);
        }
    }

    /// Hits of records without a time take over the last one of their input; with none they take no part.
    fn correlate(&mut self, found: &mut Findings, inherited: Option<Time>) {
        match inherited {
            Some(time) => {
                for hit in found.hits.iter_mut().filter(|hit| hit.time == Hit::INHERIT) {
                    hit.time = time.0;
                }
            }
            None => {
                let lost = found.hits.iter().filter(|hit| hit.time == Hit::INHERIT);
                let lost: Vec<u64> = lost.map(|hit| u64::from(hit.line)).collect();
                for line in lost {
                    let cause = "no usable time here or before: not counted by correlations";
                    found.problems.add(found.source, ProblemKind::NoTime, cause, line);
                }
                found.hits.retain(|hit| hit.time != Hit::INHERIT);
            }
        }
        self.correlator.take(&found.hits, &found.keys);
        self.bursts();
    }

    /// Passes on the bursts that are over.
    fn bursts(&mut self) {
        let finished = self.correlator.finished();
        self.write_bursts(finished);
    }

    fn write_bursts(&mut self, bursts: Vec<crate::correlate::Burst>) {
        let Some(sink) = self.sink.as_deref_mut() else { return };
        for burst in bursts {
            let line = super::finish::burst(&burst, &|block, index, line, lines| {
                place(&self.bases, block, index, line, lines)
            });
            if let Err(error) = sink.line(&Line::Burst(&line), &self.summaries) {
                self.stream_failure.get_or_insert(error);
            }
        }
    }

    fn stream(&mut self, matches: Vec<Match>, before: Before) {
        let Some(sink) = self.sink.as_deref_mut() else { return };
        for mut one in matches {
            one.sample.place.line += before.lines;
            one.sample.place.record += before.records;
            if let Err(error) = sink.line(&Line::Match(&one), &self.summaries) {
                self.stream_failure.get_or_insert(error);
            }
        }
    }

    fn count(&mut self, problems: Problems, before: Before) {
        for ((source, kind, cause), (count, first)) in problems.counted {
            let (sum, lines) = self.counted.entry((source, kind, cause)).or_default();
            *sum += count;
            let room = Problems::FIRST.saturating_sub(lines.len());
            lines.extend(first.into_iter().take(room).map(|line| line + before.lines + 1));
        }
    }

    /// The absolute place of a record of some block.
    pub(super) fn place(&self, block: u32, index: u32, line: u32, lines: u16) -> Place {
        place(&self.bases, block, index, line, lines)
    }

    /// Ends an input: what was stored, what was left unread, and whether nothing of it could be understood.
    pub(super) fn close(&mut self, mut reader: Reader) {
        let source = reader.source;
        let failure = reader.failure.take();
        let (bytes, sha256) = reader.finish();
        let Some(summary) = self.summaries.get_mut(source.0 as usize) else { return };
        summary.bytes = bytes;
        summary.sha256 = sha256;
        if let Some(error) = failure {
            let lines = summary.books.lines;
            let message = format!("cannot be read beyond line {lines}: {error}");
            self.problems.push(problem(&summary.path, ProblemKind::Unreadable, message, true));
        }
    }

    /// What was not said yet: problems by input, and inputs of which nothing could be understood.
    pub(super) fn last_words(&mut self) {
        for ((source, kind, cause), (count, first)) in std::mem::take(&mut self.counted) {
            let path = self.summaries.get(source.0 as usize).map_or_else(String::new, |s| s.path.clone());
            self.problems.push(Problem { path, kind, count, first, message: cause, incomplete: false });
        }
        for (input, summary) in self.inputs.iter().zip(&mut self.summaries) {
            if let Some((first, last)) = input.span {
                (summary.first, summary.last) = (first, last);
            }
            if input.structured && summary.books.events == 0 && summary.books.unparsed > 0 {
                let format = summary.format.as_deref().unwrap_or("its format");
                let message = format!("nothing in it could be read as {format}");
                self.problems.push(problem(&summary.path, ProblemKind::Unreadable, message, true));
            }
        }
    }

    /// Ends the correlations: gives the folded bursts and passes the last ones on.
    pub(super) fn end(&mut self) -> crate::correlate::Outcome {
        let (outcome, last) = self.correlator.end();
        self.write_bursts(last);
        outcome
    }

    /// The logical source of an input.
    pub(super) fn logical(&self, source: SourceId) -> &str {
        self.inputs.get(source.0 as usize).map_or("", |input| &input.logical)
    }
}

fn place(bases: &[Base], block: u32, index: u32, line: u32, lines: u16) -> Place {
    let Some(base) = bases.get(block as usize) else { return Place::default() };
    Place {
        source: base.source,
        line: base.lines + u64::from(line) + 1,
        record: base.records + u64::from(index) + 1,
        lines: u32::from(lines),
    }
}

fn problem(path: &str, kind: ProblemKind, message: String, incomplete: bool) -> Problem {
    Problem { path: path.to_owned(), kind, count: 1, first: Vec::new(), message, incomplete }
}
