//! Which names the fields of a record have.
//!
//! Logs repeat the shape of their records: what follows from names alone, without a look at any value, is worked out
//! once a layout. Numbers are one worker's own and mean nothing to another; no output depends on them.

use super::event::Entry;
use super::hash::QuickMap;
use super::limits;

/// The names of a record's fields, as spelled and in order, by a number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Layout(u32);

impl Layout {
    /// Of a record whose names nobody numbered.
    pub(crate) const UNKNOWN: Layout = Layout(0);

    /// A place in a list by layouts.
    pub(crate) fn place(self) -> Option<usize> {
        (self.0 as usize).checked_sub(1)
    }
}

/// The layouts a worker has met.
#[derive(Debug, Default)]
pub(crate) struct Layouts {
    known: QuickMap<Box<[u64]>, Layout>,
    /// Of the record before: neighbours are often of a kind.
    names: Vec<u64>,
    last: Option<Layout>,
}

impl Layouts {
    /// The layout of a record with these fields.
    pub(crate) fn of(&mut self, entries: &[Entry]) -> Layout {
        if entries.len() > limits::LAYOUT_FIELDS {
            return Layout::UNKNOWN;
        }
        let is_same = |(entry, name): (&Entry, &u64)| entry.spelled() == *name;
        let is_last = self.names.len() == entries.len() && entries.iter().zip(&self.names).all(is_same);
        if let Some(last) = self.last.filter(|_| is_last) {
            return last;
        }
        self.names.clear();
        self.names.extend(entries.iter().map(Entry::spelled));
        let is_known = entries.iter().all(|entry| entry.spelling != 0);
        let layout = if is_known { self.find() } else { Layout::UNKNOWN };
        self.last = Some(layout);
        layout
    }

    fn find(&mut self) -> Layout {
        if let Some(layout) = self.known.get(self.names.as_slice()) {
            return *layout;
        }
        match u32::try_from(self.known.len()) {
            Ok(count) if self.known.len() < limits::LAYOUTS => {
                let layout = Layout(count + 1);
                self.known.insert(self.names.as_slice().into(), layout);
                layout
            }
            _ => Layout::UNKNOWN,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{FieldId, Span, Value};

    fn entry(spelling: u32, shape: u16, part: u16) -> Entry {
        Entry {
            field: if part < 9 { FieldId(7) } else { FieldId::OTHER },
            spelling,
            name: Span::default(),
            shape,
            part,
            value: Value::Null,
        }
    }

    #[test]
    fn a_layout_is_told_by_every_name_and_their_order() {
        let mut layouts = Layouts::default();
        let records = [
            vec![],
            vec![entry(1, 0, 0)],
            vec![entry(2, 0, 0)],
            vec![entry(1, 1, 0)],
            vec![entry(1, 0, 1)],
            vec![entry(1, 0, 9)],
            vec![Entry { field: FieldId(7), ..entry(1, 0, 9) }],
            vec![entry(1, 0, 0), entry(2, 0, 0)],
            vec![entry(2, 0, 0), entry(1, 0, 0)],
        ];
        let first: Vec<Layout> = records.iter().map(|record| layouts.of(record)).collect();
        let places: Vec<Option<usize>> = first.iter().map(|layout| layout.place()).collect();
        assert_eq!(places, (0..records.len()).map(Some).collect::<Vec<_>>());
        assert_eq!(records.iter().map(|record| layouts.of(record)).collect::<Vec<_>>(), first);
    }

    #[test]
    fn what_has_no_number_or_is_one_too_many_is_unknown() {
        let mut layouts = Layouts::default();
        for _ in 0..2 {
            assert_eq!(layouts.of(&[entry(1, 0, 0), entry(0, 0, 0)]), Layout::UNKNOWN);
        }
        assert_eq!(layouts.of(&vec![entry(1, 0, 0); limits::LAYOUT_FIELDS + 1]), Layout::UNKNOWN);
        let numbers = 1..=u32::try_from(limits::LAYOUTS).expect("a small number");
        assert!(numbers.clone().all(|n| layouts.of(&[entry(n, 0, 0)]).place().is_some()));
        assert_eq!(layouts.of(&[entry(u32::MAX, 0, 0)]), Layout::UNKNOWN);
        assert!(layouts.of(&[entry(1, 0, 0)]).place().is_some());
    }
}
