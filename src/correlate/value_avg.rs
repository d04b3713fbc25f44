//! `value_avg`: the average of a field.

use super::Kind;
use super::fixed::Fixed;
use super::spec::Spec;
use super::units::{Aggregate, Units};
use crate::sigma::CorrelationKind;
use std::sync::Arc;

pub(super) static KIND: Kind = Kind {
    name: "value_avg",
    of: CorrelationKind::ValueAvg,
    window: |spec| Units::window(ValueAvg { spec: Arc::clone(spec), sum: 0, values: 0 }),
};

struct ValueAvg {
    spec: Arc<Spec>,
    sum: i128,
    values: i128,
}

impl Aggregate for ValueAvg {
    fn add(&mut self, value: Fixed) {
        self.sum += value.0;
        self.values += 1;
    }

    fn remove(&mut self, value: Fixed) {
        self.sum -= value.0;
        self.values -= 1;
    }

    /// The bound is multiplied rather than the sum divided, so that nothing is rounded.
    fn holds(&self) -> bool {
        self.spec.admits(|bound| self.sum.cmp(&bound.0.saturating_mul(self.values)))
    }

    fn value(&self) -> Option<Fixed> {
        self.sum.checked_div(self.values).map(Fixed)
    }
}
