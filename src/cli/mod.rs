//! Arguments in, exit code out. The only room that knows the clock, the environment, the terminal and
//! signals.

mod args;
mod commands;
mod exit;
mod output;
mod progress;
mod sandbox;
mod stats;
mod terminal;

use args::{Cli, Command};
use clap::Parser;
use clap::builder::PossibleValue;
use exit::Exit;
use std::panic;
use std::path::PathBuf;
use std::process::ExitCode;

/// Runs the program on the arguments of the process and gives its exit code.
#[must_use]
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version come as errors that are none; a closed pipe is nobody's fault.
            drop(error.print());
            return ExitCode::from(if error.use_stderr() { Exit::Usage.code() } else { Exit::Clean.code() });
        }
    };
    panic::set_hook(Box::new(|info| {
        let place = info.location().map_or_else(String::new, |at| format!(" at {}:{}", at.file(), at.line()));
        terminal::error(&format!("this is a bug in logsentry{place}: {}", payload(info.payload())));
    }));
    let exit = panic::catch_unwind(|| run(cli)).unwrap_or(Exit::Bug);
    ExitCode::from(exit.code())
}

fn run(cli: Cli) -> Exit {
    // Those two shut themselves in first, so that what waits for interruptions is inside, too.
    if !matches!(cli.command, Command::Scan(_) | Command::Events(_)) {
        on_interrupt();
    }
    match cli.command {
        Command::Scan(args) => commands::scan::run(&args),
        Command::Rules(args) => commands::rules::run(*args),
        Command::Events(args) => commands::events::run(&args),
        Command::Explain(args) => commands::explain::run(&args),
        Command::Fields(args) => commands::fields::run(&args),
        Command::Verify(args) => commands::verify::run(&args),
        Command::Formats(args) => commands::formats::run(&args),
        Command::Version(args) => commands::version::run(&args),
        Command::Init(args) => commands::init::run(&args),
        Command::Schema(args) => commands::about::schema(&args),
        Command::Completions(args) => commands::about::completions(&args),
        Command::Man(args) => commands::about::manual(&args),
        #[cfg(debug_assertions)]
        Command::Bug => panic!("asked for"),
    }
}

/// What a panic says, on one line.
fn payload(payload: &dyn std::any::Any) -> String {
    let text = payload.downcast_ref::<&str>().copied().or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("no message").replace('\n', " ")
}

/// Ctrl-C and a request to terminate end the process with 130 at once; reports that were begun vanish,
/// earlier ones stay.
fn on_interrupt() {
    let handled = ctrlc::set_handler(|| {
        let _held = output::abandon();
        #[expect(clippy::exit, reason = "the main thread may be blocked in a read that never ends")]
        std::process::exit(i32::from(Exit::Interrupted.code()));
    });
    if let Err(error) = handled {
        terminal::warning(&format!("interruptions are not handled: {error}"));
    }
}

/// The formats of `--format` and `--report`.
fn report_names() -> clap::builder::PossibleValuesParser {
    let reporters = crate::report::REPORTERS.iter().map(|row| PossibleValue::new(row.name).help(row.summary));
    let stream = PossibleValue::new(crate::report::STREAM).help("every match as a JSON line while the scan runs");
    clap::builder::PossibleValuesParser::new(reporters.chain([stream]))
}

/// Reads a number of which none makes no sense.
fn at_least_one(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|n| *n > 0).ok_or_else(|| "expected a number from 1 on".to_owned())
}

/// Reads `FORMAT=PATH`.
fn report_target(text: &str) -> Result<(String, PathBuf), String> {
    let (format, path) = text.split_once('=').ok_or("expected FORMAT=PATH, like sarif=logsentry.sarif")?;
    if !crate::report::names().contains(&format) {
        return Err(format!("`{format}` is no report format; there are {}", crate::report::names().join(", ")));
    }
    if path.is_empty() {
        return Err("expected a path after `=`".to_owned());
    }
    Ok((format.to_owned(), PathBuf::from(path)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_report_needs_a_known_format_and_a_path() {
        assert_eq!(report_target("json=a=b.json"), Ok(("json".to_owned(), PathBuf::from("a=b.json"))));
        for wrong in ["json", "json=", "pdf=x"] {
            assert!(report_target(wrong).is_err(), "{wrong}");
        }
    }
}
