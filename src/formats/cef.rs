//! The Common Event Format of `ArcSight`: `CEF:0|VENDOR|PRODUCT|VERSION|CLASS|NAME|SEVERITY|key=value key=value ...`.
//!
//! Read alone in a line (`<PRI>` or not), behind any header of syslog, and behind what else a shipper puts in front: a
//! stamp and a host. In the header `\|` and `\\` are escapes, in values `\=`, `\\`, `\n` and `\r`. A value ends where a
//! blank, a key and `=` follow. What `cs1Label` calls `cs1` is given under that name too.

use super::syslog::priority;
use super::{
    Format, Head, LineShape, Record, Refused, Sample, Shape, Sniffed, lines, syslog_3164, syslog_3339, syslog_5424,
};
use crate::model::{Sentence, Stamp, stamp};
use std::borrow::Cow;

/// The row of [`FORMATS`](super::FORMATS).
pub(crate) const FORMAT: Format = Format {
    name: "cef",
    summary: "Common Event Format of ArcSight and many others",
    spec: "https://www.microfocus.com/documentation/arcsight/arcsight-smartconnectors-8.4/pdfdoc/cef-implementation-standard/cef-implementation-standard.pdf",
    samples: SAMPLES,
    raw_text: true,
    counting: crate::model::Counting::Lines,
    claims: 9,
    sniff: |head| {
        sniff(
            head,
            FORMAT.name,
            "`CEF:` and a version begin lines",
            |line| find(line, MARK).is_some(),
            |line| find(line, MARK) == Some(0),
        )
    },
    shape: Shape::Lines(LineShape::of_text(|record| read_any(record, MARK, PAYLOAD, push), 9)),
};

const MARK: &str = "CEF:";
/// As `@payload` shows it.
pub(super) const PAYLOAD: &str = "cef";
/// More pairs than any event has.
pub(super) const PAIRS: usize = 1_024;

/// What names a header's parts; the version is taken off before.
const HEADER: [&str; 6] = ["deviceVendor", "deviceProduct", "deviceVersion", "deviceEventClassId", "name", "severity"];

/// How sure a format is whose records stand alone or behind a header: lines of either kind count, but where none stands
/// alone the header's format reads them.
pub(super) fn sniff(
    head: &Head<'_>,
    name: &str,
    why: &'static str,
    fits: fn(&str) -> bool,
    is_alone: fn(&str) -> bool,
) -> Option<Sniffed> {
    let sniffed = lines::sniff(head, name, 9, why, fits)?;
    head.text.lines().any(|line| is_alone(without_priority(super::text::record(line).1))).then_some(sniffed)
}

fn without_priority(line: &str) -> &str {
    priority(line).map_or(line, |(_, rest)| rest.trim_start_matches(' '))
}

/// Where `CEF:0|` or `CEF: 0|` begins, at the start, behind a blank, a priority or another word with a colon.
pub(super) fn find(text: &str, mark: &str) -> Option<usize> {
    text.match_indices(mark).map(|(at, _)| at).find(|at| {
        let is_start = *at == 0 || text.as_bytes().get(at - 1).is_some_and(|b| matches!(b, b' ' | b'\t' | b'>' | b':'));
        let rest = text.as_bytes().get(at + mark.len()..).unwrap_or_default();
        let rest = rest.strip_prefix(b" ").unwrap_or(rest);
        let version = rest.iter().take(5).take_while(|b| b.is_ascii_digit() || **b == b'.').count();
        is_start && (1..=4).contains(&version) && rest.get(version) == Some(&b'|')
    })
}

/// Reads one event that begins with its mark: pushes everything, or nothing.
pub(super) type Push = fn(&mut Record<'_>, &str) -> Option<()>;

/// Reads a record that is an event alone, or has one behind a header.
pub(super) fn read_any(record: &mut Record<'_>, mark: &str, payload: &'static str, push: Push) -> Result<(), Refused> {
    let text = record.text;
    let refused = Refused { expected: "`CEF:` or `LEEF:`, a version and the parts of a header", at: 0 };
    let Some(start) = find(text, mark) else { return Err(refused) };
    let alone = without_priority(text);
    if text.len() - alone.len() == start {
        record.push_some("pri", priority(text).map(|(pri, _)| pri));
        push(record, alone).ok_or(refused)?;
        record.payload = Some(Sentence { payload, name: "" });
        return Ok(());
    }
    let before = record.scratch.mark();
    for row in [&syslog_5424::FORMAT, &syslog_3339::FORMAT, &syslog_3164::FORMAT] {
        let Shape::Lines(shape) = &row.shape else { continue };
        let year = *record.year;
        if (shape.read)(record).is_ok() && record.payload.is_some_and(|sentence| sentence.payload == payload) {
            return Ok(());
        }
        record.scratch.rewind(before);
        *record.year = year;
        (record.time, record.payload) = (Stamp::default(), None);
    }
    push(record, text.get(start..).unwrap_or_default()).ok_or(refused)?;
    record.payload = Some(Sentence { payload, name: "" });
    shipped(record, text.get(..start).unwrap_or_default());
    Ok(())
}

/// What a shipper puts before an event: a stamp and a host, or something else, which is left alone.
fn shipped(record: &mut Record<'_>, before: &str) {
    let (pri, rest) = priority(before).map_or((None, before), |(pri, rest)| (Some(pri), rest));
    record.push_some("pri", pri);
    // Some put a version before the stamp and go on as nobody else does.
    let rest = rest.strip_prefix("1 ").filter(|_| pri.is_some()).unwrap_or(rest);
    let stamp = stamp::read_prefix(rest, record.zone).or_else(|| {
        let (yearless, taken) = stamp::read_yearless(rest)?;
        Some((record.yearless(yearless), taken))
    });
    let Some((time, taken)) = stamp else { return };
    record.time = time;
    let mut words = rest.get(taken..).unwrap_or_default().split_ascii_whitespace();
    if let (Some(host), None) = (words.next(), words.next()) {
        record.push("hostname", host);
    }
}

/// Reads an event.
pub(super) fn push(record: &mut Record<'_>, text: &str) -> Option<()> {
    let (version, rest) = text.strip_prefix(MARK)?.trim_start_matches(' ').split_once('|')?;
    let mut parts = [""; HEADER.len()];
    let mut rest = rest;
    for (n, part) in parts.iter_mut().enumerate() {
        // An event without an extension may end behind its severity.
        (*part, rest) = match split_header(rest) {
            Some(split) => split,
            None if n == HEADER.len() - 1 => (rest, ""),
            None => return None,
        };
    }
    record.push("cefVersion", version);
    for (name, part) in HEADER.iter().zip(parts) {
        record.push(name, &unescaped(part, "|"));
    }
    push_pairs(record, rest);
    Some(())
}

/// Splits at the first bar without a backslash before it.
pub(super) fn split_header(text: &str) -> Option<(&str, &str)> {
    let bytes = text.as_bytes();
    let mut at = 0;
    loop {
        at += memchr::memchr2(b'|', b'\\', bytes.get(at..)?)?;
        if bytes.get(at) == Some(&b'|') {
            return Some((text.get(..at)?, text.get(at + 1..)?));
        }
        at += 2;
    }
}

/// Pushes `key=value key=value`, and what has a label under that too.
pub(super) fn push_pairs(record: &mut Record<'_>, text: &str) {
    let pairs = pairs(text);
    for (key, value) in &pairs {
        record.push(key, value);
    }
    for (key, label) in pairs.iter().filter_map(|(key, label)| Some((key.strip_suffix("Label")?, label))) {
        let labelled = pairs.iter().find(|(name, _)| *name == key);
        if let Some((_, value)) = labelled.filter(|_| !label.is_empty() && label.len() <= 128) {
            record.push(label, value);
        }
    }
}

/// The pairs of an extension, values unescaped.
fn pairs(text: &str) -> Vec<(&str, Cow<'_, str>)> {
    let mut starts: Vec<(usize, usize)> = Vec::new();
    let bytes = text.as_bytes();
    for equals in memchr::memchr_iter(b'=', bytes) {
        if starts.len() == PAIRS {
            break;
        }
        let floor = starts.last().map_or(0, |(_, value)| *value);
        let before = bytes.get(floor..equals).unwrap_or_default();
        let len = before.iter().rev().take_while(|b| is_key_byte(**b)).count();
        let key = equals - len;
        // Behind the equals sign before this one a key has a blank in front of it.
        let has_blank = key == 0 || bytes.get(key - 1).is_some_and(|b| matches!(b, b' ' | b'\t' | b'|'));
        if len > 0 && has_blank {
            starts.push((key, equals + 1));
        }
    }
    let mut pairs = Vec::with_capacity(starts.len());
    for (n, (key, value)) in starts.iter().enumerate() {
        let end = starts.get(n + 1).map_or(text.len(), |(next, _)| *next);
        let name = text.get(*key..value - 1).unwrap_or_default();
        let value = text.get(*value..end).unwrap_or_default().trim_end_matches([' ', '\t']);
        pairs.push((name, unescaped(value, "=")));
    }
    pairs
}

fn is_key_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-' | b'[' | b']' | b'@')
}

/// Undoes `\\`, `\n`, `\r` and a backslash before one of `marks`; others stay.
pub(super) fn unescaped<'t>(text: &'t str, marks: &str) -> Cow<'t, str> {
    if !text.contains('\\') {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let undone = match chars.peek() {
            Some('n') if c == '\\' => Some('\n'),
            Some('r') if c == '\\' => Some('\r'),
            Some(next) if c == '\\' && (*next == '\\' || *next == '=' || *next == '|' || marks.contains(*next)) => {
                Some(*next)
            }
            _ => None,
        };
        if undone.is_some() {
            chars.next();
        }
        plain.push(undone.unwrap_or(c));
    }
    Cow::Owned(plain)
}

const SAMPLES: &[Sample] = &[
    Sample {
        text: r"CEF:0|Ven\|dor|Gate|1.0|100|a \\ name|7|src=203.0.113.9 msg=x = y\=z ends\n cs1Label=Rule Name cs1=deny all request=http://h/?a=b&c=d|e",
        fields: &[
            ("cefVersion", "0"),
            ("deviceVendor", "Ven|dor"),
            ("deviceProduct", "Gate"),
            ("deviceVersion", "1.0"),
            ("deviceEventClassId", "100"),
            ("name", "a \\ name"),
            ("severity", "7"),
            ("src", "203.0.113.9"),
            ("msg", "x = y=z ends\n"),
            ("cs1Label", "Rule Name"),
            ("cs1", "deny all"),
            ("request", "http://h/?a=b&c=d|e"),
            ("Rule Name", "deny all"),
        ],
    },
    Sample {
        text: "<134>CEF: 0|V|P|2|login|Login|Low|",
        fields: &[
            ("pri", "134"),
            ("cefVersion", "0"),
            ("deviceVendor", "V"),
            ("deviceProduct", "P"),
            ("deviceVersion", "2"),
            ("deviceEventClassId", "login"),
            ("name", "Login"),
            ("severity", "Low"),
        ],
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::testing::{everything, read_with};

    #[track_caller]
    fn check(extension: &str, want: &[(&str, &str)]) {
        let found = pairs(extension);
        let found: Vec<_> = found.iter().map(|(k, v)| (*k, &**v)).collect();
        assert_eq!(found, want, "{extension}");
    }

    #[test]
    fn a_value_ends_where_a_key_follows() {
        check("a=1 b=x y  c=", &[("a", "1"), ("b", "x y"), ("c", "")]);
        check("msg=user=bob did a=b", &[("msg", "user=bob did"), ("a", "b")]);
        check(r"filePath=C:\\dir\\a=b.txt x=1", &[("filePath", "C:\\dir\\a=b.txt"), ("x", "1")]);
        check("no pairs at all", &[]);
    }

    #[test]
    fn an_event_is_found_behind_a_header_nobody_knows() {
        let Shape::Lines(shape) = &FORMAT.shape else { unreachable!("it reads lines") };
        for line in [
            "2025-03-01 08:00:00 fw1 CEF:0|v|p|1|id|n|3|src=192.0.2.1",
            "Mar  1 08:00:00 fw1 CEF: 0|v|p|1|id|n|3|src=192.0.2.1",
        ] {
            let read = read_with(shape.read, &everything(), line);
            let get = |name: &str| read.fields.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str());
            assert_eq!((get("hostname"), get("src")), (Some("fw1"), Some("192.0.2.1")), "{line}");
        }
    }
}
