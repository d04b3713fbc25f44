//! Mappings of the user's own: further names for fields, for every record or for those of one log source, and log sources
//! for records that nobody else knows.
//!
//! They stand beside the tables: a canonical field looks at them first; a field of Sigma's that is not canonical gets
//! one more way to its values; decoders know nothing of it. Left out: stamps, which are read before anything is mapped.

use super::Taxonomy;
use super::declared::Declarer;
use super::place::Names;
use super::route::AUTHENTICATION;
use super::source::{Guard, Source};
use super::table::{RawSource, RawTake};
use super::words::Words;
use crate::model::{Event, FormatId, LogSource, LogSourceId, QuickState, TagSet};
use std::collections::HashSet;
use std::sync::Arc;

/// What a user says about the records of one log source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Mapping {
    /// The records it is about; nothing stated: all.
    pub(crate) logsource: LogSource,
    /// Names that must have one of these values, or any: records where all hold are given the log source. Empty: it
    /// is for records that have it already.
    pub(crate) when: Vec<(String, Vec<String>)>,
    /// Field → where it stands, in order of preference.
    pub(crate) fields: Vec<(String, Vec<Way>)>,
}

/// Where a field stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Way {
    /// The original, steps joined by dots.
    pub(crate) name: String,
    /// Only this very spelling counts.
    pub(crate) exact: bool,
    /// Only the n-th of several values, from 1.
    pub(crate) nth: Option<usize>,
}

/// Why a mapping makes no sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Senseless {
    /// No record has the log source, and the mapping does not say which should.
    Nobodys,
    /// There are more words for log sources than tags have room for.
    TooMany,
    /// It gives a stamp another place.
    Stamp,
}

/// Where a mapped name leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Leads {
    /// The name is the field's own, or a synonym: before all other sources.
    First,
    /// The name is that of Sigma's appendix: behind them.
    Last,
}

impl Taxonomy {
    /// The tables with mappings beside them, or the mapping that makes no sense. Of several the first that gives a value
    /// counts.
    pub(crate) fn with(&self, own: Vec<Mapping>) -> Result<Taxonomy, (usize, Senseless)> {
        let mut bits = (*self.bits).clone();
        for (n, mapping) in own.iter().enumerate().filter(|(_, mapping)| !mapping.when.is_empty()) {
            bits.grant(&mapping.logsource);
            if bits.count() >= AUTHENTICATION {
                return Err((n, Senseless::TooMany));
            }
        }
        let taxonomy = Taxonomy { bits: Arc::new(bits), own: own.into(), ..self.clone() };
        for (n, mapping) in taxonomy.own.iter().enumerate() {
            let states_nothing = taxonomy.needs(&mapping.logsource).is_none();
            if !states_nothing && !taxonomy.knows(&mapping.logsource) {
                return Err((n, Senseless::Nobodys));
            }
            if mapping.fields.iter().any(|(field, _)| taxonomy.canonical(field) == Some("timestamp")) {
                return Err((n, Senseless::Stamp));
            }
        }
        Ok(taxonomy)
    }

    /// Ways to a name that is no canonical one.
    pub(super) fn own_ways(&self, name: &str, names: &mut Names) -> Vec<Source> {
        let mut ways = Vec::new();
        for mapping in &*self.own {
            for (_, places) in mapping.fields.iter().filter(|(field, _)| field.eq_ignore_ascii_case(name)) {
                self.compile(mapping, places, names, &mut ways);
            }
        }
        ways
    }

    /// The ways to a canonical field that go before those of the tables, and those that follow.
    pub(super) fn own_sources(&self, field: u16, names: &mut Names) -> (Vec<Source>, Vec<Source>) {
        let (mut first, mut last) = (Vec::new(), Vec::new());
        for mapping in &*self.own {
            for (name, places) in &mapping.fields {
                match self.leads(name) {
                    Some((to, Leads::First)) if to == field => self.compile(mapping, places, names, &mut first),
                    Some((to, Leads::Last)) if to == field => self.compile(mapping, places, names, &mut last),
                    _ => {}
                }
            }
        }
        (first, last)
    }

    /// Whether a mapping says where a canonical field stands.
    pub(super) fn maps(&self, field: u16) -> bool {
        let mut names = self.own.iter().flat_map(|mapping| &mapping.fields).map(|(name, _)| name);
        names.any(|name| self.leads(name).is_some_and(|(to, _)| to == field))
    }

    fn leads(&self, name: &str) -> Option<(u16, Leads)> {
        let fixed = self.fixed(name).map(|field| (field, Leads::First));
        fixed.or_else(|| Some((*self.inner.fields.get(self.canonical(name)?)?, Leads::Last)))
    }

    fn compile(&self, mapping: &Mapping, places: &[Way], names: &mut Names, into: &mut Vec<Source>) {
        let tags = self.needs(&mapping.logsource).unwrap_or_default();
        for way in places {
            let take = RawTake { from: Some(way.name.clone()), exact: way.exact, nth: way.nth, ..RawTake::default() };
            let mut found = Vec::new();
            self.inner.compiler(None, &[], names).compile(&RawSource::Take(Box::new(take)), &mut found);
            into.extend(found.into_iter().map(|source| source.for_tagged(tags)));
        }
    }

    /// Who gives log sources beside the tables; their rows follow those of the tables.
    pub(super) fn grants(&self, rows: usize, names: &mut Names) -> Vec<Grant> {
        let with_conditions = self.own.iter().filter(|mapping| !mapping.when.is_empty());
        with_conditions
            .enumerate()
            .map(|(n, mapping)| Grant {
                by: None,
                guards: mapping.when.iter().map(|(name, values)| Guard::of(name, values, names)).collect(),
                tags: self.needs(&mapping.logsource).unwrap_or_default(),
                rows: vec![LogSourceId(u16::try_from(rows + n).unwrap_or(u16::MAX))],
                source: mapping.logsource.clone(),
            })
            .collect()
    }
}

/// A log source for records that are as somebody says.
#[derive(Debug)]
pub(super) struct Grant {
    /// Only records of this declared format.
    pub(super) by: Option<Declarer>,
    pub(super) guards: Vec<Guard>,
    pub(super) tags: TagSet,
    pub(super) rows: Vec<LogSourceId>,
    pub(super) source: LogSource,
}

/// The formats and payloads of declared formats that give log sources: most records are of none of them.
#[derive(Debug, Default)]
pub(super) struct Declarers {
    formats: HashSet<FormatId, QuickState>,
    payloads: HashSet<&'static str, QuickState>,
}

impl Declarers {
    /// Of all grants.
    pub(super) fn of(grants: &[Grant]) -> Declarers {
        let by = || grants.iter().filter_map(|grant| grant.by.as_ref());
        Declarers { formats: by().map(|by| by.format).collect(), payloads: by().map(|by| by.payload).collect() }
    }

    /// Whether an event is of one of them.
    pub(super) fn may_mean(&self, event: &Event<'_>) -> bool {
        self.formats.contains(&event.format)
            || event.payload.is_some_and(|sentence| self.payloads.contains(sentence.payload))
    }
}

impl Grant {
    /// Whether records of a format, with one of these payloads, may be meant.
    pub(super) fn is_for(&self, format: FormatId, payloads: &[&str]) -> bool {
        self.by.as_ref().is_none_or(|by| by.format == format || payloads.contains(&by.payload))
    }

    /// Adds the log source, if the event is as it should be.
    pub(super) fn give(&self, event: &Event<'_>, words: &Words, tags: &mut TagSet) {
        let is_meant = self.is_for(event.format, event.payload.as_ref().map(|sentence| sentence.payload).as_slice());
        if is_meant && self.guards.iter().all(|guard| guard.holds(event, words)) {
            tags.bits.iter_mut().zip(self.tags.bits).for_each(|(all, own)| *all |= own);
            // Who declares a format knows best what its records are.
            match self.by {
                Some(_) => self.rows.iter().rev().for_each(|row| tags.add_first(*row)),
                None => self.rows.iter().for_each(|row| tags.add(*row)),
            }
        }
    }
}
