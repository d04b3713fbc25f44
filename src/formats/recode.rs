//! Makes UTF-8 with line feeds of inputs in other encodings and of those that end their lines with carriage returns alone.
//!
//! It works on bytes as they arrive, before records are cut, so that nothing behind it need know. UTF-16 is told by its mark
//! or its zeros; any other encoding has to be named by the user: nothing is guessed by statistics.

use crate::model::limits;

/// An encoding by one of the labels of the WHATWG's standard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Encoding(&'static encoding_rs::Encoding);

impl Encoding {
    /// The encoding of a label: `latin1`, `windows-1252`, `utf-16le`, `shift_jis`.
    pub(crate) fn of(label: &str) -> Option<Encoding> {
        let known = encoding_rs::Encoding::for_label_no_replacement(label.as_bytes())?;
        Some(Encoding(known))
    }
}

/// Rewrites an input piece by piece.
#[derive(Clone, Debug)]
pub(crate) struct Recoder {
    from: From,
    /// Lines end with carriage returns (classic Mac OS, some network gear).
    has_returns: bool,
}

/// What an input is rewritten from.
#[derive(Clone, Debug)]
enum From {
    /// UTF-8, or something like it.
    Bytes,
    /// UTF-16; half a surrogate pair is left for the repair.
    Utf16(Utf16),
    /// What the user named.
    Declared(Declared),
}

impl Recoder {
    /// What an input needs, by its first bytes and what the user declared; `None` for most.
    pub(crate) fn of(head: &[u8], declared: Option<Encoding>) -> Option<Recoder> {
        let window = head.get(..limits::SNIFF_BYTES).unwrap_or(head);
        let is_marked = head.starts_with(b"\xef\xbb\xbf");
        let from = match (marked_utf16(head), declared.filter(|_| !is_marked)) {
            // A mark says more than a word said about many files.
            (Some(order), _) => From::Utf16(Utf16::new(order)),
            (None, Some(Encoding(declared))) => From::declared(declared),
            (None, None) => utf16(head).map_or(From::Bytes, |order| From::Utf16(Utf16::new(order))),
        };
        let mut recoder = Recoder { from, has_returns: false };
        let mut text = Vec::new();
        recoder.clone().push(window, &mut text);
        recoder.has_returns = memchr::memchr(b'\n', &text).is_none() && memchr::memchr(b'\r', &text).is_some();
        (recoder.has_returns || !matches!(recoder.from, From::Bytes)).then_some(recoder)
    }

    /// The encoding it reads, by the name IANA has for it.
    pub(crate) fn encoding(&self) -> &'static str {
        match &self.from {
            From::Bytes => encoding_rs::UTF_8,
            From::Utf16(Utf16 { order: Order::LowFirst, .. }) => encoding_rs::UTF_16LE,
            From::Utf16(Utf16 { order: Order::HighFirst, .. }) => encoding_rs::UTF_16BE,
            From::Declared(declared) => declared.encoding,
        }
        .name()
    }

    /// Whether the input's lines end with carriage returns alone.
    pub(crate) fn has_returns(&self) -> bool {
        self.has_returns
    }

    /// Reads a piece.
    pub(crate) fn push(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        let before = out.len();
        match &mut self.from {
            From::Bytes => out.extend_from_slice(bytes),
            From::Utf16(utf16) => utf16.push(bytes, out),
            From::Declared(declared) => declared.push(bytes, out, false),
        }
        self.mend_ends(out, before);
    }

    /// No more will come.
    pub(crate) fn finish(&mut self, out: &mut Vec<u8>) {
        let before = out.len();
        match &mut self.from {
            From::Bytes => {}
            From::Utf16(utf16) => utf16.finish(out),
            From::Declared(declared) => declared.push(&[], out, true),
        }
        self.mend_ends(out, before);
    }

    fn mend_ends(&self, out: &mut [u8], start: usize) {
        if self.has_returns {
            let fresh = out.get_mut(start..).unwrap_or_default();
            fresh.iter_mut().filter(|b| **b == b'\r').for_each(|b| *b = b'\n');
        }
    }
}

impl From {
    fn declared(encoding: &'static encoding_rs::Encoding) -> From {
        match () {
            // Bytes stay bytes: what is no UTF-8 is repaired and counted where records are read.
            () if encoding == encoding_rs::UTF_8 => From::Bytes,
            () if encoding == encoding_rs::UTF_16LE => From::Utf16(Utf16::new(Order::LowFirst)),
            () if encoding == encoding_rs::UTF_16BE => From::Utf16(Utf16::new(Order::HighFirst)),
            () => From::Declared(Declared { encoding, decoder: encoding.new_decoder_without_bom_handling() }),
        }
    }
}

/// Text in an encoding the user named.
struct Declared {
    encoding: &'static encoding_rs::Encoding,
    decoder: encoding_rs::Decoder,
}

impl Clone for Declared {
    /// Starts anew: recoders are copied before they read anything.
    fn clone(&self) -> Declared {
        Declared { encoding: self.encoding, decoder: self.encoding.new_decoder_without_bom_handling() }
    }
}

impl std::fmt::Debug for Declared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.encoding.name())
    }
}

impl Declared {
    /// Reads a piece. What the encoding does not allow becomes [`BROKEN`], so that it is counted.
    fn push(&mut self, bytes: &[u8], out: &mut Vec<u8>, last: bool) {
        let mut rest = bytes;
        let mut piece = [0; 4 << 10];
        loop {
            let (result, read, written) = self.decoder.decode_to_utf8_without_replacement(rest, &mut piece, last);
            out.extend_from_slice(piece.get(..written).unwrap_or_default());
            rest = rest.get(read..).unwrap_or_default();
            match result {
                encoding_rs::DecoderResult::InputEmpty => return,
                encoding_rs::DecoderResult::OutputFull => {}
                encoding_rs::DecoderResult::Malformed(..) => out.push(BROKEN),
            }
        }
    }
}

/// Whether an input is UTF-16.
pub(super) fn is_utf16(head: &[u8]) -> bool {
    utf16(head).is_some()
}

/// Which byte of a unit of UTF-16 comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    LowFirst,
    HighFirst,
}

/// UTF-16 by its mark.
fn marked_utf16(head: &[u8]) -> Option<Order> {
    match head {
        // UTF-32 starts with the same two bytes; it is refused as binary.
        [0xff, 0xfe, 0, 0, ..] => None,
        [0xff, 0xfe, ..] => Some(Order::LowFirst),
        [0xfe, 0xff, ..] => Some(Order::HighFirst),
        _ => None,
    }
}

/// How much of an input is looked at for UTF-16 without a mark.
const UTF16_WINDOW: usize = 4 << 10;

/// Whether an input is UTF-16: by its mark, or because more than 40 % of the bytes at one parity are
/// NUL and fewer than 5 % at the other.
fn utf16(head: &[u8]) -> Option<Order> {
    if head.starts_with(&[0xff, 0xfe]) || head.starts_with(&[0xfe, 0xff]) {
        return marked_utf16(head);
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
        () if many(odd) && few(even) => Some(Order::LowFirst),
        () if many(even) && few(odd) => Some(Order::HighFirst),
        () => None,
    }
}

/// Turns UTF-16 into UTF-8 as it arrives, in pieces of any size.
#[derive(Clone, Debug)]
pub(crate) struct Utf16 {
    order: Order,
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
    fn new(order: Order) -> Utf16 {
        Utf16 { order, half: None, high: None, started: false }
    }

    /// Reads a piece.
    fn push(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        for &byte in bytes {
            let Some(first) = self.half.take() else {
                self.half = Some(byte);
                continue;
            };
            let unit = match self.order {
                Order::LowFirst => u16::from_le_bytes([first, byte]),
                Order::HighFirst => u16::from_be_bytes([first, byte]),
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
        let mut recoder = Recoder::of(b"a\rb\r", None).expect("it has no line feed");
        recoder.push(b"a\rb", &mut out);
        recoder.push(b"\r", &mut out);
        recoder.finish(&mut out);
        assert_eq!(out, b"a\nb\n");
        for other in [&b"a\r\nb\r\n"[..], b"a\nb", b"a", b""] {
            assert!(Recoder::of(other, None).is_none());
        }
    }

    fn bytes_of(text: &str, encoding: Order) -> Vec<u8> {
        text.encode_utf16()
            .flat_map(|unit| match encoding {
                Order::LowFirst => unit.to_le_bytes(),
                Order::HighFirst => unit.to_be_bytes(),
            })
            .collect()
    }

    #[test]
    fn utf16_is_known_with_and_without_mark() {
        for encoding in [Order::LowFirst, Order::HighFirst] {
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
        for encoding in [Order::LowFirst, Order::HighFirst] {
            let bytes = bytes_of(text, encoding);
            for size in 1..bytes.len() {
                let (mut decoder, mut out) = (Utf16::new(encoding), Vec::new());
                bytes.chunks(size).for_each(|piece| decoder.push(piece, &mut out));
                decoder.finish(&mut out);
                assert_eq!(out, "a€𝄞\n".as_bytes(), "{size}");
            }
        }
    }

    /// What an input in a declared encoding becomes, read in pieces of any size.
    fn declared(label: &str, bytes: &[u8]) -> String {
        let mut texts = (1..=bytes.len()).map(|size| {
            let mut out = Vec::new();
            let Some(mut recoder) = Recoder::of(bytes, Encoding::of(label)) else { return bytes.to_vec() };
            bytes.chunks(size).for_each(|piece| recoder.push(piece, &mut out));
            recoder.finish(&mut out);
            out
        });
        let first = texts.next().expect("there are bytes");
        assert!(texts.all(|text| text == first), "{label}");
        super::super::text::Text::clean(&first).text.into_owned()
    }

    #[test]
    fn a_declared_encoding_is_believed_unless_a_mark_says_otherwise() {
        assert_eq!(declared("latin1", b"Ren\xe9\n"), "René\n");
        assert_eq!(declared("shift_jis", b"\x83\x8d\x83O\n"), "ログ\n");
        assert_eq!(declared("shift_jis", b"a\x83\n"), "a\u{fffd}\n");
        assert_eq!(declared("utf-16le", b"\xe5\x65\xd7\x5f"), "日志");
        assert_eq!(declared("windows-1252", &bytes_of("\u{feff}né", Order::LowFirst)), "né");
        assert_eq!(declared("windows-1252", "\u{feff}né".as_bytes()), "\u{feff}né");
        assert_eq!(declared("utf-8", b"a\xff"), "a\u{fffd}");
        assert_eq!(declared("windows-1252", b"a\rb\r"), "a\nb\n");
        for label in ["", "klingon", "replacement"] {
            assert_eq!(Encoding::of(label), None, "{label}");
        }
    }

    #[test]
    fn utf16_may_end_its_lines_with_carriage_returns() {
        let bytes = bytes_of("\u{feff}one\rtwo\r", Order::HighFirst);
        assert_eq!(declared("utf-8", &bytes), "one\ntwo\n");
    }

    #[test]
    fn broken_utf16_is_left_for_the_repair() {
        let units = [0x61, 0xd800, 0x62, 0xdc00, 0xd801, 0xd802, 0xdc00, 0xd800];
        let bytes: Vec<u8> = units.iter().flat_map(|unit: &u16| unit.to_le_bytes()).collect();
        let (mut decoder, mut out) = (Utf16::new(Order::LowFirst), Vec::new());
        decoder.push(&bytes, &mut out);
        decoder.finish(&mut out);
        assert_eq!(super::super::text::Text::clean(&out).text, "a\u{fffd}b\u{fffd}\u{fffd}\u{10800}\u{fffd}");
    }
}
