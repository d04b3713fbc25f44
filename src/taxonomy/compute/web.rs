//! Request lines and URLs, split as they are written: nothing is decoded.

use super::super::words::Words;
use super::net;
use std::borrow::Cow;

/// Method, target and version of a request line: `METHOD SP target[ SP HTTP/x]`. Anything else (TLS bytes, an empty
/// line) has none of them.
fn request(text: &str) -> Option<(&str, &str, Option<&str>)> {
    let (method, rest) = text.split_once(' ')?;
    if !is_method(method) {
        return None;
    }
    let (target, version) = match rest.rsplit_once(' ') {
        Some((target, version)) if is_version(version) => (target, Some(version)),
        _ => (rest, None),
    };
    (!target.is_empty()).then_some((method, target, version))
}

/// A token of RFC 9110 that starts with a letter.
pub(super) fn is_method(text: &str) -> bool {
    text.len() <= 32
        && text.bytes().next().is_some_and(|b| b.is_ascii_alphabetic())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.!".contains(&b))
}

fn is_version(text: &str) -> bool {
    text.split_once('/').is_some_and(|(name, version)| {
        name.get(..4).is_some_and(|n| n.eq_ignore_ascii_case("HTTP"))
            && version.bytes().all(|b| b.is_ascii_digit() || b == b'.')
    })
}

pub(super) fn request_method<'a>(_: &'a Words, text: &'a str) -> Option<Cow<'a, str>> {
    request(text).map(|(method, _, _)| Cow::Borrowed(method))
}

pub(super) fn request_target<'a>(_: &'a Words, text: &'a str) -> Option<Cow<'a, str>> {
    request(text).map(|(_, target, _)| Cow::Borrowed(target))
}

pub(super) fn request_version<'a>(_: &'a Words, text: &'a str) -> Option<Cow<'a, str>> {
    request(text).and_then(|(_, _, version)| version).map(Cow::Borrowed)
}

/// Authority (of a whole URL or a CONNECT target) and what follows it.
fn parts(url: &str) -> (Option<&str>, &str) {
    if let Some((scheme, rest)) = url.split_once("://")
        && !scheme.is_empty()
        && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))
    {
        let at = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        return (Some(&rest[..at]), &rest[at..]);
    }
    if let Some(at) = url.find('/').filter(|at| is_host(&url[..*at])) {
        return (Some(&url[..at]), &url[at..]);
    }
    let is_authority = !url.starts_with('/')
        && url.rsplit_once(':').is_some_and(|(host, port)| {
            !host.is_empty()
                && !host.contains(['/', '?'])
                && !port.is_empty()
                && port.bytes().all(|b| b.is_ascii_digit())
        });
    if is_authority { (Some(url), "") } else { (None, url) }
}

/// Whether what stands before the first slash of a URL without scheme is a host: a name below a domain, not a file's.
fn is_host(text: &str) -> bool {
    let name = text.split_once(':').map_or(text, |(name, _)| name);
    let is_label = |label: &str| !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    name.matches('.').count() >= 2 && name.split('.').all(is_label)
}

/// The path, without query.
pub(super) fn path<'a>(_: &'a Words, url: &'a str) -> Option<Cow<'a, str>> {
    let path = parts(url).1.split('?').next().unwrap_or_default();
    (!path.is_empty()).then_some(Cow::Borrowed(path))
}

/// What follows the first question mark.
pub(super) fn query<'a>(_: &'a Words, url: &'a str) -> Option<Cow<'a, str>> {
    let (_, query) = parts(url).1.split_once('?')?;
    (!query.is_empty()).then_some(Cow::Borrowed(query))
}

/// The host of a whole URL or a CONNECT target.
pub(super) fn host<'a>(_: &'a Words, url: &'a str) -> Option<Cow<'a, str>> {
    parts(url).0.and_then(host_of).map(Cow::Borrowed)
}

/// The host of an authority: user, port and brackets off.
pub(super) fn host_of(authority: &str) -> Option<&str> {
    let authority = authority.rsplit_once('@').map_or(authority, |(_, a)| a);
    let host = match authority.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        // A bare IPv6 address has colons that are no port's.
        None if authority.matches(':').count() == 1 => authority.split(':').next().unwrap_or_default(),
        None => authority,
    };
    (!host.is_empty()).then_some(host)
}

/// The port a whole URL or a CONNECT target names.
pub(super) fn port<'a>(words: &'a Words, url: &'a str) -> Option<Cow<'a, str>> {
    net::port_part(words, parts(url).0?)
}

/// What follows the last dot of the last path segment.
pub(super) fn extension<'a>(_: &'a Words, url: &'a str) -> Option<Cow<'a, str>> {
    let path = parts(url).1.split('?').next().unwrap_or_default();
    let (_, extension) = path.rsplit('/').next().unwrap_or_default().rsplit_once('.')?;
    (!extension.is_empty()).then_some(Cow::Borrowed(extension))
}

/// What follows the last dot or slash.
pub(super) fn last_segment<'a>(_: &'a Words, text: &'a str) -> Option<Cow<'a, str>> {
    text.rsplit(['.', '/']).next().filter(|t| !t.is_empty()).map(Cow::Borrowed)
}

/// W3C writes `+` for a blank in agents.
pub(super) fn plus_blank<'a>(_: &'a Words, text: &'a str) -> Option<Cow<'a, str>> {
    let blanks = if text.contains('+') { Cow::Owned(text.replace('+', " ")) } else { Cow::Borrowed(text) };
    (!text.is_empty()).then_some(blanks)
}

/// `CloudFront` writes `%20` for a blank in agents and referrers, some of its logs twice (`%2520`).
pub(super) fn percent_decoded<'a>(_: &'a Words, text: &'a str) -> Option<Cow<'a, str>> {
    let once = decoded(text);
    let twice = if once.contains("%20") { Cow::Owned(decoded(&once).into_owned()) } else { once };
    (!twice.is_empty()).then_some(twice)
}

fn decoded(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return Cow::Borrowed(text);
    }
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).and_then(|b| char::from(*b).to_digit(16));
    let (mut plain, mut at) = (Vec::with_capacity(bytes.len()), 0);
    while let Some(byte) = bytes.get(at) {
        let pair = if *byte == b'%' { digit(at + 1).zip(digit(at + 2)) } else { None };
        // Two digits are at most 255.
        let code = pair.and_then(|(high, low)| u8::try_from(high * 16 + low).ok());
        plain.push(code.unwrap_or(*byte));
        at += if code.is_some() { 3 } else { 1 };
    }
    Cow::Owned(String::from_utf8_lossy(&plain).into_owned())
}

/// Scheme, host, port, path and query of a request, put together; the port only where the scheme has another.
pub(super) fn whole_url(words: &Words, args: &[Option<&str>]) -> Option<String> {
    let arg = |n: usize| args.get(n).copied().flatten().filter(|t| !words.is_placeholder(t));
    let (scheme, host) = (arg(0)?, arg(1)?);
    let usual = match scheme {
        "http" => "80",
        "https" => "443",
        _ => "",
    };
    let port = arg(2).filter(|port| *port != usual).map(|port| format!(":{port}")).unwrap_or_default();
    let query = arg(4).map(|query| format!("?{}", query.strip_prefix('?').unwrap_or(query))).unwrap_or_default();
    Some(format!("{scheme}://{host}{port}{}{query}", arg(3).unwrap_or_default()))
}

/// Path and query, put together again.
pub(super) fn target(words: &Words, args: &[Option<&str>]) -> Option<String> {
    let arg = |n: usize| args.get(n).copied().flatten().filter(|t| !words.is_placeholder(t));
    let path = arg(0)?;
    // Some write the question mark with the query.
    let query = arg(1).map(|query| query.strip_prefix('?').unwrap_or(query)).filter(|query| !query.is_empty());
    Some(query.map_or_else(|| path.to_owned(), |query| format!("{path}?{query}")))
}

/// A program and its arguments as one line.
pub(super) fn joined(parts: &[&str]) -> Option<String> {
    (!parts.is_empty()).then(|| parts.join(" "))
}

/// All that is there, without anything between.
pub(super) fn concat(words: &Words, args: &[Option<&str>]) -> Option<String> {
    let text: String = args.iter().flatten().filter(|t| !words.is_placeholder(t)).copied().collect();
    (!text.is_empty()).then_some(text)
}
