//! Tests of the room as a whole: scripted events go through [`feeds`](super::feeds) and a [`Correlator`], and what
//! comes out is named by the events' places in the script.

mod memory;
mod naive;
mod properties;
mod scripted;
mod vectors;

use super::{Bounds, Burst, Correlator, KINDS, Losses, Watched};
use crate::model::{FeedId, Hit, KeyTexts, LogSource};
use crate::sigma::{Comparison, Correlation, CorrelationKind, Decimal, Rule, RuleMeta, Ruleset};
use std::collections::BTreeMap;
use std::time::Duration;

/// An event, already held against the rules.
#[derive(Clone, Debug, Default)]
struct Event {
    time: i64,
    /// Identities of the detection rules it matches.
    rules: Vec<String>,
    fields: BTreeMap<String, String>,
}

/// What a burst says, with events as places in the script.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Alert {
    rule: String,
    key: Vec<(String, String)>,
    fired_at: usize,
    events: Vec<usize>,
}

fn rule(name: &str) -> Rule {
    Rule { meta: meta(name), logsource: LogSource::default(), selections: Vec::new(), conditions: Vec::new() }
}

fn meta(name: &str) -> RuleMeta {
    RuleMeta { identity: name.to_owned(), ..RuleMeta::default() }
}

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

/// A correlation over ten nanoseconds.
fn correlation(name: &str, kind: CorrelationKind, rules: &str, group_by: &str) -> Correlation {
    Correlation {
        meta: meta(name),
        kind,
        rules: words(rules),
        group_by: words(group_by),
        timespan: Duration::from_nanos(10),
        timespan_text: String::new(),
        bounds: Vec::new(),
        count_fields: Vec::new(),
        percentile: None,
        extended: None,
        aliases: BTreeMap::new(),
        generate: false,
    }
}

fn decimal(n: i64) -> Decimal {
    let text = n.unsigned_abs().to_string();
    let digits = text.trim_end_matches('0').to_owned();
    let exponent = if digits.is_empty() { 0 } else { i64::try_from(text.len() - digits.len()).unwrap() };
    Decimal { negative: n < 0, digits, exponent }
}

fn gte(n: i64) -> Vec<(Comparison, Decimal)> {
    vec![(Comparison::Gte, decimal(n))]
}

fn ruleset(rules: &str, correlations: Vec<Correlation>) -> Ruleset {
    Ruleset { rules: words(rules).iter().map(|name| rule(name)).collect(), correlations, ..Ruleset::default() }
}

/// Runs events through a correlator, `block` events a block and all bursts reported.
fn run(rules: &Ruleset, events: &[Event], block: usize, bounds: Bounds) -> (Vec<Burst>, Losses, usize) {
    let feeds = super::feeds(rules);
    let mut correlator = Correlator::new(rules, &feeds, &vec![true; rules.correlations.len()], bounds);
    let mut bursts = Vec::new();
    feed(&mut correlator, rules, events, block, &mut |burst| bursts.push(burst));
    correlator.drain(&mut |burst| bursts.push(burst));
    let peak = correlator.peak();
    let losses = correlator.finish(&mut |burst| bursts.push(burst));
    (bursts, losses, peak)
}

/// Gives events to a correlator, `block` events a block.
fn feed(correlator: &mut Correlator, rules: &Ruleset, events: &[Event], block: usize, sink: &mut dyn FnMut(Burst)) {
    let feeds = super::feeds(rules);
    for (number, part) in events.chunks(block).enumerate() {
        let (mut hits, mut keys) = (Vec::new(), KeyTexts::default());
        for (index, event) in part.iter().enumerate() {
            for (feed, wired) in feeds.iter().enumerate() {
                let name = &rules.rules[wired.rule.0 as usize].meta.identity;
                if event.rules.contains(name) {
                    let tuple: Vec<Option<&str>> =
                        wired.key.iter().map(|field| event.fields.get(field).map(String::as_str)).collect();
                    hits.push(Hit {
                        time: event.time,
                        block: u32::try_from(number).unwrap(),
                        index: u32::try_from(index).unwrap(),
                        line: 0,
                        feed: FeedId(u32::try_from(feed).unwrap()),
                        key: keys.intern(&tuple),
                        lines: 1,
                        decimals: 0,
                        inherited: false,
                    });
                }
            }
        }
        correlator.take(&hits, &keys, sink);
    }
}

/// What is seen of each correlation when its windows are looked at.
fn watched(rules: &Ruleset, events: &[Event], only: Option<(u32, u32)>) -> Vec<Watched> {
    let silent = vec![false; rules.correlations.len()];
    let mut correlator = Correlator::new(rules, &super::feeds(rules), &silent, ALL).watched(only);
    feed(&mut correlator, rules, events, 1_000, &mut |_| {});
    correlator.finish_watched()
}

/// Everything kept, nothing lost.
const ALL: Bounds = Bounds { memory: 1 << 30, events: usize::MAX };

fn alerts(rules: &Ruleset, events: &[Event], block: usize) -> Vec<Alert> {
    let (bursts, losses, _) = run(rules, events, block, ALL);
    assert_eq!(losses, Losses::default());
    let mut alerts: Vec<Alert> = bursts.iter().map(|burst| alert(rules, burst, block)).collect();
    alerts.sort();
    alerts
}

fn alert(rules: &Ruleset, burst: &Burst, block: usize) -> Alert {
    let correlation = &rules.correlations[burst.correlation.0 as usize - rules.rules.len()];
    let place = |event: &super::BurstEvent| event.block as usize * block + event.index as usize;
    assert_eq!(burst.count, burst.events.len() as u64);
    Alert {
        rule: correlation.meta.identity.clone(),
        key: burst.key.iter().map(|pair| (pair.field.clone(), pair.value.clone())).collect(),
        fired_at: place(&burst.fired),
        events: burst.events.iter().map(place).collect(),
    }
}

#[test]
fn every_correlation_type_has_one_row() {
    let mut names: Vec<&str> = KINDS.iter().map(|kind| kind.name).collect();
    names.sort_unstable();
    let before = names.len();
    names.dedup();
    assert_eq!(names.len(), before);
    for kind in KINDS {
        assert_eq!(KINDS.iter().filter(|other| other.of == kind.of).count(), 1, "{}", kind.name);
        assert!(kind.name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'), "{}", kind.name);
    }
    assert_eq!(before, 8);
}
