//! What the reader makes of objects, and that it takes whatever `serde_json` takes.

use super::super::testing::{Read, everything, read_by, read_with};
use super::*;
use crate::model::{FieldTable, limits};
use proptest::prelude::*;
use serde_json::Value as Json;

fn read(text: &str) -> Read {
    read_with(read_record, &everything(), text)
}

#[track_caller]
fn check(text: &str, fields: &[(&str, &str)], repaired: bool) {
    let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    assert_eq!(read(text), Read { fields, repaired, ..Read::default() });
}

#[track_caller]
fn refuses(text: &str, expected: &'static str, at: u32) {
    assert_eq!(read(text), Read { refused: Some(Refused { expected, at }), ..Read::default() });
}

#[test]
fn scalars_keep_their_text() {
    check(
        r#"{"a":"x","b":-1.50e+3,"c":true,"d":false,"e":null}"#,
        &[("a", "x"), ("b", "#-1.50e+3"), ("c", "#true"), ("d", "#false"), ("e", "#null")],
        false,
    );
    check(
        r#"{"n":123456789012345678901234567890,"m":1e400}"#,
        &[("n", "#123456789012345678901234567890"), ("m", "#1e400")],
        false,
    );
}

#[test]
fn members_and_elements_are_flattened() {
    check(
        r#"{"a":{"b":{"c":1}},"d":[1,[2,[]],{"e":3}],"f":[],"g":{}}"#,
        &[
            ("a", r#"#object {"b":{"c":1}}"#),
            ("a.b", r#"#object {"c":1}"#),
            ("a.b.c", "#1"),
            ("d", "#1"),
            ("d", "#2"),
            ("d", "#no items"),
            ("d", r#"#object {"e":3}"#),
            ("d.e", "#3"),
            ("f", "#no items"),
            ("g", "#object {}"),
        ],
        false,
    );
}

#[test]
fn objects_lose_the_blanks_between_their_tokens() {
    check(
        "{ \"a\" : { \"b c\" : [ \"d \\\" e\" , { } ] } ,\r\n\t\"x\" : {\"y\":1} }",
        &[
            ("a", r#"#object {"b c":["d \" e",{}]}"#),
            ("a.b c", "d \" e"),
            ("a.b c", "#object {}"),
            ("x", r#"#object {"y":1}"#),
            ("x.y", "#1"),
        ],
        false,
    );
}

#[test]
fn a_name_that_occurs_twice_has_both_values() {
    check(r#"{"user":"alice","user":"mallory"}"#, &[("user", "alice"), ("user", "mallory")], false);
}

#[test]
fn a_string_that_holds_an_object_is_opened_once() {
    check(
        r#"{"e":"{\"a\":{\"b\":\"{\\\"c\\\":1}\"}} \n"}"#,
        &[
            ("e", "{\"a\":{\"b\":\"{\\\"c\\\":1}\"}} \n"),
            ("e.a", r#"#object {"b":"{\"c\":1}"}"#),
            ("e.a.b", r#"{"c":1}"#),
        ],
        false,
    );
    check(r#"{"l":["{\"a\":1}","x"]}"#, &[("l", r#"{"a":1}"#), ("l.a", "#1"), ("l", "x")], false);
    check(r#"{"e":"{\"a\":1} rest","f":"{\"a\":"}"#, &[("e", "{\"a\":1} rest"), ("f", "{\"a\":")], false);
}

#[test]
fn what_a_string_only_wraps_stands_in_its_place_too() {
    check(
        r#"{"n":0,"CloudTrailEvent":"{\"a\":{\"b\":1}}","m":2}"#,
        &[
            ("n", "#0"),
            ("CloudTrailEvent", r#"{"a":{"b":1}}"#),
            ("CloudTrailEvent.a", r#"#object {"b":1}"#),
            ("CloudTrailEvent.a.b", "#1"),
            ("a", r#"#object {"b":1}"#),
            ("a.b", "#1"),
            ("m", "#2"),
        ],
        false,
    );
}

#[test]
fn defects_inside_a_value_are_repaired() {
    check("{\"a\":\"x\ty\"}", &[("a", "x\ty")], true);
    check(r#"{"a":"\ud800"}"#, &[("a", "\u{fffd}")], true);
    check(r#"{"a":"C:\Windows"}"#, &[("a", "C:\\Windows")], true);
    check(r#"{"a":NaN,"b":01,"c":1.,"d":[-]}"#, &[("a", "NaN"), ("b", "01"), ("c", "1."), ("d", "-")], true);
    check("{\"a\":1}\0\0", &[("a", "#1")], true);
    check(r#" {"a":1} trailing"#, &[("a", "#1")], true);
    check(" {\"a\":1} \r", &[("a", "#1")], false);
}

#[test]
fn a_prefix_is_kept() {
    check("web-1  | {\"a\":1}", &[("a", "#1"), ("prefix", "web-1  |")], false);
    check("2025-11-03T10:11:12Z {\"a\":1}", &[("a", "#1"), ("prefix", "2025-11-03T10:11:12Z")], false);
    refuses("panic: {\"a\":1}", "`{`", 0);
}

#[test]
fn defects_of_structure_are_refused() {
    refuses("", "`{`", 0);
    refuses("[1]", "`{`", 0);
    refuses(r#"{"a":"x"#, "a closing quote", 5);
    refuses(r#"{"a":"x\"#, "a closing quote", 5);
    refuses(r#"{"a":[1,2}"#, "`,` or a closing bracket", 9);
    refuses(r#"{"a":1,}"#, "a name in quotes", 7);
    refuses(r#"{"a" 1}"#, "`:`", 5);
    refuses(r#"{"a":}"#, "a value", 5);
    refuses(r#"{"a":1 2}"#, "`,` or a closing bracket", 7);
    refuses(r#"{"a":{"b":1}"#, "a closing bracket before the end", 12);
}

#[test]
fn nesting_is_bounded_and_needs_no_stack() {
    let nested = |levels: usize| format!("{{\"a\":{}{}}}", "[".repeat(levels), "]".repeat(levels));
    assert_eq!(read(&nested(limits::JSON_DEPTH - 1)).refused, None);
    assert!(read(&nested(limits::JSON_DEPTH)).refused.is_some());
    assert!(read(&nested(1_000_000)).refused.is_some());
    assert!(read(&"{\"a\":".repeat(1_000_000)).refused.is_some());
}

#[test]
fn values_and_names_are_bounded() {
    let values = |count: usize| read(&format!("{{\"a\":[{}0]}}", "0,".repeat(count))).refused.map(|r| r.expected);
    assert_eq!(values(limits::JSON_VALUES - 2), None);
    assert_eq!(values(limits::JSON_VALUES), Some("at most a million values"));
    let long = "n".repeat(limits::JSON_NAMES / 1000);
    let names = |count: usize| {
        let members = vec!["\"\":0"; count].join(",");
        read_with(read_record, &FieldTable::default(), &format!("{{\"{long}\":{{{members}}}}}"))
    };
    assert_eq!(names(900).refused, None);
    assert_eq!(names(1000).refused.map(|r| r.expected), Some("names of at most 32 MiB together"));
}

#[test]
fn only_wanted_names_are_kept_and_the_verdict_stays_the_same() {
    let mut table = FieldTable::default();
    table.want("a.b");
    let read = read_with(read_record, &table, r#"{"a":{"b":1,"c":"\q"},"x":"{\"y\":1}","d":[{"a":{}}]}"#);
    assert_eq!(read.fields, [("a.b".to_owned(), "#1".to_owned())]);
    assert!(read.repaired);
}

#[test]
fn shapes_tell_steps_from_dots() {
    let shapes = |text: &str| -> Vec<(String, u16)> {
        let read = read_by(&everything(), text, |record| {
            object_at(record, 0).unwrap();
        });
        read.into_iter().map(|(name, _, shape)| (name, shape)).collect()
    };
    let name = |n: &str, shape| (n.to_owned(), shape);
    assert_eq!(
        shapes(r#"{"a.b":{"c":1},"a":{"b.c":2,"b":[{"c":3}]}}"#),
        [
            name("a.b", 0),
            name("a.b.c", 0x4000),
            name("a", 0),
            name("a.b.c", 0x8000),
            name("a.b", 0x8000),
            name("a.b.c", 0xc000),
        ]
    );
    assert_eq!(shapes(r#"{"e":"{\"x.y\":{\"z\":1}}"}"#)[1..], [name("e.x.y", 0x8000), name("e.x.y.z", 0xa000)]);
}

/// What reading `value` should give under `name`, from the tree `serde_json` makes. The record has no name.
fn flatten(name: Option<&str>, value: &Json, out: &mut Vec<(String, String)>) {
    let mut push = |shown: String| out.extend(name.map(|name| (name.to_owned(), shown)));
    match value {
        Json::Null => push("#null".to_owned()),
        Json::Bool(b) => push(format!("#{b}")),
        Json::Number(n) => push(format!("#{n}")),
        Json::String(s) => push(s.clone()),
        Json::Array(items) if items.is_empty() => push("#no items".to_owned()),
        Json::Array(items) => items.iter().for_each(|item| flatten(name, item, out)),
        Json::Object(members) => {
            push(format!("#object {value}"));
            for (key, member) in members {
                let path = name.map_or_else(|| key.clone(), |name| format!("{name}.{key}"));
                flatten(Some(&path), member, out);
            }
        }
    }
}

fn json() -> impl Strategy<Value = Json> {
    let scalar = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        any::<String>().prop_map(Json::from),
        "[a-z\"\\\\\u{1}é ]{0,20}".prop_map(Json::from),
    ];
    scalar.prop_recursive(5, 40, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Json::from),
            prop::collection::btree_map("[a-z.\"\\\\]{1,6}", inner, 0..5)
                .prop_map(|members| Json::Object(members.into_iter().collect())),
        ]
    })
}

/// Objects in all the spellings JSON allows.
fn spelling() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[a-z é]{0,9}",
        Just("\\\"".to_owned()),
        Just("\\\\".to_owned()),
        Just("\\/".to_owned()),
        Just("\\n".to_owned()),
        Just("\\u0000".to_owned()),
        Just("\\uD834\\udd1e".to_owned()),
    ];
    let string = prop::collection::vec(piece, 0..4).prop_map(|pieces| format!("\"{}\"", pieces.concat()));
    let scalar = prop_oneof![
        "-?(0|[1-9][0-9]{0,30})(\\.[0-9]{1,9})?([eE][+-]?[0-9])?",
        Just("true".to_owned()),
        Just("null".to_owned()),
        string.clone(),
    ];
    let value = scalar.prop_recursive(4, 24, 4, move |inner| {
        let member = (string.clone(), "[ \t\r\n]{0,2}", inner.clone())
            .prop_map(|(name, blank, value)| format!("{name}{blank}:{blank}{value}"));
        prop_oneof![
            (prop::collection::vec(inner, 0..4), "[ \t\r\n]{0,2}")
                .prop_map(|(items, blank)| format!("[{blank}{}{blank}]", items.join(","))),
            (prop::collection::vec(member, 0..4), "[ \t\r\n]{0,2}")
                .prop_map(|(items, blank)| format!("{{{blank}{}}}", items.join(&format!("{blank},{blank}")))),
        ]
    });
    value.prop_map(|value| format!("{{\"x\":{value}}}"))
}

proptest! {
    #[test]
    fn values_are_those_serde_json_wrote(value in prop::collection::btree_map("[a-z.é\\\\]{1,6}", json(), 0..6)) {
        let value = Json::Object(value.into_iter().collect());
        let mut fields = Vec::new();
        flatten(None, &value, &mut fields);
        for text in [value.to_string(), serde_json::to_string_pretty(&value).unwrap()] {
            let got = read(&text);
            prop_assert_eq!(&got.fields, &fields);
            prop_assert!(!got.repaired && got.refused.is_none());
        }
    }

    #[test]
    fn what_serde_json_accepts_is_accepted(
        text in spelling(),
        at in any::<prop::sample::Index>(),
        byte in prop::sample::select(b"{}[]\",:\\0e-. n\t".to_vec()),
        change in 0..4,
    ) {
        let mut bytes = text.into_bytes();
        let at = at.index(bytes.len());
        match change {
            0 => bytes.insert(at, byte),
            1 => bytes[at] = byte,
            2 => drop(bytes.remove(at)),
            _ => {}
        }
        let Ok(text) = String::from_utf8(bytes) else { return Ok(()) };
        let strict = serde_json::from_str::<serde_json::Map<String, Json>>(&text);
        let got = read(&text);
        // Numbers that no f64 holds are the one thing it refuses for another reason than form.
        prop_assert!(strict.is_err() || (got.refused.is_none() && !got.repaired), "{}", text);
        prop_assert!(change < 3 || strict.is_ok());
        if let (Ok(strict), true) = (strict, got.refused.is_none()) {
            let mut fields = Vec::new();
            flatten(None, &Json::Object(strict.clone()), &mut fields);
            let names = |fields: &[(String, String)]| fields.iter().map(|(name, _)| name.clone()).collect::<std::collections::BTreeSet<_>>();
            prop_assert!(names(&fields).is_subset(&names(&got.fields)), "{}", text);
        }
    }

    #[test]
    fn no_text_makes_it_panic(text in any::<String>(), json in json(), cut in any::<prop::sample::Index>()) {
        read(&text);
        let mut json = format!("{{\"a\":{json}}}").into_bytes();
        json.truncate(cut.index(json.len()));
        read(&String::from_utf8_lossy(&json));
    }
}
