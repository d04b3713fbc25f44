//! What `FortiGate` firewalls log: `date=... time=... logid="..." type="..." subtype="..." ...`, with `<PRI>` before it or not.
//!
//! Pairs as in [`logfmt`](super::logfmt), also with commas between. Behind a whole header of syslog the pairs are its
//! message's, and mean the same.

use super::pairs::{self, LOOSE};
use super::syslog::{begins_pair, priority};
use super::{Format, LineShape, Record, Refused, Sample, Shape, lines};

/// The row of [`FORMATS`](super::FORMATS).
pub(crate) const FORMAT: Format = Format {
    name: "fortigate",
    summary: "pairs key=value of FortiGate firewalls",
    spec: "https://docs.fortinet.com/document/fortigate/7.4.0/fortios-log-message-reference",
    samples: SAMPLES,
    raw_text: true,
    counting: crate::model::Counting::Lines,
    claims: 7,
    sniff: |head| {
        lines::sniff(head, FORMAT.name, 7, "pairs with `logid`, `type` and `subtype`", |line| parts(line).is_some())
    },
    shape: Shape::Lines(LineShape::of_text(read, 7)),
};

/// Where the three names that make a record one of these are looked for.
const BEGINNING: usize = 1_024;

/// A priority, if there is one, and the pairs.
fn parts(text: &str) -> Option<(Option<&str>, &str)> {
    let (pri, rest) = priority(text).map_or((None, text), |(pri, rest)| (Some(pri), rest.trim_start_matches(' ')));
    let bytes = rest.as_bytes();
    let start = bytes.get(..BEGINNING).unwrap_or(bytes);
    let has = |name: &[u8]| memchr::memmem::find(start, name).is_some();
    let is_one = begins_pair(rest) && (has(b"logid=") || has(b"log_id=")) && has(b"type=") && has(b"subtype=");
    is_one.then_some((pri, rest))
}

fn read(record: &mut Record<'_>) -> Result<(), Refused> {
    let refused = Refused { expected: "pairs with `logid`, `type` and `subtype`", at: 0 };
    let (pri, pairs) = parts(record.text).ok_or(refused)?;
    record.push_some("pri", pri);
    let (pairs, bare) = pairs::push_all(record, pairs, LOOSE);
    if pairs < bare { Err(refused) } else { Ok(()) }
}

const SAMPLES: &[Sample] = &[
    Sample {
        text: r#"<189>date=2025-03-01 time=08:00:00 devname="fw1" logid="0000000013" type="traffic" subtype="forward" srcip=192.0.2.7 policyid=0 msg="a, b""#,
        fields: &[
            ("pri", "189"),
            ("date", "2025-03-01"),
            ("time", "08:00:00"),
            ("devname", "fw1"),
            ("logid", "0000000013"),
            ("type", "traffic"),
            ("subtype", "forward"),
            ("srcip", "192.0.2.7"),
            ("policyid", "0"),
            ("msg", "a, b"),
        ],
    },
    Sample {
        text: "date=2025-03-01,time=08:00:00,devname=fw1,logid=0100032002,type=event,subtype=system,user=admin",
        fields: &[
            ("date", "2025-03-01"),
            ("time", "08:00:00"),
            ("devname", "fw1"),
            ("logid", "0100032002"),
            ("type", "event"),
            ("subtype", "system"),
            ("user", "admin"),
        ],
    },
];
