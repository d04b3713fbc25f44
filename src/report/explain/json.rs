//! `explain --format json`: the same answer for programs. Keys are always there; what is absent is `null`.

use super::super::shape::{LogSourceShape, PairShape, pairs};
use super::super::{Options, Where, json_text};
use crate::model::{
    Contributor, ExplainedCorrelation, ExplainedEvent, ExplainedWindow, Explanation, Place, SourceWord, Stamp,
    TestsTrace, Trace, Traced,
};
use serde::Serialize;
use std::io::{self, Write};

/// Writes the answer.
pub(super) fn write(told: &Explanation, _: &Options, out: &mut dyn Write) -> io::Result<()> {
    json_text::to_pages(&ExplanationShape::new(told), out)
}

#[derive(Serialize)]
struct ExplanationShape<'a> {
    schema: &'static str,
    rule: RuleShape<'a>,
    held: bool,
    looked_at: u64,
    applicable: u64,
    events: Vec<EventShape<'a>>,
    correlations: Vec<CorrelationShape<'a>>,
    other_logsources: Vec<OtherShape<'a>>,
}

#[derive(Serialize)]
struct RuleShape<'a> {
    id: &'a str,
    title: &'a str,
    level: &'static str,
    kind: &'static str,
    file: &'a str,
    logsource: LogSourceShape<'a>,
    conditions: &'a [String],
}

#[derive(Serialize)]
struct CorrelationShape<'a> {
    id: &'a str,
    r#type: &'static str,
    timespan: &'a str,
    group_by: &'a [String],
    fields: &'a [String],
    condition: &'a str,
    held: u64,
    rules: Vec<ContributorShape<'a>>,
    windows: Vec<WindowShape<'a>>,
}

#[derive(Serialize)]
struct ContributorShape<'a> {
    id: &'a str,
    matched: Option<u64>,
    reached: u64,
}

#[derive(Serialize)]
struct WindowShape<'a> {
    held: bool,
    group: Vec<PairShape<'a>>,
    reading: &'a str,
    missing: &'a [String],
    at: PlaceShape<'a>,
    events: Vec<PlaceShape<'a>>,
    earlier: usize,
}

#[derive(Serialize)]
struct PlaceShape<'a> {
    path: &'a str,
    line: Option<u64>,
    record: Option<u64>,
    time: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_id: Option<&'a str>,
}

#[derive(Serialize)]
struct OtherShape<'a> {
    events: u64,
    logsources: Vec<LogSourceShape<'a>>,
}

#[derive(Serialize)]
struct EventShape<'a> {
    rule_id: &'a str,
    path: &'a str,
    line: Option<u64>,
    record: Option<u64>,
    time: Option<String>,
    format: &'static str,
    logsources: Vec<LogSourceShape<'a>>,
    applies: bool,
    logsource: Vec<WordShape<'a>>,
    held: bool,
    part: Option<u16>,
    conditions: Vec<TraceShape<'a>>,
}

#[derive(Serialize)]
struct WordShape<'a> {
    part: &'static str,
    word: &'a str,
    earned: bool,
    known: bool,
}

#[derive(Serialize)]
struct TraceShape<'a> {
    holds: bool,
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<FieldShape<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tests: Option<TestsShape<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    parts: Vec<TraceShape<'a>>,
}

#[derive(Serialize)]
struct FieldShape<'a> {
    canonical: Option<&'a str>,
    present: bool,
    values: &'a [Option<String>],
    more_values: usize,
}

#[derive(Serialize)]
struct TestsShape<'a> {
    link: &'static str,
    negated: bool,
    values: Vec<TestShape<'a>>,
    more_met: usize,
    more_unmet: usize,
}

#[derive(Serialize)]
struct TestShape<'a> {
    holds: bool,
    test: &'a str,
    forms: usize,
    hit: Option<&'a str>,
    hit_name: Option<&'a str>,
}

impl<'a> ExplanationShape<'a> {
    fn new(told: &'a Explanation) -> ExplanationShape<'a> {
        let rule = &told.rule;
        let other = |(sources, events): &'a (Vec<_>, u64)| OtherShape {
            events: *events,
            logsources: sources.iter().map(LogSourceShape::new).collect(),
        };
        ExplanationShape {
            schema: "logsentry-explain/1",
            rule: RuleShape {
                id: &rule.id,
                title: &rule.title,
                level: rule.level.name(),
                kind: rule.kind.name(),
                file: &rule.file,
                logsource: LogSourceShape::new(&rule.logsource),
                conditions: &told.conditions,
            },
            held: told.held,
            looked_at: told.looked_at,
            applicable: told.applicable,
            events: told.cases.iter().map(|case| EventShape::new(told, case)).collect(),
            correlations: told.correlations.iter().map(|one| CorrelationShape::new(told, one)).collect(),
            other_logsources: told.others.iter().map(other).collect(),
        }
    }
}

impl<'a> CorrelationShape<'a> {
    fn new(told: &'a Explanation, one: &'a ExplainedCorrelation) -> CorrelationShape<'a> {
        let contributor =
            |rule: &'a Contributor| ContributorShape { id: &rule.rule, matched: rule.matched, reached: rule.came };
        let window = |window: &'a ExplainedWindow| WindowShape {
            held: window.held,
            group: pairs(&window.key),
            reading: &window.reading,
            missing: &window.missing,
            at: PlaceShape::new(told, &window.at, window.time, None),
            events: (window.events.iter())
                .map(|(place, time, rule)| PlaceShape::new(told, place, *time, Some(rule)))
                .collect(),
            earlier: window.more,
        };
        CorrelationShape {
            id: &one.id,
            r#type: one.kind,
            timespan: &one.timespan,
            group_by: &one.group_by,
            fields: &one.counts,
            condition: &one.wants,
            held: one.held,
            rules: one.contributors.iter().map(contributor).collect(),
            windows: one.windows.iter().map(window).collect(),
        }
    }
}

impl<'a> PlaceShape<'a> {
    fn new(told: &'a Explanation, place: &Place, time: Stamp, rule: Option<&'a str>) -> PlaceShape<'a> {
        let place = Where::new(&told.inputs, place);
        let time = time.rfc3339();
        PlaceShape { path: place.path, line: place.line, record: place.record, time, rule_id: rule }
    }
}

impl<'a> EventShape<'a> {
    fn new(told: &'a Explanation, case: &'a ExplainedEvent) -> EventShape<'a> {
        let place = Where::new(&told.inputs, &case.place);
        let word = |word: &'a SourceWord| WordShape {
            part: word.part,
            word: &word.word,
            earned: word.earned,
            known: word.known,
        };
        EventShape {
            rule_id: &case.rule,
            path: place.path,
            line: place.line,
            record: place.record,
            time: case.time.rfc3339(),
            format: case.format,
            logsources: case.logsources.iter().map(LogSourceShape::new).collect(),
            applies: case.applies,
            logsource: case.standing.iter().map(word).collect(),
            held: case.told.held,
            part: case.told.line,
            conditions: case.told.conditions.iter().map(TraceShape::new).collect(),
        }
    }
}

impl<'a> TraceShape<'a> {
    fn new(trace: &'a Trace) -> TraceShape<'a> {
        let mut shape = TraceShape {
            holds: trace.held,
            kind: "",
            name: None,
            field: None,
            tests: None,
            parts: trace.parts.iter().map(TraceShape::new).collect(),
        };
        shape.kind = match &trace.what {
            Traced::All => "all",
            Traced::Any => "any",
            Traced::Not => "not",
            Traced::Never => "never",
            Traced::Selection(name) => {
                shape.name = Some(name);
                "selection"
            }
            Traced::Field(field) => {
                shape.name = Some(&field.tests.key);
                shape.field = Some(FieldShape {
                    canonical: field.canonical,
                    present: field.values.is_some(),
                    values: field.values.as_deref().unwrap_or_default(),
                    more_values: field.more_values,
                });
                shape.tests = Some(TestsShape::new(&field.tests));
                "field"
            }
            Traced::Keywords(tests) => {
                shape.name = Some(&tests.key);
                shape.tests = Some(TestsShape::new(tests));
                "keywords"
            }
        };
        shape
    }
}

impl<'a> TestsShape<'a> {
    fn new(tests: &'a TestsTrace) -> TestsShape<'a> {
        let values = tests.tests.iter().map(|test| TestShape {
            holds: test.held,
            test: &test.words,
            forms: test.forms,
            hit: test.hit.as_ref().map(|(_, value)| value.as_str()),
            hit_name: test.hit.as_ref().map(|(name, _)| name.as_str()).filter(|name| !name.is_empty()),
        });
        TestsShape {
            link: if tests.all { "all" } else { "any" },
            negated: tests.negated,
            values: values.collect(),
            more_met: tests.left_out.0,
            more_unmet: tests.left_out.1,
        }
    }
}
