//! Where the records of a JSON document stand: elements of its array, or its objects.
//!
//! Members beside the array of an envelope are skipped. Commas missing or doubled between records are
//! let pass, and so are line feeds, marks and zeros that concatenation and crashes leave there.

use super::scan::{Step, ValueScan, Watch};
use crate::formats::document::Framing;
use std::mem;
use std::ops::Range;

/// Where in the document the cursor is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Between values of the top level.
    Top,
    /// Between elements of the array that holds the records.
    Array,
    /// In a record.
    Element,
    /// In an object of the top level that may turn out to hold the array.
    Envelope,
}

/// What an object of the top level came to.
enum Found {
    /// It is a record itself.
    Record(Range<usize>),
    /// It holds records, or has not shown what it is.
    Nothing,
}

/// Finds records in a document, piece by piece.
pub(crate) struct Framer {
    watch: Watch,
    state: State,
    /// The record being read, and where it starts.
    element: ValueScan,
    start: usize,
    /// The object of the top level being read.
    envelope: ValueScan,
    /// Whether the array being read is a member of that object, and whether there was one.
    enveloped: bool,
    held_records: bool,
    in_array: bool,
    /// The cursor.
    at: usize,
}

/// How many blanks behind a bracket are skipped to see what an array holds.
const LOOK_AHEAD: usize = 4 << 10;

impl Framer {
    pub(crate) fn new(watch: Watch) -> Framer {
        Framer {
            watch,
            state: State::Top,
            element: ValueScan::new(),
            start: 0,
            envelope: ValueScan::new(),
            enveloped: false,
            held_records: false,
            in_array: false,
            at: 0,
        }
    }

    /// Skips to the next value; `None` when it has not come.
    fn between(&mut self, bytes: &[u8]) -> Option<()> {
        let byte = *bytes.get(self.at)?;
        match byte {
            b']' if self.state == State::Array => {
                self.at += 1;
                self.in_array = false;
                self.state = if mem::take(&mut self.enveloped) { State::Envelope } else { State::Top };
                self.envelope.behind_array();
            }
            // The array was not closed, what is around it is.
            b'}' if self.enveloped => {
                (self.enveloped, self.in_array) = (false, false);
                self.state = State::Envelope;
                self.envelope.behind_array();
            }
            // Blanks, separators, what crashes (NUL), RFC 7464 (RS) and concatenation (a mark) leave, and
            // brackets that close nothing.
            b' ' | b'\n' | b'\t' | b'\r' | b',' | 0 | 0x1e | 0xef | 0xbb | 0xbf | b'}' | b']' => self.at += 1,
            b'[' if self.state == State::Top => {
                self.at += 1;
                self.in_array = true;
                self.state = State::Array;
            }
            b'{' if self.state == State::Top && self.watch != Watch::Nothing => {
                self.envelope = ValueScan::new();
                self.held_records = false;
                self.start = self.at;
                self.state = State::Envelope;
            }
            _ => {
                self.element = ValueScan::new();
                self.start = self.at;
                self.state = State::Element;
            }
        }
        Some(())
    }

    /// Goes on in an object of the top level: to its end, when it is a record itself, or into the array
    /// it holds. `None`: more input is needed.
    fn envelope(&mut self, bytes: &[u8], end: bool) -> Option<Found> {
        let stop = match self.envelope.step(bytes, &mut self.at, end, &self.watch) {
            Step::Array(at) => {
                if self.holds_records(bytes, at + 1, end)? {
                    self.at = at + 1;
                    self.state = State::Array;
                    (self.enveloped, self.held_records, self.in_array) = (true, true, true);
                } else {
                    self.envelope.pass_array();
                }
                return Some(Found::Nothing);
            }
            Step::End(stop) | Step::Broken(stop) => stop,
            Step::More if end => bytes.len(),
            Step::More => return None,
        };
        self.at = stop;
        self.state = State::Top;
        Some(if self.held_records { Found::Nothing } else { Found::Record(self.trimmed(bytes, stop)) })
    }

    /// Whether the array with this inside holds records: a named one does, others when an object comes
    /// first. `None` when that has not come.
    fn holds_records(&self, bytes: &[u8], from: usize, end: bool) -> Option<bool> {
        if matches!(self.watch, Watch::Key(_)) {
            return Some(true);
        }
        let rest = bytes.get(from..).unwrap_or_default();
        let blanks = rest.iter().take(LOOK_AHEAD).take_while(|b| b.is_ascii_whitespace()).count();
        match rest.get(blanks) {
            Some(byte) => Some(*byte == b'{'),
            None if end => Some(false),
            None => None,
        }
    }

    fn trimmed(&self, bytes: &[u8], stop: usize) -> Range<usize> {
        let record = bytes.get(self.start..stop).unwrap_or_default();
        self.start..self.start + record.trim_ascii_end().len()
    }
}

impl Framing for Framer {
    fn next(&mut self, bytes: &[u8], end: bool) -> Option<Range<usize>> {
        loop {
            match self.state {
                State::Top | State::Array => self.between(bytes)?,
                State::Element => {
                    let stop = match self.element.step(bytes, &mut self.at, end, &Watch::Nothing) {
                        Step::End(stop) | Step::Broken(stop) => stop,
                        Step::More | Step::Array(_) if end => bytes.len(),
                        Step::More | Step::Array(_) => return None,
                    };
                    self.at = stop;
                    self.state = if self.in_array { State::Array } else { State::Top };
                    return Some(self.trimmed(bytes, stop));
                }
                State::Envelope => {
                    if let Found::Record(record) = self.envelope(bytes, end)? {
                        return Some(record);
                    }
                }
            }
        }
    }

    fn at(&self) -> usize {
        self.at
    }

    fn done(&self) -> usize {
        match self.state {
            State::Element => self.start,
            State::Envelope if !self.held_records => self.start,
            State::Envelope => self.envelope.open_name().unwrap_or(self.at),
            State::Top | State::Array => self.at,
        }
    }

    fn forget(&mut self, from: usize, count: usize) {
        self.at = self.at.saturating_sub(count);
        if self.start >= from + count {
            self.start -= count;
        }
        self.envelope.forget(from, count);
        self.element.forget(from, count);
    }
}
