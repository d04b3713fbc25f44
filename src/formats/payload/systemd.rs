//! What systemd says of units, and systemd-logind of sessions.
//!
//! Written down in systemd's `src/core/unit.c`, `service.c` and `src/login/logind-session.c`. A unit is named by its
//! description or its id, as the message has it.

use super::{Payload, PayloadSample};
use crate::formats::Record;
use crate::model::Sentence;

pub(crate) const PAYLOAD: Payload =
    Payload { name: "systemd", programs: &["systemd"], prefixes: &[], samples: SAMPLES, extract };

pub(crate) const LOGIND: Payload = Payload {
    name: "logind",
    programs: &["systemd-logind"],
    prefixes: &[],
    samples: LOGIND_SAMPLES,
    extract: extract_session,
};

fn extract(message: &str, record: &mut Record<'_>) -> Option<Sentence> {
    let message = message.trim_end();
    let name = job(message, record).or_else(|| end(message, record))?;
    Some(Sentence { payload: PAYLOAD.name, name })
}

/// `Started X.`, `Stopped X.`, `Failed to start X.`; newer versions write `Started x.service - Description.`
fn job(message: &str, record: &mut Record<'_>) -> Option<&'static str> {
    const JOBS: [(&str, &str); 3] =
        [("Started ", "started"), ("Stopped ", "stopped"), ("Failed to start ", "start_failed")];
    let (unit, name) = JOBS.iter().find_map(|(start, name)| Some((message.strip_prefix(start)?, *name)))?;
    let unit = unit.strip_suffix('.').unwrap_or(unit);
    let unit =
        unit.split_once(" - ").filter(|(id, _)| id.contains('.') && !id.contains(' ')).map_or(unit, |(id, _)| id);
    // Sessions are told by logind.
    if unit.starts_with("Session ") {
        return None;
    }
    record.push("unit", unit);
    Some(name)
}

/// `X: Main process exited, code=exited, status=1/FAILURE`, `X: Failed with result 'exit-code'.`
fn end(message: &str, record: &mut Record<'_>) -> Option<&'static str> {
    let (unit, rest) = message.split_once(": ")?;
    if let Some(rest) = rest.strip_prefix("Main process exited, ") {
        record.push("unit", unit);
        for (key, value) in rest.split(", ").filter_map(|part| part.split_once('=')) {
            if matches!(key, "code" | "status") {
                record.push(key, value);
            }
        }
        return Some("exited");
    }
    let result = rest.strip_prefix("Failed with result '")?.split_once('\'')?.0;
    record.push("unit", unit);
    record.push("result", result);
    Some("failed")
}

fn extract_session(message: &str, record: &mut Record<'_>) -> Option<Sentence> {
    let message = message.trim_end().trim_end_matches('.');
    let name =
        if let Some((session, user)) = message.strip_prefix("New session ").and_then(|r| r.split_once(" of user ")) {
            // Newer versions go on: ` with class 'user' and type 'tty'`.
            let user = user.split_once(" with class ").map_or(user, |(user, _)| user);
            record.push("session", session.trim_matches('\''));
            record.push("user", user.trim_matches('\''));
            "session_opened"
        } else {
            let session = match message.strip_prefix("Removed session ") {
                Some(session) => session,
                None => message.strip_prefix("Session ")?.split_once(" logged out")?.0,
            };
            record.push("session", session);
            "session_closed"
        };
    Some(Sentence { payload: LOGIND.name, name })
}

const SAMPLES: &[PayloadSample] = &[
    PayloadSample {
        text: "Started Daily apt download activities.",
        sentence: "started",
        fields: &[("unit", "Daily apt download activities")],
    },
    PayloadSample {
        text: "Stopped evil.service - An evil - one.",
        sentence: "stopped",
        fields: &[("unit", "evil.service")],
    },
    PayloadSample {
        text: "Failed to start OpenBSD Secure Shell server.",
        sentence: "start_failed",
        fields: &[("unit", "OpenBSD Secure Shell server")],
    },
    PayloadSample {
        text: "cron.service: Main process exited, code=exited, status=1/FAILURE",
        sentence: "exited",
        fields: &[("unit", "cron.service"), ("code", "exited"), ("status", "1/FAILURE")],
    },
    PayloadSample {
        text: "cron.service: Failed with result 'exit-code'.",
        sentence: "failed",
        fields: &[("unit", "cron.service"), ("result", "exit-code")],
    },
];

const LOGIND_SAMPLES: &[PayloadSample] = &[
    PayloadSample {
        text: "New session 12 of user alice.",
        sentence: "session_opened",
        fields: &[("session", "12"), ("user", "alice")],
    },
    PayloadSample { text: "Removed session c1.", sentence: "session_closed", fields: &[("session", "c1")] },
    PayloadSample {
        text: "Session 12 logged out. Waiting for processes to exit.",
        sentence: "session_closed",
        fields: &[("session", "12")],
    },
];
