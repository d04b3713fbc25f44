//! `explain`: the right event, the right answer, in 80 columns, with nothing a terminal obeys.

use crate::support::{Folder, Ran, run_with_input};

const RULE: &str = "title: Downloads\nname: downloads\nlogsource: {category: process_creation, product: windows}\n\
    detection:\n  tool:\n    Image|endswith: ['\\curl.exe', '\\wget.exe']\n    CommandLine|contains|all: [http, token]\n  \
    filter:\n    User: SYSTEM\n  condition: tool and not filter\nlevel: high\n";

/// A process that was started, as Sysmon tells it.
fn started(image: &str, line: &str, user: &str) -> String {
    let event = serde_json::json!({"Event": {
        "System": {"Provider": {"#attributes": {"Name": "Microsoft-Windows-Sysmon"}}, "EventID": 1,
                   "Channel": "Microsoft-Windows-Sysmon/Operational",
                   "TimeCreated": {"#attributes": {"SystemTime": "2026-03-02T10:00:00.000Z"}}},
        "EventData": {"Image": image, "CommandLine": line, "User": user}}});
    format!("{event}\n")
}

fn folder() -> Folder {
    let folder = Folder::new();
    folder.write("r.yml", RULE);
    let logs = [
        started(r"C:\bin\notepad.exe", "notepad", "bob"),
        started(r"C:\bin\curl.exe", "curl http://x/", "bob"),
        started(r"C:\bin\curl.exe", "curl http://x/?token=\u{1b}[2Jabcdef0123456789", "SYSTEM"),
        started(r"C:\bin\wget.exe", "wget HTTP://x/?Token=abcdef0123456789", "bob"),
    ];
    folder.write("p.jsonl", logs.concat());
    folder
}

fn explain(folder: &Folder, place: &str, more: &[&str]) -> Ran {
    let args = [&["explain", "downloads", place, "-r", "r.yml", "--no-builtin", "--no-config"], more].concat();
    folder.run(&args)
}

fn json(folder: &Folder, place: &str) -> serde_json::Value {
    explain(folder, place, &["--format", "json"]).with_code(0).json()
}

#[test]
fn without_a_number_the_first_match_is_told() {
    let told = json(&folder(), "p.jsonl");
    assert_eq!((&told["held"], &told["looked_at"]), (&true.into(), &4.into()));
    assert_eq!(told["events"].as_array().map(Vec::len), Some(1));
    assert_eq!(told["events"][0]["line"], 4);
    let tool = &told["events"][0]["conditions"][0]["parts"][0];
    assert_eq!(tool["name"], "tool");
    let image = &tool["parts"][0]["parts"][0];
    assert_eq!(image["name"], "Image|endswith");
    assert_eq!(image["tests"]["values"][0]["test"], r"ends with '\wget.exe'");
    assert_eq!(image["tests"]["values"][0]["hit"], r"C:\bin\wget.exe");
}

#[test]
fn where_nothing_matches_the_nearest_are_told_nearest_first() {
    let folder = folder();
    let logs = folder.read("p.jsonl");
    let three: Vec<&str> = logs.lines().take(3).collect();
    folder.write("three.jsonl", three.join("\n"));
    let told = json(&folder, "three.jsonl");
    assert_eq!((&told["held"], &told["looked_at"], &told["applicable"]), (&false.into(), &3.into(), &3.into()));
    let lines: Vec<_> = told["events"].as_array().expect("a list").iter().map(|event| &event["line"]).collect();
    assert_eq!(lines, [2, 1, 3]);
}

#[test]
fn a_line_or_record_is_looked_at_by_itself() {
    let folder = folder();
    for place in ["p.jsonl:3", "p.jsonl#3"] {
        let told = json(&folder, place);
        assert_eq!((&told["held"], &told["looked_at"]), (&false.into(), &1.into()));
        let condition = &told["events"][0]["conditions"][0];
        assert_eq!((&condition["parts"][0]["holds"], &condition["parts"][1]["holds"]), (&true.into(), &false.into()));
    }
    let input = folder.read("p.jsonl");
    let args = ["explain", "Downloads", "-:4", "-r", "r.yml", "--no-builtin", "--no-config"];
    let told = run_with_input(folder.path(), &args, input.as_bytes()).with_code(0).stdout;
    assert!(told.contains("It matches. Looked at 1 event."), "{told}");
}

#[test]
fn what_the_log_source_excludes_is_said_word_by_word() {
    let folder = folder();
    folder.write("a.log", "Mar  2 10:00:00 gate sshd[1]: Failed password for root from 192.0.2.1 port 5 ssh2\n");
    let told = explain(&folder, "a.log:1", &["--year", "2026"]).with_code(0).stdout;
    assert!(told.contains("none had its log source"), "{told}");
    assert!(told.contains("no    category process_creation\n") && told.contains("no    product windows\n"), "{told}");
    let told = explain(&folder, "a.log", &["--format", "json", "--year", "2026"]).with_code(0).json();
    assert_eq!(told["other_logsources"][0]["events"], 1);
    assert_eq!(told["other_logsources"][0]["logsources"][0]["service"], "sshd");
    assert_eq!(told["events"].as_array().map(Vec::len), Some(0));
}

#[test]
fn the_answer_fits_80_columns_and_moves_no_terminal() {
    let folder = folder();
    let long = started(r"C:\bin\curl.exe", &format!("curl http://x/{}", "long/".repeat(300)), "bob");
    folder.write("long.jsonl", format!("{long}{}", started("x\u{202e}\u{1b}]0;y\u{7}", "::error::x", "bob")));
    for place in ["p.jsonl", "p.jsonl:3", "long.jsonl:1", "long.jsonl:2"] {
        let told = explain(&folder, place, &[]).with_code(0).stdout;
        for line in told.lines() {
            assert!(line.chars().count() <= 80, "{line}");
            assert!(!line.chars().any(|c| c.is_control() || c == '\u{202e}'), "{line:?}");
            assert!(!line.trim_start().starts_with("::"), "{line}");
        }
    }
}

#[test]
fn secrets_are_blanked_unless_that_is_off() {
    let folder = folder();
    for (more, want) in [(&[][..], false), (&["--redact", "off"], true)] {
        for format in ["console", "json"] {
            let told = explain(&folder, "p.jsonl", &[more, &["--format", format]].concat()).with_code(0).stdout;
            assert_eq!(told.contains("abcdef0123456789"), want, "{told}");
        }
    }
}

#[test]
fn what_cannot_be_explained_has_the_code_of_its_kind() {
    let folder = folder();
    let said = explain(&folder, "p.jsonl:9", &[]).with_code(4).stderr;
    assert!(said.contains("p.jsonl: there is no event at line 9"), "{said}");
    explain(&folder, "gone.jsonl", &[]).with_code(4);
    let args = |rule| ["explain", rule, "p.jsonl", "--no-config"];
    let said = folder.run(&args("nothing-like-it")).with_code(2).stderr;
    assert!(said.contains("no loaded rule is called"), "{said}");
    folder.run(&["explain", "x", "p.jsonl", "-r", "gone.yml", "--no-config"]).with_code(3);
    folder.write("two.yml", format!("{RULE}---\n{}", RULE.replace("name: downloads", "name: other")));
    let said = folder.run(&["explain", "Downloads", "p.jsonl", "-r", "two.yml", "--no-config"]).with_code(2).stderr;
    assert!(said.contains("downloads, other"), "{said}");
}

/// A refused or an accepted password at a second of one minute.
fn ssh(word: &str, from: &str, second: u32) -> String {
    format!("Mar  2 10:00:{second:02} gate sshd[1]: {word} password for root from {from} port 5 ssh2\n")
}

fn correlated(logs: &str, rule: &str, place: &str) -> (serde_json::Value, String) {
    let folder = Folder::new();
    folder.write("a.log", logs);
    let place = format!("a.log{place}");
    let args = ["explain", rule, &place, "--no-config", "--year", "2026"];
    let text = folder.run(&args).with_code(0).stdout;
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    (folder.run(&[&args[..], &["--format", "json"]].concat()).with_code(0).json(), text)
}

#[test]
fn a_correlation_tells_how_near_its_windows_came() {
    let near: String = (0..3).map(|n| ssh("Failed", "192.0.2.1", n)).collect();
    let far = ssh("Failed", "192.0.2.9", 30);
    let (told, text) = correlated(&(near.clone() + &far), "corr-ssh-bruteforce", "");
    assert_eq!((&told["held"], &told["looked_at"]), (&false.into(), &4.into()));
    let correlation = &told["correlations"][0];
    assert_eq!(correlation["rules"][0]["matched"], 4);
    let readings: Vec<_> = (0..2)
        .map(|n| (&correlation["windows"][n]["group"][0]["value"], &correlation["windows"][n]["reading"]))
        .collect();
    assert_eq!(readings, [(&"192.0.2.1".into(), &"3".into()), (&"192.0.2.9".into(), &"1".into())]);
    assert_eq!(correlation["windows"][0]["events"].as_array().map(Vec::len), Some(3));
    assert!(text.contains("no  src_ip=192.0.2.1: 3 (asked for: ≥ 5)"), "{text}");
    // At a line: the window as it was then.
    let (told, _) = correlated(&near, "corr-ssh-bruteforce", ":2");
    assert_eq!(told["correlations"][0]["windows"][0]["reading"], "2");
    assert_eq!(told["events"][0]["rule_id"], "linux-ssh-failed-password");
    assert_eq!(told["events"][0]["held"], true);
}

#[test]
fn a_chain_tells_which_rule_had_no_hit() {
    let logs: String = (0..5).map(|n| ssh("Failed", "192.0.2.1", n)).collect();
    let (told, text) = correlated(&logs, "corr-ssh-bruteforce-success", "");
    assert_eq!(told["held"], false);
    let outer = &told["correlations"][0];
    assert_eq!(outer["windows"][0]["missing"], serde_json::json!(["linux-ssh-accepted-password"]));
    assert!(text.contains("linux-ssh-accepted-password matched nothing"), "{text}");
    assert_eq!(told["correlations"][1]["windows"][0]["held"], true);
    let (told, _) = correlated(&(logs + &ssh("Accepted", "192.0.2.1", 50)), "corr-ssh-bruteforce-success", "");
    assert_eq!(told["held"], true);
}

/// A rule with a test of every kind.
const EVERY: &str = "title: Every kind\nname: every\nlogsource: {category: any}\ndetection:\n  texts:\n    a: plain\n    \
    b|startswith: be\n    c|endswith|cased: end\n    d|contains|all: [one, two]\n    e: 'a*b?c'\n    f: ''\n    g: '*'\n  \
    values:\n    - n|gt: 3\n    - n|lte: 1500\n    - n: [7, -2.5]\n    - t: true\n    - z: null\n    - x|exists: true\n    \
    - y|exists: false\n    - ip|cidr: 10.0.0.0/8\n    - r|re: '^a.c$'\n    - w|hour|gte: 22\n    - a|fieldref: b\n    \
    - u|base64offset|contains: http\n  words: ['needle', 'pin']\n  \
    condition: texts or values or words or 1 of none_*\nlevel: low\n";

#[test]
fn a_rule_is_shown_in_words() {
    let folder = Folder::new();
    let many: Vec<String> = (0..25).map(|n| format!("v{n}")).collect();
    folder.write("r.yml", EVERY.replace("a: plain", &format!("a: [{}]", many.join(", "))));
    let shown = folder.run(&["rules", "show", "every", "-r", "r.yml", "--no-config"]).with_code(0).stdout;
    for words in [
        "Matches when texts or values or words or 1 of none_*\n",
        "all of:\n",
        "or is 'v19' or 5 more\n",
        "b starts with 'be'\n",
        "c ends with 'end' (exact case)\n",
        "d contains 'one' and contains 'two'\n",
        "e fits 'a*b?c'\n",
        "f is empty\n",
        "g is not null\n",
        "any of:\n",
        "n > 3\n",
        "n ≤ 1500\n",
        "n = 7 or = -25e-1\n",
        "t is true\n",
        "z is null or missing\n",
        "x is there\n",
        "y is not there\n",
        "ip is in 10.0.0.0/8\n",
        "r fits /^a.c$/\n",
        "w has an hour ≥ 22\n",
        "a is a value of b\n",
        "(in 3 forms)\n",
        "value contains 'needle' or contains 'pin'\n",
    ] {
        assert!(shown.contains(words), "{words}\n{shown}");
    }
}

#[test]
fn every_kind_of_test_is_explained() {
    let folder = Folder::new();
    folder.write("r.yml", EVERY);
    folder.write(
        "e.jsonl",
        "{\"a\":[\"x\",\"plain\"],\"b\":\"bee\",\"n\":2,\"g\":[],\"z\":null,\"w\":\"2026-03-02T23:00:00Z\",\"m\":\"a needle\"}\n",
    );
    let place = ["explain", "every", "e.jsonl:1", "-r", "r.yml", "--no-builtin", "--no-config"];
    let told = folder.run(&place).with_code(0).stdout;
    for words in [
        "It matches. Looked at 1 event.",
        "any of:",
        "the event has \"plain\"",
        "is 'plain': \"plain\"",
        "the event has an empty list",
        "the event has no such field",
        "the event has null",
        "d|contains|all, every one",
        "has an hour ≥ 22",
        "a selector that reaches no identifier",
        "keywords",
        "contains 'needle'",
    ] {
        assert!(told.contains(words), "{words}\n{told}");
    }
    assert!(told.lines().all(|line| line.chars().count() <= 80), "{told}");
}

#[test]
fn correlations_over_several_rules_tell_their_condition() {
    let rule = |name: &str| {
        format!(
            "title: {name}\nname: {name}\nlogsource: {{category: any}}\ndetection:\n  s: {{k: {name}}}\n  condition: s\nlevel: low\n---\n"
        )
    };
    let folder = Folder::new();
    folder.write(
        "r.yml",
        ["one", "two", "three"].map(rule).concat()
            + "title: Both\nname: both\ncorrelation:\n  type: temporal\n  rules: [one, two, three]\n  group-by: [h]\n  \
               timespan: 5m\n  condition: one and (two or three) and not (one and two and three)\nlevel: high\n",
    );
    let event =
        |second: u32, k: &str| format!("{{\"time\":\"2026-03-02T10:00:{second:02}Z\",\"h\":\"a\",\"k\":\"{k}\"}}\n");
    folder.write("e.jsonl", event(1, "one") + &event(2, "other"));
    folder.write("none.jsonl", event(1, "other"));
    let explain = |place: &str| {
        let args = ["explain", "both", place, "-r", "r.yml", "--no-builtin", "--no-config"];
        folder.run(&args).with_code(0).stdout
    };
    let told = explain("e.jsonl");
    assert!(told.contains("It does not fire. Looked at 2 events."), "{told}");
    assert!(told.contains("one and (two or three) and not (one and two and three)"), "{told}");
    assert!(told.contains("not seen: two"), "{told}");
    let told = explain("none.jsonl");
    assert!(told.contains("No event reached a window."), "{told}");
}

#[test]
fn where_no_event_had_the_log_source_those_that_were_there_are_told() {
    let folder = folder();
    folder.write("a.log", "Mar  2 10:00:00 gate sshd[1]: Failed password for root from 192.0.2.1 port 5 ssh2\n");
    let told = explain(&folder, "a.log", &["--year", "2026"]).with_code(0).stdout;
    assert!(told.contains("The rule is about product windows, category process_creation. What was there\n"), "{told}");
    assert!(told.contains("1 event: linux/sshd"), "{told}");
}
