//! The rule cases others wrote, through loader, engine and raw view. They lie outside the project, where `CORPORA_DIR`
//! says; without it they are left out.

use super::testing::{JsonEvent, observe, raw_options};
use super::{Engine, RawView};
use crate::model::{Asks, TagSet};
use crate::sigma::{LoadOptions, RuleMeta, SourceText, load};
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// The cases of a file, or nothing when there is no corpus.
fn cases(file: &str) -> Vec<Json> {
    let Some(folder) = std::env::var_os("CORPORA_DIR") else {
        eprintln!("left out, since CORPORA_DIR is not set: {file}");
        return Vec::new();
    };
    let path = PathBuf::from(folder).join("vectors").join(file);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let cases: Vec<Json> = text.lines().map(|line| serde_json::from_str(line).expect("a case a line")).collect();
    assert!(!cases.is_empty(), "{} is empty", path.display());
    cases
}

fn texts(json: &Json) -> Vec<String> {
    let items = json.as_array().into_iter().flatten();
    items.map(|item| item.as_str().map_or_else(|| item.to_string(), str::to_owned)).collect()
}

/// What a case calls a rule.
fn called(meta: &RuleMeta) -> String {
    meta.id.clone().unwrap_or_else(|| meta.title.clone())
}

/// Rule → indexes of the events it holds for.
type Holds = BTreeMap<String, BTreeSet<u64>>;

fn expected(case: &Json) -> Holds {
    let rules = case["expect"].as_array().into_iter().flatten();
    let events = |rule: &Json| rule["events"].as_array().into_iter().flatten().filter_map(Json::as_u64).collect();
    rules.map(|rule| (rule["rule"].as_str().unwrap_or_default().to_owned(), events(rule))).collect()
}

fn found(case: &Json) -> Holds {
    let placeholders = case["placeholders"].as_object().into_iter().flatten();
    let placeholders = placeholders.map(|(name, values)| (name.clone(), texts(values))).collect();
    let source = SourceText { text: case["rules"].as_str().unwrap_or_default().to_owned(), ..SourceText::default() };
    let rules = load(&[source], &LoadOptions { placeholders }).rules;
    let mut asks = Asks::default();
    let engine = Engine::new(&rules, &[], &|_| Some(TagSet::default()), &mut asks, raw_options());
    let view = RawView::new(&asks);
    let events: Vec<JsonEvent> = case["events"].as_array().into_iter().flatten().map(JsonEvent::new).collect();
    let findings = observe(&engine, &view, &events, true);
    let mut holds: Holds = rules.rules.iter().map(|rule| (called(&rule.meta), BTreeSet::new())).collect();
    for found in findings.matches.unwrap_or_default().iter() {
        let rule = &rules.rules[found.rule.0 as usize];
        holds.entry(called(&rule.meta)).or_default().insert(found.place.record - 1);
    }
    holds
}

fn run(file: &str) {
    let wrong: Vec<String> = cases(file)
        .iter()
        .filter(|case| found(case) != expected(case))
        .map(|case| format!("{}: {}\n  want {:?}\n  have {:?}", case["id"], case["why"], expected(case), found(case)))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn detection_cases_hold() {
    run("detection.jsonl");
}

#[test]
fn filter_cases_hold() {
    run("filter.jsonl");
}
