//! Exit codes: one enum, shown by `--help`, the same for every format.

/// What the process says to its caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// The scan is complete and nothing reached `--fail-on`.
    Clean,
    /// At least one alert at or above `--fail-on`.
    Gate,
    /// Usage or configuration.
    Usage,
    /// Rules.
    Rules,
    /// Inputs.
    Input,
    /// Reports.
    Output,
    /// A bug of ours.
    Bug,
    /// Interrupted.
    Interrupted,
}

/// All codes, with what they mean.
pub(crate) const ALL: [(Exit, u8, &str); 8] = [
    (Exit::Clean, 0, "the scan is complete; nothing at or above --fail-on"),
    (Exit::Gate, 1, "at least one alert at or above --fail-on"),
    (Exit::Usage, 2, "usage or configuration: a flag, a variable, the configuration, ignore file or baseline"),
    (Exit::Rules, 3, "rules: a -r path does not exist, nothing could be loaded, or one failed under --strict"),
    (Exit::Input, 4, "inputs: a path does not exist, nothing to scan, or not all could be read to its end"),
    (Exit::Output, 5, "a report could not be written"),
    (Exit::Bug, 101, "a bug in logsentry; please report it"),
    (Exit::Interrupted, 130, "interrupted; no report file was created or replaced"),
];

impl Exit {
    /// The number.
    pub(crate) fn code(self) -> u8 {
        ALL.iter().find(|(exit, ..)| *exit == self).map_or(101, |(_, code, _)| *code)
    }
}

impl Exit {
    /// What it means, in words.
    pub(crate) fn meaning(self) -> &'static str {
        ALL.iter().find(|(exit, ..)| *exit == self).map_or("", |(.., meaning)| meaning)
    }
}

/// The table of `--help`.
pub(crate) fn help() -> String {
    let rows = ALL.iter().map(|(_, code, meaning)| format!("  {code:>3}  {meaning}\n"));
    format!("Exit codes:\n{}", rows.collect::<String>())
}
