//! An expression that asks for one kind of character so many times, as `.{1000,}` does: answered by counting.
//!
//! Sound because where a match has no ends that anybody sees, it is there exactly if so many such characters stand one
//! behind the other. An automaton has a state for each of them, and takes milliseconds over a text that counting is done
//! with in a microsecond.

use regex_syntax::hir::{Class, ClassUnicode, Hir, HirKind, Repetition};

/// Up to here an automaton is small, and quicker.
const FEW: u32 = 32;

/// So many characters of a class.
#[derive(Debug)]
pub(super) struct Run {
    class: ClassUnicode,
    /// By byte: whether it is a character of the class by itself.
    ascii: [bool; 128],
    times: u32,
}

impl Run {
    /// What a [trimmed](super::trim) expression comes to, if it is no more than that.
    pub(super) fn of(hir: &Hir) -> Option<Run> {
        let HirKind::Repetition(Repetition { min, sub, .. }) = hir.kind() else { return None };
        let HirKind::Class(Class::Unicode(class)) = sub.kind() else { return None };
        if *min <= FEW {
            return None;
        }
        let holds = |c: char| class.ranges().iter().any(|range| (range.start()..=range.end()).contains(&c));
        let mut ascii = [false; 128];
        for (byte, slot) in (0_u8..).zip(&mut ascii) {
            *slot = holds(char::from(byte));
        }
        Some(Run { class: class.clone(), ascii, times: *min })
    }

    /// Whether `text` has as many of them somewhere.
    pub(super) fn is_match(&self, text: &str) -> bool {
        // No character takes less than a byte.
        if text.len() < self.times as usize {
            return false;
        }
        let mut run = 0;
        for c in text.chars() {
            run = if self.holds(c) { run + 1 } else { 0 };
            if run == self.times {
                return true;
            }
        }
        false
    }

    fn holds(&self, c: char) -> bool {
        let is_in = || {
            let ranges = self.class.ranges();
            let after = ranges.partition_point(|range| range.start() <= c);
            after.checked_sub(1).and_then(|at| ranges.get(at)).is_some_and(|range| c <= range.end())
        };
        self.ascii.get(c as usize).copied().unwrap_or_else(is_in)
    }
}

#[cfg(test)]
mod tests {
    use super::super::trim::trimmed;
    use super::*;
    use proptest::prelude::*;
    use regex::Regex;
    use regex_syntax::parse;

    fn run(source: &str) -> Option<Run> {
        let hir = parse(source).expect("an expression");
        Run::of(&trimmed(&hir, 64).expect("it is not deep"))
    }

    #[test]
    fn only_many_of_one_kind_are_counted() {
        for source in [r"\w{33}", ".{1000,}", "(?s).{40,50}", "(?:[a-z]{40})", "a?.{99}b*", "(?i)[^a]{64}"] {
            assert!(run(source).is_some(), "{source}");
        }
        for source in [".{32}", "^.{40}", ".{40}$", "a{40}", "(ab){40}", ".{40}a", ".{40}|b", ".*"] {
            assert!(run(source).is_none(), "{source}");
        }
    }

    proptest! {
        #[test]
        fn it_holds_where_the_expression_does(
            class in prop::sample::select(&[".", r"\w", "(?i)[k-m]", "(?s).", r"[^\x00-a]", "[é-ü\u{1f600}]"][..]),
            times in 33..40_u32,
            pieces in prop::collection::vec(("[akK\u{212a}éü\u{1f600}\n _]", 0..24_usize), 0..8),
        ) {
            let source = format!("{class}{{{times},}}");
            let text: String = pieces.iter().map(|(piece, n)| piece.repeat(*n)).collect();
            let run = run(&source).expect("it is one");
            prop_assert_eq!(run.is_match(&text), Regex::new(&source).expect("an expression").is_match(&text));
        }
    }
}
