//! Documents of every kind, whole and broken, in blocks of every size.

use crate::formats::testing::{Read, read_all, sniff_and_read};
use crate::formats::{Head, sniff};
use crate::model::limits;

/// Checks what every block size must give: for each record its first line, its lines, and its values or
/// `!` when it is refused.
#[track_caller]
fn check(text: &str, want: &[(u32, u32, &str)]) {
    let want: Vec<(u32, u32, String)> = want.iter().map(|(a, b, c)| (*a, *b, (*c).to_owned())).collect();
    for target in (1..=text.len() + 1).chain([4096]) {
        let read = sniff_and_read(text.as_bytes(), target);
        let got: Vec<_> = read.iter().map(|read| (read.line, read.lines, shown(read))).collect();
        assert_eq!(got, want, "in blocks of {target}");
    }
}

fn shown(read: &Read) -> String {
    if read.refused.is_some() { "!".to_owned() } else { read.values().join(" ") }
}

#[test]
fn elements_of_an_array_are_records() {
    check("[{\"a\":1},{\"a\":2}]", &[(0, 1, "#1"), (0, 1, "#2")]);
    check("[\n  {\n    \"a\": 1\n  },\n  {\"a\": 2} ]\n", &[(1, 3, "#1"), (4, 1, "#2")]);
    check("[{\"a\":1} {\"a\":2},,\n{\"a\":3}]\n[{\"a\":4}]", &[(0, 1, "#1"), (0, 1, "#2"), (1, 1, "#3"), (2, 1, "#4")]);
    check("[]", &[]);
}

#[test]
fn what_is_no_object_is_refused_alone() {
    check(
        "[{\"a\":1}, 12, \"x,{\", null, [{\"a\":2}], {\"a\":3}]",
        &[(0, 1, "#1"), (0, 1, "!"), (0, 1, "!"), (0, 1, "!"), (0, 1, "!"), (0, 1, "#3")],
    );
    check(
        "{\"a\":1}{\"a\":2}\nsome text, more\n{\"a\":3}",
        &[(0, 1, "#1"), (0, 1, "#2"), (1, 1, "!"), (1, 1, "!"), (2, 1, "#3")],
    );
}

#[test]
fn an_input_that_is_cut_off_loses_its_last_record() {
    check("[{\"a\":1},{\"a\":2},{\"a\":", &[(0, 1, "#1"), (0, 1, "#2"), (0, 1, "!")]);
    check("[{\"a\":1},\n{\"a\":\"x\n", &[(0, 1, "#1"), (1, 1, "!")]);
    check("{\"Records\":[{\"a\":1},{\"a\"", &[(0, 1, "#1"), (0, 1, "!")]);
}

#[test]
fn a_broken_record_costs_itself() {
    check("[{\"a\":1,\n{\"a\":2},{\"a\":[3},{\"a\":4}]", &[(0, 1, "!"), (1, 1, "#2"), (1, 1, "!"), (1, 1, "#4")]);
    check("[{\"a\":\"x},\n {\"a\":2}]", &[(0, 1, "!"), (1, 1, "#2")]);
    check(
        "{\n\"a\":\"x\n}\n{\"a\":\"y\"}\n{\"a\":\"z\"}{\"a\":1}",
        &[(0, 3, "!"), (3, 1, "y"), (4, 1, "z"), (4, 1, "#1")],
    );
}

#[test]
fn the_array_of_an_envelope_is_streamed() {
    check("{\"Records\":[{\"a\":1},{\"a\":2}]}", &[(0, 1, "#1"), (0, 1, "#2")]);
    check(
        "{\"n\":[{\"a\":0}],\n\"value\":[\n{\"a\":1}\n,{\"a\":2}],\"next\":{\"value\":[3]}}\n",
        &[(2, 1, "#1"), (3, 1, "#2")],
    );
    check("{\"took\":1,\"hits\":{\"total\":2,\"hits\":[{\"a\":1},{\"a\":2}]}}", &[(0, 1, "#1"), (0, 1, "#2")]);
    check(
        "{\"records\":[\n{\"a\":1}]}{\"records\":[{\"a\":2}]}\n{\"other\":3}",
        &[(1, 1, "#1"), (1, 1, "#2"), (2, 1, "#3")],
    );
}

#[test]
fn objects_follow_each_other_without_separators() {
    check("{\"a\":1}{\"a\":2} {\"a\":3}\0\0", &[(0, 1, "#1"), (0, 1, "#2"), (0, 1, "#3")]);
    check("{\n\"a\":1\n}\n\n{\n\"a\":2\n}", &[(0, 3, "#1"), (4, 3, "#2")]);
}

#[test]
fn the_array_may_come_long_after_the_beginning() {
    let filler = format!("\"x\":\"{}\",\"y\":[{{\"items\":1}}],", "v".repeat(500));
    let text = format!("{{{filler}\n\"events\" :\n [{{\"a\":1}},{{\"a\":2}}], \"z\":1}}");
    let sniffed = sniff::sniff(&Head::new(&text[..100], false));
    for target in [1, 7, 100, 4096] {
        let read = read_all(&sniffed, text.as_bytes(), target);
        assert_eq!(read.iter().map(|r| (r.line, shown(r))).collect::<Vec<_>>(), [(2, "#1".into()), (2, "#2".into())]);
    }
    let text = format!("{{{filler}\n\"a\":1}}\n{{\"a\":2}}");
    assert_eq!(read_all(&sniffed, text.as_bytes(), 64).len(), 2);
}

#[test]
fn a_record_that_is_too_long_is_cut_and_refused() {
    let long = format!("{{\"a\":\"{}\n\"}}", "x".repeat(limits::JSON_VALUE));
    let text = format!("[{{\"a\":1}},\n{long},{{\"a\":2}}]");
    for target in [1 << 20, 1 << 22, 1 << 25] {
        let read = read_all(&sniff::sniff(&Head::new(&text[..100], false)), text.as_bytes(), target);
        let got: Vec<_> = read.iter().map(|r| (r.line, r.lines, shown(r))).collect();
        assert_eq!(got, [(0, 1, "#1".into()), (1, 2, "!".into()), (2, 1, "#2".into())]);
        assert_eq!(read[1].raw.len(), limits::JSON_VALUE);
    }
}

#[test]
fn bytes_that_are_no_text_are_repaired_in_their_record_only() {
    let bytes = b"[{\"a\":\"x\xff\"},{\"a\":\"y\"},{\"a\":\"z\0\0\"}]";
    for target in 1..bytes.len() {
        let read = sniff_and_read(bytes, target);
        let got: Vec<_> = read.iter().map(|r| (r.values()[0], r.repaired)).collect();
        assert_eq!(got, [("x\u{fffd}", true), ("y", false), ("z", true)]);
    }
}
