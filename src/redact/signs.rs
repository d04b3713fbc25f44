//! Which forms a text may hold: looks for the literals of the table, all at once.
//!
//! Nearly every text that is kept holds none, and some are looked at several times: this has to be cheap. Three letters
//! at a time, without case, are a place among 32,768 bits, which fit the fastest cache; where a bit is set, the literals
//! filed there are compared.

use super::patterns::{Near, PATTERNS};
use std::ops::Range;

/// How many bytes are a window,
const WINDOW: usize = 3;
/// what is kept of each: letters are told apart, their case is not,
const LETTER: u8 = 0x1f;
/// and how many bits those are.
const LETTER_BITS: usize = 5;
const PLACES: usize = 1 << (LETTER_BITS * WINDOW);

/// The literals of the table, ready to be found.
#[derive(Debug)]
pub(super) struct Signs {
    bits: Box<[u64; PLACES / 64]>,
    /// By place.
    literals: Vec<Sign>,
}

#[derive(Debug)]
struct Sign {
    place: usize,
    literal: &'static [u8],
    /// How many bytes of the literal stand up to the end of the window.
    up_to: usize,
    row: u32,
}

/// Rows of the table that may match: a bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Rows(u64);

impl Rows {
    pub(super) fn is_empty(self) -> bool {
        self == Rows::default()
    }

    #[cfg(test)]
    pub(super) fn contains(self, row: usize) -> bool {
        u32::try_from(row).is_ok_and(|row| self.0.checked_shr(row).is_some_and(|bits| bits & 1 == 1))
    }

    /// In the order of the table.
    pub(super) fn iter(self) -> impl Iterator<Item = usize> {
        let mut left = self.0;
        std::iter::from_fn(move || {
            let row = left.trailing_zeros();
            left &= left.wrapping_sub(1);
            (row < u64::BITS).then_some(row as usize)
        })
    }
}

impl Signs {
    pub(super) fn new() -> Signs {
        let mut literals = Vec::new();
        for (row, pattern) in (0..u64::BITS).zip(PATTERNS) {
            for literal in pattern.literals {
                file(literal.as_bytes(), row, &mut literals);
            }
        }
        literals.sort_by_key(|sign| sign.place);
        let mut bits = Box::new([0; PLACES / 64]);
        for sign in &literals {
            bits[sign.place / 64] |= 1 << (sign.place % 64);
        }
        Signs { bits, literals }
    }

    /// The rows of which a literal stands in `text`, with what must stand near it.
    pub(super) fn rows(&self, text: &str) -> Rows {
        let text = text.as_bytes();
        let (mut rows, mut place) = (Rows::default(), 0);
        for (at, byte) in text.iter().enumerate() {
            place = behind(place, *byte);
            if self.bits[place / 64] >> (place % 64) & 1 == 1 {
                self.compare(text, at, place, &mut rows);
            }
        }
        rows
    }

    /// Compares the literals filed under the window that ends at `at`.
    #[cold]
    fn compare(&self, text: &[u8], at: usize, place: usize, rows: &mut Rows) {
        let first = self.literals.partition_point(|sign| sign.place < place);
        for sign in self.literals.iter().skip(first).take_while(|sign| sign.place == place) {
            let bit = 1 << sign.row;
            let Some(start) = (at + 1).checked_sub(sign.up_to).filter(|_| rows.0 & bit == 0) else { continue };
            let range = start..start + sign.literal.len();
            if text.get(range.clone()).is_some_and(|found| found.eq_ignore_ascii_case(sign.literal))
                && PATTERNS.get(sign.row as usize).is_some_and(|pattern| pattern.near.is_met(text, range))
            {
                rows.0 |= bit;
            }
        }
    }
}

/// The place of the window one byte further on.
fn behind(place: usize, byte: u8) -> usize {
    (place << LETTER_BITS | usize::from(byte & LETTER)) % PLACES
}

/// Files a literal under the window of it that is met least by chance; one that is shorter than a window under all it
/// may end.
fn file(literal: &'static [u8], row: u32, signs: &mut Vec<Sign>) {
    let place = |window: &[u8]| window.iter().fold(0, |place, byte| behind(place, *byte));
    if literal.len() < WINDOW {
        let before = 0..1 << (LETTER_BITS * (WINDOW - literal.len()));
        let places = before.map(|before| literal.iter().fold(before, |place, byte| behind(place, *byte)));
        signs.extend(places.map(|place| Sign { place, literal, up_to: literal.len(), row }));
        return;
    }
    let windows = literal.windows(WINDOW).enumerate();
    let rarest = windows.min_by_key(|(_, window)| window.iter().map(|byte| how_common(*byte)).sum::<usize>());
    if let Some((at, window)) = rarest {
        signs.push(Sign { place: place(window), literal, up_to: at + WINDOW, row });
    }
}

/// How often a letter is met, roughly; what shares its place with a letter as often as that.
fn how_common(byte: u8) -> usize {
    const COMMON: &[u8] = b"qxzjkvbywgpfmucdlhrsnioat e";
    COMMON.iter().position(|common| common & LETTER == byte & LETTER).unwrap_or_default()
}

impl Near {
    /// Whether what must stand near a literal does.
    fn is_met(&self, text: &[u8], literal: Range<usize>) -> bool {
        let around = literal.start.saturating_sub(self.before)..(literal.end + self.behind).min(text.len());
        let has_byte = || {
            let around = text.get(around).unwrap_or_default();
            match *self.bytes {
                [one] => memchr::memchr(one, around).is_some(),
                [one, other] => memchr::memchr2(one, other, around).is_some(),
                [one, other, third] => memchr::memchr3(one, other, third, around).is_some(),
                _ => around.iter().any(|byte| self.bytes.contains(byte)),
            }
        };
        (self.bytes.is_empty() || has_byte()) && (self.word.is_empty() || has(text, self.word))
    }
}

/// Whether a text has a word somewhere, in any case.
fn has(text: &[u8], word: &str) -> bool {
    let word = word.as_bytes();
    let Some(first) = word.first() else { return true };
    let mut places = memchr::memchr2_iter(first.to_ascii_lowercase(), first.to_ascii_uppercase(), text);
    places.any(|at| text.get(at..at + word.len()).is_some_and(|piece| piece.eq_ignore_ascii_case(word)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn there_is_a_bit_for_every_row() {
        assert!(PATTERNS.len() <= 64);
        let literals: usize = PATTERNS.iter().map(|pattern| pattern.literals.len()).sum();
        assert!(Signs::new().literals.len() >= literals);
    }

    /// The literal found by comparing it everywhere.
    fn plainly(text: &str) -> Vec<usize> {
        let text = text.as_bytes();
        let has_sign = |pattern: &super::super::patterns::Pattern| {
            pattern.literals.iter().any(|literal| {
                let ends = (0..text.len()).map(|start| start..start + literal.len());
                ends.filter(|range| text.get(range.clone()).is_some_and(|t| t.eq_ignore_ascii_case(literal.as_bytes())))
                    .any(|range| pattern.near.is_met(text, range))
            })
        };
        (0..PATTERNS.len()).filter(|row| has_sign(&PATTERNS[*row])).collect()
    }

    proptest! {
        #[test]
        fn every_literal_is_found_wherever_it_stands(
            before in "[ -~é]{0,6}",
            (row, literal) in (0..PATTERNS.len(), 0..20_usize),
            upper in any::<bool>(),
            behind in "[ -~é]{0,6}",
        ) {
            let literals = PATTERNS[row].literals;
            let literal = literals[literal % literals.len()];
            let literal = if upper { literal.to_ascii_uppercase() } else { literal.to_owned() };
            let text = format!("{before}{literal}{behind}");
            prop_assert_eq!(Signs::new().rows(&text).iter().collect::<Vec<_>>(), plainly(&text), "{}", text);
        }
    }
}
