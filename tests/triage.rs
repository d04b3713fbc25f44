//! Baselines and ignore files, as a pipeline meets them.

use crate::support::{Folder, Ran};

/// Failed logins of one address, one a second.
fn guesses(address: &str, count: u32) -> String {
    let line = |n: u32| {
        format!("Mar  2 09:00:{n:02} gate sshd[77]: Failed password for root from {address} port 50011 ssh2\n")
    };
    (1..=count).map(line).collect()
}

fn folder() -> Folder {
    let folder = Folder::new();
    folder.write("logs/auth.log", guesses("198.51.100.7", 6));
    folder
}

fn scan(folder: &Folder, args: &[&str]) -> Ran {
    let mut all = vec!["scan", "logs", "--no-config", "--year", "2026"];
    all.extend(args);
    folder.run(&all)
}

#[test]
fn what_a_baseline_holds_neither_fails_nor_shows() {
    let folder = folder();
    scan(&folder, &["--fail-on", "high", "--write-baseline", "known.json"]).with_code(1);
    scan(&folder, &["--format", "json", "-o", "report.json"]).with_code(0);
    scan(&folder, &["--format", "sarif", "-o", "report.sarif"]).with_code(0);
    // The same events later, in a rotated file with more before them: still the same alerts.
    folder.write("logs/auth.log", "");
    folder.write("logs/auth.log.1", format!("{}{}", "Mar  3 07:00:00 gate cron[1]: x\n", guesses("198.51.100.7", 7)));
    for baseline in ["known.json", "report.json", "report.sarif"] {
        let args = ["--fail-on", "low", "--baseline", baseline];
        let ran = scan(&folder, &args).with_code(0);
        assert!(ran.stdout.contains("No alerts") && ran.stdout.contains("2 known"), "{baseline}: {}", ran.stdout);
        let shown = scan(&folder, &[&args[..], &["--show-known"]].concat()).with_code(0);
        assert!(shown.stdout.contains("corr-ssh-bruteforce") && shown.stdout.contains("· known"), "{}", shown.stdout);
        let report = scan(&folder, &[&args[..], &["--format", "json"]].concat()).with_code(0).json();
        assert_eq!(report["summary"]["unchanged"], 2);
        assert_eq!(report["summary"]["alerts"]["total"], 0);
        assert_eq!((&report["summary"]["verdict"], &report["summary"]["gone"]), (&"CLEAN".into(), &0.into()));
        let alerts = report["alerts"].as_array().expect("a list");
        assert_eq!(alerts.len(), 2);
        assert!(alerts.iter().all(|alert| alert["status"] == "unchanged"));
    }
}

#[test]
fn a_new_attack_is_new_beside_a_baseline() {
    let folder = folder();
    scan(&folder, &["--write-baseline", "known.json"]).with_code(0);
    folder.write("logs/auth.log", guesses("203.0.113.9", 6));
    let args = ["--fail-on", "high", "--baseline", "known.json", "--format", "json", "--report", "sarif=r.sarif"];
    let report = scan(&folder, &args).with_code(1).json();
    assert_eq!(report["summary"]["gone"], 2);
    assert_eq!(report["summary"]["alerts"]["total"], 2);
    let sarif: serde_json::Value = serde_json::from_str(&folder.read("r.sarif")).expect("JSON");
    let states = sarif["runs"][0]["results"].as_array().expect("a list").iter().map(|r| r["baselineState"].clone());
    assert_eq!(states.collect::<Vec<_>>(), ["new", "new"]);
}

#[test]
fn alerts_that_are_not_shown_are_in_the_baseline_all_the_same() {
    let folder = folder();
    scan(&folder, &["--min-severity", "critical", "--write-baseline", "known.json"]).with_code(0);
    scan(&folder, &["--fail-on", "informational", "--baseline", "known.json"]).with_code(0);
}

#[test]
fn a_configured_baseline_may_be_written_before_it_is_there() {
    let folder = folder();
    folder.write(".logsentry.yml", "fail_on: high\nbaseline: known.json\n");
    let run = |args: &[&str]| folder.run(&[&["scan", "logs", "--year", "2026"], args].concat());
    let missing = run(&[]).with_code(2);
    assert!(missing.stderr.contains("known.json"), "{}", missing.stderr);
    run(&["--write-baseline", "known.json"]).with_code(1);
    run(&[]).with_code(0);
    // Written anew it holds what is known and what is new.
    folder.write("logs/b.log", guesses("203.0.113.9", 6));
    run(&["--write-baseline", "known.json"]).with_code(1);
    run(&[]).with_code(0);
    let known: serde_json::Value = serde_json::from_str(&folder.read("known.json")).expect("JSON");
    assert_eq!(known["alerts"].as_array().map(Vec::len), Some(4));
}

#[test]
fn a_baseline_that_is_none_is_2_and_never_empty() {
    let folder = folder();
    folder.write(
        "foreign.sarif",
        r#"{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "x"}}, "results": []}]}"#,
    );
    folder.write("empty.json", "");
    for name in ["foreign.sarif", "empty.json", "missing.json", "logs"] {
        let ran = scan(&folder, &["--baseline", name]).with_code(2);
        assert!(ran.stderr.contains(name) && ran.stdout.is_empty(), "{}", ran.stderr);
    }
    let variable = crate::support::command(folder.path())
        .args(["scan", "logs", "--no-config"])
        .env("LOGSENTRY_BASELINE", "missing.json")
        .output();
    assert_eq!(variable.expect("it was built").status.code(), Some(2));
}

#[test]
fn a_baseline_in_the_place_of_a_report_or_of_an_input_is_2() {
    let folder = folder();
    scan(&folder, &["--write-baseline", "x.json", "--report", "json=x.json"]).with_code(2);
    let input = ["scan", "logs/auth.log", "--no-config", "--write-baseline", "logs/auth.log"];
    folder.run(&input).with_code(2);
    assert_eq!(folder.read("logs/auth.log"), guesses("198.51.100.7", 6));
    folder.write("other/file", "");
    scan(&folder, &["--write-baseline", "other"]).with_code(5);
}
