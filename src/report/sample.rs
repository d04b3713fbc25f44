//! One report for the tests of all reporters: everything a report can hold, and the text of people who mean harm.
//!
//! Snapshots lie in `tests/reports/`; with `UPDATE_SNAPSHOTS=1` tests write them instead of comparing. Read them then.

use super::{Options, Reporter};
use crate::model::{
    Alert, AlertKind, AlertStatus, Books, Counting, InputSummary, Level, LogSource, Pair, Place, Problem, ProblemKind,
    Report, RuleId, RuleInfo, RuleTotals, Sample, SampleWriter, SourceId, Stamp, Summary, Suppression, Time,
};

/// Stands in a raw line and nowhere else.
pub(super) const ONLY_IN_RAW: &str = "only-in-the-raw-line";

/// Everything a hostile client may send.
const HOSTILE: &str = "=cmd|' /C calc'!A0 ::error::pwned ##[error]x \u{1b}]0;owned\u{7}\u{202e}gnp.exe \
                       <script>alert(1)</script> [click](https://evil.example) {0} `x` $(id) \u{9b}2J";

/// What the tests compare: the bytes a reporter writes.
pub(super) fn written(reporter: &Reporter, report: &Report, options: &Options) -> String {
    let mut out = Vec::new();
    (reporter.write)(report, options, &mut out).expect("a vector takes everything");
    String::from_utf8(out).expect("reports are UTF-8")
}

/// Holds a text against its snapshot, or writes it.
#[track_caller]
pub(super) fn compare(name: &str, text: &str) {
    let path = format!("{}/tests/reports/sample.{name}", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        std::fs::write(&path, text).expect("snapshots can be written");
    }
    let want = std::fs::read_to_string(&path).unwrap_or_default();
    for (at, (got, want)) in text.lines().zip(want.lines()).enumerate() {
        assert_eq!(got, want, "line {} of {path}", at + 1);
    }
    assert_eq!(text.len(), want.len(), "{path}");
}

/// A scan that found nothing to scan.
pub(super) fn empty() -> Report {
    let summary = Summary { verdict: "CLEAN", complete: true, ..Summary::default() };
    Report { version: "1.2.3", summary, ..Report::default() }
}

/// A report with `n` alerts of one rule.
pub(super) fn crowd(n: u64) -> Report {
    let mut report = report();
    let model = report.alerts.last().cloned().expect("the sample has alerts");
    report.alerts = (0..n)
        .map(|at| {
            let place = Place { line: at + 1, ..model.place };
            let entity = vec![pair("src_ip", &format!("198.51.{}.{}", at / 250, at % 250))];
            Alert {
                place,
                entity,
                status: AlertStatus::New,
                suppression: None,
                fingerprint: format!("{at:016x}"),
                ..model.clone()
            }
        })
        .collect();
    report.summary.alerts = [0, n, 0, 0, 0];
    report
}

/// The report.
pub(super) fn report() -> Report {
    Report {
        version: "1.2.3",
        config: Some(".logsentry.yml".to_owned()),
        reference_time: None,
        summary: summary(),
        inputs: inputs(),
        rules: rules().into(),
        alerts: alerts(),
        problems: problems(),
        known: Vec::new(),
        redacted: true,
    }
}

fn summary() -> Summary {
    Summary {
        verdict: "CRITICAL",
        risk_score: 78,
        alerts: [0, 1, 1, 1, 1],
        matches: 31,
        suppressed: 1,
        unchanged: 0,
        gone: None,
        books: Books {
            events: 120_433,
            unparsed: 17,
            repaired: 2,
            truncated: 1,
            blank: 4,
            header_lines: 3,
            skipped_members: 1,
            left_out: 4,
            unassigned: 12,
            no_time: 5,
            bytes: 20_000_000,
            lines: 120_460,
        },
        left_out_inputs: 2,
        hidden: 5,
        inputs: 5,
        bytes: 19_876_543,
        first: at(0, 0),
        last: at(86_400, 3),
        rules: RuleTotals {
            loaded: 212,
            detection: 200,
            correlation: 12,
            rejected: 3,
            excluded: 1,
            silenced: 3,
            not_applicable: 9,
            left_out: 4,
        },
        complete: false,
    }
}

fn at(seconds: i64, decimals: u8) -> Stamp {
    Stamp::exact(Time((1_710_382_270 + seconds) * Time::SECOND + 123_456_789), decimals)
}

fn pair(field: &str, value: &str) -> Pair {
    Pair { field: field.to_owned(), value: value.to_owned() }
}

fn inputs() -> Vec<InputSummary> {
    let input = |path: &str, format: &str, container: Option<&str>, counting: Counting, events: u64| InputSummary {
        path: path.to_owned(),
        format: Some(format.to_owned()),
        container: container.map(str::to_owned),
        counting,
        encoding: (counting != Counting::Records).then_some("UTF-8"),
        bytes: events * 165,
        sha256: Some("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08".to_owned()),
        books: Books { events, unparsed: 3, ..Books::default() },
        first: at(0, 0),
        last: at(86_400, 3),
    };
    vec![
        input("app/events.json", "json-array", None, Counting::Elements, 90),
        input("case 1/auth.log", "syslog-3164", None, Counting::Lines, 90_000),
        input("case 1/bundle.zip!/var/log/größe [1]/access.log", "access-log", Some("zip"), Counting::Lines, 30_000),
        input("win/Microsoft-Windows-Sysmon%4Operational.evtx", "evtx", None, Counting::Records, 343),
        InputSummary { path: "win/broken\u{1b}[2J.log".to_owned(), ..InputSummary::default() },
    ]
}

fn rule(id: &str, title: &str, level: Level) -> RuleInfo {
    RuleInfo {
        id: id.to_owned(),
        uuid: None,
        title: title.to_owned(),
        level,
        kind: AlertKind::Detection,
        status: Some("test".to_owned()),
        logsource: LogSource::default(),
        tags: Vec::new(),
        techniques: Vec::new(),
        tactics: Vec::new(),
        file: format!("builtin:{id}.yml"),
        description: Some(format!("Finds {title}.")),
        references: Vec::new(),
        falsepositives: Vec::new(),
        remediation: None,
        group_by: Vec::new(),
        timespan: None,
        excluded: false,
        silenced_by: Vec::new(),
    }
}

fn texts(list: &[&str]) -> Vec<String> {
    list.iter().map(|text| (*text).to_owned()).collect()
}

fn rules() -> Vec<RuleInfo> {
    vec![
        RuleInfo {
            uuid: Some("5f0b3f0e-1c4c-4a4e-9a50-0f5f2f0a7b11".to_owned()),
            kind: AlertKind::Correlation,
            tags: texts(&["attack.credential-access", "attack.t1110.001"]),
            techniques: texts(&["T1110.001"]),
            tactics: texts(&["credential-access"]),
            description: Some("Many failed SSH logins from one address within a minute.".to_owned()),
            references: texts(&["https://attack.mitre.org/techniques/T1110/001/"]),
            falsepositives: texts(&["Scripts with an old password"]),
            remediation: Some("Block the address and look for a login that succeeded.".to_owned()),
            group_by: texts(&["src_ip"]),
            timespan: Some("60s".to_owned()),
            ..rule("corr-ssh-bruteforce", "SSH brute force", Level::High)
        },
        RuleInfo {
            logsource: LogSource { product: Some("linux".into()), category: None, service: Some("sshd".into()) },
            tags: texts(&["attack.credential-access", "attack.t1110.001"]),
            techniques: texts(&["T1110.001"]),
            tactics: texts(&["credential-access"]),
            ..rule("linux-ssh-failed-password", "SSH failed password", Level::Low)
        },
        RuleInfo {
            logsource: LogSource {
                product: Some("windows".into()),
                category: Some("process_access".into()),
                service: None,
            },
            status: Some("stable".to_owned()),
            tags: texts(&["attack.credential-access", "attack.t1003.001", "car.2019-04-004"]),
            techniques: texts(&["T1003.001"]),
            tactics: texts(&["credential-access"]),
            references: texts(&["javascript:alert(1)", "https://example.org/a_b(c)?d=<e>"]),
            ..rule("sysmon-lsass-access", "LSASS memory read", Level::Critical)
        },
        RuleInfo {
            status: None,
            tags: texts(&["attack.initial-access", "attack.t1190", "attack.t9999"]),
            techniques: texts(&["T1190", "T9999"]),
            tactics: texts(&["initial-access"]),
            file: "rules/own <b>.yml".to_owned(),
            description: Some(
                "Third-party <b>text</b> & [a link](https://evil.example)\nover two lines | with a bar.".to_owned(),
            ),
            falsepositives: texts(&["=none", "`ticks`"]),
            ..rule("own-web", "Odd <request> [x](https://evil.example)", Level::Medium)
        },
        rule("never-seen", "Never seen", Level::Low),
    ]
}

fn place(source: u32, line: u64) -> Place {
    Place { source: SourceId(source), line, record: line.saturating_sub(2).max(1), lines: 1, ..Place::default() }
}

#[expect(clippy::too_many_lines, reason = "one literal, which every snapshot shows")]
fn alerts() -> Vec<Alert> {
    let sample = |rule: u32, place: Place, seconds: i64, fields: &[(&str, &[&str])], raw: Option<String>| Sample {
        place,
        time: at(seconds, 3),
        rule: RuleId(rule),
        text: {
            let mut writer = SampleWriter::new(raw.as_deref());
            for (name, values) in fields {
                writer.name(name);
                for value in *values {
                    writer.value(value);
                }
            }
            writer.text()
        },
    };
    let alert = |rule: u32, level: Level, entity: Vec<Pair>, samples: Vec<Sample>, message: &str| Alert {
        rule: RuleId(rule),
        level,
        kind: if rule == 0 { AlertKind::Correlation } else { AlertKind::Detection },
        entity,
        count: u64::try_from(samples.len()).unwrap_or(0),
        matches: 1,
        first: samples.first().map_or_else(Stamp::default, |s| s.time),
        last: samples.last().map_or_else(Stamp::default, |s| s.time),
        place: samples.last().map(|s| s.place).unwrap_or_default(),
        logical_source: "case 1/auth.log".into(),
        samples,
        message: message.to_owned(),
        fingerprint: format!("a0b1c2d3e4f5{rule:04x}"),
        status: AlertStatus::New,
        suppression: None,
    };
    let failed = |line: u64, seconds: i64| sample(1, place(1, line), seconds, &[("src_ip", &["192.0.2.7"])], None);
    let hostile = format!("203.0.113.66 - - \"GET /?q={HOSTILE}\" 404 {ONLY_IN_RAW}\nsecond line of the record");
    vec![
        alert(
            2,
            Level::Critical,
            vec![pair("process", "C:\\Windows\\Temp\\a b.exe")],
            vec![sample(
                2,
                place(3, 88_123),
                40_000,
                &[("TargetImage", &["C:\\Windows\\System32\\lsass.exe"]), ("GrantedAccess", &["0x1010"])],
                Some("{\"EventID\":10}".to_owned()),
            )],
            "LSASS memory read by 'C:\\Windows\\Temp\\a b.exe'.",
        ),
        alert(
            0,
            Level::High,
            vec![pair("src_ip", "192.0.2.7")],
            vec![failed(800, 0), failed(803, 9), failed(805, 20), failed(811, 41), failed(812, 48)],
            "SSH brute force from '192.0.2.7'.",
        ),
        alert(
            3,
            Level::Medium,
            vec![pair("url", &format!("/?q={HOSTILE}"))],
            vec![
                sample(
                    3,
                    Place { lines: 2, ..place(2, 7) },
                    3_000,
                    &[("url", &[HOSTILE]), ("ip", &["203.0.113.66", "::1"])],
                    Some(hostile),
                ),
                sample(
                    3,
                    place(0, 12),
                    7_200,
                    &[("url", &["/x"]), ("nothing", &[])],
                    Some("{\"url\":\"/x\"}".to_owned()),
                ),
            ],
            &format!("Odd <request> in '/?q={HOSTILE}'."),
        ),
        alert(
            1,
            Level::Low,
            vec![pair("src_ip", "=1+1")],
            vec![failed(3, -30)],
            "::warning::SSH failed password from '=1+1'.",
        ),
        Alert {
            status: AlertStatus::Suppressed,
            fingerprint: "a0b1c2d3e4f50009".to_owned(),
            suppression: Some(Suppression {
                reason: "load test of 3 March".to_owned(),
                expires: Some("2026-06-30".to_owned()),
            }),
            first: Stamp::default(),
            last: Stamp::default(),
            ..alert(
                1,
                Level::Low,
                vec![pair("src_ip", "10.0.0.5")],
                vec![failed(900, 60)],
                "SSH failed password from '10.0.0.5'.",
            )
        },
    ]
}

fn problems() -> Vec<Problem> {
    let problem = |path: &str, kind: ProblemKind, count: u64, first: &[u64], message: &str| Problem {
        path: path.to_owned(),
        kind,
        count,
        first: first.to_vec(),
        message: message.to_owned(),
        incomplete: kind == ProblemKind::Unreadable || kind == ProblemKind::Limit,
    };
    vec![
        problem("", ProblemKind::Limit, 4, &[], "the correlation memory was full and hits came too late"),
        problem("", ProblemKind::UnknownExclude, 1, &[], "no rule is called `no-such-rule`"),
        problem("case 1/auth.log", ProblemKind::Unparsed, 17, &[17, 40, 41], "expected a month, found `::error::x`"),
        problem("case 1/auth.log", ProblemKind::NoTime, 5, &[900], "no usable time"),
        problem("case 1/auth.log", ProblemKind::Repaired, 2, &[9, 10], "bytes that are not UTF-8 were replaced"),
        problem("rules/broken.yml", ProblemKind::RuleRejected, 1, &[7], "`contains` cannot follow `re`"),
        problem("win/broken\u{1b}[2J.log", ProblemKind::Unreadable, 1, &[], "permission denied"),
    ]
}
