//! Reads one object: one walk over the bytes, one entry for each value somebody wants.
//!
//! Nothing recurses: open containers stand on a stack of their own, in the worker's scratch.

#[cfg(any(test, feature = "fuzzing"))]
pub(super) mod alike;
mod regular;
mod strings;
#[cfg(test)]
mod tests;

use super::pairs::{self, DATA};
use super::token;
use crate::formats::Refused;
use crate::model::{Entry, FieldTable, Named, Open, Region, Scratch, Span, Value, escape, limits};
pub(super) use strings::Strings;

/// Where the text that is read lies.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) region: Region,
    /// Where the text starts in its region.
    pub(super) start: u32,
}

impl Place {
    /// A piece of the text that is read.
    fn span(self, start: usize, end: usize) -> Span {
        Span { region: self.region, start: self.start.saturating_add(offset(start)), len: offset(end - start) }
    }
}

/// Reads the object that starts at `from`, pushes its fields, and gives where it ends, whether anything in it had to be
/// repaired, and which telling names it has. When it is refused, nothing stays pushed.
pub(super) fn object(
    text: &str,
    from: usize,
    place: Place,
    strings: Strings,
    scratch: &mut Scratch,
    table: &FieldTable,
) -> Result<(usize, bool, Seen), Refused> {
    let regular = regular::object(text, from, place, strings, scratch, table);
    regular.map_or_else(|| any_object(text, from, place, strings, scratch, table), Ok)
}

/// The same for objects of all kinds.
fn any_object(
    text: &str,
    from: usize,
    place: Place,
    strings: Strings,
    scratch: &mut Scratch,
    table: &FieldTable,
) -> Result<(usize, bool, Seen), Refused> {
    scratch.path.clear();
    scratch.open.clear();
    let root = Slot { shape: 0, dots: 0, ..Slot::default() };
    let mut reader = Reader::new(text, from, place, scratch, table);
    reader.strings = strings;
    reader.object(root)?;
    Ok((reader.at, reader.repaired, reader.seen))
}

/// Reads the object that a text of the record holds, under that text's name.
pub(super) fn object_in(span: Span, name: &str, scratch: &mut Scratch, table: &FieldTable) {
    scratch.path.clear();
    scratch.path.push_str(name);
    scratch.open.clear();
    Reader::new("", 0, Place { region: span.region, start: 0 }, scratch, table).open_string(span, Slot::default());
}

/// Names of members, at the top of a record, that may hold or announce a text of somebody else, in bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Seen(u16);

impl Seen {
    const NAMES: [&'static str; 11] = [
        "MESSAGE",
        "__REALTIME_TIMESTAMP",
        "SYSLOG_IDENTIFIER",
        "log",
        "stream",
        "kubernetes",
        "SyslogMessage",
        "textPayload",
        "logName",
        "message",
        "EventData",
    ];

    /// Whether a member of this name was met.
    pub(crate) fn has(self, name: &str) -> bool {
        Seen::NAMES.iter().position(|known| *known == name).is_some_and(|bit| self.0 >> bit & 1 == 1)
    }

    fn note(&mut self, name: &str) {
        // Most names are told by their length alone.
        if matches!(name.len(), 3 | 6 | 7 | 9..=11 | 13 | 17 | 20) {
            let bit = Seen::NAMES.iter().position(|known| *known == name);
            self.0 |= bit.map_or(0, |bit| 1 << bit);
        }
    }
}

/// Where the value about to be read goes.
#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    /// `None`: nobody wants it.
    field: Option<Named>,
    name: Span,
    /// The shape of `name`.
    shape: u16,
    /// How many dots stand before names inside the value.
    dots: u16,
    /// The shape of names inside the value.
    inside: u16,
    /// How long the path is without this name.
    path: u32,
}

/// What stands before the next token.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    /// An opening bracket.
    Opening,
    /// A value.
    Value,
}

/// The inside of a string.
struct Quoted {
    start: usize,
    end: usize,
    escaped: bool,
    /// Whether some escape may be of more than one letter.
    odd: bool,
}

/// What of the record's limits is used up. It is the same whatever names are wanted.
#[derive(Clone, Copy, Default)]
struct Spent {
    values: usize,
    names: usize,
}

struct Reader<'r> {
    text: &'r str,
    bytes: &'r [u8],
    from: usize,
    at: usize,
    place: Place,
    strings: Strings,
    scratch: &'r mut Scratch,
    table: &'r FieldTable,
    /// Blank bytes between tokens so far.
    blanks: u32,
    /// An object is waiting for the compact form of the record.
    compact: bool,
    spent: Spent,
    seen: Seen,
    repaired: bool,
}

impl<'r> Reader<'r> {
    fn new(text: &'r str, from: usize, place: Place, scratch: &'r mut Scratch, table: &'r FieldTable) -> Reader<'r> {
        let bytes = text.as_bytes();
        let strings = Strings::Leave;
        Reader {
            text,
            bytes,
            from,
            at: from,
            place,
            strings,
            scratch,
            table,
            blanks: 0,
            compact: false,
            spent: Spent::default(),
            seen: Seen::default(),
            repaired: false,
        }
    }

    /// Reads the object at the cursor as what `root` names.
    fn object(&mut self, root: Slot) -> Result<(), Refused> {
        let (entries, text, floor) = (self.scratch.entries.len(), self.scratch.text.len(), self.scratch.open.len());
        let read = self.tokens(root, floor);
        match read {
            Ok(()) if self.compact => token::settle_objects(self.text, (self.from, self.at), self.scratch, entries),
            Ok(()) => {}
            Err(_) => {
                self.scratch.entries.truncate(entries);
                self.scratch.text.truncate(text);
            }
        }
        self.scratch.open.truncate(floor);
        read
    }

    fn tokens(&mut self, root: Slot, floor: usize) -> Result<(), Refused> {
        if self.byte() != Some(b'{') {
            return Err(self.expected("`{`"));
        }
        self.open(root, false)?;
        let mut before = Before::Opening;
        while let Some(top) = self.scratch.open.get(floor..).and_then(|open| open.last()).copied() {
            self.skip_blanks();
            let closing = if top.array { b']' } else { b'}' };
            match (before, self.byte()) {
                (_, Some(byte)) if byte == closing => {
                    self.at += 1;
                    self.pair(&top);
                    self.close(&top, before);
                    before = Before::Value;
                    continue;
                }
                (_, None) => return Err(self.expected("a closing bracket before the end")),
                (Before::Opening, _) => {}
                (Before::Value, Some(b',')) => {
                    self.at += 1;
                    self.skip_blanks();
                }
                (Before::Value, _) => return Err(self.expected("`,` or a closing bracket")),
            }
            let slot = if top.array { element(&top, self.scratch.path.len()) } else { self.member(&top)? };
            before = self.value(slot)?;
        }
        Ok(())
    }

    fn open(&mut self, slot: Slot, array: bool) -> Result<(), Refused> {
        if self.scratch.open.len() >= limits::JSON_DEPTH {
            return Err(self.expected("at most 512 levels of nesting"));
        }
        let mut entry = None;
        if let (Some(field), false) = (slot.field, array) {
            entry = u32::try_from(self.scratch.entries.len()).ok();
            self.push(field, slot, Value::Object(Span::default()));
        }
        self.scratch.open.push(Open {
            array,
            field: slot.field.filter(|_| array),
            name: slot.name,
            // Elements of an array have its name; members of an object have one dot more.
            shape: if array { slot.shape } else { slot.inside },
            dots: slot.dots,
            path: slot.path,
            start: offset(self.at),
            blanks: self.blanks,
            entry,
        });
        self.at += 1;
        Ok(())
    }

    /// Ends the innermost container, whose closing bracket has just been read.
    fn close(&mut self, top: &Open, before: Before) {
        self.scratch.open.pop();
        self.scratch.path.truncate(top.path as usize);
        if let (true, Some(field), Before::Opening) = (top.array, top.field, before) {
            self.scratch.entries.push(Entry {
                field: field.field,
                spelling: field.spelling,
                name: top.name,
                shape: top.shape,
                part: 0,
                value: Value::NoItems,
            });
        }
        let waiting = top.entry.and_then(|entry| self.scratch.entries.get_mut(entry as usize));
        let Some(entry) = waiting else { return };
        let removed = self.blanks - top.blanks;
        let len = offset(self.at) - top.start - removed;
        entry.value = Value::Object(if removed == 0 {
            Span { region: self.place.region, start: self.place.start.saturating_add(top.start), len }
        } else {
            // Where it will stand in the compact form of the whole record, which is made at most once,
            // at the end: JSON has no fixed text, so that region marks what is not settled yet.
            self.compact = true;
            Span { region: Region::Fixed, start: top.start - top.blanks, len }
        });
    }

    /// Where the object just read names a value, as elements of some lists do, that is a field too.
    fn pair(&mut self, top: &Open) {
        let Some(parent) = self.scratch.open.iter().rev().nth(1).copied().filter(|_| !top.array) else { return };
        let text: &'r str = self.text;
        let Some(pair) = text.get(top.start as usize..self.at).and_then(pairs::of) else { return };
        // Data of Windows events stands beside its list, other names below theirs.
        let shape = if pair.is_attribute {
            let stem = self.scratch.path.strip_suffix(DATA).filter(|stem| stem.is_empty() || stem.ends_with('.'));
            let Some(stem) = stem.map(str::len) else { return };
            self.scratch.path.truncate(stem);
            parent.shape
        } else if parent.array {
            element(&parent, 0).inside
        } else {
            return;
        };
        let path = self.scratch.path.len();
        self.repaired |= escape::unescape(pair.name, &mut self.scratch.path);
        self.spent.names += self.scratch.path.len();
        let field = self.scratch.names.find(self.table, &self.scratch.path);
        if let Some(Named { field, spelling }) = field.filter(|_| self.spent.names <= limits::JSON_NAMES) {
            let start = self.scratch.text.len();
            self.scratch.text.push_str(&self.scratch.path);
            let name = self.scratch.since(start);
            let (value, is_repaired) = pair.value.keep(self.scratch);
            self.repaired |= is_repaired;
            self.scratch.entries.push(Entry { field, spelling, name, shape, part: 0, value });
        }
        self.scratch.path.truncate(path);
        if pair.is_attribute {
            self.scratch.path.push_str(DATA);
        }
    }

    /// Reads a member's name and colon, and looks the name up.
    fn member(&mut self, top: &Open) -> Result<Slot, Refused> {
        if self.byte() != Some(b'"') {
            return Err(self.expected("a name in quotes"));
        }
        let key = self.string()?;
        let path = self.scratch.path.len();
        let inside = self.text.get(key.start..key.end).unwrap_or("");
        if key.escaped {
            self.repaired |= escape::unescape(inside, &mut self.scratch.path);
        } else {
            self.scratch.path.push_str(inside);
        }
        if path == 0 {
            self.seen.note(inside);
        }
        self.spent.names += self.scratch.path.len();
        if self.spent.names > limits::JSON_NAMES {
            return Err(self.expected("names of at most 32 MiB together"));
        }
        self.skip_blanks();
        if self.byte() != Some(b':') {
            return Err(self.expected("`:`"));
        }
        self.at += 1;
        self.skip_blanks();
        let field = self.scratch.names.find(self.table, &self.scratch.path);
        let name = match field {
            None => Span::default(),
            Some(_) if path == 0 && !key.escaped => self.place.span(key.start, key.end),
            Some(_) => {
                let start = self.scratch.text.len();
                self.scratch.text.push_str(&self.scratch.path);
                self.scratch.since(start)
            }
        };
        Ok(Slot { field, name, shape: top.shape, dots: top.dots, inside: 0, path: offset(path) })
    }

    /// Reads a value, or the opening bracket of one.
    fn value(&mut self, mut slot: Slot) -> Result<Before, Refused> {
        self.spent.values += 1;
        if self.spent.values > limits::JSON_VALUES {
            return Err(self.expected("at most a million values"));
        }
        match self.byte() {
            Some(byte @ (b'{' | b'[')) => {
                self.step_into(&mut slot);
                self.open(slot, byte == b'[')?;
                return Ok(Before::Opening);
            }
            Some(b'"') => {
                let quoted = self.string()?;
                self.text_value(&quoted, slot);
            }
            _ => self.scalar(slot)?,
        }
        if !self.in_array() {
            self.scratch.path.truncate(slot.path as usize);
        }
        Ok(Before::Value)
    }

    /// Whether the value being read is an element: then the path already ends with a dot.
    fn in_array(&self) -> bool {
        self.scratch.open.last().is_some_and(|top| top.array)
    }

    /// Makes the path one of a container: names inside it are joined to it by a dot.
    fn step_into(&mut self, slot: &mut Slot) {
        if self.in_array() {
            return;
        }
        let own = self.scratch.path.as_bytes().get(slot.path as usize..).unwrap_or_default();
        let own = memchr::memchr_iter(b'.', own).count();
        let dots = slot.dots.saturating_add(u16::try_from(own).unwrap_or(u16::MAX));
        slot.inside = slot.shape | 0x8000_u16.checked_shr(u32::from(dots)).unwrap_or(0);
        slot.dots = dots.saturating_add(1);
        self.scratch.path.push('.');
    }

    /// Reads to the end of the string at the cursor.
    fn string(&mut self) -> Result<Quoted, Refused> {
        let start = self.at + 1;
        let (mut at, mut escaped) = (start, false);
        loop {
            at = escape::special(self.bytes, at);
            match self.bytes.get(at) {
                Some(b'"') => break,
                Some(b'\\') => {
                    escaped = true;
                    at += 2;
                }
                Some(_) => {
                    self.repaired = true;
                    at += 1;
                }
                None => return Err(self.expected("a closing quote")),
            }
        }
        self.at = at + 1;
        Ok(Quoted { start, end: at, escaped, odd: escaped })
    }

    /// Reads a number, a word, or what stands in the place of one.
    fn scalar(&mut self, slot: Slot) -> Result<(), Refused> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let len = rest.iter().position(|b| token::ends_scalar(*b)).unwrap_or(rest.len());
        if len == 0 {
            return Err(self.expected("a value"));
        }
        let (start, end) = (self.at, self.at + len);
        self.at = end;
        let value = match rest.get(..len).unwrap_or_default() {
            b"true" => Value::Bool(true),
            b"false" => Value::Bool(false),
            b"null" => Value::Null,
            number if token::is_number(number) => Value::Number(self.place.span(start, end)),
            _ => {
                self.repaired = true;
                Value::Text(self.place.span(start, end))
            }
        };
        if let Some(field) = slot.field {
            self.push(field, slot, value);
        }
        Ok(())
    }

    fn push(&mut self, Named { field, spelling }: Named, slot: Slot, value: Value) {
        self.scratch.entries.push(Entry { field, spelling, name: slot.name, shape: slot.shape, part: 0, value });
    }

    fn byte(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn skip_blanks(&mut self) {
        while let Some(b' ' | b'\n' | b'\t' | b'\r') = self.byte() {
            self.at += 1;
            self.blanks += 1;
        }
    }

    fn expected(&self, expected: &'static str) -> Refused {
        Refused { expected, at: offset(self.at) }
    }
}

/// Where an element of an array goes: under the name of the array.
fn element(top: &Open, path: usize) -> Slot {
    // The last dot of the path is the step into the elements: theirs is the next one's place minus one.
    let joint = 0x8000_u16.checked_shr(u32::from(top.dots.saturating_sub(1))).unwrap_or(0);
    Slot {
        field: top.field,
        name: top.name,
        shape: top.shape,
        dots: top.dots,
        inside: top.shape | joint,
        path: offset(path),
    }
}

/// Offsets inside one record or one worker's scratch: both are far below 4 GiB (`limits`).
fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
