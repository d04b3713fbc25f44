//! What the fields of an event are called.
//!
//! The payload (`EventData`, `UserData`) gives leaf names, as rules write them: `TargetUserName`, however deep the
//! element stands; unnamed `Data` elements share the name `Data`. `System` gives the names of its elements, and of an
//! attribute `Element_Attribute`: `Provider_Name`. Anything else is called after its section too.
//!
//! A payload name that `System` has as well (the channel that was cleared, and the channel that says so) keeps its
//! wrapper, and so does the name in `System` then: `UserData.LogFileCleared.Channel`, `System.Channel`.

use crate::model::{Entry, FieldTable, Regions, Scratch, limits};
use std::ops::Range;

/// The parts of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::formats) enum Section {
    System,
    EventData,
    UserData,
    /// Texts somebody put in the place of numbers (`wevtutil /f:RenderedXml`, collectors).
    Rendering,
    Other,
}

/// Leaves of `System` that are also names programs give to data of their own.
const SYSTEM: [&str; 11] = [
    "EventID",
    "Version",
    "Level",
    "Task",
    "Opcode",
    "Keywords",
    "SystemTime",
    "EventRecordID",
    "Channel",
    "Computer",
    "Provider_Name",
];

impl Section {
    /// The section an element below `Event` is.
    pub(in crate::formats) fn of(element: &str) -> Section {
        match element {
            "System" => Section::System,
            "EventData" => Section::EventData,
            "UserData" => Section::UserData,
            "RenderingInfo" => Section::Rendering,
            _ => Section::Other,
        }
    }

    /// Whether it is what the program that logged has to say.
    pub(in crate::formats) fn is_payload(self) -> bool {
        matches!(self, Section::EventData | Section::UserData)
    }
}

/// Leaves of `System` that the payload has, too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::formats) struct Shared(u16);

impl Shared {
    /// Notes a leaf of the payload.
    pub(in crate::formats) fn note(&mut self, leaf: &str) {
        if let Some(n) = in_system(leaf) {
            self.0 |= 1 << n;
        }
    }

    /// Whether a leaf of `System` may be one of them.
    pub(in crate::formats) fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Notes what others noted.
    pub(in crate::formats) fn join(&mut self, other: Shared) {
        self.0 |= other.0;
    }

    /// Whether a leaf of `System` is one of them.
    fn has(self, leaf: &str) -> bool {
        self.0 != 0 && in_system(leaf).is_some_and(|n| self.0 & (1 << n) != 0)
    }
}

/// Which leaf of `System` has this name too.
fn in_system(leaf: &str) -> Option<usize> {
    SYSTEM.iter().position(|name| name.eq_ignore_ascii_case(leaf))
}

/// Writes a name that stands in front of others. A very long one would be repeated for each of them: it is left out.
fn before(name: &str, separator: char, into: &mut String) {
    if name.len() <= limits::XML_NAME {
        into.push_str(name);
        into.push(separator);
    }
}

/// Writes the name of a leaf of a section; `section` is the element's own name, `around` the element below it.
pub(in crate::formats) fn leaf(kind: Section, section: &str, around: Option<&str>, leaf: &str, into: &mut String) {
    into.clear();
    match kind {
        Section::EventData | Section::UserData => {
            if in_system(leaf).is_some() {
                before(section, '.', into);
                if let Some(around) = around {
                    before(around, '.', into);
                }
            }
        }
        Section::Rendering if leaf != "Message" => into.push_str("RenderingInfo_"),
        Section::System | Section::Rendering => {}
        Section::Other => before(section, '_', into),
    }
    into.push_str(leaf);
}

/// Writes the name of an attribute of an element.
pub(in crate::formats) fn attribute(kind: Section, section: &str, element: &str, attribute: &str, into: &mut String) {
    into.clear();
    if (kind, element, attribute) != (Section::System, "TimeCreated", "SystemTime") {
        if matches!(kind, Section::Rendering | Section::Other) && element != section {
            before(section, '_', into);
        }
        before(element, '_', into);
    }
    into.push_str(attribute);
}

/// Gives the entries of `System` whose names are the payload's, too, their wrapper. `fixed` is the text of fixed names.
pub(in crate::formats) fn wrap(
    system: Range<usize>,
    shared: Shared,
    scratch: &mut Scratch,
    table: &FieldTable,
    fixed: &str,
) {
    if shared.is_empty() {
        return;
    }
    for n in system {
        let Some(Entry { name, .. }) = scratch.entries.get(n).copied() else { continue };
        let written = Regions { fixed, ..scratch.regions("") }.text(name);
        if shared.has(written) {
            let wrapped = format!("System.{written}");
            let spelling = scratch.names.find(table, &wrapped).map_or(0, |named| named.spelling);
            let name = scratch.keep(&wrapped);
            if let Some(entry) = scratch.entries.get_mut(n) {
                (entry.name, entry.spelling) = (name, spelling);
            }
        }
    }
}

/// The part of a name behind its namespace.
pub(in crate::formats) fn local(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_, local)| local)
}
