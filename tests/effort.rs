//! How much of the work a scan is spared, in counts that `--stats` says: figures of time are no test. Inputs are those of the
//! benches, so what a bound means can be seen there, too.

#[path = "../benches/data.rs"]
mod data;

use crate::support::{Folder, run_in};

/// What a scan on one thread did.
#[derive(Debug)]
struct Effort {
    passed_over: f64,
    /// Of the bytes of the log, line ends included.
    bytes_passed_over: f64,
    read: f64,
    /// Of an event that was read.
    fitting: f64,
    tried: f64,
    held: f64,
    /// Of a hundred rules that held.
    as_before: f64,
    lines: f64,
    values: f64,
    /// Of a hundred values.
    known: f64,
}

impl Effort {
    /// Rules over a made-up log of some kind.
    fn of(log: &str, rules: &str) -> Effort {
        let folder = Folder::new();
        folder.write("rules.yml", rules);
        let text = data::text(log, 1 << 20);
        let size = f64::from(u32::try_from(text.len()).expect("a megabyte"));
        folder.write(log, &text);
        let args = ["scan", "--stats", "--no-config", "--no-builtin", "--year", "2026", "--threads", "1"];
        let ran = run_in(folder.path(), &[&args[..], &["-r", "rules.yml", log]].concat()).with_code(0);
        let said = ran.stderr.lines().find(|line| line.contains("passed over by their lines")).expect("what it did");
        let numbers: Vec<f64> = said
            .split([' ', '(', '%', ','])
            .filter_map(|word| word.trim_end_matches([',', ';']).parse().ok())
            .collect();
        let [passed_over, bytes, read, fitting, tried, held, as_before, lines, values, known] = numbers[..] else {
            panic!("ten numbers: {said}");
        };
        let bytes_passed_over = (bytes + passed_over) / size;
        Effort { passed_over, bytes_passed_over, read, fitting, tried, held, as_before, lines, values, known }
    }
}

/// So many rules of a log source, each with its own texts.
fn rules(count: usize, logsource: &str, detection: &str) -> String {
    let rule = |n: usize| {
        let detection = detection.replace("{n}", &n.to_string());
        format!(
            "---\ntitle: Rule {n}\nname: rule_{n}\nlogsource: {{{logsource}}}\ndetection:\n{detection}  condition: selection\n\
             level: low\n"
        )
    };
    (0..count).map(rule).collect()
}

#[test]
fn lines_that_hold_nothing_a_rule_wants_are_not_read() {
    for (log, logsource, detection) in [
        ("access.log", "category: webserver", "  selection:\n    cs-uri-query|contains: '/evil{n}/'\n"),
        ("auth-quiet.log", "product: linux, service: sshd", "  selection:\n    message|contains: 'evil word {n}'\n"),
        (
            "auth-quiet.log",
            "product: linux, service: sshd",
            "  keywords:\n    - 'evil word {n}'\n  selection:\n    - 'evil {n}'\n",
        ),
    ] {
        let effort = Effort::of(log, &rules(50, logsource, detection));
        assert!(effort.passed_over > 1_000.0 && effort.read < effort.passed_over / 100.0, "{log}: {effort:?}");
        assert!((0.98..=1.0).contains(&effort.bytes_passed_over), "{log}: {effort:?}");
    }
}

#[test]
fn few_of_many_rules_are_tried_on_an_event() {
    let detection =
        "  selection:\n    Image|endswith: '\\tool{n}.exe'\n    CommandLine|contains: ['--run{n} ', '/run:{n} ']\n";
    let effort = Effort::of("windows.jsonl", &rules(300, "product: windows, category: process_creation", detection));
    assert!(effort.read > 1_000.0 && effort.passed_over < 1.0 && effort.held < 0.01, "{effort:?}");
    assert!(effort.bytes_passed_over <= 0.0, "{effort:?}");
    assert!(effort.fitting > 299.0 && effort.tried < 0.02, "{effort:?}");
    // One field stands for the whole of a rule.
    assert!(effort.values <= 1.0 && effort.lines < 0.01, "{effort:?}");
    assert!(effort.known > 80.0, "{effort:?}");
}

#[test]
fn words_that_may_stand_in_any_value_are_looked_for_once_an_event() {
    let effort = Effort::of("windows.jsonl", &rules(20, "product: windows", "  selection:\n    - 'evil::word{n}'\n"));
    assert!(effort.fitting > 19.0 && effort.tried < 0.01, "{effort:?}");
    assert!((0.99..=1.0).contains(&effort.lines) && effort.values < 0.01, "{effort:?}");
}

#[test]
fn values_that_repeat_are_looked_through_once() {
    let detection = "  selection:\n    userIdentity.arn|contains: 'evil{n}agent'\n    eventName: 'Delete{n}'\n";
    let effort = Effort::of("cloudtrail.jsonl", &rules(100, "product: aws, service: cloudtrail", detection));
    assert!(effort.fitting > 99.0 && effort.tried < 0.01, "{effort:?}");
    assert!(effort.values <= 1.0 && effort.known > 90.0, "{effort:?}");
}

#[test]
fn matches_that_repeat_are_worked_out_once() {
    let detection = "  selection:\n    eventSource|endswith: '.amazonaws.com'\n    eventVersion|startswith: '1.'\n";
    let effort = Effort::of("cloudtrail.jsonl", &rules(3, "product: aws, service: cloudtrail", detection));
    assert!(effort.held > 2.9, "{effort:?}");
    assert!(effort.as_before > 90.0, "{effort:?}");
}
