//! Sessions at terminals: `login` of util-linux and shadow. Display managers log through PAM.
//!
//! Whoever types a name at the prompt chooses it; it stands last, but for a fixed reason.

use super::{Payload, PayloadSample};
use crate::formats::Record;
use crate::model::Sentence;

pub(crate) const PAYLOAD: Payload = Payload {
    name: "login",
    programs: &["login", "gdm*", "lightdm", "sddm", "kdm", "xdm"],
    prefixes: &[],
    samples: SAMPLES,
    extract,
};

fn extract(message: &str, record: &mut Record<'_>) -> Option<Sentence> {
    let message = message.trim_end();
    let name = failed(message, record).or_else(|| opened(message, record))?;
    Some(Sentence { payload: PAYLOAD.name, name })
}

/// `FAILED LOGIN (n) on 'T' [from 'H'] FOR 'U', reason`, `FAILED LOGIN n FROM H FOR U, reason`, and the same of
/// `TOO MANY LOGIN TRIES`.
fn failed(message: &str, record: &mut Record<'_>) -> Option<&'static str> {
    let rest = message.strip_prefix("FAILED LOGIN ").or_else(|| message.strip_prefix("TOO MANY LOGIN TRIES "))?;
    let (count, rest) = rest.split_once(' ').unwrap_or(("", rest));
    let (place, who) = rest.split_once(" FOR ").or_else(|| rest.strip_prefix("FOR ").map(|who| ("", who)))?;
    // `SESSION` stands between the number and the rest in old versions.
    let place = place.strip_prefix("SESSION ").unwrap_or(place);
    let user = who.rsplit_once(", ").map_or(who, |(user, _)| user);
    record.push("count", count.trim_matches(['(', ')']));
    let mut words = place.split(' ');
    while let Some(word) = words.next() {
        match word {
            "on" | "ON" => record.push_some("tty", words.next().map(unquoted)),
            "from" | "FROM" => {
                let origin = words.next().map(unquoted);
                let is_terminal = origin.is_some_and(|o| o.starts_with("/dev/"));
                record.push_some(if is_terminal { "tty" } else { "rhost" }, origin);
            }
            _ => {}
        }
    }
    record.push("user", unquoted(user));
    Some("failed")
}

/// `LOGIN ON T BY U[ FROM H]`, `ROOT LOGIN ON T[ FROM H]`, `DIALUP AT T BY U`.
fn opened(message: &str, record: &mut Record<'_>) -> Option<&'static str> {
    let (tty, user, host) = if let Some(rest) = message.strip_prefix("ROOT LOGIN") {
        let rest = rest.trim_start();
        let rest = rest.strip_prefix("ON ").or_else(|| rest.strip_prefix("on "))?;
        let (tty, host) = rest.split_once(" FROM ").map_or((rest, None), |(tty, host)| (tty, Some(host)));
        (tty, "root", host)
    } else {
        let rest = message.strip_prefix("LOGIN ON ").or_else(|| message.strip_prefix("DIALUP AT "))?;
        let (tty, who) = rest.split_once(" BY ")?;
        let (user, host) = who.rsplit_once(" FROM ").map_or((who, None), |(user, host)| (user, Some(host)));
        (tty, user, host)
    };
    record.push("user", unquoted(user));
    record.push("tty", unquoted(tty));
    record.push_some("rhost", host.map(unquoted));
    Some("opened")
}

fn unquoted(text: &str) -> &str {
    let inner = text.strip_prefix(['\'', '`']).and_then(|t| t.strip_suffix('\''));
    inner.unwrap_or(text)
}

const SAMPLES: &[PayloadSample] = &[
    PayloadSample {
        text: "FAILED LOGIN (2) on '/dev/tty1' FOR 'a FOR b', Authentication failure",
        sentence: "failed",
        fields: &[("count", "2"), ("tty", "/dev/tty1"), ("user", "a FOR b")],
    },
    PayloadSample {
        text: "FAILED LOGIN 1 FROM h.example FOR root, Authentication failure",
        sentence: "failed",
        fields: &[("count", "1"), ("rhost", "h.example"), ("user", "root")],
    },
    PayloadSample {
        text: "TOO MANY LOGIN TRIES (5) FROM /dev/tty1 FOR bob, Authentication failure",
        sentence: "failed",
        fields: &[("count", "5"), ("tty", "/dev/tty1"), ("user", "bob")],
    },
    PayloadSample {
        text: "LOGIN ON pts/1 BY alice FROM h.example",
        sentence: "opened",
        fields: &[("user", "alice"), ("tty", "pts/1"), ("rhost", "h.example")],
    },
    PayloadSample {
        text: "ROOT LOGIN  on '/dev/tty1'",
        sentence: "opened",
        fields: &[("user", "root"), ("tty", "/dev/tty1")],
    },
    PayloadSample {
        text: "DIALUP AT ttyS0 BY alice",
        sentence: "opened",
        fields: &[("user", "alice"), ("tty", "ttyS0")],
    },
];
