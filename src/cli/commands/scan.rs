//! `logsentry scan`.

use super::setup;
use crate::cli::args::ScanArgs;
use crate::cli::exit::Exit;
use crate::cli::on_interrupt;
use crate::cli::output::{Pending, Target};
use crate::cli::progress::Progress;
use crate::cli::sandbox::{self, Needs};
use crate::cli::stats;
use crate::cli::terminal::{self, Loudness};
use crate::config::{Config, RawConfig, RawRedact, RawSarif};
use crate::model::show;
use crate::model::{InputSummary, Line, LineSink, Report};
use crate::report::{self, MatchLines};
use crate::scan::{self, Scan, SetupError};
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

/// What a target of `--write-baseline` is called among those of reports.
const BASELINE: &str = "baseline";

pub(crate) fn run(args: &ScanArgs) -> Exit {
    let config = match configuration(args) {
        Ok(config) => config,
        Err(error) => return setup::refused(&error),
    };
    let targets = targets(args, &config);
    if let Some(mistake) = clash(args, &targets) {
        terminal::error(&mistake);
        return Exit::Usage;
    }
    let loudness = Loudness::of(&args.say);
    let outputs = targets.iter().map(|(_, target)| target.clone()).collect();
    let needs = Needs { reads: setup::read_by(&config, &args.paths), outputs };
    sandbox::enter(&args.loaded.sandbox, &needs, loudness >= Loudness::Verbose);
    on_interrupt();
    let began = stats::clock();
    let scan = match Scan::new(config, setup::run_info()) {
        Ok(scan) => scan,
        Err(error) => return setup::refused(&error),
    };
    if let Err(error) = scan.check_paths(&args.paths) {
        return setup::refused(&error);
    }
    if scan.rules().is_empty() {
        terminal::warning("no rule is loaded, so nothing can be found; --rules names some");
    }
    if args.stats {
        stats::say_setup(stats::clock().saturating_sub(began));
    }
    // Behind the setup: what is wrong with rules and options goes first, and leaves no folder behind.
    if let Some(exit) = unwritable(&targets) {
        return exit;
    }
    for warning in scan.warnings() {
        if loudness >= Loudness::Normal {
            terminal::warning(&warning);
        }
    }
    if loudness >= Loudness::Verbose {
        scan.notes().iter().for_each(|note| terminal::line("note", note));
    }
    let (report, failures) = scanned(args, &scan, &targets);
    if loudness >= Loudness::Normal {
        say(args, &scan, &targets, &report);
    }
    for (target, error) in &failures {
        terminal::error(&format!("{}: the report cannot be written: {}", named(target), show::why(error)));
    }
    let exit = if failures.is_empty() { exit(&scan, &report) } else { Exit::Output };
    // The process is about to end: giving thousands of rules and alerts back piece by piece would be a tenth of it.
    std::mem::forget((scan, report));
    exit
}

fn configuration(args: &ScanArgs) -> Result<Config, SetupError> {
    let mut flags = RawConfig {
        min_severity: args.min_severity.clone(),
        fail_on: args.fail_on.clone(),
        strict: args.strict.then_some(true),
        allow_empty: args.allow_empty.then_some(true),
        redact: args.redact.clone().map(|mode| RawRedact { mode: Some(mode), patterns: None }),
        samples: args.samples,
        max_alerts: args.max_alerts,
        correlation_memory: args.correlation_memory.clone(),
        threads: args.threads,
        baseline: args.baseline.clone(),
        ignore_file: args.ignore_file.clone(),
        ..RawConfig::default()
    };
    let sarif = RawSarif {
        root: None,
        category: args.sarif_category.clone(),
        max_results: args.sarif_max_results,
        snippets: args.no_snippets.then_some(false),
        rules: args.sarif_rules.clone(),
        include_suppressed: args.sarif_include_suppressed.then_some(true),
    };
    if sarif != RawSarif::default() {
        flags.sarif = Some(sarif);
    }
    setup::rule_flags(&args.loaded.rules, &mut flags)?;
    setup::read_flags(&args.read, &mut flags);
    let mut config = setup::configuration(&args.loaded.config, flags)?;
    setup::read_extras(&args.read, &mut config);
    if let Some(bytes) = args.block_size {
        config.block_size = bytes.max(1);
    }
    if !args.report.is_empty() {
        config.reports.clone_from(&args.report);
    }
    config.ignore_file = match config.ignore_file {
        _ if args.no_ignore => None,
        None => setup::nearest_ignore_file(),
        named => named,
    };
    if let Some(path) = &args.write_baseline {
        config.wants_baseline = true;
        // The first time, what the configuration names is not there yet.
        let is_same = |known: &PathBuf| Target::new(known).identity() == Target::new(path).identity();
        config.baseline = config.baseline.filter(|known| known.exists() || !is_same(known));
    }
    let is_list = |format: &str| ![report::STREAM, BASELINE].contains(&format);
    config.lists_alerts = targets(args, &config).iter().any(|(format, _)| is_list(format));
    config.outputs = outputs(args, &config);
    config.reference_engine = args.engine.as_deref() == Some("reference");
    let primary = [args.format.as_str()].into_iter();
    config.hash_inputs = primary.chain(config.reports.iter().map(|(f, _)| f.as_str())).any(prints_hashes);
    Ok(config)
}

fn prints_hashes(format: &str) -> bool {
    report::reporter(format).is_some_and(|row| row.needs_hashes)
}

/// The files this run writes, and those it writes before they are put in place.
fn outputs(args: &ScanArgs, config: &Config) -> Vec<PathBuf> {
    targets(args, config).iter().flat_map(|(_, target)| target.files()).collect()
}

/// The primary report first, then the further ones, a baseline last.
fn targets(args: &ScanArgs, config: &Config) -> Vec<(String, Target)> {
    let summary = terminal::step_summary();
    // Every step of a job writes to the one summary.
    let target = |format: &str, path: &PathBuf| match &summary {
        Some(summary) if format == "markdown" && summary == path => Target::at_the_end(path),
        _ => Target::new(path),
    };
    let primary = (args.format.clone(), target(&args.format, &args.output));
    let further = config.reports.iter().map(|(format, path)| (format.clone(), target(format, path)));
    let baseline = args.write_baseline.iter().map(|path| (BASELINE.to_owned(), Target::new(path)));
    std::iter::once(primary).chain(further).chain(baseline).collect()
}

/// Two reports for one place, or a report in the place of an input.
fn clash(args: &ScanArgs, targets: &[(String, Target)]) -> Option<String> {
    for (at, (format, target)) in targets.iter().enumerate() {
        if target.is_device() {
            continue;
        }
        let (place, before) = (target.identity(), targets.get(..at).unwrap_or_default());
        if let Some((other, _)) = before.iter().find(|(_, other)| other.identity() == place) {
            return Some(format!("{}: both the {other} and the {format} report would go there", named(target)));
        }
        let is_input = |path: &&PathBuf| place.is_some() && Target::new(path).identity() == place;
        if let Some(input) = args.paths.iter().find(is_input) {
            return Some(format!("{}: the {format} report would overwrite this input", input.display()));
        }
    }
    None
}

fn unwritable(targets: &[(String, Target)]) -> Option<Exit> {
    for (format, target) in targets {
        if format != BASELINE && !report::names().contains(&format.as_str()) {
            terminal::error(&format!("`{format}` is no report format; there are {}", report::names().join(", ")));
            return Some(Exit::Usage);
        }
        if let Err(error) = target.check() {
            terminal::error(&format!("{}: the report cannot be written there: {}", named(target), show::why(&error)));
            return Some(Exit::Output);
        }
    }
    None
}

type Failed = (Target, io::Error);

/// Runs the scan, streaming what is asked for as lines, and writes every other report from its result. A report that
/// cannot be written keeps none of the others from being written.
fn scanned(args: &ScanArgs, scan: &Scan, targets: &[(String, Target)]) -> (Report, Vec<Failed>) {
    let mut failures = Vec::new();
    let mut tee = Tee { outs: Vec::new() };
    for (_, target) in targets.iter().filter(|(format, _)| format == report::STREAM) {
        match target.begin() {
            Ok(out) => tee.outs.push((target, MatchLines::new(out, Arc::clone(scan.rules())), Ok(()))),
            Err(error) => failures.push((target.clone(), error)),
        }
    }
    let mut watch = Progress::new(&args.say, args.stats);
    let started = setup::now();
    let report = scan.run(&args.paths, if tee.outs.is_empty() { None } else { Some(&mut tee) }, &mut watch);
    if let Some(effort) = watch.finish() {
        stats::say(&effort);
    }
    let times = args.timestamps.then(|| (started.to_string(), setup::now().to_string()));
    for (target, out, so_far) in tee.outs {
        let written = so_far.and_then(|()| out.finish(&report)).and_then(Pending::finish).or_else(closed);
        failures.extend(written.err().map(|error| (target.clone(), error)));
    }
    for (_, target) in targets.iter().filter(|(format, _)| format == BASELINE) {
        let written = target.begin().and_then(|mut out| {
            report::write_baseline(&report.known, &mut out)?;
            out.finish()
        });
        failures.extend(written.or_else(closed).err().map(|error| (target.clone(), error)));
    }
    for (format, target) in targets {
        let Some(reporter) = report::reporter(format) else { continue };
        if format == "sarif" && args.sarif_complete_only && !report.summary.complete {
            let stale = if target.is_there() { "; the file of an earlier run is still there" } else { "" };
            terminal::warning(&format!("{}: not written, since the scan is incomplete{stale}", named(target)));
            continue;
        }
        let (elsewhere, times) = (elsewhere(targets, target), times.clone());
        let options = report::Options { elsewhere, times, ..options(args, scan, target, &report) };
        let written = target.begin().and_then(|mut out| {
            (reporter.write)(&report, &options, &mut out)?;
            out.finish()
        });
        failures.extend(written.or_else(closed).err().map(|error| (target.clone(), error)));
    }
    (report, failures)
}

/// A file of this run that tells everything, for the reports that do not.
fn elsewhere(targets: &[(String, Target)], but: &Target) -> Option<String> {
    let whole = ["json", "html", "jsonl", "csv"];
    let others = || targets.iter().filter(|(_, target)| target != but && *target != Target::Stdout);
    whole.iter().find_map(|format| others().find(|(name, _)| name == format)).map(|(_, target)| named(target))
}

/// Passes lines on to every stream; after a failure, a stream gets no more.
struct Tee<'a> {
    outs: Vec<(&'a Target, MatchLines<Pending>, io::Result<()>)>,
}

impl LineSink for Tee<'_> {
    fn line(&mut self, line: &Line<'_>, inputs: &[InputSummary]) -> io::Result<()> {
        for (_, out, so_far) in self.outs.iter_mut().filter(|(_, _, so_far)| so_far.is_ok()) {
            *so_far = out.line(line, inputs);
        }
        Ok(())
    }
}

/// A reader that has seen enough is no error.
fn closed(error: io::Error) -> io::Result<()> {
    if error.kind() == io::ErrorKind::BrokenPipe { Ok(()) } else { Err(error) }
}

fn options(args: &ScanArgs, scan: &Scan, target: &Target, report: &Report) -> report::Options {
    let to_stdout = *target == Target::Stdout;
    let exit = exit(scan, report);
    let wanted = &scan.config().sarif;
    let sarif = report::SarifOptions::default();
    report::Options {
        width: terminal::width(to_stdout),
        color: terminal::wants_color(args.say.color, to_stdout),
        all: args.all,
        show_known: args.show_known,
        show_suppressed: args.show_suppressed,
        in_runner: terminal::in_runner(),
        no_snippets: wanted.no_snippets,
        min_severity: scan.config().min_severity,
        fail_on: scan.config().fail_on,
        elsewhere: None,
        times: None,
        exit: Some((exit.code(), exit.meaning().to_owned())),
        sarif: report::SarifOptions {
            category: wanted.category.clone(),
            max_results: wanted.max_results.unwrap_or(sarif.max_results),
            baseline: report.summary.gone.is_some(),
            all_rules: wanted.all_rules,
            include_suppressed: wanted.include_suppressed,
        },
    }
}

fn exit(scan: &Scan, report: &Report) -> Exit {
    match scan.verdict(report) {
        scan::Gate::Fired => Exit::Gate,
        scan::Gate::Incomplete => Exit::Input,
        scan::Gate::Unused => Exit::Usage,
        scan::Gate::Clean => Exit::Clean,
    }
}

/// One line a problem, and what is not shown.
fn say(args: &ScanArgs, scan: &Scan, targets: &[(String, Target)], report: &Report) {
    let options = options(args, scan, &Target::Stdout, report);
    for line in report::problem_lines(&report.problems, &options) {
        terminal::whole_line(&line);
    }
    if targets.iter().any(|(format, _)| format == "sarif") {
        for text in report::left_out(report, &options) {
            terminal::warning(&text);
        }
    }
    if report.summary.hidden > 0 {
        let n = report.summary.hidden;
        terminal::line("note", &format!("{n} alert(s) below {} not shown", scan.config().min_severity));
    }
    let is_on_screen = args.format == "console" && Target::new(&args.output) == Target::Stdout;
    if !is_on_screen {
        let s = &report.summary;
        let alerts: u64 = s.alerts.iter().sum();
        let looked_at = report::summary_line(report, &options);
        terminal::line("summary", &format!("{} {}/100, {alerts} alert(s); {looked_at}", s.verdict, s.risk_score));
    }
}

fn named(target: &Target) -> String {
    match target {
        Target::Stdout => "standard output".to_owned(),
        Target::Path(path) | Target::End(path) => path.display().to_string(),
    }
}
