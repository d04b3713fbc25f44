//! Which detection rules contribute to which correlations, with which fields.
//!
//! A hit leaves its event behind, so its key must hold everything that will ever be read of the event: what the
//! correlation groups by and counts, and what correlations above it do (sigma-semantics.md 10.1 "Chains": an outer key
//! comes from the group-by of the inner correlation, and where that does not have it from the event).

use crate::model::{Feed, RuleId};
use crate::sigma::{Correlation, Ruleset};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

impl Correlation {
    /// The field that group-by or counted name `name` stands for in what `member` (a rule or correlation, by identity)
    /// contributes.
    pub(crate) fn field_of<'c>(&'c self, name: &'c str, member: &str) -> &'c str {
        self.aliases.get(name).and_then(|fields| fields.get(member)).map_or(name, String::as_str)
    }
}

/// All feeds, by rule and then by correlation; a [`FeedId`](crate::model::FeedId) is a position in this list.
pub(crate) fn feeds(rules: &Ruleset) -> Vec<Feed> {
    let mut feeds = Vec::new();
    let users = users(rules);
    for (id, rule) in (0u32..).map(RuleId).zip(&rules.rules) {
        for &position in users.get(rule.meta.identity.as_str()).into_iter().flatten() {
            if let Some(correlation) = rules.correlations.get(position) {
                let key = key(rules, &users, &rule.meta.identity, position, correlation);
                feeds.push(Feed { rule: id, correlation: correlation_id(rules, position), key });
            }
        }
    }
    feeds
}

fn correlation_id(rules: &Ruleset, position: usize) -> RuleId {
    RuleId(u32::try_from(rules.rules.len() + position).expect("fewer than 2^32 rules fit in memory"))
}

/// Who refers to what: identity → positions of correlations, ascending.
fn users(rules: &Ruleset) -> BTreeMap<&str, Vec<usize>> {
    let mut users: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (position, correlation) in rules.correlations.iter().enumerate() {
        for member in correlation.rules.iter().collect::<BTreeSet<_>>() {
            users.entry(member).or_default().push(position);
        }
    }
    users
}

fn key(
    rules: &Ruleset,
    users: &BTreeMap<&str, Vec<usize>>,
    rule: &str,
    position: usize,
    correlation: &Correlation,
) -> Vec<String> {
    let mut key: Vec<String> = Vec::new();
    let mut add = |field: &str| {
        if !key.iter().any(|known| known == field) {
            key.push(field.to_owned());
        }
    };
    super::compile::own_fields(correlation, rule).into_iter().for_each(&mut add);
    let mut seen = BTreeSet::new();
    let mut waiting = VecDeque::from([position]);
    while let Some(at) = waiting.pop_front() {
        let Some(inner) = rules.correlations.get(at) else { continue };
        for &above in users.get(inner.meta.identity.as_str()).into_iter().flatten() {
            let Some(outer) = rules.correlations.get(above).filter(|_| seen.insert((at, above))) else { continue };
            let read = super::compile::own_fields(outer, &inner.meta.identity);
            read.into_iter().filter(|field| !inner.group_by.iter().any(|name| name == field)).for_each(&mut add);
            waiting.push_back(above);
        }
    }
    key
}
