//! Reads objects as nearly all logs write them: those of one kind have the same names in the same order, and a name that is
//! where it was the last time is compared instead of searched and looked up.
//!
//! Gives for a record what [`Reader`](super::Reader) gives, or nothing: what is irregular (control characters, escaped
//! names, lists of named values, objects inside strings, much depth or length, anything broken) is the reader's, from
//! the start. A property test and a fuzz target hold the one to the other.

use super::super::{escape, pairs, token};
use super::{Place, Quoted, Seen, Strings, offset};
use crate::model::{Entry, FieldTable, Member, MemberId, Named, Region, Scratch, Span, Value, limits};

/// Longer records are the reader's.
const LENGTH: usize = 256 << 10;
/// So are those that nest deeper.
const DEPTH: usize = 24;
/// The bit of a name that may make a list of named values of what it stands in.
const MAY_PAIR: u16 = 1 << 15;

/// An open container.
#[derive(Clone, Copy)]
struct Level {
    /// Whose value it is.
    id: MemberId,
    member: Member,
    name: Span,
    is_array: bool,
    /// The member read last.
    last: Option<MemberId>,
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
    /// Bytes of paths so far.
    names: usize,
    seen: Seen,
    repaired: bool,
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
        member: Member::default(),
        name: Span::default(),
        is_array: false,
        last: None,
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
        names: 0,
        seen: Seen::default(),
        repaired: false,
    };
    let read = reader.object();
    let Regular { at, repaired, seen, is_spaced, scratch, .. } = reader;
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
            self.skip_blanks();
            let is_array = self.top.is_array;
            let byte = self.byte()?;
            if byte == if is_array { b']' } else { b'}' } {
                self.at += 1;
                if !self.close(is_open)? {
                    return Some(());
                }
                is_open = false;
                continue;
            }
            if !is_open {
                self.eat(b',')?;
                self.skip_blanks();
            }
            is_open = if is_array {
                let Level { id, member, name, .. } = self.top;
                self.value(id, member, name)?
            } else {
                self.member()?
            };
        }
    }

    /// Reads a member, or its name and the opening bracket of its value; gives which.
    fn member(&mut self) -> Option<bool> {
        let start = self.at + 1;
        let id = self.name()?;
        let end = self.at - 1;
        self.skip_blanks();
        self.eat(b':')?;
        self.skip_blanks();
        let (member, path) = self.scratch.members.get(id)?;
        self.top.may_pair |= self.top.last.is_none() && member.note & MAY_PAIR != 0;
        self.top.last = Some(id);
        self.seen.0 |= member.note & !MAY_PAIR;
        self.names += path.len();
        if self.names > limits::JSON_NAMES {
            return None;
        }
        let span = match member.named {
            None => Span::default(),
            Some(_) if self.depth == 0 => self.place.span(start, end),
            Some(_) => {
                let start = self.scratch.text.len();
                self.scratch.text.push_str(path);
                self.scratch.since(start)
            }
        };
        self.value(id, member, span)
    }

    /// Passes over a name; gives whose it is.
    fn name(&mut self) -> Option<MemberId> {
        self.eat(b'"')?;
        let (start, place) = (self.at, (self.top.id, self.top.last));
        let rest = self.text.as_bytes().get(start..)?;
        if let Some((id, name)) = self.scratch.members.expected(place)
            && rest.get(name.len()) == Some(&b'"')
            && rest.starts_with(name.as_bytes())
        {
            self.at += name.len() + 1;
            return Some(id);
        }
        let Quoted { end, escaped, .. } = self.string()?;
        let name = self.text.get(start..end).filter(|_| !escaped)?;
        self.scratch.member(self.table, place, name, note)
    }

    /// Reads a value, or the opening bracket of one; gives which.
    fn value(&mut self, id: MemberId, member: Member, name: Span) -> Option<bool> {
        match self.byte()? {
            byte @ (b'{' | b'[') => {
                self.open(id, member, name, byte == b'[')?;
                return Some(true);
            }
            b'"' => {
                self.at += 1;
                let Quoted { start, end, escaped } = self.string()?;
                if escaped {
                    self.escaped((start, end), member, name)?;
                } else if let Some(named) = member.named {
                    let value = Value::Text(self.place.span(start, end));
                    self.push(named, member, name, value);
                }
            }
            _ => self.scalar(member, name)?,
        }
        Some(false)
    }

    /// Passes over a string whose opening quote has just been read.
    fn string(&mut self) -> Option<Quoted> {
        let bytes = self.text.as_bytes();
        let (start, mut escaped) = (self.at, false);
        loop {
            let end = escape::special(bytes, self.at);
            match bytes.get(end)? {
                b'"' => {
                    self.at = end + 1;
                    return Some(Quoted { start, end, escaped });
                }
                b'\\' => (escaped, self.at) = (true, end + 2),
                _ => return None,
            }
        }
    }

    /// Pushes a string with escapes.
    fn escaped(&mut self, (start, end): (usize, usize), member: Member, name: Span) -> Option<()> {
        let inside = self.text.get(start..end)?;
        if self.strings == Strings::Open && inside.starts_with('{') && inside.len() <= limits::JSON_IN_STRING {
            return None;
        }
        let Some(named) = member.named else {
            self.repaired |= escape::needs_repair(inside);
            return Some(());
        };
        let start = self.scratch.text.len();
        self.repaired |= escape::unescape(inside, &mut self.scratch.text);
        let value = Value::Text(self.scratch.since(start));
        self.push(named, member, name, value);
        Some(())
    }

    /// Reads a number, a word, or what stands in the place of one.
    fn scalar(&mut self, member: Member, name: Span) -> Option<()> {
        let rest = self.text.as_bytes().get(self.at..)?;
        let len = rest.iter().position(|b| token::ends_scalar(*b)).filter(|len| *len > 0)?;
        let (start, end) = (self.at, self.at + len);
        self.at = end;
        let word = rest.get(..len)?;
        let is_number = match word {
            b"true" | b"false" | b"null" => false,
            word => {
                let is_number = token::is_number(word);
                self.repaired |= !is_number;
                is_number
            }
        };
        let Some(named) = member.named else { return Some(()) };
        let value = match word {
            b"true" => Value::Bool(true),
            b"false" => Value::Bool(false),
            b"null" => Value::Null,
            _ if is_number => Value::Number(self.place.span(start, end)),
            _ => Value::Text(self.place.span(start, end)),
        };
        self.push(named, member, name, value);
        Some(())
    }

    fn open(&mut self, id: MemberId, member: Member, name: Span, is_array: bool) -> Option<()> {
        let mut entry = None;
        if let (Some(named), false) = (member.named, is_array) {
            entry = Some(offset(self.scratch.entries.len()));
            self.push(named, member, name, Value::Object(Span::default()));
        }
        let (start, blanks) = (offset(self.at), self.blanks);
        let top = Level { id, member, name, is_array, last: None, may_pair: false, start, blanks, entry };
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
            if let (Some(named), true) = (top.member.named, is_empty) {
                self.push(named, top.member, top.name, Value::NoItems);
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

    fn push(&mut self, Named { field, spelling }: Named, member: Member, name: Span, value: Value) {
        self.scratch.entries.push(Entry { field, spelling, name, shape: member.shape, part: 0, value });
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

/// What is worth knowing of a name: which of the telling ones it is, at the top, and whether it may begin a named value.
fn note(name: &str, is_top: bool) -> u16 {
    let mut seen = Seen::default();
    if is_top {
        seen.note(name);
    }
    seen.0 | if pairs::may_begin(name) { MAY_PAIR } else { 0 }
}
