//! The journal of systemd as `journalctl -o json` prints it: one object a line, names in capitals.
//!
//! A value that is no text is a list of its bytes; a field that was said several times is a list of texts. What the
//! message says is read as that of the program which said it. Left out: the export format, `json-seq`.

use super::json::member::{may_have, members};
use super::json::{read_record, shape};
use super::{Format, Learned, LineShape, Record, Refused, Sample, Shape, sniff};

/// The row of [`FORMATS`](super::FORMATS).
pub(crate) const FORMAT: Format = Format {
    name: "journald-json",
    summary: "the journal of systemd, an object a line",
    spec: "https://systemd.io/JOURNAL_EXPORT_FORMATS/",
    samples: &[
        Sample {
            text: r#"{"__REALTIME_TIMESTAMP":"1762164672123456","_HOSTNAME":"web1","SYSLOG_IDENTIFIER":"sshd","MESSAGE":"Invalid user eve from 203.0.113.9 port 4"}"#,
            fields: &[("_HOSTNAME", "web1"), ("user", "eve"), ("rhost", "203.0.113.9"), ("port", "4")],
        },
        Sample {
            text: r#"{"__REALTIME_TIMESTAMP":"1762164672123456","MESSAGE":[104,105,27],"_COMM":["a","b"],"PRIORITY":null}"#,
            fields: &[("MESSAGE", "hi\u{1b}"), ("_COMM", "a"), ("_COMM", "b"), ("PRIORITY", "null")],
        },
    ],
    raw_text: false,
    counting: crate::model::Counting::Lines,
    claims: 11,
    sniff: |head| {
        let share = sniff::share(head, |line| QUOTED.iter().any(|name| may_have(line, name)) && is_entry(line))?;
        Some(sniff::claim(11, share, "most lines are entries of the journal", Learned::Nothing))
    },
    shape: Shape::Lines(LineShape::of_json(read, 11)),
};

/// Every entry has one of these,
const NAMES: [&str; 2] = ["__REALTIME_TIMESTAMP", "__CURSOR"];
/// in quotes.
const QUOTED: [&str; 2] = ["\"__REALTIME_TIMESTAMP\"", "\"__CURSOR\""];

/// Whether a line is an entry of the journal.
fn is_entry(line: &str) -> bool {
    let line = line.trim_end();
    shape::is_object(line) && members(line).any(|(name, _)| NAMES.contains(&name))
}

fn read(record: &mut Record<'_>) -> Result<(), Refused> {
    if !is_entry(record.text) {
        return Err(Refused { expected: "an object with `__REALTIME_TIMESTAMP`", at: 0 });
    }
    read_record(record)
}
