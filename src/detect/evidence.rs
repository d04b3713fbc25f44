//! Why a rule held: a function of rule and event, computed after the match by this one way for all engines, so that no
//! shortcut changes what people see (README decision 21).

use super::compile::{CompiledRule, Named};
use super::reference::{Answers, Case, selection_holds};
use crate::model::{Datum, Place, Sample, Values, limits, show};
use crate::redact::Redactor;

/// What of a rule held.
pub(super) struct Evidence {
    /// Positions of the selections of the condition, not under `not`, that hold, in document order.
    pub(super) matched: Vec<usize>,
}

/// Looks again at a rule that matched.
pub(super) fn evidence<'r>(rule: &CompiledRule, case: &Case<'_, 'r>, answers: &mut Answers<'r>) -> Evidence {
    let holds = |n: &usize| selection_holds(rule, *n, case, answers);
    Evidence { matched: rule.positive.iter().copied().filter(holds).collect() }
}

/// How much longer than what is kept a text may be before it is cut unread. Redaction comes before the cut, so that half
/// a secret at the end is still recognised; but nobody needs a megabyte read for two kilobytes.
const READ_AHEAD: usize = 4;

/// The event as an alert keeps it: the fields the detection names, in order of first naming, under the rule's spelling
/// and under the canonical one; then those of `others` that are not among them.
pub(super) fn sample<'r>(rule: &CompiledRule, case: &Case<'_, 'r>, others: &[&Named], redact: &Redactor) -> Sample {
    let mut fields: Vec<(String, Vec<String>)> = Vec::new();
    let mut values = Values::new();
    for named in rule.named.iter().chain(others.iter().copied()) {
        values.clear();
        case.view.values(case.event, named.ask, &mut values);
        add(&mut fields, &named.name, &values, redact);
        if let Some(name) = case.view.canonical_name(named.ask).filter(|name| *name != named.name) {
            let canonical: Values<'r> = case.view.single(case.event, named.ask).into_iter().collect();
            add(&mut fields, name, &canonical, redact);
        }
    }
    let event = case.event;
    let place = Place {
        source: event.origin.source,
        line: u64::from(event.origin.line) + 1,
        record: u64::from(event.origin.index) + 1,
        lines: event.lines,
    };
    let raw = bounded(event.raw, limits::SAMPLE_RAW, |text| redact.apply(text));
    Sample { place, time: event.time, rule: rule.id, fields, raw: Some(raw) }
}

fn add(fields: &mut Vec<(String, Vec<String>)>, name: &str, values: &[Datum<'_>], redact: &Redactor) {
    if fields.iter().any(|(known, _)| known == name) {
        return;
    }
    let texts = values.iter().filter_map(|value| match value {
        Datum::Object(json) => Some(*json),
        other => other.text(),
    });
    let shown: Vec<String> = texts
        .take(limits::SAMPLE_VALUES)
        .map(|text| bounded(text, limits::SAMPLE_VALUE, |text| redact.field(name, text)))
        .collect();
    if !shown.is_empty() {
        fields.push((name.to_owned(), shown));
    }
}

fn bounded<'a>(text: &'a str, max: usize, redact: impl Fn(&'a str) -> std::borrow::Cow<'a, str>) -> String {
    let ahead = max.saturating_mul(READ_AHEAD);
    let end = (0..=ahead.min(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    let redacted = redact(text.get(..end).unwrap_or(text));
    let cut = show::cut(&redacted, max);
    // What was left unread is cut off too, even when what was read became short enough.
    if end < text.len() && redacted.len() <= max { format!("{cut}…") } else { cut }
}
