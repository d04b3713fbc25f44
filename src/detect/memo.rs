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
/// After so many values a search for which less than half was remembered does without.
const TRIAL: u32 = 4_096;

impl Memo {
    /// The place of a value; `None` when it is not to be remembered.
    pub(super) fn slot(&mut self, search: u32, value: &[u8]) -> Option<Slot<'_>> {
        let n = search as usize;
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
    fn a_search_whose_values_never_repeat_does_without() {
        let mut memo = Memo::default();
        for n in 0..TRIAL {
            assert!(memo.slot(0, &n.to_le_bytes()).is_some());
        }
        assert!(memo.slot(0, b"one more").is_none());
        assert!(memo.slot(1, b"another search").is_some());
    }
}
