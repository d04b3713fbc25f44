//! Hits over time: sorts them, keeps a window for each group, says when a correlation fires.
//!
//! When that is stands in the Sigma specification and, where it is silent, in these laws: events in time order; at
//! each contributing event look back one timespan, ends included; a satisfying event opens a burst unless the group
//! had one within the last timespan, else it extends that burst. So a group is its window and the time it was last
//! satisfied; there are no timers, and the same hits give the same bursts however they were cut into blocks.
//!
//! Left out: fields are read, and rules tried, where the hits are made. To add a correlation type: one file beside
//! this one and one row in [`KINDS`].

mod behind;
mod buffer;
mod burst;
mod correlator;
mod event_count;
mod explain;
mod fixed;
mod fold;
mod group;
mod groups;
mod keys;
mod spec;
mod temporal;
mod temporal_ordered;
mod units;
mod value_avg;
mod value_count;
mod value_median;
mod value_percentile;
mod value_sum;
mod window;
mod wiring;

#[cfg(test)]
mod tests;

pub(crate) use burst::{Burst, BurstEvent};
pub(crate) use correlator::{Bounds, Correlator, Losses};
pub(crate) use explain::{Contribution, NearWindow, Watched};
pub(crate) use fold::{At, Folded, Folds, Kept, Outcome, Room};
pub(crate) use wiring::{feeds, wanted};

use crate::sigma::CorrelationKind;
use spec::Spec;
use std::sync::Arc;
use window::Window;

/// One row of [`KINDS`].
pub(crate) struct Kind {
    /// As rules write it.
    pub(crate) name: &'static str,
    /// As the rule tree has it.
    pub(crate) of: CorrelationKind,
    /// What a group of such a correlation keeps.
    window: fn(&Arc<Spec>) -> Box<dyn Window>,
}

/// Every correlation type.
pub(crate) static KINDS: &[&Kind] = &[
    &event_count::KIND,
    &value_count::KIND,
    &temporal::KIND,
    &temporal_ordered::KIND,
    &value_sum::KIND,
    &value_avg::KIND,
    &value_percentile::KIND,
    &value_median::KIND,
];
