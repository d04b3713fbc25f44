//! Adds up what blocks found: all matches of one rule for one entity in one logical source become one alert.
//!
//! Blocks come in reading order. How they were cut changes nothing: samples are admitted event by event in reading
//! order, and everything else (counts, first, last) adds up. Memory is bounded (README decision 17): past the limit of
//! alerts the least severe and, of those, the latest lose their samples and go into one overflow fold of their rule; how
//! much of their samples the others keep is the business of [`Room`].

use super::fold_held::{Brief, Event, Held, Kept, Last, Total};
use super::fold_need::Needs;
use super::fold_room::{Room, Spot, Texts, fitted};
use crate::model::{Beyond, Fold, FoldedAlerts, Level, Place, QuickMap, RuleId, Sample, Stamp, limits};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::sync::Arc;

/// What stands before a block in its input: makes places within the block absolute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Before {
    /// Global number of the block.
    pub(crate) block: u32,
    /// Lines of the input before it.
    pub(crate) lines: u64,
    /// Records of the input before it.
    pub(crate) records: u64,
    /// Characters before it in the line it begins in; `None` when nobody knows.
    pub(crate) column: Option<u32>,
}

impl Before {
    /// Makes a place within the block absolute.
    pub(crate) fn absolute(&self, place: &mut Place) {
        if place.line == 1 {
            place.columns = place.columns.behind(self.column, place.lines);
        }
        place.line = place.line.saturating_add(self.lines);
        place.record = place.record.saturating_add(self.records);
    }
}

impl Default for Before {
    /// Nothing stands before the first block.
    fn default() -> Before {
        Before { block: 0, lines: 0, records: 0, column: Some(0) }
    }
}

/// How much is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Keep {
    /// Alerts in full.
    pub(crate) alerts: usize,
    /// Samples an alert, the last one among them.
    pub(crate) samples: usize,
    /// Bytes of all samples.
    pub(crate) sample_bytes: usize,
}

impl Default for Keep {
    fn default() -> Keep {
        let sample_bytes = limits::SAMPLE_TOTAL - limits::SAMPLE_BURSTS;
        Keep { alerts: limits::ALERTS, samples: limits::SAMPLES, sample_bytes }
    }
}

/// Worst first, then in reading order of the first event: what is last goes first.
type Rank = (Reverse<Level>, u32, u64, RuleId);

/// What happens at one event of a block.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// A fold begins here.
    Enter(usize),
    /// A fold may keep this event.
    Offer(usize, usize),
}

/// The folds of all blocks so far.
#[derive(Debug)]
pub(crate) struct Folds {
    keep: Keep,
    needs: Arc<Needs>,
    /// Where each is kept is known to `needs`.
    kept: Kept,
    /// The alert that goes first on top, with its place in `kept`; empty as long as none has to go.
    order: BinaryHeap<(Rank, u32)>,
    /// Of alerts that are not kept, all in one fold a rule.
    overflow: BTreeMap<RuleId, (Rank, Total)>,
    room: Room,
}

/// What of the samples that people asked for is not kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Missing {
    /// Nothing.
    #[default]
    Nothing,
    /// Some alerts keep their first and last event only.
    Between,
    /// Of some of those only place and time.
    Texts,
}

/// What is left when all blocks are in.
#[derive(Debug)]
pub(super) struct Folded {
    /// In order of rank.
    pub(super) kept: Vec<Held>,
    pub(super) texts: Texts,
    pub(super) overflow: BTreeMap<RuleId, Total>,
    pub(super) missing: Missing,
    pub(super) needs: Arc<Needs>,
}

impl Folds {
    /// Nothing yet. `needs` is what workers are told.
    pub(crate) fn new(keep: Keep, needs: Arc<Needs>) -> Folds {
        Folds {
            keep,
            needs,
            kept: Kept::default(),
            order: BinaryHeap::new(),
            overflow: BTreeMap::new(),
            room: Room::new(keep.sample_bytes),
        }
    }

    /// Adds what a block found. Blocks come in order of their number; places become absolute.
    pub(crate) fn add(&mut self, before: Before, found: FoldedAlerts) {
        // First the samples, event by event, so that what is admitted does not depend on where blocks end.
        let mut incoming = found;
        let mut offered: Vec<Option<Sample>> = Vec::with_capacity(incoming.len());
        let mut steps: Vec<(u64, RuleId, Step)> = Vec::with_capacity(incoming.len() * 2);
        for (n, fold) in incoming.iter_mut().enumerate() {
            absolute(fold, before);
            steps.push((fold.place.record, fold.rule, Step::Enter(n)));
            for sample in fold.samples.drain(..) {
                steps.push((sample.place.record, fold.rule, Step::Offer(n, offered.len())));
                offered.push(Some(sample));
            }
        }
        steps.sort_by_key(|(record, rule, step)| (*record, *rule, matches!(step, Step::Offer(..))));
        for (.., step) in steps {
            match step {
                Step::Enter(n) => incoming.get(n).into_iter().for_each(|fold| self.enter(fold, before.block)),
                Step::Offer(n, at) => {
                    let sample = offered.get_mut(at).and_then(Option::take);
                    if let (Some(fold), Some(sample)) = (incoming.get_mut(n), sample) {
                        // What is not admitted goes back: it is the last event, unless there is a later one.
                        fold.samples.extend(self.offer(&fold.key, sample));
                    }
                }
            }
        }
        for fold in incoming {
            self.add_up(fold, before.block);
        }
        self.tell();
    }

    /// Adds matches of a block whose alerts are not kept.
    pub(crate) fn add_beyond(&mut self, before: Before, found: Vec<Beyond>) {
        for Beyond { rule, mut place, count, first, last } in found {
            before.absolute(&mut place);
            let rank = self.rank(rule, before.block, place);
            self.overflow(rule, rank, Total { place, count, first, last });
        }
    }

    /// Makes room for a fold, at the place of its first event.
    fn enter(&mut self, fold: &Fold, block: u32) {
        let Fold { rule, key, shown, .. } = fold;
        if self.needs.at(key).is_some() {
            return;
        }
        let rank = self.rank(*rule, block, fold.place);
        let free = if self.kept.len() < self.keep.alerts {
            None
        } else {
            if self.order.is_empty() {
                let ranks =
                    (0..).zip(self.kept.iter()).map(|(at, held)| (self.rank(held.rule, held.block, held.place), at));
                self.order = ranks.collect();
            }
            let Some((_, free)) = self.order.peek().filter(|(worst, _)| rank < *worst) else { return };
            Some(*free)
        };
        let times = (Brief::from(Stamp::default()), Brief::from(Stamp::default()));
        let kept = Held {
            rule: *rule,
            block,
            key: Arc::clone(key),
            shown: shown.clone(),
            place: fold.place,
            count: 0,
            times,
            first: None,
            more: None,
            last: None,
            closed: None,
        };
        let at = if let Some((free, slot)) = free.and_then(|free| Some((free, self.kept.get_mut(free as usize)?))) {
            let gone = std::mem::replace(slot, kept);
            self.order.pop();
            self.needs.forget(&gone.key);
            let rank = self.rank(gone.rule, gone.block, gone.place);
            self.overflow(gone.rule, rank, gone.total());
            free
        } else {
            self.kept.push(kept);
            u32::try_from(self.kept.len() - 1).unwrap_or(u32::MAX)
        };
        self.needs.keep(Arc::clone(key), at);
        if free.is_some() {
            self.order.push((rank, at));
        }
        if self.keep.samples <= 1 {
            // It will keep no event but its last.
            self.close(at as usize);
        }
    }

    fn rank(&self, rule: RuleId, block: u32, place: Place) -> Rank {
        (Reverse(self.needs.level(rule)), block, place.record, rule)
    }

    /// Offers one sample to its alert, which gives it back when it does not admit it.
    fn offer(&mut self, key: &[u8], sample: Sample) -> Option<Sample> {
        let at = self.needs.at(key)?;
        let kept = self.kept.get_mut(at)?;
        if kept.closed.is_some() {
            return Some(sample);
        }
        let level = self.needs.level(kept.rule);
        let is_first = kept.first.is_none();
        let mut refused = None;
        let time = Brief::from(sample.time);
        if is_first {
            let has_room = self.room.is_for_ends(level);
            kept.first = Some((time, if has_room { self.room.keep(&sample) } else { Spot::default() }));
        } else if self.room.is_for_all(level) {
            let event = Event { place: sample.place, time, text: self.room.keep(&sample) };
            kept.more.get_or_insert_default().push(event);
        } else {
            refused = Some(sample);
        }
        if refused.is_some() || kept.firsts() >= self.keep.samples.saturating_sub(1) {
            self.close(at);
        }
        refused
    }

    /// An alert has its first events: from now on it keeps its last one only.
    fn close(&mut self, at: usize) {
        let Some(held) = self.kept.get_mut(at) else { return };
        let first = held.first.map_or(limits::SAMPLE_VALUE as u32, |(_, text)| text.len());
        let level = self.needs.level(held.rule);
        let room = if self.keep.samples == 0 { 0 } else { self.room.reserve(level, first) };
        held.closed = Some(room);
        self.needs.close(&held.key, room);
    }

    /// Adds counts, times and the last event.
    fn add_up(&mut self, mut fold: Fold, block: u32) {
        let rule = fold.rule;
        let total = Total { place: fold.place, count: fold.count, first: fold.first, last: fold.last };
        let Some(at) = self.needs.at(&fold.key) else {
            let rank = self.rank(rule, block, fold.place);
            self.overflow(rule, rank, total);
            return;
        };
        let last = fold.last_sample.take().or(fold.samples.pop()).filter(|_| self.keep.samples > 0);
        if last.is_some() && self.kept.get_mut(at).is_some_and(|held| held.closed.is_none()) {
            self.close(at);
        }
        let Some(held) = self.kept.get_mut(at) else { return };
        let mut sum = held.total();
        sum.add(&total);
        (held.count, held.times) = (sum.count, (sum.first.into(), sum.last.into()));
        if let Some(sample) = last {
            let text = fitted(&sample.text, held.closed.unwrap_or_default());
            held.last = Some(Last { place: sample.place, time: sample.time.into(), text });
        }
    }

    fn overflow(&mut self, rule: RuleId, rank: Rank, total: Total) {
        let (first, sum) = self.overflow.entry(rule).or_insert((rank, Total { count: 0, ..total }));
        sum.add(&total);
        if rank < *first {
            *first = rank;
            sum.place = total.place;
        }
    }

    /// How many alerts of each level are kept, in the order of [`Level::ALL`].
    pub(crate) fn by_level(&self) -> [usize; 5] {
        let mut counts = [0; 5];
        for held in self.kept.iter() {
            counts[self.needs.level(held.rule) as usize] += 1;
        }
        counts
    }

    /// Tells workers how full the room for samples is, and whether there is room for alerts.
    fn tell(&self) {
        for level in Level::ALL {
            let full = match (self.room.is_for_all(level), self.room.is_for_ends(level)) {
                (true, _) => 0,
                (false, true) => 1,
                (false, false) => 2,
            };
            self.needs.fill(level, full);
        }
        // Blocks that are not in yet come behind all that are: what is no worse than the mildest alert goes behind it.
        if let Some(((Reverse(mildest), ..), _)) = self.order.peek() {
            self.needs.end(*mildest);
        }
    }

    /// All folds, of which `most` are kept.
    pub(super) fn into_folded(self, most: usize) -> Folded {
        drop(self.order);
        let level = |kept: &Held| Reverse(self.needs.level(kept.rule));
        let mut kept = self.kept.into_all();
        kept.sort_unstable_by_key(|held| (level(held), held.block, held.place.record, held.rule));
        let mut overflow: BTreeMap<RuleId, Total> =
            self.overflow.into_iter().map(|(rule, (_, total))| (rule, total)).collect();
        // What was not kept before is behind all of these: the first of them is the last one added here.
        for held in kept.drain(most.min(kept.len())..).rev() {
            let total = held.total();
            let sum = overflow.entry(held.rule).or_insert(Total { count: 0, ..total });
            sum.add(&total);
            sum.place = total.place;
        }
        // Asked of those that stay: what is gone may have lacked something or not, by where blocks ended.
        let missing = kept.iter().map(|held| held.missing(self.keep.samples)).max().unwrap_or_default();
        Folded { kept, texts: self.room.into_texts(), overflow, missing, needs: self.needs }
    }
}

/// Adds folds to others of their block. Two that are one alert keep the first events of both, and the last.
pub(crate) fn join(into: &mut FoldedAlerts, more: Vec<Fold>, keep: usize) {
    if more.is_empty() {
        return;
    }
    let known = into.iter().enumerate().map(|(n, fold)| (Arc::clone(&fold.key), n));
    let mut known: QuickMap<Arc<[u8]>, usize> = known.collect();
    for fold in more {
        if let Some(known) = known.get(&fold.key).and_then(|n| into.get_mut(*n)) {
            join_two(known, fold, keep);
        } else {
            known.insert(Arc::clone(&fold.key), into.len());
            into.push(fold);
        }
    }
}

fn join_two(known: &mut Fold, fold: Fold, keep: usize) {
    let mut later = fold;
    if later.place.record < known.place.record {
        std::mem::swap(known, &mut later);
    }
    let earlier = known;
    earlier.count = earlier.count.saturating_add(later.count);
    widen((&mut earlier.first, &mut earlier.last), later.first, later.last);
    let mut samples = std::mem::take(&mut earlier.samples);
    samples.extend(later.samples);
    samples.extend(earlier.last_sample.take().into_iter().chain(later.last_sample));
    samples.sort_by_key(|sample| sample.place.record);
    let first = keep.saturating_sub(1);
    earlier.last_sample = if samples.len() > first { samples.pop() } else { None };
    samples.truncate(first);
    earlier.samples = samples;
}

/// A fold without events.
pub(super) fn empty(rule: RuleId, key: Arc<[u8]>, shown: Option<Box<str>>, place: Place) -> Fold {
    let (first, last) = (Stamp::default(), Stamp::default());
    Fold { rule, key, shown, place, count: 0, first, last, samples: Vec::new(), last_sample: None }
}

/// Widens two times to hold an earlier and a later one.
pub(super) fn widen((known_first, known_last): (&mut Stamp, &mut Stamp), first: Stamp, last: Stamp) {
    if first.time.is_some_and(|time| known_first.time.is_none_or(|known| time < known)) {
        *known_first = first;
    }
    if last.time.is_some_and(|time| known_last.time.is_none_or(|known| time > known)) {
        *known_last = last;
    }
}

fn absolute(fold: &mut Fold, before: Before) {
    let samples = fold.samples.iter_mut().chain(&mut fold.last_sample).map(|sample| &mut sample.place);
    for place in samples.chain([&mut fold.place]) {
        before.absolute(place);
    }
}
