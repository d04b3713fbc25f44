//! What GitHub refuses or drops, as a check over a finished file (design page `sarif.md` sections 1 and 9).
//!
//! Written against the file as JSON and not against our types, so that it sees what a reader sees.

use serde_json::Value;
use std::collections::BTreeSet;

/// Everything that is wrong with a file.
pub(super) fn complaints(log: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let runs = list(&log["runs"]);
    if log["version"] != "2.1.0" || runs.len() != 1 {
        found.push("a file is one run of version 2.1.0".to_owned());
    }
    for run in runs {
        found.extend(rules(run));
        found.extend(results(run));
        found.extend(places(run));
        found.extend(invocation(run));
    }
    found
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn characters(value: &Value) -> usize {
    text(value).chars().count()
}

/// The complaints whose condition does not hold.
fn unless(checks: impl IntoIterator<Item = (bool, &'static str)>, of: &str) -> Vec<String> {
    checks.into_iter().filter(|(holds, _)| !holds).map(|(_, what)| format!("{of}: {what}")).collect()
}

fn rules(run: &Value) -> Vec<String> {
    let rules = list(&run["tool"]["driver"]["rules"]);
    let ids: Vec<&str> = rules.iter().map(|rule| text(&rule["id"])).collect();
    let mut found = unless([(ids.is_sorted_by(|a, b| a < b), "rules are sorted and there once")], "driver");
    for rule in rules {
        let severity = &rule["properties"]["security-severity"];
        let number = text(severity).parse::<f64>().unwrap_or(0.0);
        let tags = list(&rule["properties"]["tags"]);
        let checks = [
            (!text(&rule["id"]).is_empty() && !text(&rule["id"]).contains('/'), "an id without a slash"),
            (rule["name"] != rule["id"] && characters(&rule["name"]) <= 255, "a name that is not the id"),
            ((1..=1_024).contains(&characters(&rule["shortDescription"]["text"])), "a short description"),
            ((1..=1_024).contains(&characters(&rule["fullDescription"]["text"])), "a full description"),
            (characters(&rule["help"]["text"]) > 0 && characters(&rule["help"]["markdown"]) > 0, "help"),
            (!text(&rule["help"]["markdown"]).contains('<'), "no HTML in markdown"),
            (rule.get("helpUri").is_none_or(|uri| text(uri).starts_with("https://")), "an absolute helpUri"),
            (
                severity.is_null() || (number > 0.0 && number <= 10.0 && number.to_bits() != 9f64.to_bits()),
                "a severity within a band",
            ),
            (tags.len() <= 10 && tags.first().is_some_and(|tag| tag == "security"), "at most ten tags, security first"),
            (is_level(&rule["defaultConfiguration"]["level"]), "a level of the standard"),
        ];
        found.extend(unless(checks, text(&rule["id"])));
    }
    found
}

fn is_level(value: &Value) -> bool {
    matches!(text(value), "note" | "warning" | "error")
}

fn results(run: &Value) -> Vec<String> {
    let Some(results) = run["results"].as_array() else { return vec!["results is a list, always".to_owned()] };
    let mut found = unless([(results.len() <= 5_000, "at most 5,000 results")], "run");
    let mut identities = BTreeSet::new();
    for result in results {
        let rule = usize::try_from(result["ruleIndex"].as_u64().unwrap_or(u64::MAX)).ok();
        let rule = rule.and_then(|at| list(&run["tool"]["driver"]["rules"]).get(at));
        let words = text(&result["message"]["text"]);
        let related = list(&result["relatedLocations"]);
        let linked = words
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split(')').next())
            .all(|id| related.iter().any(|place| id.parse() == Ok(place["id"].as_u64().unwrap_or(0))));
        let hash = text(&result["partialFingerprints"]["primaryLocationLineHash"]);
        let flows = list(&result["codeFlows"]);
        let steps = flows.iter().flat_map(|flow| list(&flow["threadFlows"])).map(|flow| list(&flow["locations"]).len());
        let checks = [
            (rule.is_some_and(|rule| rule["id"] == result["ruleId"]), "ruleIndex points at ruleId"),
            (is_level(&result["level"]), "a level of the standard"),
            ((1..=1_000).contains(&words.chars().count()), "a message of at most 1,000 characters"),
            (linked, "links lead to related locations"),
            (list(&result["locations"]).len() == 1, "exactly one location"),
            (result["locations"][0]["physicalLocation"]["region"]["startLine"].as_u64() > Some(0), "a start line"),
            (related.len() <= 100, "at most 100 related locations"),
            (steps.max().unwrap_or(0) <= 1_000, "at most 1,000 steps"),
            (hash.len() == 18 && hash.ends_with(":1"), "a line hash"),
            (identities.insert((text(&result["ruleId"]), hash)), "rule and hash once in a file"),
        ];
        found.extend(unless(checks, text(&result["ruleId"])));
    }
    let all_or_none = |key: &str| {
        let with = results.iter().filter(|result| result.get(key).is_some()).count();
        with == 0 || with == results.len()
    };
    found.extend(unless(
        [(all_or_none("suppressions"), "suppressions"), (all_or_none("baselineState"), "baseline")],
        "all or none",
    ));
    found
}

/// Every place in the file, however deep: one bad address and all of it is refused.
fn places(run: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let mut stack = vec![run];
    while let Some(value) = stack.pop() {
        match value {
            Value::Array(items) => stack.extend(items),
            Value::Object(members) => stack.extend(members.values()),
            _ => {}
        }
        let Some(place) = value.get("physicalLocation") else { continue };
        let uri = text(&place["artifactLocation"]["uri"]);
        let first = uri.split('/').next().unwrap_or_default();
        let index = place["artifactLocation"]["index"].as_u64().and_then(|index| usize::try_from(index).ok());
        let artifact = index.and_then(|index| list(&run["artifacts"]).get(index));
        let checks = [
            (!uri.is_empty() && !uri.starts_with('/') && !first.contains(':'), "a relative address without a scheme"),
            (uri.split('/').all(|segment| segment != ".." && segment != "."), "no steps up"),
            (
                uri.bytes().all(|b| b.is_ascii_graphic() && !b"\\\"<>^`{|}#?".contains(&b)),
                "only characters an address may have",
            ),
            (index.is_none() || artifact.is_some_and(|a| a["location"]["uri"] == *uri), "an index of its own artifact"),
            (place.get("region").is_none_or(|region| region["startLine"].as_u64() > Some(0)), "lines count from 1"),
        ];
        found.extend(unless(checks, uri));
    }
    found
}

fn invocation(run: &Value) -> Vec<String> {
    let invocation = &run["invocations"][0];
    let notices = ["toolExecutionNotifications", "toolConfigurationNotifications"].map(|key| list(&invocation[key]));
    let known: Vec<&str> = list(&run["tool"]["driver"]["notifications"]).iter().map(|n| text(&n["id"])).collect();
    let mild = notices.iter().flat_map(|list| *list).all(|notice| matches!(text(&notice["level"]), "note" | "warning"));
    let named = notices.iter().flat_map(|list| *list).all(|notice| known.contains(&text(&notice["descriptor"]["id"])));
    let checks = [
        (invocation["executionSuccessful"] == true, "a run that succeeded"),
        (mild, "no notification of level error"),
        (named, "notifications have descriptors"),
    ];
    unless(checks, "invocation")
}

#[test]
fn a_file_with_every_fault_is_complained_of() {
    let log: Value = serde_json::json!({"version": "2.1.0", "runs": [{
        "tool": {"driver": {"rules": [{"id": "a/b", "name": "a/b", "properties": {"security-severity": "9.0"}}]}},
        "results": [{"ruleId": "x", "ruleIndex": 0, "message": {"text": "[event 1](1)"}, "level": "notice",
                     "locations": [{"physicalLocation": {"artifactLocation": {"uri": "s3:/../a b"}}}]}],
        "invocations": [{"executionSuccessful": false, "toolExecutionNotifications": [{"level": "error"}]}],
    }]});
    let found = complaints(&log);
    for part in [
        "a slash",
        "not the id",
        "short description",
        "full",
        "help",
        "band",
        "ten tags",
        "ruleIndex",
        "a level",
        "links lead",
        "start line",
        "line hash",
        "scheme",
        "steps up",
        "characters an",
        "succeeded",
        "level error",
        "descriptors",
    ] {
        assert!(found.iter().any(|complaint| complaint.contains(part)), "{part}: {found:?}");
    }
}
