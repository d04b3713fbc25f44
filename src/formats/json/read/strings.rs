//! Strings, and the objects some of them hold.

use super::{Place, Quoted, Reader, Slot};
use crate::model::{Region, Span, Value, escape, limits};
use std::mem;

/// Whether strings that hold an object are read for its fields too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Strings {
    Open,
    Leave,
}

/// Members that hold the record of another service as a string: events `CloudTrail` finds again, exports of Microsoft 365.
const WRAPPERS: [&str; 2] = ["CloudTrailEvent", "AuditData"];

impl Reader<'_> {
    /// Pushes a string, and what it holds.
    pub(super) fn text_value(&mut self, quoted: &Quoted, slot: Slot) {
        let inside = self.text.get(quoted.start..quoted.end).unwrap_or("");
        if !quoted.escaped {
            if let Some(field) = slot.field {
                self.push(field, slot, Value::Text(self.place.span(quoted.start, quoted.end)));
            }
            return;
        }
        // An object that is not empty has quotes, and quotes need escapes: looking here is enough.
        let holds_object =
            self.strings == Strings::Open && inside.starts_with('{') && inside.len() <= limits::JSON_IN_STRING;
        if slot.field.is_none() && !holds_object {
            self.repaired |= escape::needs_repair(inside);
            return;
        }
        let start = self.scratch.text.len();
        self.repaired |= escape::unescape(inside, &mut self.scratch.text);
        let span = self.scratch.since(start);
        if let Some(field) = slot.field {
            self.push(field, slot, Value::Text(span));
        }
        if holds_object && !self.open_string(span, slot) && slot.field.is_none() {
            self.scratch.text.truncate(start);
        }
    }

    /// Reads the object a string holds, under the string's name, and gives whether that pushed anything. What only wraps
    /// the record of somebody else is read as if it stood in its place, too.
    pub(super) fn open_string(&mut self, span: Span, slot: Slot) -> bool {
        let is_wrapper = WRAPPERS.contains(&self.scratch.path.as_str());
        // This takes the name off the path.
        let is_opened = self.open_string_as(span, slot);
        (is_wrapper && self.open_string_as(span, Slot::default())) || is_opened
    }

    fn open_string_as(&mut self, span: Span, mut slot: Slot) -> bool {
        let mut inner = mem::take(&mut self.scratch.inner);
        inner.clear();
        let (start, len) = (span.start as usize, span.len as usize);
        inner.push_str(self.scratch.text.get(start..start + len).unwrap_or(""));
        let (path, entries) = (self.scratch.path.len(), self.scratch.entries.len());
        if path > 0 {
            self.step_into(&mut slot);
        }
        let place = Place { region: Region::Scratch, start: span.start };
        let mut reader = Reader::new(&inner, 0, place, &mut *self.scratch, self.table);
        reader.spent = self.spent;
        // The string has its own entry under this name already.
        let root = Slot { field: None, ..slot };
        let whole = reader.object(root).is_ok() && inner.get(reader.at..).is_some_and(|rest| rest.trim().is_empty());
        self.spent = reader.spent;
        if !whole {
            self.scratch.entries.truncate(entries);
        }
        self.scratch.path.truncate(path);
        self.scratch.inner = inner;
        self.scratch.entries.len() > entries
    }
}
