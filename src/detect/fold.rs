//! Adds up what blocks found: all matches of one rule for one entity in one logical source become one fold.
//!
//! Blocks come in reading order. How they were cut changes nothing: samples are admitted event by event in reading
//! order, and everything else (counts, first, last) adds up. Memory is bounded (README decision 17): past the limit of
//! alerts the least severe and, of those, the latest lose their samples and go into one overflow fold of their rule; past
//! the limit of sample bytes alerts keep their first and last event only.

use crate::model::{Entity, Fold, FoldedAlerts, Level, RuleId, Sample, Stamp, limits};
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// What stands before a block in its input: makes places within the block absolute.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Before {
    /// Global number of the block.
    pub(crate) block: u32,
    /// Lines of the input before it.
    pub(crate) lines: u64,
    /// Records of the input before it.
    pub(crate) records: u64,
}

/// How much is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Keep {
    /// Alerts in full.
    pub(crate) alerts: usize,
    /// Samples an alert.
    pub(crate) samples: usize,
    /// Bytes of all samples but each alert's first and last.
    pub(crate) sample_bytes: usize,
}

impl Default for Keep {
    fn default() -> Keep {
        Keep { alerts: limits::ALERTS, samples: limits::SAMPLES, sample_bytes: limits::SAMPLE_TOTAL }
    }
}

/// What an alert is recognised by.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Key {
    pub(super) rule: RuleId,
    pub(super) logical_source: Arc<str>,
    pub(super) entity: Entity,
}

/// Worst first, then in reading order of the first event: what is last goes first.
type Rank = (Reverse<Level>, u32, u64, RuleId);

/// A fold and its rank.
#[derive(Debug)]
struct Ranked {
    fold: Fold,
    rank: Rank,
}

/// The folds of all blocks so far.
#[derive(Debug)]
pub(crate) struct Folds {
    keep: Keep,
    /// Severity of each rule, by [`RuleId`].
    levels: Vec<Level>,
    folds: HashMap<Arc<Key>, Ranked>,
    order: BTreeMap<Rank, Arc<Key>>,
    /// Of alerts that are not kept, all in one fold a rule.
    overflow: BTreeMap<RuleId, (Rank, Fold)>,
    sample_bytes: usize,
    samples_full: bool,
}

/// What is left when all blocks are in.
#[derive(Debug)]
pub(super) struct Folded {
    /// In order of rank.
    pub(super) folds: Vec<(Arc<Key>, Fold)>,
    pub(super) overflow: Vec<(RuleId, Fold)>,
    pub(super) samples_full: bool,
}

impl Folds {
    /// Nothing yet. `levels` is the severity of each rule, by [`RuleId`].
    pub(crate) fn new(keep: Keep, levels: Vec<Level>) -> Folds {
        Folds {
            keep,
            levels,
            folds: HashMap::new(),
            order: BTreeMap::new(),
            overflow: BTreeMap::new(),
            sample_bytes: 0,
            samples_full: false,
        }
    }

    /// Adds what a block found. Blocks come in order of their number; places become absolute.
    pub(crate) fn add(&mut self, logical_source: &str, before: Before, found: FoldedAlerts) {
        let logical_source: Arc<str> = Arc::from(logical_source);
        let mut incoming: Vec<(Arc<Key>, Fold)> = found
            .into_iter()
            .map(|((rule, entity), fold)| {
                let key = Key { rule, logical_source: Arc::clone(&logical_source), entity };
                (Arc::new(key), absolute(fold, before))
            })
            .collect();
        incoming.sort_unstable_by_key(|(key, fold)| (fold.place.record, key.rule));
        // First the samples, event by event, so that what is admitted does not depend on where blocks end.
        let mut samples: Vec<(usize, Sample)> = Vec::new();
        for (n, (_, fold)) in incoming.iter_mut().enumerate() {
            samples.extend(fold.samples.drain(..).map(|sample| (n, sample)));
        }
        samples.sort_by_key(|(n, sample)| (sample.place.record, incoming.get(*n).map(|(key, _)| key.rule)));
        let mut turned_away: Vec<Option<Sample>> = incoming.iter().map(|_| None).collect();
        let mut samples = samples.into_iter().peekable();
        for n in 0..incoming.len() {
            let Some((key, fold)) = incoming.get(n) else { break };
            let at = (fold.place.record, key.rule);
            while let Some((m, sample)) = samples.next_if(|(m, sample)| {
                incoming.get(*m).is_some_and(|(key, _)| (sample.place.record, key.rule) < at)
            }) {
                self.offer(&incoming, m, sample, &mut turned_away);
            }
            self.enter(key, fold, before.block);
        }
        for (m, sample) in samples {
            self.offer(&incoming, m, sample, &mut turned_away);
        }
        for ((key, mut fold), late) in incoming.into_iter().zip(turned_away) {
            fold.last_sample = fold.last_sample.or(late);
            self.add_up(&key, fold, before.block);
        }
    }

    /// Makes room for a fold, at the place of its first event.
    fn enter(&mut self, key: &Arc<Key>, fold: &Fold, block: u32) {
        if self.folds.contains_key(key) {
            return;
        }
        let rank = self.rank(key.rule, block, fold);
        self.order.insert(rank, Arc::clone(key));
        let empty = Fold { samples: Vec::new(), last_sample: None, count: 0, first: Stamp::default(), last: Stamp::default(), ..fold.clone() };
        self.folds.insert(Arc::clone(key), Ranked { fold: empty, rank });
        if self.folds.len() > self.keep.alerts
            && let Some((_, worst)) = self.order.pop_last()
            && let Some(ranked) = self.folds.remove(&worst)
        {
            self.overflow(worst.rule, ranked.rank, ranked.fold);
        }
    }

    fn rank(&self, rule: RuleId, block: u32, fold: &Fold) -> Rank {
        let level = self.levels.get(rule.0 as usize).copied().unwrap_or(Level::Medium);
        (Reverse(level), block, fold.place.record, rule)
    }

    /// Offers one sample to its fold. What is not admitted may still be the fold's last event.
    fn offer(&mut self, incoming: &[(Arc<Key>, Fold)], n: usize, sample: Sample, turned_away: &mut [Option<Sample>]) {
        let Some((key, _)) = incoming.get(n) else { return };
        let Some(ranked) = self.folds.get_mut(key) else { return };
        let fold = &mut ranked.fold;
        let has_room = fold.samples.len() < self.keep.samples.saturating_sub(1) && fold.last_sample.is_none();
        let is_first = fold.samples.is_empty() && fold.last_sample.is_none();
        if has_room && !is_first && !self.samples_full {
            self.sample_bytes = self.sample_bytes.saturating_add(size(&sample));
            self.samples_full = self.sample_bytes > self.keep.sample_bytes;
        }
        if has_room && (is_first || !self.samples_full) {
            fold.samples.push(sample);
        } else if let Some(last) = turned_away.get_mut(n) {
            *last = Some(sample);
        }
    }

    /// Adds counts, times and the last event.
    fn add_up(&mut self, key: &Arc<Key>, fold: Fold, block: u32) {
        let rank = self.rank(key.rule, block, &fold);
        let Some(ranked) = self.folds.get_mut(key) else {
            self.overflow(key.rule, rank, fold);
            return;
        };
        let kept = &mut ranked.fold;
        kept.count = kept.count.saturating_add(fold.count);
        widen(kept, fold.first, fold.last);
        if self.keep.samples > 0 && fold.last_sample.is_some() {
            kept.last_sample = fold.last_sample;
        }
    }

    fn overflow(&mut self, rule: RuleId, rank: Rank, fold: Fold) {
        let gone = Fold { entity: Entity::new(), samples: Vec::new(), last_sample: None, ..fold };
        match self.overflow.get_mut(&rule) {
            None => {
                self.overflow.insert(rule, (rank, gone));
            }
            Some((first, sum)) => {
                sum.count = sum.count.saturating_add(gone.count);
                widen(sum, gone.first, gone.last);
                if rank < *first {
                    *first = rank;
                    sum.place = gone.place;
                }
            }
        }
    }

    /// All folds.
    pub(super) fn into_folded(mut self) -> Folded {
        let folds = self.order.into_values().filter_map(|key| {
            let ranked = self.folds.remove(&key)?;
            Some((key, ranked.fold))
        });
        let folds = folds.collect();
        let overflow = self.overflow.into_iter().map(|(rule, (_, fold))| (rule, fold)).collect();
        Folded { folds, overflow, samples_full: self.samples_full }
    }
}

/// Widens a fold's times to hold an earlier and a later one.
pub(super) fn widen(fold: &mut Fold, first: Stamp, last: Stamp) {
    if first.time.is_some_and(|time| fold.first.time.is_none_or(|known| time < known)) {
        fold.first = first;
    }
    if last.time.is_some_and(|time| fold.last.time.is_none_or(|known| time > known)) {
        fold.last = last;
    }
}

fn absolute(mut fold: Fold, before: Before) -> Fold {
    let samples = fold.samples.iter_mut().chain(&mut fold.last_sample).map(|sample| &mut sample.place);
    for place in samples.chain([&mut fold.place]) {
        place.line = place.line.saturating_add(before.lines);
        place.record = place.record.saturating_add(before.records);
    }
    fold
}

fn size(sample: &Sample) -> usize {
    let fields = sample.fields.iter().map(|(name, values)| name.len() + values.iter().map(String::len).sum::<usize>());
    sample.raw.as_ref().map_or(0, String::len) + fields.sum::<usize>()
}
