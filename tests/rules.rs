//! Every built-in rule, held to its samples; `tests/rules/README.md` says how they are judged.

use crate::benign;
use crate::support::{Folder, files, root, run, run_in};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Rule identity → lines of the file it matched, and alerts it gave.
fn matches(file: &Path) -> (u64, BTreeMap<String, BTreeSet<u64>>) {
    let path = file.to_str().expect("names of samples are UTF-8");
    let args = ["scan", path, "--format", "matches", "--no-config", "--reference-time", "2026-06-01T00:00:00Z", "-q"];
    let ran = run(&args).with_code(0);
    let mut found: BTreeMap<String, BTreeSet<u64>> = BTreeMap::new();
    let mut records = 0;
    for line in ran.lines() {
        if let Some(one) = line.get("match") {
            let rule = one["rule_id"].as_str().expect("every match names its rule").to_owned();
            let place = one["line"].as_u64().or(one["record"].as_u64()).expect("every match has a place");
            found.entry(rule).or_default().insert(place);
        } else {
            let summary = &line["summary"];
            records = summary["records"].as_u64().expect("a number");
            assert_eq!(summary["unparsed"], 0, "{path}: every record of a sample must be parsed");
            assert_ne!(records, 0, "{path}: no record");
        }
    }
    (records, found)
}

/// What is wrong with the samples of one rule.
fn judge(folder: &Path) -> Vec<String> {
    let rule = folder.file_name().and_then(|n| n.to_str()).expect("named like the rule");
    let is_correlation = folder.parent().is_some_and(|p| p.ends_with("correlation"));
    let mut wrong = Vec::new();
    let (mut hits, mut misses) = (0, 0);
    for file in files(folder) {
        let name = file.file_name().and_then(|n| n.to_str()).expect("UTF-8").to_owned();
        let (records, found) = matches(&file);
        let matched = found.get(rule).map_or(0, |lines| lines.len() as u64);
        let mut say = |what: String| wrong.push(format!("{}: {what}", file.display()));
        match (name.split('.').next(), is_correlation) {
            (Some("hit"), false) => {
                hits += records;
                if matched != records {
                    let lines = found.get(rule).cloned().unwrap_or_default();
                    say(format!("{matched} of {records} records match, on lines {lines:?}"));
                }
            }
            (Some("hit"), true) => {
                hits += 1;
                if matched == 0 {
                    say(format!("does not fire; {found:?}"));
                }
            }
            (Some("miss"), _) => {
                misses += if is_correlation { 1 } else { records };
                if matched > 0 {
                    say(format!("lines {:?} match", found[rule]));
                }
            }
            _ => say("is neither hit.* nor miss.*".to_owned()),
        }
    }
    if hits < 3 || misses < 3 {
        wrong.push(format!("{}: {hits} hits and {misses} misses, three of each are the least", folder.display()));
    }
    wrong
}

fn folder_of(rule: &Path) -> std::path::PathBuf {
    let below = rule.strip_prefix(root().join("rules")).expect("it is a rule").with_extension("");
    root().join("tests/rules").join(below)
}

fn rule_files() -> Vec<std::path::PathBuf> {
    let mut all = files(&root().join("rules/sigma"));
    all.extend(files(&root().join("rules/correlation")));
    all
}

#[test]
fn every_rule_matches_its_hits_and_none_of_its_near_misses() {
    let wrong: Vec<String> = rule_files().iter().flat_map(|rule| judge(&folder_of(rule))).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_folder_of_samples_belongs_to_a_rule() {
    let folders: BTreeSet<_> = rule_files().iter().map(|rule| folder_of(rule)).collect();
    for file in files(&root().join("tests/rules")) {
        if file.file_name().is_some_and(|n| n == "README.md") {
            continue;
        }
        let folder = file.parent().expect("it is in a folder");
        assert!(folders.contains(folder), "{} belongs to no rule", file.display());
    }
}

#[test]
fn built_in_rules_say_everything_an_analyst_needs() {
    let rules = run(&["rules", "--format", "json", "--no-config"]).with_code(0).json();
    let rules = rules.as_array().expect("a list");
    assert!(rules.len() >= 24, "{} rules", rules.len());
    for rule in rules {
        let id = &rule["id"];
        for key in ["uuid", "title", "status", "description", "remediation"] {
            assert!(rule[key].as_str().is_some_and(|text| !text.is_empty()), "{id}: {key}");
        }
        for key in ["tags", "techniques", "references", "falsepositives"] {
            assert!(rule[key].as_array().is_some_and(|list| !list.is_empty()), "{id}: {key}");
        }
    }
}

#[test]
fn the_pack_has_no_mistakes() {
    let ran = run(&["rules", "check", "rules/sigma", "rules/correlation", "--no-config", "--format", "json"]);
    let check = ran.with_code(0).json();
    assert_eq!(check["diagnostics"], Value::from(Vec::<Value>::new()));
    assert_eq!(check["loaded"], check["documents"]);
}

#[test]
fn thousands_of_benign_lines_give_no_alert_above_low() {
    for category in benign::CATEGORIES {
        for seed in [1, 2] {
            let folder = Folder::new();
            folder.write("benign.log", benign::lines(category, seed, 2_000));
            let args =
                ["scan", ".", "--format", "json", "--no-config", "--reference-time", "2026-06-01T00:00:00Z", "-q"];
            let report = run_in(folder.path(), &args).with_code(0).json();
            assert_eq!(report["summary"]["events"], 2_000, "{category}: {}", report["inputs"]);
            let loud: Vec<String> = report["alerts"]
                .as_array()
                .expect("a list")
                .iter()
                .filter(|alert| !["low", "informational"].contains(&alert["level"].as_str().unwrap_or("")))
                .map(|alert| format!("{} {} {}", alert["rule_id"], alert["entity"], alert["location"]))
                .collect();
            assert!(loud.is_empty(), "{category}: {}", loud.join("\n"));
        }
    }
}

/// Correlations count as their rules do, through each other and whatever the order of documents.
#[test]
fn rules_about_other_logs_are_counted_with_what_refers_to_them() {
    let rule = |name: &str, product: &str| {
        format!(
            "---\ntitle: Rule {name}\nname: {name}\nlogsource: {{product: {product}}}\ndetection:\n  selection:\n    \
             message|contains: 'no line has this'\n  condition: selection\nlevel: low\n"
        )
    };
    let correlation = |name: &str, rules: &str| {
        format!(
            "---\ntitle: Correlation {name}\nname: {name}\ncorrelation:\n  type: event_count\n  rules: [{rules}]\n  \
             timespan: 5m\n  condition: {{gte: 5}}\nlevel: high\n"
        )
    };
    let chain = |first: &str, prefix: &str, length: usize| {
        let one = |n: usize| {
            let before = if n == 0 { first.to_owned() } else { format!("{prefix}{}", n - 1) };
            correlation(&format!("{prefix}{n}"), &before)
        };
        (0..length).rev().map(one).collect::<String>()
    };
    let folder = Folder::new();
    folder.write("rules.yml", rule("met", "linux") + &rule("foreign", "windows"));
    folder.write("chains.yml", chain("met", "near_", 40) + &chain("foreign", "far_", 30));
    folder.write("both.yml", correlation("both", "foreign, near_39"));
    folder.write(
        "a.log",
        "2026-06-01T10:00:00Z web1 sshd[1]: Accepted password for root from 203.0.113.9 port 22 ssh2\n",
    );
    let ran = folder.run(&["scan", "a.log", "--no-config", "--no-builtin", "-r", ".", "--format", "json"]);
    let summary = &ran.json()["summary"]["rules"];
    let count = |key: &str| summary[key].as_u64();
    assert_eq!((count("loaded"), count("not_applicable")), (Some(73), Some(31)), "{summary}");
}
