//! Why a rule held: a function of rule and event, computed after the match by this one way for all engines, so that no
//! shortcut changes what people see (README decision 21).

use super::answers::Answers;
use super::compile::{CompiledRule, Named};
use super::redaction::{Looked, Redaction, field};
use super::reference::{Case, selection_holds};
use crate::model::{Columns, Datum, Event, FieldsWriter, Place, RuleId, Sample, SampleWriter, Stamp, limits, show};
use crate::redact::Redactor;
use crate::sigma::Expr;
use std::borrow::Cow;

/// What of a rule held.
#[derive(Debug, Default)]
pub(super) struct Evidence {
    /// Positions of the selections of the condition, not under `not`, that hold, in document order.
    pub(super) matched: Vec<usize>,
}

impl Evidence {
    /// Looks again at a rule that matched.
    pub(super) fn look<'r>(&mut self, rule: &CompiledRule, case: &Case<'_, 'r>, answers: &mut Answers<'r>) {
        let condition = if let [condition] = rule.conditions.as_slice() { Some(condition) } else { None };
        let is_sure = |n: usize| condition.is_some_and(|condition| needs(condition, n));
        let holds = |n: &usize| is_sure(*n) || selection_holds(rule, *n, case, answers);
        self.matched.clear();
        self.matched.extend(rule.positive.iter().copied().filter(holds));
    }
}

/// Whether selection `n` holds whenever the condition does.
fn needs(condition: &Expr, n: usize) -> bool {
    match condition {
        Expr::Selection(m) => *m == n,
        Expr::And(parts) => parts.iter().any(|part| needs(part, n)),
        _ => false,
    }
}

/// How much longer than what is kept a text may be before it is cut unread. Redaction comes before the cut, so that half
/// a secret at the end is still recognised; but nobody needs a megabyte read for two kilobytes.
const READ_AHEAD: usize = 4;

/// An event as it may be kept with an alert, not yet redacted: most matches are followed by another one, and then nobody
/// looks at them again. Its memory is used for the next one then.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    rule: RuleId,
    pub(super) place: Place,
    pub(super) time: Stamp,
    /// Every name and every piece of a text, one behind the other.
    text: String,
    parts: Vec<Part>,
}

/// A part of [`Draft::text`].
#[derive(Clone, Copy, Debug)]
struct Part {
    what: What,
    start: usize,
    end: usize,
    /// There was more.
    more: bool,
    /// Nothing is blanked in it, unless its name says so.
    clean: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    /// The name of a field; its values follow.
    Name,
    Value,
    /// The record, behind all fields.
    Raw,
}

impl Draft {
    /// Nothing yet.
    pub(super) fn empty(rule: RuleId) -> Draft {
        let (place, time) = (Place::default(), Stamp::default());
        Draft { rule, place, time, text: String::new(), parts: Vec::new() }
    }

    /// A record without fields.
    #[cfg(test)]
    pub(super) fn of_text(rule: RuleId, place: Place, time: Stamp, raw: &str) -> Draft {
        let mut draft = Draft { place, time, ..Draft::empty(rule) };
        draft.push(What::Raw, raw, limits::SAMPLE_RAW, false);
        draft
    }

    /// The event as an alert keeps it: its fields, and the record.
    pub(super) fn write<'r>(&mut self, rule: &CompiledRule, seen: Seen<'_, 'r>, answers: &mut Answers<'r>) {
        let Seen { case, place, redaction, looked } = seen;
        self.text.clear();
        self.parts.clear();
        each_field(rule, std::iter::empty(), case, answers, |name, values| {
            self.add(name, values, &mut |text| looked.is_clean(text, case.event.raw, redaction));
        });
        let raw = case.event.raw.text();
        self.push(What::Raw, raw, limits::SAMPLE_RAW, looked.is_clean(raw, raw.into(), redaction));
        (self.rule, self.time, self.place) = (rule.id, case.event.time, place);
    }

    fn add(&mut self, name: &str, values: &[Datum<'_>], is_clean: &mut impl FnMut(&str) -> bool) {
        let mut names = self.parts.iter().filter(|part| part.what == What::Name);
        if names.any(|part| self.of(part) == name) {
            return;
        }
        for (n, text) in texts(values).enumerate() {
            if n == 0 {
                self.push(What::Name, name, limits::SAMPLE_VALUE, true);
            }
            self.push(What::Value, text, limits::SAMPLE_VALUE, is_clean(text));
        }
    }

    /// Keeps enough of `text` to show `max` bytes of it.
    fn push(&mut self, what: What, text: &str, max: usize, clean: bool) {
        let start = self.text.len();
        let (kept, more) = ahead(text, max);
        self.text.push_str(kept);
        self.parts.push(Part { what, start, end: self.text.len(), more, clean });
    }

    fn of(&self, part: &Part) -> &str {
        self.text.get(part.start..part.end).unwrap_or_default()
    }

    /// Ready to be kept: redacted, then cut. `memory` is used again.
    pub(super) fn sample(&self, redactor: &Redactor, memory: &mut Vec<u8>) -> Sample {
        let raw = self.parts.iter().find(|part| part.what == What::Raw);
        let shown = raw.map(|part| {
            let text = self.of(part);
            if part.clean { Cow::Borrowed(text) } else { redactor.apply(text) }
        });
        let raw = raw.zip(shown.as_deref()).map(|(part, shown)| cut(shown, part.more, limits::SAMPLE_RAW));
        memory.clear();
        let mut writer = SampleWriter::behind(std::mem::take(memory), raw.as_deref());
        self.fields_into(&mut writer, redactor);
        let text = writer.text();
        *memory = writer.into_bytes();
        Sample { place: self.place, time: self.time, rule: self.rule, text }
    }

    /// Its fields, redacted and cut.
    pub(super) fn fields_into(&self, writer: &mut SampleWriter, redactor: &Redactor) {
        let mut name = "";
        for part in &self.parts {
            let text = self.of(part);
            if writer.len() + text.len().min(limits::SAMPLE_VALUE) > limits::SAMPLE_TEXT {
                break;
            }
            match part.what {
                What::Name => {
                    name = text;
                    writer.name(name);
                }
                What::Value => {
                    let shown = field(redactor, name, text, part.clean);
                    writer.value(&cut(&shown, part.more, limits::SAMPLE_VALUE));
                }
                What::Raw => {}
            }
        }
    }
}

/// The event as a stream shows it, which has no records: fields as an alert's, and those of `others` that are not among
/// them.
pub(super) fn stream<'n, 'r>(
    rule: &'n CompiledRule,
    seen: Seen<'_, 'r>,
    others: impl Iterator<Item = &'n Named>,
    answers: &mut Answers<'r>,
    writer: &mut FieldsWriter<'_>,
) {
    let Seen { case, redaction, looked, .. } = seen;
    let mut is_full = false;
    each_field(rule, others, case, answers, |name, values| {
        if is_full || writer.has(name) {
            return;
        }
        for (n, text) in texts(values).enumerate() {
            let (kept, more) = ahead(text, limits::SAMPLE_VALUE);
            let fits = |text: &str, writer: &FieldsWriter<'_>| {
                writer.len() + text.len().min(limits::SAMPLE_VALUE) <= limits::SAMPLE_TEXT
            };
            if n == 0 && fits(name, writer) {
                writer.name(name);
            } else if n == 0 {
                is_full = true;
            }
            is_full |= !fits(kept, writer);
            if is_full {
                return;
            }
            let shown = field(redaction.shown(), name, kept, looked.is_clean(text, case.event.raw, redaction));
            writer.value(&cut(&shown, more, limits::SAMPLE_VALUE));
        }
    });
}

/// The fields the detection names, in order of first naming, under the rule's spelling and under the canonical one; then
/// `others`. A name may come again.
fn each_field<'n, 'r>(
    rule: &'n CompiledRule,
    others: impl Iterator<Item = &'n Named>,
    case: &Case<'_, 'r>,
    answers: &mut Answers<'r>,
    mut take: impl FnMut(&str, &[Datum<'r>]),
) {
    for named in rule.named.iter().chain(others) {
        take(&named.name, answers.all(case, named.ask));
        if let Some(name) = case.view.canonical_name(named.ask).filter(|name| *name != named.name) {
            take(name, answers.single(case, named.ask).map_or(&[], std::slice::from_ref));
        }
    }
}

/// As many texts of a field as are shown.
fn texts<'v>(values: &'v [Datum<'_>]) -> impl Iterator<Item = &'v str> {
    let texts = values.iter().filter_map(|value| match value {
        Datum::Object(json) => Some(*json),
        other => other.text(),
    });
    texts.take(limits::SAMPLE_VALUES)
}

/// As much of `text` as is read to show `max` bytes of it, and whether there is more.
fn ahead(text: &str, max: usize) -> (&str, bool) {
    let ahead = max.saturating_mul(READ_AHEAD).min(text.len());
    let end = (0..=ahead).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    (text.get(..end).unwrap_or_default(), end < text.len())
}

/// An event a rule held for, with what is known of it.
pub(super) struct Seen<'c, 'r> {
    pub(super) case: &'c Case<'c, 'r>,
    pub(super) place: Place,
    pub(super) redaction: &'c Redaction,
    pub(super) looked: &'c mut Looked,
}

/// Where an event stands within its block.
pub(super) fn place(event: &Event<'_>) -> Place {
    Place { columns: columns(event), ..line(event) }
}

/// The same, as far as lines tell.
pub(super) fn line(event: &Event<'_>) -> Place {
    Place {
        source: event.origin.source,
        line: u64::from(event.origin.line) + 1,
        record: u64::from(event.origin.index) + 1,
        lines: event.lines,
        columns: Columns::default(),
    }
}

fn columns(event: &Event<'_>) -> Columns {
    // Where a record ends that was cut is not known.
    let before = event.origin.column.filter(|_| !event.marks.truncated);
    before.map_or(Columns::default(), |before| Columns::of(event.raw.text(), before))
}

/// What is kept of a redacted text of which `more` follows.
fn cut(redacted: &str, more: bool, max: usize) -> Cow<'_, str> {
    match (redacted.len() <= max, more) {
        (true, false) => Cow::Borrowed(redacted),
        // Something is missing, even when what was read became short enough.
        (true, true) => Cow::Owned(format!("{redacted}…")),
        (false, _) => Cow::Owned(show::cut(redacted, max)),
    }
}
