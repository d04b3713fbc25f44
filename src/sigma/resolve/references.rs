//! What correlations refer to: words become members.

use super::Member;
use super::directory::Directory;
use crate::sigma::condition::Tree;
use crate::sigma::correlation::{Draft, Reference};
use crate::sigma::diagnostic::{Code, DocId, Notes, Spot};
use crate::sigma::modifiers::shorten;
use crate::sigma::rule::{CorrelationKind, Expr};
use std::collections::HashSet;

/// What a member refers to: indices of members.
#[derive(Clone, Debug, Default)]
pub(super) struct Refs {
    pub(super) rules: Vec<usize>,
    pub(super) spots: Vec<Spot>,
    pub(super) extended: Option<Expr>,
    /// Alias, member, field.
    pub(super) aliases: Vec<(String, usize, String)>,
}

/// Resolves the references of one member. `None`: something is wrong and was said.
pub(super) fn resolve(member: &Member, directory: &Directory, notes: &mut Notes) -> Option<Refs> {
    let Member::Correlation(draft) = member else { return Some(Refs::default()) };
    let mut refs = Refs::default();
    let mut seen = HashSet::new();
    let mut failed = false;
    for reference in draft.rules.iter().cloned().chain(from_condition(draft)) {
        match one(&reference, draft.doc, directory, notes) {
            // The same rule twice is two steps of a sequence, and one rule anywhere else.
            Some(rule) if !seen.insert(rule) && draft.kind != CorrelationKind::TemporalOrdered => {}
            Some(rule) => {
                refs.rules.push(rule);
                refs.spots.push(reference.spot);
            }
            None => failed = true,
        }
    }
    for (alias, reference, field) in &draft.aliases {
        match one(reference, draft.doc, directory, notes) {
            Some(rule) if seen.contains(&rule) => refs.aliases.push((alias.clone(), rule, field.clone())),
            Some(_) => {
                let message =
                    format!("the alias names `{}`, which the correlation does not use", shorten(&reference.text));
                let help = "add the rule to `rules`, or take it out of the alias".to_owned();
                notes.say(draft.doc, reference.spot.clone(), Code::UnknownRuleRef, message, help);
                failed = true;
            }
            None => failed = true,
        }
    }
    if let (false, Some((tree, spot))) = (failed, &draft.extended) {
        match extended(tree, &refs.rules, directory) {
            Ok(expr) => refs.extended = Some(expr),
            Err(message) => {
                let help = "name the same rules in `rules` and `condition`, or leave `rules` out".to_owned();
                notes.say(draft.doc, spot.clone(), Code::BadCorrelationCondition, message, help);
                failed = true;
            }
        }
    }
    (!failed).then_some(refs)
}

/// The rules an extended condition names, where `rules` is left out.
fn from_condition(draft: &Draft) -> Vec<Reference> {
    let mut found: Vec<Reference> = Vec::new();
    if let (true, Some((tree, spot))) = (draft.rules.is_empty(), &draft.extended) {
        each_name(tree, &mut |name| {
            if !found.iter().any(|known| known.text == name) {
                found.push(Reference { text: name.to_owned(), spot: spot.clone() });
            }
        });
    }
    found
}

fn each_name<'t>(tree: &'t Tree, take: &mut dyn FnMut(&'t str)) {
    match tree {
        Tree::And(parts) | Tree::Or(parts) => parts.iter().for_each(|part| each_name(part, take)),
        Tree::Not(inner) => each_name(inner, take),
        Tree::Name(name) => take(name),
        Tree::Selector { .. } => {}
    }
}

/// The one member a reference means.
fn one(reference: &Reference, doc: DocId, directory: &Directory, notes: &mut Notes) -> Option<usize> {
    let (code, message, help) = match directory.find(&reference.text) {
        [only] => return Some(*only),
        [] => {
            let (message, help) = directory.unknown(&reference.text);
            (Code::UnknownRuleRef, message, help)
        }
        many => {
            let message = format!("`{}` is the name or id of {} rules", shorten(&reference.text), many.len());
            (Code::AmbiguousRuleRef, message, "give each rule a name of its own, or refer to it by its id".to_owned())
        }
    };
    notes.say(doc, reference.spot.clone(), code, message, help);
    None
}

/// The extended condition over `rules`, which it must name all and no others.
fn extended(tree: &Tree, rules: &[usize], directory: &Directory) -> Result<Expr, String> {
    let mut named = vec![false; rules.len()];
    let expr = over_rules(tree, rules, directory, &mut named)?;
    // A step that is listed twice is named by one word.
    let unnamed = (0..).zip(rules).find(|(n, rule)| {
        !named.get(*n).copied().unwrap_or(false)
            && !rules.iter().zip(&named).any(|(other, named)| other == *rule && *named)
    });
    match unnamed {
        Some((n, _)) => Err(format!("the condition leaves out rule {} of `rules`", n + 1)),
        None => Ok(expr),
    }
}

fn over_rules(tree: &Tree, rules: &[usize], directory: &Directory, named: &mut [bool]) -> Result<Expr, String> {
    let mut all = |parts: &[Tree]| {
        parts.iter().map(|part| over_rules(part, rules, directory, named)).collect::<Result<Vec<_>, _>>()
    };
    Ok(match tree {
        Tree::And(parts) => Expr::And(all(parts)?),
        Tree::Or(parts) => Expr::Or(all(parts)?),
        Tree::Not(inner) => Expr::Not(Box::new(over_rules(inner, rules, directory, named)?)),
        Tree::Selector { .. } => Expr::Never,
        Tree::Name(name) => {
            let meant = directory.find(name);
            let place = rules.iter().position(|rule| meant == [*rule]);
            let Some(place) = place else {
                return Err(format!("the condition names `{}`, which `rules` does not", shorten(name)));
            };
            if let Some(named) = named.get_mut(place) {
                *named = true;
            }
            Expr::Selection(place)
        }
    })
}
