//! One match of a detection rule, or one burst, as a line of `--format matches` (design page `report.md` section 5).
//!
//! Written by hand into memory that is used again: a loud log has a line for every record. What is the same for all
//! matches of a rule, and for all of an input, is spelt once.

use super::{Where, json_text};
use crate::model::limits::MATCH_EVENTS;
use crate::model::{
    Burst, InputSummary, Match, MatchFields, Place, RuleId, RuleInfo, SamplePart, SourceId, Stamp, Time, Written,
};
use std::ops::Range;

/// The memory of a stream.
#[derive(Debug, Default)]
pub(super) struct MatchWriter {
    line: Vec<u8>,
    /// By rule: what the line begins with, up to what kind of rule it is; empty until it is wanted.
    heads: Vec<Vec<u8>>,
    last: Last,
}

/// What was written last of what neighbours share.
#[derive(Debug, Default)]
struct Last {
    /// The path of an input.
    path: Option<(SourceId, Vec<u8>)>,
    /// A time: neighbours share their day.
    time: Option<(Time, u8, Written)>,
}

impl MatchWriter {
    /// The line of a match, with its newline.
    pub(super) fn line(&mut self, found: &Match<'_>, rules: &[RuleInfo], inputs: &[InputSummary]) -> &[u8] {
        let MatchWriter { line, heads, last } = self;
        line.clear();
        line.extend_from_slice(head(heads, rules, found.rule));
        line.extend_from_slice(b"\"detection\",");
        last.write((&found.place, found.time), inputs, line);
        line.extend_from_slice(b",\"entity\":[{\"field\":");
        json_text::string(found.entity.0, line);
        line.extend_from_slice(b",\"value\":");
        let start = line.len();
        json_text::string(found.entity.1, line);
        let spelt = Spelt { text: found.entity.1, at: start..line.len() };
        line.extend_from_slice(b"}],\"fields\":{");
        fields(found.fields.clone(), &spelt, line);
        line.extend_from_slice(b"},\"feeds\":[");
        for (n, feed) in found.feeds.iter().enumerate() {
            if n > 0 {
                line.push(b',');
            }
            json_text::string(id(rules, *feed), line);
        }
        line.push(b']');
        end(found.reported, line);
        line
    }

    /// The line of a burst, with its newline.
    pub(super) fn burst(&mut self, burst: &Burst, rules: &[RuleInfo], inputs: &[InputSummary]) -> &[u8] {
        let MatchWriter { line, heads, last } = self;
        line.clear();
        line.extend_from_slice(head(heads, rules, burst.rule));
        line.extend_from_slice(b"\"correlation\",\"entity\":[");
        for (n, pair) in burst.entity.iter().enumerate() {
            line.extend_from_slice(if n > 0 { b",{\"field\":" } else { b"{\"field\":" });
            json_text::string(&pair.field, line);
            line.extend_from_slice(b",\"value\":");
            json_text::string(&pair.value, line);
            line.push(b'}');
        }
        line.extend_from_slice(b"],");
        last.write((&burst.place, burst.time), inputs, line);
        line.extend_from_slice(b",\"count\":");
        number(Some(burst.count), line);
        line.extend_from_slice(b",\"events\":[");
        for (n, (place, time, rule)) in burst.events.iter().take(MATCH_EVENTS).enumerate() {
            line.extend_from_slice(if n > 0 { b",{" } else { b"{" });
            last.write((place, *time), inputs, line);
            line.extend_from_slice(b",\"rule_id\":");
            json_text::string(id(rules, *rule), line);
            line.push(b'}');
        }
        line.extend_from_slice(b"],\"events_total\":");
        number(Some(burst.count), line);
        end(burst.reported, line);
        line
    }
}

impl Last {
    /// Where an event stands, and when it happened.
    fn write(&mut self, (at, time): (&Place, Stamp), inputs: &[InputSummary], line: &mut Vec<u8>) {
        let place = Where::new(inputs, at);
        line.extend_from_slice(b"\"path\":");
        match &self.path {
            Some((source, path)) if *source == at.source => line.extend_from_slice(path),
            _ => {
                let start = line.len();
                json_text::string(place.path, line);
                self.path = Some((at.source, line.get(start..).unwrap_or_default().to_vec()));
            }
        }
        line.extend_from_slice(b",\"line\":");
        number(place.line, line);
        line.extend_from_slice(b",\"record\":");
        number(place.record, line);
        line.extend_from_slice(b",\"time\":");
        match time.time {
            Some(at) => {
                let decimals = time.decimals;
                let behind = |last| at.written_after(decimals, last);
                let written = self.time.as_ref().map_or_else(|| at.written(decimals), behind);
                self.time = Some((at, decimals, written));
                line.push(b'"');
                line.extend_from_slice(written.as_str().as_bytes());
                line.push(b'"');
            }
            None => line.extend_from_slice(b"null"),
        }
    }
}

fn id(rules: &[RuleInfo], rule: RuleId) -> &str {
    rules.get(rule.0 as usize).map_or("", |rule| rule.id.as_str())
}

/// The end of a line.
fn end(reported: bool, line: &mut Vec<u8>) {
    line.extend_from_slice(if reported { b"}}\n" } else { b",\"reported\":false}}\n" });
}

/// Everything up to what kind of rule it is.
fn head<'h>(heads: &'h mut Vec<Vec<u8>>, rules: &[RuleInfo], rule: RuleId) -> &'h [u8] {
    let n = rule.0 as usize;
    if heads.len() <= n {
        heads.resize(n + 1, Vec::new());
    }
    let Some(head) = heads.get_mut(n) else { return &[] };
    if head.is_empty() {
        let rule = rules.get(n);
        head.extend_from_slice(b"{\"match\":{\"rule_id\":");
        json_text::string(rule.map_or("", |rule| rule.id.as_str()), head);
        head.extend_from_slice(b",\"level\":");
        match rule {
            Some(rule) => json_text::string(rule.level.name(), head),
            None => head.extend_from_slice(b"null"),
        }
        head.extend_from_slice(b",\"kind\":");
    }
    head
}

/// A text of a match that the line has already, and where.
struct Spelt<'m> {
    text: &'m str,
    at: Range<usize>,
}

impl Spelt<'_> {
    /// Writes a value: as it stands in the line, where it is that very text.
    fn value(&self, value: &str, line: &mut Vec<u8>) {
        if std::ptr::eq(value, self.text) {
            line.extend_from_within(self.at.clone());
        } else {
            json_text::string(value, line);
        }
    }
}

/// Fields as members of an object: no value is `null`, one stands alone, several are a list.
fn fields(parts: MatchFields<'_>, spelt: &Spelt<'_>, line: &mut Vec<u8>) {
    let mut values: Option<(usize, usize)> = None;
    for part in parts {
        match (part, values) {
            (SamplePart::Name(name), before) => {
                end_values(before, line);
                if before.is_some() {
                    line.push(b',');
                }
                json_text::string(name, line);
                line.push(b':');
                values = Some((line.len(), 0));
            }
            (SamplePart::Value(value), Some((start, n))) => {
                match n {
                    0 => {}
                    1 => {
                        line.insert(start, b'[');
                        line.push(b',');
                    }
                    _ => line.push(b','),
                }
                spelt.value(value, line);
                values = Some((start, n + 1));
            }
            // A value always follows a name.
            (SamplePart::Value(_), None) => {}
        }
    }
    end_values(values, line);
}

/// What stands behind the last value of a field.
fn end_values(values: Option<(usize, usize)>, line: &mut Vec<u8>) {
    match values {
        Some((_, 0)) => line.extend_from_slice(b"null"),
        None | Some((_, 1)) => {}
        Some(_) => line.push(b']'),
    }
}

fn number(number: Option<u64>, line: &mut Vec<u8>) {
    match number {
        Some(number) => line.extend_from_slice(itoa::Buffer::new().format(number).as_bytes()),
        None => line.extend_from_slice(b"null"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;
    use crate::model::{Bare, FieldsWriter, Matches, Pair, Place, Stamp, Time};
    use serde_json::{Value, json};
    use std::sync::Arc;

    /// A match with these fields, as JSON reads it again.
    fn read(told: &[(&str, &[&str])], change: impl FnOnce(&mut Match<'_>)) -> Value {
        let report = sample::report();
        let bare = Bare {
            place: Place { source: SourceId(1), line: 1_200, record: 90, lines: 1, ..Place::default() },
            time: Stamp::exact(Time(1_500_000_000), 1),
            rule: RuleId(1),
            feeds: Arc::default(),
            reported: true,
            entries: Box::default(),
        };
        let mut matches = Matches::default();
        let fields = |writer: &mut FieldsWriter<'_>| {
            for (name, values) in told {
                writer.name(name);
                for value in *values {
                    writer.value(value);
                }
            }
        };
        matches.push(bare, fields, ("user", "Mia"), None);
        let mut found = matches.iter().next().expect("it was added");
        change(&mut found);
        let mut memory = MatchWriter::default();
        let line = memory.line(&found, &report.rules, &report.inputs).to_vec();
        // What is remembered of a line before changes nothing.
        assert_eq!(memory.line(&found, &report.rules, &report.inputs), line);
        let value: Value = serde_json::from_slice(&line).expect("a line is JSON");
        value["match"].clone()
    }

    #[test]
    fn a_field_has_no_value_one_or_several() {
        let read =
            read(&[("none", &[]), ("one", &["\"1\""]), ("three", &["1", "", "\u{1b}"]), ("end", &["x"])], |_| ());
        assert_eq!(read["fields"], json!({"none": null, "one": "\"1\"", "three": ["1", "", "\u{1b}"], "end": "x"}));
        assert_eq!(self::read(&[], |_| ())["fields"], json!({}));
        assert_eq!(self::read(&[("two", &["a", "b"])], |_| ())["fields"], json!({"two": ["a", "b"]}));
    }

    #[test]
    fn what_is_not_known_is_null() {
        let read = read(&[], |found| {
            found.time = Stamp::default();
            found.rule = RuleId(77);
            found.place.source = SourceId(3);
        });
        let known = |name: &str| read[name].clone();
        assert_eq!(["level", "line", "time"].map(known), [Value::Null, Value::Null, Value::Null]);
        assert_eq!((known("rule_id"), known("record"), known("feeds")), (json!(""), json!(90), json!([])));
    }

    #[test]
    fn a_burst_tells_its_group_and_its_first_events() {
        let report = sample::report();
        let pair = |field: &str, value: &str| Pair { field: field.into(), value: value.into() };
        let at = Place { source: SourceId(1), line: 7, record: 8, lines: 1, ..Place::default() };
        let mut burst = Burst {
            rule: RuleId(0),
            entity: vec![pair("user", "Mia"), pair("host", "\u{1b}\"")],
            place: at,
            time: Stamp::default(),
            count: 99,
            events: vec![(at, Stamp::exact(Time(1_500_000_000), 1), RuleId(1)); MATCH_EVENTS + 1],
            reported: false,
        };
        let mut memory = MatchWriter::default();
        let mut read = |burst: &Burst| -> Value {
            let line = memory.burst(burst, &report.rules, &report.inputs);
            serde_json::from_slice::<Value>(line).expect("a line is JSON")["match"].take()
        };
        let told = read(&burst);
        assert_eq!(told["entity"], json!([{"field": "user", "value": "Mia"}, {"field": "host", "value": "\u{1b}\""}]));
        assert_eq!(
            (&told["kind"], &told["reported"], &told["time"]),
            (&json!("correlation"), &json!(false), &Value::Null)
        );
        assert_eq!((&told["count"], &told["events_total"]), (&json!(99), &json!(99)));
        let events = told["events"].as_array().expect("a list");
        assert_eq!(events.len(), MATCH_EVENTS);
        let event = json!({"path": told["path"], "line": told["line"], "record": told["record"],
            "time": "1970-01-01T00:00:01.500Z", "rule_id": report.rules[1].id});
        assert!(events.iter().all(|told| *told == event), "{events:?} {event}");
        burst = Burst { entity: Vec::new(), events: Vec::new(), reported: true, ..burst };
        let told = read(&burst);
        assert_eq!((&told["entity"], &told["events"], told.get("reported")), (&json!([]), &json!([]), None));
    }

    #[test]
    fn numbers_are_written_in_full() {
        for n in [0, 9, 10, 99, 100, 1_234_567_890, u64::MAX] {
            let mut line = Vec::new();
            number(Some(n), &mut line);
            assert_eq!(line, n.to_string().into_bytes());
        }
    }
}
