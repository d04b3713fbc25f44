//! What formats declared in YAML say about names and log sources: which programs' messages they read, and the log source
//! their records have.

use super::Taxonomy;
use super::own::Grant;
use super::route::{self, AUTHENTICATION};
use crate::model::{FieldTable, FormatId, Heard, LogSource, LogSourceId, Speaker};
use std::sync::Arc;

/// A declared format.
#[derive(Clone, Debug)]
pub(crate) struct Declaration {
    pub(crate) format: FormatId,
    /// Its name, which is that of its messages' payload too.
    pub(crate) name: &'static str,
    /// Whose messages it reads.
    pub(crate) speakers: Vec<Speaker>,
    /// What its records are, if it says.
    pub(crate) logsource: Option<LogSource>,
}

/// Which records are of a declared format, be it as a whole or behind a header.
#[derive(Clone, Debug)]
pub(super) struct Declarer {
    pub(super) format: FormatId,
    pub(super) payload: &'static str,
}

impl Taxonomy {
    /// The tables with declared formats beside them; `None` when their log sources need more words than there is room for.
    pub(crate) fn declaring(&self, declared: Vec<Declaration>) -> Option<Taxonomy> {
        let mut bits = (*self.bits).clone();
        declared.iter().filter_map(|one| one.logsource.as_ref()).for_each(|source| bits.grant(source));
        let taxonomy = Taxonomy { bits: Arc::new(bits), declared: declared.into(), ..self.clone() };
        (taxonomy.bits.count() < AUTHENTICATION).then_some(taxonomy)
    }

    /// Tells the table whose messages are of which format.
    pub(super) fn hear(&self, table: &mut FieldTable) {
        for declared in &*self.declared {
            for who in &declared.speakers {
                table.hear(Heard { format: declared.format, who: who.clone() });
            }
        }
    }

    /// The log sources declared formats give; their rows follow `rows` others. Where the table has a row for records
    /// that somebody declares to be of such a source, they are of that row too.
    pub(super) fn declared_grants(&self, rows: usize) -> Vec<Grant> {
        let sources = self.declared.iter().filter_map(|one| Some((one, one.logsource.as_ref()?)));
        let grant = |(n, (one, source)): (usize, (&Declaration, &LogSource))| {
            let is_meant = |entry: &super::table::RawLogSource| {
                (&entry.product, &entry.category, &entry.service)
                    == (&source.product, &source.category, &source.service)
            };
            let table = route::rows(&self.inner.tables.logsources);
            let own = table.filter(|(_, entry, raw)| raw.when.declared && is_meant(entry)).map(|(id, _, _)| id);
            let row = LogSourceId(u16::try_from(rows + n).unwrap_or(u16::MAX));
            Grant {
                by: Some(Declarer { format: one.format, payload: one.name }),
                guards: Vec::new(),
                tags: self.needs(source).unwrap_or_default(),
                rows: [row].into_iter().chain(own).collect(),
                source: source.clone(),
            }
        };
        sources.enumerate().map(grant).collect()
    }
}
