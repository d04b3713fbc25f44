//! Events in the formats that are made for being sent behind any header: [CEF](crate::formats::cef) and
//! [LEEF](crate::formats::leef).

use super::{Payload, PayloadSample};
use crate::formats::{Record, cef, leef};
use crate::model::Sentence;

/// `CEF:0|...`
pub(crate) const CEF: Payload =
    Payload { name: cef::PAYLOAD, programs: &[], prefixes: &["CEF:"], samples: CEF_SAMPLES, extract: extract_cef };

/// `LEEF:1.0|...`
pub(crate) const LEEF: Payload =
    Payload { name: leef::PAYLOAD, programs: &[], prefixes: &["LEEF:"], samples: LEEF_SAMPLES, extract: extract_leef };

fn extract_cef(message: &str, record: &mut Record<'_>) -> Option<Sentence> {
    cef::push(record, message)?;
    Some(Sentence { payload: CEF.name, name: "" })
}

fn extract_leef(message: &str, record: &mut Record<'_>) -> Option<Sentence> {
    leef::push(record, message)?;
    Some(Sentence { payload: LEEF.name, name: "" })
}

const CEF_SAMPLES: &[PayloadSample] = &[PayloadSample {
    text: "CEF:0|V|P|1|id|n|3|src=203.0.113.9 act=blocked it",
    sentence: "",
    fields: &[
        ("cefVersion", "0"),
        ("deviceVendor", "V"),
        ("deviceProduct", "P"),
        ("deviceVersion", "1"),
        ("deviceEventClassId", "id"),
        ("name", "n"),
        ("severity", "3"),
        ("src", "203.0.113.9"),
        ("act", "blocked it"),
    ],
}];

const LEEF_SAMPLES: &[PayloadSample] = &[PayloadSample {
    text: "LEEF:2.0|V|P|1|id|^|src=203.0.113.9^usrName=bob",
    sentence: "",
    fields: &[
        ("leefVersion", "2.0"),
        ("deviceVendor", "V"),
        ("deviceProduct", "P"),
        ("deviceVersion", "1"),
        ("eventId", "id"),
        ("src", "203.0.113.9"),
        ("usrName", "bob"),
    ],
}];
