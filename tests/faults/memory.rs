//! Bounded memory: inputs of shapes that ask for much of it, read within 256 MiB of data (`ulimit -d`, which the system
//! enforces: one byte more and the process is gone).
//!
//! `MEMORY=full` takes the sizes an attacker would (`.ci/memory-shapes`, optimised); else they are what takes seconds.
//! Inputs come through standard input, so they need no disk.

use crate::support::{Folder, binary, program};
use std::io::{self, BufWriter, Write};
use std::process::Stdio;

/// What one input may cost, in KiB.
const LIMIT: u64 = 256 << 10;

const KEYS: &str = "title: Base\nname: base\nlogsource: {category: any}\ndetection:\n    s: {user|exists: true}\n    condition: s\nlevel: low\n\
---\ntitle: Keys\nname: keys\ncorrelation:\n    type: event_count\n    rules: [base]\n    group-by: [user]\n    timespan: 1d\n    condition: {gte: 3}\nlevel: high\n";
const SOURCES: &str = "title: Base\nname: base\nlogsource: {category: any}\ndetection:\n    s: {src_ip|exists: true}\n    condition: s\nlevel: low\n\
---\ntitle: Sources\nname: sources\ncorrelation:\n    type: value_count\n    rules: [base]\n    group-by: [src_ip]\n    timespan: 1d\n    condition: {field: user, gte: 100}\nlevel: high\n";

/// One shape: what it is called, its rules, how much of it, and what is said when it is too much.
pub(super) struct Shape {
    name: &'static str,
    rules: &'static str,
    short: u64,
    full: u64,
    feed: fn(u64, &mut dyn Write) -> io::Result<()>,
    /// In the full size, what standard error says of the bound.
    says: &'static str,
}

/// All of them.
pub(super) static SHAPES: &[Shape] = &[
    Shape {
        name: "one line of text, in bytes",
        rules: super::EVERY,
        short: 64 << 20,
        full: 2 << 30,
        feed: line,
        says: "cut",
    },
    Shape {
        name: "one line of JSON, in bytes",
        rules: super::EVERY,
        short: 64 << 20,
        full: 2 << 30,
        feed: json,
        says: "cut",
    },
    Shape { name: "distinct group keys", rules: KEYS, short: 60_000, full: 10_000_000, feed: keys, says: "" },
    Shape {
        name: "alerts",
        rules: super::EVERY,
        short: 120_000,
        full: 10_000_000,
        feed: keys,
        says: "more than 100000 alerts",
    },
    Shape { name: "a zip bomb, in bytes", rules: super::EVERY, short: 100 << 20, full: 4 << 30, feed: zip, says: "" },
    Shape { name: "a gzip bomb, in bytes", rules: super::EVERY, short: 100 << 20, full: 4 << 30, feed: gzip, says: "" },
    Shape { name: "lines in one CSV cell", rules: super::EVERY, short: 100_000, full: 1_000_000, feed: cell, says: "" },
    Shape {
        name: "sources in a day-long correlation",
        rules: SOURCES,
        short: 20_000,
        full: 1_000_000,
        feed: sources,
        says: "",
    },
    Shape {
        name: "kinds of records with long names",
        rules: super::EVERY,
        short: 900,
        full: 10_000,
        feed: kinds,
        says: "",
    },
    Shape { name: "programs with long names", rules: super::EVERY, short: 500, full: 10_000, feed: programs, says: "" },
];

/// So many bytes that hardly repeat, without a line end.
fn bytes(n: u64, out: &mut dyn Write) -> io::Result<()> {
    let piece: Vec<u8> = (0..1_u32 << 16).map(|n| b'a' + (n.wrapping_mul(2_654_435_761) >> 27) as u8 % 26).collect();
    for _ in 0..n / piece.len() as u64 {
        out.write_all(&piece)?;
    }
    Ok(())
}

fn line(n: u64, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(b"Mar  2 09:00:01 gate sshd[77]: Accepted password for alice from ")?;
    bytes(n, out)?;
    out.write_all(b"\nMar  2 09:00:02 gate sshd[77]: Accepted password for bob from 192.0.2.1 port 22 ssh2\n")
}

fn json(n: u64, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(b"{\"user\":\"before\"}\n{\"user\":\"")?;
    bytes(n, out)?;
    out.write_all(b"\"}\n{\"user\":\"behind\"}\n")
}

fn keys(n: u64, out: &mut dyn Write) -> io::Result<()> {
    for n in 0..n {
        let (hour, minute, second) = (n / 600_000 % 24, n / 10_000 % 60, n / 200 % 60);
        writeln!(out, "{{\"timestamp\":\"2026-01-01T{hour:02}:{minute:02}:{second:02}Z\",\"user\":\"user-{n:09}\"}}")?;
    }
    Ok(())
}

fn sources(n: u64, out: &mut dyn Write) -> io::Result<()> {
    for turn in 0..3 {
        for n in 0..n {
            let (minute, second) = (n * 60 / 1_000_000 % 60, n / 300 % 60);
            let (hour, [_, a, b, c]) = (turn * 8 + n % 8, u32::try_from(n).unwrap_or(0).to_be_bytes());
            writeln!(
                out,
                "{{\"timestamp\":\"2026-01-01T{hour:02}:{minute:02}:{second:02}Z\",\"src_ip\":\"10.{a}.{b}.{c}\",\"user\":\"u{turn}{n}\"}}"
            )?;
        }
    }
    Ok(())
}

/// Records that each name a provider, a channel and a field of their own, at length.
fn kinds(n: u64, out: &mut dyn Write) -> io::Result<()> {
    let long = "x".repeat(100_000);
    for n in 0..n {
        let (provider, field) = (format!("{n}{long}"), format!("f{n}{long}"));
        writeln!(
            out,
            "{{\"EventID\":1,\"Provider_Name\":\"{provider}\",\"Channel\":\"{provider}\",\"{field}\":1,\"user\":\"a\"}}"
        )?;
    }
    Ok(())
}

/// Lines that each name a host and a program of their own, at length.
fn programs(n: u64, out: &mut dyn Write) -> io::Result<()> {
    let long = "x".repeat(200_000);
    for n in 0..n {
        writeln!(out, "Mar  2 09:00:01 h{n}{long} p{n}{long}[77]: something was done")?;
    }
    Ok(())
}

fn cell(n: u64, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(b"time,user,text\n2026-01-01T00:00:00Z,alice,\"")?;
    for n in 0..n {
        writeln!(out, "line {n} of a cell that does not end")?;
    }
    out.write_all(b"\"\n2026-01-01T00:00:01Z,bob,short\n")
}

fn zip(n: u64, out: &mut dyn Write) -> io::Result<()> {
    let mut writer = zip::ZipWriter::new(io::Cursor::new(Vec::new()));
    writer.start_file("bomb.jsonl", zip::write::SimpleFileOptions::default().large_file(true))?;
    zeros(n, &mut writer)?;
    out.write_all(&writer.finish()?.into_inner())
}

fn gzip(n: u64, out: &mut dyn Write) -> io::Result<()> {
    let mut packed = flate2::write::GzEncoder::new(out, flate2::Compression::fast());
    zeros(n, &mut packed)?;
    packed.finish().map(drop)
}

/// Records that say nothing, as large as they may be.
fn zeros(n: u64, out: &mut dyn Write) -> io::Result<()> {
    let record = format!("{{\"user\":\"{}\"}}\n", "0".repeat(60_000));
    for _ in 0..n / record.len() as u64 {
        out.write_all(record.as_bytes())?;
    }
    Ok(())
}

/// Runs one shape under the limit. Gives what it said, and the peak in KiB where GNU time is there to measure it.
fn run(shape: &Shape, size: u64) -> (Option<i32>, String, String) {
    let folder = Folder::new();
    folder.write("rules.yml", shape.rules);
    let script = format!(
        "ulimit -d {LIMIT}; if [ -x /usr/bin/time ]; then exec /usr/bin/time -o peak -f %M \"$@\"; else exec \"$@\"; fi"
    );
    let args = ["scan", "-", "--no-config", "--no-builtin", "-r", "rules.yml", "--year", "2026"];
    let mut child = program("sh", folder.path())
        .args(["-c", &script, "sh", &binary()])
        .args(args)
        .args(["--format", "csv", "-o", "/dev/null", "--report", "html=r.html"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("sh is there");
    let stdin = child.stdin.take().expect("it was piped");
    let feed = shape.feed;
    // Who stops reading early (a bomb) closes the pipe, and that is fine.
    let feeder = std::thread::spawn(move || {
        let mut stdin = BufWriter::with_capacity(1 << 16, stdin);
        drop(feed(size, &mut stdin).and_then(|()| stdin.flush()));
    });
    let output = child.wait_with_output().expect("it was started");
    feeder.join().expect("feeding does not panic");
    let peak = std::fs::read_to_string(folder.path().join("peak")).unwrap_or_default();
    let peak = peak.lines().last().unwrap_or("?").to_owned();
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned(), peak)
}

#[test]
fn no_shape_of_an_input_takes_more_than_its_memory() {
    let is_full = std::env::var_os("MEMORY").is_some_and(|how| how == "full");
    let mut wrong = Vec::new();
    for shape in SHAPES {
        let size = if is_full { shape.full } else { shape.short };
        let (code, said, peak) = run(shape, size);
        eprintln!("memory: {size} {}: peak {peak} KiB, exit {code:?}", shape.name);
        let first: String = said.lines().take(6).collect::<Vec<_>>().join("\n");
        // 4: a bound was reached, which is what bounds are for.
        if !matches!(code, Some(0 | 4)) {
            wrong.push(format!("{}: {code:?}: {first}", shape.name));
        }
        if is_full && !said.contains(shape.says) {
            wrong.push(format!("{}: nobody says {:?}: {first}", shape.name, shape.says));
        }
        if peak.parse::<u64>().is_ok_and(|peak| peak > LIMIT) {
            wrong.push(format!("{}: {peak} KiB", shape.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
