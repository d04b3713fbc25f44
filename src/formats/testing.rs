//! Helpers of this room's tests: reads records the way `scan` does and makes them comparable.

use super::{ReadRecord, Record, Refused, YearTrack};
use crate::model::stamp::Zone;
use crate::model::{Datum, Entry, FieldTable, Regions, Scratch, Stamp, Value};

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
pub(crate) fn read_with(read: ReadRecord, table: &FieldTable, text: &str) -> Read {
    let (mut scratch, zone, mut year) = (Scratch::default(), Zone::default(), YearTrack::default());
    let mut record = Record {
        text,
        start: 0,
        scratch: &mut scratch,
        table,
        zone: &zone,
        year: &mut year,
        time: Stamp::default(),
        payload: None,
        repaired: false,
    };
    let refused = read(&mut record).err();
    let repaired = record.repaired;
    let regions = Regions { block: text, scratch: &scratch.text, fixed: "" };
    Read { fields: fields(&scratch.entries, &regions), repaired, refused, ..Read::default() }
}
