//! What su logs, in the wordings of util-linux, shadow, coreutils and BSD.
//!
//! The account asked for may be anything the caller types; where the caller's own name stands behind it, the
//! sentence is read from the right.

use super::{Payload, PayloadSample};
use crate::formats::Record;
use crate::model::Sentence;

pub(crate) const PAYLOAD: Payload =
    Payload { name: "su", programs: &["su", "su-l"], prefixes: &[], samples: SAMPLES, extract };

/// Who switched, or tried to.
struct Switch<'m> {
    user: &'m str,
    target: &'m str,
    tty: Option<&'m str>,
    name: &'static str,
}

fn extract(message: &str, record: &mut Record<'_>) -> Option<Sentence> {
    let message = message.trim_end();
    let Switch { user, target, tty, name } =
        util_linux(message).or_else(|| shadow(message)).or_else(|| signs(message)).or_else(|| bsd(message))?;
    record.push("user", user);
    record.push("target_user", target);
    record.push_some("tty", tty);
    Some(Sentence { payload: PAYLOAD.name, name })
}

/// `(to R) U on T`, `FAILED SU (to R) U on T`.
fn util_linux(message: &str) -> Option<Switch<'_>> {
    let (rest, name) = match message.strip_prefix("FAILED SU ") {
        Some(rest) => (rest, "failed"),
        None => (message, "switched"),
    };
    let (who, tty) = rest.strip_prefix("(to ")?.rsplit_once(" on ")?;
    let (target, user) = who.rsplit_once(") ")?;
    Some(Switch { user, target, tty: Some(tty), name })
}

/// `Successful su for R by U`, `FAILED su for R by U`, `pam_authenticate: ...` gives nothing.
fn shadow(message: &str) -> Option<Switch<'_>> {
    let (rest, name) = match message.strip_prefix("Successful su for ") {
        Some(rest) => (rest, "switched"),
        None => (message.strip_prefix("FAILED su for ")?, "failed"),
    };
    let (target, user) = rest.rsplit_once(" by ")?;
    Some(Switch { user, target, tty: None, name })
}

/// `+ T U:R`, `- T U:R`.
fn signs(message: &str) -> Option<Switch<'_>> {
    let (rest, name) = match message.strip_prefix("+ ") {
        Some(rest) => (rest, "switched"),
        None => (message.strip_prefix("- ")?, "failed"),
    };
    let (tty, who) = rest.split_once(' ')?;
    let (user, target) = who.split_once(':')?;
    // Without a terminal the tty is `???`.
    Some(Switch { user, target, tty: Some(tty), name })
}

/// `'su R' failed for U on T`, `'su R' succeeded for U on T`, `BAD SU U to R on T`, `U to R on T`.
fn bsd(message: &str) -> Option<Switch<'_>> {
    if let Some(rest) = message.strip_prefix("'su ") {
        let (rest, tty) = rest.rsplit_once(" on ")?;
        let (rest, user) = rest.rsplit_once(" for ")?;
        let (target, name) = match rest.strip_suffix("' failed") {
            Some(target) => (target, "failed"),
            None => (rest.strip_suffix("' succeeded")?, "switched"),
        };
        return Some(Switch { user, target, tty: Some(tty), name });
    }
    let (rest, name) = match message.strip_prefix("BAD SU ") {
        Some(rest) => (rest, "failed"),
        None => (message, "switched"),
    };
    let (user, rest) = rest.split_once(" to ")?;
    let (target, tty) = rest.rsplit_once(" on ")?;
    // Three words and nothing else: other sentences hold the same small words.
    let is_word = |t: &str| !t.is_empty() && !t.contains(' ');
    (is_word(user) && is_word(tty) && is_word(target)).then_some(Switch { user, target, tty: Some(tty), name })
}

const SAMPLES: &[PayloadSample] = &[
    PayloadSample {
        text: "(to root) alice on pts/0",
        sentence: "switched",
        fields: &[("user", "alice"), ("target_user", "root"), ("tty", "pts/0")],
    },
    PayloadSample {
        text: "FAILED SU (to x) eve on y) alice on pts/0",
        sentence: "failed",
        fields: &[("user", "alice"), ("target_user", "x) eve on y"), ("tty", "pts/0")],
    },
    PayloadSample {
        text: "Successful su for root by alice",
        sentence: "switched",
        fields: &[("user", "alice"), ("target_user", "root")],
    },
    PayloadSample {
        text: "FAILED su for root by alice",
        sentence: "failed",
        fields: &[("user", "alice"), ("target_user", "root")],
    },
    PayloadSample {
        text: "+ /dev/pts/0 alice:root",
        sentence: "switched",
        fields: &[("user", "alice"), ("target_user", "root"), ("tty", "/dev/pts/0")],
    },
    PayloadSample {
        text: "- ??? alice:root",
        sentence: "failed",
        fields: &[("user", "alice"), ("target_user", "root"), ("tty", "???")],
    },
    PayloadSample {
        text: "'su root' failed for alice on /dev/pts/1",
        sentence: "failed",
        fields: &[("user", "alice"), ("target_user", "root"), ("tty", "/dev/pts/1")],
    },
    PayloadSample {
        text: "BAD SU alice to root on /dev/ttyp0",
        sentence: "failed",
        fields: &[("user", "alice"), ("target_user", "root"), ("tty", "/dev/ttyp0")],
    },
];
