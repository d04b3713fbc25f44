//! Cuts a table into blocks of whole rows, and carries the column names along.

use super::decode::{Columns, Rows};
use super::rows::{BOM, Row, RowKind, RowScan};
use crate::formats::Cutter;
use crate::model::{Block, Carry, limits};
use std::mem;
use std::sync::Arc;

pub(super) struct CsvCutter {
    scan: RowScan,
    delimiter: u8,
    /// The columns, and the line that named them.
    header: Option<(Arc<Columns>, Vec<u8>)>,
    /// Whether the rows are over, and what follows them is told.
    is_over: bool,
    rows: Vec<Row>,
    /// The beginning of a line that is too long, and how many bytes of it were dropped.
    long: Option<(Vec<u8>, u64)>,
}

impl CsvCutter {
    pub(super) fn new(delimiter: u8) -> CsvCutter {
        CsvCutter {
            scan: RowScan::new(delimiter),
            delimiter,
            header: None,
            is_over: false,
            rows: Vec::new(),
            long: None,
        }
    }

    /// Whether a row is the header, stands before it, or stands behind the last row.
    fn is_header(&mut self, row: &[u8]) -> bool {
        if let Some((_, header)) = &self.header {
            // Tables that were put one behind the other.
            let again = header == row;
            self.is_over = !again && (self.is_over || super::is_trailer(header, row));
            return again || self.is_over;
        }
        if !super::is_preamble(row) {
            let columns = Columns::read(&String::from_utf8_lossy(row), self.delimiter);
            self.header = Some((Arc::new(columns), row.to_vec()));
        }
        true
    }

    /// Takes `len` bytes and the rows in them off the front.
    fn block(&mut self, pending: &mut Vec<u8>, len: usize) -> Block {
        let rest = pending.split_off(len);
        let bytes = mem::replace(pending, rest);
        self.scan.forget(len);
        self.block_of(bytes)
    }

    fn block_of(&mut self, bytes: Vec<u8>) -> Block {
        let columns = self.header.as_ref().map(|(columns, _)| Arc::clone(columns)).unwrap_or_default();
        Block {
            line_count: memchr::memchr_iter(b'\n', &bytes).count() as u64,
            input_bytes: bytes.len() as u64,
            carry: Carry::new(Rows { columns, rows: mem::take(&mut self.rows) }),
            bytes,
            ..Block::default()
        }
    }

    /// Goes on in a line that is too long: drops what comes up to its end, and gives it then.
    fn rest_of_line(&mut self, pending: &mut Vec<u8>, end: bool) -> Option<Block> {
        let (_, dropped) = self.long.as_mut()?;
        let line_end = memchr::memchr(b'\n', pending);
        let len = line_end.map_or(pending.len(), |at| at + 1);
        pending.drain(..len);
        *dropped += len as u64;
        if line_end.is_none() && !end {
            return None;
        }
        let (bytes, dropped) = self.long.take()?;
        let range = if bytes.starts_with(BOM) { BOM.len()..bytes.len() } else { 0..bytes.len() };
        let kind = if self.header.is_none() && self.is_header(&bytes) { RowKind::Header } else { RowKind::TooLong };
        self.rows.push(Row { range, kind });
        let mut block = self.block_of(bytes);
        block.line_count += u64::from(line_end.is_some());
        block.input_bytes += dropped;
        block.truncated = true;
        self.scan = RowScan::new(self.delimiter);
        Some(block)
    }
}

impl Cutter for CsvCutter {
    fn cut(&mut self, pending: &mut Vec<u8>, target: usize, end: bool) -> Option<Block> {
        if self.long.is_some() {
            return self.rest_of_line(pending, end);
        }
        while let Some(mut row) = self.scan.next(pending, end) {
            if row.kind == RowKind::TooLong {
                let before = (row.range.start > 0).then(|| {
                    let rest = pending.split_off(row.range.start);
                    self.block_of(mem::replace(pending, rest))
                });
                let rest = pending.split_off(limits::LINE);
                self.long = Some((mem::replace(pending, rest), 0));
                return before.or_else(|| self.rest_of_line(pending, end));
            }
            if row.kind == RowKind::Cells && self.is_header(pending.get(row.range.clone()).unwrap_or_default()) {
                row.kind = RowKind::Header;
            }
            self.rows.push(row);
            if self.scan.done() >= target {
                return Some(self.block(pending, self.scan.done()));
            }
        }
        let done = if end { pending.len() } else { self.scan.done() };
        (done > 0 && (end || pending.len() >= target)).then(|| self.block(pending, done))
    }
}
