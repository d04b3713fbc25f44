//! Events for tests, from JSON, without any format's decoder.
//!
//! Members become entries as a JSON decoder pushes them: dotted paths with their shape, an entry for every object, one
//! for every element of an array.

use crate::model::{Entry, Event, FieldId, FormatId, Marks, Origin, Regions, Scratch, Stamp, TagSet, Value};
use serde_json::Value as Json;

/// A JSON object as an event would hold it.
#[derive(Debug, Default)]
pub(super) struct JsonEvent {
    scratch: Scratch,
    raw: String,
}

impl JsonEvent {
    /// Flattens `json`.
    pub(super) fn new(json: &Json) -> JsonEvent {
        let mut event = JsonEvent { raw: json.to_string(), ..JsonEvent::default() };
        if let Json::Object(members) = json {
            for (name, value) in members {
                event.push(name, 0, name.matches('.').count(), value);
            }
        }
        event
    }

    /// Parses and flattens.
    #[track_caller]
    pub(super) fn parse(text: &str) -> JsonEvent {
        JsonEvent { raw: text.to_owned(), ..JsonEvent::new(&serde_json::from_str(text).expect("the test's JSON")) }
    }

    fn push(&mut self, name: &str, shape: u16, dots: usize, json: &Json) {
        let value = match json {
            Json::Array(items) if !items.is_empty() => {
                items.iter().for_each(|item| self.push(name, shape, dots, item));
                return;
            }
            Json::Object(members) => {
                let span = self.scratch.keep(&json.to_string());
                for (member, value) in members {
                    let step = 1u16.checked_shl(15u32.saturating_sub(u32::try_from(dots).unwrap_or(15))).unwrap_or(0);
                    let inner = member.matches('.').count();
                    self.push(&format!("{name}.{member}"), shape | step, dots + 1 + inner, value);
                }
                Value::Object(span)
            }
            Json::Array(_) => Value::NoItems,
            Json::Null => Value::Null,
            Json::Bool(word) => Value::Bool(*word),
            Json::Number(number) => Value::Number(self.scratch.keep(&number.to_string())),
            Json::String(text) => Value::Text(self.scratch.keep(text)),
        };
        self.entry(name, shape, 0, value);
    }

    /// Adds an entry of any kind.
    pub(super) fn entry(&mut self, name: &str, shape: u16, part: u16, value: Value) {
        let name = self.scratch.keep(name);
        self.scratch.entries.push(Entry { field: FieldId::OTHER, name, shape, part, value });
    }

    /// Adds a text that holds for one line of the record.
    pub(super) fn line_text(&mut self, part: u16, name: &str, text: &str) {
        let span = self.scratch.keep(text);
        self.entry(name, 0, part, Value::Text(span));
    }

    /// The event, as record `index` of its block.
    pub(super) fn event(&self, index: u32) -> Event<'_> {
        Event {
            origin: Origin { index, line: index, ..Origin::default() },
            lines: 1,
            format: FormatId::default(),
            payload: None,
            raw: &self.raw,
            header_time: Stamp::default(),
            time: Stamp::default(),
            marks: Marks::default(),
            entries: &self.scratch.entries,
            regions: Regions { scratch: &self.scratch.text, ..Regions::default() },
            tags: TagSet::default(),
        }
    }
}
