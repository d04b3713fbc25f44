//! What the user asked for, checked: built-in defaults, then `.logsentry.yml`, then `LOGSENTRY_*`, then
//! flags. A list in a higher layer replaces the lower one.
//!
//! Nothing here looks at the environment or the command line by itself: `cli` hands both in.

mod choice;
mod environment;
mod file;
mod raw;
mod valid;

pub use choice::Choice;
pub(crate) use environment::environment;
pub(crate) use file::{file_layer, search, search_ignore_file};
pub(crate) use raw::{RawConfig, RawRedact, RawSarif, RawSyslog, schema};
pub use valid::{Config, Redaction, SarifOptions};
pub(crate) use valid::{Layer, checked, merged};

use std::path::PathBuf;

/// A configuration that cannot be used. Each says where it stood and how to mend it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// The file named by `--config` or `LOGSENTRY_CONFIG` cannot be read.
    #[error("{}: cannot be read: {why}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's words.
        why: String,
    },
    /// The file is no YAML, or holds a value of the wrong type.
    #[error("{}{}: {why}", path.display(), line.map_or_else(String::new, |n| format!(":{n}")))]
    Syntax {
        /// The file.
        path: PathBuf,
        /// 1-based line, where the parser knows it.
        line: Option<u64>,
        /// What was found and what was expected.
        why: String,
    },
    /// A key that does not exist.
    #[error("{}{}: unknown key `{key}`{}", path.display(), line.map_or_else(String::new, |n| format!(":{n}")),
        nearest.as_ref().map_or_else(|| "; `logsentry scan --help` lists what can be set".to_owned(), |k| format!(": did you mean `{k}`?")))]
    UnknownKey {
        /// The file.
        path: PathBuf,
        /// 1-based line, where the parser knows it.
        line: Option<u64>,
        /// The key.
        key: String,
        /// The known key most like it.
        nearest: Option<String>,
    },
    /// A value that makes no sense.
    #[error("{origin}: {value:?} is no {what}: {expected}")]
    Value {
        /// Where it came from: a file and key, a variable, a flag.
        origin: String,
        /// What was given.
        value: String,
        /// What it should have been: `severity`.
        what: &'static str,
        /// What is accepted.
        expected: String,
    },
}
