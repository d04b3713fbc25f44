//! What is already known, and what is put aside: baselines and ignore files.
//!
//! A baseline is an earlier report: alerts it holds are `unchanged`, they neither fail nor show (`baseline.rs`).
//! Identity is rule and fingerprint, never a line: logs grow, rotate and are made anew. Both are told in every report
//! and counted; nothing disappears.
//!
//! This room judges; `scan` asks it before anything is scored.

mod baseline;

pub(crate) use baseline::{Baseline, known, write_baseline};

use std::path::PathBuf;

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
    /// It is not what it should be.
    #[error("{}: is no baseline: {why}; expected a JSON or SARIF report of logsentry, or a file of --write-baseline", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
        /// What was found.
        why: String,
    },
}
