//! What reading a record of a template comes to: a list of steps, made once of the template and of where it stands.
//!
//! The names are those [`event_xml`](crate::formats::event_xml) gives the elements and attributes the `evtx` crate would
//! render. A template of which that cannot be said beforehand (names that are values, text between values, values used
//! twice, elements that may turn out to be leaves) is left to the crate, and so are the records that use it.

use super::definition::{Child, Element, Held};
use crate::formats::event_xml::names::{self, Section, Shared};
use crate::model::{FieldTable, Named, Region, Scratch, Span};
use std::ops::Range;

/// Where an element stands: how deep, and what around it gives names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Context {
    depth: usize,
    section: Section,
    /// The names of the elements above that are one and two deep.
    around: Vec<String>,
}

impl Context {
    /// Of a record's own template.
    pub(super) fn of_record() -> Context {
        Context { depth: 0, section: Section::Other, around: Vec::new() }
    }

    /// Writes down all it is.
    pub(super) fn write(&self, into: &mut Vec<u8>) {
        into.extend([self.depth as u8, self.section as u8, self.around.len() as u8]);
        for name in &self.around {
            into.extend((name.len() as u32).to_le_bytes());
            into.extend_from_slice(name.as_bytes());
        }
    }
}

/// A name that is wanted: whose it is, and where it is written among the fixed texts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) named: Named,
    pub(super) name: Span,
}

/// An element that holds a text or nothing.
#[derive(Clone, Debug)]
pub(super) struct Leaf {
    /// Its name, if that is wanted.
    pub(super) place: Option<Place>,
    /// It is among what the program that logged has to say.
    pub(super) is_payload: bool,
    /// What of its name `System` may have, too.
    pub(super) shared: Shared,
    /// It has attributes, or would have with one of these values: then its being empty says nothing.
    pub(super) has_attributes: bool,
    pub(super) attributes: Vec<u16>,
}

/// A step.
#[derive(Clone, Debug)]
pub(super) enum Step {
    /// `System` begins.
    System,
    /// `System` ends.
    SystemEnd,
    /// So many steps are left out when a value is null.
    Unless { slot: u16, skip: usize },
    /// An attribute of the template.
    Fixed { place: Place, text: Span },
    /// An attribute of the record, unless it is empty.
    Attribute { place: Place, slot: u16 },
    /// A leaf of the template.
    FixedLeaf { leaf: Leaf, text: Option<Span> },
    /// A leaf of the record. Steps from `first` on give its attributes.
    Leaf { leaf: Leaf, slot: u16, first: usize },
    /// Elements of the record, if it has any there.
    Elements { slot: u16 },
    /// A leaf when all these values are null, since then all elements in it are left out.
    Hollow { leaf: Leaf, slots: Vec<u16> },
}

/// What a value is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    Nothing,
    Attribute,
    /// It is all an element holds; elements in it stand in this context.
    Leaf(u32),
    /// It stands where text tells nothing.
    Elements(u32),
}

/// A template, compiled.
#[derive(Clone, Debug, Default)]
pub(super) struct Program {
    pub(super) steps: Vec<Step>,
    uses: Vec<Use>,
    /// No more bytes than this are rendered for it, values aside,
    pub(super) bytes: usize,
    /// from no more elements, attributes and texts.
    pub(super) nodes: usize,
}

impl Program {
    /// What a value is used for.
    pub(super) fn used(&self, slot: usize) -> Use {
        self.uses.get(slot).copied().unwrap_or(Use::Nothing)
    }
}

/// Texts that live as long as the programs, and the contexts of elements in values.
#[derive(Debug, Default)]
pub(super) struct Shelf {
    pub(super) texts: String,
    pub(super) contexts: Vec<Context>,
}

impl Shelf {
    pub(super) fn text(&mut self, text: &str) -> Span {
        let start = self.texts.len();
        self.texts.push_str(text);
        // Kept below `KEPT`.
        Span { region: Region::Fixed, start: start as u32, len: text.len() as u32 }
    }

    /// The number of a context.
    pub(super) fn context(&mut self, context: &Context) -> u32 {
        let known = self.contexts.iter().position(|known| known == context);
        known.unwrap_or_else(|| {
            self.contexts.push(context.clone());
            self.contexts.len() - 1
        }) as u32
    }
}

/// Values a template may use.
const SLOTS: u16 = 1024;

/// Compiles an element that stands in a context.
pub(super) fn compile(
    element: &Element,
    context: &Context,
    shelf: &mut Shelf,
    scratch: &mut Scratch,
    table: &FieldTable,
) -> Option<Program> {
    let Context { depth, section, around } = context.clone();
    let mut compiler = Compiler { program: Program::default(), section, around, shelf, scratch, table };
    compiler.element(element, depth)?;
    Some(compiler.program)
}

struct Compiler<'a> {
    program: Program,
    section: Section,
    around: Vec<String>,
    shelf: &'a mut Shelf,
    scratch: &'a mut Scratch,
    table: &'a FieldTable,
}

impl Compiler<'_> {
    fn element(&mut self, element: &Element, depth: usize) -> Option<()> {
        let name = names::local(&element.name);
        if (depth == 0 && name != "Event") || depth >= super::DEPTH {
            return None;
        }
        if depth == 1 {
            self.section = Section::of(name);
            if self.section == Section::System {
                self.program.steps.push(Step::System);
            }
        }
        self.program.nodes += 1;
        self.program.bytes += 2 * element.name.len() + 8;
        let first = self.program.steps.len();
        let (own, leaf) = self.attributes(element, name, depth)?;
        self.children(element, own, leaf, first, depth)?;
        if depth == 1 {
            if self.section == Section::System {
                self.program.steps.push(Step::SystemEnd);
            }
            self.section = Section::Other;
        }
        Some(())
    }

    /// The steps of an element's attributes, the name it gives to its text, and what is known of it as a leaf.
    fn attributes<'e>(&mut self, element: &'e Element, name: &'e str, depth: usize) -> Option<(&'e str, Leaf)> {
        let mut own = name;
        let (mut has_attributes, mut attributes) = (false, Vec::new());
        for (key, held) in &element.attributes {
            self.program.nodes += 2;
            self.program.bytes += key.len() + 4;
            if let Held::Text(text) = held {
                self.program.bytes += 6 * text.len();
            }
            let is_text = |held: &Held| matches!(held, Held::Text(text) if text.is_empty());
            if is_text(held) {
                continue;
            }
            let is_namespace = key == "xmlns" || key.starts_with("xmlns:") || key.starts_with("xml:");
            let is_name = key == "Name" && matches!(name, "Data" | "ComplexData") && depth > 1;
            if let Held::Slot(slot) = held {
                self.uses(*slot, Use::Attribute)?;
            }
            if is_namespace {
                continue;
            }
            match held {
                Held::Text(text) if is_name => own = text,
                Held::Slot(_) if is_name => return None,
                Held::Text(text) => {
                    has_attributes = true;
                    if let Some(place) = self.attribute(name, names::local(key)) {
                        let text = self.shelf.text(text);
                        self.program.steps.push(Step::Fixed { place, text });
                    }
                }
                Held::Slot(slot) => {
                    attributes.push(*slot);
                    if let Some(place) = self.attribute(name, names::local(key)) {
                        self.program.steps.push(Step::Attribute { place, slot: *slot });
                    }
                }
            }
        }
        let is_payload = self.section.is_payload();
        let mut shared = Shared::default();
        if is_payload {
            shared.note(own);
        }
        let place = if depth > 1 { self.leaf(own) } else { None };
        Some((own, Leaf { place, is_payload, shared, has_attributes, attributes }))
    }

    /// The name of an attribute, if that is wanted.
    fn attribute(&mut self, element: &str, key: &str) -> Option<Place> {
        let mut path = std::mem::take(&mut self.scratch.path);
        let section = self.around.first().map_or(element, String::as_str);
        names::attribute(self.section, section, element, key, &mut path);
        self.place(path)
    }

    /// The name of a leaf, if that is wanted.
    fn leaf(&mut self, own: &str) -> Option<Place> {
        let mut path = std::mem::take(&mut self.scratch.path);
        let section = self.around.first().map_or("", String::as_str);
        names::leaf(self.section, section, self.around.get(1).map(String::as_str), own, &mut path);
        self.place(path)
    }

    fn place(&mut self, path: String) -> Option<Place> {
        let named = self.scratch.names.find(self.table, &path);
        let place = named.map(|named| Place { named, name: self.shelf.text(&path) });
        self.scratch.path = path;
        place
    }

    fn uses(&mut self, slot: u16, how: Use) -> Option<()> {
        let at = usize::from(slot);
        if slot >= SLOTS || self.program.used(at) != Use::Nothing {
            return None;
        }
        let uses = &mut self.program.uses;
        uses.resize(uses.len().max(at + 1), Use::Nothing);
        uses[at] = how;
        Some(())
    }

    fn children(&mut self, element: &Element, own: &str, leaf: Leaf, first: usize, depth: usize) -> Option<()> {
        self.program.nodes += element.children.len();
        let children = &element.children;
        let has_elements = children.iter().any(|child| matches!(child, Child::Element(_)));
        let is_around = (1..=2).contains(&depth);
        if is_around {
            self.around.truncate(depth - 1);
            self.around.push(own.to_owned());
        }
        match children.as_slice() {
            [Child::Held(Held::Slot(slot))] => {
                let context = Context { depth: depth + 1, section: self.section, around: self.around.clone() };
                let context = self.shelf.context(&context);
                if depth > 1 {
                    self.uses(*slot, Use::Leaf(context))?;
                    self.program.steps.push(Step::Leaf { leaf, slot: *slot, first });
                } else {
                    self.uses(*slot, Use::Elements(context))?;
                    self.program.steps.push(Step::Elements { slot: *slot });
                }
            }
            _ if has_elements => self.elements(children, leaf, depth)?,
            _ => self.text(children, leaf, depth)?,
        }
        if is_around {
            self.around.truncate(depth - 1);
        }
        Some(())
    }

    /// What holds elements. Text between them tells nothing.
    fn elements(&mut self, children: &[Child], leaf: Leaf, depth: usize) -> Option<()> {
        let mut slots = Vec::new();
        let mut is_hollow = true;
        for child in children {
            match child {
                Child::Element(Element { dependency: Some(slot), .. }) => slots.push(*slot),
                Child::Element(_) => is_hollow = false,
                Child::Held(_) => {}
            }
        }
        let holds_more = children.len() > slots.len();
        if depth > 1 && is_hollow && holds_more {
            return None;
        }
        for child in children {
            match child {
                Child::Element(element) => self.child(element, depth + 1)?,
                Child::Held(Held::Slot(slot)) => {
                    let context = Context { depth: depth + 1, section: self.section, around: self.around.clone() };
                    let context = self.shelf.context(&context);
                    self.uses(*slot, Use::Elements(context))?;
                    self.program.steps.push(Step::Elements { slot: *slot });
                }
                Child::Held(Held::Text(text)) if text.is_empty() => {}
                Child::Held(Held::Text(_)) => return None,
            }
        }
        if depth > 1 && is_hollow {
            self.program.steps.push(Step::Hollow { leaf, slots });
        }
        Some(())
    }

    fn child(&mut self, element: &Element, depth: usize) -> Option<()> {
        let Some(slot) = element.dependency else { return self.element(element, depth) };
        let at = self.program.steps.len();
        self.program.steps.push(Step::Unless { slot, skip: 0 });
        self.element(element, depth)?;
        let skip = self.program.steps.len() - at - 1;
        self.program.steps[at] = Step::Unless { slot, skip };
        Some(())
    }

    /// A leaf that every record of the template has alike.
    fn text(&mut self, children: &[Child], leaf: Leaf, depth: usize) -> Option<()> {
        let mut text = String::new();
        for child in children {
            let Child::Held(Held::Text(piece)) = child else { return None };
            // Of several pieces none would hold what the text does: see `Late::may_hold`.
            if !text.is_empty() && !piece.is_empty() {
                return None;
            }
            text.push_str(piece);
        }
        self.program.bytes += 6 * text.len();
        if depth > 1 {
            let text = Some(text).filter(|text| !text.is_empty()).map(|text| self.shelf.text(&text));
            self.program.steps.push(Step::FixedLeaf { leaf, text });
        }
        Some(())
    }
}

/// Steps that give the attributes of a leaf.
pub(super) fn attributes(program: &Program, first: usize, leaf: usize) -> &[Step] {
    let steps: Range<usize> = first..leaf;
    program.steps.get(steps).unwrap_or_default()
}
