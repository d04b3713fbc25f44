//! The library says of a scan what the command says of it.

use crate::support::{FORMATS, Folder, root, run};
use logsentry::{Analyzer, Config, Level};
use serde_json::{Value, json};
use std::io;

/// The bundled incident, as the library sees it.
fn incident(config: impl FnOnce(&mut Config)) -> logsentry::Analysis {
    let mut settings = Config::default();
    settings.year = Some(2026);
    config(&mut settings);
    let analyzer = Analyzer::new(settings).expect("the built-in rules load");
    analyzer.analyze_paths(&[root().join("examples/sample_logs")]).expect("nothing is asked of standard input")
}

#[test]
fn the_library_tells_of_each_alert_what_the_report_tells() {
    let analysis = incident(|_| {});
    let report = run(&["scan", "examples/sample_logs", "--no-config", "--year", "2026", "--format", "json"]).json();
    let summary = &report["summary"];
    assert_eq!(analysis.verdict(), summary["verdict"]);
    assert_eq!(json!(analysis.risk_score()), summary["risk_score"]);
    assert_eq!(json!(analysis.events()), summary["events"]);
    assert_eq!(json!(analysis.is_complete()), summary["complete"]);
    assert_eq!(analysis.problems().count(), report["problems"].as_array().map_or(0, Vec::len));
    let alerts: Vec<Value> = analysis
        .alerts()
        .map(|alert| {
            let entity: Vec<Value> =
                alert.entity().map(|(field, value)| json!({"field": field, "value": value})).collect();
            json!([alert.rule_id(), alert.level().to_string(), entity, alert.count(), alert.fingerprint()])
        })
        .collect();
    let told: Vec<Value> = report["alerts"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|alert| json!([alert["rule_id"], alert["level"], alert["entity"], alert["count"], alert["fingerprint"]]))
        .collect();
    assert!(!told.is_empty());
    assert_eq!(alerts, told);
    for alert in analysis.alerts() {
        let rules = report["rules"].as_array().expect("a list");
        let rule = rules.iter().find(|rule| rule["id"] == alert.rule_id()).expect("rules of alerts are listed");
        assert_eq!(
            (json!(alert.title()), json!(alert.techniques())),
            (rule["title"].clone(), rule["techniques"].clone())
        );
    }
    let places: Vec<Value> = analysis.alerts().map(|alert| json!([alert.place().0, alert.place().1])).collect();
    let place = |alert: &Value| json!([alert["location"]["path"], alert["location"]["line"]]);
    assert_eq!(places, report["alerts"].as_array().expect("a list").iter().map(place).collect::<Vec<_>>());
}

#[test]
fn the_library_writes_every_report_but_the_one_written_while_scanning() {
    let analysis = incident(|_| {});
    for format in FORMATS {
        let mut out = Vec::new();
        let written = analysis.write(format, &mut out);
        if format == "matches" {
            assert_eq!(written.map_err(|error| error.kind()), Err(io::ErrorKind::InvalidInput));
        } else {
            written.unwrap_or_else(|error| panic!("{format}: {error}"));
            assert!(!out.is_empty(), "{format}");
        }
    }
    let error = analysis.write("nothing", &mut Vec::new()).expect_err("there is no such format");
    assert_eq!(
        (error.kind(), error.to_string()),
        (io::ErrorKind::InvalidInput, "\"nothing\" is no report format".to_owned())
    );
}

#[test]
fn the_gate_sees_what_is_not_shown() {
    for (fail_on, fired) in [(Level::Critical, true), (Level::High, true)] {
        let analysis = incident(|config| config.fail_on = Some(fail_on));
        assert_eq!(analysis.is_gate_fired(), fired);
    }
    assert!(!incident(|config| config.fail_on = None).is_gate_fired());
    let all = incident(|_| {}).alerts().count();
    let hidden = incident(|config| {
        config.min_severity = Level::Critical;
        config.fail_on = Some(Level::Low);
    });
    assert!(hidden.alerts().count() < all && hidden.alerts().all(|alert| alert.level() == Level::Critical));
    assert!(hidden.is_gate_fired());
}

#[test]
fn what_cannot_be_read_is_part_of_the_analysis_and_what_makes_no_sense_is_not() {
    let folder = Folder::new();
    let log =
        folder.write("a.log", "Mar  2 10:00:00 gate sshd[1]: Failed password for root from 192.0.2.1 port 5 ssh2\n");
    let analyzer = Analyzer::new(Config::default()).expect("the built-in rules load");
    let analysis = analyzer.analyze_paths(&[log, folder.path().join("gone.log")]).expect("paths are only looked at");
    assert!(!analysis.is_complete());
    assert_eq!(analysis.events(), 1);
    assert!(
        analysis.problems().any(|(path, count, what)| path.ends_with("gone.log") && count == 1 && !what.is_empty())
    );
    let mut config = Config::default();
    config.rule_paths = vec![folder.path().join("gone.yml")];
    assert!(Analyzer::new(config).is_err());
}
