//! What a correlator lets go of, and when: groups that are over, bursts whose turn has come, and, when memory is
//! full, what can best be spared. The bound and its order are told in [`Correlator`]'s own file.

use super::Correlator;
use crate::correlate::burst::{Burst, forget};
use crate::correlate::group::Group;
use crate::correlate::groups::Queue;
use crate::correlate::wiring::Wired;
use crate::model::Pair;
use std::sync::Arc;

impl Correlator {
    pub(super) fn make_room(&mut self, sink: &mut dyn FnMut(Burst)) {
        while self.bytes() > self.bounds.memory {
            let spare = self.waiting.bytes() > self.bounds.memory / 8;
            if !spare && self.shed(sink) {
                continue;
            }
            if self.waiting.len() == 0 {
                return;
            }
            self.waiting.seal();
            let until = self.waiting.len() - self.waiting.len().div_ceil(8);
            while self.waiting.len() > until && self.pass_event(sink) {
                while self.bytes() > self.bounds.memory + self.slack() && self.shed(sink) {}
            }
        }
    }

    /// Gives something up: the turn of a held burst, else the group idle longest. False when there is nothing.
    pub(super) fn shed(&mut self, sink: &mut dyn FnMut(Burst)) -> bool {
        if self.give_out_first(sink) {
            return true;
        }
        let idlest = |queue| {
            let all = self.groups.iter().enumerate();
            all.filter_map(move |(at, groups)| groups.idlest(queue).map(|(_, group)| (group.tick, at, queue)))
        };
        let Some((_, at, queue)) =
            idlest(Queue::Live).chain(idlest(Queue::Resting)).min_by_key(|(tick, at, _)| (*tick, *at))
        else {
            return false;
        };
        self.losses.closed += 1;
        self.close_idlest_of(at, queue)
    }

    /// Ends what is over at `now`, and gives out the bursts whose turn it is.
    pub(super) fn settle(&mut self, now: i64, sink: &mut dyn FnMut(Burst)) {
        let wiring = Arc::clone(&self.wiring);
        self.due = i64::MAX;
        for (at, wired) in wiring.correlations.iter().enumerate() {
            while let Some(last) = self.idle_since(at, Queue::Live)
                && now.saturating_sub(last) > wired.span
            {
                self.rest(at, wired, now);
            }
            while let Some(last) = self.idle_since(at, Queue::Resting)
                && now.saturating_sub(last) > wired.rest()
            {
                self.close_idlest_of(at, Queue::Resting);
            }
            for (queue, after) in [(Queue::Live, wired.span), (Queue::Resting, wired.rest())] {
                if let Some(last) = self.idle_since(at, queue) {
                    self.due = self.due.min(last.saturating_add(after));
                }
            }
        }
        while let Some(end) = self.held.first_key_value().map(|(turn, _)| turn.0) {
            if now <= self.turn_of(end) {
                self.due = self.due.min(self.turn_of(end));
                break;
            }
            self.give_out_first(sink);
        }
    }

    /// The group idle longest has nothing in its window any more: keeps its past if somebody may ask for it.
    fn rest(&mut self, at: usize, wired: &Wired, now: i64) {
        let Some(groups) = self.groups.get_mut(at) else { return };
        let Some(slot) = groups.idlest(Queue::Live).map(|(slot, _)| slot) else { return };
        let Some(mut group) = groups.take(slot) else { return };
        self.groups_bytes -= group.bytes();
        self.end_burst(wired, &mut group);
        group.forget_before(now, wired, &mut self.keys);
        let Some(groups) = self.groups.get_mut(at) else { return };
        if group.has_past() {
            self.groups_bytes += group.bytes();
            groups.put(slot, group, Queue::Resting);
        } else {
            groups.close(slot, group.key);
            group.release(&mut self.keys);
        }
    }

    /// Closes the group idle longest in one queue of one correlation.
    pub(super) fn close_idlest_of(&mut self, at: usize, queue: Queue) -> bool {
        let wiring = Arc::clone(&self.wiring);
        let (Some(wired), Some(groups)) = (wiring.correlations.get(at), self.groups.get_mut(at)) else { return false };
        let Some(slot) = groups.idlest(queue).map(|(slot, _)| slot) else { return false };
        let Some(mut group) = groups.take(slot) else { return false };
        groups.close(slot, group.key);
        self.groups_bytes -= group.bytes();
        self.end_burst(wired, &mut group);
        group.release(&mut self.keys);
        true
    }

    /// A group's key with the names of its values.
    pub(super) fn named(&self, wired: &Wired, key: crate::correlate::keys::TupleId) -> Vec<Pair> {
        let names = wired.group_by.iter().cloned();
        names.zip(self.texts(key)).map(|(field, value)| Pair { field, value }).collect()
    }

    /// Holds back the group's burst, if it has one, until it is its turn.
    pub(super) fn end_burst(&mut self, wired: &Wired, group: &mut Group) {
        let Some(open) = group.open.take() else { return };
        let end = group.satisfied.unwrap_or(group.last);
        let key = self.named(wired, group.key);
        let burst = open.burst(wired, key, end, (&self.wiring.sources, &self.keys));
        group.earlier = open.release(&mut self.keys);
        // A later burst opens more than a timespan after `end`: that much of the way back is its own.
        forget(&mut group.earlier, end, wired.lookback.saturating_sub(wired.span));
        self.held_bytes += burst.bytes();
        self.due = self.due.min(self.turn_of(end));
        let key = burst.key.iter().map(|pair| pair.value.clone()).collect();
        self.held.insert((end, wired.rank, key, group.burst), burst);
    }

    fn give_out_first(&mut self, sink: &mut dyn FnMut(Burst)) -> bool {
        let Some((_, burst)) = self.held.pop_first() else { return false };
        self.held_bytes -= burst.bytes();
        sink(burst);
        true
    }

    /// After this time nothing can end before `end` any more: a group that went on without being satisfied is noticed
    /// at the latest when it has been idle for a timespan.
    fn turn_of(&self, end: i64) -> i64 {
        end.saturating_add(self.wiring.longest_span).saturating_add(self.wiring.longest_span)
    }

    fn idle_since(&self, at: usize, queue: Queue) -> Option<i64> {
        self.groups.get(at).and_then(|groups| groups.idlest(queue)).map(|(_, group)| group.last)
    }
}
