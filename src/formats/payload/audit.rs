//! Audit records on their way through syslog or the journal, one line each: nothing joins what the relay may have lost.

use super::{Payload, PayloadSample};
use crate::formats::{Record, auditd};
use crate::model::Sentence;

/// The row of [`PAYLOADS`](super::PAYLOADS).
pub(crate) const PAYLOAD: Payload = Payload {
    name: "auditd",
    programs: &["audispd", "audisp-syslog", "audit", "auditd"],
    prefixes: &["type=", "node=", "audit: type="],
    samples: SAMPLES,
    extract,
};

fn extract(message: &str, record: &mut Record<'_>) -> Option<Sentence> {
    let message = message.strip_prefix("audit: ").unwrap_or(message);
    if auditd::push_line(message, record) || auditd::push_headless(message, record) {
        return Some(Sentence { payload: PAYLOAD.name, name: "" });
    }
    None
}

const SAMPLES: &[PayloadSample] = &[
    PayloadSample {
        text: "node=web1 type=USER_LOGIN msg=audit(1700000000.000:7): pid=4 msg='acct=\"root\" res=failed'",
        sentence: "",
        fields: &[
            ("ID", "1700000000.000:7"),
            ("node", "web1"),
            ("type", "USER_LOGIN"),
            ("pid", "4"),
            ("msg", "acct=\"root\" res=failed"),
            ("acct", "root"),
            ("res", "failed"),
        ],
    },
    PayloadSample {
        text: "audit: type=1400 audit(1700000000.000:8): apparmor=\"DENIED\" name=\"/etc/shadow\"",
        sentence: "",
        fields: &[("ID", "1700000000.000:8"), ("type", "1400"), ("apparmor", "DENIED"), ("name", "/etc/shadow")],
    },
    PayloadSample {
        text: "USER_AUTH pid=4 msg='acct=\"eve\" res=failed'",
        sentence: "",
        fields: &[
            ("type", "USER_AUTH"),
            ("pid", "4"),
            ("msg", "acct=\"eve\" res=failed"),
            ("acct", "eve"),
            ("res", "failed"),
        ],
    },
];
