//! Apache's error log: `[STAMP] [MODULE:LEVEL] [pid N:tid N] [client A:P] message` (2.4), `[STAMP] [LEVEL] [client A] message` (2.2).
//!
//! What follows the brackets is the message; a code of Apache's at its beginning (`AH01630`), the referer at its end and
//! `ModSecurity`'s `[name "value"]` pairs are given by themselves too. Other modules' details are left in the message.

use super::{Format, LineShape, Record, Refused, Sample, Shape, lines};
use crate::model::stamp::{self, Zone};
use crate::model::{Stamp, limits};

/// The row of [`FORMATS`](super::FORMATS).
pub(crate) const FORMAT: Format = Format {
    name: "apache-error",
    summary: "error log of Apache's web server",
    spec: "https://httpd.apache.org/docs/2.4/mod/core.html#errorlogformat",
    samples: SAMPLES,
    raw_text: true,
    counting: crate::model::Counting::Lines,
    claims: 8,
    sniff: |head| {
        lines::sniff(head, FORMAT.name, 8, "a stamp and a level in brackets", |line| {
            Parts::of(line, &Zone::default()).is_some()
        })
    },
    shape: Shape::Lines(LineShape {
        read,
        continues: |line| matches!(line.first(), Some(b' ' | b'\t')),
        yearless: None,
        longest: limits::LINE,
        rank: 8,
        outline: None,
    }),
};

/// The brackets of a line.
struct Parts<'r> {
    time: Stamp,
    module: Option<&'r str>,
    level: &'r str,
    pid: Option<&'r str>,
    tid: Option<&'r str>,
    client: Option<&'r str>,
    message: &'r str,
}

const LEVELS: [&str; 8] = ["emerg", "alert", "crit", "error", "warn", "notice", "info", "debug"];

impl<'r> Parts<'r> {
    fn of(text: &'r str, zone: &Zone) -> Option<Parts<'r>> {
        // Access logs never begin with a bracket, and ctime has a weekday.
        if !text.starts_with('[') || !text.as_bytes().get(1).is_some_and(u8::is_ascii_alphabetic) {
            return None;
        }
        let (time, taken) = stamp::read_prefix(text, zone)?;
        let (label, mut rest) = bracket(text.get(taken..)?)?;
        let (module, level) = label.rsplit_once(':').map_or((None, label), |(module, level)| (Some(module), level));
        let is_level = LEVELS.contains(&level)
            || level.strip_prefix("trace").is_some_and(|n| n.len() == 1 && n.bytes().all(|b| b.is_ascii_digit()));
        if !is_level {
            return None;
        }
        let mut parts = Parts { time, module, level, pid: None, tid: None, client: None, message: "" };
        while let Some((inside, behind)) = bracket(rest) {
            if let Some(ids) = inside.strip_prefix("pid ") {
                let (pid, tid) = ids.split_once(":tid ").map_or((ids, None), |(pid, tid)| (pid, Some(tid)));
                (parts.pid, parts.tid) = (Some(pid), tid);
            } else if let Some(client) = inside.strip_prefix("client ").or_else(|| inside.strip_prefix("remote ")) {
                // ModSecurity writes it again.
                parts.client = parts.client.or(Some(client));
            } else {
                break;
            }
            rest = behind;
        }
        parts.message = rest.trim_start_matches(' ');
        // `(2)No such file or directory: [client 192.0.2.1:4] AH00036: ...`
        if parts.client.is_none()
            && parts.message.starts_with('(')
            && let Some((_, behind)) = parts.message.split_once(": [client ")
            && let Some((client, _)) = behind.split_once(']')
        {
            parts.client = Some(client);
        }
        Some(parts)
    }
}

/// Splits ` [inside] rest`.
fn bracket(text: &str) -> Option<(&str, &str)> {
    text.trim_start_matches(' ').strip_prefix('[')?.split_once(']')
}

fn read(record: &mut Record<'_>) -> Result<(), Refused> {
    let Some(parts) = Parts::of(record.text, record.zone) else {
        return Err(Refused { expected: "a stamp and a level in brackets", at: 0 });
    };
    record.time = parts.time;
    // Since 2.4 a port follows every address, those of IPv6 without brackets too.
    let ends = parts.client.filter(|_| parts.module.is_some()).and_then(|client| client.rsplit_once(':'));
    let ends = ends.filter(|(_, port)| (1..=5).contains(&port.len()) && port.bytes().all(|b| b.is_ascii_digit()));
    for (name, value) in [
        ("module", parts.module.filter(|m| !m.is_empty())),
        ("level", Some(parts.level)),
        ("pid", parts.pid),
        ("tid", parts.tid),
        ("client", parts.client),
        ("client_ip", ends.map(|(address, _)| address)),
        ("client_port", ends.map(|(_, port)| port)),
        ("code", code(parts.message)),
        ("user", user(parts.message)),
        ("referrer", parts.message.rsplit_once(", referer: ").map(|(_, referer)| referer)),
        ("message", Some(parts.message)),
    ] {
        record.push_some(name, value);
    }
    if parts.message.starts_with("ModSecurity: ") {
        modsecurity(record, parts.message);
    }
    Ok(())
}

/// `AH00036` before a colon, at the start or behind what the system said.
fn code(message: &str) -> Option<&str> {
    let is_code =
        |word: &&str| word.strip_prefix("AH").is_some_and(|n| n.len() == 5 && n.bytes().all(|b| b.is_ascii_digit()));
    let first = message.split(": ").next().filter(is_code);
    first.or_else(|| message.split_once("] ").and_then(|(_, rest)| rest.split(": ").next()).filter(is_code))
}

/// Who was refused: `user U: authentication failure for "/x": ...`, `user U not found: /x`. The name is the visitor's
/// choice, so what follows it is looked for from the right.
fn user(message: &str) -> Option<&str> {
    let rest = message.strip_prefix("AH").map_or(message, |m| m.split_once(": ").map_or(m, |(_, rest)| rest));
    let rest = rest.strip_prefix("user ")?;
    let known = [": authentication failure for ", " not found: ", ": authorization failure for "];
    known.iter().find_map(|mark| rest.rsplit_once(mark)).map(|(user, _)| user)
}

/// More pairs than any rule writes.
const PAIRS: usize = 64;

/// `[id "981176"] [msg "..."] [uri "/"]`: repeated names (`tag`) are several values.
fn modsecurity(record: &mut Record<'_>, message: &str) {
    for piece in message.split(" [").skip(1).take(PAIRS) {
        let pair = piece.strip_suffix("\"]").or_else(|| piece.split_once("\"]").map(|(p, _)| p));
        if let Some((name, value)) = pair.and_then(|p| p.split_once(" \""))
            && !name.is_empty()
            && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
        {
            record.push(name, value);
        }
    }
}

const SAMPLES: &[Sample] = &[
    Sample {
        text: "[Sat Mar 01 08:00:00.902022 2025] [authz_core:error] [pid 35708:tid 4328] [client 203.0.113.9:40022] AH01630: client denied by server configuration: /srv/x, referer: http://h/",
        fields: &[
            ("module", "authz_core"),
            ("level", "error"),
            ("pid", "35708"),
            ("tid", "4328"),
            ("client", "203.0.113.9:40022"),
            ("client_ip", "203.0.113.9"),
            ("client_port", "40022"),
            ("code", "AH01630"),
            ("referrer", "http://h/"),
            ("message", "AH01630: client denied by server configuration: /srv/x, referer: http://h/"),
        ],
    },
    Sample {
        text: "[Sat Mar  1 08:00:00 2025] [error] [client 203.0.113.9] File does not exist: /srv/favicon.ico",
        fields: &[("level", "error"), ("client", "203.0.113.9"), ("message", "File does not exist: /srv/favicon.ico")],
    },
    Sample {
        text: "[Sat Mar 01 08:00:00 2025] [:notice] [pid 7] (2)No such file: [client 2001:db8::9:80] AH00036: x",
        fields: &[
            ("level", "notice"),
            ("pid", "7"),
            ("client", "2001:db8::9:80"),
            ("client_ip", "2001:db8::9"),
            ("client_port", "80"),
            ("code", "AH00036"),
            ("message", "(2)No such file: [client 2001:db8::9:80] AH00036: x"),
        ],
    },
    Sample {
        text: r#"[Sat Mar 01 08:00:00 2025] [error] [client 203.0.113.9] ModSecurity: Access denied with code 403. [id "981176"] [msg "Inbound [x] y"] [uri "/"]"#,
        fields: &[
            ("level", "error"),
            ("client", "203.0.113.9"),
            ("message", r#"ModSecurity: Access denied with code 403. [id "981176"] [msg "Inbound [x] y"] [uri "/"]"#),
            ("id", "981176"),
            ("uri", "/"),
        ],
    },
    Sample {
        text: "[Sat Mar 01 08:00:00 2025] [auth_basic:error] [pid 7] [client 203.0.113.9:4] AH01618: user a b not found: /x",
        fields: &[
            ("module", "auth_basic"),
            ("level", "error"),
            ("pid", "7"),
            ("client", "203.0.113.9:4"),
            ("client_ip", "203.0.113.9"),
            ("client_port", "4"),
            ("code", "AH01618"),
            ("user", "a b"),
            ("message", "AH01618: user a b not found: /x"),
        ],
    },
];
