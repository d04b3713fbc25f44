//! Bytes to text: what every format may take for granted about the text it is given.
//!
//! Bytes that are not UTF-8 become U+FFFD, runs of NUL (a file a crash has extended) are cut out, and
//! the places where either happened are kept, so that exactly the records they lie in count as
//! repaired. A single NUL stays: it may be part of a value. No encoding is guessed by statistics;
//! UTF-16 is recognised by its byte order mark or its zeros and turned into UTF-8 before records are cut.

pub(crate) use super::binary::{BinaryKind, binary_kind};
use std::borrow::Cow;
use std::ops::Range;

/// A byte order mark in UTF-8.
const BOM: &str = "\u{feff}";

/// The text of a block.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Text<'b> {
    /// Borrowed unless something had to be replaced.
    pub(crate) text: Cow<'b, str>,
    /// Where something was replaced or cut, ascending, as byte offsets in `text`.
    repairs: Vec<usize>,
}

impl<'b> Text<'b> {
    /// Makes text of bytes.
    pub(crate) fn clean(bytes: &'b [u8]) -> Text<'b> {
        match std::str::from_utf8(bytes) {
            Ok(text) if memchr::memmem::find(bytes, b"\0\0").is_none() => {
                Text { text: Cow::Borrowed(text), repairs: Vec::new() }
            }
            _ => mend(bytes),
        }
    }

    /// Whether something between two offsets of the text (the end included: what was cut off the end
    /// of a record counts) was replaced or cut.
    pub(crate) fn is_repaired(&self, start: usize, end: usize) -> bool {
        let first = self.repairs.partition_point(|at| *at < start);
        self.repairs.get(first).is_some_and(|at| *at <= end)
    }
}

/// The slow path of [`Text::clean`].
fn mend(bytes: &[u8]) -> Text<'static> {
    let mut text = String::with_capacity(bytes.len());
    let mut repairs = Vec::new();
    for chunk in bytes.utf8_chunks() {
        let mut rest = chunk.valid();
        while let Some(at) = memchr::memmem::find(rest.as_bytes(), b"\0\0") {
            let (before, from) = rest.split_at(at);
            text.push_str(before);
            repairs.push(text.len());
            rest = from.trim_start_matches('\0');
        }
        text.push_str(rest);
        if !chunk.invalid().is_empty() {
            repairs.push(text.len());
            text.push(char::REPLACEMENT_CHARACTER);
        }
    }
    Text { text: Cow::Owned(text), repairs }
}

/// The text of the records of a block, for formats that know where each stands in its bytes.
pub(crate) struct Pieces<'b> {
    bytes: &'b [u8],
    /// The whole block, when nothing in it has to be mended.
    clean: Option<&'b str>,
}

impl<'b> Pieces<'b> {
    /// Looks through a block once.
    pub(crate) fn new(bytes: &'b [u8]) -> Pieces<'b> {
        let clean = match Text::clean(bytes).text {
            Cow::Borrowed(text) => Some(text),
            Cow::Owned(_) => None,
        };
        Pieces { bytes, clean }
    }

    /// The text of one record.
    pub(crate) fn get(&self, range: Range<usize>) -> Text<'b> {
        match self.clean.and_then(|text| text.get(range.clone())) {
            Some(text) => Text { text: Cow::Borrowed(text), repairs: Vec::new() },
            None => Text::clean(self.bytes.get(range).unwrap_or_default()),
        }
    }

    /// Line feeds in a part of the block.
    pub(crate) fn line_feeds(&self, range: Range<usize>) -> u32 {
        let bytes = self.bytes.get(range).unwrap_or_default();
        // A block is far smaller than 4 GiB.
        u32::try_from(memchr::memchr_iter(b'\n', bytes).count()).unwrap_or(u32::MAX)
    }
}

/// A record without a byte order mark before it and without the carriage return behind it.
/// Gives where it starts in `line`, and itself.
pub(crate) fn record(line: &str) -> (usize, &str) {
    let kept = line.strip_prefix(BOM).unwrap_or(line);
    let start = line.len() - kept.len();
    (start, kept.strip_suffix('\r').unwrap_or(kept))
}

/// Whether a line holds nothing: blanks, or what is left of a run of NUL.
pub(crate) fn is_blank(line: &str) -> bool {
    line.trim_start_matches(BOM).bytes().all(|b| b.is_ascii_whitespace() || b == 0)
}

/// How the bytes of an input spell characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// UTF-16, low byte first.
    Utf16Le,
    /// UTF-16, high byte first.
    Utf16Be,
}

/// How much of an input is looked at for UTF-16 without a mark.
const UTF16_WINDOW: usize = 4 << 10;

/// Whether an input is UTF-16: by its mark, or because more than 40 % of the bytes at one parity are
/// NUL and fewer than 5 % at the other.
pub(crate) fn utf16(head: &[u8]) -> Option<Encoding> {
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

/// What no encoding allows, so that [`Text::clean`] replaces and counts it: stands for a surrogate
/// without its other half.
const BROKEN: u8 = 0xff;

impl Utf16 {
    pub(crate) fn new(encoding: Encoding) -> Utf16 {
        Utf16 { encoding, half: None, high: None, started: false }
    }

    /// Reads a piece.
    pub(crate) fn push(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
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
    pub(crate) fn finish(&mut self, out: &mut Vec<u8>) {
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

    #[track_caller]
    fn check(bytes: &[u8], text: &str, repairs: &[usize]) {
        assert_eq!(Text::clean(bytes), Text { text: text.into(), repairs: repairs.to_vec() });
    }

    #[test]
    fn good_text_is_borrowed() {
        assert!(matches!(Text::clean("é\0\n".as_bytes()).text, Cow::Borrowed("é\0\n")));
    }

    #[test]
    fn bad_bytes_and_runs_of_nul_are_mended_where_they_stand() {
        check(b"a\xffb\n", "a\u{fffd}b\n", &[1]);
        check(b"a\n\0\0\0b\0c\n", "a\nb\0c\n", &[2]);
        check(b"\0\0\xfe\0\0", "\u{fffd}", &[0, 0, 3]);
    }

    #[test]
    fn repairs_belong_to_the_records_they_lie_in() {
        let text = Text::clean(b"one\ntw\xff\nthree\0\0\nfour");
        let places = [(0, 3, false), (4, 9, true), (10, 15, true), (16, 20, false)];
        for (start, end, repaired) in places {
            assert_eq!(text.is_repaired(start, end), repaired, "{start}");
        }
    }

    #[test]
    fn pieces_of_a_block_are_mended_alone() {
        for bytes in [&b"a\nb\n"[..], b"a\nb\n\xff"] {
            let pieces = Pieces::new(bytes);
            assert_eq!(pieces.get(2..3), Text { text: "b".into(), repairs: Vec::new() });
            assert_eq!(pieces.line_feeds(0..3), 1);
        }
        assert!(Pieces::new(b"ab\xff").get(2..3).is_repaired(0, 3));
    }

    #[test]
    fn records_lose_marks_and_carriage_returns() {
        assert_eq!(record("\u{feff}a\r"), (3, "a"));
        assert_eq!(record("a\r\r"), (0, "a\r"));
        assert!(is_blank("\0") && is_blank(" \t\r") && is_blank("") && !is_blank(" x"));
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
        assert_eq!(Text::clean(&out).text, "a\u{fffd}b\u{fffd}\u{fffd}\u{10800}\u{fffd}");
    }
}
