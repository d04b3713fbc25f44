//! Counting and metrics take one value for each thing that is counted.
//!
//! That is an event, whatever number of rules it matches; and for a correlation fed by another one, an alert of the
//! inner one: all its satisfying events count as one, with the value of the earliest that is still in the window.
//! An event that belongs to an alert as well as standing for itself is counted with the alert; of several alerts
//! with the one of the rule listed first, then of the least inner key.

use super::Window;
use super::explain::Reading;
use super::fixed::Fixed;
use super::window::{BurstId, Item};
use std::collections::{HashMap, VecDeque};

/// What a kind computes over the counted values.
pub(super) trait Aggregate {
    fn add(&mut self, value: Fixed);
    fn remove(&mut self, value: Fixed);
    fn holds(&self) -> bool;
    /// What was computed, for explanations; `None` when there is nothing to compute it from.
    fn value(&self) -> Option<Fixed>;
    /// Memory in use beside the struct itself, by length.
    fn bytes(&self) -> usize {
        0
    }
}

/// The window of a kind that counts things.
pub(super) struct Units<A> {
    aggregate: A,
    /// The values of each inner alert, in order; the first one counts.
    alerts: HashMap<BurstId, VecDeque<Fixed>>,
    alert_values: usize,
}

impl<A: Aggregate + Send + 'static> Units<A> {
    pub(super) fn window(aggregate: A) -> Box<dyn Window> {
        Box::new(Units { aggregate, alerts: HashMap::new(), alert_values: 0 })
    }
}

impl<A: Aggregate + Send> Window for Units<A> {
    fn push(&mut self, item: &Item) {
        if !item.leads {
            return;
        }
        if let Some(burst) = item.burst {
            let values = self.alerts.entry(burst).or_default();
            values.push_back(item.number);
            self.alert_values += 1;
            if values.len() > 1 {
                return;
            }
        }
        self.aggregate.add(item.number);
    }

    fn forget(&mut self, item: &Item) {
        if !item.leads {
            return;
        }
        if let Some(burst) = item.burst
            && let Some(values) = self.alerts.get_mut(&burst)
        {
            values.pop_front();
            self.alert_values -= 1;
            match values.front() {
                Some(next) => self.aggregate.add(*next),
                None => drop(self.alerts.remove(&burst)),
            }
        }
        self.aggregate.remove(item.number);
    }

    fn holds(&self) -> bool {
        self.aggregate.holds()
    }

    fn reading(&self) -> Reading {
        self.aggregate.value().map_or(Reading::Nothing, Reading::Number)
    }

    fn bytes(&self) -> usize {
        self.aggregate.bytes() + self.alerts.len() * 64 + self.alert_values * size_of::<Fixed>()
    }
}
