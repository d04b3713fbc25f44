//! Where something stands: which input, which block, which record.

/// One opened input: a file, a member of an archive, or standard input. Numbered in reading order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct SourceId(pub(crate) u32);

/// A loaded rule, detection or correlation: its index in the loaded rule set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct RuleId(pub(crate) u32);

/// Points back at a record while its block is being worked on. `index` and `line` count from 0
/// within the block and become absolute when blocks are merged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Origin {
    /// The input the record came from.
    pub(crate) source: SourceId,
    /// Global number of the block, in reading order over all inputs.
    pub(crate) block: u32,
    /// Position of the record among all records of the block (events and unparsed).
    pub(crate) index: u32,
    /// First physical line of the record, relative to the block's first line.
    pub(crate) line: u32,
    /// Characters before it in that line, as far as they are in the block; `None` when nobody knows.
    pub(crate) column: Option<u32>,
}

/// Where the text of a record begins in its first line and ends in its last, in characters that count from 1; the end is
/// behind the last one. Both are 0 where they are not known: then the record is whole lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Columns {
    /// Of the first character.
    pub(crate) start: u32,
    /// Behind the last.
    pub(crate) end: u32,
}

impl Columns {
    /// Those of a record with this text, that many characters behind the start of a line.
    pub(crate) fn of(raw: &str, before: u32) -> Columns {
        let last = memchr::memrchr(b'\n', raw.as_bytes()).and_then(|at| raw.get(at + 1..));
        let ahead = if last.is_some() { 0 } else { before };
        let length = u32::try_from(characters(last.unwrap_or(raw).as_bytes())).ok();
        let end = length.and_then(|length| length.checked_add(ahead)?.checked_add(1));
        match (before.checked_add(1), end) {
            (Some(start), Some(end)) => Columns { start, end },
            _ => Columns::default(),
        }
    }

    /// The same, with so many more characters before it in its first line, which is its last if `lines` is 1.
    pub(crate) fn behind(self, before: Option<u32>, lines: u32) -> Columns {
        if self == Columns::default() {
            return self;
        }
        let end = |before| if lines > 1 { Some(self.end) } else { self.end.checked_add(before) };
        let moved =
            before.and_then(|before| Some(Columns { start: self.start.checked_add(before)?, end: end(before)? }));
        moved.unwrap_or_default()
    }
}

/// How many characters the bytes of a text are.
fn characters(bytes: &[u8]) -> usize {
    if bytes.is_ascii() {
        return bytes.len();
    }
    // All but the bytes that go on with a character.
    bytes.iter().filter(|byte| **byte & 0xC0 != 0x80).count()
}

/// How many characters stand behind the last line feed of a text, or in all of it when it has none and `before` stand
/// before it.
pub(crate) fn column_behind(bytes: &[u8], before: Option<u32>) -> Option<u32> {
    let (before, last) = match memchr::memrchr(b'\n', bytes) {
        Some(at) => (0, bytes.get(at + 1..).unwrap_or_default()),
        None => (before?, bytes),
    };
    u32::try_from(characters(last)).ok()?.checked_add(before)
}

/// The absolute place of a record, for people: lines and records count from 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Place {
    /// The input.
    pub(crate) source: SourceId,
    /// First physical line of the record, counted in the unpacked text.
    pub(crate) line: u64,
    /// Ordinal of the record in its input.
    pub(crate) record: u64,
    /// How many physical lines the record covers.
    pub(crate) lines: u32,
    /// Where in them it stands.
    pub(crate) columns: Columns,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_characters_from_1_and_end_behind_the_last() {
        let cases = [
            ("abc", 0, (1, 4)),
            ("{\"ü\":1}", 7, (8, 15)),
            ("a\nbc", 3, (4, 3)),
            ("a\n", 3, (4, 1)),
            ("", 0, (1, 1)),
            ("ab", u32::MAX - 1, (0, 0)),
        ];
        for (raw, before, (start, end)) in cases {
            assert_eq!(Columns::of(raw, before), Columns { start, end }, "{raw:?}");
        }
    }

    #[test]
    fn a_block_that_begins_within_a_line_moves_what_is_in_that_line() {
        let columns = Columns { start: 3, end: 5 };
        let cases = [
            (columns, Some(10), 1, (13, 15)),
            (columns, Some(10), 2, (13, 5)),
            (columns, None, 1, (0, 0)),
            (columns, Some(u32::MAX), 1, (0, 0)),
            (Columns::default(), Some(10), 1, (0, 0)),
        ];
        for (columns, before, lines, (start, end)) in cases {
            assert_eq!(columns.behind(before, lines), Columns { start, end }, "{before:?}");
        }
    }

    #[test]
    fn a_column_counts_from_the_last_line_feed() {
        let cases: [(&str, Option<u32>, Option<u32>); 5] = [
            ("ab\ncüd", Some(4), Some(3)),
            ("cüd", Some(4), Some(7)),
            ("cüd", None, None),
            ("\n", None, Some(0)),
            ("a", Some(u32::MAX), None),
        ];
        for (text, before, want) in cases {
            assert_eq!(column_behind(text.as_bytes(), before), want, "{text:?}");
        }
    }
}
