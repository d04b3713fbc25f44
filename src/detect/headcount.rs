//! The alerts of a run that lists none: how many there are of each rule, and nothing else is kept of them.
//!
//! The same alerts count that would be listed: at most so many, the worst first and of one level those whose first event
//! was read first; what does not fit is one alert a rule. Since alerts come in the order of their first events, the one
//! that makes way for a worse one is the last of the mildest level. Its key stays known, which changes nothing: met again
//! it would be behind all that are kept, and its rule has its one alert for the rest. So at most as many keys are known as
//! there are levels, times the alerts that are kept.

use super::fold::Missing;
use super::fold_alert::Kept;
use super::fold_need::Needs;
use crate::model::{Level, Met, QuickMap, QuickState, RuleId};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

/// Of a longer key a digest tells the rest.
const LONG: usize = 512;

/// What every worker knows of the alerts that were met.
#[derive(Debug)]
pub(super) struct Register {
    keys: RwLock<Keys>,
    /// By rule: whether some alert of it did not fit.
    beyond: Box<[AtomicBool]>,
}

impl Register {
    pub(super) fn new(rules: usize) -> Register {
        let beyond = (0..rules).map(|_| AtomicBool::new(false)).collect();
        Register { keys: RwLock::default(), beyond }
    }

    /// Whether some alert of a rule did not fit.
    pub(super) fn is_beyond(&self, rule: RuleId) -> bool {
        self.beyond.get(rule.0 as usize).is_some_and(|beyond| beyond.load(Ordering::Acquire))
    }

    /// Whether a key is that of an alert met before.
    pub(super) fn has(&self, hash: u64, key: &[u8]) -> bool {
        self.keys.read().unwrap_or_else(PoisonError::into_inner).has(hash, key)
    }
}

/// Keys by their hashes. Two of one hash stand behind each other.
#[derive(Debug, Default)]
pub(super) struct Keys(QuickMap<u64, Arc<[u8]>>);

impl Keys {
    pub(super) fn has(&self, hash: u64, key: &[u8]) -> bool {
        let mut at = hash;
        while let Some(known) = self.0.get(&at) {
            if **known == *key {
                return true;
            }
            at = at.wrapping_add(1);
        }
        false
    }

    /// Adds a key that is not there.
    pub(super) fn add(&mut self, hash: u64, key: Arc<[u8]>) {
        let mut at = hash;
        while self.0.contains_key(&at) {
            at = at.wrapping_add(1);
        }
        self.0.insert(at, key);
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}

/// Makes a key no longer than need be, and gives its hash.
pub(super) fn hashed(key: &mut Vec<u8>) -> u64 {
    if key.len() > LONG {
        let digest = Sha256::digest(&*key);
        key.truncate(LONG);
        key.extend_from_slice(&digest);
    }
    QuickState::default().bytes(key)
}

/// The alerts of all blocks so far, by level and in the order of their first events.
#[derive(Debug)]
pub(crate) struct Headcount {
    most: usize,
    needs: Arc<Needs>,
    kept: [Vec<RuleId>; 5],
    beyond: BTreeSet<RuleId>,
}

impl Headcount {
    /// None yet, and at most so many. `needs` is what workers are told.
    pub(crate) fn new(most: usize, needs: Arc<Needs>) -> Headcount {
        Headcount { most, needs, kept: Default::default(), beyond: BTreeSet::new() }
    }

    /// Adds what a block met. Blocks come in order of their number.
    pub(crate) fn add(&mut self, found: Vec<Met>) {
        let needs = Arc::clone(&self.needs);
        let Some(register) = needs.register() else { return };
        if found.is_empty() {
            return;
        }
        let mut keys = register.keys.write().unwrap_or_else(PoisonError::into_inner);
        for Met { rule, hash, key } in found {
            if !keys.has(hash, &key) && self.enter(rule) {
                keys.add(hash, key);
            }
        }
        for rule in &self.beyond {
            if let Some(beyond) = register.beyond.get(rule.0 as usize) {
                beyond.store(true, Ordering::Release);
            }
        }
        if self.len() >= self.most {
            let mildest = Level::ALL.into_iter().find(|level| !self.of(*level as usize).is_empty());
            needs.end(mildest.unwrap_or(Level::Critical));
        }
    }

    /// Makes room for an alert of a rule; gives whether it is kept.
    fn enter(&mut self, rule: RuleId) -> bool {
        let level = self.needs.level(rule) as usize;
        if self.len() >= self.most {
            let mildest = self.kept.iter().position(|kept| !kept.is_empty());
            if mildest.is_none_or(|mildest| mildest >= level) {
                self.beyond.insert(rule);
                return false;
            }
            self.drop_last();
        }
        self.kept.get_mut(level).into_iter().for_each(|kept| kept.push(rule));
        true
    }

    /// The last of the mildest makes way.
    fn drop_last(&mut self) {
        let gone = self.kept.iter_mut().find_map(Vec::pop);
        self.beyond.extend(gone);
    }

    fn len(&self) -> usize {
        self.kept.iter().map(Vec::len).sum()
    }

    fn of(&self, level: usize) -> &[RuleId] {
        self.kept.get(level).map_or(&[], Vec::as_slice)
    }

    /// How many alerts of each level are kept, in the order of [`Level::ALL`].
    pub(crate) fn by_level(&self) -> [usize; 5] {
        [0, 1, 2, 3, 4].map(|level| self.of(level).len())
    }

    /// How many alerts each rule has, when `most` are kept.
    pub(crate) fn finish(mut self, most: usize) -> Kept {
        while self.len() > most {
            self.drop_last();
        }
        let mut counted = BTreeMap::new();
        for rule in self.kept.iter().flatten().chain(&self.beyond) {
            *counted.entry(*rule).or_default() += 1;
        }
        Kept { alerts: Vec::new(), counted, overflow: self.beyond.len(), missing: Missing::Nothing }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    const LEVELS: [Level; 4] = [Level::Low, Level::Critical, Level::Medium, Level::Low];

    fn met(rule: u32, about: u8) -> Met {
        let mut key = vec![about; 3];
        key.extend(rule.to_le_bytes());
        // Some hashes are those of other keys.
        Met { rule: RuleId(rule), hash: u64::from(about % 3), key: key.into() }
    }

    /// By the book: all alerts in the order of their ranks.
    fn plainly(found: &[(u32, u8)], most: usize) -> (BTreeMap<RuleId, u64>, usize) {
        let mut alerts: Vec<(u32, u8)> = Vec::new();
        for one in found {
            if !alerts.contains(one) {
                alerts.push(*one);
            }
        }
        alerts.sort_by_key(|(rule, _)| std::cmp::Reverse(LEVELS[*rule as usize]));
        let (kept, rest) = alerts.split_at(most.min(alerts.len()));
        let beyond: BTreeSet<u32> = rest.iter().map(|(rule, _)| *rule).collect();
        let mut counts = BTreeMap::new();
        for rule in kept.iter().map(|(rule, _)| rule).chain(&beyond) {
            *counts.entry(RuleId(*rule)).or_default() += 1;
        }
        (counts, beyond.len())
    }

    proptest! {
        #[test]
        fn the_worst_count_and_of_the_rest_one_a_rule(
            found in vec((0u32..4, 0u8..9), 0..80), cut in 0usize..80, most in 0usize..20, fewer in 0usize..4
        ) {
            let needs = Needs::new(Vec::new(), LEVELS.to_vec(), &|_| false).counting();
            let mut count = Headcount::new(most, Arc::new(needs));
            let (first, second) = found.split_at(cut.min(found.len()));
            for block in [first, second] {
                count.add(block.iter().map(|(rule, about)| met(*rule, *about)).collect());
            }
            prop_assert_eq!(count.by_level().iter().sum::<usize>(), count.len());
            let most = most.saturating_sub(fewer);
            let kept = count.finish(most);
            prop_assert_eq!((kept.counted, kept.overflow), plainly(&found, most));
        }
    }

    #[test]
    fn long_keys_that_differ_at_the_end_differ() {
        let mut keys = [1u8, 2].map(|last| [vec![b'x'; 5_000], vec![last]].concat());
        let hashes = keys.each_mut().map(hashed);
        assert!(hashes[0] != hashes[1] && keys[0] != keys[1] && keys[0].len() < 600);
    }
}
