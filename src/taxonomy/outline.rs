//! What an [`Outline`] means for every record it may be of: the log sources they have for sure, those they may have, the
//! views they may be looked at through.
//!
//! Sound because the bounds take both sides. Sure is a route that says nothing but what the header tells (format,
//! program, facility, the target of a request; payload and fields can only add to it) and denies no product but those that
//! no route before it can give. Possible is every route that fields
//! of the names there may be, and payloads there may be, could meet; of profiles those up to the first that is sure. Of
//! records whose text holds nothing that a route looks for there, no such route is possible ([`Frozen::plain_bounds`]). And
//! nothing is said where a field may name another program or an event of Windows, where a stamp may go before the header's,
//! or where stamps depend on the host.

use super::condition::{MayHave, Target};
use super::facts::Bits;
use super::freeze::Frozen;
use super::tag::Tagger;
use crate::model::{Bounds, FieldId, FormatId, Outline, TagSet, View, Within};
use std::collections::BTreeSet;

/// Shorter texts are not looked for in lines.
const SHORTEST: usize = 4;

/// What is known of all records of an outline, as conditions ask for it.
pub(super) struct Reach<'e> {
    /// Classes of the format,
    pub(super) sure_classes: u32,
    /// and of what may stand inside.
    pub(super) classes: u32,
    /// Names there may be.
    pub(super) present: Bits,
    pub(super) payloads: [&'static str; 2],
    pub(super) program: Option<&'e str>,
    pub(super) facility: Option<&'e str>,
    pub(super) target: Option<Target>,
}

impl Tagger {
    /// Adds the log sources every record within reach has, and those one may have; gives the profiles it may have.
    fn bound<'t>(
        &'t self,
        reach: &Reach<'_>,
        (least, most): (&mut TagSet, &mut TagSet),
        within: &mut Within,
        may_have: MayHave<'_, 't>,
    ) -> Vec<usize> {
        for (condition, source, bits) in self.rows() {
            if condition.must_hold(reach, most) {
                for bit in bits {
                    least.set(*bit);
                }
            }
            if condition.can_hold(reach, may_have) {
                for bit in bits {
                    most.set(*bit);
                }
                within.sources.insert(source);
            }
        }
        let mut possible = Vec::new();
        for (n, condition) in self.profiles().iter().enumerate() {
            if condition.can_hold(reach, may_have) {
                possible.push(n);
            }
            if condition.must_hold(reach, most) {
                return possible;
            }
        }
        possible.push(self.profiles().len().saturating_sub(1));
        possible
    }
}

impl Frozen {
    /// What holds for every record of an outline; `None`: too much depends on what its fields say.
    pub(crate) fn bounds(&self, outline: &Outline<'_>, format: FormatId) -> Option<Bounds<'_>> {
        self.bounds_where(outline, format, &mut |_| true)
    }

    /// What holds for those whose text holds none of some texts, whatever their case: [`Bounds::unless`].
    pub(crate) fn plain_bounds(&self, outline: &Outline<'_>, format: FormatId) -> Option<Bounds<'_>> {
        let mut unless = BTreeSet::new();
        let mut may_have = |text: &[u8]| {
            // Of what is short too many lines hold some; what is of no ASCII folds to what is not looked for.
            let text = std::str::from_utf8(text).ok().filter(|text| text.is_ascii() && text.len() >= SHORTEST);
            unless.extend(text.map(str::to_ascii_lowercase));
            text.is_none()
        };
        let bounds = self.bounds_where(outline, format, &mut may_have);
        bounds.map(|bounds| Bounds { unless, ..bounds })
    }

    fn bounds_where<'t>(
        &'t self,
        outline: &Outline<'_>,
        format: FormatId,
        may_have: MayHave<'_, 't>,
    ) -> Option<Bounds<'t>> {
        let program = outline.program.unwrap_or_default();
        if self.table.heard().iter().any(|heard| heard.who.may_be(program)) {
            return None;
        }
        let mut memory = String::new();
        let names = outline.names.iter().flat_map(|names| names.iter().copied());
        let known: Vec<(FieldId, &str)> =
            names.filter_map(|name| self.table.find(name, &mut memory).map(|field| (field, name))).collect();
        let reach = self.tagger().gatherer().reach((outline, format), &known)?;
        let (mut least, mut most) = (TagSet::default(), TagSet::default());
        let mut within = Within::default();
        let profiles = self.tagger().bound(&reach, (&mut least, &mut most), &mut within, may_have);
        self.grant_all((format, outline.payloads), &mut most, &mut within.sources);
        within.fields = known.iter().map(|(field, _)| *field).filter(|field| *field != FieldId::OTHER).collect();
        let mut id = |name: Option<&str>| name.and_then(|name| self.table.find(name, &mut memory));
        let stamp = id(outline.stamp);
        within.sure = id(outline.sure).into_iter().collect();
        let mut views: Vec<&dyn View> = Vec::new();
        for profile in profiles {
            let view = self.view_of(profile)?;
            view.goes_by_header(&within.fields, stamp).then_some(())?;
            views.push(view);
        }
        let mut ids = |names: &[&str]| -> BTreeSet<FieldId> {
            let known = names.iter().filter_map(|name| self.table.find(name, &mut memory));
            known.filter(|field| *field != FieldId::OTHER).collect()
        };
        // What a name of the message may be a spelling of is no field of the header alone.
        let [of_header, of_message, of_module] = outline.names.map(&mut ids);
        let head = outline.head.map(|_| &(&of_header - &of_message) - &of_module).unwrap_or_default();
        Some(Bounds { least, most, views, within, head, unless: BTreeSet::new() })
    }
}
