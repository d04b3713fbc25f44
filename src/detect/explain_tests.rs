//! Explanations say what the evaluator says, and show what it saw.

use super::explain::NEAREST;
use super::testing::{JsonEvent, engine, field, field_test, keywords, number, one, raw_options, rule, text};
use super::{Engine, Options, RawView, Redaction};
use crate::model::{FieldTrace, RuleId, Told, Trace, Traced};
use crate::redact::Redactor;
use crate::sigma::{Comparison, Expr, FieldTest, Group, Keywords, Rule, ValueTest};
use proptest::prelude::*;

fn told(rule: &Rule, event: &JsonEvent, options: Options) -> Told {
    let (engine, view): (Engine, RawView) = engine(vec![rule.clone()], options);
    engine.told(RuleId(0), rule, &event.event(0), &view)
}

fn leaf(trace: &Trace) -> &FieldTrace {
    match &trace.what {
        Traced::Field(field) => field,
        _ => leaf(trace.parts.first().expect("some part leads to a field")),
    }
}

fn value_test() -> impl Strategy<Value = ValueTest> {
    prop_oneof![
        Just(ValueTest::Null),
        any::<bool>().prop_map(ValueTest::Exists),
        any::<bool>().prop_map(ValueTest::Bool),
        "[ab]?[*?]?[ab]?[*]?".prop_map(|pattern| text(&pattern)),
        (0..3u8).prop_map(|n| ValueTest::Number(number(&n.to_string()))),
        (0..3u8).prop_map(|n| ValueTest::Compare(Comparison::Gte, number(&n.to_string()))),
        "[fgh]".prop_map(|field| ValueTest::FieldRef { field, cased: false, starts: false, ends: false }),
    ]
}

fn group() -> impl Strategy<Value = Group> {
    let values = prop::collection::vec(prop::collection::vec(value_test(), 1..3), 1..3);
    let leaf = prop_oneof![
        ("[fgh]", any::<bool>(), any::<bool>(), values)
            .prop_map(|(name, all, negated, values)| (
                name,
                FieldTest { all, negated, values, ..field_test("", vec![]) }
            ))
            .prop_map(|(name, test)| Group::Field(FieldTest { field: name.clone(), key: name, ..test })),
        ("[ab]", any::<bool>(), any::<bool>()).prop_map(|(word, all, negated)| Group::Keywords(Keywords {
            all,
            negated,
            ..keywords(&[&word, "b"])
        })),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..3).prop_map(Group::All),
            prop::collection::vec(inner, 1..3).prop_map(Group::Any),
        ]
    })
}

fn expr() -> impl Strategy<Value = Expr> {
    let leaf = prop_oneof![4 => (0..2usize).prop_map(Expr::Selection), 1 => Just(Expr::Never)];
    leaf.prop_recursive(3, 8, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..3).prop_map(Expr::And),
            prop::collection::vec(inner.clone(), 1..3).prop_map(Expr::Or),
            inner.prop_map(|inner| Expr::Not(Box::new(inner))),
        ]
    })
}

fn event() -> impl Strategy<Value = serde_json::Value> {
    use serde_json::{Value, json};
    let scalar = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (0..3u8).prop_map(Value::from),
        "[ab]{0,2}".prop_map(Value::from),
    ];
    let value = prop_oneof![
        3 => scalar.clone(),
        1 => prop::collection::vec(scalar, 0..3).prop_map(Value::from),
        1 => Just(json!({"a": 1})),
    ];
    prop::collection::btree_map("[fgh]", value, 0..3).prop_map(|members| json!(members))
}

proptest! {
    #[test]
    fn the_answer_is_the_evaluators(first in group(), second in group(), expr in expr(), event in event()) {
        let rule = rule("r", vec![("s", first), ("t", second)], expr);
        for options in [raw_options(), Options { raw: false, ..raw_options() }] {
            let event = JsonEvent::new(&event);
            let (engine, view) = engine(vec![rule.clone()], options);
            let held = super::testing::observe(&engine, &view, &[JsonEvent::parse(event.event(0).raw.text())], false);
            let held = held.matches_total == 1;
            let told = engine.told(RuleId(0), &rule, &event.event(0), &view);
            prop_assert_eq!(told.held, held, "{:?}", told);
            prop_assert_eq!(engine.nearness(RuleId(0), &event.event(0), &view) == NEAREST, held);
        }
    }
}

#[test]
fn a_leaf_shows_its_values_and_which_of_them_was_met() {
    let rule = one("r", Group::Field(field_test("f", vec![text("*x"), text("y*"), ValueTest::Null])));
    let told = told(&rule, &JsonEvent::parse(r#"{"f": ["a", "Yes", null]}"#), raw_options());
    let leaf = leaf(&told.conditions[0]);
    assert_eq!(leaf.values, Some(vec![Some("a".to_owned()), Some("Yes".to_owned()), None]));
    let shown: Vec<_> = leaf.tests.tests.iter().map(|test| (test.held, test.words.as_str())).collect();
    assert_eq!(shown, [(true, "starts with 'y'"), (true, "is null or missing"), (false, "ends with 'x'")]);
    assert_eq!(leaf.tests.tests[0].hit, Some((String::new(), "Yes".to_owned())));
}

#[test]
fn missing_fields_empty_lists_and_nulls_are_told_apart() {
    let rule = one("r", field("f", text("x")));
    for (event, want) in [
        ("{}", None),
        (r#"{"f": []}"#, Some(vec![])),
        (r#"{"f": null}"#, Some(vec![None])),
        (r#"{"f": ""}"#, Some(vec![Some(String::new())])),
    ] {
        let told = told(&rule, &JsonEvent::parse(event), raw_options());
        assert_eq!(leaf(&told.conditions[0]).values, want, "{event}");
        assert!(!told.held);
    }
}

#[test]
fn values_are_redacted_unless_that_is_off() {
    let rule = one("r", field("password", text("x*")));
    let event = JsonEvent::parse(r#"{"password": "xyzzy-42"}"#);
    for (redaction, want) in
        [(Redaction::default_rules(), "[REDACTED]"), (Redaction::showing(Redactor::off()), "xyzzy-42")]
    {
        let told = told(&rule, &event, Options { redaction, ..raw_options() });
        let leaf = leaf(&told.conditions[0]);
        assert_eq!(leaf.values, Some(vec![Some(want.to_owned())]));
        assert_eq!(leaf.tests.tests[0].hit.as_ref().map(|(_, value)| value.as_str()), Some(want));
    }
}

#[test]
fn keywords_name_the_field_they_stand_in() {
    let rule = one("r", Group::Keywords(keywords(&["evil", "good"])));
    let told = told(&rule, &JsonEvent::parse(r#"{"a": "x", "b": {"c": "so evil"}}"#), raw_options());
    let Traced::Keywords(tests) = &told.conditions[0].parts[0].what else { panic!("{told:?}") };
    assert_eq!(tests.tests[0].hit, Some(("b.c".to_owned(), "so evil".to_owned())));
    assert_eq!(tests.tests[1].hit, None);
}

#[test]
fn of_many_values_those_that_are_met_are_shown() {
    let values = (0..100).map(|n| text(&format!("{n}"))).chain([text("x")]).collect();
    let rule = one("r", Group::Field(field_test("f", values)));
    let told = told(&rule, &JsonEvent::parse(r#"{"f": "x"}"#), raw_options());
    let tests = &leaf(&told.conditions[0]).tests;
    assert_eq!((tests.tests[0].words.as_str(), tests.left_out), ("is 'x'", (0, 88)));
}

#[test]
fn a_rule_about_lines_tells_which_line_came_nearest() {
    let mut of_auditd = one("r", Group::All(vec![field("type", text("EXECVE")), field("a0", text("chmod"))]));
    of_auditd.logsource.service = Some("auditd".to_owned());
    let mut event = JsonEvent::parse("{}");
    for (part, name, value) in [(1, "type", "SYSCALL"), (1, "a0", "7ff"), (2, "type", "EXECVE"), (2, "a0", "chown")] {
        event.line_text(part, name, value);
    }
    let answer = told(&of_auditd, &event, raw_options());
    assert_eq!((answer.held, answer.line), (false, Some(2)));
    event.line_text(3, "type", "EXECVE");
    event.line_text(3, "a0", "chmod");
    let answer = told(&of_auditd, &event, raw_options());
    assert_eq!((answer.held, answer.line), (true, Some(3)));
}
