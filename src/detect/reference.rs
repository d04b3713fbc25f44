//! The meaning of a rule, word by word: short, obvious, and the measure of every faster way.
//!
//! Specified in sigma-semantics.md 1 to 7. Logic is two-valued: a test of a missing field is false (but for null and
//! `exists: false`), `not` turns it round.

use super::compile::{CompiledRule, FieldNode, KeywordsNode, Node, Test};
use super::leaf::{Objects, passes, same};
use crate::model::{AskId, Datum, Event, Values, View};
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

/// Answers of the view, reused from question to question.
#[derive(Default)]
pub(super) struct Answers<'r> {
    values: Values<'r>,
    others: Values<'r>,
}

impl Answers<'_> {
    /// Empty, with the memory of these; that is what makes asking free of allocation.
    pub(super) fn recycled<'b>(self) -> Answers<'b> {
        Answers { values: emptied(self.values), others: emptied(self.others) }
    }
}

fn emptied<'b>(mut values: Values<'_>) -> Values<'b> {
    values.clear();
    // Nothing is left to convert; collecting in place keeps the buffer.
    values.into_iter().map(|_| Datum::Null).collect()
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
    let Answers { values, others } = answers;
    ask(case, field.ask, values);
    let mut met = |alternatives: &Vec<Test>| alternatives.iter().any(|test| field_passes(test, values, case, others));
    let held = if field.all { field.values.iter().all(&mut met) } else { field.values.iter().any(&mut met) };
    held != field.negated
}

fn ask<'r>(case: &Case<'_, 'r>, ask: AskId, into: &mut Values<'r>) {
    into.clear();
    case.view.values(case.event, ask, into);
}

fn field_passes<'r>(test: &Test, values: &Values<'r>, case: &Case<'_, 'r>, others: &mut Values<'r>) -> bool {
    match test {
        Test::Null => values.is_empty() || values.iter().any(|value| passes(test, value, case.objects)),
        Test::Exists(present) => *present != values.is_empty(),
        Test::SameAs(other) => {
            ask(case, other.ask, others);
            same(values, others, other)
        }
        _ => values.iter().any(|value| passes(test, value, case.objects)),
    }
}

/// Keywords look at every scalar value, each by itself, and at the record's text where there is one.
fn keywords_hold(keywords: &KeywordsNode, case: &Case<'_, '_>) -> bool {
    let found = |alternatives: &Vec<Test>| alternatives.iter().any(|test| keyword_passes(test, case));
    let held = if keywords.all { keywords.values.iter().all(found) } else { keywords.values.iter().any(found) };
    held != keywords.negated
}

fn keyword_passes(test: &Test, case: &Case<'_, '_>) -> bool {
    let line = case.raw_text.map(Datum::borrowed);
    let entries = case.event.entries.iter().map(|entry| case.event.datum(entry));
    line.into_iter()
        .chain(entries)
        .filter(|value| value.text().is_some())
        .any(|value| passes(test, &value, Objects::Opaque))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn asking_again_allocates_nothing() {
        let mut answers = Answers::default();
        answers.values.reserve(17);
        let (place, room) = (answers.values.as_ptr() as usize, answers.values.capacity());
        let text = String::from("of another event");
        let mut again: Answers<'_> = answers.recycled();
        assert_eq!((again.values.as_ptr() as usize, again.values.capacity()), (place, room));
        again.values.push(Datum::borrowed(&text));
        let back: Answers<'static> = again.recycled();
        assert_eq!((back.values.len(), back.values.capacity()), (0, room));
    }
}
