//! What windows amounted to when they came nearest to their condition, for `explain`.
//!
//! The correlator is the one that scans: it shows each window here after every event that reached it, so there is no
//! second opinion about what was in it. Of each correlation the windows that came nearest are kept, one a group.

use super::fixed::Fixed;
use super::spec::Spec;
use super::wiring::Wired;
use crate::model::{Hit, Pair, RuleId, limits};
use crate::sigma::{CorrelationKind, Expr};

/// What a window amounts to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reading {
    /// A count or a metric.
    Number(Fixed),
    /// A metric of no values.
    Nothing,
    /// Which of the listed rules were seen.
    Seen(Vec<bool>),
    /// Which were seen, and how many steps of the sequence were met in order, of how many.
    Steps(Vec<bool>, usize, usize),
}

/// A window when it came nearest.
#[derive(Clone, Debug)]
pub(crate) struct NearWindow {
    /// Whether the condition held.
    pub(crate) held: bool,
    /// The group.
    pub(crate) key: Vec<Pair>,
    /// The event that closed the window, by block, record and line within the block.
    pub(crate) at: Contribution,
    /// What it amounts to, in words: `3`, `a and b seen`.
    pub(crate) reading: String,
    /// The listed rules that were not seen, by place in the list; for the types that look for rules.
    pub(crate) missing: Vec<usize>,
    /// What was in it, the latest events.
    pub(crate) contributions: Vec<Contribution>,
    /// How many there were besides, before these.
    pub(crate) more: usize,
    distance: i128,
}

/// One event in a window.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Contribution {
    /// The event. Its key means nothing any more.
    pub(crate) hit: Hit,
    /// The rule it came by, by place in the correlation's list.
    pub(crate) rule: usize,
}

/// What was seen of one correlation.
#[derive(Clone, Debug)]
pub(crate) struct Watched {
    /// The correlation.
    pub(crate) correlation: RuleId,
    /// How many events came by each listed rule.
    pub(crate) came: Vec<u64>,
    /// How often the condition held.
    pub(crate) held: u64,
    /// One window a group, the nearest first; of equals the first first.
    pub(crate) nearest: Vec<NearWindow>,
}

/// Keeps the windows that come nearest.
pub(super) struct Watch {
    /// Only windows this event reached, if it is set.
    pub(super) only: Option<(u32, u32)>,
    /// By evaluation order of the correlations.
    pub(super) seen: Vec<Watched>,
}

/// A window as the correlator shows it.
pub(super) struct Shown<'w> {
    pub(super) wired: &'w Wired,
    pub(super) held: bool,
    pub(super) reading: Reading,
    pub(super) latest: &'w [Contribution],
    pub(super) before: usize,
    /// How many of the contributions are of the event at hand.
    pub(super) fresh: usize,
}

impl Watch {
    pub(super) fn new(correlations: &[Wired], only: Option<(u32, u32)>) -> Watch {
        let watched = |wired: &Wired| Watched {
            correlation: wired.id,
            came: vec![0; wired.spec.rules.len()],
            held: 0,
            nearest: Vec::new(),
        };
        Watch { only, seen: correlations.iter().map(watched).collect() }
    }

    /// Looks at a window right after an event reached it. `key` is asked for only when the window is kept.
    pub(super) fn see(&mut self, at: usize, shown: &Shown<'_>, key: impl FnOnce() -> Vec<Pair>) {
        let Some(watched) = self.seen.get_mut(at) else { return };
        let start = shown.latest.len().saturating_sub(shown.fresh);
        for fresh in shown.latest.iter().skip(start) {
            if let Some(came) = watched.came.get_mut(fresh.rule) {
                *came += 1;
            }
        }
        watched.held += u64::from(shown.held);
        let Some(last) = shown.latest.last() else { return };
        if self.only.is_some_and(|only| only != (last.hit.block, last.hit.index)) {
            return;
        }
        let spec = &shown.wired.spec;
        let distance = if shown.held { 0 } else { spec.distance(&shown.reading).max(1) };
        let full = watched.nearest.len() >= limits::EXPLAINED_WINDOWS;
        if full && watched.nearest.last().is_some_and(|worst| worst.distance <= distance) {
            return;
        }
        let key = key();
        if let Some(known) = watched.nearest.iter().position(|window| window.key == key) {
            if watched.nearest.get(known).is_some_and(|window| window.distance <= distance) {
                return;
            }
            watched.nearest.remove(known);
        }
        let place = watched.nearest.partition_point(|window| window.distance <= distance);
        let kept = shown.latest.len().min(limits::SAMPLES);
        watched.nearest.insert(
            place,
            NearWindow {
                held: shown.held,
                key,
                at: *last,
                reading: spec.in_words(&shown.reading),
                missing: spec.missing(&shown.reading),
                contributions: shown.latest.iter().skip(shown.latest.len() - kept).copied().collect(),
                more: shown.before + shown.latest.len() - kept,
                distance,
            },
        );
        watched.nearest.truncate(limits::EXPLAINED_WINDOWS);
    }
}

impl Spec {
    /// How far a reading is from meeting the condition: in rules for the types that look for rules, else in numbers.
    fn distance(&self, reading: &Reading) -> i128 {
        match reading {
            Reading::Nothing => i128::MAX,
            Reading::Number(value) => {
                let unmet = self.bounds.iter().filter(|(how, bound)| !how.holds(value.cmp(bound)));
                unmet.map(|(_, bound)| value.0.saturating_sub(bound.0).saturating_abs()).max().unwrap_or(0)
            }
            Reading::Seen(seen) => self.lacking(seen),
            Reading::Steps(seen, reached, steps) => {
                let order = i128::try_from(steps.saturating_sub(*reached)).unwrap_or(i128::MAX);
                order.saturating_mul(64).saturating_add(self.lacking(seen))
            }
        }
    }

    /// How many rules are wanted and were not seen, or seen and not wanted.
    fn lacking(&self, seen: &[bool]) -> i128 {
        match &self.extended {
            Some(expr) => i128::try_from(lacking(expr, seen, true)).unwrap_or(i128::MAX),
            None => self.distance(&Reading::Number(Fixed::count(self.different(seen, true)))),
        }
    }

    /// How many different rules of the list were seen, or were not.
    fn different(&self, seen: &[bool], as_seen: bool) -> usize {
        let first = |(at, first): &(usize, &usize)| at == *first;
        let places = self.rules.iter().enumerate().filter(first);
        places.filter(|(at, _)| seen.get(*at).copied().unwrap_or(false) == as_seen).count()
    }

    /// The reading for people.
    fn in_words(&self, reading: &Reading) -> String {
        match reading {
            Reading::Nothing => "no value".to_owned(),
            Reading::Number(value) => value.to_string(),
            Reading::Seen(seen) => {
                format!("{} of {} rules", self.different(seen, true), self.different(&[], false))
            }
            Reading::Steps(_, reached, steps) => format!("{reached} of {steps} steps in order"),
        }
    }

    /// Places in the list of the rules that were not seen.
    fn missing(&self, reading: &Reading) -> Vec<usize> {
        let (Reading::Seen(seen) | Reading::Steps(seen, ..)) = reading else { return Vec::new() };
        let unseen = |at: &usize| !seen.get(*at).copied().unwrap_or(false);
        self.rules.iter().enumerate().filter(|(at, first)| at == *first).map(|(at, _)| at).filter(unseen).collect()
    }

    /// What the condition asks for, in words; `rules` are the names of the list.
    pub(super) fn wanted(&self, rules: &[String]) -> String {
        if let Some(expr) = &self.extended {
            return extended(expr, rules, true);
        }
        let words: Vec<String> = self.bounds.iter().map(|(how, bound)| format!("{} {bound}", how.sign())).collect();
        let what = match self.kind {
            CorrelationKind::Temporal | CorrelationKind::TemporalOrdered => " rules",
            _ => "",
        };
        format!("{}{what}", words.join(" and "))
    }
}

fn lacking(expr: &Expr, seen: &[bool], wanted: bool) -> usize {
    match expr {
        // Under `not`, both change their roles.
        Expr::And(parts) if wanted => parts.iter().map(|part| lacking(part, seen, wanted)).sum(),
        Expr::Or(parts) if !wanted => parts.iter().map(|part| lacking(part, seen, wanted)).sum(),
        Expr::And(parts) | Expr::Or(parts) => {
            parts.iter().map(|part| lacking(part, seen, wanted)).min().unwrap_or(usize::from(wanted))
        }
        Expr::Not(part) => lacking(part, seen, !wanted),
        Expr::Selection(at) => usize::from(seen.get(*at).copied().unwrap_or(false) != wanted),
        Expr::Never => usize::from(wanted),
    }
}

fn extended(expr: &Expr, rules: &[String], outermost: bool) -> String {
    let joined = |parts: &[Expr], by: &str| {
        let words: Vec<String> = parts.iter().map(|part| extended(part, rules, false)).collect();
        if outermost || parts.len() == 1 { words.join(by) } else { format!("({})", words.join(by)) }
    };
    match expr {
        Expr::And(parts) => joined(parts, " and "),
        Expr::Or(parts) => joined(parts, " or "),
        Expr::Not(part) => format!("not {}", extended(part, rules, false)),
        Expr::Selection(at) => rules.get(*at).cloned().unwrap_or_default(),
        Expr::Never => "nothing".to_owned(),
    }
}
