//! What YAML texts become, and what they cannot do to us.
#![allow(clippy::disallowed_methods, reason = "time is what is tested")]

use super::*;
use proptest::prelude::*;
use std::fmt::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

fn text(text: &str) -> Kind {
    Kind::Text(text.to_owned())
}

fn digits(text: &str) -> Kind {
    Kind::Number(text.to_owned())
}

#[test]
fn scalars_are_those_of_the_core_schema() {
    for (yaml, want) in [
        ("yes", text("yes")),
        ("True", Kind::Bool(true)),
        ("tRue", text("tRue")),
        ("~", Kind::Null),
        ("12:30", text("12:30")),
        ("2024-01-01", text("2024-01-01")),
        ("0x10", digits("16")),
        ("0o17", digits("15")),
        ("017", digits("017")),
        ("0x+1", text("0x+1")),
        ("-4", digits("-4")),
        ("+4", digits("4")),
        (".5", digits("0.5")),
        ("5.", digits("5")),
        ("1e3", digits("1e3")),
        (".inf", text(".inf")),
        ("1_000", text("1_000")),
        ("'5'", text("5")),
        ("!!str 5", text("5")),
        ("!!int '5'", digits("5")),
        ("\"a\\tb\"", text("a\tb")),
        ("|\n  a\n  b\n", text("a\nb\n")),
    ] {
        let stream = read(&format!("k: {yaml}"));
        assert_eq!(stream.broken, None, "{yaml}");
        let value = stream.documents.first().and_then(|d| d.map()).and_then(|m| m.first()).map(|e| &e.value.kind);
        assert_eq!(value, Some(&want), "{yaml}");
    }
}

#[test]
fn nodes_know_their_lines_and_keys_may_repeat() {
    let stream = read("\u{feff}# comment\na: 1\r\nb:\n    - x\n    - y: 1\na: 2\n");
    let entries = stream.documents[0].map().unwrap();
    let lines: Vec<_> = entries.iter().map(|e| (e.key.as_str(), e.line)).collect();
    assert_eq!(lines, [("a", 2), ("b", 3), ("a", 6)]);
    let Kind::List(items) = &entries[1].value.kind else { panic!("a list") };
    assert_eq!(items.iter().map(|n| n.line).collect::<Vec<_>>(), [4, 5]);
}

#[test]
fn documents_before_a_break_are_kept() {
    let stream = read("a: 1\n---\n---\nb: 'open\n");
    assert_eq!(stream.documents.len(), 2);
    assert!(stream.documents[1].is_null());
    assert!(stream.broken.is_some());
}

#[test]
fn aliases_copy_what_they_name() {
    let stream = read("a: &x [1, 2]\nb: *x\n? *x\n");
    assert_eq!(stream.broken.map(|b| b.message), Some("a list or a map cannot be a key".to_owned()));
    let stream = read("a: &x [1, 2]\nb: *x\n");
    let entries = stream.documents[0].map().unwrap();
    let Kind::List(items) = &entries[1].value.kind else { panic!("a list") };
    assert_eq!(items.len(), 2);
    assert!(read("a: &x [*x]").broken.is_some());
}

#[test]
fn bombs_are_refused_at_once() {
    let mut billion = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for n in 1..12 {
        writeln!(billion, "a{n}: &a{n} [{}]", vec![format!("*a{}", n - 1); 10].join(", ")).unwrap();
    }
    let long = format!("a: &a '{}'\nb: [{}]\n", "x".repeat(100_000), vec!["*a"; 100_000].join(", "));
    let chain: String =
        (1..200).fold("a0: &a0 [x]\n".to_owned(), |text, n| text + &format!("a{n}: &a{n} [*a{}]\n", n - 1));
    let texts = [
        billion,
        long,
        chain,
        "[".repeat(1_000_000),
        "{a: ".repeat(300_000),
        "- ".repeat(500_000),
        "? ".repeat(500_000),
    ];
    for text in texts {
        let start = Instant::now();
        assert!(read(&text).broken.is_some());
        assert!(start.elapsed() < Duration::from_secs(2), "{}", &text[..20]);
    }
}

#[test]
fn long_texts_take_time_in_proportion() {
    let list = "- abc\n".repeat(20_000);
    let flow = format!("[{}]", "abc, ".repeat(20_000));
    let words = format!("a: {}", "word\n  ".repeat(20_000));
    let quoted = format!("a: \"{}\"", "word\\n ".repeat(20_000));
    let block = format!("a: |\n{}", "  word\n".repeat(20_000));
    let anchors: String = (0..10_000).flat_map(|n| ["- &a".to_owned(), n.to_string(), " x\n".to_owned()]).collect();
    for text in [list, flow, words, quoted, block, anchors] {
        let start = Instant::now();
        assert_eq!(read(&text).broken, None);
        assert!(start.elapsed() < Duration::from_secs(3), "{}: {:?}", &text[..10], start.elapsed());
    }
}

/// Texts much like rules, some of them wrong.
fn lines() -> impl Strategy<Value = String> {
    let one_of = |texts: &'static str| prop::sample::select(texts.split('¦').collect::<Vec<_>>());
    let usual = prop_oneof![
        4 => (one_of("a: ¦b|c: ¦'k': "), one_of("b¦b c¦5¦null¦'q'¦'q''r'¦\"q\"¦'q' #¦x # c¦x# c¦-x¦é¦http://x/y#z")),
        1 => (one_of("a:¦b: "), one_of("¦ |¦ |-¦ >-¦ # c")),
        3 => (one_of("- ¦-   "), one_of("b¦b c¦'q'¦a: b¦a: |¦c:¦a: 'q'¦- b¦¦\"q\\\\r\"¦::1¦~")),
        1 => (one_of("¦  ¦# c¦---"), one_of("")),
    ];
    let odd = (one_of("¦a: ¦- ¦a : ¦-¦\"k\": ¦..."), one_of(ODD));
    let line = (prop::sample::select(COLUMNS), prop_oneof![12 => usual, 1 => odd])
        .prop_map(|(column, (head, value))| format!("{}{head}{value}", " ".repeat(column)));
    (prop::collection::vec(line, 0..6), any::<bool>())
        .prop_map(|(lines, ends)| format!("a:\n{}{}", lines.join("\n"), if ends { "\n" } else { "" }))
}

const COLUMNS: &[usize] = &[0, 0, 0, 0, 0, 0, 2, 2, 2, 2, 2, 4, 1];
/// What may be wrong, or read otherwise, between bars.
const ODD: &str = "|¦>-¦>¦|+¦|2¦x #¦'q'#¦'q¦'q' ¦\"q\\n\"¦\"q\" x¦--x¦--- ¦---¦a:b¦a: b¦[x]¦{x: y}¦&a x¦*a¦!!str 5¦\tx\
                   ¦\u{feff}x¦...¦éa¦<<¦: x¦? x¦%x¦@x¦`x";

/// How many files below a folder are read by line, of how many; all of them as the parser reads them.
fn by_line(folder: &Path) -> (usize, usize) {
    let (mut read, mut files, mut waiting) = (0, 0, vec![folder.to_path_buf()]);
    while let Some(folder) = waiting.pop() {
        for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                waiting.push(path);
            } else if path.extension().is_some_and(|ending| ending == "yml" || ending == "yaml") {
                let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
                files += 1;
                if let Some(documents) = plain::read(&text) {
                    assert_eq!(Stream { documents, broken: None }, parsed(&text), "{}", path.display());
                    read += 1;
                }
            }
        }
    }
    (read, files)
}

#[test]
fn most_rules_are_read_by_line() {
    let rules = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    for folder in ["sigma", "correlation"] {
        let (read, files) = by_line(&rules.join(folder));
        assert!(files > 2 && read == files, "{folder}: {read} of {files}");
    }
    let Some(corpora) = std::env::var_os("CORPORA_DIR") else {
        eprintln!("left out, since CORPORA_DIR is not set: rules of others, read by line");
        return;
    };
    let (read, files) = by_line(&Path::new(&corpora).join("corpus/sigmahq-rules"));
    eprintln!("{read} of {files} rule files are read by line");
    assert!(files > 3_000 && read * 100 > files * 95, "{read} of {files}");
}

proptest! {
    #[test]
    fn what_is_read_by_line_is_what_the_parser_reads(text in lines()) {
        if let Some(documents) = plain::read(&text) {
            prop_assert_eq!(&Stream { documents, broken: None }, &parsed(&text), "{}", text);
        }
    }

    #[test]
    fn no_text_makes_it_panic(text in "(?s).*") {
        read(&text);
    }

    #[test]
    fn no_text_of_yaml_signs_makes_it_panic(text in "[-a \n:\\[\\]{},&*!|>'\"%#?~0x\t.]{0,80}") {
        read(&text);
    }
}
