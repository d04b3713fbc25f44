//! Syslog with a full stamp in front: `[<PRI>]2023-11-14T00:20:42.7+01:00 host tag[pid]: message`.
//!
//! What rsyslog and syslog-ng write to files and forward by default. Stamps need their `T` and a zone, and without
//! a priority a tag must follow: application logs begin alike.

use super::syslog::{finish, priority, tag};
use super::{Format, Head, LineShape, Met, Record, Refused, Sample, Shape, Sniffed, syslog};
use crate::model::stamp::{self, Zone};
use crate::model::{Outline, Quality, Stamp, limits};

/// The row of [`FORMATS`](super::FORMATS).
pub(crate) const FORMAT: Format = Format {
    name: "syslog-3339",
    summary: "syslog with RFC 3339 stamps",
    spec: "rsyslog RSYSLOG_FileFormat, RSYSLOG_ForwardFormat",
    samples: &[
        Sample {
            text: "2023-11-14T00:20:42.738197+01:00 web1 sshd[77]: Connection closed by 203.0.113.9 port 4 [preauth]",
            fields: &[
                ("hostname", "web1"),
                ("appname", "sshd"),
                ("procid", "77"),
                ("msg", "Connection closed by 203.0.113.9 port 4 [preauth]"),
                ("rhost", "203.0.113.9"),
                ("port", "4"),
            ],
        },
        Sample {
            text: "<30>2023-11-14T00:20:42Z web1 no tag here",
            fields: &[("pri", "30"), ("hostname", "web1"), ("msg", "no tag here")],
        },
        Sample {
            text: "2023-11-14T00:20:42Z kernel: device removed",
            fields: &[("appname", "kernel"), ("msg", "device removed")],
        },
    ],
    raw_text: true,
    counting: crate::model::Counting::Lines,
    claims: 5,
    sniff: |head: &Head<'_>| -> Option<Sniffed> {
        syslog::sniff(head, FORMAT.name, 5, "lines begin with a full stamp, a host and a tag", |line| {
            split(line).is_some()
        })
    },
    shape: Shape::Lines(LineShape {
        read,
        continues: |line| matches!(line.first(), Some(b' ' | b'\t')),
        yearless: None,
        longest: limits::LINE,
        rank: 5,
        outline: Some(outline),
    }),
};

/// A record's parts.
struct Parts<'r> {
    pri: Option<&'r str>,
    time: Stamp,
    host: Option<&'r str>,
    /// Tag and message.
    rest: &'r str,
}

fn read(record: &mut Record<'_>) -> Result<(), Refused> {
    let Some(parts) = split(record.text) else {
        return Err(Refused { expected: "a stamp with `T` and zone, a host and a tag", at: 0 });
    };
    record.time = parts.time;
    record.push_some("pri", parts.pri);
    record.push_some("hostname", parts.host);
    match tag(parts.rest) {
        Some((tag, message)) => finish(record, Some(tag), message),
        None => finish(record, None, parts.rest),
    }
    Ok(())
}

fn outline<'r>(record: &mut Record<'r>, _: &mut Met) -> Option<Outline<'r>> {
    let parts = split(record.text)?;
    record.time = parts.time;
    syslog::outline(record, (parts.pri, parts.host), parts.rest)
}

fn split(text: &str) -> Option<Parts<'_>> {
    let (pri, rest) = priority(text).map_or((None, text), |(pri, rest)| (Some(pri), rest));
    // The zone is in the stamp, so any will do to read it.
    let (time, taken) = stamp::read_prefix(rest, &Zone::default())?;
    let has_t = matches!(rest.as_bytes().get(10), Some(b'T' | b't'));
    if !has_t || time.quality != Quality::Exact {
        return None;
    }
    // Firewalls write a colon between stamp and message, or between host and message.
    let rest = rest.get(taken..)?;
    let rest = rest.strip_prefix(':').unwrap_or(rest).strip_prefix(' ')?.trim_start_matches(' ');
    if rest.starts_with('%') && tag(rest).is_some() {
        return Some(Parts { pri, time, host: None, rest });
    }
    let (word, behind) = rest.split_once(' ').unwrap_or((rest, ""));
    let behind = behind.trim_start_matches(' ');
    let is_event = rest.starts_with("CEF:") || rest.starts_with("LEEF:");
    if is_event || (word.ends_with(':') && tag(word).is_some()) {
        return Some(Parts { pri, time, host: None, rest });
    }
    let is_host = word.bytes().any(|b| b.is_ascii_alphanumeric()) && !word.contains(['=', '[', '"', '{']);
    let is_known = tag(behind).is_some() || pri.is_some() || behind.starts_with("CEF:") || behind.starts_with("LEEF:");
    (is_host && is_known).then_some(Parts { pri, time, host: Some(word), rest: behind })
}
