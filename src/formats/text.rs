//! Bytes to text: what every format may take for granted about the text it is given.
//!
//! Bytes that are not UTF-8 become U+FFFD, runs of NUL (a file a crash has extended) are cut out, and
//! the places where either happened are kept, so that exactly the records they lie in count as
//! repaired. A single NUL stays: it may be part of a value. No encoding is guessed by statistics; what
//! is UTF-16 goes through a [`Recoder`](super::recode::Recoder) before records are cut.

use crate::model::column_behind;
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
            Ok(text) if !has_run(bytes) => Text { text: Cow::Borrowed(text), repairs: Vec::new() },
            _ => mend(bytes),
        }
    }

    /// Whether something between two offsets of the text (the end included: what was cut off the end
    /// of a record counts) was replaced or cut.
    pub(crate) fn is_repaired(&self, start: usize, end: usize) -> bool {
        if self.repairs.is_empty() {
            return false;
        }
        let first = self.repairs.partition_point(|at| *at < start);
        self.repairs.get(first).is_some_and(|at| *at <= end)
    }
}

/// Whether two NULs follow each other. Nearly always there is not even one.
fn has_run(bytes: &[u8]) -> bool {
    memchr::memchr(0, bytes)
        .is_some_and(|at| memchr::memmem::find(bytes.get(at..).unwrap_or_default(), b"\0\0").is_some())
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

    /// Characters between the start of the line that a part of the block ends in and that end, when `before` stand in its
    /// first line before it.
    pub(crate) fn column_behind(&self, range: Range<usize>, before: Option<u32>) -> Option<u32> {
        column_behind(self.bytes.get(range).unwrap_or_default(), before)
    }
}

/// A record without a byte order mark before it and without the carriage return behind it.
/// Gives where it starts in `line`, and itself.
pub(crate) fn record(line: &str) -> (usize, &str) {
    // A byte tells most lines from one with a mark.
    let kept =
        if line.as_bytes().first() == BOM.as_bytes().first() { line.strip_prefix(BOM).unwrap_or(line) } else { line };
    let start = line.len() - kept.len();
    let is_returned = kept.as_bytes().last() == Some(&b'\r');
    (start, if is_returned { kept.strip_suffix('\r').unwrap_or(kept) } else { kept })
}

/// Whether a line holds nothing: blanks, or what is left of a run of NUL.
pub(crate) fn is_blank(line: &str) -> bool {
    line.trim_start_matches(BOM).bytes().all(|b| b.is_ascii_whitespace() || b == 0)
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
}
