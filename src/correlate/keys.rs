//! The texts of keys: each value and each tuple of values once, freed with the last hit, window or burst using it.
//!
//! Hits carry tuples of all values some correlation reads; what groups are told apart by is a few of them. Both are
//! small integers here, so that a window is found without looking at text. Ids say nothing about order and are
//! used again: they never reach a result.

use crate::model::{KeyId, KeyTexts, QuickMap};
use std::sync::Arc;

/// A value; [`Keys::NONE`] where the event has none.
pub(super) type ValueId = u32;
/// A tuple of values.
pub(super) type TupleId = u32;

/// Slots, used again when free.
#[derive(Debug)]
struct Slab<T: ?Sized> {
    slots: Vec<(u32, u32, Option<Arc<T>>)>,
    free: Vec<u32>,
}

impl<T: ?Sized> Slab<T> {
    fn new() -> Slab<T> {
        Slab { slots: Vec::new(), free: Vec::new() }
    }

    fn insert(&mut self, item: Arc<T>) -> u32 {
        if let Some(id) = self.free.pop()
            && let Some(slot) = self.slots.get_mut(id as usize)
        {
            *slot = (0, slot.1.wrapping_add(1), Some(item));
            return id;
        }
        let id = u32::try_from(self.slots.len()).expect("the memory for keys holds fewer than 2^32");
        self.slots.push((0, 0, Some(item)));
        id
    }

    fn get(&self, id: u32) -> Option<&Arc<T>> {
        self.slots.get(id as usize).and_then(|slot| slot.2.as_ref())
    }

    fn keep(&mut self, id: u32) {
        if let Some(slot) = self.slots.get_mut(id as usize) {
            slot.0 += 1;
        }
    }

    /// Gives the item back when nothing uses it any more.
    fn release(&mut self, id: u32) -> Option<Arc<T>> {
        let slot = self.slots.get_mut(id as usize)?;
        slot.0 = slot.0.saturating_sub(1);
        if slot.0 > 0 {
            return None;
        }
        let item = slot.2.take();
        if item.is_some() {
            self.free.push(id);
        }
        item
    }
}

/// Every value and tuple in use.
#[derive(Debug)]
pub(super) struct Keys {
    values: Slab<str>,
    value_ids: QuickMap<Arc<str>, ValueId>,
    tuples: Slab<[ValueId]>,
    tuple_ids: QuickMap<Arc<[ValueId]>, TupleId>,
    bytes: usize,
}

/// What was interned of one block's [`KeyTexts`], so that a text is looked at once a block.
#[derive(Debug, Default)]
pub(super) struct Memo {
    /// By the block's number of a tuple: ours, and the age of its slot.
    seen: Vec<Option<(TupleId, u32)>>,
}

impl Keys {
    /// Stands for a missing value.
    pub(super) const NONE: ValueId = u32::MAX;
    /// What an entry costs beside its text, as measured: its slot and its place in a table, both with room to grow into,
    /// the counts before the text, and what the allocator adds.
    const ENTRY: usize = 120;

    pub(super) fn new() -> Keys {
        Keys {
            values: Slab::new(),
            value_ids: QuickMap::default(),
            tuples: Slab::new(),
            tuple_ids: QuickMap::default(),
            bytes: 0,
        }
    }

    /// Memory in use, by length.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// The tuple of a hit; the caller keeps it until [`Keys::release`].
    pub(super) fn intern(&mut self, texts: &KeyTexts, key: KeyId, memo: &mut Memo) -> TupleId {
        let at = key.0 as usize;
        if let Some(Some((id, age))) = memo.seen.get(at)
            && self.tuples.slots.get(*id as usize).is_some_and(|slot| slot.1 == *age && slot.2.is_some())
        {
            self.tuples.keep(*id);
            return *id;
        }
        let values: Vec<ValueId> =
            texts.get(key).iter().map(|value| value.as_deref().map_or(Keys::NONE, |text| self.value(text))).collect();
        let id = self.tuple(&values);
        let age = self.tuples.slots.get(id as usize).map_or(0, |slot| slot.1);
        if memo.seen.len() <= at {
            memo.seen.resize(at + 1, None);
        }
        if let Some(seen) = memo.seen.get_mut(at) {
            *seen = Some((id, age));
        }
        id
    }

    /// The id of a text. Not kept: whoever stores it does that.
    fn value(&mut self, text: &str) -> ValueId {
        if let Some(id) = self.value_ids.get(text) {
            return *id;
        }
        let text: Arc<str> = Arc::from(text);
        self.bytes += Keys::ENTRY + text.len();
        let id = self.values.insert(Arc::clone(&text));
        self.value_ids.insert(text, id);
        id
    }

    /// The tuple of these values, kept once more.
    pub(super) fn tuple(&mut self, values: &[ValueId]) -> TupleId {
        if let Some(id) = self.tuple_ids.get(values) {
            self.tuples.keep(*id);
            return *id;
        }
        let tuple: Arc<[ValueId]> = Arc::from(values);
        self.bytes += Keys::ENTRY + size_of_val(values);
        for value in values {
            self.values.keep(*value);
        }
        let id = self.tuples.insert(Arc::clone(&tuple));
        self.tuples.keep(id);
        self.tuple_ids.insert(tuple, id);
        id
    }

    pub(super) fn keep(&mut self, id: TupleId) {
        self.tuples.keep(id);
    }

    pub(super) fn release(&mut self, id: TupleId) {
        let Some(tuple) = self.tuples.release(id) else { return };
        self.tuple_ids.remove(&tuple);
        self.bytes = self.bytes.saturating_sub(Keys::ENTRY + size_of_val(&*tuple));
        for value in tuple.iter() {
            if let Some(text) = self.values.release(*value) {
                self.bytes = self.bytes.saturating_sub(Keys::ENTRY + text.len());
                self.value_ids.remove(&text);
            }
        }
    }

    /// The values of a tuple.
    pub(super) fn values(&self, id: TupleId) -> &[ValueId] {
        self.tuples.get(id).map_or(&[], |tuple| tuple)
    }

    /// The text of a value.
    pub(super) fn text(&self, id: ValueId) -> Option<&str> {
        self.values.get(id).map(|text| &**text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forgets_texts_with_their_last_use() {
        let mut texts = KeyTexts::default();
        let (a, b) = (texts.intern(&[Some("x"), None]), texts.intern(&[Some("x"), Some("")]));
        let (mut keys, mut memo) = (Keys::new(), Memo::default());
        let (first, second) = (keys.intern(&texts, a, &mut memo), keys.intern(&texts, b, &mut memo));
        let full = keys.bytes();
        assert_eq!(keys.intern(&texts, a, &mut memo), first);
        assert_eq!(keys.bytes(), full);
        assert_eq!(keys.values(first)[1], Keys::NONE);
        assert_eq!(keys.text(keys.values(second)[1]), Some(""));
        keys.release(first);
        assert_eq!(keys.bytes(), full);
        keys.release(first);
        assert!(keys.bytes() < full);
        assert_eq!(keys.text(keys.values(second)[0]), Some("x"));
        keys.release(second);
        assert_eq!(keys.bytes(), 0);
        assert!(keys.value_ids.is_empty() && keys.tuple_ids.is_empty());
    }

    #[test]
    fn a_memo_does_not_outlive_the_text_it_remembers() {
        let mut texts = KeyTexts::default();
        let (a, b) = (texts.intern(&[Some("a")]), texts.intern(&[Some("b")]));
        let (mut keys, mut memo) = (Keys::new(), Memo::default());
        let first = keys.intern(&texts, a, &mut memo);
        keys.release(first);
        let second = keys.intern(&texts, b, &mut memo);
        let third = keys.intern(&texts, a, &mut memo);
        let shown = |id| keys.text(keys.values(id)[0]).map(str::to_owned);
        assert_eq!((shown(second), shown(third)), (Some("b".into()), Some("a".into())));
    }
}
