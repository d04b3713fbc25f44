//! Log sources and their routes as rows: which bits a row sets, and which fields it defines for rules of its category.

use super::condition;
use super::table::{RawLogSource, RawRoute};
use crate::model::{LogSource, LogSourceId, TagSet};
use std::collections::HashMap;

/// Which word of a log source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Part {
    Product,
    Category,
    Service,
}

/// Set for events whose action is a login or an authentication (`category: authentication`).
pub(super) const AUTHENTICATION: u16 = 510;
/// Never set: what no event can be.
const NEVER: u16 = 511;

/// Every word of the table and its bit.
#[derive(Clone, Debug, Default)]
pub(super) struct Bits {
    words: HashMap<(Part, String), u16>,
    count: u16,
    /// The bits some route sets that an event can hold.
    reached: TagSet,
}

impl Bits {
    /// Gives bits to all words of the table.
    pub(super) fn new(logsources: &[RawLogSource]) -> Bits {
        let mut bits = Bits::default();
        for entry in logsources {
            for (part, word) in words(entry) {
                bits.add(part, word);
            }
            if entry.routes.iter().any(|route| !route.disabled && condition::is_decidable(&route.when)) {
                let reached: Vec<u16> = words(entry).filter_map(|(part, word)| bits.get(part, word)).collect();
                for bit in reached {
                    bits.reached.set(bit);
                }
            }
            // Another spelling of the category, else of the service.
            let part = if entry.category.is_some() { Part::Category } else { Part::Service };
            let word = if part == Part::Category { entry.category.as_deref() } else { entry.service.as_deref() };
            if let Some(bit) = word.and_then(|w| bits.get(part, w)) {
                for alias in &entry.aliases {
                    bits.words.insert((part, alias.to_ascii_lowercase()), bit);
                }
            }
        }
        bits.reached.set(AUTHENTICATION);
        bits
    }

    /// Gives bits to the words of a log source that somebody says records have.
    pub(super) fn grant(&mut self, source: &LogSource) {
        let parts =
            [(Part::Product, &source.product), (Part::Category, &source.category), (Part::Service, &source.service)];
        for (part, word) in parts.into_iter().filter_map(|(part, word)| Some((part, word.as_deref()?))) {
            let means_itself = ["any", "authentication"].iter().any(|own| word.eq_ignore_ascii_case(own));
            if part != Part::Category || !means_itself {
                self.add(part, word);
            }
        }
        if let Some(tags) = self.needs(source) {
            self.reached.bits.iter_mut().zip(tags.bits).for_each(|(all, own)| *all |= own);
        }
    }

    fn add(&mut self, part: Part, word: &str) {
        let next = self.count;
        let key = (part, word.to_ascii_lowercase());
        if *self.words.entry(key).or_insert(next) == next {
            self.count += 1;
        }
    }

    /// How many words there are; a test holds it below the reserved bits.
    pub(super) fn count(&self) -> u16 {
        self.count
    }

    /// The bit of a word.
    pub(super) fn get(&self, part: Part, word: &str) -> Option<u16> {
        self.words.get(&(part, word.to_ascii_lowercase())).copied()
    }

    /// The bits of all products.
    pub(super) fn products(&self) -> HashMap<String, u16> {
        let products = self.words.iter().filter(|((part, _), _)| *part == Part::Product);
        products.map(|((_, word), bit)| (word.clone(), *bit)).collect()
    }

    /// Whether there is an event that has all words a log source states, as far as one route after the other says.
    pub(super) fn is_reached(&self, source: &LogSource) -> bool {
        self.needs(source).is_some_and(|needs| self.reached.covers(&needs))
    }

    /// Whether all words a log source states have bits that are set for some event.
    pub(super) fn knows(&self, source: &LogSource) -> bool {
        self.needs(source).is_some_and(|tags| !tags.covers(&never()))
    }

    /// The bits an event must have for a rule of this log source; `None` when the log source states nothing.
    pub(super) fn needs(&self, source: &LogSource) -> Option<TagSet> {
        let stated = [
            (Part::Product, source.product.as_deref()),
            (Part::Category, source.category.as_deref()),
            (Part::Service, source.service.as_deref()),
        ];
        if stated.iter().all(|(_, word)| word.is_none()) {
            return None;
        }
        let mut tags = TagSet::default();
        for (part, word) in stated.into_iter().filter_map(|(part, word)| Some((part, word?))) {
            match (part, word.to_ascii_lowercase().as_str()) {
                (Part::Category, "any") => {}
                (Part::Category, "authentication") => tags.set(AUTHENTICATION),
                (part, word) => tags.set(self.get(part, word).unwrap_or(NEVER)),
            }
        }
        Some(tags)
    }
}

/// What no event is.
fn never() -> TagSet {
    let mut tags = TagSet::default();
    tags.set(NEVER);
    tags
}

/// The words an entry states.
pub(super) fn words(entry: &RawLogSource) -> impl Iterator<Item = (Part, &str)> {
    let parts = [(Part::Product, &entry.product), (Part::Category, &entry.category), (Part::Service, &entry.service)];
    parts.into_iter().filter_map(|(part, word)| Some((part, word.as_deref()?)))
}

/// The routes of the table in order; a row's number is its [`LogSourceId`].
pub(super) fn rows(logsources: &[RawLogSource]) -> impl Iterator<Item = (LogSourceId, &RawLogSource, &RawRoute)> {
    let all = logsources.iter().flat_map(|entry| entry.routes.iter().map(move |route| (entry, route)));
    (0u16..).zip(all).map(|(n, (entry, route))| (LogSourceId(n), entry, route))
}

/// What a route's field does to rules that ask for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    /// Rules of the route's category see this and nothing else.
    Replaces,
    /// The value is one more beside the originals.
    Adds,
}

/// What a field of this entry's routes does for rules of `category`; `None`: nothing.
pub(super) fn effect(entry: &RawLogSource, category: Option<&str>) -> Option<Effect> {
    match (&entry.category, category) {
        (None, _) => Some(Effect::Adds),
        (Some(own), Some(asked)) => {
            let is_own = own.eq_ignore_ascii_case(asked) || entry.aliases.iter().any(|a| a.eq_ignore_ascii_case(asked));
            is_own.then_some(Effect::Replaces)
        }
        (Some(_), None) => None,
    }
}
