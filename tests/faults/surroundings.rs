//! What surrounds a run and must not change it: clock, zone, language, bounds on files, memory for stacks.

use super::{faulty, shell};
use crate::support::{Folder, corpora, files, program};
use std::fmt::Write as _;

const EXAMPLES: [&str; 7] = ["scan", "examples/sample_logs", "--no-config", "--format", "json", "--year", "2026"];

/// What people and systems set.
pub(super) const VARIABLES: [(&str, &str); 13] = [
    ("LC_ALL", "C"),
    ("LC_ALL", "tr_TR.UTF-8"),
    ("LC_ALL", "ar_EG.ISO-8859-6"),
    ("LANG", "de_DE.UTF-8"),
    ("LC_NUMERIC", "fr_FR.UTF-8"),
    ("TZ", "Asia/Kathmandu"),
    ("TZ", "America/St_Johns"),
    ("TZ", ":/no/such/zone"),
    ("TZDIR", "/nonexistent"),
    ("HOME", "/nonexistent"),
    ("TMPDIR", "/nonexistent"),
    ("COLUMNS", "3"),
    ("RUST_BACKTRACE", "full"),
];

/// Clocks: long ago, beyond all dates, and one that runs backwards.
pub(super) const CLOCKS: [&str; 7] = ["0", "-86400", "951782400", "2147483648", "4102444800", "253402300800", "back"];

/// The report of the examples, from below the checkout.
fn examples(variables: &[(&str, &str)]) -> String {
    let mut command = program(&crate::support::binary(), &crate::support::root());
    let output = command.args(EXAMPLES).envs(variables.iter().copied()).output().expect("the binary was built");
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

#[test]
fn language_and_zone_change_nothing() {
    let want = examples(&[]);
    for (name, value) in VARIABLES {
        assert!(examples(&[(name, value)]) == want, "{name}={value} changes the report");
    }
}

#[test]
fn the_clock_changes_nothing_and_may_run_backwards() {
    let want = examples(&[]);
    for clock in CLOCKS {
        let args = [&EXAMPLES[..], &["--timestamps", "--stats"]].concat();
        for (args, is_same) in [(&EXAMPLES[..], true), (&args, false)] {
            let Some(ran) = faulty(&crate::support::root(), &[("CLOCK", clock)], args) else { return };
            assert_eq!(ran.code, Some(0), "{clock}: {}", ran.stderr);
            assert!(!is_same || ran.stdout == want, "the clock {clock} changes the report");
        }
        // Nothing but the clock says the year: it is told, not failed on.
        let folder = Folder::new();
        folder.write("auth.log", "Mar  2 09:00:01 gate CRON[7]: (root) CMD (run-parts /etc/cron.hourly)\n");
        let args = ["scan", "auth.log", "--no-config", "--format", "json"];
        let ran = faulty(folder.path(), &[("CLOCK", clock)], &args).expect("it was there").with_code(0);
        assert_eq!(ran.json()["summary"]["events"], 1, "{clock}");
    }
}

#[test]
fn five_thousand_files_need_no_more_than_sixty_four_open_ones() {
    let folder = Folder::new();
    for n in 0..5_000 {
        let minute = n % 60;
        folder.write(
            &format!("in/{}/{n:04}.jsonl", n % 7),
            format!("{{\"timestamp\":\"2026-01-01T00:{minute:02}:00Z\",\"user\":\"u{n}\"}}\n"),
        );
    }
    for threads in ["1", "16"] {
        let args = [
            "scan",
            "in",
            "--no-config",
            "--format",
            "json",
            "--threads",
            threads,
            "-o",
            "report.json",
            "--report",
            "matches=m.jsonl",
            "--report",
            "csv=r.csv",
        ];
        let ran = shell(folder.path(), "ulimit -n 64; \"$@\"", &args).with_code(0);
        let report: serde_json::Value = serde_json::from_str(&folder.read("report.json")).expect("JSON");
        let summary = &report["summary"];
        assert_eq!((&summary["events"], &summary["complete"]), (&5_000.into(), &true.into()), "{}", ran.stderr);
        assert_eq!(report["inputs"].as_array().map(Vec::len), Some(5_000));
    }
}

/// What nests as deep as an attacker likes: the name of the file, and what is in it.
pub(super) fn deep() -> Vec<(&'static str, String)> {
    let n = 200_000;
    let mut condition =
        String::from("title: Deep\nlogsource: {category: any}\ndetection:\n    s: {a: b}\n    condition: ");
    writeln!(condition, "{}s{}", "not (".repeat(5_000), ")".repeat(5_000)).expect("memory");
    let good = "{\"user\":\"before\"}\n";
    vec![
        ("arrays.jsonl", format!("{good}{}{}\n{good}", "[".repeat(n), "]".repeat(n))),
        ("objects.jsonl", format!("{good}{}1{}\n{good}", "{\"a\":".repeat(n), "}".repeat(n))),
        ("open.jsonl", format!("{good}{{\"a\":{}\n{good}", "[".repeat(n))),
        ("event.xml", format!("<Events><Event>{}{}</Event></Events>", "<a>".repeat(n), "</a>".repeat(n))),
        ("text.jsonl", format!("{good}{{\"message\":\"{}\"}}\n", "{\\\"a\\\":".repeat(n))),
        ("quotes.csv", format!("a,b\n{}\n1,2\n", "\"".repeat(n))),
        ("pairs.log", format!("{}\n", "a=\"(".repeat(n))),
        ("condition.yml", condition),
        ("map.yml", "{a: ".repeat(n)),
        ("list.yml", "- ".repeat(n)),
    ]
}

/// Small stacks, of the first thread and of all others.
const SMALL: &str = "ulimit -s 512; RUST_MIN_STACK=262144 \"$@\"";

#[test]
fn small_stacks_are_enough_for_whatever_nests() {
    let folder = Folder::new();
    let deep = deep();
    for (name, text) in &deep {
        folder.write(&format!("in/{name}"), text);
    }
    for threads in ["1", "4"] {
        let args = ["scan", "in", "--no-config", "--format", "json", "--threads", threads];
        let ran = shell(folder.path(), SMALL, &args);
        assert!(matches!(ran.code, Some(0 | 4)), "{:?} {}", ran.code, ran.stderr);
        assert_eq!(ran.json()["inputs"].as_array().map(Vec::len), Some(deep.len()));
        let ran = shell(folder.path(), SMALL, &["events", "in", "--no-config"]);
        assert!(matches!(ran.code, Some(0 | 4)), "{:?} {}", ran.code, ran.stderr);
    }
    for (name, _) in deep.iter().filter(|(name, _)| name.ends_with("yml")) {
        let ran = shell(folder.path(), SMALL, &["rules", "check", &format!("in/{name}"), "--no-config"]);
        assert_eq!(ran.code, Some(3), "{name}: {}", ran.stderr);
    }
}

#[test]
fn small_stacks_are_enough_for_hostile_inputs() {
    let Some(place) = corpora("small stacks over hostile inputs") else { return };
    let nasty = place.join("corpus/nasty");
    let folder = Folder::new();
    for args in [&["scan", "--format", "json", "--threads", "4"][..], &["scan", "--format", "html"], &["events"]] {
        let path = nasty.to_str().expect("UTF-8");
        let ran = shell(folder.path(), SMALL, &[args, &[path, "--no-config"]].concat());
        assert!(matches!(ran.code, Some(0 | 4)), "{args:?}: {:?} {}", ran.code, ran.stderr);
    }
    let rules = files(&nasty.join("rules"));
    assert!(rules.len() >= 5, "{rules:?}");
    for rule in rules {
        let path = rule.to_str().expect("UTF-8");
        let ran = shell(folder.path(), SMALL, &["rules", "check", path, "--no-config"]);
        assert!(matches!(ran.code, Some(0 | 3)), "{path}: {:?} {}", ran.code, ran.stderr);
    }
}
