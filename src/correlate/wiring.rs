//! Who feeds whom: correlations in an order in which what feeds another one comes first, and for every way from a
//! matching event to a group where the values of its key stand.
//!
//! An inner correlation offers its own group-by names, then the fields of the event that satisfied it
//! (sigma-semantics.md 10.1). Those travel in the key of the hit, so a feed names the fields of the whole chain.
//! Aliases are applied per rule, to counted fields too when they are named like one.

use super::spec::{self, Spec};
use super::window::Window;
use super::{KINDS, Kind};
use crate::model::{Feed, RuleId};
use crate::sigma::{Correlation, CorrelationKind, Ruleset};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// Where a value of a key is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum From {
    /// The slot of the hit's tuple.
    Hit(usize),
    /// The slot of the inner group's key.
    Group(usize),
    /// Nowhere: such a hit never contributes.
    Nowhere,
}

/// How a contribution's key and counted values are read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reader {
    pub(super) group: Vec<From>,
    pub(super) counted: Vec<From>,
}

/// A feed, seen from here.
pub(super) struct Source {
    /// Which correlation it feeds, in order of evaluation.
    pub(super) to: usize,
    /// The rule's first place in the correlation's list.
    pub(super) rule: usize,
    pub(super) reader: Reader,
    /// The detection rule, and the names of the key's values.
    pub(super) feed: Feed,
}

/// A correlation that another one refers to.
pub(super) struct Edge {
    pub(super) to: usize,
    pub(super) rule: usize,
    /// By the feed of the event that satisfied the inner one.
    pub(super) readers: BTreeMap<u32, Reader>,
}

/// A correlation, wired.
pub(super) struct Wired {
    pub(super) id: RuleId,
    /// Its place by identity: the order of bursts that end together.
    pub(super) rank: usize,
    pub(super) spec: Arc<Spec>,
    pub(super) group_by: Vec<String>,
    /// The timespan in nanoseconds; holds at the largest.
    pub(super) span: i64,
    /// What it feeds.
    pub(super) edges: Vec<Edge>,
    /// Whether another correlation feeds it.
    pub(super) chained: bool,
    /// How long after an event something above may ask for it.
    pub(super) reach: i64,
    /// How far before a satisfying event the events behind it can lie.
    pub(super) lookback: i64,
    /// Whether its bursts are given out.
    pub(super) reported: bool,
}

impl Wired {
    /// How long after its last event a group is kept, when there is something to keep.
    pub(super) fn rest(&self) -> i64 {
        if self.chained { self.reach.max(self.lookback) } else { self.reach }
    }
}

impl Wired {
    pub(super) fn window(&self) -> Box<dyn Window> {
        let kind: Option<&&Kind> = KINDS.iter().find(|kind| kind.of == self.spec.kind);
        (kind.expect("every kind has its row").window)(&self.spec)
    }
}

/// All of it.
pub(super) struct Wiring {
    /// In order of evaluation.
    pub(super) correlations: Vec<Wired>,
    /// By feed.
    pub(super) sources: Vec<Option<Source>>,
    pub(super) longest_span: i64,
}

/// The references between correlations.
struct Links<'r> {
    rules: &'r Ruleset,
    /// What each correlation feeds, as indices into the set.
    above: Vec<Vec<usize>>,
    /// What comes first comes first.
    order: Vec<usize>,
}

impl<'r> Links<'r> {
    fn new(rules: &'r Ruleset) -> Links<'r> {
        let names: HashMap<&str, usize> =
            rules.correlations.iter().enumerate().map(|(at, c)| (c.meta.identity.as_str(), at)).collect();
        let mut above = vec![Vec::new(); rules.correlations.len()];
        let mut waits_for = vec![0_usize; rules.correlations.len()];
        for (at, correlation) in rules.correlations.iter().enumerate() {
            let inner: BTreeSet<usize> =
                correlation.rules.iter().filter_map(|name| names.get(name.as_str()).copied()).collect();
            for inner in inner {
                if let (Some(above), Some(waits_for)) = (above.get_mut(inner), waits_for.get_mut(at)) {
                    above.push(at);
                    *waits_for += 1;
                }
            }
        }
        let mut order: Vec<usize> = (0..waits_for.len()).filter(|at| waits_for.get(*at) == Some(&0)).collect();
        let mut done = 0;
        while let Some(at) = order.get(done).copied() {
            done += 1;
            for next in above.get(at).into_iter().flatten() {
                if let Some(n) = waits_for.get_mut(*next) {
                    *n -= 1;
                    if *n == 0 {
                        order.push(*next);
                    }
                }
            }
        }
        Links { rules, above, order }
    }

    fn correlation(&self, at: usize) -> Option<&'r Correlation> {
        self.rules.correlations.get(at)
    }

    /// The correlations that `at` feeds.
    fn above(&self, at: usize) -> impl Iterator<Item = (usize, &'r Correlation)> + '_ {
        let ids = self.above.get(at).into_iter().flatten();
        ids.filter_map(|above| self.correlation(*above).map(|correlation| (*above, correlation)))
    }

    /// For each correlation, the fields of an event that those above it read past its group-by names.
    fn wanted_above(&self) -> Vec<BTreeSet<String>> {
        let mut wanted = vec![BTreeSet::new(); self.above.len()];
        for at in self.order.iter().rev().copied() {
            let Some(inner) = self.correlation(at) else { continue };
            let mut all = BTreeSet::new();
            for (above, outer) in self.above(at) {
                let names = outer.group_by.iter().chain(counted(outer));
                let fields = names.map(|name| field(outer, name, &inner.meta.identity));
                all.extend(fields.filter(|field| !inner.group_by.iter().any(|name| name == field)).map(str::to_owned));
                all.extend(wanted.get(above).into_iter().flatten().cloned());
            }
            if let Some(slot) = wanted.get_mut(at) {
                *slot = all;
            }
        }
        wanted
    }
}

/// The field that a group-by name or counted field means for a rule.
fn field<'c>(correlation: &'c Correlation, name: &'c str, rule: &str) -> &'c str {
    correlation.aliases.get(name).and_then(|fields| fields.get(rule)).map_or(name, String::as_str)
}

/// What a correlation counts; the types that count events or rules read no field.
fn counted(correlation: &Correlation) -> &[String] {
    match correlation.kind {
        CorrelationKind::EventCount | CorrelationKind::Temporal | CorrelationKind::TemporalOrdered => &[],
        _ => &correlation.count_fields,
    }
}

/// Every (detection rule, correlation) pair of the set, with the fields a hit's key holds, in order. A `FeedId` is
/// an index into this list.
pub(crate) fn feeds(rules: &Ruleset) -> Vec<Feed> {
    let links = Links::new(rules);
    let wanted = links.wanted_above();
    let names: HashMap<&str, usize> =
        rules.rules.iter().enumerate().map(|(at, rule)| (rule.meta.identity.as_str(), at)).collect();
    let mut feeds: Vec<Feed> = Vec::new();
    for (at, correlation) in rules.correlations.iter().enumerate() {
        let mut known = BTreeSet::new();
        for name in &correlation.rules {
            let Some(rule) = names.get(name.as_str()).map(|at| rule_id(*at)) else { continue };
            if !known.insert(rule) {
                continue;
            }
            let (mut key, mut known_fields) = (Vec::new(), BTreeSet::new());
            let own = correlation.group_by.iter().chain(counted(correlation));
            let own = own.map(|own| field(correlation, own, name));
            for field in own.chain(wanted.get(at).into_iter().flatten().map(String::as_str)) {
                if known_fields.insert(field) {
                    key.push(field.to_owned());
                }
            }
            feeds.push(Feed { rule, correlation: rule_id(rules.rules.len() + at), key });
        }
    }
    feeds
}

fn rule_id(at: usize) -> RuleId {
    RuleId(u32::try_from(at).expect("fewer than 2^32 rules are loaded"))
}

impl Reader {
    /// How `outer` reads a contribution of `rule` that came by `feed`; `inner` is the correlation in between.
    fn new(outer: &Correlation, rule: &str, inner: Option<&Correlation>, feed: &Feed) -> Reader {
        let place = |name: &String| {
            let field = field(outer, name, rule);
            let in_group = inner.and_then(|inner| inner.group_by.iter().position(|name| name == field));
            match in_group {
                Some(slot) => From::Group(slot),
                None => feed.key.iter().position(|name| name == field).map_or(From::Nowhere, From::Hit),
            }
        };
        Reader {
            group: outer.group_by.iter().map(place).collect(),
            counted: counted(outer).iter().map(place).collect(),
        }
    }
}

impl Wiring {
    /// `reported` tells for each correlation of the set whether its bursts are given out.
    pub(super) fn new(rules: &Ruleset, feeds: &[Feed], reported: &[bool]) -> Wiring {
        let links = Links::new(rules);
        let mut evaluated = vec![None; rules.correlations.len()];
        for (when, at) in links.order.iter().enumerate() {
            if let Some(slot) = evaluated.get_mut(*at) {
                *slot = Some(when);
            }
        }
        let places: Vec<_> = rules.correlations.iter().map(spec::places).collect();
        let sources: Vec<_> = feeds.iter().map(|feed| source(rules, feed, &evaluated, &places)).collect();
        let ranks = ranks(rules);

        // The feeds whose events can satisfy each correlation, own and inner, as evaluation goes up.
        let mut reaching: Vec<BTreeSet<u32>> = vec![BTreeSet::new(); links.order.len()];
        for (feed, source) in (0_u32..).zip(&sources) {
            if let Some(set) = source.as_ref().and_then(|source| reaching.get_mut(source.to)) {
                set.insert(feed);
            }
        }
        let mut correlations: Vec<Wired> = Vec::new();
        for (when, at) in links.order.iter().copied().enumerate() {
            let Some(correlation) = links.correlation(at) else { continue };
            let own = reaching.get(when).cloned().unwrap_or_default();
            let mut edges = Vec::new();
            for (above, outer) in links.above(at) {
                let Some(to) = evaluated.get(above).copied().flatten() else { continue };
                let name = correlation.meta.identity.as_str();
                let reader = |feed: &u32| {
                    feeds.get(*feed as usize).map(|f| (*feed, Reader::new(outer, name, Some(correlation), f)))
                };
                let rule = places.get(above).and_then(|places| places.get(name)).copied().unwrap_or(0);
                edges.push(Edge { to, rule, readers: own.iter().filter_map(reader).collect() });
                if let Some(set) = reaching.get_mut(to) {
                    set.extend(&own);
                }
            }
            correlations.push(Wired {
                id: rule_id(rules.rules.len() + at),
                rank: ranks.get(at).copied().unwrap_or(0),
                spec: Arc::new(Spec::new(correlation)),
                group_by: correlation.group_by.clone(),
                span: i64::try_from(correlation.timespan.as_nanos()).unwrap_or(i64::MAX),
                edges,
                chained: false,
                reach: 0,
                lookback: 0,
                reported: reported.get(at).copied().unwrap_or(true),
            });
        }
        let longest_span = correlations.iter().map(|c| c.span).max().unwrap_or(0);
        let mut wiring = Wiring { correlations, sources, longest_span };
        wiring.measure();
        wiring
    }

    /// Adds timespans up along the chains.
    fn measure(&mut self) {
        for at in 0..self.correlations.len() {
            let Some(inner) = self.correlations.get_mut(at) else { continue };
            inner.lookback = inner.lookback.saturating_add(inner.span);
            let below = inner.lookback;
            let targets: Vec<usize> = inner.edges.iter().map(|edge| edge.to).collect();
            for to in targets {
                if let Some(outer) = self.correlations.get_mut(to) {
                    outer.chained = true;
                    outer.lookback = outer.lookback.max(below);
                }
            }
        }
        for at in (0..self.correlations.len()).rev() {
            let Some(inner) = self.correlations.get(at) else { continue };
            let above = inner.edges.iter().filter_map(|edge| self.correlations.get(edge.to)).map(|outer| outer.reach);
            let reach = inner.span.saturating_add(above.max().unwrap_or(0));
            if let Some(inner) = self.correlations.get_mut(at) {
                inner.reach = reach;
            }
        }
    }
}

/// The place of each correlation by identity.
fn ranks(rules: &Ruleset) -> Vec<usize> {
    let mut order: Vec<(&str, usize)> =
        rules.correlations.iter().enumerate().map(|(at, c)| (c.meta.identity.as_str(), at)).collect();
    order.sort_unstable();
    let mut ranks = vec![0; order.len()];
    for (rank, (_, at)) in order.into_iter().enumerate() {
        if let Some(slot) = ranks.get_mut(at) {
            *slot = rank;
        }
    }
    ranks
}

fn source(
    rules: &Ruleset,
    feed: &Feed,
    evaluated: &[Option<usize>],
    places: &[HashMap<&str, usize>],
) -> Option<Source> {
    let at = (feed.correlation.0 as usize).checked_sub(rules.rules.len())?;
    let correlation = rules.correlations.get(at)?;
    let name = rules.rules.get(feed.rule.0 as usize)?.meta.identity.as_str();
    Some(Source {
        to: evaluated.get(at).copied().flatten()?,
        rule: *places.get(at)?.get(name)?,
        reader: Reader::new(correlation, name, None, feed),
        feed: feed.clone(),
    })
}

/// The word for a correlation's type, and what its condition asks for in words.
pub(crate) fn wanted(correlation: &Correlation) -> (&'static str, String) {
    let kind = KINDS.iter().find(|kind| kind.of == correlation.kind).map_or("", |kind| kind.name);
    (kind, Spec::new(correlation).wanted(&correlation.rules))
}
