//! The folds of the block a worker is in.
//!
//! An alert keeps its first events and the last. Which one is the last is known when the block ends: until then each
//! match replaces the one before, unredacted, and only what stays is redacted; what the alert does not want any more
//! ([`Needs`]) is not even written down. What a match is about is redacted once
//! for each spelling in the block.

use super::entity::{About, Subject};
use super::evidence::Draft;
use super::fold::{empty, widen};
use super::fold_need::{Need, Needs, key_into};
use crate::model::{Entity, Excused, Fold, FoldedAlerts, Place, RuleId, Sample, SampleText, SourceId, Stamp};
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
    /// The keys that are looked up, and a draft that is not kept.
    key: String,
    alert: Vec<u8>,
    spare: Option<Draft>,
}

/// What is kept of a block's events.
pub(super) struct Keeping<'a> {
    /// How many samples an alert has, the last event included.
    pub(super) samples: usize,
    pub(super) redactor: &'a Redactor,
    pub(super) needs: &'a Needs,
    /// The input.
    pub(super) source: SourceId,
}

/// A fold that may still grow.
#[derive(Debug)]
struct Open {
    fold: Fold,
    need: Need,
    last: Option<Draft>,
    /// Where the last event is, when that is all that is wanted of it.
    last_place: Option<(Place, Stamp)>,
}

impl Pending {
    /// Adds one match at `place` and `time`, for which the fields of ignore `entries` hold. `about` says what its subject
    /// is recognised by, `write` writes the event down.
    pub(super) fn add(
        &mut self,
        (rule, entries): (RuleId, Box<[u32]>),
        subject: &Subject<'_, '_>,
        (place, time): (Place, Stamp),
        about: impl FnOnce() -> About,
        write: impl FnOnce(&mut Draft),
        keeping: &Keeping<'_>,
    ) {
        let at = self.position((rule, entries), subject, place, about, keeping);
        let Some(Open { fold, need, last, last_place }) = self.folds.get_mut(at) else { return };
        fold.count += 1;
        widen((&mut fold.first, &mut fold.last), time, time);
        let (first_ones, kept) = (keeping.samples.saturating_sub(1), fold.samples.len());
        let bare = || Sample { place, time, rule, text: SampleText::none() };
        match *need {
            _ if keeping.samples == 0 => {}
            Need::Places if kept < first_ones.min(1) => fold.samples.push(bare()),
            Need::Places => *last_place = Some((place, time)),
            Need::All | Need::Ends if kept < first_ones && (kept == 0 || *need == Need::All) => {
                let draft = self.spare.get_or_insert_with(|| Draft::empty(rule));
                write(draft);
                fold.samples.push(draft.sample(keeping.redactor));
            }
            Need::All | Need::Ends | Need::Last => {
                // That there is a second one, and where, decides when the alert takes room for its last.
                if *need == Need::Ends && kept < first_ones.min(2) {
                    fold.samples.push(bare());
                }
                write(last.get_or_insert_with(|| Draft::empty(rule)));
            }
        }
    }

    /// Where the fold of a subject stands; it is begun if there is none.
    fn position(
        &mut self,
        (rule, entries): (RuleId, Box<[u32]>),
        subject: &Subject<'_, '_>,
        place: Place,
        about: impl FnOnce() -> About,
        keeping: &Keeping<'_>,
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
        let Pending { folds, known, alert, .. } = self;
        let (field, value) = identity.first().map_or(("", ""), |pair| (&pair.field, &pair.value));
        key_into(alert, rule, keeping.needs.source(keeping.source), field, value);
        let at = *known.entry((rule, identity, entries)).or_insert_with(|| {
            let need = keeping.needs.of(rule, alert);
            folds.push(Open { fold: empty(shown, place), need, last: None, last_place: None });
            folds.len() - 1
        });
        self.spelt.insert(self.key.clone(), at);
        at
    }

    /// Everything, ready to leave the worker: what no ignore entry may put aside, and what one may.
    pub(super) fn take(&mut self, redactor: &Redactor) -> (FoldedAlerts, Vec<Excused>) {
        self.spelt.clear();
        let mut folds: Vec<Option<Open>> = self.folds.drain(..).map(Some).collect();
        let whole = |(key, at): ((RuleId, Entity, Box<[u32]>), usize)| {
            let Open { mut fold, last, last_place, .. } = folds.get_mut(at)?.take()?;
            let rule = key.0;
            let bare = |(place, time)| Sample { place, time, rule, text: SampleText::none() };
            fold.last_sample = last.map(|draft| draft.sample(redactor)).or(last_place.map(bare));
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
