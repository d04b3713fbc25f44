//! Regular expressions of rules: checked when the rule is loaded, compiled when an event first asks.
//!
//! Most rules of a large set never meet an event that gets as far as their expressions, and compiling them is a quarter
//! of loading such a set. What cannot compile is still found while loading: the syntax is read in full, and whatever
//! could come near the compiler's bound of size is compiled there and then. The reading also tells which texts a match
//! cannot do without. What is compiled is no more than tells whether there is a match ([`super::trim`]) in a text of ASCII
//! or, once one is met, in any other ([`super::ascii`]), and some need not be compiled for that ([`super::run`]).

use super::ascii::of_ascii;
use super::needed::needed;
use super::run::Run;
use super::trim::trimmed;
use regex::{Regex, RegexBuilder};
use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, ClassUnicodeRange, Hir, HirKind};
use regex_syntax::utf8::Utf8Sequences;
use std::sync::{Arc, OnceLock};

/// The flags of an expression.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Flags {
    pub(crate) ignore_case: bool,
    pub(crate) multi_line: bool,
    pub(crate) dot_all: bool,
}

/// A regular expression, searched. Cheap to copy.
#[derive(Clone, Debug)]
pub(crate) struct Search {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    source: String,
    flags: Flags,
    needed: Vec<Vec<String>>,
    /// For texts of ASCII. `None` when it did not compile, which [`Search::new`] rules out.
    ascii: OnceLock<Option<Compiled>>,
    /// For all others.
    compiled: OnceLock<Option<Compiled>>,
}

/// The texts that an expression is compiled for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Texts {
    Ascii,
    Any,
}

/// What tells whether an expression matches.
#[derive(Debug)]
enum Compiled {
    Regex(Regex),
    Run(Box<Run>),
}

/// An expression of more states is compiled at once. A state takes no more than 44 bytes, the compiler allows ten mebibytes:
/// what it could refuse is beyond this.
const STATES: u64 = 230_000;
/// Brackets inside brackets that are looked through.
const DEPTH: u32 = 64;

impl Search {
    /// Reads an expression.
    pub(crate) fn new(source: &str, flags: Flags) -> Result<Search, regex::Error> {
        let hir = parsed(source, flags).map_err(|error| regex::Error::Syntax(error.to_string()))?;
        if states(&hir, DEPTH) > STATES {
            return Ok(Search::of(source, flags, &hir, OnceLock::from(Some(Compiled::Regex(build(source, flags)?)))));
        }
        Ok(Search::of(source, flags, &hir, OnceLock::new()))
    }

    fn of(source: &str, flags: Flags, hir: &Hir, compiled: OnceLock<Option<Compiled>>) -> Search {
        let needed = needed(hir, DEPTH);
        let ascii = OnceLock::new();
        Search { inner: Arc::new(Inner { source: source.to_owned(), flags, needed, ascii, compiled }) }
    }

    /// Whether it matches somewhere in `text`.
    pub(crate) fn is_match(&self, text: &str) -> bool {
        let Inner { source, flags, ascii, compiled, .. } = &*self.inner;
        let (compiled, texts) = if text.is_ascii() { (ascii, Texts::Ascii) } else { (compiled, Texts::Any) };
        match compiled.get_or_init(|| Compiled::new(source, *flags, texts)) {
            Some(Compiled::Regex(regex)) => regex.is_match(text),
            Some(Compiled::Run(run)) => run.is_match(text),
            None => false,
        }
    }

    /// As written.
    pub(crate) fn as_str(&self) -> &str {
        &self.inner.source
    }

    /// Sets of texts, folded: every folded text that it matches holds one of each. The best to look for is the first.
    pub(crate) fn needed(&self) -> &[Vec<String>] {
        &self.inner.needed
    }
}

fn parsed(source: &str, flags: Flags) -> Result<Hir, Box<regex_syntax::Error>> {
    let mut parser = ParserBuilder::new()
        .case_insensitive(flags.ignore_case)
        .multi_line(flags.multi_line)
        .dot_matches_new_line(flags.dot_all)
        .build();
    parser.parse(source).map_err(Box::new)
}

impl Compiled {
    /// One of which nothing can be left out is built as it is.
    fn new(source: &str, flags: Flags, texts: Texts) -> Option<Compiled> {
        let hir = parsed(source, flags).ok()?;
        let less = trimmed(&hir, DEPTH);
        if let Some(run) = less.as_ref().and_then(Run::of) {
            return Some(Compiled::Run(Box::new(run)));
        }
        let less = if texts == Texts::Ascii { of_ascii(less.as_ref().unwrap_or(&hir), DEPTH) } else { less };
        let less = less.filter(|less| *less != hir).and_then(|less| Regex::new(&less.to_string()).ok());
        less.or_else(|| build(source, flags).ok()).map(Compiled::Regex)
    }
}

fn build(source: &str, flags: Flags) -> Result<Regex, regex::Error> {
    RegexBuilder::new(source)
        .case_insensitive(flags.ignore_case)
        .multi_line(flags.multi_line)
        .dot_matches_new_line(flags.dot_all)
        .build()
}

/// More states than compiling takes.
fn states(hir: &Hir, depth: u32) -> u64 {
    let Some(depth) = depth.checked_sub(1) else { return u64::MAX };
    let all = |parts: &[Hir]| parts.iter().map(|part| states(part, depth)).fold(1, u64::saturating_add);
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => 1,
        HirKind::Literal(literal) => literal.0.len() as u64,
        HirKind::Class(Class::Unicode(class)) => class.ranges().iter().map(|range| written(*range)).sum(),
        HirKind::Class(Class::Bytes(class)) => class.ranges().len() as u64,
        HirKind::Repetition(repetition) => {
            let times = repetition.max.unwrap_or(repetition.min).max(1);
            states(&repetition.sub, depth).saturating_add(2).saturating_mul(u64::from(times))
        }
        HirKind::Capture(capture) => states(&capture.sub, depth).saturating_add(2),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => all(parts),
    }
}

/// The bytes of all sequences of bytes that a range of characters is written as.
fn written(range: ClassUnicodeRange) -> u64 {
    let (first, last) = (range.start(), range.end());
    match first.len_utf8() {
        // Most ranges differ in their last byte only.
        bytes if bytes == last.len_utf8() && u32::from(first) >> 6 == u32::from(last) >> 6 => bytes as u64,
        _ => Utf8Sequences::new(first, last).map(|sequence| sequence.len() as u64).sum(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::fold::folded;
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(source: &str, ignore_case: bool, want: &[&[&str]]) {
        let search = Search::new(source, Flags { ignore_case, ..Flags::default() }).expect("an expression");
        assert_eq!(search.needed(), want, "{source}");
    }

    #[test]
    fn every_match_holds_one_of_the_needed_texts() {
        check(r"\\temp\\.*\.EXE$", false, &[&["\\temp\\"], &[".exe"]]);
        check(r"(?i)kernel|shell(32)?\.dll", false, &[&["kernel", "shell.dll", "shell32.dll"]]);
        check("Kernel", true, &[&["kernel"]]);
        check("(ab)+c?", false, &[&["ab"]]);
        check("[0-9]{4}x?", false, &[]);
        check("a|b*", false, &[]);
        check("^$", false, &[]);
        // What is short is joined with what follows.
        check(r"/(?:db|site)\.(?:sql|7z)$", false, &[&["/db.7z", "/db.sql", "/site.7z", "/site.sql"]]);
        check(r"\.(?:php\d?|pl)$", false, &[&[".pl", ".php"]]);
        check("(?i)(?:\\.|%2e){2}(?:/|x*)", false, &[&["..", "%2e.", ".%2e", "%2e%2e"]]);
        check("a(?:b|c)+d", false, &[&["ab", "ac"], &["bd", "cd"]]);
        check("(?:'|%27).*(?:or|and)", false, &[&["or", "and"], &["'", "%27"]]);
    }

    #[test]
    fn long_expressions_are_read_in_no_time() {
        let words: Vec<String> = (0..20_000).map(|n| format!("w{n}")).collect();
        let deep = format!("{}a{}", "(?:b|".repeat(50), ")".repeat(50));
        for source in [words.join("|"), words.concat(), words.join("[ab]"), words.join("(?:c|d)+"), deep.repeat(200)] {
            let search = Search::new(&source, Flags { ignore_case: true, ..Flags::default() });
            let search = search.expect("an expression");
            assert!(search.needed().iter().flatten().all(|text| text.len() < 200), "{:?}", search.needed());
        }
    }

    #[test]
    fn what_does_not_compile_is_known_at_once() {
        for source in ["(", "(?=x)", r"(\w{100}){100}", "(((a{200}){200}){200})"] {
            assert!(Search::new(source, Flags::default()).is_err(), "{source}");
            let whole = Regex::new(source).expect_err("it is wrong").to_string();
            assert_eq!(Search::new(source, Flags::default()).expect_err("it is wrong").to_string(), whole);
        }
    }

    #[test]
    fn what_is_near_the_bound_does_compile() {
        for class in [r"\w", ".", "[éö]", "(a|b)"] {
            let repeated = |count: u64| format!("{class}{{{count}}}");
            let is_late = |count| {
                let hir = ParserBuilder::new().build().parse(&repeated(count)).expect("an expression");
                states(&hir, DEPTH) <= STATES
            };
            let (mut late, mut early) = (1, STATES);
            while early - late > 1 {
                let middle = u64::midpoint(late, early);
                *(if is_late(middle) { &mut late } else { &mut early }) = middle;
            }
            assert!(build(&repeated(late), Flags::default()).is_ok(), "{}", repeated(late));
        }
    }

    /// Expressions in expressions.
    fn nested() -> impl Strategy<Value = String> {
        let leaf =
            proptest::sample::select(&["a", "bc", "/", "\\.", "%2e", "[ab]", "[a-c/]", "[^a]", "or", "c?", "k*"][..]);
        leaf.prop_map(str::to_owned).prop_recursive(4, 24, 4, |inner| {
            let parts = || proptest::collection::vec(inner.clone(), 1..4);
            prop_oneof![
                3 => parts().prop_map(|parts| parts.concat()),
                2 => parts().prop_map(|parts| format!("(?:{})", parts.join("|"))),
                1 => (inner.clone(), proptest::sample::select(&["+", "?", "*", "{2}", "{1,3}", "{5}"][..]))
                    .prop_map(|(part, times)| format!("({part}){times}")),
            ]
        })
    }

    proptest! {
        #[test]
        fn it_matches_what_the_expression_matches(
            source in r"(\(\?i\))?[abkK](\(b\|K[ab]\)|\[a-c\]|b|.|k){0,4}[*+?]?(\{2\})?", text in "[aAbBkK\u{212a}c]{0,8}"
        ) {
            let (Ok(regex), search) = (Regex::new(&source), Search::new(&source, Flags::default())) else {
                return Ok(());
            };
            let search = search.expect("it compiles");
            prop_assert_eq!(search.is_match(&text), regex.is_match(&text));
            for needed in search.needed().iter().filter(|_| regex.is_match(&text)) {
                prop_assert!(needed.iter().any(|n| folded(&text).contains(n.as_str())), "{needed:?} of {source} in {text}");
            }
        }

        #[test]
        fn every_text_that_matches_holds_what_is_needed(
            (source, text) in nested().prop_flat_map(|source| {
                let texts = proptest::string::string_regex(&source).map_or(Just(String::new()).boxed(), Strategy::boxed);
                (Just(source), texts)
            }),
            around in "[a-c/.]{0,2}",
        ) {
            for ignore_case in [false, true] {
                let search = Search::new(&source, Flags { ignore_case, ..Flags::default() }).expect("an expression");
                let text = format!("{around}{}{around}", if ignore_case { text.to_uppercase() } else { text.clone() });
                prop_assert!(search.is_match(&text), "{source} in {text}");
                for needed in search.needed() {
                    let holds = |n: &String| !n.is_empty() && folded(&text).contains(n.as_str());
                    prop_assert!(needed.iter().any(holds), "{needed:?} of {source} in {text}");
                }
            }
        }

        #[test]
        fn what_is_compiled_late_does_compile(source in r"(\(\?:)?(\\w|\[\^a\]|.|x|\\pL|\\d){1,9}(\)?\{[0-9]{1,3}\})?") {
            if let Ok(search) = Search::new(&source, Flags { ignore_case: true, ..Flags::default() }) {
                prop_assert!(build(search.as_str(), search.inner.flags).is_ok(), "{source}");
            }
        }
    }
}
