//! Patterns of a shape that most have: a text that is equal, or stands at the start, at the end or anywhere.
//!
//! Sound where pattern and value are ASCII: folding is then what `eq_ignore_ascii_case` does, byte by byte. A value with
//! any other character takes the way of [`Pattern::matches`]: a Kelvin sign folds to `k`.

use crate::sigma::{Pattern, PatternPart};

/// A pattern and, where it has such a shape, the short way.
pub(super) struct Needle {
    pattern: Pattern,
    quick: Option<Quick>,
}

/// Lower-case ASCII and where it must stand.
struct Quick {
    place: Place,
    text: Box<[u8]>,
    /// Of the bytes of `text`: the rarest one, looked for first, in both cases.
    rare: usize,
    cases: [u8; 2],
}

#[derive(Clone, Copy)]
enum Place {
    Whole,
    Start,
    End,
    Anywhere,
}

/// Bytes of paths, names and sentences, roughly the most frequent first; those not listed are rarer still.
const FREQUENT: &[u8] = b"e/ .tao-insr0hl1d2c\\um3_fpgw45by6789v:kxj";

impl Needle {
    pub(super) fn new(pattern: Pattern) -> Needle {
        let quick = quick(&pattern);
        Needle { pattern, quick }
    }

    /// Whether the pattern covers all of `text`.
    pub(super) fn matches(&self, text: &str) -> bool {
        match &self.quick {
            Some(quick) if text.is_ascii() => quick.matches(text.as_bytes()),
            _ => self.pattern.matches(text),
        }
    }
}

fn quick(pattern: &Pattern) -> Option<Quick> {
    use PatternPart::{Literal, Many};
    let (place, text) = match pattern.parts.as_slice() {
        [Literal(text)] => (Place::Whole, text),
        [Literal(text), Many] => (Place::Start, text),
        [Many, Literal(text)] => (Place::End, text),
        [Many, Literal(text), Many] => (Place::Anywhere, text),
        _ => return None,
    };
    if pattern.cased || !text.is_ascii() || text.is_empty() {
        return None;
    }
    let text: Box<[u8]> = text.to_ascii_lowercase().into_bytes().into();
    let rank = |byte: &u8| FREQUENT.iter().position(|known| known == byte).unwrap_or(FREQUENT.len());
    let (rare, byte) = text.iter().enumerate().max_by_key(|(_, byte)| rank(byte))?;
    let cases = [*byte, byte.to_ascii_uppercase()];
    Some(Quick { place, text, rare, cases })
}

impl Quick {
    fn matches(&self, value: &[u8]) -> bool {
        let len = self.text.len();
        let is_here = |here: Option<&[u8]>| here.is_some_and(|here| here.eq_ignore_ascii_case(&self.text));
        match self.place {
            Place::Whole => value.eq_ignore_ascii_case(&self.text),
            Place::Start => is_here(value.get(..len)),
            Place::End => is_here(value.len().checked_sub(len).and_then(|at| value.get(at..))),
            Place::Anywhere => {
                // Where the rare byte may stand: the rest of the text must fit around it.
                let end = (value.len() + self.rare + 1).saturating_sub(len);
                let Some(room) = value.get(self.rare..end) else { return false };
                let [lower, upper] = self.cases;
                let fits = |at: usize| is_here(value.get(at..at + len));
                if lower == upper {
                    memchr::memchr_iter(lower, room).any(fits)
                } else {
                    memchr::memchr2_iter(lower, upper, room).any(fits)
                }
            }
        }
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
        fn the_short_way_is_the_long_one(place in 0u8..4, text in "[aKk/é]{1,4}", value in "[aAkK/\u{212a}é]{0,9}") {
            let needle = Needle::new(parts(place, &text));
            prop_assert_eq!(needle.matches(&value), needle.pattern.matches(&value));
        }
    }

    #[test]
    fn simple_shapes_are_quick_and_others_are_not() {
        for place in 0..4 {
            assert!(Needle::new(parts(place, "Power")).quick.is_some());
            assert!(Needle::new(parts(place, "\u{212a}ö")).quick.is_none());
        }
        let open = [PatternPart::Literal("a".to_owned()), PatternPart::One];
        assert!(Needle::new(Pattern::new(open, false)).quick.is_none());
        assert!(Needle::new(Pattern::new([PatternPart::Literal("a".to_owned())], true)).quick.is_none());
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
