//! What people see: all matches of one rule for one entity in one logical source, folded.

use super::level::Level;
use super::origin::{Place, RuleId};
use super::sample::Sample;
use super::time::Stamp;
use std::sync::Arc;

/// A field and its value, as an alert's entity shows it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Pair {
    /// Field name.
    pub(crate) field: String,
    /// Value as text, redacted.
    pub(crate) value: String,
}

/// What an alert is about: one pair for a detection, the group-by pairs for a correlation.
pub(crate) type Entity = Vec<Pair>;

/// What kind of rule raised it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum AlertKind {
    /// A Sigma detection rule.
    Detection,
    /// A Sigma correlation.
    Correlation,
}

impl AlertKind {
    /// The word used in reports.
    pub(crate) fn name(self) -> &'static str {
        match self {
            AlertKind::Detection => "detection",
            AlertKind::Correlation => "correlation",
        }
    }
}

/// How much of its alerts a run tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Detail {
    /// How many there are.
    Number,
    /// What they are recognised by: they are compared with others.
    Identity,
    /// All of it: they are listed.
    Full,
}

/// How an alert stands to what is already known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum AlertStatus {
    /// Not in the baseline, not suppressed.
    #[default]
    New,
    /// In the baseline.
    Unchanged,
    /// Put aside by an ignore entry.
    Suppressed,
}

impl AlertStatus {
    /// The word used in reports.
    pub(crate) fn name(self) -> &'static str {
        match self {
            AlertStatus::New => "new",
            AlertStatus::Unchanged => "unchanged",
            AlertStatus::Suppressed => "suppressed",
        }
    }
}

/// Why an alert is put aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Suppression {
    /// The reason the ignore entry gives.
    pub(crate) reason: String,
    /// Its date, if it has one.
    pub(crate) expires: Option<String>,
}

/// An alert as a baseline keeps it: what identifies it, and what people need to recognise it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Known {
    /// Identity of the rule.
    pub(crate) rule_id: String,
    /// Its title.
    pub(crate) rule_title: String,
    /// The alert's severity.
    pub(crate) level: Level,
    /// What it is about.
    pub(crate) entity: Entity,
    /// The logical source.
    pub(crate) path: String,
    /// The alert's fingerprint.
    pub(crate) fingerprint: String,
}

/// One finding in people's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Alert {
    /// The rule, as an index into [`Report::rules`](super::Report).
    pub(crate) rule: RuleId,
    /// Its severity, after any override.
    pub(crate) level: Level,
    /// Detection or correlation.
    pub(crate) kind: AlertKind,
    /// What it is about.
    pub(crate) entity: Entity,
    /// Distinct events behind it.
    pub(crate) count: u64,
    /// Matches folded into it: for a detection the same as `count`, for a correlation its bursts.
    pub(crate) matches: u64,
    /// Time of the earliest event that has one.
    pub(crate) first: Stamp,
    /// Time of the latest event that has one.
    pub(crate) last: Stamp,
    /// The primary place: the first event in reading order; for a correlation the event that made it fire.
    pub(crate) place: Place,
    /// The path without rotation marks; part of the identity.
    pub(crate) logical_source: Arc<str>,
    /// The first events and the last, in reading order.
    pub(crate) samples: Vec<Sample>,
    /// One sentence for people, built from rule title and entity; still unescaped.
    pub(crate) message: String,
    /// First 16 hex digits of the alert's identity (README decision 13).
    pub(crate) fingerprint: String,
    /// New, known or put aside.
    pub(crate) status: AlertStatus,
    /// Set when `status` is suppressed.
    pub(crate) suppression: Option<Suppression>,
}
