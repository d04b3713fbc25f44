//! Tells which lines begin records, looking at bytes only.

use super::{IsOwn, Readers, visible};
use crate::model::{Scratch, limits};

/// What a line is to the records around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// Nothing; ends the record above.
    Blank,
    /// A line of a header; ends the record above.
    Header,
    /// The first line of a record.
    Starts,
    /// The first line of a run of prose.
    StartsProse,
    /// A further line of the record above.
    Continues,
    /// A blank line that is part of the record above if a line follows that is.
    BlankInside,
}

/// Walks lines in order.
pub(super) struct Framer {
    /// Whether runs of prose are records, and how the format's own lines are known.
    prose: Option<IsOwn>,
    /// The record above, if it may go on.
    open: Option<Open>,
    scratch: Scratch,
}

/// A record that may go on.
#[derive(Clone, Copy, Debug)]
struct Open {
    is_prose: bool,
    lines: usize,
    bytes: usize,
}

impl Open {
    /// Whether a line more would not make it longer than a record may be.
    fn has_room(&self, line: &[u8]) -> bool {
        self.lines < limits::RECORD_LINES && self.bytes + line.len() < limits::RECORD_BYTES
    }

    fn with(self, line: &[u8]) -> Open {
        Open { lines: self.lines + 1, bytes: self.bytes + line.len() + 1, ..self }
    }
}

impl Framer {
    /// At the start of a record.
    pub(super) fn new(readers: &Readers) -> Framer {
        Framer { prose: readers.prose, open: None, scratch: Scratch::default() }
    }

    /// Forgets the record above.
    pub(super) fn reset(&mut self) {
        self.open = None;
    }

    /// The next line, without its line feed.
    pub(super) fn turn(&mut self, readers: &Readers, line: &[u8]) -> Turn {
        // Most lines: nothing invisible or blank in front, no prose, and no part of the record above.
        let is_usual = match line.first() {
            Some(b'{') => true,
            Some(first) => self.prose.is_none() && first.is_ascii_alphanumeric(),
            None => false,
        };
        if is_usual && readers.is_simple && !(readers.own.1.continues)(line) {
            self.open = Some(Open { is_prose: false, lines: 1, bytes: line.len() + 1 });
            return Turn::Starts;
        }
        let body = readers.body(line);
        let is_blank = is_blank(line);
        if is_blank
            && readers.spans_blanks()
            && let Some(open) = self.open.filter(|open| !open.is_prose && open.has_room(line))
        {
            self.open = Some(open.with(line));
            return Turn::BlankInside;
        }
        if is_blank || readers.separates(body) {
            self.open = None;
            return Turn::Blank;
        }
        if readers.is_header(body) {
            self.open = None;
            return Turn::Header;
        }
        let is_prose = self.is_prose(readers, body);
        let goes_on = self.open.filter(|open| {
            let belongs = if open.is_prose { is_prose } else { readers.continues(body, open.lines) };
            // What is longer than a record may be begins another.
            belongs && open.has_room(line)
        });
        if let Some(open) = goes_on {
            self.open = Some(open.with(line));
            return Turn::Continues;
        }
        self.open = Some(Open { is_prose, lines: 1, bytes: line.len() + 1 });
        if is_prose { Turn::StartsProse } else { Turn::Starts }
    }

    /// Whether a line belongs to a run of prose: it looks like no record of the format, and no format reads it.
    fn is_prose(&mut self, readers: &Readers, body: &[u8]) -> bool {
        let Some(is_own) = self.prose else { return false };
        if matches!(body.trim_ascii_start().first(), Some(b'{' | b'[')) || is_own(body) {
            return false;
        }
        !readers.is_taken(&String::from_utf8_lossy(body), &mut self.scratch)
    }
}

/// Whether a line holds nothing but blanks, a byte order mark and NULs.
pub(super) fn is_blank(line: &[u8]) -> bool {
    visible(line).iter().all(|b| b.is_ascii_whitespace() || *b == 0)
}
