//! What ignore entries put aside: folded like everything else, and told as suppressed where nothing of an alert is left.

use super::merge::Named;
use crate::correlate::{self, Room};
use crate::detect::{self, Before, Folds, Keep, Needs, fingerprint, pair_of};
use crate::model::{
    Alert, AlertStatus, Entity, Excused, Findings, Fold, FoldedAlerts, Match, Pair, Problem, ProblemKind, RuleId,
    RuleInfo, Suppression, limits,
};
use crate::triage::Judge;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The first entry that put something of an alert aside, by rule and fingerprint. Of more than [`limits::REASONS`], those
/// with the smallest keys: whatever the order they come in, the same are left.
pub(super) type Reasons = BTreeMap<(RuleId, String), u32>;

/// Detections that were put aside.
pub(super) struct Aside<'s> {
    judge: &'s Judge<'s>,
    rules: &'s [RuleInfo],
    folds: Folds,
    reasons: Reasons,
    samples: usize,
}

impl<'s> Aside<'s> {
    pub(super) fn new(judge: &'s Judge<'s>, rules: &'s [RuleInfo], needs: Arc<Needs>, keep: Keep) -> Aside<'s> {
        let samples = keep.samples;
        let room = Keep {
            alerts: keep.alerts.min(limits::SUPPRESSED),
            sample_bytes: limits::SUPPRESSED_SAMPLES.min(keep.sample_bytes),
            ..keep
        };
        Aside { judge, rules, folds: Folds::new(room, needs), reasons: Reasons::new(), samples }
    }

    /// Takes out of a block what entries put aside.
    pub(super) fn sort(&mut self, found: &mut Findings, at: &Named, before: Before) {
        let excused = std::mem::take(&mut found.excused);
        let whole =
            found.alerts.extract_if(.., |fold| self.judge.concerns(fold.rule) && judged(self, fold, &[], at).is_some());
        let mut aside: FoldedAlerts = whole.collect();
        let (mut put, mut left) = (Vec::new(), Vec::new());
        for Excused { entries, fold } in excused {
            let is_aside = judged(self, &fold, &entries, at).is_some();
            if is_aside { put.push(fold) } else { left.push(fold) }
        }
        detect::join(&mut aside, put, self.samples);
        detect::join(&mut found.alerts, left, self.samples);
        let gone: u64 = aside.iter().map(|fold| fold.count).sum();
        found.matches_total = found.matches_total.saturating_sub(gone);
        if !aside.is_empty() {
            self.folds.add(before, aside);
        }
    }

    /// Whether a match of the stream is put aside.
    pub(super) fn holds(&self, one: &Match<'_>, at: &Named) -> bool {
        let Match { rule, entity: (field, _), identity, entries, .. } = *one;
        let value = identity.unwrap_or_default().to_owned();
        let print = || self.fingerprint(rule, &vec![Pair { field: field.to_owned(), value: value.clone() }], at);
        self.judge.concerns(rule) && self.judge.verdict(rule, entries, &at.path, &print).is_some()
    }

    fn fingerprint(&self, rule: RuleId, entity: &Entity, at: &Named) -> String {
        let id = self.rules.get(rule.0 as usize).map_or("", |rule| rule.id.as_str());
        fingerprint(id, &at.logical, entity)
    }

    /// The alerts of which nothing is left among `kept`.
    pub(super) fn into_alerts(self, kept: &[Alert], problems: &mut Vec<Problem>) -> Vec<Alert> {
        let found = self.folds.into_alerts(self.rules, usize::MAX);
        if found.overflow > 0 {
            problems.push(too_many());
        }
        suppressed(found.alerts, kept, &self.reasons, self.judge)
    }
}

/// The entry that puts matches aside, noted with their alert.
fn judged(aside: &mut Aside<'_>, fold: &Fold, entries: &[u32], at: &Named) -> Option<u32> {
    let print = || aside.fingerprint(fold.rule, &vec![pair_of(&fold.key)], at);
    let entry = aside.judge.verdict(fold.rule, entries, &at.path, &print)?;
    let key = (fold.rule, print());
    note(&mut aside.reasons, key, entry);
    Some(entry)
}

/// Keeps the first entry in the order of the file, whichever match came first.
pub(super) fn note(reasons: &mut Reasons, key: (RuleId, String), entry: u32) {
    if reasons.len() >= limits::REASONS && reasons.last_key_value().is_some_and(|(last, _)| *last < key) {
        return;
    }
    reasons.entry(key).and_modify(|known| *known = entry.min(*known)).or_insert(entry);
    if reasons.len() > limits::REASONS {
        reasons.pop_last();
    }
}

/// How many suppressed alerts of correlations are kept.
pub(super) fn room(room: Room) -> correlate::Folds {
    correlate::Folds::new(Room {
        alerts: room.alerts.min(limits::SUPPRESSED),
        sample_bytes: room.sample_bytes.min(limits::SUPPRESSED_SAMPLES),
        ..room
    })
}

/// Alerts that were put aside, without those that are also among `kept`: an alert is suppressed only when all its matches
/// are.
pub(super) fn suppressed(aside: Vec<Alert>, kept: &[Alert], reasons: &Reasons, judge: &Judge<'_>) -> Vec<Alert> {
    let seen: BTreeSet<(RuleId, &str)> = kept.iter().map(|alert| (alert.rule, alert.fingerprint.as_str())).collect();
    let is_all_aside = |alert: &Alert| !seen.contains(&(alert.rule, alert.fingerprint.as_str()));
    let told = |alert: Alert| {
        let entry = reasons.get(&(alert.rule, alert.fingerprint.clone()));
        let several = || Suppression { reason: "more suppressed alerts than are kept".to_owned(), expires: None };
        let suppression = entry.and_then(|entry| judge.suppression(*entry)).unwrap_or_else(several);
        Alert { status: AlertStatus::Suppressed, suppression: Some(suppression), ..alert }
    };
    aside.into_iter().filter(is_all_aside).map(told).collect()
}

/// Said once for each kind of rule.
pub(super) fn too_many() -> Problem {
    Problem {
        path: String::new(),
        kind: ProblemKind::Limit,
        count: 1,
        first: Vec::new(),
        message: format!("more than {} suppressed alerts: the rest is counted in one alert a rule", limits::SUPPRESSED),
        incomplete: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_bounded_and_do_not_depend_on_the_order_they_come_in() {
        let key = |n: usize| (RuleId(0), format!("{:08}", n * 7_919 % 60_013));
        let all = |order: &mut dyn Iterator<Item = usize>| {
            let mut reasons = Reasons::new();
            for n in order {
                note(&mut reasons, key(n), u32::try_from(n % 5).unwrap());
                note(&mut reasons, key(n), u32::try_from(n % 3).unwrap());
            }
            reasons
        };
        let forwards = all(&mut (0..60_000));
        assert_eq!(forwards.len(), limits::REASONS);
        assert!(forwards == all(&mut (0..60_000).rev()));
    }
}
