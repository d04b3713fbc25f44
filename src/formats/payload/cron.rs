//! What cron and crontab log: `(U) CMD (C)`; busybox: `USER U pid N cmd C`.
//!
//! Written down in Vixie cron's `log_it`. A command may hold brackets: it ends at the message's last one. Sentences
//! about cron itself (`(CRON) INFO (...)`) are not known, and what stands in their brackets is no user.

use super::{Payload, PayloadSample};
use crate::formats::Record;
use crate::model::Sentence;

pub(crate) const PAYLOAD: Payload = Payload {
    name: "cron",
    programs: &["cron", "crond", "anacron", "fcron", "crontab", "atd"],
    prefixes: &[],
    samples: SAMPLES,
    extract,
};

fn extract(message: &str, record: &mut Record<'_>) -> Option<Sentence> {
    if let Some((user, command)) = busybox(message) {
        record.push("user", user);
        record.push("command", command);
        return Some(Sentence { payload: PAYLOAD.name, name: "job" });
    }
    let (user, rest) = message.strip_prefix('(')?.split_once(") ")?;
    let (verb, detail) = rest.split_once(" (")?;
    let detail = detail.trim_end().strip_suffix(')')?;
    let name = match verb {
        "CMD" => {
            record.push("user", user);
            record.push("command", detail);
            return Some(Sentence { payload: PAYLOAD.name, name: "job" });
        }
        "BEGIN EDIT" | "REPLACE" | "DELETE" => "edit",
        "LIST" | "END EDIT" => "view",
        _ => return None,
    };
    record.push("user", user);
    record.push("verb", verb);
    record.push("target_user", detail);
    Some(Sentence { payload: PAYLOAD.name, name })
}

/// `USER root pid 812 cmd run-parts /etc/periodic/15min`
fn busybox(message: &str) -> Option<(&str, &str)> {
    let (user, rest) = message.strip_prefix("USER ")?.split_once(" pid ")?;
    let (_, command) = rest.split_once(" cmd ")?;
    Some((user, command))
}

const SAMPLES: &[PayloadSample] = &[
    PayloadSample {
        text: "USER root pid 812 cmd run-parts /etc/periodic/15min",
        sentence: "job",
        fields: &[("user", "root"), ("command", "run-parts /etc/periodic/15min")],
    },
    PayloadSample {
        text: "(root) CMD (sleep $(( 1 * 60 )); touch /tmp/a))",
        sentence: "job",
        fields: &[("user", "root"), ("command", "sleep $(( 1 * 60 )); touch /tmp/a)")],
    },
    PayloadSample {
        text: "(alice) BEGIN EDIT (root)",
        sentence: "edit",
        fields: &[("user", "alice"), ("verb", "BEGIN EDIT"), ("target_user", "root")],
    },
    PayloadSample {
        text: "(alice) LIST (alice)",
        sentence: "view",
        fields: &[("user", "alice"), ("verb", "LIST"), ("target_user", "alice")],
    },
];
