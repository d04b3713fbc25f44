//! Reads rows: cells without quotes are spans of the block, others go through `csv-core`.

use super::rows::{Row, RowKind};
use crate::formats::text::Pieces;
use crate::formats::{Decoded, Decoder, Refused, json};
use crate::model::{
    Block, Entry, Event, FieldTable, FormatId, Layout, Marks, Named, Origin, Region, Regions, Scratch, Seen, Span,
    Stamp, TagSet, Value,
};
use csv_core::{ReadRecordResult, Reader, ReaderBuilder, Terminator};
use std::ops::Range;
use std::sync::Arc;

/// The columns of a table.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Columns {
    /// All names, one behind the other.
    text: String,
    names: Vec<Range<usize>>,
}

impl Columns {
    /// Reads a header. A column without a name is called by its number.
    pub(super) fn read(header: &str, delimiter: u8) -> Columns {
        let mut columns = Columns::default();
        let mut cells = Cells::new(delimiter);
        let mut text = String::new();
        for (n, cell) in (1_usize..).zip(cells.split(header, &mut text)) {
            let name = match cell {
                Cell::Row(range) => header.get(range),
                Cell::Unquoted(range) => text.get(range),
            };
            let start = columns.text.len();
            if let Some(name) = name.map(str::trim).filter(|name| !name.is_empty()) {
                columns.text.push_str(name);
            } else {
                columns.text.push_str("column");
                columns.text.push_str(&n.to_string());
            }
            columns.names.push(start..columns.text.len());
        }
        columns
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().filter_map(|name| self.text.get(name.clone()))
    }
}

/// What travels with a block.
pub(super) struct Rows {
    pub(super) columns: Arc<Columns>,
    pub(super) rows: Vec<Row>,
}

pub(super) struct CsvDecoder {
    pub(super) format: FormatId,
    pub(super) table: Arc<FieldTable>,
    pub(super) delimiter: u8,
}

/// Where a cell stands.
enum Cell {
    /// In the row.
    Row(Range<usize>),
    /// In the text its quotes were taken off into.
    Unquoted(Range<usize>),
}

/// Splits rows; keeps what `csv-core` needs between them.
struct Cells {
    delimiter: u8,
    reader: Option<Box<Reader>>,
    output: Vec<u8>,
    ends: Vec<usize>,
    split: Vec<Cell>,
}

impl Cells {
    fn new(delimiter: u8) -> Cells {
        Cells { delimiter, reader: None, output: Vec::new(), ends: Vec::new(), split: Vec::new() }
    }

    /// The cells of a row. Text of quoted rows is appended to `text`.
    fn split(&mut self, row: &str, text: &mut String) -> std::vec::Drain<'_, Cell> {
        if memchr::memchr(b'"', row.as_bytes()).is_some() {
            self.unquote(row, text);
        } else {
            let mut start = 0;
            for end in memchr::memchr_iter(self.delimiter, row.as_bytes()).chain([row.len()]) {
                self.split.push(Cell::Row(start..end));
                start = end + 1;
            }
        }
        self.split.drain(..)
    }

    fn unquote(&mut self, row: &str, text: &mut String) {
        let reader = self.reader.get_or_insert_with(|| {
            // Rows are cut already, so that nothing in them ends one.
            let terminator = Terminator::Any(b'\n');
            Box::new(ReaderBuilder::new().delimiter(self.delimiter).terminator(terminator).build())
        });
        reader.reset();
        // Taking quotes off never lengthens a row, and a cell takes a delimiter.
        self.output.resize(row.len(), 0);
        self.ends.resize(memchr::memchr_iter(self.delimiter, row.as_bytes()).count() + 1, 0);
        let (mut input, mut written, mut cells) = (row.as_bytes(), 0, 0);
        loop {
            let output = self.output.get_mut(written..).unwrap_or_default();
            let ends = self.ends.get_mut(cells..).unwrap_or_default();
            let (result, read, wrote, ended) = reader.read_record(input, output, ends);
            // Empty input means the end to the reader: it follows when all is read.
            input = input.get(read..).unwrap_or_default();
            (written, cells) = (written + wrote, cells + ended);
            if result != ReadRecordResult::InputEmpty {
                break;
            }
        }
        let unquoted = self.output.get(..written).and_then(|bytes| std::str::from_utf8(bytes).ok());
        let base = text.len();
        text.push_str(unquoted.expect("only ASCII was taken out of UTF-8"));
        let mut start = base;
        for end in self.ends.iter().take(cells).map(|end| base + end) {
            self.split.push(Cell::Unquoted(start..end));
            start = end;
        }
    }
}

impl Decoder for CsvDecoder {
    fn decode(&self, block: &Block, scratch: &mut Scratch, sink: &mut dyn FnMut(Decoded<'_, '_>)) {
        let Some(Rows { columns, rows }) = block.carry.get::<Rows>() else { return };
        let wanted: Vec<Option<Named>> = columns.names().map(|name| scratch.names.find(&self.table, name)).collect();
        let pieces = Pieces::new(&block.bytes);
        let mut cells = Cells::new(self.delimiter);
        let (mut line, mut counted, mut index) = (0, 0, 0);
        for row in rows {
            line += pieces.line_feeds(counted..row.range.start);
            counted = row.range.start;
            let lines = pieces.line_feeds(row.range.clone()).saturating_add(1);
            let origin = Origin { source: block.source, block: block.number, index, line, column: Some(0) };
            let cleaned = pieces.get(row.range.clone());
            let text = &*cleaned.text;
            match row.kind {
                RowKind::Header => sink(Decoded::Header(lines)),
                RowKind::Blank => sink(Decoded::Blank(lines)),
                RowKind::Unclosed(at) => {
                    let why = Refused { expected: "a closing quote", at };
                    sink(Decoded::Refused { why, line, lines, text });
                    index += 1;
                }
                RowKind::Cells | RowKind::TooLong => {
                    scratch.reset();
                    self.push_cells(text, columns, &wanted, &mut cells, scratch);
                    let mut event = Event {
                        origin,
                        lines,
                        format: self.format,
                        payload: None,
                        raw: text.into(),
                        header_time: Stamp::default(),
                        time: Stamp::default(),
                        marks: Marks {
                            repaired: cleaned.is_repaired(0, text.len()),
                            truncated: row.kind == RowKind::TooLong,
                        },
                        entries: &scratch.entries,
                        regions: Regions { fixed: &columns.text, ..scratch.regions(text) },
                        tags: TagSet::default(),
                        seen: Seen::default(),
                        layout: Layout::UNKNOWN,
                    };
                    sink(Decoded::Event(&mut event));
                    index += 1;
                }
            }
        }
    }
}

impl CsvDecoder {
    fn push_cells(
        &self,
        row: &str,
        columns: &Columns,
        wanted: &[Option<Named>],
        cells: &mut Cells,
        scratch: &mut Scratch,
    ) {
        let span = |region, range: Range<usize>| Span { region, start: offset(range.start), len: offset(range.len()) };
        let mut text = std::mem::take(&mut scratch.text);
        let cells = cells.split(row, &mut text);
        scratch.text = text;
        for (n, cell) in cells.enumerate() {
            let (field, name) = if let (Some(field), Some(name)) = (wanted.get(n), columns.names.get(n)) {
                (*field, span(Region::Fixed, name.clone()))
            } else {
                // More cells than names.
                let name = format!("extra{}", n + 1 - wanted.len());
                (scratch.names.find(&self.table, &name), scratch.keep(&name))
            };
            let value = match cell {
                Cell::Row(range) => span(Region::Block, range),
                Cell::Unquoted(range) => span(Region::Scratch, range),
            };
            if let Some(Named { field, spelling }) = field {
                scratch.entries.push(Entry { field, spelling, name, shape: 0, part: 0, value: Value::Text(value) });
            }
            // An object has quotes, so its cell had, too. (AuditData of Microsoft 365.)
            if let (Region::Scratch, Some(name)) = (value.region, columns.names.get(n)) {
                let name = columns.text.get(name.clone()).unwrap_or("");
                json::object_in(value, name, scratch, &self.table);
            }
        }
    }
}

/// Offsets in a row, a header or the scratch of one row: far below 4 GiB (`limits`).
fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
