//! What a correlation asks of a window, ready to be asked: bounds as numbers, rules as positions in its list.

use super::fixed::Fixed;
use crate::sigma::{Comparison, Correlation, CorrelationKind, Expr};
use std::cmp::Ordering;
use std::collections::HashMap;

/// What a window of one correlation has to know.
#[derive(Debug)]
pub(super) struct Spec {
    pub(super) kind: CorrelationKind,
    /// For each listed rule, where it is listed first: a rule listed twice is one rule seen, and two steps.
    pub(super) rules: Vec<usize>,
    /// All must hold.
    pub(super) bounds: Vec<(Comparison, Fixed)>,
    /// In millionths of a percent of the ranks: 10⁸ is the 100th percentile.
    pub(super) percentile: u64,
    /// In the place of bounds, over `rules`.
    pub(super) extended: Option<Expr>,
}

impl Spec {
    pub(super) fn new(correlation: &Correlation) -> Spec {
        let first = places(correlation);
        let place = |rule: &String| first.get(rule.as_str()).copied().unwrap_or(0);
        let rules: Vec<usize> = correlation.rules.iter().map(place).collect();
        let mut bounds: Vec<_> = correlation.bounds.iter().map(|(op, bound)| (*op, Fixed::bound(bound))).collect();
        let temporal = matches!(correlation.kind, CorrelationKind::Temporal | CorrelationKind::TemporalOrdered);
        if temporal && bounds.is_empty() && correlation.extended.is_none() {
            let different = rules.iter().enumerate().filter(|(at, first)| at == *first).count();
            bounds.push((Comparison::Gte, Fixed::count(different)));
        }
        Spec {
            kind: correlation.kind,
            rules,
            bounds,
            percentile: millionths(correlation.percentile.unwrap_or(50.0)),
            extended: correlation.extended.clone(),
        }
    }

    /// Whether the kind needs the counted field as a number.
    pub(super) fn counts_numbers(&self) -> bool {
        use CorrelationKind::{ValueAvg, ValueMedian, ValuePercentile, ValueSum};
        matches!(self.kind, ValueSum | ValueAvg | ValuePercentile | ValueMedian)
    }

    /// Whether a value that stands to a bound as `to` says meets all of them.
    pub(super) fn admits(&self, to: impl Fn(Fixed) -> Ordering) -> bool {
        self.bounds.iter().all(|(comparison, bound)| comparison.holds(to(*bound)))
    }

    /// Whether a count meets all bounds.
    pub(super) fn admits_count(&self, n: usize) -> bool {
        let n = Fixed::count(n);
        self.admits(|bound| n.cmp(&bound))
    }
}

/// Where each rule is listed first.
pub(super) fn places(correlation: &Correlation) -> HashMap<&str, usize> {
    // From the back, so that the first place is the one that stays.
    correlation.rules.iter().enumerate().rev().map(|(at, rule)| (rule.as_str(), at)).collect()
}

fn millionths(percentile: f64) -> u64 {
    // By way of its text: there is no exact conversion, and the rule wrote a decimal.
    let read = Fixed::value(&percentile.to_string()).unwrap_or_default().0 / 1_000;
    u64::try_from(read).unwrap_or(0).min(Spec::HUNDRED)
}

impl Spec {
    /// The 100th percentile.
    pub(super) const HUNDRED: u64 = 100_000_000;
}
