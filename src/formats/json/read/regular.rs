//! Reads objects as nearly all logs write them: those of one kind have the same names in the same order, and a name that is
//! where it was the last time is compared instead of searched and looked up.
//!
//! Gives for a record what [`Reader`](super::Reader) gives, or nothing: what is irregular (control characters, escaped
//! names, lists of named values, objects inside strings, much depth or length, anything broken) is the reader's, from
//! the start. A property test and a fuzz target hold the one to the other.

use super::super::{pairs, token};
use super::{Place, Quoted, Seen, Strings, offset};
use crate::model::{Entry, FieldTable, Member, MemberId, Named, Region, Scratch, Span, Value, escape, limits};

/// Longer records are the reader's.
const LENGTH: usize = 256 << 10;
/// So are those that nest deeper.
const DEPTH: usize = 24;
/// Strings of so many bytes keep their escapes until somebody looks, which few do: nobody reads what a rule has no word for,
/// nor what was met before.
const LONG: usize = 256;
/// The bit of a name that may make a list of named values of what it stands in.
const MAY_PAIR: u16 = 1 << 15;

/// An open container.
#[derive(Clone, Copy)]
struct Level {
    /// Whose value it is.
    id: MemberId,
    /// The member read last; the root before there is one.
    last: MemberId,
    is_array: bool,
    /// Whether it may be a named value, as far as its first member tells.
    may_pair: bool,
    start: u32,
    /// Blanks between tokens before it.
    blanks: u32,
    /// The entry that waits for its end.
    entry: Option<u32>,
}

struct Regular<'r> {
    text: &'r str,
    at: usize,
    place: Place,
    strings: Strings,
    /// The innermost container, and those around it.
    top: Level,
    around: [Level; DEPTH],
    depth: usize,
    scratch: &'r mut Scratch,
    table: &'r FieldTable,
    blanks: u32,
    is_spaced: bool,
    met: Met,
    repaired: bool,
}

/// What the members read so far come to.
#[derive(Default)]
struct Met {
    /// Bytes of their paths.
    names: usize,
    seen: Seen,
}

impl Met {
    /// Takes a member up, the next one of `within`.
    fn add(&mut self, within: &mut Level, id: MemberId, member: &Member) {
        within.may_pair |= within.last == MemberId::ROOT && member.note & MAY_PAIR != 0;
        within.last = id;
        self.seen.0 |= member.note & !MAY_PAIR;
        self.names += member.path.len as usize;
    }
}

/// Reads the object that starts at `from`, as [`object`](super::object) does; `None`, with nothing pushed, when it is not
/// regular.
pub(super) fn object(
    text: &str,
    from: usize,
    place: Place,
    strings: Strings,
    scratch: &mut Scratch,
    table: &FieldTable,
) -> Option<(usize, bool, Seen)> {
    if text.len().checked_sub(from)? > LENGTH {
        return None;
    }
    let (mark, first) = (scratch.mark(), scratch.entries.len());
    let root = Level {
        id: MemberId::ROOT,
        last: MemberId::ROOT,
        is_array: false,
        may_pair: false,
        start: offset(from),
        blanks: 0,
        entry: None,
    };
    let mut reader = Regular {
        text,
        at: from,
        place,
        strings,
        top: root,
        around: [root; DEPTH],
        depth: 0,
        scratch,
        table,
        blanks: 0,
        is_spaced: false,
        met: Met::default(),
        repaired: false,
    };
    let read = reader.object();
    let Regular { at, repaired, met: Met { seen, .. }, is_spaced, scratch, .. } = reader;
    if read.is_none() {
        scratch.rewind(mark);
    } else if is_spaced {
        token::settle_objects(text, (from, at), scratch, first);
    }
    read.map(|()| (at, repaired, seen))
}

impl Regular<'_> {
    fn object(&mut self) -> Option<()> {
        self.eat(b'{')?;
        let mut is_open = true;
        loop {
            if let Some(id) = self.expected(&mut is_open) {
                is_open = self.member(id)?;
                continue;
            }
            self.skip_blanks();
            let is_array = self.top.is_array;
            let byte = self.byte()?;
            if byte == if is_array { b']' } else { b'}' } {
                self.at += 1;
                if !self.close(is_open)? {
                    return Some(()).filter(|()| self.met.names <= limits::JSON_NAMES);
                }
                is_open = false;
                continue;
            }
            if !is_open {
                self.eat(b',')?;
                self.skip_blanks();
            }
            is_open = if is_array {
                self.value(self.top.id)?
            } else {
                let id = self.name()?;
                self.skip_blanks();
                self.eat(b':')?;
                self.member(id)?
            };
        }
    }

    /// Reads members that are where they were the last time, one behind the other with no blank between, as long as their
    /// values are plain strings; gives the one whose value is none. Most of a record is this.
    fn expected(&mut self, is_first: &mut bool) -> Option<MemberId> {
        if self.top.is_array {
            return None;
        }
        let Scratch { members, entries, .. } = &mut *self.scratch;
        let (bytes, mut at) = (self.text.as_bytes(), self.at);
        let found = loop {
            let (place, from) = ((self.top.id, self.top.last), usize::from(*is_first));
            let Some((id, token, member)) = members
                .expected(place)
                .filter(|(_, token, _)| begins(bytes, at, token, from))
                .or_else(|| members.other(place.1).filter(|(_, token, _)| begins(bytes, at, token, from)))
            else {
                break None;
            };
            let value = at + token.len() - from;
            at = value;
            let end = if bytes.get(value) == Some(&b'"') { escape::special(bytes, value + 1) } else { value };
            if end == value || bytes.get(end) != Some(&b'"') {
                break Some(id);
            }
            if let Some(Named { field, spelling }) = member.named {
                let value = Value::Text(self.place.span(value + 1, end));
                entries.push(Entry { field, spelling, name: member.path, shape: member.shape, part: 0, value });
            }
            self.met.add(&mut self.top, id, member);
            (at, *is_first) = (end + 1, false);
        };
        self.at = at;
        found
    }

    /// Reads a member behind its colon, or up to the opening bracket of its value; gives which.
    fn member(&mut self, id: MemberId) -> Option<bool> {
        self.skip_blanks();
        self.met.add(&mut self.top, id, self.scratch.members.get(id)?);
        self.value(id)
    }

    /// Passes over a name; gives whose it is.
    fn name(&mut self) -> Option<MemberId> {
        self.eat(b'"')?;
        let place = (self.top.id, self.top.last);
        if let Some((id, token, _)) = self.scratch.members.expected(place)
            && let Some(name) = token.strip_prefix(",\"").and_then(|token| token.strip_suffix(':'))
            && self.text.get(self.at..)?.starts_with(name)
        {
            self.at += name.len();
            return Some(id);
        }
        let Quoted { start, end, escaped, .. } = self.string()?;
        let name = self.text.get(start..end).filter(|_| !escaped)?;
        self.scratch.member(self.table, place, name, note)
    }

    /// Reads a value, or the opening bracket of one; gives which.
    fn value(&mut self, id: MemberId) -> Option<bool> {
        match self.byte()? {
            byte @ (b'{' | b'[') => {
                self.open(id, byte == b'[')?;
                return Some(true);
            }
            b'"' => {
                self.at += 1;
                let quoted = self.string()?;
                if quoted.escaped {
                    self.escaped(&quoted, id)?;
                } else {
                    self.push(id, Value::Text(self.place.span(quoted.start, quoted.end)))?;
                }
            }
            _ => self.scalar(id)?,
        }
        Some(false)
    }

    /// Passes over a string whose opening quote has just been read.
    fn string(&mut self) -> Option<Quoted> {
        let bytes = self.text.as_bytes();
        let (start, mut escaped, mut odd) = (self.at, false, false);
        loop {
            let end = escape::special(bytes, self.at);
            match bytes.get(end)? {
                b'"' => {
                    self.at = end + 1;
                    return Some(Quoted { start, end, escaped, odd });
                }
                b'\\' => {
                    odd |= escape::letter(bytes, end).is_none();
                    (escaped, self.at) = (true, end + 2);
                }
                _ => return None,
            }
        }
    }

    /// Pushes a string with escapes.
    fn escaped(&mut self, quoted: &Quoted, id: MemberId) -> Option<()> {
        let Quoted { start, end, odd, .. } = *quoted;
        let inside = self.text.get(start..end)?;
        if self.strings == Strings::Open && inside.starts_with('{') && inside.len() <= limits::JSON_IN_STRING {
            return None;
        }
        if self.scratch.members.get(id)?.named.is_none() {
            self.repaired |= odd && escape::needs_repair(inside);
            return Some(());
        }
        if !odd && inside.len() >= LONG {
            return self.push(id, Value::Escaped(self.place.span(start, end)));
        }
        let start = self.scratch.text.len();
        self.repaired |= escape::unescape(inside, &mut self.scratch.text);
        self.push(id, Value::Text(self.scratch.since(start)))
    }

    /// Reads a number, a word, or what stands in the place of one.
    fn scalar(&mut self, id: MemberId) -> Option<()> {
        let rest = self.text.as_bytes().get(self.at..)?;
        let len = rest.iter().position(|b| token::ends_scalar(*b)).filter(|len| *len > 0)?;
        let span = self.place.span(self.at, self.at + len);
        self.at += len;
        let value = match rest.get(..len)? {
            b"true" => Value::Bool(true),
            b"false" => Value::Bool(false),
            b"null" => Value::Null,
            word if token::is_number(word) => Value::Number(span),
            _ => {
                self.repaired = true;
                Value::Text(span)
            }
        };
        self.push(id, value)
    }

    fn open(&mut self, id: MemberId, is_array: bool) -> Option<()> {
        let entries = self.scratch.entries.len();
        if !is_array {
            self.push(id, Value::Object(Span::default()))?;
        }
        let entry = (self.scratch.entries.len() > entries).then(|| offset(entries));
        let (start, blanks) = (offset(self.at), self.blanks);
        let top = Level { id, last: MemberId::ROOT, is_array, may_pair: false, start, blanks, entry };
        *self.around.get_mut(self.depth)? = std::mem::replace(&mut self.top, top);
        self.depth += 1;
        self.at += 1;
        Some(())
    }

    /// Ends the innermost container, whose closing bracket has just been read; gives whether another is around it.
    fn close(&mut self, is_empty: bool) -> Option<bool> {
        let top = self.top;
        let has_around = self.depth > 0;
        if has_around {
            self.depth -= 1;
            self.top = *self.around.get(self.depth)?;
        }
        if top.is_array {
            if is_empty {
                self.push(top.id, Value::NoItems)?;
            }
            return Some(has_around);
        }
        let is_pair = || self.text.get(top.start as usize..self.at).is_none_or(|text| pairs::of(text).is_some());
        if top.may_pair && has_around && is_pair() {
            return None;
        }
        let Some(entry) = top.entry.and_then(|entry| self.scratch.entries.get_mut(entry as usize)) else {
            return Some(has_around);
        };
        let removed = self.blanks - top.blanks;
        let len = offset(self.at) - top.start - removed;
        self.is_spaced |= removed > 0;
        entry.value = Value::Object(if removed == 0 {
            Span { region: self.place.region, start: self.place.start.saturating_add(top.start), len }
        } else {
            Span { region: Region::Fixed, start: top.start - top.blanks, len }
        });
        Some(has_around)
    }

    /// Pushes a value, if somebody wants it.
    #[inline]
    fn push(&mut self, id: MemberId, value: Value) -> Option<()> {
        let Scratch { members, entries, .. } = &mut *self.scratch;
        let Member { named, path: name, shape, .. } = *members.get(id)?;
        if let Some(Named { field, spelling }) = named {
            entries.push(Entry { field, spelling, name, shape, part: 0, value });
        }
        Some(())
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    #[inline]
    fn eat(&mut self, byte: u8) -> Option<()> {
        (self.byte()? == byte).then(|| self.at += 1)
    }

    /// Others than spaces are control characters, which are not regular.
    fn skip_blanks(&mut self) {
        while self.byte() == Some(b' ') {
            self.at += 1;
            self.blanks += 1;
        }
    }
}

/// Whether a text goes on with a token, whose bytes before `from` do not count.
#[inline]
fn begins(text: &[u8], at: usize, token: &str, from: usize) -> bool {
    let Some(token) = token.as_bytes().get(from..) else { return false };
    text.get(at..at + token.len()).is_some_and(|text| is_same(text, token))
}

/// Whether two texts of one length are the same. Names are a few words long: a call would take longer.
#[inline]
fn is_same(one: &[u8], other: &[u8]) -> bool {
    match (one.last_chunk::<8>(), other.last_chunk::<8>()) {
        (Some(last), Some(same)) => last == same && one.as_chunks::<8>().0.iter().eq(other.as_chunks::<8>().0),
        _ => one == other,
    }
}

/// What is worth knowing of a name: which of the telling ones it is, at the top, and whether it may begin a named value.
fn note(name: &str, is_top: bool) -> u16 {
    let mut seen = Seen::default();
    if is_top {
        seen.note(name);
    }
    seen.0 | if pairs::may_begin(name) { MAY_PAIR } else { 0 }
}
