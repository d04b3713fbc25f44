//! The matches of a block, for the `matches` stream: in a few pieces of memory, since a loud log has one for every record.

use super::origin::{Place, RuleId};
use super::sample::SamplePart;
use super::time::Stamp;
use std::ops::Range;
use std::sync::Arc;

/// One match of a detection rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Match<'m> {
    /// Where the event stands.
    pub(crate) place: Place,
    /// When it happened.
    pub(crate) time: Stamp,
    /// The rule.
    pub(crate) rule: RuleId,
    /// The fields the rule read, redacted and cut.
    pub(crate) fields: MatchFields<'m>,
    /// What it is about, as people see it: a field and its value.
    pub(crate) entity: (&'m str, &'m str),
    /// What its alert is recognised by; known only where an ignore entry may put it aside.
    pub(crate) identity: Option<&'m str>,
    /// Correlations that use it, as rule ids.
    pub(crate) feeds: &'m [RuleId],
    /// False when the rule is silenced or excluded and only feeds, or an ignore entry puts the match aside.
    pub(crate) reported: bool,
    /// Ignore entries whose fields it has.
    pub(crate) entries: &'m [u32],
}

/// What of a match needs no text.
#[derive(Clone, Debug)]
pub(crate) struct Bare {
    pub(crate) place: Place,
    pub(crate) time: Stamp,
    pub(crate) rule: RuleId,
    pub(crate) feeds: Arc<[RuleId]>,
    pub(crate) reported: bool,
    pub(crate) entries: Box<[u32]>,
}

/// All matches of a block, in order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Matches {
    rows: Vec<Row>,
    /// Of each match one behind the other: fields, field and value of the entity, value of the identity. The value of the
    /// entity is mostly that of a field: then it stands here once.
    text: String,
    /// What the fields are made of.
    parts: Vec<Part>,
    /// What is taken for the first match.
    room: MatchRoom,
}

/// How much memory the matches of a block took: those of the next one mostly take as much.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct MatchRoom {
    rows: usize,
    text: usize,
    parts: usize,
}

#[derive(Clone, Debug)]
struct Row {
    bare: Bare,
    /// Where its text begins.
    start: usize,
    parts: Range<usize>,
    /// The field and the value of the entity, and the identity.
    texts: [Range<usize>; 3],
    has_identity: bool,
}

/// A name, or a value of the field named last.
#[derive(Clone, Copy, Debug)]
struct Part {
    is_name: bool,
    end: usize,
}

/// The fields of a match, part by part.
#[derive(Clone, Debug)]
pub(crate) struct MatchFields<'m> {
    text: &'m str,
    start: usize,
    parts: std::slice::Iter<'m, Part>,
}

impl<'m> Iterator for MatchFields<'m> {
    type Item = SamplePart<'m>;

    fn next(&mut self) -> Option<SamplePart<'m>> {
        let part = self.parts.next()?;
        let text = self.text.get(self.start..part.end).unwrap_or_default();
        self.start = part.end;
        Some(if part.is_name { SamplePart::Name(text) } else { SamplePart::Value(text) })
    }
}

impl PartialEq for MatchFields<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.clone().eq(other.clone())
    }
}

impl Eq for MatchFields<'_> {}

/// Writes the fields of a match.
pub(crate) struct FieldsWriter<'w> {
    text: &'w mut String,
    parts: &'w mut Vec<Part>,
    /// Where text and parts begin.
    start: (usize, usize),
}

impl FieldsWriter<'_> {
    /// Bytes written so far.
    pub(crate) fn len(&self) -> usize {
        self.text.len() - self.start.0
    }

    /// Whether a field of this name is there.
    pub(crate) fn has(&self, name: &str) -> bool {
        let mut start = self.start.0;
        let mut parts = self.parts.get(self.start.1..).unwrap_or_default().iter();
        parts.any(|part| {
            let text = self.text.get(start..part.end);
            start = part.end;
            part.is_name && text == Some(name)
        })
    }

    /// The name of a field; its values follow.
    pub(crate) fn name(&mut self, name: &str) {
        self.part(true, name);
    }

    /// A value of the field.
    pub(crate) fn value(&mut self, value: &str) {
        self.part(false, value);
    }

    fn part(&mut self, is_name: bool, text: &str) {
        self.text.push_str(text);
        self.parts.push(Part { is_name, end: self.text.len() });
    }
}

impl Matches {
    /// None yet, and so much room as soon as there is one.
    pub(crate) fn with_room(room: MatchRoom) -> Matches {
        Matches { room, ..Matches::default() }
    }

    /// How much memory they took.
    pub(crate) fn room(&self) -> MatchRoom {
        MatchRoom { rows: self.rows.len(), text: self.text.len(), parts: self.parts.len() }
    }

    /// Adds a match. `fields` writes them.
    pub(crate) fn push(
        &mut self,
        bare: Bare,
        fields: impl FnOnce(&mut FieldsWriter<'_>),
        entity: (&str, &str),
        identity: Option<&str>,
    ) {
        let Matches { rows, text, parts, room } = self;
        if rows.is_empty() {
            rows.reserve(room.rows + room.rows / 8);
            text.reserve(room.text + room.text / 8);
            parts.reserve(room.parts + room.parts / 8);
        }
        let (start, first) = (text.len(), parts.len());
        fields(&mut FieldsWriter { text: &mut *text, parts: &mut *parts, start: (start, first) });
        let value = known(text, start, parts.get(first..).unwrap_or_default(), entity.1);
        let mut add = |piece: &str| {
            let start = text.len();
            text.push_str(piece);
            start..text.len()
        };
        let texts = [add(entity.0), value.unwrap_or_else(|| add(entity.1)), add(identity.unwrap_or_default())];
        rows.push(Row { bare, start, parts: first..parts.len(), texts, has_identity: identity.is_some() });
    }

    /// Adds a match that says what the one at `row` says, elsewhere and at another time.
    pub(crate) fn again(&mut self, row: usize, place: Place, time: Stamp) {
        let mut row = self.rows.get(row).cloned().expect("the row was told by `last`");
        (row.bare.place, row.bare.time) = (place, time);
        self.rows.push(row);
    }

    /// Where the last one stands.
    pub(crate) fn last(&self) -> Option<usize> {
        self.rows.len().checked_sub(1)
    }

    /// How many.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = Match<'_>> {
        let text = |range: Range<usize>| self.text.get(range).unwrap_or_default();
        self.rows.iter().map(move |Row { bare, start, parts, texts: [field, value, identity], has_identity }| {
            let parts = self.parts.get(parts.clone()).unwrap_or_default();
            Match {
                place: bare.place,
                time: bare.time,
                rule: bare.rule,
                fields: MatchFields { text: &self.text, start: *start, parts: parts.iter() },
                entity: (text(field.clone()), text(value.clone())),
                identity: has_identity.then(|| text(identity.clone())),
                feeds: &bare.feeds,
                reported: bare.reported,
                entries: &bare.entries,
            }
        })
    }
}

/// Where a value stands among those of the fields, which begin at `start`.
fn known(text: &str, mut start: usize, parts: &[Part], value: &str) -> Option<Range<usize>> {
    parts.iter().find_map(|part| {
        let range = std::mem::replace(&mut start, part.end)..part.end;
        (!part.is_name && text.get(range.clone()) == Some(value)).then_some(range)
    })
}

impl PartialEq for Matches {
    fn eq(&self, other: &Matches) -> bool {
        self.iter().eq(other.iter())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_one_match_are_not_those_of_another() {
        let mut matches = Matches::default();
        let bare = |rule: u32| Bare {
            place: Place::default(),
            time: Stamp::default(),
            rule: RuleId(rule),
            feeds: Arc::from([RuleId(7)]),
            reported: true,
            entries: Box::default(),
        };
        let write = |name: &'static str, values: &'static [&'static str]| {
            move |writer: &mut FieldsWriter<'_>| {
                writer.name(name);
                for value in values {
                    writer.value(value);
                }
            }
        };
        matches.push(bare(0), write("a", &["xx", "", "é"]), ("user", "Mia"), Some("mia"));
        matches.push(bare(1), |_| (), ("", ""), None);
        matches.push(bare(2), write("b", &["longer than four"]), ("ip", "::1"), Some(""));
        // A value that a field has is that of the field; a name is not.
        matches.push(bare(3), write("c", &["x", "yz"]), ("c", "yz"), None);
        matches.push(bare(4), write("c", &["x"]), ("c", "c"), Some("c"));
        let shown: Vec<_> =
            matches.iter().map(|one| (one.rule.0, one.fields.collect::<Vec<_>>(), one.entity, one.identity)).collect();
        let a = vec![SamplePart::Name("a"), SamplePart::Value("xx"), SamplePart::Value(""), SamplePart::Value("é")];
        let b = vec![SamplePart::Name("b"), SamplePart::Value("longer than four")];
        let c = |values: &[&'static str]| {
            let values = values.iter().map(|value| SamplePart::Value(value));
            [SamplePart::Name("c")].into_iter().chain(values).collect::<Vec<_>>()
        };
        assert_eq!(
            shown,
            [
                (0, a, ("user", "Mia"), Some("mia")),
                (1, vec![], ("", ""), None),
                (2, b, ("ip", "::1"), Some("")),
                (3, c(&["x", "yz"]), ("c", "yz"), None),
                (4, c(&["x"]), ("c", "c"), Some("c")),
            ]
        );
        assert_eq!(matches.len(), 5);
    }
}
