//! Puts together what one run needs of the tables: for the questions that can be asked, and no others.

use super::compute::Kind;
use super::own::{Declarers, Grant};
use super::place::{Names, Place};
use super::profile::{self, Profile, folded};
use super::route::{self, AUTHENTICATION};
use super::source::{Source, SourceCompiler};
use super::tag::{Named, TagMemo, Tagger};
use super::time::TimePlan;
use super::view::{Ask, Field, Layer, ProfileView, Role, Shared};
use super::words::Words;
use super::{Inner, Taxonomy, table};
use crate::model::stamp::Zones;
use crate::model::{Asks, Event, FieldTable, FormatId, LogSource, LogSourceId, TagSet, View};
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, OnceLock};

/// The taxonomy of one run.
#[derive(Debug)]
pub(crate) struct Frozen {
    /// The names decoders keep.
    pub(crate) table: Arc<FieldTable>,
    tagger: Tagger,
    /// Log sources given by the user's mappings and by declared formats.
    grants: Vec<Grant>,
    /// Whose records those are of which the user's mappings say nothing.
    declarers: Declarers,
    words: Arc<Words>,
    views: Vec<ProfileView>,
    sources: Vec<LogSource>,
    /// The field that tells logins, where some rule asks for them.
    action: Option<u16>,
}

/// The log source an event is named by: each word of the most specific row that states it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Primary<'a> {
    pub(crate) product: Option<&'a str>,
    pub(crate) category: Option<&'a str>,
    pub(crate) service: Option<&'a str>,
}

impl Taxonomy {
    /// Compiles the tables for the questions of a run. With `everything`, decoders keep every name there is. `formats`
    /// are the names of all formats, in order of their ids.
    pub(crate) fn freeze(&self, asks: &Asks, everything: bool, zones: &Zones, formats: &[&str]) -> Frozen {
        let inner = &*self.inner;
        let mut table = FieldTable::default();
        if everything {
            table.keep_everything();
        }
        self.hear(&mut table);
        let mut names = Names::new(table);
        let declared: Vec<&str> = self.declared.iter().map(|one| one.name).collect();
        let tagger = Tagger::new(&inner.tables, &self.bits, &inner.profiles, formats, &declared, &mut names);
        let asked = self.asks(asks, &mut names);
        let mut wanted = self.wanted(&asked);
        // Whose zone a stamp is in.
        wanted.extend(inner.fields.get("host").filter(|_| zones.differ()).copied());
        inner.close(&mut wanted);
        let fields: Vec<Field> = inner.rows.iter().map(|row| inner.field(row.name)).collect();
        let number = |name: &str| inner.fields.get(name).copied().unwrap_or(u16::MAX);
        let shared = Arc::new(Shared {
            words: Arc::clone(&inner.words),
            meanings: Arc::clone(&inner.meanings),
            fields,
            transport: number("transport"),
            asks: asked,
            zones: zones.clone(),
            host: number("host"),
        });
        // Rules of that category ask for their fields in its name.
        let asks_for_logins = asks.iter().any(|(_, _, c)| c.is_some_and(|c| c.eq_ignore_ascii_case("authentication")));
        let action = Some(number("action")).filter(|_| asks_for_logins);
        let mut compiled = Compiled::default();
        let views: Vec<ProfileView> =
            inner.profiles.iter().map(|p| self.view(p, &wanted, &shared, &mut names, &mut compiled)).collect();
        let views = (0..).zip(views).map(|(number, view)| ProfileView { number, ..view }).collect();
        let mut sources: Vec<LogSource> = route::rows(&inner.tables.logsources)
            .map(|(_, entry, _)| LogSource {
                product: entry.product.clone(),
                category: entry.category.clone(),
                service: entry.service.clone(),
            })
            .collect();
        let mut grants = self.grants(sources.len(), &mut names);
        grants.extend(self.declared_grants(sources.len() + grants.len()));
        sources.extend(grants.iter().map(|grant| grant.source.clone()));
        let words = Arc::clone(&inner.words);
        let declarers = Declarers::of(&grants);
        Frozen { table: Arc::new(names.into_table()), tagger, grants, declarers, words, views, sources, action }
    }

    fn asks(&self, asks: &Asks, names: &mut Names) -> Vec<Ask> {
        asks.iter()
            .map(|(_, name, category)| {
                let (layer, name) = match name.split_once('.') {
                    Some(("raw", rest)) if !rest.is_empty() => (Layer::Raw, rest),
                    Some(("norm", rest)) if !rest.is_empty() => (Layer::Norm, rest),
                    _ => (Layer::Both, name),
                };
                let fixed = if layer == Layer::Raw { None } else { self.fixed(name) };
                let routes = if layer == Layer::Both { self.routes(name, category, names) } else { Vec::new() };
                let candidates = match (layer, fixed) {
                    (Layer::Raw, _) | (_, Some(_)) => Vec::new(),
                    _ => self.inner.aliases.fields_of(name).filter_map(|f| self.inner.fields.get(f).copied()).collect(),
                };
                let any = if layer == Layer::Raw { Vec::new() } else { self.inner.any(name) };
                // What a canonical name stands for is said in its own place.
                let own = if layer == Layer::Both && fixed.is_none() { self.own_ways(name, names) } else { Vec::new() };
                let place = Place::new(name, names);
                Ask { layer, place, folded: folded(name), fixed, candidates, any, own, routes }
            })
            .collect()
    }

    /// The routes that define `name` for rules of `category`.
    fn routes(
        &self,
        name: &str,
        category: Option<&str>,
        names: &mut Names,
    ) -> Vec<(LogSourceId, route::Effect, Vec<Source>)> {
        let inner = &*self.inner;
        let mut found = Vec::new();
        for (id, entry, raw) in route::rows(&inner.tables.logsources) {
            let Some(effect) = route::effect(entry, category) else { continue };
            if let Some((_, source)) = raw.fields.iter().find(|(field, _)| field.eq_ignore_ascii_case(name)) {
                let mut ways = Vec::new();
                inner.compiler(None, &[], names).compile(source, &mut ways);
                found.push((id, effect, ways));
            }
        }
        found
    }

    /// The canonical fields some question may need.
    fn wanted(&self, asked: &[Ask]) -> BTreeSet<u16> {
        let inner = &*self.inner;
        let mut wanted = BTreeSet::new();
        // Whether an event is an authentication depends on its action.
        wanted.extend(inner.fields.get("action").copied());
        for ask in asked {
            wanted.extend(ask.fixed);
            wanted.extend(&ask.candidates);
            wanted.extend(&ask.any);
            let mut needed = Vec::new();
            ask.routes.iter().flat_map(|(_, _, ways)| ways).for_each(|way| way.depends_on(&mut needed));
            wanted.extend(needed);
        }
        wanted
    }

    fn view(
        &self,
        profile: &Profile,
        wanted: &BTreeSet<u16>,
        shared: &Arc<Shared>,
        names: &mut Names,
        compiled: &mut Compiled,
    ) -> ProfileView {
        let mut sources: Vec<Arc<[Source]>> = vec![Arc::default(); self.inner.tables.fields.len()];
        for field in wanted {
            if let Some(slot) = sources.get_mut(usize::from(*field)) {
                *slot = self.sources(*field, profile, names, compiled);
            }
        }
        ProfileView {
            number: 0,
            shared: Arc::clone(shared),
            sources,
            aliases: OnceLock::new(),
            times: TimePlan::new(&profile.times, names),
            is_strict: profile.is_strict,
            is_windows: profile.is_windows,
            spellings: profile.spellings.clone(),
        }
    }

    /// The sources of a field in a profile, the user's own among them.
    fn sources(&self, field: u16, profile: &Profile, names: &mut Names, compiled: &mut Compiled) -> Arc<[Source]> {
        let (mut sources, mut last) = self.own_sources(field, names);
        let raw = self.inner.tables.fields.get(usize::from(field));
        // A file name is that of a path the user maps, whatever the profile says of file names.
        if let Some(derive) = raw.and_then(|raw| raw.derive.as_ref()) {
            let mut is_own = false;
            norms(derive, &mut |name| is_own |= self.inner.fields.get(name).is_some_and(|from| self.maps(*from)));
            if is_own {
                self.inner.compiler(None, &[], names).compile(derive, &mut last);
            }
        }
        if sources.is_empty() && last.is_empty() {
            return self.inner.shared_sources(field, profile, names, compiled);
        }
        if let Some(raw) = raw {
            sources.extend(self.inner.sources(raw, profile, profile.owns_name(&raw.name), names));
        }
        sources.extend(last);
        sources.into()
    }
}

/// Sources compiled so far: by field, what the profile says of it, whether its own name counts, and the profile's kin.
type Compiled = HashMap<(u16, Option<u32>, bool, Arc<str>), Arc<[Source]>>;

impl Inner {
    pub(super) fn compiler<'a>(
        &'a self,
        profile: Option<&'a str>,
        prefixes: &'a [String],
        names: &'a mut Names,
    ) -> SourceCompiler<'a> {
        SourceCompiler {
            names,
            fields: &self.fields,
            event_id: &self.tables.formats.windows.event_id,
            profile,
            prefixes,
        }
    }

    /// The canonical fields an any-of field gathers; none, if the name is no such field.
    fn any(&self, name: &str) -> Vec<u16> {
        let row = self.tables.any.iter().find(|row| row.name == name);
        row.into_iter().flat_map(|row| &row.of).filter_map(|field| self.fields.get(field).copied()).collect()
    }

    fn field(&self, name: &'static str) -> Field {
        let raw = self.fields.get(name).and_then(|n| self.tables.fields.get(usize::from(*n)));
        let kind = raw.and_then(|f| Kind::of(&f.kind)).unwrap_or(Kind::Text);
        let role = match (name, kind) {
            ("timestamp", _) => Role::Timestamp,
            ("action", _) => Role::Action,
            ("outcome", _) => Role::Outcome,
            ("reason", _) => Role::Reason,
            (_, Kind::Port) => Role::Port,
            _ => Role::Plain,
        };
        let tested_too = match name {
            "process" | "parent_process" | "target_process" => self.fields.get(&format!("{name}_path")).copied(),
            _ => None,
        };
        Field { name, kind, tested_too, role }
    }

    /// Adds what the wanted fields are worked out from.
    fn close(&self, wanted: &mut BTreeSet<u16>) {
        loop {
            let mut more = BTreeSet::new();
            for field in wanted.iter() {
                let Some(raw) = self.tables.fields.get(usize::from(*field)) else { continue };
                let name = raw.name.as_str();
                if Kind::of(&raw.kind) == Some(Kind::Port) {
                    more.extend(self.fields.get("transport"));
                }
                more.extend(self.field(self.rows[usize::from(*field)].name).tested_too);
                let mut needs = |source: &table::RawSource| norms(source, &mut |n| more.extend(self.fields.get(n)));
                raw.derive.iter().for_each(&mut needs);
                self.profiles.iter().filter_map(|p| p.fields.get(name)).for_each(|given| needs(&given.source));
            }
            let before = wanted.len();
            wanted.extend(more);
            if wanted.len() == before {
                return;
            }
        }
    }

    /// The sources of a field in a profile; profiles that inherit them share them.
    fn shared_sources(
        &self,
        field: u16,
        profile: &Profile,
        names: &mut Names,
        compiled: &mut Compiled,
    ) -> Arc<[Source]> {
        let Some(raw) = self.tables.fields.get(usize::from(field)) else { return Arc::default() };
        let given = profile.fields.get(&raw.name).map(|given| given.id);
        let owns_name = profile.owns_name(&raw.name);
        let key = (field, given, owns_name, profile.kin.clone());
        // What a family limits to some profiles is not the same for others.
        let is_limited = given.is_none() && self.aliases.is_limited(&raw.name);
        if let Some(known) = compiled.get(&key).filter(|_| !is_limited) {
            return Arc::clone(known);
        }
        let sources: Arc<[Source]> = self.sources(raw, profile, owns_name, names).into();
        compiled.insert(key, Arc::clone(&sources));
        sources
    }

    fn sources(&self, raw: &table::RawField, profile: &Profile, owns_name: bool, names: &mut Names) -> Vec<Source> {
        let mut sources = Vec::new();
        if owns_name && profile.raw.others {
            self.compiler(None, &[], names).compile(&table::RawSource::Name(raw.name.clone()), &mut sources);
        }
        for (source, heeds_only) in profile::sources(&raw.name, profile, &self.tables.families, &self.aliases) {
            let id = heeds_only.then_some(profile.raw.id.as_str());
            self.compiler(id, &profile.prefixes, names).compile(source, &mut sources);
        }
        if owns_name && !profile.raw.others {
            self.compiler(None, &[], names).compile(&table::RawSource::Name(raw.name.clone()), &mut sources);
        }
        if let Some(derive) = &raw.derive
            && !profile.fields.contains_key(&raw.name)
        {
            self.compiler(None, &[], names).compile(derive, &mut sources);
        }
        sources
    }
}

/// Every canonical field a source is worked out from.
fn norms(source: &table::RawSource, found: &mut dyn FnMut(&str)) {
    let mut name = |n: &str| n.strip_prefix("norm.").into_iter().for_each(&mut *found);
    match source {
        table::RawSource::Name(n) => name(n),
        table::RawSource::First(list) => list.iter().for_each(|s| norms(s, found)),
        table::RawSource::Take(take) => {
            take.from.iter().for_each(|n| name(n));
            take.all.iter().for_each(|s| norms(s, found));
        }
    }
}

/// The canonical field that reads the asked name first; of several, a path goes before its file name.
pub(super) fn alias(ask: &Ask, sources: &[Arc<[Source]>], shared: &Shared) -> Option<u16> {
    ask.candidates
        .iter()
        .filter_map(|n| {
            let ways = sources.get(usize::from(*n))?;
            let at = ways.iter().position(|way| way.reads(&ask.place))?;
            let is_leaf = shared.fields.get(usize::from(*n)).is_some_and(|f| f.kind == Kind::Leaf);
            Some((at, is_leaf, *n))
        })
        .min()
        .map(|(_, _, n)| n)
}

impl Frozen {
    /// Sets the log sources of an event and gives the view of its profile.
    pub(crate) fn tag(&self, event: &mut Event<'_>, memo: &mut TagMemo) -> &dyn View {
        let Named { seen, present } = self.tagger.named(event, memo);
        event.seen = seen;
        let (mut tags, profile) = self.tagger.tag(event, present, memo);
        let is_declared = self.declarers.may_mean(event);
        let grants = self.grants.iter().filter(|grant| is_declared || grant.by.is_none());
        grants.for_each(|grant| grant.give(event, &self.words, &mut tags));
        event.tags = tags;
        let view = self.views.get(profile).or_else(|| self.views.last()).expect("the tables have profiles");
        let is_login = |action: &str| matches!(action, "login" | "authenticate");
        if self.action.is_some_and(|field| view.is_action(event, field, is_login)) {
            event.tags.set(AUTHENTICATION);
        }
        view
    }

    /// What gives log sources.
    pub(super) fn tagger(&self) -> &Tagger {
        &self.tagger
    }

    /// The view of a number.
    pub(crate) fn view(&self, number: usize) -> Option<&dyn View> {
        self.views.get(number).map(|view| view as &dyn View)
    }

    /// The view of a profile.
    pub(super) fn view_of(&self, profile: usize) -> Option<&ProfileView> {
        self.views.get(profile)
    }

    /// Adds everything beside the tables' routes that an event of this format, with one of these payloads, may be granted.
    pub(super) fn grant_all(
        &self,
        (format, payloads): (FormatId, [&str; 2]),
        tags: &mut TagSet,
        rows: &mut BTreeSet<LogSourceId>,
    ) {
        for grant in self.grants.iter().filter(|grant| grant.is_for(format, &payloads)) {
            rows.extend(&grant.rows);
            tags.bits.iter_mut().zip(grant.tags.bits).for_each(|(all, own)| *all |= own);
        }
        if self.action.is_some() {
            tags.set(AUTHENTICATION);
        }
    }

    /// A row of the table of log sources.
    pub(crate) fn logsource(&self, id: LogSourceId) -> Option<&LogSource> {
        self.sources.get(usize::from(id.0))
    }

    /// The words an event is named by: those of one product, and those that state none.
    pub(crate) fn primary(&self, tags: &TagSet) -> Primary<'_> {
        let mut primary = Primary::default();
        for source in tags.sources().iter().filter_map(|id| self.logsource(*id)) {
            let product = source.product.as_deref();
            if product.is_some() && primary.product.is_some_and(|named| product != Some(named)) {
                continue;
            }
            primary.product = primary.product.or(product);
            primary.category = primary.category.or(source.category.as_deref());
            primary.service = primary.service.or(source.service.as_deref());
        }
        primary
    }
}
