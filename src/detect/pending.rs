//! The folds of the block a worker is in.
//!
//! An alert keeps its first events and the last. Which one is the last is known when the block ends: until then each
//! match replaces the one before, unredacted, and only what stays is redacted; what the alert does not want any more
//! ([`Needs`]) is not even written down. What a match is about is worked out once for each spelling in the block, where
//! that takes long. Matches for which no alert will be kept are only counted.

use super::entity::{About, Subject};
use super::evidence::Draft;
use super::fold::{empty, widen};
use super::fold_need::{Need, Needs, key_into, of_key};
use super::headcount::{Keys, hashed};
use crate::model::{
    Beyond, Excused, Fold, FoldedAlerts, Met, Place, QuickMap, RuleId, Sample, SampleText, SourceId, Stamp,
};
use crate::redact::Redactor;
use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::sync::Arc;

/// Folds by rule and identity, each with what is its last event so far.
#[derive(Debug, Default)]
pub(super) struct Pending {
    folds: Vec<Open>,
    /// What is recognised → position in `folds`,
    known: QuickMap<Arc<[u8]>, usize>,
    /// the same with ignore entries.
    excusable: HashMap<Excusable, usize>,
    /// Rule, ignore entries and subject as written → position in `folds`, if it has one; several spellings may be one
    /// identity.
    spelt: QuickMap<String, Option<usize>>,
    /// Matches whose alerts are not kept.
    beyond: BTreeMap<RuleId, Beyond>,
    /// Where alerts are only counted: those of this block that were not known,
    met: Vec<Met>,
    /// and their keys.
    keys: Keys,
    /// The keys that are looked up, a draft that is not kept, and what one is written with.
    spelling: String,
    key: Vec<u8>,
    spare: Option<Draft>,
    memory: Vec<u8>,
}

/// What is recognised, and the ignore entries whose fields it has.
type Excusable = (Arc<[u8]>, Box<[u32]>);

/// What is kept of a block's events.
pub(super) struct Keeping<'a> {
    /// How many samples an alert has, the last event included.
    pub(super) samples: usize,
    pub(super) redactor: &'a Redactor,
    pub(super) needs: &'a Needs,
    /// The input.
    pub(super) source: SourceId,
}

/// One match: what held, where and when.
pub(super) struct One<'a> {
    pub(super) rule: RuleId,
    /// The ignore entries whose fields it has.
    pub(super) entries: Box<[u32]>,
    pub(super) place: Place,
    pub(super) time: Stamp,
    pub(super) subject: &'a Subject<'a, 'a>,
    /// Whether what it is about is known, or known as soon as asked for.
    pub(super) is_known: bool,
}

/// A fold that may still grow.
#[derive(Debug)]
struct Open {
    entries: Box<[u32]>,
    fold: Fold,
    need: Need,
    last: Option<Draft>,
    /// Where the last event is, when that is all that is wanted of it.
    last_place: Option<(Place, Stamp)>,
}

impl Pending {
    /// Adds one match. `about` says what its subject is recognised by, `write` writes the event down. Gives where its fold
    /// stands, for [`Pending::again`].
    pub(super) fn add<'s>(
        &mut self,
        one: One<'_>,
        about: impl FnOnce() -> About<'s>,
        write: impl FnOnce(&mut Draft),
        keeping: &Keeping<'_>,
    ) -> Option<usize> {
        let event = (one.rule, one.place, one.time);
        let at = self.position(one, about, keeping);
        self.again(at, event, write, keeping);
        at
    }

    /// Adds one match to a fold of this block, or to none.
    pub(super) fn again(
        &mut self,
        at: Option<usize>,
        (rule, place, time): (RuleId, Place, Stamp),
        write: impl FnOnce(&mut Draft),
        keeping: &Keeping<'_>,
    ) {
        let Some(at) = at else {
            let beyond = self.beyond.entry(rule).or_insert_with(|| Beyond::new(rule, place));
            beyond.count += 1;
            widen((&mut beyond.first, &mut beyond.last), time, time);
            return;
        };
        let Some(Open { fold, need, last, last_place, .. }) = self.folds.get_mut(at) else { return };
        fold.count += 1;
        widen((&mut fold.first, &mut fold.last), time, time);
        let (first_ones, kept) = (keeping.samples.saturating_sub(1), fold.samples.len());
        let bare = || Sample { place, time, rule, text: SampleText::none() };
        match *need {
            _ if keeping.samples == 0 => {}
            Need::Places if kept < first_ones.min(1) => fold.samples.push(bare()),
            Need::Nothing | Need::Places => *last_place = Some((place, time)),
            Need::All | Need::Ends if kept < first_ones && (kept == 0 || *need == Need::All) => {
                let draft = self.spare.get_or_insert_with(|| Draft::empty(rule));
                write(draft);
                fold.samples.push(draft.sample(keeping.redactor, &mut self.memory));
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

    /// Adds one match of a rule whose alerts are only counted.
    pub(super) fn count<'s>(
        &mut self,
        rule: RuleId,
        about: impl FnOnce() -> &'s About<'s>,
        (needs, source): (&Needs, SourceId),
    ) {
        let Some(register) = needs.register().filter(|_| !needs.is_counted_out(rule)) else { return };
        let about = about();
        key_into(&mut self.key, rule, needs.source(source), about.field);
        about.identity_into(&mut self.key);
        let hash = hashed(&mut self.key);
        if self.keys.has(hash, &self.key) || register.has(hash, &self.key) {
            return;
        }
        let key: Arc<[u8]> = Arc::from(self.key.as_slice());
        self.keys.add(hash, Arc::clone(&key));
        self.met.push(Met { rule, hash, key });
    }

    /// The alerts that were counted in this block.
    pub(super) fn take_met(&mut self) -> Vec<Met> {
        self.keys.clear();
        std::mem::take(&mut self.met)
    }

    /// Where the fold of a match stands; it is begun if there is none. `None`: it has no fold, since no alert is kept.
    fn position<'s>(
        &mut self,
        one: One<'_>,
        about: impl FnOnce() -> About<'s>,
        keeping: &Keeping<'_>,
    ) -> Option<usize> {
        if one.is_known {
            return self.recognised(one, &about(), keeping);
        }
        self.spelling.clear();
        // Writing to a string cannot fail. The length tells where the name ends and the value begins.
        let before = one.entries.iter().try_for_each(|entry| write!(self.spelling, "{entry},"));
        let written = match one.subject {
            Subject::Field(name, value) => write!(self.spelling, "{} {} {name}{value}", one.rule.0, name.len()),
            Subject::Message(text) => write!(self.spelling, "{} - {text}", one.rule.0),
        };
        debug_assert!(before.and(written).is_ok());
        if let Some(at) = self.spelt.get(&self.spelling) {
            return *at;
        }
        let at = self.recognised(one, &about(), keeping);
        self.spelt.insert(self.spelling.clone(), at);
        at
    }

    /// The same by what it is recognised by.
    fn recognised(&mut self, one: One<'_>, about: &About<'_>, keeping: &Keeping<'_>) -> Option<usize> {
        let One { rule, entries, place, .. } = one;
        key_into(&mut self.key, rule, keeping.needs.source(keeping.source), about.field);
        about.identity_into(&mut self.key);
        if entries.is_empty()
            && let Some(at) = self.known.get(self.key.as_slice())
        {
            return Some(*at);
        }
        let key: Arc<[u8]>;
        let need;
        if entries.is_empty() {
            need = keeping.needs.of(rule, &self.key);
            if need == Need::Nothing {
                return None;
            }
            key = Arc::from(self.key.as_slice());
            self.known.insert(Arc::clone(&key), self.folds.len());
        } else {
            key = Arc::from(self.key.as_slice());
            let at = *self.excusable.entry((Arc::clone(&key), entries.clone())).or_insert(self.folds.len());
            if at < self.folds.len() {
                return Some(at);
            }
            need = keeping.needs.of(rule, &key);
        }
        let shown = (*about.shown != *of_key(&key).1).then(|| Box::from(&*about.shown));
        let fold = empty(rule, key, shown, place);
        self.folds.push(Open { entries, fold, need, last: None, last_place: None });
        Some(self.folds.len() - 1)
    }

    /// Everything, ready to leave the worker, in order: what no ignore entry may put aside, what one may, and what is
    /// only counted.
    pub(super) fn take(&mut self, redactor: &Redactor) -> (FoldedAlerts, Vec<Excused>, Vec<Beyond>) {
        self.spelt.clear();
        self.known.clear();
        self.excusable.clear();
        let (mut alerts, mut excused) = (FoldedAlerts::with_capacity(self.folds.len()), Vec::new());
        for Open { entries, mut fold, last, last_place, .. } in self.folds.drain(..) {
            let rule = fold.rule;
            let bare = |(place, time)| Sample { place, time, rule, text: SampleText::none() };
            fold.last_sample = last.map(|draft| draft.sample(redactor, &mut self.memory)).or(last_place.map(bare));
            if entries.is_empty() {
                alerts.push(fold);
            } else {
                excused.push(Excused { entries, fold });
            }
        }
        excused.sort_by_key(|one| (one.fold.place.record, one.fold.rule));
        (alerts, excused, std::mem::take(&mut self.beyond).into_values().collect())
    }
}
