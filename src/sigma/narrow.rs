//! A part of a rule set that stands by itself: what is wanted, and what that needs.

use super::rule::Ruleset;
use std::collections::{BTreeMap, HashMap};

impl Ruleset {
    /// Leaves out what is not wanted (by `RuleId`), in the same order. What a wanted correlation refers to, however far
    /// down, stays as a feeder: it is reported through correlations only. Gives for every rule that was there its new
    /// number, if it is still there.
    pub(crate) fn narrow(&mut self, wanted: &[bool]) -> Vec<Option<usize>> {
        let refers = self.references();
        let total = self.rules.len() + self.correlations.len();
        let mut kept: Vec<bool> = (0..total).map(|id| is(wanted, id)).collect();
        let mut waiting: Vec<usize> = (0..total).filter(|id| is(&kept, *id)).collect();
        while let Some(id) = waiting.pop() {
            for target in refers.get(&id).into_iter().flatten() {
                if let Some(slot) = kept.get_mut(*target).filter(|slot| !**slot) {
                    *slot = true;
                    waiting.push(*target);
                }
            }
        }
        let mut next = 0;
        let mut number = |kept: &bool| {
            let at = next;
            next += usize::from(*kept);
            kept.then_some(at)
        };
        let numbers: Vec<Option<usize>> = kept.iter().map(&mut number).collect();
        let new = |id: &usize| numbers.get(*id).copied().flatten();
        let mut referred: HashMap<usize, Vec<usize>> = HashMap::new();
        for (from, targets) in refers.iter().filter(|(from, _)| is(&kept, **from)) {
            for target in targets {
                referred.entry(*target).or_default().push(*from);
            }
        }
        let mut silenced_by = Vec::with_capacity(next);
        for id in (0..total).filter(|id| is(&kept, *id)) {
            let by = if is(wanted, id) { self.silenced_by.get(id) } else { referred.get(&id) };
            silenced_by.push(by.into_iter().flatten().filter_map(new).collect());
        }
        self.silenced_by = silenced_by;
        let rules = self.rules.len();
        let mut id = 0..;
        self.rules.retain(|_| id.next().is_some_and(|id| is(&kept, id)));
        let mut id = rules..;
        self.correlations.retain(|_| id.next().is_some_and(|id| is(&kept, id)));
        numbers
    }

    /// By correlation, what it refers to; all as `RuleId` numbers.
    pub(crate) fn references(&self) -> BTreeMap<usize, Vec<usize>> {
        let names: HashMap<&str, usize> =
            (0..).zip(self.metas()).map(|(id, meta)| (meta.identity.as_str(), id)).collect();
        let targets = |names: &HashMap<&str, usize>, rules: &[String]| {
            let mut found: Vec<usize> = rules.iter().filter_map(|name| names.get(name.as_str()).copied()).collect();
            found.sort_unstable();
            found.dedup();
            found
        };
        (self.rules.len()..).zip(&self.correlations).map(|(id, one)| (id, targets(&names, &one.rules))).collect()
    }
}

fn is(list: &[bool], id: usize) -> bool {
    list.get(id).copied().unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::super::{LoadOptions, Loaded, SourceText, load};

    fn loaded() -> Loaded {
        let rule = |name: &str| {
            format!(
                "title: {name}\nname: {name}\nlogsource: {{category: t}}\ndetection:\n  s: {{a: 1}}\n  condition: s\n"
            )
        };
        let over = |name: &str, rules: &str, generate: bool| {
            format!(
                "title: {name}\nname: {name}\ncorrelation:\n  type: temporal\n  rules: {rules}\n  timespan: 1m\n  generate: {generate}\n"
            )
        };
        let documents =
            [rule("a"), rule("b"), rule("c"), over("inner", "[a, b]", false), over("outer", "[inner, c]", true)];
        let text = SourceText { shown: "r.yml".to_owned(), text: documents.join("---\n"), builtin: false };
        load(&[text], &LoadOptions::default())
    }

    #[track_caller]
    fn check(wanted: &[&str], want: &[(&str, &[&str])]) {
        let mut set = loaded().rules;
        let wanted: Vec<bool> = set.metas().map(|meta| wanted.contains(&meta.identity.as_str())).collect();
        let numbers = set.narrow(&wanted);
        let names: Vec<&str> = set.metas().map(|meta| meta.identity.as_str()).collect();
        assert_eq!(numbers.iter().flatten().copied().collect::<Vec<_>>(), (0..names.len()).collect::<Vec<_>>());
        let silence = |by: &Vec<usize>| by.iter().map(|n| names[*n]).collect::<Vec<_>>();
        let found: Vec<(&str, Vec<&str>)> =
            names.iter().zip(&set.silenced_by).map(|(name, by)| (*name, silence(by))).collect();
        let want: Vec<(&str, Vec<&str>)> = want.iter().map(|(name, by)| (*name, by.to_vec())).collect();
        assert_eq!(found, want);
    }

    #[test]
    fn what_a_correlation_needs_stays_as_a_feeder() {
        check(&["c"], &[("c", &[])]);
        check(&["inner"], &[("a", &["inner"]), ("b", &["inner"]), ("inner", &[])]);
        // `outer` generates: what is wanted besides is reported, what only feeds is not.
        check(
            &["outer", "c"],
            &[("a", &["inner"]), ("b", &["inner"]), ("c", &[]), ("inner", &["outer"]), ("outer", &[])],
        );
    }

    #[test]
    fn without_the_correlation_nobody_is_silenced_by_it() {
        check(&["a", "b"], &[("a", &[]), ("b", &[])]);
        check(&["a", "inner"], &[("a", &["inner"]), ("b", &["inner"]), ("inner", &[])]);
    }
}
