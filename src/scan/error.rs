//! Why a scan does not start.

use crate::config::ConfigError;

/// Setup refuses loudly: nothing was scanned.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SetupError {
    /// A configuration that cannot be used (exit code 2).
    #[error(transparent)]
    Config(#[from] ConfigError),
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
    /// With `--strict`, rules that could not be loaded (exit code 3).
    #[error("{count} rule document(s) could not be loaded, and --strict is set; the first: {first}")]
    RejectedRules {
        /// How many.
        count: u64,
        /// The first of them, with its reason.
        first: String,
    },
    /// With `--strict`, a rule to exclude that does not exist (exit code 2).
    #[error("--exclude-rule {id:?} names no loaded rule; `logsentry rules` lists them")]
    UnknownExclude {
        /// What was given.
        id: String,
    },
}
