//! Why a rule held: a function of rule and event, computed after the match by this one way for all engines, so that no
//! shortcut changes what people see (README decision 21).

use super::compile::{CompiledRule, Named};
use super::reference::{Answers, Case, selection_holds};
use crate::model::{Datum, Place, RuleId, Sample, Stamp, Values, limits, show};
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

/// An event as it may be kept with an alert, not yet redacted: most matches are followed by another one, and then nobody
/// looks at them again.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    rule: RuleId,
    pub(super) place: Place,
    pub(super) time: Stamp,
    fields: Vec<(String, Vec<Piece>)>,
    raw: Piece,
}

/// The beginning of a text.
#[derive(Clone, Debug)]
struct Piece {
    text: String,
    /// There was more.
    more: bool,
}

/// The event as an alert keeps it: the fields the detection names, in order of first naming, under the rule's spelling
/// and under the canonical one; then those of `others` that are not among them.
pub(super) fn draft<'r>(rule: &CompiledRule, case: &Case<'_, 'r>, others: &[&Named]) -> Draft {
    let mut fields = Vec::new();
    let mut values = Values::new();
    for named in rule.named.iter().chain(others.iter().copied()) {
        values.clear();
        case.view.values(case.event, named.ask, &mut values);
        add(&mut fields, &named.name, &values);
        if let Some(name) = case.view.canonical_name(named.ask).filter(|name| *name != named.name) {
            let canonical: Values<'r> = case.view.single(case.event, named.ask).into_iter().collect();
            add(&mut fields, name, &canonical);
        }
    }
    let event = case.event;
    let place = Place {
        source: event.origin.source,
        line: u64::from(event.origin.line) + 1,
        record: u64::from(event.origin.index) + 1,
        lines: event.lines,
    };
    Draft { rule: rule.id, place, time: event.time, fields, raw: Piece::of(event.raw, limits::SAMPLE_RAW) }
}

fn add(fields: &mut Vec<(String, Vec<Piece>)>, name: &str, values: &[Datum<'_>]) {
    if fields.iter().any(|(known, _)| known == name) {
        return;
    }
    let texts = values.iter().filter_map(|value| match value {
        Datum::Object(json) => Some(*json),
        other => other.text(),
    });
    let pieces = texts.take(limits::SAMPLE_VALUES).map(|text| Piece::of(text, limits::SAMPLE_VALUE));
    let pieces: Vec<Piece> = pieces.collect();
    if !pieces.is_empty() {
        fields.push((name.to_owned(), pieces));
    }
}

impl Draft {
    /// A record without fields.
    #[cfg(test)]
    pub(super) fn of_text(rule: RuleId, place: Place, time: Stamp, raw: &str) -> Draft {
        Draft { rule, place, time, fields: Vec::new(), raw: Piece::of(raw, limits::SAMPLE_RAW) }
    }

    /// Ready to be kept: redacted, then cut.
    pub(super) fn sample(&self, redactor: &Redactor) -> Sample {
        let value = |name: &str, piece: &Piece| piece.cut(&redactor.field(name, &piece.text), limits::SAMPLE_VALUE);
        let fields = self.fields.iter().map(|(name, pieces)| {
            let values = pieces.iter().map(|piece| value(name, piece)).collect();
            (name.clone(), values)
        });
        let raw = self.raw.cut(&redactor.apply(&self.raw.text), limits::SAMPLE_RAW);
        Sample { place: self.place, time: self.time, rule: self.rule, fields: fields.collect(), raw: Some(raw) }
    }
}

impl Piece {
    /// Enough of `text` to keep `max` bytes of it.
    fn of(text: &str, max: usize) -> Piece {
        let ahead = max.saturating_mul(READ_AHEAD).min(text.len());
        let end = (0..=ahead).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
        Piece { text: text.get(..end).unwrap_or_default().to_owned(), more: end < text.len() }
    }

    /// What is kept of the redacted text.
    fn cut(&self, redacted: &str, max: usize) -> String {
        let cut = show::cut(redacted, max);
        // Something is missing, even when what was read became short enough.
        if self.more && redacted.len() <= max { format!("{cut}…") } else { cut }
    }
}
