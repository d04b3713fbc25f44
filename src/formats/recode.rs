//! Makes UTF-8 with line feeds of inputs that are UTF-16 or end their lines with carriage returns alone.
//!
//! It works on bytes as they arrive, before records are cut, so that nothing behind it need know.

use crate::model::limits;

/// Rewrites an input piece by piece.
#[derive(Clone, Debug)]
pub(crate) enum Recoder {
    /// From UTF-16; half a surrogate pair is left for the repair.
    Utf16(Utf16),
    /// From lines that end with a carriage return (classic Mac OS, some network gear).
    CarriageReturns,
}

impl Recoder {
    /// What an input needs, by its first bytes; `None` for most.
    pub(crate) fn of(head: &[u8]) -> Option<Recoder> {
        let window = head.get(..limits::SNIFF_BYTES).unwrap_or(head);
        let returns_only = || memchr::memchr(b'\n', window).is_none() && memchr::memchr(b'\r', window).is_some();
        match utf16(head) {
            Some(encoding) => Some(Recoder::Utf16(Utf16::new(encoding))),
            None => returns_only().then_some(Recoder::CarriageReturns),
        }
    }

    /// Reads a piece.
    pub(crate) fn push(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        match self {
            Recoder::Utf16(utf16) => utf16.push(bytes, out),
            Recoder::CarriageReturns => out.extend(bytes.iter().map(|b| if *b == b'\r' { b'\n' } else { *b })),
        }
    }

    /// No more will come.
    pub(crate) fn finish(&mut self, out: &mut Vec<u8>) {
        match self {
            Recoder::Utf16(utf16) => utf16.finish(out),
            Recoder::CarriageReturns => {}
        }
    }
}

/// Whether an input is UTF-16.
pub(super) fn is_utf16(head: &[u8]) -> bool {
    utf16(head).is_some()
}

/// How the bytes of an input spell characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Encoding {
    /// UTF-16, low byte first.
    Utf16Le,
    /// UTF-16, high byte first.
    Utf16Be,
}

/// How much of an input is looked at for UTF-16 without a mark.
const UTF16_WINDOW: usize = 4 << 10;

/// Whether an input is UTF-16: by its mark, or because more than 40 % of the bytes at one parity are
/// NUL and fewer than 5 % at the other.
fn utf16(head: &[u8]) -> Option<Encoding> {
    match head {
        // UTF-32 starts with the same two bytes; it is refused as binary.
        [0xff, 0xfe, 0, 0, ..] => return None,
        [0xff, 0xfe, ..] => return Some(Encoding::Utf16Le),
        [0xfe, 0xff, ..] => return Some(Encoding::Utf16Be),
        _ => {}
    }
    let window = head.get(..UTF16_WINDOW).unwrap_or(head);
    let pairs = window.len() / 2;
    if pairs < 4 {
        return None;
    }
    let zeros = |parity: usize| window.iter().skip(parity).step_by(2).filter(|b| **b == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    let many = |n: usize| n * 10 > pairs * 4;
    let few = |n: usize| n * 20 < pairs;
    match () {
        () if many(odd) && few(even) => Some(Encoding::Utf16Le),
        () if many(even) && few(odd) => Some(Encoding::Utf16Be),
        () => None,
    }
}

/// Turns UTF-16 into UTF-8 as it arrives, in pieces of any size.
#[derive(Clone, Debug)]
pub(crate) struct Utf16 {
    encoding: Encoding,
    /// The first byte of a unit whose second has not come.
    half: Option<u8>,
    /// The first half of a surrogate pair.
    high: Option<u16>,
    started: bool,
}

/// What no encoding allows, so that [`Text::clean`](super::text::Text::clean) replaces and counts it: stands for a surrogate
/// without its other half.
const BROKEN: u8 = 0xff;

impl Utf16 {
    fn new(encoding: Encoding) -> Utf16 {
        Utf16 { encoding, half: None, high: None, started: false }
    }

    /// Reads a piece.
    fn push(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        for &byte in bytes {
            let Some(first) = self.half.take() else {
                self.half = Some(byte);
                continue;
            };
            let unit = match self.encoding {
                Encoding::Utf16Le => u16::from_le_bytes([first, byte]),
                Encoding::Utf16Be => u16::from_be_bytes([first, byte]),
            };
            self.unit(unit, out);
        }
    }

    /// No more will come: what is unfinished is broken.
    fn finish(&mut self, out: &mut Vec<u8>) {
        if self.high.take().is_some() | self.half.take().is_some() {
            out.push(BROKEN);
        }
    }

    fn unit(&mut self, unit: u16, out: &mut Vec<u8>) {
        if !self.started {
            self.started = true;
            if unit == 0xfeff {
                return;
            }
        }
        let units = [self.high.unwrap_or(unit), unit];
        let units = if self.high.is_some() { &units[..] } else { &units[1..] };
        self.high = None;
        for decoded in char::decode_utf16(units.iter().copied()) {
            match decoded {
                Ok(c) => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
                Err(e) if e.unpaired_surrogate() == unit && (0xd800..0xdc00).contains(&unit) => self.high = Some(unit),
                Err(_) => out.push(BROKEN),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_end_with_carriage_returns_get_line_feeds() {
        let mut out = Vec::new();
        let mut recoder = Recoder::of(b"a\rb\r").expect("it has no line feed");
        recoder.push(b"a\rb", &mut out);
        recoder.push(b"\r", &mut out);
        recoder.finish(&mut out);
        assert_eq!(out, b"a\nb\n");
        for other in [&b"a\r\nb\r\n"[..], b"a\nb", b"a", b""] {
            assert!(Recoder::of(other).is_none());
        }
    }

    fn bytes_of(text: &str, encoding: Encoding) -> Vec<u8> {
        text.encode_utf16()
            .flat_map(|unit| match encoding {
                Encoding::Utf16Le => unit.to_le_bytes(),
                Encoding::Utf16Be => unit.to_be_bytes(),
            })
            .collect()
    }

    #[test]
    fn utf16_is_known_with_and_without_mark() {
        for encoding in [Encoding::Utf16Le, Encoding::Utf16Be] {
            assert_eq!(utf16(&bytes_of("\u{feff}{}", encoding)), Some(encoding));
            assert_eq!(utf16(&bytes_of("user=alice", encoding)), Some(encoding));
        }
        for other in [&b"plain text"[..], b"", b"\xff\xfe\0\0a\0\0\0", b"a\0\0\0\0\0\0\0\0\0"] {
            assert_eq!(utf16(other), None, "{other:?}");
        }
    }

    #[test]
    fn utf16_arrives_in_pieces() {
        let text = "\u{feff}a€𝄞\n";
        for encoding in [Encoding::Utf16Le, Encoding::Utf16Be] {
            let bytes = bytes_of(text, encoding);
            for size in 1..bytes.len() {
                let (mut decoder, mut out) = (Utf16::new(encoding), Vec::new());
                bytes.chunks(size).for_each(|piece| decoder.push(piece, &mut out));
                decoder.finish(&mut out);
                assert_eq!(out, "a€𝄞\n".as_bytes(), "{size}");
            }
        }
    }

    #[test]
    fn broken_utf16_is_left_for_the_repair() {
        let units = [0x61, 0xd800, 0x62, 0xdc00, 0xd801, 0xd802, 0xdc00, 0xd800];
        let bytes: Vec<u8> = units.iter().flat_map(|unit: &u16| unit.to_le_bytes()).collect();
        let (mut decoder, mut out) = (Utf16::new(Encoding::Utf16Le), Vec::new());
        decoder.push(&bytes, &mut out);
        decoder.finish(&mut out);
        assert_eq!(super::super::text::Text::clean(&out).text, "a\u{fffd}b\u{fffd}\u{fffd}\u{10800}\u{fffd}");
    }
}
