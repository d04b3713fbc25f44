//! The folds of the block a worker is in.
//!
//! An alert keeps its first events and the last. Which one is the last is known when the block ends: until then each
//! match replaces the one before, unredacted, and only what stays is redacted.

use super::entity::About;
use super::evidence::Draft;
use super::fold::{empty, widen};
use crate::model::{Entity, Fold, FoldedAlerts, RuleId};
use crate::redact::Redactor;
use std::collections::HashMap;

/// Folds by rule and identity, each with what is its last event so far.
#[derive(Debug, Default)]
pub(super) struct Pending {
    folds: HashMap<(RuleId, Entity), (Fold, Option<Draft>)>,
}

impl Pending {
    /// Adds one match. `keep` is how many samples an alert has, the last event included.
    pub(super) fn add(&mut self, rule: RuleId, about: About, draft: Draft, keep: usize, redactor: &Redactor) {
        let key = (rule, about.identity);
        let (fold, last) = self.folds.entry(key).or_insert_with(|| (empty(about.shown, draft.place), None));
        fold.count += 1;
        widen(fold, draft.time, draft.time);
        if fold.samples.len() < keep.saturating_sub(1) {
            fold.samples.push(draft.sample(redactor));
        } else if keep > 0 {
            *last = Some(draft);
        }
    }

    /// Everything, ready to leave the worker.
    pub(super) fn take(&mut self, redactor: &Redactor) -> FoldedAlerts {
        let whole = |(key, (mut fold, last)): (_, (Fold, Option<Draft>))| {
            fold.last_sample = last.map(|draft| draft.sample(redactor));
            (key, fold)
        };
        self.folds.drain().map(whole).collect()
    }
}
