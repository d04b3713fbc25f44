//! Syslog as BSD wrote it (RFC 3164): `[<PRI>]Mmm dd hh:mm:ss host tag[pid]: message`.
//!
//! Read with every deviation in use: no host, no tag, days padded or not, fractions, a year, a weekday, Cisco's
//! marks and sequence numbers, key=value right behind the stamp. Lines that start with a blank continue the record
//! above. The year comes from the rest of the input ([`years`](super::years)); zones other than UTC that a stamp
//! names are not understood.

use super::syslog::{begins_pair, finish, priority, tag};
use super::{Format, Head, LineShape, Met, Record, Refused, Sample, Shape, Sniffed, syslog};
use crate::model::stamp::{self, Yearless, Zone};
use crate::model::{Outline, Stamp, cut, limits};

/// The row of [`FORMATS`](super::FORMATS).
pub(crate) const FORMAT: Format = Format {
    name: "syslog-3164",
    summary: "syslog of BSD and of most files under /var/log",
    spec: "RFC 3164",
    samples: SAMPLES,
    raw_text: true,
    counting: crate::model::Counting::Lines,
    claims: 6,
    sniff,
    shape: Shape::Lines(LineShape {
        read,
        continues: |line| matches!(line.first(), Some(b' ' | b'\t')),
        yearless: Some(yearless),
        longest: limits::LINE,
        rank: 6,
        outline: Some(outline),
    }),
};

fn sniff(head: &Head<'_>) -> Option<Sniffed> {
    syslog::sniff(head, FORMAT.name, 6, "lines begin with a month, a day and a time", |line| {
        let rest = header_start(line).rest;
        undated(rest).is_some() || dated(rest, &Zone::default()).is_some()
    })
}

/// The year-less stamp a line starts with. Takes Snort's too, which other rows read: the years of an input are
/// counted over all its stamps.
fn yearless(line: &[u8]) -> Option<Yearless> {
    // Far more than the longest header before a stamp and the stamp.
    const ENOUGH: usize = 96;
    // Other formats' lines are told apart by their first byte.
    line.first().filter(|b| b.is_ascii_uppercase() || matches!(b, b'<' | b'*' | b'.' | b'0'..=b'9'))?;
    let line = line.get(..ENOUGH).unwrap_or(line);
    // A number may be the length of a frame, a device's count of messages, or a month: an address is none of them.
    let behind = line.iter().position(|b| !b.is_ascii_digit()).filter(|len| *len > 0).and_then(|len| line.get(len));
    behind.is_none_or(|byte| matches!(byte, b' ' | b':' | b'/')).then_some(())?;
    let line = match std::str::from_utf8(line) {
        Ok(line) => line,
        Err(error) => std::str::from_utf8(line.get(..error.valid_up_to())?).ok()?,
    };
    stamp::read_yearless(header_start(line).rest).map(|(stamp, _)| stamp)
}

/// A stamp of the right shape that no clock shows (`Mar  1 25:00:00`): it costs the stamp, not the record.
fn impossible(text: &str) -> Option<(Stamp, usize)> {
    const SHAPE: &[u8; 15] = b"Aaa 00 00:00:00";
    let fits = |(shape, byte): (&u8, &u8)| match shape {
        b'A' => byte.is_ascii_uppercase(),
        b'a' => byte.is_ascii_lowercase(),
        b'0' => byte.is_ascii_digit() || *byte == b' ',
        other => other == byte,
    };
    let stamp = text.as_bytes().get(..SHAPE.len())?;
    SHAPE.iter().zip(stamp).all(fits).then(|| (Stamp::default(), SHAPE.len()))
}

fn read(record: &mut Record<'_>) -> Result<(), Refused> {
    let Header { pri, host, rest } = header(record)?;
    record.push_some("pri", pri);
    record.push_some("hostname", host);
    match tag(rest) {
        Some((tag, message)) => finish(record, Some(tag), message),
        None => finish(record, None, rest),
    }
    Ok(())
}

fn outline<'r>(record: &mut Record<'r>, met: &mut Met) -> Option<Outline<'r>> {
    if let Some(outline) = met.heads.outline(record) {
        return Some(outline);
    }
    let Header { pri, host, rest } = header(record).ok()?;
    let outline = syslog::outline(record, (pri, host), rest)?;
    met.heads.learn(record, &outline);
    Some(outline)
}

/// What stands before tag and message.
struct Header<'r> {
    pri: Option<&'r str>,
    host: Option<&'r str>,
    /// From the tag on.
    rest: &'r str,
}

/// Reads the header and sets the record's time.
fn header<'r>(record: &mut Record<'r>) -> Result<Header<'r>, Refused> {
    let text = record.text;
    let Start { pri, host: before, rest } = header_start(text);
    let (time, taken) = match undated(rest) {
        Some((stamp, taken)) => (record.yearless(stamp), taken),
        None => dated(rest, record.zone).or_else(|| impossible(rest)).ok_or_else(|| Refused {
            expected: "a month, a day and a time",
            at: u32::try_from(text.len() - rest.len()).unwrap_or(u32::MAX),
        })?,
    };
    record.time = time;
    let rest = rest.get(taken..).unwrap_or_default();
    // What follows a colon behind the stamp is the message: no host was written.
    let (host, rest) = match rest.strip_prefix(": ") {
        Some(rest) => (None, rest.trim_start_matches(' ')),
        None => host(rest.trim_start_matches(' ')),
    };
    // Cisco writes `host : %ASA-...`.
    let rest = rest.strip_prefix(": ").unwrap_or(rest);
    Ok(Header { pri, host: before.or(host), rest })
}

/// What stands before a stamp.
struct Start<'l> {
    pri: Option<&'l str>,
    host: Option<&'l str>,
    /// From the stamp on.
    rest: &'l str,
}

/// Takes the priority off, and the number and the name Cisco's devices may put behind it: `<189>29: sw1: *Mar  1 ...`.
fn header_start(line: &str) -> Start<'_> {
    let (pri, rest) = priority(line).map_or((None, line), |(pri, rest)| (Some(pri), rest));
    let rest = rest.trim_start_matches(' ');
    let behind = syslog::behind_number(rest);
    let is_numbered = behind.len() < rest.len();
    let named = if is_numbered { behind.split_once(": ") } else { None }.filter(|(name, stamp)| {
        let is_name = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_');
        (1..=64).contains(&name.len()) && name.bytes().all(is_name) && undated(stamp).is_some()
    });
    match named {
        Some((host, rest)) => Start { pri, host: Some(host), rest },
        _ if pri.is_some() || (is_numbered && undated(behind).is_some()) => Start { pri, host: None, rest: behind },
        _ => Start { pri, host: None, rest },
    }
}

/// Reads a stamp without a year that names its month.
fn undated(text: &str) -> Option<(Yearless, usize)> {
    text.starts_with(|c: char| !c.is_ascii_digit()).then(|| stamp::read_yearless(text))?
}

/// Reads a stamp that names month and year; not ISO 8601, which is another dialect's, and not ctime with its
/// weekday, which applications write.
fn dated(text: &str, zone: &Zone) -> Option<(Stamp, usize)> {
    let first = text.bytes().next()?;
    let is_named = first.is_ascii_alphabetic() || matches!(first, b'*' | b'.');
    // `2014 Nov 28 12:59:03`
    let is_year_first = first.is_ascii_digit() && text.as_bytes().get(4) == Some(&b' ');
    let is_ctime = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"].iter().any(|day| text.starts_with(day));
    ((is_named && !is_ctime) || is_year_first).then(|| stamp::read_prefix(text, zone))?
}

/// Splits the host off. The first word is none if it is the tag (a colon ends it), if it cannot be a name, or if
/// pairs follow and no host may be called so (forwarders that write `gateway_http Key="value"`).
fn host(text: &str) -> (Option<&str>, &str) {
    let (word, rest) = cut::at_first(text, b" ").unwrap_or((text, ""));
    let rest = rest.trim_start_matches(' ');
    // Firewalls may put the colon at the host.
    if let Some(name) = word.strip_suffix(':').filter(|name| !name.is_empty() && rest.starts_with('%')) {
        let is_number = name.bytes().all(|b| b.is_ascii_digit());
        return (Some(name).filter(|_| !is_number), rest);
    }
    let is_name = word.bytes().any(|b| b.is_ascii_alphanumeric()) && !word.contains(['=', '[', '"', '(']);
    let is_tag = word.ends_with(':') && tag(word).is_some();
    let is_repetition = text.starts_with("last message repeated ") || text.starts_with("message repeated ");
    let is_event = word.starts_with("CEF:") || word.starts_with("LEEF:");
    let is_label = word.contains('_') && begins_pair(rest);
    if is_name && !is_tag && !is_event && !is_repetition && !is_label { (Some(word), rest) } else { (None, text) }
}

const SAMPLES: &[Sample] = &[
    Sample {
        text: "<38>Oct 11 22:14:15 web1 sshd[411]: Failed password for root from 203.0.113.9 port 40022 ssh2",
        fields: &[
            ("pri", "38"),
            ("hostname", "web1"),
            ("appname", "sshd"),
            ("procid", "411"),
            ("msg", "Failed password for root from 203.0.113.9 port 40022 ssh2"),
            ("method", "password"),
            ("user", "root"),
            ("rhost", "203.0.113.9"),
            ("port", "40022"),
        ],
    },
    Sample {
        text: "Oct  1 02:04:05 web1 backup: done\n\tin 3 steps",
        fields: &[("hostname", "web1"), ("appname", "backup"), ("msg", "done\n\tin 3 steps")],
    },
    Sample {
        text: "Oct 1 02:04:05 kernel: usb 1-1: new device",
        fields: &[("appname", "kernel"), ("msg", "usb 1-1: new device")],
    },
    Sample {
        text: "Oct  1 02:04:05 web1 Job `daily' ended",
        fields: &[("hostname", "web1"), ("msg", "Job `daily' ended")],
    },
    Sample {
        text: "Oct  1 02:04:05.250: --- last message repeated 2 times ---",
        fields: &[("msg", "--- last message repeated 2 times ---")],
    },
    Sample {
        text: "<189>29: *Mar  1 18:46:11.123 UTC: %SYS-5-CONFIG_I: Configured from console",
        fields: &[
            ("pri", "189"),
            ("appname", "%SYS-5-CONFIG_I"),
            ("msg", "Configured from console"),
            ("facility", "SYS"),
            ("level", "5"),
            ("mnemonic", "CONFIG_I"),
        ],
    },
    Sample {
        text: "Nov 28 2014 12:59:03 fw1 : %ASA-6-305012: Teardown",
        fields: &[
            ("hostname", "fw1"),
            ("appname", "%ASA-6-305012"),
            ("msg", "Teardown"),
            ("message_id", "305012"),
            ("level", "6"),
        ],
    },
    Sample {
        text: r#"<34>Nov 3 10:11:12 gateway_http Email="a@b.example" HTTPStatusCode=403 Policies="[{\"n\":1}]""#,
        fields: &[
            ("pri", "34"),
            ("msg", r#"gateway_http Email="a@b.example" HTTPStatusCode=403 Policies="[{\"n\":1}]""#),
            ("Email", "a@b.example"),
            ("HTTPStatusCode", "403"),
            ("Policies", r#"[{"n":1}]"#),
        ],
    },
    Sample {
        text: "Oct  1 02:04:05 fw1 IN=eth0 OUT= SRC=203.0.113.9",
        fields: &[
            ("hostname", "fw1"),
            ("msg", "IN=eth0 OUT= SRC=203.0.113.9"),
            ("IN", "eth0"),
            ("OUT", ""),
            ("SRC", "203.0.113.9"),
        ],
    },
    Sample {
        text: "Oct  1 02:04:05 desk gdm-password]: gkr-pam: no password",
        fields: &[("hostname", "desk"), ("appname", "gdm-password"), ("msg", "gkr-pam: no password")],
    },
    Sample {
        text: "Oct  1 02:04:05 web1 polkitd(authority=local)[77]: Registered an agent",
        fields: &[("hostname", "web1"), ("appname", "polkitd"), ("procid", "77"), ("msg", "Registered an agent")],
    },
    Sample {
        text: "Oct  1 02:04:05 web1 sshd(pam_unix)[77]: session closed for user alice",
        fields: &[
            ("hostname", "web1"),
            ("appname", "sshd"),
            ("procid", "77"),
            ("msg", "session closed for user alice"),
            ("pam_module", "pam_unix"),
            ("pam_service", "sshd"),
            ("user", "alice"),
        ],
    },
    Sample {
        text: "Oct  1 02:04:05 web1 sshd[7]: message repeated 3 times: [ Failed password for eve from 203.0.113.9 port 4 ssh2]",
        fields: &[
            ("hostname", "web1"),
            ("appname", "sshd"),
            ("procid", "7"),
            ("msg", "message repeated 3 times: [ Failed password for eve from 203.0.113.9 port 4 ssh2]"),
            ("repeat_count", "3"),
            ("method", "password"),
            ("user", "eve"),
            ("rhost", "203.0.113.9"),
            ("port", "4"),
        ],
    },
];
