//! Messages of SSH servers: OpenSSH's, old and new wordings, and dropbear's.
//!
//! Written down in OpenSSH's `auth.c`, `auth2.c`, `packet.c`, `session.c` and `sshd.c`. The client chooses the user
//! name, so it is what remains between fixed words after the address has been taken off the right end. Wordings
//! that are not listed give an address when they end in ` from H port N` and never a user.

mod dropbear;
mod samples;

use super::Payload;
use crate::formats::Record;
use crate::model::{Sentence, cut};
use core::net::IpAddr;
use samples::SAMPLES;

pub(crate) const PAYLOAD: Payload = Payload {
    name: "sshd",
    programs: &["sshd", "sshd-session", "sshd-auth", "dropbear"],
    prefixes: &[],
    samples: SAMPLES,
    extract,
};

/// Where somebody connected from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Peer<'m> {
    host: &'m str,
    port: Option<&'m str>,
}

fn extract(message: &str, record: &mut Record<'_>) -> Option<Sentence> {
    let message = message.trim_end();
    let message = message.strip_suffix("[preauth]").map_or(message, str::trim_end);
    let message = ["error: ", "fatal: ", "debug1: "].iter().find_map(|p| message.strip_prefix(p)).unwrap_or(message);
    let name = credentials(message, record)
        .or_else(|| refusal(message, record))
        .or_else(|| disconnect(message, record))
        .or_else(|| connection(message, record))
        .or_else(|| dropbear::sentence(message, record))
        .or_else(|| probe(message, record))?;
    Some(Sentence { payload: PAYLOAD.name, name })
}

/// `Accepted METHOD for U from H port N ssh2`, `Failed ...`.
fn credentials(message: &str, record: &mut Record<'_>) -> Option<&'static str> {
    let accepted = message.strip_prefix("Accepted ");
    let said = accepted.or_else(|| message.strip_prefix("Failed "))?;
    let (method, rest) = cut::at_first(said, b" for ")?;
    let (who, peer, tail) = from_right(rest)?;
    let (user, is_invalid) = user(who);
    // Nobody is accepted under an invalid name; a real account may be called "invalid user".
    let user = if accepted.is_some() { who } else { user };
    record.push("method", method);
    record.push("user", user);
    push_peer(record, peer);
    // `ssh2: RSA SHA256:...`, older `ssh2: RSA 0a:1b:...`
    if let Some((kind, fingerprint)) = cut::at_first(tail, b": ").and_then(|(_, key)| key.split_once(' ')) {
        record.push("key_type", kind);
        record.push("fingerprint", fingerprint.split(' ').next().unwrap_or(fingerprint));
    }
    Some(match (accepted, is_invalid, method) {
        (Some(_), ..) => "accepted",
        (None, true, _) => "failed_invalid_user",
        (None, false, "password") => "failed_password",
        (None, false, _) => "failed",
    })
}

/// Sentences that turn a user or a client away.
fn refusal(message: &str, record: &mut Record<'_>) -> Option<&'static str> {
    if let Some(rest) = starts(message, &["Invalid user ", "Illegal user "]) {
        return named_user(rest, record, "invalid_user");
    }
    if let Some(rest) =
        starts(message, &["input_userauth_request: invalid user ", "input_userauth_request: illegal user "])
    {
        record.push("user", rest);
        return Some("invalid_user");
    }
    if let Some((who, _)) = message.strip_prefix("User ").and_then(|r| cut::at_last(r, b" not allowed because ")) {
        let (user, host) = cut::at_last(who, b" from ").map_or((who, None), |(u, h)| (u, Some(h)));
        record.push("user", user);
        record.push_some("rhost", host);
        return Some("not_allowed");
    }
    if let Some((user, _)) =
        message.strip_prefix("Access denied for user ").and_then(|r| cut::at_last(r, b" by PAM account configuration"))
    {
        record.push("user", user);
        return Some("not_allowed");
    }
    if let Some(rest) = message.strip_prefix("maximum authentication attempts exceeded for ") {
        let (_, is_invalid) = user(rest);
        return named_user(rest, record, if is_invalid { "max_attempts_invalid_user" } else { "max_attempts" });
    }
    if let Some((_, rest)) = message.strip_prefix("PAM: ").and_then(|r| cut::at_first(r, b" for ")) {
        let (_, is_invalid) = user(rest);
        return named_user(rest, record, if is_invalid { "pam_failure_invalid_user" } else { "pam_failure" });
    }
    if let Some(rest) = message.strip_prefix("Timeout before authentication for ") {
        let rest = rest.strip_prefix("connection from ").unwrap_or(rest);
        push_peer(record, peer_left(rest)?);
        return Some("timeout");
    }
    if let Some(rest) = message.strip_prefix("Unable to negotiate with ") {
        push_peer(record, peer_left(rest)?);
        return Some("negotiation_failed");
    }
    // OpenSSH 9.8: `drop connection #7 from [H]:N on [L]:M penalty: ...`; older: `past MaxStartups`.
    if let Some(rest) = message.strip_prefix("drop connection #").and_then(|rest| cut::at_first(rest, b" from [")) {
        let (host, rest) = cut::at_first(rest.1, b"]:")?;
        let (port, rest) = cut::at_first(rest, b" on [")?;
        push_peer(record, Peer { host, port: Some(port) });
        if let Some((local, (port, _))) =
            cut::at_first(rest, b"]:").map(|(l, r)| (l, r.split_once(' ').unwrap_or((r, ""))))
        {
            record.push("laddr", local);
            record.push("lport", port);
        }
        return Some("refused");
    }
    if let Some(rest) = message.strip_prefix("refused connect from ") {
        let (name, host) = rest.strip_suffix(')').and_then(|r| cut::at_last(r, b" (")).unwrap_or((rest, rest));
        if is_host_name(name) {
            record.push("rname", name);
        }
        record.push("rhost", host);
        return Some("refused");
    }
    None
}

/// `U from H[ port N]` with `invalid user ` in front or not.
fn named_user(rest: &str, record: &mut Record<'_>, name: &'static str) -> Option<&'static str> {
    let (who, peer) = if let Some((who, peer, _)) = from_right(rest) {
        (who, peer)
    } else {
        // Before OpenSSH 7.4 no port was named.
        let (who, host) = cut::at_last(rest, b" from ")?;
        (who, Peer { host: host.split(' ').next().unwrap_or(host), port: None })
    };
    record.push("user", user(who).0);
    push_peer(record, peer);
    Some(name)
}

/// The several ways a connection ends.
fn disconnect(message: &str, record: &mut Record<'_>) -> Option<&'static str> {
    if let Some(rest) = message.strip_prefix("Received disconnect from ") {
        push_peer(record, peer_left(rest)?);
        return Some("disconnect");
    }
    if let Some(who) = message.strip_prefix("Disconnecting: Too many authentication failures for ") {
        let (user, is_invalid) = user(who);
        record.push("user", user);
        return Some(if is_invalid { "disconnect_invalid_user" } else { "disconnect" });
    }
    let ways = ["Connection closed by ", "Connection reset by ", "Disconnected from ", "Disconnecting "];
    let rest = starts(message, &ways)?;
    // `Disconnecting invalid user U H port N: Too many authentication failures`: the reason is fixed text.
    let ends_plain = peer_right(rest);
    let (who, peer) = ends_plain.or_else(|| cut::at_last(rest, b": ").and_then(|(left, _)| peer_right(left)))?;
    if let Some(user) = who.strip_prefix("invalid user ") {
        record.push("user", user);
        push_peer(record, peer);
        return Some("disconnect_invalid_user");
    }
    record.push_some("user", starts(who, &["authenticating user ", "user "]));
    push_peer(record, peer);
    Some("disconnect")
}

/// Connections that only begin, and what the server does by itself.
fn connection(message: &str, record: &mut Record<'_>) -> Option<&'static str> {
    if let Some(rest) = message.strip_prefix("Connection from ") {
        let peer = peer_left(rest)?;
        push_peer(record, peer);
        if let Some(here) = cut::at_first(rest, b" on ").and_then(|(_, here)| peer_left(here)) {
            record.push("laddr", here.host);
            record.push_some("lport", here.port);
        }
        return Some("connection");
    }
    if let Some(rest) = message.strip_prefix("Server listening on ") {
        let here = peer_left(rest)?;
        record.push("laddr", here.host);
        record.push_some("lport", here.port);
        return Some("listening");
    }
    if let Some(rest) = message.strip_prefix("reverse mapping checking getaddrinfo for ") {
        let (name, rest) = cut::at_first(rest, b" [")?;
        let (host, _) = rest.split_once(']')?;
        record.push("rname", name);
        record.push("rhost", host);
        return Some("reverse_mapping");
    }
    // `Address H maps to NAME, but this does not map back to the address`
    let (host, rest) = cut::at_first(message.strip_prefix("Address ")?, b" maps to ")?;
    record.push("rname", cut::at_first(rest, b", but ")?.0);
    record.push("rhost", host);
    Some("reverse_mapping")
}

/// Anything else that names where it came from: scanners, broken clients, wordings to come.
fn probe(message: &str, record: &mut Record<'_>) -> Option<&'static str> {
    let peer = if let Some((_, rest)) = cut::at_first(message, b": Connection from ") {
        // `banner exchange: Connection from H port N: invalid format`, `ssh_dispatch_run_fatal: Connection from
        // user U H port N: ...`
        peer_left(rest)
            .or_else(|| cut::at_last(rest, b": ").and_then(|(left, _)| peer_right(left)).map(|(_, peer)| peer))?
    } else {
        let (_, rest) = cut::at_last(message, b" from ").or_else(|| cut::at_last(message, b" FROM "))?;
        let (host, _) = rest.split_once(' ').unwrap_or((rest, ""));
        let host = host.trim_end_matches(['.', ':']);
        match peer_and_tail(rest).0 {
            Some(peer) => peer,
            None => Peer { host: host.parse::<IpAddr>().ok().map(|_| host)?, port: None },
        }
    };
    push_peer(record, peer);
    Some("probe")
}

/// Splits `WHO from H port N[ ssh2[: TYPE FP]]` at the last such end. `WHO` may be empty and may look like an end
/// itself, so nothing but what sshd writes may follow.
fn from_right(text: &str) -> Option<(&str, Peer<'_>, &str)> {
    let mut left = text;
    loop {
        (left, _) = cut::at_last(left, b" from ")?;
        let (peer, tail) = peer_and_tail(text.get(left.len() + " from ".len()..)?);
        if let Some(peer) = peer.filter(|_| tail.is_empty() || tail.starts_with("ssh")) {
            return Some((left, peer, tail));
        }
    }
}

/// Reads `H port N` and what follows it.
fn peer_and_tail(text: &str) -> (Option<Peer<'_>>, &str) {
    let mut words = [""; 3];
    let mut rest = Some(text);
    for word in &mut words {
        let (first, behind) = rest.map_or(("", None), word_and_rest);
        (*word, rest) = (first, behind);
    }
    let [host, word, port] = words;
    let is_peer = !host.is_empty() && word == "port" && is_number(port);
    (is_peer.then_some(Peer { host, port: Some(port) }), rest.unwrap_or(""))
}

fn word_and_rest(text: &str) -> (&str, Option<&str>) {
    cut::at_first(text, b" ").map_or((text, None), |(word, rest)| (word, Some(rest)))
}

/// Splits `WHO H port N`, or takes a bare address.
fn peer_right(text: &str) -> Option<(&str, Peer<'_>)> {
    let Some((left, port)) = cut::at_last(text, b" port ") else {
        let (who, host) = text.rsplit_once(' ').unwrap_or(("", text));
        host.parse::<IpAddr>().ok()?;
        return Some((who, Peer { host, port: None }));
    };
    if !is_number(port) {
        return None;
    }
    let (who, host) = left.rsplit_once(' ').unwrap_or(("", left));
    (!host.is_empty()).then_some((who, Peer { host, port: Some(port) }))
}

/// Reads `H[ port N]` at the start; a colon may follow either.
fn peer_left(text: &str) -> Option<Peer<'_>> {
    let (host, rest) = text.split_once(' ').unwrap_or((text, ""));
    let port = rest.strip_prefix("port ").and_then(|p| {
        let end = p.bytes().position(|b| !b.is_ascii_digit()).unwrap_or(p.len());
        p.get(..end).filter(|p| !p.is_empty())
    });
    let host = if port.is_none() { host.trim_end_matches([':', ',']) } else { host };
    // Without a port a word is only an address if it reads as one.
    (port.is_some() || host.parse::<IpAddr>().is_ok()).then_some(Peer { host, port })
}

/// The user name and whether sshd calls it invalid.
fn user(who: &str) -> (&str, bool) {
    // Of an empty name `invalid user ` has lost its blank to the ` from` that follows.
    match starts(who, &["invalid user ", "illegal user "]) {
        Some(user) => (user, true),
        None if who == "invalid user" => ("", true),
        None => (who, false),
    }
}

fn push_peer(record: &mut Record<'_>, peer: Peer<'_>) {
    record.push("rhost", peer.host);
    record.push_some("port", peer.port);
}

fn starts<'m>(text: &'m str, beginnings: &[&str]) -> Option<&'m str> {
    beginnings.iter().find_map(|b| text.strip_prefix(b))
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// A name, not an address and not what `ident` made up (`user@host`).
fn is_host_name(text: &str) -> bool {
    text.parse::<IpAddr>().is_err()
        && text.bytes().any(|b| b.is_ascii_alphabetic())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'))
        && !text.eq_ignore_ascii_case("unknown")
}
