//! Objects read both ways, and what came of it compared.

use super::{Place, Seen, Strings, any_object, regular};
use crate::model::{FieldTable, Region, Scratch, Value, escape};

/// What reading pushed, in words: field, name, shape and value of each entry; where it ended, what it found.
type Outcome = Option<(usize, bool, Seen, Vec<String>)>;

fn outcome(
    text: &str,
    from: usize,
    wants_all: bool,
    scratch: &mut Scratch,
    read: impl FnOnce(&mut Scratch, &FieldTable) -> Option<(usize, bool, Seen)>,
) -> Outcome {
    let mut table = FieldTable::default();
    for name in ["a", "a.b", "EventID", "c.d.e"] {
        table.want(name);
    }
    if wants_all {
        table.keep_everything();
    }
    scratch.reset();
    let (end, repaired, seen) = read(scratch, &table)?;
    let regions = scratch.regions(text);
    let shown = |value: Value| match value {
        Value::Text(span) => format!("text {}", regions.text(span)),
        Value::Escaped(span) => format!("text {}", escape::text(regions.text(span))),
        Value::Number(span) => format!("number {}", regions.text(span)),
        Value::Object(span) => format!("object {}", regions.text(span)),
        other => format!("{other:?}"),
    };
    let entries = scratch.entries.iter().map(|entry| {
        format!("{:?} {} {:016b} {}", entry.field, regions.text(entry.name), entry.shape, shown(entry.value))
    });
    let entries = entries.collect();
    assert!(from <= end);
    Some((end, repaired, seen, entries))
}

/// Reads an object both ways; gives whether it is regular. Panics when they differ.
pub(in super::super) fn is_regular(text: &str, from: usize, strings: Strings) -> bool {
    let place = Place { region: Region::Block, start: 0 };
    let mut is_regular = true;
    for wants_all in [false, true] {
        let mut scratch = Scratch::default();
        // Twice: what was met before must not change what is read.
        for _ in 0..2 {
            let quick = outcome(text, from, wants_all, &mut scratch, |scratch, table| {
                let read = regular::object(text, from, place, strings, scratch, table);
                assert!(read.is_some() || scratch.entries.is_empty(), "nothing stays of what is not regular: {text}");
                read
            });
            let mut other = Scratch::default();
            let slow = outcome(text, from, wants_all, &mut other, |scratch, table| {
                any_object(text, from, place, strings, scratch, table).ok()
            });
            is_regular &= quick.is_some();
            assert!(quick.is_none() || quick == slow, "{text}\n{quick:?}\n{slow:?}");
        }
    }
    is_regular
}
