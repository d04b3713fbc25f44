//! Hostile inputs: nothing panics, hangs or writes control characters; counts are those of the set.

use crate::support::{Folder, Ran, corpora, files, run};
use serde_json::Value;
use std::process::Command;

fn is_plain(ran: &Ran) -> bool {
    let text = ran.stdout.chars().chain(ran.stderr.chars());
    text.into_iter().all(|c| c == '\n' || !c.is_control())
}

#[test]
fn corpora_nasty() {
    let Some(place) = corpora("hostile inputs") else { return };
    let mut wrong = Vec::new();
    for file in files(&place.join("corpus/nasty")) {
        let path = file.to_str().expect("UTF-8");
        for args in [
            vec!["scan", path, "--no-config", "--reference-time", "2026-06-01T00:00:00Z"],
            vec!["scan", path, "--no-config", "--format", "json", "--threads", "2", "--block-size", "1031"],
            vec!["rules", "check", path, "--no-config"],
        ] {
            let ran = run(&args);
            if !matches!(ran.code, Some(0 | 3 | 4)) {
                wrong.push(format!("{args:?}: {:?} {}", ran.code, ran.stderr));
            }
            if !is_plain(&ran) {
                wrong.push(format!("{args:?}: control characters in the output"));
            }
            let command = ran.stdout.lines().chain(ran.stderr.lines()).find(|line| {
                ["::", "##vso[", "##[", "##teamcity["].iter().any(|start| line.trim_start().starts_with(start))
            });
            if let Some(line) = command {
                wrong.push(format!("{args:?}: a line starts a command: {line}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What a scan of one file gives, by the names its case uses.
fn counted(report: &Value, key: &str) -> Option<u64> {
    let key = if key == "records" { "events" } else { key };
    report["summary"][key].as_u64()
}

#[test]
fn every_hostile_input_is_counted_exactly() {
    let Some(place) = corpora("hostile inputs") else { return };
    let place = place.join("corpus/nasty");
    let cases = std::fs::read_to_string(place.join("cases.json")).expect("the cases can be read");
    let cases: Vec<Value> = serde_json::from_str(&cases).expect("JSON");
    let (mut wrong, mut looked_at) = (Vec::new(), 0);
    for case in cases.iter().filter(|case| case["kind"] == "input") {
        let name = case["path"].as_str().expect("a path");
        let path = place.join(name);
        let args = ["--no-config", "--reference-time", "2026-06-01T00:00:00Z", "--format", "json"];
        let ran = run(&[&["scan", path.to_str().expect("UTF-8")], &args[..]].concat());
        let exits: Vec<i64> = case["exit"].as_array().into_iter().flatten().filter_map(Value::as_i64).collect();
        if !ran.code.is_some_and(|code| exits.contains(&i64::from(code))) {
            wrong.push(format!("{name}: exit {:?} and not {exits:?}", ran.code));
        }
        let report = ran.json();
        for key in ["records", "unparsed", "repaired", "truncated"] {
            let is = counted(&report, key).unwrap_or_else(|| panic!("{name}: {key}"));
            let bound = |suffix: &str| case[format!("{key}{suffix}")].as_u64();
            let fits = bound("").is_none_or(|want| is == want)
                && bound("_min").is_none_or(|least| is >= least)
                && bound("_max").is_none_or(|most| is <= most);
            if !fits {
                wrong.push(format!("{name}: {is} {key}"));
            }
        }
        looked_at += 1;
    }
    assert!(looked_at > 30, "only {looked_at} cases");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn folders_with_links_and_pipes_are_walked_once() {
    let Some(place) = corpora("hostile folders") else { return };
    let folder = Folder::new();
    let made = Command::new("sh").arg(place.join("corpus/nasty/make_dirs.sh")).arg(folder.path()).status();
    assert!(made.expect("sh runs").success());
    // Whoever may read everything reads the closed file, too.
    let is_root = std::fs::read(folder.path().join("denied/closed.jsonl")).is_ok();
    let (denied, exit) = if is_root { (2, 0) } else { (1, 4) };
    for (name, events, exit) in [("loop", 1, 0), ("special", 1, 0), ("denied", denied, exit), ("nothing", 0, 4)] {
        let ran = folder.run(&["scan", name, "--no-config", "--format", "json"]).with_code(exit);
        assert_eq!(counted(&ran.json(), "records"), Some(events), "{name}: {}", ran.stderr);
    }
    let ran = folder.run(&["scan", "special", "--no-config"]);
    assert!(ran.stderr.contains("special/fifo.log") && ran.stderr.contains("special/zero.log"), "{}", ran.stderr);
    // The folder cannot vanish while a file in it is closed.
    let opened = Command::new("chmod").arg("-R").arg("u+rwx").arg(folder.path()).status();
    assert!(opened.expect("chmod runs").success());
}
