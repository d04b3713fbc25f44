//! What `SonicWall` firewalls log: `id=firewall sn=... time="..." fw=... pri=6 c=... m=98 msg="..." src=A:P:X0 ...`, with
//! `<PRI>` before it or not.
//!
//! Pairs as in [`logfmt`](super::logfmt). `src` and `dst` hold address, port, interface and name with colons between.
//! Behind a whole header of syslog the pairs are its message's, and mean the same.

use super::pairs::{self, LOOSE};
use super::syslog::priority;
use super::{Format, LineShape, Record, Refused, Sample, Shape, lines};

/// The row of [`FORMATS`](super::FORMATS).
pub(crate) const FORMAT: Format = Format {
    name: "sonicwall",
    summary: "pairs key=value of SonicWall firewalls",
    spec: "https://www.sonicwall.com/techdocs/pdf/sonicos-6-5-4-log-events-reference-guide.pdf",
    samples: SAMPLES,
    raw_text: true,
    counting: crate::model::Counting::Lines,
    claims: 7,
    sniff: |head| {
        lines::sniff(head, FORMAT.name, 7, "pairs that begin with `id` and a serial number", |line| {
            parts(line).is_some()
        })
    },
    shape: Shape::Lines(LineShape::of_text(read, 7)),
};

/// A priority, if there is one, and the pairs.
fn parts(text: &str) -> Option<(Option<&str>, &str)> {
    let (pri, rest) = priority(text).map_or((None, text), |(pri, rest)| (Some(pri), rest));
    let rest = rest.trim_start_matches(' ');
    let (_, behind) = rest.strip_prefix("id=")?.split_once(' ')?;
    behind.trim_start_matches(' ').starts_with("sn=").then_some((pri, rest))
}

fn read(record: &mut Record<'_>) -> Result<(), Refused> {
    let refused = Refused { expected: "pairs that begin with `id` and `sn`", at: 0 };
    let (pri, pairs) = parts(record.text).ok_or(refused)?;
    record.push_some("pri", pri);
    pairs::push_all(record, pairs, LOOSE);
    Ok(())
}

const SAMPLES: &[Sample] = &[
    Sample {
        text: r#"<134>id=firewall sn=0017C5000001 time="2025-03-01 08:00:00" fw=198.51.100.1 pri=6 c=262144 m=98 msg="Connection Opened" n=1 src=192.0.2.7:4121:X0 dst=203.0.113.80:443:X1 proto=tcp/https"#,
        fields: &[
            ("pri", "134"),
            ("id", "firewall"),
            ("sn", "0017C5000001"),
            ("time", "2025-03-01 08:00:00"),
            ("fw", "198.51.100.1"),
            ("pri", "6"),
            ("c", "262144"),
            ("m", "98"),
            ("msg", "Connection Opened"),
            ("n", "1"),
            ("src", "192.0.2.7:4121:X0"),
            ("dst", "203.0.113.80:443:X1"),
            ("proto", "tcp/https"),
        ],
    },
    Sample {
        text: r#"id=gate sn=1 time="2025-03-01 08:00:01 UTC" fw=198.51.100.1 pri=1 m=82 msg="Possible port scan detected" src=203.0.113.9:40000:X1:a.example"#,
        fields: &[
            ("id", "gate"),
            ("sn", "1"),
            ("time", "2025-03-01 08:00:01 UTC"),
            ("fw", "198.51.100.1"),
            ("pri", "1"),
            ("m", "82"),
            ("msg", "Possible port scan detected"),
            ("src", "203.0.113.9:40000:X1:a.example"),
        ],
    },
];
