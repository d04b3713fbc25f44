//! `logsentry explain`: why a rule matches an event, or why it does not.

use super::setup;
use crate::cli::args::ExplainArgs;
use crate::cli::exit::Exit;
use crate::cli::output::unless_closed;
use crate::cli::sandbox::{self, Needs};
use crate::cli::terminal;
use crate::config::{Config, RawConfig, RawRedact};
use crate::model::show;
use crate::report;
use crate::scan::{At, Explain, SetupError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

pub(crate) fn run(args: &ExplainArgs) -> Exit {
    let (path, at) = place(&args.place, Path::exists);
    let told = configuration(args)
        .and_then(|config| {
            let needs = Needs::to_read(setup::read_by(&config, std::slice::from_ref(&path)));
            sandbox::enter(&args.loaded.sandbox, &needs, false);
            Explain::new(config, setup::run_info(), &args.rule)
        })
        .and_then(|explain| explain.run(path, at));
    let told = match told {
        Ok(told) => told,
        Err(error) => return setup::refused(&error),
    };
    let options = report::Options { in_runner: terminal::in_runner(), ..report::Options::default() };
    for line in report::problem_lines(&told.problems, &options) {
        terminal::whole_line(&line);
    }
    let row = report::EXPLAINERS.iter().find(|row| row.name == args.format).expect("clap takes no other names");
    let mut text = Vec::new();
    (row.write)(&told, &options, &mut text).expect("memory can be written to");
    match unless_closed(io::stdout().lock().write_all(&text)) {
        Err(error) => {
            terminal::error(&format!("standard output: {}", show::why(&error)));
            Exit::Output
        }
        Ok(()) if told.problems.iter().any(|problem| problem.incomplete) => Exit::Input,
        Ok(()) => Exit::Clean,
    }
}

fn configuration(args: &ExplainArgs) -> Result<Config, SetupError> {
    let mut flags = RawConfig {
        redact: args.redact.clone().map(|mode| RawRedact { mode: Some(mode), patterns: None }),
        ..RawConfig::default()
    };
    setup::rule_flags(&args.loaded.rules, &mut flags)?;
    setup::read_flags(&args.read, &mut flags);
    let mut config = setup::configuration(&args.loaded.config, flags)?;
    setup::read_extras(&args.read, &mut config);
    Ok(config)
}

/// Parts a path from the line or record behind it. A file whose name ends like that is meant as it is.
fn place(argument: &Path, exists: impl Fn(&Path) -> bool) -> (PathBuf, At) {
    let whole = || (argument.to_path_buf(), At::Anywhere);
    let Some(text) = argument.to_str().filter(|_| !exists(argument)) else { return whole() };
    let numbered = |mark: char, at: fn(u64) -> At| {
        let (path, number) = text.rsplit_once(mark)?;
        let digits = !path.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
        Some((PathBuf::from(path), at(number.parse().ok().filter(|_| digits)?)))
    };
    numbered(':', At::Line).or_else(|| numbered('#', At::Record)).unwrap_or_else(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_behind_the_path_is_a_line_or_a_record() {
        for (argument, want) in [
            ("a.log", ("a.log", At::Anywhere)),
            ("a.log:12", ("a.log", At::Line(12))),
            ("-:3", ("-", At::Line(3))),
            ("a.evtx#7", ("a.evtx", At::Record(7))),
            ("a#b:1", ("a#b", At::Line(1))),
            ("a:b", ("a:b", At::Anywhere)),
            (":5", (":5", At::Anywhere)),
            ("a.log:", ("a.log:", At::Anywhere)),
            ("a.log:+1", ("a.log:+1", At::Anywhere)),
            ("there:1", ("there:1", At::Anywhere)),
        ] {
            let (path, at) = place(Path::new(argument), |path| path == Path::new("there:1"));
            assert_eq!((path.to_str(), at), (Some(want.0), want.1), "{argument}");
        }
    }
}
