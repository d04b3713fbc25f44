//! Laws over the tables: names resolve, lists are closed, log sources are complete.

use super::super::compute::{CONVERSIONS, Kind, Takes, conversion};
use super::super::facts::{Keys, class_bits};
use super::super::place::Names;
use super::super::table::{RawCondition, RawSource, RawTake, Tables};
use super::super::{condition, profile, route};
use crate::model::{FieldTable, LogSource};
use std::collections::BTreeSet;

/// Calls `f` for every source of every table, with a word about where it stands.
fn each_source(tables: &Tables, f: &mut dyn FnMut(&str, &RawSource)) {
    for (family, fields) in &tables.families {
        for (field, sources) in fields {
            for source in sources {
                f(&format!("{family}: {field}"), source);
            }
        }
    }
    for profile in &tables.profiles {
        profile.fields.iter().for_each(|(field, s)| f(&format!("{}: {field}", profile.id), s));
    }
    for (_, entry, route) in route::rows(&tables.logsources) {
        route.fields.iter().for_each(|(field, s)| f(&format!("{}/{}: {field}", entry.id, route.id), s));
    }
    tables
        .fields
        .iter()
        .filter_map(|field| Some((field, field.derive.as_ref()?)))
        .for_each(|(field, s)| f(&field.name, s));
}

fn each_take(source: &RawSource, f: &mut dyn FnMut(&RawTake)) {
    match source {
        RawSource::Name(name) => f(&RawTake { from: Some(name.clone()), ..RawTake::default() }),
        RawSource::First(list) => list.iter().for_each(|s| each_take(s, f)),
        RawSource::Take(take) => {
            f(take);
            take.all.iter().for_each(|s| each_take(s, f));
        }
    }
}

fn conditions(tables: &Tables) -> Vec<&RawCondition> {
    fn open<'a>(raw: &'a RawCondition, all: &mut Vec<&'a RawCondition>) {
        all.push(raw);
        raw.any.iter().for_each(|c| open(c, all));
    }
    let mut all = Vec::new();
    tables.logsources.iter().flat_map(|e| &e.routes).for_each(|r| open(&r.when, &mut all));
    tables.profiles.iter().for_each(|p| open(&p.when, &mut all));
    all
}

#[test]
fn canonical_names_are_unique_and_flat() {
    let tables = Tables::read();
    let mut seen = BTreeSet::new();
    for field in &tables.fields {
        assert!(
            field.name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_'),
            "{}",
            field.name
        );
        assert!(Kind::of(&field.kind).is_some(), "{}: type {}", field.name, field.kind);
        assert!(!field.means.is_empty() && field.means.len() < 60, "{}", field.name);
        for name in [&field.name].into_iter().chain(&field.ecs).chain(&field.ocsf).chain(&field.also) {
            assert!(seen.insert(name.clone()), "{name} names two fields");
        }
    }
    assert!(tables.fields.len() >= 110, "{}", tables.fields.len());
}

#[test]
fn every_alias_belongs_to_a_canonical_field() {
    let tables = Tables::read();
    let known: BTreeSet<&str> = tables.fields.iter().map(|f| f.name.as_str()).collect();
    let families = tables.families.iter().flat_map(|(family, fields)| fields.keys().map(move |k| (*family, k)));
    let profiles = tables.profiles.iter().flat_map(|p| p.fields.keys().map(move |k| (p.id.as_str(), k)));
    for (place, field) in families.chain(profiles) {
        assert!(known.contains(field.as_str()), "{place}: {field}");
    }
    each_source(&tables, &mut |place, source| {
        each_take(source, &mut |take| {
            if let Some(name) = take.from.as_deref().and_then(|f| f.strip_prefix("norm.")) {
                assert!(known.contains(name), "{place}: norm.{name}");
            }
        });
    });
}

#[test]
fn aliases_are_as_many_as_the_design_counts() {
    let tables = Tables::read();
    let count: usize = tables.families.iter().flat_map(|(_, fields)| fields.values()).map(Vec::len).sum();
    assert!(count >= 1_100, "{count}");
}

#[test]
fn conversions_are_known_used_and_of_the_right_shape() {
    let tables = Tables::read();
    let mut used = BTreeSet::new();
    each_source(&tables, &mut |place, source| {
        each_take(source, &mut |take| {
            let Some(via) = &take.via else {
                assert!(take.args.is_empty(), "{place}: args need a conversion");
                return;
            };
            let row = conversion(via).unwrap_or_else(|| panic!("{place}: no conversion {via}"));
            let takes_args = matches!(row.takes, Takes::Args(_) | Takes::All(_));
            assert_eq!(takes_args, !take.args.is_empty(), "{place}: {via}");
            used.insert(via.clone());
        });
    });
    for row in CONVERSIONS {
        assert!(used.contains(row.name), "{} is never used", row.name);
    }
}

#[test]
fn every_source_says_where_and_only_known_profiles() {
    let tables = Tables::read();
    let ids: BTreeSet<&str> = tables.profiles.iter().map(|p| p.id.as_str()).collect();
    // Named by families, and still to come as profiles of formats that are.
    let later = [
        "zeek/smb",
        "zeek/weird",
        "zeek/notice",
        "leef",
        "caddy",
        "traefik",
        "docker",
        "teleport",
        "workspace",
        "guardduty",
    ];
    each_source(&tables, &mut |place, source| {
        each_take(source, &mut |take| {
            let ways = [take.from.is_some(), !take.args.is_empty(), !take.all.is_empty(), take.constant.is_some()];
            assert_eq!(ways.iter().filter(|w| **w).count(), 1, "{place}");
            for profile in &take.only {
                assert!(ids.contains(profile.as_str()) || later.contains(&profile.as_str()), "{place}: {profile}");
            }
        });
    });
}

#[test]
fn actions_and_outcomes_are_of_the_closed_lists() {
    let tables = Tables::read();
    let values = &tables.values;
    for (payload, sentences) in &tables.actions {
        for (sentence, meaning) in sentences {
            let action = meaning.action.is_none_or(|a| values.actions.iter().any(|word| word == a.0));
            let outcome = meaning.outcome.is_none_or(|o| values.outcomes.iter().any(|word| word == o.0));
            assert!(action && outcome, "{payload}: {sentence}");
        }
    }
    for profile in &tables.profiles {
        for (field, list) in [("action", &values.actions), ("outcome", &values.outcomes)] {
            let Some(source) = profile.fields.get(field) else { continue };
            each_take(source, &mut |take| {
                assert!(take.constant.is_none_or(|c| list.iter().any(|word| word == c.0)), "{}: {field}", profile.id);
            });
        }
    }
    for word in values.verdicts.keys().chain(values.prefix_words.keys()) {
        assert!(values.outcomes.contains(word), "{word}");
    }
}

#[test]
fn profiles_are_unique_end_with_the_generic_one_and_inherit_what_exists() {
    let tables = Tables::read();
    let ids: BTreeSet<&str> = tables.profiles.iter().map(|p| p.id.as_str()).collect();
    assert_eq!(ids.len(), tables.profiles.len());
    for profile in &tables.profiles {
        assert!(profile.extends.as_deref().is_none_or(|id| ids.contains(id)), "{}", profile.id);
        for family in &profile.families {
            assert!(tables.families.iter().any(|(name, _)| name == family), "{}: {family}", profile.id);
        }
    }
    let resolved = profile::resolve(&tables);
    assert_eq!(resolved.last().map(|p| p.raw.id.as_str()), Some("generic"));
}

#[test]
fn log_sources_are_all_there() {
    let tables = Tables::read();
    let stated = |e: &super::super::table::RawLogSource| (e.product.clone(), e.category.clone(), e.service.clone());
    let rules: BTreeSet<_> = tables.logsources.iter().filter(|e| e.sigmahq).map(stated).collect();
    assert_eq!(rules.len(), 138, "combinations that SigmaHQ's rules state");
    let all: BTreeSet<_> = tables.logsources.iter().map(stated).collect();
    assert_eq!(all.len(), tables.logsources.len(), "an entry for each combination");
    for (_, entry, route) in route::rows(&tables.logsources) {
        assert!(["sure", "good", "guess"].contains(&route.confidence.as_str()), "{}/{}", entry.id, route.id);
        let ids: BTreeSet<_> = entry.routes.iter().map(|r| &r.id).collect();
        assert_eq!(ids.len(), entry.routes.len(), "{}", entry.id);
    }
    assert!(route::Bits::new(&tables.logsources).count() < route::AUTHENTICATION);
}

#[test]
fn routes_that_cannot_be_told_yet_are_counted() {
    let tables = Tables::read();
    let rows: Vec<_> = route::rows(&tables.logsources).collect();
    let undecidable = rows.iter().filter(|(_, _, r)| !condition::is_decidable(&r.when)).count();
    let disabled = rows.iter().filter(|(_, _, r)| r.disabled).count();
    let later: usize = rows.iter().map(|(_, _, r)| r.later.len()).sum();
    assert_eq!((undecidable, disabled, later), (18, 10, 18));
}

#[test]
fn conditions_name_classes_that_exist() {
    let tables = Tables::read();
    let classes = class_bits(&tables.formats);
    assert!(classes.len() <= 32);
    let mut keys = Keys::default();
    let mut table = Names::new(FieldTable::default());
    for raw in conditions(&tables) {
        for class in &raw.format {
            assert!(classes.contains_key(class), "{class}");
        }
        assert!(raw.zeek_path.is_empty() || raw.any.is_empty());
        let targets = [None, Some("path"), Some("proxy")];
        assert!(targets.contains(&raw.request_target.as_deref()));
        for name in raw.has.iter().chain(raw.equals.keys()) {
            keys.bit(name, &mut table);
        }
    }
    // Names of channels, programs and the like need some bits too.
    assert!(keys.count() < 480, "{}", keys.count());
}

#[test]
fn a_log_source_asks_for_the_bits_it_states() {
    let taxonomy = super::super::Taxonomy::load();
    let source = |product: &str, category: &str, service: &str| {
        let word = |w: &str| (!w.is_empty()).then(|| w.to_owned());
        taxonomy.needs(&LogSource { product: word(product), category: word(category), service: word(service) })
    };
    let event = source("windows", "process_creation", "security").expect("states something");
    assert!(event.covers(&source("Windows", "", "").expect("states something")));
    assert!(event.covers(&source("", "process_creation", "").expect("states something")));
    assert!(event.covers(&source("", "any", "").expect("states something")));
    assert!(!event.covers(&source("linux", "", "").expect("states something")));
    assert!(!event.covers(&source("", "authentication", "").expect("states something")));
    assert!(!event.covers(&source("nobody_knows", "", "").expect("states something")));
    assert_eq!(source("", "clipboard_change", ""), source("", "clipboard_capture", ""));
    assert_eq!(source("", "", ""), None);
}
