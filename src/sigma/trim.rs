//! What an expression comes to when it is only asked whether it matches somewhere.
//!
//! Sound because such a match has no ends that anybody sees: where `ab{1,64}c?` matches, `ab` does, at the same place, and
//! where `ab` matches, so does the whole. What is left out stands at either end and is a repetition beyond what it needs
//! at least. An end that looks around itself (`$`, `\b`) stays, with all there is behind it. Groups catch nothing here.

use regex_syntax::hir::{Hir, HirKind, Repetition};

/// Which end of the expression.
#[derive(Clone, Copy)]
enum End {
    First,
    Last,
}

/// The expression without what may be missing at its ends; nothing if it is nested too deep to be looked at.
pub(super) fn trimmed(hir: &Hir, depth: u32) -> Option<Hir> {
    end(&end(hir, End::Last, depth)?, End::First, depth)
}

fn end(hir: &Hir, which: End, depth: u32) -> Option<Hir> {
    let depth = depth.checked_sub(1)?;
    Some(match hir.kind() {
        HirKind::Repetition(Repetition { min: 0, .. }) => Hir::empty(),
        HirKind::Repetition(Repetition { min: 1, sub, .. }) => end(sub, which, depth)?,
        HirKind::Repetition(repetition) => {
            Hir::repetition(Repetition { max: Some(repetition.min), ..repetition.clone() })
        }
        HirKind::Capture(capture) => end(&capture.sub, which, depth)?,
        HirKind::Alternation(parts) => {
            let parts = parts.iter().map(|part| end(part, which, depth)).collect::<Option<Vec<Hir>>>()?;
            // What may be nothing in one way is nothing.
            if parts.contains(&Hir::empty()) { Hir::empty() } else { Hir::alternation(parts) }
        }
        HirKind::Concat(parts) => of_concat(parts, which, depth)?,
        HirKind::Empty | HirKind::Literal(_) | HirKind::Class(_) | HirKind::Look(_) => hir.clone(),
    })
}

/// Of parts one behind the other, those at the end as long as nothing is left of them.
fn of_concat(parts: &[Hir], which: End, depth: u32) -> Option<Hir> {
    let mut parts = parts.to_vec();
    if let End::First = which {
        parts.reverse();
    }
    while let Some(part) = parts.pop() {
        let less = end(&part, which, depth)?;
        if *less.kind() != HirKind::Empty {
            parts.push(less);
            break;
        }
    }
    if let End::First = which {
        parts.reverse();
    }
    Some(Hir::concat(parts))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use regex::Regex;
    use regex_syntax::parse;

    #[track_caller]
    fn check(source: &str, want: Option<&str>) {
        let want = want.map(|want| parse(want).expect("an expression"));
        let whole = parse(source).expect("an expression");
        let less = trimmed(&whole, 64).filter(|less| *less != whole);
        assert_eq!(less.map(|less| parse(&less.to_string()).expect("an expression")), want, "{source}");
    }

    #[test]
    fn what_may_be_missing_at_the_ends_is_left_out() {
        check(r"-k\s\w{1,64}(?:\s?(?:-p|-s))?", Some(r"-k\s\w"));
        check(".{1000,}", Some(".{1000}"));
        check(".*needle.*", Some("needle"));
        check(r"\w+`(\w+|-)`a+", Some(r"\w`(\w+|-)`a"));
        check("(?:x|y?)(ab|cd+)", Some("ab|cd"));
        check("a(?:bc*)+", Some("ab"));
        check("a*b?", Some(""));
    }

    #[test]
    fn what_looks_around_itself_stays_and_what_is_behind_it() {
        for source in ["abc", "^.*abc", r"^a+\b", "ab?$", "a{2}", r"\bx\b"] {
            check(source, None);
        }
        check(r"a+\b", Some(r"a\b"));
        check(r"x?\bab?", Some(r"\ba"));
        check(r"a(?:b\b)*", Some("a"));
    }

    proptest! {
        #[test]
        fn it_matches_where_the_whole_does(
            source in r"(\(\?[imsU]\))?(\^|\\b|\\B)?(([abK\.é]|\\w|\[a-c\]|\(a\|b\*\|\\bK\)|\(\?:ab\??\)|\$|\\b)([*+?]|\{2,3\}|\{1,\})?){0,5}",
            text in "[aAbBkK\u{212a}cé \n]{0,8}"
        ) {
            let (Ok(whole), Ok(hir)) = (Regex::new(&source), parse(&source)) else { return Ok(()) };
            if let Some(less) = trimmed(&hir, 64) {
                let less = less.to_string();
                let regex = Regex::new(&less).expect("it was an expression");
                prop_assert_eq!(regex.is_match(&text), whole.is_match(&text), "{} as {}", source, less);
            }
        }
    }
}
