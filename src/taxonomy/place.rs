//! Finding a field in an event: by id, then by spelling.
//!
//! Ids already join spellings that differ in case, `_ - .`, blanks or a Windows wrapper (`FieldTable`); a place
//! prefers the spelling it was written in. Of several entries of one spelling those win whose dots are fewest steps into
//! objects.

use crate::model::{Datum, Entry, Event, FieldId, FieldTable};
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

/// The names a run looks for: each is folded and given its id once, however many sources read it.
#[derive(Debug, Default)]
pub(super) struct Names {
    table: FieldTable,
    known: HashMap<Arc<str>, FieldId>,
}

impl Names {
    /// Names kept in `table`.
    pub(super) fn new(table: FieldTable) -> Names {
        Names { table, known: HashMap::new() }
    }

    /// What decoders keep.
    pub(super) fn into_table(self) -> FieldTable {
        self.table
    }

    /// The id of a name, which is kept from now on.
    pub(super) fn want(&mut self, name: &str) -> FieldId {
        self.place(name).field
    }

    fn place(&mut self, name: &str) -> Place {
        let (name, field) = if let Some((name, field)) = self.known.get_key_value(name) {
            (Arc::clone(name), *field)
        } else {
            let shared: Arc<str> = name.into();
            let field = self.table.want(name);
            self.known.insert(Arc::clone(&shared), field);
            (shared, field)
        };
        Place { field, name, is_exact: false }
    }
}

/// An original name, ready to be looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) field: FieldId,
    pub(super) name: Arc<str>,
    /// Only this very spelling counts.
    is_exact: bool,
}

impl Place {
    /// The place of `name`, which is kept from now on.
    pub(super) fn new(name: &str, names: &mut Names) -> Place {
        names.place(name)
    }

    /// The same, for one spelling only.
    pub(super) fn exact(name: &str, names: &mut Names) -> Place {
        Place { is_exact: true, ..names.place(name) }
    }

    /// Whether `asked` is a name of this place.
    pub(super) fn is_meant_by(&self, asked: &Place) -> bool {
        self.field == asked.field && (!self.is_exact || self.name == asked.name)
    }

    /// Whether `written` is this very name, case and a Windows wrapper in front aside: `SourceIp` and `source_ip` share
    /// an id with `source.ip`, but are not spelled so.
    pub(super) fn is_spelled(&self, written: &str) -> bool {
        let Some(at) = written.len().checked_sub(self.name.len()) else { return false };
        let is_step = at == 0 || written.as_bytes().get(at - 1) == Some(&b'.');
        is_step && written.get(at..).is_some_and(|end| end.eq_ignore_ascii_case(&self.name))
    }

    /// The entries among which those of this place are.
    pub(super) fn near<'e>(&self, event: &'e Event<'_>) -> &'e [Entry] {
        event.seen.near(self.field, event.entries)
    }

    /// Every entry spelled like this place.
    pub(super) fn spelled<'e, 'r>(&self, event: &'e Event<'r>) -> impl Iterator<Item = &'e Entry> + use<'e, '_, 'r> {
        self.near(event).iter().filter(|e| e.field == self.field && self.is_spelled(event.name(e)))
    }

    /// Every entry that answers: those of the exact spelling if there are any, else all of other spellings.
    pub(super) fn entries<'e, 'r>(&self, event: &'e Event<'r>) -> impl Iterator<Item = &'e Entry> + use<'e, '_, 'r> {
        let mut has_exact = self.is_exact;
        let mut shape = u16::MAX;
        let entries = self.near(event);
        // One alone answers however it is spelled.
        let rivals = if entries.len() > 1 { entries } else { &[] };
        for entry in rivals.iter().filter(|e| e.field == self.field) {
            if event.name(entry) == &*self.name {
                has_exact = true;
                shape = shape.min(entry.shape);
            }
        }
        let (name, field) = (&*self.name, self.field);
        let is_alone = rivals.is_empty();
        entries.iter().filter(move |e| {
            e.field == field && (!has_exact || ((is_alone || e.shape == shape) && event.name(e) == name))
        })
    }

    /// The first text found.
    pub(super) fn text<'r>(&self, event: &Event<'r>) -> Option<Cow<'r, str>> {
        self.entries(event).find_map(|entry| text_of(event, entry))
    }

    /// The first text that is not the payload's: a Windows event that tells of a channel is no event of that channel.
    pub(super) fn system_text<'r>(&self, event: &Event<'r>) -> Option<Cow<'r, str>> {
        self.entries(event).filter(|entry| !is_payload(event.name(entry))).find_map(|entry| text_of(event, entry))
    }
}

/// The text of an entry, if it is a text or a number.
fn text_of<'r>(event: &Event<'r>, entry: &Entry) -> Option<Cow<'r, str>> {
    match event.datum(entry) {
        Datum::Text(text) | Datum::Number(text) => Some(text),
        _ => None,
    }
}

/// Whether a name as written lies in the payload of a Windows event.
pub(super) fn is_payload(name: &str) -> bool {
    name.contains('.') && ["EventData.", "UserData.", "event_data.", "user_data."].iter().any(|w| name.contains(w))
}

/// Words compared without case; a `*` at an end stands for anything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Globs(Vec<Glob>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Glob {
    text: String,
    is_open_before: bool,
    is_open_after: bool,
}

impl Globs {
    /// Reads the words.
    pub(super) fn new(words: &[String]) -> Globs {
        Globs(
            words
                .iter()
                .map(|word| {
                    let (is_open_before, rest) = word.strip_prefix('*').map_or((false, word.as_str()), |r| (true, r));
                    let (is_open_after, rest) = rest.strip_suffix('*').map_or((false, rest), |r| (true, r));
                    Glob { text: rest.to_ascii_lowercase(), is_open_before, is_open_after }
                })
                .collect(),
        )
    }

    /// Whether one of the words fits.
    pub(super) fn matches(&self, text: &str) -> bool {
        self.0.iter().any(|glob| match (glob.is_open_before, glob.is_open_after) {
            (false, false) => glob.text.eq_ignore_ascii_case(text),
            (false, true) => text.get(..glob.text.len()).is_some_and(|start| start.eq_ignore_ascii_case(&glob.text)),
            (true, false) => text
                .len()
                .checked_sub(glob.text.len())
                .and_then(|at| text.get(at..))
                .is_some_and(|end| end.eq_ignore_ascii_case(&glob.text)),
            (true, true) => text.to_ascii_lowercase().contains(&glob.text),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_at_an_end_stands_for_anything() {
        let globs =
            Globs::new(&["audit.k8s.io/*".to_owned(), "*login*".to_owned(), "*-fail".to_owned(), "Edit".to_owned()]);
        for text in ["audit.k8s.io/v1", "AUDIT.K8S.IO/", "admin-Login-x", "ssl-new-FAIL", "edit"] {
            assert!(globs.matches(text), "{text}");
        }
        for text in ["k8s.io/v1", "failed", "edits", "é"] {
            assert!(!globs.matches(text), "{text}");
        }
    }
}
