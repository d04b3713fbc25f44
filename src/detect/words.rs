//! Whether any value of an event may hold a word that rules look for in all values: one look through the texts the values
//! are pieces of, in place of one for each of them.
//!
//! Sound because folding goes character by character, so what a folded value holds, any folded text holds that the value
//! is a piece of. Two such texts are looked through: of the block and of what was unescaped, each from the first byte that
//! is some value's to the last; what a format has a text of its own for is looked at by itself. In a string whose escapes
//! are still in it, a word stands as it is but for what may be escaped: of each word a piece without such characters is
//! looked for. Values are looked at one by one where they lie far apart, and for words that are no text, have no such
//! piece, or may be held by a value that has no text of its own (`true`).

use super::index::{fold_into, rarest};
use super::witness::Hint;
use crate::model::{Event, Region, Span, Value};
use aho_corasick::packed::{Config, MatchKind, Searcher};

/// Words that are looked for together.
pub(super) struct Words {
    searcher: Searcher,
}

/// Texts may have so much in them that is no value's: this, and so many times the values.
const BETWEEN: u64 = 4 << 10;
const TIMES: u64 = 4;

impl Words {
    /// Nothing, when they are too many or not all texts.
    pub(super) fn new<'h>(hints: impl IntoIterator<Item = &'h Hint<'h>>) -> Option<Words> {
        let mut builder = Config::new().match_kind(MatchKind::LeftmostFirst).builder();
        for hint in hints {
            let (Hint::Whole(word) | Hint::Start(word) | Hint::End(word) | Hint::Inside(word)) = hint else {
                return None;
            };
            if ["true", "false"].iter().any(|value| value.contains(&**word)) {
                return None;
            }
            builder.add(piece_of(word)?);
        }
        builder.build().map(|searcher| Words { searcher })
    }

    /// Whether an event may hold one of them. `memory` is overwritten.
    pub(super) fn may_be_in(&self, event: &Event<'_>, memory: &mut String) -> bool {
        let mut is_in = |text: &str| {
            fold_into(text, memory);
            self.searcher.find(&*memory).is_some()
        };
        let (mut block, mut scratch) = (Reach::NOTHING, Reach::NOTHING);
        for entry in event.entries {
            let (Value::Text(span) | Value::Escaped(span) | Value::Number(span)) = entry.value else { continue };
            match span.region {
                Region::Block => block.take(span),
                Region::Scratch => scratch.take(span),
                Region::Fixed | Region::Names if (span.len as usize) < SHORTEST => {}
                Region::Fixed | Region::Names if is_in(event.regions.text(span)) => return true,
                Region::Fixed | Region::Names => {}
            }
        }
        let texts = [block.of(event.regions.block), scratch.of(event.regions.scratch)];
        texts.into_iter().any(|text| text.is_none_or(&mut is_in))
    }
}

/// A piece of a word that stands in a text whether its escapes were taken out or not, and begins with what is seldom met: a
/// search tells texts by how they begin.
fn piece_of(word: &str) -> Option<&[u8]> {
    let plain = word.split(|c: char| matches!(c, '"' | '\\' | '/') || c.is_control());
    let plain = plain.max_by_key(|piece| piece.len()).filter(|piece| piece.len() >= SHORTEST)?;
    Some(rarest(plain.as_bytes()))
}

/// Shorter pieces are met in most texts.
const SHORTEST: usize = 4;

/// The bytes of a buffer from some value's first to some value's last, and how many of them are values'.
#[derive(Clone, Copy)]
struct Reach {
    start: u32,
    end: u32,
    of_values: u64,
}

impl Reach {
    const NOTHING: Reach = Reach { start: u32::MAX, end: 0, of_values: 0 };

    fn take(&mut self, value: Span) {
        self.start = self.start.min(value.start);
        self.end = self.end.max(value.start.saturating_add(value.len));
        self.of_values += u64::from(value.len);
    }

    /// The bytes; nothing when they are far more than the values.
    fn of(self, buffer: &str) -> Option<&str> {
        let start = self.start.min(self.end);
        if u64::from(self.end - start) > self.of_values * TIMES + BETWEEN {
            return None;
        }
        buffer.get(start as usize..self.end as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::testing::JsonEvent;

    #[track_caller]
    fn check(words: &[&'static str], event: &str, want: Option<bool>) {
        let hints: Vec<Hint<'_>> = words.iter().map(|word| Hint::Inside((*word).into())).collect();
        let event = JsonEvent::parse(event);
        let words = Words::new(&hints);
        assert_eq!(words.map(|words| words.may_be_in(&event.event(0), &mut String::new())), want);
    }

    #[test]
    fn words_are_found_in_whatever_value_they_are() {
        let words = &["sekurlsa::", "dpapi::masterkey", "straße"];
        for (event, want) in [
            ("{}", false),
            (r#"{"a": "nothing", "b": 7, "c": true, "d": null}"#, false),
            (r#"{"a": "x", "b": "SEKURLSA::logon"}"#, true),
            (r#"{"a": "x", "b": ["y", "(dpapi::MasterKey)"]}"#, true),
            (r#"{"a": "sekurlsa", "b": "dpapi::", "c": "masterkey"}"#, false),
            (r#"{"a": "die STRAßE"}"#, true),
        ] {
            check(words, event, Some(want));
        }
    }

    #[test]
    fn words_that_no_text_may_hold_are_looked_for_in_values() {
        check(&["sekurlsa::", "ru"], r#"{"a": true}"#, None);
        check(&["sekurlsa::", ""], "{}", None);
        assert!(Words::new(&[Hint::Number("4e0".into())]).is_none());
        assert!(Words::new(&[Hint::Present]).is_none());
    }
}
