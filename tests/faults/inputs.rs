//! Inputs that fail while they are read: what stood before is scanned, what is lost is named, the code is 4.

use super::{as_nobody, faulty, folder, shell};
use crate::support::{Folder, Ran};
use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;

/// So many records that no buffer holds them all.
const MANY: usize = 40_000;

/// Errors behind a million bytes.
pub(super) const BROKEN: [(&str, &str, &str); 2] = [
    ("in/a.jsonl", "read:in/a.jsonl:1000000:EIO", "input/output error"),
    ("in/b.jsonl.gz", "read:in/b.jsonl.gz:1000000:EIO", "input/output error"),
];

/// Errors before the first byte.
pub(super) const UNOPENED: [(&str, &str); 4] = [
    ("read:in/a.jsonl:0:EIO", "input/output error"),
    ("open:in/a.jsonl:0:EIO", "input/output error"),
    ("open:in/a.jsonl:0:EACCES", "permission denied"),
    ("open:in/a.jsonl:0:unlink", "no such file or directory"),
];

/// What happens to a file while it is read.
pub(super) const CHANGES: [(&str, &str); 5] = [
    ("truncate", "in/a.jsonl"),
    ("truncate", "in/b.jsonl.gz"),
    ("append", "in/a.jsonl"),
    ("unlink", "in/a.jsonl"),
    ("unlink", "in/b.jsonl.gz"),
];

/// What is no longer there when its years are asked for.
pub(super) const YEARLESS: [(&str, &str); 3] =
    [("unlink", "in/a.jsonl"), ("unlink", "in/b.jsonl.gz"), ("replace", "in/a.jsonl")];

/// What somebody may not read or write: arguments, exit code, and the place that is named.
pub(super) const DENIED: [(&[&str], i32, &str); 8] = [
    (&["scan", "in", "--no-config", "--format", "json"], 4, "in/closed.jsonl: "),
    (&["scan", "in", "--no-config", "--format", "json"], 4, "in/below: "),
    (&["scan", "in/closed.jsonl", "--no-config"], 4, "in/closed.jsonl: "),
    (&["scan", "in/open.jsonl", "--config", "closed.yml"], 2, "closed.yml: "),
    (&["scan", "in/open.jsonl", "--no-config", "-r", "closed.yml"], 3, "closed.yml: "),
    (&["scan", "in/open.jsonl", "--no-config", "--baseline", "closed.yml"], 2, "closed.yml: "),
    (&["scan", "in/open.jsonl", "--no-config", "--ignore-file", "closed.yml"], 2, "closed.yml: "),
    (&["scan", "in/open.jsonl", "--no-config", "-o", "out/report"], 5, "out/report: "),
];

fn gzip(text: &str) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::none());
    packed.write_all(text.as_bytes()).expect("memory");
    packed.finish().expect("memory")
}

fn scan(folder: &Folder, fault: &str) -> Option<Ran> {
    let mut args = vec!["scan", "in", "--no-config", "--format", "json", "--sarif-root", "."];
    if ["truncate", "append", "unlink", "replace"].iter().any(|act| fault.ends_with(act)) {
        // Others do this to the file; here it comes from inside the process, which may not.
        args.push("--no-sandbox");
    }
    faulty(folder.path(), &[("FAULT", fault)], &args)
}

/// What a report says of an input.
fn events(ran: &Ran, path: &str) -> u64 {
    let report = ran.json();
    let mut inputs = report["inputs"].as_array().expect("a list").iter();
    inputs.find(|input| input["path"] == path).and_then(|input| input["events"].as_u64()).unwrap_or_default()
}

#[test]
fn what_cannot_be_read_further_is_named_with_its_line() {
    let folder = Folder::new();
    let text = super::records(MANY);
    folder.write("in/a.jsonl", &text);
    folder.write("in/b.jsonl.gz", gzip(&text));
    folder.write("in/c.jsonl", super::records(10));
    for (name, fault, why) in BROKEN {
        let Some(ran) = scan(&folder, fault) else { return };
        let (broken, line) = (events(&ran, name), format!("{name}: cannot be read beyond line "));
        assert_eq!(ran.code, Some(4), "{}", ran.stderr);
        assert!(broken > 10_000 && broken < MANY as u64, "{fault}: {broken} events");
        assert!(ran.stderr.lines().any(|said| said.contains(&line) && said.contains(why)), "{}", ran.stderr);
        for other in ["in/a.jsonl", "in/b.jsonl.gz", "in/c.jsonl"].iter().filter(|other| **other != name) {
            let all = if *other == "in/c.jsonl" { 10 } else { MANY as u64 };
            assert_eq!(events(&ran, other), all, "{fault}: {other}");
        }
    }
}

#[test]
fn what_cannot_be_opened_or_begun_is_named() {
    let folder = Folder::new();
    folder.write("in/a.jsonl", super::records(10));
    folder.write("in/c.jsonl", super::records(10));
    for (fault, why) in UNOPENED {
        let Some(ran) = scan(&folder, fault) else { return };
        assert_eq!((ran.code, events(&ran, "in/c.jsonl")), (Some(4), 10), "{fault}: {}", ran.stderr);
        let is_named = |said: &str| said.contains("in/a.jsonl: ") && said.contains(why);
        assert!(ran.stderr.lines().any(is_named), "{fault}: {}", ran.stderr);
        assert_eq!(ran.json()["summary"]["complete"], false, "{fault}");
    }
}

#[test]
fn an_input_that_changes_while_it_is_read_is_read_whole_or_named() {
    let text = super::records(MANY);
    for (act, name) in CHANGES {
        let folder = Folder::new();
        folder.write(name, if name.ends_with("gz") { gzip(&text) } else { text.clone().into_bytes() });
        folder.write("in/c.jsonl", super::records(10));
        let Some(ran) = scan(&folder, &format!("read:{name}:1000000:{act}")) else { return };
        let read = events(&ran, name);
        let why = match act {
            "truncate" => "cannot be read beyond line ",
            // It is opened once more when its turn comes.
            _ => "cannot be opened: no such file",
        };
        let is_named = ran.stderr.lines().any(|said| said.contains(name) && said.contains(why));
        let is_whole = read >= MANY as u64 && act != "truncate";
        assert_eq!(ran.code, Some(if is_whole { 0 } else { 4 }), "{act} {name}: {}", ran.stderr);
        assert!(is_whole != is_named, "{act} {name}: {read} events, {}", ran.stderr);
        assert!(read > 10_000 || act == "unlink", "{act} {name}: {read} events");
        assert_eq!(events(&ran, "in/c.jsonl"), 10, "{act} {name}");
    }
}

#[test]
fn an_input_that_is_gone_when_its_years_are_asked_for_is_named() {
    // Whoever reads the beginning sees no stamp without a year; the only one stands at the very end.
    let text =
        super::records(MANY) + "Mar  4 05:06:07 web sshd[42]: Failed password for root from 192.0.2.7 port 22 ssh2\n";
    let why = "could not be read once more for the years of stamps without one, which were counted from ";
    for (act, name) in YEARLESS {
        let folder = Folder::new();
        folder.write(name, if name.ends_with("gz") { gzip(&text) } else { text.clone().into_bytes() });
        folder.write("in/c.jsonl", super::records(10));
        let whole = folder.run(&["scan", "in", "--no-config", "--format", "json", "--sarif-root", "."]);
        assert!(!whole.stderr.contains(why), "{}", whole.stderr);
        let Some(ran) = scan(&folder, &format!("read:{name}:2000000:{act}")) else { return };
        // Everything is read all the same: the file that has gone is still open.
        assert_eq!(
            (events(&ran, name), events(&whole, name)),
            (MANY as u64 + 1, MANY as u64 + 1),
            "{name}: {}",
            ran.stderr
        );
        assert_eq!((events(&ran, "in/c.jsonl"), ran.code), (10, Some(4)), "{name}: {}", ran.stderr);
        let is_named =
            |said: &str| said.contains(name) && said.contains(why) && said.contains("--year says which it is");
        assert!(ran.stderr.lines().any(is_named), "{name}: {}", ran.stderr);
        assert_eq!(ran.json()["summary"]["complete"], false, "{name}");
    }
}

/// Pipes by every way they come to have a name.
pub(super) const NAMED_PIPES: [&str; 4] = [
    "\"$@\" /dev/stdin < log.jsonl",
    "cat log.jsonl | \"$@\" /dev/stdin",
    "mkfifo pipe; cat log.jsonl > pipe & \"$@\" pipe",
    "mkfifo packed; gzip -c log.jsonl > packed & \"$@\" packed",
];

#[test]
fn a_pipe_that_is_named_is_read_whole() {
    for script in NAMED_PIPES {
        let folder = folder(MANY);
        let ran = shell(folder.path(), script, &["scan", "--no-config", "--format", "json"]).with_code(0);
        assert_eq!(ran.json()["summary"]["events"], MANY, "{script}: {}", ran.stderr);
        let refused = shell(folder.path(), "sleep 1 | \"$@\" /dev/stdin", &["scan", "--no-config", "--time", "1d"]);
        assert_eq!(refused.code, Some(2), "{}", refused.stderr);
    }
}

#[test]
fn what_the_user_may_not_read_or_write_is_named() {
    let folder = folder(3);
    let close = |name: &str| {
        let path = folder.path().join(name);
        fs::set_permissions(path, fs::Permissions::from_mode(0o000)).expect("it is ours");
    };
    folder.write("in/open.jsonl", super::records(2));
    folder.write("in/closed.jsonl", super::records(2));
    folder.write("in/below/closed.jsonl", super::records(2));
    folder.write("closed.yml", super::EVERY);
    ["in/closed.jsonl", "in/below", "closed.yml"].into_iter().for_each(close);
    for (args, code, place) in DENIED {
        let Some(ran) = as_nobody(folder.path(), args) else { break };
        assert_eq!(ran.code, Some(code), "{args:?}: {}", ran.stderr);
        let is_told = |said: &str| said.contains(place) && said.contains("permission denied; run as a user who may");
        assert!(ran.stderr.lines().any(is_told), "{args:?}: {}", ran.stderr);
        if place.starts_with("in/below") {
            assert_eq!(ran.json()["summary"]["events"], 2);
        }
    }
    assert_eq!(folder.read("out/report"), "old");
    // So that the folder can vanish.
    fs::set_permissions(folder.path().join("in/below"), fs::Permissions::from_mode(0o755)).expect("it is ours");
}
