//! Why a rule holds for an event, or does not: the reference evaluator's answers, kept instead of summed up.
//!
//! The truth of every leaf is asked of `reference.rs`; what is added here is that nothing is skipped and that values are
//! remembered. A law below holds the two to each other. Values are redacted and cut where they are taken, like samples.

use super::answers::Answers;
use super::compile::{CompiledRule, Engine, FieldNode, KeywordsNode, Node, Test};
use super::leaf::{Objects, passes};
use super::reference::{Case, field_passes, holds, keyword_passes};
use crate::model::{
    Datum, Entry, Event, FieldTrace, RuleId, TestTrace, TestsTrace, Told, Trace, Traced, View, limits, show,
};
use crate::redact::Redactor;
use crate::sigma::{Expr, Group, Rule, ValueTest};

/// How near a rule is to holding: everything it asks for.
pub(crate) const NEAREST: u32 = 1_000;

impl Engine {
    /// Whether the event, whose tags are set, has earned the rule's log source.
    pub(crate) fn applies(&self, id: RuleId, event: &Event<'_>) -> bool {
        self.rules.get(id.0 as usize).and_then(|rule| rule.needs.as_ref()).is_some_and(|needs| event.tags.covers(needs))
    }

    /// How near the rule is to holding for the event, log source or not; [`NEAREST`] exactly when it holds.
    pub(crate) fn nearness(&self, id: RuleId, event: &Event<'_>, view: &dyn View) -> u32 {
        let Some(rule) = self.rules.get(id.0 as usize) else { return 0 };
        self.parts(rule, event, |event, raw_text, _| {
            let case = self.explained_case(event, view, raw_text);
            let near = nearness(rule, &case);
            (near == NEAREST, near)
        })
        .unwrap_or(0)
    }

    /// What the rule says of the event, log source or not. `source` is the rule the engine was made of.
    pub(crate) fn told(&self, id: RuleId, source: &Rule, event: &Event<'_>, view: &dyn View) -> Told {
        let Some(rule) = self.rules.get(id.0 as usize) else { return Told::default() };
        let mut best: Option<(u32, Told)> = None;
        self.parts(rule, event, |event, raw_text, line| {
            let case = self.explained_case(event, view, raw_text);
            let near = nearness(rule, &case);
            if best.as_ref().is_none_or(|(known, _)| *known < near) {
                let redactor = self.options.redaction.shown();
                let mut tracer = Tracer { rule, source, case: &case, answers: Answers::default(), redactor };
                best = Some((near, Told { line, ..tracer.told() }));
            }
            (near == NEAREST, near)
        });
        best.map(|(_, told)| told).unwrap_or_default()
    }

    fn explained_case<'c, 'r>(
        &self,
        event: &'c Event<'r>,
        view: &'c dyn View,
        raw_text: Option<&'r str>,
    ) -> Case<'c, 'r> {
        Case { event, view, raw_text, objects: if self.options.raw { Objects::Opaque } else { Objects::Text } }
    }

    /// What rules are held against: the record, or each of its lines until one is enough (README decision 3). Gives the
    /// best answer.
    fn parts(
        &self,
        rule: &CompiledRule,
        event: &Event<'_>,
        mut look: impl FnMut(&Event<'_>, Option<&str>, Option<u16>) -> (bool, u32),
    ) -> Option<u32> {
        let raw_text = (self.options.raw_text)(event.format).then(|| event.raw.text());
        let last = event.entries.iter().map(|entry| entry.part).max().unwrap_or(0);
        if !rule.one_line || last == 0 {
            return Some(look(event, raw_text, None).1);
        }
        let mut best = None;
        for part in 1..=last {
            let of_line = |entry: &&Entry| entry.part == 0 || entry.part == part;
            let entries: Vec<Entry> = event.entries.iter().filter(of_line).copied().collect();
            let line = event.with(&entries);
            let text = raw_text.map(|text| text.lines().nth(usize::from(part) - 1).unwrap_or(text));
            let (enough, near) = look(&line, text, Some(part));
            best = best.max(Some(near));
            if enough {
                break;
            }
        }
        best
    }
}

/// See [`Engine::nearness`]: what is asked for together counts by its share, of alternatives the nearest counts.
fn nearness(rule: &CompiledRule, case: &Case<'_, '_>) -> u32 {
    let mut answers = Answers::default();
    if holds(rule, case, &mut answers) {
        return NEAREST;
    }
    let near = rule.conditions.iter().map(|expr| expr_nearness(expr, rule, case, &mut answers)).max();
    near.unwrap_or(0).min(NEAREST - 1)
}

fn expr_nearness<'r>(expr: &Expr, rule: &CompiledRule, case: &Case<'_, 'r>, answers: &mut Answers<'r>) -> u32 {
    match expr {
        Expr::And(parts) => share(parts.iter().map(|part| expr_nearness(part, rule, case, answers))),
        Expr::Or(parts) => parts.iter().map(|part| expr_nearness(part, rule, case, answers)).max().unwrap_or(0),
        // What must not be there is there or not; half of it is as good as nothing.
        Expr::Not(part) => {
            if expr_nearness(part, rule, case, answers) == NEAREST {
                0
            } else {
                NEAREST
            }
        }
        Expr::Selection(n) => {
            rule.selections.get(*n).map_or(0, |selection| node_nearness(&selection.body, case, answers))
        }
        Expr::Never => 0,
    }
}

fn node_nearness<'r>(node: &Node, case: &Case<'_, 'r>, answers: &mut Answers<'r>) -> u32 {
    match node {
        Node::All(nodes) => share(nodes.iter().map(|node| node_nearness(node, case, answers))),
        Node::Any(nodes) => nodes.iter().map(|node| node_nearness(node, case, answers)).max().unwrap_or(0),
        Node::Field(field) => {
            answers.ask(case, field.ask);
            let met = |tests: &Vec<Test>, answers: &mut Answers<'r>| {
                tests.iter().any(|test| field_passes(test, field.ask, case, answers))
            };
            let met: Vec<bool> = field.values.iter().map(|tests| met(tests, answers)).collect();
            entry_nearness(&met, field.all, field.negated)
        }
        Node::Keywords(keywords) => {
            let met: Vec<bool> =
                (keywords.values.iter()).map(|tests| tests.iter().any(|test| keyword_passes(test, case))).collect();
            entry_nearness(&met, keywords.all, keywords.negated)
        }
    }
}

fn entry_nearness(met: &[bool], all: bool, negated: bool) -> u32 {
    let whole = |held| if held { NEAREST } else { 0 };
    match (all, negated) {
        (true, false) => share(met.iter().map(|met| whole(*met))),
        _ => whole(linked(met.iter().copied(), all) != negated),
    }
}

fn linked(mut met: impl Iterator<Item = bool>, all: bool) -> bool {
    if all { met.all(|met| met) } else { met.any(|met| met) }
}

/// The average, so that it is whole only when all parts are; whole when there is none.
fn share(parts: impl Iterator<Item = u32>) -> u32 {
    let (sum, n) = parts.fold((0_u64, 0_u64), |(sum, n), part| (sum + u64::from(part), n + 1));
    sum.checked_div(n).map_or(NEAREST, |mean| u32::try_from(mean).unwrap_or(NEAREST))
}

/// Walks a rule beside its compiled form, which has the same shape.
struct Tracer<'t, 'c, 'r> {
    rule: &'t CompiledRule,
    source: &'t Rule,
    case: &'t Case<'c, 'r>,
    answers: Answers<'r>,
    redactor: &'t Redactor,
}

impl<'r> Tracer<'_, '_, 'r> {
    fn told(&mut self) -> Told {
        let conditions: Vec<Trace> = self.rule.conditions.iter().map(|expr| self.expr(expr)).collect();
        Told { held: conditions.iter().any(|condition| condition.held), line: None, conditions }
    }

    fn expr(&mut self, expr: &Expr) -> Trace {
        match expr {
            Expr::And(parts) => all(parts.iter().map(|part| self.expr(part)).collect()),
            Expr::Or(parts) => any(parts.iter().map(|part| self.expr(part)).collect()),
            Expr::Not(part) => {
                let part = self.expr(part);
                Trace { held: !part.held, what: Traced::Not, parts: vec![part] }
            }
            Expr::Selection(n) => self.selection(*n),
            Expr::Never => Trace { held: false, what: Traced::Never, parts: Vec::new() },
        }
    }

    fn selection(&mut self, n: usize) -> Trace {
        let (Some(compiled), Some(source)) = (self.rule.selections.get(n), self.source.selections.get(n)) else {
            return Trace { held: false, what: Traced::Never, parts: Vec::new() };
        };
        let body = self.node(&compiled.body, &source.body);
        Trace { held: body.held, what: Traced::Selection(source.name.clone()), parts: vec![body] }
    }

    fn node(&mut self, node: &Node, group: &Group) -> Trace {
        match (node, group) {
            (Node::All(nodes), Group::All(groups)) => all(self.nodes(nodes, groups)),
            (Node::Any(nodes), Group::Any(groups)) => any(self.nodes(nodes, groups)),
            (Node::Field(node), Group::Field(test)) => {
                let (held, tests) = self.field_tests(node, &test.values, &test.key);
                self.field(node, held, tests, &test.field)
            }
            (Node::Keywords(node), Group::Keywords(words)) => self.keywords(node, &words.values, &words.key),
            _ => unreachable!("a compiled rule keeps the shape of its source"),
        }
    }

    fn nodes(&mut self, nodes: &[Node], groups: &[Group]) -> Vec<Trace> {
        nodes.iter().zip(groups).map(|(node, group)| self.node(node, group)).collect()
    }

    fn field_tests(&mut self, node: &FieldNode, written: &[Vec<ValueTest>], key: &str) -> (bool, TestsTrace) {
        let mut tests = Tests::new(key, node.all, node.negated);
        self.answers.ask(self.case, node.ask);
        for (forms, written) in node.values.iter().zip(written) {
            let passed = forms.iter().position(|test| field_passes(test, node.ask, self.case, &mut self.answers));
            tests.add(written, passed, || {
                let test = passed.and_then(|at| forms.get(at))?;
                let values = self.answers.told(node.ask);
                let hit = values.iter().find(|value| passes(test, value, self.case.objects))?;
                Some((String::new(), self.value(key.split('|').next().unwrap_or(""), hit)?))
            });
        }
        tests.finish()
    }

    fn field(&mut self, node: &FieldNode, held: bool, tests: TestsTrace, name: &str) -> Trace {
        let canonical = self.case.view.canonical_name(node.ask).filter(|canonical| *canonical != name);
        let values = self.answers.told(node.ask);
        let shown = values.iter().filter(|value| !matches!(value, Datum::NoItems)).map(|value| self.value(name, value));
        let shown: Vec<Option<String>> = shown.take(limits::SAMPLE_VALUES).collect();
        let more_values = values.len().saturating_sub(limits::SAMPLE_VALUES);
        let values = (!values.is_empty()).then_some(shown);
        Trace { held, what: Traced::Field(FieldTrace { canonical, values, more_values, tests }), parts: Vec::new() }
    }

    fn keywords(&mut self, node: &KeywordsNode, written: &[Vec<ValueTest>], key: &str) -> Trace {
        let mut tests = Tests::new(key, node.all, node.negated);
        for (forms, written) in node.values.iter().zip(written) {
            let passed = forms.iter().position(|test| keyword_passes(test, self.case));
            tests.add(written, passed, || self.found(forms.get(passed?)?));
        }
        let (held, tests) = tests.finish();
        Trace { held, what: Traced::Keywords(tests), parts: Vec::new() }
    }

    /// The value a keyword was found in, and its name: the record itself where no field has it.
    fn found(&self, test: &Test) -> Option<(String, String)> {
        let event = self.case.event;
        let hit = |entry: &&Entry| {
            let value = event.datum(entry);
            value.text().is_some() && passes(test, &value, Objects::Opaque)
        };
        if let Some(entry) = event.entries.iter().find(hit) {
            let name = event.name(entry);
            return Some((name.to_owned(), self.value(name, &event.datum(entry))?));
        }
        let line = self.redactor.apply(beginning(self.case.raw_text?));
        Some(("the record".to_owned(), show::cut(&line, limits::SAMPLE_VALUE)))
    }

    /// A value as people may see it; `None` is null.
    fn value(&self, name: &str, value: &Datum<'r>) -> Option<String> {
        let text = match value {
            Datum::Object(json) => json,
            other => other.text()?,
        };
        // Redaction comes before the cut, but nobody needs a megabyte read for half a kilobyte.
        let read = beginning(text);
        let redacted = self.redactor.field(name, read);
        let cut = show::cut(&redacted, limits::SAMPLE_VALUE);
        Some(if read.len() < text.len() && !cut.ends_with('…') { format!("{cut}…") } else { cut })
    }
}

fn beginning(text: &str) -> &str {
    let ahead = (limits::SAMPLE_VALUE * 4).min(text.len());
    let end = (0..=ahead).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    text.get(..end).unwrap_or_default()
}

fn all(parts: Vec<Trace>) -> Trace {
    Trace { held: parts.iter().all(|part| part.held), what: Traced::All, parts }
}

fn any(parts: Vec<Trace>) -> Trace {
    Trace { held: parts.iter().any(|part| part.held), what: Traced::Any, parts }
}

/// The values of one entry while they are gone through.
struct Tests {
    trace: TestsTrace,
    met: Vec<bool>,
    misses: Vec<TestTrace>,
}

impl Tests {
    fn new(key: &str, all: bool, negated: bool) -> Tests {
        let trace = TestsTrace { key: key.to_owned(), all, negated, tests: Vec::new(), left_out: (0, 0) };
        Tests { trace, met: Vec::new(), misses: Vec::new() }
    }

    /// Adds a value: its forms as the rule has them, the form that was met, and by what.
    fn add(&mut self, forms: &[ValueTest], passed: Option<usize>, hit: impl FnOnce() -> Option<(String, String)>) {
        let held = passed.is_some();
        self.met.push(held);
        let (list, left_out) = if held {
            (&mut self.trace.tests, &mut self.trace.left_out.0)
        } else {
            (&mut self.misses, &mut self.trace.left_out.1)
        };
        if list.len() >= limits::EXPLAINED_VALUES {
            *left_out += 1;
            return;
        }
        let words = forms.get(passed.unwrap_or(0)).map_or_else(String::new, ValueTest::in_words);
        let words = show::cut(&words, limits::SAMPLE_VALUE);
        list.push(TestTrace { held, words, forms: forms.len(), hit: if held { hit() } else { None } });
    }

    fn finish(mut self) -> (bool, TestsTrace) {
        let held = linked(self.met.into_iter(), self.trace.all) != self.trace.negated;
        self.trace.tests.append(&mut self.misses);
        (held, self.trace)
    }
}
