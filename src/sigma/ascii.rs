//! What an expression comes to when it is only asked of texts of ASCII, as most values are.
//!
//! Sound because what is left out, of classes the characters beyond ASCII and of literals those that hold any, is met in
//! no such text. `\w` alone is 700 ranges, which take a thousand times as long to compile as its 63 characters of ASCII,
//! and `(?i)k` has the Kelvin sign in it.

use regex_syntax::hir::{Class, ClassUnicode, ClassUnicodeRange, Hir, HirKind, Repetition};

/// The expression without what no text of ASCII has; nothing if it is nested too deep to be looked at.
pub(super) fn of_ascii(hir: &Hir, depth: u32) -> Option<Hir> {
    let depth = depth.checked_sub(1)?;
    let all = |parts: &[Hir]| parts.iter().map(|part| of_ascii(part, depth)).collect::<Option<Vec<Hir>>>();
    Some(match hir.kind() {
        HirKind::Literal(literal) if !literal.0.is_ascii() => Hir::fail(),
        HirKind::Class(Class::Unicode(class)) => {
            let mut class = class.clone();
            class.intersect(&ClassUnicode::new([ClassUnicodeRange::new('\0', '\x7f')]));
            Hir::class(Class::Unicode(class))
        }
        HirKind::Empty | HirKind::Literal(_) | HirKind::Class(Class::Bytes(_)) | HirKind::Look(_) => hir.clone(),
        HirKind::Repetition(repetition) => {
            let sub = Box::new(of_ascii(&repetition.sub, depth)?);
            Hir::repetition(Repetition { sub, ..repetition.clone() })
        }
        HirKind::Capture(capture) => of_ascii(&capture.sub, depth)?,
        HirKind::Concat(parts) => Hir::concat(all(parts)?),
        HirKind::Alternation(parts) => Hir::alternation(all(parts)?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use regex::Regex;
    use regex_syntax::parse;

    #[track_caller]
    fn check(source: &str, want: &str) {
        let less = of_ascii(&parse(source).expect("an expression"), 64).expect("it is not deep");
        assert_eq!(less.to_string(), parse(want).expect("an expression").to_string(), "{source}");
    }

    #[test]
    fn what_ascii_has_not_is_left_out() {
        check(r"\w+", "[0-9A-Z_a-z]+");
        check("(?i)k", "[Kk]");
        check("(a|é)b", "ab");
        check(r"(x)\b[^y]", r"x\b[\x00-xz-\x7f]");
        check("a{2,3}?é*$", "a{2,3}?(?:[a&&b])*$");
    }

    proptest! {
        #[test]
        fn it_matches_where_the_whole_does(
            source in r"(\(\?[imsU]\))?(\^|\\b|\\B)?(([abK\.é]|\\w|\\W|\\pL|\[\^a-c\]|\(a\|b\*\|\\bK\)|\(\?:ab\??|éa\)|\$|\\b)([*+?]|\{2,3\}|\{1,\})?){0,5}",
            text in "[aAbBkKcf0_ \n]{0,8}"
        ) {
            let (Ok(whole), Ok(hir)) = (Regex::new(&source), parse(&source)) else { return Ok(()) };
            if let Some(less) = of_ascii(&hir, 64) {
                let less = less.to_string();
                let regex = Regex::new(&less).expect("it was an expression");
                prop_assert_eq!(regex.is_match(&text), whole.is_match(&text), "{} as {}", source, less);
            }
        }
    }
}
