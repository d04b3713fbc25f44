//! Adds up what blocks found: all matches of one rule for one entity in one logical source become one fold.
//!
//! Blocks come in reading order. How they were cut changes nothing: samples are admitted event by event in reading
//! order, and everything else (counts, first, last) adds up. Memory is bounded (README decision 17): past the limit of
//! alerts the least severe and, of those, the latest lose their samples and go into one overflow fold of their rule; past
//! the limit of sample bytes alerts keep their first and last event only.

use crate::model::{Entity, Fold, FoldedAlerts, Level, Place, RuleId, Sample, Stamp, limits};
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
    /// Bytes of all samples. Each alert's first and last event stay even when they are full.
    pub(crate) sample_bytes: usize,
}

impl Default for Keep {
    fn default() -> Keep {
        let sample_bytes = limits::SAMPLE_TOTAL - limits::SAMPLE_BURSTS;
        Keep { alerts: limits::ALERTS, samples: limits::SAMPLES, sample_bytes }
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

/// What happens at one event of a block.
enum Step {
    /// A fold begins here.
    Enter,
    /// A fold may keep this event.
    Offer(Sample),
}

/// The folds of all blocks so far.
#[derive(Debug)]
pub(crate) struct Folds {
    keep: Keep,
    /// Severity of each rule, by [`RuleId`].
    levels: Vec<Level>,
    kept: HashMap<Arc<Key>, Ranked>,
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
            kept: HashMap::new(),
            order: BTreeMap::new(),
            overflow: BTreeMap::new(),
            sample_bytes: 0,
            samples_full: false,
        }
    }

    /// Adds what a block found. Blocks come in order of their number; places become absolute.
    pub(crate) fn add(&mut self, logical_source: &str, before: Before, found: FoldedAlerts) {
        let logical_source: Arc<str> = Arc::from(logical_source);
        let mut incoming: Vec<(Arc<Key>, Fold)> = Vec::with_capacity(found.len());
        // First the samples, event by event, so that what is admitted does not depend on where blocks end.
        let mut steps: Vec<((u64, RuleId), usize, Step)> = Vec::new();
        for (n, ((rule, entity), fold)) in found.into_iter().enumerate() {
            let mut fold = absolute(fold, before);
            steps.push(((fold.place.record, rule), n, Step::Enter));
            let samples = fold.samples.drain(..);
            steps.extend(samples.map(|sample| ((sample.place.record, rule), n, Step::Offer(sample))));
            let key = Key { rule, logical_source: Arc::clone(&logical_source), entity };
            incoming.push((Arc::new(key), fold));
        }
        steps.sort_by_key(|(at, _, step)| (*at, matches!(step, Step::Offer(_))));
        for (_, n, step) in steps {
            let Some((key, fold)) = incoming.get_mut(n) else { continue };
            match step {
                Step::Enter => self.enter(key, fold, before.block),
                // What is not admitted goes back: it is the last event, unless there is a later one.
                Step::Offer(sample) => fold.samples.extend(self.offer(key, sample)),
            }
        }
        for (key, mut fold) in incoming {
            fold.last_sample = fold.last_sample.or(fold.samples.pop());
            self.add_up(&key, fold, before.block);
        }
    }

    /// Makes room for a fold, at the place of its first event.
    fn enter(&mut self, key: &Arc<Key>, fold: &Fold, block: u32) {
        if self.kept.contains_key(key) {
            return;
        }
        let rank = self.rank(key.rule, block, fold);
        self.order.insert(rank, Arc::clone(key));
        self.kept.insert(Arc::clone(key), Ranked { fold: empty(fold.entity.clone(), fold.place), rank });
        if self.kept.len() > self.keep.alerts
            && let Some((_, worst)) = self.order.pop_last()
            && let Some(ranked) = self.kept.remove(&worst)
        {
            self.overflow(worst.rule, ranked.rank, &ranked.fold);
        }
    }

    fn rank(&self, rule: RuleId, block: u32, fold: &Fold) -> Rank {
        let level = self.levels.get(rule.0 as usize).copied().unwrap_or(Level::Medium);
        (Reverse(level), block, fold.place.record, rule)
    }

    /// Offers one sample to its fold, which gives it back when it does not admit it.
    fn offer(&mut self, key: &Arc<Key>, sample: Sample) -> Option<Sample> {
        let fold = &mut self.kept.get_mut(key)?.fold;
        let has_room = fold.samples.len() < self.keep.samples.saturating_sub(1) && fold.last_sample.is_none();
        let is_first = fold.samples.is_empty() && fold.last_sample.is_none();
        if !has_room || (self.samples_full && !is_first) {
            return Some(sample);
        }
        self.sample_bytes = self.sample_bytes.saturating_add(size(&sample));
        self.samples_full |= self.sample_bytes > self.keep.sample_bytes;
        if self.samples_full && !is_first {
            return Some(sample);
        }
        fold.samples.push(sample);
        None
    }

    /// Adds counts, times and the last event.
    fn add_up(&mut self, key: &Arc<Key>, fold: Fold, block: u32) {
        let rank = self.rank(key.rule, block, &fold);
        let Some(ranked) = self.kept.get_mut(key) else {
            self.overflow(key.rule, rank, &fold);
            return;
        };
        let kept = &mut ranked.fold;
        kept.count = kept.count.saturating_add(fold.count);
        widen(kept, fold.first, fold.last);
        if self.keep.samples > 0 && fold.last_sample.is_some() {
            kept.last_sample = fold.last_sample;
        }
    }

    fn overflow(&mut self, rule: RuleId, rank: Rank, fold: &Fold) {
        match self.overflow.get_mut(&rule) {
            None => {
                let bare =
                    Fold { count: fold.count, first: fold.first, last: fold.last, ..empty(Entity::new(), fold.place) };
                self.overflow.insert(rule, (rank, bare));
            }
            Some((first, sum)) => {
                sum.count = sum.count.saturating_add(fold.count);
                widen(sum, fold.first, fold.last);
                if rank < *first {
                    *first = rank;
                    sum.place = fold.place;
                }
            }
        }
    }

    /// All folds.
    pub(super) fn into_folded(mut self) -> Folded {
        let folds = self.order.into_values().filter_map(|key| {
            let ranked = self.kept.remove(&key)?;
            Some((key, ranked.fold))
        });
        let folds = folds.collect();
        let overflow = self.overflow.into_iter().map(|(rule, (_, fold))| (rule, fold)).collect();
        Folded { folds, overflow, samples_full: self.samples_full }
    }
}

/// Adds a fold to those of its block. Two that are one alert keep the first events of both, and the last.
pub(crate) fn join(into: &mut FoldedAlerts, key: (RuleId, Entity), fold: Fold, keep: usize) {
    let Some(known) = into.get_mut(&key) else {
        into.insert(key, fold);
        return;
    };
    let (mut earlier, mut later) = (std::mem::replace(known, empty(Entity::new(), Place::default())), fold);
    if later.place.record < earlier.place.record {
        std::mem::swap(&mut earlier, &mut later);
    }
    earlier.count = earlier.count.saturating_add(later.count);
    widen(&mut earlier, later.first, later.last);
    let mut samples = std::mem::take(&mut earlier.samples);
    samples.extend(later.samples);
    samples.extend(earlier.last_sample.take().into_iter().chain(later.last_sample));
    samples.sort_by_key(|sample| sample.place.record);
    let first = keep.saturating_sub(1);
    earlier.last_sample = if samples.len() > first { samples.pop() } else { None };
    samples.truncate(first);
    earlier.samples = samples;
    *known = earlier;
}

/// A fold without events.
pub(super) fn empty(entity: Entity, place: Place) -> Fold {
    let (first, last) = (Stamp::default(), Stamp::default());
    Fold { entity, place, count: 0, first, last, samples: Vec::new(), last_sample: None }
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

/// Memory a sample takes, with what the allocator adds to a piece.
fn size(sample: &Sample) -> usize {
    const PIECE: usize = 32;
    size_of::<Sample>() + PIECE + sample.text.bytes().len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::entity::{About, Subject};
    use crate::detect::evidence::Draft;
    use crate::detect::pending::Pending;
    use crate::model::{Pair, Time};
    use crate::redact::Redactor;
    use proptest::collection::vec;
    use proptest::prelude::*;

    /// A match: its rule, what it is about, its time, and how long its text is.
    type Found = (u32, u8, Option<i64>, usize);

    const LEVELS: [Level; 3] = [Level::Low, Level::Critical, Level::Medium];

    fn found() -> impl Strategy<Value = Vec<Found>> {
        vec((0u32..3, 0u8..6, proptest::option::of(0i64..9), 0usize..30), 0..60)
    }

    fn block(matches: &[Found], keep: usize) -> FoldedAlerts {
        let mut pending = Pending::default();
        let redactor = Redactor::off();
        for (record, (rule, about, time, length)) in (1u64..).zip(matches) {
            let entity = |value: String| vec![Pair { field: "f".to_owned(), value }];
            let about = About { shown: entity(format!("{about}@{record}")), identity: entity(about.to_string()) };
            let time = time.map_or_else(Stamp::default, |t| Stamp::exact(Time(t), 0));
            let place = Place { line: record, record, lines: 1, ..Place::default() };
            let draft = Draft::of_text(RuleId(*rule), place, time, &"x".repeat(*length));
            // No two are spelt alike: as if a record number were part of what they are about.
            let subject = Subject::Field("f", about.shown[0].value.clone().into());
            let write = |into: &mut Draft| *into = draft;
            // As if fields of two ignore entries held for some.
            let entries: Box<[u32]> = (0..2).filter(|n| (record * 7 + n) % 5 == 0).map(|n| n as u32).collect();
            pending.add((RuleId(*rule), entries), &subject, (place, time), || about, write, (keep, &redactor));
        }
        let (mut alerts, excused) = pending.take(&redactor);
        // No entry holds in the end: everything is one alert again.
        for one in excused {
            join(&mut alerts, (one.rule, one.entity), one.fold, keep);
        }
        alerts
    }

    fn folded(matches: &[Found], cuts: &[usize], keep: Keep) -> Folded {
        let mut folds = Folds::new(keep, LEVELS.to_vec());
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut % (matches.len() + 1)).collect();
        cuts.extend([0, matches.len()]);
        cuts.sort_unstable();
        for (n, ends) in (0u32..).zip(cuts.windows(2)) {
            let records = ends[0] as u64;
            let before = Before { block: n, lines: records, records };
            folds.add("a.log", before, block(&matches[ends[0]..ends[1]], keep.samples));
        }
        folds.into_folded()
    }

    /// What can be compared: entities are shown with the record they were first seen at, so blocks show there.
    fn shape(folded: &Folded) -> String {
        let values = |fold: &Fold| {
            (fold.count, fold.place, fold.first, fold.last, fold.samples.clone(), fold.last_sample.clone())
        };
        let folds: Vec<_> = folded.folds.iter().map(|(key, fold)| (key, values(fold))).collect();
        let overflow: Vec<_> = folded.overflow.iter().map(|(rule, fold)| (rule, values(fold))).collect();
        format!("{folds:#?} {overflow:#?} {}", folded.samples_full)
    }

    proptest! {
        #[test]
        fn any_split_into_blocks_gives_the_same(
            matches in found(),
            cuts in vec(any::<usize>(), 0..8),
            alerts in 1usize..20,
            samples in 0usize..5,
            sample_bytes in 0usize..4_000,
        ) {
            let keep = Keep { alerts, samples, sample_bytes };
            prop_assert_eq!(shape(&folded(&matches, &[], keep)), shape(&folded(&matches, &cuts, keep)));
        }

        #[test]
        fn every_match_is_counted_once(matches in found(), alerts in 1usize..20, samples in 0usize..5) {
            let folded = folded(&matches, &[7, 30], Keep { alerts, samples, sample_bytes: 100 });
            let kept: u64 = folded.folds.iter().map(|(_, fold)| fold.count).sum();
            let rest: u64 = folded.overflow.iter().map(|(_, fold)| fold.count).sum();
            prop_assert_eq!(kept + rest, matches.len() as u64);
            prop_assert!(folded.folds.len() <= alerts);
        }
    }

    #[test]
    fn the_first_events_and_the_last_are_kept() {
        let matches: Vec<Found> = (0..10).map(|n| (0, 0, Some(9 - n), 5)).collect();
        let lines = |samples| {
            let keep = Keep { samples, ..Keep::default() };
            let folded = folded(&matches, &[4], keep);
            let (_, fold) = folded.folds.into_iter().next().expect("one alert");
            assert_eq!((fold.first.time, fold.last.time), (Some(Time(0)), Some(Time(9))));
            fold.samples.into_iter().chain(fold.last_sample).map(|sample| sample.place.line).collect::<Vec<_>>()
        };
        assert_eq!(lines(3), [1, 2, 10]);
        assert_eq!(lines(1), [10]);
        assert_eq!(lines(0), [0u64; 0]);
        assert_eq!(lines(20), (1..=10).collect::<Vec<_>>());
    }

    #[test]
    fn past_the_limit_the_mildest_and_latest_go() {
        // Rule 1 is critical, rule 0 low: three entities each, the low ones first.
        let matches: Vec<Found> = (0..6u8).map(|n| (u32::from(n / 3), n % 3, Some(i64::from(n)), 5)).collect();
        let folded = folded(&matches, &[], Keep { alerts: 4, ..Keep::default() });
        let kept: Vec<_> = folded.folds.iter().map(|(key, _)| (key.rule.0, key.entity[0].value.as_str())).collect();
        assert_eq!(kept, [(1, "0"), (1, "1"), (1, "2"), (0, "0")]);
        let [(rule, fold)] = folded.overflow.as_slice() else { panic!("one rule is over") };
        assert_eq!((rule.0, fold.count, fold.place.record, fold.last.time), (0, 2, 2, Some(Time(2))));
    }

    #[test]
    fn when_samples_are_full_the_first_and_the_last_stay() {
        let matches: Vec<Found> = [0, 0, 0, 1, 1, 1].map(|about| (0, about, None, 60)).to_vec();
        let folded = folded(&matches, &[], Keep { sample_bytes: 100, ..Keep::default() });
        assert!(folded.samples_full);
        let records =
            |fold: &Fold| fold.samples.iter().chain(&fold.last_sample).map(|s| s.place.record).collect::<Vec<_>>();
        let kept: Vec<_> = folded.folds.iter().map(|(_, fold)| records(fold)).collect();
        assert_eq!(kept, [vec![1, 3], vec![4, 6]]);
    }
}
