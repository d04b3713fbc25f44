//! `value_median`: the middle value of a field, or the mean of the two middle ones: percentile 50.

use super::Kind;
use super::spec::Spec;
use super::units::Units;
use super::value_percentile::Percentile;
use crate::sigma::CorrelationKind;

pub(super) static KIND: Kind = Kind {
    name: "value_median",
    of: CorrelationKind::ValueMedian,
    window: |spec| Units::window(Percentile::new(spec, Spec::HUNDRED / 2)),
};
