//! Standard error and the terminal: one line a message, colours only where they are wanted.

use super::args::{Color, SayArgs};
use crate::model::show::Shown;
use std::env;
use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;

/// How loud the run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Loudness {
    /// Errors only.
    Quiet,
    /// Problems and the summary.
    Normal,
    /// What each input was taken for, what was silenced.
    Verbose,
}

impl Loudness {
    /// What `-q` and `-v` ask for.
    pub(crate) fn of(say: &SayArgs) -> Loudness {
        match (say.quiet, say.verbose) {
            (true, _) => Loudness::Quiet,
            (false, 0) => Loudness::Normal,
            (false, _) => Loudness::Verbose,
        }
    }
}

/// One line on standard error. Text from outside is shown with hostile characters spelt out; the line
/// starts with a word of ours, so no log text can start one.
pub(crate) fn line(word: &str, text: &str) {
    // Nobody is left to tell when standard error is closed.
    // What runners look for anywhere in a line is broken up.
    let text = Shown(text).to_string().replace("##[", "# #[").replace("##vso[", "# #vso[");
    drop(writeln!(io::stderr().lock(), "{word}: {text}"));
}

/// A line whose text from outside was made harmless where the line was made.
pub(crate) fn whole_line(text: &str) {
    drop(writeln!(io::stderr().lock(), "{text}"));
}

/// An error.
pub(crate) fn error(text: &str) {
    line("error", text);
}

/// A warning.
pub(crate) fn warning(text: &str) {
    line("warning", text);
}

/// Whether the primary report on standard output is coloured:
/// `--color` > `NO_COLOR` > `CLICOLOR_FORCE`/`FORCE_COLOR` > `CLICOLOR=0` > a terminal.
#[expect(clippy::disallowed_methods, reason = "cli is the room that may look at the environment")]
pub(crate) fn wants_color(choice: Color, to_stdout: bool) -> bool {
    let set = |name: &str| env::var_os(name).filter(|v| !v.is_empty());
    match choice {
        _ if !to_stdout => false,
        Color::Always => true,
        Color::Never => false,
        Color::Auto if set("NO_COLOR").is_some() => false,
        Color::Auto if ["CLICOLOR_FORCE", "FORCE_COLOR"].into_iter().any(|n| set(n).is_some_and(|v| v != "0")) => true,
        Color::Auto if set("CLICOLOR").is_some_and(|v| v == "0") => false,
        Color::Auto => io::stdout().is_terminal(),
    }
}

/// Columns of the console report: the terminal's, 120 where there is none.
pub(crate) fn width(to_stdout: bool) -> usize {
    let measured = (to_stdout && io::stdout().is_terminal()).then(terminal_size::terminal_size).flatten();
    measured.map_or(120, |(width, _)| usize::from(width.0).clamp(40, 400))
}

/// Whether a progress bar may be drawn.
#[expect(clippy::disallowed_methods, reason = "cli is the room that may look at the environment")]
pub(crate) fn wants_progress(say: &SayArgs) -> bool {
    !say.quiet && !say.no_progress && io::stderr().is_terminal() && env::var_os("CI").is_none_or(|v| v.is_empty())
}

/// The file a GitHub step adds its summary to.
#[expect(clippy::disallowed_methods, reason = "cli is the room that may look at the environment")]
pub(crate) fn step_summary() -> Option<PathBuf> {
    env::var_os("GITHUB_STEP_SUMMARY").filter(|path| !path.is_empty()).map(PathBuf::from)
}

/// Whether a pipeline's runner reads what we print, to whom lines of output can be commands: GitHub's or Azure's.
#[expect(clippy::disallowed_methods, reason = "cli is the room that may look at the environment")]
pub(crate) fn in_runner() -> bool {
    env::var_os("GITHUB_ACTIONS").is_some_and(|v| v == "true") || env::var_os("TF_BUILD").is_some_and(|v| !v.is_empty())
}
