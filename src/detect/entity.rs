//! What an alert is about: one field and its value (report.md 1 "Entity").
//!
//! The first that exists: a field the rule names in `fields`; a field of a fixed list that a matched selection means; the
//! first field of a matched selection; the template of the message. An empty value is no value: it would tell nobody
//! anything.

use super::answers::Answers;
use super::compile::{CompiledRule, ENTITY_FIELDS, Named};
use super::evidence::Evidence;
use super::redaction::Redaction;
use super::reference::Case;
use super::template::template;
use crate::model::{AskId, Datum, Entity, Pair, Values, limits, show};
use crate::redact::Redactor;
use crate::sigma::folded;
use sha2::{Digest, Sha256};
use std::borrow::Cow;

/// An entity as people see it, and what it is recognised by.
pub(super) struct About {
    pub(super) shown: Entity,
    /// Behind the built-in redaction, case-folded: the same however the user wants to see it.
    pub(super) identity: Entity,
}

/// What a match is about, as the event spells it.
pub(super) enum Subject<'n, 'r> {
    /// A field and its value.
    Field(&'n str, Cow<'r, str>),
    /// The message, of which the template counts.
    Message(Cow<'r, str>),
}

/// The two sides of a match: the record, and the part of it the rule held for (mostly the same).
pub(super) struct Sides<'c, 'r> {
    pub(super) whole: &'c Case<'c, 'r>,
    pub(super) line: &'c Case<'c, 'r>,
}

impl<'r> Sides<'_, 'r> {
    /// Whether the rule held for the record as a whole.
    pub(super) fn are_one(&self) -> bool {
        std::ptr::eq(self.whole.event, self.line.event)
    }

    /// The one value of a field, canonical or else the first original: of the line when it has one, else of the whole
    /// record. `answers` are the line's.
    fn value(&self, ask: AskId, answers: &mut Answers<'r>) -> Option<Cow<'r, str>> {
        let told = |value: Datum<'r>| text(value).filter(|text| !text.is_empty());
        if let Some(value) = answers.single(self.line, ask).cloned().and_then(told) {
            return Some(value);
        }
        if let Some(value) = answers.all(self.line, ask).iter().cloned().find_map(told) {
            return Some(value);
        }
        if self.are_one() {
            return None;
        }
        let whole = self.whole;
        whole.view.single(whole.event, ask).and_then(told).or_else(|| {
            let mut values = Values::new();
            whole.view.values(whole.event, ask, &mut values);
            values.into_iter().find_map(told)
        })
    }
}

/// What a match is about.
pub(super) fn subject<'n, 'r>(
    rule: &'n CompiledRule,
    sides: &Sides<'_, 'r>,
    evidence: &Evidence,
    answers: &mut Answers<'r>,
) -> Subject<'n, 'r> {
    let field = by_fields(rule, sides, answers)
        .or_else(|| by_list(rule, sides, evidence, answers))
        .or_else(|| by_selection(rule, sides, evidence, answers));
    if let Some((name, value)) = field {
        return Subject::Field(name, value);
    }
    let message = sides.value(rule.about.message, answers).unwrap_or(Cow::Borrowed(sides.whole.event.raw));
    Subject::Message(match message {
        Cow::Borrowed(text) => Cow::Borrowed(cut(text)),
        Cow::Owned(text) => Cow::Owned(cut(&text).to_owned()),
    })
}

/// What an alert shows of its subject, and what it is recognised by.
pub(super) fn about(subject: &Subject<'_, '_>, redaction: &Redaction) -> About {
    match subject {
        Subject::Field(name, value) => entity(name, redaction, |redactor| redactor.field(name, value).into_owned()),
        Subject::Message(text) => entity("message", redaction, |redactor| template(&redactor.apply(text)).into_owned()),
    }
}

type Found<'n, 'r> = (&'n str, Cow<'r, str>);

fn by_fields<'n, 'r>(
    rule: &'n CompiledRule,
    sides: &Sides<'_, 'r>,
    answers: &mut Answers<'r>,
) -> Option<Found<'n, 'r>> {
    rule.about.fields.iter().find_map(|field| Some((field.name.as_str(), sides.value(field.ask, answers)?)))
}

fn by_list<'n, 'r>(
    rule: &'n CompiledRule,
    sides: &Sides<'_, 'r>,
    evidence: &Evidence,
    answers: &mut Answers<'r>,
) -> Option<Found<'n, 'r>> {
    ENTITY_FIELDS.iter().zip(&rule.about.canonical).find_map(|(name, field)| {
        let means = |named: &Named| named.name == *name || sides.whole.view.canonical_name(named.ask) == Some(*name);
        if !matched_fields(rule, evidence).any(means) {
            return None;
        }
        Some((*name, sides.value(field.ask, answers)?))
    })
}

fn by_selection<'n, 'r>(
    rule: &'n CompiledRule,
    sides: &Sides<'_, 'r>,
    evidence: &Evidence,
    answers: &mut Answers<'r>,
) -> Option<Found<'n, 'r>> {
    matched_fields(rule, evidence).find_map(|field| Some((field.name.as_str(), sides.value(field.ask, answers)?)))
}

/// The fields the matched selections name, in document order.
fn matched_fields<'n>(rule: &'n CompiledRule, evidence: &Evidence) -> impl Iterator<Item = &'n Named> {
    let selections = evidence.matched.iter().filter_map(|n| rule.selections.get(*n));
    selections.flat_map(|selection| &selection.named).filter_map(|n| rule.named.get(*n))
}

fn text(value: Datum<'_>) -> Option<Cow<'_, str>> {
    match value {
        Datum::Text(text) | Datum::Number(text) => Some(text),
        other => other.text().map(|text| Cow::Owned(text.to_owned())),
    }
}

fn entity(field: &str, redaction: &Redaction, value: impl Fn(&Redactor) -> String) -> About {
    let stable = value(&redaction.stable);
    let shown = redaction.shown.as_ref().map(value);
    let pair = |value: String| vec![Pair { field: field.to_owned(), value }];
    let identity = pair(identified(&stable));
    About { shown: pair(show::cut(shown.as_deref().unwrap_or(&stable), limits::ENTITY_VALUE)), identity }
}

/// A value as identities hold it: case-folded and of bounded length. Of a longer one the digest tells the rest.
fn identified(value: &str) -> String {
    let folded = folded(value);
    if folded.len() <= limits::ENTITY_VALUE {
        return folded;
    }
    let digest = Sha256::digest(folded.as_bytes());
    format!("{}{digest:x}", show::cut(&folded, limits::ENTITY_VALUE))
}

/// At most so much of a message is looked at for its template.
fn cut(text: &str) -> &str {
    let end = (0..=limits::ENTITY_VALUE.min(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    text.get(..end).unwrap_or(text)
}
