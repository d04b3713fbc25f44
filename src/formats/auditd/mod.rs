//! Records of the Linux audit daemon: `[node=N ]type=T msg=audit(SECONDS.MILLIS:SERIAL): key=value ...`.
//!
//! An event is all lines with the same node, time and serial number; lines of other events may stand between them. Each
//! line is a part of the event, so that what one line says can be told from what another says. The fields of `msg='...'`
//! stand beside those around it, and so do the names that `log_format = ENRICHED` adds behind a group separator. Kernels
//! write values that hold blanks, quotes or worse as hexadecimal: they are decoded. Left out: what numbers mean
//! (system calls, capabilities).

mod fields;

use super::lines::Link;
use super::{Format, Head, LineShape, Record, Refused, Sample, Shape, Sniffed, lines};
use crate::model::{Stamp, Time};
use std::borrow::Cow;

/// The row of [`FORMATS`](super::FORMATS).
pub(crate) const FORMAT: Format = Format {
    name: "auditd",
    summary: "records of the Linux audit daemon, joined by serial",
    spec: "https://github.com/linux-audit/audit-documentation/wiki/SPEC-Writing-Good-Events",
    samples: SAMPLES,
    raw_text: true,
    counting: crate::model::Counting::Lines,
    claims: 9,
    sniff: |head: &Head<'_>| -> Option<Sniffed> {
        lines::sniff(head, FORMAT.name, 9, "lines hold msg=audit(", |line| {
            header(line).is_some_and(|h| h.is_file_style)
        })
    },
    shape: Shape::Lines(LineShape::of_text(read, 9)),
};

/// What stands before the fields of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Header<'l> {
    node: Option<&'l str>,
    kind: Option<&'l str>,
    /// `SECONDS.MILLIS:SERIAL`
    id: &'l str,
    /// As the daemon's file has it (`msg=audit(`), and not as the kernel's log does.
    is_file_style: bool,
    rest: &'l str,
}

/// Reads what stands before the fields.
fn header(line: &str) -> Option<Header<'_>> {
    let word = |text: &str, key: &str| -> Option<usize> {
        let value = text.strip_prefix(key)?;
        Some(key.len() + value.find(' ').unwrap_or(value.len()))
    };
    let (mut node, mut kind, mut rest) = (None, None, line);
    if let Some(end) = word(rest, "node=") {
        let (pair, after) = rest.split_at_checked(end)?;
        (node, rest) = (pair.strip_prefix("node="), after.trim_start_matches(' '));
    }
    if let Some(end) = word(rest, "type=") {
        let (pair, after) = rest.split_at_checked(end)?;
        (kind, rest) = (pair.strip_prefix("type="), after.trim_start_matches(' '));
    }
    let is_file_style = rest.starts_with("msg=");
    let rest = rest.strip_prefix("msg=").unwrap_or(rest).strip_prefix("audit(")?;
    let (id, rest) = rest.split_once("):")?;
    let is_id = id.len() <= 48 && time(id).is_some();
    (is_id && (is_file_style || kind.is_some())).then_some(Header { node, kind, id, is_file_style, rest })
}

/// The stamp in `SECONDS.MILLIS:SERIAL`.
pub(super) fn stamp(id: &str) -> Stamp {
    time(id).map_or(Stamp::default(), |time| Stamp::exact(time, 3))
}

/// The time in it.
pub(super) fn time(id: &str) -> Option<Time> {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let (stamp, serial) = id.split_once(':')?;
    let (seconds, millis) = stamp.split_once('.')?;
    if !(is_number(seconds) && is_number(millis) && is_number(serial) && millis.len() == 3) {
        return None;
    }
    let nanos = seconds.parse::<i64>().ok()?.checked_mul(Time::SECOND)?;
    Some(Time(nanos.checked_add(millis.parse::<i64>().ok()? * 1_000_000)?))
}

/// Lines of one node, time and serial number are one event; `EOE` ends it.
pub(super) fn link(line: &[u8]) -> Option<Link<'_>> {
    // Longer than any header; a serial number ends long before.
    let start = line.get(..512).unwrap_or(line);
    let text = match std::str::from_utf8(start) {
        Ok(text) => text,
        Err(error) => std::str::from_utf8(start.get(..error.valid_up_to())?).ok()?,
    };
    let header = header(text).filter(|header| header.is_file_style)?;
    let key = match header.node {
        None => Cow::Borrowed(header.id.as_bytes()),
        Some(node) => Cow::Owned(format!("{} {node}", header.id).into_bytes()),
    };
    Some(Link { key, more: header.kind != Some("EOE") })
}

fn read(record: &mut Record<'_>) -> Result<(), Refused> {
    let text = record.text;
    let has_parts = text.contains('\n');
    for (part, line) in (1u16..).zip(text.split('\n')) {
        let line = line.strip_suffix('\r').unwrap_or(line);
        let Some(header) = header(line) else {
            return Err(Refused { expected: "`type=` and `msg=audit(SECONDS.MILLIS:SERIAL):`", at: 0 });
        };
        let before = record.scratch.entries.len();
        push(&header, record, part == 1);
        if has_parts {
            record.scratch.entries.iter_mut().skip(before).for_each(|entry| entry.part = part);
        }
    }
    Ok(())
}

/// Pushes the header and the fields of one line.
fn push(header: &Header<'_>, record: &mut Record<'_>, is_first: bool) {
    if is_first {
        record.time = stamp(header.id);
        record.push("ID", header.id);
    }
    record.push_some("node", header.node);
    record.push_some("type", header.kind);
    fields::push(header.kind.unwrap_or_default(), header.rest, record);
}

/// Reads a line that stands inside another; gives whether it is one.
pub(super) fn push_line(line: &str, record: &mut Record<'_>) -> bool {
    let Some(header) = header(line) else { return false };
    push(&header, record, true);
    true
}

/// Reads a line without its header, as the journal keeps it: `TYPE k=v ...`.
pub(super) fn push_headless(line: &str, record: &mut Record<'_>) -> bool {
    let is_kind = |word: &str| word.len() > 2 && word.bytes().all(|b| b.is_ascii_uppercase() || b == b'_');
    let Some((kind, rest)) = line.split_once(' ').filter(|(kind, rest)| is_kind(kind) && rest.contains('=')) else {
        return false;
    };
    record.push("type", kind);
    fields::push(kind, rest, record);
    true
}

const SAMPLES: &[Sample] = &[
    Sample {
        text: "type=SYSCALL msg=audit(1700000000.500:77): arch=c000003e syscall=59 success=yes a0=55a1 uid=0 comm=\"sh\" exe=\"/usr/bin/dash\" key=(null)\x1dSYSCALL=execve UID=\"root\"\n\
               type=EXECVE msg=audit(1700000000.500:77): argc=3 a0=\"sh\" a1=\"-c\" a2=6563686F20226869223E2F746D702F78\n\
               type=PATH msg=audit(1700000000.500:77): item=0 name=2F746D702F612062",
        fields: &[
            ("ID", "1700000000.500:77"),
            ("type", "SYSCALL"),
            ("arch", "c000003e"),
            ("syscall", "59"),
            ("success", "yes"),
            ("a0", "55a1"),
            ("uid", "0"),
            ("comm", "sh"),
            ("exe", "/usr/bin/dash"),
            ("key", "(null)"),
            ("SYSCALL", "execve"),
            ("UID", "root"),
            ("type", "EXECVE"),
            ("argc", "3"),
            ("a0", "sh"),
            ("a1", "-c"),
            ("a2", "echo \"hi\">/tmp/x"),
            ("ARGV_STR", "sh -c echo \"hi\">/tmp/x"),
            ("type", "PATH"),
            ("item", "0"),
            ("name", "/tmp/a b"),
        ],
    },
    Sample {
        text: "node=web1 type=USER_CMD msg=audit(1700000001.000:80): uid=1000 msg='cwd=\"/home/alice\" cmd=636174202F61 terminal=pts/0 res=failed'",
        fields: &[
            ("ID", "1700000001.000:80"),
            ("node", "web1"),
            ("type", "USER_CMD"),
            ("uid", "1000"),
            ("msg", "cwd=\"/home/alice\" cmd=636174202F61 terminal=pts/0 res=failed"),
            ("cwd", "/home/alice"),
            ("cmd", "cat /a"),
            ("terminal", "pts/0"),
            ("res", "failed"),
        ],
    },
    Sample {
        text: "type=LOGIN msg=audit(1700000002.000:81): login pid=5 old auid=4294967295 new auid=1000",
        fields: &[
            ("ID", "1700000002.000:81"),
            ("type", "LOGIN"),
            ("pid", "5"),
            ("old auid", "4294967295"),
            ("new auid", "1000"),
        ],
    },
    Sample {
        text: "type=AVC msg=audit(1700000003.000:82): avc:  denied  { read write } for  pid=7 comm=\"httpd\" tclass=file",
        fields: &[
            ("ID", "1700000003.000:82"),
            ("type", "AVC"),
            ("seresult", "denied"),
            ("seperms", "read write"),
            ("pid", "7"),
            ("comm", "httpd"),
            ("tclass", "file"),
        ],
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::testing::sniff_and_read;

    #[test]
    fn a_header_needs_a_time_and_a_serial() {
        for (line, kind) in [
            ("type=CWD msg=audit(1.000:2): cwd=\"/\"", Some(Some("CWD"))),
            ("node=a type=CWD msg=audit(1.000:2): ", Some(Some("CWD"))),
            ("msg=audit(1.000:2): x=1", Some(None)),
            ("type=1400 audit(1.000:2): x=1", Some(Some("1400"))),
            ("audit(1.000:2): x=1", None),
            ("type=CWD msg=audit(1.00:2): ", None),
            ("type=CWD msg=audit(1.000:): ", None),
            ("type=CWD msg=audit(99999999999999.000:1): ", None),
            ("type=CWD msg=x", None),
        ] {
            assert_eq!(header(line).map(|h| h.kind), kind, "{line}");
        }
    }

    #[track_caller]
    fn events(text: &str, want: &[(u32, u32)]) {
        for target in [1, 7, 64, 1 << 20] {
            let read = sniff_and_read(text.as_bytes(), target);
            let got: Vec<_> = read.iter().map(|r| (r.line, r.lines)).collect();
            assert_eq!(got, want, "in blocks of {target}");
        }
    }

    #[test]
    fn lines_of_one_serial_are_one_event_wherever_they_stand() {
        let line = |kind: &str, serial: u32| format!("type={kind} msg=audit(1700000000.000:{serial}): a=1\n");
        let text = [line("SYSCALL", 1), line("SYSCALL", 2), "\n".to_owned(), line("CWD", 1), line("CWD", 2)].concat();
        events(&text, &[(0, 2), (1, 2)]);
        // The same serial behind its end is another event.
        events(&[line("SYSCALL", 1), line("EOE", 1), line("SYSCALL", 1)].concat(), &[(0, 2), (2, 1)]);
        let far: Vec<String> = (0..1000).map(|n| line("CWD", n + 10)).collect();
        events(&format!("{}{}{}", line("SYSCALL", 1), far[1..].concat(), line("CWD", 1)), &{
            let mut want = vec![(0, 1)];
            want.extend((1..=1000).map(|n| (n, 1)));
            want
        });
    }

    #[test]
    fn nodes_count_for_themselves() {
        events(
            "node=a type=X msg=audit(1.000:1): a=1\nnode=b type=X msg=audit(1.000:1): a=1\nnode=a type=Y msg=audit(1.000:1): a=1\n",
            &[(0, 2), (1, 1)],
        );
    }

    #[test]
    fn other_lines_stand_between() {
        let text = "type=X msg=audit(1.000:1): a=1\n<13>Oct 11 22:14:15 h app: x\nnobody knows\ntype=Y msg=audit(1.000:1): a=1\n";
        let read = sniff_and_read(text.as_bytes(), 16);
        assert_eq!(read.iter().map(|r| r.refused.is_some()).collect::<Vec<_>>(), [false, false, true]);
    }
}
