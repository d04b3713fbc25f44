//! Where events stand in XML: from `<Event` to `</Event>`.
//!
//! An event that is not closed ends where the next one begins. Text between events becomes a record that its reader
//! refuses, a line at a time; markup there is skipped.

use crate::formats::document::Framing;
use std::ops::Range;

/// Where in the input the cursor is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    /// Between events.
    #[default]
    Outside,
    /// In an event that starts there.
    Inside(usize),
    /// In a line that starts there and is no markup.
    Noise(usize),
}

/// What a step came to.
enum Step {
    /// A record ends here.
    Record(Range<usize>),
    /// The cursor moved on.
    On,
}

/// Finds events, piece by piece.
#[derive(Debug, Default)]
pub(super) struct Framer {
    state: State,
    /// What ends the remark, section or tag the cursor is in.
    until: Option<&'static [u8]>,
    at: usize,
}

/// Whether a start tag of this name stands at the beginning.
pub(super) fn is_start(bytes: &[u8], name: &[u8]) -> bool {
    let behind = bytes.strip_prefix(b"<").and_then(|rest| rest.strip_prefix(name)).and_then(|rest| rest.first());
    behind.is_some_and(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b'>' | b'/'))
}

/// As many bytes tell every tag and section from others.
const ENOUGH: usize = b"<![CDATA[".len();

impl Framer {
    /// Passes what is skipped; `None` when its end has not come.
    fn skip(&mut self, bytes: &[u8], end: bool) -> Option<()> {
        let Some(until) = self.until else { return Some(()) };
        let rest = bytes.get(self.at..).unwrap_or_default();
        match memchr::memmem::find(rest, until) {
            Some(found) => self.at += found + until.len(),
            // The end may be half there.
            None if !end => {
                self.at += rest.len().saturating_sub(until.len() - 1);
                return None;
            }
            None => self.at = bytes.len(),
        }
        self.until = None;
        Some(())
    }

    /// A step between events.
    fn outside(&mut self, bytes: &[u8], end: bool) -> Option<Step> {
        let rest = bytes.get(self.at..).unwrap_or_default();
        match rest.first()? {
            // Blanks, the event viewer's fold mark, a mark of byte order, zeros, the end of a document type.
            b' ' | b'\t' | b'\r' | b'\n' | b'-' | 0xef | 0xbb | 0xbf | 0 | b']' | b'>' => self.at += 1,
            b'<' if rest.len() < ENOUGH && !end => return None,
            b'<' if is_start(rest, b"Event") => {
                self.state = State::Inside(self.at);
                self.at += 1;
            }
            b'<' => self.until = Some(if rest.starts_with(b"<!--") { b"-->" } else { b">" }),
            _ => self.state = State::Noise(self.at),
        }
        Some(Step::On)
    }

    /// A step in a line that is no markup: it ends with the line, or where markup begins.
    fn noise(&mut self, bytes: &[u8], start: usize, end: bool) -> Option<Step> {
        let rest = bytes.get(self.at..).unwrap_or_default();
        let stop = memchr::memchr2(b'<', b'\n', rest);
        self.at += stop.unwrap_or(rest.len());
        (stop.is_some() || end).then(|| self.close(bytes, start))
    }

    /// A step in an event.
    fn inside(&mut self, bytes: &[u8], start: usize, end: bool) -> Option<Step> {
        let rest = bytes.get(self.at..).unwrap_or_default();
        let Some(found) = memchr::memchr(b'<', rest) else {
            self.at = bytes.len();
            return end.then(|| self.close(bytes, start));
        };
        self.at += found;
        let rest = bytes.get(self.at..).unwrap_or_default();
        if rest.len() < ENOUGH && !end {
            return None;
        }
        if let Some(behind) = rest.strip_prefix(b"</Event") {
            let blanks = behind.iter().take_while(|b| b.is_ascii_whitespace()).count();
            match behind.get(blanks) {
                Some(b'>') => {
                    self.at += rest.len() - behind.len() + blanks + 1;
                    return Some(self.close(bytes, start));
                }
                None if !end => return None,
                _ => {}
            }
        }
        if is_start(rest, b"Event") {
            return Some(self.close(bytes, start));
        }
        match rest {
            _ if rest.starts_with(b"<!--") => self.until = Some(b"-->"),
            _ if rest.starts_with(b"<![CDATA[") => self.until = Some(b"]]>"),
            _ => self.at += 1,
        }
        Some(Step::On)
    }

    fn close(&mut self, bytes: &[u8], start: usize) -> Step {
        self.state = State::Outside;
        let record = bytes.get(start..self.at).unwrap_or_default();
        Step::Record(start..start + record.trim_ascii_end().len())
    }
}

impl Framing for Framer {
    fn next(&mut self, bytes: &[u8], end: bool) -> Option<Range<usize>> {
        loop {
            self.skip(bytes, end)?;
            let step = match self.state {
                State::Outside => self.outside(bytes, end),
                State::Inside(start) => self.inside(bytes, start, end),
                State::Noise(start) => self.noise(bytes, start, end),
            };
            if let Step::Record(record) = step? {
                return Some(record);
            }
        }
    }

    fn at(&self) -> usize {
        self.at
    }

    fn done(&self) -> usize {
        match self.state {
            State::Outside => self.at,
            State::Inside(start) | State::Noise(start) => start,
        }
    }

    fn forget(&mut self, from: usize, count: usize) {
        self.at = self.at.saturating_sub(count);
        if let State::Inside(start) | State::Noise(start) = &mut self.state
            && *start >= from + count
        {
            *start -= count;
        }
    }
}
