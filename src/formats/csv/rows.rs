//! Where the rows of a table stand in its bytes, piece by piece (RFC 4180).
//!
//! A quote opens only at the start of a cell. Once a quoted cell has gone on to another line it must be
//! closed properly: by a quote with a delimiter or a line end behind it, within the limits. If it is not,
//! its quote counts as never closed: the line it stands in is broken, and rows start anew behind it.

use crate::model::limits;
use std::ops::Range;

/// A row, or what stands in the place of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Row {
    /// Its bytes, without the line end.
    pub(super) range: Range<usize>,
    pub(super) kind: RowKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RowKind {
    Cells,
    /// The column names, again or for the first time, and lines before them.
    Header,
    Blank,
    /// The quote at this offset of the row is never closed.
    Unclosed(u32),
    /// The line is longer than the limit and has not ended yet.
    TooLong,
}

/// A byte order mark in UTF-8.
pub(super) const BOM: &[u8] = "\u{feff}".as_bytes();

/// Finds rows.
#[derive(Clone, Debug)]
pub(super) struct RowScan {
    delimiter: u8,
    /// Where the row being read starts.
    start: usize,
    /// The cursor.
    at: usize,
    /// The open quote.
    quote: Option<usize>,
    /// The first line end inside quotes, and whether there was one since the open quote.
    first_break: Option<usize>,
    broken_since: bool,
    breaks: usize,
}

impl RowScan {
    pub(super) fn new(delimiter: u8) -> RowScan {
        RowScan { delimiter, start: 0, at: 0, quote: None, first_break: None, broken_since: false, breaks: 0 }
    }

    /// The next row; `None` when more input is needed.
    pub(super) fn next(&mut self, bytes: &[u8], end: bool) -> Option<Row> {
        loop {
            let rest = bytes.get(self.at..).unwrap_or_default();
            let found = memchr::memchr2(b'\n', b'"', rest).map(|stop| self.at + stop);
            let reached = found.unwrap_or(bytes.len());
            if reached - self.start > limits::LINE.min(limits::CSV_ROW_BYTES) {
                return Some(if self.first_break.is_some() { self.unclosed(bytes) } else { self.too_long(reached) });
            }
            let Some(stop) = found else {
                self.at = bytes.len();
                return if end { self.last(bytes) } else { None };
            };
            match (bytes.get(stop), self.quote) {
                (Some(b'\n'), None) => return Some(self.row(bytes, stop, stop + 1)),
                (Some(b'\n'), Some(_)) => {
                    self.first_break.get_or_insert(stop);
                    self.broken_since = true;
                    self.breaks += 1;
                    self.at = stop + 1;
                    if self.breaks >= limits::CSV_ROW_LINES {
                        return Some(self.unclosed(bytes));
                    }
                }
                (_, None) => {
                    let opens = self.starts_cell(bytes, stop);
                    (self.quote, self.broken_since) = (opens.then_some(stop), false);
                    self.at = stop + 1;
                }
                (_, Some(_)) => match bytes.get(stop + 1) {
                    None if !end => {
                        self.at = stop;
                        return None;
                    }
                    Some(b'"') => self.at = stop + 2,
                    Some(next) if self.broken_since && !self.ends_cell(*next) => return Some(self.unclosed(bytes)),
                    _ => {
                        self.quote = None;
                        self.at = stop + 1;
                    }
                },
            }
        }
    }

    /// Where the row being read starts: what stands before it may go.
    pub(super) fn done(&self) -> usize {
        self.start
    }

    /// `count` bytes were taken off the front, none of them of the row being read.
    pub(super) fn forget(&mut self, count: usize) {
        self.start -= count;
        self.at -= count;
        self.quote = self.quote.map(|at| at - count);
        self.first_break = self.first_break.map(|at| at - count);
    }

    fn starts_cell(&self, bytes: &[u8], at: usize) -> bool {
        let before = bytes.get(self.start..at).unwrap_or_default();
        before.is_empty() || before == BOM || before.last() == Some(&self.delimiter)
    }

    fn ends_cell(&self, byte: u8) -> bool {
        byte == self.delimiter || byte == b'\n' || byte == b'\r'
    }

    /// What is left at the end of the input.
    fn last(&mut self, bytes: &[u8]) -> Option<Row> {
        if self.start == bytes.len() {
            return None;
        }
        Some(if self.quote.is_some() { self.unclosed(bytes) } else { self.row(bytes, bytes.len(), bytes.len()) })
    }

    fn row(&mut self, bytes: &[u8], end: usize, next: usize) -> Row {
        let mut range = self.start..end;
        let row = bytes.get(range.clone()).unwrap_or_default();
        if row.starts_with(BOM) {
            range.start += BOM.len();
        }
        if row.ends_with(b"\r") {
            range.end -= 1;
        }
        let is_blank = row.iter().all(|b| b.is_ascii_whitespace() || *b == 0) || range.is_empty();
        self.restart(next);
        Row { range, kind: if is_blank { RowKind::Blank } else { RowKind::Cells } }
    }

    fn unclosed(&mut self, bytes: &[u8]) -> Row {
        let end = self.first_break.unwrap_or(bytes.len());
        let quote = self.quote.map_or(0, |at| at - self.start);
        let range = self.start..end;
        self.restart((end + 1).min(bytes.len()));
        Row { range, kind: RowKind::Unclosed(u32::try_from(quote).unwrap_or(u32::MAX)) }
    }

    /// The caller skips to the end of the line.
    fn too_long(&mut self, reached: usize) -> Row {
        let range = self.start..self.start + limits::LINE;
        self.restart(reached);
        Row { range, kind: RowKind::TooLong }
    }

    fn restart(&mut self, at: usize) {
        *self = RowScan { start: at, at, ..RowScan::new(self.delimiter) };
    }
}

/// How many cells a row has.
pub(super) fn count_cells(row: &str, delimiter: u8) -> usize {
    let (mut quoted, mut starts, mut cells) = (false, true, 1);
    for byte in row.bytes() {
        match byte {
            b'"' if quoted || starts => quoted = !quoted,
            _ if byte == delimiter && !quoted => cells += 1,
            _ => {}
        }
        // A quote behind a closing one is an escaped one: it opens the cell again.
        starts = byte == delimiter || byte == b'"';
    }
    cells
}
