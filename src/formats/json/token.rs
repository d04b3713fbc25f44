//! The spelling of scalars, and text without the blanks between tokens.

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
