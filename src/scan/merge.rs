//! Takes block results in reading order and adds them up: line numbers become absolute, times are inherited,
//! folds and books are summed, hits go to the correlator.

use super::anchor::Basis;
use super::aside::Aside;
use super::bases::Bases;
use super::bursts::{Bursts, Streaming};
use super::damages::Damages;
use super::reader::Reader;
use super::work::widened;
use crate::detect::{Before, Folds, Headcount, Kept, Missing};
use crate::formats::{Format, PLAIN};
use crate::model::{
    Alert, Counting, Findings, Hit, InputSummary, Line, Matches, Problem, ProblemKind, Problems, RuleId, RuleInfo,
    SourceId, Stamp, Time,
};
use crate::source;
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

/// What is known of one input while it is read.
struct Input {
    logical: Arc<str>,
    before: Before,
    last_time: Option<Time>,
    span: Option<(Stamp, Stamp)>,
    basis: Arc<OnceLock<Basis>>,
    /// The latest time whose year was worked out.
    inferred: Option<Time>,
    /// Why it ended before its end.
    failure: Option<std::io::Error>,
    /// Whether records other than plain text were wanted from it, so that none at all is a failure.
    structured: bool,
}

/// Alerts of detections: to be listed, or only counted.
pub(super) enum Alerts {
    Listed(Folds),
    Counted(Headcount),
}

impl Alerts {
    fn add(&mut self, before: Before, found: &mut Findings) {
        match self {
            Alerts::Listed(folds) => {
                folds.add(before, std::mem::take(&mut found.alerts));
                folds.add_beyond(before, std::mem::take(&mut found.beyond));
            }
            Alerts::Counted(count) => count.add(std::mem::take(&mut found.met)),
        }
    }

    fn by_level(&self) -> [usize; 5] {
        match self {
            Alerts::Listed(folds) => folds.by_level(),
            Alerts::Counted(count) => count.by_level(),
        }
    }

    fn finish(self, rules: &[RuleInfo], most: usize) -> Kept {
        match self {
            Alerts::Listed(folds) => folds.into_alerts(rules, most),
            Alerts::Counted(count) => count.finish(most),
        }
    }
}

/// What an input is called: in identities, and in reports.
pub(super) struct Named {
    pub(super) logical: Arc<str>,
    pub(super) path: String,
}

/// The sum of all blocks so far.
pub(super) struct Merger<'s> {
    inputs: Vec<Input>,
    pub(super) summaries: Vec<InputSummary>,
    alerts: Alerts,
    /// What ignore entries put aside, where there are any.
    aside: Option<Aside<'s>>,
    bursts: Bursts<'s>,
    matches: u64,
    pub(super) problems: Vec<Problem>,
    counted: BTreeMap<(SourceId, ProblemKind, String), (u64, Vec<u64>)>,
    damages: Damages,
    bases: Bases,
    /// Hits of blocks that could not be noted any more.
    homeless: u64,
    stream: Streaming<'s>,
    /// Whether the user named the format of all inputs.
    pub(super) forced: bool,
}

/// What is left when all blocks are in.
pub(super) struct Merged {
    pub(super) summaries: Vec<InputSummary>,
    /// Unsorted.
    pub(super) alerts: Vec<Alert>,
    /// By rule: alerts that are not among these, since nobody lists them.
    pub(super) counted: BTreeMap<RuleId, u64>,
    pub(super) problems: Vec<Problem>,
    /// Matches of reported rules, bursts of correlations among them.
    pub(super) matches: u64,
}

impl<'s> Merger<'s> {
    /// Starts with all inputs known, in the order of their ids, and nothing read.
    pub(super) fn new(
        summaries: Vec<InputSummary>,
        (alerts, aside): (Alerts, Option<Aside<'s>>),
        bursts: Bursts<'s>,
        stream: Streaming<'s>,
    ) -> Merger<'s> {
        let input = |summary: &InputSummary| Input {
            logical: source::logical(&summary.path).into(),
            before: Before::default(),
            last_time: None,
            span: None,
            basis: Arc::default(),
            inferred: None,
            failure: None,
            structured: false,
        };
        Merger {
            inputs: summaries.iter().map(input).collect(),
            summaries,
            alerts,
            aside,
            bursts,
            matches: 0,
            problems: Vec::new(),
            counted: BTreeMap::new(),
            damages: Damages::default(),
            bases: Bases::new(),
            homeless: 0,
            stream,
            forced: false,
        }
    }

    /// Notes what an input was taken for.
    pub(super) fn open(
        &mut self,
        source: SourceId,
        format: &Format,
        container: Option<String>,
        basis: Arc<OnceLock<Basis>>,
    ) {
        let structured = format.name != PLAIN;
        if let Some(summary) = self.summaries.get_mut(source.0 as usize) {
            summary.format = Some(format.name.to_owned());
            summary.container = container;
            summary.counting = format.counting;
        }
        if let Some(input) = self.inputs.get_mut(source.0 as usize) {
            input.structured = structured;
            input.basis = basis;
        }
    }

    /// Adds a block. Blocks come in the order of their numbers.
    pub(super) fn add(&mut self, number: u32, mut found: Findings) {
        let Some(input) = self.inputs.get_mut(found.source.0 as usize) else { return };
        let before = Before { block: number, ..input.before };
        // The records of a binary log stand for its lines.
        let is_binary = self.summaries.get(found.source.0 as usize).is_some_and(|s| s.counting == Counting::Records);
        input.before.lines += if is_binary { found.books.records() } else { found.books.lines };
        input.before.records += found.books.records();
        input.before.column = match (found.books.lines, found.column) {
            (0, Some(column)) => before.column.and_then(|before| before.checked_add(column)),
            (_, column) => column,
        };
        input.inferred = input.inferred.max(found.inferred);
        if let Some((first, last)) = found.span {
            input.span = Some(widened(Some(widened(input.span, first)), last));
        }
        let inherited = input.last_time;
        input.last_time = found.last_time.or(inherited);
        let named = named(&self.inputs, &self.summaries, found.source);
        if let Some(aside) = &mut self.aside {
            aside.sort(&mut found, &named, before);
        }
        self.alerts.add(before, &mut found);
        self.correlate(&mut found, before, inherited);
        self.matches += found.matches_total;
        self.stream(&found.matches.take().unwrap_or_default(), before, &named);
        self.count(found.problems, before);
        self.damages.add(found.source, &found.damages);
        if let Some(summary) = self.summaries.get_mut(found.source.0 as usize) {
            summary.books.add(&found.books);
        }
    }

    /// Hits of records without a time take over the last one of their input; with none they take no part.
    fn correlate(&mut self, found: &mut Findings, before: Before, inherited: Option<Time>) {
        if let Some(time) = inherited {
            for hit in found.hits.iter_mut().filter(|hit| hit.time == Hit::INHERIT) {
                hit.time = time.0;
            }
        } else {
            let lost = found.hits.iter().filter(|hit| hit.time == Hit::INHERIT);
            let lost: Vec<u64> = lost.map(|hit| u64::from(hit.line)).collect();
            for line in lost {
                let cause = "no usable time here or before: not counted by correlations";
                found.problems.add(found.source, ProblemKind::NoTime, cause, line);
            }
            found.hits.retain(|hit| hit.time != Hit::INHERIT);
        }
        if found.hits.is_empty() {
            return;
        }
        if self.bases.note(found.source, before).is_err() {
            self.homeless += found.hits.len() as u64;
            return;
        }
        let Merger { bursts, bases, inputs, summaries, stream, .. } = self;
        let named = |block| of_block(inputs, summaries, bases, block);
        bursts.take(found, bases, &named, &mut |line| stream.line(line, summaries));
    }

    fn stream(&mut self, matches: &Matches, before: Before, named: &Named) {
        for mut one in matches.iter() {
            one.reported &= !self.aside.as_ref().is_some_and(|aside| aside.holds(&one, named));
            before.absolute(&mut one.place);
            self.stream.line(&Line::Match(&one), &self.summaries);
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

    /// Ends an input: what was stored, what was left unread, and whether nothing of it could be understood.
    pub(super) fn close(&mut self, mut reader: Reader) {
        let source = reader.source;
        if let Some(input) = self.inputs.get_mut(source.0 as usize) {
            // Told at the end: the blocks before the break may still be under way.
            input.failure = reader.failure.take();
        }
        let (bytes, sha256) = reader.finish();
        if let Some(summary) = self.summaries.get_mut(source.0 as usize) {
            summary.bytes = bytes;
            summary.sha256 = sha256;
        }
    }

    /// What was not said yet: problems by input, and inputs of which nothing could be understood.
    fn last_words(&mut self) {
        for (source, kind, message, count) in self.damages.take() {
            let path = self.summaries.get(source.0 as usize).map_or_else(String::new, |s| s.path.clone());
            self.problems.push(Problem { path, kind, count, first: Vec::new(), message, incomplete: true });
        }
        for ((source, kind, cause), (count, first)) in std::mem::take(&mut self.counted) {
            let summary = self.summaries.get(source.0 as usize);
            let path = summary.map_or_else(String::new, |s| s.path.clone());
            // A format the user named is not second-guessed, but they should see how well it fits.
            let told = summary.filter(|_| self.forced).map(|summary| {
                let (refused, all) = (summary.books.unparsed, summary.books.records());
                format!("--input-format was told, and it refused {refused} of {all} records")
            });
            let message = match (kind, &told) {
                (ProblemKind::Unparsed, Some(told)) => format!("{cause}; {told}"),
                _ => cause,
            };
            self.problems.push(Problem { path, kind, count, first, message, incomplete: false });
        }
        for (input, summary) in self.inputs.iter().zip(&mut self.summaries) {
            if let Some((first, last)) = input.span {
                (summary.first, summary.last) = (first, last);
            }
            if summary.books.no_time > 0 && input.span.is_some() {
                let mut timeless =
                    problem(&summary.path, ProblemKind::NoTime, "records without a usable stamp".to_owned(), false);
                timeless.count = summary.books.no_time;
                self.problems.push(timeless);
            }
            self.problems.extend(doubtful_year(&summary.path, input));
            if let Some(error) = &input.failure {
                let broken = super::look::broken_off(&summary.path, summary.books.lines, error);
                self.problems.push(broken);
            }
            if input.structured && summary.books.events == 0 && summary.books.unparsed > 0 {
                let format = summary.format.as_deref().unwrap_or("its format");
                let message = format!("nothing in it could be read as {format}");
                self.problems.push(problem(&summary.path, ProblemKind::Unreadable, message, true));
            }
        }
    }

    /// Lets the correlations finish and gives everything its last form.
    pub(super) fn end(mut self, rules: &[RuleInfo], max_alerts: usize) -> Merged {
        self.last_words();
        let Merger {
            inputs,
            summaries,
            alerts: of_detections,
            aside,
            bursts,
            mut matches,
            mut problems,
            bases,
            homeless,
            mut stream,
            ..
        } = self;
        let named = |block| of_block(&inputs, &summaries, &bases, block);
        let (correlated, lost) = bursts.end(&bases, &named, &mut |line| stream.line(line, &summaries));
        super::bursts::losses(lost, &mut problems);
        if homeless > 0 {
            let message = "hits lie behind more input than correlations can keep apart; scan it in parts".to_owned();
            problems.push(Problem { count: homeless, ..problem("", ProblemKind::Limit, message, true) });
        }
        matches += correlated.bursts;
        let (most, most_correlated) = shares(of_detections.by_level(), correlated.by_level(), max_alerts);
        let kept = of_detections.finish(rules, most);
        let mut more = correlated.into_alerts(&bases, most_correlated, &mut problems);
        if kept.overflow + more.overflow > 0 {
            let message = format!("more than {max_alerts} alerts: the least severe are counted in one alert a rule");
            problems.push(problem("", ProblemKind::Limit, message, true));
        }
        let why = match kept.missing.max(more.missing) {
            Missing::Nothing => None,
            Missing::Between => Some("some alerts keep their first and last event only"),
            Missing::Texts => Some("some alerts keep their first and last event only, or where and when those were"),
        };
        if let Some(why) = why {
            problems.push(problem("", ProblemKind::Limit, format!("samples fill their memory: {why}"), false));
        }
        let mut alerts = kept.alerts;
        if let Some(aside) = aside {
            let suppressed = aside.into_alerts(&alerts, &mut problems);
            alerts.extend(suppressed);
        }
        alerts.append(&mut more.alerts);
        let mut counted = kept.counted;
        counted.append(&mut more.counted);
        Merged { summaries, alerts, counted, problems, matches }
    }
}

/// What is to be said of years that were worked out while an input was read: they rest on the clock, which was not known
/// before, or lie after the date they should not lie after (README decision 28).
fn doubtful_year(path: &str, input: &Input) -> Option<Problem> {
    let latest = input.inferred?;
    let anchor = match input.basis.get()? {
        Basis::Clock(unsaid) => return unsaid.clone(),
        Basis::Date(anchor) => *anchor,
    };
    let latest = jiff::Timestamp::from_nanosecond(i128::from(latest.0)).ok()?.to_zoned(jiff::tz::TimeZone::UTC).date();
    (latest > anchor.tomorrow().unwrap_or(anchor)).then(|| {
        let message =
            format!("stamps without a year lie after {anchor}, the latest date known; --year says which it is");
        problem(path, ProblemKind::YearAssumed, message, false)
    })
}

/// How many alerts of detections and of correlations are kept, when `most` are in all: the worst, and of one level those
/// of correlations first.
fn shares(detections: [usize; 5], correlations: [usize; 5], most: usize) -> (usize, usize) {
    let (mut left, mut kept) = (most, (0, 0));
    for (detections, correlations) in detections.into_iter().zip(correlations).rev() {
        let of_correlations = correlations.min(left);
        let of_detections = detections.min(left - of_correlations);
        left -= of_correlations + of_detections;
        kept = (kept.0 + of_detections, kept.1 + of_correlations);
    }
    kept
}

/// What the input a block belongs to is called.
fn of_block(inputs: &[Input], summaries: &[InputSummary], bases: &Bases, block: u32) -> Named {
    named(inputs, summaries, bases.source(block).unwrap_or(SourceId(u32::MAX)))
}

fn named(inputs: &[Input], summaries: &[InputSummary], source: SourceId) -> Named {
    let n = source.0 as usize;
    Named {
        logical: inputs.get(n).map_or_else(Arc::default, |input| Arc::clone(&input.logical)),
        path: summaries.get(n).map_or_else(String::new, |summary| summary.path.clone()),
    }
}

fn problem(path: &str, kind: ProblemKind, message: String, incomplete: bool) -> Problem {
    Problem { path: path.to_owned(), kind, count: 1, first: Vec::new(), message, incomplete }
}
