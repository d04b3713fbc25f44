//! What happens to one event: which rules may look at it, which of them hold, and what each match leaves behind.

use super::answers::Answers;
use super::candidates::{Candidates, Finder};
use super::compile::{CompiledFeed, CompiledRule, Engine, KeyField, Kind};
use super::entity::{About, Sides, Subject, about, subject};
use super::evidence::{Draft, Evidence, Seen, line, place, stream};
use super::excuse::excuses;
use super::fold_need::Needs;
use super::leaf::Objects;
use super::pending::{Keeping, One, Pending};
use super::redaction::Looked;
use super::reference::{Case, holds};
use super::repeat::{Known, Left, Repeats};
use super::route::{Key, Route};
use crate::model::{Bare, Counts, Datum, Entry, Event, FieldsWriter, Findings, Hit, Matches, QuickMap, View, limits};
use std::cell::LazyCell;
use std::ops::Range;
use std::sync::Arc;

/// What one worker carries from event to event: memory, and which rules had their log source.
#[derive(Default)]
pub(crate) struct Worker {
    answers: Answers<'static>,
    of_line: Answers<'static>,
    lines: Lines,
    pending: Pending,
    needs: Arc<Needs>,
    evidence: Evidence,
    /// Routes met before, and the one met last: events of a kind come one after another.
    routes: QuickMap<Key, Arc<Route>>,
    last: Option<(Key, Arc<Route>)>,
    finder: Finder,
    repeats: Repeats,
    applicable: Vec<bool>,
    /// Folded text of lines that are looked through before they are read.
    text: String,
}

impl Worker {
    /// A worker that is told what merged alerts still need.
    pub(crate) fn told(needs: Arc<Needs>) -> Worker {
        Worker { needs, ..Worker::default() }
    }

    /// The detection rules whose log source some event had, by position. The union over all workers does not depend on
    /// who saw what.
    pub(crate) fn applicable(&self) -> &[bool] {
        &self.applicable
    }

    /// What looking for rules did so far.
    pub(crate) fn counts(&self) -> &Counts {
        &self.finder.counts
    }

    /// Notes that these rules had their log source, in an event that was counted and not read.
    pub(super) fn meet(&mut self, rules: &[u32]) {
        for rule in rules {
            let n = *rule as usize;
            if self.applicable.len() <= n {
                self.applicable.resize(n + 1, false);
            }
            self.applicable[n] = true;
        }
    }

    /// Counts an event that was not read, whose line has so many bytes.
    pub(super) fn skimmed(&mut self, bytes: usize) {
        self.finder.counts.skimmed += 1;
        self.finder.counts.skimmed_bytes += bytes as u64;
    }

    /// Memory for folded text.
    pub(super) fn text(&mut self) -> &mut String {
        &mut self.text
    }

    /// The route of an event.
    fn route(&mut self, engine: &Engine, event: &Event<'_>, view: &dyn View) -> Arc<Route> {
        let tags = &event.tags;
        let has_lines = (engine.options.raw_text)(event.format);
        let key = (tags.bits, view.number(), has_lines);
        if let Some((_, route)) = self.last.as_ref().filter(|(known, _)| *known == key) {
            return Arc::clone(route);
        }
        if let Some(route) = self.routes.get(&key) {
            let route = Arc::clone(route);
            self.last = Some((key, Arc::clone(&route)));
            return route;
        }
        let route = engine.route(tags, view, has_lines);
        self.applicable.resize(engine.rules.len().max(self.applicable.len()), false);
        for (slot, rule) in self.applicable.iter_mut().zip(&engine.rules) {
            *slot |= rule.fits(tags);
        }
        if self.routes.len() < limits::ROUTES {
            self.routes.insert(key, Arc::clone(&route));
        }
        self.last = Some((key, Arc::clone(&route)));
        route
    }
}

impl Engine {
    /// Holds `event`, whose tags and time are set, against all rules it has earned, and adds what they find to
    /// `findings`; alerts follow with [`Engine::end_block`]. Gives whether any rule's log source fitted. Keeping
    /// `findings.last_time` is the caller's business: an event without a time takes it over for its hits.
    pub(crate) fn observe(
        &self,
        event: &Event<'_>,
        view: &dyn View,
        worker: &mut Worker,
        findings: &mut Findings,
    ) -> bool {
        let route = worker.route(self, event, view);
        let whole = self.case(event, view);
        let Worker { answers: memory, of_line: memory_of_line, lines: split, finder, repeats, .. } = worker;
        // Emptied when it was put back.
        let mut answers: Answers<'_> = std::mem::take(memory);
        split.forget();
        let (mut held, mut repeated) = (0, 0);
        let mut keeper = Keeper {
            pending: &mut worker.pending,
            needs: &worker.needs,
            evidence: &mut worker.evidence,
            looked: Looked::new(worker.needs.register().is_some()),
            findings,
        };
        let Candidates { plan, rules } = finder.find(&route, &whole, &mut answers);
        let plan = plan.filter(|_| self.options.engine == Kind::Indexed);
        for rule in rules.iter().filter_map(|n| self.rules.get(*n as usize)) {
            let lines = if rule.one_line { split.split(event) } else { 0 };
            if lines == 0 {
                let known = repeats.find(plan, rule, event);
                answers.note(known == Known::Fresh);
                if matches!(known, Known::Again(_)) || holds(rule, &whole, &mut answers) {
                    let sides = Sides { whole: &whole, line: &whole };
                    let left = self.matched(rule, &sides, known, &mut answers, &mut keeper);
                    held += 1;
                    match known {
                        Known::Again(_) => repeated += 1,
                        Known::Fresh => repeats.note(plan, rule, &whole, (answers.noted(), left)),
                        Known::Never => {}
                    }
                }
                continue;
            }
            // An audit event: the first line that fits by itself.
            let mut of_line = std::mem::take(memory_of_line).recycled();
            for n in 0..lines {
                let line = event.with(split.line(n));
                let raw_text = whole.raw_text.map(|text| text.lines().nth(n).unwrap_or(text));
                let case = Case { event: &line, raw_text, ..whole };
                of_line = of_line.recycled();
                if holds(rule, &case, &mut of_line) {
                    held += 1;
                    let sides = Sides { whole: &whole, line: &case };
                    self.matched(rule, &sides, Known::Never, &mut of_line, &mut keeper);
                    break;
                }
            }
            *memory_of_line = of_line.recycled();
        }
        *memory = answers.recycled();
        finder.counts.held += held;
        finder.counts.repeated += repeated;
        route.is_assigned
    }

    /// Ends a block: its folds move from `worker` to `findings`.
    pub(crate) fn end_block(&self, worker: &mut Worker, findings: &mut Findings) {
        worker.repeats.end_block();
        findings.met = worker.pending.take_met();
        (findings.alerts, findings.excused, findings.beyond) = worker.pending.take(self.options.redaction.shown());
    }

    fn case<'c, 'r>(&self, event: &'c Event<'r>, view: &'c dyn View) -> Case<'c, 'r> {
        let raw_text = (self.options.raw_text)(event.format).then(|| event.raw.text());
        let objects = if self.options.raw { Objects::Opaque } else { Objects::Text };
        Case { event, view, raw_text, objects }
    }

    /// A rule holds: folds the match, streams it, feeds correlations. `answers` are those of the line. Gives what it left
    /// behind, if that follows from answers alone.
    fn matched<'r>(
        &self,
        rule: &CompiledRule,
        sides: &Sides<'_, 'r>,
        known: Known,
        answers: &mut Answers<'r>,
        keeper: &mut Keeper<'_>,
    ) -> Option<Left> {
        let left = match known {
            _ if !rule.reported && keeper.findings.matches.is_none() => Some(Left::default()),
            Known::Again(left) => {
                self.keep_again(rule, sides.line, left, answers, keeper);
                Some(left)
            }
            Known::Fresh | Known::Never => self.keep(rule, sides, answers, keeper),
        };
        answers.note(false);
        let mut of_whole = Answers::default();
        let answers = if sides.are_one() { answers } else { &mut of_whole };
        for feed in rule.feeds.iter().filter_map(|n| self.feeds.get(*n)) {
            self.feed(feed, sides.whole, answers, keeper.findings);
        }
        left
    }

    /// What people see of a match: a line of the stream, and its part of an alert.
    fn keep<'r>(
        &self,
        rule: &CompiledRule,
        sides: &Sides<'_, 'r>,
        answers: &mut Answers<'r>,
        keeper: &mut Keeper<'_>,
    ) -> Option<Left> {
        let Keeper { pending, needs, evidence, looked, findings } = keeper;
        let (case, redaction) = (sides.line, &self.options.redaction);
        evidence.look(rule, case, answers);
        let subject = subject(rule, sides, evidence, answers);
        let entries = excuses(rule, sides, answers, &redaction.stable);
        let is_plain = subject.is_plain(case.event.raw, redaction, looked);
        let about = LazyCell::new(|| about(&subject, redaction, is_plain));
        // Columns are told in lists of alerts alone.
        let is_counted = needs.register().is_some();
        let (place, time) = (if is_counted { line(case.event) } else { place(case.event) }, case.event.time);
        if let Some(matches) = &mut findings.matches {
            let feeds = rule.feeds.iter().filter_map(|n| self.feeds.get(*n));
            let keys = feeds.flat_map(|feed| &feed.key).map(|key| &key.field);
            let (feeds, reported, entries) = (Arc::clone(&rule.fed), rule.reported, entries.clone());
            let bare = Bare { place, time, rule: rule.id, feeds, reported, entries };
            let identity = needs.is_judged(rule.id).then(|| about.identity());
            let seen = Seen { case, place, redaction, looked };
            let fields = |writer: &mut FieldsWriter<'_>| stream(rule, seen, keys, answers, writer);
            matches.push(bare, fields, (about.field, &about.shown), identity.as_deref());
        }
        let mut left = Left { row: findings.matches.as_ref().and_then(Matches::last), fold: None };
        if rule.reported && is_counted {
            findings.matches_total += 1;
            pending.count(rule.id, || &*about, (needs, findings.source));
        } else if rule.reported {
            findings.matches_total += 1;
            let (samples, redactor) = (self.options.samples, redaction.shown());
            let keeping = Keeping { samples, redactor, needs, source: findings.source };
            let is_known = is_plain || findings.matches.is_some();
            let one = One { rule: rule.id, entries, place, time, subject: &subject, is_known };
            let write = |draft: &mut Draft| draft.write(rule, Seen { case, place, redaction, looked }, answers);
            left.fold = pending.add(one, || About::clone(&about), write, &keeping);
        }
        // What a message says is seldom said again, and the record's text may stand for it.
        matches!(subject, Subject::Field(..)).then_some(left)
    }

    /// The same of a match that leaves behind what one before it in the block did.
    fn keep_again<'r>(
        &self,
        rule: &CompiledRule,
        case: &Case<'_, 'r>,
        left: Left,
        answers: &mut Answers<'r>,
        keeper: &mut Keeper<'_>,
    ) {
        let Keeper { pending, needs, looked, findings, .. } = keeper;
        let is_counted = needs.register().is_some();
        let (place, time) = (if is_counted { line(case.event) } else { place(case.event) }, case.event.time);
        if let (Some(matches), Some(row)) = (&mut findings.matches, left.row) {
            matches.again(row, place, time);
        }
        if !rule.reported {
            return;
        }
        findings.matches_total += 1;
        // Where alerts are only counted, this one has been.
        if !is_counted {
            let redaction = &self.options.redaction;
            let keeping =
                Keeping { samples: self.options.samples, redactor: redaction.shown(), needs, source: findings.source };
            let write = |draft: &mut Draft| draft.write(rule, Seen { case, place, redaction, looked }, answers);
            pending.again(left.fold, (rule.id, place, time), write, &keeping);
        }
    }

    /// Contributes the event to a correlation, unless it lacks what that groups by or counts.
    fn feed<'r>(&self, feed: &CompiledFeed, case: &Case<'_, 'r>, answers: &mut Answers<'r>, findings: &mut Findings) {
        let event = case.event;
        let (time, inherited) = match (event.time.time, findings.last_time) {
            (Some(time), _) => (time.0, false),
            (None, _) if self.options.raw => return,
            (None, Some(before)) => (before.0, true),
            (None, None) => (Hit::INHERIT, true),
        };
        for key in &feed.key {
            let has_text = answers.single(case, key.field.ask).is_some_and(|value| value.text().is_some());
            if key.required && !has_text {
                return;
            }
        }
        let text = |key: &KeyField| answers.told_single(key.field.ask).and_then(Datum::text);
        let mut few = [None; FEW];
        let many: Vec<Option<&str>>;
        let texts = if let Some(few) = few.get_mut(..feed.key.len()) {
            few.iter_mut().zip(&feed.key).for_each(|(slot, key)| *slot = text(key));
            &*few
        } else {
            many = feed.key.iter().map(text).collect();
            &many
        };
        let key = findings.keys.intern(texts);
        let origin = event.origin;
        findings.hits.push(Hit {
            time,
            block: origin.block,
            index: origin.index,
            line: origin.line,
            feed: feed.id,
            key,
            lines: u16::try_from(event.lines).unwrap_or(u16::MAX),
            decimals: event.time.decimals,
            inherited,
        });
    }
}

/// As many values a key mostly has at most: these need no memory.
const FEW: usize = 8;

/// Where matches of an event go, and what is known of it.
struct Keeper<'w> {
    pending: &'w mut Pending,
    needs: &'w Needs,
    evidence: &'w mut Evidence,
    looked: Looked,
    findings: &'w mut Findings,
}

/// The lines of an audit event, kept apart.
#[derive(Default)]
struct Lines {
    entries: Vec<Entry>,
    ranges: Vec<Range<usize>>,
    split: bool,
}

impl Lines {
    fn forget(&mut self) {
        self.split = false;
        self.entries.clear();
        self.ranges.clear();
    }

    /// Copies the fields of each line, with those that hold for all lines, and gives the number of lines: none when the
    /// event is not made of lines. Done once per event, when the first rule asks.
    fn split(&mut self, event: &Event<'_>) -> usize {
        if !self.split {
            self.split = true;
            let parts = event.entries.iter().map(|entry| entry.part).max().unwrap_or(0);
            for part in 1..=parts {
                let start = self.entries.len();
                self.entries.extend(event.entries.iter().filter(|entry| entry.part == 0 || entry.part == part));
                self.ranges.push(start..self.entries.len());
            }
        }
        self.ranges.len()
    }

    fn line(&self, n: usize) -> &[Entry] {
        self.ranges.get(n).and_then(|range| self.entries.get(range.clone())).unwrap_or_default()
    }
}
