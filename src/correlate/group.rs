//! One group of one correlation: its window, what was in windows that held, and the burst it is in.

use super::burst::{self, Open, Seen};
use super::explain::{Contribution, Reading};
use super::fixed::Fixed;
use super::keys::{Keys, TupleId};
use super::window::{BurstId, Item, Window};
use super::wiring::Wired;
use crate::model::Hit;
use std::collections::VecDeque;

/// Names a group for as long as it lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct GroupRef {
    pub(super) correlation: usize,
    pub(super) slot: u32,
    pub(super) age: u32,
}

/// What an inner correlation contributed: its window at that moment.
#[derive(Debug)]
pub(super) struct Link {
    pub(super) group: GroupRef,
    /// The contributions of the inner group in that window, first and last.
    pub(super) first: u64,
    pub(super) last: u64,
    pub(super) burst: BurstId,
}

/// A contribution in a window. Keeps the tuples it names.
#[derive(Debug)]
pub(super) struct Entry {
    /// The hit; for an inner correlation the one that satisfied it. Its key is a [`TupleId`].
    pub(super) hit: Hit,
    pub(super) link: Option<Box<Link>>,
    /// The counted values.
    pub(super) counted: TupleId,
    /// The rule, by its first place in the correlation's list.
    pub(super) rule: u32,
}

impl Entry {
    pub(super) fn event(&self) -> (u32, u32) {
        (self.hit.block, self.hit.index)
    }

    fn item(&self, position: u64, leads: bool, wired: &Wired, keys: &Keys) -> Item {
        let number = if wired.spec.counts_numbers() { number(keys, self.counted) } else { None };
        Item {
            position,
            leads,
            rule: self.rule as usize,
            burst: self.link.as_ref().map(|link| link.burst),
            value: self.counted,
            number: number.unwrap_or_default(),
        }
    }

    pub(super) fn release(self, keys: &mut Keys) {
        keys.release(self.hit.key.0);
        keys.release(self.counted);
    }
}

/// A counted value as a number.
pub(super) fn number(keys: &Keys, counted: TupleId) -> Option<Fixed> {
    keys.values(counted).first().and_then(|value| keys.text(*value)).and_then(Fixed::value)
}

/// One group.
pub(super) struct Group {
    /// The group-by values; kept.
    pub(super) key: TupleId,
    window: Box<dyn Window>,
    /// The contributions within one timespan.
    entries: VecDeque<Entry>,
    /// The number of the first of them, counting from 0 over the group's life.
    first: u64,
    /// Contributions below this number were in a window that held, if they were still there then.
    admitted: u64,
    /// Admitted contributions that a correlation above may still ask for, with their numbers.
    past: VecDeque<(u64, Entry)>,
    /// How many events came and went.
    came: u64,
    went: u64,
    links: usize,
    /// Time of the last contribution.
    pub(super) last: i64,
    /// Count of the event that made it, over the whole run.
    pub(super) tick: u64,
    /// Time of the last satisfying event.
    pub(super) satisfied: Option<i64>,
    /// The burst that event belongs to.
    pub(super) burst: BurstId,
    /// The burst as it will be given out.
    pub(super) open: Option<Box<Open>>,
    /// Events of bursts that are over, as far as an inner correlation may bring them up again.
    pub(super) earlier: Seen,
}

impl Group {
    pub(super) fn new(key: TupleId, wired: &Wired) -> Group {
        Group {
            key,
            window: wired.window(),
            entries: VecDeque::new(),
            first: 0,
            admitted: 0,
            past: VecDeque::new(),
            came: 0,
            went: 0,
            links: 0,
            last: i64::MIN,
            tick: 0,
            satisfied: None,
            burst: 0,
            open: None,
            earlier: Seen::new(),
        }
    }

    /// Memory in use, by length: what a small group costs with its place in the tables, and what it holds.
    pub(super) fn bytes(&self) -> usize {
        const GROUP: usize = size_of::<Group>() + 256;
        GROUP
            + self.entries.len() * size_of::<Entry>()
            + self.past.len() * size_of::<(u64, Entry)>()
            + self.links * (size_of::<Link>() + 16)
            + self.window.bytes()
            + self.earlier.len() * 24
            + self.open.as_ref().map_or(0, |open| open.bytes())
    }

    /// Takes in one contribution of the event at hand. The event's contributions come together.
    pub(super) fn push(&mut self, entry: Entry, leads: bool, wired: &Wired, keys: &Keys) {
        self.came += u64::from(leads);
        self.window.push(&entry.item(self.came - 1, leads, wired, keys));
        self.links += usize::from(entry.link.is_some());
        self.entries.push_back(entry);
    }

    /// Lets go of what is more than one timespan old, and of what nothing above can reach any more.
    pub(super) fn forget_before(&mut self, now: i64, wired: &Wired, keys: &mut Keys) {
        let old = |entry: &Entry, span: i64| now.saturating_sub(entry.hit.time) > span;
        let mut previous = None;
        while self.entries.front().is_some_and(|entry| old(entry, wired.span))
            && let Some(entry) = self.entries.pop_front()
        {
            let leads = previous != Some(entry.event());
            self.went += u64::from(leads);
            previous = Some(entry.event());
            self.window.forget(&entry.item(self.went - 1, leads, wired, keys));
            if !wired.edges.is_empty() && self.first < self.admitted {
                self.past.push_back((self.first, entry));
            } else {
                self.links -= usize::from(entry.link.is_some());
                entry.release(keys);
            }
            self.first += 1;
        }
        while self.past.front().is_some_and(|(_, entry)| old(entry, wired.reach))
            && let Some((_, entry)) = self.past.pop_front()
        {
            self.links -= usize::from(entry.link.is_some());
            entry.release(keys);
        }
        burst::forget(&mut self.earlier, now, wired.lookback);
        // A group that had one busy hour does not keep the room for it.
        if previous.is_some() && self.entries.capacity() > 64 && self.entries.len() * 4 < self.entries.capacity() {
            self.entries.shrink_to(self.entries.len() * 2);
        }
    }

    pub(super) fn holds(&self) -> bool {
        self.window.holds()
    }

    /// What is in its window, as the condition sees it.
    pub(super) fn reading(&self) -> Reading {
        self.window.reading()
    }

    /// The latest `max` contributions in the window, and how many there are before them.
    pub(super) fn contributions(&self, max: usize) -> (Vec<Contribution>, usize) {
        let before = self.entries.len().saturating_sub(max);
        let one = |entry: &Entry| Contribution { hit: entry.hit, rule: entry.rule as usize };
        (self.entries.iter().skip(before).map(one).collect(), before)
    }

    /// Whether its last burst cannot go on at `now`.
    pub(super) fn is_over(&self, now: i64, wired: &Wired) -> bool {
        self.satisfied.is_none_or(|last| now.saturating_sub(last) > wired.span)
    }

    /// Marks all of the window as part of a burst and gives back what was not.
    pub(super) fn admit(&mut self) -> std::ops::Range<u64> {
        let from = self.admitted.max(self.first);
        self.admitted = self.first + self.entries.len() as u64;
        from..self.admitted
    }

    /// First and last contribution of the window.
    pub(super) fn window_ends(&self) -> (u64, u64) {
        (self.first, self.first + (self.entries.len() as u64).saturating_sub(1))
    }

    /// A contribution by its number, if it is still there.
    pub(super) fn entry(&self, number: u64) -> Option<&Entry> {
        if let Some(at) = number.checked_sub(self.first) {
            return usize::try_from(at).ok().and_then(|at| self.entries.get(at));
        }
        let at = self.past.partition_point(|(other, _)| *other < number);
        self.past.get(at).filter(|(other, _)| *other == number).map(|(_, entry)| entry)
    }

    /// The contributions of the event at hand, in order.
    pub(super) fn latest(&self) -> impl Iterator<Item = &Entry> {
        let event = self.entries.back().map(Entry::event);
        let n = self.entries.iter().rev().take_while(|entry| Some(entry.event()) == event).count();
        self.entries.iter().skip(self.entries.len() - n)
    }

    /// Whether somebody may still ask for what was in it.
    pub(super) fn has_past(&self) -> bool {
        !self.past.is_empty() || !self.earlier.is_empty()
    }

    /// Lets go of everything it keeps in the tables of texts.
    pub(super) fn release(self, keys: &mut Keys) {
        keys.release(self.key);
        for entry in self.entries.into_iter().chain(self.past.into_iter().map(|(_, entry)| entry)) {
            entry.release(keys);
        }
        if let Some(open) = self.open {
            open.release(keys);
        }
    }
}
