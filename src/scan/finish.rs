//! From inputs to the report: finds them, runs them, and gives the sum its final shape.

use super::aside::Aside;
use super::bursts::{Bursts, Limits, Streaming};
use super::inputs::{Inputs, Series, inputs};
use super::look::Context;
use super::merge::{Alerts, Merged, Merger};
use super::run::{Open, Sizes, run};
use super::work::Desk;
use super::{Scan, Watch};
use crate::config::Config;
use crate::detect::{self, Folds, Headcount, Keep, Needs};
use crate::formats;
use crate::model::show::REDACTED;
use crate::model::{
    Alert, AlertKind, AlertStatus, Books, Detail, InputSummary, Level, LineSink, Problem, ProblemKind, Report, RuleId,
    RuleInfo, RuleTotals, Summary,
};
use crate::score;
use crate::source;
use crate::triage::{self, Judge};
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What a report means for the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gate {
    /// An alert at or above the gate.
    Fired,
    /// The gate did not fire, but not everything could be read or kept.
    Incomplete,
    /// Neither, but `strict` wants no ignore entry that is of no use.
    Unused,
    /// None of these.
    Clean,
}

/// Computed from all alerts, before any is hidden.
pub(super) fn gate(config: &Config, report: &Report) -> Gate {
    let worst = Level::ALL.into_iter().zip(report.summary.alerts).filter(|(_, n)| *n > 0).map(|(level, _)| level).max();
    let books = &report.summary.books;
    if config.fail_on.is_some_and(|gate| worst.is_some_and(|worst| worst >= gate)) {
        Gate::Fired
    } else if !report.summary.complete || (config.strict && books.unparsed + books.truncated > 0) {
        Gate::Incomplete
    } else if config.strict && report.problems.iter().any(|p| p.kind == ProblemKind::SuppressionUnused) {
        Gate::Unused
    } else {
        Gate::Clean
    }
}

/// Scans everything below `paths`.
pub(super) fn scanned(
    scan: &Scan,
    paths: &[PathBuf],
    sink: Option<&mut dyn LineSink>,
    watch: &mut dyn Watch,
) -> Report {
    let context = scan.look_context();
    let window = scan.reading.window(&context, &scan.run.directory, paths);
    let Inputs { rows, waiting, problems, left_out } = inputs(&context, &scan.run.directory, paths);
    watch.total(waiting.iter().flat_map(Series::members).map(|looked| looked.stored_bytes).sum());

    let levels: Vec<Level> = scan.rules.infos.iter().map(|rule| rule.level).collect();
    let sources: Vec<Arc<str>> = rows.iter().map(|row| source::logical(&row.path).into()).collect();
    let detail = scan.detail;
    let keep = Keep { alerts: scan.config.max_alerts, samples: scan.samples(), ..Keep::default() };
    let streams = sink.is_some();
    // Not `map`: only a coercion in place lets the sink live shorter than its caller said.
    let sink = sink.map(|sink| sink as &mut dyn LineSink);
    let bounds = Limits {
        memory: scan.config.correlation_memory,
        samples: scan.samples(),
        alerts: scan.config.max_alerts,
        detail,
    };
    let (set, machine) = (&scan.rules.set, &scan.machine);
    let judge = scan.suppressions.as_ref().map(Judge::new);
    let is_judged = |rule| judge.as_ref().is_some_and(|judge| judge.concerns(rule));
    let new_needs = || Needs::new(sources.clone(), levels.clone(), &is_judged);
    let aside = judge.as_ref().map(|judge| Aside::new(judge, &scan.rules.infos, Arc::new(new_needs()), keep));
    let (needs, alerts) = if detail == Detail::Number {
        let needs = Arc::new(new_needs().counting());
        (Arc::clone(&needs), Alerts::Counted(Headcount::new(keep.alerts, needs)))
    } else {
        let needs = Arc::new(new_needs());
        (Arc::clone(&needs), Alerts::Listed(Folds::new(keep, needs)))
    };
    let bursts =
        Bursts::new(set, &machine.feeds, &scan.rules.infos, (&machine.redactions, judge.as_ref()), &bounds, streams);
    let stream = Streaming { sink, rules: &scan.rules.infos, least: scan.config.min_severity, failure: None };
    let mut merger = Merger::new(rows, (alerts, aside), bursts, stream);
    merger.forced = scan.config.input_format.is_some();
    let (engine, taxonomy) = (&scan.machine.engine, &scan.machine.taxonomy);
    let desk = Desk { engine, taxonomy, streams, clock: watch.clock(), window, needs };
    for looked in waiting.iter().flat_map(Series::members) {
        let format = formats::format(looked.sniffed.format).map_or("", |row| row.name);
        watch.taken_for(&looked.shown, format, looked.sniffed.why);
    }
    let mut open =
        |series: Series, position: u64, merger: &mut Merger<'_>| opened(scan, &context, series, position, merger);
    let applicable = run(&desk, waiting, &mut open, &mut merger, sizes(&scan.config), watch);
    let mut report = report(scan, merger, problems, &applicable, judge.as_ref());
    report.summary.left_out_inputs = left_out;
    report
}

/// How the work is shared; a machine has no more than 512 threads to give.
pub(super) fn sizes(config: &Config) -> Sizes {
    let threads = config.threads.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from));
    Sizes { block: config.block_size.clamp(1, 64 << 20), threads: threads.min(512) }
}

/// Opens the next input of a series for good.
fn opened(
    scan: &Scan,
    context: &Context<'_>,
    mut series: Series,
    position: u64,
    merger: &mut Merger<'_>,
) -> Option<Open> {
    loop {
        match series.next(context)? {
            Ok((looked, stream)) => {
                if let Some(format) = formats::format(looked.sniffed.format) {
                    merger.open(looked.source, format, looked.container.clone(), Arc::clone(&looked.basis));
                }
                let (reader, decoder) = looked.reader(stream, position, &scan.machine.taxonomy.table);
                return Some(Open { reader, decoder: Arc::from(decoder), series });
            }
            Err(problem) => merger.problems.push(problem),
        }
    }
}

/// The final sum.
fn report(
    scan: &Scan,
    merger: Merger<'_>,
    problems: Vec<Problem>,
    applicable: &[bool],
    judge: Option<&Judge<'_>>,
) -> Report {
    let rules = Arc::clone(&scan.rules.infos);
    let Merged { summaries: inputs, mut alerts, counted, problems: met, matches } =
        merger.end(&rules, scan.config.max_alerts);
    let mut all = problems;
    all.extend(met);
    all.extend(scan.rules.problems.iter().cloned());
    all.extend(judge.into_iter().flat_map(Judge::problems));
    detect::in_report_order(&mut alerts, &rules, &inputs);
    all.sort_by(|a, b| (&a.path, a.kind, &a.message, &a.first).cmp(&(&b.path, b.kind, &b.message, &b.first)));
    let gone = scan.baseline.as_ref().map(|baseline| baseline.compare(&mut alerts, &rules));
    let mut summary = summary((&alerts, &counted), &inputs, &rules, matches);
    summary.gone = gone;
    summary.rules.rejected = scan.rules.rejected;
    summary.rules.not_applicable = not_applicable(scan, applicable);
    summary.rules.left_out = scan.rules.left_out;
    summary.complete = all.iter().all(|problem| !problem.incomplete);
    let known = if scan.config.wants_baseline { triage::known(&alerts, &rules) } else { Vec::new() };
    let least = scan.config.min_severity;
    let is_hidden = |rule: &RuleId| rules.get(rule.0 as usize).is_some_and(|rule| rule.level < least);
    let of_counted: u64 = counted.iter().filter(|(rule, _)| is_hidden(rule)).map(|(_, n)| n).sum();
    summary.hidden = hide(&mut alerts, least) + of_counted;
    // Not where a year is only doubtful: then it rests on a date of the input.
    let reference = format!("{:.0}", scan.reading.reference);
    let has_assumed_year = all.iter().any(|p| p.kind == ProblemKind::YearAssumed && p.message.contains(&reference));
    Report {
        version: env!("CARGO_PKG_VERSION"),
        config: scan.config.file.as_ref().map(|file| shown_config(file, &scan.run.directory)),
        reference_time: has_assumed_year.then_some(reference),
        summary,
        inputs,
        rules,
        known,
        redacted: is_redacted(&alerts),
        alerts,
        problems: all,
    }
}

/// The configuration file relative to where the scan was started.
fn shown_config(file: &Path, directory: &Path) -> String {
    let real = file.canonicalize().unwrap_or_else(|_| file.to_path_buf());
    let here = directory.canonicalize().unwrap_or_else(|_| directory.to_path_buf());
    match real.strip_prefix(&here) {
        Ok(below) => below.display().to_string(),
        Err(_) => file.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default(),
    }
}

/// How many rules no scanned event had the log source of. A correlation counts as its rules do: it needs one of them. In
/// one walk over who refers to whom: a run may have thousands.
fn not_applicable(scan: &Scan, met: &[bool]) -> u64 {
    let rules = &scan.rules.infos;
    let mut applicable: Vec<bool> = met.iter().copied().chain(std::iter::repeat(false)).take(rules.len()).collect();
    for feed in scan.machine.feeds.iter().filter(|feed| met.get(feed.rule.0 as usize).is_some_and(|is_met| *is_met)) {
        applicable.get_mut(feed.correlation.0 as usize).into_iter().for_each(|fed| *fed = true);
    }
    let mut referring: HashMap<&str, Vec<usize>> = HashMap::new();
    for (at, correlation) in (scan.rules.set.rules.len()..).zip(&scan.rules.set.correlations) {
        correlation.rules.iter().for_each(|id| referring.entry(id).or_default().push(at));
    }
    let mut waiting: Vec<usize> = (0..rules.len()).filter(|n| applicable.get(*n).is_some_and(|it| *it)).collect();
    while let Some(rule) = waiting.pop().and_then(|n| rules.get(n)) {
        for at in referring.get(rule.id.as_str()).into_iter().flatten() {
            if applicable.get_mut(*at).is_some_and(|fed| !std::mem::replace(fed, true)) {
                waiting.push(*at);
            }
        }
    }
    applicable.iter().filter(|it| !**it).count() as u64
}

fn is_redacted(alerts: &[Alert]) -> bool {
    let has = |text: &str| text.contains(REDACTED);
    alerts.iter().any(|alert| {
        alert.entity.iter().any(|pair| has(&pair.value)) || alert.samples.iter().any(|sample| sample.text.is_redacted())
    })
}

/// Takes alerts below `least` out, and counts them.
fn hide(alerts: &mut Vec<Alert>, least: Level) -> u64 {
    let before = alerts.len();
    alerts.retain(|alert| alert.level >= least);
    (before - alerts.len()) as u64
}

fn summary(
    (alerts, counted): (&[Alert], &BTreeMap<RuleId, u64>),
    inputs: &[InputSummary],
    rules: &[RuleInfo],
    matches: u64,
) -> Summary {
    let mut by_level = [0_u64; 5];
    let mut by_rule = vec![0_u64; rules.len()];
    let having = |status: AlertStatus| alerts.iter().filter(|alert| alert.status == status).count() as u64;
    for alert in alerts.iter().filter(|alert| alert.status == AlertStatus::New) {
        by_level[alert.level as usize] += 1;
        if let Some(n) = by_rule.get_mut(alert.rule.0 as usize) {
            *n += 1;
        }
    }
    for (rule, n) in counted {
        let n_rule = rule.0 as usize;
        if let (Some(sum), Some(rule)) = (by_rule.get_mut(n_rule), rules.get(n_rule)) {
            *sum += n;
            by_level[rule.level as usize] += n;
        }
    }
    let weighed: Vec<(Level, u64)> =
        rules.iter().zip(&by_rule).filter(|(_, n)| **n > 0).map(|(rule, n)| (rule.level, *n)).collect();
    let risk = score::judge(&weighed);
    let mut books = Books::default();
    let mut span = None;
    for input in inputs {
        books.add(&input.books);
        for stamp in [input.first, input.last].into_iter().filter(|stamp| stamp.time.is_some()) {
            span = Some(super::work::widened(span, stamp));
        }
    }
    let (first, last) = span.unwrap_or_default();
    Summary {
        verdict: risk.verdict,
        risk_score: risk.score,
        alerts: by_level,
        matches,
        suppressed: having(AlertStatus::Suppressed),
        unchanged: having(AlertStatus::Unchanged),
        gone: None,
        books,
        hidden: 0,
        left_out_inputs: 0,
        inputs: inputs.len() as u64,
        bytes: inputs.iter().map(|input| input.bytes).sum(),
        first,
        last,
        rules: totals(rules),
        complete: true,
    }
}

fn totals(rules: &[RuleInfo]) -> RuleTotals {
    let count = |holds: &dyn Fn(&RuleInfo) -> bool| rules.iter().filter(|rule| holds(rule)).count() as u64;
    RuleTotals {
        loaded: rules.len() as u64,
        detection: count(&|rule| rule.kind == AlertKind::Detection),
        correlation: count(&|rule| rule.kind == AlertKind::Correlation),
        rejected: 0,
        left_out: 0,
        excluded: count(&|rule| rule.excluded),
        silenced: count(&|rule| !rule.silenced_by.is_empty()),
        not_applicable: 0,
    }
}
