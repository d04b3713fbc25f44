//! What leaves the program, and what must never leave it.

use super::Target;
use crate::analyzer::{Analysis, Analyzer};
use crate::config::Config;
use serde_json::Value;
use std::fs;
use std::path::PathBuf;
use std::sync::{LazyLock, Mutex, PoisonError};

/// Every report of what hostile logs say.
pub(super) const SINKS: Target = Target {
    name: "sinks",
    promise: "no report carries control characters, commands, formulas or markup of a log, and each can be read back",
    seeds: &["corpus/nasty/attack", "examples/sample_logs", "tests/rules"],
    run: sinks,
};

/// A folder of this process for inputs, which a scan takes from files alone.
pub(super) struct Scratchpad(PathBuf);

impl Scratchpad {
    #[expect(clippy::disallowed_methods, reason = "fuzzing is no scan: it may ask where temporary files go")]
    pub(super) fn new(name: &str) -> Scratchpad {
        let folder = std::env::temp_dir().join(format!("logsentry-fuzz-{}-{name}", std::process::id()));
        fs::create_dir_all(&folder).expect("there is room for a folder");
        Scratchpad(folder)
    }

    pub(super) fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.0.join(name);
        fs::write(&path, bytes).expect("there is room for a file");
        path
    }
}

/// A report as text.
pub(super) fn written(analysis: &Analysis, format: &str) -> String {
    let mut out = Vec::new();
    analysis.write(format, &mut out).expect("memory takes it");
    String::from_utf8(out).unwrap_or_else(|e| panic!("{format} is not UTF-8: {e}"))
}

/// The books of a JSON report add up: records are events or unparsed, and the inputs give the sum.
pub(super) fn add_up(report: &str) {
    let report: Value = serde_json::from_str(report).expect("the report is JSON");
    let count = |books: &Value, name: &str| books[name].as_u64().unwrap_or_else(|| panic!("{name} is no number"));
    let inputs = report["inputs"].as_array().expect("a list");
    for name in ["records", "events", "unparsed", "repaired", "truncated", "blank", "header_lines", "bytes"] {
        let sum: u64 = inputs.iter().map(|input| count(input, name)).sum();
        assert_eq!(sum, count(&report["summary"], name), "{name}");
    }
    for books in inputs.iter().chain([&report["summary"]]) {
        assert_eq!(count(books, "records"), count(books, "events") + count(books, "unparsed"), "{books}");
    }
}

static ANALYZER: LazyLock<Analyzer> =
    LazyLock::new(|| Analyzer::new(Config { threads: Some(1), ..Config::default() }).expect("the built-in rules load"));

fn sinks(bytes: &[u8]) {
    static PAD: LazyLock<Mutex<Scratchpad>> = LazyLock::new(|| Mutex::new(Scratchpad::new("sinks")));
    let pad = PAD.lock().unwrap_or_else(PoisonError::into_inner);
    let path = pad.write("input.log", bytes);
    let analysis = ANALYZER.analyze_paths(&[&path]).expect("scanning never fails");
    console(&written(&analysis, "console"));
    for format in ["json", "sarif"] {
        serde_json::from_str::<Value>(&written(&analysis, format)).unwrap_or_else(|e| panic!("{format}: {e}"));
    }
    for line in written(&analysis, "jsonl").lines() {
        serde_json::from_str::<Value>(line).unwrap_or_else(|e| panic!("jsonl: {e}: {line}"));
    }
    table(&written(&analysis, "csv"));
    page(&written(&analysis, "html"));
}

fn console(text: &str) {
    let control = |c: char| (c.is_control() && c != '\n') || ('\u{202a}'..='\u{202e}').contains(&c);
    assert!(!text.contains(control), "{text:?}");
    for line in text.lines() {
        let start = line.trim_start();
        assert!(!["::", "##vso[", "##[", "##teamcity["].iter().any(|c| start.starts_with(c)), "{line}");
    }
}

fn table(text: &str) {
    let mut rows = csv::Reader::from_reader(text.as_bytes());
    let columns = rows.headers().expect("a header").len();
    for row in rows.records() {
        let row = row.unwrap_or_else(|e| panic!("{e}: {text}"));
        assert_eq!(row.len(), columns);
        let formula = |cell: &str| cell.starts_with(['=', '+', '-', '@', '\t', '\r']) && cell.parse::<f64>().is_err();
        assert!(!row.iter().any(formula), "{row:?}");
    }
}

/// Scripts and event handlers of a log would stand in tags, and every `<` of a log is written as an entity.
fn page(text: &str) {
    let scripts = text.matches("<script").count();
    assert!(scripts <= 1, "{scripts} scripts");
    for tag in ["<img", "<iframe", "<object", "<embed", "<link", "<base", "<form"] {
        assert!(!text.contains(tag), "{tag}");
    }
}
