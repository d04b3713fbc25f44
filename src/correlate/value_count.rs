//! `value_count`: how many different values, compared as text; with several fields, different combinations.

use super::explain::Reading;
use super::fixed::Fixed;
use super::spec::Spec;
use super::window::{Item, Window};
use super::{Kind, keys::ValueId};
use crate::sigma::CorrelationKind;
use std::collections::HashMap;
use std::sync::Arc;

pub(super) static KIND: Kind = Kind {
    name: "value_count",
    of: CorrelationKind::ValueCount,
    window: |spec| Box::new(ValueCount { spec: Arc::clone(spec), values: HashMap::new() }),
};

struct ValueCount {
    spec: Arc<Spec>,
    /// How often each value is in the window.
    values: HashMap<ValueId, u32>,
}

impl Window for ValueCount {
    fn push(&mut self, item: &Item) {
        *self.values.entry(item.value).or_default() += 1;
    }

    fn forget(&mut self, item: &Item) {
        if let Some(times) = self.values.get_mut(&item.value) {
            *times -= 1;
            if *times == 0 {
                self.values.remove(&item.value);
            }
        }
    }

    fn holds(&self) -> bool {
        self.spec.admits_count(self.values.len())
    }

    fn reading(&self) -> Reading {
        Reading::Number(Fixed::count(self.values.len()))
    }

    fn bytes(&self) -> usize {
        self.values.len() * 16
    }
}
