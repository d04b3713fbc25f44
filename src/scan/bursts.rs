//! What correlations find on its way to alerts: redacted, given its absolute places, streamed and folded.

use super::aside::{self, Reasons};
use super::bases::Bases;
use super::merge::Named;
use crate::correlate::{self, At, Bounds, BurstEvent, Correlator, Folded, Losses, Outcome, Room};
use crate::detect::{Kept, Missing, fingerprint, more_alerts, sentence};
use crate::model::{
    Alert, AlertKind, AlertStatus, Burst, Detail, Entity, Feed, Findings, InputSummary, Level, Line, LineSink, Match,
    Pair, Problem, ProblemKind, RuleId, RuleInfo, Sample, Wanted, limits,
};
use crate::redact::Redactor;
use crate::sigma::Ruleset;
use crate::triage::Judge;
use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

/// Correlations and their folded bursts.
pub(super) struct Bursts<'s> {
    correlator: Correlator,
    pub(super) out: BurstsOut<'s>,
}

/// Where bursts go.
pub(super) struct BurstsOut<'s> {
    rules: &'s [RuleInfo],
    redaction: &'s Redactions,
    folds: correlate::Folds,
    /// What ignore entries put aside, and by which.
    judge: Option<&'s Judge<'s>>,
    aside: correlate::Folds,
    reasons: Reasons,
    /// How much is told of alerts.
    detail: Detail,
    /// Without a stream, silent bursts are of no interest.
    streams: bool,
    pub(super) bursts: u64,
}

/// The two redactions of a run.
pub(super) struct Redactions {
    /// What identities are made of.
    pub(super) stable: Redactor,
    /// What people see, where that differs.
    pub(super) shown: Option<Redactor>,
}

impl Redactions {
    /// What people see.
    pub(super) fn shown(&self) -> &Redactor {
        self.shown.as_ref().unwrap_or(&self.stable)
    }
}

/// Bounds of [`Bursts`].
pub(super) struct Limits {
    pub(super) memory: usize,
    pub(super) samples: usize,
    pub(super) alerts: usize,
    pub(super) detail: Detail,
}

impl<'s> Bursts<'s> {
    pub(super) fn new(
        set: &Ruleset,
        feeds: &[Feed],
        rules: &'s [RuleInfo],
        (redaction, judge): (&'s Redactions, Option<&'s Judge<'s>>),
        limits: &Limits,
        streams: bool,
    ) -> Bursts<'s> {
        let given: Vec<bool> = rules.iter().map(|rule| streams || is_reported(rule)).collect();
        let events = if streams { limits::MATCH_EVENTS } else { limits.samples.saturating_sub(1) };
        let bounds = Bounds { memory: limits.memory, events };
        let samples = (limits.detail == Detail::Full).then_some(limits.samples);
        let room = Room { alerts: limits.alerts, samples, sample_bytes: limits::SAMPLE_BURSTS };
        Bursts {
            correlator: Correlator::new(set, feeds, &given, bounds),
            out: BurstsOut {
                rules,
                redaction,
                folds: correlate::Folds::new(room),
                judge,
                aside: aside::room(room),
                reasons: Reasons::new(),
                detail: limits.detail,
                streams,
                bursts: 0,
            },
        }
    }

    /// Takes the hits of a block.
    pub(super) fn take(
        &mut self,
        found: &Findings,
        bases: &Bases,
        named: &dyn Fn(u32) -> Named,
        stream: &mut dyn FnMut(&Line<'_>),
    ) {
        let Bursts { correlator, out } = self;
        correlator.take(&found.hits, &found.keys, &mut |burst| out.burst(burst, bases, named, stream));
    }

    /// Lets everything through that still waits.
    pub(super) fn end(
        self,
        bases: &Bases,
        named: &dyn Fn(u32) -> Named,
        stream: &mut dyn FnMut(&Line<'_>),
    ) -> (BurstsOut<'s>, Losses) {
        let Bursts { correlator, mut out } = self;
        let losses = correlator.finish(&mut |burst| out.burst(burst, bases, named, stream));
        (out, losses)
    }
}

impl BurstsOut<'_> {
    fn burst(
        &mut self,
        mut burst: correlate::Burst,
        bases: &Bases,
        named: &dyn Fn(u32) -> Named,
        stream: &mut dyn FnMut(&Line<'_>),
    ) {
        let Some(rule) = self.rules.get(burst.correlation.0 as usize) else { return };
        let seen = self.redaction.shown.as_ref().unwrap_or(&self.redaction.stable);
        let shown = redacted(&burst.key, seen);
        let at = named(burst.fired.block);
        let aside = if is_reported(rule) { self.put_aside(&burst, rule, &at) } else { None };
        // Seen only as samples.
        let seen_events = if self.detail == Detail::Full { burst.events.as_mut_slice() } else { &mut [] };
        for event in seen_events.iter_mut().chain([&mut burst.fired]) {
            for (name, values) in &mut event.fields {
                for value in values {
                    *value = seen.field(name, value).into_owned();
                }
            }
        }
        if self.streams {
            let standing = |event: &BurstEvent| bases.place(&At::of(event));
            let line = Burst {
                rule: burst.correlation,
                entity: shown.clone(),
                place: standing(&burst.fired),
                time: burst.fired.time,
                count: burst.count,
                events: burst.events.iter().map(|event| (standing(event), event.time, event.rule)).collect(),
                reported: is_reported(rule) && aside.is_none(),
            };
            stream(&Line::Burst(&line));
        }
        if !is_reported(rule) {
            return;
        }
        burst.key = redacted(&burst.key, &self.redaction.stable);
        match aside {
            None => {
                self.bursts += 1;
                self.folds.add(burst, rule.level, &at.logical, shown);
            }
            Some((entry, fingerprint)) => {
                aside::note(&mut self.reasons, (burst.correlation, fingerprint), entry);
                self.aside.add(burst, rule.level, &at.logical, shown);
            }
        }
    }

    /// The ignore entry that puts a burst aside, and its fingerprint. Fields are those the burst is grouped by, and those
    /// of the event that made it fire.
    fn put_aside(&self, burst: &correlate::Burst, rule: &RuleInfo, at: &Named) -> Option<(u32, String)> {
        let judge = self.judge.filter(|judge| judge.concerns(burst.correlation))?;
        let stable = &self.redaction.stable;
        let has = |name: &str, wanted: &[Wanted]| {
            let pairs = burst.key.iter().map(|pair| (pair.field.as_str(), pair.value.as_str()));
            let fields = burst.fired.fields.iter();
            let fields = fields.flat_map(|(field, values)| values.iter().map(|value| (field.as_str(), value.as_str())));
            pairs.chain(fields).filter(|(field, _)| field.eq_ignore_ascii_case(name)).any(|(field, value)| {
                let value = stable.field(field, value);
                wanted.iter().any(|wanted| wanted.fits(&value))
            })
        };
        let entries = judge.excuses(burst.correlation, &has);
        let print = || fingerprint(&rule.id, &at.logical, &redacted(&burst.key, stable));
        let entry = judge.verdict(burst.correlation, &entries, &at.path, &print)?;
        Some((entry, print()))
    }

    /// How many alerts of each level are kept.
    pub(super) fn by_level(&self) -> [usize; 5] {
        self.folds.by_level()
    }

    /// The alerts, `most` of them in full, and what could not be kept.
    pub(super) fn into_alerts(self, bases: &Bases, most: usize, problems: &mut Vec<Problem>) -> Kept {
        let BurstsOut { rules, folds, judge, aside, reasons, detail, .. } = self;
        let outcome = folds.finish(most);
        let missing = if detail == Detail::Full { missing(&outcome) } else { Missing::Nothing };
        let overflow = outcome.overflow.len();
        if detail == Detail::Number {
            let mut counted = BTreeMap::new();
            for rule in outcome.alerts.iter().map(|(key, _)| &key.rule).chain(outcome.overflow.keys()) {
                *counted.entry(*rule).or_default() += 1;
            }
            return Kept { counted, overflow, ..Kept::default() };
        }
        let mut alerts = alerts(outcome, rules, bases);
        if let Some(judge) = judge {
            let put = aside.finish(usize::MAX);
            if !put.overflow.is_empty() {
                problems.push(aside::too_many());
            }
            let suppressed = aside::suppressed(self::alerts(put, rules, bases), &alerts, &reasons, judge);
            alerts.extend(suppressed);
        }
        Kept { alerts, counted: BTreeMap::new(), overflow, missing }
    }
}

fn missing(outcome: &Outcome) -> Missing {
    match (outcome.thinned, outcome.bare) {
        (_, true) => Missing::Texts,
        (true, false) => Missing::Between,
        (false, false) => Missing::Nothing,
    }
}

fn alerts(outcome: Outcome, rules: &[RuleInfo], bases: &Bases) -> Vec<Alert> {
    let mut alerts = Vec::with_capacity(outcome.alerts.len() + outcome.overflow.len());
    for (key, folded) in outcome.alerts {
        alerts.extend(alert(rules, key.rule, (key.entity, key.logical_source), folded, bases));
    }
    for (rule, folded) in outcome.overflow {
        let rest = alert(rules, rule, (Entity::new(), Arc::default()), folded, bases);
        let message = rules.get(rule.0 as usize).map_or_else(String::new, |rule| more_alerts(&rule.title));
        alerts.extend(rest.map(|rest| Alert { message, ..rest }));
    }
    alerts
}

fn alert(
    rules: &[RuleInfo],
    rule: RuleId,
    (identity, logical_source): (Entity, Arc<str>),
    folded: Folded,
    bases: &Bases,
) -> Option<Alert> {
    let info = rules.get(rule.0 as usize)?;
    let sample = |kept: correlate::Kept| {
        let place = bases.place(&kept.at);
        Sample { place, time: kept.time, rule: kept.rule, text: kept.text }
    };
    let fingerprint = fingerprint(&info.id, &logical_source, &identity);
    let entity = folded.shown.map_or(identity, |shown| *shown);
    Some(Alert {
        rule,
        level: info.level,
        kind: AlertKind::Correlation,
        message: sentence(&info.title, &entity),
        fingerprint,
        entity,
        count: folded.count,
        matches: folded.bursts,
        first: folded.first,
        last: folded.last,
        place: bases.place(&folded.fired),
        logical_source,
        samples: folded.samples.into_iter().map(sample).collect(),
        status: AlertStatus::New,
        suppression: None,
    })
}

fn is_reported(rule: &RuleInfo) -> bool {
    !rule.excluded && rule.silenced_by.is_empty()
}

fn redacted(entity: &Entity, redactor: &Redactor) -> Entity {
    let pair =
        |pair: &Pair| Pair { field: pair.field.clone(), value: redactor.field(&pair.field, &pair.value).into_owned() };
    entity.iter().map(pair).collect()
}

/// What the memory bound of correlations cost.
pub(super) fn losses(losses: Losses, problems: &mut Vec<Problem>) {
    if losses.late > 0 {
        let message =
            "hits came later than the correlation memory could wait for; --correlation-memory makes it larger";
        problems.push(limit(losses.late, message, true));
    }
    if losses.closed > 0 {
        let message = "groups were closed early to stay within --correlation-memory";
        problems.push(limit(losses.closed, message, true));
    }
}

fn limit(count: u64, message: &str, incomplete: bool) -> Problem {
    let kind = ProblemKind::Limit;
    Problem { path: String::new(), kind, count, first: Vec::new(), message: message.to_owned(), incomplete }
}

/// Writes lines to a sink that may be absent, and keeps the first failure.
pub(super) struct Streaming<'s> {
    pub(super) sink: Option<&'s mut dyn LineSink>,
    pub(super) rules: &'s [RuleInfo],
    /// What is milder is not shown; where it feeds a correlation it is written as not reported.
    pub(super) least: Level,
    pub(super) failure: Option<io::Error>,
}

impl Streaming<'_> {
    /// Writes one line.
    pub(super) fn line(&mut self, line: &Line<'_>, inputs: &[InputSummary]) {
        let is_hidden = |rule: RuleId| self.rules.get(rule.0 as usize).is_some_and(|rule| rule.level < self.least);
        let muted;
        let line = match line {
            Line::Match(one) if is_hidden(one.rule) => {
                if one.feeds.is_empty() {
                    return;
                }
                muted = Match { reported: false, ..(*one).clone() };
                &Line::Match(&muted)
            }
            Line::Burst(burst) if is_hidden(burst.rule) => return,
            line => line,
        };
        if let Some(sink) = self.sink.as_deref_mut()
            && let Err(error) = sink.line(line, inputs)
        {
            self.failure.get_or_insert(error);
        }
    }
}
