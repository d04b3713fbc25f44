//! Which rules a configuration chooses, and the levels it gives them.

use crate::config::Choice;
use crate::model::Level;
use crate::sigma::{RuleMeta, Ruleset};
use std::collections::BTreeSet;

/// Gives rules the levels of the configuration, and the names in it that mean no rule.
pub(super) fn change_levels(set: &mut Ruleset, levels: &[(String, Level)]) -> Vec<String> {
    let mut unknown = Vec::new();
    for (name, level) in levels {
        let found = set.find(name);
        if found.is_empty() {
            unknown.push(format!("levels: {name:?} names no loaded rule"));
        }
        for id in found {
            let of_rules = set.rules.len();
            let rule = set.rules.get_mut(id).map(|rule| &mut rule.meta);
            let correlation = id.checked_sub(of_rules).and_then(|id| set.correlations.get_mut(id));
            if let Some(meta) = rule.or(correlation.map(|one| &mut one.meta)) {
                meta.level = Some(*level);
            }
        }
    }
    unknown
}

/// Whether each rule, by `RuleId`, has all that is asked for.
pub(super) fn chosen(set: &Ruleset, choice: &Choice) -> Vec<bool> {
    let about = products(set);
    let is_in = |list: &Option<Vec<String>>, has: &dyn Fn(&str) -> bool| {
        list.as_ref().is_none_or(|words| words.iter().any(|word| has(word)))
    };
    let fits = |(meta, products): (&RuleMeta, &Vec<String>)| {
        let level = meta.level.unwrap_or(Level::Medium);
        choice.levels.as_ref().is_none_or(|levels| levels.contains(&level))
            && is_in(&choice.statuses, &|word| is_same(meta.status.as_deref(), word))
            && is_in(&choice.tags, &|word| meta.tags.iter().any(|tag| is_below(tag, word)))
            && is_in(&choice.products, &|word| products.iter().any(|product| is_same(Some(product), word)))
    };
    set.metas().zip(&about).map(fits).collect()
}

/// Tags and products no loaded rule has.
pub(super) fn unknown(set: &Ruleset, choice: &Choice) -> Vec<String> {
    let about = products(set);
    let tags = choice
        .tags
        .iter()
        .flatten()
        .filter(|word| !set.metas().any(|meta| meta.tags.iter().any(|tag| is_below(tag, word))));
    let products = choice
        .products
        .iter()
        .flatten()
        .filter(|word| !about.iter().flatten().any(|product| is_same(Some(product), word)));
    let tags = tags.map(|word| format!("--rule-tag {word:?} is a tag of no loaded rule"));
    tags.chain(products.map(|word| format!("--rule-product {word:?} is the product of no loaded rule"))).collect()
}

/// The products each rule is about: of a correlation those of everything it refers to.
fn products(set: &Ruleset) -> Vec<Vec<String>> {
    let mut about: Vec<Vec<String>> =
        set.rules.iter().map(|rule| rule.logsource.product.iter().cloned().collect()).collect();
    let refers = set.references();
    for id in set.rules.len()..set.rules.len() + set.correlations.len() {
        let (mut products, mut seen, mut waiting) = (Vec::new(), BTreeSet::from([id]), vec![id]);
        while let Some(next) = waiting.pop() {
            products.extend(set.rules.get(next).and_then(|rule| rule.logsource.product.clone()));
            let targets = refers.get(&next).into_iter().flatten().copied();
            waiting.extend(targets.filter(|target| seen.insert(*target)));
        }
        products.sort_unstable();
        products.dedup();
        about.push(products);
    }
    about
}

fn is_same(have: Option<&str>, word: &str) -> bool {
    have.is_some_and(|have| have.eq_ignore_ascii_case(word))
}

/// Whether a tag is the word or one below it.
fn is_below(tag: &str, word: &str) -> bool {
    let head = tag.get(..word.len());
    is_same(head, word) && tag.get(word.len()..).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sigma::{LoadOptions, SourceText, load};

    const PACK: &str = "\
title: A\nname: a\nlevel: high\nstatus: stable\ntags: [attack.t1059.001]\nlogsource: {product: windows}\n\
detection: {s: {x: 1}, condition: s}\n---\n\
title: B\nname: b\nlevel: low\nstatus: test\ntags: [attack.t1059, cve.2020-1]\nlogsource: {product: linux}\n\
detection: {s: {x: 1}, condition: s}\n---\n\
title: C\nname: c\nlogsource: {category: any}\ndetection: {s: {x: 1}, condition: s}\n---\n\
title: K\nname: k\nlevel: critical\ncorrelation: {type: event_count, rules: b, timespan: 1m, condition: {gte: 2}}\n";

    fn set() -> Ruleset {
        load(&[SourceText { text: PACK.to_owned(), ..SourceText::default() }], &LoadOptions::default()).rules
    }

    fn words(words: &[&str]) -> Vec<String> {
        words.iter().map(|&word| word.to_owned()).collect()
    }

    #[track_caller]
    fn check(choice: &Choice, want: &str) {
        let set = set();
        let chosen = chosen(&set, choice);
        let names: String =
            set.metas().zip(chosen).filter(|(_, chosen)| *chosen).map(|(meta, _)| meta.identity.as_str()).collect();
        assert_eq!(names, want, "{choice:?}");
    }

    #[test]
    fn every_option_must_be_met_by_one_of_its_words() {
        let all = Choice::default;
        check(&all(), "abck");
        check(&Choice { levels: Some(vec![Level::Low, Level::Critical]), ..all() }, "bk");
        // A rule without a level counts as medium, one without a status has none.
        check(&Choice { levels: Some(vec![Level::Medium]), ..all() }, "c");
        check(&Choice { statuses: Some(words(&["stable", "test"])), ..all() }, "ab");
        check(&Choice { tags: Some(words(&["attack.T1059"])), ..all() }, "ab");
        check(&Choice { tags: Some(words(&["attack.t1059.001", "cve"])), ..all() }, "ab");
        check(&Choice { tags: Some(words(&["attack.t105"])), ..all() }, "");
        check(&Choice { products: Some(words(&["Linux"])), ..all() }, "bk");
        check(&Choice { products: Some(words(&["linux"])), levels: Some(vec![Level::Critical]), ..all() }, "k");
    }

    #[test]
    fn words_that_mean_nothing_are_told() {
        let choice =
            Choice { tags: Some(words(&["attack", "x"])), products: Some(words(&["os2"])), ..Choice::default() };
        assert_eq!(
            unknown(&set(), &choice),
            ["--rule-tag \"x\" is a tag of no loaded rule", "--rule-product \"os2\" is the product of no loaded rule"]
        );
    }

    #[test]
    fn levels_are_changed_by_any_name() {
        let mut set = set();
        let levels = [("A".to_owned(), Level::Low), ("k".to_owned(), Level::High), ("gone".to_owned(), Level::Low)];
        assert_eq!(change_levels(&mut set, &levels), ["levels: \"gone\" names no loaded rule"]);
        assert_eq!(set.rules[0].meta.level, Some(Level::Low));
        assert_eq!(set.correlations[0].meta.level, Some(Level::High));
    }
}
