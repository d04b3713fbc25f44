//! Syslog as the IETF wrote it (RFC 5424): `<PRI>1 STAMP HOST APP PROCID MSGID [ID NAME="VALUE"] message`.
//!
//! A nil value (`-`) is no field. Parameters of structured data are `ID.NAME`; where all a record says stands in one
//! element, as Junos writes it, they have their plain names, too. A stamp that is none costs the stamp.

use super::syslog::{Tag, finish, priority};
use super::{Format, Head, LineShape, Record, Refused, Sample, Shape, Sniffed, syslog};
use crate::model::{Sentence, limits, stamp};
use std::borrow::Cow;

/// The row of [`FORMATS`](super::FORMATS).
pub(crate) const FORMAT: Format = Format {
    name: "syslog-5424",
    summary: "syslog with a version and structured data",
    spec: "RFC 5424",
    samples: &[
        Sample {
            text: r#"<165>1 2003-10-11T22:14:15.003Z m1.example.com evntslog 77 ID47 [ex@1 iut="3" note="a\"]b"][meta seq="1"] hello"#,
            fields: &[
                ("pri", "165"),
                ("version", "1"),
                ("hostname", "m1.example.com"),
                ("msgid", "ID47"),
                ("ex@1.iut", "3"),
                ("ex@1.note", "a\"]b"),
                ("meta.seq", "1"),
                ("appname", "evntslog"),
                ("procid", "77"),
                ("msg", "hello"),
            ],
        },
        Sample { text: "<34>1 - - - - - -", fields: &[("pri", "34"), ("version", "1")] },
        Sample {
            text: r#"<14>1 2023-11-14T22:13:20Z srx1 RT_FLOW - RT_FLOW_SESSION_DENY [junos@2636.1.1.1.2.86 source-address="203.0.113.9"] session denied"#,
            fields: &[
                ("pri", "14"),
                ("version", "1"),
                ("hostname", "srx1"),
                ("msgid", "RT_FLOW_SESSION_DENY"),
                ("junos@2636.1.1.1.2.86.source-address", "203.0.113.9"),
                ("source-address", "203.0.113.9"),
                ("appname", "RT_FLOW"),
                ("msg", "session denied"),
            ],
        },
    ],
    raw_text: true,
    counting: crate::model::Counting::Lines,
    claims: 8,
    sniff: |head: &Head<'_>| -> Option<Sniffed> {
        syslog::sniff(head, FORMAT.name, 8, "lines begin with a priority and a version", |line| header(line).is_some())
    },
    shape: Shape::Lines(LineShape {
        read,
        continues: |line| matches!(line.first(), Some(b' ' | b'\t')),
        yearless: None,
        longest: limits::LINE,
        rank: 8,
        outline: None,
    }),
};

/// The header's words, from the version to the message id, and what follows.
struct Header<'r> {
    pri: &'r str,
    version: &'r str,
    words: [&'r str; 5],
    rest: &'r str,
}

fn header(text: &str) -> Option<Header<'_>> {
    let (pri, rest) = priority(text)?;
    let (version, rest) = rest.split_once(' ')?;
    let is_version = (1..=2).contains(&version.len()) && version.bytes().all(|b| b.is_ascii_digit());
    if !is_version || version.starts_with('0') {
        return None;
    }
    let mut words = [""; 5];
    let mut rest = rest;
    for word in &mut words {
        (*word, rest) = rest.split_once(' ')?;
    }
    let is_stamp = words[0] == "-" || words[0].starts_with(|c: char| c.is_ascii_digit());
    let has_data = rest.starts_with('[') || rest == "-" || rest.starts_with("- ");
    (is_stamp && has_data).then_some(Header { pri, version, words, rest })
}

fn read(record: &mut Record<'_>) -> Result<(), Refused> {
    let text = record.text;
    let Some(Header { pri, version, words: [time, host, program, process, id], rest }) = header(text) else {
        return Err(Refused { expected: "a priority, a version and six further words", at: 0 });
    };
    let present = |word| Some(word).filter(|w| !matches!(*w, "-" | ""));
    record.time = stamp::read(time, record.zone).unwrap_or_default();
    record.push("pri", pri);
    record.push("version", version);
    record.push_some("hostname", present(host));
    record.push_some("msgid", present(id));
    let message = match rest.strip_prefix('-') {
        Some(message) => message,
        None => structured_data(record, rest).ok_or_else(|| Refused {
            expected: "structured data with short names that ends",
            at: u32::try_from(text.len() - rest.len()).unwrap_or(u32::MAX),
        })?,
    };
    let is_junos = rest.starts_with(JUNOS);
    if let Some(program) = present(program) {
        finish(record, Some(Tag { program, process: present(process), pam_module: None }), message);
    } else {
        record.push_some("procid", present(process));
        finish(record, None, message);
    }
    // What the message repeats is read in the element.
    if is_junos && record.payload.is_none_or(|sentence| sentence.payload == "kv") {
        record.payload = Some(Sentence { payload: "junos-data", name: "" });
    }
    Ok(())
}

/// The element in which Junos says everything; the enterprise's number, then the product's.
const JUNOS: &str = "[junos@2636.";

/// Longer names of elements are refused.
const LONGEST_ID: usize = 128;

/// Pushes `[ID NAME="VALUE" ...]...` and gives what follows.
fn structured_data<'r>(record: &mut Record<'_>, text: &'r str) -> Option<&'r str> {
    let mut rest = text;
    while let Some(element) = rest.strip_prefix('[') {
        let is_junos = rest.starts_with(JUNOS);
        let end = element.find([' ', ']'])?;
        // The standard allows 32 bytes. The name stands before each parameter's, so it must not be long.
        let (id, mut inner) = element.split_at_checked(end).filter(|(id, _)| id.len() <= LONGEST_ID)?;
        loop {
            inner = inner.trim_start_matches(' ');
            if let Some(after) = inner.strip_prefix(']') {
                rest = after;
                break;
            }
            let (name, value) = inner.split_once("=\"")?;
            let (value, after) = parameter(value)?;
            record.push(&format!("{id}.{name}"), &value);
            if is_junos {
                record.push(name, &value);
            }
            inner = after;
        }
    }
    Some(rest)
}

/// Reads up to the closing quote. `\"`, `\\` and `\]` are undone, other backslashes stay.
fn parameter(text: &str) -> Option<(Cow<'_, str>, &str)> {
    let bytes = text.as_bytes();
    let mut at = 0;
    loop {
        at += memchr::memchr2(b'"', b'\\', bytes.get(at..)?)?;
        if bytes.get(at) == Some(&b'"') {
            break;
        }
        at += if matches!(bytes.get(at + 1), Some(b'"' | b'\\' | b']')) { 2 } else { 1 };
    }
    let (value, rest) = (text.get(..at)?, text.get(at + 1..)?);
    if !value.contains('\\') {
        return Some((Cow::Borrowed(value), rest));
    }
    let mut plain = String::with_capacity(value.len());
    let mut chars = value.chars().peekable();
    while let Some(c) = chars.next() {
        let escaped = (c == '\\').then(|| chars.next_if(|next| matches!(next, '"' | '\\' | ']'))).flatten();
        plain.push(escaped.unwrap_or(c));
    }
    Some((Cow::Owned(plain), rest))
}
