//! `temporal`: different rules seen, in any order; or an expression over which of them were seen.

use super::Kind;
use super::explain::Reading;
use super::spec::Spec;
use super::window::{Item, Window};
use crate::sigma::{CorrelationKind, Expr};
use std::sync::Arc;

pub(super) static KIND: Kind =
    Kind { name: "temporal", of: CorrelationKind::Temporal, window: |spec| Box::new(Temporal::new(spec)) };

/// How often each rule is in the window.
pub(super) struct Temporal {
    spec: Arc<Spec>,
    seen: Vec<u32>,
    different: usize,
}

impl Temporal {
    pub(super) fn new(spec: &Arc<Spec>) -> Temporal {
        Temporal { spec: Arc::clone(spec), seen: vec![0; spec.rules.len()], different: 0 }
    }

    fn is_seen(&self, listed: usize) -> bool {
        let first = self.spec.rules.get(listed);
        first.and_then(|rule| self.seen.get(*rule)).is_some_and(|times| *times > 0)
    }

    /// As deep as the rule's text was allowed to nest.
    fn agrees(&self, expr: &Expr) -> bool {
        match expr {
            Expr::And(all) => all.iter().all(|expr| self.agrees(expr)),
            Expr::Or(any) => any.iter().any(|expr| self.agrees(expr)),
            Expr::Not(expr) => !self.agrees(expr),
            Expr::Selection(rule) => self.is_seen(*rule),
            Expr::Never => false,
        }
    }
}

impl Window for Temporal {
    fn push(&mut self, item: &Item) {
        if let Some(times) = self.seen.get_mut(item.rule) {
            *times += 1;
            self.different += usize::from(*times == 1);
        }
    }

    fn forget(&mut self, item: &Item) {
        if let Some(times) = self.seen.get_mut(item.rule) {
            *times -= 1;
            self.different -= usize::from(*times == 0);
        }
    }

    fn holds(&self) -> bool {
        match &self.spec.extended {
            Some(expr) => self.agrees(expr),
            None => self.spec.admits_count(self.different),
        }
    }

    fn reading(&self) -> Reading {
        Reading::Seen((0..self.spec.rules.len()).map(|listed| self.is_seen(listed)).collect())
    }

    fn bytes(&self) -> usize {
        self.seen.len() * size_of::<u32>()
    }
}
