//! What the page shows of one thing, as text from outside: the template escapes it.

use super::{moment, thousands};
use crate::model::{Alert, AlertKind, AlertStatus, InputSummary, Level, Pair, Place, Problem, Report, RuleId, Sample};
use crate::report::attack::attack;
use crate::report::{Options, Where, counted, rule, rules_with_alerts};

/// A severity and how many alerts have it.
pub(super) struct LevelView {
    pub(super) name: &'static str,
    pub(super) count: String,
    pub(super) none: bool,
    /// Of the most frequent severity, in percent.
    pub(super) share: u64,
}

impl LevelView {
    pub(super) fn new(level: Level, count: u64, most: u64) -> LevelView {
        LevelView { name: level.name(), count: thousands(count), none: count == 0, share: share(count, most) }
    }
}

/// `part` of `whole` in percent; what is there at all is seen.
pub(super) fn share(part: u64, whole: u64) -> u64 {
    let percent = part.saturating_mul(100) / whole.max(1);
    if part > 0 { percent.clamp(2, 100) } else { 0 }
}

/// Bytes of an entity's value that fit into the three lines it has beside an alert.
const ENTITY: usize = 60;

/// One alert: its line, and its evidence.
pub(super) struct AlertView<'a> {
    pub(super) level: &'static str,
    pub(super) title: &'a str,
    pub(super) id: &'a str,
    pub(super) correlation: bool,
    pub(super) entity: &'a [Pair],
    /// The line of the alert has no room for all of it.
    pub(super) entity_is_long: bool,
    /// Cut where a line may end.
    pub(super) place: Vec<String>,
    pub(super) first: Option<(String, String)>,
    pub(super) last: Option<(String, String)>,
    pub(super) events: String,
    pub(super) count: u64,
    pub(super) message: &'a str,
    pub(super) remediation: Option<&'a str>,
    pub(super) techniques: String,
    /// What the script finds it by, between blanks.
    pub(super) technique_ids: String,
    pub(super) fingerprint: &'a str,
    /// `unchanged` or `suppressed`; new alerts need no word.
    pub(super) status: Option<&'static str>,
    pub(super) suppression: Option<String>,
    pub(super) samples: Vec<SampleView<'a>>,
    /// Events that are counted but not shown.
    pub(super) not_shown: Option<String>,
}

impl<'a> AlertView<'a> {
    pub(super) fn new(report: &'a Report, alert: &'a Alert, options: &Options) -> AlertView<'a> {
        let info = rule(report, alert.rule);
        let kept = u64::try_from(alert.samples.len()).unwrap_or(u64::MAX);
        let not_shown = alert.count.saturating_sub(kept);
        AlertView {
            level: alert.level.name(),
            title: &info.title,
            id: &info.id,
            correlation: alert.kind == AlertKind::Correlation,
            entity: &alert.entity,
            entity_is_long: alert.entity.iter().any(|pair| pair.value.len() > ENTITY),
            place: place(report, &alert.place).split_inclusive('/').map(str::to_owned).collect(),
            first: moment(alert.first),
            last: moment(alert.last).filter(|_| alert.first != alert.last),
            events: counted(alert.count, "event", "events"),
            count: alert.count,
            message: &alert.message,
            remediation: info.remediation.as_deref(),
            techniques: info.techniques.iter().map(|id| technique(id)).collect::<Vec<_>>().join(", "),
            technique_ids: info.techniques.join(" "),
            fingerprint: &alert.fingerprint,
            status: (alert.status != AlertStatus::New).then(|| alert.status.name()),
            suppression: alert.suppression.as_ref().map(|s| match &s.expires {
                Some(expires) => format!("{} (until {expires})", s.reason),
                None => s.reason.clone(),
            }),
            samples: alert.samples.iter().map(|sample| SampleView::new(report, sample, options)).collect(),
            not_shown: (not_shown > 0)
                .then(|| counted(not_shown, "event between these is", "events between these are")),
        }
    }
}

fn place(report: &Report, place: &Place) -> String {
    let at = Where::new(&report.inputs, place);
    format!("{}:{}", at.path, at.number())
}

/// `T1110.001 Password Guessing`.
pub(super) fn technique(id: &str) -> String {
    match attack().technique(id) {
        Some(name) => format!("{id} {name}"),
        None => id.to_owned(),
    }
}

/// One event of an alert.
pub(super) struct SampleView<'a> {
    pub(super) time: Option<(String, String)>,
    pub(super) place: String,
    pub(super) rule: &'a str,
    pub(super) fields: Vec<(&'a str, String)>,
    /// The record, line by line.
    pub(super) raw: Vec<&'a str>,
}

impl<'a> SampleView<'a> {
    fn new(report: &'a Report, sample: &'a Sample, options: &Options) -> SampleView<'a> {
        let raw = sample.text.raw().filter(|_| !options.no_snippets);
        SampleView {
            time: moment(sample.time),
            place: place(report, &sample.place),
            rule: &rule(report, sample.rule).id,
            fields: sample.text.fields().into_iter().map(|(name, values)| (name, values.join(", "))).collect(),
            raw: raw.map(|raw| raw.lines().collect()).unwrap_or_default(),
        }
    }
}

/// A rule that has alerts.
pub(super) struct RuleView<'a> {
    pub(super) level: &'static str,
    pub(super) title: &'a str,
    pub(super) id: &'a str,
    pub(super) kind: &'static str,
    pub(super) alerts: String,
    pub(super) description: String,
    pub(super) techniques: String,
    pub(super) falsepositives: String,
    pub(super) references: &'a [String],
    pub(super) file: &'a str,
}

impl<'a> RuleView<'a> {
    /// Whether there is something to fold away.
    pub(super) fn has_more(&self) -> bool {
        !self.falsepositives.is_empty() || !self.references.is_empty()
    }

    fn new(report: &'a Report, id: RuleId) -> RuleView<'a> {
        let info = rule(report, id);
        let alerts = report.alerts.iter().filter(|alert| alert.rule == id).count();
        RuleView {
            level: info.level.name(),
            title: &info.title,
            id: &info.id,
            kind: info.kind.name(),
            alerts: thousands(u64::try_from(alerts).unwrap_or(u64::MAX)),
            description: paragraph(info.description.as_deref().unwrap_or_default()),
            techniques: info.techniques.iter().map(|id| technique(id)).collect::<Vec<_>>().join(", "),
            falsepositives: info.falsepositives.join("; "),
            references: &info.references,
            file: &info.file,
        }
    }
}

/// The rules that have alerts, worst first.
pub(super) fn rules(report: &Report) -> Vec<RuleView<'_>> {
    let mut ids = rules_with_alerts(report);
    // Stable: within a severity they stay in order of identity.
    ids.sort_by_key(|id| std::cmp::Reverse(rule(report, *id).level));
    ids.into_iter().map(|id| RuleView::new(report, id)).collect()
}

/// A text of several lines as one.
fn paragraph(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// An input, with its hash.
pub(super) struct InputView<'a> {
    pub(super) path: &'a str,
    pub(super) format: String,
    pub(super) size: String,
    pub(super) events: String,
    pub(super) unparsed: String,
    pub(super) sha256: Option<&'a str>,
}

impl<'a> InputView<'a> {
    pub(super) fn new(input: &'a InputSummary) -> InputView<'a> {
        let format = input.format.as_deref().unwrap_or("–");
        InputView {
            path: &input.path,
            format: match &input.container {
                Some(container) => format!("{format} in {container}"),
                None => format.to_owned(),
            },
            size: size(input.bytes),
            events: thousands(input.books.events),
            unparsed: thousands(input.books.unparsed),
            sha256: input.sha256.as_deref(),
        }
    }
}

/// Bytes for people, in powers of 1,000.
fn size(bytes: u64) -> String {
    let units = [(1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB")];
    match units.into_iter().find(|(unit, _)| bytes >= *unit) {
        Some((unit, name)) => format!("{}.{} {name}", bytes / unit, bytes % unit / (unit / 10)),
        None => format!("{bytes} B"),
    }
}

/// Something that went wrong.
pub(super) struct ProblemView<'a> {
    pub(super) kind: String,
    pub(super) path: &'a str,
    pub(super) count: String,
    pub(super) first: String,
    pub(super) message: &'a str,
}

impl<'a> ProblemView<'a> {
    pub(super) fn new(problem: &'a Problem) -> ProblemView<'a> {
        ProblemView {
            kind: problem.kind.name().replace('_', " "),
            path: if problem.path.is_empty() { "–" } else { &problem.path },
            count: thousands(problem.count),
            first: if problem.first.is_empty() {
                "–".to_owned()
            } else {
                problem.first.iter().map(u64::to_string).collect::<Vec<_>>().join(", ")
            },
            message: &problem.message,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_for_people() {
        for (bytes, want) in
            [(0, "0 B"), (999, "999 B"), (1_500, "1.5 kB"), (19_876_543, "19.8 MB"), (2_000_000_000, "2.0 GB")]
        {
            assert_eq!(size(bytes), want);
        }
    }
}
