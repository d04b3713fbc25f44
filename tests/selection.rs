//! What is looked at, and how bytes become records: names, times, encodings, lines.

use crate::support::{Folder, Ran, run_with_input};
use std::io::Write;

const DAYS: &str = "\
2026-06-01T10:00:00Z web1 sshd[1]: Failed password for root from 203.0.113.9 port 22 ssh2\n\
2026-06-02T10:00:00Z web1 sshd[1]: Failed password for root from 203.0.113.9 port 22 ssh2\n\
2026-06-03T10:00:00Z web1 sshd[1]: Failed password for root from 203.0.113.9 port 22 ssh2\n";

/// Paths and lines of the records `events` prints.
fn places(ran: &Ran) -> Vec<(String, u64)> {
    let place = |line: serde_json::Value| {
        (line["@path"].as_str().expect("a path").to_owned(), line["@line"].as_u64().expect("a line"))
    };
    ran.lines().into_iter().map(place).collect()
}

#[track_caller]
fn check_places(folder: &Folder, args: &[&str], want: &[(&str, u64)]) -> Ran {
    let ran = folder.run(&[&["events", "--no-config", "--sarif-root", "."], args].concat()).with_code(0);
    assert_eq!(
        places(&ran),
        want.iter().map(|(path, line)| ((*path).to_owned(), *line)).collect::<Vec<_>>(),
        "{args:?}"
    );
    ran
}

#[test]
fn only_events_of_the_time_asked_for_count() {
    let folder = Folder::new();
    folder.write("a.log", DAYS);
    folder.write("b.log", "2026-06-04T00:00:00Z web1 app: the newest\n");
    for (time, want) in [
        ("2026-06-02", &[("a.log", 2)][..]),
        ("2026-06-01,2026-06-02", &[("a.log", 1), ("a.log", 2)]),
        ("2026-06-02T10,1d12h", &[("a.log", 2), ("a.log", 3)]),
        ("end,-1d", &[("a.log", 3), ("b.log", 1)]),
        ("1s", &[("b.log", 1)]),
        ("2025", &[]),
    ] {
        let ran = check_places(&folder, &["a.log", "b.log", "--time", time], want);
        let left_out = 4 - want.len();
        assert!(ran.stderr.contains(&format!("{left_out} event(s) by their time")), "{time}: {}", ran.stderr);
    }
    let report = folder.run(&["scan", "a.log", "--no-config", "--format", "json", "--time", "2026-06-02"]).json();
    let numbers = |key: &str| (report["summary"][key].as_u64(), report["inputs"][0][key].as_u64());
    assert_eq!((numbers("events"), numbers("left_out")), ((Some(3), Some(3)), (Some(2), Some(2))));
    let alerts = report["alerts"].as_array().expect("a list");
    assert!(!alerts.is_empty() && alerts.iter().all(|alert| alert["count"] == 1), "{alerts:?}");
}

#[test]
fn a_time_that_makes_no_sense_is_refused() {
    let folder = Folder::new();
    folder.write("a.log", DAYS);
    let ran = folder.run(&["scan", "a.log", "--no-config", "--time", "yesterday"]).with_code(2);
    assert!(ran.stderr.contains("use a date or time"), "{}", ran.stderr);
    let ran = run_with_input(folder.path(), &["scan", "-", "--no-config", "--time", "end,-1d"], DAYS.as_bytes());
    assert!(ran.with_code(2).stderr.contains("standard input"));
    let ran = run_with_input(folder.path(), &["events", "-", "--no-config", "--time", "2026-06-02"], DAYS.as_bytes());
    assert_eq!(places(&ran.with_code(0)), [("stdin".to_owned(), 2)]);
}

#[test]
fn names_choose_what_is_read_also_in_archives() {
    let folder = Folder::new();
    folder.write("case/a.log", "one\n");
    folder.write("case/old/b.log", "one\n");
    folder.write("case/c.txt", "one\n");
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for name in ["d.log", "e.txt"] {
        writer.start_file(name, zip::write::SimpleFileOptions::default()).expect("memory");
        writer.write_all(b"one\n").expect("memory");
    }
    folder.write("case/z.zip", writer.finish().expect("memory").into_inner());
    let [a_log, b_log, c_txt] = [("case/a.log", 1), ("case/old/b.log", 1), ("case/c.txt", 1)];
    let [d_log, e_txt] = [("case/z.zip!/d.log", 1), ("case/z.zip!/e.txt", 1)];
    for (args, want, left_out) in [
        (&[][..], &[a_log, c_txt, b_log, d_log, e_txt][..], 0),
        (&["--include", "*.log"], &[a_log, b_log, d_log], 2),
        (&["--exclude", "*.log"], &[c_txt, e_txt], 3),
        (&["--exclude", "*.zip", "--exclude", "old"], &[a_log, c_txt], 2),
        (&["--include", "case/*.log", "--exclude", "a.*"], &[], 0),
        (&["--include", "*.zip!/*.txt"], &[e_txt], 4),
    ] {
        if want.is_empty() {
            let ran = folder.run(&[&["scan", "case", "--no-config"], args].concat()).with_code(4);
            assert!(ran.stderr.contains("--include and --exclude left nothing to scan"), "{}", ran.stderr);
            continue;
        }
        check_places(&folder, &[&["case"], args].concat(), want);
        let scanned = folder.run(&[&["scan", "case", "--no-config", "--format", "json"], args].concat()).with_code(0);
        assert_eq!(scanned.json()["summary"]["left_out_inputs"], left_out, "{args:?}");
    }
}

#[test]
fn a_declared_encoding_is_read() {
    let folder = Folder::new();
    folder.write("latin1.log", b"Nov 14 22:13:20 h app[1]: user=ren\xe9\n");
    let args = ["events", "latin1.log", "--no-config", "--year", "2023"];
    let read = |more: &[&str]| folder.run(&[&args[..], more].concat()).with_code(0).stdout;
    assert!(read(&[]).contains("ren\u{fffd}") && read(&["--encoding", "latin1"]).contains("rené"));
    let scan = |more: &[&str]| {
        let args = [&["scan", "latin1.log", "--no-config", "--format", "json", "--year", "2023"], more].concat();
        folder.run(&args).json()["summary"]["repaired"].as_u64()
    };
    assert_eq!((scan(&[]), scan(&["--encoding", "windows-1252"])), (Some(1), Some(0)));
    let ran = folder.run(&["scan", "latin1.log", "--no-config", "--encoding", "klingon"]).with_code(2);
    assert!(ran.stderr.contains("windows-1252"), "{}", ran.stderr);
}

#[test]
fn lines_make_records_as_the_user_says() {
    let folder = Folder::new();
    folder.write("app.log", "BEGIN a\nmore\nBEGIN b\n");
    let lines = |more: &[&str]| {
        let ran = folder.run(&[&["events", "app.log", "--no-config"], more].concat()).with_code(0);
        ran.lines().iter().map(|line| line["@lines"].as_u64().expect("a number")).collect::<Vec<_>>()
    };
    assert_eq!(lines(&[]), [1, 1, 1]);
    assert_eq!(lines(&["--multiline", "start=^BEGIN"]), [2, 1]);
    assert_eq!(lines(&["--multiline", "lines=3"]), [3]);
    let ran = folder.run(&["scan", "app.log", "--no-config", "--multiline", "start=("]).with_code(2);
    assert!(ran.stderr.contains("--multiline"), "{}", ran.stderr);
}

#[test]
fn a_forced_format_says_how_much_it_refused() {
    let folder = Folder::new();
    folder.write("mixed.log", "{\"a\":1}\nno JSON\nnone either\n");
    let ran = folder.run(&["scan", "mixed.log", "--no-config", "--input-format", "jsonl"]).with_code(0);
    assert!(ran.stderr.contains("--input-format was told, and it refused 2 of 3 records"), "{}", ran.stderr);
}

#[test]
fn bounds_on_unpacking_can_be_set() {
    let folder = Folder::new();
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(&b"one line\n".repeat(1000)).expect("memory");
    let packed = packed.finish().expect("memory");
    folder.write("a.gz", &packed);
    let mut twice = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    twice.write_all(&packed).expect("memory");
    folder.write("twice.gz", twice.finish().expect("memory"));
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for name in ["a", "b", "c"] {
        writer.start_file(name, zip::write::SimpleFileOptions::default()).expect("memory");
        writer.write_all(b"one\n").expect("memory");
    }
    let three = writer.finish().expect("memory").into_inner();
    folder.write("three.zip", &three);
    let mut around = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    around.write_all(&three).expect("memory");
    folder.write("three.zip.gz", around.finish().expect("memory"));
    for (args, events, said) in [
        (
            ["a.gz", "--max-unpacked", "4500"],
            500,
            "a.gz: cannot be read beyond line 500: unpacks to more than 4500 bytes",
        ),
        (["twice.gz", "--max-depth", "1"], 0, "more than 1 containers inside each other"),
        (["three.zip", "--max-members", "2"], 2, "more than 2 members"),
        (["three.zip.gz", "--max-held", "100"], 0, "more than 100 bytes inside another container (--max-held)"),
    ] {
        let ran = folder.run(&[&["scan", "--no-config", "--format", "json"], &args[..]].concat()).with_code(4);
        assert_eq!(ran.json()["summary"]["events"], events, "{args:?}");
        assert!(ran.stderr.contains(said), "{args:?}: {}", ran.stderr);
    }
    let piped = |args: &[&str]| run_with_input(folder.path(), &[&["scan", "-", "--no-config"], args].concat(), &three);
    piped(&[]).with_code(0);
    let ran = piped(&["--max-held", "100"]).with_code(4);
    assert!(ran.stderr.contains("more than 100 bytes from a pipe: name the file (--max-held)"), "{}", ran.stderr);
}

const SHOP: &str = r"
name: shop
summary: log of the shop
patterns:
- pattern: '^%{TIMESTAMP_ISO8601:timestamp} refused %{USER:user} from %{IP:src_ip}$'
  set: {action: login, outcome: failure}
- '^%{TIMESTAMP_ISO8601:timestamp} sold %{INT:items:int} to %{USER:user}$'
samples:
- text: 2026-06-01T10:00:00Z refused anna from 203.0.113.9
  fields: {user: anna, outcome: failure}
";

#[test]
fn users_declare_formats_of_their_own() {
    let folder = Folder::new();
    folder.write("shop.yml", SHOP);
    let refused = "2026-06-01T10:00:00Z refused anna from 203.0.113.9\n";
    folder.write("shop.log", format!("{refused}2026-06-01T10:00:01Z sold 3 to bert\nno line of it\n"));
    folder.write(".logsentry.yml", "formats: [shop.yml]\n");
    for args in [&["--no-config", "--format-file", "shop.yml"][..], &[]] {
        let lines = folder.run(&[&["events", "shop.log"], args].concat()).with_code(0).lines();
        assert_eq!(lines.len(), 3);
        for (line, user) in lines.iter().zip(["anna", "bert"]) {
            assert_eq!((line["@format"].as_str(), line["user"].as_str()), (Some("shop"), Some(user)), "{line}");
        }
        assert_eq!(lines[0]["outcome"], "failure");
        assert_eq!(lines[0]["timestamp"], "2026-06-01T10:00:00Z");
        assert_eq!(lines[2]["@unparsed"], true);
    }
    let lines = folder.run(&["events", "shop.log", "--no-config"]).with_code(0).lines();
    assert!(lines.iter().all(|line| line["@format"] != "shop"), "nobody declared it");
    folder.write("wrong.yml", SHOP.replace("{user: anna", "{user: bert"));
    let ran = folder.run(&["scan", "shop.log", "--no-config", "--format-file", "wrong.yml"]).with_code(2);
    assert!(ran.stderr.contains("wrong.yml") && ran.stderr.contains("user"), "{}", ran.stderr);
}

const TILL: &str = r"
name: till
summary: what the till says
programs: ['till/*']
begins: ['TILL: ']
messages:
- pattern: '^TILL: %{WORD:event_name} by %{USER:user}$'
  set: {action: login, outcome: failure}
logsource: {product: shop, service: till}
samples:
- program: till/7
  text: 'TILL: refused by anna'
  fields: {user: anna, event_name: refused}
";

const TILL_RULE: &str = r"
title: Refused at the till
id: 5a3d3d52-60f2-4a5c-9a3a-5a2f0f2b7c11
logsource: {product: shop, service: till}
detection:
  sel: {user: anna, action: login}
  condition: sel
level: medium
";

#[test]
fn what_declared_formats_say_is_read_behind_any_header_and_meets_rules_for_its_log_source() {
    let folder = Folder::new();
    folder.write("till.yml", TILL);
    folder.write("rule.yml", TILL_RULE);
    let lines = [
        "Jun  1 10:00:00 shop1 till/7[11]: TILL: refused by anna",
        "<38>1 2026-06-01T10:00:00Z shop1 till/7 11 - - TILL: refused by anna",
        "2026-06-01T10:00:00+00:00 shop1 other: TILL: refused by anna",
        r#"{"__REALTIME_TIMESTAMP":"1780308000000000","SYSLOG_IDENTIFIER":"till/7","MESSAGE":"TILL: refused by anna"}"#,
        r#"{"log":"Jun  1 10:00:00 shop1 till/7[11]: TILL: refused by anna\n","stream":"stdout","time":"2026-06-01T10:00:00Z"}"#,
    ];
    for (n, line) in lines.iter().enumerate() {
        folder.write(&format!("{n}.log"), format!("{line}\n"));
        let name = format!("{n}.log");
        let declared = ["--no-config", "--year", "2026", "--format-file", "till.yml"];
        let events = folder.run(&[&["events", &name], &declared[..]].concat()).with_code(0).lines();
        let event = &events[0];
        assert_eq!((&event["@payload"], &event["@service"]), (&"till".into(), &"till".into()), "{event}");
        assert_eq!((&event["user"], &event["action"]), (&"anna".into(), &"login".into()), "{event}");
        let scan = ["scan", &name, "--no-builtin", "-r", "rule.yml", "--format", "json"];
        let report = folder.run(&[&scan[..], &declared[..]].concat()).json();
        assert_eq!(report["alerts"].as_array().map(Vec::len), Some(1), "{line}");
        let unheard = folder.run(&["events", &name, "--no-config", "--year", "2026"]).with_code(0).lines();
        assert_ne!(unheard[0]["@payload"], "till", "nobody declared it");
    }
}

#[test]
fn what_servers_say_is_read_in_their_logs_and_behind_headers() {
    let folder = Folder::new();
    for (line, payload, want) in [
        (
            "Nov 14 22:13:20 mx1 postfix/smtpd[7]: warning: unknown[203.0.113.9]: SASL LOGIN authentication failed: x",
            "postfix",
            [("action", "authenticate"), ("outcome", "failure"), ("src_ip", "203.0.113.9"), ("@service", "postfix")],
        ),
        (
            "<22>1 2023-11-14T22:13:20Z mx1 dovecot 7 - - imap-login: Login: user=<anna>, method=PLAIN, rip=203.0.113.9, lip=192.0.2.1, TLS",
            "dovecot",
            [("action", "login"), ("outcome", "success"), ("user", "anna"), ("host", "mx1")],
        ),
        (
            "Nov 14 22:13:20 lb1 haproxy[7]: 203.0.113.9:3317 [14/Nov/2023:22:13:20.655] web static/srv1 10/0/30/69/109 404 2750 - - ---- 1/1/1/1/0 0/0 \"GET /a?b=c HTTP/1.1\"",
            "haproxy",
            [("action", "http_request"), ("outcome", "failure"), ("url_path", "/a"), ("@category", "webserver")],
        ),
        (
            "Nov 14 22:13:20 192.0.2.1 firewall,info drop input: in:ether1 out:(unknown 0), proto TCP (SYN), 203.0.113.9:5678->192.0.2.1:22, len 60",
            "routeros",
            [
                ("action", "network_connection"),
                ("outcome", "blocked"),
                ("src_ip", "203.0.113.9"),
                ("@product", "mikrotik"),
            ],
        ),
        (
            "Nov 14 22:13:20 ftp1 vsftpd[7]: [anna] OK UPLOAD: Client \"203.0.113.9\", \"/in/a.txt\", 7 bytes, 3.21Kbyte/sec",
            "vsftpd",
            [("action", "file_create"), ("outcome", "success"), ("file_path", "/in/a.txt"), ("@service", "vsftpd")],
        ),
        (
            "Nov 14 22:13:20 ftp1 vsftpd[7]: pam_unix(vsftpd:auth): authentication failure; logname= uid=0 euid=0 tty=ftp ruser=anna rhost=203.0.113.9",
            "pam",
            [("action", "authenticate"), ("outcome", "failure"), ("user", "anna"), ("src_ip", "203.0.113.9")],
        ),
    ] {
        folder.write("one.log", format!("{line}\n"));
        let events = folder.run(&["events", "one.log", "--no-config", "--year", "2023"]).with_code(0).lines();
        assert_eq!(events[0]["@payload"], payload, "{}", events[0]);
        for (name, value) in want {
            assert_eq!(events[0][name], value, "{name} of {}", events[0]);
        }
    }
}

#[test]
fn hosts_may_be_in_zones_of_their_own() {
    let folder = Folder::new();
    let line = |host: &str| format!("Jul  1 12:00:00 {host} sshd[7]: Invalid user eve from 203.0.113.9 port 4\n");
    folder.write(
        "auth.log",
        line("web1") + &line("FW1") + "2026-07-01T12:00:00+02:00 fw1 sshd[7]: Server listening on :: port 22.\n",
    );
    folder.write(".logsentry.yml", "syslog: {timezone: '+01:00', host_timezones: {fw1: America/New_York}}\n");
    let times = |args: &[&str]| {
        let ran = folder.run(&[&["events", "auth.log", "--year", "2026"], args].concat()).with_code(0);
        ran.lines().iter().map(|event| event["timestamp"].as_str().unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(times(&[]), ["2026-07-01T11:00:00Z", "2026-07-01T16:00:00Z", "2026-07-01T10:00:00Z"]);
    assert_eq!(times(&["--tz", "UTC"]), ["2026-07-01T12:00:00Z", "2026-07-01T16:00:00Z", "2026-07-01T10:00:00Z"]);
    assert_eq!(times(&["--no-config"])[1], "2026-07-01T12:00:00Z");
}
