//! The spelling of scalars, and text without the blanks between tokens.

use crate::model::{Region, Scratch, Span, Value};

/// Whether a byte ends a number or a word.
pub(super) fn ends_scalar(byte: u8) -> bool {
    matches!(byte, b' ' | b'\n' | b'\t' | b'\r' | b',' | b':' | b'"' | b'{' | b'}' | b'[' | b']')
}

/// Whether a text is a number as JSON spells it (RFC 8259, 6).
pub(super) fn is_number(text: &[u8]) -> bool {
    let text = text.strip_prefix(b"-").unwrap_or(text);
    let (whole, rest) = digits(text);
    if whole.is_empty() || (whole.len() > 1 && whole.starts_with(b"0")) {
        return false;
    }
    let rest = match rest.strip_prefix(b".").map(digits) {
        Some(([], _)) => return false,
        Some((_, rest)) => rest,
        None => rest,
    };
    match rest {
        [] => true,
        [b'e' | b'E', exponent @ ..] => {
            let unsigned = exponent.strip_prefix(b"+").or_else(|| exponent.strip_prefix(b"-")).unwrap_or(exponent);
            let (digits, rest) = digits(unsigned);
            !digits.is_empty() && rest.is_empty()
        }
        _ => false,
    }
}

/// The digits at the start, and what follows.
fn digits(text: &[u8]) -> (&[u8], &[u8]) {
    text.split_at(text.iter().position(|b| !b.is_ascii_digit()).unwrap_or(text.len()))
}

/// Appends JSON without the blanks between its tokens.
pub(super) fn push_compact(json: &str, out: &mut String) {
    let bytes = json.as_bytes();
    let (mut kept, mut at) = (0, 0);
    let mut keep = |from: usize, to: usize| out.push_str(json.get(from..to).unwrap_or(""));
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => {
                at += 1;
                while let Some(stop) = memchr::memchr2(b'"', b'\\', bytes.get(at..).unwrap_or_default()) {
                    at += stop + 1;
                    if bytes.get(at - 1) == Some(&b'"') {
                        break;
                    }
                    at += 1;
                }
            }
            b' ' | b'\n' | b'\t' | b'\r' => {
                keep(kept, at);
                at += 1;
                kept = at;
            }
            _ => at += 1,
        }
    }
    keep(kept, bytes.len());
}

/// Points the objects that hold blanks into a compact copy of the record, which lies between two bytes of `text`.
pub(super) fn settle_objects(text: &str, (from, to): (usize, usize), scratch: &mut Scratch, first: usize) {
    // Offsets inside one record or one worker's scratch: both are far below 4 GiB (`limits`).
    let compact = scratch.text.len() as u32;
    push_compact(text.get(from..to).unwrap_or(""), &mut scratch.text);
    let from = from as u32;
    for entry in scratch.entries.iter_mut().skip(first) {
        match &mut entry.value {
            Value::Object(span) if span.region == Region::Fixed => {
                *span = Span { region: Region::Scratch, start: compact + (span.start - from), len: span.len };
            }
            _ => {}
        }
    }
}
