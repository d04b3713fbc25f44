//! What PAM modules log under whatever program called them: `pam_unix(sshd:auth): authentication failure; ...`.
//!
//! Written down in Linux-PAM's `pam_unix`, `pam_tally2` and `pam_faillock`. Old Red Hat put the module into the tag
//! instead (`sshd(pam_unix)[123]`): [`extract_of`] reads those. `uid` and `euid` are the calling daemon's, not the
//! user's.

use super::{Payload, PayloadSample};
use crate::formats::Record;
use crate::formats::pairs::{Word, Words};
use crate::model::{Sentence, cut};

pub(crate) const PAYLOAD: Payload =
    Payload { name: "pam", programs: &[], prefixes: &["pam_", "PAM-", "PAM "], samples: SAMPLES, extract };

/// `MODULE(SERVICE:TYPE): text`, and `PAM 2 more authentication failures; ...` of programs that report it themselves.
fn extract(message: &str, record: &mut Record<'_>) -> Option<Sentence> {
    if let Some(text) = message.strip_prefix("PAM ") {
        return sentence(text, record).map(|name| Sentence { payload: PAYLOAD.name, name });
    }
    let (module, rest) = message.split_once('(')?;
    let (caller, text) = rest.split_once(')')?;
    let text = text.strip_prefix(':')?.trim_start();
    let is_module = module.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
    if !is_module || caller.contains(char::is_whitespace) {
        return None;
    }
    let (service, kind) = caller.rsplit_once(':').map_or((caller, None), |(s, k)| (s, Some(k)));
    record.push("pam_module", module);
    record.push("pam_service", service);
    record.push_some("pam_type", kind);
    Some(Sentence { payload: PAYLOAD.name, name: sentence(text, record).unwrap_or("") })
}

/// Reads the text of a module that the tag named.
pub(super) fn extract_of(module: &str, service: &str, text: &str, record: &mut Record<'_>) -> Sentence {
    record.push("pam_module", module);
    record.push("pam_service", service);
    Sentence { payload: PAYLOAD.name, name: sentence(text, record).unwrap_or("") }
}

fn sentence(text: &str, record: &mut Record<'_>) -> Option<&'static str> {
    if let Some((fixed, keys)) = text.split_once(';')
        && fixed.contains("authentication failure")
    {
        let count = cut::at_first(fixed, b" more ").map(|(count, _)| count.trim_start());
        record.push_some("count", count);
        caller(keys, record);
        return Some(if count.is_some() { "more_failures" } else { "auth_failure" });
    }
    match text {
        "check pass; user unknown" => return Some("invalid_user"),
        _ if text.starts_with("session ") => return session(text, record),
        _ => {}
    }
    if let Some(user) = text.strip_prefix("password changed for ") {
        record.push("target_user", user);
        return Some("password_changed");
    }
    if let Some((user, _)) = text.strip_prefix("account ").and_then(|r| cut::at_first(r, b" has expired")) {
        record.push("user", user);
        return Some("expired");
    }
    if let Some(rest) = text.strip_prefix("Consecutive login failures for user ") {
        record.push("user", cut::at_first(rest, b" account ").map_or(rest, |(user, _)| user));
        return Some("locked");
    }
    tally(text, record)
}

/// The keys of an authentication failure. `user` comes last and is the client's choice: it may hold blanks and more
/// keys.
fn caller(keys: &str, record: &mut Record<'_>) {
    let (keys, user) = match cut::at_first(keys, b" user=") {
        Some((keys, user)) => (keys, Some(user)),
        None => (keys, None),
    };
    for word in Words::new(keys, &[]) {
        if let Word::Pair { key, value, .. } = word {
            record.push(key, &value);
        }
    }
    record.push_some("user", user.map(str::trim_end));
}

/// `session opened for user U[(uid=N)][ by V(uid=M)]`, `session closed for user U`.
fn session(text: &str, record: &mut Record<'_>) -> Option<&'static str> {
    if let Some(user) = text.strip_prefix("session closed for user ") {
        record.push("user", user);
        return Some("session_closed");
    }
    let who = text.strip_prefix("session opened for user ")?;
    // `by` may name nobody: ` by (uid=0)`.
    let (who, by) = cut::at_last(who, b" by ").map_or((who, None), |(who, by)| (who, Some(by)));
    let (user, id) = with_id(who);
    record.push("user", user);
    record.push_some("user_id", id);
    if let Some((by, id)) = by.map(with_id) {
        record.push_some("by", Some(by).filter(|by| !by.is_empty()));
        record.push_some("by_id", id);
    }
    Some("session_opened")
}

/// Splits `NAME(uid=N)`.
fn with_id(text: &str) -> (&str, Option<&str>) {
    match text.strip_suffix(')').and_then(|t| cut::at_last(t, b"(uid=")) {
        Some((name, id)) => (name, Some(id)),
        None => (text, None),
    }
}

/// `user U (N) tally n, deny m`.
fn tally(text: &str, record: &mut Record<'_>) -> Option<&'static str> {
    let (who, counts) = text.strip_prefix("user ")?.rsplit_once(" tally ")?;
    let (user, id) = who.strip_suffix(')')?.rsplit_once(" (")?;
    let (tally, deny) = cut::at_first(counts, b", deny ").map_or((counts, None), |(tally, deny)| (tally, Some(deny)));
    record.push("user", user);
    record.push("user_id", id);
    record.push("tally", tally);
    record.push_some("deny", deny);
    Some("tally")
}

const SAMPLES: &[PayloadSample] = &[
    PayloadSample {
        text: "pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=203.0.113.9  user=a rhost=10.0.0.1",
        sentence: "auth_failure",
        fields: &[
            ("pam_module", "pam_unix"),
            ("pam_service", "sshd"),
            ("pam_type", "auth"),
            ("logname", ""),
            ("uid", "0"),
            ("euid", "0"),
            ("tty", "ssh"),
            ("ruser", ""),
            ("rhost", "203.0.113.9"),
            ("user", "a rhost=10.0.0.1"),
        ],
    },
    PayloadSample {
        text: "PAM-something(x:auth): whatever",
        sentence: "",
        fields: &[("pam_module", "PAM-something"), ("pam_service", "x"), ("pam_type", "auth")],
    },
    PayloadSample {
        text: "pam_unix(sshd:auth): 2 more authentication failures; logname= uid=0 euid=0 tty=ssh ruser= rhost=h.example",
        sentence: "more_failures",
        fields: &[
            ("pam_module", "pam_unix"),
            ("pam_service", "sshd"),
            ("pam_type", "auth"),
            ("count", "2"),
            ("logname", ""),
            ("uid", "0"),
            ("euid", "0"),
            ("tty", "ssh"),
            ("ruser", ""),
            ("rhost", "h.example"),
        ],
    },
    PayloadSample {
        text: "PAM 1 more authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=203.0.113.9  user=root",
        sentence: "more_failures",
        fields: &[
            ("count", "1"),
            ("logname", ""),
            ("uid", "0"),
            ("euid", "0"),
            ("tty", "ssh"),
            ("ruser", ""),
            ("rhost", "203.0.113.9"),
            ("user", "root"),
        ],
    },
    PayloadSample {
        text: "pam_unix(login:auth): check pass; user unknown",
        sentence: "invalid_user",
        fields: &[("pam_module", "pam_unix"), ("pam_service", "login"), ("pam_type", "auth")],
    },
    PayloadSample {
        text: "pam_unix(sudo:session): session opened for user root(uid=0) by alice(uid=1000)",
        sentence: "session_opened",
        fields: &[
            ("pam_module", "pam_unix"),
            ("pam_service", "sudo"),
            ("pam_type", "session"),
            ("user", "root"),
            ("user_id", "0"),
            ("by", "alice"),
            ("by_id", "1000"),
        ],
    },
    PayloadSample {
        text: "pam_unix(cron:session): session opened for user root by (uid=0)",
        sentence: "session_opened",
        fields: &[
            ("pam_module", "pam_unix"),
            ("pam_service", "cron"),
            ("pam_type", "session"),
            ("user", "root"),
            ("by_id", "0"),
        ],
    },
    PayloadSample {
        text: "pam_systemd(systemd-user:session): session closed for user alice",
        sentence: "session_closed",
        fields: &[
            ("pam_module", "pam_systemd"),
            ("pam_service", "systemd-user"),
            ("pam_type", "session"),
            ("user", "alice"),
        ],
    },
    PayloadSample {
        text: "pam_tally2(sudo:auth): user bob (4001) tally 6, deny 5",
        sentence: "tally",
        fields: &[
            ("pam_module", "pam_tally2"),
            ("pam_service", "sudo"),
            ("pam_type", "auth"),
            ("user", "bob"),
            ("user_id", "4001"),
            ("tally", "6"),
            ("deny", "5"),
        ],
    },
    PayloadSample {
        text: "pam_faillock(sshd:auth): Consecutive login failures for user bob account temporarily locked",
        sentence: "locked",
        fields: &[("pam_module", "pam_faillock"), ("pam_service", "sshd"), ("pam_type", "auth"), ("user", "bob")],
    },
    PayloadSample {
        text: "pam_unix(passwd:chauthtok): password changed for bob",
        sentence: "password_changed",
        fields: &[
            ("pam_module", "pam_unix"),
            ("pam_service", "passwd"),
            ("pam_type", "chauthtok"),
            ("target_user", "bob"),
        ],
    },
    PayloadSample {
        text: "pam_unix(sshd:account): account bob has expired (account expired)",
        sentence: "expired",
        fields: &[("pam_module", "pam_unix"), ("pam_service", "sshd"), ("pam_type", "account"), ("user", "bob")],
    },
];
