//! What values were found to concern, remembered by the value.
//!
//! Sound because the answer is a function of what is looked for (a number no other search of the worker has) and of the
//! bytes of the value, both of which are compared in full. The memory is of fixed size, so a log that never repeats costs
//! the looking and little more, and a search for which remembering does not pay goes without.

use crate::model::QuickState;

/// Values met before, by search and bytes.
#[derive(Default)]
pub(super) struct Memo {
    entries: Vec<Remembered>,
    /// By search: how often it was asked and knew the answer.
    use_of: Vec<Use>,
    hash: QuickState,
}

#[derive(Default)]
pub(super) struct Remembered {
    /// Of search and bytes, so that most others are told apart at a glance; 0: nothing is here.
    hash: u64,
    search: u32,
    value: Vec<u8>,
    found: Vec<u32>,
}

/// Where a value is remembered, or may be.
pub(super) struct Slot<'m> {
    entry: &'m mut Remembered,
    pub(super) is_known: bool,
    hash: u64,
    search: u32,
}

#[derive(Clone, Copy, Default)]
struct Use {
    asked: u32,
    known: u32,
}

/// Values remembered by a worker: a power of two.
const SLOTS: usize = 1 << 14;
/// After so many values a search for which less than a quarter was remembered does without.
const TRIAL: u32 = 4_096;
const SHARE: u32 = 4;

/// What one field was the last time, where neither value nor rules are many: most fields of neighbours are alike, and this
/// stands where the next ones do.
pub(super) struct Last {
    /// [`Last::NONE`]: nothing is known.
    head: u32,
    count: u8,
    value: [u8; LAST_VALUE],
    found: [u32; LAST_FOUND],
}

/// Two lines of the processor's cache together.
const LAST_VALUE: usize = 87;
const LAST_FOUND: usize = 9;

impl Default for Last {
    fn default() -> Last {
        Last { head: Last::NONE, count: 0, value: [0; LAST_VALUE], found: [0; LAST_FOUND] }
    }
}

impl Last {
    /// No value has this head: it would be longer than any record.
    const NONE: u32 = u32::MAX;

    /// What the value concerns, if it was this one. `head` tells kind and length.
    #[inline]
    pub(super) fn known(&self, head: u32, value: &str) -> Option<&[u32]> {
        let is_same = self.head == head && self.value.get(..value.len()) == Some(value.as_bytes());
        if is_same { self.found.get(..usize::from(self.count)) } else { None }
    }

    /// Remembers a value in the place of the one before, or nothing.
    pub(super) fn set(&mut self, head: u32, value: &str, found: &[u32]) {
        self.head = Last::NONE;
        let places = (self.value.get_mut(..value.len()), self.found.get_mut(..found.len()), u8::try_from(found.len()));
        if let (Some(to_value), Some(to_found), Ok(count)) = places {
            to_value.copy_from_slice(value.as_bytes());
            to_found.copy_from_slice(found);
            (self.head, self.count) = (head, count);
        }
    }
}

impl Memo {
    /// The place of a value; `None` when it is not to be remembered.
    pub(super) fn slot(&mut self, search: u32, value: &[u8]) -> Option<Slot<'_>> {
        let n = search as usize;
        if self.use_of.len() <= n {
            self.use_of.resize(n + 1, Use::default());
        }
        let used = &mut self.use_of[n];
        if used.asked >= TRIAL && used.known < used.asked / SHARE {
            return None;
        }
        if self.entries.is_empty() {
            self.entries.resize_with(SLOTS, Remembered::default);
        }
        let hash = self.hash.bytes(value).wrapping_add(u64::from(search).wrapping_mul(0x9e37_79b9)) | 1;
        let entry = self.entries.get_mut((hash >> 1) as usize % SLOTS)?;
        let is_known = entry.hash == hash && entry.search == search && entry.value == value;
        used.asked = used.asked.saturating_add(1);
        used.known = used.known.saturating_add(u32::from(is_known));
        Some(Slot { entry, is_known, hash, search })
    }
}

impl<'m> Slot<'m> {
    /// What is remembered here.
    pub(super) fn found(self) -> &'m [u32] {
        &self.entry.found
    }

    /// Remembers a value in the place of another.
    pub(super) fn set(&mut self, value: &[u8], found: &[u32]) {
        let Slot { entry, hash, search, .. } = self;
        (entry.hash, entry.search) = (*hash, *search);
        entry.value.clear();
        entry.value.extend_from_slice(value);
        entry.found.clear();
        entry.found.extend_from_slice(found);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_known_to_the_search_that_met_it_and_to_no_other() {
        let mut memo = Memo::default();
        memo.slot(3, b"value").expect("a place").set(b"value", &[7, 9]);
        let known = |memo: &mut Memo, search: u32, value: &[u8]| {
            memo.slot(search, value).filter(|slot| slot.is_known).map(|slot| slot.found().to_vec())
        };
        assert_eq!(known(&mut memo, 3, b"value"), Some(vec![7, 9]));
        assert_eq!(known(&mut memo, 4, b"value"), None);
        assert_eq!(known(&mut memo, 3, b"valuf"), None);
        assert_eq!(known(&mut memo, 3, b""), None);
    }

    #[test]
    fn the_last_value_is_known_if_it_is_short() {
        let mut last = Last::default();
        last.set(7, "value", &[1, 2]);
        assert_eq!(last.known(7, "value"), Some(&[1, 2][..]));
        assert_eq!((last.known(6, "value"), last.known(7, "valuf")), (None, None));
        last.set(7, "other", &[]);
        assert_eq!((last.known(7, "value"), last.known(7, "other")), (None, Some(&[][..])));
        last.set(7, &"v".repeat(LAST_VALUE + 1), &[]);
        assert_eq!(last.known(7, "other"), None);
        last.set(7, "many", &[0; LAST_FOUND + 1]);
        assert_eq!(last.known(7, "many"), None);
        assert_eq!(size_of::<Last>(), 128);
    }

    #[test]
    fn a_search_whose_values_never_repeat_does_without() {
        let mut memo = Memo::default();
        for n in 0..TRIAL {
            assert!(memo.slot(0, &n.to_le_bytes()).is_some());
        }
        assert!(memo.slot(0, b"one more").is_none());
        assert!(memo.slot(1, b"another search").is_some());
    }
}
