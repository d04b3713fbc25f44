//! Baselines: earlier reports, read for what was already known.
//!
//! Read are our own JSON (`--format json` and `--write-baseline`) and our own SARIF. Of each alert two texts count, the
//! rule's identity and the fingerprint; alerts that were suppressed then are not known: when their entry expires they are
//! to come back. An alert that stands for many (past `--max-alerts`) is never known, since nobody has seen what it holds.

use super::TriageError;
use crate::model::show::Shown;
use crate::model::{Alert, AlertStatus, Known, RuleInfo, limits};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read, Write};
use std::path::Path;

/// The name of the shape `--write-baseline` writes.
const SCHEMA: &str = "logsentry-baseline/1";
/// Shapes that are read.
const READ: [&str; 2] = [SCHEMA, "logsentry-report/1"];

/// What was known: rule and fingerprint.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Baseline {
    known: BTreeSet<(String, String)>,
}

impl Baseline {
    /// Reads a file.
    pub(crate) fn open(path: &Path) -> Result<Baseline, TriageError> {
        let unreadable = |why: String| TriageError::Unreadable { path: path.to_path_buf(), why };
        let file = std::fs::File::open(path).map_err(|why| unreadable(why.to_string()))?;
        let mut bytes = Vec::new();
        let read = file.take(limits::BASELINE_BYTES + 1).read_to_end(&mut bytes);
        if read.map_err(|why| unreadable(why.to_string()))? as u64 > limits::BASELINE_BYTES {
            return Err(unreadable(format!("more than {} bytes", limits::BASELINE_BYTES)));
        }
        Baseline::parse(&bytes).map_err(|why| TriageError::Foreign { path: path.to_path_buf(), why })
    }

    fn parse(bytes: &[u8]) -> Result<Baseline, String> {
        let document: Document = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        let known = match document {
            Document { runs: Some(runs), .. } => of_sarif(runs)?,
            Document { schema: Some(schema), alerts: Some(alerts), .. } if READ.contains(&schema.as_str()) => {
                alerts.into_iter().filter(|alert| !alert.is_suppressed()).map(|a| (a.rule_id, a.fingerprint)).collect()
            }
            Document { schema: Some(schema), .. } => return Err(format!("its schema is {schema:?}")),
            Document { .. } => return Err("it names no schema".to_owned()),
        };
        Ok(Baseline { known })
    }

    /// Marks what is known, and counts what is gone.
    pub(crate) fn compare(&self, alerts: &mut [Alert], rules: &[RuleInfo]) -> u64 {
        let mut seen = BTreeSet::new();
        for alert in alerts.iter_mut().filter(|alert| !stands_for_many(alert)) {
            let Some(rule) = rules.get(alert.rule.0 as usize) else { continue };
            let identity = (rule.id.clone(), alert.fingerprint.clone());
            if !self.known.contains(&identity) {
                continue;
            }
            if alert.status == AlertStatus::New {
                alert.status = AlertStatus::Unchanged;
            }
            seen.insert(identity);
        }
        (self.known.len() - seen.len()) as u64
    }
}

/// Past the limit of alerts, one stands for the rest of a rule: about nothing in particular, nowhere in particular.
fn stands_for_many(alert: &Alert) -> bool {
    alert.entity.is_empty() && alert.logical_source.is_empty()
}

/// What a baseline made of these alerts holds, in the order it is written in.
pub(crate) fn known(alerts: &[Alert], rules: &[RuleInfo]) -> Vec<Known> {
    let counts = |alert: &&Alert| alert.status != AlertStatus::Suppressed && !stands_for_many(alert);
    let mut known: Vec<Known> = alerts
        .iter()
        .filter(counts)
        .filter_map(|alert| {
            let rule = rules.get(alert.rule.0 as usize)?;
            Some(Known {
                rule_id: rule.id.clone(),
                rule_title: rule.title.clone(),
                level: alert.level,
                entity: alert.entity.clone(),
                path: alert.logical_source.clone(),
                fingerprint: alert.fingerprint.clone(),
            })
        })
        .collect();
    known.sort_by(|a, b| (&a.rule_id, &a.path, &a.fingerprint).cmp(&(&b.rule_id, &b.path, &b.fingerprint)));
    known
}

/// Writes a baseline: what identifies each alert, and enough for people to review the file. No times, no log lines, so
/// that it differs only where alerts do.
pub(crate) fn write_baseline(known: &[Known], out: &mut dyn Write) -> io::Result<()> {
    let shown = |text: &str| Shown(text).to_string();
    let alerts = known.iter().map(|known| KnownShape {
        rule_id: known.rule_id.clone(),
        fingerprint: known.fingerprint.clone(),
        rule_title: shown(&known.rule_title),
        level: known.level.name(),
        entity: known.entity.iter().map(|pair| (shown(&pair.field), shown(&pair.value))).collect(),
        path: shown(&known.path),
    });
    let file = BaselineShape { schema: SCHEMA, alerts: alerts.collect() };
    serde_json::to_writer_pretty(&mut *out, &file)?;
    out.write_all(b"\n")
}

#[derive(Serialize)]
struct BaselineShape {
    schema: &'static str,
    alerts: Vec<KnownShape>,
}

#[derive(Serialize)]
struct KnownShape {
    rule_id: String,
    fingerprint: String,
    rule_title: String,
    level: &'static str,
    entity: BTreeMap<String, String>,
    path: String,
}

/// What is read of a file. Keys that say nothing here are not looked at.
#[derive(Deserialize)]
struct Document {
    schema: Option<String>,
    alerts: Option<Vec<RawAlert>>,
    runs: Option<Vec<RawRun>>,
}

#[derive(Deserialize)]
struct RawAlert {
    rule_id: String,
    fingerprint: String,
    status: Option<String>,
}

impl RawAlert {
    fn is_suppressed(&self) -> bool {
        self.status.as_deref() == Some(AlertStatus::Suppressed.name())
    }
}

#[derive(Deserialize)]
struct RawRun {
    tool: RawTool,
    results: Vec<RawResult>,
}

#[derive(Deserialize)]
struct RawTool {
    driver: RawDriver,
}

#[derive(Deserialize)]
struct RawDriver {
    name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawResult {
    rule_id: String,
    #[serde(default)]
    partial_fingerprints: BTreeMap<String, String>,
    #[serde(default)]
    suppressions: Vec<serde::de::IgnoredAny>,
}

fn of_sarif(runs: Vec<RawRun>) -> Result<BTreeSet<(String, String)>, String> {
    let mut known = BTreeSet::new();
    for run in runs {
        let name = run.tool.driver.name;
        if name != "logsentry" {
            return Err(format!("its results are those of {name:?}"));
        }
        for result in run.results.into_iter().filter(|result| result.suppressions.is_empty()) {
            let mut fingerprints = result.partial_fingerprints;
            let Some(fingerprint) = fingerprints.remove("logsentryAlert/v1") else {
                return Err(format!("a result of rule {:?} has no fingerprint", result.rule_id));
            };
            known.insert((result.rule_id, fingerprint));
        }
    }
    Ok(known)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Level, Pair};

    fn one() -> Known {
        Known {
            rule_id: "ssh".to_owned(),
            rule_title: "SSH \u{202e}".to_owned(),
            level: Level::High,
            entity: vec![Pair { field: "src_ip".to_owned(), value: "192.0.2.7\u{1b}".to_owned() }],
            path: "logs/auth.log".to_owned(),
            fingerprint: "a0b1c2d3e4f50617".to_owned(),
        }
    }

    #[test]
    fn what_is_written_reads_back_and_cannot_move_a_terminal() {
        let mut out = Vec::new();
        write_baseline(&[one()], &mut out).expect("a vector takes everything");
        let text = String::from_utf8(out).expect("JSON is UTF-8");
        assert!(!text.contains('\u{202e}') && !text.contains('\u{1b}'), "{text}");
        let want = BTreeSet::from([("ssh".to_owned(), "a0b1c2d3e4f50617".to_owned())]);
        assert_eq!(Baseline::parse(text.as_bytes()), Ok(Baseline { known: want }));
    }

    #[test]
    fn reports_are_baselines_and_what_they_suppressed_is_not_known() {
        let report = r#"{"schema": "logsentry-report/1", "alerts": [
            {"rule_id": "a", "fingerprint": "1", "status": "new"}, {"rule_id": "a", "fingerprint": "2", "status": "unchanged"},
            {"rule_id": "a", "fingerprint": "3", "status": "suppressed"}]}"#;
        let sarif = r#"{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "logsentry"}}, "results": [
            {"ruleId": "a", "partialFingerprints": {"logsentryAlert/v1": "1"}, "suppressions": []},
            {"ruleId": "a", "partialFingerprints": {"logsentryAlert/v1": "2"}},
            {"ruleId": "a", "partialFingerprints": {"logsentryAlert/v1": "3"}, "suppressions": [{"kind": "external"}]}]}]}"#;
        let want = BTreeSet::from(["1", "2"].map(|n| ("a".to_owned(), n.to_owned())));
        for text in [report, sarif] {
            assert_eq!(Baseline::parse(text.as_bytes()), Ok(Baseline { known: want.clone() }));
        }
    }

    #[test]
    fn what_is_no_report_of_ours_is_refused_and_never_empty() {
        let foreign = [
            "",
            "[]",
            "{}",
            "no JSON",
            r#"{"alerts": []}"#,
            r#"{"schema": "logsentry-report/9", "alerts": []}"#,
            r#"{"schema": "logsentry-report/1"}"#,
            r#"{"schema": "logsentry-report/1", "alerts": [{"rule_id": "a"}]}"#,
            r#"{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "zizmor"}}, "results": []}]}"#,
            r#"{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "logsentry"}}}]}"#,
            r#"{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "logsentry"}}, "results": [{"ruleId": "a"}]}]}"#,
        ];
        for text in foreign {
            assert!(Baseline::parse(text.as_bytes()).is_err(), "{text}");
        }
    }
}
