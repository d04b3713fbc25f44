//! The canonical fields as people look them up: what each means, which names stand for it, and who gives it.

use super::profile::{self, Profile};
use super::table::{FAMILIES, Meaning, RawSource};
use super::{FieldRow, Taxonomy};
use std::collections::BTreeSet;

/// A canonical field, and where it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FieldUses {
    pub(crate) row: FieldRow,
    /// Family of aliases → the names that stand for it there, in order of preference.
    pub(crate) aliases: Vec<(&'static str, Vec<String>)>,
    /// Profiles of logs, and sentences inside messages, that give it.
    pub(crate) given_by: Vec<String>,
}

/// Aliases every record is looked through for: they say nothing about who gives a field.
const EVERYWHERE: &str = "generic";

impl Taxonomy {
    /// Every canonical field, in the order of the table.
    pub(crate) fn field_uses(&self) -> Vec<FieldUses> {
        self.fields().iter().map(|row| self.uses(row)).collect()
    }

    /// The fields that gather others: name, meaning, and what they gather.
    pub(crate) fn any_fields(&self) -> impl Iterator<Item = (&str, &str, &[String])> {
        self.inner.tables.any.iter().map(|row| (row.name.as_str(), row.means.as_str(), row.of.as_slice()))
    }

    fn uses(&self, row: &FieldRow) -> FieldUses {
        let tables = &self.inner.tables;
        let in_family = |family: &str| {
            let found = tables.families.iter().find(|(name, _)| *name == family);
            found.and_then(|(_, fields)| fields.get(row.name)).map_or(&[][..], Vec::as_slice)
        };
        let aliases = FAMILIES.iter().filter_map(|(family, _)| {
            let mut names: Vec<String> = Vec::new();
            for source in in_family(family) {
                each_name(source, &mut names);
            }
            (!names.is_empty()).then_some((*family, names))
        });
        let gives = |profile: &Profile| {
            if let Some(given) = profile.fields.get(row.name) {
                return !matches!(&*given.source, RawSource::First(list) if list.is_empty());
            }
            let families = profile.families.iter().filter(|family| *family != EVERYWHERE);
            families.flat_map(|family| in_family(family)).any(|source| is_for(source, &profile.raw.id))
        };
        let profiles = self.inner.profiles.iter().filter(|profile| gives(profile)).map(|p| p.raw.id.clone());
        let says = |meaning: &Meaning| match row.name {
            "action" => meaning.action.is_some(),
            "outcome" => meaning.outcome.is_some(),
            "reason" => meaning.reason.is_some(),
            _ => false,
        };
        let sentences = tables.actions.iter().filter(|(_, all)| all.values().any(says)).map(|(name, _)| name.clone());
        let given_by: BTreeSet<String> = profiles.chain(sentences).collect();
        FieldUses { row: row.clone(), aliases: aliases.collect(), given_by: given_by.into_iter().collect() }
    }
}

fn each_name(source: &RawSource, into: &mut Vec<String>) {
    profile::names(source, &mut |name| {
        if !into.iter().any(|known| known == name) {
            into.push(name.to_owned());
        }
    });
}

/// Whether a family's source is meant for a profile.
fn is_for(source: &RawSource, profile: &str) -> bool {
    match source {
        RawSource::Take(take) => {
            let is_below = |only: &String| {
                profile.strip_prefix(only.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            };
            take.only.is_empty() || take.only.iter().any(is_below)
        }
        RawSource::Name(_) | RawSource::First(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(field: &str, family: &str, alias: &str, given_by: &str) {
        let all = Taxonomy::load().field_uses();
        let uses = all.iter().find(|uses| uses.row.name == field).expect("a canonical field");
        let names = uses.aliases.iter().find(|(name, _)| *name == family).map(|(_, names)| names);
        assert!(names.is_some_and(|names| names.iter().any(|name| name == alias)), "{uses:?}");
        assert!(uses.given_by.iter().any(|profile| profile == given_by), "{uses:?}");
    }

    #[test]
    fn a_field_knows_its_aliases_and_who_gives_it() {
        check("src_ip", "web", "clientip", "web");
        check("host", "linux", "hostname", "fortigate");
        check("url_host", "web", "host", "zeek/http");
    }

    #[test]
    fn sentences_give_what_they_mean() {
        let all = Taxonomy::load().field_uses();
        let uses = all.iter().find(|uses| uses.row.name == "action").expect("a canonical field");
        assert!(uses.given_by.iter().any(|name| name == "sshd"), "{:?}", uses.given_by);
    }

    #[test]
    fn fields_that_gather_others_gather_canonical_ones() {
        let taxonomy = Taxonomy::load();
        for (name, means, of) in taxonomy.any_fields() {
            assert!(name.starts_with("any_") && !means.is_empty() && !of.is_empty(), "{name}");
            assert!(taxonomy.canonical(name).is_none(), "{name} is canonical, too");
            for field in of {
                assert_eq!(taxonomy.canonical(field), Some(field.as_str()), "{name}");
            }
        }
    }
}
