//! What Windows and the audit daemon write in their own ways: paths, registry keys, hashes, integrity levels, arguments.

use super::super::words::Words;
use super::number::integer;
use std::borrow::Cow;

/// The value when it is a path and not a bare name.
pub(super) fn full_path<'a>(_: &'a Words, text: &'a str) -> Option<Cow<'a, str>> {
    (text.starts_with(['/', '\\']) || text.get(1..3) == Some(":\\")).then_some(Cow::Borrowed(text))
}

/// The part behind the last separator.
pub(super) fn leaf(text: &str) -> &str {
    text.rsplit(['\\', '/']).next().unwrap_or(text)
}

/// Levels by Windows' numbers; 0 is "always logged" and says nothing.
pub(super) fn level<'a>(words: &'a Words, text: &'a str) -> Option<Cow<'a, str>> {
    let name = match text.trim() {
        "1" => "crit",
        "2" => "error",
        "3" => "warning",
        "4" => "info",
        "5" => "debug",
        word => words.level(word).filter(|_| word.parse::<u8>().is_err())?,
    };
    Some(Cow::Borrowed(name))
}

/// One member of a list like `MD5=…,SHA1=…`, or the value itself when it has the right length.
fn hash<'a>(text: &'a str, name: &str, digits: usize) -> Option<Cow<'a, str>> {
    if !text.contains('=') {
        let is_bare = digits > 0 && text.len() == digits && text.bytes().all(|b| b.is_ascii_hexdigit());
        return is_bare.then_some(Cow::Borrowed(text));
    }
    let found = text.split([',', ';', '|', ' ']).filter_map(|part| part.split_once('='));
    found.into_iter().find(|(key, _)| key.trim().eq_ignore_ascii_case(name)).map(|(_, hash)| Cow::Borrowed(hash))
}

pub(super) fn md5<'a>(_: &'a Words, text: &'a str) -> Option<Cow<'a, str>> {
    hash(text, "MD5", 32)
}

pub(super) fn sha1<'a>(_: &'a Words, text: &'a str) -> Option<Cow<'a, str>> {
    hash(text, "SHA1", 40)
}

pub(super) fn sha256<'a>(_: &'a Words, text: &'a str) -> Option<Cow<'a, str>> {
    hash(text, "SHA256", 64)
}

pub(super) fn imphash<'a>(_: &'a Words, text: &'a str) -> Option<Cow<'a, str>> {
    hash(text, "IMPHASH", 0)
}

/// Sysmon's `Initiated` of the filtering platform's direction.
pub(super) fn initiated<'a>(words: &'a Words, text: &'a str) -> Option<Cow<'a, str>> {
    words.direction(text.trim()).map(|d| Cow::Borrowed(if d == "outbound" { "true" } else { "false" }))
}

/// Sysmon's `EventType` of the operation of event 4657, by its message id or its text.
pub(super) fn audit_operation<'a>(_: &'a Words, text: &'a str) -> Option<Cow<'a, str>> {
    match text.trim() {
        "%%1904" | "%%1905" | "New registry value created" | "Existing registry value modified" => {
            Some(Cow::Borrowed("SetValue"))
        }
        "%%1906" | "Registry value deleted" => Some(Cow::Borrowed("DeleteValue")),
        _ => None,
    }
}

/// A path of the kernel's spelling with a drive letter, and as written. The letter is not recorded: C is assumed.
pub(super) fn device_path(_: &Words, text: &str, out: &mut dyn FnMut(String)) {
    let start = "\\device\\harddiskvolume";
    if text.get(..start.len()).is_some_and(|s| s.eq_ignore_ascii_case(start))
        && let Some(at) = text.get(start.len()..).and_then(|rest| rest.find('\\'))
        && let Some(rest) = text.get(start.len() + at..)
    {
        out(format!("C:{rest}"));
    }
    out(text.to_owned());
}

/// The name of an integrity level, and its SID.
pub(super) fn integrity_both(words: &Words, text: &str, out: &mut dyn FnMut(String)) {
    if let Some(name) = words.integrity.get(text) {
        out(name.clone());
    }
    out(text.to_owned());
}

/// A key of the kernel's spelling in Sysmon's abbreviations, with the value's name.
pub(super) fn registry_path(words: &Words, args: &[Option<&str>]) -> Option<String> {
    let key = args.first().copied().flatten().filter(|k| !words.is_placeholder(k))?;
    let mut path = [("\\REGISTRY\\MACHINE", "HKLM"), ("\\REGISTRY\\USER", "HKU")]
        .iter()
        .find_map(|(from, to)| {
            let rest = key.get(from.len()..)?;
            key.get(..from.len()).filter(|s| s.eq_ignore_ascii_case(from)).map(|_| format!("{to}{rest}"))
        })
        .unwrap_or_else(|| key.to_owned());
    let control = "HKLM\\SYSTEM\\ControlSet";
    if path.get(..control.len()).is_some_and(|s| s.eq_ignore_ascii_case(control)) {
        let rest = path.get(control.len()..).unwrap_or_default().trim_start_matches(|c: char| c.is_ascii_digit());
        path = format!("HKLM\\System\\CurrentControlSet{rest}");
    }
    if let Some(value) = args.get(1).copied().flatten().filter(|v| !words.is_placeholder(v)) {
        path.push('\\');
        path.push_str(value);
    }
    Some(path)
}

/// Registry data in Sysmon's notation, by the type of the value.
pub(super) fn registry_value(words: &Words, args: &[Option<&str>]) -> Option<String> {
    let value = args.first().copied().flatten()?;
    let kind = args.get(1).copied().flatten().unwrap_or_default();
    match kind {
        "%%1876" | "REG_DWORD" => integer(value).map(|n| format!("DWORD (0x{n:08x})")),
        "%%1883" | "REG_QWORD" => {
            integer(value).map(|n| format!("QWORD (0x{:08x}-0x{:08x})", n >> 32, n & 0xffff_ffff))
        }
        "%%1875" | "REG_BINARY" => Some("Binary Data".to_owned()),
        _ => (!words.is_placeholder(value)).then(|| value.to_owned()),
    }
}
