//! An event as it is: original names in exact spelling, nothing mapped (`rules test --raw`).
//!
//! Dotted names walk into objects (sigma-semantics.md 3): decoders spell the path of every member out and mark which of
//! its dots are steps, so that a key holding the whole name goes before the longest key that holds a part of it.

use crate::model::stamp::{self, Zone};
use crate::model::{AskId, Asks, Datum, Entry, Event, FieldId, Stamp, Values, View, Within};
use std::collections::BTreeSet;

/// The field correlations take an event's time from.
const TIME: &str = "timestamp";

/// Answers with originals only.
pub(crate) struct RawView {
    names: Vec<String>,
    zone: Zone,
}

impl RawView {
    /// Answers all of `asks`.
    pub(crate) fn new(asks: &Asks) -> RawView {
        RawView { names: asks.iter().map(|(_, name, _)| name.to_owned()).collect(), zone: Zone::default() }
    }

    fn name(&self, ask: AskId) -> Option<&str> {
        self.names.get(ask.0 as usize).map(String::as_str)
    }
}

/// The entries of the path that wins.
fn found<'e>(event: &'e Event<'_>, name: &'e str) -> impl Iterator<Item = &'e Entry> {
    let named = move |entry: &&Entry| event.name(entry) == name;
    let best = event.entries.iter().filter(named).map(|entry| entry.shape).min();
    event.entries.iter().filter(named).filter(move |entry| Some(entry.shape) == best)
}

impl View for RawView {
    fn values<'r>(&self, event: &Event<'r>, ask: AskId, into: &mut Values<'r>) {
        if let Some(name) = self.name(ask) {
            into.extend(found(event, name).map(|entry| event.datum(entry)));
        }
    }

    fn reads(&self, _ask: AskId, _into: &mut Vec<FieldId>) -> bool {
        // By name, not by field: any entry may answer.
        true
    }

    fn rests_on(&self, _ask: AskId, _is_said: bool, _into: &mut Vec<FieldId>) -> bool {
        true
    }

    fn quotes(&self, _ask: AskId, _: Option<&Within>) -> bool {
        true
    }

    fn way(&self, _ask: AskId, _: &BTreeSet<FieldId>, _: &Within) -> Option<String> {
        None
    }

    fn number(&self) -> usize {
        0
    }

    fn single<'r>(&self, event: &Event<'r>, ask: AskId) -> Option<Datum<'r>> {
        let name = self.name(ask)?;
        found(event, name).map(|entry| event.datum(entry)).find(|value| value.text().is_some())
    }

    fn canonical_name(&self, _ask: AskId) -> Option<&'static str> {
        None
    }

    fn time(&self, event: &Event<'_>) -> Stamp {
        let text = found(event, TIME).map(|entry| event.datum(entry)).find_map(|value| match value {
            Datum::Text(text) => Some(text),
            _ => None,
        });
        text.and_then(|text| stamp::read(&text, &self.zone)).unwrap_or_default()
    }
}
