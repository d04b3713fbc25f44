//! The room agrees with the plain law on random rules and events, and does not see how hits were cut into blocks.

use super::{ALL, Event, KINDS, alerts, correlation, decimal, naive, ruleset, run, watched};
use crate::sigma::{Comparison, Correlation, CorrelationKind, Expr, Ruleset};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

const COMPARISONS: [Comparison; 6] =
    [Comparison::Eq, Comparison::Neq, Comparison::Lt, Comparison::Lte, Comparison::Gt, Comparison::Gte];

fn bounds(largest: i64) -> impl Strategy<Value = Vec<(Comparison, crate::sigma::Decimal)>> {
    vec((select(&COMPARISONS[..]), (-1..largest).prop_map(decimal)), 1..3)
}

fn kind() -> impl Strategy<Value = CorrelationKind> {
    (0..KINDS.len()).prop_map(|at| KINDS[at].of)
}

prop_compose! {
    fn one(name: &'static str, rules: &'static [&'static str], groups: &'static [&'static str])
        (kind in kind(), span in 0_u64..25, group_by in select(groups), chosen in vec(select(rules), 1..4),
         small in bounds(4), large in bounds(30), default in any::<bool>(), percentile in 0_u8..=100,
         field in select(&["n", "user", "n user"][..]), excluding in any::<bool>(),
         alias in any::<bool>(), more in vec(any::<bool>(), 3)) -> Correlation {
        use CorrelationKind::{EventCount, Temporal, TemporalOrdered, ValueCount};
        let mut made = correlation(name, kind, &chosen.join(" "), group_by);
        made.timespan = Duration::from_nanos(span);
        match kind {
            Temporal | TemporalOrdered if excluding => {
                made.rules.sort();
                made.rules.dedup();
                let part = |at: usize| if more[at] { Expr::Selection(at) } else { Expr::Not(Box::new(Expr::Selection(at))) };
                made.extended = Some(Expr::And((0..made.rules.len()).map(part).collect()));
            }
            Temporal | TemporalOrdered if default => {}
            EventCount | Temporal | TemporalOrdered => made.bounds = small,
            ValueCount => { made.bounds = small; made.count_fields = super::words(field); }
            _ => { made.bounds = large; made.count_fields = vec!["n".to_owned()]; made.percentile = Some(f64::from(percentile)); }
        }
        if alias {
            let fields = BTreeMap::from([("a".to_owned(), "host".to_owned()), ("in".to_owned(), "host".to_owned())]);
            made.aliases = BTreeMap::from([("user".to_owned(), fields)]);
        }
        made
    }
}

fn rules() -> impl Strategy<Value = Ruleset> {
    const GROUPS: &[&str] = &["", "user", "host", "user host"];
    (
        one("in", &["a", "b", "c"], GROUPS),
        one("mid", &["in", "a", "b"], GROUPS),
        one("out", &["mid", "in", "c", "a"], GROUPS),
    )
        .prop_map(|(inner, middle, outer)| ruleset("a b c", vec![outer, inner, middle]))
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let value = |most: u8| proptest::option::weighted(0.9, 0..most);
    let matched = vec(proptest::bool::weighted(0.45), 3);
    vec((0_i64..8, matched, value(2), value(2), value(12), -30_i64..30), 0..60).prop_map(|all| {
        let mut now = 1_000;
        let event = |(step, matched, user, host, n, jump): (i64, Vec<bool>, _, _, _, i64)| {
            now += step;
            let fields = [("user", user), ("host", host), ("n", n)];
            let given = fields
                .into_iter()
                .filter_map(|(name, value): (_, Option<u8>)| Some((name.to_owned(), value?.to_string())));
            Event {
                // One in ten stands out of order.
                time: if jump % 10 == 0 { now + jump } else { now },
                rules: ["a", "b", "c"].iter().zip(matched).filter(|(_, m)| *m).map(|(n, _)| (*n).to_owned()).collect(),
                fields: given.collect(),
            }
        };
        all.into_iter().map(event).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn fires_when_the_plain_law_says_so(rules in rules(), events in events()) {
        prop_assert_eq!(alerts(&rules, &events, 1_000), naive::alerts(&rules, &events));
    }

    #[test]
    fn gives_the_same_for_any_cut_into_blocks(rules in rules(), events in events(), block in 1_usize..20) {
        prop_assert_eq!(alerts(&rules, &events, block), alerts(&rules, &events, 1_000));
    }

    #[test]
    fn an_alert_counts_an_event_once_however_many_bursts_it_is_in(rules in rules(), events in events()) {
        let (bursts, ..) = run(&rules, &events, 1_000, ALL);
        let mut groups: BTreeMap<_, (u64, BTreeSet<u32>)> = BTreeMap::new();
        for burst in bursts {
            let (count, all) = groups.entry((burst.correlation, burst.key)).or_default();
            *count += burst.fresh;
            all.extend(burst.events.iter().map(|event| event.index));
        }
        prop_assert!(groups.values().all(|(count, all)| *count == all.len() as u64), "{:?}", groups);
    }

    #[test]
    fn bursts_come_by_end_rule_and_key(rules in rules(), events in events()) {
        let (bursts, ..) = run(&rules, &events, 1_000, ALL);
        let name = |id: crate::model::RuleId| &rules.correlations[id.0 as usize - rules.rules.len()].meta.identity;
        let turns: Vec<_> = bursts.iter().map(|burst| (burst.end, name(burst.correlation), burst.key.clone())).collect();
        prop_assert!(turns.is_sorted(), "{turns:?}");
    }

    #[test]
    fn windows_that_are_looked_at_hold_where_bursts_are(rules in rules(), events in events()) {
        let (bursts, ..) = run(&rules, &events, 1_000, ALL);
        for seen in watched(&rules, &events, None) {
            let mine: BTreeSet<_> = bursts.iter().filter(|burst| burst.correlation == seen.correlation).map(|b| &b.key).collect();
            prop_assert_eq!(seen.held > 0, !mine.is_empty());
            // What held comes first, and is a group that has a burst.
            let held: Vec<bool> = seen.nearest.iter().map(|window| window.held).collect();
            prop_assert!(held.is_sorted_by_key(|held| !held));
            prop_assert_eq!(held.first() == Some(&true), seen.held > 0);
            prop_assert!(seen.nearest.iter().filter(|window| window.held).all(|window| mine.contains(&window.key)));
        }
    }

    #[test]
    fn an_event_that_fires_is_told_to_fire(rules in rules(), events in events()) {
        let (bursts, ..) = run(&rules, &events, 1_000, ALL);
        for burst in bursts.iter().take(3) {
            let seen = watched(&rules, &events, Some((burst.fired.block, burst.fired.index)));
            let mine = seen.iter().find(|seen| seen.correlation == burst.correlation);
            let window = mine.and_then(|seen| seen.nearest.iter().find(|window| window.key == burst.key));
            prop_assert!(window.is_some_and(|window| window.held), "{:?}", mine);
        }
    }
}
