//! SARIF of scans as different as can be: what GitHub would refuse, what does not agree with itself or with the JSON of the
//! same scan, what leads to another place than it shows.
//!
//! The official schema and Microsoft's Multitool look at such files in `.ci/sarif`.

mod corpora;
pub(crate) mod inputs;
mod regions;

#[path = "../../src/report/sarif/ingest.rs"]
mod ingest;

use crate::support::{Folder, Ran, root, run_with_input};
use serde_json::Value;
use std::collections::BTreeSet;
use std::io::Write;

/// What code scanning takes, packed, is 10 MB; we stay below nine.
const PACKED: usize = 9_000_000;

/// One scan, and the code it ends with.
struct Scan {
    name: &'static str,
    args: &'static [&'static str],
    stdin: &'static [u8],
    code: i32,
}

const fn scan(name: &'static str, args: &'static [&'static str]) -> Scan {
    Scan { name, args, stdin: b"", code: 0 }
}

/// Scans of what [`inputs::write`] writes.
static SCANS: &[Scan] = &[
    scan("hostile text", &["hostile.jsonl"]),
    scan("hostile text, nothing blanked", &["hostile.jsonl", "--redact", "off"]),
    scan("hostile text, everything blanked", &["hostile.jsonl", "--redact", "strict"]),
    scan("without lines", &["hostile.jsonl", "--no-snippets"]),
    scan("odd paths", &["odd"]),
    scan("odd paths, each a root", &["odd/a b %25 ü #1 [x](y)", "odd/more/c:x%4.jsonl", "--sarif-root", "odd/more"]),
    scan("a path that is rewritten", &["odd", "--config", "rewrites.yml"]),
    scan("archives", &["packed"]),
    scan("a document in one line", &["line.json"]),
    scan("a document in one line, in small blocks", &["line.json", "--block-size", "1024", "--threads", "3"]),
    scan("a document over many lines", &["lines.json"]),
    scan("an envelope in one line", &["envelope.json"]),
    scan("several encodings", &["encodings"]),
    scan("records of several lines", &["several"]),
    scan("Windows logs", &["windows"]),
    scan("correlations", &["logs", "--year", "2026"]),
    scan("at most one sample", &["logs", "--year", "2026", "--samples", "1"]),
    scan(
        "all that is asked for",
        &[
            "logs",
            "hostile.jsonl",
            "--year",
            "2026",
            "--sarif-rules",
            "all",
            "--sarif-category",
            "logs",
            "--sarif-include-suppressed",
            "--ignore-file",
            "ignore.yml",
            "--baseline",
            "known.json",
        ],
    ),
    scan("few results", &["hostile.jsonl", "--sarif-max-results", "3"]),
    scan("only the worst", &["hostile.jsonl", "--min-severity", "high"]),
    scan("nothing found", &["nothing.log"]),
    scan("an empty log", &["empty.log"]),
    Scan { code: 4, ..scan("a log that is not there", &["hostile.jsonl", "nowhere.log"]) },
    Scan { code: 4, ..scan("few alerts", &["hostile.jsonl", "--max-alerts", "3"]) },
    Scan { code: 1, ..scan("a gate that fires", &["hostile.jsonl", "--fail-on", "high"]) },
    scan("rules that do not load", &["hostile.jsonl", "-r", "broken.yml", "--exclude-rule", "no [x](y) {0}"]),
    Scan { stdin: inputs::LINE.as_bytes(), ..scan("standard input", &["-"]) },
    Scan { stdin: inputs::LINE.as_bytes(), ..scan("named input", &["-", "--stdin-name", "a:x y/%.log [1](2)"]) },
];

/// Runs a scan that writes SARIF, and JSON to hold it against.
fn run(folder: &Folder, scan: &Scan) -> (Value, Value, Ran) {
    let first = ["scan", "--no-ignore", "--reference-time", "2026-06-01T00:00:00Z", "-q"];
    let reports = ["--report", "sarif=out.sarif", "--format", "json", "-r", "rules.yml"];
    let config: &[&str] = if scan.args.contains(&"--config") { &[] } else { &["--no-config"] };
    let ignore: &[&str] = if scan.args.contains(&"--ignore-file") { &["scan"] } else { &first[..2] };
    let args = [ignore, &first[2..], &reports, config, scan.args].concat();
    let ran = run_with_input(folder.path(), &args, scan.stdin).with_code(scan.code);
    let json = ran.json();
    let sarif = serde_json::from_str(&folder.read("out.sarif")).unwrap_or_else(|e| panic!("{}: {e}", scan.name));
    (sarif, json, ran)
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// Everything that can be said of a file without its logs.
fn complaints(sarif: &Value, json: &Value, folder: &Folder) -> Vec<String> {
    let mut found = ingest::complaints(sarif);
    let run = &sarif["runs"][0];
    let results = list(&run["results"]);
    let prints = |rule: &Value, print: &Value| (text(rule).to_owned(), text(print).to_owned());
    let ours: BTreeSet<_> = results
        .iter()
        .map(|result| prints(&result["ruleId"], &result["partialFingerprints"]["logsentryAlert/v1"]))
        .collect();
    let alerts: Vec<&Value> = list(&json["alerts"]).iter().collect();
    let suppressed = results.iter().any(|result| result.get("suppressions").is_some());
    let theirs: BTreeSet<_> = alerts
        .iter()
        .filter(|alert| suppressed || alert["status"] != "suppressed")
        .map(|alert| prints(&alert["rule_id"], &alert["fingerprint"]))
        .collect();
    let dropped = run["properties"]["logsentry"]["counts"]["dropped"].as_u64().unwrap_or(u64::MAX);
    if !(ours.is_subset(&theirs) && (ours.len() as u64).saturating_add(dropped) == theirs.len() as u64) {
        found.push(format!("{} results, {dropped} dropped, {} alerts", ours.len(), theirs.len()));
    }
    let notices = list(&run["invocations"][0]["toolExecutionNotifications"]);
    if dropped > 0 && !notices.iter().any(|notice| notice["descriptor"]["id"] == "LSN002") {
        found.push("results were left out and nobody says so".to_owned());
    }
    let whole = sarif.to_string();
    if whole.contains(&*folder.path().to_string_lossy()) {
        found.push("the folder of the scan is told".to_owned());
    }
    found.extend(strings(sarif).into_iter().filter(|text| text.chars().any(is_hidden)).map(|text| format!("{text:?}")));
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(whole.as_bytes()).expect("memory");
    if packed.finish().expect("memory").len() > PACKED {
        found.push("larger than code scanning takes".to_owned());
    }
    found
}

/// Control characters and those that turn text around.
fn is_hidden(c: char) -> bool {
    (c.is_control() && c != '\n' && c != '\t') || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// All text of a document, names of members among it.
fn strings(value: &Value) -> Vec<&str> {
    let (mut found, mut stack) = (Vec::new(), vec![value]);
    while let Some(value) = stack.pop() {
        match value {
            Value::String(text) => found.push(text.as_str()),
            Value::Array(items) => stack.extend(items),
            Value::Object(members) => {
                found.extend(members.keys().map(String::as_str));
                stack.extend(members.values());
            }
            _ => {}
        }
    }
    found
}

#[test]
fn every_scan_gives_a_file_that_is_taken_and_agrees_with_itself() {
    let folder = inputs::write();
    let known = ["scan", "logs", "--no-config", "--year", "2026", "-q", "--write-baseline", "known.json"];
    folder.run(&known).with_code(0);
    let mut found = Vec::new();
    for scan in SCANS {
        let (sarif, json, _) = run(&folder, scan);
        let wrong = complaints(&sarif, &json, &folder).into_iter().chain(regions::complaints(&sarif, folder.path()));
        found.extend(wrong.map(|complaint| format!("{}: {complaint}", scan.name)));
    }
    assert_eq!(found, Vec::<String>::new());
}

/// The results of a scan by the name it has in the table.
fn results(folder: &Folder, name: &str) -> Vec<Value> {
    let scan = SCANS.iter().find(|scan| scan.name == name).expect("it is in the table");
    list(&run(folder, scan).0["runs"][0]["results"]).to_vec()
}

fn uris(results: &[Value]) -> BTreeSet<String> {
    let uri = |result: &Value| text(&result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]).to_owned();
    results.iter().map(uri).collect()
}

fn region<'r>(result: &'r Value, name: &str) -> &'r Value {
    &result["locations"][0]["physicalLocation"]["region"][name]
}

#[test]
fn places_are_told_as_code_scanning_can_show_them() {
    let folder = inputs::write();
    for (name, want) in [
        ("standard input", vec!["stdin"]),
        ("named input", vec!["a%3Ax%20y/%25.log%20%5B1%5D(2)"]),
        (
            "odd paths",
            vec![
                "odd/Microsoft-Windows-Sysmon%254Operational.jsonl",
                "odd/a%20b%20%2525%20%C3%BC%20%231%20%5Bx%5D(y)/%C3%A4%7B0%7D&%22quoted%22/l%C3%B6g%20file;1.jsonl",
                "odd/more/c:x%254.jsonl",
                "odd/more/raw%FF.jsonl",
            ],
        ),
        (
            "archives",
            vec![
                "packed/bundle.tar.gz!/deep/b.zip!/c%20d.jsonl",
                "packed/bundle.tar.gz!/var/log/auth.jsonl",
                "packed/logs.zip!/%C3%A4/x.jsonl",
                "packed/rotated.jsonl.2.gz",
            ],
        ),
        (
            "a path that is rewritten",
            vec![
                "elsewhere/Microsoft-Windows-Sysmon%254Operational.jsonl",
                "elsewhere/a%20b%20%2525%20%C3%BC%20%231%20%5Bx%5D(y)/%C3%A4%7B0%7D&%22quoted%22/l%C3%B6g%20file;1.jsonl",
                "elsewhere/more/c:x%254.jsonl",
                "elsewhere/more/raw%FF.jsonl",
            ],
        ),
    ] {
        let want: BTreeSet<String> = want.into_iter().map(str::to_owned).collect();
        assert_eq!(uris(&results(&folder, name)), want, "{name}");
    }
    let member = |result: &Value| {
        let ours = &result["properties"]["logsentry"];
        (text(&ours["container"]).to_owned(), text(&ours["member"]).to_owned())
    };
    let members: BTreeSet<_> = results(&folder, "archives").iter().map(member).collect();
    for (container, name) in [
        ("packed/bundle.tar.gz!/deep/b.zip", "c d.jsonl"),
        ("packed/bundle.tar.gz", "var/log/auth.jsonl"),
        ("packed/logs.zip", "ä/x.jsonl"),
        ("", ""),
    ] {
        assert!(members.contains(&(container.to_owned(), name.to_owned())), "{name}: {members:?}");
    }
}

#[test]
fn records_in_one_line_have_columns_of_their_own_for_any_block_size() {
    let folder = inputs::write();
    let whole = results(&folder, "a document in one line");
    assert_eq!(whole, results(&folder, "a document in one line, in small blocks"));
    let starts: BTreeSet<u64> = whole.iter().filter_map(|result| region(result, "startColumn").as_u64()).collect();
    assert_eq!(starts.len(), whole.len(), "no two begin in the same place");
    assert!(whole.len() >= 40 && whole.iter().all(|result| region(result, "startLine") == 1));
    let json: Value = run(&folder, &scan("json", &["line.json"])).1;
    let columns: BTreeSet<u64> =
        list(&json["alerts"]).iter().filter_map(|alert| alert["location"]["column"].as_u64()).collect();
    assert_eq!(columns, starts);
}

#[test]
fn records_of_windows_logs_are_called_by_their_number_and_channel() {
    let folder = inputs::write();
    let of_windows = results(&folder, "Windows logs");
    assert!(!of_windows.is_empty());
    for result in of_windows {
        regions::is_record(&result);
        let ours = &result["properties"]["logsentry"];
        assert!(["Security", "System"].contains(&text(&ours["channel"])) && ours["record"].is_u64(), "{ours}");
    }
}

#[test]
fn of_20_000_alerts_the_worst_are_written_and_the_rest_is_told() {
    let folder = inputs::write();
    inputs::write_crowd(&folder);
    let (sarif, json, _) = run(&folder, &scan("more alerts than are shown", &["crowd.jsonl"]));
    assert_eq!(complaints(&sarif, &json, &folder), Vec::<String>::new());
    let run = &sarif["runs"][0];
    assert_eq!((list(&json["alerts"]).len(), list(&run["results"]).len()), (inputs::CROWD, 5_000));
    assert!(list(&run["results"]).iter().all(|result| result["level"] == "error"), "high and critical are 8,000");
    let notices = list(&run["invocations"][0]["toolExecutionNotifications"]);
    let said = notices.iter().find(|notice| notice["descriptor"]["id"] == "LSN002").expect("it is told");
    assert_eq!(text(&said["message"]["text"]), "20000 alerts, 5000 results written, 15000 left out.");
    let critical = list(&run["results"]).iter().filter(|r| r["properties"]["logsentry"]["severity"] == "critical");
    assert_eq!(critical.count(), 4_000, "none of the worst is left out");
}

#[test]
fn the_checks_can_fail() {
    let folder = inputs::write();
    let (mut sarif, json, _) = run(&folder, &scan("one", &["line.json"]));
    assert_eq!(complaints(&sarif, &json, &folder), Vec::<String>::new());
    for (pointer, wrong) in [
        ("/runs/0/results/0/ruleIndex", Value::from(4)),
        ("/runs/0/results/0/partialFingerprints/logsentryAlert~1v1", Value::from("0")),
        ("/runs/0/results/0/message/text", Value::from("\u{1b}[2J")),
        ("/runs/0/results/0/locations/0/physicalLocation/region/endColumn", Value::from(1)),
        ("/runs/0/artifacts/0/location/index", Value::from(1)),
        ("/runs/0/taxonomies/0/guid", Value::from("x")),
        ("/runs/0/tool/driver/rules/0/relationships/0/target/id", Value::from("T9999")),
    ] {
        let right = std::mem::replace(sarif.pointer_mut(pointer).expect(pointer), wrong);
        assert!(!complaints(&sarif, &json, &folder).is_empty(), "{pointer}");
        *sarif.pointer_mut(pointer).expect(pointer) = right;
    }
    let start = "/runs/0/results/0/locations/0/physicalLocation/region/startColumn";
    assert_eq!(regions::complaints(&sarif, folder.path()), Vec::<String>::new());
    *sarif.pointer_mut(start).expect(start) = Value::from(5);
    assert!(!regions::complaints(&sarif, folder.path()).is_empty());
    assert!(root().join("tests/sarif/check.py").is_file(), "what .ci/sarif runs");
}
