//! What merged alerts still want to know of further events: told to the workers, so that they neither write down nor
//! redact what would be thrown away.
//!
//! Sound at any time and on any thread, because all of it is final: room that is gone does not come back, and an alert
//! that has its first events keeps them. A worker that has not heard of it yet only does more work.

use super::headcount::Register;
use crate::model::{Level, Pair, QuickMap, RuleId, SourceId};
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

/// What an alert wants of its events in a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Need {
    /// The first ones and the last.
    All,
    /// The first one and the last.
    Ends,
    /// The last one.
    Last,
    /// Of the first and the last, where and when they were.
    Places,
    /// There is no such alert, and there will be none: its matches are counted with those of its rule.
    Nothing,
}

/// What is known of all alerts.
#[derive(Debug, Default)]
pub(crate) struct Needs {
    /// The logical source of each input, as a number and as text.
    sources: Vec<(u32, Arc<str>)>,
    levels: Vec<Level>,
    /// Rules some of whose matches may be put aside, into alerts of their own: nothing is known of what those need.
    judged: Vec<bool>,
    /// By level: 1 when only first and last events are kept, 2 when not even those.
    full: [AtomicU8; 5],
    /// By level: no further alert is kept.
    over: [AtomicBool; 5],
    /// Every alert that is kept.
    alerts: RwLock<QuickMap<Arc<[u8]>, Standing>>,
    /// Where alerts are only counted: those that were.
    register: Option<Register>,
}

/// How it stands with an alert.
#[derive(Clone, Copy, Debug)]
struct Standing {
    /// Where it is kept.
    at: u32,
    closed: Closed,
}

/// Whether an alert has its first events.
#[derive(Clone, Copy, Debug)]
enum Closed {
    No,
    /// It has, and keeps the text of its last one.
    WithLast,
    /// It has, and keeps no more text.
    Full,
}

impl Needs {
    /// `sources` are the logical sources of all inputs, `levels` the severity of each rule; `is_judged` tells the rules that
    /// ignore entries are about.
    pub(crate) fn new(sources: Vec<Arc<str>>, levels: Vec<Level>, is_judged: &dyn Fn(RuleId) -> bool) -> Needs {
        let mut known: HashMap<Arc<str>, u32> = HashMap::new();
        let mut number = |text: Arc<str>| {
            let next = known.len() as u32;
            (*known.entry(Arc::clone(&text)).or_insert(next), text)
        };
        let sources = sources.into_iter().map(&mut number).collect();
        let judged = (0..levels.len()).map(|n| is_judged(RuleId(n as u32))).collect();
        Needs { sources, levels, judged, ..Needs::default() }
    }

    /// Alerts are only counted.
    pub(crate) fn counting(self) -> Needs {
        Needs { register: Some(Register::new(self.levels.len())), ..self }
    }

    /// The alerts that were counted, where that is all that is done with them.
    pub(super) fn register(&self) -> Option<&Register> {
        self.register.as_ref()
    }

    /// Whether a further match of a rule changes nothing of what is counted.
    pub(super) fn is_counted_out(&self, rule: RuleId) -> bool {
        let level = self.level(rule) as usize;
        self.over.get(level).is_some_and(|over| over.load(Ordering::Acquire))
            && self.register.as_ref().is_some_and(|register| register.is_beyond(rule))
    }

    /// The number of an input's logical source,
    pub(super) fn source(&self, source: SourceId) -> u32 {
        self.sources.get(source.0 as usize).map_or(0, |(number, _)| *number)
    }

    /// and its text.
    pub(super) fn logical_source(&self, source: SourceId) -> Arc<str> {
        self.sources.get(source.0 as usize).map_or_else(Arc::default, |(_, text)| Arc::clone(text))
    }

    /// The severity of a rule.
    pub(super) fn level(&self, rule: RuleId) -> Level {
        self.levels.get(rule.0 as usize).copied().unwrap_or(Level::Medium)
    }

    /// Whether matches of a rule may be put aside.
    pub(super) fn is_judged(&self, rule: RuleId) -> bool {
        self.judged.get(rule.0 as usize).copied().unwrap_or(false)
    }

    /// What the alert of `key` wants.
    pub(super) fn of(&self, rule: RuleId, key: &[u8]) -> Need {
        if self.is_judged(rule) {
            return Need::All;
        }
        // First this, then the list: what was closed before the room was gone is in it.
        let level = self.level(rule) as usize;
        let full = self.full.get(level).map_or(0, |full| full.load(Ordering::Acquire));
        let is_over = self.over.get(level).is_some_and(|over| over.load(Ordering::Acquire));
        let standing = self.alerts.read().unwrap_or_else(PoisonError::into_inner).get(key).copied();
        if is_over && standing.is_none() {
            return Need::Nothing;
        }
        match standing.map_or(Closed::No, |standing| standing.closed) {
            Closed::WithLast => Need::Last,
            Closed::Full => Need::Places,
            Closed::No => match full {
                0 => Need::All,
                1 => Need::Ends,
                _ => Need::Places,
            },
        }
    }

    /// Where an alert is kept.
    pub(super) fn at(&self, key: &[u8]) -> Option<usize> {
        self.alerts.read().unwrap_or_else(PoisonError::into_inner).get(key).map(|standing| standing.at as usize)
    }

    /// An alert is kept from now on.
    pub(super) fn keep(&self, key: Arc<[u8]>, at: u32) {
        let standing = Standing { at, closed: Closed::No };
        self.alerts.write().unwrap_or_else(PoisonError::into_inner).insert(key, standing);
    }

    /// An alert has its first events, and so much room for its last.
    pub(super) fn close(&self, key: &[u8], room: u32) {
        if let Some(standing) = self.alerts.write().unwrap_or_else(PoisonError::into_inner).get_mut(key) {
            standing.closed = if room > 0 { Closed::WithLast } else { Closed::Full };
        }
    }

    /// An alert is not kept any more.
    pub(super) fn forget(&self, key: &[u8]) {
        self.alerts.write().unwrap_or_else(PoisonError::into_inner).remove(key);
    }

    /// How full the room for alerts of a level is.
    pub(super) fn fill(&self, level: Level, full: u8) {
        if let Some(known) = self.full.get(level as usize) {
            known.store(full, Ordering::Release);
        }
    }

    /// No alert of this level or a milder one is kept that is not kept already.
    pub(super) fn end(&self, worst: Level) {
        for (over, _) in self.over.iter().zip(Level::ALL).filter(|(_, level)| *level <= worst) {
            over.store(true, Ordering::Release);
        }
    }
}

/// What an alert is recognised by, in one piece: rule, logical source, and a field, whose value is to follow.
pub(super) fn key_into(key: &mut Vec<u8>, rule: RuleId, source: u32, field: &str) {
    key.clear();
    key.extend_from_slice(&rule.0.to_le_bytes());
    key.extend_from_slice(&source.to_le_bytes());
    key.extend_from_slice(&(field.len() as u32).to_le_bytes());
    key.extend_from_slice(field.as_bytes());
}

/// The field and the value of a key.
pub(super) fn of_key(key: &[u8]) -> (&str, &str) {
    let parts = key.get(8..).and_then(|rest| {
        let (len, rest) = rest.split_first_chunk::<4>()?;
        rest.split_at_checked(u32::from_le_bytes(*len) as usize)
    });
    let (field, value) = parts.unwrap_or_default();
    (std::str::from_utf8(field).unwrap_or_default(), std::str::from_utf8(value).unwrap_or_default())
}

/// The same as people see it.
pub(crate) fn pair_of(key: &[u8]) -> Pair {
    let (field, value) = of_key(key);
    Pair { field: field.to_owned(), value: value.to_owned() }
}
