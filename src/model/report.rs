//! The result of a scan, before any sink gives it a shape.

use super::alert::{Alert, AlertKind, Known};
use super::level::Level;
use super::problem::Problem;
use super::time::Stamp;
use std::sync::Arc;

/// A Sigma log source as a rule states it.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct LogSource {
    /// `windows`, `linux`, …
    pub(crate) product: Option<String>,
    /// `process_creation`, `webserver`, …
    pub(crate) category: Option<String>,
    /// `security`, `sshd`, …
    pub(crate) service: Option<String>,
}

/// What reports say about a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RuleInfo {
    /// The rule's identity (README decision 11).
    pub(crate) id: String,
    /// The other of name and id.
    pub(crate) uuid: Option<String>,
    /// Title.
    pub(crate) title: String,
    /// Severity, after any override.
    pub(crate) level: Level,
    /// Detection or correlation.
    pub(crate) kind: AlertKind,
    /// Sigma status.
    pub(crate) status: Option<String>,
    /// Log source (empty for correlations).
    pub(crate) logsource: LogSource,
    /// All tags as written.
    pub(crate) tags: Vec<String>,
    /// ATT&CK technique ids, upper case, sorted: `T1110.001`.
    pub(crate) techniques: Vec<String>,
    /// ATT&CK tactic names, lower case with hyphens, in the order of the tags: `credential-access`.
    pub(crate) tactics: Vec<String>,
    /// Where it was loaded from: `builtin:linux/ssh_failed.yml`, or the path as given.
    pub(crate) file: String,
    /// Description.
    pub(crate) description: Option<String>,
    /// Links.
    pub(crate) references: Vec<String>,
    /// Known false positives.
    pub(crate) falsepositives: Vec<String>,
    /// What to do (`LogSentry`'s `remediation`).
    pub(crate) remediation: Option<String>,
    /// For a correlation: group-by names.
    pub(crate) group_by: Vec<String>,
    /// For a correlation: its timespan as written.
    pub(crate) timespan: Option<String>,
    /// Whether `--exclude-rule` mutes it.
    pub(crate) excluded: bool,
    /// The correlations that silence it (identities), empty when it is reported on its own.
    pub(crate) silenced_by: Vec<String>,
}

/// How many rules there are, by what became of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct RuleTotals {
    /// Loaded rules.
    pub(crate) loaded: u64,
    /// Of these, detections.
    pub(crate) detection: u64,
    /// Of these, correlations.
    pub(crate) correlation: u64,
    /// Documents that could not be loaded.
    pub(crate) rejected: u64,
    /// Muted by `--exclude-rule`.
    pub(crate) excluded: u64,
    /// Reported only through a correlation.
    pub(crate) silenced: u64,
    /// Loaded, but no event had their log source.
    pub(crate) not_applicable: u64,
    /// Could be loaded, but were not chosen; not among `loaded`.
    pub(crate) left_out: u64,
}

/// The totals of a scan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Summary {
    /// `CRITICAL`, `HIGH_RISK`, `MODERATE`, `LOW_RISK` or `CLEAN`.
    pub(crate) verdict: &'static str,
    /// 0 to 100.
    pub(crate) risk_score: u8,
    /// New alerts by level, in the order of [`Level::ALL`].
    pub(crate) alerts: [u64; 5],
    /// Matches of reported rules.
    pub(crate) matches: u64,
    /// Suppressed alerts.
    pub(crate) suppressed: u64,
    /// Alerts of the baseline.
    pub(crate) unchanged: u64,
    /// Alerts of the baseline that are there no more; `None` without a baseline.
    pub(crate) gone: Option<u64>,
    /// Sums over all inputs.
    pub(crate) books: super::Books,
    /// Alerts below `--min-severity`.
    pub(crate) hidden: u64,
    /// Inputs that patterns left out.
    pub(crate) left_out_inputs: u64,
    /// Number of inputs.
    pub(crate) inputs: u64,
    /// Bytes of the inputs as stored.
    pub(crate) bytes: u64,
    /// Earliest event.
    pub(crate) first: Stamp,
    /// Latest event.
    pub(crate) last: Stamp,
    /// Rules.
    pub(crate) rules: RuleTotals,
    /// False when something could not be read to its end, or a limit cut the result.
    pub(crate) complete: bool,
}

/// Which numbers lead people back to a record of an input.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Counting {
    /// Text: the line.
    #[default]
    Lines,
    /// Elements of a JSON array: the line where one starts, and its ordinal.
    Elements,
    /// A binary log: the ordinal alone.
    Records,
}

/// What was read of one input.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct InputSummary {
    /// Path as reports show it (README decision 14), plain text.
    pub(crate) path: String,
    /// Format name.
    pub(crate) format: Option<String>,
    /// Compression or archive kind.
    pub(crate) container: Option<String>,
    /// How its records are found again.
    pub(crate) counting: Counting,
    /// The encoding of its text as it was read, by its name at IANA; `None` where it is no text.
    pub(crate) encoding: Option<&'static str>,
    /// Size as stored.
    pub(crate) bytes: u64,
    /// SHA-256 of the file as stored, when a report asked for it.
    pub(crate) sha256: Option<String>,
    /// Counts.
    pub(crate) books: super::Books,
    /// Earliest event.
    pub(crate) first: Stamp,
    /// Latest event.
    pub(crate) last: Stamp,
}

/// The result of a scan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Report {
    /// Crate version.
    pub(crate) version: &'static str,
    /// The configuration file that was used, as shown.
    pub(crate) config: Option<String>,
    /// The reference time, when it took the clock's place.
    pub(crate) reference_time: Option<String>,
    /// Totals.
    pub(crate) summary: Summary,
    /// Inputs, sorted by path; `Place::source` is an index into it.
    pub(crate) inputs: Vec<InputSummary>,
    /// All loaded rules; `Alert::rule` is an index into it.
    pub(crate) rules: Arc<[RuleInfo]>,
    /// Alerts to show, sorted by level (worst first), rule id, path, line, record, entity.
    pub(crate) alerts: Vec<Alert>,
    /// Trouble, sorted by path, kind and message.
    pub(crate) problems: Vec<Problem>,
    /// What a baseline made of this scan holds, alerts that are not shown among it; empty unless one is to be written.
    pub(crate) known: Vec<Known>,
    /// Whether anything was blanked by redaction.
    pub(crate) redacted: bool,
}
