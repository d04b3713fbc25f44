//! Windows events as XML, the form Windows itself shows them in: `wevtutil qe`, the event viewer (also copied from it,
//! with `- ` before what can be folded), Splunk, and Sysmon for Linux.
//!
//! Events stand alone, one after the other, or inside `<Events>`, over any number of lines. Nothing is fetched and no
//! entity is expanded but the five of XML and characters by number. What stands between events and is no markup is
//! refused line by line.

mod frames;
pub(in crate::formats) mod names;
mod read;

#[cfg(test)]
mod tests;

use super::{Format, Head, Learned, Sample, Shape, Sniffed, document, sniff};
use crate::model::Counting;

pub(crate) use read::{event_in, read_record};

/// The row of [`FORMATS`](super::FORMATS).
pub(crate) const FORMAT: Format = Format {
    name: "event-xml",
    summary: "Windows events as XML",
    spec: "https://learn.microsoft.com/en-us/windows/win32/wes/eventschema-schema",
    samples: &[
        Sample {
            text: "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>\
                   <Provider Name='Microsoft-Windows-Security-Auditing'/><EventID>4625</EventID>\
                   <TimeCreated SystemTime='2023-11-14T22:13:20.1234567Z'/><Channel>Security</Channel></System>\
                   <EventData><Data Name='TargetUserName'>alice</Data><Data Name='ProcessName'>-</Data></EventData>\
                   </Event>",
            fields: &[
                ("Provider_Name", "Microsoft-Windows-Security-Auditing"),
                ("EventID", "4625"),
                ("SystemTime", "2023-11-14T22:13:20.1234567Z"),
                ("TargetUserName", "alice"),
            ],
        },
        Sample {
            text: "<?xml version=\"1.0\"?>\n<Events>\n- <Event>\n  - <System>\n  <EventID Qualifiers=\"0\">7036</EventID>\n\
                   </System>\n  - <EventData>\n  <Data>a &amp; b</Data>\n  <Data />\n  </EventData>\n</Event>\n</Events>\n",
            fields: &[("EventID", "7036"), ("EventID_Qualifiers", "0"), ("Data", "a & b")],
        },
    ],
    raw_text: false,
    counting: Counting::Elements,
    claims: 10,
    sniff: sniffed,
    shape: Shape::Own {
        cutter: |_, _| document::cutter(frames::Framer::default()),
        decoder: |sniffed, table, options| document::decoder(read_record, sniffed, table, options),
    },
};

/// An input is this when the first element is an event, or what holds events.
fn sniffed(head: &Head<'_>) -> Option<Sniffed> {
    let mut rest = head.text;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || matches!(c, '\u{feff}' | '\0'));
        rest = rest.strip_prefix("- ").unwrap_or(rest).trim_start();
        if !rest.starts_with('<') {
            return None;
        }
        if frames::is_start(rest.as_bytes(), b"Event") || frames::is_start(rest.as_bytes(), b"Events") {
            return Some(sniff::claim(10, 1000, "starts with an event as XML", Learned::Nothing));
        }
        // A declaration, a document type or a remark comes first.
        let end = match rest.get(..4) {
            Some("<!--") => "-->",
            Some(other) if other.starts_with("<?") => "?>",
            Some(other) if other.starts_with("<!") => ">",
            _ => return None,
        };
        rest = rest.split_once(end).map(|(_, rest)| rest.trim_start_matches(['>', ']']))?;
    }
}
