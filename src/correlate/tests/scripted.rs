//! What windows do, one law a test: hits as `time rules field=value…`, bursts as `rule key fired_at: events`.

use super::{ALL, Bounds, Event, alerts, correlation, decimal, gte, ruleset, run};
use crate::model::{FeedId, Hit, KeyTexts, RuleId};
use crate::sigma::{Comparison, Correlation, CorrelationKind::*, Expr, Ruleset};
use std::collections::BTreeMap;

/// `0 a,b user=x`: an event at 0 that matches rules a and b.
fn events(script: &[&str]) -> Vec<Event> {
    let event = |line: &&str| {
        let mut words = line.split(' ');
        Event {
            time: words.next().and_then(|word| word.parse().ok()).expect("a line starts with its time"),
            rules: words.next().into_iter().flat_map(|word| word.split(',')).map(str::to_owned).collect(),
            fields: words.filter_map(|word| word.split_once('=')).map(|(n, v)| (n.to_owned(), v.to_owned())).collect(),
        }
    };
    script.iter().map(event).collect()
}

#[track_caller]
fn check(rules: &Ruleset, script: &[&str], want: &[&str]) {
    let show = |alert: super::Alert| {
        let key: Vec<&str> = alert.key.iter().map(|(_, value)| value.as_str()).collect();
        let events: Vec<String> = alert.events.iter().map(usize::to_string).collect();
        format!("{} [{}] {}: {}", alert.rule, key.join(","), alert.fired_at, events.join(" "))
    };
    let got: Vec<String> = alerts(rules, &events(script), 2).into_iter().map(show).collect();
    assert_eq!(got, want);
}

/// One correlation over ten nanoseconds, fed by a, b and c.
#[track_caller]
fn check_one(made: Correlation, script: &[&str], want: &[&str]) {
    check(&ruleset("a b c", vec![made]), script, want);
}

#[test]
fn a_window_holds_both_its_ends() {
    let mut two = correlation("two", EventCount, "a", "u");
    two.bounds = gte(2);
    check_one(two.clone(), &["0 a u=x", "10 a u=x"], &["two [x] 1: 0 1"]);
    check_one(two, &["0 a u=x", "11 a u=x"], &[]);
}

#[test]
fn a_burst_goes_on_until_a_timespan_passes_without_satisfaction() {
    let mut one = correlation("any", EventCount, "a", "");
    one.bounds = gte(1);
    check_one(one, &["0 a", "10 a", "21 a", "31 a"], &["any [] 0: 0 1", "any [] 2: 2 3"]);
}

#[test]
fn an_event_that_matches_two_rules_counts_once() {
    let mut two = correlation("two", EventCount, "a b", "");
    two.bounds = gte(2);
    check_one(two, &["0 a,b", "1 b", "20 a,b"], &["two [] 1: 0 1"]);
}

#[test]
fn a_missing_key_contributes_nothing_and_an_empty_one_does() {
    let mut one = correlation("any", EventCount, "a", "u");
    one.bounds = gte(1);
    check_one(one, &["0 a", "1 a u="], &["any [] 1: 1"]);
}

#[test]
fn upper_bounds_are_judged_at_each_event() {
    let mut few = correlation("few", EventCount, "a", "");
    few.bounds = vec![(Comparison::Lt, decimal(2))];
    check_one(few, &["0 a", "1 a", "2 a"], &["few [] 0: 0"]);
    let mut odd = correlation("odd", EventCount, "a", "");
    odd.bounds = vec![(Comparison::Neq, decimal(1)), (Comparison::Neq, decimal(2))];
    check_one(odd, &["0 a", "1 a", "2 a"], &["odd [] 2: 0 1 2"]);
}

#[test]
fn different_values_leave_with_their_last_event() {
    let mut spray = correlation("spray", ValueCount, "a", "");
    (spray.bounds, spray.count_fields) = (gte(3), vec!["u".into()]);
    check_one(spray, &["0 a u=1", "2 a u=2", "5 a u=1", "12 a u=3", "13 a u=4", "14 a"], &["spray [] 3: 1 2 3 4"]);
}

#[test]
fn metrics_are_exact() {
    let metric = |kind, bound: &str| {
        let mut made = correlation("m", kind, "a", "");
        let (whole, fraction) = bound.split_once('.').unwrap_or((bound, ""));
        let digits = format!("{whole}{fraction}").trim_start_matches('0').to_owned();
        let exponent = -i64::try_from(fraction.len()).unwrap();
        made.bounds = vec![(Comparison::Eq, crate::sigma::Decimal { negative: false, digits, exponent })];
        (made.count_fields, made.percentile) = (vec!["n".into()], Some(90.0));
        made
    };
    check_one(metric(ValueSum, "0.3"), &["0 a n=0.1", "1 a n=0.2"], &["m [] 1: 0 1"]);
    check_one(metric(ValueSum, "9007199254740993"), &["0 a n=9007199254740992", "1 a n=1"], &["m [] 1: 0 1"]);
    check_one(metric(ValueSum, "0.3"), &["0 a n=1e18", "9 a n=0.1", "19 a n=0.2"], &["m [] 2: 1 2"]);
    check_one(metric(ValueAvg, "0.15"), &["0 a n=0.1", "1 a n=0.2"], &["m [] 1: 0 1"]);
    check_one(metric(ValueMedian, "1.5"), &["0 a n=2", "1 a n=1", "2 a n=lots"], &["m [] 1: 0 1"]);
    check_one(metric(ValuePercentile, "1.9"), &["0 a n=2", "1 a n=1"], &["m [] 1: 0 1"]);
}

#[test]
fn rules_are_seen_in_any_order() {
    check_one(correlation("t", Temporal, "a b", ""), &["0 b", "5 a", "30 a,b"], &["t [] 1: 0 1", "t [] 2: 2"]);
}

#[test]
fn a_rule_listed_twice_is_one_rule_seen_and_two_steps() {
    check_one(correlation("t", Temporal, "a a", ""), &["0 a"], &["t [] 0: 0"]);
    check_one(correlation("o", TemporalOrdered, "a b a", ""), &["0 a", "1 b", "2 b", "3 a"], &["o [] 3: 0 1 2 3"]);
}

#[test]
fn a_sequence_takes_one_event_a_step() {
    let made = correlation("o", TemporalOrdered, "a b", "");
    check_one(made.clone(), &["0 a,b"], &[]);
    check_one(made.clone(), &["0 a,b", "0 a,b"], &["o [] 1: 0 1"]);
    check_one(made, &["0 b", "1 a"], &[]);
}

#[test]
fn a_sequence_is_over_when_its_beginning_leaves() {
    let made = correlation("o", TemporalOrdered, "a b c", "");
    check_one(made.clone(), &["0 a", "5 b", "11 c"], &[]);
    check_one(made, &["0 a", "3 a", "5 b", "7 a", "13 c"], &["o [] 4: 1 2 3 4"]);
}

#[test]
fn an_extended_condition_orders_what_it_asks_for() {
    let mut made = correlation("o", TemporalOrdered, "a b c", "");
    let not = Expr::Not(Box::new(Expr::Selection(1)));
    made.extended = Some(Expr::And(vec![Expr::Selection(0), not, Expr::Selection(2)]));
    check_one(made, &["0 a", "1 c", "20 b", "21 a", "22 c", "40 c", "41 a"], &["o [] 1: 0 1"]);
}

#[test]
fn an_alias_reads_another_field_for_one_rule() {
    let mut made = correlation("t", Temporal, "a b", "peer");
    made.aliases = BTreeMap::from([("peer".into(), BTreeMap::from([("a".into(), "dst".into())]))]);
    check_one(made, &["0 a dst=x peer=y", "1 b dst=y peer=x"], &["t [x] 1: 0 1"]);
}

/// Two of `a` by user, and something above it.
fn above(outer: Correlation) -> Ruleset {
    let mut inner = correlation("in", EventCount, "a", "u");
    inner.bounds = gte(2);
    ruleset("a b", vec![outer, inner])
}

#[test]
fn a_chain_sees_every_satisfying_event_and_what_was_behind_it() {
    let mut outer = correlation("out", TemporalOrdered, "in b", "u");
    outer.timespan = std::time::Duration::from_nanos(20);
    let script = ["0 a u=x", "8 a u=x", "16 a u=x", "24 a u=x", "43 b u=x"];
    check(&above(outer), &script, &["in [x] 1: 0 1 2 3", "out [x] 4: 2 3 4"]);
}

#[test]
fn a_count_above_a_correlation_counts_its_alerts() {
    let mut outer = correlation("out", EventCount, "in", "");
    (outer.timespan, outer.bounds) = (std::time::Duration::from_nanos(100), gte(2));
    let script = ["0 a u=x", "1 a u=x", "2 a u=x", "40 a u=x", "41 a u=x"];
    check(&above(outer), &script, &["in [x] 1: 0 1 2", "in [x] 4: 3 4", "out [] 4: 0 1 2 3 4"]);
}

#[test]
fn a_chain_reads_its_key_from_the_inner_one_and_then_from_the_event() {
    let outer = correlation("out", Temporal, "in b", "u h");
    let script = ["0 a u=x h=1", "1 a u=x h=2", "2 b u=x h=1", "3 b u=x h=2"];
    check(&above(outer), &script, &["in [x] 1: 0 1", "out [x,2] 3: 0 1 3"]);
}

#[test]
fn a_silenced_correlation_feeds_without_being_given_out() {
    let rules = above(correlation("out", Temporal, "in b", "u"));
    let feeds = crate::correlate::feeds(&rules);
    assert_eq!(feeds.iter().map(|feed| feed.key.join(" ")).collect::<Vec<_>>(), ["u", "u"]);
    let mut correlator = super::Correlator::new(&rules, &feeds, &[true, false], ALL);
    let mut keys = KeyTexts::default();
    let key = keys.intern(&[Some("x")]);
    let hit = |index, rule| {
        let feed = feeds.iter().position(|feed| feed.rule == RuleId(rule)).and_then(|at| u32::try_from(at).ok());
        Hit {
            time: 5,
            block: 0,
            index,
            line: index,
            feed: FeedId(feed.unwrap()),
            key,
            lines: 1,
            decimals: 3,
            inherited: index == 0,
        }
    };
    let mut bursts = Vec::new();
    let hits = [hit(0, 0), hit(1, 0), hit(2, 1), Hit { time: Hit::INHERIT, ..hit(3, 0) }];
    correlator.take(&hits, &keys, &mut |burst| bursts.push(burst));
    correlator.finish(&mut |burst| bursts.push(burst));
    let [burst] = &bursts[..] else { panic!("{bursts:?}") };
    assert_eq!((burst.correlation, burst.count, burst.fired.index), (RuleId(2), 3, 2));
    assert_eq!(
        burst.events.iter().map(|e| (e.rule, e.time.decimals)).collect::<Vec<_>>(),
        [(RuleId(0), 0), (RuleId(0), 3), (RuleId(1), 3)]
    );
    assert_eq!(burst.fired.fields, [("u".to_owned(), vec!["x".to_owned()])]);
}

#[test]
fn a_burst_lists_its_first_events_as_read_and_the_last() {
    let mut made = correlation("any", EventCount, "a", "");
    made.bounds = gte(1);
    let rules = ruleset("a", vec![made]);
    let script = ["9 a", "8 a", "7 a", "6 a", "5 a", "4 a"];
    let (bursts, ..) = run(&rules, &events(&script), 100, Bounds { events: 2, ..ALL });
    assert_eq!(bursts.len(), 1);
    assert_eq!((bursts[0].count, bursts[0].fired.index), (6, 5));
    assert_eq!(bursts[0].events.iter().map(|event| event.index).collect::<Vec<_>>(), [0, 1, 5]);
}
