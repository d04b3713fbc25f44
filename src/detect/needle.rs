//! Patterns without `?`: texts with gaps of any length between them, which is what nearly all are.
//!
//! Sound where texts and value are ASCII: folding is then what `eq_ignore_ascii_case` does, byte by byte. A value with
//! any other character takes the way of [`Pattern::matches`]: a Kelvin sign folds to `k`. As there, what stands between
//! two stars takes the leftmost place that is left, and what stands behind the last one must end the value.

use crate::sigma::{Pattern, PatternPart};
use std::sync::OnceLock;

/// A pattern and, where it has such a shape, the short way: worked out when a value first asks, since most rules of a large
/// set never get that far.
pub(super) struct Needle {
    pattern: Pattern,
    quick: OnceLock<Option<Box<Quick>>>,
}

/// Texts in ASCII and where they must stand.
enum Quick {
    /// The whole value.
    Whole(Box<[u8]>),
    /// With stars: at the start, in between in this order, and at the end. Start and end may be empty.
    Apart { start: Box<[u8]>, between: Box<[Text]>, end: Box<[u8]> },
}

/// Lower-case ASCII to be found anywhere.
struct Text {
    bytes: Box<[u8]>,
    /// Of the bytes: the rarest one, looked for first, in both cases.
    rare: usize,
    cases: [u8; 2],
}

/// Bytes of paths, names and sentences, roughly the most frequent first; those not listed are rarer still.
const FREQUENT: &[u8] = b"e/ .tao-insr0hl1d2c\\um3_fpgw45by6789v:kxj";

impl Needle {
    pub(super) fn new(pattern: Pattern) -> Needle {
        Needle { pattern, quick: OnceLock::new() }
    }

    /// The pattern.
    pub(super) fn pattern(&self) -> &Pattern {
        &self.pattern
    }

    /// Whether the pattern covers all of `text`.
    pub(super) fn matches(&self, text: &str) -> bool {
        match self.quick.get_or_init(|| quick(&self.pattern).map(Box::new)) {
            Some(quick) if text.is_ascii() => quick.matches(text.as_bytes()),
            _ => self.pattern.matches(text),
        }
    }
}

fn quick(pattern: &Pattern) -> Option<Quick> {
    use PatternPart::{Literal, Many};
    let has_gaps_only = pattern.parts.iter().all(|part| match part {
        Literal(text) => text.is_ascii(),
        Many => true,
        PatternPart::One => false,
    });
    if pattern.cased || !has_gaps_only {
        return None;
    }
    let lower = |part: Option<&PatternPart>| match part {
        Some(Literal(text)) => text.to_ascii_lowercase().into_bytes().into_boxed_slice(),
        _ => Box::default(),
    };
    let texts = pattern.parts.iter().filter(|part| matches!(part, Literal(_))).count();
    if texts == pattern.parts.len() {
        // Neighbouring texts are one.
        return (texts == 1).then(|| Quick::Whole(lower(pattern.parts.first())));
    }
    let (start, end) = (lower(pattern.parts.first()), lower(pattern.parts.last()));
    let inner = pattern.parts.get(1..pattern.parts.len() - 1).unwrap_or_default();
    let between = inner.iter().filter_map(|part| Text::new(lower(Some(part)))).collect();
    Some(Quick::Apart { start, between, end })
}

impl Quick {
    fn matches(&self, value: &[u8]) -> bool {
        match self {
            Quick::Whole(text) => value.eq_ignore_ascii_case(text),
            Quick::Apart { start, between, end } => {
                let Some(last) = value.len().checked_sub(end.len()).filter(|last| *last >= start.len()) else {
                    return false;
                };
                let is_here =
                    |at: usize, text: &[u8]| value.get(at..at + text.len()).map(|h| h.eq_ignore_ascii_case(text));
                if is_here(0, start) != Some(true) || is_here(last, end) != Some(true) {
                    return false;
                }
                let mut room = value.get(start.len()..last).unwrap_or_default();
                between.iter().all(|text| match text.behind(room) {
                    Some(rest) => {
                        room = rest;
                        true
                    }
                    None => false,
                })
            }
        }
    }
}

impl Text {
    fn new(text: Box<[u8]>) -> Option<Text> {
        let rank = |byte: &u8| FREQUENT.iter().position(|known| known == byte).unwrap_or(FREQUENT.len());
        let (rare, byte) = text.iter().enumerate().max_by_key(|(_, byte)| rank(byte))?;
        let cases = [*byte, byte.to_ascii_uppercase()];
        Some(Text { bytes: text, rare, cases })
    }

    /// What is left of `room` behind the leftmost place where the text stands.
    fn behind<'v>(&self, room: &'v [u8]) -> Option<&'v [u8]> {
        let len = self.bytes.len();
        // Where the rare byte may stand: the rest of the text must fit around it.
        let end = (room.len() + self.rare + 1).saturating_sub(len);
        let places = room.get(self.rare..end)?;
        let [lower, upper] = self.cases;
        let fits = |at: &usize| room.get(*at..at + len).is_some_and(|here| here.eq_ignore_ascii_case(&self.bytes));
        let found = if lower == upper {
            memchr::memchr_iter(lower, places).find(fits)
        } else {
            memchr::memchr2_iter(lower, upper, places).find(fits)
        };
        room.get(found? + len..)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parts(place: u8, text: &str) -> Pattern {
        let literal = PatternPart::Literal(text.to_owned());
        let parts = match place {
            0 => vec![literal],
            1 => vec![literal, PatternPart::Many],
            2 => vec![PatternPart::Many, literal],
            _ => vec![PatternPart::Many, literal, PatternPart::Many],
        };
        Pattern::new(parts, false)
    }

    proptest! {
        #[test]
        fn gaps_are_placed_as_the_long_way_does(text in "[aAb*]{0,7}", value in "[aAbB\u{212a}]{0,9}") {
            let parts = text.chars().map(|c| match c {
                '*' => PatternPart::Many,
                c => PatternPart::Literal(c.to_string()),
            });
            let needle = Needle::new(Pattern::new(parts, false));
            prop_assert!(quick(&needle.pattern).is_some() || text.is_empty());
            prop_assert_eq!(needle.matches(&value), needle.pattern.matches(&value));
        }

        #[test]
        fn the_short_way_is_the_long_one(place in 0u8..4, text in "[aKk/é]{1,4}", value in "[aAkK/\u{212a}é]{0,9}") {
            let needle = Needle::new(parts(place, &text));
            prop_assert_eq!(needle.matches(&value), needle.pattern.matches(&value));
        }
    }

    #[test]
    fn simple_shapes_are_quick_and_others_are_not() {
        for place in 0..4 {
            assert!(quick(&parts(place, "Power")).is_some());
            assert!(quick(&parts(place, "\u{212a}ö")).is_none());
        }
        let open = [PatternPart::Literal("a".to_owned()), PatternPart::One];
        assert!(quick(&Pattern::new(open, false)).is_none());
        assert!(quick(&Pattern::new([PatternPart::Literal("a".to_owned())], true)).is_none());
    }

    #[test]
    fn values_shorter_than_the_text_have_no_place_for_it() {
        let needle = Needle::new(parts(3, "select"));
        for (value, want) in
            [("", false), ("elect", false), ("SELECT", true), ("xselect", true), ("selecx select", true)]
        {
            assert_eq!(needle.matches(value), want, "{value}");
        }
    }
}
