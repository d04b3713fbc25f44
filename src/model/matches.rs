//! The matches of a block, for the `matches` stream: in two pieces of memory, since a loud log has one for every record.

use super::origin::{Place, RuleId};
use super::sample::{SampleParts, SampleWriter};
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
    pub(crate) fields: SampleParts<'m>,
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
    /// Of each match one behind the other: fields, field and value of the entity, value of the identity.
    text: Vec<u8>,
}

#[derive(Clone, Debug)]
struct Row {
    bare: Bare,
    fields: Range<usize>,
    /// Where the field, the value and the identity end.
    ends: [usize; 3],
    has_identity: bool,
}

impl Matches {
    /// Adds a match. `fields` writes them.
    pub(crate) fn push(
        &mut self,
        bare: Bare,
        fields: impl FnOnce(&mut SampleWriter),
        entity: (&str, &str),
        identity: Option<&str>,
    ) {
        let start = self.text.len();
        let mut writer = SampleWriter::behind(std::mem::take(&mut self.text), None);
        fields(&mut writer);
        self.text = writer.into_bytes();
        let fields = start..self.text.len();
        let texts = [entity.0, entity.1, identity.unwrap_or_default()];
        let ends = texts.map(|text| {
            self.text.extend_from_slice(text.as_bytes());
            self.text.len()
        });
        self.rows.push(Row { bare, fields, ends, has_identity: identity.is_some() });
    }

    /// How many.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = Match<'_>> {
        let text = |range: Range<usize>| {
            self.text.get(range).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default()
        };
        self.rows.iter().map(move |Row { bare, fields, ends: [field, value, identity], has_identity }| Match {
            place: bare.place,
            time: bare.time,
            rule: bare.rule,
            fields: SampleParts::of(self.text.get(fields.clone()).unwrap_or_default()),
            entity: (text(fields.end..*field), text(*field..*value)),
            identity: has_identity.then(|| text(*value..*identity)),
            feeds: &bare.feeds,
            reported: bare.reported,
            entries: &bare.entries,
        })
    }
}

impl PartialEq for Matches {
    fn eq(&self, other: &Matches) -> bool {
        self.iter().eq(other.iter())
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample::SamplePart;
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
            move |writer: &mut SampleWriter| {
                writer.name(name);
                for value in values {
                    writer.value(value);
                }
            }
        };
        matches.push(bare(0), write("a", &["xx", "", "é"]), ("user", "Mia"), Some("mia"));
        matches.push(bare(1), |_| (), ("", ""), None);
        matches.push(bare(2), write("b", &["longer than four"]), ("ip", "::1"), Some(""));
        let shown: Vec<_> =
            matches.iter().map(|one| (one.rule.0, one.fields.collect::<Vec<_>>(), one.entity, one.identity)).collect();
        let a = vec![SamplePart::Name("a"), SamplePart::Value("xx"), SamplePart::Value(""), SamplePart::Value("é")];
        let b = vec![SamplePart::Name("b"), SamplePart::Value("longer than four")];
        assert_eq!(
            shown,
            [(0, a, ("user", "Mia"), Some("mia")), (1, vec![], ("", ""), None), (2, b, ("ip", "::1"), Some(""))]
        );
        assert_eq!(matches.len(), 3);
    }
}
