//! What many lines have in common is looked for in all of them at once: a block is swept for every text any sieve of it
//! wants, and where none stands in a line, none of its [sieve](super::sieve)'s does.
//!
//! Like the [index](super::index), but over a block and with places instead of rules: texts of seven bytes and more are
//! filed under four windows of four bytes, one behind the other, and only every fourth window of the block is asked; where
//! there are many of five or six, two windows and every second. Which ones, a block tells: those it has least of. Shorter
//! texts are looked for one by one.
//!
//! Sound because the block is folded as its lines are, byte for byte: of a block that is not of ASCII nothing is told. A
//! text that stands in a line begins in it, so a line in which no text begins holds none. Windows are folded coarsely, by
//! setting one bit of each byte, which makes signs alike that are not: then the text itself is compared.

use super::sieve::Sieve;
use memchr::memmem::Finder;
use std::collections::BTreeSet;
use std::ops::Range;

/// Texts of as many bytes can be asked for at every fourth byte, or at every second.
const LONG: usize = 7;
const MEDIUM: usize = 5;
/// More short texts than this make a sweep dear.
const FEW: usize = 12;
/// Bits of the hash of a window.
const BITS: u32 = 16;

/// The texts of some sieves, and where they begin in a block.
pub(crate) struct Sweep {
    /// For each hash of a window whether some text has it: a byte each, which is asked for sooner than a bit. Few of them
    /// are asked for often.
    has: Box<[u8; 1 << BITS]>,
    /// How far windows that are asked for lie apart.
    step: usize,
    /// Windows in order, with the text each is of and where it stands in it.
    windows: Vec<(u32, u32, u32)>,
    long: Vec<Box<[u8]>>,
    short: Vec<Finder<'static>>,
    /// The block, folded, where short texts are looked for.
    folded: Vec<u8>,
    /// Where texts begin in it, in order; those before a line that was asked for are passed.
    places: Vec<u32>,
    passed: usize,
    /// Whether anything is told of this block.
    is_swept: bool,
}

impl Sweep {
    /// For the texts of these sieves, in blocks like this one; `None`: too many of them are short.
    pub(crate) fn of<'s>(sieves: impl Iterator<Item = &'s Sieve>, block: &[u8]) -> Option<Sweep> {
        let texts: BTreeSet<&str> = sieves.flat_map(Sieve::texts).collect();
        let has_few = texts.iter().filter(|text| text.len() < LONG).count() <= FEW / 2;
        let shortest = if has_few { LONG } else { MEDIUM };
        let (long, short): (Vec<&str>, Vec<&str>) = texts.into_iter().partition(|text| text.len() >= shortest);
        if short.len() > FEW || short.iter().any(|text| text.is_empty()) {
            return None;
        }
        let step = if long.iter().all(|text| text.len() >= LONG) { 4 } else { 2 };
        let mut sweep = Sweep {
            has: vec![0; 1 << BITS].into_boxed_slice().try_into().ok()?,
            step,
            windows: Vec::new(),
            long: long.iter().map(|text| text.as_bytes().into()).collect(),
            short: short.iter().map(|text| Finder::new(text).into_owned()).collect(),
            folded: Vec::new(),
            places: Vec::new(),
            passed: 0,
            is_swept: false,
        };
        let often = often(block);
        for (n, text) in (0u32..).zip(&long) {
            let windows: Vec<u32> = text.as_bytes().windows(4).filter_map(window).collect();
            let met = |run: &[u32]| run.iter().map(|w| often.get(hash(*w)).copied().map_or(0, u64::from)).sum::<u64>();
            let best = windows.windows(step).enumerate().min_by_key(|(_, run)| met(run));
            for (at, window) in (0u32..).zip(&windows).skip(best.map_or(0, |(at, _)| at)).take(step) {
                sweep.has[hash(*window)] = 1;
                sweep.windows.push((*window, n, at));
            }
        }
        sweep.windows.sort_unstable();
        Some(sweep)
    }

    /// Sweeps a block.
    pub(crate) fn over(&mut self, block: &[u8]) {
        self.places.clear();
        self.passed = 0;
        self.is_swept = block.is_ascii();
        if !self.is_swept {
            return;
        }
        let mut places = std::mem::take(&mut self.places);
        if !self.short.is_empty() {
            self.folded.clear();
            self.folded.extend(block.iter().map(u8::to_ascii_lowercase));
            for finder in &self.short {
                places.extend(finder.find_iter(&self.folded).map(place));
            }
        }
        match self.step {
            _ if self.long.is_empty() => {}
            4 => self.windows_of::<4>(block, &mut places),
            _ => self.windows_of::<2>(block, &mut places),
        }
        places.sort_unstable();
        self.places = places;
    }

    /// Nothing is told of any line until the next block is swept.
    pub(crate) fn leave(&mut self) {
        self.is_swept = false;
    }

    /// Whether no text begins in this part of the block. Parts are asked for in order.
    pub(crate) fn is_clear(&mut self, part: Range<usize>) -> bool {
        while self.places.get(self.passed).is_some_and(|place| (*place as usize) < part.start) {
            self.passed += 1;
        }
        self.is_swept && self.places.get(self.passed).is_none_or(|place| *place as usize >= part.end)
    }

    /// Finds long texts by their windows at every `STEP`th byte.
    fn windows_of<const STEP: usize>(&self, block: &[u8], places: &mut Vec<u32>) {
        let words = block.chunks_exact(8);
        let rest = words.remainder().len();
        let mut before = 0;
        for (n, word) in words.enumerate() {
            let word = word.first_chunk().map_or(0, |word| u64::from_le_bytes(*word)) | u64::from_le_bytes([FOLD; 8]);
            if STEP == 4 {
                let (first, second) = (word as u32, (word >> 32) as u32);
                if self.has(first) | self.has(second) != 0 {
                    self.confirm([(first, 8 * n), (second, 8 * n + 4)], block, places);
                }
            } else {
                // The window that reaches into this word is asked with it.
                let joint = (before >> 48) as u32 | (word as u32) << 16;
                let (first, second, third) = (word as u32, (word >> 16) as u32, (word >> 32) as u32);
                if self.has(joint) | self.has(first) | self.has(second) | self.has(third) != 0 {
                    let at = 8 * n;
                    let four = [(joint, at.wrapping_sub(2)), (first, at), (second, at + 2), (third, at + 4)];
                    self.confirm(four, block, places);
                }
                before = word;
            }
        }
        // What no whole word holds, from the window on that reaches into it.
        let start = block.len().saturating_sub(rest + if STEP == 4 { 0 } else { 2 });
        for at in (start..block.len()).step_by(STEP) {
            self.confirm(block.get(at..).and_then(window).map(|window| (window, at)), block, places);
        }
    }

    /// Nought where no text has the window.
    #[inline]
    fn has(&self, window: u32) -> u8 {
        self.has[hash(window)]
    }

    /// Notes where texts begin that have one of these windows there.
    #[cold]
    fn confirm(&self, windows: impl IntoIterator<Item = (u32, usize)>, block: &[u8], places: &mut Vec<u32>) {
        for (window, at) in windows.into_iter().filter(|(window, _)| self.has(*window) != 0) {
            let first = self.windows.partition_point(|(known, ..)| *known < window);
            for (_, text, ahead) in self.windows.iter().skip(first).take_while(|(known, ..)| *known == window) {
                let Some((text, start)) = self.long.get(*text as usize).zip(at.checked_sub(*ahead as usize)) else {
                    continue;
                };
                let there = start.checked_add(text.len()).and_then(|end| block.get(start..end));
                if there.is_some_and(|there| there.eq_ignore_ascii_case(text)) {
                    places.push(place(start));
                }
            }
        }
    }
}

/// The bit in which capitals differ from other letters.
const FOLD: u8 = 0x20;

/// Four bytes at the beginning of some, coarsely folded.
fn window(bytes: &[u8]) -> Option<u32> {
    bytes.first_chunk().map(|four| u32::from_le_bytes(*four) | u32::from_le_bytes([FOLD; 4]))
}

/// One of all [`BITS`], so that no place of the set needs to be asked for whether it is there.
#[inline]
fn hash(window: u32) -> usize {
    (window.wrapping_mul(0x9e37_79b1) >> (32 - BITS)) as usize
}

/// Bytes of a block that show what it is like.
const SAMPLE: usize = 1 << 15;

/// How often windows of each hash are met in a block: texts are filed under those that are met least.
fn often(block: &[u8]) -> Vec<u32> {
    let mut often = vec![0_u32; 1 << BITS];
    for window in block.get(..SAMPLE).unwrap_or(block).windows(4).filter_map(window) {
        if let Some(count) = often.get_mut(hash(window)) {
            *count = count.saturating_add(1);
        }
    }
    often
}

/// A place in a block, which is far smaller than 4 GiB.
fn place(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sweep(texts: &[&str]) -> Option<Sweep> {
        let sieve = Sieve::for_texts(texts);
        Sweep::of(std::iter::once(&sieve), b"a bb/ab/b and so on")
    }

    proptest! {
        /// A line is clear if and only if it holds none of the texts.
        #[test]
        fn lines_without_any_text_are_clear(
            texts in proptest::collection::vec("[ab/]{3,9}", 1..8),
            lines in proptest::collection::vec("[abAB/ ]{0,24}", 1..12),
        ) {
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            let block = lines.join("\n");
            let mut sweep = sweep(&texts).expect("few of them are short");
            sweep.over(block.as_bytes());
            let mut start = 0;
            for line in &lines {
                let folded = line.to_ascii_lowercase();
                let end = start + line.len();
                prop_assert_eq!(sweep.is_clear(start..end), !texts.iter().any(|text| folded.contains(text)), "{}", line);
                start = end + 1;
            }
        }
    }

    #[test]
    fn nothing_is_told_of_other_scripts_and_of_many_short_texts() {
        let mut sweep = sweep(&["needle"]).expect("one text");
        for (block, is_clear) in [("hay\n", true), ("n\u{e9}\n", false), ("a NEEDLE", false), ("hay", true)] {
            sweep.over(block.as_bytes());
            assert_eq!(sweep.is_clear(0..block.len()), is_clear, "{block}");
        }
        sweep.leave();
        assert!(!sweep.is_clear(0..3));
        let short: Vec<String> = (0..=FEW).map(|n| format!("{n:03}")).collect();
        let short: Vec<&str> = short.iter().map(String::as_str).collect();
        assert!(self::sweep(&short).is_none());
    }
}
