//! Audit events as laurel writes them: an object a line, the records of an event as its members.
//!
//! Fields stand under the names the audit daemon gives them, each record a part of the event, so that rules for audit
//! logs hold; and once more under dotted names, as the object has them. What laurel adds about the parent process stays
//! below `PARENT_INFO`.

use super::json::member::{elements, may_have, member, members, push_text};
use super::json::{object_at, read_object, shape};
use super::{Format, Learned, LineShape, Record, Refused, Sample, Shape, auditd, sniff};

/// The row of [`FORMATS`](super::FORMATS).
pub(crate) const FORMAT: Format = Format {
    name: "laurel",
    summary: "audit events in JSON as laurel writes them",
    spec: "https://github.com/threathunters-io/laurel",
    samples: &[
        Sample {
            text: r#"{"ID":"1700000000.500:77","SYSCALL":{"arch":"0xc000003e","syscall":59,"success":"yes","exe":"/usr/bin/dash","uid":0,"SYSCALL":"execve","UID":"root"},"EXECVE":{"argc":3,"ARGV":["sh","-c","id \"x\""]},"PATH":[{"item":0,"name":"/bin/sh"},{"item":1,"name":"/lib/ld.so"}],"PROCTITLE":{"ARGV":["sh","-c"]}}"#,
            fields: &[
                ("ID", "1700000000.500:77"),
                ("type", "SYSCALL"),
                ("type", "EXECVE"),
                ("exe", "/usr/bin/dash"),
                ("SYSCALL", "execve"),
                ("SYSCALL.UID", "root"),
                ("a2", "id \"x\""),
                ("ARGV_STR", "sh -c id \"x\""),
                ("name", "/bin/sh"),
                ("name", "/lib/ld.so"),
                ("proctitle", "sh -c"),
            ],
        },
        Sample {
            text: r#"{"ID":"1700000001.000:80","NODE":"web1","USER_AUTH":{"pid":5,"uid":0,"op":"PAM:authentication","acct":"eve","addr":"203.0.113.9","res":"failed"}}"#,
            fields: &[("node", "web1"), ("type", "USER_AUTH"), ("acct", "eve"), ("res", "failed")],
        },
    ],
    raw_text: false,
    counting: crate::model::Counting::Lines,
    claims: 11,
    sniff: |head| {
        let is_one = |line: &str| may_have(line, "\"ID\"") && shape::is_object(line.trim_end()) && id(line).is_some();
        let share = sniff::share(head, is_one)?;
        Some(sniff::claim(11, share, "most lines are audit events in JSON", Learned::Nothing))
    },
    shape: Shape::Lines(LineShape::of_json(read, 11)),
};

/// The time and serial number of an event, if it has a record.
fn id(line: &str) -> Option<&str> {
    let id = member(line, "ID")?.strip_prefix('"')?.strip_suffix('"')?;
    let has_record = members(line).any(|(name, value)| is_kind(name) && value.starts_with(['{', '[']));
    auditd::time(id).filter(|_| has_record).map(|_| id)
}

/// Whether a member holds records of a type.
fn is_kind(name: &str) -> bool {
    name != "PARENT_INFO" && name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b"_[]".contains(&b))
}

fn read(record: &mut Record<'_>) -> Result<(), Refused> {
    let text = record.text;
    let refused = Refused { expected: "`ID` and records of the event", at: 0 };
    let id = id(text).ok_or(refused)?;
    record.time = auditd::stamp(id);
    read_object(record)?;
    let mut node = String::new();
    if member(text, "NODE").or_else(|| member(text, "node")).is_some_and(|node_| push_text(node_, &mut node).is_some())
    {
        record.push("node", &node);
    }
    let mut part = 0_u16;
    for (kind, value) in members(text).filter(|(name, _)| is_kind(name)) {
        let one = Some(value).filter(|value| value.starts_with('{'));
        for object in one.into_iter().chain(elements(value).filter(|value| value.starts_with('{'))) {
            part = part.saturating_add(1);
            let before = record.scratch.entries.len();
            record.push("type", kind);
            let at = object.as_ptr().addr().saturating_sub(text.as_ptr().addr());
            object_at(record, at)?;
            if matches!(kind, "EXECVE" | "PROCTITLE") {
                arguments(record, kind, object);
            }
            record.scratch.entries.iter_mut().skip(before).for_each(|entry| entry.part = part);
        }
    }
    Ok(())
}

/// Pushes arguments that stand in a list as the audit daemon names them, and put together.
fn arguments(record: &mut Record<'_>, kind: &str, object: &str) {
    let Some(list) = member(object, "ARGV") else { return };
    let (mut line, mut one) = (String::new(), String::new());
    for (n, value) in elements(list).enumerate() {
        one.clear();
        if push_text(value, &mut one).is_none() {
            one.push_str(value);
        }
        if n > 0 {
            line.push(' ');
        }
        line.push_str(&one);
        if kind == "EXECVE" {
            record.push(&format!("a{n}"), &one);
        }
    }
    record.push(if kind == "EXECVE" { "ARGV_STR" } else { "proctitle" }, &line);
}
