//! When a correlation fires, as slowly and plainly as it can be said: every window anew from all events.
//!
//! Shares no code with the room. Values are integers here, so that sums and percentiles need no rounding.

use super::{Alert, Event};
use crate::sigma::{Comparison, Correlation, CorrelationKind, Decimal, Expr, Ruleset};
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

/// A satisfying event of one group of one correlation.
#[derive(Clone)]
struct Satisfying {
    event: usize,
    key: Vec<(String, String)>,
    /// Counts the alerts of the correlation.
    alert: usize,
    behind: BTreeSet<usize>,
}

/// One event, contributed to one group by one rule.
#[derive(Clone)]
struct Contribution {
    event: usize,
    rule: usize,
    /// The alert of the inner correlation.
    alert: Option<usize>,
    counted: Vec<String>,
    behind: BTreeSet<usize>,
}

pub(super) fn alerts(rules: &Ruleset, events: &[Event]) -> Vec<Alert> {
    let mut all: Vec<Alert> =
        rules.correlations.iter().flat_map(|correlation| evaluate(rules, correlation, events).1).collect();
    all.sort();
    all
}

fn evaluate(rules: &Ruleset, correlation: &Correlation, events: &[Event]) -> (Vec<Satisfying>, Vec<Alert>) {
    let groups = contributions(rules, correlation, events);
    let span = i64::try_from(correlation.timespan.as_nanos()).unwrap();
    let (mut satisfying, mut alerts) = (Vec::new(), Vec::<Alert>::new());
    for (key, all) in groups {
        let mut last: Option<i64> = None;
        for (at, now) in all.iter().enumerate() {
            if all.get(at + 1).is_some_and(|next| next.event == now.event) {
                continue;
            }
            let time = events[now.event].time;
            let window: Vec<&Contribution> =
                all[..=at].iter().filter(|c| time - events[c.event].time <= span).collect();
            if !holds(correlation, &window, events) {
                continue;
            }
            let behind: BTreeSet<usize> = window.iter().flat_map(|c| c.behind.iter().copied()).collect();
            if last.is_none_or(|last| time - last > span) {
                let rule = correlation.meta.identity.clone();
                alerts.push(Alert { rule, key: key.clone(), fired_at: now.event, events: Vec::new() });
            }
            last = Some(time);
            let alert = alerts.last_mut().unwrap();
            alert.events = alert
                .events
                .iter()
                .copied()
                .chain(behind.iter().copied())
                .collect::<BTreeSet<_>>()
                .into_iter()
                .collect();
            satisfying.push(Satisfying { event: now.event, key: key.clone(), alert: alerts.len(), behind });
        }
    }
    (satisfying, alerts)
}

/// The contributions to each group, in order of time; those of one event in the order of the rules.
fn contributions(
    rules: &Ruleset,
    correlation: &Correlation,
    events: &[Event],
) -> BTreeMap<Vec<(String, String)>, Vec<Contribution>> {
    let mut inner: BTreeMap<usize, Vec<Satisfying>> = BTreeMap::new();
    for (at, name) in correlation.rules.iter().enumerate() {
        if let Some(other) = rules.correlations.iter().find(|other| other.meta.identity == *name) {
            inner.insert(at, evaluate(rules, other, events).0);
        }
    }
    let mut order: Vec<usize> = (0..events.len()).collect();
    order.sort_by_key(|at| events[*at].time);
    let mut groups: BTreeMap<Vec<(String, String)>, Vec<Contribution>> = BTreeMap::new();
    for event in order {
        for (at, name) in correlation.rules.iter().enumerate() {
            if correlation.rules[..at].contains(name) {
                continue;
            }
            let read = |key: &[(String, String)], name_of_field: &String| {
                let field = correlation.aliases.get(name_of_field).and_then(|fields| fields.get(name));
                let field = field.unwrap_or(name_of_field);
                let own = key.iter().find(|(known, _)| known == field).map(|(_, value)| value.clone());
                own.or_else(|| events[event].fields.get(field).cloned())
            };
            let mut add = |key: &[(String, String)], alert: Option<usize>, behind: BTreeSet<usize>| {
                let group: Option<Vec<_>> =
                    correlation.group_by.iter().map(|n| Some((n.clone(), read(key, n)?))).collect();
                let counted: Option<Vec<_>> = correlation.count_fields.iter().map(|n| read(key, n)).collect();
                if let (Some(group), Some(counted)) = (group, counted)
                    && (!is_metric(correlation) || counted[0].parse::<i64>().is_ok())
                {
                    groups.entry(group).or_default().push(Contribution { event, rule: at, alert, counted, behind });
                }
            };
            match inner.get(&at) {
                None if events[event].rules.contains(name) => add(&[], None, BTreeSet::from([event])),
                None => {}
                Some(all) => {
                    for one in all.iter().filter(|one| one.event == event) {
                        add(&one.key, Some(one.alert), one.behind.clone());
                    }
                }
            }
        }
    }
    groups
}

fn is_metric(correlation: &Correlation) -> bool {
    use CorrelationKind::{ValueAvg, ValueMedian, ValuePercentile, ValueSum};
    matches!(correlation.kind, ValueSum | ValueAvg | ValuePercentile | ValueMedian)
}

fn integer(decimal: &Decimal) -> i128 {
    let size = decimal.digits.parse::<i128>().unwrap_or(0) * 10_i128.pow(u32::try_from(decimal.exponent).unwrap());
    if decimal.negative { -size } else { size }
}

/// Whether `value / scale` meets all bounds.
fn meets(correlation: &Correlation, value: i128, scale: i128) -> bool {
    correlation.bounds.iter().all(|(comparison, bound)| {
        let order = value.cmp(&(integer(bound) * scale));
        match comparison {
            Comparison::Eq => order == Ordering::Equal,
            Comparison::Neq => order != Ordering::Equal,
            Comparison::Lt => order == Ordering::Less,
            Comparison::Lte => order != Ordering::Greater,
            Comparison::Gt => order == Ordering::Greater,
            Comparison::Gte => order != Ordering::Less,
        }
    })
}

fn size(n: usize) -> i128 {
    i128::try_from(n).unwrap()
}

fn holds(correlation: &Correlation, window: &[&Contribution], events: &[Event]) -> bool {
    let rules: BTreeSet<&str> = window.iter().map(|c| correlation.rules[c.rule].as_str()).collect();
    let different: BTreeSet<&String> = correlation.rules.iter().collect();
    let seen = match &correlation.extended {
        Some(expr) => agrees(correlation, expr, &rules),
        None if correlation.bounds.is_empty() => rules.len() == different.len(),
        None => meets(correlation, size(rules.len()), 1),
    };
    let mut values = one_value_a_thing(window);
    match correlation.kind {
        CorrelationKind::EventCount => meets(correlation, size(values.len()), 1),
        CorrelationKind::ValueCount => {
            let all: BTreeSet<&Vec<String>> = window.iter().map(|c| &c.counted).collect();
            meets(correlation, size(all.len()), 1)
        }
        CorrelationKind::Temporal => seen,
        CorrelationKind::TemporalOrdered => seen && in_order(correlation, window, events),
        CorrelationKind::ValueSum => meets(correlation, values.iter().sum(), 1),
        CorrelationKind::ValueAvg => meets(correlation, values.iter().sum(), size(values.len())),
        CorrelationKind::ValuePercentile | CorrelationKind::ValueMedian => {
            values.sort_unstable();
            let median = correlation.kind == CorrelationKind::ValueMedian;
            let percent = if median { 50 } else { correlation.percentile.unwrap().to_string().parse().unwrap() };
            let rank = percent * (size(values.len()) - 1);
            let below = values[usize::try_from(rank / 100).unwrap()];
            let above = *values.get(usize::try_from(rank / 100).unwrap() + 1).unwrap_or(&below);
            meets(correlation, below * 100 + (above - below) * (rank % 100), 100)
        }
    }
}

/// One value for each counted thing: the earliest in the window.
fn one_value_a_thing(window: &[&Contribution]) -> Vec<i128> {
    let mut things: BTreeMap<(bool, usize, usize), i128> = BTreeMap::new();
    let mut done = BTreeSet::new();
    for c in window.iter().filter(|c| done.insert(c.event)) {
        let same = || window.iter().filter(|other| other.event == c.event);
        let chosen = same().filter(|other| other.alert.is_some()).min_by_key(|other| other.rule).unwrap_or(c);
        let thing = chosen.alert.map_or((false, chosen.event, 0), |alert| (true, chosen.rule, alert));
        let value = chosen.counted.first().and_then(|text| text.parse().ok()).unwrap_or(0);
        things.entry(thing).or_insert(value);
    }
    things.into_values().collect()
}

fn agrees(correlation: &Correlation, expr: &Expr, seen: &BTreeSet<&str>) -> bool {
    match expr {
        Expr::And(all) => all.iter().all(|expr| agrees(correlation, expr, seen)),
        Expr::Or(any) => any.iter().any(|expr| agrees(correlation, expr, seen)),
        Expr::Not(expr) => !agrees(correlation, expr, seen),
        Expr::Selection(at) => seen.contains(correlation.rules[*at].as_str()),
        Expr::Never => false,
    }
}

/// One event for each rule asked for, each behind the one before: the earliest that fits is always right.
fn in_order(correlation: &Correlation, window: &[&Contribution], events: &[Event]) -> bool {
    let asked = |at: usize| match &correlation.extended {
        None => true,
        Some(Expr::And(parts)) => parts.contains(&Expr::Selection(at)),
        Some(expr) => *expr == Expr::Selection(at),
    };
    let mut after: Option<(i64, usize)> = None;
    (0..correlation.rules.len()).filter(|at| asked(*at)).all(|at| {
        let place = |c: &&&Contribution| (events[c.event].time, c.event);
        let fits = |c: &&&Contribution| {
            correlation.rules[c.rule] == correlation.rules[at] && after.is_none_or(|after| place(c) > after)
        };
        let next = window.iter().filter(fits).map(|c| place(&c)).min();
        after = next.or(after);
        next.is_some()
    })
}
