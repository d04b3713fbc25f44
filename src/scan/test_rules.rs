//! `rules test`: which events of a file match which rules of a file.

use super::SetupError;
use crate::correlate::{self, Bounds, Burst, Correlator};
use crate::detect::{Engine, Kind, Options, RawView, Redaction, Worker};
use crate::formats::json::bare::BareLines;
use crate::formats::{self, Decoded, Decoder};
use crate::model::show;
use crate::model::stamp::Zones;
use crate::model::{Asks, Block, Event, FieldTable, Findings, Matches, Scratch, TagSet, View};
use crate::redact::Redactor;
use crate::sigma::{self, Diagnostic, LoadOptions, RuleMeta, Ruleset, SourceText};
use crate::taxonomy::{Frozen, TagMemo, Taxonomy};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

/// What testing gave.
pub(crate) struct Tested {
    /// The matches and alerts, one entry a rule.
    pub(crate) expect: Vec<Outcome>,
    /// What is wrong with the rules.
    pub(crate) diagnostics: Vec<Diagnostic>,
}

/// Holds the events of `events` (a JSON object a line) against the rules of `rules`, and nothing else.
pub(crate) fn test_rules(
    rules: &Path,
    events: &Path,
    raw: bool,
    placeholders: BTreeMap<String, Vec<String>>,
) -> Result<Tested, SetupError> {
    let text = read(rules).map_err(|(path, why)| SetupError::RulePath { path, why })?;
    let source = SourceText { shown: rules.display().to_string(), text, builtin: false };
    let loaded = sigma::load(&[source], &LoadOptions { placeholders });
    let text = read(events).map_err(|(path, why)| SetupError::Events { path, why })?;
    let bench = TestBench::new(&loaded.rules, raw);
    let found = bench.observe(&loaded.rules, &text);
    Ok(Tested { expect: expectation(&loaded.rules, &found), diagnostics: loaded.diagnostics })
}

fn read(path: &Path) -> Result<String, (String, String)> {
    let shown = path.display().to_string();
    let bytes = std::fs::read(path).map_err(|why| (shown, show::why(&why)))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// An engine for the rules under test, and how it sees events.
struct TestBench {
    engine: Engine,
    feeds: Vec<crate::model::Feed>,
    sight: Sight,
}

/// How events are seen.
enum Sight {
    /// As they are.
    Raw(RawView, Arc<FieldTable>),
    /// As in a scan.
    Mapped(Box<Frozen>),
}

/// What the events did.
struct Found {
    matches: Matches,
    bursts: Vec<Burst>,
}

impl TestBench {
    fn new(rules: &Ruleset, raw: bool) -> TestBench {
        let mut asks = Asks::default();
        let feeds = correlate::feeds(rules);
        let options = Options {
            engine: Kind::default(),
            raw,
            raw_text: |_| false,
            excluded: Vec::new(),
            excuses: Vec::new(),
            samples: 1,
            redaction: Redaction::showing(Redactor::off()),
        };
        if raw {
            let engine = Engine::new(rules, &feeds, &|_| Some(TagSet::default()), &mut asks, options);
            let mut table = FieldTable::default();
            table.keep_everything();
            return TestBench { engine, feeds, sight: Sight::Raw(RawView::new(&asks), Arc::new(table)) };
        }
        let taxonomy = Taxonomy::load();
        let engine = Engine::new(rules, &feeds, &|source| taxonomy.needs(source), &mut asks, options);
        let frozen = taxonomy.freeze(&asks, engine.has_keywords(), &Zones::default(), &formats::names());
        TestBench { engine, feeds, sight: Sight::Mapped(Box::new(frozen)) }
    }

    fn observe(&self, rules: &Ruleset, text: &str) -> Found {
        let table = match &self.sight {
            Sight::Raw(_, table) => Arc::clone(table),
            Sight::Mapped(frozen) => Arc::clone(&frozen.table),
        };
        let decoder: Box<dyn Decoder> = match &self.sight {
            Sight::Raw(..) => Box::new(BareLines { table }),
            Sight::Mapped(_) => formats::json_lines(&table),
        };
        let block = Block { bytes: text.as_bytes().to_vec(), ..Block::default() };
        let mut findings = Findings { matches: Some(Matches::default()), ..Findings::default() };
        let mut worker = Worker::default();
        let mut tags = TagMemo::default();
        decoder.decode(&block, &mut Scratch::default(), &mut |decoded| {
            if let Decoded::Event(event) = decoded {
                self.event(event, &mut tags, &mut worker, &mut findings);
            }
        });
        self.engine.end_block(&mut worker, &mut findings);
        let reported = vec![true; rules.rules.len() + rules.correlations.len()];
        let bounds = Bounds { events: usize::MAX, ..Bounds::default() };
        let mut correlator = Correlator::new(rules, &self.feeds, &reported, bounds);
        let mut bursts = Vec::new();
        correlator.take(&findings.hits, &findings.keys, &mut |burst| bursts.push(burst));
        correlator.finish(&mut |burst| bursts.push(burst));
        Found { matches: findings.matches.unwrap_or_default(), bursts }
    }

    fn event(&self, event: &mut Event<'_>, tags: &mut TagMemo, worker: &mut Worker, findings: &mut Findings) {
        let view: &dyn View = match &self.sight {
            Sight::Raw(view, _) => view,
            Sight::Mapped(frozen) => frozen.tag(event, tags),
        };
        event.time = view.time(event);
        self.engine.observe(event, view, worker, findings);
        if event.time.time.is_some() {
            findings.last_time = event.time.time;
        }
    }
}

/// What one rule or correlation did. Events are told by their 0-based line.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum Outcome {
    /// A detection rule.
    Rule { rule: String, events: BTreeSet<u64> },
    /// A correlation.
    Correlation { rule: String, alerts: usize, groups: Vec<GroupOutcome> },
}

/// One alert of a correlation.
#[derive(Debug, Serialize)]
pub(crate) struct GroupOutcome {
    key: BTreeMap<String, String>,
    fired_at: u32,
    events: BTreeSet<u32>,
}

/// One entry for every rule and correlation, in their order.
fn expectation(rules: &Ruleset, found: &Found) -> Vec<Outcome> {
    let silent = |n: usize| rules.silenced_by.get(n).is_some_and(|by| !by.is_empty());
    let mut entries = Vec::new();
    for (n, rule) in rules.rules.iter().enumerate() {
        let mine = found.matches.iter().filter(|one| one.rule.0 as usize == n && !silent(n));
        let events = mine.map(|one| one.place.line.saturating_sub(1)).collect();
        entries.push(Outcome::Rule { rule: named(&rule.meta).to_owned(), events });
    }
    for (at, correlation) in rules.correlations.iter().enumerate() {
        let n = rules.rules.len() + at;
        let mine = found.bursts.iter().filter(|burst| burst.correlation.0 as usize == n && !silent(n));
        let groups: Vec<GroupOutcome> = mine.map(group).collect();
        entries.push(Outcome::Correlation { rule: named(&correlation.meta).to_owned(), alerts: groups.len(), groups });
    }
    entries
}

fn group(burst: &Burst) -> GroupOutcome {
    GroupOutcome {
        key: burst.key.iter().map(|pair| (pair.field.clone(), pair.value.clone())).collect(),
        fired_at: burst.fired.line,
        events: burst.events.iter().chain([&burst.fired]).map(|event| event.line).collect(),
    }
}

/// A rule's id, or its title when it has none.
fn named(meta: &RuleMeta) -> &str {
    meta.id.as_deref().unwrap_or(&meta.title)
}
