//! Baselines: earlier reports, read for what was already known.
//!
//! Read are our own JSON (`--format json` and `--write-baseline`) and our own SARIF. Of each alert two texts count, the
//! rule's identity and the fingerprint; alerts that were suppressed then are not known: when their entry expires they are
//! to come back. An alert that stands for many (past `--max-alerts`) is never known, since nobody has seen what it holds.

use super::TriageError;
use crate::model::show;
use crate::model::{Alert, AlertStatus, Known, RuleInfo, limits};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::Path;

/// Shapes that are read: files of `--write-baseline`, and reports.
const READ: [&str; 2] = ["logsentry-baseline/1", "logsentry-report/1"];

/// What was known: rule and fingerprint.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Baseline {
    known: BTreeSet<(String, String)>,
}

impl Baseline {
    /// Reads a file.
    pub(crate) fn open(path: &Path) -> Result<Baseline, TriageError> {
        let unreadable = |why: String| TriageError::Unreadable { path: path.to_path_buf(), why };
        let file = std::fs::File::open(path).map_err(|why| unreadable(show::why(&why)))?;
        let mut bytes = Vec::new();
        let read = file.take(limits::BASELINE_BYTES + 1).read_to_end(&mut bytes);
        if read.map_err(|why| unreadable(show::why(&why)))? as u64 > limits::BASELINE_BYTES {
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
                path: alert.logical_source.to_string(),
                fingerprint: alert.fingerprint.clone(),
            })
        })
        .collect();
    known.sort_by(|a, b| (&a.rule_id, &a.path, &a.fingerprint).cmp(&(&b.rule_id, &b.path, &b.fingerprint)));
    known
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
