//! The finished set: levels inherited, references as identities, who silences whom.

use super::references::Refs;
use super::{Member, cycle};
use crate::model::Level;
use crate::sigma::correlation::Draft;
use crate::sigma::rule::{Comparison, Correlation, Decimal, Ruleset};
use std::collections::{BTreeMap, BTreeSet};

/// Puts loaded members (those with references) into a rule set.
pub(super) fn assemble(members: Vec<Member>, resolved: Vec<Option<Refs>>) -> Ruleset {
    let levels = levels(&members, &resolved);
    let identities: Vec<String> = members.iter().map(|member| member.meta().identity.clone()).collect();
    let is_loaded_rule =
        |(member, refs): &(&Member, &Option<Refs>)| refs.is_some() && matches!(member, Member::Rule(..));
    let n_rules = members.iter().zip(&resolved).filter(is_loaded_rule).count();
    let mut ids = Vec::with_capacity(members.len());
    let (mut next_rule, mut next_correlation) = (0, n_rules);
    for (member, refs) in members.iter().zip(&resolved) {
        let next = if matches!(member, Member::Rule(..)) { &mut next_rule } else { &mut next_correlation };
        ids.push(*next);
        *next += usize::from(refs.is_some());
    }
    let mut set = Ruleset { silenced_by: vec![Vec::new(); next_correlation], ..Ruleset::default() };
    let mut generated = BTreeSet::new();
    for (index, (mut member, refs)) in members.into_iter().zip(resolved).enumerate() {
        let Some(refs) = refs else { continue };
        member.meta_mut().level = levels.get(index).copied();
        match member {
            Member::Rule(_, rule) => set.rules.push(rule),
            Member::Correlation(draft) => {
                let own = ids.get(index).copied().unwrap_or_default();
                for target in refs.rules.iter().filter_map(|rule| ids.get(*rule)).collect::<BTreeSet<_>>() {
                    set.silenced_by.get_mut(*target).into_iter().for_each(|by| by.push(own));
                    if draft.generate {
                        generated.insert(*target);
                    }
                }
                set.correlations.push(correlation(draft, refs, &identities));
            }
        }
    }
    for target in generated {
        set.silenced_by.get_mut(target).into_iter().for_each(Vec::clear);
    }
    set
}

/// The level each member ends up with: a rule's own or medium, a correlation's own or the highest of its rules.
fn levels(members: &[Member], resolved: &[Option<Refs>]) -> Vec<Level> {
    let edges: Vec<Vec<usize>> =
        resolved.iter().map(|refs| refs.as_ref().map_or_else(Vec::new, |refs| refs.rules.clone())).collect();
    let mut levels = vec![Level::Medium; members.len()];
    for index in cycle::post_order(&edges) {
        let own = members.get(index).and_then(|member| member.meta().level);
        let below = edges.get(index).into_iter().flatten().filter_map(|rule| levels.get(*rule).copied()).max();
        if let Some(level) = levels.get_mut(index) {
            *level = own.or(below).unwrap_or(Level::Medium);
        }
    }
    levels
}

fn correlation(draft: Draft, refs: Refs, identities: &[String]) -> Correlation {
    let name = |index: usize| identities.get(index).cloned().unwrap_or_default();
    let distinct = refs.rules.iter().collect::<BTreeSet<_>>().len();
    let bounds = match (draft.bounds, &refs.extended) {
        (Some(bounds), _) => bounds,
        (None, None) if draft.kind.is_temporal() => {
            vec![(Comparison::Gte, Decimal::from(u64::try_from(distinct).unwrap_or(u64::MAX)))]
        }
        (None, _) => Vec::new(),
    };
    let mut aliases: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for (alias, rule, field) in refs.aliases {
        aliases.entry(alias).or_default().insert(name(rule), field);
    }
    Correlation {
        meta: draft.meta,
        kind: draft.kind,
        rules: refs.rules.into_iter().map(name).collect(),
        group_by: draft.group_by,
        timespan: draft.timespan,
        timespan_text: draft.timespan_text,
        bounds,
        count_fields: draft.count_fields,
        percentile: draft.percentile,
        extended: refs.extended,
        aliases,
        generate: draft.generate,
    }
}
