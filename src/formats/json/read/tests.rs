//! Regular objects, held to what the reader of all objects makes of them.

use super::Strings;
use super::alike::is_regular as check;
use proptest::prelude::*;

#[test]
fn regular_objects_are_read_as_all_are() {
    for (text, want) in [
        ("{}", true),
        (r#"{"a":1,"b":"x","c":{"d":{"e":[1,"2",{"f":null}]}},"EventID":4624}"#, true),
        (r#"{ "a" : { "b" : [ ] , "x" : { } } , "c" : [ { "d" : -1.5e3 } ] } trailing"#, true),
        (r#"{"a.b":1,"a":{"b":2,"b.c":{"d":3}}}"#, true),
        (r#"{"message":"m","log":"l","x":{"log":"no"}}"#, true),
        (r#"{"a":"C:\\Windows\\x.exe","b":"\"quoted\"\u0041","z":"\q"}"#, true),
        (r#"{"a":[[1,[2]],[]],"b":[[{"c":1}]]}"#, true),
        (r#"{"a":nan,"b":01,"c":tru}"#, true),
        (r#"{"a":1,"a":{"a":2},"a":[3]}"#, true),
        (r#"{"":{"":1},"a":{"":2}}"#, true),
        (r#"{"é":"ü"}"#, true),
        // A first name that may make a named value, but does not.
        (r#"{"a":[{"name":"n"},{"key":{"x":1}}]}"#, true),
        // The other reader's.
        (r#"{"a":[{"Name":"User","Value":"x"}]}"#, false),
        (r#"{"a":"{\"b\":1}"}"#, false),
        ("{\"a\":\"tab\there\"}", false),
        ("{\n\"a\":1}", false),
        (r#"{"a\u0062":1}"#, false),
        (r#"{"a":1,}"#, false),
        (r#"{"a" 1}"#, false),
        (r#"{"a":\"x"}"#, false),
        (r#"{"a":"x"#, false),
        (r#"{"a":[1}"#, false),
        (r#"["a"]"#, false),
        ("", false),
    ] {
        assert_eq!(check(text, 0, Strings::Open), want, "{text}");
        let behind = format!("prefix {text}");
        assert_eq!(check(&behind, 7, Strings::Open), want, "{behind}");
    }
    let deep = |levels: usize| format!("{}1{}", r#"{"a":"#.repeat(levels), "}".repeat(levels));
    assert!(check(&deep(20), 0, Strings::Leave));
    assert!(!check(&deep(30), 0, Strings::Leave));
}

/// An object that is nearly always sound.
fn json() -> impl Strategy<Value = String> {
    let name = prop_oneof![
        8 => r"[abc]{1,2}(\.[ab])?", 2 => Just("Name".to_owned()), 2 => Just("Value".to_owned()),
        1 => Just("message".to_owned()), 1 => Just("log".to_owned()), 1 => r"[a\\ué ]{0,3}",
    ];
    let text = r#"[a-z ]{0,70}|([a:{},é]|\\\\|\\"|\\n|\\u0041|\\ud800|\\q){0,20}"#;
    let leaf = prop_oneof![
        text.prop_map(|text| format!("\"{text}\"")),
        "-?[0-9]{1,4}(\\.[0-9]+)?(e[0-9])?|true|false|null|nan|01",
    ];
    let blank = || "( ?| {2}|\t)";
    let value = leaf.prop_recursive(5, 60, 6, move |inner| {
        let member = (blank(), name.clone(), blank(), inner.clone())
            .prop_map(|(before, name, behind, value)| format!("{before}\"{name}\"{behind}:{before}{value}"));
        prop_oneof![
            proptest::collection::vec(member, 0..6).prop_map(|members| format!("{{{}}}", members.join(","))),
            proptest::collection::vec(inner, 0..5).prop_map(|items| format!("[{}]", items.join(","))),
        ]
    });
    proptest::collection::vec(value, 1..5)
        .prop_map(|values| (b'a'..).zip(values).map(|(c, value)| format!("\"{}\":{value}", char::from(c))))
        .prop_map(|members| format!("{{{}}}", members.collect::<Vec<_>>().join(",")))
}

proptest! {
    #[test]
    fn objects_are_read_alike(text in json(), opens in any::<bool>()) {
        check(&text, 0, if opens { Strings::Open } else { Strings::Leave });
    }

    #[test]
    fn broken_objects_are_read_alike(text in json(), at in any::<prop::sample::Index>(), with in r#"["{}\[\]:,\\ 1a]?"#) {
        let places: Vec<usize> = text.char_indices().map(|(place, _)| place).collect();
        let place = places[at.index(places.len())];
        let behind = text[place..].chars().next().map_or(0, char::len_utf8);
        check(&format!("{}{with}{}", &text[..place], &text[place + behind..]), 0, Strings::Open);
    }
}
