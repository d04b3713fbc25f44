//! Lines that are counted without being read change no report: the same bytes as `--engine reference` for lines that
//! nearly match, are nearly plain, or say in some corner what a rule or a stamp is looked for in.

use crate::support::{Folder, run_in};
use proptest::collection::vec;
use proptest::prelude::*;
use std::fmt::Write;

/// Words of messages, targets and users: what rules want, what nearly is it, signs that fold to letters of ASCII, and
/// what has a meaning to some reader.
const WORDS: [&str; 37] = [
    "root",
    "Ro\u{212a}et",
    "hacker",
    "HAC\u{212a}ER",
    "hac%6ber",
    "Failed password for",
    "failed PASSWORD for",
    "invalid user",
    "from 203.0.113.9 port 4 ssh2",
    "from ::1 port 22",
    "session opened for user",
    "by (uid=0)",
    "authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=203.0.113.9  user=root",
    "authentication failure; timestamp=2020-01-01T00:00:00Z user=root",
    "user=\"ro\\\"ot\"",
    "COMMAND=/bin/sh",
    "alice : TTY=pts/1 ; PWD=/tmp ; USER=root ; COMMAND=/bin/id",
    "Accepted publickey for",
    "Pubkey auth succeeded for 'root' with key sha1!! 0a:1b",
    "eventtime=1577836800",
    "%ASA-6-302013:",
    "{\"user\":\"root\"}",
    "CEF:0|a|b|c|d|e|5|rt=1577836800000 suser=root",
    "pam_unix(sshd:auth):",
    "message repeated 3 times: [",
    "]",
    "PAM 2 more authentication failures;",
    "(root) CMD (run-parts)",
    "New session 5 of user root.",
    "\u{e9}t\u{e9}",
    "EventID=4625",
    "Channel=Security",
    "publickey",
    // What gives any line a log source of its own.
    "1,2026/03/01 10:11:12,007,TRAFFIC,end,",
    ",traffic,",
    "rpd[7]: BGP",
    "x",
];

const PROGRAMS: [&str; 15] = [
    "sshd[4]",
    "sshd[4]",
    "sshd[4]",
    "sshd",
    "CRON[7]",
    "sudo",
    "su[9]",
    "systemd-logind[3]",
    "/usr/sbin/sshd[1]",
    "kernel",
    "app",
    "postfix/smtpd[2]",
    "sshd(pam_unix)[5]",
    "dropbear[6]",
    "rpd[7]",
];

fn words() -> impl Strategy<Value = String> {
    vec(proptest::sample::select(&WORDS[..]), 0..5).prop_map(|words| words.join(" "))
}

/// A line of an authentication log, now and then of another kind.
fn auth_line() -> impl Strategy<Value = String> {
    let stamp = prop_oneof![
        12 => (1..29_u8, 0..60_u8).prop_map(|(day, minute)| format!("Nov {day:2} 09:{minute:02}:07")),
        1 => Just("Jan  3 09:10:11 UTC".to_owned()),
        1 => Just("Dec 31 25:00:00".to_owned()),
        1 => Just("2026-03-01T10:11:12.5+02:00".to_owned()),
        1 => Just("Mar  1 2024 10:11:12".to_owned()),
        1 => Just("\tcontinued".to_owned()),
    ];
    let priority = proptest::sample::select(&["", "", "", "<38>", "<86>", "<13>", "<999>"][..]);
    let host = proptest::sample::select(&["web1 ", "LabSZ ", "UTC ", "2024 ", ""][..]);
    (priority, stamp, host, proptest::sample::select(&PROGRAMS[..]), words())
        .prop_map(|(priority, stamp, host, program, words)| format!("{priority}{stamp} {host}{program}: {words}"))
}

/// A line of an access log, more or less.
fn access_line() -> impl Strategy<Value = String> {
    let piece = proptest::sample::select(
        &[
            "/",
            "index.html",
            "?id=1",
            "%2e%2e/",
            "../../etc/passwd",
            "union select",
            "UNION%20SELECT",
            "hac\u{212a}er",
            "a+b",
            "\\\"",
            "\"",
            " ",
        ][..],
    );
    let start = proptest::sample::select(&["/", "/", "/", "http://evil.example/", "*", ""][..]);
    let method = proptest::sample::select(&["GET", "GET", "POST", "CONNECT", "-", "\\x16\\x03"][..]);
    let version = proptest::sample::select(&[" HTTP/1.1", " HTTP/1.1", " HTTP/1.0", ""][..]);
    let status = proptest::sample::select(&["200", "404", "500", "-"][..]);
    let who = proptest::sample::select(
        &[
            "203.0.113.9 - -",
            "203.0.113.9 - root",
            "shop.example 203.0.113.9 - -",
            "2001:db8::7 - a [b",
            "10.0.0.1, 10.0.0.2 - -",
        ][..],
    );
    let rest = proptest::sample::select(
        &[
            "",
            " \"-\" \"curl/8.0\"",
            " \"-\" \"sqlmap/1.7\"",
            " \"a\\\"b\" \"c\"",
            " \"-\" \"x\" TCP_DENIED:NONE",
            " \"-\" \"a,TRAFFIC,b\"",
            " \"-\" \"x\" 9 8",
        ][..],
    );
    let stamp = proptest::sample::select(
        &["10/Oct/2025:13:55:36 -0700", "10/Oct/2025:13:55:36", "31/Feb/2025:00:00:00 +0000"][..],
    );
    (who, stamp, (method, start, vec(piece, 0..4), version), status, rest).prop_map(
        |(who, stamp, request, status, rest)| {
            let (method, start, pieces, version) = request;
            format!("{who} [{stamp}] \"{method} {start}{}{version}\" {status} 12{rest}", pieces.concat())
        },
    )
}

/// Rules of many log sources, most with a text to look for, some without.
const RULES: [&str; 22] = [
    "logsource: {product: linux, service: auth}\ndetection: {s: {message|contains: 'Failed password for'}, condition: s}",
    "logsource: {product: linux, service: auth}\ndetection: {s: {message|startswith: 'pam_unix(sshd:auth)'}, condition: s}",
    "logsource: {product: linux, service: sshd}\ndetection: {s: {user: hacker}, condition: s}",
    "logsource: {product: linux}\ndetection: {k: [hacker, 'evil'], condition: k}",
    "logsource: {product: linux}\ndetection: {s: {user: root, src_ip|cidr: 203.0.113.0/24}, condition: s}",
    "logsource: {product: linux, service: sudo}\ndetection: {s: {command_line|contains: /bin/}, condition: s}",
    "logsource: {product: linux, service: syslog}\ndetection: {s: {method: publickey}, condition: s}",
    "logsource: {category: authentication}\ndetection: {s: {user|contains: acker}, condition: s}",
    "logsource: {category: authentication}\ndetection: {s: {outcome: failure}, f: {user: root}, condition: s and not f}",
    "logsource: {category: webserver}\ndetection: {s: {cs-uri-query|contains: 'union select'}, condition: s}",
    "logsource: {category: webserver}\ndetection: {s: {cs-method: GET, sc-status: 404, cs-uri-stem|endswith: .html}, condition: s}",
    "logsource: {category: webserver}\ndetection: {k: ['={{', etc/passwd], condition: k}",
    "logsource: {category: webserver}\ndetection: {s: {cs-user-agent|startswith: sqlmap/, sc-status: 200}, condition: s}",
    "logsource: {category: proxy}\ndetection: {s: {c-uri|contains: evil.example}, condition: s}",
    "logsource: {product: windows, service: security}\ndetection: {s: {EventID: 4625}, condition: s}",
    "logsource: {category: any}\ndetection: {s: {message|re: 'hac[kb]er'}, condition: s}",
    "logsource: {category: any}\ndetection: {s: {src_ip: '203.0.113.9', user|contains: root}, condition: s}",
    "logsource: {product: linux, service: auditd}\ndetection: {s: {type: SYSCALL}, condition: s}",
    "logsource: {category: webserver}\ndetection: {s: {cs-uri-query|re: '(?i)(?:\\.|%2e){2}(?:/|x)+.*(?:id|b)'}, \
     t: {cs-uri-stem|re: '[.](?:html?|php\\d)$', sc-status|lt: 400}, condition: s or t}",
    "logsource: {category: firewall}\ndetection: {s: {src_ip: '203.0.113.9'}, t: {message|contains: a}, condition: s or t}",
    "logsource: {product: juniper}\ndetection: {k: [bgp, root], condition: k}",
    "logsource: {product: paloalto}\ndetection: {s: {message|contains: e}, condition: s}",
];

/// Rules that ask what a header says, for which nothing else is read.
const OF_HEADERS: [&str; 12] = [
    RULES[0],
    RULES[1],
    RULES[3],
    "logsource: {product: linux}\ndetection: {s: {message|re: 'hac[kb]er|PWD=|times: .*from'}, condition: s}\nfields: [host]",
    "logsource: {product: linux}\ndetection: {s: {host: web1}, f: {message|endswith: '0'}, condition: s and not f}",
    "logsource: {product: linux, service: auth}\ndetection: {s: {process: [sshd, cron]}, k: [root, 'uid=0'], condition: s and k}",
    "logsource: {product: linux}\ndetection: {s: {hostname|contains: z, procid|exists: true}, condition: s}",
    "logsource: {product: linux}\ndetection: {s: {user: null, message|contains: user}, condition: s}",
    "logsource: {product: linux}\ndetection: {k: {'|re': 'ro.t'}, condition: k}",
    "logsource: {product: linux}\ndetection: {k: {'|cased': [Ro*]}, s: ['203.0.113.9 '], condition: k or not s}",
    "logsource: {product: linux}\ndetection: {s: {message|contains: root}, condition: s}\nfields: [src_ip, user]",
    "logsource: {product: linux, service: syslog}\ndetection: {s: {message|contains: o, process|endswith: d}, condition: s}",
];

/// What else may ask for fields: correlations of the first rule, ignore entries, and mappings.
const CORRELATIONS: [&str; 6] = [
    "",
    "type: event_count, group-by: [host], condition: {gte: 2}",
    "type: event_count, group-by: [process, message], condition: {gte: 2}",
    "type: event_count, group-by: [user], condition: {gte: 2}",
    "type: value_count, group-by: [host], condition: {field: src_ip, gte: 2}",
    "type: value_count, group-by: [procid], condition: {field: message, gte: 2}",
];
const IGNORED: [&str; 4] = ["", "{host: web1}", "{message: '*root*', process: sshd}", "{user: root}"];
const MAPPED: [&str; 3] = [
    "",
    "mappings:\n  - logsource: {product: linux}\n    fields: {user: procid, process: rhost}\n",
    "mappings:\n  - logsource: {product: linux, service: syslog}\n    when: {rhost: any}\n    fields: {host: appname}\n",
];

fn rules() -> impl Strategy<Value = String> {
    let of_headers = proptest::sample::subsequence(OF_HEADERS.to_vec(), 1..4);
    let some = prop_oneof![proptest::sample::subsequence(RULES.to_vec(), 1..RULES.len()), of_headers];
    (some, proptest::sample::select(&CORRELATIONS[..])).prop_map(|(rules, correlation)| {
        let mut text = String::new();
        for (n, rule) in rules.iter().enumerate() {
            writeln!(text, "---\ntitle: R{n}\nname: r{n}\nlevel: medium\n{rule}").expect("a string takes everything");
        }
        if !correlation.is_empty() {
            let correlation = format!("correlation: {{rules: [r0], timespan: 1h, {correlation}, generate: true}}");
            writeln!(text, "---\ntitle: C\nname: c\nlevel: high\n{correlation}").expect("a string takes everything");
        }
        text
    })
}

const COMMON: [&str; 9] = [
    "scan",
    "x.log",
    "--no-config",
    "--no-builtin",
    "-q",
    "--rules",
    "rules.yml",
    "--reference-time",
    "2026-11-22T00:00:00Z",
];

/// A scan's report as one text.
fn report(folder: &Folder, more: &[&str]) -> Vec<u8> {
    let ran = run_in(folder.path(), &[&COMMON[..], more].concat());
    assert!(ran.code == Some(0), "{}", ran.stderr);
    let mut all = ran.stdout.into_bytes();
    for format in BESIDE.iter().filter(|_| more.contains(&"--report")) {
        all.extend(folder.read(&format!("out.{format}")).into_bytes());
    }
    all
}

/// Formats that are written beside the report.
const BESIDE: [&str; 3] = ["csv", "sarif", "html"];

fn check(folder: &Folder, rules: &str, lines: &[String], more: &[&str]) {
    folder.write("rules.yml", rules);
    folder.write("x.log", lines.join("\n"));
    let beside = BESIDE.map(|format| format!("{format}=out.{format}"));
    let beside: Vec<&str> = beside.iter().flat_map(|path| ["--report", path]).collect();
    for format in ["json", "matches"] {
        let more = if format == "json" { &[more, &beside[..]].concat() } else { more };
        let plain = report(folder, &[&["--format", format, "--engine", "reference"], more].concat());
        for threads in ["1", "3"] {
            let other = report(folder, &[&["--format", format, "--threads", threads], more].concat());
            assert!(
                plain == other,
                "{format}, {threads} threads:\n{}\n{}",
                String::from_utf8_lossy(&plain),
                String::from_utf8_lossy(&other)
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn no_report_depends_on_lines_that_are_passed_over(
        rules in rules(), auth in vec(auth_line(), 1..60), access in vec(access_line(), 1..60), since: bool, size in 1024..9_000_usize,
        ignored in proptest::sample::select(&IGNORED[..]), mapped in proptest::sample::select(&MAPPED[..])
    ) {
        let (folder, size) = (Folder::new(), size.to_string());
        let more: &[&str] = if since { &["--time", "2026-11-05,2026-11-20"] } else { &[] };
        let mut more = [more, &["--block-size", &size]].concat();
        if !ignored.is_empty() {
            folder.write("ignore.yml", format!("- rule: r0\n  fields: {ignored}\n  reason: known\n  permanent: true\n"));
            more.extend(["--ignore-file", "ignore.yml"]);
        }
        if !mapped.is_empty() {
            folder.write("mapping.yml", mapped);
            more.extend(["--mapping", "mapping.yml"]);
        }
        for lines in [auth, access] {
            check(&folder, &rules, &lines, &more);
        }
    }
}

#[test]
fn quiet_lines_are_not_read() {
    let auth =
        "Nov  2 09:10:11 web1 sshd[4]: Failed password for alice from 198.51.100.7 port 40022 ssh2\n".repeat(100);
    let access =
        "203.0.113.9 - - [10/Oct/2025:13:55:36 -0700] \"GET /a.html HTTP/1.1\" 200 12 \"-\" \"curl/8.0\"\n".repeat(100);
    let firewall = RULES.iter().find(|rule| rule.contains("firewall")).expect("one is about firewalls");
    for (rule, log) in [(RULES[2], auth), (RULES[9], access)] {
        let folder = Folder::new();
        let rules = [rule, firewall].map(|rule| format!("---\ntitle: R\nlevel: low\n{rule}\n"));
        folder.write("rules.yml", rules.concat());
        let said = format!("100 events of {} bytes passed over by their lines, 0 read", log.len() - 100);
        folder.write("x.log", log);
        let ran = run_in(folder.path(), &[&COMMON[..], &["--stats", "--threads", "1"]].concat());
        assert!(ran.stderr.contains(&said), "{}", ran.stderr);
    }
}
