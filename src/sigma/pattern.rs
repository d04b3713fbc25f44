//! Strings with wildcards (sigma-semantics.md 2.1 to 2.3): `*` is any run of characters, `?` is one, both take line
//! breaks; the whole value must be covered. Matching allocates nothing and tries every way to place the stars.

use super::fold::{fold, folded};
use super::rule::{Pattern, PatternPart};
use std::str::Chars;

impl Pattern {
    /// Puts a pattern together: joins neighbouring literals and stars, folds literals unless `cased`.
    pub(crate) fn new(parts: impl IntoIterator<Item = PatternPart>, cased: bool) -> Pattern {
        let parts = parts.into_iter();
        let mut kept: Vec<PatternPart> = Vec::with_capacity(parts.size_hint().0);
        for part in parts {
            match (kept.last_mut(), part) {
                (Some(PatternPart::Many), PatternPart::Many) => {}
                (Some(PatternPart::Literal(before)), PatternPart::Literal(more)) => before.push_str(&more),
                (_, PatternPart::Literal(text)) if text.is_empty() => {}
                (_, part) => kept.push(part),
            }
        }
        if !cased {
            for part in &mut kept {
                if let PatternPart::Literal(text) = part {
                    if text.is_ascii() {
                        text.make_ascii_lowercase();
                    } else {
                        *text = folded(text);
                    }
                }
            }
        }
        Pattern { parts: kept.into(), cased }
    }

    /// Whether the pattern is a lone `*`: true for whatever is present and not null.
    pub(crate) fn is_anything(&self) -> bool {
        matches!(*self.parts, [PatternPart::Many])
    }

    /// Whether the pattern covers all of `text`.
    pub(crate) fn matches(&self, text: &str) -> bool {
        if self.cased { covers::<Cased>(&self.parts, text) } else { covers::<Folded>(&self.parts, text) }
    }
}

/// How characters of the text are held against those of the pattern.
trait Case {
    fn of(c: char) -> char;
}

struct Cased;
impl Case for Cased {
    fn of(c: char) -> char {
        c
    }
}

struct Folded;
impl Case for Folded {
    fn of(c: char) -> char {
        fold(c)
    }
}

/// A pattern falls into runs between its stars. The first run is pinned to the start and the last one to the end;
/// each run between them takes the leftmost place that is left, which loses nothing, since what follows a star
/// only gains from more room.
fn covers<C: Case>(parts: &[PatternPart], text: &str) -> bool {
    let is_star = |part: &PatternPart| matches!(part, PatternPart::Many);
    let Some(first) = parts.iter().position(is_star) else {
        return starts::<C>(parts, text).is_some_and(|rest| rest.as_str().is_empty());
    };
    let last = parts.iter().rposition(is_star).unwrap_or(first);
    let (head, tail) = (parts.get(..first).unwrap_or(&[]), parts.get(last + 1..).unwrap_or(&[]));
    let Some(rest) = starts::<C>(head, text) else { return false };
    let Some(mut middle) = ends::<C>(tail, rest.as_str()) else { return false };
    let between = parts.get(first + 1..last).unwrap_or(&[]);
    for run in between.split(is_star) {
        match find::<C>(run, middle) {
            Some(rest) => middle = rest,
            None => return false,
        }
    }
    true
}

/// What is left of `text` behind a run that stands at its start.
fn starts<'t, C: Case>(run: &[PatternPart], text: &'t str) -> Option<Chars<'t>> {
    let mut rest = text.chars();
    for part in run {
        match part {
            PatternPart::Literal(literal) => {
                for wanted in literal.chars() {
                    if C::of(rest.next()?) != wanted {
                        return None;
                    }
                }
            }
            PatternPart::One | PatternPart::Many => {
                rest.next()?;
            }
        }
    }
    Some(rest)
}

/// What is left of `text` before a run that stands at its end.
fn ends<'t, C: Case>(run: &[PatternPart], text: &'t str) -> Option<&'t str> {
    let mut rest = text.chars();
    for part in run.iter().rev() {
        match part {
            PatternPart::Literal(literal) => {
                for wanted in literal.chars().rev() {
                    if C::of(rest.next_back()?) != wanted {
                        return None;
                    }
                }
            }
            PatternPart::One | PatternPart::Many => {
                rest.next_back()?;
            }
        }
    }
    Some(rest.as_str())
}

/// What is left of `text` behind the leftmost place where a run stands.
fn find<'t, C: Case>(run: &[PatternPart], text: &'t str) -> Option<&'t str> {
    let first = match run.first() {
        Some(PatternPart::Literal(literal)) => literal.chars().next(),
        _ => None,
    };
    let mut from = text.chars();
    loop {
        let here = from.as_str();
        let may_start = match (first, here.chars().next()) {
            (Some(wanted), Some(c)) => C::of(c) == wanted,
            (Some(_), None) => return None,
            (None, _) => true,
        };
        if may_start && let Some(rest) = starts::<C>(run, here) {
            return Some(rest.as_str());
        }
        from.next()?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pattern(text: &str, cased: bool) -> Pattern {
        let parts = text.chars().map(|c| match c {
            '*' => PatternPart::Many,
            '?' => PatternPart::One,
            c => PatternPart::Literal(c.to_string()),
        });
        Pattern::new(parts, cased)
    }

    /// The meaning, as short as it can be said.
    fn naive(pattern: &[char], text: &[char]) -> bool {
        match (pattern.split_first(), text.split_first()) {
            (None, rest) => rest.is_none(),
            (Some((&'*', more)), rest) => naive(more, text) || rest.is_some_and(|(_, rest)| naive(pattern, rest)),
            (Some((&'?', more)), Some((_, rest))) => naive(more, rest),
            (Some((a, more)), Some((b, rest))) => fold(*a) == fold(*b) && naive(more, rest),
            (Some(_), None) => false,
        }
    }

    #[track_caller]
    fn check(text: &str, value: &str, want: bool) {
        assert_eq!(pattern(text, false).matches(value), want, "{text} over {value:?}");
    }

    #[test]
    fn a_pattern_covers_the_whole_value() {
        check("abc", "ABC", true);
        check("abc", "abcd", false);
        check("abc", "xabc", false);
        check("", "", true);
        check("", "a", false);
        check("*", "", true);
        check("?", "", false);
        check("?", "😀", true);
    }

    #[test]
    fn stars_try_every_place() {
        check("*x?z*", "xxyz", true);
        check("a*b*c", "a-b-b-c-c", true);
        check("*aab", "aaaab", true);
        check("ab*ba", "aba", false);
        check("*a*a", "a", false);
        check("a?*", "a", false);
    }

    #[test]
    fn wildcards_take_line_breaks() {
        check("a*b", "a\r\n\nb", true);
        check("a?b", "a\nb", true);
    }

    #[test]
    fn case_is_folded_character_by_character() {
        check("*παροδοσα*", "ΠΑΡΟΔΟΣΑ", true);
        check("*ΟΔΟΣ*", "παροδοσα", true);
        check("straße", "STRASSE", false);
        assert!(!pattern("Get", true).matches("GET"));
        assert!(pattern("G?t*", true).matches("Get it"));
    }

    #[test]
    fn a_lone_star_is_known_as_such() {
        assert!(pattern("***", false).is_anything());
        assert!(!pattern("*?", false).is_anything());
    }

    #[test]
    fn many_stars_over_a_long_value_stay_quick() {
        let text = "a".repeat(20_000);
        assert!(!pattern(&"*a".repeat(50), false).matches(&format!("{text}b")));
    }

    proptest! {
        #[test]
        fn it_agrees_with_trying_everything(text in "[aAbσς*?]{0,8}", value in "[aAbBσΣ\n]{0,10}") {
            let letters = |text: &str| text.chars().collect::<Vec<_>>();
            prop_assert_eq!(pattern(&text, false).matches(&value), naive(&letters(&text), &letters(&value)));
        }

        #[test]
        fn no_text_makes_it_panic(text in ".*", value in "(?s).*") {
            pattern(&text, true).matches(&value);
            prop_assert!(pattern("*", false).matches(&value));
        }
    }
}
