//! The bundled incident: what it must show, and the exact report it gives.

use crate::support::{root, run};
use std::collections::BTreeSet;

fn report() -> serde_json::Value {
    let args = ["scan", "examples/sample_logs", "--no-config", "--year", "2026", "--format", "json", "-q"];
    run(&args).with_code(0).json()
}

#[test]
fn the_incident_shows_at_least_twelve_rules_and_every_correlation() {
    let report = report();
    let alerts = report["alerts"].as_array().expect("a list");
    let rules: BTreeSet<&str> = alerts.iter().filter_map(|alert| alert["rule_id"].as_str()).collect();
    assert!(rules.len() >= 12, "{rules:?}");
    let listed = run(&["rules", "--format", "json", "--no-config"]).json();
    for rule in listed.as_array().expect("a list").iter().filter(|rule| rule["kind"] == "correlation") {
        let id = rule["id"].as_str().expect("a text");
        assert!(rules.contains(id), "{id} does not fire");
    }
    assert_eq!(report["summary"]["verdict"], "CRITICAL");
    assert_eq!(report["summary"]["unparsed"], 0);
    assert!(report["summary"]["events"].as_u64() >= Some(300));
}

#[test]
fn nine_of_ten_events_of_the_incident_are_behind_no_alert() {
    let args = ["scan", "examples/sample_logs", "--no-config", "--year", "2026", "--format", "matches", "-q"];
    let lines = run(&args).with_code(0).lines();
    let behind: BTreeSet<(String, u64)> = lines
        .iter()
        .filter_map(|line| line.get("match"))
        .filter(|one| one["kind"] == "detection" && one["level"] != "informational")
        .map(|one| (one["path"].to_string(), one["line"].as_u64().unwrap_or(0)))
        .collect();
    let events = lines.last().and_then(|line| line["summary"]["events"].as_u64()).expect("a summary");
    assert!(behind.len() as u64 * 10 <= events, "{} of {events}", behind.len());
}

#[test]
fn the_incident_gives_exactly_its_report() {
    let expected = root().join("examples/report.json");
    let args = ["scan", "examples/sample_logs", "--no-config", "--year", "2026", "--format", "json", "-q"];
    let given = run(&args).with_code(0).stdout;
    if std::env::var_os("ACCEPT").is_some() {
        std::fs::write(&expected, &given).expect("the checkout can be written");
    }
    let wanted = std::fs::read_to_string(&expected).unwrap_or_default();
    assert!(wanted == given, "differs from examples/report.json; look at it, then accept it with ACCEPT=1");
}

#[test]
fn the_library_example_prints_what_the_command_prints() {
    let demo = std::process::Command::new(env!("CARGO"))
        .args(["run", "--quiet", "--locked", "--example", "demo"])
        .current_dir(root())
        .output()
        .expect("cargo is there");
    assert!(demo.status.success(), "{}", String::from_utf8_lossy(&demo.stderr));
    let command = run(&["scan", "examples/sample_logs", "--no-config", "--year", "2026"]).with_code(0);
    assert_eq!(String::from_utf8_lossy(&demo.stdout), command.stdout);
}
