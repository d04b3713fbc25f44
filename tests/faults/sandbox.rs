//! The process shuts itself in: what somebody could do who got hold of it while it reads a log.

use super::{SCAN, faulty, folder, means};
use crate::support::{Folder, Ran};

/// What is tried, and succeeds without a sandbox.
pub(super) const TRIED: [&str; 9] = ["connect", "cut", "exec", "list", "make", "mkdir", "read", "remove", "write"];

/// Other commands that read, the file while which something is tried, and what nobody keeps them from: the inputs of a
/// report lie where it says.
pub(super) const READERS: [(&str, &str, &[&str]); 7] = [
    ("events log.jsonl --no-config", "log.jsonl", &[]),
    ("explain every log.jsonl:2 --no-config --no-builtin -r every.yml", "log.jsonl", &[]),
    ("rules --no-config --no-builtin -r every.yml", "every.yml", &[]),
    ("rules stat --no-config --no-builtin -r every.yml", "every.yml", &[]),
    ("rules check every.yml --no-config", "every.yml", &[]),
    ("rules test every.yml --events log.jsonl", "log.jsonl", &[]),
    ("verify report.json --root . --no-config", "log.jsonl", &["list", "read"]),
];

/// What succeeded of a scan, sorted; nothing when faults cannot be made here.
fn escaped(folder: &Folder, more: &[&str]) -> Option<(Ran, Vec<String>)> {
    escaped_from(folder, "log.jsonl", &[&SCAN[..], more].concat())
}

/// The same of any command, while it reads a file.
fn escaped_from(folder: &Folder, file: &str, args: &[&str]) -> Option<(Ran, Vec<String>)> {
    let outside = Folder::new();
    outside.write("secret", "the key of the house");
    outside.write("old", "a report of last year");
    let outside = outside.path().to_str().expect("UTF-8");
    let fault = format!("read:{file}:0:escape");
    let ran = faulty(folder.path(), &[("FAULT", fault.as_str()), ("ESCAPE", outside)], args)?;
    let mut done: Vec<String> =
        ran.stderr.lines().filter_map(|said| said.strip_prefix("escaped: ")).map(str::to_owned).collect();
    done.sort();
    Some((ran, done))
}

/// Whether this kernel has Landlock, as the program itself tells.
fn is_offered(ran: &Ran) -> bool {
    let is_offered = !ran.stderr.contains("this kernel offers none");
    if !is_offered {
        eprintln!("sandbox: left out, this kernel has no Landlock");
    }
    is_offered
}

#[test]
fn whoever_gets_hold_of_the_process_is_shut_in() {
    let folder = folder(3);
    let Some((ran, done)) = escaped(&folder, &["-v", "-o", "out/report", "--report", "json=new/below/r.json"]) else {
        return;
    };
    if !is_offered(&ran) {
        return;
    }
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let is_whole = ran.stderr.contains("read its inputs and write its outputs only");
    // An older kernel knows less: it says so, and files are safe.
    let open: &[&str] = if is_whole { &[] } else { &["connect", "cut"] };
    assert!(done.iter().all(|one| open.contains(&one.as_str())), "{done:?}");
    assert!(folder.read("out/report").contains("Every record") && folder.read("new/below/r.json").len() > 1_000);
}

#[test]
fn without_the_sandbox_the_same_succeeds() {
    let folder = folder(3);
    let Some((ran, done)) = escaped(&folder, &["--no-sandbox"]) else { return };
    assert_eq!((ran.code, done), (Some(0), TRIED.map(str::to_owned).to_vec()), "{}", ran.stderr);
}

#[test]
fn every_command_that_reads_shuts_itself_in() {
    let folder = folder(3);
    let Some((ran, _)) = escaped(&folder, &["-v"]) else { return };
    if !is_offered(&ran) {
        return;
    }
    folder.run(&["scan", "log.jsonl", "--no-config", "--sarif-root", ".", "--format", "json", "-o", "report.json"]);
    // What an older kernel leaves open, and what nobody keeps anybody from.
    let open: &[&str] = if ran.stderr.contains("write its outputs only") { &[] } else { &["connect", "cut"] };
    for (args, file, may) in READERS {
        let args: Vec<&str> = args.split(' ').collect();
        let (ran, mut done) = escaped_from(&folder, file, &args).expect("it could be tried before");
        assert_eq!(ran.code, Some(0), "{args:?}: {}", ran.stderr);
        done.retain(|one| !open.contains(&one.as_str()));
        assert_eq!(done, may, "{args:?}");
        let (_, done) = escaped_from(&folder, file, &[&args[..], &["--no-sandbox"]].concat()).expect("as before");
        assert_eq!(done, TRIED, "{args:?}");
    }
}

#[test]
fn a_kernel_without_landlock_is_noted_and_scans_all_the_same() {
    let folder = folder(3);
    let deny = means(
        "system calls",
        &[&["strace", "-f", "-o", "/dev/null", "-e", "inject=landlock_create_ruleset:error=ENOSYS"]],
    );
    let Some(deny) = deny else { return };
    let words: Vec<&str> = deny.words.iter().map(String::as_str).collect();
    let ran = super::wrapped(folder.path(), &words, &[&SCAN[..], &["-v"]].concat());
    assert!(ran.code == Some(0) && ran.stderr.contains("this kernel offers none"), "{:?} {}", ran.code, ran.stderr);
    assert!(ran.stdout.contains("Every record"), "{}", ran.stdout);
}

#[test]
fn everything_that_is_named_can_be_read() {
    let folder = folder(3);
    folder.write("elsewhere/rules/r.yml", super::EVERY);
    folder.write("elsewhere/map.yml", "mappings:\n  - fields:\n      account: $.user\n");
    folder
        .write("elsewhere/ignore.yml", "- rule: every\n  paths: ['nothing/**']\n  reason: a test\n  permanent: true\n");
    folder.write("elsewhere/in/a.jsonl", super::records(2));
    folder.write(
        "elsewhere/conf.yml",
        "rule_paths: [rules]\nmappings: [map.yml]\nignore_file: ignore.yml\nreports: {json: found/r.json}\n",
    );
    std::os::unix::fs::symlink("elsewhere/in/a.jsonl", folder.path().join("link.jsonl")).expect("it is ours");
    std::os::unix::fs::symlink("elsewhere/report", folder.path().join("report")).expect("it is ours");
    folder.write("elsewhere/report", "old");
    let args = [
        "scan",
        "link.jsonl",
        "log.jsonl",
        "--config",
        "elsewhere/conf.yml",
        "--format",
        "csv",
        "-o",
        "report",
        "--write-baseline",
        "base.json",
    ];
    let ran = folder.run(&args).with_code(0);
    assert!(!ran.stderr.contains("denied"), "{}", ran.stderr);
    // A row for each user of each log, below the header.
    assert_eq!(folder.read("elsewhere/report").lines().count(), 1 + 2 + 3, "{}", ran.stderr);

    folder.run(&["scan", "log.jsonl", "--config", "elsewhere/conf.yml", "--baseline", "base.json"]).with_code(0);
    let ran = super::shell(folder.path(), "cat log.jsonl | \"$@\" /dev/stdin", &["events", "--no-config"]).with_code(0);
    assert_eq!(ran.stdout.lines().count(), 3);
}
