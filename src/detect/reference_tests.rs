//! What rules mean, row by row of sigma-semantics.md.

use super::testing::{JsonEvent, engine, field, field_test, keywords, number, observe, one, raw_options, rule, text};
use super::{Options, RawView};
use crate::model::{Span, Value};
use crate::sigma::{Comparison, Expr, FieldTest, Flags, Group, Rule, Search, TimePart, ValueTest};

#[track_caller]
fn holds(rule: &Rule, event: JsonEvent, options: Options) -> bool {
    let (engine, view): (_, RawView) = engine(vec![rule.clone()], options);
    observe(&engine, &view, &[event], false).matches_total == 1
}

fn scanned() -> Options {
    Options { raw: false, ..raw_options() }
}

#[track_caller]
fn check(group: Group, rows: &[(&str, bool)]) {
    let rule = one("r", group);
    for (event, want) in rows {
        assert_eq!(holds(&rule, JsonEvent::parse(event), raw_options()), *want, "{event}");
    }
}

const MISSING: &str = r#"{"g": "x"}"#;
const NULL: &str = r#"{"f": null}"#;
const EMPTY: &str = r#"{"f": ""}"#;
const OTHER: &str = r#"{"f": "y"}"#;

#[test]
fn null_empty_and_missing_are_told_apart() {
    let negated = |value| Group::Field(FieldTest { negated: true, ..field_test("f", vec![value]) });
    // Rows: the rule's value; columns: missing, null, empty, another value.
    let table: [(Group, [bool; 4]); 7] = [
        (field("f", ValueTest::Null), [true, true, false, false]),
        (field("f", text("")), [false, false, true, false]),
        (field("f", text("*")), [false, false, true, true]),
        (field("f", text("**")), [false, false, true, true]),
        (field("f", ValueTest::Exists(true)), [false, true, true, true]),
        (field("f", ValueTest::Exists(false)), [true, false, false, false]),
        (negated(text("x")), [true, true, true, true]),
    ];
    for (group, [missing, null, empty, other]) in table {
        check(group, &[(MISSING, missing), (NULL, null), (EMPTY, empty), (OTHER, other)]);
    }
}

#[test]
fn a_negated_entry_fails_where_the_value_is_there() {
    check(
        Group::Field(FieldTest { negated: true, ..field_test("f", vec![text("x"), text("z")]) }),
        &[(r#"{"f": "X"}"#, false), (r#"{"f": ["y", "z"]}"#, false), (r#"{"f": ["y"]}"#, true)],
    );
    check(
        Group::Field(FieldTest { negated: true, all: true, ..field_test("f", vec![text("x"), text("z")]) }),
        &[(r#"{"f": "x"}"#, true), (r#"{"f": ["x", "z"]}"#, false), (MISSING, true)],
    );
}

#[test]
fn an_empty_array_is_there_but_holds_nothing() {
    let rows = |null, star, exists| [(null, ValueTest::Null), (star, text("*")), (exists, ValueTest::Exists(true))];
    for (event, rows) in [
        (r#"{"f": []}"#, rows(false, false, true)),
        (r#"{"f": [null, "x"]}"#, rows(true, true, true)),
        (r#"{"f": [[]]}"#, rows(false, false, true)),
        (r#"{"f": {}}"#, rows(false, true, true)),
        (r#"{"f": [{}]}"#, rows(false, true, true)),
    ] {
        for (want, value) in rows {
            check(field("f", value), &[(event, want)]);
        }
    }
}

#[test]
fn an_empty_payload_element_is_both_empty_and_null() {
    for (value, want) in [
        (ValueTest::Null, true),
        (text(""), true),
        (text("*"), true),
        (text("?"), false),
        (ValueTest::Exists(true), true),
        (ValueTest::Exists(false), false),
    ] {
        let mut event = JsonEvent::parse("{}");
        event.entry("f", 0, 0, Value::Empty);
        assert_eq!(holds(&one("r", field("f", value.clone())), event, scanned()), want, "{value:?}");
    }
}

#[test]
fn objects_offer_their_text_to_patterns_only_and_never_under_raw() {
    let event = || JsonEvent::parse(r#"{"f": {"a": 1, "b": "deny"}}"#);
    for (group, scan, raw) in [
        (field("f", text(r#"*"b":"deny"*"#)), true, false),
        (field("f", text("*")), true, true),
        (field("f", ValueTest::Regex(Search::new("deny", Flags::default()).expect("an expression"))), false, false),
        (Group::Keywords(keywords(&[r#""b""#])), false, false),
        (Group::Keywords(keywords(&["DENY"])), true, true),
    ] {
        let rule = one("r", group);
        assert_eq!(holds(&rule, event(), scanned()), scan, "{rule:?}");
        assert_eq!(holds(&rule, event(), raw_options()), raw, "{rule:?}");
    }
}

#[test]
fn numbers_are_equal_by_value_exactly() {
    check(
        field("f", ValueTest::Number(number("4625"))),
        &[
            (r#"{"f": 4625}"#, true),
            (r#"{"f": 4625.0}"#, true),
            (r#"{"f": "+4625"}"#, true),
            (r#"{"f": "4625 "}"#, false),
            (r#"{"f": "0x1211"}"#, false),
            (r#"{"f": true}"#, false),
            (r#"{"f": ["x", "04625"]}"#, true),
        ],
    );
    check(
        field("f", ValueTest::Number(number("9007199254740993"))),
        &[(r#"{"f": 9007199254740993}"#, true), (r#"{"f": 9007199254740992}"#, false)],
    );
    check(field("f", text("46*")), &[(r#"{"f": 4625}"#, true), (r#"{"f": 625}"#, false)]);
}

#[test]
fn booleans_equal_their_words() {
    check(
        field("f", ValueTest::Bool(true)),
        &[(r#"{"f": true}"#, true), (r#"{"f": "TRUE"}"#, true), (r#"{"f": false}"#, false), (r#"{"f": 1}"#, false)],
    );
    check(field("f", text("true")), &[(r#"{"f": true}"#, true), (r#"{"f": false}"#, false)]);
}

#[test]
fn comparisons_take_numbers_and_numeric_text() {
    use Comparison::{Gt, Gte, Lt, Lte};
    for (how, below, same, above) in
        [(Lt, true, false, false), (Lte, true, true, false), (Gt, false, false, true), (Gte, false, true, true)]
    {
        check(
            field("f", ValueTest::Compare(how, number("10"))),
            &[
                (r#"{"f": 9.99}"#, below),
                (r#"{"f": "10.0"}"#, same),
                (r#"{"f": 1e2}"#, above),
                (r#"{"f": "x"}"#, false),
                (MISSING, false),
            ],
        );
    }
    check(
        field("f", ValueTest::TimePart(TimePart::Hour, Gte, number("22"))),
        &[(r#"{"f": "2024-03-01T23:30:00+05:00"}"#, true), (r#"{"f": "2024-03-01T21:30:00"}"#, false), (NULL, false)],
    );
}

#[test]
fn addresses_lie_in_networks_of_their_family() {
    let rows = [
        ("10.0.0.0/8", "10.1.2.3", true),
        ("10.0.0.0/8", "11.1.2.3", false),
        ("10.0.0.0/8", "::ffff:10.1.2.3", false),
        ("10.0.0.0/8", "10.1.2", false),
        ("10.0.0.0/8", "10.1.2.3%1", false),
        ("fe80::/64", "fe80::1%12", true),
        ("fe80::/64", "FE80:0:0:0::1", true),
    ];
    for (net, address, want) in rows {
        let rule = one("r", field("f", ValueTest::Cidr(net.parse().expect("a network"))));
        assert_eq!(
            holds(&rule, JsonEvent::parse(&format!(r#"{{"f": "{address}"}}"#)), raw_options()),
            want,
            "{address}"
        );
    }
}

#[test]
fn fields_are_compared_with_fields() {
    let same = |cased, starts, ends| field("f", ValueTest::FieldRef { field: "g".to_owned(), cased, starts, ends });
    check(
        same(false, false, false),
        &[
            (r#"{"f": "ΟΔΟΣ", "g": "οδος"}"#, true),
            (r#"{"f": 1.0, "g": "1"}"#, true),
            (r#"{"f": "1.0", "g": "1"}"#, false),
            (r#"{"f": ["a", "b"], "g": ["c", "B"]}"#, true),
            (r#"{"f": "a", "g": "ab"}"#, false),
            (r#"{"f": "a*", "g": "ab"}"#, false),
            (r#"{"f": null, "g": null}"#, false),
            (r#"{"f": "a"}"#, false),
        ],
    );
    check(same(true, false, false), &[(r#"{"f": "a", "g": "A"}"#, false), (r#"{"f": "a", "g": "a"}"#, true)]);
    check(same(false, true, false), &[(r#"{"f": "Abc", "g": "aB"}"#, true), (r#"{"f": "cab", "g": "ab"}"#, false)]);
    check(same(false, false, true), &[(r#"{"f": "cAb", "g": "aB"}"#, true), (r#"{"f": "abc", "g": "ab"}"#, false)]);
    check(same(false, true, true), &[(r#"{"f": "cAbd", "g": "aB"}"#, true), (r#"{"f": "ab", "g": "abc"}"#, false)]);
}

#[test]
fn many_values_are_compared_like_few() {
    let same = field("f", ValueTest::FieldRef { field: "g".to_owned(), cased: false, starts: false, ends: false });
    let list =
        |from: u32, suffix: &str| (from..from + 40).map(|n| format!("{n}{suffix}")).collect::<Vec<_>>().join(",");
    let event = |f: &str, g: &str| format!(r#"{{"f": [{f}], "g": [{g}]}}"#);
    check(
        same,
        &[
            (&event(&list(0, ""), &list(39, ".0")), true),
            (&event(&list(0, ""), &list(40, ".0")), false),
            (&event(&format!("\"X\",{}", list(0, "")), &format!("{},\"x\"", list(50, ""))), true),
        ],
    );
}

#[test]
fn all_wants_every_value_from_whichever_element() {
    let all = |values| Group::Field(FieldTest { all: true, ..field_test("f", values) });
    check(
        all(vec![text("*a*"), text("*b*")]),
        &[(r#"{"f": "ab"}"#, true), (r#"{"f": ["a", "b"]}"#, true), (r#"{"f": ["a", "c"]}"#, false)],
    );
}

#[test]
fn keywords_lie_in_one_value_or_in_the_raw_line() {
    let rule = one("r", Group::Keywords(keywords(&["one*two"])));
    let event = || JsonEvent::parse(r#"{"a": "ONE", "b": {"c": ["two", 12, true, null]}}"#);
    assert!(!holds(&rule, event(), raw_options()));
    assert!(holds(&rule, event(), Options { raw_text: |_| true, ..scanned() }));
    for (words, want) in [(["12", "zz"], true), (["tru", "zz"], true), (["null", "c"], false)] {
        assert_eq!(holds(&one("r", Group::Keywords(keywords(&words))), event(), raw_options()), want, "{words:?}");
    }
    let mut every = keywords(&["one", "two"]);
    every.all = true;
    assert!(holds(&one("r", Group::Keywords(every.clone())), event(), raw_options()));
    every.negated = true;
    assert!(!holds(&one("r", Group::Keywords(every)), event(), raw_options()));
}

#[test]
fn dotted_names_walk_and_literal_keys_win() {
    check(
        field("a.b.c", text("x")),
        &[
            (r#"{"a": {"b": {"c": "x"}}}"#, true),
            (r#"{"a": [{"b": {"c": "y"}}, {"b": [{"c": "x"}]}]}"#, true),
            (r#"{"a.b.c": "y", "a": {"b": {"c": "x"}}}"#, false),
            (r#"{"a.b.c": null, "a": {"b": {"c": "x"}}}"#, false),
            (r#"{"a.b": {"c": "x"}, "a": {"b.c": "y"}}"#, true),
            (r#"{"a.b": {"c": "y"}, "a": {"b.c": "x"}}"#, false),
            (r#"{"A": {"b": {"c": "x"}}}"#, false),
        ],
    );
}

#[test]
fn conditions_follow_two_valued_logic() {
    let sel = |n: usize| Expr::Selection(n);
    let not = |expr| Expr::Not(Box::new(expr));
    let selections = || vec![("a", field("f", text("x"))), ("b", field("g", text("y")))];
    let rows = [
        (Expr::And(vec![sel(0), sel(1)]), [true, false, false]),
        (Expr::Or(vec![sel(0), sel(1)]), [true, true, false]),
        (Expr::And(vec![sel(0), not(sel(1))]), [false, true, false]),
        (not(Expr::Or(vec![sel(0), sel(1)])), [false, false, true]),
        (not(Expr::Never), [true, true, true]),
        (Expr::And(vec![sel(0), Expr::Never]), [false, false, false]),
    ];
    for (expr, wants) in rows {
        let rule = rule("r", selections(), expr);
        for (event, want) in [r#"{"f": "x", "g": "y"}"#, r#"{"f": "x"}"#, "{}"].iter().zip(wants) {
            assert_eq!(holds(&rule, JsonEvent::parse(event), raw_options()), want, "{rule:?} {event}");
        }
    }
}

#[test]
fn an_event_of_several_conditions_is_found_once() {
    let mut rule = one("r", field("f", text("x")));
    rule.conditions.push(rule.conditions[0].clone());
    assert!(holds(&rule, JsonEvent::parse(r#"{"f": "x"}"#), raw_options()));
}

#[test]
fn an_audit_rule_holds_for_one_line_alone() {
    let both = || Group::All(vec![field("type", text("SYSCALL")), field("a0", text("rm"))]);
    let event = || {
        let mut event = JsonEvent::parse(r#"{"host": "web1"}"#);
        for (part, name, value) in [(1, "type", "SYSCALL"), (1, "a0", "7ffd"), (2, "type", "EXECVE"), (2, "a0", "rm")] {
            event.line_text(part, name, value);
        }
        event
    };
    let mut audit = one("r", both());
    assert!(holds(&audit, event(), scanned()), "a rule that is not for auditd sees the whole record");
    audit.logsource.service = Some("auditd".to_owned());
    assert!(!holds(&audit, event(), scanned()));
    audit.selections[0].body =
        Group::All(vec![field("type", text("EXECVE")), field("a0", text("rm")), field("host", text("web1"))]);
    assert!(holds(&audit, event(), scanned()));
}

#[test]
fn spans_outside_their_buffer_read_as_empty() {
    let mut event = JsonEvent::parse("{}");
    event.entry("f", 0, 0, Value::Text(Span { start: 9_999, len: 5, ..Span::default() }));
    assert!(holds(&one("r", field("f", text(""))), event, raw_options()));
}
