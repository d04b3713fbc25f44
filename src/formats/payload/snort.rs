//! Alerts of Snort and Suricata behind a header of syslog: `[GID:SID:REV] MESSAGE [Classification: C] [Priority: N] {PROTO} A -> B`.
//!
//! The parts are those of [`snort_fast`].

use super::{Payload, PayloadSample};
use crate::formats::{Record, snort_fast};
use crate::model::Sentence;

pub(crate) const PAYLOAD: Payload =
    Payload { name: "snort", programs: &["snort", "suricata"], prefixes: &[], samples: SAMPLES, extract };

fn extract(message: &str, record: &mut Record<'_>) -> Option<Sentence> {
    snort_fast::push_alert(record, message)?;
    Some(Sentence { payload: PAYLOAD.name, name: "alert" })
}

const SAMPLES: &[PayloadSample] = &[PayloadSample {
    text: "[1:469:3] ICMP PING [Classification: Attempted Leak] [Priority: 2]: {ICMP} 203.0.113.9 -> 192.0.2.7",
    sentence: "alert",
    fields: &[
        ("gid", "1"),
        ("sid", "469"),
        ("rev", "3"),
        ("msg", "ICMP PING"),
        ("classification", "Attempted Leak"),
        ("priority", "2"),
        ("proto", "ICMP"),
        ("src", "203.0.113.9"),
        ("dst", "192.0.2.7"),
    ],
}];
