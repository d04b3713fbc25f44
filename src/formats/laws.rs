//! What holds for every row of [`FORMATS`], and for every sample there is.

use super::testing::{self, Read};
use super::{FORMATS, Head, sniff};
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

#[test]
fn names_of_formats_are_unique_and_in_kebab_case() {
    let names: BTreeSet<&str> = FORMATS.iter().map(|row| row.name).collect();
    assert_eq!(names.len(), FORMATS.len());
    for name in names {
        assert!(
            name.split('-')
                .all(|word| { !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()) }),
            "{name}"
        );
    }
}

#[test]
fn summaries_are_phrases() {
    for row in FORMATS {
        assert!(row.summary.len() < 60 && !row.summary.is_empty() && !row.summary.ends_with('.'), "{}", row.name);
        assert!(!row.spec.is_empty(), "{}", row.name);
    }
}

#[test]
fn every_sample_sniffs_to_its_own_format_and_gives_its_fields() {
    for row in FORMATS {
        for sample in row.samples {
            let head = Head::new(sample.text, true);
            assert_eq!(super::format(sniff::sniff(&head).format).map(|f| f.name), Some(row.name), "{}", sample.text);
            let read = testing::read_all(
                &sniff::forced(row.name, &head).expect("it is a row"),
                sample.text.as_bytes(),
                1 << 20,
            );
            for (name, value) in sample.fields {
                let given = read
                    .iter()
                    .flat_map(|read| &read.fields)
                    .any(|(n, v)| n == name && v.strip_prefix('#').unwrap_or(v) == *value);
                assert!(given, "{}: {name}={value} in {read:?}", row.name);
            }
        }
    }
}

#[test]
fn samples_give_the_same_records_in_blocks_of_every_size() {
    for sample in FORMATS.iter().flat_map(|row| row.samples) {
        let whole = testing::sniff_and_read(sample.text.as_bytes(), 4096);
        for target in 1..=sample.text.len() {
            assert_eq!(testing::sniff_and_read(sample.text.as_bytes(), target), whole, "{}: {target}", sample.text);
        }
    }
}

proptest! {
    /// Whatever a broken writer or a hostile one leaves, where blocks are cut is no matter.
    #[test]
    fn broken_inputs_give_the_same_records_in_blocks_of_every_size(
        name in prop::sample::select(vec!["json-array", "json-envelope", "json-values", "csv"]),
        pieces in prop::collection::vec(prop::sample::select(PIECES.to_vec()), 0..24),
        target in 1..40_usize,
    ) {
        let bytes = pieces.concat();
        let sniffed = sniff::forced(name, &Head::new("", false)).expect("it is a row");
        prop_assert_eq!(testing::read_all(&sniffed, &bytes, target), testing::read_all(&sniffed, &bytes, 4096));
    }
}

/// What documents and tables are made of, and what spoils them.
const PIECES: &[&[u8]] = &[
    b"[",
    b"]",
    b"{",
    b"}",
    b"{\"a\":1}",
    b"{\"a\":",
    b"\"",
    b"\\",
    b",",
    b":",
    b"\n",
    b"\r\n",
    b"  ",
    b"x",
    b"1",
    b"\"Records\":[",
    b"\"hits\":{",
    b"\"value\" : [",
    b"a,b\n",
    b"\"x,\n\"",
    b"\"\"",
    b"\xff",
    b"\0\0",
    b"\xef\xbb\xbf",
];

/// The collection of logs and hostile inputs, if there is one.
fn corpora() -> Option<PathBuf> {
    let Some(dir) = std::env::var_os("CORPORA_DIR") else {
        eprintln!("left out: CORPORA_DIR is not set");
        return None;
    };
    let dir = PathBuf::from(dir).join("corpus");
    assert!(dir.is_dir(), "CORPORA_DIR holds no corpus: {}", dir.display());
    Some(dir)
}

/// Reads a file of the collection in blocks of several sizes, which must not matter.
fn read_file(path: &Path) -> Vec<Read> {
    let bytes = fs::read(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let whole = testing::sniff_and_read(&bytes, 1 << 20);
    for target in [1, 2, 3, 61, 1000, 4096] {
        assert_eq!(testing::sniff_and_read(&bytes, target), whole, "{} in blocks of {target}", path.display());
    }
    whole
}

#[test]
fn collected_logs_are_recognised_and_read_whole() {
    let Some(dir) = corpora() else { return };
    for (name, format, records) in [
        ("jsonl_windows", "jsonl", 16),
        ("json_azure_records", "json-envelope", 2),
        ("json_cloudtrail_records", "json-envelope", 6),
        ("csv_quoted", "csv", 6),
    ] {
        let path = dir.join("formats").join(name).join("sample.log");
        let text = fs::read_to_string(&path).expect(name);
        let sniffed = sniff::sniff(&Head::new(&text, true));
        assert_eq!(super::format(sniffed.format).map(|row| row.name), Some(format), "{name}");
        let read = read_file(&path);
        assert_eq!(read.len(), records, "{name}");
        assert!(read.iter().all(|read| read.refused.is_none() && !read.repaired), "{name}");
    }
}

#[test]
fn hostile_json_and_tables_cost_only_what_is_broken() {
    let Some(dir) = corpora() else { return };
    // Records, unparsed, repaired.
    for (name, want) in [
        ("enc/bom_utf8.jsonl", (2, 0, 0)),
        ("enc/invalid_utf8_json.jsonl", (3, 0, 1)),
        ("enc/truncated_last_line.jsonl", (1, 1, 0)),
        ("enc/crlf.jsonl", (2, 0, 0)),
        ("enc/no_final_newline.jsonl", (2, 0, 0)),
        ("json/deep_arrays_1000.jsonl", (2, 1, 0)),
        ("json/deep_objects_200.jsonl", (3, 0, 0)),
        ("json/duplicate_keys.jsonl", (1, 0, 0)),
        ("json/huge_numbers.jsonl", (2, 0, 0)),
        ("json/concatenated_objects.json", (3, 0, 0)),
        ("json/lone_surrogate.jsonl", (3, 0, 1)),
        ("json/array_unclosed.json", (2, 1, 0)),
        ("csv/multiline_cell.csv", (2, 0, 0)),
        ("csv/formula.csv", (3, 0, 0)),
        ("csv/ragged.csv", (3, 0, 0)),
    ] {
        let read = read_file(&dir.join("nasty").join(name));
        let unparsed = read.iter().filter(|read| read.refused.is_some()).count();
        let repaired = read.iter().filter(|read| read.repaired).count();
        assert_eq!((read.len() - unparsed, unparsed, repaired), want, "{name}");
    }
    let read = read_file(&dir.join("nasty/csv/unclosed_quote.csv"));
    let (unparsed, parsed): (Vec<_>, Vec<_>) = read.iter().partition(|read| read.refused.is_some());
    assert!(unparsed.iter().all(|read| read.lines == 1) && unparsed.len() < parsed.len());
    assert!(parsed.iter().all(|read| read.fields.len() == 2));
}

#[test]
fn hostile_utf16_reads_like_utf8() {
    let Some(dir) = corpora() else { return };
    let bytes = fs::read(dir.join("nasty/enc/utf16le_bom.jsonl")).expect("it is in the collection");
    let mut recoder = super::recode::Recoder::of(&bytes, None).expect("it is UTF-16");
    let mut utf8 = Vec::new();
    recoder.push(&bytes, &mut utf8);
    recoder.finish(&mut utf8);
    let read = testing::sniff_and_read(&utf8, 4096);
    assert_eq!(read.len(), 2);
    assert!(read.iter().all(|read| read.refused.is_none() && !read.repaired && read.fields[0].0 == "timestamp"));
}
