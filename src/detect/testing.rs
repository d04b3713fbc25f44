//! Events for tests, from JSON, without any format's decoder; and rules put together by hand.
//!
//! Members become entries as a JSON decoder pushes them: dotted paths with their shape, an entry for every object, one
//! for every element of an array.

use super::{Engine, Options, RawView, Redaction, Worker};
use crate::model::{
    AskId, Asks, Datum, Entry, Event, Feed, FieldId, Findings, FormatId, Layout, Layouts, LogSource, Marks, Matches,
    Origin, Scratch, Seen, Stamp, TagSet, Value, Values, View, Within,
};
use crate::sigma::{
    Condition, Decimal, Expr, FieldTest, Group, Keywords, Pattern, PatternPart, Rule, RuleMeta, Ruleset, Selection,
    ValueTest,
};
use serde_json::Value as Json;
use std::collections::BTreeSet;

/// A JSON object as an event would hold it.
#[derive(Debug, Default)]
pub(super) struct JsonEvent {
    scratch: Scratch,
    raw: String,
    /// Its line is its values, one behind the other.
    is_line: bool,
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

    /// The same, as a record whose values are pieces of its line.
    pub(super) fn line(json: &Json) -> JsonEvent {
        JsonEvent { is_line: true, ..JsonEvent::new(json) }
    }

    /// Parses and flattens.
    #[track_caller]
    pub(super) fn parse(text: &str) -> JsonEvent {
        JsonEvent { raw: text.to_owned(), ..JsonEvent::new(&serde_json::from_str(text).expect("the test's JSON")) }
    }

    fn push(&mut self, name: &str, shape: u16, dots: usize, json: &Json) {
        let value = match json {
            Json::Array(items) if !items.is_empty() => {
                for item in items {
                    self.push(name, shape, dots, item);
                }
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
        let field = field_of(name);
        let spelling = if field == FieldId::OTHER { 0 } else { field.0 + 1 };
        let name = self.scratch.keep(name);
        self.scratch.entries.push(Entry { field, spelling, name, shape, part, value });
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
            raw: if self.is_line { self.scratch.text.as_str() } else { self.raw.as_str() }.into(),
            header_time: Stamp::default(),
            time: Stamp::default(),
            marks: Marks::default(),
            entries: &self.scratch.entries,
            regions: self.scratch.regions(""),
            tags: TagSet::default(),
            seen: Seen::default(),
            layout: Layout::UNKNOWN,
        }
    }
}

/// Names that have fields of their own; layouts of events with no others are known.
const FIELDS: [&str; 7] = ["Image", "CommandLine", "EventID", "Image.in", "CommandLine.in", "EventID.in", "User"];

fn field_of(name: &str) -> FieldId {
    let known = (0_u32..).zip(FIELDS).find(|(_, known)| *known == name);
    known.map_or(FieldId::OTHER, |(n, _)| FieldId(n))
}

/// A rule called `identity` for any log source.
pub(super) fn rule(identity: &str, selections: Vec<(&str, Group)>, expr: Expr) -> Rule {
    let selections = selections.into_iter().map(|(name, body)| Selection { name: name.to_owned(), body }).collect();
    Rule {
        meta: RuleMeta { identity: identity.to_owned(), title: identity.to_owned(), ..RuleMeta::default() },
        logsource: LogSource { category: Some("any".to_owned()), ..LogSource::default() },
        selections,
        conditions: vec![Condition { text: String::new(), expr }],
    }
}

/// A rule of one selection.
pub(super) fn one(identity: &str, body: Group) -> Rule {
    rule(identity, vec![("selection", body)], Expr::Selection(0))
}

/// `field: value`.
pub(super) fn field(name: &str, value: ValueTest) -> Group {
    Group::Field(field_test(name, vec![value]))
}

/// `field: [values]`.
pub(super) fn field_test(name: &str, values: Vec<ValueTest>) -> FieldTest {
    let values = values.into_iter().map(|value| vec![value]).collect();
    FieldTest { field: name.to_owned(), key: name.to_owned(), all: false, negated: false, values }
}

/// Keywords, each found anywhere in a value.
pub(super) fn keywords(words: &[&str]) -> Keywords {
    let values = words.iter().map(|word| vec![text(&format!("*{word}*"))]).collect();
    Keywords { key: String::new(), all: false, negated: false, values }
}

/// A string with `*` and `?` as wildcards, in any case.
pub(super) fn text(value: &str) -> ValueTest {
    let parts = value.chars().map(|c| match c {
        '*' => PatternPart::Many,
        '?' => PatternPart::One,
        c => PatternPart::Literal(c.to_string()),
    });
    ValueTest::Pattern(Pattern::new(parts, false))
}

/// A number of a rule.
#[track_caller]
pub(super) fn number(text: &str) -> Decimal {
    Decimal::parse(text).expect("the test's number")
}

/// How `rules test --raw` looks at events.
pub(super) fn raw_options() -> Options {
    Options {
        engine: super::Kind::default(),
        raw: true,
        raw_text: |_| false,
        excluded: Vec::new(),
        excuses: Vec::new(),
        samples: crate::model::limits::SAMPLES,
        redaction: Redaction::default_rules(),
    }
}

/// Compiles rules whose log source every event has.
pub(super) fn engine(rules: Vec<Rule>, options: Options) -> (Engine, RawView) {
    fed_engine(&Ruleset { rules, ..Ruleset::default() }, &[], options)
}

/// The same with contributions to correlations.
pub(super) fn fed_engine(rules: &Ruleset, feeds: &[Feed], options: Options) -> (Engine, RawView) {
    let mut asks = Asks::default();
    let engine = Engine::new(rules, feeds, &|_| Some(TagSet::default()), &mut asks, options);
    (engine, RawView::new(&asks))
}

/// What the engine finds in one block of these events.
pub(super) fn observe<'e>(
    engine: &Engine,
    view: &dyn View,
    events: impl IntoIterator<Item = &'e JsonEvent>,
    streamed: bool,
) -> Findings {
    let mut findings = Findings { matches: streamed.then(Matches::default), ..Findings::default() };
    let (mut worker, mut layouts) = (Worker::default(), Layouts::default());
    for (index, event) in (0u32..).zip(events) {
        let mut event = event.event(index);
        event.time = view.time(&event);
        event.layout = layouts.of(event.entries);
        engine.observe(&event, view, &mut worker, &mut findings);
        findings.last_time = event.time.time.or(findings.last_time);
    }
    engine.end_block(&mut worker, &mut findings);
    findings
}

/// A view that knows canonical names: for each, the original that holds its value.
pub(super) struct Mapped {
    originals: RawView,
    /// By question: the names it is about,
    names: Vec<String>,
    /// and what it is called, and the question to ask of the originals.
    canonical: Vec<Option<(&'static str, AskId)>>,
}

impl Mapped {
    /// Compiles rules and a view of events in which `(canonical, original)` names mean the same.
    pub(super) fn engine(
        rules: &Ruleset,
        feeds: &[Feed],
        options: Options,
        names: &[(&'static str, &str)],
    ) -> (Engine, Mapped) {
        let mut asks = Asks::default();
        let engine = Engine::new(rules, feeds, &|_| Some(TagSet::default()), &mut asks, options);
        let asked: Vec<String> = asks.iter().map(|(_, name, _)| name.to_owned()).collect();
        let means = |name: &String| names.iter().find(|(canonical, original)| name == canonical || name == original);
        let canonical = asked
            .iter()
            .map(|name| means(name).map(|(canonical, original)| (*canonical, asks.intern(original, None))))
            .collect();
        let names = asks.iter().map(|(_, name, _)| name.to_owned()).collect();
        (engine, Mapped { originals: RawView::new(&asks), names, canonical })
    }

    fn meaning(&self, ask: AskId) -> Option<(&'static str, AskId)> {
        self.canonical.get(ask.0 as usize).copied().flatten()
    }
}

impl View for Mapped {
    fn values<'r>(&self, event: &Event<'r>, ask: AskId, into: &mut Values<'r>) {
        self.originals.values(event, ask, into);
        if let Some((_, original)) = self.meaning(ask).filter(|(_, original)| *original != ask) {
            self.originals.values(event, original, into);
        }
    }

    fn reads(&self, ask: AskId, into: &mut Vec<FieldId>) -> bool {
        let original = self.meaning(ask).map(|(_, original)| original);
        let names = [Some(ask), original].into_iter().flatten().filter_map(|ask| self.names.get(ask.0 as usize));
        into.extend(names.map(|name| field_of(name)));
        into.contains(&FieldId::OTHER)
    }

    fn rests_on(&self, ask: AskId, _is_said: bool, into: &mut Vec<FieldId>) -> bool {
        self.reads(ask, into)
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
        self.originals.single(event, self.meaning(ask).map_or(ask, |(_, original)| original))
    }

    fn canonical_name(&self, ask: AskId) -> Option<&'static str> {
        self.meaning(ask).map(|(name, _)| name)
    }

    fn time(&self, event: &Event<'_>) -> Stamp {
        self.originals.time(event)
    }
}
