//! Zeek's logs as it writes them by itself: columns between tabs, and lines with `#` that say what they are.
//!
//! `#fields` and `#types` may come again with others (logs put one behind the other). What `#separator`,
//! `#set_separator`, `#empty_field` and `#unset_field` declare is heeded; escapes (`\x0a`) are undone. Sets and vectors are
//! several values. An unset field keeps its `-`, which is absence everywhere; where another word is declared, it is null.
//! The name of the log is `_path`, as in Zeek's JSON.

use super::{Format, Head, HeaderShape, LineShape, Record, Refused, Sample, Shape, Sniffed, sniff};
use crate::model::{Header, Value};
use std::borrow::Cow;
use std::sync::Arc;

/// The row of [`FORMATS`](super::FORMATS).
pub(crate) const FORMAT: Format = Format {
    name: "zeek",
    summary: "Zeek's logs with tabs between columns",
    spec: "https://docs.zeek.org/en/master/log-formats.html",
    samples: SAMPLES,
    raw_text: true,
    counting: crate::model::Counting::Lines,
    claims: RANK,
    sniff: sniff_header,
    shape: Shape::Headed(
        LineShape::of_text(read, 0),
        HeaderShape { is: |line| line.first() == Some(&b'#'), read: read_header },
    ),
};

/// A header is surer than any line.
const RANK: u8 = 12;
/// So many lines may stand before the names (the tests of Zeek itself put some).
const HEADER_LINES: usize = 20;
/// More columns than anybody writes.
const COLUMNS: usize = 1_024;
/// More values than any set is worth being looked at for.
const MEMBERS: usize = 4_096;

fn sniff_header(head: &Head<'_>) -> Option<Sniffed> {
    sniff::lines(head)
        .take(HEADER_LINES)
        .any(|line| line.starts_with("#separator ") || line.starts_with("#fields\t"))
        .then(|| sniff::claim(RANK, 1000, "`#separator` or `#fields` begins it", super::Learned::Nothing))
}

fn read_header(line: &str, header: &mut Header) {
    header.format = FORMAT.name;
    if let Some(separator) = line.strip_prefix("#separator ") {
        // A new log begins: nothing of the one before holds.
        *header = Header { format: FORMAT.name, ..Header::default() };
        header.say("separator", &unescaped(separator.trim()));
        return;
    }
    let separator = separator(header).to_owned();
    let Some((name, rest)) = line.split_once(separator.as_str()) else { return };
    match name {
        "#fields" => {
            header.columns = rest.split(separator.as_str()).take(COLUMNS).map(str::to_owned).collect();
            header.say("types", "");
        }
        "#types" => header.say("types", rest),
        "#path" => header.say("path", rest),
        "#set_separator" => header.say("set_separator", &unescaped(rest)),
        "#empty_field" => header.say("empty", rest),
        "#unset_field" => header.say("unset", rest),
        _ => {}
    }
}

fn separator(header: &Header) -> &str {
    header.note("separator").filter(|s| !s.is_empty()).unwrap_or("\t")
}

fn read(record: &mut Record<'_>) -> Result<(), Refused> {
    let header = Arc::clone(&record.scratch.header);
    if header.format != FORMAT.name || header.columns.is_empty() {
        return Err(Refused { expected: "a line `#fields` above", at: 0 });
    }
    let separator = separator(&header);
    let text = record.text;
    if text.split(separator).count() != header.columns.len() {
        return Err(Refused { expected: "as many cells as `#fields` names", at: 0 });
    }
    let set_separator = header.note("set_separator").filter(|s| !s.is_empty()).unwrap_or(",");
    let unset = header.note("unset").unwrap_or("-");
    let empty = header.note("empty").unwrap_or("(empty)");
    let mut types = header.note("types").unwrap_or_default().split(separator);
    record.push_some("_path", header.note("path"));
    for (name, cell) in header.columns.iter().zip(text.split(separator)) {
        let kind = types.next().unwrap_or_default();
        let is_container = kind.starts_with("set[") || kind.starts_with("vector[");
        if cell == unset && cell != "-" {
            record.scratch.push(record.table, name, Value::Null);
        } else if cell == empty && is_container {
            record.scratch.push(record.table, name, Value::NoItems);
        } else if cell == empty {
            record.push(name, "");
        } else if is_container {
            for member in cell.split(set_separator).take(MEMBERS) {
                record.push(name, &unescaped(member));
            }
        } else {
            record.push(name, &unescaped(cell));
        }
    }
    Ok(())
}

/// Undoes `\x09` and `\\`. Bytes that are no UTF-8 are replaced.
fn unescaped(text: &str) -> Cow<'_, str> {
    if !text.contains('\\') {
        return Cow::Borrowed(text);
    }
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).and_then(|b| char::from(*b).to_digit(16));
    let (mut plain, mut at) = (Vec::with_capacity(bytes.len()), 0);
    while let Some(byte) = bytes.get(at) {
        let next = if *byte == b'\\' { bytes.get(at + 1) } else { None };
        let (byte, taken) = match next {
            Some(b'\\') => (b'\\', 2),
            // Two digits are at most 255.
            Some(b'x') => match digit(at + 2).zip(digit(at + 3)).map(|(high, low)| u8::try_from(high * 16 + low)) {
                Some(Ok(code)) => (code, 4),
                _ => (*byte, 1),
            },
            _ => (*byte, 1),
        };
        plain.push(byte);
        at += taken;
    }
    Cow::Owned(String::from_utf8_lossy(&plain).into_owned())
}

const SAMPLES: &[Sample] = &[
    Sample {
        text: "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\thttp\n\
               #fields\tts\tid.orig_h\turi\ttags\tusername\n#types\ttime\taddr\tstring\tset[enum]\tstring\n\
               1692146065.155950\t192.0.2.43\t/a\\x09b\tHTTP::A,HTTP::B\t-\n\
               1692146066.5\t192.0.2.43\t(empty)\t(empty)\t-\n#close\t2023-08-15-21-06-19\n",
        fields: &[
            ("_path", "http"),
            ("ts", "1692146065.155950"),
            ("id.orig_h", "192.0.2.43"),
            ("uri", "/a\tb"),
            ("tags", "HTTP::A"),
            ("tags", "HTTP::B"),
            ("username", "-"),
            ("uri", ""),
            ("tags", "no items"),
        ],
    },
    Sample {
        text: "#separator ,\n#unset_field,none\n#path,a\n#fields,ts,x\n1,none\n\
               #separator \\x09\n#path\tb\n#fields\tx\ty\tts\nleft\tright\t2\n",
        fields: &[("_path", "a"), ("x", "null"), ("_path", "b"), ("x", "left"), ("y", "right"), ("ts", "2")],
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::testing;

    #[test]
    fn escapes_are_undone_and_what_is_none_stays() {
        for (text, want) in
            [("a\\x5cb\\\\c", "a\\b\\c"), ("\\x4", "\\x4"), ("\\xc3\\xa9\\xff", "é\u{fffd}"), ("\\n", "\\n")]
        {
            assert_eq!(unescaped(text), want, "{text}");
        }
    }

    #[test]
    fn rows_of_other_columns_are_refused() {
        let text = "#fields\ta\tb\n1\t2\n1\t2\t3\nprose\n#fields\ta\n1\n";
        let sniffed = sniff::sniff(&Head::new(text, true));
        let read = testing::read_all(&sniffed, text.as_bytes(), 3);
        let refused: Vec<_> = read.iter().map(|r| r.refused.is_some()).collect();
        assert_eq!(refused, [false, true, true, false]);
    }
}
