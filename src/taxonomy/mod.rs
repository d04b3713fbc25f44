//! Knows what fields are called and where an event belongs. Specified by taxonomy.md and logsource.md; the knowledge itself is
//! data under `rules/taxonomy/`.
//!
//! [`Taxonomy::load`] reads the tables once. [`Taxonomy::freeze`] turns them into what one run needs: the names
//! decoders keep, a tagger, and a view for each profile, with every question of the run answered by precomputed places. A
//! record is looked at in two layers: its originals, and canonical fields worked out from them when somebody asks.
//!
//! Left out: conditions on file paths; of the any-of fields (`any_ip` and its like) values no canonical field takes.
//! A new field, alias, log source or profile is a line of YAML; a new way to read a value is a row in
//! `compute`.

mod compute;
mod condition;
mod declared;
mod facts;
mod fields;
mod freeze;
mod origins;
mod outline;
mod own;
mod place;
mod profile;
mod route;
mod shape;
mod source;
mod table;
mod tag;
mod time;
mod view;
mod way;
mod words;

#[cfg(test)]
mod tests;

pub(crate) use declared::Declaration;
pub(crate) use fields::FieldUses;
pub(crate) use freeze::Frozen;
pub(crate) use own::{Mapping, Senseless, Way};
pub(crate) use tag::TagMemo;

use crate::model::{LogSource, Standing, TagSet};
use compute::Kind;
use profile::{Aliases, Profile};
use route::Bits;
use std::collections::HashMap;
use std::sync::{Arc, OnceLock};
use table::{RawActions, Tables};
use words::Words;

/// All knowledge about names. Cheap to copy: the tables are read once per process.
#[derive(Clone, Debug)]
pub(crate) struct Taxonomy {
    inner: Arc<Inner>,
    bits: Arc<Bits>,
    /// What the user adds, in order of preference.
    own: Arc<[Mapping]>,
    declared: Arc<[Declaration]>,
}

#[derive(Debug)]
struct Inner {
    tables: Tables,
    words: Arc<Words>,
    meanings: Arc<RawActions>,
    profiles: Vec<Profile>,
    aliases: Aliases,
    /// Canonical name → its number.
    fields: HashMap<String, u16>,
    /// Every other spelling accepted everywhere → the number of its field.
    synonyms: HashMap<String, u16>,
    rows: &'static [FieldRow],
}

/// A canonical field, as commands list it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FieldRow {
    pub(crate) name: &'static str,
    /// The word of its type.
    pub(crate) kind: &'static str,
    /// Whether it may have several values.
    pub(crate) is_list: bool,
    /// A phrase.
    pub(crate) means: &'static str,
    /// Spellings rules may use instead, everywhere.
    pub(crate) synonyms: Vec<&'static str>,
    /// The nearest fields of Sigma's appendix.
    pub(crate) sigma: Vec<&'static str>,
}

impl Taxonomy {
    /// Reads the compiled-in tables; later calls give the same.
    pub(crate) fn load() -> Taxonomy {
        static LOADED: OnceLock<Taxonomy> = OnceLock::new();
        LOADED.get_or_init(Taxonomy::read).clone()
    }

    fn read() -> Taxonomy {
        let tables = Tables::read();
        let fields: HashMap<String, u16> = (0u16..).zip(&tables.fields).map(|(n, f)| (f.name.clone(), n)).collect();
        let mut synonyms = HashMap::new();
        for (n, field) in (0u16..).zip(&tables.fields) {
            for name in field.ecs.iter().chain(&field.ocsf).chain(&field.also) {
                synonyms.insert(name.clone(), n);
            }
        }
        let bits = Arc::new(Bits::new(&tables.logsources));
        let inner = Inner {
            words: Arc::new(Words::new(&tables.values)),
            meanings: Arc::new(tables.actions.clone()),
            profiles: profile::resolve(&tables),
            aliases: Aliases::new(&tables),
            rows: rows(&tables),
            fields,
            synonyms,
            tables,
        };
        Taxonomy { inner: Arc::new(inner), bits, own: Arc::default(), declared: Arc::default() }
    }

    /// The bits an event must have for a rule of this log source. Words nobody knows ask for what no event has;
    /// `category: any` asks for nothing. `None` when the log source states nothing at all.
    pub(crate) fn needs(&self, source: &LogSource) -> Option<TagSet> {
        self.bits.needs(source)
    }

    /// Whether every word of the log source is one some log can have.
    pub(crate) fn knows(&self, source: &LogSource) -> bool {
        self.bits.knows(source)
    }

    /// How a log source stands to the table.
    pub(crate) fn standing(&self, source: &LogSource) -> Standing {
        match (self.knows(source), self.bits.is_reached(source)) {
            (false, _) => Standing::Unknown,
            (true, false) => Standing::Listed,
            (true, true) => Standing::Recognised,
        }
    }

    /// The canonical field a name of a rule stands for: its own name, a synonym, or the name of Sigma's appendix. What a
    /// name means in logs of one kind is for their profile to say.
    pub(crate) fn canonical(&self, name: &str) -> Option<&'static str> {
        let fixed = self.fixed(name).and_then(|n| self.inner.rows.get(usize::from(n)));
        fixed.or_else(|| self.inner.rows.iter().find(|row| row.sigma.contains(&name))).map(|row| row.name)
    }

    /// The canonical fields, in the order of the table.
    pub(crate) fn fields(&self) -> &'static [FieldRow] {
        self.inner.rows
    }

    /// The canonical field a name stands for everywhere: its own name, or a synonym.
    fn fixed(&self, name: &str) -> Option<u16> {
        self.inner.fields.get(name).or_else(|| self.inner.synonyms.get(name)).copied()
    }
}

/// The rows live as long as the process: there is one taxonomy, and views hand out names of its fields.
fn rows(tables: &Tables) -> &'static [FieldRow] {
    fn leak(text: &str) -> &'static str {
        String::leak(text.to_owned())
    }
    let rows: Vec<FieldRow> = tables
        .fields
        .iter()
        .map(|field| FieldRow {
            name: leak(&field.name),
            kind: leak(&field.kind),
            is_list: Kind::of(&field.kind).is_some_and(Kind::is_list),
            means: leak(&field.means),
            synonyms: field.ecs.iter().chain(&field.ocsf).chain(&field.also).map(|s| leak(s)).collect(),
            sigma: field.sigma.iter().map(|s| leak(s)).collect(),
        })
        .collect();
    Vec::leak(rows)
}
