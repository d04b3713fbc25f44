//! One match of a detection rule as a line of `--format matches` (design page `report.md` section 5).
//!
//! Written by hand into memory that is used again: a loud log has a line for every record. What is the same for all
//! matches of a rule, and for all of an input, is spelt once.

use super::{Where, json_text};
use crate::model::{InputSummary, Match, MatchFields, RuleId, RuleInfo, SamplePart, SourceId, Time, Written};
use std::ops::Range;

/// The memory of a stream.
#[derive(Debug, Default)]
pub(super) struct MatchWriter {
    line: Vec<u8>,
    /// By rule: what comes before the path; empty until it is wanted.
    heads: Vec<Vec<u8>>,
    /// The path of the last input.
    path: Option<(SourceId, Vec<u8>)>,
    /// The time of the last match that had one: neighbours share their day.
    time: Option<(Time, u8, Written)>,
}

impl MatchWriter {
    /// The line of a match, with its newline.
    pub(super) fn line(&mut self, found: &Match<'_>, rules: &[RuleInfo], inputs: &[InputSummary]) -> &[u8] {
        let MatchWriter { line, heads, path, time: last } = self;
        let place = Where::new(inputs, &found.place);
        line.clear();
        line.extend_from_slice(head(heads, rules, found.rule));
        match path {
            Some((source, path)) if *source == found.place.source => line.extend_from_slice(path),
            _ => {
                let start = line.len();
                json_text::string(place.path, line);
                *path = Some((found.place.source, line.get(start..).unwrap_or_default().to_vec()));
            }
        }
        line.extend_from_slice(b",\"line\":");
        number(place.line, line);
        line.extend_from_slice(b",\"record\":");
        number(place.record, line);
        line.extend_from_slice(b",\"time\":");
        match found.time.time {
            Some(time) => {
                let decimals = found.time.decimals;
                let behind = |last| time.written_after(decimals, last);
                let written = last.as_ref().map_or_else(|| time.written(decimals), behind);
                *last = Some((time, decimals, written));
                line.push(b'"');
                line.extend_from_slice(written.as_str().as_bytes());
                line.push(b'"');
            }
            None => line.extend_from_slice(b"null"),
        }
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
            json_text::string(rules.get(feed.0 as usize).map_or("", |rule| rule.id.as_str()), line);
        }
        line.push(b']');
        if !found.reported {
            line.extend_from_slice(b",\"reported\":false");
        }
        line.extend_from_slice(b"}}\n");
        line
    }
}

/// Everything up to the path.
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
        head.extend_from_slice(b",\"kind\":\"detection\",\"path\":");
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
    use crate::model::{Bare, FieldsWriter, Matches, Place, Stamp, Time};
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
    fn numbers_are_written_in_full() {
        for n in [0, 9, 10, 99, 100, 1_234_567_890, u64::MAX] {
            let mut line = Vec::new();
            number(Some(n), &mut line);
            assert_eq!(line, n.to_string().into_bytes());
        }
    }
}
