//! Access logs of Apache, Nginx and their like: common and combined log format, a virtual host in front or not.
//!
//! `[VHOST ]CLIENT IDENT USER [STAMP] "REQUEST" STATUS BYTES["REFERER" "AGENT"][ MORE...]`. Originals exist under
//! the names of Apache's documentation and of W3C. A request may hold quotes, so its closing quote is found from
//! the right. Columns nobody documents are `extra1`, `extra2`, ...; escapes inside quotes stay as they are written.

use super::access_outline::outline;
use super::{Format, LineShape, Record, Refused, Sample, Shape, lines};
use crate::model::Stamp;
use crate::model::stamp::{self, Zone};
use core::net::IpAddr;

/// The row of [`FORMATS`](super::FORMATS).
pub(crate) const FORMAT: Format = Format {
    name: "access-log",
    summary: "requests to Apache, Nginx and other web servers",
    spec: "https://httpd.apache.org/docs/2.4/logs.html#accesslog",
    samples: SAMPLES,
    raw_text: true,
    counting: crate::model::Counting::Lines,
    claims: 8,
    sniff: |head| {
        lines::sniff(head, FORMAT.name, 8, "a client, a stamp in brackets and a quoted request", |line| {
            Parts::of(line, &Zone::default()).is_some()
        })
    },
    shape: Shape::Lines(LineShape { outline: Some(outline), ..LineShape::of_text(read, 8) }),
};

/// The columns of a line.
#[derive(Debug)]
pub(super) struct Parts<'r> {
    who: Who<'r>,
    pub(super) time: Stamp,
    /// The stamp as written, without brackets.
    stamp: &'r str,
    pub(super) request: &'r str,
    status: &'r str,
    bytes: Option<&'r str>,
    /// What stands behind.
    rest: &'r str,
}

/// The columns before the stamp.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Who<'r> {
    vhost: Option<&'r str>,
    client: &'r str,
    ident: Option<&'r str>,
    user: Option<&'r str>,
}

/// A request line.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Request<'r> {
    method: &'r str,
    target: &'r str,
    version: Option<&'r str>,
}

fn read(record: &mut Record<'_>) -> Result<(), Refused> {
    let Some(parts) = Parts::of(record.text, record.zone) else {
        return Err(Refused { expected: "a client, a stamp in brackets and a quoted request", at: 0 });
    };
    record.time = parts.time;
    let Who { vhost, client, ident, user } = parts.who;
    for (names, value) in [
        (&["vhost", "cs-host"][..], vhost),
        (&["remote_host", "c-ip"], Some(client)),
        (&["ident"], ident),
        (&["user", "cs-username"], user),
        (&["time"], Some(parts.stamp)),
        (&["request"], Some(parts.request)),
        (&["status", "sc-status"], Some(parts.status)),
        (&["bytes", "sc-bytes"], parts.bytes),
    ] {
        push(record, names, value);
    }
    if let Some(Request { method, target, version }) = Request::of(parts.request) {
        let (stem, query) = target.split_once('?').map_or((target, None), |(stem, query)| (stem, Some(query)));
        push(record, &["cs-method"], Some(method));
        push(record, &["cs-uri"], Some(target));
        push(record, &["cs-uri-stem"], Some(stem));
        push(record, &["cs-uri-query"], query);
        push(record, &["cs-version"], version);
    }
    columns(record, parts.rest);
    Ok(())
}

fn push(record: &mut Record<'_>, names: &[&str], value: Option<&str>) {
    for name in names {
        record.push_some(name, value);
    }
}

/// Pushes the columns behind the size. Two quoted ones in front are referer and agent.
fn columns(record: &mut Record<'_>, rest: &str) {
    let (mut rest, mut may_close) = (rest, true);
    let combined = column(rest, &mut may_close).filter(|_| is_quoted(rest)).and_then(|(referer, behind)| {
        let (agent, behind) = column(behind, &mut may_close).filter(|_| is_quoted(behind))?;
        Some((referer, agent, behind))
    });
    if let Some((referer, agent, behind)) = combined {
        push(record, &["referer", "cs-referer"], Some(referer));
        push(record, &["agent", "cs-user-agent"], Some(agent));
        rest = behind;
    }
    let mut number = 0;
    while let Some((value, behind)) = column(rest, &mut may_close) {
        number += 1;
        if number == EXTRA_COLUMNS {
            record.push(&format!("extra{number}"), rest.trim_start_matches(' '));
            return;
        }
        record.push(&format!("extra{number}"), value);
        rest = behind;
    }
}

/// The last of so many columns holds all that follow.
const EXTRA_COLUMNS: u8 = 64;

fn is_quoted(text: &str) -> bool {
    text.trim_start_matches(' ').starts_with('"')
}

/// Takes the next column, quoted or not. Once no quote was found that closes a column there is none further on either:
/// `may_close` keeps a line of many opening quotes from being searched for each.
fn column<'r>(text: &'r str, may_close: &mut bool) -> Option<(&'r str, &'r str)> {
    let text = text.trim_start_matches(' ');
    if text.is_empty() {
        return None;
    }
    if let Some(quoted) = text.strip_prefix('"').filter(|_| *may_close) {
        let mut at = 0;
        while let Some(quote) = quoted.get(at..).and_then(|t| t.find('"')).map(|n| at + n) {
            if is_closing(quoted, quote) {
                return Some((quoted.get(..quote)?, quoted.get(quote + 1..)?));
            }
            at = quote + 1;
        }
        *may_close = false;
    }
    Some(text.split_once(' ').unwrap_or((text, "")))
}

/// Whether a quote is not escaped and ends its column.
fn is_closing(text: &str, quote: usize) -> bool {
    let bytes = text.as_bytes();
    let backslashes = bytes.get(..quote).map_or(0, |b| b.iter().rev().take_while(|b| **b == b'\\').count());
    backslashes % 2 == 0 && matches!(bytes.get(quote + 1), None | Some(b' '))
}

impl<'r> Parts<'r> {
    pub(super) fn of(text: &'r str, zone: &Zone) -> Option<Parts<'r>> {
        let (before, mut parts) = Parts::behind(text, &mut |text| clf_stamp(text, zone), split_request)?;
        parts.who = Who::of(before)?;
        Some(parts)
    }

    /// The columns from the stamp on, and the text before them.
    pub(super) fn behind(
        text: &'r str,
        stamp_at: &mut dyn FnMut(&'r str) -> Option<(Stamp, usize)>,
        split: fn(&'r str) -> Option<Split<'r>>,
    ) -> Option<(&'r str, Parts<'r>)> {
        // A user name may hold ` [`: the stamp is the first that reads as one.
        let bytes = text.as_bytes();
        let mut brackets = memchr::memchr_iter(b'[', bytes).filter_map(|at| at.checked_sub(1));
        let (open, time, taken) = brackets.find_map(|at| {
            let (time, taken) = stamp_at(text.get(at..)?.strip_prefix(' ')?)?;
            Some((at, time, taken))
        })?;
        let stamp = text.get(open + 2..open + taken)?;
        let quoted = text.get(open + 1 + taken..)?.strip_prefix(" \"")?;
        let (request, status, bytes, rest) = split(quoted)?;
        Some((text.get(..open)?, Parts { who: Who::default(), time, stamp, request, status, bytes, rest }))
    }
}

/// Reads `[10/Oct/2000:13:55:36 -0700]`; other stamps in brackets are error logs'.
pub(super) fn clf_stamp(text: &str, zone: &Zone) -> Option<(Stamp, usize)> {
    let bytes = text.as_bytes();
    let has_slashes = bytes.get(3) == Some(&b'/') && bytes.get(7) == Some(&b'/');
    has_slashes.then(|| stamp::read_prefix(text, zone))?
}

impl<'r> Who<'r> {
    pub(super) fn of(text: &'r str) -> Option<Who<'r>> {
        let mut words = text.split(' ').filter(|w| !w.is_empty());
        // `client, proxy - -`: whom the request was forwarded for goes before who forwarded it.
        let proxies = words.clone().take_while(|w| w.ends_with(',')).count();
        let is_proxied = proxies > 0 && words.clone().nth(proxies).is_some_and(|w| w.parse::<IpAddr>().is_ok());
        let first = words.next()?;
        let first = if is_proxied { first.trim_end_matches(',') } else { first };
        let mut rest = words.skip(if is_proxied { proxies } else { 0 });
        let words = [Some(first), rest.next(), rest.next(), rest.next()];
        let [_, second, third, fourth] = words;
        let is_address = |word: Option<&str>| word.is_some_and(|w| w.parse::<IpAddr>().is_ok());
        // `vhost client ident user`: the client is an address, or the columns say nothing where user and ident
        // would be.
        let says_nothing = third == Some("-") && fourth == Some("-");
        let has_vhost = !is_address(Some(first)) && third.is_some() && (is_address(second) || says_nothing);
        let (vhost, client, ident, user) =
            if has_vhost { (Some(first), second?, third?, fourth) } else { (None, first, second?, third) };
        // A user name may hold blanks: it goes from its first word to the end.
        let user = user.and_then(|first| {
            let at = first.as_ptr().addr().checked_sub(text.as_ptr().addr())?;
            text.get(at..).map(str::trim_end)
        });
        Some(Who { vhost, client, ident: Some(ident), user })
    }
}

/// A request, its status, its size and further columns.
pub(super) type Split<'r> = (&'r str, &'r str, Option<&'r str>, &'r str);

/// Splits what follows the opening quote. Of the quotes that may close the request that one is taken which the best follows,
/// and of equals the last: a request that says its version, then a status of three digits, then any. A quote behind a
/// backslash counts only where there is no other.
pub(super) fn split_request(text: &str) -> Option<Split<'_>> {
    let mut best: Option<(u8, Split<'_>)> = None;
    let bytes = text.as_bytes();
    for at in memchr::memrchr_iter(b'"', bytes).filter(|at| bytes.get(at + 1) == Some(&b' ')) {
        let (Some(request), Some(behind)) = (text.get(..at), text.get(at + 2..)) else { continue };
        let Some((status, bytes, rest)) = status_and_size(behind) else { continue };
        let worth = if !is_closing(text, at) {
            0
        } else if split_version(request).is_some() {
            3
        } else {
            1 + u8::from(status != "-")
        };
        if best.is_none_or(|(known, _)| worth > known) {
            best = Some((worth, (request, status, bytes, rest)));
        }
        if worth == 3 {
            break;
        }
    }
    best.map(|(_, split)| split)
}

/// Reads `404 1164` or `404 -` or `404`, and what follows.
pub(super) fn status_and_size(text: &str) -> Option<(&str, Option<&str>, &str)> {
    // Longer ones there are not.
    let end = text.bytes().take(4).position(|b| b == b' ');
    let (status, rest) = match end {
        Some(end) => (text.get(..end)?, text.get(end + 1..)?),
        None => (text, ""),
    };
    let is_number = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
    if status != "-" && (status.len() != 3 || !is_number(status)) {
        return None;
    }
    if rest.is_empty() {
        return Some((status, None, ""));
    }
    let end =
        if rest.starts_with('-') { 1 } else { rest.bytes().position(|b| !b.is_ascii_digit()).unwrap_or(rest.len()) };
    let (bytes, behind) = rest.split_at_checked(end).filter(|_| end > 0)?;
    let behind = if behind.is_empty() { behind } else { behind.strip_prefix(' ')? };
    Some((status, Some(bytes), behind))
}

/// A target and the version behind it.
fn split_version(text: &str) -> Option<(&str, &str)> {
    // ` HTTP/1.1`
    const USUAL: usize = 9;
    if let [.., b' ', b'H', b'T', b'T', b'P', b'/', b'0'..=b'9', b'.', b'0'..=b'9'] = text.as_bytes() {
        return Some((text.get(..text.len() - USUAL)?, text.get(text.len() - USUAL + 1..)?));
    }
    text.rsplit_once(' ').filter(|(_, version)| is_version(version))
}

impl<'r> Request<'r> {
    /// `METHOD SP target[ SP HTTP/x]`; a target may hold blanks. Anything else (the bytes of a TLS handshake) is no
    /// request.
    pub(super) fn of(text: &'r str) -> Option<Request<'r>> {
        const LONGEST: usize = 24;
        let end = text.bytes().take(LONGEST + 1).position(|b| b == b' ')?;
        let (method, rest) = (text.get(..end)?, text.get(end + 1..)?);
        let is_method =
            !method.is_empty() && method.bytes().all(|b| b.is_ascii_alphabetic() || matches!(b, b'-' | b'_'));
        let (target, version) = match split_version(rest) {
            Some((target, version)) => (target, Some(version)),
            None => (rest, None),
        };
        (is_method && !target.is_empty()).then_some(Request { method, target, version })
    }
}

/// `HTTP/1.1`, `HTTP/2`, and misspelt protocols such as `HTTPS/1.0`.
fn is_version(text: &str) -> bool {
    text.split_once('/').is_some_and(|(protocol, number)| {
        (2..=8).contains(&protocol.len())
            && protocol.bytes().all(|b| b.is_ascii_uppercase())
            && (1..=4).contains(&number.len())
            && number.bytes().all(|b| b.is_ascii_digit() || b == b'.')
            && number.starts_with(|c: char| c.is_ascii_digit())
    })
}

const SAMPLES: &[Sample] = &[
    Sample {
        text: r#"203.0.113.9 - - [10/Oct/2000:13:55:36 -0700] "GET /a.php?x=1&y=2 HTTP/1.1" 404 1164 "-" "curl/8.0""#,
        fields: &[
            ("remote_host", "203.0.113.9"),
            ("c-ip", "203.0.113.9"),
            ("ident", "-"),
            ("user", "-"),
            ("cs-username", "-"),
            ("time", "10/Oct/2000:13:55:36 -0700"),
            ("request", "GET /a.php?x=1&y=2 HTTP/1.1"),
            ("status", "404"),
            ("sc-status", "404"),
            ("bytes", "1164"),
            ("sc-bytes", "1164"),
            ("cs-method", "GET"),
            ("cs-uri", "/a.php?x=1&y=2"),
            ("cs-uri-stem", "/a.php"),
            ("cs-uri-query", "x=1&y=2"),
            ("cs-version", "HTTP/1.1"),
            ("referer", "-"),
            ("cs-referer", "-"),
            ("agent", "curl/8.0"),
            ("cs-user-agent", "curl/8.0"),
        ],
    },
    Sample {
        text: r#"shop.example:443 2001:db8::7 - "a b" [x] [10/Oct/2000:13:55:36 -0700] "\x16\x03 \x02" 400 - "-" "a \"b\"" 9 "q r""#,
        fields: &[
            ("vhost", "shop.example:443"),
            ("cs-host", "shop.example:443"),
            ("remote_host", "2001:db8::7"),
            ("c-ip", "2001:db8::7"),
            ("ident", "-"),
            ("user", "\"a b\" [x]"),
            ("cs-username", "\"a b\" [x]"),
            ("time", "10/Oct/2000:13:55:36 -0700"),
            ("request", "\\x16\\x03 \\x02"),
            ("status", "400"),
            ("sc-status", "400"),
            ("bytes", "-"),
            ("sc-bytes", "-"),
            ("referer", "-"),
            ("cs-referer", "-"),
            ("agent", "a \\\"b\\\""),
            ("cs-user-agent", "a \\\"b\\\""),
            ("extra1", "9"),
            ("extra2", "q r"),
        ],
    },
    Sample {
        text: r#"web.example.org - [10/Oct/2000:13:55:36 -0700] "GET /?a="b" 200 7" HTTP/1.0" 200"#,
        fields: &[
            ("remote_host", "web.example.org"),
            ("c-ip", "web.example.org"),
            ("ident", "-"),
            ("time", "10/Oct/2000:13:55:36 -0700"),
            ("request", "GET /?a=\"b\" 200 7\" HTTP/1.0"),
            ("status", "200"),
            ("sc-status", "200"),
            ("cs-method", "GET"),
            ("cs-uri", "/?a=\"b\" 200 7\""),
            ("cs-uri-stem", "/"),
            ("cs-uri-query", "a=\"b\" 200 7\""),
            ("cs-version", "HTTP/1.0"),
        ],
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn who(text: &str, want: (Option<&str>, &str, Option<&str>, Option<&str>)) {
        let (vhost, client, ident, user) = want;
        assert_eq!(Who::of(text), Some(Who { vhost, client, ident, user }), "{text}");
    }

    #[test]
    fn columns_before_the_stamp_are_told_apart() {
        who("203.0.113.9 - frank", (None, "203.0.113.9", Some("-"), Some("frank")));
        who("203.0.113.9 - frank b c", (None, "203.0.113.9", Some("-"), Some("frank b c")));
        who("203.0.113.9 -", (None, "203.0.113.9", Some("-"), None));
        who("203.0.113.9 - ", (None, "203.0.113.9", Some("-"), None));
        who("a.example 203.0.113.9 - -", (Some("a.example"), "203.0.113.9", Some("-"), Some("-")));
        who("a.example c.example - -", (Some("a.example"), "c.example", Some("-"), Some("-")));
        who("203.0.113.9, 10.0.0.1 - -", (None, "203.0.113.9", Some("-"), Some("-")));
        who("c.example - -", (None, "c.example", Some("-"), Some("-")));
        assert_eq!(Who::of("alone"), None);
    }

    #[test]
    fn a_request_is_a_method_and_a_target() {
        let request = |text| Request::of(text).map(|r| (r.method, r.target, r.version));
        assert_eq!(request("GET /uno dos"), Some(("GET", "/uno dos", None)));
        assert_eq!(request("GET /a HTTPS/1.0"), Some(("GET", "/a", Some("HTTPS/1.0"))));
        assert_eq!(request("CONNECT h:443 HTTP/1.1"), Some(("CONNECT", "h:443", Some("HTTP/1.1"))));
        for text in ["", "-", "GET", "\\x16\\x03 x", "GET ", " / HTTP/1.1"] {
            assert_eq!(request(text), None, "{text}");
        }
    }

    #[test]
    fn columns_of_dashes_do_not_close_the_request() {
        let text = r#"GET /uno dos" 404 298 "-" "-" - 400233 203.0.113.1"#;
        let want = ("GET /uno dos", "404", Some("298"), r#""-" "-" - 400233 203.0.113.1"#);
        assert_eq!(split_request(text), Some(want));
        assert_eq!(split_request(r#"-" - - "-" "-""#), Some(("-", "-", Some("-"), r#""-" "-""#)));
        let text = r#"GET /" 408 - "-" "a\" 200 7""#;
        assert_eq!(split_request(text), Some(("GET /", "408", Some("-"), r#""-" "a\" 200 7""#)));
    }

    #[test]
    fn an_agent_cannot_move_the_end_of_the_request() {
        let text = r#"GET / HTTP/1.1" 200 5 "-" "evil" 404 77 "x""#;
        assert_eq!(split_request(text), Some(("GET / HTTP/1.1", "200", Some("5"), r#""-" "evil" 404 77 "x""#)));
    }
}
