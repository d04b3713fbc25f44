//! The folds of the block a worker is in.
//!
//! An alert keeps its first events and the last. Which one is the last is known when the block ends: until then each
//! match replaces the one before, unredacted, and only what stays is redacted. What a match is about is redacted once
//! for each spelling in the block.

use super::entity::{About, Subject};
use super::evidence::Draft;
use super::fold::{empty, widen};
use crate::model::{Entity, Excused, Fold, FoldedAlerts, Place, RuleId, Stamp};
use crate::redact::Redactor;
use std::collections::HashMap;
use std::fmt::Write as _;

/// Folds by rule and identity, each with what is its last event so far.
#[derive(Debug, Default)]
pub(super) struct Pending {
    folds: Vec<Open>,
    /// Rule, identity and ignore entries → position in `folds`.
    known: HashMap<(RuleId, Entity, Box<[u32]>), usize>,
    /// Rule, ignore entries and subject as written → position in `folds`; several spellings may be one identity.
    spelt: HashMap<String, usize>,
    /// The key that is looked up, and a draft that is not kept.
    key: String,
    spare: Option<Draft>,
}

/// A fold that may still grow.
#[derive(Debug)]
struct Open {
    fold: Fold,
    last: Option<Draft>,
}

impl Pending {
    /// Adds one match at `place` and `time`, for which the fields of ignore `entries` hold. `about` says what its subject is recognised by, `write` writes the event
    /// down; `keep` is how many samples an alert has, the last event included.
    pub(super) fn add(
        &mut self,
        (rule, entries): (RuleId, Box<[u32]>),
        subject: &Subject<'_, '_>,
        (place, time): (Place, Stamp),
        about: impl FnOnce() -> About,
        write: impl FnOnce(&mut Draft),
        (keep, redactor): (usize, &Redactor),
    ) {
        let at = self.position((rule, entries), subject, place, about);
        let Some(Open { fold, last }) = self.folds.get_mut(at) else { return };
        fold.count += 1;
        widen(fold, time, time);
        if fold.samples.len() < keep.saturating_sub(1) {
            let draft = self.spare.get_or_insert_with(|| Draft::empty(rule));
            write(draft);
            fold.samples.push(draft.sample(redactor));
        } else if keep > 0 {
            write(last.get_or_insert_with(|| Draft::empty(rule)));
        }
    }

    /// Where the fold of a subject stands; it is begun if there is none.
    fn position(
        &mut self,
        (rule, entries): (RuleId, Box<[u32]>),
        subject: &Subject<'_, '_>,
        place: Place,
        about: impl FnOnce() -> About,
    ) -> usize {
        self.key.clear();
        // Writing to a string cannot fail. The length tells where the name ends and the value begins.
        let before = entries.iter().try_for_each(|entry| write!(self.key, "{entry},"));
        let written = match subject {
            Subject::Field(name, value) => write!(self.key, "{} {} {name}{value}", rule.0, name.len()),
            Subject::Message(text) => write!(self.key, "{} - {text}", rule.0),
        };
        debug_assert!(before.and(written).is_ok());
        if let Some(at) = self.spelt.get(&self.key) {
            return *at;
        }
        let About { shown, identity } = about();
        let Pending { folds, known, .. } = self;
        let at = *known.entry((rule, identity, entries)).or_insert_with(|| {
            folds.push(Open { fold: empty(shown, place), last: None });
            folds.len() - 1
        });
        self.spelt.insert(self.key.clone(), at);
        at
    }

    /// Everything, ready to leave the worker: what no ignore entry may put aside, and what one may.
    pub(super) fn take(&mut self, redactor: &Redactor) -> (FoldedAlerts, Vec<Excused>) {
        self.spelt.clear();
        let mut folds: Vec<Option<Open>> = self.folds.drain(..).map(Some).collect();
        let whole = |(key, at): (_, usize)| {
            let Open { mut fold, last } = folds.get_mut(at)?.take()?;
            fold.last_sample = last.map(|draft| draft.sample(redactor));
            Some((key, fold))
        };
        let mut excused = Vec::new();
        let sort = |((rule, entity, entries), fold): ((_, _, Box<[u32]>), _)| {
            if entries.is_empty() {
                return Some(((rule, entity), fold));
            }
            excused.push(Excused { rule, entity, entries, fold });
            None
        };
        let alerts = self.known.drain().filter_map(whole).filter_map(sort).collect();
        excused.sort_by_key(|one| (one.fold.place.record, one.rule));
        (alerts, excused)
    }
}
