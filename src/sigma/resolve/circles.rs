//! Correlations that need each other are rejected, and what refers to something rejected.

use super::Member;
use super::cycle;
use super::references::Refs;
use crate::sigma::diagnostic::{Code, Notes};
use crate::sigma::modifiers::shorten;
use std::collections::HashMap;

/// Rejects every member of a circle, then whatever refers to something rejected.
pub(super) fn reject(members: &[Member], resolved: &mut [Option<Refs>], notes: &mut Notes) {
    let edges: Vec<Vec<usize>> =
        resolved.iter().map(|refs| refs.as_ref().map_or_else(Vec::new, |refs| refs.rules.clone())).collect();
    let component = cycle::components(&edges);
    let mut size: HashMap<usize, usize> = HashMap::new();
    for component in &component {
        *size.entry(*component).or_default() += 1;
    }
    let name =
        |index: usize| members.get(index).and_then(|member| member.names().next()).map_or_else(String::new, shorten);
    let mut dead: Vec<usize> = Vec::new();
    for (index, targets) in edges.iter().enumerate() {
        let inside = targets.iter().position(|target| component.get(*target) == component.get(index));
        let circles = component.get(index).and_then(|c| size.get(c)).is_some_and(|size| *size > 1);
        let itself = targets.contains(&index);
        let (true, Some(at)) = (circles || itself, inside) else { continue };
        let Some(Some(refs)) = resolved.get(index) else { continue };
        let spot = refs.spots.get(at).cloned().unwrap_or_default();
        let message = match targets.get(at) {
            Some(target) if *target == index => "the correlation refers to itself".to_owned(),
            target => format!("`{}` refers back to this correlation", target.map_or_else(String::new, |t| name(*t))),
        };
        let help = "a correlation may build on others only in one direction; take one reference out".to_owned();
        if let Some(member) = members.get(index) {
            notes.say(member.doc(), spot, Code::CorrelationCycle, message, help);
        }
        dead.push(index);
    }
    dead.iter().for_each(|index| resolved.get_mut(*index).into_iter().for_each(|refs| *refs = None));
    dead.extend((0..).zip(resolved.iter()).filter(|(_, refs)| refs.is_none()).map(|(index, _): (usize, _)| index));
    let mut referrers: Vec<Vec<usize>> = vec![Vec::new(); edges.len()];
    for (index, targets) in edges.iter().enumerate() {
        targets.iter().filter_map(|target| referrers.get_mut(*target).map(|list| list.push(index))).count();
    }
    while let Some(gone) = dead.pop() {
        for referrer in referrers.get(gone).into_iter().flatten() {
            let Some(Some(refs)) = resolved.get(*referrer) else { continue };
            let at = refs.rules.iter().position(|rule| *rule == gone).and_then(|n| refs.spots.get(n)).cloned();
            let message = format!("the correlation `{}` was rejected", name(gone));
            let help = "mend that correlation first; its own error is listed too".to_owned();
            if let Some(member) = members.get(*referrer) {
                notes.say(member.doc(), at.unwrap_or_default(), Code::UnknownRuleRef, message, help);
            }
            if let Some(refs) = resolved.get_mut(*referrer) {
                *refs = None;
            }
            dead.push(*referrer);
        }
    }
}
