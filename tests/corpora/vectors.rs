//! Rule cases with expected results: `rules test --raw`, `rules check` and whole scans.

use crate::support::{Folder, corpora, run_in};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

fn cases(place: &Path, name: &str) -> Vec<Value> {
    let text = fs::read_to_string(place.join("vectors").join(name)).expect("the vectors are there");
    text.lines().map(|line| serde_json::from_str(line).expect("a case a line")).collect()
}

fn text<'a>(case: &'a Value, key: &str) -> &'a str {
    case[key].as_str().unwrap_or_else(|| panic!("{key} in {case}"))
}

/// What `rules test --raw` gives for a case.
fn tested(case: &Value) -> Value {
    let folder = Folder::new();
    folder.write("rules.yml", text(case, "rules"));
    let events: Vec<String> = case["events"].as_array().expect("a list").iter().map(Value::to_string).collect();
    folder.write("events.jsonl", events.join("\n"));
    let mut args = vec!["rules", "test", "rules.yml", "--events", "events.jsonl", "--raw", "--format", "json"];
    if let Some(table) = case.get("placeholders") {
        folder.write("placeholders.json", table.to_string());
        args.extend(["--placeholders", "placeholders.json"]);
    }
    run_in(folder.path(), &args).json()
}

/// A list as a set, whatever its order.
fn as_set(list: &Value) -> BTreeSet<String> {
    list.as_array().map(|items| items.iter().map(sorted_groups).collect()).unwrap_or_default()
}

fn sorted_groups(entry: &Value) -> String {
    let mut entry = entry.clone();
    entry.sort_all_objects();
    if let Some(groups) = entry.get_mut("groups").and_then(Value::as_array_mut) {
        groups.sort_by_key(ToString::to_string);
    }
    entry.to_string()
}

fn judge(suite: &str, file: &str) {
    let Some(place) = corpora(suite) else { return };
    let cases = cases(&place, file);
    let mut wrong = Vec::new();
    for case in &cases {
        let given = tested(case);
        if as_set(&given) != as_set(&case["expect"]) {
            wrong.push(format!(
                "{}: {}\n  want {}\n  have {given}",
                text(case, "id"),
                text(case, "why"),
                case["expect"]
            ));
        }
    }
    assert!(wrong.is_empty(), "{} of {} wrong:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

#[test]
fn corpora_detection_vectors() {
    judge("detection vectors", "detection.jsonl");
}

#[test]
fn corpora_filter_vectors() {
    judge("filter vectors", "filter.jsonl");
}

#[test]
fn corpora_correlation_vectors() {
    judge("correlation vectors", "correlation.jsonl");
}

#[test]
fn corpora_error_vectors() {
    let Some(place) = corpora("error vectors") else { return };
    let mut wrong = Vec::new();
    for case in cases(&place, "errors.jsonl") {
        let folder = Folder::new();
        folder.write("rules.yml", text(&case, "rules"));
        let check = run_in(folder.path(), &["rules", "check", "rules.yml", "--no-config", "--format", "json"]).json();
        let all = check["diagnostics"].as_array().expect("a list");
        let errors: Vec<&Value> = all.iter().filter(|d| d["severity"] == "error").collect();
        let fits = match case["error"].as_str() {
            None => {
                errors.is_empty() && case["warning"].as_str().is_none_or(|code| all.iter().any(|d| d["code"] == code))
            }
            Some(code) => errors.iter().any(|d| {
                let is_line = case.get("line").is_none_or(|line| d["line"] == *line);
                d["code"] == code && d["document"] == case["doc"] && d["at_path"] == case["at"] && is_line
            }),
        };
        if !fits {
            wrong.push(format!("{}: {}\n  have {}", text(&case, "id"), case, check["diagnostics"]));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn corpora_dialect_vectors() {
    let Some(place) = corpora("dialect vectors") else { return };
    let mut wrong = Vec::new();
    for case in cases(&place, "dialect.jsonl") {
        let folder = Folder::new();
        folder.write("rules.yml", text(&case, "rules"));
        for (name, content) in case["files"].as_object().expect("a map") {
            folder.write(&format!("logs/{name}"), content.as_str().expect("a text"));
        }
        let mut args = vec!["scan", "logs", "-r", "rules.yml"];
        args.extend(case["args"].as_array().into_iter().flatten().filter_map(Value::as_str));
        args.extend(["--no-config", "--format", "json", "--reference-time", "2026-06-01T00:00:00Z"]);
        let ran = run_in(folder.path(), &args);
        let report = ran.json();
        let mut given: Vec<String> = report["alerts"].as_array().expect("a list").iter().map(alert).collect();
        let wanted = |key: &str| {
            let mut list: Vec<String> = case[key].as_array().into_iter().flatten().map(ToString::to_string).collect();
            list.sort();
            list
        };
        given.sort();
        let fits = if case.get("expect").is_some() {
            given == wanted("expect")
        } else {
            wanted("expect_includes").iter().all(|one| given.contains(one))
        };
        if !fits {
            wrong.push(format!(
                "{}: {}\n  want {:?}\n  have {given:?}",
                text(&case, "id"),
                text(&case, "why"),
                case["expect"]
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// An alert the way the cases tell it.
fn alert(alert: &Value) -> String {
    let pairs = alert["entity"].as_array().expect("a list").iter();
    let entity: serde_json::Map<String, Value> =
        pairs.map(|pair| (pair["field"].as_str().unwrap_or("").to_owned(), pair["value"].clone())).collect();
    serde_json::json!({
        "rule_id": alert["rule_id"], "level": alert["level"], "kind": alert["kind"], "entity": entity,
        "count": alert["count"],
    })
    .to_string()
}
