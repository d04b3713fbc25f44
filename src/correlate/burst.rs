//! A burst: one group holding its condition without a gap of more than one timespan. What people call an alert
//! of a correlation, before alerts of one entity are folded.

use super::behind::Ranges;
use super::group::GroupRef;
use super::groups::Groups;
use super::keys::Keys;
use super::wiring::{Source, Wired};
use crate::model::{Hit, Pair, Quality, RuleId, Stamp, Time};
use std::collections::{BTreeMap, BTreeSet};

/// An event behind a burst.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BurstEvent {
    /// Global block number.
    pub(crate) block: u32,
    /// Record within the block.
    pub(crate) index: u32,
    /// First line of the record within the block.
    pub(crate) line: u32,
    /// How many lines it covers, as far as known.
    pub(crate) lines: u16,
    /// Its own time; none when it was inherited.
    pub(crate) time: Stamp,
    /// The detection rule that fed the correlation.
    pub(crate) rule: RuleId,
    /// The values the correlation and those above it read, by name in order.
    pub(crate) fields: Vec<(String, Vec<String>)>,
}

/// One alert of one group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Burst {
    pub(crate) correlation: RuleId,
    /// Group-by names and values, in the rule's order.
    pub(crate) key: Vec<Pair>,
    /// The event at which it opened.
    pub(crate) fired: BurstEvent,
    /// Time of its last satisfying event.
    pub(crate) end: Time,
    /// Different events behind it.
    pub(crate) count: u64,
    /// Those of them that were behind no earlier burst of the group. Fewer only where an inner correlation looks further
    /// back than the gap between two bursts.
    pub(crate) fresh: u64,
    /// Earliest and latest time of those that have one.
    pub(crate) first: Stamp,
    pub(crate) last: Stamp,
    /// The first events in reading order, as many as were asked for, and the last one.
    pub(crate) events: Vec<BurstEvent>,
}

impl Burst {
    /// Memory in use, by length.
    pub(super) fn bytes(&self) -> usize {
        let pairs: usize = self.key.iter().map(|pair| pair.field.len() + pair.value.len() + 48).sum();
        size_of::<Burst>()
            + 64
            + 2 * pairs
            + self.events.iter().chain([&self.fired]).map(BurstEvent::bytes).sum::<usize>()
    }
}

impl BurstEvent {
    /// Memory in use, by length.
    pub(super) fn bytes(&self) -> usize {
        let text = |values: &Vec<String>| values.iter().map(|value| 24 + value.len()).sum::<usize>();
        size_of::<BurstEvent>() + self.fields.iter().map(|(name, values)| 48 + name.len() + text(values)).sum::<usize>()
    }

    fn new(hit: &Hit, sources: &[Option<Source>], keys: &Keys) -> BurstEvent {
        let feed = sources.get(hit.feed.0 as usize).and_then(Option::as_ref).map(|source| &source.feed);
        let names = feed.map_or(&[][..], |feed| &feed.key);
        let values = keys.values(hit.key.0).iter().map(|value| keys.text(*value));
        let mut fields: Vec<(String, Vec<String>)> = names
            .iter()
            .zip(values)
            .filter_map(|(name, value)| value.map(|value| (name.clone(), vec![value.to_owned()])))
            .collect();
        fields.sort();
        BurstEvent {
            block: hit.block,
            index: hit.index,
            line: hit.line,
            lines: hit.lines,
            time: if hit.inherited { Stamp::default() } else { stamp(hit.time, hit.decimals) },
            rule: feed.map_or(RuleId(0), |feed| feed.rule),
            fields,
        }
    }
}

/// How sure a stamp is does not travel with a hit; correlations report times only.
fn stamp(time: i64, decimals: u8) -> Stamp {
    Stamp { time: Some(Time(time)), decimals, quality: Quality::Exact }
}

/// Events: (time, block, index).
pub(super) type Seen = BTreeSet<(i64, u32, u32)>;

/// Forgets the events that lie more than `lookback` before `now`.
pub(super) fn forget(seen: &mut Seen, now: i64, lookback: i64) {
    while seen.first().is_some_and(|(time, ..)| now.saturating_sub(*time) > lookback) {
        seen.pop_first();
    }
}

/// A burst that may still grow.
#[derive(Debug)]
pub(super) struct Open {
    fired: Hit,
    count: u64,
    fresh: u64,
    /// Earliest and latest time, with its decimals.
    times: Option<((i64, u8), (i64, u8))>,
    /// The first events, in reading order.
    events: Vec<Hit>,
    /// The last one, once there are more.
    last: Option<Hit>,
    /// How many events are listed before the last.
    limit: usize,
    /// For a chained correlation, the events that could come up again.
    seen: Seen,
    /// The same of the group's earlier bursts.
    earlier: Seen,
    /// The contributions of inner groups that were looked at.
    looked_at: BTreeMap<GroupRef, Ranges>,
    /// How many there were when dead groups were last thrown out.
    thrown_out: usize,
}

impl Open {
    /// `fired` and every event added stay in `keys` until [`Open::release`].
    pub(super) fn new(fired: &Hit, limit: usize, earlier: Seen, keys: &mut Keys) -> Open {
        keys.keep(fired.key.0);
        Open {
            fired: *fired,
            count: 0,
            fresh: 0,
            times: None,
            events: Vec::new(),
            last: None,
            limit,
            seen: Seen::new(),
            earlier,
            looked_at: BTreeMap::new(),
            thrown_out: 16,
        }
    }

    /// Memory in use, by length.
    pub(super) fn bytes(&self) -> usize {
        size_of::<Open>()
            + self.events.len() * size_of::<Hit>()
            + (self.seen.len() + self.earlier.len()) * 24
            + self.looked_at.len() * 72
    }

    /// Adds an event that was not added before.
    pub(super) fn add(&mut self, hit: &Hit, keys: &mut Keys) {
        self.count += 1;
        self.fresh += u64::from(!self.earlier.contains(&(hit.time, hit.block, hit.index)));
        if !hit.inherited {
            let at = (hit.time, hit.decimals);
            self.times = Some(self.times.map_or((at, at), |(first, last)| {
                (if at.0 < first.0 { at } else { first }, if at.0 > last.0 { at } else { last })
            }));
        }
        let place = |hit: &Hit| (hit.block, hit.index);
        let full = self.events.len() >= self.limit;
        let mut later = Some(*hit);
        if !full || self.events.last().is_some_and(|end| place(hit) < place(end)) {
            keys.keep(hit.key.0);
            let at = self.events.partition_point(|other| place(other) < place(hit));
            self.events.insert(at, *hit);
            later = if full { self.events.pop() } else { None };
            if let Some(later) = later {
                // It is kept again below when it turns out to be the last.
                self.keep_if_last(later, keys);
                keys.release(later.key.0);
                return;
            }
        }
        if let Some(later) = later {
            self.keep_if_last(later, keys);
        }
    }

    fn keep_if_last(&mut self, hit: Hit, keys: &mut Keys) {
        if self.last.is_none_or(|last| (last.block, last.index) < (hit.block, hit.index)) {
            keys.keep(hit.key.0);
            if let Some(old) = self.last.replace(hit) {
                keys.release(old.key.0);
            }
        }
    }

    pub(super) fn add_unless_seen(&mut self, hit: &Hit, keys: &mut Keys) {
        if self.seen.insert((hit.time, hit.block, hit.index)) {
            self.add(hit, keys);
        }
    }

    /// The parts of `first..=last` of an inner group that were not looked at; now they are.
    pub(super) fn unseen(&mut self, group: GroupRef, first: u64, last: u64) -> Vec<(u64, u64)> {
        self.looked_at.entry(group).or_default().add(first, last)
    }

    /// Forgets what no window can bring back at `now`.
    pub(super) fn forget_before(&mut self, now: i64, lookback: i64, groups: &[Groups]) {
        forget(&mut self.seen, now, lookback);
        forget(&mut self.earlier, now, lookback);
        if self.looked_at.len() > self.thrown_out * 2 {
            self.looked_at
                .retain(|group, _| groups.get(group.correlation).and_then(|groups| groups.get(*group)).is_some());
            self.thrown_out = self.looked_at.len().max(16);
        }
    }

    /// Lets go of the texts; what is left are the events that may come up again in a later burst.
    pub(super) fn release(mut self, keys: &mut Keys) -> Seen {
        for hit in self.events.iter().chain(&self.last).chain([&self.fired]) {
            keys.release(hit.key.0);
        }
        self.seen.append(&mut self.earlier);
        self.seen
    }

    /// The burst as it is given out.
    pub(super) fn burst(&self, wired: &Wired, key: Vec<Pair>, end: i64, at: (&[Option<Source>], &Keys)) -> Burst {
        let event = |hit: &Hit| BurstEvent::new(hit, at.0, at.1);
        let (first, last) = self.times.unzip();
        let time = |at: Option<(i64, u8)>| at.map_or_else(Stamp::default, |(time, decimals)| stamp(time, decimals));
        Burst {
            correlation: wired.id,
            key,
            fired: event(&self.fired),
            end: Time(end),
            count: self.count,
            fresh: self.fresh,
            first: time(first),
            last: time(last),
            events: self.events.iter().chain(&self.last).map(event).collect(),
        }
    }
}
