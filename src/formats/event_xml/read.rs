//! Reads one event: its elements become fields, texts stay where they stand when nothing in them is escaped.

use super::names::{self, Section, Shared};
use crate::formats::{Record, Refused};
use crate::model::{FieldTable, Region, Scratch, Span, Value, limits};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use std::borrow::Cow;
use std::ops::Range;

/// Reads a record that is one event.
pub(crate) fn read_record(record: &mut Record<'_>) -> Result<(), Refused> {
    let place = Place { region: record.scratch.within, start: record.start };
    read(record.text, place, record.scratch, record.table)
}

/// Reads the event a message is, and gives whether it is one. Nothing stays pushed when it is not.
pub(crate) fn event_in(message: &str, record: &mut Record<'_>) -> bool {
    let Span { region, start, .. } = record.span(message);
    let before = record.scratch.entries.len();
    let is_event = read(message, Place { region, start }, record.scratch, record.table).is_ok();
    if !is_event {
        record.scratch.entries.truncate(before);
    }
    is_event
}

/// Where the text that is read stands.
#[derive(Clone, Copy, Debug)]
struct Place {
    region: Region,
    start: u32,
}

/// Reads one event.
fn read(text: &str, place: Place, scratch: &mut Scratch, table: &FieldTable) -> Result<(), Refused> {
    let mut reader = Reader::from_str(text);
    // A lone `&` is no reason to lose an event.
    reader.config_mut().allow_dangling_amp = true;
    let mut walk = Walk {
        text,
        place,
        scratch,
        table,
        open: Vec::new(),
        section: Section::Other,
        system: 0..0,
        shared: Shared::default(),
        is_over: false,
    };
    loop {
        let at = reader.buffer_position();
        let refused = |expected| Refused { expected, at: u32::try_from(at).unwrap_or(u32::MAX) };
        match reader.read_event() {
            Ok(Event::Start(tag)) => walk.start(&tag).map_err(refused)?,
            Ok(Event::Empty(tag)) => {
                walk.start(&tag).map_err(refused)?;
                walk.end();
            }
            Ok(Event::End(_)) => walk.end(),
            Ok(Event::Text(piece)) => walk.text(&piece),
            Ok(Event::CData(piece)) => walk.text(&piece),
            Ok(Event::GeneralRef(name)) => walk.reference(&name),
            Ok(Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_)) => {}
            Ok(Event::Eof) if !walk.open.is_empty() => return Err(refused("`</Event>`")),
            Ok(Event::Eof) if walk.is_over => break,
            Ok(Event::Eof) => return Err(Refused { expected: "`<Event>`", at: 0 }),
            Err(_) => return Err(refused("well-formed XML")),
        }
    }
    let Walk { system, shared, scratch, .. } = walk;
    names::wrap(system, shared, scratch, table, "");
    Ok(())
}

/// The text of an element so far.
#[derive(Clone, Copy, Debug)]
enum Piece<'t> {
    None,
    /// It is one piece of the record.
    One(&'t str),
    /// It was put together in scratch, from this byte on.
    Built(usize),
}

/// An element whose end has not come.
struct Open<'t> {
    /// Its name without namespace, or the name it gives to its text.
    name: Cow<'t, str>,
    is_leaf: bool,
    has_attributes: bool,
    text: Piece<'t>,
}

impl<'t> Open<'t> {
    fn new(name: &'t str) -> Open<'t> {
        Open { name: Cow::Borrowed(name), is_leaf: true, has_attributes: false, text: Piece::None }
    }
}

/// Goes through the elements of one event.
struct Walk<'w, 't> {
    text: &'t str,
    place: Place,
    scratch: &'w mut Scratch,
    table: &'w FieldTable,
    open: Vec<Open<'t>>,
    section: Section,
    /// The entries of `System`.
    system: Range<usize>,
    shared: Shared,
    /// The event was closed.
    is_over: bool,
}

impl<'t> Walk<'_, 't> {
    /// A piece as part of the record, so that it outlives the reader's event.
    fn slice(&self, piece: &str) -> &'t str {
        let at = piece.as_ptr().addr().checked_sub(self.text.as_ptr().addr());
        at.and_then(|at| self.text.get(at..at.saturating_add(piece.len()))).unwrap_or_default()
    }

    /// Where a piece of the text stands.
    fn span(&self, piece: &str) -> Span {
        let at = piece.as_ptr().addr().saturating_sub(self.text.as_ptr().addr());
        let Place { region, start } = self.place;
        Span { region, start: start.saturating_add(offset(at)), len: offset(piece.len()) }
    }

    fn start(&mut self, tag: &BytesStart<'_>) -> Result<(), &'static str> {
        let name = tag.name();
        let element = names::local(self.slice(name.as_ref()));
        let depth = self.open.len();
        if depth >= limits::XML_DEPTH {
            return Err("elements at most 64 deep");
        }
        if depth == 0 && element != "Event" {
            return Err("`<Event>`");
        }
        if depth == 0 && self.is_over {
            return Err("one event");
        }
        if depth == 1 {
            self.section = Section::of(element);
            if self.section == Section::System {
                let now = self.scratch.entries.len();
                self.system = now..now;
            }
        }
        if let Some(around) = self.open.last_mut() {
            around.is_leaf = false;
        }
        let mut open = Open::new(element);
        for attribute in tag.attributes().with_checks(false) {
            let Ok(attribute) = attribute else { return Err("an attribute") };
            let key = attribute.key.0;
            if key == "xmlns" || key.starts_with("xmlns:") || key.starts_with("xml:") {
                continue;
            }
            let written = self.slice(&attribute.value);
            if key == "Name" && matches!(element, "Data" | "ComplexData") && depth > 1 {
                open.name = if written.contains('&') { Cow::Owned(unescaped(written)) } else { Cow::Borrowed(written) };
            } else {
                open.has_attributes = true;
                self.attribute(element, names::local(key), written);
            }
        }
        self.open.push(open);
        Ok(())
    }

    fn attribute(&mut self, element: &str, key: &str, written: &str) {
        let value = if written.contains('&') {
            let value = unescaped(written);
            self.scratch.keep(&value)
        } else {
            self.span(written)
        };
        let section = self.open.get(1).map_or(element, |open| &*open.name);
        let mut path = std::mem::take(&mut self.scratch.path);
        names::attribute(self.section, section, element, key, &mut path);
        self.scratch.push(self.table, &path, Value::Text(value));
        self.scratch.path = path;
    }

    fn text(&mut self, piece: &str) {
        let piece = self.slice(piece);
        let Some(open) = self.open.last_mut() else { return };
        open.text = match open.text {
            Piece::None => Piece::One(piece),
            before => append(before, piece, &mut self.scratch.text),
        };
    }

    fn reference(&mut self, name: &str) {
        let Some(open) = self.open.last_mut() else { return };
        let text = &mut self.scratch.text;
        open.text = append(open.text, "", text);
        match character(name) {
            Some(c) => text.push(c),
            // Nobody else's names are looked up.
            None => text.extend(["&", name, ";"]),
        }
    }

    fn end(&mut self) {
        let Some(open) = self.open.pop() else { return };
        match self.open.len() {
            0 => self.is_over = true,
            // A section: nothing behind it belongs to it.
            1 => {
                if self.section == Section::System {
                    self.system.end = self.scratch.entries.len();
                }
                self.section = Section::Other;
            }
            _ if open.is_leaf => self.leaf(&open),
            _ => {}
        }
    }

    fn leaf(&mut self, open: &Open<'t>) {
        let value = match open.text {
            Piece::One("") | Piece::None => Value::Empty,
            Piece::One(text) => Value::Text(self.span(text)),
            Piece::Built(start) => Value::Text(self.scratch.since(start)),
        };
        if value == Value::Empty && (open.has_attributes || !self.section.is_payload()) {
            return;
        }
        let section = self.open.get(1).map_or("", |open| &*open.name);
        let around = self.open.get(2).map(|open| &*open.name);
        let mut path = std::mem::take(&mut self.scratch.path);
        names::leaf(self.section, section, around, &open.name, &mut path);
        self.scratch.push(self.table, &path, value);
        self.scratch.path = path;
        if self.section.is_payload() {
            self.shared.note(&open.name);
        }
    }
}

/// Offsets in a record: far below 4 GiB (`limits`).
fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// Adds a piece to the text of an element, which is put together at the end of `text` from now on.
fn append(before: Piece<'_>, piece: &str, text: &mut String) -> Piece<'static> {
    let start = match before {
        Piece::Built(start) => start,
        Piece::None => text.len(),
        Piece::One(first) => {
            let start = text.len();
            text.push_str(first);
            start
        }
    };
    text.push_str(piece);
    Piece::Built(start)
}

/// No reference is longer: `&#x10FFFF;`, or the same with some zeros in front.
const LONGEST: usize = 16;

/// A text with its references replaced; those nobody knows stay as they are written.
fn unescaped(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    let mut rest = value;
    while let Some((before, behind)) = rest.split_once('&') {
        text.push_str(before);
        let end = behind.bytes().take(LONGEST).position(|b| b == b';');
        let name = end.and_then(|end| Some((behind.get(..end)?, behind.get(end + 1..)?)));
        if let Some((c, behind)) = name.and_then(|(name, rest)| Some((character(name)?, rest))) {
            text.push(c);
            rest = behind;
        } else {
            text.push('&');
            rest = behind;
        }
    }
    text.push_str(rest);
    text
}

/// The character a reference stands for.
fn character(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16),
                None => number.parse(),
            };
            code.ok().and_then(char::from_u32)
        }
    }
}
