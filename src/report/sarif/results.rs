//! One result an alert (design page `sarif.md` sections 2, 3, 5 and 6).

use super::fit::Diet;
use super::places::{Places, channel, numbered, record_id};
use super::text::{cut, plain, sentence, snippet, value};
use super::{bag, message, rules};
use crate::model::{Alert, AlertKind, AlertStatus, Counting, Report, RuleId, RuleInfo, Sample, SampleText};
use crate::report::{Options, rule, thousands};
use serde_json::{Map, Value, json};
use serde_sarif::sarif::{CodeFlow, Location, Result as SarifResult, Suppression, ThreadFlow, ThreadFlowLocation};
use std::collections::BTreeMap;

/// Related locations GitHub keeps.
const RELATED: usize = 100;
/// Steps of a flow GitHub keeps.
const STEPS: usize = 1_000;
/// Characters of a message.
const MESSAGE: usize = 1_000;

/// Canonical fields and the word that leads to their value in a sentence.
const LEADS: [(&str, &str); 12] = [
    ("command_line", "in command"),
    ("dst_ip", "to"),
    ("dst_port", "to port"),
    ("host", "on"),
    ("process", "by process"),
    ("src_host", "from"),
    ("src_ip", "from"),
    ("url", "at"),
    ("url_host", "at"),
    ("user", "for user"),
    ("user_agent", "with agent"),
    ("message", "in"),
];

pub(super) fn result(
    report: &Report,
    alert: &Alert,
    places: &Places,
    rule_ids: &[RuleId],
    (options, diet): (&Options, Diet),
) -> SarifResult {
    let info = rule(report, alert.rule);
    let primary = alert.samples.iter().find(|s| s.place == alert.place);
    let nothing = SampleText::none();
    let known = primary.map_or(&nothing, |sample| &sample.text);
    let raw = known.raw().filter(|_| !options.no_snippets && !diet.no_snippets);
    let index = rule_ids.iter().position(|id| *id == alert.rule);
    SarifResult {
        rule_id: Some(info.id.clone()),
        rule_index: index.and_then(|index| i64::try_from(index).ok()),
        level: Some(json_level(alert)),
        locations: Some(vec![places.location(&alert.place, known, raw)]),
        related_locations: related(report, alert, places),
        code_flows: flow(report, alert, places),
        partial_fingerprints: Some(BTreeMap::from([
            ("logsentryAlert/v1".to_owned(), alert.fingerprint.clone()),
            ("primaryLocationLineHash".to_owned(), format!("{}:1", alert.fingerprint)),
        ])),
        occurrence_count: i64::try_from(alert.count).ok().filter(|count| *count > 0),
        suppressions: options.sarif.include_suppressed.then(|| suppressions(alert)),
        baseline_state: options
            .sarif
            .baseline
            .then(|| json!(if alert.status == AlertStatus::Unchanged { "unchanged" } else { "new" })),
        properties: Some(bag(properties(alert, info, places, primary))),
        ..SarifResult::builder().message(message(text(alert, info, places))).build()
    }
}

fn json_level(alert: &Alert) -> serde_sarif::sarif::ResultLevel {
    use serde_sarif::sarif::ResultLevel::{Error, Note, Warning};
    match rules::level_name(alert.level) {
        "error" => Error,
        "warning" => Warning,
        _ => Note,
    }
}

/// One sentence on what was found, one with numbers and links.
fn text(alert: &Alert, info: &RuleInfo, places: &Places) -> String {
    let mut words = vec![plain(info.title.trim_end_matches('.'))];
    for pair in &alert.entity {
        let lead = LEADS.iter().find(|(field, _)| *field == pair.field).map(|(_, lead)| (*lead).to_owned());
        // GitHub escapes underscores, so there are none where we can help it.
        let lead = lead.unwrap_or_else(|| format!("with {}", plain(&pair.field.replace('_', " "))));
        words.extend([lead, value(&pair.value)]);
    }
    let numbers = numbers(alert, info, places);
    format!("{}{numbers}", sentence(&cut(&words.join(" "), MESSAGE - 2 - numbers.chars().count())))
}

fn numbers(alert: &Alert, info: &RuleInfo, places: &Places) -> String {
    let is_binary = places.counting(&alert.place) == Counting::Records;
    // The number of a line tells itself; that of a record looks like one.
    let record = if is_binary { format!(" At record {}.", alert.place.record) } else { String::new() };
    if alert.samples.len() < 2 {
        let events = if alert.count > 1 { format!(" {} events.", thousands(alert.count)) } else { String::new() };
        return events + &record;
    }
    let window = match (&info.timespan, alert.matches) {
        (_, bursts @ 2..) => format!(" in {} bursts", thousands(bursts)),
        (Some(timespan), _) => format!(" in {}", plain(timespan)),
        (None, _) => String::new(),
    };
    // The last sample is the last event, however many lie between.
    let last = alert.samples.len().min(RELATED);
    format!(
        " {} events{window}: first [event 1](1), last [event {}]({last}).{record}",
        thousands(alert.count),
        if last == alert.samples.len() { thousands(alert.count) } else { last.to_string() },
    )
}

fn related(report: &Report, alert: &Alert, places: &Places) -> Option<Vec<Location>> {
    if alert.samples.len() < 2 {
        return None;
    }
    let numbered = |(at, sample): (usize, &Sample)| {
        numbered(places.location(&sample.place, &sample.text, None), Some(at + 1), event(report, sample))
    };
    Some(alert.samples.iter().take(RELATED).enumerate().map(numbered).collect())
}

/// The events of a correlation in the order of time: the path that led to it.
fn flow(report: &Report, alert: &Alert, places: &Places) -> Option<Vec<CodeFlow>> {
    if alert.kind != AlertKind::Correlation || alert.samples.is_empty() {
        return None;
    }
    let mut samples: Vec<&Sample> = alert.samples.iter().take(STEPS).collect();
    // Stable: events of one instant stay in reading order.
    samples.sort_by_key(|sample| sample.time.time);
    let step = |sample: &&Sample| ThreadFlowLocation {
        location: Some(numbered(places.location(&sample.place, &sample.text, None), None, event(report, sample))),
        ..ThreadFlowLocation::default()
    };
    let flow = ThreadFlow::builder().locations(samples.iter().map(step).collect::<Vec<_>>()).build();
    Some(vec![CodeFlow::builder().thread_flows(vec![flow]).build()])
}

/// What an event of an alert is: the title of the rule it matched.
fn event(report: &Report, sample: &Sample) -> String {
    sentence(&plain(&rule(report, sample.rule).title))
}

fn suppressions(alert: &Alert) -> Vec<Suppression> {
    let one = |s: &crate::model::Suppression| Suppression {
        status: Some(json!("accepted")),
        justification: Some(plain(&s.reason)),
        ..Suppression::builder().kind("external").build()
    };
    alert.suppression.iter().map(one).collect()
}

fn properties(alert: &Alert, info: &RuleInfo, places: &Places, primary: Option<&Sample>) -> Value {
    let mut ours = Map::new();
    let mut add = |name: &str, value: Value| {
        if !value.is_null() {
            ours.insert(name.to_owned(), value);
        }
    };
    add("severity", json!(alert.level.name()));
    add("ruleTitle", json!(plain(&info.title)));
    add("eventTime", json!(primary.and_then(|s| s.time.rfc3339())));
    add("firstEvent", json!(alert.first.rfc3339()));
    add("lastEvent", json!(alert.last.rfc3339()));
    if let Some(primary) = primary {
        let fields = primary.text.fields();
        let values = |values: Vec<&str>| values.into_iter().map(snippet).collect::<Vec<_>>();
        let fields = fields.into_iter().map(|(name, found)| (snippet(name), json!(values(found))));
        add("matchedFields", Value::Object(fields.collect::<Map<_, _>>()));
    }
    if alert.kind == AlertKind::Correlation {
        add("groupBy", json!(info.group_by.iter().map(|field| snippet(field)).collect::<Vec<_>>()));
        add("timespan", json!(info.timespan.as_deref().map(plain)));
    }
    if let Some((container, member)) = places.path(&alert.place).rsplit_once("!/") {
        add("container", json!(snippet(container)));
        add("member", json!(snippet(member)));
    }
    if places.counting(&alert.place) == Counting::Records {
        add("record", json!(alert.place.record));
        add("recordId", json!(primary.and_then(|primary| record_id(&primary.text))));
        add("channel", json!(primary.and_then(|primary| channel(&primary.text)).map(plain)));
    }
    Value::Object(ours)
}
