//! The indexed engine finds what the reference engine finds: generated rules over generated events, so close to each
//! other that most of them nearly match.

use super::testing::{JsonEvent, Mapped, engine, field_test, keywords, number, observe, one, raw_options, rule, text};
use super::{Kind, Worker};
use crate::model::{Counts, Findings};
use crate::sigma::{Comparison, Expr, FieldTest, Flags, Group, Pattern, PatternPart, Rule, Ruleset, Search, ValueTest};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value as Json, json};

const FIELDS: [&str; 3] = ["Image", "CommandLine", "EventID"];

/// Values and pieces of patterns: short and long, in both cases, with signs that fold to ASCII letters or to nothing.
const WORDS: [&str; 11] = [
    "",
    "a",
    "ab",
    "whoami",
    "WhoAmI",
    "\\cmd.exe",
    "-enc",
    "\u{212a}ernel",
    "stra\u{df}e",
    "4688",
    "long enough to be remembered",
];

fn word() -> impl Strategy<Value = String> {
    proptest::sample::select(&WORDS[..]).prop_map(str::to_owned)
}

fn pattern() -> impl Strategy<Value = ValueTest> {
    let part = prop_oneof![
        4 => word().prop_map(PatternPart::Literal),
        2 => Just(PatternPart::Many),
        1 => Just(PatternPart::One),
    ];
    (vec(part, 0..5), proptest::bool::weighted(0.2))
        .prop_map(|(parts, cased)| ValueTest::Pattern(Pattern::new(parts, cased)))
}

fn test() -> impl Strategy<Value = ValueTest> {
    let numbers = proptest::sample::select(&["0", "1", "10", "4688", "4688.0", "-3", "1e3"][..]);
    let expression = proptest::sample::select(&["whoami", "(?i)CMD", "^$", "[0-9]+", "k"][..]);
    prop_oneof![
        6 => pattern(),
        2 => numbers.clone().prop_map(|n| ValueTest::Number(number(n))),
        1 => numbers.prop_map(|n| ValueTest::Compare(Comparison::Lte, number(n))),
        1 => expression.prop_map(|text| ValueTest::Regex(Search::new(text, Flags::default()).expect("it is fine"))),
        1 => Just(ValueTest::Null),
        1 => any::<bool>().prop_map(ValueTest::Exists),
        1 => any::<bool>().prop_map(ValueTest::Bool),
        1 => proptest::sample::select(&FIELDS[..]).prop_map(|other| ValueTest::FieldRef {
            field: other.to_owned(), cased: false, starts: false, ends: true
        }),
    ]
}

fn field() -> impl Strategy<Value = Group> {
    let name = proptest::sample::select(&FIELDS[..]);
    let flags = (proptest::bool::weighted(0.2), proptest::bool::weighted(0.1));
    (name, vec(vec(test(), 1..3), 0..4), flags).prop_map(|(name, values, (all, negated))| {
        Group::Field(FieldTest { all, negated, values, ..field_test(name, Vec::new()) })
    })
}

fn group() -> impl Strategy<Value = Group> {
    let words = vec(word(), 1..3)
        .prop_map(|words| Group::Keywords(keywords(&words.iter().map(String::as_str).collect::<Vec<_>>())));
    let leaf = prop_oneof![8 => field(), 1 => words];
    leaf.prop_recursive(2, 6, 3, |inner| {
        prop_oneof![vec(inner.clone(), 0..3).prop_map(Group::All), vec(inner, 0..3).prop_map(Group::Any)]
    })
}

fn condition() -> impl Strategy<Value = Expr> {
    let leaf = prop_oneof![9 => (0usize..4).prop_map(Expr::Selection), 1 => Just(Expr::Never)];
    leaf.prop_recursive(3, 8, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 1..3).prop_map(Expr::And),
            vec(inner.clone(), 1..3).prop_map(Expr::Or),
            inner.prop_map(|inner| Expr::Not(Box::new(inner))),
        ]
    })
}

fn rules() -> impl Strategy<Value = Vec<Rule>> {
    let one = (vec(group(), 1..4), condition());
    vec(one, 1..12).prop_map(|rules| {
        let named = |(n, (groups, expr)): (usize, (Vec<Group>, Expr))| {
            rule(&format!("r{n}"), groups.into_iter().map(|group| ("s", group)).collect(), expr)
        };
        rules.into_iter().enumerate().map(named).collect()
    })
}

fn value() -> impl Strategy<Value = Json> {
    let text = vec(word(), 0..4).prop_map(|words| json!(words.concat()));
    let leaf = prop_oneof![
        8 => text,
        2 => proptest::sample::select(&[0, 1, 10, 4688, -3, 1000][..]).prop_map(|n| json!(n)),
        1 => Just(json!(4688.0)),
        1 => any::<bool>().prop_map(|word| json!(word)),
        1 => Just(Json::Null),
        1 => word().prop_map(|word| json!({ "in": word })),
    ];
    prop_oneof![5 => leaf.clone(), 1 => vec(leaf, 0..3).prop_map(Json::Array)]
}

fn events() -> impl Strategy<Value = Vec<Json>> {
    vec(vec((proptest::sample::select(&FIELDS[..]), value()), 0..4), 1..12).prop_map(|events| {
        let object = |members: Vec<(&str, Json)>| members.into_iter().map(|(name, v)| (name.to_owned(), v)).collect();
        events.into_iter().map(|members| Json::Object(object(members))).collect()
    })
}

/// What looking for rules did for these events, one after another.
fn counted(rules: Vec<Rule>, events: &[&str]) -> Counts {
    let (engine, view) = engine(rules, raw_options());
    let mut worker = Worker::default();
    let mut findings = Findings::default();
    for event in events {
        let event = JsonEvent::parse(event);
        engine.observe(&event.event(0), &view, &mut worker, &mut findings);
    }
    *worker.counts()
}

#[test]
fn few_of_many_rules_are_tried_and_values_met_again_are_known() {
    let rules =
        (0..500).map(|n| one(&format!("r{n}"), Group::Field(field_test("f", vec![text(&format!("*tool{n:03}*"))]))));
    let event = r#"{"f": "run TOOL007 and then tool123", "g": "tool001"}"#;
    let counts = counted(rules.collect(), &[event, event, event]);
    assert_eq!((counts.events, counts.fitting, counts.tried, counts.held), (3, 1_500, 6, 6));
    assert_eq!((counts.values, counts.remembered), (3, 2));
}

#[test]
fn an_index_whose_values_never_repeat_does_without_memory() {
    let rule = one("r", Group::Field(field_test("f", vec![text("*needle*")])));
    let event = |n: usize| format!(r#"{{"f": "a value that is long enough: {n}"}}"#);
    let events: Vec<String> = (0..6_000).map(event).chain((0..6_000).map(event)).collect();
    let counts = counted(vec![rule], &events.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!((counts.values, counts.remembered, counts.tried), (12_000, 0, 0));
}

#[test]
fn lines_without_what_rules_want_are_looked_through_once() {
    let rules = vec![
        one("words", Group::Keywords(keywords(&["break-in"]))),
        one("field", Group::Field(field_test("f", vec![text("*union select*"), text("/etc/passwd")]))),
    ];
    let (engine, view) = engine(rules, super::Options { raw_text: |_| true, ..raw_options() });
    let mut worker = Worker::default();
    let mut findings = Findings::default();
    for text in [r#"{"f": "GET /", "g": "nothing"}"#, r#"{"f": "/etc/passwd"}"#, r#"{"f": "/etc/passwd.old"}"#] {
        let event = JsonEvent::line(&serde_json::from_str(text).expect("JSON"));
        engine.observe(&event.event(0), &view, &mut worker, &mut findings);
    }
    let Counts { lines, values, tried, held, .. } = *worker.counts();
    assert_eq!((lines, values, tried, held), (3, 0, 2, 1));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn both_engines_find_the_same(rules in rules(), events in events(), raw: bool, raw_text: bool, line: bool) {
        let event = if line { JsonEvent::line } else { JsonEvent::new };
        let events: Vec<JsonEvent> = events.iter().map(event).collect();
        let found = |kind: Kind| {
            let raw_text = if raw_text { |_| true } else { |_| false };
            let options = super::Options { engine: kind, raw, raw_text, ..raw_options() };
            let (engine, view) = engine(rules.clone(), options);
            // Twice: what is remembered of the first time must not matter.
            let twice: Vec<_> = (0..2).map(|_| observe(&engine, &view, &events, true).matches).collect();
            twice
        };
        prop_assert_eq!(found(Kind::Indexed), found(Kind::Reference));
    }

    #[test]
    fn both_find_the_same_where_fields_answer_together(rules in rules(), events in events(), raw: bool) {
        let events: Vec<JsonEvent> = events.iter().map(JsonEvent::new).collect();
        let again = || events.iter().chain(&events);
        let rules = Ruleset { rules, ..Ruleset::default() };
        let found = |kind: Kind| {
            let options = super::Options { engine: kind, raw, ..raw_options() };
            let (engine, view) = Mapped::engine(&rules, &[], options, &[("CommandLine", "Image")]);
            let Findings { matches, alerts, matches_total, .. } = observe(&engine, &view, again(), true);
            (matches, format!("{alerts:?}"), matches_total)
        };
        prop_assert_eq!(found(Kind::Indexed), found(Kind::Reference));
    }
}
