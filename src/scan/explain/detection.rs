//! One detection rule and the events it is held against.

use super::records::{self, Visitor};
use super::{At, Explain};
use crate::detect::NEAREST;
use crate::model::{Event, ExplainedEvent, Explanation, Place, TagSet, View, limits};
use crate::scan::inputs::Series;
use crate::sigma::Rule;
use std::cmp::Reverse;
use std::collections::HashMap;

/// Fills in what the events that are meant say.
pub(super) fn explain(explain: &Explain, rule: &Rule, at: At, waiting: Vec<Series>, told: &mut Explanation) {
    let mut search = Search { explain, rule, at, seen: 0, applicable: 0, nearest: Vec::new(), others: HashMap::new() };
    records::visit(explain, waiting, &mut search, &mut told.problems);
    told.conditions = rule.conditions.iter().map(|condition| condition.text.clone()).collect();
    (told.looked_at, told.applicable) = (search.seen, search.applicable);
    let mut others: Vec<(TagSet, u64, u64)> = search.others.into_values().collect();
    others.sort_by_key(|(_, count, first)| (Reverse(*count), *first));
    for (tags, count, _) in others {
        let sources = explain.logsources(&tags);
        match told.others.iter_mut().find(|(known, _)| *known == sources) {
            Some((_, sum)) => *sum += count,
            None => told.others.push((sources, count)),
        }
    }
    told.others.sort_by_key(|(_, count)| Reverse(*count));
    told.others.truncate(limits::EXPLAINED_OTHERS);
    told.cases = search.nearest.into_iter().map(|(_, case)| case).collect();
    told.held = told.cases.iter().any(|case| case.applies && case.told.held);
}

/// Looks for the event that matches, and remembers those that came nearest.
struct Search<'e> {
    explain: &'e Explain,
    rule: &'e Rule,
    at: At,
    seen: u64,
    applicable: u64,
    /// Nearest first, of equals the first first.
    nearest: Vec<(u32, ExplainedEvent)>,
    /// Tags of events that had not earned the log source: how many, and the number of the first.
    others: HashMap<[u64; 8], (TagSet, u64, u64)>,
}

impl Search<'_> {
    fn has_match(&self) -> bool {
        self.nearest.first().is_some_and(|(near, case)| *near == NEAREST && case.applies)
    }

    fn count_other(&mut self, event: &Event<'_>) {
        let full = self.others.len() >= limits::ROUTES;
        let seen = self.seen;
        if let Some((_, count, _)) = self.others.get_mut(&event.tags.bits) {
            *count += 1;
        } else if !full {
            self.others.insert(event.tags.bits, (event.tags, 1, seen));
        }
    }
}

impl Visitor for Search<'_> {
    fn event(&mut self, event: &Event<'_>, view: &dyn View, place: Place) {
        if !self.at.covers(&place) || self.has_match() {
            return;
        }
        self.seen += 1;
        let (engine, id) = (&self.explain.machine.engine, self.explain.asked);
        let applies = engine.applies(id, event);
        if applies {
            self.applicable += 1;
        } else {
            self.count_other(event);
            if self.at == At::Anywhere {
                return;
            }
        }
        let near = engine.nearness(id, event, view);
        let place_in_list = self.nearest.partition_point(|(known, case)| (case.applies, *known) >= (applies, near));
        if place_in_list >= limits::EXPLAINED_MISSES {
            return;
        }
        let case = self.explain.case(id, self.rule, event, view, place);
        if near == NEAREST && applies {
            self.nearest.clear();
        }
        self.nearest.insert(place_in_list.min(self.nearest.len()), (near, case));
        self.nearest.truncate(limits::EXPLAINED_MISSES);
    }

    fn is_done(&self, place: &Place) -> bool {
        self.has_match() || self.at.is_before(place)
    }
}
