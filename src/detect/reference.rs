//! The meaning of a rule, word by word: short, obvious, and the measure of every faster way.
//!
//! Specified in sigma-semantics.md 1 to 7. Logic is two-valued: a test of a missing field is false (but for null and
//! `exists: false`), `not` turns it round.

use super::answers::Answers;
use super::compile::{CompiledRule, FieldNode, KeywordsNode, Node, Test};
use super::leaf::{Objects, passes, same};
use crate::model::{AskId, Datum, Event, View};
use crate::sigma::Expr;

/// An event as a rule sees it.
#[derive(Clone, Copy)]
pub(super) struct Case<'c, 'r> {
    pub(super) event: &'c Event<'r>,
    pub(super) view: &'c dyn View,
    /// The record's text, where keywords may search it.
    pub(super) raw_text: Option<&'r str>,
    pub(super) objects: Objects,
}

/// Whether the rule's detection holds.
pub(super) fn holds<'r>(rule: &CompiledRule, case: &Case<'_, 'r>, answers: &mut Answers<'r>) -> bool {
    rule.conditions.iter().any(|expr| expr_holds(expr, rule, case, answers))
}

fn expr_holds<'r>(expr: &Expr, rule: &CompiledRule, case: &Case<'_, 'r>, answers: &mut Answers<'r>) -> bool {
    match expr {
        Expr::And(parts) => parts.iter().all(|part| expr_holds(part, rule, case, answers)),
        Expr::Or(parts) => parts.iter().any(|part| expr_holds(part, rule, case, answers)),
        Expr::Not(part) => !expr_holds(part, rule, case, answers),
        Expr::Selection(n) => selection_holds(rule, *n, case, answers),
        Expr::Never => false,
    }
}

/// Whether search identifier `n` of the rule holds.
pub(super) fn selection_holds<'r>(
    rule: &CompiledRule,
    n: usize,
    case: &Case<'_, 'r>,
    answers: &mut Answers<'r>,
) -> bool {
    rule.selections.get(n).is_some_and(|selection| node_holds(&selection.body, case, answers))
}

fn node_holds<'r>(node: &Node, case: &Case<'_, 'r>, answers: &mut Answers<'r>) -> bool {
    match node {
        Node::All(nodes) => nodes.iter().all(|node| node_holds(node, case, answers)),
        Node::Any(nodes) => nodes.iter().any(|node| node_holds(node, case, answers)),
        Node::Field(field) => field_holds(field, case, answers),
        Node::Keywords(keywords) => keywords_hold(keywords, case),
    }
}

fn field_holds<'r>(field: &FieldNode, case: &Case<'_, 'r>, answers: &mut Answers<'r>) -> bool {
    answers.ask(case, field.ask);
    let mut met =
        |alternatives: &Vec<Test>| alternatives.iter().any(|test| field_passes(test, field.ask, case, answers));
    let held = if field.all { field.values.iter().all(&mut met) } else { field.values.iter().any(&mut met) };
    held != field.negated
}

pub(super) fn field_passes<'r>(test: &Test, ask: AskId, case: &Case<'_, 'r>, answers: &mut Answers<'r>) -> bool {
    if let Test::SameAs(other) = test {
        answers.ask(case, other.ask);
        return same(answers.told(ask), answers.told(other.ask), other);
    }
    let values = answers.told(ask);
    match test {
        Test::Null => values.is_empty() || values.iter().any(|value| passes(test, value, case.objects)),
        Test::Exists(present) => *present != values.is_empty(),
        _ => values.iter().any(|value| passes(test, value, case.objects)),
    }
}

/// Keywords look at every scalar value, each by itself, and at the record's text where there is one.
fn keywords_hold(keywords: &KeywordsNode, case: &Case<'_, '_>) -> bool {
    // Texts may lose their escapes for this: once, however many words there are.
    let values: Vec<Datum<'_>> = searched(case).collect();
    let passes = |test: &Test| values.iter().any(|value| passes(test, value, Objects::Opaque));
    let found = |alternatives: &Vec<Test>| alternatives.iter().any(passes);
    let held = if keywords.all { keywords.values.iter().all(found) } else { keywords.values.iter().any(found) };
    held != keywords.negated
}

pub(super) fn keyword_passes(test: &Test, case: &Case<'_, '_>) -> bool {
    searched(case).any(|value| passes(test, &value, Objects::Opaque))
}

/// What keywords look at.
fn searched<'c, 'r>(case: &Case<'c, 'r>) -> impl Iterator<Item = Datum<'r>> + use<'c, 'r> {
    let event = case.event;
    let entries = event.entries.iter().map(|entry| event.datum(entry));
    case.raw_text.map(Datum::borrowed).into_iter().chain(entries).filter(|value| value.text().is_some())
}
