//! Views over events put together by hand: one record a test, all its questions as data.

use super::super::{TagMemo, Taxonomy};
use crate::model::stamp::Zones;
use crate::model::{
    Asks, Datum, Entry, Event, FormatId, Layout, Marks, One, Origin, Regions, Scratch, Seen, Sentence, Stamp, TagSet,
    Value,
};

/// One question and the values it must give; a category in front of a colon asks as its rules do.
type Question<'a> = (&'a str, &'a [&'a str]);

#[track_caller]
fn check(payload: Option<Sentence>, fields: &[(&str, &str)], product: &str, questions: &[Question<'_>]) {
    let mut asks = Asks::default();
    let ids: Vec<_> = questions
        .iter()
        .map(|(name, _)| match name.split_once(':') {
            Some((category, name)) => asks.intern(name, Some(category)),
            None => asks.intern(name, None),
        })
        .collect();
    let frozen = Taxonomy::load().freeze(&asks, true, &Zones::default(), &crate::formats::names());
    // Whether escapes were taken out before anybody looked makes no difference.
    for is_escaped in [false, true] {
        let mut scratch = Scratch::default();
        for (name, value) in fields {
            let escaped = value.replace('\\', r"\\").replace('"', "\\\"").replace('/', "\\/").replace('\n', "\\n");
            let value =
                if is_escaped { Value::Escaped(scratch.keep(&escaped)) } else { Value::Text(scratch.keep(value)) };
            scratch.push(&frozen.table, name, value);
        }
        let regions = scratch.regions("");
        let mut event = event(&scratch.entries, regions, payload);
        let view = frozen.tag(&mut event, &mut TagMemo::default());
        event.time = view.time(&event);
        assert_eq!(frozen.primary(&event.tags).product.unwrap_or_default(), product, "product");
        for ((name, want), id) in questions.iter().zip(&ids) {
            let mut values = vec![Datum::Null];
            let one = view.answer(&event, *id, &mut values);
            let single = view.single(&event, *id);
            let single = single.as_ref().and_then(Datum::text);
            match one {
                One::At(at) => assert_eq!(values.get(at).and_then(Datum::text), single, "{name}"),
                One::Nothing => assert_eq!(single, None, "{name}"),
                One::Unknown => {}
            }
            let mut fields = Vec::new();
            if !view.rests_on(*id, payload.is_some(), &mut fields) {
                // Whatever the others hold, the answer is the same.
                let mut others = event.entries.to_vec();
                let others_of = others.iter_mut().filter(|entry| !fields.contains(&entry.field));
                others_of.for_each(|entry| entry.value = Value::Bool(true));
                let mut again = vec![Datum::Null];
                view.answer(&event.with(&others), *id, &mut again);
                assert_eq!(again, values, "{name}");
                assert_eq!(view.single(&event.with(&others), *id).as_ref().and_then(Datum::text), single, "{name}");
            }
            values.remove(0);
            let got: Vec<_> = values.iter().filter_map(|v| v.text()).collect();
            assert_eq!(got, *want, "{name}");
        }
    }
}

fn event<'r>(entries: &'r [Entry], regions: Regions<'r>, payload: Option<Sentence>) -> Event<'r> {
    Event {
        origin: Origin::default(),
        lines: 1,
        format: FormatId(u16::MAX),
        payload,
        raw: "".into(),
        header_time: Stamp::default(),
        time: Stamp::default(),
        marks: Marks::default(),
        entries,
        regions,
        tags: TagSet::default(),
        seen: Seen::default(),
        layout: Layout::UNKNOWN,
    }
}

fn said(payload: &'static str, name: &'static str) -> Sentence {
    Sentence { payload, name }
}

#[test]
fn a_failed_login_over_ssh() {
    check(
        Some(said("sshd", "failed_invalid_user")),
        &[
            ("hostname", "eve"),
            ("appname", "sshd"),
            ("procid", "27"),
            ("method", "password"),
            ("user", "root"),
            ("rhost", "::ffff:192.168.1.2"),
            ("port", "51182"),
        ],
        "linux",
        &[
            ("action", &["login"]),
            ("outcome", &["failure"]),
            ("reason", &["invalid_user"]),
            ("user", &["root"]),
            ("user.name", &["root"]),
            ("src_ip", &["192.168.1.2"]),
            ("rhost", &["::ffff:192.168.1.2", "192.168.1.2"]),
            ("source.ip", &["192.168.1.2"]),
            ("src_port", &["51182"]),
            ("src_host", &[]),
            ("process", &["sshd"]),
            ("norm.process_id", &["27"]),
            ("raw.user", &["root"]),
            ("raw.src_ip", &[]),
            ("target_user", &[]),
        ],
    );
}

#[test]
fn sudo_has_two_users_that_differ_in_case_only() {
    check(
        Some(said("sudo", "command")),
        &[
            ("hostname", "v"),
            ("appname", "sudo"),
            ("user", "tim"),
            ("TTY", "pts/6"),
            ("PWD", "/x"),
            ("USER", "root"),
            ("COMMAND", "/usr/bin/tail -f"),
        ],
        "linux",
        &[
            ("norm.user", &["tim"]),
            ("user", &["tim"]),
            ("target_user", &["root"]),
            ("USER", &["root"]),
            ("tty", &["pts/6"]),
            ("working_dir", &["/x"]),
            ("command_line", &["/usr/bin/tail -f"]),
            ("action", &["privileged_command"]),
        ],
    );
}

#[test]
fn a_process_of_the_security_log() {
    check(
        None,
        &[
            ("Channel", "Security"),
            ("EventID", "4688"),
            ("SourceName", "Microsoft-Windows-Security-Auditing"),
            ("NewProcessName", "C:\\Windows\\System32\\cmd.exe"),
            ("NewProcessId", "0x1570"),
            ("ProcessId", "0x368"),
            ("ParentProcessName", "C:\\Windows\\explorer.exe"),
            ("TargetUserName", "-"),
            ("TargetDomainName", "-"),
            ("TargetLogonId", "0x0"),
            ("SubjectUserName", "WS6$"),
            ("SubjectDomainName", "MORDOR"),
            ("SubjectUserSid", "S-1-5-18"),
            ("SubjectLogonId", "0x3e7"),
            ("MandatoryLabel", "S-1-16-16384"),
            ("host", "collector"),
            ("Hostname", "WS6"),
        ],
        "windows",
        &[
            ("process_creation:Image", &["C:\\Windows\\System32\\cmd.exe"]),
            ("process_creation:ProcessId", &["5488", "0x1570"]),
            ("process_creation:ParentProcessId", &["872", "0x368"]),
            ("process_creation:User", &["NT AUTHORITY\\SYSTEM"]),
            ("process_creation:LogonId", &["0x3e7"]),
            ("process_creation:IntegrityLevel", &["System", "S-1-16-16384"]),
            ("process_creation:OriginalFileName", &[]),
            ("process_creation:NewProcessName", &["C:\\Windows\\System32\\cmd.exe"]),
            ("ProcessId", &["0x368", "872"]),
            ("Image", &[]),
            ("process", &["cmd.exe", "C:\\Windows\\System32\\cmd.exe"]),
            ("norm.process", &["cmd.exe"]),
            ("process_id", &["5488"]),
            ("parent_process_id", &["872"]),
            ("parent_process_path", &["C:\\Windows\\explorer.exe"]),
            ("user", &["WS6$"]),
            ("user_domain", &["MORDOR"]),
            ("host", &["collector", "WS6"]),
            ("norm.host", &["WS6"]),
            ("action", &["process_start"]),
            ("event_id", &["4688"]),
            ("TargetUserName", &["-"]),
        ],
    );
}

#[test]
fn the_target_of_a_group_event_is_a_group() {
    check(
        None,
        &[
            ("Channel", "Security"),
            ("EventID", "4732"),
            ("TargetUserName", "Administrators"),
            ("SubjectUserName", "bob"),
            ("MemberName", "-"),
            ("MemberSid", "S-1-5-21-1"),
            ("Keywords", "0x8020000000000000"),
        ],
        "windows",
        &[
            ("group", &["Administrators"]),
            ("TargetUserName", &["Administrators"]),
            ("user", &["bob"]),
            ("target_user", &[]),
            ("target_user_id", &["S-1-5-21-1"]),
            ("action", &["group_member_add"]),
        ],
    );
}

#[test]
fn payload_goes_before_system_but_for_the_event_id() {
    check(
        None,
        &[
            ("Event.System.EventID", "104"),
            ("Event.System.Channel", "System"),
            ("Event.System.Computer", "dc1"),
            ("Event.UserData.LogFileCleared.Channel", "Microsoft-Windows-PowerShell/Operational"),
            ("Event.UserData.LogFileCleared.SubjectUserName", "bob"),
        ],
        "windows",
        &[
            ("Channel", &["Microsoft-Windows-PowerShell/Operational"]),
            ("SubjectUserName", &["bob"]),
            ("EventID", &["104"]),
            ("action", &["log_clear"]),
            ("host", &["dc1"]),
        ],
    );
}

#[test]
fn shippers_nest_the_same_event_differently() {
    for (channel, id, user) in [
        ("winlog.channel", "winlog.event_id", "winlog.event_data.TargetUserName"),
        ("Channel", "EventID", "EventData.TargetUserName"),
        ("log_name", "event_id", "event_data.TargetUserName"),
        ("System.Channel", "System.EventID.Value", "EventData.TargetUserName"),
        ("Event.System.Channel", "Event.System.EventID.#text", "Event.EventData.TargetUserName"),
    ] {
        check(
            None,
            &[(channel, "Security"), (id, "4625"), (user, "bob")],
            "windows",
            &[
                ("user", &["bob"]),
                ("TargetUserName", &["bob"]),
                ("action", &["login"]),
                ("outcome", &["failure"]),
                ("event_id", &["4625"]),
            ],
        );
    }
}

#[test]
fn parts_of_system_answer_whoever_ships_them() {
    for (channel, id, provider, level) in [
        (
            "Event.System.Channel",
            "Event.System.EventID.#text",
            "Event.System.Provider.#attributes.Name",
            "Event.System.Level",
        ),
        ("Event.System.Channel", "Event.System.EventID.#text", "Event.System.Provider.@Name", "Event.System.Level"),
        ("winlog.channel", "winlog.event_id", "winlog.provider_name", "Level"),
        ("Channel", "EventID", "SourceName", "Level"),
        ("EventLog", "EventID", "Source", "Level"),
        ("Channel", "EventID", "Provider_Name", "Level"),
    ] {
        check(
            None,
            &[(channel, "System"), (id, "7045"), (provider, "Service Control Manager"), (level, "4")],
            "windows",
            &[
                ("Channel", &["System"]),
                ("EventID", &["7045"]),
                ("Provider_Name", &["Service Control Manager"]),
                ("Level", &["4", "info"]),
            ],
        );
    }
}

#[test]
fn a_channel_of_the_payload_is_not_joined_by_the_one_that_tells_of_it() {
    check(
        None,
        &[("winlog.channel", "System"), ("winlog.event_id", "104"), ("winlog.user_data.Channel", "Security")],
        "windows",
        &[("Channel", &["Security"]), ("action", &["log_clear"])],
    );
}

#[test]
fn rules_leave_out_the_blanks_of_names() {
    let channel = ("Channel", "Microsoft-Windows-Windows Defender/Operational");
    check(
        None,
        &[
            channel,
            ("EventID", "1119"),
            ("SourceName", "Microsoft-Windows-Windows Defender"),
            ("Source Name", "Real-Time"),
        ],
        "windows",
        &[("SourceName", &["Microsoft-Windows-Windows Defender", "Real-Time"])],
    );
}

#[test]
fn data_without_names_are_one_field() {
    check(
        None,
        &[
            ("winlog.channel", "Application"),
            ("winlog.event_id", "1040"),
            ("winlog.event_data.param1", "a"),
            ("winlog.event_data.param2", "b"),
        ],
        "windows",
        &[("Data", &["a", "b"])],
    );
    check(
        None,
        &[("Event.System.Channel", "Application"), ("Event.System.EventID", "1"), ("Event.EventData.Data.#text", "a")],
        "windows",
        &[("Data", &["a"])],
    );
}

#[test]
fn a_name_with_a_role_of_its_own_answers_only_for_itself() {
    check(
        None,
        &[
            ("Channel", "Security"),
            ("EventID", "5379"),
            ("TargetUserName", "alice"),
            ("Hashes", "MD5=8AC325C757FA721B272ECEA19EBCF745"),
        ],
        "windows",
        &[("SubjectUserName", &[]), ("user", &["alice"]), ("md5", &["8ac325c757fa721b272ecea19ebcf745"])],
    );
}

#[test]
fn records_without_a_profile_use_names_that_mean_one_thing() {
    check(
        None,
        &[
            ("Source IP", "212.83.184.16"),
            ("Event Name", "ListObjects"),
            ("User ID", "{'type': 'AWSAccount'}"),
            ("namespace", "ns-6"),
            ("status", "Pending"),
            ("uid", "be2def59"),
            ("reason", ""),
            ("action", "login"),
            ("outcome", "weird"),
            ("level", "warn"),
            ("service", "payment-service"),
            ("protocol", "tcp"),
        ],
        "",
        &[
            ("src_ip", &["212.83.184.16"]),
            ("source_ip", &["212.83.184.16"]),
            ("event_name", &["ListObjects"]),
            ("user", &[]),
            ("k8s_namespace", &["ns-6"]),
            ("http_status", &[]),
            ("user_id", &[]),
            ("norm.reason", &[]),
            ("reason", &[""]),
            ("action", &["login"]),
            ("norm.outcome", &[]),
            ("level", &["warn", "warning"]),
            ("norm.protocol", &[]),
            ("transport", &["tcp"]),
        ],
    );
}

#[test]
fn a_packet_of_netfilter() {
    check(
        Some(said("netfilter", "blocked")),
        &[
            ("appname", "kernel"),
            ("prefix", "IPTABLES-DROP"),
            ("IN", "lo"),
            ("OUT", ""),
            ("MAC", "00:08:a2:0c:1f:12:00:c8:8b:e2:d6:87:08:00"),
            ("SRC", "127.0.0.1"),
            ("DST", "127.0.0.53"),
            ("LEN", "76"),
            ("PROTO", "1"),
            ("SPT", "49007"),
            ("LEN", "56"),
        ],
        "linux",
        &[
            ("LEN", &["76", "56"]),
            ("src_interface", &["lo"]),
            ("dst_interface", &[]),
            ("src_mac", &["00:c8:8b:e2:d6:87"]),
            ("transport", &["icmp"]),
            ("src_port", &[]),
            ("rule_name", &["IPTABLES-DROP"]),
            ("outcome", &["blocked"]),
            ("firewall:action", &["deny", "blocked", "network_connection"]),
        ],
    );
}

#[test]
fn an_any_of_field_gathers_every_value_of_its_kind_once() {
    check(
        None,
        &[
            ("SourceIp", "10.0.0.1"),
            ("DestinationIp", "10.0.0.2"),
            ("c-ip", "10.0.0.1"),
            ("message", "10.0.0.3"),
            ("md5", "8AC325C757FA721B272ECEA19EBCF745"),
        ],
        "",
        &[
            ("any_ip", &["10.0.0.1", "10.0.0.2"]),
            ("norm.any_ip", &["10.0.0.1", "10.0.0.2"]),
            ("raw.any_ip", &[]),
            ("any_hash", &["8ac325c757fa721b272ecea19ebcf745"]),
            ("any_user", &[]),
        ],
    );
}

#[test]
fn hostile_values_give_nothing_and_break_nothing() {
    for text in
        ["", "é", "\u{202e}", "[", "::", "0x", "-0", "99999999999999999999999", "%%", "\\", "CN=", "\\x16\\x03", "a\0b"]
    {
        let fields: Vec<(&str, &str)> = [
            "Channel",
            "EventID",
            "IpAddress",
            "IpPort",
            "Keywords",
            "ProcessId",
            "Hashes",
            "MAC",
            "request",
            "url",
            "pri",
            "Level",
            "duration",
            "MemberName",
        ]
        .iter()
        .map(|name| (*name, text))
        .collect();
        check(None, &fields, "", &[("src_port", &[]), ("process_id", &[])]);
        check(Some(said("access-log", "")), &fields, "", &[("http_status", &[])]);
    }
}
