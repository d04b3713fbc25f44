//! What dropbear says in words of its own: names in quotes, `HOST:PORT`. Written down in its `svr-auth*.c` and
//! `svr-main.c`.

use super::{Peer, is_number, push_peer, starts};
use crate::formats::Record;
use crate::model::cut;

pub(super) fn sentence(message: &str, record: &mut Record<'_>) -> Option<&'static str> {
    let (text, peer) = from_right(message)?;
    let (method, name, who) = if let Some(who) = text.strip_prefix("Bad password attempt for ") {
        (Some("password"), "failed_password", Some(who))
    } else if let Some(who) = text.strip_prefix("Password auth succeeded for ") {
        (Some("password"), "accepted", Some(who))
    } else if let Some(who) = text.strip_prefix("Pubkey auth succeeded for ") {
        (Some("publickey"), "accepted", Some(who))
    } else if let Some(who) = starts(text, &["Login attempt for nonexistent user", "Login attempt for invalid user"]) {
        (None, "invalid_user", Some(who.trim_start()).filter(|who| !who.is_empty()))
    } else if text == "Child connection" {
        (None, "connection", None)
    } else {
        return None;
    };
    // `'U' with ssh-ed25519 key SHA256:...`, older `'U' with key md5 0a:1b:...`
    let (who, key) = match who.and_then(|w| cut::at_last(w, b"' with ")) {
        Some((who, key)) if method == Some("publickey") => (Some(who), key.rsplit_once(' ').map(|(_, f)| f)),
        _ => (who, None),
    };
    record.push_some("method", method);
    record.push_some("user", who.map(|w| w.strip_prefix('\'').unwrap_or(w)).map(|w| w.strip_suffix('\'').unwrap_or(w)));
    push_peer(record, peer);
    record.push_some("fingerprint", key);
    Some(name)
}

/// Splits ` from HOST:PORT` off the end.
fn from_right(message: &str) -> Option<(&str, Peer<'_>)> {
    let (text, place) = cut::at_last(message, b" from ")?;
    let (host, port) = place.rsplit_once(':')?;
    let is_place = !host.is_empty() && !host.contains(' ') && is_number(port);
    is_place.then_some((text, Peer { host, port: Some(port) }))
}
