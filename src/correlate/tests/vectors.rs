//! The published correlation cases, at the level of this room: a rule reader and matcher of forty lines stand in for
//! the real ones, which the whole program is tested with.

use super::{Event, alerts, meta, rule, words};
use crate::sigma::{Comparison, Correlation, CorrelationKind, Decimal, Expr, Ruleset};
use serde_json::Value as Json;
use serde_yaml::Value as Yaml;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Duration;

#[test]
fn agrees_with_the_published_cases() {
    let Some(corpora) = std::env::var_os("CORPORA_DIR") else {
        #[allow(clippy::print_stderr, reason = "a suite that is left out says so")]
        {
            eprintln!("left out: CORPORA_DIR is not set");
        }
        return;
    };
    let path = PathBuf::from(corpora).join("vectors/correlation.jsonl");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|why| panic!("{}: {why}", path.display()));
    let cases: Vec<Json> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(cases.len() >= 45, "{} cases", cases.len());
    for case in &cases {
        check(case);
    }
}

fn check(case: &Json) {
    let id = case["id"].as_str().unwrap();
    let documents = read(case["rules"].as_str().unwrap());
    let all = case["events"].as_array().unwrap();
    let names = documents.iter().filter(|d| !d["detection"].is_null()).map(|d| rule(&identity(d))).collect();
    let correlations = documents.iter().filter(|d| !d["correlation"].is_null()).map(correlation).collect();
    let rules = Ruleset { rules: names, correlations, ..Ruleset::default() };
    // Events without a time of their own take no part; that is settled before hits are made.
    let (mut events, mut places) = (Vec::new(), Vec::new());
    for (at, event) in all.iter().enumerate() {
        let stamp = event["timestamp"].as_str().and_then(|text| text.parse::<jiff::Timestamp>().ok());
        let Some(stamp) = stamp else { continue };
        let matched = documents.iter().filter(|rule| matches(rule, &documents, event));
        events.push(Event {
            time: i64::try_from(stamp.as_nanosecond()).unwrap(),
            rules: matched.map(identity).collect(),
            fields: fields(event),
        });
        places.push(at);
    }
    let found = alerts(&rules, &events, 3);
    for document in documents.iter().filter(|d| !d["correlation"].is_null()) {
        let name = identity(document);
        let shown = document["id"].as_str().or(document["title"].as_str()).unwrap();
        let expected = case["expect"].as_array().unwrap().iter().find(|e| e["rule"] == shown).unwrap();
        let silent = documents.iter().any(|d| refers_to(d, &name));
        let loud = documents.iter().any(|d| refers_to(d, &name) && d["correlation"]["generate"] == true);
        if silent && !loud {
            assert_eq!(expected["alerts"], 0, "{id}: {name}");
            continue;
        }
        let got: BTreeSet<String> = found
            .iter()
            .filter(|alert| alert.rule == name)
            .map(|alert| {
                let key: BTreeMap<_, _> = alert.key.iter().cloned().collect();
                let events: Vec<usize> = alert.events.iter().map(|at| places[*at]).collect();
                serde_json::json!({"key": key, "fired_at": places[alert.fired_at], "events": events}).to_string()
            })
            .collect();
        let groups = expected["groups"].as_array().unwrap();
        assert_eq!(expected["alerts"], groups.len(), "{id}");
        let want = groups.iter().map(|group| {
            let key: BTreeMap<String, Json> = serde_json::from_value(group["key"].clone()).unwrap();
            serde_json::json!({"key": key, "fired_at": group["fired_at"], "events": group["events"]}).to_string()
        });
        assert_eq!(got, want.collect(), "{id}: {name}");
    }
}

fn read(text: &str) -> Vec<Yaml> {
    use serde::Deserialize;
    let documents = serde_yaml::Deserializer::from_str(text).map(|document| Yaml::deserialize(document).unwrap());
    documents.filter(|document| !document.is_null()).collect()
}

fn identity(document: &Yaml) -> String {
    ["name", "id", "title"].iter().find_map(|key| document[*key].as_str()).unwrap().to_owned()
}

fn list(value: &Yaml) -> Vec<String> {
    match value {
        Yaml::Sequence(all) => all.iter().map(|one| one.as_str().unwrap().to_owned()).collect(),
        other => other.as_str().into_iter().map(str::to_owned).collect(),
    }
}

fn refers_to(document: &Yaml, name: &str) -> bool {
    !document["correlation"].is_null() && list(&document["correlation"]["rules"]).iter().any(|rule| rule == name)
}

fn correlation(document: &Yaml) -> Correlation {
    let spec = &document["correlation"];
    let kind: CorrelationKind = super::KINDS.iter().find(|kind| spec["type"] == kind.name).map(|kind| kind.of).unwrap();
    let mut made = super::correlation(&identity(document), kind, "", "");
    made.meta = meta(&identity(document));
    (made.rules, made.group_by) = (list(&spec["rules"]), list(&spec["group-by"]));
    let (number, unit) = spec["timespan"].as_str().map(|text| text.split_at(text.len() - 1)).unwrap();
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        "w" => 604_800,
        other => panic!("unit {other}"),
    };
    made.timespan = Duration::from_secs(number.parse::<u64>().unwrap() * seconds);
    let condition = &spec["condition"];
    if let Some(text) = condition.as_str() {
        made.extended = Some(expression(&made.rules, text));
    }
    for (name, comparison) in [
        ("eq", Comparison::Eq),
        ("neq", Comparison::Neq),
        ("lt", Comparison::Lt),
        ("lte", Comparison::Lte),
        ("gt", Comparison::Gt),
        ("gte", Comparison::Gte),
    ] {
        if let Some(bound) = condition[name].as_f64() {
            let (whole, fraction) =
                bound.to_string().split_once('.').map_or((bound.to_string(), 0), |(w, f)| (format!("{w}{f}"), f.len()));
            let exponent = -i64::try_from(fraction).unwrap();
            made.bounds.push((comparison, Decimal { negative: false, digits: whole, exponent }));
        }
    }
    made.count_fields = list(&condition["field"]);
    made.percentile = condition["percentile"].as_f64();
    if let Yaml::Mapping(aliases) = &spec["aliases"] {
        for (alias, fields) in aliases {
            let fields = fields.as_mapping().unwrap().iter();
            let fields = fields.map(|(rule, field)| (list(rule).remove(0), list(field).remove(0))).collect();
            made.aliases.insert(list(alias).remove(0), fields);
        }
    }
    made
}

/// `or` under `and` under `not`, with brackets: what the cases use.
fn expression(rules: &[String], text: &str) -> Expr {
    let text = text.replace('(', " ( ").replace(')', " ) ");
    let mut words = words(&text);
    words.reverse();
    alternatives(rules, &mut words)
}

fn alternatives(rules: &[String], words: &mut Vec<String>) -> Expr {
    let mut any = Vec::new();
    loop {
        let mut all = Vec::new();
        loop {
            all.push(operand(rules, words));
            if words.pop_if(|word| word == "and").is_none() {
                break;
            }
        }
        any.push(Expr::And(all));
        if words.pop_if(|word| word == "or").is_none() {
            return Expr::Or(any);
        }
    }
}

fn operand(rules: &[String], words: &mut Vec<String>) -> Expr {
    match words.pop().unwrap().as_str() {
        "not" => Expr::Not(Box::new(operand(rules, words))),
        "(" => {
            let inside = alternatives(rules, words);
            assert_eq!(words.pop().as_deref(), Some(")"));
            inside
        }
        name => Expr::Selection(rules.iter().position(|rule| rule == name).unwrap()),
    }
}

/// A detection rule of one selection, with the filters that name it.
fn matches(rule: &Yaml, documents: &[Yaml], event: &Json) -> bool {
    let Yaml::Mapping(detection) = &rule["detection"] else { return false };
    let selected = detection.iter().filter(|(name, _)| *name != "condition").all(|(_, map)| selects(map, event));
    let filters = documents.iter().filter(|d| list(&d["filter"]["rules"]).contains(&identity(rule)));
    selected
        && filters.map(|d| d["filter"].as_mapping().unwrap()).all(|filter| {
            let named = || filter.iter().filter(|(name, _)| *name != "rules" && *name != "condition");
            let holds = |negated: bool| named().all(|(_, map)| selects(map, event) != negated);
            holds(filter["condition"].as_str().unwrap().starts_with("not "))
        })
}

fn selects(map: &Yaml, event: &Json) -> bool {
    map.as_mapping().unwrap().iter().all(|(field, want)| {
        let field = field.as_str().unwrap();
        let (field, modifier) = field.split_once('|').unwrap_or((field, ""));
        let want = scalar(&serde_json::to_value(want).unwrap()).unwrap();
        fields(event).get(field).is_some_and(|value| match modifier {
            "" => *value == want,
            "contains" => value.contains(&want),
            "startswith" => value.starts_with(&want),
            other => panic!("modifier {other}"),
        })
    })
}

/// Scalars by dotted name.
fn fields(event: &Json) -> BTreeMap<String, String> {
    let mut fields = BTreeMap::new();
    for (name, value) in event.as_object().unwrap() {
        match value {
            Json::Object(_) => {
                fields.extend(self::fields(value).into_iter().map(|(inner, value)| (format!("{name}.{inner}"), value)));
            }
            other => fields.extend(scalar(other).map(|value| (name.clone(), value))),
        }
    }
    fields
}

fn scalar(value: &Json) -> Option<String> {
    match value {
        Json::String(text) => Some(text.clone()),
        Json::Number(_) | Json::Bool(_) => Some(value.to_string()),
        _ => None,
    }
}
