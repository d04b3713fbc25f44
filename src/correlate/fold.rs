//! Bursts folded into what people see: one alert for each correlation, logical source and entity.
//!
//! Folds commute: the same bursts in any order give the same alerts, but for which samples fit when their memory
//! is full. At most so many alerts are kept, worst first (README decision 17 of the design); what does not fit is
//! counted per rule. Bursts come redacted, so that a secret is in no key.

use super::burst::{Burst, BurstEvent};
use crate::model::{Entity, Level, RuleId, Stamp};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// All bursts of one correlation for one entity in one logical source; or, as overflow, all that did not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Folded {
    pub(crate) rule: RuleId,
    pub(crate) entity: Entity,
    pub(crate) logical_source: String,
    /// Different events; one that stands behind two bursts of a chained correlation counts in both.
    pub(crate) count: u64,
    pub(crate) bursts: u64,
    pub(crate) first: Stamp,
    pub(crate) last: Stamp,
    /// The event at which the first of them, in reading order, opened.
    pub(crate) fired: BurstEvent,
    /// The first events in reading order and the last.
    pub(crate) samples: Vec<BurstEvent>,
}

/// Everything folded.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// Worst first, then by rule, entity, logical source.
    pub(crate) alerts: Vec<Folded>,
    /// By rule: what did not fit, without entity and samples.
    pub(crate) overflow: Vec<Folded>,
    /// Whether some alert lists fewer events than it should.
    pub(crate) thinned: bool,
}

/// How much is kept.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Room {
    /// Alerts (`--max-alerts`).
    pub(crate) alerts: usize,
    /// Sample events an alert keeps, the last one among them (`--samples`).
    pub(crate) samples: usize,
    /// Bytes all samples may take; when full, alerts keep the first and the last event.
    pub(crate) sample_bytes: usize,
}

type Key = (Reverse<Level>, RuleId, Entity, String);

/// Folds bursts into alerts.
#[derive(Debug)]
pub(crate) struct Folds {
    room: Room,
    alerts: BTreeMap<Key, Folded>,
    overflow: BTreeMap<RuleId, Folded>,
    sample_bytes: usize,
    thinned: bool,
}

impl Folds {
    pub(crate) fn new(room: Room) -> Folds {
        Folds { room, alerts: BTreeMap::new(), overflow: BTreeMap::new(), sample_bytes: 0, thinned: false }
    }

    /// `level` is that of the burst's correlation, `logical_source` that of the event at which it opened.
    pub(crate) fn add(&mut self, burst: Burst, level: Level, logical_source: &str) {
        let key = (Reverse(level), burst.correlation, burst.key.clone(), logical_source.to_owned());
        let folded = Folded {
            rule: burst.correlation,
            entity: burst.key,
            logical_source: logical_source.to_owned(),
            count: burst.count,
            bursts: 1,
            first: burst.first,
            last: burst.last,
            fired: burst.fired,
            samples: Vec::new(),
        };
        let mut samples = burst.events;
        let alert = match self.alerts.entry(key) {
            std::collections::btree_map::Entry::Vacant(free) => free.insert(folded),
            std::collections::btree_map::Entry::Occupied(taken) => {
                let alert = taken.into_mut();
                self.sample_bytes -= alert.samples.iter().map(BurstEvent::bytes).sum::<usize>();
                samples.append(&mut alert.samples);
                alert.join(folded);
                alert
            }
        };
        samples.sort_by_key(place);
        samples.dedup_by_key(|event| place(event));
        thin(&mut samples, self.room.samples);
        let bytes = |samples: &[BurstEvent]| samples.iter().map(BurstEvent::bytes).sum::<usize>();
        if samples.len() > 2 && self.sample_bytes + bytes(&samples) > self.room.sample_bytes {
            thin(&mut samples, 2);
            self.thinned = true;
        }
        self.sample_bytes += bytes(&samples);
        alert.samples = samples;
        if self.alerts.len() > self.room.alerts {
            self.drop_least();
        }
    }

    /// The key that goes is the last of all, now and for the rest of the run: what is kept was counted in full.
    fn drop_least(&mut self) {
        let Some((_, mut least)) = self.alerts.pop_last() else { return };
        self.sample_bytes -= least.samples.iter().map(BurstEvent::bytes).sum::<usize>();
        (least.entity, least.logical_source, least.samples) = (Vec::new(), String::new(), Vec::new());
        match self.overflow.get_mut(&least.rule) {
            Some(overflow) => overflow.join(least),
            None => drop(self.overflow.insert(least.rule, least)),
        }
    }

    pub(crate) fn finish(self) -> Outcome {
        Outcome {
            alerts: self.alerts.into_values().collect(),
            overflow: self.overflow.into_values().collect(),
            thinned: self.thinned,
        }
    }
}

impl Folded {
    fn join(&mut self, other: Folded) {
        self.count += other.count;
        self.bursts += other.bursts;
        let earlier =
            |a: Stamp, b: Stamp| if b.time.is_some() && (a.time.is_none() || b.time < a.time) { b } else { a };
        self.first = earlier(self.first, other.first);
        self.last = if other.last.time > self.last.time { other.last } else { self.last };
        if place(&other.fired) < place(&self.fired) {
            self.fired = other.fired;
        }
    }
}

fn place(event: &BurstEvent) -> (u32, u32) {
    (event.block, event.index)
}

/// Keeps the first and the last, `room` in all.
fn thin(samples: &mut Vec<BurstEvent>, room: usize) {
    if samples.len() > room && room > 0 {
        samples.drain(room - 1..samples.len() - 1);
    }
}
