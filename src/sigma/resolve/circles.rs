//! Correlations that need each other are rejected, and what refers to something rejected.

use super::Member;
use super::cycle;
use super::references::Refs;
use crate::sigma::diagnostic::{Code, Notes};
use crate::sigma::modifiers::shorten;
use std::collections::HashMap;

/// Rejects every member of a circle, then whatever refers to something rejected, by taking away its references.
pub(super) fn reject(members: &[Member], resolved: &mut [Option<Refs>], notes: &mut Notes) {
    let edges: Vec<Vec<usize>> =
        resolved.iter().map(|refs| refs.as_ref().map_or_else(Vec::new, |refs| refs.rules.clone())).collect();
    for (index, target) in circles(&edges) {
        let message = if index == target {
            "the correlation refers to itself".to_owned()
        } else {
            format!("`{}` refers back to this correlation", name(members, target))
        };
        let help = "a correlation may build on others only in one direction; take one reference out";
        refuse(index, target, Code::CorrelationCycle, (message, help), members, resolved, notes);
    }
    let mut referrers: Vec<Vec<usize>> = vec![Vec::new(); edges.len()];
    for (index, targets) in edges.iter().enumerate() {
        for target in targets {
            if let Some(list) = referrers.get_mut(*target) {
                list.push(index);
            }
        }
    }
    let mut gone: Vec<usize> = (0..resolved.len()).filter(|index| matches!(resolved.get(*index), Some(None))).collect();
    while let Some(target) = gone.pop() {
        for referrer in referrers.get(target).into_iter().flatten().copied() {
            let message = format!("the correlation `{}` was rejected", name(members, target));
            let help = "mend that correlation first; its own error is listed too";
            if refuse(referrer, target, Code::UnknownRuleRef, (message, help), members, resolved, notes) {
                gone.push(referrer);
            }
        }
    }
}

/// Every node that lies on a circle, with the first node it points at that does too.
fn circles(edges: &[Vec<usize>]) -> Vec<(usize, usize)> {
    let component = cycle::components(edges);
    let mut size: HashMap<usize, usize> = HashMap::new();
    for number in &component {
        *size.entry(*number).or_default() += 1;
    }
    let mut found = Vec::new();
    for (node, (targets, own)) in edges.iter().zip(&component).enumerate() {
        let alone = size.get(own).is_none_or(|size| *size < 2);
        let inside = |target: &&usize| component.get(**target) == Some(own) && (!alone || **target == node);
        found.extend(targets.iter().find(inside).map(|target| (node, *target)));
    }
    found
}

/// Rejects a member for its reference to `target`. False when it was rejected before.
fn refuse(
    index: usize,
    target: usize,
    code: Code,
    (message, help): (String, &str),
    members: &[Member],
    resolved: &mut [Option<Refs>],
    notes: &mut Notes,
) -> bool {
    let Some(refs) = resolved.get_mut(index).and_then(Option::take) else { return false };
    let spot = refs.rules.iter().position(|rule| *rule == target).and_then(|at| refs.spots.get(at)).cloned();
    if let Some(member) = members.get(index) {
        notes.say(member.doc(), spot.unwrap_or_default(), code, message, help.to_owned());
    }
    true
}

/// What a member is referred to by.
fn name(members: &[Member], index: usize) -> String {
    members.get(index).and_then(|member| member.names().next()).map_or_else(String::new, shorten)
}
