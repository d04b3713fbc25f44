//! Nginx's error log: `2025/03/01 08:00:00 [LEVEL] PID#TID: *CONNECTION message, client: A, server: S, request: "R", host: "H"`.
//!
//! What follows the connection is the message, as a whole. Its details are read from the first `client:` that an address
//! follows, in the order Nginx writes them; quotes end at one with a comma or the end behind it. A PHP trace goes on over
//! further lines.

use super::{Format, LineShape, Record, Refused, Sample, Shape, lines};
use crate::model::stamp::{self, Zone};
use crate::model::{Stamp, limits};
use core::net::IpAddr;

/// The row of [`FORMATS`](super::FORMATS).
pub(crate) const FORMAT: Format = Format {
    name: "nginx-error",
    summary: "error log of Nginx",
    spec: "https://nginx.org/en/docs/ngx_core_module.html#error_log",
    samples: SAMPLES,
    raw_text: true,
    counting: crate::model::Counting::Lines,
    claims: 8,
    sniff: |head| {
        lines::sniff(head, FORMAT.name, 8, "a stamp with slashes, a level in brackets and `pid#tid:`", |line| {
            Parts::of(line, &Zone::default()).is_some()
        })
    },
    shape: Shape::Lines(LineShape { read, continues, yearless: None, longest: limits::LINE, rank: 8, outline: None }),
};

/// What lines of a PHP error begin with that belong to the record above.
const CONTINUATIONS: [&[u8]; 5] = [b" ", b"\t", b"PHP message: ", b"Stack trace:", b"\" while reading "];

fn continues(line: &[u8]) -> bool {
    let is_frame = line.first() == Some(&b'#') && line.get(1).is_some_and(u8::is_ascii_digit);
    is_frame || CONTINUATIONS.iter().any(|start| line.starts_with(start))
}

/// A line's header and its message.
struct Parts<'r> {
    time: Stamp,
    level: &'r str,
    pid: &'r str,
    tid: &'r str,
    connection: Option<&'r str>,
    message: &'r str,
}

const LEVELS: [&str; 8] = ["emerg", "alert", "crit", "error", "warn", "notice", "info", "debug"];

impl<'r> Parts<'r> {
    fn of(text: &'r str, zone: &Zone) -> Option<Parts<'r>> {
        if text.as_bytes().get(4) != Some(&b'/') {
            return None;
        }
        let (time, taken) = stamp::read_prefix(text, zone)?;
        let (level, rest) = text.get(taken..)?.strip_prefix(" [")?.split_once("] ")?;
        let (ids, rest) = rest.split_once(':')?;
        let (pid, tid) = ids.split_once('#')?;
        let is_number = |t: &str| !t.is_empty() && t.len() <= 20 && t.bytes().all(|b| b.is_ascii_digit());
        if !LEVELS.contains(&level) || !is_number(pid) || !is_number(tid) {
            return None;
        }
        let rest = rest.trim_start_matches(' ');
        let numbered = rest.strip_prefix('*').and_then(|r| r.split_once(' ')).filter(|(n, _)| is_number(n));
        let (connection, message) = numbered.map_or((None, rest), |(n, message)| (Some(n), message));
        Some(Parts { time, level, pid, tid, connection, message })
    }
}

/// The details, as Nginx orders them.
const DETAILS: [&str; 6] = ["server", "request", "subrequest", "upstream", "host", "referrer"];

fn read(record: &mut Record<'_>) -> Result<(), Refused> {
    let Some(parts) = Parts::of(record.text, record.zone) else {
        return Err(Refused { expected: "a stamp with slashes, a level in brackets and `pid#tid:`", at: 0 });
    };
    record.time = parts.time;
    record.push("level", parts.level);
    record.push("pid", parts.pid);
    record.push("tid", parts.tid);
    record.push_some("connection", parts.connection);
    record.push("message", parts.message);
    record.push_some("user", user(parts.message));
    let Some((client, mut rest)) = client(parts.message) else { return Ok(()) };
    record.push("client", client);
    for name in DETAILS {
        let Some((value, behind)) = rest.strip_prefix(", ").and_then(|r| r.strip_prefix(name)).and_then(detail) else {
            continue;
        };
        record.push(name, value);
        rest = behind;
    }
    Ok(())
}

/// Who was refused: `user "U": password mismatch, client: ...`, `user "U" was not found in "FILE", client: ...`.
fn user(message: &str) -> Option<&str> {
    let rest = message.strip_prefix("user \"")?;
    ["\": password mismatch, client: ", "\" was not found in \""]
        .iter()
        .find_map(|mark| rest.split_once(mark))
        .map(|(user, _)| user)
}

/// Finds the client's address; gives it and what follows. A path in the message may say `client:` too.
fn client(message: &str) -> Option<(&str, &str)> {
    message.match_indices("client: ").find_map(|(at, mark)| {
        let is_start = at == 0 || message.get(..at).is_some_and(|before| before.ends_with(", "));
        let rest = message.get(at + mark.len()..)?;
        // The longest address has 45 characters; a socket of the machine itself has a name.
        let end = rest.bytes().take(LONGEST_CLIENT).position(|b| b == b',');
        let (client, rest) = rest.split_at(end.unwrap_or(rest.len()));
        let is_client = client.starts_with("unix:") || client.parse::<IpAddr>().is_ok();
        (is_start && is_client).then_some((client, rest))
    })
}

const LONGEST_CLIENT: usize = 128;

/// Reads `: value` or `: "value"` and gives what follows.
fn detail(text: &str) -> Option<(&str, &str)> {
    let value = text.strip_prefix(": ")?;
    let Some(quoted) = value.strip_prefix('"') else {
        return Some(value.split_at(value.find(',').unwrap_or(value.len())));
    };
    let end = quoted.find("\", ").unwrap_or(quoted.trim_end_matches(['"', '\n']).len());
    Some((quoted.get(..end)?, quoted.get(end + 1..).unwrap_or_default()))
}

const SAMPLES: &[Sample] = &[
    Sample {
        text: r#"2025/03/01 08:00:00 [error] 12#34: *56 open() "/srv/a, client: b" failed (2: No such file or directory), client: 203.0.113.9, server: example.org, request: "GET /a "b" HTTP/1.1", host: "example.org", referrer: "http://h/""#,
        fields: &[
            ("level", "error"),
            ("pid", "12"),
            ("tid", "34"),
            ("connection", "56"),
            (
                "message",
                r#"open() "/srv/a, client: b" failed (2: No such file or directory), client: 203.0.113.9, server: example.org, request: "GET /a "b" HTTP/1.1", host: "example.org", referrer: "http://h/""#,
            ),
            ("client", "203.0.113.9"),
            ("server", "example.org"),
            ("request", "GET /a \"b\" HTTP/1.1"),
            ("host", "example.org"),
            ("referrer", "http://h/"),
        ],
    },
    Sample {
        text: "2025/03/01 08:00:00 [notice] 1#1: signal 17 (SIGCHLD) received",
        fields: &[("level", "notice"), ("pid", "1"), ("tid", "1"), ("message", "signal 17 (SIGCHLD) received")],
    },
    Sample {
        text: "2025/03/01 08:00:00 [error] 1#1: *2 user \"a b\" was not found in \"/etc/h\", client: ::1",
        fields: &[
            ("level", "error"),
            ("pid", "1"),
            ("tid", "1"),
            ("connection", "2"),
            ("message", "user \"a b\" was not found in \"/etc/h\", client: ::1"),
            ("user", "a b"),
            ("client", "::1"),
        ],
    },
];
