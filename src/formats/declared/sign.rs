//! Texts a line must hold for an expression to take it: looked for before the expression is compiled, which takes longer
//! than reading a short log.
//!
//! Sound because only what every match holds is taken: of parts that follow each other the one that says most, of
//! alternatives a text of each, and of what may be left out nothing. Case counts: where it does not, an expression has
//! sets of letters and no texts, and is compiled.

use memchr::memmem::Finder;
use regex_syntax::hir::{Hir, HirKind};

/// What every line holds that some expression takes: a text of each of these lists.
#[derive(Debug)]
pub(super) struct Sign(Vec<Vec<Finder<'static>>>);

/// A list of more is left out.
const MOST: usize = 32;
/// How deep an expression is looked into.
const DEPTH: u32 = 32;

impl Sign {
    /// That of an expression, macros spelt out.
    pub(super) fn of(expression: &str) -> Sign {
        let hir = regex_syntax::Parser::new().parse(expression).ok();
        let mut lists = hir.map(|hir| needed(&hir, DEPTH)).unwrap_or_default();
        lists.retain(|texts| texts.len() <= MOST);
        // What says most is asked first.
        lists.sort_by_key(|texts| std::cmp::Reverse(shortest(texts)));
        let finders = |texts: &Vec<String>| texts.iter().map(|text| Finder::new(text).into_owned()).collect();
        Sign(lists.iter().map(finders).collect())
    }

    /// Whether the expression may take a line; of several lines, one of them.
    pub(super) fn may_be_in(&self, text: &str) -> bool {
        let has = |finder: &Finder<'_>| finder.find(text.as_bytes()).is_some();
        self.0.iter().all(|texts| texts.iter().any(has))
    }
}

/// Lists of texts one of each of which is in every match.
fn needed(hir: &Hir, depth: u32) -> Vec<Vec<String>> {
    let Some(depth) = depth.checked_sub(1) else { return Vec::new() };
    match hir.kind() {
        HirKind::Literal(literal) => {
            std::str::from_utf8(&literal.0).map(|text| vec![vec![text.to_owned()]]).unwrap_or_default()
        }
        HirKind::Capture(capture) => needed(&capture.sub, depth),
        HirKind::Repetition(repetition) if repetition.min > 0 => needed(&repetition.sub, depth),
        HirKind::Concat(parts) => parts.iter().flat_map(|part| needed(part, depth)).collect(),
        HirKind::Alternation(parts) => {
            let best = |part| needed(part, depth).into_iter().max_by_key(|texts| shortest(texts));
            let each: Option<Vec<Vec<String>>> = parts.iter().map(best).collect();
            each.map(|texts| texts.concat()).into_iter().collect()
        }
        HirKind::Repetition(_) | HirKind::Class(_) | HirKind::Empty | HirKind::Look(_) => Vec::new(),
    }
}

fn shortest(texts: &[String]) -> usize {
    texts.iter().map(String::len).min().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use regex::Regex;

    #[test]
    fn every_line_an_expression_takes_has_its_sign() {
        let check = |expression: &str, want: &[&[&str]]| {
            let sign = Sign::of(expression);
            let found: Vec<Vec<&[u8]>> =
                sign.0.iter().map(|texts| texts.iter().map(Finder::needle).collect()).collect();
            let want: Vec<Vec<&[u8]>> =
                want.iter().map(|texts| texts.iter().map(|text| text.as_bytes()).collect()).collect();
            assert_eq!(found, want, "{expression}");
        };
        check(r"^\d+ (?:web|mail)\[\d+\]: ", &[&["web", "mail"], &["]: "], &[" "], &["["]]);
        check(r"^(?P<a>x+y)? is (?:ab){2,}z", &[&[" is "], &["ab"], &["z"]]);
        check("(?i)abc", &[]);
        check(r"abc|\d", &[]);
        check("a|bcd.e", &[&["a", "bcd"]]);
        check("(", &[]);
    }

    proptest! {
        #[test]
        fn no_match_is_without_its_sign(
            expression in r"(\(\?:)?[abc]{1,3}(\)?|\|)?[abc]{0,2}(\+|\?|\*|\{0,2\}|\{2\}|\|[abc]{0,2}|\[ab\]|\.)?[abc]{0,3}",
            line in "[abc]{0,10}",
        ) {
            if let Ok(compiled) = Regex::new(&expression) {
                prop_assert!(!compiled.is_match(&line) || Sign::of(&expression).may_be_in(&line));
            }
        }
    }
}
