//! Pairs `key=value` in a message of a program nobody else knows, and an object of JSON that is the whole message.
//!
//! Both come from forwarders and appliances: values may be quoted as JSON quotes them. Programs with a row of their
//! own are never read this way: what they log holds text of attackers.

use super::{Payload, PayloadSample};
use crate::formats::pairs::{LOOSE, Word, Words};
use crate::formats::{Record, json};
use crate::model::Sentence;

/// Tried when no other row claims the program.
pub(crate) const PAYLOAD: Payload = Payload { name: "kv", programs: &[], prefixes: &[], samples: SAMPLES, extract };

/// A message that is one object.
pub(crate) const JSON: Payload =
    Payload { name: "json", programs: &[], prefixes: &["{"], samples: JSON_SAMPLES, extract: extract_json };

fn extract(message: &str, record: &mut Record<'_>) -> Option<Sentence> {
    // Most messages hold no pair: do not look at each word of them.
    memchr::memchr(b'=', message.as_bytes())?;
    let mut is_any = false;
    for word in Words::new(message, LOOSE) {
        if let Word::Pair { key, value, repaired } = word {
            record.push(key, &value);
            record.repaired |= repaired;
            is_any = true;
        }
    }
    is_any.then_some(Sentence { payload: PAYLOAD.name, name: "" })
}

fn extract_json(message: &str, record: &mut Record<'_>) -> Option<Sentence> {
    // The reader of JSON wants a place in the record's own text; a copy of it has none.
    let at = message.as_ptr().addr().checked_sub(record.text.as_ptr().addr())?;
    if record.text.get(at..at.checked_add(message.len())?) != Some(message) {
        return None;
    }
    json::object_at(record, at).ok()?;
    Some(Sentence { payload: JSON.name, name: "" })
}

const SAMPLES: &[PayloadSample] = &[
    PayloadSample {
        text: r#"gateway_http Email="a@b.example" Action="block" n=1 list="[\"x\",2]""#,
        sentence: "",
        fields: &[("Email", "a@b.example"), ("Action", "block"), ("n", "1"), ("list", "[\"x\",2]")],
    },
    PayloadSample {
        text: "denied user=bob, from 203.0.113.9 port=5;",
        sentence: "",
        fields: &[("user", "bob"), ("port", "5")],
    },
];

const JSON_SAMPLES: &[PayloadSample] =
    &[PayloadSample { text: r#"{"user":"bob","at":"now"}"#, sentence: "", fields: &[("user", "bob"), ("at", "now")] }];
