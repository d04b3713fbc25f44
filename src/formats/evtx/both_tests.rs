//! Both ways of reading a log, held to each other.

use super::both::{Compared, compare};
use super::build::{Made, Part, Tag, Typed, made};
use super::tests::{Dice, SMALL, damage, find};
use std::path::{Path, PathBuf};

/// Event logs of fewer bytes than `most` that were collected somewhere.
fn collected(most: u64) -> Vec<PathBuf> {
    let Some(dir) = std::env::var_os("CORPORA_DIR") else {
        eprintln!("left out: CORPORA_DIR is not set");
        return Vec::new();
    };
    let mut logs = Vec::new();
    find(&Path::new(&dir).join("corpus"), most, &mut logs);
    assert!(logs.len() > 20, "CORPORA_DIR holds no event logs");
    logs
}

#[test]
fn collected_logs_are_read_alike_and_nearly_all_without_rendering() {
    let mut all = Compared::default();
    let logs = collected(u64::MAX);
    for path in &logs {
        let compared = compare(&std::fs::read(path).expect("it was found"));
        all.records += compared.records;
        all.fast += compared.fast;
        if compared.fast < compared.records {
            eprintln!("{} of {} of {}", compared.fast, compared.records, path.display());
        }
    }
    eprintln!("{} records, {} of them without being rendered", all.records, all.fast);
    assert!(logs.is_empty() || all.fast * 10 > all.records * 9, "{all:?}");
}

#[test]
fn damaged_logs_are_read_alike() {
    let mut dice = Dice(0xb07);
    let logs = collected(SMALL);
    for _ in 0..logs.len().min(60) {
        let path = &logs[dice.below(logs.len())];
        let whole = std::fs::read(path).expect("it was found");
        for _ in 0..10 {
            let mut log = whole.clone();
            damage(&mut log, &mut dice);
            compare(&log);
        }
    }
}

fn tag(name: &'static str, children: Vec<Part>) -> Tag {
    Tag { name, dependency: None, attributes: Vec::new(), children: Some(children) }
}

/// An event with one field, which is a value.
fn event_with(value: Typed<'_>) -> Made<'_> {
    let mut data = tag("Data", vec![Part::Slot(0)]);
    data.attributes.push(("Name", vec![Part::Text("Field")]));
    let mut beside = tag("Beside", vec![Part::Slot(2)]);
    beside.attributes.push(("as", vec![Part::Slot(1)]));
    let held = Tag { dependency: Some(0), ..tag("Held", vec![Part::Text("not null")]) };
    let data = tag("EventData", vec![Part::Tag(data), Part::Tag(beside), Part::Tag(held)]);
    Made { root: tag("Event", vec![Part::Tag(data)]), values: vec![value; 3] }
}

#[test]
fn values_of_every_type_and_size_are_read_alike() {
    let bytes: Vec<u8> = [1, 1, 0, 0, 0, 0, 0, 5, 0x41, 0, 0xff, 0xd8, 7, 0x80, 0xff, 0xff, 1, 0, 0, 0].into();
    let mut kinds = Compared::default();
    for kind in 0..=0x96 {
        for start in 0..4 {
            for len in 0..=bytes.len() - start {
                let compared = compare(&made(&[event_with(Typed::Raw(kind, &bytes[start..][..len]))]));
                kinds.records += compared.records;
                kinds.fast += compared.fast;
            }
        }
    }
    assert!(kinds.fast > 250 && kinds.records > kinds.fast, "{kinds:?}");
}

#[test]
fn numbers_times_and_texts_are_written_alike() {
    let number = |n: u64| [n.to_le_bytes(), n.to_le_bytes()].concat();
    let times =
        (0..64).map(|n| 1_u64 << n).chain([0, 9, 10, 99, 0x3e7, u64::MAX, i64::MAX as u64, 133_444_736_001_234_567]);
    let leap = (0..40).map(|n| (n * 4 * 365 + n + 59 + (n % 3)) * 864_000_000_000);
    for n in times.chain(leap) {
        for (kind, len) in
            [(3, 1), (4, 1), (5, 2), (6, 2), (7, 4), (8, 4), (9, 8), (10, 8), (13, 4), (14, 16), (15, 16)]
        {
            compare(&made(&[event_with(Typed::Raw(kind, &number(n)[..len]))]));
        }
        for (kind, len) in [(16, 4), (16, 8), (17, 8), (18, 16), (20, 4), (21, 8)] {
            assert_eq!(compare(&made(&[event_with(Typed::Raw(kind, &number(n)[..len]))])).fast, 1, "{kind}");
        }
    }
    for time in
        [[2024_u16, 2, 4, 29, 23, 59, 59, 999], [2023, 2, 3, 29, 0, 0, 0, 0], [30_827, 12, 0, 31, 1, 2, 3, 4], [0; 8]]
    {
        let bytes: Vec<u8> = time.iter().flat_map(|n| n.to_le_bytes()).collect();
        compare(&made(&[event_with(Typed::Raw(0x12, &bytes))]));
    }
    let long = "C:\\Windows\\System32\\cmd.exe /c \"echo ä 😀\r\n\t<&'>\" \u{1}\u{7f}\u{fffe}\u{ffff} and then some more letters";
    for (start, end) in (0..8).flat_map(|start| [(start, long.len()), (start, 40), (start, 8 + start)]) {
        for text in [long.get(start..end), long.get(end..)].into_iter().flatten() {
            for value in [Typed::Text(text), Typed::Texts(&[text, "", text]), Typed::Raw(2, text.as_bytes())] {
                compare(&made(&[event_with(value)]));
            }
        }
    }
}

const NAMES: [&str; 12] = [
    "A\u{1b}",
    "System",
    "EventData",
    "UserData",
    "RenderingInfo",
    "Other",
    "Data",
    "ComplexData",
    "Channel",
    "Level",
    "n:A",
    "TimeCreated",
];
const KEYS: [&str; 8] = ["B\u{1b}", "Name", "xmlns", "xml:lang", "xmlns:n", "n:a", "SystemTime", "b"];
const WORDS: [&str; 8] = ["", "x", "Level", "a<b & c", "\u{1}'\"", "ä", "rpd[1]", "[y"];
const SLOTS: usize = 8;

/// A template made by chance.
fn any_tag(name: &'static str, deep: usize, dice: &mut Dice) -> Tag {
    let part = |dice: &mut Dice| match dice.below(4) {
        0 => Part::Text(WORDS[dice.below(WORDS.len())]),
        _ => Part::Slot(u16::try_from(dice.below(SLOTS + 1)).expect("a small number")),
    };
    let attributes = (0..dice.below(4).saturating_sub(1))
        .map(|_| (KEYS[dice.below(KEYS.len())], (0..=dice.below(8) / 7).map(|_| part(dice)).collect()))
        .collect();
    let dependency = u16::try_from(dice.below(SLOTS * 3)).ok().filter(|slot| usize::from(*slot) < SLOTS);
    let children = match dice.below(8) {
        0 => None,
        1..=3 if deep > 1 => Some(vec![part(dice)]),
        _ if deep > 5 => Some(Vec::new()),
        _ => Some(
            (0..dice.below(4))
                .map(|_| match dice.below(8) {
                    0 => part(dice),
                    _ => Part::Tag(any_tag(NAMES[dice.below(NAMES.len())], deep + 1, dice)),
                })
                .collect(),
        ),
    };
    Tag { name, dependency, attributes, children }
}

#[test]
fn templates_made_by_chance_are_read_alike() {
    let mut dice = Dice(0x7a65);
    let mut all = Compared::default();
    for _ in 0..4_000 {
        let simple = [
            Typed::Null,
            Typed::Text("v"),
            Typed::Text(""),
            Typed::U32(7),
            Typed::Texts(&["a", "", "b"]),
            Typed::Texts(&[]),
        ];
        let values = |dice: &mut Dice| {
            (0..SLOTS)
                .map(|_| simple[dice.below(simple.len() * 2) % (simple.len() - 2 * dice.below(2))])
                .collect::<Vec<_>>()
        };
        let inner = Made { root: any_tag(NAMES[dice.below(NAMES.len())], 1, &mut dice), values: values(&mut dice) };
        let mut outer = Made { root: any_tag("Event", 0, &mut dice), values: values(&mut dice) };
        if dice.below(2) == 0 {
            outer.values[dice.below(SLOTS)] = Typed::Nested(&inner);
        }
        let compared = compare(&made(&[outer.clone(), outer]));
        all.records += compared.records;
        all.fast += compared.fast;
    }
    eprintln!("{all:?}");
    assert!(all.fast * 5 > all.records, "{all:?}");
}
