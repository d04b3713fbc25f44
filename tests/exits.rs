//! Every exit code, as a pipeline sees it (the table of `logsentry --help`).

use crate::support::{FORMATS, Folder, command, run, run_in, run_with_input};
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::Stdio;

const CALM: &str = "Mar  2 09:00:01 gate CRON[7]: (root) CMD (run-parts /etc/cron.hourly)\n";
const GUESSED: &str = "Mar  2 09:00:01 gate sshd[77]: Failed password for root from 198.51.100.7 port 50011 ssh2\n\
Mar  2 09:00:02 gate sshd[77]: Failed password for root from 198.51.100.7 port 50011 ssh2\n\
Mar  2 09:00:03 gate sshd[77]: Failed password for root from 198.51.100.7 port 50011 ssh2\n\
Mar  2 09:00:04 gate sshd[77]: Failed password for root from 198.51.100.7 port 50011 ssh2\n\
Mar  2 09:00:05 gate sshd[77]: Failed password for root from 198.51.100.7 port 50011 ssh2\n";
const RULE: &str = "title: Any\nlogsource: {category: any}\ndetection:\n    s: {message|contains: password}\n    condition: s\nlevel: low\n";
const BROKEN: &str =
    "title: Broken\nlogsource: {category: any}\ndetection:\n    s: {message|contians: x}\n    condition: s\n";

fn folder() -> Folder {
    let folder = Folder::new();
    folder.write("calm.log", CALM);
    folder.write("guessed.log", GUESSED);
    folder.write("rule.yml", RULE);
    folder.write("broken.yml", BROKEN);
    folder
}

#[track_caller]
fn check(args: &[&str], code: i32) {
    let folder = folder();
    let mut all = vec!["scan", "--no-config"];
    all.extend(args);
    let ran = run_in(folder.path(), &all).with_code(code);
    // What the system says is told in words.
    assert!(!ran.stderr.contains("(os error"), "{}", ran.stderr);
}

#[test]
fn a_complete_scan_below_the_gate_is_0() {
    check(&["calm.log"], 0);
    check(&["guessed.log"], 0);
    check(&["guessed.log", "--fail-on", "critical"], 0);
    check(&["guessed.log", "--fail-on", "none"], 0);
}

#[test]
fn an_alert_at_the_gate_is_1_in_every_format() {
    for format in FORMATS {
        check(&["guessed.log", "--fail-on", "high", "--format", format], 1);
        check(&["guessed.log", "--fail-on", "high", "--format", format, "-o", "out"], 1);
    }
}

#[test]
fn the_gate_sees_alerts_that_are_not_shown_and_says_so() {
    let folder = folder();
    let args = ["scan", "--no-config", "guessed.log", "--fail-on", "low", "--min-severity", "critical"];
    let ran = run_in(folder.path(), &args).with_code(1);
    assert!(ran.stderr.contains("below critical not shown"), "{}", ran.stderr);
}

#[test]
fn usage_and_configuration_are_2() {
    check(&["calm.log", "--no-such-flag"], 2);
    check(&["calm.log", "--fail-on", "urgent"], 2);
    check(&["calm.log", "--input-format", "telepathy"], 2);
    check(&["calm.log", "--tz", "Nowhere/Town"], 2);
    check(&["calm.log", "--reference-time", "yesterday"], 2);
    check(&["calm.log", "--exclude-rule", "nothing-like-it", "--strict"], 2);
    let folder = folder();
    folder.write(".logsentry.yml", "fial_on: high\n");
    let ran = run_in(folder.path(), &["scan", "calm.log"]).with_code(2);
    assert!(ran.stderr.contains("did you mean `fail_on`?"), "{}", ran.stderr);
}

#[test]
fn mistakes_in_a_configuration_are_told_with_file_and_key() {
    for (text, want) in [
        ("input_format: sislog\n", ["bad.yml: input_format", "`logsentry formats` lists them"]),
        ("reports: {sarf: out.sarif}\n", ["bad.yml: reports", "sarif"]),
        ("min_severity: urgent\n", ["bad.yml: min_severity", "expected informational"]),
        ("sarif: {root: nowhere}\n", ["bad.yml: sarif.root", "name one that is there"]),
        ("syslog: {timezone: Nowhere}\n", ["bad.yml: syslog.timezone", "Europe/Berlin"]),
        ("syslog: {host_timezones: {fw1: Nowhere}}\n", ["bad.yml: syslog.host_timezones", "Europe/Berlin"]),
        ("redact: {mode: loud}\n", ["bad.yml: redact.mode", "use default, strict or off"]),
        ("redact: {patterns: ['(']}\n", ["bad.yml: redact.patterns", "unclosed group"]),
        ("max_alerts: 0\n", ["bad.yml: max_alerts", "from 1 on"]),
    ] {
        let folder = folder();
        folder.write("bad.yml", text);
        let ran = run_in(folder.path(), &["scan", "--config", "bad.yml", "calm.log"]).with_code(2);
        assert!(want.iter().all(|want| ran.stderr.contains(want)), "{text}{}", ran.stderr);
    }
}

#[test]
fn an_unknown_exclusion_is_only_warned_of_without_strict() {
    let folder = folder();
    let ran = run_in(folder.path(), &["scan", "--no-config", "calm.log", "--exclude-rule", "nothing-like-it"]);
    let ran = ran.with_code(0);
    assert!(ran.stderr.contains("names no loaded rule"), "{}", ran.stderr);
}

#[test]
fn rules_that_cannot_be_loaded_are_3() {
    check(&["calm.log", "-r", "nowhere.yml"], 3);
    check(&["calm.log", "-r", "broken.yml"], 3);
    check(&["calm.log", "-r", "rule.yml", "-r", "broken.yml"], 0);
    check(&["calm.log", "-r", "rule.yml", "-r", "broken.yml", "--strict"], 3);
    let folder = folder();
    let ran = run_in(folder.path(), &["rules", "check", "--no-config", "broken.yml"]).with_code(3);
    assert!(ran.stdout.contains("broken.yml:4: error[unknown-modifier]"), "{}", ran.stdout);
    run_in(folder.path(), &["rules", "check", "--no-config", "rule.yml"]).with_code(0);
}

#[test]
fn inputs_that_are_not_there_or_cannot_be_read_are_4() {
    check(&["nowhere.log"], 4);
    check(&["nowhere.log", "calm.log"], 4);
    let folder = Folder::new();
    run_in(folder.path(), &["scan", "--no-config", "."]).with_code(4);
    run_in(folder.path(), &["scan", "--no-config", ".", "--allow-empty"]).with_code(0);
    folder.write("empty.log", "");
    run_in(folder.path(), &["scan", "--no-config", "."]).with_code(0);
    folder.write("capture.pcap", [0xD4, 0xC3, 0xB2, 0xA1, 2, 0, 4, 0]);
    run_in(folder.path(), &["scan", "--no-config", "."]).with_code(0);
    run_in(folder.path(), &["scan", "--no-config", "capture.pcap"]).with_code(4);
}

#[test]
fn the_gate_goes_before_what_could_not_be_read() {
    check(&["nowhere.log", "guessed.log", "--fail-on", "high"], 1);
}

#[test]
fn lines_that_do_not_parse_are_4_only_with_strict_or_when_nothing_parses() {
    let folder = Folder::new();
    folder.write("mixed.jsonl", "{\"a\":1}\n{\"b\":\n{\"c\":3}\n");
    run_in(folder.path(), &["scan", "--no-config", "mixed.jsonl"]).with_code(0);
    run_in(folder.path(), &["scan", "--no-config", "mixed.jsonl", "--strict"]).with_code(4);
    folder.write("none.jsonl", "{\"b\":\n{\"c\":\n");
    run_in(folder.path(), &["scan", "--no-config", "none.jsonl", "--input-format", "jsonl"]).with_code(4);
}

#[test]
fn a_report_that_cannot_be_written_is_5_before_anything_is_scanned() {
    let folder = folder();
    folder.write("file", "x");
    for path in ["file/report.json", "."] {
        let ran = run_in(folder.path(), &["scan", "--no-config", "calm.log", "--format", "json", "-o", path]);
        let ran = ran.with_code(5);
        assert!(ran.stderr.contains(path), "{}", ran.stderr);
    }
    check(&["guessed.log", "--fail-on", "high", "--report", "html=."], 5);
    if Path::new("/dev/full").exists() {
        check(&["guessed.log", "--fail-on", "high", "--format", "json", "-o", "/dev/full"], 5);
    }
}

#[test]
fn a_bug_is_101_and_says_what_it_is() {
    let ran = run(&["bug"]).with_code(101);
    assert!(ran.stderr.starts_with("error: this is a bug in logsentry"), "{}", ran.stderr);
    assert_eq!(ran.stderr.lines().count(), 1, "{}", ran.stderr);
}

#[cfg(unix)]
#[test]
fn an_interruption_is_130_and_leaves_the_old_report() {
    let folder = folder();
    folder.write("report.json", "old");
    let mut child = command(folder.path())
        .args(["scan", "--no-config", "-", "-v", "--format", "matches", "-o", "report.json"])
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary was built");
    let mut stdin = child.stdin.take().expect("it was piped");
    // More than is looked at to recognise a format, and then no end.
    let lines = "{\"message\": \"nothing\"}\n".repeat(1 << 13);
    stdin.write_all(lines.as_bytes()).expect("it is read");
    let mut stderr = BufReader::new(child.stderr.take().expect("it was piped"));
    let mut said = String::new();
    while !said.contains("read as jsonl") {
        assert_ne!(stderr.read_line(&mut said).expect("text"), 0, "the scan did not begin: {said}");
    }
    let begun = folder.path().join(".report.json.partial");
    assert!(begun.exists(), "the report was not begun");
    let kill = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(kill.expect("kill is there").success());
    let status = child.wait().expect("it was started");
    assert_eq!(status.code(), Some(130), "{said}");
    assert_eq!(folder.read("report.json"), "old");
    assert!(!begun.exists(), "a half report is left");
    drop(stdin);
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    let folder = folder();
    let many = GUESSED.repeat(4_000);
    folder.write("many.log", many);
    let mut child = command(folder.path())
        .args(["events", "--no-config", "many.log"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary was built");
    let mut stdout = child.stdout.take().expect("it was piped");
    let mut some = [0_u8; 64];
    stdout.read_exact(&mut some).expect("there is output");
    drop(stdout);
    let status = child.wait().expect("it was started");
    assert_eq!(status.code(), Some(0));
}

#[test]
fn standard_input_is_scanned_and_may_be_packed() {
    let folder = folder();
    let ran = run_with_input(folder.path(), &["scan", "--no-config", "-", "--format", "json"], GUESSED.as_bytes());
    let report = ran.with_code(0).json();
    assert_eq!(report["inputs"][0]["path"], "stdin");
    assert_eq!(report["summary"]["events"], 5);
}
