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
    /// Different events. One that is behind two bursts of a group counts with the earlier one, though the two may have
    /// fired in different logs.
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
            count: burst.fresh,
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
        if other.first.time.is_some_and(|time| self.first.time.is_none_or(|first| time < first)) {
            self.first = other.first;
        }
        if other.last.time > self.last.time {
            self.last = other.last;
        }
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
            folds.add(burst, level, "auth.log");
        }
        folds.finish()
    }

    const ROOM: Room = Room { alerts: 10, samples: 4, sample_bytes: 1 << 20 };

    fn shown(alerts: &[Folded]) -> Vec<(u32, &str, u64, u64, Vec<u32>)> {
        let user = |alert: &Folded| alert.entity.first().map(|pair| pair.value.len()).unwrap_or_default();
        let row = |alert| {
            let Folded { rule, count, bursts, samples, .. }: &Folded = alert;
            let name = ["", "a", "bb"].get(user(alert)).copied().unwrap_or("?");
            (rule.0, name, *count, *bursts, samples.iter().map(|event| event.index).collect())
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
        let alert = &outcome.alerts[1];
        assert_eq!((alert.fired.index, alert.first.time, alert.last.time), (2, Some(Time(0)), Some(Time(12))));
        assert_eq!(fold(ROOM, turned).alerts, outcome.alerts);
    }

    #[test]
    fn what_does_not_fit_is_the_least_severe_and_is_counted() {
        let room = Room { alerts: 1, ..ROOM };
        let bursts = vec![burst(0, "a", 0, 3), burst(0, "bb", 3, 5), burst(1, "a", 5, 7), burst(0, "a", 7, 8)];
        let outcome = fold(room, bursts);
        assert_eq!(shown(&outcome.alerts), [(1, "a", 2, 1, vec![5, 6])]);
        assert_eq!(shown(&outcome.overflow), [(0, "", 6, 3, vec![])]);
    }

    #[test]
    fn without_memory_for_samples_an_alert_keeps_its_first_and_last() {
        let outcome = fold(Room { sample_bytes: 100, ..ROOM }, vec![burst(0, "a", 0, 3), burst(0, "a", 5, 8)]);
        assert_eq!(shown(&outcome.alerts), [(0, "a", 6, 2, vec![0, 7])]);
        assert!(outcome.thinned);
        assert!(!fold(ROOM, vec![burst(0, "a", 0, 3)]).thinned);
    }
}
