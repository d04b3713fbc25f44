//! Numbers: hexadecimal, durations, syslog priorities.

use super::super::words::Words;
use std::borrow::Cow;

/// Decimal or `0x…`, not negative.
pub(super) fn integer(text: &str) -> Option<u64> {
    let text = text.trim();
    if let Some(hex) = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        return u64::from_str_radix(hex, 16).ok().filter(|_| !hex.starts_with('+'));
    }
    // JSON writers of some languages know only one kind of number: 89.0.
    let whole = match text.split_once('.') {
        Some((whole, fraction)) if fraction.bytes().all(|b| b == b'0') => whole,
        Some(_) => return None,
        None => text,
    };
    if whole.is_empty() || !whole.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    whole.parse().ok()
}

/// Whether a text is how the number it says is written: digits, with no zero too many in front.
pub(super) fn is_plain(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit()) && (text.len() == 1 || !text.starts_with('0')) && !text.is_empty()
}

/// A decimal number, possibly with a fraction; no exponent.
fn decimal(text: &str) -> Option<f64> {
    let text = text.trim();
    let is_plain = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    if is_plain { text.parse().ok() } else { None }
}

/// Milliseconds of a duration in another unit, at most six decimals.
fn milliseconds(text: &str, factor: f64) -> Option<String> {
    let value = decimal(text)? * factor;
    let text = format!("{value:.6}");
    Some(text.trim_end_matches('0').trim_end_matches('.').to_owned())
}

pub(super) fn seconds<'a>(_: &'a Words, text: &'a str) -> Option<Cow<'a, str>> {
    milliseconds(text, 1_000.0).map(Cow::Owned)
}

pub(super) fn nanoseconds<'a>(_: &'a Words, text: &'a str) -> Option<Cow<'a, str>> {
    milliseconds(text, 0.000_001).map(Cow::Owned)
}

/// A duration in milliseconds, or with its unit behind it.
pub(super) fn duration(text: &str) -> Option<String> {
    let text = text.trim();
    let at = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(at);
    let factor = match unit.trim() {
        "" | "ms" => 1.0,
        "s" => 1_000.0,
        "us" | "µs" => 0.001,
        "ns" => 0.000_001,
        "m" => 60_000.0,
        "h" => 3_600_000.0,
        _ => return None,
    };
    milliseconds(number, factor)
}

/// The value, unless it is a zero of any spelling.
pub(super) fn not_zero<'a>(words: &'a Words, text: &'a str) -> Option<Cow<'a, str>> {
    (integer(text) != Some(0) && !words.is_placeholder(text)).then_some(Cow::Borrowed(text))
}

/// A number as decimal, and as it was written.
pub(super) fn hex_both(_: &Words, text: &str, out: &mut dyn FnMut(String)) {
    if let Some(number) = integer(text) {
        out(number.to_string());
    }
    if text.starts_with("0x") || integer(text).is_none() {
        out(text.to_owned());
    }
}

/// Levels by syslog's numbers.
pub(super) static SYSLOG_LEVELS: [&str; 8] = ["emerg", "alert", "crit", "error", "warning", "notice", "info", "debug"];

pub(super) fn pri_level<'a>(_: &'a Words, text: &'a str) -> Option<Cow<'a, str>> {
    let priority = text.parse::<usize>().ok().filter(|p| *p <= 191)?;
    SYSLOG_LEVELS.get(priority % 8).map(|l| Cow::Borrowed(*l))
}

/// The level of an OpenTelemetry severity: four numbers each, from trace to fatal.
pub(super) fn otlp_level<'a>(words: &'a Words, text: &'a str) -> Option<Cow<'a, str>> {
    if let Some(word) = text.strip_prefix("SEVERITY_NUMBER_") {
        return words.level(word.trim_end_matches(|c: char| c.is_ascii_digit())).map(Cow::Borrowed);
    }
    let level = match integer(text)? {
        1..=4 => "trace",
        5..=8 => "debug",
        9..=12 => "info",
        13..=16 => "warning",
        17..=20 => "error",
        21..=24 => "crit",
        _ => return None,
    };
    Some(Cow::Borrowed(level))
}

pub(super) fn pri_facility<'a>(words: &'a Words, text: &'a str) -> Option<Cow<'a, str>> {
    let priority = text.parse::<usize>().ok().filter(|p| *p <= 191)?;
    words.facilities.get(priority / 8).map(|f| Cow::Borrowed(f.as_str()))
}
