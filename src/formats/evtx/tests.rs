//! Event logs made for the purpose, whole and damaged.

use super::build::{Logged, Typed, log};
use super::{CHUNK, HEADER};
use crate::formats::testing::{everything, fields};
use crate::formats::{Damage, Decoded, ReadOptions, sniff};
use crate::model::Scratch;
use std::path::Path;
use std::sync::Arc;

/// What a log gives: for each record its fields as `name=value`, damages as `! what in chunk`.
fn read(bytes: &[u8], piece: usize) -> Vec<String> {
    let sniffed = sniff::by_magic(bytes, Some("evtx")).expect("it was told");
    let (table, options) = (Arc::new(everything()), ReadOptions::default());
    let mut cutter = crate::formats::cutter(&sniffed, &options);
    let decoder = crate::formats::decoder(&sniffed, &table, &options);
    let (mut pending, mut scratch, mut all, mut covered) = (Vec::new(), Scratch::default(), Vec::new(), 0);
    let mut pieces = bytes.chunks(piece).peekable();
    loop {
        pending.extend_from_slice(pieces.next().unwrap_or_default());
        let end = pieces.peek().is_none();
        while let Some(block) = cutter.cut(&mut pending, 1, end) {
            covered += block.input_bytes;
            let mut index = 0;
            decoder.decode(&block, &mut scratch, &mut |decoded| match decoded {
                Decoded::Event(event) => {
                    assert_eq!((event.origin.index, event.origin.line), (index, index), "records are numbered");
                    index += 1;
                    let fields = fields(event.entries, &event.regions).into_iter().map(|(n, v)| format!("{n}={v}"));
                    all.push(fields.chain(event.header_time.rfc3339()).collect::<Vec<_>>().join(" "));
                }
                Decoded::Damaged(damage) => {
                    index += u32::from(damage.is_record());
                    all.push(format!("! {} in {}", damage.what, damage.chunk));
                }
                _ => unreachable!("a log has records and damages"),
            });
        }
        if end {
            break;
        }
    }
    assert_eq!((pending.len(), covered), (0, bytes.len() as u64), "every byte belongs to a chunk");
    all
}

#[track_caller]
fn check(bytes: &[u8], want: &[&str]) {
    for piece in [1 << 10, 5000, CHUNK, bytes.len().max(1)] {
        assert_eq!(read(bytes, piece), want, "in pieces of {piece}");
    }
}

fn short(id: u64) -> Logged<'static> {
    Logged { id, channel: "C", event_id: 7, data: &[], user_data: None }
}

const SYSTEM: &str = "Provider_Name=Test EventID=7 SystemTime=2023-11-14T22:13:20.1234567Z Channel=C";
const SHORT: &str =
    "Provider_Name=Test EventID=7 SystemTime=2023-11-14T22:13:20.1234567Z Channel=C 2023-11-14T22:13:20.123456700Z";

#[test]
fn values_are_texts_as_windows_writes_them() {
    let data = [
        ("Text", Typed::Text("a<b & \u{263a}")),
        ("Empty", Typed::Text("")),
        ("Null", Typed::Null),
        ("Number", Typed::U32(42)),
        ("Hex", Typed::Hex(0x3e7)),
        ("Initiated", Typed::Bool(true)),
        (
            "Guid",
            Typed::Guid([0x5f, 0x38, 0x70, 0x57, 0x2a, 0xc2, 0xe0, 0x43, 0xbf, 0x4c, 6, 0xf5, 0x69, 0x8f, 0xfb, 0xd9]),
        ),
        ("When", Typed::Filetime(super::build::THEN)),
    ];
    let one = Logged { data: &data, ..short(1) };
    let want = format!(
        "{SYSTEM} Text=a<b & \u{263a} Empty=#empty Null=#empty Number=42 Hex=0x3e7 Initiated=true \
         Guid={{5770385f-c22a-43e0-bf4c-06f5698ffbd9}} When=2023-11-14T22:13:20.1234567Z 2023-11-14T22:13:20.123456700Z"
    );
    check(&log(&[&[one]], 1), &[&want]);
}

#[test]
fn data_without_names_are_a_list() {
    let data = [("", Typed::Text("a")), ("", Typed::Texts(&["b", "c"])), ("", Typed::Null)];
    let want = format!("{SYSTEM} Data=a Data=b Data=c Data=#empty 2023-11-14T22:13:20.123456700Z");
    check(&log(&[&[Logged { data: &data, ..short(1) }]], 1), &[&want]);
}

#[test]
fn user_data_gives_leaf_names_but_for_those_of_system() {
    let data = [("SubjectUserName", Typed::Text("bob")), ("Channel", Typed::Text("Security"))];
    let cleared = Logged { data: &data, user_data: Some("LogFileCleared"), ..short(1) };
    let want = "Provider_Name=Test EventID=7 SystemTime=2023-11-14T22:13:20.1234567Z System.Channel=C \
                SubjectUserName=bob UserData.LogFileCleared.Channel=Security 2023-11-14T22:13:20.123456700Z";
    check(&log(&[&[cleared]], 1), &[want]);
}

#[test]
fn every_chunk_that_is_there_is_read() {
    let (one, two) = (short(1), short(2));
    for counted in [0, 1, 2] {
        check(&log(&[&[one, two], &[two]], counted), &[SHORT, SHORT, SHORT]);
    }
    let mut grown = log(&[&[one]], 1);
    grown.resize(grown.len() + 3 * CHUNK, 0);
    check(&grown, &[SHORT]);
    check(&log(&[], 0), &[]);
}

#[test]
fn what_is_missing_is_told() {
    let one = short(1);
    let cut = format!("! {} in 1", Damage::CUT);
    check(&log(&[&[one]], 5), &[&cut, SHORT]);
    check(&log(&[], 2), &[&cut]);
    check(b"ElfFile\0", &[&cut]);
    check(b"", &[]);
    let whole = log(&[&[one], &[one, short(2)]], 2);
    let cut = format!("! {} in 2", Damage::CUT);
    check(&whole[..whole.len() - 1000], &[SHORT, &cut, SHORT, SHORT]);
    check(&whole[..HEADER + CHUNK + 100], &[SHORT, &cut, &format!("! {} in 2", Damage::CHUNK)]);
    check(&whole[..HEADER + CHUNK], &[&format!("! {} in 1", Damage::CUT), SHORT]);
}

#[test]
fn a_damaged_chunk_costs_itself() {
    let one = short(1);
    let broken = |from: usize, bytes: &[u8]| {
        let mut log = log(&[&[one], &[one], &[one]], 3);
        log[HEADER + CHUNK + from..][..bytes.len()].copy_from_slice(bytes);
        log
    };
    let lost = format!("! {} in 2", Damage::CHUNK);
    check(&broken(7, &[0xff]), &[SHORT, &lost, SHORT]);
    check(&broken(0, &vec![0; CHUNK]), &[SHORT, &lost, SHORT]);
}

#[test]
fn a_damaged_record_costs_itself() {
    let log = log(&[&[short(1), short(2), short(3)]], 1);
    let starts: Vec<usize> = memchr::memmem::find_iter(&log, b"\x2a\x2a\0\0").collect();
    let lost = format!("! {} in 1", Damage::RECORD);
    for (at, byte) in [(0, 0), (24 + 4, 0xee), (24 + 60, 0xee)] {
        let mut log = log.clone();
        log[starts[1] + at] = byte;
        check(&log, &[SHORT, &lost, SHORT]);
    }
}

#[test]
fn records_that_cannot_be_found_are_counted() {
    let log = log(&[&[short(1), short(2), short(3), short(4)], &[short(5)]], 2);
    let starts: Vec<usize> = memchr::memmem::find_iter(&log, b"\x2a\x2a\0\0").collect();
    let lost = format!("! {} in 1", Damage::RECORD);
    // Zeros where the last ones were look like space that was never used.
    let mut zeroed = log.clone();
    zeroed[starts[2]..starts[2] + 700].fill(0);
    check(&zeroed, &[SHORT, SHORT, &lost, &lost, SHORT]);
    // A size that takes in the record behind it.
    let mut grown = log.clone();
    let size = u32::try_from(starts[3] - starts[1]).expect("a small number");
    grown[starts[1] + 4..][..4].copy_from_slice(&size.to_le_bytes());
    check(&grown, &[SHORT, SHORT, SHORT, &lost, SHORT]);
    // A header that counts more than fit is not believed.
    let mut boasting = log;
    boasting[HEADER + 32 + 4] = 1;
    check(&boasting, &[SHORT, SHORT, SHORT, SHORT, SHORT]);
}

/// Pseudo-random numbers that are the same everywhere (xorshift).
pub(super) struct Dice(pub(super) u64);

impl Dice {
    pub(super) fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % (end.max(1) as u64)).expect("it is below a usize")
    }
}

/// Damages a log in a few places, or cuts it.
pub(super) fn damage(log: &mut Vec<u8>, dice: &mut Dice) {
    for _ in 0..=dice.below(8) {
        // The part that is used lies at the beginnings of chunks.
        let chunk = HEADER + dice.below(log.len().saturating_sub(HEADER) / CHUNK) * CHUNK;
        let reach = if dice.below(4) == 0 { CHUNK } else { 6000 };
        let at = (chunk + dice.below(reach)).min(log.len() - 1);
        match dice.below(5) {
            0 => log[at] = 0xff,
            1 => log[at] ^= 1 << dice.below(8),
            2 => log[at] = 0,
            3 => {
                let end = (at + dice.below(64)).min(log.len());
                log[at..end].fill(u8::try_from(dice.below(256)).unwrap_or_default());
            }
            _ => log[at] = u8::try_from(dice.below(256)).unwrap_or_default(),
        }
    }
    if dice.below(16) == 0 {
        log.truncate(dice.below(log.len()).max(1));
    }
}

fn read_damaged(whole: &[u8], times: usize, dice: &mut Dice) {
    for _ in 0..times {
        let mut log = whole.to_vec();
        damage(&mut log, dice);
        // What is read does not matter: reading must end, without a panic.
        read(&log, CHUNK);
    }
}

#[test]
fn damages_break_nothing() {
    let data = [("A", Typed::Text("text")), ("B", Typed::Texts(&["x", "y"])), ("", Typed::Guid([1; 16]))];
    let one = Logged { data: &data, ..short(1) };
    let two = Logged { data: &data, user_data: Some("Deep"), ..short(2) };
    read_damaged(&log(&[&[one, two], &[two]], 2), 300, &mut Dice(7));
}

#[test]
fn damages_of_collected_logs_break_nothing() {
    let Some(dir) = std::env::var_os("CORPORA_DIR") else {
        eprintln!("left out: CORPORA_DIR is not set");
        return;
    };
    let mut logs = Vec::new();
    find(&Path::new(&dir).join("corpus"), SMALL, &mut logs);
    assert!(logs.len() > 20, "CORPORA_DIR holds no event logs");
    let mut dice = Dice(0x5eed);
    for _ in 0..100 {
        let path = &logs[dice.below(logs.len())];
        read_damaged(&std::fs::read(path).expect("it was found"), 20, &mut dice);
    }
}

/// What is read many times is small.
pub(super) const SMALL: u64 = 200_000;

/// Event logs of fewer bytes than `most` below a folder, in order.
pub(super) fn find(folder: &Path, most: u64, into: &mut Vec<std::path::PathBuf>) {
    let mut entries: Vec<_> = std::fs::read_dir(folder).expect("a folder").filter_map(Result::ok).collect();
    entries.sort_by_key(std::fs::DirEntry::path);
    for entry in entries {
        let path = entry.path();
        let is_small = || entry.metadata().is_ok_and(|meta| meta.len() < most);
        if path.is_dir() {
            find(&path, most, into);
        } else if path.extension().is_some_and(|e| e == "evtx") && is_small() {
            into.push(path);
        }
    }
}

#[test]
fn the_log_among_the_golden_records_is_made_here() {
    let data = [
        ("UtcTime", Typed::Text("2023-11-14 22:13:20.123")),
        ("ProcessGuid", Typed::Guid([3; 16])),
        ("ProcessId", Typed::U32(4711)),
        ("Image", Typed::Text("C:\\Windows\\System32\\rundll32.exe")),
        ("Initiated", Typed::Bool(true)),
        ("SourceHostname", Typed::Null),
        ("DestinationIp", Typed::Text("203.0.113.9")),
        ("DestinationPort", Typed::U32(443)),
    ];
    let sysmon =
        Logged { id: 1, channel: "Microsoft-Windows-Sysmon/Operational", event_id: 3, data: &data, user_data: None };
    let cleared = Logged {
        id: 2,
        channel: "System",
        event_id: 104,
        data: &[("SubjectUserName", Typed::Text("mallory")), ("Channel", Typed::Text("Application"))],
        user_data: Some("LogFileCleared"),
    };
    let service = Logged {
        id: 9,
        channel: "Application",
        event_id: 1000,
        data: &[("", Typed::Texts(&["svc.exe", "1.0"])), ("", Typed::Hex(0xc000_0005))],
        user_data: None,
    };
    let made = log(&[&[sysmon, cleared], &[service]], 2);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/formats/evtx/made.evtx");
    if std::env::var_os("ACCEPT").is_some() {
        std::fs::write(&path, &made).expect("the checkout can be written");
    }
    assert!(std::fs::read(&path).expect("it is in the checkout") == made, "ACCEPT=1 writes it anew");
}
