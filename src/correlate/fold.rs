//! Bursts folded into what people see: one alert for each correlation, logical source and entity.
//!
//! Folds commute: the same bursts in any order give the same alerts, but for which samples fit when their memory
//! is full. At most so many alerts are kept, worst first (README decision 17 of the design); what does not fit is
//! counted per rule. Bursts come redacted, so that a secret is in no key.

use super::burst::{Burst, BurstEvent};
use crate::model::{Entity, Level, RuleId, SampleText, Stamp};
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

/// All bursts of one correlation for one entity in one logical source; or, as overflow, all that did not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Folded {
    /// Different events. One that is behind two bursts of a group counts with the earlier one, though the two may have
    /// fired in different logs.
    pub(crate) count: u64,
    pub(crate) bursts: u64,
    pub(crate) first: Stamp,
    pub(crate) last: Stamp,
    /// The event at which the first of them, in reading order, opened.
    pub(crate) fired: At,
    /// The first events in reading order and the last.
    pub(crate) samples: Vec<Kept>,
    /// The entity as people see it, where that differs from what it is recognised by.
    pub(crate) shown: Option<Box<Entity>>,
}

/// Where an event is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct At {
    /// Global block number.
    pub(crate) block: u32,
    /// Record within the block.
    pub(crate) index: u32,
    /// First line of the record within the block.
    pub(crate) line: u32,
    /// How many lines it covers, as far as known.
    pub(crate) lines: u16,
}

/// An event that is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Kept {
    pub(crate) at: At,
    pub(crate) time: Stamp,
    /// The detection rule that fed the correlation.
    pub(crate) rule: RuleId,
    pub(crate) text: SampleText,
}

/// What an alert is recognised by, worst first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    level: Reverse<Level>,
    pub(crate) rule: RuleId,
    pub(crate) entity: Entity,
    pub(crate) logical_source: Arc<str>,
}

/// Everything folded.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// Worst first, then by rule, entity, logical source.
    pub(crate) alerts: Vec<(Key, Folded)>,
    /// By rule: what did not fit, without entity and samples.
    pub(crate) overflow: BTreeMap<RuleId, Folded>,
    /// Whether some alert lists fewer events than it should,
    pub(crate) thinned: bool,
    /// or without their texts.
    pub(crate) bare: bool,
}

/// How much is kept.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Room {
    /// Alerts (`--max-alerts`).
    pub(crate) alerts: usize,
    /// Sample events an alert keeps, the last one among them (`--samples`); `None`: nobody sees any.
    pub(crate) samples: Option<usize>,
    /// Bytes all samples may take; when full, alerts keep the first and the last event, and of these in the end only where
    /// and when they were.
    pub(crate) sample_bytes: usize,
}

/// Folds bursts into alerts.
#[derive(Debug)]
pub(crate) struct Folds {
    room: Room,
    alerts: BTreeMap<Key, Folded>,
    overflow: BTreeMap<RuleId, Folded>,
    sample_bytes: usize,
    thinned: bool,
    bare: bool,
}

impl Folds {
    pub(crate) fn new(room: Room) -> Folds {
        let (alerts, overflow) = (BTreeMap::new(), BTreeMap::new());
        Folds { room, alerts, overflow, sample_bytes: 0, thinned: false, bare: false }
    }

    /// `level` is that of the burst's correlation, `logical_source` that of the event at which it opened, `shown` its
    /// entity as people see it.
    pub(crate) fn add(&mut self, burst: Burst, level: Level, logical_source: &Arc<str>, shown: Entity) {
        let shown = (shown != burst.key).then(|| Box::new(shown));
        let logical_source = Arc::clone(logical_source);
        let key = Key { level: Reverse(level), rule: burst.correlation, entity: burst.key, logical_source };
        let folded = Folded {
            count: burst.fresh,
            bursts: 1,
            first: burst.first,
            last: burst.last,
            fired: At::of(&burst.fired),
            samples: Vec::new(),
            shown,
        };
        let is_full = self.alerts.len() >= self.room.alerts;
        let alert = match self.alerts.entry(key) {
            Entry::Occupied(taken) => {
                let alert = taken.into_mut();
                alert.join(&folded);
                alert
            }
            // The key that goes is the last of all, now and for the rest of the run: what is kept was counted in full.
            Entry::Vacant(free) if is_full => {
                let key = free.into_key();
                if self.alerts.last_key_value().is_none_or(|(least, _)| *least < key) {
                    return overflow(&mut self.overflow, key.rule, folded);
                }
                if let Some((least, mut gone)) = self.alerts.pop_last() {
                    self.sample_bytes -= gone.samples.iter().map(Kept::bytes).sum::<usize>();
                    gone.samples = Vec::new();
                    overflow(&mut self.overflow, least.rule, gone);
                }
                self.alerts.entry(key).or_insert(folded)
            }
            Entry::Vacant(free) => free.insert(folded),
        };
        let Some(most) = self.room.samples else { return };
        let bytes = |samples: &[Kept]| samples.iter().map(Kept::bytes).sum::<usize>();
        self.sample_bytes -= bytes(&alert.samples);
        let mut samples: Vec<Kept> = burst.events.iter().map(Kept::of).collect();
        samples.append(&mut alert.samples);
        samples.sort_by_key(|kept| kept.at.place());
        samples.dedup_by_key(|kept| kept.at.place());
        thin(&mut samples, most);
        if samples.len() > 2 && self.sample_bytes + bytes(&samples) > self.room.sample_bytes {
            thin(&mut samples, 2);
            self.thinned = true;
        }
        if self.sample_bytes + bytes(&samples) > self.room.sample_bytes {
            for kept in &mut *samples {
                kept.text = SampleText::none();
            }
            self.bare = true;
        }
        samples.shrink_to_fit();
        self.sample_bytes += bytes(&samples);
        alert.samples = samples;
    }

    /// How many alerts of each level are kept, in the order of [`Level::ALL`].
    pub(crate) fn by_level(&self) -> [usize; 5] {
        let mut counts = [0; 5];
        for key in self.alerts.keys() {
            counts[key.level.0 as usize] += 1;
        }
        counts
    }

    /// Everything, `most` alerts in full.
    pub(crate) fn finish(mut self, most: usize) -> Outcome {
        while self.alerts.len() > most
            && let Some((least, mut gone)) = self.alerts.pop_last()
        {
            gone.samples = Vec::new();
            overflow(&mut self.overflow, least.rule, gone);
        }
        let alerts = self.alerts.into_iter().collect();
        Outcome { alerts, overflow: self.overflow, thinned: self.thinned, bare: self.bare }
    }
}

fn overflow(overflow: &mut BTreeMap<RuleId, Folded>, rule: RuleId, folded: Folded) {
    match overflow.entry(rule) {
        Entry::Occupied(sum) => sum.into_mut().join(&folded),
        Entry::Vacant(free) => drop(free.insert(Folded { shown: None, ..folded })),
    }
}

impl Folded {
    fn join(&mut self, other: &Folded) {
        self.count += other.count;
        self.bursts += other.bursts;
        if other.first.time.is_some_and(|time| self.first.time.is_none_or(|first| time < first)) {
            self.first = other.first;
        }
        if other.last.time > self.last.time {
            self.last = other.last;
        }
        if other.fired.place() < self.fired.place() {
            self.fired = other.fired;
        }
    }
}

impl At {
    pub(crate) fn of(event: &BurstEvent) -> At {
        At { block: event.block, index: event.index, line: event.line, lines: event.lines }
    }

    fn place(self) -> (u32, u32) {
        (self.block, self.index)
    }
}

impl Kept {
    fn of(event: &BurstEvent) -> Kept {
        Kept { at: At::of(event), time: event.time, rule: event.rule, text: SampleText::of_fields(&event.fields) }
    }

    /// Memory it takes, with what the allocator adds.
    fn bytes(&self) -> usize {
        size_of::<Kept>() + 32 + self.text.bytes().len()
    }
}

/// Keeps the first and the last, `room` in all.
fn thin(samples: &mut Vec<Kept>, room: usize) {
    if samples.len() > room && room > 0 {
        samples.drain(room - 1..samples.len() - 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Pair, Time};

    fn event(index: u32) -> BurstEvent {
        BurstEvent {
            block: 0,
            index,
            line: index,
            lines: 1,
            time: Stamp::exact(Time(i64::from(index)), 0),
            rule: RuleId(0),
            fields: vec![("user".to_owned(), vec!["x".repeat(100)])],
        }
    }

    /// A burst of correlation `rule` for `user` over the events `from..to`, fired by the last.
    fn burst(rule: u32, user: &str, from: u32, to: u32) -> Burst {
        Burst {
            correlation: RuleId(rule),
            key: vec![Pair { field: "user".to_owned(), value: user.to_owned() }],
            fired: event(to - 1),
            end: Time(i64::from(to - 1)),
            count: u64::from(to - from),
            fresh: u64::from(to - from),
            first: event(from).time,
            last: event(to - 1).time,
            events: (from..to).map(event).collect(),
        }
    }

    /// Correlation 1 is high, the others low; everything is in one log.
    fn fold(room: Room, bursts: Vec<Burst>) -> Outcome {
        let mut folds = Folds::new(room);
        for burst in bursts {
            let level = if burst.correlation == RuleId(1) { Level::High } else { Level::Low };
            let shown = burst.key.clone();
            folds.add(burst, level, &"auth.log".into(), shown);
        }
        folds.finish(room.alerts)
    }

    const ROOM: Room = Room { alerts: 10, samples: Some(4), sample_bytes: 1 << 20 };

    fn shown(alerts: &[(Key, Folded)]) -> Vec<(u32, &str, u64, u64, Vec<u32>)> {
        let row = |(key, alert): &(Key, Folded)| {
            let name = ["", "a", "bb"].get(key.entity[0].value.len()).copied().unwrap_or("?");
            let samples = alert.samples.iter().map(|kept| kept.at.index).collect();
            (key.rule.0, name, alert.count, alert.bursts, samples)
        };
        alerts.iter().map(row).collect()
    }

    #[test]
    fn bursts_of_one_entity_are_one_alert_in_any_order() {
        let bursts = vec![burst(0, "a", 0, 3), burst(1, "a", 5, 7), burst(0, "a", 10, 13), burst(0, "bb", 20, 21)];
        let mut turned = bursts.clone();
        turned.reverse();
        let outcome = fold(ROOM, bursts);
        assert_eq!(
            shown(&outcome.alerts),
            [(1, "a", 2, 1, vec![5, 6]), (0, "a", 6, 2, vec![0, 1, 2, 12]), (0, "bb", 1, 1, vec![20])]
        );
        let (_, alert) = &outcome.alerts[1];
        assert_eq!((alert.fired.index, alert.first.time, alert.last.time), (2, Some(Time(0)), Some(Time(12))));
        assert_eq!(fold(ROOM, turned).alerts, outcome.alerts);
    }

    #[test]
    fn what_does_not_fit_is_the_least_severe_and_is_counted() {
        let room = Room { alerts: 1, ..ROOM };
        let bursts = vec![burst(0, "a", 0, 3), burst(0, "bb", 3, 5), burst(1, "a", 5, 7), burst(0, "a", 7, 8)];
        let outcome = fold(room, bursts);
        assert_eq!(shown(&outcome.alerts), [(1, "a", 2, 1, vec![5, 6])]);
        let over: Vec<_> = outcome.overflow.iter().map(|(rule, sum)| (rule.0, sum.count, sum.bursts)).collect();
        assert_eq!(over, [(0, 6, 3)]);
        assert!(outcome.overflow.values().all(|sum| sum.samples.is_empty()));
    }

    #[test]
    fn without_memory_for_samples_an_alert_keeps_its_first_and_last() {
        let outcome = fold(Room { sample_bytes: 100, ..ROOM }, vec![burst(0, "a", 0, 3), burst(0, "a", 5, 8)]);
        assert_eq!(shown(&outcome.alerts), [(0, "a", 6, 2, vec![0, 7])]);
        assert!(outcome.thinned && outcome.bare);
        assert!(outcome.alerts[0].1.samples.iter().all(|kept| kept.text.fields().is_empty()));
        let enough = fold(Room { sample_bytes: 500, ..ROOM }, vec![burst(0, "a", 0, 3), burst(0, "a", 5, 8)]);
        assert!(enough.thinned && !enough.bare);
        assert_eq!(shown(&enough.alerts), [(0, "a", 6, 2, vec![0, 7])]);
        assert!(enough.alerts[0].1.samples.iter().all(|kept| kept.text.fields().len() == 1));
        assert!(!fold(ROOM, vec![burst(0, "a", 0, 3)]).thinned);
    }
}
