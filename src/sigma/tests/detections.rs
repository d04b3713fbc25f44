//! Search identifiers: what their shapes become, and what is refused or warned of.

use super::{indented, load_text, told};
use crate::sigma::{Group, MODIFIERS, Rule};
use proptest::prelude::*;

/// A rule around lines of a detection; the first of them is line 4.
fn around(detection: &str) -> String {
    let detection = indented(detection);
    format!("title: t\nlogsource: {{product: x}}\ndetection:\n{detection}")
}

fn lines(count: usize, line: impl Fn(usize) -> String) -> String {
    (0..count).map(|n| line(n) + "\n").collect()
}

fn loaded(detection: &str) -> Rule {
    let mut loaded = load_text(&around(detection));
    assert_eq!(loaded.loaded, 1, "{detection}: {:#?}", loaded.diagnostics);
    loaded.rules.rules.remove(0)
}

/// `&` and `|` trees of fields (with the number of their values) and keywords.
fn shape(group: &Group) -> String {
    let joined = |parts: &[Group], by: &str| parts.iter().map(shape).collect::<Vec<_>>().join(by);
    let flags =
        |all: bool, negated: bool| [(all, "+"), (negated, "!")].map(|(on, sign)| if on { sign } else { "" }).concat();
    match group {
        Group::All(parts) => format!("({})", joined(parts, " & ")),
        Group::Any(parts) => format!("[{}]", joined(parts, " | ")),
        Group::Field(test) => format!("{}{}={}", flags(test.all, test.negated), test.field, test.values.len()),
        Group::Keywords(words) => format!("{}kw={}", flags(words.all, words.negated), words.values.len()),
    }
}

#[track_caller]
fn becomes(detection: &str, want: &str) {
    let rule = loaded(&format!("{detection}\ncondition: s"));
    assert_eq!(shape(&rule.selections[0].body), want, "{detection}");
}

#[track_caller]
fn tells(detection: &str, want: &[&str]) {
    assert_eq!(told(&load_text(&around(detection))), want, "{detection}");
}

#[test]
fn maps_lists_and_scalars_mean_what_sigma_says() {
    becomes("s: {a: 1, b: [2, 3]}", "(a=1 & b=2)");
    becomes("s: [{a: 1}, {b: 2, c: 3}]", "[(a=1) | (b=1 & c=1)]");
    becomes("s: word", "kw=1");
    becomes("s: [one, 2, true]", "kw=3");
    becomes("s: [{a: 1}, one, two]", "[(a=1) | kw=2]");
    becomes("s: [[{a: 1}, {b: 2}], {c: 3}]", "[[(a=1) | (b=1)] | (c=1)]");
    becomes("s: {'|all': [one, two]}", "(+kw=2)");
    becomes("s: {'|neq': one}", "(!kw=1)");
    becomes("s: {'a|contains|all|neq': [x, y]}", "(+!a=2)");
    becomes("s: {'a|not': x}", "(!a=1)");
    becomes("s: {'a b-c@d.e[0]': 1, '': x}", "(a b-c@d.e[0]=1 & kw=1)");
}

#[test]
fn expansions_stay_alternatives_of_one_value() {
    let rule = loaded("s: {'a|windash|contains|all': ['-x', y]}\ncondition: s");
    let Group::All(parts) = &rule.selections[0].body else { panic!("a map") };
    let Group::Field(test) = &parts[0] else { panic!("a field") };
    assert_eq!(test.values.iter().map(Vec::len).collect::<Vec<_>>(), [5, 1]);
    assert!(test.all);
}

#[test]
fn several_conditions_are_kept_as_written() {
    let rule = loaded("s: {a: 1}\nt: {b: 1}\ncondition:\n  - s\n  - s and t");
    let texts: Vec<&str> = rule.conditions.iter().map(|condition| condition.text.as_str()).collect();
    assert_eq!(texts, ["s", "s and t"]);
}

#[test]
fn empty_things_are_named() {
    tells("s: {}\ncondition: s", &["empty-detection detection.s 4 0"]);
    tells("s: [{a: 1}, {}]\ncondition: s", &["empty-detection detection.s.1 4 0"]);
    tells("s: {a: []}\ncondition: s", &["empty-value detection.s.a 4 0"]);
    tells(
        "condition: 1 of them",
        &["empty-detection detection 3 0", "selector-matches-nothing detection.condition 4 0"],
    );
    tells("s: {a: 1}", &["missing-field detection.condition 3 0"]);
    tells("s: {a: 1}\ncondition: []", &["bad-condition detection.condition 5 0"]);
    tells("s: {a: 1}\ncondition:", &["bad-condition detection.condition 5 0"]);
    tells("s: {a: 1}\ncondition: {x: y}", &["bad-type detection.condition 5 0"]);
}

#[test]
fn values_of_the_wrong_shape_are_named() {
    tells("s: {a: {b: 1}}\ncondition: s", &["bad-value detection.s.a 4 0"]);
    tells("s:\n  a:\n    - 1\n    - [2]\ncondition: s", &["bad-value detection.s.a 5 0"]);
    tells("s: {'|exists': true}\ncondition: s", &["modifier-conflict detection.s.|exists 4 0"]);
    tells("s: {'|fieldref': b}\ncondition: s", &["modifier-conflict detection.s.|fieldref 4 0"]);
    tells("s:\n  - x\n  - a|b: 1\ncondition: s", &["unknown-modifier detection.s.1.a|b 6 0"]);
}

#[test]
fn all_mistakes_of_a_document_are_listed_at_once() {
    tells(
        "s: {'a|gt': x, 'b|re': '('}\nt: {}\ncondition: [u, 's and']",
        &[
            "value-type detection.s.a|gt 4 0",
            "bad-regex detection.s.b|re 4 0",
            "empty-detection detection.t 5 0",
            "unknown-identifier detection.condition.0 6 0",
            "bad-condition detection.condition.1 6 0",
        ],
    );
}

#[test]
fn odd_things_load_with_a_warning() {
    for (detection, want) in [
        ("s: {'a|contains|all': x}\ncondition: s", "all-single-value detection.s.a|contains|all 4 0"),
        ("s: {a: [x, null]}\ncondition: s", "null-in-list detection.s.a 4 0"),
        ("s: {'a|contains': [1, 2]}\ncondition: s", "number-as-text detection.s.a|contains 4 0"),
        ("s: {'a|base64offset': x}\ncondition: s", "base64offset-without-contains detection.s.a|base64offset 4 0"),
        ("s: {'a|not': x}\ncondition: s", "legacy-modifier detection.s.a|not 4 0"),
        ("s: {a: x}\nt: {a: y}\ncondition: s", "unused-identifier detection.t 5 0"),
        ("s: {a: x}\ncondition: s and not 1 of f_*", "selector-matches-nothing detection.condition 5 0"),
        ("s: {a: x}\ntimeframe: 5m\ncondition: s", "timeframe-ignored detection.timeframe 5 0"),
    ] {
        let loaded = load_text(&around(detection));
        assert_eq!((told(&loaded), loaded.loaded), (vec![want.to_owned()], 1), "{detection}");
    }
}

#[test]
fn a_hundred_mistakes_are_enough() {
    let many: String = lines(2_000, |n| format!("s{n}: {{'a|gt': x}}"));
    let loaded = load_text(&around(&format!("{many}condition: 1 of them")));
    assert_eq!((loaded.diagnostics.len(), loaded.loaded), (100, 0));
}

#[test]
fn large_rules_take_time_in_proportion() {
    let values: String = lines(10_000, |n| format!("    - 'value {n}*'"));
    let identifiers: String = lines(10_000, |n| format!("i{n}: {{a: {n}}}"));
    for detection in [
        format!("s:\n  a|contains:\n{values}condition: s"),
        format!("{identifiers}condition: 1 of i*"),
        format!("s:\n{values}condition: s"),
    ] {
        let start = std::time::Instant::now();
        loaded(&detection);
        assert!(start.elapsed().as_secs() < 5, "{:?}", start.elapsed());
    }
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "(?s).*") {
        load_text(&text);
    }

    #[test]
    fn no_detection_makes_it_panic(
        field in "[a-z]{0,2}",
        modifiers in prop::collection::vec(0..MODIFIERS.len(), 0..5),
        value in "(null|true|-?[0-9.]{1,5}|'[-/a-z*?%\\\\ ()]{0,12}'|\\[a, 1, '-b']|\\{})",
        condition in "((not )?(s|1 of s\\*|all of them)( and | or |\\)|\\()?){0,4}",
    ) {
        let names: String = modifiers.iter().flat_map(|row| ["|", MODIFIERS[*row].name]).collect();
        load_text(&around(&format!("s: {{'{field}{names}': {value}}}\ncondition: {condition}")));
    }
}

#[test]
fn every_mistake_in_a_list_of_values_is_told_and_the_same_one_once() {
    let text = super::rule("").replace("{a: 1}", "{'a|expand': ['%one%', '%two%', '%one%'], 'b|gt': [x, x]}");
    let found: Vec<(&str, bool)> =
        load_text(&text).diagnostics.iter().map(|d| (d.code.name(), d.message.contains("%two%"))).collect();
    let unresolved = "unresolved-placeholder";
    assert_eq!(found, [(unresolved, false), (unresolved, true), ("value-type", false)]);
}

#[test]
fn many_selectors_over_many_identifiers_stay_quick() {
    let identifiers: String = lines(20_000, |n| format!("s{n}: {{f: {n}}}"));
    let condition = vec!["1 of s*"; 2_000].join(" or ");
    let loaded = load_text(&around(&format!("{identifiers}condition: {condition}")));
    assert!(loaded.diagnostics.iter().any(|d| d.code.name() == "bad-condition"));
    assert_eq!(loaded.loaded, 0);
}
