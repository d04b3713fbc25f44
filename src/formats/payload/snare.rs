//! Windows events as Snare and its like send them: columns with tabs between, `MSWinEventLog`, criticality, log, counter,
//! time, number, source, user, kind of account, kind of event, computer, category, data, text, counter.
//!
//! Specified by Snare's guide to its output formats. What the text says of accounts and addresses is taken out of it
//! by the labels Windows writes; a text in another language than English gives nothing. Tabs may have become `#011`.

use super::{Payload, PayloadSample};
use crate::formats::Record;
use crate::model::{Quality, Sentence, stamp};

pub(crate) const PAYLOAD: Payload =
    Payload { name: "snare", programs: &["MSWinEventLog"], prefixes: &["MSWinEventLog"], samples: SAMPLES, extract };

/// The columns behind the mark; no name: of no use to anybody.
const COLUMNS: [&str; 13] = [
    "Criticality",
    "Channel",
    "",
    "EventTime",
    "EventID",
    "Provider_Name",
    "User",
    "SIDType",
    "EventType",
    "Computer",
    "Category",
    "Data",
    "Message",
];

fn extract(message: &str, record: &mut Record<'_>) -> Option<Sentence> {
    let rest = message.strip_prefix("MSWinEventLog")?;
    let tab = ["\t", "#011"].into_iter().find(|tab| rest.starts_with(tab))?;
    let cells: Vec<&str> = rest.split(tab).skip(1).take(COLUMNS.len()).collect();
    let id = cells.get(4)?;
    if id.is_empty() || !id.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    for (name, cell) in COLUMNS.iter().zip(&cells).filter(|(name, cell)| !name.is_empty() && !cell.is_empty()) {
        record.push(name, cell);
    }
    // A header of syslog leaves the year out.
    if let Some(time) = cells.get(3).and_then(|cell| stamp::read(cell, record.zone))
        && record.time.quality != Quality::Exact
    {
        record.time = time;
    }
    labelled(cells.last().filter(|_| cells.len() == COLUMNS.len()).copied().unwrap_or_default(), record);
    Some(Sentence { payload: PAYLOAD.name, name: "" })
}

/// Headings of a text, and whose accounts stand below them.
const HEADINGS: &[(&str, Whose)] = &[
    ("Subject", Whose::Subject),
    ("New Logon", Whose::Target),
    ("Account For Which Logon Failed", Whose::Target),
    ("Account Whose Credentials Were Used", Whose::Target),
    ("Account That Was Locked Out", Whose::Target),
    ("Account Information", Whose::Target),
    ("New Account", Whose::Target),
    ("Target Account", Whose::Target),
    ("Target Subject", Whose::Target),
    ("Group", Whose::Target),
    ("New Group", Whose::Target),
    ("Member", Whose::Nobody),
    ("Failure Information", Whose::Nobody),
    ("Process Information", Whose::Nobody),
    ("Network Information", Whose::Nobody),
    ("Detailed Authentication Information", Whose::Nobody),
    ("Service Information", Whose::Nobody),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Whose {
    Subject,
    Target,
    Nobody,
}

/// Labels below the headings of accounts: as the subject's, as the target's.
const ACCOUNTS: &[(&str, &str, &str)] = &[
    ("Security ID", "SubjectUserSid", "TargetUserSid"),
    ("Account Name", "SubjectUserName", "TargetUserName"),
    ("Group Name", "", "TargetUserName"),
    ("Account Domain", "SubjectDomainName", "TargetDomainName"),
    ("Group Domain", "", "TargetDomainName"),
    ("Logon ID", "SubjectLogonId", "TargetLogonId"),
];

/// Labels that mean one thing wherever they stand.
const LABELS: &[(&str, &str)] = &[
    ("Logon Type", "LogonType"),
    ("Failure Reason", "FailureReason"),
    ("Status", "Status"),
    ("Sub Status", "SubStatus"),
    ("Caller Process ID", "ProcessId"),
    ("Caller Process Name", "ProcessName"),
    ("Process ID", "ProcessId"),
    ("Process Name", "ProcessName"),
    ("New Process ID", "NewProcessId"),
    ("New Process Name", "NewProcessName"),
    ("Creator Process ID", "ProcessId"),
    ("Creator Process Name", "ParentProcessName"),
    ("Process Command Line", "CommandLine"),
    ("Workstation Name", "WorkstationName"),
    ("Source Workstation", "Workstation"),
    ("Source Network Address", "IpAddress"),
    ("Client Address", "IpAddress"),
    ("Source Port", "IpPort"),
    ("Client Port", "IpPort"),
    ("Logon Process", "LogonProcessName"),
    ("Authentication Package", "AuthenticationPackageName"),
    ("Logon Account", "TargetUserName"),
    ("Service Name", "ServiceName"),
    ("Service File Name", "ServiceFileName"),
    ("Task Name", "TaskName"),
    ("Object Type", "ObjectType"),
    ("Object Name", "ObjectName"),
    ("Share Name", "ShareName"),
];

/// Pushes what a text says behind labels. Labels, headings and values stand apart by two blanks or more, or by tabs.
fn labelled(text: &str, record: &mut Record<'_>) {
    let mut whose = Whose::Nobody;
    let mut waiting = None;
    for piece in text.split(['\t', '\r', '\n']).flat_map(|line| line.split("  ")) {
        let piece = piece.trim();
        if piece.is_empty() {
            continue;
        }
        let (label, value) = match piece.split_once(':') {
            Some((label, value)) if is_label(label) => (label, value.trim()),
            _ => {
                if let Some(name) = std::mem::take(&mut waiting) {
                    record.push(name, piece);
                }
                continue;
            }
        };
        if let Some((_, of)) = HEADINGS.iter().find(|(heading, _)| *heading == label) {
            (whose, waiting) = (*of, None);
            continue;
        }
        waiting = name_of(label, whose);
        if let Some(name) = waiting.filter(|_| !value.is_empty()) {
            record.push(name, value);
            waiting = None;
        }
    }
}

fn is_label(text: &str) -> bool {
    HEADINGS.iter().any(|(heading, _)| *heading == text)
        || ACCOUNTS.iter().any(|(label, ..)| *label == text)
        || LABELS.iter().any(|(label, _)| *label == text)
}

fn name_of(label: &str, whose: Whose) -> Option<&'static str> {
    let account = ACCOUNTS.iter().find(|(known, ..)| *known == label);
    let name = match (account, whose) {
        (Some((_, subject, _)), Whose::Subject) => subject,
        (Some((_, _, target)), Whose::Target) => target,
        (Some(_), Whose::Nobody) => "",
        (None, _) => LABELS.iter().find(|(known, _)| *known == label).map_or("", |(_, name)| *name),
    };
    (!name.is_empty()).then_some(name)
}

const SAMPLES: &[PayloadSample] = &[
    PayloadSample {
        text: "MSWinEventLog\t1\tSecurity\t7\tTue Nov 14 22:13:20 2023\t4625\tMicrosoft-Windows-Security-Auditing\tN/A\tN/A\t\
               Failure Audit\tdc1.example\tLogon\t\tAn account failed to log on.    Subject:   Security ID:  S-1-0-0   \
               Account Name:  -    Logon Type:   3    Account For Which Logon Failed:   Account Name:  eve   \
               Account Domain:  EX    Process Information:   Caller Process ID: 0x0    Network Information:   \
               Workstation Name: ws1   Source Network Address: 203.0.113.9   Source Port:  50123\t9",
        sentence: "",
        fields: &[
            ("Criticality", "1"),
            ("Channel", "Security"),
            ("EventTime", "Tue Nov 14 22:13:20 2023"),
            ("EventID", "4625"),
            ("Provider_Name", "Microsoft-Windows-Security-Auditing"),
            ("User", "N/A"),
            ("SIDType", "N/A"),
            ("EventType", "Failure Audit"),
            ("Computer", "dc1.example"),
            ("Category", "Logon"),
            (
                "Message",
                "An account failed to log on.    Subject:   Security ID:  S-1-0-0   \
                 Account Name:  -    Logon Type:   3    Account For Which Logon Failed:   Account Name:  eve   \
                 Account Domain:  EX    Process Information:   Caller Process ID: 0x0    Network Information:   \
                 Workstation Name: ws1   Source Network Address: 203.0.113.9   Source Port:  50123",
            ),
            ("SubjectUserSid", "S-1-0-0"),
            ("SubjectUserName", "-"),
            ("LogonType", "3"),
            ("TargetUserName", "eve"),
            ("TargetDomainName", "EX"),
            ("ProcessId", "0x0"),
            ("WorkstationName", "ws1"),
            ("IpAddress", "203.0.113.9"),
            ("IpPort", "50123"),
        ],
    },
    PayloadSample {
        text: "MSWinEventLog#0111#011System#0117#011Tue Nov 14 22:13:20 2023#0117036#011Service Control Manager#011N/A",
        sentence: "",
        fields: &[
            ("Criticality", "1"),
            ("Channel", "System"),
            ("EventTime", "Tue Nov 14 22:13:20 2023"),
            ("EventID", "7036"),
            ("Provider_Name", "Service Control Manager"),
            ("User", "N/A"),
        ],
    },
];
