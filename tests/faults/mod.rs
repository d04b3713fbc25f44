//! Faults of the machine while a scan runs: disks that are full, inputs that vanish, signals, clocks, bounds. The program
//! ends with the code and the words of its table, and leaves a whole report or the old one.
//!
//! Linux, since faults are made with namespaces and a library put between program and system (`shim.c`). What this
//! machine does not allow is left out with one line. `LOGSENTRY` names another build to be tried, a static one; what
//! needs the library is then left out.

mod inputs;
mod memory;
mod outputs;
mod sandbox;
mod signals;
mod surroundings;
mod table;
mod trace;

use crate::support::{Folder, Ran, binary, program, root};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;

/// Fires on every record and takes each user for another entity, so that reports grow with the records.
const EVERY: &str = "title: Every record\nname: every\nlogsource: {category: any}\ndetection:\n    \
s: {user|exists: true}\n    condition: s\nlevel: high\nfields: [user]\n";

/// So many records with a user of their own.
fn records(n: usize) -> String {
    let one = |n| format!("{{\"timestamp\":\"2026-01-01T00:00:00Z\",\"user\":\"user{n}\"}}");
    (0..n).map(one).chain([String::new()]).collect::<Vec<_>>().join("\n")
}

/// A folder with a log, a rule that fires on every record of it, and an earlier report.
fn folder(n: usize) -> Folder {
    let folder = Folder::new();
    folder.write("every.yml", EVERY);
    folder.write("log.jsonl", records(n));
    folder.write("out/report", "old");
    folder
}

/// A scan of `log.jsonl` that has something to say.
const SCAN: [&str; 8] = ["scan", "log.jsonl", "--no-config", "--no-builtin", "-r", "every.yml", "--sarif-root", "."];

/// Runs a script in a folder; `"$@"` in it is the binary with these arguments.
fn shell(folder: &Path, script: &str, args: &[&str]) -> Ran {
    wrapped(folder, &["sh", "-c", script, "sh"], args)
}

/// Runs the binary through another program.
fn wrapped(folder: &Path, through: &[&str], args: &[&str]) -> Ran {
    let output = through_command(folder, through, args).output();
    Ran::new(&output.unwrap_or_else(|e| panic!("{}: {e}", through[0])))
}

fn through_command(folder: &Path, through: &[&str], args: &[&str]) -> Command {
    let (name, rest) = through.split_first().expect("a program");
    let mut command = program(name, folder);
    command.args(rest).arg(binary()).args(args);
    command
}

/// What a machine may not allow.
struct Means {
    /// The words in front of a program.
    words: Vec<String>,
}

/// Finds the first way that works; says what is left out without any.
fn means(what: &str, ways: &[&[&str]]) -> Option<Means> {
    let works = |way: &&&[&str]| {
        let mut command = Command::new(way[0]);
        command.args(&way[1..]).arg("true").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    };
    let found = ways.iter().find(works).map(|way| Means { words: way.iter().map(ToString::to_string).collect() });
    if found.is_none() {
        eprintln!("{what}: left out, this machine does not allow it");
    }
    found
}

/// Runs a script where mounts are its own; nothing if that is not allowed here.
fn mounted(folder: &Path, script: &str, args: &[&str]) -> Option<Ran> {
    let means = means("mounts", &[&["unshare", "--mount"], &["unshare", "--map-root-user", "--mount"]])?;
    let words: Vec<&str> = means.words.iter().map(String::as_str).chain(["sh", "-c", script, "sh"]).collect();
    Some(wrapped(folder, &words, args))
}

/// Runs the binary as somebody who is not root; nothing if that is not allowed here.
fn as_nobody(folder: &Path, args: &[&str]) -> Option<Ran> {
    let nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
    let is_root = std::fs::metadata("/proc/self").is_ok_and(|meta| std::os::unix::fs::MetadataExt::uid(&meta) == 0);
    if !is_root {
        return Some(wrapped(folder, &["env"], args));
    }
    means("permissions", &[&nobody])?;
    Some(wrapped(folder, &nobody, args))
}

/// The library that makes faults; nothing where there is no C compiler, or the build under test is static.
static SHIM: LazyLock<Option<PathBuf>> = LazyLock::new(|| {
    if std::env::var_os("LOGSENTRY").is_some() {
        eprintln!("faults by LD_PRELOAD: left out, LOGSENTRY names another build");
        return None;
    }
    let out = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("shim-{}.so", std::process::id()));
    let built = Command::new("cc")
        .args(["-shared", "-fPIC", "-O1", "-o"])
        .arg(&out)
        .arg(root().join("tests/faults/shim.c"))
        .arg("-ldl")
        .output();
    match built {
        Ok(built) if built.status.success() => Some(out),
        Ok(built) => panic!("shim.c: {}", String::from_utf8_lossy(&built.stderr)),
        Err(error) => {
            eprintln!("faults by LD_PRELOAD: left out, there is no C compiler: {error}");
            None
        }
    }
});

/// Runs the binary while a fault happens, as `shim.c` tells it; nothing where that cannot be done.
fn faulty(folder: &Path, variables: &[(&str, &str)], args: &[&str]) -> Option<Ran> {
    let shim = SHIM.as_ref()?;
    let mut command = program(&binary(), folder);
    let output = command.args(args).envs(variables.iter().copied()).env("LD_PRELOAD", shim).output();
    Some(Ran::new(&output.expect("the binary was built")))
}

/// What is in a folder, hidden files included.
fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("it is there");
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("it can be listed").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}
