//! What BIND says of queries: who asked for what, and what was refused.
//!
//! Written down in BIND's administrator reference, "the query log", and its `lib/ns/query.c`. Category and severity stand
//! before the sentence where they are configured to.

use super::{Payload, PayloadSample};
use crate::formats::Record;
use crate::model::Sentence;

pub(crate) const PAYLOAD: Payload =
    Payload { name: "named", programs: &["named"], prefixes: &[], samples: SAMPLES, extract };

/// `[CATEGORY: ][SEVERITY: ]client [@0xN ]A#P[/key K][ (NAME)]: [view V: ]...`.
fn extract(message: &str, record: &mut Record<'_>) -> Option<Sentence> {
    let mut words = Vec::new();
    let mut rest = message.trim_end();
    let rest = loop {
        if let Some(rest) = rest.strip_prefix("client ") {
            break rest;
        }
        let (word, behind) = rest.split_once(": ").filter(|(word, _)| is_label(word) && words.len() < 2)?;
        words.push(word);
        rest = behind;
    };
    // The address of the client's object in memory.
    let rest = rest.strip_prefix("@0x").and_then(|rest| rest.split_once(' ')).map_or(rest, |(_, rest)| rest);
    let (client, rest) = rest.split_once('#')?;
    let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (port, rest) = rest.split_at_checked(digits).filter(|(port, _)| !port.is_empty())?;
    let (about, said) = rest.split_once(": ")?;
    if client.contains(' ') {
        return None;
    }
    if let [category, _] = words[..] {
        record.push("category", category);
    }
    record.push_some("severity", words.last().copied());
    record.push("client", client);
    record.push("client_port", port);
    record.push_some("name", about.rsplit_once('(').and_then(|(_, name)| name.strip_suffix(')')));
    let view = said.strip_prefix("view ").and_then(|said| said.split_once(": "));
    record.push_some("view", view.map(|(view, _)| view));
    let said = view.map_or(said, |(_, said)| said);
    let name = query(said, record).or_else(|| denied(said, record)).unwrap_or("client");
    Some(Sentence { payload: PAYLOAD.name, name })
}

fn is_label(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b' ')
}

/// `query: NAME CLASS TYPE FLAGS[ (SERVER)]`.
fn query(said: &str, record: &mut Record<'_>) -> Option<&'static str> {
    let mut words = said.strip_prefix("query: ")?.split(' ');
    for name in ["query", "class", "type", "flags"] {
        record.push_some(name, words.next());
    }
    record.push_some("server", words.next().and_then(|word| word.strip_prefix('(')?.strip_suffix(')')));
    Some("query")
}

/// `query (cache) 'NAME/TYPE/CLASS' denied`, and the same of zone transfers and updates.
fn denied(said: &str, record: &mut Record<'_>) -> Option<&'static str> {
    let (what, rest) = said.split_once(" '")?;
    let (asked, _) = rest.split_once("' denied")?;
    record.push("operation", what);
    let mut parts = asked.rsplitn(3, '/');
    let (last, middle, first) = (parts.next(), parts.next(), parts.next());
    record.push_some("query", first.or(middle).or(last));
    record.push_some("type", first.and(middle));
    Some("denied")
}

const SAMPLES: &[PayloadSample] = &[
    PayloadSample {
        text: "info: client 192.0.2.93#63295 (a.example): query: a.example IN A + (192.0.2.13)",
        sentence: "query",
        fields: &[
            ("severity", "info"),
            ("client", "192.0.2.93"),
            ("client_port", "63295"),
            ("name", "a.example"),
            ("query", "a.example"),
            ("class", "IN"),
            ("type", "A"),
            ("flags", "+"),
            ("server", "192.0.2.13"),
        ],
    },
    PayloadSample {
        text: "queries: info: client @0x7f1b 2001:db8::7#53 (b.example): view inside: query: b.example IN TXT +E(0)K",
        sentence: "query",
        fields: &[
            ("category", "queries"),
            ("severity", "info"),
            ("client", "2001:db8::7"),
            ("client_port", "53"),
            ("name", "b.example"),
            ("view", "inside"),
            ("query", "b.example"),
            ("class", "IN"),
            ("type", "TXT"),
            ("flags", "+E(0)K"),
        ],
    },
    PayloadSample {
        text: "client 192.0.2.5#4711: query (cache) 'c.example/ANY/IN' denied",
        sentence: "denied",
        fields: &[
            ("client", "192.0.2.5"),
            ("client_port", "4711"),
            ("operation", "query (cache)"),
            ("query", "c.example"),
            ("type", "ANY"),
        ],
    },
    PayloadSample {
        text: "security: error: client 192.0.2.5#4711/key k (d.example): update 'd.example/IN' denied",
        sentence: "denied",
        fields: &[
            ("category", "security"),
            ("severity", "error"),
            ("client", "192.0.2.5"),
            ("client_port", "4711"),
            ("name", "d.example"),
            ("operation", "update"),
            ("query", "d.example"),
        ],
    },
    PayloadSample {
        text: "client 192.0.2.5#4711 (e.example): RFC 1918 response from Internet for e.example",
        sentence: "client",
        fields: &[("client", "192.0.2.5"), ("client_port", "4711"), ("name", "e.example")],
    },
];
