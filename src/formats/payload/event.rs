//! Windows events as XML inside a message: what Sysmon for Linux writes to syslog, and collectors pass on.

use super::{Payload, PayloadSample};
use crate::formats::{Record, event_xml};
use crate::model::Sentence;

pub(crate) const PAYLOAD: Payload = Payload {
    name: "eventxml",
    programs: &["sysmon"],
    prefixes: &["<Event>", "<Event "],
    samples: &[PayloadSample {
        text: "<Event><System><Provider Name=\"Linux-Sysmon\" Guid=\"{ff032593-a8d3-4f13-b0d6-01fc615a0f97}\"/>\
               <EventID>5</EventID><TimeCreated SystemTime=\"2023-11-14T22:13:20.123456000Z\"/>\
               <Channel>Linux-Sysmon/Operational</Channel><Computer>web1</Computer><Security UserId=\"0\"/></System>\
               <EventData><Data Name=\"ProcessId\">4711</Data><Data Name=\"Image\">/usr/bin/curl</Data></EventData>\
               </Event>",
        sentence: "",
        fields: &[
            ("Provider_Name", "Linux-Sysmon"),
            ("Provider_Guid", "{ff032593-a8d3-4f13-b0d6-01fc615a0f97}"),
            ("EventID", "5"),
            ("SystemTime", "2023-11-14T22:13:20.123456000Z"),
            ("Channel", "Linux-Sysmon/Operational"),
            ("Computer", "web1"),
            ("Security_UserId", "0"),
            ("ProcessId", "4711"),
            ("Image", "/usr/bin/curl"),
        ],
    }],
    extract: |message, record: &mut Record<'_>| {
        let is_event = message.starts_with("<Event") && event_xml::event_in(message.trim_end(), record);
        is_event.then_some(Sentence { payload: PAYLOAD.name, name: "" })
    },
};
