//! What a template says, whatever chunk it stands in: its tokens with names in the place of offsets (MS-EVEN6 2.2.12).
//!
//! Templates of two chunks that say the same in this form are the same template; it is all that is known of one when it is
//! compiled. Left to the `evtx` crate: entities, sections of characters, processing instructions, values of other types
//! than text, tokens that reach past the template's end.

use super::bytes::{self, CONTENT, Cursor};
use super::value;

/// What stands before the tokens of a template: where the next one is, a GUID, and how many bytes follow.
pub(super) const HEADER: usize = 24;

/// Tokens in this form; names and texts follow with their length in bytes.
const OPEN: u8 = 1;
const CLOSE_START: u8 = 2;
const CLOSE_EMPTY: u8 = 3;
const END: u8 = 4;
const TEXT: u8 = 5;
const ATTRIBUTE: u8 = 6;
const SLOT: u8 = 7;

/// How many bytes the template at `at` takes behind its header.
pub(super) fn size(chunk: &[u8], at: usize) -> Option<usize> {
    usize::try_from(bytes::u32_at(chunk, at.checked_add(HEADER - 4)?)?).ok()
}

/// Writes down what the template at an offset of the chunk says.
pub(super) fn read(chunk: &[u8], at: u32, into: &mut Vec<u8>) -> Option<()> {
    let at = usize::try_from(at).ok().filter(|at| *at >= CONTENT)?;
    let start = at.checked_add(HEADER)?;
    let mut cursor = Cursor::new(chunk, start, start.checked_add(size(chunk, at)?)?)?;
    while !cursor.is_over() {
        match cursor.u8()? {
            0x00 => break,
            token @ (0x01 | 0x41) => {
                let dependency = cursor.u16()?;
                cursor.u32()?;
                into.push(OPEN);
                into.extend(dependency.to_le_bytes());
                name(chunk, &mut cursor, into)?;
                if token == 0x41 {
                    cursor.u32()?;
                }
            }
            0x02 => into.push(CLOSE_START),
            0x03 => into.push(CLOSE_EMPTY),
            0x04 => into.push(END),
            0x05 | 0x45 => {
                if cursor.u8()? != value::TEXT {
                    return None;
                }
                into.push(TEXT);
                counted(cursor.counted()?, into);
            }
            0x06 | 0x46 => {
                into.push(ATTRIBUTE);
                name(chunk, &mut cursor, into)?;
            }
            // Whether it is optional makes no difference: what is empty gives nothing either way.
            0x0d | 0x0e => {
                let slot = cursor.u16()?;
                if !value::is_kind(cursor.u8()?) {
                    return None;
                }
                into.push(SLOT);
                into.extend(slot.to_le_bytes());
            }
            0x0f => {
                cursor.take(3)?;
            }
            _ => return None,
        }
    }
    Some(())
}

/// A name, which stands where it is used first; later uses say where that is.
fn name(chunk: &[u8], cursor: &mut Cursor<'_>, into: &mut Vec<u8>) -> Option<()> {
    let offset = cursor.u32()?;
    let (units, _) = bytes::name(chunk, offset)?;
    if usize::try_from(offset).ok()? == cursor.at() {
        cursor.take(bytes::inline_name(units))?;
    }
    counted(units, into);
    Some(())
}

fn counted(units: &[u8], into: &mut Vec<u8>) {
    // They were counted by 16 bits of units.
    into.extend((units.len() as u32).to_le_bytes());
    into.extend_from_slice(units);
}

/// An element of a template.
#[derive(Clone, Debug, Default)]
pub(super) struct Element {
    pub(super) name: String,
    /// The value without which it is left out.
    pub(super) dependency: Option<u16>,
    pub(super) attributes: Vec<(String, Held)>,
    pub(super) children: Vec<Child>,
}

/// What an attribute holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Held {
    Text(String),
    /// A value of the record.
    Slot(u16),
}

/// What stands in an element.
#[derive(Clone, Debug)]
pub(super) enum Child {
    Element(Element),
    Held(Held),
}

/// An element depends on nothing.
const NONE: u16 = 0xffff;

/// The element that a template is, from what [`read`] wrote down.
pub(super) fn element(said: &[u8]) -> Option<Element> {
    let mut cursor = Cursor::new(said, 0, said.len())?;
    let (mut open, mut root): (Vec<Element>, Option<Element>) = (Vec::new(), None);
    // Between the start of a start tag and its end.
    let mut is_start = false;
    while !cursor.is_over() {
        let token = cursor.u8()?;
        match token {
            OPEN => {
                let dependency = Some(cursor.u16()?).filter(|slot| *slot != NONE);
                let name = xml_name(units(&mut cursor)?)?;
                if is_start || root.is_some() || open.len() >= super::DEPTH {
                    return None;
                }
                open.push(Element { name, dependency, ..Element::default() });
                is_start = true;
            }
            ATTRIBUTE => {
                let name = xml_name(units(&mut cursor)?)?;
                let element = open.last_mut().filter(|_| is_start)?;
                element.attributes.push((name, Held::Text(String::new())));
            }
            TEXT => {
                let text = value::plain(units(&mut cursor)?)?;
                hold(open.last_mut()?, is_start, Held::Text(text))?;
            }
            SLOT => {
                let slot = cursor.u16()?;
                hold(open.last_mut()?, is_start, Held::Slot(slot))?;
            }
            CLOSE_START if is_start => is_start = false,
            CLOSE_START => return None,
            _ => {
                if is_start != (token == CLOSE_EMPTY) {
                    return None;
                }
                is_start = false;
                let element = open.pop()?;
                match open.last_mut() {
                    Some(around) => around.children.push(Child::Element(element)),
                    None => root = Some(element),
                }
            }
        }
    }
    root.filter(|_| open.is_empty())
}

fn units<'c>(cursor: &mut Cursor<'c>) -> Option<&'c [u8]> {
    let len = cursor.u32()?;
    cursor.take(usize::try_from(len).ok()?)
}

/// Adds what an element holds, or its last attribute: one text or one value.
fn hold(element: &mut Element, is_start: bool, held: Held) -> Option<()> {
    if !is_start {
        element.children.push(Child::Held(held));
        return Some(());
    }
    let (_, before) = element.attributes.last_mut()?;
    match (&*before, &held) {
        (Held::Text(text), _) if text.is_empty() => *before = held,
        (_, Held::Text(text)) if text.is_empty() => {}
        _ => return None,
    }
    Some(())
}

/// Longer names are somebody's mischief.
const LONGEST: usize = 256;

/// A name that is one in XML, whatever reads it.
fn xml_name(units: &[u8]) -> Option<String> {
    // Whatever stands in a name is rendered as it is.
    let letter = |unit: &[u8; 2]| char::from_u32(u16::from_le_bytes(*unit).into());
    let name: String = units.as_chunks::<2>().0.iter().map(letter).collect::<Option<_>>()?;
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b':'))
        && name.len() <= LONGEST;
    is_name.then_some(name)
}
