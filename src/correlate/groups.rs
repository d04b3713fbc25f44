//! All groups of one correlation: found by key, and by how long they have been idle.

use super::group::{Group, GroupRef};
use super::keys::TupleId;
use crate::model::QuickMap;

const NOBODY: u32 = u32::MAX;

/// Where a group waits for its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Queue {
    /// Its window may hold something.
    Live = 0,
    /// Only a correlation above may still ask for its past.
    Resting = 1,
}

/// A place for a group, linked into one queue: the group idle longest first.
struct Slot {
    age: u32,
    group: Option<Box<Group>>,
    queue: Queue,
    previous: u32,
    next: u32,
}

/// The groups of one correlation.
pub(super) struct Groups {
    slots: Vec<Slot>,
    free: Vec<u32>,
    by_key: QuickMap<TupleId, u32>,
    /// First and last of each queue.
    ends: [(u32, u32); 2],
}

impl Groups {
    pub(super) fn new() -> Groups {
        Groups { slots: Vec::new(), free: Vec::new(), by_key: QuickMap::default(), ends: [(NOBODY, NOBODY); 2] }
    }

    pub(super) fn find(&self, key: TupleId) -> Option<u32> {
        self.by_key.get(&key).copied()
    }

    /// Makes room for a group that [`Groups::put`] will fill.
    pub(super) fn add(&mut self, key: TupleId) -> u32 {
        let slot = self.free.pop().unwrap_or_else(|| {
            let slot = u32::try_from(self.slots.len()).expect("the memory for windows holds fewer than 2^32");
            self.slots.push(Slot { age: 0, group: None, queue: Queue::Live, previous: NOBODY, next: NOBODY });
            slot
        });
        self.by_key.insert(key, slot);
        slot
    }

    /// Takes a group out to work on it.
    pub(super) fn take(&mut self, slot: u32) -> Option<Box<Group>> {
        let group = self.slots.get_mut(slot as usize)?.group.take()?;
        self.unlink(slot);
        Some(group)
    }

    /// Puts a group back, as the one touched last of its queue.
    pub(super) fn put(&mut self, slot: u32, group: Box<Group>, queue: Queue) {
        let (_, last) = self.ends[queue as usize];
        let Some(place) = self.slots.get_mut(slot as usize) else { return };
        place.group = Some(group);
        place.queue = queue;
        place.previous = last;
        place.next = NOBODY;
        match self.slots.get_mut(last as usize) {
            Some(before) => before.next = slot,
            None => self.ends[queue as usize].0 = slot,
        }
        self.ends[queue as usize].1 = slot;
    }

    /// Gives up the place of a group that was taken out.
    pub(super) fn close(&mut self, slot: u32, key: TupleId) {
        self.by_key.remove(&key);
        if let Some(place) = self.slots.get_mut(slot as usize) {
            place.age = place.age.wrapping_add(1);
            self.free.push(slot);
        }
    }

    fn unlink(&mut self, slot: u32) {
        let Some(place) = self.slots.get(slot as usize) else { return };
        let (queue, previous, next) = (place.queue as usize, place.previous, place.next);
        match self.slots.get_mut(previous as usize) {
            Some(before) => before.next = next,
            None => self.ends[queue].0 = next,
        }
        match self.slots.get_mut(next as usize) {
            Some(after) => after.previous = previous,
            None => self.ends[queue].1 = previous,
        }
    }

    /// The group idle longest in a queue.
    pub(super) fn idlest(&self, queue: Queue) -> Option<(u32, &Group)> {
        let slot = self.ends[queue as usize].0;
        self.slots.get(slot as usize)?.group.as_deref().map(|group| (slot, group))
    }

    pub(super) fn reference(&self, correlation: usize, slot: u32) -> GroupRef {
        GroupRef { correlation, slot, age: self.slots.get(slot as usize).map_or(0, |place| place.age) }
    }

    /// The group of a reference, if it is still there.
    pub(super) fn get(&self, group: GroupRef) -> Option<&Group> {
        self.slots.get(group.slot as usize).filter(|place| place.age == group.age)?.group.as_deref()
    }
}
