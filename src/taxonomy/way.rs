//! How a question is answered, told in words: two views that say the same give the same answers.
//!
//! Only where the answers depend on given fields and nothing else: not on routes, which go by log sources, nor on what was
//! recognised in a message, the zone of a host or the protocol of a port. What events of some kind cannot have is left
//! out, so that views that differ elsewhere say the same.

use super::compute::Kind;
use super::source::Source;
use super::view::{ProfileView, Role};
use crate::model::{AskId, FieldId, Within};
use std::collections::{BTreeSet, HashSet};

impl ProfileView {
    /// See [`View::way`](crate::model::View::way).
    pub(super) fn way_within(&self, ask: AskId, fields: &BTreeSet<FieldId>, within: &Within) -> Option<String> {
        let Some(asked) = self.shared.asks.get(ask.0 as usize) else { return Some(String::new()) };
        let own = asked.place.field;
        let is_known = fields.contains(&own) || !within.fields.contains(&own);
        if !is_known || asked.routes.iter().any(|(row, ..)| within.sources.contains(row)) {
            return None;
        }
        let alias = self.alias(ask);
        let mut waiting: Vec<u16> = asked.fixed.into_iter().chain(alias).collect();
        waiting.extend(&asked.any);
        let is_strict = self.is_strict && !self.spellings.contains(&asked.folded);
        let mut way = format!("{alias:?} {is_strict} {}", self.is_windows);
        // What does not concern these events is left out.
        let add = |source: &Source, way: &mut String, waiting: &mut Vec<u16>| {
            let stands = source.stands_in(fields, within, waiting);
            if stands && !source.is_out_of(within) {
                way.extend([" ", &format!("{source:?}")]);
            }
            stands
        };
        let mut stands = asked.own.iter().all(|source| add(source, &mut way, &mut waiting));
        let mut seen: HashSet<u16> = HashSet::new();
        while let Some(number) = waiting.pop().filter(|_| stands) {
            let Some(field) = self.shared.fields.get(usize::from(number)) else { continue };
            if seen.insert(number) {
                way.extend([" ", field.name, ":"]);
                waiting.extend(field.tested_too);
                // Instants may depend on the host's zone, ports on the protocol.
                let is_plain = field.role == Role::Plain && field.kind != Kind::Time;
                stands = is_plain && self.sources(number).iter().all(|source| add(source, &mut way, &mut waiting));
            }
        }
        stands.then_some(way)
    }
}
