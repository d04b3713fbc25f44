//! One decoded record: originals only, as places in buffers that somebody else owns.

use super::escape;
use super::field::{FieldId, FieldTable};
use super::hash::QuickMap;
use super::header::Header;
use super::layout::Layout;
use super::limits;
use super::members::Members;
use super::origin::Origin;
use super::raw::Raw;
use super::time::Stamp;
use super::value::{Datum, Value};
use super::view::{Seen, TagSet};
use std::any::Any;
use std::borrow::Cow;
use std::sync::Arc;

/// Which buffer a [`Span`] points into.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Region {
    /// The text of the block.
    #[default]
    Block,
    /// The worker's scratch text: unescaped values, joined paths. Reset for each record.
    Scratch,
    /// Text that lives as long as the decoder: column names, fixed names.
    Fixed,
    /// Paths of the [members](Members) a worker remembers.
    Names,
}

/// A piece of text of an event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Span {
    /// The buffer.
    pub(crate) region: Region,
    /// First byte.
    pub(crate) start: u32,
    /// Number of bytes.
    pub(crate) len: u32,
}

/// The buffers spans point into.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Regions<'r> {
    /// The block's text.
    pub(crate) block: &'r str,
    /// The worker's scratch text.
    pub(crate) scratch: &'r str,
    /// The decoder's fixed text.
    pub(crate) fixed: &'r str,
    /// Paths of members.
    pub(crate) names: &'r str,
}

impl<'r> Regions<'r> {
    /// The text of a span; empty when it does not lie in its buffer, which decoders rule out.
    pub(crate) fn text(&self, span: Span) -> &'r str {
        let buffer = match span.region {
            Region::Block => self.block,
            Region::Scratch => self.scratch,
            Region::Fixed => self.fixed,
            Region::Names => self.names,
        };
        let start = span.start as usize;
        buffer.get(start..start.saturating_add(span.len as usize)).unwrap_or("")
    }
}

/// One original field of a record. Several values of one field are several entries, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// The interned name; [`FieldId::OTHER`] when only `name` tells it.
    pub(crate) field: FieldId,
    /// The number of the name in this spelling; see [`Named`].
    pub(crate) spelling: u32,
    /// The name as the source spells it: a dotted path for nested members.
    pub(crate) name: Span,
    /// Which dots of `name` are steps into an object (the first dot is the highest bit); a dot
    /// inside a key is 0. Of several entries of one name those with the smallest shape win, so a
    /// literal key `a.b` goes before `b` inside `a`.
    pub(crate) shape: u16,
    /// Keeps the lines of an audit event apart (0: holds for all of them).
    pub(crate) part: u16,
    /// What it holds.
    pub(crate) value: Value,
}

impl Entry {
    /// Its name as spelled, where that has a number, and whose name it is: a spelling is always the same field's, unless a
    /// decoder says of an entry that nobody should find it.
    pub(crate) fn spelled(&self) -> u64 {
        let is_hidden = self.field == FieldId::OTHER;
        u64::from(self.spelling) << 33 | u64::from(is_hidden) << 32 | u64::from(self.shape) << 16 | u64::from(self.part)
    }
}

/// A row of the table of formats.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct FormatId(pub(crate) u16);

/// What a payload extractor recognised: its payload's name and the sentence it knew. Views map the
/// sentence to `action`, `outcome` and `reason` by data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sentence {
    /// Name of the payload row, as shown by `@payload`: `sshd`.
    pub(crate) payload: &'static str,
    /// Name of the sentence within it: `failed`. Empty when only the payload was recognised.
    pub(crate) name: &'static str,
}

/// What happened to a record on the way in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Marks {
    /// Bytes or escapes were replaced.
    pub(crate) repaired: bool,
    /// The record was longer than the limit and was cut.
    pub(crate) truncated: bool,
}

/// One decoded record. A view over buffers the worker reuses; valid during one call of the sink.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Event<'r> {
    /// Where it stands.
    pub(crate) origin: Origin,
    /// How many physical lines it covers.
    pub(crate) lines: u32,
    /// Its format (may differ from the input's in mixed files).
    pub(crate) format: FormatId,
    /// What stood inside its message, if that was recognised.
    pub(crate) payload: Option<Sentence>,
    /// The record as written, line end off.
    pub(crate) raw: Raw<'r>,
    /// The stamp of the format's own header, if it has one. `View::time` decides what counts.
    pub(crate) header_time: Stamp,
    /// The event's time, set by `scan` from its view.
    pub(crate) time: Stamp,
    /// Repairs.
    pub(crate) marks: Marks,
    /// Its fields.
    pub(crate) entries: &'r [Entry],
    /// Where the spans of `entries` point.
    pub(crate) regions: Regions<'r>,
    /// The log sources it has earned, set by `scan` from the tagger.
    pub(crate) tags: TagSet,
    /// Where which fields are; set by the tagger, and of these entries alone.
    pub(crate) seen: Seen,
    /// Which names its fields have, set by `scan`.
    pub(crate) layout: Layout,
}

impl<'r> Event<'r> {
    /// The same record with these of its entries.
    pub(crate) fn with<'e>(&self, entries: &'e [Entry]) -> Event<'e>
    where
        'r: 'e,
    {
        Event { entries, seen: Seen::default(), layout: Layout::UNKNOWN, ..*self }
    }

    /// The name of an entry as written.
    pub(crate) fn name(&self, entry: &Entry) -> &'r str {
        self.regions.text(entry.name)
    }

    /// The value of an entry.
    pub(crate) fn datum(&self, entry: &Entry) -> Datum<'r> {
        match entry.value {
            Value::Text(span) => Datum::Text(Cow::Borrowed(self.regions.text(span))),
            Value::Escaped(span) => Datum::Text(Cow::Owned(escape::text(self.regions.text(span)))),
            Value::Number(span) => Datum::Number(Cow::Borrowed(self.regions.text(span))),
            Value::Bool(b) => Datum::Bool(b),
            Value::Null => Datum::Null,
            Value::Empty => Datum::Empty,
            Value::Object(span) => Datum::Object(self.regions.text(span)),
            Value::NoItems => Datum::NoItems,
        }
    }
}

/// What decoders write into while they read one block: reused from record to record.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    /// Unescaped values and joined names of the current record.
    pub(crate) text: String,
    /// The fields of the current record.
    pub(crate) entries: Vec<Entry>,
    /// Answers of the field table to names met before.
    pub(crate) names: NameMemo,
    /// Members of objects met before.
    pub(crate) members: Members,
    /// Where fields nest: the dotted path of the member being read,
    pub(crate) path: String,
    /// and the containers open around it.
    pub(crate) open: Vec<Open>,
    /// A copy of a value that is itself read for fields (JSON inside a string).
    pub(crate) inner: String,
    /// What header lines above the record said, in formats that have them.
    pub(crate) header: Arc<Header>,
    /// Where the text lies that is being read: what stands inside a value is read from a copy in scratch.
    pub(crate) within: Region,
    /// Into how many texts inside others the reading went.
    pub(crate) inside: u8,
    /// What the decoder of a format keeps from block to block, for itself: nothing that is read depends on it.
    pub(crate) kept: Option<Box<dyn Any + Send>>,
}

/// A container (object, array) whose end has not been read yet.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Open {
    /// Whether what it holds has no names of its own.
    pub(crate) array: bool,
    /// The interned name of the container, if it is wanted: elements of an array go there.
    pub(crate) field: Option<Named>,
    /// The name as written, if it is wanted.
    pub(crate) name: Span,
    /// The shape of the names of what it holds; see [`Entry::shape`].
    pub(crate) shape: u16,
    /// How many dots those names begin with.
    pub(crate) dots: u16,
    /// How long [`Scratch::path`] was before the container.
    pub(crate) path: u32,
    /// Where it starts, in bytes of the record.
    pub(crate) start: u32,
    /// How many blank bytes stood between the tokens before it.
    pub(crate) blanks: u32,
    /// The entry that waits for its end.
    pub(crate) entry: Option<u32>,
}

/// A moment in the filling of a [`Scratch`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mark {
    entries: usize,
    text: usize,
}

impl Scratch {
    /// Forgets the record before.
    pub(crate) fn reset(&mut self) {
        self.text.clear();
        self.entries.clear();
        self.path.clear();
        self.open.clear();
        (self.within, self.inside) = (Region::Block, 0);
    }

    /// The buffers of a record that lies in `block`.
    pub(crate) fn regions<'r>(&'r self, block: &'r str) -> Regions<'r> {
        Regions { block, scratch: &self.text, fixed: "", names: self.members.paths() }
    }

    /// How far it is filled.
    pub(crate) fn mark(&self) -> Mark {
        Mark { entries: self.entries.len(), text: self.text.len() }
    }

    /// Forgets what came after a mark: an attempt that was refused leaves nothing, and takes nothing else with it.
    pub(crate) fn rewind(&mut self, mark: Mark) {
        self.entries.truncate(mark.entries);
        self.text.truncate(mark.text);
    }

    /// Copies `text` into the scratch region.
    pub(crate) fn keep(&mut self, text: &str) -> Span {
        let start = self.text.len();
        self.text.push_str(text);
        scratch_span(start, text.len())
    }

    /// A span over what was appended to `text` since it was `start` bytes long.
    pub(crate) fn since(&self, start: usize) -> Span {
        scratch_span(start, self.text.len().saturating_sub(start))
    }

    /// Adds a field under a name the decoder knows, if `table` wants it. `name` is copied.
    pub(crate) fn push(&mut self, table: &FieldTable, name: &str, value: Value) {
        if let Some(Named { field, spelling }) = self.names.find(table, name) {
            let name = self.keep(name);
            self.entries.push(Entry { field, spelling, name, shape: 0, part: 0, value });
        }
    }
}

fn scratch_span(start: usize, len: usize) -> Span {
    // A record is far below 4 GiB: `limits` cuts it at 16 MiB and unescaping never lengthens it much.
    Span { region: Region::Scratch, start: start as u32, len: len as u32 }
}

/// A name that decoders keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Named {
    /// What it is a name of.
    pub(crate) field: FieldId,
    /// A number this worker gives to no other spelling; 0 for those there were too many before.
    pub(crate) spelling: u32,
}

/// Remembers which id a spelling has, so that each is folded once per worker and not per record.
#[derive(Debug, Default)]
pub(crate) struct NameMemo {
    seen: QuickMap<String, Option<Named>>,
    memory: String,
}

impl NameMemo {
    /// What `table.find(name)` gives, and the number of the spelling.
    pub(crate) fn find(&mut self, table: &FieldTable, name: &str) -> Option<Named> {
        if let Some(named) = self.seen.get(name) {
            return *named;
        }
        let field = table.find(name, &mut self.memory);
        // Hostile records may invent names without end, and long ones.
        let is_kept = self.seen.len() < limits::NAMES_KNOWN && name.len() <= limits::NAME_KNOWN;
        let spelling = u32::try_from(self.seen.len() + 1).ok().filter(|_| is_kept).unwrap_or_default();
        let named = field.map(|field| Named { field, spelling });
        if is_kept {
            self.seen.insert(name.to_owned(), named);
        }
        named
    }
}
