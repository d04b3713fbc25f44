//! A hash for the tables every record goes through: a multiplication for eight bytes.
//!
//! Keyed by chance once a process, so that nobody can write a log whose words all fall together; no output depends on
//! it, since tables are never walked in its order. The standard library's is twice as safe and five times as slow.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::OnceLock;

/// A map by [`Quick`].
pub(crate) type QuickMap<K, V> = HashMap<K, V, QuickState>;
/// A set by [`Quick`].
pub(crate) type QuickSet<T> = HashSet<T, QuickState>;

/// Makes [`Quick`] hashers of this process's key.
#[derive(Clone, Copy, Debug)]
pub(crate) struct QuickState {
    key: u64,
}

impl Default for QuickState {
    fn default() -> QuickState {
        static KEY: OnceLock<u64> = OnceLock::new();
        QuickState { key: *KEY.get_or_init(|| RandomState::new().hash_one(0_u8)) }
    }
}

impl QuickState {
    /// The hash of some bytes.
    pub(crate) fn bytes(self, bytes: &[u8]) -> u64 {
        let mut hasher = self.build_hasher();
        hasher.write(bytes);
        hasher.finish()
    }
}

impl BuildHasher for QuickState {
    type Hasher = Quick;

    fn build_hasher(&self) -> Quick {
        Quick { state: self.key }
    }
}

/// Folds the two halves of a wide product into one word.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Quick {
    state: u64,
}

/// An odd number with its bits well spread: the golden ratio's.
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

impl Quick {
    fn mix(&mut self, word: u64) {
        let wide = u128::from(self.state ^ word) * u128::from(SPREAD);
        self.state = (wide as u64) ^ ((wide >> 64) as u64);
        // A product of zero would forget everything before it.
        self.state = self.state.wrapping_add(SPREAD);
    }
}

/// The last bytes as a number, at most eight; with the length known, others give another. Some bytes may count twice,
/// which costs less than taking none twice.
fn last(bytes: &[u8]) -> u64 {
    if let Some(eight) = bytes.last_chunk() {
        return u64::from_le_bytes(*eight);
    }
    if let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) {
        return u64::from(u32::from_le_bytes(*first)) | u64::from(u32::from_le_bytes(*last)) << 32;
    }
    let (first, middle, last) = (bytes.first(), bytes.get(bytes.len() / 2), bytes.last());
    [first, middle, last].into_iter().flatten().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

impl Hasher for Quick {
    fn write(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        while let Some((eight, behind)) = rest.split_first_chunk() {
            self.mix(u64::from_le_bytes(*eight));
            rest = behind;
        }
        self.mix(last(bytes));
        // The length tells ends apart whose bytes count twice.
        self.state = self.state.wrapping_add((bytes.len() as u64).wrapping_mul(SPREAD));
    }

    fn write_u64(&mut self, word: u64) {
        self.mix(word);
    }

    fn write_u32(&mut self, word: u32) {
        self.mix(u64::from(word));
    }

    fn write_usize(&mut self, word: usize) {
        self.mix(word as u64);
    }

    fn write_u8(&mut self, byte: u8) {
        self.mix(u64::from(byte));
    }

    fn finish(&self) -> u64 {
        self.state
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_differ_little_have_hashes_that_differ() {
        let quick = QuickState::default();
        let mut seen = HashSet::new();
        for len in 0..40 {
            assert!(seen.insert(quick.bytes(&vec![0; len])), "{len} zeros");
            for at in 0..len {
                let mut bytes = vec![0; len];
                bytes[at] = 1;
                assert!(seen.insert(quick.bytes(&bytes)), "a one at {at} of {len}");
            }
        }
        // The low bits choose the place in a table.
        let low: HashSet<u64> = (0..1_000_u32).map(|n| quick.bytes(&n.to_le_bytes()) % 4_096).collect();
        assert!(low.len() > 800, "{}", low.len());
    }
}
