//! Squid's native access log: `TIME ELAPSED CLIENT RESULT/STATUS BYTES METHOD URL USER HIERARCHY/SERVER TYPE`.
//!
//! Blanks between columns vary. A target with blanks in it goes on up to the user before the hierarchy. The names W3C
//! gives what a proxy logs exist as well. Columns behind the type are `extra1`, `extra2`, ...

use super::{Format, LineShape, Record, Refused, Sample, Shape, lines};
use crate::model::Stamp;
use crate::model::stamp::{self, Zone};

/// The row of [`FORMATS`](super::FORMATS).
pub(crate) const FORMAT: Format = Format {
    name: "squid",
    summary: "requests through the proxy Squid",
    spec: "https://wiki.squid-cache.org/Features/LogFormat",
    samples: SAMPLES,
    raw_text: true,
    counting: crate::model::Counting::Lines,
    claims: 8,
    sniff: |head| {
        lines::sniff(head, FORMAT.name, 8, "a stamp in seconds, a result and a hierarchy", |line| {
            Parts::of(line).is_some()
        })
    },
    shape: Shape::Lines(LineShape::of_text(read, 8)),
};

/// The columns of a line.
struct Parts<'r> {
    time: Stamp,
    /// Stamp, elapsed time, client, result with status, bytes, method.
    words: [&'r str; 6],
    result: &'r str,
    status: &'r str,
    url: &'r str,
    user: &'r str,
    hierarchy: &'r str,
    server: &'r str,
    rest: &'r str,
}

/// The columns behind the sixth are at most this many words for a target with blanks.
const URL_WORDS: usize = 256;

impl<'r> Parts<'r> {
    fn of(text: &'r str) -> Option<Parts<'r>> {
        let mut words = [""; 6];
        let mut rest = text;
        for word in &mut words {
            (*word, rest) = rest.trim_start_matches(' ').split_once(' ')?;
        }
        let [stamp, elapsed, client, outcome, bytes, method] = words;
        let (seconds, millis) = stamp.split_once('.')?;
        let is_number = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
        let (result, status) = outcome.split_once(['/', ':'])?;
        let is_result = result.bytes().all(|b| b.is_ascii_uppercase() || matches!(b, b'_' | b'-'));
        let is_right = (9..=11).contains(&seconds.len())
            && is_number(seconds)
            && is_number(millis)
            && is_number(elapsed.trim_start_matches('-'))
            && !client.is_empty()
            && is_result
            && is_number(status)
            && status.len() == 3
            && (is_number(bytes) || bytes == "-")
            && method.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b':'));
        let time = stamp::read(stamp, &Zone::default()).filter(|_| is_right)?;
        let (url, user, code, rest) = target(rest.trim_start_matches(' '))?;
        let (hierarchy, server) = code.split_once('/')?;
        Some(Parts { time, words, result, status, url, user, hierarchy, server, rest })
    }
}

/// Splits `URL USER HIERARCHY/SERVER rest`.
fn target(text: &str) -> Option<(&str, &str, &str, &str)> {
    let word_at = |at: usize| {
        let rest = text.get(at..)?;
        let start = at + (rest.len() - rest.trim_start_matches(' ').len());
        let end = text.get(start..)?.find(' ').map_or(text.len(), |n| start + n);
        (start < end).then_some((start, end))
    };
    let (_, mut url_end) = word_at(0)?;
    for _ in 0..URL_WORDS {
        let (user_start, user_end) = word_at(url_end)?;
        let (code_start, code_end) = word_at(user_end)?;
        let code = text.get(code_start..code_end)?;
        let is_code = code.split_once('/').is_some_and(|(name, server)| {
            name.len() >= 4 && !server.is_empty() && name.bytes().all(|b| b.is_ascii_uppercase() || b == b'_')
        });
        if is_code {
            return Some((text.get(..url_end)?, text.get(user_start..user_end)?, code, text.get(code_end..)?));
        }
        url_end = user_end;
    }
    None
}

fn read(record: &mut Record<'_>) -> Result<(), Refused> {
    let Some(parts) = Parts::of(record.text) else {
        return Err(Refused { expected: "a stamp in seconds and nine further columns", at: 0 });
    };
    record.time = parts.time;
    let [stamp, elapsed, client, _, bytes, method] = parts.words;
    for (names, value) in [
        (&["time"][..], stamp),
        (&["duration"], elapsed),
        (&["client", "c-ip"], client),
        (&["cache_result"], parts.result),
        (&["status", "sc-status"], parts.status),
        (&["bytes", "sc-bytes"], bytes),
        (&["method", "cs-method"], method),
        (&["url", "c-uri"], parts.url),
        (&["user", "cs-username"], parts.user),
        (&["hierarchy_code"], parts.hierarchy),
        (&["server"], parts.server),
    ] {
        for name in names {
            record.push(name, value);
        }
    }
    record.push_some("cs-host", host(parts.url));
    let mut extra = parts.rest.split(' ').filter(|word| !word.is_empty());
    record.push_some("content_type", extra.next());
    for (n, value) in (1..=EXTRA_COLUMNS).zip(extra) {
        record.push(&format!("extra{n}"), value);
    }
    Ok(())
}

/// More columns than anybody adds.
const EXTRA_COLUMNS: usize = 64;

/// The host of `http://host:port/path` or `host:port`.
fn host(url: &str) -> Option<&str> {
    let authority = match url.split_once("://") {
        Some((_, rest)) => rest.split(['/', '?', '#']).next()?,
        None if url.rsplit_once(':').is_some_and(|(_, port)| port.bytes().all(|b| b.is_ascii_digit())) => url,
        None => return None,
    };
    let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = match authority.strip_prefix('[') {
        Some(rest) => rest.split(']').next()?,
        None => authority.split(':').next()?,
    };
    (!host.is_empty()).then_some(host)
}

const SAMPLES: &[Sample] = &[
    Sample {
        text: "1740816000.250    132 192.0.2.77 TCP_MISS/200 2014 GET http://bob@www.example.org:8080/a b?c alice HIER_DIRECT/203.0.113.80 text/html 9 x",
        fields: &[
            ("time", "1740816000.250"),
            ("duration", "132"),
            ("client", "192.0.2.77"),
            ("c-ip", "192.0.2.77"),
            ("cache_result", "TCP_MISS"),
            ("status", "200"),
            ("sc-status", "200"),
            ("bytes", "2014"),
            ("sc-bytes", "2014"),
            ("method", "GET"),
            ("cs-method", "GET"),
            ("url", "http://bob@www.example.org:8080/a b?c"),
            ("c-uri", "http://bob@www.example.org:8080/a b?c"),
            ("user", "alice"),
            ("cs-username", "alice"),
            ("hierarchy_code", "HIER_DIRECT"),
            ("server", "203.0.113.80"),
            ("cs-host", "www.example.org"),
            ("content_type", "text/html"),
            ("extra1", "9"),
            ("extra2", "x"),
        ],
    },
    Sample {
        text: "1740816001.004      0 2001:db8::7 TCP_DENIED/407 - CONNECT mail.example.org:443 - NONE/- -",
        fields: &[
            ("time", "1740816001.004"),
            ("duration", "0"),
            ("client", "2001:db8::7"),
            ("c-ip", "2001:db8::7"),
            ("cache_result", "TCP_DENIED"),
            ("status", "407"),
            ("sc-status", "407"),
            ("bytes", "-"),
            ("sc-bytes", "-"),
            ("method", "CONNECT"),
            ("cs-method", "CONNECT"),
            ("url", "mail.example.org:443"),
            ("c-uri", "mail.example.org:443"),
            ("user", "-"),
            ("cs-username", "-"),
            ("hierarchy_code", "NONE"),
            ("server", "-"),
            ("cs-host", "mail.example.org"),
            ("content_type", "-"),
        ],
    },
];
