//! The JSON Schemas: the files in the checkout are what the program prints, and what it writes and reads is what they say.

use crate::support::{Folder, root, run};
use serde_json::{Value, json};
use std::fs;

/// What of JSON Schema our schemas use. Any other keyword fails, so that none is overlooked.
fn complaints(schema: &Value, all: &Value, value: &Value, at: &str) -> Vec<String> {
    let Some(words) = schema.as_object() else {
        return if schema == &json!(false) { vec![format!("{at}: must not be there")] } else { Vec::new() };
    };
    let mut found = Vec::new();
    for (word, wanted) in words {
        match word.as_str() {
            "$ref" => {
                let name = wanted.as_str().and_then(|text| text.strip_prefix("#/$defs/")).expect("a definition");
                found.extend(complaints(&all["$defs"][name], all, value, at));
            }
            "type" => {
                let wanted = wanted.as_array().cloned().unwrap_or_else(|| vec![wanted.clone()]);
                if !wanted.iter().any(|kind| is_a(value, kind.as_str().expect("a type"))) {
                    found.push(format!("{at}: {value} is not {wanted:?}"));
                }
            }
            "const" if value != wanted => found.push(format!("{at}: {value} is not {wanted}")),
            "enum" if !wanted.as_array().expect("a list").contains(value) => {
                found.push(format!("{at}: {value} is none of {wanted}"));
            }
            "minimum" if value.is_number() && value.as_f64() < wanted.as_f64() => {
                found.push(format!("{at}: {value} is below {wanted}"));
            }
            "maximum" if value.as_f64() > wanted.as_f64() => found.push(format!("{at}: {value} is above {wanted}")),
            // The first four were asked above; the others say nothing about a value.
            "const" | "enum" | "minimum" | "maximum" | "$schema" | "$defs" | "title" | "description" | "default"
            | "format" => {}
            "required" => {
                let missing = wanted.as_array().expect("a list").iter().filter(|key| {
                    value[key.as_str().expect("text")].is_null() && value.get(key.as_str().expect("text")).is_none()
                });
                found.extend(missing.map(|key| format!("{at}: {key} is missing")));
            }
            "properties" => {
                for (key, schema) in wanted.as_object().expect("a map") {
                    if let Some(value) = value.get(key) {
                        found.extend(complaints(schema, all, value, &format!("{at}.{key}")));
                    }
                }
            }
            "additionalProperties" => {
                let known = words.get("properties").and_then(Value::as_object);
                for (key, value) in value.as_object().into_iter().flatten() {
                    if known.is_none_or(|known| !known.contains_key(key)) {
                        found.extend(complaints(wanted, all, value, &format!("{at}.{key}")));
                    }
                }
            }
            "items" => {
                for (n, value) in value.as_array().into_iter().flatten().enumerate() {
                    found.extend(complaints(wanted, all, value, &format!("{at}[{n}]")));
                }
            }
            "anyOf" => {
                let mut each = wanted.as_array().expect("a list").iter().map(|one| complaints(one, all, value, at));
                if !each.any(|found| found.is_empty()) {
                    found.push(format!("{at}: {value} is none of what it may be"));
                }
            }
            other => panic!("{at}: {other} is a keyword this checker does not know"),
        }
    }
    found
}

fn is_a(value: &Value, kind: &str) -> bool {
    match kind {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        "number" => value.is_number(),
        "integer" => value.is_i64() || value.is_u64(),
        other => panic!("{other} is no type"),
    }
}

fn schema(of: &str) -> Value {
    run(&["schema", of]).with_code(0).json()
}

#[track_caller]
fn fits(schema: &Value, value: &Value) {
    assert_eq!(complaints(schema, schema, value, "$"), Vec::<String>::new());
}

#[test]
fn the_schemas_of_the_checkout_are_those_the_program_prints() {
    for of in ["config", "report", "ignore"] {
        let printed = run(&["schema", of]).with_code(0).stdout;
        let path = root().join("schemas").join(format!("{of}.json"));
        if std::env::var_os("ACCEPT").is_some() {
            fs::write(&path, &printed).expect("it can be written");
        }
        assert_eq!(printed, fs::read_to_string(&path).unwrap_or_default(), "{}", path.display());
    }
    run(&["schema", "rules"]).with_code(2);
}

#[test]
fn reports_are_what_their_schema_says() {
    let schema = schema("report");
    let folder = Folder::new();
    folder.write("empty.log", "");
    folder.write("broken.jsonl", "{\"a\":1}\n{\"b\":\n");
    folder.write("ignore.yml", "- {rule: linux-sudo-not-permitted, reason: x, expires: 2999-01-01}\n");
    let logs = root().join("examples/sample_logs");
    let logs = logs.to_str().expect("text");
    let scans: [&[&str]; 5] = [
        &[logs, "--year", "2026"],
        &[logs, "--ignore-file", "ignore.yml", "--write-baseline", "known.json", "--no-snippets", "--timestamps"],
        &[logs, "--baseline", "known.json", "--exclude-rule", "nothing-like-it"],
        &["empty.log"],
        &["broken.jsonl", "nowhere"],
    ];
    for args in scans {
        let report = folder.run(&[&["scan", "--no-config", "--format", "json"], args].concat());
        fits(&schema, &report.json());
    }
    // And a snapshot with everything a report can hold.
    let sample = fs::read_to_string(root().join("tests/reports/sample.json")).expect("it is there");
    let mut sample: Value = serde_json::from_str(&sample).expect("JSON");
    fits(&schema, &sample);
    for (pointer, wrong) in [
        ("/summary/verdict", json!("FINE")),
        ("/summary/risk_score", json!(101)),
        ("/alerts/0/level", json!("urgent")),
        ("/alerts/0/count", json!("3")),
        ("/alerts/0/entity/0", json!({"field": "x"})),
        ("/schema", json!("logsentry-report/2")),
    ] {
        let right = std::mem::replace(sample.pointer_mut(pointer).expect("it is there"), wrong);
        assert!(!complaints(&schema, &schema, &sample, "$").is_empty(), "{pointer}");
        *sample.pointer_mut(pointer).expect("it is there") = right;
    }
}

#[test]
fn what_is_read_is_what_the_schemas_say() {
    let yaml = |text: &str| serde_yaml::from_str::<Value>(text).expect("YAML");
    let config = schema("config");
    let example = fs::read_to_string(root().join(".logsentry.yml.example")).expect("it is there");
    fits(&config, &yaml(&example));
    fits(
        &config,
        &yaml("fail_on: high\nrule_level: [high, critical]\nrule_tag: attack.t1110\nreports: {json: a.json}"),
    );
    for wrong in ["fial_on: high", "threads: many", "sarif: {snippets: 3}", "redact: off"] {
        let value = yaml(wrong);
        assert!(!complaints(&config, &config, &value, "$").is_empty(), "{wrong}");
    }
    let ignore = schema("ignore");
    let example = fs::read_to_string(root().join(".logsentryignore.yml.example")).expect("it is there");
    // Its entry is a comment.
    let lines = example.lines().filter_map(|line| line.strip_prefix("# ")).skip_while(|line| !line.starts_with("- "));
    let entry = lines.collect::<Vec<_>>().join("\n");
    fits(&ignore, &yaml(&entry));
    fits(&ignore, &yaml("- {rule: x, reason: y, permanent: true, paths: a.log, fields: {port: [22, 2222], ok: true}}"));
    for wrong in ["- {rule: x}", "- {rule: x, reason: y, until: 2026-06-30}", "rule: x", "- {rule: x, reason: 3}"] {
        let value = yaml(wrong);
        assert!(!complaints(&ignore, &ignore, &value, "$").is_empty(), "{wrong}");
    }
    // What the schema takes the program takes.
    let folder = Folder::new();
    folder.write("a.log", "");
    folder.write(".logsentryignore.yml", entry);
    folder.run(&["scan", "a.log", "--reference-time", "2026-01-01T00:00:00Z"]).with_code(0);
}

#[test]
fn init_writes_what_changes_nothing_and_never_over_a_file() {
    let folder = Folder::new();
    folder.write("auth.log", fs::read(root().join("examples/sample_logs/auth.log")).expect("it is there"));
    let scan = || {
        let mut report = folder.run(&["scan", "auth.log", "--year", "2026", "--format", "json"]).with_code(0).json();
        report["config"].take();
        report
    };
    let before = scan();
    let written = folder.run(&["init"]).with_code(0);
    assert_eq!(written.stderr.lines().count(), 2, "{}", written.stderr);
    assert_eq!(scan(), before);
    folder.write(".logsentry.yml", "mine");
    let refused = folder.run(&["init"]).with_code(2);
    assert!(refused.stderr.contains("is there already"), "{}", refused.stderr);
    assert_eq!(folder.read(".logsentry.yml"), "mine");
    folder.run(&["init", "not/there"]).with_code(5);
}

#[test]
fn shells_and_readers_of_manuals_get_their_pages() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let text = run(&["completions", shell]).with_code(0).stdout;
        assert!(text.contains("logsentry") && text.contains("fail-on"), "{shell}: {text}");
    }
    let page = run(&["man"]).with_code(0).stdout;
    assert!(page.contains(".TH logsentry 1") && page.contains("scan"), "{page}");
    let page = run(&["man", "scan"]).with_code(0).stdout;
    assert!(page.contains("fail\\-on"), "{page}");
    run(&["man", "nothing"]).with_code(2);
}
