//! Helpers of this room's tests and of fuzzing: reads records the way `scan` does and makes them comparable.

use super::{Decoded, Head, ReadOptions, Refused, Sniffed, sniff};
#[cfg(test)]
use super::{ReadRecord, Record, YearTrack};
#[cfg(test)]
use crate::model::stamp::Zone;
use crate::model::{Entry, FieldTable, Regions, Scratch, Value, escape};
use std::sync::Arc;

/// One record as tests compare it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Read {
    /// Name and value of each field.
    pub(crate) fields: Vec<(String, String)>,
    pub(crate) repaired: bool,
    /// Why it was refused.
    pub(crate) refused: Option<Refused>,
    pub(crate) line: u32,
    pub(crate) lines: u32,
    pub(crate) raw: String,
    pub(crate) truncated: bool,
}

#[cfg(test)]
impl Read {
    /// The values of its fields, in order.
    pub(crate) fn values(&self) -> Vec<&str> {
        self.fields.iter().map(|(_, value)| value.as_str()).collect()
    }
}

/// A table that wants every name.
pub(crate) fn everything() -> FieldTable {
    let mut table = FieldTable::default();
    table.keep_everything();
    table
}

/// A value in one line: texts as they are, others in a form no text of the tests has.
pub(crate) fn shown(value: Value, regions: &Regions<'_>) -> String {
    match value {
        Value::Text(span) => regions.text(span).to_owned(),
        Value::Escaped(span) => escape::text(regions.text(span)),
        Value::Number(span) => format!("#{}", regions.text(span)),
        Value::Bool(b) => format!("#{b}"),
        Value::Null => "#null".to_owned(),
        Value::Empty => "#empty".to_owned(),
        Value::Object(span) => format!("#object {}", regions.text(span)),
        Value::NoItems => "#no items".to_owned(),
    }
}

/// Names and values of entries.
pub(crate) fn fields(entries: &[Entry], regions: &Regions<'_>) -> Vec<(String, String)> {
    entries.iter().map(|e| (regions.text(e.name).to_owned(), shown(e.value, regions))).collect()
}

/// Reads one record with a line format's function.
#[cfg(test)]
pub(crate) fn read_with(read: ReadRecord, table: &FieldTable, text: &str) -> Read {
    let mut result = (None, false);
    let entries = read_by(table, text, |record| result = (read(record).err(), record.repaired));
    let fields = entries.into_iter().map(|(name, value, _)| (name, value)).collect();
    Read { fields, repaired: result.1, refused: result.0, ..Read::default() }
}

/// Name, value and shape of everything that is pushed into a record of this text.
#[cfg(test)]
pub(crate) fn read_by(
    table: &FieldTable,
    text: &str,
    read: impl FnOnce(&mut Record<'_>),
) -> Vec<(String, String, u16)> {
    let (mut scratch, zone, mut year) = (Scratch::default(), Zone::default(), YearTrack::default());
    read(&mut Record::new(text, 0, &mut scratch, table, &zone, &mut year));
    let regions = scratch.regions(text);
    let shapes = scratch.entries.iter().map(|entry| entry.shape);
    fields(&scratch.entries, &regions).into_iter().zip(shapes).map(|((n, v), shape)| (n, v, shape)).collect()
}

/// Sniffs an input and reads it whole, in blocks of about `target` bytes.
pub(crate) fn sniff_and_read(bytes: &[u8], target: usize) -> Vec<Read> {
    let cleaned = super::text::Text::clean(bytes);
    read_all(&sniff::sniff(&Head::new(&cleaned.text, true)), bytes, target)
}

/// Reads an input whose format is known, in blocks of about `target` bytes, as it arrives in pieces of
/// that size. Blanks and headers are left out; lines are absolute, counted from 0.
pub(crate) fn read_all(sniffed: &Sniffed, bytes: &[u8], target: usize) -> Vec<Read> {
    let (table, options) = (Arc::new(everything()), ReadOptions::default());
    let (cutter, decoder) = (super::cutter(sniffed, &options), super::decoder(sniffed, &table, &options));
    let (mut cutter, mut pending, mut scratch) = (cutter, Vec::new(), Scratch::default());
    let (mut all, mut line, mut covered) = (Vec::new(), 0, 0);
    let mut pieces = bytes.chunks(target.max(1)).peekable();
    loop {
        pending.extend_from_slice(pieces.next().unwrap_or_default());
        let end = pieces.peek().is_none();
        while let Some(block) = cutter.cut(&mut pending, target, end) {
            decoder.decode(&block, &mut scratch, &mut |decoded| all.extend(keep(decoded, line)));
            line += u32::try_from(block.line_count).expect("small tests");
            covered += block.input_bytes;
        }
        if end {
            break;
        }
    }
    assert_eq!((pending.len(), covered), (0, bytes.len() as u64), "every byte belongs to a block");
    // Binary logs have no lines.
    if super::format(sniffed.format).is_none_or(|row| row.counting != crate::model::Counting::Records) {
        assert_eq!(line as usize, memchr::memchr_iter(b'\n', bytes).count(), "and every line");
    }
    all
}

fn keep(decoded: Decoded<'_, '_>, before: u32) -> Option<Read> {
    match decoded {
        Decoded::Event(event) => Some(Read {
            fields: fields(event.entries, &event.regions),
            repaired: event.marks.repaired,
            refused: None,
            line: before + event.origin.line,
            lines: event.lines,
            raw: event.raw.text().to_owned(),
            truncated: event.marks.truncated,
        }),
        Decoded::Refused { why, line, lines, text } => {
            Some(Read { refused: Some(why), line: before + line, lines, raw: text.to_owned(), ..Read::default() })
        }
        Decoded::Glance(_) | Decoded::Blank(_) | Decoded::Header(_) | Decoded::Damaged(_) => None,
    }
}
