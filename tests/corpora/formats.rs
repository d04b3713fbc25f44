//! Truth sets: raw logs, and the records and fields they must give. How values compare is the business of the set's own
//! `compare.py`; this suite speaks the same language.

use crate::support::{corpora, run};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The folders of all sets, by name.
fn sets(place: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(place).expect("the sets are there").map(|entry| entry.expect("it can be listed").path());
    let mut sets: Vec<PathBuf> = entries.filter(|path| path.join("meta.json").is_file()).collect();
    sets.sort();
    assert!(!sets.is_empty(), "{} holds no sets", place.display());
    sets
}

fn json(path: &Path) -> Value {
    let text = fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    serde_json::from_str(&text).expect("JSON")
}

fn records(set: &Path, meta: &Value) -> Vec<Map<String, Value>> {
    let sample = set.join(meta["sample"].as_str().expect("a name"));
    let mut args = vec!["events", sample.to_str().expect("UTF-8"), "--no-config"];
    for (key, flag) in [("reference_time", "--reference-time"), ("tz", "--tz")] {
        if let Some(value) = meta[key].as_str() {
            args.extend([flag, value]);
        }
    }
    let lines = run(&args).lines();
    lines.into_iter().map(|line| line.as_object().expect("an object").clone()).collect()
}

/// Every name and value below `value`, names dotted, values of lists gathered.
fn flat(value: &Value, name: &str, into: &mut BTreeMap<String, Vec<Value>>) {
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                flat(value, &if name.is_empty() { key.clone() } else { format!("{name}.{key}") }, into);
            }
        }
        Value::Array(items) => {
            into.entry(name.to_owned()).or_default();
            for item in items {
                if item.is_object() {
                    flat(item, name, into);
                } else {
                    into.entry(name.to_owned()).or_default().push(item.clone());
                }
            }
        }
        other => into.entry(name.to_owned()).or_default().push(other.clone()),
    }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn same(name: &str, want: &Value, have: &[Value], tolerance: i64) -> bool {
    if let Value::Array(all) = want {
        return all.iter().all(|one| same(name, one, have, tolerance));
    }
    have.iter().any(|have| {
        if ["timestamp", "timestamp_end", "observed_time"].contains(&name) {
            let (Some(a), Some(b)) = (instant(want), instant(have)) else { return false };
            return a.duration_since(b).abs() <= jiff::SignedDuration::from_millis(tolerance);
        }
        if name.ends_with("_ip")
            && let (Ok(a), Ok(b)) = (text(want).parse::<std::net::IpAddr>(), text(have).parse::<std::net::IpAddr>())
        {
            return a == b;
        }
        if (want.is_number() || have.is_number())
            && let (Ok(a), Ok(b)) = (text(want).parse::<f64>(), text(have).parse::<f64>())
        {
            return (a - b).abs() < 1e-6 * a.abs().max(1.0);
        }
        let (a, b) = (text(want), text(have));
        a == b || ((want.is_boolean() || have.is_boolean()) && a.eq_ignore_ascii_case(&b))
    })
}

fn instant(value: &Value) -> Option<jiff::Timestamp> {
    value.as_str()?.parse().ok()
}

/// What is wrong with one record.
fn judge(want: &Map<String, Value>, have: &Map<String, Value>, tolerance: i64) -> Vec<String> {
    let mut raw = BTreeMap::new();
    flat(have.get("raw").unwrap_or(&Value::Null), "", &mut raw);
    let mut wrong = Vec::new();
    for (name, value) in want {
        let given: Vec<Value> = match have.get(name) {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::Array(items)) => items.clone(),
            Some(one) => vec![one.clone()],
        };
        match name.as_str() {
            "raw" => {
                for (name, value) in value.as_object().expect("a map") {
                    let given = raw.get(name).cloned().unwrap_or_default();
                    let is_empty = value == "" && given.iter().all(|v| text(v).is_empty());
                    if !is_empty && !same("raw", value, &given, tolerance) {
                        wrong.push(format!("raw.{name}: want {value}, have {given:?}"));
                    }
                }
            }
            "@absent" => {
                for name in value.as_array().expect("a list").iter().filter_map(Value::as_str) {
                    if have.get(name).is_some_and(|v| !v.is_null() && *v != "") {
                        wrong.push(format!("{name}: must be absent, have {}", have[name]));
                    }
                }
            }
            "@line" | "@format" | "@payload" | "@product" | "@service" | "@category" => {
                if have.get(name).is_some_and(|v| v != value) || (name != "@line" && !have.contains_key(name)) {
                    wrong.push(format!("{name}: want {value}, have {:?}", have.get(name)));
                }
            }
            name if name.starts_with('@') => {}
            name => {
                if !same(name, value, &given, tolerance) {
                    wrong.push(format!("{name}: want {value}, have {given:?}"));
                }
            }
        }
    }
    wrong
}

#[test]
fn corpora_formats() {
    let Some(place) = corpora("truth sets of formats") else { return };
    let mut wrong = Vec::new();
    for set in sets(&place.join("corpus/formats")) {
        let name = set.file_name().expect("a folder has a name").to_string_lossy().into_owned();
        let meta = json(&set.join("meta.json"));
        let tolerance = meta["timestamp_tolerance_ms"].as_i64().unwrap_or(0);
        let (refused, have): (Vec<_>, Vec<_>) =
            records(&set, &meta).into_iter().partition(|record| record.get("@unparsed") == Some(&Value::Bool(true)));
        let expected = fs::read_to_string(set.join("expected.jsonl")).expect("it is there");
        let want: Vec<Value> = expected.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        if refused.len() as u64 != meta["unparsed"].as_u64().unwrap_or(0) || have.len() != want.len() {
            wrong.push(format!(
                "{name}: {} records and {} unparsed, want {} and {}",
                have.len(),
                refused.len(),
                want.len(),
                meta["unparsed"]
            ));
        }
        for (want, have) in want.iter().zip(&have) {
            let want = want.as_object().expect("an object");
            wrong.extend(
                judge(want, have, tolerance).into_iter().map(|w| format!("{name} record {}: {w}", want["@rec"])),
            );
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
