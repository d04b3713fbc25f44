//! The types of canonical fields: what fits, and how it is written.

use super::super::words::Words;
use super::{net, number, web, windows};
use crate::model::Datum;
use std::borrow::Cow;

/// A type named in `canonical.yml`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Kind {
    Time,
    Text,
    Command,
    Message,
    List,
    Word,
    Int,
    Status,
    Duration,
    Ip,
    Port,
    Host,
    HostName,
    Mac,
    User,
    UserId,
    Leaf,
    Path,
    Hash,
    Integrity,
    Level,
    Facility,
    Transport,
    Protocol,
    Direction,
    Method,
    Url,
    UrlHost,
    UrlPath,
    UrlQuery,
    HttpVersion,
    DnsName,
    Action,
    Outcome,
    Stream,
}

/// The names of the types.
static KINDS: [(&str, Kind); 35] = [
    ("time", Kind::Time),
    ("text", Kind::Text),
    ("command", Kind::Command),
    ("message", Kind::Message),
    ("list", Kind::List),
    ("word", Kind::Word),
    ("int", Kind::Int),
    ("status", Kind::Status),
    ("duration", Kind::Duration),
    ("ip", Kind::Ip),
    ("port", Kind::Port),
    ("host", Kind::Host),
    ("host_name", Kind::HostName),
    ("mac", Kind::Mac),
    ("user", Kind::User),
    ("user_id", Kind::UserId),
    ("leaf", Kind::Leaf),
    ("path", Kind::Path),
    ("hash", Kind::Hash),
    ("integrity", Kind::Integrity),
    ("level", Kind::Level),
    ("facility", Kind::Facility),
    ("transport", Kind::Transport),
    ("protocol", Kind::Protocol),
    ("direction", Kind::Direction),
    ("method", Kind::Method),
    ("url", Kind::Url),
    ("url_host", Kind::UrlHost),
    ("url_path", Kind::UrlPath),
    ("url_query", Kind::UrlQuery),
    ("http_version", Kind::HttpVersion),
    ("dns_name", Kind::DnsName),
    ("action", Kind::Action),
    ("outcome", Kind::Outcome),
    ("stream", Kind::Stream),
];

/// Every type.
#[cfg(test)]
pub(super) fn all() -> impl Iterator<Item = Kind> {
    KINDS.iter().map(|(_, kind)| *kind)
}

impl Kind {
    /// The type of a name.
    pub(in super::super) fn of(name: &str) -> Option<Kind> {
        KINDS.iter().find(|(n, _)| *n == name).map(|(_, kind)| *kind)
    }

    /// Whether the field is a list.
    pub(in super::super) fn is_list(self) -> bool {
        self == Kind::List
    }

    /// Whether what this type writes is always a piece of what it was given.
    pub(in super::super) fn quotes(self) -> bool {
        matches!(
            self,
            Kind::Text
                | Kind::Command
                | Kind::Message
                | Kind::List
                | Kind::User
                | Kind::Path
                | Kind::Method
                | Kind::Url
                | Kind::UrlPath
                | Kind::UrlQuery
                | Kind::HttpVersion
        )
    }

    /// The value as this type writes it; `None` when it does not fit or is a placeholder.
    pub(in super::super) fn fit<'r>(self, words: &Words, datum: Datum<'r>) -> Option<Datum<'r>> {
        let (text, is_number) = match datum {
            Datum::Text(text) => (text, false),
            Datum::Number(text) => (text, true),
            Datum::Bool(b) => (Cow::Borrowed(if b { "true" } else { "false" }), false),
            Datum::Null | Datum::Empty | Datum::Object(_) | Datum::NoItems => return None,
        };
        let text = match self {
            Kind::Command => text,
            _ => part(text, |t| Some(Cow::Borrowed(t.trim())))?,
        };
        if self != Kind::Message && words.is_placeholder(text.trim()) || text.is_empty() {
            return None;
        }
        match self {
            Kind::Time => None,
            Kind::Text | Kind::List if is_number => Some(Datum::Number(text)),
            Kind::Text | Kind::Command | Kind::Message | Kind::List | Kind::Url | Kind::Path => Some(Datum::Text(text)),
            Kind::Int | Kind::Status | Kind::Port | Kind::Duration => self.number(text),
            Kind::Word
            | Kind::Level
            | Kind::Facility
            | Kind::Transport
            | Kind::Protocol
            | Kind::Direction
            | Kind::Action
            | Kind::Outcome
            | Kind::Stream
            | Kind::Integrity => {
                let word = self.word(words, &text)?;
                let other = (*word != *text).then(|| word.into_owned());
                Some(Datum::Text(other.map_or(text, Cow::Owned)))
            }
            _ => part(text, |t| self.piece(words, t)).map(Datum::Text),
        }
    }

    fn number(self, text: Cow<'_, str>) -> Option<Datum<'_>> {
        let fits = |n: &u64| match self {
            Kind::Port => (1..=65_535).contains(n),
            Kind::Status => (1..=999).contains(n),
            _ => true,
        };
        if self == Kind::Duration {
            return number::duration(&text).map(|value| Datum::Number(Cow::Owned(value)));
        }
        let value = number::integer(&text).filter(fits)?;
        Some(Datum::Number(if number::is_plain(&text) { text } else { Cow::Owned(value.to_string()) }))
    }

    /// Words of closed lists.
    fn word<'a>(self, words: &'a Words, text: &'a str) -> Option<Cow<'a, str>> {
        let word = match self {
            Kind::Level => level(words, text)?,
            Kind::Facility => words.facility(text)?,
            Kind::Transport => words.transport(text)?,
            Kind::Direction => words.direction(text).or_else(|| initiated(text))?,
            Kind::Action => words.action(text)?,
            Kind::Outcome => words.outcome(text)?,
            Kind::Stream => Some(text).filter(|t| matches!(*t, "stdout" | "stderr"))?,
            Kind::Integrity => words.integrity.get(text).map_or(text, String::as_str),
            // An application protocol that is really a transport belongs there.
            Kind::Protocol => {
                let text = text.strip_suffix("/1.1").unwrap_or(text);
                let is_word =
                    text.len() <= 32 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_./".contains(&b));
                return Some(text).filter(|t| is_word && words.transport(t).is_none()).map(lower);
            }
            _ => return Some(lower(text)),
        };
        Some(Cow::Borrowed(word))
    }

    /// Types that are a piece of the text, or the text rewritten.
    fn piece<'a>(self, words: &Words, text: &'a str) -> Option<Cow<'a, str>> {
        match self {
            Kind::Ip => net::ip(text),
            Kind::Host | Kind::HostName => {
                let name = text.trim_start_matches('\\');
                let name = name.strip_suffix('.').unwrap_or(name);
                let is_address = self == Kind::HostName && net::address(name).is_some();
                (!name.is_empty() && !is_address && !words.is_nameless(name)).then_some(Cow::Borrowed(name))
            }
            Kind::Mac => net::mac(text).map(Cow::Owned),
            Kind::User => {
                let name = text.split_once('\\').map_or(text, |(_, user)| user);
                (!is_object(name) && !words.is_placeholder(name)).then_some(Cow::Borrowed(name))
            }
            // The null SID, and the "unset" of the audit daemon.
            Kind::UserId => {
                let is_unset = matches!(text, "S-1-0-0" | "4294967295" | "unset") || text.starts_with(['{', '[']);
                (!is_unset).then_some(Cow::Borrowed(text))
            }
            Kind::Leaf => Some(windows::leaf(text)).filter(|t| !words.is_placeholder(t)).map(Cow::Borrowed),
            Kind::Hash => {
                let is_hash =
                    text.len() >= 8 && text.bytes().all(|b| b.is_ascii_hexdigit()) && text.bytes().any(|b| b != b'0');
                is_hash.then(|| lower(text))
            }
            Kind::Method => web::is_method(text).then_some(Cow::Borrowed(text)),
            Kind::UrlHost => {
                let authority = text.split_once("://").map_or(text, |(_, rest)| rest);
                web::host_of(authority.split('/').next().unwrap_or_default()).map(Cow::Borrowed)
            }
            Kind::UrlPath => Some(Cow::Borrowed(text.split('?').next().unwrap_or_default())).filter(|t| !t.is_empty()),
            Kind::UrlQuery => Some(text.strip_prefix('?').unwrap_or(text)).filter(|t| !t.is_empty()).map(Cow::Borrowed),
            Kind::HttpVersion => {
                let version = text.split_once('/').map_or(text, |(_, version)| version);
                let is_version = !version.is_empty()
                    && version.len() <= 8
                    && version.bytes().all(|b| b.is_ascii_digit() || b == b'.');
                is_version.then_some(Cow::Borrowed(version))
            }
            Kind::DnsName => Some(text.strip_suffix('.').unwrap_or(text)).filter(|t| !t.is_empty()).map(Cow::Borrowed),
            _ => Some(Cow::Borrowed(text)),
        }
    }
}

/// Applies `f` to a text that may be borrowed for longer than this call.
pub(in super::super) fn part<'r>(
    text: Cow<'r, str>,
    f: impl for<'a> Fn(&'a str) -> Option<Cow<'a, str>>,
) -> Option<Cow<'r, str>> {
    match text {
        Cow::Borrowed(text) => f(text),
        Cow::Owned(text) => {
            // Mostly all of it.
            let part = match f(&text)? {
                Cow::Borrowed(part) if std::ptr::eq(part, text.as_str()) => None,
                part => Some(part.into_owned()),
            };
            Some(Cow::Owned(part.unwrap_or(text)))
        }
    }
}

/// Known words, else the numbers of syslog (0 to 7), bunyan (10 to 60).
fn level<'a>(words: &'a Words, text: &str) -> Option<&'a str> {
    if let Some(word) = words.level(text) {
        return Some(word);
    }
    let number = number::integer(text)?;
    let name = match number {
        0..=7 => number::SYSLOG_LEVELS.get(usize::try_from(number).ok()?)?,
        10 => "trace",
        20 => "debug",
        30 => "info",
        40 => "warning",
        50 => "error",
        60 => "crit",
        _ => return None,
    };
    Some(name)
}

/// Sysmon's `Initiated`.
fn initiated(text: &str) -> Option<&'static str> {
    match text {
        "true" => Some("outbound"),
        "false" => Some("inbound"),
        _ => None,
    }
}

fn lower(text: &str) -> Cow<'_, str> {
    if text.bytes().any(|b| b.is_ascii_uppercase()) {
        Cow::Owned(text.to_ascii_lowercase())
    } else {
        Cow::Borrowed(text)
    }
}

/// Whether a text is an object written out (`{'type': 'Root'}`), which is nobody's name. Whoever tries to log in chooses
/// the name, so nothing less than a whole object counts as one.
fn is_object(text: &str) -> bool {
    let inside = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
    inside.is_some_and(|inside| inside.contains(':') && inside.trim_start().starts_with(['"', '\'']))
}

#[cfg(test)]
mod tests {
    use super::super::super::table::Tables;
    use super::super::tests::WORDS;
    use super::*;

    #[track_caller]
    fn check(kind: &str, text: &str, want: Option<&str>) {
        let words = WORDS.get_or_init(|| Words::new(&Tables::read().values));
        let got = Kind::of(kind).expect("a row").fit(words, Datum::borrowed(text));
        assert_eq!(got.as_ref().and_then(|d| d.text()), want, "{kind} of {text:?}");
    }

    #[test]
    fn placeholders_are_absence() {
        for text in ["-", "", "--", "N/A", "(null)", "null", "?", "<unknown>", " - "] {
            check("text", text, None);
        }
        check("host", "unknown", None);
        check("text", "unknown", Some("unknown"));
        check("message", "-", Some("-"));
    }

    #[test]
    fn values_are_written_one_way() {
        check("user", "MORDOR\\sbeavers", Some("sbeavers"));
        check("user", "{'type': 'AWSAccount'}", None);
        check("int", "0x1570", Some("5488"));
        check("int", "1e3", None);
        check("port", "0", None);
        check("port", "65536", None);
        check("status", "000", None);
        check("hash", "8AC325C757FA721B272ECEA19EBCF745", Some("8ac325c757fa721b272ecea19ebcf745"));
        check("leaf", "C:\\Windows\\System32\\lsass.exe", Some("lsass.exe"));
        check("http_version", "HTTP/1.1", Some("1.1"));
        check("http_version", "HTTPS/1.0", Some("1.0"));
        check("level", "WARN", Some("warning"));
        check("level", "Request", None);
        check("level", "30", Some("info"));
        check("transport", "ICMPv6", Some("icmp6"));
        check("transport", "shop", None);
        check("protocol", "TCP", None);
        check("url_host", "website.com:443", Some("website.com"));
        check("direction", "%%14593", Some("outbound"));
        check("duration", "1.5s", Some("1500"));
        check("user_id", "S-1-0-0", None);
    }
}
