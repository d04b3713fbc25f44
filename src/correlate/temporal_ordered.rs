//! `temporal_ordered`: one event for each rule, in list order, at strictly increasing positions.
//!
//! For each step the window remembers the latest position at which a sequence that has come this far can have
//! begun. A sequence ends at or before the present event, so it lies inside the window exactly when it began inside
//! it: falling out of the timespan is one comparison, and nothing is ever searched again. With an extended
//! condition the steps are the rules it asks for, and what it excludes must not be in the window. Bounds, if any,
//! are held against the number of rules seen, as for `temporal`.

use super::Kind;
use super::explain::Reading;
use super::spec::Spec;
use super::temporal::Temporal;
use super::window::{Item, Window};
use crate::sigma::{CorrelationKind, Expr};
use std::sync::Arc;

pub(super) static KIND: Kind = Kind {
    name: "temporal_ordered",
    of: CorrelationKind::TemporalOrdered,
    window: |spec| Box::new(TemporalOrdered::new(spec)),
};

struct TemporalOrdered {
    seen: Temporal,
    /// The rule of each step.
    steps: Vec<usize>,
    /// The latest beginning of a sequence up to each step.
    begun: Vec<Option<u64>>,
    /// The same before the present event, which can be one step only.
    before: Vec<Option<u64>>,
    /// The first position still in the window.
    front: u64,
}

impl TemporalOrdered {
    fn new(spec: &Arc<Spec>) -> TemporalOrdered {
        let asked = |listed: &usize| spec.extended.as_ref().is_none_or(|expr| asks_for(expr, *listed));
        let steps: Vec<usize> =
            (0..spec.rules.len()).filter(asked).filter_map(|listed| spec.rules.get(listed).copied()).collect();
        let nothing = vec![None; steps.len()];
        TemporalOrdered { seen: Temporal::new(spec), steps, begun: nothing.clone(), before: nothing, front: 0 }
    }
}

/// Whether the expression asks for a rule outside every `not`.
fn asks_for(expr: &Expr, listed: usize) -> bool {
    match expr {
        Expr::And(parts) | Expr::Or(parts) => parts.iter().any(|part| asks_for(part, listed)),
        Expr::Selection(rule) => *rule == listed,
        Expr::Not(_) | Expr::Never => false,
    }
}

impl Window for TemporalOrdered {
    fn push(&mut self, item: &Item) {
        self.seen.push(item);
        if item.leads {
            self.before.clone_from(&self.begun);
        }
        for (step, _) in self.steps.iter().enumerate().filter(|(_, rule)| **rule == item.rule) {
            let begin = match step.checked_sub(1) {
                None => Some(item.position),
                Some(previous) => self.before.get(previous).copied().flatten(),
            };
            if let Some(begun) = self.begun.get_mut(step) {
                *begun = begin.max(*begun);
            }
        }
    }

    fn forget(&mut self, item: &Item) {
        self.seen.forget(item);
        self.front = item.position + 1;
    }

    fn holds(&self) -> bool {
        let complete = self.begun.last().is_none_or(|begun| begun.is_some_and(|at| at >= self.front));
        complete && self.seen.holds()
    }

    fn reading(&self) -> Reading {
        let met = |begun: &&Option<u64>| begun.is_some_and(|at| at >= self.front);
        let reached = self.begun.iter().take_while(met).count();
        match self.seen.reading() {
            Reading::Seen(seen) => Reading::Steps(seen, reached, self.steps.len()),
            other => other,
        }
    }

    fn bytes(&self) -> usize {
        self.seen.bytes() + self.steps.len() * 40
    }
}
