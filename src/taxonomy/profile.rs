//! Profiles with what they inherit worked in, and the sources of each canonical field in them.

use super::table::{RawFamily, RawProfile, RawSource, RawTimes, Tables};
use crate::model::loose;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// How deep `extends` may go; the tables stay far below.
const GENERATIONS: usize = 8;

/// A profile that stands on its own.
#[derive(Clone, Debug, Default)]
pub(super) struct Profile {
    pub(super) raw: RawProfile,
    pub(super) fields: BTreeMap<String, RawSource>,
    pub(super) families: Vec<String>,
    pub(super) prefixes: Vec<String>,
    pub(super) times: RawTimes,
    pub(super) is_strict: bool,
    pub(super) has_own_names: bool,
    pub(super) is_windows: bool,
    /// Names that answer for their canonical field even when they are missing, in loose spelling.
    pub(super) spellings: HashSet<String>,
}

/// Every profile that can be taken, in order.
pub(super) fn resolve(tables: &Tables) -> Vec<Profile> {
    let by_id: HashMap<&str, &RawProfile> = tables.profiles.iter().map(|p| (p.id.as_str(), p)).collect();
    tables.profiles.iter().filter(|p| !p.is_abstract).map(|p| one(p, &by_id)).collect()
}

fn one(raw: &RawProfile, by_id: &HashMap<&str, &RawProfile>) -> Profile {
    let mut profile = Profile { raw: raw.clone(), has_own_names: true, ..Profile::default() };
    let mut line = vec![raw];
    while let Some(parent) = line.last().and_then(|p| p.extends.as_deref()).and_then(|id| by_id.get(id)) {
        if line.len() == GENERATIONS {
            break;
        }
        line.push(parent);
    }
    for ancestor in line.iter().rev() {
        profile.fields.extend(ancestor.fields.clone());
        if !ancestor.families.is_empty() {
            profile.families.clone_from(&ancestor.families);
        }
        if !ancestor.prefixes.is_empty() {
            profile.prefixes.clone_from(&ancestor.prefixes);
        }
        if let Some(times) = &ancestor.times {
            profile.times = times.clone();
        }
        profile.is_strict = ancestor.strict.unwrap_or(profile.is_strict);
        profile.has_own_names = ancestor.own_names.unwrap_or(profile.has_own_names);
        profile.is_windows |= ancestor.id == "windows";
        profile.spellings.extend(ancestor.spellings.iter().map(|s| folded(s)));
    }
    profile
}

/// A name in loose spelling.
pub(super) fn folded(name: &str) -> String {
    let mut key = String::new();
    loose(name, &mut key);
    key
}

/// What all families say together.
#[derive(Debug)]
pub(super) struct Aliases {
    /// Loose name → canonical fields it stands under, in any family or profile.
    fields_of: HashMap<String, BTreeSet<String>>,
    /// Canonical field → sources of names that stand under it alone.
    only: HashMap<String, Vec<RawSource>>,
}

impl Aliases {
    /// Looks through families and profiles.
    pub(super) fn new(tables: &Tables) -> Aliases {
        let mut fields_of: HashMap<String, BTreeSet<String>> = HashMap::new();
        let families = tables.families.iter().flat_map(|(_, family)| family);
        for (field, sources) in families {
            for source in sources {
                names(source, &mut |name| {
                    fields_of.entry(folded(name)).or_default().insert(field.clone());
                });
            }
        }
        let mut only: HashMap<String, Vec<RawSource>> = HashMap::new();
        for (field, source) in
            tables.families.iter().flat_map(|(_, family)| family).flat_map(|(f, s)| s.iter().map(move |s| (f, s)))
        {
            let mut is_only = true;
            names(source, &mut |name| is_only &= fields_of.get(&folded(name)).is_some_and(|f| f.len() == 1));
            if is_only {
                only.entry(field.clone()).or_default().push(source.clone());
            }
        }
        for profile in &tables.profiles {
            for (field, source) in &profile.fields {
                names(source, &mut |name| {
                    fields_of.entry(folded(name)).or_default().insert(field.clone());
                });
            }
        }
        Aliases { fields_of, only }
    }

    /// The canonical fields a name may stand for.
    pub(super) fn fields_of(&self, name: &str) -> impl Iterator<Item = &str> {
        self.fields_of.get(&folded(name)).into_iter().flatten().map(String::as_str)
    }

    /// Sources of any family that cannot mean another field.
    pub(super) fn only(&self, field: &str) -> &[RawSource] {
        self.only.get(field).map_or(&[], Vec::as_slice)
    }
}

/// Every original name a source reads.
pub(super) fn names(source: &RawSource, found: &mut dyn FnMut(&str)) {
    match source {
        RawSource::Name(name) if name.starts_with("norm.") => {}
        RawSource::Name(name) => found(name),
        RawSource::First(list) => list.iter().for_each(|s| names(s, found)),
        RawSource::Take(take) => {
            take.from.iter().filter(|n| !n.starts_with("norm.")).for_each(|n| found(n));
            take.args.iter().for_each(|n| found(n));
            take.all.iter().for_each(|s| names(s, found));
        }
    }
}

/// The sources of `field` in one profile, in order; the flag says whether `only` is to be heeded.
pub(super) fn sources<'a>(
    field: &str,
    profile: &'a Profile,
    families: &'a [(&'static str, RawFamily)],
    aliases: &'a Aliases,
) -> Vec<(&'a RawSource, bool)> {
    let mut found = Vec::new();
    let given = profile.fields.get(field);
    if let Some(source) = given {
        found.push((source, true));
    }
    if given.is_none() {
        for family in &profile.families {
            let family = families.iter().find(|(name, _)| name == family).and_then(|(_, f)| f.get(field));
            found.extend(family.into_iter().flatten().map(|s| (s, true)));
        }
    }
    if given.is_none() && profile.raw.others {
        found.extend(aliases.only(field).iter().map(|s| (s, false)));
    }
    found
}

/// Whether a profile takes an original called like the canonical field for that field: unless the profile says where the
/// field stands, or gives the name another meaning.
pub(super) fn owns_name(field: &str, profile: &Profile) -> bool {
    if !profile.has_own_names {
        return false;
    }
    if profile.raw.others {
        return true;
    }
    let mut is_taken = profile.fields.contains_key(field);
    for (other, source) in &profile.fields {
        names(source, &mut |name| is_taken |= other != field && folded(name) == folded(field));
    }
    !is_taken
}
