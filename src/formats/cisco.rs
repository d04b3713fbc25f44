//! Messages of Cisco's devices that have no stamp in front, or only the time since the device started: `<166>%ASA-6-302013: ...`,
//! `45: 1w2d: %SYS-5-CONFIG_I: ...`.
//!
//! Where there is a stamp, the line is [syslog](super::syslog_3164). What the message says is told by the payloads `asa`
//! and `ios`.

use super::syslog::{self, finish, priority, tag};
use super::{Format, LineShape, Record, Refused, Sample, Shape, lines};

/// The row of [`FORMATS`](super::FORMATS).
pub(crate) const FORMAT: Format = Format {
    name: "cisco",
    summary: "messages of Cisco devices without a stamp",
    spec: "https://www.cisco.com/c/en/us/td/docs/security/asa/syslog/asa-syslog.html",
    samples: SAMPLES,
    raw_text: true,
    counting: crate::model::Counting::Lines,
    claims: 7,
    sniff: |head| {
        lines::sniff(head, FORMAT.name, 7, "a facility, a severity and a name behind `%`", |line| parts(line).is_some())
    },
    shape: Shape::Lines(LineShape::of_text(read, 7)),
};

/// A priority, if there is one, and the message from its `%` on.
fn parts(text: &str) -> Option<(Option<&str>, &str)> {
    let (pri, rest) = priority(text).map_or((None, text), |(pri, rest)| (Some(pri), rest));
    let rest = syslog::behind_uptime(syslog::behind_number(rest.trim_start_matches(' ')));
    // `%PDF-1-X:` of all things has a lower case letter behind it, if any.
    let is_message = rest.strip_prefix('%').is_some_and(|mnemonic| {
        let name = mnemonic.split(':').next().unwrap_or_default();
        let mut parts = name.rsplit('-');
        let is_name = parts.next().is_some_and(|n| !n.is_empty());
        let is_severity = parts.next().is_some_and(|s| matches!(s.as_bytes(), [b'0'..=b'7']));
        let is_facility = parts.next().is_some_and(|f| f.starts_with(|c: char| c.is_ascii_uppercase()));
        is_name && is_severity && is_facility && name.len() < 96 && !name.contains(' ') && name.len() < mnemonic.len()
    });
    is_message.then_some((pri, rest))
}

fn read(record: &mut Record<'_>) -> Result<(), Refused> {
    let refused = Refused { expected: "a facility, a severity and a name behind `%`", at: 0 };
    let (pri, rest) = parts(record.text).ok_or(refused)?;
    let (tag, message) = tag(rest).ok_or(refused)?;
    record.push_some("pri", pri);
    finish(record, Some(tag), message);
    Ok(())
}

const SAMPLES: &[Sample] = &[
    Sample {
        text: "<166>%ASA-6-605005: Login permitted from 192.0.2.7/51234 to inside:192.0.2.1/ssh for user \"admin\"",
        fields: &[
            ("pri", "166"),
            ("appname", "%ASA-6-605005"),
            ("msg", "Login permitted from 192.0.2.7/51234 to inside:192.0.2.1/ssh for user \"admin\""),
            ("message_id", "605005"),
            ("level", "6"),
            ("src_ip", "192.0.2.7"),
            ("src_port", "51234"),
            ("dst_interface", "inside"),
            ("dst_ip", "192.0.2.1"),
            ("service", "ssh"),
            ("user", "admin"),
        ],
    },
    Sample {
        text: "000045: 1w2d: %SYS-5-CONFIG_I: Configured from console by console",
        fields: &[
            ("appname", "%SYS-5-CONFIG_I"),
            ("msg", "Configured from console by console"),
            ("facility", "SYS"),
            ("level", "5"),
            ("mnemonic", "CONFIG_I"),
            ("origin", "console"),
            ("user", "console"),
        ],
    },
];
