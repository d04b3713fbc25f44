//! `value_sum`: the sum of a field.

use super::Kind;
use super::fixed::Fixed;
use super::spec::Spec;
use super::units::{Aggregate, Units};
use crate::sigma::CorrelationKind;
use std::sync::Arc;

pub(super) static KIND: Kind = Kind {
    name: "value_sum",
    of: CorrelationKind::ValueSum,
    window: |spec| Units::window(ValueSum { spec: Arc::clone(spec), sum: 0 }),
};

struct ValueSum {
    spec: Arc<Spec>,
    sum: i128,
}

impl Aggregate for ValueSum {
    fn add(&mut self, value: Fixed) {
        self.sum += value.0;
    }

    fn remove(&mut self, value: Fixed) {
        self.sum -= value.0;
    }

    fn holds(&self) -> bool {
        self.spec.admits(|bound| self.sum.cmp(&bound.0))
    }

    fn value(&self) -> Option<Fixed> {
        Some(Fixed(self.sum))
    }
}
