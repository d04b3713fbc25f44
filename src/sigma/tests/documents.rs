//! Documents: actions, metadata, kinds, and texts that are none.

use super::{correlation, identities, join, load_text, rule, told};
use crate::model::Level;

#[track_caller]
fn tells(text: &str, want: &[&str]) {
    assert_eq!(told(&load_text(text)), want, "{text}");
}

#[test]
fn a_global_document_goes_over_the_rules_behind_it() {
    let text = "action: global\nlevel: high\nlogsource: {product: x}\n\
                detection:\n  common: {a: 1}\n  condition: common and own\n\
                ---\ntitle: one\ndetection:\n  own: {b: 1}\n\
                ---\ntitle: two\nlevel: low\ndetection:\n  own: {b: 2}\n\
                ---\naction: reset\n\
                ---\ntitle: three\nlogsource: {product: y}\ndetection:\n  own: {b: 3}\n  condition: own\n";
    let loaded = load_text(text);
    assert_eq!(told(&loaded), ["global-override level 13 2"]);
    let rules = &loaded.rules.rules;
    let found: Vec<_> =
        rules.iter().map(|rule| (rule.meta.title.as_str(), rule.meta.level, rule.selections.len())).collect();
    assert_eq!(
        found,
        [("one", Some(Level::High), 2), ("two", Some(Level::High), 2), ("three", Some(Level::Medium), 1)]
    );
    assert_eq!((loaded.documents, loaded.loaded), (5, 5));
}

#[test]
fn repeat_changes_the_rule_before() {
    let text = "title: one\nlogsource: {product: x}\ndetection:\n  s: {a: 1, k: z}\n  condition: s\n\
                ---\naction: repeat\ntitle: two\ndetection:\n  s: {a: [2, 3]}\n";
    let loaded = load_text(text);
    assert_eq!(told(&loaded), [""; 0]);
    let titles: Vec<&str> = loaded.rules.metas().map(|meta| meta.title.as_str()).collect();
    assert_eq!(titles, ["one", "two"]);
    tells("action: repeat\ntitle: x\n", &["bad-action action 1 0"]);
    tells("action: merge\ntitle: x\n", &["bad-action action 1 0"]);
}

#[test]
fn actions_do_not_touch_correlations_and_other_files() {
    let global = "action: global\nlevel: critical\nlogsource: {product: x}\n".to_owned();
    let text = join(&[global, rule("name: a"), correlation("level: low", "type: temporal\nrules: a\ntimespan: 1m")]);
    let loaded = super::load_files(&[("one.yml", &text), ("two.yml", &rule(""))]);
    let levels: Vec<_> = loaded.rules.metas().map(|meta| meta.level).collect();
    assert_eq!(levels, [Some(Level::Critical), Some(Level::Medium), Some(Level::Low)]);
}

#[test]
fn empty_documents_are_skipped_but_counted_as_places() {
    let loaded = load_text(&format!("---\n---\n# nothing\n---\n{}---\n- x\n", rule("")));
    assert_eq!(told(&loaded), ["not-a-map  12 3"]);
    assert_eq!((loaded.documents, loaded.loaded), (2, 1));
    assert_eq!(loaded.rules.rules[0].meta.document, 2);
    assert_eq!(load_text("").documents, 0);
}

#[test]
fn a_broken_text_keeps_what_came_before() {
    let loaded = load_text(&format!("{}---\nx: 'open\n", rule("")));
    assert_eq!((loaded.documents, loaded.loaded, loaded.rules.rules.len()), (2, 1, 1));
    assert_eq!(loaded.diagnostics[0].code.name(), "yaml-syntax");
    assert_eq!(loaded.diagnostics[0].document, 1);
}

#[test]
fn keys_stand_once_in_a_map() {
    tells(&format!("{}title: again\n", rule("")), &["duplicate-key title 1 0"]);
    tells("title: x\nlogsource:\n  product: a\n  product: b\n", &["duplicate-key logsource.product 3 0"]);
}

#[test]
fn odd_metadata_is_a_warning() {
    let nothing: [&str; 0] = [];
    for (head, want) in [
        ("id: x", &["bad-metadata id 2 0"][..]),
        ("level: severe", &["bad-metadata level 2 0"]),
        ("status: old", &["bad-metadata status 2 0"]),
        ("date: yesterday", &["bad-metadata date 2 0"]),
        ("author: [a, b]", &["bad-metadata author 2 0"]),
        ("references: {a: b}", &["bad-metadata references 2 0"]),
        ("tags: [attack.t1110, other]", &["bad-metadata tags.1 2 0"]),
        ("date: 2024/01/31\nmodified: 2024-02-29\nstatus: test\nlevel: low\nx-own: {a: [1]}", &nothing),
        ("author:\ntags:\nfalsepositives: [none]\nfields: [a, b]\nremediation: [look, act]", &nothing),
        ("references: https://example.org/x", &["bad-metadata references 2 0"]),
        ("falsepositives: none", &["bad-metadata falsepositives 2 0"]),
    ] {
        let loaded = load_text(&rule(head));
        assert_eq!(told(&loaded), want, "{head}");
        assert_eq!(loaded.loaded, 1);
    }
    let loaded = load_text(&rule("falsepositives: none\nfields: [a, 5]\nremediation: [look, act]"));
    let meta = &loaded.rules.rules[0].meta;
    assert_eq!(meta.falsepositives, ["none"]);
    assert_eq!(meta.fields, ["a", "5"]);
    assert_eq!(meta.remediation.as_deref(), Some("look\nact"));
}

#[test]
fn what_a_rule_needs_is_asked_for() {
    tells("title: x\n", &["missing-field logsource 1 0", "missing-field detection 1 0"]);
    tells(
        "title:\nlogsource:\ndetection: text\n",
        &["missing-field title 1 0", "bad-logsource logsource 2 0", "bad-type detection 3 0"],
    );
    tells(
        "title: [x]\nlogsource: web\n",
        &["bad-type title 1 0", "missing-field detection 1 0", "bad-type logsource 2 0"],
    );
    tells("just text", &["not-a-map  1 0"]);
}

#[test]
fn diagnostics_help() {
    for d in load_text("title: x\nlogsource: {product: x}\ndetection:\n  sel: {'a|contain': 1}\n  condition: sel2\n")
        .diagnostics
    {
        assert!(d.help.contains("did you mean"), "{d:#?}");
        assert!(!d.message.ends_with('.') && !d.help.ends_with('.'), "{d:#?}");
        assert_eq!(d.path, "rules/test file.yml");
    }
}

#[test]
fn identities_follow_the_readme() {
    let text = join(&[rule("name: one two"), rule("id: abc"), rule("name: one two"), rule("")]);
    let loaded = load_text(&text);
    assert_eq!(identities(&loaded), ["one-two", "abc", "one-two~2", "test-file"]);
    assert_eq!(told(&loaded)[1..], ["duplicate-id name 16 2"]);
    let loaded = load_text(&join(&[rule(""), rule("").replace("A rule", "Another rule!")]));
    assert_eq!(identities(&loaded), ["test-file-a-rule", "test-file-another-rule"]);
    assert_eq!(loaded.rules.find("test-file-a-rule"), [0]);
    assert_eq!(loaded.rules.find("Another rule!"), [1]);
    assert!(loaded.rules.find("Another rule").is_empty());
}
