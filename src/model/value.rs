//! What fields hold.

use super::event::Span;
use std::borrow::Cow;

/// The value of an [`Entry`](super::Entry), as a place in the event's regions. Texts are already
/// unescaped and valid UTF-8; numbers keep the text they were written with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    /// A string.
    Text(Span),
    /// A string as JSON writes it, with escapes of one letter (`\n`) and no others; whoever looks takes them out.
    Escaped(Span),
    /// A number, as written.
    Number(Span),
    /// A boolean of a typed format.
    Bool(bool),
    /// An explicit null.
    Null,
    /// An empty `EventData` element: both `''` and null.
    Empty,
    /// An object: its source text without blanks outside strings.
    Object(Span),
    /// An array without elements: present, but holds no value.
    NoItems,
}

/// A value somebody looks at: borrowed from the event, or computed from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Datum<'r> {
    /// A string.
    Text(Cow<'r, str>),
    /// A number, as written.
    Number(Cow<'r, str>),
    /// A boolean.
    Bool(bool),
    /// An explicit null.
    Null,
    /// An empty `EventData` element.
    Empty,
    /// An object, as compact JSON.
    Object(&'r str),
    /// An array without elements.
    NoItems,
}

impl<'r> Datum<'r> {
    /// The value as text, the way rules see it; `None` for null, objects and empty arrays.
    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Datum::Text(t) | Datum::Number(t) => Some(t),
            Datum::Bool(true) => Some("true"),
            Datum::Bool(false) => Some("false"),
            Datum::Empty => Some(""),
            Datum::Null | Datum::Object(_) | Datum::NoItems => None,
        }
    }

    /// A text borrowed from the event.
    pub(crate) fn borrowed(text: &'r str) -> Datum<'r> {
        Datum::Text(Cow::Borrowed(text))
    }
}

/// All values of one asked field. Reused between questions, so asking allocates nothing once warm.
/// Empty means the field is missing.
pub(crate) type Values<'r> = Vec<Datum<'r>>;
