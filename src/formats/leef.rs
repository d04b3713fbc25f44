//! The Log Event Extended Format of `QRadar`: `LEEF:1.0|VENDOR|PRODUCT|VERSION|EVENT|key=value<TAB>key=value...`.
//!
//! LEEF 2.0 may name another delimiter behind the event id: a character, `x5E` or `0x5E`. Where tabs got lost on the way
//! (`#011`, `\t`, blanks) pairs are still told apart. Stands alone or behind a header, as [CEF](super::cef) does.

use super::cef::{self, PAIRS, read_any, unescaped};
use super::{Format, LineShape, Record, Sample, Shape};

/// The row of [`FORMATS`](super::FORMATS).
pub(crate) const FORMAT: Format = Format {
    name: "leef",
    summary: "Log Event Extended Format of QRadar and others",
    spec: "https://www.ibm.com/docs/en/dsm?topic=leef-overview",
    samples: SAMPLES,
    raw_text: true,
    counting: crate::model::Counting::Lines,
    claims: 9,
    sniff: |head| {
        cef::sniff(
            head,
            FORMAT.name,
            "`LEEF:` and a version begin lines",
            |line| cef::find(line, MARK).is_some(),
            |line| cef::find(line, MARK) == Some(0),
        )
    },
    shape: Shape::Lines(LineShape::of_text(|record| read_any(record, MARK, PAYLOAD, push), 9)),
};

const MARK: &str = "LEEF:";
/// As `@payload` shows it.
pub(super) const PAYLOAD: &str = "leef";

/// What names a header's parts; the version is taken off before.
const HEADER: [&str; 4] = ["deviceVendor", "deviceProduct", "deviceVersion", "eventId"];

/// Reads an event.
pub(super) fn push(record: &mut Record<'_>, text: &str) -> Option<()> {
    let (version, rest) = text.strip_prefix(MARK)?.trim_start_matches(' ').split_once('|')?;
    let mut parts = [""; HEADER.len()];
    let mut rest = rest;
    for (n, part) in parts.iter_mut().enumerate() {
        // An event without attributes may end behind its id.
        (*part, rest) = match cef::split_header(rest) {
            Some(split) => split,
            None if n == HEADER.len() - 1 => (rest, ""),
            None => return None,
        };
    }
    record.push("leefVersion", version);
    for (name, part) in HEADER.iter().zip(parts) {
        record.push(name, &unescaped(part, "|"));
    }
    let declared = if version.starts_with('1') { None } else { delimiter(rest) };
    let (delimiter, attributes) = declared.unwrap_or(("\t".to_owned(), rest));
    let lost = ["#011", "\\t"].into_iter().find(|mark| attributes.contains(mark));
    match lost.filter(|_| delimiter == "\t" && !attributes.contains('\t')) {
        Some(mark) => push_split(record, attributes, mark),
        None if attributes.contains(&delimiter) || attributes.matches('=').count() == 1 => {
            push_split(record, attributes, &delimiter);
        }
        None => cef::push_pairs(record, attributes),
    }
    Some(())
}

/// Reads the delimiter of LEEF 2.0 and gives what follows its bar. Some writers leave the part out.
fn delimiter(text: &str) -> Option<(String, &str)> {
    let (part, rest) = text.split_once('|')?;
    let hex = part.strip_prefix("0x").or_else(|| part.strip_prefix('x')).filter(|digits| !digits.is_empty());
    let code = hex.filter(|h| h.len() <= 4).and_then(|h| u32::from_str_radix(h, 16).ok()).and_then(char::from_u32);
    if part.is_empty() || part == "\\t" {
        return Some(("\t".to_owned(), rest));
    }
    // The bar itself as the delimiter leaves an empty part behind it, and a key=value is no delimiter.
    let given = code.or_else(|| part.chars().next().filter(|_| part.chars().count() == 1))?;
    Some((given.to_string(), rest))
}

fn push_split(record: &mut Record<'_>, text: &str, delimiter: &str) {
    for pair in text.split(delimiter).take(PAIRS) {
        if let Some((key, value)) = pair.split_once('=')
            && let key = key.trim()
            && !key.is_empty()
            && key.len() <= 128
        {
            record.push(key, &unescaped(value.trim(), "="));
        }
    }
}

const SAMPLES: &[Sample] = &[
    Sample {
        text: "LEEF:1.0|Vendor|Gate|4.0|deny_all|src=203.0.113.9\tdst=192.0.2.1\tmsg=a b=c\tusrName=bob",
        fields: &[
            ("leefVersion", "1.0"),
            ("deviceVendor", "Vendor"),
            ("deviceProduct", "Gate"),
            ("deviceVersion", "4.0"),
            ("eventId", "deny_all"),
            ("src", "203.0.113.9"),
            ("dst", "192.0.2.1"),
            ("msg", "a b=c"),
            ("usrName", "bob"),
        ],
    },
    Sample {
        text: "LEEF:2.0|V|P|1|id|x5E|src=203.0.113.9^cat=a|b^devTime=Mar 01 2025 08:00:00",
        fields: &[
            ("leefVersion", "2.0"),
            ("deviceVendor", "V"),
            ("deviceProduct", "P"),
            ("deviceVersion", "1"),
            ("eventId", "id"),
            ("src", "203.0.113.9"),
            ("cat", "a|b"),
            ("devTime", "Mar 01 2025 08:00:00"),
        ],
    },
    Sample {
        text: "<13>LEEF:2.0|V|P|1|id|src=203.0.113.9#011usrName=bob b",
        fields: &[
            ("pri", "13"),
            ("leefVersion", "2.0"),
            ("deviceVendor", "V"),
            ("deviceProduct", "P"),
            ("deviceVersion", "1"),
            ("eventId", "id"),
            ("src", "203.0.113.9"),
            ("usrName", "bob b"),
        ],
    },
    Sample {
        text: "LEEF:1.0|V|P|1|id|src=203.0.113.9 usrName=bob b sev=5",
        fields: &[
            ("leefVersion", "1.0"),
            ("deviceVendor", "V"),
            ("deviceProduct", "P"),
            ("deviceVersion", "1"),
            ("eventId", "id"),
            ("src", "203.0.113.9"),
            ("usrName", "bob b"),
            ("sev", "5"),
        ],
    },
];
