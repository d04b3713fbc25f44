//! Logs in containers: members are inputs of their own, and no container changes what is found in them.

use crate::support::{Folder, Ran, run_in, run_with_input};
use serde_json::Value;
use std::io::{Cursor, Write};
use tar::{EntryType, Header};
use zip::write::SimpleFileOptions;

/// Failed logins without a year, in December and January, so that years and windows have something to lose.
fn log() -> Vec<u8> {
    let line = |day: &str, at: usize, user: &str| {
        format!("{day} 22:14:{at:02} web1 sshd[411]: Failed password for {user} from 203.0.113.9 port 22 ssh2\n")
    };
    let december = (0..30).map(|n| line("Dec 31", n, "root"));
    december.chain((0..30).map(|n| line("Jan  1", n, "admin"))).collect::<String>().into_bytes()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(bytes).expect("memory");
    packed.finish().expect("memory")
}

fn bzip2(bytes: &[u8]) -> Vec<u8> {
    let mut packed = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    packed.write_all(bytes).expect("memory");
    packed.finish().expect("memory")
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest)
}

fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        writer.start_file(*name, SimpleFileOptions::default()).expect("memory");
        writer.write_all(bytes).expect("memory");
    }
    writer.finish().expect("memory").into_inner()
}

fn tar(members: &[(&str, EntryType, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, kind, bytes) in members {
        let mut header = Header::new_gnu();
        header.set_entry_type(*kind);
        header.set_size(bytes.len() as u64);
        builder.append_data(&mut header, name, *bytes).expect("memory");
    }
    builder.into_inner().expect("memory")
}

fn file<'b>(name: &'static str, bytes: &'b [u8]) -> (&'static str, EntryType, &'b [u8]) {
    (name, EntryType::Regular, bytes)
}

/// The log in every kind of container.
pub(crate) fn packings(log: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("auth.log", log.to_vec()),
        ("auth.log.gz", gzip(log)),
        ("auth.log.bz2", bzip2(log)),
        ("auth.log.zst", zstd(log)),
        ("gzip-in-bzip2", bzip2(&gzip(log))),
        ("logs.zip", zip(&[("auth.log", log)])),
        ("gzip-in-zip", zip(&[("auth.log.gz", &gzip(log))])),
        ("logs.tar", tar(&[file("auth.log", log)])),
        ("logs.tar.gz", gzip(&tar(&[file("auth.log", log)]))),
        ("gzip-in-tar-in-zstd", zstd(&tar(&[file("a", b""), file("auth.log.gz", &gzip(log))]))),
        ("tar-in-zip", zip(&[("logs.tar.gz", &gzip(&tar(&[file("auth.log", log)])))])),
        ("zip-in-tar", gzip(&tar(&[file("logs.zip", &zip(&[("auth.log", log)]))]))),
        ("zip-in-gzip", gzip(&zip(&[("auth.log", log)]))),
        ("tar-in-tar", tar(&[file("b.tar", &tar(&[file("auth.log", log)]))])),
    ]
}

/// Events without their paths; the empty file some archives hold has none.
fn events(ran: &Ran) -> Vec<Value> {
    let mut lines = ran.lines();
    for line in &mut lines {
        line.as_object_mut().expect("an object").remove("@path");
    }
    lines
}

/// What is said of alerts, without what depends on their log's name.
fn alerts(ran: &Ran) -> Vec<(Value, Value, Value, Value)> {
    let report = ran.json();
    let alerts = report["alerts"].as_array().expect("a list").iter();
    let first = |alert: &Value| alert["samples"].as_array().and_then(|all| all.first()).map(|s| s["line"].clone());
    let parts = |alert: &Value| {
        let line = first(alert).unwrap_or_default();
        (alert["rule_id"].clone(), alert["count"].clone(), alert["first_seen"].clone(), line)
    };
    let mut all: Vec<_> = alerts.map(parts).collect();
    all.sort_by_key(|alert| format!("{alert:?}"));
    all
}

const ARGS: [&str; 4] = ["--no-config", "--year", "2024", "--stdin-name"];

#[test]
fn no_container_changes_what_is_found() {
    let folder = Folder::new();
    let (mut plain, mut found) = (Vec::new(), Vec::new());
    for (name, bytes) in packings(&log()) {
        folder.write(name, &bytes);
        for threads in ["1", "3"] {
            let scanned = folder.run(
                &[&["scan", name, "--format", "json", "--threads", threads, "--block-size", "1031"], &ARGS[..3]]
                    .concat(),
            );
            let scanned = alerts(&scanned.with_code(0));
            assert!(!scanned.is_empty(), "{name}");
            if found.is_empty() {
                found = scanned;
            } else {
                assert_eq!(scanned, found, "{name}");
            }
        }
        let read = events(&folder.run(&[&["events", name], &ARGS[..3]].concat()).with_code(0));
        let piped = run_with_input(folder.path(), &[&["events", "-"], &ARGS[..], &["piped"]].concat(), &bytes);
        assert_eq!(events(&piped.with_code(0)), read, "{name} on standard input");
        if plain.is_empty() {
            plain = read;
            assert_eq!(plain.len(), 60);
        } else {
            assert_eq!(read, plain, "{name}");
        }
    }
}

/// Path, format, container, events and skipped members of every input.
fn inputs(report: &Value) -> Vec<(String, Value, Value, u64, u64)> {
    let inputs = report["inputs"].as_array().expect("a list").iter();
    let row = |input: &Value| {
        let number = |key: &str| input[key].as_u64().expect("a number");
        let path = input["path"].as_str().expect("a path").to_owned();
        (path, input["format"].clone(), input["container"].clone(), number("events"), number("skipped_members"))
    };
    inputs.map(row).collect()
}

#[test]
fn members_are_inputs_of_their_own() {
    let folder = Folder::new();
    let inner = zip(&[("c.jsonl", b"{\"a\":1}\n"), ("picture", b"\x89PNG\r\n\x1a\n....")]);
    folder.write(
        "case.tar.gz",
        gzip(&tar(&[
            file("b.zip", &inner),
            ("link", EntryType::Symlink, b""),
            ("folder/", EntryType::Directory, b""),
            file("x.log", b"one\ntwo\n"),
        ])),
    );
    let ran = folder.run(&["scan", "case.tar.gz", "--no-config", "--format", "json", "--sarif-root", "."]).with_code(0);
    let (none, plain, jsonl) = (Value::Null, Value::from("plain"), Value::from("jsonl"));
    assert_eq!(
        inputs(&ran.json()),
        [
            ("case.tar.gz".to_owned(), none.clone(), Value::from("gzip+tar"), 0, 2),
            ("case.tar.gz!/b.zip!/c.jsonl".to_owned(), jsonl, Value::from("gzip+tar+zip"), 1, 0),
            ("case.tar.gz!/b.zip!/picture".to_owned(), none.clone(), none, 0, 0),
            ("case.tar.gz!/x.log".to_owned(), plain, Value::from("gzip+tar"), 2, 0),
        ]
    );
    assert!(ran.stderr.contains("case.tar.gz!/link: a symbolic link: not followed"), "{}", ran.stderr);
    assert!(ran.stderr.contains("case.tar.gz!/b.zip!/picture: a picture"), "{}", ran.stderr);
}

/// An archive whose first member says that a password is wanted, in its own header and in the list at the end.
fn closed_zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = zip(members);
    for (signature, flags) in [(b"PK\x03\x04", 6), (b"PK\x01\x02", 8)] {
        let at = archive.windows(4).position(|four| four == signature).expect("every archive has both");
        archive[at + flags] |= 1;
    }
    archive
}

#[test]
fn encrypted_members_are_named_and_the_others_are_read() {
    let folder = Folder::new();
    folder.write("case.zip", closed_zip(&[("a.log", b"one\n"), ("b.log", b"two\n")]));
    let ran = folder.run(&["scan", "case.zip", "--no-config", "--format", "json", "--sarif-root", "."]).with_code(4);
    let rows = inputs(&ran.json());
    let counted: Vec<_> = rows.iter().map(|(path, _, _, events, skipped)| (path.as_str(), *events, *skipped)).collect();
    assert_eq!(counted, [("case.zip", 0, 1), ("case.zip!/b.log", 1, 0)]);
    assert!(ran.stderr.contains("case.zip!/a.log: encrypted: not read"), "{}", ran.stderr);
}

#[test]
fn what_is_cut_off_is_named_and_the_rest_is_read() {
    let folder = Folder::new();
    let archive = tar(&[file("a.log", b"one\n"), file("b.log", &b"two\n".repeat(500)), file("c.log", b"three\n")]);
    folder.write("cut.tar", &archive[..1024 + 512 + 800]);
    folder.write("cut.zip", &zip(&[("a.log", b"one\n")])[..50]);
    folder.write("cut.tar.gz", &gzip(&archive)[..gzip(&archive).len() - 4]);
    let mut holed = archive.clone();
    holed[1024..1536].fill(0);
    folder.write("holed.tar", holed);
    for (name, records, said) in [
        ("cut.tar", 201, "cut.tar!/b.log: cannot be read beyond line"),
        ("cut.zip", 0, "cut.zip: cannot be opened: zip"),
        ("cut.tar.gz", 502, "cut.tar.gz: cannot be read further"),
        ("holed.tar", 1, "holed.tar: cannot be read further: zeros stand where a tar header should be"),
    ] {
        let ran = folder.run(&["scan", name, "--no-config", "--format", "json"]).with_code(4);
        assert_eq!(ran.json()["summary"]["records"], records, "{name}");
        assert!(ran.stderr.contains(said), "{name}: {}", ran.stderr);
    }
}

#[test]
fn an_archive_may_end_with_one_block_of_zeros_or_none() {
    let folder = Folder::new();
    let archive = tar(&[file("a.log", b"one\n"), file("b.log", b"two\n")]);
    for missing in [512, 1024] {
        folder.write("a.tar", &archive[..archive.len() - missing]);
        let ran = folder.run(&["scan", "a.tar", "--no-config", "--format", "json"]).with_code(0);
        assert_eq!(ran.json()["summary"]["records"], 2);
    }
}

#[test]
fn bombs_and_mazes_are_stopped() {
    let folder = Folder::new();
    let line = ["x".repeat(1 << 20).as_bytes(), b"\n"].concat();
    folder.write("bomb.gz", gzip(&line.repeat(80)));
    let mut maze = b"one\n".to_vec();
    (0..5).for_each(|_| maze = gzip(&maze));
    folder.write("maze", &maze);
    folder.write("maze.tar", tar(&[file("maze", &maze), file("a.log", b"one\n")]));
    for (name, records, said) in [
        ("bomb.gz", 64, "unpacks to more than 200 times its size"),
        ("maze", 0, "more than 4 containers inside each other"),
        ("maze.tar", 1, "maze.tar!/maze: more than 4 containers inside each other"),
    ] {
        let ran = run_in(folder.path(), &["scan", name, "--no-config", "--format", "json"]).with_code(4);
        assert_eq!(ran.json()["summary"]["events"], records, "{name}");
        assert!(ran.stderr.contains(said), "{name}: {}", ran.stderr);
    }
}
