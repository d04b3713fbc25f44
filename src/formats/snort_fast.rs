//! One-line alerts of Snort and Suricata: `STAMP  [**] [GID:SID:REV] MESSAGE [**] [Classification: C] [Priority: N] {PROTO} A -> B`.
//!
//! Stamps name no year, or two digits of it (Snort), or all four (Suricata). Suricata says `[Drop]` where it dropped the
//! packet. The same without stamp and stars stands in syslog; the payload `snort` reads it. Of addresses with something
//! behind a colon the last part is the port, for ICMP type or code.

use super::{Format, LineShape, Record, Refused, Sample, Shape, lines};
use crate::model::stamp;
use core::net::IpAddr;

/// The row of [`FORMATS`](super::FORMATS).
pub(crate) const FORMAT: Format = Format {
    name: "snort-fast",
    summary: "one-line alerts of Snort and Suricata",
    spec: "https://docs.suricata.io/en/latest/configuration/suricata-yaml.html#line-based-alerts-log-fast-log",
    samples: SAMPLES,
    raw_text: true,
    counting: crate::model::Counting::Lines,
    claims: 9,
    sniff: |head| {
        lines::sniff(head, FORMAT.name, 9, "a stamp and an alert between `[**]`", |line| stamped(line).is_some())
    },
    shape: Shape::Lines(LineShape::of_text(read, 9)),
};

/// Splits off the stamp, which digits begin; gives what follows it and whether the packet was dropped.
fn stamped(text: &str) -> Option<(&str, &str, Option<&str>)> {
    let (stamp, rest) = text.split_once(' ')?;
    let is_stamp = stamp.as_bytes().first().is_some_and(u8::is_ascii_digit)
        && stamp.as_bytes().get(2) == Some(&b'/')
        && stamp.contains('-')
        && stamp.contains(':');
    let rest = rest.trim_start_matches(' ');
    let (verdict, rest) = match rest.strip_prefix('[').and_then(|r| r.split_once("] ")) {
        Some((word @ ("Drop" | "wDrop" | "Reject" | "Drop,Reject"), rest)) => {
            (Some(word), rest.trim_start_matches(' '))
        }
        _ => (None, rest),
    };
    let rest = rest.strip_prefix("[**] ")?;
    (is_stamp && rest.starts_with('[')).then_some((stamp, rest, verdict))
}

/// The parts of an alert.
struct Alert<'r> {
    ids: [&'r str; 3],
    message: &'r str,
    classification: Option<&'r str>,
    priority: Option<&'r str>,
    protocol: &'r str,
    from: &'r str,
    to: &'r str,
}

impl<'r> Alert<'r> {
    /// Reads `[GID:SID:REV] MESSAGE ...`. The message is the rule author's; what follows is read from the right.
    fn of(text: &'r str) -> Option<Alert<'r>> {
        let (ids, rest) = text.strip_prefix('[')?.split_once("] ")?;
        let mut numbers = ids.split(':');
        let ids = [numbers.next()?, numbers.next()?, numbers.next()?];
        let is_number = |t: &&str| !t.is_empty() && t.len() <= 12 && t.bytes().all(|b| b.is_ascii_digit());
        if numbers.next().is_some() || !ids.iter().all(is_number) {
            return None;
        }
        let (before, ends) = rest.rsplit_once(" {").or_else(|| Some(("", rest.strip_prefix('{')?)))?;
        let (protocol, ends) = ends.split_once("} ")?;
        let (from, to) = ends.trim_end().split_once(" -> ")?;
        // Syslog has a colon before the protocol.
        let before = before.trim_end().trim_end_matches(':');
        let (before, priority) = tagged(before, "[Priority: ");
        let (before, classification) = tagged(before, "[Classification: ");
        let message = before.trim_end().strip_suffix("[**]").unwrap_or(before).trim();
        Some(Alert { ids, message, classification, priority, protocol, from, to })
    }
}

/// Takes `[Name: value]` off the end, if it stands there.
fn tagged<'r>(text: &'r str, name: &str) -> (&'r str, Option<&'r str>) {
    let text = text.trim_end();
    let found = text.strip_suffix(']').and_then(|inside| inside.rsplit_once(name));
    found.map_or((text, None), |(before, value)| (before, Some(value)))
}

/// Splits a port off an address; where there is none the address is whole.
fn split_port(text: &str) -> (&str, Option<&str>) {
    let is_address = |t: &str| t.parse::<IpAddr>().is_ok();
    let cut = text.rsplit_once(':').filter(|(host, port)| {
        is_address(host) && (1..=5).contains(&port.len()) && port.bytes().all(|b| b.is_ascii_digit())
    });
    match cut {
        // `2001:db8::1` may be read either way; whole, unless it has too many groups for that.
        Some((host, port)) if !is_address(text) || !text.contains(':') => (host, Some(port)),
        // Snort writes a port for TCP and UDP only; its caller asks for those.
        _ => (text, None),
    }
}

/// The same where a port must stand.
fn split_sure_port(text: &str) -> (&str, Option<&str>) {
    match text.rsplit_once(':') {
        Some((host, port)) if host.parse::<IpAddr>().is_ok() => (host, Some(port)),
        _ => (text, None),
    }
}

fn read(record: &mut Record<'_>) -> Result<(), Refused> {
    let refused = Refused { expected: "a stamp and an alert between `[**]`", at: 0 };
    let (stamp, rest, verdict) = stamped(record.text).ok_or(refused)?;
    push_alert(record, rest).ok_or(refused)?;
    record.push_some("verdict", verdict);
    record.time = match stamp::read_prefix(stamp, record.zone) {
        Some((time, _)) => time,
        None => stamp::read_yearless(stamp).map(|(yearless, _)| record.yearless(yearless)).unwrap_or_default(),
    };
    Ok(())
}

/// Pushes what `[GID:SID:REV] ...` says, or nothing.
pub(super) fn push_alert(record: &mut Record<'_>, text: &str) -> Option<()> {
    let alert = Alert::of(text)?;
    for (name, value) in ["gid", "sid", "rev"].into_iter().zip(alert.ids) {
        record.push(name, value);
    }
    record.push("msg", alert.message);
    record.push_some("classification", alert.classification);
    record.push_some("priority", alert.priority);
    record.push("proto", alert.protocol);
    let split = match alert.protocol {
        "TCP" | "UDP" | "SCTP" | "006" | "017" | "132" => split_sure_port,
        _ => split_port,
    };
    for (host_name, port_name, text) in [("src", "src_port", alert.from), ("dst", "dst_port", alert.to)] {
        let (host, port) = split(text);
        record.push(host_name, host);
        record.push_some(port_name, port);
    }
    Some(())
}

const SAMPLES: &[Sample] = &[
    Sample {
        text: "12/28-12:55:38.765402  [**] [1:2008983:7] ET {odd} -> name [**] [Classification: A: b] [Priority: 1] {TCP} 192.0.2.7:49152 -> 203.0.113.80:80",
        fields: &[
            ("gid", "1"),
            ("sid", "2008983"),
            ("rev", "7"),
            ("msg", "ET {odd} -> name"),
            ("classification", "A: b"),
            ("priority", "1"),
            ("proto", "TCP"),
            ("src", "192.0.2.7"),
            ("src_port", "49152"),
            ("dst", "203.0.113.80"),
            ("dst_port", "80"),
        ],
    },
    Sample {
        text: "03/01/2025-08:00:00.000001  [Drop] [**] [1:1:0] x [**] [Priority: 3] {UDP} 2001:db8::7:5353 -> ff02::fb:5353",
        fields: &[
            ("gid", "1"),
            ("sid", "1"),
            ("rev", "0"),
            ("msg", "x"),
            ("priority", "3"),
            ("proto", "UDP"),
            ("src", "2001:db8::7"),
            ("src_port", "5353"),
            ("dst", "ff02::fb"),
            ("dst_port", "5353"),
            ("verdict", "Drop"),
        ],
    },
    Sample {
        text: "25/03/01-08:00:00.000001  [**] [116:3:1] x [**] {ICMP} 192.0.2.7 -> 203.0.113.80",
        fields: &[
            ("gid", "116"),
            ("sid", "3"),
            ("rev", "1"),
            ("msg", "x"),
            ("proto", "ICMP"),
            ("src", "192.0.2.7"),
            ("dst", "203.0.113.80"),
        ],
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_told_from_addresses() {
        for (text, want) in [
            ("192.0.2.7:8", ("192.0.2.7", Some("8"))),
            ("192.0.2.7", ("192.0.2.7", None)),
            ("2001:db8::7", ("2001:db8::7", None)),
            ("2001:0db8:0000:0000:0000:0000:0000:0007:3", ("2001:0db8:0000:0000:0000:0000:0000:0007", Some("3"))),
            ("x", ("x", None)),
        ] {
            assert_eq!(split_port(text), want, "{text}");
        }
    }
}
