//! Documents of the user's own: rules, conditions, patterns, correlations, configuration.

use super::Target;
use super::reports::Scratchpad;
use crate::config;
use crate::scan;
use crate::sigma::{self, LoadOptions, SourceText};
use crate::triage;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{LazyLock, Mutex, PoisonError};

/// Rule files.
pub(super) const RULES: Target = Target {
    name: "rules",
    promise: "every document is loaded or has an error with a line of the file",
    seeds: &["rules/sigma", "rules/correlation", "corpus/nasty/rules", "corpus/sigmahq-rules/rules/web"],
    run: rules,
};

/// Conditions.
pub(super) const CONDITIONS: Target = Target {
    name: "conditions",
    promise: "a condition is read or refused, and evaluated without a panic",
    seeds: &["tests/fuzz/seeds/conditions"],
    run: conditions,
};

/// Values with wildcards, regular expressions, networks, encodings.
pub(super) const PATTERNS: Target = Target {
    name: "patterns",
    promise: "a pattern is compiled or refused, and held against itself without a panic",
    seeds: &["tests/fuzz/seeds/patterns"],
    run: patterns,
};

/// Correlations over time.
pub(super) const CORRELATIONS: Target = Target {
    name: "correlations",
    promise: "any correlation over any events comes to an end",
    seeds: &["tests/fuzz/seeds/correlations", "vectors"],
    run: correlations,
};

/// Configuration files.
pub(super) const CONFIGURATION: Target = Target {
    name: "configuration",
    promise: "a configuration is taken or refused with its file named",
    seeds: &["tests/fuzz/seeds/configuration"],
    run: configuration,
};

/// Earlier reports.
pub(super) const BASELINE: Target = Target {
    name: "baseline",
    promise: "a baseline is taken or refused with its file named, and never is an empty one by mistake",
    seeds: &["tests/fuzz/seeds/baseline", "examples", "tests/reports"],
    run: baseline,
};

/// Ignore files.
pub(super) const IGNORED: Target = Target {
    name: "ignored",
    promise: "an ignore file is taken or refused with its file named",
    seeds: &["tests/fuzz/seeds/ignored"],
    run: ignored,
};

fn pad(name: &'static str) -> Mutex<Scratchpad> {
    Mutex::new(Scratchpad::new(name))
}

fn rules(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes).into_owned();
    // YAML ends lines at a lone CR, too.
    let lines = text.replace("\r\n", "\n").split(['\r', '\n']).count();
    assert!(sigma::raw::is_read_alike(&text), "read by line it is something else");
    let source = SourceText { shown: "rules.yml".to_owned(), text, builtin: false };
    let loaded = sigma::load(&[source], &LoadOptions::default());
    let errors = loaded.diagnostics.iter().filter(|d| d.severity == sigma::Severity::Error);
    assert!(loaded.loaded == loaded.documents || errors.count() > 0, "a document vanished without a word");
    for diagnostic in &loaded.diagnostics {
        assert!((1..=lines as u64 + 1).contains(&diagnostic.line), "{diagnostic:?} of {lines} lines");
        assert!(!diagnostic.message.is_empty());
    }
}

fn conditions(bytes: &[u8]) {
    let condition = String::from_utf8_lossy(bytes);
    let rule = json!({
        "title": "t", "logsource": {"category": "any"}, "level": "low",
        "detection": {"one": {"a": "1"}, "two": {"b": "2"}, "three": ["x"], "condition": condition},
    });
    test(&rule.to_string(), &["{\"a\":\"1\"}".to_owned(), "{\"b\":\"2\",\"c\":\"x\"}".to_owned()]);
}

/// A first line with the field and its modifiers, the value behind it.
fn patterns(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let (field, value) = text.split_once('\n').unwrap_or(("a|re", &text));
    let rule = json!({
        "title": "t", "logsource": {"category": "any"}, "level": "low",
        "detection": {"one": {field: value}, "condition": "one"},
    });
    let name = field.split('|').next().unwrap_or_default();
    test(&rule.to_string(), &[json!({name: value}).to_string(), json!({name: [1, null, value.repeat(3)]}).to_string()]);
}

/// A case of the vectors as JSON, or rules that meet a few events.
fn correlations(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let case: Value = serde_json::from_str(&text).unwrap_or_default();
    if let (Some(rules), Some(events)) = (case["rules"].as_str(), case["events"].as_array()) {
        return test(rules, &events.iter().map(Value::to_string).collect::<Vec<_>>());
    }
    let events = (0..12).map(|n| {
        let stamp = format!("2026-01-01T00:{:02}:00Z", n * 7 % 60);
        json!({"timestamp": stamp, "a": n % 3, "b": n, "c": "x"}).to_string()
    });
    test(&text, &events.collect::<Vec<_>>());
}

/// Loads rules and holds events against them, as they are.
fn test(rules: &str, events: &[String]) {
    static PAD: LazyLock<Mutex<Scratchpad>> = LazyLock::new(|| pad("rules"));
    let pad = PAD.lock().unwrap_or_else(PoisonError::into_inner);
    let (rules, events) =
        (pad.write("rules.yml", rules.as_bytes()), pad.write("events.jsonl", events.join("\n").as_bytes()));
    scan::test_rules(&rules, &events, true, BTreeMap::new()).expect("both files were just written");
}

fn configuration(bytes: &[u8]) {
    static PAD: LazyLock<Mutex<Scratchpad>> = LazyLock::new(|| pad("configuration"));
    let pad = PAD.lock().unwrap_or_else(PoisonError::into_inner);
    let path = pad.write("logsentry.yml", bytes);
    let read = config::file_layer(&path).and_then(|layer| config::checked(layer, &config::Layer::File(path.clone())));
    if let Err(error) = read {
        assert!(error.to_string().contains("logsentry.yml"), "{error}");
    }
}

/// What a baseline is known by.
#[derive(Deserialize)]
struct Whole {
    schema: Option<String>,
    runs: Option<Vec<IgnoredAny>>,
}

fn baseline(bytes: &[u8]) {
    static PAD: LazyLock<Mutex<Scratchpad>> = LazyLock::new(|| pad("baseline"));
    let pad = PAD.lock().unwrap_or_else(PoisonError::into_inner);
    let path = pad.write("baseline.json", bytes);
    match triage::Baseline::open(&path) {
        Ok(_) => {
            // Texts that nobody asks for may hold half a surrogate pair, which a `Value` could not.
            let whole: Whole = serde_json::from_slice(bytes).expect("a baseline is JSON");
            assert!(whole.schema.is_some() || whole.runs.is_some(), "something else was taken for a baseline");
        }
        Err(error) => assert!(error.to_string().contains("baseline.json"), "{error}"),
    }
}

fn ignored(bytes: &[u8]) {
    static PAD: LazyLock<Mutex<Scratchpad>> = LazyLock::new(|| pad("ignored"));
    let pad = PAD.lock().unwrap_or_else(PoisonError::into_inner);
    let path = pad.write("ignored.yml", bytes);
    if let Err(error) = triage::check(&path) {
        assert!(error.to_string().contains("ignored.yml"), "{error}");
    }
}
