//! No way out: every call to the system over a suite of scans, held against the list of `docs/hardening.md` and against
//! the files that were named. Needs strace; `TRACE=must` (`.ci/trace`) insists on it.

use super::means;
use crate::readme::{fenced, text};
use crate::support::{FORMATS, Folder, binary, corpora, files, program, root};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// What the loader and the runtime open, whatever the program does.
const OF_THE_SYSTEM: [&str; 9] = [
    "/etc/ld.so.cache",
    "/etc/ld.so.preload",
    "/lib/",
    "/lib64/",
    "/usr/lib/",
    "/proc/self/",
    "/sys/fs/cgroup/",
    // glibc asks before it gives memory back; the sandbox says no, and it goes on.
    "/proc/sys/vm/overcommit_memory",
    "/dev/null",
];

/// Calls that lead out, which no list may hold.
const WAYS_OUT: [&str; 12] = [
    "socket",
    "connect",
    "bind",
    "listen",
    "accept",
    "sendto",
    "sendmsg",
    "socketpair",
    "fork",
    "vfork",
    "ptrace",
    "io_uring_setup",
];

/// The calls `docs/hardening.md` allows.
fn allowed() -> BTreeSet<String> {
    let page = text("docs/hardening.md");
    let block = fenced(&page).into_iter().find(|block| block.language == "json").expect("the page has a list");
    let list: serde_json::Value = serde_json::from_str(&block.content).expect("JSON");
    assert_eq!(list["defaultAction"], "SCMP_ACT_ERRNO");
    let names = list["syscalls"][0]["names"].as_array().expect("a list");
    let names: Vec<&str> = names.iter().filter_map(serde_json::Value::as_str).collect();
    assert!(names.is_sorted(), "the list is not sorted");
    names.into_iter().map(str::to_owned).collect()
}

/// A scan to be traced: its arguments, what it may read, and where it may write.
pub(super) struct Traced {
    args: Vec<String>,
    reads: Vec<PathBuf>,
    writes: Option<PathBuf>,
    stdin: Option<PathBuf>,
}

fn traced(args: &[&str], reads: &[&Path], writes: Option<&Path>) -> Traced {
    Traced {
        args: args.iter().map(ToString::to_string).collect(),
        reads: reads.iter().map(|path| path.to_path_buf()).collect(),
        writes: writes.map(Path::to_path_buf),
        stdin: None,
    }
}

/// One scan of everything below a folder, with every report.
fn all_reports(of: &Path, out: &Path) -> Traced {
    let out_of = |format: &str| format!("{format}={}", out.join(format!("r.{format}")).display());
    let mut args = vec!["scan".to_owned(), of.display().to_string(), "--no-config".to_owned()];
    for format in FORMATS.iter().skip(1) {
        args.extend(["--report".to_owned(), out_of(format)]);
    }
    args.extend(["--write-baseline".to_owned(), out.join("known.json").display().to_string()]);
    Traced {
        writes: Some(out.to_path_buf()),
        ..traced(&args.iter().map(String::as_str).collect::<Vec<_>>(), &[of], None)
    }
}

/// Everything that is traced: all formats, all reports, archives, EVTX, standard input, every command that reads.
pub(super) fn suite(folder: &Folder) -> Vec<Traced> {
    let (out, root) = (folder.path().join("out"), root());
    let examples = root.join("examples/sample_logs");
    let report = root.join("examples/report.json");
    let rule = folder.write("every.yml", super::EVERY);
    let conf = folder.write("conf.yml", "min_severity: low\nrule_paths: [every.yml]\n");
    let shown = |path: &Path| path.display().to_string();
    let auth = examples.join("auth.log");
    let mut all = vec![
        all_reports(&examples, &out),
        all_reports(&root.join("tests/formats"), &out),
        all_reports(&root.join("tests/containers"), &out),
        all_reports(&root.join("tests/rules"), &out),
        traced(
            &["scan", &shown(&examples), "--config", &shown(&conf), "-v", "--stats"],
            &[&examples, &conf, &rule],
            None,
        ),
        traced(&["scan", &shown(&examples), "--no-config", "--baseline", &shown(&report)], &[&examples, &report], None),
        traced(&["events", &shown(&root.join("tests/formats")), "--no-config"], &[&root.join("tests/formats")], None),
        traced(&["explain", "linux-ssh-failed-password", &shown(&auth), "--no-config"], &[&auth], None),
        traced(&["verify", &shown(&report), "--no-config"], &[&report, &examples], None),
        traced(&["rules", "check", &shown(&rule), "--no-config"], &[&rule], None),
        traced(&["rules", "--no-config"], &[], None),
    ];
    all.push(Traced { stdin: Some(auth), ..traced(&["scan", "-", "--no-config", "--format", "html"], &[], None) });
    if let Some(place) = corpora("traces over the corpora") {
        all.extend(["nasty", "formats"].map(|part| all_reports(&place.join("corpus").join(part), &out)));
        let evtx = files(&place.join("corpus/evtx-attack-samples"));
        all.extend(evtx.first().map(|path| all_reports(path, &out)));
    }
    all
}

/// What one line of strace says: the call, and what stands in its brackets.
fn call(line: &str) -> Option<(&str, &str)> {
    let line = line.trim_start_matches(|c: char| c.is_ascii_digit() || c == ' ');
    let (name, rest) = line.split_once('(')?;
    let is_name = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    is_name.then_some((name, rest))
}

/// The paths a call names, as they are.
fn paths(arguments: &str) -> Vec<PathBuf> {
    arguments.split('"').skip(1).step_by(2).map(PathBuf::from).collect()
}

/// Holds one call against what was named; gives what is wrong with it.
fn judge(name: &str, arguments: &str, one: &Traced) -> Option<String> {
    let wrong = |what: &str| Some(format!("{:?}: {what}: {name}({arguments}", one.args));
    let is_ours =
        |path: &PathBuf| one.writes.as_ref().is_some_and(|out| path.starts_with(out) || out.starts_with(path));
    match name {
        "open" | "openat" | "openat2" if !arguments.contains("O_PATH") => {
            let path = paths(arguments).into_iter().next()?;
            let is_write =
                ["O_WRONLY", "O_RDWR", "O_CREAT", "O_TRUNC", "O_APPEND"].iter().any(|flag| arguments.contains(flag));
            let is_system = OF_THE_SYSTEM.iter().any(|top| path.to_string_lossy().starts_with(top));
            let is_named = one.reads.iter().any(|named| path.starts_with(named));
            if is_write && !is_ours(&path) {
                return wrong("written");
            }
            if !is_write && !is_system && !is_named && !is_ours(&path) {
                return wrong("read");
            }
            None
        }
        "rename" | "renameat" | "renameat2" | "unlink" | "unlinkat" | "mkdir" | "mkdirat" => {
            if paths(arguments).iter().all(is_ours) { None } else { wrong("changed") }
        }
        _ => None,
    }
}

#[test]
fn nothing_is_called_opened_or_written_but_what_was_named() {
    let allowed = allowed();
    assert!(WAYS_OUT.iter().all(|way| !allowed.contains(*way)), "the list of docs/hardening.md has a way out");
    let strace: &[&str] = &["strace", "-f", "-o", "/dev/null"];
    if means("traces", &[strace]).is_none() {
        assert!(std::env::var_os("TRACE").is_none(), "TRACE wants strace");
        return;
    }
    let folder = Folder::new();
    let log = folder.path().join("trace");
    let (mut wrong, mut seen, mut calls) = (Vec::new(), BTreeSet::new(), 0);
    let suite = suite(&folder);
    for one in &suite {
        let mut command = program("strace", &root());
        command.args(["-f", "-qq", "-s", "4096", "-o"]).arg(&log).arg(binary()).args(&one.args);
        if let Some(path) = &one.stdin {
            command.stdin(std::fs::File::open(path).expect("it is there"));
        }
        let ran = command.output().expect("strace runs");
        let said = String::from_utf8_lossy(&ran.stderr);
        assert!(matches!(ran.status.code(), Some(0 | 1 | 4)), "{:?}: {:?} {said}", one.args, ran.status);
        let trace = String::from_utf8_lossy(&std::fs::read(&log).expect("strace wrote it")).into_owned();
        let started =
            trace.lines().filter(|line| call(line).is_some_and(|(name, _)| name.starts_with("execve"))).count();
        assert_eq!(started, 1, "{:?}: a program was started", one.args);
        for (name, arguments) in trace.lines().filter_map(call) {
            calls += 1;
            if seen.insert(name.to_owned()) && !allowed.contains(name) {
                wrong.push(format!("{name} is not in the list of docs/hardening.md"));
            }
            // What failed for want of a file opened nothing.
            if !arguments.contains("= -1 ENOENT") {
                wrong.extend(judge(name, arguments, one));
            }
        }
    }
    eprintln!("traces: {} runs, {calls} calls of {} kinds", suite.len(), seen.len());
    assert!(suite.len() >= 12 && calls > 5_000, "only {calls} calls");
    wrong.truncate(20);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
