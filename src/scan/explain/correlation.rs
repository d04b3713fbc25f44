//! One correlation: what its rules contributed, and the windows that came nearest to its condition.

use super::records::{self, Visitor};
use super::{At, Explain};
use crate::correlate::{self, Bounds, Contribution, Correlator, NearWindow, Watched};
use crate::detect::Worker;
use crate::model::{
    Block, Contributor, Event, ExplainedCorrelation, ExplainedEvent, ExplainedWindow, Explanation, Findings, Hit,
    Matches, Pair, Place, Quality, RuleId, SourceId, Stamp, Time, View,
};
use crate::scan::inputs::Series;
use crate::sigma::Correlation;
use std::collections::HashMap;

/// Fills in what the windows say: of the correlation asked about, then of those it builds on.
pub(super) fn explain(explain: &Explain, at: At, waiting: Vec<Series>, told: &mut Explanation) {
    let set = &explain.rules.set;
    let reported = vec![false; set.correlations.len()];
    let bounds = Bounds { memory: explain.config.correlation_memory, ..Bounds::default() };
    // Nobody's event, until the one that is asked about is met.
    let only = (at != At::Anywhere).then_some((u32::MAX, u32::MAX));
    let mut windows = Windows {
        explain,
        at,
        worker: Worker::default(),
        findings: fresh(),
        correlator: Correlator::new(set, &explain.machine.feeds, &reported, bounds).watched(only),
        matched: HashMap::new(),
        bases: Vec::new(),
        before: None,
        seen: 0,
        applicable: 0,
        cases: Vec::new(),
    };
    records::visit(explain, waiting, &mut windows, &mut told.problems);
    let Windows { correlator, matched, bases, seen, applicable, cases, .. } = windows;
    (told.looked_at, told.applicable, told.cases) = (seen, applicable, cases);
    let seen = correlator.finish_watched();
    let teller = Teller { explain, matched: &matched, bases: &bases };
    // What feeds another one was evaluated first.
    told.correlations = seen.iter().rev().filter_map(|watched| teller.correlation(watched)).collect();
    told.correlations.sort_by_key(|one| one.id != told.rule.id);
    let asked = told.correlations.first();
    told.held = asked.is_some_and(|one| one.windows.iter().any(|window| window.held));
}

fn fresh() -> Findings {
    Findings { matches: Some(Matches::default()), ..Findings::default() }
}

/// Where a block begins: its input, and the lines and records before it.
type Base = (SourceId, u64, u64);

/// Holds events against the rules that contribute, and gives what they contribute to the correlator.
struct Windows<'e> {
    explain: &'e Explain,
    at: At,
    worker: Worker,
    findings: Findings,
    correlator: Correlator,
    /// How many events each rule matched.
    matched: HashMap<RuleId, u64>,
    bases: Vec<Base>,
    /// The input being read, and the last time in it.
    before: Option<(SourceId, Option<Time>)>,
    seen: u64,
    applicable: u64,
    cases: Vec<ExplainedEvent>,
}

impl Visitor for Windows<'_> {
    fn event(&mut self, event: &Event<'_>, view: &dyn View, place: Place) {
        let engine = &self.explain.machine.engine;
        let fits = engine.observe(event, view, &mut self.worker, &mut self.findings);
        self.findings.last_time = event.time.time.or(self.findings.last_time);
        if !self.at.covers(&place) {
            return;
        }
        self.seen += 1;
        self.applicable += u64::from(fits);
        if self.at != At::Anywhere && self.cases.is_empty() {
            self.correlator.watch_only((event.origin.block, event.origin.index));
            for (id, rule) in (0u32..).map(RuleId).zip(&self.explain.rules.set.rules) {
                self.cases.push(self.explain.case(id, rule, event, view, place));
            }
        }
    }

    fn block(&mut self, block: &Block, lines: u64, records: u64) {
        self.bases.push((block.source, lines, records));
        self.explain.machine.engine.end_block(&mut self.worker, &mut self.findings);
        let mut found = std::mem::replace(&mut self.findings, fresh());
        for one in found.matches.take().unwrap_or_default().iter() {
            *self.matched.entry(one.rule).or_default() += 1;
        }
        let inherited = self.before.filter(|(source, _)| *source == block.source).and_then(|(_, time)| time);
        if let Some(time) = inherited {
            found.hits.iter_mut().filter(|hit| hit.time == Hit::INHERIT).for_each(|hit| hit.time = time.0);
        }
        self.before = Some((block.source, found.last_time.or(inherited)));
        self.correlator.take(&found.hits, &found.keys, &mut |_| {});
    }

    fn is_done(&self, _: &Place) -> bool {
        // A window may be closed by an event that stands anywhere.
        false
    }
}

/// Gives what was seen names and places.
struct Teller<'t> {
    explain: &'t Explain,
    matched: &'t HashMap<RuleId, u64>,
    bases: &'t [Base],
}

impl Teller<'_> {
    fn correlation(&self, watched: &Watched) -> Option<ExplainedCorrelation> {
        let set = &self.explain.rules.set;
        let correlation = (watched.correlation.0 as usize).checked_sub(set.rules.len());
        let correlation = correlation.and_then(|n| set.correlations.get(n))?;
        let (kind, wants) = correlate::wanted(correlation);
        let contributor = |(at, rule): (usize, &String)| {
            // A rule that is listed twice is one contributor.
            let again = correlation.rules.iter().position(|other| other == rule) != Some(at);
            let id = set.rules.iter().position(|one| one.meta.identity == *rule);
            let id = id.and_then(|id| u32::try_from(id).ok()).map(RuleId);
            let matched = id.map(|id| self.matched.get(&id).copied().unwrap_or(0));
            let came = watched.came.get(at).copied().unwrap_or(0);
            (!again).then(|| Contributor { rule: rule.clone(), matched, came })
        };
        Some(ExplainedCorrelation {
            id: correlation.meta.identity.clone(),
            kind,
            timespan: correlation.timespan_text.clone(),
            group_by: correlation.group_by.clone(),
            counts: correlation.count_fields.clone(),
            wants,
            contributors: correlation.rules.iter().enumerate().filter_map(contributor).collect(),
            held: watched.held,
            windows: watched.nearest.iter().map(|window| self.window(correlation, window)).collect(),
        })
    }

    fn window(&self, correlation: &Correlation, window: &NearWindow) -> ExplainedWindow {
        let rule = |at: usize| correlation.rules.get(at).cloned().unwrap_or_default();
        let redactor = self.explain.machine.redactions.shown();
        let pair = |pair: &Pair| Pair {
            field: pair.field.clone(),
            value: redactor.field(&pair.field, &pair.value).into_owned(),
        };
        let event = |one: &Contribution| (self.place(&one.hit), stamp(&one.hit), rule(one.rule));
        ExplainedWindow {
            held: window.held,
            key: window.key.iter().map(pair).collect(),
            at: self.place(&window.at.hit),
            time: stamp(&window.at.hit),
            reading: window.reading.clone(),
            missing: window.missing.iter().map(|at| rule(*at)).collect(),
            events: window.contributions.iter().map(event).collect(),
            more: window.more,
        }
    }

    fn place(&self, hit: &Hit) -> Place {
        let Some((source, lines, records)) = self.bases.get(hit.block as usize).copied() else {
            return Place::default();
        };
        Place {
            source,
            line: lines + u64::from(hit.line) + 1,
            record: records + u64::from(hit.index) + 1,
            lines: u32::from(hit.lines),
            ..Place::default()
        }
    }
}

fn stamp(hit: &Hit) -> Stamp {
    let quality = if hit.inherited { Quality::Inherited } else { Quality::Exact };
    Stamp { time: Some(Time(hit.time)), decimals: hit.decimals, quality }
}
