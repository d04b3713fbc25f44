//! For tests and fuzzing: reads a log in both ways, record by record, and holds them to each other.

use super::decoder::ChunkDecoder;
use crate::formats::testing::{everything, shown};
use crate::formats::{Decoded, Decoder, ReadOptions, cutter, sniff};
use crate::model::{Event, FieldId, FieldTable, Marks, Origin, Scratch, Stamp, Value};
use std::mem::Discriminant;
use std::sync::Arc;

/// How many records a log has, and how many of them were read without being rendered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Compared {
    pub(crate) records: usize,
    pub(crate) fast: usize,
}

/// Everything there is to a record, or a damage.
#[derive(Debug, PartialEq, Eq)]
enum Seen {
    Record { origin: Origin, lines: u32, time: Stamp, marks: Marks, raw: String, fields: Vec<Field> },
    Damage(&'static str, u64),
}

#[derive(Debug, PartialEq, Eq)]
struct Field {
    id: FieldId,
    spelling: u32,
    name: String,
    shape: u16,
    part: u16,
    kind: Discriminant<Value>,
    value: String,
}

/// Names that rules ask for, in the place of all there are.
const SOME: [&str; 9] =
    ["EventID", "Channel", "Image", "CommandLine", "TargetUserName", "Data", "Level", "Status", "Provider_Name"];

/// Reads a log in both ways.
///
/// # Panics
///
/// When they differ.
pub(crate) fn compare(log: &[u8]) -> Compared {
    let mut some = FieldTable::default();
    for name in SOME {
        some.want(name);
    }
    let _ = compare_wanted(log, &Arc::new(some));
    compare_wanted(log, &Arc::new(everything()))
}

fn compare_wanted(log: &[u8], table: &Arc<FieldTable>) -> Compared {
    let sniffed = sniff::by_magic(super::MAGIC, Some(super::FORMAT.name)).expect("it is a row");
    let options = ReadOptions::default();
    let [fast, plain] = [true, false].map(|is_fast| ChunkDecoder::new(is_fast, &sniffed, table, &options));
    let (mut cutter, mut pending, mut scratch) = (cutter(&sniffed, &options), log.to_vec(), Scratch::default());
    let mut compared = Compared::default();
    while let Some(block) = cutter.cut(&mut pending, 1, true) {
        let mut read = |decoder: &ChunkDecoder, late: &mut usize| {
            let mut all = Vec::new();
            decoder.decode(&block, &mut scratch, &mut |decoded| match decoded {
                Decoded::Event(event) => {
                    *late += usize::from(event.raw.at_hand().is_none());
                    all.push(seen(event));
                }
                Decoded::Damaged(damage) => all.push(Seen::Damage(damage.what, damage.chunk)),
                _ => unreachable!("a log has records and damages"),
            });
            all
        };
        let ours = read(&fast, &mut compared.fast);
        let theirs = read(&plain, &mut 0);
        for (ours, theirs) in ours.iter().zip(&theirs) {
            assert!(ours == theirs, "read from its binary form:\n{ours:#?}\nrendered:\n{theirs:#?}");
        }
        assert_eq!(ours.len(), theirs.len(), "in a chunk");
        compared.records += theirs.iter().filter(|seen| matches!(seen, Seen::Record { .. })).count();
    }
    compared
}

/// Texts that some log sources are told by.
const HELD: [&str; 3] = ["rpd[", "[", "x[y"];

fn seen(event: &Event<'_>) -> Seen {
    let may_hold = HELD.map(|text| event.raw.may_hold(text.as_bytes()));
    for (held, may_hold) in HELD.iter().zip(may_hold) {
        assert!(may_hold || !event.raw.text().contains(held), "{held} was not found beforehand: {}", event.raw.text());
    }
    let fields = event.entries.iter().map(|entry| Field {
        id: entry.field,
        spelling: entry.spelling,
        name: event.name(entry).to_owned(),
        shape: entry.shape,
        part: entry.part,
        kind: std::mem::discriminant(&entry.value),
        value: shown(entry.value, &event.regions),
    });
    Seen::Record {
        origin: event.origin,
        lines: event.lines,
        time: event.header_time,
        marks: event.marks,
        raw: event.raw.text().to_owned(),
        fields: fields.collect(),
    }
}
