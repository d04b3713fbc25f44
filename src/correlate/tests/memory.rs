//! What happens when memory is short: the bound holds, losses are counted, and the cut into blocks still shows nowhere.

use super::{ALL, Bounds, Event, Losses, correlation, gte, ruleset, run};
use crate::sigma::{CorrelationKind, Ruleset};
use proptest::collection::vec;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::time::Duration;

fn rules() -> Ruleset {
    let mut many = correlation("many", CorrelationKind::EventCount, "a", "user");
    (many.bounds, many.timespan) = (gte(2), Duration::from_nanos(500));
    let mut spray = correlation("spray", CorrelationKind::ValueCount, "a", "");
    (spray.bounds, spray.timespan, spray.count_fields) = (gte(3), Duration::from_nanos(50), vec!["user".to_owned()]);
    ruleset("a", vec![many, spray])
}

fn event(time: i64, user: &str) -> Event {
    Event { time, rules: vec!["a".to_owned()], fields: BTreeMap::from([("user".to_owned(), user.to_owned())]) }
}

fn bound(memory: usize) -> Bounds {
    Bounds { memory, events: 3 }
}

#[test]
fn is_exact_in_any_order_while_everything_fits() {
    let tidy: Vec<Event> = (0..2_000).map(|at| event(at * 7, &format!("user{}", at % 40))).collect();
    // 7 has no factor in common with 2,000: every event once, in no order.
    let shuffled: Vec<Event> = (0..2_000_usize).map(|at| tidy[at * 7 % 2_000].clone()).collect();
    let counts = |events: &[Event]| {
        let (bursts, losses, _) = run(&rules(), events, 64, ALL);
        assert_eq!(losses, Losses::default());
        bursts.into_iter().map(|burst| (burst.end, burst.key, burst.count, burst.first, burst.last)).collect::<Vec<_>>()
    };
    assert_eq!(counts(&shuffled), counts(&tidy));
}

#[test]
fn passes_the_oldest_on_and_counts_what_comes_too_late() {
    let mut events: Vec<Event> = (0..4_000).map(|at| event(at, "x")).collect();
    events.push(event(1, "x"));
    events.push(event(3_999, "x"));
    let (_, losses, _) = run(&rules(), &events, 64, bound(96 << 10));
    assert_eq!(losses.late, 2, "the event is a hit of two correlations");
}

#[test]
fn closes_the_groups_idle_longest_and_still_gives_out_their_bursts() {
    let mut slow = rules();
    slow.correlations.truncate(1);
    slow.correlations[0].timespan = Duration::from_millis(1);
    let twice = |at: i64| [event(at * 2, &format!("user{at}")), event(at * 2 + 1, &format!("user{at}"))];
    let events: Vec<Event> = (0..1_000).flat_map(twice).collect();
    let (bursts, losses, _) = run(&slow, &events, 64, bound(128 << 10));
    assert!(losses.closed > 500, "{losses:?}");
    assert_eq!(bursts.len(), 1_000);
    assert!(bursts.iter().all(|burst| burst.count == 2));
}

#[test]
fn closes_nothing_that_is_over_anyway() {
    let events: Vec<Event> = (0..20_000).map(|at| event(at * 100, &format!("user{at}"))).collect();
    let (_, losses, peak) = run(&rules(), &events, 64, bound(256 << 10));
    assert_eq!(losses, Losses::default());
    assert!(peak <= (256 << 10) + (16 << 10), "{peak}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn stays_within_its_memory_and_sees_no_blocks(
        steps in vec((0_i64..20, -300_i64..300, 0_u32..200), 200..900),
        memory in 20_usize..200,
        block in 1_usize..100,
    ) {
        let mut now = 0;
        let make = |(step, jump, user): (i64, i64, u32)| {
            now += step;
            event(if jump % 7 == 0 { now + jump } else { now }, &format!("a user with the number {user}"))
        };
        let events: Vec<Event> = steps.into_iter().map(make).collect();
        let memory = memory << 10;
        let whole = run(&rules(), &events, 10_000, bound(memory));
        let parts = run(&rules(), &events, block, bound(memory));
        let shown = |bursts: &[super::Burst]| {
            bursts.iter().map(|b| (b.end, b.correlation, b.key.clone(), b.count, b.first, b.last)).collect::<Vec<_>>()
        };
        prop_assert_eq!(shown(&whole.0), shown(&parts.0));
        prop_assert_eq!(whole.1, parts.1);
        // One event brings two hits, at most two groups and their bursts.
        prop_assert!(parts.2 <= memory + memory / 16 + (8 << 10), "{} of {memory}", parts.2);
    }
}
