//! An alert as it is kept while blocks are added: as small as can be, since there may be a hundred thousand.

use super::fold::{Missing, widen};
use super::fold_need::of_key;
use super::fold_room::{Spot, Texts};
use crate::model::{Pair, Place, Quality, RuleId, Sample, SampleText, Stamp, Time};
use std::sync::Arc;

/// An alert that is kept. There may be a hundred thousand, so what is short is kept short.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) rule: RuleId,
    /// Number of the block of the first event.
    pub(super) block: u32,
    /// What it is recognised by; see [`key_into`](super::fold_need::key_into).
    pub(super) key: Arc<[u8]>,
    /// The value as people see it, where that differs from the one it is recognised by.
    pub(super) shown: Option<Box<str>>,
    /// Of the first event in reading order.
    pub(super) place: Place,
    pub(super) count: u64,
    /// Earliest and latest time.
    pub(super) times: (Brief, Brief),
    pub(super) first: Option<(Brief, Spot)>,
    /// The first events behind the very first, mostly none.
    #[expect(clippy::box_collection, reason = "one word where there are none")]
    pub(super) more: Option<Box<Vec<Event>>>,
    pub(super) last: Option<Last>,
    /// Once it has its first events: how long the text of the last one may be.
    pub(super) closed: Option<u32>,
}

/// What adds up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Total {
    /// Of the first event in reading order.
    pub(super) place: Place,
    pub(super) count: u64,
    pub(super) first: Stamp,
    pub(super) last: Stamp,
}

/// A stamp in two thirds of its room.
#[derive(Clone, Copy, Debug)]
pub(super) struct Brief {
    nanos: i64,
    has_time: bool,
    decimals: u8,
    quality: Quality,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Event {
    pub(super) place: Place,
    pub(super) time: Brief,
    pub(super) text: Spot,
}

#[derive(Debug)]
pub(super) struct Last {
    pub(super) place: Place,
    pub(super) time: Brief,
    pub(super) text: Box<[u8]>,
}

/// Alerts in chunks: a list that grows to twice its length leaves a hole of its old one each time.
#[derive(Debug, Default)]
pub(super) struct Kept {
    chunks: Vec<Vec<Held>>,
    len: usize,
}

impl Kept {
    const CHUNK: usize = 256;

    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn push(&mut self, held: Held) {
        if self.len.is_multiple_of(Kept::CHUNK) {
            self.chunks.push(Vec::with_capacity(Kept::CHUNK));
        }
        if let Some(chunk) = self.chunks.last_mut() {
            chunk.push(held);
            self.len += 1;
        }
    }

    pub(super) fn get_mut(&mut self, at: usize) -> Option<&mut Held> {
        self.chunks.get_mut(at / Kept::CHUNK)?.get_mut(at % Kept::CHUNK)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Held> {
        self.chunks.iter().flatten()
    }

    pub(super) fn into_all(self) -> Vec<Held> {
        let mut all = Vec::with_capacity(self.len);
        self.chunks.into_iter().for_each(|chunk| all.extend(chunk));
        all
    }
}

impl Held {
    /// What it is recognised by, and what people see of that.
    pub(super) fn entity(&self) -> (Pair, Pair) {
        let (field, value) = of_key(&self.key);
        let pair = |value: &str| Pair { field: field.to_owned(), value: value.to_owned() };
        (pair(value), pair(self.shown.as_deref().unwrap_or(value)))
    }

    pub(super) fn total(&self) -> Total {
        let (first, last) = self.times;
        Total { place: self.place, count: self.count, first: first.into(), last: last.into() }
    }

    /// How many first events it has.
    pub(super) fn firsts(&self) -> usize {
        usize::from(self.first.is_some()) + self.more.as_ref().map_or(0, |more| more.len())
    }

    /// What it lacks of the `samples` people asked for.
    pub(super) fn missing(&self, samples: usize) -> Missing {
        let is_first_bare = self.first.is_some_and(|(_, text)| text.len() == 0);
        let is_last_bare = self.last.is_some() && self.closed == Some(0);
        let wanted = usize::try_from(self.count).unwrap_or(usize::MAX).min(samples);
        if is_first_bare || is_last_bare {
            Missing::Texts
        } else if self.firsts() + usize::from(self.last.is_some()) < wanted {
            Missing::Between
        } else {
            Missing::Nothing
        }
    }

    /// Its events, with their texts.
    pub(super) fn into_samples(self, texts: &Texts) -> Vec<Sample> {
        let mut samples = Vec::with_capacity(self.firsts() + usize::from(self.last.is_some()));
        let Held { rule, place, first, more, last, .. } = self;
        let first = first.map(|(time, text)| Event { place, time, text });
        let events = first.into_iter().chain(more.into_iter().flat_map(|more| *more));
        let sample =
            |event: Event| Sample { place: event.place, time: event.time.into(), rule, text: texts.at(event.text) };
        samples.extend(events.map(sample));
        let last = last.map(|last| (last.place, last.time.into(), SampleText::own(last.text)));
        samples.extend(last.map(|(place, time, text)| Sample { place, time, rule, text }));
        samples
    }
}

impl From<Stamp> for Brief {
    fn from(stamp: Stamp) -> Brief {
        let Stamp { time, decimals, quality } = stamp;
        Brief { nanos: time.map_or(0, |time| time.0), has_time: time.is_some(), decimals, quality }
    }
}

impl From<Brief> for Stamp {
    fn from(brief: Brief) -> Stamp {
        let Brief { nanos, has_time, decimals, quality } = brief;
        Stamp { time: has_time.then_some(Time(nanos)), decimals, quality }
    }
}

impl Total {
    /// Adds counts and widens times; the place stays.
    pub(super) fn add(&mut self, other: &Total) {
        self.count = self.count.saturating_add(other.count);
        widen((&mut self.first, &mut self.last), other.first, other.last);
    }
}
