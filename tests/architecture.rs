//! The walls: which room may name which, and which crate lives where.
//!
//! `src/README.md` draws the same picture for people. A new door is a decision: say why in the commit.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Rooms from the top of the house to its foundation, and the rooms each may name. A room names only
/// rooms that stand below it in this table.
const DOORS: &[(&str, &[&str])] = &[
    ("fuzzing", &["analyzer", "config", "scan", "triage", "formats", "sigma", "model"]),
    ("cli", &["config", "scan", "report", "triage", "formats", "sigma", "model"]),
    ("analyzer", &["config", "scan", "report", "model"]),
    (
        "scan",
        &[
            "config",
            "triage",
            "score",
            "correlate",
            "detect",
            "redact",
            "sigma",
            "taxonomy",
            "formats",
            "source",
            "model",
        ],
    ),
    ("report", &["model"]),
    ("config", &["model"]),
    ("triage", &["model"]),
    ("score", &["model"]),
    ("correlate", &["sigma", "model"]),
    ("detect", &["sigma", "redact", "model"]),
    ("redact", &["model"]),
    ("sigma", &["model"]),
    ("taxonomy", &["model"]),
    ("formats", &["model"]),
    ("source", &["model"]),
    ("model", &[]),
];

/// Which third-party crate may be named where. Those not listed here are not named at all.
const TENANTS: &[(&str, &[&str])] = &[
    ("aho_corasick", &["detect"]),
    ("askama", &["report"]),
    ("bzip2", &["source"]),
    ("clap", &["cli"]),
    ("clap_complete", &["cli"]),
    ("clap_mangen", &["cli"]),
    ("comfy_table", &["report", "cli"]),
    ("csv", &["report", "formats", "cli", "fuzzing"]),
    ("csv_core", &["formats"]),
    ("ctrlc", &["cli"]),
    ("encoding_rs", &["formats", "source"]),
    ("evtx", &["formats"]),
    ("figment", &["config"]),
    ("flate2", &["source", "report"]),
    ("globset", &["config", "scan", "triage"]),
    ("indicatif", &["cli"]),
    ("ipnet", &["sigma", "detect"]),
    ("itoa", &["report"]),
    ("jiff", &["report", "triage", "analyzer", "model", "formats", "taxonomy", "cli", "scan", "detect"]),
    ("landlock", &["cli"]),
    ("lzma_rust2", &["source"]),
    ("memchr", &["taxonomy", "formats", "sigma", "detect", "source", "model", "redact"]),
    ("quick_xml", &["formats"]),
    ("rayon", &["scan", "sigma"]),
    ("regex_syntax", &["sigma", "formats"]),
    ("regex", &["sigma", "redact", "formats", "detect", "taxonomy"]),
    ("rustix", &["cli"]),
    ("ruzstd", &["source"]),
    ("saphyr_parser", &["sigma"]),
    ("schemars", &["cli", "config", "report", "triage"]),
    ("serde", &["fuzzing", "config", "report", "taxonomy", "score", "cli", "scan", "sigma", "formats", "triage"]),
    (
        "serde_json",
        &["fuzzing", "report", "cli", "scan", "formats", "sigma", "taxonomy", "detect", "correlate", "triage"],
    ),
    ("serde_sarif", &["report"]),
    ("serde_yaml", &["config", "formats", "triage", "taxonomy", "score", "report", "cli", "scan"]),
    ("sha2", &["source", "detect", "report"]),
    ("strsim", &["config", "sigma"]),
    ("tar", &["source"]),
    ("terminal_size", &["cli"]),
    (
        "thiserror",
        &["model", "source", "formats", "taxonomy", "sigma", "config", "scan", "cli", "detect", "redact", "triage"],
    ),
    ("zip", &["source"]),
];

fn source_files() -> Vec<PathBuf> {
    files_below("src")
}

/// The Rust files below a folder of the checkout.
fn files_below(top: &str) -> Vec<PathBuf> {
    let mut waiting = vec![PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(top)];
    let mut files = Vec::new();
    while let Some(folder) = waiting.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                waiting.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

/// `src/formats/json/mod.rs` → `formats`; files directly in `src` belong to no room.
fn room(path: &Path) -> Option<String> {
    let below = path.strip_prefix(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).unwrap();
    let mut parts = below.components();
    let first = parts.next().unwrap().as_os_str().to_str().unwrap().to_owned();
    parts.next().map(|_| first)
}

/// Tests of a room may bring their own tools and look next door.
fn is_test(path: &Path) -> bool {
    path.components().any(|part| part.as_os_str() == "tests") || path.ends_with("tests.rs")
}

/// The text without comments, so that only code is looked at.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    text.lines().map(|line| line.split("//").next().unwrap_or("")).collect::<Vec<_>>().join("\n")
}

/// Every word that follows `prefix` in `text`, also in braces: `crate::{a, b::c}` names a and b.
fn named(text: &str, prefix: &str) -> BTreeSet<String> {
    let word = |s: &str| s.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let mut found = BTreeSet::new();
    for (at, _) in text.match_indices(prefix) {
        let rest = &text[at + prefix.len()..];
        let Some(inside) = rest.strip_prefix('{') else {
            found.insert(word(rest));
            continue;
        };
        let mut depth = 0_i32;
        let mut start = true;
        for (n, c) in inside.char_indices() {
            match c {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                ',' if depth == 0 => start = true,
                c if c.is_whitespace() => {}
                _ if depth == 0 && start => {
                    found.insert(word(&inside[n..]));
                    start = false;
                }
                _ => {}
            }
        }
    }
    found.remove("");
    found
}

#[test]
fn rooms_reach_only_through_their_doors() {
    let mut trespassers = Vec::new();
    for file in source_files() {
        let Some(room) = room(&file).filter(|_| !is_test(&file)) else { continue };
        let Some((_, doors)) = DOORS.iter().find(|(name, _)| *name == room) else {
            trespassers.push(format!("{}: room `{room}` is not in the table of doors", file.display()));
            continue;
        };
        for other in named(&code(&file), "crate::") {
            let is_room = DOORS.iter().any(|(name, _)| *name == other);
            if is_room && other != room && !doors.contains(&other.as_str()) {
                trespassers.push(format!("{}: `{room}` reaches into `{other}`", file.display()));
            }
        }
    }
    assert!(trespassers.is_empty(), "{}", trespassers.join("\n"));
}

#[test]
fn doors_only_look_down() {
    for (at, (room, doors)) in DOORS.iter().enumerate() {
        for door in *doors {
            let below = DOORS.iter().position(|(name, _)| name == door).unwrap();
            assert!(at < below, "`{room}` looks up to `{door}`");
        }
    }
}

#[test]
fn folders_and_table_agree() {
    let folders: BTreeSet<String> = source_files().iter().filter_map(|f| room(f)).collect();
    let table: BTreeSet<String> = DOORS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(folders, table);
    let lib = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).unwrap();
    for name in table {
        assert!(lib.contains(&format!("mod {name};")), "src/lib.rs does not open `{name}`");
    }
}

#[test]
fn crates_stay_in_their_rooms() {
    let mut trespassers = Vec::new();
    for file in source_files() {
        let Some(room) = room(&file) else { continue };
        if is_test(&file) {
            continue;
        }
        let text = code(&file);
        for (tenant, rooms) in TENANTS {
            let path = format!("{tenant}::");
            let is_named = text.match_indices(&path).any(|(at, _)| {
                !text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':' || c == '.')
            });
            if is_named && !rooms.contains(&room.as_str()) {
                trespassers.push(format!("{}: `{tenant}` does not live in `{room}`", file.display()));
            }
        }
    }
    assert!(trespassers.is_empty(), "{}", trespassers.join("\n"));
}

#[test]
fn every_dependency_has_a_room() {
    let manifest = crate::support::manifest();
    let sections = manifest.split("\n[").filter_map(|section| section.split_once("dependencies]\n"));
    let lines = sections.filter(|(kind, _)| *kind != "dev-").flat_map(|(_, section)| section.lines());
    for line in lines.filter(|line| line.contains('=')) {
        let name = line.split(['=', '.']).next().unwrap().trim().replace('-', "_");
        assert!(TENANTS.iter().any(|(tenant, _)| *tenant == name), "`{name}` has no line in TENANTS");
    }
}

/// `std::net` is where sockets are; addresses alone are in `core::net`.
#[test]
fn no_file_names_the_network_or_other_programs() {
    for file in source_files() {
        for way_out in ["std::net", "UnixStream", "UnixListener", "UnixDatagram", "process::Command", "socket("] {
            assert!(!code(&file).contains(way_out), "{}: names {way_out}", file.display());
        }
    }
}

/// `cargo run` hands over what the build script sets: a name like those of our settings would be one nobody knows.
#[test]
fn the_build_sets_no_variable_that_looks_like_a_setting() {
    let build = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("build.rs")).unwrap();
    assert!(build.contains("rustc-env=") && !build.contains("rustc-env=LOGSENTRY_"));
}

#[test]
fn files_are_short_and_say_what_they_are() {
    let mut wrong = Vec::new();
    for file in ["src", "tests", "benches", "examples"].into_iter().flat_map(files_below) {
        let text = fs::read_to_string(&file).unwrap();
        let lines = text.lines().count();
        if lines > 500 {
            wrong.push(format!("{}: {lines} lines, 500 are enough", file.display()));
        }
        if !text.starts_with("//!") && !text.starts_with("#![doc") {
            wrong.push(format!("{}: does not open with `//!`", file.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_map_names_only_what_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for map in ["src/README.md", "docs/architecture.md", "CONTRIBUTING.md"] {
        let text = fs::read_to_string(root.join(map)).unwrap();
        for path in text.split('`').skip(1).step_by(2) {
            let looks_like_a_path =
                ["src/", "rules/", "tests/", "examples/", "docs/", "benches/"].iter().any(|top| path.starts_with(top));
            if looks_like_a_path && !path.contains(['<', '*', ' ', '{']) {
                assert!(root.join(path).exists(), "{map} names `{path}`, which is not there");
            }
        }
    }
}
