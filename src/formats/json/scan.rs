//! Finds where a JSON value ends, however it arrives in pieces, without reading it.
//!
//! What is broken must cost one record and not the rest of the input, so a new value is taken to begin
//! where no sound one could go on: at a `{` inside an object that is not a member's value, and behind a
//! line feed inside a string when `{"` follows. A bracket that closes nothing inside the value ends it.

use crate::model::limits;

/// What a step found. Offsets are those of the bytes handed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// The value goes on behind these bytes.
    More,
    /// The value ends before this offset.
    End(usize),
    /// The value is broken off, and another begins at this offset.
    Broken(usize),
    /// An array that a member may hold records in begins at this offset.
    Array(usize),
}

/// Which arrays of a document hold its records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Watch {
    /// None: every object is a record.
    Nothing,
    /// The one under this name.
    Key(String),
    /// The ones under any of [`ENVELOPES`](super::ENVELOPES).
    Any,
}

impl Watch {
    fn is_for(&self, key: &[u8]) -> bool {
        match self {
            Watch::Nothing => false,
            Watch::Key(wanted) => wanted.as_bytes() == key,
            Watch::Any => super::ENVELOPES.iter().any(|name| name.as_bytes() == key),
        }
    }
}

/// How far blanks are skipped to see what stands behind a line feed.
const LOOK_AHEAD: usize = 256;
/// Bits of [`ValueScan::kinds`].
const KIND_WORDS: usize = limits::JSON_DEPTH / 64;

/// The state between two pieces.
#[derive(Clone, Debug)]
pub(crate) struct ValueScan {
    /// One bit for each open container, 1 for objects; deeper ones are only counted.
    kinds: [u64; KIND_WORDS],
    depth: usize,
    in_string: bool,
    /// The last byte outside strings that is no blank; a quote behind a string.
    last: u8,
    /// Where the string being read starts, when it names a member that may hold records.
    key: Option<usize>,
    /// Whether the last such name is watched for.
    watched: bool,
    /// Whether the last such name is `hits`: Elasticsearch nests `hits.hits`.
    is_hits: bool,
    /// How deep names are looked at: 1, or 2 inside `hits`.
    key_depth: usize,
}

impl ValueScan {
    pub(crate) fn new() -> ValueScan {
        ValueScan {
            kinds: [0; KIND_WORDS],
            depth: 0,
            in_string: false,
            last: 0,
            key: None,
            watched: false,
            is_hits: false,
            key_depth: 1,
        }
    }

    /// Reads on from `at`, which starts at the first byte of the value and is moved to where the next
    /// call must go on. With `end`, nothing follows the bytes.
    pub(crate) fn step(&mut self, bytes: &[u8], at: &mut usize, end: bool, watch: &Watch) -> Step {
        loop {
            if self.in_string
                && let Some(step) = self.string(bytes, at, end, watch)
            {
                return step;
            }
            let Some(&byte) = bytes.get(*at) else { return Step::More };
            match byte {
                b'"' => self.open_string(*at),
                b'{' if self.depth > 0 && self.top_is_object() && self.last != b':' => return Step::Broken(*at),
                b'{' | b'[' if self.depth == 0 && self.last != 0 => return Step::End(*at),
                b'[' if self.watched && self.last == b':' && self.depth == self.key_depth => return Step::Array(*at),
                b'{' | b'[' => self.push(byte == b'{'),
                b'}' | b']' => {
                    if !self.pop(byte == b'}') {
                        return Step::End(*at);
                    }
                    if self.depth == 0 {
                        *at += 1;
                        return Step::End(*at);
                    }
                }
                b',' | b'\n' if self.depth == 0 => return Step::End(*at),
                _ => {}
            }
            if !matches!(byte, b' ' | b'\n' | b'\t' | b'\r') {
                self.last = byte;
            }
            *at += 1;
        }
    }

    /// Goes on behind the array that [`Step::Array`] told of.
    pub(crate) fn behind_array(&mut self) {
        self.last = b']';
        self.watched = false;
    }

    /// The array that [`Step::Array`] told of is a value like others.
    pub(crate) fn pass_array(&mut self) {
        self.watched = false;
    }

    /// `count` bytes in front of offset `from + count` were taken out of the buffer.
    pub(crate) fn forget(&mut self, from: usize, count: usize) {
        // A name that lost bytes is too long to be one that is watched for.
        self.key = self.key.filter(|key| *key >= from + count).map(|key| key - count);
    }

    /// Where the name being read starts, if it is one that may be watched for.
    pub(crate) fn open_name(&self) -> Option<usize> {
        self.key
    }

    /// Reads to the end of a string.
    fn string(&mut self, bytes: &[u8], at: &mut usize, end: bool, watch: &Watch) -> Option<Step> {
        loop {
            let rest = bytes.get(*at..).unwrap_or_default();
            let Some(stop) = memchr::memchr3(b'"', b'\\', b'\n', rest) else {
                *at = bytes.len();
                return Some(Step::More);
            };
            let stop = *at + stop;
            match bytes.get(stop) {
                Some(b'\\') if stop + 1 == bytes.len() && !end => {
                    *at = stop;
                    return Some(Step::More);
                }
                Some(b'\\') => *at = (stop + 2).min(bytes.len()),
                Some(b'\n') => match value_behind(bytes, stop + 1, end) {
                    Ahead::Unknown => {
                        *at = stop;
                        return Some(Step::More);
                    }
                    Ahead::Value(start) => {
                        *at = start;
                        return Some(Step::Broken(start));
                    }
                    Ahead::Text => *at = stop + 1,
                },
                _ => {
                    *at = stop + 1;
                    self.close_string(bytes, stop, watch);
                    return None;
                }
            }
        }
    }

    fn open_string(&mut self, at: usize) {
        self.in_string = true;
        let names_member = self.depth == self.key_depth && self.top_is_object() && self.last != b':';
        self.key = names_member.then_some(at + 1);
    }

    fn close_string(&mut self, bytes: &[u8], at: usize, watch: &Watch) {
        self.in_string = false;
        self.last = b'"';
        if let Some(key) = self.key.take().and_then(|start| bytes.get(start..at)) {
            self.watched = watch.is_for(key);
            self.is_hits = key == b"hits";
        }
    }

    fn push(&mut self, object: bool) {
        if object && self.watched && self.is_hits && self.depth == 1 {
            self.key_depth = 2;
        }
        if let Some(word) = self.kinds.get_mut(self.depth / 64) {
            let bit = 1 << (self.depth % 64);
            *word = if object { *word | bit } else { *word & !bit };
        }
        self.depth += 1;
    }

    /// Closes containers up to one of this kind; `false` when none is open.
    fn pop(&mut self, object: bool) -> bool {
        let kinds = (0..self.depth).rev().map(|level| self.is_object(level));
        let Some(closed) = kinds.enumerate().find(|(_, kind)| kind.is_none_or(|kind| kind == object)) else {
            return false;
        };
        self.depth -= closed.0 + 1;
        if self.depth == 1 {
            self.key_depth = 1;
            self.watched = false;
        }
        true
    }

    /// What is open at a level; `None` when it is too deep to tell.
    fn is_object(&self, level: usize) -> Option<bool> {
        self.kinds.get(level / 64).map(|word| word >> (level % 64) & 1 == 1)
    }

    fn top_is_object(&self) -> bool {
        self.depth.checked_sub(1).and_then(|level| self.is_object(level)).unwrap_or(false)
    }
}

/// What stands behind a line feed inside a string.
enum Ahead {
    Value(usize),
    Text,
    Unknown,
}

fn value_behind(bytes: &[u8], from: usize, end: bool) -> Ahead {
    let rest = bytes.get(from..).unwrap_or_default();
    let blanks = rest.iter().take(LOOK_AHEAD).take_while(|b| matches!(b, b' ' | b'\t')).count();
    match (rest.get(blanks), rest.get(blanks + 1)) {
        _ if blanks == LOOK_AHEAD => Ahead::Text,
        (Some(b'{'), Some(b'"')) => Ahead::Value(from + blanks),
        (Some(b'{') | None, None) if !end => Ahead::Unknown,
        _ => Ahead::Text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads `text` in pieces of `size` and gives what the scan said first.
    fn scan(text: &str, size: usize, watch: &Watch) -> Step {
        let (mut scan, mut at) = (ValueScan::new(), 0);
        let mut len = 0;
        while len < text.len() {
            len = (len + size).min(text.len());
            let step = scan.step(&text.as_bytes()[..len], &mut at, len == text.len(), watch);
            if step != Step::More {
                return step;
            }
        }
        Step::More
    }

    #[track_caller]
    fn check(text: &str, watch: &Watch, want: Step) {
        for size in 1..=text.len() {
            assert_eq!(scan(text, size, watch), want, "in pieces of {size}");
        }
    }

    #[test]
    fn values_end_where_they_end() {
        check(r#"{"a":"}\"{","b":[{}]} x"#, &Watch::Nothing, Step::End(21));
        check("[[],{}],1", &Watch::Nothing, Step::End(7));
        check("12 ,", &Watch::Nothing, Step::End(3));
        check(r#""a,b"]"#, &Watch::Nothing, Step::End(5));
        check("junk\n{}", &Watch::Nothing, Step::End(4));
        check(r#"{"a":{"#, &Watch::Nothing, Step::More);
        check("{\"a\":\"line\nline\"}", &Watch::Nothing, Step::End(17));
    }

    #[test]
    fn broken_values_end_where_another_begins() {
        check(r#"{"a":1,{"b":2}"#, &Watch::Nothing, Step::Broken(7));
        check("{\"a\":\"x,\n  {\"b\":2}", &Watch::Nothing, Step::Broken(11));
        check(r#"{"a":[1}"#, &Watch::Nothing, Step::End(8));
        check(r#"{"a":1],"#, &Watch::Nothing, Step::End(6));
    }

    #[test]
    fn arrays_of_watched_members_are_told() {
        let key = Watch::Key("Records".to_owned());
        check(r#"{"x":["Records",[]],"Records":[1]}"#, &key, Step::Array(30));
        check(r#"{"Records":{"Records":[1]}}"#, &key, Step::End(27));
        check(r#"{"x":{"value":[1]},"value" : [1]}"#, &Watch::Any, Step::Array(29));
        check(r#"{"hits":{"total":1,"hits":[{}]}}"#, &Watch::Any, Step::Array(26));
        check(r#"{"records":[]}"#, &Watch::Nothing, Step::End(14));
    }

    #[test]
    fn depth_is_no_matter() {
        let text = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(scan(&text, text.len(), &Watch::Nothing), Step::End(200_000));
    }
}
