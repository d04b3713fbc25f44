//! Folds become alerts: the sentence people read, and the fingerprint alerts are known by.
//!
//! Specified in report.md 1 and sarif.md 5 and 6 with README decisions 13 and 17. Text stays unescaped here; how a sink
//! spells it is the business of `report`.

use super::fold::{Folded, Folds, Key};
use crate::model::{Alert, AlertKind, AlertStatus, Entity, Fold, InputSummary, Pair, RuleId, RuleInfo, show};
use sha2::{Digest, Sha256};
use std::cmp::Reverse;

/// Values in a sentence are cut at this many bytes.
const SENTENCE_VALUE: usize = 120;
/// Between the parts of what a fingerprint is made of.
const SEPARATOR: &str = "\u{1F}";
/// Changes when fingerprints change their meaning.
const VERSION: &str = "logsentry-alert-v1";

/// What a scan keeps.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    /// The alerts, worst rule first and then in reading order; overflow alerts last.
    pub(crate) alerts: Vec<Alert>,
    /// How many of them stand for alerts that were not kept: the scan is not complete (problem `limit`).
    pub(crate) overflow: usize,
    /// Samples were left out for lack of room (problem `limit`; the scan is complete all the same).
    pub(crate) samples_full: bool,
}

impl Folds {
    /// The alerts of all blocks. `rules` is indexed by [`RuleId`].
    pub(crate) fn into_alerts(self, rules: &[RuleInfo]) -> Kept {
        let Folded { folds, overflow, samples_full } = self.into_folded();
        let left_out = overflow.len();
        let kept = folds.into_iter().filter_map(|(key, fold)| alert(&key, fold, rules));
        let rest = overflow.into_iter().filter_map(|(rule, fold)| overflow_alert(rule, fold, rules));
        Kept { alerts: kept.chain(rest).collect(), overflow: left_out, samples_full }
    }
}

fn alert(key: &Key, fold: Fold, rules: &[RuleInfo]) -> Option<Alert> {
    let rule = rules.get(key.rule.0 as usize)?;
    Some(Alert {
        rule: key.rule,
        level: rule.level,
        kind: rule.kind,
        message: sentence(&rule.title, &fold.entity),
        fingerprint: fingerprint(&rule.id, &key.logical_source, &key.entity),
        entity: fold.entity,
        count: fold.count,
        matches: fold.count,
        first: fold.first,
        last: fold.last,
        place: fold.place,
        logical_source: key.logical_source.to_string(),
        samples: fold.samples.into_iter().chain(fold.last_sample).collect(),
        status: AlertStatus::New,
        suppression: None,
    })
}

/// One alert for all of a rule that were not kept: about nothing in particular, nowhere in particular.
fn overflow_alert(rule: RuleId, fold: Fold, rules: &[RuleInfo]) -> Option<Alert> {
    let key = Key { rule, logical_source: "".into(), entity: Entity::new() };
    let mut alert = alert(&key, fold, rules)?;
    let title = rules.get(rule.0 as usize).map_or("", |rule| rule.title.trim_end_matches('.'));
    alert.message = format!("{title}: more alerts than are kept, counted in this one.");
    Some(alert)
}

/// One sentence for people: the rule's title, and what it is about.
pub(crate) fn sentence(title: &str, entity: &[Pair]) -> String {
    let title = title.trim().trim_end_matches('.');
    let pairs: Vec<String> =
        entity.iter().map(|pair| format!("{} '{}'", pair.field, show::cut(&pair.value, SENTENCE_VALUE))).collect();
    if pairs.is_empty() { format!("{title}.") } else { format!("{title} for {}.", pairs.join(", ")) }
}

/// The first 16 hex digits of an alert's identity. `entity` holds the pairs behind the built-in redaction, with values
/// case-folded for a detection and exact for a correlation.
pub(crate) fn fingerprint(rule: &str, logical_source: &str, entity: &[Pair]) -> String {
    let mut pairs: Vec<String> = entity.iter().map(|pair| format!("{}={}", pair.field, pair.value)).collect();
    pairs.sort_unstable();
    let mut parts = vec![VERSION, rule, logical_source];
    parts.extend(pairs.iter().map(String::as_str));
    let digest = Sha256::digest(parts.join(SEPARATOR).as_bytes());
    digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// Sorts alerts as reports list them: level (worst first), rule id, path, line, record, entity.
pub(crate) fn in_report_order(alerts: &mut [Alert], rules: &[RuleInfo], inputs: &[InputSummary]) {
    let rule = |alert: &Alert| rules.get(alert.rule.0 as usize).map_or("", |rule| rule.id.as_str());
    let path = |alert: &Alert| inputs.get(alert.place.source.0 as usize).map_or("", |input| input.path.as_str());
    alerts.sort_by(|a, b| {
        let place = |alert: &Alert| (alert.place.line, alert.place.record);
        Reverse(a.level)
            .cmp(&Reverse(b.level))
            .then_with(|| rule(a).cmp(rule(b)))
            .then_with(|| path(a).cmp(path(b)))
            .then_with(|| place(a).cmp(&place(b)))
            .then_with(|| a.entity.cmp(&b.entity))
            .then_with(|| a.fingerprint.cmp(&b.fingerprint))
    });
}
