//! What to look at in records of one layout: which questions of a route their fields answer, and which fields together.
//!
//! Fields that some question may rest on together make a group; most groups are one field. What the values of a group
//! were found to concern is remembered by these values ([`Memo`](super::memo)), so that what repeats is neither asked for
//! nor searched again. A question that rests on no field the record has is a group of none, and answered once.
//!
//! Sound because the answers of a group's questions are a function of its values: a view says on which fields an answer
//! may rest ([`View::rests_on`]), whatever shares one with others is in one group with them, and the rest of what an
//! answer depends on (view, log sources, names and their order, whether a sentence was recognised) is what a plan is made
//! for. Questions that may rest on anything else are asked of each record.

use super::memo::Last;
use super::reference::Case;
use super::route::Route;
use crate::model::{AskId, Datum, Entry, Event, FieldId, Layout, LogSourceId, QuickMap, Value, View, limits};

/// What a plan is a function of: the route, the layout, the rows that gave the log sources, and whether a sentence was
/// recognised.
pub(super) type Key = (u32, Layout, [LogSourceId; 8], u8, bool);

/// What tells a plan from the others, and what it shares with those of other layouts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PlanId {
    pub(super) number: u32,
    /// All that the plan is a function of, but for the layout.
    pub(super) kind: u32,
}

/// Where to look in records of one layout.
pub(super) struct Plan {
    pub(super) id: PlanId,
    pub(super) groups: Box<[Group]>,
    /// How many of them answer questions; in the values of those behind words are looked for, and nothing else.
    pub(super) asked: usize,
    /// What each group was the last time.
    pub(super) last: Box<[Last]>,
    /// Positions of questions that are asked of each record.
    pub(super) free: Box<[u16]>,
}

/// Fields that are looked at together; none for questions whose answer is the same whatever the record holds.
pub(super) struct Group {
    /// A number no other group has, unless it is the same group of another layout.
    pub(super) number: u32,
    /// Positions of its fields among those of the record.
    pub(super) entries: Box<[u16]>,
    /// Positions of the questions they answer.
    pub(super) asked: Box<[u16]>,
}

/// The plans a worker has made.
#[derive(Default)]
pub(super) struct Plans {
    known: QuickMap<Key, usize>,
    made: Vec<Plan>,
    /// Groups of all plans.
    groups: usize,
    last: Option<(Key, usize)>,
    /// Numbers of groups, by what they are: the route and its rows, names, questions.
    numbers: QuickMap<Box<[u64]>, u32>,
    /// Numbers of keys that differ by their layouts alone.
    kinds: QuickMap<Key, u32>,
}

impl Plans {
    /// The plan for an event whose values stand for themselves; `None` when it has to be looked at the long way.
    pub(super) fn find(&mut self, route: &Route, case: &Case<'_, '_>) -> Option<&mut Plan> {
        let event = case.event;
        event.layout.place()?;
        let key = (route.number, event.layout, event.tags.sources, event.tags.len, event.payload.is_some());
        let at = match self.last {
            Some((last, at)) if last == key => at,
            _ => match self.known.get(&key) {
                Some(at) => *at,
                None if self.made.len() < limits::LAYOUTS && self.groups < limits::PLAN_GROUPS => {
                    self.make(key, route, event, case.view)
                }
                None => return None,
            },
        };
        self.last = Some((key, at));
        self.made.get_mut(at)
    }

    fn make(&mut self, key: Key, route: &Route, event: &Event<'_>, view: &dyn View) -> usize {
        let (mut free, mut sets) = (Vec::new(), Vec::new());
        for asked in route.worth_asking(event.entries) {
            match rests_on(route, asked, event, view) {
                Some(entries) => join(&mut sets, entries, asked),
                None => free.push(asked),
            }
        }
        let asked = sets.len();
        if route.anywhere.is_some() {
            // Words are looked for in each value by itself.
            for at in 0..u16::try_from(event.entries.len()).unwrap_or(u16::MAX) {
                if !sets.iter().any(|(entries, _): &Joined| entries.contains(&at)) {
                    sets.push((vec![at], Vec::new()));
                }
            }
        }
        let groups = sets.into_iter().map(|(entries, asked)| {
            let number = self.number(key, event, &entries, &asked);
            Group { number, entries: entries.into(), asked: asked.into() }
        });
        let groups: Box<[Group]> = groups.collect();
        self.groups += groups.len();
        let at = self.made.len();
        let last = groups.iter().map(|_| Last::default()).collect();
        let next = u32::try_from(self.kinds.len()).unwrap_or(u32::MAX);
        let (route, _, sources, len, is_said) = key;
        let kind = *self.kinds.entry((route, Layout::UNKNOWN, sources, len, is_said)).or_insert(next);
        let id = PlanId { number: u32::try_from(at).unwrap_or(u32::MAX), kind };
        self.made.push(Plan { id, groups, asked, last, free: free.into() });
        self.known.insert(key, at);
        at
    }

    /// The same group in another layout has the same number: it knows the same values.
    fn number(&mut self, key: Key, event: &Event<'_>, entries: &[u16], asked: &[u16]) -> u32 {
        let (route, _, sources, len, is_said) = key;
        let names = entries.iter().filter_map(|at| event.entries.get(usize::from(*at)));
        let names = names.map(Entry::spelled);
        let rows = sources.iter().map(|row| u64::from(row.0));
        let what = [u64::from(route), u64::from(len), u64::from(is_said), entries.len() as u64]
            .into_iter()
            .chain(rows)
            .chain(names);
        let what: Box<[u64]> = what.chain(asked.iter().map(|at| u64::from(*at))).collect();
        let next = u32::try_from(self.numbers.len()).unwrap_or(u32::MAX);
        *self.numbers.entry(what).or_insert(next)
    }
}

/// Positions of fields, and of questions that rest on them.
type Joined = (Vec<u16>, Vec<u16>);

/// Positions of the fields a question rests on; `None` when it may rest on anything.
fn rests_on(route: &Route, asked: u16, event: &Event<'_>, view: &dyn View) -> Option<Vec<u16>> {
    entries_of(route.asked.get(usize::from(asked))?.ask, event, view)
}

/// Positions of the fields an answer rests on; `None` when it may rest on anything.
pub(super) fn entries_of(ask: AskId, event: &Event<'_>, view: &dyn View) -> Option<Vec<u16>> {
    let mut fields: Vec<FieldId> = Vec::new();
    if view.rests_on(ask, event.payload.is_some(), &mut fields) {
        return None;
    }
    let entries = (0_u16..).zip(event.entries).filter(|(_, entry)| fields.contains(&entry.field));
    Some(entries.map(|(at, _)| at).collect())
}

/// Adds a question to the groups: those it shares a field with become one.
fn join(sets: &mut Vec<Joined>, entries: Vec<u16>, asked: u16) {
    let mut joined = (entries, vec![asked]);
    sets.retain_mut(|(entries, asked)| {
        let is_apart = !entries.iter().any(|at| joined.0.contains(at));
        if !is_apart {
            joined.0.append(entries);
            joined.1.append(asked);
        }
        is_apart
    });
    joined.0.sort_unstable();
    joined.0.dedup();
    joined.1.sort_unstable();
    sets.push(joined);
}

impl Group {
    /// Writes down the values of the group, so that others give other bytes.
    pub(super) fn values(&self, event: &Event<'_>, into: &mut Vec<u8>) {
        into.clear();
        for at in &self.entries {
            let Some(entry) = event.entries.get(usize::from(*at)) else { continue };
            let (head, text) = written(event, entry);
            into.extend_from_slice(&head.to_le_bytes());
            into.extend_from_slice(text.as_bytes());
        }
    }

    /// The value of a group that is one field: its kind and length in a number, and its text. A group of none has one value.
    pub(super) fn value<'r>(&self, event: &Event<'r>) -> Option<(u32, &'r str)> {
        match &*self.entries {
            [] => Some((0, "")),
            [at] => event.entries.get(usize::from(*at)).map(|entry| written(event, entry)),
            _ => None,
        }
    }

    /// The values of the group.
    pub(super) fn data<'e, 'r>(&self, event: &'e Event<'r>) -> impl Iterator<Item = Datum<'r>> + use<'_, 'e, 'r> {
        self.entries.iter().filter_map(|at| event.entries.get(usize::from(*at))).map(|entry| event.datum(entry))
    }
}

/// Writes down some fields, so that others, or of other names, give other bytes.
pub(super) fn fields(entries: &[u16], event: &Event<'_>, into: &mut Vec<u8>) {
    into.clear();
    for at in entries {
        let Some(entry) = event.entries.get(usize::from(*at)) else { continue };
        let (head, text) = written(event, entry);
        into.extend_from_slice(&entry.spelled().to_le_bytes());
        into.extend_from_slice(&head.to_le_bytes());
        into.extend_from_slice(text.as_bytes());
    }
}

/// A value, so that others give something else: its kind and length, and its text.
fn written<'r>(event: &Event<'r>, entry: &Entry) -> (u32, &'r str) {
    let (kind, text) = match entry.value {
        Value::Text(span) => (0, event.regions.text(span)),
        Value::Number(span) => (1, event.regions.text(span)),
        Value::Object(span) => (2, event.regions.text(span)),
        Value::Bool(false) => (3, ""),
        Value::Bool(true) => (4, ""),
        Value::Null => (5, ""),
        Value::Empty => (6, ""),
        Value::NoItems => (7, ""),
        Value::Escaped(span) => (8, event.regions.text(span)),
    };
    // A record is far below 2^28 bytes: `limits` cuts it at 16 MiB.
    ((text.len() as u32) << 4 | kind, text)
}
