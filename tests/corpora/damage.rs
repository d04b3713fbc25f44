//! Books on damage: copies of logs that were cut, struck or zeroed lose what was struck and nothing else, and say so.
//!
//! `DAMAGE=full` takes every file of the corpora, cuts it at every fiftieth and strikes it a thousand times (`.ci/damage`,
//! optimised); else it is the truth sets, every tenth and a hundred.

use crate::support::{Folder, Ran, corpora, files};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// How much is done.
struct Extent {
    /// What one sample gives at most: the first lines of it, so that hundreds of copies stay a matter of seconds.
    text: usize,
    /// Cuts at every such part.
    cuts: usize,
    /// Bytes struck, one a copy: of texts, and of binary files.
    strikes: [usize; 2],
    /// Blocks set to zero.
    blocks: usize,
}

const SHORT: Extent = Extent { text: 4 << 10, cuts: 10, strikes: [100, 30], blocks: 8 };
const FULL: Extent = Extent { text: 16 << 10, cuts: 50, strikes: [1_000, 1_000], blocks: 50 };

/// Copies that are scanned together, in bytes.
const TOGETHER: usize = 4 << 20;

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

/// What happened to a copy.
#[derive(Clone, Copy)]
struct Damage {
    at: usize,
    /// The byte it was set to, for so many; nothing when all behind was cut off.
    set: Option<(u8, usize)>,
}

impl Damage {
    fn copy(self, bytes: &[u8]) -> Vec<u8> {
        let Some((value, many)) = self.set else { return bytes[..self.at].to_vec() };
        let mut copy = bytes.to_vec();
        copy[self.at..].iter_mut().take(many).for_each(|byte| *byte = value);
        copy
    }

    /// The first line it touches, and the last.
    fn lines(self, bytes: &[u8]) -> (u64, u64) {
        let line = |at: usize| bytes[..at.min(bytes.len())].split(|b| *b == b'\n').count() as u64;
        (line(self.at), self.set.map_or(u64::MAX, |(_, many)| line(self.at + many)))
    }
}

/// Everything that happens to one file.
fn damages(bytes: &[u8], extent: &Extent) -> Vec<Damage> {
    let mut chance = Chance(bytes.len() as u64);
    let is_text = !bytes.contains(&0);
    let part = |n: usize, of: usize| bytes.len() * n / of;
    let mut all: Vec<Damage> = (1..extent.cuts).map(|n| Damage { at: part(n, extent.cuts), set: None }).collect();
    for _ in 0..extent.strikes[usize::from(!is_text)] {
        let at = chance.below(bytes.len());
        let value = bytes[at] ^ u8::try_from(1 + chance.below(255)).expect("a byte");
        all.push(Damage { at, set: Some((value, 1)) });
    }
    all.extend((0..extent.blocks).map(|n| Damage { at: part(n, extent.blocks), set: Some((0, 512)) }));
    all
}

/// The first whole lines of a text; what is no text stays whole.
fn head(bytes: &[u8], most: usize) -> &[u8] {
    if bytes.len() <= most || bytes.contains(&0) {
        return bytes;
    }
    let end = bytes[..most].iter().rposition(|b| *b == b'\n').map_or(bytes.len(), |at| at + 1);
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
        let path = record.remove("@path").expect("every record has one");
        // Members of an archive belong to it.
        let path = path.as_str().and_then(|path| path.split("!/").next()).expect("it is a text").to_owned();
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

/// A record without what may come from others: the year of a stamp that has none is counted back from the last one, and a
/// record without a stamp has that of the one before, if any.
fn by_itself(record: &Map<String, Value>) -> Map<String, Value> {
    let mut record = record.clone();
    if record.get("@time_quality").is_some_and(|quality| quality == "inherited" || quality == "none") {
        record.remove("@time_quality");
        record.remove("timestamp");
    }
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

/// What a record says, wherever it stands.
fn said(record: &Map<String, Value>) -> String {
    let mut record = by_itself(record);
    record.remove("@line");
    Value::Object(record).to_string()
}

/// Formats whose records do not stand for themselves: what one of their bytes opens may reach far behind it, or names the
/// columns of all that follow. By the beginnings of their names, or of their samples'.
const REACHING: [&str; 8] = ["csv", "json-", "json_", "auditd", "otlp", "zeek", "w3c", "windows-jsonl"];

/// Whether damage may reach far behind itself in such a sample.
fn is_reaching(name: &str, whole: &[Map<String, Value>]) -> bool {
    let format = whole.first().and_then(|record| record.get("@format")?.as_str()).unwrap_or_default();
    REACHING.iter().any(|start| name.starts_with(start) || format.starts_with(start))
}

/// Samples in which fewer records mean that something cannot be read. Zeros in a text, packed or not, may join its lines.
fn has_parts(name: &str, damage: Damage) -> bool {
    let is = |ending: &str| name.ends_with(ending);
    let is_zeroed = damage.set.is_some_and(|(_, many)| many > 1);
    is(".evtx") || is(".zip") || is(".gz") || is(".bz2") || is(".zst") || is(".xz") || (is(".tar") && !is_zeroed)
}

/// What was held against the whole file: records before the damage, and behind it.
#[derive(Default)]
struct Compared {
    before: usize,
    behind: usize,
    copies: usize,
}

/// Scans copies of one sample, some at a time.
fn check(name: &str, bytes: &[u8], extent: &Extent, wrong: &mut Vec<String>) -> Compared {
    let damages = damages(bytes, extent);
    let mut compared = Compared::default();
    for some in damages.chunks((TOGETHER / bytes.len().max(1)).clamp(1, 200)) {
        let one = check_some(name, bytes, some, wrong);
        compared.before += one.before;
        compared.behind += one.behind;
        compared.copies += some.len();
    }
    compared
}

fn check_some(name: &str, bytes: &[u8], damages: &[Damage], wrong: &mut Vec<String>) -> Compared {
    let folder = Folder::new();
    folder.write("whole", bytes);
    for (n, damage) in damages.iter().enumerate() {
        folder.write(&format!("{n:03}"), damage.copy(bytes));
    }
    let args = [".", "--no-config", "--year", "2024", "--reference-time", "2026-06-01T00:00:00Z", "--sarif-root", "."];
    let ran = folder.run(&[&["scan"], &args[..], &["--no-builtin", "--format", "json"]].concat());
    if !matches!(ran.code, Some(0 | 4)) || ran.stderr.contains("bug in logsentry") {
        wrong.push(format!("{name}: {:?} {}", ran.code, ran.stderr));
        return Compared::default();
    }
    let report = ran.json();
    let mut here = Vec::new();
    books_are_exact(&report, &mut here);
    let events = folder.run(&[&["events"], &args[..]].concat());
    if !matches!(events.code, Some(0 | 4)) {
        wrong.push(format!("{name}: {:?} {}", events.code, events.stderr));
        return Compared::default();
    }
    let records = records(&events);
    let whole = records.get("whole").map(Vec::as_slice).unwrap_or_default();
    let mut compared = Compared::default();
    for (n, damage) in damages.iter().enumerate() {
        let path = format!("{n:03}");
        let copy = records.get(&path).map(Vec::as_slice).unwrap_or_default();
        let counted: Vec<&Value> = inputs_of(&report, &path).collect();
        let sum: u64 = counted.iter().filter_map(|input| input["records"].as_u64()).sum();
        if sum != copy.len() as u64 {
            here.push(format!("{path}: {} records are printed, counted {counted:?}", copy.len()));
        }
        let format = |records: &[Map<String, Value>]| records.first().and_then(|r| r.get("@format").cloned());
        let is_text = !bytes.contains(&0);
        // Zeros behind a compressed stream, or for a whole file, are padding to everybody.
        let is_padding = name.contains(".gz") && damage.set.is_some_and(|(_, many)| many > 1);
        let is_lost = damage.set.is_some() && copy.len() < whole.len() && has_parts(name, *damage);
        if is_lost && !is_padding && !is_named(&report, &path) {
            here.push(format!(
                "{path}: {} of {} records, and nobody says so: byte {}",
                copy.len(),
                whole.len(),
                damage.at
            ));
        }
        // What a damaged beginning is taken for is another question; so is which lines some packed bytes are.
        if !is_text || format(copy) != format(whole) {
            continue;
        }
        let (line, last) = damage.lines(bytes);
        for record in whole.iter().filter(|record| end(record) <= line) {
            compared.before += 1;
            if !is_found(record, copy, line) {
                here.push(format!("{path}: damage in line {line} costs line {}", record["@line"]));
            }
        }
        if is_reaching(name, whole) {
            continue;
        }
        let there: BTreeSet<String> = copy.iter().map(said).collect();
        // A line end that was struck, or came to be, takes a neighbour along.
        for record in whole.iter().filter(|record| number(record, "@line") > last.saturating_add(1)) {
            compared.behind += 1;
            if !there.contains(&said(record)) {
                here.push(format!("{path}: damage in lines {line} to {last} costs line {} behind it", record["@line"]));
            }
        }
    }
    wrong.extend(here.into_iter().take(3).map(|one| format!("{name}: {one}")));
    compared
}

/// The rows of a copy: itself, or what it unpacks to.
fn inputs_of<'r>(report: &'r Value, path: &'r str) -> impl Iterator<Item = &'r Value> {
    let is_of = move |shown: &Value| {
        shown.as_str().is_some_and(|shown| shown == path || shown.starts_with(&format!("{path}!/")))
    };
    report["inputs"].as_array().into_iter().flatten().filter(move |input| is_of(&input["path"]))
}

/// Whether something is said of a copy.
fn is_named(report: &Value, path: &str) -> bool {
    let is_of =
        |shown: &Value| shown.as_str().is_some_and(|shown| shown == path || shown.starts_with(&format!("{path}!/")));
    report["problems"].as_array().into_iter().flatten().any(|problem| is_of(&problem["path"]))
}

/// The logs, by names that tell their formats.
fn samples(place: &Path, extent: &Extent, is_full: bool) -> Vec<(String, Vec<u8>)> {
    let is_sample = |path: &Path| path.file_stem().is_some_and(|stem| stem.to_string_lossy().starts_with("sample"));
    let mut found: Vec<PathBuf> = files(&place.join("corpus/formats"));
    found.retain(|path| is_sample(path));
    if is_full {
        let more = ["evtx-attack-samples", "nasty", "regression", "windows-jsonl"];
        let more = more.iter().flat_map(|folder| files(&place.join("corpus").join(folder)));
        // Pages, tables and rules are no logs.
        let is_log = |path: &PathBuf| {
            path.extension().is_none_or(|e| !["md", "txt", "yml", "sh", "py"].iter().any(|no| e == *no))
        };
        found.extend(more.filter(is_log));
    }
    let top = place.join("corpus");
    let name = |path: &Path| {
        let below = path.strip_prefix(&top).expect("it is below").to_string_lossy().into_owned();
        below.strip_prefix("formats/").map(str::to_owned).unwrap_or(below)
    };
    let read = |path: &PathBuf| fs::read(path).expect("it can be read");
    let found = found.iter().map(|path| (name(path), head(&read(path), extent.text).to_vec()));
    found.filter(|(_, bytes)| !bytes.is_empty()).collect()
}

/// How many copies the short pass makes.
pub(crate) fn copies(place: &Path) -> usize {
    samples(place, &SHORT, false).iter().map(|(_, bytes)| damages(bytes, &SHORT).len()).sum()
}

#[test]
fn damage_costs_what_was_struck_and_the_books_stay_exact() {
    let Some(place) = corpora("damaged copies") else { return };
    let is_full = std::env::var_os("DAMAGE").is_some_and(|how| how == "full");
    let extent = if is_full { FULL } else { SHORT };
    let mut samples = samples(&place, &extent, is_full);
    assert!(samples.len() >= if is_full { 200 } else { 20 }, "only {} samples", samples.len());
    if let Ok(part) = std::env::var("DAMAGE_PART") {
        samples.retain(|(name, _)| name.starts_with(&part));
        assert!(!samples.is_empty(), "no file begins with {part}");
    }
    let (mut wrong, mut all) = (Vec::new(), Compared::default());
    for (name, bytes) in &samples {
        let one = check(name, bytes, &extent, &mut wrong);
        all.before += one.before;
        all.behind += one.behind;
        all.copies += one.copies;
    }
    eprintln!(
        "damage: {} files, {} copies; {} records before the damage and {} behind it were held against the whole",
        samples.len(),
        all.copies,
        all.before,
        all.behind
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let is_whole = std::env::var_os("DAMAGE_PART").is_none();
    assert!(!is_whole || (all.before > 5_000 && all.behind > 5_000), "only {} and {} records", all.before, all.behind);
}
