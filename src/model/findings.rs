//! What one block leaves behind: owned, compact, and the same however the input was cut.

use super::excuse::Excused;
use super::hash::{QuickMap, QuickState};
use super::matches::Matches;
use super::origin::{Place, RuleId, SourceId};
use super::problem::Problems;
use super::sample::Sample;
use super::time::{Stamp, Time};
use std::hash::BuildHasher;
use std::sync::Arc;

/// A (detection rule, correlation) pair: what a hit contributes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct FeedId(pub(crate) u32);

/// What a [`FeedId`] stands for, and which fields its hits carry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Feed {
    /// The detection rule that matched.
    pub(crate) rule: RuleId,
    /// The correlation it contributes to.
    pub(crate) correlation: RuleId,
    /// Names of the fields in a hit's key, in order: all group-by values that the correlation and
    /// those chained above it read, and the fields they count.
    pub(crate) key: Vec<String>,
}

/// A key text of a [`KeyTexts`] table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct KeyId(pub(crate) u32);

/// A contribution to one correlation: fixed size, no text. 32 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Hit {
    /// The event's time in nanoseconds; [`Hit::INHERIT`] when it has none and the block has none before it.
    pub(crate) time: i64,
    /// Global block number.
    pub(crate) block: u32,
    /// Record within the block (from 0).
    pub(crate) index: u32,
    /// First line of the record within the block (from 0).
    pub(crate) line: u32,
    /// What it contributes to.
    pub(crate) feed: FeedId,
    /// The values of the feed's key fields.
    pub(crate) key: KeyId,
    /// How many physical lines the record covers, as far as they fit.
    pub(crate) lines: u16,
    /// Digits of the second the record wrote.
    pub(crate) decimals: u8,
    /// Whether `time` was taken over from an earlier record.
    pub(crate) inherited: bool,
}

// Millions of them wait to be sorted: a field more must be a decision, not an accident.
const _: () = assert!(size_of::<Hit>() == 32);

impl Hit {
    /// The hit takes the last time seen in its input before the block.
    pub(crate) const INHERIT: i64 = i64::MIN;
}

/// Tuples of values, each stored once: a tuple has one slot for each field of [`Feed::key`];
/// a missing value is `None`.
#[derive(Clone, Debug, Default)]
pub(crate) struct KeyTexts {
    texts: Vec<Box<[Option<Box<str>>]>>,
    /// Hash of a tuple → ids of the tuples that have it. Looked up for every hit, so a known tuple is not copied.
    ids: QuickMap<u64, Vec<KeyId>>,
    hasher: QuickState,
}

impl KeyTexts {
    /// The id of a tuple.
    pub(crate) fn intern(&mut self, tuple: &[Option<&str>]) -> KeyId {
        let hash = self.hasher.hash_one(tuple);
        let is_same = |id: &&KeyId| self.get(**id).iter().map(Option::as_deref).eq(tuple.iter().copied());
        if let Some(id) = self.ids.get(&hash).into_iter().flatten().find(is_same) {
            return *id;
        }
        let id = KeyId(u32::try_from(self.texts.len()).expect("a block holds fewer than 2^32 records"));
        self.texts.push(tuple.iter().map(|value| value.map(Box::from)).collect());
        self.ids.entry(hash).or_default().push(id);
        id
    }

    /// The tuple of an id.
    pub(crate) fn get(&self, id: KeyId) -> &[Option<Box<str>>] {
        self.texts.get(id.0 as usize).map_or(&[], |tuple| tuple)
    }
}

/// All matches of one rule for one entity within one block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fold {
    /// The rule.
    pub(crate) rule: RuleId,
    /// What its alert is recognised by: rule, logical source, and the entity behind the built-in redaction, case-folded, so
    /// that the key is what the fingerprint is made of (README decision 13).
    pub(crate) key: Arc<[u8]>,
    /// The entity's value as people see it, as the first event spells it, redacted the way the user asked; where that is
    /// another.
    pub(crate) shown: Option<Box<str>>,
    /// Place of the first event in reading order.
    pub(crate) place: Place,
    /// Distinct events.
    pub(crate) count: u64,
    /// Earliest time of the events that have one.
    pub(crate) first: Stamp,
    /// Latest time.
    pub(crate) last: Stamp,
    /// The first events in reading order, at most one less than the run keeps.
    pub(crate) samples: Vec<Sample>,
    /// The last event, when it is not among `samples`.
    pub(crate) last_sample: Option<Sample>,
}

/// The folds of a block, each key once.
pub(crate) type FoldedAlerts = Vec<Fold>;

/// Matches of one rule in a block for which no alert will be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Beyond {
    /// The rule.
    pub(crate) rule: RuleId,
    /// Of the first in reading order.
    pub(crate) place: Place,
    /// How many.
    pub(crate) count: u64,
    /// Earliest time.
    pub(crate) first: Stamp,
    /// Latest time.
    pub(crate) last: Stamp,
}

impl Beyond {
    /// None yet.
    pub(crate) fn new(rule: RuleId, place: Place) -> Beyond {
        Beyond { rule, place, count: 0, first: Stamp::default(), last: Stamp::default() }
    }
}

/// An alert that is only counted, met in a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Met {
    /// The rule.
    pub(crate) rule: RuleId,
    /// The hash of its key, in this process,
    pub(crate) hash: u64,
    /// and the key: what it is recognised by.
    pub(crate) key: Arc<[u8]>,
}

/// Exact counts: `records = events + unparsed`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Books {
    /// Records read.
    pub(crate) events: u64,
    /// Records their format refused.
    pub(crate) unparsed: u64,
    /// Events with replaced bytes or escapes.
    pub(crate) repaired: u64,
    /// Records cut at the length limit.
    pub(crate) truncated: u64,
    /// Blank lines.
    pub(crate) blank: u64,
    /// Lines of a header.
    pub(crate) header_lines: u64,
    /// Members of a container that were not read.
    pub(crate) skipped_members: u64,
    /// Events outside of the time that was asked for.
    pub(crate) left_out: u64,
    /// Events that fit no loaded rule's log source.
    pub(crate) unassigned: u64,
    /// Events without a time of their own.
    pub(crate) no_time: u64,
    /// Bytes of unpacked text.
    pub(crate) bytes: u64,
    /// Lines of unpacked text.
    pub(crate) lines: u64,
}

impl Books {
    /// Adds another set of counts.
    pub(crate) fn add(&mut self, other: &Books) {
        self.events += other.events;
        self.unparsed += other.unparsed;
        self.repaired += other.repaired;
        self.truncated += other.truncated;
        self.blank += other.blank;
        self.header_lines += other.header_lines;
        self.skipped_members += other.skipped_members;
        self.left_out += other.left_out;
        self.unassigned += other.unassigned;
        self.no_time += other.no_time;
        self.bytes += other.bytes;
        self.lines += other.lines;
    }

    /// Events and unparsed.
    pub(crate) fn records(&self) -> u64 {
        self.events + self.unparsed
    }
}

/// What one block leaves behind. Places in it are relative to the block.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    /// The input.
    pub(crate) source: SourceId,
    /// Folded matches of rules that people see.
    pub(crate) alerts: FoldedAlerts,
    /// Folds of matches that ignore entries may put aside, in order of place and rule.
    pub(crate) excused: Vec<Excused>,
    /// Matches that are only counted.
    pub(crate) beyond: Vec<Beyond>,
    /// Alerts that are only counted, in the order of their first events.
    pub(crate) met: Vec<Met>,
    /// Matches of all reported rules (also those of excluded or silenced rules are not counted).
    pub(crate) matches_total: u64,
    /// Contributions to correlations, in order.
    pub(crate) hits: Vec<Hit>,
    /// The texts of their keys.
    pub(crate) keys: KeyTexts,
    /// Counts.
    pub(crate) books: Books,
    /// Trouble, lines relative to the block.
    pub(crate) problems: Problems,
    /// Parts of a binary log that could not be read: what, and in which chunk.
    pub(crate) damages: Vec<(&'static str, u64)>,
    /// For the `matches` stream, in order.
    pub(crate) matches: Option<Matches>,
    /// Earliest and latest time of an event.
    pub(crate) span: Option<(Stamp, Stamp)>,
    /// The latest time whose year was worked out.
    pub(crate) inferred: Option<Time>,
    /// Characters of the block behind its last line feed, or in all of it; `None` when nobody knows.
    pub(crate) column: Option<u32>,
    /// The last time seen, for records of the next block that have none.
    pub(crate) last_time: Option<Time>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_tuples_share_an_id_and_others_do_not() {
        let mut keys = KeyTexts::default();
        let tuples: [&[Option<&str>]; 5] =
            [&[Some("a"), None], &[Some("a"), Some("")], &[None, Some("a")], &[Some("a")], &[]];
        let ids: Vec<KeyId> = tuples.iter().map(|tuple| keys.intern(tuple)).collect();
        assert_eq!(ids, [0, 1, 2, 3, 4].map(KeyId));
        for (tuple, id) in tuples.iter().zip(ids) {
            assert_eq!(keys.intern(tuple), id);
            assert_eq!(keys.get(id).iter().map(Option::as_deref).collect::<Vec<_>>(), *tuple);
        }
    }
}
