//! `logsentry scan`.

use super::setup;
use crate::cli::args::ScanArgs;
use crate::cli::exit::Exit;
use crate::cli::output::{Pending, Target};
use crate::cli::terminal::{self, Loudness};
use crate::config::{Config, RawConfig, RawRedact, RawSarif};
use crate::model::{LineSink, Report};
use crate::report;
use crate::scan::{Scan, SetupError, Watch};
use std::io::{self, Write};

pub(crate) fn run(args: ScanArgs) -> Exit {
    let config = match configuration(&args) {
        Ok(config) => config,
        Err(error) => return setup::refused(&error),
    };
    let targets = targets(&args, &config);
    if let Some(exit) = unwritable(&targets) {
        return exit;
    }
    let loudness = Loudness::of(&args.say);
    let scan = match Scan::new(config, setup::run_info()) {
        Ok(scan) => scan,
        Err(error) => return setup::refused(&error),
    };
    for warning in scan.warnings() {
        if loudness >= Loudness::Normal {
            terminal::warning(&warning);
        }
    }
    if loudness >= Loudness::Verbose {
        scan.notes().iter().for_each(|note| terminal::line("note", note));
    }
    match scanned(&args, &scan, &targets) {
        Ok(report) => {
            let exit = exit(&scan, &report);
            if loudness >= Loudness::Normal {
                say(&args, &scan, &report);
            }
            exit
        }
        Err((target, error)) => {
            terminal::error(&format!("{}: the report cannot be written: {error}", named(&target)));
            Exit::Output
        }
    }
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
        ..RawConfig::default()
    };
    if args.no_snippets || args.sarif_max_results.is_some() || args.sarif_category.is_some() {
        flags.sarif = Some(RawSarif {
            root: None,
            category: args.sarif_category.clone(),
            max_results: args.sarif_max_results,
            snippets: args.no_snippets.then_some(false),
        });
    }
    if !args.report.is_empty() {
        flags.reports = Some(args.report.iter().cloned().collect());
    }
    setup::rule_flags(&args.rules, &mut flags)?;
    setup::read_flags(&args.read, &mut flags);
    let mut config = setup::configuration(&args.config, flags)?;
    setup::read_extras(&args.read, &mut config);
    if let Some(bytes) = args.block_size {
        config.block_size = bytes.max(1);
    }
    config.reference_engine = args.engine.as_deref() == Some("reference");
    let primary = [args.format.as_str()].into_iter();
    config.hash_inputs = primary.chain(config.reports.iter().map(|(f, _)| f.as_str())).any(report::prints_hashes);
    Ok(config)
}

/// The primary report first, then the further ones.
fn targets(args: &ScanArgs, config: &Config) -> Vec<(String, Target)> {
    let primary = (args.format.clone(), Target::new(&args.output));
    let further = config.reports.iter().map(|(format, path)| (format.clone(), Target::new(path)));
    std::iter::once(primary).chain(further).collect()
}

fn unwritable(targets: &[(String, Target)]) -> Option<Exit> {
    for (format, target) in targets {
        if !report::names().contains(&format.as_str()) {
            terminal::error(&format!("`{format}` is no report format; there are {}", report::names().join(", ")));
            return Some(Exit::Usage);
        }
        if let Err(error) = target.check() {
            terminal::error(&format!("{}: the report cannot be written there: {error}", named(target)));
            return Some(Exit::Output);
        }
    }
    None
}

type Failed = (Target, io::Error);

/// Runs the scan, streaming what is asked for as lines, and writes every other report from its result.
fn scanned(args: &ScanArgs, scan: &Scan, targets: &[(String, Target)]) -> Result<Report, Failed> {
    let mut streams: Vec<(&Target, Pending)> = Vec::new();
    for (_, target) in targets.iter().filter(|(format, _)| report::is_stream(format)) {
        streams.push((target, target.begin().map_err(|error| (target.clone(), error))?));
    }
    let mut sink = Tee { outs: streams.iter_mut().map(|(_, out)| report::matches(out, scan.rules())).collect(), failed: None };
    let mut watch = crate::cli::progress::Progress::new(&args.say);
    let report = {
        let sink: Option<&mut dyn LineSink> = if sink.outs.is_empty() { None } else { Some(&mut sink) };
        scan.run(&args.paths, sink, &mut watch)
    };
    watch.finish();
    drop(watch);
    let failed = sink.failed.take();
    drop(sink);
    for (at, (target, mut out)) in streams.into_iter().enumerate() {
        let failed = (failed.as_ref().is_some_and(|(n, _)| *n == at)).then(|| io::Error::other("the stream broke off"));
        let written = failed.map_or(Ok(()), Err).and_then(|()| report::matches_end(&report, &mut out));
        written.and_then(|()| out.finish()).or_else(closed).map_err(|error| (target.clone(), error))?;
    }
    for (format, target) in targets.iter().filter(|(format, _)| !report::is_stream(format)) {
        if format == "sarif" && args.sarif_complete_only && !report.summary.complete {
            terminal::warning(&format!("{}: not written, since the scan is incomplete", named(target)));
            continue;
        }
        let options = options(args, scan, target);
        let written = target.begin().and_then(|mut out| {
            report::write(format, &report, &options, &mut out)?;
            out.finish()
        });
        written.or_else(closed).map_err(|error| (target.clone(), error))?;
    }
    Ok(report)
}

/// Passes lines on to every stream.
struct Tee<'a> {
    outs: Vec<report::Matches<'a>>,
    failed: Option<(usize, io::ErrorKind)>,
}

impl LineSink for Tee<'_> {
    fn line(&mut self, line: &crate::model::Line<'_>, inputs: &[crate::model::InputSummary]) -> io::Result<()> {
        for (at, out) in self.outs.iter_mut().enumerate() {
            match out.line(line, inputs) {
                Ok(()) => {}
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {}
                Err(error) => self.failed = Some((at, error.kind())),
            }
        }
        Ok(())
    }
}

/// A reader that has seen enough is no error.
fn closed(error: io::Error) -> io::Result<()> {
    if error.kind() == io::ErrorKind::BrokenPipe { Ok(()) } else { Err(error) }
}

fn options(args: &ScanArgs, scan: &Scan, target: &Target) -> report::Options {
    let to_stdout = *target == Target::Stdout;
    report::Options {
        width: terminal::width(to_stdout),
        color: terminal::wants_color(args.say.color, to_stdout),
        all: args.all,
        github_actions: terminal::in_github_actions(),
        no_snippets: scan.config().sarif.no_snippets,
        ..report::Options::default()
    }
}

fn exit(scan: &Scan, report: &Report) -> Exit {
    match scan.verdict(report) {
        crate::scan::Gate::Fired => Exit::Gate,
        crate::scan::Gate::Incomplete => Exit::Input,
        crate::scan::Gate::Clean => Exit::Clean,
    }
}

/// One line a problem, and what is not shown.
fn say(args: &ScanArgs, scan: &Scan, report: &Report) {
    for problem in &report.problems {
        terminal::line("warning", &crate::scan::said(problem));
    }
    if report.summary.hidden > 0 {
        let n = report.summary.hidden;
        terminal::line("note", &format!("{n} alert(s) below {} not shown", scan.config().min_severity));
    }
    if args.format == "console" && args.output.as_os_str() == "-" {
        return;
    }
    let s = &report.summary;
    let total: u64 = s.alerts.iter().sum();
    terminal::line(
        "summary",
        &format!(
            "{} {}/100, {total} alert(s), {} event(s) in {} input(s), {} line(s) not parsed",
            s.verdict, s.risk_score, s.books.events, s.inputs, s.books.unparsed
        ),
    );
}

fn named(target: &Target) -> String {
    match target {
        Target::Stdout => "standard output".to_owned(),
        Target::Path(path) => path.display().to_string(),
    }
}
