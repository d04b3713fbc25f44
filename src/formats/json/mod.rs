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

pub(crate) mod bare;
pub(crate) mod document;
mod escape;
mod frames;
mod read;
pub(crate) mod scan;
pub(crate) mod shape;
mod token;

use super::{Record, Refused};
use crate::model::{FieldTable, Region, Regions, Scratch, Span, limits};
use read::{Place, Strings};

/// Names of the member that holds the records of a document.
pub(crate) const ENVELOPES: [&str; 8] = ["Records", "records", "value", "events", "logs", "hits", "data", "items"];

/// Reads the object that starts at byte `from` of the record's text, pushes its fields, and gives where
/// it ends. When it is refused, nothing stays pushed.
pub(crate) fn object_at(record: &mut Record<'_>, from: usize) -> Result<usize, Refused> {
    read_at(record, from, Strings::Open)
}

/// As [`object_at`], but strings stay strings, whatever they hold.
pub(crate) fn bare_object_at(record: &mut Record<'_>, from: usize) -> Result<usize, Refused> {
    read_at(record, from, Strings::Leave)
}

fn read_at(record: &mut Record<'_>, from: usize, strings: Strings) -> Result<usize, Refused> {
    let place = Place { region: Region::Block, start: record.start };
    let (end, repaired) = read::object(record.text, from, place, strings, record.scratch, record.table)?;
    record.repaired |= repaired;
    Ok(end)
}

/// Where the text of a field, which lies in the scratch region, is one whole object: reads its members
/// too, under the field's name.
pub(crate) fn object_in(span: Span, name: &str, scratch: &mut Scratch, table: &FieldTable) {
    let text = Regions { scratch: &scratch.text, ..Regions::default() }.text(span);
    if text.starts_with('{') && text.trim_end().ends_with('}') && text.len() <= limits::JSON_IN_STRING {
        read::object_in(span, name, scratch, table);
    }
}

/// Reads a record that is one object. What stands behind it is cut off, which counts as a repair.
pub(crate) fn read_record(record: &mut Record<'_>) -> Result<(), Refused> {
    let start = record
        .text
        .find(|c: char| !c.is_ascii_whitespace() && !matches!(c, '\0' | '\u{1e}'))
        .unwrap_or(record.text.len());
    let end = object_at(record, start)?;
    record.repaired |= record.text.bytes().skip(end).any(|b| !b.is_ascii_whitespace());
    Ok(())
}

#[cfg(test)]
mod tests;
