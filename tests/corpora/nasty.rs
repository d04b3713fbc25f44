//! Hostile inputs: nothing panics, hangs or writes control characters; counts are those of the set.

use crate::support::{FORMATS, Folder, Ran, corpora, files, run};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

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

/// What the set's own page asks for and its cases do not state: words on standard error, in one line.
const SAID: &[(&str, &str)] = &[
    ("enc/truncated_last_line.jsonl", "not parsed: expected a closing quote (first: 2)"),
    ("json/deep_arrays_1000.jsonl", "levels of nesting (first: 2)"),
    ("csv/unclosed_quote.csv", "expected a closing quote, 50 times (first: 2)"),
    ("gz/truncated.jsonl.gz", "cannot be read beyond line 324: incomplete deflate stream"),
    ("tar/odd_members.tar", "odd_members.tar!/dev: a device: not followed"),
    ("tar/odd_members.tar", "odd_members.tar!/fifo: a FIFO: not followed"),
    ("tar/odd_members.tar", "odd_members.tar!/hard: a hard link: not followed"),
    ("tar/odd_members.tar", "odd_members.tar!/sym: a symbolic link: not followed"),
    ("tar/odd_members.tar", "4 members skipped"),
    ("time/stamps.jsonl", "records without a usable stamp, 15 times"),
    ("evtx/bad_chunk_magic.evtx", "(chunk 1)"),
    ("evtx/magic_only.evtx", "(chunk 1)"),
];

/// Fires on every record and shows these fields of it, so that hostile values reach the reports.
const EVERY: &str = "title: Every record\nlogsource: {category: any}\ndetection:\n    none: {no_such_field: never}\n    \
some: {user|exists: true, src_ip|exists: true}\n    condition: not none or some\nlevel: high\n";

/// What a scan of one file gives, by the names its case uses.
fn counted(report: &Value, key: &str) -> Option<u64> {
    let key = if key == "records" { "events" } else { key };
    report["summary"][key].as_u64()
}

/// The cases of a kind.
fn cases(place: &Path, kind: &str) -> Vec<Value> {
    let cases = std::fs::read_to_string(place.join("cases.json")).expect("the cases can be read");
    let cases: Vec<Value> = serde_json::from_str(&cases).expect("JSON");
    cases.into_iter().filter(|case| case["kind"] == kind).collect()
}

fn exit_fits(case: &Value, ran: &Ran) -> bool {
    let exits = case["exit"].as_array().into_iter().flatten().filter_map(Value::as_i64);
    ran.code.is_some_and(|code| exits.into_iter().any(|exit| exit == i64::from(code)))
}

/// Every count a case states, and that the books of all inputs are those of the report.
fn counts_fit(case: &Value, report: &Value, wrong: &mut Vec<String>) {
    let name = &case["path"];
    for key in ["records", "unparsed", "repaired", "truncated"] {
        let is = counted(report, key).unwrap_or_else(|| panic!("{name}: {key}"));
        let bound = |suffix: &str| case[format!("{key}{suffix}")].as_u64();
        let fits = bound("").is_none_or(|want| is == want)
            && bound("_min").is_none_or(|least| is >= least)
            && bound("_max").is_none_or(|most| is <= most);
        if !fits {
            wrong.push(format!("{name}: {is} {key}"));
        }
    }
    let inputs = report["inputs"].as_array().expect("a list");
    for key in ["records", "events", "unparsed", "repaired", "truncated", "blank", "header_lines", "skipped_members"] {
        let sum: u64 = inputs.iter().filter_map(|input| input[key].as_u64()).sum();
        if report["summary"][key] != sum {
            wrong.push(format!("{name}: {key} {} in sum, {sum} over all inputs", report["summary"][key]));
        }
    }
    let is_exact = |of: &Value| {
        of["records"].as_u64() == Some(of["events"].as_u64().unwrap_or(0) + of["unparsed"].as_u64().unwrap_or(0))
    };
    if !inputs.iter().chain([&report["summary"]]).all(is_exact) {
        wrong.push(format!("{name}: records are not events and unparsed"));
    }
}

#[test]
fn every_hostile_input_is_counted_exactly() {
    let Some(place) = corpora("hostile inputs") else { return };
    let place = place.join("corpus/nasty");
    let folder = Folder::new();
    let (mut wrong, mut looked_at) = (Vec::new(), 0);
    for case in [cases(&place, "input"), cases(&place, "helper")].concat() {
        let name = case["path"].as_str().expect("a path");
        let path = place.join(name);
        let args = ["--no-config", "--reference-time", "2026-06-01T00:00:00Z", "--format", "json"];
        let ran = folder.run(&[&["scan", path.to_str().expect("UTF-8")], &args[..]].concat());
        if !exit_fits(&case, &ran) {
            wrong.push(format!("{name}: exit {:?} and not {}", ran.code, case["exit"]));
        }
        counts_fit(&case, &ran.json(), &mut wrong);
        for (_, want) in SAID.iter().filter(|(path, _)| *path == name) {
            if !ran.stderr.lines().any(|line| line.contains(want)) {
                wrong.push(format!("{name}: nobody says {want:?}: {}", ran.stderr));
            }
        }
        looked_at += 1;
    }
    assert!(looked_at > 30, "only {looked_at} cases");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(files(folder.path()), Vec::<PathBuf>::new(), "something was written");
}

/// All texts of a value.
fn texts(value: &Value, into: &mut Vec<String>) {
    match value {
        Value::String(text) => into.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| texts(item, into)),
        Value::Object(members) => members.iter().for_each(|(name, item)| {
            into.push(name.clone());
            texts(item, into);
        }),
        _ => {}
    }
}

/// Scans a case with a rule that fires on every record.
fn every(folder: &Folder, path: &Path, format: &str) -> Ran {
    let path = path.to_str().expect("UTF-8");
    let args =
        ["scan", path, "--no-config", "--no-builtin", "-r", "every.yml", "--all", "--year", "2024", "--format", format];
    folder.run(&args)
}

fn is_harmless(case: &Value, place: &Path, folder: &Folder) -> Result<(), String> {
    let path = place.join(case["path"].as_str().expect("a path"));
    let says = |key: &str| case[key] == true;
    let events = folder.run(&["events", path.to_str().expect("UTF-8"), "--no-config", "--year", "2024"]);
    let mut values = Vec::new();
    events.lines().iter().for_each(|event| texts(event, &mut values));
    let fails = |is_wrong: bool, what: &str| if is_wrong { Err(format!("{}: {what}", case["path"])) } else { Ok(()) };
    fails(says("no_cr_in_values") && values.iter().any(|v| v.contains('\r')), "a line end in a value")?;
    fails(values.iter().any(|v| v.contains('\u{feff}')), "a byte order mark in a value")?;
    let starts: Vec<&str> =
        case["no_line_starts_with"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let secret = case["must_not_contain"].as_str();
    for format in FORMATS.iter().filter(|format| **format != "github") {
        let ran = every(folder, &path, format);
        let mut lines = ran.stdout.lines().chain(ran.stderr.lines()).chain(events.stdout.lines());
        fails(lines.any(|line| starts.iter().any(|start| line.trim_start().starts_with(start))), "a command")?;
        fails(secret.is_some_and(|secret| ran.stdout.contains(secret) || events.stdout.contains(secret)), "a secret")?;
        let is_shown = ["console", "markdown"].contains(format);
        fails(says("terminal_clean") && is_shown && !is_plain(&ran), "control characters")?;
        fails(says("terminal_clean") && is_shown && !ran.stdout.contains("Every"), "no finding to show")?;
        let is_page = ["html", "markdown"].contains(format);
        let raw = values.iter().find(|v| v.contains('<') && is_page && ran.stdout.contains(v.as_str()));
        fails(says("html_clean") && raw.is_some(), "markup in a report")?;
        if says("csv_output_neutral") && *format == "csv" {
            let mut cells = csv::Reader::from_reader(ran.stdout.as_bytes()).into_records().flatten().peekable();
            fails(cells.peek().is_none(), "no finding to show")?;
            let is_formula = |cell: &str| cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
            fails(cells.any(|row| row.iter().any(is_formula)), "a formula in a cell")?;
            let mut kept = Vec::new();
            texts(&every(folder, &path, "json").json()["alerts"], &mut kept);
            let mut formulas = Vec::new();
            events.lines().iter().for_each(|event| texts(&event["raw"], &mut formulas));
            formulas.retain(|v| is_formula(v));
            fails(formulas.is_empty() || !formulas.iter().all(|v| kept.contains(v)), "JSON lacks a value")?;
        }
    }
    Ok(())
}

#[test]
fn hostile_values_are_harmless_in_every_report() {
    let Some(place) = corpora("hostile inputs") else { return };
    let place = place.join("corpus/nasty");
    let folder = Folder::new();
    folder.write("every.yml", EVERY);
    let keys = [
        "no_cr_in_values",
        "terminal_clean",
        "html_clean",
        "csv_output_neutral",
        "no_line_starts_with",
        "must_not_contain",
    ];
    let (mut wrong, mut seen) = (Vec::new(), BTreeSet::new());
    for case in cases(&place, "input") {
        let stated = keys.iter().filter(|key| !case[**key].is_null());
        seen.extend(stated.copied());
        if keys.iter().any(|key| !case[*key].is_null())
            || case["path"].as_str().is_some_and(|p| p.starts_with("enc/bom"))
        {
            wrong.extend(is_harmless(&case, &place, &folder).err());
        }
    }
    assert_eq!(seen.len(), keys.len(), "only {seen:?} are stated");
    // One finding stays as many lines as one without line ends in it.
    let hostile = place.join("attack/newline_in_value.jsonl");
    let tame = std::fs::read_to_string(&hostile).expect("text").replace("\\r\\n", "x").replace("\\n", "x");
    let tame = folder.write("newline_in_value.jsonl", tame);
    let count = |path: &Path| every(&folder, path, "console").stdout.lines().count();
    assert_eq!(count(&hostile), count(&tame));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(files(folder.path()).len(), 2, "something was written");
}

#[test]
fn hostile_rules_are_refused_by_name_and_others_still_run() {
    let Some(place) = corpora("hostile rules") else { return };
    let place = place.join("corpus/nasty");
    let folder = Folder::new();
    folder.write("every.yml", EVERY);
    folder.write("good.jsonl", "{\"user\": \"alice\", \"message\": \"x\"}\n");
    let (mut wrong, mut looked_at) = (Vec::new(), 0);
    for case in cases(&place, "rules") {
        let name = case["path"].as_str().expect("a path");
        let rule = place.join(name);
        let rule = rule.to_str().expect("UTF-8");
        let input =
            case["with_input"].as_str().map_or_else(|| folder.path().join("good.jsonl"), |input| place.join(input));
        let input = input.to_str().expect("UTF-8");
        let start = Instant::now();
        for args in [&["scan", input, "--no-config", "-r", rule][..], &["rules", "check", rule, "--no-config"]] {
            let ran = folder.run(args);
            if !exit_fits(&case, &ran) {
                wrong.push(format!("{args:?}: exit {:?} and not {}", ran.code, case["exit"]));
            }
            let said = format!("{}{}", ran.stdout, ran.stderr).to_lowercase();
            let words = case["must_mention"].as_str();
            if words.is_some_and(|words| !words.split('|').any(|word| said.contains(word))) {
                wrong.push(format!("{args:?}: none of {words:?} in {said}"));
            }
            let file = name.rsplit('/').next().expect("a name");
            if ran.code == Some(3) && !said.contains(file) {
                wrong.push(format!("{args:?}: the rule is not named: {said}"));
            }
        }
        // Twice the time of one run, and a debug build on a busy machine: what explodes takes minutes.
        let limit = 10 * case["seconds"].as_u64().expect("a limit");
        if start.elapsed().as_secs() > limit {
            wrong.push(format!("{name}: {:?}", start.elapsed()));
        }
        let both =
            ["scan", "good.jsonl", "--no-config", "--no-builtin", "-r", rule, "-r", "every.yml", "--format", "json"];
        let ran = folder.run(&both);
        let report = ran.json();
        let found = report["alerts"]
            .as_array()
            .is_some_and(|all| all.iter().any(|alert| alert["rule_title"] == "Every record"));
        if ran.code != Some(0) || !found {
            wrong.push(format!("{name}: the other rule did not run: {:?} {}", ran.code, ran.stderr));
        }
        looked_at += 1;
    }
    assert!(looked_at >= 5, "only {looked_at} rules");
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
