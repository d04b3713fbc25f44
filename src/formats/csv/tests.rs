//! Tables, whole and broken, in blocks of every size.

use super::*;
use crate::formats::testing::{Read, read_all, sniff_and_read};
use crate::model::limits;
use proptest::prelude::*;

fn shown(read: &Read) -> String {
    if read.refused.is_some() { "!".to_owned() } else { read.values().join("|") }
}

/// Checks what every block size must give: for each record its first line, its lines, and its values or
/// `!` when it is refused.
#[track_caller]
fn check(text: &str, want: &[(u32, u32, &str)]) {
    let sniffed = sniff::forced("csv", &Head::new(text, true)).unwrap();
    for target in (1..=text.len() + 1).chain([4096]) {
        let read = read_all(&sniffed, text.as_bytes(), target);
        let got: Vec<_> = read.iter().map(|read| (read.line, read.lines, shown(read))).collect();
        let want: Vec<_> = want.iter().map(|(line, lines, cells)| (*line, *lines, (*cells).to_owned())).collect();
        assert_eq!(got, want, "in blocks of {target}");
    }
}

#[test]
fn rows_are_records() {
    check("a,b\n1,2\n3,4", &[(1, 1, "1|2"), (2, 1, "3|4")]);
    check("\u{feff}\"a\",b\r\n\r\n 1,\"2\"\r\n", &[(2, 1, " 1|2")]);
    check("a\tb\n\t\n", &[]);
    check("a,b\n,\n", &[(1, 1, "|")]);
    check("sep=;\na;b\n1;2\n", &[(2, 1, "1|2")]);
    check("a,b\n1,2\na,b\n3,4\n", &[(1, 1, "1|2"), (3, 1, "3|4")]);
    check("a,b\n", &[]);
}

#[test]
fn what_counts_the_rows_is_none() {
    let table = "ts,te,td,sa\n1,2,3,x\n";
    check(&format!("{table}Summary\nflows,bytes\n7,8\n"), &[(1, 1, "1|2|3|x")]);
    check(&format!("{table}Summary\r\nflows\n{table}"), &[(1, 1, "1|2|3|x"), (5, 1, "1|2|3|x")]);
    check("a,b\n1,2\nSummary\n3,4\n", &[(1, 1, "1|2"), (2, 1, "Summary"), (3, 1, "3|4")]);
}

#[test]
fn cells_may_hold_delimiters_quotes_and_lines() {
    check("a,b\n\"1,\n2\n\",\"say \"\"x\"\"\"\n3,4\n", &[(1, 3, "1,\n2\n|say \"x\""), (4, 1, "3|4")]);
    check("a,b\n1,x \"y\" z\n\"p\"q,\"\"\n", &[(1, 1, "1|x \"y\" z"), (2, 1, "pq|")]);
    check("a,b\n1,\"é\"\"ü\"\n", &[(1, 1, "1|é\"ü")]);
}

#[test]
fn rows_may_be_ragged() {
    let read = sniff_and_read(b"a,b,c\n1,2\n1,2,3,4,5\n1,2,3\n", 64);
    let names: Vec<Vec<&str>> = read.iter().map(|r| r.fields.iter().map(|(name, _)| name.as_str()).collect()).collect();
    assert_eq!(names, [vec!["a", "b"], vec!["a", "b", "c", "extra1", "extra2"], vec!["a", "b", "c"]]);
}

#[test]
fn columns_may_share_a_name_or_have_none() {
    let sniffed = sniff::forced("csv", &Head::new("x,x,,", true)).unwrap();
    let read = read_all(&sniffed, b"x,x,,\n1,2,3,4\n", 64);
    let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(read[0].fields, [field("x", "1"), field("x", "2"), field("column3", "3"), field("column4", "4")]);
}

#[test]
fn a_quote_that_is_never_closed_costs_its_line() {
    check("u,ip\n\"a,1\nb,2\nu,ip\n\"c,3\nd,4\n", &[(1, 1, "!"), (2, 1, "b|2"), (4, 1, "!"), (5, 1, "d|4")]);
    check("u,ip\nb,2\n\"a,1", &[(1, 1, "b|2"), (2, 1, "!")]);
    let many = format!("u,ip\n\"a,1\n{}", "b,2\n".repeat(limits::CSV_ROW_LINES + 5));
    let read = sniff_and_read(many.as_bytes(), 1000);
    assert_eq!(read.iter().filter(|r| r.refused.is_some()).count(), 1);
    assert_eq!(read.len(), limits::CSV_ROW_LINES + 6);
    let long = format!("u,ip\n\"a,1\n{}\nb,2\n", "x".repeat(limits::CSV_ROW_BYTES - 10));
    let read = sniff_and_read(long.as_bytes(), 1000);
    assert_eq!(
        read.iter().map(|r| (r.line, r.refused.is_some())).collect::<Vec<_>>(),
        [(1, true), (2, false), (3, false),]
    );
}

#[test]
fn a_line_that_is_too_long_is_cut() {
    for long in ["x".repeat(limits::LINE + 10), format!("\"{}", "x".repeat(limits::LINE + 10))] {
        let text = format!("u,ip\na,1\n{long},2\nb,3");
        for target in [1 << 12, 1 << 20, 1 << 22] {
            let read = read_all(&sniff::forced("csv", &Head::new("u,ip\n", false)).unwrap(), text.as_bytes(), target);
            let places: Vec<_> = read.iter().map(|r| (r.line, r.truncated)).collect();
            assert_eq!(places, [(1, false), (2, true), (3, false)]);
            assert_eq!(read[1].raw.len(), limits::LINE);
        }
    }
}

#[test]
fn an_object_in_a_cell_is_read() {
    let row = |column: &str| {
        let text = format!("op,{column}\nx,\"{{\"\"Actor\"\":[{{\"\"ID\"\":\"\"a\"\"}}]}}\"\n");
        let fields = sniff_and_read(text.as_bytes(), 64).swap_remove(0).fields;
        fields.into_iter().filter(|(name, _)| name.ends_with("ID")).map(|(name, _)| name).collect::<Vec<_>>()
    };
    assert_eq!(row("detail"), ["detail.Actor.ID"]);
    // What only wraps the record of a service stands at the top, too.
    assert_eq!(row("AuditData"), ["AuditData.Actor.ID", "Actor.ID"]);
}

#[test]
fn bytes_that_are_no_text_are_repaired_in_their_row_only() {
    let read = sniff_and_read(b"a,b\n1,x\xff\n2,y\n\"3\",\0\0z\n", 8);
    assert_eq!(
        read.iter().map(|r| (shown(r), r.repaired)).collect::<Vec<_>>(),
        [("1|x\u{fffd}".to_owned(), true), ("2|y".to_owned(), false), ("3|z".to_owned(), true),]
    );
}

#[test]
fn tables_are_told_from_other_lines() {
    let learned = |text: &str| sniffed(&Head::new(text, true)).map(|sniffed| delimiter(&sniffed));
    for (text, delimiter) in [
        ("a,b\n1,2\n", Some(b',')),
        ("a;b,c;d\n1;2,3;4\n", Some(b';')),
        ("Level|Date and Time\nInfo|x\n", Some(b'|')),
        ("Ebene,Datum und Uhrzeit,Quelle\nInformationen,1,x,\"Text\nText\"\n", Some(b',')),
        ("a,b,c\n1,2\n1,2,3,4\n1,2,3\n", Some(b',')),
        ("#TYPE System.Object\n\"a\",\"b\"\n\"1\",\"2\"\n", Some(b',')),
        ("a,b\n", None),
        ("1,2\n3,4\n", None),
        ("203.0.113.5,x\n203.0.113.6,y\n", None),
        ("Error, something happened\nWarning, nothing happened\n", None),
        ("INFO|svc|one\nINFO|svc|two\n", None),
        ("a=1,b=2\na=2,b=3\n", None),
        ("d41d8cd98f00b204e9800998ecf8427e,b.exe\nd41d8cd98f00b204e9800998ecf84270,c.exe\n", None),
        ("plain text\nmore text\n", None),
        ("", None),
    ] {
        assert_eq!(learned(text), delimiter, "{text}");
    }
}

proptest! {
    #[test]
    fn what_the_csv_crate_writes_is_read_back(
        rows in prop::collection::vec(prop::collection::vec("[a-c,;\"\n é]{0,6}", 3), 1..8),
        target in 1..200_usize,
    ) {
        let mut writer = ::csv::Writer::from_writer(Vec::new());
        writer.write_record(["u", "v", "w"]).unwrap();
        for row in &rows {
            writer.write_record(row).unwrap();
        }
        let text = String::from_utf8(writer.into_inner().unwrap()).unwrap();
        let read = read_all(&sniff::forced("csv", &Head::new("u,v,w\n", false)).unwrap(), text.as_bytes(), target);
        // Cells of blanks and commas alone make no row of blanks: there are two delimiters.
        prop_assert_eq!(read.iter().map(Read::values).collect::<Vec<_>>(), rows);
    }
}
