//! What sudo logs: `U : TTY=T ; PWD=D ; USER=R ; COMMAND=C`, with a refusal in front of the keys or not.
//!
//! Written down in sudo's `logging.c` and sudoers(5), "Event logging". The command comes last and may hold ` ; `
//! itself: everything behind the first ` ; COMMAND=` is the command.

use super::{Payload, PayloadSample};
use crate::formats::Record;
use crate::model::Sentence;

pub(crate) const PAYLOAD: Payload =
    Payload { name: "sudo", programs: &["sudo"], prefixes: &[], samples: SAMPLES, extract };

/// The keys sudo writes before the command.
const KEYS: [&str; 8] = ["HOST", "TTY", "CHROOT", "PWD", "USER", "GROUP", "TSID", "ENV"];

fn extract(message: &str, record: &mut Record<'_>) -> Option<Sentence> {
    let (user, rest) = message.trim_start().split_once(" : ")?;
    // What is known to be no key is the reason; `(command continued)` is the rest of a long command.
    let (keys, command) = match rest.split_once(" ; COMMAND=") {
        Some((keys, command)) => (keys, Some(command)),
        None => rest.strip_prefix("COMMAND=").map_or((rest, None), |command| ("", Some(command))),
    };
    let parts = || keys.split(" ; ").map(str::trim).filter(|p| !p.is_empty() && *p != ";");
    let reason = parts().next().filter(|p| key(p).is_none());
    if command.is_none() && !parts().any(|p| key(p).is_some()) {
        return None;
    }
    record.push("user", user.trim_end());
    let attempts = reason.filter(|r| r.contains("incorrect password attempt")).and_then(|r| r.split(' ').next());
    record.push_some("reason", reason);
    record.push_some("count", attempts);
    for (key, value) in parts().filter_map(key) {
        record.push(key, value);
    }
    record.push_some("COMMAND", command);
    let name = match (reason, attempts) {
        (None, _) => "command",
        (Some(_), Some(_)) => "bad_password",
        // `(command continued)` belongs to a line that was told before.
        (Some(reason), None) if reason.starts_with('(') => "",
        (Some(_), None) => "refused",
    };
    Some(Sentence { payload: PAYLOAD.name, name })
}

fn key(part: &str) -> Option<(&str, &str)> {
    part.split_once('=').filter(|(key, _)| KEYS.contains(key))
}

const SAMPLES: &[PayloadSample] = &[
    PayloadSample {
        text: "   alice : TTY=pts/6 ; PWD=/home/alice ; USER=root ; COMMAND=/bin/sh -c a ; b COMMAND=c",
        sentence: "command",
        fields: &[
            ("user", "alice"),
            ("TTY", "pts/6"),
            ("PWD", "/home/alice"),
            ("USER", "root"),
            ("COMMAND", "/bin/sh -c a ; b COMMAND=c"),
        ],
    },
    PayloadSample {
        text: "bob : user NOT in sudoers ; TTY=pts/1 ; PWD=/tmp ; USER=#-1 ; GROUP=adm ; ENV=A=1 ; COMMAND=/bin/id",
        sentence: "refused",
        fields: &[
            ("user", "bob"),
            ("reason", "user NOT in sudoers"),
            ("TTY", "pts/1"),
            ("PWD", "/tmp"),
            ("USER", "#-1"),
            ("GROUP", "adm"),
            ("ENV", "A=1"),
            ("COMMAND", "/bin/id"),
        ],
    },
    PayloadSample {
        text: "bob : 3 incorrect password attempts ; TTY=pts/1 ; PWD=/tmp ; USER=root ; COMMAND=/bin/id",
        sentence: "bad_password",
        fields: &[
            ("user", "bob"),
            ("reason", "3 incorrect password attempts"),
            ("count", "3"),
            ("TTY", "pts/1"),
            ("PWD", "/tmp"),
            ("USER", "root"),
            ("COMMAND", "/bin/id"),
        ],
    },
];
