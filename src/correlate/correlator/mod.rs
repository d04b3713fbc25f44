//! Takes hits in reading order, lets them through in time order, and gives out bursts.
//!
//! Memory is bounded (README decision 15 of the design; `--correlation-memory`): waiting hits, key texts, groups with
//! their open bursts, and bursts that wait for their turn to be given out, all counted by length. When it is full,
//! the oldest hits go to the windows; a hit older than one of those is late, counted and left out. The last eighth
//! stays with waiting hits, since without any of them every disorder would be a loss: beyond that the group idle
//! longest is closed, with its burst given out as it stands (and before it, out of turn, the bursts that wait to be
//! given out). Two groups are equally idle only when one event reached both; then rule and key decide. All of this is decided between events and depends on
//! the hits alone, never on how they were cut into blocks. Slack: [`Correlator::slack`], and what vectors and tables
//! of the standard library reserve beyond their length.

mod closing;

use crate::correlate::behind;
use crate::correlate::buffer::Waiting;
use crate::correlate::burst::{Burst, Open};
use crate::correlate::explain::{Shown, Watch, Watched};
use crate::correlate::group::{Entry, Group, Link, number};
use crate::correlate::groups::{Groups, Queue};
use crate::correlate::keys::{Keys, Memo, TupleId, ValueId};
use crate::correlate::window::BurstId;
use crate::correlate::wiring::{From, Reader, Wired, Wiring};
use crate::model::{Feed, Hit, KeyId, KeyTexts, limits};
use crate::sigma::Ruleset;
use std::collections::BTreeMap;
use std::sync::Arc;

/// How much a correlator may hold.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    /// Bytes (`--correlation-memory`).
    pub(crate) memory: usize,
    /// How many events a burst lists before its last one.
    pub(crate) events: usize,
}

impl Default for Bounds {
    fn default() -> Bounds {
        Bounds { memory: limits::CORRELATION_BYTES, events: limits::SAMPLES - 1 }
    }
}

/// What did not fit. Not zero: the scan is incomplete.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Losses {
    /// Hits older than what had been passed on.
    pub(crate) late: u64,
    /// Groups closed before their time.
    pub(crate) closed: u64,
}

/// A contribution on its way to a group. Keeps `group` and what the entry names.
struct Pending {
    to: usize,
    group: TupleId,
    entry: Entry,
}

/// The order in which bursts are given out: end, rule, key; the number only keeps them apart.
type Turn = (i64, usize, Vec<String>, BurstId);

/// Hits over time.
pub(crate) struct Correlator {
    wiring: Arc<Wiring>,
    bounds: Bounds,
    keys: Keys,
    waiting: Waiting,
    groups: Vec<Groups>,
    groups_bytes: usize,
    /// Bursts that are over, until none that ended before them can come.
    held: BTreeMap<Turn, Burst>,
    held_bytes: usize,
    /// Events that entered windows, and the time of the last.
    tick: u64,
    passed: Option<i64>,
    /// When the next group or held burst may be due; never too late.
    due: i64,
    bursts: BurstId,
    /// The event whose hits are coming in.
    arriving: Option<(u32, u32)>,
    pending: Vec<Pending>,
    /// Room for the values of one key.
    selected: Vec<ValueId>,
    losses: Losses,
    peak: usize,
    /// Looks on, for `explain`.
    watch: Option<Box<Watch>>,
}

impl Correlator {
    /// `feeds` is what [`crate::correlate::feeds`] gave for the same rules; `reported` tells for each correlation of the set
    /// whether its bursts are given out.
    pub(crate) fn new(rules: &Ruleset, feeds: &[Feed], reported: &[bool], bounds: Bounds) -> Correlator {
        let wiring = Wiring::new(rules, feeds, reported);
        let groups = wiring.correlations.iter().map(|_| Groups::new()).collect();
        Correlator {
            wiring: Arc::new(wiring),
            bounds,
            keys: Keys::new(),
            waiting: Waiting::default(),
            groups,
            groups_bytes: 0,
            held: BTreeMap::new(),
            held_bytes: 0,
            tick: 0,
            passed: None,
            due: i64::MAX,
            bursts: 0,
            arriving: None,
            pending: Vec::new(),
            selected: Vec::new(),
            losses: Losses::default(),
            peak: 0,
            watch: None,
        }
    }

    /// Has every window looked at, or those that the event of this block and record reaches.
    pub(crate) fn watched(mut self, only: Option<(u32, u32)>) -> Correlator {
        self.watch = Some(Box::new(Watch::new(&self.wiring.correlations, only)));
        self
    }

    /// From now on only windows count that the event of this block and record reaches.
    pub(crate) fn watch_only(&mut self, event: (u32, u32)) {
        if let Some(watch) = &mut self.watch {
            watch.only = Some(event);
        }
    }

    /// Lets all waiting hits through and tells what was seen, what feeds another correlation first.
    pub(crate) fn finish_watched(mut self) -> Vec<Watched> {
        self.drain(&mut |_| {});
        self.watch.map(|watch| watch.seen).unwrap_or_default()
    }

    /// Takes the hits of one block, or of a part of one, in reading order. Those without a time take no part.
    pub(crate) fn take(&mut self, hits: &[Hit], keys: &KeyTexts, sink: &mut dyn FnMut(Burst)) {
        let mut memo = Memo::default();
        for hit in hits.iter().filter(|hit| hit.time != Hit::INHERIT) {
            let event = Some((hit.block, hit.index));
            if self.arriving != event {
                self.make_room(sink);
                self.arriving = event;
            }
            if self.passed.is_some_and(|passed| hit.time < passed) {
                self.losses.late += 1;
                continue;
            }
            let key = KeyId(self.keys.intern(keys, hit.key, &mut memo));
            self.waiting.push(Hit { key, ..*hit });
        }
    }

    /// Lets all waiting hits through, closes everything and gives out what is left.
    pub(crate) fn finish(mut self, sink: &mut dyn FnMut(Burst)) -> Losses {
        self.drain(sink);
        for at in 0..self.groups.len() {
            for queue in [Queue::Live, Queue::Resting] {
                while self.close_idlest_of(at, queue) {}
            }
        }
        for burst in std::mem::take(&mut self.held).into_values() {
            sink(burst);
        }
        self.losses
    }

    /// Lets all waiting hits through.
    pub(super) fn drain(&mut self, sink: &mut dyn FnMut(Burst)) {
        self.waiting.seal();
        while self.pass_event(sink) {
            while self.bytes() > self.bounds.memory && self.shed(sink) {}
        }
    }

    /// Memory in use, by length.
    pub(crate) fn bytes(&self) -> usize {
        self.waiting.bytes() + self.keys.bytes() + self.groups_bytes + self.held_bytes
    }

    /// The most there ever was.
    pub(crate) fn peak(&self) -> usize {
        self.peak.max(self.bytes())
    }

    /// By how much [`Correlator::bytes`] may pass the bound while hits are let through in a batch: a sixteenth, beside
    /// what the hits of a single event bring with them.
    pub(crate) fn slack(&self) -> usize {
        self.bounds.memory / 16
    }

    /// Lets the oldest event through: all its hits enter together. False when none waits.
    fn pass_event(&mut self, sink: &mut dyn FnMut(Burst)) -> bool {
        let Some(first) = self.waiting.oldest() else { return false };
        let now = first.time;
        self.tick += 1;
        self.passed = Some(now);
        if now > self.due {
            self.settle(now, sink);
        }
        let mut next = Some(first);
        while let Some(hit) = next {
            self.receive(hit);
            let same = |hit: &Hit| (hit.time, hit.block, hit.index) == (now, first.block, first.index);
            next = if self.waiting.peek().is_some_and(same) { self.waiting.oldest() } else { None };
        }
        self.evaluate(now);
        self.peak = self.peak();
        true
    }

    /// Turns a hit into a contribution, or lets it go.
    fn receive(&mut self, hit: Hit) {
        let wiring = Arc::clone(&self.wiring);
        let source = wiring.sources.get(hit.feed.0 as usize).and_then(Option::as_ref);
        let read = source.and_then(|source| {
            let wired = wiring.correlations.get(source.to)?;
            Some((source, self.read(&source.reader, wired, &hit, Keys::NONE)?))
        });
        match read {
            Some((source, (group, counted))) => {
                let rule = u32::try_from(source.rule).unwrap_or(u32::MAX);
                self.pending.push(Pending { to: source.to, group, entry: Entry { hit, link: None, counted, rule } });
            }
            None => self.keys.release(hit.key.0),
        }
    }

    /// The group and the counted values of a contribution, kept; `None` when something it needs is missing.
    fn read(&mut self, reader: &Reader, wired: &Wired, hit: &Hit, inner: TupleId) -> Option<(TupleId, TupleId)> {
        self.select(&reader.counted, hit, inner)?;
        let counted = if self.selected.is_empty() { Keys::NONE } else { self.tuple_of_selected(hit) };
        if wired.spec.counts_numbers() && number(&self.keys, counted).is_none() {
            self.keys.release(counted);
            return None;
        }
        if self.select(&reader.group, hit, inner).is_none() {
            self.keys.release(counted);
            return None;
        }
        Some((self.tuple_of_selected(hit), counted))
    }

    /// Most often a hit carries its group's key and nothing else: then its own tuple will do.
    fn tuple_of_selected(&mut self, hit: &Hit) -> TupleId {
        if self.keys.values(hit.key.0) == self.selected {
            self.keys.keep(hit.key.0);
            return hit.key.0;
        }
        self.keys.tuple(&self.selected)
    }

    /// Puts the named values into `selected`; `None` when one is missing.
    fn select(&mut self, from: &[From], hit: &Hit, inner: TupleId) -> Option<()> {
        self.selected.clear();
        for from in from {
            let value = match from {
                From::Hit(slot) => self.keys.values(hit.key.0).get(*slot),
                From::Group(slot) => self.keys.values(inner).get(*slot),
                From::Nowhere => None,
            };
            self.selected.push(value.copied().filter(|value| *value != Keys::NONE)?);
        }
        Some(())
    }

    /// Lets the pending contributions of one event into their groups, inner correlations first.
    fn evaluate(&mut self, now: i64) {
        while let Some(to) = self.pending.iter().map(|pending| pending.to).min() {
            // By far the most events reach one group of one correlation.
            if self.pending.len() == 1
                && let Some(only) = self.pending.pop()
            {
                self.arrive(to, only.group, [only.entry], now);
                continue;
            }
            let (mut these, others) = std::mem::take(&mut self.pending).into_iter().partition(|p| p.to == to);
            self.pending = others;
            self.sort(&mut these);
            let mut these = these.into_iter().peekable();
            while let Some(first) = these.next() {
                let key = first.group;
                let mut entries = vec![first.entry];
                while let Some(more) = these.next_if(|pending| pending.group == key) {
                    self.keys.release(key);
                    entries.push(more.entry);
                }
                self.arrive(to, key, entries, now);
            }
        }
    }

    /// Groups in the order of their keys' texts; within one, inner alerts first and then as listed. Alerts of one inner
    /// correlation stay in the order of their own keys: that is how they came.
    fn sort(&self, pending: &mut [Pending]) {
        if pending.len() < 2 {
            return;
        }
        pending.sort_by_cached_key(|p| {
            let texts: Vec<String> = self.texts(p.group).collect();
            (texts, p.entry.link.is_none(), p.entry.rule)
        });
    }

    fn texts(&self, tuple: TupleId) -> impl Iterator<Item = String> + '_ {
        self.keys.values(tuple).iter().map(|value| self.keys.text(*value).unwrap_or_default().to_owned())
    }

    /// One event reaches one group.
    fn arrive(&mut self, to: usize, key: TupleId, entries: impl IntoIterator<Item = Entry>, now: i64) {
        let wiring = Arc::clone(&self.wiring);
        let (Some(wired), Some(groups)) = (wiring.correlations.get(to), self.groups.get_mut(to)) else { return };
        let (slot, mut group) = match groups.find(key).and_then(|slot| Some((slot, groups.take(slot)?))) {
            Some((slot, group)) => {
                self.keys.release(key);
                self.groups_bytes -= group.bytes();
                (slot, group)
            }
            None => (groups.add(key), Box::new(Group::new(key, wired))),
        };
        if group.is_over(now, wired) {
            self.end_burst(wired, &mut group);
        }
        group.forget_before(now, wired, &mut self.keys);
        let mut fresh = 0;
        for (at, entry) in entries.into_iter().enumerate() {
            group.push(entry, at == 0, wired, &self.keys);
            fresh += 1;
        }
        (group.last, group.tick) = (now, self.tick);
        if self.watch.is_some() {
            self.show(to, wired, &group, fresh);
        }
        if group.holds() {
            self.satisfied(to, wired, slot, &mut group, now);
        }
        self.due = self.due.min(now.saturating_add(wired.span));
        self.groups_bytes += group.bytes();
        if let Some(groups) = self.groups.get_mut(to) {
            groups.put(slot, group, Queue::Live);
        }
    }

    /// Shows a window to whoever looks on.
    fn show(&mut self, to: usize, wired: &Wired, group: &Group, fresh: usize) {
        let (latest, before) = group.contributions(limits::SAMPLES.max(fresh));
        let shown = Shown { wired, held: group.holds(), reading: group.reading(), latest: &latest, before, fresh };
        if let Some(mut watch) = self.watch.take() {
            watch.see(to, &shown, || self.named(wired, group.key));
            self.watch = Some(watch);
        }
    }

    /// The condition holds at `now`: opens or extends the burst and tells the correlations above.
    fn satisfied(&mut self, to: usize, wired: &Wired, slot: u32, group: &mut Group, now: i64) {
        if group.is_over(now, wired) {
            group.burst = self.bursts;
            self.bursts += 1;
            let fired = group.latest().next().map(|entry| entry.hit);
            if let Some(hit) = fired.filter(|_| wired.reported) {
                let earlier = std::mem::take(&mut group.earlier);
                group.open = Some(Box::new(Open::new(&hit, self.bounds.events, earlier, &mut self.keys)));
            }
        }
        group.satisfied = Some(now);
        let fresh = group.admit();
        if let Some(mut open) = group.open.take() {
            let mut previous = None;
            for entry in fresh.filter_map(|number| group.entry(number)) {
                match &entry.link {
                    Some(link) => {
                        behind::add(&mut open, link.group, (link.first, link.last), &self.groups, &mut self.keys);
                    }
                    None if wired.chained => open.add_unless_seen(&entry.hit, &mut self.keys),
                    None if previous != Some(entry.event()) => open.add(&entry.hit, &mut self.keys),
                    None => {}
                }
                previous = Some(entry.event());
            }
            open.forget_before(now, wired.lookback, &self.groups);
            group.open = Some(open);
        }
        self.tell_above(to, wired, slot, group);
    }

    fn tell_above(&mut self, to: usize, wired: &Wired, slot: u32, group: &Group) {
        let wiring = Arc::clone(&self.wiring);
        let Some(inner) = self.groups.get(to).map(|groups| groups.reference(to, slot)) else { return };
        let (first, last) = group.window_ends();
        for edge in &wired.edges {
            let Some(outer) = wiring.correlations.get(edge.to) else { continue };
            let read = group.latest().find_map(|entry| {
                let reader = edge.readers.get(&entry.hit.feed.0)?;
                Some((entry.hit, self.read(reader, outer, &entry.hit, group.key)?))
            });
            let Some((hit, (key, counted))) = read else { continue };
            self.keys.keep(hit.key.0);
            let link = Some(Box::new(Link { group: inner, first, last, burst: group.burst }));
            let rule = u32::try_from(edge.rule).unwrap_or(u32::MAX);
            self.pending.push(Pending { to: edge.to, group: key, entry: Entry { hit, link, counted, rule } });
        }
    }
}
