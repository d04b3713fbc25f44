//! Gives an event its log sources and finds its profile.

use super::condition::{Compiler, Condition};
use super::facts::{Bits as Names, Facts, Gatherer, Keys, class_bits};
use super::place;
use super::profile::Profile;
use super::route::{self, Bits, Part};
use super::table::Tables;
use crate::model::{Event, LogSourceId, QuickMap, Seen, TagSet, limits};
use std::sync::Arc;

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
        declared: &[&str],
        names: &mut place::Names,
    ) -> Tagger {
        let mut keys = Keys::default();
        let classes = class_bits(&tables.formats);
        let products = bits.products();
        let mut with =
            Compiler { names, keys: &mut keys, classes: &classes, products: &products, zeek: &tables.formats.zeek };
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
        Tagger { gatherer: Gatherer::new(tables, formats, declared, keys, names), routes, profiles }
    }

    /// What the names of an event's fields tell: the same of all that have its layout.
    pub(super) fn named(&self, event: &Event<'_>, memo: &mut TagMemo) -> Named {
        let Some(place) = event.layout.place() else { return self.named_anew(event) };
        if memo.named.len() <= place {
            memo.named.resize(place + 1, None);
        }
        let slot = memo.named.get_mut(place);
        slot.map_or_else(|| self.named_anew(event), |slot| *slot.get_or_insert_with(|| self.named_anew(event)))
    }

    fn named_anew(&self, event: &Event<'_>) -> Named {
        Named { seen: Seen::of(event.entries), present: self.gatherer.present(event) }
    }

    /// The log sources of an event, and the number of its profile.
    pub(super) fn tag(&self, event: &Event<'_>, present: Names, memo: &mut TagMemo) -> (TagSet, usize) {
        let mut facts: Facts<'_, '_> = self.gatherer.gather(event, present);
        let likely = self.likely(&facts, memo);
        let mut tags = TagSet::default();
        for (n, is_sure) in &likely.routes {
            let Some(route) = self.routes.get(*n) else { continue };
            if *is_sure || route.condition.does_hold(&facts) {
                route.bits.iter().for_each(|bit| tags.set(*bit));
                tags.add(route.source);
                route.product.iter().for_each(|bit| facts.products.set(*bit));
            }
        }
        let is_it = |(n, is_sure): &&(usize, bool)| {
            *is_sure || self.profiles.get(*n).is_some_and(|condition| condition.does_hold(&facts))
        };
        let profile = likely.profiles.iter().find(is_it).map(|(n, _)| *n);
        (tags, profile.unwrap_or(self.profiles.len().saturating_sub(1)))
    }

    /// What gathers facts.
    pub(super) fn gatherer(&self) -> &Gatherer {
        &self.gatherer
    }

    /// The conditions of routes, and the row and the bits each gives.
    pub(super) fn rows(&self) -> impl Iterator<Item = (&Condition, LogSourceId, &[u16])> {
        self.routes.iter().map(|route| (&route.condition, route.source, route.bits.as_slice()))
    }

    /// The conditions of profiles, in order.
    pub(super) fn profiles(&self) -> &[Condition] {
        &self.profiles
    }

    /// The routes and profiles that may hold for a record with these facts.
    fn likely(&self, facts: &Facts<'_, '_>, memo: &mut TagMemo) -> Arc<Likely> {
        std::mem::swap(&mut memo.key, &mut memo.last_key);
        facts.key(&mut memo.key);
        if let Some(last) = memo.last.as_ref().filter(|_| memo.key == memo.last_key) {
            return Arc::clone(last);
        }
        let likely = self.likely_anew(facts, memo);
        memo.last = Some(Arc::clone(&likely));
        likely
    }

    fn likely_anew(&self, facts: &Facts<'_, '_>, memo: &mut TagMemo) -> Arc<Likely> {
        if let Some(known) = memo.known.get(memo.key.as_slice()) {
            return Arc::clone(known);
        }
        let routes = self.routes.iter().map(|route| &route.condition);
        let likely = Arc::new(Likely { routes: positions(routes, facts), profiles: positions(&self.profiles, facts) });
        // Hostile records may name programs and channels at any length.
        if memo.known.len() < limits::ROUTES && memo.key.len() <= limits::KIND_KNOWN {
            memo.known.insert(memo.key.as_slice().into(), Arc::clone(&likely));
        }
        likely
    }
}

/// Positions of conditions that may hold, and whether each surely does.
fn positions<'c>(conditions: impl IntoIterator<Item = &'c Condition>, facts: &Facts<'_, '_>) -> Box<[(usize, bool)]> {
    let likely = conditions.into_iter().enumerate().filter(|(_, condition)| condition.may_hold(facts));
    likely.map(|(n, condition)| (n, condition.holds_surely(facts))).collect()
}

/// What a worker remembers of records it tagged: which routes and profiles are left once class, names, program, channel
/// and number are known. Records of one kind are tagged by what their values say, and nothing else.
#[derive(Debug, Default)]
pub(crate) struct TagMemo {
    /// By layout.
    named: Vec<Option<Named>>,
    known: QuickMap<Box<[u8]>, Arc<Likely>>,
    key: Vec<u8>,
    /// Of the record before: neighbours are often of a kind.
    last_key: Vec<u8>,
    last: Option<Arc<Likely>>,
}

/// What the names of a record's fields tell.
#[derive(Clone, Copy, Debug)]
pub(super) struct Named {
    pub(super) seen: Seen,
    /// Those that conditions test for.
    pub(super) present: Names,
}

/// Positions in the lists of [`Tagger`], in order, and whether each surely holds.
#[derive(Debug)]
struct Likely {
    routes: Box<[(usize, bool)]>,
    profiles: Box<[(usize, bool)]>,
}
