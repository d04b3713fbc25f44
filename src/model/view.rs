//! How an event is looked at: what its fields are called, which log sources it has earned.

use super::event::{Entry, Event};
use super::field::{AskId, FieldId};
use super::outline::Within;
use super::time::Stamp;
use super::value::{Datum, Values};
use std::collections::BTreeSet;

/// A row of the table of log sources (a product, category, service triple).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct LogSourceId(pub(crate) u16);

/// The log sources of one event. A rule applies when the bits it states are all set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct TagSet {
    /// One bit for each product, category and service word.
    pub(crate) bits: [u64; 8],
    /// The rows that gave the bits, most specific first; the first `len` count.
    pub(crate) sources: [LogSourceId; 8],
    /// How many rows.
    pub(crate) len: u8,
}

/// Where an event has which fields, roughly: the first and the last place for every so many ids. Most questions are about
/// fields that are not there or stand in one place, and this says so without a walk over all that are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    /// The first place, from 1, and the last; none. What does not fit is as large as it can be.
    spans: [(u8, u8); SPANS],
    /// Whether anybody looked.
    is_known: bool,
}

const SPANS: usize = 128;

impl Default for Seen {
    fn default() -> Seen {
        Seen { spans: [(0, 0); SPANS], is_known: false }
    }
}

impl Seen {
    /// Looks through the fields of an event.
    pub(crate) fn of(entries: &[Entry]) -> Seen {
        let mut seen = Seen { is_known: true, ..Seen::default() };
        for (entry, place) in entries.iter().zip(1_usize..) {
            let place = u8::try_from(place).unwrap_or(u8::MAX);
            let (first, last) = &mut seen.spans[entry.field.0 as usize % SPANS];
            if *first == 0 {
                *first = place;
            }
            *last = place;
        }
        seen
    }

    /// The entries among which are all of a field; all where nobody looked.
    pub(crate) fn near<'e>(&self, field: FieldId, entries: &'e [Entry]) -> &'e [Entry] {
        let (first, last) = self.spans[field.0 as usize % SPANS];
        let last = if last == u8::MAX { entries.len() } else { usize::from(last) };
        match usize::from(first).checked_sub(1) {
            _ if !self.is_known => entries,
            Some(first) => entries.get(first..last).unwrap_or(entries),
            None => &[],
        }
    }
}

impl TagSet {
    /// Whether every bit of `needed` is set here.
    pub(crate) fn covers(&self, needed: &TagSet) -> bool {
        self.bits.iter().zip(needed.bits).all(|(have, need)| have & need == need)
    }

    /// Whether bit `n` is set.
    pub(crate) fn has(&self, n: u16) -> bool {
        self.bits.get(usize::from(n / 64)).is_some_and(|word| word & (1 << (n % 64)) != 0)
    }

    /// Sets bit `n`.
    pub(crate) fn set(&mut self, n: u16) {
        if let Some(word) = self.bits.get_mut(usize::from(n / 64)) {
            *word |= 1 << (n % 64);
        }
    }

    /// Adds a row, if there is room.
    pub(crate) fn add(&mut self, source: LogSourceId) {
        let held = &self.sources[..usize::from(self.len).min(8)];
        if held.contains(&source) {
            return;
        }
        if let Some(slot) = self.sources.get_mut(usize::from(self.len)) {
            *slot = source;
            self.len += 1;
        }
    }

    /// Adds a row before all others, if it is not among them; the last one goes where there is no room.
    pub(crate) fn add_first(&mut self, source: LogSourceId) {
        if self.sources().contains(&source) {
            return;
        }
        let held = usize::from(self.len).min(self.sources.len() - 1);
        self.sources.copy_within(..held, 1);
        self.sources[0] = source;
        self.len = u8::try_from(held + 1).unwrap_or(u8::MAX);
    }

    /// The rows, most specific first.
    pub(crate) fn sources(&self) -> &[LogSourceId] {
        &self.sources[..usize::from(self.len).min(8)]
    }
}

/// Which of all values of a field is the one to group, count and print by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum One {
    /// The one at this place has its text.
    At(usize),
    /// There is none.
    Nothing,
    /// To be asked for.
    Unknown,
}

/// The way records of one profile are read: for each question the ordered places to look.
/// `taxonomy` builds views in setup, for every question of [`Asks`](super::Asks); they are frozen for
/// the scan.
pub(crate) trait View: Send + Sync {
    /// Adds every value the event has under the asked name: originals (exact spelling, else another
    /// case, else a structural variant) and the canonical value, without duplicates. Nothing is
    /// added when the field is missing. `into` is not cleared.
    fn values<'r>(&self, event: &Event<'r>, ask: AskId, into: &mut Values<'r>);

    /// Adds the original fields an answer may come from, and gives whether there may be one that comes from none of
    /// them. An event that has none of these fields then has no value under the asked name.
    fn reads(&self, ask: AskId, into: &mut Vec<FieldId>) -> bool;

    /// Adds every original field an answer may rest on, and gives whether it may rest on anything else of the event but
    /// those, the names of its fields, and its log sources. Of two events that have the same names and log sources, and
    /// these fields alike, both have the same values under the asked name, and the same one of them. `is_said`: of events in whose message a
    /// sentence was recognised; otherwise of those that have none.
    fn rests_on(&self, ask: AskId, is_said: bool, into: &mut Vec<FieldId>) -> bool;

    /// Whether every text under the asked name is a piece of the text of some original field, whatever the event, or
    /// whatever event of some kind.
    fn quotes(&self, ask: AskId, within: Option<&Within>) -> bool;

    /// How the asked name is answered in events that hold no more than `within`, if the answers depend on nothing but these
    /// fields: on no other field, on no log source, not on what was recognised in a message. Views that say the same
    /// give the same answers.
    fn way(&self, ask: AskId, fields: &BTreeSet<FieldId>, within: &Within) -> Option<String>;

    /// Tells this view from the others of the run.
    fn number(&self) -> usize;

    /// The one value to group, count and print by: for a canonical name or synonym the canonical value
    /// only; for any other name the canonical value, else the first original. `None` when missing, null
    /// or not a scalar.
    fn single<'r>(&self, event: &Event<'r>, ask: AskId) -> Option<Datum<'r>>;

    /// The same as [`View::values`], and which of them has the text of [`View::single`], where that is known by the way.
    fn answer<'r>(&self, event: &Event<'r>, ask: AskId, into: &mut Values<'r>) -> One {
        self.values(event, ask, into);
        One::Unknown
    }

    /// The canonical field the asked name stands for in this profile, if any: `user` for
    /// `TargetUserName` of a Windows logon.
    fn canonical_name(&self, ask: AskId) -> Option<&'static str>;

    /// The stamp that counts, of the several an event may have.
    fn time(&self, event: &Event<'_>) -> Stamp;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Span, Value};
    use proptest::prelude::*;

    proptest! {
        /// All entries of a field are near it, in order.
        #[test]
        fn what_is_near_a_field_is_all_of_it(
            fields in proptest::collection::vec(0u32..400, 0..30), many in 0usize..400, asked in 0u32..400
        ) {
            let fields: Vec<u32> = (0..many).map(|_| 500).chain(fields).collect();
            let entry = |field: &u32| Entry {
                field: FieldId(*field),
                spelling: 0,
                name: Span::default(),
                shape: 0,
                part: 0,
                value: Value::Null,
            };
            let entries: Vec<Entry> = fields.iter().map(entry).collect();
            let of = |entries: &[Entry]| entries.iter().filter(|entry| entry.field.0 == asked).count();
            let seen = Seen::of(&entries);
            prop_assert_eq!(of(seen.near(FieldId(asked), &entries)), of(&entries));
            prop_assert_eq!(Seen::default().near(FieldId(asked), &entries).len(), entries.len());
        }
    }
}
