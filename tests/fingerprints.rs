//! What an alert is known by: its rule, its log and what it is about. Nothing else may change a fingerprint, or a pipeline
//! closes and opens the same alerts with every run.

use crate::support::Folder;
use std::collections::BTreeSet;

/// Failed logins of one address, and a certificate tool that is handed a password.
fn logs(address: &str, hour: u32) -> String {
    let guess = |n: u32| {
        format!("Mar  2 {hour:02}:00:{n:02} gate sshd[77]: Failed password for root from {address} port 50011 ssh2\n")
    };
    let sudo = format!(
        "Mar  2 {hour:02}:01:00 gate sudo: mia : user NOT in sudoers ; TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/x --password=tops3cret\n"
    );
    (1..=6).map(guess).chain([sudo]).collect()
}

/// Rule and fingerprint of every alert of a scan, from both reports that have them.
fn prints(folder: &Folder, more: &[&str]) -> BTreeSet<(String, String)> {
    let args = ["scan", "logs", "--no-config", "--year", "2026", "--format", "json", "--sarif-root", ".", "--report"];
    let report = folder.run(&[&args[..], &["sarif=out.sarif"], more].concat()).with_code(0).json();
    let text = |value: &serde_json::Value| value.as_str().expect("text").to_owned();
    let alerts = report["alerts"].as_array().expect("a list").iter();
    let found: BTreeSet<_> = alerts.map(|a| (text(&a["rule_id"]), text(&a["fingerprint"]))).collect();
    let sarif: serde_json::Value = serde_json::from_str(&folder.read("out.sarif")).expect("JSON");
    let results = sarif["runs"][0]["results"].as_array().expect("a list").iter();
    let of_sarif: BTreeSet<_> = results
        .map(|result| {
            let prints = &result["partialFingerprints"];
            let hash = text(&prints["primaryLocationLineHash"]);
            assert_eq!(hash, format!("{}:1", text(&prints["logsentryAlert/v1"])));
            (text(&result["ruleId"]), text(&prints["logsentryAlert/v1"]))
        })
        .collect();
    assert_eq!(found, of_sarif);
    assert!(found.len() >= 3, "{found:?}");
    found
}

fn folder(name: &str, text: &str) -> Folder {
    let folder = Folder::new();
    folder.write(name, text);
    folder
}

#[test]
fn nothing_but_rule_log_and_entity_changes_a_fingerprint() {
    let before = prints(&folder("logs/auth.log", &logs("198.51.100.7", 9)), &[]);
    let calm = "Mar  1 08:00:00 gate CRON[7]: (root) CMD (run-parts /etc/cron.hourly)\n";
    let cases = [
        ("more behind", "logs/auth.log", format!("{}{calm}", logs("198.51.100.7", 9))),
        ("more in front", "logs/auth.log", format!("{calm}{calm}{}", logs("198.51.100.7", 9))),
        ("rotated", "logs/auth.log.1", logs("198.51.100.7", 9)),
        ("rotated by date", "logs/auth.log-20260302", logs("198.51.100.7", 9)),
        ("later", "logs/auth.log", logs("198.51.100.7", 17)),
        ("by another machine", "logs/auth.log", logs("198.51.100.7", 9).replace(" gate ", " other.example ")),
        ("twice as often", "logs/auth.log", logs("198.51.100.7", 9) + &logs("198.51.100.7", 17)),
    ];
    for (what, name, text) in cases {
        assert_eq!(prints(&folder(name, &text), &[]), before, "{what}");
    }
    // The folder of every case is another one; this one is deeper, and what is scanned is found from its top.
    let deep = Folder::new();
    deep.write("a b/c/.git/HEAD", "");
    deep.write("a b/c/logs/auth.log", logs("198.51.100.7", 9));
    let args = ["scan", "a b/c/logs", "--sarif-root", "a b/c", "--no-config", "--year", "2026", "--format", "json"];
    let mut command = crate::support::command(deep.path());
    command.args(args).env("HOSTNAME", "elsewhere").env("HOME", "/nowhere").env("USER", "nobody");
    let report = command.output().expect("it was built").stdout;
    let report: serde_json::Value = serde_json::from_slice(&report).expect("JSON");
    let text = |value: &serde_json::Value| value.as_str().expect("text").to_owned();
    let alerts = report["alerts"].as_array().expect("a list").iter();
    let found: BTreeSet<_> = alerts.map(|alert| (text(&alert["rule_id"]), text(&alert["fingerprint"]))).collect();
    assert_eq!(found, before, "another parent and another machine");
    let same = folder("logs/auth.log", &logs("198.51.100.7", 9));
    for mode in ["off", "strict", "default"] {
        assert_eq!(prints(&same, &["--redact", mode]), before, "{mode}");
    }
    assert_eq!(prints(&same, &["--samples", "1", "--no-snippets", "--threads", "1"]), before);
}

#[test]
fn another_address_and_another_log_change_it() {
    let before = prints(&folder("logs/auth.log", &logs("198.51.100.7", 9)), &[]);
    let moved = prints(&folder("logs/other.log", &logs("198.51.100.7", 9)), &[]);
    assert!(before.is_disjoint(&moved), "{before:?} {moved:?}");
    let other = prints(&folder("logs/auth.log", &logs("198.51.100.8", 9)), &[]);
    // What is about the user stays.
    let (same, changed): (BTreeSet<_>, BTreeSet<_>) = other.into_iter().partition(|one| before.contains(one));
    assert!(same.len() == 1 && changed.len() >= 2, "{same:?} {changed:?}");
}
