//! What an alert is about: one field and its value (report.md 1 "Entity").
//!
//! The first that exists: a field the rule names in `fields`; a field of a fixed list that a matched selection means; the
//! first field of a matched selection; the template of the message. An empty value is no value: it would tell nobody
//! anything.

use super::answers::Answers;
use super::compile::{CompiledRule, ENTITY_FIELDS, Named};
use super::evidence::Evidence;
use super::redaction::{Looked, Redaction, field as redacted};
use super::reference::Case;
use super::template::template;
use crate::model::{AskId, Datum, Raw, Values, limits, show};
use crate::redact::Redactor;
use crate::sigma::folded;
use sha2::{Digest, Sha256};
use std::borrow::Cow;

/// A field and its value, as people see it and as it is recognised.
#[derive(Clone, Debug)]
pub(super) struct About<'s> {
    pub(super) field: &'s str,
    /// Cut, if it is long.
    pub(super) shown: Cow<'s, str>,
    /// Behind the built-in redaction: the same however the user wants to see it.
    pub(super) stable: Cow<'s, str>,
}

impl About<'_> {
    /// The value it is recognised by.
    pub(super) fn identity(&self) -> String {
        identified(&self.stable)
    }

    /// Adds the value it is recognised by: case-folded, and of bounded length.
    pub(super) fn identity_into(&self, key: &mut Vec<u8>) {
        let start = key.len();
        if self.stable.is_ascii() && self.stable.len() <= limits::ENTITY_VALUE {
            key.extend_from_slice(self.stable.as_bytes());
            key.get_mut(start..).unwrap_or_default().make_ascii_lowercase();
        } else {
            key.extend_from_slice(identified(&self.stable).as_bytes());
        }
    }
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
    let message =
        sides.value(rule.about.message, answers).unwrap_or_else(|| Cow::Borrowed(sides.whole.event.raw.text()));
    Subject::Message(match message {
        Cow::Borrowed(text) => Cow::Borrowed(cut(text)),
        Cow::Owned(text) => Cow::Owned(cut(&text).to_owned()),
    })
}

impl Subject<'_, '_> {
    /// Whether it is quickly told what it is recognised by: nothing is blanked, and nothing left out.
    pub(super) fn is_plain(&self, raw: Raw<'_>, redaction: &Redaction, looked: &mut Looked) -> bool {
        matches!(self, Subject::Field(_, value) if looked.is_clean(value, raw, redaction))
    }
}

/// What an alert shows of its subject, and what it is recognised by. `is_plain` is what the subject said of itself.
pub(super) fn about<'s>(subject: &'s Subject<'_, '_>, redaction: &Redaction, is_plain: bool) -> About<'s> {
    let value = |redactor: &Redactor| match subject {
        Subject::Field(name, value) => redacted(redactor, name, value, is_plain),
        Subject::Message(text) => Cow::Owned(template(&redactor.apply(text)).into_owned()),
    };
    let field = match subject {
        Subject::Field(name, _) => name,
        Subject::Message(_) => "message",
    };
    let stable = value(&redaction.stable);
    let shown = redaction.shown.as_ref().map_or_else(|| stable.clone(), value);
    let is_short = shown.len() <= limits::ENTITY_VALUE;
    let shown = if is_short { shown } else { Cow::Owned(show::cut(&shown, limits::ENTITY_VALUE)) };
    About { field, shown, stable }
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
    let view = sides.whole.view;
    let place = |name: &str| ENTITY_FIELDS.iter().position(|known| *known == name);
    let mut is_meant = [false; ENTITY_FIELDS.len()];
    for named in matched_fields(rule, evidence) {
        for place in [place(&named.name), view.canonical_name(named.ask).and_then(place)].into_iter().flatten() {
            if let Some(is_meant) = is_meant.get_mut(place) {
                *is_meant = true;
            }
        }
    }
    if !is_meant.contains(&true) {
        return None;
    }
    let fields = ENTITY_FIELDS.iter().zip(rule.about.canonical.iter()).zip(is_meant);
    let meant = fields.filter(|(_, is_meant)| *is_meant).map(|(field, _)| field);
    meant.into_iter().find_map(|(name, field)| Some((*name, sides.value(field.ask, answers)?)))
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
