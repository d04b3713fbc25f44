//! How readers of one record give their fields: texts of the record become spans, anything else is copied.

use super::{Record, YearTrack, years};
use crate::model::stamp::{Yearless, Zone};
use crate::model::{FieldTable, Region, Scratch, Span, Stamp, Value};

impl<'a> Record<'a> {
    /// A record about to be read, whose text stands at `start` of the block's.
    pub(crate) fn new(
        text: &'a str,
        start: u32,
        scratch: &'a mut Scratch,
        table: &'a FieldTable,
        zone: &'a Zone,
        year: &'a mut YearTrack,
    ) -> Record<'a> {
        let (years, time) = (&years::NOTHING, Stamp::default());
        Record { text, start, scratch, table, zone, year, years, time, payload: None, repaired: false }
    }

    /// Adds a text. A piece of the record's own text costs no copy.
    pub(crate) fn push(&mut self, name: &str, text: &str) {
        let value = Value::Text(self.span(text));
        self.scratch.push(self.table, name, value);
    }

    /// Adds a value that is written as `text`.
    pub(crate) fn push_value(&mut self, name: &str, text: &str, kind: fn(Span) -> Value) {
        let value = kind(self.span(text));
        self.scratch.push(self.table, name, value);
    }

    /// Adds a text if there is one.
    pub(crate) fn push_some(&mut self, name: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.push(name, text);
        }
    }

    /// Where `text` stands: beside the record's own text, if it is a piece of it, else in scratch after a copy.
    pub(crate) fn span(&mut self, text: &str) -> Span {
        let (outer, inner) = (self.text.as_bytes().as_ptr_range(), text.as_bytes().as_ptr_range());
        if outer.start <= inner.start && inner.end <= outer.end {
            let at = inner.start.addr() - outer.start.addr();
            // Offsets of one block: the line cutter keeps blocks far below 4 GiB.
            if let (Ok(at), Ok(len)) = (u32::try_from(at), u32::try_from(text.len())) {
                return Span { region: self.scratch.within, start: self.start.saturating_add(at), len };
            }
        }
        self.scratch.keep(text)
    }

    /// The text of a span, while the record is being read.
    pub(crate) fn written(&self, span: Span) -> &str {
        let (text, start) = match span.region {
            Region::Block => (self.text, span.start.checked_sub(self.start)),
            Region::Scratch => (self.scratch.text.as_str(), Some(span.start)),
            Region::Fixed => ("", None),
            Region::Names => (self.scratch.members.paths(), Some(span.start)),
        };
        let piece = start.and_then(|start| text.get(start as usize..(start as usize).checked_add(span.len as usize)?));
        piece.unwrap_or_default()
    }

    /// The stamp of a record whose header names no year: the year the input has reached, moved on
    /// when this stamp shows that a new year began.
    pub(crate) fn yearless(&mut self, yearless: Yearless) -> Stamp {
        match self.year.follow(yearless, self.years) {
            Some(year) => yearless.in_year(year, self.zone),
            None => Stamp::default(),
        }
    }
}
