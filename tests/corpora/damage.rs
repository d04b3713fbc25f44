//! Books on damage: copies of truth sets that were cut, struck or zeroed lose what was struck and nothing else.

use crate::support::{Folder, Ran, corpora, files};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// What one sample gives at most: the first lines of it, so that hundreds of copies stay a matter of seconds.
const TEXT: usize = 4 << 10;

/// What the books of a report count, each for an input and in sum.
const BOOKS: [&str; 9] =
    ["records", "events", "unparsed", "repaired", "truncated", "blank", "header_lines", "skipped_members", "left_out"];

/// A seeded generator (splitmix64): the same damage in every run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((z ^ (z >> 31)) % most.max(1) as u64).expect("less than a usize")
    }
}

/// Copies of `bytes`: where the damage begins, and what is left.
fn damaged(bytes: &[u8], strikes: usize, chance: &mut Chance) -> Vec<(usize, Vec<u8>)> {
    let mut copies = Vec::new();
    for tenth in 1..10 {
        let at = bytes.len() * tenth / 10;
        copies.push((at, bytes[..at].to_vec()));
    }
    for _ in 0..strikes {
        let at = chance.below(bytes.len());
        let mut copy = bytes.to_vec();
        copy[at] ^= u8::try_from(1 + chance.below(255)).expect("a byte");
        copies.push((at, copy));
    }
    for eighth in 0..8 {
        let at = bytes.len() * eighth / 8;
        let mut copy = bytes.to_vec();
        copy[at..].iter_mut().take(512).for_each(|byte| *byte = 0);
        copies.push((at, copy));
    }
    copies
}

/// The first whole lines of a text; what is no text stays whole.
fn head(bytes: &[u8]) -> &[u8] {
    if bytes.len() <= TEXT || bytes.contains(&0) {
        return bytes;
    }
    let end = bytes[..TEXT].iter().rposition(|b| *b == b'\n').map_or(bytes.len(), |at| at + 1);
    &bytes[..end]
}

fn books_are_exact(report: &Value, wrong: &mut Vec<String>) {
    let count = |of: &Value, key: &str| of[key].as_u64().unwrap_or_else(|| panic!("{key} of {of}"));
    let inputs = report["inputs"].as_array().expect("a list");
    for input in inputs {
        if count(input, "records") != count(input, "events") + count(input, "unparsed") {
            wrong.push(format!("{}: records are not events and unparsed: {input}", input["path"]));
        }
    }
    for key in BOOKS {
        let sum: u64 = inputs.iter().map(|input| count(input, key)).sum();
        if sum != count(&report["summary"], key) {
            wrong.push(format!("{key}: {} in sum, {sum} over all inputs", report["summary"][key]));
        }
    }
    // What is lost is named: by lines, or by chunks where there are none.
    for input in inputs.iter().filter(|input| count(input, "unparsed") > 0) {
        let about = report["problems"].as_array().into_iter().flatten().filter(|p| p["path"] == input["path"]);
        let about = about.filter(|p| p["kind"] == "unparsed" || p["kind"] == "unreadable");
        let named: u64 = about.map(|problem| count(problem, "count")).sum();
        if named < count(input, "unparsed") {
            wrong.push(format!("{}: {named} of {} unparsed records are named", input["path"], input["unparsed"]));
        }
    }
}

/// The records of all copies, by path.
fn records(ran: &Ran) -> BTreeMap<String, Vec<Map<String, Value>>> {
    let mut by_path = BTreeMap::<String, Vec<_>>::new();
    for line in ran.lines() {
        let Value::Object(mut record) = line else { panic!("{line} is no object") };
        let path =
            record.remove("@path").and_then(|path| path.as_str().map(str::to_owned)).expect("every record has one");
        by_path.entry(path).or_default().push(record);
    }
    by_path
}

fn number(record: &Map<String, Value>, key: &str) -> u64 {
    record.get(key).and_then(Value::as_u64).unwrap_or_default()
}

/// The first line behind a record.
fn end(record: &Map<String, Value>) -> u64 {
    number(record, "@line") + number(record, "@lines")
}

/// A record without what may come from behind it: the year of a stamp that has none is counted back from the last one.
fn by_itself(record: &Map<String, Value>) -> Map<String, Value> {
    let mut record = record.clone();
    if record.get("@time_quality").is_some_and(|quality| quality == "year_inferred") {
        let stamp = record.get("timestamp").and_then(Value::as_str).and_then(|stamp| stamp.get(4..)).map(str::to_owned);
        record.insert("timestamp".to_owned(), stamp.into());
    }
    record
}

/// Whether a record that ends before the damage in `line` is still there. One of several lines may go on into the damage.
fn is_found(record: &Map<String, Value>, copy: &[Map<String, Value>], line: u64) -> bool {
    let begins = |other: &&Map<String, Value>| number(other, "@line") == number(record, "@line");
    copy.iter().filter(begins).any(|other| end(other) > line || by_itself(other) == by_itself(record))
}

/// Scans copies of one sample; gives how many records before the damage were held against those of the sample.
fn check(name: &str, bytes: &[u8], strikes: usize, wrong: &mut Vec<String>) -> usize {
    let folder = Folder::new();
    folder.write("whole", bytes);
    let mut chance = Chance(bytes.len() as u64);
    let copies = damaged(bytes, strikes, &mut chance);
    for (n, (_, copy)) in copies.iter().enumerate() {
        folder.write(&format!("{n:03}"), copy);
    }
    let args = [".", "--no-config", "--year", "2024", "--reference-time", "2026-06-01T00:00:00Z", "--sarif-root", "."];
    let ran = folder.run(&[&["scan"], &args[..], &["--no-builtin", "--format", "json"]].concat());
    if !matches!(ran.code, Some(0 | 4)) || ran.stderr.contains("bug in logsentry") {
        wrong.push(format!("{name}: {:?} {}", ran.code, ran.stderr));
        return 0;
    }
    let report = ran.json();
    let mut here = Vec::new();
    books_are_exact(&report, &mut here);
    let events = folder.run(&[&["events"], &args[..]].concat());
    if !matches!(events.code, Some(0 | 4)) {
        wrong.push(format!("{name}: {:?} {}", events.code, events.stderr));
        return 0;
    }
    let records = records(&events);
    let whole = records.get("whole").map(Vec::as_slice).unwrap_or_default();
    let mut compared = 0;
    for (n, (at, _)) in copies.iter().enumerate() {
        let path = format!("{n:03}");
        let copy = records.get(&path).map(Vec::as_slice).unwrap_or_default();
        let counted = report["inputs"].as_array().into_iter().flatten().find(|input| input["path"] == path.as_str());
        if counted.is_none_or(|input| input["records"].as_u64() != Some(copy.len() as u64)) {
            here.push(format!("{path}: {} records are printed, counted {counted:?}", copy.len()));
        }
        let line = bytes[..*at].split(|b| *b == b'\n').count() as u64;
        let format = |records: &[Map<String, Value>]| records.first().and_then(|r| r.get("@format").cloned());
        // What a damaged beginning is taken for is another question; so is which lines some packed bytes are.
        if bytes.contains(&0) || format(copy) != format(whole) {
            continue;
        }
        for record in whole.iter().filter(|record| end(record) <= line) {
            compared += 1;
            if !is_found(record, copy, line) {
                here.push(format!("{path}: damage in line {line} costs line {}", record["@line"]));
            }
        }
    }
    wrong.extend(here.into_iter().take(3).map(|one| format!("{name}: {one}")));
    compared
}

fn samples(place: &Path) -> Vec<(String, Vec<u8>)> {
    let sets = files(&place.join("corpus/formats"));
    let samples =
        sets.iter().filter(|path| path.file_stem().is_some_and(|stem| stem.to_string_lossy().starts_with("sample")));
    let name = |path: &Path| path.parent().and_then(Path::file_name).expect("a folder").to_string_lossy().into_owned();
    samples.map(|path| (name(path), head(&fs::read(path).expect("it can be read")).to_vec())).collect()
}

#[test]
fn damage_costs_what_was_struck_and_the_books_stay_exact() {
    let Some(place) = corpora("damaged copies") else { return };
    let samples = samples(&place);
    assert!(samples.len() >= 20, "only {} samples", samples.len());
    let (mut wrong, mut compared) = (Vec::new(), 0);
    for (name, bytes) in &samples {
        let is_text = !bytes.contains(&0);
        compared += check(name, bytes, if is_text { 100 } else { 30 }, &mut wrong);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(compared > 5_000, "only {compared} records stood before the damage");
}
