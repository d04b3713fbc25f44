//! One Windows event, many shippers: the recorded cases as Winlogbeat, HELK, Log Analytics, an XML converter and Windows
//! itself would pass them on give the matches of the event logs.

use crate::support::{Folder, corpora, run};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;

/// Each name and what makes the line of an event.
type Form = fn(&Value) -> String;

const FORMS: [(&str, Form); 5] = [
    ("winlogbeat", |event| winlogbeat(event).to_string()),
    ("helk", |event| flat(event).to_string()),
    ("log-analytics", |event| log_analytics(event).to_string()),
    ("xmltodict", |event| converted(event).to_string()),
    ("xml", |event| xml(event)),
];

fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// A part of System as `evtx_dump` writes it: a value, or an object with `#text` and `#attributes`.
fn system(event: &Value, element: &str, attribute: Option<&str>) -> Value {
    let element = &event["System"][element];
    match attribute {
        Some(attribute) => element["#attributes"][attribute].clone(),
        None => element.get("#text").unwrap_or(element).clone(),
    }
}

/// Names and values of the payload, in order; a nameless one has an empty name.
fn payload(event: &Value) -> Vec<(String, Value)> {
    let mut all = Vec::new();
    let data = event["EventData"].as_object().into_iter().flatten();
    for (name, value) in data.filter(|(name, _)| *name != "#attributes") {
        match value.get("#text") {
            Some(Value::Array(texts)) => all.extend(texts.iter().map(|text| (String::new(), text.clone()))),
            Some(text) => all.push((String::new(), text.clone())),
            None => all.push((name.clone(), value.clone())),
        }
    }
    leaves(&event["UserData"], &mut all);
    all
}

fn leaves(value: &Value, into: &mut Vec<(String, Value)>) {
    for (name, value) in value.as_object().into_iter().flatten().filter(|(name, _)| *name != "#attributes") {
        if value.is_object() { leaves(value, into) } else { into.push((name.clone(), value.clone())) }
    }
}

fn winlogbeat(event: &Value) -> Value {
    let mut data = Map::new();
    for (n, (name, value)) in payload(event).into_iter().enumerate() {
        let name = if name.is_empty() { format!("param{}", n + 1) } else { name };
        data.insert(name, text(&value).into());
    }
    let holder = if event["UserData"].is_object() { "user_data" } else { "event_data" };
    let id = text(&system(event, "EventID", None));
    json!({
        "@timestamp": system(event, "TimeCreated", Some("SystemTime")),
        "winlog": {
            "channel": system(event, "Channel", None), "event_id": id, "record_id": system(event, "EventRecordID", None),
            "provider_name": system(event, "Provider", Some("Name")), "computer_name": system(event, "Computer", None),
            "process": {"pid": system(event, "Execution", Some("ProcessID"))}, holder: data,
        },
        "event": {"code": id, "provider": system(event, "Provider", Some("Name"))},
        "host": {"name": "collector"},
    })
}

fn flat(event: &Value) -> Value {
    let mut record = json!({
        "TimeCreated": system(event, "TimeCreated", Some("SystemTime")), "EventID": system(event, "EventID", None),
        "Channel": system(event, "Channel", None), "SourceName": system(event, "Provider", Some("Name")),
        "Hostname": system(event, "Computer", None), "Message": "m",
    });
    for (name, value) in payload(event) {
        record[name] = if value.is_null() { value } else { text(&value).into() };
    }
    record
}

fn log_analytics(event: &Value) -> Value {
    let whole = xml(event);
    let (_, data) = whole.split_once("</System>").expect("every event has one");
    let data = data.strip_suffix("</Event>").expect("it was closed");
    json!({
        "TimeGenerated": system(event, "TimeCreated", Some("SystemTime")), "EventLog": system(event, "Channel", None),
        "Source": system(event, "Provider", Some("Name")), "Computer": system(event, "Computer", None),
        "EventID": system(event, "EventID", None), "Type": "Event",
        "EventData": format!("<DataItem type=\"System.XmlData\">{data}</DataItem>"),
    })
}

fn converted(event: &Value) -> Value {
    let mut system = Map::new();
    for (name, value) in event["System"].as_object().expect("every event has one") {
        let mut element = Map::new();
        for (name, value) in value["#attributes"].as_object().into_iter().flatten() {
            element.insert(format!("@{name}"), text(value).into());
        }
        if let Some(inner) = value.get("#text") {
            element.insert("#text".to_owned(), text(inner).into());
        }
        let plain = if value.is_null() { Value::Null } else { text(value).into() };
        system.insert(name.clone(), if value.is_object() { element.into() } else { plain });
    }
    let mut data = Vec::new();
    for (name, value) in payload(event) {
        data.push(match (name.as_str(), text(&value)) {
            ("", value) => value.into(),
            (name, value) if value.is_empty() => json!({"@Name": name}),
            (name, value) => json!({"@Name": name, "#text": value}),
        });
    }
    json!({"Event": {"System": system, "EventData": {"Data": data}}})
}

fn xml(event: &Value) -> String {
    let mut out = "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>".to_owned();
    for (name, value) in event["System"].as_object().expect("every event has one") {
        write!(out, "<{name}").expect("it is memory");
        for (name, value) in value["#attributes"].as_object().into_iter().flatten() {
            write!(out, " {name}='{}'", escaped(&text(value))).expect("it is memory");
        }
        let inner = if value.is_object() { value.get("#text").map(text).unwrap_or_default() } else { text(value) };
        write!(out, ">{}</{name}>", escaped(&inner)).expect("it is memory");
    }
    let is_user = event["UserData"].is_object();
    out += if is_user { "</System><UserData><Deep>" } else { "</System><EventData>" };
    for (name, value) in payload(event) {
        let value = escaped(&text(&value));
        if is_user {
            write!(out, "<{name}>{value}</{name}>")
        } else if name.is_empty() {
            write!(out, "<Data>{value}</Data>")
        } else {
            write!(out, "<Data Name='{}'>{value}</Data>", escaped(&name))
        }
        .expect("it is memory");
    }
    out + if is_user { "</Deep></UserData></Event>" } else { "</EventData></Event>" }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('\'', "&apos;")
}

#[test]
fn corpora_shippers() {
    let Some(place) = corpora("recorded attacks, shipped in many forms") else { return };
    let corpus = place.join("corpus");
    let folder = Folder::new();
    let lines = |path: &str| fs::read_to_string(corpus.join(path)).expect("it is there");
    for case in lines("regression/index.jsonl").lines() {
        let case: Value = serde_json::from_str(case).expect("a case a line");
        let Some(file) = case["json"].as_str() else { continue };
        let events: Vec<Value> = serde_json::Deserializer::from_str(&lines(&format!("regression/{file}")))
            .into_iter::<Value>()
            .map(|event| event.expect("JSON")["Event"].take())
            .collect();
        for (form, line) in FORMS {
            let shipped: String = events.iter().map(|event| line(event) + "\n").collect();
            folder.write(&format!("shipped/{form}/{}.log", text(&case["rule_id"])), shipped);
        }
    }
    let rules = corpus.join("sigmahq-rules").to_str().expect("UTF-8").to_owned();
    let shipped = folder.path().join("shipped").to_str().expect("UTF-8").to_owned();
    let ran = run(&["scan", &shipped, "--no-builtin", "--no-config", "-r", &rules, "--format", "matches"]);
    let mut have: BTreeMap<(String, String, String), u64> = BTreeMap::new();
    for line in ran.lines().iter().filter_map(|line| line.get("match")) {
        let path = text(&line["path"]);
        let mut parts = path.trim_end_matches(".log").rsplit('/').map(str::to_owned);
        let (case, form) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        *have.entry((form, case, text(&line["rule_id"]))).or_default() += 1;
    }
    let mut wrong = Vec::new();
    for row in lines("regression/expected.jsonl").lines() {
        let row: Value = serde_json::from_str(row).expect("a case a line");
        let case = text(&row["file"]).split('/').next().unwrap_or_default().to_owned();
        for (form, _) in FORMS {
            let have = have.remove(&(form.to_owned(), case.clone(), text(&row["rule_id"]))).unwrap_or(0);
            if row["matches"].as_u64().is_some_and(|want| want != have) {
                wrong.push(format!("{form} {row}: have {have}"));
            }
        }
    }
    wrong.extend(have.iter().map(|(what, n)| format!("{what:?} must not match, does {n} times")));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
