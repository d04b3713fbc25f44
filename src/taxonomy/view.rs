//! How records of one profile are looked at: the union of originals and canonical values that a rule tests.

use super::compute::Kind;
use super::place::{Place, is_payload};
use super::route::Effect;
use super::source::{Fields, Source, same, settle};
use super::table::{Meaning, Word};
use super::time::TimePlan;
use super::words::Words;
use crate::model::stamp::Zones;
use crate::model::{AskId, Datum, Event, FieldId, LogSourceId, One, Sentence, Stamp, Values, View, Within};
use std::borrow::Cow;
use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::{Arc, OnceLock};

/// Canonical fields worked out from each other go no deeper than this.
const DEPTH: u8 = 6;

/// Which layer of fields a question is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layer {
    Both,
    Raw,
    Norm,
}

/// One question, compiled.
#[derive(Debug)]
pub(super) struct Ask {
    pub(super) layer: Layer,
    /// The name, without its layer.
    pub(super) place: Place,
    /// In loose spelling.
    pub(super) folded: String,
    /// The canonical field, when the name is one or a synonym of one.
    pub(super) fixed: Option<u16>,
    /// The canonical fields the name may be an alias of.
    pub(super) candidates: Vec<u16>,
    /// The canonical fields an any-of field gathers.
    pub(super) any: Vec<u16>,
    /// What the user's mappings say of the name.
    pub(super) own: Vec<Source>,
    /// Fields of routes that define the name.
    pub(super) routes: Vec<(LogSourceId, Effect, Vec<Source>)>,
}

/// A canonical field.
#[derive(Debug)]
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    /// Rules test this field's values too: the path beside the file name.
    pub(super) tested_too: Option<u16>,
    pub(super) role: Role,
}

/// Fields that are more than a list of sources.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Plain,
    Timestamp,
    Action,
    Outcome,
    Reason,
    Port,
}

impl Role {
    /// Whether such a field may have a value that no other field gives, in an event with a sentence or without.
    pub(super) fn says_more(self, is_said: bool) -> bool {
        match self {
            Role::Plain | Role::Port => false,
            Role::Action | Role::Outcome | Role::Reason => is_said,
            Role::Timestamp => true,
        }
    }
}

/// What all views share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) words: Arc<Words>,
    pub(super) meanings: Arc<BTreeMap<String, BTreeMap<String, Meaning>>>,
    pub(super) fields: Vec<Field>,
    pub(super) transport: u16,
    pub(super) asks: Vec<Ask>,
    pub(super) zones: Zones,
    /// The field that names the machine.
    pub(super) host: u16,
}

/// The view of one profile.
#[derive(Debug)]
pub(super) struct ProfileView {
    /// Which of the views it is.
    pub(super) number: usize,
    pub(super) shared: Arc<Shared>,
    /// By canonical field: where it stands. Empty for those nobody asked for.
    pub(super) sources: Vec<Arc<[Source]>>,
    /// By question: the canonical field its name is an alias of in this profile. Worked out when a record of the profile is
    /// first met: a run meets few of the profiles there are.
    pub(super) aliases: OnceLock<Box<[Option<u16>]>>,
    pub(super) times: TimePlan,
    pub(super) is_strict: bool,
    pub(super) is_windows: bool,
    pub(super) spellings: HashSet<String>,
}

/// One look at one event.
struct Look<'v, 'e, 'r> {
    view: &'v ProfileView,
    event: &'e Event<'r>,
    depth: Cell<u8>,
}

impl<'r> Fields<'r> for Look<'_, '_, 'r> {
    fn canonical(&self, field: u16, into: &mut Values<'r>, from: usize) {
        if self.depth.get() >= DEPTH {
            return;
        }
        self.depth.set(self.depth.get() + 1);
        self.canonical_here(field, into, from);
        self.depth.set(self.depth.get() - 1);
    }

    fn words(&self) -> &Words {
        &self.view.shared.words
    }
}

impl<'r> Look<'_, '_, 'r> {
    fn canonical_here(&self, field: u16, into: &mut Values<'r>, from: usize) {
        let Some(Field { kind, role, .. }) = self.view.shared.fields.get(usize::from(field)) else { return };
        match role {
            Role::Timestamp => {
                let stamp = if self.event.time.time.is_some() { self.event.time } else { self.view.time(self.event) };
                into.extend(stamp.rfc3339().map(|t| Datum::Text(Cow::Owned(t))));
                return;
            }
            Role::Action | Role::Outcome | Role::Reason => {
                if let Some(word) = self.said(*role) {
                    into.push(Datum::Text(Cow::Borrowed(word)));
                    return;
                }
            }
            Role::Port if !self.has_ports(into) => return,
            Role::Port | Role::Plain => {}
        }
        let before = into.len();
        for source in self.view.sources(field) {
            if *kind == Kind::Time {
                self.instant(source, into);
            } else {
                source.gather(self.event, self, Some(*kind), (into, from));
            }
            if into.len() > before {
                return;
            }
        }
    }

    /// What the sentence of the payload says.
    fn said(&self, role: Role) -> Option<&'static str> {
        let Sentence { payload, name } = self.event.payload?;
        let meaning = self.view.shared.meanings.get(payload)?.get(name)?;
        let word = match role {
            Role::Action => meaning.action,
            Role::Outcome => meaning.outcome,
            Role::Reason => meaning.reason,
            Role::Plain | Role::Timestamp | Role::Port => None,
        };
        word.map(|Word(word)| word)
    }

    /// What other protocols write in columns for ports are types and codes. `memory` is left as it is.
    fn has_ports(&self, memory: &mut Values<'r>) -> bool {
        let before = memory.len();
        self.canonical(self.view.shared.transport, memory, before);
        let transport = memory.get(before).and_then(Datum::text);
        let has_ports = transport.is_none_or(|t| self.view.shared.words.has_ports(t));
        memory.truncate(before);
        has_ports
    }

    fn instant(&self, source: &Source, into: &mut Values<'r>) {
        let before = into.len();
        source.gather(self.event, self, Some(Kind::Text), (into, before));
        let text = into.get(before).and_then(Datum::text);
        let stamp = text.and_then(|t| crate::model::stamp::read(t, self.view.shared.zones.usual()));
        into.truncate(before);
        let stamp = stamp.map(|stamp| self.view.at_host(self.event, stamp));
        into.extend(stamp.and_then(Stamp::rfc3339).map(|t| Datum::Text(Cow::Owned(t))));
    }

    /// What the name as an alias gives: its own value as the canonical field writes it, or, when the name is missing, the
    /// canonical field of another name, unless names have roles of their own in this profile.
    fn alias(&self, ask: &Ask, field: u16, into: &mut Values<'r>, from: usize) {
        let has_originals = ask.place.entries(self.event).next().is_some();
        if !has_originals {
            if !self.view.is_strict || self.view.spellings.contains(&ask.folded) {
                self.canonical(field, into, from);
            }
            return;
        }
        let Some(Field { kind, role, .. }) = self.view.shared.fields.get(usize::from(field)) else { return };
        if matches!(role, Role::Timestamp) || (*role == Role::Port && !self.has_ports(into)) {
            return;
        }
        for source in self.view.sources(field).iter().filter(|s| s.reads(&ask.place)) {
            source.gather(self.event, self, Some(*kind), (into, from));
        }
    }
}

impl ProfileView {
    /// The canonical field the name of a question is an alias of.
    pub(super) fn alias(&self, ask: AskId) -> Option<u16> {
        let alias = |ask| super::freeze::alias(ask, &self.sources, &self.shared);
        let aliases = self.aliases.get_or_init(|| self.shared.asks.iter().map(alias).collect());
        aliases.get(ask.0 as usize).copied().flatten()
    }

    /// What a stamp of this event means, which was read in the usual zone.
    fn at_host(&self, event: &Event<'_>, stamp: Stamp) -> Stamp {
        let zones = &self.shared.zones;
        if !zones.differ() {
            return stamp;
        }
        let host = self.first(event, self.shared.host);
        host.as_ref().and_then(Datum::text).map_or(stamp, |host| zones.at_host(host, stamp))
    }

    /// Whether the time of every event of these fields is its header's; see [`TimePlan::goes_by_header`].
    pub(super) fn goes_by_header(&self, fields: &BTreeSet<FieldId>, same: Option<FieldId>) -> bool {
        !self.shared.zones.differ() && self.times.goes_by_header(fields, same)
    }

    pub(super) fn sources(&self, field: u16) -> &[Source] {
        self.sources.get(usize::from(field)).map_or(&[], |s| &s[..])
    }

    fn look<'v, 'e, 'r>(&'v self, event: &'e Event<'r>) -> Look<'v, 'e, 'r> {
        Look { view: self, event, depth: Cell::new(0) }
    }

    /// The first value of a canonical field.
    pub(super) fn first<'r>(&self, event: &Event<'r>, field: u16) -> Option<Datum<'r>> {
        let mut values = Values::new();
        self.look(event).canonical(field, &mut values, 0);
        values.into_iter().next()
    }

    /// Whether the action (`field`) of an event is one of which `is_one` holds.
    pub(super) fn is_action(&self, event: &Event<'_>, field: u16, is_one: fn(&str) -> bool) -> bool {
        match self.look(event).said(Role::Action) {
            Some(word) => is_one(word),
            None => self.first(event, field).as_ref().and_then(Datum::text).is_some_and(is_one),
        }
    }

    /// The route that replaces the originals for this question, and its values.
    fn replaced<'r>(&self, event: &Event<'r>, ask: &Ask, into: &mut Values<'r>) -> bool {
        let before = into.len();
        let mut is_replaced = false;
        for (source, effect, ways) in &ask.routes {
            if *effect == Effect::Replaces && event.tags.sources().contains(source) {
                is_replaced = true;
                self.by_route(event, ways, before, into);
            }
        }
        is_replaced
    }

    /// Adds what the first way that gives anything gives, without what is there behind the first `before` values.
    fn by_route<'r>(&self, event: &Event<'r>, ways: &[Source], before: usize, into: &mut Values<'r>) {
        let start = into.len();
        for way in ways {
            way.gather(event, &self.look(event), None, (into, start));
            if into.len() > start {
                break;
            }
        }
        settle(into, before, start);
    }

    /// How a name as written compares with one that was asked for. In a Windows record what stands around a leaf is the
    /// shipper's, and blanks inside it are left out by rules.
    fn spelling(&self, written: &str, asked: &str) -> Spelling {
        if !self.is_windows || asked.contains(['.', ' ']) {
            return Spelling::of(written, asked);
        }
        let leaf = written.rsplit('.').next().unwrap_or(written);
        if leaf.contains(' ') { Spelling::of(&leaf.replace(' ', ""), asked) } else { Spelling::of(leaf, asked) }
    }

    /// The originals of a name: exact spelling, else another case, else a structural variant.
    fn originals<'r>(&self, event: &Event<'r>, ask: &Ask, into: &mut Values<'r>) {
        let before = into.len();
        let name = &*ask.place.name;
        let entries = ask.place.near(event);
        let of_field = || entries.iter().filter(|e| e.field == ask.place.field);
        // Payload before System, but the number of an event is System's.
        let is_event_id = self.is_windows && ask.folded == "eventid";
        if let ([only], false) = (entries, is_event_id) {
            // Nothing to choose from.
            let is_meant = || ask.fixed.is_none() || self.spelling(event.name(only), name) != Spelling::Variant;
            if only.field == ask.place.field && is_meant() {
                into.push(event.datum(only));
            }
            return;
        }
        let mut spelling = Spelling::Variant;
        let mut shape = u16::MAX;
        let mut has_payload = false;
        for entry in of_field() {
            let written = event.name(entry);
            let this = self.spelling(written, name);
            if this < spelling {
                (spelling, shape) = (this, entry.shape);
            } else if this == spelling {
                shape = shape.min(entry.shape);
            }
            has_payload |= self.is_windows && is_payload(written);
        }
        for entry in of_field() {
            let written = event.name(entry);
            if has_payload && is_payload(written) == is_event_id {
                continue;
            }
            let is_meant = match spelling {
                // `process_id` is a name of ours; `ProcessId` is somebody's and may mean another thing.
                Spelling::Variant => ask.fixed.is_none(),
                _ => has_payload || (self.spelling(written, name) == spelling && entry.shape == shape),
            };
            if is_meant {
                add(into, before, event.datum(entry));
            }
        }
    }
}

/// How a name as written compares with the name asked for; smaller is better.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Spelling {
    Exact,
    OtherCase,
    Variant,
}

impl Spelling {
    fn of(written: &str, asked: &str) -> Spelling {
        if written == asked {
            Spelling::Exact
        } else if written.eq_ignore_ascii_case(asked) {
            Spelling::OtherCase
        } else {
            Spelling::Variant
        }
    }
}

/// Adds a value that is not there yet, behind the first `before` values.
fn add<'r>(into: &mut Values<'r>, before: usize, datum: Datum<'r>) {
    if !into.iter().skip(before).any(|d| same(d, &datum)) {
        into.push(datum);
    }
}

fn is_scalar(datum: &Datum<'_>) -> bool {
    datum.text().is_some()
}

impl View for ProfileView {
    fn values<'r>(&self, event: &Event<'r>, ask: AskId, into: &mut Values<'r>) {
        self.answer(event, ask, into);
    }

    fn answer<'r>(&self, event: &Event<'r>, ask: AskId, into: &mut Values<'r>) -> One {
        let Some(asked) = self.shared.asks.get(ask.0 as usize) else { return One::Unknown };
        let before = into.len();
        let is_replaced = asked.layer == Layer::Both && self.replaced(event, asked, into);
        self.by_route(event, &asked.own, before, into);
        // A route takes the place of originals; what a canonical field says stands beside it.
        if is_replaced && asked.fixed.is_none() {
            return One::Unknown;
        }
        if asked.layer != Layer::Norm && !is_replaced {
            self.originals(event, asked, into);
        }
        if asked.layer == Layer::Both {
            for (source, effect, ways) in &asked.routes {
                if *effect == Effect::Adds && event.tags.sources().contains(source) {
                    self.by_route(event, ways, before, into);
                }
            }
        }
        if asked.layer == Layer::Raw {
            return One::Unknown;
        }
        let mut one = One::Unknown;
        let look = self.look(event);
        // What is canonical stands behind the originals until it is known which of it is there already.
        let start = into.len();
        match (asked.fixed, self.alias(ask)) {
            (Some(field), _) => {
                look.canonical(field, into, start);
                // Its one value is the first.
                let (originals, canonical) = into.split_at(start);
                let at = |first| originals.iter().skip(before).position(|datum| same(datum, first));
                let at = canonical.first().map(|first| at(first).map_or(start, |at| before + at));
                one = at.map_or(One::Nothing, One::At);
                let too = self.shared.fields.get(usize::from(field)).and_then(|f| f.tested_too);
                if let Some(too) = too.filter(|_| asked.layer == Layer::Both) {
                    look.canonical(too, into, start);
                }
            }
            (None, Some(field)) => look.alias(asked, field, into, start),
            (None, None) => asked.any.iter().for_each(|field| look.canonical(*field, into, start)),
        }
        settle(into, before, start);
        one
    }

    fn reads(&self, ask: AskId, into: &mut Vec<FieldId>) -> bool {
        self.comes_from(ask, into)
    }

    fn rests_on(&self, ask: AskId, is_said: bool, into: &mut Vec<FieldId>) -> bool {
        self.depends_on(ask, is_said, into)
    }

    fn quotes(&self, ask: AskId, within: Option<&Within>) -> bool {
        self.is_quoted(ask, within)
    }

    fn way(&self, ask: AskId, fields: &BTreeSet<FieldId>, within: &Within) -> Option<String> {
        self.way_within(ask, fields, within)
    }

    fn number(&self) -> usize {
        self.number
    }

    fn single<'r>(&self, event: &Event<'r>, ask: AskId) -> Option<Datum<'r>> {
        let asked = self.shared.asks.get(ask.0 as usize)?;
        let mut values = Values::new();
        if let Some(field) = asked.fixed.filter(|_| asked.layer != Layer::Raw) {
            return self.first(event, field);
        }
        if !asked.any.is_empty() {
            return asked.any.iter().find_map(|field| self.first(event, *field));
        }
        self.by_route(event, &asked.own, 0, &mut values);
        if !values.is_empty() || (asked.layer == Layer::Both && self.replaced(event, asked, &mut values)) {
            return values.into_iter().find(is_scalar);
        }
        if asked.layer != Layer::Raw
            && let Some(field) = self.alias(ask)
        {
            self.look(event).alias(asked, field, &mut values, 0);
        }
        if values.is_empty() && asked.layer != Layer::Norm {
            self.originals(event, asked, &mut values);
        }
        values.into_iter().find(is_scalar)
    }

    fn canonical_name(&self, ask: AskId) -> Option<&'static str> {
        let asked = self.shared.asks.get(ask.0 as usize)?;
        let field = asked.fixed.or_else(|| self.alias(ask))?;
        self.shared.fields.get(usize::from(field)).map(|f| f.name)
    }

    fn time(&self, event: &Event<'_>) -> Stamp {
        self.at_host(event, self.times.read(event, self.shared.zones.usual()))
    }
}
