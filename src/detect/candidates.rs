//! The rules worth trying on one event: what a route finds in its values.
//!
//! Records whose layout is known are looked at as their [plan](super::plan) says, others question by question. What values
//! were found to concern is [remembered](super::memo): logs repeat themselves, and a text is compared faster than it is
//! searched.

use super::answers::Answers;
use super::leaf::Objects;
use super::line::holds_all;
use super::memo::Memo;
use super::plan::{Group, PlanId, Plans};
use super::reference::Case;
use super::route::{Filed, Numbered, Route};
use crate::model::{Counts, Datum};
use std::ops::RangeInclusive;
use std::sync::Arc;

/// Finds the candidates among the rules of a route.
#[derive(Default)]
pub(super) struct Finder {
    marks: Marks,
    plans: Plans,
    /// By group of a plan, and by index.
    groups: Memo,
    memo: Memo,
    /// The values of a group.
    values: Vec<u8>,
    /// The questions of the event at hand, each once: which event they were last asked for.
    asked: Vec<u64>,
    event: u64,
    /// Folded text, and rules found in it.
    text: String,
    fresh: Vec<u32>,
    pub(super) counts: Counts,
}

/// The rules worth trying on an event.
pub(super) struct Candidates<'f> {
    /// The plan it was looked at by, if it has one.
    pub(super) plan: Option<PlanId>,
    /// In order.
    pub(super) rules: &'f [u32],
}

/// A set of rules, emptied without being walked.
#[derive(Default)]
struct Marks {
    /// By rule: the event it was last found for, and which of its witnesses were met.
    seen: Vec<(u64, u64)>,
    event: u64,
    found: Vec<u32>,
}

impl Marks {
    /// Takes up rules as they are filed.
    fn add(&mut self, filed: &[u32]) {
        for filed in filed.iter().map(|filed| Filed(*filed)) {
            let n = filed.rule() as usize;
            if self.seen.len() <= n {
                self.seen.resize(n + 1, (0, 0));
            }
            let (event, met) = self.seen[n];
            let before = if event == self.event { met } else { 0 };
            let met = filed.met(before);
            self.seen[n] = (self.event, met);
            if met != before && Filed::is_all(met) {
                self.found.push(filed.rule());
            }
        }
    }
}

impl Finder {
    /// The rules to try.
    pub(super) fn find<'r>(&mut self, route: &Route, case: &Case<'_, 'r>, answers: &mut Answers<'r>) -> Candidates<'_> {
        self.event += 1;
        self.marks.event = self.event;
        self.marks.found.clear();
        self.marks.add(&route.always);
        if self.asked.len() < route.asked.len() {
            self.asked.resize(route.asked.len(), 0);
        }
        let plan = self.by_plan(route, case, answers);
        if plan.is_none() {
            self.one_by_one(route, case, answers);
        }
        self.marks.found.sort_unstable();
        self.counts.events += 1;
        self.counts.fitting += route.rules.len() as u64;
        self.counts.tried += self.marks.found.len() as u64;
        Candidates { plan, rules: &self.marks.found }
    }

    /// Looks at a record as its plan says, if it has one and is no line of text, which is looked through as a whole. Gives
    /// the plan.
    fn by_plan<'r>(&mut self, route: &Route, case: &Case<'_, 'r>, answers: &mut Answers<'r>) -> Option<PlanId> {
        let Finder { marks, plans, groups, values, text, fresh, counts, .. } = self;
        let plan = if case.raw_text.is_none() { plans.find(route, case) } else { None };
        let plan = plan?;
        let anywhere = route.anywhere.as_ref().filter(|anywhere| may_be_in(anywhere, case, text, counts));
        let count = if anywhere.is_some() { plan.groups.len() } else { plan.asked };
        for (group, last) in plan.groups.iter().zip(&mut plan.last).take(count) {
            counts.values += group.entries.len() as u64;
            let alone = group.value(case.event);
            if let Some(found) = alone.and_then(|(head, value)| last.known(head, value)) {
                counts.remembered += group.entries.len() as u64;
                marks.add(found);
                continue;
            }
            group.values(case.event, values);
            let mut search = Search { route, anywhere, case, answers: &mut *answers, text: &mut *text };
            if values.len() > LONGEST {
                search.group(group, &mut |rules| marks.add(rules));
                continue;
            }
            let Some(mut slot) = groups.slot(group.number, values) else {
                search.group(group, &mut |rules| marks.add(rules));
                continue;
            };
            if slot.is_known {
                counts.remembered += group.entries.len() as u64;
            } else {
                fresh.clear();
                search.group(group, &mut |rules| fresh.extend(rules));
                fresh.sort_unstable();
                fresh.dedup();
                slot.set(values, fresh);
            }
            let found = slot.found();
            marks.add(found);
            if let Some((head, value)) = alone {
                last.set(head, value, found);
            }
        }
        let mut search = Search { route, anywhere, case, answers, text };
        plan.free.iter().for_each(|at| search.question(*at, &mut |rules| marks.add(rules)));
        Some(plan.id)
    }

    /// Looks at a record question by question.
    fn one_by_one<'r>(&mut self, route: &Route, case: &Case<'_, 'r>, answers: &mut Answers<'r>) {
        let line = route.line.as_ref().zip(case.raw_text.filter(|raw| holds_all(case.event, raw)));
        if let Some((index, raw)) = line {
            let Finder { marks, text, .. } = self;
            index.search(raw, text, &mut |rules| marks.add(rules));
            self.counts.lines += 1;
        }
        for at in &route.free {
            self.ask(route, *at, line.is_some(), case, answers);
        }
        for entry in case.event.entries {
            for at in route.of_field(entry.field) {
                self.ask(route, *at, line.is_some(), case, answers);
            }
        }
        let Finder { text, counts, .. } = self;
        let anywhere = route.anywhere.as_ref().filter(|_| line.is_none());
        let anywhere = anywhere.filter(|words| case.raw_text.is_some() || may_be_in(words, case, text, counts));
        if let Some(index) = anywhere {
            if let Some(raw) = case.raw_text {
                // A record's text is seldom met twice.
                let Finder { marks, text, .. } = self;
                index.index.search(raw, text, &mut |rules| marks.add(rules));
                self.counts.values += 1;
            }
            // What words are found in may stand anywhere in it, so a value that is a piece of the text is done with it.
            let text = case.raw_text.unwrap_or_default().as_bytes().as_ptr_range();
            let is_piece = |value: &str| {
                let value = value.as_bytes().as_ptr_range();
                text.start <= value.start && value.end <= text.end
            };
            for value in case.event.entries.iter().map(|entry| case.event.datum(entry)) {
                self.look(index, value.text().filter(|value| !is_piece(value)));
            }
        }
    }

    fn ask<'r>(&mut self, route: &Route, at: u16, has_line: bool, case: &Case<'_, 'r>, answers: &mut Answers<'r>) {
        let (Some(asked), Some(seen)) = (route.asked.get(usize::from(at)), self.asked.get_mut(usize::from(at))) else {
            return;
        };
        if *seen == self.event {
            return;
        }
        *seen = self.event;
        let index = if has_line { asked.beside_line.as_ref() } else { Some(&*asked.index) };
        let Some(index) = index else { return };
        let values = answers.all(case, asked.ask);
        if !values.is_empty() {
            self.marks.add(index.index.present());
        }
        if index.index.reads_text() {
            for value in values {
                self.look(index, searched(value, case));
            }
        }
    }

    /// Looks through one value.
    fn look(&mut self, index: &Numbered, text: Option<&str>) {
        let Some(text) = text else { return };
        self.counts.values += 1;
        let Finder { memo, marks, text: folded, fresh, .. } = self;
        let slot = if LENGTHS.contains(&text.len()) { memo.slot(index.number, text.as_bytes()) } else { None };
        let Some(mut slot) = slot else {
            return index.index.search(text, folded, &mut |rules| marks.add(rules));
        };
        if slot.is_known {
            self.counts.remembered += 1;
        } else {
            fresh.clear();
            index.index.search(text, folded, &mut |rules| fresh.extend(rules));
            slot.set(text.as_bytes(), fresh);
        }
        marks.add(slot.found());
    }
}

/// Whether some value of an event may hold what is looked for in all of them. Where none does, what is remembered of values
/// is true whether that was looked for in them or not.
fn may_be_in(anywhere: &Numbered, case: &Case<'_, '_>, memory: &mut String, counts: &mut Counts) -> bool {
    let Some(words) = &anywhere.words else { return true };
    counts.lines += 1;
    words.may_be_in(case.event, memory)
}

/// Searches what fields answer.
struct Search<'s, 'c, 'r> {
    route: &'s Route,
    /// What is looked for in all values, unless it is in none.
    anywhere: Option<&'s Arc<Numbered>>,
    case: &'s Case<'c, 'r>,
    answers: &'s mut Answers<'r>,
    /// Memory for folded text.
    text: &'s mut String,
}

impl Search<'_, '_, '_> {
    /// Tells the rules the values of a group may concern.
    fn group(&mut self, group: &Group, found: &mut dyn FnMut(&[u32])) {
        group.asked.iter().for_each(|at| self.question(*at, found));
        if let Some(anywhere) = self.anywhere {
            for value in group.data(self.case.event) {
                value.text().into_iter().for_each(|text| anywhere.index.search(text, self.text, found));
            }
        }
    }

    /// Tells the rules the answers to one question may concern.
    fn question(&mut self, at: u16, found: &mut dyn FnMut(&[u32])) {
        let Some(asked) = self.route.asked.get(usize::from(at)) else { return };
        let (index, values) = (&asked.index.index, self.answers.all(self.case, asked.ask));
        if !values.is_empty() {
            found(index.present());
        }
        if index.reads_text() {
            let texts = values.iter().filter_map(|value| searched(value, self.case));
            texts.for_each(|text| index.search(text, self.text, found));
        }
    }
}

/// The text of a value that rules look for texts in.
fn searched<'v>(value: &'v Datum<'_>, case: &Case<'_, '_>) -> Option<&'v str> {
    match value {
        Datum::Object(json) => Some(*json).filter(|_| case.objects == Objects::Text),
        value => value.text(),
    }
}

/// Shorter values are searched sooner than they are remembered by index; longer ones seldom come again.
const LENGTHS: RangeInclusive<usize> = 24..=512;
/// Longer values of a group seldom come again.
const LONGEST: usize = 768;
