//! The events behind an alert of a chained correlation: those of the inner windows that led to it.
//!
//! Inner windows overlap heavily, so a burst remembers which contributions of an inner group it has seen and looks at
//! each once; and as an event can be reached in several ways (two inner groups, or also directly), it remembers the
//! events themselves for as long as a window can still bring them back.

use super::burst::Open;
use super::group::GroupRef;
use super::groups::Groups;
use super::keys::Keys;

/// Numbers seen, as ranges that do not touch.
#[derive(Debug, Default)]
pub(super) struct Ranges(Vec<(u64, u64)>);

impl Ranges {
    /// Adds `first..=last` and gives back the parts that are new.
    pub(super) fn add(&mut self, first: u64, last: u64) -> Vec<(u64, u64)> {
        let start = self.0.partition_point(|range| range.1.saturating_add(1) < first);
        let touched = self.0.iter().skip(start).take_while(|range| range.0 <= last.saturating_add(1)).count();
        let (mut new, mut next, mut whole) = (Vec::new(), first, (first, last));
        for range in self.0.iter().skip(start).take(touched) {
            if next < range.0 {
                new.push((next, range.0 - 1));
            }
            next = next.max(range.1.saturating_add(1));
            whole = (whole.0.min(range.0), whole.1.max(range.1));
        }
        if next <= last {
            new.push((next, last));
        }
        self.0.splice(start..start + touched, [whole]);
        new
    }

    #[cfg_attr(not(test), expect(dead_code, reason = "laws over the tables are held by tests"))]
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}

/// Adds the events behind contributions `first..=last` of an inner group, however deep they lie. What was closed
/// for want of memory is missing; that was counted.
pub(super) fn add(open: &mut Open, inner: GroupRef, (first, last): (u64, u64), groups: &[Groups], keys: &mut Keys) {
    let mut left: Vec<(GroupRef, u64, u64)> = Vec::new();
    let ask = |open: &mut Open, left: &mut Vec<_>, group, first, last| {
        left.extend(open.unseen(group, first, last).into_iter().map(|(first, last)| (group, first, last)));
    };
    ask(open, &mut left, inner, first, last);
    while let Some((group, first, last)) = left.pop() {
        let Some(found) = groups.get(group.correlation).and_then(|groups| groups.get(group)) else { continue };
        for entry in (first..=last).filter_map(|number| found.entry(number)) {
            match &entry.link {
                None => open.add_unless_seen(&entry.hit, keys),
                Some(link) => ask(open, &mut left, link.group, link.first, link.last),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_gives_back_only_what_is_new() {
        let mut ranges = Ranges::default();
        for (add, want, parts) in [
            ((5, 9), vec![(5, 9)], 1),
            ((5, 9), vec![], 1),
            ((7, 12), vec![(10, 12)], 1),
            ((20, 22), vec![(20, 22)], 2),
            ((13, 19), vec![(13, 19)], 1),
            ((0, 2), vec![(0, 2)], 2),
            ((1, 30), vec![(3, 4), (23, 30)], 1),
        ] {
            assert_eq!(ranges.add(add.0, add.1), want, "{add:?}");
            assert_eq!(ranges.len(), parts, "{add:?}");
        }
    }
}
