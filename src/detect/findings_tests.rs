//! What matches leave behind: entities, evidence, folds, hits, and which rules were tried at all.

use super::testing::{JsonEvent, Mapped, field, field_test, keywords, observe, one, raw_options, rule, text};
use super::{Engine, Options, Redaction, Worker, pair_of};
use crate::model::{Asks, Feed, Findings, Fold, Hit, LogSource, Pair, RuleId, SamplePart, TagSet, Time, View};
use crate::redact::Redactor;
use crate::sigma::{Correlation, CorrelationKind, Expr, Group, Rule, RuleMeta, Ruleset, ValueTest};
use std::collections::BTreeMap;

const NAMES: [(&str, &str); 3] = [("user", "TargetUserName"), ("src_ip", "IpAddress"), ("message", "Message")];

fn only(rule: Rule) -> Ruleset {
    Ruleset { rules: vec![rule], ..Ruleset::default() }
}

/// The one fold of one event, and the value it is recognised by.
#[track_caller]
fn found(rule: Rule, event: &str, options: Options) -> (String, Fold) {
    let (engine, view) = Mapped::engine(&only(rule), &[], options, &NAMES);
    let mut findings = observe(&engine, &view, &[JsonEvent::parse(event)], false);
    let fold = findings.alerts.pop().expect("the rule holds");
    (pair_of(&fold.key).value, fold)
}

/// What people see of a fold's entity.
fn shown(fold: &Fold) -> Pair {
    let Pair { field, value } = pair_of(&fold.key);
    Pair { field, value: fold.shown.as_deref().map_or(value, str::to_owned) }
}

#[track_caller]
fn check_entity(rule: Rule, event: &str, field: &str, value: &str) {
    let (_, fold) = found(rule, event, raw_options());
    assert_eq!(shown(&fold), Pair { field: field.to_owned(), value: value.to_owned() }, "{event}");
}

#[test]
fn the_rules_own_fields_say_what_it_is_about() {
    let mut rule = one("r", field("IpAddress", text("*")));
    rule.meta.fields = vec!["Gone".to_owned(), "Blank".to_owned(), "Host.Name".to_owned(), "IpAddress".to_owned()];
    check_entity(
        rule,
        r#"{"IpAddress": "192.0.2.7", "Blank": "", "Host": {"Name": ["web1", "web2"]}}"#,
        "Host.Name",
        "web1",
    );
}

#[test]
fn else_the_first_of_the_list_that_a_matched_selection_means() {
    let selections = || {
        vec![
            ("a", Group::All(vec![field("Odd", text("*")), field("TargetUserName", text("*"))])),
            ("b", field("IpAddress", text("192.*"))),
            ("c", field("command_line", text("x"))),
        ]
    };
    let either = || rule("r", selections(), Expr::Or(vec![Expr::Selection(0), Expr::Selection(1), Expr::Selection(2)]));
    // The second selection does not hold, so its field is not what the alert is about.
    check_entity(either(), r#"{"Odd": 1, "TargetUserName": "Mia", "IpAddress": "10.0.0.1"}"#, "user", "Mia");
    check_entity(either(), r#"{"Odd": 1, "TargetUserName": "Mia", "IpAddress": "192.0.2.1"}"#, "src_ip", "192.0.2.1");
    check_entity(either(), r#"{"command_line": "x"}"#, "command_line", "x");
    let not = rule("r", selections(), Expr::Not(Box::new(Expr::Selection(2))));
    check_entity(not, r#"{"IpAddress": "192.0.2.1", "Message": "no 17"}"#, "message", "no #");
}

#[test]
fn else_the_first_field_of_a_matched_selection() {
    let group = || Group::All(vec![field("Gone", ValueTest::Null), field("Odd", text("*")), field("Even", text("*"))]);
    check_entity(one("r", group()), r#"{"Odd": true, "Even": 2}"#, "Odd", "true");
}

#[test]
fn else_the_template_of_the_message_or_of_the_record() {
    let words = || one("r", Group::Keywords(keywords(&["failed"])));
    check_entity(words(), r#"{"Message": "disk 7 failed at 10:00:00"}"#, "message", "disk # failed at #");
    check_entity(words(), r#"{"x": "failed 3"}"#, "message", "{\"x\": \"failed #\"}");
}

#[test]
fn identities_are_folded_and_redacted_whatever_people_see() {
    let rule = || one("r", field("command_line", text("*")));
    let event = r#"{"command_line": "Net use --password=Hunter2"}"#;
    let (identity, fold) = found(rule(), event, raw_options());
    assert_eq!(shown(&fold).value, "Net use --password=[REDACTED]");
    assert_eq!(identity, "net use --password=[redacted]");
    let open = Options { redaction: Redaction::showing(Redactor::off()), ..raw_options() };
    let (same, fold) = found(rule(), event, open);
    assert_eq!(shown(&fold).value, "Net use --password=Hunter2");
    assert_eq!(same, identity);
}

#[test]
fn spellings_of_one_entity_are_one_alert() {
    let (engine, view) = Mapped::engine(&only(one("r", field("user", text("*")))), &[], raw_options(), &NAMES);
    let events =
        ["Mia", "MIA", "mia", "Tom"].map(|user| JsonEvent::parse(&format!(r#"{{"TargetUserName": "{user}"}}"#)));
    let findings = observe(&engine, &view, &events, false);
    let counts: Vec<_> = findings.alerts.iter().map(|fold| (shown(fold).value, fold.count)).collect();
    assert_eq!(counts, [("Mia".to_owned(), 3), ("Tom".to_owned(), 1)]);
    assert_eq!(findings.matches_total, 4);
}

#[test]
fn long_values_are_cut_but_not_confused() {
    let event = |end: &str| format!(r#"{{"url": "{}{end}"}}"#, "ä".repeat(5_000));
    let rule = || one("r", field("url", text("*")));
    let (a, fold) = found(rule(), &event("a"), raw_options());
    let (b, _) = found(rule(), &event("b"), raw_options());
    assert_ne!(a, b);
    assert!(a.len() < 5_000 && shown(&fold).value.len() < 5_000);
    assert!(fold.samples[0].text.raw().expect("detections show the record").ends_with('…'));
    assert!(fold.samples[0].text.fields()[0].1[0].len() <= 515);
}

#[test]
fn fields_are_those_the_detection_names_that_the_event_has() {
    let selections = vec![
        ("a", field("TargetUserName", text("*"))),
        ("no", Group::All(vec![field("Gone", text("x")), field("password", text("x")), field("list", text("x"))])),
        ("same", field("a", ValueTest::FieldRef { field: "b".to_owned(), cased: false, starts: false, ends: false })),
    ];
    let rule = rule("r", selections, Expr::And(vec![Expr::Selection(0), Expr::Not(Box::new(Expr::Selection(1)))]));
    let event = r#"{"list": ["y", {"z": 1}], "TargetUserName": "Mia", "password": "s3cretvalue", "b": 1, "other": 2, "a": null}"#;
    let (_, fold) = found(rule, event, raw_options());
    let want = [
        ("TargetUserName", vec!["Mia"]),
        ("user", vec!["Mia"]),
        ("password", vec!["[REDACTED]"]),
        ("list", vec!["y", r#"{"z":1}"#]),
        ("b", vec!["1"]),
    ];
    assert_eq!(fold.samples[0].text.fields(), want);
}

fn correlation(identity: &str, rules: &[&str], group_by: &[&str], count: &[&str]) -> Correlation {
    let texts = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
    Correlation {
        meta: RuleMeta { identity: identity.to_owned(), ..RuleMeta::default() },
        kind: CorrelationKind::ValueCount,
        rules: texts(rules),
        group_by: texts(group_by),
        timespan: std::time::Duration::from_secs(60),
        timespan_text: "1m".to_owned(),
        bounds: Vec::new(),
        count_fields: texts(count),
        percentile: None,
        extended: None,
        aliases: BTreeMap::new(),
        generate: false,
    }
}

/// A rule feeding a correlation that groups by an alias of its address, with one above that also groups by host.
fn chained() -> (Ruleset, Vec<Feed>) {
    let mut inner = correlation("inner", &["r"], &["ip"], &["user"]);
    inner.aliases.insert("ip".to_owned(), BTreeMap::from([("r".to_owned(), "IpAddress".to_owned())]));
    let outer = correlation("outer", &["inner"], &["ip", "host"], &[]);
    let silenced_by = vec![vec![1], vec![2], Vec::new()];
    let rules =
        Ruleset { rules: vec![one("r", field("IpAddress", text("*")))], correlations: vec![inner, outer], silenced_by };
    let key = ["IpAddress", "user", "host"].map(str::to_owned).to_vec();
    (rules, vec![Feed { rule: RuleId(0), correlation: RuleId(1), key }])
}

const FEEDING: [&str; 4] = [
    r#"{"IpAddress": "192.0.2.7", "TargetUserName": "mia", "host": "web1", "timestamp": "2024-03-01T10:00:00Z"}"#,
    r#"{"IpAddress": "192.0.2.7", "TargetUserName": "mia"}"#,
    r#"{"IpAddress": "192.0.2.7", "host": "web1", "timestamp": "2024-03-01T10:00:02Z"}"#,
    r#"{"IpAddress": null, "TargetUserName": "mia", "timestamp": "2024-03-01T10:00:03Z"}"#,
];

fn hits(options: Options, events: &[&str]) -> Findings {
    let (rules, feeds) = chained();
    let (engine, view) = Mapped::engine(&rules, &feeds, options, &NAMES);
    let events: Vec<JsonEvent> = events.iter().map(|event| JsonEvent::parse(event)).collect();
    observe(&engine, &view, &events, false)
}

#[test]
fn hits_carry_what_correlations_read_and_need() {
    let found = hits(Options { raw: false, ..raw_options() }, &FEEDING);
    let ten = Time(1_709_287_200 * Time::SECOND).0;
    let shown: Vec<_> =
        found.hits.iter().map(|hit| (hit.index, hit.time, hit.inherited, found.keys.get(hit.key).to_vec())).collect();
    let key = |host: Option<&str>| vec![Some("192.0.2.7".into()), Some("mia".into()), host.map(Into::into)];
    // The third lacks the counted user, the fourth does not match; the second lacks what only the outer one reads.
    assert_eq!(shown, [(0, ten, false, key(Some("web1"))), (1, ten, true, key(None))]);
    assert!(found.alerts.is_empty() && found.matches_total == 0, "the rule is silenced");
}

#[test]
fn an_event_without_time_waits_for_one_to_inherit_but_not_under_raw() {
    let found = hits(Options { raw: false, ..raw_options() }, &FEEDING[1..2]);
    assert_eq!(found.hits.iter().map(|hit| (hit.time, hit.inherited)).collect::<Vec<_>>(), [(Hit::INHERIT, true)]);
    assert!(hits(raw_options(), &FEEDING[1..2]).hits.is_empty());
}

#[test]
fn the_stream_shows_silent_matches_and_the_keys_they_feed() {
    let (rules, feeds) = chained();
    let (engine, view) = Mapped::engine(&rules, &feeds, raw_options(), &NAMES);
    let found = observe(&engine, &view, &[JsonEvent::parse(FEEDING[0])], true);
    let matches = found.matches.expect("asked for");
    let shown = matches.iter().next().expect("one match");
    assert_eq!((matches.len(), shown.reported, shown.feeds), (1, false, [RuleId(1)].as_slice()));
    let names: Vec<&str> = shown
        .fields
        .filter_map(|part| match part {
            SamplePart::Name(name) => Some(name),
            SamplePart::Value(_) => None,
        })
        .collect();
    assert_eq!(names, ["IpAddress", "src_ip", "user", "host"]);
}

#[test]
fn excluded_rules_are_mute_but_still_feed() {
    let (mut rules, feeds) = chained();
    rules.silenced_by = vec![Vec::new(); 3];
    let options = Options { excluded: vec![RuleId(0)], ..raw_options() };
    let (engine, view) = Mapped::engine(&rules, &feeds, options, &NAMES);
    let found = observe(&engine, &view, &[JsonEvent::parse(FEEDING[0])], false);
    assert_eq!((found.alerts.len(), found.matches_total, found.hits.len()), (0, 0, 1));
}

#[test]
fn rules_are_tried_where_the_log_source_is_earned() {
    let mut asks = Asks::default();
    let with = |identity: &str, product: Option<&str>, category: Option<&str>| {
        let mut rule = one(identity, field("x", text("*")));
        let owned = |word: Option<&str>| word.map(str::to_owned);
        rule.logsource = LogSource { product: owned(product), category: owned(category), service: None };
        rule
    };
    let rules = Ruleset {
        rules: vec![
            with("linux", Some("linux"), None),
            with("both", Some("linux"), Some("any")),
            with("never", Some("vms"), None),
        ],
        ..Ruleset::default()
    };
    let needs = |source: &LogSource| {
        let mut tags = TagSet::default();
        assert_eq!(source.category, None, "`any` asks for nothing");
        (source.product.as_deref() == Some("linux")).then(|| {
            tags.set(7);
            tags
        })
    };
    let engine = Engine::new(&rules, &[], &needs, &mut asks, raw_options());
    let view = super::RawView::new(&asks);
    let json = JsonEvent::parse(r#"{"x": 1}"#);
    let mut tagged = json.event(0);
    let (mut worker, mut findings) = (Worker::default(), Findings::default());
    assert!(!engine.observe(&tagged, &view, &mut worker, &mut findings));
    assert_eq!((worker.applicable(), findings.matches_total), ([false; 3].as_slice(), 0));
    tagged.tags.set(7);
    tagged.tags.set(300);
    assert!(engine.observe(&tagged, &view as &dyn View, &mut worker, &mut findings));
    assert_eq!((worker.applicable(), findings.matches_total), ([true, true, false].as_slice(), 2));
}

#[test]
fn a_rule_for_any_log_source_fits_untagged_events() {
    let (engine, view) =
        super::testing::engine(vec![one("r", Group::Field(field_test("x", vec![text("*")])))], raw_options());
    assert_eq!(observe(&engine, &view, &[JsonEvent::parse(r#"{"x": 1}"#)], false).matches_total, 1);
    assert!(!engine.has_keywords());
}
