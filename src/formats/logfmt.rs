//! logfmt, and looser lines of key=value pairs.
//!
//! Both rows read a line that begins with a pair and holds at least as many pairs as other words, which are passed
//! over. `kv` also takes `,`, `;` and `|` between pairs. Nothing is a header: which field is the time is decided by
//! its name.

use super::pairs::{self, LOOSE, Word, Words};
use super::{Format, LineShape, Record, Refused, Sample, Shape, lines};
use crate::model::limits;

/// The row of [`FORMATS`](super::FORMATS) for lines of pairs with blanks between.
pub(crate) const FORMAT: Format = Format {
    name: "logfmt",
    summary: "lines of key=value pairs with blanks between",
    spec: "https://brandur.org/logfmt",
    samples: &[
        Sample {
            text: r#"time="2021-09-15T21:17:10Z" level=error msg="a=b \"gone\"" reason= n=3"#,
            fields: &[
                ("time", "2021-09-15T21:17:10Z"),
                ("level", "error"),
                ("msg", "a=b \"gone\""),
                ("reason", ""),
                ("n", "3"),
            ],
        },
        Sample {
            text: "logger=settings t=2025-04-24T19:51:48.520963849Z list=a,b",
            fields: &[("logger", "settings"), ("t", "2025-04-24T19:51:48.520963849Z"), ("list", "a,b")],
        },
    ],
    raw_text: true,
    counting: crate::model::Counting::Lines,
    claims: 5,
    sniff: |head| {
        lines::sniff(head, FORMAT.name, 5, "every word is a pair key=value", |line| {
            let mut words = Words::new(line, &[]);
            let all = words.by_ref().try_fold(0, |n, word| is_logfmt(&word).then_some(n + 1));
            all.is_some_and(|n| n >= 2)
        })
    },
    shape: Shape::Lines(LineShape {
        read: |record| read(record, &[]),
        continues: |_| false,
        yearless: None,
        longest: limits::LINE,
        rank: 4,
        outline: None,
    }),
};

/// The row for pairs with other separators.
pub(crate) const LOOSE_FORMAT: Format = Format {
    name: "kv",
    summary: "lines of key=value pairs, also with commas between",
    spec: "none: what firewalls and appliances write",
    samples: &[Sample {
        text: r#"date=2019-05-10, devname="fw 1"; action=deny|srcip=203.0.113.9 note=a,b"#,
        fields: &[
            ("date", "2019-05-10"),
            ("devname", "fw 1"),
            ("action", "deny"),
            ("srcip", "203.0.113.9"),
            ("note", "a,b"),
        ],
    }],
    raw_text: true,
    counting: crate::model::Counting::Lines,
    claims: 4,
    sniff: |head| {
        lines::sniff(head, LOOSE_FORMAT.name, 4, "lines begin with pairs key=value", |line| {
            Words::new(line, LOOSE).take(4).filter(|word| matches!(word, Word::Pair { .. })).count() >= 2
                && starts_pair(line.as_bytes())
        })
    },
    shape: Shape::Lines(LineShape {
        read: |record| read(record, LOOSE),
        continues: |_| false,
        yearless: None,
        longest: limits::LINE,
        rank: 3,
        outline: None,
    }),
};

/// A pair whose value no separator of looser formats ends.
fn is_logfmt(word: &Word<'_>) -> bool {
    matches!(word, Word::Pair { value, .. } if !value.ends_with([',', ';', '|']))
}

/// Whether a line begins with `key=`: no other line is of these formats.
pub(super) fn starts_pair(line: &[u8]) -> bool {
    let line = line.trim_ascii_start();
    let key = line.iter().position(|b| *b == b'=').and_then(|end| line.get(..end));
    key.and_then(|key| std::str::from_utf8(key).ok()).is_some_and(pairs::is_key)
}

fn read(record: &mut Record<'_>, separators: &'static [char]) -> Result<(), Refused> {
    let text = record.text;
    let refused = Refused { expected: "pairs key=value", at: 0 };
    if !starts_pair(text.as_bytes()) {
        return Err(refused);
    }
    let (pairs, bare) = pairs::push_all(record, text, separators);
    if pairs < bare { Err(refused) } else { Ok(()) }
}
