//! `event_count`: how many different events.

use super::Kind;
use super::fixed::Fixed;
use super::spec::Spec;
use super::units::{Aggregate, Units};
use crate::sigma::CorrelationKind;
use std::sync::Arc;

pub(super) static KIND: Kind = Kind {
    name: "event_count",
    of: CorrelationKind::EventCount,
    window: |spec| Units::window(EventCount { spec: Arc::clone(spec), events: 0 }),
};

struct EventCount {
    spec: Arc<Spec>,
    events: usize,
}

impl Aggregate for EventCount {
    fn add(&mut self, _: Fixed) {
        self.events += 1;
    }

    fn remove(&mut self, _: Fixed) {
        self.events -= 1;
    }

    fn holds(&self) -> bool {
        self.spec.admits_count(self.events)
    }

    fn value(&self) -> Option<Fixed> {
        Some(Fixed::count(self.events))
    }
}
