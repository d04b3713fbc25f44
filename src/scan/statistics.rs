//! `rules stat`, `rules logsources`, `rules fields`: what the loaded rules are made of.

use super::Scan;
use crate::model::{AlertKind, FieldUse, LogSource, RuleInfo, RuleStatistics, SourceUse, Tally};
use crate::taxonomy::Taxonomy;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// The words of a rule.
type Words = fn(&RuleInfo) -> Vec<&str>;

/// What rules are counted by, and the words of a rule. A rule without any counts under the empty word.
static PROPERTIES: &[(&str, Words)] = &[
    ("level", |rule| vec![rule.level.name()]),
    ("status", |rule| rule.status.as_deref().into_iter().collect()),
    ("product", |rule| rule.logsource.product.as_deref().into_iter().collect()),
    ("category", |rule| rule.logsource.category.as_deref().into_iter().collect()),
    ("service", |rule| rule.logsource.service.as_deref().into_iter().collect()),
    ("tactic", |rule| rule.tactics.iter().map(String::as_str).collect()),
];

impl Scan {
    /// The rules by what they say of themselves.
    pub(crate) fn statistics(&self) -> RuleStatistics {
        let rules = self.rules();
        let by = PROPERTIES.iter().map(|(name, words)| {
            let mut counts: BTreeMap<String, u64> = BTreeMap::new();
            for rule in rules.iter() {
                let mut found = words(rule);
                found.sort_unstable();
                found.dedup();
                if found.is_empty() {
                    found.push("");
                }
                for word in found {
                    *counts.entry(word.to_owned()).or_default() += 1;
                }
            }
            let mut tallies: Vec<Tally> = counts.into_iter().map(|(name, rules)| Tally { name, rules }).collect();
            tallies.sort_by_key(|tally| Reverse(tally.rules));
            (*name, tallies)
        });
        RuleStatistics {
            loaded: rules.len() as u64,
            correlations: rules.iter().filter(|rule| rule.kind == AlertKind::Correlation).count() as u64,
            rejected: self.rules.rejected,
            left_out: self.rules.left_out,
            by: by.collect(),
        }
    }

    /// The log sources that rules state, most used first.
    pub(crate) fn sources_used(&self) -> Vec<SourceUse> {
        let taxonomy = Taxonomy::load();
        let mut counts: BTreeMap<&LogSource, u64> = BTreeMap::new();
        for rule in &self.rules.set.rules {
            *counts.entry(&rule.logsource).or_default() += 1;
        }
        let row = |(source, rules): (&LogSource, u64)| SourceUse {
            source: source.clone(),
            rules,
            standing: taxonomy.standing(source),
        };
        let mut rows: Vec<SourceUse> = counts.into_iter().map(row).collect();
        rows.sort_by_key(|row| Reverse(row.rules));
        rows
    }

    /// The fields that rules test, most used first.
    pub(crate) fn fields_used(&self) -> Vec<FieldUse> {
        let taxonomy = Taxonomy::load();
        let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
        for name in self.rules.set.rules.iter().flat_map(crate::sigma::Rule::fields) {
            *counts.entry(name).or_default() += 1;
        }
        let row =
            |(name, rules): (&str, u64)| FieldUse { name: name.to_owned(), rules, canonical: taxonomy.canonical(name) };
        let mut rows: Vec<FieldUse> = counts.into_iter().map(row).collect();
        rows.sort_by_key(|row| Reverse(row.rules));
        rows
    }
}
