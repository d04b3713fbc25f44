//! Verdicts: what a device decided, or how an operation ended.

use super::super::words::Words;
use super::number::integer;
use std::borrow::Cow;

const SUCCESS: Option<Cow<'static, str>> = Some(Cow::Borrowed("success"));
const FAILURE: Option<Cow<'static, str>> = Some(Cow::Borrowed("failure"));
const BLOCKED: Option<Cow<'static, str>> = Some(Cow::Borrowed("blocked"));

/// A vendor's word.
pub(super) fn verdict<'a>(words: &'a Words, text: &'a str) -> Option<Cow<'a, str>> {
    words.verdict(text.trim()).map(Cow::Borrowed)
}

/// A `FortiGate` also says how a permitted session ended; only `deny` and its like block.
pub(super) fn fortigate<'a>(words: &'a Words, text: &'a str) -> Option<Cow<'a, str>> {
    match text {
        "close" | "server-rst" | "client-rst" | "ip-conn" | "start" | "dns" => Some(Cow::Borrowed("allowed")),
        "timeout" => None,
        _ => verdict(words, text),
    }
}

/// The first verdict among the words of a log prefix; blocking words go before allowing ones.
pub(super) fn prefix<'a>(words: &'a Words, text: &'a str) -> Option<Cow<'a, str>> {
    let mut found = None;
    for word in text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|w| !w.is_empty()) {
        match words.prefix_word(word) {
            Some("blocked") => return BLOCKED,
            Some(other) => found = Some(Cow::Borrowed(other)),
            None => {}
        }
    }
    found
}

/// The audit bits of Windows' Keywords (hexadecimal, or signed decimal as some shippers write them), or the words some
/// shippers put instead.
pub(super) fn audit_outcome<'a>(words: &'a Words, text: &'a str) -> Option<Cow<'a, str>> {
    let text = text.trim();
    let bits = match text.strip_prefix("0x") {
        Some(hex) => u64::from_str_radix(hex, 16).ok(),
        None => text.parse::<i64>().map(i64::cast_unsigned).ok().or_else(|| text.parse::<u64>().ok()),
    };
    match bits {
        Some(bits) if bits & (1 << 53) != 0 => SUCCESS,
        Some(bits) if bits & (1 << 52) != 0 => FAILURE,
        Some(_) => None,
        None => words
            .verdict(text)
            .filter(|_| text.len() > 5 && text.to_ascii_lowercase().starts_with("audit"))
            .map(Cow::Borrowed),
    }
}

/// `res=` and `success=` of the audit daemon, and of whoever says the same in JSON.
pub(super) fn audit_result<'a>(_: &'a Words, text: &'a str) -> Option<Cow<'a, str>> {
    match text.trim() {
        "success" | "yes" | "1" | "true" => SUCCESS,
        "failed" | "fail" | "no" | "0" | "false" => FAILURE,
        _ => None,
    }
}

/// A Windows status: zero is success.
pub(super) fn status_outcome<'a>(_: &'a Words, text: &'a str) -> Option<Cow<'a, str>> {
    match integer(text)? {
        0 => SUCCESS,
        _ => FAILURE,
    }
}

/// An error code: zero is success, any other number or word failure.
pub(super) fn code_outcome<'a>(words: &'a Words, text: &'a str) -> Option<Cow<'a, str>> {
    if words.is_placeholder(text) {
        return None;
    }
    match integer(text) {
        Some(0) => SUCCESS,
        Some(_) => FAILURE,
        None => words.verdict(text.trim()).map(Cow::Borrowed),
    }
}

/// Azure's result words; `Started` and `Accept` say only that it began.
pub(super) fn azure<'a>(words: &'a Words, text: &'a str) -> Option<Cow<'a, str>> {
    match text.trim().to_ascii_lowercase().as_str() {
        "start" | "started" | "accept" | "accepted" => None,
        _ => code_outcome(words, text),
    }
}

/// Microsoft 365 says `Succeeded`, `True` or an error code.
pub(super) fn m365<'a>(words: &'a Words, text: &'a str) -> Option<Cow<'a, str>> {
    match text.trim().to_ascii_lowercase().as_str() {
        "true" => SUCCESS,
        "false" => FAILURE,
        _ => code_outcome(words, text),
    }
}

/// Okta: DENY is a decision.
pub(super) fn okta<'a>(_: &'a Words, text: &'a str) -> Option<Cow<'a, str>> {
    match text {
        "SUCCESS" => SUCCESS,
        "FAILURE" => FAILURE,
        "ALLOW" => Some(Cow::Borrowed("allowed")),
        "DENY" => BLOCKED,
        _ => None,
    }
}

/// What a web application firewall did; `unknown` is nothing.
pub(super) fn waf<'a>(_: &'a Words, text: &'a str) -> Option<Cow<'a, str>> {
    const LETS_PASS: [&str; 5] = ["allow", "log", "skip", "bypass", "simulate"];
    let text = text.trim().to_ascii_lowercase();
    let is_blocking = |word: &str| text == word || text.ends_with("challenge");
    if ["block", "drop", "connectionclose", "connection_close"].into_iter().any(is_blocking) {
        return BLOCKED;
    }
    LETS_PASS.contains(&text.as_str()).then_some(Cow::Borrowed("allowed"))
}

/// An HTTP status.
pub(super) fn http<'a>(_: &'a Words, text: &'a str) -> Option<Cow<'a, str>> {
    match integer(text)? {
        100..=399 => SUCCESS,
        400..=999 => FAILURE,
        _ => None,
    }
}

/// What Sigma's firewall rules call a verdict, and the verdict.
pub(super) fn accept_or_deny(_: &Words, text: &str, out: &mut dyn FnMut(String)) {
    match text {
        "allowed" => out("accept".to_owned()),
        "blocked" => out("deny".to_owned()),
        _ => {}
    }
    out(text.to_owned());
}
