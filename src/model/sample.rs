//! One event kept with an alert.
//!
//! There may be hundreds of thousands of them, and most texts are short: as strings in lists, what surrounds the texts
//! took four times as much memory as the texts. So all of an event stands in one piece of memory, which many events may
//! share, and a value that stands in the record too is told by its place there.

use super::origin::{Place, RuleId};
use super::show;
use super::time::Stamp;
use memchr::memmem::Finder;
use std::fmt;
use std::sync::{Arc, LazyLock};

/// One event kept with an alert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sample {
    /// Where it stands.
    pub(crate) place: Place,
    /// When it happened.
    pub(crate) time: Stamp,
    /// The rule it matched (for a correlation: the rule that fed it).
    pub(crate) rule: RuleId,
    /// The fields the rule read and the record as written, redacted and cut.
    pub(crate) text: SampleText,
}

/// What an event said: the fields a rule read and, for a detection, the record.
#[derive(Clone)]
pub(crate) struct SampleText {
    /// May hold the texts of other events too.
    shared: Arc<[u8]>,
    start: u32,
    end: u32,
}

/// A field by name, with its values in order: several where the event has several.
pub(crate) type SampleField<'s> = (&'s str, Vec<&'s str>);

/// What a part of a [`SampleText`] is: the low bits of its length.
const NAME: u64 = 0;
/// A value, spelt out.
const VALUE: u64 = 1;
/// A value that stands in the record, at the byte that follows.
const IN_RAW: u64 = 2;
const KIND_BITS: u32 = 2;
/// A value shorter than this is spelt out: telling its place would save nothing.
const SHORT: usize = 4;

impl SampleText {
    /// The fields of an event without a record.
    pub(crate) fn of_fields(fields: &[(String, Vec<String>)]) -> SampleText {
        let mut writer = SampleWriter::new(None);
        for (name, values) in fields {
            writer.name(name);
            for value in values {
                writer.value(value);
            }
        }
        writer.text()
    }

    /// Nothing is known of what the event said.
    pub(crate) fn none() -> SampleText {
        SampleText { shared: Arc::default(), start: 0, end: 0 }
    }

    /// What [`SampleWriter`] wrote, in memory of its own.
    pub(crate) fn own(bytes: impl Into<Arc<[u8]>>) -> SampleText {
        let shared = bytes.into();
        let end = u32::try_from(shared.len()).expect("samples are cut at a few kilobytes");
        SampleText { shared, start: 0, end }
    }

    /// What [`SampleWriter`] wrote, from `start` to `end` of `shared`.
    pub(crate) fn within(shared: &Arc<[u8]>, start: u32, end: u32) -> SampleText {
        SampleText { shared: Arc::clone(shared), start, end }
    }

    /// As written by [`SampleWriter`].
    pub(crate) fn bytes(&self) -> &[u8] {
        self.shared.get(self.start as usize..self.end as usize).unwrap_or_default()
    }

    /// The record as written, redacted and cut; `None` for events of a correlation, and where it was not kept.
    pub(crate) fn raw(&self) -> Option<&str> {
        split(self.bytes())?.0
    }

    /// The fields the rule read, in order, redacted and cut.
    pub(crate) fn fields(&self) -> Vec<SampleField<'_>> {
        let mut fields: Vec<SampleField<'_>> = Vec::new();
        for part in SampleParts::of(self.bytes()) {
            match (part, fields.last_mut()) {
                (SamplePart::Name(text), _) | (SamplePart::Value(text), None) => fields.push((text, Vec::new())),
                (SamplePart::Value(text), Some((_, values))) => values.push(text),
            }
        }
        fields
    }

    /// Whether something in it was blanked.
    pub(crate) fn is_redacted(&self) -> bool {
        static REDACTED: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(show::REDACTED));
        REDACTED.find(self.bytes()).is_some()
    }
}

/// A name, or a value of the field named last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SamplePart<'s> {
    /// A field begins.
    Name(&'s str),
    /// One of its values.
    Value(&'s str),
}

/// The fields of an event, part by part.
#[derive(Clone, Debug, PartialEq, Eq)]
struct SampleParts<'s> {
    raw: Option<&'s str>,
    rest: &'s [u8],
}

impl<'s> SampleParts<'s> {
    /// Of what [`SampleWriter`] wrote.
    fn of(bytes: &'s [u8]) -> SampleParts<'s> {
        let (raw, rest) = split(bytes).unwrap_or_default();
        SampleParts { raw, rest }
    }
}

impl<'s> Iterator for SampleParts<'s> {
    type Item = SamplePart<'s>;

    fn next(&mut self) -> Option<SamplePart<'s>> {
        let (head, behind) = number(self.rest)?;
        let (kind, len) = (head & ((1 << KIND_BITS) - 1), (head >> KIND_BITS) as usize);
        let part = if kind == IN_RAW {
            let (at, behind) = number(behind)?;
            self.rest = behind;
            let at = usize::try_from(at).unwrap_or(usize::MAX);
            self.raw.and_then(|raw| raw.get(at..at.checked_add(len)?))
        } else {
            let (part, behind) = behind.split_at_checked(len)?;
            self.rest = behind;
            std::str::from_utf8(part).ok()
        };
        let part = part.unwrap_or_default();
        Some(if kind == NAME { SamplePart::Name(part) } else { SamplePart::Value(part) })
    }
}

impl PartialEq for SampleText {
    fn eq(&self, other: &SampleText) -> bool {
        self.bytes() == other.bytes()
    }
}

impl Eq for SampleText {}

impl fmt::Debug for SampleText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SampleText").field("fields", &self.fields()).field("raw", &self.raw()).finish()
    }
}

/// Where `text` stands in a record. Records are short: what is searched for is compared at every place of its first
/// byte, which takes less than preparing a search; only in a long record, where that could take long, is one prepared.
fn find(record: &[u8], text: &[u8]) -> Option<usize> {
    const LONG: usize = 1 << 9;
    let first = text.first().filter(|_| record.len() <= LONG);
    let Some(first) = first else { return memchr::memmem::find(record, text) };
    memchr::memchr_iter(*first, record).find(|at| record.get(*at..).is_some_and(|rest| rest.starts_with(text)))
}

/// Writes what an event said, the record first.
#[derive(Debug, Default)]
pub(crate) struct SampleWriter {
    bytes: Vec<u8>,
    /// Where the event begins.
    start: usize,
    /// Where the record stands.
    raw: (usize, usize),
}

impl SampleWriter {
    /// Begins with the record, if it is to be kept.
    pub(crate) fn new(raw: Option<&str>) -> SampleWriter {
        SampleWriter::behind(Vec::new(), raw)
    }

    /// The same, behind what was written of other events.
    pub(crate) fn behind(bytes: Vec<u8>, raw: Option<&str>) -> SampleWriter {
        let mut writer = SampleWriter { start: bytes.len(), bytes, raw: (0, 0) };
        writer.number(raw.map_or(0, |raw| raw.len() as u64 + 1));
        let start = writer.bytes.len();
        writer.bytes.extend_from_slice(raw.unwrap_or_default().as_bytes());
        writer.raw = (start, writer.bytes.len());
        writer
    }

    /// Bytes written so far.
    pub(crate) fn len(&self) -> usize {
        self.bytes.len() - self.start
    }

    /// The name of a field; its values follow.
    pub(crate) fn name(&mut self, name: &str) {
        self.part(NAME, name);
    }

    /// A value of the field.
    pub(crate) fn value(&mut self, value: &str) {
        let raw = self.bytes.get(self.raw.0..self.raw.1).unwrap_or_default();
        let at = if value.len() < SHORT { None } else { find(raw, value.as_bytes()) };
        match at {
            Some(at) => {
                self.number((value.len() as u64) << KIND_BITS | IN_RAW);
                self.number(at as u64);
            }
            None => self.part(VALUE, value),
        }
    }

    /// What was written, in memory of its own.
    pub(crate) fn text(&self) -> SampleText {
        SampleText::own(self.bytes.get(self.start..).unwrap_or_default())
    }

    /// All that was written, that of other events too.
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    fn part(&mut self, kind: u64, text: &str) {
        self.number((text.len() as u64) << KIND_BITS | kind);
        self.bytes.extend_from_slice(text.as_bytes());
    }

    /// Seven bits a byte, the low ones first.
    fn number(&mut self, mut n: u64) {
        while n >= 0x80 {
            self.bytes.push((n & 0x7f) as u8 | 0x80);
            n >>= 7;
        }
        self.bytes.push(n as u8);
    }
}

/// The record and what follows it; nothing when nothing was kept.
fn split(bytes: &[u8]) -> Option<(Option<&str>, &[u8])> {
    let (len, rest) = number(bytes)?;
    let Some(len) = len.checked_sub(1) else { return Some((None, rest)) };
    let (raw, rest) = rest.split_at_checked(usize::try_from(len).ok()?)?;
    Some((std::str::from_utf8(raw).ok(), rest))
}

fn number(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut n = 0_u64;
    for (at, byte) in bytes.iter().enumerate().take(9) {
        n |= u64::from(byte & 0x7f) << (7 * at);
        if *byte < 0x80 {
            return Some((n, bytes.get(at + 1..)?));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    fn written(raw: Option<&str>, fields: &[(String, Vec<String>)]) -> SampleText {
        let mut writer = SampleWriter::new(raw);
        for (name, values) in fields {
            writer.name(name);
            for value in values {
                writer.value(value);
            }
        }
        writer.text()
    }

    fn read(text: &SampleText) -> (Option<String>, Vec<(String, Vec<String>)>) {
        let owned = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect();
        let fields = text.fields().iter().map(|(name, values)| ((*name).to_owned(), owned(values))).collect();
        (text.raw().map(str::to_owned), fields)
    }

    proptest! {
        #[test]
        fn what_was_written_is_read(
            raw in proptest::option::of("(ab|é|[a-d]| ){0,90}"),
            fields in vec(("[a-c]{0,3}", vec("([a-d]|é| ){0,200}", 0..4)), 0..5),
        ) {
            let text = written(raw.as_deref(), &fields);
            prop_assert_eq!(read(&text), (raw, fields));
        }

        #[test]
        fn any_bytes_can_be_looked_at(bytes in vec(any::<u8>(), 0..60)) {
            let text = SampleText { end: bytes.len() as u32, shared: bytes.into(), start: 0 };
            let _looked = (text.raw(), text.fields());
        }
    }

    #[test]
    fn values_of_the_record_are_not_kept_twice() {
        let value = "x".repeat(300);
        let fields = [("field".to_owned(), vec![value.clone(), value.clone()])];
        let text = written(Some(&format!("<{value}>")), &fields);
        assert!(text.bytes().len() < 330, "{}", text.bytes().len());
        assert_eq!(read(&text).1, fields);
    }

    #[test]
    fn nothing_kept_is_neither_fields_nor_record() {
        assert_eq!(read(&SampleText::none()), (None, Vec::new()));
        let blanked = written(Some("token=[REDACTED] x"), &[]);
        assert!(!SampleText::none().is_redacted() && !written(Some("axb"), &[]).is_redacted() && blanked.is_redacted());
    }
}
