//! Chain of custody: what a report says of its inputs can be held against them later.

use crate::support::{Folder, Ran, run_with_input};
use std::fs;
use std::io::Write;

const LINE: &str = "{\"timestamp\":\"2024-03-02T09:00:01Z\",\"user\":\"alice\",\"message\":\"hello\"}\n";

fn gzip(text: &str) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::none());
    packed.write_all(text.as_bytes()).expect("memory");
    packed.finish().expect("memory")
}

fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in members {
        writer.start_file(*name, zip::write::SimpleFileOptions::default()).expect("memory");
        writer.write_all(bytes).expect("memory");
    }
    writer.finish().expect("memory").into_inner()
}

/// Evidence of every kind, one folder below, so that it can be moved.
fn evidence() -> Folder {
    let folder = Folder::new();
    folder.write("case/a.jsonl", LINE);
    folder.write("case/empty.log", "");
    folder.write("case/capture.pcap", [0xD4, 0xC3, 0xB2, 0xA1, 2, 0, 4, 0]);
    folder.write("case/case.zip", zip(&[("m.jsonl", LINE.as_bytes()), ("n.jsonl", LINE.as_bytes())]));
    // Broken in the middle and with something behind its end: still evidence from its first byte to its last.
    let mut broken = gzip(&LINE.repeat(30_000));
    let middle = broken.len() / 2;
    broken[middle..][..70_000].fill(0xFF);
    folder.write("case/broken.jsonl.gz", broken);
    folder.write("case/garbage.jsonl.gz", [gzip(LINE), vec![b'x'; 600_000]].concat());
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt;
        let name = std::ffi::OsStr::from_bytes(b"case/caf\xe9 50%.jsonl");
        fs::write(folder.path().join(name), LINE).expect("the folder can be written");
        folder.write("case/odd\n\x1b[31m::error::.jsonl", LINE);
    }
    let args = ["scan", "case", "--no-config", "--format", "json", "-o", "report.json", "--sarif-root", "."];
    folder.run(&args).with_code(4);
    folder
}

fn verify(folder: &Folder) -> Ran {
    folder.run(&["verify", "report.json", "--no-config", "--root", "."])
}

/// The lines of inputs that are not the same.
fn others(ran: &Ran) -> Vec<&str> {
    ran.stdout.lines().filter(|line| !line.starts_with("same ")).collect()
}

#[test]
fn what_nobody_touched_is_the_same_whatever_state_it_is_in() {
    let folder = evidence();
    let ran = verify(&folder).with_code(0);
    assert_eq!(others(&ran), Vec::<&str>::new());
    let inputs = serde_json::from_str::<serde_json::Value>(&folder.read("report.json")).expect("JSON");
    let inputs = inputs["inputs"].as_array().expect("a list").len();
    assert_eq!(ran.stdout.lines().count(), inputs, "one line an input: {}", ran.stdout);
    assert!(ran.stdout.chars().all(|c| c == '\n' || !c.is_control()), "{}", ran.stdout);
    assert!(ran.stdout.contains("same       case/case.zip!/m.jsonl (through case/case.zip)\n"), "{}", ran.stdout);
    assert!(ran.stderr.contains(&format!("{inputs} same, 0 changed, 0 missing, 0 not hashed")), "{}", ran.stderr);
    // Without a word on where: relative to the top of the work tree or the current directory, as `scan` shows them.
    let here = folder.run(&["scan", "case/a.jsonl", "--no-config", "--format", "json", "-o", "here.json"]);
    here.with_code(0);
    folder.run(&["verify", "here.json", "--no-config"]).with_code(0);
}

#[test]
fn what_was_touched_is_named_and_the_code_is_4() {
    let folder = evidence();
    let size = LINE.len();
    for (name, bytes, want) in [
        ("case/a.jsonl", LINE.replace("alice", "mally"), "changed    case/a.jsonl (SHA-256 ".to_owned()),
        (
            "case/a.jsonl",
            format!("{LINE}\n"),
            format!("changed    case/a.jsonl ({} bytes instead of {size})", size + 1),
        ),
        ("case/capture.pcap", "gone over".to_owned(), "changed    case/capture.pcap (9 bytes instead of 8)".to_owned()),
    ] {
        let before = fs::read(folder.path().join(name)).expect("it is there");
        folder.write(name, bytes);
        let ran = verify(&folder).with_code(4);
        assert!(matches!(others(&ran)[..], [line] if line.starts_with(&want)), "{want}: {}", ran.stdout);
        folder.write(name, before);
        verify(&folder).with_code(0);
    }
    folder.write("case/case.zip", zip(&[("m.jsonl", LINE.as_bytes())]));
    let ran = verify(&folder).with_code(4);
    assert_eq!(others(&ran).len(), 3, "the archive and what is in it: {}", ran.stdout);
    fs::remove_file(folder.path().join("case/case.zip")).expect("it is there");
    let ran = verify(&folder).with_code(4);
    assert!(others(&ran).iter().all(|line| line.starts_with("missing    case/case.zip")), "{}", ran.stdout);
    assert_eq!(others(&ran).len(), 3, "{}", ran.stdout);
    let quiet = folder.run(&["verify", "report.json", "--no-config", "--root", ".", "--quiet"]).with_code(4);
    assert_eq!(quiet.stdout.lines().count(), 3, "{}", quiet.stdout);
}

#[test]
fn evidence_that_was_moved_is_found_below_another_root() {
    let folder = evidence();
    fs::create_dir(folder.path().join("archive")).expect("the folder can be written");
    fs::rename(folder.path().join("case"), folder.path().join("archive/case")).expect("it can be moved");
    let ran = verify(&folder).with_code(4);
    assert!(ran.stdout.lines().all(|line| line.starts_with("missing ")), "{}", ran.stdout);
    folder.run(&["verify", "report.json", "--no-config", "--root", "archive"]).with_code(0);
}

#[test]
fn what_cannot_be_held_against_a_hash_is_not_the_same() {
    let folder = Folder::new();
    let report = run_with_input(folder.path(), &["scan", "-", "--no-config", "--format", "json"], LINE.as_bytes());
    folder.write("stdin.json", report.with_code(0).stdout);
    let ran = folder.run(&["verify", "stdin.json", "--no-config"]).with_code(4);
    assert!(ran.stdout.starts_with("missing    stdin "), "{}", ran.stdout);
    let row = |path: &str, hash: &str| {
        format!(
            "{{\"schema\": \"logsentry-report/1\", \"inputs\": [{{\"path\": {path:?}, \"bytes\": 1, \"sha256\": {hash}}}]}}"
        )
    };
    folder.write("x", "x");
    folder.write("none.json", row("x", "null"));
    let ran = folder.run(&["verify", "none.json", "--no-config", "--root", "."]).with_code(4);
    assert_eq!(ran.stdout, "not hashed x (the report has no hash of it)\n");
    // A report somebody forged reads nothing outside.
    let outside = folder.path().join("x");
    for path in ["../x", "a/../../x", outside.to_str().expect("UTF-8")] {
        folder.write("forged.json", row(path, "\"00\""));
        folder.write("below/forged.json", row(path, "\"00\""));
        let ran = folder.run(&["verify", "below/forged.json", "--no-config", "--root", "below"]).with_code(4);
        assert!(ran.stdout.contains("the path leads out of the root"), "{}", ran.stdout);
    }
}

#[test]
fn what_is_no_report_of_ours_is_refused_with_2() {
    let folder = Folder::new();
    folder.write("a.jsonl", LINE);
    let sarif = folder.run(&["scan", "a.jsonl", "--no-config", "--format", "sarif"]).stdout;
    for (name, text, want) in [
        ("empty", "", "EOF"),
        ("text", "no JSON", "expected"),
        ("sarif", sarif.as_str(), "it names no schema"),
        ("later", "{\"schema\": \"logsentry-report/9\", \"inputs\": []}", "its schema is"),
        ("less", "{\"schema\": \"logsentry-report/1\"}", "it lists no inputs"),
        ("torn", "{\"schema\": \"logsentry-report/1\", \"inputs\": [{\"path\": \"a\"}]}", "missing field"),
        ("deep", &format!("{{\"x\": {}", "[".repeat(100_000)), "EOF"),
    ] {
        folder.write(name, text);
        let ran = folder.run(&["verify", name, "--no-config"]).with_code(2);
        assert!(ran.stderr.contains(want) && ran.stdout.is_empty(), "{name}: {}", ran.stderr);
    }
    for name in ["nowhere.json", "."] {
        folder.run(&["verify", name, "--no-config"]).with_code(2);
    }
}
