//! What GitHub refuses or drops, as a check over a finished file (design page `sarif.md` sections 1 and 9).
//!
//! Written against the file as JSON and not against our types, so that it sees what a reader sees. The suite over real
//! scans (`tests/sarif`) reads this file too.

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
        found.extend(taxonomy(run));
        found.extend(results(run));
        found.extend(order(run));
        found.extend(places(run));
        found.extend(artifacts(run));
        found.extend(invocation(run));
        found.extend(privacy(run));
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
            (tags.iter().map(text).collect::<BTreeSet<_>>().len() == tags.len(), "a tag once"),
            (text(&rule["shortDescription"]["text"]).ends_with(['.', '!', '?', '…']), "a sentence"),
            (severity_fits(rule), "a severity that fits the level"),
            (
                matches!(text(&rule["properties"]["precision"]), "very-high" | "high" | "medium" | "low"),
                "a precision GitHub knows",
            ),
        ];
        found.extend(unless(checks, text(&rule["id"])));
    }
    found
}

/// The three ways in which a rule says how bad it is (design page `sarif.md` section 3).
fn severity_fits(rule: &Value) -> bool {
    let properties = &rule["properties"];
    let said = (
        text(&rule["defaultConfiguration"]["level"]),
        properties["security-severity"].as_str(),
        text(&properties["problem.severity"]),
    );
    matches!(
        said,
        ("error", Some("9.5" | "8.0"), "error")
            | ("warning", Some("5.5"), "warning")
            | ("note", Some("2.0") | None, "recommendation")
    )
}

fn is_guid(value: &Value) -> bool {
    let lengths: Vec<usize> = text(value).split('-').map(str::len).collect();
    let is_hex = text(value).bytes().all(|b| b == b'-' || b.is_ascii_digit() || matches!(b, b'a'..=b'f'));
    is_hex && lengths == [8, 4, 4, 4, 12]
}

/// ATT&CK: what rules point to is there, and nothing else.
fn taxonomy(run: &Value) -> Vec<String> {
    let driver = &run["tool"]["driver"];
    let relations = list(&driver["rules"]).iter().flat_map(|rule| list(&rule["relationships"]));
    let targets: Vec<&Value> = relations.map(|relation| &relation["target"]).collect();
    let taxonomies = list(&run["taxonomies"]);
    let supported = list(&driver["supportedTaxonomies"]);
    let wanted: BTreeSet<&str> = targets.iter().map(|target| text(&target["id"])).collect();
    let taxa: Vec<&str> = taxonomies.iter().flat_map(|t| list(&t["taxa"])).map(|taxon| text(&taxon["id"])).collect();
    let names = |value: &Value| (text(&value["name"]).to_owned(), text(&value["guid"]).to_owned());
    let is_named = |value: &Value| taxonomies.iter().any(|taxonomy| names(taxonomy) == names(value));
    unless(
        [
            (taxonomies.iter().all(|t| is_guid(&t["guid"])), "a guid of the usual form"),
            (taxonomies.len() == supported.len() && supported.iter().all(is_named), "taxonomies the driver supports"),
            (targets.iter().all(|target| is_named(&target["toolComponent"])), "relations to a taxonomy of the file"),
            (taxa.iter().copied().eq(wanted), "the taxa that rules point to, sorted, and no others"),
        ],
        "taxonomy",
    )
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
            (
                rule.is_some_and(|rule| rule["defaultConfiguration"]["level"] == result["level"]),
                "the level of its rule",
            ),
            (result["occurrenceCount"].as_u64() > Some(0), "a count"),
            (is_harmless(words), "a message without markup, links and placeholders of others"),
            (related.iter().map(|place| place["id"].as_u64()).eq((1..=related.len() as u64).map(Some)), "ids from 1"),
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

/// Whether what stands in a message can only be read: the links are ours, nothing looks like a placeholder.
fn is_harmless(words: &str) -> bool {
    let links = words.split("](").skip(1).all(|rest| {
        rest.split_once(')').is_some_and(|(id, _)| !id.is_empty() && id.bytes().all(|b| b.is_ascii_digit()))
    });
    links && !words.contains(['{', '}', '`', '\n'])
}

/// The order of everything that has one, so that two scans can be compared.
fn order(run: &Value) -> Vec<String> {
    let key = |result: &Value| {
        let place = &result["locations"][0]["physicalLocation"];
        let number = |name: &str| place["region"][name].as_u64().unwrap_or(0);
        let rule = text(&result["ruleId"]).to_owned();
        (text(&place["artifactLocation"]["uri"]).to_owned(), number("startLine"), number("startColumn"), rule)
    };
    let uri = |artifact: &Value| text(&artifact["location"]["uri"]).to_owned();
    unless(
        [
            (list(&run["results"]).iter().map(key).is_sorted(), "results by address, line, column and rule"),
            (list(&run["artifacts"]).iter().map(uri).is_sorted_by(|a, b| a < b), "artifacts by address, each once"),
        ],
        "order",
    )
}

/// The list of files, and who points into it.
fn artifacts(run: &Value) -> Vec<String> {
    let artifacts = list(&run["artifacts"]);
    let is_own = |(at, artifact): (usize, &Value)| artifact["location"]["index"].as_u64() == Some(at as u64);
    let hashes = artifacts.iter().filter_map(|artifact| artifact["hashes"]["sha-256"].as_str());
    let is_hash = |hash: &str| hash.len() == 64 && hash.bytes().all(|b| b.is_ascii_hexdigit());
    unless(
        [
            (artifacts.iter().enumerate().all(is_own), "an artifact knows its index"),
            (artifacts.len() <= 1_000, "at most 1,000 artifacts"),
            ({ hashes }.all(is_hash), "hashes are 64 digits"),
        ],
        "artifacts",
    )
}

/// Nothing that tells of the machine or of the moment.
fn privacy(run: &Value) -> Vec<String> {
    let root = &run["originalUriBaseIds"]["%SRCROOT%"];
    let version = text(&run["tool"]["driver"]["semanticVersion"]);
    let parts: Vec<&str> = version.split('-').next().unwrap_or_default().split('.').collect();
    let absent = ["startTimeUtc", "commandLine", "account", "machine", "workingDirectory", "environmentVariables"];
    unless(
        [
            (root.is_object() && root.get("uri").is_none(), "a base without an address"),
            (parts.len() == 3 && parts.iter().all(|part| part.parse::<u32>().is_ok()), "a version as SemVer has it"),
            (absent.iter().all(|key| run["invocations"][0].get(key).is_none()), "no clock, no machine"),
            (run["columnKind"] == "unicodeCodePoints", "what columns count"),
        ],
        "run",
    )
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
            (place["region"].is_null() || is_forward(&place["region"]), "a region ends behind its start"),
        ];
        found.extend(unless(checks, uri));
    }
    found
}

/// Whether a region holds something, and says either both columns or none.
fn is_forward(region: &Value) -> bool {
    let number = |name: &str| region[name].as_u64();
    let start = number("startLine").unwrap_or(0);
    let end = number("endLine").unwrap_or(start);
    match (number("startColumn"), number("endColumn")) {
        (None, None) => end >= start,
        (Some(from), Some(to)) => from > 0 && to > 0 && (end > start || (end == start && to > from)),
        _ => false,
    }
}

fn invocation(run: &Value) -> Vec<String> {
    let invocation = &run["invocations"][0];
    let notices = ["toolExecutionNotifications", "toolConfigurationNotifications"].map(|key| list(&invocation[key]));
    let known: Vec<&str> = list(&run["tool"]["driver"]["notifications"]).iter().map(|n| text(&n["id"])).collect();
    let mild = notices.iter().flat_map(|list| *list).all(|notice| matches!(text(&notice["level"]), "note" | "warning"));
    let named = notices.iter().flat_map(|list| *list).all(|notice| known.contains(&text(&notice["descriptor"]["id"])));
    let words = notices.iter().flat_map(|list| *list).map(|notice| text(&notice["message"]["text"]));
    let checks = [
        (invocation["executionSuccessful"] == true, "a run that succeeded"),
        (notices.iter().map(|list| list.len()).sum::<usize>() <= 101, "at most 101 notifications"),
        ({ words }.all(|words| !words.is_empty() && is_harmless(words)), "notices that can only be read"),
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
