//! What is already known, and what is put aside: baselines and ignore files.
//!
//! A baseline is an earlier report: alerts it holds are `unchanged`, they neither fail nor show (`baseline.rs`).
//! Identity is rule and fingerprint, never a line: logs grow, rotate and are made anew. An ignore file puts matches
//! aside, each entry with a reason and an end (`entry.rs`, `judge.rs`). Both are told in every report and counted;
//! nothing disappears.
//!
//! This room judges; `scan` asks it before anything is scored.

mod baseline;
mod entry;
mod judge;

pub(crate) use baseline::{Baseline, known};
pub(crate) use entry::schema;
pub(crate) use judge::{Judge, Suppressions};

#[cfg(feature = "fuzzing")]
use std::path::Path;
use std::path::PathBuf;

/// Reads an ignore file and says what is wrong with it.
#[cfg(feature = "fuzzing")]
pub(crate) fn check(path: &Path) -> Result<(), TriageError> {
    entry::open(path).map(drop)
}

/// A file of this room that cannot be used: a wrong one must never pass for an empty one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TriageError {
    /// It cannot be read.
    #[error("{}: cannot be read: {why}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's words.
        why: String,
    },
    /// The ignore file is no YAML, or holds what it should not.
    #[error("{}{}: {why}", path.display(), line.map_or_else(String::new, |n| format!(":{n}")))]
    Syntax {
        /// The file.
        path: PathBuf,
        /// 1-based line, where the parser knows it.
        line: Option<u64>,
        /// What was found and what was expected.
        why: String,
    },
    /// An entry of the ignore file makes no sense, or is past its date where that is a failure.
    #[error("{}: entry {entry} (rule {rule:?}) {why}", path.display())]
    Entry {
        /// The file.
        path: PathBuf,
        /// Its position, from 1.
        entry: usize,
        /// The rule it names.
        rule: String,
        /// What is wrong.
        why: String,
    },
    /// It is not what it should be.
    #[error("{}: is no baseline: {why}; expected a JSON or SARIF report of logsentry, or a file of --write-baseline", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
        /// What was found.
        why: String,
    },
}
