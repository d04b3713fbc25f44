//! Profiles with what they inherit worked in, and the sources of each canonical field in them.

use super::table::{RawFamily, RawProfile, RawSource, RawTimes, Tables};
use crate::model::loose;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

/// How deep `extends` may go; the tables stay far below.
const GENERATIONS: usize = 8;

/// Where a field stands, as one profile says and its heirs take over.
#[derive(Clone, Debug)]
pub(super) struct Given {
    /// The same for all who inherit it.
    pub(super) id: u32,
    pub(super) source: Arc<RawSource>,
}

/// A profile that stands on its own.
#[derive(Clone, Debug)]
pub(super) struct Profile {
    pub(super) raw: RawProfile,
    pub(super) fields: BTreeMap<String, Given>,
    /// Profiles of the same kin look through the same families in the same way.
    pub(super) kin: Arc<str>,
    /// Loose names the profile gives a meaning, and for which fields.
    meanings: HashMap<String, BTreeSet<String>>,
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
    let mut next = 0;
    let own: HashMap<&str, (&RawProfile, BTreeMap<String, Given>)> = tables
        .profiles
        .iter()
        .map(|raw| {
            let fields = raw.fields.iter().map(|(field, source)| {
                next += 1;
                (field.clone(), Given { id: next, source: Arc::new(source.clone()) })
            });
            (raw.id.as_str(), (raw, fields.collect()))
        })
        .collect();
    tables.profiles.iter().filter(|p| !p.is_abstract).map(|p| one(p, &own)).collect()
}

fn one(raw: &RawProfile, own: &HashMap<&str, (&RawProfile, BTreeMap<String, Given>)>) -> Profile {
    let mut profile = Profile {
        raw: raw.clone(),
        fields: BTreeMap::new(),
        kin: Arc::default(),
        meanings: HashMap::new(),
        families: Vec::new(),
        prefixes: Vec::new(),
        times: RawTimes::default(),
        is_strict: false,
        has_own_names: true,
        is_windows: false,
        spellings: HashSet::new(),
    };
    let mut line = vec![raw];
    while let Some((parent, _)) = line.last().and_then(|p| p.extends.as_deref()).and_then(|id| own.get(id)) {
        if line.len() == GENERATIONS {
            break;
        }
        line.push(parent);
    }
    for ancestor in line.iter().rev() {
        profile.inherit(ancestor);
        profile.fields.extend(own.get(ancestor.id.as_str()).map(|(_, fields)| fields.clone()).unwrap_or_default());
    }
    let kin = format!("{:?} {:?} {}", profile.families, profile.prefixes, profile.raw.others);
    profile.kin = kin.into();
    for (field, given) in &profile.fields {
        names(&given.source, &mut |name| {
            profile.meanings.entry(folded(name)).or_default().insert(field.clone());
        });
    }
    profile
}

impl Profile {
    fn inherit(&mut self, ancestor: &RawProfile) {
        if !ancestor.families.is_empty() {
            self.families.clone_from(&ancestor.families);
        }
        if !ancestor.prefixes.is_empty() {
            self.prefixes.clone_from(&ancestor.prefixes);
        }
        if let Some(times) = &ancestor.times {
            self.times = times.clone();
        }
        self.is_strict = ancestor.strict.unwrap_or(self.is_strict);
        self.has_own_names = ancestor.own_names.unwrap_or(self.has_own_names);
        self.is_windows |= ancestor.id == "windows";
        self.spellings.extend(ancestor.spellings.iter().map(|s| folded(s)));
    }

    /// Whether an original called like the canonical field is taken for that field: unless the profile says where the field
    /// stands, or gives the name another meaning.
    pub(super) fn owns_name(&self, field: &str) -> bool {
        let means_another = || self.meanings.get(&folded(field)).is_some_and(|f| f.iter().any(|other| other != field));
        self.has_own_names && (self.raw.others || (!self.fields.contains_key(field) && !means_another()))
    }
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
    /// Canonical fields for which some family has a source limited to some profiles.
    limited: HashSet<String>,
}

impl Aliases {
    /// Looks through families and profiles.
    pub(super) fn new(tables: &Tables) -> Aliases {
        let all = || {
            tables.families.iter().flat_map(|(_, family)| family).flat_map(|(f, list)| list.iter().map(move |s| (f, s)))
        };
        let is_limited = |s: &RawSource| matches!(s, RawSource::Take(take) if !take.only.is_empty());
        let mut fields_of: HashMap<String, BTreeSet<String>> = HashMap::new();
        let mut open: HashMap<String, BTreeSet<&str>> = HashMap::new();
        for (field, source) in all() {
            names(source, &mut |name| {
                fields_of.entry(folded(name)).or_default().insert(field.clone());
                // What is limited to some profiles says nothing about records without one.
                if !is_limited(source) {
                    open.entry(folded(name)).or_default().insert(field);
                }
            });
        }
        let mut only: HashMap<String, Vec<RawSource>> = HashMap::new();
        for (field, source) in all().filter(|(_, s)| !is_limited(s)) {
            let mut is_only = true;
            names(source, &mut |name| is_only &= open.get(&folded(name)).is_some_and(|f| f.len() == 1));
            if is_only {
                only.entry(field.clone()).or_default().push(source.clone());
            }
        }
        let limited = all().filter(|(_, s)| is_limited(s)).map(|(field, _)| field.clone()).collect();
        for profile in &tables.profiles {
            for (field, source) in &profile.fields {
                names(source, &mut |name| {
                    fields_of.entry(folded(name)).or_default().insert(field.clone());
                });
            }
        }
        Aliases { fields_of, only, limited }
    }

    /// The canonical fields a name may stand for.
    pub(super) fn fields_of(&self, name: &str) -> impl Iterator<Item = &str> {
        self.fields_of.get(&folded(name)).into_iter().flatten().map(String::as_str)
    }

    /// Whether some family limits a source of `field` to some profiles.
    pub(super) fn is_limited(&self, field: &str) -> bool {
        self.limited.contains(field)
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
        found.push((&*source.source, true));
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
