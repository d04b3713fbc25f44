//! What conditions mean, and what they may not look like.

use super::*;
use proptest::prelude::*;

const NAMES: [&str; 7] = ["a", "b", "sel_x", "sel_y", "_sel_z", "not_admin", "odd.name|x"];

fn shown(expr: &Expr) -> String {
    let joined = |parts: &[Expr], by: &str| parts.iter().map(shown).collect::<Vec<_>>().join(by);
    match expr {
        Expr::And(parts) => format!("({})", joined(parts, " & ")),
        Expr::Or(parts) => format!("({})", joined(parts, " | ")),
        Expr::Not(inner) => format!("!{}", shown(inner)),
        Expr::Selection(index) => NAMES[*index].to_owned(),
        Expr::Never => "never".to_owned(),
    }
}

#[track_caller]
fn means(condition: &str, want: &str) {
    let mut resolver = Resolver::new(&NAMES);
    let tree = parse(condition).unwrap_or_else(|fault| panic!("{condition}: {fault:?}"));
    assert_eq!(shown(&resolver.resolve(&tree)), want, "{condition}");
    assert_eq!(resolver.faults, []);
}

#[track_caller]
fn refused(condition: &str, code: Code, says: &str) {
    let fault = match parse(condition) {
        Err(fault) => fault,
        Ok(tree) => {
            let mut resolver = Resolver::new(&NAMES);
            resolver.resolve(&tree);
            resolver.faults.into_iter().next().unwrap_or_else(|| panic!("{condition} is accepted"))
        }
    };
    assert_eq!(fault.code, code, "{condition}");
    let text = format!("{} — {}", fault.message, fault.help);
    assert!(text.contains(says), "{condition}: {text}");
}

#[test]
fn not_binds_tighter_than_and_and_tighter_than_or() {
    means("a or b and not sel_x", "(a | (b & !sel_x))");
    means("(a or b) and not sel_x", "((a | b) & !sel_x)");
    means("not not a", "!!a");
    means("not (a or b)", "!(a | b)");
    means("a\n  and\tnot\r\n b", "(a & !b)");
    means("((a))", "a");
}

#[test]
fn keywords_are_whole_lower_case_words() {
    means("not_admin", "not_admin");
    means("not not_admin", "!not_admin");
    refused("a AND b", Code::BadCondition, "`and`");
    refused("NOT a", Code::BadCondition, "`not`");
}

#[test]
fn selectors_reach_names_by_pattern() {
    means("1 of sel_*", "(sel_x | sel_y)");
    means("any of sel_*", "(sel_x | sel_y)");
    means("all of s*l*", "(sel_x & sel_y)");
    means("1 of _*", "_sel_z");
    means("1 of *_z", "never");
    means("1 of odd*", "odd.name|x");
    means("1 of a", "a");
    means("all of them", "(a & b & sel_x & sel_y & not_admin & odd.name|x)");
    means("a and not 1 of filter_*", "(a & !never)");
}

#[test]
fn what_is_no_condition_is_refused_with_its_place() {
    for (condition, says) in [
        ("", "empty"),
        ("  ", "empty"),
        ("a and", "at the end"),
        ("and a", "character 1"),
        ("a b", "operator is missing"),
        ("(a or b", "`)` is missing"),
        ("a)", "closes nothing"),
        ("()", "identifier is missing"),
        ("2 of sel_*", "only `1`"),
        ("1 of", "`them` or a pattern"),
        ("1 of (a)", "`them` or a pattern"),
        ("sel_*", "`1 of sel_*`"),
        ("a && b", "`and`"),
        ("!a", "`not`"),
        ("a ∧ b", "character 3"),
        ("odd.name", "rename it"),
    ] {
        refused(condition, Code::BadCondition, says);
    }
}

#[test]
fn unknown_names_get_a_suggestion() {
    refused("a and not_amin", Code::UnknownIdentifier, "did you mean `not_admin`?");
    refused("nowhere", Code::UnknownIdentifier, "the identifiers are `a`");
}

#[test]
fn the_old_aggregation_is_named_with_its_successor() {
    refused("a | count() by src_ip > 5", Code::DeprecatedAggregation, "group-by: [src_ip], timespan");
    refused("a | near b", Code::DeprecatedAggregation, "type: temporal");
}

#[test]
fn depth_and_size_are_bounded() {
    let deep = format!("{}a{}", "(".repeat(100_000), ")".repeat(100_000));
    refused(&deep, Code::BadCondition, "nested more than");
    refused(&format!("{}a", "not ".repeat(100_000)), Code::BadCondition, "nested more than");
    refused(&vec!["1 of *"; 40_000].join(" or "), Code::BadCondition, "more operands");
    means(&format!("{}a{}", "(".repeat(60), ")".repeat(60)), "a");
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in ".*") {
        if let Ok(tree) = parse(&text) {
            Resolver::new(&NAMES).resolve(&tree);
        }
    }

    #[test]
    fn no_row_of_words_makes_it_panic(
        words in prop::collection::vec("a|b|and|or|not|1|all|of|them|sel_\\*|\\(|\\)|x", 0..12)
    ) {
        if let Ok(tree) = parse(&words.join(" ")) {
            Resolver::new(&NAMES).resolve(&tree);
        }
    }
}
