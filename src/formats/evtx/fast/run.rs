//! Reads one record: first the tables of its values, which tell whether it is plain, then the steps of its templates.

use super::bytes::Cursor;
use super::chunk::{Next, RecordAt, Records};
use super::definition;
use super::program::{self, Leaf, Place, Step, Use};
use super::templates::Templates;
use super::value;
use crate::formats::event_xml::names::{self, Shared};
use crate::model::{Entry, FieldTable, Scratch, Span, Stamp, Value};
use std::ops::Range;

/// A record that was read: where it stands in the chunk, and when the log took it in. Its entries are in scratch, their
/// names among the templates' texts.
#[derive(Clone, Copy, Debug)]
pub(in crate::formats::evtx) struct FastRecord<'t> {
    pub(in crate::formats::evtx) start: usize,
    pub(in crate::formats::evtx) stamp: Stamp,
    pub(in crate::formats::evtx) fixed: &'t str,
}

/// Reads the records of a chunk from the first on. Gives how many were read, and whether those are all.
pub(in crate::formats::evtx) fn read(
    chunk: &[u8],
    templates: &mut Templates,
    scratch: &mut Scratch,
    table: &FieldTable,
    sink: &mut dyn FnMut(u32, FastRecord<'_>, &Scratch),
) -> (u32, bool) {
    let Some(mut records) = Records::new(chunk) else { return (0, false) };
    templates.next_chunk();
    let (mut slots, mut instances, mut left) = (Vec::new(), Vec::new(), Budget { bytes: 32 << 20, nodes: 1 << 19 });
    let mut count = 0;
    loop {
        let at = match records.next() {
            Next::Record(at) => at,
            Next::End => return (count, true),
            Next::Lost => return (count, false),
        };
        scratch.reset();
        let mut tables = Tables { chunk, slots, instances, left, templates, scratch, table };
        let root = tables.record(at);
        (slots, instances, left) = (tables.slots, tables.instances, tables.left);
        let mut run = Run {
            chunk,
            slots: &slots,
            instances: &instances,
            templates,
            scratch,
            system: 0..0,
            shared: Shared::default(),
        };
        if root.and_then(|root| run.instance(root)).is_none() {
            return (count, false);
        }
        let (system, shared) = (run.system, run.shared);
        names::wrap(system, shared, scratch, table, &templates.shelf.texts);
        sink(count, FastRecord { start: at.start, stamp: at.stamp, fixed: &templates.shelf.texts }, scratch);
        count += 1;
    }
}

/// What rendering the chunk with the crate would come to so far may be so much more: far below what the crate renders.
#[derive(Clone, Copy, Debug)]
struct Budget {
    bytes: usize,
    nodes: usize,
}

/// And of one record.
const RECORD_BYTES: usize = 4 << 20;
/// See [`RECORD_BYTES`].
const RECORD_NODES: usize = 1 << 16;
/// Templates inside values of templates: real records have one.
const NESTING: usize = 4;
/// Texts of one array.
const TEXTS: usize = 256;
/// What XML makes of a byte of a value at most: `&quot;` of two, `0x` and a digit of one.
const WIDEST: usize = 8;

/// A value of a record.
#[derive(Clone, Copy, Debug)]
struct Slot {
    /// Where it stands in the chunk.
    at: u32,
    len: u16,
    kind: u8,
    /// The instance it is, if it is binary XML.
    instance: u32,
}

impl Slot {
    fn bytes(self, chunk: &[u8]) -> &[u8] {
        let at = self.at as usize;
        chunk.get(at..at + usize::from(self.len)).unwrap_or_default()
    }
}

/// A template and the values it is filled with.
#[derive(Clone, Debug)]
struct Instance {
    program: usize,
    slots: Range<usize>,
}

/// Goes through the values of a record.
struct Tables<'a> {
    chunk: &'a [u8],
    slots: Vec<Slot>,
    /// Those inside others come before them.
    instances: Vec<Instance>,
    left: Budget,
    templates: &'a mut Templates,
    scratch: &'a mut Scratch,
    table: &'a FieldTable,
}

impl Tables<'_> {
    /// Gives the number of the record's own instance.
    fn record(&mut self, record: RecordAt) -> Option<u32> {
        self.slots.clear();
        self.instances.clear();
        let before = self.left;
        self.spend(64 + WIDEST * (record.to - record.from), 1)?;
        let root = self.fragment(record.from, record.to, 0, 0)?;
        let is_small = before.bytes - self.left.bytes <= RECORD_BYTES && before.nodes - self.left.nodes <= RECORD_NODES;
        is_small.then_some(root)
    }

    fn spend(&mut self, bytes: usize, nodes: usize) -> Option<()> {
        self.left.bytes = self.left.bytes.checked_sub(bytes)?;
        self.left.nodes = self.left.nodes.checked_sub(nodes)?;
        Some(())
    }

    /// One template instance, and nothing else. Gives its number.
    fn fragment(&mut self, from: usize, to: usize, context: u32, level: usize) -> Option<u32> {
        let mut cursor = Cursor::new(self.chunk, from, to)?;
        let mut token = cursor.u8()?;
        if token == 0x0f {
            cursor.take(3)?;
            token = cursor.u8()?;
        }
        if token != 0x0c || level > NESTING {
            return None;
        }
        cursor.take(5)?;
        let at = cursor.u32()?;
        if usize::try_from(at).ok()? == cursor.at() {
            let size = definition::size(self.chunk, cursor.at())?;
            cursor.take(definition::HEADER)?;
            cursor.take(size)?;
        }
        let program = self.templates.find((self.chunk, at), context, self.scratch, self.table)?;
        let (bytes, nodes) = self.templates.program(program).map(|program| (program.bytes, program.nodes))?;
        self.spend(bytes, nodes)?;
        let slots = self.slots(&mut cursor)?;
        if !cursor.is_over() && cursor.u8()? != 0 {
            return None;
        }
        for n in slots.clone() {
            let slot = *self.slots.get(n)?;
            if !matches!(slot.kind, value::XML | value::TEXTS) {
                continue;
            }
            let how = self.templates.program(program)?.used(n - slots.start);
            match (slot.kind, how) {
                (value::XML, Use::Leaf(context) | Use::Elements(context)) => {
                    let (at, len) = (slot.at as usize, usize::from(slot.len));
                    let instance = self.fragment(at, at + len, context, level + 1)?;
                    self.slots.get_mut(n)?.instance = instance;
                }
                (value::TEXTS, Use::Leaf(_)) => {
                    let count = value::texts(slot.bytes(self.chunk)).count();
                    if count > TEXTS {
                        return None;
                    }
                    self.spend(count * bytes, count * nodes)?;
                }
                (value::XML, _) | (value::TEXTS, Use::Attribute | Use::Elements(_)) => return None,
                _ => {}
            }
        }
        self.instances.push(Instance { program, slots });
        u32::try_from(self.instances.len() - 1).ok()
    }

    /// The table of values: how long each is and of which type, then one behind the other.
    fn slots(&mut self, cursor: &mut Cursor<'_>) -> Option<Range<usize>> {
        let count = usize::try_from(cursor.u32()?).ok()?;
        let (heads, _) = cursor.take(count.checked_mul(4)?)?.as_chunks::<4>();
        let start = self.slots.len();
        for [low, high, kind, _] in heads {
            let (at, len) = (u32::try_from(cursor.at()).ok()?, u16::from_le_bytes([*low, *high]));
            let bytes = cursor.take(usize::from(len))?;
            if !value::is_sound(*kind, bytes) {
                return None;
            }
            // Binary XML of no bytes is nothing.
            let kind = if *kind == value::XML && len == 0 { value::NULL } else { *kind };
            self.slots.push(Slot { at, len, kind, instance: u32::MAX });
        }
        Some(start..self.slots.len())
    }
}

/// Whether what depends on a value is left out.
fn is_null(values: &[Slot], slot: u16) -> bool {
    values.get(usize::from(slot)).is_some_and(|slot| slot.kind == value::NULL)
}

/// Takes the steps of a record.
struct Run<'a> {
    chunk: &'a [u8],
    slots: &'a [Slot],
    instances: &'a [Instance],
    templates: &'a Templates,
    scratch: &'a mut Scratch,
    /// The entries of `System`.
    system: Range<usize>,
    shared: Shared,
}

impl<'a> Run<'a> {
    fn instance(&mut self, number: u32) -> Option<()> {
        let Instance { program, slots } = self.instances.get(number as usize)?;
        let values = self.slots.get(slots.clone())?;
        let program = self.templates.program(*program)?;
        let mut at = 0;
        while let Some(step) = program.steps.get(at) {
            match step {
                Step::Unless { slot, skip } if is_null(values, *slot) => at += skip,
                Step::Leaf { leaf, slot, first } => {
                    let attributes = program::attributes(program, *first, at);
                    self.leaf(leaf, *slot, attributes, values)?;
                }
                step => self.step(step, values)?,
            }
            at += 1;
        }
        Some(())
    }

    fn step(&mut self, step: &Step, values: &[Slot]) -> Option<()> {
        match step {
            Step::System => self.system = self.scratch.entries.len()..self.scratch.entries.len(),
            Step::SystemEnd => self.system.end = self.scratch.entries.len(),
            Step::Fixed { place, text } => self.push(*place, Value::Text(*text)),
            Step::Attribute { place, slot } => {
                if let Some((kind, bytes)) = self.filled(values, *slot) {
                    let text = self.written(kind, bytes)?;
                    self.push(*place, Value::Text(text));
                }
            }
            Step::FixedLeaf { leaf, text: Some(text) } => self.give(leaf, || Some(Value::Text(*text)))?,
            Step::FixedLeaf { leaf, text: None } => self.empty(leaf, values),
            Step::Elements { slot } => {
                if let Some(Slot { kind: value::XML, instance, .. }) = values.get(usize::from(*slot)) {
                    self.instance(*instance)?;
                }
            }
            Step::Hollow { leaf, slots } => {
                if slots.iter().all(|slot| is_null(values, *slot)) {
                    self.empty(leaf, values);
                }
            }
            Step::Unless { .. } | Step::Leaf { .. } => {}
        }
        Some(())
    }

    /// A value that is not empty.
    fn filled(&self, values: &[Slot], slot: u16) -> Option<(u8, &'a [u8])> {
        let slot = values.get(usize::from(slot))?;
        let bytes = slot.bytes(self.chunk);
        (!value::is_empty(slot.kind, bytes)).then_some((slot.kind, bytes))
    }

    fn written(&mut self, kind: u8, bytes: &[u8]) -> Option<Span> {
        let start = self.scratch.text.len();
        value::write(kind, bytes, &mut self.scratch.text)?;
        Some(self.scratch.since(start))
    }

    fn push(&mut self, Place { named, name }: Place, value: Value) {
        let entry = Entry { field: named.field, spelling: named.spelling, name, shape: 0, part: 0, value };
        self.scratch.entries.push(entry);
    }

    fn leaf(&mut self, leaf: &Leaf, slot: u16, attributes: &[Step], values: &[Slot]) -> Option<()> {
        let Some((kind, bytes)) = self.filled(values, slot) else {
            self.empty(leaf, values);
            return Some(());
        };
        match kind {
            value::XML => {
                let instance = values.get(usize::from(slot))?.instance;
                self.instance(instance)
            }
            value::TEXTS => {
                // The element is there once for each, attributes and all.
                for (n, text) in value::texts(bytes).enumerate() {
                    if n > 0 {
                        attributes.iter().try_for_each(|step| self.step(step, values))?;
                    }
                    self.one(leaf, value::TEXT, text, values)?;
                }
                Some(())
            }
            _ => self.one(leaf, kind, bytes, values),
        }
    }

    fn one(&mut self, leaf: &Leaf, kind: u8, bytes: &[u8], values: &[Slot]) -> Option<()> {
        if value::is_empty(kind, bytes) {
            self.empty(leaf, values);
            return Some(());
        }
        if leaf.place.is_none() {
            self.shared.join(leaf.shared);
            return Some(());
        }
        let text = self.written(kind, bytes)?;
        self.give(leaf, || Some(Value::Text(text)))
    }

    fn give(&mut self, leaf: &Leaf, value: impl FnOnce() -> Option<Value>) -> Option<()> {
        if let Some(place) = leaf.place {
            self.push(place, value()?);
        }
        self.shared.join(leaf.shared);
        Some(())
    }

    /// A leaf without text: it says something only of what was logged, and only where it has no attributes.
    fn empty(&mut self, leaf: &Leaf, values: &[Slot]) {
        let has_attributes =
            leaf.has_attributes || leaf.attributes.iter().any(|slot| self.filled(values, *slot).is_some());
        if leaf.is_payload && !has_attributes {
            if let Some(place) = leaf.place {
                self.push(place, Value::Empty);
            }
            self.shared.join(leaf.shared);
        }
    }
}
