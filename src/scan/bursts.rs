//! What correlations find on its way to alerts: redacted, given its absolute places, streamed and folded.

use super::aside::{self, Reasons};
use super::merge::{Base, Named, place};
use crate::correlate::{self, Bounds, BurstEvent, Correlator, Folded, Losses, Room};
use crate::detect::{fingerprint, sentence};
use crate::model::{
    Alert, AlertKind, AlertStatus, Burst, Entity, Feed, Findings, InputSummary, Level, Line, LineSink, Match, Pair,
    Problem, ProblemKind, RuleId, RuleInfo, Wanted, limits,
};
use crate::redact::Redactor;
use crate::sigma::Ruleset;
use crate::triage::Judge;
use std::collections::BTreeMap;
use std::io;

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
    /// Entities as people see them, by identity, where that differs.
    shown: BTreeMap<(u32, String, Entity), Entity>,
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
        let room = Room { alerts: limits.alerts, samples: limits.samples, sample_bytes: limits::SAMPLE_BURSTS };
        Bursts {
            correlator: Correlator::new(set, feeds, &given, bounds),
            out: BurstsOut {
                rules,
                redaction,
                folds: correlate::Folds::new(room),
                judge,
                aside: aside::room(room),
                reasons: Reasons::new(),
                shown: BTreeMap::new(),
                streams,
                bursts: 0,
            },
        }
    }

    /// Takes the hits of a block.
    pub(super) fn take(
        &mut self,
        found: &Findings,
        bases: &[Base],
        named: &dyn Fn(u32) -> Named,
        stream: &mut dyn FnMut(&Line<'_>),
    ) {
        let Bursts { correlator, out } = self;
        correlator.take(&found.hits, &found.keys, &mut |burst| out.burst(burst, bases, named, stream));
    }

    /// Lets everything through that still waits.
    pub(super) fn end(
        self,
        bases: &[Base],
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
        bases: &[Base],
        named: &dyn Fn(u32) -> Named,
        stream: &mut dyn FnMut(&Line<'_>),
    ) {
        let Some(rule) = self.rules.get(burst.correlation.0 as usize) else { return };
        let seen = self.redaction.shown.as_ref().unwrap_or(&self.redaction.stable);
        let shown = redacted(&burst.key, seen);
        let at = named(burst.fired.block);
        let aside = if is_reported(rule) { self.put_aside(&burst, rule, &at) } else { None };
        for event in burst.events.iter_mut().chain([&mut burst.fired]) {
            for (name, values) in &mut event.fields {
                for value in values {
                    *value = seen.field(name, value).into_owned();
                }
            }
        }
        if self.streams {
            let standing = |event: &BurstEvent| place(bases, event);
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
        if shown != burst.key {
            let key = (burst.correlation.0, at.logical.clone(), burst.key.clone());
            if self.shown.len() < limits::ALERTS {
                self.shown.entry(key).or_insert(shown);
            }
        }
        match aside {
            None => {
                self.bursts += 1;
                self.folds.add(burst, rule.level, &at.logical);
            }
            Some((entry, fingerprint)) => {
                aside::note(&mut self.reasons, (burst.correlation, fingerprint), entry);
                self.aside.add(burst, rule.level, &at.logical);
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

    /// The alerts, and what could not be kept.
    pub(super) fn into_alerts(self, bases: &[Base], problems: &mut Vec<Problem>) -> Vec<Alert> {
        let BurstsOut { rules, folds, shown, judge, aside, reasons, .. } = self;
        let outcome = folds.finish();
        if !outcome.overflow.is_empty() {
            let message = "more correlation alerts than are kept: the rest is counted in one alert a rule";
            problems.push(limit(outcome.overflow.len() as u64, message, true));
        }
        if outcome.thinned {
            let message = "samples of correlation alerts fill their memory: some keep their first and last event only";
            problems.push(limit(1, message, false));
        }
        let as_alert = |folded: Folded| {
            let rule = rules.get(folded.rule.0 as usize)?;
            let key = (folded.rule.0, folded.logical_source.clone(), folded.entity.clone());
            let entity = shown.get(&key).unwrap_or(&folded.entity).clone();
            Some(alert(rule, folded, entity, bases))
        };
        let mut alerts: Vec<Alert> = outcome.alerts.into_iter().chain(outcome.overflow).filter_map(as_alert).collect();
        if let Some(judge) = judge {
            let put = aside.finish();
            if !put.overflow.is_empty() {
                problems.push(aside::too_many());
            }
            let put = put.alerts.into_iter().chain(put.overflow).filter_map(as_alert).collect();
            let suppressed = aside::suppressed(put, &alerts, &reasons, judge);
            alerts.extend(suppressed);
        }
        alerts
    }
}

fn alert(rule: &RuleInfo, folded: Folded, entity: Entity, bases: &[Base]) -> Alert {
    let sample = |event: BurstEvent| {
        let at = place(bases, &event);
        event.into_sample(at)
    };
    Alert {
        rule: folded.rule,
        level: rule.level,
        kind: AlertKind::Correlation,
        message: sentence(&rule.title, &entity),
        fingerprint: fingerprint(&rule.id, &folded.logical_source, &folded.entity),
        entity,
        count: folded.count,
        matches: folded.bursts,
        first: folded.first,
        last: folded.last,
        place: place(bases, &folded.fired),
        logical_source: folded.logical_source,
        samples: folded.samples.into_iter().map(sample).collect(),
        status: AlertStatus::New,
        suppression: None,
    }
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
            Line::Match(one) if is_hidden(one.sample.rule) => {
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
