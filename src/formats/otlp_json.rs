//! Logs as OpenTelemetry writes them in JSON: requests that hold resources, which hold scopes, which hold records.
//!
//! Each log record is a record; attributes of its resource and scope are its own too. Attributes, and values in general,
//! are unwrapped (`{"key":"a","value":{"intValue":"1"}}` is `a`); lists of them repeat the name, maps join names by
//! dots. Numbers keep their text, bytes their base64. Left out: metrics and traces, which such files may hold as well.

use super::document::{self, Part};
use super::inside::{self, Trust};
use super::json::frames::Framer;
use super::json::member::{elements, member, members, push_text};
use super::json::scan::Watch;
use super::{Format, Head, Learned, Record, Sample, Shape, Sniffed, json, sniff};
use crate::model::{Value, limits, stamp};
use std::ops::Range;

/// The row of [`FORMATS`](super::FORMATS).
pub(crate) const FORMAT: Format = Format {
    name: "otlp-json",
    summary: "logs of OpenTelemetry in JSON",
    spec: "https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding",
    samples: &[
        Sample {
            text: r#"{"resourceLogs":[{"resource":{"attributes":[{"key":"host.name","value":{"stringValue":"web1"}}]},"scopeLogs":[{"scope":{"name":"auth"},"logRecords":[{"timeUnixNano":"1762164672000000000","severityNumber":13,"body":{"stringValue":"slow \"query\""},"attributes":[{"key":"n","value":{"intValue":"7"}},{"key":"tags","value":{"arrayValue":{"values":[{"stringValue":"a"},{"boolValue":true}]}}},{"key":"http","value":{"kvlistValue":{"values":[{"key":"status","value":{"doubleValue":1.5}}]}}}]}]}]}]}"#,
            fields: &[
                ("host.name", "web1"),
                ("scope.name", "auth"),
                ("timeUnixNano", "1762164672000000000"),
                ("severityNumber", "13"),
                ("body", "slow \"query\""),
                ("n", "7"),
                ("tags", "a"),
                ("tags", "true"),
                ("http.status", "1.5"),
            ],
        },
        Sample {
            text: "{\n \"resourceLogs\": [\n  {\"scopeLogs\": [{\"logRecords\": [\n   {\"body\": {\"stringValue\": \"one\"}},\n   {\"body\": {\"stringValue\": \"two\"}}\n  ]}]}\n ]\n}\n",
            fields: &[("body", "one"), ("body", "two")],
        },
    ],
    raw_text: false,
    counting: crate::model::Counting::Elements,
    claims: 11,
    sniff,
    shape: Shape::Own {
        cutter: |_, _| document::cutter(Framer::new(Watch::Nothing)),
        decoder: |sniffed, table, options| {
            document::decoder_of_parts(json::read_record, sniffed, table, options, (parts, read))
        },
    },
};

/// The member that holds everything, and what it is called inside: today's names and those of older writers.
const RESOURCES: &str = "resourceLogs";
const SCOPES: [&str; 2] = ["scopeLogs", "instrumentationLibraryLogs"];
const RECORDS: [&str; 2] = ["logRecords", "logs"];

fn sniff(head: &Head<'_>) -> Option<Sniffed> {
    // Whatever stands before the member is short: a resource's schema at most.
    const ENOUGH: usize = 512;
    let text = head.text.trim_start_matches(['\u{feff}', ' ', '\n', '\r', '\t', '[']);
    let start = text.as_bytes().get(..text.len().min(ENOUGH))?;
    let holds = |name: &[u8]| memchr::memmem::find(start, name).is_some();
    (start.first() == Some(&b'{') && holds(b"\"resourceLogs\""))
        .then(|| sniff::claim(11, 1000, "starts with an object that holds resourceLogs", Learned::Nothing))
}

/// Where the log records of a request stand, and the attributes they inherit; `None` when it is no such request.
fn parts(text: &str) -> Option<Vec<Part>> {
    let place = |piece: &str| -> Option<Range<usize>> {
        let start = piece.as_ptr().addr().checked_sub(text.as_ptr().addr())?;
        Some(start..start.checked_add(piece.len())?)
    };
    let mut found = Vec::new();
    for resource in elements(member(text, RESOURCES)?) {
        let of_resource = member(resource, "resource").and_then(place);
        let Some(scopes) = any(resource, &SCOPES) else { continue };
        for scope in elements(scopes) {
            let of_scope = member(scope, "scope").or_else(|| member(scope, "instrumentationLibrary")).and_then(place);
            let Some(records) = any(scope, &RECORDS) else { continue };
            let around = [of_resource.clone().unwrap_or_default(), of_scope.unwrap_or_default()];
            found.extend(elements(records).filter_map(place).map(|at| Part { at, around: around.clone() }));
        }
    }
    Some(found)
}

fn any<'t>(object: &'t str, names: &[&str]) -> Option<&'t str> {
    names.iter().find_map(|name| member(object, name))
}

/// Pushes the fields of one log record and of what it stands in.
fn read(record: &mut Record<'_>, part: &Part) {
    let text = record.text;
    let piece = |range: &Range<usize>| text.get(range.clone()).unwrap_or_default();
    let [resource, scope] = &part.around;
    if let Some(list) = member(piece(resource), "attributes") {
        attributes(record, "", list, 0);
    }
    for (name, value) in members(piece(scope)) {
        match name {
            "attributes" => attributes(record, "", value, 0),
            "name" | "version" => scalar(record, &format!("scope.{name}"), value),
            _ => {}
        }
    }
    let mut body = None;
    for (name, value) in members(piece(&part.at)) {
        match name {
            "attributes" => attributes(record, "", value, 0),
            "body" => {
                body = member(value, "stringValue");
                any_value(record, name, value, 0);
            }
            _ => scalar(record, name, value),
        }
    }
    let mut time = String::new();
    for name in ["timeUnixNano", "observedTimeUnixNano"] {
        let Some(value) = member(piece(&part.at), name) else { continue };
        time.clear();
        let is_text = push_text(value, &mut time).is_some();
        let written = if is_text { time.as_str() } else { value };
        if let Some(stamp) = stamp::read(written, record.zone) {
            record.time = stamp;
            break;
        }
    }
    let mut line = String::new();
    if body.is_some_and(|body| push_text(body, &mut line).is_some()) {
        inside::read(record, &line, Trust::Message);
    }
}

/// Pushes a list of `{"key": …, "value": …}`.
fn attributes(record: &mut Record<'_>, around: &str, list: &str, depth: usize) {
    for attribute in elements(list) {
        let mut name = around.to_owned();
        let is_named = member(attribute, "key").and_then(|key| push_text(key, &mut name)).is_some();
        if let Some(value) = member(attribute, "value").filter(|_| is_named) {
            any_value(record, &name, value, depth);
        }
    }
}

/// Pushes an `AnyValue`.
fn any_value(record: &mut Record<'_>, name: &str, value: &str, depth: usize) {
    if depth >= limits::OTLP_DEPTH {
        return;
    }
    let Some((kind, value)) = members(value).next() else { return };
    let values = || member(value, "values").unwrap_or_default();
    match kind {
        "arrayValue" => elements(values()).for_each(|value| any_value(record, name, value, depth + 1)),
        "kvlistValue" => attributes(record, &format!("{name}."), values(), depth + 1),
        // 64 bits do not fit a number of JSON: they are written as text.
        "intValue" => match value.trim_matches('"') {
            number if number.bytes().all(|b| b.is_ascii_digit() || b == b'-') => {
                record.push_value(name, number, Value::Number);
            }
            _ => scalar(record, name, value),
        },
        _ => scalar(record, name, value),
    }
}

/// Pushes a text, a number or a word.
fn scalar(record: &mut Record<'_>, name: &str, value: &str) {
    match value {
        "true" => record.scratch.push(record.table, name, Value::Bool(true)),
        "false" => record.scratch.push(record.table, name, Value::Bool(false)),
        "null" => record.scratch.push(record.table, name, Value::Null),
        text if text.starts_with('"') => match text.get(1..text.len() - 1) {
            Some(plain) if !plain.contains('\\') => record.push(name, plain),
            _ => {
                let mut plain = String::new();
                record.repaired |= push_text(text, &mut plain).unwrap_or(false);
                record.push(name, &plain);
            }
        },
        structure if structure.starts_with(['{', '[']) => {}
        number => record.push_value(name, number, Value::Number),
    }
}
