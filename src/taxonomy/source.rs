//! Where a canonical field or a route's field stands in an event, compiled for one run.

use super::compute::{self, Conversion, Kind, Takes};
use super::place::{Globs, Names, Place};
use super::table::{RawSource, RawTake, Word};
use super::words::Words;
use crate::model::{Datum, Event, FieldId, TagSet, Values, Within};
use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};

/// One way to a value.
#[derive(Debug)]
pub(super) struct Source {
    take: Take,
    via: Option<&'static Conversion>,
    /// Only the n-th value of the field, from 1.
    nth: Option<usize>,
    guards: Vec<Guard>,
}

#[derive(Debug)]
enum Take {
    Field(Place),
    /// Another canonical field.
    Norm(u16),
    Args(Vec<Place>),
    Constant(&'static str),
    /// All of these, each by its first way.
    All(Vec<Vec<Source>>),
}

/// What other fields must be like.
#[derive(Debug)]
pub(super) struct Guard {
    places: Vec<Place>,
    test: Test,
}

#[derive(Debug, PartialEq, Eq)]
enum Test {
    Set,
    Unset,
    Is(Globs),
    Not(Globs),
    /// The event has these log sources.
    Tagged(TagSet),
}

impl std::fmt::Debug for Conversion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// What sources are compiled with.
pub(super) struct SourceCompiler<'a> {
    pub(super) names: &'a mut Names,
    /// Canonical names and their numbers.
    pub(super) fields: &'a HashMap<String, u16>,
    /// The names `windows.event_id` stands for.
    pub(super) event_id: &'a [String],
    /// Profile the sources are for; `None` lets sources of any profile through.
    pub(super) profile: Option<&'a str>,
    /// Names are looked for under these too.
    pub(super) prefixes: &'a [String],
}

impl SourceCompiler<'_> {
    /// Compiles `raw` into ways to try in order, at the end of `into`.
    pub(super) fn compile(&mut self, raw: &RawSource, into: &mut Vec<Source>) {
        match raw {
            RawSource::Name(name) => self.names(name, &RawTake::default(), into),
            RawSource::First(list) => list.iter().for_each(|r| self.compile(r, into)),
            RawSource::Take(take) if self.is_meant(&take.only) => self.take(take, into),
            RawSource::Take(_) => {}
        }
    }

    fn is_meant(&self, only: &[String]) -> bool {
        let fits = |p: &String, id: &str| {
            id.strip_prefix(p.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        only.is_empty() || self.profile.is_none_or(|id| only.iter().any(|p| fits(p, id)))
    }

    fn take(&mut self, raw: &RawTake, into: &mut Vec<Source>) {
        if let Some(name) = &raw.from {
            self.names(name, raw, into);
            return;
        }
        let take = if let Some(Word(constant)) = raw.constant {
            Take::Constant(constant)
        } else if raw.args.is_empty() {
            let each = |c: &mut Self, r| {
                let mut ways = Vec::new();
                c.compile(r, &mut ways);
                ways
            };
            Take::All(raw.all.iter().map(|r| each(self, r)).collect())
        } else {
            Take::Args(raw.args.iter().map(|name| Place::new(name, self.names)).collect())
        };
        let source = self.source(take, raw);
        into.push(source);
    }

    /// A source for each name that `name` stands for.
    fn names(&mut self, name: &str, raw: &RawTake, into: &mut Vec<Source>) {
        if let Some(canonical) = name.strip_prefix("norm.") {
            if let Some(field) = self.fields.get(canonical) {
                let source = self.source(Take::Norm(*field), raw);
                into.push(source);
            }
            return;
        }
        for name in self.spelt_out(name) {
            let place = if raw.exact { Place::exact(&name, self.names) } else { Place::new(&name, self.names) };
            let source = self.source(Take::Field(place), raw);
            into.push(source);
        }
    }

    fn spelt_out(&self, name: &str) -> Vec<String> {
        if name == "windows.event_id" {
            return self.event_id.to_vec();
        }
        let prefixed = self.prefixes.iter().filter(|p| !name.starts_with(p.as_str())).map(|p| format!("{p}{name}"));
        std::iter::once(name.to_owned()).chain(prefixed).collect()
    }

    fn source(&mut self, take: Take, raw: &RawTake) -> Source {
        let mut guards = Vec::new();
        let mut guard = |compiler: &mut Self, name: &str, test| {
            let places = compiler.spelt_out(name).iter().map(|n| Place::new(n, compiler.names)).collect();
            guards.push(Guard { places, test });
        };
        raw.set.iter().for_each(|name| guard(self, name, Test::Set));
        raw.unset.iter().for_each(|name| guard(self, name, Test::Unset));
        raw.is.iter().for_each(|(name, values)| guard(self, name, Test::Is(Globs::new(values))));
        raw.not.iter().for_each(|(name, values)| guard(self, name, Test::Not(Globs::new(values))));
        Source { take, via: raw.via.as_deref().and_then(compute::conversion), nth: raw.nth, guards }
    }
}

/// Gives the values of other canonical fields while one is worked out.
pub(super) trait Fields<'r> {
    /// Adds the value or values of a canonical field. Values before `from` are of other questions.
    fn canonical(&self, field: u16, into: &mut Values<'r>, from: usize);
    /// The words.
    fn words(&self) -> &Words;
}

impl Source {
    /// The same, for events that have these log sources.
    pub(super) fn for_tagged(mut self, tags: TagSet) -> Source {
        self.guards.insert(0, Guard { places: Vec::new(), test: Test::Tagged(tags) });
        self
    }

    /// The original this source reads, if it reads one.
    pub(super) fn field(&self) -> Option<&Place> {
        match &self.take {
            Take::Field(place) => Some(place),
            _ => None,
        }
    }

    /// Whether the source reads what a rule means by this name.
    pub(super) fn reads(&self, asked: &Place) -> bool {
        self.field().is_some_and(|place| place.is_meant_by(asked))
    }

    /// Adds the other canonical fields this one is worked out from.
    pub(super) fn depends_on(&self, into: &mut Vec<u16>) {
        match &self.take {
            Take::Norm(field) => into.push(*field),
            Take::All(all) => all.iter().flatten().for_each(|s| s.depends_on(into)),
            Take::Field(_) | Take::Args(_) | Take::Constant(_) => {}
        }
    }

    /// Adds the originals without which this source gives nothing, and the canonical fields it is worked out from.
    /// Gives whether it may give something where there is none of them.
    pub(super) fn leans_on(&self, originals: &mut Vec<FieldId>, canonical: &mut Vec<u16>) -> bool {
        match &self.take {
            Take::Field(place) => originals.push(place.field),
            Take::Norm(field) => canonical.push(*field),
            // Nothing put together is nothing: a test holds the conversions to it.
            Take::Args(places) => originals.extend(places.iter().map(|place| place.field)),
            Take::Constant(_) => {
                let needed = self.guards.iter().find(|guard| matches!(guard.test, Test::Set | Test::Is(_)));
                let Some(guard) = needed else { return true };
                originals.extend(guard.places.iter().map(|place| place.field));
            }
            // Not `any`, which stops at the first: each adds what it leans on.
            Take::All(all) => {
                let mut free = false;
                for way in all.iter().flatten() {
                    free |= way.leans_on(originals, canonical);
                }
                return free;
            }
        }
        false
    }

    /// Adds the originals that have a say in what this source gives, and the canonical fields that have.
    pub(super) fn rests_on(&self, originals: &mut Vec<FieldId>, canonical: &mut Vec<u16>) {
        let guards = self.guards.iter().flat_map(|guard| &guard.places);
        originals.extend(guards.map(|place| place.field));
        match &self.take {
            Take::Field(place) => originals.push(place.field),
            Take::Norm(field) => canonical.push(*field),
            Take::Args(places) => originals.extend(places.iter().map(|place| place.field)),
            Take::Constant(_) => {}
            Take::All(all) => all.iter().flatten().for_each(|way| way.rests_on(originals, canonical)),
        }
    }

    /// Whether what this source gives is a piece of an original, or of canonical fields, which it adds; or whether it
    /// gives nothing, in events that hold no more than this.
    pub(super) fn quotes(&self, kind: Option<Kind>, within: Option<&Within>, canonical: &mut Vec<u16>) -> bool {
        if within.is_some_and(|within| self.is_out_of(within)) {
            return true;
        }
        if !kind.is_none_or(Kind::quotes) || !self.via.is_none_or(Conversion::quotes) {
            return false;
        }
        match &self.take {
            Take::Field(_) => true,
            Take::Norm(field) => {
                canonical.push(*field);
                true
            }
            Take::All(all) => all.iter().flatten().all(|way| way.quotes(kind, within, canonical)),
            Take::Args(_) | Take::Constant(_) => false,
        }
    }

    /// Whether what this source gives depends on these fields alone, and on canonical fields, which it adds, in events that
    /// hold no more than `within`.
    pub(super) fn stands_in(&self, fields: &BTreeSet<FieldId>, within: &Within, canonical: &mut Vec<u16>) -> bool {
        if self.is_out_of(within) {
            return true;
        }
        let is_known = |place: &Place| fields.contains(&place.field) || !within.fields.contains(&place.field);
        let is_free = |guard: &Guard| !matches!(guard.test, Test::Tagged(_)) && guard.places.iter().all(is_known);
        self.guards.iter().all(is_free)
            && match &self.take {
                Take::Field(place) => is_known(place),
                Take::Args(places) => places.iter().all(is_known),
                Take::Constant(_) => true,
                Take::Norm(field) => {
                    canonical.push(*field);
                    true
                }
                Take::All(all) => all.iter().flatten().all(|way| way.stands_in(fields, within, canonical)),
            }
    }

    /// Whether no event that holds no more than this has anything here.
    pub(super) fn is_out_of(&self, within: &Within) -> bool {
        let can_be = |place: &Place| within.fields.contains(&place.field);
        let is_never = |guard: &Guard| match guard.test {
            Test::Set | Test::Is(_) => !guard.places.iter().any(can_be),
            Test::Unset => guard.places.iter().any(|place| within.sure.contains(&place.field)),
            Test::Not(_) | Test::Tagged(_) => false,
        };
        self.guards.iter().any(is_never)
            || match &self.take {
                Take::Field(place) => !can_be(place),
                Take::Args(places) => !places.iter().any(can_be),
                Take::Norm(_) | Take::Constant(_) | Take::All(_) => false,
            }
    }

    /// Adds the values this source gives: those that fit `kind`, or any (`None`: a route's field), and are not there
    /// already behind the first `from`. For a scalar only the first counts.
    pub(super) fn gather<'r>(
        &self,
        event: &Event<'r>,
        fields: &dyn Fields<'r>,
        kind: Option<Kind>,
        (into, from): (&mut Values<'r>, usize),
    ) {
        if !self.guards.iter().all(|g| g.holds(event, fields.words())) {
            return;
        }
        let before = into.len();
        let wants_all = kind.is_none_or(Kind::is_list);
        let add = |datum: Datum<'r>, into: &mut Values<'r>, from| self.add(datum, fields.words(), kind, (into, from));
        match &self.take {
            Take::Field(place) => {
                for (n, entry) in place.entries(event).enumerate() {
                    if self.nth.is_none_or(|nth| nth == n + 1) {
                        add(event.datum(entry), into, from);
                    }
                    if !wants_all && into.len() > before {
                        break;
                    }
                }
            }
            Take::Norm(field) => {
                // What it is worked out from stands behind what is there, and what it gives behind that.
                fields.canonical(*field, into, before);
                let end = into.len();
                for at in before..end {
                    let datum = into.get_mut(at).map_or(Datum::Null, |datum| std::mem::replace(datum, Datum::Null));
                    add(datum, into, end);
                }
                into.drain(before..end);
                settle(into, from, before);
            }
            Take::Constant(text) => add(Datum::Text(Cow::Borrowed(text)), into, from),
            Take::Args(places) if let Some(Takes::All(join)) = self.via.map(|v| &v.takes) => {
                let entries = places.iter().flat_map(|place| place.entries(event));
                let texts: Vec<Datum<'_>> = entries.map(|entry| event.datum(entry)).collect();
                let texts: Vec<&str> = texts.iter().filter_map(Datum::text).collect();
                if let Some(text) = join(&texts) {
                    fit(Datum::Text(Cow::Owned(text)), fields.words(), kind, (into, from));
                }
            }
            Take::Args(places) => {
                let texts: Vec<Option<Cow<'_, str>>> = places.iter().map(|p| p.text(event)).collect();
                let texts: Vec<Option<&str>> = texts.iter().map(Option::as_deref).collect();
                if let Some(Takes::Args(join)) = self.via.map(|v| &v.takes)
                    && let Some(text) = join(fields.words(), &texts)
                {
                    fit(Datum::Text(Cow::Owned(text)), fields.words(), kind, (into, from));
                }
            }
            Take::All(all) => {
                for ways in all {
                    let before = into.len();
                    for way in ways {
                        way.gather(event, fields, kind, (into, from));
                        if into.len() > before {
                            break;
                        }
                    }
                }
            }
        }
    }

    fn add<'r>(&self, datum: Datum<'r>, words: &Words, kind: Option<Kind>, (into, from): (&mut Values<'r>, usize)) {
        match self.via.map(|v| &v.takes) {
            Some(Takes::One(convert)) => {
                let text = match &datum {
                    Datum::Text(Cow::Borrowed(text)) | Datum::Number(Cow::Borrowed(text)) => {
                        convert(words, text).map(|converted| piece_of(text, converted))
                    }
                    other => other.text().and_then(|text| convert(words, text)).map(|t| Cow::Owned(t.into_owned())),
                };
                if let Some(text) = text {
                    fit(Datum::Text(text), words, kind, (into, from));
                }
            }
            Some(Takes::Many(convert)) => {
                if let Some(text) = datum.text() {
                    convert(words, text, &mut |t| fit(Datum::Text(Cow::Owned(t)), words, kind, (&mut *into, from)));
                }
            }
            Some(Takes::Args(_) | Takes::All(_)) | None => fit(datum, words, kind, (into, from)),
        }
    }
}

/// What a conversion made of a text, as long as the text lives: most give a piece of it. Others may give words of the
/// tables, which do not live as long as the event.
fn piece_of<'r>(text: &'r str, converted: Cow<'_, str>) -> Cow<'r, str> {
    let place = |part: &str| {
        let start = part.as_ptr().addr().checked_sub(text.as_ptr().addr())?;
        text.get(start..start.checked_add(part.len())?)
    };
    match converted {
        Cow::Borrowed(part) => place(part).map_or_else(|| Cow::Owned(part.to_owned()), Cow::Borrowed),
        Cow::Owned(text) => Cow::Owned(text),
    }
}

/// Adds a value if it fits, once.
fn fit<'r>(datum: Datum<'r>, words: &Words, kind: Option<Kind>, (into, from): (&mut Values<'r>, usize)) {
    let fitting = match kind {
        Some(kind) => kind.fit(words, datum),
        None => Some(datum),
    };
    if let Some(datum) = fitting
        && !into.iter().skip(from).any(|d| same(d, &datum))
    {
        into.push(datum);
    }
}

/// Takes out what stands behind the first `start` values and is there already behind the first `from`.
pub(super) fn settle(into: &mut Values<'_>, from: usize, start: usize) {
    let mut kept = start;
    for at in start..into.len() {
        let (before, rest) = into.split_at(at);
        let known = before.get(from..kept).unwrap_or_default();
        if !rest.first().is_some_and(|datum| known.iter().any(|known| same(known, datum))) {
            into.swap(kept, at);
            kept += 1;
        }
    }
    into.truncate(kept);
}

/// Whether two values are one for rules.
pub(super) fn same(a: &Datum<'_>, b: &Datum<'_>) -> bool {
    a == b || (a.text().is_some() && a.text() == b.text())
}

impl Guard {
    /// A guard over one name: one of the values, or any.
    pub(super) fn of(name: &str, values: &[String], names: &mut Names) -> Guard {
        let test = if values.is_empty() { Test::Set } else { Test::Is(Globs::new(values)) };
        Guard { places: vec![Place::new(name, names)], test }
    }

    /// Whether the event is so.
    pub(super) fn holds(&self, event: &Event<'_>, words: &Words) -> bool {
        let is_set = || {
            let texts =
                |p: &Place| p.entries(event).any(|e| event.datum(e).text().is_some_and(|t| !words.is_placeholder(t)));
            self.places.iter().any(texts)
        };
        let is_one = |globs: &Globs| {
            let texts = |p: &Place| p.entries(event).any(|e| event.datum(e).text().is_some_and(|t| globs.matches(t)));
            self.places.iter().any(texts)
        };
        match &self.test {
            Test::Set => is_set(),
            Test::Unset => !is_set(),
            Test::Is(globs) => is_one(globs),
            Test::Not(globs) => !is_one(globs),
            Test::Tagged(tags) => event.tags.covers(tags),
        }
    }
}
