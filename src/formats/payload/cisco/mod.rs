//! Messages of Cisco's devices: `%ASA-6-302013: ...` of firewalls, `%SEC_LOGIN-5-LOGIN_SUCCESS: ...` of routers and switches.
//!
//! Firewalls number their messages, IOS and its relatives name them. Those that say who did what are read by templates, in
//! tables of their own; of others number and severity are kept. Written down in Cisco's guides to system messages.

mod asa;
mod ios;
mod samples;

use super::{Payload, PayloadSample, template};
use crate::formats::Record;

/// Firewalls: ASA, FTD, PIX and FWSM.
pub(crate) const ASA: Payload = Payload {
    name: "asa",
    programs: &[],
    prefixes: &["%ASA-", "%FTD-", "%PIX-", "%FWSM-"],
    samples: samples::ASA,
    extract: |message, record| asa::extract(message, record),
};

/// Routers and switches: any other mnemonic.
pub(crate) const IOS: Payload = Payload {
    name: "ios",
    programs: &[],
    prefixes: &["%"],
    samples: samples::IOS,
    extract: |message, record| ios::extract(message, record),
};

/// A sentence: in which messages it stands (empty: in any), what it is called, its words.
struct Row {
    of: &'static [&'static str],
    sentence: &'static str,
    template: &'static str,
}

/// `%FACILITY-[SUBFACILITY-]SEVERITY-NAME: text`.
struct Header<'m> {
    facility: &'m str,
    severity: &'m str,
    name: &'m str,
    text: &'m str,
}

impl<'m> Header<'m> {
    fn of(message: &'m str) -> Option<Header<'m>> {
        let (mnemonic, text) = message.strip_prefix('%')?.split_once(':')?;
        let is_part = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-');
        if mnemonic.len() > 96 || !mnemonic.bytes().all(is_part) {
            return None;
        }
        let (rest, name) = mnemonic.rsplit_once('-')?;
        let (facility, severity) = rest.rsplit_once('-')?;
        let is_severity = matches!(severity.as_bytes(), [b'0'..=b'7']);
        let is_facility = facility.starts_with(|c: char| c.is_ascii_uppercase());
        (is_severity && is_facility && !name.is_empty()).then_some(Header {
            facility,
            severity,
            name,
            text: text.trim(),
        })
    }
}

/// Reads a text by the first row that fits; gives its sentence.
fn read(rows: &'static [Row], id: &str, text: &str, record: &mut Record<'_>) -> &'static str {
    let rows = rows.iter().filter(|row| row.of.is_empty() || row.of.contains(&id));
    for row in rows {
        if let Some(found) = template::read(row.template, text) {
            for (name, value) in found {
                push(record, name, value);
            }
            return row.sentence;
        }
    }
    ""
}

/// Pushes a value without the marks around it. Behind a port may stand who is there: `443(LOCAL\bob)`.
fn push(record: &mut Record<'_>, name: &'static str, value: &str) {
    let value = value.trim_matches([' ', '<', '>', '\'', '"']).trim_end_matches(['.', ',']);
    match value.split_once('(').filter(|_| name.ends_with("_port") || name.ends_with("_ip")) {
        Some((value, who)) => {
            record.push(name, value.trim_end_matches(')'));
            if name.starts_with("src") {
                record.push("user", who.trim_end_matches(')'));
            }
        }
        None => record.push(name, value),
    }
}
