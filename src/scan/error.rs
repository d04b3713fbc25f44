//! Why a scan does not start.

use crate::config::ConfigError;
use crate::triage::TriageError;

/// Setup refuses loudly: nothing was scanned.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SetupError {
    /// A configuration that cannot be used (exit code 2).
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A baseline or ignore file that cannot be used (exit code 2).
    #[error(transparent)]
    Triage(#[from] TriageError),
    /// A rule path that cannot be read (exit code 3).
    #[error("{path}: {why}")]
    RulePath {
        /// The path as given.
        path: String,
        /// The system's words.
        why: String,
    },
    /// None of the documents below the rule paths could be loaded (exit code 3).
    #[error("no rule could be loaded from {paths}: {}", first.as_deref().unwrap_or("there is none"))]
    NoRules {
        /// The paths as given.
        paths: String,
        /// The first reason.
        first: Option<String>,
    },
    /// No rule has what `--rule-level` and its kind ask for (exit code 3).
    #[error(
        "none of the {loaded} rule(s) that could be loaded is chosen by --rule-level, --rule-status, --rule-tag and --rule-product"
    )]
    NothingChosen {
        /// How many there were.
        loaded: usize,
    },
    /// With `--strict`, rules that could not be loaded (exit code 3).
    #[error("{count} rule document(s) could not be loaded, and --strict is set; the first: {first}")]
    RejectedRules {
        /// How many.
        count: u64,
        /// The first of them, with its reason.
        first: String,
    },
    /// `--input-format` names no format (exit code 2).
    #[error("{name:?} is no format; `logsentry formats` lists them{}", nearest.as_ref().map_or_else(String::new, |n| format!(", did you mean {n}?")))]
    UnknownFormat {
        /// What was given.
        name: String,
        /// The known name most like it.
        nearest: Option<String>,
    },
    /// A time that cannot be read (exit code 2).
    #[error("--reference-time {value:?} is no RFC 3339 time, like 2026-06-01T00:00:00Z")]
    ReferenceTime {
        /// What was given.
        value: String,
    },
    /// A file of declared formats that cannot be used (exit code 2).
    #[error("{path}: {why}")]
    FormatFile {
        /// The path as given.
        path: String,
        /// What is wrong with it.
        why: String,
    },
    /// `--time` names no period (exit code 2).
    #[error("--time {value:?}: {why}")]
    Period {
        /// What was given.
        value: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// `--time` counts from the newest event of standard input (exit code 2).
    #[error("--time counts from the newest event, for which inputs are read twice; standard input cannot be")]
    PeriodOfPipe,
    /// A pattern for paths that is none (exit code 2).
    #[error("{flag} {value:?} is no pattern for paths: {why}")]
    Glob {
        /// Where it came from.
        flag: &'static str,
        /// What was given.
        value: String,
        /// The compiler's words.
        why: String,
    },
    /// `--encoding` names none (exit code 2).
    #[error("{value:?} is no encoding: use a name like windows-1252, iso-8859-1, utf-16le, shift_jis or gb18030")]
    Encoding {
        /// What was given.
        value: String,
    },
    /// `--multiline` cannot be understood (exit code 2).
    #[error("--multiline {value:?}: {why}")]
    Multiline {
        /// What was given.
        value: String,
        /// What is wrong with it.
        why: String,
    },
    /// A file of mappings that cannot be used (exit code 2).
    #[error("{}:{line}: {why}", path.display())]
    Mapping {
        /// The file.
        path: std::path::PathBuf,
        /// 1-based line.
        line: u64,
        /// What is wrong, and how to mend it.
        why: String,
    },
    /// A redaction pattern that is no regular expression (exit code 2).
    #[error("{at}redact.patterns: {why}")]
    Pattern {
        /// The file it stands in, with a colon.
        at: String,
        /// The compiler's words.
        why: String,
    },
    /// A rule to be explained that is not loaded (exit code 2).
    #[error("no loaded rule is called {name:?}; `logsentry rules` lists them{}", rejected_too(*.rejected))]
    UnknownRule {
        /// What was given.
        name: String,
        /// How many documents could not be loaded.
        rejected: u64,
    },
    /// A title that several rules have (exit code 2).
    #[error("{name:?} is the title of several rules; name one of them: {rules}")]
    AmbiguousRule {
        /// What was given.
        name: String,
        /// Their identities.
        rules: String,
    },
    /// A place where no event is (exit code 4).
    #[error("{path}: there is no event at {at}")]
    NoSuchRecord {
        /// The path as shown.
        path: String,
        /// `line 7` or `record 7`.
        at: String,
    },
    /// A file of events that cannot be read (exit code 4).
    #[error("{path}: {why}")]
    Events {
        /// The path as given.
        path: String,
        /// The system's words.
        why: String,
    },
    /// What should be verified is no report of ours (exit code 2).
    #[error("{path}: {why}; expected a report of `logsentry scan --format json`")]
    Report {
        /// The path as given.
        path: String,
        /// What was found.
        why: String,
    },
    /// With `--strict`, a rule to exclude that does not exist (exit code 2).
    #[error("--exclude-rule {id:?} names no loaded rule; `logsentry rules` lists them")]
    UnknownExclude {
        /// What was given.
        id: String,
    },
}

fn rejected_too(rejected: u64) -> String {
    match rejected {
        0 => String::new(),
        n => format!("; {n} rule document(s) could not be loaded, `logsentry rules check PATH` says why"),
    }
}
