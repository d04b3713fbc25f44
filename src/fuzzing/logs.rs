//! Logs of every kind: recognised, cut, read, scanned.

use super::Target;
use super::reports::{self, Scratchpad};
use crate::analyzer::Analyzer;
use crate::config::Config;
use crate::formats::testing;
use crate::formats::{self, Head, json, sniff, text::Text};
use crate::model::stamp;
use serde_json::{Map, Value};
use std::sync::{LazyLock, Mutex, PoisonError};

const LOGS: &[&str] =
    &["examples/sample_logs", "tests/formats", "tests/rules", "corpus/formats", "corpus/nasty", "corpus/regression"];

/// Whole scans.
pub(super) const SCAN: Target = Target {
    name: "scan",
    promise: "books add up; engines, thread counts and block sizes give the same bytes",
    seeds: LOGS,
    run: scan,
};

/// Every format, told to read what may not be its own.
pub(super) const FORMATS: Target = Target {
    name: "formats",
    promise: "every format reads anything without a panic, and accounts for every byte and line",
    seeds: LOGS,
    run: every_format,
};

/// Where blocks are cut.
pub(super) const BLOCKS: Target =
    Target { name: "blocks", promise: "the size of blocks never changes a record", seeds: LOGS, run: blocks };

/// Our reader of JSON beside a strict one.
pub(super) const JSON: Target = Target {
    name: "json",
    promise: "every object a strict reader takes in one line is one record here, repaired only if a text in it may be; regular ones are read as all are",
    seeds: &["tests/fuzz/seeds/json", "tests/formats", "corpus/formats", "corpus/nasty/json"],
    run: json_lines,
};

/// Times in every layout.
pub(super) const STAMPS: Target = Target {
    name: "stamps",
    promise: "any text is a time or none",
    seeds: &["tests/formats", "corpus/nasty/time"],
    run: stamps,
};

/// Event logs, read in both ways.
pub(super) const EVENT_LOGS: Target = Target {
    name: "event_logs",
    promise: "records of event logs read from their binary form are what rendering and reading them gives",
    seeds: &["tests/formats/evtx", "corpus/evtx-attack-samples"],
    run: event_logs,
};

/// What is packed, and what is packed inside it.
pub(super) const CONTAINERS: Target = Target {
    name: "containers",
    promise: "any container is read or told, books add up, and reading it twice gives the same",
    seeds: &[
        "tests/fuzz/seeds/containers",
        "tests/containers",
        "corpus/nasty/gz",
        "corpus/nasty/tar",
        "corpus/nasty/zip",
    ],
    run: containers,
};

/// The analyzers scans are compared with: the plain engine in one thread, and the default one in two with odd blocks.
static ANALYZERS: LazyLock<[Analyzer; 2]> = LazyLock::new(|| {
    let plain = Config { reference_engine: true, threads: Some(1), hash_inputs: true, ..Config::default() };
    let odd = Config { threads: Some(2), block_size: 1031, hash_inputs: true, ..Config::default() };
    [plain, odd].map(|config| Analyzer::new(config).expect("the built-in rules load"))
});

fn scan(bytes: &[u8]) {
    static PAD: LazyLock<Mutex<Scratchpad>> = LazyLock::new(|| Mutex::new(Scratchpad::new("scan")));
    agreed(&PAD, "input.log", bytes);
}

/// The JSON report of a file with these bytes, on which both analyzers agree and whose books add up.
fn agreed(pad: &Mutex<Scratchpad>, name: &str, bytes: &[u8]) -> String {
    let pad = pad.lock().unwrap_or_else(PoisonError::into_inner);
    let path = pad.write(name, bytes);
    let [plain, odd] = ANALYZERS.each_ref().map(|analyzer| {
        let analysis = analyzer.analyze_paths(&[&path]).expect("scanning never fails");
        reports::written(&analysis, "json")
    });
    reports::add_up(&plain);
    assert!(plain == odd, "the reports differ:\n{plain}\n{odd}");
    plain
}

fn containers(bytes: &[u8]) {
    static PAD: LazyLock<Mutex<Scratchpad>> = LazyLock::new(|| Mutex::new(Scratchpad::new("containers")));
    let plain = agreed(&PAD, "case", bytes);
    let report: Value = serde_json::from_str(&plain).expect("the report is JSON");
    let rows = report["inputs"].as_array().expect("a list");
    let is_complete = report["summary"]["complete"] == true;
    assert!(!rows.is_empty() || !is_complete, "an input vanished without a word");
}

fn every_format(bytes: &[u8]) {
    let head = Text::clean(bytes);
    let declared = formats::declared::builtin();
    for row in formats::all() {
        let sniffed = sniff::with_declared(&Head::new(&head.text, true), Some(row.name), &declared);
        testing::read_all(&sniffed, bytes, 1 << 20);
    }
}

fn event_logs(bytes: &[u8]) {
    formats::evtx::both::compare(bytes);
}

fn blocks(bytes: &[u8]) {
    let whole = testing::sniff_and_read(bytes, 1 << 20);
    for target in [1, 7, 61, 1031] {
        // Small blocks of long inputs take time and show nothing new.
        if bytes.len() / target < 4096 {
            assert!(testing::sniff_and_read(bytes, target) == whole, "blocks of {target} bytes change records");
        }
    }
}

fn json_lines(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    for line in text.lines() {
        json::read_alike(line);
        let Ok(strict) = serde_json::from_str::<Map<String, Value>>(line) else { continue };
        let sniffed = sniff::forced("jsonl", &Head::new("", true)).expect("it is a row");
        let read = testing::read_all(&sniffed, line.as_bytes(), 1 << 20);
        assert!(read.len() == 1 && read.iter().all(|r| r.refused.is_none()), "{line}: {read:?}");
        assert!(!read[0].repaired || strict.values().any(may_hold_damage), "{line}: {read:?}");
    }
}

/// A text may be a document of its own, read in its turn: what is wrong in that one is repaired there, while the line
/// around it is right. That is an escape, a control, or in an object a value that is none.
fn may_hold_damage(value: &Value) -> bool {
    match value {
        Value::String(text) => {
            text.contains(|c: char| matches!(c, '\\' | '{' | char::REPLACEMENT_CHARACTER) || c.is_control())
        }
        Value::Array(items) => items.iter().any(may_hold_damage),
        Value::Object(fields) => fields.values().any(may_hold_damage),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

fn stamps(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    for line in text.lines() {
        stamp::read(line, &stamp::Zone::default());
    }
}
