//! The language held against cases and rules that others wrote. They lie outside the project, where `CORPORA_DIR`
//! says; without it these tests say so and pass.

use crate::sigma::{Code, Diagnostic, LoadOptions, Loaded, Severity, SourceText, load};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The folder of corpora, if there is one.
fn corpora(what: &str) -> Option<PathBuf> {
    let Some(folder) = std::env::var_os("CORPORA_DIR").map(PathBuf::from) else {
        eprintln!("left out, since CORPORA_DIR is not set: {what}");
        return None;
    };
    assert!(folder.is_dir(), "CORPORA_DIR is set to {}, which is no folder", folder.display());
    Some(folder)
}

fn cases(folder: &Path, file: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(folder.join("vectors").join(file)).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn load_case(case: &Value) -> Loaded {
    let mut options = LoadOptions::default();
    for (name, values) in case.get("placeholders").and_then(Value::as_object).into_iter().flatten() {
        let values = values.as_array().unwrap().iter().map(|value| value.as_str().unwrap().to_owned()).collect();
        options.placeholders.insert(name.clone(), values);
    }
    let text = case["rules"].as_str().unwrap().to_owned();
    load(&[SourceText { shown: "case.yml".to_owned(), text, builtin: false }], &options)
}

/// The path of a case: keys as they are, indices in decimal.
fn path(case: &Value) -> Vec<String> {
    let step = |step: &Value| step.as_str().map_or_else(|| step.to_string(), str::to_owned);
    case["at"].as_array().unwrap().iter().map(step).collect()
}

fn differs(case: &Value) -> Option<String> {
    let loaded = load_case(case);
    let errors: Vec<&Diagnostic> = loaded.diagnostics.iter().filter(|d| d.severity == Severity::Error).collect();
    let wanted = |code: &str| {
        loaded.diagnostics.iter().any(|d| {
            d.code.name() == code
                && d.document as u64 == case["doc"].as_u64().unwrap()
                && d.at_path.iter().map(ToString::to_string).eq(path(case))
                && case.get("line").is_none_or(|line| line.as_u64() == Some(d.line))
        })
    };
    let right = match case["error"].as_str() {
        Some(code) => {
            let elsewhere = errors.iter().filter(|d| d.document as u64 != case["doc"].as_u64().unwrap());
            let elsewhere: Vec<_> = elsewhere.filter(|d| d.code != Code::CorrelationCycle).collect();
            wanted(code) && elsewhere.is_empty()
        }
        None => errors.is_empty(),
    };
    let right = right && case.get("warning").and_then(Value::as_str).is_none_or(wanted);
    (!right).then(|| format!("{} ({}): {:#?}", case["id"], case["why"], loaded.diagnostics))
}

#[test]
fn every_mistake_is_named_with_its_place() {
    let Some(folder) = corpora("errors.jsonl") else { return };
    let cases = cases(&folder, "errors.jsonl");
    let wrong: Vec<String> = cases.iter().filter_map(differs).collect();
    assert!(!cases.is_empty());
    assert!(wrong.is_empty(), "{} of {} differ:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

#[test]
fn every_case_of_the_other_vectors_loads() {
    let Some(folder) = corpora("detection, filter, correlation and dialect vectors") else { return };
    for file in ["detection.jsonl", "filter.jsonl", "correlation.jsonl", "dialect.jsonl"] {
        for case in cases(&folder, file) {
            let loaded = load_case(&case);
            let errors: Vec<_> = loaded.diagnostics.iter().filter(|d| d.severity == Severity::Error).collect();
            assert!(errors.is_empty(), "{file} {}: {errors:#?}", case["id"]);
            assert_eq!(loaded.loaded, loaded.documents);
        }
    }
}

fn rule_files(folder: &Path, into: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            rule_files(&path, into);
        } else if path.extension().is_some_and(|ending| ending == "yml") {
            into.push(path);
        }
    }
}

#[test]
fn all_rules_of_sigmahq_load_but_those_that_lack_placeholders() {
    let Some(folder) = corpora("the SigmaHQ rules") else { return };
    let mut paths = Vec::new();
    rule_files(&folder.join("corpus/sigmahq-rules"), &mut paths);
    let sources: Vec<SourceText> = paths
        .iter()
        .map(|path| SourceText {
            shown: path.display().to_string(),
            text: std::fs::read_to_string(path).unwrap(),
            builtin: false,
        })
        .collect();
    let start = std::time::Instant::now();
    let loaded = load(&sources, &LoadOptions::default());
    let took = start.elapsed();
    let mut codes: BTreeMap<&str, usize> = BTreeMap::new();
    for diagnostic in &loaded.diagnostics {
        *codes.entry(diagnostic.code.name()).or_default() += 1;
    }
    eprintln!("{} rules in {took:?}: {codes:?}", loaded.rules.rules.len());
    let errors: Vec<_> = loaded.diagnostics.iter().filter(|d| d.severity == Severity::Error).collect();
    assert!(errors.iter().all(|d| d.code == Code::UnresolvedPlaceholder), "{errors:#?}");
    assert_eq!((loaded.documents, loaded.loaded, loaded.rules.rules.len()), (3_780, 3_755, 3_755));
}
