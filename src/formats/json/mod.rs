//! JSON as logs write it (RFC 8259, and what writers make of it): a reader of our own.
//!
//! It takes everything `serde_json` takes, and more: control characters inside strings, half surrogate
//! pairs, backslashes that begin no escape, numbers of any size or form and words that are none (kept
//! as text). Strings must end, brackets must pair, separators must be in place.
//!
//! Nested members are flattened to dotted paths (`userIdentity.arn`); elements of arrays have the name
//! of the array. Objects also keep their text. Of a name that occurs twice both values are kept, in
//! order: a rule may match either. A string that holds an object is kept as a string and read as an
//! object under its name too, one level deep. `{"key": …, "value": …}` lists are left as they are.
//! Depth, values and names of a record are bounded; what goes beyond is refused.

pub(crate) mod bare;
pub(crate) mod frames;
pub(crate) mod member;
mod pairs;
mod read;
pub(crate) mod scan;
pub(crate) mod shape;
mod token;

use super::{Decoder, ReadOptions, Record, Refused, Sniffed, document, inside};
use crate::model::stamp::{self, Zone};
use crate::model::{FieldTable, Scratch, Span, Stamp, Value, limits};
pub(crate) use read::Seen;
use read::{Place, Strings};
use std::ops::Range;
use std::sync::Arc;

/// Names of the member that holds the records of a document.
pub(crate) const ENVELOPES: [&str; 9] =
    ["Records", "records", "value", "events", "Events", "logs", "hits", "data", "items"];

/// The decoder of documents whose records are objects.
pub(crate) fn decoder(sniffed: &Sniffed, table: &Arc<FieldTable>, options: &ReadOptions) -> Box<dyn Decoder> {
    document::decoder(read_record, sniffed, table, options)
}

/// Reads the object that starts at byte `from` of the record's text, pushes its fields, and gives where
/// it ends. When it is refused, nothing stays pushed.
pub(crate) fn object_at(record: &mut Record<'_>, from: usize) -> Result<usize, Refused> {
    Ok(read_at(record, from, Strings::Open)?.0)
}

/// As [`object_at`], but strings stay strings, whatever they hold.
pub(crate) fn bare_object_at(record: &mut Record<'_>, from: usize) -> Result<usize, Refused> {
    Ok(read_at(record, from, Strings::Leave)?.0)
}

/// Reads the object a text begins with both ways, and panics when they differ.
#[cfg(feature = "fuzzing")]
pub(crate) fn read_alike(text: &str) {
    for strings in [Strings::Open, Strings::Leave] {
        read::alike::is_regular(text, 0, strings);
    }
}

fn read_at(record: &mut Record<'_>, from: usize, strings: Strings) -> Result<(usize, Seen), Refused> {
    let place = Place { region: record.scratch.within, start: record.start };
    let (end, repaired, seen) = read::object(record.text, from, place, strings, record.scratch, record.table)?;
    record.repaired |= repaired;
    Ok((end, seen))
}

/// Where the text of a field, which lies in the scratch region, is one whole object: reads its members
/// too, under the field's name.
pub(crate) fn object_in(span: Span, name: &str, scratch: &mut Scratch, table: &FieldTable) {
    let text = scratch.regions("").text(span);
    if text.starts_with('{') && text.trim_end().ends_with('}') && text.len() <= limits::JSON_IN_STRING {
        read::object_in(span, name, scratch, table);
    }
}

/// Reads a record that is one object, and what its members say that hold lines of others.
pub(crate) fn read_record(record: &mut Record<'_>) -> Result<(), Refused> {
    let (_, seen) = read_object(record)?;
    inside::of_object(record, seen);
    Ok(())
}

/// Reads a record that is one object. What stands behind it is cut off, which counts as a repair. Before
/// it may stand what container tools put there: a name and a bar, or a stamp. Gives where the object stands and which
/// telling names it has.
pub(crate) fn read_object(record: &mut Record<'_>) -> Result<(Range<usize>, Seen), Refused> {
    let (prefix, start) = before_object(record.text);
    let stamp = match prefix {
        "" => None,
        prefix => read_prefix(prefix, record.zone)?,
    };
    let (end, seen) = read_at(record, start, Strings::Open)?;
    record.repaired |= record.text.bytes().skip(end).any(|b| !b.is_ascii_whitespace());
    record.time = stamp.unwrap_or(record.time);
    if !prefix.is_empty() {
        let len = u32::try_from(prefix.len()).unwrap_or(0);
        let value = Value::Text(Span { region: record.scratch.within, start: record.start, len });
        record.scratch.push(record.table, "prefix", value);
    }
    Ok((start..end, seen))
}

/// The longest text before an object.
const PREFIX: usize = 64;

/// What stands before the first brace, if it can be a prefix, and where the object starts.
fn before_object(text: &str) -> (&str, usize) {
    let start = text.find(|c: char| !c.is_ascii_whitespace() && !matches!(c, '\0' | '\u{1e}')).unwrap_or(text.len());
    let head = text.as_bytes().get(..text.len().min(PREFIX)).unwrap_or_default();
    match memchr::memchr(b'{', head) {
        Some(brace) if brace > start && start == 0 => (text.get(..brace).unwrap_or("").trim_end(), brace),
        _ => ("", start),
    }
}

/// Whether a line is one object, as far as its brackets tell, perhaps behind a prefix.
pub(crate) fn is_object_line(line: &str) -> bool {
    let (prefix, start) = before_object(line);
    (prefix.is_empty() || read_prefix(prefix, &Zone::default()).is_ok())
        && line.get(start..).is_some_and(|object| shape::is_object(object.trim_end()))
}

/// Reads what stands before an object: the stamp, if it is one, or nothing of a name and a bar
/// (`web-1  |`).
fn read_prefix(prefix: &str, zone: &Zone) -> Result<Option<Stamp>, Refused> {
    if let Some((stamp, _)) = stamp::read_prefix(prefix, zone).filter(|(_, len)| *len == prefix.len()) {
        return Ok(Some(stamp));
    }
    let name = prefix.strip_suffix('|').map(str::trim_end);
    let is_name = |name: &str| name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
    match name {
        Some(name) if !name.is_empty() && is_name(name) => Ok(None),
        _ => Err(Refused { expected: "`{`", at: 0 }),
    }
}

#[cfg(test)]
mod tests;
