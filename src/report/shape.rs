//! The objects of our own JSON, in the order of their keys: design page `report.md` sections 3 to 5.
//!
//! Every key is always there; what is absent is `null`. Three are exceptions: `reference_time` is printed only when it
//! took the place of the clock, `times` only with `--timestamps`, `summary.gone` only when there was a baseline.

use super::{Options, Where, rule};
use crate::model::{
    Alert, Books, Entity, InputSummary, LogSource, Pair, Place, Problem, Report, RuleId, RuleInfo, Sample, SampleField,
    Stamp, Summary,
};
use schemars::JsonSchema;
use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};

/// The name of this shape, which `logsentry schema report` describes.
pub(super) const SCHEMA: &str = "logsentry-report/1";

/// What `logsentry scan --format json` prints. Keys are added over time and never taken away.
#[derive(Serialize, JsonSchema)]
#[schemars(title = "Report of logsentry")]
pub(super) struct ReportShape<'a> {
    #[schemars(extend("const" = "logsentry-report/1"))]
    schema: &'static str,
    tool: ToolShape,
    config: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reference_time: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    times: Option<TimesShape<'a>>,
    summary: SummaryShape,
    inputs: Vec<InputShape<'a>>,
    rules: Vec<RuleShape<'a>>,
    #[schemars(with = "Vec<AlertShape<'a>>")]
    alerts: Alerts<'a>,
    problems: Vec<ProblemShape<'a>>,
}

impl<'a> ReportShape<'a> {
    pub(super) fn new(report: &'a Report, options: &'a Options) -> ReportShape<'a> {
        ReportShape {
            schema: SCHEMA,
            tool: ToolShape { name: "logsentry", version: report.version },
            config: report.config.as_deref(),
            reference_time: report.reference_time.as_deref(),
            times: options.times.as_ref().map(|(started, finished)| TimesShape { started, finished }),
            summary: SummaryShape::new(&report.summary),
            inputs: report.inputs.iter().map(InputShape::new).collect(),
            rules: super::rules_with_alerts(report).into_iter().map(|id| RuleShape::new(rule(report, id))).collect(),
            alerts: Alerts { report, options },
            problems: report.problems.iter().map(ProblemShape::new).collect(),
        }
    }
}

/// When the scan ran; with `--timestamps` only.
#[derive(Serialize, JsonSchema)]
struct TimesShape<'a> {
    started: &'a str,
    finished: &'a str,
}

/// All alerts, each given its shape when it is written: there may be a hundred thousand.
struct Alerts<'a> {
    report: &'a Report,
    options: &'a Options,
}

impl Serialize for Alerts<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let alerts = self.report.alerts.iter();
        serializer.collect_seq(alerts.map(|alert| AlertShape::new(self.report, alert, self.options)))
    }
}

#[derive(Serialize, JsonSchema)]
struct ToolShape {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct SummaryShape {
    #[schemars(extend("enum" = ["CLEAN", "LOW_RISK", "MODERATE", "HIGH_RISK", "CRITICAL"]))]
    verdict: &'static str,
    #[schemars(range(max = 100))]
    risk_score: u8,
    alerts: AlertsShape,
    matches: u64,
    suppressed: u64,
    unchanged: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    gone: Option<u64>,
    records: u64,
    events: u64,
    unparsed: u64,
    repaired: u64,
    truncated: u64,
    blank: u64,
    header_lines: u64,
    unassigned: u64,
    skipped_members: u64,
    left_out: u64,
    left_out_inputs: u64,
    hidden: u64,
    inputs: u64,
    bytes: u64,
    first_event: Option<String>,
    last_event: Option<String>,
    rules: RulesShape,
    complete: bool,
}

#[derive(Serialize, JsonSchema)]
struct AlertsShape {
    total: u64,
    critical: u64,
    high: u64,
    medium: u64,
    low: u64,
    informational: u64,
}

#[derive(Serialize, JsonSchema)]
struct RulesShape {
    loaded: u64,
    detection: u64,
    correlation: u64,
    rejected: u64,
    excluded: u64,
    silenced: u64,
    not_applicable: u64,
    left_out: u64,
}

impl SummaryShape {
    pub(super) fn new(summary: &Summary) -> SummaryShape {
        let [informational, low, medium, high, critical] = summary.alerts;
        let total = summary.alerts.iter().fold(0u64, |sum, n| sum.saturating_add(*n));
        let books = &summary.books;
        let rules = &summary.rules;
        SummaryShape {
            verdict: summary.verdict,
            risk_score: summary.risk_score,
            alerts: AlertsShape { total, critical, high, medium, low, informational },
            matches: summary.matches,
            suppressed: summary.suppressed,
            unchanged: summary.unchanged,
            gone: summary.gone,
            records: books.records(),
            events: books.events,
            unparsed: books.unparsed,
            repaired: books.repaired,
            truncated: books.truncated,
            blank: books.blank,
            header_lines: books.header_lines,
            unassigned: books.unassigned,
            skipped_members: books.skipped_members,
            left_out: books.left_out,
            left_out_inputs: summary.left_out_inputs,
            hidden: summary.hidden,
            inputs: summary.inputs,
            bytes: summary.bytes,
            first_event: summary.first.rfc3339(),
            last_event: summary.last.rfc3339(),
            rules: RulesShape {
                loaded: rules.loaded,
                detection: rules.detection,
                correlation: rules.correlation,
                rejected: rules.rejected,
                excluded: rules.excluded,
                silenced: rules.silenced,
                not_applicable: rules.not_applicable,
                left_out: rules.left_out,
            },
            complete: summary.complete,
        }
    }
}

#[derive(Serialize, JsonSchema)]
struct InputShape<'a> {
    path: &'a str,
    format: Option<&'a str>,
    container: Option<&'a str>,
    bytes: u64,
    sha256: Option<&'a str>,
    records: u64,
    events: u64,
    unparsed: u64,
    repaired: u64,
    truncated: u64,
    blank: u64,
    header_lines: u64,
    skipped_members: u64,
    left_out: u64,
    first_event: Option<String>,
    last_event: Option<String>,
}

impl<'a> InputShape<'a> {
    fn new(input: &'a InputSummary) -> InputShape<'a> {
        let books: &Books = &input.books;
        InputShape {
            path: &input.path,
            format: input.format.as_deref(),
            container: input.container.as_deref(),
            bytes: input.bytes,
            sha256: input.sha256.as_deref(),
            records: books.records(),
            events: books.events,
            unparsed: books.unparsed,
            repaired: books.repaired,
            truncated: books.truncated,
            blank: books.blank,
            header_lines: books.header_lines,
            skipped_members: books.skipped_members,
            left_out: books.left_out,
            first_event: input.first.rfc3339(),
            last_event: input.last.rfc3339(),
        }
    }
}

/// A rule, here and in `rules --format json`.
#[derive(Serialize, JsonSchema)]
pub(super) struct RuleShape<'a> {
    id: &'a str,
    uuid: Option<&'a str>,
    title: &'a str,
    #[schemars(extend("enum" = ["critical", "high", "medium", "low", "informational"]))]
    level: &'static str,
    #[schemars(extend("enum" = ["detection", "correlation"]))]
    kind: &'static str,
    status: Option<&'a str>,
    logsource: LogSourceShape<'a>,
    tags: &'a [String],
    techniques: &'a [String],
    file: &'a str,
    description: Option<&'a str>,
    references: &'a [String],
    falsepositives: &'a [String],
    remediation: Option<&'a str>,
}

impl<'a> RuleShape<'a> {
    pub(super) fn new(rule: &'a RuleInfo) -> RuleShape<'a> {
        RuleShape {
            id: &rule.id,
            uuid: rule.uuid.as_deref(),
            title: &rule.title,
            level: rule.level.name(),
            kind: rule.kind.name(),
            status: rule.status.as_deref(),
            logsource: LogSourceShape::new(&rule.logsource),
            tags: &rule.tags,
            techniques: &rule.techniques,
            file: &rule.file,
            description: rule.description.as_deref(),
            references: &rule.references,
            falsepositives: &rule.falsepositives,
            remediation: rule.remediation.as_deref(),
        }
    }
}

#[derive(Serialize, JsonSchema)]
pub(super) struct LogSourceShape<'a> {
    product: Option<&'a str>,
    category: Option<&'a str>,
    service: Option<&'a str>,
}

impl<'a> LogSourceShape<'a> {
    pub(super) fn new(source: &'a LogSource) -> LogSourceShape<'a> {
        LogSourceShape {
            product: source.product.as_deref(),
            category: source.category.as_deref(),
            service: source.service.as_deref(),
        }
    }
}

#[derive(Serialize, JsonSchema)]
pub(super) struct AlertShape<'a> {
    rule_id: &'a str,
    rule_title: &'a str,
    #[schemars(extend("enum" = ["critical", "high", "medium", "low", "informational"]))]
    level: &'static str,
    #[schemars(extend("enum" = ["detection", "correlation"]))]
    kind: &'static str,
    entity: Vec<PairShape<'a>>,
    count: u64,
    matches: u64,
    first_event: Option<String>,
    last_event: Option<String>,
    techniques: &'a [String],
    tactics: &'a [String],
    location: LocationShape<'a>,
    message: &'a str,
    remediation: Option<&'a str>,
    events: Vec<SampleShape<'a>>,
    fingerprint: &'a str,
    #[schemars(extend("enum" = ["new", "unchanged", "suppressed"]))]
    status: &'static str,
    suppression: Option<SuppressionShape<'a>>,
}

impl<'a> AlertShape<'a> {
    pub(super) fn new(report: &'a Report, alert: &'a Alert, options: &Options) -> AlertShape<'a> {
        let info = rule(report, alert.rule);
        let place = Where::new(&report.inputs, &alert.place);
        AlertShape {
            rule_id: &info.id,
            rule_title: &info.title,
            level: alert.level.name(),
            kind: alert.kind.name(),
            entity: pairs(&alert.entity),
            count: alert.count,
            matches: alert.matches,
            first_event: alert.first.rfc3339(),
            last_event: alert.last.rfc3339(),
            techniques: &info.techniques,
            tactics: &info.tactics,
            location: LocationShape { path: place.path, line: place.line, record: place.record, column: place.column },
            message: &alert.message,
            remediation: info.remediation.as_deref(),
            events: alert.samples.iter().map(|s| SampleShape::new(report, s, options)).collect(),
            fingerprint: &alert.fingerprint,
            status: alert.status.name(),
            suppression: alert
                .suppression
                .as_ref()
                .map(|s| SuppressionShape { reason: &s.reason, expires: s.expires.as_deref() }),
        }
    }
}

#[derive(Serialize, JsonSchema)]
pub(super) struct PairShape<'a> {
    field: &'a str,
    value: &'a str,
}

/// An entity as JSON.
pub(super) fn pairs(entity: &Entity) -> Vec<PairShape<'_>> {
    entity.iter().map(|Pair { field, value }| PairShape { field, value }).collect()
}

#[derive(Serialize, JsonSchema)]
struct LocationShape<'a> {
    path: &'a str,
    line: Option<u64>,
    record: Option<u64>,
    column: Option<u64>,
}

#[derive(Serialize, JsonSchema)]
struct SuppressionShape<'a> {
    reason: &'a str,
    expires: Option<&'a str>,
}

#[derive(Serialize, JsonSchema)]
struct SampleShape<'a> {
    #[serde(flatten)]
    event: EventShape<'a>,
    #[schemars(with = "FieldValues")]
    fields: FieldsShape<'a>,
    raw: Option<&'a str>,
}

impl<'a> SampleShape<'a> {
    fn new(report: &'a Report, sample: &'a Sample, options: &Options) -> SampleShape<'a> {
        SampleShape {
            event: EventShape::new(&report.inputs, &report.rules, &sample.place, sample.time, sample.rule),
            fields: FieldsShape(sample.text.fields()),
            raw: sample.text.raw().filter(|_| !options.no_snippets),
        }
    }
}

/// An event as alerts and bursts list it: where, when, and by which rule.
#[derive(Serialize, JsonSchema)]
pub(super) struct EventShape<'a> {
    path: &'a str,
    line: Option<u64>,
    record: Option<u64>,
    time: Option<String>,
    rule_id: &'a str,
}

impl<'a> EventShape<'a> {
    pub(super) fn new(
        inputs: &'a [InputSummary],
        rules: &'a [RuleInfo],
        place: &Place,
        time: Stamp,
        id: RuleId,
    ) -> EventShape<'a> {
        let place = Where::new(inputs, place);
        let rule_id = rules.get(id.0 as usize).map_or("", |r| r.id.as_str());
        EventShape { path: place.path, line: place.line, record: place.record, time: time.rfc3339(), rule_id }
    }
}

/// Fields of an event: text where there is one value, a list where there are several.
pub(super) struct FieldsShape<'a>(pub(super) Vec<SampleField<'a>>);

impl Serialize for FieldsShape<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, values) in &self.0 {
            map.serialize_entry(name, &Several(values))?;
        }
        map.end()
    }
}

/// What [`FieldsShape`] looks like to those who read it.
type FieldValues = std::collections::BTreeMap<String, FieldValue>;

/// A field's value: none, one, or several.
#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "told to readers, never built")]
enum FieldValue {
    None(()),
    One(String),
    Several(Vec<String>),
}

/// No value is `null`, one stands alone, several are a list.
pub(super) struct Several<'a, T>(pub(super) &'a [T]);

impl<T: Serialize> Serialize for Several<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            [] => serializer.serialize_none(),
            [one] => one.serialize(serializer),
            several => {
                let mut list = serializer.serialize_seq(Some(several.len()))?;
                for value in several {
                    list.serialize_element(value)?;
                }
                list.end()
            }
        }
    }
}

#[derive(Serialize, JsonSchema)]
struct ProblemShape<'a> {
    path: Option<&'a str>,
    kind: &'static str,
    count: u64,
    first: &'a [u64],
    message: &'a str,
}

impl<'a> ProblemShape<'a> {
    fn new(problem: &'a Problem) -> ProblemShape<'a> {
        ProblemShape {
            // A problem of the whole run has no path.
            path: Some(problem.path.as_str()).filter(|path| !path.is_empty()),
            kind: problem.kind.name(),
            count: problem.count,
            first: &problem.first,
            message: &problem.message,
        }
    }
}
