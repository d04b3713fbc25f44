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
    let mut all = vec!["scan", "logs", "--no-config", "--year", "2026", "--sarif-root", "."];
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

/// Failed logins of two users from one address, in two logs.
fn two_users() -> Folder {
    let folder = Folder::new();
    let line = |hour: u32, n: u32, user: &str| {
        format!("Mar  2 {hour:02}:00:{n:02} gate sshd[77]: Failed password for {user} from 198.51.100.7 port 1 ssh2\n")
    };
    let lines = |hour, users: [&str; 6]| (1..7).zip(users).map(|(n, user)| line(hour, n, user)).collect::<String>();
    folder.write("logs/auth.log", lines(9, ["root", "backup", "root", "backup", "root", "root"]));
    folder.write("logs/test/auth.log", lines(10, ["backup"; 6]));
    folder
}

fn json(folder: &Folder, args: &[&str]) -> serde_json::Value {
    scan(folder, &[&["--format", "json"], args].concat()).with_code(0).json()
}

/// Path, rule, count and status of every alert.
fn shown(report: &serde_json::Value) -> Vec<(String, String, u64, String)> {
    let text = |value: &serde_json::Value| value.as_str().expect("text").to_owned();
    let row = |alert: &serde_json::Value| {
        let count = alert["count"].as_u64().expect("a number");
        (text(&alert["location"]["path"]), text(&alert["rule_id"]), count, text(&alert["status"]))
    };
    report["alerts"].as_array().expect("a list").iter().map(row).collect()
}

fn row(path: &str, rule: &str, count: u64, status: &str) -> (String, String, u64, String) {
    (path.to_owned(), rule.to_owned(), count, status.to_owned())
}

const FAILED: &str = "linux-ssh-failed-password";
const GUESSED: &str = "corr-ssh-bruteforce";

#[test]
fn entries_act_on_matches_and_an_alert_is_suppressed_when_all_of_them_are() {
    let folder = two_users();
    folder.write(
        ".logsentryignore.yml",
        format!("- rule: {FAILED}\n  fields: {{user: BACK*}}\n  reason: the backup job\n  expires: 2999-12-31\n"),
    );
    let report = json(&folder, &[]);
    let want = [
        row("logs/auth.log", GUESSED, 6, "new"),
        row("logs/test/auth.log", GUESSED, 6, "new"),
        row("logs/auth.log", FAILED, 4, "new"),
        row("logs/test/auth.log", FAILED, 6, "suppressed"),
    ];
    assert_eq!(shown(&report), want, "{report}");
    assert_eq!(report["summary"]["suppressed"], 1);
    // Four of root, and a burst in each log.
    assert_eq!(report["summary"]["matches"], 6);
    let suppression = &report["alerts"][3]["suppression"];
    assert_eq!(*suppression, serde_json::json!({"reason": "the backup job", "expires": "2999-12-31"}));
    let lines: Vec<u64> = report["alerts"][2]["events"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|event| event["line"].as_u64())
        .collect();
    assert_eq!(lines, [1, 3, 5, 6]);
    let muted = scan(&folder, &["--format", "matches"]).with_code(0).lines();
    let muted = muted.iter().filter(|line| line["match"]["reported"] == false).count();
    assert_eq!(muted, 8);
}

#[test]
fn how_work_is_cut_changes_nothing_about_what_is_put_aside() {
    let folder = Folder::new();
    let users = ["root", "backup", "mia", "backup", "root"];
    let line = |n: usize| {
        let user = users[n * 7 % 5];
        let address = n % 3;
        format!(
            "Mar  2 09:{:02}:{:02} gate sshd[77]: Failed password for {user} from 198.51.100.{address} port 1 ssh2\n",
            n / 60,
            n % 60
        )
    };
    folder.write("logs/auth.log", (0..600).map(line).collect::<String>());
    folder.write(
        ".logsentryignore.yml",
        format!(
            "- {{rule: {FAILED}, fields: {{user: backup}}, reason: a, permanent: true}}\n\
             - {{rule: {FAILED}, fields: {{user: mia}}, paths: elsewhere/**, reason: b, permanent: true}}\n\
             - {{rule: {FAILED}, fields: {{src_ip: 198.51.100.1}}, reason: c, permanent: true}}\n"
        ),
    );
    let whole = json(&folder, &["--threads", "1"]);
    assert_eq!(shown(&whole).iter().filter(|(.., status)| status == "suppressed").count(), 1);
    assert_eq!(shown(&whole).iter().filter(|(_, rule, count, _)| rule == FAILED && *count == 120).count(), 2);
    for args in [["--threads", "3", "--block-size", "500"], ["--threads", "1", "--block-size", "64"]] {
        assert_eq!(json(&folder, &args), whole);
    }
}

#[test]
fn paths_fingerprints_and_groups_narrow_an_entry_down() {
    let folder = two_users();
    let print = json(&folder, &[])["alerts"][0]["fingerprint"].as_str().expect("text").to_owned();
    let cases = [
        (format!("rule: {GUESSED}, paths: ['logs/test/**']"), [false, true, false, false]),
        (format!("rule: {GUESSED}, fingerprint: '{print}'"), [true, false, false, false]),
        (format!("rule: {GUESSED}, fields: {{src_ip: 198.51.*}}"), [true, true, false, false]),
        (format!("rule: {GUESSED}, fields: {{src_ip: 198.51.*}}, paths: logs/*.log"), [true, false, false, false]),
        (format!("rule: {FAILED}, paths: logs/"), [false, false, true, true]),
        (format!("rule: {FAILED}, fields: {{user: [backup, root]}}"), [false, false, true, true]),
        (format!("rule: {FAILED}, fields: {{user: backup, src_ip: 203.0.113.9}}"), [false; 4]),
        ("rule: no-such-rule".to_owned(), [false; 4]),
    ];
    for (entry, want) in cases {
        folder.write(".logsentryignore.yml", format!("- {{{entry}, reason: x, permanent: true}}\n"));
        let report = json(&folder, &[]);
        let mut found: Vec<_> = shown(&report);
        found.sort_by_key(|(path, rule, ..)| (rule.clone(), path.clone()));
        let found: Vec<bool> = found.iter().map(|(.., status)| status == "suppressed").collect();
        assert_eq!(found, want, "{entry}");
        let is_unused =
            report["problems"].as_array().expect("a list").iter().any(|p| p["kind"] == "suppression_unused");
        assert_eq!(is_unused, want == [false; 4], "{entry}");
    }
}

#[test]
fn what_is_suppressed_neither_fails_nor_shows_and_is_told() {
    let folder = folder();
    let entries =
        [FAILED, GUESSED].map(|rule| format!("- {{rule: {rule}, reason: a load test, expires: 2999-12-31}}\n"));
    folder.write(".logsentryignore.yml", entries.concat());
    let ran = scan(&folder, &["--fail-on", "low", "--report", "sarif=a.sarif"]).with_code(0);
    assert!(ran.stdout.contains("CLEAN") && ran.stdout.contains("2 suppressed"), "{}", ran.stdout);
    let shown = scan(&folder, &["--show-suppressed"]).with_code(0);
    assert!(shown.stdout.contains("· suppressed: a load test"), "{}", shown.stdout);
    assert!(!folder.read("a.sarif").contains("\"ruleId\""));
    scan(&folder, &["--fail-on", "low", "--no-ignore"]).with_code(1);
    // A baseline does not take over what is only put aside.
    scan(&folder, &["--write-baseline", "known.json"]).with_code(0);
    scan(&folder, &["--fail-on", "low", "--no-ignore", "--baseline", "known.json"]).with_code(1);
    folder.write("elsewhere/other.yml", "");
    scan(&folder, &["--fail-on", "low", "--ignore-file", "elsewhere/other.yml"]).with_code(1);
}

#[test]
fn an_expired_entry_lets_its_alerts_back_and_an_unused_one_is_told() {
    let folder = folder();
    folder.write(
        ".logsentryignore.yml",
        format!("- {{rule: {GUESSED}, reason: x, expires: 2026-06-30}}\n- {{rule: web-sql-injection, reason: y, permanent: true}}\n"),
    );
    let on = |day: &str| {
        ["--fail-on", "high", "--reference-time"]
            .map(str::to_owned)
            .into_iter()
            .chain([format!("{day}T12:00:00Z")])
            .collect::<Vec<_>>()
    };
    let run = |day: &str, more: &[&str]| {
        let args = on(day);
        scan(&folder, &args.iter().map(String::as_str).chain(more.iter().copied()).collect::<Vec<_>>())
    };
    run("2026-06-30", &[]).with_code(0);
    let late = run("2026-07-01", &["--format", "sarif"]).with_code(1);
    assert!(
        late.stderr.contains("expired on 2026-06-30") && late.stderr.contains("matched nothing"),
        "{}",
        late.stderr
    );
    let notes = late.json()["runs"][0]["invocations"][0]["toolConfigurationNotifications"].to_string();
    assert!(notes.contains("LSN006") && notes.contains("LSN007"), "{notes}");
    // With --strict the one refuses the scan, the other fails it when the reports are written.
    let refused = run("2026-07-01", &["--strict", "-o", "r.json", "--format", "json"]).with_code(2);
    assert!(refused.stderr.contains("expired") && !folder.path().join("r.json").exists(), "{}", refused.stderr);
    run("2026-06-30", &["--strict", "-o", "r.json", "--format", "json"]).with_code(2);
    assert!(folder.read("r.json").contains("suppression_unused"));
}

#[test]
fn an_ignore_file_that_is_wrong_is_2() {
    let folder = folder();
    scan(&folder, &["--ignore-file", "missing.yml"]).with_code(2);
    folder.write(".logsentryignore.yml", "- rule: x\n  reason: y\n");
    let ran = scan(&folder, &[]).with_code(2);
    assert!(ran.stderr.contains(".logsentryignore.yml") && ran.stderr.contains("expires"), "{}", ran.stderr);
    scan(&folder, &["--no-ignore"]).with_code(0);
}
