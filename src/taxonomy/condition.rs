//! Conditions of the tables, compiled for one run: what a record must be for a route or profile to hold.
//!
//! Left out: `path` and `declared` cannot be told from an event. A condition that states one
//! never holds; `is_decidable` lets the tests count them. (Declared formats bring the rows they mean themselves.)

use super::facts::{Bits, Facts, Keys};
use super::outline::Reach;
use super::place::{Globs, Names, Place};
use super::shape;
use super::table::RawCondition;
use crate::model::{Outline, Raw, TagSet};
use std::collections::{BTreeMap, HashMap};

/// A compiled condition. All parts must hold; an empty part holds.
#[derive(Debug, Default)]
pub(super) struct Condition {
    is_never: bool,
    classes: u32,
    has: Bits,
    payloads: Vec<String>,
    channels: Vec<String>,
    event_ids: Vec<u32>,
    providers: Vec<String>,
    programs: Vec<String>,
    facilities: Vec<String>,
    equals: Vec<(Place, Globs)>,
    types: Option<(Place, Vec<String>)>,
    target: Option<(Place, Target)>,
    shape: Option<shape::IsShaped>,
    contains: Vec<memchr::memmem::Finder<'static>>,
    not_products: Vec<u16>,
    any: Vec<Condition>,
}

/// What the request line of an access log asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target {
    Path,
    Proxy,
}

impl Target {
    /// What a request line asks for.
    pub(super) fn of(request: &str) -> Target {
        if Outline::is_of_proxy(request) { Target::Proxy } else { Target::Path }
    }
}

/// Says of texts whether those of some records may hold them.
pub(super) type MayHave<'f, 'c> = &'f mut dyn FnMut(&'c [u8]) -> bool;

/// Whether a record holds a text.
fn holds(raw: Raw<'_>, text: &memchr::memmem::Finder<'_>) -> bool {
    raw.may_hold(text.needle()) && text.find(raw.text().as_bytes()).is_some()
}

/// What conditions are compiled with.
pub(super) struct Compiler<'a> {
    pub(super) names: &'a mut Names,
    pub(super) keys: &'a mut Keys,
    pub(super) classes: &'a HashMap<String, u32>,
    /// The bit of a product word.
    pub(super) products: &'a HashMap<String, u16>,
    /// What tells a log of Zeek in JSON that does not say its name.
    pub(super) zeek: &'a BTreeMap<String, Vec<String>>,
}

impl Condition {
    /// Compiles a condition of the tables.
    pub(super) fn compile(raw: &RawCondition, with: &mut Compiler<'_>) -> Condition {
        let lower = |words: &[String]| words.iter().map(|w| w.to_ascii_lowercase()).collect::<Vec<_>>();
        let mut condition = Condition {
            is_never: !is_decidable_here(raw),
            classes: raw.format.iter().filter_map(|name| with.classes.get(name)).fold(0, |all, bit| all | bit),
            payloads: raw.payload.clone(),
            channels: lower(&raw.channel),
            event_ids: raw.event_id.clone(),
            providers: lower(&raw.provider),
            programs: lower(&raw.program),
            facilities: lower(&raw.facility),
            shape: raw.shape.as_deref().and_then(shape::of),
            contains: raw.contains.iter().map(|t| memchr::memmem::Finder::new(t).into_owned()).collect(),
            not_products: raw.not_tagged.iter().filter_map(|p| with.products.get(p).copied()).collect(),
            ..Condition::default()
        };
        for name in &raw.has {
            condition.has.set(with.keys.bit(name, with.names));
        }
        for (name, values) in &raw.equals {
            condition.has.set(with.keys.bit(name, with.names));
            condition.equals.push((Place::new(name, with.names), Globs::new(values)));
        }
        if !raw.record_types.is_empty() {
            condition.types = Some((Place::new("type", with.names), raw.record_types.clone()));
        }
        if let Some(target) = &raw.request_target {
            let target = if target == "path" { Target::Path } else { Target::Proxy };
            condition.target = Some((Place::new("request", with.names), target));
        }
        condition.any = raw.any.iter().chain(&zeek_log(raw, with.zeek)).map(|c| Condition::compile(c, with)).collect();
        condition
    }

    /// Whether the record is what the condition says, as far as [`Facts::key`] tells: a function of that key.
    pub(super) fn may_hold(&self, facts: &Facts<'_, '_>) -> bool {
        let one_of = |words: &[String], word: Option<&str>| {
            words.is_empty() || word.is_some_and(|word| words.iter().any(|w| w.eq_ignore_ascii_case(word)))
        };
        !self.is_never
            && (self.classes == 0 || facts.classes & self.classes != 0)
            && facts.present.covers(&self.has)
            && (self.event_ids.is_empty() || facts.event_id.is_some_and(|id| self.event_ids.contains(&id)))
            && (self.shape.is_none() || facts.may_be_shaped)
            && one_of(&self.channels, facts.channel.as_deref())
            && (self.payloads.is_empty()
                || facts.event.payload.is_some_and(|s| self.payloads.iter().any(|p| p == s.payload)))
            && one_of(&self.programs, facts.program())
            && one_of(&self.providers, facts.provider.as_deref())
            && one_of(&self.facilities, facts.facility.as_deref())
            && (self.any.is_empty() || self.any.iter().any(|c| c.may_hold(facts)))
    }

    /// Whether a condition that may hold does whatever values and other log sources of the record say: a function of
    /// [`Facts::key`] too.
    pub(super) fn holds_surely(&self, facts: &Facts<'_, '_>) -> bool {
        self.equals.is_empty()
            && self.types.is_none()
            && self.target.is_none()
            && self.contains.is_empty()
            && self.shape.is_none()
            && self.not_products.is_empty()
            && (self.any.is_empty() || self.any.iter().any(|c| c.may_hold(facts) && c.holds_surely(facts)))
    }

    /// Whether a condition that may hold does: what values and other log sources of the record say.
    pub(super) fn does_hold(&self, facts: &Facts<'_, '_>) -> bool {
        self.equals.iter().all(|(place, globs)| {
            place.spelled(facts.event).any(|e| facts.event.datum(e).text().is_some_and(|t| globs.matches(t)))
        }) && self.types_hold(facts)
            && self.target_holds(facts)
            && (self.contains.is_empty() || self.contains.iter().any(|f| holds(facts.event.raw, f)))
            && self.shape.is_none_or(|is_shaped| is_shaped(facts.event.raw.text().as_bytes()))
            && !self.not_products.iter().any(|bit| facts.products.has(*bit))
            && (self.any.is_empty() || self.any.iter().any(|c| c.may_hold(facts) && c.does_hold(facts)))
    }

    /// Whether every record within `reach` is what the condition says, if rows before gave none more than `most`.
    pub(super) fn must_hold(&self, reach: &Reach<'_>, most: &TagSet) -> bool {
        !self.is_never
            && (self.classes == 0 || reach.sure_classes & self.classes != 0)
            && self.has == Bits::default()
            && self.is_of_header(reach)
            && self.payloads.is_empty()
            && self.equals.is_empty()
            && self.types.is_none()
            && self.target.as_ref().is_none_or(|(_, target)| reach.target == Some(*target))
            && self.contains.is_empty()
            && !self.not_products.iter().any(|bit| most.has(*bit))
            && (self.any.is_empty() || self.any.iter().any(|c| c.must_hold(reach, most)))
    }

    /// Whether some record within `reach` may be what the condition says, where its text may hold what `may_have` says.
    pub(super) fn can_hold<'c>(&'c self, reach: &Reach<'_>, may_have: MayHave<'_, 'c>) -> bool {
        !self.is_never
            && (self.classes == 0 || reach.classes & self.classes != 0)
            && reach.present.covers(&self.has)
            && self.is_of_header(reach)
            && (self.payloads.is_empty() || self.payloads.iter().any(|p| reach.payloads.contains(&p.as_str())))
            && self.target.as_ref().is_none_or(|(_, target)| reach.target.is_none_or(|known| known == *target))
            && (self.any.is_empty() || self.any.iter().any(|c| c.can_hold(reach, may_have)))
            && (self.contains.is_empty() || self.contains.iter().any(|text| may_have(text.needle())))
    }

    /// What the header alone says: program and facility are known, and Windows' fields are not there, nor any shape, which
    /// needs a percent sign.
    fn is_of_header(&self, reach: &Reach<'_>) -> bool {
        let one_of = |words: &[String], word: Option<&str>| {
            words.is_empty() || word.is_some_and(|word| words.iter().any(|w| w.eq_ignore_ascii_case(word)))
        };
        self.event_ids.is_empty()
            && self.channels.is_empty()
            && self.providers.is_empty()
            && self.shape.is_none()
            && one_of(&self.programs, reach.program)
            && one_of(&self.facilities, reach.facility)
    }

    fn types_hold(&self, facts: &Facts<'_, '_>) -> bool {
        let Some((place, types)) = &self.types else { return true };
        types.iter().all(|wanted| {
            place.entries(facts.event).any(|e| facts.event.datum(e).text().is_some_and(|t| t == wanted.as_str()))
        })
    }

    fn target_holds(&self, facts: &Facts<'_, '_>) -> bool {
        let Some((place, target)) = self.target.as_ref() else { return true };
        Target::of(&place.text(facts.event).unwrap_or_default()) == *target
    }
}

/// The conditions one of which a record of these Zeek logs meets: it says its name, or has what only that log has. No row
/// of the tables states both this and `any`.
fn zeek_log(raw: &RawCondition, tells: &BTreeMap<String, Vec<String>>) -> Vec<RawCondition> {
    let names = if raw.zeek_path.is_empty() { &[][..] } else { &["_path", "@stream"] };
    let by_name = names.iter().map(|name| RawCondition {
        equals: [((*name).to_owned(), raw.zeek_path.clone())].into(),
        ..RawCondition::default()
    });
    let by_members = raw.zeek_path.iter().filter_map(|log| tells.get(log)).map(|keys| RawCondition {
        format: vec!["json".to_owned()],
        has: keys.clone(),
        ..RawCondition::default()
    });
    by_name.chain(by_members).collect()
}

/// Whether everything the condition states can be told from an event.
pub(super) fn is_decidable(raw: &RawCondition) -> bool {
    is_decidable_here(raw) && (raw.any.is_empty() || raw.any.iter().any(is_decidable))
}

fn is_decidable_here(raw: &RawCondition) -> bool {
    raw.path.is_empty() && raw.shape.as_deref().is_none_or(|name| shape::of(name).is_some()) && !raw.declared
}
