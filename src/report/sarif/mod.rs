//! `--format sarif`: SARIF 2.1.0 for code scanning (design page `sarif.md`).
//!
//! One run; everything sorted; no clock, no machine path; one physical location with a relative address for every result,
//! because a single one without makes GitHub refuse the file. The types of `serde-sarif` are used inside this module and
//! nowhere else; results are built one at a time while the file is written, since those types are large.
//!
//! What we leave out: nothing is written that is not reproducible or private; the columns of what correlations counted,
//! since a hit has no room for them: a region without columns is whole lines.

mod fit;
#[cfg(test)]
mod ingest;
mod notices;
mod places;
mod results;
mod rules;
pub(super) mod text;

use super::{Options, Reporter, json_text, rule};
use crate::model::show::REDACTED;
use crate::model::{Alert, AlertKind, AlertStatus, Report, RuleId};
use fit::Diet;
use places::{ARTIFACTS, Places};
use serde::{Serialize, Serializer};
use serde_json::{Value, json};
use serde_sarif::sarif::{
    Artifact, ArtifactLocation, Invocation, Message, MultiformatMessageString, PropertyBag, RunAutomationDetails, Tool,
    ToolComponent,
};
use std::collections::BTreeMap;
use std::io::{self, Write};

/// The row.
pub(super) const REPORTER: Reporter =
    Reporter { name: "sarif", summary: "SARIF 2.1.0 for code scanning", needs_hashes: true, write };

/// What GitHub's own examples name.
const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// The one base all addresses are relative to; what it stands for is not said, so that no machine path gets out.
const ROOT: &str = "%SRCROOT%";

fn write(report: &Report, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    json_text::to_pages(&Log::new(report, options, fit::diet(report, options)), out)
}

/// What the file of a report leaves out, as lines for people: alerts past the limit, and what would make it too large.
pub(crate) fn left_out(report: &Report, options: &Options) -> Vec<String> {
    let diet = fit::diet(report, options);
    let (kept, dropped) = select(report, options, diet);
    let mut lines = Vec::new();
    if dropped > 0 {
        let total = kept.len().saturating_add(dropped);
        lines
            .push(format!("{total} alerts, {} of them in SARIF; --sarif-max-results says how many may be", kept.len()));
    }
    if diet != Diet::default() {
        lines.push(format!("left out of SARIF, which would be larger than GitHub takes: {}", diet.words().join(", ")));
    }
    lines
}

#[derive(Serialize)]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a>; 1],
}

impl<'a> Log<'a> {
    fn new(report: &'a Report, options: &'a Options, diet: Diet) -> Log<'a> {
        Log { schema: SCHEMA, version: "2.1.0", runs: [Run::new(report, options, diet)] }
    }
}

/// The run. Not the type of `serde-sarif`: results are made while they are written.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Tool,
    #[serde(skip_serializing_if = "Option::is_none")]
    automation_details: Option<RunAutomationDetails>,
    column_kind: &'static str,
    original_uri_base_ids: BTreeMap<&'static str, ArtifactLocation>,
    invocations: [Invocation; 1],
    artifacts: Vec<Artifact>,
    results: Results<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    taxonomies: Vec<ToolComponent>,
    #[serde(skip_serializing_if = "Option::is_none")]
    redaction_tokens: Option<[&'static str; 1]>,
    properties: PropertyBag,
}

impl<'a> Run<'a> {
    fn new(report: &'a Report, options: &'a Options, diet: Diet) -> Run<'a> {
        let places = Places::new(&report.inputs, if diet.no_artifacts { 0 } else { ARTIFACTS });
        let (kept, dropped) = select(report, options, diet);
        let rule_ids = rules::listed(report, &kept, options);
        let taxonomies = rules::taxonomies(report, &rule_ids);
        let root = ArtifactLocation {
            description: Some(Message {
                text: Some("What the paths of the scanned logs are relative to.".into()),
                ..Message::default()
            }),
            ..ArtifactLocation::default()
        };
        Run {
            tool: Tool::builder().driver(rules::driver(report, &rule_ids, &taxonomies)).build(),
            automation_details: options.sarif.category.as_ref().map(|category| RunAutomationDetails {
                id: Some(format!("{category}/")),
                ..RunAutomationDetails::default()
            }),
            column_kind: "unicodeCodePoints",
            original_uri_base_ids: BTreeMap::from([(ROOT, root)]),
            invocations: [notices::invocation(report, &places, (kept.len(), dropped, diet), options)],
            artifacts: places.artifacts(&report.inputs),
            properties: bag(properties(report, &rule_ids, kept.len(), dropped)),
            redaction_tokens: report.redacted.then_some([REDACTED]),
            results: Results { alerts: sorted(report, kept, &places), report, places, rule_ids, options, diet },
            taxonomies,
        }
    }
}

/// The alerts that become results, and how many are left out: worst first, of equal severity correlations first.
fn select<'a>(report: &'a Report, options: &Options, diet: Diet) -> (Vec<&'a Alert>, usize) {
    let wanted = |alert: &&Alert| alert.status != AlertStatus::Suppressed || options.sarif.include_suppressed;
    let mut alerts: Vec<&Alert> = report.alerts.iter().filter(wanted).collect();
    let wanted = Some(options.sarif.max_results).filter(|limit| *limit > 0);
    let limit = wanted.into_iter().chain(diet.results).min().unwrap_or(usize::MAX);
    if alerts.len() <= limit {
        return (alerts, 0);
    }
    // A stable sort: within a severity the report's order, by rule and place, stays.
    alerts.sort_by_key(|alert| (std::cmp::Reverse(alert.level), alert.kind != AlertKind::Correlation));
    let dropped = alerts.len() - limit;
    alerts.truncate(limit);
    (alerts, dropped)
}

/// The order of results: address, line, column, rule.
fn sorted<'a>(report: &Report, mut alerts: Vec<&'a Alert>, places: &Places) -> Vec<&'a Alert> {
    alerts.sort_by(|a, b| {
        let key = |alert: &'a Alert| {
            let place = &alert.place;
            (places.uri(place), places.start_line(place), place.columns.start)
        };
        key(a)
            .cmp(&key(b))
            .then_with(|| rule(report, a.rule).id.cmp(&rule(report, b.rule).id))
            .then(a.fingerprint.cmp(&b.fingerprint))
    });
    alerts
}

/// The results, each made when it is its turn.
struct Results<'a> {
    report: &'a Report,
    alerts: Vec<&'a Alert>,
    places: Places,
    rule_ids: Vec<RuleId>,
    options: &'a Options,
    diet: Diet,
}

impl Serialize for Results<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(
            self.alerts.iter().map(|alert| {
                results::result(self.report, alert, &self.places, &self.rule_ids, (self.options, self.diet))
            }),
        )
    }
}

/// A property bag with our one property.
fn bag(ours: Value) -> PropertyBag {
    PropertyBag { tags: None, additional_properties: BTreeMap::from([("logsentry".to_owned(), ours)]) }
}

fn multiformat(text: impl Into<String>) -> MultiformatMessageString {
    MultiformatMessageString::builder().text(text).build()
}

fn message(text: String) -> Message {
    Message { text: Some(text), ..Message::default() }
}

fn properties(report: &Report, rule_ids: &[RuleId], kept: usize, dropped: usize) -> Value {
    let summary = &report.summary;
    let alerts = summary.alerts.iter().fold(0u64, |sum, n| sum.saturating_add(*n));
    json!({
        "schemaVersion": 1,
        "counts": {
            "alerts": alerts, "emitted": kept, "folded": summary.matches, "dropped": dropped,
            "suppressed": summary.suppressed, "baseline": summary.unchanged,
        },
        "rules": {
            "loaded": summary.rules.loaded, "failed": summary.rules.rejected, "matched": rule_ids.len(),
            "notApplicable": summary.rules.not_applicable, "leftOut": summary.rules.left_out,
        },
        "inputs": {
            "files": summary.inputs, "bytes": summary.bytes,
            "events": summary.books.events, "unparsed": summary.books.unparsed,
            "unassigned": summary.books.unassigned,
        },
        "complete": summary.complete,
    })
}

#[cfg(test)]
mod tests {
    use super::super::{SarifOptions, sample};
    use super::*;
    use crate::model::Pair;

    fn parsed(report: &Report, options: &Options) -> Value {
        serde_json::from_str(&sample::written(&REPORTER, report, options)).expect("it is JSON")
    }

    #[test]
    fn the_report_is_this_file() {
        let options =
            Options { exit: Some((1, "Alerts at or above the --fail-on level.".into())), ..Options::default() };
        sample::compare("sarif", &sample::written(&REPORTER, &sample::report(), &options));
    }

    #[test]
    fn a_clean_scan_has_results_and_rules_that_are_empty() {
        let log = parsed(&sample::empty(), &Options::default());
        assert_eq!(log["runs"][0]["results"], json!([]));
        assert_eq!(log["runs"][0]["tool"]["driver"]["rules"], json!([]));
        assert_eq!(log["runs"].as_array().map(Vec::len), Some(1));
    }

    #[test]
    fn github_takes_every_file_we_write() {
        let mut loud = Options { no_snippets: true, ..Options::default() };
        loud.sarif = SarifOptions {
            category: Some("logs".to_owned()),
            all_rules: true,
            include_suppressed: true,
            baseline: true,
            ..SarifOptions::default()
        };
        let mut long = sample::report();
        let mut rules = long.rules.to_vec();
        for rule in &mut rules {
            rule.title = format!("{} {}", rule.title, "very long ".repeat(200));
            rule.description = Some("Ω word ".repeat(500));
            rule.tags = (0..40).map(|n| format!("tag.{n}")).collect();
        }
        long.rules = rules.into();
        for alert in &mut long.alerts {
            alert.entity = (0..40).map(|n| Pair { field: format!("f{n}"), value: "v ".repeat(300) }).collect();
            alert.samples = alert.samples.iter().cycle().take(300).cloned().collect();
        }
        for (report, options) in [
            (sample::report(), Options::default()),
            (sample::report(), loud.clone()),
            (sample::empty(), loud.clone()),
            (sample::crowd(5_100), Options::default()),
            (long, loud),
        ] {
            assert_eq!(ingest::complaints(&parsed(&report, &options)), Vec::<String>::new());
        }
    }

    #[test]
    fn suppressed_alerts_are_written_only_when_asked_and_then_every_result_says_so() {
        let count = |log: &Value| log["runs"][0]["results"].as_array().map_or(0, Vec::len);
        let without = parsed(&sample::report(), &Options::default());
        assert_eq!(count(&without), 4);
        assert!(!without.to_string().contains("load test"));
        let mut options = Options::default();
        options.sarif.include_suppressed = true;
        let with = parsed(&sample::report(), &options);
        assert_eq!(count(&with), 5);
        let lists = with["runs"][0]["results"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|r| r["suppressions"].as_array().map(Vec::len));
        assert_eq!(lists.flatten().count(), 5);
    }

    #[test]
    fn too_many_results_are_cut_worst_first_and_the_file_says_so() {
        let mut options = Options::default();
        options.sarif.max_results = 2;
        let log = parsed(&sample::report(), &options);
        let levels: Vec<&str> =
            log["runs"][0]["results"].as_array().into_iter().flatten().filter_map(|r| r["level"].as_str()).collect();
        assert_eq!(levels, ["error", "error"]);
        let notice = log["runs"][0]["invocations"][0]["toolExecutionNotifications"]
            .as_array()
            .into_iter()
            .flatten()
            .find(|n| {
                n["descriptor"]["id"] == "LSN002"
                    && n["message"]["text"].as_str().is_some_and(|t| t.contains("results"))
            })
            .expect("the cut is said");
        assert_eq!(notice["message"]["text"], "4 alerts, 2 results written, 2 left out.");
        assert_eq!(log["runs"][0]["properties"]["logsentry"]["counts"]["dropped"], 2);
    }

    #[test]
    fn a_category_gets_its_slash() {
        let mut options = Options::default();
        options.sarif.category = Some("logs".to_owned());
        assert_eq!(parsed(&sample::report(), &options)["runs"][0]["automationDetails"]["id"], "logs/");
    }

    #[test]
    fn all_rules_are_listed_on_demand() {
        let mut options = Options::default();
        options.sarif.all_rules = true;
        let count = |options: &Options| {
            parsed(&sample::report(), options)["runs"][0]["tool"]["driver"]["rules"].as_array().map_or(0, Vec::len)
        };
        assert_eq!((count(&Options::default()), count(&options)), (4, 5));
    }
}
