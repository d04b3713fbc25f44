//! `logsentry rules`: list, show, check and test.

use super::setup;
use crate::cli::args::{ConfigArgs, LoadedArgs, RulesArgs, RulesCommand, SandboxArgs, StatisticsArgs};
use crate::cli::exit::Exit;
use crate::cli::output::unless_closed;
use crate::cli::sandbox::{self, Needs};
use crate::cli::terminal;
use crate::config::RawConfig;
use crate::model::show;
use crate::report::{self, Statistics};
use crate::scan::{self, Check, Scan, SetupError};
use crate::sigma::{Diagnostic, PathStep, Severity};
use serde::Serialize;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

pub(crate) fn run(args: RulesArgs) -> Exit {
    let done = match args.command {
        None => listed(&args.loaded, &args.format),
        Some(RulesCommand::Show { id, loaded }) => shown(&id, &loaded),
        Some(RulesCommand::Stat(args)) => counted(&args, |scan| Statistics::Rules(scan.statistics())),
        Some(RulesCommand::Logsources(args)) => counted(&args, |scan| Statistics::Sources(scan.sources_used())),
        Some(RulesCommand::Fields(args)) => counted(&args, |scan| Statistics::Fields(scan.fields_used())),
        Some(RulesCommand::Check { paths, placeholders, config, sandbox, format }) => {
            checked(&paths, placeholders.as_deref(), &config, &sandbox).map(|check| shown_check(&check, &format))
        }
        Some(RulesCommand::Test { rules, events, raw, placeholders, sandbox, format: _ }) => {
            tested(&rules, &events, raw, placeholders.as_deref(), &sandbox)
        }
    };
    let (text, exit) = match done {
        Ok(done) => done,
        Err(error) => return setup::refused(&error),
    };
    match unless_closed(io::stdout().lock().write_all(&text)) {
        Ok(()) => exit,
        Err(error) => {
            terminal::error(&format!("standard output: {}", show::why(&error)));
            Exit::Output
        }
    }
}

type Done = Result<(Vec<u8>, Exit), SetupError>;

fn options() -> report::Options {
    report::Options { in_runner: terminal::in_runner(), ..report::Options::default() }
}

fn loaded(args: &LoadedArgs) -> Result<Scan, SetupError> {
    let mut flags = RawConfig::default();
    setup::rule_flags(&args.rules, &mut flags)?;
    let config = setup::configuration(&args.config, flags)?;
    sandbox::enter(&args.sandbox, &Needs::to_read(setup::read_by(&config, &[])), false);
    let scan = Scan::new(config, setup::run_info())?;
    scan.warnings().iter().for_each(|warning| terminal::warning(warning));
    for line in report::problem_lines(scan.rule_problems(), &options()) {
        terminal::whole_line(&line);
    }
    Ok(scan)
}

fn listed(args: &LoadedArgs, format: &str) -> Done {
    let scan = loaded(args)?;
    let options = report::Options { width: terminal::width(true), ..options() };
    let list = report::RULE_LISTS.iter().find(|row| row.name == format).expect("clap takes no other names");
    let mut text = Vec::new();
    (list.write)(scan.rules(), &options, &mut text).expect("memory can be written to");
    Ok((text, Exit::Clean))
}

fn counted(args: &StatisticsArgs, count: fn(&Scan) -> Statistics) -> Done {
    let scan = loaded(&args.loaded)?;
    let options = options();
    let row = report::STATISTICS.iter().find(|row| row.name == args.format).expect("clap takes no other names");
    let mut text = Vec::new();
    (row.write)(&count(&scan), &options, &mut text).expect("memory can be written to");
    Ok((text, Exit::Clean))
}

fn shown(id: &str, args: &LoadedArgs) -> Done {
    let scan = loaded(args)?;
    if let Some(rule) = scan.rule(id) {
        return Ok((report::rule_text(rule, &scan.logic(rule), &options()), Exit::Clean));
    }
    terminal::error(&format!("no loaded rule is called {id:?}; `logsentry rules` lists them"));
    Ok((Vec::new(), Exit::Usage))
}

fn checked(
    paths: &[PathBuf],
    placeholders: Option<&Path>,
    config: &ConfigArgs,
    sandbox: &SandboxArgs,
) -> Result<Check, SetupError> {
    let placeholders = placeholders.map(setup::placeholders).transpose()?;
    let config = setup::configuration(config, RawConfig { placeholders, ..RawConfig::default() })?;
    sandbox::enter(sandbox, &Needs::to_read(setup::read_by(&config, paths)), false);
    scan::check_rules(paths, &config)
}

fn shown_check(check: &Check, format: &str) -> (Vec<u8>, Exit) {
    let failed = check.diagnostics.iter().any(|d| d.severity == Severity::Error);
    let text = if format == "json" {
        let shape = CheckShape {
            files: check.files,
            documents: check.documents,
            loaded: check.loaded,
            diagnostics: check.diagnostics.iter().map(DiagnosticShape::new).collect(),
        };
        pretty(&shape)
    } else {
        let lines = check.diagnostics.iter().map(|d| format!("{}\n", scan::mistake(d)));
        let sum = format!("{} file(s), {} document(s), {} loaded\n", check.files, check.documents, check.loaded);
        lines.chain([sum]).collect::<String>().into_bytes()
    };
    (text, if failed { Exit::Rules } else { Exit::Clean })
}

/// `rules check --format json`.
#[derive(Serialize)]
struct CheckShape<'a> {
    files: usize,
    documents: usize,
    loaded: usize,
    diagnostics: Vec<DiagnosticShape<'a>>,
}

#[derive(Serialize)]
struct DiagnosticShape<'a> {
    severity: &'static str,
    code: &'static str,
    path: &'a str,
    document: usize,
    at: &'a str,
    at_path: &'a [PathStep],
    line: u64,
    message: &'a str,
    help: &'a str,
}

impl<'a> DiagnosticShape<'a> {
    fn new(d: &'a Diagnostic) -> DiagnosticShape<'a> {
        DiagnosticShape {
            severity: d.severity.name(),
            code: d.code.name(),
            path: &d.path,
            document: d.document,
            at: &d.at,
            at_path: &d.at_path,
            line: d.line,
            message: &d.message,
            help: &d.help,
        }
    }
}

fn pretty(shape: &impl Serialize) -> Vec<u8> {
    let mut text = serde_json::to_vec_pretty(shape).expect("shapes of ours are JSON");
    text.push(b'\n');
    text
}

fn tested(rules: &Path, events: &Path, raw: bool, placeholders: Option<&Path>, sandbox: &SandboxArgs) -> Done {
    let placeholders = placeholders.map(setup::placeholders).transpose()?.unwrap_or_default();
    sandbox::enter(sandbox, &Needs::to_read(vec![rules.to_path_buf(), events.to_path_buf()]), false);
    let tested = scan::test_rules(rules, events, raw, placeholders)?;
    for d in tested.diagnostics.iter().filter(|d| d.severity == Severity::Error) {
        terminal::error(&scan::mistake(d));
    }
    let failed = tested.diagnostics.iter().any(|d| d.severity == Severity::Error);
    Ok((pretty(&tested.expect), if failed { Exit::Rules } else { Exit::Clean }))
}
