//! Which rules a value may concern: the clues of many rules on one field, looked for together.
//!
//! Contract: no false negatives. Whatever value passes the test a clue was taken from is found; what is found in vain
//! costs the time of looking at the rule.
//!
//! A text is found by four of its bytes, the rarest it has (a text of two or three by two): four bytes of a value at a
//! time are looked up in a small set of bits, and only where a bit is set is the text itself compared. How many bytes are
//! passed over from one look to the next depends on the shortest text. That costs a nanosecond a byte or less whatever
//! the number of texts, and little memory; an automaton is no faster and far larger. Whole values and numbers are looked
//! up as they are. Values are folded first: sound since the texts of rules are stored folded, and folding goes character
//! by character.

use super::leaf::written;
use super::witness::Hint;
use crate::model::QuickMap;
use crate::sigma::{Decimal, folded};
use std::ops::RangeInclusive;

/// Texts shorter than this have no place in the index.
pub(super) const SHORTEST: usize = 2;

/// Positions of rules.
type Rules = Box<[u32]>;

/// The clues of one field.
pub(super) struct Index {
    present: Rules,
    whole: QuickMap<Box<str>, Rules>,
    /// By `leaf::written`.
    numbers: QuickMap<Box<str>, Rules>,
    long: Grams<4>,
    short: Grams<2>,
}

impl Index {
    /// Files rules under their hints, each of which comes once.
    pub(super) fn new<'h>(hints: impl IntoIterator<Item = (&'h Hint<'h>, &'h [u32])>) -> Index {
        let mut index = Index {
            present: Rules::default(),
            whole: QuickMap::default(),
            numbers: QuickMap::default(),
            long: Grams::default(),
            short: Grams::default(),
        };
        let mut literals = Vec::new();
        for (hint, rules) in hints {
            match hint {
                Hint::Present => index.present = rules.into(),
                Hint::Whole(text) => {
                    index.whole.insert((&**text).into(), rules.into());
                }
                Hint::Number(text) => {
                    index.numbers.insert((&**text).into(), rules.into());
                }
                Hint::Start(text) => literals.push((&**text, Side::Start, rules)),
                Hint::End(text) => literals.push((&**text, Side::End, rules)),
                Hint::Inside(text) => literals.push((&**text, Side::None, rules)),
            }
        }
        let (long, short) = literals.into_iter().partition(|(text, ..)| text.len() >= 4);
        (index.long, index.short) = (Grams::new(long), Grams::new(short));
        index
    }

    /// Rules for which it is enough that there is a value.
    pub(super) fn present(&self) -> &[u32] {
        &self.present
    }

    /// Whether there is anything to look for in texts.
    pub(super) fn reads_text(&self) -> bool {
        !self.whole.is_empty()
            || !self.numbers.is_empty()
            || !self.long.windows.is_empty()
            || !self.short.windows.is_empty()
    }

    /// Tells the rules `text` may concern, some perhaps twice. `memory` is overwritten.
    pub(super) fn search(&self, text: &str, memory: &mut String, found: &mut dyn FnMut(&[u32])) {
        if !self.numbers.is_empty() && text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-')) {
            // Mostly a plain number that needs no arithmetic to be known.
            if let Some(rules) = plain(text).and_then(|number| self.numbers.get(number.as_str())) {
                found(rules);
            } else if let Some(number) = Decimal::parse(text) {
                self.numbers.get(written(&number).as_str()).into_iter().for_each(|rules| found(rules));
            }
        }
        fold_into(text, memory);
        if let Some(rules) = self.whole.get(memory.as_str()) {
            found(rules);
        }
        self.long.search(memory.as_bytes(), found);
        self.short.search(memory.as_bytes(), found);
    }
}

/// Writes a folded text over `memory`.
pub(super) fn fold_into(text: &str, memory: &mut String) {
    memory.clear();
    if text.is_ascii() {
        memory.push_str(text);
        memory.make_ascii_lowercase();
    } else {
        memory.push_str(&folded(text));
    }
}

/// A number of a few digits, none of them an outer zero, as `leaf::written` spells it. `None`: who knows.
fn plain(text: &str) -> Option<Plain> {
    let bytes = text.as_bytes();
    let is_plain = (1..=PLAIN).contains(&bytes.len())
        && bytes.iter().all(u8::is_ascii_digit)
        && bytes.first() != Some(&b'0')
        && bytes.last() != Some(&b'0');
    is_plain.then(|| Plain::new(bytes))
}

/// Digits of a plain number.
const PLAIN: usize = 14;

/// A plain number and its exponent, which is zero.
struct Plain {
    text: [u8; PLAIN + 2],
    len: usize,
}

impl Plain {
    fn new(digits: &[u8]) -> Plain {
        let mut text = [0; PLAIN + 2];
        for (slot, byte) in text.iter_mut().zip(digits.iter().chain(b"e0")) {
            *slot = *byte;
        }
        Plain { text, len: digits.len() + 2 }
    }

    fn as_str(&self) -> &str {
        self.text.get(..self.len).and_then(|text| std::str::from_utf8(text).ok()).unwrap_or("")
    }
}

/// Where a text must stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Start,
    End,
    None,
}

/// Texts by `N` of their bytes, looked for at every so many bytes of a value.
///
/// Sound because a text is filed under as many of its windows, one behind the other: at whatever byte of a value it
/// stands, one of them begins where the value is looked at.
#[derive(Default)]
struct Grams<const N: usize> {
    /// How far it is from one look to the next: all texts have so many windows.
    step: usize,
    /// A bit for each hash of bytes some text is found by. Its length is a power of two.
    bits: Box<[u64]>,
    /// How many bits there are, less one.
    mask: u32,
    /// In order of these bytes.
    windows: Box<[Window]>,
    texts: Box<[Text]>,
}

/// Some bytes of a text.
struct Window {
    gram: u32,
    /// Where in the text they stand.
    at: u32,
    /// The position of the text.
    text: u32,
}

/// What is looked for, and for which rules.
struct Text {
    side: Side,
    bytes: Box<[u8]>,
    rules: Rules,
}

/// Bits for each text: one value in so many is looked at closer in vain.
const BITS: usize = 64;
/// A set of bits has at most so many: what the fastest cache holds.
const MOST_BITS: usize = 1 << 16;

/// Texts are filed under so many windows in all, where that many bytes are not passed over anyway: further ones set more
/// bits than steps are saved.
const WINDOWS: usize = 1024;
/// The steps of many texts, and the longest.
const STEPS: RangeInclusive<usize> = 2..=8;

impl<const N: usize> Grams<N> {
    fn new(texts: Vec<(&str, Side, &[u32])>) -> Grams<N> {
        let shortest = texts.iter().map(|(text, ..)| text.len()).min().unwrap_or(0);
        let longest = (WINDOWS / texts.len().max(1)).clamp(*STEPS.start(), *STEPS.end());
        let step = (shortest + 1).saturating_sub(N).clamp(1, longest);
        let mut windows = Vec::with_capacity(texts.len() * step);
        let mut kept = Vec::with_capacity(texts.len());
        let mut worths = Vec::new();
        for (number, (text, side, rules)) in (0..).zip(texts) {
            let bytes = text.as_bytes();
            file::<N>(bytes, number, step, &mut worths, &mut windows);
            kept.push(Text { side, bytes: bytes.into(), rules: rules.into() });
        }
        if windows.is_empty() {
            return Grams::default();
        }
        windows.sort_unstable_by_key(|window| (window.gram, window.text));
        let count = (windows.len() * BITS).next_power_of_two().clamp(1 << 9, MOST_BITS);
        let mask = u32::try_from(count - 1).unwrap_or(u32::MAX);
        let mut bits = vec![0_u64; count / 64];
        for window in &windows {
            let hash = hash(window.gram, mask);
            if let Some(word) = bits.get_mut(hash / 64) {
                *word |= 1 << (hash % 64);
            }
        }
        Grams { step, bits: bits.into(), mask, windows: windows.into(), texts: kept.into() }
    }

    fn search(&self, value: &[u8], found: &mut dyn FnMut(&[u32])) {
        if self.bits.is_empty() {
            return;
        }
        let mut at = 0;
        while let Some(window) = value.get(at..).and_then(<[u8]>::first_chunk::<N>) {
            let gram = gram(window);
            if self.may_have(gram) {
                self.confirm(value, at, gram, found);
            }
            at += self.step;
        }
    }

    #[inline]
    fn may_have(&self, gram: u32) -> bool {
        let hash = hash(gram, self.mask);
        self.bits.get(hash / 64).is_some_and(|word| word >> (hash % 64) & 1 != 0)
    }

    #[cold]
    fn confirm(&self, value: &[u8], at: usize, gram: u32, found: &mut dyn FnMut(&[u32])) {
        let first = self.windows.partition_point(|window| window.gram < gram);
        let same = self.windows.iter().skip(first).take_while(|window| window.gram == gram);
        for window in same {
            let Some(text) = self.texts.get(window.text as usize) else { continue };
            if text.stands(value, at.checked_sub(window.at as usize)) {
                found(&text.rules);
            }
        }
    }
}

/// Files a text under the rarest of its windows, and those behind it, `step` in all. `worths` is overwritten.
fn file<const N: usize>(text: &[u8], number: u32, step: usize, worths: &mut Vec<u32>, windows: &mut Vec<Window>) {
    worths.clear();
    worths.extend(text.windows(N).map(worth));
    let best = worths.windows(step).enumerate().max_by_key(|(_, run)| run.iter().min().copied());
    let Some((start, run)) = best.and_then(|(start, _)| Some((start, text.get(start..start + N + step - 1)?))) else {
        return;
    };
    let grams = run.windows(N).filter_map(<[u8]>::first_chunk::<N>).map(gram);
    windows.extend((start..).zip(grams).map(|(at, gram)| {
        let at = u32::try_from(at).unwrap_or(u32::MAX);
        Window { gram, at, text: number }
    }));
}

impl Text {
    /// Whether the text stands in `value` at `start`.
    fn stands(&self, value: &[u8], start: Option<usize>) -> bool {
        let Some(start) = start else { return false };
        let end = start + self.bytes.len();
        let is_side = match self.side {
            Side::Start => start == 0,
            Side::End => end == value.len(),
            Side::None => true,
        };
        is_side && value.get(start..end) == Some(&*self.bytes)
    }
}

/// Up to four bytes as a number.
#[inline]
fn gram<const N: usize>(bytes: &[u8; N]) -> u32 {
    bytes.iter().rev().fold(0, |gram, byte| gram << 8 | u32::from(*byte))
}

/// Sixteen bits of a product, as many as there are places for: the same distance for all sets, which saves an instruction
/// where each counts.
#[inline]
fn hash(gram: u32, mask: u32) -> usize {
    (gram.wrapping_mul(0x9e37_79b1) >> 16 & mask) as usize
}

/// Bytes of paths, names and sentences in lower case, roughly the most frequent first; those not listed are rarer still.
const FREQUENT: &[u8] = b"e\\ s/i.tnora-cmlwdph02u1_fgby5346789v:kxj";

/// By byte: how seldom it is met.
const RARITY: [u8; 256] = {
    let mut rarity = [FREQUENT.len() as u8; 256];
    let mut at = 0;
    while at < FREQUENT.len() {
        rarity[FREQUENT[at] as usize] = at as u8;
        at += 1;
    }
    rarity
};

fn rarity(byte: u8) -> u32 {
    u32::from(RARITY[usize::from(byte)])
}

/// How seldom some bytes are met, one behind the other.
fn worth(bytes: &[u8]) -> u32 {
    bytes.iter().map(|byte| rarity(*byte)).sum()
}

/// A text from where its rarest four bytes begin; all of a short one.
pub(super) fn rarest(text: &[u8]) -> &[u8] {
    let best = text.windows(4).enumerate().max_by_key(|(_, bytes)| worth(bytes));
    best.and_then(|(start, _)| text.get(start..)).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;
    use std::borrow::Cow;

    fn found(hints: &[Hint<'_>], value: &str) -> Vec<u32> {
        let numbers: Vec<u32> = (0..).take(hints.len()).collect();
        let mut found = Vec::new();
        Index::new(hints.iter().zip(numbers.chunks(1)))
            .search(value, &mut String::new(), &mut |rules| found.extend(rules));
        found.sort_unstable();
        found.dedup();
        found
    }

    #[test]
    fn texts_are_found_where_they_must_stand() {
        let hints = [
            Hint::Whole("cmd.exe".into()),
            Hint::Start("c:\\win".into()),
            Hint::End("\\cmd.exe".into()),
            Hint::Inside("-e".into()),
            Hint::Number(written(&Decimal::from(4688)).into()),
        ];
        for (value, want) in [
            ("CMD.exe", &[0][..]),
            ("C:\\Windows\\CMD.EXE", &[1, 2]),
            ("C:\\Windows\\cmd.exe -E", &[1, 3]),
            ("4688", &[4]),
            ("+4688.0", &[4]),
            ("46880e-1", &[4]),
            ("468", &[]),
            ("", &[]),
        ] {
            assert_eq!(found(&hints, value), want, "{value}");
        }
    }

    /// Texts of at least so many characters.
    fn hint(shortest: usize) -> impl Strategy<Value = Hint<'static>> {
        let text = move || vec(prop::sample::select(&["a", "b", "k", "/", "é"][..]), shortest..=shortest + 4);
        let text = move || text().prop_map(|signs| Cow::Owned(signs.concat()));
        prop_oneof![
            text().prop_map(Hint::Whole),
            text().prop_map(Hint::Start),
            text().prop_map(Hint::End),
            text().prop_map(Hint::Inside),
        ]
    }

    fn text_of<'h>(hint: &'h Hint<'_>) -> &'h str {
        match hint {
            Hint::Whole(text) | Hint::Start(text) | Hint::End(text) | Hint::Inside(text) | Hint::Number(text) => text,
            Hint::Present => "",
        }
    }

    proptest! {
        #[test]
        fn nothing_is_missed_and_nothing_made_up(
            hints in (2..14_usize).prop_flat_map(|shortest| vec(hint(shortest), 1..20)),
            pieces in vec((any::<prop::sample::Index>(), any::<bool>(), "[aAbBkK/\u{212a}éÉ]{0,6}"), 0..4),
        ) {
            let texts = pieces.iter().map(|(at, is_upper, between)| {
                let text = text_of(at.get(&hints));
                if *is_upper { format!("{}{between}", text.to_uppercase()) } else { format!("{between}{text}") }
            });
            let value: String = texts.collect();
            let text = folded(&value);
            let mut hints = hints;
            hints.sort();
            hints.dedup();
            let holds = |hint: &Hint<'_>| match hint {
                Hint::Whole(want) => text == **want,
                Hint::Start(want) => text.starts_with(&**want),
                Hint::End(want) => text.ends_with(&**want),
                Hint::Inside(want) => text.contains(&**want),
                Hint::Number(_) | Hint::Present => false,
            };
            let want: Vec<u32> = (0u32..).zip(&hints).filter(|(_, hint)| holds(hint)).map(|(n, _)| n).collect();
            prop_assert_eq!(found(&hints, &value), want);
        }
    }
}
