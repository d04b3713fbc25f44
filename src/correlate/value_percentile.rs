//! `value_percentile`: a percentile of a field, linear between closest ranks (rank = p/100 · (n−1)).

use super::Kind;
use super::fixed::Fixed;
use super::spec::Spec;
use super::units::{Aggregate, Units};
use crate::sigma::CorrelationKind;
use std::collections::BTreeMap;
use std::sync::Arc;

pub(super) static KIND: Kind = Kind {
    name: "value_percentile",
    of: CorrelationKind::ValuePercentile,
    window: |spec| Units::window(Percentile::new(spec, spec.percentile)),
};

/// The values on both sides of the rank: `low` holds the rank's whole part and all below, `high` the rest.
pub(super) struct Percentile {
    spec: Arc<Spec>,
    /// As in [`Spec::percentile`].
    wanted: u64,
    low: Bag,
    high: Bag,
}

/// Values and how often each is there.
#[derive(Default)]
struct Bag {
    values: BTreeMap<Fixed, u64>,
    len: u64,
}

impl Bag {
    fn add(&mut self, value: Fixed) {
        *self.values.entry(value).or_default() += 1;
        self.len += 1;
    }

    fn remove(&mut self, value: Fixed) {
        if let Some(times) = self.values.get_mut(&value) {
            *times -= 1;
            self.len -= 1;
            if *times == 0 {
                self.values.remove(&value);
            }
        }
    }

    fn least(&self) -> Option<Fixed> {
        self.values.first_key_value().map(|(value, _)| *value)
    }

    fn greatest(&self) -> Option<Fixed> {
        self.values.last_key_value().map(|(value, _)| *value)
    }
}

impl Percentile {
    pub(super) fn new(spec: &Arc<Spec>, wanted: u64) -> Percentile {
        Percentile { spec: Arc::clone(spec), wanted, low: Bag::default(), high: Bag::default() }
    }

    /// The whole part of the rank, and the rest in parts of [`Spec::HUNDRED`].
    fn rank(&self) -> (u64, u64) {
        let last = (self.low.len + self.high.len).saturating_sub(1);
        let rank = u128::from(self.wanted) * u128::from(last);
        let hundred = u128::from(Spec::HUNDRED);
        let narrow = |n: u128| u64::try_from(n).unwrap_or(u64::MAX);
        (narrow(rank / hundred), narrow(rank % hundred))
    }

    fn balance(&mut self) {
        let want = (self.rank().0 + 1).min(self.low.len + self.high.len);
        while self.low.len < want
            && let Some(value) = self.high.least()
        {
            self.high.remove(value);
            self.low.add(value);
        }
        while self.low.len > want
            && let Some(value) = self.low.greatest()
        {
            self.low.remove(value);
            self.high.add(value);
        }
    }
}

impl Aggregate for Percentile {
    fn add(&mut self, value: Fixed) {
        if self.low.greatest().is_some_and(|top| value <= top) {
            self.low.add(value);
        } else {
            self.high.add(value);
        }
        self.balance();
    }

    fn remove(&mut self, value: Fixed) {
        if self.low.greatest().is_some_and(|top| value <= top) {
            self.low.remove(value);
        } else {
            self.high.remove(value);
        }
        self.balance();
    }

    fn holds(&self) -> bool {
        let Some(below) = self.low.greatest() else { return false };
        let above = self.high.least().unwrap_or(below);
        let (hundred, rest) = (i128::from(Spec::HUNDRED), i128::from(self.rank().1));
        let value = below.0 * (hundred - rest) + above.0 * rest;
        self.spec.admits(|bound| value.cmp(&bound.0.saturating_mul(hundred)))
    }

    fn value(&self) -> Option<Fixed> {
        let below = self.low.greatest()?;
        let above = self.high.least().unwrap_or(below);
        let (hundred, rest) = (i128::from(Spec::HUNDRED), i128::from(self.rank().1));
        Some(Fixed((below.0 * (hundred - rest) + above.0 * rest) / hundred))
    }

    fn bytes(&self) -> usize {
        (self.low.values.len() + self.high.values.len()) * 40
    }
}
