//! The fields behind the header of an audit line.
//!
//! Values are bare words, quoted, in braces or, for `msg`, in single quotes with pairs of their own inside. Nothing
//! escapes a quote: a value that holds one is written as hexadecimal.

use crate::formats::Record;
use std::borrow::Cow;

/// Stands before the names of `log_format = ENRICHED`.
const GROUP_SEPARATOR: char = '\x1d';

/// Values the kernel and the daemon encode where they must.
const ENCODED: [&str; 22] = [
    "acct",
    "cmd",
    "comm",
    "cwd",
    "data",
    "dev",
    "dir",
    "exe",
    "file",
    "grp",
    "key",
    "name",
    "new-chardev",
    "new-disk",
    "ocomm",
    "old-chardev",
    "old-disk",
    "path",
    "proctitle",
    "unit",
    "vm",
    "watch",
];

/// Pushes the fields of a line of a type.
pub(super) fn push(kind: &str, text: &str, record: &mut Record<'_>) {
    let text = access_vector(text, record);
    if kind == "EXECVE" {
        let mut arguments = Arguments::default();
        pairs(text, record, &mut |key, value, record| {
            let value = decoded(kind, key, value, record);
            arguments.add(key, &value);
            record.push(key, &value);
        });
        record.push_some("ARGV_STR", arguments.joined().as_deref());
        return;
    }
    pairs(text, record, &mut |key, value, record| match value {
        Written::Nested(inner) => {
            if !inner.is_empty() {
                record.push(key, inner);
            }
            pairs(inner, record, &mut |key, value, record| {
                push_one(kind, key, value, record);
            });
        }
        Written::Braces(inner) => {
            record.push(key, inner);
            pairs(inner, record, &mut |key, value, record| record.push(key, value.as_written()));
        }
        value => push_one(kind, key, value, record),
    });
}

fn push_one(kind: &str, key: &str, value: Written<'_>, record: &mut Record<'_>) {
    let value = decoded(kind, key, value, record);
    record.push(key, &value);
}

/// A value as it stands in the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Written<'t> {
    Bare(&'t str),
    Quoted(&'t str),
    /// In single quotes: pairs.
    Nested(&'t str),
    Braces(&'t str),
}

impl<'t> Written<'t> {
    fn as_written(self) -> &'t str {
        match self {
            Written::Bare(text) | Written::Quoted(text) | Written::Nested(text) | Written::Braces(text) => text,
        }
    }
}

/// A value with its encoding undone.
fn decoded<'t>(kind: &str, key: &str, value: Written<'t>, record: &mut Record<'_>) -> Cow<'t, str> {
    let plain = Cow::Borrowed(value.as_written());
    let Written::Bare(text) = value else { return plain };
    // Arguments of a system call are numbers; those of a program are text, and so is what was typed.
    let is_argument = kind == "EXECVE" && argument(key).is_some();
    let is_sure = is_argument || key == "proctitle" || (key == "data" && kind.contains("TTY"));
    if !is_sure && !ENCODED.contains(&key) {
        return plain;
    }
    let Some(bytes) = unhex(text) else { return plain };
    let text = match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) if is_sure => {
            record.repaired = true;
            String::from_utf8_lossy(error.as_bytes()).into_owned()
        }
        Err(_) => return plain,
    };
    let is_text = |c: char| !c.is_control() || matches!(c, '\0' | '\x01' | '\t' | '\n' | '\r');
    if !is_sure && !text.chars().all(is_text) {
        return plain;
    }
    let text = match key {
        // Arguments of the title end with a NUL each.
        "proctitle" => text.trim_end_matches('\0').replace('\0', " "),
        _ => text,
    };
    Cow::Owned(text)
}

/// The bytes of an even number of hexadecimal digits.
fn unhex(text: &str) -> Option<Vec<u8>> {
    if text.is_empty() || text.len() % 2 == 1 {
        return None;
    }
    let digit = |b: u8| char::from(b).to_digit(16);
    let byte = |pair: &[u8]| u8::try_from(digit(*pair.first()?)? << 4 | digit(*pair.get(1)?)?).ok();
    text.as_bytes().chunks(2).map(byte).collect()
}

/// The number of `a7` or `a7[0]`; not that of `a7_len`.
fn argument(key: &str) -> Option<u32> {
    let number = key.strip_prefix('a')?;
    let number = number.split_once('[').map_or(number, |(number, _)| number);
    number.parse().ok().filter(|_| number.bytes().all(|b| b.is_ascii_digit()))
}

/// The arguments of a program, put together; a long one comes in pieces (`a1[0]=`, `a1[1]=`).
#[derive(Default)]
struct Arguments {
    line: String,
    last: Option<u32>,
}

impl Arguments {
    fn add(&mut self, key: &str, value: &str) {
        let Some(number) = argument(key) else { return };
        if self.last.is_some_and(|last| last != number) {
            self.line.push(' ');
        }
        self.line.push_str(value);
        self.last = Some(number);
    }

    fn joined(self) -> Option<String> {
        self.last.map(|_| self.line)
    }
}

/// Takes `avc:  denied  { read } for` off the front.
fn access_vector<'t>(text: &'t str, record: &mut Record<'_>) -> &'t str {
    let vector = || {
        let rest = text.trim_start_matches(' ').strip_prefix("avc:")?.trim_start_matches(' ');
        let (result, rest) = rest.split_once(' ')?;
        let (permissions, rest) = rest.trim_start_matches(' ').strip_prefix('{')?.split_once('}')?;
        Some((result, permissions.trim_matches(' '), rest))
    };
    let Some((result, permissions, rest)) = vector() else { return text };
    record.push("seresult", result);
    record.push("seperms", permissions);
    rest
}

/// Goes through the pairs of a text. `old auid=1` has a blank in its key.
fn pairs<'t>(text: &'t str, record: &mut Record<'_>, found: &mut dyn FnMut(&str, Written<'t>, &mut Record<'_>)) {
    let is_between = |c: char| c.is_ascii_whitespace() || matches!(c, GROUP_SEPARATOR | ',' | '(' | ')');
    let mut rest = text;
    let mut before = None;
    loop {
        rest = rest.trim_start_matches(is_between);
        let end = rest.find(|c: char| c == '=' || c.is_ascii_whitespace() || c == GROUP_SEPARATOR);
        let Some((word, after)) = end.and_then(|end| rest.split_at_checked(end)) else { return };
        let Some(value) = after.strip_prefix('=') else {
            before = Some(word).filter(|word| matches!(*word, "old" | "new"));
            rest = after;
            continue;
        };
        let (value, after) = written(word, value);
        match before.take() {
            Some(first) => found(&format!("{first} {word}"), value, record),
            None if !word.is_empty() => found(word, value, record),
            None => {}
        }
        rest = after;
    }
}

/// Splits a value off.
fn written<'t>(key: &str, text: &'t str) -> (Written<'t>, &'t str) {
    if let Some((value, rest)) = text.strip_prefix('"').and_then(|text| text.split_once('"')) {
        return (Written::Quoted(value), rest);
    }
    // What it holds may hold quotes: its end is the last one before the enriched names.
    if let Some(inner) = text.strip_prefix('\'').filter(|_| key == "msg") {
        let here = inner.find(GROUP_SEPARATOR).unwrap_or(inner.len());
        let end = inner.get(..here).and_then(|inner| inner.rfind('\'')).unwrap_or(here);
        let (value, rest) = inner.split_at_checked(end).unwrap_or((inner, ""));
        return (Written::Nested(value), rest.strip_prefix('\'').unwrap_or(rest));
    }
    if let Some((value, rest)) = text.strip_prefix('{').and_then(|text| text.split_once('}')) {
        return (Written::Braces(value.trim_matches(' ')), rest);
    }
    let end = text.find(|c: char| c.is_ascii_whitespace() || c == GROUP_SEPARATOR).unwrap_or(text.len());
    let (value, rest) = text.split_at_checked(end).unwrap_or((text, ""));
    // Old daemons write `(hostname=?, addr=?, terminal=cron res=success)`.
    let value = value.strip_suffix(',').unwrap_or(value);
    let value = value.strip_suffix(')').filter(|inside| !inside.contains('(')).unwrap_or(value);
    (Written::Bare(value), rest)
}

#[cfg(test)]
mod tests {
    use crate::formats::testing::{everything, read_with};

    #[track_caller]
    fn check(line: &str, want: &[(&str, &str)]) {
        let read = read_with(super::super::read, &everything(), line);
        let fields: Vec<_> = read.fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).skip(2).collect();
        assert_eq!(fields, want, "{line}");
    }

    #[test]
    fn hexadecimal_is_decoded_where_the_kernel_writes_it() {
        check(
            "type=EXECVE msg=audit(1.000:2): argc=2 a0=\"cafe\" a1=0A63616665",
            &[("argc", "2"), ("a0", "cafe"), ("a1", "\ncafe"), ("ARGV_STR", "cafe \ncafe")],
        );
        check("type=SYSCALL msg=audit(1.000:2): a0=6162 items=10", &[("a0", "6162"), ("items", "10")]);
        check("type=PATH msg=audit(1.000:2): name=(null) inode=4142", &[("name", "(null)"), ("inode", "4142")]);
        check("type=PATH msg=audit(1.000:2): name=C3A9C3", &[("name", "C3A9C3")]);
        check("type=PROCTITLE msg=audit(1.000:2): proctitle=2F62696E2F6C73002D6100", &[("proctitle", "/bin/ls -a")]);
        check("type=TTY msg=audit(1.000:2): tty pid=1 data=6C730D1B", &[("pid", "1"), ("data", "ls\r\u{1b}")]);
    }

    #[test]
    fn long_arguments_come_in_pieces() {
        check(
            "type=EXECVE msg=audit(1.000:2): argc=2 a0=\"x\" a1_len=4 a1[0]=\"ab\" a1[1]=6320",
            &[("argc", "2"), ("a0", "x"), ("a1_len", "4"), ("a1[0]", "ab"), ("a1[1]", "c "), ("ARGV_STR", "x abc ")],
        );
    }

    #[test]
    fn messages_are_opened() {
        check(
            "type=USER_AUTH msg=audit(1.000:2): pid=1 msg='op=PAM:authentication acct=\"o'neill\" addr=203.0.113.9 res=failed'\x1dUID=\"root\" AUID=\"unset\"",
            &[
                ("pid", "1"),
                ("msg", "op=PAM:authentication acct=\"o'neill\" addr=203.0.113.9 res=failed"),
                ("op", "PAM:authentication"),
                ("acct", "o'neill"),
                ("addr", "203.0.113.9"),
                ("res", "failed"),
                ("UID", "root"),
                ("AUID", "unset"),
            ],
        );
        check(
            "type=USER_LOGIN msg=audit(1.000:2): user pid=1 msg='PAM: acct=bob : exe=\"/bin/login\" (hostname=a, addr=?, terminal=tty1 res=success)'",
            &[
                ("pid", "1"),
                ("msg", "PAM: acct=bob : exe=\"/bin/login\" (hostname=a, addr=?, terminal=tty1 res=success)"),
                ("acct", "bob"),
                ("exe", "/bin/login"),
                ("hostname", "a"),
                ("addr", "?"),
                ("terminal", "tty1"),
                ("res", "success"),
            ],
        );
    }

    #[test]
    fn addresses_in_braces_are_opened() {
        check(
            "type=SOCKADDR msg=audit(1.000:2): saddr=0200005001020304\x1dSADDR={ saddr_fam=inet laddr=1.2.3.4 lport=80 }",
            &[
                ("saddr", "0200005001020304"),
                ("SADDR", "saddr_fam=inet laddr=1.2.3.4 lport=80"),
                ("saddr_fam", "inet"),
                ("laddr", "1.2.3.4"),
                ("lport", "80"),
            ],
        );
    }
}
