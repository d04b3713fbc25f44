//! `logsentry rules`: list, show, check and test.

use super::setup;
use crate::cli::args::{ConfigArgs, RuleArgs, RulesArgs, RulesCommand};
use crate::cli::exit::Exit;
use crate::cli::output::unless_closed;
use crate::cli::terminal;
use crate::config::RawConfig;
use crate::report;
use crate::scan::{self, Scan, SetupError};
use crate::sigma::{Diagnostic, Severity};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

pub(crate) fn run(args: RulesArgs) -> Exit {
    let done = match args.command {
        None => listed(&args.rules, &args.config, &args.format),
        Some(RulesCommand::Show { id, rules, config }) => shown(&id, &rules, &config),
        Some(RulesCommand::Check { paths, placeholders, config, format }) => {
            checked(&paths, placeholders.as_deref(), &config, &format)
        }
        Some(RulesCommand::Test { rules, events, raw, placeholders, format: _ }) => {
            tested(&rules, &events, raw, placeholders.as_deref())
        }
    };
    let (text, exit) = match done {
        Ok(done) => done,
        Err(error) => return setup::refused(&error),
    };
    match unless_closed(io::stdout().lock().write_all(&text)) {
        Ok(()) => exit,
        Err(error) => {
            terminal::error(&format!("standard output: {error}"));
            Exit::Output
        }
    }
}

type Done = Result<(Vec<u8>, Exit), SetupError>;

fn loaded(rules: &RuleArgs, config: &ConfigArgs) -> Result<Scan, SetupError> {
    let mut flags = RawConfig::default();
    setup::rule_flags(rules, &mut flags)?;
    let scan = Scan::new(setup::configuration(config, flags)?, setup::run_info())?;
    scan.warnings().iter().for_each(|warning| terminal::warning(warning));
    Ok(scan)
}

fn listed(rules: &RuleArgs, config: &ConfigArgs, format: &str) -> Done {
    let scan = loaded(rules, config)?;
    let text = match format {
        "json" => report::rules_json(scan.rules()),
        "csv" => report::rules_csv(scan.rules()),
        _ => Ok(report::rules_table(scan.rules(), terminal::width(true))),
    };
    let text = text.expect("memory can be written to");
    Ok((text, Exit::Clean))
}

fn shown(id: &str, rules: &RuleArgs, config: &ConfigArgs) -> Done {
    let scan = loaded(rules, config)?;
    if let Some(rule) = scan.rule(id) {
        Ok((report::rule_text(rule, &scan.logic(rule)), Exit::Clean))
    } else {
        terminal::error(&format!("no loaded rule is called {id:?}; `logsentry rules` lists them"));
        Ok((Vec::new(), Exit::Usage))
    }
}

fn checked(paths: &[PathBuf], placeholders: Option<&Path>, config: &ConfigArgs, format: &str) -> Done {
    let mut flags = RawConfig::default();
    flags.placeholders = placeholders.map(setup::placeholders).transpose()?;
    let config = setup::configuration(config, flags)?;
    let check = scan::check_rules(paths, &config)?;
    let failed = check.diagnostics.iter().any(|d| d.severity == Severity::Error);
    let text = if format == "json" {
        let diagnostics: Vec<_> = check.diagnostics.iter().map(json).collect();
        let value = serde_json::json!({
            "files": check.files, "documents": check.documents, "loaded": check.loaded, "diagnostics": diagnostics,
        });
        format!("{value:#}\n")
    } else {
        let lines = check.diagnostics.iter().map(|d| format!("{}\n", scan::mistake(d)));
        let sum = format!("{} file(s), {} document(s), {} loaded\n", check.files, check.documents, check.loaded);
        lines.chain([sum]).collect()
    };
    Ok((text.into_bytes(), if failed { Exit::Rules } else { Exit::Clean }))
}

fn json(d: &Diagnostic) -> serde_json::Value {
    let severity = if d.severity == Severity::Error { "error" } else { "warning" };
    serde_json::json!({
        "severity": severity, "code": d.code.name(), "path": d.path, "document": d.document, "at": d.at,
        "at_path": d.at_path, "line": d.line, "message": d.message, "help": d.help,
    })
}

fn tested(rules: &Path, events: &Path, raw: bool, placeholders: Option<&Path>) -> Done {
    let placeholders = placeholders.map(setup::placeholders).transpose()?.unwrap_or_default();
    let tested = scan::test_rules(rules, events, raw, placeholders)?;
    for d in tested.diagnostics.iter().filter(|d| d.severity == Severity::Error) {
        terminal::error(&scan::mistake(d));
    }
    let failed = tested.diagnostics.iter().any(|d| d.severity == Severity::Error);
    Ok((format!("{:#}\n", tested.expect).into_bytes(), if failed { Exit::Rules } else { Exit::Clean }))
}
