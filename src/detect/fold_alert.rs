//! Folds become alerts: the sentence people read, and the fingerprint alerts are known by.
//!
//! Specified in report.md 1 and sarif.md 5 and 6 with README decisions 13 and 17. Text stays unescaped here; how a sink
//! spells it is the business of `report`.

use super::fold::{Folded, Folds, Missing};
use super::fold_held::Total;
use crate::model::{Alert, AlertStatus, Entity, InputSummary, Pair, RuleId, RuleInfo, Sample, show};
use sha2::{Digest, Sha256};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

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
    /// How many further ones there are of each rule, where they are only counted.
    pub(crate) counted: BTreeMap<RuleId, u64>,
    /// How many of them stand for alerts that were not kept: the scan is not complete (problem `limit`).
    pub(crate) overflow: usize,
    /// What was left out of samples for lack of room (problem `limit`; the scan is complete all the same).
    pub(crate) missing: Missing,
}

impl Folds {
    /// The alerts of all blocks, `most` of them in full. `rules` is indexed by [`RuleId`].
    pub(crate) fn into_alerts(self, rules: &[RuleInfo], most: usize) -> Kept {
        let Folded { kept, texts, overflow, missing, needs } = self.into_folded(most);
        let left_out = overflow.len();
        let mut alerts = Vec::with_capacity(kept.len() + overflow.len());
        for held in kept {
            let (identity, shown) = held.entity();
            let (rule, total) = (held.rule, held.total());
            let about = (vec![identity], vec![shown], needs.logical_source(total.place.source));
            alerts.extend(alert(rule, total, about, held.into_samples(&texts), rules));
        }
        alerts.extend(overflow.into_iter().filter_map(|(rule, total)| overflow_alert(rule, total, rules)));
        Kept { alerts, counted: BTreeMap::new(), overflow: left_out, missing }
    }
}

/// What an alert is about: as it is recognised, as people see it, and in which logical source.
type About = (Entity, Entity, Arc<str>);

fn alert(
    rule: RuleId,
    total: Total,
    (identity, entity, logical_source): About,
    samples: Vec<Sample>,
    rules: &[RuleInfo],
) -> Option<Alert> {
    let info = rules.get(rule.0 as usize)?;
    Some(Alert {
        rule,
        level: info.level,
        kind: info.kind,
        message: sentence(&info.title, &entity),
        fingerprint: fingerprint(&info.id, &logical_source, &identity),
        entity,
        count: total.count,
        matches: total.count,
        first: total.first,
        last: total.last,
        place: total.place,
        logical_source,
        samples,
        status: AlertStatus::New,
        suppression: None,
    })
}

/// One alert for all of a rule that were not kept: about nothing in particular, nowhere in particular.
fn overflow_alert(rule: RuleId, total: Total, rules: &[RuleInfo]) -> Option<Alert> {
    let mut alert = alert(rule, total, About::default(), Vec::new(), rules)?;
    alert.message = more_alerts(&rules.get(rule.0 as usize)?.title);
    Some(alert)
}

/// One sentence for people: the rule's title, and what it is about.
pub(crate) fn sentence(title: &str, entity: &[Pair]) -> String {
    let title = title.trim().trim_end_matches('.');
    let mut sentence =
        String::with_capacity(title.len() + entity.iter().map(|pair| pair.value.len() + 16).sum::<usize>());
    sentence.push_str(title);
    for (n, pair) in entity.iter().enumerate() {
        let value: &str = &show::cut(&pair.value, SENTENCE_VALUE);
        for part in [if n == 0 { " for " } else { ", " }, &pair.field, " '", value, "'"] {
            sentence.push_str(part);
        }
    }
    sentence.push('.');
    sentence
}

/// The sentence for all alerts of a rule that were not kept.
pub(crate) fn more_alerts(title: &str) -> String {
    format!("{}: more alerts than are kept, counted in this one.", title.trim().trim_end_matches('.'))
}

/// The first 16 hex digits of an alert's identity. `entity` holds the pairs behind the built-in redaction, with values
/// case-folded for a detection and exact for a correlation.
pub(crate) fn fingerprint(rule: &str, logical_source: &str, entity: &[Pair]) -> String {
    let mut pairs: Vec<[&str; 3]> = entity.iter().map(|pair| [pair.field.as_str(), "=", pair.value.as_str()]).collect();
    pairs.sort_by(|a, b| a.iter().flat_map(|part| part.bytes()).cmp(b.iter().flat_map(|part| part.bytes())));
    let mut digest = Sha256::new();
    digest.update(VERSION);
    for part in [[rule, "", ""], [logical_source, "", ""]].iter().chain(&pairs) {
        digest.update(SEPARATOR);
        for piece in part {
            digest.update(piece);
        }
    }
    let digit = |half: u8| char::from_digit(u32::from(half), 16);
    let hex = digest.finalize().into_iter().take(8).flat_map(|byte| [digit(byte >> 4), digit(byte & 0xf)]);
    hex.flatten().collect()
}

/// Sorts alerts as reports list them: level (worst first), rule id, path, line, record, entity.
pub(crate) fn in_report_order(alerts: &mut [Alert], rules: &[RuleInfo], inputs: &[InputSummary]) {
    let rules = ranks(rules.iter().map(|rule| rule.id.as_str()));
    let paths = ranks(inputs.iter().map(|input| input.path.as_str()));
    let rank = |ranks: &[usize], at: u32| ranks.get(at as usize).copied().unwrap_or_default();
    let key = |alert: &Alert| {
        let (rule, path) = (rank(&rules, alert.rule.0), rank(&paths, alert.place.source.0));
        (Reverse(alert.level), rule, path, alert.place.line, alert.place.record)
    };
    // There may be a hundred thousand, and they are large.
    alerts.sort_by_cached_key(key);
    for same in alerts.chunk_by_mut(|a, b| key(a) == key(b)) {
        same.sort_by(|a, b| a.entity.cmp(&b.entity).then_with(|| a.fingerprint.cmp(&b.fingerprint)));
    }
}

/// The place of each text among all of them in order; the first one is that of an empty text.
fn ranks<'t>(texts: impl Iterator<Item = &'t str> + Clone) -> Vec<usize> {
    let order: BTreeSet<&str> = texts.clone().chain([""]).collect();
    let ranks: HashMap<&str, usize> = order.into_iter().enumerate().map(|(rank, text)| (text, rank)).collect();
    texts.map(|text| ranks.get(text).copied().unwrap_or_default()).collect()
}

#[cfg(test)]
mod tests {
    use super::super::fold::empty;
    use super::super::fold_need::key_into;
    use super::*;
    use crate::detect::{Before, Keep, Needs};
    use crate::model::AlertKind;
    use crate::model::{Fold, Level, LogSource, Place, SourceId};

    fn pairs<const N: usize>(pairs: [(&str, &str); N]) -> Entity {
        pairs.map(|(field, value)| Pair { field: field.to_owned(), value: value.to_owned() }).to_vec()
    }

    fn rule(id: &str, level: Level) -> RuleInfo {
        RuleInfo {
            id: id.to_owned(),
            uuid: None,
            title: format!("Title of {id}."),
            level,
            kind: AlertKind::Detection,
            status: None,
            logsource: LogSource::default(),
            tags: Vec::new(),
            techniques: Vec::new(),
            tactics: Vec::new(),
            file: String::new(),
            description: None,
            references: Vec::new(),
            falsepositives: Vec::new(),
            remediation: None,
            group_by: Vec::new(),
            timespan: None,
            excluded: false,
            silenced_by: Vec::new(),
        }
    }

    fn fold(rule: u32, value: &str, line: u64, count: u64) -> Fold {
        let mut key = Vec::new();
        key_into(&mut key, RuleId(rule), 0, "user");
        key.extend_from_slice(value.to_lowercase().as_bytes());
        let place = Place { source: SourceId(0), line, record: line, lines: 1, ..Place::default() };
        Fold { count, ..empty(RuleId(rule), key.into(), Some(value.into()), place) }
    }

    #[test]
    fn fingerprints_are_pinned() {
        // printf 'logsentry-alert-v1\037ssh_failed\037logs/auth.log\037src_ip=203.0.113.66' | sha256sum
        let one = fingerprint("ssh_failed", "logs/auth.log", &pairs([("src_ip", "203.0.113.66")]));
        assert_eq!(one, "6a9999179c697869");
        // The same with \037user=root behind it, in whatever order the pairs come.
        let two = fingerprint("ssh_failed", "logs/auth.log", &pairs([("user", "root"), ("src_ip", "203.0.113.66")]));
        assert_eq!(two, "22bdc952381d0e66");
        // printf 'logsentry-alert-v1\037corr\037logs/auth.log' | sha256sum
        assert_eq!(fingerprint("corr", "logs/auth.log", &[]), "f3b6b4f3f7612178");
    }

    #[test]
    fn sentences_name_the_rule_and_what_it_is_about() {
        assert_eq!(sentence("SSH failure.", &pairs([("user", "root")])), "SSH failure for user 'root'.");
        assert_eq!(sentence("A", &pairs([("user", "x"), ("host", "y")])), "A for user 'x', host 'y'.");
        assert_eq!(sentence("A", &[]), "A.");
        assert!(sentence("A", &pairs([("url", &"é".repeat(500))])).len() < 150);
    }

    #[test]
    fn folds_become_alerts_and_the_rest_one_alert_a_rule() {
        let rules = [rule("b", Level::Low), rule("a", Level::High)];
        let needs = Needs::new(vec!["a.log".into()], vec![Level::Low, Level::High], &|_| false);
        let mut folds = Folds::new(Keep { alerts: 2, ..Keep::default() }, Arc::new(needs));
        let found = [(0, "Mia", 1), (1, "Mia", 2), (0, "Tom", 3)];
        let found = found.map(|(rule, user, line)| fold(rule, user, line, line)).to_vec();
        folds.add(Before { lines: 10, records: 10, ..Before::default() }, found);
        let mut kept = folds.into_alerts(&rules, 2);
        in_report_order(&mut kept.alerts, &rules, &[]);
        let shown: Vec<_> = kept.alerts.iter().map(|a| (a.rule.0, a.place.line, a.count, a.message.as_str())).collect();
        assert_eq!(
            shown,
            [
                (1, 12, 2, "Title of a for user 'Mia'."),
                (0, 11, 1, "Title of b for user 'Mia'."),
                (0, 13, 3, "Title of b: more alerts than are kept, counted in this one."),
            ]
        );
        assert_eq!(kept.overflow, 1);
        assert_eq!(kept.alerts[1].fingerprint, fingerprint("b", "a.log", &pairs([("user", "mia")])));
        assert!(kept.alerts[2].entity.is_empty());
    }
}
