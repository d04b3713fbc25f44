//! The rules worth trying on one event: what a route finds in its values.
//!
//! What a value was found to concern is remembered by the value: logs repeat themselves, and a short text is compared
//! faster than it is searched. Sound because the answer is a function of index and text, both of which are compared in
//! full; the memory is of fixed size, so a log that never repeats costs nothing but the looking, and an index for which it
//! does not pay goes without.

use super::answers::Answers;
use super::leaf::Objects;
use super::line::holds_all;
use super::reference::Case;
use super::route::{Numbered, Route};
use crate::model::{Counts, Datum, QuickState};
use std::ops::RangeInclusive;

/// Finds the candidates among the rules of a route.
#[derive(Default)]
pub(super) struct Finder {
    marks: Marks,
    memo: Memo,
    /// The questions of the event at hand, each once: which event they were last asked for.
    asked: Vec<u64>,
    event: u64,
    /// Folded text, and rules found in it.
    text: String,
    fresh: Vec<u32>,
    pub(super) counts: Counts,
}

/// A set of rules, emptied without being walked.
#[derive(Default)]
struct Marks {
    /// By rule: the event it was last found for.
    seen: Vec<u64>,
    event: u64,
    found: Vec<u32>,
}

impl Marks {
    fn add(&mut self, rules: &[u32]) {
        for rule in rules {
            let n = *rule as usize;
            if self.seen.len() <= n {
                self.seen.resize(n + 1, 0);
            }
            if self.seen[n] != self.event {
                self.seen[n] = self.event;
                self.found.push(*rule);
            }
        }
    }
}

impl Finder {
    /// The rules to try, in order.
    pub(super) fn find<'r>(&mut self, route: &Route, case: &Case<'_, 'r>, answers: &mut Answers<'r>) -> &[u32] {
        self.event += 1;
        self.marks.event = self.event;
        self.marks.found.clear();
        self.marks.add(&route.always);
        if self.asked.len() < route.asked.len() {
            self.asked.resize(route.asked.len(), 0);
        }
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
        if let Some(index) = route.anywhere.as_ref().filter(|_| line.is_none()) {
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
        self.marks.found.sort_unstable();
        self.counts.events += 1;
        self.counts.fitting += route.rules.len() as u64;
        self.counts.tried += self.marks.found.len() as u64;
        &self.marks.found
    }

    fn ask<'r>(&mut self, route: &Route, at: u16, has_line: bool, case: &Case<'_, 'r>, answers: &mut Answers<'r>) {
        let (Some(asked), Some(seen)) = (route.asked.get(usize::from(at)), self.asked.get_mut(usize::from(at))) else {
            return;
        };
        if *seen == self.event {
            return;
        }
        *seen = self.event;
        let index = if has_line { asked.beside_line.as_ref() } else { Some(&asked.index) };
        let Some(index) = index else { return };
        let values = answers.all(case, asked.ask);
        if !values.is_empty() {
            self.marks.add(index.index.present());
        }
        if index.index.reads_text() {
            for value in values {
                self.look(
                    index,
                    match value {
                        Datum::Object(json) => Some(*json).filter(|_| case.objects == Objects::Text),
                        value => value.text(),
                    },
                );
            }
        }
    }

    /// Looks through one value.
    fn look(&mut self, index: &Numbered, text: Option<&str>) {
        let Some(text) = text else { return };
        self.counts.values += 1;
        let Finder { memo, marks, text: folded, fresh, .. } = self;
        let Some(slot) = memo.slot(index.number, text) else {
            return index.index.search(text, folded, &mut |rules| marks.add(rules));
        };
        if slot.is_known {
            self.counts.remembered += 1;
        } else {
            fresh.clear();
            index.index.search(text, folded, &mut |rules| fresh.extend(rules));
            slot.entry.set((slot.hash, index.number), text, fresh);
        }
        marks.add(&slot.entry.found);
    }
}

/// Values met before, by index and text.
#[derive(Default)]
struct Memo {
    entries: Vec<Remembered>,
    /// By index: how often it was asked and knew the answer.
    use_of: Vec<Use>,
    hash: QuickState,
}

#[derive(Default)]
struct Remembered {
    /// Of index and text, so that most others are told apart at a glance; 0: nothing is here.
    hash: u64,
    index: u32,
    text: Vec<u8>,
    found: Vec<u32>,
}

/// Where a value is remembered, or may be.
struct Slot<'m> {
    entry: &'m mut Remembered,
    is_known: bool,
    hash: u64,
}

#[derive(Clone, Copy, Default)]
struct Use {
    asked: u32,
    known: u32,
}

/// Values remembered by a worker: a power of two.
const SLOTS: usize = 1 << 14;
/// Shorter values are searched sooner than they are remembered; longer ones seldom come again.
const LENGTHS: RangeInclusive<usize> = 24..=512;
/// After so many values an index for which less than half was remembered does without.
const TRIAL: u32 = 4_096;

impl Memo {
    /// The place of a value; `None` when it is not to be remembered.
    fn slot(&mut self, index: u32, text: &str) -> Option<Slot<'_>> {
        if !LENGTHS.contains(&text.len()) {
            return None;
        }
        let n = index as usize;
        if self.use_of.len() <= n {
            self.use_of.resize(n + 1, Use::default());
        }
        let used = &mut self.use_of[n];
        if used.asked >= TRIAL && used.known < used.asked / 2 {
            return None;
        }
        if self.entries.is_empty() {
            self.entries.resize_with(SLOTS, Remembered::default);
        }
        let hash = self.hash.bytes(text.as_bytes()).wrapping_add(u64::from(index).wrapping_mul(0x9e37_79b9)) | 1;
        let entry = self.entries.get_mut((hash >> 1) as usize % SLOTS)?;
        let is_known = entry.hash == hash && entry.index == index && entry.text == text.as_bytes();
        used.asked = used.asked.saturating_add(1);
        used.known = used.known.saturating_add(u32::from(is_known));
        Some(Slot { entry, is_known, hash })
    }
}

impl Remembered {
    fn set(&mut self, (hash, index): (u64, u32), text: &str, found: &[u32]) {
        (self.hash, self.index) = (hash, index);
        self.text.clear();
        self.text.extend_from_slice(text.as_bytes());
        self.found.clear();
        self.found.extend_from_slice(found);
    }
}
