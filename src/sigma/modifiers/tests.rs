//! What each modifier makes of a value, which may follow which, and that none is missing.

use super::*;
use crate::sigma::rule::{Pattern, PatternPart};

/// The words of the Sigma specification 2.1 (its appendix on modifiers).
const SPECIFICATION: [&str; 34] = [
    "all",
    "base64",
    "base64offset",
    "cased",
    "cidr",
    "contains",
    "day",
    "dotall",
    "endswith",
    "exists",
    "expand",
    "fieldref",
    "gt",
    "gte",
    "hour",
    "i",
    "ignorecase",
    "lt",
    "lte",
    "m",
    "minute",
    "month",
    "multiline",
    "neq",
    "re",
    "s",
    "startswith",
    "utf16",
    "utf16be",
    "utf16le",
    "week",
    "wide",
    "windash",
    "year",
];

impl From<&str> for Kind {
    fn from(text: &str) -> Kind {
        Kind::Text(text.to_owned())
    }
}

fn text(text: &str) -> Kind {
    Kind::Text(text.to_owned())
}

fn number(digits: &str) -> Kind {
    Kind::Number(digits.to_owned())
}

/// The pattern as a rule would spell it, `cased:` before it when it is.
fn spelt(pattern: &Pattern) -> String {
    let mut out = if pattern.cased { "cased:".to_owned() } else { String::new() };
    for part in pattern.parts.iter() {
        match part {
            PatternPart::Many => out.push('*'),
            PatternPart::One => out.push('?'),
            PatternPart::Literal(text) => {
                for c in text.chars() {
                    out.extend(matches!(c, '*' | '?').then_some('\\'));
                    out.push(c);
                }
            }
        }
    }
    out
}

fn shown(test: &ValueTest) -> String {
    match test {
        ValueTest::Pattern(pattern) => spelt(pattern),
        ValueTest::Regex(regex) => format!("/{}/", regex.as_str()),
        ValueTest::Number(n) => format!("= {}e{}", n.digits, n.exponent),
        ValueTest::Compare(comparison, n) => format!("{comparison:?} {}e{}", n.digits, n.exponent),
        ValueTest::TimePart(part, comparison, n) => format!("{part:?} {comparison:?} {}e{}", n.digits, n.exponent),
        ValueTest::Cidr(net) => net.to_string(),
        ValueTest::FieldRef { field, cased, starts, ends } => {
            let star = |open: &bool| if *open { "*" } else { "" };
            format!("{}{}<{field}>{}", if *cased { "cased:" } else { "" }, star(ends), star(starts))
        }
        other => format!("{other:?}"),
    }
}

fn run(names: &str, value: &Kind, keyword: bool) -> Result<Vec<String>, Misuse> {
    let names: Vec<&str> = names.split('|').filter(|name| !name.is_empty()).collect();
    let placeholders = BTreeMap::from([
        ("A".to_owned(), vec!["a1".to_owned(), "a*".to_owned()]),
        ("B-2".to_owned(), vec!["b".to_owned()]),
        ("Empty".to_owned(), Vec::new()),
    ]);
    let mut budget = 10_000;
    let mut work = Work::new(&placeholders, &mut budget);
    let tests = Chain::new(&names)?.tests(value, keyword, &mut work)?;
    Ok(tests.iter().map(shown).collect())
}

#[track_caller]
fn becomes(names: &str, value: impl Into<Kind>, want: &[&str]) {
    let want: Vec<String> = want.iter().map(|text| (*text).to_owned()).collect();
    assert_eq!(run(names, &value.into(), false), Ok(want), "{names}");
}

#[track_caller]
fn refused(names: &str, value: impl Into<Kind>, code: Code) {
    assert_eq!(run(names, &value.into(), false).map_err(|misuse| misuse.code), Err(code), "{names}");
}

#[test]
fn every_modifier_of_the_specification_is_in_the_table() {
    for name in SPECIFICATION {
        assert!(MODIFIERS.iter().any(|row| row.name == name), "{name}");
    }
}

#[test]
fn rows_are_in_order_and_say_what_they_do() {
    assert!(MODIFIERS.is_sorted_by(|a, b| a.name < b.name));
    for row in MODIFIERS {
        assert!(row.name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()), "{}", row.name);
        assert!(!row.summary.is_empty() && row.summary.chars().count() < 60, "{}", row.name);
        assert!(!row.summary.ends_with('.') && !row.place.ends_with('.'), "{}", row.name);
        let links = matches!(row.apply, Apply::Entry(_));
        assert_eq!(links, row.shape == Shape::Linking, "{}", row.name);
        assert_eq!(links, row.after.is_empty(), "{}: who may follow nothing can never be used", row.name);
    }
}

#[test]
fn values_are_parsed_before_modifiers() {
    for (written, want) in [
        (r"\W", r"\w"),
        (r"\\", r"\"),
        (r"\*\?", r"\*\?"),
        (r"a\\*", r"a\*"),
        (r"\\\*", r"\\*"),
        (r"\\\\*", r"\\*"),
        (r"\\srv\x", r"\srv\x"),
        (r"\\\\srv", r"\\srv"),
        (r"\\\srv", r"\\srv"),
        (r"C:\t\*\x", r"c:\t\*\x"),
        (r"dir\", r"dir\"),
        (r"dir\\", r"dir\"),
        ("a**?b", "a*?b"),
        ("", ""),
    ] {
        let Ok(got) = run("", &text(written), false) else { panic!("{written}") };
        let parsed = Text::parse(written).into_pattern();
        assert_eq!(got, [spelt(&parsed)]);
        assert_eq!(spelt(&parsed).replace("**", "*"), want.to_owned(), "{written}");
    }
    // Spelling cannot tell `\` + wildcard from a literal star; the parts can.
    assert_eq!(Text::parse(r"a\\*").pieces.len(), 2);
    assert_eq!(Text::parse(r"a\*").pieces.len(), 1);
}

#[test]
fn ends_are_opened_behind_the_escapes() {
    becomes("contains", r"dir\", &[r"*dir\*"]);
    becomes("startswith", "a*b", &["a*b*"]);
    becomes("endswith", "a*", &["*a*"]);
    becomes("startswith|endswith", "a", &["*a*"]);
    becomes("contains", "", &["*"]);
    becomes("contains", number("42"), &["*42*"]);
    becomes("contains|cased", "AbC", &["cased:*AbC*"]);
    becomes("cased|startswith", "AbC", &["cased:AbC*"]);
}

#[test]
fn values_without_modifiers_keep_their_type() {
    becomes("", number("4625.0"), &["= 4625e0"]);
    becomes("", Kind::Bool(true), &["Bool(true)"]);
    becomes("all|neq", Kind::Null, &["Null"]);
    becomes("exists", Kind::Bool(false), &["Exists(false)"]);
    refused("exists", "yes", Code::ValueType);
    refused("contains", Kind::Null, Code::ValueType);
    refused("cased", Kind::Bool(true), Code::ValueType);
    refused("re", Kind::Null, Code::ValueType);
}

#[test]
fn expressions_are_searched_unless_an_end_is_pinned() {
    becomes("re", r"a*b\\c", &[r"/a*b\\c/"]);
    becomes("re|contains", "a|b", &["/a|b/"]);
    becomes("re|startswith", "a|b", &[r"/\A(?:a|b)/"]);
    becomes("re|endswith|i", "a|b", &[r"/(?:a|b)\z/"]);
    becomes("re|startswith|endswith", "a", &[r"/\A(?:a)\z/"]);
    becomes("re", number("42"), &["/42/"]);
    becomes("re|expand", r"x%B-2%\%A%", &[r"/xb\%A%/"]);
    for bad in ["(open", "a(?!b)", r"(a)\1", "a{99999}{99999}", "a)(b"] {
        refused("re|startswith", bad, Code::BadRegex);
    }
    let flags = crate::sigma::search::Flags { ignore_case: true, multi_line: true, dot_all: true };
    let regex = Expression { source: "^a.b$".into(), flags, ..Expression::default() };
    assert!(regex.compile().is_ok_and(|regex| regex.is_match("x\nA\nB\ny")));
}

#[test]
fn encodings_work_on_bytes() {
    becomes("base64", "whoami", &["d2hvyw1p"]);
    becomes("cased|base64", r"a\*", &["cased:YSo="]);
    becomes("wide|base64", "é", &["6qa="]);
    becomes("utf16be|base64|cased", "a", &["cased:AGE="]);
    becomes("utf16|base64|cased", "a", &["cased://5hAA=="]);
    becomes("wide|contains", "a?b", &["*a\0?b\0*"]);
    becomes("cased|base64offset|contains", "foobar", &["cased:*Zm9vYmFy*", "cased:*Zvb2Jhc*", "cased:*mb29iYX*"]);
    becomes("cased|base64offset", "a", &["cased:Y", "cased:h"]);
    refused("base64offset", "", Code::BadValue);
    refused("base64", "a*b", Code::ModifierConflict);
    refused("contains|base64", "a", Code::ModifierConflict);
    refused("base64|expand", "%A%", Code::ModifierConflict);
}

#[test]
fn dashes_in_front_of_words_are_exchanged() {
    becomes("windash", "-a", &["-a", "/a", "–a", "—a", "―a"]);
    becomes("windash", "no-check a- - --", &["no-check a- - --"]);
    becomes(
        "windash",
        text("https://x/y"),
        &["https:/-x/y", "https://x/y", "https:/–x/y", "https:/—x/y", "https:/―x/y"],
    );
    assert_eq!(run("windash|contains", &text("-a /b *-c"), false).map(|all| all.len()), Ok(125));
    refused("windash", text(&"-a ".repeat(50)), Code::BadValue);
    becomes("cased|windash", "x -A", &["cased:x -A", "cased:x /A", "cased:x –A", "cased:x —A", "cased:x ―A"]);
}

#[test]
fn placeholders_become_their_values() {
    becomes("expand", "%A%", &["a1", "a*"]);
    becomes("contains|expand", "@%A%:%B-2%", &["*@a1:b*", "*@a*:b*"]);
    becomes("expand", r"\%A%B-2%", &["%ab"]);
    becomes("expand", r"\\%B-2%", &[r"\b"]);
    becomes("expand", "100% of %", &["100% of %"]);
    becomes("", "%A%", &["%a%"]);
    becomes("expand|fieldref", "%B-2%", &["<b>"]);
    refused("expand", "%C%", Code::UnresolvedPlaceholder);
    refused("expand", "%Empty%", Code::UnresolvedPlaceholder);
    refused("re|expand", "%C%", Code::UnresolvedPlaceholder);
    refused("expand", text(&"%A%".repeat(40)), Code::BadValue);
}

#[test]
fn networks_have_no_bits_behind_their_prefix() {
    becomes("cidr", "10.0.0.0/8", &["10.0.0.0/8"]);
    becomes("cidr", "10.1.2.3", &["10.1.2.3/32"]);
    becomes("cidr|neq", "FE80::/10", &["fe80::/10"]);
    becomes("cidr", "::1", &["::1/128"]);
    for bad in ["10.0.0.1/8", "10.0.0.0/33", "10.0", "ten", "fe80::1/10", ""] {
        refused("cidr", bad, Code::BadCidr);
    }
    refused("cidr", Kind::Null, Code::ValueType);
}

#[test]
fn numbers_and_parts_of_times_are_compared() {
    becomes("gt", number("10"), &["Gt 1e1"]);
    becomes("lte", number("1.50"), &["Lte 15e-1"]);
    becomes("hour", number("3"), &["Hour Eq 3e0"]);
    becomes("week|gte", number("52"), &["Week Gte 52e0"]);
    refused("gt", "10", Code::ValueType);
    refused("year", "x", Code::ValueType);
}

#[test]
fn fields_are_compared_with_fields() {
    becomes("fieldref", "b", &["<b>"]);
    becomes("fieldref|startswith", "b", &["<b>*"]);
    becomes("fieldref|endswith|cased", "b", &["cased:*<b>"]);
    becomes("cased|fieldref|contains", "b", &["cased:*<b>*"]);
    refused("fieldref", "b*", Code::ModifierConflict);
    refused("fieldref", "", Code::ModifierConflict);
}

#[test]
fn keywords_are_found_anywhere_unless_pinned() {
    for (names, value, want) in [
        ("", text("a*b"), "*a*b*"),
        ("", number("4688"), "*4688*"),
        ("", Kind::Bool(true), "*true*"),
        ("", Kind::Null, "Null"),
        ("contains", text("a"), "*a*"),
        ("startswith", text("sudo "), "sudo *"),
        ("endswith", text("x"), "*x"),
        ("cased", text("X"), "cased:*X*"),
        ("re", text("^x"), "/^x/"),
        ("base64", text("a"), "*yq==*"),
    ] {
        assert_eq!(run(names, &value, true), Ok(vec![want.to_owned()]), "{names}");
    }
}

#[test]
fn what_does_not_go_together_is_refused_before_the_value_is_looked_at() {
    for names in [
        "contains|re",
        "re|re",
        "re|cased",
        "re|base64",
        "re|windash",
        "i",
        "i|re",
        "contains|i",
        "cidr|contains",
        "contains|cidr",
        "expand|cidr",
        "exists|cased",
        "cased|exists",
        "contains|exists",
        "gt|lt",
        "gt|hour",
        "contains|gt",
        "hour|minute",
        "hour|contains",
        "fieldref|gt",
        "fieldref|fieldref",
        "fieldref|windash",
        "gt|expand",
        "cidr|re",
        "base64|re",
    ] {
        refused(names, Kind::Null, Code::ModifierConflict);
    }
    for names in [
        "all",
        "neq",
        "not",
        "re|i|m|s",
        "re|contains|expand|all",
        "neq|contains",
        "all|endswith|windash",
        "wide|base64offset|contains",
    ] {
        let names: Vec<&str> = names.split('|').collect();
        assert!(Chain::new(&names).is_ok(), "{names:?}");
    }
}

#[test]
fn misspelt_modifiers_get_a_suggestion() {
    for (name, help) in [
        ("contain", "did you mean `contains`?"),
        ("Contains", "did you mean `contains`?"),
        ("base64ofset", "did you mean `base64offset`?"),
        ("bogus", "the modifiers are all, base64,"),
        ("", "the modifiers are"),
    ] {
        let misuse = Chain::new(&[name]).err().unwrap();
        assert_eq!(misuse.code, Code::UnknownModifier);
        assert!(misuse.help.contains(help), "{name}: {}", misuse.help);
    }
}

#[test]
fn the_short_way_ends_where_the_long_one_does() {
    let values = ["", "a", "*", "?a*", r"\\a\*", r"C:\Windows\*.exe", "ÄB\u{212a}%x%", r"a\", "*a*", r"\%", "a?"];
    let chains: [&[&str]; 7] =
        [&[], &["contains"], &["startswith"], &["endswith"], &["contains", "all"], &["neq"], &["expand"]];
    for (value, names) in values.iter().flat_map(|value| chains.iter().map(move |names| (value, names))) {
        let chain = Chain::new(names).unwrap();
        for keyword in [false, true] {
            let Some(text) = chain.plain(&text(value)) else {
                assert_eq!(*names, ["expand"]);
                continue;
            };
            let (placeholders, mut budget) = (BTreeMap::new(), 10);
            let mut work = Work::new(&placeholders, &mut budget);
            let long = chain.each(&Kind::from(*value), keyword, &mut work).unwrap();
            let short = vec![finish_text(text, keyword)];
            assert_eq!(format!("{short:?}"), format!("{long:?}"), "{value} {names:?}");
        }
    }
}
