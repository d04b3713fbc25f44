//! What went wrong and did not end the scan. Everything here reaches the reports.

use super::origin::SourceId;
use std::collections::BTreeMap;

/// The classes of trouble, named as in reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum ProblemKind {
    /// An input that could not be opened or read to its end.
    Unreadable,
    /// Records their format refused.
    Unparsed,
    /// Records longer than the limit.
    Truncated,
    /// Events without usable time.
    NoTime,
    /// A documented bound was reached.
    Limit,
    /// Records with bytes or escapes replaced.
    Repaired,
    /// Inputs or members recognised but not read.
    Skipped,
    /// The year of year-less stamps came from the run's reference time, or lies after it.
    YearAssumed,
    /// A rule that could not be loaded.
    RuleRejected,
    /// `--exclude-rule` named no rule.
    UnknownExclude,
    /// An ignore entry is past its date.
    SuppressionExpired,
    /// An ignore entry matched nothing.
    SuppressionUnused,
}

impl ProblemKind {
    /// The word used in reports.
    pub(crate) fn name(self) -> &'static str {
        match self {
            ProblemKind::Unreadable => "unreadable",
            ProblemKind::Unparsed => "unparsed",
            ProblemKind::Truncated => "truncated",
            ProblemKind::NoTime => "no_time",
            ProblemKind::Limit => "limit",
            ProblemKind::Repaired => "repaired",
            ProblemKind::Skipped => "skipped",
            ProblemKind::YearAssumed => "year_assumed",
            ProblemKind::RuleRejected => "rule_rejected",
            ProblemKind::UnknownExclude => "unknown_exclude",
            ProblemKind::SuppressionExpired => "suppression_expired",
            ProblemKind::SuppressionUnused => "suppression_unused",
        }
    }
}

/// One line of the report's `problems`: a cause at one input, counted, with its first places.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    /// The input or rule file, as shown; empty for the whole run.
    pub(crate) path: String,
    /// The class.
    pub(crate) kind: ProblemKind,
    /// How often.
    pub(crate) count: u64,
    /// The first lines (1-based), at most three.
    pub(crate) first: Vec<u64>,
    /// One sentence: what happened and what was expected.
    pub(crate) message: String,
    /// Whether the scan is incomplete because of it (exit 4 unless the gate fired).
    pub(crate) incomplete: bool,
}

/// Problems of records within one block, counted by source, kind and cause.
/// Lines are relative to the block until blocks are merged.
#[derive(Clone, Debug, Default)]
pub(crate) struct Problems {
    /// (source, kind, message) → (count, first lines).
    pub(crate) counted: BTreeMap<(SourceId, ProblemKind, String), (u64, Vec<u64>)>,
}

impl Problems {
    /// How many first lines are kept.
    pub(crate) const FIRST: usize = 3;

    /// Counts one case.
    pub(crate) fn add(&mut self, source: SourceId, kind: ProblemKind, message: &str, line: u64) {
        let (count, first) = self.counted.entry((source, kind, message.to_owned())).or_default();
        *count += 1;
        if first.len() < Self::FIRST {
            first.push(line);
        }
    }
}
