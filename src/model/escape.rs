//! What stands behind a backslash inside a JSON string, and where the next one is.
//!
//! Half a surrogate pair becomes U+FFFD; a backslash that begins no escape stays (Windows paths written
//! by hand). Both are repairs.

/// Eight bytes of the same value.
const fn all(byte: u8) -> u64 {
    u64::from_ne_bytes([byte; 8])
}

/// The first `"`, `\` or control character at or after `from`; the length of `bytes` if there is none.
/// Eight bytes at a time: most strings are too short for a vector search to pay.
#[inline]
pub(crate) fn special(bytes: &[u8], from: usize) -> usize {
    let mut at = from;
    while let Some(chunk) = bytes.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
        let word = u64::from_le_bytes(*chunk);
        // A borrow can only mark bytes behind a true hit, so the first mark is always true. What is compared with is ASCII:
        // bytes beyond it stay so, and one mask takes them all out.
        let is = |byte| (word ^ all(byte)).wrapping_sub(all(1));
        let hits = (word.wrapping_sub(all(0x20)) | is(b'"') | is(b'\\')) & !word & all(0x80);
        if hits != 0 {
            return at + (hits.trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    let tail = bytes.get(at..).unwrap_or_default();
    at + tail.iter().position(|b| *b < 0x20 || *b == b'"' || *b == b'\\').unwrap_or(tail.len())
}

/// Marks the top bit of the first byte that is 0, and of none before it.
const fn zero(word: u64) -> u64 {
    word.wrapping_sub(all(1)) & !word
}

/// What an escape stands for.
enum Escape {
    Char(char),
    /// Half a surrogate pair.
    Half,
    /// No escape: the backslash is itself.
    None,
}

/// The byte an escape of one letter stands for, whose backslash is at `at`; nothing where it is none of these.
#[inline]
pub(crate) fn letter(bytes: &[u8], at: usize) -> Option<u8> {
    bytes.get(at + 1).map(|letter| LETTERS[usize::from(*letter)]).filter(|byte| *byte != 0)
}

/// By the letter behind a backslash: the byte both stand for, 0 where that is not all there is to it.
const LETTERS: [u8; 256] = {
    let mut letters = [0; 256];
    let (from, to) = (b"\\\"/bfnrt", b"\\\"/\x08\x0c\n\r\t");
    let mut at = 0;
    while at < from.len() {
        letters[from[at] as usize] = to[at];
        at += 1;
    }
    letters
};

/// The text of a string's inside.
pub(crate) fn text(inside: &str) -> String {
    let mut out = String::new();
    unescape(inside, &mut out);
    out
}

/// Appends the text of a string's inside. Gives whether something had to be repaired.
pub(crate) fn unescape(inside: &str, out: &mut String) -> bool {
    out.reserve(inside.len());
    let plain = unescape_plain(inside, out);
    walk(inside.get(plain..).unwrap_or(inside), |piece| out.push_str(piece))
}

/// Appends the beginning of a string's inside that is ASCII with escapes of one letter, and gives how long it is. Eight bytes
/// are copied whatever is among them, and what lies behind an escape is written over: pieces between the backslashes of
/// paths are too short to be copied each by itself.
fn unescape_plain(inside: &str, out: &mut String) -> usize {
    let bytes = inside.as_bytes();
    let (mut buffer, mut filled, mut at) = ([0; 256], 0, 0);
    while let Some(chunk) = bytes.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
        let Some(room) = buffer.get_mut(filled..).and_then(|room| room.first_chunk_mut::<8>()) else {
            out.push_str(str::from_utf8(buffer.get(..filled).unwrap_or_default()).unwrap_or_default());
            filled = 0;
            continue;
        };
        let word = u64::from_le_bytes(*chunk);
        if word & all(0x80) != 0 {
            break;
        }
        *room = *chunk;
        let hits = zero(word ^ all(b'\\')) & all(0x80);
        if hits == 0 {
            (filled, at) = (filled + 8, at + 8);
            continue;
        }
        let before = (hits.trailing_zeros() / 8) as usize;
        (filled, at) = (filled + before, at + before);
        let Some(letter) = letter(bytes, at) else { break };
        // The chunk was written here, so there is room for one of its bytes.
        if let Some(place) = buffer.get_mut(filled) {
            *place = letter;
        }
        (filled, at) = (filled + 1, at + 2);
    }
    out.push_str(str::from_utf8(buffer.get(..filled).unwrap_or_default()).unwrap_or_default());
    at
}

/// Whether [`unescape`] would have to repair something.
pub(crate) fn needs_repair(inside: &str) -> bool {
    walk(inside, |_| {})
}

/// The first backslash. Paths have one every few bytes, so a wide search starts where a short one ended.
fn backslash(bytes: &[u8]) -> Option<usize> {
    const NEAR: usize = 16;
    let near = bytes.iter().take(NEAR).position(|b| *b == b'\\');
    near.or_else(|| memchr::memchr(b'\\', bytes.get(NEAR..)?).map(|at| at + NEAR))
}

fn walk(inside: &str, mut push: impl FnMut(&str)) -> bool {
    let (mut rest, mut repaired) = (inside, false);
    // Bytes of `rest` that are text, a backslash among them too.
    let mut known = 0;
    while let Some(at) = rest.as_bytes().get(known..).and_then(backslash).map(|at| at + known) {
        let (before, from) = rest.split_at(at);
        push(before);
        known = 0;
        // What stands for itself goes with what follows: paths have one every few bytes.
        if let (Some(b'\\' | b'"' | b'/'), Some(behind)) = (from.as_bytes().get(1), from.get(1..)) {
            (rest, known) = (behind, 1);
            continue;
        }
        let (escape, len) = escape(from.as_bytes());
        match escape {
            Escape::Char(c) => push(c.encode_utf8(&mut [0; 4])),
            Escape::Half => {
                repaired = true;
                push("\u{fffd}");
            }
            Escape::None => {
                repaired = true;
                push("\\");
            }
        }
        rest = from.get(len..).unwrap_or("");
    }
    push(rest);
    repaired
}

/// The escape at the start of `bytes` (which start with a backslash), and its length; not of what stands for itself.
fn escape(bytes: &[u8]) -> (Escape, usize) {
    let c = match bytes.get(1) {
        Some(b'n') => '\n',
        Some(b't') => '\t',
        Some(b'r') => '\r',
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{c}',
        Some(b'u') => return unicode(bytes),
        _ => return (Escape::None, 1),
    };
    (Escape::Char(c), 2)
}

fn unicode(bytes: &[u8]) -> (Escape, usize) {
    let Some(unit) = hex4(bytes, 2) else { return (Escape::None, 1) };
    if let Some(c) = char::from_u32(unit) {
        return (Escape::Char(c), 6);
    }
    let low = match bytes.get(6..8) {
        Some(b"\\u") if unit < 0xdc00 => hex4(bytes, 8).filter(|low| (0xdc00..0xe000).contains(low)),
        _ => None,
    };
    let pair = low.and_then(|low| char::from_u32(0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00)));
    pair.map_or((Escape::Half, 6), |c| (Escape::Char(c), 12))
}

/// Four hexadecimal digits.
fn hex4(bytes: &[u8], from: usize) -> Option<u32> {
    let digits = bytes.get(from..from + 4)?;
    digits.iter().try_fold(0, |n, b| Some(n << 4 | char::from(*b).to_digit(16)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(inside: &str, text: &str, repaired: bool) {
        let mut out = String::new();
        assert_eq!((unescape(inside, &mut out), out.as_str()), (repaired, text));
        assert_eq!(needs_repair(inside), repaired);
    }

    #[test]
    fn escapes_are_read_wherever_they_stand() {
        for (escaped, text) in
            [(r"\\", "\\"), (r#"""#, "\""), (r"\/", "/"), (r"\n", "\n"), (r"\u00e9", "é"), ("ß", "ß"), (r"\\\\", r"\\")]
        {
            for (before, behind) in (0..300).step_by(7).flat_map(|n| (0..10).map(move |m| (n + m, 12 - m))) {
                let around = |middle: &str| format!("{}{middle}{}", "a".repeat(before), "z".repeat(behind));
                check(&around(escaped), &around(text), false);
            }
        }
    }

    #[test]
    fn escapes_are_read() {
        check(r#"a\"\\\/\b\f\n\r\tz"#, "a\"\\/\u{8}\u{c}\n\r\tz", false);
        check(r"\u0041\u20ac\ud834\udd1e\u0000", "A€𝄞\0", false);
    }

    #[test]
    fn what_is_no_escape_is_repaired() {
        check(r"C:\Windows\q", r"C:\Windows\q", true);
        check(r"\ud800\ud800\udc00", "\u{fffd}\u{10000}", true);
        check(r"\udc00\u12", "\u{fffd}\\u12", true);
        check(r"\u+123", r"\u+123", true);
    }

    #[test]
    fn the_first_special_byte_is_found_anywhere() {
        for len in 0..20 {
            for (place, special_byte) in (0..len).flat_map(|n| [(n, b'"'), (n, b'\\'), (n, 0), (n, 0x1f)]) {
                let mut bytes = vec![0xe9; len];
                bytes[place] = special_byte;
                bytes.push(b'"');
                assert_eq!(special(&bytes, 0), place);
                assert_eq!(special(&bytes, place + 1), len);
            }
            assert_eq!(special(&vec![b' '; len], 0), len);
        }
    }
}
