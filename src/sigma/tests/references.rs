//! Correlations and filters: references, circles, silence, replaced built-ins, `LogSentry`'s dialect.

use super::{correlation, identities, join, load_files, load_text, rule, shown, told};
use crate::model::Level;
use crate::sigma::{Comparison, Correlation, CorrelationKind, Decimal};

const UUID: &str = "7e1f0c11-2222-4c3d-8a00-0000000000a1";

/// Rules `a`, `b`, `c` and a correlation with these lines; gives the correlation.
fn over_abc(inner: &str) -> Correlation {
    let mut loaded = abc(inner);
    assert_eq!(told(&loaded), [""; 0], "{inner}");
    loaded.rules.correlations.remove(0)
}

fn abc(inner: &str) -> crate::sigma::Loaded {
    load_text(&join(&[rule("name: a"), rule("name: b\nlevel: high"), rule("name: c"), correlation("", inner)]))
}

#[track_caller]
fn refused(inner: &str, want: &str) {
    assert_eq!(told(&abc(inner)), [want], "{inner}");
}

#[test]
fn counting_correlations_keep_their_bounds() {
    let found = over_abc(
        "type: value_count\nrules: [a, b, a]\ngroup-by: [u, v, u]\ntimespan: 15m\n\
         condition: {field: [x, y], gte: 3, lt: 9}",
    );
    assert_eq!(found.kind, CorrelationKind::ValueCount);
    assert_eq!(found.rules, ["a", "b"]);
    assert_eq!(found.group_by, ["u", "v"]);
    assert_eq!((found.timespan.as_secs(), found.timespan_text.as_str()), (900, "15m"));
    assert_eq!(found.bounds, [(Comparison::Gte, Decimal::from(3)), (Comparison::Lt, Decimal::from(9))]);
    assert_eq!(found.count_fields, ["x", "y"]);
    assert_eq!(found.meta.level, Some(Level::High));
    let found =
        over_abc("type: value_percentile\nrules: a\ntimespan: 1h\ncondition: {field: x, percentile: 99.5, gt: 0.5}");
    assert_eq!(found.percentile, Some(99.5));
}

#[test]
fn temporal_correlations_need_every_rule_unless_they_say_otherwise() {
    let found = over_abc("type: temporal\nrules: [a, b, c, a]\ntimespan: 5m");
    assert_eq!(found.bounds, [(Comparison::Gte, Decimal::from(3))]);
    let found = over_abc("type: temporal_ordered\nrules: [a, a, b]\ntimespan: 5m");
    assert_eq!(found.rules, ["a", "a", "b"]);
    let found = over_abc("type: temporal\nrules: [a, b, c]\ntimespan: 5m\ncondition: {gte: 2}");
    assert_eq!(found.bounds, [(Comparison::Gte, Decimal::from(2))]);
    let found = over_abc("type: temporal\nrules: [c, b, a]\ntimespan: 5m\ncondition: a and (b or not c)");
    assert_eq!(found.extended.as_ref().map(shown), Some("(2 & (1 | !0))".to_owned()));
    assert!(found.bounds.is_empty());
    let found = over_abc("type: temporal_ordered\ntimespan: 5m\ncondition: b and a and not c");
    assert_eq!(found.rules, ["b", "a", "c"]);
    assert_eq!(found.extended.as_ref().map(shown), Some("(0 & 1 & !2)".to_owned()));
}

#[test]
fn aliases_name_rules_by_identity() {
    let text = join(&[
        rule(&format!("name: a b\nid: {UUID}")),
        correlation(
            "",
            &format!("type: temporal\nrules: [{UUID}]\ngroup-by: ip\ntimespan: 1m\naliases: {{ip: {{a b: src}}}}"),
        ),
    ]);
    let loaded = load_text(&text);
    let found = &loaded.rules.correlations[0];
    assert_eq!(found.rules, ["a-b"]);
    assert_eq!(found.aliases["ip"]["a-b"], "src");
    refused(
        "type: temporal\nrules: [a, b]\ntimespan: 1m\naliases:\n  ip:\n    c: x",
        "unknown-rule-ref correlation.aliases.ip.c 31 3",
    );
}

#[test]
fn what_a_correlation_needs_is_asked_for() {
    refused("rules: a\ntimespan: 1m\ncondition: {gte: 1}", "missing-field correlation.type 25 3");
    refused("type: event_count\nrules: a\ntimespan: 1m", "missing-field correlation.condition 25 3");
    refused("type: event_count\nrules: []\ntimespan: 1m\ncondition: {gte: 1}", "missing-field correlation.rules 27 3");
    refused("type: temporal\nrules: a\ntimespan:", "missing-field correlation.timespan 25 3");
    refused("type: temporal\nrules: a\ntimespan: 60", "bad-timespan correlation.timespan 28 3");
    refused("type: temporal\nrules: {a: b}\ntimespan: 1m", "bad-type correlation.rules 27 3");
    refused("type: temporal\nrules: a\ntimespan: 1m\ngenerate: maybe", "bad-type correlation.generate 29 3");
    refused("type: temporal\nrules: a\ntimespan: 1m\naliases: [x]", "bad-type correlation.aliases 29 3");
}

#[test]
fn bounds_that_cannot_be_evaluated_are_refused() {
    let start = "rules: [a, b]\ntimespan: 1m\ncondition:";
    for (kind, condition) in [
        ("event_count", "{gte: '3'}"),
        ("event_count", "{gte: 2.5}"),
        ("event_count", "{}"),
        ("event_count", "5"),
        ("value_count", "{field: x}"),
        ("value_sum", "{field: [x, y], gt: 1}"),
        ("value_percentile", "{field: x, percentile: 101, gt: 1}"),
        ("event_count", "a and b"),
        ("temporal", "a and"),
        ("temporal", "1 of them"),
        ("temporal", "a and c"),
        ("temporal", "a"),
        ("temporal_ordered", "a or b"),
    ] {
        refused(&format!("type: {kind}\n{start} {condition}"), "bad-correlation-condition correlation.condition 29 3");
    }
    let loaded = abc("type: event_count\nrules: a\ntimespan: 1m\ncondition: {lt: 5}");
    assert_eq!((told(&loaded), loaded.loaded), (vec!["upper-bound-only correlation.condition 29 3".to_owned()], 4));
}

#[test]
fn references_are_names_or_ids_and_never_titles() {
    refused("type: temporal\nrules: [a, A rule]\ntimespan: 1m", "unknown-rule-ref correlation.rules.1 27 3");
    let loaded = abc("type: temporal\nrules: [aa]\ntimespan: 1m");
    assert_eq!(loaded.diagnostics[0].help, "did you mean `a`?");
    let text = join(&[
        rule("name: a\nstatus: x"),
        "name: b\n".to_owned(),
        correlation("", "type: temporal\nrules: [a, b]\ntimespan: 1m"),
    ]);
    let loaded = load_text(&text);
    let last = loaded.diagnostics.last().unwrap();
    assert_eq!(last.message, "the rule `b` was rejected");
}

#[test]
fn circles_are_rejected_with_what_builds_on_them() {
    let on = |name: &str, rules: &str| {
        correlation(&format!("name: {name}"), &format!("type: temporal\nrules: [{rules}]\ntimespan: 1m"))
    };
    let text = join(&[
        on("x", "a, y"),
        on("y", "z"),
        on("z", "x"),
        on("up", "top"),
        on("top", "x, a"),
        on("me", "me"),
        rule("name: a"),
        on("ok", "a"),
    ]);
    let loaded = load_text(&text);
    assert_eq!(
        told(&loaded),
        [
            "correlation-cycle correlation.rules.1 5 0",
            "correlation-cycle correlation.rules.0 12 1",
            "correlation-cycle correlation.rules.0 19 2",
            "unknown-rule-ref correlation.rules.0 26 3",
            "unknown-rule-ref correlation.rules.0 33 4",
            "correlation-cycle correlation.rules.0 40 5",
        ]
    );
    assert_eq!(identities(&loaded), ["a", "ok"]);
}

#[test]
fn long_chains_and_many_references_stay_quick() {
    let mut documents = vec![rule("name: c0")];
    for n in 1..3_000 {
        documents
            .push(correlation(&format!("name: c{n}"), &format!("type: temporal\nrules: [c{}]\ntimespan: 1m", n - 1)));
    }
    documents[0] = rule("name: c0\nlevel: critical");
    let start = std::time::Instant::now();
    let loaded = load_text(&join(&documents));
    assert!(loaded.rules.metas().all(|meta| meta.level == Some(Level::Critical)));
    assert!(start.elapsed().as_secs() < 5, "{:?}", start.elapsed());
}

#[test]
fn what_a_correlation_refers_to_is_silent_unless_one_generates() {
    let on = |name: &str, rules: &str, more: &str| {
        correlation(&format!("name: {name}"), &format!("type: temporal\nrules: [{rules}]\ntimespan: 1m{more}"))
    };
    let text = join(&[
        on("x", "a, b", ""),
        rule("name: a\nlevel: high"),
        rule("name: b"),
        on("y", "b, x", "\ngenerate: true"),
        on("z", "a, a", ""),
    ]);
    let loaded = load_text(&text);
    assert_eq!(identities(&loaded), ["a", "b", "x", "y", "z"]);
    assert_eq!(loaded.rules.silenced_by, [vec![2, 4], vec![], vec![], vec![], vec![]]);
    assert_eq!(loaded.rules.severe_silenced_by_user(), [(0, 2), (0, 4)]);
}

#[test]
fn the_dialect_compiles_to_the_same_and_generates() {
    let of = |head: &str, inner: &str| {
        let loaded = load_text(&join(&[rule("name: a"), rule("name: b"), correlation(head, inner)]));
        assert_eq!(told(&loaded), [""; 0], "{inner}");
        let found = loaded.rules.correlations.into_iter().next().unwrap();
        (found.kind, found.generate, found.count_fields)
    };
    let sequence = "type: temporal_sequence\nrules: [a, b]\ntimespan: 1m";
    let none = Vec::<String>::new;
    assert_eq!(of("type: correlation", sequence), (CorrelationKind::Temporal, true, none()));
    let ordered = format!("{sequence}\nordered: true");
    assert_eq!(of("type: correlation", &ordered), (CorrelationKind::TemporalOrdered, true, none()));
    assert!(!of("type: correlation", &format!("{ordered}\ngenerate: false")).1);
    assert!(of("generate: true", "type: temporal\nrules: a\ntimespan: 1m").1);
    let counted = "type: value_count\nrules: a\ntimespan: 1m\nfield: user\ncondition: {gte: 3}";
    assert_eq!(of("type: correlation", counted), (CorrelationKind::ValueCount, true, vec!["user".to_owned()]));
    refused(counted, "missing-field correlation.condition.field 30 3");
}

fn filter(rules: &str, more: &str) -> String {
    format!("title: F\nlogsource: {{category: test}}\nfilter:\n  rules: {rules}\n  s: {{u: x}}\n  {more}\n")
}

#[test]
fn filters_are_joined_to_every_condition() {
    let two = "title: two\nname: two\nlogsource: {category: test, product: p}\n\
               detection:\n  s: {a: 1}\n  t: {b: 1}\n  condition: [s and t, t]\n";
    let text = join(&[
        filter("any", "condition: not s"),
        two.to_owned(),
        filter("[two]", "condition: not 1 of s*"),
        rule("name: one"),
    ]);
    let loaded = load_text(&text);
    assert_eq!(told(&loaded), [""; 0]);
    let rule = &loaded.rules.rules[0];
    let names: Vec<&str> = rule.selections.iter().map(|selection| selection.name.as_str()).collect();
    assert_eq!(names, ["s", "t", "F: s", "F: s~2"]);
    let conditions: Vec<String> = rule.conditions.iter().map(|condition| shown(&condition.expr)).collect();
    assert_eq!(conditions, ["(0 & 1 & !2 & !3)", "(1 & !2 & !3)"]);
    assert_eq!(loaded.rules.rules[1].selections.len(), 2);
}

#[test]
fn filters_ask_for_no_more_than_the_rule_states() {
    let narrow = filter("any", "condition: not s").replace("category: test", "category: test, product: windows");
    let loaded = load_text(&join(&[rule("name: a"), narrow]));
    assert_eq!(loaded.rules.rules[0].selections.len(), 1);
}

#[test]
fn odd_filters_are_told() {
    let corr = correlation("name: k", "type: temporal\nrules: [a]\ntimespan: 1m");
    for (filter, want) in [
        (filter("[a, gone]", "condition: not s"), "unknown-filter-target filter.rules.1 18 2"),
        (filter("k", "condition: not s"), "unknown-filter-target filter.rules 18 2"),
        (filter("ANY", "condition: s"), "filter-without-not filter.condition 20 2"),
        (filter("any", "condition: [not s]"), "bad-condition filter.condition 20 2"),
        (filter("any", "x: y"), "missing-field filter.condition 17 2"),
        (filter("{a: b}", "condition: not s"), "bad-type filter.rules 18 2"),
        ("title: F\nlogsource: {product: x}\nfilter: any\n".to_owned(), "bad-type filter 17 2"),
    ] {
        assert_eq!(told(&load_text(&join(&[rule("name: a"), corr.clone(), filter.clone()]))), [want], "{filter}");
    }
}

#[test]
fn a_rule_of_the_user_replaces_the_built_in_one() {
    let pack = join(&[
        rule(&format!("name: failed\nid: {UUID}\nlevel: low")),
        rule("name: other"),
        correlation(
            "name: burst",
            &format!("type: event_count\nrules: [failed, {UUID}]\ntimespan: 1m\ncondition: {{gte: 3}}\ngenerate: true"),
        ),
    ]);
    for own in ["name: failed\nlevel: critical".to_owned(), format!("name: mine\nid: {UUID}\nlevel: critical")] {
        let loaded = load_files(&[("builtin:linux/x.yml", &pack), ("my.yml", &rule(&own))]);
        assert_eq!(told(&loaded), [""; 0], "{own}");
        assert_eq!(loaded.replaced, [("failed".to_owned(), "my.yml".to_owned())]);
        let identity = own.lines().next().unwrap().trim_start_matches("name: ");
        assert_eq!(identities(&loaded), ["other", identity, "burst"]);
        assert_eq!(loaded.rules.correlations[0].rules, [identity]);
        assert_eq!(loaded.rules.correlations[0].meta.level, Some(Level::Critical));
        assert!(loaded.rules.rules[0].meta.builtin && !loaded.rules.rules[1].meta.builtin);
    }
}
