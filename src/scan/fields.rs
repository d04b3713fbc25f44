//! `fields`: the names rules may use for every log, and where their values come from.

use crate::taxonomy::{FieldUses, Taxonomy};
use serde::Serialize;
use std::collections::BTreeMap;

/// One row of `fields`.
#[derive(Debug, Serialize)]
pub(crate) struct FieldShape {
    pub(crate) name: String,
    /// The word of its type; `any` gathers other fields.
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    /// Whether it may have several values.
    pub(crate) list: bool,
    /// A phrase.
    pub(crate) means: String,
    /// Other spellings rules may use for it, whatever the log.
    pub(crate) synonyms: Vec<&'static str>,
    /// The nearest fields of Sigma's appendix.
    pub(crate) sigma: Vec<&'static str>,
    /// Family → names that stand for it in logs of that family.
    pub(crate) aliases: BTreeMap<&'static str, Vec<String>>,
    /// Kinds of logs and sentences that give it.
    pub(crate) given_by: Vec<String>,
    /// The fields an any-of field gathers.
    pub(crate) gathers: Vec<String>,
}

/// Every canonical field in the order of the table, then the fields that gather others.
pub(crate) fn fields() -> Vec<FieldShape> {
    let taxonomy = Taxonomy::load();
    let mut shapes: Vec<FieldShape> = taxonomy.field_uses().into_iter().map(canonical).collect();
    shapes.extend(taxonomy.any_fields().map(|(name, means, of)| FieldShape {
        name: name.to_owned(),
        kind: "any",
        list: true,
        means: means.to_owned(),
        synonyms: Vec::new(),
        sigma: Vec::new(),
        aliases: BTreeMap::new(),
        given_by: Vec::new(),
        gathers: of.to_vec(),
    }));
    shapes
}

fn canonical(FieldUses { row, aliases, given_by }: FieldUses) -> FieldShape {
    FieldShape {
        name: row.name.to_owned(),
        kind: row.kind,
        list: row.is_list,
        means: row.means.to_owned(),
        synonyms: row.synonyms,
        sigma: row.sigma,
        aliases: aliases.into_iter().collect(),
        given_by,
        gathers: Vec::new(),
    }
}
