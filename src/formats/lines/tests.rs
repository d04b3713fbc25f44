//! Laws of cutting and reading lines.

use crate::formats::multiline::Multiline;
use crate::formats::testing::{Read, everything, fields, read_with};
use crate::formats::years::Years;
use crate::formats::{Decoded, FORMATS, Head, Learned, ReadOptions, Shape, Sniffed, format, id_of};
use crate::model::{Scratch, limits};
use proptest::prelude::*;
use std::sync::Arc;

/// How a test reads an input.
#[derive(Clone, Copy)]
pub(super) struct Sizes {
    /// Bytes that arrive at a time.
    chunk: usize,
    /// About how large blocks are asked for.
    target: usize,
}

pub(super) const WHOLE: Sizes = Sizes { chunk: usize::MAX, target: usize::MAX };

/// What came of an input: records in order with absolute lines, blank lines, line feeds and bytes of all blocks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct All {
    pub(super) records: Vec<(String, Read)>,
    blank: u32,
    header: u32,
    lines: u64,
    bytes: u64,
}

pub(super) fn sniffed(name: &str) -> Sniffed {
    let format = id_of(name).expect("a format of this name");
    Sniffed { format, rank: (9, 1000), why: "a test says so", learned: Learned::Nothing }
}

pub(super) fn run(sniffed: &Sniffed, input: &[u8], first_year: Option<i16>, sizes: Sizes) -> All {
    run_with(sniffed, input, &ReadOptions { years: Years::known(first_year, None), ..ReadOptions::default() }, sizes)
}

fn run_with(sniffed: &Sniffed, input: &[u8], options: &ReadOptions, sizes: Sizes) -> All {
    let mut cutter = super::cutter(sniffed, options).expect("a format of lines");
    let decoder = super::decoder(sniffed, &Arc::new(everything()), options).expect("a format of lines");
    let (mut all, mut scratch, mut pending) = (All::default(), Scratch::default(), Vec::new());
    let mut chunks = input.chunks(sizes.chunk.clamp(1, input.len().max(1))).peekable();
    loop {
        let is_end = match chunks.next() {
            Some(chunk) => {
                pending.extend_from_slice(chunk);
                chunks.peek().is_none()
            }
            None => true,
        };
        // Targets come and go: what is asked for next does not depend on what was given.
        let targets = [sizes.target, sizes.target / 3, sizes.target].into_iter().cycle();
        let blocks = targets.map_while(|target| cutter.cut(&mut pending, target, is_end));
        for block in blocks {
            let first = all.lines;
            let mut index = 0;
            decoder.decode(&block, &mut scratch, &mut |decoded| match decoded {
                Decoded::Event(event) => {
                    assert_eq!(event.origin.index, index, "records are numbered in order");
                    index += 1;
                    let mut fields = fields(event.entries, &event.regions);
                    if let Some(time) = event.header_time.rfc3339() {
                        fields.push(("@time".to_owned(), time));
                    }
                    if let Some(sentence) = event.payload {
                        fields.push(("@payload".to_owned(), format!("{}/{}", sentence.payload, sentence.name)));
                    }
                    let read = Read {
                        fields,
                        repaired: event.marks.repaired,
                        refused: None,
                        line: u32::try_from(first).expect("few lines") + event.origin.line,
                        lines: event.lines,
                        raw: event.raw.text().to_owned(),
                        truncated: event.marks.truncated,
                    };
                    all.records.push((format(event.format).expect("a row").name.to_owned(), read));
                }
                Decoded::Refused { why, line, lines, text } => {
                    index += 1;
                    let line = u32::try_from(first).expect("few lines") + line;
                    let read = Read { refused: Some(why), line, lines, raw: text.to_owned(), ..Read::default() };
                    all.records.push(("refused".to_owned(), read));
                }
                Decoded::Blank(lines) => all.blank += lines,
                Decoded::Header(lines) => all.header += lines,
                Decoded::Damaged(_) | Decoded::Glance(_) => unreachable!("only binary logs are damaged"),
            });
            all.lines += block.line_count;
            all.bytes += block.input_bytes;
        }
        if is_end {
            assert!(pending.is_empty(), "everything must go");
            return all;
        }
    }
}

/// Format, first line, number of lines and text of each record.
fn shown(all: &All) -> Vec<(&str, u32, u32, &str)> {
    all.records.iter().map(|(format, read)| (format.as_str(), read.line, read.lines, read.raw.as_str())).collect()
}

#[test]
fn every_sample_of_a_text_format_gives_its_fields() {
    for format in FORMATS.iter().filter(|f| f.raw_text) {
        let Shape::Lines(shape) = &format.shape else { continue };
        assert!(!format.samples.is_empty(), "{} has no samples", format.name);
        for sample in format.samples {
            let read = read_with(shape.read, &everything(), sample.text);
            let fields: Vec<_> = read.fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
            assert_eq!((read.refused, fields.as_slice()), (None, sample.fields), "{}: {}", format.name, sample.text);
        }
    }
}

const MIXED: &str = "\
Oct 11 22:14:15 a cron[1]: (root) CMD (true)\n\
\tgoes on\n\
\n\
Oct 11 22:14:16 a b: x\r\n\
\x20more\r\n\
no syslog at all\n\
2023-11-14T00:20:42Z a b: y\n\
{\"json\": true}\n\
Jan  1 00:00:01 a b: next year";

#[test]
fn records_end_where_a_line_does_not_continue_them() {
    let all = run(&sniffed("syslog-3164"), MIXED.as_bytes(), Some(2023), WHOLE);
    assert_eq!(
        shown(&all),
        [
            ("syslog-3164", 0, 2, "Oct 11 22:14:15 a cron[1]: (root) CMD (true)\n\tgoes on"),
            ("syslog-3164", 3, 2, "Oct 11 22:14:16 a b: x\n more"),
            ("refused", 5, 1, "no syslog at all"),
            ("syslog-3339", 6, 1, "2023-11-14T00:20:42Z a b: y"),
            ("jsonl", 7, 1, "{\"json\": true}"),
            ("syslog-3164", 8, 1, "Jan  1 00:00:01 a b: next year"),
        ]
    );
    assert_eq!((all.blank, all.lines, all.bytes), (1, 8, MIXED.len() as u64));
    let msg = |n: usize| all.records.get(n).and_then(|(_, r)| r.fields.iter().find(|(n, _)| n == "msg"));
    assert_eq!(msg(1).map(|(_, v)| v.as_str()), Some("x\n more"));
    let times: Vec<_> = all.records.iter().flat_map(|(_, r)| &r.fields).filter(|(n, _)| n == "@time").collect();
    let times: Vec<_> = times.iter().map(|(_, t)| t.as_str()).collect();
    assert_eq!(times, ["2023-10-11T22:14:15Z", "2023-10-11T22:14:16Z", "2023-11-14T00:20:42Z", "2024-01-01T00:00:01Z"]);
}

const PROSE: &str = "\
{\"n\":1}\n\
panic: gone\n\
goroutine 1 [running]:\n\
\tmain.go:7\n\
{\"n\":\n\
Oct 11 22:14:15 a b: x\n\
one\n\
\n\
two\n\
{\"n\":2}\n";

#[test]
fn a_run_of_prose_between_json_lines_is_one_plain_record() {
    let all = run(&sniffed("jsonl"), PROSE.as_bytes(), None, WHOLE);
    assert_eq!(
        shown(&all),
        [
            ("jsonl", 0, 1, "{\"n\":1}"),
            ("plain", 1, 3, "panic: gone\ngoroutine 1 [running]:\n\tmain.go:7"),
            ("refused", 4, 1, "{\"n\":"),
            ("syslog-3164", 5, 1, "Oct 11 22:14:15 a b: x"),
            ("plain", 6, 1, "one"),
            ("plain", 8, 1, "two"),
            ("jsonl", 9, 1, "{\"n\":2}"),
        ]
    );
}

#[test]
fn a_run_of_prose_ends_at_the_limit() {
    let input = "x\n".repeat(limits::RECORD_LINES * 2 + 1);
    let all = run(&sniffed("logfmt"), input.as_bytes(), None, WHOLE);
    let lines: Vec<_> = all.records.iter().map(|(_, r)| r.lines as usize).collect();
    assert_eq!(lines, [limits::RECORD_LINES, limits::RECORD_LINES, 1]);
    assert_eq!(run(&sniffed("logfmt"), input.as_bytes(), None, Sizes { chunk: 64, target: 100 }), all);
}

#[test]
fn a_long_line_is_cut_and_its_rest_is_never_kept() {
    let mut input = b"Oct 11 22:14:15 a b: first\nOct 11 22:14:16 a b: ".to_vec();
    input.extend("ä".repeat(limits::LINE).as_bytes());
    input.extend(b"\nOct 11 22:14:17 a b: last\n");
    let sizes = Sizes { chunk: 100_000, target: 1 };
    let all = run(&sniffed("syslog-3164"), &input, Some(2020), sizes);
    let kept: Vec<_> = all.records.iter().map(|(f, r)| (f.as_str(), r.line, r.truncated, r.raw.len())).collect();
    // 21 bytes stand before the letters of two bytes each, so the last byte kept would be half a letter.
    let cut = limits::LINE - 1;
    assert_eq!(kept, [("syslog-3164", 0, false, 26), ("syslog-3164", 1, true, cut), ("syslog-3164", 2, false, 25)]);
    assert!(all.records.iter().all(|(_, r)| !r.repaired));
    assert_eq!((all.lines, all.bytes), (3, input.len() as u64));
    for sizes in [WHOLE, Sizes { chunk: 4096, target: 4096 }, Sizes { chunk: limits::LINE + 1, target: 30 }] {
        assert!(run(&sniffed("syslog-3164"), &input, Some(2020), sizes) == all, "{} {}", sizes.chunk, sizes.target);
    }
}

#[test]
fn marks_nuls_and_bad_bytes_cost_no_record() {
    let mut input = b"\xef\xbb\xbfOct 11 22:14:15 a b: user=ren\xe9 x\n".to_vec();
    input.extend([0; 4096]);
    input.extend(b"Oct 11 22:14:16 a b: y\n");
    input.extend([0; 7]);
    let all = run(&sniffed("syslog-3164"), &input, Some(2020), WHOLE);
    assert_eq!(
        shown(&all),
        [
            ("syslog-3164", 0, 1, "Oct 11 22:14:15 a b: user=ren\u{fffd} x"),
            ("syslog-3164", 1, 1, "Oct 11 22:14:16 a b: y"),
        ]
    );
    assert!(all.records.iter().all(|(_, r)| r.repaired));
    assert_eq!(all.blank, 1);
}

/// Records of several lines in plain text, by the rule the user gave.
#[track_caller]
fn check_groups(rule: &str, input: &str, want: &[(u32, u32)], blank: u32) {
    let head = Head::of(input, true);
    let sniffed = crate::formats::sniff::forced("plain", &head).expect("it is a format");
    let options = ReadOptions { multiline: Multiline::parse(rule).expect("a rule"), ..ReadOptions::default() };
    let all = run_with(&sniffed, input.as_bytes(), &options, WHOLE);
    let places: Vec<_> = all.records.iter().map(|(_, r)| (r.line, r.lines)).collect();
    assert_eq!((places.as_slice(), all.blank), (want, blank), "{rule}");
    for sizes in [Sizes { chunk: 1, target: 1 }, Sizes { chunk: 7, target: 13 }, Sizes { chunk: 64, target: 30 }] {
        assert!(
            run_with(&sniffed, input.as_bytes(), &options, sizes) == all,
            "{rule} {} {}",
            sizes.chunk,
            sizes.target
        );
    }
}

const TRACES: &str = "\
2024-01-02 10:00:00,001 ERROR a\n\
java.lang.X: y\n\
\tat a.b(C.java:1)\n\
\n\
Caused by: z\n\
\t... 12 more\n\
\n\
2024-01-02 10:00:01,001 INFO b\n\
\n\
\n\
2024-01-02 10:00:02,001 INFO c\n\
---\n\
tail\n";

#[test]
fn lines_without_the_stamp_belong_to_the_record_above() {
    check_groups("auto", TRACES, &[(0, 6), (7, 1), (10, 3)], 3);
    check_groups("auto", "no stamp\n in here\n", &[(0, 1), (1, 1)], 0);
}

#[test]
fn the_user_may_say_how_lines_make_records() {
    check_groups("off", TRACES, &[(0, 1), (1, 1), (2, 1), (4, 1), (5, 1), (7, 1), (10, 1), (11, 1), (12, 1)], 4);
    check_groups("start=^(java|tail)", TRACES, &[(0, 1), (1, 11), (12, 1)], 0);
    check_groups("sep=^---$", TRACES, &[(0, 11), (12, 1)], 1);
    check_groups("lines=3", "a\nb\nc\nd\n\ne\n", &[(0, 3), (3, 1), (5, 1)], 1);
}

#[test]
fn a_record_of_many_lines_ends_at_the_limit() {
    let input = format!("2024-01-02 10:00:00 a\n{}2024-01-02 10:00:01 b\n", "\tat x\n".repeat(limits::RECORD_LINES));
    let limit = u32::try_from(limits::RECORD_LINES).expect("small");
    check_groups("auto", &input, &[(0, limit), (limit, 1), (limit + 1, 1)], 0);
}

#[test]
fn a_constant_prefix_is_not_part_of_the_record() {
    let sniffed = Sniffed { learned: Learned::Prefix("web-1  | ".to_owned()), ..sniffed("syslog-3164") };
    let all = run(&sniffed, b"web-1  | Oct 11 22:14:15 a b: x\nweb-1  |  and y\n", Some(2020), WHOLE);
    assert_eq!(shown(&all), [("syslog-3164", 0, 2, "web-1  | Oct 11 22:14:15 a b: x\nweb-1  |  and y")]);
}

#[test]
fn where_all_records_have_a_priority_other_lines_continue_them() {
    let input = "<30>Oct 11 22:14:15 a b: x\nCaused by: y\n<30>Oct 11 22:14:16 a b: z\nOct 11 22:14:17 a b: z\n";
    let head = Head::of(&input[..input.len() - 24], false);
    let learned = FORMATS.iter().filter_map(|f| (f.sniff)(&head)).max_by_key(|s| s.rank).expect("a claim");
    let all = run(&learned, input.as_bytes(), Some(2020), Sizes { chunk: 3, target: 1 });
    let lines: Vec<_> = shown(&all).iter().map(|(format, line, lines, _)| (*format, *line, *lines)).collect();
    assert_eq!(lines, [("syslog-3164", 0, 2), ("syslog-3164", 2, 1), ("syslog-3164", 3, 1)]);
}

#[test]
fn other_formats_stamps_are_not_syslogs() {
    for text in [
        "12/28-12:55:38.765402  [**] x",
        "Mon Nov 14 22:13:20 2023 [pid 1] CONNECT: Client \"203.0.113.9\"",
        "[Mon Nov 14 22:13:20 2023] [worker] x",
        "2022-12-20 12:36:54.17 Logon  Error: 18456",
        "2022-12-20T12:36:54Z INFO started",
    ] {
        let head = Head::of(text, true);
        let claims = FORMATS.iter().filter_map(|f| (f.sniff)(&head)).filter_map(|s| format(s.format));
        assert_eq!(claims.map(|f| f.name).collect::<Vec<_>>(), ["plain"], "{text}");
    }
}

/// Anything worse than linear would not come back.
#[test]
fn repetitive_records_are_read_in_linear_time() {
    let starts = [
        "",
        "Oct 11 22:14:15 h sshd[1]: Failed password for ",
        "Oct 11 22:14:15 h sshd[1]: ",
        "Oct 11 22:14:15 h sudo: a : ",
        "Oct 11 22:14:15 h kernel: ",
        "Oct 11 22:14:15 h app: k=",
        "Oct 11 22:14:15 h CEF:0|a|b|c|d|e|f|",
        "CEF:0|",
        "LEEF:1.0|a|b|c|d|",
        "<1>date=1 logid=1 type=1 subtype=1 ",
        "1740816000.250 1 192.0.2.7 TCP_MISS/200 1 GET ",
        "12/28-12:55:38.765402  [**] [1:1:1] ",
        "[Sat Mar  1 08:00:00 2025] [error] ",
        "[Sat Mar  1 08:00:00 2025] [error] ModSecurity: ",
        "2025/03/01 08:00:00 [error] 1#1: ",
        "2025/03/01 08:00:00 [error] 1#1: client: ::1, server: ",
        "http 2025-03-01T08:00:00Z a - - -1 -1 -1 - - 0 0 \"",
        "a b [01/Mar/2025:08:00:00 +0000] c d e REST.GET k \"",
        "<34>1 - - - - - [",
        "<34>1 - - - - - [a ",
        "1.2.3.4 - - [10/Oct/2000:13:55:36 -0700] \"",
        "1.2.3.4 - - [10/Oct/2000:13:55:36 -0700] \"GET / HTTP/1.0\" 200 1 ",
        "a=1 ",
    ];
    let repeated = [
        ",",
        ",a=1",
        "a=\"",
        "a=\"\\",
        " a=\"",
        "\\\"",
        "\"a ",
        "\" 200 1 ",
        " [",
        " from ",
        " from 1.1.1.1 port 1",
        "IN=",
        "IN= ",
        " ; ",
        "[",
        "]",
        "(",
        ")",
        "<",
        ": ",
        "' ",
        "@",
        "2001-",
        " a=\"\"",
        "\u{fffd}",
        "|",
        "{",
        "=",
    ];
    for (start, repeated) in starts.iter().flat_map(|s| repeated.map(|r| (s, r))) {
        let text = format!("{start}{}", repeated.repeat((32 << 10) / repeated.len()));
        for row in FORMATS.iter().filter(|f| f.raw_text) {
            if let Shape::Lines(shape) = &row.shape {
                read_with(shape.read, &everything(), &text);
            }
        }
    }
}

/// Blank, continuing, at the turn of a year, invisible.
const ODD_LINES: [&str; 8] =
    ["", " ", "\tmore", "  at x", "Dec 31 23:59:59 h t: x", "Feb 29 01:00:00 h t: x", "\u{feff}", "\0\0"];

/// Lines of every kind, some of them broken.
fn input() -> impl Strategy<Value = Vec<u8>> {
    let samples: Vec<&str> = FORMATS.iter().flat_map(|f| f.samples.iter().map(|s| s.text)).collect();
    let line = prop_oneof![
        4 => prop::sample::select(samples).prop_map(|s| s.as_bytes().to_vec()),
        1 => prop::sample::select(ODD_LINES.to_vec()).prop_map(|s| s.as_bytes().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 0..12),
    ];
    prop::collection::vec((line, prop::sample::select(vec!["\n", "\r\n", "\n\n"])), 0..24)
        .prop_map(|lines| lines.into_iter().flat_map(|(line, end)| [line, end.as_bytes().to_vec()].concat()).collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn blocks_never_change_the_result(input in input(), chunk in 1usize..400, target in 1usize..400) {
        for row in FORMATS.iter().filter(|f| matches!(f.shape, Shape::Lines(_) | Shape::Headed(..))) {
            let whole = run(&sniffed(row.name), &input, Some(2020), WHOLE);
            let parts = run(&sniffed(row.name), &input, Some(2020), Sizes { chunk, target });
            prop_assert_eq!(parts, whole, "{}", row.name);
        }
    }

    #[test]
    fn no_text_makes_a_reader_panic(text in "\\PC{0,100}|[<>\\[\\]a-zA-Z0-9:=\" .-]{0,100}") {
        for row in FORMATS.iter().filter(|f| f.raw_text) {
            if let Shape::Lines(shape) = &row.shape {
                read_with(shape.read, &everything(), &text);
                (shape.continues)(text.as_bytes());
                let _ = shape.yearless.map(|yearless| yearless(text.as_bytes()));
            }
        }
    }
}
