//! Gives an event its log sources and finds its profile.

use super::condition::{Compiler, Condition};
use super::facts::{Facts, Gatherer, Keys, class_bits};
use super::place::Names;
use super::profile::Profile;
use super::route::{self, Bits, Part};
use super::table::Tables;
use crate::model::{Event, LogSourceId, TagSet};

/// Conditions of all routes and profiles, compiled for one run.
#[derive(Debug)]
pub(super) struct Tagger {
    gatherer: Gatherer,
    routes: Vec<Route>,
    profiles: Vec<Condition>,
}

#[derive(Debug)]
struct Route {
    condition: Condition,
    source: LogSourceId,
    bits: Vec<u16>,
    product: Option<u16>,
}

impl Tagger {
    /// Compiles the tables; the names conditions test are kept by `table` from now on.
    pub(super) fn new(
        tables: &Tables,
        bits: &Bits,
        profiles: &[Profile],
        formats: &[&str],
        names: &mut Names,
    ) -> Tagger {
        let mut keys = Keys::default();
        let classes = class_bits(&tables.formats);
        let products = bits.products();
        let mut with = Compiler { names, keys: &mut keys, classes: &classes, products: &products };
        let routes = route::rows(&tables.logsources)
            .filter(|(_, _, raw)| !raw.disabled)
            .map(|(source, entry, raw)| Route {
                condition: Condition::compile(&raw.when, &mut with),
                source,
                bits: route::words(entry).filter_map(|(part, word)| bits.get(part, word)).collect(),
                product: entry.product.as_deref().and_then(|p| bits.get(Part::Product, p)),
            })
            .collect();
        let profiles = profiles.iter().map(|p| Condition::compile(&p.raw.when, &mut with)).collect();
        Tagger { gatherer: Gatherer::new(tables, formats, keys, names), routes, profiles }
    }

    /// The log sources of an event, and the number of its profile.
    pub(super) fn tag(&self, event: &Event<'_>) -> (TagSet, usize) {
        let mut facts: Facts<'_, '_> = self.gatherer.gather(event);
        let mut tags = TagSet::default();
        for route in &self.routes {
            let classes = route.condition.classes();
            if (classes == 0 || classes & facts.classes != 0) && route.condition.holds(&facts) {
                route.bits.iter().for_each(|bit| tags.set(*bit));
                tags.add(route.source);
                facts.products.extend(route.product);
            }
        }
        let profile = self.profiles.iter().position(|p| p.holds(&facts));
        (tags, profile.unwrap_or(self.profiles.len().saturating_sub(1)))
    }
}
