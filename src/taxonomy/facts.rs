//! What conditions ask of a record, gathered once: its classes, which of the asked names it has, and where Windows and
//! syslog say what it is.

use super::condition::Target;
use super::outline::Reach;
use super::place::{Names, Place};
use super::table::{RawFormats, Tables};
use crate::model::{Event, FieldId, FormatId, Outline, cut};
use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};

/// A set of up to 512 names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Bits([u64; 8]);

impl Bits {
    pub(super) fn set(&mut self, n: u16) {
        if let Some(word) = self.0.get_mut(usize::from(n / 64)) {
            *word |= 1 << (n % 64);
        }
    }

    pub(super) fn has(&self, n: u16) -> bool {
        self.0.get(usize::from(n / 64)).is_some_and(|word| word & (1 << (n % 64)) != 0)
    }

    pub(super) fn covers(&self, needed: &Bits) -> bool {
        self.0.iter().zip(needed.0).all(|(have, need)| have & need == need)
    }
}

/// The names conditions test for, each with a bit.
#[derive(Debug, Default)]
pub(super) struct Keys {
    /// By field id: the bits of names that share it, and the spelling each wants, if not any will do.
    bits: Vec<Vec<(u16, Option<Place>)>>,
    count: u16,
}

impl Keys {
    /// The bit of a name so spelled; the table keeps the name from now on.
    pub(super) fn bit(&mut self, name: &str, names: &mut Names) -> u16 {
        let place = Place::new(name, names);
        let is_known = |known: &Option<Place>| known.as_ref().is_some_and(|k| k.name.eq_ignore_ascii_case(name));
        self.bit_of(place.field, is_known, Some(place))
    }

    /// The bit of a name in any spelling.
    fn loose_bit(&mut self, name: &str, names: &mut Names) -> u16 {
        self.bit_of(names.want(name), Option::is_none, None)
    }

    fn bit_of(&mut self, field: FieldId, is_known: impl Fn(&Option<Place>) -> bool, place: Option<Place>) -> u16 {
        let id = field.0 as usize;
        if self.bits.len() <= id {
            self.bits.resize(id + 1, Vec::new());
        }
        let sharing = &mut self.bits[id];
        if let Some((bit, _)) = sharing.iter().find(|(_, known)| is_known(known)) {
            return *bit;
        }
        let bit = self.count;
        sharing.push((bit, place));
        self.count += 1;
        bit
    }

    #[cfg_attr(not(test), expect(dead_code, reason = "laws over the tables are held by tests"))]
    /// How many names there are; a test holds it below the width of [`Bits`].
    pub(super) fn count(&self) -> u16 {
        self.count
    }

    fn present(&self, event: &Event<'_>) -> Bits {
        let mut bits = Bits::default();
        event.entries.iter().for_each(|entry| self.add(entry.field, event.name(entry), &mut bits));
        bits
    }

    /// Sets the bits of a name that is there.
    fn add(&self, field: FieldId, name: &str, bits: &mut Bits) {
        for (bit, place) in self.bits.get(field.0 as usize).into_iter().flatten() {
            if place.as_ref().is_none_or(|place| place.is_spelled(name)) {
                bits.set(*bit);
            }
        }
    }
}

/// What is known of one record.
pub(super) struct Facts<'e, 'r> {
    pub(super) event: &'e Event<'r>,
    pub(super) classes: u32,
    pub(super) present: Bits,
    pub(super) channel: Option<Cow<'e, str>>,
    pub(super) event_id: Option<u32>,
    pub(super) provider: Option<Cow<'r, str>>,
    /// As written.
    program: Option<Cow<'r, str>>,
    pub(super) facility: Option<Cow<'e, str>>,
    /// Whether the record's text may have a shape: without a percent sign it has none of [`shape`](super::shape).
    pub(super) may_be_shaped: bool,
    /// Product bits given so far, for `not_tagged`.
    pub(super) products: Bits,
}

impl Facts<'_, '_> {
    /// The program, without the folders it lies in.
    pub(super) fn program(&self) -> Option<&str> {
        self.program.as_deref().map(cut::leaf)
    }

    /// Writes down everything [`Condition::may_hold`](super::condition::Condition::may_hold) looks at, so that two
    /// records with the same key may be the same things.
    pub(super) fn key(&self, into: &mut Vec<u8>) {
        into.clear();
        // No number is what no event has: 64 bits hold all of 32 and one more.
        let classes = u64::from(self.classes) | u64::from(self.may_be_shaped) << 32;
        let numbers = [classes, self.event_id.map_or(u64::MAX, u64::from)];
        let mut fixed = [0; 80];
        for (slot, word) in fixed.chunks_exact_mut(8).zip(self.present.0.iter().chain(&numbers)) {
            slot.copy_from_slice(&word.to_le_bytes());
        }
        into.extend_from_slice(&fixed);
        let payload = self.event.payload.map(|sentence| sentence.payload);
        let (channel, provider, facility) = (&self.channel, &self.provider, &self.facility);
        let words = [payload, channel.as_deref(), provider.as_deref(), self.program(), facility.as_deref()];
        for word in words {
            // Its length in front, one more than it is: 0 says that there is none.
            into.extend_from_slice(&word.map_or(0, |word| word.len() as u64 + 1).to_le_bytes());
            into.extend_from_slice(word.unwrap_or_default().as_bytes());
        }
    }
}

/// A place and its bit, so that only names the record has are looked for.
type Keyed = (u16, Place);

/// Longer records are not looked through beforehand for the sign of a shape.
const SHORT: usize = 512;

/// How facts are gathered, compiled for one run.
#[derive(Debug)]
pub(super) struct Gatherer {
    keys: Keys,
    by_format: Vec<u32>,
    by_payload: HashMap<String, u32>,
    text: u32,
    windows: u32,
    sysmon_linux: u32,
    channel: Vec<Keyed>,
    event_id: Vec<Keyed>,
    provider: Vec<Keyed>,
    channel_of: Vec<(String, String)>,
    known_channels: BTreeSet<String>,
    program: Vec<Keyed>,
    priority: Vec<Keyed>,
    facility: Vec<Keyed>,
    facilities: Vec<String>,
}

/// The classes and their bits.
pub(super) fn class_bits(formats: &RawFormats) -> HashMap<String, u32> {
    formats.classes.keys().enumerate().map(|(n, name)| (name.clone(), 1 << n)).collect()
}

impl Gatherer {
    /// Compiles the table of formats.
    pub(super) fn new(
        tables: &Tables,
        formats: &[&str],
        declared: &[&str],
        mut keys: Keys,
        names: &mut Names,
    ) -> Gatherer {
        let bits = class_bits(&tables.formats);
        let mut by_name: HashMap<String, u32> = HashMap::new();
        for (class, names) in &tables.formats.classes {
            for name in names {
                *by_name.entry(name.clone()).or_default() |= bits.get(class).copied().unwrap_or_default();
            }
        }
        let text = bits.get("text").copied().unwrap_or_default();
        let by_format = formats.iter().map(|name| by_name.get(*name).copied().unwrap_or(text)).collect();
        for name in declared {
            *by_name.entry((*name).to_owned()).or_default() |= bits.get("declared").copied().unwrap_or_default();
        }
        let mut places = |list: &[String]| -> Vec<Keyed> {
            list.iter().map(|n| (keys.loose_bit(n, names), Place::new(n, names))).collect()
        };
        let windows = &tables.formats.windows;
        let syslog = &tables.formats.syslog;
        let channels = tables.logsources.iter().flat_map(|e| &e.routes).flat_map(|r| &r.when.channel);
        Gatherer {
            by_format,
            by_payload: by_name,
            text,
            windows: bits.get("windows_event").copied().unwrap_or_default(),
            sysmon_linux: bits.get("sysmon_linux").copied().unwrap_or_default(),
            channel: places(&windows.channel),
            event_id: places(&windows.event_id),
            provider: places(&windows.provider),
            channel_of: windows.channel_of.clone().into_iter().collect(),
            known_channels: channels.map(|c| c.to_ascii_lowercase()).collect(),
            program: places(&syslog.program),
            priority: places(&syslog.priority),
            facility: places(&syslog.facility),
            facilities: tables.values.facilities.clone(),
            keys,
        }
    }

    /// Which of the names conditions test for an event has.
    pub(super) fn present(&self, event: &Event<'_>) -> Bits {
        self.keys.present(event)
    }

    /// What is known of `event`, which has these of the names.
    pub(super) fn gather<'e, 'r>(&'e self, event: &'e Event<'r>, present: Bits) -> Facts<'e, 'r> {
        let format = self.by_format.get(usize::from(event.format.0)).copied().unwrap_or(self.text);
        let payload = event.payload.and_then(|s| self.by_payload.get(s.payload)).copied().unwrap_or_default();
        let mut facts = Facts {
            event,
            classes: format | payload,
            present,
            channel: None,
            event_id: None,
            provider: None,
            program: None,
            facility: None,
            may_be_shaped: event
                .raw
                .at_hand()
                .is_none_or(|raw| raw.len() > SHORT || memchr::memchr(b'%', raw.as_bytes()).is_some()),
            products: Bits::default(),
        };
        facts.program = first(&self.program, &facts);
        facts.facility = self.facility(&facts);
        self.gather_windows(&mut facts);
        facts
    }

    /// What is known of all records of an outline whose fields are among `named`; `None` where the header does not say it
    /// all.
    pub(super) fn reach<'e>(
        &'e self,
        (outline, format): (&Outline<'e>, FormatId),
        named: &[(FieldId, &str)],
    ) -> Option<Reach<'e>> {
        let class = |name: &str| self.by_payload.get(name).copied().unwrap_or_default();
        let sure_classes = self.by_format.get(usize::from(format.0)).copied().unwrap_or(self.text);
        let mut present = Bits::default();
        for (field, name) in named {
            self.keys.add(*field, name, &mut present);
        }
        // The first places are the header's own; without a number a record is none of Windows.
        let others = (self.program.iter().skip(1)).chain(self.priority.iter().skip(1)).chain(&self.facility);
        let mut others = others.chain(&self.event_id);
        if others.any(|place| present.has(place.0)) {
            return None;
        }
        let program = outline.program.map(cut::leaf);
        let facility = match outline.priority {
            Some(priority) => self.facilities.get(priority.parse::<usize>().ok()? / 8).map(String::as_str),
            None => None,
        };
        Some(Reach {
            sure_classes,
            classes: outline.payloads.iter().map(|name| class(name)).fold(sure_classes, |all, bits| all | bits),
            present,
            payloads: outline.payloads,
            program,
            facility,
            target: outline.request.map(Target::of),
        })
    }

    fn gather_windows<'e>(&'e self, facts: &mut Facts<'e, '_>) {
        let event_id = first_of_system(&self.event_id, facts).and_then(|text| text.trim().parse::<u32>().ok());
        if event_id.is_none() {
            return;
        }
        let provider = first_of_system(&self.provider, facts);
        let channel = match first_of_system(&self.channel, facts) {
            Some(channel) if provider.is_some() || self.is_channel(&channel) => Some(channel),
            Some(_) => None,
            None => self
                .channel_of
                .iter()
                .find(|(name, _)| provider.as_ref().is_some_and(|p| p.eq_ignore_ascii_case(name)))
                .map(|(_, channel)| Cow::Borrowed(channel.as_str())),
        };
        if let Some(channel) = channel {
            let is_linux = channel.starts_with("Linux-");
            facts.channel = Some(channel);
            facts.event_id = event_id;
            facts.provider = provider;
            facts.classes |= if is_linux { self.sysmon_linux } else { self.windows };
        }
    }

    fn is_channel(&self, channel: &str) -> bool {
        channel.starts_with("Microsoft-") || self.known_channels.contains(&channel.to_ascii_lowercase())
    }

    fn facility<'e, 'r: 'e>(&'e self, facts: &Facts<'e, 'r>) -> Option<Cow<'e, str>> {
        let code = if let Some(priority) = first(&self.priority, facts) {
            priority.parse::<usize>().ok()? / 8
        } else {
            let text = first(&self.facility, facts)?;
            match text.parse::<usize>() {
                Ok(code) => code,
                Err(_) => return Some(text),
            }
        };
        self.facilities.get(code).map(|name| Cow::Borrowed(name.as_str()))
    }
}

/// The first text there is in some places.
fn first<'r>(places: &[Keyed], facts: &Facts<'_, 'r>) -> Option<Cow<'r, str>> {
    let has = |bit: u16| facts.present.has(bit);
    places
        .iter()
        .filter(|(bit, _)| has(*bit))
        .find_map(|(_, place)| place.text(facts.event).filter(|text| !text.is_empty()))
}

/// The same, in what Windows says of an event.
fn first_of_system<'r>(places: &[Keyed], facts: &Facts<'_, 'r>) -> Option<Cow<'r, str>> {
    let present = places.iter().filter(|(bit, _)| facts.present.has(*bit));
    let mut texts = present.filter_map(|(_, place)| place.system_text(facts.event));
    texts.find(|text| !text.is_empty())
}
